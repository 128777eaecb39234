/* arena.c - blocks of at least 64 KiB in a list; reset walks back to the first and keeps the rest. */
#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

struct sw_arena_block {
    struct sw_arena_block *next;
    size_t size; /* of data */
    _Alignas(16) char data[];
};

enum { BLOCK_MIN = 64 * 1024 };

void sw_arena_init(struct sw_arena *arena, size_t max)
{
    *arena = (struct sw_arena){.max = max};
}

void sw_arena_fini(struct sw_arena *arena)
{
    struct sw_arena_block *block = arena->first;
    while (block != NULL) {
        struct sw_arena_block *next = block->next;
        sw_free(block);
        block = next;
    }
    *arena = (struct sw_arena){.max = arena->max};
}

static void enter(struct sw_arena *arena, struct sw_arena_block *block)
{
    arena->current = block;
    arena->at = block ? block->data : NULL;
    arena->end = block ? block->data + block->size : NULL;
}

void sw_arena_reset(struct sw_arena *arena)
{
    enter(arena, arena->first);
}

struct sw_arena_mark sw_arena_mark(const struct sw_arena *arena)
{
    return (struct sw_arena_mark){arena->current, arena->at};
}

void sw_arena_rewind(struct sw_arena *arena, struct sw_arena_mark mark)
{
    if (mark.block == NULL) {
        sw_arena_reset(arena);
        return;
    }
    enter(arena, mark.block);
    arena->at = mark.at;
}

void *sw_arena_slow(struct sw_arena *arena, size_t size, size_t align)
{
    size_t need;
    if (__builtin_add_overflow(size, align, &need))
        return NULL;
    struct sw_arena_block *next = arena->current ? arena->current->next : arena->first;
    if (next == NULL || next->size < need) {
        size_t want = need > BLOCK_MIN ? need : BLOCK_MIN;
        if (want > arena->max || arena->held > arena->max - want)
            return NULL;
        struct sw_arena_block *block = sw_alloc(1, sizeof *block + want);
        if (block == NULL)
            return NULL;
        block->size = want;
        block->next = next;
        if (arena->current != NULL)
            arena->current->next = block;
        else
            arena->first = block;
        arena->held += want;
        next = block;
    }
    enter(arena, next);
    uintptr_t at = ((uintptr_t)arena->at + (align - 1)) & ~(uintptr_t)(align - 1);
    char *start = arena->at + (at - (uintptr_t)arena->at);
    arena->at = start + size;
    return start;
}

void *sw_arena_zero(struct sw_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    void *memory = sw_arena_raw(arena, total, 16);
    if (memory != NULL && total > 0)
        memset(memory, 0, total);
    return memory;
}

struct sw_str sw_arena_dup(struct sw_arena *arena, struct sw_str s)
{
    char *copy = sw_arena_bytes(arena, s.len + 1);
    if (copy == NULL)
        return (struct sw_str){NULL, 0};
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return (struct sw_str){copy, s.len};
}

struct sw_str sw_arena_printf(struct sw_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    struct sw_str out = {NULL, 0};
    if (n >= 0) {
        char *text = sw_arena_bytes(arena, (size_t)n + 1);
        if (text != NULL) {
            (void)vsnprintf(text, (size_t)n + 1, format, again);
            out = (struct sw_str){text, (size_t)n};
        }
    }
    va_end(again);
    return out;
}
