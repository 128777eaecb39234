/* web_shell.c - ranks paths by how much their use looks like that of a web shell.
 *
 * docs/behaviours/web-shell.md. It looks at the use alone: who asks, how, how often, and what comes back. What a
 * file holds is the web shell scan's to say. */
#include "behaviour/period.h"
#include "behaviour/web_ranking.h"

#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

enum { P_REQUESTS, P_CLIENTS, P_LEAST, P_MEDIUM, P_HIGH, P_TOLD, P_MOST };

static const struct sw_behaviour_parameter parameters[] = {
    [P_REQUESTS] = {"requests", 4, 1, 100000, "", "answered requests that a path must have"},
    [P_CLIENTS] = {"clients", 8, 1, SW_ACCESS_CLIENTS, "", "clients that it may have"},
    [P_LEAST] = {"least", 0.5, 0, 1, "", "score from which on a path is a candidate"},
    [P_MEDIUM] = {"medium", 0.68, 0, 1, "", "score of a candidate at level medium"},
    [P_HIGH] = {"high", 0.8, 0, 1, "", "score of a candidate at level high; it must be new or lie among data as well"},
    [P_TOLD] = {"told", 10, 1, SW_RANKING_MAX, "", "candidates that are told"},
    [P_MOST] = {"most", 3, 0, SW_RANKING_MAX, "", "of these, at medium or above"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.persistence"), SW_BEHAVIOUR_TAG("attack.t1505.003")};

#define NOTE \
    "Interfaces between programs, administration pages and cron scripts are used by few as well: look at the file " \
    "and " \
    "at who the clients are"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a30", "Rarely Used Path, Some Traits Of A Web Shell",
        "Few clients use a path that servers run, in ways that a web shell is used.", SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a31", "Path Used Like A Web Shell",
                                      "Few clients, who ask for hardly anything else, send requests to a path that no "
                                      "page links to, and get answers of "
                                      "very different sizes.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a32", "New Path Used Like A Web Shell",
        "A script that was not there before, or that lies among uploads or images, is used by few clients, who ask for "
        "hardly anything else, without a link to it, and answers with very different sizes.",
        SW_LEVEL_HIGH, tags, NOTE),
};

/* What was measured of a path; 0 to 1 unless said. Below 0: the log cannot tell. */
struct traits {
    double unlinked;  /* share of the requests that no other page referred to */
    double sent;      /* share of POST, or of ever different queries */
    double varied;    /* response sizes */
    double focus;     /* share of its clients' requests that go here */
    double few;       /* clients */
    double bare;      /* share of the requests by clients that load no style sheets or images */
    double fresh;     /* 1: first answered long after the site's log begins */
    double odd_agent; /* share of the requests by agents that hardly anyone else has */
    double newcomers; /* 1: two or more clients who are new themselves */
    double volume;
    double misplaced; /* 1: a script in a folder for data */
    double quiet;     /* share of the requests in hours in which the site is quiet */
    double habit;     /* share of the days on which it is used, of a path that was always there */
    bool machine;     /* its clients come at a period */
    unsigned sizes;   /* different ones */
    uint32_t least_bytes;
    uint32_t most_bytes;
    double posts; /* share */
};

struct state {
    struct sw_ranking ranking;
    int64_t *times;
    uint32_t *sizes;
    uint16_t *queries;
    size_t room;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_ranking_fini(&state->ranking);
    sw_free(state->times);
    sw_free(state->sizes);
    sw_free(state->queries);
}

static int make_room(struct state *state, size_t count)
{
    if (state->room >= count)
        return 0;
    int64_t *times = sw_realloc(state->times, count, sizeof *times);
    state->times = times != NULL ? times : state->times;
    uint32_t *sizes = sw_realloc(state->sizes, count, sizeof *sizes);
    state->sizes = sizes != NULL ? sizes : state->sizes;
    uint16_t *queries = sw_realloc(state->queries, count, sizeof *queries);
    state->queries = queries != NULL ? queries : state->queries;
    if (times == NULL || sizes == NULL || queries == NULL)
        return SW_E_NOMEM;
    state->room = count;
    return 0;
}

/* --- traits ------------------------------------------------------------------------------------------------- */

