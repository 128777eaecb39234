/* codec_zstd.c - zstd frames, skippable ones included. Dictionaries are not supported: the frame is refused by the library. */
#include "source/stream_priv.h"

#include <zstd.h>
#include <zstd_errors.h>

#define WINDOW_LOG_MAX 27 /* 128 MiB: what --ultra -22 and --long=27 use */

struct zstd {
    ZSTD_DStream *stream;
};

static int start(void *state, bool fresh)
{
    struct zstd *z = state;
    if (!fresh)
        return 0; /* a frame's end leaves the stream ready for the next */
    z->stream = ZSTD_createDStream();
    if (z->stream == NULL)
        return SW_E_NOMEM;
    (void)ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return 0;
}

static int step(void *state, struct sw_codec_io *io, const char **why)
{
    struct zstd *z = state;
    ZSTD_inBuffer in = {io->in, io->in_len, 0};
    ZSTD_outBuffer out = {io->out, io->out_len, 0};
    size_t left = ZSTD_decompressStream(z->stream, &out, &in);
    io->in += in.pos;
    io->in_len -= in.pos;
    io->out += out.pos;
    io->out_len -= out.pos;
    if (ZSTD_isError(left)) {
        *why = ZSTD_getErrorName(left);
        switch (ZSTD_getErrorCode(left)) {
        case ZSTD_error_memory_allocation:
            return SW_E_NOMEM;
        case ZSTD_error_frameParameter_windowTooLarge:
            return SW_E_LIMIT;
        case ZSTD_error_checksum_wrong:
            return SW_E_CHECKSUM;
        case ZSTD_error_dictionary_wrong:
            return SW_E_UNSUPPORTED;
        default:
            return SW_E_FORMAT;
        }
    }
    return left == 0 ? SW_CODEC_END : SW_CODEC_MORE;
}

static void end(void *state)
{
    struct zstd *z = state;
    (void)ZSTD_freeDStream(z->stream);
}

static bool follows(const uint8_t *in, size_t len)
{
    if (len < 4)
        return false;
    bool frame = in[0] == 0x28 && in[1] == 0xb5 && in[2] == 0x2f && in[3] == 0xfd;
    bool skippable = (in[0] & 0xf0) == 0x50 && in[1] == 0x2a && in[2] == 0x4d && in[3] == 0x18;
    return frame || skippable;
}

const struct sw_codec sw_codec_zstd = {"zstd", sizeof(struct zstd), start, step, end, follows};
