/* json_path.c - the tree of key paths: an array of nodes, a hash table from (parent, key) to node, hints in the nodes. */
#include "decode/json_path.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"

enum { FIRST_NODES = 256, KEY_PADDED = SW_JSON_KEY_INLINE };

/* Keys and names: SW_JSON_PATHS times what a name and a key may take. */
static const size_t max_text = (size_t)SW_JSON_PATHS * (2u * SW_MAX_FIELD_NAME + 64u);

static uint64_t hash_of(uint32_t parent, struct sw_str raw)
{
    return sw_hash_seed(raw, parent);
}

static bool same_key(const struct sw_json_path *node, uint32_t parent, struct sw_str raw)
{
    return node->parent == parent && node->len == raw.len + 1 &&
           (raw.len == 0 || memcmp(node->whole, raw.ptr, raw.len) == 0);
}

/* The slot where a key is, or the free one where it would go. */
static uint32_t slot_of(const struct sw_json_paths *paths, uint32_t parent, struct sw_str raw)
{
    uint32_t mask = paths->slot_cap - 1;
    uint32_t at = (uint32_t)hash_of(parent, raw) & mask;
    while (paths->slots[at] != SW_JSON_NO_PATH && !same_key(&paths->nodes[paths->slots[at]], parent, raw))
        at = (at + 1) & mask;
    return at;
}

uint32_t sw_json_path_find(const struct sw_json_paths *paths, uint32_t parent, struct sw_str raw)
{
    if (parent == SW_JSON_NO_PATH)
        return SW_JSON_NO_PATH;
    return paths->slots[slot_of(paths, parent, raw)];
}

struct sw_json_name sw_json_path_name(const struct sw_json_paths *paths, uint32_t path)
{
    const struct sw_json_path *node = &paths->nodes[path];
    return (struct sw_json_name){paths->names[path], node->space, node->flags, node->mark};
}

sw_field_id sw_json_path_field(struct sw_json_paths *paths, uint32_t path)
{
    struct sw_json_path *node = &paths->nodes[path];
    if (!(node->flags & SW_JSON_NAMED)) {
        struct sw_str name = paths->names[path];
        bool fits = name.len > 0 && name.len <= SW_MAX_FIELD_NAME; /* "" names no field */
        node->field = fits ? sw_field_intern(name) : (sw_field_id)SW_FIELD_MORE;
        bool odd = node->mark != 0 || (node->flags & (SW_JSON_SKIP | SW_JSON_NAME | SW_JSON_VALUE)) != 0 ||
                   node->field == SW_FIELD_MORE;
        node->flags = (uint8_t)((node->flags & ~SW_JSON_ODD) | SW_JSON_NAMED | (odd ? SW_JSON_ODD : 0));
    }
    return node->field;
}

/* Doubles the hash table; it stays at most half full. */
static int grow_slots(struct sw_json_paths *paths)
{
    uint32_t cap = paths->slot_cap ? 2 * paths->slot_cap : 2 * FIRST_NODES;
    uint32_t *slots = sw_alloc(cap, sizeof *slots);
    if (slots == NULL)
        return SW_E_NOMEM;
    sw_free(paths->slots);
    paths->slots = slots;
    paths->slot_cap = cap;
    for (uint32_t i = SW_JSON_ROOT + 1; i < paths->count; i++) {
        const struct sw_json_path *node = &paths->nodes[i];
        slots[slot_of(paths, node->parent, sw_strn(node->whole, node->len - 1))] = i;
    }
    return 0;
}

/* Room for one node more; what it fails to get leaves the tree as it was. */
static int make_room(struct sw_json_paths *paths)
{
    if (sw_grow(&paths->nodes, &paths->cap, paths->count, sizeof *paths->nodes, SW_JSON_PATHS) != 0)
        return SW_E_NOMEM;
    if (paths->name_cap < paths->cap) {
        struct sw_str *names = sw_realloc(paths->names, paths->cap, sizeof *names);
        if (names == NULL)
            return SW_E_NOMEM;
        paths->names = names;
        paths->name_cap = paths->cap;
    }
    if (2 * (paths->count + 1) > paths->slot_cap)
        return grow_slots(paths);
    return 0;
}

