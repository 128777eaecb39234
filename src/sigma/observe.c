/* observe.c - a worker's side of correlation: takes the values that are needed out of an event and keeps them, in
 * blocks by correlation, within the budget that all workers share. */
#include "sigma/correlate_priv.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf.h"

enum { FIRST_BLOCK = 1024, LARGEST_BLOCK = 256 * 1024 };

/* --- blocks -------------------------------------------------------------------------------------------------- */

void sw_observations_free(struct sw_observations *list)
{
    struct sw_obs_block *block = list->first;
    while (block != NULL) {
        struct sw_obs_block *next = block->next;
        sw_free(block);
        block = next;
    }
    *list = (struct sw_observations){NULL, NULL};
}

static void *take_room(struct sw_observations *list, size_t size)
{
    struct sw_obs_block *last = list->last;
    if (last == NULL || last->size - last->used < size) {
        size_t want = last == NULL ? FIRST_BLOCK : last->size < LARGEST_BLOCK ? 2 * last->size : LARGEST_BLOCK;
        if (want < size)
            want = size;
        struct sw_obs_block *block = sw_alloc(1, sizeof *block + want);
        if (block == NULL)
            return NULL;
        block->size = want;
        if (last != NULL)
            last->next = block;
        else
            list->first = block;
        list->last = block;
        last = block;
    }
    void *room = last->data + last->used;
    last->used += size;
    return room;
}

/* Moves what stays to the front of each block; empty blocks go. */
void sw_observations_compact(struct sw_observations *list, uint32_t level, struct sw_correlator_stats *stats)
{
    struct sw_obs_block **link = &list->first;
    list->last = NULL;
    while (*link != NULL) {
        struct sw_obs_block *block = *link;
        size_t kept = 0;
        for (size_t at = 0; at < block->used;) {
            struct sw_observation *o = (struct sw_observation *)(void *)(block->data + at);
            size_t size = o->size;
            if (sw_hash_level(o->hash) >= level) {
                memmove(block->data + kept, o, size);
                kept += size;
            } else {
                stats->evicted++;
            }
            at += size;
        }
        block->used = kept;
        if (kept == 0) {
            *link = block->next;
            sw_free(block);
            continue;
        }
        list->last = block;
        link = &block->next;
    }
}

struct sw_str sw_observation_value(const struct sw_observation *o, size_t index)
{
    const char *at = (const char *)(o + 1);
    for (size_t i = 0;; i++) {
        uint32_t len;
        memcpy(&len, at, sizeof len);
        at += sizeof len;
        if (i == index)
            return len == SW_ABSENT ? (struct sw_str){NULL, 0} : sw_strn(at, len);
        at += len == SW_ABSENT ? 0 : len;
    }
}

/* --- the budget ------------------------------------------------------------------------------------------------ */

/* Charges an observation and raises the level until what it leaves fits. The sums only grow, so that the level at the
 * end depends on all observations together, not on their order. */
static uint32_t charge(struct sw_correlator *c, uint64_t hash, size_t size)
{
    atomic_fetch_add_explicit(&c->level_bytes[sw_hash_level(hash)], size, memory_order_relaxed);
    uint64_t total = atomic_fetch_add_explicit(&c->total_bytes, size, memory_order_relaxed) + size;
    uint32_t level = atomic_load_explicit(&c->level, memory_order_relaxed);
    while (total > c->budget) {
        uint64_t left = 0;
        for (uint32_t i = level; i <= 64; i++)
            left += atomic_load_explicit(&c->level_bytes[i], memory_order_relaxed);
        if (left <= c->budget || level == 64)
            return level;
        if (atomic_compare_exchange_weak(&c->level, &level, level + 1))
            level++;
    }
    return level;
}

/* --- one observation ------------------------------------------------------------------------------------------- */

