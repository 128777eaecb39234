/* test_incident.c - facts joined into incidents: what belongs together, what doesn't, and what is said about it. */
#include "incident/incident.h"

#include "base/hash.h"
#include "incident/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOUR (3600 * SW_SECOND)
#define DAY (24 * HOUR)
#define START ((int64_t)1756684800 * SW_SECOND) /* 2025-09-01T00:00:00Z */
#define BIT(tactic) (1u << SW_TACTIC_##tactic)

static struct sw_facts facts;
static struct sw_incidents incidents;
static uint64_t next_id;

struct line {
    const char *rule;
    enum sw_level level;
    uint32_t tactics;
    const char *techniques;
    const char *engine;
    int64_t time;
    double value;
    struct sw_mention mentions[6];
};

#define HOST(name) \
    { \
        SW_ENTITY_HOST, SW_ROLE_AT, SW_STR_INIT(name) \
    }
#define FROM(address) \
    { \
        SW_ENTITY_ADDRESS, SW_ROLE_SOURCE, SW_STR_INIT(address) \
    }
#define TO(address) \
    { \
        SW_ENTITY_ADDRESS, SW_ROLE_DESTINATION, SW_STR_INIT(address) \
    }
#define WHO(account) \
    { \
        SW_ENTITY_ACCOUNT, SW_ROLE_TARGET, SW_STR_INIT(account) \
    }
#define WEB(path) \
    { \
        SW_ENTITY_WEB_PATH, SW_ROLE_TARGET, SW_STR_INIT(path) \
    }
#define FILE_(path) \
    { \
        SW_ENTITY_FILE, SW_ROLE_TARGET, SW_STR_INIT(path) \
    }

static void add(const struct line *line)
{
    struct sw_fact fact = {
        .id = {1, ++next_id},
        .rule_id = sw_str(line->rule),
        .title = sw_str(line->rule),
        .kind = SW_STR("sigma"),
        .engine = sw_str(line->engine != NULL ? line->engine : "sigma"),
        .level = line->level,
        .tactics = line->tactics,
        .techniques = sw_str(line->techniques != NULL ? line->techniques : ""),
        .verdict = SW_STR(""),
        .time = line->time,
        .time_last = line->time,
        .count = 1,
        .value = line->value,
        .class_name = SW_STR(""),
        .path = SW_STR("evidence"),
        .format = SW_STR(""),
        .explanation = SW_STR(""),
        .mentions = line->mentions,
    };
    while (fact.mention_count < 6 && line->mentions[fact.mention_count].kind != SW_ENTITY_NONE)
        fact.mention_count++;
    assert_int_equal(sw_facts_add(&facts, &fact), 0);
}

