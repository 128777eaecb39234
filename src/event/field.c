/* field.c - the table of field names: a map under a lock for minting, blocks of entries that never move for reading. */
#include "event/field.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>

enum { BLOCK = 1024, BLOCKS = SW_MAX_FIELD_NAMES / BLOCK };

struct entry {
    struct sw_str name;
    sw_field_id key;
    _Atomic bool twins; /* of a key: another name has it as well */
};

static struct {
    pthread_rwlock_t lock;
    pthread_once_t once;
    struct sw_map ids;  /* name -> id */
    struct sw_map keys; /* lower-case name -> lowest id */
    struct entry *_Atomic blocks[BLOCKS];
    _Atomic uint32_t count;
    _Atomic uint64_t refused;
} table = {.lock = PTHREAD_RWLOCK_INITIALIZER, .once = PTHREAD_ONCE_INIT};

static struct entry *entry_of(sw_field_id id)
{
    return &atomic_load_explicit(&table.blocks[id / BLOCK], memory_order_acquire)[id % BLOCK];
}

/* The key of a new name with id `fresh`; the lock is held for writing. */
static int intern_key(struct sw_str name, sw_field_id fresh, sw_field_id *key)
{
    char lower[SW_MAX_FIELD_NAME];
    for (size_t i = 0; i < name.len; i++)
        lower[i] = sw_lower(name.ptr[i]);
    bool added;
    return sw_map_intern(&table.keys, sw_strn(lower, name.len), fresh, key, &added);
}

/* Adds a name that is not there yet; the lock is held for writing. */
static sw_field_id mint(struct sw_str name)
{
    uint32_t id = atomic_load_explicit(&table.count, memory_order_relaxed);
    if (id >= SW_MAX_FIELD_NAMES)
        return SW_FIELD_MORE;
    if (id % BLOCK == 0 && atomic_load(&table.blocks[id / BLOCK]) == NULL) {
        struct entry *block = sw_alloc(BLOCK, sizeof *block);
        if (block == NULL)
            return SW_FIELD_MORE;
        atomic_store_explicit(&table.blocks[id / BLOCK], block, memory_order_release);
    }
    sw_field_id key;
    uint32_t same;
    bool added;
    if (intern_key(name, id, &key) != 0 || sw_map_intern(&table.ids, name, id, &same, &added) != 0)
        return SW_FIELD_MORE;
    struct sw_str copy = sw_arena_dup(&table.ids.keys, name);
    if (copy.ptr == NULL)
        return SW_FIELD_MORE;
    struct entry *entry = entry_of(id);
    entry->name = copy;
    entry->key = key;
    if (key != id)
        atomic_store_explicit(&entry_of(key)->twins, true, memory_order_relaxed);
    atomic_store_explicit(&table.count, id + 1, memory_order_release);
    return id;
}

static void start(void)
{
    static const char *const fixed[] = {
#define SW_FIELD_TEXT(name, text) text,
        SW_FIELDS(SW_FIELD_TEXT)
#undef SW_FIELD_TEXT
    };
    /* One more than the table holds, so that the map itself never refuses. */
    sw_map_init(&table.ids, SW_MAX_FIELD_NAMES + 1, (size_t)4 * SW_MAX_FIELD_NAMES * SW_MAX_FIELD_NAME);
    sw_map_init(&table.keys, SW_MAX_FIELD_NAMES + 1, (size_t)2 * SW_MAX_FIELD_NAMES * SW_MAX_FIELD_NAME);
    for (size_t i = 0; i < SW_FIELD_FIXED_COUNT; i++)
        (void)mint(sw_str(fixed[i]));
}

/* Asked for every field of an event in places, so without a call when there is nothing to do. */
static inline void start_once(void)
{
    static atomic_bool started;
    if (atomic_load_explicit(&started, memory_order_acquire))
        return;
    (void)pthread_once(&table.once, start);
    atomic_store_explicit(&started, true, memory_order_release);
}

sw_field_id sw_field_find(struct sw_str name)
{
    start_once();
    uint32_t id = SW_FIELD_NONE;
    pthread_rwlock_rdlock(&table.lock);
    (void)sw_map_get(&table.ids, name, &id);
    pthread_rwlock_unlock(&table.lock);
    return id;
}

sw_field_id sw_field_intern(struct sw_str name)
{
    sw_field_id id = sw_field_find(name);
    if (id != SW_FIELD_NONE || name.len == 0)
        return id;
    if (name.len > SW_MAX_FIELD_NAME) {
        atomic_fetch_add_explicit(&table.refused, 1, memory_order_relaxed);
        return SW_FIELD_MORE;
    }
    pthread_rwlock_wrlock(&table.lock);
    if (!sw_map_get(&table.ids, name, &id))
        id = mint(name);
    pthread_rwlock_unlock(&table.lock);
    if (id == SW_FIELD_MORE && !sw_str_is(name, "_more"))
        atomic_fetch_add_explicit(&table.refused, 1, memory_order_relaxed);
    return id;
}

struct sw_str sw_field_name(sw_field_id id)
{
    start_once();
    return entry_of(id)->name;
}

sw_field_id sw_field_key(sw_field_id id)
{
    start_once();
    return entry_of(id)->key;
}

bool sw_field_has_twins(sw_field_id id)
{
    start_once();
    return atomic_load_explicit(&entry_of(entry_of(id)->key)->twins, memory_order_relaxed);
}

uint32_t sw_field_count(void)
{
    start_once();
    return atomic_load_explicit(&table.count, memory_order_acquire);
}

uint64_t sw_field_refused(void)
{
    return atomic_load_explicit(&table.refused, memory_order_relaxed);
}
