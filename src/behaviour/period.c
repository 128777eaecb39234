/* period.c - the likelihood ratio of a period and of chance. See period.h. */
#include "behaviour/period.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    CORE = 6,       /* intervals longer than this many medians are gaps */
    A_MEDIAN = 200, /* bins that a median is divided into */
    BINS = CORE * A_MEDIAN,
    LEAST_INTERVALS = 5,
    FIRST_PERIOD = 80, /* periods that are tried, in hundredths of the median */
    LAST_PERIOD = 125,
    PERIODS = LAST_PERIOD - FIRST_PERIOD + 1,
    DAY_MS = 86400000
};

static const double tau = 6.283185307179586;

/* Shares of the intervals in the model with a period: on it, after one and two missed repetitions, anywhere. */
static const double share_once = 0.82;
static const double share_twice = 0.08;
static const double share_thrice = 0.04;
static const double share_other = 0.06;

static const double widths[] = {0.01, 0.02, 0.05, 0.1, 0.17, 0.25, 0.35, 0.45, 0.55};
enum { WIDTHS = sizeof widths / sizeof *widths };

static const double bursts[] = {0.5, 5, 60, 600}; /* seconds */

/* What the free choice of period, jitter and burst is worth: about e^4 choices that differ. */
static const double charge = 4;

struct histogram {
    uint32_t below[BINS + 1]; /* [i]: intervals in bins below i */
    double sum;               /* of the core's intervals, in medians */
    size_t count;
    double median; /* seconds */
    double dead;   /* in medians */
};

static size_t between(const struct histogram *h, double from, double to)
{
    double low = from * A_MEDIAN;
    double high = to * A_MEDIAN;
    size_t a = low <= 0 ? 0 : low >= BINS ? BINS : (size_t)low;
    size_t b = high <= 0 ? 0 : high >= BINS ? BINS : (size_t)high + 1;
    return b > a ? h->below[b > BINS ? BINS : b] - h->below[a] : 0;
}

/* ln likelihood of the intervals, as multiples of the median, under a Poisson process with a dead time, cut at CORE. */
static double chance(const struct histogram *h)
{
    double n = (double)h->count;
    double mean = h->sum / n - h->dead;
    if (mean < 0.02)
        mean = 0.02;
    double kept = 1 - exp(-(CORE - h->dead) / mean);
    return -n * log(mean * kept) - (h->sum - n * h->dead) / mean;
}

/* ln of the densities of the model with a period p (in medians) and a half-width w (as a share of it): they are the
 * same for every channel. */
struct densities {
    double once;
    double twice;
    double thrice;
    double other;
};

static struct densities densities[PERIODS][WIDTHS];
static pthread_once_t densities_made = PTHREAD_ONCE_INIT;

static const double wide_of_two = 1.4142; /* a missed repetition adds the jitter of two */
static const double wide_of_three = 1.732;

static double period_at(unsigned number)
{
    return (FIRST_PERIOD + number) / 100.0;
}

static void make_densities(void)
{
    double unit = 1.0 / A_MEDIAN; /* no window is narrower than a bin */
    double other = share_other / CORE;
    for (unsigned i = 0; i < PERIODS; i++)
        for (size_t k = 0; k < WIDTHS; k++) {
            double p = period_at(i);
            double w = widths[k];
            densities[i][k] =
                (struct densities){.once = log(share_once / fmax(2 * w * p, unit) + other),
                                   .twice = log(share_twice / fmax(2 * wide_of_two * w * p, unit) + other),
                                   .thrice = log(share_thrice / fmax(2 * wide_of_three * w * p, unit) + other),
                                   .other = log(other)};
        }
}

/* The same as chance(), under the model with a period. */
static double periodic(const struct histogram *h, double p, double w, const struct densities *ln, double *fits)
{
    double wide = wide_of_two * w;
    double wider = wide_of_three * w;
    size_t once = between(h, p * (1 - w), p * (1 + w));
    size_t twice = between(h, p * (2 - wide), p * (2 + wide));
    size_t thrice = between(h, p * (3 - wider), p * (3 + wider));
    size_t overlap = 0;
    if (1 + w > 2 - wide) /* wide jitter: the windows meet; each interval counts once */
        overlap = between(h, p * (2 - wide), p * (1 + w));
    twice -= overlap < twice ? overlap : twice;
    if (2 + wide > 3 - wider) {
        size_t second = between(h, p * (3 - wider), p * (2 + wide));
        thrice -= second < thrice ? second : thrice;
    }
    double n = (double)h->count;
    double rest = n - (double)(once + twice + thrice);
    if (rest < 0)
        rest = 0;
    *fits = (n - rest) / n;
    return (double)once * ln->once + (double)twice * ln->twice + (double)thrice * ln->thrice + rest * ln->other;
}

