/* load.c - from bytes to a rule set: documents one by one, legacy `action` documents, then what refers to other
 * documents (filters, correlations). The parts of a document are rule.c's, correlation.c's and filter.c's. */
#include "sigma/load.h"

#include "sigma/loader_priv.h"
#include "sigma/suggest.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf.h"

#include <stdarg.h>
#include <stdio.h>

/* --- faults, warnings, rejects ------------------------------------------------------------------------------ */

int sw_loader_keep(struct sw_loader *loader, struct sw_str text, struct sw_str *kept)
{
    *kept = sw_arena_dup(&loader->rules->arena, text);
    return kept->ptr == NULL ? SW_E_NOMEM : 0;
}

static int format_kept(struct sw_loader *loader, const char *format, va_list args, struct sw_str *kept)
    __attribute__((format(printf, 2, 0)));
static int fail(struct sw_loader *loader, uint32_t line, uint32_t column, struct sw_str suggestion, const char *format,
                va_list args) __attribute__((format(printf, 5, 0)));

static int format_kept(struct sw_loader *loader, const char *format, va_list args, struct sw_str *kept)
{
    char text[512];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    /* A cut may fall inside a character. */
    if (n >= (int)sizeof text)
        len = sw_utf8_valid(sw_strn(text, len));
    return sw_loader_keep(loader, sw_strn(text, len), kept);
}

static int fail(struct sw_loader *loader, uint32_t line, uint32_t column, struct sw_str suggestion, const char *format,
                va_list args)
{
    if (loader->fault.set)
        return SW_E_FORMAT;
    loader->fault = (struct sw_fault){.set = true, .line = line, .column = column};
    int rc = format_kept(loader, format, args, &loader->fault.reason);
    if (rc == 0 && suggestion.len > 0)
        rc = sw_loader_keep(loader, suggestion, &loader->fault.suggestion);
    return rc != 0 ? rc : SW_E_FORMAT;
}

int sw_loader_fail(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str suggestion, const char *format,
                   ...)
{
    va_list args;
    va_start(args, format);
    int rc = fail(loader, at->line, at->column, suggestion, format, args);
    va_end(args);
    return rc;
}

int sw_loader_fail_at(struct sw_loader *loader, uint32_t line, uint32_t column, struct sw_str suggestion,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = fail(loader, line, column, suggestion, format, args);
    va_end(args);
    return rc;
}

int sw_loader_warn(struct sw_loader *loader, const struct sw_rule *rule, uint32_t line, uint32_t column,
                   const char *format, ...)
{
    struct sw_rules *rules = loader->rules;
    int rc = sw_grow(&rules->warnings, &rules->warning_cap, rules->warning_count, sizeof *rules->warnings,
                     (size_t)4 * SW_MAX_RULES);
    if (rc != 0)
        return rc == SW_E_LIMIT ? 0 : rc;
    struct sw_reject warning = {.path = rule ? rule->path : loader->path, .line = line, .column = column};
    if (rule != NULL) {
        warning.id = rule->id;
        warning.title = rule->title;
    }
    va_list args;
    va_start(args, format);
    rc = format_kept(loader, format, args, &warning.reason);
    va_end(args);
    if (rc == 0)
        rules->warnings[rules->warning_count++] = warning;
    return rc;
}

int sw_loader_reject(struct sw_loader *loader, const struct sw_reject *reject)
{
    struct sw_rules *rules = loader->rules;
    int rc = sw_grow(&rules->rejects, &rules->reject_cap, rules->reject_count, sizeof *rules->rejects,
                     (size_t)4 * SW_MAX_RULES);
    if (rc == 0)
        rules->rejects[rules->reject_count++] = *reject;
    return rc;
}

/* --- records: what references and duplicates are looked up in ------------------------------------------------ */

static int add_record(struct sw_loader *loader, const struct sw_record *record, uint32_t *index)
{
    int rc = sw_grow(&loader->records, &loader->record_cap, loader->record_count, sizeof *loader->records,
                     (size_t)8 * SW_MAX_RULES);
    if (rc != 0)
        return rc;
    *index = (uint32_t)loader->record_count;
    loader->records[loader->record_count++] = *record;
    return 0;
}

static bool is_loaded(const struct sw_record *record)
{
    return record->kind == SW_RECORD_RULE || record->kind == SW_RECORD_CORRELATION;
}

