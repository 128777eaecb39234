/* web_enumeration.c - a client that looks for many things in vain, then keeps to one path, and gets answers.
 *
 * docs/behaviours/web-enumeration.md. That many look for holes is no news on the internet; that one found something is.
 */
#include "behaviour/web_ranking.h"

#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

enum { P_PROBES, P_WINDOW, P_FOCUS, P_WITHIN, P_TOLD };

static const struct sw_behaviour_parameter parameters[] = {
    [P_PROBES] = {"probes", 20, 8, SW_ACCESS_PROBES, "",
                  "different paths that a client must have asked for in vain before"},
    [P_WINDOW] = {"window", 604800, 60, 31536000, "s", "how long before the first request on the path"},
    [P_FOCUS] = {"focus", 5, 2, 100000, "",
                 "requests on one path that were answered or broke, one of them with success"},
    [P_WITHIN] = {"within", 86400, 60, 31536000, "s", "how soon these must come, before and after the first success"},
    [P_TOLD] = {"told", 20, 1, SW_RANKING_MAX, "", "clients that are told"},
};

enum { RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.reconnaissance"), SW_BEHAVIOUR_TAG("attack.t1595.003"),
                                     SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.t1190")};
static const struct sw_str shell_tags[] = {
    SW_BEHAVIOUR_TAG("attack.reconnaissance"), SW_BEHAVIOUR_TAG("attack.t1595.003"),
    SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.t1190"),
    SW_BEHAVIOUR_TAG("attack.persistence"),    SW_BEHAVIOUR_TAG("attack.t1505.003")};

#define NOTE "Tests of security that were ordered; crawlers of a site that lost many of its pages"

static const struct sw_rule rules[] = {
    [RULE_MEDIUM] =
        SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a50", "Client That Enumerates And Then Keeps To One Path",
                          "A client asks for many things that are not there, and then sends request after request to "
                          "one path that answers "
                          "and that hardly anyone else uses.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a51",
                                    "Path That Enumerating Client Asked For In Vain Answers It",
                                    "A client asks for many things that are not there, one of which then is there, "
                                    "answers, and is used by this client.",
                                    SW_LEVEL_HIGH, shell_tags, NOTE),
};

/* What a client did on a path. */
struct focus {
    int64_t begin_ms; /* first request that was answered or broke, not long before the first success */
    int64_t first_ms; /* first success */
    int64_t last_ms;
    size_t answers; /* with success */
    size_t broken;  /* server errors and redirections */
    size_t sent;    /* POST, or with another query than the one before */
    size_t probes;  /* different paths, before that */
    size_t in_vain; /* probes of this very path before it */
    struct sw_place probe;
    int64_t probe_ms;
};

static void count_probes(const struct sw_behaviour_run *run, const struct sw_access_client *client, uint32_t path,
                         struct focus *f)
{
    uint32_t paths[SW_ACCESS_PROBES];
    size_t n = 0;
    for (size_t i = 0; i < client->probe_count && n < SW_ACCESS_PROBES; i++) {
        const struct sw_access_probe *probe = &client->probes[i];
        if (probe->time_ms > f->begin_ms || (double)(f->begin_ms - probe->time_ms) > run->value[P_WINDOW] * 1000)
            continue;
        f->in_vain += probe->path == path;
        if (n == 0 || probe->path == path) {
            f->probe = probe->place;
            f->probe_ms = probe->time_ms;
        }
        paths[n++] = probe->path;
    }
    if (n == 0)
        return;
    qsort(paths, n, sizeof *paths, sw_order_u32);
    f->probes = 1;
    for (size_t i = 1; i < n; i++)
        f->probes += paths[i] != paths[i - 1];
}

static bool is_success(const struct sw_access_sample *sample, unsigned client)
{
    return sample->client == client && (sample->status < 300 || sample->status == 304);
}

