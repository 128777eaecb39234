/* digits.c - numbers beyond 32 bits. */
#include "base/digits.h"

char *sw_put_u64(char *out, uint64_t v)
{
    const uint64_t most = 100000000;
    if (v <= UINT32_MAX)
        return sw_put_u32(out, (uint32_t)v);
    out = v < most * most ? sw_put_u32(out, (uint32_t)(v / most)) : sw_put_u64(out, v / most);
    return sw_put_eight(out, (uint32_t)(v % most));
}
