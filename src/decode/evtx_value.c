/*
 * evtx_value.c - values of BinXML as text, in their canonical XML form ([MS-EVEN6] 3.1.4.7.3).
 *
 * Numbers in decimal, hexInt as Windows shows it (0x3e7, not padded), binary in upper-case hex, times in ISO 8601 UTC
 * with nine digits. A value shorter than its type is shown as hex, for it means something else than its type says.
 */
#include "base/digits.h"
#include "base/utf.h"
#include "decode/evtx_priv.h"

#include <math.h>
#include <stdio.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* For types that are rare or long: their stack frames would burden the short and frequent ones. */
#define OUT_OF_LINE __attribute__((noinline))

/* The bytes that a value of the type must have at least (0: any number), and what its field is. */
static const struct {
    uint8_t size;
    uint8_t kind;  /* enum sw_type */
    uint8_t flags; /* enum sw_field_flags */
} types[] = {
    [SW_EVTX_ANSI] = {0, SW_STRING, 0},
    [SW_EVTX_INT8] = {1, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_UINT8] = {1, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_INT16] = {2, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_UINT16] = {2, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_INT32] = {4, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_UINT32] = {4, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_INT64] = {8, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_UINT64] = {8, SW_INT, SW_FIELD_PLAIN},
    [SW_EVTX_REAL32] = {4, SW_FLOAT, 0}, /* may be INF */
    [SW_EVTX_REAL64] = {8, SW_FLOAT, 0},
    [SW_EVTX_BOOL] = {1, SW_BOOL, SW_FIELD_PLAIN},
    [SW_EVTX_BINARY] = {0, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_GUID] = {16, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_SIZE] = {0, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_FILETIME] = {8, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_SYSTEMTIME] = {16, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_SID] = {8, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_HEX32] = {4, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_HEX64] = {8, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_HANDLE] = {0, SW_STRING, SW_FIELD_PLAIN},
    [SW_EVTX_XML] = {0, SW_STRING, 0},
};

const bool sw_evtx_type_known[256] = {
    [SW_EVTX_NULL... SW_EVTX_HEX64] = true,
    [SW_EVTX_HANDLE] = true,
    [SW_EVTX_BINXML] = true,
    [SW_EVTX_XML] = true,
    [SW_EVTX_ARRAY | SW_EVTX_STRING... SW_EVTX_ARRAY | SW_EVTX_HEX64] = true,
};

size_t sw_evtx_type_size(uint8_t type)
{
    if (type == SW_EVTX_BOOL)
        return 4; /* the format says one byte, all writers take four */
    return type <= SW_EVTX_HEX64 && type != SW_EVTX_SID ? types[type].size : 0;
}

/* --- numbers ---------------------------------------------------------------------------------------------- */

OUT_OF_LINE static char *put_i64(char *out, int64_t v)
{
    if (v < 0)
        *out++ = '-';
    return sw_put_u64(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* Digits of a fixed width. */
static char *put_digits(char *out, unsigned v, unsigned width)
{
    for (unsigned i = width; i > 0; i--) {
        out[i - 1] = (char)('0' + v % 10);
        v /= 10;
    }
    return out + width;
}

/* Eight hex digits; `letter` is 'A' or 'a'. The nibbles are spread over the bytes of a word and turned at once. */
static char *put_hex8(char *out, uint32_t v, char letter)
{
    uint64_t x = v;
    x = (x << 16 | x) & 0x0000ffff0000ffffull;
    x = (x << 8 | x) & 0x00ff00ff00ff00ffull;
    x = (x << 4 | x) & 0x0f0f0f0f0f0f0f0full;
    x = __builtin_bswap64(x);
    uint64_t above9 = (x + 0x0606060606060606ull) >> 4 & 0x0101010101010101ull;
    x += 0x3030303030303030ull + above9 * (uint64_t)(letter - '0' - 10);
    return sw_put_bytes(out, x, 8);
}

OUT_OF_LINE static char *put_hex(char *out, const uint8_t *p, size_t len)
{
    size_t i = 0;
    for (; len - i >= 4; i += 4)
        out = put_hex8(out, __builtin_bswap32(sw_evtx_u32(p + i)), 'A');
    for (; i < len; i++) {
        *out++ = "0123456789ABCDEF"[p[i] >> 4];
        *out++ = "0123456789ABCDEF"[p[i] & 15];
    }
    return out;
}

OUT_OF_LINE static char *put_hex_number(char *out, uint64_t v)
{
    char text[32];
    put_hex8(text, (uint32_t)(v >> 32), 'a');
    put_hex8(text + 8, (uint32_t)v, 'a');
    memset(text + 16, 0, 16);
    unsigned skip = (unsigned)__builtin_clzll(v | 1) / 4;
    memcpy(out, "0x", 2);
    memcpy(out + 2, text + skip, 16);
    return out + 2 + (16 - skip);
}

/* The shortest decimal that reads back as the same number; "INF", "-INF" and "NaN" as in XML Schema. */
static char *put_real(char *out, double v, bool single)
{
    if (isnan(v)) {
        memcpy(out, "NaN", 3);
        return out + 3;
    }
    if (isinf(v)) {
        size_t len = v > 0 ? 3 : 4;
        memcpy(out, v > 0 ? "INF" : "-INF", len);
        return out + len;
    }
    int len = 0;
    for (int precision = single ? 6 : 15; precision <= 17; precision++) {
        len = snprintf(out, SW_EVTX_VALUE_LEAST, "%.*g", precision, v);
        double back = 0;
        if (len > 0 && sw_str_double(sw_strn(out, (size_t)len), &back) == 0 &&
            (single ? (float)back == (float)v : back == v))
            break;
    }
    return out + (len > 0 && len < SW_EVTX_VALUE_LEAST ? len : 0);
}

/* --- texts ------------------------------------------------------------------------------------------------ */

#ifdef __SSE2__
/* A bit for each byte that JSON would have to escape, or that is not ASCII: as signed numbers those are below 0x20. */
static inline uint32_t not_plain(__m128i bytes)
{
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i below = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), _mm_or_si128(below, del)));
}

