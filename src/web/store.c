/* store.c - copies of findings, and what paths usually answer. Judging is verdict.c's. */
#include "web/store.h"

#include "base/hash.h"
#include "base/mem.h"

enum { NAME_MAX_KEPT = 256, FIRST_CAP = 1024 };

/* --- findings ----------------------------------------------------------------------------------------------- */

/* Copies what lies outside of the record's raw bytes; what lies in them moves along. */
static struct sw_str rebased(struct sw_arena *arena, struct sw_str text, struct sw_str raw, struct sw_str copy)
{
    uintptr_t at = (uintptr_t)text.ptr - (uintptr_t)raw.ptr;
    if (raw.ptr != NULL && at <= raw.len && text.len <= raw.len - at)
        return (struct sw_str){copy.ptr + at, text.len};
    return sw_arena_dup(arena, text);
}

bool sw_web_hit_copy(struct sw_arena *arena, const struct sw_web_hit *hit, struct sw_web_hit *copy)
{
    struct sw_arena_mark mark = sw_arena_mark(arena);
    *copy = *hit;
    struct sw_str raw = sw_arena_dup(arena, hit->event.raw);
    struct sw_field *fields = sw_arena_zero(arena, (size_t)hit->event.count + 1, sizeof *fields);
    copy->shown = sw_arena_dup(arena, hit->shown);
    bool done = fields != NULL && raw.ptr != NULL && copy->shown.ptr != NULL;
    for (uint32_t i = 0; done && i < hit->event.count; i++) {
        fields[i] = hit->event.fields[i];
        fields[i].flags = 0;
        struct sw_str value = rebased(arena, sw_field_value(&hit->event.fields[i]), hit->event.raw, raw);
        fields[i].ptr = value.ptr;
        done = value.ptr != NULL || value.len == 0;
    }
    if (!done) {
        sw_arena_rewind(arena, mark);
        return false;
    }
    copy->event.raw = raw;
    copy->event.fields = fields;
    copy->event.cap = copy->event.count;
    return true;
}

/* --- paths -------------------------------------------------------------------------------------------------- */

int sw_web_paths_init(struct sw_web_paths *paths, size_t max)
{
    *paths = (struct sw_web_paths){.cap = FIRST_CAP, .max = max};
    sw_arena_init(&paths->names, (size_t)32 << 20);
    paths->slots = sw_alloc(paths->cap, sizeof *paths->slots);
    return paths->slots != NULL ? 0 : SW_E_NOMEM;
}

void sw_web_paths_reset(struct sw_web_paths *paths)
{
    memset(paths->slots, 0, paths->cap * sizeof *paths->slots);
    paths->used = 0;
    paths->dropped = 0;
    sw_arena_reset(&paths->names);
}

void sw_web_paths_fini(struct sw_web_paths *paths)
{
    sw_free(paths->slots);
    sw_arena_fini(&paths->names);
    *paths = (struct sw_web_paths){0};
}

static struct sw_web_path *slot_of(const struct sw_web_paths *paths, uint64_t stem)
{
    size_t at = (size_t)stem & (paths->cap - 1);
    while (paths->slots[at].stem != 0 && paths->slots[at].stem != stem)
        at = (at + 1) & (paths->cap - 1);
    return &paths->slots[at];
}

static bool grow(struct sw_web_paths *paths)
{
    struct sw_web_paths larger = {.cap = paths->cap * 2};
    larger.slots = sw_alloc(larger.cap, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < paths->cap; i++)
        if (paths->slots[i].stem != 0)
            *slot_of(&larger, paths->slots[i].stem) = paths->slots[i];
    sw_free(paths->slots);
    paths->slots = larger.slots;
    paths->cap = larger.cap;
    return true;
}

/* The path's entry, a new one if need be; NULL when there is no room. */
static struct sw_web_path *entry_for(struct sw_web_paths *paths, uint64_t stem)
{
    struct sw_web_path *entry = slot_of(paths, stem);
    if (entry->stem == stem)
        return entry;
    if (paths->used == paths->max)
        return NULL;
    if (paths->used + paths->used / 2 >= paths->cap) {
        if (!grow(paths))
            return NULL;
        entry = slot_of(paths, stem);
    }
    paths->used++;
    *entry = (struct sw_web_path){.stem = stem, .least = UINT64_MAX, .first_time = SW_TIME_NONE};
    return entry;
}

static bool is_one_of(struct sw_str extension)
{
    static const char *const scripts[] = {
        "php", "jsp", "asp", "aspx", "ashx", "asmx", "jspx", "cfm", "phtml", "php5", "php7", "phar", "cgi", "pl",
        "cer", "asa", "jspf", "soap", "cfc", "war"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (sw_str_ieq(extension, sw_str(scripts[i])))
            return true;
    return false;
}

bool sw_web_is_script(struct sw_str path)
{
    path = sw_str_slice(path, 0, sw_str_chr(path, ';'));
    for (size_t back = 1; back <= 6 && back <= path.len; back++)
        if (path.ptr[path.len - back] == '.')
            return is_one_of(sw_str_from(path, path.len - back + 1));
    return false;
}

static void note_client(struct sw_web_path *entry, uint64_t client, int64_t time)
{
    if (entry->first_client == 0) {
        entry->first_client = client;
        entry->first_time = time;
    } else if (client != entry->first_client) {
        if (entry->other_client == 0)
            entry->other_client = client;
        else if (client != entry->other_client)
            entry->many_clients = true;
    }
}

void sw_web_paths_note(struct sw_web_paths *paths, const struct sw_web_answer *answer)
{
    struct sw_web_path *entry = entry_for(paths, answer->stem);
    if (entry == NULL) {
        paths->dropped++;
        return;
    }
    if (entry->answers == 0 && sw_web_is_script(answer->path) && answer->path.len <= NAME_MAX_KEPT)
        entry->name = sw_arena_dup(&paths->names, answer->path);
    note_client(entry, answer->client, answer->time);
    entry->answers++;
    entry->posts += answer->post;
    entry->least = answer->bytes < entry->least ? answer->bytes : entry->least;
    entry->most = answer->bytes > entry->most ? answer->bytes : entry->most;
}

int sw_web_paths_merge(struct sw_web_paths *into, const struct sw_web_paths *from)
{
    into->dropped += from->dropped;
    for (size_t i = 0; i < from->cap; i++) {
        const struct sw_web_path *source = &from->slots[i];
        if (source->stem == 0)
            continue;
        struct sw_web_path *entry = entry_for(into, source->stem);
        if (entry == NULL) {
            into->dropped += source->answers;
            continue;
        }
        if (entry->answers == 0 && source->name.len > 0)
            entry->name = sw_arena_dup(&into->names, source->name);
        note_client(entry, source->first_client, source->first_time);
        if (source->other_client != 0)
            note_client(entry, source->other_client, source->first_time);
        entry->many_clients |= source->many_clients;
        entry->answers += source->answers;
        entry->posts += source->posts;
        entry->least = source->least < entry->least ? source->least : entry->least;
        entry->most = source->most > entry->most ? source->most : entry->most;
    }
    return 0;
}

const struct sw_web_path *sw_web_paths_find(const struct sw_web_paths *paths, uint64_t stem)
{
    const struct sw_web_path *entry = slot_of(paths, stem);
    return entry->stem == stem ? entry : NULL;
}
