/* as_rep_roasting.c - Kerberos logins without pre-authentication, whose answers can be cracked.
 * docs/behaviours/as-rep-roasting.md. */
#include "behaviour/account.h"

#include "base/mem.h"

#include <stdlib.h>

enum { P_WINDOW };

static const struct sw_behaviour_parameter parameters[] = {
    [P_WINDOW] = {"window", 3600, 60, 604800, "s", "time within which two accounts from one source count together"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"), SW_BEHAVIOUR_TAG("attack.t1558.004")};

#define NOTE "Old systems that don't know pre-authentication, moved to another address"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("2f6c9d14-b03e-47a8-91d5-7e4a0c8b3d70", "Kerberos Login Without Pre-Authentication",
                                   "An account gets a Kerberos ticket without pre-authentication, from a source that it "
                                   "doesn't do so from otherwise.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("2f6c9d14-b03e-47a8-91d5-7e4a0c8b3d71", "AS-REP Roasting Of An Account",
                                      "An account gets a Kerberos ticket without pre-authentication and with RC4, from a "
                                      "source that it doesn't do so from otherwise.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("2f6c9d14-b03e-47a8-91d5-7e4a0c8b3d72", "AS-REP Roasting Of Several Accounts",
                                    "One source gets Kerberos tickets of several accounts without pre-authentication, which "
                                    "they don't do from it otherwise.",
                                    SW_LEVEL_HIGH, tags, NOTE),
};

enum { DAY_MS = 86400000, HABIT_DAYS = 3, SOURCES = 64 };

struct answer {
    uint32_t source;
    uint32_t account;
    int64_t time_ms;
    struct sw_place place;
    bool rc4;
};

struct state {
    struct answer *items;
    size_t count;
    size_t cap;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_free(state->items);
}

static bool is_bare(const struct sw_login *login)
{
    return login->kind == SW_LOGIN_TGT && login->outcome == SW_LOGIN_SUCCESS &&
           (login->flags & SW_LOGIN_F_NO_PREAUTH) != 0;
}

/* On how many days the account did so from a source. */
struct habit {
    uint32_t source;
    uint32_t days;
    int64_t day;
    const struct sw_login *first;
};

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    struct habit habits[SOURCES];
    size_t count = 0;
    for (size_t i = 0; i < account->count; i++) {
        const struct sw_login *login = &account->logins[i];
        if (!is_bare(login))
            continue;
        size_t k = 0;
        while (k < count && habits[k].source != login->source)
            k++;
        if (k == count && count < SOURCES)
            habits[count++] = (struct habit){login->source, 0, INT64_MIN, login};
        if (k < count && habits[k].day != login->time_ms / DAY_MS) {
            habits[k].day = login->time_ms / DAY_MS;
            habits[k].days++;
        }
    }
    for (size_t k = 0; k < count; k++) {
        const struct sw_login *login = habits[k].first;
        if (habits[k].days >= HABIT_DAYS)
            continue;
        int rc = sw_grow(&state->items, &state->cap, state->count, sizeof *state->items, UINT32_MAX);
        if (rc != 0)
            return rc;
        state->items[state->count++] =
            (struct answer){login->source, account->number, login->time_ms, login->place, login->encryption == 0x17};
    }
    return 0;
}

static int by_source(const void *a, const void *b)
{
    const struct answer *x = a;
    const struct answer *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

static int report(struct sw_behaviour_run *run, const struct sw_account_world *world, const struct answer *from,
                  size_t count)
{
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    size_t rc4 = 0;
    for (size_t i = 0; i < count; i++) {
        rc4 += from[i].rc4;
        sw_finding_add(&finding, from[i].time_ms, from[i].place, 1);
    }
    finding.rule = count >= 2 ? RULE_HIGH : rc4 > 0 ? RULE_MEDIUM : RULE_LOW;
    finding.value = (double)count;
    finding.source = from->source;
    if (count == 1)
        finding.account = world->accounts[from->account].name;
    sw_buf_login_name(&finding.text, world, from->source);
    sw_buf_printf(&finding.text, " got tickets of %zu account%s without pre-authentication (%zu with RC4):", count,
                  count == 1 ? "" : "s", rc4);
    for (size_t i = 0; i < count && i < 10; i++) {
        sw_buf_char(&finding.text, ' ');
        sw_buf_str_add(&finding.text, world->accounts[from[i].account].name);
    }
    return sw_finding_tell(&finding, run, world);
}

static int on_accounts(struct sw_behaviour_run *run, const struct sw_account_world *world)
{
    struct state *state = run->state;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    if (state->count > 1)
        qsort(state->items, state->count, sizeof *state->items, by_source);
    int rc = 0;
    for (size_t from = 0; from < state->count && rc == 0;) {
        size_t to = from + 1;
        while (to < state->count && state->items[to].source == state->items[from].source &&
               state->items[to].time_ms - state->items[to - 1].time_ms <= window_ms)
            to++;
        rc = report(run, world, &state->items[from], to - from);
        from = to;
    }
    return rc;
}

const struct sw_behaviour sw_behaviour_as_rep_roasting = {
    .name = "as-rep-roasting",
    .summary = "Kerberos logins without pre-authentication, from where they aren't usual",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .account = on_account,
    .accounts = on_accounts,
    .end = end,
};