bool sw_evtx_is_plain(const char *text, size_t len)
{
    for (size_t at = 0; at < len; at += 16) {
        uint32_t counted = len - at < 16 ? (1u << (len - at)) - 1 : 0xffff;
        if (not_plain(_mm_loadu_si128((const __m128i *)(const void *)(text + at))) & counted)
            return false;
    }
    return true;
}

/* A bit for each of sixteen units that is ASCII. */
static inline uint32_t is_ascii(__m128i low, __m128i high)
{
    const __m128i beyond = _mm_set1_epi16((short)0xff80);
    const __m128i zero = _mm_setzero_si128();
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_cmpeq_epi16(_mm_and_si128(low, beyond), zero),
                                                       _mm_cmpeq_epi16(_mm_and_si128(high, beyond), zero)));
}

static inline __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Turns ASCII 32 units at a time, which most texts don't exceed: so how many steps there are can be guessed. Reads and
 * writes up to 31 units more than there are. False: some are not ASCII. Packing makes 0xff or 0 of what is no byte, and so
 * nothing that is plain. */
static inline bool put_ascii(char *out, const uint8_t *p, size_t units, bool *plain)
{
    *plain = true;
    for (size_t at = 0; at < units; at += 32) {
        const uint8_t *from = p + 2 * at;
        __m128i first = _mm_packus_epi16(load(from), load(from + 16));
        __m128i second = _mm_packus_epi16(load(from + 32), load(from + 48));
        _mm_storeu_si128((__m128i *)(void *)(out + at), first);
        _mm_storeu_si128((__m128i *)(void *)(out + at + 16), second);
        uint32_t counted = units - at < 32 ? (1u << (units - at)) - 1 : 0xffffffff;
        if (((not_plain(first) | not_plain(second) << 16) & counted) == 0)
            continue;
        *plain = false;
        uint32_t ascii = is_ascii(load(from), load(from + 16)) | is_ascii(load(from + 32), load(from + 48)) << 16;
        if (~ascii & counted)
            return false;
    }
    return true;
}
#else
bool sw_evtx_is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] >= 0x7f || text[i] == '"' || text[i] == '\\')
            return false;
    return true;
}

static inline bool put_ascii(char *out, const uint8_t *p, size_t units, bool *plain)
{
    (void)out;
    (void)p;
    (void)units;
    *plain = false;
    return false;
}
#endif

static inline struct sw_evtx_text put_utf16(char *out, const uint8_t *p, size_t units, size_t readable)
{
    enum { BEYOND = 64 };
    bool plain = false;
    while (units > 0 && sw_evtx_u16(p + 2 * units - 2) == 0)
        units--;
    if (readable >= 2 * units + BEYOND && put_ascii(out, p, units, &plain))
        return (struct sw_evtx_text){out + units, SW_STRING, plain ? SW_FIELD_PLAIN : 0};
    return (struct sw_evtx_text){out + sw_utf16le_to_utf8(p, units, out), SW_STRING, 0};
}

/* Code page 1252; its five unassigned bytes become the control characters of Latin-1, as Windows does. */
OUT_OF_LINE static char *put_ansi(char *out, const uint8_t *p, size_t len)
{
    static const uint16_t high[32] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                      0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                      0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                      0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
    while (len > 0 && p[len - 1] == 0)
        len--;
    for (size_t i = 0; i < len;) {
        uint64_t eight = len - i >= 8 ? sw_evtx_u64(p + i) : ~0ull;
        if ((eight & 0x8080808080808080ull) == 0) {
            memcpy(out, p + i, 8);
            out += 8;
            i += 8;
        } else if (p[i] < 0x80) {
            *out++ = (char)p[i++];
        } else {
            out += sw_utf8_put(p[i] < 0xa0 ? high[p[i] - 0x80] : p[i], out);
            i++;
        }
    }
    return out;
}

