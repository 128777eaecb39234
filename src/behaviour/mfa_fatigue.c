/* mfa_fatigue.c - many challenges of a second factor, then one is accepted. docs/behaviours/mfa-fatigue.md. */
#include "behaviour/account_history.h"

enum { P_CHALLENGES, P_WINDOW };

static const struct sw_behaviour_parameter parameters[] = {
    [P_CHALLENGES] = {"challenges", 5, 2, 100000, "", "challenges that were denied or not answered"},
    [P_WINDOW] = {"window", 3600, 60, 86400, "s", "time that they lie in, with the acceptance"},
};

enum { RULE_LOW, RULE_STORM, RULE_ACCEPTED, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"), SW_BEHAVIOUR_TAG("attack.t1621")};

#define NOTE "A phone without a network; an application that asks again by itself"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("b6e4d8f0-9a13-4c75-87e2-5d7f1a3b40b0", "Many MFA Challenges",
                                   "A user denies many challenges of a second factor, or doesn't answer them; from where the "
                                   "account is used anyway.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_STORM] = SW_BEHAVIOUR_RULE("b6e4d8f0-9a13-4c75-87e2-5d7f1a3b40b1", "MFA Push Storm",
                                     "A user denies many challenges of a second factor, or doesn't answer them, from a "
                                     "network that the account never used, or says that they are a fraud.",
                                     SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_ACCEPTED] = SW_BEHAVIOUR_RULE("b6e4d8f0-9a13-4c75-87e2-5d7f1a3b40b2", "MFA Accepted After Very Many Challenges",
                                        "A user denies very many challenges of a second factor, or doesn't answer them, "
                                        "then accepts one.",
                                        SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("b6e4d8f0-9a13-4c75-87e2-5d7f1a3b40b3", "MFA Fatigue",
                                    "A user denies many challenges of a second factor, or doesn't answer them, then accepts "
                                    "one, from a network that the account never used.",
                                    SW_LEVEL_HIGH, tags, NOTE),
};

/* Challenges since the last success. */
struct storm {
    size_t from;
    uint64_t sent;
    uint64_t denied;
    bool fraud;
    bool open;
};

static bool is_acceptance(const struct sw_login *login)
{
    return login->outcome == SW_LOGIN_SUCCESS &&
           (login->kind == SW_LOGIN_MFA ||
            ((login->flags & SW_LOGIN_F_MFA) != 0 && sw_login_enters(login)));
}

/* Some logs tell of each challenge and of each denial, some of one of them. */
static uint64_t count_of(const struct storm *storm)
{
    return storm->sent > storm->denied ? storm->sent : storm->denied;
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct storm *storm, size_t to,
                  bool accepted)
{
    const struct sw_history *history = run->state;
    const struct sw_login *first = &account->logins[storm->from];
    uint32_t network = sw_login_network(account->world, first);
    bool strange = network != SW_LOGIN_NONE && history->logins > 0 &&
                   !sw_history_knows(history, network, first->time_ms);
    uint64_t count = count_of(storm);
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    for (size_t i = storm->from; i <= to; i++)
        if (account->logins[i].kind == SW_LOGIN_MFA || (i == to && accepted))
            sw_finding_login(&finding, &account->logins[i]);
    unsigned rule = accepted && (strange || storm->fraud)                                    ? RULE_HIGH
                    : storm->fraud || strange                                                ? RULE_STORM
                    : accepted && (double)storm->denied >= 2 * run->value[P_CHALLENGES] ? RULE_ACCEPTED
                                                                                             : RULE_LOW;
    finding.rule = rule;
    finding.value = (double)count;
    finding.account = account->brief->name;
    finding.source = first->source;
    finding.incomplete = account->brief->incomplete;
    sw_buf_str_add(&finding.text, account->brief->name);
    sw_buf_printf(&finding.text, " was asked for a second factor %llu times (%llu denied or not answered%s) within ",
                  (unsigned long long)count, (unsigned long long)storm->denied,
                  storm->fraud ? ", and called a fraud" : "");
    sw_buf_span(&finding.text, (double)(account->logins[to].time_ms - first->time_ms) / 1000);
    SW_BUF_LIT(&finding.text, ", from ");
    sw_buf_login_name(&finding.text, account->world, first->source);
    if (strange)
        SW_BUF_LIT(&finding.text, ", a network that it had not used before");
    if (accepted)
        SW_BUF_LIT(&finding.text, "; then it was accepted");
    return sw_finding_tell(&finding, run, account->world);
}

static void note(struct storm *storm, const struct sw_login *login, size_t at, int64_t window_ms,
                 const struct sw_account *account)
{
    if (!storm->open || login->time_ms - account->logins[storm->from].time_ms > window_ms)
        *storm = (struct storm){.from = at, .open = true};
    if (login->outcome == SW_LOGIN_UNKNOWN)
        storm->sent += login->weight;
    else
        storm->denied += login->weight;
    storm->fraud |= (login->flags & SW_LOGIN_F_FRAUD) != 0;
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_history *history = run->state;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    int rc = sw_history_start(history, account);
    struct storm storm = {0};
    size_t last = 0; /* of the storm's challenges */
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        bool challenge = login->kind == SW_LOGIN_MFA && login->outcome != SW_LOGIN_SUCCESS;
        bool accepted = is_acceptance(login);
        bool over = storm.open && login->time_ms - account->logins[storm.from].time_ms > window_ms;
        bool many = storm.open && ((double)storm.denied >= run->value[P_CHALLENGES] ||
                                   (double)storm.sent >= 2 * run->value[P_CHALLENGES] || storm.fraud);
        if (many && (over || accepted))
            rc = report(run, account, &storm, over ? last : i, accepted && !over);
        if (over || accepted)
            storm.open = false;
        if (challenge) {
            note(&storm, login, i, window_ms, account);
            last = i;
        }
        sw_history_learn(history, login);
    }
    bool many = storm.open && ((double)storm.denied >= run->value[P_CHALLENGES] ||
                               (double)storm.sent >= 2 * run->value[P_CHALLENGES] || storm.fraud);
    return rc == 0 && many ? report(run, account, &storm, last, false) : rc;
}

const struct sw_behaviour sw_behaviour_mfa_fatigue = {
    .name = "mfa-fatigue",
    .summary = "many challenges of a second factor, then one is accepted",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_history),
    .account = on_account,
    .end = sw_history_end,
};
