/*
 * period.h - whether times repeat at a period, tested against chance.
 *
 * The intervals between bursts are compared under two models: a period with jitter up to 60 %, in which some
 * repetitions are missing, and a Poisson process of the channel's own rate in the hours it was active (with a dead time
 * of the length that bursts were joined over). The logarithm of their likelihood ratio, less a charge for the choice of
 * period and jitter, is the evidence in nats; it grows with every interval when there is a period, and falls when there
 * is none. Long gaps (nights, weekends, sensors that slept) count for neither. Since the comparison is with the
 * channel's own rate and not with evenness alone, busy random traffic never looks periodic, and a period of a day does
 * after some weeks. Method: likelihood ratio of renewal processes (Cox and Lewis, The Statistical Analysis of Series of
 * Events, 1966, ch. 6), by histogram. Cost: O(n log n) in time, 8 bytes an event of scratch.      Threads: any. Errors:
 * SW_E_NOMEM.
 */
#ifndef SW_BEHAVIOUR_PERIOD_H
#define SW_BEHAVIOUR_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sw_period {
    double evidence;   /* nats; 0 or below: no period, and the days are not looked at */
    double seconds;    /* the period */
    double jitter;     /* half-width of the intervals around it, as a share of it */
    double regular;    /* share of the intervals (gaps left out) that fit the period or a few missed ones */
    size_t intervals;  /* that were compared */
    size_t gaps;       /* long ones that were not */
    double burst;      /* seconds within which connections were taken as one */
    double day_phase;  /* 0 to 1: how much the times keep to one time of day */
    double weekend;    /* share of the times on Saturdays and Sundays, UTC */
    double day_spread; /* seconds around it (circular standard deviation) */
};

/* `times`: milliseconds, ascending. */
int sw_period_find(const int64_t *times, size_t count, struct sw_period *found);

/* How much times keep to one time of day: the mean of unit vectors at them (Mardia and Jupp, Directional Statistics, 2000,
 * section 2.3). Zero at first. */
struct sw_day_circle {
    double x;
    double y;
    size_t count;
};

void sw_day_circle_add(struct sw_day_circle *circle, int64_t time_ms);
double sw_day_circle_phase(const struct sw_day_circle *circle);  /* 0 to 1: its length */
double sw_day_circle_spread(const struct sw_day_circle *circle); /* circular standard deviation, seconds */

#endif
