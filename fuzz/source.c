/*
 * source.c - libFuzzer target of the source floor: the bytes but the last are a file, taken apart whole.
 *
 * The last byte chooses: its lowest bit whether the file can be sought in or is a pipe, the others how many bytes a read
 * asks for. A file of a few KiB may unpack to 256 MiB by design; here a member is left after 1 MiB and a file after 64
 * members.
 */
#include "source/stream.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMBER_BYTES (1u << 20)
#define MEMBERS 64

static void require(int holds)
{
    if (!holds)
        abort();
}

static void read_member(struct sw_stream *stream, size_t step)
{
    static uint8_t block[1 << 12];
    size_t len;
    bool complete;
    const uint8_t *head = sw_stream_peek(stream, &len, &complete);
    require(head != NULL && len <= SW_STREAM_PEEK && (complete || len == SW_STREAM_PEEK));
    size_t total = 0;
    ssize_t n;
    while (total < MEMBER_BYTES && (n = sw_stream_read(stream, block, step)) > 0) {
        require((size_t)n <= step);
        if (total + (size_t)n <= len && total == 0) /* what was peeked at is what is read */
            require(memcmp(head, block, (size_t)n) == 0);
        total += (size_t)n;
    }
    if (total >= MEMBER_BYTES)
        return;
    require(sw_stream_read(stream, block, step) == n);
    require(n == 0 || sw_stream_error(stream)[0] != '\0');
}

static int make_file(const uint8_t *data, size_t size, bool as_pipe)
{
    if (!as_pipe) {
        int fd = memfd_create("fuzz", 0);
        require(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
        return fd;
    }
    int ends[2];
    require(pipe(ends) == 0);
    size = size < 60000 ? size : 60000; /* what a pipe holds without a reader */
    require(size == 0 || write(ends[1], data, size) == (ssize_t)size);
    (void)close(ends[1]);
    return ends[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sw_stream *stream;
    if (size == 0)
        return 0;
    if (stream == NULL)
        stream = sw_stream_new();
    require(stream != NULL);
    size_t step = (size_t)(data[size - 1] >> 1) * 31 + 1;
    int fd = make_file(data, size - 1, data[size - 1] & 1);
    require(sw_stream_open_fd(stream, fd, SW_STR("fuzz"), NULL) == 0);
    struct sw_member member;
    for (int i = 0; i < MEMBERS && sw_stream_next(stream, &member) == 1; i++) {
        require(member.path.ptr[member.path.len] == '\0' && (member.error == 0) == (member.reason[0] == '\0'));
        if (member.error == 0)
            read_member(stream, step);
    }
    sw_stream_close(stream);
    (void)close(fd);
    return 0;
}
