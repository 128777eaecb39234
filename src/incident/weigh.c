/* weigh.c - how much a fact says. Its rule's level tells how grave it would be; a rule that fires day after day on many
 * machines tells little about any one of them. */
#include "incident/incident_priv.h"

#include "base/mem.h"

enum { DAYS_THAT_TELL = 5 }; /* with evidence of fewer days nothing is known about what is usual */

/* What is seen of one rule. */
struct habit {
    uint32_t days;
    uint32_t hosts;
};

static const float level_weights[SW_LEVEL_CRITICAL + 1] = {0.0f, 0.02f, 0.1f, 0.4f, 0.75f, 0.95f};

/* Whether this pair of numbers is new. */
static bool is_new(struct sw_map *seen, char kind, uint32_t a, uint32_t b, int *rc)
{
    char key[9] = {kind};
    memcpy(key + 1, &a, sizeof a);
    memcpy(key + 5, &b, sizeof b);
    uint32_t zero;
    bool added = false;
    if (*rc == 0)
        *rc = sw_map_intern(seen, (struct sw_str){key, sizeof key}, 0, &zero, &added);
    return added;
}

struct habits {
    struct habit *items;
    size_t count;
    size_t cap;
    uint32_t days; /* of all facts */
    struct sw_map rules;
    struct sw_map seen;
};

static int learn(struct habits *habits, const struct sw_incidents *all, uint32_t *rule_of)
{
    int rc = 0;
    for (size_t i = 0; i < all->facts->count && rc == 0; i++) {
        const struct sw_fact *fact = &all->facts->items[i];
        bool added;
        rc = sw_map_intern(&habits->rules, fact->rule_id, (uint32_t)habits->count, &rule_of[i], &added);
        if (rc == 0 && added) {
            rc = sw_grow(&habits->items, &habits->cap, habits->count, sizeof *habits->items, UINT32_MAX);
            if (rc == 0)
                habits->items[habits->count++] = (struct habit){0};
        }
        if (rc != 0)
            return rc;
        struct habit *habit = &habits->items[rule_of[i]];
        uint32_t host = sw_fact_host(all, (uint32_t)i);
        if (host != SW_NONE)
            habit->hosts += is_new(&habits->seen, 'h', rule_of[i], host, &rc);
        if (fact->time == SW_TIME_NONE)
            continue;
        uint32_t day = (uint32_t)(fact->time / (86400 * SW_SECOND));
        habit->days += is_new(&habits->seen, 'd', rule_of[i], day, &rc);
        habits->days += is_new(&habits->seen, 'a', 0, day, &rc);
    }
    return rc;
}

/* 0: rare here; near 1: every day, on many machines. */
static float commonness(const struct habits *habits, uint32_t rule)
{
    const struct habit *habit = &habits->items[rule];
    if (habits->days < DAYS_THAT_TELL || habit->hosts < 2)
        return 0.0f;
    return (float)habit->days / (float)habits->days * (1.0f - 1.0f / (float)habit->hosts);
}

int sw_incidents_weigh(const struct sw_incidents *all, float *weights)
{
    struct habits habits = {0};
    sw_map_init(&habits.rules, 1u << 20, (size_t)256 << 20);
    sw_map_init(&habits.seen, 1u << 26, (size_t)1 << 30);
    uint32_t *rule_of = sw_alloc(all->facts->count + 1, sizeof *rule_of);
    int rc = rule_of == NULL ? SW_E_NOMEM : learn(&habits, all, rule_of);
    for (size_t i = 0; i < all->facts->count && rc == 0; i++) {
        const struct sw_fact *fact = &all->facts->items[i];
        float weight = level_weights[fact->level];
        if (sw_str_is(fact->verdict, "likely succeeded") && weight < 0.6f)
            weight = 0.6f;
        weights[i] = weight * (1.0f - 0.9f * commonness(&habits, rule_of[i]));
    }
    sw_free(rule_of);
    sw_free(habits.items);
    sw_map_fini(&habits.rules);
    sw_map_fini(&habits.seen);
    return rc;
}
