/* layer.c - what all layers share: peeking, the accounts of bytes, the limits; and the two simple layers, file and spool. */
#include "source/stream_priv.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int sw_layer_fail(struct sw_layer *layer, int code, const char *format, ...)
{
    if (layer->error.code != 0)
        return layer->error.code;
    layer->error.code = code;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(layer->error.text, sizeof layer->error.text, format, args);
    va_end(args);
    return code;
}

uint64_t sw_layer_base(const struct sw_layer *layer)
{
    return layer->size != SW_SIZE_UNKNOWN ? layer->size : layer->member_out;
}

static int fail_ratio(struct sw_layer *layer)
{
    layer->account->exhausted = true;
    return sw_layer_fail(layer, SW_E_LIMIT, "stopped after %llu bytes: unpacks to more than %u times its size",
                         (unsigned long long)layer->member_out, SW_MAX_ARCHIVE_RATIO);
}

static bool is_bomb(uint64_t unpacked, uint64_t base)
{
    return unpacked > SW_ARCHIVE_RATIO_FLOOR && unpacked / SW_MAX_ARCHIVE_RATIO >= base;
}

/* Counts n bytes given by a layer, and enforces the limits on what a container unpacks to: each on its own, and all
 * layers together against the file, since levels multiply. */
static void count(struct sw_layer *layer, size_t n)
{
    layer->out += n;
    layer->member_out += n;
    if (!layer->unpacks)
        return;
    layer->account->unpacked += n;
    if (layer->member_out > SW_MAX_MEMBER)
        (void)sw_layer_fail(layer, SW_E_LIMIT, "stopped after %llu bytes: larger than a member may be",
                            (unsigned long long)layer->member_out);
    else if (is_bomb(layer->out, sw_layer_base(layer->below)) ||
             is_bomb(layer->account->unpacked, sw_layer_base(layer->account->file)))
        (void)fail_ratio(layer);
}

static ssize_t read_through(struct sw_layer *layer, uint8_t *buf, size_t len)
{
    if (layer->error.code != 0)
        return layer->error.code;
    if (layer->ended || len == 0)
        return 0;
    if (len > SSIZE_MAX)
        len = SSIZE_MAX;
    ssize_t n = layer->ops->read(layer, buf, len);
    if (n <= 0) {
        layer->ended = n == 0;
        return n;
    }
    count(layer, (size_t)n); /* past a limit these bytes are still given; the next read reports */
    return n;
}

ssize_t sw_layer_read(struct sw_layer *layer, uint8_t *buf, size_t len)
{
    size_t held = layer->head_len - layer->head_at;
    if (held == 0)
        return read_through(layer, buf, len);
    if (len > held)
        len = held;
    memcpy(buf, layer->head + layer->head_at, len);
    layer->head_at += len;
    return (ssize_t)len;
}

int sw_layer_peek(struct sw_layer *layer)
{
    if (layer->head == NULL && (layer->head = sw_alloc(SW_STREAM_PEEK, 1)) == NULL)
        return SW_E_NOMEM;
    layer->head_at = 0;
    layer->head_len = 0;
    while (layer->head_len < SW_STREAM_PEEK) {
        ssize_t n = read_through(layer, layer->head + layer->head_len, SW_STREAM_PEEK - layer->head_len);
        if (n <= 0)
            break;
        layer->head_len += (size_t)n;
    }
    return layer->error.code == SW_E_NOMEM ? SW_E_NOMEM : 0;
}

bool sw_layer_can_seek(const struct sw_layer *layer)
{
    return layer->ops->seek != NULL && layer->size != SW_SIZE_UNKNOWN;
}

int64_t sw_layer_seek(struct sw_layer *layer, int64_t offset, int whence)
{
    if (!sw_layer_can_seek(layer))
        return SW_E_STATE;
    if (whence == SEEK_CUR && __builtin_sub_overflow(offset, (int64_t)(layer->head_len - layer->head_at), &offset))
        return SW_E_LIMIT;
    layer->head_at = layer->head_len;
    int64_t at = layer->ops->seek(layer, offset, whence);
    if (at >= 0)
        layer->ended = false;
    return at;
}

/* --- file ----------------------------------------------------------------------------------------------- */

struct file_layer {
    int fd;
    bool close_fd;
    bool regular;
    uint64_t at;
};

static ssize_t file_read(struct sw_layer *layer, uint8_t *buf, size_t len)
{
    struct file_layer *file = layer->impl;
    if (layer->size != SW_SIZE_UNKNOWN) {
        if (file->at >= layer->size)
            return 0;
        if (len > layer->size - file->at)
            len = (size_t)(layer->size - file->at);
    }
    ssize_t n;
    do
        n = read(file->fd, buf, len);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        char text[128];
        return sw_layer_fail(layer, SW_E_IO, "%s after %llu bytes", strerror_r(errno, text, sizeof text),
                             (unsigned long long)file->at);
    }
    if (n == 0 && layer->size != SW_SIZE_UNKNOWN)
        return sw_layer_fail(layer, SW_E_TRUNCATED, "the file became shorter while it was read: ends after %llu of %llu bytes",
                             (unsigned long long)file->at, (unsigned long long)layer->size);
    file->at += (uint64_t)n;
    return n;
}

