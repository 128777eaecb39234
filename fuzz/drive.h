/*
 * drive.h - a decoder run over bytes as the pipeline would, cut at places that a schedule chooses, with all that the
 * contract promises checked on the way.
 *
 * For the fuzz targets (decoder.c) and for tests/unit/test_cuts.c. Aborts with a message when a promise is broken:
 * split() returns no more than it was given; each slice is its own allocation, so that ASan sees a byte too far;
 * records read are those parsed and those rejected; classes, fields and types are ones that exist; every byte of every
 * value can be read.
 */
#ifndef SW_FUZZ_DRIVE_H
#define SW_FUZZ_DRIVE_H

#include "base/buf.h"
#include "decode/decode.h"

/* How the bytes become available, and which of two workers decodes a slice. */
struct drive_schedule {
    uint8_t steps[4]; /* in turns: s makes s * s + 1 more bytes available; all 0xff: everything at once */
    bool recover;
    bool used; /* the workers have decoded another source before, as those of a run have */
};

/* Appends all events, a line of JSON each, to out. */
void drive_decoder(const struct sw_decoder *decoder, const uint8_t *data, size_t len,
                   const struct drive_schedule *schedule, struct sw_buf *out);

/* Runs the decoder twice, all at once and by the schedule, and aborts when the events are not the same. */
void drive_compare(const struct sw_decoder *decoder, const uint8_t *data, size_t len,
                   const struct drive_schedule *schedule);

#endif
