/*
 * sandbox_landlock.c - the file system and TCP taken away by Landlock, as far as the running kernel's version can.
 *
 * Numbers and structures are our own: those of the headers that a distribution ships may be older than the kernel.
 * Source: Documentation/userspace-api/landlock.rst of Linux.
 */
#include "engine/sandbox_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule       445
#define __NR_landlock_restrict_self  446
#endif

enum { WANT_VERSION = 1, RULE_PATH_BENEATH = 1 };

/* Rights to files, by the version that brought them. */
#define FS_EXECUTE     (1ull << 0)
#define FS_WRITE_FILE  (1ull << 1)
#define FS_READ_FILE   (1ull << 2)
#define FS_READ_DIR    (1ull << 3)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_REG    (1ull << 8)
#define FS_ALL_1       ((1ull << 13) - 1)
#define FS_REFER       (1ull << 13) /* 2 */
#define FS_TRUNCATE    (1ull << 14) /* 3 */
#define FS_IOCTL_DEV   (1ull << 15) /* 5 */
#define NET_TCP        3ull         /* 4: bind, connect */
#define SCOPE_ALL      3ull         /* 6: abstract sockets, signals */

#define FILE_READ    FS_READ_FILE
#define FOLDER_READ  (FS_READ_FILE | FS_READ_DIR)
#define FILE_WRITE   (FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE)
#define FOLDER_WRITE (FILE_WRITE | FS_READ_DIR | FS_REMOVE_FILE | FS_MAKE_REG | FS_REFER)

struct ruleset {
    uint64_t fs;
    uint64_t net;   /* from version 4 */
    uint64_t scope; /* from version 6 */
};

struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t parent;
};

int sw_sandbox_landlock_abi(void)
{
    long abi = syscall(__NR_landlock_create_ruleset, NULL, (size_t)0, WANT_VERSION);
    return abi > 0 ? (int)abi : 0;
}

/* All that the version can take away; *size is how much of the structure it knows. */
static struct ruleset take_away(int abi, size_t *size)
{
    struct ruleset r = {.fs = FS_ALL_1};
    *size = sizeof r.fs;
    if (abi >= 2)
        r.fs |= FS_REFER;
    if (abi >= 3)
        r.fs |= FS_TRUNCATE;
    if (abi >= 4) {
        r.net = NET_TCP;
        *size = sizeof r.fs + sizeof r.net;
    }
    if (abi >= 5)
        r.fs |= FS_IOCTL_DEV;
    if (abi >= 6) {
        r.scope = SCOPE_ALL;
        *size = sizeof r;
    }
    return r;
}

/* Gives rights to a path back: those of a file, or of a folder, as far as the version handles them. */
static int give_back(int ruleset, const char *path, uint64_t handled, uint64_t file, uint64_t folder,
                     size_t *passed_over)
{
    struct stat status;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        if (fd >= 0)
            (void)close(fd);
        (*passed_over)++;
        return 0;
    }
    struct path_rule rule = {handled & (S_ISDIR(status.st_mode) ? folder : file), fd};
    long rc = syscall(__NR_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
    /* EBADFD: a pipe without a name (/dev/stdin, <(command)). Landlock doesn't restrict those. */
    int error = rc != 0 && errno != EBADFD ? errno : 0;
    (void)close(fd);
    return error;
}

static int give_all_back(int ruleset, const struct sw_sandbox_rules *rules, uint64_t handled, size_t *passed_over)
{
    int error = 0;
    for (size_t i = 0; i < rules->read_count && error == 0; i++)
        error = give_back(ruleset, rules->read[i], handled, FILE_READ, FOLDER_READ, passed_over);
    for (size_t i = 0; i < rules->write_count && error == 0; i++)
        error = give_back(ruleset, rules->write[i], handled, FILE_WRITE, FOLDER_WRITE, passed_over);
    if (SW_SANITIZED && error == 0)
        error = give_back(ruleset, "/proc", handled, FILE_READ, FOLDER_READ, passed_over);
    return error;
}

int sw_sandbox_landlock(const struct sw_sandbox_rules *rules, struct sw_sandbox_report *report)
{
    long abi = syscall(__NR_landlock_create_ruleset, NULL, (size_t)0, WANT_VERSION);
    if (abi <= 0)
        return abi < 0 ? errno : ENOSYS;
    size_t size;
    struct ruleset all = take_away((int)abi, &size);
    int ruleset = (int)syscall(__NR_landlock_create_ruleset, &all, size, 0);
    if (ruleset < 0)
        return errno;
    int error = give_all_back(ruleset, rules, all.fs, &report->passed_over);
    if (error == 0 && syscall(__NR_landlock_restrict_self, ruleset, 0) != 0)
        error = errno;
    (void)close(ruleset);
    if (error != 0)
        return error;
    report->landlock_abi = (int)abi;
    report->landlock_tcp = all.net != 0;
    report->landlock_ipc = all.scope != 0;
    return 0;
}
