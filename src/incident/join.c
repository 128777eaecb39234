/* join.c - which facts belong together. Facts of the same rule about the same things become one episode; episodes that
 * share things closely enough in time become a group. How strongly a thing joins falls with the time between, and with
 * how many others it is seen with: a proxy, a domain controller or a scanner joins next to nothing. docs/incidents.md
 * has the table. */
#include "incident/incident_priv.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define MINUTE (60 * SW_SECOND)
#define HOUR (3600 * SW_SECOND)
#define DAY (86400 * SW_SECOND)

enum {
    NEIGHBOURS = 4,      /* later episodes of the same thing that each is compared with */
    CONTEXT_MAX = 20000, /* facts that only belong, of one incident */
};
static const float telling = 0.3f; /* facts from this weight on join */
static const float grave = 0.7f;   /* from this on one alone is an incident */
static const float threshold = 1.0f;

/* Facts of one rule about the same things, within an hour of each other. */
struct episode {
    uint32_t fact; /* the first one; its entities stand for all */
    uint32_t last_fact;
    int64_t first;
    int64_t last;
    float weight;
    uint32_t parent; /* union-find */
    uint32_t linked; /* the earlier episode that it is joined to most; SW_NONE */
    uint32_t by;     /* entity */
    float force;
};

struct joiner {
    struct sw_incidents *all;
    const float *weights;
    struct episode *episodes;
    size_t count;
    size_t cap;
    uint32_t *episode_of; /* of facts; SW_NONE: doesn't join */
    uint32_t *list;       /* episodes by entity */
    uint32_t *list_first;
    int rc;
};

/* --- episodes ----------------------------------------------------------------------------------------------- */

static int make_episodes(struct joiner *j)
{
    struct sw_map open;
    sw_map_init(&open, 1u << 26, (size_t)1 << 30);
    const struct sw_facts *facts = j->all->facts;
    int rc = 0;
    for (uint32_t i = 0; i < facts->count && rc == 0; i++) {
        const struct sw_fact *fact = &facts->items[i];
        j->episode_of[i] = SW_NONE;
        if (j->weights[i] < telling)
            continue;
        struct sw_str rule = sw_str_slice(fact->rule_id, 0, 128);
        char key[128 + 32 * sizeof(uint32_t)];
        memcpy(key, rule.ptr, rule.len);
        size_t bytes = sw_fact_entity_count(j->all, i) * sizeof(uint32_t);
        memcpy(key + rule.len, sw_fact_entity_list(j->all, i), bytes);
        uint32_t at;
        bool added;
        rc = sw_map_intern(&open, (struct sw_str){key, rule.len + bytes}, (uint32_t)j->count, &at, &added);
        if (rc != 0)
            break;
        struct episode *known = added ? NULL : &j->episodes[at];
        if (known != NULL && (fact->time == known->last || (fact->time != SW_TIME_NONE && known->last != SW_TIME_NONE &&
                                                            fact->time - known->last <= HOUR))) {
            known->last = fact->time_last > known->last ? fact->time_last : known->last;
            known->last_fact = i;
            j->episode_of[i] = at;
            continue;
        }
        rc = sw_map_put(&open, (struct sw_str){key, rule.len + bytes}, (uint32_t)j->count);
        if (rc == 0)
            rc = sw_grow(&j->episodes, &j->cap, j->count, sizeof *j->episodes, UINT32_MAX);
        if (rc != 0)
            break;
        j->episode_of[i] = (uint32_t)j->count;
        j->episodes[j->count] = (struct episode){.fact = i,
                                                 .last_fact = i,
                                                 .first = fact->time,
                                                 .last = fact->time_last,
                                                 .weight = j->weights[i],
                                                 .parent = (uint32_t)j->count,
                                                 .linked = SW_NONE,
                                                 .by = SW_NONE};
        j->count++;
    }
    sw_map_fini(&open);
    return rc;
}

/* Episodes of each entity, in order of time. */
static int list_by_entity(struct joiner *j)
{
    const struct sw_incidents *all = j->all;
    j->list_first = sw_alloc(all->entity_count + 2, sizeof *j->list_first);
    if (j->list_first == NULL)
        return SW_E_NOMEM;
    for (size_t e = 0; e < j->count; e++)
        for (uint32_t i = 0; i < sw_fact_entity_count(all, j->episodes[e].fact); i++)
            j->list_first[sw_fact_entity_list(all, j->episodes[e].fact)[i] + 2]++;
    for (size_t i = 2; i < all->entity_count + 2; i++)
        j->list_first[i] += j->list_first[i - 1];
    j->list = sw_alloc((size_t)j->list_first[all->entity_count + 1] + 1, sizeof *j->list);
    if (j->list == NULL)
        return SW_E_NOMEM;
    for (uint32_t e = 0; e < j->count; e++) {
        const uint32_t *entities = sw_fact_entity_list(all, j->episodes[e].fact);
        for (uint32_t i = 0; i < sw_fact_entity_count(all, j->episodes[e].fact); i++)
            j->list[j->list_first[entities[i] + 1]++] = e;
    }
    return 0;
}

