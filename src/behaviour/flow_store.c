/* flow_store.c - keeps flows by source, destination, protocol and port within a budget, and the names of connections.
 * What is kept is decided in flow_finish.c. */
#include "behaviour/flow_priv.h"

#include "base/hash.h"
#include "base/mem.h"

enum { MAX_PEERS = (1 << 24) - 1, GIVEN_UP_BYTES = 1 << 20, FEW_PAIRS = 64, MANY_SOURCES = 16 };

/* --- life --------------------------------------------------------------------------------------------------- */

static int read_internal(struct sw_flow *flow, const struct sw_behaviour_options *options, struct sw_error *err)
{
    for (size_t i = 0; i < options->internal_count; i++) {
        int rc = sw_networks_add(&flow->internal, sw_str(options->internal[i]));
        if (rc != 0)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "'%s' is no network like 10.0.0.0/8", options->internal[i]);
    }
    flow->internal_given = options->internal_count > 0;
    return 0;
}

static void flow_close(void *arg)
{
    struct sw_flow *flow = arg;
    sw_roles_fini(&flow->roles);
    sw_free(flow->form_of);
    sw_map_fini(&flow->peer_of);
    sw_free(flow->peers);
    sw_free(flow->peer_flags);
    sw_free(flow->peer_flows);
    sw_free(flow->pairs);
    sw_free(flow->table);
    sw_free(flow->names);
    sw_given_up_fini(&flow->given_up);
    sw_free(flow);
}

static int flow_open(void **out, const struct sw_watch_setup *setup, struct sw_error *err)
{
    struct sw_flow *flow = sw_alloc(1, sizeof *flow);
    if (flow == NULL)
        return SW_E_NOMEM;
    *out = flow;
    flow->memory = setup->memory;
    flow->ceiling = setup->ceiling;
    flow->scratch = setup->share;
    flow->given_up.bytes = sw_given_up_size(setup->ceiling, GIVEN_UP_BYTES);
    flow->first_ms = INT64_MAX;
    flow->last_ms = INT64_MIN;
    sw_map_init(&flow->peer_of, MAX_PEERS, setup->ceiling);
    sw_series_pool_init(&flow->pool, setup->store, setup->ceiling);
    int rc = read_internal(flow, setup->options, err);
    return rc != 0 ? rc : sw_flow_notes_open(flow, setup->classes);
}

static bool flow_wants(const void *arg, sw_class_id id)
{
    return sw_roles_has(&((const struct sw_flow *)arg)->roles, id);
}

static int flow_look(const void *arg, struct sw_buf *notes, const struct sw_event *event)
{
    return sw_flow_note(arg, notes, event);
}

/* --- budget ------------------------------------------------------------------------------------------------- */

static size_t held(const struct sw_flow *flow)
{
    return sw_series_pool_used(&flow->pool) + flow->peer_of.cap * sizeof *flow->peer_of.slots +
           flow->peer_of.keys.held + flow->peer_cap * (sizeof *flow->peers + 9) + flow->pair_cap * sizeof *flow->pairs +
           flow->table_cap * sizeof *flow->table + flow->name_cap * sizeof *flow->names +
           sw_given_up_held(&flow->given_up);
}

static uint64_t pair_hash(struct sw_str source, struct sw_str destination, uint16_t port, uint8_t protocol)
{
    return sw_hash_seed(destination, sw_hash_seed(source, (uint64_t)port << 8 | protocol));
}

static struct sw_str peer_key(const struct sw_peer *peer, uint8_t room[17])
{
    if (!peer->is_address)
        return (struct sw_str){peer->name.ptr - 1, peer->name.len + 1}; /* the 'n' before it is part of the key */
    room[0] = 'a';
    memcpy(room + 1, peer->address.bytes, 16);
    return (struct sw_str){(const char *)room, 17};
}

static uint64_t hash_of_pair(const struct sw_flow *flow, const struct sw_flow_pair *pair)
{
    uint8_t a[17];
    uint8_t b[17];
    return pair_hash(peer_key(&flow->peers[pair->source], a), peer_key(&flow->peers[pair->destination], b), pair->port,
                     pair->protocol);
}

