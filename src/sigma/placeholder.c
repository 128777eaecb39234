/* placeholder.c - values for `%name%` from the user's files: YAML (name: value or list), or lines NAME=VALUE, which may
 * repeat a name to add a value. */
#include "sigma/loader_priv.h"

#include "base/hash.h"
#include "base/mem.h"

static int add(struct sw_loader *loader, struct sw_str name, const struct sw_str *values, size_t count)
{
    int rc = sw_grow(&loader->placeholders, &loader->placeholder_cap, loader->placeholder_count,
                     sizeof *loader->placeholders, SW_MAX_PLACEHOLDERS);
    if (rc != 0)
        return rc;
    loader->placeholders[loader->placeholder_count++] = (struct sw_placeholder){name, values, count};
    return 0;
}

const struct sw_placeholder *sw_placeholder_find(const struct sw_loader *loader, struct sw_str name)
{
    /* The last file that names it wins. */
    for (size_t i = loader->placeholder_count; i > 0; i--)
        if (sw_str_eq(loader->placeholders[i - 1].name, name))
            return &loader->placeholders[i - 1];
    return NULL;
}

static bool is_listed(struct sw_str list, struct sw_str name)
{
    struct sw_str part;
    while (sw_str_next(&list, ',', &part))
        if (sw_str_eq(sw_str_trim(part), name))
            return true;
    return false;
}

int sw_placeholder_missing(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str name)
{
    if (is_listed(loader->missing, name))
        return 0;
    if (loader->missing.len == 0) {
        loader->missing_line = at->line;
        loader->missing_column = at->column;
    }
    loader->missing = loader->missing.len == 0 ? sw_arena_dup(&loader->scratch, name)
                                               : sw_arena_printf(&loader->scratch, "%.*s, %.*s",
                                                                 SW_STR_ARG(loader->missing), SW_STR_ARG(name));
    return loader->missing.ptr == NULL ? SW_E_NOMEM : 0;
}

/* --- files ------------------------------------------------------------------------------------------------ */

struct reading {
    struct sw_loader *loader;
    struct sw_error *err;
};

static int wrong(const struct reading *r, const struct sw_yaml *at, const char *text)
{
    return sw_error_set(r->err, SW_E_FORMAT, at->line, at->column, "%s", text);
}

/* One `name: value` or `name: [values]`. */
static int take_pair(const struct reading *r, const struct sw_yaml_pair *pair)
{
    const struct sw_yaml *value = pair->value;
    const struct sw_yaml *const *items =
        value->kind == SW_YAML_LIST ? (const struct sw_yaml *const *)value->items : &value;
    uint32_t count = value->kind == SW_YAML_LIST ? value->count : 1;
    if (value->kind == SW_YAML_MAP || value->kind == SW_YAML_NULL || count == 0)
        return wrong(r, value, "a placeholder needs a value or a list of values");
    struct sw_arena *arena = &r->loader->pending;
    struct sw_str *values = sw_arena_raw(arena, count * sizeof *values, 8);
    struct sw_str name = sw_arena_dup(arena, pair->key->text);
    if (values == NULL || name.ptr == NULL)
        return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (!sw_yaml_is_scalar(items[i]) || items[i]->kind == SW_YAML_NULL)
            return wrong(r, items[i], "a placeholder's value must be text or a number");
        values[i] = sw_arena_dup(arena, items[i]->text);
        if (values[i].ptr == NULL)
            return SW_E_NOMEM;
    }
    return add(r->loader, name, values, count);
}

static int take_yaml(const struct reading *r, const struct sw_yaml *root)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < root->count; i++)
        rc = take_pair(r, &root->pairs[i]);
    return rc;
}

/* Whether the first line with content is NAME=VALUE rather than YAML. */
static bool has_lines(struct sw_str text)
{
    struct sw_str line;
    while (sw_str_next(&text, '\n', &line)) {
        line = sw_str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        size_t equals = sw_str_chr(line, '=');
        size_t colon = sw_str_chr(line, ':');
        return equals != SW_NPOS && equals < colon;
    }
    return false;
}

