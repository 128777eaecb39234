/*
 * evict.h - giving up the half of a store's keys that tells least, and remembering what was given up.
 * Threads: one at a time.      Errors: SW_E_NOMEM.
 */
#ifndef SW_BEHAVIOUR_EVICT_H
#define SW_BEHAVIOUR_EVICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Bloom filter of the hashes of keys that were given up, so that one that comes back is known to be incomplete; made
 * with the first. Zero at first; `bytes` is set by its owner, a power of two up to 1 << 21. */
struct sw_given_up {
    uint8_t *bits; /* NULL: nothing was given up */
    uint32_t bytes;
};

/* What fits beside a store of `memory` bytes: a sixteenth of it, `most` at most. */
uint32_t sw_given_up_size(size_t memory, uint32_t most);
static inline size_t sw_given_up_held(const struct sw_given_up *given_up)
{
    return given_up->bits != NULL ? given_up->bytes : 0;
}

int sw_given_up_add(struct sw_given_up *given_up, uint64_t hash);
bool sw_given_up_has(const struct sw_given_up *given_up, uint64_t hash);
void sw_given_up_fini(struct sw_given_up *given_up);

/* Which half of the keys goes: those below a weight, and of those on it only so many that it is half of all. */
struct sw_half {
    uint64_t bound;
    size_t surplus;
};

/* Puts the weights in order. */
void sw_half_choose(struct sw_half *half, uint64_t *weights, size_t count);
/* To be asked of each key once, in an order that the evidence decides. */
bool sw_half_goes(struct sw_half *half, uint64_t weight);

#endif
