/* account_history.c - see account_history.h. */
#include "behaviour/account_history.h"

#include "base/mem.h"

enum {
    DAY_MS = 86400000,
    HOUR_MS = 3600000,
    ENOUGH_DAYS = 5, /* distinct days with logins, before anything is called new */
    ENOUGH_LOGINS = 10,
    HOUR_DAYS = 10, /* ... before an hour is */
    HOUR_LOGINS = 30
};

int sw_history_start(struct sw_history *history, const struct sw_account *account)
{
    size_t count = account->world->name_count;
    if (history->room < count) {
        sw_free(history->stamp);
        sw_free(history->first_ms);
        history->stamp = sw_alloc(count, sizeof *history->stamp);
        history->first_ms = sw_alloc(count, sizeof *history->first_ms);
        history->room = history->stamp != NULL && history->first_ms != NULL ? count : 0;
        if (history->room == 0)
            return SW_E_NOMEM;
    }
    history->account = account;
    history->device_count = 0;
    history->failure_count = 0;
    memset(history->hours, 0, sizeof history->hours);
    history->logins = 0;
    history->days = 0;
    history->day = INT64_MIN;
    history->networks = 0;
    history->countries = 0;
    history->new_networks = 0;
    history->first_login_ms = INT64_MAX;
    history->last_login_ms = INT64_MIN;
    return 0;
}

void sw_history_fini(struct sw_history *history)
{
    sw_free(history->stamp);
    sw_free(history->first_ms);
    *history = (struct sw_history){0};
}

static bool seen(const struct sw_history *history, uint32_t name)
{
    return name < history->room && history->stamp[name] == history->account->number + 1;
}

bool sw_history_knows(const struct sw_history *history, uint32_t name, int64_t time_ms)
{
    return seen(history, name) && time_ms - history->first_ms[name] >= DAY_MS;
}

/* Whether the name came up; its first time is kept. */
static bool learn_name(struct sw_history *history, uint32_t name, int64_t time_ms)
{
    if (name >= history->room || seen(history, name))
        return false;
    history->stamp[name] = history->account->number + 1;
    history->first_ms[name] = time_ms;
    return true;
}

static const int64_t *device_since(const struct sw_history *history, uint32_t device)
{
    for (size_t i = 0; i < history->device_count; i++)
        if (history->devices[i].device == device)
            return &history->devices[i].first_ms;
    return NULL;
}

bool sw_history_has(const struct sw_history *history, uint32_t name)
{
    return seen(history, name);
}

bool sw_history_knows_device(const struct sw_history *history, const struct sw_login *login)
{
    const int64_t *since = login->device != 0 ? device_since(history, login->device) : NULL;
    return since != NULL && login->time_ms - *since >= DAY_MS;
}

static unsigned hour_of(int64_t time_ms)
{
    return (unsigned)((uint64_t)time_ms / HOUR_MS % 24);
}

/* No login within two hours of this time of day, of at least thirty on ten days. */
static bool is_odd_hour(const struct sw_history *history, int64_t time_ms)
{
    if (history->days < HOUR_DAYS || history->logins < HOUR_LOGINS)
        return false;
    unsigned hour = hour_of(time_ms);
    for (unsigned i = 22; i <= 26; i++)
        if (history->hours[(hour + i) % 24] > 0)
            return false;
    return true;
}

