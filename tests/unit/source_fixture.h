/* source_fixture.h - containers made in memory for the tests of the source floor. Header only: each test is one program. */
#ifndef SW_TESTS_SOURCE_FIXTURE_H
#define SW_TESTS_SOURCE_FIXTURE_H

#include "base/buf.h"
#include "source/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIXTURE_MAX ((size_t)1 << 30)

struct fixture_file {
    const char *name;
    struct sw_str data;
};

__attribute__((unused)) static void fixture_abort(const char *what)
{
    (void)fprintf(stderr, "fixture: %s\n", what);
    abort();
}

__attribute__((unused)) static la_ssize_t fixture_write(struct archive *a, void *arg, const void *bytes, size_t len)
{
    (void)a;
    sw_buf_add(arg, bytes, len);
    return (la_ssize_t)len;
}

__attribute__((unused)) static void fixture_entry(struct archive *a, const char *name, unsigned type, struct sw_str data)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_mtime(e, 1700000000, 0);
    if (type == AE_IFREG)
        archive_entry_set_size(e, (int64_t)data.len);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(e, "/etc/passwd");
    if (archive_write_header(a, e) != ARCHIVE_OK)
        fixture_abort(archive_error_string(a));
    if (type == AE_IFREG && data.len > 0 && archive_write_data(a, data.ptr, data.len) != (la_ssize_t)data.len)
        fixture_abort(archive_error_string(a));
    archive_entry_free(e);
}

/* An archive ("zip", "7zip", "ustar", ...) or, with format "raw", one compressed stream. filter: "none", "gzip", ... */
__attribute__((unused)) static void fixture_archive(struct sw_buf *out, const char *format, const char *filter,
                                                    const struct fixture_file *files, size_t count)
{
    struct archive *a = archive_write_new();
    if (archive_write_set_format_by_name(a, format) != ARCHIVE_OK)
        fixture_abort(archive_error_string(a));
    if (strcmp(filter, "none") != 0 && archive_write_add_filter_by_name(a, filter) != ARCHIVE_OK)
        fixture_abort(archive_error_string(a));
    (void)archive_write_set_bytes_in_last_block(a, 1);
    if (archive_write_open(a, out, NULL, fixture_write, NULL) != ARCHIVE_OK)
        fixture_abort(archive_error_string(a));
    for (size_t i = 0; i < count; i++)
        fixture_entry(a, files[i].name, AE_IFREG, files[i].data);
    if (archive_write_close(a) != ARCHIVE_OK)
        fixture_abort(archive_error_string(a));
    (void)archive_write_free(a);
}

__attribute__((unused)) static void fixture_pack(struct sw_buf *out, const char *filter, struct sw_str data)
{
    fixture_archive(out, "raw", filter, &(struct fixture_file){"x", data}, 1);
}

/* Text that compresses about as logs do, the same every time. */
__attribute__((unused)) static void fixture_log(struct sw_buf *out, size_t size, unsigned seed)
{
    uint64_t x = seed * 2654435761u + 1;
    while (out->len < size) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        sw_buf_printf(out, "2024-05-06T07:08:%02uZ host%u sshd[%u]: Failed password for user%u\n", (unsigned)(x >> 33) % 60,
                      (unsigned)(x >> 40) % 9, (unsigned)(x >> 20) % 30000, (unsigned)(x >> 50) % 100);
    }
    out->len = size;
}

/* A descriptor with these bytes: seekable, or the end of a pipe (up to what a pipe holds). */
__attribute__((unused)) static int fixture_fd(struct sw_str data)
{
    int fd = memfd_create("fixture", MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < data.len;) {
        ssize_t n = write(fd, data.ptr + at, data.len - at);
        if (n <= 0)
            fixture_abort("write");
        at += (size_t)n;
    }
    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
        fixture_abort("memfd");
    return fd;
}

/* All of the current member into out; the error that ended it, or 0. `step`: bytes asked for at a time. */
__attribute__((unused)) static int fixture_read(struct sw_stream *s, struct sw_buf *out, size_t step)
{
    for (;;) {
        if (sw_buf_reserve(out, step) != 0)
            fixture_abort("member too large for the test");
        ssize_t n = sw_stream_read(s, out->data + out->len, step);
        if (n <= 0)
            return (int)n;
        out->len += (size_t)n;
    }
}

#endif
