/* test_sigma_oracle.c - the generator's rules all load, its events hit often and miss often, and the same seed gives
 * the same. */
#include "evaluator.h"
#include "generate.h"
#include "sigma/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

static struct sw_rules *generate(struct sw_gen *gen, unsigned count)
{
    struct sw_buf yaml;
    struct sw_rules *rules;
    struct sw_error err;
    sw_buf_init(&yaml, (size_t)64 << 20);
    sw_gen_rules(gen, &yaml, count);
    assert_int_equal(sw_buf_error(&yaml), 0);
    assert_int_equal(sw_rules_parse(&rules, sw_buf_str(&yaml), "generated", NULL, &err), 0);
    sw_buf_fini(&yaml);
    return rules;
}

static void rules_load(void **state)
{
    (void)state;
    struct sw_gen *gen = sw_gen_new(7);
    struct sw_rules *rules = generate(gen, 2000);
    size_t bad = 0;
    for (size_t i = 0; i < rules->reject_count; i++) {
        /* The only faults that the generator may make: a selector that fits nothing. */
        struct sw_str reason = rules->rejects[i].reason;
        bool selector = sw_str_find(reason, SW_STR("fits")) != SW_NPOS || sw_str_find(reason, SW_STR("fit")) != SW_NPOS;
        if (!selector)
            print_message("%.*s\n", SW_STR_ARG(reason));
        bad += !selector;
    }
    assert_int_equal(bad, 0);
    assert_true(rules->rule_count > 1500);
    sw_rules_free(rules);
    sw_gen_free(gen);
}

static void events_hit_and_miss(void **state)
{
    (void)state;
    struct sw_classes *classes;
    assert_int_equal(sw_classes_load(&classes, NULL, 0, NULL), 0);
    size_t hits[2] = {0, 0};
    for (int run = 0; run < 2; run++) {
        struct sw_gen *gen = sw_gen_new(42);
        struct sw_rules *rules = generate(gen, 60);
        struct sw_oracle *oracle = sw_oracle_new(rules, classes);
        struct sw_event event;
        sw_event_init(&event);
        sw_gen_use(gen, rules, classes);
        for (unsigned i = 0; i < 2000; i++) {
            uint32_t aim = sw_gen_event(gen, &event);
            sw_oracle_event(oracle, &event);
            hits[run] += sw_oracle_holds(oracle, aim);
        }
        sw_event_fini(&event);
        sw_oracle_free(oracle);
        sw_rules_free(rules);
        sw_gen_free(gen);
    }
    assert_int_equal(hits[0], hits[1]);
    print_message("%zu of 2000 aimed events hit\n", hits[0]);
    assert_in_range(hits[0], 300, 1700);
    sw_classes_free(classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_load), cmocka_unit_test(events_hit_and_miss)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
