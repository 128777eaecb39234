/* reader.c - fills blocks. Where to cut them is the engine's business. */
#include "source/reader.h"

#include "base/mem.h"

void sw_reader_init(struct sw_reader *reader)
{
    *reader = (struct sw_reader){.stream = NULL};
}

void sw_reader_fini(struct sw_reader *reader)
{
    sw_free(reader->carry);
    sw_reader_init(reader);
}

void sw_reader_begin(struct sw_reader *reader, struct sw_stream *stream)
{
    reader->stream = stream;
    reader->carry_len = 0;
    reader->offset = 0;
    reader->next = 0;
    reader->eof = false;
    reader->error = 0;
}

ssize_t sw_reader_fill(struct sw_reader *reader, uint8_t *block, size_t cap)
{
    if (reader->carry_len >= cap && !(reader->eof && reader->carry_len == cap))
        return SW_E_LIMIT;
    size_t len = reader->carry_len;
    if (len > 0)
        memcpy(block, reader->carry, len);
    reader->carry_len = 0;
    reader->offset = reader->next;
    while (!reader->eof && len < cap) {
        ssize_t n = sw_stream_read(reader->stream, block + len, cap - len);
        if (n > 0) {
            len += (size_t)n;
            continue;
        }
        reader->eof = true;
        reader->error = (int)n;
    }
    reader->next = reader->offset + len;
    return (ssize_t)len;
}

int sw_reader_keep(struct sw_reader *reader, const uint8_t *tail, size_t len)
{
    if (len > reader->carry_cap) {
        uint8_t *grown = sw_realloc(reader->carry, len, 1);
        if (grown == NULL)
            return SW_E_NOMEM;
        reader->carry = grown;
        reader->carry_cap = len;
    }
    if (len > 0)
        memcpy(reader->carry, tail, len);
    reader->carry_len = len;
    reader->next -= len;
    return 0;
}
