/* correlate.c - making and freeing the correlation engine and its observers, and its statistics. */
#include "sigma/correlate_priv.h"

#include "base/mem.h"

int sw_correlator_new(struct sw_correlator **out, const struct sw_rules *rules, const struct sw_classes *classes,
                      size_t budget)
{
    *out = NULL;
    struct sw_correlator *c = sw_alloc(1, sizeof *c);
    if (c == NULL)
        return SW_E_NOMEM;
    c->rules = rules;
    c->classes = classes;
    c->budget = budget;
    c->plan_count = rules->correlation_count;
    (void)pthread_mutex_init(&c->lock, NULL);
    sw_arena_init(&c->arena, SIZE_MAX);
    sw_arena_init(&c->found, SIZE_MAX);
    c->plans = sw_alloc(rules->correlation_count + 1, sizeof *c->plans);
    c->feeds = sw_alloc(rules->rule_count + 1, sizeof *c->feeds);
    c->made = sw_alloc(rules->correlation_count + 1, sizeof *c->made);
    int rc = c->plans == NULL || c->feeds == NULL || c->made == NULL ? SW_E_NOMEM : sw_correlate_plan(c);
    if (rc != 0)
        sw_correlator_free(c);
    else
        *out = c;
    return rc;
}

static void free_observer(struct sw_observer *w)
{
    const struct sw_correlator *c = w->correlator;
    for (size_t i = 0; w->kept != NULL && i < c->plan_count; i++)
        sw_observations_free(&w->kept[i]);
    for (size_t i = 0; w->keys != NULL && i < c->feed_count; i++) {
        for (uint32_t j = 0; w->keys[i] != NULL && j < sw_classes_count(c->classes); j++)
            sw_free(w->keys[i][j]);
        sw_free(w->keys[i]);
    }
    sw_free(w->kept);
    sw_free(w->keys);
    sw_arena_fini(&w->scratch);
    sw_free(w);
}

static void free_plan(struct sw_plan *plan)
{
    sw_free(plan->carry);
    sw_free(plan->parents);
    sw_free(plan->parent_refs);
    sw_free(plan->program);
}

void sw_correlator_free(struct sw_correlator *c)
{
    if (c == NULL)
        return;
    while (c->observers != NULL) {
        struct sw_observer *next = c->observers->next;
        free_observer(c->observers);
        c->observers = next;
    }
    for (size_t i = 0; c->plans != NULL && i < c->plan_count; i++)
        free_plan(&c->plans[i]);
    for (size_t i = 0; c->made != NULL && i < c->plan_count; i++)
        sw_observations_free(&c->made[i]);
    for (size_t i = 0; c->feeds != NULL && i < c->rules->rule_count; i++)
        if (c->feeds[i] != NULL)
            sw_free(c->feeds[i]->edges);
    sw_free(c->plans);
    sw_free(c->feeds);
    sw_free(c->made);
    sw_free(c->matches);
    sw_arena_fini(&c->arena);
    sw_arena_fini(&c->found);
    (void)pthread_mutex_destroy(&c->lock);
    sw_free(c);
}

bool sw_correlator_wants(const struct sw_correlator *c, uint32_t rule)
{
    return c->feeds[rule] != NULL;
}

int sw_observer_new(struct sw_observer **out, struct sw_correlator *c)
{
    *out = NULL;
    struct sw_observer *w = sw_alloc(1, sizeof *w);
    if (w == NULL)
        return SW_E_NOMEM;
    w->correlator = c;
    sw_arena_init(&w->scratch, SW_MAX_ARENA);
    w->kept = sw_alloc(c->plan_count + 1, sizeof *w->kept);
    w->keys = sw_alloc(c->feed_count + 1, sizeof *w->keys);
    if (w->kept == NULL || w->keys == NULL) {
        free_observer(w);
        return SW_E_NOMEM;
    }
    pthread_mutex_lock(&c->lock);
    w->next = c->observers;
    c->observers = w;
    pthread_mutex_unlock(&c->lock);
    *out = w;
    return 0;
}

int sw_correlator_finish(struct sw_correlator *c, sw_correlation_fn *each, void *context)
{
    int rc = sw_correlate_finish(c, each, context);
    for (struct sw_observer *w = c->observers; w != NULL; w = w->next) {
        for (size_t i = 0; i < c->plan_count; i++)
            sw_observations_free(&w->kept[i]);
        w->level = 0;
    }
    for (size_t i = 0; i < c->plan_count; i++)
        sw_observations_free(&c->made[i]);
    for (size_t i = 0; i < sizeof c->level_bytes / sizeof *c->level_bytes; i++)
        atomic_store(&c->level_bytes[i], 0);
    atomic_store(&c->total_bytes, 0);
    atomic_store(&c->level, 0);
    c->match_count = 0;
    sw_arena_reset(&c->found);
    return rc;
}

void sw_correlator_stats(const struct sw_correlator *c, struct sw_correlator_stats *stats)
{
    *stats = c->stats;
    for (const struct sw_observer *w = c->observers; w != NULL; w = w->next) {
        stats->observations += w->stats.observations;
        stats->untimed += w->stats.untimed;
        stats->ungrouped += w->stats.ungrouped;
        stats->valueless += w->stats.valueless;
        stats->evicted += w->stats.evicted;
    }
}
