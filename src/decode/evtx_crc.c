/*
 * evtx_crc.c - CRC-32 of RFC 1952 at memory speed, so that checking every chunk is free.
 *
 * With carry-less multiplication where the processor has it (V. Gopal et al., "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction", Intel 2009, whose names the constants bear), else eight bytes a step by
 * tables.
 */
#include "decode/evtx_priv.h"

#include <pthread.h>

/* --- tables ----------------------------------------------------------------------------------------------- */

static uint32_t table[8][256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t sum = i;
        for (unsigned bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
        table[0][i] = sum;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (unsigned t = 1; t < 8; t++)
            table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xff];
}

static uint32_t by_table(uint32_t sum, const uint8_t *p, size_t len)
{
    (void)pthread_once(&table_once, make_table);
    for (; len >= 8; len -= 8, p += 8) {
        uint32_t low = sum ^ sw_evtx_u32(p);
        sum = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^ table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
              table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    }
    for (; len > 0; len--, p++)
        sum = sum >> 8 ^ table[0][(sum ^ *p) & 0xff];
    return sum;
}

/* --- carry-less multiplication ---------------------------------------------------------------------------- */

#ifdef __x86_64__
#include <immintrin.h>

#define CLMUL __attribute__((target("pclmul,sse4.1")))

CLMUL static inline __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Moves `sum` on by the distance that the constants stand for, onto the bytes there. */
CLMUL static inline __m128i fold(__m128i sum, __m128i constants, __m128i bytes)
{
    __m128i low = _mm_clmulepi64_si128(sum, constants, 0x00);
    __m128i high = _mm_clmulepi64_si128(sum, constants, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), bytes);
}

/* 128 bits to the 32 of the sum: first to 64 bits, then Barrett's reduction. */
CLMUL static uint32_t reduce(__m128i sum, __m128i k3k4)
{
    const __m128i k5 = _mm_set_epi64x(0, 0x163cd6124);
    const __m128i polynomial = _mm_set_epi64x(0x1f7011641, 0x1db710641);
    const __m128i low32 = _mm_set_epi32(0, -1, 0, -1);
    sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, k3k4, 0x10));
    __m128i folded = _mm_clmulepi64_si128(_mm_and_si128(sum, low32), k5, 0x00);
    sum = _mm_xor_si128(_mm_srli_si128(sum, 4), folded);
    __m128i part = _mm_clmulepi64_si128(_mm_and_si128(sum, low32), polynomial, 0x10);
    part = _mm_clmulepi64_si128(_mm_and_si128(part, low32), polynomial, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(sum, part), 1);
}

/* Folds whole blocks of 64 bytes into four sums; tells how many bytes in *at. len is at least 64. */
CLMUL static void fold_blocks(uint32_t start, const uint8_t *p, size_t len, __m128i sums[4], size_t *at)
{
    const __m128i k1k2 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    for (size_t i = 0; i < 4; i++)
        sums[i] = load(p + 16 * i);
    sums[0] = _mm_xor_si128(sums[0], _mm_cvtsi32_si128((int)start));
    for (*at = 64; len - *at >= 64; *at += 64)
        for (size_t i = 0; i < 4; i++)
            sums[i] = fold(sums[i], k1k2, load(p + *at + 16 * i));
}

#define CLMUL_WIDE __attribute__((target("vpclmulqdq,avx2,pclmul,sse4.1")))

CLMUL_WIDE static inline __m256i fold_wide(__m256i sum, __m256i constants, const uint8_t *bytes)
{
    __m256i low = _mm256_clmulepi64_epi128(sum, constants, 0x00);
    __m256i high = _mm256_clmulepi64_epi128(sum, constants, 0x11);
    return _mm256_xor_si256(_mm256_xor_si256(low, high), _mm256_loadu_si256((const __m256i *)(const void *)bytes));
}

/* The same, two sums at a time. */
CLMUL_WIDE static void fold_blocks_wide(uint32_t start, const uint8_t *p, size_t len, __m128i sums[4], size_t *at)
{
    const __m256i k1k2 = _mm256_set_epi64x(0x1c6e41596, 0x154442bd4, 0x1c6e41596, 0x154442bd4);
    __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i second = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    first = _mm256_xor_si256(first, _mm256_set_epi32(0, 0, 0, 0, 0, 0, 0, (int)start));
    size_t done = 64;
    for (; len - done >= 64; done += 64) {
        first = fold_wide(first, k1k2, p + done);
        second = fold_wide(second, k1k2, p + done + 32);
    }
    sums[0] = _mm256_castsi256_si128(first);
    sums[1] = _mm256_extracti128_si256(first, 1);
    sums[2] = _mm256_castsi256_si128(second);
    sums[3] = _mm256_extracti128_si256(second, 1);
    *at = done;
}

/* len is at least 64; does whole blocks of 16 bytes and tells how many bytes in *done. */
CLMUL static uint32_t by_multiplication(uint32_t start, const uint8_t *p, size_t len, size_t *done)
{
    const __m128i k3k4 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    __m128i sums[4];
    size_t at;
    if (__builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx2"))
        fold_blocks_wide(start, p, len, sums, &at);
    else
        fold_blocks(start, p, len, sums, &at);
    __m128i sum = sums[0];
    for (size_t i = 1; i < 4; i++)
        sum = fold(sum, k3k4, sums[i]);
    for (; len - at >= 16; at += 16)
        sum = fold(sum, k3k4, load(p + at));
    *done = at;
    return reduce(sum, k3k4);
}

static bool can_multiply(void)
{
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}
#else
static uint32_t by_multiplication(uint32_t start, const uint8_t *p, size_t len, size_t *done)
{
    (void)p;
    (void)len;
    *done = 0;
    return start;
}

static bool can_multiply(void)
{
    return false;
}
#endif

uint32_t sw_evtx_crc(uint32_t crc, const uint8_t *data, size_t len)
{
    uint32_t sum = ~crc;
    size_t done = 0;
    if (len >= 64 && can_multiply())
        sum = by_multiplication(sum, data, len, &done);
    return ~by_table(sum, data + done, len - done);
}
