/* correlation.c - a document with `correlation:`, up to its references, which correlation_refs.c resolves at the end.
 */
#include "sigma/condition.h"
#include "sigma/suggest.h"

#include "base/mem.h"

static const char *const type_names[] = {
    [SW_EVENT_COUNT] = "event_count",   [SW_VALUE_COUNT] = "value_count",
    [SW_TEMPORAL] = "temporal",         [SW_TEMPORAL_ORDERED] = "temporal_ordered",
    [SW_VALUE_SUM] = "value_sum",       [SW_VALUE_AVG] = "value_avg",
    [SW_VALUE_PERCENTILE] = "value_percentile", [SW_VALUE_MEDIAN] = "value_median"};
enum { TYPES = sizeof type_names / sizeof *type_names };

static const char *const op_names[] = {
    [SW_LT] = "lt", [SW_LTE] = "lte", [SW_GT] = "gt", [SW_GTE] = "gte", [SW_EQ] = "eq", [SW_NEQ] = "neq"};
enum {
    OPS = sizeof op_names / sizeof *op_names,
    MOST_REFS = 4096,
    MOST_NAMED = 256,
    MOST_FIELDS = 64,
    MOST_ALIASES = 4096
};

struct sw_str sw_correlation_type_name(enum sw_correlation_type type)
{
    return sw_str((size_t)type < TYPES ? type_names[type] : "");
}

/* The document being read. */
struct reading {
    struct sw_loader *loader;
    const struct sw_yaml *map; /* under `correlation:` */
    struct sw_pending_correlation *pending;
    struct sw_correlation *c;
};

static bool is_temporal(const struct sw_correlation *c)
{
    return c->type == SW_TEMPORAL || c->type == SW_TEMPORAL_ORDERED;
}

/* Every key of the map is one of `known` (NULL-ended): a misspelt one would change the meaning in silence. */
static int check_keys(const struct reading *r, const struct sw_yaml *map, const char *const *known, const char *where)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sw_yaml *key = map->pairs[i].key;
        struct sw_suggest suggest;
        sw_suggest_init(&suggest, key->text);
        size_t j = 0;
        while (known[j] != NULL && !sw_str_is(key->text, known[j]))
            sw_suggest_offer(&suggest, sw_str(known[j++]));
        if (known[j] == NULL)
            return sw_loader_fail(r->loader, key, suggest.best, "unknown key '%.*s' in %s", SW_STR_ARG(key->text),
                                  where);
    }
    return 0;
}

static int read_type(const struct reading *r)
{
    const struct sw_yaml *value = sw_yaml_get(r->map, "type");
    if (value == NULL)
        return sw_loader_fail(r->loader, r->map, SW_NO_SUGGESTION, "the correlation has no type");
    struct sw_suggest suggest;
    sw_suggest_init(&suggest, value->text);
    for (size_t i = 0; i < TYPES; i++) {
        if (sw_str_is(value->text, type_names[i])) {
            r->c->type = (enum sw_correlation_type)i;
            return 0;
        }
        sw_suggest_offer(&suggest, sw_str(type_names[i]));
    }
    return sw_loader_fail(r->loader, value, suggest.best, "unknown correlation type '%.*s'", SW_STR_ARG(value->text));
}

static int read_timespan(const struct reading *r)
{
    const struct sw_yaml *value = sw_yaml_get(r->map, "timespan");
    if (value == NULL)
        value = sw_yaml_get(r->map, "timeframe");
    if (value == NULL)
        return sw_loader_fail(r->loader, r->map, SW_STR("timespan: 5m"), "the correlation has no timespan");
    if (!sw_yaml_is_scalar(value) || sw_timespan(value->text, &r->c->timespan) != 0 || r->c->timespan <= 0)
        return sw_loader_fail(r->loader, value, SW_STR("a number and s, m, h or d: 90m"), "'%.*s' is no timespan",
                              SW_STR_ARG(value->text));
    return 0;
}

/* --- lists ---------------------------------------------------------------------------------------------------- */

