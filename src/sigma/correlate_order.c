/* correlate_order.c - temporal_ordered: the rules' events one after the other, within the timespan.
 *
 * For each rule of the order the latest possible beginning of a sequence that has come as far as that rule is kept; it
 * is the best one, since it leaves the most time for the rest. Events of the same time may stand in any order, since
 * logs often have seconds only, but one event can't stand in two places. */
#include "sigma/correlate_priv.h"

/* The best sequence up to a rule: where it began, and the observation it ends with. */
struct reach {
    bool there;
    size_t from;
    const struct sw_observation *last;
};

struct order {
    const struct sw_plan *plan;
    struct sw_observation **list;
    struct reach *best;  /* by ref */
    struct reach
        *other; /* the best that ends with another event, for the case that the same event comes next as well */
    size_t refs;
};

static const struct reach *predecessor(const struct order *o, const struct sw_observation *next)
{
    const struct reach *reach = &o->best[next->ref - 1];
    if (reach->there && sw_same_event(o->plan->correlation, reach->last, next))
        reach = &o->other[next->ref - 1];
    return reach->there ? reach : NULL;
}

static bool better(const struct order *o, const struct reach *a, const struct reach *b)
{
    return !b->there || o->list[a->from]->time >= o->list[b->from]->time;
}

/* Takes the observation at `at` into the sequences. */
static void take(struct order *o, size_t at)
{
    const struct sw_observation *next = o->list[at];
    struct reach reach = {true, at, next};
    if (next->ref > 0) {
        const struct reach *prior = predecessor(o, next);
        if (prior == NULL)
            return;
        reach.from = prior->from;
    }
    struct reach *best = &o->best[next->ref];
    struct reach *other = &o->other[next->ref];
    bool same = best->there && sw_same_event(o->plan->correlation, best->last, next);
    if (better(o, &reach, best)) {
        if (best->there && !same)
            *other = *best;
        *best = reach;
    } else if (!same && better(o, &reach, other)) {
        *other = reach;
    }
}

/* The end of the observations that have the time of the one at `at`. */
static size_t same_time(struct sw_observation **list, size_t count, size_t at)
{
    size_t end = at + 1;
    while (end < count && list[end]->time == list[at]->time)
        end++;
    return end;
}

static int walk(struct order *o, size_t count, sw_stretch_fn *each, void *context)
{
    struct sw_stretch run = {0};
    bool running = false;
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < count;) {
        size_t end = same_time(o->list, count, at);
        o->best[o->refs - 1].there = false; /* only sequences that end now */
        for (uint32_t ref = 0; ref < o->refs; ref++)
            for (size_t i = at; i < end; i++)
                if (o->list[i]->ref == ref)
                    take(o, i);
        const struct reach *whole = &o->best[o->refs - 1];
        int64_t time = o->list[at]->time;
        bool holds = whole->there && (uint64_t)time - (uint64_t)o->list[whole->from]->time <= o->plan->span;
        if (holds && running && whole->from <= run.to) {
            run.to = end - 1;
        } else if (holds) {
            if (running)
                rc = each(context, &run);
            running = true;
            run = (struct sw_stretch){whole->from, end - 1, time, (double)o->refs};
        }
        at = end;
    }
    return rc == 0 && running ? each(context, &run) : rc;
}

int sw_correlate_ordered(const struct sw_plan *plan, struct sw_observation **list, size_t count,
                         struct sw_arena *scratch, sw_stretch_fn *each, void *context)
{
    struct order o = {.plan = plan, .list = list, .refs = plan->correlation->ref_count};
    if (count < o.refs)
        return 0;
    o.best = sw_arena_zero(scratch, 2 * o.refs, sizeof *o.best);
    if (o.best == NULL)
        return SW_E_NOMEM;
    o.other = o.best + o.refs;
    return walk(&o, count, each, context);
}
