/* web_shared_path.c - a path that only two or three clients know, from different networks, all of them new to the site.
 *
 * docs/behaviours/web-shared-path.md. Who passes on the address of a thing that no page leads to? */
#include "behaviour/web_ranking.h"

#include "base/mem.h"

enum { P_CLIENTS, P_REQUESTS, P_FOCUS, P_TOLD };

static const struct sw_behaviour_parameter parameters[] = {
    [P_CLIENTS] = {"clients", 3, 2, SW_ACCESS_CLIENTS, "", "clients that may know the path"},
    [P_REQUESTS] = {"requests", 2, 1, 100000, "", "requests that at least two of them must have made there"},
    [P_FOCUS] = {"focus", 0.3, 0, 1, "", "share of what a client asked of the site"},
    [P_TOLD] = {"told", 10, 1, SW_RANKING_MAX, "", "paths that are told"},
};

enum { RULE_LOW, RULE_MEDIUM };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.persistence"), SW_BEHAVIOUR_TAG("attack.t1505.003")};

#define NOTE "Links that were sent to a few people; new interfaces with more than one machine"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a70", "Path That Two New Clients Share",
                                   "Two or three clients from different networks, new to the site, use a path that no "
                                   "one else asks for and no page "
                                   "leads to.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] =
        SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a71", "New Path That Two New Clients Share And Send To",
                          "Two or three clients from different networks, new to the site, send something to a path "
                          "that no one else asks for, "
                          "that was not there before, and whose answers vary.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
};

/* IPv4 /16, IPv6 /32. */
static bool same_network(const struct sw_access_client *a, const struct sw_access_client *b)
{
    if (a->name.len > 0 || b->name.len > 0)
        return false;
    size_t bytes = sw_address_is_v4(&a->address) ? 14 : 4;
    return memcmp(a->address.bytes, b->address.bytes, bytes) == 0;
}

struct use {
    size_t count[SW_ACCESS_CLIENTS]; /* of each client */
    size_t posts;
    size_t linked;
    uint32_t least;
    uint32_t most;
};

static struct use use_of(const struct sw_access_path *path)
{
    struct use use = {.least = UINT32_MAX};
    for (size_t i = 0; i < path->count; i++) {
        const struct sw_access_sample *sample = &path->samples[i];
        if (sample->status >= 300)
            continue;
        use.count[sample->client % SW_ACCESS_CLIENTS]++;
        use.posts += (sample->flags & SW_ACCESS_POST) != 0;
        use.linked += (sample->flags & SW_ACCESS_REFERRED) != 0;
        use.least = sample->bytes < use.least ? sample->bytes : use.least;
        use.most = sample->bytes > use.most ? sample->bytes : use.most;
    }
    return use;
}

/* All are new, keep to the path, and two of them are no neighbours. */
static bool is_shared(const struct sw_behaviour_run *run, const struct sw_access_path *path, const struct use *use)
{
    const struct sw_access_client *one = NULL;
    bool apart = false;
    for (size_t i = 0; i < path->client_count; i++) {
        const struct sw_access_client *client = &path->clients[i];
        if (client->incomplete || !sw_access_is_late(path->site, client->first_s * 1000) ||
            (double)use->count[i] < run->value[P_FOCUS] * (double)client->requests)
            return false;
        if ((double)use->count[i] < run->value[P_REQUESTS])
            continue;
        apart |= one != NULL && !same_network(one, client);
        one = one == NULL ? client : one;
    }
    return apart;
}

static void explain(struct sw_buf *out, const struct sw_access_path *path, const struct use *use)
{
    sw_buf_str_add(out, sw_str_slice(path->path, 0, 200));
    if (path->site->name.len > 0) {
        SW_BUF_LIT(out, " on ");
        sw_buf_str_add(out, path->site->name);
    }
    sw_buf_printf(out,
                  " is used by %zu clients alone, from different networks and new to the site: ", path->client_count);
    for (size_t i = 0; i < path->client_count; i++) {
        if (i > 0)
            SW_BUF_LIT(out, ", ");
        sw_buf_access_client(out, &path->clients[i]);
        sw_buf_printf(out, " (%zu of its %u requests)", use->count[i], path->clients[i].requests);
    }
    SW_BUF_LIT(out, "; from ");
    sw_buf_time(out, path->first_ms * 1000000);
    SW_BUF_LIT(out, " to ");
    sw_buf_time(out, path->last_ms * 1000000);
    sw_buf_printf(out, ", %zu POST, answers of %u to %u bytes", use->posts, use->least, use->most);
}

static int on_path(struct sw_behaviour_run *run, const struct sw_access_path *path)
{
    if (path->client_count < 2 || (double)path->client_count > run->value[P_CLIENTS] || path->incomplete)
        return 0;
    struct use use = use_of(path);
    if (use.linked * 5 > path->count || !is_shared(run, path, &use))
        return 0;
    bool varied = use.most > use.least + 64 && use.most > use.least + use.least / 2;
    unsigned rule = use.posts > 0 && varied && sw_access_is_late(path->site, path->first_ms) ? RULE_MEDIUM : RULE_LOW;
    struct sw_ranked *slot;
    double order = (double)path->count + (double)rule * 1e9;
    int rc = sw_ranking_add(run->state, (size_t)run->value[P_TOLD], order, 0, &slot);
    if (rc != 0 || slot == NULL)
        return rc;
    slot->score = (double)path->count;
    slot->rule = rule;
    slot->count = path->count + path->cut;
    slot->first_ms = path->first_ms;
    slot->last_ms = path->last_ms;
    sw_ranked_path(slot, path->site, path->path);
    for (size_t i = 0; i < path->client_count; i++)
        sw_ranked_client(slot, &path->clients[i]);
    sw_ranked_members(slot, path->samples, path->count, SW_ACCESS_CLIENTS);
    explain(&slot->text, path, &use);
    return 0;
}

static int on_end(struct sw_behaviour_run *run, const struct sw_access_world *world)
{
    (void)world;
    return sw_ranking_report(run->state, run, false, RULE_LOW, SW_RANKING_MAX);
}

const struct sw_behaviour sw_behaviour_web_shared_path = {
    .name = "web-shared-path",
    .summary = "a path that only two or three new clients know",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_ranking),
    .path = on_path,
    .accesses = on_end,
    .end = sw_ranking_end,
};
