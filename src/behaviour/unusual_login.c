/* unusual_login.c - a login from a network, device or country, or at an hour, that the account never had.
 * docs/behaviours/unusual-login.md. One novelty is ordinary; several at once are not. */
#include "behaviour/account_history.h"

#include "base/mem.h"

enum { P_MEDIUM, P_HIGH };

static const struct sw_behaviour_parameter parameters[] = {
    [P_MEDIUM] = {"medium", 5.5, 1, 20, "", "sum of novelties from which on a login is of medium level"},
    [P_HIGH] = {"high", 7.5, 1, 20, "", "... of high level"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.t1078")};

#define NOTE "Travel, a new phone or laptop, moving house"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE(
        "5e2d9b1c-6f3a-4a77-8e20-9c4d7a1b0f30", "First-Seen Source, Device, Hour Or Country Of An Account",
        "An account with a history comes in from a network, device or country, or at an hour, that it never had.",
        SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("5e2d9b1c-6f3a-4a77-8e20-9c4d7a1b0f31", "Login That Is New In Several Ways",
                                      "An account with a history comes in with several novelties at once: network, "
                                      "device, country, hour, failures before.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("5e2d9b1c-6f3a-4a77-8e20-9c4d7a1b0f32", "Login That Is New In Almost Every Way",
                                    "An account with a history comes in with many novelties at once: network, device, "
                                    "country, hour, failures before.",
                                    SW_LEVEL_HIGH, tags, NOTE),
};

enum { DAY_MS = 86400000 };

/* The most unusual login of a day, and the others. */
struct episode {
    int64_t begin_ms;
    double score;
    struct sw_novelty novelty;
    const struct sw_login *login;
    struct sw_account_finding finding;
    bool open;
};

struct state {
    struct sw_history history;
    struct episode episode;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    if (state->episode.open)
        sw_buf_fini(&state->episode.finding.text);
    sw_history_fini(&state->history);
}

/* How new a login is. The weights follow how often each comes about by itself in an organisation: a network every few
 * weeks, a device twice a year, a country less often. */
static double score_of(const struct sw_account *account, const struct sw_login *login, const struct sw_novelty *n)
{
    if (!n->network && !n->country && !n->device && !(n->hour && account->brief->privileged))
        return 0;
    bool outside = sw_login_is_external(account->world, login);
    double score = n->network ? (outside ? 1.5 : 1) : 0;
    score += n->device ? 1.5 : 0;
    score += n->country ? (n->rare_country ? 3 : 2) : 0;
    score += n->hour ? 1 : 0;
    score += n->failures >= 3 ? 1.5 : 0;
    score += account->brief->privileged ? 1 : 0;
    score += n->network && n->alone && outside ? 0.5 : 0;
    score -= n->known_device ? 2 : 0;
    return score;
}

static int close_episode(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    struct episode *e = &state->episode;
    e->open = false;
    struct sw_account_finding *finding = &e->finding;
    finding->rule = e->score >= run->value[P_HIGH]     ? RULE_HIGH
                    : e->score >= run->value[P_MEDIUM] ? RULE_MEDIUM
                                                       : RULE_LOW;
    finding->value = e->score;
    finding->account = account->brief->name;
    finding->source = e->login->source;
    finding->target = e->login->target;
    finding->incomplete = account->brief->incomplete;
    sw_buf_str_add(&finding->text, account->brief->name);
    sw_buf_printf(&finding->text, " came in (%s) from ", sw_login_kind_name(e->login->kind));
    sw_buf_login_name(&finding->text, account->world, e->login->source);
    SW_BUF_LIT(&finding->text, ": ");
    sw_buf_novelty(&finding->text, account->world, e->login, &e->novelty);
    sw_buf_printf(&finding->text, "; it had %u logins on %u days before", state->history.logins, state->history.days);
    if (account->brief->privileged)
        SW_BUF_LIT(&finding->text, "; it is an administrator's");
    if (e->novelty.known_device)
        SW_BUF_LIT(&finding->text, "; its device is known");
    return sw_finding_tell(finding, run, account->world);
}

static void note(struct episode *e, const struct sw_login *login, const struct sw_novelty *novelty, double score)
{
    if (!e->open) {
        e->open = true;
        e->begin_ms = login->time_ms;
        e->score = 0;
        e->login = login;
        e->novelty = *novelty;
        sw_finding_init(&e->finding);
    }
    if (score > e->score) {
        e->score = score;
        e->login = login;
        e->novelty = *novelty;
    }
    sw_finding_login(&e->finding, login);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    struct episode *e = &state->episode;
    int rc = sw_history_start(&state->history, account);
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        if (e->open && login->time_ms - e->begin_ms >= DAY_MS)
            rc = close_episode(run, account);
        if (login->outcome == SW_LOGIN_SUCCESS && sw_login_enters(login) && login->kind != SW_LOGIN_SERVICE) {
            struct sw_novelty novelty;
            sw_history_judge(&state->history, login, &novelty);
            double score = novelty.enough ? score_of(account, login, &novelty) : 0;
            if (score >= 1)
                note(e, login, &novelty, score);
        }
        sw_history_learn(&state->history, login);
    }
    if (rc == 0 && e->open)
        rc = close_episode(run, account);
    return rc;
}

const struct sw_behaviour sw_behaviour_unusual_login = {
    .name = "unusual-login",
    .summary = "a login from a network, device or country, or at an hour, that the account never had",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .account = on_account,
    .end = end,
};
