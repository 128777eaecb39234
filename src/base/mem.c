/* mem.c - checked heap allocation with failure injection for tests. */
#include "base/mem.h"

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t fail_countdown; /* 0: off; 1: every allocation fails; n: n - 1 more succeed */

void sw_mem_fail_after(uint64_t n)
{
    atomic_store(&fail_countdown, n);
}

static bool injected_failure(void)
{
    uint64_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    if (left == 0)
        return false;
    if (left == 1)
        return true;
    atomic_store_explicit(&fail_countdown, left - 1, memory_order_relaxed);
    return false;
}

void *sw_alloc(size_t count, size_t size)
{
    if (count == 0 || size == 0 || injected_failure())
        return NULL;
    return calloc(count, size);
}

void *sw_realloc(void *old, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total) || total == 0 || injected_failure())
        return NULL;
    return realloc(old, total);
}

char *sw_strndup(const char *text, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = sw_alloc(len + 1, 1);
    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *sw_strdup(const char *text)
{
    return sw_strndup(text, strlen(text));
}

void sw_free(void *memory)
{
    free(memory);
}

int sw_grow(void *array, size_t *cap, size_t used, size_t size, size_t max)
{
    if (used < *cap)
        return 0;
    if (used >= max)
        return SW_E_LIMIT;
    size_t want = *cap == 0 ? 8 : *cap * 2;
    if (want > max)
        want = max;
    void **slot = array;
    void *grown = sw_realloc(*slot, want, size);
    if (grown == NULL)
        return SW_E_NOMEM;
    *slot = grown;
    *cap = want;
    return 0;
}
