/* buf.c - growing, and numbers. JSON strings are in buf_json.c. */
#include "base/buf.h"

#include "base/digits.h"
#include "base/error.h"
#include "base/mem.h"

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
    if (sw_buf_reserve(buf, SW_DIGITS_ROOM) == 0)
        buf->len = (size_t)(sw_put_u64(buf->data + buf->len, value) - buf->data);
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
