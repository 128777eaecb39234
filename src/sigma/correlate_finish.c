/* correlate_finish.c - one correlation after the other, lower ones first: puts all workers' observations of it in
 * order, cuts them into keys, has the windows tried, and passes matches on to the correlations that refer to it. */
#include "sigma/correlate_priv.h"

#include "base/mem.h"
#include "base/utf.h"

#include <stdlib.h>

/* An observation with what it is sorted by at hand. */
struct item {
    uint64_t hash;
    int64_t time;
    struct sw_observation *of;
};

struct finish {
    struct sw_correlator *c;
    struct sw_plan *plan;
    uint32_t index;
    struct item *items; /* heap, of the present correlation */
    size_t count, cap;
    struct sw_observation **key; /* heap: the present key's observations */
    size_t key_count, key_cap;
    struct sw_arena scratch;     /* of one key */
    struct sw_arena texts;       /* of one hash: texts of its keys */
};

/* --- putting in order ------------------------------------------------------------------------------------------- */

static int add_items(struct finish *f, struct sw_observations *list)
{
    sw_observations_compact(list, atomic_load(&f->c->level), &f->c->stats);
    for (struct sw_obs_block *block = list->first; block != NULL; block = block->next) {
        for (size_t at = 0; at < block->used;) {
            struct sw_observation *o = (struct sw_observation *)(void *)(block->data + at);
            int rc = sw_grow(&f->items, &f->cap, f->count, sizeof *f->items, SIZE_MAX / sizeof *f->items);
            if (rc != 0)
                return rc;
            f->items[f->count++] = (struct item){o->hash, o->time, o};
            at += o->size;
        }
    }
    return 0;
}

