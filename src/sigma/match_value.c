/* match_value.c - a value in folded form, and the search for one string in it. What is compared with it: match_test.c,
 * match_lookup.c. */
#include "base/utf.h"
#include "sigma/match_priv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Folds ASCII letters of `len` bytes. */
static void lower_ascii(char *to, const char *from, size_t len)
{
    uint64_t word;
    size_t at = 0;
    for (; len - at >= sizeof word; at += sizeof word) {
        word = sw_lower8(sw_load64(from + at));
        memcpy(to + at, &word, sizeof word);
    }
    for (; at < len; at++)
        to[at] = sw_lower(from[at]);
}

bool sw_value_is_ascii(struct sw_value *value)
{
    if (value->ascii == SW_UNKNOWN) {
        uint64_t seen = 0;
        size_t at = 0;
        for (; value->raw.len - at >= 8; at += 8)
            seen |= sw_load64(value->raw.ptr + at);
        for (; at < value->raw.len; at++)
            seen |= (unsigned char)value->raw.ptr[at];
        value->ascii = (seen & 0x8080808080808080ull) == 0 ? SW_YES : SW_NO;
    }
    return value->ascii == SW_YES;
}

/* The same as sw_utf8_fold(), into a buffer of half as many bytes again. */
static size_t fold_unicode(char *to, struct sw_str from)
{
    size_t len = 0;
    size_t at = 0;
    while (at < from.len) {
        if ((unsigned char)from.ptr[at] < 0x80) {
            to[len++] = sw_lower(from.ptr[at++]);
            continue;
        }
        size_t start = at;
        uint32_t code = sw_utf8_next(from, &at);
        if (at - start == 1) /* no valid sequence starts here */
            to[len++] = from.ptr[start];
        else
            len += sw_utf8_put(sw_fold_code(code), to + len);
    }
    return len;
}

bool sw_value_fold(struct sw_matcher *m, struct sw_value *value)
{
    if (value->folded.ptr != NULL)
        return true;
    struct sw_str raw = value->raw;
    bool ascii = sw_value_is_ascii(value);
    char *to = sw_arena_bytes(&m->folds, raw.len + (ascii ? 0 : raw.len / 2) + 1);
    if (to == NULL) {
        m->error = SW_E_NOMEM;
        return false;
    }
    size_t len = raw.len;
    if (ascii)
        lower_ascii(to, raw.ptr, len);
    else
        len = fold_unicode(to, raw);
    sw_arena_trim(&m->folds, to + len);
    value->folded = (struct sw_str){to, len};
    return true;
}

/* --- search ------------------------------------------------------------------------------------------------- */

/* Does the needle stand here? `folded`: the hay's ASCII letters may be upper case. */
static inline bool stands(const char *at, struct sw_str needle, bool folded)
{
    return folded ? sw_text_is(at, needle.ptr, needle.len) : memcmp(at, needle.ptr, needle.len) == 0;
}

#if defined(__SSE2__)
/* Of the sixteen places from `at` on, the first where the needle stands, or SW_NPOS: its first and last byte are compared at
 * all of them at once. With `folded`, bit 0x20 is set on both sides first: that takes a few other bytes for letters too, but
 * loses none. */
static inline size_t find16(const char *at, struct sw_str needle, bool folded)
{
    char bit = folded ? 0x20 : 0;
    size_t span = needle.len - 1;
    const __m128i bits = _mm_set1_epi8(bit);
    __m128i heads = _mm_or_si128(_mm_loadu_si128((const void *)at), bits);
    __m128i tails = _mm_or_si128(_mm_loadu_si128((const void *)(at + span)), bits);
    __m128i both = _mm_and_si128(_mm_cmpeq_epi8(heads, _mm_set1_epi8((char)(needle.ptr[0] | bit))),
                                 _mm_cmpeq_epi8(tails, _mm_set1_epi8((char)(needle.ptr[span] | bit))));
    for (unsigned mask = (unsigned)_mm_movemask_epi8(both); mask != 0; mask &= mask - 1) {
        size_t place = (unsigned)__builtin_ctz(mask);
        if (stands(at + place, needle, folded))
            return place;
    }
    return SW_NPOS;
}
#endif

static inline size_t find(struct sw_str hay, struct sw_str needle, bool folded)
{
    if (hay.len < needle.len)
        return SW_NPOS;
    size_t places = hay.len - needle.len + 1;
#if defined(__SSE2__)
    if (places >= 16) {
        for (size_t at = 0; at + 16 <= places; at += 16) {
            size_t found = find16(hay.ptr + at, needle, folded);
            if (found != SW_NPOS)
                return at + found;
        }
        size_t last = places - 16; /* overlaps what was looked at */
        size_t found = places % 16 != 0 ? find16(hay.ptr + last, needle, folded) : SW_NPOS;
        return found != SW_NPOS ? last + found : SW_NPOS;
    }
#endif
    char bit = folded ? 0x20 : 0;
    size_t span = needle.len - 1;
    char first = (char)(needle.ptr[0] | bit);
    char last = (char)(needle.ptr[span] | bit);
    for (size_t at = 0; at < places; at++)
        if ((hay.ptr[at] | bit) == first && (hay.ptr[at + span] | bit) == last && stands(hay.ptr + at, needle, folded))
            return at;
    return SW_NPOS;
}

size_t sw_find(struct sw_str hay, struct sw_str needle)
{
    return find(hay, needle, false);
}

char sw_seldom_byte(struct sw_str needle)
{
    static const bool seldom[256] = {
        ['{'] = true, ['}'] = true, ['$'] = true, ['@'] = true, ['~'] = true, ['^'] = true, ['|'] = true, ['`'] = true,
        ['<'] = true, ['>'] = true, ['!'] = true, ['*'] = true, ['#'] = true, [';'] = true, ['&'] = true,
    };
    for (size_t i = 0; i < needle.len; i++)
        if (seldom[(unsigned char)needle.ptr[i]])
            return needle.ptr[i];
    return 0;
}

size_t sw_find_folded(struct sw_str hay, struct sw_str needle)
{
    /* A needle that short is looked for in much text and seldom there. */
    char seldom = needle.len <= 3 && hay.len >= 64 ? sw_seldom_byte(needle) : 0;
    if (seldom != 0 && memchr(hay.ptr, seldom, hay.len) == NULL)
        return SW_NPOS;
    return find(hay, needle, true);
}
