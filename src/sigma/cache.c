/*
 * cache.c - finds, reads and writes the file of a rule set. What is in it: cache_file.c.
 */
#include "sigma/cache.h"

#include "base/log.h"
#include "base/mem.h"
#include "sigma/cache_priv.h"
#include "sigma/loader_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

bool sw_cache_folder(struct sw_buf *path)
{
    const char *own = secure_getenv("SEAWALL_CACHE");
    const char *xdg = secure_getenv("XDG_CACHE_HOME");
    const char *home = secure_getenv("HOME");
    if (own != NULL) {
        sw_buf_text(path, own);
    } else if (xdg != NULL && xdg[0] == '/') {
        sw_buf_printf(path, "%s/seawall", xdg);
    } else if (home != NULL && home[0] == '/') {
        sw_buf_printf(path, "%s/.cache/seawall", home);
    }
    bool found = path->len > 0;
    sw_buf_char(path, '\0');
    return found && sw_buf_error(path) == 0;
}

/* --- the key ------------------------------------------------------------------------------------------------ */

/* A running SHA-256 over files; once `failed`, it is of no use. */
struct digest {
    EVP_MD_CTX *context;
    bool failed;
};

static void digest_bytes(struct digest *d, const void *bytes, size_t len)
{
    uint64_t head = len;
    if (EVP_DigestUpdate(d->context, &head, sizeof head) != 1 || (len > 0 && EVP_DigestUpdate(d->context, bytes, len) != 1))
        d->failed = true;
}

static void digest_file(void *arg, struct sw_str path, struct sw_str bytes, const char *error)
{
    struct digest *d = arg;
    digest_bytes(d, path.ptr, path.len);
    digest_bytes(d, bytes.ptr, bytes.len);
    digest_bytes(d, error, error != NULL ? strlen(error) : 0);
}

static int digest_each(void *arg, struct sw_str path, struct sw_str bytes, const char *error)
{
    digest_file(arg, path, bytes, error);
    return 0;
}

/* What the program depends on besides rule files. */
static void digest_world(struct digest *d, const struct sw_load_options *options, const struct sw_classes *classes)
{
    struct sw_build_id build;
    hs_platform_info_t platform;
    uint64_t mapping = sw_classes_hash(classes);
    uint64_t flags = options->include_deprecated;
    memset(&platform, 0, sizeof platform);
    if (hs_populate_platform(&platform) != HS_SUCCESS || !sw_build_id(&build))
        d->failed = true;
    const char *vectorscan = hs_version();
    digest_bytes(d, &build, sizeof build);
    digest_bytes(d, vectorscan, strlen(vectorscan));
    digest_bytes(d, &platform.tune, sizeof platform.tune);
    digest_bytes(d, &platform.cpu_features, sizeof platform.cpu_features);
    digest_bytes(d, &mapping, sizeof mapping);
    digest_bytes(d, &flags, sizeof flags);
}

static bool start_digest(struct digest *d, const struct sw_load_options *options, const struct sw_classes *classes)
{
    *d = (struct digest){.context = EVP_MD_CTX_new()};
    d->failed = d->context == NULL || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1;
    if (!d->failed)
        digest_world(d, options, classes);
    return !d->failed;
}

static bool end_digest(struct digest *d, uint8_t key[SW_CACHE_KEY])
{
    unsigned len = 0;
    bool made = !d->failed && EVP_DigestFinal_ex(d->context, key, &len) == 1 && len == SW_CACHE_KEY;
    EVP_MD_CTX_free(d->context);
    d->context = NULL;
    return made;
}

/* The key of the files as they are now; false when it can't be had. */
static bool find_key(const struct sw_load_options *options, const struct sw_classes *classes, uint8_t key[SW_CACHE_KEY])
{
    struct digest d;
    struct sw_error ignored;
    if (start_digest(&d, options, classes)) {
        if ((options->placeholder_count > 0 && sw_files_walk(options->placeholder_files, options->placeholder_count,
                                                             digest_each, &d, &ignored) != 0) ||
            sw_files_walk(options->paths, options->path_count, digest_each, &d, &ignored) != 0 ||
            (options->builtin && sw_builtin_walk(digest_each, &d) != 0))
            d.failed = true;
    }
    return end_digest(&d, key);
}

/* --- the folder --------------------------------------------------------------------------------------------- */

