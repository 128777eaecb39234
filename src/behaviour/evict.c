/* evict.c - see evict.h. */
#include "behaviour/evict.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

enum { HASHES = 3, HASH_BITS = 20, LEAST_BYTES = 1 << 13 };

static uint32_t bit_of(const struct sw_given_up *given_up, uint64_t hash, unsigned number)
{
    return (uint32_t)(hash >> (number * HASH_BITS)) % (given_up->bytes * 8u);
}

uint32_t sw_given_up_size(size_t memory, uint32_t most)
{
    while (most > LEAST_BYTES && most > memory / 16)
        most /= 2;
    return most;
}

int sw_given_up_add(struct sw_given_up *given_up, uint64_t hash)
{
    if (given_up->bits == NULL)
        given_up->bits = sw_alloc(given_up->bytes, 1);
    if (given_up->bits == NULL)
        return SW_E_NOMEM;
    for (unsigned i = 0; i < HASHES; i++) {
        uint32_t bit = bit_of(given_up, hash, i);
        given_up->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
    return 0;
}

bool sw_given_up_has(const struct sw_given_up *given_up, uint64_t hash)
{
    if (given_up->bits == NULL)
        return false;
    for (unsigned i = 0; i < HASHES; i++) {
        uint32_t bit = bit_of(given_up, hash, i);
        if ((given_up->bits[bit / 8] >> bit % 8 & 1) == 0)
            return false;
    }
    return true;
}

void sw_given_up_fini(struct sw_given_up *given_up)
{
    sw_free(given_up->bits);
    given_up->bits = NULL;
}

void sw_half_choose(struct sw_half *half, uint64_t *weights, size_t count)
{
    qsort(weights, count, sizeof *weights, sw_order_u64);
    half->bound = weights[count / 2];
    half->surplus = count / 2;
    for (size_t i = 0; i < count && weights[i] < half->bound; i++)
        half->surplus--;
}

bool sw_half_goes(struct sw_half *half, uint64_t weight)
{
    if (weight != half->bound)
        return weight < half->bound;
    if (half->surplus == 0)
        return false;
    half->surplus--;
    return true;
}
