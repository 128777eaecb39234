/* aggregate.c - the old way to write a correlation into a rule's condition, after a pipe:
 *     selection | count(field) by group > 5        with timeframe; also min, max, avg, sum
 *     selection | near other and not another       with timeframe
 * The rule becomes a silent base rule (for `near` one for each name) and a correlation that bears the rule's name. */
#include "sigma/condition.h"
#include "sigma/suggest.h"

/* --- words -------------------------------------------------------------------------------------------------- */

struct words {
    struct sw_loader *loader;
    const struct sw_yaml *at;
    struct sw_str text; /* the whole condition */
    size_t pos;
    struct sw_str word; /* the present one; empty at the end */
    size_t start;
};

static bool is_part(char c)
{
    return !sw_is_space(c) && strchr("()<>=,|", c) == NULL;
}

static void next(struct words *w)
{
    while (w->pos < w->text.len && sw_is_space(w->text.ptr[w->pos]))
        w->pos++;
    w->start = w->pos;
    while (w->pos < w->text.len && is_part(w->text.ptr[w->pos]))
        w->pos++;
    if (w->pos == w->start && w->pos < w->text.len) {
        bool two =
            w->pos + 1 < w->text.len && strchr("<>=", w->text.ptr[w->pos]) != NULL && w->text.ptr[w->pos + 1] == '=';
        w->pos += two ? 2 : 1;
    }
    w->word = sw_str_slice(w->text, w->start, w->pos);
}

static int fail(const struct words *w, struct sw_str suggestion, const char *why)
{
    uint32_t column = w->at->column + (w->at->plain ? 0 : 1) + (uint32_t)w->start;
    return sw_loader_fail_at(w->loader, w->at->line, column, suggestion, "the aggregation %s", why);
}

static bool is(const struct words *w, const char *word)
{
    return sw_str_ieq(w->word, sw_str(word));
}

static bool is_field(const struct words *w)
{
    return w->word.len > 0 && is_part(w->word.ptr[0]) && w->word.len <= SW_MAX_FIELD_NAME;
}

/* --- count and its kin ---------------------------------------------------------------------------------------- */

static int read_function(struct words *w, struct sw_correlation *c)
{
    static const struct {
        const char *name;
        enum sw_correlation_type type;
        double percentile;
    } functions[] = {{"count", SW_EVENT_COUNT, 0},      {"sum", SW_VALUE_SUM, 0},          {"avg", SW_VALUE_AVG, 0},
                     {"min", SW_VALUE_PERCENTILE, 0},   {"max", SW_VALUE_PERCENTILE, 100}};
    enum { FUNCTIONS = sizeof functions / sizeof *functions };
    size_t i = 0;
    while (i < FUNCTIONS && !is(w, functions[i].name))
        i++;
    if (i == FUNCTIONS) {
        struct sw_suggest suggest;
        sw_suggest_init(&suggest, w->word);
        for (i = 0; i < FUNCTIONS; i++)
            sw_suggest_offer(&suggest, sw_str(functions[i].name));
        return fail(w, suggest.best, "is none of count, min, max, avg, sum and near");
    }
    c->type = functions[i].type;
    c->percentile = functions[i].percentile;
    next(w);
    if (!is(w, "("))
        return fail(w, SW_NO_SUGGESTION, "misses the bracket after the function's name");
    next(w);
    if (is_field(w) && !is(w, "*")) {
        sw_field_id *field = sw_arena_raw(&w->loader->rules->arena, sizeof *field, 8);
        if (field == NULL)
            return SW_E_NOMEM;
        *field = sw_field_intern(w->word);
        c->value_fields = field;
        c->value_field_count = 1;
        if (c->type == SW_EVENT_COUNT)
            c->type = SW_VALUE_COUNT;
    }
    if (is_field(w))
        next(w);
    if (!is(w, ")"))
        return fail(w, SW_NO_SUGGESTION, "misses the closing bracket after the field's name");
    if (c->type != SW_EVENT_COUNT && c->value_field_count == 0)
        return fail(w, SW_NO_SUGGESTION, "needs a field in its brackets");
    next(w);
    return 0;
}

