/* kerberoasting.c - tickets for many services that an account never asked for. docs/behaviours/kerberoasting.md.
 *
 * Distinct services count, whatever the encryption: tickets with AES can be cracked as well, and tools ask for either. */
#include "behaviour/account_reach.h"

enum { P_SERVICES, P_RC4_SERVICES, P_WINDOW };

static const struct sw_behaviour_parameter parameters[] = {
    [P_SERVICES] = {"services", 8, 3, 100000, "", "new services that tickets are asked for"},
    [P_RC4_SERVICES] = {"rc4-services", 4, 2, 100000, "", "... with RC4, where RC4 is rare"},
    [P_WINDOW] = {"window", 600, 1, 86400, "s", "time within which"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"), SW_BEHAVIOUR_TAG("attack.t1558.003")};

#define NOTE "Inventories and scanners that speak to every service, on their first run"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("c7d2f4a8-3e61-4b95-9f0a-6b1c8e2d7050", "Tickets For Many Services",
                                   "An account of which nothing was seen before asks for tickets of many services.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE(
        "c7d2f4a8-3e61-4b95-9f0a-6b1c8e2d7051", "Kerberoasting",
        "An account asks for tickets of many services that it never asked for before, within minutes.", SW_LEVEL_MEDIUM,
        tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE(
        "c7d2f4a8-3e61-4b95-9f0a-6b1c8e2d7052", "Kerberoasting With RC4 Or Of Very Many Services",
        "An account asks for tickets of many services that it never asked for before, within minutes, with RC4 where that "
        "is rare, or twenty and more of them.",
        SW_LEVEL_HIGH, tags, NOTE),
};

enum { VERY_MANY = 20, ENOUGH_DAYS = 3 };

static bool is_rc4(const struct sw_login *login)
{
    return login->encryption == 0x17 || login->encryption == 0x18;
}

static uint32_t service_of(const struct sw_login *login)
{
    return login->kind == SW_LOGIN_TICKET ? login->service : SW_LOGIN_NONE;
}

static uint32_t rc4_service_of(const struct sw_login *login)
{
    return is_rc4(login) ? service_of(login) : SW_LOGIN_NONE;
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct sw_burst *burst,
                  bool rc4_rare)
{
    const struct sw_reach *reach = run->state;
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    uint32_t rc4 = 0;
    for (size_t i = burst->from; i < burst->to; i++) {
        const struct sw_login *login = &account->logins[i];
        if (!sw_reach_is_fresh(reach, account, login, service_of(login)))
            continue;
        rc4 += is_rc4(login);
        finding.source = login->source;
        sw_finding_login(&finding, login);
    }
    bool raised = (rc4_rare && rc4 * 2 >= burst->fresh) || burst->fresh >= VERY_MANY;
    finding.rule = raised ? RULE_HIGH : burst->days >= ENOUGH_DAYS ? RULE_MEDIUM : RULE_LOW;
    finding.value = burst->fresh;
    finding.account = account->brief->name;
    finding.incomplete = account->brief->incomplete;
    sw_buf_str_add(&finding.text, account->brief->name);
    sw_buf_printf(&finding.text, " asked for tickets of %u services that it never asked for before, within ",
                  burst->fresh);
    sw_buf_span(&finding.text, (double)(finding.last_ms - finding.first_ms) / 1000);
    SW_BUF_LIT(&finding.text, ", from ");
    sw_buf_login_name(&finding.text, account->world, finding.source);
    sw_buf_printf(&finding.text, "; %u with RC4; on %u days before it asked for at most %u a day", rc4, burst->days,
                  burst->usual);
    return sw_finding_tell(&finding, run, account->world);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_reach *reach = run->state;
    const struct sw_account_world *world = account->world;
    bool rc4_rare = world->rc4_tickets * 3 < world->tickets;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    int rc = sw_reach_start(reach, account, service_of);
    struct sw_burst burst;
    size_t told = 0;
    for (size_t at = 0; rc == 0 && sw_reach_next(reach, account, service_of, window_ms,
                                                 (uint32_t)run->value[P_SERVICES], &at, &burst);) {
        if (burst.fresh < 2 * burst.usual && burst.days > 0)
            continue;
        told = burst.to;
        rc = report(run, account, &burst, rc4_rare);
    }
    if (!rc4_rare)
        return rc;
    for (size_t at = told; rc == 0 && sw_reach_next(reach, account, rc4_service_of, window_ms,
                                                    (uint32_t)run->value[P_RC4_SERVICES], &at, &burst);)
        if (burst.fresh >= 2 * burst.usual)
            rc = report(run, account, &burst, true);
    return rc;
}

const struct sw_behaviour sw_behaviour_kerberoasting = {
    .name = "kerberoasting",
    .summary = "tickets for many services that an account never asked for",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_reach),
    .account = on_account,
    .end = sw_reach_end,
};
