/* rita_beacon.c - RITA's list: channels by RITA's own beacon score, for those who know its numbers.
 *
 * docs/behaviours/rita-beacon.md. The score alone says little (busy random traffic gets 0.9), so its findings are
 * informational; periodic-channel is the one that judges. */
#include "behaviour/flow.h"
#include "behaviour/rita.h"

#include "base/mem.h"

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

struct room {
    int64_t *times;
    double *sizes;
    size_t count;
};

static void end(struct sw_behaviour_run *run)
{
    struct room *room = run->state;
    sw_free(room->times);
    sw_free(room->sizes);
}

static int make_room(struct room *room, size_t count)
{
    if (room->count >= count)
        return 0;
    int64_t *times = sw_realloc(room->times, count, sizeof *times);
    if (times != NULL)
        room->times = times;
    double *sizes = sw_realloc(room->sizes, count, sizeof *sizes);
    if (sizes != NULL)
        room->sizes = sizes;
    if (times == NULL || sizes == NULL)
        return SW_E_NOMEM;
    room->count = count;
    return 0;
}

/* The window is that of all evidence: its last 24 hours. */
static int64_t window_start(const struct sw_flow_network *network)
{
    int64_t from = network->first_ms / 1000;
    int64_t day = network->last_ms / 1000 - 86400;
    return from > day ? from : day;
}

static int on_channel(struct sw_behaviour_run *run, const struct sw_channel *channel)
{
    struct room *room = run->state;
    if (channel->count < 4 || (!channel->source->internal && !channel->address->internal))
        return 0;
    int64_t from = window_start(channel->network);
    if (channel->last_ms / 1000 < from - from % 3600)
        return 0;
    int rc = make_room(room, channel->count);
    if (rc != 0)
        return rc;
    size_t n = 0;
    for (size_t i = 0; i < channel->count; i++) {
        const struct sw_flow_sample *sample = &channel->samples[i];
        if (sample->reply || sample->open || sample->time_ms / 1000 < from - from % 3600) /* RITA takes whole hours */
            continue;
        room->times[n] = sample->time_ms / 1000;
        room->sizes[n++] = (double)(sample->out_ip > 0 ? sample->out_ip : sample->out);
    }
    struct sw_rita rita;
    rc = sw_rita_score(room->times, room->sizes, n, from, channel->network->last_ms / 1000, &rita);
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
    .state_size = sizeof(struct room),
    .channel = on_channel,
    .end = end,
};
