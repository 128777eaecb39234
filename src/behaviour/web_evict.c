/* web_evict.c - gives up what tells least when room ends: half of the paths, or half of the clients. What is given up
 * is counted, and remembered in a Bloom filter, so that what comes back is known to be incomplete. */
#include "behaviour/web_access_priv.h"

#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

size_t sw_access_held(const struct sw_access *access)
{
    size_t tables =
        access->path_table.cap + access->visitor_table.cap + access->guess_table.cap + access->host_table.cap;
    return sw_series_pool_used(&access->pool) + access->keys.held + access->name_texts.held + access->host_texts.held +
           access->path_cap * sizeof *access->paths + access->visitor_cap * sizeof *access->visitors +
           access->guess_cap * sizeof *access->guesses + access->prober_cap * sizeof *access->probers +
           access->host_cap * sizeof *access->hosts + access->agent_cap * sizeof *access->agents +
           access->name_cap * sizeof *access->names + tables * sizeof(uint32_t) + sw_given_up_held(&access->given_up);
}

/* --- growth ------------------------------------------------------------------------------------------------- */

enum { LEAST = 64 };

static size_t paths_held(const struct sw_access *access)
{
    return access->keys.held + access->path_cap * sizeof *access->paths + access->path_table.cap * sizeof(uint32_t);
}

static size_t visitors_held(const struct sw_access *access)
{
    return access->visitor_cap * sizeof *access->visitors + access->visitor_table.cap * sizeof(uint32_t);
}

/* A quarter of what both share is the other's, used or not. */
static bool may_grow(const struct sw_access *access, size_t own, size_t more, size_t other)
{
    size_t reserve = access->max_flexible / 4;
    return own + more + (other > reserve ? other : reserve) <= access->max_flexible;
}

/* The next size of an array that is full, and of its table: at most half full. */
static size_t next_cap(size_t cap)
{
    return cap < LEAST ? LEAST : cap + cap / 2;
}

static size_t table_for(size_t table_cap, size_t cap)
{
    size_t want = table_cap > 0 ? table_cap : 2 * LEAST;
    while (want < cap * 2)
        want *= 2;
    return want;
}

int sw_access_grow_paths(struct sw_access *access)
{
    if (access->path_count < access->path_cap) /* texts grow on their own */
        return access->path_count < LEAST || may_grow(access, paths_held(access), 0, visitors_held(access))
                   ? 0
                   : SW_E_LIMIT;
    size_t cap = next_cap(access->path_cap);
    size_t table = table_for(access->path_table.cap, cap);
    size_t more =
        (cap - access->path_cap) * sizeof *access->paths + (table - access->path_table.cap) * sizeof(uint32_t);
    if (cap > LEAST && !may_grow(access, paths_held(access), more, visitors_held(access)))
        return SW_E_LIMIT;
    struct sw_access_entry *paths = sw_realloc(access->paths, cap, sizeof *paths);
    if (paths == NULL)
        return SW_E_NOMEM;
    access->paths = paths;
    access->path_cap = cap;
    if (table == access->path_table.cap)
        return 0;
    int rc = sw_access_table_make(&access->path_table, table);
    for (size_t i = 0; i < access->path_count && rc == 0; i++)
        sw_access_table_put(&access->path_table, access->paths[i].hash, i);
    return rc;
}

int sw_access_grow_visitors(struct sw_access *access)
{
    if (access->visitor_count < access->visitor_cap)
        return 0;
    size_t cap = next_cap(access->visitor_cap);
    size_t table = table_for(access->visitor_table.cap, cap);
    size_t more =
        (cap - access->visitor_cap) * sizeof *access->visitors + (table - access->visitor_table.cap) * sizeof(uint32_t);
    if (cap > LEAST && !may_grow(access, visitors_held(access), more, paths_held(access)))
        return SW_E_LIMIT;
    struct sw_access_visitor *visitors = sw_realloc(access->visitors, cap, sizeof *visitors);
    if (visitors == NULL)
        return SW_E_NOMEM;
    access->visitors = visitors;
    access->visitor_cap = cap;
    if (table == access->visitor_table.cap)
        return 0;
    int rc = sw_access_table_make(&access->visitor_table, table);
    for (size_t i = 0; i < access->visitor_count && rc == 0; i++)
        sw_access_table_put(&access->visitor_table, access->visitors[i].hash, i);
    return rc;
}