/* How much sizes differ: half for being many different ones, half for how far they lie apart. */
static void measure_sizes(struct state *state, const struct sw_access_path *path, struct traits *t)
{
    size_t n = 0;
    for (size_t i = 0; i < path->count; i++)
        if (path->samples[i].status < 300)
            state->sizes[n++] = path->samples[i].bytes;
    t->varied = path->site->sized == 0 ? -1 : 0;
    if (n == 0)
        return;
    qsort(state->sizes, n, sizeof *state->sizes, sw_order_u32);
    t->sizes = 1;
    for (size_t i = 1; i < n; i++)
        t->sizes += state->sizes[i] != state->sizes[i - 1];
    t->least_bytes = state->sizes[0];
    t->most_bytes = state->sizes[n - 1];
    if (n < 2 || path->site->sized == 0)
        return;
    size_t tail = n / 20;
    double low = state->sizes[tail] + 32.0; /* a few bytes more or less are no difference */
    double high = state->sizes[n - 1 - tail] + 32.0;
    double many = fmin(1, (t->sizes - 1) / (0.5 * (double)(n - 1)));
    double apart = fmin(1, log(high / low) / log(6));
    t->varied = 0.5 * many * fmin(1, 4 * apart) + 0.5 * apart;
}

/* POST, or queries that are hardly ever the same twice. */
static void measure_sent(struct state *state, const struct sw_access_path *path, struct traits *t)
{
    size_t posts = 0;
    size_t asked = 0;
    for (size_t i = 0; i < path->count; i++) {
        const struct sw_access_sample *sample = &path->samples[i];
        posts += (sample->flags & SW_ACCESS_POST) != 0;
        if ((sample->flags & SW_ACCESS_POST) == 0 && sample->query != 0)
            state->queries[asked++] = sample->query;
    }
    qsort(state->queries, asked, sizeof *state->queries, sw_order_u16);
    size_t different = asked > 0;
    for (size_t i = 1; i < asked; i++)
        different += state->queries[i] != state->queries[i - 1];
    t->posts = (double)posts / (double)path->count;
    double queried = different >= 3 ? (double)different / (double)path->count : 0;
    t->sent = fmin(1, t->posts + queried);
}

static void measure_clients(const struct sw_access_path *path, struct traits *t)
{
    double of_client[SW_ACCESS_CLIENTS] = {0};
    double n = (double)path->count;
    size_t regular = 0; /* clients with more than one request */
    double newcomers = 0;
    for (size_t i = 0; i < path->count; i++)
        of_client[path->samples[i].client % SW_ACCESS_CLIENTS]++;
    int64_t begin_s = path->site->first_ms / 1000;
    int64_t span_s = path->site->last_ms / 1000 - begin_s;
    for (size_t i = 0; i < path->client_count; i++) {
        const struct sw_access_client *client = &path->clients[i];
        double share = fmin(1, of_client[i] / fmax(1, client->requests));
        t->focus += of_client[i] / n * share;
        t->bare += client->assets == 0 ? of_client[i] / n : 0;
        regular += of_client[i] >= 2;
        bool is_new = span_s > 86400 && client->first_s - begin_s > span_s / 10 && !client->incomplete;
        newcomers += is_new && of_client[i] >= 2 && share > 0.3;
    }
    static const double worth[] = {0.9, 0.9, 1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2};
    t->few = path->client_count < SW_COUNT_OF(worth) ? worth[path->client_count] : 0.1;
    if (path->site->clients < 20) /* of a site with few clients every path has few, and so it is behind a proxy */
        t->few = -1;
    t->newcomers = newcomers >= 2 && regular >= 2;
}

static void measure_agents(const struct sw_access_path *path, struct traits *t)
{
    if (path->site->agented == 0) {
        t->odd_agent = -1;
        return;
    }
    for (size_t i = 0; i < path->count; i++) {
        unsigned number = path->samples[i].agent;
        if (number >= path->agent_count)
            continue;
        const struct sw_access_agent *agent = &path->agents[number];
        t->odd_agent += agent->hash == 0 || (agent->clients > 0 && agent->clients <= 3);
    }
    t->odd_agent /= (double)path->count;
}

static void measure_times(const struct sw_access_path *path, struct traits *t)
{
    const struct sw_access_site *site = path->site;
    int64_t span = site->last_ms - site->first_ms;
    const int64_t day = 86400000;
    uint64_t mean = site->requests / 24;
    size_t quiet = 0;
    size_t days = 0;
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < path->count; i++) {
        int64_t time = path->samples[i].time_ms;
        int64_t hour = time / 3600000 % 24;
        quiet += site->hours[hour < 0 ? hour + 24 : hour] * 2u < mean;
        days += i == 0 || time / day != before;
        before = time / day;
    }
    t->quiet = (double)quiet / (double)path->count;
    t->fresh =
        span < 2 * day ? -1 : path->first_ms - site->first_ms > day && path->first_ms - site->first_ms > span / 10;
    if (path->incomplete)
        t->fresh = -1;
    double spanned = (double)span / (double)day + 1;
    t->habit = t->fresh == 1 || span < 3 * day ? 0 : fmin(1, 1.5 * (double)days / spanned);
}

