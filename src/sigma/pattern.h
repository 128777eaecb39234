/*
 * pattern.h - a string value of a rule: text cut at its wildcards, and what modifiers do to it.
 *
 * Escapes: `\*` `\?` `\\` are the plain character; a backslash before anything else, and one at the end, is itself.
 * Owner: pieces and their text live in the arena given; text of unescaped pieces may point into the source.
 */
#ifndef SW_SIGMA_PATTERN_H
#define SW_SIGMA_PATTERN_H

#include "base/arena.h"
#include "sigma/ir.h"

enum sw_piece_kind {
    SW_PIECE_LITERAL,
    SW_PIECE_MANY,
    SW_PIECE_ONE,
    SW_PIECE_HOLE /* %placeholder%, text is its name */
};

struct sw_piece {
    uint8_t kind;       /* enum sw_piece_kind */
    struct sw_str text; /* LITERAL (never empty) and HOLE */
};

struct sw_glob {
    struct sw_piece *pieces;
    size_t count;
};

enum sw_glob_mode {
    SW_GLOB_TEXT,   /* wildcards and escapes; percent signs are text */
    SW_GLOB_EXPAND, /* the same, and `%name%` is a hole, `\%` a percent sign */
    SW_GLOB_RAW     /* only holes and `\%`: for what isn't a wildcard pattern (a regular expression, a network) */
};

int sw_glob_parse(struct sw_arena *arena, struct sw_str text, enum sw_glob_mode mode, struct sw_glob *glob);

bool sw_glob_has(const struct sw_glob *glob, enum sw_piece_kind kind);

/* The text of a glob that has literals only, in one; terminated. ptr NULL when memory ends. */
struct sw_str sw_glob_text(struct sw_arena *arena, const struct sw_glob *glob);

/* `*` before and/or after. */
int sw_glob_surround(struct sw_arena *arena, struct sw_glob *glob, bool before, bool after);

/* Puts pieces in place of the piece at `at`. */
int sw_glob_splice(struct sw_arena *arena, const struct sw_glob *glob, size_t at, const struct sw_glob *in,
                   struct sw_glob *out);

/* The canonical form of the glob, into the pattern fields of a predicate. */
int sw_glob_finish(struct sw_arena *arena, const struct sw_glob *glob, struct sw_pred *pred);

/* --- encode.c ------------------------------------------------------------------------------------------- */

/* How many dashes of the value begin a parameter: one of - / en dash, em dash, horizontal bar, with no word character
 * before it and one after it. A wildcard or hole is no word character. */
size_t sw_glob_dashes(const struct sw_glob *glob);

enum { SW_DASH_KINDS = 5 };

/* The glob with its parameter dashes replaced: dash i becomes kind (choice / 5^i) % 5. Choice 0 is all `-`. */
int sw_glob_windash(struct sw_arena *arena, const struct sw_glob *glob, uint32_t choice, struct sw_glob *out);

enum sw_utf16 { SW_UTF16_LE, SW_UTF16_BE, SW_UTF16_BOM /* FF FE, then little endian */ };

/* Text pieces become their UTF-16 bytes; the mark comes before the first text piece. */
int sw_glob_utf16(struct sw_arena *arena, const struct sw_glob *glob, enum sw_utf16 kind, struct sw_glob *out);

/* Base64 of bytes as they come at `shift` (0 to 2) bytes past a multiple of three within a longer text: the characters
 * that depend on these bytes alone. `whole` gives the full encoding with its padding (shift 0). */
int sw_base64(struct sw_arena *arena, struct sw_str bytes, unsigned shift, bool whole, struct sw_str *out);

#endif