static bool is_ours(const struct stat *info)
{
    return info->st_uid == geteuid() && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Makes the folder and those above it. */
static void make_folder(const char *folder)
{
    char *path = sw_strdup(folder);
    for (char *at = path; at != NULL && at[0] != '\0';) {
        at = strchr(at + 1, '/');
        if (at != NULL)
            *at = '\0';
        (void)mkdir(path, 0700); /* what is there already, or can't be made, shows when it is opened */
        if (at != NULL)
            *at = '/';
    }
    sw_free(path);
}

/* The folder's descriptor, or -1: there is none, or it isn't safe. */
static int open_folder(const char *folder)
{
    make_folder(folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat info;
    if (fd < 0) {
        sw_info("no rule cache: %s: %s", folder, strerror(errno));
        return -1;
    }
    if (fstat(fd, &info) == 0 && is_ours(&info))
        return fd;
    sw_warn("the rule cache is not used: %s belongs to another user, or others may write to it", folder);
    (void)close(fd);
    return -1;
}

static void file_name(const uint8_t key[SW_CACHE_KEY], char name[2 * SW_CACHE_KEY + 8])
{
    for (size_t i = 0; i < SW_CACHE_KEY; i++)
        (void)snprintf(name + 2 * i, 3, "%02x", key[i]);
    memcpy(name + (size_t)2 * SW_CACHE_KEY, ".rules", 7);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static bool read_whole(int fd, char *to, size_t size)
{
    size_t at = 0;
    while (at < size) {
        ssize_t n = read(fd, to + at, size - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* The file's bytes in the arena, or NULL with *why, which is NULL when there simply is no file. */
static char *read_file(int folder, const char *name, struct sw_arena *arena, size_t *size, const char **why)
{
    struct stat info;
    char *image = NULL;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    *why = NULL;
    if (fd < 0) {
        *why = errno == ENOENT ? NULL : strerror(errno);
        return NULL;
    }
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || !is_ours(&info)) {
        *why = "it is no file of this user's own";
    } else if (info.st_size <= 0 || (uint64_t)info.st_size > SW_MAX_CACHE_FILE) {
        *why = "its size can't be right";
    } else {
        *size = (size_t)info.st_size;
        image = sw_arena_raw(arena, *size, 16);
        if (image == NULL || !read_whole(fd, image, *size)) {
            *why = "it can't be read";
            image = NULL;
        }
        (void)futimens(fd, NULL); /* used last now */
    }
    (void)close(fd);
    return image;
}

/* Takes rules and program from the file of the key; false if there is none that can be used. */
static bool take_file(int folder, const uint8_t key[SW_CACHE_KEY], struct sw_rules **rules, struct sw_program **program)
{
    char name[2 * SW_CACHE_KEY + 8];
    const char *why = NULL;
    size_t size = 0;
    file_name(key, name);
    *program = NULL;
    *rules = sw_alloc(1, sizeof **rules);
    if (*rules == NULL)
        return false;
    sw_arena_init(&(*rules)->arena, SW_MAX_CACHE_FILE + (1u << 20));
    char *image = read_file(folder, name, &(*rules)->arena, &size, &why);
    if (image != NULL)
        why = sw_cache_unpack(image, size, key, *rules, program);
    if (image != NULL && why == NULL)
        return true;
    if (why != NULL)
        sw_warn("the rule cache's file %s is not used and made anew: %s", name, why);
    sw_program_free(*program);
    sw_rules_free(*rules);
    *program = NULL;
    *rules = NULL;
    return false;
}

/* --- writing ------------------------------------------------------------------------------------------------ */

static bool write_whole(int fd, const char *from, size_t size)
{
    size_t at = 0;
    while (at < size) {
        ssize_t n = write(fd, from + at, size - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static void write_file(int folder, const uint8_t key[SW_CACHE_KEY], struct sw_str image)
{
    char name[2 * SW_CACHE_KEY + 8];
    char temporary[64];
    uint64_t chance = 0;
    file_name(key, name);
    if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        return;
    (void)snprintf(temporary, sizeof temporary, "%016llx.part", (unsigned long long)chance);
    int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool written = write_whole(fd, image.ptr, image.len);
    written = close(fd) == 0 && written;
    if (!written || renameat(folder, temporary, folder, name) != 0)
        (void)unlinkat(folder, temporary, 0);
}

static void keep(int folder, const uint8_t key[SW_CACHE_KEY], const struct sw_rules *rules, const struct sw_program *program)
{
    struct sw_buf image;
    sw_buf_init(&image, SW_MAX_CACHE_FILE);
    sw_cache_pack(rules, program, key, &image);
    if (sw_buf_error(&image) == 0)
        write_file(folder, key, sw_buf_str(&image));
    sw_buf_fini(&image);
    sw_cache_prune(folder);
}

/* --- loading ------------------------------------------------------------------------------------------------ */

/* Loads and compiles; *key becomes the key of the very bytes that were loaded, *keyed whether there is one. */
static int load_anew(struct sw_rules **rules, struct sw_program **program, const struct sw_load_options *options,
                     const struct sw_classes *classes, unsigned threads, uint8_t key[SW_CACHE_KEY], bool *keyed,
                     struct sw_error *err)
{
    struct digest d;
    struct sw_load_options watched = *options;
    if (start_digest(&d, options, classes)) {
        watched.seen = digest_file;
        watched.seen_arg = &d;
    }
    int rc = sw_rules_load(rules, &watched, err);
    *keyed = end_digest(&d, key);
    if (rc == 0)
        rc = sw_program_compile(program, *rules, classes, threads, err);
    if (rc != 0) {
        sw_rules_free(*rules);
        *rules = NULL;
    }
    return rc;
}

int sw_program_load(struct sw_rules **rules, struct sw_program **program, const struct sw_load_options *options,
                    const struct sw_classes *classes, unsigned threads, const char *folder, bool *cached,
                    struct sw_error *err)
{
    uint8_t wanted[SW_CACHE_KEY];
    uint8_t loaded[SW_CACHE_KEY];
    bool keyed = false;
    *rules = NULL;
    *program = NULL;
    int fd = folder != NULL && folder[0] != '\0' ? open_folder(folder) : -1;
    bool hit = fd >= 0 && find_key(options, classes, wanted) && take_file(fd, wanted, rules, program);
    int rc = 0;
    if (!hit)
        rc = load_anew(rules, program, options, classes, threads, loaded, &keyed, err);
    if (!hit && rc == 0 && fd >= 0 && keyed)
        keep(fd, loaded, *rules, *program);
    if (fd >= 0)
        (void)close(fd);
    if (cached != NULL)
        *cached = hit;
    return rc;
}
