/*
 * incident_priv.h - the steps from facts to incidents: resolve.c (entities), join.c (groups), judge.c (phases, score),
 * points.c (entries, ways back, data out), story.c, checklist.c; make.c calls them in turn.
 */
#ifndef SW_INCIDENT_INCIDENT_PRIV_H
#define SW_INCIDENT_INCIDENT_PRIV_H

#include "behaviour/address.h"
#include "incident/incident.h"
#include "incident/name.h"

#define SW_NONE UINT32_MAX

/* Ways to say where a fact's entities are. */
static inline uint32_t sw_fact_entity_count(const struct sw_incidents *all, uint32_t fact)
{
    return all->fact_first[fact + 1] - all->fact_first[fact];
}

static inline const uint32_t *sw_fact_entity_list(const struct sw_incidents *all, uint32_t fact)
{
    return all->fact_entities + all->fact_first[fact];
}

static inline const uint8_t *sw_fact_role_list(const struct sw_incidents *all, uint32_t fact)
{
    return all->fact_roles + all->fact_first[fact];
}

/* The first entity of a fact that is such a thing and plays such a part (SW_ENTITY_ROLES: any); SW_NONE. */
uint32_t sw_fact_entity(const struct sw_incidents *all, uint32_t fact, enum sw_thing thing, enum sw_entity_role role);
/* The machine that a fact happened on; SW_NONE. */
uint32_t sw_fact_host(const struct sw_incidents *all, uint32_t fact);
/* Where it came from: an outside address before an inside one before a host; SW_NONE. */
uint32_t sw_fact_from(const struct sw_incidents *all, uint32_t fact);

/* resolve.c: fills entities, fact_entities, fact_first, fact_roles. */
int sw_incidents_resolve(struct sw_incidents *all, const struct sw_aliases *aliases,
                         const struct sw_networks *internal);

/* weigh.c: how much each fact says, 0 to 1: its level, how common its rule is here, its verdict. */
int sw_incidents_weigh(const struct sw_incidents *all, float *weights);

/* join.c: makes the groups (items with parts, sorted by time); nothing else of an incident is filled. */
int sw_incidents_join(struct sw_incidents *all, const float *weights);

/* The rest, each of one incident whose parts are there. */
int sw_incident_points(struct sw_incidents *all, struct sw_incident *incident,
                       const struct sw_incident_options *options);
int sw_incident_judge(struct sw_incidents *all, struct sw_incident *incident);
int sw_incident_unknowns(struct sw_incidents *all, struct sw_incident *incident,
                         const struct sw_incident_options *options);
int sw_incident_tell(struct sw_incidents *all, struct sw_incident *incident);
int sw_incident_list_steps(struct sw_incidents *all, struct sw_incident *incident);

#endif