/* How much a pair tells: connections at many hours, or many bytes; less when many talk to the destination. */
static uint64_t weight(const struct sw_flow *flow, const struct sw_flow_pair *pair, const uint32_t *sources)
{
    struct sw_series_cursor cursor;
    uint64_t hours = 1;
    sw_series_begin(&cursor, &flow->pool, &pair->series);
    if (sw_series_next(&cursor, SW_FLOW_VALUES) && pair->series.time_ms > cursor.record.time_ms)
        hours += (uint64_t)(pair->series.time_ms - cursor.record.time_ms) / 3600000;
    uint64_t count = (uint64_t)pair->series.count + pair->merged;
    uint64_t megabytes = (pair->out + pair->in) >> 20;
    uint64_t all = 8 * ((count < hours ? count : hours) + megabytes);
    return sources[pair->destination] > MANY_SOURCES ? all / 8 : all;
}

static uint32_t *count_sources(const struct sw_flow *flow)
{
    uint32_t *sources = sw_alloc(flow->peer_count + 1, sizeof *sources);
    for (size_t i = 0; sources != NULL && i < flow->pair_count; i++)
        sources[flow->pairs[i].destination]++;
    return sources;
}

static int grow_table(struct sw_flow *flow, size_t cap)
{
    uint32_t *table = sw_alloc(cap, sizeof *table);
    if (table == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < flow->pair_count; i++) {
        size_t at = flow->pairs[i].hash & (cap - 1);
        while (table[at] != 0)
            at = (at + 1) & (cap - 1);
        table[at] = (uint32_t)i + 1;
    }
    sw_free(flow->table);
    flow->table = table;
    flow->table_cap = cap;
    return 0;
}

/* Gives up the pairs that the half says. The order of the rest stays. */
static int give_up(struct sw_flow *flow, struct sw_half *half, const uint64_t *weights)
{
    size_t kept = 0;
    for (size_t i = 0; i < flow->pair_count; i++) {
        struct sw_flow_pair *pair = &flow->pairs[i];
        if (!sw_half_goes(half, weights[i])) {
            flow->pairs[kept++] = *pair;
            continue;
        }
        int rc = sw_given_up_add(&flow->given_up, hash_of_pair(flow, pair));
        if (rc != 0)
            return rc;
        flow->evicted += pair->series.count;
        flow->evicted_keys++;
        sw_series_drop(&flow->pool, &pair->series);
    }
    flow->pair_count = kept;
    size_t cap = 1024;
    while (cap < 4 * kept)
        cap *= 2;
    return grow_table(flow, cap < flow->table_cap ? cap : flow->table_cap);
}

/* Gives up the half of the pairs that tells least. */
static int give_up_half(struct sw_flow *flow)
{
    uint64_t *weights = sw_alloc(2 * flow->pair_count + 1, sizeof *weights);
    uint32_t *sources = count_sources(flow);
    int rc = weights != NULL && sources != NULL ? 0 : SW_E_NOMEM;
    if (rc == 0) {
        uint64_t *sorted = weights + flow->pair_count;
        for (size_t i = 0; i < flow->pair_count; i++)
            weights[i] = sorted[i] = weight(flow, &flow->pairs[i], sources);
        struct sw_half half;
        sw_half_choose(&half, sorted, flow->pair_count);
        rc = give_up(flow, &half, weights);
    }
    sw_free(weights);
    sw_free(sources);
    return rc;
}

/* Gives room that is no longer needed back: else the budget would stay used up. */
static int shrink(struct sw_flow *flow)
{
    size_t pairs = flow->pair_count + flow->pair_count / 8 + 64;
    size_t peers = flow->peer_count + flow->peer_count / 8 + 64;
    if (pairs < flow->pair_cap) {
        struct sw_flow_pair *smaller = sw_realloc(flow->pairs, pairs, sizeof *smaller);
        if (smaller == NULL)
            return SW_E_NOMEM;
        flow->pairs = smaller;
        flow->pair_cap = pairs;
    }
    if (peers < flow->peer_cap) {
        struct sw_peer *smaller = sw_realloc(flow->peers, peers, sizeof *smaller);
        if (smaller == NULL)
            return SW_E_NOMEM;
        flow->peers = smaller;
        flow->peer_cap = peers;
    }
    return 0;
}

