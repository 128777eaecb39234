/*
 * arena.h - bump allocator for values that die together.
 * Owner:   everything taken from it dies at sw_arena_reset(), sw_arena_rewind() or sw_arena_fini().
 * Limits:  the max given to sw_arena_init(); beyond it NULL, and the arena stays as it was.
 * Threads: one at a time.      Errors: NULL.
 */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include "base/str.h"

#include <stddef.h>

struct sw_arena_block;

struct sw_arena {
    char *at;   /* next free byte */
    char *end;  /* end of the current block */
    struct sw_arena_block *first;
    struct sw_arena_block *current;
    size_t held; /* bytes in all blocks */
    size_t max;
};

/* A point to go back to. Valid until a rewind to an earlier point, a reset, or fini. */
struct sw_arena_mark {
    struct sw_arena_block *block;
    char *at;
};

void sw_arena_init(struct sw_arena *arena, size_t max);
void sw_arena_fini(struct sw_arena *arena);
void sw_arena_reset(struct sw_arena *arena); /* keeps its blocks for the next round */
struct sw_arena_mark sw_arena_mark(const struct sw_arena *arena);
void sw_arena_rewind(struct sw_arena *arena, struct sw_arena_mark mark);

void *sw_arena_slow(struct sw_arena *arena, size_t size, size_t align);

/* size bytes, not zeroed, aligned to `align` (a power of two up to 16). */
static inline void *sw_arena_raw(struct sw_arena *arena, size_t size, size_t align)
{
    uintptr_t at = ((uintptr_t)arena->at + (align - 1)) & ~(uintptr_t)(align - 1);
    if (arena->at != NULL && at <= (uintptr_t)arena->end && size <= (uintptr_t)arena->end - at) {
        char *start = arena->at + (at - (uintptr_t)arena->at);
        arena->at = start + size;
        return start;
    }
    return sw_arena_slow(arena, size, align);
}

static inline char *sw_arena_bytes(struct sw_arena *arena, size_t size)
{
    return sw_arena_raw(arena, size, 1);
}

void *sw_arena_zero(struct sw_arena *arena, size_t count, size_t size); /* zeroed array; checked product */
struct sw_str sw_arena_dup(struct sw_arena *arena, struct sw_str s);    /* ptr NULL when there is no room */

/* A terminated, formatted string; ptr NULL when there is no room. len is without the terminator. */
struct sw_str sw_arena_printf(struct sw_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Gives back what was taken last: the tail of the latest allocation from `unused` on. */
static inline void sw_arena_trim(struct sw_arena *arena, char *unused)
{
    if (unused <= arena->at)
        arena->at = unused;
}

#endif