/* A scalar or a list of scalars as an array of nodes; what else it may be is a fault. */
static int as_list(const struct reading *r, const struct sw_yaml *value, const char *what, uint32_t most,
                   const struct sw_yaml *const **items, const struct sw_yaml *const *self, uint32_t *count)
{
    *items = value->kind == SW_YAML_LIST ? (const struct sw_yaml *const *)value->items : self;
    *count = value->kind == SW_YAML_LIST ? value->count : 1;
    if (*count > most)
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "%s has more than %u members", what, most);
    for (uint32_t i = 0; i < *count; i++)
        if (!sw_yaml_is_scalar((*items)[i]) || (*items)[i]->text.len == 0)
            return sw_loader_fail(r->loader, (*items)[i], SW_NO_SUGGESTION,
                                  "%s must be text or a list of texts, not %s", what, sw_yaml_kind_name((*items)[i]));
    return 0;
}

static int read_fields(const struct reading *r, const struct sw_yaml *value, const char *what,
                       const sw_field_id **fields, size_t *field_count)
{
    const struct sw_yaml *const *items;
    uint32_t count;
    int rc = as_list(r, value, what, MOST_FIELDS, &items, &value, &count);
    if (rc != 0)
        return rc;
    sw_field_id *out = sw_arena_raw(&r->loader->rules->arena, count * sizeof *out, 8);
    if (out == NULL)
        return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (items[i]->text.len > SW_MAX_FIELD_NAME)
            return sw_loader_fail(r->loader, items[i], SW_NO_SUGGESTION, "the field's name is longer than %u bytes",
                                  SW_MAX_FIELD_NAME);
        out[i] = sw_field_intern(items[i]->text);
    }
    *fields = out;
    *field_count = count;
    return 0;
}

static int add_reference(const struct reading *r, const struct sw_yaml *at, struct sw_str text)
{
    struct sw_pending_correlation *p = r->pending;
    for (size_t i = 0; i < p->rule_count; i++)
        if (sw_str_eq(p->rules[i].text, text))
            return sw_loader_fail(r->loader, at, SW_NO_SUGGESTION, "the rule '%.*s' is named twice", SW_STR_ARG(text));
    struct sw_str kept = sw_arena_dup(&r->loader->pending, text);
    if (kept.ptr == NULL)
        return SW_E_NOMEM;
    p->rules[p->rule_count++] = (struct sw_reference){kept, at->line, at->column};
    return 0;
}

static int read_rules(const struct reading *r)
{
    const struct sw_yaml *value = sw_yaml_get(r->map, "rules");
    const struct sw_yaml *condition = sw_yaml_get(r->map, "condition");
    bool expression = condition != NULL && condition->kind == SW_YAML_STRING;
    if (value == NULL && !expression)
        return sw_loader_fail(r->loader, r->map, SW_STR("rules: with a list of ids or names"),
                              "the correlation names no rules");
    const struct sw_yaml *const *items = NULL;
    uint32_t count = 0;
    int rc = value == NULL ? 0 : as_list(r, value, "'rules'", MOST_REFS, &items, &value, &count);
    if (rc != 0)
        return rc;
    /* Without a list the expression's names will make it. */
    r->pending->rules = sw_arena_zero(&r->loader->pending, value ? count + 1u : MOST_NAMED, sizeof *r->pending->rules);
    if (r->pending->rules == NULL)
        return SW_E_NOMEM;
    for (uint32_t i = 0; rc == 0 && i < count; i++)
        rc = add_reference(r, items[i], items[i]->text);
    if (rc == 0 && value != NULL && count == 0)
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "the correlation names no rules");
    return rc;
}

/* --- the condition: a map of bounds, or an expression ----------------------------------------------------------- */

static int read_bound(const struct reading *r, const struct sw_yaml_pair *pair, uint8_t op, struct sw_bound *bounds)
{
    double number;
    const struct sw_yaml *value = pair->value;
    if (value->kind == SW_YAML_INT)
        number = (double)value->integer;
    else if (value->kind == SW_YAML_FLOAT)
        number = value->real;
    else if (!sw_yaml_is_scalar(value) || sw_str_double(value->text, &number) != 0)
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "'%s' takes a number, not '%.*s'", op_names[op],
                              SW_STR_ARG(value->text));
    if (!(number - number == 0)) /* infinite or not a number */
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "'%s' takes a finite number", op_names[op]);
    bounds[r->c->bound_count++] = (struct sw_bound){op, number};
    return 0;
}

