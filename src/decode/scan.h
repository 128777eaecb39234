/*
 * scan.h - finding a byte in short text, inline: the inner loop of every decoder of words and columns.
 *
 * memchr wins from about 64 bytes on; words of a log line are shorter than that, and the call would cost more than the
 * search. Nothing outside [at, end) is read.
 */
#ifndef SW_DECODE_SCAN_H
#define SW_DECODE_SCAN_H

#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first of up to three bytes in [at, end), or end. Pass the same byte twice to look for fewer. */
static inline const char *sw_scan_any(const char *at, const char *end, char a, char b, char c)
{
#ifdef __SSE2__
    const char *start = at;
    const __m128i va = _mm_set1_epi8(a);
    const __m128i vb = _mm_set1_epi8(b);
    const __m128i vc = _mm_set1_epi8(c);
    while (end - at >= 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i hit =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, va), _mm_cmpeq_epi8(block, vb)), _mm_cmpeq_epi8(block, vc));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask != 0)
            return at + __builtin_ctz(mask);
        at += 16;
    }
    if (at == end)
        return end;
    if (end - start >= 16) { /* the last block again, without the bytes that were looked at */
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
        __m128i hit =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, va), _mm_cmpeq_epi8(block, vb)), _mm_cmpeq_epi8(block, vc));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit) >> (16 - (end - at));
        return mask != 0 ? at + __builtin_ctz(mask) : end;
    }
#endif
    while (at < end && *at != a && *at != b && *at != c)
        at++;
    return at;
}

static inline const char *sw_scan_chr(const char *at, const char *end, char c)
{
    return sw_scan_any(at, end, c, c, c);
}

#endif