static int key_hash(struct sw_arena *scratch, uint32_t correlation, const struct sw_str *groups, size_t count,
                    uint64_t *hash)
{
    uint64_t h = correlation + 1;
    for (size_t i = 0; i < count; i++) {
        struct sw_arena_mark mark = sw_arena_mark(scratch);
        struct sw_str folded = sw_utf8_fold(scratch, groups[i]);
        if (folded.ptr == NULL)
            return SW_E_NOMEM;
        h = sw_hash_seed(folded, h);
        sw_arena_rewind(scratch, mark);
    }
    *hash = count == 0 ? sw_hash_seed(SW_STR("all"), h) : h;
    return 0;
}

static void write_values(struct sw_observation *o, const struct sw_str *values, size_t count)
{
    char *at = (char *)(o + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t len = values[i].ptr == NULL ? SW_ABSENT : (uint32_t)values[i].len;
        memcpy(at, &len, sizeof len);
        at += sizeof len;
        if (len == SW_ABSENT || len == 0)
            continue;
        memcpy(at, values[i].ptr, len);
        at += len;
    }
}

int sw_observe(struct sw_correlator *c, struct sw_observations *list, struct sw_arena *scratch,
               const struct sw_plan *plan, const struct sw_observation *head, const struct sw_str *values, size_t count,
               struct sw_correlator_stats *stats)
{
    struct sw_observation o = *head;
    size_t size = sizeof o;
    for (size_t i = 0; i < count; i++)
        size += sizeof(uint32_t) + values[i].len;
    size = (size + 7) & ~(size_t)7;
    if (size > UINT32_MAX)
        return SW_E_LIMIT;
    o.size = (uint32_t)size;
    int rc = key_hash(scratch, (uint32_t)(plan - c->plans), values, plan->groups, &o.hash);
    if (rc != 0)
        return rc;
    stats->observations++;
    if (sw_hash_level(o.hash) < charge(c, o.hash, size + SW_OBSERVATION_COST)) {
        stats->evicted++;
        return 0;
    }
    struct sw_observation *kept = take_room(list, size);
    if (kept == NULL)
        return SW_E_NOMEM;
    *kept = o;
    write_values(kept, values, count);
    return 0;
}

/* --- an event's values ------------------------------------------------------------------------------------------ */

/* All edges' fields of a feed, looked up once for each class. */
static int look_up(struct sw_observer *w, uint32_t rule, sw_class_id class_id, const sw_field_id **keys)
{
    struct sw_correlator *c = w->correlator;
    const struct sw_feed *feed = c->feeds[rule];
    sw_field_id ***by_class = &w->keys[feed->number];
    if (*by_class == NULL)
        *by_class = sw_alloc(sw_classes_count(c->classes), sizeof **by_class);
    if (*by_class == NULL)
        return SW_E_NOMEM;
    if ((*by_class)[class_id] == NULL) {
        size_t total = 1;
        for (size_t i = 0; i < feed->count; i++) {
            const struct sw_plan *plan = &c->plans[feed->edges[i]->correlation];
            total += plan->groups + plan->values + plan->carries;
        }
        sw_field_id *out = sw_alloc(total, sizeof *out);
        if (out == NULL)
            return SW_E_NOMEM;
        (*by_class)[class_id] = out;
        const struct sw_class *cls = sw_classes_get(c->classes, class_id);
        const struct sw_view *view = sw_class_view(cls, &c->rules->rules[rule].logsource);
        for (size_t i = 0; i < feed->count; i++) {
            const struct sw_plan *plan = &c->plans[feed->edges[i]->correlation];
            for (size_t j = 0; j < plan->groups + plan->values + plan->carries; j++) {
                struct sw_str name = sw_field_name(feed->edges[i]->fields[j]);
                for (size_t k = 0; view != NULL && k < view->map_count; k++)
                    if (sw_str_ieq(view->maps[k].from, name)) {
                        name = view->maps[k].to;
                        break;
                    }
                *out++ = sw_field_key(sw_field_intern(name));
            }
        }
    }
    *keys = (*by_class)[class_id];
    return 0;
}

/* The different values of one field in an event. */
struct choices {
    struct sw_str list[SW_MAX_OBSERVED_VALUES];
    size_t count;
};

