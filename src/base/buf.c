/* buf.c - growing, numbers, and JSON strings. */
#include "base/buf.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf.h"

#include <stdarg.h>
#include <stdio.h>

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

/* Bytes that stand for themselves inside a JSON string: printable ASCII but quote and backslash. */
static bool is_plain(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* Whether all eight bytes are plain, tested at once: no byte may be >= 0x7f, < 0x20, '"' or '\\'. */
static bool eight_plain(const char *p)
{
    const uint64_t ones = 0x0101010101010101ull;
    const uint64_t tops = 0x8080808080808080ull;
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t quote = word ^ (ones * '"');
    uint64_t backslash = word ^ (ones * '\\');
    uint64_t bad = word | (word + ones) | (word - ones * 0x20) | (quote - ones) | (backslash - ones);
    return (bad & tops) == 0;
}

static void json_escape(struct sw_buf *buf, char c)
{
    switch (c) {
    case '"':
        SW_BUF_LIT(buf, "\\\"");
        break;
    case '\\':
        SW_BUF_LIT(buf, "\\\\");
        break;
    case '\n':
        SW_BUF_LIT(buf, "\\n");
        break;
    case '\r':
        SW_BUF_LIT(buf, "\\r");
        break;
    case '\t':
        SW_BUF_LIT(buf, "\\t");
        break;
    default:
        SW_BUF_LIT(buf, "\\u00");
        sw_buf_hex(buf, (unsigned char)c, 2);
        break;
    }
}

void sw_buf_json(struct sw_buf *buf, struct sw_str s)
{
    sw_buf_char(buf, '"');
    size_t at = 0;
    while (at < s.len) {
        size_t from = at;
        while (s.len - at >= 8 && eight_plain(s.ptr + at))
            at += 8;
        while (at < s.len && is_plain(s.ptr[at]))
            at++;
        sw_buf_add(buf, s.ptr + from, at - from);
        if (at == s.len)
            break;
        if ((unsigned char)s.ptr[at] < 0x80) {
            json_escape(buf, s.ptr[at++]);
            continue;
        }
        char code[4];
        sw_buf_add(buf, code, sw_utf8_put(sw_utf8_next(s, &at), code));
    }
    sw_buf_char(buf, '"');
}
