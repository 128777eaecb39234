/* dns_watch.c - notes name lookups and keeps sums by client and registered name. Decides nothing.
 *
 * A registered name is taken to be the last two labels, or three when the last is a country's and the one before it has
 * at most three letters (co.uk, com.au). Names of a single label and reverse lookups are passed over. */
#include "behaviour/dns.h"
#include "behaviour/evict.h"
#include "behaviour/roles.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

#include <math.h>

enum role { ROLE_NONE, ROLE_CLIENT, ROLE_QUERY, ROLE_TYPE, ROLE_CODE, ROLE_HOST, ROLE_COUNT };

#define R(class_name, field, role) {class_name, field, ROLE_##role},
static const struct sw_role_line lines[] = {
    R("zeek/dns", "id.orig_h", CLIENT) R("zeek/dns", "query", QUERY) R("zeek/dns", "qtype_name", TYPE)
        R("zeek/dns", "rcode_name", CODE) R("suricata/dns", "src_ip", CLIENT) R("suricata/dns", "query", QUERY)
            R("suricata/dns", "record_type", TYPE) R("suricata/dns", "dns.rcode", CODE) R("dns", "src_ip", CLIENT)
                R("dns", "query", QUERY) R("dns", "record_type", TYPE) R("windows/sysmon/dns_query", "Computer", CLIENT)
                    R("windows/sysmon/dns_query", "QueryName", QUERY) R("linux/bind", "client", CLIENT)
                        R("linux/bind", "query", QUERY)};
#undef R

enum { NAME_MAX_LEN = 253, REGISTERS = 64, MAX_ZONES = 1 << 22, FEW_ZONES = 64 };

struct note {
    int64_t time_ms;
    uint64_t offset;
    uint64_t sub_hash; /* of what is in front of the registered name; 0: nothing */
    uint16_t sub_len;
    uint16_t letters[4];
    uint8_t type;
    uint8_t failed;
    uint8_t client_len;
    uint8_t domain_len;
};

/* Some of a zone's queries; kept from KEEP_FROM of them on. */
struct places {
    struct sw_place_at at[SW_BEHAVIOUR_MEMBERS];
};

enum { KEEP_FROM = 32 };

struct zone {
    struct sw_str key; /* client, a zero byte, domain; in the map */
    uint64_t queries;
    uint64_t sub_bytes;
    uint64_t letters[4];
    uint32_t types[SW_DNS_TYPES];
    uint32_t places; /* number + 1 */
    uint64_t refused;
    int64_t first_ms;
    int64_t last_ms;
    uint8_t registers[REGISTERS]; /* HyperLogLog (Flajolet and others, 2007) of the different names */
    bool incomplete;
};

struct watch {
    struct sw_roles roles;
    size_t memory;  /* allowed now */
    size_t ceiling; /* ... ever */
    struct sw_map zone_of;
    struct zone *zones;
    size_t count;
    size_t cap;
    struct places *places;
    size_t place_count;
    size_t place_cap;
    uint64_t evicted;
    uint64_t evicted_keys;
    bool evicted_any;
};

static int dns_open(void **out, const struct sw_watch_setup *setup, struct sw_error *err)
{
    (void)err;
    struct watch *watch = sw_alloc(1, sizeof *watch);
    if (watch == NULL)
        return SW_E_NOMEM;
    *out = watch;
    watch->memory = setup->memory;
    watch->ceiling = setup->ceiling;
    sw_map_init(&watch->zone_of, MAX_ZONES, setup->ceiling);
    return sw_roles_init(&watch->roles, setup->classes, lines, SW_COUNT_OF(lines));
}

static void dns_close(void *arg)
{
    struct watch *watch = arg;
    sw_roles_fini(&watch->roles);
    sw_map_fini(&watch->zone_of);
    sw_free(watch->zones);
    sw_free(watch->places);
    sw_free(watch);
}

static bool dns_wants(const void *arg, sw_class_id id)
{
    return sw_roles_has(&((const struct watch *)arg)->roles, id);
}

/* --- noting ------------------------------------------------------------------------------------------------- */

/* Where the registered name begins in a lower-case name; SW_NPOS when there is none. */
static size_t registered_at(struct sw_str name)
{
    size_t dots[3];
    size_t found = 0;
    for (size_t i = name.len; i > 0 && found < 3; i--)
        if (name.ptr[i - 1] == '.')
            dots[found++] = i - 1;
    if (found == 0)
        return SW_NPOS;
    size_t country = name.len - dots[0] - 1;
    size_t second = found > 1 ? dots[0] - dots[1] - 1 : dots[0];
    if (country == 2 && second <= 3)
        return found > 2 ? dots[2] + 1 : found > 1 ? 0 : SW_NPOS;
    return found > 1 ? dots[1] + 1 : 0;
}

