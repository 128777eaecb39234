/* test_sigma_conformance.c - the conformance cases through the loader, the plain evaluator and the compiled matcher. */
#include "conformance.h"

#include "evaluator.h"
#include "sigma/correlate.h"
#include "sigma/program.h"

/* What decides a case's events, in both ways. */
struct deciders {
    struct conf_case *c;
    struct sw_classes *classes;
    struct sw_oracle *oracle;
    struct sw_program *program;
    struct sw_matcher *matcher;
    struct sw_event event;
};

static bool listed(const struct sw_yaml *titles, struct sw_str title)
{
    for (uint32_t i = 0; i < titles->count; i++)
        if (sw_str_eq(titles->items[i]->text, title))
            return true;
    return false;
}

/* Whether rule `index` must match an event of the list `match` (or, if not `match`, of `miss`). */
static bool wanted(const struct deciders *d, const struct sw_yaml *event, bool match, uint32_t index)
{
    const struct sw_yaml *titles = sw_yaml_get(event, "_rules");
    return match && (titles == NULL || listed(titles, d->c->rules->rules[index].title));
}

static void check_event(struct deciders *d, const struct sw_yaml *map, bool match, uint32_t number)
{
    conf_event(d->c, d->classes, map, &d->event);
    sw_oracle_event(d->oracle, &d->event);
    const uint32_t *matches;
    int count = sw_matcher_run(d->matcher, &d->event, &matches);
    for (uint32_t rule = 0; rule < d->c->rules->rule_count; rule++) {
        bool want = wanted(d, map, match, rule);
        bool oracle = sw_oracle_holds(d->oracle, rule);
        bool compiled = false;
        for (int i = 0; i < count; i++)
            compiled = compiled || matches[i] == rule;
        if (oracle == want && compiled == want)
            continue;
        CONF_FAIL(d->c, "%s event %u, rule '%.*s': evaluator says %s, matcher says %s", match ? "match" : "miss",
                  number, SW_STR_ARG(d->c->rules->rules[rule].title), oracle ? "yes" : "no", compiled ? "yes" : "no");
    }
}

static void check_events(struct deciders *d, const char *key)
{
    const struct sw_yaml *list = sw_yaml_get(d->c->map, key);
    for (uint32_t i = 0; list != NULL && i < list->count; i++)
        check_event(d, list->items[i], key[1] == 'a', i + 1);
}

/* --- correlations ------------------------------------------------------------------------------------------- */

/* What the engine gave, compared one by one with what the case wants. */
struct outcome {
    struct conf_case *c;
    const struct sw_yaml *wanted;
    uint32_t next;
    const char *order; /* in which the events came */
};

/* A wanted number that differs, or NULL. */
static const char *differing(const struct sw_yaml *want, const struct sw_correlation_match *m)
{
    const struct {
        const char *key;
        double is;
    } numbers[] = {{"count", (double)m->count},
                   {"first", (double)(m->first / SW_SECOND - 1700000000)},
                   {"last", (double)(m->last / SW_SECOND - 1700000000)},
                   {"since", (double)(m->since / SW_SECOND - 1700000000)},
                   {"value", m->value},
                   {"members", (double)m->member_count}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct sw_yaml *value = sw_yaml_get(want, numbers[i].key);
        double wanted_number;
        if (value == NULL || sw_str_double(value->text, &wanted_number) != 0)
            continue;
        if (wanted_number - numbers[i].is > 1e-9 || numbers[i].is - wanted_number > 1e-9)
            return numbers[i].key;
    }
    const struct sw_yaml *group = sw_yaml_get(want, "group");
    for (uint32_t i = 0; group != NULL && i < group->count; i++)
        if (i >= m->group_count || !sw_str_eq(group->items[i]->text, m->groups[i]))
            return "group";
    return NULL;
}

static int take_match(void *context, const struct sw_correlation_match *m)
{
    struct outcome *o = context;
    struct sw_str title = o->c->rules->correlations[m->correlation].meta.title;
    uint32_t number = o->next++;
    if (o->wanted == NULL || number >= o->wanted->count) {
        CONF_FAIL(o->c, "events %s: one match too many: '%.*s' count %llu first %lld last %lld", o->order,
                  SW_STR_ARG(title), (unsigned long long)m->count, (long long)(m->first / SW_SECOND - 1700000000),
                  (long long)(m->last / SW_SECOND - 1700000000));
        return 0;
    }
    const struct sw_yaml *want = o->wanted->items[number];
    const char *what = sw_str_eq(title, sw_yaml_get(want, "title")->text) ? differing(want, m) : "title";
    if (what != NULL)
        CONF_FAIL(
            o->c,
            "events %s, match %u: another %s: '%.*s' count %llu first %lld last %lld since %lld value %g group %.*s",
            o->order, number + 1, what, SW_STR_ARG(title), (unsigned long long)m->count,
            (long long)(m->first / SW_SECOND - 1700000000), (long long)(m->last / SW_SECOND - 1700000000),
            (long long)(m->since / SW_SECOND - 1700000000), m->value,
            SW_STR_ARG(m->group_count > 0 ? m->groups[0] : SW_STR("none")));
    return 0;
}

