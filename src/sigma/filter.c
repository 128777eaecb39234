/* filter.c - filter documents: what they take out of the rules of their log source, by id, by name or everywhere.
 *
 * A filter says what is left out (`condition: selection`, as in the specification's example) or what stays
 * (`condition: not selection`, as pySigma reads it). Both mean that the selection's events are left out: when each term
 * of the condition is negated it is added as it stands, else its opposite is. */
#include "sigma/loader_priv.h"

#include "base/mem.h"

enum { MOST_REFS = 65536 };

/* --- is every term negated? ------------------------------------------------------------------------------------- */

static struct sw_str next_word(struct sw_str text, size_t *pos)
{
    while (*pos < text.len && sw_is_space(text.ptr[*pos]))
        (*pos)++;
    size_t start = *pos;
    while (*pos < text.len && !sw_is_space(text.ptr[*pos]) && text.ptr[*pos] != '(' && text.ptr[*pos] != ')')
        (*pos)++;
    if (*pos == start && *pos < text.len)
        (*pos)++;
    return sw_str_slice(text, start, *pos);
}

/* Without a pair of brackets around the whole. */
static struct sw_str unwrap(struct sw_str text)
{
    for (;;) {
        text = sw_str_trim(text);
        if (text.len < 2 || text.ptr[0] != '(' || text.ptr[text.len - 1] != ')')
            return text;
        size_t depth = 0;
        for (size_t i = 0; i + 1 < text.len; i++) {
            depth += text.ptr[i] == '(';
            depth -= text.ptr[i] == ')' && depth > 0;
            if (depth == 0)
                return text;
        }
        text = sw_str_slice(text, 1, text.len - 1);
    }
}

static bool all_negated(struct sw_str condition)
{
    struct sw_str text = unwrap(condition);
    size_t pos = 0;
    size_t depth = 0;
    bool first = true; /* the next word begins a term */
    for (;;) {
        struct sw_str word = next_word(text, &pos);
        if (word.len == 0)
            return true;
        if (depth == 0 && first && !sw_str_ieq(word, SW_STR("not")))
            return false;
        first = depth == 0 && (sw_str_ieq(word, SW_STR("and")) || sw_str_ieq(word, SW_STR("or")));
        depth += sw_str_is(word, "(");
        depth -= sw_str_is(word, ")") && depth > 0;
    }
}

/* --- parsing -------------------------------------------------------------------------------------------------------
 */

static int read_rules(struct sw_loader *loader, const struct sw_yaml *filter, struct sw_pending_filter *pending)
{
    const struct sw_yaml *value = sw_yaml_get(filter, "rules");
    if (value == NULL || value->kind == SW_YAML_MAP || value->kind == SW_YAML_NULL)
        return sw_loader_fail(loader, value ? value : filter, SW_STR("rules: any, or a list of ids or names"),
                              "the filter does not say which rules it is for");
    const struct sw_yaml *const *items =
        value->kind == SW_YAML_LIST ? (const struct sw_yaml *const *)value->items : &value;
    uint32_t count = value->kind == SW_YAML_LIST ? value->count : 1;
    if (count == 0 || (value->kind != SW_YAML_LIST && sw_str_ieq(value->text, SW_STR("any")))) {
        pending->any = true;
        return 0;
    }
    if (count > MOST_REFS)
        return sw_loader_fail(loader, value, SW_NO_SUGGESTION, "the filter names more than %d rules", MOST_REFS);
    pending->rules = sw_arena_raw(&loader->pending, count * sizeof *pending->rules, 8);
    if (pending->rules == NULL)
        return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (!sw_yaml_is_scalar(items[i]))
            return sw_loader_fail(loader, items[i], SW_NO_SUGGESTION, "a rule's id or name must be text");
        struct sw_str text = sw_arena_dup(&loader->pending, items[i]->text);
        if (text.ptr == NULL)
            return SW_E_NOMEM;
        pending->rules[pending->rule_count++] = (struct sw_reference){text, items[i]->line, items[i]->column};
    }
    return 0;
}

static int read_condition(struct sw_loader *loader, const struct sw_yaml *filter, uint32_t *node)
{
    static const char *const skip[] = {"rules", "condition", NULL};
    struct sw_selections selections;
    int rc = sw_selections_parse(loader, filter, skip, &selections);
    if (rc != 0)
        return rc;
    const struct sw_yaml *condition = sw_yaml_get(filter, "condition");
    if (condition == NULL || condition->kind != SW_YAML_STRING)
        return sw_loader_fail(loader, condition ? condition : filter, SW_NO_SUGGESTION,
                              condition ? "the filter's condition must be text" : "the filter has no condition");
    rc = sw_selections_condition(loader, condition, &selections, node);
    if (rc == 0 && !all_negated(condition->text))
        rc = sw_build_not(loader, *node, node);
    return rc;
}

