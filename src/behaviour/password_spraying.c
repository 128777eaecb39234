/* password_spraying.c - one source that fails with many accounts, and accounts that fail from many sources at once.
 *
 * docs/behaviours/password-spraying.md. What counts is accounts that never came in from the source before and don't
 * within the day after: people who mistype, and storms of reconnections, do. */
#include "behaviour/account.h"

#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

enum { P_ACCOUNTS, P_GAP, P_SPREAD, P_TRIES };

static const struct sw_behaviour_parameter parameters[] = {
    [P_ACCOUNTS] = {"accounts", 10, 3, 1000000, "", "accounts that one source must fail with"},
    [P_GAP] = {"gap", 28800, 60, 604800, "s", "longest pause within one attempt"},
    [P_TRIES] = {"tries", 8, 1, 1000000, "",
                 "failures an account, at most, of a source inside: saved passwords fail again and again"},
    [P_SPREAD] = {"spread", 15, 5, 1000000, "",
                  "accounts that must fail within an hour from sources that are no account's own"},
};

enum { RULE_NAMES, RULE_SPRAY, RULE_SUCCESS, RULE_STUFFING, RULE_SPREAD };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"),
                                     SW_BEHAVIOUR_TAG("attack.t1110.003")};
static const struct sw_str stuffing_tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"),
                                              SW_BEHAVIOUR_TAG("attack.initial-access"),
                                              SW_BEHAVIOUR_TAG("attack.t1110.004"), SW_BEHAVIOUR_TAG("attack.t1078")};
static const struct sw_str names_tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"),
                                           SW_BEHAVIOUR_TAG("attack.t1110"), SW_BEHAVIOUR_TAG("attack.t1087")};

#define NOTE \
    "Gateways that many people log in through for the first time, vulnerability scanners, a new system without " \
    "accounts"

static const struct sw_rule rules[] = {
    [RULE_NAMES] =
        SW_BEHAVIOUR_RULE("0c1f7e0e-52a1-4b1e-8f3e-5f0a2c9d7b10", "Many Account Names Tried From One Source",
                          "One source fails to log in with many names, most of which aren't accounts that anyone uses.",
                          SW_LEVEL_LOW, names_tags, "Every service that the internet reaches is tried so all the time"),
    [RULE_SPRAY] = SW_BEHAVIOUR_RULE(
        "0c1f7e0e-52a1-4b1e-8f3e-5f0a2c9d7b11", "Password Spraying",
        "One source fails to log in with many accounts that exist, and that don't otherwise come from it.",
        SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_SUCCESS] = SW_BEHAVIOUR_RULE(
        "0c1f7e0e-52a1-4b1e-8f3e-5f0a2c9d7b12", "Password Spraying With A Success",
        "One source fails to log in with many accounts that exist, and comes in with another one meanwhile.",
        SW_LEVEL_HIGH, tags, NOTE),
    [RULE_STUFFING] = SW_BEHAVIOUR_RULE("0c1f7e0e-52a1-4b1e-8f3e-5f0a2c9d7b13", "Credential Stuffing With A Success",
                                        "One source fails to log in with many names, most of which aren't accounts "
                                        "here, and comes in with one of them.",
                                        SW_LEVEL_HIGH, stuffing_tags, NOTE),
    [RULE_SPREAD] =
        SW_BEHAVIOUR_RULE("0c1f7e0e-52a1-4b1e-8f3e-5f0a2c9d7b14", "Password Spraying From Many Sources",
                          "Within an hour far more accounts than usual fail to log in from outside, from networks that "
                          "they never came from.",
                          SW_LEVEL_MEDIUM, tags, "A service that many phones use with a password that was changed"),
};

enum { HOUR_MS = 3600000, MAX_HOURS = 200000, MAX_FAILED = 1000000 };

/* An account that failed from a network that isn't its own, once an hour. */
struct failed {
    uint32_t hour; /* since the first */
    uint32_t account;
    uint32_t source;
    int64_t time_ms;
    struct sw_place place;
};

struct state {
    uint32_t *stamp; /* by account, or by name */
    size_t room;
    struct failed *failed;
    size_t failed_count;
    size_t failed_cap;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_free(state->stamp);
    sw_free(state->failed);
}

static int make_room(struct state *state, size_t count)
{
    sw_free(state->stamp);
    state->stamp = sw_alloc(count + 1, sizeof *state->stamp);
    state->room = state->stamp != NULL ? count : 0;
    return state->stamp != NULL ? 0 : SW_E_NOMEM;
}

/* --- one source --------------------------------------------------------------------------------------------- */

static bool is_stranger(const struct sw_login_attempt *a)
{
    return a->outcome == SW_LOGIN_FAILURE && a->kind != SW_LOGIN_MFA && !a->known && !a->later &&
           (a->flags & SW_LOGIN_F_EXPIRED) == 0;
}

/* Came in, or got as far as the second factor. */
static bool is_through(const struct sw_login_attempt *a)
{
    return a->outcome == SW_LOGIN_SUCCESS || a->kind == SW_LOGIN_MFA;
}

