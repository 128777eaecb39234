/* test_behaviour_parts.c - what behaviours are made of: packed series, addresses, and the test for a period. */
#include "behaviour/address.h"
#include "behaviour/period.h"
#include "behaviour/budget.h"
#include "behaviour/series.h"
#include "base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* A small generator (Marsaglia's xorshift), so that every run sees the same numbers. */
static uint64_t random_state = 88172645463325252ull;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static double uniform(void)
{
    return ((double)(next_random() >> 11) + 0.5) / 9007199254740992.0;
}

/* --- series ------------------------------------------------------------------------------------------------- */

static struct sw_series_record made_record(uint64_t number)
{
    uint64_t wild = number * 0x9e3779b97f4a7c15ull;
    struct sw_series_record record = {.time_ms = (int64_t)(number % 7 == 0 ? 0 - (wild >> 22) : wild >> 22),
                                      .place = {(uint32_t)(number % 5 == 0 ? wild >> 40 : 3), wild >> 8},
                                      .values = {wild, number, 0, UINT64_MAX}};
    return record;
}

static void test_series_keeps_what_it_got(void **state)
{
    (void)state;
    enum { LISTS = 5, RECORDS = 3000 };
    struct sw_series_store store;
    struct sw_series_pool pool;
    sw_series_store_init(&store, 64u << 20);
    sw_series_pool_init(&pool, &store, 64u << 20);
    struct sw_series lists[LISTS] = {0};
    for (uint64_t i = 0; i < RECORDS; i++)
        for (unsigned k = 0; k < LISTS; k++) {
            struct sw_series_record record = made_record(i * LISTS + k);
            assert_int_equal(sw_series_add(&pool, &lists[k], &record, 4), 0);
        }
    for (unsigned k = 0; k < LISTS; k++) {
        struct sw_series_cursor cursor;
        uint64_t i = 0;
        for (sw_series_begin(&cursor, &pool, &lists[k]); sw_series_next(&cursor, 4); i++) {
            struct sw_series_record want = made_record(i * LISTS + k);
            assert_int_equal(cursor.record.time_ms, want.time_ms);
            assert_int_equal(cursor.record.place.input, want.place.input);
            assert_int_equal(cursor.record.place.offset, want.place.offset);
            assert_memory_equal(cursor.record.values, want.values, 4 * sizeof(uint64_t));
        }
        assert_int_equal(i, RECORDS);
    }
    sw_series_store_fini(&store);
}

/* Room that a dropped series gave back serves the next one. */
static void test_series_gives_back(void **state)
{
    (void)state;
    struct sw_series_store store;
    struct sw_series_pool pool;
    sw_series_store_init(&store, 2u << 20);
    sw_series_pool_init(&pool, &store, 2u << 20);
    size_t held = 0;
    for (unsigned round = 0; round < 50; round++) {
        struct sw_series series = {0};
        for (uint64_t i = 0; i < 20000; i++) {
            const struct sw_series_record record = {.time_ms = (int64_t)i, .place = {1, i * 100}, .values = {i}};
            assert_int_equal(sw_series_add(&pool, &series, &record, 1), 0);
        }
        if (round == 0)
            held = sw_series_store_held(&store);
        sw_series_drop(&pool, &series);
        assert_int_equal(sw_series_pool_used(&pool), 0);
    }
    assert_int_equal(sw_series_store_held(&store), held);
    sw_series_store_fini(&store);
}

/* Beyond its limit a pool refuses, and what was there stays. */
static void test_series_limit(void **state)
{
    (void)state;
    struct sw_series_store store;
    struct sw_series_pool pool;
    sw_series_store_init(&store, 1u << 20);
    sw_series_pool_init(&pool, &store, 1u << 20);
    struct sw_series series = {0};
    uint64_t added = 0;
    int rc = 0;
    while (rc == 0) {
        const struct sw_series_record record = {.time_ms = (int64_t)added, .place = {1, added}, .values = {added}};
        rc = sw_series_add(&pool, &series, &record, 1);
        added += rc == 0;
    }
    assert_int_equal(rc, SW_E_LIMIT);
    struct sw_series_cursor cursor;
    uint64_t seen = 0;
    for (sw_series_begin(&cursor, &pool, &series); sw_series_next(&cursor, 1); seen++)
        assert_int_equal(cursor.record.values[0], seen);
    assert_int_equal(seen, added);
    sw_series_store_fini(&store);
}

