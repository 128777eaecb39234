/* correlate_window.c - slides a window over a key's observations and tries the condition on each maximal one. All types
 * but temporal_ordered, which is correlate_order.c's. */
#include "sigma/correlate_priv.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf.h"

#include <math.h>
#include <stdlib.h>

/* What is in a window, kept up to date as observations come and go. */
struct window {
    const struct sw_plan *plan;
    struct sw_observation **list;
    const uint8_t *weights; /* 0: the same event as the one before */
    uint64_t events;
    uint32_t *counts;       /* of refs, or of values by their number */
    uint64_t distinct;
    long double sum;
    uint32_t *tree;         /* Fenwick tree over values in order, for percentiles; index from 1 */
    size_t tree_size;
    const double *sorted;   /* values in order, each once */
    bool *stack;            /* for an extended condition */
};

struct slide {
    const struct sw_plan *plan;
    struct sw_observation **list;
    size_t count;
    struct sw_arena *arena;
    uint8_t *weights;
    double *sorted;
    size_t numbers; /* of different values */
};

static bool is_ranked(const struct sw_plan *plan)
{
    return plan->correlation->type == SW_VALUE_PERCENTILE || plan->correlation->type == SW_VALUE_MEDIAN;
}

/* --- percentiles ------------------------------------------------------------------------------------------------ */

static void tree_add(struct window *w, uint32_t number, uint32_t delta)
{
    for (size_t i = (size_t)number + 1; i <= w->tree_size; i += i & (0 - i))
        w->tree[i] += delta; /* a delta of -1 wraps, and wraps back */
}

/* The value of rank `rank` (from 0) among those in the window. */
static double tree_value(const struct window *w, uint64_t rank)
{
    size_t at = 0;
    size_t step = 1;
    while (step * 2 <= w->tree_size)
        step *= 2;
    for (; step > 0; step /= 2) {
        if (at + step <= w->tree_size && w->tree[at + step] <= rank) {
            at += step;
            rank -= w->tree[at];
        }
    }
    return w->sorted[at];
}

/* Linear between the two nearest ranks. */
static double percentile(const struct window *w, double percent)
{
    double rank = percent / 100 * (double)(w->events - 1);
    double low = floor(rank);
    double value = tree_value(w, (uint64_t)low);
    if (rank > low)
        value += (rank - low) * (tree_value(w, (uint64_t)low + 1) - value);
    return value;
}

/* --- coming and going --------------------------------------------------------------------------------------------- */

static void count_in(struct window *w, uint32_t number)
{
    w->distinct += w->counts[number]++ == 0;
}

static void count_out(struct window *w, uint32_t number)
{
    w->distinct -= --w->counts[number] == 0;
}

static void enter(struct window *w, size_t i)
{
    const struct sw_observation *o = w->list[i];
    if (w->plan->temporal)
        count_in(w, o->ref);
    if (w->weights[i] == 0)
        return;
    w->events++;
    w->sum += o->number;
    if (w->plan->correlation->type == SW_VALUE_COUNT)
        count_in(w, o->value);
    if (w->tree != NULL)
        tree_add(w, o->value, 1);
}

static void leave(struct window *w, size_t i)
{
    const struct sw_observation *o = w->list[i];
    if (w->plan->temporal)
        count_out(w, o->ref);
    if (w->weights[i] == 0)
        return;
    w->events--;
    w->sum -= o->number;
    if (w->events == 0)
        w->sum = 0; /* no rounding is carried on */
    if (w->plan->correlation->type == SW_VALUE_COUNT)
        count_out(w, o->value);
    if (w->tree != NULL)
        tree_add(w, o->value, UINT32_MAX);
}

/* --- the condition --------------------------------------------------------------------------------------------------
 */

static bool run_program(const struct window *w)
{
    bool *top = w->stack;
    for (size_t i = 0; i < w->plan->program_len; i++) {
        const struct sw_op *op = &w->plan->program[i];
        uint32_t yes = 0;
        switch ((enum sw_op_kind)op->kind) {
        case SW_OP_REF:
            *top++ = w->counts[op->number] > 0;
            break;
        case SW_OP_NOT:
            top[-1] = !top[-1];
            break;
        case SW_OP_TRUE:
        case SW_OP_FALSE:
            *top++ = op->kind == SW_OP_TRUE;
            break;
        default:
            for (uint32_t j = 0; j < op->number; j++)
                yes += *--top;
            *top++ = op->kind == SW_OP_AND ? yes == op->number : op->kind == SW_OP_OR ? yes > 0 : yes >= op->need;
        }
    }
    return top > w->stack && top[-1];
}

