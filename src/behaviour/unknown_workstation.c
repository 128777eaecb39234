/* unknown_workstation.c - NTLM logins from computers that call themselves by names that nobody here has.
 * docs/behaviours/unknown-workstation.md. The client chooses the name: tools and hired machines bring their own. */
#include "behaviour/account.h"

#include "base/map.h"
#include "base/mem.h"

enum { P_LEARN, P_SCHEME };

static const struct sw_behaviour_parameter parameters[] = {
    [P_LEARN] = {"learn", 3, 0, 365, "days", "time from the evidence's beginning in which names count as known"},
    [P_SCHEME] = {"scheme", 3, 1, 1000, "", "known computers with the same beginning that make a name ordinary"},
};

enum { RULE_LOW, RULE_MEDIUM, RULE_HIGH };

enum { MAX_SCHEMES = 65536, MAX_SCHEME_BYTES = 4 << 20 };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.lateral-movement"), SW_BEHAVIOUR_TAG("attack.initial-access"),
                                     SW_BEHAVIOUR_TAG("attack.t1550.002"), SW_BEHAVIOUR_TAG("attack.t1078")};

#define NOTE "Devices of visitors, new kinds of devices, machines that were renamed"

static const struct sw_rule rules[] = {
    [RULE_LOW] = SW_BEHAVIOUR_RULE("d3f7a1b6-5c28-4e94-b08d-4a6e2c9f30a0", "Unknown Workstation Name",
                                   "An NTLM login names a workstation that was never seen and isn't called like the others.",
                                   SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE(
        "d3f7a1b6-5c28-4e94-b08d-4a6e2c9f30a1", "Unknown Workstation With Several Accounts Or A Privileged One",
        "NTLM logins from a workstation that was never seen succeed with several accounts or with an administrator's, or "
        "it has the name of a tool.",
        SW_LEVEL_MEDIUM, tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("d3f7a1b6-5c28-4e94-b08d-4a6e2c9f30a2", "Workstation Called Like An Attacker's System",
                                    "An NTLM login succeeds from a workstation that has the name of a tool or of a system "
                                    "for attacks, and was never seen.",
                                    SW_LEVEL_HIGH, tags, "Tests of security that were ordered"),
};

/* Names of systems and libraries that come with a name of their own. */
static const char *const tool_names[] = {"kali", "parrot", "nmap", "freerdp", "rdesktop", "commando", "blackarch",
                                         "metasploit", "impacket", "hacker", "attacker", "pentest", "hydra"};

struct guest {
    uint32_t name;
    uint32_t last_account;
    uint32_t accounts; /* that succeeded */
    uint32_t tried;
    uint32_t last_tried;
    uint32_t account; /* the first that succeeded */
    uint32_t source;
    uint64_t count;
    bool privileged;
    bool outside_only;
    int64_t first_ms;
    int64_t last_ms;
    struct sw_place_at kept[SW_BEHAVIOUR_MEMBERS];
    size_t kept_count;
};

struct state {
    uint32_t *guest_of; /* by name: number + 1 */
    size_t room;
    struct guest *guests;
    size_t count;
    size_t cap;
};

static void end(struct sw_behaviour_run *run)
{
    struct state *state = run->state;
    sw_free(state->guest_of);
    sw_free(state->guests);
}

static struct guest *guest_of(struct state *state, const struct sw_account_world *world, uint32_t name, int *rc)
{
    if (state->room < world->name_count) {
        state->guest_of = sw_alloc(world->name_count, sizeof *state->guest_of);
        state->room = state->guest_of != NULL ? world->name_count : 0;
    }
    *rc = state->guest_of != NULL ? 0 : SW_E_NOMEM;
    if (*rc != 0 || name >= state->room)
        return NULL;
    if (state->guest_of[name] == 0) {
        *rc = sw_grow(&state->guests, &state->cap, state->count, sizeof *state->guests, UINT32_MAX - 1);
        if (*rc != 0)
            return NULL;
        state->guests[state->count++] = (struct guest){.name = name,
                                                       .last_account = UINT32_MAX,
                                                       .last_tried = UINT32_MAX,
                                                       .account = UINT32_MAX,
                                                       .source = SW_LOGIN_NONE,
                                                       .outside_only = true,
                                                       .first_ms = INT64_MAX,
                                                       .last_ms = INT64_MIN};
        state->guest_of[name] = (uint32_t)state->count;
    }
    return &state->guests[state->guest_of[name] - 1];
}

static void count_login(struct guest *guest, const struct sw_account *account, const struct sw_login *login)
{
    bool success = login->outcome == SW_LOGIN_SUCCESS;
    guest->count += login->weight;
    guest->outside_only &= sw_login_is_external(account->world, login);
    if (login->time_ms < guest->first_ms) {
        guest->first_ms = login->time_ms;
        guest->source = login->source;
    }
    if (login->time_ms > guest->last_ms)
        guest->last_ms = login->time_ms;
    if (guest->kept_count < SW_BEHAVIOUR_MEMBERS)
        guest->kept[guest->kept_count++] = (struct sw_place_at){login->time_ms * 1000000, login->place};
    if (guest->last_tried != account->number) {
        guest->last_tried = account->number;
        guest->tried++;
    }
    if (!success || guest->last_account == account->number)
        return;
    guest->last_account = account->number;
    guest->privileged |= account->brief->privileged;
    if (guest->accounts++ == 0)
        guest->account = account->number;
}

static int on_account(struct sw_behaviour_run *run, const struct sw_account *account)
{
    for (size_t i = 0; i < account->count; i++) {
        const struct sw_login *login = &account->logins[i];
        if ((login->flags & SW_LOGIN_F_WORKSTATION) == 0 || (login->flags & SW_LOGIN_F_NTLM) == 0)
            continue;
        int rc;
        struct guest *guest = guest_of(run->state, account->world, login->service, &rc);
        if (rc != 0)
            return rc;
        if (guest != NULL)
            count_login(guest, account, login);
    }
    return 0;
}

static bool is_tool(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT_OF(tool_names); i++)
        if (sw_str_starts(name, sw_str(tool_names[i])))
            return true;
    return false;
}

/* The letters that a name begins with. */
static struct sw_str scheme_of(struct sw_str name)
{
    size_t len = 0;
    while (len < name.len && sw_is_alpha(name.ptr[len]))
        len++;
    return sw_str_slice(name, 0, len);
}

/* How many computers are known by the letters that their names begin with: those that logged something, and those that
 * came in while names were learnt. */
static int count_schemes(const struct state *state, const struct sw_account_world *world, int64_t learn_ms,
                         struct sw_map *map)
{
    int rc = 0;
    for (size_t i = 0; i < world->name_count && rc == 0; i++) {
        const struct sw_login_name *name = &world->names[i];
        uint32_t guest = i < state->room ? state->guest_of[i] : 0;
        struct sw_str scheme = scheme_of(name->text);
        uint32_t known = 0;
        if (name->kind != SW_NAME_HOST || scheme.len < 2 ||
            (!name->computer && (guest == 0 || state->guests[guest - 1].first_ms >= world->first_ms + learn_ms)))
            continue;
        (void)sw_map_get(map, scheme, &known);
        rc = sw_map_put(map, scheme, known + 1);
    }
    return rc == SW_E_LIMIT ? 0 : rc;
}

/* Is it called like known computers? What Windows itself hands out ("desktop-", "win-") tells nothing. */
static bool is_like_known(const struct sw_behaviour_run *run, const struct sw_map *schemes, struct sw_str name)
{
    struct sw_str scheme = scheme_of(name);
    uint32_t known = 0;
    return !sw_str_is(scheme, "desktop") && !sw_str_is(scheme, "win") && !sw_str_is(scheme, "workstation") &&
           sw_map_get(schemes, scheme, &known) && known >= run->value[P_SCHEME];
}

static int report(struct sw_behaviour_run *run, const struct sw_account_world *world, const struct guest *guest)
{
    struct sw_str name = world->names[guest->name].text;
    bool tool = is_tool(name);
    struct sw_account_finding finding;
    sw_finding_init(&finding);
    finding.rule = tool && guest->accounts > 0                                          ? RULE_HIGH
                   : guest->accounts >= 3 || guest->privileged || (tool && !guest->outside_only) ? RULE_MEDIUM
                                                                                        : RULE_LOW;
    finding.value = guest->tried;
    finding.target = guest->name;
    const struct sw_login_name *source = sw_login_name_at(world, guest->source);
    if (source != NULL && source->kind == SW_NAME_ADDRESS)
        finding.source = guest->source;
    if (guest->accounts == 1)
        finding.account = world->accounts[guest->account].name;
    for (size_t i = 0; i < guest->kept_count; i++)
        sw_finding_add(&finding, guest->kept[i].time / 1000000, guest->kept[i].place, 1);
    finding.count = guest->count;
    finding.first_ms = guest->first_ms;
    finding.last_ms = guest->last_ms;
    SW_BUF_LIT(&finding.text, "a workstation that calls itself ");
    sw_buf_str_add(&finding.text, name);
    sw_buf_printf(&finding.text,
                  " and was never seen before tried %u accounts by NTLM (%llu records) and came in with %u%s",
                  guest->tried, (unsigned long long)guest->count, guest->accounts,
                  guest->privileged ? ", an administrator's among them" : "");
    if (tool)
        SW_BUF_LIT(&finding.text, "; tools and systems for attacks have this name");
    return sw_finding_tell(&finding, run, world);
}

static int on_accounts(struct sw_behaviour_run *run, const struct sw_account_world *world)
{
    struct state *state = run->state;
    int64_t learn_ms = (int64_t)(run->value[P_LEARN] * 86400000);
    struct sw_map schemes;
    sw_map_init(&schemes, MAX_SCHEMES, MAX_SCHEME_BYTES);
    int rc = count_schemes(state, world, learn_ms, &schemes);
    for (size_t i = 0; i < state->count && rc == 0; i++) {
        const struct guest *guest = &state->guests[i];
        const struct sw_login_name *name = &world->names[guest->name];
        bool tool = is_tool(name->text);
        if (name->computer || (!tool && guest->first_ms < world->first_ms + learn_ms))
            continue;
        if (tool || !is_like_known(run, &schemes, name->text))
            rc = report(run, world, guest);
    }
    sw_map_fini(&schemes);
    return rc;
}

const struct sw_behaviour sw_behaviour_unknown_workstation = {
    .name = "unknown-workstation",
    .summary = "NTLM logins from computers that call themselves by names that nobody here has",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct state),
    .account = on_account,
    .accounts = on_accounts,
    .end = end,
};
