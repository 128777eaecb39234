/* make.c - from facts to ranked incidents: the steps in turn. */
#include "incident/incident_priv.h"

#include "base/mem.h"

#include <stdlib.h>

static int read_networks(struct sw_networks *networks, const struct sw_incident_options *options)
{
    static const char *const private_ones[] = {"10.0.0.0/8",    "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                                               "100.64.0.0/10", "fc00::/7",      "fe80::/10",      "127.0.0.0/8"};
    int rc = 0;
    for (size_t i = 0; i < SW_COUNT_OF(private_ones) && rc == 0; i++)
        rc = sw_networks_add(networks, sw_str(private_ones[i]));
    for (size_t i = 0; i < options->internal_count && rc == 0; i++)
        rc = sw_networks_add(networks, sw_str(options->internal[i]));
    return rc;
}

/* Known under an id already, or named by the earliest of its gravest facts. */
static int give_id(const struct sw_incidents *all, struct sw_incident *incident,
                   const struct sw_incident_options *options)
{
    struct sw_hash128 *ids = sw_alloc(incident->joining + 1, sizeof *ids);
    if (ids == NULL)
        return SW_E_NOMEM;
    size_t count = 0;
    const struct sw_part *gravest = NULL;
    for (uint32_t p = 0; p < incident->part_count; p++) {
        const struct sw_part *part = &incident->parts[p];
        if (part->context)
            continue;
        ids[count++] = all->facts->items[part->fact].id;
        if (gravest == NULL || part->weight > gravest->weight)
            gravest = part;
    }
    int rc = options->known != NULL ? options->known(options->known_arg, ids, count, incident->id) : SW_E_NOTFOUND;
    if (rc == SW_E_NOTFOUND && gravest != NULL) {
        struct sw_hash128 of = all->facts->items[gravest->fact].id;
        struct sw_hash128 id = sw_hash128((struct sw_str){(const char *)&of, sizeof of}, 5);
        struct sw_buf text;
        sw_buf_init(&text, 64);
        sw_buf_hex(&text, id.high, 16);
        sw_buf_hex(&text, id.low, 16);
        memcpy(incident->id, text.data, 32);
        sw_buf_fini(&text);
        rc = 0;
    }
    sw_free(ids);
    return rc;
}

static int by_rank(const void *a, const void *b)
{
    const struct sw_incident *left = a;
    const struct sw_incident *right = b;
    if (left->level != right->level)
        return left->level > right->level ? -1 : 1;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    return strcmp(left->id, right->id);
}

int sw_incidents_make(struct sw_incidents *incidents, struct sw_facts *facts, const struct sw_aliases *aliases,
                      const struct sw_incident_options *options)
{
    *incidents = (struct sw_incidents){.facts = facts};
    sw_arena_init(&incidents->memory, (size_t)1 << 30);
    sw_facts_sort(facts);
    struct sw_networks *networks = sw_alloc(1, sizeof *networks);
    float *weights = sw_alloc(facts->count + 1, sizeof *weights);
    int rc = networks == NULL || weights == NULL ? SW_E_NOMEM : read_networks(networks, options);
    if (rc == 0)
        rc = sw_incidents_resolve(incidents, aliases, networks);
    if (rc == 0)
        rc = sw_incidents_weigh(incidents, weights);
    if (rc == 0)
        rc = sw_incidents_join(incidents, weights);
    for (size_t i = 0; i < incidents->count && rc == 0; i++) {
        struct sw_incident *incident = &incidents->items[i];
        rc = sw_incident_points(incidents, incident, options);
        if (rc == 0)
            rc = sw_incident_judge(incidents, incident);
        if (rc == 0)
            rc = sw_incident_unknowns(incidents, incident, options);
        if (rc == 0)
            rc = sw_incident_tell(incidents, incident);
        if (rc == 0)
            rc = sw_incident_list_steps(incidents, incident);
        if (rc == 0)
            rc = give_id(incidents, incident, options);
    }
    if (rc == 0 && incidents->count > 0)
        qsort(incidents->items, incidents->count, sizeof *incidents->items, by_rank);
    sw_free(weights);
    sw_free(networks);
    return rc;
}

void sw_incidents_free(struct sw_incidents *incidents)
{
    sw_free(incidents->items);
    sw_free(incidents->entities);
    sw_free(incidents->fact_entities);
    sw_free(incidents->fact_first);
    sw_free(incidents->fact_roles);
    sw_map_fini(&incidents->names);
    sw_arena_fini(&incidents->memory);
    *incidents = (struct sw_incidents){0};
}
