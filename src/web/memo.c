/* memo.c - pairs of places by hash; the one that was found last stays when another comes. */
#include "web/memo.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"

#include <sys/random.h>

enum { PAIRS = 16384 };

struct sw_web_memo {
    uint64_t seed;
    struct sw_hash128 places[PAIRS][2]; /* the newer first; all zero: free */
};

struct sw_web_memo *sw_web_memo_new(void)
{
    struct sw_web_memo *memo = sw_alloc(1, sizeof *memo);
    if (memo != NULL && getrandom(&memo->seed, sizeof memo->seed, GRND_NONBLOCK) != sizeof memo->seed)
        memo->seed = (uint64_t)sw_time_now() * 0x9e3779b97f4a7c15ull ^ (uint64_t)(uintptr_t)memo;
    return memo;
}

void sw_web_memo_free(struct sw_web_memo *memo)
{
    sw_free(memo);
}

static bool is_same(struct sw_hash128 a, struct sw_hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

bool sw_web_memo_has(struct sw_web_memo *memo, struct sw_str text)
{
    struct sw_hash128 hash = sw_hash128(text, memo->seed);
    struct sw_hash128 *pair = memo->places[hash.high % PAIRS];
    if (is_same(pair[0], hash))
        return true;
    if (!is_same(pair[1], hash))
        return false;
    pair[1] = pair[0];
    pair[0] = hash;
    return true;
}

void sw_web_memo_add(struct sw_web_memo *memo, struct sw_str text)
{
    struct sw_hash128 hash = sw_hash128(text, memo->seed);
    struct sw_hash128 *pair = memo->places[hash.high % PAIRS];
    if (is_same(pair[0], hash) || is_same(pair[1], hash))
        return;
    pair[1] = pair[0];
    pair[0] = hash;
}
