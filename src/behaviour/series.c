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

static char *cell_at(const struct sw_series_pool *pool, uint32_t number)
{
    uint32_t cell = number - 1;
    return pool->segments[cell / SEGMENT_CELLS] + (size_t)(cell % SEGMENT_CELLS) * CELL;
}

static struct chunk *chunk_at(const struct sw_series_pool *pool, uint32_t number)
{
    return (struct chunk *)(void *)cell_at(pool, number);
}

static size_t payload(unsigned size_class)
{
    return ((size_t)CELL << size_class) - sizeof(struct chunk);
}

void sw_series_pool_init(struct sw_series_pool *pool, size_t max_bytes)
{
    *pool =
        (struct sw_series_pool){.max_segments = max_bytes / ((size_t)SEGMENT_CELLS * CELL), .next_cell = SEGMENT_CELLS};
    if (pool->max_segments < 1)
        pool->max_segments = 1;
    if (pool->max_segments > UINT32_MAX / SEGMENT_CELLS - 1)
        pool->max_segments = UINT32_MAX / SEGMENT_CELLS - 1;
}

void sw_series_pool_fini(struct sw_series_pool *pool)
{
    for (size_t i = 0; i < pool->segment_count; i++)
        sw_free(pool->segments[i]);
    sw_free(pool->segments);
    *pool = (struct sw_series_pool){0};
}

size_t sw_series_pool_held(const struct sw_series_pool *pool)
{
    return pool->segment_count * SEGMENT_CELLS * CELL;
}

size_t sw_series_pool_used(const struct sw_series_pool *pool)
{
    size_t cells = pool->segment_count == 0 ? 0 : (pool->segment_count - 1) * SEGMENT_CELLS + pool->next_cell;
    return (cells - pool->spare_cells) * CELL;
}

/* Cells that are left at the end of a segment become spare chunks. */
static void spare_rest(struct sw_series_pool *pool)
{
    if (pool->segment_count == 0)
        return;
    uint32_t base = (uint32_t)(pool->segment_count - 1) * SEGMENT_CELLS;
    while (pool->next_cell < SEGMENT_CELLS) {
        unsigned size_class = CLASSES - 1;
        while ((1u << size_class) > SEGMENT_CELLS - pool->next_cell)
            size_class--;
        uint32_t number = base + pool->next_cell + 1;
        chunk_at(pool, number)->next = pool->spare[size_class];
        pool->spare[size_class] = number;
        pool->spare_cells += 1u << size_class;
        pool->next_cell += 1u << size_class;
    }
}

static int add_segment(struct sw_series_pool *pool)
{
    if (pool->segment_count == pool->max_segments)
        return SW_E_LIMIT;
    int rc =
        sw_grow(&pool->segments, &pool->segment_cap, pool->segment_count, sizeof *pool->segments, pool->max_segments);
    if (rc != 0)
        return rc;
    char *segment = sw_alloc(SEGMENT_CELLS, CELL);
    if (segment == NULL)
        return SW_E_NOMEM;
    spare_rest(pool);
    pool->segments[pool->segment_count++] = segment;
    pool->next_cell = 0;
    return 0;
}

static int take_chunk(struct sw_series_pool *pool, unsigned size_class, uint32_t *number)
{
    if (pool->spare[size_class] != 0) {
        *number = pool->spare[size_class];
        pool->spare[size_class] = chunk_at(pool, *number)->next;
        pool->spare_cells -= 1u << size_class;
    } else {
        if (SEGMENT_CELLS - pool->next_cell < 1u << size_class) {
            int rc = add_segment(pool);
            if (rc != 0)
                return rc;
        }
        *number = (uint32_t)(pool->segment_count - 1) * SEGMENT_CELLS + pool->next_cell + 1;
        pool->next_cell += 1u << size_class;
    }
    *chunk_at(pool, *number) = (struct chunk){.size_class = (uint8_t)size_class};
    return 0;
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
    struct chunk *last = series->last != 0 ? chunk_at(pool, series->last) : NULL;
    if (last == NULL || payload(last->size_class) - last->used < size) {
        unsigned size_class = last != NULL && last->size_class < CLASSES - 1 ? last->size_class + 1u : 0;
        if (last != NULL && last->size_class == CLASSES - 1)
            size_class = CLASSES - 1;
        while (payload(size_class) < size)
            size_class++;
        uint32_t number;
        int rc = take_chunk(pool, size_class, &number);
        if (rc != 0)
            return rc;
        if (last != NULL)
            last->next = number;
        else
            series->first = number;
        series->last = number;
        last = chunk_at(pool, number);
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
        struct chunk *chunk = chunk_at(pool, number);
        uint32_t next = chunk->next;
        chunk->next = pool->spare[chunk->size_class];
        pool->spare[chunk->size_class] = number;
        pool->spare_cells += 1u << chunk->size_class;
        number = next;
    }
    *series = (struct sw_series){0};
}

static void enter_chunk(struct sw_series_cursor *cursor, uint32_t number)
{
    const struct chunk *chunk = chunk_at(cursor->pool, number);
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
        enter_chunk(cursor, chunk_at(cursor->pool, cursor->chunk)->next);
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