/* Puts a record under a key. The first loaded document of a name stays; a loaded one replaces one that wasn't. */
static int enter(struct sw_loader *loader, struct sw_map *map, const char *what, struct sw_str key, uint32_t index,
                 const struct sw_rule *meta)
{
    if (key.len == 0)
        return 0;
    uint32_t found;
    bool added;
    int rc = sw_map_intern(map, key, index, &found, &added);
    if (rc != 0 || added)
        return rc;
    const struct sw_record *first = &loader->records[found];
    if (!is_loaded(&loader->records[index]))
        return 0;
    if (!is_loaded(first))
        return sw_map_put(map, key, index);
    return sw_loader_warn(loader, meta, meta->line, 0, "the %s '%.*s' is also that of %.*s:%u", what, SW_STR_ARG(key),
                          SW_STR_ARG(first->path), first->line);
}

int sw_loader_record(struct sw_loader *loader, const struct sw_rule *meta, const struct sw_record *record)
{
    uint32_t index;
    int rc = add_record(loader, record, &index);
    if (rc == 0)
        rc = enter(loader, &loader->ids, "id", meta->id, index, meta);
    return rc != 0 ? rc : enter(loader, &loader->names, "name", meta->name, index, meta);
}

const struct sw_record *sw_loader_find(const struct sw_loader *loader, struct sw_str reference)
{
    uint32_t index;
    if (sw_map_get(&loader->ids, reference, &index) || sw_map_get(&loader->names, reference, &index))
        return &loader->records[index];
    return NULL;
}

static void offer_all(struct sw_suggest *suggest, const struct sw_loader *loader, const struct sw_map *map)
{
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].hash != 0 && is_loaded(&loader->records[map->slots[i].value]))
            sw_suggest_offer(suggest, map->slots[i].key);
}

struct sw_str sw_loader_nearest(const struct sw_loader *loader, struct sw_str reference)
{
    struct sw_suggest suggest;
    sw_suggest_init(&suggest, reference);
    offer_all(&suggest, loader, &loader->names);
    offer_all(&suggest, loader, &loader->ids);
    return suggest.best;
}

/* --- one document ------------------------------------------------------------------------------------------- */

/* How much of the rule set there was before a document, to go back to when it is rejected. */
struct mark {
    size_t rules, preds, nodes, children, correlations, filters;
};

static struct mark mark(const struct sw_loader *loader)
{
    const struct sw_rules *rules = loader->rules;
    return (struct mark){rules->rule_count,  rules->pred_count,         rules->node_count,
                         rules->child_count, loader->correlation_count, loader->filter_count};
}

static void rewind_to(struct sw_loader *loader, const struct mark *to)
{
    struct sw_rules *rules = loader->rules;
    rules->rule_count = to->rules;
    rules->pred_count = to->preds;
    rules->node_count = to->nodes;
    rules->child_count = to->children;
    loader->correlation_count = to->correlations;
    loader->filter_count = to->filters;
}

static struct sw_str scalar_text(const struct sw_yaml *root, const char *key)
{
    const struct sw_yaml *value = sw_yaml_get(root, key);
    return value != NULL && sw_yaml_is_scalar(value) ? value->text : (struct sw_str){"", 0};
}

/* Puts the present document on the reject list, and on record so that references to it can say so. */
static int reject_document(struct sw_loader *loader, const struct sw_yaml_document *document, bool placeholder)
{
    struct sw_rule meta = {.path = loader->path, .line = document->line};
    int rc = sw_loader_keep(loader, scalar_text(document->root, "id"), &meta.id);
    if (rc == 0)
        rc = sw_loader_keep(loader, scalar_text(document->root, "title"), &meta.title);
    if (rc == 0)
        rc = sw_loader_keep(loader, scalar_text(document->root, "name"), &meta.name);
    if (rc != 0)
        return rc;
    const struct sw_fault *fault = &loader->fault;
    const struct sw_reject reject = {.path = loader->path,
                                     .id = meta.id,
                                     .title = meta.title,
                                     .reason = fault->reason,
                                     .suggestion = fault->suggestion,
                                     .line = fault->line ? fault->line : document->line,
                                     .column = fault->column,
                                     .placeholder = placeholder};
    rc = sw_loader_reject(loader, &reject);
    const struct sw_record record = {SW_RECORD_REJECTED, 0, UINT32_MAX, loader->path, document->line};
    return rc != 0 ? rc : sw_loader_record(loader, &meta, &record);
}

