/*
 * reader.h - a member's bytes in blocks that the caller supplies, with what a block left over carried into the next.
 *
 * The engine cuts a block where its decoder says that a record ends, and gives the rest back:
 *     sw_reader_begin(r, stream);
 *     while ((n = sw_reader_fill(r, block, SW_SLICE_SIZE)) > 0) {
 *         cut = split(block, n, r->offset, r->eof);
 *         hand block[0..cut) over; sw_reader_keep(r, block + cut, n - cut);
 *     }
 * A block may be handed over before the next is filled: what is kept is copied. Large requests go straight to read(2).
 * Owner:   embedded; sw_reader_fini() frees the carry. One reader serves many members.
 * Limits:  what is kept must be smaller than the next block. A record that fills a block is the caller's to cut.
 * Threads: one at a time.      Errors: as sw_stream_read().      Trust: hostile input.
 */
#ifndef SW_SOURCE_READER_H
#define SW_SOURCE_READER_H

#include "source/stream.h"

struct sw_reader {
    struct sw_stream *stream;
    uint8_t *carry;
    size_t carry_cap;
    size_t carry_len;
    uint64_t offset; /* of the last filled block's first byte in the member */
    uint64_t next;   /* offset of the byte after it */
    bool eof;        /* nothing follows the last filled block */
    int error;       /* why reading ended early (SW_E_*; sw_stream_error() explains); 0: it did not */
};

void sw_reader_init(struct sw_reader *reader);
void sw_reader_fini(struct sw_reader *reader);

/* Starts on the stream's current member. */
void sw_reader_begin(struct sw_reader *reader, struct sw_stream *stream);

/* What was kept and then new bytes, until the block is full or the member ends: how many, 0 when there are none left,
 * SW_E_LIMIT when what was kept leaves no room for a new byte. A member that breaks off gives what could be read, with eof and
 * error set. */
ssize_t sw_reader_fill(struct sw_reader *reader, uint8_t *block, size_t cap);

/* Puts the last len bytes of the last filled block back. 0 or SW_E_NOMEM. */
int sw_reader_keep(struct sw_reader *reader, const uint8_t *tail, size_t len);

#endif
