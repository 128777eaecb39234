/*
 * logsource.c - the table of event classes: loading it, inheritance, and looking things up.
 *
 * The forms that mapping files have are read in logsource_form.c and logsource_thor.c; deciding an event's class is in
 * logsource_decide.c.
 */
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "event/logsource_priv.h"

#include <stdio.h>

extern const unsigned char sw_embedded_logsources_yml[];
extern const size_t sw_embedded_logsources_yml_size;

enum { ARENA_MAX = 256 << 20 };

/* --- building -------------------------------------------------------------------------------------------- */

int ls_grow(struct sw_arena *arena, void *array, size_t *cap, size_t used, size_t size)
{
    if (used < *cap)
        return 0;
    size_t more = *cap ? *cap * 2 : 4;
    void *grown = sw_arena_zero(arena, more, size);
    if (grown == NULL)
        return SW_E_NOMEM;
    void *old;
    memcpy(&old, array, sizeof old);
    if (used > 0)
        memcpy(grown, old, used * size);
    memcpy(array, &grown, sizeof grown);
    *cap = more;
    return 0;
}

int ls_when_add(struct sw_classes *t, struct ls_when *when, struct ls_conj conj)
{
    if (ls_grow(&t->arena, &when->alts, &when->cap, when->count, sizeof *when->alts) != 0)
        return SW_E_NOMEM;
    when->alts[when->count++] = conj;
    return 0;
}

int ls_path_bit(struct sw_classes *t, struct sw_str pattern, uint64_t *bit)
{
    size_t i = 0;
    while (i < t->path_count && !sw_str_ieq(t->paths[i], pattern))
        i++;
    if (i == LS_MAX_PATHS)
        return SW_E_LIMIT;
    if (i == t->path_count)
        t->paths[t->path_count++] = pattern;
    *bit = 1ull << i;
    return 0;
}

struct ls_class *ls_class_new(struct sw_classes *t, struct sw_str name, struct sw_error *err)
{
    if (t->count >= LS_MAX_CLASSES) {
        (void)sw_error_set(err, SW_E_LIMIT, 0, 0, "too many classes");
        return NULL;
    }
    struct sw_str copy = sw_arena_dup(&t->arena, name);
    if (copy.ptr == NULL || ls_grow(&t->arena, &t->classes, &t->cap, t->count, sizeof *t->classes) != 0 ||
        sw_map_put(&t->names, copy, (uint32_t)t->count) != 0) {
        (void)sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
        return NULL;
    }
    struct ls_class *cls = &t->classes[t->count];
    *cls = (struct ls_class){.name = copy, .base = (sw_class_id)t->count, .rank = t->rank};
    t->count++;
    return cls;
}

bool ls_logsource_equal(const struct sw_logsource *a, const struct sw_logsource *b)
{
    return sw_str_ieq(a->product, b->product) && sw_str_ieq(a->category, b->category) &&
           sw_str_ieq(a->service, b->service);
}

struct ls_view *ls_view_put(struct sw_classes *t, struct ls_class *cls, const struct sw_logsource *logsource)
{
    struct ls_view *view = NULL;
    for (size_t i = 0; i < cls->view_count && view == NULL; i++)
        if (ls_logsource_equal(&cls->views[i].logsource, logsource))
            view = &cls->views[i];
    if (view == NULL) {
        if (ls_grow(&t->arena, &cls->views, &cls->view_cap, cls->view_count, sizeof *cls->views) != 0)
            return NULL;
        view = &cls->views[cls->view_count++];
    }
    *view = (struct ls_view){.logsource = *logsource};
    return view;
}

int ls_view_map(struct sw_classes *t, struct ls_view *view, struct sw_str from, struct sw_str to)
{
    for (size_t i = 0; i < view->map_count; i++)
        if (sw_str_ieq(view->maps[i].from, from)) {
            view->maps[i].to = to;
            return 0;
        }
    if (ls_grow(&t->arena, &view->maps, &view->map_cap, view->map_count, sizeof *view->maps) != 0)
        return SW_E_NOMEM;
    view->maps[view->map_count++] = (struct sw_field_map){from, to};
    return 0;
}

