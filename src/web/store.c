/* store.c - copies of findings, and what paths usually answer. Judging is verdict.c's. */
#include "web/store.h"

#include "base/hash.h"
#include "base/mem.h"

enum { NAME_MAX_KEPT = 256, FIRST_CAP = 1024, NAMES_MAX = 16 << 20, AHEAD = 8 };

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

void sw_web_paths_fini(struct sw_web_paths *paths)
{
    sw_free(paths->slots);
    sw_arena_fini(&paths->names);
    *paths = (struct sw_web_paths){0};
}

static struct sw_web_path *slot_of(const struct sw_web_paths *paths, uint64_t stem)
{
    size_t at = (size_t)(stem >> 3) & (paths->cap - 1);
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
    static const struct sw_str scripts[] = {
        SW_STR_INIT("php"),  SW_STR_INIT("jsp"),  SW_STR_INIT("asp"),   SW_STR_INIT("aspx"), SW_STR_INIT("ashx"),
        SW_STR_INIT("asmx"), SW_STR_INIT("jspx"), SW_STR_INIT("cfm"),   SW_STR_INIT("phtml"), SW_STR_INIT("php5"),
        SW_STR_INIT("php7"), SW_STR_INIT("phar"), SW_STR_INIT("cgi"),   SW_STR_INIT("pl"),   SW_STR_INIT("cer"),
        SW_STR_INIT("asa"),  SW_STR_INIT("jspf"), SW_STR_INIT("soap"),  SW_STR_INIT("cfc"),  SW_STR_INIT("war")};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (extension.len == scripts[i].len && sw_lower(extension.ptr[0]) == scripts[i].ptr[0] &&
            sw_str_ieq(extension, scripts[i]))
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

uint64_t sw_web_client_hash(struct sw_str client)
{
    uint64_t hash = client.len > 0 ? sw_hash(client) | 1 : 0;
    return hash != SW_WEB_MANY_CLIENTS ? hash : 1;
}

uint64_t sw_web_stem_hash(struct sw_str target)
{
    struct sw_str path = sw_str_slice(target, 0, sw_str_chr(target, '?'));
    bool script = path.len <= NAME_MAX_KEPT && sw_web_is_script(path);
    return (sw_hash(path) & ~(uint64_t)(SW_WEB_STEM_SCRIPT | SW_WEB_STEM_LOOKED)) | (script ? SW_WEB_STEM_SCRIPT : 0) | 1;
}

static void note_client(struct sw_web_path *entry, uint64_t client, int64_t time)
{
    if (entry->first_client == 0) {
        entry->first_client = client;
        entry->first_time = time;
    } else if (client != entry->first_client && client != entry->other_client) {
        entry->other_client = entry->other_client == 0 ? client : SW_WEB_MANY_CLIENTS;
    }
}

static void note_script(struct sw_web_paths *paths, struct sw_web_path *entry, const struct sw_web_script_answer *script)
{
    if (entry->answers == 0 && script->name.len > 0) {
        entry->name = sw_arena_dup(&paths->names, script->name).ptr;
        entry->name_len = entry->name != NULL ? (uint16_t)script->name.len : 0;
    }
    if (entry->other_client != SW_WEB_MANY_CLIENTS)
        note_client(entry, script->client, script->time);
    entry->posted |= script->post;
}

void sw_web_paths_add(struct sw_web_paths *paths, const struct sw_web_answers *answers)
{
    size_t scripts = 0; /* taken so far */
    for (size_t i = 0; i < answers->count; i++) {
        const struct sw_web_answer *answer = &answers->list[i];
        if (i + AHEAD < answers->count)
            __builtin_prefetch(&paths->slots[(size_t)(answers->list[i + AHEAD].stem >> 3) & (paths->cap - 1)]);
        bool of_script = (answer->bytes & SW_WEB_OF_SCRIPT) != 0;
        uint64_t bytes = answer->bytes & ~SW_WEB_OF_SCRIPT;
        struct sw_web_path *entry = entry_for(paths, answer->stem);
        paths->dropped += entry == NULL;
        if (entry != NULL && of_script)
            note_script(paths, entry, &answers->scripts[scripts]);
        scripts += of_script;
        if (entry == NULL)
            continue;
        entry->answers += entry->answers != UINT32_MAX;
        entry->least = bytes < entry->least ? bytes : entry->least;
        entry->most = bytes > entry->most ? bytes : entry->most;
    }
}

const struct sw_web_path *sw_web_paths_find(const struct sw_web_paths *paths, uint64_t stem)
{
    const struct sw_web_path *entry = slot_of(paths, stem);
    return entry->stem == stem ? entry : NULL;
}

/* --- answers ------------------------------------------------------------------------------------------------ */

void sw_web_answers_init(struct sw_web_answers *answers)
{
    *answers = (struct sw_web_answers){0};
    sw_arena_init(&answers->names, NAMES_MAX);
}

void sw_web_answers_reset(struct sw_web_answers *answers)
{
    if (answers->script_count > 0)
        memset(answers->told, 0, sizeof answers->told);
    answers->count = answers->script_count = 0;
    sw_arena_reset(&answers->names);
}

void sw_web_answers_fini(struct sw_web_answers *answers)
{
    sw_free(answers->list);
    sw_free(answers->scripts);
    sw_arena_fini(&answers->names);
    *answers = (struct sw_web_answers){0};
}

size_t sw_web_answers_weight(const struct sw_web_answers *answers)
{
    return answers->cap * sizeof *answers->list + answers->script_cap * sizeof *answers->scripts + answers->names.held;
}

int sw_web_answers_note(struct sw_web_answers *answers, uint64_t stem, uint64_t bytes)
{
    if (answers->count == answers->cap) {
        int rc = sw_grow(&answers->list, &answers->cap, answers->count, sizeof *answers->list, SIZE_MAX / 64);
        if (rc != 0)
            return rc;
    }
    answers->list[answers->count++] = (struct sw_web_answer){stem, bytes < SW_WEB_MOST_BYTES ? bytes : SW_WEB_MOST_BYTES};
    return 0;
}

int sw_web_answers_script(struct sw_web_answers *answers, struct sw_str path, struct sw_str client, int64_t time, bool post)
{
    int rc = sw_grow(&answers->scripts, &answers->script_cap, answers->script_count, sizeof *answers->scripts,
                     SIZE_MAX / 64);
    if (rc != 0)
        return rc;
    struct sw_web_answer *last = &answers->list[answers->count - 1];
    struct sw_web_script_answer script = {.client = sw_web_client_hash(client), .time = time, .post = post};
    uint64_t *told = &answers->told[last->stem >> 3 & (SW_WEB_NAMES_TOLD - 1)];
    if (*told != last->stem)
        script.name = sw_arena_dup(&answers->names, path);
    *told = last->stem;
    last->bytes |= SW_WEB_OF_SCRIPT;
    answers->scripts[answers->script_count++] = script;
    return 0;
}