static int64_t file_seek(struct sw_layer *layer, int64_t offset, int whence)
{
    struct file_layer *file = layer->impl;
    int64_t from = whence == SEEK_CUR ? (int64_t)file->at : whence == SEEK_END ? (int64_t)layer->size : 0;
    int64_t to;
    if (__builtin_add_overflow(from, offset, &to) || to < 0)
        return SW_E_FORMAT;
    if (lseek(file->fd, (off_t)to, SEEK_SET) < 0)
        return SW_E_IO;
    file->at = (uint64_t)to;
    return to;
}

static void file_fini(struct sw_layer *layer)
{
    struct file_layer *file = layer->impl;
    if (file->close_fd)
        (void)close(file->fd);
    sw_free(file);
}

static const struct sw_layer_ops file_ops = {file_read, file_seek, file_fini};

/* Size and time of a regular file. One of size 0 may be of /proc, where the size is not told: read to its end. */
static int inspect(struct sw_layer *layer, int fd, struct file_layer *file, int64_t *modified)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return sw_layer_fail(layer, SW_E_IO, "cannot be inspected");
    if (S_ISDIR(st.st_mode))
        return sw_layer_fail(layer, SW_E_USAGE, "it is a directory");
    layer->size = SW_SIZE_UNKNOWN;
    *modified = SW_TIME_NONE;
    if (!S_ISREG(st.st_mode))
        return 0;
    off_t here = lseek(fd, 0, SEEK_CUR);
    file->at = here > 0 ? (uint64_t)here : 0;
    if (st.st_size > 0 && here >= 0)
        layer->size = (uint64_t)st.st_size;
    int64_t ns;
    if (!__builtin_mul_overflow((int64_t)st.st_mtim.tv_sec, SW_SECOND, &ns) &&
        !__builtin_add_overflow(ns, (int64_t)st.st_mtim.tv_nsec, &ns))
        *modified = ns;
    return 0;
}

int sw_layer_file(struct sw_layer *layer, int fd, bool close_fd, int64_t *modified)
{
    struct file_layer *file = sw_alloc(1, sizeof *file);
    if (file == NULL)
        return SW_E_NOMEM;
    *file = (struct file_layer){.fd = fd, .close_fd = close_fd};
    int rc = inspect(layer, fd, file, modified);
    if (rc != 0) {
        sw_free(file);
        return rc;
    }
    layer->ops = &file_ops;
    layer->impl = file;
    layer->name = "";
    return 0;
}

/* --- spool ---------------------------------------------------------------------------------------------- */

struct spool {
    uint8_t *data;
    size_t len;
    size_t at;
};

static ssize_t spool_read(struct sw_layer *layer, uint8_t *buf, size_t len)
{
    struct spool *spool = layer->impl;
    size_t left = spool->len - spool->at;
    if (left > 0) {
        size_t n = len < left ? len : left;
        memcpy(buf, spool->data + spool->at, n);
        spool->at += n;
        return (ssize_t)n;
    }
    ssize_t n = sw_layer_read(layer->below, buf, len);
    return n < 0 ? sw_layer_fail(layer, (int)n, "%s", layer->below->error.text) : n;
}

static int64_t spool_seek(struct sw_layer *layer, int64_t offset, int whence)
{
    struct spool *spool = layer->impl;
    int64_t from = whence == SEEK_CUR ? (int64_t)spool->at : whence == SEEK_END ? (int64_t)spool->len : 0;
    int64_t to;
    if (__builtin_add_overflow(from, offset, &to) || to < 0)
        return SW_E_FORMAT;
    if ((uint64_t)to > spool->len)
        to = (int64_t)spool->len;
    spool->at = (size_t)to;
    return to;
}

static void spool_fini(struct sw_layer *layer)
{
    struct spool *spool = layer->impl;
    layer->account->spooled -= spool->len;
    sw_free(spool->data);
    sw_free(spool);
}

static const struct sw_layer_ops spool_ops = {spool_read, spool_seek, spool_fini};

/* Reads what is below until its end, an error (which stays there for the read that meets it), or `max`. 1: all. */
static int load(struct sw_layer *layer, struct spool *spool, size_t max)
{
    size_t cap = 0;
    while (spool->len < max) {
        if (spool->len == cap) {
            cap = cap == 0 ? 4 * SW_STREAM_PEEK : cap * 2;
            cap = cap > max ? max : cap;
            uint8_t *grown = sw_realloc(spool->data, cap, 1);
            if (grown == NULL)
                return SW_E_NOMEM;
            spool->data = grown;
        }
        ssize_t n = sw_layer_read(layer->below, spool->data + spool->len, cap - spool->len);
        if (n <= 0)
            return 1;
        spool->len += (size_t)n;
    }
    return 0;
}

int sw_layer_spool(struct sw_layer *layer)
{
    struct spool *spool = sw_alloc(1, sizeof *spool);
    if (spool == NULL)
        return SW_E_NOMEM;
    int whole = load(layer, spool, SW_MAX_SPOOL - layer->account->spooled);
    if (whole < 0) {
        sw_free(spool->data);
        sw_free(spool);
        return whole;
    }
    layer->account->spooled += spool->len;
    layer->ops = &spool_ops;
    layer->impl = spool;
    layer->name = layer->below->name;
    if (whole)
        layer->size = spool->len;
    return 0;
}