/* --- what was given up -------------------------------------------------------------------------------------- */

/* Keys of paths and visitors are hashes already: multiplied, their bits are spread anew. */
static uint64_t spread(uint64_t hash)
{
    return hash * 0x9e3779b97f4a7c15ull;
}

static int remember(struct sw_access *access, uint64_t hash)
{
    return sw_given_up_add(&access->given_up, spread(hash));
}

bool sw_access_was_given_up(const struct sw_access *access, uint64_t hash)
{
    return sw_given_up_has(&access->given_up, spread(hash));
}

/* --- choosing ----------------------------------------------------------------------------------------------- */

/* The weight from which on things are kept so that at most `most` are, and how many of just that weight. */
static void choose(uint32_t *weights, size_t count, size_t most, uint32_t *bound, size_t *of_bound)
{
    qsort(weights, count, sizeof *weights, sw_order_u32);
    *bound = weights[count - most];
    size_t above = 0;
    while (above < most && weights[count - 1 - above] > *bound)
        above++;
    *of_bound = most - above;
}

/* --- paths -------------------------------------------------------------------------------------------------- */

/* Popular paths stay: given up, they would come back as rare ones. Of the rare, those that were used most, sent to, and
 * run. */
static uint32_t path_weight(const struct sw_access_entry *entry)
{
    uint32_t ok = entry->ok < 10000 ? entry->ok : 10000;
    uint32_t posts = entry->posts < 10000 ? entry->posts : 10000;
    uint32_t weight = ok + 4 * posts;
    if (entry->kind == SW_ACCESS_SCRIPT || posts > 0)
        weight *= 2;
    return entry->popular ? weight + 200000 : weight;
}

/* The array, texts and table anew, for the paths that are left: what is given up is free for others. */
static int rebuild_paths(struct sw_access *access)
{
    size_t cap = next_cap(access->path_count);
    struct sw_access_entry *paths = sw_realloc(access->paths, cap, sizeof *paths);
    if (paths == NULL)
        return SW_E_NOMEM;
    access->paths = paths;
    access->path_cap = cap;
    size_t total = 0;
    for (size_t i = 0; i < access->path_count; i++)
        total += (size_t)access->paths[i].host_len + access->paths[i].path_len;
    struct sw_arena keys;
    sw_arena_init(&keys, access->ceiling);
    char *text = sw_arena_bytes(&keys, total + 1);
    if (text == NULL)
        return SW_E_NOMEM;
    int rc = sw_access_table_make(&access->path_table, table_for(0, cap));
    if (rc != 0) {
        sw_arena_fini(&keys);
        return rc;
    }
    for (size_t i = 0; i < access->path_count; i++) {
        struct sw_access_entry *entry = &access->paths[i];
        size_t len = (size_t)entry->host_len + entry->path_len;
        memcpy(text, entry->key, len);
        entry->key = text;
        text += len;
        sw_access_table_put(&access->path_table, entry->hash, i);
    }
    sw_arena_fini(&access->keys);
    access->keys = keys;
    return 0;
}

int sw_access_evict_paths(struct sw_access *access)
{
    size_t count = access->path_count;
    if (count < 2)
        return SW_E_LIMIT;
    uint32_t *weights = sw_alloc(count, sizeof *weights);
    if (weights == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        weights[i] = path_weight(&access->paths[i]);
    uint32_t bound;
    size_t of_bound;
    choose(weights, count, count / 2, &bound, &of_bound);
    sw_free(weights);
    size_t kept = 0;
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct sw_access_entry *entry = &access->paths[i];
        uint32_t weight = path_weight(entry);
        bool keep = weight > bound || (weight == bound && of_bound > 0);
        of_bound -= keep && weight == bound;
        if (keep) {
            access->paths[kept++] = *entry;
            continue;
        }
        rc = remember(access, entry->hash);
        access->evicted += entry->ok;
        access->evicted_keys++;
        sw_series_drop(&access->pool, &entry->series);
    }
    if (rc != 0)
        return rc;
    access->path_count = kept;
    return rebuild_paths(access);
}

