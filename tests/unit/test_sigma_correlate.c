/* test_sigma_correlate.c - the correlation engine against a naive one on random events, in random order through several
 * observers; its budget, its statistics, its behaviour without memory. What correlations mean is in tests/conformance.
 */
#include "base/mem.h"
#include "sigma/correlate.h"
#include "sigma/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct sw_classes *classes;
static struct sw_rules *rules;
static uint64_t state64;

static uint64_t rnd(uint64_t below)
{
    state64 = state64 * 6364136223846793005ull + 1442695040888963407ull;
    return (state64 >> 33) % below;
}

static int start(void **state)
{
    (void)state;
    struct sw_error err;
    static const char text[] = "version: 1\nclasses:\n  test:\n    views: {category: test}\n";
    return sw_classes_parse(&classes, sw_str(text), "test", false, &err);
}

static int stop(void **state)
{
    (void)state;
    sw_classes_free(classes);
    return 0;
}

#define RULE(name)                                                                                                     \
    "---\ntitle: " name "\nname: " name "\nlogsource: {category: test}\ndetection: {s: {A: x}, condition: s}\n"

static void parse(const char *correlation)
{
    char text[2048];
    struct sw_error err;
    (void)snprintf(text, sizeof text, "title: C\ncorrelation: %s\n" RULE("r0") RULE("r1") RULE("r2"), correlation);
    sw_rules_free(rules);
    assert_int_equal(sw_rules_parse(&rules, sw_str(text), "test", NULL, &err), 0);
    if (rules->reject_count > 0)
        fail_msg("%s", rules->rejects[0].reason.ptr);
}

/* --- events and matches --------------------------------------------------------------------------------------- */

enum { MOST = 400 };

struct seen {
    int64_t time;
    uint32_t rule;
    unsigned group;
    unsigned value;
};

struct found {
    int64_t first, last;
    uint64_t count;
    double value;
    char group[8];
};

struct founds {
    struct found list[MOST];
    size_t count;
};

static int take(void *context, const struct sw_correlation_match *m)
{
    struct founds *founds = context;
    assert_true(founds->count < MOST);
    struct found *f = &founds->list[founds->count++];
    *f = (struct found){m->first, m->last, m->count, m->value, ""};
    if (m->group_count > 0)
        (void)snprintf(f->group, sizeof f->group, "%.*s", SW_STR_ARG(m->groups[0]));
    assert_true(m->since >= m->first && m->since <= m->last);
    assert_true(m->member_count > 0 && m->member_count <= SW_MAX_MEMBERS);
    for (size_t i = 1; i < m->member_count; i++)
        assert_true(m->members[i - 1].time <= m->members[i].time);
    return 0;
}

static void observe(struct sw_observer *observer, const struct seen *seen, uint32_t number)
{
    struct sw_event event;
    char group[16];
    char value[16];
    sw_event_init(&event);
    event.time = seen->time;
    event.class_id = sw_classes_find(classes, SW_STR("test"));
    (void)snprintf(group, sizeof group, "g%u", seen->group);
    (void)snprintf(value, sizeof value, "%u", seen->value);
    sw_event_add_str(&event, sw_field_intern(SW_STR("G")), sw_str(group));
    sw_event_add_str(&event, sw_field_intern(SW_STR("V")), sw_str(value));
    assert_int_equal(sw_observer_add(observer, seen->rule, &event, (struct sw_origin){number % 3, number}), 0);
    sw_event_fini(&event);
}

/* All events in a random order through `workers` observers. */
static void run(const struct seen *events, size_t count, unsigned workers, size_t budget, struct founds *founds,
                struct sw_correlator_stats *stats)
{
    struct sw_correlator *c;
    struct sw_observer *observers[8];
    uint32_t order[8192];
    assert_true(count <= 8192);
    assert_int_equal(sw_correlator_new(&c, rules, classes, budget), 0);
    for (unsigned i = 0; i < workers; i++)
        assert_int_equal(sw_observer_new(&observers[i], c), 0);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = rnd(i);
        uint32_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    for (size_t i = 0; i < count; i++)
        observe(observers[rnd(workers)], &events[order[i]], order[i]);
    founds->count = 0;
    assert_int_equal(sw_correlator_finish(c, take, founds), 0);
    if (stats != NULL)
        sw_correlator_stats(c, stats);
    sw_correlator_free(c);
}

