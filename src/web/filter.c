/* filter.c - the first look: bytes that stand out, sixteen at a time, and long phrases of ordinary bytes. */
#include "web/filter.h"

#include "web/web_priv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { DECODE_MAX = 4096 };

/* --- one byte at a time ------------------------------------------------------------------------------------- */

static bool is_ordinary(unsigned char c)
{
    if (c >= 0x80) /* overlong forms, full-width forms, typographic punctuation: the rest are letters of some script */
        return c != 0xc0 && c != 0xc1 && c != 0xe2 && c != 0xef && c < 0xf8;
    return sw_is_alpha((char)c) || (c >= ',' && c <= ':') || (c != 0 && strchr("=?&_@~[]%", c) != NULL);
}

static bool is_odd_pair(unsigned char before, unsigned char c, unsigned char two_before)
{
    if (c == '.')
        return before == '.' || before == '/';
    if (c == '?' || c == ':')
        return before == c;
    return c == '/' && before == '/' && two_before != ':';
}

/* name[key]= and name[]: the way forms name lists. A bracket anywhere else is a pattern or code. */
static bool is_list_bracket(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *close = at + 1;
    while (close < end && close - at < 40 && (sw_web_is_word((char)*close) || *close == '-' || *close == '.'))
        close++;
    if (close == end || *close != ']')
        return false;
    return close + 1 == end || memchr("=[&%.", close[1], 5) != NULL;
}

/* Judges [at, stop); bytes up to `end` may be looked at. */
static bool odd_bytes(const unsigned char *at, const unsigned char *stop, const unsigned char *end, unsigned char before,
                      unsigned char two_before)
{
    for (; at < stop; at++) {
        if (!is_ordinary(*at) || is_odd_pair(before, *at, two_before) || (*at == '[' && !is_list_bracket(at, end)))
            return true;
        two_before = before;
        before = *at;
    }
    return false;
}

/* --- sixteen at a time -------------------------------------------------------------------------------------- */

#ifdef __SSE2__

/* 0xff where the byte lies in [low, low + span]. */
static inline __m128i in_range(__m128i bytes, char low, char span)
{
    __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(span)), above);
}