static void follow(const struct sw_behaviour_run *run, const struct sw_access_path *path, unsigned client,
                   struct focus *f)
{
    size_t first = 0;
    while (first < path->count && !is_success(&path->samples[first], client))
        first++;
    if (first == path->count)
        return;
    f->first_ms = f->begin_ms = path->samples[first].time_ms;
    uint32_t query = UINT32_MAX;
    double within = run->value[P_WITHIN] * 1000;
    for (size_t i = 0; i < path->count; i++) {
        const struct sw_access_sample *sample = &path->samples[i];
        if (sample->client != client || fabs((double)(sample->time_ms - f->first_ms)) > within)
            continue;
        if (is_success(sample, client))
            f->answers++;
        else
            f->broken++;
        f->sent += (sample->flags & SW_ACCESS_POST) != 0 || (sample->query != 0 && sample->query != query);
        f->begin_ms = sample->time_ms < f->begin_ms ? sample->time_ms : f->begin_ms;
        f->last_ms = sample->time_ms;
        query = sample->query;
    }
}

static void explain(struct sw_buf *out, const struct sw_access_path *path, const struct sw_access_client *client,
                    const struct focus *f)
{
    sw_buf_access_client(out, client);
    sw_buf_printf(out, " asked for %zu paths that are not there, then sent %zu requests to ", f->probes,
                  f->answers + f->broken);
    sw_buf_str_add(out, sw_str_slice(path->path, 0, 200));
    if (path->site->name.len > 0) {
        SW_BUF_LIT(out, " on ");
        sw_buf_str_add(out, path->site->name);
    }
    SW_BUF_LIT(out, " from ");
    sw_buf_time(out, f->begin_ms * 1000000);
    SW_BUF_LIT(out, " to ");
    sw_buf_time(out, f->last_ms * 1000000);
    sw_buf_printf(out, ", of which %zu had success, the first at ", f->answers);
    sw_buf_time(out, f->first_ms * 1000000);
    if (f->in_vain > 0)
        sw_buf_printf(out, "; it had asked for this very path %zu times in vain", f->in_vain);
    if (path->client_count > 1)
        sw_buf_printf(out, "; %zu other clients use it", path->client_count - 1);
    else
        SW_BUF_LIT(out, "; no one else uses it");
}

static int keep(struct sw_behaviour_run *run, const struct sw_access_path *path, const struct sw_access_client *client,
                unsigned number, const struct focus *f)
{
    unsigned rule = f->in_vain > 0 && path->first_ms == f->first_ms && path->kind != SW_ACCESS_ASSET &&
                            path->kind != SW_ACCESS_DOCUMENT
                        ? RULE_HIGH
                        : RULE_MEDIUM;
    struct sw_ranked *slot;
    size_t requests = f->answers + f->broken;
    double order = (double)requests + (double)rule * 1e9;
    int rc = sw_ranking_add(run->state, (size_t)run->value[P_TOLD], order, sw_access_client_hash(client), &slot);
    if (rc != 0 || slot == NULL)
        return rc;
    slot->score = (double)requests;
    slot->rule = rule;
    slot->count = requests;
    slot->first_ms = f->probe_ms;
    slot->last_ms = f->last_ms;
    sw_ranked_path(slot, path->site, path->path);
    sw_ranked_client(slot, client);
    sw_ranked_member(slot, f->probe_ms, f->probe);
    sw_ranked_members(slot, path->samples, path->count, number);
    explain(&slot->text, path, client, f);
    return 0;
}

static int on_path(struct sw_behaviour_run *run, const struct sw_access_path *path)
{
    int rc = 0;
    for (unsigned i = 0; i < path->client_count && rc == 0; i++) {
        const struct sw_access_client *client = &path->clients[i];
        if ((double)client->probe_count < run->value[P_PROBES])
            continue;
        struct focus f = {0};
        follow(run, path, i, &f);
        size_t requests = f.answers + f.broken;
        if (f.answers == 0 || (double)requests < run->value[P_FOCUS] || f.sent * 2 < requests)
            continue;
        count_probes(run, client, path->hash, &f);
        if ((double)f.probes >= run->value[P_PROBES])
            rc = keep(run, path, client, i, &f);
    }
    return rc;
}

static int on_end(struct sw_behaviour_run *run, const struct sw_access_world *world)
{
    (void)world;
    return sw_ranking_report(run->state, run, false, RULE_MEDIUM, SW_RANKING_MAX);
}

const struct sw_behaviour sw_behaviour_web_enumeration = {
    .name = "web-enumeration",
    .summary = "a client that looks for much in vain and then keeps to one path",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_ranking),
    .path = on_path,
    .accesses = on_end,
    .end = sw_ranking_end,
};
