/*
 * buf.h - growable output buffer with a maximum.
 * Owner:   embedded; sw_buf_fini() frees. The bytes move when it grows.
 * Errors:  sticky: after the first failure (SW_E_NOMEM, SW_E_LIMIT) every append does nothing and
 *          sw_buf_error() tells, so that writers need not check each step.
 */
#ifndef SW_BASE_BUF_H
#define SW_BASE_BUF_H

#include "base/str.h"

#include <stdint.h>

struct sw_buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;
    int error;
};

void sw_buf_init(struct sw_buf *buf, size_t max);
void sw_buf_fini(struct sw_buf *buf);
int sw_buf_reserve(struct sw_buf *buf, size_t more); /* room for `more` bytes after len */

static inline void sw_buf_clear(struct sw_buf *buf)
{
    buf->len = 0;
    buf->error = 0;
}

static inline struct sw_str sw_buf_str(const struct sw_buf *buf)
{
    return (struct sw_str){buf->data, buf->len};
}

static inline int sw_buf_error(const struct sw_buf *buf)
{
    return buf->error;
}

static inline void sw_buf_add(struct sw_buf *buf, const char *bytes, size_t len)
{
    if (buf->cap - buf->len < len && sw_buf_reserve(buf, len) != 0)
        return;
    if (len > 0)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
}

static inline void sw_buf_str_add(struct sw_buf *buf, struct sw_str s)
{
    sw_buf_add(buf, s.ptr, s.len);
}

#define SW_BUF_LIT(buf, literal) sw_buf_add((buf), (literal), sizeof(literal) - 1)

static inline void sw_buf_char(struct sw_buf *buf, char c)
{
    sw_buf_add(buf, &c, 1);
}

void sw_buf_text(struct sw_buf *buf, const char *terminated);
void sw_buf_u64(struct sw_buf *buf, uint64_t value);
void sw_buf_i64(struct sw_buf *buf, int64_t value);
void sw_buf_hex(struct sw_buf *buf, uint64_t value, unsigned digits); /* lower case, at least `digits` digits */
void sw_buf_printf(struct sw_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The most bytes that sw_json_put() writes for a string of this length. */
#define SW_JSON_ROOM(len) (6 * (len) + 32)

/* Writes a JSON string with its quotes to a place with room for SW_JSON_ROOM(s.len) bytes; returns the end. What
 * sw_buf_json() says of the text holds. May write anything into the rest of the room. */
char *sw_json_put(char *to, struct sw_str s);

/* A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, control characters \u00XX. */
void sw_buf_json(struct sw_buf *buf, struct sw_str s);

#endif
