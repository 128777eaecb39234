/* correlate_plan.c - what each correlation needs of what it refers to, worked out once: fields of events, values that
 * have to be carried up through chains, and extended conditions in postfix form. */
#include "sigma/correlate_priv.h"

#include "base/mem.h"

/* --- fields ------------------------------------------------------------------------------------------------- */

static sw_field_id aliased(const struct sw_correlation *c, size_t group, uint32_t ref)
{
    for (size_t i = 0; i < c->alias_count; i++)
        if (c->aliases[i].group == group && c->aliases[i].rule_ref == ref)
            return c->aliases[i].field;
    return c->group_by[group];
}

static size_t field_count(const struct sw_plan *plan)
{
    return plan->groups + plan->values + plan->carries;
}

/* The names that a ref has to deliver. */
static int name_fields(struct sw_correlator *c, struct sw_plan *plan, uint32_t ref)
{
    const struct sw_correlation *correlation = plan->correlation;
    struct sw_edge *edge = &plan->edges[ref];
    edge->fields = sw_arena_raw(&c->arena, field_count(plan) * sizeof *edge->fields, 8);
    if (edge->fields == NULL)
        return SW_E_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < plan->groups; i++)
        edge->fields[n++] = aliased(correlation, i, ref);
    for (size_t i = 0; i < plan->values; i++)
        edge->fields[n++] = correlation->value_fields[i];
    for (size_t i = 0; i < plan->carries; i++)
        edge->fields[n++] = plan->carry[i];
    return 0;
}

/* Where a correlation's observations have a name: a group, or something carried (which is made so if it isn't yet). */
static int place_of(struct sw_plan *below, sw_field_id name, int32_t *place)
{
    sw_field_id key = sw_field_key(name);
    for (size_t i = 0; i < below->groups; i++) {
        *place = (int32_t)i;
        if (sw_field_key(below->correlation->group_by[i]) == key)
            return 0;
    }
    size_t at = 0;
    while (at < below->carries && sw_field_key(below->carry[at]) != key)
        at++;
    if (at == below->carries) {
        int rc = sw_grow(&below->carry, &below->carry_cap, below->carries, sizeof *below->carry, 4096);
        if (rc != 0)
            return rc;
        below->carry[below->carries++] = name;
    }
    *place = (int32_t)(below->groups + (below->numeric ? 0 : below->values) + at);
    return 0;
}

static int add_parent(struct sw_plan *below, uint32_t correlation, uint32_t ref)
{
    int rc = sw_grow(&below->parents, &below->parent_cap, below->parent_count, sizeof *below->parents, UINT32_MAX);
    if (rc == 0)
        rc = sw_grow(&below->parent_refs, &below->parent_ref_cap, below->parent_count, sizeof *below->parent_refs,
                     UINT32_MAX);
    if (rc != 0)
        return rc;
    below->parents[below->parent_count] = correlation;
    below->parent_refs[below->parent_count++] = ref;
    return 0;
}

static int link_correlation(struct sw_correlator *c, struct sw_edge *edge, const struct sw_plan *plan, uint32_t lower)
{
    struct sw_plan *below = &c->plans[lower];
    size_t count = field_count(plan);
    edge->from = sw_arena_raw(&c->arena, count * sizeof *edge->from, 8);
    if (edge->from == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        int rc = place_of(below, edge->fields[i], &edge->from[i]);
        if (rc != 0)
            return rc;
    }
    return add_parent(below, edge->correlation, edge->ref);
}

static int link_rule(struct sw_correlator *c, const struct sw_edge *edge, uint32_t rule)
{
    if (c->feeds[rule] == NULL) {
        c->feeds[rule] = sw_arena_zero(&c->arena, 1, sizeof **c->feeds);
        if (c->feeds[rule] == NULL)
            return SW_E_NOMEM;
        c->feeds[rule]->number = (uint32_t)c->feed_count++;
    }
    struct sw_feed *feed = c->feeds[rule];
    int rc = sw_grow(&feed->edges, &feed->cap, feed->count, sizeof *feed->edges, UINT32_MAX);
    if (rc == 0)
        feed->edges[feed->count++] = edge;
    return rc;
}

