/*
 * json_split.h - where JSON records begin and end in a stream of bytes, without reading them.
 *
 * A source has one of two forms, told by how it begins:
 *   lines    one object a line. Cut after the last line feed; a record's number is its line's.
 *   values   anything else: arrays, documents over several lines, objects one after the other, and envelopes: an object
 *            that holds an array of records under a well-known key ({"Records":[...]}). Cut after a record; records are
 *            counted.
 * The splitter and the decoder walk with the same code, so that they agree on what a record is, also in broken text:
 * brackets are counted outside strings, and a line feed ends a string that was not closed.
 *
 * Limits:  a record longer than SW_MAX_RECORD is given out in pieces; the pieces after the first have SW_JSON_REST.
 * Trust:   hostile input.
 */
#ifndef SW_DECODE_JSON_SPLIT_H
#define SW_DECODE_JSON_SPLIT_H

#include "decode/decode.h"

/* Bits of slice->context. */
enum sw_json_context {
    SW_JSON_LINES = 1,
    SW_JSON_VALUES = 2,
    SW_JSON_REST = 4,     /* the slice holds nothing but more of a record that is too long */
    SW_JSON_IN_ARRAY = 8, /* it begins between the elements of an array of records */
    SW_JSON_AROUND = 16   /* times the number of objects around that array */
};

/* Stands before each object in a JSON text sequence (RFC 7464, journalctl -o json-seq). */
#define SW_JSON_SEPARATOR '\x1e'

/* Bytes of an envelope before its array within which the array must begin. */
#define SW_JSON_ENVELOPE_HEAD 4096u

/* The form of a source that begins with `head`: SW_JSON_LINES, SW_JSON_VALUES, or 0 when more bytes are needed to tell
 * (never when `all` of it is given). */
unsigned sw_json_form(struct sw_str head, bool all);

/* --- walking through values ----------------------------------------------------------------------------- */

struct sw_json_scan {
    uint32_t depth; /* open brackets */
    bool in_string;
    bool escaped; /* the byte before was a backslash that escapes */
};

/* Goes on until the bracket that brings depth to 0; returns the place after it. NULL: it is not there; `scan` is then as it
 * is at `end`. */
const char *sw_json_scan(struct sw_json_scan *scan, const char *at, const char *end);

/* A place between records. */
struct sw_json_place {
    const char *at;
    bool in_array;  /* between the elements of an array of records */
    uint8_t around; /* objects around that array */
};

struct sw_json_walk {
    struct sw_json_place here;
    struct sw_json_place cut; /* the last place before which everything is dealt with */
    const char *end;
    bool all; /* nothing comes after end */
};

enum sw_json_item {
    SW_JSON_END,       /* nothing but white space was left */
    SW_JSON_MORE,      /* more bytes are needed to tell what comes (never when all are there) */
    SW_JSON_RECORD,    /* we are at the '{' of a record */
    SW_JSON_NOT_RECORD /* we are at something that is no object */
};

void sw_json_walk_init(struct sw_json_walk *walk, struct sw_str text, uint64_t context, bool all);

/* Passes over what stands between records, into arrays and envelopes and out of them. */
enum sw_json_item sw_json_walk_to(struct sw_json_walk *walk);

/* The end of the item we are at; NULL when it is not there (`scan` tells how far it got). */
const char *sw_json_walk_end(const struct sw_json_walk *walk, struct sw_json_scan *scan);

/* The item is dealt with, and ends before `after`. */
void sw_json_walk_past(struct sw_json_walk *walk, const char *after);

/* The next line from `at` on that begins with '{', as the place of that '{'; NULL when there is none before `end`. Where to go
 * on after a record whose end can't be trusted. */
const char *sw_json_next_start(const char *at, const char *end);

/* sw_decoder.split */
size_t sw_json_split(void *state, const uint8_t *data, size_t len, uint64_t offset, bool eof);

#endif
