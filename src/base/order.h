/*
 * order.h - orders of plain numbers, for qsort() and bsearch(): ascending, without overflow.
 * Threads: any.
 */
#ifndef SW_BASE_ORDER_H
#define SW_BASE_ORDER_H

int sw_order_u16(const void *a, const void *b);
int sw_order_u32(const void *a, const void *b);
int sw_order_u64(const void *a, const void *b);
int sw_order_double(const void *a, const void *b); /* no NaN */

#endif
