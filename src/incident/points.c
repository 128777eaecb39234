/* points.c - what an incident's facts are about: hosts, accounts, ways in, ways back, data out. */
#include "incident/incident_priv.h"

#include "base/mem.h"

#include <stdlib.h>

#define DAY (86400 * SW_SECOND)

static const char *const reentry_names[SW_REENTRIES] = {"web-shell", "account", "key",      "scheduled-task", "service",
                                                        "autostart", "tunnel",  "listener", "authentication"};
static const char *const state_names[] = {"unknown", "present", "in use", "removed"};

struct sw_str sw_reentry_name(enum sw_reentry kind)
{
    return sw_str(reentry_names[kind]);
}

struct sw_str sw_reentry_state_name(enum sw_reentry_state state)
{
    return sw_str(state_names[state]);
}

static const struct sw_fact *fact_of(const struct sw_incidents *all, const struct sw_incident *incident, uint32_t part)
{
    return &all->facts->items[incident->parts[part].fact];
}

/* "web01:/tmp/x" as "/tmp/x". */
static struct sw_str without_host(const struct sw_incidents *all, uint32_t entity)
{
    struct sw_str value = all->entities[entity].value;
    size_t colon = sw_str_chr(value, ':');
    bool drive = colon == 1 || (colon != SW_NPOS && colon + 1 < value.len && value.ptr[colon + 1] == '\\');
    return colon == SW_NPOS || drive ? value : sw_str_from(value, colon + 1);
}

/* --- entities ----------------------------------------------------------------------------------------------- */

struct counted {
    uint32_t entity;
    uint32_t facts;
};

static int by_facts(const void *a, const void *b)
{
    const struct counted *left = a;
    const struct counted *right = b;
    if (left->facts != right->facts)
        return left->facts > right->facts ? -1 : 1;
    return left->entity < right->entity ? -1 : left->entity > right->entity;
}

/* The entities that its facts name, those of joining facts only: context brings in no new host. */
static int count_entities(struct sw_incidents *all, struct sw_incident *incident)
{
    struct sw_map at;
    struct counted *list = NULL;
    size_t count = 0;
    size_t cap = 0;
    int rc = 0;
    sw_map_init(&at, UINT32_MAX, (size_t)1 << 30);
    for (uint32_t p = 0; p < incident->part_count && rc == 0; p++) {
        uint32_t fact = incident->parts[p].fact;
        for (uint32_t i = 0; i < sw_fact_entity_count(all, fact) && rc == 0; i++) {
            uint32_t entity = sw_fact_entity_list(all, fact)[i];
            struct sw_str key = {(const char *)&entity, sizeof entity};
            uint32_t number = 0;
            bool added = false;
            if (incident->parts[p].context && !sw_map_get(&at, key, &number))
                continue;
            rc = sw_map_intern(&at, key, (uint32_t)count, &number, &added);
            if (rc == 0 && added)
                rc = sw_grow(&list, &cap, count, sizeof *list, UINT32_MAX);
            if (rc == 0 && added)
                list[count++] = (struct counted){entity, 0};
            if (rc == 0)
                list[number].facts++;
        }
    }
    if (rc == 0 && count > 0) {
        qsort(list, count, sizeof *list, by_facts);
        incident->entities = sw_arena_zero(&all->memory, count, sizeof *incident->entities);
        incident->entity_facts = sw_arena_zero(&all->memory, count, sizeof *incident->entity_facts);
        rc = incident->entities == NULL || incident->entity_facts == NULL ? SW_E_NOMEM : 0;
        for (size_t i = 0; i < count && rc == 0; i++) {
            incident->entities[i] = list[i].entity;
            incident->entity_facts[i] = list[i].facts;
        }
        incident->entity_count = (uint32_t)count;
    }
    sw_free(list);
    sw_map_fini(&at);
    return rc;
}

/* --- ways in ------------------------------------------------------------------------------------------------ */

static struct sw_str entered_by(const struct sw_incidents *all, uint32_t fact)
{
    static const enum sw_thing things[] = {SW_THING_WEB_PATH, SW_THING_ACCOUNT, SW_THING_SERVICE, SW_THING_DOMAIN};
    for (size_t i = 0; i < SW_COUNT_OF(things); i++) {
        uint32_t entity = sw_fact_entity(all, fact, things[i], SW_ENTITY_ROLES);
        if (entity != SW_NONE)
            return all->entities[entity].value;
    }
    return all->facts->items[fact].title;
}