static void test_series_without_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 4; n++) {
        struct sw_series_store store;
        struct sw_series_pool pool;
        sw_series_store_init(&store, 8u << 20);
        sw_series_pool_init(&pool, &store, 8u << 20);
        struct sw_series series = {0};
        const struct sw_series_record record = {.time_ms = 5, .place = {1, 2}, .values = {3}};
        sw_mem_fail_after(n);
        int rc = sw_series_add(&pool, &series, &record, 1);
        sw_mem_fail_after(0);
        assert_int_equal(rc, n < 3 ? SW_E_NOMEM : 0);
        assert_int_equal(series.count, n < 3 ? 0 : 1);
        sw_series_store_fini(&store);
    }
}

/* --- shares of the memory ------------------------------------------------------------------------------------ */

static void test_budget(void **state)
{
    (void)state;
    static const unsigned weights[] = {2, 1, 1};
    struct sw_budget budget;
    sw_budget_init(&budget, 4000, weights, 3);
    assert_int_equal(budget.share[0], 2000);
    /* alone: all but what the others have in reserve */
    assert_int_equal(sw_budget_allowance(&budget, 0), 4000 - 2 * 125);
    budget.held[0] = 3600;
    assert_int_equal(sw_budget_allowance(&budget, 1), 4000 - 3600 - 125);
    /* nothing has to move as long as it is enough */
    assert_int_equal(sw_budget_debtor(&budget, 1), SW_BUDGET_NOBODY);
    budget.held[1] = 260;
    assert_int_equal(sw_budget_debtor(&budget, 1), 0);
    assert_int_equal(sw_budget_reduced(&budget, 0), 2000);
    budget.held[0] = 1900;
    assert_int_equal(sw_budget_debtor(&budget, 1), SW_BUDGET_NOBODY);
    /* beyond its share nobody gives for it */
    budget.held[0] = 2100;
    budget.held[1] = 1700;
    assert_int_equal(sw_budget_debtor(&budget, 1), SW_BUDGET_NOBODY);
    assert_int_equal(sw_budget_debtor(&budget, 0), SW_BUDGET_NOBODY); /* it has its share */
    /* more than all is held: an allowance is never nothing */
    budget.held[0] = 5000;
    assert_int_equal(sw_budget_allowance(&budget, 2), 125);
}

/* One pool's chunks serve another one of the store, cut to size. */
static void test_series_pools_share(void **state)
{
    (void)state;
    struct sw_series_store store;
    struct sw_series_pool pools[2];
    sw_series_store_init(&store, 1u << 20);
    sw_series_pool_init(&pools[0], &store, 1u << 20);
    sw_series_pool_init(&pools[1], &store, 1u << 19);
    struct sw_series large = {0};
    struct sw_series_record record = {.place = {1, 0}};
    while (sw_series_add(&pools[0], &large, &record, 1) == 0)
        record.time_ms++;
    struct sw_series small[1000] = {{0}};
    assert_int_equal(sw_series_add(&pools[1], &small[0], &record, 1), SW_E_LIMIT);
    sw_series_drop(&pools[0], &large);
    assert_int_equal(sw_series_pool_used(&pools[0]), 0);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(sw_series_add(&pools[1], &small[i], &record, 1), 0);
    assert_int_equal(sw_series_pool_used(&pools[1]), sw_series_store_used(&store));
    assert_false(sw_series_pool_is_over(&pools[1]));
    sw_series_pool_limit(&pools[1], 1000);
    assert_true(sw_series_pool_is_over(&pools[1]));
    assert_int_equal(sw_series_add(&pools[1], &large, &record, 1), SW_E_LIMIT);
    sw_series_store_fini(&store);
}