/* --- the naive engine -------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct seen *x = a;
    const struct seen *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static int by_number(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double naive_measure(const struct sw_correlation *c, const struct seen *e, size_t count)
{
    bool values[64] = {false};
    bool refs[8] = {false};
    double numbers[MOST];
    double sum = 0;
    double distinct = 0;
    double kinds = 0;
    for (size_t i = 0; i < count; i++) {
        distinct += !values[e[i].value];
        values[e[i].value] = true;
        kinds += !refs[e[i].rule];
        refs[e[i].rule] = true;
        sum += e[i].value;
        numbers[i] = e[i].value;
    }
    qsort(numbers, count, sizeof *numbers, by_number);
    double rank = (c->type == SW_VALUE_MEDIAN ? 50 : c->percentile) / 100 * (double)(count - 1);
    size_t low = (size_t)floor(rank);
    double ranked = numbers[low] + (rank > floor(rank) ? (rank - floor(rank)) * (numbers[low + 1] - numbers[low]) : 0);
    switch (c->type) {
    case SW_EVENT_COUNT:
        return (double)count;
    case SW_VALUE_COUNT:
        return distinct;
    case SW_VALUE_SUM:
        return sum;
    case SW_VALUE_AVG:
        return sum / (double)count;
    case SW_TEMPORAL:
        return kinds;
    default:
        return ranked;
    }
}

static bool naive_bounds(const struct sw_correlation *c, double value)
{
    bool all = true;
    for (size_t i = 0; i < c->bound_count; i++) {
        double with = c->bounds[i].value;
        switch ((enum sw_compare)c->bounds[i].op) {
        case SW_LT:
            all = all && value < with;
            break;
        case SW_LTE:
            all = all && value <= with;
            break;
        case SW_GT:
            all = all && value > with;
            break;
        case SW_GTE:
            all = all && value >= with;
            break;
        case SW_EQ:
            all = all && value == with;
            break;
        case SW_NEQ:
            all = all && value != with;
            break;
        }
    }
    return all;
}

/* One group: every stretch that can't be made longer on either side, tried; those that hold and overlap are one. */
static void naive_group(const struct sw_correlation *c, const struct seen *e, size_t count, struct founds *founds)
{
    size_t run_to = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i; j < count; j++) {
            bool fits = e[j].time - e[i].time <= c->timespan;
            bool left = i > 0 && e[j].time - e[i - 1].time <= c->timespan;
            bool right = j + 1 < count && e[j + 1].time - e[i].time <= c->timespan;
            if (!fits || left || right)
                continue;
            double value = naive_measure(c, e + i, j - i + 1);
            if (!naive_bounds(c, value))
                continue;
            if (run_to != SIZE_MAX && i <= run_to) {
                struct found *f = &founds->list[founds->count - 1];
                f->last = e[j].time;
                f->count += j - run_to;
                bool least = c->bounds[0].op == SW_LT || c->bounds[0].op == SW_LTE;
                f->value = least ? fmin(f->value, value) : fmax(f->value, value);
            } else {
                struct found *f = &founds->list[founds->count++];
                *f = (struct found){e[i].time, e[j].time, j - i + 1, value, ""};
                (void)snprintf(f->group, sizeof f->group, "g%u", e[i].group);
            }
            run_to = j;
        }
    }
}

static int by_first(const void *a, const void *b)
{
    const struct found *x = a;
    const struct found *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return strcmp(x->group, y->group);
}

static void naive(const struct seen *events, size_t count, struct founds *founds)
{
    struct seen group[MOST];
    founds->count = 0;
    for (unsigned g = 0; g < 4; g++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            if (events[i].group == g)
                group[n++] = events[i];
        qsort(group, n, sizeof *group, by_time);
        naive_group(&rules->correlations[0], group, n, founds);
    }
    qsort(founds->list, founds->count, sizeof *founds->list, by_first);
}

static void assert_same(const struct founds *a, const struct founds *b, const char *what)
{
    if (a->count != b->count)
        fail_msg("%s: %zu and %zu matches", what, a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct found *x = &a->list[i];
        const struct found *y = &b->list[i];
        if (x->first != y->first || x->last != y->last || x->count != y->count || fabs(x->value - y->value) > 1e-9 ||
            strcmp(x->group, y->group) != 0)
            fail_msg("%s, match %zu: %s %lld-%lld %llu %g and %s %lld-%lld %llu %g", what, i, x->group,
                     (long long)x->first, (long long)x->last, (unsigned long long)x->count, x->value, y->group,
                     (long long)y->first, (long long)y->last, (unsigned long long)y->count, y->value);
    }
}

