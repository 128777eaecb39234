/* impossible_travel.c - an account comes in from two places that nobody can travel between in that time.
 * docs/behaviours/impossible-travel.md.
 *
 * Phones abroad come out of their home country's network while the laptop next to them doesn't; VPNs move people about. So
 * speed alone stays low, and places that many accounts share are no places. */
#include "behaviour/account_history.h"

enum { P_SPEED, P_DISTANCE, P_COUNTRIES, P_SHARED };

static const struct sw_behaviour_parameter parameters[] = {
    [P_SPEED] = {"speed", 1000, 100, 100000, "km/h", "speed from which on it is impossible"},
    [P_DISTANCE] = {"distance", 500, 10, 20000, "km", "distance from which on places differ"},
    [P_COUNTRIES] = {"countries", 3600, 60, 86400, "s", "time between two countries when coordinates aren't known"},
    [P_SHARED] = {"shared", 5, 2, 100000, "", "accounts in a network from which on it is a gateway"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.t1078")};

#define NOTE "VPNs, phones that roam, wrong places in the log"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("4d8b2f6a-1e95-4a3c-b7d8-9f0e3c5a70e0", "Impossible Travel",
                                   "An account comes in from two places that are too far from each other for the time "
                                   "between, with devices or from countries that it is known for.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("4d8b2f6a-1e95-4a3c-b7d8-9f0e3c5a70e1", "Impossible Travel To A New Country",
                                      "An account comes in from two places that are too far from each other for the time "
                                      "between; one is in a country that it never came from, and the device isn't known.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE(
        "4d8b2f6a-1e95-4a3c-b7d8-9f0e3c5a70e2", "Impossible Travel To A Rare Country With A New Device",
        "An account comes in from two places that are too far from each other for the time between; one is in a country "
        "that hardly anyone comes from, and the device is new, or it failed before.",
        SW_LEVEL_HIGH, tags, NOTE),
};

static bool is_placed(const struct sw_account *account, const struct sw_login *login)
{
    const struct sw_login_name *network = sw_login_name_at(account->world, sw_login_network(account->world, login));
    return login->outcome == SW_LOGIN_SUCCESS && sw_login_enters(login) && network != NULL && !network->internal &&
           sw_login_name_at(account->world, login->location) != NULL;
}

static bool is_shared(const struct sw_behaviour_run *run, const struct sw_account *account,
                      const struct sw_login *login)
{
    const struct sw_login_name *network = sw_login_name_at(account->world, sw_login_network(account->world, login));
    return network != NULL && network->accounts >= run->value[P_SHARED];
}

/* A login at a place, and what was new about it then. */
struct stop {
    const struct sw_login *login;
    struct sw_novelty novelty;
};

static bool is_strange(const struct stop *stop)
{
    return stop->novelty.country && !stop->novelty.known_device;
}

/* Kilometres, or 0 when only the countries are known; negative: possible. */
static double is_impossible(const struct sw_behaviour_run *run, const struct sw_account *account,
                            const struct sw_login *before, const struct sw_login *login)
{
    const struct sw_login_name *a = &account->world->names[before->location];
    const struct sw_login_name *b = &account->world->names[login->location];
    double hours = (double)(login->time_ms - before->time_ms) / 3600000;
    if (a->located && b->located) {
        double distance = sw_login_kilometres(a, b);
        return distance >= run->value[P_DISTANCE] && distance > hours * run->value[P_SPEED] ? distance : -1;
    }
    bool differ = a->country != b->country && a->country != SW_LOGIN_NONE && b->country != SW_LOGIN_NONE;
    return differ && hours * 3600 <= run->value[P_COUNTRIES] ? 0 : -1;
}

/* What was told of an account last: once a day, or once more when it gets stranger. */
struct told {
    int64_t time_ms;
    bool strange;
};

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct stop *from,
                  const struct stop *to, double distance, struct told *told)
{
    const struct sw_account_world *world = account->world;
    const struct sw_login *before = from->login;
    const struct sw_login *login = to->login;
    /* The stranger may have been there first. */
    const struct stop *odd = is_strange(from) && !is_shared(run, account, before) ? from : to;
    struct sw_novelty novelty = odd->novelty;
    bool strange = is_strange(odd) && !is_shared(run, account, odd->login);
    if (login->time_ms - told->time_ms <= 86400000 && (told->strange || !strange))
        return 0;
    *told = (struct told){login->time_ms, strange};
    bool worse = strange && novelty.rare_country && (novelty.device || novelty.failures >= 3);
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = worse ? RULE_HIGH : strange ? RULE_MEDIUM : RULE_LOW;
    finding.value = distance;
    finding.account = account->brief->name;
    finding.source = odd->login->source;
    finding.incomplete = account->brief->incomplete;
    sw_finding_login(&finding, before);
    sw_finding_login(&finding, login);
    sw_buf_str_add(&finding.text, account->brief->name);
    SW_BUF_LIT(&finding.text, " came in from ");
    sw_buf_login_name(&finding.text, world, before->source);
    SW_BUF_LIT(&finding.text, " (");
    sw_buf_login_name(&finding.text, world, before->location);
    SW_BUF_LIT(&finding.text, ") and ");
    sw_buf_span(&finding.text, (double)(login->time_ms - before->time_ms) / 1000);
    SW_BUF_LIT(&finding.text, " later from ");
    sw_buf_login_name(&finding.text, world, login->source);
    SW_BUF_LIT(&finding.text, " (");
    sw_buf_login_name(&finding.text, world, login->location);
    SW_BUF_LIT(&finding.text, ")");
    if (distance > 0)
        sw_buf_printf(&finding.text, ", %.0f km apart", distance);
    if (novelty.country || novelty.device || novelty.failures >= 3) {
        SW_BUF_LIT(&finding.text, ": ");
        sw_buf_novelty(&finding.text, world, odd->login, &novelty);
    }
    return sw_finding_tell(&finding, run, world);
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct sw_history *history = run->state;
    int rc = sw_history_start(history, account);
    struct stop before = {0};
    struct told told = {.time_ms = INT64_MIN / 2};
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        if (is_placed(account, login)) {
            struct stop here = {.login = login};
            sw_history_judge(history, login, &here.novelty);
            bool apart = before.login != NULL &&
                         !(is_shared(run, account, before.login) && is_shared(run, account, login));
            double distance = apart ? is_impossible(run, account, before.login, login) : -1;
            if (distance >= 0)
                rc = report(run, account, &before, &here, distance, &told);
            before = here;
        }
        sw_history_learn(history, login);
    }
    return rc;
}

const struct sw_behaviour sw_behaviour_impossible_travel = {
    .name = "impossible-travel",
    .summary = "an account comes in from two places that nobody can travel between in that time",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_history),
    .account = on_account,
    .end = sw_history_end,
};
