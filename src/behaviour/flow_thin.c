/* flow_thin.c - when the budget is full, takes room from pairs with very many connections before any pair is given up:
 * their latest connections stay one by one, older ones are added up by the hour, or by more when room is still short.
 * Volumes stay whole that way; what a period is told by stays with the latest. Names that no connection refers to go as
 * well. Pairs that were thinned are marked incomplete. */
#include "behaviour/flow_priv.h"

#include "base/mem.h"

enum { GROUPS = 16, LONG_MS = 900000, LARGE = 1 << 20 };

/* By level: how many of a pair's latest connections stay one by one, and what the rest is added up by. */
static const struct {
    uint32_t latest;
    int64_t bucket_ms;
} levels[] = {{UINT32_MAX, 0}, {2048, 3600000}, {512, 3600000}, {128, 6 * 3600000}, {48, 86400000}};

unsigned sw_flow_thin_levels(void)
{
    return SW_COUNT_OF(levels) - 1;
}

/* Connections that are being added up: those of one bucket that are alike. */
struct sum {
    struct sw_series_record record;
    uint32_t name;
    bool upload;
};

struct thinning {
    struct sw_flow *flow;
    struct sw_series to;
    int64_t bucket;
    struct sum sums[GROUPS];
    size_t count;
};

/* Long and large ones are evidence by themselves; an open one will be told of again. */
static bool is_precious(const struct sw_series_record *record)
{
    const uint64_t *value = record->values;
    return value[SW_FLOW_V_DURATION] >= LONG_MS || value[SW_FLOW_V_OUT] >= LARGE || value[SW_FLOW_V_IN] >= 16 * LARGE ||
           (value[SW_FLOW_V_FLAGS] & SW_FLOW_F_OPEN) != 0;
}

static uint64_t kind_of(const struct sw_series_record *record)
{
    return record->values[SW_FLOW_V_FLAGS] & ((1u << SW_FLOW_MERGED_SHIFT) - 1);
}

static uint64_t stands_for(const struct sw_series_record *record)
{
    return (record->values[SW_FLOW_V_FLAGS] >> SW_FLOW_MERGED_SHIFT) + 1;
}

static int write_out(struct thinning *t)
{
    int rc = 0;
    for (size_t i = 0; i < t->count && rc == 0; i++)
        rc = sw_series_add(&t->flow->pool, &t->to, &t->sums[i].record, SW_FLOW_VALUES);
    t->count = 0;
    return rc;
}

static void add_up(struct sum *sum, const struct sw_series_record *record)
{
    uint64_t *to = sum->record.values;
    const uint64_t *from = record->values;
    uint64_t merged = stands_for(&sum->record) + stands_for(record) - 1;
    to[SW_FLOW_V_OUT] += from[SW_FLOW_V_OUT];
    to[SW_FLOW_V_IN] += from[SW_FLOW_V_IN];
    to[SW_FLOW_V_HEADERS] += from[SW_FLOW_V_HEADERS];
    if (from[SW_FLOW_V_DURATION] > to[SW_FLOW_V_DURATION])
        to[SW_FLOW_V_DURATION] = from[SW_FLOW_V_DURATION];
    to[SW_FLOW_V_FLAGS] = kind_of(record) | merged << SW_FLOW_MERGED_SHIFT;
}

static int merge(struct thinning *t, const struct sw_series_record *record, int64_t bucket_ms)
{
    int64_t bucket = record->time_ms / bucket_ms;
    int rc = 0;
    if (bucket != t->bucket || t->count == GROUPS)
        rc = write_out(t);
    t->bucket = bucket;
    uint32_t name = sw_flow_name_of(t->flow, record->values[SW_FLOW_V_UID]);
    bool upload = record->values[SW_FLOW_V_OUT] / 2 > record->values[SW_FLOW_V_IN];
    for (size_t i = 0; i < t->count; i++) {
        struct sum *sum = &t->sums[i];
        if (sum->name == name && sum->upload == upload && kind_of(&sum->record) == kind_of(record)) {
            add_up(sum, record);
            return rc;
        }
    }
    t->sums[t->count++] = (struct sum){*record, name, upload};
    return rc;
}

static int thin_pair(struct sw_flow *flow, struct sw_flow_pair *pair, unsigned level)
{
    uint32_t older = pair->series.count - levels[level].latest;
    struct thinning t = {.flow = flow, .bucket = INT64_MIN};
    struct sw_series_cursor cursor;
    int rc = 0;
    sw_series_begin(&cursor, &flow->pool, &pair->series);
    for (uint32_t i = 0; rc == 0 && sw_series_next(&cursor, SW_FLOW_VALUES); i++) {
        if (i == older)
            rc = write_out(&t);
        if (rc != 0)
            break;
        if (i >= older || is_precious(&cursor.record))
            rc = sw_series_add(&flow->pool, &t.to, &cursor.record, SW_FLOW_VALUES);
        else
            rc = merge(&t, &cursor.record, levels[level].bucket_ms);
    }
    if (rc != 0 || t.to.count >= pair->series.count) { /* no room to thin it, or nothing to gain: it stays as it is */
        sw_series_drop(&flow->pool, &t.to);
        return rc == SW_E_LIMIT ? 0 : rc;
    }
    uint32_t lost = pair->series.count - t.to.count;
    sw_series_drop(&flow->pool, &pair->series);
    pair->series = t.to;
    pair->merged += lost;
    pair->incomplete = true;
    flow->evicted += lost;
    return 0;
}

int sw_flow_thin(struct sw_flow *flow, unsigned level)
{
    int rc = 0;
    for (size_t i = 0; i < flow->pair_count && rc == 0; i++) {
        struct sw_flow_pair *pair = &flow->pairs[i];
        if (pair->series.count / 4 * 3 > levels[level].latest)
            rc = thin_pair(flow, pair, level);
    }
    return rc;
}
