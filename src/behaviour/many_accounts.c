/* many_accounts.c - several accounts come in from one source for the first time, shortly after each other.
 * docs/behaviours/many-accounts.md. Gateways and terminal servers look alike: what raises the level is what else it
 * did. */
#include "behaviour/account_history.h"

#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

enum { P_ACCOUNTS, P_WINDOW, P_MOST };

static const struct sw_behaviour_parameter parameters[] = {
    [P_ACCOUNTS] = {"accounts", 6, 3, 1000000, "", "accounts that are new to the source"},
    [P_WINDOW] = {"window", 3600, 60, 604800, "s", "time that they come in within"},
    [P_MOST] = {"most", 50, 3, 1000000, "", "new accounts a day from which on the source is taken for a gateway"},
};

enum { RULE_LOW, RULE_MEDIUM };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.initial-access"),
                                     SW_BEHAVIOUR_TAG("attack.lateral-movement"), SW_BEHAVIOUR_TAG("attack.t1078")};

#define NOTE "A new gateway, terminal server or meeting room; a team that travels together"

static const struct sw_rule rules[] = {
    [RULE_LOW] =
        SW_BEHAVIOUR_RULE("9a4e1d70-1c52-4f8b-b0d7-2e6f8c3a5b40", "Many Accounts From One Source",
                          "Several accounts that come from elsewhere otherwise come in from one source within a while.",
                          SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] =
        SW_BEHAVIOUR_RULE("9a4e1d70-1c52-4f8b-b0d7-2e6f8c3a5b41", "Many Accounts From One Unusual Source",
                          "Several accounts that come from elsewhere otherwise come in from one source within a while; "
                          "it is outside and was "
                          "never used before, or failed with others as well, or several of them are administrators'.",
                          SW_LEVEL_MEDIUM, tags, NOTE),
};

enum { DAY_MS = 86400000, LEARN_MS = 3 * DAY_MS };

/* First logins of accounts from sources with devices that they were known to use: sorted, account << 32 | source. */
struct state {
    struct sw_history history;
    uint64_t *known;
    size_t count;
    size_t cap;
    bool sorted;
};

enum { MAX_KNOWN = 4000000 };

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_history_fini(&state->history);
    sw_free(state->known);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    int rc = sw_history_start(&state->history, account);
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        bool enters = login->outcome == SW_LOGIN_SUCCESS && sw_login_enters(login);
        if (enters && login->device != 0 && sw_history_knows_device(&state->history, login) &&
            !sw_history_has(&state->history, login->source) && state->count < MAX_KNOWN) {
            rc = sw_grow(&state->known, &state->cap, state->count, sizeof *state->known, MAX_KNOWN);
            if (rc == 0)
                state->known[state->count++] = (uint64_t)account->number << 32 | login->source;
        }
        sw_history_learn(&state->history, login);
    }
    return rc;
}

static bool has_known_device(const struct state *state, uint32_t account, uint32_t source)
{
    uint64_t key = (uint64_t)account << 32 | source;
    return state->count > 0 && bsearch(&key, state->known, state->count, sizeof key, sw_order_u64) != NULL;
}

struct newcomers {
    size_t from;
    size_t to;
    uint32_t accounts;
    uint32_t privileged;
    uint32_t failing; /* accounts that never came in from here */
    uint32_t before;  /* accounts that came in from here before */
    uint32_t devices; /* newcomers with a device that is known to be theirs */
};

/* Someone with a history elsewhere who comes in from here for the first time. */
static bool is_newcomer(const struct sw_login_source *source, const struct sw_login_attempt *a)
{
    return a->outcome == SW_LOGIN_SUCCESS && a->kind != SW_LOGIN_MFA && !a->known &&
           source->world->accounts[a->account].first_ms < a->time_ms - LEARN_MS;
}

static bool is_failing(const struct sw_login_attempt *a)
{
    return a->outcome == SW_LOGIN_FAILURE && a->kind != SW_LOGIN_MFA && !a->known && !a->later &&
           (a->flags & SW_LOGIN_F_EXPIRED) == 0;
}