static int read_bounds(const struct reading *r, const struct sw_yaml *map)
{
    struct sw_bound *bounds = sw_arena_zero(&r->loader->rules->arena, OPS, sizeof *bounds);
    if (bounds == NULL)
        return SW_E_NOMEM;
    r->c->bounds = bounds;
    for (uint32_t i = 0; i < map->count; i++) {
        for (unsigned op = 0; op < OPS; op++) {
            int rc = sw_str_is(map->pairs[i].key->text, op_names[op]) ? read_bound(r, &map->pairs[i], (uint8_t)op, bounds) : 0;
            if (rc != 0)
                return rc;
        }
    }
    if (r->c->bound_count == 0)
        return sw_loader_fail(r->loader, map, SW_STR("gte: 10"), "the correlation's condition compares with nothing");
    return 0;
}

static int read_percentile(const struct reading *r, const struct sw_yaml *map)
{
    const struct sw_yaml *value = sw_yaml_get(map, "percentile");
    r->c->percentile = 50;
    if (r->c->type != SW_VALUE_PERCENTILE)
        return value == NULL ? 0
                             : sw_loader_fail(r->loader, value, SW_NO_SUGGESTION,
                                              "'percentile' belongs to the type value_percentile only");
    if (value == NULL)
        return sw_loader_warn(r->loader, &r->c->meta, map->line, map->column,
                              "no percentile is given; the 50th (the median) is taken");
    if (!sw_yaml_is_scalar(value) || sw_str_double(value->text, &r->c->percentile) != 0 || r->c->percentile < 0 ||
        r->c->percentile > 100)
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "the percentile must be a number from 0 to 100");
    return 0;
}

static int read_value_field(const struct reading *r, const struct sw_yaml *map)
{
    const struct sw_yaml *value = sw_yaml_get(map, "field");
    bool takes = !is_temporal(r->c) && r->c->type != SW_EVENT_COUNT;
    if (!takes)
        return value == NULL ? 0
                             : sw_loader_fail(r->loader, value,
                                              r->c->type == SW_EVENT_COUNT ? SW_STR("value_count") : SW_NO_SUGGESTION,
                                              "the type %s takes no field", type_names[r->c->type]);
    if (value == NULL)
        return sw_loader_fail(r->loader, map, SW_STR("field: with a field's name"), "the type %s needs a field",
                              type_names[r->c->type]);
    int rc = read_fields(r, value, "'field'", &r->c->value_fields, &r->c->value_field_count);
    if (rc == 0 && r->c->value_field_count != 1 && (r->c->type != SW_VALUE_COUNT || r->c->value_field_count == 0))
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "the type %s takes one field",
                              type_names[r->c->type]);
    return rc;
}

static int read_condition_map(const struct reading *r, const struct sw_yaml *map)
{
    static const char *const known[] = {"lt", "lte", "gt", "gte", "eq", "neq", "field", "percentile", NULL};
    int rc = check_keys(r, map, known, "the correlation's condition");
    if (rc == 0)
        rc = read_value_field(r, map);
    if (rc == 0)
        rc = read_percentile(r, map);
    if (rc == 0)
        rc = read_bounds(r, map);
    if (rc != 0 || r->c->type != SW_TEMPORAL_ORDERED)
        return rc;
    const struct sw_bound *bound = r->c->bounds;
    bool whole = r->c->bound_count == 1 && (bound->op == SW_GTE || bound->op == SW_EQ) &&
                 bound->value >= (double)r->pending->rule_count && bound->value <= (double)r->pending->rule_count;
    return whole ? 0
                 : sw_loader_fail(r->loader, map, SW_STR("leave the condition out, or use temporal"),
                                  "temporal_ordered needs all of its rules: a condition can't ask for fewer");
}

/* An extended condition: names are rules. Without a `rules` list they make it, in the order in which they appear. */
struct expression {
    const struct reading *r;
    const struct sw_yaml *at;
    bool listed;
    bool *used; /* by ref */
};

static int expression_name(void *context, struct sw_str name, uint32_t column, uint32_t *node)
{
    struct expression *e = context;
    struct sw_pending_correlation *p = e->r->pending;
    size_t ref = 0;
    while (ref < p->rule_count && !sw_str_eq(p->rules[ref].text, name))
        ref++;
    if (ref == p->rule_count && (e->listed || ref == MOST_NAMED)) {
        struct sw_suggest suggest;
        sw_suggest_init(&suggest, name);
        for (size_t i = 0; i < p->rule_count; i++)
            sw_suggest_offer(&suggest, p->rules[i].text);
        return sw_loader_fail_at(e->r->loader, e->at->line, column, suggest.best,
                                 "the condition names '%.*s', which is not among the correlation's rules",
                                 SW_STR_ARG(name));
    }
    int rc = ref == p->rule_count ? add_reference(e->r, e->at, name) : 0;
    e->used[ref] = true;
    return rc != 0 ? rc : sw_build_ref(e->r->loader, (uint32_t)ref, node);
}

