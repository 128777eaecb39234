/*
 * buf_json.c - JSON strings.
 *
 * Most bytes stand for themselves; most of the others are the backslashes of paths, a few bytes apart. So words of eight
 * bytes are spread over sixteen with a backslash before each quote or backslash in them, without asking how many there are:
 * no branch depends on it. Whatever else needs escaping is written byte by byte.
 */
#include "base/buf.h"
#include "base/error.h"
#include "base/utf.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

static inline uint64_t load8(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* The next up to eight bytes of s, the first in the lowest byte (little endian only); what follows them is zero or bytes
 * of s. Never reads outside of s. `left` is s.len - at and not 0. */
static inline uint64_t next_word(struct sw_str s, size_t at, size_t left)
{
    if (left >= 8)
        return load8(s.ptr + at);
    if (s.len >= 8)
        return load8(s.ptr + s.len - 8) >> 8 * (8 - left);
    uint64_t word = 0;
    if (left >= 4) {
        uint32_t low;
        uint32_t high;
        memcpy(&low, s.ptr + at, 4);
        memcpy(&high, s.ptr + at + left - 4, 4);
        return low | (uint64_t)high << 8 * (left - 4);
    }
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)(unsigned char)s.ptr[at + i] << 8 * i;
    return word;
}

#ifdef __x86_64__
#define SSSE3 __attribute__((target("ssse3,popcnt")))

/* For each mask of a word's bytes: where its bytes go when the mask's ones get a backslash before them, as indexes into the
 * word with eight backslashes behind it. Byte i goes to place PLACE(mask, i). */
#define PLACE(mask, i) ((unsigned)(i) + (unsigned)__builtin_popcount((mask) & ((2u << (i)) - 1)))
#define AT(place, half, index) ((place) / 8 == (half) ? (uint64_t)(index) << 8 * ((place) % 8) : 0)
#define BYTE(mask, i, half) \
    (AT(PLACE(mask, i), half, i) | ((mask) >> (i) & 1 ? AT(PLACE(mask, i) - 1, half, 8) : 0))
#define HALF(mask, half) \
    (BYTE(mask, 0, half) | BYTE(mask, 1, half) | BYTE(mask, 2, half) | BYTE(mask, 3, half) | BYTE(mask, 4, half) | \
     BYTE(mask, 5, half) | BYTE(mask, 6, half) | BYTE(mask, 7, half))
#define ROW(mask) {HALF(mask, 0), HALF(mask, 1)}
#define ROWS_4(mask) ROW(mask), ROW((mask) + 1u), ROW((mask) + 2u), ROW((mask) + 3u)
#define ROWS_16(mask) ROWS_4(mask), ROWS_4((mask) + 4u), ROWS_4((mask) + 8u), ROWS_4((mask) + 12u)
#define ROWS_64(mask) ROWS_16(mask), ROWS_16((mask) + 16u), ROWS_16((mask) + 32u), ROWS_16((mask) + 48u)
static const _Alignas(16) uint64_t places[256][2] = {ROWS_64(0u), ROWS_64(64u), ROWS_64(128u), ROWS_64(192u)};

/* A bit for each byte that is a control character or no ASCII: as signed numbers both are below 0x20. */
SSSE3 static inline unsigned unusual(__m128i bytes)
{
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f))));
}

SSSE3 static inline unsigned escaped(__m128i bytes)
{
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
}

/* Writes the low eight bytes, those of the mask's bits with a backslash before them; returns the end. Writes sixteen. */
SSSE3 static inline char *put_word(char *to, __m128i bytes, unsigned mask)
{
    __m128i row = _mm_load_si128((const __m128i *)(const void *)places[mask]);
    __m128i word = _mm_unpacklo_epi64(bytes, _mm_set1_epi8('\\'));
    _mm_storeu_si128((__m128i *)(void *)to, _mm_shuffle_epi8(word, row));
    return to + 8 + (unsigned)__builtin_popcount(mask);
}

/* Writes what comes before the next unusual byte; *at goes there. */
SSSE3 static char *put_usual_fast(char *to, struct sw_str s, size_t *at)
{
    size_t i = *at;
    for (; s.len - i >= 16; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(s.ptr + i));
        if (unusual(bytes) != 0)
            break;
        unsigned mask = escaped(bytes);
        to = put_word(to, bytes, mask & 0xff);
        to = put_word(to, _mm_unpackhi_epi64(bytes, bytes), mask >> 8);
    }
    while (i < s.len) {
        size_t left = s.len - i < 8 ? s.len - i : 8;
        __m128i bytes = _mm_cvtsi64_si128((int64_t)next_word(s, i, s.len - i));
        unsigned odd = unusual(bytes) & ((1u << left) - 1);
        if (odd != 0)
            left = (size_t)__builtin_ctz(odd);
        to = put_word(to, bytes, escaped(bytes) & ((1u << left) - 1)) - (8 - left);
        i += left;
        if (odd != 0)
            break;
    }
    *at = i;
    return to;
}

static bool is_fast(void)
{
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("popcnt");
}
#else
static char *put_usual_fast(char *to, struct sw_str s, size_t *at)
{
    (void)s;
    (void)at;
    return to;
}

static bool is_fast(void)
{
    return false;
}
#endif

/* Whether all eight bytes stand for themselves. Each term has a byte's top bit set if that byte is bad, or if a lower byte
 * is: 0x7f and above, below 0x20, quote, backslash. */
static bool all_plain(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101ull;
    uint64_t bad = word | (word + ones) | (word - ones * 0x20) | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones);
    return (bad & ones * 0x80) == 0;
}

static char *put_usual_simply(char *to, struct sw_str s, size_t *at)
{
    size_t i = *at;
    while (i < s.len) {
        if (s.len - i >= 8 && all_plain(load8(s.ptr + i))) {
            memcpy(to, s.ptr + i, 8);
            to += 8;
            i += 8;
            continue;
        }
        unsigned char byte = (unsigned char)s.ptr[i];
        if (byte < 0x20 || byte >= 0x7f)
            break;
        if (byte == '"' || byte == '\\')
            *to++ = '\\';
        *to++ = s.ptr[i++];
    }
    *at = i;
    return to;
}

/* A control character. */
static char *put_control(char *to, char c)
{
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    switch (c) {
    case '\n':
        *to++ = 'n';
        break;
    case '\r':
        *to++ = 'r';
        break;
    case '\t':
        *to++ = 't';
        break;
    default:
        memcpy(to, "u00", 3);
        to[3] = hex[(unsigned char)c >> 4];
        to[4] = hex[(unsigned char)c & 15];
        to += 5;
        break;
    }
    return to;
}

static bool is_usual(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7f;
}

char *sw_json_put(char *to, struct sw_str s)
{
    bool fast = is_fast();
    *to++ = '"';
    size_t at = 0;
    while (at < s.len) {
        to = fast ? put_usual_fast(to, s, &at) : put_usual_simply(to, s, &at);
        for (; at < s.len && !is_usual(s.ptr[at]);)
            if ((unsigned char)s.ptr[at] < 0x80)
                to = put_control(to, s.ptr[at++]);
            else
                to += sw_utf8_put(sw_utf8_next(s, &at), to);
    }
    *to++ = '"';
    return to;
}

void sw_buf_json(struct sw_buf *buf, struct sw_str s)
{
    if (s.len > SIZE_MAX / 8) {
        buf->error = SW_E_LIMIT;
        return;
    }
    if (sw_buf_reserve(buf, SW_JSON_ROOM(s.len)) == 0)
        buf->len = (size_t)(sw_json_put(buf->data + buf->len, s) - buf->data);
}
