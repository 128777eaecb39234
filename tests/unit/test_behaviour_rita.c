/* test_behaviour_rita.c - RITA's score, part by part, against the numbers of RITA's own tests. */
#include "behaviour/rita.h"
#include "rita_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_timestamps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rita_timestamps / sizeof *rita_timestamps; i++) {
        double intervals[RITA_MOST];
        size_t n = 0;
        for (size_t k = 1; k < rita_timestamps[i].count; k++)
            if (rita_timestamps[i].times[k] != rita_timestamps[i].times[k - 1])
                intervals[n++] = (double)(rita_timestamps[i].times[k] - rita_timestamps[i].times[k - 1]);
        qsort(intervals, n, sizeof *intervals, by_value);
        assert_float_equal(sw_rita_evenness(intervals, n, 1), rita_timestamps[i].score, 0.0011);
    }
}

static void test_evenness(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rita_evenness / sizeof *rita_evenness; i++)
        assert_float_equal(
            sw_rita_evenness(rita_evenness[i].values, rita_evenness[i].count, rita_evenness[i].otherwise),
            rita_evenness[i].score, 0.0011);
}

static void test_duration(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rita_duration / sizeof *rita_duration; i++)
        assert_float_equal(sw_rita_duration_score(rita_duration[i].from, rita_duration[i].to, rita_duration[i].first,
                                                  rita_duration[i].last, rita_duration[i].filled, rita_duration[i].run),
                           rita_duration[i].score, 0.0011);
}

static void test_histogram(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rita_histograms / sizeof *rita_histograms; i++) {
        uint32_t bars[24];
        unsigned filled;
        unsigned run;
        sw_rita_histogram(rita_histograms[i].times, rita_histograms[i].count, rita_histograms[i].from,
                          rita_histograms[i].to, bars, &filled, &run);
        assert_memory_equal(bars, rita_histograms[i].bars, sizeof bars);
        assert_int_equal(filled, rita_histograms[i].filled);
        assert_int_equal(run, rita_histograms[i].run);
        assert_float_equal(sw_rita_histogram_score(bars, filled), rita_histograms[i].score, 0.0011);
    }
}

/* Too few times, too few different ones, too many connections: no score. */
static void test_unscored(void **state)
{
    (void)state;
    const int64_t few[] = {1, 2, 3};
    const int64_t same[] = {5, 5, 5, 5, 5};
    const double sizes[] = {1, 1, 1, 1, 1};
    struct sw_rita rita;
    assert_int_equal(sw_rita_score(few, sizes, 3, 0, 100, &rita), 0);
    assert_false(rita.scored);
    assert_int_equal(sw_rita_score(same, sizes, 5, 0, 100, &rita), 0);
    assert_false(rita.scored);
    assert_int_equal(sw_rita_score(few, sizes, 0, 0, 100, &rita), 0);
    assert_false(rita.scored);
    static int64_t many[86400];
    static double many_sizes[86400];
    for (int i = 0; i < 86400; i++)
        many[i] = i;
    assert_int_equal(sw_rita_score(many, many_sizes, 86400, 0, 86400, &rita), 0);
    assert_false(rita.scored);
    assert_int_equal(sw_rita_score(many, many_sizes, 86399, 0, 86400, &rita), 0);
    assert_true(rita.scored);
}

/* A clock's beacon over a whole day has all four parts. */
static void test_perfect(void **state)
{
    (void)state;
    int64_t times[288];
    double sizes[288];
    for (int i = 0; i < 288; i++) {
        times[i] = 1700000000 + i * 300;
        sizes[i] = 420;
    }
    struct sw_rita rita;
    assert_int_equal(sw_rita_score(times, sizes, 288, 1700000000, 1700086400, &rita), 0);
    assert_true(rita.scored);
    assert_float_equal(rita.score, 1, 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timestamps), cmocka_unit_test(test_evenness), cmocka_unit_test(test_duration),
        cmocka_unit_test(test_histogram),  cmocka_unit_test(test_unscored), cmocka_unit_test(test_perfect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
