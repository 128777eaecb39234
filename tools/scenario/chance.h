/*
 * chance.h - chance that is the same everywhere: no libc, no libm, no floating point beyond IEEE's exact operations.
 *
 * Owner:   the caller; a struct chance is one word.      Threads: one a struct.
 * Source:  SplitMix64 (Steele, Lea, Flood 2014); exponential after von Neumann (1951), which needs comparisons only.
 */
#ifndef SW_SCENARIO_CHANCE_H
#define SW_SCENARIO_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct chance {
    uint64_t state;
};

/* A value that depends on all of its arguments: seeds, traits of a host, whether a thing happens on a day. */
static inline uint64_t mix1(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint64_t mix2(uint64_t a, uint64_t b)
{
    return mix1(mix1(a) ^ b);
}

static inline uint64_t mix3(uint64_t a, uint64_t b, uint64_t c)
{
    return mix1(mix2(a, b) ^ c);
}

uint64_t mix_text(uint64_t seed, const char *text);

static inline uint64_t chance_next(struct chance *c)
{
    uint64_t value = mix1(c->state);
    c->state += 0x9e3779b97f4a7c15u;
    return value;
}

/* A number below n; 0 for n = 0. */
static inline unsigned chance_below(struct chance *c, unsigned n)
{
    return (unsigned)((chance_next(c) >> 32) * n >> 32);
}

/* From low to high, both included. */
static inline unsigned chance_from(struct chance *c, unsigned low, unsigned high)
{
    return low + chance_below(c, high - low + 1);
}

/* In [0, 1). */
static inline double chance_unit(struct chance *c)
{
    return (double)(chance_next(c) >> 11) * 0x1p-53;
}

static inline bool chance_is(struct chance *c, double probability)
{
    return chance_unit(c) < probability;
}

/* The fraction in [0, 1) that a hash stands for. */
static inline double fraction_of(uint64_t hash)
{
    return (double)(hash >> 11) * 0x1p-53;
}

/* Mean 0, standard deviation 1, within +-3.46 (the sum of twelve would be slower and no better here: of four). */
double chance_normal(struct chance *c);
/* Exponential, mean 1. */
double chance_exponential(struct chance *c);
/* How often something happens whose mean is given; above 200 rounded from the normal distribution. */
unsigned chance_poisson(struct chance *c, double mean);
/* Around `median`, with a standard deviation of `octaves` powers of two: sizes and durations. */
double chance_scaled(struct chance *c, double median, double octaves);
/* The k-th of n about 1/k as often as the first. */
unsigned chance_zipf(struct chance *c, unsigned n);

#define CHANCE_OF(c, table) ((table)[chance_below((c), (unsigned)COUNT(table))])

#endif