static bool worked(const struct sw_incidents *all, const struct sw_incident *incident, uint32_t part, uint32_t host)
{
    const uint32_t foothold = 1u << SW_TACTIC_EXECUTION | 1u << SW_TACTIC_PERSISTENCE;
    if (sw_str_is(fact_of(all, incident, part)->verdict, "likely succeeded"))
        return true;
    for (uint32_t p = part; p < incident->part_count && host != SW_NONE; p++)
        if (!incident->parts[p].context && (fact_of(all, incident, p)->tactics & foothold) &&
            sw_fact_host(all, incident->parts[p].fact) == host)
            return true;
    return false;
}

static int find_entries(struct sw_incidents *all, struct sw_incident *incident)
{
    incident->entries = sw_arena_zero(&all->memory, SW_INCIDENT_LIST, sizeof *incident->entries);
    if (incident->entries == NULL)
        return SW_E_NOMEM;
    for (uint32_t p = 0; p < incident->part_count; p++) {
        const struct sw_part *part = &incident->parts[p];
        const struct sw_fact *fact = fact_of(all, incident, p);
        if ((fact->tactics >> SW_TACTIC_INITIAL_ACCESS & 1) == 0 || (part->weight < 0.3f && part->context))
            continue;
        struct sw_entry_point entry = {
            .part = p,
            .from = sw_fact_from(all, part->fact),
            .host = sw_fact_host(all, part->fact),
            .what = entered_by(all, part->fact),
            .time = fact->time,
        };
        bool known = false;
        for (uint32_t i = 0; i < incident->entry_count && !known; i++) {
            const struct sw_entry_point *other = &incident->entries[i];
            known = other->from == entry.from && other->host == entry.host && sw_str_eq(other->what, entry.what);
        }
        if (known || incident->entry_count == SW_INCIDENT_LIST)
            continue;
        entry.succeeded = worked(all, incident, p, entry.host);
        incident->entries[incident->entry_count++] = entry;
    }
    return 0;
}

/* --- ways back ---------------------------------------------------------------------------------------------- */

/* Which techniques leave which way back (ATT&CK v18). The longest prefix counts. */
static const struct {
    const char *technique;
    enum sw_reentry kind;
} leaves[] = {
    {"T1505.003", SW_REENTRY_WEB_SHELL}, {"T1505.004", SW_REENTRY_WEB_SHELL}, {"T1136", SW_REENTRY_ACCOUNT},
    {"T1098.004", SW_REENTRY_KEY},       {"T1098", SW_REENTRY_ACCOUNT},       {"T1078", SW_REENTRY_ACCOUNT},
    {"T1053", SW_REENTRY_TASK},          {"T1543", SW_REENTRY_SERVICE},       {"T1569.002", SW_REENTRY_SERVICE},
    {"T1546", SW_REENTRY_AUTOSTART},     {"T1547", SW_REENTRY_AUTOSTART},     {"T1037", SW_REENTRY_AUTOSTART},
    {"T1197", SW_REENTRY_AUTOSTART},     {"T1572", SW_REENTRY_TUNNEL},        {"T1090", SW_REENTRY_TUNNEL},
    {"T1071", SW_REENTRY_TUNNEL},        {"T1095", SW_REENTRY_TUNNEL},        {"T1219", SW_REENTRY_TUNNEL},
    {"T1571", SW_REENTRY_TUNNEL},        {"T1562.004", SW_REENTRY_LISTENER},  {"T1133", SW_REENTRY_ACCOUNT},
    {"T1556", SW_REENTRY_LOGIN_PATH},    {"T1056", SW_REENTRY_LOGIN_PATH},    {"T1111", SW_REENTRY_LOGIN_PATH},
    {"T1550", SW_REENTRY_LOGIN_PATH},    {"T1539", SW_REENTRY_LOGIN_PATH},    {"T1110", SW_REENTRY_ACCOUNT},
};

static bool way_back_of(const struct sw_fact *fact, enum sw_reentry *kind)
{
    struct sw_str rest = fact->techniques;
    struct sw_str technique;
    while (sw_str_next(&rest, ' ', &technique)) {
        for (size_t i = 0; i < SW_COUNT_OF(leaves); i++) {
            if (!sw_str_starts(technique, sw_str(leaves[i].technique)))
                continue;
            *kind = leaves[i].kind;
            return true;
        }
    }
    return false;
}

static uint32_t first_of(const struct sw_incidents *all, uint32_t fact, const enum sw_thing *things, size_t count,
                         enum sw_entity_role role)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t entity = sw_fact_entity(all, fact, things[i], role);
        if (entity != SW_NONE)
            return entity;
    }
    return SW_NONE;
}

