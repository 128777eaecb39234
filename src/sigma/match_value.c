/* match_value.c - a value in folded form, and the search for one string in it. What is compared with it: match_test.c,
 * match_lookup.c. */
#include "base/utf.h"
#include "sigma/match_priv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Eight bytes in ASCII lower case; bytes from 0x80 stay as they are. */
static uint64_t lower8(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101ull;
    uint64_t heptets = word & 0x7f * ones;
    uint64_t above_z = heptets + (0x7f - 'Z') * ones;
    uint64_t from_a = heptets + (0x80 - 'A') * ones;
    uint64_t upper = ~word & (from_a ^ above_z) & 0x80 * ones;
    return word | upper >> 2;
}

/* Folds ASCII letters of `len` bytes; returns whether all bytes are ASCII. */
static bool lower_ascii(char *to, const char *from, size_t len)
{
    uint64_t seen = 0;
    uint64_t word;
    size_t at = 0;
    for (; len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, from + at, sizeof word);
        seen |= word;
        word = lower8(word);
        memcpy(to + at, &word, sizeof word);
    }
    if (at < len) {
        word = 0;
        memcpy(&word, from + at, len - at);
        seen |= word;
        word = lower8(word);
        memcpy(to + at, &word, sizeof word); /* the pad takes the rest */
    }
    return (seen & 0x8080808080808080ull) == 0;
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
    char *to = sw_arena_bytes(&m->folds, raw.len + SW_FOLD_PAD + 8);
    if (to == NULL) {
        m->error = SW_E_NOMEM;
        return false;
    }
    size_t len = raw.len;
    value->ascii = lower_ascii(to, raw.ptr, len);
    if (!value->ascii) {
        sw_arena_trim(&m->folds, to);
        to = sw_arena_bytes(&m->folds, raw.len + raw.len / 2 + SW_FOLD_PAD + 8);
        if (to == NULL) {
            m->error = SW_E_NOMEM;
            return false;
        }
        len = fold_unicode(to, raw);
    }
    memset(to + len, 0, SW_FOLD_PAD);
    value->folded = (struct sw_str){to, len};
    return true;
}

#if defined(__SSE2__)
/* Compares the needle's first and last byte at sixteen places at once, and the whole where both fit. */
size_t sw_find(struct sw_str hay, struct sw_str needle)
{
    if (hay.len < needle.len)
        return SW_NPOS;
    size_t places = hay.len - needle.len + 1;
    size_t span = needle.len - 1;
    const __m128i first = _mm_set1_epi8(needle.ptr[0]);
    const __m128i last = _mm_set1_epi8(needle.ptr[span]);
    size_t at = 0;
    for (; at + 16 <= places; at += 16) {
        __m128i heads = _mm_loadu_si128((const void *)(hay.ptr + at));
        __m128i tails = _mm_loadu_si128((const void *)(hay.ptr + at + span));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(heads, first), _mm_cmpeq_epi8(tails, last)));
        while (mask != 0) {
            size_t place = at + (unsigned)__builtin_ctz(mask);
            if (memcmp(hay.ptr + place, needle.ptr, needle.len) == 0)
                return place;
            mask &= mask - 1;
        }
    }
    for (; at < places; at++)
        if (hay.ptr[at] == needle.ptr[0] && hay.ptr[at + span] == needle.ptr[span] &&
            memcmp(hay.ptr + at, needle.ptr, needle.len) == 0)
            return at;
    return SW_NPOS;
}
#else
size_t sw_find(struct sw_str hay, struct sw_str needle)
{
    return sw_str_find(hay, needle);
}
#endif
