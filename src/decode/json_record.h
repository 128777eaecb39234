/*
 * json_record.h - one JSON document as an event: read, opened, classified, emitted. For the decoders that meet JSON.
 *
 * Owner:   a worker's state, kept from record to record.      Threads: one at a time.      Trust: hostile input.
 */
#ifndef SW_DECODE_JSON_RECORD_H
#define SW_DECODE_JSON_RECORD_H

#include "decode/json_inner.h"

struct sw_json_state {
    struct sw_json_reader reader;
    struct sw_json_shapes shapes;
    struct sw_json_inner *inner;
};

struct sw_json_state *sw_json_state_new(const struct sw_classes *classes);
void sw_json_state_free(void *state);

/* Reads the document that begins at text into d->event, which was begun and may have fields already. *used is its length.
 * On failure the record is not rejected yet: reader.reason says why, or it is NULL and memory has ended. */
bool sw_json_record_read(struct sw_json_state *state, struct sw_decode *d, struct sw_str text, size_t *used);

/* Ends the record that was read: what is inside it is opened, its shape found, the event emitted. */
int sw_json_record_emit(struct sw_json_state *state, struct sw_decode *d);

/* Rejects the record: for what the reader says, or for its length. Returns SW_E_NOMEM when memory has ended, else 0. */
int sw_json_record_reject(struct sw_json_state *state, struct sw_decode *d, size_t len);

#endif
