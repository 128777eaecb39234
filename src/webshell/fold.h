/*
 * fold.h - functions whose value can be computed when their arguments are known: decoders, and what puts texts
 * together.
 *
 * Limits:  SW_MAX_FOLD_TEXT a result; what would be longer is unknown, with its origin.
 * Threads: each with its own arena.      Errors: none: what can't be computed is unknown.      Trust: hostile input.
 */
#ifndef SW_WEBSHELL_FOLD_H
#define SW_WEBSHELL_FOLD_H

#include "webshell/value.h"

/* The longest text that is computed: shells packed into one string have up to 300 KB. */
#define SW_MAX_FOLD_TEXT (4u << 20)

enum sw_fold {
    SW_FOLD_PASS, /* its first argument, as far as it is of interest here */
    SW_FOLD_LETTERS,     /* the text of a list of bytes or letters; else as PASS */
    SW_FOLD_LETTERS_LAST, /* of the last argument */
    SW_FOLD_SECOND_LAST, /* iconv(from, to, text): the last argument */
    SW_FOLD_LAST,          /* the last argument */
    SW_FOLD_PASS_ALL,      /* made of all its arguments */
    SW_FOLD_DECODER_LAST,  /* decodes one of its arguments, but not here */
    SW_FOLD_BASE64_LAST,   /* of the last argument */
    SW_FOLD_CHR_LAST,
    SW_FOLD_CHAR_AT,
    SW_FOLD_JOIN_PATH,     /* the same with separators */
    SW_FOLD_CONCAT,        /* the arguments one behind the other */
    SW_FOLD_ARRAY_OF,      /* an array of the arguments */
    SW_FOLD_EXPLODE_IN,    /* (text, separator) */
    SW_FOLD_SUBSTRING,     /* Java: (text, from, to) */
    SW_FOLD_OTHER_DECODER, /* decodes, but not here */
    SW_FOLD_OTHER_SHAPE, /* reshapes, but not here */
    SW_FOLD_BASE64_DECODE,
    SW_FOLD_BASE64_ENCODE,
    SW_FOLD_INFLATE_RAW,
    SW_FOLD_INFLATE_ZLIB,
    SW_FOLD_INFLATE_GZIP,
    SW_FOLD_ROT13,
    SW_FOLD_REVERSE,
    SW_FOLD_HEX_DECODE,
    SW_FOLD_HEX_ENCODE,
    SW_FOLD_PACK,
    SW_FOLD_CHR,
    SW_FOLD_ORD,
    SW_FOLD_REPLACE, /* (what, by, text), lists allowed */
    SW_FOLD_REPLACE_IN, /* (text, what, by) */
    SW_FOLD_TRANSLATE,
    SW_FOLD_SUBSTR,
    SW_FOLD_MID, /* VBScript: from 1 */
    SW_FOLD_LEFT,
    SW_FOLD_RIGHT,
    SW_FOLD_LOWER,
    SW_FOLD_UPPER,
    SW_FOLD_UPPER_FIRST,
    SW_FOLD_LOWER_FIRST,
    SW_FOLD_TRIM,
    SW_FOLD_TRIM_LEFT,
    SW_FOLD_TRIM_RIGHT,
    SW_FOLD_IMPLODE,
    SW_FOLD_EXPLODE,
    SW_FOLD_SPLIT,
    SW_FOLD_SPLIT_CHARS, /* preg_split('//', text) */
    SW_FOLD_REPEAT,
    SW_FOLD_FORMAT,
    SW_FOLD_URL_DECODE,
    SW_FOLD_UUDECODE,
    SW_FOLD_STRIP_C,
    SW_FOLD_STRIP_SLASHES,
    SW_FOLD_ARRAY_REVERSE,
    SW_FOLD_ARRAY_MERGE,
    SW_FOLD_ARRAY_DIFF,
    SW_FOLD_ARRAY_FLIP,
    SW_FOLD_ARRAY_KEYS,
    SW_FOLD_ARRAY_VALUES,
    SW_FOLD_ARRAY_COMBINE,
    SW_FOLD_ARRAY_SLICE,
    SW_FOLD_ARRAY_FIRST,
    SW_FOLD_ARRAY_SECOND,
    SW_FOLD_ARRAY_LAST,
    SW_FOLD_ARRAY_KEY,
    SW_FOLD_RANGE,
    SW_FOLD_HEXDEC,
    SW_FOLD_OCTDEC,
    SW_FOLD_BINDEC,
    SW_FOLD_DECHEX,
    SW_FOLD_BASE_CONVERT,
    SW_FOLD_INTVAL,
    SW_FOLD_LENGTH,
    SW_FOLD_DATE,
    SW_FOLD_COUNT
};

/* The value of a function with these arguments: its content where it can be computed, its origin in any case. */
struct sw_value sw_fold_call(struct sw_arena *arena, enum sw_fold function, const struct sw_value *args, size_t count);

/* Operators on known values. Unknown content gives unknown, with the origins of both. */
struct sw_value sw_fold_join(struct sw_arena *arena, const struct sw_value *left, const struct sw_value *right);
struct sw_value sw_fold_bits(struct sw_arena *arena, char op, const struct sw_value *left,
                             const struct sw_value *right); /* ^ & | */
struct sw_value sw_fold_invert(struct sw_arena *arena, const struct sw_value *value);
struct sw_value sw_fold_arithmetic(char op, const struct sw_value *left, const struct sw_value *right); /* + - * / % */
struct sw_value sw_fold_increment(struct sw_arena *arena,
                                  const struct sw_value *value); /* PHP: "a"++ is "b", "z"++ "aa" */
struct sw_value sw_fold_index(struct sw_arena *arena, const struct sw_value *value, const struct sw_value *index);

/* Whether a path ends as scripts do. */
bool sw_path_is_script(struct sw_str path);

/* The content of a string literal as written (enum sw_quote); the literal itself when nothing in it is escaped. */
struct sw_str sw_fold_literal(struct sw_arena *arena, struct sw_str written, unsigned quote);

#endif