/* One event's matches go to one of the observers. */
static void observe(struct deciders *d, struct sw_observer *observer, const struct sw_yaml *map, uint32_t number)
{
    conf_event(d->c, d->classes, map, &d->event);
    const uint32_t *matches;
    int count = sw_matcher_run(d->matcher, &d->event, &matches);
    for (int i = 0; i < count; i++)
        if (sw_observer_add(observer, matches[i], &d->event, (struct sw_origin){0, number}) != 0)
            CONF_FAIL(d->c, "not observed");
}

/* The events forwards through one observer, and backwards through two: the outcome must be the same. */
static void check_correlations(struct deciders *d)
{
    const struct sw_yaml *events = sw_yaml_get(d->c->map, "events");
    if (events == NULL)
        return;
    for (int backwards = 0; backwards < 2; backwards++) {
        struct sw_correlator *correlator;
        struct sw_observer *observers[2];
        if (sw_correlator_new(&correlator, d->c->rules, d->classes, 1 << 24) != 0 ||
            sw_observer_new(&observers[0], correlator) != 0 || sw_observer_new(&observers[1], correlator) != 0)
            abort();
        for (uint32_t i = 0; i < events->count; i++) {
            uint32_t which = backwards ? events->count - 1 - i : i;
            observe(d, observers[backwards ? which % 2 : 0], events->items[which], which);
        }
        struct outcome o = {
            .c = d->c, .wanted = sw_yaml_get(d->c->map, "correlations"), .order = backwards ? "backwards" : "forwards"};
        if (sw_correlator_finish(correlator, take_match, &o) != 0)
            CONF_FAIL(d->c, "not correlated");
        if (o.wanted != NULL && o.next < o.wanted->count)
            CONF_FAIL(d->c, "events %s: only %u matches", o.order, o.next);
        sw_correlator_free(correlator);
    }
}

/* --- loading -------------------------------------------------------------------------------------------------- */

static bool has_text(const struct sw_reject *list, size_t count, struct sw_str text)
{
    for (size_t i = 0; i < count; i++)
        if (sw_str_find(list[i].reason, text) != SW_NPOS)
            return true;
    return false;
}

static void check_reject(struct conf_case *c, const struct sw_yaml *reject)
{
    const struct sw_yaml *suggestion = sw_yaml_get(c->map, "suggestion");
    const struct sw_yaml *at = sw_yaml_get(c->map, "at");
    if (c->rules->reject_count == 0) {
        CONF_FAIL(c, "not rejected");
        return;
    }
    const struct sw_reject *r = &c->rules->rejects[0];
    if (sw_str_find(r->reason, reject->text) == SW_NPOS)
        CONF_FAIL(c, "rejected for another reason: %.*s", SW_STR_ARG(r->reason));
    if (suggestion != NULL && !sw_str_eq(suggestion->text, r->suggestion))
        CONF_FAIL(c, "another suggestion: %.*s", SW_STR_ARG(r->suggestion));
    char place[32];
    (void)snprintf(place, sizeof place, "%u:%u", r->line - c->first_line, r->column - c->indent);
    if (at != NULL && !sw_str_is(at->text, place))
        CONF_FAIL(c, "at another place: %s", place);
    const struct sw_yaml *placeholder = sw_yaml_get(c->map, "placeholder");
    if (r->placeholder != (placeholder != NULL && placeholder->truth))
        CONF_FAIL(c, "placeholder is %s", r->placeholder ? "set" : "not set");
}

static void check_loading(struct conf_case *c)
{
    const struct sw_yaml *reject = sw_yaml_get(c->map, "reject");
    const struct sw_yaml *warning = sw_yaml_get(c->map, "warning");
    const struct sw_yaml *loaded = sw_yaml_get(c->map, "loaded");
    if (reject != NULL)
        check_reject(c, reject);
    else if (c->rules->reject_count > 0)
        CONF_FAIL(c, "rejected: %u:%u: %.*s", c->rules->rejects[0].line, c->rules->rejects[0].column,
                  SW_STR_ARG(c->rules->rejects[0].reason));
    if (warning != NULL && !has_text(c->rules->warnings, c->rules->warning_count, warning->text))
        CONF_FAIL(c, "no such warning");
    size_t count = c->rules->rule_count + c->rules->correlation_count;
    for (size_t i = 0; i < c->rules->rule_count; i++)
        count -= c->rules->rules[i].derived;
    if (loaded != NULL && loaded->integer != (int64_t)count)
        CONF_FAIL(c, "%zu rules loaded", count);
}

static void run(struct conf_case *c)
{
    struct deciders d = {.c = c, .classes = conf_classes()};
    struct sw_error err = {0};
    check_loading(c);
    d.oracle = sw_oracle_new(c->rules, d.classes);
    sw_event_init(&d.event);
    if (sw_program_compile(&d.program, c->rules, d.classes, 1, &err) != 0 ||
        sw_matcher_new(&d.matcher, d.program) != 0) {
        CONF_FAIL(c, "not compiled: %s", err.text);
    } else {
        check_events(&d, "match");
        check_events(&d, "miss");
        check_correlations(&d);
    }
    sw_matcher_free(d.matcher);
    sw_program_free(d.program);
    sw_event_fini(&d.event);
    sw_oracle_free(d.oracle);
    sw_classes_free(d.classes);
}

static void test_file(void **state)
{
    assert_int_equal(conf_file(*state, run), 0);
}

int main(void)
{
    return conf_main(test_file);
}