/* Monitoring, schedulers and interfaces come at a period. */
static int measure_period(struct state *state, const struct sw_access_path *path, struct traits *t)
{
    size_t machine = 0;
    for (size_t k = 0; k < path->client_count; k++) {
        size_t n = 0;
        for (size_t i = 0; i < path->count; i++)
            if (path->samples[i].client == k)
                state->times[n++] = path->samples[i].time_ms;
        struct sw_period period;
        int rc = sw_period_find(state->times, n, &period);
        if (rc != 0)
            return rc;
        if (period.evidence > 6 && period.regular > 0.7)
            machine += n;
    }
    t->machine = machine * 2 > path->count;
    return 0;
}

static void measure_flags(const struct sw_access_path *path, struct traits *t)
{
    size_t linked = 0;
    for (size_t i = 0; i < path->count; i++) {
        linked += (path->samples[i].flags & SW_ACCESS_REFERRED) != 0;
        if ((path->samples[i].flags & SW_ACCESS_DATA_DIR) != 0)
            t->misplaced = 1;
    }
    t->unlinked = path->site->referred == 0 ? -1 : 1 - (double)linked / (double)path->count;
    t->volume = fmin(1, log2((double)path->count) / 5);
}

/* --- score -------------------------------------------------------------------------------------------------- */

/* The mean of what can be told, weighted, less what speaks against it. docs/behaviours/web-shell.md gives the
 * table. */
static double score_of(const struct sw_access_path *path, const struct traits *t)
{
    const struct {
        double weight;
        double value;
    } parts[] = {{0.18, t->unlinked},  {0.15, t->sent},   {0.15, t->varied},    {0.12, t->focus},
                 {0.12, t->few},       {0.06, t->bare},   {0.09, t->fresh},     {0.06, t->odd_agent},
                 {0.04, t->newcomers}, {0.08, t->volume}, {0.05, t->misplaced}, {0.02, t->quiet}};
    double sum = 0;
    double weights = 0;
    for (size_t i = 0; i < SW_COUNT_OF(parts); i++) {
        if (parts[i].value < 0)
            continue;
        sum += parts[i].weight * parts[i].value;
        weights += parts[i].weight;
    }
    double score = weights > 0 ? sum / weights : 0;
    score *= 1 - 0.6 / (double)path->count; /* a few requests may look like anything */
    if (path->kind == SW_ACCESS_ROUTE)      /* no file that is run: most often an application's own */
        score *= 0.85;
    bool local = path->client_count > 0;
    for (size_t i = 0; i < path->client_count; i++)
        local &= path->clients[i].is_local;
    score *= local ? 0.6 : 1;
    score *= 1 - 0.3 * t->habit;
    score *= !t->machine ? 1 : t->varied < 0.5 ? 0.75 : 0.9;
    if (t->bare < 0.5 && t->focus < 0.1) /* ordinary visitors, for whom this is one page of many */
        score *= 0.85;
    if (t->varied >= 0 && t->varied < 0.2) /* the same answer ever: nobody reads it */
        score *= 0.7;
    return score;
}

static unsigned rule_of(const struct sw_behaviour_run *run, const struct sw_access_path *path, const struct traits *t,
                        double score)
{
    bool shaped = t->sent >= 0.5 && t->varied >= 0.4 && t->unlinked >= 0.7 && !t->machine;
    if (score >= run->value[P_HIGH] && shaped && path->count >= 8 && !path->incomplete &&
        (t->fresh == 1 || t->misplaced == 1))
        return RULE_HIGH;
    return score >= run->value[P_MEDIUM] ? RULE_MEDIUM : RULE_LOW;
}

/* --- candidates --------------------------------------------------------------------------------------------- */

static void put_percent(struct sw_buf *out, double share)
{
    sw_buf_printf(out, "%.0f %%", share * 100);
}