static uint8_t type_of(struct sw_str text)
{
    static const char *const names[] = {"A", "AAAA", "CNAME", "TXT", "NULL", "MX"};
    for (size_t i = 0; i < SW_COUNT_OF(names); i++)
        if (sw_str_ieq(text, sw_str(names[i])))
            return (uint8_t)i;
    return SW_DNS_OTHER;
}

static void count_letters(struct note *note, struct sw_str sub)
{
    for (size_t i = 0; i < sub.len; i++) {
        char c = sub.ptr[i];
        if (c != '.')
            note->letters[sw_is_alpha(c) ? 0 : sw_is_digit(c) ? 1 : c == '-' || c == '_' ? 2 : 3]++;
    }
}

static int dns_look(const void *arg, struct sw_buf *notes, const struct sw_event *event)
{
    const struct watch *watch = arg;
    struct sw_str part[ROLE_COUNT];
    if (!sw_roles_get(&watch->roles, event, part, ROLE_COUNT))
        return 0;
    struct sw_str query = part[ROLE_QUERY];
    struct sw_str client = part[ROLE_CLIENT];
    if (query.len > 0 && query.ptr[query.len - 1] == '.')
        query.len--;
    if (query.len == 0 || query.len > NAME_MAX_LEN || client.len == 0 || client.len > 64 ||
        sw_str_iends(query, SW_STR(".arpa")) || sw_str_iends(query, SW_STR(".local")))
        return 0;
    char low[NAME_MAX_LEN];
    for (size_t i = 0; i < query.len; i++)
        low[i] = sw_lower(query.ptr[i]);
    struct sw_str name = {low, query.len};
    size_t at = registered_at(name);
    if (at == SW_NPOS)
        return 0;
    struct sw_str domain = sw_str_from(name, at);
    struct sw_str sub = sw_str_slice(name, 0, at > 0 ? at - 1 : 0);
    struct note note = {.time_ms = event->time / 1000000,
                        .offset = event->offset,
                        .sub_len = (uint16_t)sub.len,
                        .type = type_of(part[ROLE_TYPE]),
                        .client_len = (uint8_t)client.len,
                        .domain_len = (uint8_t)domain.len};
    struct sw_str code = part[ROLE_CODE];
    note.failed = code.len > 0 && !sw_str_is(code, "NOERROR") && !sw_str_is(code, "-");
    note.sub_hash = sub.len > 0 ? sw_hash(sub) : 0;
    count_letters(&note, sub);
    sw_buf_add(notes, (const char *)&note, sizeof note);
    sw_buf_str_add(notes, client);
    sw_buf_char(notes, '\0');
    sw_buf_str_add(notes, domain);
    return 0;
}

/* --- keeping ------------------------------------------------------------------------------------------------ */

static size_t held(const struct watch *watch)
{
    return watch->cap * sizeof *watch->zones + watch->place_cap * sizeof *watch->places +
           watch->zone_of.cap * sizeof *watch->zone_of.slots + watch->zone_of.keys.held;
}

static double distinct_of(const struct zone *zone)
{
    double sum = 0;
    unsigned empty = 0;
    for (size_t i = 0; i < REGISTERS; i++) {
        sum += ldexp(1, -(int)zone->registers[i]);
        empty += zone->registers[i] == 0;
    }
    double estimate = 0.709 * REGISTERS * REGISTERS / sum;
    if (estimate <= 2.5 * REGISTERS && empty > 0) /* few: linear counting is nearer */
        estimate = REGISTERS * log((double)REGISTERS / empty);
    return estimate;
}

static void count_name(struct zone *zone, uint64_t hash)
{
    unsigned at = hash & (REGISTERS - 1);
    uint64_t rest = hash >> 6;
    uint8_t rank = rest == 0 ? 59 : (uint8_t)(__builtin_ctzll(rest) + 1);
    if (zone->registers[at] < rank)
        zone->registers[at] = rank;
}

