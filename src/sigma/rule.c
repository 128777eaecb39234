/* rule.c - a rule document: what it says of itself, its log source, its detection. */
#include "sigma/loader_priv.h"
#include "sigma/suggest.h"

#include "base/hash.h"
#include "base/mem.h"

/* --- reading fields of the document ------------------------------------------------------------------------ */

/* A scalar's text, kept; empty when the key is absent or null. */
static int take_text(struct sw_loader *loader, const struct sw_yaml *root, const char *key, struct sw_str *text)
{
    const struct sw_yaml *value = sw_yaml_get(root, key);
    *text = SW_STR("");
    if (value == NULL || value->kind == SW_YAML_NULL)
        return 0;
    if (!sw_yaml_is_scalar(value))
        return sw_loader_fail(loader, value, SW_NO_SUGGESTION, "'%s' must be text, not %s", key,
                              sw_yaml_kind_name(value));
    return sw_loader_keep(loader, value->text, text);
}

/* A list of texts, or a single one, kept. Members that are no scalars are left out. */
static int take_list(struct sw_loader *loader, const struct sw_yaml *root, const char *key, const struct sw_str **list,
                     size_t *count)
{
    const struct sw_yaml *value = sw_yaml_get(root, key);
    *list = NULL;
    *count = 0;
    if (value == NULL || value->kind == SW_YAML_NULL || value->kind == SW_YAML_MAP)
        return 0;
    const struct sw_yaml *const *items =
        value->kind == SW_YAML_LIST ? (const struct sw_yaml *const *)value->items : &value;
    uint32_t most = value->kind == SW_YAML_LIST ? value->count : 1;
    struct sw_str *kept = sw_arena_raw(&loader->rules->arena, most * sizeof *kept, 8);
    if (kept == NULL)
        return SW_E_NOMEM;
    *list = kept;
    for (uint32_t i = 0; i < most; i++) {
        if (!sw_yaml_is_scalar(items[i]) || items[i]->kind == SW_YAML_NULL)
            continue;
        int rc = sw_loader_keep(loader, items[i]->text, &kept[*count]);
        if (rc != 0)
            return rc;
        (*count)++;
    }
    return 0;
}

static int join(struct sw_loader *loader, const struct sw_str *list, size_t count, struct sw_str *joined)
{
    if (count <= 1) {
        *joined = count == 1 ? list[0] : SW_STR("");
        return 0;
    }
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += list[i].len + 2;
    char *text = sw_arena_bytes(&loader->rules->arena, len + 1);
    if (text == NULL)
        return SW_E_NOMEM;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            memcpy(text + used, "; ", 2);
            used += 2;
        }
        memcpy(text + used, list[i].ptr, list[i].len);
        used += list[i].len;
    }
    text[used] = '\0';
    *joined = sw_strn(text, used);
    return 0;
}

static int take_joined(struct sw_loader *loader, const struct sw_yaml *root, const char *key, struct sw_str *joined)
{
    const struct sw_str *list;
    size_t count;
    int rc = take_list(loader, root, key, &list, &count);
    return rc != 0 ? rc : join(loader, list, count, joined);
}

static int take_level(struct sw_loader *loader, const struct sw_yaml *root, struct sw_rule *rule)
{
    const struct sw_yaml *value = sw_yaml_get(root, "level");
    if (value == NULL || value->kind == SW_YAML_NULL ||
        (sw_yaml_is_scalar(value) && sw_level_parse(value->text, &rule->level) == 0))
        return 0;
    struct sw_suggest suggest;
    sw_suggest_init(&suggest, value->text);
    for (int i = SW_LEVEL_INFORMATIONAL; i <= SW_LEVEL_CRITICAL; i++)
        sw_suggest_offer(&suggest, sw_level_name((enum sw_level)i));
    return sw_loader_fail(loader, value, suggest.best,
                          "the level '%.*s' is none of informational, low, medium, high and critical",
                          SW_STR_ARG(value->text));
}

