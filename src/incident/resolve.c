/* resolve.c - entities of facts: one number for each machine, account, address ..., under whatever names the records
 * know it. Addresses become hosts by what leases, tickets and logons of the day show. docs/incidents.md explains the
 * rules. */
#include "incident/incident_priv.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    ENTITIES_MAX = 4000000,
    FACT_ENTITIES = 24,
    KNOWN_AS_MAX = 16,
    NEAR_DAYS = 3,    /* how far a sight of an address may lie from a fact that it explains */
    SHARED_HOSTS = 3, /* so many hosts by logons from one address on one day: an address translator, not a host */
};

static const char *const thing_names[SW_THINGS] = {
    "host",   "account", "internal address", "external address", "process",  "session", "file",
    "script", "hash",    "domain",           "service",          "web path", "program",
};

struct sw_str sw_thing_name(enum sw_thing thing)
{
    return sw_str(thing_names[thing]);
}

struct resolver {
    struct sw_incidents *all;
    const struct sw_networks *internal;
    const struct sw_name_pair *aliases;
    size_t alias_count;
    struct sw_map numbers;    /* thing and value -> entity */
    struct sw_map known;      /* entity and name -> 0: names that are noted already */
    struct sw_map addresses;  /* address and day -> entity, the outcome of host_of() */
    struct sw_map path_hosts; /* path of a source -> host, or the number of hosts + 1 */
    size_t cap;               /* of entities */
    size_t list_cap;          /* of fact_entities and fact_roles */
    size_t role_cap;
    size_t list_count;
    int rc;
    /* the fact at hand */
    uint32_t found[FACT_ENTITIES];
    uint8_t roles[FACT_ENTITIES];
    size_t count;
    int64_t time;
};

static int32_t day_of(int64_t time)
{
    return time == SW_TIME_NONE ? INT32_MIN : (int32_t)(time / (86400 * SW_SECOND));
}

/* --- entities ----------------------------------------------------------------------------------------------- */

static uint32_t number_of(struct resolver *r, enum sw_thing thing, struct sw_str value, bool joins)
{
    char key[2 * SW_NAME_MAX + 8];
    if (value.len == 0 || value.len > 2 * SW_NAME_MAX || r->rc != 0)
        return SW_NONE;
    key[0] = (char)('a' + thing);
    memcpy(key + 1, value.ptr, value.len);
    struct sw_str text = {key, value.len + 1};
    uint32_t at;
    bool added;
    r->rc = sw_map_intern(&r->numbers, text, (uint32_t)r->all->entity_count, &at, &added);
    if (r->rc == 0 && added)
        r->rc = sw_grow(&r->all->entities, &r->cap, r->all->entity_count, sizeof *r->all->entities, ENTITIES_MAX);
    if (r->rc != 0)
        return SW_NONE;
    if (added)
        r->all->entities[r->all->entity_count++] = (struct sw_entity){
            .thing = thing,
            .value = sw_str_from(sw_map_key(&r->numbers, text), 1),
            .joins = joins,
            .first = SW_TIME_NONE,
            .last = SW_TIME_NONE,
        };
    return at;
}

static void note_name(struct resolver *r, uint32_t number, struct sw_str name, const char *why, int64_t time)
{
    struct sw_entity *entity = &r->all->entities[number];
    char key[SW_NAME_MAX + 8];
    name = sw_str_slice(name, 0, SW_NAME_MAX);
    if (entity->known_count == KNOWN_AS_MAX || sw_str_eq(name, entity->value) || r->rc != 0)
        return;
    memcpy(key, &number, sizeof number);
    memcpy(key + sizeof number, name.ptr, name.len);
    uint32_t zero;
    bool added;
    r->rc = sw_map_intern(&r->known, (struct sw_str){key, sizeof number + name.len}, 0, &zero, &added);
    if (r->rc != 0 || !added)
        return;
    if (entity->known_as == NULL)
        entity->known_as = sw_arena_zero(&r->all->memory, KNOWN_AS_MAX, sizeof *entity->known_as);
    struct sw_buf text;
    sw_buf_init(&text, 256);
    sw_buf_text(&text, why);
    if (time != SW_TIME_NONE) {
        sw_buf_text(&text, ", seen on ");
        sw_buf_time(&text, time);
    }
    struct sw_known_as as = {sw_arena_dup(&r->all->memory, name), sw_arena_dup(&r->all->memory, sw_buf_str(&text))};
    sw_buf_fini(&text);
    if (entity->known_as == NULL || as.name.ptr == NULL || as.why.ptr == NULL)
        r->rc = SW_E_NOMEM;
    else
        entity->known_as[entity->known_count++] = as;
}