/* What a way back of this kind is known by; SW_NONE: the fact doesn't name it. */
static uint32_t handle_of(const struct sw_incidents *all, uint32_t fact, enum sw_reentry kind)
{
    static const enum sw_thing outside[] = {SW_THING_OUTSIDE, SW_THING_DOMAIN};
    switch (kind) {
    case SW_REENTRY_WEB_SHELL:
        return sw_fact_entity(all, fact, SW_THING_SCRIPT, SW_ENTITY_ROLES);
    case SW_REENTRY_ACCOUNT: {
        uint32_t target = sw_fact_entity(all, fact, SW_THING_ACCOUNT, SW_ROLE_TARGET);
        return target != SW_NONE ? target : sw_fact_entity(all, fact, SW_THING_ACCOUNT, SW_ENTITY_ROLES);
    }
    case SW_REENTRY_TASK:
    case SW_REENTRY_SERVICE: {
        uint32_t service = sw_fact_entity(all, fact, SW_THING_SERVICE, SW_ENTITY_ROLES);
        return service != SW_NONE ? service : sw_fact_host(all, fact);
    }
    case SW_REENTRY_TUNNEL: {
        uint32_t far = first_of(all, fact, outside, SW_COUNT_OF(outside), SW_ROLE_DESTINATION);
        return far != SW_NONE ? far : first_of(all, fact, outside, SW_COUNT_OF(outside), SW_ENTITY_ROLES);
    }
    case SW_REENTRY_KEY: {
        uint32_t file = sw_fact_entity(all, fact, SW_THING_FILE, SW_ENTITY_ROLES);
        return file != SW_NONE ? file : sw_fact_entity(all, fact, SW_THING_ACCOUNT, SW_ENTITY_ROLES);
    }
    default:
        return sw_fact_host(all, fact);
    }
}

/* How people would look for it: the file of a web shell rather than its bare name. */
static struct sw_str shown_as(const struct sw_incidents *all, uint32_t fact, enum sw_reentry kind, uint32_t handle)
{
    if (kind == SW_REENTRY_WEB_SHELL) {
        uint32_t file = sw_fact_entity(all, fact, SW_THING_FILE, SW_ENTITY_ROLES);
        uint32_t path = sw_fact_entity(all, fact, SW_THING_WEB_PATH, SW_ENTITY_ROLES);
        if (file != SW_NONE)
            return without_host(all, file);
        if (path != SW_NONE)
            return all->entities[path].value;
    }
    if (all->entities[handle].thing == SW_THING_HOST || all->entities[handle].thing == SW_THING_INSIDE)
        return all->facts->items[fact].title;
    return without_host(all, handle);
}

static bool same_way(const struct sw_reentry_point *point, uint32_t handle_then, uint32_t handle, enum sw_reentry kind,
                     uint32_t host, struct sw_str value)
{
    if (point->kind != kind || handle_then != handle)
        return false;
    if (kind == SW_REENTRY_WEB_SHELL || kind == SW_REENTRY_TUNNEL || kind == SW_REENTRY_ACCOUNT)
        return true;
    return point->host == host && sw_str_eq(point->value, value);
}

static void judge_state(const struct sw_incidents *all, const struct sw_incident *incident,
                        struct sw_reentry_point *point, uint32_t part, int64_t end)
{
    const struct sw_fact *fact = fact_of(all, incident, part);
    if (sw_str_is(fact->engine, "webshell") || sw_str_is(fact->engine, "yara"))
        point->state = SW_STATE_PRESENT;
    if (sw_str_find(fact->techniques, SW_STR("T1070.004")) != SW_NPOS && point->state != SW_STATE_PRESENT)
        point->state = SW_STATE_REMOVED;
    bool used =
        point->kind == SW_REENTRY_WEB_SHELL || point->kind == SW_REENTRY_TUNNEL || point->kind == SW_REENTRY_ACCOUNT;
    if (used && point->state == SW_STATE_UNKNOWN && fact->time_last != SW_TIME_NONE && end - fact->time_last < 7 * DAY)
        point->state = SW_STATE_IN_USE;
}

