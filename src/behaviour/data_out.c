/* data_out.c - large volumes that leave: much in one night, or a little every day for weeks.
 *
 * docs/behaviours/data-out.md. A transfer is compared with what its host otherwise sends, with who else uses the
 * destination, with what came back, and with its own history: what has been sent at the same time of day since the
 * evidence begins is a schedule. */
#include "behaviour/flow.h"
#include "behaviour/period.h"

#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

enum { P_NIGHT, P_UNNAMED, P_SLOW, P_SLOW_DAYS, P_TIMES_USUAL, P_ASYMMETRY, P_RARE };

static const struct sw_behaviour_parameter parameters[] = {
    [P_NIGHT] = {"burst", 100e6, 1e5, 1e13, "bytes", "bytes within 24 hours to a named destination that matter"},
    [P_UNNAMED] = {"unnamed", 1.5e6, 1e4, 1e13, "bytes", "the same, to an address that no name is known of"},
    [P_SLOW] = {"slow", 5e6, 1e5, 1e13, "bytes", "bytes a day that matter when they come on many days"},
    [P_SLOW_DAYS] = {"days", 7, 2, 1000, "", "on how many days"},
    [P_TIMES_USUAL] = {"usual", 3, 1, 1000, "", "how many times what the host sends to all others on a busy day"},
    [P_ASYMMETRY] = {"asymmetry", 3, 1, 1000, "", "how many times more must go out than comes in"},
    [P_RARE] = {"rare", 0.005, 0, 1, "", "share of the internal hosts that may use the destination (one always may)"},
};

enum { RULE_BURST, RULE_BURST_HIGH, RULE_SLOW, RULE_SCHEDULED, RULE_UNUSUAL };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.exfiltration"), SW_BEHAVIOUR_TAG("attack.t1041"),
                                     SW_BEHAVIOUR_TAG("attack.t1048"), SW_BEHAVIOUR_TAG("attack.t1567")};
static const struct sw_str slow_tags[] = {SW_BEHAVIOUR_TAG("attack.exfiltration"), SW_BEHAVIOUR_TAG("attack.t1030"),
                                          SW_BEHAVIOUR_TAG("attack.t1041"), SW_BEHAVIOUR_TAG("attack.t1029")};

#define NOTE "New backup targets, migrations, large mails and file transfers to partners"

static const struct sw_rule rules[] = {
    [RULE_BURST] = SW_BEHAVIOUR_RULE("7a3c0f64-58d2-4f0b-a8e1-2b6d9c1e7001", "Large Upload To A Rare Destination",
                                     "A host sent far more than it usually does, within a day, to a destination that "
                                     "hardly any other host uses.",
                                     SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_BURST_HIGH] =
        SW_BEHAVIOUR_RULE("7a3c0f64-58d2-4f0b-a8e1-2b6d9c1e7002", "Very Large Upload To A New And Rare Destination",
                          "A host sent hundreds of megabytes within a day to a destination that no "
                          "host had used before.",
                          SW_LEVEL_HIGH, tags, NOTE),
    [RULE_SLOW] = SW_BEHAVIOUR_RULE("7a3c0f64-58d2-4f0b-a8e1-2b6d9c1e7003", "Upload On Many Days To A Rare Destination",
                                    "A host sent a similar amount on many days, at no fixed time, to a destination "
                                    "that hardly any other host uses, and got little back.",
                                    SW_LEVEL_MEDIUM, slow_tags, NOTE),
    [RULE_SCHEDULED] = SW_BEHAVIOUR_RULE("7a3c0f64-58d2-4f0b-a8e1-2b6d9c1e7004", "Scheduled Upload",
                                         "A host has sent data at the same time of day since the evidence begins, as "
                                         "backups do.",
                                         SW_LEVEL_INFORMATIONAL, tags, "Backups"),
    [RULE_UNUSUAL] = SW_BEHAVIOUR_RULE("7a3c0f64-58d2-4f0b-a8e1-2b6d9c1e7005", "Unusually Large Upload",
                                       "A host sent far more than it usually does to a destination that others use "
                                       "as well.",
                                       SW_LEVEL_LOW, tags, NOTE),
};

