/* codec_lz4.c - lz4 frames by liblz4. The legacy format of old kernels' images has no use in logs and is not read. */
#include "source/stream_priv.h"

#include <lz4frame.h>

struct lz4 {
    LZ4F_dctx *context;
};

static int start(void *state, bool fresh)
{
    struct lz4 *z = state;
    if (!fresh) {
        LZ4F_resetDecompressionContext(z->context);
        return 0;
    }
    return LZ4F_isError(LZ4F_createDecompressionContext(&z->context, LZ4F_VERSION)) ? SW_E_NOMEM : 0;
}

static int step(void *state, struct sw_codec_io *io, const char **why)
{
    struct lz4 *z = state;
    size_t in_len = io->in_len;
    size_t out_len = io->out_len;
    size_t left = LZ4F_decompress(z->context, io->out, &out_len, io->in, &in_len, NULL);
    if (LZ4F_isError(left)) {
        *why = LZ4F_getErrorName(left);
        return strcmp(*why, "ERROR_allocation_failed") == 0 ? SW_E_NOMEM : SW_E_FORMAT;
    }
    io->in += in_len;
    io->in_len -= in_len;
    io->out += out_len;
    io->out_len -= out_len;
    return left == 0 ? SW_CODEC_END : SW_CODEC_MORE;
}

static void end(void *state)
{
    struct lz4 *z = state;
    (void)LZ4F_freeDecompressionContext(z->context);
}

static bool follows(const uint8_t *in, size_t len)
{
    if (len < 4)
        return false;
    bool frame = in[0] == 0x04 && in[1] == 0x22 && in[2] == 0x4d && in[3] == 0x18;
    bool skippable = (in[0] & 0xf0) == 0x50 && in[1] == 0x2a && in[2] == 0x4d && in[3] == 0x18;
    return frame || skippable;
}

const struct sw_codec sw_codec_lz4 = {"lz4", sizeof(struct lz4), start, step, end, follows};