/* First all, then ever rarer ones: by the number of the query, so that the choice is always the same. */
static int keep_place(struct watch *watch, struct zone *zone, const struct note *note, uint32_t input)
{
    if (zone->queries < KEEP_FROM)
        return 0;
    if (zone->places == 0) {
        int rc = sw_grow(&watch->places, &watch->place_cap, watch->place_count, sizeof *watch->places, MAX_ZONES);
        if (rc != 0)
            return rc;
        watch->places[watch->place_count++] = (struct places){0};
        zone->places = (uint32_t)watch->place_count;
    }
    uint64_t number = zone->queries - KEEP_FROM;
    size_t at = (size_t)number;
    if (number >= SW_BEHAVIOUR_MEMBERS) {
        uint64_t step = number / SW_BEHAVIOUR_MEMBERS;
        if (number % step != 0)
            return 0;
        at = 1 + number / step % (SW_BEHAVIOUR_MEMBERS - 1);
    }
    watch->places[zone->places - 1].at[at] = (struct sw_place_at){note->time_ms * 1000000, {input, note->offset}};
    return 0;
}

/* Gives room that is no longer needed back, and with it that of places whose zones are gone. */
static int shrink(struct watch *watch)
{
    size_t needed = 16;
    for (size_t i = 0; i < watch->count; i++)
        needed += watch->zones[i].places != 0;
    struct places *places = sw_alloc(needed, sizeof *places);
    struct zone *zones = sw_realloc(watch->zones, watch->count + 16, sizeof *zones);
    if (zones != NULL) {
        watch->zones = zones;
        watch->cap = watch->count + 16;
    }
    if (places == NULL || zones == NULL) {
        sw_free(places);
        return SW_E_NOMEM;
    }
    size_t count = 0;
    for (size_t i = 0; i < watch->count; i++) {
        if (zones[i].places == 0)
            continue;
        places[count++] = watch->places[zones[i].places - 1];
        zones[i].places = (uint32_t)count;
    }
    sw_free(watch->places);
    watch->places = places;
    watch->place_count = count;
    watch->place_cap = needed;
    return 0;
}

/* Gives up the half of the zones with the fewest different names. */
static int give_up_half(struct watch *watch)
{
    uint64_t *weights = sw_alloc(watch->count + 1, sizeof *weights);
    if (weights == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < watch->count; i++)
        weights[i] = (uint64_t)(distinct_of(&watch->zones[i]) * 16);
    struct sw_half half;
    sw_half_choose(&half, weights, watch->count);
    sw_free(weights);
    struct sw_map kept_map;
    sw_map_init(&kept_map, MAX_ZONES, watch->ceiling);
    size_t kept = 0;
    int rc = 0;
    for (size_t i = 0; i < watch->count && rc == 0; i++) {
        const struct zone *zone = &watch->zones[i];
        if (sw_half_goes(&half, (uint64_t)(distinct_of(zone) * 16))) {
            watch->evicted += zone->queries;
            watch->evicted_keys++;
            continue;
        }
        rc = sw_map_put(&kept_map, zone->key, (uint32_t)kept);
        if (rc == 0) {
            watch->zones[kept] = *zone;
            watch->zones[kept].key = sw_map_key(&kept_map, zone->key);
            kept++;
        }
    }
    if (rc != 0) {
        sw_map_fini(&kept_map);
        return rc;
    }
    sw_map_fini(&watch->zone_of);
    watch->zone_of = kept_map;
    watch->count = kept;
    watch->evicted_any = true;
    return shrink(watch);
}

static int take_one(struct watch *watch, const struct note *note, struct sw_str key, uint32_t input)
{
    uint32_t number;
    bool added;
    int rc = sw_map_intern(&watch->zone_of, key, (uint32_t)watch->count, &number, &added);
    if (rc != 0)
        return rc;
    if (added) {
        rc = sw_grow(&watch->zones, &watch->cap, watch->count, sizeof *watch->zones, MAX_ZONES);
        if (rc != 0)
            return rc;
        watch->zones[watch->count++] = (struct zone){.key = sw_map_key(&watch->zone_of, key),
                                                     .first_ms = INT64_MAX,
                                                     .last_ms = INT64_MIN,
                                                     .incomplete = watch->evicted_any};
    }
    struct zone *zone = &watch->zones[number];
    rc = keep_place(watch, zone, note, input);
    if (rc != 0)
        return rc;
    zone->queries++;
    zone->sub_bytes += note->sub_len;
    for (size_t i = 0; i < 4; i++)
        zone->letters[i] += note->letters[i];
    zone->types[note->type]++;
    zone->refused += note->failed;
    if (note->sub_hash != 0)
        count_name(zone, note->sub_hash);
    if (note->time_ms < zone->first_ms)
        zone->first_ms = note->time_ms;
    if (note->time_ms > zone->last_ms)
        zone->last_ms = note->time_ms;
    return 0;
}

