/*
 * chance.c - the distributions behind chance.h. No seeds are chosen here.
 */
#include "chance.h"

uint64_t mix_text(uint64_t seed, const char *text)
{
    for (; *text != '\0'; text++)
        seed = mix2(seed, (unsigned char)*text);
    return seed;
}

double chance_normal(struct chance *c)
{
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += chance_unit(c);
    return (sum - 2) * 1.7320508075688772; /* the variance of the sum is 4/12 */
}

double chance_exponential(struct chance *c)
{
    for (double whole = 0;; whole += 1) {
        double first = chance_unit(c);
        double last = first;
        for (unsigned n = 1;; n++) {
            double next = chance_unit(c);
            if (next >= last) {
                if (n % 2 == 1)
                    return whole + first;
                break;
            }
            last = next;
        }
    }
}

static double square_root(double x)
{
    double root = x > 1 ? x : 1;
    for (int i = 0; i < 60; i++)
        root = (root + x / root) / 2;
    return root;
}

unsigned chance_poisson(struct chance *c, double mean)
{
    if (mean <= 0)
        return 0;
    if (mean > 200) {
        double n = mean + chance_normal(c) * square_root(mean) + 0.5;
        return n > 0 ? (unsigned)n : 0;
    }
    unsigned n = 0;
    for (double at = chance_exponential(c); at < mean; at += chance_exponential(c))
        n++;
    return n;
}

double chance_scaled(struct chance *c, double median, double octaves)
{
    double power = chance_normal(c) * octaves;
    while (power >= 1) {
        median *= 2;
        power -= 1;
    }
    while (power < 0) {
        median /= 2;
        power += 1;
    }
    return median * (1 + power); /* between two powers a straight line will do */
}

unsigned chance_zipf(struct chance *c, unsigned n)
{
    unsigned octaves = 0;
    while (n >> octaves != 0)
        octaves++;
    for (;;) {
        unsigned first = (1u << chance_below(c, octaves)) - 1;
        unsigned rank = first + chance_below(c, first + 1);
        if (rank < n)
            return rank;
    }
}
