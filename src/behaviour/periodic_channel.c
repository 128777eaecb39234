/* periodic_channel.c - channels that repeat at a period: implants that ask for orders, and whatever else polls.
 *
 * docs/behaviours/periodic-channel.md. A period alone is no finding of weight: most software polls. What counts is a
 * period towards a destination that hardly anyone else uses. A source that polls many (monitoring) is told of once. */
#include "behaviour/channel_lists.h"
#include "behaviour/period.h"

#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

enum { P_EVIDENCE, P_COUNT, P_RARE_SHARE, P_POLLED, P_MAX_PERIOD };

static const struct sw_behaviour_parameter parameters[] = {
    [P_EVIDENCE] = {"evidence", 10, 3, 1000, "nats",
                    "how much likelier a period must be than chance, as a natural logarithm"},
    [P_COUNT] = {"connections", 7, 6, 1000000, "", "connections that a channel must have"},
    [P_RARE_SHARE] = {"rare", 0.005, 0, 1, "",
                      "share of the internal hosts that may use a rare destination (one always may)"},
    [P_POLLED] = {"polled", 3, 2, 100000, "",
                  "internal hosts polled on one port from which on the source is taken for monitoring"},
    [P_MAX_PERIOD] = {"longest", 172800, 60, 31536000, "s", "longest period that is looked for"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH, RULE_INBOUND, RULE_POLLING };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.t1071"),
                                     SW_BEHAVIOUR_TAG("attack.t1571")};
static const struct sw_str inbound_tags[] = {
    SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.persistence"),
    SW_BEHAVIOUR_TAG("attack.t1505.003"), SW_BEHAVIOUR_TAG("attack.t1071.001")};
static const struct sw_str polling_tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control")};

#define NOTE "Updaters, telemetry, mail clients and devices poll as well; look at the destination and at the process"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a10", "Periodic Channel",
        "A host keeps connecting to one destination at a steady period, far more regularly than chance would.",
        SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a11", "Periodic Channel To A Rare Destination",
        "A host keeps connecting at a steady period to a destination that hardly any other host uses.", SW_LEVEL_MEDIUM,
        tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a12",
                                    "Periodic Channel To A Rare, New And Unusual Destination",
                                    "A host keeps connecting at a steady period to a destination that hardly any other "
                                    "host uses, that is new in this evidence, "
                                    "and that has no name or speaks no recognised protocol.",
                                    SW_LEVEL_HIGH, tags, NOTE),
    [RULE_INBOUND] =
        SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a14", "Periodic Channel Into The Network",
                          "A host outside keeps coming to an internal host at a steady period, day and night, and gets "
                          "answers, as one does who polls a "
                          "web shell.",
                          SW_LEVEL_MEDIUM, inbound_tags, "Monitoring services, feed readers and partners' interfaces"),
    [RULE_POLLING] = SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a13", "Host That Polls Many Others",
        "One host connects to many internal hosts at a steady period, as monitoring does.", SW_LEVEL_INFORMATIONAL,
        polling_tags, "Monitoring, configuration management and backup servers"),
};

/* A channel that repeats, until its source is complete. */
struct candidate {
    const struct sw_peer *source;
    const struct sw_peer *destination;
    const struct sw_peer *address;
    uint16_t port;
    uint8_t protocol;
    uint8_t service;
    bool inbound;
    bool internal;
    bool incomplete;
    size_t count;
    int64_t first_ms;
    int64_t last_ms;
    uint64_t out;
    uint64_t in;
    double evenness; /* of sizes, 0 to 1 */
    struct sw_period period;
    struct sw_rita rita;
    struct sw_flow_sample kept[SW_BEHAVIOUR_MEMBERS];
    size_t kept_count;
};

struct state {
    struct candidate *items; /* of the source at hand */
    size_t count;
    size_t cap;
    struct candidate *inbound; /* of all sources outside: they are judged together */
    size_t inbound_count;
    size_t inbound_cap;
    struct sw_channel_lists lists;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_free(state->items);
    sw_free(state->inbound);
    sw_channel_lists_fini(&state->lists);
}