static inline __m128i is(__m128i bytes, char c)
{
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

/* Places in the block of ASCII bytes that stand out; bytes above ASCII do as well here, and are judged one by one. */
static inline unsigned odd_block(__m128i block)
{
    __m128i fine = in_range(_mm_or_si128(block, _mm_set1_epi8(32)), 'a', 25);
    fine = _mm_or_si128(fine, in_range(block, ',', ':' - ','));
    fine = _mm_or_si128(fine, _mm_or_si128(is(block, '='), is(block, '?')));
    fine = _mm_or_si128(fine, _mm_or_si128(is(block, '&'), is(block, '_')));
    fine = _mm_or_si128(fine, _mm_or_si128(is(block, '%'), is(block, '~')));
    fine = _mm_or_si128(fine, _mm_or_si128(is(block, '@'), is(block, ']')));
    return ~(unsigned)_mm_movemask_epi8(fine) & 0xffff;
}

bool sw_web_is_odd(struct sw_str text)
{
    const unsigned char *at = (const unsigned char *)text.ptr;
    const unsigned char *end = at + text.len;
    unsigned dots = 0;    /* bit 0: the byte before was one */
    unsigned slashes = 0; /* bit 0: the byte before was one */
    unsigned marks = 0;
    unsigned colons = 0;
    for (; end - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned dot = (unsigned)_mm_movemask_epi8(is(block, '.'));
        unsigned slash = (unsigned)_mm_movemask_epi8(is(block, '/'));
        unsigned mark = (unsigned)_mm_movemask_epi8(is(block, '?'));
        unsigned odd = odd_block(block);
        unsigned colon = (unsigned)_mm_movemask_epi8(is(block, ':'));
        unsigned pairs = (mark & (mark << 1 | marks)) | (colon & (colon << 1 | colons)) | (dot & (dot << 1 | dots)) |
                         (dot & (slash << 1 | slashes)) | (slash & (slash << 1 | slashes));
        if ((odd | pairs) != 0) { /* judge these sixteen exactly */
            unsigned char before = at > (const unsigned char *)text.ptr ? at[-1] : 0;
            unsigned char two = at > (const unsigned char *)text.ptr + 1 ? at[-2] : 0;
            if (odd_bytes(at, at + 16, end, before, two))
                return true;
        }
        dots = dot >> 15 & 1;
        slashes = slash >> 15 & 1;
        marks = mark >> 15 & 1;
        colons = colon >> 15 & 1;
    }
    unsigned char before = at > (const unsigned char *)text.ptr ? at[-1] : 0;
    unsigned char two = at > (const unsigned char *)text.ptr + 1 ? at[-2] : 0;
    return odd_bytes(at, end, end, before, two);
}

#else

bool sw_web_is_odd(struct sw_str text)
{
    const unsigned char *end = (const unsigned char *)text.ptr + text.len;
    return odd_bytes((const unsigned char *)text.ptr, end, end, 0, 0);
}

#endif

/* --- targets ------------------------------------------------------------------------------------------------ */

/* An address as a value, or one of the forms in which the schemes' slashes are left out. */
static bool holds_address(struct sw_str target)
{
    size_t at = 0;
    for (;;) {
        size_t colon = sw_str_chr(sw_str_from(target, at), ':');
        if (colon == SW_NPOS)
            return false;
        at += colon + 1;
        if (at < target.len && (target.ptr[at] == '/' || target.ptr[at] == '[' || sw_is_digit(target.ptr[at])) && at >= 4 &&
            sw_is_alpha(target.ptr[at - 2]))
            return true;
    }
}

/* A value that ends in "=": the padding of Base64. "a=&b=" has empty values, and no such end. */
static bool holds_padding(struct sw_str target)
{
    size_t at = 0;
    bool value = false; /* a '=' was seen in this pair, and something after it */
    size_t length = 0;
    for (at = sw_str_chr(target, '?'); at < target.len; at++) {
        char c = target.ptr[at];
        if (c == '&' || c == '?') {
            value = false;
            length = 0;
        } else if (c != '=') {
            length++;
        } else if (!value) {
            value = true;
            length = 0;
        } else if (length >= 8) {
            return true;
        }
    }
    return false;
}

/* Anything that percent decoding brings forth and that a server or program might decode once more. */
static bool decoded_stands_out(struct sw_str target)
{
    char text[DECODE_MAX];
    if (target.len > sizeof text)
        return true;
    struct sw_str decoded = {text, sw_web_unpercent(target, true, text)};
    if (sw_str_chr(decoded, '%') != SW_NPOS || sw_web_is_odd(decoded) || sw_web_phrases_may_hold(decoded) ||
        holds_address(decoded) || holds_padding(decoded))
        return true;
    return sw_str_chr(decoded, '?') != SW_NPOS && sw_str_chr(target, '?') == SW_NPOS; /* an encoded question mark */
}

bool sw_web_target_stands_out(struct sw_str target)
{
    if (sw_web_is_odd(target))
        return true;
    if (sw_str_chr(target, '%') != SW_NPOS)
        return decoded_stands_out(target);
    if (target.len > 1 && target.ptr[target.len - 1] == '?' && sw_str_chr(target, '?') != target.len - 1)
        return true; /* a '?' that cuts off what a program appends */
    return sw_web_phrases_may_hold(target) || holds_address(target) || holds_padding(target) ||
           sw_str_find(target, SW_STR("?-")) != SW_NPOS;
}

/* An address itself, with addresses of searches in it: only bytes and phrases count. */
bool sw_web_referer_stands_out(struct sw_str referer)
{
    char text[DECODE_MAX];
    if (sw_web_is_odd(referer))
        return true;
    if (sw_str_chr(referer, '%') == SW_NPOS)
        return sw_web_phrases_may_hold(referer);
    if (referer.len > sizeof text)
        return true;
    struct sw_str decoded = {text, sw_web_unpercent(referer, true, text)};
    return sw_str_chr(decoded, '%') != SW_NPOS || sw_web_is_odd(decoded) || sw_web_phrases_may_hold(decoded);
}

/* Other headers: lists of addresses, names. */
bool sw_web_header_stands_out(struct sw_str header)
{
    size_t at = 0;
    while (at < header.len) {
        size_t end = at;
        while (end < header.len && header.ptr[end] != ';' && header.ptr[end] != ' ')
            end++;
        if (sw_web_referer_stands_out(sw_str_slice(header, at, end)))
            return true;
        at = end + 1;
    }
    return false;
}
