/*
 * digits.h - numbers as text, fast: eight digits at a time, without loops over digits.
 *
 * Owner:   nothing; all write to the caller's memory and return the end of the text.
 * Limits:  functions named put may write up to SW_DIGITS_ROOM bytes, whatever the text's length: lengths differ too often
 *          to be guessed by the processor, so whole words are stored.
 */
#ifndef SW_BASE_DIGITS_H
#define SW_BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SW_DIGITS_ROOM = 28 }; /* 20 digits and what a last word may write beyond them */

/* The eight digits of a number below 10^8, the first in the lowest byte, as numbers 0 to 9. */
static inline uint64_t sw_eight_digits(uint32_t v)
{
    uint64_t x = (uint64_t)(v / 10000) | (uint64_t)(v % 10000) << 32; /* two of four digits */
    uint64_t high = (x * 10486 >> 20) & 0x0000007f0000007full;        /* / 100 */
    x = high | (x - high * 100) << 16;                                /* four of two digits */
    high = (x * 103 >> 10) & 0x000f000f000f000full;                   /* / 10 */
    return high | (x - high * 10) << 8;
}

/* Writes the low `len` bytes of x, and whatever follows up to eight. */
static inline char *sw_put_bytes(char *out, uint64_t x, size_t len)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    memcpy(out, &x, sizeof x);
    return out + len;
}

/* The eight digits of a number below 10^8, with leading zeros. */
static inline char *sw_put_eight(char *out, uint32_t v)
{
    return sw_put_bytes(out, sw_eight_digits(v) | 0x3030303030303030ull, 8);
}

static inline char *sw_put_u32(char *out, uint32_t v)
{
    const uint32_t most = 100000000;
    if (v >= most) {
        *out = (char)('0' + v / most % 10);
        unsigned two = v >= 10 * most;
        if (two) {
            *out = (char)('0' + v / most / 10);
            out[1] = (char)('0' + v / most % 10);
        }
        return sw_put_eight(out + 1 + two, v % most);
    }
    uint64_t digits = sw_eight_digits(v);
    unsigned skip = (unsigned)__builtin_ctzll(digits | 1ull << 56) / 8;
    return sw_put_bytes(out, (digits | 0x3030303030303030ull) >> 8 * skip, 8 - skip);
}

char *sw_put_u64(char *out, uint64_t v);

/* Two digits of a number below 100; writes no more than these. */
static inline char *sw_put_two(char *out, unsigned v)
{
    unsigned tens = v * 103 >> 10;
    out[0] = (char)('0' + tens);
    out[1] = (char)('0' + (v - tens * 10));
    return out + 2;
}

#endif
