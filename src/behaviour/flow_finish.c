/* flow_finish.c - turns the stored flows into channels, host by host, and shows them to the behaviours. */
#include "behaviour/flow_priv.h"

#include "base/mem.h"

#include <stdlib.h>

/* One source's samples while its channels are put together. */
struct decoded {
    struct sw_flow_sample sample;
    uint32_t target; /* peer: a name or an address */
    uint32_t address;
    uint64_t uid;
};

struct work {
    struct sw_flow *flow;
    struct sw_behaviour_run *runs;
    size_t run_count;
    struct sw_flow_network network;
    uint32_t *order; /* pairs, by source */
    struct decoded *all;
    size_t all_count;
    size_t all_cap;
    struct sw_flow_sample *samples;
    size_t sample_cap;
    struct sw_channel *channels;
    size_t channel_count;
    size_t channel_cap;
    struct sw_flow_served *served;
    size_t served_count;
    size_t served_cap;
};

/* --- whose networks ----------------------------------------------------------------------------------------- */

/* Addresses that take part in most flows were watched themselves: the sensor sat on that host. */
static void infer_internal(struct sw_flow *flow)
{
    size_t told = 0;
    size_t private_count = 0;
    size_t observers = 0;
    for (size_t i = 0; i < flow->peer_count; i++) {
        struct sw_peer *peer = &flow->peers[i];
        bool by_sensor = (flow->peer_flags[i] & SW_FLOW_F_LOCAL_SOURCE) != 0;
        bool private = peer->is_address && sw_address_is_private(&peer->address);
        peer->observer = peer->is_address && !peer->group && flow->flows > 100 && flow->peer_flows[i] > flow->flows / 2;
        peer->internal = !peer->group && (by_sensor || private || peer->observer);
        told += by_sensor;
        private_count += private;
        observers += peer->observer;
    }
    struct sw_buf text;
    sw_buf_init(&text, sizeof flow->internal_room);
    sw_buf_printf(&text, "inferred: private addresses (%zu)", private_count);
    if (told > 0)
        sw_buf_printf(&text, ", %zu that the sensor calls local", told);
    if (observers > 0)
        sw_buf_printf(&text, ", %zu that took part in most flows", observers);
    flow->internal_text = sw_buf_str(&text);
    memcpy(flow->internal_room, flow->internal_text.ptr, flow->internal_text.len);
    flow->internal_text.ptr = flow->internal_room;
    sw_buf_fini(&text);
}

static void set_internal(struct sw_flow *flow)
{
    if (!flow->internal_given) {
        infer_internal(flow);
        return;
    }
    for (size_t i = 0; i < flow->peer_count; i++) {
        struct sw_peer *peer = &flow->peers[i];
        peer->internal = peer->is_address && !peer->group && sw_networks_has(&flow->internal, &peer->address);
    }
}

/* --- ordering ----------------------------------------------------------------------------------------------- */

/* Pairs by source, in the order in which they were first seen. */
static int order_pairs(struct work *w)
{
    const struct sw_flow *flow = w->flow;
    uint32_t *start = sw_alloc(flow->peer_count + 2, sizeof *start);
    w->order = sw_alloc(flow->pair_count + 1, sizeof *w->order);
    if (start == NULL || w->order == NULL) {
        sw_free(start);
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < flow->pair_count; i++)
        start[flow->pairs[i].source + 1]++;
    for (size_t i = 1; i <= flow->peer_count; i++)
        start[i] += start[i - 1];
    for (size_t i = 0; i < flow->pair_count; i++)
        w->order[start[flow->pairs[i].source]++] = (uint32_t)i;
    sw_free(start);
    return 0;
}

static int by_target(const void *a, const void *b)
{
    const struct decoded *x = a;
    const struct decoded *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    if (x->sample.port != y->sample.port && x->target == x->address)
        return x->sample.port < y->sample.port ? -1 : 1;
    if (x->sample.protocol != y->sample.protocol && x->target == x->address)
        return x->sample.protocol < y->sample.protocol ? -1 : 1;
    if (x->sample.time_ms != y->sample.time_ms)
        return x->sample.time_ms < y->sample.time_ms ? -1 : 1;
    if (x->sample.place.input != y->sample.place.input)
        return x->sample.place.input < y->sample.place.input ? -1 : 1;
    return (x->sample.place.offset > y->sample.place.offset) - (x->sample.place.offset < y->sample.place.offset);
}

static bool same_channel(const struct decoded *x, const struct decoded *y)
{
    return x->target == y->target &&
           (x->target != x->address || (x->sample.port == y->sample.port && x->sample.protocol == y->sample.protocol));
}

static bool in_order(const struct decoded *all, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (by_target(&all[i - 1], &all[i]) > 0)
            return false;
    return true;
}

