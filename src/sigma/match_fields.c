/*
 * match_fields.c - which fields made a rule hold: a smallest part of its condition that carries the match, and what could
 * stand in its place. For people who read findings; not for speed.
 */
#include "base/mem.h"
#include "sigma/match_priv.h"

static const struct sw_plan_rule *find_rule(const struct sw_matcher *m, uint32_t rule)
{
    const struct sw_plan_rule *rules = m->program->plan_rules.at + m->plan->rules.first;
    uint32_t low = 0;
    uint32_t high = m->plan->rules.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rules[middle].rule < rule)
            low = middle + 1;
        else
            high = middle;
    }
    return low < m->plan->rules.count && rules[low].rule == rule ? &rules[low] : NULL;
}

static void set_known(struct sw_matcher *m, uint32_t group, bool holds)
{
    m->known[group] = (uint64_t)m->generation << 1 | holds;
}

/* Beyond so many tries alternatives are not looked for. */
enum { TRIES_MAX = 1024 };

/* Groups that the rule wants to hold and that do hold: `groups` has room for one an op. */
static uint32_t groups_that_hold(struct sw_matcher *m, const struct sw_plan_rule *rule, uint32_t *groups)
{
    uint32_t count = 0;
    const struct sw_op *ops = m->program->ops.at + rule->ops.first;
    for (uint32_t i = 0; i < rule->ops.count; i++) {
        if (ops[i].kind != SW_OP_TEST || ops[i].negated || !sw_group_holds(m, ops[i].group))
            continue;
        groups[count++] = ops[i].group;
    }
    return count;
}

static void mark_values(struct sw_matcher *m, uint32_t number, uint64_t *bits)
{
    const struct sw_group *group = &m->program->groups.at[m->plan->groups.first + number];
    bool any = group->slot == m->plan->any_slot;
    for (uint32_t i = 0; i < m->event->count; i++) {
        const struct sw_field *field = &m->event->fields[i];
        if (!any && sw_slot_of(m, field->id) != group->slot)
            continue;
        bool marked = field->type != SW_NULL;
        if (group->kind == SW_GROUP_PRESENT)
            marked = true;
        else if (group->kind == SW_GROUP_SET)
            marked = marked && sw_value_passes(m, group, &m->values[i]);
        if (marked)
            bits[i / 64] |= 1ull << i % 64;
    }
}

/* Splits the groups that hold: the first *needed of them carry the match by themselves, the others are set to false. */
static uint32_t take_needed(struct sw_matcher *m, const struct sw_plan_rule *rule, uint32_t *groups, uint32_t count)
{
    uint32_t needed = 0;
    for (uint32_t i = 0; i < count; i++) {
        set_known(m, groups[i], false);
        if (sw_rule_holds(m, rule))
            continue;
        set_known(m, groups[i], true);
        uint32_t group = groups[i];
        groups[i] = groups[needed];
        groups[needed++] = group;
    }
    return needed;
}

/* Whether the group could stand in for one of the needed ones. */
static bool is_alternative(struct sw_matcher *m, const struct sw_plan_rule *rule, const uint32_t *groups, uint32_t needed,
                           uint32_t group)
{
    bool found = false;
    set_known(m, group, true);
    for (uint32_t i = 0; i < needed && !found; i++) {
        set_known(m, groups[i], false);
        found = sw_rule_holds(m, rule);
        set_known(m, groups[i], true);
    }
    set_known(m, group, false);
    return found;
}

/* The event's values are set up, and what is known of its groups is true of all of them; so it is afterwards. */
static void mark_fields(struct sw_matcher *m, uint32_t number, uint64_t *bits)
{
    const struct sw_plan_rule *rule = find_rule(m, number);
    if (rule == NULL)
        return;
    m->ask_all = true;
    uint32_t *groups = sw_alloc((size_t)rule->ops.count + 1, sizeof *groups);
    if (groups != NULL && m->error == 0 && sw_rule_holds(m, rule)) {
        uint32_t count = groups_that_hold(m, rule, groups);
        uint32_t needed = take_needed(m, rule, groups, count);
        for (uint32_t i = 0; i < needed; i++)
            mark_values(m, groups[i], bits);
        for (uint32_t i = needed; i < count && (uint64_t)(count - needed) * needed <= TRIES_MAX; i++)
            if (is_alternative(m, rule, groups, needed, groups[i]))
                mark_values(m, groups[i], bits);
        for (uint32_t i = 0; i < count; i++)
            set_known(m, groups[i], true);
    }
    sw_free(groups);
    m->ask_all = false;
}

void sw_matcher_fields(struct sw_matcher *m, const struct sw_event *event, uint32_t number, uint64_t *bits)
{
    memset(bits, 0, ((size_t)event->count + 63) / 64 * sizeof *bits);
    if (!sw_matcher_begin(m, event))
        return;
    sw_match_values(m, false);
    mark_fields(m, number, bits);
}

void sw_matcher_matched(struct sw_matcher *m, uint32_t number, uint64_t *bits)
{
    memset(bits, 0, ((size_t)m->event->count + 63) / 64 * sizeof *bits);
    mark_fields(m, number, bits);
}
