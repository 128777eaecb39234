/* memo.c - pairs of places by hash; the one that was found last stays when another comes. */
#include "web/memo.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"

#include <sys/random.h>

enum { PAIRS = 8192 };

struct target {
    uint64_t tag;
    uint64_t stem; /* 0: free */
};

struct sw_web_memo {
    uint64_t seed;
    uint64_t texts[PAIRS][2]; /* tags, the newer first; 0: free */
    struct target targets[PAIRS][2];
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

static inline struct sw_web_key key_of(const struct sw_web_memo *memo, enum sw_web_role role, struct sw_str text)
{
    struct sw_hash128 hash = sw_hash128(text, memo->seed + (uint64_t)role);
    return (struct sw_web_key){hash.low, (size_t)(hash.high % PAIRS)};
}

/* --- texts -------------------------------------------------------------------------------------------------- */

struct sw_web_key sw_web_memo_key(const struct sw_web_memo *memo, enum sw_web_role role, struct sw_str text)
{
    struct sw_web_key key = key_of(memo, role, text);
    key.tag |= key.tag == 0; /* 0 marks a free place */
    __builtin_prefetch(memo->texts[key.place]);
    return key;
}

bool sw_web_memo_has(struct sw_web_memo *memo, struct sw_web_key key)
{
    uint64_t *pair = memo->texts[key.place];
    if (pair[0] == key.tag)
        return true;
    if (pair[1] != key.tag)
        return false;
    pair[1] = pair[0];
    pair[0] = key.tag;
    return true;
}

void sw_web_memo_add(struct sw_web_memo *memo, struct sw_web_key key)
{
    uint64_t *pair = memo->texts[key.place];
    if (pair[0] == key.tag || pair[1] == key.tag)
        return;
    pair[1] = pair[0];
    pair[0] = key.tag;
}

/* --- targets ------------------------------------------------------------------------------------------------ */

struct sw_web_key sw_web_memo_target_key(const struct sw_web_memo *memo, struct sw_str target)
{
    struct sw_web_key key = key_of(memo, SW_WEB_ROLE_TARGET, target);
    __builtin_prefetch(memo->targets[key.place]);
    return key;
}

uint64_t sw_web_memo_stem(struct sw_web_memo *memo, struct sw_web_key key)
{
    struct target *pair = memo->targets[key.place];
    if (pair[0].tag == key.tag)
        return pair[0].stem;
    if (pair[1].tag != key.tag)
        return 0;
    const struct target found = pair[1];
    pair[1] = pair[0];
    pair[0] = found;
    return found.stem;
}

void sw_web_memo_add_target(struct sw_web_memo *memo, struct sw_web_key key, uint64_t stem)
{
    if (sw_web_memo_stem(memo, key) != 0)
        return;
    struct target *pair = memo->targets[key.place];
    pair[1] = pair[0];
    pair[0] = (struct target){key.tag, stem};
}