/* --- a channel ---------------------------------------------------------------------------------------------- */

/* 1 less the spread of the sizes around their median, as a share of it; 0 for none. */
static double evenness_of(double *sizes, size_t n)
{
    qsort(sizes, n, sizeof *sizes, sw_order_double);
    double median = sizes[n / 2];
    double spread = sizes[n - 1 - n / 4] - sizes[n / 4];
    return median > 0 ? fmax(0, 1 - spread / median) : 0;
}

static void keep_samples(struct candidate *c, const struct sw_channel *channel)
{
    c->kept_count = channel->count < SW_BEHAVIOUR_MEMBERS ? channel->count : SW_BEHAVIOUR_MEMBERS;
    for (size_t i = 0; i < c->kept_count; i++)
        c->kept[i] = channel->samples[c->kept_count < 2 ? 0 : i * (channel->count - 1) / (c->kept_count - 1)];
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    struct state *state = run->state;
    bool internal_source = channel->source->internal;
    bool internal_destination = channel->address->internal;
    if (channel->count < (size_t)run->value[P_COUNT] || channel->destination->group ||
        (!internal_source && !internal_destination))
        return 0;
    int rc = sw_channel_lists_room(&state->lists, channel->count);
    if (rc != 0)
        return rc;
    size_t n = 0;
    for (size_t i = 0; i < channel->count; i++) {
        if (channel->samples[i].reply || channel->samples[i].merged > 0)
            continue;
        state->lists.sizes[n] = (double)channel->samples[i].out;
        state->lists.times[n++] = channel->samples[i].time_ms;
    }
    struct candidate c = {.source = channel->source,
                          .destination = channel->destination,
                          .address = channel->address,
                          .port = channel->port,
                          .protocol = channel->protocol,
                          .service = channel->service,
                          .inbound = !internal_source,
                          .internal = internal_source && internal_destination,
                          .incomplete = channel->incomplete,
                          .count = n + channel->merged,
                          .first_ms = channel->first_ms,
                          .last_ms = channel->last_ms,
                          .out = channel->out,
                          .in = channel->in};
    rc = sw_period_find(state->lists.times, n, &c.period);
    if (rc != 0 || c.period.evidence < run->value[P_EVIDENCE] || c.period.seconds > run->value[P_MAX_PERIOD])
        return rc;
    c.evenness = evenness_of(state->lists.sizes, n);
    keep_samples(&c, channel);
    size_t scored;
    rc = sw_channel_rita(&state->lists, channel, &c.rita, &scored);
    if (rc == 0)
        rc = sw_grow(&state->items, &state->cap, state->count, sizeof *state->items, UINT32_MAX);
    if (rc == 0)
        state->items[state->count++] = c;
    return rc;
}

/* --- a source ----------------------------------------------------------------------------------------------- */

/* People come back at the same time of day as well, but not to the minute, and hardly at weekends. */
static bool is_daily_habit(const struct sw_period *p)
{
    return p->seconds > 14400 && p->day_phase > 0.85 && p->day_spread > 120 && p->weekend < 0.15;
}

static bool is_unusual(const struct candidate *c)
{
    bool web_port = c->port == 443 || c->port == 80;
    bool unnamed = c->destination->is_address && !c->destination->internal;
    return unnamed || (c->service == SW_FLOW_NONE && !web_port) ||
           (c->port == 443 && c->service == SW_FLOW_NONE && unnamed);
}

/* Share of the evidence's time that the channel goes on for. */
static double cover_of(const struct candidate *c, const struct sw_flow_network *network)
{
    int64_t span = network->last_ms - network->first_ms;
    return span > 0 ? (double)(c->last_ms - c->first_ms) / (double)span : 0;
}

static bool is_exchange(const struct candidate *c)
{
    return c->out > 0 && c->in > 0;
}

/* From outside, day and night, hardly missing a turn. */
static bool is_steady_inbound(const struct candidate *c, const struct sw_flow_network *network)
{
    double span = (double)(c->last_ms - c->first_ms) / 1000;
    return c->inbound && !sw_flow_is_housekeeping(c->protocol, c->port) && is_exchange(c) && span >= 12 * 3600 &&
           cover_of(c, network) >= 0.5 && c->period.seconds * (double)c->period.intervals >= 0.5 * span &&
           c->period.regular >= 0.9;
}

