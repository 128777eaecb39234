/* session_networks.c - one session or token is used from two networks. docs/behaviours/session-networks.md.
 *
 * Laptops carry their sessions from home to the office, phones from one network to the next: they keep their agent. A
 * session that is taken over has another one. */
#include "behaviour/account_history.h"

#include "base/mem.h"

enum { P_WINDOW };

static const struct sw_behaviour_parameter parameters[] = {
    [P_WINDOW] = {"window", 86400, 60, 2592000, "s", "time within which the two networks must use the session"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH, RULE_JUMP, RULE_NEAR };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"), SW_BEHAVIOUR_TAG("attack.lateral-movement"),
                                     SW_BEHAVIOUR_TAG("attack.t1539"), SW_BEHAVIOUR_TAG("attack.t1550.004")};

#define NOTE "VPNs that are switched on and off; services that use a session on behalf of the user"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("8c5e0a2d-6d37-4f19-a4b6-7e9c1b3d60d0", "Session Used From Two Countries",
                                   "A session is used from two countries in turns, by the same kind of device.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE("8c5e0a2d-6d37-4f19-a4b6-7e9c1b3d60d1", "Session Used From Two Networks By Two Devices",
                                      "A session is used from two networks by different kinds of devices.",
                                      SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE(
        "8c5e0a2d-6d37-4f19-a4b6-7e9c1b3d60d2", "Session Used From Two Networks In Turns By Two Devices",
        "A session is used from two networks in turns, or from two countries, by different kinds of devices.",
        SW_LEVEL_HIGH, tags, NOTE),
    [RULE_JUMP] = SW_BEHAVIOUR_RULE(
        "8c5e0a2d-6d37-4f19-a4b6-7e9c1b3d60d3", "Session Used From A New Country Too Soon",
        "A session is used from a country that the account never came from, sooner than anyone can travel there; a token that "
        "was taken brings the device's claims along.",
        SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_NEAR] = SW_BEHAVIOUR_RULE("8c5e0a2d-6d37-4f19-a4b6-7e9c1b3d60d4", "Session Used By A New Device In The Same City",
                                    "A session is used from two networks in one city, by a device that the account never "
                                    "had: most likely a new telephone.",
                                    SW_LEVEL_LOW, tags, NOTE),
};

enum { SLOTS = 256 /* sessions that are followed at once */ };

struct session {
    uint32_t id;
    uint32_t device[2]; /* of the first and of the other network */
    bool jumped;        /* to a country that the account never came from, faster than anyone can */
    bool strange[2];    /* ... the account didn't have it before */
    uint32_t network[2];
    uint32_t country[2];
    const struct sw_login *login[2];
    uint8_t kind;
    uint8_t now;     /* which of the two used it last */
    uint32_t turns;  /* changes between them */
    int64_t first_ms;
    int64_t last_ms;
};

struct state {
    struct sw_history history;
    struct session sessions[SLOTS];
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_history_fini(&state->history);
}

/* In one city a new telephone may have got the session; but nobody goes back and forth between two devices like that. */
static bool is_near(const struct sw_account_world *world, const struct session *s)
{
    const struct sw_login_name *a = sw_login_name_at(world, s->login[0]->location);
    const struct sw_login_name *b = sw_login_name_at(world, s->login[1]->location);
    bool quick = s->turns >= 4 && s->last_ms - s->first_ms <= 7200000;
    return a != NULL && b != NULL && a->located && b->located && sw_login_kilometres(a, b) < 200 && !quick;
}

