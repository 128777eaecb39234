/* utf.c - strict UTF-8 (RFC 3629), UTF-16 (RFC 2781), and simple case folding through libunistring. */
#include "base/utf.h"

#include <unicase.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { REPLACEMENT = 0xfffd };

/* Decodes one sequence; returns its length, or 0 when the bytes are not valid. */
static unsigned decode(const unsigned char *p, size_t left, uint32_t *code)
{
    unsigned char lead = p[0];
    if (lead < 0x80) {
        *code = lead;
        return 1;
    }
    unsigned len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || left < len)
        return 0;
    uint32_t value = lead & (0x7fu >> len);
    for (unsigned i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3fu);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *code = value;
    return len;
}

size_t sw_utf8_valid(struct sw_str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t at = 0;
    while (at < s.len) {
        uint64_t word;
        while (s.len - at >= sizeof word) {
            memcpy(&word, p + at, sizeof word);
            if (word & 0x8080808080808080ull)
                break;
            at += sizeof word;
        }
        if (at == s.len)
            break;
        uint32_t code;
        unsigned len = decode(p + at, s.len - at, &code);
        if (len == 0)
            return at;
        at += len;
    }
    return at;
}

uint32_t sw_utf8_next(struct sw_str s, size_t *at)
{
    uint32_t code;
    unsigned len = decode((const unsigned char *)s.ptr + *at, s.len - *at, &code);
    *at += len ? len : 1;
    return len ? code : REPLACEMENT;
}

unsigned sw_utf8_put(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

#ifdef __SSE2__
/* Turns ASCII as far as it goes, eight units at a time; the last step overlaps the one before. Little endian. */
static inline size_t ascii_prefix(const uint8_t *bytes, size_t units, char *out)
{
    const __m128i beyond = _mm_set1_epi16((short)0xff80);
    const __m128i zero = _mm_setzero_si128();
    size_t at = 0;
    while (at + 8 <= units) {
        __m128i eight = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 2 * at));
        if (_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_and_si128(eight, beyond), zero)) != 0xffff)
            return at;
        _mm_storel_epi64((__m128i *)(void *)(out + at), _mm_packus_epi16(eight, eight));
        at += 8;
        if (at < units && at + 8 > units)
            at = units - 8;
    }
    while (at + 4 <= units) {
        __m128i four = _mm_loadl_epi64((const __m128i *)(const void *)(bytes + 2 * at));
        if (_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_and_si128(four, beyond), zero)) != 0xffff)
            return at;
        int packed = _mm_cvtsi128_si32(_mm_packus_epi16(four, four));
        memcpy(out + at, &packed, sizeof packed);
        at += 4;
        if (at < units && at + 4 > units)
            at = units - 4;
    }
    return at;
}
#else
static inline size_t ascii_prefix(const uint8_t *bytes, size_t units, char *out)
{
    (void)bytes;
    (void)units;
    (void)out;
    return 0;
}
#endif

/* One code point from units[*at] on; *at moves on by one or two. */
static uint32_t utf16_next(const uint8_t *bytes, size_t units, size_t *at, unsigned high_at)
{
    size_t i = (*at)++;
    uint32_t unit = (uint32_t)bytes[2 * i + high_at] << 8 | bytes[2 * i + (1 - high_at)];
    if (unit < 0xd800 || unit >= 0xe000)
        return unit;
    uint32_t next = 0;
    if (unit < 0xdc00 && i + 1 < units)
        next = (uint32_t)bytes[2 * i + 2 + high_at] << 8 | bytes[2 * i + 2 + (1 - high_at)];
    if (next < 0xdc00 || next >= 0xe000)
        return REPLACEMENT;
    (*at)++;
    return 0x10000 + ((unit - 0xd800) << 10 | (next - 0xdc00));
}

size_t sw_utf16le_to_utf8(const uint8_t *bytes, size_t units, char *out)
{
    size_t at = ascii_prefix(bytes, units, out);
    char *to = out + at;
    while (at < units) {
        uint32_t code = utf16_next(bytes, units, &at, 1);
        if (code < 0x80) {
            *to++ = (char)code;
            continue;
        }
        to += sw_utf8_put(code, to);
        size_t run = ascii_prefix(bytes + 2 * at, units - at, to);
        at += run;
        to += run;
    }
    return (size_t)(to - out);
}

size_t sw_utf16be_to_utf8(const uint8_t *bytes, size_t units, char *out)
{
    char *to = out;
    for (size_t at = 0; at < units;)
        to += sw_utf8_put(utf16_next(bytes, units, &at, 0), to);
    return (size_t)(to - out);
}

uint32_t sw_fold_code(uint32_t code)
{
    if (code < 0x80)
        return code - 'A' < 26 ? code + 32 : code;
    uint32_t lower = uc_tolower(code);
    /* KELVIN SIGN and the like stay what they are: ASCII text is only ever matched by ASCII text. */
    return lower < 0x80 ? code : lower;
}

struct sw_str sw_utf8_fold(struct sw_arena *arena, struct sw_str s)
{
    /* Lower case never takes more than half as many bytes again (U+023A: two to three). */
    char *out = s.len < SIZE_MAX / 2 ? sw_arena_bytes(arena, s.len + s.len / 2 + 1) : NULL;
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t len = 0;
    size_t at = 0;
    while (at < s.len) {
        uint32_t code;
        unsigned used = decode((const unsigned char *)s.ptr + at, s.len - at, &code);
        if (used == 0) {
            out[len++] = s.ptr[at++];
            continue;
        }
        at += used;
        len += sw_utf8_put(sw_fold_code(code), out + len);
    }
    sw_arena_trim(arena, out + len);
    return (struct sw_str){out, len};
}

struct sw_str sw_utf8_clean(struct sw_arena *arena, struct sw_str s)
{
    size_t valid = sw_utf8_valid(s);
    if (valid == s.len)
        return s;
    char *out = s.len < SIZE_MAX / 3 ? sw_arena_bytes(arena, 3 * s.len) : NULL;
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    memcpy(out, s.ptr, valid);
    size_t len = valid;
    size_t at = valid;
    while (at < s.len)
        len += sw_utf8_put(sw_utf8_next(s, &at), out + len);
    sw_arena_trim(arena, out + len);
    return (struct sw_str){out, len};
}
