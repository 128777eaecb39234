/* web_store.c - keeps requests by path, client and login within a budget. Popular paths are counters; what is given up
 * when room ends is web_evict.c's; what is shown of it all is web_finish.c's. */
#include "behaviour/web_access_priv.h"

#include "base/mem.h"

enum { MAX_HOSTS = 1024, MAX_AGENTS = 1 << 16, MAX_NAMES_TEXT = 1 << 20, GIVEN_UP_BYTES = 1 << 19 };

/* --- life --------------------------------------------------------------------------------------------------- */

static void web_close(void *arg)
{
    struct sw_access *access = arg;
    sw_web_roles_fini(&access->roles);
    sw_free(access->is_access);
    sw_free(access->paths);
    sw_free(access->path_table.slots);
    sw_arena_fini(&access->keys);
    sw_free(access->visitors);
    sw_free(access->visitor_table.slots);
    sw_free(access->names);
    sw_arena_fini(&access->name_texts);
    sw_free(access->guesses);
    sw_free(access->guess_table.slots);
    sw_free(access->probers);
    sw_free(access->hosts);
    sw_free(access->host_table.slots);
    sw_arena_fini(&access->host_texts);
    sw_free(access->agents);
    sw_given_up_fini(&access->given_up);
    sw_free(access);
}

/* Paths with their names and clients share 65 % as they need it, requests have 25 %, logins and the rest 10 %. */
static void divide(struct sw_access *access, size_t memory)
{
    enum { SLOTS = 16 /* bytes in a table, an element */ };
    size_t hundredth = memory / 100;
    access->memory = memory;
    access->max_flexible = hundredth * 65 + 65536;
    access->max_guesses = hundredth * 5 / (sizeof *access->guesses + SLOTS) + 64;
    access->max_probers = hundredth * 2 / sizeof *access->probers + 64;
    sw_series_pool_limit(&access->pool, hundredth * 25);
}

static int web_open(void **out, const struct sw_watch_setup *setup, struct sw_error *err)
{
    (void)err;
    struct sw_access *access = sw_alloc(1, sizeof *access);
    if (access == NULL)
        return SW_E_NOMEM;
    *out = access;
    access->first_ms = INT64_MAX;
    access->last_ms = INT64_MIN;
    access->last_host = UINT32_MAX;
    access->given_up.bytes = sw_given_up_size(setup->ceiling, GIVEN_UP_BYTES);
    access->max_samples = SW_ACCESS_SAMPLES;
    sw_series_pool_init(&access->pool, setup->store, 0);
    sw_arena_init(&access->keys, setup->ceiling);
    sw_arena_init(&access->name_texts, MAX_NAMES_TEXT);
    sw_arena_init(&access->host_texts, MAX_HOSTS * SW_ACCESS_HOST_MAX * 2);
    access->ceiling = setup->ceiling;
    divide(access, setup->memory);
    return sw_access_notes_open(access, setup->classes);
}

static bool web_wants(const void *arg, sw_class_id id)
{
    const struct sw_access *access = arg;
    return id < access->class_count && access->is_access[id] != 0;
}

static int web_look(const void *arg, struct sw_buf *notes, const struct sw_event *event)
{
    return sw_access_note_event(arg, notes, event);
}

/* --- tables ------------------------------------------------------------------------------------------------- */

int sw_access_table_make(struct sw_access_table *table, size_t cap)
{
    uint32_t *slots = sw_alloc(cap, sizeof *slots);
    if (slots == NULL)
        return SW_E_NOMEM;
    sw_free(table->slots);
    table->slots = slots;
    table->cap = cap;
    return 0;
}

void sw_access_table_put(struct sw_access_table *table, uint64_t hash, size_t index)
{
    size_t at = (size_t)hash & (table->cap - 1);
    while (table->slots[at] != 0)
        at = (at + 1) & (table->cap - 1);
    table->slots[at] = (uint32_t)index + 1;
}