/* Drops the peers that nothing refers to any more; numbers change. */
static int drop_peers(struct sw_flow *flow)
{
    uint32_t *renamed = sw_alloc(flow->peer_count + 1, sizeof *renamed); /* number + 1; 0: not needed */
    if (renamed == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < flow->pair_count; i++)
        renamed[flow->pairs[i].source] = renamed[flow->pairs[i].destination] = 1;
    for (size_t i = 0; i < flow->name_cap; i++)
        if (flow->names[i].peer != 0)
            renamed[flow->names[i].peer - 1] = 1;
    struct sw_map kept;
    sw_map_init(&kept, MAX_PEERS, flow->ceiling);
    uint32_t count = 0;
    int rc = 0;
    for (size_t i = 0; i < flow->peer_count && rc == 0; i++) {
        if (renamed[i] == 0)
            continue;
        uint8_t room[17];
        bool added;
        uint32_t number;
        struct sw_str key = peer_key(&flow->peers[i], room);
        rc = sw_map_intern(&kept, key, count, &number, &added);
        if (rc != 0)
            break;
        flow->peers[count] = flow->peers[i];
        if (!flow->peers[i].is_address)
            flow->peers[count].name = sw_str_from(sw_map_key(&kept, key), 1);
        flow->peer_flags[count] = flow->peer_flags[i];
        flow->peer_flows[count] = flow->peer_flows[i];
        renamed[i] = ++count;
    }
    for (size_t i = 0; i < flow->pair_count && rc == 0; i++) {
        flow->pairs[i].source = renamed[flow->pairs[i].source] - 1;
        flow->pairs[i].destination = renamed[flow->pairs[i].destination] - 1;
    }
    for (size_t i = 0; i < flow->name_cap && rc == 0; i++)
        if (flow->names[i].peer != 0)
            flow->names[i].peer = renamed[flow->names[i].peer - 1] & 0xffffff;
    sw_free(renamed);
    if (rc != 0) {
        sw_map_fini(&kept);
        return rc;
    }
    sw_map_fini(&flow->peer_of);
    flow->peer_of = kept;
    flow->peer_count = count;
    return shrink(flow);
}

/* --- peers and pairs ---------------------------------------------------------------------------------------- */

static int add_peer(struct sw_flow *flow, struct sw_str key)
{
    int rc = sw_grow(&flow->peers, &flow->peer_cap, flow->peer_count, sizeof *flow->peers, MAX_PEERS);
    if (rc == 0)
        rc = sw_grow(&flow->peer_flags, &flow->peer_flag_cap, flow->peer_count, 1, MAX_PEERS);
    if (rc == 0)
        rc = sw_grow(&flow->peer_flows, &flow->peer_flow_cap, flow->peer_count, sizeof *flow->peer_flows, MAX_PEERS);
    if (rc != 0)
        return rc;
    struct sw_peer *peer = &flow->peers[flow->peer_count];
    *peer = (struct sw_peer){.is_address = key.ptr[0] == 'a', .first_ms = INT64_MAX, .last_ms = INT64_MIN};
    if (peer->is_address) {
        memcpy(peer->address.bytes, key.ptr + 1, 16);
        peer->group = sw_address_is_group(&peer->address);
    } else {
        peer->name = sw_str_from(key, 1);
    }
    flow->peer_flags[flow->peer_count] = 0;
    flow->peer_flows[flow->peer_count] = 0;
    flow->peer_count++;
    return 0;
}

