/* rita.c - RITA v5's beacon score. See rita.h. */
#include "behaviour/rita.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

enum {
    BINS = 24,
    LEAST_TIMES = 4,
    LEAST_INTERVALS = 3,
    STROBE = 86400,
    BIMODAL_HOURS = 11,
    DURATION_HOURS = 6,
    IDEAL_RUN = 12
};

static double round3(double value)
{
    return round(value * 1000) / 1000;
}

static double ceil3(double value)
{
    double up = ceil(value * 1000) / 1000;
    return up > 1 ? 1 : up;
}

static double median_of(const double *sorted, size_t count)
{
    return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* Median of the distances from the median: the two sides are already in order, so that merging them suffices. */
static double median_deviation(const double *sorted, size_t count, double median)
{
    size_t left = 0; /* values below the median, nearest last */
    while (left < count && sorted[left] < median)
        left++;
    size_t right = left;
    double at = 0;
    double before = 0;
    for (size_t taken = 0; taken <= count / 2; taken++) {
        before = at;
        bool from_right = left == 0 || (right < count && sorted[right] - median <= median - sorted[left - 1]);
        at = from_right ? sorted[right++] - median : median - sorted[--left];
    }
    return count % 2 == 1 ? at : (before + at) / 2;
}

double sw_rita_evenness(const double *sorted, size_t count, double otherwise)
{
    if (count < 3)
        return 0;
    size_t half = count / 2;
    double q1 = median_of(sorted, half);
    double q2 = median_of(sorted, count);
    double q3 = median_of(sorted + count - half, half);
    double skew = 0;
    if (q3 - q1 >= 10 && q2 != q1 && q2 != q3)
        skew = (q1 + q3 - 2 * q2) / (q3 - q1);
    double spread = otherwise;
    if (q2 >= 1)
        spread = (q2 - median_deviation(sorted, count, q2)) / q2;
    if (!(spread >= 0))
        spread = 0;
    return round3((1 - fabs(skew) + spread) / 2);
}

void sw_rita_histogram(const int64_t *times, size_t count, int64_t from, int64_t to, uint32_t bins[24],
                       unsigned *filled, unsigned *longest_run)
{
    double step = (double)(to - from) / BINS;
    unsigned at = 0;
    for (unsigned i = 0; i < BINS; i++)
        bins[i] = 0;
    for (size_t i = 0; i < count; i++) {
        while (at < BINS - 1 && (double)times[i] >= (double)from + (at + 1) * step)
            at++;
        bins[at]++;
    }
    *filled = 0;
    *longest_run = 0;
    unsigned run = 0;
    for (unsigned i = 0; i < 2 * BINS; i++) { /* a run may go on from the end to the start */
        run = bins[i % BINS] > 0 ? run + 1 : 0;
        if (run > *longest_run)
            *longest_run = run < BINS ? run : BINS;
        *filled += i < BINS && bins[i] > 0;
    }
}

static double flatness(const uint32_t bins[BINS])
{
    double sum = 0;
    double squares = 0;
    for (unsigned i = 0; i < BINS; i++)
        sum += bins[i];
    if (sum <= 0)
        return 0;
    for (unsigned i = 0; i < BINS; i++)
        squares += (bins[i] - sum / BINS) * (bins[i] - sum / BINS);
    double variation = sqrt(squares / BINS) / (sum / BINS);
    return variation > 1 ? 0 : round3(1 - variation);
}

/* How many of the bars have one of the two most frequent heights. */
static double two_heights(const uint32_t bins[BINS], unsigned filled)
{
    if (filled < BIMODAL_HOURS)
        return 0;
    uint32_t highest = 0;
    for (unsigned i = 0; i < BINS; i++)
        highest = bins[i] > highest ? bins[i] : highest;
    double width = ceil(highest * 0.05);
    unsigned first = 0;
    unsigned second = 0;
    bool done[BINS] = {false};
    for (unsigned i = 0; i < BINS; i++) {
        if (bins[i] == 0 || done[i])
            continue;
        unsigned same = 0;
        for (unsigned k = i; k < BINS; k++) {
            if (bins[k] == 0 || floor(bins[k] / width) != floor(bins[i] / width))
                continue;
            done[k] = true;
            same++;
        }
        if (same > first) {
            second = first;
            first = same;
        } else if (same > second) {
            second = same;
        }
    }
    double share = (double)(first + second) / (filled > 1 ? filled - 1 : 1);
    return share > 1 ? 1 : round3(share);
}

double sw_rita_histogram_score(const uint32_t bins[24], unsigned filled)
{
    double flat = flatness(bins);
    double two = two_heights(bins, filled);
    return flat > two ? flat : two;
}

double sw_rita_duration_score(int64_t from, int64_t to, int64_t first, int64_t last, unsigned filled,
                              unsigned longest_run)
{
    if (filled < DURATION_HOURS || to <= from)
        return 0;
    double coverage = ceil3((double)(last - first) / (double)(to - from));
    double consistency = ceil3((double)longest_run / IDEAL_RUN);
    return coverage > consistency ? coverage : consistency;
}

int sw_rita_score(const int64_t *times, const double *sizes, size_t count, int64_t from, int64_t to,
                  struct sw_rita *rita)
{
    *rita = (struct sw_rita){0};
    size_t distinct = count > 0;
    for (size_t i = 1; i < count; i++)
        distinct += times[i] != times[i - 1];
    if (distinct < LEAST_TIMES || distinct - 1 < LEAST_INTERVALS || count >= STROBE || to <= from)
        return 0;
    double *values = sw_alloc(count, sizeof *values);
    if (values == NULL)
        return SW_E_NOMEM;
    size_t intervals = 0;
    for (size_t i = 1; i < count; i++)
        if (times[i] != times[i - 1])
            values[intervals++] = (double)(times[i] - times[i - 1]);
    qsort(values, intervals, sizeof *values, sw_order_double);
    rita->timestamps = sw_rita_evenness(values, intervals, 1);
    for (size_t i = 0; i < count; i++)
        values[i] = sizes[i];
    qsort(values, count, sizeof *values, sw_order_double);
    rita->sizes = sw_rita_evenness(values, count, 0);
    sw_free(values);
    uint32_t bins[BINS];
    unsigned filled;
    unsigned longest;
    sw_rita_histogram(times, count, from, to, bins, &filled, &longest);
    rita->histogram = sw_rita_histogram_score(bins, filled);
    rita->duration = sw_rita_duration_score(from, to, times[0], times[count - 1], filled, longest);
    rita->score = round3((rita->timestamps + rita->sizes + rita->duration + rita->histogram) / 4);
    rita->scored = true;
    return 0;
}
