/*
 * match_memo.c - what lookups gave for values seen before. Logs repeat themselves: programs, users, channels, user agents.
 *
 * Two places for each hash; the bytes are compared, so that a hostile value can at worst push another one out. A value is
 * kept when its hash is seen for the second time: values that never come again don't wear the table out.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "sigma/match_priv.h"

enum { SETS = 2048, WAYS = 2, MARKS = 16384, MOST_BYTES = 256, MOST_LOCALS = 12 };

struct place {
    uint64_t hash;
    uint32_t lookup;
    uint16_t len;
    uint8_t count;
    uint8_t recent; /* the one of the pair that was found last */
    uint32_t locals[MOST_LOCALS];
    char bytes[MOST_BYTES];
};

struct sw_memo {
    uint64_t asked; /* hash of the value asked for last */
    uint16_t marks[MARKS];
    struct place places[SETS][WAYS];
};

struct sw_memo *sw_memo_new(void)
{
    return sw_alloc(1, sizeof(struct sw_memo));
}

void sw_memo_free(struct sw_memo *memo)
{
    sw_free(memo);
}

bool sw_memo_get(struct sw_memo *memo, uint32_t lookup, struct sw_str value, const uint32_t **locals, uint32_t *count)
{
    memo->asked = 0;
    if (value.len > MOST_BYTES)
        return false;
    uint64_t hash = sw_hash_seed(value, lookup) | 1; /* 0 is a free place */
    memo->asked = hash;
    struct place *pair = memo->places[hash >> 32 & (SETS - 1)];
    for (unsigned i = 0; i < WAYS; i++) {
        struct place *place = &pair[i];
        if (place->hash != hash || place->lookup != lookup || place->len != value.len ||
            memcmp(place->bytes, value.ptr, value.len) != 0)
            continue;
        pair[0].recent = i == 0;
        *locals = place->locals;
        *count = place->count;
        return true;
    }
    return false;
}

void sw_memo_put(struct sw_memo *memo, uint32_t lookup, struct sw_str value, const uint32_t *locals, uint32_t count)
{
    uint64_t hash = memo->asked;
    if (hash == 0 || count > MOST_LOCALS)
        return;
    uint16_t *mark = &memo->marks[hash >> 16 & (MARKS - 1)];
    uint16_t tag = (uint16_t)(hash >> 48 | 1);
    if (*mark != tag) {
        *mark = tag;
        return;
    }
    struct place *pair = memo->places[hash >> 32 & (SETS - 1)];
    struct place *place = &pair[pair[0].recent ? 1 : 0];
    place->hash = hash;
    place->lookup = lookup;
    place->len = (uint16_t)value.len;
    place->count = (uint8_t)count;
    memcpy(place->locals, locals, count * sizeof *locals);
    memcpy(place->bytes, value.ptr, value.len);
    pair[0].recent = place == &pair[0];
}