/* --- requests ----------------------------------------------------------------------------------------------- */

/* Keeps the first `most` requests of a path. */
static int trim(struct sw_access *access, struct sw_access_entry *entry, struct sw_series_record *records,
                uint32_t most)
{
    struct sw_series_cursor cursor;
    sw_series_begin(&cursor, &access->pool, &entry->series);
    uint32_t count = 0;
    while (count < most && sw_series_next(&cursor, SW_ACCESS_VALUES))
        records[count++] = cursor.record;
    uint32_t lost = entry->series.count - count;
    entry->cut += lost;
    access->evicted += lost;
    sw_series_drop(&access->pool, &entry->series);
    int rc = 0;
    for (uint32_t i = 0; i < count && rc == 0; i++)
        rc = sw_series_add(&access->pool, &entry->series, &records[i], SW_ACCESS_VALUES);
    return rc == SW_E_LIMIT ? 0 : rc;
}

int sw_access_evict_samples(struct sw_access *access)
{
    if (access->max_samples <= SW_ACCESS_FEW_SAMPLES)
        return access->path_count >= 2 ? sw_access_evict_paths(access) : 0;
    access->max_samples /= 4;
    struct sw_series_record *records = sw_alloc(access->max_samples, sizeof *records);
    if (records == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    for (size_t i = 0; i < access->path_count && rc == 0; i++)
        if (access->paths[i].series.count > access->max_samples)
            rc = trim(access, &access->paths[i], records, access->max_samples);
    sw_free(records);
    return rc;
}

/* --- clients ------------------------------------------------------------------------------------------------ */

static uint32_t visitor_weight(const struct sw_access_visitor *visitor, bool referred_to)
{
    uint32_t missing = visitor->missing < 100000 ? visitor->missing : 100000;
    uint32_t requests = visitor->requests < 100000 ? visitor->requests : 100000;
    return missing * 2 + requests + (referred_to ? 1000000u : 0);
}

static void mark_referred(const struct sw_access *access, uint32_t *marks)
{
    for (size_t i = 0; i < access->path_count; i++)
        for (unsigned k = 0; k < access->paths[i].client_count; k++)
            marks[access->paths[i].clients[k]] = 1;
    for (size_t i = 0; i < access->guess_count; i++)
        marks[access->guesses[i].client] = 1;
}

/* Moves those with a mark of 1 to the front; marks become new numbers. */
static int keep_marked(struct sw_access *access, uint32_t *marks)
{
    size_t kept = 0;
    for (size_t i = 0; i < access->visitor_count; i++) {
        struct sw_access_visitor *visitor = &access->visitors[i];
        if (marks[i] != 0) {
            access->visitors[kept] = *visitor;
            marks[i] = (uint32_t)kept++;
            continue;
        }
        int rc = remember(access, visitor->hash);
        if (rc != 0)
            return rc;
        access->evicted_keys++;
        if (visitor->prober != 0) /* its place in the list of probers stays empty */
            sw_series_drop(&access->pool, &access->probers[visitor->prober - 1]);
    }
    access->visitor_count = kept;
    size_t cap = next_cap(kept);
    struct sw_access_visitor *visitors = sw_realloc(access->visitors, cap, sizeof *visitors);
    if (visitors == NULL)
        return SW_E_NOMEM;
    access->visitors = visitors;
    access->visitor_cap = cap;
    int rc = sw_access_table_make(&access->visitor_table, table_for(0, cap));
    for (size_t i = 0; i < kept && rc == 0; i++)
        sw_access_table_put(&access->visitor_table, access->visitors[i].hash, i);
    return rc;
}

/* The list of probers, and clients' numbers in it, without the empty places. */
static int pack_probers(struct sw_access *access)
{
    struct sw_series *packed = sw_alloc(access->prober_cap + 1, sizeof *packed);
    if (packed == NULL)
        return SW_E_NOMEM;
    size_t count = 0;
    for (size_t i = 0; i < access->visitor_count; i++) {
        struct sw_access_visitor *visitor = &access->visitors[i];
        if (visitor->prober == 0)
            continue;
        packed[count] = access->probers[visitor->prober - 1];
        visitor->prober = (uint32_t)++count;
    }
    sw_free(access->probers);
    access->probers = packed;
    access->prober_count = count;
    return 0;
}

static void renumber(struct sw_access *access, const uint32_t *numbers)
{
    for (size_t i = 0; i < access->path_count; i++)
        for (unsigned k = 0; k < access->paths[i].client_count; k++)
            access->paths[i].clients[k] = numbers[access->paths[i].clients[k]];
    for (size_t i = 0; i < access->guess_count; i++)
        access->guesses[i].client = numbers[access->guesses[i].client];
}

/* Marks those to be kept: half of what there may be at most, the referred to before others. */
static int mark_kept(const struct sw_access *access, uint32_t *marks)
{
    size_t count = access->visitor_count;
    uint32_t *weights = sw_alloc(count, sizeof *weights);
    if (weights == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        weights[i] = visitor_weight(&access->visitors[i], marks[i] != 0);
    uint32_t bound;
    size_t of_bound;
    choose(weights, count, count / 2, &bound, &of_bound);
    sw_free(weights);
    for (size_t i = 0; i < count; i++) {
        uint32_t weight = visitor_weight(&access->visitors[i], marks[i] != 0);
        bool keep = marks[i] != 0 || weight > bound || (weight == bound && of_bound > 0);
        of_bound -= keep && weight == bound && of_bound > 0;
        marks[i] = keep;
    }
    return 0;
}

int sw_access_evict_visitors(struct sw_access *access)
{
    size_t count = access->visitor_count;
    if (count < 2)
        return SW_E_LIMIT;
    uint32_t *marks = sw_alloc(count, sizeof *marks);
    if (marks == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    /* Most are referred to: then fewer paths and logins first. */
    for (unsigned round = 0; round < 24 && rc == 0; round++) {
        memset(marks, 0, count * sizeof *marks);
        mark_referred(access, marks);
        size_t referred = 0;
        for (size_t i = 0; i < count; i++)
            referred += marks[i];
        if (referred <= count / 4 * 3)
            break;
        rc = access->path_count >= 2 ? sw_access_evict_paths(access) : 0;
        if (rc == 0 && access->guess_count >= 2)
            rc = sw_access_evict_guesses(access);
    }
    if (rc == 0)
        rc = mark_kept(access, marks);
    if (rc == 0)
        rc = keep_marked(access, marks);
    if (rc == 0) {
        renumber(access, marks);
        rc = pack_probers(access);
    }
    if (rc == 0)
        rc = sw_access_rebuild_guesses(access); /* their table goes by clients' numbers */
    sw_free(marks);
    return rc;
}

/* --- narrower bounds ---------------------------------------------------------------------------------------- */

int sw_access_shrink(struct sw_access *access)
{
    int rc = 0;
    for (unsigned round = 0; round < 32 && rc == 0 && sw_series_pool_is_over(&access->pool); round++)
        rc = sw_access_evict_samples(access);
    for (unsigned round = 0; round < 32 && rc == 0; round++) {
        size_t paths = paths_held(access);
        size_t visitors = visitors_held(access);
        if (paths + visitors <= access->max_flexible)
            break;
        if (paths >= visitors && access->path_count > LEAST)
            rc = sw_access_evict_paths(access);
        else if (access->visitor_count > LEAST)
            rc = sw_access_evict_visitors(access);
        else
            break;
    }
    for (unsigned round = 0; round < 32 && rc == 0 && access->guess_count > access->max_guesses; round++)
        rc = sw_access_evict_guesses(access);
    return rc;
}
