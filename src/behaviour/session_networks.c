/* session_networks.c - one session or token is used from two networks. docs/behaviours/session-networks.md.
 *
 * Laptops carry their sessions from home to the office, phones from one network to the next: they keep their agent. A
 * session that is taken over has another one. */
#include "behaviour/account.h"

#include "base/mem.h"

enum { P_WINDOW };

static const struct sw_behaviour_parameter parameters[] = {
    [P_WINDOW] = {"window", 86400, 60, 2592000, "s", "time within which the two networks must use the session"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

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
};

enum { SLOTS = 256 /* sessions that are followed at once */ };

struct session {
    uint32_t id;
    uint32_t device[2]; /* of the first and of the other network */
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
    struct session sessions[SLOTS];
};

static int begin(struct sw_behaviour_run *run)
{
    run->state = sw_alloc(1, sizeof(struct state));
    return run->state != NULL ? 0 : SW_E_NOMEM;
}

static void end(struct sw_behaviour_run *run)
{
    sw_free(run->state);
}

static int report(struct sw_behaviour_run *run, const struct sw_account *account, const struct session *s)
{
    const struct sw_account_world *world = account->world;
    bool devices = s->device[0] != s->device[1] && s->device[0] != 0 && s->device[1] != 0;
    bool countries = s->country[0] != s->country[1] && s->country[0] != SW_LOGIN_NONE && s->country[1] != SW_LOGIN_NONE;
    if (s->turns == 0 || (!devices && (!countries || s->turns < 2)))
        return 0;
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = !devices ? RULE_LOW : countries || s->turns >= 2 ? RULE_HIGH : RULE_MEDIUM;
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
    sw_buf_span_ms(&finding.text, s->last_ms - s->first_ms);
    return sw_finding_tell(&finding, run, world);
}

static void start(struct session *s, const struct sw_account *account, const struct sw_login *login)
{
    *s = (struct session){.id = login->session,
                          .kind = login->kind,
                          .device = {login->device, 0},
                          .network = {sw_login_network(account->world, login), SW_LOGIN_NONE},
                          .country = {sw_login_country(account->world, login), SW_LOGIN_NONE},
                          .login = {login, NULL},
                          .first_ms = login->time_ms,
                          .last_ms = login->time_ms};
}

static void use(struct session *s, const struct sw_account *account, const struct sw_login *login)
{
    uint32_t network = sw_login_network(account->world, login);
    unsigned side = network == s->network[0] ? 0 : 1;
    if (side == 1) {
        /* Of several other networks one with another device tells most. */
        if (s->login[1] == NULL || (s->device[1] == s->device[0] && login->device != s->device[0])) {
            s->network[1] = network;
            s->device[1] = login->device;
            s->country[1] = sw_login_country(account->world, login);
            s->login[1] = login;
        }
    }
    s->turns += side != s->now;
    s->now = (uint8_t)side;
    s->last_ms = login->time_ms;
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    struct state *state = run->state;
    int64_t window_ms = (int64_t)(run->value[P_WINDOW] * 1000);
    memset(state->sessions, 0, sizeof state->sessions);
    int rc = 0;
    for (size_t i = 0; i < account->count && rc == 0; i++) {
        const struct sw_login *login = &account->logins[i];
        if (login->session == 0 || login->outcome != SW_LOGIN_SUCCESS ||
            sw_login_network(account->world, login) == SW_LOGIN_NONE)
            continue;
        /* Different logs describe devices differently: each has its own. */
        struct session *s = &state->sessions[(login->session ^ login->kind) % SLOTS];
        if (s->id == login->session && s->kind == login->kind && login->time_ms - s->first_ms <= window_ms) {
            use(s, account, login);
            continue;
        }
        if (s->id != 0)
            rc = report(run, account, s);
        start(s, account, login);
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
    .begin = begin,
    .account = on_account,
    .end = end,
};