/* The id as written, or one made of the document's bytes. */
static int take_id(struct sw_loader *loader, const struct sw_yaml_document *document, struct sw_rule *rule)
{
    int rc = take_text(loader, document->root, "id", &rule->id);
    if (rc != 0 || rule->id.len > 0)
        return rc;
    rule->id = sw_arena_printf(&loader->rules->arena, "unnamed-%016llx", (unsigned long long)sw_hash(document->source));
    return rule->id.ptr == NULL ? SW_E_NOMEM : 0;
}

/* The last part of the file's path, for a document without title. */
static struct sw_str base_name(struct sw_str path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '!')
            return sw_str_from(path, i);
    return path;
}

static int take_title(struct sw_loader *loader, const struct sw_yaml_document *document, struct sw_rule *rule)
{
    int rc = take_text(loader, document->root, "title", &rule->title);
    if (rc != 0 || rule->title.len > 0)
        return rc;
    rule->title = base_name(loader->path);
    return sw_loader_warn(loader, rule, document->line, 0, "the rule has no title; its file's name stands in");
}

int sw_rule_meta(struct sw_loader *loader, const struct sw_yaml_document *document, struct sw_rule *rule)
{
    const struct sw_yaml *root = document->root;
    *rule = (struct sw_rule){.path = loader->path, .line = document->line, .root = SW_NO_NODE};
    const struct {
        const char *key;
        struct sw_str *text;
    } texts[] = {{"name", &rule->name},     {"description", &rule->description}, {"status", &rule->status},
                 {"date", &rule->date},     {"modified", &rule->modified}};
    int rc = take_id(loader, document, rule);
    if (rc == 0)
        rc = take_title(loader, document, rule);
    for (size_t i = 0; rc == 0 && i < sizeof texts / sizeof *texts; i++)
        rc = take_text(loader, root, texts[i].key, texts[i].text);
    if (rc == 0)
        rc = take_joined(loader, root, "author", &rule->author);
    if (rc == 0)
        rc = take_joined(loader, root, "falsepositives", &rule->falsepositives);
    if (rc == 0)
        rc = take_list(loader, root, "tags", &rule->tags, &rule->tag_count);
    if (rc == 0)
        rc = take_list(loader, root, "references", &rule->references, &rule->reference_count);
    if (rc == 0)
        rc = take_list(loader, root, "fields", &rule->show_fields, &rule->show_field_count);
    return rc != 0 ? rc : take_level(loader, root, rule);
}

/* --- log source -------------------------------------------------------------------------------------------- */

static int take_part(struct sw_loader *loader, const struct sw_yaml *source, const char *key, struct sw_str *part)
{
    int rc = take_text(loader, source, key, part);
    if (rc != 0 || part->len == 0)
        return rc;
    char *lower = sw_arena_bytes(&loader->rules->arena, part->len + 1);
    if (lower == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < part->len; i++)
        lower[i] = sw_lower(part->ptr[i]);
    lower[part->len] = '\0';
    part->ptr = lower;
    return 0;
}

int sw_rule_logsource(struct sw_loader *loader, const struct sw_yaml *root, struct sw_rule *rule)
{
    const struct sw_yaml *source = sw_yaml_get(root, "logsource");
    if (source == NULL || source->kind != SW_YAML_MAP)
        return sw_loader_fail(loader, source ? source : root, SW_STR("logsource: with product, category or service"),
                              source ? "the log source must be a map" : "the rule has no log source");
    int rc = take_part(loader, source, "product", &rule->logsource.product);
    if (rc == 0)
        rc = take_part(loader, source, "category", &rule->logsource.category);
    if (rc == 0)
        rc = take_part(loader, source, "service", &rule->logsource.service);
    if (rc == 0)
        rc = take_text(loader, source, "definition", &rule->definition);
    if (rc == 0 && rule->logsource.product.len + rule->logsource.category.len + rule->logsource.service.len == 0)
        return sw_loader_fail(loader, source, SW_STR("product, category or service"),
                              "the log source names no product, category or service");
    return rc;
}

