/*
 * str.h - a string is a span: pointer and length, not terminated, may hold any byte.
 *
 * Owner: whoever owns the bytes; a span never does. Comparisons that fold case fold ASCII letters only,
 * unless the name says otherwise (utf.h folds the rest).
 */
#ifndef SW_BASE_STR_H
#define SW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sw_str {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;
};

#define SW_STR(literal) ((struct sw_str){(literal), sizeof(literal) - 1})
#define SW_STR_INIT(literal) {(literal), sizeof(literal) - 1}
/* for printf: printf("%.*s", SW_STR_ARG(s)) */
#define SW_STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).ptr ? (s).ptr : "")

static inline struct sw_str sw_str(const char *terminated)
{
    return (struct sw_str){terminated, strlen(terminated)};
}

static inline struct sw_str sw_strn(const char *ptr, size_t len)
{
    return (struct sw_str){ptr, len};
}

static inline char sw_lower(char c)
{
    return (char)((unsigned char)(c - 'A') < 26 ? c + 32 : c);
}

static inline bool sw_is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline bool sw_is_alpha(char c)
{
    return (unsigned char)((c | 32) - 'a') < 26;
}

static inline bool sw_is_space(char c)
{
    return c == ' ' || (unsigned char)(c - '\t') < 5;
}

static inline int sw_hex_digit(char c) /* -1 if it is none */
{
    if (sw_is_digit(c))
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool sw_str_eq(struct sw_str a, struct sw_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool sw_str_is(struct sw_str a, const char *terminated)
{
    return sw_str_eq(a, sw_str(terminated));
}

static inline bool sw_str_starts(struct sw_str a, struct sw_str prefix)
{
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool sw_str_ends(struct sw_str a, struct sw_str suffix)
{
    return a.len >= suffix.len && (suffix.len == 0 || memcmp(a.ptr + a.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* From index `from` to before index `to`, both clamped to the string. */
static inline struct sw_str sw_str_slice(struct sw_str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (struct sw_str){s.ptr ? s.ptr + from : NULL, to - from};
}

static inline struct sw_str sw_str_from(struct sw_str s, size_t from)
{
    return sw_str_slice(s, from, s.len);
}

#define SW_NPOS SIZE_MAX
static inline size_t sw_str_chr(struct sw_str s, char c) /* index of the first c, or SW_NPOS */
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : SW_NPOS;
}

bool sw_str_ieq(struct sw_str a, struct sw_str b);
bool sw_str_istarts(struct sw_str a, struct sw_str prefix);
bool sw_str_iends(struct sw_str a, struct sw_str suffix);
size_t sw_str_find(struct sw_str s, struct sw_str needle);  /* first occurrence or SW_NPOS; "" is found at 0 */
size_t sw_str_ifind(struct sw_str s, struct sw_str needle); /* the same, folding ASCII case */
int sw_str_cmp(struct sw_str a, struct sw_str b);           /* byte order: <0, 0, >0 */
struct sw_str sw_str_trim(struct sw_str s);                 /* without white space at both ends */

/* Takes the text up to `sep` off the front of *rest (all of it when there is none); false when *rest was
 * exhausted before. An exhausted rest has a NULL pointer, so "a," gives "a" and "". */
bool sw_str_next(struct sw_str *rest, char sep, struct sw_str *part);

/* Decimal, whole string, no sign for the unsigned one, no white space. 0, SW_E_FORMAT or SW_E_LIMIT. */
int sw_str_u64(struct sw_str s, uint64_t *value);
int sw_str_i64(struct sw_str s, int64_t *value);
int sw_str_hex64(struct sw_str s, uint64_t *value); /* hex digits, an 0x before them is fine */
int sw_str_double(struct sw_str s, double *value);  /* JSON-like decimal number, "." whatever the locale */

/* How many edits (insert, delete, replace, swap neighbours) part a from b; for suggestions. Cut at 64 bytes. */
unsigned sw_str_distance(struct sw_str a, struct sw_str b);

#endif