/* A destination that a host sent much to, until the host is complete. */
struct candidate {
    const struct sw_peer *destination;
    const struct sw_peer *address;
    uint16_t port;
    bool incomplete;
    size_t count;
    uint64_t out;
    uint64_t in;
    int64_t first_ms;
    int64_t last_ms;
    uint64_t window_out; /* the most within 24 hours */
    uint64_t window_in;
    int64_t window_first;
    int64_t window_last;
    uint32_t days; /* with at least `slow` bytes */
    uint32_t span_days;
    double day_spread;                                /* seconds that the times of day spread over */
    struct sw_flow_sample kept[SW_BEHAVIOUR_MEMBERS]; /* the largest */
    size_t kept_count;
};

struct state {
    struct candidate *items;
    size_t count;
    size_t cap;
    uint64_t *day_out; /* what the host sent to everyone outside, by day of the evidence */
    size_t day_cap;
    size_t days;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_free(state->items);
    sw_free(state->day_out);
}

enum { DAY_MS = 86400000, MAX_DAYS = 40000 };

static size_t day_of(const struct sw_flow_network *network, int64_t time_ms)
{
    int64_t day = (time_ms - network->first_ms) / DAY_MS;
    return day < 0 ? 0 : day >= MAX_DAYS ? MAX_DAYS - 1 : (size_t)day;
}

static int make_days(struct state *state, const struct sw_flow_network *network)
{
    size_t days = day_of(network, network->last_ms) + 1;
    if (state->day_cap < days) {
        uint64_t *day_out = sw_realloc(state->day_out, days, sizeof *day_out);
        if (day_out == NULL)
            return SW_E_NOMEM;
        state->day_out = day_out;
        state->day_cap = days;
        for (size_t i = 0; i < days; i++)
            day_out[i] = 0;
    }
    state->days = days;
    return 0;
}

/* --- a channel ---------------------------------------------------------------------------------------------- */

/* A connection that sent much more than it got: calls and downloads on the same channel are no part of an upload. */
static bool is_upload(const struct sw_behaviour_run *run, const struct sw_flow_sample *sample)
{
    return (double)sample->out >= run->value[P_ASYMMETRY] * (double)sample->in;
}

static void set_window(const struct sw_behaviour_run *run, struct candidate *c, const struct sw_channel *channel)
{
    uint64_t out = 0;
    uint64_t in = 0;
    size_t from = 0;
    for (size_t i = 0; i < channel->count; i++) {
        if (!is_upload(run, &channel->samples[i]))
            continue;
        out += channel->samples[i].out;
        in += channel->samples[i].in;
        for (; channel->samples[i].time_ms - channel->samples[from].time_ms >= DAY_MS; from++) {
            if (!is_upload(run, &channel->samples[from]))
                continue;
            out -= channel->samples[from].out;
            in -= channel->samples[from].in;
        }
        if (out > c->window_out) {
            c->window_out = out;
            c->window_in = in;
            c->window_first = channel->samples[from].time_ms;
            c->window_last = channel->samples[i].time_ms;
        }
    }
}

/* Days of the destination with enough, and how much the times of day of their uploads spread. */
static void set_days(const struct sw_behaviour_run *run, struct candidate *c, const struct sw_channel *channel)
{
    struct sw_day_circle circle = {0};
    for (size_t i = 0; i < channel->count;) {
        size_t day = day_of(channel->network, channel->samples[i].time_ms);
        size_t first = i;
        uint64_t out = 0;
        for (; i < channel->count && day_of(channel->network, channel->samples[i].time_ms) == day; i++)
            out += is_upload(run, &channel->samples[i]) ? channel->samples[i].out : 0;
        if ((double)out < run->value[P_SLOW])
            continue;
        c->days++;
        for (const struct sw_flow_sample *s = &channel->samples[first]; s < &channel->samples[i]; s++) {
            if (!is_upload(run, s) || s->out < out / 20)
                continue;
            sw_day_circle_add(&circle, s->time_ms);
        }
    }
    if (circle.count > 0)
        c->day_spread = sw_day_circle_spread(&circle);
    c->span_days = (uint32_t)(day_of(channel->network, c->last_ms) - day_of(channel->network, c->first_ms)) + 1;
}