static int peer_of(struct sw_flow *flow, struct sw_str key, uint32_t *peer)
{
    bool added;
    int rc = sw_map_intern(&flow->peer_of, key, (uint32_t)flow->peer_count, peer, &added);
    if (rc != 0 || !added)
        return rc;
    /* Names point to the map's own copy of the key. */
    struct sw_str own = key;
    if (key.ptr[0] != 'a') {
        own = sw_map_key(&flow->peer_of, key);
        if (own.ptr == NULL)
            return SW_E_NOMEM;
    }
    return add_peer(flow, own);
}

static int pair_of(struct sw_flow *flow, uint32_t source, uint32_t destination, const struct sw_flow_note *note,
                   uint64_t hash, struct sw_flow_pair **found)
{
    if (flow->table_cap == 0 || flow->pair_count >= flow->table_cap / 2) {
        int rc = grow_table(flow, flow->table_cap > 0 ? flow->table_cap * 2 : 1024);
        if (rc != 0)
            return rc;
    }
    size_t at = (uint32_t)hash & (flow->table_cap - 1);
    for (; flow->table[at] != 0; at = (at + 1) & (flow->table_cap - 1)) {
        struct sw_flow_pair *pair = &flow->pairs[flow->table[at] - 1];
        if (pair->source == source && pair->destination == destination && pair->port == note->port &&
            pair->protocol == note->protocol) {
            *found = pair;
            return 0;
        }
    }
    int rc = sw_grow(&flow->pairs, &flow->pair_cap, flow->pair_count, sizeof *flow->pairs, UINT32_MAX - 1);
    if (rc != 0)
        return rc;
    flow->pairs[flow->pair_count] = (struct sw_flow_pair){.source = source,
                                                          .destination = destination,
                                                          .hash = (uint32_t)hash,
                                                          .port = note->port,
                                                          .protocol = note->protocol,
                                                          .incomplete = sw_given_up_has(&flow->given_up, hash)};
    *found = &flow->pairs[flow->pair_count++];
    flow->table[at] = (uint32_t)flow->pair_count;
    return 0;
}

/* --- names -------------------------------------------------------------------------------------------------- */

static uint64_t uid_of(const struct sw_flow_name *name)
{
    return (uint64_t)name->uid[1] << 32 | name->uid[0];
}

static size_t name_slot(const struct sw_flow_name *names, size_t cap, uint64_t uid)
{
    size_t at = (size_t)((uid * 0x9e3779b97f4a7c15ull) >> 20) & (cap - 1);
    while (names[at].peer != 0 && uid_of(&names[at]) != uid)
        at = (at + 1) & (cap - 1);
    return at;
}

static int set_names(struct sw_flow *flow, size_t cap)
{
    struct sw_flow_name *names = sw_alloc(cap, sizeof *names);
    if (names == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < flow->name_cap; i++)
        if (flow->names[i].peer != 0)
            names[name_slot(names, cap, uid_of(&flow->names[i]))] = flow->names[i];
    sw_free(flow->names);
    flow->names = names;
    flow->name_cap = cap;
    return 0;
}

static int grow_names(struct sw_flow *flow)
{
    return set_names(flow, flow->name_cap > 0 ? flow->name_cap * 2 : 1024);
}

/* Bytes that names may take: where room is short, little. */
static size_t names_bound(const struct sw_flow *flow)
{
    return flow->thinned > 0 ? flow->memory / 8 : flow->ceiling / 2;
}

/* Which names a kept connection refers to. */
static void mark_used_names(struct sw_flow *flow)
{
    for (size_t i = 0; i < flow->name_cap; i++)
        if (flow->names[i].old < UINT8_MAX)
            flow->names[i].old++;
    for (size_t i = 0; i < flow->pair_count; i++) {
        struct sw_series_cursor cursor;
        sw_series_begin(&cursor, &flow->pool, &flow->pairs[i].series);
        while (sw_series_next(&cursor, SW_FLOW_VALUES)) {
            uint64_t uid = cursor.record.values[SW_FLOW_V_UID];
            if (uid != 0)
                flow->names[name_slot(flow->names, flow->name_cap, uid)].old = 0;
        }
    }
}