/* --- compounds -------------------------------------------------------------------------------------------- */

OUT_OF_LINE static char *put_guid(char *out, const uint8_t *p)
{
    *out++ = '{';
    out = put_hex8(out, sw_evtx_u32(p), 'A');
    char rest[24];
    put_hex8(rest, (uint32_t)sw_evtx_u16(p + 4) << 16 | sw_evtx_u16(p + 6), 'A');
    put_hex8(rest + 8, __builtin_bswap32(sw_evtx_u32(p + 8)), 'A');
    put_hex8(rest + 16, __builtin_bswap32(sw_evtx_u32(p + 12)), 'A');
    for (unsigned i = 0; i < 3; i++) {
        *out++ = '-';
        memcpy(out, rest + 4 * i, 4);
        out += 4;
    }
    *out++ = '-';
    memcpy(out, rest + 12, 12);
    out += 12;
    *out++ = '}';
    return out;
}

/* [MS-DTYP] 2.4.2.1: S-revision-authority-subauthority... As many as there are bytes for. */
OUT_OF_LINE static char *put_sid(char *out, const uint8_t *p, size_t len)
{
    uint64_t authority = (uint64_t)sw_evtx_u16(p + 2) | (uint64_t)sw_evtx_u32(p + 4) << 16;
    *out++ = 'S';
    *out++ = '-';
    out = sw_put_u64(out, p[0]);
    *out++ = '-';
    out = sw_put_u64(out, __builtin_bswap64(authority << 16));
    for (size_t i = 0; i < p[1] && 12 + 4 * i <= len; i++) {
        *out++ = '-';
        out = sw_put_u64(out, sw_evtx_u32(p + 8 + 4 * i));
    }
    return out;
}

static char *put_date(char *out, int64_t year, unsigned month, unsigned day)
{
    out = year < 10000 ? put_digits(out, (unsigned)year, 4) : sw_put_u64(out, (uint64_t)year);
    *out++ = '-';
    out = put_digits(out, month, 2);
    *out++ = '-';
    out = put_digits(out, day, 2);
    *out++ = 'T';
    return out;
}

static char *put_clock(char *out, unsigned hour, unsigned minute, unsigned second)
{
    out = put_digits(out, hour, 2);
    *out++ = ':';
    out = put_digits(out, minute, 2);
    *out++ = ':';
    out = put_digits(out, second, 2);
    *out++ = '.';
    return out;
}

/* Ticks of 100 ns since 1601. All 64 bits can be shown, unlike by event times. */
OUT_OF_LINE static char *put_filetime(char *out, uint64_t ticks)
{
    const uint64_t a_second = 10000000;
    const int64_t days_before_1970 = 134774;
    const int64_t days_to_10000 = 2932897; /* from 1970 */
    uint64_t seconds = ticks / a_second;
    int64_t days = (int64_t)(seconds / 86400) - days_before_1970;
    unsigned of_day = (unsigned)(seconds % 86400);
    if (days < days_to_10000) {
        out = sw_time_put_second(out, days, of_day);
    } else {
        int64_t year;
        unsigned month;
        unsigned day;
        sw_civil_from_days(days, &year, &month, &day);
        out = put_date(out, year, month, day);
        out = put_clock(out, of_day / 3600, of_day / 60 % 60, of_day % 60);
        out--; /* the point */
    }
    (void)sw_put_eight(out, (uint32_t)(ticks % a_second)); /* seven digits and a zero before them, */
    *out = '.';                                            /* where the point goes */
    memcpy(out + 8, "00Z", 3);
    return out + 11;
}

OUT_OF_LINE static char *put_systemtime(char *out, const uint8_t *p)
{
    out = put_date(out, sw_evtx_u16(p), sw_evtx_u16(p + 2), sw_evtx_u16(p + 6));
    out = put_clock(out, sw_evtx_u16(p + 8), sw_evtx_u16(p + 10), sw_evtx_u16(p + 12));
    out = put_digits(out, sw_evtx_u16(p + 14), 3);
    *out++ = 'Z';
    return out;
}

OUT_OF_LINE static char *put_bool(char *out, const uint8_t *p, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= p[i];
    size_t size = any ? 4 : 5;
    memcpy(out, any ? "true" : "false", size);
    return out + size;
}

/* --- all of them ------------------------------------------------------------------------------------------ */

OUT_OF_LINE static char *put_real32(char *out, const uint8_t *p)
{
    uint32_t bits = sw_evtx_u32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return put_real(out, (double)value, true);
}

