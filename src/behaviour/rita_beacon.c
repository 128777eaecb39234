/* rita_beacon.c - RITA's list: channels by RITA's own beacon score, for those who know its numbers.
 *
 * docs/behaviours/rita-beacon.md. The score alone says little (busy random traffic gets 0.9), so its findings are
 * informational; periodic-channel is the one that judges. */
#include "behaviour/channel_lists.h"

enum { P_SCORE };

static const struct sw_behaviour_parameter parameters[] = {
    [P_SCORE] = {"score", 0.8, 0, 1, "", "the least score that is told"},
};

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.command-and-control"), SW_BEHAVIOUR_TAG("attack.t1071")};

static const struct sw_rule rules[] = {
    SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a20", "Beacon By RITA's Score",
        "The connections of the last 24 hours are as even in time and size as RITA v5 takes for a beacon.",
        SW_LEVEL_INFORMATIONAL, tags, "All that polls, and busy traffic of any kind"),
};

static void end(struct sw_behaviour_run *run)
{
    sw_channel_lists_fini(run->state);
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    if (channel->count < 4 || (!channel->source->internal && !channel->address->internal))
        return 0;
    struct sw_rita rita;
    size_t n;
    int rc = sw_channel_rita(run->state, channel, &rita, &n);
    if (rc != 0 || !rita.scored || rita.score < run->value[P_SCORE])
        return rc;
    struct sw_buf text;
    sw_buf_init(&text, SW_BEHAVIOUR_EXPLANATION);
    sw_buf_peer(&text, channel->source);
    SW_BUF_LIT(&text, " to ");
    sw_buf_peer(&text, channel->destination);
    sw_buf_printf(&text,
                  ":%u, %zu connections in the last 24 h of the evidence: score %.3f (timestamps %.3f, sizes %.3f, "
                  "duration %.3f, histogram %.3f)",
                  channel->port, n, rita.score, rita.timestamps, rita.sizes, rita.duration, rita.histogram);
    rc = sw_channel_report(run, channel, 0, n, rita.score, sw_buf_str(&text));
    sw_buf_fini(&text);
    return rc;
}

const struct sw_behaviour sw_behaviour_rita_beacon = {
    .name = "rita-beacon",
    .summary = "RITA v5's beacon score of the last 24 hours",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .optional = true,
    .state_size = sizeof(struct sw_channel_lists),
    .channel = on_channel,
    .end = end,
};