static void keep_largest(struct candidate *c, const struct sw_channel *channel)
{
    for (size_t i = 0; i < channel->count; i++) {
        size_t at = c->kept_count;
        if (at == SW_BEHAVIOUR_MEMBERS) {
            at = 0;
            for (size_t k = 1; k < c->kept_count; k++)
                at = c->kept[k].out < c->kept[at].out ? k : at;
            if (channel->samples[i].out <= c->kept[at].out)
                continue;
        } else {
            c->kept_count++;
        }
        c->kept[at] = channel->samples[i];
    }
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    struct state *state = run->state;
    if (!sw_channel_is_outbound(channel))
        return 0;
    int rc = make_days(state, channel->network);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < channel->count; i++)
        if (is_upload(run, &channel->samples[i]))
            state->day_out[day_of(channel->network, channel->samples[i].time_ms)] += channel->samples[i].out;
    double least = fmin(fmin(run->value[P_NIGHT], run->value[P_UNNAMED]), run->value[P_SLOW]);
    if ((double)channel->out < least)
        return 0;
    struct candidate c = {.destination = channel->destination,
                          .address = channel->address,
                          .port = channel->port,
                          .incomplete = channel->incomplete,
                          .first_ms = channel->first_ms,
                          .last_ms = channel->last_ms};
    c.out = 0;
    c.in = 0;
    c.count = 0;
    for (size_t i = 0; i < channel->count; i++) {
        if (!is_upload(run, &channel->samples[i]))
            continue;
        c.out += channel->samples[i].out;
        c.in += channel->samples[i].in;
        c.count += 1 + channel->samples[i].merged;
    }
    if ((double)c.out < least)
        return 0;
    set_window(run, &c, channel);
    set_days(run, &c, channel);
    keep_largest(&c, channel);
    rc = sw_grow(&state->items, &state->cap, state->count, sizeof *state->items, UINT32_MAX);
    if (rc == 0)
        state->items[state->count++] = c;
    return rc;
}

/* --- a host ------------------------------------------------------------------------------------------------- */

/* What the host sends to all others on a busy day (of ten days the busiest but one), the candidate left out as far as
 * its share of an average day goes. */
static uint64_t usual_of(const struct state *state, const struct candidate *c, uint64_t *sorted)
{
    size_t n = 0;
    for (size_t i = 0; i < state->days; i++)
        if (state->day_out[i] > 0)
            sorted[n++] = state->day_out[i];
    if (n < 3) /* too short to know what is usual */
        return 0;
    qsort(sorted, n, sizeof *sorted, sw_order_u64);
    uint64_t busy = sorted[n - 1 - n / 10];
    if (n / 10 == 0 && busy == sorted[n - 1]) /* the busiest day may be the one in question */
        busy = sorted[n - 2];
    uint64_t own = c->days > n / 10 + 1 ? c->out / c->days : 0;
    return busy > own ? busy - own : 0;
}

static bool is_scheduled(const struct candidate *c, const struct sw_flow_network *network)
{
    size_t all = day_of(network, network->last_ms) + 1;
    return c->days >= 5 && !sw_flow_is_fresh(network, c->first_ms) && c->days * 2 >= all && c->day_spread < 5400;
}

struct verdict {
    bool any;
    unsigned rule;
    bool fresh;
    bool rare;
    uint64_t usual;
};