/* What can be asked of an object whose new() failed. */
static void test_failed_new(void **state)
{
    (void)state;
    struct sw_classes *classes;
    struct sw_error err;
    assert_int_equal(sw_classes_load(&classes, NULL, 0, &err), 0);
    for (uint64_t n = 1; n < 60; n++) {
        struct sw_behaviours *all = NULL;
        const struct sw_behaviour_options options = {.classes = classes};
        struct sw_behaviour_stats stats;
        sw_mem_fail_after(n);
        int rc = sw_behaviours_new(&all, &options, &err);
        sw_mem_fail_after(0);
        if (all != NULL)
            sw_behaviours_stats(all, &stats);
        assert_true(rc == 0 || rc == SW_E_NOMEM);
        sw_behaviours_free(all);
    }
    sw_classes_free(classes);
}

/* --- addresses ---------------------------------------------------------------------------------------------- */

static bool parses(const char *text, const char *as)
{
    struct sw_address address;
    if (sw_address_parse(sw_str(text), &address) != 0)
        return as == NULL;
    struct sw_buf out;
    sw_buf_init(&out, 64);
    sw_buf_address(&out, &address);
    bool same = as != NULL && sw_str_is(sw_buf_str(&out), as);
    sw_buf_fini(&out);
    return same;
}

static void test_addresses(void **state)
{
    (void)state;
    assert_true(parses("10.0.0.5", "10.0.0.5"));
    assert_true(parses("255.255.255.255", "255.255.255.255"));
    assert_true(parses("2001:db8::1", "2001:db8::1"));
    assert_true(parses("fe80::1%eth0", "fe80::1"));
    assert_true(parses("::ffff:192.0.2.1", "192.0.2.1"));
    static const char *const none[] = {"",     "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", "01234.1.1.1",
                                       "host", ":",     "1:2:3",     "::g",       "1..2.3"};
    for (size_t i = 0; i < SW_COUNT_OF(none); i++)
        assert_true(parses(none[i], NULL));
}

static bool is_private(const char *text)
{
    struct sw_address address;
    assert_int_equal(sw_address_parse(sw_str(text), &address), 0);
    return sw_address_is_private(&address);
}

static void test_private_addresses(void **state)
{
    (void)state;
    static const char *const yes[] = {"10.1.2.3",    "172.16.0.1", "172.31.255.255", "192.168.0.1", "127.0.0.1",
                                      "169.254.1.1", "100.64.0.1", "fc00::1",        "fd12::1",     "fe80::1",
                                      "::1"};
    static const char *const no[] = {"11.0.0.1",    "172.15.0.1",  "172.32.0.1", "192.169.0.1",
                                     "100.128.0.1", "2001:db8::1", "::2"};
    for (size_t i = 0; i < SW_COUNT_OF(yes); i++)
        assert_true(is_private(yes[i]));
    for (size_t i = 0; i < SW_COUNT_OF(no); i++)
        assert_false(is_private(no[i]));
}

static void test_networks(void **state)
{
    (void)state;
    static struct sw_networks networks;
    assert_int_equal(sw_networks_add(&networks, SW_STR("10.20.0.0/15")), 0);
    assert_int_equal(sw_networks_add(&networks, SW_STR("2001:db8::/33")), 0);
    assert_int_equal(sw_networks_add(&networks, SW_STR("192.0.2.7")), 0);
    static const char *const bad[] = {"", "10.0.0.0/33", "10.0.0.0/x", "::/129", "ten/8"};
    for (size_t i = 0; i < SW_COUNT_OF(bad); i++)
        assert_int_equal(sw_networks_add(&networks, sw_str(bad[i])), SW_E_FORMAT);
    static const struct {
        const char *text;
        bool in;
    } cases[] = {{"10.20.0.0", true}, {"10.21.255.255", true}, {"10.22.0.0", false},       {"10.19.255.255", false},
                 {"192.0.2.7", true}, {"192.0.2.6", false},    {"2001:db8:7fff::1", true}, {"2001:db8:8000::1", false}};
    for (size_t i = 0; i < SW_COUNT_OF(cases); i++) {
        struct sw_address address;
        assert_int_equal(sw_address_parse(sw_str(cases[i].text), &address), 0);
        assert_int_equal(sw_networks_has(&networks, &address), cases[i].in);
    }
}

/* --- periods ------------------------------------------------------------------------------------------------ */

enum { MOST = 5000 };

/* Times with a period in seconds, jitter as a share, every `missing`-th left out by chance, working hours only if
 * asked. */
