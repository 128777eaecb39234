/*
 * series.h - many short and some long lists of {time, place, a few numbers}, packed.
 *
 * Records of a list are kept in the order in which they come, as differences from the one before in variable-length
 * integers (LEB128, signed ones by zigzag): a connection takes about a dozen bytes. Times are kept in milliseconds.
 * Several pools share one store, so that what one of them gives back another can use.
 * Owner:   the store owns all memory and outlives its pools; a series is a handle that lies wherever its owner wants.
 * Limits:  those of the pool and of the store; beyond them SW_E_LIMIT, and the series stays as it was.
 *          SW_SERIES_VALUES numbers a record.
 * Threads: one at a time; many may read when none writes.      Errors: SW_E_NOMEM, SW_E_LIMIT.
 */
#ifndef SW_BEHAVIOUR_SERIES_H
#define SW_BEHAVIOUR_SERIES_H

#include "behaviour/behaviour_priv.h"

#define SW_SERIES_VALUES 8u

struct sw_series_store {
    char **segments;
    size_t segment_count;
    size_t segment_cap;
    size_t max_segments;
    uint32_t next_cell; /* in the last segment */
    uint32_t spare[7];  /* by size class: first free chunk, 0: none */
    size_t spare_cells;
};

/* One owner's part of a store. */
struct sw_series_pool {
    struct sw_series_store *store;
    size_t used_cells;
    size_t max_cells;
};

struct sw_series {
    uint32_t first; /* chunks; 0: none */
    uint32_t last;
    uint32_t count; /* records */
    uint32_t input; /* of the latest record, and so on */
    int64_t time_ms;
    uint64_t offset;
};

struct sw_series_record {
    int64_t time_ms; /* since 1970 UTC */
    struct sw_place place;
    uint64_t values[SW_SERIES_VALUES];
};

void sw_series_store_init(struct sw_series_store *store, size_t max_bytes);
void sw_series_store_fini(struct sw_series_store *store);
size_t sw_series_store_held(const struct sw_series_store *store); /* bytes, free chunks included */
size_t sw_series_store_used(const struct sw_series_store *store); /* bytes without free chunks */

void sw_series_pool_init(struct sw_series_pool *pool, struct sw_series_store *store, size_t max_bytes);
/* Another bound; what lies in the pool already stays. */
void sw_series_pool_limit(struct sw_series_pool *pool, size_t max_bytes);
bool sw_series_pool_is_over(const struct sw_series_pool *pool);
size_t sw_series_pool_used(const struct sw_series_pool *pool); /* bytes of the pool's own series */

int sw_series_add(struct sw_series_pool *pool, struct sw_series *series, const struct sw_series_record *record,
                  unsigned values);

/* Gives the chunks back to the pool and empties the series. */
void sw_series_drop(struct sw_series_pool *pool, struct sw_series *series);

struct sw_series_cursor {
    const struct sw_series_pool *pool;
    const uint8_t *at;
    const uint8_t *end;
    uint32_t chunk;
    uint32_t left;
    struct sw_series_record record;
};

void sw_series_begin(struct sw_series_cursor *cursor, const struct sw_series_pool *pool,
                     const struct sw_series *series);
/* The next record in *cursor->record; false at the end. `values` must be what add() was given. */
bool sw_series_next(struct sw_series_cursor *cursor, unsigned values);

#endif