/* `by a, b`, if there. */
static int read_groups(struct words *w, struct sw_correlation *c)
{
    enum { MOST = 64 };
    if (!is(w, "by"))
        return 0;
    sw_field_id *groups = sw_arena_raw(&w->loader->rules->arena, MOST * sizeof *groups, 8);
    if (groups == NULL)
        return SW_E_NOMEM;
    c->group_by = groups;
    do {
        next(w);
        if (!is_field(w))
            return fail(w, SW_NO_SUGGESTION, "needs a field's name after 'by'");
        if (c->group_count == MOST)
            return fail(w, SW_NO_SUGGESTION, "groups by too many fields");
        groups[c->group_count++] = sw_field_intern(w->word);
        next(w);
    } while (is(w, ","));
    return 0;
}

static int read_bound(struct words *w, struct sw_correlation *c)
{
    static const struct {
        const char *sign;
        uint8_t op;
    } signs[] = {{">", SW_GT}, {">=", SW_GTE}, {"<", SW_LT}, {"<=", SW_LTE}, {"=", SW_EQ}, {"==", SW_EQ}};
    enum { SIGNS = sizeof signs / sizeof *signs };
    size_t i = 0;
    while (i < SIGNS && !is(w, signs[i].sign))
        i++;
    if (i == SIGNS)
        return fail(w, SW_NO_SUGGESTION, "misses a comparison such as '> 5'");
    struct sw_bound *bound = sw_arena_zero(&w->loader->rules->arena, 1, sizeof *bound);
    if (bound == NULL)
        return SW_E_NOMEM;
    bound->op = signs[i].op;
    next(w);
    if (sw_str_double(w->word, &bound->value) != 0)
        return fail(w, SW_NO_SUGGESTION, "compares with something that is no number");
    next(w);
    if (w->word.len > 0)
        return fail(w, SW_NO_SUGGESTION, "goes on after its comparison");
    c->bounds = bound;
    c->bound_count = 1;
    return 0;
}

/* --- the rules it becomes ------------------------------------------------------------------------------------- */

/* A silent rule for one part; number 0 is the main one. */
static int add_base(struct sw_loader *loader, const struct sw_rule *meta, uint32_t root, unsigned number,
                    uint32_t *index)
{
    struct sw_rule base = *meta;
    base.id = sw_arena_printf(&loader->rules->arena, "%.*s#%u", SW_STR_ARG(meta->id), number);
    if (base.id.ptr == NULL)
        return SW_E_NOMEM;
    base.name = SW_STR("");
    base.root = root;
    base.silent = true;
    base.derived = true;
    return sw_rule_add(loader, &base, index);
}

static int read_timeframe(struct sw_loader *loader, const struct sw_yaml *detection, bool needed,
                          const struct sw_rule *meta, int64_t *span)
{
    const struct sw_yaml *value = sw_yaml_get(detection, "timeframe");
    *span = SW_TIMESPAN_ALL;
    if (value == NULL && needed)
        return sw_loader_fail(loader, detection, SW_STR("timeframe: 5m"), "'near' needs a timeframe");
    if (value == NULL)
        return sw_loader_warn(loader, meta, detection->line, detection->column,
                              "the aggregation has no timeframe; it spans all evidence");
    if (!sw_yaml_is_scalar(value) || sw_timespan(value->text, span) != 0 || *span <= 0)
        return sw_loader_fail(loader, value, SW_STR("5m"), "the timeframe must be a number and s, m, h or d");
    return 0;
}

/* Puts the correlation on the waiting list and on record; refs are known already. */
static int add_correlation(struct sw_loader *loader, const struct sw_rule *meta, struct sw_correlation *c)
{
    c->meta = *meta;
    c->meta.root = SW_NO_NODE;
    struct sw_pending_correlation pending = {.correlation = *c};
    const struct sw_record record = {SW_RECORD_CORRELATION, (uint32_t)loader->correlation_count, c->refs[0].index,
                                     meta->path, meta->line};
    int rc = sw_correlation_pend(loader, &pending);
    return rc != 0 ? rc : sw_loader_record(loader, meta, &record);
}

static int finish_count(struct sw_loader *loader, const struct sw_rule *meta, uint32_t root, struct sw_correlation *c)
{
    struct sw_ref *ref = sw_arena_zero(&loader->rules->arena, 1, sizeof *ref);
    if (ref == NULL)
        return SW_E_NOMEM;
    int rc = add_base(loader, meta, root, 0, &ref->index);
    c->refs = ref;
    c->ref_count = 1;
    return rc != 0 ? rc : add_correlation(loader, meta, c);
}