/* The key with its closing quote, padded with zeros so that it can be compared by whole blocks. */
static const char *copy_key(struct sw_arena *arena, struct sw_str raw)
{
    size_t padded = (raw.len + 1 + KEY_PADDED - 1) / KEY_PADDED * KEY_PADDED;
    char *copy = sw_arena_zero(arena, padded, 1);
    if (copy == NULL)
        return NULL;
    if (raw.len > 0)
        memcpy(copy, raw.ptr, raw.len);
    copy[raw.len] = '"';
    return copy;
}

static bool add_node(struct sw_json_paths *paths, uint32_t parent, struct sw_str raw, const struct sw_json_name *name)
{
    struct sw_str text = sw_arena_dup(&paths->arena, name->text);
    const char *key = copy_key(&paths->arena, raw);
    if (text.ptr == NULL || key == NULL)
        return false;
    struct sw_json_path node = {.whole = key,
                                .len = (uint32_t)raw.len + 1,
                                .parent = parent,
                                .mark = name->mark,
                                .flags = name->flags | SW_JSON_ODD,
                                .space = name->space};
    memcpy(node.key, key, sizeof node.key);
    paths->nodes[paths->count] = node;
    paths->names[paths->count] = text;
    return true;
}

uint32_t sw_json_path_add(struct sw_json_paths *paths, uint32_t parent, struct sw_str raw, struct sw_str key)
{
    if (parent == SW_JSON_NO_PATH || raw.len > SW_MAX_FIELD_NAME || paths->count >= SW_JSON_PATHS ||
        make_room(paths) != 0)
        return SW_JSON_NO_PATH;
    struct sw_arena_mark mark = sw_arena_mark(&paths->arena);
    struct sw_json_name above = sw_json_path_name(paths, parent);
    struct sw_json_name name = paths->naming->name(&above, key, &paths->arena);
    if (name.text.len > 2 * SW_MAX_FIELD_NAME || !add_node(paths, parent, raw, &name)) {
        sw_arena_rewind(&paths->arena, mark);
        return SW_JSON_NO_PATH;
    }
    uint32_t slot = slot_of(paths, parent, raw);
    paths->slots[slot] = paths->count;
    return paths->count++;
}

void sw_json_paths_reset(struct sw_json_paths *paths)
{
    sw_arena_reset(&paths->arena);
    memset(paths->slots, 0, paths->slot_cap * sizeof *paths->slots);
    paths->count = SW_JSON_ROOT + 1;
    memset(paths->nodes, 0, paths->count * sizeof *paths->nodes);
    struct sw_json_name root = paths->naming->root;
    paths->nodes[SW_JSON_NO_PATH].flags = SW_JSON_ODD | SW_JSON_NAMED;
    paths->nodes[SW_JSON_NO_PATH].field = SW_FIELD_MORE;
    paths->names[SW_JSON_NO_PATH] = (struct sw_str){"", 0};
    paths->nodes[SW_JSON_ROOT].space = root.space;
    paths->nodes[SW_JSON_ROOT].flags = root.flags | SW_JSON_ODD;
    paths->names[SW_JSON_ROOT] = root.text;
}

int sw_json_paths_init(struct sw_json_paths *paths, const struct sw_json_naming *naming)
{
    *paths = (struct sw_json_paths){.naming = naming, .cap = FIRST_NODES, .name_cap = FIRST_NODES};
    sw_arena_init(&paths->arena, max_text);
    paths->nodes = sw_alloc(FIRST_NODES, sizeof *paths->nodes);
    paths->names = sw_alloc(FIRST_NODES, sizeof *paths->names);
    if (paths->nodes == NULL || paths->names == NULL || grow_slots(paths) != 0) {
        sw_json_paths_fini(paths);
        return SW_E_NOMEM;
    }
    sw_json_paths_reset(paths);
    return 0;
}

void sw_json_paths_fini(struct sw_json_paths *paths)
{
    sw_free(paths->nodes);
    sw_free(paths->names);
    sw_free(paths->slots);
    sw_arena_fini(&paths->arena);
    *paths = (struct sw_json_paths){0};
}
