/* order.c - see order.h. */
#include "base/order.h"

#include <stdint.h>

#define SW_ORDER(name, type) \
    int sw_order_##name(const void *a, const void *b) \
    { \
        type x = *(const type *)a; \
        type y = *(const type *)b; \
        return (x > y) - (x < y); \
    }

SW_ORDER(u16, uint16_t)
SW_ORDER(u32, uint32_t)
SW_ORDER(u64, uint64_t)
SW_ORDER(double, double)