/* --- one way of joining bursts ------------------------------------------------------------------------------ */

static void fill(struct histogram *h, const double *sorted, size_t count)
{
    for (size_t i = 0; i <= BINS; i++)
        h->below[i] = 0;
    h->count = 0;
    h->sum = 0;
    for (size_t i = 0; i < count; i++) {
        double x = sorted[i] / h->median;
        if (x >= CORE)
            break;
        h->below[(size_t)(x * A_MEDIAN) + 1]++;
        h->sum += x;
        h->count++;
    }
    for (size_t i = 1; i <= BINS; i++)
        h->below[i] += h->below[i - 1];
}

/* Seconds from the start of each burst to the start of the next one. */
static size_t intervals_of(const int64_t *times, size_t count, double burst, double *out)
{
    size_t n = 0;
    int64_t start = times[0];
    for (size_t i = 1; i < count; i++) {
        if ((double)(times[i] - times[i - 1]) / 1000 < burst)
            continue;
        out[n++] = (double)(times[i] - start) / 1000;
        start = times[i];
    }
    return n;
}

static void try_burst(const int64_t *times, size_t count, double burst, double *intervals, struct sw_period *best)
{
    size_t n = intervals_of(times, count, burst, intervals);
    if (n < LEAST_INTERVALS)
        return;
    qsort(intervals, n, sizeof *intervals, sw_order_double);
    struct histogram h = {.median = n % 2 == 1 ? intervals[n / 2] : (intervals[n / 2 - 1] + intervals[n / 2]) / 2};
    if (h.median < 5 * burst || h.median <= 0)
        return;
    h.dead = burst / h.median;
    fill(&h, intervals, n);
    if (h.count < LEAST_INTERVALS || h.count * 2 < n)
        return;
    /* Of exponential intervals 39 % lie this near to their median; a period with the widest jitter has nearly all
     * there. */
    if ((double)between(&h, 0.4, 1.6) < 0.55 * (double)h.count)
        return;
    double random = chance(&h);
    for (unsigned i = 0; i < PERIODS; i++) {
        double p = period_at(i);
        for (size_t k = 0; k < WIDTHS; k++) {
            double fits;
            double evidence = periodic(&h, p, widths[k], &densities[i][k], &fits) - random - charge;
            if (evidence <= best->evidence)
                continue;
            best->evidence = evidence;
            best->seconds = p * h.median;
            best->jitter = widths[k];
            best->regular = fits;
            best->intervals = h.count;
            best->gaps = n - h.count;
            best->burst = burst;
        }
    }
}

/* --- time of day -------------------------------------------------------------------------------------------- */

void sw_day_circle_add(struct sw_day_circle *circle, int64_t time_ms)
{
    double angle = (double)(time_ms % DAY_MS) / DAY_MS * tau;
    circle->x += cos(angle);
    circle->y += sin(angle);
    circle->count++;
}

double sw_day_circle_phase(const struct sw_day_circle *circle)
{
    return circle->count > 0 ? sqrt(circle->x * circle->x + circle->y * circle->y) / (double)circle->count : 0;
}

double sw_day_circle_spread(const struct sw_day_circle *circle)
{
    double phase = sw_day_circle_phase(circle);
    if (phase >= 1)
        return 0;
    return phase > 1e-9 ? sqrt(-2 * log(phase)) * 86400 / tau : 86400;
}

static void set_days(const int64_t *times, size_t count, struct sw_period *found)
{
    struct sw_day_circle circle = {0};
    size_t weekend = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t day = times[i] / DAY_MS % 7; /* 1970-01-01 was a Thursday: 2 and 3 are the weekend */
        weekend += day == 2 || day == 3;
        sw_day_circle_add(&circle, times[i]);
    }
    found->weekend = (double)weekend / (double)count;
    found->day_phase = sw_day_circle_phase(&circle);
    found->day_spread = sw_day_circle_spread(&circle);
}

int sw_period_find(const int64_t *times, size_t count, struct sw_period *found)
{
    *found = (struct sw_period){.evidence = -INFINITY};
    if (count < LEAST_INTERVALS + 1)
        return 0;
    double *intervals = sw_alloc(count, sizeof *intervals);
    if (intervals == NULL)
        return SW_E_NOMEM;
    (void)pthread_once(&densities_made, make_densities);
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++)
        try_burst(times, count, bursts[i], intervals, found);
    sw_free(intervals);
    if (found->evidence > 0)
        set_days(times, count, found);
    return 0;
}