OUT_OF_LINE static char *put_real64(char *out, const uint8_t *p)
{
    uint64_t bits = sw_evtx_u64(p);
    double value;
    memcpy(&value, &bits, sizeof value);
    return put_real(out, value, false);
}

/* Types but texts; there are as many bytes as the type needs. */
static char *put_typed(char *out, const uint8_t *p, size_t len, uint8_t type)
{
    switch (type) {
    case SW_EVTX_XML:
        return put_utf16(out, p, len / 2, len).end;
    case SW_EVTX_ANSI:
        return put_ansi(out, p, len);
    case SW_EVTX_INT8:
        return put_i64(out, (int8_t)p[0]);
    case SW_EVTX_UINT8:
        return sw_put_u32(out, p[0]);
    case SW_EVTX_INT16:
        return put_i64(out, (int16_t)sw_evtx_u16(p));
    case SW_EVTX_UINT16:
        return sw_put_u32(out, sw_evtx_u16(p));
    case SW_EVTX_INT32:
        return put_i64(out, (int32_t)sw_evtx_u32(p));
    case SW_EVTX_UINT32:
        return sw_put_u32(out, sw_evtx_u32(p));
    case SW_EVTX_INT64:
        return put_i64(out, (int64_t)sw_evtx_u64(p));
    case SW_EVTX_UINT64:
        return sw_put_u64(out, sw_evtx_u64(p));
    case SW_EVTX_REAL32:
        return put_real32(out, p);
    case SW_EVTX_REAL64:
        return put_real64(out, p);
    case SW_EVTX_BOOL:
        return put_bool(out, p, len);
    case SW_EVTX_GUID:
        return put_guid(out, p);
    case SW_EVTX_FILETIME:
        return put_filetime(out, sw_evtx_u64(p));
    case SW_EVTX_SYSTEMTIME:
        return put_systemtime(out, p);
    case SW_EVTX_SID:
        return put_sid(out, p, len);
    case SW_EVTX_HEX32:
        return put_hex_number(out, sw_evtx_u32(p));
    case SW_EVTX_HEX64:
        return put_hex_number(out, sw_evtx_u64(p));
    case SW_EVTX_SIZE:
    case SW_EVTX_HANDLE:
        if (len == 4 || len == 8)
            return put_hex_number(out, len == 4 ? sw_evtx_u32(p) : sw_evtx_u64(p));
        return put_hex(out, p, len);
    default:
        return put_hex(out, p, len);
    }
}

struct sw_evtx_text sw_evtx_value_put(char *out, const uint8_t *chunk, size_t chunk_len, struct sw_evtx_value value)
{
    const uint8_t *p = chunk + sw_evtx_at(value);
    size_t len = sw_evtx_len(value);
    uint8_t type = sw_evtx_type(value);
    if (type == SW_EVTX_STRING)
        return put_utf16(out, p, len / 2, chunk_len - sw_evtx_at(value));
    if (type > SW_EVTX_XML || len < types[type].size)
        return (struct sw_evtx_text){put_hex(out, p, len), SW_STRING, SW_FIELD_PLAIN};
    return (struct sw_evtx_text){put_typed(out, p, len, type), types[type].kind, types[type].flags};
}

/* The length of the first item of a non-empty array. */
static size_t item_size(uint8_t type, const uint8_t *p, size_t len)
{
    size_t size = sw_evtx_type_size(type);
    if (type == SW_EVTX_STRING) {
        size = 2;
        while (size <= len && (p[size - 2] != 0 || p[size - 1] != 0))
            size += 2;
    } else if (type == SW_EVTX_ANSI) {
        const uint8_t *end = memchr(p, 0, len);
        size = end != NULL ? (size_t)(end - p) + 1 : len;
    } else if (type == SW_EVTX_SID) {
        size = len >= 2 ? 8 + (size_t)p[1] * 4 : len;
    } else if (type == SW_EVTX_SIZE) {
        size = len % 8 == 0 ? 8 : 4;
    }
    return size == 0 || size > len ? len : size;
}

bool sw_evtx_array_next(const uint8_t *chunk, struct sw_evtx_value array, size_t *done, struct sw_evtx_value *item)
{
    uint8_t type = sw_evtx_type(array) & (uint8_t)~SW_EVTX_ARRAY;
    size_t len = sw_evtx_len(array);
    if (*done == 0 && len == 0) {
        *item = sw_evtx_value(sw_evtx_at(array), 0, type);
        *done = 1;
        return true;
    }
    if (*done >= len)
        return false;
    uint32_t at = sw_evtx_at(array) + (uint32_t)*done;
    size_t size = item_size(type, chunk + at, len - *done);
    *item = sw_evtx_value(at, (uint16_t)size, type);
    *done += size;
    return true;
}
