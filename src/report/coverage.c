/* coverage.c - counts the rules of each technique and, with evidence, those whose log was there. Reports: coverage_text.c. */
#include "report/coverage.h"

#include "base/mem.h"
#include "base/time.h"

#include <stdlib.h>

/* What detects beside rules: which techniques, and by which classes of events. */
static const struct {
    const char *name;
    const char *category; /* of the log source that it reads */
    const char *techniques;
} engines[] = {
    /* src/web: of its classes' techniques those that a request alone shows, not what it might lead to */
    {"web requests", "webserver", "T1190 T1059 T1505.003 T1595.002 T1595.003"},
    /* src/webshell: scripts are files, not events: no log is needed for them */
    {"scripts of web roots", "", "T1505.003"},
};

static bool same_logsource(const struct sw_logsource *a, const struct sw_logsource *b)
{
    return sw_str_ieq(a->product, b->product) && sw_str_ieq(a->category, b->category) && sw_str_ieq(a->service, b->service);
}

static int add_need(struct sw_covered *to, const struct sw_logsource *logsource)
{
    for (size_t i = 0; i < to->need_count; i++)
        if (same_logsource(&to->needs[i].logsource, logsource)) {
            to->needs[i].rules++;
            return 0;
        }
    int rc = sw_grow(&to->needs, &to->need_cap, to->need_count, sizeof *to->needs, SIZE_MAX / 64);
    if (rc == 0)
        to->needs[to->need_count++] = (struct sw_need){*logsource, 1};
    return rc;
}

static int add_class(struct sw_covered *to, uint32_t cls, const struct sw_seen *seen)
{
    for (size_t i = 0; i < to->class_count; i++)
        if (to->classes[i] == cls)
            return 0;
    int rc = sw_grow(&to->classes, &to->class_cap, to->class_count, sizeof *to->classes, SIZE_MAX / 64);
    if (rc != 0)
        return rc;
    to->classes[to->class_count++] = cls;
    if (seen->first != SW_TIME_NONE && (to->first == SW_TIME_NONE || seen->first < to->first))
        to->first = seen->first;
    if (seen->last != SW_TIME_NONE && (to->last == SW_TIME_NONE || seen->last > to->last))
        to->last = seen->last;
    return 0;
}

/* Whether a tag's technique is the one of the row, or a sub-technique of it. */
static bool counts_for(struct sw_str tagged, const struct sw_technique *technique)
{
    return sw_str_istarts(tagged, technique->id) && (tagged.len == technique->id.len || tagged.ptr[technique->id.len] == '.');
}

static bool detects(const struct sw_rule *rule, const struct sw_technique *technique)
{
    for (size_t i = 0; i < rule->tag_count; i++) {
        struct sw_str tagged = sw_tag_technique(rule->tags[i]);
        if (tagged.len > 0 && counts_for(tagged, technique))
            return true;
    }
    return false;
}