static size_t make_times(int64_t times[MOST], size_t count, double period, double jitter, double missing, bool by_day)
{
    double at = 1.7e9;
    size_t n = 0;
    while (n < count) {
        at += period * (1 + jitter * (2 * uniform() - 1));
        double hour = fmod(at, 86400) / 3600;
        if (uniform() < missing || (by_day && (hour < 8 || hour > 18)))
            continue;
        times[n++] = (int64_t)(at * 1000);
    }
    return n;
}

static void test_periods_are_found(void **state)
{
    (void)state;
    static int64_t times[MOST];
    static const double periods[] = {60, 300, 3600, 21600, 86400};
    static const double jitters[] = {0, 0.1, 0.25, 0.5};
    for (size_t p = 0; p < SW_COUNT_OF(periods); p++)
        for (size_t j = 0; j < SW_COUNT_OF(jitters); j++) {
            size_t n = make_times(times, periods[p] > 40000 ? 30 : 100, periods[p], jitters[j], 0.05, false);
            struct sw_period found;
            assert_int_equal(sw_period_find(times, n, &found), 0);
            assert_true(found.evidence > 10);
            assert_true(fabs(found.seconds / periods[p] - 1) < 0.2);
        }
}

static void test_periods_by_day_are_found(void **state)
{
    (void)state;
    static int64_t times[MOST];
    for (unsigned i = 0; i < 20; i++) {
        size_t n = make_times(times, 300, 1200, 0.3, 0.05, true);
        struct sw_period found;
        assert_int_equal(sw_period_find(times, n, &found), 0);
        assert_true(found.evidence > 10);
        assert_true(found.gaps > 5);
    }
}

/* Bursts of connections at each turn are one turn. */
static void test_bursts_are_joined(void **state)
{
    (void)state;
    static int64_t times[MOST];
    size_t n = 0;
    for (unsigned i = 0; i < 100; i++)
        for (unsigned k = 0; k < 6; k++)
            times[n++] = (1700000000 + (int64_t)i * 900) * 1000 + (int64_t)(next_random() % 200) + k * 300;
    struct sw_period found;
    assert_int_equal(sw_period_find(times, n, &found), 0);
    assert_true(found.evidence > 100);
    assert_true(fabs(found.seconds / 900 - 1) < 0.05);
}

/* Random traffic of any rate, also in bursts, never looks periodic. */
static void test_chance_is_no_period(void **state)
{
    (void)state;
    static int64_t times[MOST];
    static const double means[] = {2, 30, 600, 7200, 86400};
    unsigned wrong = 0;
    for (size_t m = 0; m < SW_COUNT_OF(means); m++)
        for (unsigned round = 0; round < 400; round++) {
            size_t count = 10 + next_random() % 200;
            double at = 1.7e9;
            for (size_t i = 0; i < count; i++) {
                at += -log(uniform()) * means[m];
                times[i] = (int64_t)(at * 1000);
            }
            struct sw_period found;
            assert_int_equal(sw_period_find(times, count, &found), 0);
            wrong += found.evidence > 10;
        }
    assert_int_equal(wrong, 0);
}

static void test_too_few_times(void **state)
{
    (void)state;
    const int64_t times[] = {1000, 2000, 3000, 4000, 5000};
    struct sw_period found;
    for (size_t n = 0; n <= 5; n++) {
        assert_int_equal(sw_period_find(times, n, &found), 0);
        assert_true(found.evidence < 0);
    }
    const int64_t same[] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
    assert_int_equal(sw_period_find(same, 12, &found), 0);
    assert_true(found.evidence < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_keeps_what_it_got),
        cmocka_unit_test(test_series_gives_back),
        cmocka_unit_test(test_series_limit),
        cmocka_unit_test(test_series_without_memory), cmocka_unit_test(test_series_pools_share),
        cmocka_unit_test(test_budget), cmocka_unit_test(test_failed_new),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_private_addresses),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_periods_are_found),
        cmocka_unit_test(test_periods_by_day_are_found),
        cmocka_unit_test(test_bursts_are_joined),
        cmocka_unit_test(test_chance_is_no_period),
        cmocka_unit_test(test_too_few_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