/* --- the whole rule ---------------------------------------------------------------------------------------- */

int sw_rule_add(struct sw_loader *loader, const struct sw_rule *rule, uint32_t *index)
{
    struct sw_rules *rules = loader->rules;
    int rc = sw_grow(&rules->rules, &rules->rule_cap, rules->rule_count, sizeof *rules->rules, SW_MAX_RULES);
    if (rc != 0)
        return rc;
    *index = (uint32_t)rules->rule_count;
    rules->rules[rules->rule_count++] = *rule;
    return 0;
}

static int keep_condition(struct sw_loader *loader, const struct sw_yaml *condition, struct sw_str *kept)
{
    if (condition->kind != SW_YAML_LIST)
        return sw_loader_keep(loader, condition->text, kept);
    const struct sw_str *list;
    size_t count;
    struct sw_yaml_pair pair = {condition, condition};
    const struct sw_yaml key = {.kind = SW_YAML_STRING, .text = SW_STR("condition")};
    pair.key = &key;
    const struct sw_yaml map = {.kind = SW_YAML_MAP, .count = 1, .pairs = &pair};
    int rc = take_list(loader, &map, "condition", &list, &count);
    return rc != 0 ? rc : join(loader, list, count, kept);
}

static int warn_unused(struct sw_loader *loader, const struct sw_rule *rule, const struct sw_selections *selections)
{
    for (size_t i = 0; i < selections->count; i++) {
        const struct sw_selection *selection = &selections->list[i];
        if (selection->used || (selection->name.len > 0 && selection->name.ptr[0] == '_'))
            continue;
        int rc = sw_loader_warn(loader, rule, selection->key->line, selection->key->column,
                                "the selection '%.*s' is not used by the condition", SW_STR_ARG(selection->name));
        if (rc != 0)
            return rc;
    }
    return 0;
}

static bool has_pipe(const struct sw_yaml *condition)
{
    return condition->kind == SW_YAML_STRING && sw_str_chr(condition->text, '|') != SW_NPOS;
}

static int finish_rule(struct sw_loader *loader, const struct sw_yaml *condition, struct sw_selections *selections,
                       struct sw_rule *rule)
{
    int rc = sw_selections_condition(loader, condition, selections, &rule->root);
    if (rc == 0)
        rc = keep_condition(loader, condition, &rule->condition);
    if (rc == 0)
        rc = warn_unused(loader, rule, selections);
    if (rc != 0 || loader->missing.len > 0)
        return rc;
    uint32_t index;
    rc = sw_rule_add(loader, rule, &index);
    const struct sw_record record = {SW_RECORD_RULE, index, UINT32_MAX, rule->path, rule->line};
    return rc != 0 ? rc : sw_loader_record(loader, rule, &record);
}

int sw_rule_parse(struct sw_loader *loader, const struct sw_yaml_document *document)
{
    static const char *const skip[] = {"condition", "timeframe", NULL};
    struct sw_rule rule;
    int rc = sw_rule_meta(loader, document, &rule);
    if (rc == 0)
        rc = sw_rule_logsource(loader, document->root, &rule);
    if (rc != 0)
        return rc;
    const struct sw_yaml *detection = sw_yaml_get(document->root, "detection");
    if (detection->kind != SW_YAML_MAP)
        return sw_loader_fail(loader, detection, SW_NO_SUGGESTION, "the detection must be a map of selections");
    struct sw_selections selections;
    rc = sw_selections_parse(loader, detection, skip, &selections);
    if (rc != 0)
        return rc;
    const struct sw_yaml *condition = sw_yaml_get(detection, "condition");
    if (condition == NULL)
        return sw_loader_fail(loader, detection, SW_NO_SUGGESTION, "the detection has no condition");
    if (has_pipe(condition))
        return sw_aggregate_parse(loader, detection, condition, &selections, &rule);
    return finish_rule(loader, condition, &selections, &rule);
}