static double measure(const struct window *w)
{
    const struct sw_correlation *c = w->plan->correlation;
    switch (c->type) {
    case SW_EVENT_COUNT:
        return (double)w->events;
    case SW_VALUE_SUM:
        return (double)w->sum;
    case SW_VALUE_AVG:
        return (double)(w->sum / (long double)w->events);
    case SW_VALUE_PERCENTILE:
        return percentile(w, c->percentile);
    case SW_VALUE_MEDIAN:
        return percentile(w, 50);
    default:
        return (double)w->distinct;
    }
}

static bool holds(const struct window *w, double *value)
{
    if (!w->plan->temporal && w->events == 0)
        return false;
    *value = measure(w);
    return w->plan->program != NULL ? run_program(w) : sw_bounds_hold(w->plan->correlation, *value);
}

/* --- preparing -------------------------------------------------------------------------------------------------------
 */

struct ranked {
    struct sw_hash128 hash;
    double number;
    struct sw_observation *of;
};

static int by_number(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->number;
    double y = ((const struct ranked *)b)->number;
    return (x > y) - (x < y);
}

static int by_hash(const void *a, const void *b)
{
    const struct sw_hash128 *x = &((const struct ranked *)a)->hash;
    const struct sw_hash128 *y = &((const struct ranked *)b)->hash;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    return (x->low > y->low) - (x->low < y->low);
}

/* A hash of the counted values, folded: 128 bits are taken for the values themselves. */
static int hash_value(struct slide *s, const struct sw_observation *o, struct sw_hash128 *hash)
{
    *hash = (struct sw_hash128){1, 2};
    for (size_t i = 0; i < s->plan->values; i++) {
        struct sw_arena_mark mark = sw_arena_mark(s->arena);
        struct sw_str folded = sw_utf8_fold(s->arena, sw_observation_value(o, s->plan->groups + i));
        if (folded.ptr == NULL)
            return SW_E_NOMEM;
        struct sw_hash128 next = sw_hash128(folded, hash->low ^ hash->high << 1);
        *hash = next;
        sw_arena_rewind(s->arena, mark);
    }
    return 0;
}

/* Numbers the values of the key, equal ones alike; in order of size when they are ranked. */
static int number_values(struct slide *s)
{
    bool ranked = is_ranked(s->plan);
    struct ranked *all = sw_alloc(s->count, sizeof *all);
    if (all == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->count; i++) {
        all[i] = (struct ranked){.number = s->list[i]->number, .of = s->list[i]};
        if (!ranked)
            rc = hash_value(s, s->list[i], &all[i].hash);
    }
    if (rc == 0) {
        qsort(all, s->count, sizeof *all, ranked ? by_number : by_hash);
        for (size_t i = 0; i < s->count; i++) {
            bool same = i > 0 && (ranked ? by_number(&all[i - 1], &all[i]) : by_hash(&all[i - 1], &all[i])) == 0;
            s->numbers += !same;
            all[i].of->value = (uint32_t)(s->numbers - 1);
            if (ranked)
                s->sorted[s->numbers - 1] = all[i].number;
        }
    }
    sw_free(all);
    return rc;
}

/* One event that several rules match is one event: only its first rule's observations weigh. For event_count only the
 * first. */
static void weigh(struct slide *s)
{
    const struct sw_correlation *c = s->plan->correlation;
    size_t first = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (i == 0 || !sw_same_event(c, s->list[first], s->list[i]))
            first = i;
        s->weights[i] = i == first || (c->type != SW_EVENT_COUNT && s->list[i]->ref == s->list[first]->ref);
    }
}

static int prepare(struct slide *s)
{
    s->weights = sw_arena_zero(s->arena, s->count, 1);
    if (s->weights == NULL)
        return SW_E_NOMEM;
    weigh(s);
    if (is_ranked(s->plan)) {
        s->sorted = sw_arena_zero(s->arena, s->count, sizeof *s->sorted);
        if (s->sorted == NULL)
            return SW_E_NOMEM;
    }
    return is_ranked(s->plan) || s->plan->correlation->type == SW_VALUE_COUNT ? number_values(s) : 0;
}

