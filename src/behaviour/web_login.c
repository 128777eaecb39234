/* web_login.c - clients that keep failing to log in at a web page, and whether they got in.
 *
 * docs/behaviours/web-bruteforce.md. The runs themselves are found in web_guess.c. */
#include "behaviour/web_ranking.h"

#include "base/mem.h"

enum { P_FAILURES, P_GRAVE, P_SIZE, P_VAIN, P_TOLD };

static const struct sw_behaviour_parameter parameters[] = {
    [P_FAILURES] = {"failures", 20, 8, 1000000, "", "failures in a row, from which on a success counts"},
    [P_GRAVE] = {"grave", 100, 8, 1000000, "",
                 "failures in a row of a finding at level high, less than five seconds apart"},
    [P_SIZE] = {"by-size", 50, 8, 1000000, "",
                "failures in a row, from which on an answer of another size alone counts as success"},
    [P_VAIN] = {"in-vain", 100, 8, 1000000, "", "failures in a row of a finding without success"},
    [P_TOLD] = {"told", 20, 1, SW_RANKING_MAX, "", "clients that are told"},
};

enum { RULE_VAIN, RULE_MEDIUM, RULE_HIGH };

static const struct sw_str tags[] = {SW_BEHAVIOUR_TAG("attack.credential-access"), SW_BEHAVIOUR_TAG("attack.t1110")};
static const struct sw_str success_tags[] = {
    SW_BEHAVIOUR_TAG("attack.credential-access"), SW_BEHAVIOUR_TAG("attack.t1110"),
    SW_BEHAVIOUR_TAG("attack.initial-access"), SW_BEHAVIOUR_TAG("attack.t1078")};

#define NOTE "Devices and scripts with an old password that is set right at last; many users behind one address"

static const struct sw_rule rules[] = {
    [RULE_VAIN] =
        SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a40", "Password Guessing At A Web Login",
                          "A client sends many logins that are all answered alike.", SW_LEVEL_LOW, tags, NOTE),
    [RULE_MEDIUM] = SW_BEHAVIOUR_RULE(
        "6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a41", "Web Login After Many Failures",
        "A client sends many logins that are all answered alike, and then one whose answer looks like success.",
        SW_LEVEL_MEDIUM, success_tags, NOTE),
    [RULE_HIGH] = SW_BEHAVIOUR_RULE("6d1b7a52-3f0e-4c47-9d1a-0f5c2b8e4a42", "Web Login After Rapid Guessing",
                                    "A client sends very many logins in quick succession that are all answered alike, "
                                    "and then one whose answer looks "
                                    "like success.",
                                    SW_LEVEL_HIGH, success_tags, NOTE),
};

static void explain(struct sw_buf *out, const struct sw_access_login *login)
{
    sw_buf_access_client(out, login->client);
    sw_buf_printf(out, " got status %u %llu times in a row ", login->status, (unsigned long long)login->failures);
    if (login->path.len > 0) {
        SW_BUF_LIT(out, "for logins at ");
        sw_buf_str_add(out, sw_str_slice(login->path, 0, 200));
    } else {
        SW_BUF_LIT(out, "from the site");
    }
    if (login->site->name.len > 0) {
        SW_BUF_LIT(out, " on ");
        sw_buf_str_add(out, login->site->name);
    }
    SW_BUF_LIT(out, " from ");
    sw_buf_time(out, login->first_ms * 1000000);
    SW_BUF_LIT(out, " to ");
    sw_buf_time(out, login->last_ms * 1000000);
    if (login->succeeded) {
        sw_buf_printf(out, ", and then status %u with %u bytes instead of %u at ", login->success_status,
                      login->success_bytes, login->bytes);
        sw_buf_time(out, login->success_ms * 1000000);
        if (login->by_size)
            SW_BUF_LIT(out, "; only the size tells of success");
    }
}

static bool is_rapid(const struct sw_access_login *login)
{
    return (double)(login->last_ms - login->first_ms) < 5000.0 * (double)login->failures;
}

static int on_login(struct sw_behaviour_run *run, const struct sw_access_login *login)
{
    double failures = (double)login->failures;
    unsigned rule = RULE_VAIN;
    bool counts =
        login->by_size ? is_rapid(login) && failures >= run->value[P_SIZE] : failures >= run->value[P_FAILURES];
    if (login->succeeded && counts)
        rule = !login->by_size && failures >= run->value[P_GRAVE] && is_rapid(login) ? RULE_HIGH : RULE_MEDIUM;
    else if (failures < run->value[P_VAIN] || (login->status < 400 && !is_rapid(login)))
        return 0; /* equal answers that are no refusals may be successes, unless no one could type them */
    struct sw_ranked *slot;
    /* Graver ones before others, then by failures. */
    double score = failures + (double)rule * 1e9;
    int rc = sw_ranking_add(run->state, (size_t)run->value[P_TOLD], score, sw_access_client_hash(login->client), &slot);
    if (rc != 0 || slot == NULL)
        return rc;
    slot->score = failures;
    slot->rule = rule;
    slot->count = login->failures + login->succeeded;
    slot->first_ms = login->first_ms;
    slot->last_ms = login->succeeded ? login->success_ms : login->last_ms;
    sw_ranked_path(slot, login->site, login->path);
    sw_ranked_client(slot, login->client);
    sw_ranked_member(slot, login->first_ms, login->first);
    sw_ranked_member(slot, login->last_ms, login->last);
    if (login->succeeded)
        sw_ranked_member(slot, login->success_ms, login->success);
    explain(&slot->text, login);
    return 0;
}

static int on_end(struct sw_behaviour_run *run, const struct sw_access_world *world)
{
    (void)world;
    return sw_ranking_report(run->state, run, false, RULE_VAIN, SW_RANKING_MAX);
}

const struct sw_behaviour sw_behaviour_web_login = {
    .name = "web-bruteforce",
    .summary = "many failed web logins of a client, and success after them",
    .rules = rules,
    .rule_count = SW_COUNT_OF(rules),
    .parameters = parameters,
    .parameter_count = SW_COUNT_OF(parameters),
    .state_size = sizeof(struct sw_ranking),
    .login = on_login,
    .accesses = on_end,
    .end = sw_ranking_end,
};