static int missing_placeholder(struct sw_loader *loader)
{
    bool several = sw_str_chr(loader->missing, ',') != SW_NPOS;
    return sw_loader_fail_at(loader, loader->missing_line, loader->missing_column, SW_NO_SUGGESTION,
                             "the placeholder%s %.*s %s no value", several ? "s" : "", SW_STR_ARG(loader->missing),
                             several ? "have" : "has");
}

static int parse_kind(struct sw_loader *loader, const struct sw_yaml_document *document)
{
    const struct sw_yaml *root = document->root;
    if (root->kind != SW_YAML_MAP)
        return sw_loader_fail(loader, root, SW_NO_SUGGESTION, "the document is no map but %s", sw_yaml_kind_name(root));
    if (sw_yaml_get(root, "correlation") != NULL)
        return sw_correlation_parse(loader, document);
    if (sw_yaml_get(root, "filter") != NULL)
        return sw_filter_parse(loader, document);
    if (sw_yaml_get(root, "detection") != NULL)
        return sw_rule_parse(loader, document);
    struct sw_suggest suggest = {.best = {NULL, 0}};
    for (uint32_t i = 0; i < root->count && suggest.best.ptr == NULL; i++) {
        sw_suggest_init(&suggest, root->pairs[i].key->text);
        sw_suggest_offer(&suggest, SW_STR("detection"));
        sw_suggest_offer(&suggest, SW_STR("correlation"));
    }
    return sw_loader_fail(loader, root, suggest.best, "the document has no detection, correlation or filter");
}

/* Parses one document; a rejected one leaves nothing behind but its reject. */
static int one_document(struct sw_loader *loader, const struct sw_yaml_document *document)
{
    struct mark before = mark(loader);
    loader->fault = (struct sw_fault){0};
    loader->missing = (struct sw_str){NULL, 0};
    loader->stack_count = 0;
    loader->pred_floor = before.preds;
    int rc = parse_kind(loader, document);
    bool placeholder = rc == 0 && loader->missing.len > 0;
    if (placeholder)
        rc = missing_placeholder(loader);
    if (rc != SW_E_FORMAT)
        return rc;
    rewind_to(loader, &before);
    return reject_document(loader, document, placeholder);
}

/* A document of status deprecated or unsupported is only loaded on request. */
static int skip_status(struct sw_loader *loader, const struct sw_yaml_document *document, bool *skip)
{
    struct sw_str status = scalar_text(document->root, "status");
    *skip = !loader->options->include_deprecated &&
            (sw_str_is(status, "deprecated") || sw_str_is(status, "unsupported"));
    if (!*skip)
        return 0;
    struct sw_rule meta = {.path = loader->path, .line = document->line};
    int rc = sw_loader_keep(loader, scalar_text(document->root, "id"), &meta.id);
    if (rc == 0)
        rc = sw_loader_keep(loader, scalar_text(document->root, "title"), &meta.title);
    if (rc == 0)
        rc = sw_loader_keep(loader, scalar_text(document->root, "name"), &meta.name);
    if (rc == 0)
        rc = sw_loader_warn(loader, &meta, document->line, 0, "not loaded: its status is %.*s", SW_STR_ARG(status));
    const struct sw_record record = {SW_RECORD_SKIPPED, 0, UINT32_MAX, loader->path, document->line};
    return rc != 0 ? rc : sw_loader_record(loader, &meta, &record);
}

/* The very same document again (two rule sets that overlap) is left out. */
static int skip_copy(struct sw_loader *loader, const struct sw_yaml_document *document, bool *skip)
{
    struct sw_hash128 hash = sw_hash128(document->source, 0);
    const struct sw_record record = {SW_RECORD_SKIPPED, 0, UINT32_MAX, loader->path, document->line};
    uint32_t index;
    uint32_t found;
    int rc = add_record(loader, &record, &index);
    *skip = false;
    if (rc == 0)
        rc = sw_map_intern(&loader->hashes, sw_strn((const char *)&hash, sizeof hash), index, &found, skip);
    if (rc != 0)
        return rc;
    *skip = !*skip;
    if (!*skip)
        return 0;
    if (loader->in_builtin)
        return 0; /* who works on these rules loads them from their folder, too */
    const struct sw_record *first = &loader->records[found];
    struct sw_rule meta = {.path = loader->path, .line = document->line};
    rc = sw_loader_keep(loader, scalar_text(document->root, "id"), &meta.id);
    if (rc == 0)
        rc = sw_loader_keep(loader, scalar_text(document->root, "title"), &meta.title);
    return rc != 0 ? rc
                   : sw_loader_warn(loader, &meta, document->line, 0, "left out: the same document as %.*s:%u",
                                    SW_STR_ARG(first->path), first->line);
}