static int new_window(struct slide *s, struct window *w)
{
    const struct sw_correlation *c = s->plan->correlation;
    *w = (struct window){.plan = s->plan, .list = s->list, .weights = s->weights, .sorted = s->sorted};
    size_t counts = s->plan->temporal ? c->ref_count : s->numbers;
    w->counts = sw_arena_zero(s->arena, counts + 1, sizeof *w->counts);
    w->stack = sw_arena_zero(s->arena, s->plan->program_len + 1, sizeof *w->stack);
    if (is_ranked(s->plan)) {
        w->tree_size = s->numbers;
        w->tree = sw_arena_zero(s->arena, s->numbers + 1, sizeof *w->tree);
        if (w->tree == NULL)
            return SW_E_NOMEM;
    }
    return w->counts == NULL || w->stack == NULL ? SW_E_NOMEM : 0;
}

/* --- sliding
 * ----------------------------------------------------------------------------------------------------------- */

/* The condition, once it holds, holds for any window that contains this one: it began to hold before the window was
 * full. */
static bool only_grows(const struct sw_plan *plan)
{
    const struct sw_correlation *c = plan->correlation;
    for (size_t i = 0; i < plan->program_len; i++)
        if (plan->program[i].kind == SW_OP_NOT)
            return false;
    for (size_t i = 0; plan->program == NULL && i < c->bound_count; i++)
        if (c->bounds[i].op != SW_GT && c->bounds[i].op != SW_GTE)
            return false;
    return c->type == SW_EVENT_COUNT || c->type == SW_VALUE_COUNT || c->type == SW_VALUE_SUM || plan->temporal;
}

/* When the condition began to hold in the window [from, to], in which it does. */
static int began(struct slide *s, size_t from, size_t to, int64_t *since)
{
    *since = s->list[to]->time;
    if (!only_grows(s->plan))
        return 0;
    struct sw_arena_mark mark = sw_arena_mark(s->arena);
    struct window w;
    int rc = new_window(s, &w);
    for (size_t i = from; rc == 0 && i <= to; i++) {
        double value;
        enter(&w, i);
        if (holds(&w, &value)) {
            *since = s->list[i]->time;
            break;
        }
    }
    sw_arena_rewind(s->arena, mark);
    return rc;
}

static bool wants_least(const struct sw_correlation *c)
{
    for (size_t i = 0; i < c->bound_count; i++)
        if (c->bounds[i].op != SW_LT && c->bounds[i].op != SW_LTE)
            return false;
    return c->bound_count > 0;
}

static bool apart(const struct slide *s, size_t from, size_t to)
{
    return (uint64_t)s->list[to]->time - (uint64_t)s->list[from]->time > s->plan->span;
}

static int slide(struct slide *s, struct window *w, sw_stretch_fn *each, void *context)
{
    struct sw_stretch run = {0};
    bool running = false;
    bool least = wants_least(s->plan->correlation);
    size_t from = 0;
    int rc = 0;
    for (size_t to = 0; rc == 0 && to < s->count; to++) {
        enter(w, to);
        while (apart(s, from, to))
            leave(w, from++);
        double value;
        bool maximal = to + 1 == s->count || apart(s, from, to + 1);
        if (!maximal || !holds(w, &value))
            continue;
        if (running && from <= run.to) {
            run.to = to;
            run.value = (least ? value < run.value : value > run.value) ? value : run.value;
            continue;
        }
        if (running)
            rc = each(context, &run);
        running = true;
        run = (struct sw_stretch){from, to, 0, value};
        if (rc == 0)
            rc = began(s, from, to, &run.since);
    }
    return rc == 0 && running ? each(context, &run) : rc;
}

/* Too few observations for the condition, whatever they are: most keys of most evidence. */
static bool is_hopeless(const struct sw_plan *plan, size_t count)
{
    const struct sw_correlation *c = plan->correlation;
    bool counts = c->type == SW_EVENT_COUNT || c->type == SW_VALUE_COUNT || (plan->temporal && plan->program == NULL);
    for (size_t i = 0; counts && i < c->bound_count; i++) {
        double bound = c->bounds[i].value;
        if ((c->bounds[i].op == SW_GTE && (double)count < bound) ||
            (c->bounds[i].op == SW_GT && (double)count <= bound))
            return true;
    }
    return false;
}

int sw_correlate_windows(const struct sw_plan *plan, struct sw_observation **list, size_t count,
                         struct sw_arena *scratch, sw_stretch_fn *each, void *context)
{
    struct slide s = {.plan = plan, .list = list, .count = count, .arena = scratch};
    struct window w;
    if (is_hopeless(plan, count))
        return 0;
    int rc = prepare(&s);
    if (rc == 0)
        rc = new_window(&s, &w);
    return rc != 0 ? rc : slide(&s, &w, each, context);
}