static int plan_edges(struct sw_correlator *c, uint32_t index)
{
    struct sw_plan *plan = &c->plans[index];
    const struct sw_correlation *correlation = plan->correlation;
    plan->edges = sw_arena_zero(&c->arena, correlation->ref_count, sizeof *plan->edges);
    if (plan->edges == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    for (uint32_t ref = 0; rc == 0 && ref < correlation->ref_count; ref++) {
        struct sw_edge *edge = &plan->edges[ref];
        edge->correlation = index;
        edge->ref = ref;
        rc = name_fields(c, plan, ref);
        if (rc != 0)
            break;
        const struct sw_ref *to = &correlation->refs[ref];
        rc = to->is_correlation ? link_correlation(c, edge, plan, to->index) : link_rule(c, edge, to->index);
    }
    return rc;
}

/* --- extended conditions -------------------------------------------------------------------------------------- */

static int add_op(struct sw_plan *plan, const struct sw_op *op)
{
    int rc = sw_grow(&plan->program, &plan->program_cap, plan->program_len, sizeof *plan->program, 1 << 20);
    if (rc == 0)
        plan->program[plan->program_len++] = *op;
    return rc;
}

struct visit {
    uint32_t node;
    bool opened; /* its children are done */
};

static int emit_node(struct sw_plan *plan, const struct sw_node *node)
{
    static const uint8_t kinds[] = {[SW_NODE_AND] = SW_OP_AND,   [SW_NODE_OR] = SW_OP_OR,     [SW_NODE_NOT] = SW_OP_NOT,
                                    [SW_NODE_AT_LEAST] = SW_OP_AT_LEAST, [SW_NODE_PRED] = SW_OP_REF,
                                    [SW_NODE_TRUE] = SW_OP_TRUE, [SW_NODE_FALSE] = SW_OP_FALSE};
    const struct sw_op op = {kinds[node->kind], node->kind == SW_NODE_PRED ? node->pred : node->count, node->need};
    return add_op(plan, &op);
}

/* The tree in postfix order, by a stack of our own. */
static int plan_program(struct sw_correlator *c, struct sw_plan *plan)
{
    struct visit *stack = NULL;
    size_t depth = 0;
    size_t cap = 0;
    int rc = sw_grow(&stack, &cap, 0, sizeof *stack, 1 << 20);
    if (rc == 0)
        stack[depth++] = (struct visit){plan->correlation->condition_root, false};
    while (rc == 0 && depth > 0) {
        const struct sw_node *node = &c->rules->nodes[stack[depth - 1].node];
        if (stack[depth - 1].opened || node->count == 0) {
            depth--;
            rc = emit_node(plan, node);
            continue;
        }
        stack[depth - 1].opened = true;
        for (uint32_t i = node->count; rc == 0 && i > 0; i--) {
            rc = sw_grow(&stack, &cap, depth, sizeof *stack, 1 << 20);
            if (rc == 0)
                stack[depth++] = (struct visit){c->rules->children[node->first + i - 1], false};
        }
    }
    sw_free(stack);
    return rc;
}

int sw_correlate_plan(struct sw_correlator *c)
{
    for (size_t i = 0; i < c->plan_count; i++) {
        const struct sw_correlation *correlation = &c->rules->correlations[i];
        struct sw_plan *plan = &c->plans[i];
        plan->correlation = correlation;
        plan->groups = correlation->group_count;
        plan->values = correlation->value_field_count;
        plan->temporal = correlation->type == SW_TEMPORAL || correlation->type == SW_TEMPORAL_ORDERED;
        plan->numeric = plan->values > 0 && correlation->type != SW_VALUE_COUNT;
        plan->span = correlation->timespan == SW_TIMESPAN_ALL ? UINT64_MAX : (uint64_t)correlation->timespan;
        if (correlation->condition_root != SW_NO_NODE) {
            int rc = plan_program(c, plan);
            if (rc != 0)
                return rc;
        }
    }
    /* From the top down, so that what is asked of a correlation is known before its own refs are looked at. */
    for (size_t i = c->plan_count; i > 0; i--) {
        int rc = plan_edges(c, (uint32_t)(i - 1));
        if (rc != 0)
            return rc;
    }
    return 0;
}