static void against_naive(void **state)
{
    (void)state;
    static const char *const correlations[] = {
        "{type: event_count, rules: [r0, r1], group-by: G, timespan: 10s, condition: {gte: 4}}",
        "{type: event_count, rules: [r0, r1], group-by: G, timespan: 10s, condition: {lt: 3}}",
        "{type: event_count, rules: [r0, r1], group-by: G, timespan: 3s, condition: {eq: 2}}",
        "{type: event_count, rules: [r0], group-by: G, timespan: 5s, condition: {neq: 2}}",
        "{type: event_count, rules: [r0], group-by: G, timespan: 1d, condition: {gt: 1, lte: 30}}",
        "{type: value_count, rules: [r0, r1, r2], group-by: G, timespan: 10s, condition: {field: V, gte: 4}}",
        "{type: value_count, rules: [r0, r1, r2], group-by: G, timespan: 6s, condition: {field: V, lte: 2}}",
        "{type: value_sum, rules: [r0, r1], group-by: G, timespan: 10s, condition: {field: V, gt: 60}}",
        "{type: value_avg, rules: [r0, r1], group-by: G, timespan: 10s, condition: {field: V, gte: 20}}",
        "{type: value_avg, rules: [r0, r1], group-by: G, timespan: 10s, condition: {field: V, lt: 8.5}}",
        "{type: value_median, rules: [r0, r1, r2], group-by: G, timespan: 12s, condition: {field: V, gt: 18}}",
        "{type: value_percentile, rules: [r0, r1, r2], group-by: G, timespan: 12s, condition: {field: V, percentile: 90, gte: 28}}",
        "{type: value_percentile, rules: [r0, r1, r2], group-by: G, timespan: 7s, condition: {field: V, percentile: 0, lte: 1}}",
        "{type: temporal, rules: [r0, r1, r2], group-by: G, timespan: 4s}",
        "{type: temporal, rules: [r0, r1, r2], group-by: G, timespan: 2s, condition: {eq: 2}}"};
    static struct founds expected;
    static struct founds got;
    size_t matches = 0;
    state64 = 11;
    for (unsigned round = 0; round < 400; round++) {
        const char *correlation = correlations[round % (sizeof correlations / sizeof *correlations)];
        struct seen events[MOST];
        parse(correlation);
        const struct sw_correlation *c = &rules->correlations[0];
        size_t count = 1 + rnd(120);
        int64_t range = 20 + (int64_t)rnd(150);
        for (size_t i = 0; i < count; i++)
            events[i] = (struct seen){(1700000000 + (int64_t)rnd((uint64_t)range)) * SW_SECOND,
                                      (uint32_t)rnd(c->ref_count), (unsigned)rnd(4), (unsigned)rnd(32)};
        naive(events, count, &expected);
        matches += expected.count;
        for (unsigned workers = 1; workers <= 3; workers++) {
            run(events, count, workers, 1 << 24, &got, NULL);
            assert_same(&expected, &got, correlation);
        }
    }
    print_message("%zu matches alike\n", matches);
    assert_true(matches > 1000);
}

/* --- ordered ------------------------------------------------------------------------------------------------------ */

/* Whether some three events, one of each rule and in order, lie within the timespan and end at `end`. */
static bool naive_sequence(const struct seen *e, size_t count, size_t end, int64_t span)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (e[end].rule == 2 && e[i].rule == 0 && e[j].rule == 1 && e[i].time <= e[j].time &&
                e[j].time <= e[end].time && e[end].time - e[i].time <= span)
                return true;
    return false;
}

static void ordered(void **state)
{
    (void)state;
    static struct founds got;
    state64 = 5;
    parse("{type: temporal_ordered, rules: [r0, r1, r2], timespan: 6s}");
    size_t hits = 0;
    for (unsigned round = 0; round < 500; round++) {
        struct seen events[40];
        size_t count = 3 + rnd(12);
        for (size_t i = 0; i < count; i++)
            events[i] = (struct seen){(1700000000 + (int64_t)rnd(40)) * SW_SECOND, (uint32_t)rnd(3), 0, 0};
        run(events, count, 2, 1 << 24, &got, NULL);
        for (size_t i = 0; i < count; i++) {
            bool covered = false;
            for (size_t j = 0; j < got.count; j++)
                covered = covered || (events[i].time >= got.list[j].first && events[i].time <= got.list[j].last);
            if (naive_sequence(events, count, i, 6 * SW_SECOND)) {
                assert_true(covered);
                hits++;
            }
        }
        for (size_t j = 0; j < got.count; j++) {
            bool end = false;
            for (size_t i = 0; i < count; i++)
                end = end || (events[i].time == got.list[j].last && naive_sequence(events, count, i, 6 * SW_SECOND));
            assert_true(end);
        }
    }
    assert_true(hits > 100);
}

/* --- budget and statistics ------------------------------------------------------------------------------------------
 */

