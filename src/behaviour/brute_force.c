/* brute_force.c - many failures of one account, then a success. docs/behaviours/brute-force.md.
 *
 * Old passwords saved in devices and services fail for days, from where the account is at home: those stay low. */
#include "behaviour/account_history.h"

enum { P_FAILURES, P_WINDOW, P_SOURCES };

static const struct sw_behaviour_parameter parameters[] = {
    [P_FAILURES] = {"failures", 10, 3, 1000000, "", "failures before the success"},
    [P_WINDOW] = {"window", 3600, 60, 86400, "s", "time that they must lie in"},
    [P_SOURCES] = {"sources", 10, 3, 100000, "", "addresses from which failures count as spread over many"},
};

enum { RULE_TRIED, RULE_HOME, RULE_NEW, RULE_SPREAD };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"),
                                     SW_BEHAVIOUR_TAG("attack.t1110.001")};
static const struct sw_str success_tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"),
                                             SW_BEHAVIOUR_TAG("attack.initial-access"),
                                             SW_BEHAVIOUR_TAG("attack.t1110.001"), SW_BEHAVIOUR_TAG("attack.t1078")};

static const struct sw_rule rules[] = {
    [RULE_TRIED] =
        SW_BEHAVIOUR_RULE("3b0a7c52-8d14-4e0d-a6c5-0d9b1f3e6a20", "Brute Force Of An Account",
                          "An account that exists fails a hundred times within an hour.", SW_LEVEL_INFORMATIONAL, tags,
                          "Services with an old password; root on hosts that the internet reaches"),
    [RULE_HOME] = SW_BEHAVIOUR_RULE(
        "3b0a7c52-8d14-4e0d-a6c5-0d9b1f3e6a21", "Many Failures, Then A Success",
        "An account fails many times within a while, then comes in, from a source that it used before.", SW_LEVEL_LOW,
        success_tags, "A password that was changed and is still saved in a device or a service"),
    [RULE_NEW] = SW_BEHAVIOUR_RULE(
        "3b0a7c52-8d14-4e0d-a6c5-0d9b1f3e6a22", "Brute Force, Then A Success",
        "An account fails many times within a while, then comes in, from a source that it never used before.",
        SW_LEVEL_HIGH, success_tags, "A service that is being set up on another host, with a wrong password at first"),
    [RULE_SPREAD] = SW_BEHAVIOUR_RULE(
        "3b0a7c52-8d14-4e0d-a6c5-0d9b1f3e6a23", "Brute Force From Many Sources, Then A Success",
        "An account fails from many addresses within a while, then comes in from a network that it never used before.",
        SW_LEVEL_HIGH, success_tags, "An account that many use from different places"),
};

enum { BACK = 4096 /* logins that are looked at behind a success */ };

static bool is_failure(const struct sw_login *login)
{
    return login->outcome == SW_LOGIN_FAILURE && sw_login_enters(login) && (login->flags & SW_LOGIN_F_EXPIRED) == 0;
}

struct tally {
    uint64_t failures; /* of all within the window */
    uint64_t same;     /* from the success's network */
    uint32_t sources;  /* distinct, up to 64 */
    size_t from;       /* index of the first */
};

static bool same_origin(const struct sw_account_world *world, const struct sw_login *a, const struct sw_login *b)
{
    uint32_t network = sw_login_network(world, a);
    return a->source == b->source || (network != SW_LOGIN_NONE && network == sw_login_network(world, b));
}

