/* test_sigma_corpora.c - all of SigmaHQ's active rules load; only placeholders without a value are rejected, by name.
 * Skipped without the corpora. */
#include "sigma/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void sigmahq(void **state)
{
    (void)state;
    static const char *const folders[] = {"rules", "rules-emerging-threats", "rules-threat-hunting",
                                          "rules-placeholder", "rules-compliance"};
    enum { FOLDERS = sizeof folders / sizeof *folders };
    const char *corpora = getenv("SEAWALL_CORPORA");
    char paths[FOLDERS][1024];
    const char *list[FOLDERS];
    for (size_t i = 0; i < FOLDERS; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/sigma/%s", corpora ? corpora : "../shared/corpora", folders[i]);
        list[i] = paths[i];
    }
    if (access(paths[0], R_OK) != 0) {
        print_message("skipped: SigmaHQ rules (no corpora)\n");
        skip();
    }
    struct sw_rules *rules;
    struct sw_error err;
    const struct sw_load_options options = {.paths = list, .path_count = FOLDERS};
    clock_t begin = clock();
    assert_int_equal(sw_rules_load(&rules, &options, &err), 0);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    for (size_t i = 0; i < rules->reject_count; i++) {
        const struct sw_reject *reject = &rules->rejects[i];
        if (!reject->placeholder)
            print_error("%.*s:%u: %.*s\n", SW_STR_ARG(reject->path), reject->line, SW_STR_ARG(reject->reason));
        assert_true(reject->placeholder);
        assert_true(reject->line > 1 && reject->id.len > 0 && reject->reason.len > 0);
    }
    print_message("%zu rules loaded, %zu rejected for placeholders, %.3f s\n", rules->rule_count, rules->reject_count,
                  seconds);
    assert_int_equal(rules->rule_count + rules->reject_count, 3780);
    assert_int_equal(rules->reject_count, 25);
    assert_int_equal(rules->warning_count, 0);
    sw_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sigmahq)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