/* --- near ------------------------------------------------------------------------------------------------------ */

enum { NEAR_MOST = 64 };

/* The selections that `near` names become rules, and the expression is over them. */
struct near {
    struct sw_loader *loader;
    const struct sw_yaml *at;
    struct sw_selections *selections;
    const struct sw_rule *meta;
    struct sw_ref *refs; /* NEAR_MOST; 0 is the main condition */
    const struct sw_selection *of[NEAR_MOST];
    size_t count;
};

static int near_name(void *context, struct sw_str name, uint32_t column, uint32_t *node)
{
    struct near *near = context;
    struct sw_selection *selection = NULL;
    for (size_t i = 0; i < near->selections->count && selection == NULL; i++)
        if (sw_str_eq(near->selections->list[i].name, name))
            selection = &near->selections->list[i];
    if (selection == NULL)
        return sw_loader_fail_at(near->loader, near->at->line, column, SW_NO_SUGGESTION,
                                 "'near' names '%.*s', which is no selection of the rule", SW_STR_ARG(name));
    selection->used = true;
    for (size_t i = 1; i < near->count; i++)
        if (near->of[i] == selection)
            return sw_build_ref(near->loader, (uint32_t)i, node);
    if (near->count == NEAR_MOST)
        return sw_loader_fail_at(near->loader, near->at->line, column, SW_NO_SUGGESTION,
                                 "'near' names too many selections");
    uint32_t index;
    int rc = add_base(near->loader, near->meta, selection->node, (unsigned)near->count, &index);
    if (rc != 0)
        return rc;
    near->refs[near->count] = (struct sw_ref){false, index};
    near->of[near->count] = selection;
    return sw_build_ref(near->loader, (uint32_t)near->count++, node);
}

static int finish_near(struct words *w, struct sw_selections *selections, const struct sw_rule *meta, uint32_t root,
                       struct sw_correlation *c)
{
    struct sw_loader *loader = w->loader;
    struct near near = {.loader = loader, .at = w->at, .selections = selections, .meta = meta, .count = 1};
    near.refs = sw_arena_zero(&loader->rules->arena, NEAR_MOST, sizeof *near.refs);
    if (near.refs == NULL)
        return SW_E_NOMEM;
    int rc = add_base(loader, meta, root, 0, &near.refs[0].index);
    const struct sw_condition_names names = {&near, near_name, NULL};
    uint32_t main_node;
    uint32_t others;
    size_t floor = loader->stack_count;
    if (rc == 0)
        rc = sw_condition_parse(loader, w->at, sw_str_from(w->text, w->pos), w->pos, &names, &others);
    if (rc == 0)
        rc = sw_build_ref(loader, 0, &main_node);
    if (rc == 0)
        rc = sw_build_push(loader, main_node);
    if (rc == 0)
        rc = sw_build_push(loader, others);
    if (rc == 0)
        rc = sw_build_close(loader, floor, SW_NODE_AND, 0, &c->condition_root);
    c->type = SW_TEMPORAL;
    c->refs = near.refs;
    c->ref_count = near.count;
    return rc != 0 ? rc : add_correlation(loader, meta, c);
}

int sw_aggregate_parse(struct sw_loader *loader, const struct sw_yaml *detection, const struct sw_yaml *condition,
                       struct sw_selections *selections, struct sw_rule *meta)
{
    size_t pipe = sw_str_chr(condition->text, '|');
    struct words w = {.loader = loader, .at = condition, .text = condition->text, .pos = pipe + 1, .start = pipe};
    struct sw_correlation c = {.condition_root = SW_NO_NODE};
    uint32_t root;
    int rc =
        sw_selections_condition_text(loader, condition, sw_str_slice(condition->text, 0, pipe), 0, selections, &root);
    if (rc == 0)
        rc = sw_loader_keep(loader, condition->text, &meta->condition);
    if (rc != 0)
        return rc;
    next(&w);
    bool near = is(&w, "near");
    rc = read_timeframe(loader, detection, near, meta, &c.timespan);
    if (rc == 0 && near)
        return finish_near(&w, selections, meta, root, &c);
    if (rc == 0)
        rc = read_function(&w, &c);
    if (rc == 0)
        rc = read_groups(&w, &c);
    if (rc == 0)
        rc = read_bound(&w, &c);
    return rc != 0 ? rc : finish_count(loader, meta, root, &c);
}
