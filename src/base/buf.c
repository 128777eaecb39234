/* buf.c - growing, numbers, and JSON strings. */
#include "base/buf.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf.h"

#include <stdarg.h>
#include <stdio.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

void sw_buf_init(struct sw_buf *buf, size_t max)
{
    *buf = (struct sw_buf){.max = max};
}

void sw_buf_fini(struct sw_buf *buf)
{
    sw_free(buf->data);
    *buf = (struct sw_buf){.max = buf->max};
}

int sw_buf_reserve(struct sw_buf *buf, size_t more)
{
    if (buf->error != 0)
        return buf->error;
    if (buf->cap - buf->len >= more)
        return 0;
    size_t need;
    if (__builtin_add_overflow(buf->len, more, &need) || need > buf->max)
        return buf->error = SW_E_LIMIT;
    size_t cap = buf->cap < 256 ? 256 : buf->cap;
    while (cap < need)
        cap = cap > buf->max / 2 ? buf->max : cap * 2;
    char *data = sw_realloc(buf->data, cap, 1);
    if (data == NULL)
        return buf->error = SW_E_NOMEM;
    buf->data = data;
    buf->cap = cap;
    return 0;
}

void sw_buf_text(struct sw_buf *buf, const char *terminated)
{
    sw_buf_add(buf, terminated, strlen(terminated));
}

void sw_buf_u64(struct sw_buf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    sw_buf_add(buf, digits + at, sizeof digits - at);
}

void sw_buf_i64(struct sw_buf *buf, int64_t value)
{
    if (value < 0)
        sw_buf_char(buf, '-');
    sw_buf_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void sw_buf_hex(struct sw_buf *buf, uint64_t value, unsigned digits)
{
    char text[16];
    size_t at = sizeof text;
    while (at > 0 && (value > 0 || sizeof text - at < digits)) {
        text[--at] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
    sw_buf_add(buf, text + at, sizeof text - at);
}

void sw_buf_printf(struct sw_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n >= 0 && sw_buf_reserve(buf, (size_t)n + 1) == 0) {
        (void)vsnprintf(buf->data + buf->len, (size_t)n + 1, format, again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

static uint64_t load8(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static uint32_t load4(const char *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Whether all eight bytes stand for themselves in a JSON string. Each term has a byte's top bit set if that byte is bad, or
 * if a lower byte is: 0x7f and above, below 0x20, quote, backslash. */
static bool all_plain(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101ull;
    uint64_t bad = word | (word + ones) | (word - ones * 0x20) | ((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones);
    return (bad & ones * 0x80) == 0;
}

/* Copies bytes that stand for themselves in a JSON string (printable ASCII but quote and backslash), 16 at a time; returns
 * how many. May write up to 15 bytes more than that. */
static size_t copy_plain(char *to, const char *from, size_t len)
{
    size_t at = 0;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);
    const __m128i del = _mm_set1_epi8(0x7f);
    while (len - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + at));
        _mm_storeu_si128((__m128i *)(void *)(to + at), bytes);
        /* As signed numbers the bytes from 0x80 on are below 0x20 as well. */
        __m128i bad = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                                   _mm_or_si128(_mm_cmplt_epi8(bytes, space), _mm_cmpeq_epi8(bytes, del)));
        unsigned mask = (unsigned)_mm_movemask_epi8(bad);
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
        at += 16;
    }
#endif
    size_t left = len - at;
    if (left >= 8 && all_plain(load8(from + at)) && all_plain(load8(from + len - 8))) {
        memcpy(to + at, from + at, 8);
        memcpy(to + len - 8, from + len - 8, 8);
        return len;
    }
    if (left >= 4 && left < 8 && all_plain(load4(from + at) | (uint64_t)load4(from + len - 4) << 32)) {
        memcpy(to + at, from + at, 4);
        memcpy(to + len - 4, from + len - 4, 4);
        return len;
    }
    for (; at < len; at++) {
        unsigned char byte = (unsigned char)from[at];
        if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\')
            break;
        to[at] = from[at];
    }
    return at;
}

static char *put_escape(char *to, char c)
{
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    switch (c) {
    case '"':
    case '\\':
        *to++ = c;
        break;
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

char *sw_json_put(char *to, struct sw_str s)
{
    *to++ = '"';
    size_t at = 0;
    while (at < s.len) {
        size_t plain = copy_plain(to, s.ptr + at, s.len - at);
        to += plain;
        at += plain;
        if (at == s.len)
            break;
        if ((unsigned char)s.ptr[at] < 0x80)
            to = put_escape(to, s.ptr[at++]);
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
