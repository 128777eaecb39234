/* relay.c - hosts that pass on what comes in: a connection from one side, and during it one of the same volume to the
 * other.
 *
 * docs/behaviours/relay.md. Proxies and load balancers pass on for many; a relay does for one or two. */
#include "behaviour/flow.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { P_BYTES, P_ALIKE, P_MATCHES, P_FRONTS };

static const struct sw_behaviour_parameter parameters[] = {
    [P_BYTES] = {"bytes", 50000, 1000, 1e12, "bytes", "bytes both ways that a connection must have to be compared"},
    [P_ALIKE] = {"alike", 0.12, 0.001, 0.5, "", "how far two volumes may differ, as a share of the larger one"},
    [P_MATCHES] = {"matches", 3, 2, 100000, "", "pairs of connections that must fit"},
    [P_FRONTS] = {"fronts", 2, 1, 1000, "", "sources that a relay may serve; more are a proxy's clients"},
};

enum { RULE_RELAY };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.t1090"),
                                     SW_BEHAVIOUR_TAG("attack.t1090.001"), SW_BEHAVIOUR_TAG("attack.t1572")};

static const struct sw_rule rules[] = {
    [RULE_RELAY] =
        SW_BEHAVIOUR_RULE("c9f1b6e3-4d8a-4f25-a7c0-8b3e5d2f1001", "Host That Relays Connections",
                          "While connections from outside were open to a host, it had connections of the same volumes "
                          "to another host, again and again, for hardly any other source.",
                          SW_LEVEL_MEDIUM, tags, "Proxies with a single client, jump hosts, mail gateways"),
};

/* A connection that is long enough to be compared. */
struct leg {
    uint32_t near; /* the host in the middle: index of peers */
    uint32_t far;
    int64_t start_ms;
    int64_t end_ms;
    uint64_t out; /* in the direction away from the far source, or towards the far destination */
    uint64_t in;
    struct sw_place place;
    uint16_t port;
};

struct legs {
    struct leg *items;
    size_t count;
    size_t cap;
};

struct state {
    struct legs inbound;  /* from outside to an internal host */
    struct legs outbound; /* from an internal host to anyone */
    uint64_t dropped;
};

/* Of each kind; the memory that they take is bounded by it (56 bytes each). */
enum { MAX_LEGS = 1 << 20 };

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_free(state->inbound.items);
    sw_free(state->outbound.items);
}

static int add(struct state *state, struct legs *legs, const struct leg *leg)
{
    int rc = sw_grow(&legs->items, &legs->cap, legs->count, sizeof *legs->items, MAX_LEGS);
    if (rc == SW_E_LIMIT) {
        state->dropped++;
        return 0;
    }
    if (rc == 0)
        legs->items[legs->count++] = *leg;
    return rc;
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    struct state *state = run->state;
    const struct sw_peer *peers = channel->network->peers;
    bool inbound = !channel->source->internal && channel->address->internal;
    bool outbound = channel->source->internal && channel->source != channel->address && !channel->address->group;
    if ((!inbound && !outbound) || (double)(channel->out + channel->in) < run->value[P_BYTES])
        return 0;
    int rc = 0;
    for (size_t i = 0; i < channel->count && rc == 0; i++) {
        const struct sw_flow_sample *s = &channel->samples[i];
        if (s->reply || s->merged > 0 || (double)(s->out + s->in) < run->value[P_BYTES])
            continue;
        struct leg leg = {.start_ms = s->time_ms,
                          .end_ms = s->time_ms + s->duration_ms,
                          .out = s->out,
                          .in = s->in,
                          .place = s->place,
                          .port = s->port};
        leg.near = (uint32_t)((inbound ? channel->address : channel->source) - peers);
        leg.far = (uint32_t)((inbound ? channel->source : channel->address) - peers);
        rc = add(state, inbound ? &state->inbound : &state->outbound, &leg);
    }
    return rc;
}

