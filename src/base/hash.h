/*
 * hash.h - the one hash used inside the program: XXH3 (libxxhash), not for secrets.
 */
#ifndef SW_BASE_HASH_H
#define SW_BASE_HASH_H

#include "base/str.h"

#include <stdint.h>
#include <xxhash.h>

struct sw_hash128 {
    uint64_t high;
    uint64_t low;
};

uint64_t sw_hash(struct sw_str s);
uint64_t sw_hash_seed(struct sw_str s, uint64_t seed);
struct sw_hash128 sw_hash128(struct sw_str s, uint64_t seed);

#endif