/* --- freezing -------------------------------------------------------------------------------------------- */

/* The class's own views after those of its bases; an own one takes the place of an inherited one. */
static int freeze_views(struct sw_classes *t, sw_class_id id)
{
    const struct ls_class *cls = &t->classes[id];
    const struct sw_class *base = cls->base != id ? &t->frozen[cls->base] : NULL;
    size_t most = cls->view_count + (base ? base->view_count : 0);
    struct sw_view *views = sw_arena_zero(&t->arena, most ? most : 1, sizeof *views);
    if (views == NULL)
        return SW_E_NOMEM;
    size_t used = base ? base->view_count : 0;
    if (used > 0)
        memcpy(views, base->views, used * sizeof *views);
    for (size_t i = 0; i < cls->view_count; i++) {
        const struct ls_view *own = &cls->views[i];
        size_t at = 0;
        while (at < used && !ls_logsource_equal(&views[at].logsource, &own->logsource))
            at++;
        views[at] = (struct sw_view){own->logsource, own->maps, own->map_count};
        used += at == used;
    }
    t->frozen[id] = (struct sw_class){cls->name, views, used ? used : 1};
    return 0;
}

/* The class's own derived fields before those of its bases: for one field the first that can be made counts. */
static int freeze_derives(struct sw_classes *t, sw_class_id id)
{
    struct ls_class *cls = &t->classes[id];
    const struct ls_class *base = &t->classes[cls->base];
    if (cls->base == id || base->derive_count == 0)
        return 0;
    size_t count = cls->derive_count + base->derive_count;
    struct ls_derive *all = sw_arena_zero(&t->arena, count, sizeof *all);
    if (all == NULL)
        return SW_E_NOMEM;
    if (cls->derive_count > 0)
        memcpy(all, cls->derives, cls->derive_count * sizeof *all);
    memcpy(all + cls->derive_count, base->derives, base->derive_count * sizeof *all);
    cls->derives = all;
    cls->derive_count = count;
    return 0;
}

/* A base is always made before what is built on it, so one pass is enough. */
static int freeze(struct sw_classes *t, struct sw_error *err)
{
    t->frozen = sw_arena_zero(&t->arena, t->count, sizeof *t->frozen);
    int rc = t->frozen ? 0 : SW_E_NOMEM;
    for (size_t i = 0; i < t->count && rc == 0; i++) {
        rc = freeze_views(t, (sw_class_id)i);
        if (rc == 0)
            rc = freeze_derives(t, (sw_class_id)i);
    }
    if (rc == 0)
        rc = ls_look_build(t);
    if (rc == SW_E_LIMIT)
        return sw_error_set(err, rc, 0, 0, "conditions and derived fields look at more than %u fields", LS_MAX_SLOTS);
    if (rc == 0)
        rc = ls_decide_build(t);
    return rc == 0 ? 0 : sw_error_set(err, rc, 0, 0, "out of memory");
}

/* --- loading --------------------------------------------------------------------------------------------- */

static int add_text(struct sw_classes *t, struct sw_str text, const char *name, struct sw_error *err)
{
    struct ls_node *root;
    int rc = ls_yaml_read(&t->arena, text, &root, err);
    if (rc == 0 && ls_yaml_get(root, "logsources") != NULL)
        rc = ls_thor_add(t, root, err);
    else if (rc == 0 && (ls_yaml_get(root, "classes") != NULL || ls_yaml_get(root, "fields") != NULL))
        rc = ls_form_add(t, root, err);
    else if (rc == 0)
        rc = sw_error_set(err, SW_E_FORMAT, 1, 1, "no mapping: neither classes: nor logsources: is there");
    if (rc != 0)
        sw_error_source(err, name);
    t->hash = sw_hash_seed(text, t->hash);
    return rc;
}

