/* service_interactive.c - an account of services is used by a person: at a console, by remote desktop, through a VPN.
 * docs/behaviours/service-interactive.md. */
#include "behaviour/account_history.h"

enum { P_LOGINS, P_DAYS };

static const struct sw_behaviour_parameter parameters[] = {
    [P_LOGINS] = {"logins", 10, 1, 1000000, "", "logins as a service before"},
    [P_DAYS] = {"days", 3, 1, 365, "days", "days with such logins"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.lateral-movement"),
                                     SW_BEHAVIOUR_TAG("attack.t1078.002")};

#define NOTE "Administrators who test a service under its own account"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("a8d0c5e2-4f17-49b3-8c6a-3e5b7d9f1090", "Account Called A Service's Used Interactively",
                                   "An account whose name is a service's comes in at a console, by remote desktop or "
                                   "through a VPN, or does so again.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("a8d0c5e2-4f17-49b3-8c6a-3e5b7d9f1091", "Service Account Used Interactively",
                                      "An account that only ran services, batch jobs or network logins comes in at a "
                                      "console, by remote desktop or through a VPN.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE(
        "a8d0c5e2-4f17-49b3-8c6a-3e5b7d9f1092", "Service Account Used Interactively From Outside Or A New Network",
        "An account that only ran services, batch jobs or network logins comes in by remote desktop or through a VPN, from "
        "a network that it never used.",
        SW_LEVEL_HIGH, tags, NOTE),
};

static bool is_interactive(const struct sw_login *login)
{
    return login->outcome == SW_LOGIN_SUCCESS &&
           (login->kind == SW_LOGIN_INTERACTIVE || login->kind == SW_LOGIN_REMOTE || login->kind == SW_LOGIN_VPN);
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct sw_login *login,
                  unsigned rule, uint32_t as_service)
{
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = rule;
    finding.value = as_service;
    finding.account = account->brief->name;
    finding.source = login->source;
    finding.target = login->target;
    finding.incomplete = account->brief->incomplete;
    sw_finding_login(&finding, login);
    sw_buf_str_add(&finding.text, account->brief->name);
    sw_buf_printf(&finding.text, " came in (%s) from ", sw_login_kind_name(login->kind));
    sw_buf_login_name(&finding.text, account->world, login->source);
    if (login->target != SW_LOGIN_NONE) {
        SW_BUF_LIT(&finding.text, " at ");
        sw_buf_login_name(&finding.text, account->world, login->target);
    }
    sw_buf_printf(&finding.text, "; before it had %u logins as a service, a batch job or over the network, and none like this",
                  as_service);
    return sw_finding_tell(&finding, run, account->world);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_history *history = run->state;
    const struct sw_account_brief *brief = account->brief;
    if (!brief->service_name && !brief->service_use)
        return 0;
    int rc = sw_history_start(history, account);
    uint32_t as_service = 0;
    uint32_t as_job = 0; /* as a service or a batch job alone */
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        if (is_interactive(login)) {
            bool proven = as_service >= run->value[P_LOGINS] && history->days >= run->value[P_DAYS] &&
                          (as_job > 0 || brief->service_name);
            uint32_t network = sw_login_network(account->world, login);
            bool far = (login->kind == SW_LOGIN_REMOTE && network != SW_LOGIN_NONE &&
                        !sw_history_knows(history, network, login->time_ms)) ||
                       login->kind == SW_LOGIN_VPN || sw_login_is_external(account->world, login);
            if (proven || brief->service_name)
                rc = report(run, account, login, !proven ? RULE_LOW : far ? RULE_HIGH : RULE_MEDIUM, as_service);
            break; /* what follows is its habit, or the same story */
        }
        if (login->outcome == SW_LOGIN_SUCCESS) {
            as_job += login->kind == SW_LOGIN_SERVICE || login->kind == SW_LOGIN_BATCH;
            as_service += login->kind == SW_LOGIN_SERVICE || login->kind == SW_LOGIN_BATCH ||
                          login->kind == SW_LOGIN_NETWORK || login->kind == SW_LOGIN_TGT || login->kind == SW_LOGIN_SSH;
        }
        sw_history_learn(history, login);
    }
    return rc;
}

const struct sw_behaviour sw_behaviour_service_interactive = {
    .name = "service-interactive",
    .summary = "an account of services is used at a console, by remote desktop or through a VPN",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_history),
    .account = on_account,
    .end = sw_history_end,
};