static void budget(void **state)
{
    (void)state;
    static struct seen events[8000];
    static struct founds one;
    static struct founds many;
    struct sw_correlator_stats stats[2];
    parse("{type: event_count, rules: [r0], group-by: G, timespan: 10s, condition: {gte: 40}}");
    for (size_t i = 0; i < 8000; i++)
        events[i] = (struct seen){(1700000000 + (int64_t)(i / 200)) * SW_SECOND, 0, (unsigned)(i % 200), 0};
    run(events, 8000, 1, 1 << 24, &one, &stats[0]);
    assert_int_equal(stats[0].evicted, 0);
    assert_int_equal(stats[0].observations, 8000);
    for (unsigned workers = 1; workers <= 8; workers *= 2) {
        run(events, 8000, workers, 200000, &many, &stats[1]);
        assert_true(stats[1].kept_share >= 1 && stats[1].evicted > 3000 && stats[1].evicted < 7900);
        if (workers > 1) {
            assert_int_equal(stats[0].evicted, stats[1].evicted);
            assert_int_equal(stats[0].kept_share, stats[1].kept_share);
            assert_same(&one, &many, "budget");
        }
        one = many;
        stats[0] = stats[1];
    }
}

static void statistics(void **state)
{
    (void)state;
    struct sw_correlator *c;
    struct sw_observer *w;
    struct sw_event event;
    struct sw_correlator_stats stats;
    static struct founds founds;
    parse("{type: value_sum, rules: [r1], group-by: G, timespan: 10s, condition: {field: V, gte: 1}}");
    assert_int_equal(sw_correlator_new(&c, rules, classes, 1 << 20), 0);
    assert_false(sw_correlator_wants(c, 0));
    assert_true(sw_correlator_wants(c, 1));
    assert_int_equal(sw_observer_new(&w, c), 0);
    sw_event_init(&event);
    event.class_id = sw_classes_find(classes, SW_STR("test"));
    static const struct {
        const char *group;
        const char *value;
        int64_t time;
    } cases[] = {{"a", "1", SW_TIME_NONE}, {NULL, "1", 5}, {"a", NULL, 5}, {"a", "x", 5}, {"a", "2", 5}, {"a", "3", 6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sw_event_clear(&event);
        event.class_id = sw_classes_find(classes, SW_STR("test"));
        event.time = cases[i].time;
        if (cases[i].group != NULL)
            sw_event_add_str(&event, sw_field_intern(SW_STR("G")), sw_str(cases[i].group));
        if (cases[i].value != NULL)
            sw_event_add_str(&event, sw_field_intern(SW_STR("v")), sw_str(cases[i].value));
        assert_int_equal(sw_observer_add(w, 1, &event, (struct sw_origin){0, i}), 0);
    }
    assert_int_equal(sw_correlator_finish(c, take, &founds), 0);
    sw_correlator_stats(c, &stats);
    assert_int_equal(stats.untimed, 1);
    assert_int_equal(stats.ungrouped, 1);
    assert_int_equal(stats.valueless, 2);
    assert_int_equal(stats.observations, 2);
    assert_int_equal(stats.matches, 1);
    assert_true(founds.list[0].value == 5);
    sw_event_fini(&event);
    sw_correlator_free(c);
}

static int give_up(void *context, const struct sw_correlation_match *m)
{
    (void)context;
    (void)m;
    return SW_E_STOP;
}

static void stopping_and_memory(void **state)
{
    (void)state;
    struct seen events[20];
    parse("{type: value_count, rules: [r0, r1], group-by: G, timespan: 10s, condition: {field: V, gte: 2}}");
    for (size_t i = 0; i < 20; i++)
        events[i] =
            (struct seen){(1700000000 + (int64_t)i) * SW_SECOND, (uint32_t)(i % 2), (unsigned)(i % 2), (unsigned)i};
    struct sw_correlator *c;
    struct sw_observer *w;
    assert_int_equal(sw_correlator_new(&c, rules, classes, 1 << 20), 0);
    assert_int_equal(sw_observer_new(&w, c), 0);
    for (uint32_t i = 0; i < 20; i++)
        observe(w, &events[i], i);
    assert_int_equal(sw_correlator_finish(c, give_up, NULL), SW_E_STOP);
    sw_correlator_free(c);
    static struct founds founds;
    for (uint64_t n = 1; n < 60; n++) {
        sw_mem_fail_after(n);
        int rc = sw_correlator_new(&c, rules, classes, 1 << 20);
        if (rc == 0)
            rc = sw_observer_new(&w, c);
        sw_mem_fail_after(0);
        if (rc == 0) {
            for (uint32_t i = 0; i < 20; i++)
                observe(w, &events[i], i);
            sw_mem_fail_after(n);
            founds.count = 0;
            rc = sw_correlator_finish(c, take, &founds);
            sw_mem_fail_after(0);
        }
        assert_true(rc == 0 || rc == SW_E_NOMEM);
        sw_correlator_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_naive), cmocka_unit_test(ordered),
                                       cmocka_unit_test(budget), cmocka_unit_test(statistics),
                                       cmocka_unit_test(stopping_and_memory)};
    int failed = cmocka_run_group_tests(tests, start, stop);
    sw_rules_free(rules);
    return failed;
}