static void collect(const struct sw_event *event, sw_field_id key, struct choices *choices)
{
    choices->count = 0;
    for (uint32_t i = 0; i < event->count && choices->count < SW_MAX_OBSERVED_VALUES; i++) {
        const struct sw_field *field = &event->fields[i];
        if (field->type == SW_NULL || sw_field_key(field->id) != key)
            continue;
        struct sw_str value = sw_field_value(field);
        if (value.ptr == NULL)
            value = SW_STR("");
        bool there = false;
        for (size_t j = 0; j < choices->count && !there; j++)
            there = sw_str_eq(choices->list[j], value);
        if (!there)
            choices->list[choices->count++] = value;
    }
}

/* One edge: an observation for each combination of its fields' values (carried ones: the first only). */
static int observe_edge(struct sw_observer *w, const struct sw_edge *edge, const sw_field_id *keys,
                        const struct sw_event *event, struct sw_origin origin)
{
    struct sw_correlator *c = w->correlator;
    const struct sw_plan *plan = &c->plans[edge->correlation];
    size_t varied = plan->groups + plan->values;
    size_t all = varied + plan->carries;
    struct choices *choices = sw_arena_raw(&w->scratch, (all + 1) * sizeof *choices, 8);
    struct sw_str *values = sw_arena_raw(&w->scratch, (all + 1) * sizeof *values, 8);
    if (choices == NULL || values == NULL)
        return SW_E_NOMEM;
    size_t total = 1;
    for (size_t i = 0; i < all; i++) {
        collect(event, keys[i], &choices[i]);
        if (i < varied && choices[i].count == 0) {
            *(i < plan->groups ? &w->stats.ungrouped : &w->stats.valueless) += 1;
            return 0;
        }
        if (i < varied)
            total *= choices[i].count;
        if (total > SW_MAX_OBSERVED_COMBINATIONS)
            total = SW_MAX_OBSERVED_COMBINATIONS;
    }
    int rc = 0;
    for (size_t pick = 0; rc == 0 && pick < total; pick++) {
        struct sw_observation head = {
            .time = event->time, .position = origin.position, .source = origin.source, .ref = edge->ref};
        size_t rest = pick;
        size_t n = 0;
        bool good = true;
        for (size_t i = 0; i < all; i++) {
            const struct choices *choice = &choices[i];
            size_t which = i < varied ? rest % choice->count : 0;
            rest = i < varied ? rest / choice->count : rest;
            struct sw_str value = choice->count > 0 ? choice->list[which] : (struct sw_str){NULL, 0};
            if (plan->numeric && i >= plan->groups && i < varied)
                good = sw_str_double(value, &head.number) == 0 && head.number - head.number == 0;
            else
                values[n++] = value;
        }
        if (good)
            rc = sw_observe(c, &w->kept[edge->correlation], &w->scratch, plan, &head, values, n, &w->stats);
        else
            w->stats.valueless++;
    }
    return rc;
}

int sw_observer_add(struct sw_observer *w, uint32_t rule, const struct sw_event *event, struct sw_origin origin)
{
    struct sw_correlator *c = w->correlator;
    const struct sw_feed *feed = c->feeds[rule];
    if (feed == NULL)
        return 0;
    if (event->time == SW_TIME_NONE) {
        w->stats.untimed++;
        return 0;
    }
    uint32_t level = atomic_load_explicit(&c->level, memory_order_relaxed);
    for (size_t i = 0; level > w->level && i < c->plan_count; i++)
        sw_observations_compact(&w->kept[i], level, &w->stats);
    w->level = level;
    const sw_field_id *keys;
    int rc = look_up(w, rule, event->class_id, &keys);
    for (size_t i = 0; rc == 0 && i < feed->count; i++) {
        const struct sw_plan *plan = &c->plans[feed->edges[i]->correlation];
        sw_arena_reset(&w->scratch);
        rc = observe_edge(w, feed->edges[i], keys, event, origin);
        keys += plan->groups + plan->values + plan->carries;
    }
    return rc;
}
