/* account_fan_out.c - an account reaches many hosts that it never reached. docs/behaviours/account-fan-out.md.
 *
 * By file shares, remote desktop, WinRM (network logins), SSH, explicit credentials, or tickets for computers.
 * Deployment, backup and monitoring come back to the same hosts: those are habits, and don't count. */
#include "behaviour/account_reach.h"

enum { P_HOSTS, P_WINDOW, P_FACTOR };

static const struct sw_behaviour_parameter parameters[] = {
    [P_HOSTS] = {"hosts", 10, 3, 100000, "", "new hosts that are reached"},
    [P_WINDOW] = {"window", 3600, 60, 86400, "s", "time within which"},
    [P_FACTOR] = {"factor", 3, 1, 1000, "", "how many times more than on the account's busiest day before"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.lateral-movement"), SW_BEHAVIOUR_TAG("attack.t1021.002"),
                                     SW_BEHAVIOUR_TAG("attack.t1021.001"), SW_BEHAVIOUR_TAG("attack.t1021.004"),
                                     SW_BEHAVIOUR_TAG("attack.t1021.006")};

#define NOTE "Administrators during maintenance, inventories and scanners on their first run"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE(
        "e4b81c36-7a2d-4d1f-8c59-1f7e3a9b2c60", "Account At Many Hosts",
        "An account reaches many hosts for the first time; what is usual for it is not known, or not much less.",
        SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] =
        SW_BEHAVIOUR_RULE("e4b81c36-7a2d-4d1f-8c59-1f7e3a9b2c61", "Fan-Out Of An Account",
                          "An account reaches many hosts within an hour that it never reached before, far more "
                          "than on any day before.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE(
        "e4b81c36-7a2d-4d1f-8c59-1f7e3a9b2c62", "Fan-Out Of An Account That Often Fails Or By Remote Desktop",
        "An account reaches many hosts within an hour that it never reached before, and is refused by many of them, or "
        "opens remote desktops on them.",
        SW_LEVEL_HIGH, tags, NOTE),
};

enum { ENOUGH_DAYS = 4 };

static uint32_t host_of(const struct sw_login *login)
{
    switch (login->kind) {
    case SW_LOGIN_NETWORK:
    case SW_LOGIN_REMOTE:
    case SW_LOGIN_SSH:
    case SW_LOGIN_EXPLICIT:
    case SW_LOGIN_TICKET:
        return login->target;
    default:
        return SW_LOGIN_NONE;
    }
}

/* Those that open a session: few people do so on many hosts. */
static uint32_t session_host_of(const struct sw_login *login)
{
    bool session = login->kind == SW_LOGIN_REMOTE || login->kind == SW_LOGIN_SSH || login->kind == SW_LOGIN_EXPLICIT;
    return session ? login->target : SW_LOGIN_NONE;
}

struct means {
    uint32_t count[SW_LOGIN_KIND_COUNT];
    uint32_t failures;
};

static void explain(struct sw_buf *out, const struct sw_account *account, const struct sw_burst *burst,
                    const struct means *means, const struct sw_account_finding *finding)
{
    sw_buf_str_add(out, account->brief->name);
    sw_buf_printf(out, " reached %u hosts for the first time within ", burst->fresh);
    sw_buf_span(out, (double)(finding->last_ms - finding->first_ms) / 1000);
    SW_BUF_LIT(out, ", from ");
    sw_buf_login_name(out, account->world, finding->source);
    const char *between = " (";
    for (unsigned i = 0; i < SW_LOGIN_KIND_COUNT; i++)
        if (means->count[i] > 0) {
            sw_buf_printf(out, "%s%u %s", between, means->count[i], sw_login_kind_name(i));
            between = ", ";
        }
    sw_buf_printf(out, "; %u refused); on %u days before it reached at most %u hosts a day", means->failures,
                  burst->days, burst->usual);
}

/* An account that turns up after days of evidence, and goes to many hosts at once. */
static bool is_newborn(const struct sw_account *account, const struct sw_burst *burst)
{
    int64_t from_ms = account->logins[burst->from].time_ms;
    return burst->days == 0 && from_ms - account->world->first_ms >= (int64_t)ENOUGH_DAYS * 86400000 &&
           from_ms - account->logins[0].time_ms < 86400000;
}

static unsigned level_of(const struct sw_behaviour_run *run, const struct sw_account *account,
                         const struct sw_burst *burst, const struct means *means)
{
    bool failing = means->failures * 3 >= burst->fresh;
    bool unusual = burst->fresh >= run->value[P_FACTOR] * burst->usual;
    if (burst->days < ENOUGH_DAYS || !unusual)
        return is_newborn(account, burst) && !account->brief->service_name && unusual ? RULE_MEDIUM : RULE_LOW;
    bool desktops = means->count[SW_LOGIN_REMOTE] * 2 >= burst->fresh;
    return (failing || desktops) && !account->brief->privileged ? RULE_HIGH : RULE_MEDIUM;
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, sw_reach_pick pick,
                  const struct sw_burst *burst)
{
    struct sw_account_finding finding;
    struct means means = {0};
    sw_finding_init(&finding);
    for (size_t i = burst->from; i < burst->to; i++) {
        const struct sw_login *login = &account->logins[i];
        if (!sw_reach_is_fresh(run->state, account, login, pick(login)))
            continue;
        means.count[login->kind]++;
        means.failures += login->outcome == SW_LOGIN_FAILURE;
        if (finding.source == SW_LOGIN_NONE || login->kind != SW_LOGIN_TICKET)
            finding.source = login->source;
        sw_finding_login(&finding, login);
    }
    finding.rule = level_of(run, account, burst, &means);
    finding.value = burst->fresh;
    finding.account = account->brief->name;
    finding.incomplete = account->brief->incomplete;
    explain(&finding.text, account, burst, &means, &finding);
    return sw_finding_tell(&finding, run, account->world);
}

/* Tells of bursts, but not of those that begin before *told_ms, which becomes the end of the last one. */
static int look(struct sw_behaviour_run *run, const struct sw_account *account, sw_reach_pick pick, int64_t *told_ms)
{
    struct sw_reach *reach = run->state;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    int64_t before_ms = *told_ms;
    int rc = sw_reach_start(reach, account, pick);
    struct sw_burst burst;
    for (size_t at = 0;
         rc == 0 && sw_reach_next(reach, account, pick, window_ms, (uint32_t)run->value[P_HOSTS], &at, &burst);) {
        if (account->logins[burst.from].time_ms <= before_ms)
            continue;
        rc = report(run, account, pick, &burst);
        *told_ms = account->logins[burst.to - 1].time_ms;
    }
    return rc;
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    int64_t told_ms = INT64_MIN;
    /* Names that only the internet tries are no accounts that go anywhere. */
    if (!account->brief->named)
        return 0;
    int rc = look(run, account, session_host_of, &told_ms);
    return rc == 0 ? look(run, account, host_of, &told_ms) : rc;
}

const struct sw_behaviour sw_behaviour_account_fan_out = {
    .name = "account-fan-out",
    .summary = "an account reaches many hosts that it never reached",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_reach),
    .account = on_account,
    .end = sw_reach_end,
};