/* --- decoding ----------------------------------------------------------------------------------------------- */

static void set_sample(struct sw_flow_sample *sample, const struct sw_flow_pair *pair,
                       const struct sw_series_record *record)
{
    uint64_t flags = record->values[SW_FLOW_V_FLAGS];
    *sample = (struct sw_flow_sample){.time_ms = record->time_ms,
                                      .out = record->values[SW_FLOW_V_OUT],
                                      .in = record->values[SW_FLOW_V_IN],
                                      .place = record->place,
                                      .duration_ms = (uint32_t)record->values[SW_FLOW_V_DURATION],
                                      .port = pair->port,
                                      .protocol = pair->protocol,
                                      .service = (uint8_t)(flags >> 4 & 31),
                                      .merged = (uint32_t)(flags >> SW_FLOW_MERGED_SHIFT),
                                      .outcome = (uint8_t)(flags >> 2 & 3),
                                      .reply = (flags & SW_FLOW_F_REPLY) != 0,
                                      .open = (flags & SW_FLOW_F_OPEN) != 0};
    if (record->values[SW_FLOW_V_HEADERS] > 0)
        sample->out_ip = sample->out + record->values[SW_FLOW_V_HEADERS];
}

static size_t samples_at_once(const struct sw_flow *flow)
{
    size_t most = flow->scratch / (sizeof(struct decoded) + sizeof(struct sw_flow_sample));
    return most > 1000 ? most : 1000;
}

/* Adds a pair's samples; of more than fit, the latest. */
static int decode_pair(struct work *w, const struct sw_flow_pair *pair)
{
    size_t most = samples_at_once(w->flow);
    size_t skip = pair->series.count > most ? pair->series.count - most : 0;
    w->flow->cut += skip;
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &w->flow->pool, &pair->series);
    while (sw_series_next(&cursor, SW_FLOW_VALUES)) {
        if (skip > 0) {
            skip--;
            continue;
        }
        int rc = sw_grow(&w->all, &w->all_cap, w->all_count, sizeof *w->all, SIZE_MAX / sizeof *w->all);
        if (rc != 0)
            return rc;
        struct decoded *d = &w->all[w->all_count++];
        set_sample(&d->sample, pair, &cursor.record);
        d->uid = cursor.record.values[SW_FLOW_V_UID];
        d->address = pair->destination;
        uint32_t name = sw_flow_name_of(w->flow, d->uid);
        d->target = name != UINT32_MAX ? name : pair->destination;
    }
    return 0;
}

static int by_uid(const void *a, const void *b)
{
    const struct decoded *x = *(const struct decoded *const *)a;
    const struct decoded *y = *(const struct decoded *const *)b;
    if (x->uid != y->uid)
        return x->uid < y->uid ? -1 : 1;
    if (x->sample.open != y->sample.open) /* the final record first, then the longest */
        return x->sample.open ? 1 : -1;
    if (x->sample.duration_ms != y->sample.duration_ms)
        return x->sample.duration_ms > y->sample.duration_ms ? -1 : 1;
    return 0;
}

/* An open connection is told of again and again: only its last state stays. */
static int join_open(struct work *w)
{
    size_t open = 0;
    for (size_t i = 0; i < w->all_count; i++)
        open += w->all[i].sample.open;
    if (open == 0)
        return 0;
    struct decoded **by = sw_alloc(w->all_count, sizeof *by);
    if (by == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < w->all_count; i++)
        by[i] = &w->all[i];
    qsort(by, w->all_count, sizeof *by, by_uid);
    for (size_t i = 1; i < w->all_count; i++)
        if (by[i]->uid != 0 && by[i]->uid == by[i - 1]->uid && by[i]->sample.open)
            by[i]->target = UINT32_MAX; /* sorted last and cut off below */
    sw_free(by);
    size_t kept = 0;
    for (size_t i = 0; i < w->all_count; i++)
        if (w->all[i].target != UINT32_MAX)
            w->all[kept++] = w->all[i];
    w->all_count = kept;
    return 0;
}

/* --- channels ----------------------------------------------------------------------------------------------- */

