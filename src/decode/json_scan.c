/* json_scan.c - counting brackets outside strings, 64 bytes at a time. */
#include "decode/json_scan.h"
#include "decode/json_split.h"

/* One byte at a time: what the fast way must agree with. A backslash escapes the next byte, which matters for quotes only;
 * a line feed ends a string. */
static const char *scan_bytes(struct sw_json_scan *scan, const char *at, const char *end)
{
    for (; at < end; at++) {
        char c = *at;
        bool escaped = scan->escaped;
        scan->escaped = c == '\\' && !escaped;
        if (c == '"' && !escaped) {
            scan->in_string = !scan->in_string;
        } else if (scan->in_string) {
            if (c == '\n')
                scan->in_string = false;
        } else if (c == '{' || c == '[') {
            scan->depth++;
        } else if ((c == '}' || c == ']') && scan->depth > 0 && --scan->depth == 0) {
            return at + 1;
        }
    }
    return NULL;
}

#ifdef __SSE2__

struct masks {
    uint64_t quote, slash, open, close, feed;
};

static inline struct masks look_at(const char *at)
{
    struct masks m = {0};
    for (int i = 0; i < 4; i++) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
        __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20)); /* [ becomes {, ] becomes } */
        unsigned shift = 16u * (unsigned)i;
        m.quote |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('"'))) << shift;
        m.slash |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))) << shift;
        m.feed |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('\n'))) << shift;
        m.open |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lower, _mm_set1_epi8('{'))) << shift;
        m.close |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lower, _mm_set1_epi8('}'))) << shift;
    }
    return m;
}

/* Which bytes are escaped by the backslash before them: those after a run of backslashes of odd length. Adding the runs'
 * starts to the runs carries past each one's end; whether it began and ended on bits of the same parity tells its length. */
static inline uint64_t escaped_bytes(uint64_t slash, bool *carry)
{
    const uint64_t even = 0x5555555555555555ull;
    uint64_t before = *carry;
    slash &= ~before;
    uint64_t follows = slash << 1 | before;
    uint64_t odd_starts = slash & ~even & ~follows;
    uint64_t runs;
    *carry = __builtin_add_overflow(odd_starts, slash, &runs);
    return (even ^ runs << 1) & follows;
}

/* Bit i: the number of bits set up to and with i is odd. */
static inline uint64_t parity_up_to(uint64_t bits)
{
    for (unsigned shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

const char *sw_json_scan(struct sw_json_scan *scan, const char *at, const char *end)
{
    while (end - at >= 64) {
        struct masks m = look_at(at);
        bool carry = scan->escaped;
        uint64_t escaped = m.slash != 0 || carry ? escaped_bytes(m.slash, &carry) : 0;
        uint64_t string = parity_up_to(m.quote & ~escaped) ^ (scan->in_string ? ~0ull : 0);
        if (m.feed & string) {
            const char *after = scan_bytes(scan, at, at + 64);
            if (after != NULL)
                return after;
            at += 64;
            continue;
        }
        uint64_t open = m.open & ~string;
        uint64_t close = m.close & ~string;
        if ((unsigned)__builtin_popcountll(close) < scan->depth) {
            scan->depth += (uint32_t)__builtin_popcountll(open) - (uint32_t)__builtin_popcountll(close);
        } else {
            for (uint64_t both = open | close; both != 0; both &= both - 1) {
                if (open & both & -both) {
                    scan->depth++;
                } else if (scan->depth > 0 && --scan->depth == 0) {
                    *scan = (struct sw_json_scan){0};
                    return at + __builtin_ctzll(both) + 1;
                }
            }
        }
        scan->in_string = string >> 63;
        scan->escaped = carry;
        at += 64;
    }
    return scan_bytes(scan, at, end);
}

#else

const char *sw_json_scan(struct sw_json_scan *scan, const char *at, const char *end)
{
    return scan_bytes(scan, at, end);
}

#endif