static uint32_t failures_before(const struct sw_history *history, const struct sw_login *login, uint32_t network)
{
    uint64_t sum = 0;
    uint64_t count = history->failure_count < SW_HISTORY_FAILURES ? history->failure_count : SW_HISTORY_FAILURES;
    for (uint64_t i = 0; i < count; i++)
        if (login->time_ms - history->failures[i].time_ms < HOUR_MS && history->failures[i].network == network)
            sum += history->failures[i].weight;
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

void sw_history_judge(const struct sw_history *history, const struct sw_login *login, struct sw_novelty *novelty)
{
    const struct sw_account_world *world = history->account->world;
    int64_t now = login->time_ms;
    uint32_t network = sw_login_network(world, login);
    uint32_t country = sw_login_country(world, login);
    *novelty = (struct sw_novelty){0};
    novelty->enough = history->days >= ENOUGH_DAYS && history->logins >= ENOUGH_LOGINS;
    novelty->known_device = sw_history_knows_device(history, login);
    novelty->failures = failures_before(history, login, network);
    if (!novelty->enough)
        return;
    bool roams = history->new_networks * 3u > history->days;
    novelty->country = country != SW_LOGIN_NONE && history->countries > 0 && history->countries <= 4 &&
                       !sw_history_knows(history, country, now);
    /* Someone on the road has new networks all the time, but not in a new country. */
    novelty->network =
        network != SW_LOGIN_NONE && !sw_history_knows(history, network, now) && (!roams || novelty->country);
    novelty->device = login->device != 0 && !novelty->known_device && history->device_count > 0 &&
                      history->device_count <= 3 + history->days / 15;
    novelty->hour = is_odd_hour(history, now);
    const struct sw_login_name *from = sw_login_name_at(world, network);
    novelty->alone = from != NULL && from->accounts <= 1;
    const struct sw_login_name *land = sw_login_name_at(world, country);
    novelty->rare_country = land != NULL && land->accounts <= 1 + world->existing / 300;
}

void sw_history_learn(struct sw_history *history, const struct sw_login *login)
{
    const struct sw_account_world *world = history->account->world;
    int64_t now = login->time_ms;
    uint32_t network = sw_login_network(world, login);
    if (login->outcome == SW_LOGIN_FAILURE && login->kind != SW_LOGIN_MFA && (login->flags & SW_LOGIN_F_EXPIRED) == 0) {
        size_t at = history->failure_count++ % SW_HISTORY_FAILURES;
        history->failures[at].time_ms = now;
        history->failures[at].network = network;
        history->failures[at].weight = login->weight;
    }
    if (login->outcome != SW_LOGIN_SUCCESS || !sw_login_enters(login))
        return;
    if (now / DAY_MS != history->day) {
        history->day = now / DAY_MS;
        history->days++;
    }
    if (history->logins++ == 0)
        history->first_login_ms = now;
    history->last_login_ms = now;
    history->hours[hour_of(now)]++;
    (void)learn_name(history, login->source, now);
    if (learn_name(history, network, now)) {
        history->networks++;
        history->new_networks += now - history->first_login_ms >= DAY_MS;
    }
    history->countries += learn_name(history, sw_login_country(world, login), now);
    if (login->device != 0 && history->device_count < SW_HISTORY_DEVICES &&
        device_since(history, login->device) == NULL) {
        history->devices[history->device_count].device = login->device;
        history->devices[history->device_count++].first_ms = now;
    }
}

void sw_buf_novelty(struct sw_buf *out, const struct sw_account_world *world, const struct sw_login *login,
                    const struct sw_novelty *novelty)
{
    const char *between = "";
    if (novelty->network) {
        sw_buf_printf(out, "a network it never used");
        between = ", ";
    }
    if (novelty->country) {
        sw_buf_printf(out, "%sa new country (", between);
        sw_buf_login_name(out, world, sw_login_country(world, login));
        sw_buf_printf(out, novelty->rare_country ? ", hardly used by anyone)" : ")");
        between = ", ";
    }
    if (novelty->device) {
        sw_buf_printf(out, "%sa new device", between);
        between = ", ";
    }
    if (novelty->hour) {
        sw_buf_printf(out, "%san hour it is never active at", between);
        between = ", ";
    }
    if (novelty->failures >= 3)
        sw_buf_printf(out, "%safter %u failures from there within the hour", between, novelty->failures);
}

void sw_history_end(struct sw_behaviour_run *run)
{
    sw_history_fini(run->state);
}