static unsigned rule_of(const struct sw_account_world *world, const struct session *s, bool devices, bool countries)
{
    if (devices && !is_near(world, s))
        return countries || s->turns >= 2 ? RULE_HIGH : RULE_MEDIUM;
    return s->jumped ? RULE_JUMP : devices ? RULE_NEAR : RULE_LOW;
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct session *s)
{
    const struct sw_account_world *world = account->world;
    /* People carry a session to their telephone as well: a device that the account never had is another matter. */
    bool devices = s->device[0] != s->device[1] && s->device[0] != 0 && s->device[1] != 0 &&
                   (s->strange[0] || s->strange[1]);
    bool countries = s->country[0] != s->country[1] && s->country[0] != SW_LOGIN_NONE && s->country[1] != SW_LOGIN_NONE;
    if (s->turns == 0 || (!devices && !s->jumped && (!countries || s->turns < 2)))
        return 0;
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = rule_of(world, s, devices, countries);
    finding.value = s->turns;
    finding.account = account->brief->name;
    finding.source = s->login[1]->source;
    finding.service = s->login[1]->service;
    finding.incomplete = account->brief->incomplete;
    sw_finding_login(&finding, s->login[0]);
    sw_finding_login(&finding, s->login[1]);
    sw_buf_str_add(&finding.text, account->brief->name);
    SW_BUF_LIT(&finding.text, "'s session was used from ");
    sw_buf_login_name(&finding.text, world, s->login[0]->source);
    SW_BUF_LIT(&finding.text, " and from ");
    sw_buf_login_name(&finding.text, world, s->login[1]->source);
    if (countries) {
        SW_BUF_LIT(&finding.text, " (");
        sw_buf_login_name(&finding.text, world, s->country[0]);
        SW_BUF_LIT(&finding.text, ", ");
        sw_buf_login_name(&finding.text, world, s->country[1]);
        SW_BUF_LIT(&finding.text, ")");
    }
    sw_buf_printf(&finding.text, "%s, changing %u time%s within ", devices ? " by different devices" : "", s->turns,
                  s->turns == 1 ? "" : "s");
    sw_buf_span(&finding.text, (double)(s->last_ms - s->first_ms) / 1000);
    return sw_finding_tell(&finding, run, world);
}

static void start(struct session *s, const struct sw_account *account, const struct sw_login *login, bool strange)
{
    *s = (struct session){.id = login->session,
                          .kind = login->kind,
                          .device = {login->device, 0},
                          .strange = {strange, false},
                          .network = {sw_login_network(account->world, login), SW_LOGIN_NONE},
                          .country = {sw_login_country(account->world, login), SW_LOGIN_NONE},
                          .login = {login, NULL},
                          .first_ms = login->time_ms,
                          .last_ms = login->time_ms};
}

/* From the first network's last use that is known: a thousand kilometres an hour, or another country within one. */
static bool is_too_soon(const struct sw_account_world *world, const struct sw_login *before, const struct sw_login *login)
{
    const struct sw_login_name *a = sw_login_name_at(world, before->location);
    const struct sw_login_name *b = sw_login_name_at(world, login->location);
    if (a == NULL || b == NULL)
        return false;
    double hours = (double)(login->time_ms - before->time_ms) / 3600000;
    if (a->located && b->located) {
        double distance = sw_login_kilometres(a, b);
        return distance > 500 && distance > 1000 * hours;
    }
    return a->country != b->country && hours <= 1;
}

static void use(struct session *s, const struct sw_account *account, const struct sw_login *login,
                const struct sw_novelty *novelty)
{
    bool strange = novelty->device;
    uint32_t network = sw_login_network(account->world, login);
    unsigned side = network == s->network[0] ? 0 : 1;
    if (side == 1) {
        s->jumped |= novelty->country && is_too_soon(account->world, s->login[0], login);
        /* Of several other networks one with another device tells most. */
        if (s->login[1] == NULL || (s->device[1] == s->device[0] && login->device != s->device[0]) ||
            (strange && !s->strange[1])) {
            s->strange[1] = strange;
            s->network[1] = network;
            s->device[1] = login->device;
            s->country[1] = sw_login_country(account->world, login);
            s->login[1] = login;
        }
    }
    if (side == 0)
        s->login[0] = login;
    s->turns += side != s->now;
    s->now = (uint8_t)side;
    s->last_ms = login->time_ms;
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    memset(state->sessions, 0, sizeof state->sessions);
    int rc = sw_history_start(&state->history, account);
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        struct sw_novelty novelty;
        sw_history_judge(&state->history, login, &novelty);
        sw_history_learn(&state->history, login);
        if (login->session == 0 || login->outcome != SW_LOGIN_SUCCESS ||
            sw_login_network(account->world, login) == SW_LOGIN_NONE)
            continue;
        /* Different logs describe devices differently: each has its own. */
        struct session *s = &state->sessions[(login->session ^ login->kind) % SLOTS];
        if (s->id == login->session && s->kind == login->kind && login->time_ms - s->first_ms <= window_ms) {
            use(s, account, login, &novelty);
            continue;
        }
        if (s->id != 0)
            rc = report(run, account, s);
        start(s, account, login, novelty.device);
    }
    for (size_t i = 0; i < SLOTS && rc == 0; i++)
        if (state->sessions[i].id != 0)
            rc = report(run, account, &state->sessions[i]);
    return rc;
}

const struct sw_behaviour sw_behaviour_session_networks = {
    .name = "session-networks",
    .summary = "one session or token is used from two networks",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .account = on_account,
    .end = end,
};
