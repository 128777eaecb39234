/* test_coverage.c - the knowledge of tradecraft, and which techniques rules and evidence cover. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/coverage.h"
#include "sigma/load.h"

static struct sw_classes *classes;
static struct sw_tradecraft *known;

static const char rules_text[] =
    "title: A\nid: 11111111-1111-4111-8111-111111111111\ntags: [attack.initial-access, attack.t1190]\n"
    "logsource: {category: webserver}\ndetection: {s: {cs-uri|contains: x}, condition: s}\n---\n"
    "title: B\nid: 22222222-2222-4222-8222-222222222222\ntags: [attack.t1056.003]\n"
    "logsource: {product: linux, service: auditd}\ndetection: {s: {a: x}, condition: s}\n---\n"
    "title: C\nname: c\nid: 33333333-3333-4333-8333-333333333333\ntags: [attack.t1082]\n"
    "logsource: {product: linux, service: sshd}\ndetection: {s: {a: x}, condition: s}\n---\n"
    "title: D\nid: 44444444-4444-4444-8444-444444444444\ntags: [ATTACK.T1021.004]\n"
    "correlation: {type: event_count, rules: [c], group-by: [h], timespan: 5m, condition: {gte: 3}}\n";

static uint32_t technique(const char *id)
{
    for (uint32_t i = 0; i < known->technique_count; i++)
        if (sw_str_is(known->techniques[i].id, id))
            return i;
    fail_msg("no technique %s", id);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    struct sw_error err = {0};
    return sw_classes_load(&classes, NULL, 0, &err) != 0 || sw_tradecraft_load(&known, &err) != 0;
}

static int teardown(void **state)
{
    (void)state;
    sw_tradecraft_free(known);
    sw_classes_free(classes);
    return 0;
}

static void test_knowledge(void **state)
{
    (void)state;
    const struct sw_actor *campaign = sw_tradecraft_actor(known, SW_STR("c0049"));
    const struct sw_actor *group = sw_tradecraft_actor(known, SW_STR("G0065"));
    assert_non_null(campaign);
    assert_non_null(group);
    assert_int_equal(campaign->technique_count, 26);
    assert_int_equal(group->technique_count, 50);
    static const char *const names[] = {"APT40", "apt 40", "Leviathan", "kryptonite panda", "GinghamTyphoon", "BRONZE MOHAWK",
                                        "temp.periscope"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_ptr_equal(sw_tradecraft_actor(known, sw_str(names[i])), group);
    assert_null(sw_tradecraft_actor(known, SW_STR("APT4")));
    assert_null(sw_tradecraft_actor(known, SW_STR("")));
    assert_true(sw_actor_uses(campaign, technique("T1528")));
    assert_false(sw_actor_uses(group, technique("T1528")));
    for (size_t i = 0; i < known->technique_count; i++) { /* each belongs to one of them, and says one thing only */
        const struct sw_technique *t = &known->techniques[i];
        assert_true(sw_actor_uses(campaign, (uint32_t)i) || sw_actor_uses(group, (uint32_t)i));
        assert_true(t->unseen.len == 0 || t->indirect.len == 0);
    }
}

static void test_tags(void **state)
{
    (void)state;
    assert_true(sw_str_is(sw_tag_technique(SW_STR("attack.t1059.001")), "t1059.001"));
    assert_true(sw_str_is(sw_tag_technique(SW_STR("Attack.T1190")), "T1190"));
    static const char *const others[] = {"attack.ta0001", "attack.t10", "attack.tor", "cve.2021-44228", "t1190", "attack.", ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(sw_tag_technique(sw_str(others[i])).len, 0);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "# nothing\n",
        "groups: []\n",
        "techniques: []\n",
        "techniques: {T1: {tactic: x}}\n",
        "techniques: {T1: {name: [a], tactic: x}}\n",
        "techniques: {T1: {name: a, tactic: x, indirect: b}}\n",
        "techniques: {T1: {name: a, tactic: x, through: [T1]}}\n",
        "techniques: {T1: {name: a, tactic: x, indirect: b, through: [T2]}}\n",
        "techniques: {T1: {name: a, tactic: x}}\ngroups: [{id: G, name: g, techniques: [T9]}]\n",
        "techniques: {T1: {name: a, tactic: x}}\ngroups: [{id: G, techniques: [T1]}]\n",
        "techniques: {T1: {name: a, tactic: x}}\ngroups: {id: G, name: g}\n",
        "techniques: {T1: {name: a, tactic: x}\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sw_tradecraft *made;
        struct sw_error err = {0};
        assert_true(sw_tradecraft_parse(&made, sw_str(texts[i]), &err) < 0);
        assert_null(made);
        assert_true(err.code < 0 && err.text[0] != '\0');
    }
}