/* A rule of the user's takes the place of the program's own that has its id. */
static int skip_replaced(struct sw_loader *loader, const struct sw_yaml_document *document, bool *skip)
{
    struct sw_rule meta = {.path = loader->path, .id = scalar_text(document->root, "id"), .line = document->line};
    uint32_t index;
    *skip = loader->in_builtin && meta.id.len > 0 && sw_map_get(&loader->ids, meta.id, &index) &&
            is_loaded(&loader->records[index]);
    if (!*skip)
        return 0;
    struct sw_record by = loader->records[index];
    int rc = sw_loader_keep(loader, meta.id, &meta.id);
    if (rc == 0)
        rc = sw_loader_keep(loader, scalar_text(document->root, "title"), &meta.title);
    return rc != 0 ? rc
                   : sw_loader_warn(loader, &meta, document->line, 0, "left out: %.*s:%u has its id and takes its place",
                                    SW_STR_ARG(by.path), by.line);
}

/* --- one file ------------------------------------------------------------------------------------------------ */

static int next_document(struct sw_loader *loader, struct sw_actions *actions, struct sw_yaml_document *document)
{
    bool ready;
    bool skip = false;
    loader->fault = (struct sw_fault){0};
    int rc = sw_actions_apply(loader, actions, document, &ready);
    if (rc == SW_E_FORMAT)
        return reject_document(loader, document, false);
    if (rc != 0 || !ready)
        return rc;
    if (!actions->used)
        rc = skip_copy(loader, document, &skip);
    if (rc == 0 && !skip)
        rc = skip_replaced(loader, document, &skip);
    if (rc == 0 && !skip)
        rc = skip_status(loader, document, &skip);
    return rc != 0 || skip ? rc : one_document(loader, document);
}

static int broken_document(struct sw_loader *loader, const struct sw_yaml_document *document,
                           const struct sw_error *err)
{
    struct sw_reject reject = {
        .path = loader->path, .line = err->line ? err->line : document->line, .column = err->column};
    int rc = sw_loader_keep(loader, sw_str(err->text), &reject.reason);
    return rc != 0 ? rc : sw_loader_reject(loader, &reject);
}

static int parse_text(struct sw_loader *loader, struct sw_str text)
{
    struct sw_yaml_stream stream;
    struct sw_actions actions = {0};
    sw_yaml_open(&stream, text);
    for (;;) {
        struct sw_yaml_document document;
        struct sw_error err;
        int rc = sw_yaml_next(&stream, &loader->scratch, &document, &err);
        if (rc == 0)
            return 0;
        if (rc == SW_E_NOMEM)
            return rc;
        rc = rc < 0 ? broken_document(loader, &document, &err)
                    : document.root != NULL ? next_document(loader, &actions, &document) : 0;
        if (rc != 0)
            return rc;
    }
}

/* UTF-16 with a byte order mark becomes UTF-8 in the scratch arena. */
static int as_utf8(struct sw_loader *loader, struct sw_str *bytes)
{
    bool little = sw_str_starts(*bytes, SW_STR("\xff\xfe"));
    bool big = sw_str_starts(*bytes, SW_STR("\xfe\xff"));
    if (!little && !big)
        return 0;
    size_t units = (bytes->len - 2) / 2;
    char *text = sw_arena_bytes(&loader->scratch, 3 * units + 1);
    if (text == NULL)
        return SW_E_NOMEM;
    const uint8_t *from = (const uint8_t *)bytes->ptr + 2;
    *bytes = sw_strn(text, little ? sw_utf16le_to_utf8(from, units, text) : sw_utf16be_to_utf8(from, units, text));
    return 0;
}

static void hash_more(struct sw_rules *rules, struct sw_str bytes)
{
    struct sw_hash128 hash =
        sw_hash128(bytes, rules->content.low ^ (rules->content.high << 1 | rules->content.high >> 63));
    rules->content.high = hash.high;
    rules->content.low = hash.low;
}

