/* series.c - chunks of 32 to 2,048 bytes out of segments, and the packing of records. See series.h. */
#include "behaviour/series.h"

#include "base/mem.h"

enum {
    CELL = 32, /* bytes; chunks are 1 << class cells */
    CLASSES = 7,
    SEGMENT_CELLS = 1 << 15, /* 1 MiB */
    RECORD_MAX = 10 * (3 + (int)SW_SERIES_VALUES) + 8
};

struct chunk {
    uint32_t next; /* number of its first cell + 1; 0: none */
    uint16_t used; /* bytes of payload */
    uint8_t size_class;
    uint8_t unused;
};

static char *cell_at(const struct sw_series_store *store, uint32_t number)
{
    uint32_t cell = number - 1;
    return store->segments[cell / SEGMENT_CELLS] + (size_t)(cell % SEGMENT_CELLS) * CELL;
}

static struct chunk *chunk_at(const struct sw_series_store *store, uint32_t number)
{
    return (struct chunk *)(void *)cell_at(store, number);
}

static size_t payload(unsigned size_class)
{
    return ((size_t)CELL << size_class) - sizeof(struct chunk);
}

void sw_series_store_init(struct sw_series_store *store, size_t max_bytes)
{
    *store = (struct sw_series_store){.max_segments = max_bytes / ((size_t)SEGMENT_CELLS * CELL),
                                      .next_cell = SEGMENT_CELLS};
    if (store->max_segments < 1)
        store->max_segments = 1;
    if (store->max_segments > UINT32_MAX / SEGMENT_CELLS - 1)
        store->max_segments = UINT32_MAX / SEGMENT_CELLS - 1;
}

void sw_series_store_fini(struct sw_series_store *store)
{
    for (size_t i = 0; i < store->segment_count; i++)
        sw_free(store->segments[i]);
    sw_free(store->segments);
    *store = (struct sw_series_store){0};
}

size_t sw_series_store_held(const struct sw_series_store *store)
{
    return store->segment_count * SEGMENT_CELLS * CELL;
}

size_t sw_series_store_used(const struct sw_series_store *store)
{
    size_t cells = store->segment_count == 0 ? 0 : (store->segment_count - 1) * SEGMENT_CELLS + store->next_cell;
    return (cells - store->spare_cells) * CELL;
}

void sw_series_pool_init(struct sw_series_pool *pool, struct sw_series_store *store, size_t max_bytes)
{
    *pool = (struct sw_series_pool){.store = store};
    sw_series_pool_limit(pool, max_bytes);
}

void sw_series_pool_limit(struct sw_series_pool *pool, size_t max_bytes)
{
    pool->max_cells = max_bytes / CELL;
}

bool sw_series_pool_is_over(const struct sw_series_pool *pool)
{
    return pool->used_cells > pool->max_cells;
}

size_t sw_series_pool_used(const struct sw_series_pool *pool)
{
    return pool->used_cells * CELL;
}

static void put_spare(struct sw_series_store *store, uint32_t number, unsigned size_class)
{
    struct chunk *chunk = chunk_at(store, number);
    chunk->next = store->spare[size_class];
    chunk->size_class = (uint8_t)size_class;
    store->spare[size_class] = number;
    store->spare_cells += 1u << size_class;
}

/* Cells that are left at the end of a segment become spare chunks. */
static void spare_rest(struct sw_series_store *store)
{
    if (store->segment_count == 0)
        return;
    uint32_t base = (uint32_t)(store->segment_count - 1) * SEGMENT_CELLS;
    while (store->next_cell < SEGMENT_CELLS) {
        unsigned size_class = CLASSES - 1;
        while ((1u << size_class) > SEGMENT_CELLS - store->next_cell)
            size_class--;
        put_spare(store, base + store->next_cell + 1, size_class);
        store->next_cell += 1u << size_class;
    }
}

static int add_segment(struct sw_series_store *store)
{
    if (store->segment_count == store->max_segments)
        return SW_E_LIMIT;
    int rc = sw_grow(&store->segments, &store->segment_cap, store->segment_count, sizeof *store->segments,
                     store->max_segments);
    if (rc != 0)
        return rc;
    char *segment = sw_alloc(SEGMENT_CELLS, CELL);
    if (segment == NULL)
        return SW_E_NOMEM;
    spare_rest(store);
    store->segments[store->segment_count++] = segment;
    store->next_cell = 0;
    return 0;
}

/* A spare chunk of this class; of a larger one the rest stays spare. */
static bool take_spare(struct sw_series_store *store, unsigned size_class, uint32_t *number)
{
    unsigned from = size_class;
    while (from < CLASSES && store->spare[from] == 0)
        from++;
    if (from == CLASSES)
        return false;
    *number = store->spare[from];
    store->spare[from] = chunk_at(store, *number)->next;
    store->spare_cells -= 1u << from;
    while (from > size_class) {
        from--;
        put_spare(store, *number + (1u << from), from);
    }
    return true;
}