/* Whether nodes made since `floor` are of kind AND and PRED only. */
static bool only_and(const struct sw_rules *rules, size_t floor)
{
    for (size_t i = floor; i < rules->node_count; i++)
        if (rules->nodes[i].kind != SW_NODE_AND && rules->nodes[i].kind != SW_NODE_PRED)
            return false;
    return true;
}

static int read_expression(const struct reading *r, const struct sw_yaml *text)
{
    struct expression e = {.r = r, .at = text, .listed = r->pending->rule_count > 0};
    e.used = sw_arena_zero(&r->loader->scratch, MOST_REFS, sizeof *e.used);
    if (e.used == NULL)
        return SW_E_NOMEM;
    if (!is_temporal(r->c))
        return sw_loader_fail(r->loader, text, SW_STR("condition: with gte and the like"),
                              "only temporal correlations can have an expression as condition");
    const struct sw_condition_names names = {&e, expression_name, NULL};
    size_t floor = r->loader->rules->node_count;
    int rc = sw_condition_parse(r->loader, text, text->text, 0, &names, &r->c->condition_root);
    for (size_t i = 0; rc == 0 && i < r->pending->rule_count; i++)
        if (!e.used[i])
            return sw_loader_fail(r->loader, text, SW_NO_SUGGESTION, "the condition does not use the rule '%.*s'",
                                  SW_STR_ARG(r->pending->rules[i].text));
    if (rc != 0 || r->c->type != SW_TEMPORAL_ORDERED)
        return rc;
    /* In order, all of them: no expression is needed for that. */
    r->c->condition_root = SW_NO_NODE;
    return only_and(r->loader->rules, floor)
               ? 0
               : sw_loader_fail(r->loader, text, SW_STR("temporal"), "an ordered correlation can't have 'or' or 'not'");
}

static int read_condition(const struct reading *r)
{
    const struct sw_yaml *condition = sw_yaml_get(r->map, "condition");
    if (condition != NULL && condition->kind == SW_YAML_MAP)
        return read_condition_map(r, condition);
    if (condition != NULL && condition->kind == SW_YAML_STRING)
        return read_expression(r, condition);
    if (condition != NULL && condition->kind != SW_YAML_NULL)
        return sw_loader_fail(r->loader, condition, SW_NO_SUGGESTION, "the condition must be a map or text, not %s",
                              sw_yaml_kind_name(condition));
    if (!is_temporal(r->c))
        return sw_loader_fail(r->loader, r->map, SW_STR("condition: gte: 10"), "the type %s needs a condition",
                              type_names[r->c->type]);
    return 0;
}

/* A temporal correlation without bounds wants all of its rules. */
static int default_bound(const struct reading *r)
{
    if (!is_temporal(r->c) || r->c->bound_count > 0)
        return 0;
    struct sw_bound *bound = sw_arena_zero(&r->loader->rules->arena, 1, sizeof *bound);
    if (bound == NULL)
        return SW_E_NOMEM;
    *bound = (struct sw_bound){SW_GTE, (double)r->pending->rule_count};
    r->c->bounds = bound;
    r->c->bound_count = 1;
    return 0;
}

/* --- aliases ------------------------------------------------------------------------------------------------- */

static int read_alias(const struct reading *r, const struct sw_yaml_pair *alias)
{
    struct sw_pending_correlation *p = r->pending;
    if (alias->value->kind != SW_YAML_MAP)
        return sw_loader_fail(r->loader, alias->value, SW_STR("rule name: field name"),
                              "the alias '%.*s' must be a map of rules to fields", SW_STR_ARG(alias->key->text));
    sw_field_id name = sw_field_find(alias->key->text);
    uint32_t group = 0;
    while (group < r->c->group_count && r->c->group_by[group] != name)
        group++;
    if (group == r->c->group_count)
        return sw_loader_fail(r->loader, alias->key, SW_NO_SUGGESTION, "the alias '%.*s' is not in 'group-by'",
                              SW_STR_ARG(alias->key->text));
    for (uint32_t i = 0; i < alias->value->count; i++) {
        const struct sw_yaml_pair *pair = &alias->value->pairs[i];
        if (!sw_yaml_is_scalar(pair->value) || pair->value->text.len == 0 || pair->value->text.len > SW_MAX_FIELD_NAME)
            return sw_loader_fail(r->loader, pair->value, SW_NO_SUGGESTION, "an alias must stand for a field's name");
        struct sw_str rule = sw_arena_dup(&r->loader->pending, pair->key->text);
        if (rule.ptr == NULL)
            return SW_E_NOMEM;
        p->aliases[p->alias_count++] = (struct sw_pending_alias){
            group, {rule, pair->key->line, pair->key->column}, sw_field_intern(pair->value->text)};
    }
    return 0;
}

