/* codec_gzip.c - gzip members by zlib (RFC 1952), checksum and length checked. */
#include "base/mem.h"
#include "source/stream_priv.h"

#include <zlib.h>

static void *zlib_alloc(void *arg, unsigned count, unsigned size)
{
    (void)arg;
    return sw_alloc(count, size);
}

static void zlib_free(void *arg, void *memory)
{
    (void)arg;
    sw_free(memory);
}

static int start(void *state, bool fresh)
{
    z_stream *z = state;
    if (!fresh)
        return inflateReset(z) == Z_OK ? 0 : SW_E_STATE;
    z->zalloc = zlib_alloc;
    z->zfree = zlib_free;
    return inflateInit2(z, 15 + 16) == Z_OK ? 0 : SW_E_NOMEM;
}

static int step(void *state, struct sw_codec_io *io, const char **why)
{
    z_stream *z = state;
    unsigned in_len = io->in_len > UINT32_MAX ? UINT32_MAX : (unsigned)io->in_len;
    unsigned out_len = io->out_len > UINT32_MAX ? UINT32_MAX : (unsigned)io->out_len;
    z->next_in = (Bytef *)(uintptr_t)io->in;
    z->avail_in = in_len;
    z->next_out = io->out;
    z->avail_out = out_len;
    int rc = inflate(z, Z_NO_FLUSH);
    io->in += in_len - z->avail_in;
    io->in_len -= in_len - z->avail_in;
    io->out += out_len - z->avail_out;
    io->out_len -= out_len - z->avail_out;
    switch (rc) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input or room */
        return SW_CODEC_MORE;
    case Z_STREAM_END:
        return SW_CODEC_END;
    case Z_MEM_ERROR:
        return SW_E_NOMEM;
    default:
        *why = z->msg != NULL ? z->msg : "unusable data";
        return SW_E_FORMAT;
    }
}

static void end(void *state)
{
    (void)inflateEnd(state);
}

static bool follows(const uint8_t *in, size_t len)
{
    return len >= 2 && in[0] == 0x1f && in[1] == 0x8b;
}

const struct sw_codec sw_codec_gzip = {"gzip", sizeof(z_stream), start, step, end, follows};