/* Adds the classes of the evidence that the log source applies to; true if there are any. */
static int add_classes(const struct sw_coverage *c, struct sw_covered *to, const struct sw_logsource *logsource, bool *usable)
{
    for (uint32_t cls = 0; c->seen != NULL && cls < sw_classes_count(c->classes); cls++) {
        if (c->seen[cls].events == 0 || sw_class_view(sw_classes_get(c->classes, cls), logsource) == NULL)
            continue;
        *usable = true;
        int rc = add_class(to, cls, &c->seen[cls]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int add_rule(const struct sw_coverage *c, struct sw_covered *to, const struct sw_logsource *logsource)
{
    bool usable = false;
    to->rules++;
    int rc = add_need(to, logsource);
    if (rc == 0)
        rc = add_classes(c, to, logsource, &usable);
    to->usable += usable;
    return rc;
}

/* A correlation needs every rule that it refers to; the first of them, through chains, tells its log source. */
static const struct sw_rule *first_base(const struct sw_rules *rules, const struct sw_correlation *correlation)
{
    for (size_t depth = 0; depth < 32 && correlation->ref_count > 0; depth++) {
        const struct sw_ref *ref = &correlation->refs[0];
        if (!ref->is_correlation)
            return &rules->rules[ref->index];
        correlation = &rules->correlations[ref->index];
    }
    return NULL;
}

static int add_engines(const struct sw_coverage *c, const struct sw_technique *technique, struct sw_covered *to)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof engines / sizeof engines[0] && rc == 0; i++) {
        struct sw_str rest = sw_str(engines[i].techniques);
        struct sw_str id;
        bool found = false;
        while (sw_str_next(&rest, ' ', &id))
            found |= id.len > 0 && counts_for(id, technique);
        if (!found)
            continue;
        struct sw_logsource logsource = {.category = sw_str(engines[i].category)};
        to->engine = engines[i].name;
        if (to->need_count == 0) { /* no rule says what log it needs */
            rc = add_need(to, &logsource);
            if (rc != 0)
                return rc;
            to->needs[0].rules = 0;
        }
        rc = add_classes(c, to, &logsource, &to->engine_usable);
    }
    return rc;
}

static int by_rules(const void *a, const void *b)
{
    const struct sw_need *x = a;
    const struct sw_need *y = b;
    if (x->rules != y->rules)
        return x->rules < y->rules ? 1 : -1;
    int order = sw_str_cmp(x->logsource.product, y->logsource.product);
    if (order == 0)
        order = sw_str_cmp(x->logsource.category, y->logsource.category);
    return order != 0 ? order : sw_str_cmp(x->logsource.service, y->logsource.service);
}

static int fill(const struct sw_coverage *c, const struct sw_rules *rules, uint32_t index)
{
    const struct sw_technique *technique = &c->tradecraft->techniques[index];
    struct sw_covered *to = &c->techniques[index];
    to->first = to->last = SW_TIME_NONE;
    int rc = 0;
    for (size_t i = 0; i < rules->rule_count && rc == 0; i++)
        if (!rules->rules[i].silent && !rules->rules[i].derived && detects(&rules->rules[i], technique))
            rc = add_rule(c, to, &rules->rules[i].logsource);
    for (size_t i = 0; i < rules->correlation_count && rc == 0; i++) {
        const struct sw_rule *base = first_base(rules, &rules->correlations[i]);
        if (base != NULL && detects(&rules->correlations[i].meta, technique))
            rc = add_rule(c, to, &base->logsource);
    }
    if (rc == 0)
        rc = add_engines(c, technique, to);
    if (to->need_count > 1)
        qsort(to->needs, to->need_count, sizeof *to->needs, by_rules);
    return rc;
}

int sw_coverage_init(struct sw_coverage *coverage, const struct sw_tradecraft *tradecraft, const struct sw_classes *classes,
                     const struct sw_rules *rules, const struct sw_seen *seen)
{
    *coverage = (struct sw_coverage){.tradecraft = tradecraft, .classes = classes, .seen = seen};
    coverage->techniques = sw_alloc(tradecraft->technique_count + 1, sizeof *coverage->techniques);
    int rc = coverage->techniques != NULL ? 0 : SW_E_NOMEM;
    for (uint32_t i = 0; i < tradecraft->technique_count && rc == 0; i++)
        rc = fill(coverage, rules, i);
    return rc;
}

void sw_coverage_fini(struct sw_coverage *coverage)
{
    for (size_t i = 0; coverage->techniques != NULL && i < coverage->tradecraft->technique_count; i++) {
        sw_free(coverage->techniques[i].needs);
        sw_free(coverage->techniques[i].classes);
    }
    sw_free(coverage->techniques);
    coverage->techniques = NULL;
}

static bool has_itself(const struct sw_coverage *c, uint32_t technique)
{
    const struct sw_covered *covered = &c->techniques[technique];
    if (c->seen != NULL)
        return covered->usable > 0 || covered->engine_usable;
    return covered->rules > 0 || covered->engine != NULL;
}

bool sw_coverage_has(const struct sw_coverage *coverage, uint32_t technique)
{
    const struct sw_technique *t = &coverage->tradecraft->techniques[technique];
    bool has = has_itself(coverage, technique);
    for (size_t i = 0; i < t->through_count && !has; i++)
        has = has_itself(coverage, t->through[i]);
    return has;
}
