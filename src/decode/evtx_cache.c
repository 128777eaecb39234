/*
 * evtx_cache.c - programs of templates, kept over chunks.
 *
 * The same template stands in chunk after chunk with other bytes: its names are offsets into the chunk, and each name
 * is written out only where the chunk uses it first. A cached program therefore keeps the template it was made of, with
 * the names resolved, and serves another chunk's template only after comparing all of it: every byte that is no offset,
 * and every name that an offset leads to. Within a chunk a template is known by its offset.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "decode/evtx_priv.h"

enum {
    BUCKETS = 1024,
    SLOTS = 256,     /* templates of one chunk, by offset; a chunk has rarely more than 30 */
    CHAIN_MOST = 64, /* templates that differ in their names' places only; more are an attack */
};

struct variant {
    struct variant *next;
    uint64_t hash;
    const uint8_t *header; /* the definition: identifier and size, then the BinXML */
    uint32_t size;         /* of the BinXML */
    uint32_t ref_count;
    const struct sw_evtx_ref *refs;
    struct sw_evtx_program program;
    uint8_t context;
};

struct slot {
    uint32_t generation;
    uint32_t offset;
    const struct sw_evtx_program *program;
    const char *why; /* no program can be made */
    uint8_t context;
};

struct sw_evtx_cache {
    struct sw_arena arena;
    struct variant *buckets[BUCKETS];
    struct slot slots[SLOTS];
    uint32_t generation; /* of the chunk */
    bool full;
};

struct sw_evtx_cache *sw_evtx_cache_new(void)
{
    struct sw_evtx_cache *cache = sw_alloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    sw_arena_init(&cache->arena, SW_MAX_EVTX_TEMPLATES);
    cache->generation = 1;
    return cache;
}

void sw_evtx_cache_free(struct sw_evtx_cache *cache)
{
    if (cache == NULL)
        return;
    sw_arena_fini(&cache->arena);
    sw_free(cache);
}

void sw_evtx_cache_chunk(struct sw_evtx_cache *cache)
{
    if (++cache->generation == 0) {
        memset(cache->slots, 0, sizeof cache->slots);
        cache->generation = 1;
    }
}

void sw_evtx_cache_tidy(struct sw_evtx_cache *cache)
{
    if (!cache->full)
        return;
    memset(cache->buckets, 0, sizeof cache->buckets);
    sw_arena_reset(&cache->arena);
    cache->full = false;
    sw_evtx_cache_chunk(cache);
}

/* memcmp() for short stretches, most of them of some ten to thirty bytes. */
static inline bool is_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    uint64_t differ = 0;
    if (len < 8 || len > 64)
        return memcmp(a, b, len) == 0;
    for (size_t at = 0; at + 8 < len; at += 8)
        differ |= sw_evtx_u64(a + at) ^ sw_evtx_u64(b + at);
    return (differ | (sw_evtx_u64(a + len - 8) ^ sw_evtx_u64(b + len - 8))) == 0;
}

/* Whether the definition whose identifier is at chunk[at] says the same as the one that the variant was made of. */
static bool is_same(const struct variant *v, const uint8_t *chunk, size_t chunk_len, size_t at)
{
    const size_t head = SW_EVTX_TEMPLATE_HEADER - 4; /* without the link to the next template */
    if (!is_equal(chunk + at, v->header, head))
        return false;
    const uint8_t *ours = v->header + head;
    const uint8_t *theirs = chunk + at + head;
    size_t done = 0;
    for (uint32_t i = 0; i < v->ref_count; i++) {
        const struct sw_evtx_ref *ref = &v->refs[i];
        if (!is_equal(ours + done, theirs + done, ref->at - done))
            return false;
        done = ref->at + 4;
        size_t offset = sw_evtx_u32(theirs + ref->at);
        bool in_place = offset == at + head + done;
        if (in_place != ref->in_place || offset > chunk_len - SW_EVTX_NAME_HEADER)
            return false;
        size_t size = (size_t)ref->units * 2;
        if (sw_evtx_u16(chunk + offset + 6) != ref->units || chunk_len - offset - SW_EVTX_NAME_HEADER < size + 2 ||
            !is_equal(chunk + offset + SW_EVTX_NAME_HEADER, ref->name, size))
            return false;
        if (in_place)
            done += SW_EVTX_NAME_HEADER + size + 2;
    }
    return is_equal(ours + done, theirs + done, v->size - done);
}