static bool is_partner(enum sw_thing thing)
{
    return thing == SW_THING_HOST || thing == SW_THING_ACCOUNT || thing == SW_THING_INSIDE || thing == SW_THING_OUTSIDE;
}

/* How many others each entity is seen with. */
static int count_partners(struct joiner *j)
{
    struct sw_map seen;
    sw_map_init(&seen, 1u << 27, (size_t)1 << 30);
    int rc = 0;
    for (size_t e = 0; e < j->count && rc == 0; e++) {
        const uint32_t *list = sw_fact_entity_list(j->all, j->episodes[e].fact);
        uint32_t count = sw_fact_entity_count(j->all, j->episodes[e].fact);
        for (uint32_t a = 0; a < count && rc == 0; a++) {
            for (uint32_t b = 0; b < count && rc == 0; b++) {
                struct sw_entity *entity = &j->all->entities[list[a]];
                if (a == b || entity->partners == 255 || !is_partner(j->all->entities[list[b]].thing))
                    continue;
                uint32_t pair[2] = {list[a], list[b]};
                uint32_t zero;
                bool added = false;
                rc = sw_map_intern(&seen, (struct sw_str){(const char *)pair, sizeof pair}, 0, &zero, &added);
                entity->partners += added;
            }
        }
    }
    sw_map_fini(&seen);
    return rc;
}

/* --- forces ------------------------------------------------------------------------------------------------- */

/* A force that falls with the time between: within ten minutes, an hour, a day, a week, a month, and beyond. */
struct fading {
    float force[6];
    bool weak; /* two facts must be grave for it to join them at a distance */
};

static const struct fading fadings[SW_THINGS] = {
    [SW_THING_HOST] = {{1.15f, 1.05f, 0.85f, 0.60f, 0.45f, 0.30f}, true},
    [SW_THING_INSIDE] = {{1.00f, 0.85f, 0.70f, 0.50f, 0.35f, 0.25f}, true},
    [SW_THING_ACCOUNT] = {{1.15f, 1.10f, 0.92f, 0.70f, 0.50f, 0.35f}, true},
    [SW_THING_OUTSIDE] = {{1.30f, 1.30f, 1.30f, 1.20f, 1.10f, 0.90f}, false},
    [SW_THING_PROCESS] = {{3.00f, 3.00f, 3.00f, 3.00f, 3.00f, 3.00f}, false},
    [SW_THING_SESSION] = {{2.00f, 2.00f, 2.00f, 1.20f, 0.50f, 0.30f}, false},
    [SW_THING_FILE] = {{1.60f, 1.60f, 1.60f, 1.60f, 1.50f, 1.40f}, false},
    [SW_THING_SCRIPT] = {{1.50f, 1.50f, 1.50f, 1.50f, 1.40f, 1.30f}, false},
    [SW_THING_HASH] = {{1.60f, 1.60f, 1.60f, 1.60f, 1.60f, 1.60f}, false},
    [SW_THING_DOMAIN] = {{1.10f, 1.10f, 1.00f, 0.90f, 0.80f, 0.60f}, true},
    [SW_THING_SERVICE] = {{1.40f, 1.40f, 1.40f, 1.40f, 1.20f, 1.00f}, false},
    [SW_THING_WEB_PATH] = {{0.40f, 0.40f, 0.40f, 0.30f, 0.20f, 0.10f}, true},
};

static unsigned distance(const struct episode *earlier, const struct episode *later)
{
    if (earlier->last == SW_TIME_NONE || later->first == SW_TIME_NONE)
        return 3;
    int64_t between = later->first - earlier->last;
    return between <= 10 * MINUTE ? 0
           : between <= HOUR      ? 1
           : between <= DAY       ? 2
           : between <= 7 * DAY   ? 3
           : between <= 31 * DAY  ? 4
                                  : 5;
}

static float force_of(const struct sw_entity *entity, const struct episode *earlier, const struct episode *later)
{
    const struct fading *fading = &fadings[entity->thing];
    float force = fading->force[distance(earlier, later)];
    float least = earlier->weight < later->weight ? earlier->weight : later->weight;
    if (fading->weak)
        force *= 0.7f + 0.7f * least;
    float crowd = (float)entity->partners / 16.0f;
    return force / (1.0f + log2f(1.0f + crowd * crowd)); /* up to a handful of others costs next to nothing */
}