int sw_filter_parse(struct sw_loader *loader, const struct sw_yaml_document *document)
{
    struct sw_pending_filter pending = {0};
    const struct sw_yaml *filter = sw_yaml_get(document->root, "filter");
    int rc = sw_rule_meta(loader, document, &pending.meta);
    if (rc == 0)
        rc = sw_rule_logsource(loader, document->root, &pending.meta);
    if (rc == 0 && filter->kind != SW_YAML_MAP)
        rc = sw_loader_fail(loader, filter, SW_NO_SUGGESTION, "the filter must be a map, not %s",
                            sw_yaml_kind_name(filter));
    if (rc == 0)
        rc = read_rules(loader, filter, &pending);
    if (rc == 0)
        rc = read_condition(loader, filter, &pending.node);
    if (rc == 0)
        rc =
            sw_grow(&loader->filters, &loader->filter_cap, loader->filter_count, sizeof *loader->filters, SW_MAX_RULES);
    if (rc == 0)
        loader->filters[loader->filter_count++] = pending;
    return rc;
}

/* --- applying ------------------------------------------------------------------------------------------------------
 */

static bool part_covers(struct sw_str filter, struct sw_str rule)
{
    return filter.len == 0 || sw_str_eq(filter, rule);
}

static bool covers(const struct sw_logsource *filter, const struct sw_logsource *rule)
{
    return part_covers(filter->product, rule->product) && part_covers(filter->category, rule->category) &&
           part_covers(filter->service, rule->service);
}

static int apply_to(struct sw_loader *loader, const struct sw_pending_filter *filter, uint32_t rule)
{
    size_t floor = loader->stack_count;
    int rc = sw_build_push(loader, loader->rules->rules[rule].root);
    if (rc == 0)
        rc = sw_build_push(loader, filter->node);
    return rc != 0 ? rc : sw_build_close(loader, floor, SW_NODE_AND, 0, &loader->rules->rules[rule].root);
}

static int apply_any(struct sw_loader *loader, const struct sw_pending_filter *filter, size_t *applied)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < loader->rules->rule_count; i++) {
        if (!covers(&filter->meta.logsource, &loader->rules->rules[i].logsource))
            continue;
        rc = apply_to(loader, filter, i);
        (*applied)++;
    }
    return rc;
}

static int apply_reference(struct sw_loader *loader, const struct sw_pending_filter *filter,
                           const struct sw_reference *reference, size_t *applied)
{
    const struct sw_record *record = sw_loader_find(loader, reference->text);
    bool rule = record != NULL && record->kind == SW_RECORD_RULE;
    bool legacy = record != NULL && record->kind == SW_RECORD_CORRELATION && record->base != UINT32_MAX;
    if (record != NULL && record->kind == SW_RECORD_CORRELATION && !legacy)
        return sw_loader_warn(loader, &filter->meta, reference->line, reference->column,
                              "the filter is for '%.*s', which is a correlation; filters work on rules",
                              SW_STR_ARG(reference->text));
    if (!rule && !legacy)
        return sw_loader_warn(loader, &filter->meta, reference->line, reference->column,
                              "the filter is for '%.*s', which is no loaded rule", SW_STR_ARG(reference->text));
    uint32_t index = rule ? record->index : record->base;
    if (!covers(&filter->meta.logsource, &loader->rules->rules[index].logsource))
        return sw_loader_warn(loader, &filter->meta, reference->line, reference->column,
                              "the filter's log source does not cover that of '%.*s'", SW_STR_ARG(reference->text));
    (*applied)++;
    return apply_to(loader, filter, index);
}

int sw_filters_apply(struct sw_loader *loader)
{
    loader->stack_count = 0;
    for (size_t i = 0; i < loader->filter_count; i++) {
        const struct sw_pending_filter *filter = &loader->filters[i];
        size_t applied = 0;
        int rc = filter->any ? apply_any(loader, filter, &applied) : 0;
        for (size_t j = 0; rc == 0 && j < filter->rule_count; j++)
            rc = apply_reference(loader, filter, &filter->rules[j], &applied);
        if (rc == 0 && filter->any && applied == 0)
            rc = sw_loader_warn(loader, &filter->meta, filter->meta.line, 0,
                                "no loaded rule has the filter's log source");
        if (rc != 0)
            return rc;
        loader->rules->filter_count += applied > 0;
    }
    return 0;
}