static int keep_within_budget(struct watch *watch)
{
    int rc = 0;
    while (rc == 0 && held(watch) > watch->memory - watch->memory / 8 && watch->count > FEW_ZONES)
        rc = give_up_half(watch);
    return rc;
}

static int dns_take(void *arg, struct sw_str notes, uint32_t input)
{
    struct watch *watch = arg;
    for (size_t at = 0; at + sizeof(struct note) <= notes.len;) {
        struct note note;
        memcpy(&note, notes.ptr + at, sizeof note);
        at += sizeof note;
        size_t len = (size_t)note.client_len + 1 + note.domain_len;
        int rc = take_one(watch, &note, (struct sw_str){notes.ptr + at, len}, input);
        at += len;
        if (rc == SW_E_LIMIT) {
            watch->evicted++;
            rc = 0;
        }
        if (rc != 0)
            return rc;
    }
    return keep_within_budget(watch);
}

static size_t dns_held(const void *arg)
{
    return held(arg);
}

static int dns_allow(void *arg, size_t memory)
{
    struct watch *watch = arg;
    watch->memory = memory;
    return keep_within_budget(watch);
}

/* --- finish ------------------------------------------------------------------------------------------------- */

static struct sw_str domain_of(const struct zone *zone)
{
    return sw_str_from(zone->key, sw_str_chr(zone->key, '\0') + 1);
}

static int show(const struct watch *watch, struct sw_behaviour_run *runs, size_t run_count, const struct zone *zone,
                uint32_t clients)
{
    struct sw_dns_zone view = {.client = sw_str_slice(zone->key, 0, sw_str_chr(zone->key, '\0')),
                               .domain = domain_of(zone),
                               .queries = zone->queries,
                               .distinct = distinct_of(zone),
                               .sub_bytes = zone->sub_bytes,
                               .refused = zone->refused,
                               .clients = clients,
                               .first_ms = zone->first_ms,
                               .last_ms = zone->last_ms,
                               .incomplete = zone->incomplete};
    memcpy(view.letters, zone->letters, sizeof view.letters);
    for (size_t i = 0; i < SW_DNS_TYPES; i++)
        view.types[i] = zone->types[i];
    if (zone->places != 0) {
        uint64_t kept = zone->queries - KEEP_FROM;
        view.place_count = kept < SW_BEHAVIOUR_MEMBERS ? (size_t)kept : SW_BEHAVIOUR_MEMBERS;
        memcpy(view.places, watch->places[zone->places - 1].at, sizeof view.places);
    }
    int rc = 0;
    for (size_t i = 0; i < run_count && rc == 0; i++)
        if (runs[i].behaviour->zone != NULL)
            rc = runs[i].behaviour->zone(&runs[i], &view);
    return rc;
}

static int dns_finish(void *arg, struct sw_behaviours *all)
{
    struct watch *watch = arg;
    size_t run_count;
    struct sw_behaviour_run *runs = sw_behaviour_runs(all, &run_count);
    struct sw_map clients_of; /* domain -> clients */
    sw_map_init(&clients_of, MAX_ZONES, watch->ceiling);
    int rc = 0;
    for (size_t i = 0; i < watch->count && rc == 0; i++) {
        uint32_t clients = 0;
        (void)sw_map_get(&clients_of, domain_of(&watch->zones[i]), &clients);
        rc = sw_map_put(&clients_of, domain_of(&watch->zones[i]), clients + 1);
    }
    for (size_t i = 0; i < watch->count && rc == 0; i++) {
        uint32_t clients = 0;
        (void)sw_map_get(&clients_of, domain_of(&watch->zones[i]), &clients);
        rc = show(watch, runs, run_count, &watch->zones[i], clients);
    }
    sw_map_fini(&clients_of);
    return rc;
}

static void dns_stats(const void *arg, struct sw_behaviour_stats *stats)
{
    const struct watch *watch = arg;
    stats->evicted += watch->evicted;
    stats->evicted_keys += watch->evicted_keys;
}

const struct sw_watch sw_watch_dns = {
    .name = "dns",
    .share = 1,
    .open = dns_open,
    .close = dns_close,
    .wants = dns_wants,
    .look = dns_look,
    .take = dns_take,
    .held = dns_held,
    .allow = dns_allow,
    .finish = dns_finish,
    .stats = dns_stats,
};