static int find_reentries(struct sw_incidents *all, struct sw_incident *incident, int64_t end)
{
    uint32_t handles[SW_INCIDENT_LIST] = {0};
    incident->reentries = sw_arena_zero(&all->memory, SW_INCIDENT_LIST, sizeof *incident->reentries);
    if (incident->reentries == NULL)
        return SW_E_NOMEM;
    for (uint32_t p = 0; p < incident->part_count; p++) {
        const struct sw_part *part = &incident->parts[p];
        const struct sw_fact *fact = fact_of(all, incident, p);
        enum sw_reentry kind;
        if (part->weight < 0.09f || !way_back_of(fact, &kind))
            continue;
        uint32_t handle = handle_of(all, part->fact, kind);
        if (handle == SW_NONE)
            continue;
        uint32_t host = sw_fact_host(all, part->fact);
        struct sw_str value = shown_as(all, part->fact, kind, handle);
        struct sw_reentry_point *point = NULL;
        for (uint32_t i = 0; i < incident->reentry_count && point == NULL; i++)
            if (same_way(&incident->reentries[i], handles[i], handle, kind, host, value))
                point = &incident->reentries[i];
        if (point == NULL && (part->context || incident->reentry_count == SW_INCIDENT_LIST))
            continue; /* what only belongs tells of known ways back, it makes no new ones */
        if (point == NULL) {
            handles[incident->reentry_count] = handle;
            point = &incident->reentries[incident->reentry_count++];
            *point = (struct sw_reentry_point){
                .kind = kind, .value = value, .host = host, .first = fact->time, .last = fact->time_last, .best = p};
        }
        point->facts++;
        if (sw_str_chr(point->value, '/') == SW_NPOS && sw_str_chr(value, '/') != SW_NPOS)
            point->value = value;
        if (point->host == SW_NONE)
            point->host = host;
        if (fact->time_last > point->last)
            point->last = fact->time_last;
        if (part->weight > incident->parts[point->best].weight)
            point->best = p;
        judge_state(all, incident, point, p, end);
    }
    return 0;
}

/* --- data out ----------------------------------------------------------------------------------------------- */

static int find_data_out(struct sw_incidents *all, struct sw_incident *incident)
{
    static const enum sw_thing far[] = {SW_THING_OUTSIDE, SW_THING_DOMAIN, SW_THING_HOST};
    static const enum sw_thing near[] = {SW_THING_HOST, SW_THING_INSIDE};
    incident->data_out = sw_arena_zero(&all->memory, SW_INCIDENT_LIST, sizeof *incident->data_out);
    if (incident->data_out == NULL)
        return SW_E_NOMEM;
    for (uint32_t p = 0; p < incident->part_count; p++) {
        uint32_t number = incident->parts[p].fact;
        const struct sw_fact *fact = fact_of(all, incident, p);
        if ((fact->tactics >> SW_TACTIC_EXFILTRATION & 1) == 0 || !sw_str_is(fact->engine, "behaviour") ||
            fact->value < 1024.0 || incident->data_out_count == SW_INCIDENT_LIST)
            continue;
        uint32_t to = first_of(all, number, far, SW_COUNT_OF(far), SW_ROLE_DESTINATION);
        uint32_t from = first_of(all, number, near, SW_COUNT_OF(near), SW_ROLE_SOURCE);
        incident->data_out[incident->data_out_count++] = (struct sw_data_out){
            .destination = to != SW_NONE ? all->entities[to].value : SW_STR("many destinations"),
            .source = from != SW_NONE ? all->entities[from].value : SW_STR(""),
            .bytes = fact->value,
            .first = fact->time,
            .last = fact->time_last,
            .part = p,
        };
        incident->data_out_bytes += fact->value;
    }
    return 0;
}

int sw_incident_points(struct sw_incidents *all, struct sw_incident *incident,
                       const struct sw_incident_options *options)
{
    int64_t end = SW_TIME_NONE;
    incident->first = incident->last = SW_TIME_NONE;
    for (uint32_t p = 0; p < incident->part_count; p++) {
        const struct sw_fact *fact = fact_of(all, incident, p);
        if (incident->parts[p].context || fact->time == SW_TIME_NONE || sw_str_is(fact->engine, "webshell") ||
            sw_str_is(fact->engine, "yara"))
            continue; /* a file's time of change can be set to anything */
        if (incident->first == SW_TIME_NONE || fact->time < incident->first)
            incident->first = fact->time;
        if (incident->last == SW_TIME_NONE || fact->time_last > incident->last)
            incident->last = fact->time_last;
    }
    for (size_t i = 0; i < options->span_count; i++)
        if (options->spans[i].last != SW_TIME_NONE && (end == SW_TIME_NONE || options->spans[i].last > end))
            end = options->spans[i].last;
    if (end == SW_TIME_NONE)
        end = incident->last;
    int rc = count_entities(all, incident);
    if (rc == 0)
        rc = find_entries(all, incident);
    if (rc == 0)
        rc = find_reentries(all, incident, end);
    return rc == 0 ? find_data_out(all, incident) : rc;
}
