/* map.c - linear probing over XXH3 hashes, at most half full. */
#include "base/map.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"

void sw_map_init(struct sw_map *map, size_t max_entries, size_t max_key_bytes)
{
    *map = (struct sw_map){.max = max_entries};
    sw_arena_init(&map->keys, max_key_bytes);
}

void sw_map_fini(struct sw_map *map)
{
    sw_free(map->slots);
    sw_arena_fini(&map->keys);
    *map = (struct sw_map){.max = map->max};
}

static uint64_t key_hash(struct sw_str key)
{
    uint64_t hash = sw_hash(key);
    return hash ? hash : 1;
}

static struct sw_map_slot *probe(const struct sw_map *map, struct sw_str key, uint64_t hash)
{
    size_t mask = map->cap - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct sw_map_slot *slot = &map->slots[i];
        if (slot->hash == 0 || (slot->hash == hash && sw_str_eq(slot->key, key)))
            return slot;
    }
}

static int make_room(struct sw_map *map)
{
    if (map->used >= map->max)
        return SW_E_LIMIT;
    if (map->cap > 0 && map->used * 2 < map->cap)
        return 0;
    size_t cap = map->cap ? map->cap * 2 : 16;
    struct sw_map_slot *slots = sw_alloc(cap, sizeof *slots);
    if (slots == NULL)
        return SW_E_NOMEM;
    struct sw_map grown = {.slots = slots, .cap = cap};
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].hash != 0)
            *probe(&grown, map->slots[i].key, map->slots[i].hash) = map->slots[i];
    sw_free(map->slots);
    map->slots = slots;
    map->cap = cap;
    return 0;
}

bool sw_map_get(const struct sw_map *map, struct sw_str key, uint32_t *value)
{
    if (map->cap == 0)
        return false;
    const struct sw_map_slot *slot = probe(map, key, key_hash(key));
    if (slot->hash == 0)
        return false;
    *value = slot->value;
    return true;
}

struct sw_str sw_map_key(const struct sw_map *map, struct sw_str key)
{
    const struct sw_map_slot *slot = map->cap > 0 ? probe(map, key, key_hash(key)) : NULL;
    return slot != NULL && slot->hash != 0 ? slot->key : (struct sw_str){0};
}

int sw_map_intern(struct sw_map *map, struct sw_str key, uint32_t fresh, uint32_t *value, bool *added)
{
    uint64_t hash = key_hash(key);
    if (map->cap > 0) {
        const struct sw_map_slot *slot = probe(map, key, hash);
        if (slot->hash != 0) {
            *value = slot->value;
            *added = false;
            return 0;
        }
    }
    int rc = make_room(map);
    if (rc != 0)
        return rc;
    struct sw_str copy = sw_arena_dup(&map->keys, key);
    if (copy.ptr == NULL)
        return SW_E_LIMIT;
    *probe(map, key, hash) = (struct sw_map_slot){hash, copy, fresh};
    map->used++;
    *value = fresh;
    *added = true;
    return 0;
}

int sw_map_put(struct sw_map *map, struct sw_str key, uint32_t value)
{
    uint32_t old;
    bool added;
    int rc = sw_map_intern(map, key, value, &old, &added);
    if (rc == 0 && !added)
        probe(map, key, key_hash(key))->value = value;
    return rc;
}