struct episode {
    size_t from;
    size_t to; /* behind the last attempt */
    uint64_t failures;
    uint32_t accounts;
    uint32_t existing;
    uint32_t hits;     /* accounts that came in from here for the first time meanwhile */
    uint32_t regulars; /* accounts that came in as they did before */
    uint32_t hit;      /* the first of them */
};

static void count_episode(struct state *state, const struct sw_login_source *source, struct episode *e, uint32_t mark)
{
    const struct sw_account_brief *briefs = source->world->accounts;
    const struct sw_login_name *name = &source->world->names[source->name];
    bool outside = name->kind == SW_NAME_ADDRESS && !name->internal;
    for (size_t i = e->from; i < e->to; i++) {
        const struct sw_login_attempt *a = &source->attempts[i];
        bool stranger = is_stranger(a);
        e->failures += stranger ? a->weight : 0;
        if (!stranger && !is_through(a))
            continue;
        uint32_t *stamp = &state->stamp[a->account]; /* twice the mark: failed; and one: let in */
        if (*stamp == 2 * mark + 1 || (stranger && *stamp == 2 * mark))
            continue;
        *stamp = 2 * mark + !stranger;
        if (stranger) {
            e->accounts++;
            e->existing += briefs[a->account].named;
        } else if (a->known) {
            e->regulars++;
        } else if (briefs[a->account].first_ms < source->attempts[e->from].time_ms || outside) {
            /* An account that is seen here first may be the source's own. */
            if (e->hits++ == 0)
                e->hit = a->account;
        }
    }
}

static void explain(struct sw_buf *out, const struct sw_login_source *source, const struct episode *e)
{
    const struct sw_login_name *name = &source->world->names[source->name];
    sw_buf_login_name(out, source->world, source->name);
    sw_buf_printf(out, " failed with %u accounts that never came from it (%u of them exist), %llu times, within ",
                  e->accounts, e->existing, (unsigned long long)e->failures);
    sw_buf_span(out, (double)(source->attempts[e->to - 1].time_ms - source->attempts[e->from].time_ms) / 1000);
    if (name->given_up > 0)
        sw_buf_printf(out, ", and with %u more that were given up for want of memory", name->given_up);
    if (e->hits > 0) {
        sw_buf_printf(out, "; it came in, or got to the second factor, with %u that it had not used before, first ",
                      e->hits);
        sw_buf_str_add(out, source->world->accounts[e->hit].name);
    }
    if (e->regulars > 0)
        sw_buf_printf(out, "; %u others came in from it as they do", e->regulars);
}

static int report(struct sw_behaviour_run *run, const struct sw_login_source *source, const struct episode *e,
                  unsigned rule)
{
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = rule;
    finding.value = e->accounts;
    finding.source = source->name;
    if (e->hits == 1)
        finding.account = source->world->accounts[e->hit].name;
    for (size_t i = e->from; i < e->to; i++) {
        const struct sw_login_attempt *a = &source->attempts[i];
        if (is_stranger(a) || (is_through(a) && !a->known))
            sw_finding_add(&finding, a->time_ms, a->place, a->weight);
    }
    finding.incomplete = source->cut > 0;
    explain(&finding.text, source, e);
    return sw_finding_tell(&finding, run, source->world);
}

static int judge(struct sw_behaviour_run *run, const struct sw_login_source *source, const struct episode *e)
{
    uint32_t least = (uint32_t)run->value[P_ACCOUNTS];
    uint32_t tried = e->accounts + source->world->names[source->name].given_up;
    if (tried < least)
        return 0;
    /* Where many come in as they always do, some who fail are to be expected. */
    if (e->regulars > 4 * e->accounts)
        return 0;
    const struct sw_login_name *name = &source->world->names[source->name];
    bool outside = name->kind == SW_NAME_ADDRESS && !name->internal;
    bool few_tries = outside || (double)e->failures <= run->value[P_TRIES] * e->accounts;
    bool many_exist = e->existing >= least || (e->existing * 2 >= e->accounts && e->existing * 2 >= least);
    unsigned rule = RULE_NAMES;
    if (!few_tries)
        rule = RULE_NAMES;
    else if (e->hits > 0 && e->hits * 2 <= tried)
        rule = many_exist ? RULE_SUCCESS : RULE_STUFFING;
    else if (many_exist)
        rule = RULE_SPRAY;
    return report(run, source, e, rule);
}

/* What comes in within an hour behind the last failure, or twice the mean pause between failures, belongs to them. */
static size_t end_of_successes(const struct sw_login_source *source, const struct episode *e)
{
    const struct sw_login_attempt *last = &source->attempts[e->to - 1];
    int64_t behind_ms = 2 * (last->time_ms - source->attempts[e->from].time_ms) / (int64_t)(e->to - e->from);
    if (behind_ms < HOUR_MS)
        behind_ms = HOUR_MS;
    size_t end = e->to;
    while (end < source->count && source->attempts[end].time_ms - last->time_ms <= behind_ms)
        end++;
    return end;
}

