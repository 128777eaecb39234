/* dormant_account.c - an account that was not used for long comes in again. docs/behaviours/dormant-account.md. */
#include "behaviour/account_history.h"

enum { P_DAYS };

static const struct sw_behaviour_parameter parameters[] = {
    [P_DAYS] = {"days", 21, 2, 3650, "days", "time without a login"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.persistence"),
                                     SW_BEHAVIOUR_TAG("attack.t1078")};

#define NOTE "People who come back from a long leave"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("71e5b3a9-0d84-4c6f-a2e7-8b9d1f4c6080", "Dormant Account Used",
                                   "An account comes in again after weeks without a login.", SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE(
        "71e5b3a9-0d84-4c6f-a2e7-8b9d1f4c6081", "Dormant Account Used From A New Place",
        "An account comes in again after weeks without a login, from a network outside that it never used, after "
        "failures, or it is an administrator's or a service's.",
        SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("71e5b3a9-0d84-4c6f-a2e7-8b9d1f4c6082",
                                    "Dormant Account Used From A New Place After Failures Or With A New Device",
                                    "An account comes in again after weeks without a login, from a network that it never "
                                    "used, and with a new device, from a new country or after failures.",
                                    SW_LEVEL_HIGH, tags, NOTE),
};

enum { LEAST_LOGINS = 3 };

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct sw_login *login)
{
    const struct sw_history *history = run->state;
    const struct sw_account_world *world = account->world;
    struct sw_novelty novelty;
    sw_history_judge(history, login, &novelty);
    uint32_t network = sw_login_network(world, login);
    uint32_t country = sw_login_country(world, login);
    /* However short its history: what it never used is new now. */
    novelty.network = network != SW_LOGIN_NONE && !sw_history_knows(history, network, login->time_ms);
    novelty.country = country != SW_LOGIN_NONE && history->countries > 0 &&
                      !sw_history_knows(history, country, login->time_ms);
    novelty.device = login->device != 0 && !novelty.known_device && history->device_count > 0;
    bool outside = sw_login_is_external(world, login);
    bool special = account->brief->privileged || account->brief->service_name || account->brief->service_use;
    int signs = (novelty.network && outside) + novelty.country + novelty.device + (novelty.failures >= 3) + special;
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = novelty.network && signs >= 3                           ? RULE_HIGH
                   : novelty.network && (signs >= 2 || (special && outside)) ? RULE_MEDIUM
                                                                           : RULE_LOW;
    finding.value = (double)(login->time_ms - history->last_login_ms) / 86400000;
    finding.account = account->brief->name;
    finding.source = login->source;
    finding.target = login->target;
    finding.incomplete = account->brief->incomplete;
    sw_finding_login(&finding, login);
    sw_buf_str_add(&finding.text, account->brief->name);
    sw_buf_printf(&finding.text, " came in (%s) from ", sw_login_kind_name(login->kind));
    sw_buf_login_name(&finding.text, world, login->source);
    SW_BUF_LIT(&finding.text, " after ");
    sw_buf_span(&finding.text, (double)(login->time_ms - history->last_login_ms) / 1000);
    sw_buf_printf(&finding.text, " without a login (%u before)", history->logins);
    if (novelty.network || novelty.country || novelty.device || novelty.failures >= 3) {
        SW_BUF_LIT(&finding.text, ": ");
        sw_buf_novelty(&finding.text, world, login, &novelty);
    }
    return sw_finding_tell(&finding, run, world);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_history *history = run->state;
    int64_t pause_ms = (int64_t)(run->value[P_DAYS] * 86400000);
    /* Nothing can be dormant in evidence that is shorter than that. */
    if (account->world->last_ms - account->world->first_ms < pause_ms)
        return 0;
    int rc = sw_history_start(history, account);
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        if (login->outcome == SW_LOGIN_SUCCESS && sw_login_enters(login) && history->logins >= LEAST_LOGINS &&
            login->time_ms - history->last_login_ms >= pause_ms)
            rc = report(run, account, login);
        sw_history_learn(history, login);
    }
    return rc;
}

const struct sw_behaviour sw_behaviour_dormant_account = {
    .name = "dormant-account",
    .summary = "an account that was not used for long comes in again",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_history),
    .account = on_account,
    .end = sw_history_end,
};
