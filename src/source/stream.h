/*
 * stream.h - one file, taken apart: its members one after the other, their bytes decompressed.
 *
 * A plain file is its own one member; so is what a compressed file holds. An archive has many. Archives and compressed
 * files within are opened in turn. What a file is, its first bytes tell, never its name:
 *     compressed: gzip, zstd, xz, lzip, bzip2, lz4      archives: zip, tar, 7z, cpio, ar, iso9660, cab, rar
 * jar, war, docx and others that are zip inside are taken as zip. Recognised containers that turn out to be damaged are
 * reported, not read as if they were logs; what comes before the damage is delivered.
 *
 * Use:     stream = sw_stream_new(); sw_stream_open(); while (sw_stream_next() == 1) { peek, read until 0 } sw_stream_close();
 * Owner:   the stream owns all that it hands out; a member is valid until the next sw_stream_next(), _open or _close.
 * Limits:  depth SW_MAX_ARCHIVE_DEPTH, members SW_MAX_ARCHIVE_MEMBERS, member SW_MAX_MEMBER, ratio SW_MAX_ARCHIVE_RATIO past
 *          SW_ARCHIVE_RATIO_FLOOR (of each container to what it holds and of the file to all), codec memory SW_MAX_CODEC_MEMORY,
 *          7z and zip in another container SW_MAX_SPOOL (7z beyond it is refused, zip then is read without its directory).
 *          About 1 MiB a stream, and what the codecs need. A header SW_MAX_ARCHIVE_HEADER. libarchive's own
 *          memory (dictionaries of 7z members, up to the size of the member) is bounded by the process's limit alone.
 * Threads: a stream belongs to one thread at a time; different streams are independent.
 * Calls:   after sw_stream_prepare(): openat, read, fstat, lseek, close and memory, so that it works in the sandbox. zip times
 *          without zone are local time: set TZ=UTC0 and call tzset() before, or the C library opens /etc/localtime.
 * Errors:  of a file or member, never of the run: code and text in the member or from sw_stream_error().
 * Trust:   hostile input.
 */
#ifndef SW_SOURCE_STREAM_H
#define SW_SOURCE_STREAM_H

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "source/walk.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct sw_stream;

/* How much of a member sw_stream_peek() shows. */
#define SW_STREAM_PEEK (64u << 10)

struct sw_member {
    struct sw_str path;    /* as shown (path.h), terminated: "logs/web.tar.gz!var/log/access.log", "-" for standard input */
    int64_t modified;      /* ns; SW_TIME_NONE if unknown */
    uint64_t size;         /* bytes, where it is told in advance; SW_SIZE_UNKNOWN else. Not to be relied on */
    const char *container; /* the innermost: "tar", "gzip"; "" for a plain file */
    unsigned depth;        /* containers around it */
    int error;             /* not 0: it can't be read (encrypted, damaged, too deep); `reason` says why */
    const char *reason;    /* "" without error. One that concerns a whole archive has the archive's path */
};

/* What was passed over in the open file's archives: no content to read. */
struct sw_stream_skipped {
    uint64_t folders;
    uint64_t links;
    uint64_t devices; /* with pipes and sockets */
};

/* Loads what members' names need. To be called before the sandbox closes: later it can't open its files, and names in 7z, zip
 * and iso9660 that are not ASCII may not be had. Once is enough; sw_stream_new() does it otherwise. */
void sw_stream_prepare(void);

struct sw_stream *sw_stream_new(void); /* NULL: no memory */
void sw_stream_free(struct sw_stream *stream);

/* Opens a file by its raw path ("-": standard input); what was open is closed. The file's access time is left alone
 * where the system allows it. A regular file is read up to the size that it has now, though it may grow.
 * On an error err (may be NULL) says why: "permission denied". */
int sw_stream_open(struct sw_stream *stream, const char *path, struct sw_error *err);

/* The same with an open descriptor (not closed by the stream) and the raw name to show for it. */
int sw_stream_open_fd(struct sw_stream *stream, int fd, struct sw_str name, struct sw_error *err);

void sw_stream_close(struct sw_stream *stream);

/* Goes to the next member, whether or not this one was read to its end. 1: there is one (look at its error first);
 * 0: no more; SW_E_NOMEM or SW_E_STATE (nothing open). */
int sw_stream_next(struct sw_stream *stream, struct sw_member *member);

/* The first bytes of the member, at most SW_STREAM_PEEK, without taking them; *complete: they are all of it. Only
 * before the member's first read, else *len is 0. Valid until the next call on the stream. */
const uint8_t *sw_stream_peek(struct sw_stream *stream, size_t *len, bool *complete);

/* Up to len bytes of the member: > 0 how many (fewer than asked is no end), 0 at its end, or a negative SW_E_* after all that
 * could be read was delivered; sw_stream_error() then explains. Repeats the end or the error when called again. */
ssize_t sw_stream_read(struct sw_stream *stream, void *buf, size_t len);

/* The text of the last read's error, on one line, fit to be shown: "truncated gzip stream after 123456 bytes". */
const char *sw_stream_error(const struct sw_stream *stream);

/* How far the file is read, in bytes of the file as it is on disk; for progress. */
uint64_t sw_stream_position(const struct sw_stream *stream);

/* Counts since the file was opened. */
struct sw_stream_skipped sw_stream_skipped(const struct sw_stream *stream);

#endif