static int show_channel(struct work *w, struct sw_channel *channel)
{
    for (size_t i = 0; i < w->run_count; i++) {
        if (w->runs[i].behaviour->channel == NULL)
            continue;
        int rc = w->runs[i].behaviour->channel(&w->runs[i], channel);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int make_channel(struct work *w, const struct sw_peer *source, const struct decoded *from, size_t count,
                        bool incomplete)
{
    struct sw_flow *flow = w->flow;
    if (w->sample_cap < count) {
        struct sw_flow_sample *samples = sw_realloc(w->samples, count, sizeof *samples);
        if (samples == NULL)
            return SW_E_NOMEM;
        w->samples = samples;
        w->sample_cap = count;
    }
    int rc = sw_grow(&w->channels, &w->channel_cap, w->channel_count, sizeof *w->channels, UINT32_MAX);
    if (rc != 0)
        return rc;
    struct sw_channel *channel = &w->channels[w->channel_count++];
    *channel = (struct sw_channel){.source = source,
                                   .destination = &flow->peers[from->target],
                                   .address = &flow->peers[from[count - 1].address],
                                   .samples = w->samples,
                                   .count = count,
                                   .first_ms = from[0].sample.time_ms,
                                   .last_ms = from[count - 1].sample.time_ms,
                                   .incomplete = incomplete,
                                   .network = &w->network};
    uint32_t ports[4] = {0};
    uint32_t votes = 0;
    for (size_t i = 0; i < count; i++) {
        w->samples[i] = from[i].sample;
        channel->out += from[i].sample.out;
        channel->merged += from[i].sample.merged;
        channel->in += from[i].sample.in;
        if (votes == 0) /* the majority's port (Boyer and Moore, MJRTY, 1981) */
            ports[0] = from[i].sample.port;
        votes += ports[0] == from[i].sample.port ? 1 : votes > 0 ? UINT32_MAX : 0;
        if (channel->service == SW_FLOW_NONE)
            channel->service = from[i].sample.service;
        channel->protocol = from[i].sample.protocol;
    }
    channel->port = (uint16_t)ports[0];
    rc = show_channel(w, channel);
    channel->samples = NULL;
    return rc;
}

static int make_channels(struct work *w, const struct sw_peer *source, bool incomplete)
{
    int rc = join_open(w);
    if (rc == 0 && w->all_count > 1 && !in_order(w->all, w->all_count))
        qsort(w->all, w->all_count, sizeof *w->all, by_target);
    for (size_t from = 0; from < w->all_count && rc == 0;) {
        size_t to = from + 1;
        while (to < w->all_count && same_channel(&w->all[from], &w->all[to]))
            to++;
        rc = make_channel(w, source, &w->all[from], to - from, incomplete);
        from = to;
    }
    w->all_count = 0;
    return rc;
}

static int show_host(struct work *w, const struct sw_peer *peer)
{
    const struct sw_flow_host host = {peer, w->channels, w->channel_count, &w->network};
    for (size_t i = 0; i < w->run_count; i++) {
        if (w->runs[i].behaviour->host == NULL)
            continue;
        int rc = w->runs[i].behaviour->host(&w->runs[i], &host);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* All pairs of one source: together if they fit, so that a name's connections to many addresses meet; else one by one.
 */
static int decide_source(struct work *w, const uint32_t *pairs, size_t count)
{
    const struct sw_flow *flow = w->flow;
    const struct sw_peer *source = &flow->peers[flow->pairs[pairs[0]].source];
    size_t most = samples_at_once(flow);
    bool incomplete = false;
    int rc = 0;
    w->channel_count = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct sw_flow_pair *pair = &flow->pairs[pairs[i]];
        if (w->all_count > 0 && w->all_count + pair->series.count > most) {
            rc = make_channels(w, source, incomplete);
            incomplete = false;
        }
        incomplete |= pair->incomplete;
        if (rc == 0)
            rc = decode_pair(w, pair);
    }
    if (rc == 0)
        rc = make_channels(w, source, incomplete);
    return rc == 0 ? show_host(w, source) : rc;
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

/* Such addresses are further ones of hosts that are counted already. */
static bool is_link_local(const struct sw_peer *peer)
{
    const uint8_t *b = peer->address.bytes;
    return peer->is_address && ((b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
                                (sw_address_is_v4(&peer->address) && b[12] == 169 && b[13] == 254));
}

static void meet(struct sw_peer *peer, const struct sw_series_record *record)
{
    if (record->time_ms < peer->first_ms)
        peer->first_ms = record->time_ms;
    if (record->time_ms > peer->last_ms)
        peer->last_ms = record->time_ms;
    peer->bytes += record->values[SW_FLOW_V_OUT] + record->values[SW_FLOW_V_IN];
}

static bool is_answered(const struct sw_series_record *record)
{
    unsigned outcome = record->values[SW_FLOW_V_FLAGS] >> 2 & 3;
    return outcome == SW_FLOW_ESTABLISHED || (outcome == SW_FLOW_UNKNOWN && record->values[SW_FLOW_V_IN] > 0);
}

static int add_served(struct work *w, const struct sw_flow_pair *pair, int64_t first_ms)
{
    int rc = sw_grow(&w->served, &w->served_cap, w->served_count, sizeof *w->served, UINT32_MAX);
    if (rc == 0)
        w->served[w->served_count++] = (struct sw_flow_served){.peer = pair->destination,
                                                               .port = pair->port,
                                                               .protocol = pair->protocol,
                                                               .external = !w->flow->peers[pair->source].internal,
                                                               .sources = 1,
                                                               .first_ms = first_ms};
    return rc;
}

/* last_source: by destination, the last source that was counted for it, + 1. */
static int describe_pair(struct work *w, const struct sw_flow_pair *pair, uint32_t *last_source)
{
    struct sw_flow *flow = w->flow;
    bool internal = flow->peers[pair->source].internal;
    int64_t answered_ms = INT64_MAX;
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &flow->pool, &pair->series);
    while (sw_series_next(&cursor, SW_FLOW_VALUES)) {
        const struct sw_series_record *record = &cursor.record;
        uint32_t targets[2] = {pair->destination, sw_flow_name_of(flow, record->values[SW_FLOW_V_UID])};
        w->network.services_seen |= (record->values[SW_FLOW_V_FLAGS] >> 4 & 31) > SW_FLOW_OTHER;
        for (unsigned k = 0; k < 2 && targets[k] != UINT32_MAX; k++) {
            struct sw_peer *peer = &flow->peers[targets[k]];
            if (internal && last_source[targets[k]] != pair->source + 1) {
                last_source[targets[k]] = pair->source + 1;
                peer->sources++;
            }
            meet(peer, record);
        }
        if (record->time_ms < answered_ms && is_answered(record))
            answered_ms = record->time_ms;
    }
    bool serves = flow->peers[pair->destination].internal && pair->port != 0 && answered_ms != INT64_MAX;
    return serves ? add_served(w, pair, answered_ms) : 0;
}

/* Who was talked to by how many, when, and which ports answered: before any behaviour asks. */
static int describe_peers(struct work *w)
{
    const struct sw_flow *flow = w->flow;
    uint32_t *last_source = sw_alloc(flow->peer_count + 1, sizeof *last_source);
    if (last_source == NULL)
        return SW_E_NOMEM;
    uint32_t before = UINT32_MAX;
    int rc = 0;
    for (size_t i = 0; i < flow->pair_count && rc == 0; i++) {
        const struct sw_flow_pair *pair = &flow->pairs[w->order[i]];
        const struct sw_peer *source = &flow->peers[pair->source];
        w->network.internal_hosts += source->internal && pair->source != before && !is_link_local(source);
        before = pair->source;
        rc = describe_pair(w, pair, last_source);
    }
    sw_free(last_source);
    return rc;
}

static int by_server(const void *a, const void *b)
{
    const struct sw_flow_served *x = a;
    const struct sw_flow_served *y = b;
    if (x->peer != y->peer)
        return x->peer < y->peer ? -1 : 1;
    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    return (x->protocol > y->protocol) - (x->protocol < y->protocol);
}

/* One row for each port of a host. */
static void join_served(struct work *w)
{
    if (w->served_count == 0)
        return;
    qsort(w->served, w->served_count, sizeof *w->served, by_server);
    size_t kept = 0;
    for (size_t i = 1; i < w->served_count; i++) {
        struct sw_flow_served *last = &w->served[kept];
        const struct sw_flow_served *next = &w->served[i];
        if (by_server(last, next) != 0) {
            w->served[++kept] = *next;
            continue;
        }
        last->sources++;
        last->external |= next->external;
        if (next->first_ms < last->first_ms)
            last->first_ms = next->first_ms;
    }
    w->served_count = kept + 1;
}

int sw_flow_decide(struct sw_flow *flow, struct sw_behaviours *all)
{
    if (flow->pair_count == 0)
        return 0;
    struct work w = {.flow = flow};
    w.runs = sw_behaviour_runs(all, &w.run_count);
    set_internal(flow);
    w.network = (struct sw_flow_network){
        .peers = flow->peers, .peer_count = flow->peer_count, .first_ms = flow->first_ms, .last_ms = flow->last_ms};
    int rc = order_pairs(&w);
    if (rc == 0)
        rc = describe_peers(&w);
    join_served(&w);
    w.network.served = w.served;
    w.network.served_count = w.served_count;
    for (size_t from = 0; from < flow->pair_count && rc == 0;) {
        size_t to = from + 1;
        while (to < flow->pair_count && flow->pairs[w.order[to]].source == flow->pairs[w.order[from]].source)
            to++;
        rc = decide_source(&w, &w.order[from], to - from);
        from = to;
    }
    for (size_t i = 0; i < w.run_count && rc == 0; i++)
        if (w.runs[i].behaviour->network != NULL)
            rc = w.runs[i].behaviour->network(&w.runs[i], &w.network);
    sw_free(w.order);
    sw_free(w.all);
    sw_free(w.samples);
    sw_free(w.channels);
    sw_free(w.served);
    return rc;
}