static int read_file(struct sw_arena *arena, const char *path, struct sw_str *text, struct sw_error *err)
{
    FILE *file = fopen(path, "rb");
    char *bytes = file ? sw_arena_bytes(arena, SW_MAX_RULE_FILE) : NULL;
    size_t len = bytes ? fread(bytes, 1, SW_MAX_RULE_FILE, file) : 0;
    int code = file == NULL || ferror(file) ? SW_E_IO : 0;
    if (code == 0 && bytes == NULL)
        code = SW_E_NOMEM;
    if (code == 0 && len == SW_MAX_RULE_FILE)
        code = SW_E_LIMIT;
    if (file != NULL)
        (void)fclose(file);
    if (code != 0) {
        (void)sw_error_set(err, code, 0, 0, "mapping file: %s", sw_strerror(code));
        sw_error_source(err, path);
        return code;
    }
    sw_arena_trim(arena, bytes + len);
    *text = (struct sw_str){bytes, len};
    return 0;
}

static int add_file(struct sw_classes *t, const char *path, struct sw_error *err)
{
    struct sw_str text;
    int rc = read_file(&t->arena, path, &text, err);
    return rc == 0 ? add_text(t, text, path, err) : rc;
}

static int new_table(struct sw_classes **out, bool builtin, struct sw_error *err)
{
    struct sw_classes *t = sw_alloc(1, sizeof *t);
    *out = t;
    if (t == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    sw_arena_init(&t->arena, ARENA_MAX);
    sw_map_init(&t->names, LS_MAX_CLASSES, LS_MAX_CLASSES * 256u);
    struct ls_class *none = ls_class_new(t, SW_STR("none"), err);
    const struct sw_logsource nothing = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (none == NULL || ls_view_put(t, none, &nothing) == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    struct sw_str text = {(const char *)sw_embedded_logsources_yml, sw_embedded_logsources_yml_size};
    return builtin ? add_text(t, text, "logsources.yml", err) : 0;
}

static int finish(struct sw_classes **classes, struct sw_classes *t, int rc, struct sw_error *err)
{
    if (rc == 0)
        rc = freeze(t, err);
    if (rc != 0) {
        sw_classes_free(t);
        t = NULL;
    }
    *classes = t;
    return rc;
}

int sw_classes_load(struct sw_classes **classes, const char *const *user, size_t user_count, struct sw_error *err)
{
    struct sw_classes *t;
    int rc = new_table(&t, true, err);
    for (size_t i = 0; i < user_count && rc == 0; i++) {
        t->rank++;
        rc = add_file(t, user[i], err);
    }
    return finish(classes, t, rc, err);
}

int sw_classes_parse(struct sw_classes **classes, struct sw_str text, const char *name, bool builtin,
                     struct sw_error *err)
{
    struct sw_classes *t;
    int rc = new_table(&t, builtin, err);
    if (rc == 0) {
        t->rank++;
        rc = add_text(t, text, name, err);
    }
    return finish(classes, t, rc, err);
}

void sw_classes_free(struct sw_classes *t)
{
    if (t == NULL)
        return;
    sw_map_fini(&t->names);
    sw_arena_fini(&t->arena);
    sw_free(t);
}

/* --- looking up ------------------------------------------------------------------------------------------ */

uint32_t sw_classes_count(const struct sw_classes *t)
{
    return (uint32_t)t->count;
}

const struct sw_class *sw_classes_get(const struct sw_classes *t, sw_class_id id)
{
    return &t->frozen[id < t->count ? id : SW_CLASS_NONE];
}

sw_class_id sw_classes_find(const struct sw_classes *t, struct sw_str name)
{
    uint32_t id = SW_CLASS_NONE;
    (void)sw_map_get(&t->names, name, &id);
    return id;
}

uint64_t sw_classes_hash(const struct sw_classes *t)
{
    return t->hash;
}

static bool fits(struct sw_str stated, struct sw_str have)
{
    return stated.len == 0 || sw_str_ieq(stated, have);
}

const struct sw_view *sw_class_view(const struct sw_class *cls, const struct sw_logsource *rule)
{
    for (size_t i = 0; i < cls->view_count; i++) {
        const struct sw_logsource *have = &cls->views[i].logsource;
        if (fits(rule->product, have->product) && fits(rule->category, have->category) &&
            fits(rule->service, have->service))
            return &cls->views[i];
    }
    return NULL;
}