static int report(struct sw_behaviour_run *run, const struct sw_login_source *source, const struct newcomers *n,
                  unsigned rule)
{
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = rule;
    finding.value = n->accounts;
    finding.source = source->name;
    finding.incomplete = source->cut > 0;
    sw_buf_login_name(&finding.text, source->world, source->name);
    sw_buf_printf(&finding.text, " came in with %u accounts that were new to it within ", n->accounts);
    sw_buf_span(&finding.text, (double)(source->attempts[n->to - 1].time_ms - source->attempts[n->from].time_ms) / 1000);
    SW_BUF_LIT(&finding.text, ":");
    unsigned shown = 0;
    for (size_t i = n->from; i < n->to; i++) {
        const struct sw_login_attempt *a = &source->attempts[i];
        if (!is_newcomer(source, a))
            continue;
        sw_finding_add(&finding, a->time_ms, a->place, a->weight);
        if (shown++ < 10) {
            sw_buf_char(&finding.text, ' ');
            sw_buf_str_add(&finding.text, source->world->accounts[a->account].name);
        }
    }
    sw_buf_printf(&finding.text,
                  "%s; %u came from it before, %u are administrators', %u have a known device, %u others failed",
                  shown > 10 ? " ..." : "", n->before, n->privileged, n->devices, n->failing);
    return sw_finding_tell(&finding, run, source->world);
}

static unsigned level_of(const struct sw_behaviour_run *run, const struct sw_login_source *source,
                         const struct newcomers *n)
{
    const struct sw_login_name *name = &source->world->names[source->name];
    bool outside = name->kind == SW_NAME_ADDRESS && !name->internal;
    if ((double)n->accounts > run->value[P_MOST] || (double)name->accounts > run->value[P_MOST])
        return RULE_LOW;
    if (n->accounts - n->devices < run->value[P_ACCOUNTS])
        return RULE_LOW;
    bool raised = n->failing >= 2 || n->privileged >= 2 || (outside && n->before == 0) ||
                  (n->accounts >= 2 * run->value[P_ACCOUNTS] && n->before * 10 <= n->accounts);
    return raised ? RULE_MEDIUM : RULE_LOW;
}

static int on_source(struct sw_behaviour_run *run, const struct sw_login_source *source)
{
    struct state *state = run->state;
    if (!state->sorted && state->count > 1)
        qsort(state->known, state->count, sizeof *state->known, sw_order_u64);
    state->sorted = true;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    struct newcomers n = {0};
    uint32_t known = 0; /* came in from here before the window */
    for (size_t i = 0; i < source->count; i = n.to) {
        n = (struct newcomers){.from = i, .to = i + 1, .before = known};
        const struct sw_login_attempt *first = &source->attempts[i];
        if (!is_newcomer(source, first)) {
            known += first->outcome == SW_LOGIN_SUCCESS && !first->known;
            continue;
        }
        for (size_t k = i; k < source->count && source->attempts[k].time_ms - first->time_ms <= window_ms; k++) {
            const struct sw_login_attempt *a = &source->attempts[k];
            n.to = k + 1;
            n.failing += is_failing(a);
            known += a->outcome == SW_LOGIN_SUCCESS && !a->known;
            if (!is_newcomer(source, a))
                continue;
            n.accounts++;
            n.privileged += source->world->accounts[a->account].privileged;
            n.devices += has_known_device(state, a->account, source->name);
        }
        if ((double)n.accounts < run->value[P_ACCOUNTS] || n.before > n.accounts / 2)
            continue;
        int rc = report(run, source, &n, level_of(run, source, &n));
        if (rc != 0)
            return rc;
    }
    return 0;
}

const struct sw_behaviour sw_behaviour_many_accounts = {
    .name = "many-accounts",
    .summary = "several accounts come in from one source for the first time, shortly after each other",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .account = on_account,
    .login_source = on_source,
    .end = end,
};