static int by_near(const void *a, const void *b)
{
    const struct leg *x = a;
    const struct leg *y = b;
    if (x->near != y->near)
        return x->near < y->near ? -1 : 1;
    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    if (x->place.input != y->place.input)
        return x->place.input < y->place.input ? -1 : 1;
    return (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

/* Outbound legs of a host by where they go. */
static int by_far(const void *a, const void *b)
{
    const struct leg *x = a;
    const struct leg *y = b;
    if (x->far != y->far)
        return x->far < y->far ? -1 : 1;
    return by_near(a, b);
}

static bool alike(uint64_t a, uint64_t b, double share)
{
    double x = (double)a;
    double y = (double)b;
    return fabs(x - y) <= share * fmax(x, y);
}

/* What comes in is what goes on: request by request, and answer by answer. A tunnel adds its own bytes to both. */
static bool fits(const struct leg *in, const struct leg *out, double share)
{
    return out->start_ms >= in->start_ms - 2000 && out->start_ms <= in->end_ms && out->end_ms <= in->end_ms + 10000 &&
           alike(in->out, out->out, share) && alike(in->in, out->in, share);
}

struct match_set {
    size_t matches;
    size_t candidates; /* outbound legs to this destination that any inbound one was open for */
    uint32_t fronts[8];
    size_t front_count;
    bool more_fronts;
    uint64_t bytes;
    struct sw_place_at members[2 * SW_BEHAVIOUR_MEMBERS];
    size_t member_count;
    int64_t first_ms;
    int64_t last_ms;
};

static void note_front(struct match_set *set, uint32_t front)
{
    for (size_t i = 0; i < set->front_count; i++)
        if (set->fronts[i] == front)
            return;
    if (set->front_count < SW_COUNT_OF(set->fronts))
        set->fronts[set->front_count++] = front;
    else
        set->more_fronts = true;
}

/* How many inbound legs that began before an outbound one are looked at: enough for what is open at once. */
enum { LOOK_BACK = 256 };

static void match_leg(const struct sw_behaviour_run *run, const struct leg *in, size_t in_count, const struct leg *out,
                      struct match_set *set)
{
    size_t low = 0;
    size_t high = in_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (in[middle].start_ms <= out->start_ms + 2000)
            low = middle + 1;
        else
            high = middle;
    }
    set->candidates++;
    for (size_t back = 0; back < LOOK_BACK && back < low; back++) {
        const struct leg *front = &in[low - 1 - back];
        if (front->far == out->far || !fits(front, out, run->value[P_ALIKE]))
            continue;
        set->matches++;
        set->bytes += out->out + out->in;
        note_front(set, front->far);
        if (set->member_count + 2 <= SW_COUNT_OF(set->members)) {
            set->members[set->member_count++] = (struct sw_place_at){front->start_ms * 1000000, front->place};
            set->members[set->member_count++] = (struct sw_place_at){out->start_ms * 1000000, out->place};
        }
        set->first_ms = set->matches == 1 || out->start_ms < set->first_ms ? out->start_ms : set->first_ms;
        set->last_ms = out->end_ms > set->last_ms ? out->end_ms : set->last_ms;
        return;
    }
}

static int report(struct sw_behaviour_run *run, const struct sw_flow_network *network, const struct leg *out,
                  const struct match_set *set)
{
    struct sw_buf text;
    struct sw_buf names[3];
    struct sw_buf port;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_init(&port, 64);
    const struct sw_peer *const peers[3] = {&network->peers[set->fronts[0]], &network->peers[out->near],
                                            &network->peers[out->far]};
    for (size_t i = 0; i < 3; i++) {
        sw_buf_init(&names[i], 512);
        sw_buf_peer(&names[i], peers[i]);
    }
    sw_buf_u64(&port, out->port);
    sw_buf_str_add(&text, sw_buf_str(&names[1]));
    sw_buf_printf(&text, " passed on %zu of its %zu large connections to ", set->matches, set->candidates);
    sw_buf_str_add(&text, sw_buf_str(&names[2]));
    sw_buf_printf(&text, ":%u: each has the volumes of a connection from ", out->port);
    sw_buf_str_add(&text, sw_buf_str(&names[0]));
    if (set->front_count > 1)
        sw_buf_printf(&text, " (or of %zu other sources)", set->front_count - 1);
    SW_BUF_LIT(&text, " that was open then; ");
    sw_buf_bytes(&text, set->bytes);
    SW_BUF_LIT(&text, " in all");
    const struct sw_behaviour_group groups[] = {{SW_STR("src_ip"), sw_buf_str(&names[0])},
                                                {SW_STR("s-ip"), sw_buf_str(&names[1])},
                                                {SW_STR("dst_ip"), sw_buf_str(&names[2])},
                                                {SW_STR("dst_port"), sw_buf_str(&port)}};
    const struct sw_behaviour_report found = {.rule = RULE_RELAY,
                                              .first = set->first_ms * 1000000,
                                              .last = set->last_ms * 1000000,
                                              .count = set->matches,
                                              .value = (double)set->bytes,
                                              .groups = groups,
                                              .group_count = 4,
                                              .members = set->members,
                                              .member_count = set->member_count,
                                              .explanation = sw_buf_str(&text)};
    int rc = sw_behaviour_report(run, &found);
    sw_buf_fini(&text);
    sw_buf_fini(&port);
    for (size_t i = 0; i < 3; i++)
        sw_buf_fini(&names[i]);
    return rc;
}

/* One host's legs: inbound by time, outbound by destination and time. */
static int judge_host(struct sw_behaviour_run *run, const struct sw_flow_network *network, const struct leg *in,
                      size_t in_count, struct leg *out, size_t out_count)
{
    qsort(out, out_count, sizeof *out, by_far);
    for (size_t from = 0; from < out_count;) {
        struct match_set set = {0};
        size_t to = from;
        for (; to < out_count && out[to].far == out[from].far; to++)
            match_leg(run, in, in_count, &out[to], &set);
        if ((double)set.matches >= run->value[P_MATCHES] && set.matches * 2 >= set.candidates && !set.more_fronts &&
            (double)set.front_count <= run->value[P_FRONTS]) {
            int rc = report(run, network, &out[from], &set);
            if (rc != 0)
                return rc;
        }
        from = to;
    }
    return 0;
}

static size_t same_host(const struct legs *legs, size_t from)
{
    size_t to = from;
    while (to < legs->count && legs->items[to].near == legs->items[from].near)
        to++;
    return to;
}

static int on_network(struct sw_behaviour_run *run, const struct sw_flow_network *network)
{
    struct state *state = run->state;
    struct legs *in = &state->inbound;
    struct legs *out = &state->outbound;
    if (in->count == 0 || out->count == 0)
        return 0;
    qsort(in->items, in->count, sizeof *in->items, by_near);
    qsort(out->items, out->count, sizeof *out->items, by_near);
    size_t o = 0;
    for (size_t i = 0; i < in->count;) {
        size_t next = same_host(in, i);
        while (o < out->count && out->items[o].near < in->items[i].near)
            o = same_host(out, o);
        if (o < out->count && out->items[o].near == in->items[i].near) {
            size_t last = same_host(out, o);
            int rc = judge_host(run, network, in->items + i, next - i, out->items + o, last - o);
            if (rc != 0)
                return rc;
            o = last;
        }
        i = next;
    }
    return 0;
}

const struct sw_behaviour sw_behaviour_relay = {
    .name = "relay",
    .summary = "hosts that pass on what comes in",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .channel = on_channel,
    .network = on_network,
    .end = end,
};
