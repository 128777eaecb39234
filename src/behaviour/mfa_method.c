/* mfa_method.c - a method of a second factor is added, from or shortly before or after a login from a new place.
 * docs/behaviours/mfa-method.md. New phones are ordinary; what counts is where the change and the logins around it come from. */
#include "behaviour/account_history.h"

enum { P_WINDOW };

static const struct sw_behaviour_parameter parameters[] = {
    [P_WINDOW] = {"window", 86400, 600, 604800, "s", "time before and after the change that is looked at"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.persistence"), SW_BEHAVIOUR_TAG("attack.credential-access"),
                                     SW_BEHAVIOUR_TAG("attack.t1556.006"), SW_BEHAVIOUR_TAG("attack.t1098.005")};

#define NOTE "A new phone that is set up on the road"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("f1a9c3e7-2b64-4d08-9e5f-6c8a0d2b50c0", "MFA Method Added From A New Network",
                                   "A method of a second factor is added from a network that the account never used.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("f1a9c3e7-2b64-4d08-9e5f-6c8a0d2b50c1",
                                      "MFA Method Added From A New Network, Then Used",
                                      "A method of a second factor is added from a network that the account never used, and "
                                      "logins around it are new in another way as well.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("f1a9c3e7-2b64-4d08-9e5f-6c8a0d2b50c2",
                                    "MFA Method Added By A Stranger",
                                    "A method of a second factor is added from a network that the account never used, and "
                                    "logins from there come with a new device and from a new country, or after failures.",
                                    SW_LEVEL_HIGH, tags, NOTE),
};

/* What the logins from the same network around a change have that is new. */
struct around {
    struct sw_novelty sum;
    uint32_t before;
    uint32_t after;
};

static void add(struct around *around, const struct sw_novelty *n)
{
    around->sum.country |= n->country;
    around->sum.rare_country |= n->country && n->rare_country;
    around->sum.device |= n->device;
    around->sum.known_device |= n->known_device;
    around->sum.hour |= n->hour;
    if (n->failures > around->sum.failures)
        around->sum.failures = n->failures;
}

static void look_around(const struct sw_behaviour_run *run, const struct sw_account *account, size_t at,
                        struct around *around, struct sw_account_finding *finding, const struct sw_login **shown)
{
    enum { MOST = 2000 }; /* logins on either side */
    const struct sw_login *change = &account->logins[at];
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    uint32_t network = sw_login_network(account->world, change);
    size_t from = at;
    while (from > 0 && at - from < MOST && change->time_ms - account->logins[from - 1].time_ms <= window_ms)
        from--;
    for (size_t i = from; i < account->count && i - at + MOST < 2 * (size_t)MOST; i++) {
        const struct sw_login *login = &account->logins[i];
        if (login->time_ms - change->time_ms > window_ms)
            break;
        if (login->outcome != SW_LOGIN_SUCCESS || !sw_login_enters(login) ||
            sw_login_network(account->world, login) != network)
            continue;
        struct sw_novelty novelty;
        sw_history_judge(run->state, login, &novelty);
        add(around, &novelty);
        *(i < at ? &around->before : &around->after) += 1;
        *shown = login;
        sw_finding_login(finding, login);
    }
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, size_t at, bool roams)
{
    const struct sw_login *change = &account->logins[at];
    const struct sw_login *shown = change;
    struct sw_account_finding finding;
    struct around around = {.sum.network = true};
    sw_finding_init(&finding);
    look_around(run, account, at, &around, &finding, &shown);
    sw_finding_login(&finding, change);
    const struct sw_novelty *n = &around.sum;
    bool failing = n->failures >= 3;
    int signs = n->country + n->device + failing + n->hour + account->brief->privileged - n->known_device;
    if (roams && signs <= 0) { /* new networks are ordinary for it */
        sw_buf_fini(&finding.text);
        return 0;
    }
    finding.rule = n->device && (n->country || failing) && around.after > 0      ? RULE_HIGH
                   : signs >= 2 || (n->country && !n->known_device) ? RULE_MEDIUM
                                                                                 : RULE_LOW;
    finding.value = signs;
    finding.account = account->brief->name;
    finding.source = change->source;
    finding.incomplete = account->brief->incomplete;
    sw_buf_str_add(&finding.text, account->brief->name);
    SW_BUF_LIT(&finding.text, " got a method of a second factor from ");
    sw_buf_login_name(&finding.text, account->world, change->source);
    sw_buf_printf(&finding.text, ", which came in with it %u times before and %u times after the change: ",
                  around.before, around.after);
    sw_buf_novelty(&finding.text, account->world, shown, n);
    return sw_finding_tell(&finding, run, account->world);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_history *history = run->state;
    int rc = sw_history_start(history, account);
    int64_t told_ms = INT64_MIN / 2;
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        if (login->kind == SW_LOGIN_MFA_CHANGE && login->time_ms - told_ms > 86400000) {
            struct sw_novelty novelty;
            sw_history_judge(history, login, &novelty);
            uint32_t network = sw_login_network(account->world, login);
            if (novelty.enough && network != SW_LOGIN_NONE && !sw_history_knows(history, network, login->time_ms)) {
                told_ms = login->time_ms;
                rc = report(run, account, i, !novelty.network);
            }
        }
        sw_history_learn(history, login);
    }
    return rc;
}

const struct sw_behaviour sw_behaviour_mfa_method = {
    .name = "mfa-method",
    .summary = "a method of a second factor is added from a new place, then used",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_history),
    .account = on_account,
    .end = sw_history_end,
};