static void drop_old_names(struct sw_flow *flow, unsigned age)
{
    flow->name_count = 0;
    for (size_t i = 0; i < flow->name_cap; i++) {
        if (flow->names[i].old >= age)
            flow->names[i].peer = 0;
        flow->name_count += flow->names[i].peer != 0;
    }
}

/* Drops names that nothing refers to any more. One whose connection hasn't been read yet may wait for a round, unless
 * there are too many that wait. */
static int drop_names(struct sw_flow *flow)
{
    if (flow->name_count == 0)
        return 0;
    mark_used_names(flow);
    drop_old_names(flow, 2);
    if (flow->name_count * 4 * sizeof *flow->names > names_bound(flow))
        drop_old_names(flow, 1);
    size_t cap = 1024;
    while (cap < flow->name_count * 2 + flow->name_count / 2)
        cap *= 2;
    return set_names(flow, cap < flow->name_cap ? cap : flow->name_cap);
}

/* The first name that a connection gives is its name. */
static int note_name(struct sw_flow *flow, uint64_t uid, uint32_t peer)
{
    if (flow->name_count >= flow->name_cap / 2) {
        bool full = flow->name_cap * 2 * sizeof *flow->names > names_bound(flow);
        if (full && flow->names_refused++ % (flow->name_cap / 4 + 1) != 0) /* looking through all again takes long */
            return SW_E_LIMIT;
        int rc = full ? drop_names(flow) : grow_names(flow);
        if (rc != 0)
            return rc;
        if (flow->name_count >= flow->name_cap / 2)
            return SW_E_LIMIT;
    }
    size_t at = name_slot(flow->names, flow->name_cap, uid);
    if (flow->names[at].peer == 0) {
        flow->names[at] = (struct sw_flow_name){{(uint32_t)uid, (uint32_t)(uid >> 32)}, (peer + 1) & 0xffffff, 0};
        flow->name_count++;
    }
    return 0;
}

uint32_t sw_flow_name_of(const struct sw_flow *flow, uint64_t uid)
{
    if (uid == 0 || flow->name_cap == 0)
        return UINT32_MAX;
    return flow->names[name_slot(flow->names, flow->name_cap, uid)].peer - 1; /* a free one: UINT32_MAX */
}

/* --- taking ------------------------------------------------------------------------------------------------- */

static int take_flow(struct sw_flow *flow, const struct sw_flow_note *note, struct sw_str source_key,
                     struct sw_str destination_key, struct sw_str name, uint32_t input)
{
    uint32_t source;
    uint32_t destination;
    int rc = peer_of(flow, source_key, &source);
    if (rc == 0)
        rc = peer_of(flow, destination_key, &destination);
    struct sw_flow_pair *pair = NULL;
    if (rc == 0)
        rc = pair_of(flow, source, destination, note,
                     pair_hash(source_key, destination_key, note->port, note->protocol), &pair);
    uint32_t named;
    if (rc == 0 && name.len > 0 && note->uid != 0) {
        rc = peer_of(flow, name, &named);
        if (rc == 0)
            rc = note_name(flow, note->uid, named);
    }
    if (rc != 0)
        return rc;
    const struct sw_series_record record = {.time_ms = note->time_ms,
                                            .place = {input, note->offset},
                                            .values = {note->duration_ms, note->out, note->in,
                                                       note->out_ip >= note->out ? note->out_ip - note->out : 0,
                                                       (uint64_t)note->service << 4 | (uint64_t)note->outcome << 2 |
                                                           (note->flags & (SW_FLOW_F_REPLY | SW_FLOW_F_OPEN)),
                                                       note->uid}};
    rc = sw_series_add(&flow->pool, &pair->series, &record, SW_FLOW_VALUES);
    if (rc != 0)
        return rc;
    pair->out += note->out;
    pair->in += note->in;
    flow->flows++;
    flow->peer_flows[source]++;
    flow->peer_flows[destination]++;
    flow->peer_flags[source] |= note->flags & (SW_FLOW_F_LOCAL_SOURCE | SW_FLOW_F_REMOTE_SOURCE);
    if ((note->flags & SW_FLOW_F_LOCAL_DESTINATION) != 0)
        flow->peer_flags[destination] |= SW_FLOW_F_LOCAL_SOURCE;
    if (note->time_ms < flow->first_ms)
        flow->first_ms = note->time_ms;
    if (note->time_ms > flow->last_ms)
        flow->last_ms = note->time_ms;
    return 0;
}

