/* hash.c - thin layer over xxHash, whose code is taken from its header: short texts are hashed in less time than a call takes. */
#define XXH_INLINE_ALL
#include "base/hash.h"

uint64_t sw_hash(struct sw_str s)
{
    return XXH3_64bits(s.ptr, s.len);
}

uint64_t sw_hash_seed(struct sw_str s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.ptr, s.len, seed);
}

struct sw_hash128 sw_hash128(struct sw_str s, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(s.ptr, s.len, seed);
    return (struct sw_hash128){hash.high64, hash.low64};
}
