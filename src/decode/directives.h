/*
 * directives.h - "#name value" lines of logs that describe their own columns (W3C extended, Zeek), for decoders with
 * header().
 *
 * The directives in force at a place are kept as text, each kind once, a line each: that text is what header() passes
 * from slice to slice, and decode() changes its own copy as it meets further ones.
 * Trust: hostile input.
 */
#ifndef SW_DECODE_DIRECTIVES_H
#define SW_DECODE_DIRECTIVES_H

#include "decode/decode.h"

struct sw_directives {
    const struct sw_str *names; /* as they begin their lines: "#Fields:". ASCII case is folded */
    unsigned count;             /* at most 16 */
};

/* A longer line is no directive, so that 16 of them, and one more on its way in, always find room in SW_MAX_RECORD. */
#define SW_MAX_DIRECTIVE (SW_MAX_RECORD / 17 - 1)

/* Where the lines of a slice begin: behind a byte order mark, if it is the source's first. */
size_t sw_directives_start(const struct sw_slice *slice);

/* Which directive a line is; `count` when it is none of them. */
unsigned sw_directive_of(const struct sw_directives *kinds, struct sw_str line);

/* The value of a directive in the text, without its name; empty when it isn't there. */
struct sw_str sw_directive_get(const struct sw_directives *kinds, struct sw_str text, unsigned which);

/* Puts a directive in place of the one of its kind. Without memory the text stays as it was. */
void sw_directive_set(const struct sw_directives *kinds, struct sw_buf *text, struct sw_str line);

/* What header() does: the latest line of each kind in the slice. */
void sw_directives_of_slice(const struct sw_directives *kinds, struct sw_buf *text, const struct sw_slice *slice);

#endif