static int compare_values(const struct sw_observation *a, const struct sw_observation *b)
{
    size_t size = a->size < b->size ? a->size : b->size;
    int order = memcmp(a + 1, b + 1, size - sizeof *a);
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static int order_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int order_time(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By key, time, origin; what is left are values, so that the order never depends on who saw what first. */
static int by_key_and_time(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int order = order_u64(x->hash, y->hash);
    if (order == 0)
        order = order_time(x->time, y->time);
    if (order == 0)
        order = order_u64(x->of->source, y->of->source);
    if (order == 0)
        order = order_u64(x->of->position, y->of->position);
    if (order == 0)
        order = order_u64(x->of->ref, y->of->ref);
    if (order == 0)
        order = (x->of->number > y->of->number) - (x->of->number < y->of->number);
    return order != 0 ? order : compare_values(x->of, y->of);
}

/* --- keys ----------------------------------------------------------------------------------------------------------
 */

/* The group-by values in one, folded: what makes two keys different. */
static int key_text(struct finish *f, const struct sw_observation *o, struct sw_str *text)
{
    size_t room = 1;
    for (size_t i = 0; i < f->plan->groups; i++)
        room += sw_observation_value(o, i).len * 3 / 2 + 1 + sizeof(size_t); /* folding may lengthen by half */
    char *bytes = sw_arena_bytes(&f->texts, room);
    if (bytes == NULL)
        return SW_E_NOMEM;
    size_t used = 0;
    for (size_t i = 0; i < f->plan->groups; i++) {
        struct sw_arena_mark mark = sw_arena_mark(&f->texts);
        struct sw_str folded = sw_utf8_fold(&f->texts, sw_observation_value(o, i));
        if (folded.ptr == NULL || used + sizeof folded.len + folded.len > room)
            return SW_E_NOMEM;
        memcpy(bytes + used, &folded.len, sizeof folded.len);
        used += sizeof folded.len;
        memcpy(bytes + used, folded.ptr, folded.len);
        used += folded.len;
        sw_arena_rewind(&f->texts, mark);
    }
    *text = sw_strn(bytes, used);
    return 0;
}

/* Whether an observation has the very same group-by values as another, letter case included: the common case. */
static bool same_values(const struct finish *f, const struct sw_observation *a, const struct sw_observation *b)
{
    for (size_t i = 0; i < f->plan->groups; i++)
        if (!sw_str_eq(sw_observation_value(a, i), sw_observation_value(b, i)))
            return false;
    return true;
}

/* --- matches ---------------------------------------------------------------------------------------------------------
 */

static int keep_groups(struct finish *f, const struct sw_observation *o, struct sw_correlation_match *match)
{
    struct sw_str *groups = sw_arena_raw(&f->c->found, f->plan->groups * sizeof *groups, 8);
    if (groups == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < f->plan->groups; i++) {
        groups[i] = sw_arena_dup(&f->c->found, sw_observation_value(o, i));
        if (groups[i].ptr == NULL)
            return SW_E_NOMEM;
    }
    match->groups = groups;
    match->group_count = f->plan->groups;
    return 0;
}

static uint64_t count_events(const struct finish *f, const struct sw_stretch *s)
{
    uint64_t events = 0;
    for (size_t i = s->from; i <= s->to; i++)
        events += i == s->from || !sw_same_event(f->plan->correlation, f->key[i - 1], f->key[i]);
    return events;
}

static struct sw_correlation_member member_of(const struct sw_observation *o)
{
    return (struct sw_correlation_member){o->ref, o->time, {o->source, o->position}};
}

/* The first of each ref, so that none is missing, and then the earliest ones. */
static int keep_members(struct finish *f, const struct sw_stretch *s, struct sw_correlation_match *match)
{
    size_t all = s->to - s->from + 1;
    size_t most = all < SW_MAX_MEMBERS ? all : SW_MAX_MEMBERS;
    size_t refs = f->plan->correlation->ref_count;
    struct sw_correlation_member *members = sw_arena_raw(&f->c->found, most * sizeof *members, 8);
    bool *seen = sw_arena_zero(&f->scratch, refs, sizeof *seen);
    if (members == NULL || seen == NULL)
        return SW_E_NOMEM;
    size_t firsts = 0;
    for (size_t i = s->from; all > most && i <= s->to && firsts < refs; i++) {
        firsts += !seen[f->key[i]->ref];
        seen[f->key[i]->ref] = true;
    }
    memset(seen, 0, refs * sizeof *seen);
    size_t others = all > most ? (firsts < most ? most - firsts : 0) : most;
    for (size_t i = s->from; i <= s->to && match->member_count < most; i++) {
        bool first = all > most && !seen[f->key[i]->ref];
        seen[f->key[i]->ref] = true;
        if (!first && others == 0)
            continue;
        others -= !first;
        members[match->member_count++] = member_of(f->key[i]);
    }
    match->members = members;
    return 0;
}

static int add_match(struct finish *f, const struct sw_stretch *s)
{
    struct sw_correlator *c = f->c;
    int rc = sw_grow(&c->matches, &c->match_cap, c->match_count, sizeof *c->matches, SIZE_MAX / sizeof *c->matches);
    if (rc != 0)
        return rc;
    struct sw_correlation_match match = {.correlation = f->index,
                                         .first = f->key[s->from]->time,
                                         .last = f->key[s->to]->time,
                                         .since = s->since,
                                         .count = count_events(f, s),
                                         .value = s->value};
    rc = keep_groups(f, f->key[s->from], &match);
    if (rc == 0)
        rc = keep_members(f, s, &match);
    if (rc == 0)
        c->matches[c->match_count++] = match;
    return rc;
}

/* --- chains
 * ------------------------------------------------------------------------------------------------------------ */

/* One event of a match as an observation of the correlation above: its values are those that the edge asks for. */
static int pass_one(struct finish *f, const struct sw_plan *above, const struct sw_edge *edge,
                    const struct sw_observation *o, int64_t time)
{
    struct sw_correlator *c = f->c;
    size_t varied = above->groups + above->values;
    size_t all = varied + above->carries;
    struct sw_str *values = sw_arena_raw(&f->scratch, (all + 1) * sizeof *values, 8);
    if (values == NULL)
        return SW_E_NOMEM;
    struct sw_observation head = {.time = time, .position = o->position, .source = o->source, .ref = edge->ref};
    size_t n = 0;
    for (size_t i = 0; i < all; i++) {
        struct sw_str value = sw_observation_value(o, (size_t)edge->from[i]);
        bool number = above->numeric && i >= above->groups && i < varied;
        if (i < varied && value.ptr == NULL) {
            *(i < above->groups ? &c->stats.ungrouped : &c->stats.valueless) += 1;
            return 0;
        }
        if (number && (sw_str_double(value, &head.number) != 0 || !(head.number - head.number == 0))) {
            c->stats.valueless++;
            return 0;
        }
        if (!number)
            values[n++] = value;
    }
    return sw_observe(c, &c->made[edge->correlation], &f->scratch, above, &head, values, n, &c->stats);
}

/* The text by which two observations are the same to the edge. */
static int edge_text(struct finish *f, const struct sw_plan *above, const struct sw_edge *edge,
                     const struct sw_observation *o, struct sw_str *text)
{
    struct sw_buf buf;
    sw_buf_init(&buf, SIZE_MAX);
    for (size_t i = 0; i < above->groups + above->values; i++) {
        struct sw_str value = sw_observation_value(o, (size_t)edge->from[i]);
        sw_buf_u64(&buf, value.ptr == NULL ? UINT64_MAX : value.len);
        sw_buf_char(&buf, ' ');
        sw_buf_str_add(&buf, value);
    }
    *text = sw_utf8_fold(&f->scratch, sw_buf_str(&buf));
    int rc = sw_buf_error(&buf) != 0 || text->ptr == NULL ? SW_E_NOMEM : 0;
    sw_buf_fini(&buf);
    return rc;
}

/* To a temporal correlation a match is there from the moment when it began to hold, at each of its events. To one that
 * counts it is one observation for each set of values that its events have. */
static int pass_up(struct finish *f, const struct sw_stretch *s, uint32_t parent, uint32_t ref)
{
    const struct sw_plan *above = &f->c->plans[parent];
    const struct sw_edge *edge = &above->edges[ref];
    struct sw_map sets;
    sw_map_init(&sets, SIZE_MAX, SIZE_MAX);
    int rc = 0;
    for (size_t i = s->from; rc == 0 && i <= s->to; i++) {
        struct sw_arena_mark mark = sw_arena_mark(&f->scratch);
        const struct sw_observation *o = f->key[i];
        int64_t time = above->temporal && o->time > s->since ? o->time : s->since;
        bool fresh = true;
        if (!above->temporal) {
            struct sw_str text;
            uint32_t ignored;
            rc = edge_text(f, above, edge, o, &text);
            if (rc == 0)
                rc = sw_map_intern(&sets, text, 0, &ignored, &fresh);
        }
        if (rc == 0 && fresh)
            rc = pass_one(f, above, edge, o, time);
        sw_arena_rewind(&f->scratch, mark);
    }
    sw_map_fini(&sets);
    return rc;
}

static int take_stretch(void *context, const struct sw_stretch *s)
{
    struct finish *f = context;
    f->c->stats.matches++;
    int rc = f->plan->correlation->meta.silent ? 0 : add_match(f, s);
    for (size_t i = 0; rc == 0 && i < f->plan->parent_count; i++)
        rc = pass_up(f, s, f->plan->parents[i], f->plan->parent_refs[i]);
    return rc;
}

/* --- one correlation
 * ----------------------------------------------------------------------------------------------------- */

static int decide_key(struct finish *f)
{
    int rc = f->plan->correlation->type == SW_TEMPORAL_ORDERED
                 ? sw_correlate_ordered(f->plan, f->key, f->key_count, &f->scratch, take_stretch, f)
                 : sw_correlate_windows(f->plan, f->key, f->key_count, &f->scratch, take_stretch, f);
    f->key_count = 0;
    sw_arena_reset(&f->scratch);
    return rc;
}

static int push_key(struct finish *f, struct sw_observation *o)
{
    int rc = sw_grow(&f->key, &f->key_cap, f->key_count, sizeof *f->key, SIZE_MAX / sizeof *f->key);
    if (rc == 0)
        f->key[f->key_count++] = o;
    return rc;
}

/* An item with its key's text, for hashes that several keys (or spellings of one) share. */
struct texted {
    struct sw_str text;
    size_t place;
    struct sw_observation *of;
};

static int by_text(const void *a, const void *b)
{
    const struct texted *x = a;
    const struct texted *y = b;
    int order = sw_str_cmp(x->text, y->text);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static int decide_texted(struct finish *f, struct texted *list, size_t count)
{
    int rc = 0;
    for (size_t from = 0; rc == 0 && from < count;) {
        size_t to = from;
        for (; rc == 0 && to < count && sw_str_eq(list[from].text, list[to].text); to++)
            rc = push_key(f, list[to].of);
        if (rc == 0)
            rc = decide_key(f);
        from = to;
    }
    return rc;
}

/* All observations with one hash. Nearly always that is one key, spelt one way. */
static int decide_hash(struct finish *f, const struct item *items, size_t count)
{
    int rc = 0;
    size_t alike = 1;
    while (alike < count && same_values(f, items[0].of, items[alike].of))
        alike++;
    for (size_t i = 0; rc == 0 && alike == count && i < count; i++)
        rc = push_key(f, items[i].of);
    if (rc != 0 || alike == count)
        return rc != 0 ? rc : decide_key(f);
    struct texted *list = sw_alloc(count, sizeof *list);
    rc = list == NULL ? SW_E_NOMEM : 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        list[i] = (struct texted){.place = i, .of = items[i].of};
        rc = key_text(f, items[i].of, &list[i].text);
    }
    if (rc == 0) {
        qsort(list, count, sizeof *list, by_text);
        rc = decide_texted(f, list, count);
    }
    sw_arena_reset(&f->texts);
    sw_free(list);
    return rc;
}

/* What was decided no longer counts against the budget. */
static void release(struct finish *f)
{
    for (size_t i = 0; i < f->count; i++) {
        uint64_t size = f->items[i].of->size + SW_OBSERVATION_COST;
        atomic_fetch_sub(&f->c->level_bytes[sw_hash_level(f->items[i].hash)], size);
        atomic_fetch_sub(&f->c->total_bytes, size);
    }
}

static int decide_correlation(struct finish *f)
{
    struct sw_correlator *c = f->c;
    f->count = 0;
    int rc = add_items(f, &c->made[f->index]);
    for (struct sw_observer *w = c->observers; rc == 0 && w != NULL; w = w->next)
        rc = add_items(f, &w->kept[f->index]);
    if (f->count > 1)
        qsort(f->items, f->count, sizeof *f->items, by_key_and_time);
    for (size_t from = 0; rc == 0 && from < f->count;) {
        size_t to = from + 1;
        while (to < f->count && f->items[to].hash == f->items[from].hash)
            to++;
        rc = decide_hash(f, f->items + from, to - from);
        from = to;
    }
    release(f);
    sw_observations_free(&c->made[f->index]);
    for (struct sw_observer *w = c->observers; w != NULL; w = w->next)
        sw_observations_free(&w->kept[f->index]);
    return rc;
}

static int by_first(const void *a, const void *b)
{
    const struct sw_correlation_match *x = a;
    const struct sw_correlation_match *y = b;
    int order = order_time(x->first, y->first);
    if (order == 0)
        order = order_u64(x->correlation, y->correlation);
    if (order == 0)
        order = order_time(x->last, y->last);
    for (size_t i = 0; order == 0 && i < x->group_count; i++)
        order = sw_str_cmp(x->groups[i], y->groups[i]);
    return order;
}

int sw_correlate_finish(struct sw_correlator *c, sw_correlation_fn *each, void *context)
{
    struct finish f = {.c = c};
    sw_arena_init(&f.scratch, SIZE_MAX);
    sw_arena_init(&f.texts, SIZE_MAX);
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < c->plan_count; i++) {
        f.index = i;
        f.plan = &c->plans[i];
        rc = decide_correlation(&f);
    }
    c->stats.kept_share = atomic_load(&c->level);
    sw_free(f.items);
    sw_free(f.key);
    sw_arena_fini(&f.scratch);
    sw_arena_fini(&f.texts);
    if (c->match_count > 1)
        qsort(c->matches, c->match_count, sizeof *c->matches, by_first);
    for (size_t i = 0; rc == 0 && i < c->match_count; i++)
        rc = each(context, &c->matches[i]);
    return rc;
}
