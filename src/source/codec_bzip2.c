/* codec_bzip2.c - bzip2 streams by libbz2. */
#include "base/mem.h"
#include "source/stream_priv.h"

#include <bzlib.h>

struct bzip2 {
    bz_stream z;
    bool live;
};

static void *bz_alloc(void *arg, int count, int size)
{
    (void)arg;
    return count > 0 && size > 0 ? sw_alloc((size_t)count, (size_t)size) : NULL;
}

static void bz_free(void *arg, void *memory)
{
    (void)arg;
    sw_free(memory);
}

static void end(void *state)
{
    struct bzip2 *b = state;
    if (b->live)
        (void)BZ2_bzDecompressEnd(&b->z);
    b->live = false;
}

static int start(void *state, bool fresh)
{
    struct bzip2 *b = state;
    if (!fresh)
        end(state);
    b->z = (bz_stream){.bzalloc = bz_alloc, .bzfree = bz_free};
    b->live = BZ2_bzDecompressInit(&b->z, 0, 0) == BZ_OK;
    return b->live ? 0 : SW_E_NOMEM;
}

static int step(void *state, struct sw_codec_io *io, const char **why)
{
    struct bzip2 *b = state;
    unsigned in_len = io->in_len > UINT32_MAX ? UINT32_MAX : (unsigned)io->in_len;
    unsigned out_len = io->out_len > UINT32_MAX ? UINT32_MAX : (unsigned)io->out_len;
    b->z.next_in = (char *)(uintptr_t)io->in;
    b->z.avail_in = in_len;
    b->z.next_out = (char *)io->out;
    b->z.avail_out = out_len;
    int rc = BZ2_bzDecompress(&b->z);
    io->in += in_len - b->z.avail_in;
    io->in_len -= in_len - b->z.avail_in;
    io->out += out_len - b->z.avail_out;
    io->out_len -= out_len - b->z.avail_out;
    switch (rc) {
    case BZ_OK:
        return SW_CODEC_MORE;
    case BZ_STREAM_END:
        return SW_CODEC_END;
    case BZ_MEM_ERROR:
        return SW_E_NOMEM;
    case BZ_DATA_ERROR_MAGIC:
        *why = "unusable header";
        return SW_E_FORMAT;
    default:
        *why = "corrupt data";
        return SW_E_FORMAT;
    }
}

static bool follows(const uint8_t *in, size_t len)
{
    return len >= 4 && memcmp(in, "BZh", 3) == 0 && in[3] >= '1' && in[3] <= '9';
}

const struct sw_codec sw_codec_bzip2 = {"bzip2", sizeof(struct bzip2), start, step, end, follows};
