/* codec_xz.c - xz streams and lzip members by liblzma, with its memory bounded. */
#include "base/mem.h"
#include "source/stream_priv.h"

#include <lzma.h>

static void *lzma_alloc_hook(void *arg, size_t count, size_t size)
{
    (void)arg;
    return sw_alloc(count, size);
}

static void lzma_free_hook(void *arg, void *memory)
{
    (void)arg;
    sw_free(memory);
}

static const lzma_allocator allocator = {lzma_alloc_hook, lzma_free_hook, NULL};

static int start_with(lzma_stream *z, bool fresh, lzma_ret (*decoder)(lzma_stream *, uint64_t, uint32_t))
{
    if (fresh) {
        *z = (lzma_stream)LZMA_STREAM_INIT;
        z->allocator = &allocator;
    }
    return decoder(z, SW_MAX_CODEC_MEMORY, 0) == LZMA_OK ? 0 : SW_E_NOMEM;
}

static int start_xz(void *state, bool fresh)
{
    return start_with(state, fresh, lzma_stream_decoder);
}

static int start_lzip(void *state, bool fresh)
{
    return start_with(state, fresh, lzma_lzip_decoder);
}

static int step(void *state, struct sw_codec_io *io, const char **why)
{
    lzma_stream *z = state;
    z->next_in = io->in;
    z->avail_in = io->in_len;
    z->next_out = io->out;
    z->avail_out = io->out_len;
    lzma_ret rc = lzma_code(z, LZMA_RUN);
    io->in = z->next_in;
    io->in_len = z->avail_in;
    io->out = z->next_out;
    io->out_len = z->avail_out;
    switch (rc) {
    case LZMA_OK:
    case LZMA_BUF_ERROR: /* no progress without more input or room */
        return SW_CODEC_MORE;
    case LZMA_STREAM_END:
        return SW_CODEC_END;
    case LZMA_MEM_ERROR:
        return SW_E_NOMEM;
    case LZMA_MEMLIMIT_ERROR:
        *why = "its dictionary needs more memory than is allowed";
        return SW_E_LIMIT;
    case LZMA_OPTIONS_ERROR:
        *why = "uses options that are not supported";
        return SW_E_UNSUPPORTED;
    case LZMA_FORMAT_ERROR:
        *why = "unusable header";
        return SW_E_FORMAT;
    default:
        *why = "corrupt data";
        return SW_E_FORMAT;
    }
}

static void end(void *state)
{
    lzma_end(state);
}

static bool follows_xz(const uint8_t *in, size_t len)
{
    return len >= 6 && memcmp(in, "\xfd"
                                  "7zXZ",
                              6) == 0;
}

static bool follows_lzip(const uint8_t *in, size_t len)
{
    return len >= 4 && memcmp(in, "LZIP", 4) == 0;
}

const struct sw_codec sw_codec_xz = {"xz", sizeof(lzma_stream), start_xz, step, end, follows_xz};
const struct sw_codec sw_codec_lzip = {"lzip", sizeof(lzma_stream), start_lzip, step, end, follows_lzip};