/* A web application is exploited, a shell is used, a machine behind it is reached, data leaves. */
static void add_intrusion(void)
{
    const struct line lines[] = {
        {"exploit",
         SW_LEVEL_HIGH,
         BIT(INITIAL_ACCESS),
         "T1190",
         "web",
         START + 10 * DAY,
         0,
         {HOST("web1.corp.example"), FROM("198.51.100.7"), WEB("/app/upload.aspx")}},
        {"shell file",
         SW_LEVEL_CRITICAL,
         BIT(PERSISTENCE),
         "T1505.003",
         "webshell",
         START + 10 * DAY + HOUR,
         0,
         {HOST("WEB1"), FILE_("C:\\inetpub\\app\\img\\Thumb.aspx")}},
        {"shell used",
         SW_LEVEL_HIGH,
         BIT(PERSISTENCE),
         "T1505.003",
         "behaviour",
         START + 12 * DAY,
         0,
         {HOST("web1"), FROM("203.0.113.9"), WEB("/app/img/thumb.aspx")}},
        {"w3wp starts cmd",
         SW_LEVEL_HIGH,
         BIT(EXECUTION),
         "T1059.003",
         NULL,
         START + 12 * DAY + 1 * SW_SECOND,
         0,
         {HOST("web1"), WHO("CORP\\svc-app")}},
        {"kerberoasting",
         SW_LEVEL_HIGH,
         BIT(CREDENTIAL_ACCESS),
         "T1558.003",
         "behaviour",
         START + 12 * DAY + 5 * HOUR,
         0,
         {HOST("dc1"), WHO("svc-app@corp.example")}},
        {"admin share",
         SW_LEVEL_MEDIUM,
         BIT(LATERAL_MOVEMENT),
         "T1021.002",
         NULL,
         START + 12 * DAY + 6 * HOUR,
         0,
         {HOST("file1"), WHO("svc-app")}},
        {"data out",
         SW_LEVEL_HIGH,
         BIT(EXFILTRATION),
         "T1048",
         "behaviour",
         START + 14 * DAY,
         5e9,
         {FROM("10.0.5.11"), TO("203.0.113.9")}},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        add(&lines[i]);
}

/* Every day, on many machines, one rule; and a scanner's tries in vain. */
static void add_noise(void)
{
    for (int day = 0; day < 20; day++) {
        struct line updater = {"updater",
                               SW_LEVEL_MEDIUM,
                               BIT(EXECUTION),
                               "T1059",
                               NULL,
                               START + day * DAY + 9 * HOUR,
                               0,
                               {HOST("pc1"), WHO("alice")}};
        add(&updater);
        updater.mentions[0].value = SW_STR("web1");
        updater.mentions[1].value = SW_STR("bob");
        add(&updater);
        updater.mentions[0].value = SW_STR("pc3");
        updater.mentions[1].value = SW_STR("carol");
        add(&updater);
        const struct line scan = {"scan",
                                  SW_LEVEL_LOW,
                                  BIT(RECONNAISSANCE),
                                  "T1595",
                                  "web",
                                  START + day * DAY,
                                  0,
                                  {HOST("web1"), FROM("192.0.2.200"), WEB("/wp-login.php")}};
        add(&scan);
    }
}

static void make(struct sw_aliases *aliases)
{
    const struct sw_incident_options options = {0};
    assert_int_equal(sw_incidents_make(&incidents, &facts, aliases, &options), 0);
}

static int begin(void **state)
{
    (void)state;
    next_id = 0;
    sw_facts_init(&facts, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sw_incidents_free(&incidents);
    sw_facts_fini(&facts);
    return 0;
}

static bool names(const struct sw_incident *incident, enum sw_thing thing, const char *value)
{
    for (uint32_t i = 0; i < incident->entity_count; i++) {
        const struct sw_entity *entity = &incidents.entities[incident->entities[i]];
        if (entity->thing == thing && sw_str_is(entity->value, value))
            return true;
    }
    return false;
}

/* web1's address, as its own records would show it. */
static struct sw_aliases *address_of_web1(void)
{
    struct sw_aliases *aliases = NULL;
    assert_int_equal(sw_aliases_new(&aliases, 0), 0);
    const struct sw_name_pair pair = {
        SW_ALIAS_OWN_ADDRESS, SW_ENTITY_ADDRESS, SW_STR("10.0.5.11"), SW_ENTITY_HOST, SW_STR("web1"), START, START, 1};
    assert_int_equal(sw_aliases_add(aliases, &pair), 0);
    sw_aliases_sort(aliases);
    return aliases;
}

static void the_intrusion_is_one_incident_and_first(void **state)
{
    (void)state;
    add_noise();
    add_intrusion();
    struct sw_aliases *aliases = address_of_web1();
    make(aliases);
    sw_aliases_free(aliases);
    assert_true(incidents.count >= 1);
    const struct sw_incident *first = &incidents.items[0];
    assert_int_equal(first->level, SW_LEVEL_CRITICAL);
    assert_int_equal(first->joining, 7);
    assert_true(names(first, SW_THING_HOST, "web1") && names(first, SW_THING_HOST, "dc1") &&
                names(first, SW_THING_HOST, "file1"));
    assert_true(names(first, SW_THING_ACCOUNT, "svc-app"));
    assert_false(names(first, SW_THING_HOST, "pc1"));
    assert_false(names(first, SW_THING_HOST, "pc3"));
    for (size_t i = 1; i < incidents.count; i++)
        assert_true(incidents.items[i].level <= SW_LEVEL_MEDIUM);
}

static void its_points_are_found(void **state)
{
    (void)state;
    add_intrusion();
    struct sw_aliases *aliases = address_of_web1();
    make(aliases);
    sw_aliases_free(aliases);
    const struct sw_incident *first = &incidents.items[0];
    assert_int_equal(first->entry_count, 1);
    assert_true(sw_str_is(first->entries[0].what, "/app/upload.aspx"));
    assert_true(first->entries[0].succeeded);
    assert_int_equal(first->reentry_count, 1);
    assert_int_equal(first->reentries[0].kind, SW_REENTRY_WEB_SHELL);
    assert_true(sw_str_is(first->reentries[0].value, "c:/inetpub/app/img/thumb.aspx"));
    assert_int_equal(first->reentries[0].state, SW_STATE_PRESENT);
    assert_int_equal(first->reentries[0].facts, 2);
    assert_int_equal(first->data_out_count, 1);
    assert_true(sw_str_is(first->data_out[0].destination, "203.0.113.9"));
    assert_true(sw_str_is(first->data_out[0].source, "web1"));
    assert_true(first->story_count >= 6);
    assert_true(first->step_count >= 5);
}

static void noise_alone_is_nothing_above_medium(void **state)
{
    (void)state;
    add_noise();
    make(NULL);
    for (size_t i = 0; i < incidents.count; i++)
        assert_true(incidents.items[i].level <= SW_LEVEL_MEDIUM);
}

static void the_order_of_facts_changes_nothing(void **state)
{
    (void)state;
    add_intrusion();
    make(NULL);
    char id[33];
    memcpy(id, incidents.items[0].id, sizeof id);
    uint32_t parts = incidents.items[0].part_count;
    for (size_t i = 0; i < facts.count / 2; i++) {
        struct sw_fact swap = facts.items[i];
        facts.items[i] = facts.items[facts.count - 1 - i];
        facts.items[facts.count - 1 - i] = swap;
    }
    sw_incidents_free(&incidents);
    make(NULL);
    assert_string_equal(incidents.items[0].id, id);
    assert_int_equal(incidents.items[0].part_count, parts);
}

static void the_same_finding_twice_counts_once(void **state)
{
    (void)state;
    add_intrusion();
    next_id = 0;
    add_intrusion();
    make(NULL);
    assert_int_equal(facts.count, 7);
}

/* A machine that everybody talks to joins nothing: alerts about different people behind one proxy stay apart. */
static void a_busy_host_is_no_glue(void **state)
{
    (void)state;
    static char accounts[200][16];
    for (int i = 0; i < 200; i++) {
        struct line line = {
            "odd login", SW_LEVEL_MEDIUM,          BIT(INITIAL_ACCESS), "T1078", NULL, START + i * 3 * HOUR,
            0,           {HOST("proxy"), WHO("x")}};
        (void)snprintf(accounts[i], sizeof accounts[i], "user%d", i);
        line.mentions[1].value = sw_str(accounts[i]);
        line.rule = i % 2 ? "odd login" : "odd agent";
        add(&line);
    }
    make(NULL);
    for (size_t i = 0; i < incidents.count; i++)
        assert_true(incidents.items[i].part_count < 20);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    make(NULL);
    assert_int_equal(incidents.count, 0);
}

/* --- names -------------------------------------------------------------------------------------------------- */

static void names_have_one_form(void **state)
{
    (void)state;
    char out[SW_NAME_MAX];
    struct sw_str domain;
    assert_true(sw_str_is(sw_name_host(SW_STR("\\\\WEB01.corp.example"), out), "web01"));
    assert_true(sw_str_is(sw_name_host(SW_STR("WEB01$"), out), "web01"));
    assert_int_equal(sw_name_host(SW_STR("10.0.0.1"), out).len, 0);
    assert_int_equal(sw_name_host(SW_STR("-"), out).len, 0);
    assert_true(sw_str_is(sw_name_account(SW_STR("CORP\\JDoe"), out, &domain), "jdoe"));
    assert_true(sw_str_is(domain, "CORP"));
    assert_true(sw_str_is(sw_name_account(SW_STR("jdoe@corp.example"), out, &domain), "jdoe"));
    assert_int_equal(sw_name_account(SW_STR("4294967295"), out, &domain).len, 0);
    assert_true(sw_name_is_common_account(SW_STR("system")));
    assert_false(sw_name_is_common_account(SW_STR("jdoe")));
    assert_true(sw_str_is(sw_name_script(SW_STR("/app/img/thumb.aspx?x=1")), "thumb.aspx"));
    assert_int_equal(sw_name_script(SW_STR("/app/img/thumb.png")).len, 0);
}

/* A lease tells whose an address was on a day; another day it is somebody else's. */
static void addresses_become_the_host_of_the_day(void **state)
{
    (void)state;
    struct sw_aliases *aliases = NULL;
    assert_int_equal(sw_aliases_new(&aliases, 0), 0);
    const struct sw_name_pair pairs[] = {
        {SW_ALIAS_LEASE, SW_ENTITY_ADDRESS, SW_STR_INIT("10.0.0.8"), SW_ENTITY_HOST, SW_STR_INIT("pc1"), START,
         START + HOUR, 2},
        {SW_ALIAS_LEASE, SW_ENTITY_ADDRESS, SW_STR_INIT("10.0.0.8"), SW_ENTITY_HOST, SW_STR_INIT("pc2"),
         START + 9 * DAY, START + 9 * DAY, 1},
    };
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(sw_aliases_add(aliases, &pairs[i]), 0);
    sw_aliases_sort(aliases);
    for (int i = 0; i < 2; i++) {
        const struct line line = {
            i == 0 ? "a" : "b", SW_LEVEL_CRITICAL, BIT(EXECUTION), "T1059", NULL, START + i * 9 * DAY + 2 * HOUR, 0,
            {FROM("10.0.0.8")}};
        add(&line);
    }
    make(aliases);
    sw_aliases_free(aliases);
    bool pc1 = false;
    bool pc2 = false;
    for (size_t i = 0; i < incidents.count; i++) {
        pc1 |= names(&incidents.items[i], SW_THING_HOST, "pc1");
        pc2 |= names(&incidents.items[i], SW_THING_HOST, "pc2");
        assert_false(names(&incidents.items[i], SW_THING_HOST, "pc1") &&
                     names(&incidents.items[i], SW_THING_HOST, "pc2"));
    }
    assert_true(pc1 && pc2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_intrusion_is_one_incident_and_first, begin, end),
        cmocka_unit_test_setup_teardown(its_points_are_found, begin, end),
        cmocka_unit_test_setup_teardown(noise_alone_is_nothing_above_medium, begin, end),
        cmocka_unit_test_setup_teardown(the_order_of_facts_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(the_same_finding_twice_counts_once, begin, end),
        cmocka_unit_test_setup_teardown(a_busy_host_is_no_glue, begin, end),
        cmocka_unit_test_setup_teardown(nothing_gives_nothing, begin, end),
        cmocka_unit_test(names_have_one_form),
        cmocka_unit_test_setup_teardown(addresses_become_the_host_of_the_day, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