static int take_one(struct sw_flow *flow, const struct sw_flow_note *note, const char *keys, uint32_t input)
{
    struct sw_str source = {keys, note->source_len};
    struct sw_str destination = {keys + note->source_len, note->destination_len};
    struct sw_str name = {keys + note->source_len + note->destination_len, note->name_len};
    if (note->is_name == 0)
        return take_flow(flow, note, source, destination, name, input);
    uint32_t peer;
    if (name.len == 0)
        return 0;
    int rc = peer_of(flow, name, &peer);
    return rc != 0 ? rc : note_name(flow, note->uid, peer);
}

static bool is_tight(const struct sw_flow *flow)
{
    return held(flow) > flow->memory / 4 * 3;
}

/* Thins pairs with many connections, ever more; when it is the number of pairs that takes the room, or when thinning
 * isn't enough, half of them go. */
static int make_room(struct sw_flow *flow)
{
    int rc = 0;
    if (flow->thinned > 0)
        rc = sw_flow_thin(flow, flow->thinned);
    while (rc == 0 && is_tight(flow) && flow->thinned < sw_flow_thin_levels() &&
           sw_series_pool_used(&flow->pool) > held(flow) / 2)
        rc = sw_flow_thin(flow, ++flow->thinned);
    if (rc == 0)
        rc = drop_names(flow);
    if (rc == 0 && is_tight(flow) && flow->pair_count > FEW_PAIRS)
        rc = give_up_half(flow);
    return rc != 0 ? rc : drop_peers(flow);
}

/* A few pairs always stay, thinned. */
static int keep_within_budget(struct sw_flow *flow)
{
    int rc = 0;
    for (unsigned round = 0; round < 32 && rc == 0 && held(flow) > flow->memory - flow->memory / 8; round++)
        rc = make_room(flow);
    return rc;
}

int sw_flow_take(struct sw_flow *flow, struct sw_str notes, uint32_t input)
{
    size_t at = 0;
    while (at + sizeof(struct sw_flow_note) <= notes.len) {
        struct sw_flow_note note;
        memcpy(&note, notes.ptr + at, sizeof note);
        at += sizeof note;
        int rc = take_one(flow, &note, notes.ptr + at, input);
        at += (size_t)note.source_len + note.destination_len + note.name_len;
        if (rc == SW_E_LIMIT) { /* a table is full: told, and the rest goes on */
            flow->evicted++;
            rc = 0;
        }
        if (rc != 0)
            return rc;
    }
    return keep_within_budget(flow);
}

static int flow_take(void *arg, struct sw_str notes, uint32_t input)
{
    return sw_flow_take(arg, notes, input);
}

static size_t flow_held(const void *arg)
{
    return held(arg);
}

static int flow_allow(void *arg, size_t memory)
{
    struct sw_flow *flow = arg;
    flow->memory = memory;
    return keep_within_budget(flow);
}

static int flow_finish(void *arg, struct sw_behaviours *all)
{
    return sw_flow_decide(arg, all);
}

static void flow_stats(const void *arg, struct sw_behaviour_stats *stats)
{
    const struct sw_flow *flow = arg;
    stats->evicted += flow->evicted + flow->cut;
    stats->evicted_keys += flow->evicted_keys;
    stats->internal = flow->internal_text;
}

const struct sw_watch sw_watch_flow = {
    .name = "flow",
    .share = 2,
    .open = flow_open,
    .close = flow_close,
    .wants = flow_wants,
    .look = flow_look,
    .take = flow_take,
    .held = flow_held,
    .allow = flow_allow,
    .finish = flow_finish,
    .stats = flow_stats,
};