static void count_back(const struct sw_account *account, size_t at, int64_t window_ms, struct tally *tally)
{
    uint32_t sources[64];
    const struct sw_login *success = &account->logins[at];
    *tally = (struct tally){.from = at};
    for (size_t i = at; i-- > 0 && at - i <= BACK && success->time_ms - account->logins[i].time_ms <= window_ms;) {
        const struct sw_login *login = &account->logins[i];
        if (!is_failure(login))
            continue;
        tally->failures += login->weight;
        tally->from = i;
        if (same_origin(account->world, login, success))
            tally->same += login->weight;
        bool counted = tally->sources == SW_COUNT_OF(sources);
        for (uint32_t k = 0; k < tally->sources && !counted; k++)
            counted = sources[k] == login->source;
        if (!counted)
            sources[tally->sources++] = login->source;
    }
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, size_t at, const struct tally *tally,
                  unsigned rule, bool success)
{
    const struct sw_login *login = &account->logins[at];
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = rule;
    finding.account = account->brief->name;
    finding.source = login->source;
    finding.target = login->target;
    finding.incomplete = account->brief->incomplete;
    for (size_t i = tally->from; i < at; i++)
        if (is_failure(&account->logins[i]) &&
            (rule == RULE_SPREAD || same_origin(account->world, &account->logins[i], login)))
            sw_finding_login(&finding, &account->logins[i]);
    uint64_t failures = finding.count;
    sw_finding_login(&finding, login);
    finding.value = (double)failures;
    sw_buf_str_add(&finding.text, account->brief->name);
    sw_buf_printf(&finding.text, " failed %llu times from ", (unsigned long long)failures);
    if (rule == RULE_SPREAD)
        sw_buf_printf(&finding.text, "%u addresses", tally->sources);
    else
        sw_buf_login_name(&finding.text, account->world, login->source);
    SW_BUF_LIT(&finding.text, " within ");
    sw_buf_span(&finding.text, (double)(login->time_ms - account->logins[tally->from].time_ms) / 1000);
    if (success) {
        sw_buf_printf(&finding.text, ", then came in (%s) from ", sw_login_kind_name(login->kind));
        sw_buf_login_name(&finding.text, account->world, login->source);
        if (rule != RULE_HOME)
            SW_BUF_LIT(&finding.text, ", a network that it had not used before");
    }
    return sw_finding_tell(&finding, run, account->world);
}

/* Whether the account had come in from there before the failures began. */
static bool was_home(const struct sw_history *history, const struct sw_account *account, const struct sw_login *login,
                     int64_t since_ms)
{
    uint32_t network = sw_login_network(account->world, login);
    uint32_t name = network != SW_LOGIN_NONE ? network : login->source;
    return name < history->room && history->stamp[name] == account->number + 1 && history->first_ms[name] < since_ms;
}

static int on_success(struct sw_behaviour_run *run, const struct sw_account *account, size_t at, int64_t *told_ms)
{
    struct tally tally;
    const struct sw_login *login = &account->logins[at];
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    count_back(account, at, window_ms, &tally);
    if (login->time_ms - *told_ms < window_ms)
        return 0;
    bool home = was_home(run->state, account, login, account->logins[tally.from].time_ms);
    unsigned rule = RULE_TRIED;
    if ((double)tally.same >= run->value[P_FAILURES])
        rule = home ? RULE_HOME : RULE_NEW;
    else if (!home && (double)tally.sources >= run->value[P_SOURCES] && sw_login_is_external(account->world, login) &&
             (double)tally.failures >= 2 * run->value[P_FAILURES])
        rule = RULE_SPREAD;
    if (rule == RULE_TRIED)
        return 0;
    *told_ms = login->time_ms;
    return report(run, account, at, &tally, rule, true);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_history *history = run->state;
    if (!account->brief->exists)
        return 0;
    int rc = sw_history_start(history, account);
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    int64_t told_ms = INT64_MIN / 2;
    uint64_t recent = 0; /* failures within the window, by two ends */
    uint64_t most = 0;
    size_t most_at = 0;
    size_t tail = 0;
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        for (; account->logins[tail].time_ms < login->time_ms - window_ms; tail++)
            recent -= is_failure(&account->logins[tail]) ? account->logins[tail].weight : 0;
        recent += is_failure(login) ? login->weight : 0;
        if (recent > most) {
            most = recent;
            most_at = i;
        }
        if (login->outcome == SW_LOGIN_SUCCESS && sw_login_enters(login) && (double)recent >= run->value[P_FAILURES])
            rc = on_success(run, account, i, &told_ms);
        sw_history_learn(history, login);
    }
    if (rc != 0 || most < 100 || told_ms > INT64_MIN / 2)
        return rc;
    struct tally tally;
    count_back(account, most_at, window_ms, &tally);
    return report(run, account, most_at, &tally, RULE_TRIED, false);
}

const struct sw_behaviour sw_behaviour_brute_force = {
    .name = "brute-force",
    .summary = "many failures of one account, then a success",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_history),
    .account = on_account,
    .end = sw_history_end,
};