static int on_source(struct sw_behaviour_run *run, const struct sw_login_source *source)
{
    struct state *state = run->state;
    int64_t gap = (int64_t)(run->value[P_GAP] * 1000);
    int rc = make_room(state, source->world->account_count);
    uint32_t mark = 0;
    for (size_t i = 0; i < source->count && rc == 0;) {
        if (!is_stranger(&source->attempts[i])) {
            i++;
            continue;
        }
        struct episode e = {.from = i, .to = i + 1};
        size_t k = i + 1;
        for (; k < source->count && source->attempts[k].time_ms - source->attempts[e.to - 1].time_ms <= gap; k++)
            if (is_stranger(&source->attempts[k]))
                e.to = k + 1;
        e.to = end_of_successes(source, &e);
        count_episode(state, source, &e, ++mark);
        rc = judge(run, source, &e);
        i = e.to;
    }
    return rc;
}

/* --- many sources ------------------------------------------------------------------------------------------- */

/* Failures of an account that exists, from outside, from networks that it never comes in from. */
static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    const struct sw_account_world *world = account->world;
    if (!account->brief->exists || (world->last_ms - world->first_ms) / HOUR_MS > MAX_HOURS)
        return 0;
    uint32_t last_hour = UINT32_MAX;
    for (size_t i = 0; i < account->count; i++) {
        const struct sw_login *login = &account->logins[i];
        const struct sw_login_name *from = sw_login_name_at(world, sw_login_network(world, login));
        if (login->outcome != SW_LOGIN_FAILURE || !sw_login_enters(login) || from == NULL || from->internal ||
            from->accounts > 0 || (login->flags & SW_LOGIN_F_EXPIRED) != 0 || state->failed_count >= MAX_FAILED)
            continue;
        uint32_t hour = (uint32_t)((login->time_ms - world->first_ms) / HOUR_MS);
        if (hour == last_hour)
            continue;
        last_hour = hour;
        int rc = sw_grow(&state->failed, &state->failed_cap, state->failed_count, sizeof *state->failed, MAX_FAILED);
        if (rc != 0)
            return rc;
        state->failed[state->failed_count++] =
            (struct failed){hour, account->number, login->source, login->time_ms, login->place};
    }
    return 0;
}

static int by_hour(const void *a, const void *b)
{
    const struct failed *x = a;
    const struct failed *y = b;
    if (x->hour != y->hour)
        return x->hour < y->hour ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

/* How many fail in a usual hour in which some do. */
static int usual_count(const struct state *state, uint32_t *usual)
{
    uint32_t *counts = sw_alloc(state->failed_count + 1, sizeof *counts);
    if (counts == NULL)
        return SW_E_NOMEM;
    size_t hours = 0;
    for (size_t i = 0; i < state->failed_count; i++) {
        if (i > 0 && state->failed[i].hour != state->failed[i - 1].hour)
            hours++;
        counts[hours]++;
    }
    qsort(counts, hours + 1, sizeof *counts, sw_order_u32);
    *usual = hours >= 24 ? counts[hours / 2] : 1;
    sw_free(counts);
    return 0;
}

static int report_spread(struct sw_behaviour_run *run, const struct sw_account_world *world, const struct failed *from,
                         size_t count, uint32_t usual)
{
    struct state *state = run->state;
    int rc = make_room(state, world->name_count);
    if (rc != 0)
        return rc;
    uint32_t sources = 0;
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    for (size_t i = 0; i < count; i++) {
        if (from[i].source < state->room && state->stamp[from[i].source] == 0) {
            state->stamp[from[i].source] = 1;
            sources++;
        }
        sw_finding_add(&finding, from[i].time_ms, from[i].place, 1);
    }
    if (sources < 3 || sources * 4 < count) { /* told of each source already */
        sw_buf_fini(&finding.text);
        return 0;
    }
    finding.rule = RULE_SPREAD;
    finding.value = (double)count;
    sw_buf_printf(
        &finding.text,
        "%zu accounts failed from %u addresses outside within an hour, from networks that nobody came in from; "
        "in other hours it is about %u",
        count, sources, usual);
    return sw_finding_tell(&finding, run, world);
}

static int on_accounts(struct sw_behaviour_run *run, const struct sw_account_world *world)
{
    struct state *state = run->state;
    if (state->failed_count == 0)
        return 0;
    qsort(state->failed, state->failed_count, sizeof *state->failed, by_hour);
    uint32_t usual;
    int rc = usual_count(state, &usual);
    for (size_t from = 0; from < state->failed_count && rc == 0;) {
        size_t to = from + 1;
        while (to < state->failed_count && state->failed[to].hour == state->failed[from].hour)
            to++;
        size_t count = to - from;
        if ((double)count >= run->value[P_SPREAD] && count >= 5 * (size_t)usual)
            rc = report_spread(run, world, &state->failed[from], count, usual);
        from = to;
    }
    return rc;
}

const struct sw_behaviour sw_behaviour_password_spraying = {
    .name = "password-spraying",
    .summary = "one source that fails with many accounts, or many accounts that fail from many sources at once",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .account = on_account,
    .login_source = on_source,
    .accounts = on_accounts,
    .end = end,
};
