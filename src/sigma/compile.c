/*
 * compile.c - rules and classes into a program: for each class the rules that apply and how they see it, then plans,
 * lookups and databases. The stages are described in compile_priv.h.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"

static void init_build(struct sw_build *b)
{
    sw_arena_init(&b->arena, SIZE_MAX);
    sw_arena_init(&b->folds, SIZE_MAX);
    sw_buf_init(&b->key, SIZE_MAX);
    struct sw_map *const maps[] = {&b->fields, &b->test_ids, &b->set_ids, &b->lens_ids, &b->lookup_ids,
                                   &b->plan_ids};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        sw_map_init(maps[i], SW_MAX_SECTION, SIZE_MAX);
}

static void fini_build(struct sw_build *b)
{
    sw_arena_fini(&b->arena);
    sw_arena_fini(&b->folds);
    sw_buf_fini(&b->key);
    struct sw_map *const maps[] = {&b->fields, &b->test_ids, &b->set_ids, &b->lens_ids, &b->lookup_ids,
                                   &b->plan_ids};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        sw_map_fini(maps[i]);
    for (size_t i = 0; i < b->lens_count; i++)
        sw_free(b->lenses[i].tree_of);
    void *const owned[] = {b->trees, b->tree_children.at, b->lens_pairs.at, b->lenses, b->notes, b->needs, b->gram_counts,
                           b->field_values};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        sw_free(owned[i]);
}

/* --- the rules of each class -------------------------------------------------------------------------------- */

/* Rules grouped by log source: classes are asked once for each distinct one. */
struct sources {
    uint32_t *source_of_rule;
    uint32_t *examples; /* a rule of each source */
    size_t count;
};

static int list_sources(struct sw_build *b, struct sources *sources)
{
    size_t rule_count = b->rules->rule_count;
    sources->source_of_rule = sw_alloc(rule_count + 1, sizeof *sources->source_of_rule);
    sources->examples = sw_alloc(rule_count + 1, sizeof *sources->examples);
    if (sources->source_of_rule == NULL || sources->examples == NULL)
        return SW_E_NOMEM;
    struct sw_map ids;
    sw_map_init(&ids, SW_MAX_SECTION, SIZE_MAX);
    int rc = 0;
    for (size_t i = 0; i < rule_count && rc == 0; i++) {
        const struct sw_logsource *source = &b->rules->rules[i].logsource;
        sw_buf_clear(&b->key);
        sw_buf_str_add(&b->key, source->product);
        sw_buf_char(&b->key, '\0');
        sw_buf_str_add(&b->key, source->category);
        sw_buf_char(&b->key, '\0');
        sw_buf_str_add(&b->key, source->service);
        rc = sw_buf_error(&b->key);
        bool added = false;
        if (rc == 0)
            rc = sw_map_intern(&ids, sw_buf_str(&b->key), (uint32_t)sources->count, &sources->source_of_rule[i], &added);
        if (added)
            sources->examples[sources->count++] = (uint32_t)i;
    }
    sw_map_fini(&ids);
    return rc;
}

/* The lens of each log source in a class; SW_NONE: its rules don't apply. */
static int lenses_of_class(struct sw_build *b, const struct sources *sources, const struct sw_class *cls, uint32_t *lenses)
{
    int rc = 0;
    for (size_t i = 0; i < sources->count && rc == 0; i++) {
        const struct sw_view *view = sw_class_view(cls, &b->rules->rules[sources->examples[i]].logsource);
        lenses[i] = SW_NONE;
        if (view != NULL)
            rc = sw_build_lens(b, view, &lenses[i]);
    }
    return rc;
}

/* The trees of the rules that apply to each class, class after class. */
struct class_rules {
    struct sw_span *classes; /* in planned */
    struct sw_planned *planned;
    size_t count, cap;
};

