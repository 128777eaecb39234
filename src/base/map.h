/*
 * map.h - hash map from byte strings to 32-bit numbers (open addressing, never shrinks, no removal).
 * Owner:   keys are copied into the map's own arena.
 * Threads: many readers or one writer.      Errors: SW_E_NOMEM, SW_E_LIMIT (max entries or key bytes).
 */
#ifndef SW_BASE_MAP_H
#define SW_BASE_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct sw_map_slot {
    uint64_t hash; /* 0: free */
    struct sw_str key;
    uint32_t value;
};

struct sw_map {
    struct sw_map_slot *slots;
    size_t cap; /* a power of two, or 0 */
    size_t used;
    size_t max;
    struct sw_arena keys;
};

void sw_map_init(struct sw_map *map, size_t max_entries, size_t max_key_bytes);
void sw_map_fini(struct sw_map *map);
bool sw_map_get(const struct sw_map *map, struct sw_str key, uint32_t *value);
/* The map's own copy of a key; ptr NULL when it isn't there. Lives as long as the map. */
struct sw_str sw_map_key(const struct sw_map *map, struct sw_str key);
/* Sets key to value, replacing what was there. */
int sw_map_put(struct sw_map *map, struct sw_str key, uint32_t value);
/* The value of key; sets it to `fresh` first when the key is new (*added tells). */
int sw_map_intern(struct sw_map *map, struct sw_str key, uint32_t fresh, uint32_t *value, bool *added);

#endif