static int take_chunk(struct sw_series_pool *pool, unsigned size_class, uint32_t *number)
{
    struct sw_series_store *store = pool->store;
    if (pool->used_cells + (1u << size_class) > pool->max_cells)
        return SW_E_LIMIT;
    if (!take_spare(store, size_class, number)) {
        if (SEGMENT_CELLS - store->next_cell < 1u << size_class) {
            int rc = add_segment(store);
            if (rc != 0)
                return rc;
        }
        *number = (uint32_t)(store->segment_count - 1) * SEGMENT_CELLS + store->next_cell + 1;
        store->next_cell += 1u << size_class;
    }
    *chunk_at(store, *number) = (struct chunk){.size_class = (uint8_t)size_class};
    pool->used_cells += 1u << size_class;
    return 0;
}

/* A chunk of the class that is wanted, or, when there is no more of that size, the largest that holds `size` bytes. */
static int take_largest(struct sw_series_pool *pool, unsigned size_class, size_t size, uint32_t *number)
{
    int rc = take_chunk(pool, size_class, number);
    while (rc == SW_E_LIMIT && size_class > 0 && payload(size_class - 1) >= size)
        rc = take_chunk(pool, --size_class, number);
    return rc;
}

/* --- packing ------------------------------------------------------------------------------------------------ */

static uint8_t *put(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static const uint8_t *get(const uint8_t *at, uint64_t *value)
{
    uint64_t got = *at & 0x7f;
    for (unsigned shift = 7; (*at++ & 0x80) != 0; shift += 7)
        got |= (uint64_t)(*at & 0x7f) << shift;
    *value = got;
    return at;
}

static uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static uint64_t unzigzag(uint64_t packed)
{
    return packed >> 1 ^ (0 - (packed & 1));
}

/* The lowest bit of the first number tells that the input is another one than before. */
static size_t pack(uint8_t *to, const struct sw_series *before, const struct sw_series_record *record, unsigned values)
{
    uint8_t *at = to;
    bool moved = record->place.input != before->input || before->count == 0;
    uint64_t step = zigzag(record->place.offset - (moved ? 0 : before->offset));
    at = put(at, zigzag((uint64_t)record->time_ms - (uint64_t)before->time_ms));
    at = put(at, step << 1 | moved);
    if (moved)
        at = put(at, zigzag((uint64_t)record->place.input - before->input));
    for (unsigned i = 0; i < values; i++)
        at = put(at, record->values[i]);
    return (size_t)(at - to);
}

int sw_series_add(struct sw_series_pool *pool, struct sw_series *series, const struct sw_series_record *record,
                  unsigned values)
{
    uint8_t packed[RECORD_MAX];
    size_t size = pack(packed, series, record, values);
    struct chunk *last = series->last != 0 ? chunk_at(pool->store, series->last) : NULL;
    if (last == NULL || payload(last->size_class) - last->used < size) {
        unsigned size_class = last != NULL && last->size_class < CLASSES - 1 ? last->size_class + 1u : 0;
        if (last != NULL && last->size_class == CLASSES - 1)
            size_class = CLASSES - 1;
        while (payload(size_class) < size)
            size_class++;
        uint32_t number;
        int rc = take_largest(pool, size_class, size, &number);
        if (rc != 0)
            return rc;
        if (last != NULL)
            last->next = number;
        else
            series->first = number;
        series->last = number;
        last = chunk_at(pool->store, number);
    }
    memcpy((char *)(last + 1) + last->used, packed, size);
    last->used = (uint16_t)(last->used + size);
    series->count++;
    series->time_ms = record->time_ms;
    series->input = record->place.input;
    series->offset = record->place.offset;
    return 0;
}

void sw_series_drop(struct sw_series_pool *pool, struct sw_series *series)
{
    uint32_t number = series->first;
    while (number != 0) {
        const struct chunk *chunk = chunk_at(pool->store, number);
        uint32_t next = chunk->next;
        pool->used_cells -= 1u << chunk->size_class;
        put_spare(pool->store, number, chunk->size_class);
        number = next;
    }
    *series = (struct sw_series){0};
}

static void enter_chunk(struct sw_series_cursor *cursor, uint32_t number)
{
    const struct chunk *chunk = chunk_at(cursor->pool->store, number);
    cursor->chunk = number;
    cursor->at = (const uint8_t *)(chunk + 1);
    cursor->end = cursor->at + chunk->used;
}

void sw_series_begin(struct sw_series_cursor *cursor, const struct sw_series_pool *pool, const struct sw_series *series)
{
    *cursor = (struct sw_series_cursor){.pool = pool, .left = series->count};
    if (series->first != 0)
        enter_chunk(cursor, series->first);
}

bool sw_series_next(struct sw_series_cursor *cursor, unsigned values)
{
    if (cursor->left == 0)
        return false;
    if (cursor->at == cursor->end)
        enter_chunk(cursor, chunk_at(cursor->pool->store, cursor->chunk)->next);
    cursor->left--;
    struct sw_series_record *record = &cursor->record;
    uint64_t number;
    cursor->at = get(cursor->at, &number);
    record->time_ms = (int64_t)((uint64_t)record->time_ms + unzigzag(number));
    cursor->at = get(cursor->at, &number);
    bool moved = (number & 1) != 0;
    uint64_t step = unzigzag(number >> 1);
    record->place.offset = (moved ? 0 : record->place.offset) + step;
    if (moved) {
        cursor->at = get(cursor->at, &number);
        record->place.input = (uint32_t)(record->place.input + unzigzag(number));
    }
    for (unsigned i = 0; i < values; i++)
        cursor->at = get(cursor->at, &record->values[i]);
    return true;
}