/* A further value for a name that this file has given before. */
static int append(struct sw_loader *loader, struct sw_placeholder *placeholder, struct sw_str value)
{
    struct sw_str *values = sw_arena_raw(&loader->pending, (placeholder->count + 1) * sizeof *values, 8);
    if (values == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < placeholder->count; i++)
        values[i] = placeholder->values[i];
    values[placeholder->count++] = value;
    placeholder->values = values;
    return 0;
}

static int take_line(const struct reading *r, struct sw_str line, uint32_t number, size_t floor)
{
    struct sw_loader *loader = r->loader;
    size_t equals = sw_str_chr(line, '=');
    struct sw_str name = sw_str_trim(sw_str_slice(line, 0, equals));
    if (equals == SW_NPOS || name.len == 0)
        return sw_error_set(r->err, SW_E_FORMAT, number, 1, "a line must be NAME=VALUE");
    struct sw_str value = sw_arena_dup(&loader->pending, sw_str_trim(sw_str_from(line, equals + 1)));
    if (value.ptr == NULL)
        return SW_E_NOMEM;
    for (size_t i = floor; i < loader->placeholder_count; i++)
        if (sw_str_eq(loader->placeholders[i].name, name))
            return append(loader, &loader->placeholders[i], value);
    name = sw_arena_dup(&loader->pending, name);
    struct sw_str *values = sw_arena_raw(&loader->pending, sizeof *values, 8);
    if (name.ptr == NULL || values == NULL)
        return SW_E_NOMEM;
    *values = value;
    return add(loader, name, values, 1);
}

static int take_lines(const struct reading *r, struct sw_str text)
{
    struct sw_str line;
    uint32_t number = 0;
    size_t floor = r->loader->placeholder_count;
    while (sw_str_next(&text, '\n', &line)) {
        number++;
        line = sw_str_trim(line);
        int rc = line.len == 0 || line.ptr[0] == '#' ? 0 : take_line(r, line, number, floor);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int take_text(const struct reading *r, struct sw_str text)
{
    if (has_lines(text))
        return take_lines(r, text);
    struct sw_yaml_stream stream;
    struct sw_yaml_document document;
    sw_yaml_open(&stream, text);
    int rc;
    while ((rc = sw_yaml_next(&stream, &r->loader->scratch, &document, r->err)) == 1) {
        if (document.root == NULL)
            continue;
        if (document.root->kind != SW_YAML_MAP)
            return wrong(r, document.root, "a file of placeholders must be a map of names to values");
        rc = take_yaml(r, document.root);
        if (rc != 0)
            return rc;
    }
    return rc;
}

/* A file of placeholders that can't be understood ends loading: rules would be rejected for a slip of its author's. */
static int each_file(void *context, struct sw_str path, struct sw_str bytes, const char *error)
{
    const struct reading *r = context;
    const struct sw_load_options *options = r->loader->options;
    if (options->seen != NULL)
        options->seen(options->seen_arg, path, bytes, error);
    int rc =
        error == NULL ? take_text(r, bytes) : sw_error_set(r->err, SW_E_IO, 0, 0, "can't read placeholders: %s", error);
    struct sw_str name = sw_arena_dup(&r->loader->scratch, path);
    if (rc != 0 && name.ptr != NULL)
        sw_error_source(r->err, name.ptr);
    struct sw_rules *rules = r->loader->rules;
    rules->content.low ^= sw_hash_seed(bytes, rules->content.low);
    return rc;
}

int sw_placeholders_load(struct sw_loader *loader, struct sw_error *err)
{
    struct sw_error ignored;
    struct reading r = {loader, err ? err : &ignored};
    if (loader->options->placeholder_count == 0)
        return 0;
    return sw_files_walk(loader->options->placeholder_files, loader->options->placeholder_count, each_file, &r, r.err);
}
