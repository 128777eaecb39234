/* long_session.c - connections that stay open for hours, and ones that are opened again as soon as they end.
 *
 * docs/behaviours/long-session.md. */
#include "behaviour/flow.h"

enum { P_HOURS, P_COVER, P_RARE };

static const struct sw_behaviour_parameter parameters[] = {
    [P_HOURS] = {"hours", 12, 0.1, 10000, "h", "how long one connection must last"},
    [P_COVER] = {"cover", 0.8, 0.1, 1, "",
                 "share of the time between first and last that reopened sessions must cover"},
    [P_RARE] = {"rare", 0.005, 0, 1, "", "share of the internal hosts that may use the destination (one always may)"},
};

enum { RULE_LONG, RULE_LONG_RARE, RULE_REOPENED };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.t1572"),
                                     SW_BEHAVIOUR_TAG("attack.t1571")};

#define NOTE "VPNs, remote administration, chat and push services, database connections"

static const struct sw_rule rules[] = {
    [RULE_LONG] = SW_BEHAVIOUR_RULE("8e2f7b31-0c4d-4b8a-9f65-7d3a1c5e9001", "Long Session",
                                    "A connection over the network's border stayed open for many hours.", SW_LEVEL_LOW,
                                    tags, NOTE),
    [RULE_LONG_RARE] =
        SW_BEHAVIOUR_RULE("8e2f7b31-0c4d-4b8a-9f65-7d3a1c5e9002", "Long Session With A Rare Destination",
                          "A connection to a destination that hardly any other host uses stayed open for "
                          "many hours.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_REOPENED] =
        SW_BEHAVIOUR_RULE("8e2f7b31-0c4d-4b8a-9f65-7d3a1c5e9003", "Session That Is Always Opened Again",
                          "Long connections to a rare destination follow one another with hardly a gap, for "
                          "half a day or more.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
};

static bool is_over_border(const struct sw_channel *channel)
{
    return channel->source->internal != channel->address->internal && !channel->address->group;
}

static int report(struct sw_behaviour_run *run, const struct sw_channel *channel, unsigned rule, double longest,
                  double covered, size_t long_ones)
{
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_peer(&text, channel->source);
    SW_BUF_LIT(&text, " and ");
    sw_buf_peer(&text, channel->destination);
    sw_buf_printf(&text, ":%u: the longest connection lasted ", channel->port);
    sw_buf_span(&text, longest);
    if (rule == RULE_REOPENED) {
        sw_buf_printf(&text, "; %zu long ones cover ", long_ones);
        sw_buf_span(&text, covered);
        SW_BUF_LIT(&text, " of ");
        sw_buf_span(&text, (double)(channel->last_ms - channel->first_ms) / 1000);
    }
    SW_BUF_LIT(&text, "; ");
    sw_buf_bytes(&text, channel->out);
    SW_BUF_LIT(&text, " out, ");
    sw_buf_bytes(&text, channel->in);
    SW_BUF_LIT(&text, " in");
    if (channel->service == SW_FLOW_NONE)
        SW_BUF_LIT(&text, "; no protocol was recognised");
    int rc = sw_channel_report(run, channel, rule, channel->count + channel->merged, longest, sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    if (!is_over_border(channel) || sw_flow_is_housekeeping(channel->protocol, channel->port))
        return 0;
    double longest = 0;
    double covered = 0;
    int64_t covered_until = INT64_MIN;
    size_t long_ones = 0;
    for (size_t i = 0; i < channel->count; i++) {
        const struct sw_flow_sample *s = &channel->samples[i];
        double seconds = (double)s->duration_ms / 1000;
        if (s->outcome == SW_FLOW_FAILED || s->reply)
            continue;
        longest = seconds > longest ? seconds : longest;
        if (seconds < 900)
            continue;
        long_ones++;
        int64_t from = s->time_ms > covered_until ? s->time_ms : covered_until;
        int64_t until = s->time_ms + s->duration_ms;
        if (until > from) {
            covered += (double)(until - from) / 1000;
            covered_until = until;
        }
    }
    bool outbound = sw_channel_is_outbound(channel);
    bool rare = outbound && sw_flow_is_rare(channel->network, channel->destination, run->value[P_RARE]);
    double span = (double)(channel->last_ms - channel->first_ms) / 1000;
    if (rare && long_ones >= 3 && span >= 12 * 3600 && covered >= run->value[P_COVER] * span)
        return report(run, channel, RULE_REOPENED, longest, covered, long_ones);
    if (longest >= run->value[P_HOURS] * 3600)
        return report(run, channel, rare ? RULE_LONG_RARE : RULE_LONG, longest, covered, long_ones);
    return 0;
}

const struct sw_behaviour sw_behaviour_long_session = {
    .name = "long-session",
    .summary = "connections that stay open for hours, or are opened again at once",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .channel = on_channel,
};
