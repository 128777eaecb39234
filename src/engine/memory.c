/* memory.c - one buffer through one decoder, cut only where the decoder's splitter has a reason to. */
#include "engine/memory.h"

const struct sw_decoder *sw_memory_decoder(const struct sw_memory *memory)
{
    if (memory->decoder != NULL)
        return memory->decoder;
    const struct sw_sniff sniff = {
        .head = sw_str_slice(memory->bytes, 0, SW_SNIFF_SIZE),
        .complete = memory->bytes.len <= SW_SNIFF_SIZE,
        .path = memory->info.path,
    };
    return sw_decoder_sniff(&sniff, NULL);
}

static int decode_slices(struct sw_decode *d, struct sw_str bytes)
{
    const struct sw_decoder *decoder = d->decoder;
    _Alignas(16) unsigned char split_state[SW_SPLIT_STATE] = {0};
    struct sw_buf header;
    sw_buf_init(&header, SW_MAX_RECORD);
    struct sw_slice slice = {
        .data = (const uint8_t *)bytes.ptr, .len = bytes.len, .line = decoder->flags & SW_DECODER_BINARY ? 0 : 1};
    int rc = 0;
    while (rc == 0 && slice.len > 0) {
        size_t left = slice.len;
        if (!sw_split(decoder, split_state, &slice, true) || slice.len == 0)
            break;
        size_t used = slice.len;
        rc = sw_decode_slice(d, &slice);
        if (rc == 0 && used < left && decoder->header != NULL) {
            decoder->header(&header, &slice);
            slice.header = sw_buf_str(&header);
        }
        for (size_t i = 0; i < used && slice.line > 0; i++)
            slice.line += slice.data[i] == '\n';
        slice.data += used;
        slice.offset += used;
        slice.len = left - used;
    }
    if (rc == 0 && decoder->flush != NULL)
        rc = decoder->flush(d);
    sw_buf_fini(&header);
    return rc;
}

int sw_memory_decode(const struct sw_memory *memory, struct sw_arena *arena, struct sw_read_stats *stats, sw_emit_fn emit,
                     void *emit_arg)
{
    struct sw_decode decode;
    sw_read_stats_init(stats);
    int rc = sw_decode_init(&decode, sw_memory_decoder(memory), &memory->info, memory->classes, stats, arena, emit, emit_arg);
    if (rc == 0)
        rc = decode_slices(&decode, memory->bytes);
    sw_decode_fini(&decode);
    return rc;
}
