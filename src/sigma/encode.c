/* encode.c - windash, UTF-16 and base64 variants of a value. All work on bytes and code points, never on characters of
 * a locale; wildcards keep their places. */
#include "sigma/pattern.h"

#include "base/utf.h"

#include <unictype.h>

/* --- windash -------------------------------------------------------------------------------------------- */

static const uint32_t dashes[SW_DASH_KINDS] = {'-', '/', 0x2013, 0x2014, 0x2015};

static bool is_dash(uint32_t code)
{
    for (size_t i = 0; i < SW_DASH_KINDS; i++)
        if (dashes[i] == code)
            return true;
    return false;
}

/* Letters, digits and the underscore. */
static bool is_word(uint32_t code)
{
    if (code < 0x80)
        return sw_is_alpha((char)code) || sw_is_digit((char)code) || code == '_';
    return uc_is_alnum(code);
}

/* The place of the next parameter dash of s at or after *at, which moves past it; SW_NPOS if there is none.
 * `before` is the code point before *at and is kept up to date. */
static size_t next_dash(struct sw_str s, size_t *at, uint32_t *before)
{
    while (*at < s.len) {
        size_t start = *at;
        uint32_t code = sw_utf8_next(s, at);
        size_t peek = *at;
        uint32_t after = peek < s.len ? sw_utf8_next(s, &peek) : ' ';
        bool begins = is_dash(code) && !is_word(*before) && is_word(after);
        *before = code;
        if (begins)
            return start;
    }
    return SW_NPOS;
}

size_t sw_glob_dashes(const struct sw_glob *glob)
{
    size_t count = 0;
    for (size_t i = 0; i < glob->count; i++) {
        if (glob->pieces[i].kind != SW_PIECE_LITERAL)
            continue;
        size_t at = 0;
        uint32_t before = ' ';
        while (next_dash(glob->pieces[i].text, &at, &before) != SW_NPOS)
            count++;
    }
    return count;
}

/* One literal with its parameter dashes replaced; *choice loses the digits it used. */
static int dash_literal(struct sw_arena *arena, struct sw_str in, uint32_t *choice, struct sw_str *out)
{
    /* A dash grows from one byte to three at most. */
    char *text = in.len < SIZE_MAX / 3 ? sw_arena_bytes(arena, 3 * in.len) : NULL;
    if (text == NULL)
        return SW_E_NOMEM;
    size_t len = 0;
    size_t copied = 0;
    size_t at = 0;
    uint32_t before = ' ';
    size_t dash;
    while ((dash = next_dash(in, &at, &before)) != SW_NPOS) {
        memcpy(text + len, in.ptr + copied, dash - copied);
        len += dash - copied;
        len += sw_utf8_put(dashes[*choice % SW_DASH_KINDS], text + len);
        *choice /= SW_DASH_KINDS;
        copied = at;
    }
    memcpy(text + len, in.ptr + copied, in.len - copied);
    len += in.len - copied;
    sw_arena_trim(arena, text + len);
    *out = sw_strn(text, len);
    return 0;
}

static int copy_pieces(struct sw_arena *arena, const struct sw_glob *glob, struct sw_glob *out)
{
    out->count = glob->count;
    out->pieces = sw_arena_raw(arena, glob->count * sizeof *out->pieces, 8);
    if (out->pieces == NULL)
        return SW_E_NOMEM;
    if (glob->count > 0)
        memcpy(out->pieces, glob->pieces, glob->count * sizeof *out->pieces);
    return 0;
}

int sw_glob_windash(struct sw_arena *arena, const struct sw_glob *glob, uint32_t choice, struct sw_glob *out)
{
    struct sw_glob copy;
    int rc = copy_pieces(arena, glob, &copy);
    for (size_t i = 0; rc == 0 && i < copy.count; i++)
        if (copy.pieces[i].kind == SW_PIECE_LITERAL)
            rc = dash_literal(arena, copy.pieces[i].text, &choice, &copy.pieces[i].text);
    *out = copy;
    return rc;
}

/* --- UTF-16 --------------------------------------------------------------------------------------------- */

static size_t put_unit(char *out, uint32_t unit, bool big)
{
    out[big ? 0 : 1] = (char)(unit >> 8);
    out[big ? 1 : 0] = (char)(unit & 0xff);
    return 2;
}

static int utf16_literal(struct sw_arena *arena, struct sw_str in, bool big, bool mark, struct sw_str *out)
{
    /* One byte of UTF-8 becomes two at most, four bytes become four. */
    char *text = in.len < SIZE_MAX / 2 - 2 ? sw_arena_bytes(arena, 2 * in.len + 2) : NULL;
    if (text == NULL)
        return SW_E_NOMEM;
    size_t len = mark ? put_unit(text, 0xfeff, big) : 0;
    size_t at = 0;
    while (at < in.len) {
        uint32_t code = sw_utf8_next(in, &at);
        if (code >= 0x10000) {
            len += put_unit(text + len, 0xd800 + ((code - 0x10000) >> 10), big);
            len += put_unit(text + len, 0xdc00 + ((code - 0x10000) & 0x3ff), big);
        } else {
            len += put_unit(text + len, code, big);
        }
    }
    sw_arena_trim(arena, text + len);
    *out = sw_strn(text, len);
    return 0;
}

int sw_glob_utf16(struct sw_arena *arena, const struct sw_glob *glob, enum sw_utf16 kind, struct sw_glob *out)
{
    struct sw_glob copy;
    int rc = copy_pieces(arena, glob, &copy);
    bool mark = kind == SW_UTF16_BOM;
    for (size_t i = 0; rc == 0 && i < copy.count; i++) {
        if (copy.pieces[i].kind != SW_PIECE_LITERAL)
            continue;
        rc = utf16_literal(arena, copy.pieces[i].text, kind == SW_UTF16_BE, mark, &copy.pieces[i].text);
        mark = false;
    }
    *out = copy;
    return rc;
}

/* --- base64 --------------------------------------------------------------------------------------------- */

int sw_base64(struct sw_arena *arena, struct sw_str bytes, unsigned shift, bool whole, struct sw_str *out)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = bytes.len < SIZE_MAX / 4 ? sw_arena_bytes(arena, (bytes.len + 2) / 3 * 4 + 8) : NULL;
    if (text == NULL)
        return SW_E_NOMEM;
    /* `shift` zero bytes stand for what comes before. A character holds 6 bits: the first that has only bits of ours is
     * number 0, 2 or 3 for a shift of 0, 1 or 2; the last is the one before a group that our bytes don't fill. */
    static const size_t skip[3] = {0, 2, 3};
    size_t len = 0;
    size_t total = bytes.len + shift;
    size_t full = whole ? (total * 8 + 5) / 6 : total * 8 / 6;
    for (size_t i = skip[shift]; i < full; i++) {
        uint32_t six = 0;
        for (size_t bit = i * 6; bit < i * 6 + 6; bit++) {
            size_t at = bit / 8;
            uint32_t byte = at < shift || at - shift >= bytes.len ? 0 : (unsigned char)bytes.ptr[at - shift];
            six = six << 1 | (byte >> (7 - bit % 8) & 1);
        }
        text[len++] = alphabet[six];
    }
    while (whole && len % 4 != 0)
        text[len++] = '=';
    sw_arena_trim(arena, text + len);
    *out = sw_strn(text, len);
    return 0;
}