static struct verdict judge(const struct sw_behaviour_run *run, const struct state *state, const struct candidate *c,
                            const struct sw_flow_network *network, uint64_t *room)
{
    struct verdict v = {.any = true};
    bool few = network->internal_hosts < 5;
    bool unnamed = c->destination->is_address;
    v.usual = usual_of(state, c, room);
    v.fresh = sw_flow_is_fresh(network, c->destination->first_ms);
    v.rare = few || sw_flow_is_rare(network, c->destination, run->value[P_RARE]);
    bool burst = (double)c->window_out >= (unnamed ? run->value[P_UNNAMED] : run->value[P_NIGHT]) &&
                 (double)c->window_out >= run->value[P_TIMES_USUAL] * (double)v.usual;
    bool slow = c->days >= run->value[P_SLOW_DAYS];
    if (is_scheduled(c, network))
        v.rule = RULE_SCHEDULED;
    else if (burst && v.rare && v.fresh && c->window_out >= 300000000)
        v.rule = RULE_BURST_HIGH;
    else if (burst && v.rare && (v.fresh || unnamed))
        v.rule = RULE_BURST;
    else if (slow && v.rare && !few)
        v.rule = RULE_SLOW;
    else if (burst && (double)c->window_out >= run->value[P_NIGHT])
        v.rule = RULE_UNUSUAL;
    else
        v.any = false;
    return v;
}

static void explain(struct sw_buf *text, const struct sw_peer *source, const struct candidate *c,
                    const struct verdict *v)
{
    sw_buf_peer(text, source);
    SW_BUF_LIT(text, " sent ");
    sw_buf_bytes(text, c->out);
    SW_BUF_LIT(text, " to ");
    sw_buf_peer(text, c->destination);
    sw_buf_printf(text, ":%u and got ", c->port);
    sw_buf_bytes(text, c->in);
    sw_buf_printf(text, ", in %zu connections", c->count);
    if (c->days > 1)
        sw_buf_printf(text, " on %u of %u days", c->days, c->span_days);
    SW_BUF_LIT(text, "; the most within a day was ");
    sw_buf_bytes(text, c->window_out);
    SW_BUF_LIT(text, " from ");
    sw_buf_time(text, c->window_first * 1000000);
    if (v->usual > 0) {
        SW_BUF_LIT(text, ", where this host sends ");
        sw_buf_bytes(text, v->usual);
        SW_BUF_LIT(text, " to all others on a busy day");
    }
    if (v->fresh)
        SW_BUF_LIT(text, "; no host of this network used the destination before");
    if (v->rare)
        sw_buf_printf(text, "; %u internal host%s it", c->destination->sources,
                      c->destination->sources == 1 ? " uses" : "s use");
    if (c->destination->is_address)
        SW_BUF_LIT(text, "; no name of it is known");
    if (c->incomplete)
        SW_BUF_LIT(text, "; incomplete: some of it was given up for want of memory");
}

static int report(struct sw_behaviour_run *run, const struct sw_flow_host *host, const struct candidate *c,
                  const struct verdict *v)
{
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    explain(&text, host->peer, c, v);
    const struct sw_channel channel = {.source = host->peer,
                                       .destination = c->destination,
                                       .address = c->address,
                                       .port = c->port,
                                       .samples = c->kept,
                                       .count = c->kept_count,
                                       .first_ms = c->first_ms,
                                       .last_ms = c->last_ms,
                                       .network = host->network};
    int rc = sw_channel_report(run, &channel, v->rule, c->count, (double)c->out, sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

static int on_host(struct sw_behaviour_run *run, const struct sw_flow_host *host)
{
    struct state *state = run->state;
    int rc = 0;
    if (state->count > 0) {
        uint64_t *room = sw_alloc(state->days + 1, sizeof *room);
        rc = room != NULL ? 0 : SW_E_NOMEM;
        for (size_t i = 0; i < state->count && rc == 0; i++) {
            const struct verdict v = judge(run, state, &state->items[i], host->network, room);
            if (v.any)
                rc = report(run, host, &state->items[i], &v);
        }
        sw_free(room);
    }
    state->count = 0;
    for (size_t i = 0; i < state->days; i++)
        state->day_out[i] = 0;
    return rc;
}

const struct sw_behaviour sw_behaviour_data_out = {
    .name = "data-out",
    .summary = "large volumes that leave, in one night or over weeks",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .channel = on_channel,
    .host = on_host,
    .end = end,
};