uint64_t sw_access_guess_hash(uint64_t place_hash, uint32_t client)
{
    return (place_hash ^ client * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull >> 13;
}

/* --- sites -------------------------------------------------------------------------------------------------- */

static int add_host(struct sw_access *access, uint32_t hash, struct sw_str name, uint32_t *host)
{
    if (access->host_count == MAX_HOSTS) { /* the first one stands for all that hostile logs mint beyond */
        *host = 0;
        return 0;
    }
    if (access->host_table.cap == 0) {
        int rc = sw_access_table_make(&access->host_table, MAX_HOSTS * 2);
        if (rc != 0)
            return rc;
    }
    int rc = sw_grow(&access->hosts, &access->host_cap, access->host_count, sizeof *access->hosts, MAX_HOSTS);
    if (rc != 0)
        return rc;
    struct sw_str own = sw_arena_dup(&access->host_texts, name);
    if (name.len > 0 && own.ptr == NULL)
        return SW_E_NOMEM;
    *host = (uint32_t)access->host_count;
    access->hosts[access->host_count++] =
        (struct sw_access_host){.site = {.name = own, .first_ms = INT64_MAX, .last_ms = INT64_MIN}, .hash = hash};
    sw_access_table_put(&access->host_table, hash, *host);
    return 0;
}

static int host_of(struct sw_access *access, uint32_t hash, struct sw_str name, uint32_t *host)
{
    if (access->last_host != UINT32_MAX && access->hosts[access->last_host].hash == hash) {
        *host = access->last_host;
        return 0;
    }
    for (size_t at = hash & (MAX_HOSTS * 2 - 1); access->host_table.cap > 0 && access->host_table.slots[at] != 0;
         at = (at + 1) & (MAX_HOSTS * 2 - 1)) {
        *host = access->host_table.slots[at] - 1;
        if (access->hosts[*host].hash == hash) {
            access->last_host = *host;
            return 0;
        }
    }
    return add_host(access, hash, name, host);
}

static void count_on_host(struct sw_access_host *host, const struct sw_access_note *note)
{
    struct sw_access_site *site = &host->site;
    site->requests++;
    site->referred += (note->flags & (SW_ACCESS_REFERRED | SW_ACCESS_SELF)) != 0;
    site->agented += note->agent != 0;
    site->sized += note->bytes != 0;
    site->first_ms = note->time_ms < site->first_ms ? note->time_ms : site->first_ms;
    site->last_ms = note->time_ms > site->last_ms ? note->time_ms : site->last_ms;
    int64_t hour = note->time_ms / 3600000 % 24;
    site->hours[hour < 0 ? hour + 24 : hour]++;
    uint32_t bit = note->client_hash % (sizeof host->seen * 8);
    host->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* --- agents ------------------------------------------------------------------------------------------------- */

static size_t agent_slot(const struct sw_access_agent_slot *slots, size_t cap, uint32_t hash)
{
    size_t at = (size_t)(hash * 0x9e3779b1u) & (cap - 1);
    while (slots[at].hash != 0 && slots[at].hash != hash)
        at = (at + 1) & (cap - 1);
    return at;
}

static int grow_agents(struct sw_access *access)
{
    size_t cap = access->agent_cap > 0 ? access->agent_cap * 2 : 256;
    struct sw_access_agent_slot *slots = sw_alloc(cap, sizeof *slots);
    if (slots == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < access->agent_cap; i++)
        if (access->agents[i].hash != 0)
            slots[agent_slot(slots, cap, access->agents[i].hash)] = access->agents[i];
    sw_free(access->agents);
    access->agents = slots;
    access->agent_cap = cap;
    return 0;
}

static int count_agent(struct sw_access *access, const struct sw_access_note *note)
{
    if (note->agent == 0)
        return 0;
    if (access->agent_count * 2 >= access->agent_cap && access->agent_cap < MAX_AGENTS) {
        int rc = grow_agents(access);
        if (rc != 0)
            return rc;
    }
    struct sw_access_agent_slot *slot = &access->agents[agent_slot(access->agents, access->agent_cap, note->agent)];
    if (slot->hash == 0) {
        if (access->agent_count * 2 >= access->agent_cap) /* nothing is known of those beyond */
            return 0;
        slot->hash = note->agent;
        access->agent_count++;
    }
    slot->seen |= 1u << (note->client_hash >> 27);
    slot->requests++;
    return 0;
}

/* --- clients ------------------------------------------------------------------------------------------------ */

static uint32_t seconds_of(int64_t ms)
{
    int64_t s = ms / 1000;
    return s < 0 ? 0 : s < (int64_t)UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

static int add_name(struct sw_access *access, struct sw_str name, uint32_t *number)
{
    *number = 0;
    if (name.len == 0)
        return 0;
    struct sw_str own = sw_arena_dup(&access->name_texts, name);
    if (own.ptr == NULL) { /* no room for more names: the client stays, nameless */
        own = SW_STR("(a name)");
    }
    int rc = sw_grow(&access->names, &access->name_cap, access->name_count, sizeof *access->names, 1u << 24);
    if (rc != 0)
        return rc;
    access->names[access->name_count++] = own;
    *number = (uint32_t)access->name_count;
    return 0;
}

static int add_visitor(struct sw_access *access, const struct sw_access_note *note, struct sw_str name, uint32_t *index)
{
    int rc = sw_access_grow_visitors(access);
    if (rc == SW_E_LIMIT)
        rc = sw_access_evict_visitors(access);
    uint32_t number = 0;
    if (rc == 0)
        rc = add_name(access, name, &number);
    if (rc != 0)
        return rc;
    *index = (uint32_t)access->visitor_count;
    access->visitors[access->visitor_count++] =
        (struct sw_access_visitor){.id = note->client,
                                   .hash = note->client_hash,
                                   .name = number,
                                   .first_s = UINT32_MAX,
                                   .incomplete = sw_access_was_given_up(access, note->client_hash)};
    sw_access_table_put(&access->visitor_table, note->client_hash, *index);
    return 0;
}

static int visitor_of(struct sw_access *access, const struct sw_access_note *note, struct sw_str name, uint32_t *index)
{
    const struct sw_access_table *table = &access->visitor_table;
    if (table->cap > 0) {
        for (size_t at = note->client_hash & (table->cap - 1); table->slots[at] != 0;
             at = (at + 1) & (table->cap - 1)) {
            const struct sw_access_visitor *visitor = &access->visitors[table->slots[at] - 1];
            if (visitor->hash == note->client_hash && (visitor->name != 0) == (name.len > 0) &&
                memcmp(&visitor->id, &note->client, sizeof visitor->id) == 0) {
                *index = table->slots[at] - 1;
                return 0;
            }
        }
    }
    return add_visitor(access, note, name, index);
}

/* What a client asks for and does not get is kept once there is much of it: that is how looking for holes looks. */
static int note_probe(struct sw_access *access, struct sw_access_visitor *visitor, const struct sw_access_note *note,
                      uint32_t input)
{
    if (visitor->missing < SW_ACCESS_PROBER)
        return 0;
    if (visitor->prober == 0) {
        if (access->prober_count >= access->max_probers)
            return SW_E_LIMIT;
        int rc = sw_grow(&access->probers, &access->prober_cap, access->prober_count, sizeof *access->probers,
                         access->max_probers);
        if (rc != 0)
            return rc;
        access->probers[access->prober_count++] = (struct sw_series){0};
        visitor->prober = (uint32_t)access->prober_count;
    }
    struct sw_series *series = &access->probers[visitor->prober - 1];
    if (series->count >= SW_ACCESS_PROBES)
        return 0;
    const struct sw_series_record record = {
        .time_ms = note->time_ms, .place = {input, note->offset}, .values = {(uint32_t)note->path_hash}};
    return sw_series_add(&access->pool, series, &record, SW_ACCESS_PROBE_VALUES);
}

static int count_visitor(struct sw_access *access, uint32_t index, const struct sw_access_note *note, uint32_t input)
{
    struct sw_access_visitor *visitor = &access->visitors[index];
    uint32_t seconds = seconds_of(note->time_ms);
    visitor->first_s = seconds < visitor->first_s ? seconds : visitor->first_s;
    visitor->last_s = seconds > visitor->last_s ? seconds : visitor->last_s;
    visitor->requests += visitor->requests < UINT32_MAX;
    visitor->assets += note->kind == SW_ACCESS_ASSET && visitor->assets < UINT32_MAX;
    if (sw_access_outcome_of(note->status) != SW_ACCESS_MISSING)
        return 0;
    visitor->missing += visitor->missing < UINT32_MAX;
    return note_probe(access, visitor, note, input);
}

/* --- paths -------------------------------------------------------------------------------------------------- */

static struct sw_access_entry *find_path(const struct sw_access *access, const struct sw_access_note *note,
                                         struct sw_str key)
{
    const struct sw_access_table *table = &access->path_table;
    if (table->cap == 0)
        return NULL;
    for (size_t at = (size_t)note->path_hash & (table->cap - 1); table->slots[at] != 0;
         at = (at + 1) & (table->cap - 1)) {
        struct sw_access_entry *entry = &access->paths[table->slots[at] - 1];
        if (entry->hash != note->path_hash)
            continue;
        struct sw_str own = {entry->key, (size_t)entry->host_len + entry->path_len};
        if (note->path_len == 0 || sw_str_eq(own, key))
            return entry;
    }
    return NULL;
}

static int add_path(struct sw_access *access, const struct sw_access_note *note, struct sw_str key, uint32_t host,
                    struct sw_access_entry **entry)
{
    int rc = sw_access_grow_paths(access);
    if (rc == SW_E_LIMIT)
        rc = sw_access_evict_paths(access);
    if (rc != 0)
        return rc;
    struct sw_str own = sw_arena_dup(&access->keys, key);
    if (own.ptr == NULL)
        return SW_E_LIMIT;
    *entry = &access->paths[access->path_count];
    **entry = (struct sw_access_entry){.hash = note->path_hash,
                                       .key = own.ptr,
                                       .first_ms = INT64_MAX,
                                       .last_ms = INT64_MIN,
                                       .site = host,
                                       .path_len = note->path_len,
                                       .host_len = note->host_len,
                                       .kind = note->kind,
                                       .incomplete = sw_access_was_given_up(access, note->path_hash)};
    sw_access_table_put(&access->path_table, note->path_hash, access->path_count++);
    return 0;
}

static void make_popular(struct sw_access *access, struct sw_access_entry *entry)
{
    entry->popular = true;
    entry->client_count = 0;
    sw_series_drop(&access->pool, &entry->series);
}

/* The client's number among the path's; false when there are too many of them. */
static bool local_client(struct sw_access_entry *entry, uint32_t visitor, unsigned *number)
{
    for (*number = 0; *number < entry->client_count; ++*number)
        if (entry->clients[*number] == visitor)
            return true;
    if (entry->client_count == SW_ACCESS_CLIENTS)
        return false;
    entry->clients[entry->client_count++] = visitor;
    return true;
}

static unsigned local_agent(struct sw_access_entry *entry, uint32_t agent)
{
    for (unsigned i = 0; i < entry->agent_count; i++)
        if (entry->agents[i] == agent)
            return i;
    if (entry->agent_count == SW_ACCESS_AGENTS) {
        entry->more_agents = true;
        return SW_ACCESS_AGENTS;
    }
    entry->agents[entry->agent_count] = agent;
    return entry->agent_count++;
}

static int keep_sample(struct sw_access *access, struct sw_access_entry *entry, const struct sw_access_note *note,
                       uint32_t visitor, uint32_t input)
{
    unsigned client;
    if (!local_client(entry, visitor, &client)) {
        make_popular(access, entry);
        return 0;
    }
    unsigned agent = local_agent(entry, note->agent);
    if (entry->series.count >= access->max_samples) {
        entry->cut += entry->cut < UINT32_MAX;
        return 0;
    }
    const struct sw_series_record record = {
        .time_ms = note->time_ms,
        .place = {input, note->offset},
        .values = {(uint64_t)note->status << 8 | note->flags, note->bytes, (uint64_t)agent << 4 | client, note->query}};
    int rc = sw_series_add(&access->pool, &entry->series, &record, SW_ACCESS_VALUES);
    if (rc != SW_E_LIMIT)
        return rc;
    entry->cut++;
    access->evicted++;
    return sw_access_evict_samples(access); /* this one is lost, those that come find room; entries move */
}

/* Paths that get an entry by answering: what servers run, what was sent to, and what a client that looks for holes
 * finds. Pages and images that are asked for are none: they are the most, and no one can hide in them. */
static bool deserves_entry(const struct sw_access *access, const struct sw_access_note *note, uint32_t visitor)
{
    if (note->path_len == 0)
        return false;
    if ((note->flags & SW_ACCESS_LOGIN) != 0) /* guesses refer to it */
        return true;
    bool posted = (note->flags & SW_ACCESS_POST) != 0;
    bool probes = access->visitors[visitor].missing >= SW_ACCESS_PROBER;
    if (sw_access_outcome_of(note->status) != SW_ACCESS_OK) /* what breaks is there */
        return sw_access_outcome_of(note->status) == SW_ACCESS_ERROR && (posted || probes);
    return note->kind == SW_ACCESS_SCRIPT || posted || probes;
}

static int count_path(struct sw_access *access, const struct sw_access_note *note, struct sw_str key, uint32_t host,
                      uint32_t visitor, uint32_t input)
{
    enum sw_access_outcome outcome = sw_access_outcome_of(note->status);
    struct sw_access_entry *entry = find_path(access, note, key);
    if (entry == NULL) {
        if (!deserves_entry(access, note, visitor))
            return 0;
        int rc = add_path(access, note, key, host, &entry);
        if (rc != 0)
            return rc;
    }
    if (outcome == SW_ACCESS_REFUSED || outcome == SW_ACCESS_MISSING) {
        entry->failed += entry->failed < UINT32_MAX;
        return 0;
    }
    entry->ok += outcome == SW_ACCESS_OK && entry->ok < UINT32_MAX;
    entry->posts += (note->flags & SW_ACCESS_POST) != 0 && entry->posts < UINT32_MAX;
    entry->first_ms = note->time_ms < entry->first_ms ? note->time_ms : entry->first_ms;
    entry->last_ms = note->time_ms > entry->last_ms ? note->time_ms : entry->last_ms;
    return entry->popular ? 0 : keep_sample(access, entry, note, visitor, input);
}

/* --- taking ------------------------------------------------------------------------------------------------- */

static int take_one(struct sw_access *access, const struct sw_access_note *note, const char *texts, uint32_t input)
{
    struct sw_str name = {texts, note->name_len};
    struct sw_str host_name = {texts + note->name_len, note->host_len};
    struct sw_str key = {host_name.ptr, (size_t)note->host_len + note->path_len};
    uint32_t host = 0;
    uint32_t visitor = 0;
    int rc = host_of(access, note->site_hash, host_name, &host);
    if (rc == 0)
        rc = visitor_of(access, note, name, &visitor);
    if (rc != 0)
        return rc;
    count_on_host(&access->hosts[host], note);
    access->first_ms = note->time_ms < access->first_ms ? note->time_ms : access->first_ms;
    access->last_ms = note->time_ms > access->last_ms ? note->time_ms : access->last_ms;
    access->taken++;
    rc = count_agent(access, note);
    if (rc == 0)
        rc = count_visitor(access, visitor, note, input);
    int limited = rc == SW_E_LIMIT ? rc : 0;
    if (rc == 0 || rc == SW_E_LIMIT)
        rc = count_path(access, note, key, host, visitor, input);
    if (rc == 0)
        rc = sw_access_note_guess(access, note, host, visitor, input);
    return rc != 0 ? rc : limited;
}

/* Notes that lie ahead: what they will touch is fetched while others are taken. */
enum { AHEAD = 8 };

struct ahead {
    size_t at;
    uint32_t visitor[AHEAD]; /* hashes */
    uint64_t path[AHEAD];
};

static void fetch_slots(const struct sw_access *access, struct sw_str notes, struct ahead *ahead, size_t number)
{
    if (ahead->at + sizeof(struct sw_access_note) > notes.len)
        return;
    struct sw_access_note note;
    memcpy(&note, notes.ptr + ahead->at, sizeof note);
    ahead->at += sizeof note + note.name_len + note.host_len + note.path_len;
    ahead->visitor[number % AHEAD] = note.client_hash;
    ahead->path[number % AHEAD] = note.path_hash;
    if (access->visitor_table.cap > 0)
        __builtin_prefetch(&access->visitor_table.slots[note.client_hash & (access->visitor_table.cap - 1)]);
    if (access->path_table.cap > 0)
        __builtin_prefetch(&access->path_table.slots[note.path_hash & (access->path_table.cap - 1)]);
}

/* The slots have come: the elements. Half way ahead. */
static void fetch_elements(const struct sw_access *access, const struct ahead *ahead, size_t number)
{
    if (access->visitor_table.cap > 0) {
        uint32_t slot = access->visitor_table.slots[ahead->visitor[number % AHEAD] & (access->visitor_table.cap - 1)];
        if (slot != 0)
            __builtin_prefetch(&access->visitors[slot - 1], 1);
    }
    if (access->path_table.cap > 0) {
        uint32_t slot = access->path_table.slots[ahead->path[number % AHEAD] & (access->path_table.cap - 1)];
        if (slot != 0)
            __builtin_prefetch(&access->paths[slot - 1], 1);
    }
}

int sw_access_take(struct sw_access *access, struct sw_str notes, uint32_t input)
{
    struct ahead ahead = {0};
    for (size_t i = 0; i < AHEAD; i++)
        fetch_slots(access, notes, &ahead, i);
    size_t at = 0;
    for (size_t number = 0; at + sizeof(struct sw_access_note) <= notes.len; number++) {
        struct sw_access_note note;
        memcpy(&note, notes.ptr + at, sizeof note);
        at += sizeof note;
        fetch_elements(access, &ahead, number + AHEAD / 2);
        fetch_slots(access, notes, &ahead, number + AHEAD);
        int rc = take_one(access, &note, notes.ptr + at, input);
        at += (size_t)note.name_len + note.host_len + note.path_len;
        if (rc == SW_E_LIMIT) { /* no room for it: told, and the rest goes on */
            access->evicted++;
            rc = 0;
        }
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int web_take(void *arg, struct sw_str notes, uint32_t input)
{
    return sw_access_take(arg, notes, input);
}

static size_t web_held(const void *arg)
{
    return sw_access_held(arg);
}

static int web_allow(void *arg, size_t memory)
{
    struct sw_access *access = arg;
    bool narrower = memory < access->memory;
    divide(access, memory);
    return narrower ? sw_access_shrink(access) : 0;
}

static int web_finish(void *arg, struct sw_behaviours *all)
{
    return sw_access_show(arg, all);
}

static void web_stats(const void *arg, struct sw_behaviour_stats *stats)
{
    const struct sw_access *access = arg;
    stats->evicted += access->evicted;
    stats->evicted_keys += access->evicted_keys;
}

const struct sw_watch sw_watch_web = {
    .name = "web",
    .share = 2,
    .open = web_open,
    .close = web_close,
    .wants = web_wants,
    .look = web_look,
    .take = web_take,
    .held = web_held,
    .allow = web_allow,
    .finish = web_finish,
    .stats = web_stats,
};