static int add_class(struct sw_build *b, const struct sources *sources, const uint32_t *lenses, struct class_rules *to)
{
    int rc = 0;
    for (size_t i = 0; i < b->rules->rule_count && rc == 0; i++) {
        uint32_t lens = lenses[sources->source_of_rule[i]];
        if (lens == SW_NONE)
            continue;
        struct sw_planned planned = {.rule = (uint32_t)i};
        rc = sw_build_tree(b, planned.rule, lens, &planned.tree);
        if (rc == 0)
            rc = sw_grow(&to->planned, &to->cap, to->count, sizeof *to->planned, SW_MAX_SECTION);
        if (rc == 0)
            to->planned[to->count++] = planned;
    }
    return rc;
}

static int list_class_rules(struct sw_build *b, struct class_rules *to)
{
    struct sources sources = {0};
    uint32_t class_count = sw_classes_count(b->classes);
    uint32_t *lenses = NULL;
    to->classes = sw_alloc((size_t)class_count + 1, sizeof *to->classes);
    int rc = to->classes != NULL ? list_sources(b, &sources) : SW_E_NOMEM;
    if (rc == 0) {
        lenses = sw_alloc(sources.count + 1, sizeof *lenses);
        rc = lenses != NULL ? 0 : SW_E_NOMEM;
    }
    for (uint32_t i = 0; i < class_count && rc == 0; i++) {
        to->classes[i].first = (uint32_t)to->count;
        rc = lenses_of_class(b, &sources, sw_classes_get(b->classes, i), lenses);
        if (rc == 0)
            rc = add_class(b, &sources, lenses, to);
        to->classes[i].count = (uint32_t)to->count - to->classes[i].first;
    }
    sw_free(lenses);
    sw_free(sources.source_of_rule);
    sw_free(sources.examples);
    return rc;
}

/* A plan for each distinct list of rules. */
static int build_plans(struct sw_build *b, const struct class_rules *from)
{
    uint32_t class_count = sw_classes_count(b->classes);
    int rc = 0;
    for (uint32_t i = 0; i < class_count && rc == 0; i++) {
        size_t count = from->classes[i].count;
        const struct sw_planned *rules = count > 0 ? from->planned + from->classes[i].first : NULL;
        uint32_t plan = SW_NONE;
        bool added = false;
        struct sw_str key = {(const char *)rules, count * sizeof *rules};
        if (count > 0)
            rc = sw_map_intern(&b->plan_ids, key, (uint32_t)b->program->plans.count, &plan, &added);
        if (rc == 0 && added)
            rc = sw_build_plan(b, rules, count, &plan);
        uint32_t index;
        if (rc == 0)
            rc = SW_SECTION_ADD(&b->program->class_plans, &plan, 1, &index);
    }
    return rc;
}

static int build(struct sw_build *b)
{
    struct class_rules class_rules = {0};
    uint32_t any;
    int rc = sw_build_field(b, SW_STR(""), &any); /* SW_ANY_FIELD */
    if (rc == 0)
        rc = list_class_rules(b, &class_rules);
    if (rc == 0)
        rc = sw_build_notes(b);
    if (rc == 0)
        rc = build_plans(b, &class_rules);
    if (rc == 0)
        rc = sw_build_databases(b);
    sw_free(class_rules.classes);
    sw_free(class_rules.planned);
    return rc != 0 ? rc : sw_program_start(b->program, b->err);
}

int sw_program_compile(struct sw_program **program, const struct sw_rules *rules, const struct sw_classes *classes,
                       unsigned threads, struct sw_error *err)
{
    *program = sw_alloc(1, sizeof **program);
    if (*program == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "no memory for the rules");
    if (err != NULL)
        err->code = 0;
    (*program)->rule_count = (uint32_t)rules->rule_count;
    struct sw_build b = {.program = *program, .rules = rules, .classes = classes, .threads = threads, .err = err};
    init_build(&b);
    int rc = build(&b);
    fini_build(&b);
    if (rc != 0) {
        sw_program_free(*program);
        *program = NULL;
        if (err != NULL && err->code == 0)
            return sw_error_set(err, rc, 0, 0, "the rules can't be compiled: %s", sw_strerror(rc));
    }
    return rc;
}
