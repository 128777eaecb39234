/* web_polling.c - clients that come back to one rarely used path at a period.
 *
 * docs/behaviours/web-polling.md. Connections into the network at a period are periodic-channel's; this is about paths.
 */
#include "behaviour/period.h"
#include "behaviour/web_ranking.h"

#include "base/mem.h"

enum { P_EVIDENCE, P_REQUESTS, P_TOLD };

static const struct sw_behaviour_parameter parameters[] = {
    [P_EVIDENCE] = {"evidence", 10, 3, 1000, "nats",
                    "how much likelier a period must be than chance, as a natural logarithm"},
    [P_REQUESTS] = {"requests", 12, 6, 1000000, "", "answered requests of a client on the path"},
    [P_TOLD] = {"told", 20, 1, SW_RANKING_MAX, "", "clients that are told"},
};

enum { RULE_INFORMATIONAL, RULE_MEDIUM };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.persistence"), SW_BEHAVIOUR_TAG("attack.t1505.003"),
                                     SW_BEHAVIOUR_TAG("attack.command-and-control"),
                                     SW_BEHAVIOUR_TAG("attack.t1071.001")};

#define NOTE "Monitoring, schedulers, feed readers and interfaces of partners come at a period"

static const struct sw_rule rules[] = {
    [RULE_INFORMATIONAL] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a60", "Client That Polls A Path",
                                             "A client comes back to a rarely used path at a steady period.",
                                             SW_LEVEL_INFORMATIONAL, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a61", "Client That Polls A New Path",
                                      "A client sends something to a path at a steady period that was not there "
                                      "before, that no page leads to, and whose "
                                      "answers vary.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
};

struct state {
    struct sw_ranking ranking;
    int64_t *times;
    size_t room;
};

/* What one client asked of the path. */
struct polls {
    size_t count;
    size_t posts;
    size_t linked;
    uint32_t least;
    uint32_t most;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_ranking_fini(&state->ranking);
    sw_free(state->times);
}

static struct polls gather(const struct sw_access_path *path, unsigned client, int64_t *times)
{
    struct polls p = {.least = UINT32_MAX};
    for (size_t i = 0; i < path->count; i++) {
        const struct sw_access_sample *sample = &path->samples[i];
        if (sample->client != client || sample->status >= 300)
            continue;
        times[p.count++] = sample->time_ms;
        p.posts += (sample->flags & SW_ACCESS_POST) != 0;
        p.linked += (sample->flags & SW_ACCESS_REFERRED) != 0;
        p.least = sample->bytes < p.least ? sample->bytes : p.least;
        p.most = sample->bytes > p.most ? sample->bytes : p.most;
    }
    return p;
}

static bool is_new(const struct sw_access_path *path)
{
    return !path->incomplete && sw_access_is_late(path->site, path->first_ms);
}

static void explain(struct sw_buf *out, const struct sw_access_path *path, const struct sw_access_client *client,
                    const struct polls *p, const struct sw_period *period, const int64_t *times)
{
    sw_buf_access_client(out, client);
    SW_BUF_LIT(out, " comes back to ");
    sw_buf_str_add(out, sw_str_slice(path->path, 0, 200));
    if (path->site->name.len > 0) {
        SW_BUF_LIT(out, " on ");
        sw_buf_str_add(out, path->site->name);
    }
    sw_buf_printf(out, " every %.3g s with %.0f %% jitter (%zu requests, evidence %.0f nats), from ", period->seconds,
                  period->jitter * 100, p->count, period->evidence);
    sw_buf_time(out, times[0] * 1000000);
    SW_BUF_LIT(out, " to ");
    sw_buf_time(out, times[p->count - 1] * 1000000);
    sw_buf_printf(out, "; %.0f %% POST, answers of %u to %u bytes", 100.0 * (double)p->posts / (double)p->count,
                  p->least, p->most);
    if (is_new(path))
        sw_buf_printf(out, "; first seen %lld days after the site's log begins",
                      (long long)((path->first_ms - path->site->first_ms) / 86400000));
}

static int keep(struct sw_behaviour_run *run, const struct sw_access_path *path, unsigned number, const struct polls *p,
                const struct sw_period *period)
{
    struct state *state = run->state;
    const struct sw_access_client *client = &path->clients[number];
    bool varied = p->most > p->least + 64 && p->most > p->least + p->least / 5;
    bool sends = p->posts * 2 >= p->count && p->linked * 5 < p->count;
    unsigned rule = is_new(path) && varied && sends && !client->is_local ? RULE_MEDIUM : RULE_INFORMATIONAL;
    struct sw_ranked *slot;
    double order = period->evidence + (double)rule * 1e9;
    int rc = sw_ranking_add(&state->ranking, (size_t)run->value[P_TOLD], order, 0, &slot);
    if (rc != 0 || slot == NULL)
        return rc;
    slot->score = period->evidence;
    slot->rule = rule;
    slot->count = p->count;
    slot->first_ms = state->times[0];
    slot->last_ms = state->times[p->count - 1];
    sw_ranked_path(slot, path->site, path->path);
    sw_ranked_client(slot, client);
    sw_ranked_members(slot, path->samples, path->count, number);
    explain(&slot->text, path, client, p, period, state->times);
    return 0;
}

static int on_path(struct sw_behaviour_run *run, const struct sw_access_path *path)
{
    struct state *state = run->state;
    if ((double)path->count < run->value[P_REQUESTS])
        return 0;
    if (state->room < path->count) {
        int64_t *times = sw_realloc(state->times, path->count, sizeof *times);
        if (times == NULL)
            return SW_E_NOMEM;
        state->times = times;
        state->room = path->count;
    }
    for (unsigned i = 0; i < path->client_count; i++) {
        struct polls p = gather(path, i, state->times);
        if ((double)p.count < run->value[P_REQUESTS])
            continue;
        struct sw_period period;
        int rc = sw_period_find(state->times, p.count, &period);
        if (rc == 0 && period.evidence >= run->value[P_EVIDENCE])
            rc = keep(run, path, i, &p, &period);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int on_end(struct sw_behaviour_run *run, const struct sw_access_world *world)
{
    (void)world;
    const struct state *state = run->state;
    return sw_ranking_report(&state->ranking, run, false, RULE_INFORMATIONAL, SW_RANKING_MAX);
}

const struct sw_behaviour sw_behaviour_web_polling = {
    .name = "web-polling",
    .summary = "clients that come back to a rarely used path at a period",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .path = on_path,
    .accesses = on_end,
    .end = end,
};