/* 0 to 1, for ordering: how sure the period is, how even the sizes, how long it goes on, how far the destination stands
 * out. */
static double score_of(const struct candidate *c, const struct sw_flow_network *network, bool rare, bool stands_out,
                       bool unusual)
{
    double sure = 1 - exp(-c->period.evidence / 60);
    double score = 0.3 * sure + 0.15 * c->evenness + 0.1 * cover_of(c, network) + 0.15 * rare + 0.1 * stands_out +
                   0.1 * unusual + 0.1 * is_exchange(c);
    return sw_flow_is_housekeeping(c->protocol, c->port) ? score / 3 : score;
}

static void explain(struct sw_buf *out, const struct sw_peer *source, const struct candidate *c, bool rare, bool fresh)
{
    sw_buf_peer(out, source);
    sw_buf_printf(out, " connected to ");
    sw_buf_peer(out, c->destination);
    sw_buf_printf(out, ":%u %zu times, every ", c->port, c->count);
    sw_buf_span(out, c->period.seconds);
    sw_buf_printf(out, " give or take %.0f %%, over ", c->period.jitter * 100);
    sw_buf_span(out, (double)(c->last_ms - c->first_ms) / 1000);
    sw_buf_printf(out, " (%zu intervals and %zu longer gaps; a period explains them e^%.0f times better than chance)",
                  c->period.intervals, c->period.gaps, c->period.evidence);
    sw_buf_printf(out, "; %llu bytes out, %llu in", (unsigned long long)c->out, (unsigned long long)c->in);
    if (rare && !c->inbound)
        sw_buf_printf(out, "; %u internal host%s this destination", c->destination->sources,
                      c->destination->sources == 1 ? " uses" : "s use");
    if (fresh)
        SW_BUF_LIT(out, "; the destination is new within this evidence");
    if (c->rita.scored)
        sw_buf_printf(out, "; RITA's score of the last 24 h is %.3f", c->rita.score);
    if (c->incomplete)
        SW_BUF_LIT(out, "; incomplete: some of it was given up for want of memory");
}

/* Whether hardly anyone else uses what this channel uses: a destination outside, or a port of a host inside. */
static bool is_rare(const struct sw_behaviour_run *run, const struct candidate *c,
                    const struct sw_flow_network *network)
{
    if (!c->internal)
        return sw_flow_is_rare(network, c->destination, run->value[P_RARE_SHARE]);
    size_t count;
    const struct sw_flow_served *served = sw_flow_served_by(network, c->address, &count);
    uint32_t sources = 0;
    for (size_t i = 0; i < count; i++)
        if (served[i].port == c->port && served[i].protocol == c->protocol)
            sources = served[i].sources;
    return sources > 0 && sources <= 2;
}