static int each_file(void *context, struct sw_str path, struct sw_str bytes, const char *error)
{
    struct sw_loader *loader = context;
    if (loader->options->seen != NULL)
        loader->options->seen(loader->options->seen_arg, path, bytes, error);
    int rc = sw_loader_keep(loader, path, &loader->path);
    if (rc != 0)
        return rc;
    if (error != NULL) {
        struct sw_reject reject = {.path = loader->path};
        rc = sw_loader_keep(loader, sw_str(error), &reject.reason);
        return rc != 0 ? rc : sw_loader_reject(loader, &reject);
    }
    hash_more(loader->rules, path);
    hash_more(loader->rules, bytes);
    sw_arena_reset(&loader->scratch);
    rc = as_utf8(loader, &bytes);
    return rc != 0 ? rc : parse_text(loader, bytes);
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static int start(struct sw_loader *loader, const struct sw_load_options *options, struct sw_error *err)
{
    *loader = (struct sw_loader){.options = options, .path = SW_STR_INIT("")};
    loader->rules = sw_alloc(1, sizeof *loader->rules);
    if (loader->rules == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "no memory for rules");
    sw_arena_init(&loader->rules->arena, SW_MAX_RULES_ARENA);
    sw_arena_init(&loader->scratch, SW_MAX_RULES_ARENA);
    sw_arena_init(&loader->pending, SW_MAX_RULES_ARENA);
    sw_map_init(&loader->ids, (size_t)4 * SW_MAX_RULES, SW_MAX_RULES_ARENA);
    sw_map_init(&loader->names, (size_t)4 * SW_MAX_RULES, SW_MAX_RULES_ARENA);
    sw_map_init(&loader->hashes, (size_t)4 * SW_MAX_RULES, SW_MAX_RULES_ARENA);
    loader->rules->content.low = options->include_deprecated;
    return sw_placeholders_load(loader, err);
}

static void finish(struct sw_loader *loader)
{
    sw_arena_fini(&loader->scratch);
    sw_arena_fini(&loader->pending);
    sw_map_fini(&loader->ids);
    sw_map_fini(&loader->names);
    sw_map_fini(&loader->hashes);
    sw_free(loader->placeholders);
    sw_free(loader->correlations);
    sw_free(loader->filters);
    sw_free(loader->records);
    sw_free(loader->stack);
}

/* Hands the rules over, or frees them. */
static int conclude(struct sw_loader *loader, int rc, struct sw_rules **rules, struct sw_error *err)
{
    if (rc == 0)
        rc = sw_filters_apply(loader);
    if (rc == 0)
        rc = sw_correlations_resolve(loader);
    if (rc == SW_E_NOMEM || rc == SW_E_LIMIT)
        (void)sw_error_set(err, rc, 0, 0, "%s while loading rules", sw_strerror(rc));
    *rules = loader->rules;
    if (rc != 0) {
        sw_rules_free(loader->rules);
        *rules = NULL;
    }
    finish(loader);
    return rc;
}

int sw_rules_load(struct sw_rules **rules, const struct sw_load_options *options, struct sw_error *err)
{
    struct sw_loader loader;
    *rules = NULL;
    int rc = start(&loader, options, err);
    if (loader.rules == NULL)
        return rc;
    if (rc == 0)
        rc = sw_files_walk(options->paths, options->path_count, each_file, &loader, err);
    loader.in_builtin = true;
    if (rc == 0 && options->builtin)
        rc = sw_builtin_walk(each_file, &loader);
    return conclude(&loader, rc, rules, err);
}

int sw_rules_parse(struct sw_rules **rules, struct sw_str text, const char *path, const struct sw_load_options *options,
                   struct sw_error *err)
{
    static const struct sw_load_options none = {0};
    struct sw_loader loader;
    *rules = NULL;
    int rc = start(&loader, options ? options : &none, err);
    if (loader.rules == NULL)
        return rc;
    if (rc == 0)
        rc = each_file(&loader, sw_str(path), text,
                       text.len > SW_MAX_RULE_FILE ? "the text is too large for rules" : NULL);
    return conclude(&loader, rc, rules, err);
}

void sw_rules_free(struct sw_rules *rules)
{
    if (rules == NULL)
        return;
    sw_free(rules->rules);
    sw_free(rules->correlations);
    sw_free(rules->rejects);
    sw_free(rules->warnings);
    sw_free(rules->preds);
    sw_free(rules->nodes);
    sw_free(rules->children);
    sw_arena_fini(&rules->arena);
    sw_free(rules);
}