static void add(struct resolver *r, uint32_t number, enum sw_entity_role role)
{
    if (number == SW_NONE || r->count == FACT_ENTITIES)
        return;
    for (size_t i = 0; i < r->count; i++)
        if (r->found[i] == number)
            return;
    r->found[r->count] = number;
    r->roles[r->count++] = (uint8_t)role;
    struct sw_entity *entity = &r->all->entities[number];
    entity->facts++;
    if (r->time == SW_TIME_NONE)
        return;
    if (entity->first == SW_TIME_NONE || r->time < entity->first)
        entity->first = r->time;
    if (entity->last == SW_TIME_NONE || r->time > entity->last)
        entity->last = r->time;
}

/* --- hosts and addresses ------------------------------------------------------------------------------------ */

static uint32_t host_number(struct resolver *r, struct sw_str text)
{
    char name[SW_NAME_MAX];
    struct sw_str host = sw_name_host(text, name);
    uint32_t number = host.len > 0 ? number_of(r, SW_THING_HOST, host, true) : SW_NONE;
    if (number != SW_NONE && sw_str_chr(text, '.') != SW_NPOS)
        note_name(r, number, text, "its full name", SW_TIME_NONE);
    return number;
}

/* The first alias of a name; aliases are sorted by kind and name. */
static size_t first_alias(const struct resolver *r, enum sw_entity_kind kind, struct sw_str name)
{
    size_t low = 0;
    size_t high = r->alias_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sw_name_pair *alias = &r->aliases[middle];
        bool before = alias->kind != kind ? alias->kind < kind : sw_str_cmp(alias->name, name) < 0;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How far a way of seeing is believed. */
static int trust_in(enum sw_alias_how how)
{
    switch (how) {
    case SW_ALIAS_OWN_ADDRESS:
        return 5;
    case SW_ALIAS_LEASE:
        return 4;
    case SW_ALIAS_TICKET:
        return 3;
    case SW_ALIAS_LOGON:
        return 2;
    default:
        return 1;
    }
}

/* What speaks for one alias on a day: trust first, then nearness; below 0: it doesn't speak. */
static int64_t speaks(const struct sw_name_pair *alias, int32_t day, bool only_host)
{
    int64_t trust = trust_in(alias->how);
    if (only_host || day == INT32_MIN || alias->first == SW_TIME_NONE)
        return trust;
    int64_t away = llabs((int64_t)day_of(alias->first) - day);
    return away > NEAR_DAYS ? -1 : (NEAR_DAYS - away) * 8 + trust;
}

/* The alias that tells which host had the address on that day, or NULL. */
static const struct sw_name_pair *best_alias(const struct resolver *r, struct sw_str address, int32_t day)
{
    size_t from = first_alias(r, SW_ENTITY_ADDRESS, address);
    size_t to = from;
    bool only_host = true;
    struct sw_str today[SHARED_HOSTS] = {{0}};
    size_t today_count = 0;
    for (; to < r->alias_count && r->aliases[to].kind == SW_ENTITY_ADDRESS && sw_str_eq(r->aliases[to].name, address);
         to++) {
        const struct sw_name_pair *alias = &r->aliases[to];
        only_host = only_host && sw_str_eq(alias->other, r->aliases[from].other);
        if (trust_in(alias->how) > 3 || day_of(alias->first) != day)
            continue;
        bool seen = false;
        for (size_t i = 0; i < today_count; i++)
            seen |= sw_str_eq(today[i], alias->other);
        if (!seen && today_count < SHARED_HOSTS)
            today[today_count++] = alias->other;
    }
    const struct sw_name_pair *best = NULL;
    int64_t most = 0;
    for (size_t i = from; i < to; i++) {
        int64_t says = speaks(&r->aliases[i], day, only_host);
        if (says > most) {
            most = says;
            best = &r->aliases[i];
        }
    }
    bool shared = today_count == SHARED_HOSTS && best != NULL && trust_in(best->how) <= 3;
    return shared ? NULL : best;
}

/* The entity of an address at the fact's time: the host that had it, or the address itself. */
static uint32_t address_number(struct resolver *r, struct sw_str text)
{
    struct sw_address address = {{0}};
    if (sw_address_parse(text, &address) != 0 || sw_address_is_group(&address))
        return SW_NONE;
    struct sw_buf name;
    sw_buf_init(&name, 64);
    sw_buf_address(&name, &address);
    struct sw_str value = sw_buf_str(&name);
    int32_t day = day_of(r->time);
    char key[80];
    memcpy(key, &day, sizeof day);
    memcpy(key + sizeof day, value.ptr, value.len);
    struct sw_str cached = {key, sizeof day + value.len};
    uint32_t number = SW_NONE;
    if (!sw_map_get(&r->addresses, cached, &number)) {
        const struct sw_name_pair *alias = best_alias(r, value, day);
        bool inside = sw_networks_has(r->internal, &address);
        number = alias != NULL ? number_of(r, SW_THING_HOST, alias->other, true)
                               : number_of(r, inside ? SW_THING_INSIDE : SW_THING_OUTSIDE, value, true);
        if (alias != NULL && number != SW_NONE)
            note_name(r, number, value, sw_alias_how_name(alias->how).ptr, alias->first);
        if (r->rc == 0)
            r->rc = sw_map_put(&r->addresses, cached, number);
    }
    sw_buf_fini(&name);
    return number;
}

static uint32_t host_or_address(struct resolver *r, struct sw_str text)
{
    uint32_t number = address_number(r, text);
    return number != SW_NONE ? number : host_number(r, text);
}

/* A part of the source's path that is the name of a known host: evidence lies in folders by host. The longest part
 * counts. */
static uint32_t host_of_path(struct resolver *r, struct sw_str path)
{
    uint32_t number;
    if (path.len == 0)
        return SW_NONE;
    if (sw_map_get(&r->path_hosts, path, &number))
        return number;
    number = SW_NONE;
    struct sw_str rest = path;
    struct sw_str part;
    while (sw_str_next(&rest, '/', &part)) {
        char name[SW_NAME_MAX];
        struct sw_str host = sw_name_host(part, name);
        char key[SW_NAME_MAX + 1];
        key[0] = (char)('a' + SW_THING_HOST);
        memcpy(key + 1, host.ptr, host.len);
        uint32_t at;
        if (host.len > 2 && sw_map_get(&r->numbers, (struct sw_str){key, host.len + 1}, &at))
            number = at;
    }
    if (number != SW_NONE)
        note_name(r, number, path, "folder of its evidence", SW_TIME_NONE);
    if (r->rc == 0)
        r->rc = sw_map_put(&r->path_hosts, path, number);
    return number;
}

/* --- accounts ----------------------------------------------------------------------------------------------- */

static uint32_t account_number(struct resolver *r, struct sw_str text)
{
    char name[SW_NAME_MAX];
    struct sw_str domain;
    struct sw_str account = sw_name_account(text, name, &domain);
    if (account.len == 0)
        return SW_NONE;
    if (account.len > 1 && account.ptr[account.len - 1] == '$')
        return host_number(r, account);
    bool common = sw_name_is_common_account(account) || sw_str_istarts(domain, SW_STR("NT ")) ||
                  sw_str_istarts(domain, SW_STR("IIS "));
    uint32_t number = number_of(r, SW_THING_ACCOUNT, account, !common);
    if (number != SW_NONE && domain.len > 0 && !common)
        note_name(r, number, text, "the same account name", SW_TIME_NONE);
    return number;
}

/* A SID or object id: the account that records show with it, else itself. */
static uint32_t account_of_id(struct resolver *r, struct sw_str id)
{
    if (!sw_str_starts(id, SW_STR("S-1-5-21-")) && sw_str_starts(id, SW_STR("S-1-")))
        return SW_NONE; /* well-known */
    size_t at = first_alias(r, SW_ENTITY_ACCOUNT_ID, id);
    if (at == r->alias_count || r->aliases[at].kind != SW_ENTITY_ACCOUNT_ID || !sw_str_eq(r->aliases[at].name, id))
        return number_of(r, SW_THING_ACCOUNT, id, true);
    uint32_t number = account_number(r, r->aliases[at].other);
    if (number != SW_NONE)
        note_name(r, number, id, sw_alias_how_name(r->aliases[at].how).ptr, r->aliases[at].first);
    return number;
}

/* --- what belongs to a host --------------------------------------------------------------------------------- */

/* "host value", small letters; without a host the value alone, which then joins nothing. */
static uint32_t of_host(struct resolver *r, enum sw_thing thing, uint32_t host, struct sw_str value)
{
    char text[2 * SW_NAME_MAX];
    char low[SW_NAME_MAX];
    struct sw_str path = sw_name_path(value, low);
    size_t len = 0;
    if (host != SW_NONE) {
        struct sw_str name = sw_str_slice(r->all->entities[host].value, 0, SW_NAME_MAX - 2);
        memcpy(text, name.ptr, name.len);
        len = name.len;
        text[len++] = ':';
    }
    memcpy(text + len, path.ptr, path.len < sizeof text - len ? path.len : sizeof text - len);
    return number_of(r, thing, (struct sw_str){text, len + path.len}, host != SW_NONE);
}

static void add_script(struct resolver *r, struct sw_str path, enum sw_entity_role role)
{
    char low[SW_NAME_MAX];
    struct sw_str script = sw_name_script(sw_name_path(path, low));
    if (script.len > 0)
        add(r, number_of(r, SW_THING_SCRIPT, script, true), role);
}

/* "MD5=..,SHA256=..": the strongest. */
static void add_hash(struct resolver *r, struct sw_str text, enum sw_entity_role role)
{
    struct sw_str best = text;
    struct sw_str rest = text;
    struct sw_str part;
    while (sw_str_next(&rest, ',', &part)) {
        size_t equals = sw_str_chr(part, '=');
        if (sw_str_istarts(part, SW_STR("SHA256=")) ||
            (sw_str_istarts(part, SW_STR("MD5=")) && best.ptr == text.ptr && best.len == text.len))
            best = sw_str_from(part, equals + 1);
    }
    char low[SW_NAME_MAX];
    best = sw_name_path(best, low);
    if (best.len >= 32 && best.len <= 128)
        add(r, number_of(r, SW_THING_HASH, best, true), role);
}

static void add_session(struct resolver *r, uint32_t host, struct sw_str id, enum sw_entity_role role)
{
    uint64_t number;
    if (sw_str_hex64(id, &number) == 0 && number < 0x10000)
        return; /* SYSTEM, services, anonymous: the same on every machine and boot */
    if (host != SW_NONE)
        add(r, of_host(r, SW_THING_SESSION, host, id), role);
}

static void add_domain(struct resolver *r, struct sw_str name, enum sw_entity_role role)
{
    char low[SW_NAME_MAX];
    struct sw_address address = {{0}};
    if (sw_address_parse(name, &address) == 0) {
        add(r, address_number(r, name), role);
        return;
    }
    name = sw_str_slice(name, 0, sw_str_chr(name, ':'));
    add(r, number_of(r, SW_THING_DOMAIN, sw_name_path(name, low), true), role);
}

static void add_mention(struct resolver *r, const struct sw_mention *mention, uint32_t host)
{
    struct sw_str value = mention->value;
    switch (mention->kind) {
    case SW_ENTITY_HOST:
        add(r, host_or_address(r, value), mention->role);
        break;
    case SW_ENTITY_ADDRESS:
        add(r, address_number(r, value), mention->role);
        break;
    case SW_ENTITY_ACCOUNT:
        add(r, account_number(r, value), mention->role);
        break;
    case SW_ENTITY_ACCOUNT_ID:
        add(r, account_of_id(r, value), mention->role);
        break;
    case SW_ENTITY_PROCESS:
        add(r, of_host(r, SW_THING_IMAGE, SW_NONE, value), mention->role);
        break;
    case SW_ENTITY_PROCESS_ID:
        add(r, number_of(r, SW_THING_PROCESS, value, true), mention->role);
        break;
    case SW_ENTITY_FILE:
        add(r, of_host(r, SW_THING_FILE, host, value), mention->role);
        add_script(r, value, mention->role);
        break;
    case SW_ENTITY_WEB_PATH:
        add(r, of_host(r, SW_THING_WEB_PATH, SW_NONE, value), mention->role);
        add_script(r, value, mention->role);
        break;
    case SW_ENTITY_HASH:
        add_hash(r, value, mention->role);
        break;
    case SW_ENTITY_DOMAIN:
        add_domain(r, value, mention->role);
        break;
    case SW_ENTITY_SERVICE:
        add(r, of_host(r, SW_THING_SERVICE, host, value), mention->role);
        break;
    case SW_ENTITY_SESSION:
        add_session(r, host, value, mention->role);
        break;
    default:
        break;
    }
}

/* The machine of a fact: that its record names, else the one whose folder the source lies in. */
static uint32_t find_host(struct resolver *r, const struct sw_fact *fact)
{
    for (size_t i = 0; i < fact->mention_count; i++)
        if (fact->mentions[i].role == SW_ROLE_AT && fact->mentions[i].kind == SW_ENTITY_HOST)
            return host_or_address(r, fact->mentions[i].value);
    for (size_t i = 0; i < fact->mention_count; i++)
        if (fact->mentions[i].role == SW_ROLE_AT && fact->mentions[i].kind == SW_ENTITY_ADDRESS)
            return address_number(r, fact->mentions[i].value);
    return host_of_path(r, fact->path);
}

static int finish_fact(struct resolver *r, size_t index)
{
    struct sw_incidents *all = r->all;
    for (size_t i = 0; i < r->count && r->rc == 0; i++) {
        r->rc = sw_grow(&all->fact_entities, &r->list_cap, r->list_count, sizeof *all->fact_entities, UINT32_MAX);
        if (r->rc == 0)
            r->rc = sw_grow(&all->fact_roles, &r->role_cap, r->list_count, sizeof *all->fact_roles, UINT32_MAX);
        if (r->rc != 0)
            return r->rc;
        all->fact_entities[r->list_count] = r->found[i];
        all->fact_roles[r->list_count++] = r->roles[i];
    }
    all->fact_first[index + 1] = (uint32_t)r->list_count;
    return r->rc;
}

/* All hosts that records name, before any path is looked at. */
static void name_hosts(struct resolver *r)
{
    for (size_t i = 0; i < r->alias_count && r->rc == 0; i++)
        if (r->aliases[i].other_kind == SW_ENTITY_HOST && r->aliases[i].how != SW_ALIAS_LOOKUP)
            (void)number_of(r, SW_THING_HOST, r->aliases[i].other, true);
    for (size_t i = 0; i < r->all->facts->count && r->rc == 0; i++) {
        const struct sw_fact *fact = &r->all->facts->items[i];
        for (size_t m = 0; m < fact->mention_count; m++)
            if (fact->mentions[m].kind == SW_ENTITY_HOST && fact->mentions[m].role == SW_ROLE_AT)
                (void)host_number(r, fact->mentions[m].value);
    }
}

int sw_incidents_resolve(struct sw_incidents *all, const struct sw_aliases *aliases, const struct sw_networks *internal)
{
    struct resolver *r = sw_alloc(1, sizeof *r);
    if (r == NULL)
        return SW_E_NOMEM;
    r->all = all;
    r->internal = internal;
    if (aliases != NULL)
        r->aliases = sw_aliases_items(aliases, &r->alias_count);
    sw_map_init(&all->names, ENTITIES_MAX, (size_t)1 << 30);
    r->numbers = all->names;
    sw_map_init(&r->known, ENTITIES_MAX, (size_t)1 << 30);
    sw_map_init(&r->addresses, ENTITIES_MAX, (size_t)1 << 30);
    sw_map_init(&r->path_hosts, ENTITIES_MAX, (size_t)1 << 30);
    all->fact_first = sw_alloc(all->facts->count + 1, sizeof *all->fact_first);
    r->rc = all->fact_first == NULL ? SW_E_NOMEM : 0;
    if (r->rc == 0)
        name_hosts(r);
    for (size_t i = 0; i < all->facts->count && r->rc == 0; i++) {
        const struct sw_fact *fact = &all->facts->items[i];
        r->count = 0;
        r->time = fact->time;
        uint32_t host = find_host(r, fact);
        add(r, host, SW_ROLE_AT);
        for (size_t m = 0; m < fact->mention_count; m++)
            add_mention(r, &fact->mentions[m], host);
        r->rc = finish_fact(r, i);
    }
    int rc = r->rc;
    all->names = r->numbers;
    sw_map_fini(&r->known);
    sw_map_fini(&r->addresses);
    sw_map_fini(&r->path_hosts);
    sw_free(r);
    return rc;
}

/* --- looking at facts --------------------------------------------------------------------------------------- */

uint32_t sw_fact_entity(const struct sw_incidents *all, uint32_t fact, enum sw_thing thing, enum sw_entity_role role)
{
    const uint32_t *list = sw_fact_entity_list(all, fact);
    const uint8_t *roles = sw_fact_role_list(all, fact);
    for (uint32_t i = 0; i < sw_fact_entity_count(all, fact); i++)
        if (all->entities[list[i]].thing == thing && (role == SW_ENTITY_ROLES || roles[i] == role))
            return list[i];
    return SW_NONE;
}

uint32_t sw_fact_host(const struct sw_incidents *all, uint32_t fact)
{
    static const enum sw_thing things[] = {SW_THING_HOST, SW_THING_INSIDE, SW_THING_DOMAIN};
    for (size_t i = 0; i < SW_COUNT_OF(things); i++) {
        uint32_t at = sw_fact_entity(all, fact, things[i], SW_ROLE_AT);
        if (at != SW_NONE)
            return at;
    }
    uint32_t to = sw_fact_entity(all, fact, SW_THING_HOST, SW_ROLE_DESTINATION);
    if (to == SW_NONE)
        to = sw_fact_entity(all, fact, SW_THING_HOST, SW_ROLE_SOURCE);
    return to != SW_NONE ? to : sw_fact_entity(all, fact, SW_THING_INSIDE, SW_ENTITY_ROLES);
}

uint32_t sw_fact_from(const struct sw_incidents *all, uint32_t fact)
{
    static const enum sw_thing things[] = {SW_THING_OUTSIDE, SW_THING_INSIDE, SW_THING_HOST};
    for (size_t i = 0; i < SW_COUNT_OF(things); i++) {
        uint32_t from = sw_fact_entity(all, fact, things[i], SW_ROLE_SOURCE);
        if (from != SW_NONE)
            return from;
    }
    return SW_NONE;
}