static void explain(struct sw_buf *out, const struct sw_access_path *path, const struct traits *t)
{
    sw_buf_str_add(out, sw_str_slice(path->path, 0, 200));
    if (path->site->name.len > 0) {
        SW_BUF_LIT(out, " on ");
        sw_buf_str_add(out, path->site->name);
    }
    sw_buf_printf(out, " answered %llu requests of %zu client%s", (unsigned long long)(path->count + path->cut),
                  path->client_count, path->client_count == 1 ? "" : "s");
    if (path->site->agented > 0)
        sw_buf_printf(out, " and %zu%s agent%s", path->agent_count, path->more_agents ? " or more" : "",
                      path->agent_count == 1 ? "" : "s");
    SW_BUF_LIT(out, " from ");
    sw_buf_time(out, path->first_ms * 1000000);
    SW_BUF_LIT(out, " to ");
    sw_buf_time(out, path->last_ms * 1000000);
    SW_BUF_LIT(out, ": ");
    put_percent(out, t->posts);
    SW_BUF_LIT(out, " POST, ");
    if (t->unlinked >= 0) {
        put_percent(out, t->unlinked);
        SW_BUF_LIT(out, " without a page that led there, ");
    }
    if (t->varied >= 0)
        sw_buf_printf(out, "%u sizes of answers from %u to %u bytes, ", t->sizes, t->least_bytes, t->most_bytes);
    put_percent(out, t->focus);
    SW_BUF_LIT(out, " of what these clients asked for");
    if (t->bare > 0.99)
        SW_BUF_LIT(out, ", who load no images or style sheets");
    if (t->fresh == 1) {
        int64_t after = (path->first_ms - path->site->first_ms) / 86400000;
        sw_buf_printf(out, "; first seen %lld days after the site's log begins", (long long)after);
    }
    if (t->newcomers > 0)
        SW_BUF_LIT(out, "; two clients new to the site share it");
    if (t->misplaced > 0)
        SW_BUF_LIT(out, "; a script in a folder for data");
    if (t->odd_agent > 0.5)
        SW_BUF_LIT(out, "; agents that hardly anyone else has");
    if (t->machine)
        SW_BUF_LIT(out, "; at a steady period");
    if (path->incomplete)
        SW_BUF_LIT(out, "; earlier requests were given up for want of memory");
}

static int keep(struct sw_behaviour_run *run, const struct sw_access_path *path, const struct traits *t, double score)
{
    struct state *state = run->state;
    struct sw_ranked *slot;
    int rc = sw_ranking_add(&state->ranking, (size_t)run->value[P_TOLD], score, 0, &slot);
    if (rc != 0 || slot == NULL)
        return rc;
    slot->rule = rule_of(run, path, t, score);
    slot->count = path->count + path->cut;
    slot->first_ms = path->first_ms;
    slot->last_ms = path->last_ms;
    sw_ranked_path(slot, path->site, path->path);
    for (size_t i = 0; i < path->client_count; i++)
        sw_ranked_client(slot, &path->clients[i]);
    sw_ranked_members(slot, path->samples, path->count, SW_ACCESS_CLIENTS);
    explain(&slot->text, path, t);
    return 0;
}

static int on_path(struct sw_behaviour_run *run, const struct sw_access_path *path)
{
    struct state *state = run->state;
    bool runs = path->kind == SW_ACCESS_SCRIPT || path->posts > 0;
    if (!runs || (double)path->count < run->value[P_REQUESTS] || (double)path->client_count > run->value[P_CLIENTS])
        return 0;
    int rc = make_room(state, path->count);
    if (rc != 0)
        return rc;
    struct traits t = {0};
    measure_flags(path, &t);
    measure_sent(state, path, &t);
    measure_sizes(state, path, &t);
    measure_clients(path, &t);
    measure_agents(path, &t);
    measure_times(path, &t);
    double score = score_of(path, &t);
    if (score < run->value[P_LEAST])
        return 0;
    rc = measure_period(state, path, &t);
    if (rc != 0)
        return rc;
    score = score_of(path, &t);
    return score >= run->value[P_LEAST] ? keep(run, path, &t, score) : 0;
}

static int on_end(struct sw_behaviour_run *run, const struct sw_access_world *world)
{
    (void)world;
    const struct state *state = run->state;
    return sw_ranking_report(&state->ranking, run, true, RULE_LOW, run->value[P_MOST]);
}

const struct sw_behaviour sw_behaviour_web_shell = {
    .name = "web-shell",
    .summary = "paths whose use looks like that of a web shell, ranked",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .path = on_path,
    .accesses = on_end,
    .end = end,
};
