/*
 * logsource_form.c - Seawall's own form of the mapping (docs/log-sources.md) into builder classes.
 *
 * A document is a map with `classes` and, optionally, `fields` (named field maps) and `version`. Naming a class that
 * exists extends it, so that a user's file can add to the embedded one.
 */
#include "base/error.h"
#include "event/logsource_priv.h"

struct former {
    struct sw_classes *t;
    struct sw_error *err;
};

static int fail_at(const struct former *f, const struct ls_node *node, const char *text)
{
    return sw_error_set(f->err, SW_E_FORMAT, node->line, node->column, "%s", text);
}

static int fail_name(const struct former *f, const struct ls_node *node, const char *what, struct sw_str name)
{
    return sw_error_set(f->err, SW_E_FORMAT, node->line, node->column, "%s: %.*s", what, SW_STR_ARG(name));
}

static int no_memory(const struct former *f, const struct ls_node *node)
{
    return sw_error_set(f->err, SW_E_NOMEM, node->line, node->column, "out of memory");
}

/* --- conditions ------------------------------------------------------------------------------------------ */

static int parse_op(const struct former *f, const struct ls_node *key, struct sw_str name, enum ls_op *op)
{
    static const struct {
        const char *name;
        enum ls_op op;
    } table[] = {
        {"not", LS_NOT},           {"startswith", LS_STARTS}, {"endswith", LS_ENDS},
        {"contains", LS_CONTAINS}, {"exists", LS_EXISTS},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (sw_str_is(name, table[i].name)) {
            *op = table[i].op;
            return 0;
        }
    return fail_name(f, key, "no such test", name);
}

/* A scalar or a list of scalars. */
static int parse_values(const struct former *f, const struct ls_node *node, const struct sw_str **values, size_t *count)
{
    const struct ls_node *first = node->kind == LS_LIST ? node->first : node;
    size_t total = node->kind == LS_LIST ? node->count : 1;
    struct sw_str *out = sw_arena_zero(&f->t->arena, total ? total : 1, sizeof *out);
    if (out == NULL)
        return no_memory(f, node);
    if (node->kind == LS_MAP || total == 0)
        return fail_at(f, node, "a value or a list of values is needed");
    for (size_t i = 0; i < total; i++, first = first->next) {
        if (first->kind != LS_SCALAR)
            return fail_at(f, first, "a value is needed");
        out[i] = first->text;
    }
    *values = out;
    *count = total;
    return 0;
}

static int parse_path(const struct former *f, const struct ls_node *value, struct ls_cond *cond)
{
    cond->op = LS_PATH;
    for (size_t i = 0; i < cond->value_count; i++) {
        uint64_t bit;
        if (ls_path_bit(f->t, cond->values[i], &bit) != 0)
            return sw_error_set(f->err, SW_E_LIMIT, value->line, value->column, "more than %u different paths",
                                LS_MAX_PATHS);
        cond->path_bits |= bit;
    }
    return 0;
}

static int parse_cond(const struct former *f, const struct ls_node *key, const struct ls_node *value,
                      struct ls_cond *cond)
{
    if (key->kind != LS_SCALAR)
        return fail_at(f, key, "a field name is needed");
    size_t bar = sw_str_chr(key->text, '|');
    struct sw_str name = sw_str_slice(key->text, 0, bar);
    *cond = (struct ls_cond){.op = LS_EQUAL};
    int rc = bar == SW_NPOS ? 0 : parse_op(f, key, sw_str_from(key->text, bar + 1), &cond->op);
    if (rc == 0)
        rc = parse_values(f, value, &cond->values, &cond->value_count);
    if (rc != 0)
        return rc;
    if (sw_str_is(name, "$path") && cond->op == LS_EQUAL)
        return parse_path(f, value, cond);
    if (cond->op == LS_EXISTS) {
        if (!sw_str_is(cond->values[0], "true") && !sw_str_is(cond->values[0], "false"))
            return fail_at(f, value, "true or false is needed");
        cond->op = sw_str_is(cond->values[0], "true") ? LS_EXISTS : LS_ABSENT;
    }
    cond->field = sw_field_intern(name);
    if (cond->field == SW_FIELD_NONE || cond->field == SW_FIELD_MORE)
        return fail_at(f, key, "not a usable field name");
    return 0;
}

static int parse_conj(const struct former *f, const struct ls_node *map, struct ls_when *when)
{
    if (map->kind != LS_MAP || map->count == 0)
        return fail_at(f, map, "conditions are a map of field: value, or a list of such maps");
    struct ls_cond *conds = sw_arena_zero(&f->t->arena, map->count / 2, sizeof *conds);
    if (conds == NULL)
        return no_memory(f, map);
    size_t used = 0;
    for (const struct ls_node *key = map->first; key != NULL; key = key->next->next) {
        int rc = parse_cond(f, key, key->next, &conds[used++]);
        if (rc != 0)
            return rc;
    }
    if (ls_when_add(f->t, when, (struct ls_conj){conds, used}) != 0)
        return no_memory(f, map);
    return 0;
}

static int parse_when(const struct former *f, const struct ls_node *node, struct ls_when *when)
{
    *when = (struct ls_when){NULL, 0, 0};
    if (node->kind != LS_LIST)
        return parse_conj(f, node, when);
    if (node->count == 0)
        return fail_at(f, node, "an empty list of conditions");
    for (const struct ls_node *alt = node->first; alt != NULL; alt = alt->next) {
        int rc = parse_conj(f, alt, when);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- views ----------------------------------------------------------------------------------------------- */

static const struct ls_node *find_set(const struct former *f, struct sw_str name)
{
    for (size_t i = f->t->set_count; i-- > 0;)
        if (sw_str_eq(f->t->sets[i].name, name))
            return f->t->sets[i].node;
    return NULL;
}

static int add_maps(const struct former *f, const struct ls_node *map, struct ls_view *view)
{
    for (const struct ls_node *key = map->first; key != NULL; key = key->next->next) {
        if (key->kind != LS_SCALAR || key->next->kind != LS_SCALAR)
            return fail_at(f, key, "a field map is name: name");
        if (ls_view_map(f->t, view, key->text, key->next->text) != 0)
            return no_memory(f, key);
    }
    return 0;
}

/* A field map, the name of one, or a list of both. */
static int parse_fields(const struct former *f, const struct ls_node *node, struct ls_view *view)
{
    if (node->kind == LS_MAP)
        return add_maps(f, node, view);
    const struct ls_node *item = node->kind == LS_LIST ? node->first : node;
    for (; item != NULL; item = node->kind == LS_LIST ? item->next : NULL) {
        const struct ls_node *map = item;
        if (item->kind == LS_SCALAR && (map = find_set(f, item->text)) == NULL)
            return fail_name(f, item, "no such field map", item->text);
        if (map->kind != LS_MAP)
            return fail_at(f, item, "a field map or its name is needed");
        int rc = add_maps(f, map, view);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* A name of a log source in lower case; what is not said comes from the base class, "-" says nothing. */
static int parse_part(const struct former *f, const struct ls_node *node, const char *key, struct sw_str inherited,
                      struct sw_str *part)
{
    const struct ls_node *value = ls_yaml_get(node, key);
    *part = inherited;
    if (value == NULL)
        return 0;
    if (value->kind != LS_SCALAR)
        return fail_at(f, value, "a name is needed");
    char *lower = sw_arena_bytes(&f->t->arena, value->text.len + 1);
    if (lower == NULL)
        return no_memory(f, value);
    for (size_t i = 0; i < value->text.len; i++)
        lower[i] = sw_lower(value->text.ptr[i]);
    *part = (struct sw_str){lower, sw_str_is(value->text, "-") ? 0 : value->text.len};
    return 0;
}

/* The log source that a class's views take what they leave out from: the first own view on the way to the root. */
static struct sw_logsource base_logsource(const struct sw_classes *t, sw_class_id cls)
{
    while (t->classes[cls].base != cls) {
        cls = t->classes[cls].base;
        if (t->classes[cls].view_count > 0)
            return t->classes[cls].views[0].logsource;
    }
    return (struct sw_logsource){{NULL, 0}, {NULL, 0}, {NULL, 0}};
}

static int known_keys(const struct former *f, const struct ls_node *map, const char *const *known)
{
    for (const struct ls_node *key = map->first; key != NULL; key = key->next->next) {
        size_t i = 0;
        while (known[i] != NULL && !(key->kind == LS_SCALAR && sw_str_is(key->text, known[i])))
            i++;
        if (known[i] == NULL)
            return fail_name(f, key, "unknown key", key->text);
        for (const struct ls_node *other = map->first; other != key; other = other->next->next)
            if (sw_str_eq(other->text, key->text))
                return fail_name(f, key, "named twice", key->text);
    }
    return 0;
}

static int parse_view(const struct former *f, const struct ls_node *node, sw_class_id cls)
{
    static const char *const known[] = {"product", "category", "service", "fields", NULL};
    if (node->kind != LS_MAP)
        return fail_at(f, node, "a view is a map");
    struct sw_logsource from = base_logsource(f->t, cls);
    struct sw_logsource ls;
    int rc = known_keys(f, node, known);
    if (rc == 0)
        rc = parse_part(f, node, "product", from.product, &ls.product);
    if (rc == 0)
        rc = parse_part(f, node, "category", from.category, &ls.category);
    if (rc == 0)
        rc = parse_part(f, node, "service", from.service, &ls.service);
    if (rc != 0)
        return rc;
    struct ls_view *view = ls_view_put(f->t, &f->t->classes[cls], &ls);
    if (view == NULL)
        return no_memory(f, node);
    const struct ls_node *fields = ls_yaml_get(node, "fields");
    return fields ? parse_fields(f, fields, view) : 0;
}

static int parse_views(const struct former *f, const struct ls_node *node, sw_class_id cls)
{
    if (node->kind != LS_LIST)
        return parse_view(f, node, cls);
    for (const struct ls_node *view = node->first; view != NULL; view = view->next) {
        int rc = parse_view(f, view, cls);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- derived fields -------------------------------------------------------------------------------------- */

static int parse_derive(const struct former *f, const struct ls_node *node, sw_class_id id)
{
    static const char *const known[] = {"field", "when", "text", "also", NULL};
    if (node->kind != LS_MAP)
        return fail_at(f, node, "a derived field is a map");
    int rc = known_keys(f, node, known);
    const struct ls_node *field = ls_yaml_get(node, "field");
    const struct ls_node *text = ls_yaml_get(node, "text");
    const struct ls_node *when = ls_yaml_get(node, "when");
    const struct ls_node *also = ls_yaml_get(node, "also");
    if (rc != 0)
        return rc;
    if (field == NULL || field->kind != LS_SCALAR || text == NULL || text->kind != LS_SCALAR)
        return fail_at(f, node, "a derived field needs field and text");
    struct ls_derive derive = {.field = sw_field_intern(field->text), .also = also && sw_str_is(also->text, "true")};
    if (derive.field == SW_FIELD_NONE || derive.field == SW_FIELD_MORE)
        return fail_at(f, field, "not a usable field name");
    rc = ls_derive_parse(&f->t->arena, text, &derive, f->err);
    if (rc == 0 && when != NULL)
        rc = parse_when(f, when, &derive.when);
    if (rc != 0)
        return rc;
    struct ls_class *cls = &f->t->classes[id];
    if (ls_grow(&f->t->arena, &cls->derives, &cls->derive_cap, cls->derive_count, sizeof *cls->derives) != 0)
        return no_memory(f, node);
    cls->derives[cls->derive_count++] = derive;
    return 0;
}

static int parse_derives(const struct former *f, const struct ls_node *node, sw_class_id cls)
{
    if (node->kind != LS_LIST)
        return fail_at(f, node, "derived fields are a list");
    for (const struct ls_node *item = node->first; item != NULL; item = item->next) {
        int rc = parse_derive(f, item, cls);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- classes --------------------------------------------------------------------------------------------- */

/* The class that a key names: with `key` as it is, or without its last part. */
static bool find_class(const struct former *f, struct sw_str name, sw_class_id *id)
{
    return sw_map_get(&f->t->names, name, id);
}

static struct sw_str parent_name(struct sw_str name)
{
    size_t len = name.len;
    while (len > 0 && name.ptr[len - 1] != '/')
        len--;
    return sw_str_slice(name, 0, len > 0 ? len - 1 : 0);
}

/* Finds the base of a class that is new: what `base` says, or for one with conditions what its name says. */
static int parse_base(const struct former *f, const struct ls_node *key, const struct ls_node *body, sw_class_id id)
{
    const struct ls_node *base = ls_yaml_get(body, "base");
    if (base == NULL && ls_yaml_get(body, "when") == NULL)
        return 0;
    struct sw_str name = base ? base->text : parent_name(key->text);
    sw_class_id found;
    if (!find_class(f, name, &found) || found == id)
        return fail_name(f, key, "no such base class", name);
    f->t->classes[id].base = found;
    return 0;
}

static int parse_link(const struct former *f, const struct ls_node *to, sw_class_id id)
{
    sw_class_id target;
    if (to->kind != LS_SCALAR || !find_class(f, to->text, &target))
        return fail_name(f, to, "no such class", to->text);
    struct ls_class *cls = &f->t->classes[id];
    if (cls->view_count > 0 || cls->derive_count > 0 || !cls->refines)
        return fail_at(f, to, "a class with `to` has conditions and neither views nor derived fields");
    cls->link = true;
    cls->to = target;
    return 0;
}

static int open_class(const struct former *f, const struct ls_node *key, const struct ls_node *body, sw_class_id *id)
{
    const struct ls_node *replace = ls_yaml_get(body, "replace");
    if (!find_class(f, key->text, id)) {
        if (ls_class_new(f->t, key->text, f->err) == NULL)
            return sw_error_set(f->err, SW_E_LIMIT, key->line, key->column, "too many classes");
        *id = (sw_class_id)(f->t->count - 1);
        return parse_base(f, key, body, *id);
    }
    if (ls_yaml_get(body, "base") != NULL)
        return fail_at(f, key, "the class exists and keeps its base");
    if (replace != NULL && sw_str_is(replace->text, "true"))
        f->t->classes[*id].view_count = f->t->classes[*id].derive_count = 0;
    return 0;
}

static int parse_class(const struct former *f, const struct ls_node *key, const struct ls_node *body)
{
    static const char *const known[] = {"base", "when", "views", "derive", "to", "replace", NULL};
    if (key->kind != LS_SCALAR || key->text.len == 0 || body->kind != LS_MAP)
        return fail_at(f, key, "a class is name: map");
    sw_class_id id;
    int rc = known_keys(f, body, known);
    if (rc == 0)
        rc = open_class(f, key, body, &id);
    const struct ls_node *part = ls_yaml_get(body, "when");
    if (rc == 0 && part != NULL) {
        rc = parse_when(f, part, &f->t->classes[id].when);
        f->t->classes[id].refines = true;
    }
    if (rc == 0 && (part = ls_yaml_get(body, "views")) != NULL)
        rc = parse_views(f, part, id);
    if (rc == 0 && (part = ls_yaml_get(body, "derive")) != NULL)
        rc = parse_derives(f, part, id);
    if (rc == 0 && (part = ls_yaml_get(body, "to")) != NULL)
        rc = parse_link(f, part, id);
    return rc;
}

static int parse_sets(const struct former *f, const struct ls_node *sets)
{
    struct sw_classes *t = f->t;
    if (sets->kind != LS_MAP)
        return fail_at(f, sets, "fields is a map of field maps");
    for (struct ls_node *key = sets->first; key != NULL; key = key->next->next) {
        if (key->kind != LS_SCALAR || key->next->kind != LS_MAP)
            return fail_at(f, key, "a named field map is name: map");
        if (ls_grow(&t->arena, &t->sets, &t->set_cap, t->set_count, sizeof *t->sets) != 0)
            return no_memory(f, key);
        t->sets[t->set_count++] = (struct ls_fieldset){key->text, key->next};
    }
    return 0;
}

int ls_form_add(struct sw_classes *t, const struct ls_node *root, struct sw_error *err)
{
    static const char *const known[] = {"version", "fields", "classes", NULL};
    const struct former f = {t, err};
    const struct ls_node *sets = ls_yaml_get(root, "fields");
    const struct ls_node *classes = ls_yaml_get(root, "classes");
    int rc = known_keys(&f, root, known);
    if (rc == 0 && sets != NULL)
        rc = parse_sets(&f, sets);
    if (rc != 0 || classes == NULL)
        return rc;
    if (classes->kind != LS_MAP)
        return fail_at(&f, classes, "classes is a map");
    for (const struct ls_node *key = classes->first; key != NULL && rc == 0; key = key->next->next)
        rc = parse_class(&f, key, key->next);
    return rc;
}
