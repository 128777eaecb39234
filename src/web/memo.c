/* memo.c - one place a hash; a text is kept at its second coming, so that texts that never return don't wear it out. */
#include "web/memo.h"

#include "base/hash.h"
#include "base/mem.h"

enum { PLACES = 4096, MOST_BYTES = 512 };

struct place {
    uint64_t hash;
    uint32_t seen; /* part of the hash of what came last and was not kept */
    uint16_t len;
    char bytes[MOST_BYTES];
};

struct sw_web_memo {
    struct place places[PLACES];
};

struct sw_web_memo *sw_web_memo_new(void)
{
    return sw_alloc(1, sizeof(struct sw_web_memo));
}

void sw_web_memo_free(struct sw_web_memo *memo)
{
    sw_free(memo);
}

bool sw_web_memo_has(struct sw_web_memo *memo, struct sw_str text)
{
    if (text.len > MOST_BYTES)
        return false;
    uint64_t hash = sw_hash(text) | 1;
    const struct place *place = &memo->places[hash >> 20 & (PLACES - 1)];
    return place->hash == hash && place->len == text.len && memcmp(place->bytes, text.ptr, text.len) == 0;
}

void sw_web_memo_add(struct sw_web_memo *memo, struct sw_str text)
{
    if (text.len > MOST_BYTES)
        return;
    uint64_t hash = sw_hash(text) | 1;
    struct place *place = &memo->places[hash >> 20 & (PLACES - 1)];
    uint32_t mark = (uint32_t)(hash >> 32) | 1;
    if (place->hash != 0 && place->seen != mark) {
        place->seen = mark;
        return;
    }
    place->hash = hash;
    place->len = (uint16_t)text.len;
    memcpy(place->bytes, text.ptr, text.len);
}