/* Copies what the new variant's program depends on into the cache. False: no room. */
static bool remember(struct sw_evtx_cache *cache, const struct sw_evtx_compiler *compiler, const uint8_t *header,
                     struct variant *v)
{
    struct sw_str all = {(const char *)header, SW_EVTX_TEMPLATE_HEADER - 4 + (size_t)v->size};
    v->header = (const uint8_t *)sw_arena_dup(&cache->arena, all).ptr;
    const struct sw_evtx_ref *refs = sw_evtx_compiler_refs(compiler, &v->ref_count);
    struct sw_evtx_ref *kept = sw_arena_raw(&cache->arena, v->ref_count * sizeof *kept, _Alignof(struct sw_evtx_ref));
    if (v->header == NULL || kept == NULL)
        return false;
    for (uint32_t i = 0; i < v->ref_count; i++) {
        struct sw_str name = {(const char *)refs[i].name, (size_t)refs[i].units * 2};
        kept[i] = refs[i];
        kept[i].name = (const uint8_t *)sw_arena_dup(&cache->arena, name).ptr;
        if (kept[i].name == NULL)
            return false;
    }
    v->refs = kept;
    return true;
}

/* Makes a program that is kept; NULL without *why: no room. */
static const struct sw_evtx_program *compile_kept(struct sw_evtx_cache *cache, struct sw_evtx_compiler *compiler,
                                                  const struct sw_evtx_source *source, uint64_t hash, const char **why)
{
    struct variant *v = sw_arena_raw(&cache->arena, sizeof *v, _Alignof(struct variant));
    *why = NULL;
    if (v == NULL)
        return NULL;
    *v = (struct variant){
        .hash = hash, .context = (uint8_t)source->context, .size = (uint32_t)(source->end - source->start)};
    *why = sw_evtx_compile(compiler, source, &cache->arena, &v->program);
    if (*why == sw_evtx_no_memory)
        *why = NULL;
    else if (*why == NULL &&
             remember(cache, compiler, source->chunk + source->start - (SW_EVTX_TEMPLATE_HEADER - 4), v)) {
        v->next = cache->buckets[hash % BUCKETS];
        cache->buckets[hash % BUCKETS] = v;
        return &v->program;
    }
    return NULL;
}

static const struct sw_evtx_program *compile_spare(struct sw_evtx_compiler *compiler,
                                                   const struct sw_evtx_source *source, struct sw_arena *spare,
                                                   const char **why)
{
    struct sw_evtx_program *program = sw_arena_raw(spare, sizeof *program, _Alignof(struct sw_evtx_program));
    *why = program == NULL ? sw_evtx_no_memory : sw_evtx_compile(compiler, source, spare, program);
    return *why == NULL ? program : NULL;
}

static const struct variant *find(struct sw_evtx_cache *cache, const struct sw_evtx_source *source, uint64_t hash)
{
    size_t at = source->start - (SW_EVTX_TEMPLATE_HEADER - 4);
    unsigned seen = 0;
    const struct variant *v = cache->buckets[hash % BUCKETS];
    for (; v != NULL; v = v->next) {
        if (v->hash == hash && v->context == source->context && v->size == source->end - source->start &&
            is_same(v, source->chunk, source->chunk_len, at))
            return v;
        if (++seen == CHAIN_MOST)
            cache->full = true;
    }
    return NULL;
}

const char *sw_evtx_cache_get(struct sw_evtx_cache *cache, struct sw_evtx_compiler *compiler, const uint8_t *chunk,
                              size_t chunk_len, uint32_t offset, enum sw_evtx_context context, struct sw_arena *spare,
                              const struct sw_evtx_program **program)
{
    struct slot *slot = &cache->slots[(offset / 4 + context * 37) % SLOTS];
    if (slot->generation == cache->generation && slot->offset == offset && slot->context == context) {
        *program = slot->program;
        return slot->why;
    }
    if (offset > chunk_len || chunk_len - offset < SW_EVTX_TEMPLATE_HEADER)
        return "template out of bounds";
    size_t start = (size_t)offset + SW_EVTX_TEMPLATE_HEADER;
    size_t size = sw_evtx_u32(chunk + offset + SW_EVTX_TEMPLATE_HEADER - 4);
    if (chunk_len - start < size)
        return "template out of bounds";
    struct sw_evtx_source source = {.chunk = chunk,
                                    .chunk_len = chunk_len,
                                    .start = start,
                                    .end = start + size,
                                    .is_template = true,
                                    .context = context};
    struct sw_str key = {(const char *)chunk + offset + 4, SW_EVTX_TEMPLATE_HEADER - 4};
    uint64_t hash = sw_hash_seed(key, context);
    const struct variant *known = find(cache, &source, hash);
    const char *why = NULL;
    *program = known != NULL ? &known->program : compile_kept(cache, compiler, &source, hash, &why);
    if (*program == NULL && why == NULL) {
        cache->full = true;
        *program = compile_spare(compiler, &source, spare, &why);
        return why;
    }
    *slot = (struct slot){cache->generation, offset, *program, why, (uint8_t)context};
    return why;
}
