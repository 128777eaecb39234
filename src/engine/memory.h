/*
 * memory.h - decodes a log that lies whole in memory, on the calling thread.
 *
 * For what is no file: texts of tests, buffers given to the library. Containers are not opened.
 * Owner:   bytes and arena are the caller's; events die when emit returns.
 * Threads: any, each with an arena of its own.      Errors: what emit returned, SW_E_NOMEM.      Trust: hostile input.
 */
#ifndef SW_ENGINE_MEMORY_H
#define SW_ENGINE_MEMORY_H

#include "decode/decode.h"

struct sw_memory {
    struct sw_str bytes;
    struct sw_source_info info;       /* what is known of where they come from */
    const struct sw_decoder *decoder; /* NULL: the surest one for the bytes */
    const struct sw_classes *classes;
};

/* The decoder that was asked for, or the surest one. */
const struct sw_decoder *sw_memory_decoder(const struct sw_memory *memory);

/* Decodes all of it. `stats` is initialised here and tells what was read and rejected. */
int sw_memory_decode(const struct sw_memory *memory, struct sw_arena *arena, struct sw_read_stats *stats, sw_emit_fn emit,
                     void *emit_arg);

#endif