/* The sum over all that two episodes share; *by: what joins them most. */
static float force_between(const struct joiner *j, const struct episode *earlier, const struct episode *later,
                           uint32_t *by)
{
    const uint32_t *a = sw_fact_entity_list(j->all, earlier->fact);
    const uint32_t *b = sw_fact_entity_list(j->all, later->fact);
    uint32_t a_count = sw_fact_entity_count(j->all, earlier->fact);
    uint32_t b_count = sw_fact_entity_count(j->all, later->fact);
    float sum = 0.0f;
    float most = 0.0f;
    for (uint32_t x = 0; x < a_count; x++) {
        const struct sw_entity *entity = &j->all->entities[a[x]];
        if (!entity->joins)
            continue;
        for (uint32_t y = 0; y < b_count; y++) {
            if (a[x] != b[y])
                continue;
            float force = force_of(entity, earlier, later);
            sum += force;
            if (force > most) {
                most = force;
                *by = a[x];
            }
            break;
        }
    }
    return sum;
}

static uint32_t root_of(struct joiner *j, uint32_t episode)
{
    while (j->episodes[episode].parent != episode) {
        j->episodes[episode].parent = j->episodes[j->episodes[episode].parent].parent;
        episode = j->episodes[episode].parent;
    }
    return episode;
}

static void try_link(struct joiner *j, uint32_t earlier_number, uint32_t later_number)
{
    struct episode *later = &j->episodes[later_number];
    uint32_t by = SW_NONE;
    float force = force_between(j, &j->episodes[earlier_number], later, &by);
    if (force < threshold)
        return;
    if (force > later->force) {
        later->force = force;
        later->linked = earlier_number;
        later->by = by;
    }
    uint32_t a = root_of(j, earlier_number);
    uint32_t b = root_of(j, later_number);
    if (a < b)
        j->episodes[b].parent = a; /* the root is the earliest */
    else
        j->episodes[a].parent = b;
}

static void link_all(struct joiner *j)
{
    for (size_t entity = 0; entity < j->all->entity_count; entity++) {
        if (!j->all->entities[entity].joins || j->all->entities[entity].thing == SW_THING_IMAGE)
            continue;
        uint32_t from = entity == 0 ? 0 : j->list_first[entity];
        uint32_t to = j->list_first[entity + 1];
        for (uint32_t i = from; i < to; i++)
            for (uint32_t k = i + 1; k < to && k <= i + NEIGHBOURS; k++)
                try_link(j, j->list[i], j->list[k]);
    }
}

/* --- groups ------------------------------------------------------------------------------------------------- */

struct group {
    uint32_t episodes;
    uint32_t facts;
    bool two_rules;
    float most;
    uint32_t incident; /* SW_NONE: too little for one */
};

static void look_at_groups(struct joiner *j, struct group *groups)
{
    for (uint32_t e = 0; e < j->count; e++) {
        uint32_t root = root_of(j, e);
        struct group *group = &groups[root];
        group->episodes++;
        const struct sw_fact *facts = j->all->facts->items;
        group->two_rules |= !sw_str_eq(facts[j->episodes[e].fact].rule_id, facts[j->episodes[root].fact].rule_id);
        if (j->episodes[e].weight > group->most)
            group->most = j->episodes[e].weight;
    }
}

/* Things by which a fact that doesn't join still belongs. */
static bool belongs_by(const struct sw_entity *entity)
{
    switch (entity->thing) {
    case SW_THING_OUTSIDE:
    case SW_THING_PROCESS:
    case SW_THING_SESSION:
    case SW_THING_FILE:
    case SW_THING_SCRIPT:
    case SW_THING_HASH:
    case SW_THING_SERVICE:
        return entity->joins && entity->partners <= 8;
    default:
        return false;
    }
}

/* The incident that most of an entity's episodes are of; in `owner`, SW_NONE for no one. */
static void find_owners(struct joiner *j, const struct group *groups, uint32_t *owner)
{
    for (size_t entity = 0; entity < j->all->entity_count; entity++) {
        owner[entity] = SW_NONE;
        if (!belongs_by(&j->all->entities[entity]))
            continue;
        uint32_t from = entity == 0 ? 0 : j->list_first[entity];
        for (uint32_t i = from; i < j->list_first[entity + 1] && owner[entity] == SW_NONE; i++)
            owner[entity] = groups[root_of(j, j->list[i])].incident;
    }
}