static int read_aliases(const struct reading *r)
{
    const struct sw_yaml *map = sw_yaml_get(r->map, "aliases");
    if (map == NULL || map->kind == SW_YAML_NULL)
        return 0;
    if (map->kind != SW_YAML_MAP)
        return sw_loader_fail(r->loader, map, SW_NO_SUGGESTION, "'aliases' must be a map");
    uint64_t most = 1;
    for (uint32_t i = 0; i < map->count; i++)
        most += map->pairs[i].value->count;
    if (most > MOST_ALIASES)
        return sw_loader_fail(r->loader, map, SW_NO_SUGGESTION, "the correlation has too many aliases");
    r->pending->aliases = sw_arena_raw(&r->loader->pending, most * sizeof *r->pending->aliases, 8);
    if (r->pending->aliases == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < map->count; i++)
        rc = read_alias(r, &map->pairs[i]);
    return rc;
}

/* --- the whole document ---------------------------------------------------------------------------------------- */

/* `generate` stands in the correlation (as pySigma has it) or beside it (as the JSON schema has it). */
static int read_generate(const struct reading *r, const struct sw_yaml *root)
{
    const struct sw_yaml *value = sw_yaml_get(r->map, "generate");
    if (value == NULL)
        value = sw_yaml_get(root, "generate");
    if (value == NULL || value->kind == SW_YAML_NULL)
        return 0;
    if (value->kind != SW_YAML_BOOL)
        return sw_loader_fail(r->loader, value, SW_NO_SUGGESTION, "'generate' must be true or false");
    r->c->generate = value->truth;
    return 0;
}

static int read_groups(const struct reading *r)
{
    const struct sw_yaml *value = sw_yaml_get(r->map, "group-by");
    if (value == NULL || value->kind == SW_YAML_NULL)
        return 0;
    return read_fields(r, value, "'group-by'", &r->c->group_by, &r->c->group_count);
}

static int read_all(const struct reading *r, const struct sw_yaml *root)
{
    static const char *const known[] = {"type",  "rules",     "group-by", "timespan", "timeframe",
                                        "condition", "aliases", "generate", NULL};
    int (*const parts[])(const struct reading *) = {read_type,      read_timespan, read_rules,  read_groups,
                                                    read_condition, default_bound, read_aliases};
    int rc = check_keys(r, r->map, known, "the correlation");
    for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof *parts; i++)
        rc = parts[i](r);
    return rc != 0 ? rc : read_generate(r, root);
}

int sw_correlation_pend(struct sw_loader *loader, const struct sw_pending_correlation *pending)
{
    int rc = sw_grow(&loader->correlations, &loader->correlation_cap, loader->correlation_count,
                     sizeof *loader->correlations, SW_MAX_RULES);
    if (rc == 0)
        loader->correlations[loader->correlation_count++] = *pending;
    return rc;
}

int sw_correlation_parse(struct sw_loader *loader, const struct sw_yaml_document *document)
{
    struct sw_pending_correlation pending = {.correlation = {.condition_root = SW_NO_NODE}};
    struct reading r = {loader, sw_yaml_get(document->root, "correlation"), &pending, &pending.correlation};
    if (r.map->kind != SW_YAML_MAP)
        return sw_loader_fail(loader, r.map, SW_NO_SUGGESTION, "the correlation must be a map, not %s",
                              sw_yaml_kind_name(r.map));
    int rc = sw_rule_meta(loader, document, &r.c->meta);
    if (rc == 0)
        rc = read_all(&r, document->root);
    if (rc != 0)
        return rc;
    const struct sw_record record = {SW_RECORD_CORRELATION, (uint32_t)loader->correlation_count, UINT32_MAX,
                                     loader->path, document->line};
    rc = sw_correlation_pend(loader, &pending);
    return rc != 0 ? rc : sw_loader_record(loader, &r.c->meta, &record);
}
