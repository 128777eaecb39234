/*
 * json_scan.h - looking through JSON text sixteen bytes at a time (SSE2; a table elsewhere).
 *
 * For the JSON reader and the splitter only. No function here reads at or beyond `end`.
 */
#ifndef SW_DECODE_JSON_SCAN_H
#define SW_DECODE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool sw_json_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Past white space. Most tokens have none or one blank before them. */
static inline const char *sw_json_space(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at <= ' ' && sw_json_is_space(*at))
        at++;
    return at;
}

#ifdef __SSE2__
/* Bit i: byte i cannot stand in a string as it is ('"', '\', a control character). */
static inline unsigned sw_json_special16(__m128i block)
{
    __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), control));
}
#endif

static inline bool sw_json_special(char c)
{
    return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

/* The first byte from `at` on that cannot stand in a string as it is, or end. *high gathers whether a byte beyond ASCII
 * was passed (any bit set). */
static inline const char *sw_json_plain(const char *at, const char *end, unsigned *high)
{
#ifdef __SSE2__
    while (end - at >= 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned special = sw_json_special16(block);
        unsigned beyond = (unsigned)_mm_movemask_epi8(block);
        if (special != 0) {
            *high |= beyond & ((special & -special) - 1);
            return at + __builtin_ctz(special);
        }
        *high |= beyond;
        at += 16;
    }
#endif
    for (; at < end && !sw_json_special(*at); at++)
        *high |= (unsigned char)*at & 0x80u;
    return at;
}

/* Copies what may stand in a string as it is from `at` to `out`, which has room for end - at + 16 bytes. Returns where it
 * stopped in the source, and in *out where in the copy. */
static inline const char *sw_json_plain_copy(const char *at, const char *end, char **out, unsigned *high)
{
    char *to = *out;
#ifdef __SSE2__
    while (end - at >= 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned special = sw_json_special16(block);
        unsigned beyond = (unsigned)_mm_movemask_epi8(block);
        _mm_storeu_si128((__m128i *)(void *)to, block);
        if (special != 0) {
            *high |= beyond & ((special & -special) - 1);
            unsigned n = (unsigned)__builtin_ctz(special);
            *out = to + n;
            return at + n;
        }
        *high |= beyond;
        at += 16;
        to += 16;
    }
#endif
    for (; at < end && !sw_json_special(*at); at++) {
        *high |= (unsigned char)*at & 0x80u;
        *to++ = *at;
    }
    *out = to;
    return at;
}

#endif
