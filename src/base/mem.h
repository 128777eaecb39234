/*
 * mem.h - the only door to the heap.
 *
 * Sizes are checked for overflow. Tests make the n-th allocation fail through sw_mem_fail_after(); no
 * other code may call malloc, calloc, realloc or strdup directly (tools/check-source tells).
 * Threads: any.      Errors: NULL.
 */
#ifndef SW_BASE_MEM_H
#define SW_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Elements of an array (not of a pointer). */
#define SW_COUNT_OF(array) (sizeof(array) / sizeof *(array))

void *sw_alloc(size_t count, size_t size);   /* zeroed; NULL on overflow, no memory, or count * size == 0 */
void *sw_realloc(void *old, size_t count, size_t size); /* contents kept, growth not zeroed; old stays valid on NULL */
char *sw_strndup(const char *text, size_t len);         /* a terminated copy */
char *sw_strdup(const char *text);
void sw_free(void *memory); /* NULL is fine */

/* Makes room for one more element in a heap array of *cap elements of which `used` are in use. The array
 * doubles; returns 0, SW_E_NOMEM, or SW_E_LIMIT when it would pass `max` elements. *array is a pointer
 * to the array's pointer. */
int sw_grow(void *array, size_t *cap, size_t used, size_t size, size_t max);

/* For tests: the n-th allocation from now fails (1 = the next), and so do all after it; 0 switches it off. */
void sw_mem_fail_after(uint64_t n);

#endif
