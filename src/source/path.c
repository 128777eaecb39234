/* path.c - escaping of names for people. Does not judge them: "../" is harmless, since nothing is ever written. */
#include "source/path.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/utf.h"

#define SHOWN_END (SW_MAX_PATH_SHOWN / 4)

static bool is_plain_code(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
        return false;
    if (code == 0x2028 || code == 0x2029)
        return false;
    return !(code >= 0x202a && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

/* Reads one character of raw at *at; false when its bytes have to be escaped. */
static bool next_plain(struct sw_str raw, size_t *at)
{
    size_t from = *at;
    uint32_t code = sw_utf8_next(raw, at);
    bool invalid = code == 0xfffd && *at - from == 1;
    return !invalid && is_plain_code(code);
}

bool sw_path_is_plain(struct sw_str raw)
{
    if (raw.len > SW_MAX_PATH_SHOWN)
        return false;
    for (size_t at = 0; at < raw.len;)
        if (!next_plain(raw, &at))
            return false;
    return true;
}

static void show_all(struct sw_buf *out, struct sw_str raw)
{
    for (size_t at = 0; at < raw.len;) {
        size_t from = at;
        if (next_plain(raw, &at)) {
            sw_buf_add(out, raw.ptr + from, at - from);
            continue;
        }
        for (; from < at; from++) {
            SW_BUF_LIT(out, "\\x");
            sw_buf_hex(out, (unsigned char)raw.ptr[from], 2);
        }
    }
}

void sw_path_show(struct sw_buf *out, struct sw_str raw)
{
    if (raw.len <= SW_MAX_PATH_SHOWN) {
        show_all(out, raw);
        return;
    }
    show_all(out, sw_str_slice(raw, 0, SW_MAX_PATH_SHOWN - SHOWN_END));
    SW_BUF_LIT(out, "...[");
    sw_buf_hex(out, sw_hash(raw), 16);
    SW_BUF_LIT(out, "]...");
    show_all(out, sw_str_slice(raw, raw.len - SHOWN_END, raw.len));
}
