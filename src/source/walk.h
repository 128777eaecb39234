/*
 * walk.h - command-line paths to the list of files to read, the same list in the same order every time.
 *
 * Directories are walked whole, hidden files and folders as well: evidence is evidence. The list is in byte order of
 * the path. Standard input is "-".
 * Links:   a symbolic link given as a path is followed. One found inside a directory is not, whatever it points to: evidence
 *          may come from an enemy, and a link in it must not pull in files of the machine that reads it. So there are no loops.
 * Kinds:   a path given may be a regular file, a directory, a pipe or a character device (/dev/stdin, <(command)).
 *          Inside directories only regular files are taken; devices, pipes and sockets are skipped and counted.
 * Twice:   a file reached a second time (a path given twice, overlapping paths, hard links) is listed once, under the path
 *          that sorts first, and the others are counted.
 * Owner:   the list owns its paths until sw_walk_fini().
 * Limits:  SW_MAX_FILES; what goes beyond is counted. About 60 bytes a file.
 * Threads: one at a time.      Errors: SW_E_NOMEM. What cannot be read is no error: it is listed as a problem.
 * Trust:   names inside directories are hostile input; a directory may change while it is walked.
 */
#ifndef SW_SOURCE_WALK_H
#define SW_SOURCE_WALK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

#include <stdint.h>

#define SW_SIZE_UNKNOWN UINT64_MAX

struct sw_walk_file {
    uint32_t folder;   /* index of what stands before the name in the path */
    uint32_t name_len;
    const char *name;  /* terminated */
    uint64_t size;     /* bytes; SW_SIZE_UNKNOWN for standard input, pipes and devices */
    int64_t modified;  /* ns; SW_TIME_NONE for standard input, pipes and devices */
    uint64_t device;
    uint64_t inode;    /* 0: not a regular file */
    bool named;        /* the command line named it, rather than a directory that holds it */
};

/* Something that was asked for and could not be had. */
struct sw_walk_problem {
    struct sw_str path; /* raw bytes, terminated */
    const char *reason; /* "permission denied": text of a static or strerror kind, owned by the list */
};

enum sw_walk_skip {
    SW_SKIP_LINK,      /* symbolic link inside a directory */
    SW_SKIP_DEVICE,    /* block or character device */
    SW_SKIP_PIPE,
    SW_SKIP_SOCKET,
    SW_SKIP_EXCLUDED,  /* by --exclude; a folder counts as one */
    SW_SKIP_DUPLICATE, /* the same file, reached again */
    SW_SKIP_LIMIT,     /* past SW_MAX_FILES */
    SW_SKIP_KINDS
};

struct sw_walk {
    struct sw_walk_file *files;
    size_t count;
    size_t cap;
    struct sw_str *folders; /* each with its '/' at the end, or "" */
    size_t folder_count;
    size_t folder_cap;
    struct sw_walk_problem *problems; /* in byte order of the path */
    size_t problem_count;
    size_t problem_cap;
    uint64_t skipped[SW_SKIP_KINDS];
    uint64_t bytes; /* sum of the known sizes */
    struct sw_str *excludes;
    size_t exclude_count;
    size_t exclude_cap;
    struct sw_arena names;
};

void sw_walk_init(struct sw_walk *walk);
void sw_walk_fini(struct sw_walk *walk);

/* A glob (*, ?, [...]) of what to leave out inside directories: without '/' it is held against the last part of the path,
 * with '/' against the whole path, where * matches '/' as well. A folder that matches is left out with all in it.
 * Before the first sw_walk_add(). The pattern is copied. */
int sw_walk_exclude(struct sw_walk *walk, const char *glob);

/* Adds a path of the command line. */
int sw_walk_add(struct sw_walk *walk, const char *path);

/* Ends adding: sorts the list and takes duplicates out. Afterwards files[0..count) is the list. */
int sw_walk_finish(struct sw_walk *walk);

/* The raw path of a file, to open it, put (terminated) into `path`, which is cleared first. "-" is standard input. */
int sw_walk_path(const struct sw_walk *walk, size_t index, struct sw_buf *path);

/* "symbolic links", "devices", ...: for "12 symbolic links skipped". */
const char *sw_walk_skip_text(enum sw_walk_skip kind);

#endif
