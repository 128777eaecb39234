/*
 * rita.h - the beacon score of RITA v5, for comparison: a number that many hunters know.
 *
 * As activecm/rita v5.1.1 computes it (analysis/beacons.go): four scores of equal weight over the last 24 hours of
 * evidence: how even the intervals are, how even the sizes, how even the hours, and how long it goes on. Written from
 * its description in numbers; checked against its own tests' values. Threads: any.      Errors: SW_E_NOMEM.
 */
#ifndef SW_BEHAVIOUR_RITA_H
#define SW_BEHAVIOUR_RITA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sw_rita {
    bool scored; /* at least four different seconds, three intervals, fewer than 86,400 connections */
    double score;
    double timestamps;
    double sizes;
    double duration;
    double histogram;
};

/* `times`: seconds, ascending; sizes: bytes of each connection with headers, in any order; both of `count`. `from` and
 * `to`: the window of evidence. Only times within it may be given. */
int sw_rita_score(const int64_t *times, const double *sizes, size_t count, int64_t from, int64_t to,
                  struct sw_rita *rita);

/* The parts, for tests. Values ascending. */
double sw_rita_evenness(const double *values, size_t count, double otherwise); /* "statistical score" */
void sw_rita_histogram(const int64_t *times, size_t count, int64_t from, int64_t to, uint32_t bins[24],
                       unsigned *filled, unsigned *longest_run);
double sw_rita_histogram_score(const uint32_t bins[24], unsigned filled);
double sw_rita_duration_score(int64_t from, int64_t to, int64_t first, int64_t last, unsigned filled,
                              unsigned longest_run);

#endif