static struct sw_rules *load_rules(void)
{
    struct sw_rules *rules;
    struct sw_error err = {0};
    const struct sw_load_options options = {0};
    assert_int_equal(sw_rules_parse(&rules, sw_str(rules_text), "rules", &options, &err), 0);
    assert_int_equal(rules->reject_count, 0);
    return rules;
}

static void test_rules(void **state)
{
    (void)state;
    struct sw_rules *rules = load_rules();
    struct sw_coverage coverage;
    assert_int_equal(sw_coverage_init(&coverage, known, classes, rules, NULL), 0);
    assert_true(sw_coverage_has(&coverage, technique("T1190")));
    assert_true(sw_coverage_has(&coverage, technique("T1588.006"))); /* through it */
    assert_true(sw_coverage_has(&coverage, technique("T1056")));     /* by a sub-technique's rule */
    assert_true(sw_coverage_has(&coverage, technique("T1021.004"))); /* by a correlation */
    assert_false(sw_coverage_has(&coverage, technique("T1021.002")));
    assert_false(sw_coverage_has(&coverage, technique("T1082"))); /* its rule only feeds the correlation */
    assert_false(sw_coverage_has(&coverage, technique("T1587.004")));
    assert_int_equal(coverage.techniques[technique("T1190")].rules, 1);
    struct sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_coverage_text(&coverage, &out);
    sw_buf_char(&out, '\0');
    assert_non_null(strstr(out.data, "C0049 Leviathan Australian Intrusions: 5 of 26 techniques detected, 1 of them only through others"));
    assert_non_null(strstr(out.data, "1 rule and web requests: webserver (1)\n"));
    assert_non_null(strstr(out.data, "  web requests: webserver\n")); /* no rule, but the analysis */
    assert_non_null(strstr(out.data, "through T1190\n"));
    assert_non_null(strstr(out.data, "NO RULE\n"));
    sw_buf_fini(&out);
    sw_coverage_fini(&coverage);
    sw_rules_free(rules);
}

static void test_evidence(void **state)
{
    (void)state;
    struct sw_rules *rules = load_rules();
    struct sw_coverage coverage;
    uint32_t count = sw_classes_count(classes);
    struct sw_seen *seen = test_calloc(count, sizeof *seen);
    for (uint32_t i = 0; i < count; i++)
        seen[i].first = seen[i].last = SW_TIME_NONE;
    sw_class_id sshd = sw_classes_find(classes, SW_STR("linux/sshd"));
    sw_class_id nginx = sw_classes_find(classes, SW_STR("webserver/nginx"));
    assert_true(sshd != SW_CLASS_NONE && nginx != SW_CLASS_NONE);
    seen[sshd] = (struct sw_seen){3, SW_TIME_NONE, SW_TIME_NONE};
    assert_int_equal(sw_coverage_init(&coverage, known, classes, rules, seen), 0);
    assert_false(sw_coverage_has(&coverage, technique("T1190"))); /* there is a rule, but no log for it */
    assert_false(sw_coverage_has(&coverage, technique("T1588.006")));
    assert_false(sw_coverage_has(&coverage, technique("T1056")));
    assert_true(sw_coverage_has(&coverage, technique("T1021.004")));
    struct sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_coverage_text(&coverage, &out);
    sw_buf_char(&out, '\0');
    assert_non_null(strstr(out.data, "BLIND, needs webserver (1)\n"));
    assert_non_null(strstr(out.data, "1 rule: linux/sshd\n")); /* no time was known */
    sw_coverage_fini(&coverage);
    seen[nginx] = (struct sw_seen){1, 0, 86400 * INT64_C(1000000000)};
    assert_int_equal(sw_coverage_init(&coverage, known, classes, rules, seen), 0);
    assert_true(sw_coverage_has(&coverage, technique("T1190")));
    sw_buf_clear(&out);
    sw_coverage_text(&coverage, &out);
    sw_buf_char(&out, '\0');
    assert_non_null(strstr(out.data, "1 rule and web requests: webserver/nginx, 1970-01-01 to 1970-01-02\n"));
    sw_buf_fini(&out);
    sw_coverage_fini(&coverage);
    test_free(seen);
    sw_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_knowledge), cmocka_unit_test(test_tags),     cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_rules),     cmocka_unit_test(test_evidence),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