static uint32_t owner_of_fact(const struct joiner *j, uint32_t fact, const uint32_t *owner, uint32_t *by)
{
    const uint32_t *list = sw_fact_entity_list(j->all, fact);
    for (uint32_t i = 0; i < sw_fact_entity_count(j->all, fact); i++) {
        if (owner[list[i]] != SW_NONE) {
            *by = list[i];
            return owner[list[i]];
        }
    }
    return SW_NONE;
}

/* Counts the facts of each incident, or (when their parts have room) fills them in. */
static void deal_out(struct joiner *j, const struct group *groups, const uint32_t *owner, uint32_t *part_of_episode)
{
    for (uint32_t i = 0; i < j->all->facts->count; i++) {
        uint32_t episode = j->episode_of[i];
        uint32_t number = episode != SW_NONE ? groups[root_of(j, episode)].incident : SW_NONE;
        struct sw_part part = {
            .fact = i, .joined_to = SW_NONE, .entity = SW_NONE, .weight = j->weights[i], .context = number == SW_NONE};
        if (number == SW_NONE)
            number = owner_of_fact(j, i, owner, &part.entity);
        if (number == SW_NONE)
            continue;
        struct sw_incident *incident = &j->all->items[number];
        if (part.context && incident->part_count - incident->joining >= CONTEXT_MAX)
            continue;
        if (incident->parts != NULL && !part.context) {
            const struct episode *e = &j->episodes[episode];
            bool first = part_of_episode[episode] == SW_NONE;
            part.joined_to = !first                 ? part_of_episode[episode]
                             : e->linked != SW_NONE ? part_of_episode[e->linked]
                                                    : SW_NONE;
            part.entity = e->by;
            part.force = e->force;
            if (first)
                part_of_episode[episode] = incident->part_count;
        }
        if (incident->parts != NULL)
            incident->parts[incident->part_count] = part;
        incident->part_count++;
        incident->joining += !part.context;
    }
}

static int make_incidents(struct joiner *j, struct group *groups)
{
    struct sw_incidents *all = j->all;
    size_t cap = 0;
    for (uint32_t e = 0; e < j->count; e++) {
        struct group *group = &groups[e];
        group->incident = SW_NONE;
        if (group->episodes == 0 || !(group->most >= grave || (group->episodes > 1 && group->two_rules)))
            continue;
        int rc = sw_grow(&all->items, &cap, all->count, sizeof *all->items, UINT32_MAX);
        if (rc != 0)
            return rc;
        group->incident = (uint32_t)all->count;
        all->items[all->count++] = (struct sw_incident){0};
    }
    uint32_t *owner = sw_alloc(all->entity_count + 1, sizeof *owner);
    uint32_t *part_of_episode = sw_alloc(j->count + 1, sizeof *part_of_episode);
    int rc = owner == NULL || part_of_episode == NULL ? SW_E_NOMEM : 0;
    if (rc == 0) {
        memset(part_of_episode, 0xff, (j->count + 1) * sizeof *part_of_episode);
        find_owners(j, groups, owner);
        deal_out(j, groups, owner, part_of_episode);
    }
    all->alone = all->facts->count;
    for (size_t i = 0; i < all->count && rc == 0; i++) {
        struct sw_incident *incident = &all->items[i];
        all->alone -= incident->part_count;
        incident->parts = sw_arena_zero(&all->memory, incident->part_count + 1, sizeof *incident->parts);
        incident->part_count = 0;
        incident->joining = 0;
        rc = incident->parts == NULL ? SW_E_NOMEM : 0;
    }
    if (rc == 0)
        deal_out(j, groups, owner, part_of_episode);
    sw_free(owner);
    sw_free(part_of_episode);
    return rc;
}

int sw_incidents_join(struct sw_incidents *all, const float *weights)
{
    struct joiner j = {.all = all, .weights = weights};
    j.episode_of = sw_alloc(all->facts->count + 1, sizeof *j.episode_of);
    int rc = j.episode_of == NULL ? SW_E_NOMEM : make_episodes(&j);
    if (rc == 0)
        rc = list_by_entity(&j);
    if (rc == 0)
        rc = count_partners(&j);
    struct group *groups = rc == 0 ? sw_alloc(j.count + 1, sizeof *groups) : NULL;
    if (rc == 0 && groups == NULL)
        rc = SW_E_NOMEM;
    if (rc == 0) {
        link_all(&j);
        look_at_groups(&j, groups);
        rc = make_incidents(&j, groups);
    }
    sw_free(groups);
    sw_free(j.episodes);
    sw_free(j.episode_of);
    sw_free(j.list);
    sw_free(j.list_first);
    return rc;
}