static int report(struct sw_behaviour_run *run, const struct sw_flow_network *network, const struct candidate *c,
                  bool inbound)
{
    bool rare = !c->inbound && is_rare(run, c, network);
    bool fresh = sw_flow_is_fresh(network, c->inbound ? c->first_ms : c->destination->first_ms);
    bool unusual = is_unusual(c);
    unsigned rule = RULE_LOW;
    if (inbound)
        rule = RULE_INBOUND;
    else if (rare && !sw_flow_is_housekeeping(c->protocol, c->port) && !is_daily_habit(&c->period))
        rule = fresh && unusual ? RULE_HIGH : RULE_MEDIUM;
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    explain(&text, c->source, c, rare, fresh);
    const struct sw_channel channel = {.source = c->source,
                                       .destination = c->destination,
                                       .address = c->address,
                                       .port = c->port,
                                       .protocol = c->protocol,
                                       .samples = c->kept,
                                       .count = c->kept_count,
                                       .first_ms = c->first_ms,
                                       .last_ms = c->last_ms,
                                       .network = network};
    int rc =
        sw_channel_report(run, &channel, rule, c->count,
                          score_of(c, network, rare, inbound || (fresh && !c->inbound), unusual), sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

/* How many internal hosts this source polls on one port. */
static size_t polled_on(const struct state *state, uint16_t port)
{
    size_t count = 0;
    for (size_t i = 0; i < state->count; i++)
        count += state->items[i].internal && state->items[i].port == port;
    return count;
}

static int report_polling(struct sw_behaviour_run *run, const struct sw_flow_host *host, const struct candidate *c,
                          size_t polled)
{
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_peer(&text, host->peer);
    sw_buf_printf(&text, " polls %zu internal hosts on port %u, the first every ", polled, c->port);
    sw_buf_span(&text, c->period.seconds);
    SW_BUF_LIT(&text, ", as monitoring does");
    const struct sw_channel channel = {.source = host->peer,
                                       .destination = c->destination,
                                       .address = c->address,
                                       .port = c->port,
                                       .samples = c->kept,
                                       .count = c->kept_count,
                                       .first_ms = c->first_ms,
                                       .last_ms = c->last_ms,
                                       .network = host->network};
    int rc = sw_channel_report(run, &channel, RULE_POLLING, c->count, (double)polled, sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

static int on_host(struct sw_behaviour_run *run, const struct sw_flow_host *host)
{
    struct state *state = run->state;
    int rc = 0;
    for (size_t i = 0; i < state->count && rc == 0; i++) {
        const struct candidate *c = &state->items[i];
        if (c->inbound) {
            rc =
                sw_grow(&state->inbound, &state->inbound_cap, state->inbound_count, sizeof *state->inbound, UINT32_MAX);
            if (rc == 0)
                state->inbound[state->inbound_count++] = *c;
            continue;
        }
        size_t polled = c->internal ? polled_on(state, c->port) : 0;
        if ((double)polled < run->value[P_POLLED]) {
            rc = report(run, host->network, c, false);
            continue;
        }
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first &= !(state->items[k].internal && state->items[k].port == c->port);
        if (first)
            rc = report_polling(run, host, c, polled);
    }
    state->count = 0;
    return rc;
}

/* --- from outside ------------------------------------------------------------------------------------------- */

/* The first 24 bits of an IPv4 address, the first 48 of another one: what one provider's machines share. */
static bool are_neighbours(const struct sw_peer *a, const struct sw_peer *b)
{
    if (!a->is_address || !b->is_address)
        return false;
    size_t bytes = sw_address_is_v4(&a->address) ? 15 : 6;
    return memcmp(a->address.bytes, b->address.bytes, bytes) == 0;
}

/* A source that comes by at a period at several hosts scans; several neighbours that come to one host monitor it.
 * Neither is someone who polls what he left there. Only steady ones are compared: there are few. */
static bool is_alone(const struct state *state, const bool *steady, size_t index)
{
    const struct candidate *c = &state->inbound[index];
    unsigned neighbours = 0;
    for (size_t i = 0; i < state->inbound_count; i++) {
        if (i == index || !steady[i])
            continue;
        const struct candidate *other = &state->inbound[i];
        if (other->source == c->source && other->address != c->address)
            return false;
        neighbours += other->address == c->address && are_neighbours(other->source, c->source);
    }
    return neighbours < 2;
}

static int on_network(struct sw_behaviour_run *run, const struct sw_flow_network *network)
{
    struct state *state = run->state;
    bool *steady = sw_alloc(state->inbound_count + 1, sizeof *steady);
    int rc = steady != NULL ? 0 : SW_E_NOMEM;
    for (size_t i = 0; i < state->inbound_count && rc == 0; i++)
        steady[i] = is_steady_inbound(&state->inbound[i], network);
    for (size_t i = 0; i < state->inbound_count && rc == 0; i++)
        rc = report(run, network, &state->inbound[i], steady[i] && is_alone(state, steady, i));
    sw_free(steady);
    return rc;
}

const struct sw_behaviour sw_behaviour_periodic_channel = {
    .name = "periodic-channel",
    .summary = "connections that repeat at a period, tested against chance",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .channel = on_channel,
    .host = on_host,
    .network = on_network,
    .end = end,
};
