/*
 * match_evaluate.c - does a group hold for the event at hand, does a rule. Groups of the index are known by now; the others are
 * asked when a rule needs them, and remembered for the event's other rules.
 */
#include "sigma/match_priv.h"

bool sw_value_passes(struct sw_matcher *m, const struct sw_group *group, struct sw_value *value)
{
    const struct sw_program *p = m->program;
    struct sw_span set = p->sets.at[group->set];
    const uint32_t *tests = p->set_tests.at + set.first;
    for (uint32_t i = 0; i < set.count; i++)
        if (sw_test_holds(m, &p->tests.at[tests[i]], value))
            return true;
    return false;
}

/* A keyword is asked of every value, and of the raw record where that is one. */
static bool any_value_passes(struct sw_matcher *m, const struct sw_group *group)
{
    const struct sw_event *event = m->event;
    for (uint32_t i = 0; i < event->count; i++)
        if (event->fields[i].type != SW_NULL && !(group->anywhere && sw_in_raw(event, event->fields[i].ptr)) &&
            sw_value_passes(m, group, &m->values[i]))
            return true;
    return event->raw_is_value && sw_value_passes(m, group, &m->values[event->count]);
}

static bool ask_group(struct sw_matcher *m, const struct sw_group *group)
{
    if (group->kind == SW_GROUP_SET && group->slot == m->plan->any_slot)
        return any_value_passes(m, group);
    const struct sw_slot_state *slot = &m->slots[group->slot];
    if (slot->generation != m->generation)
        return false;
    if (group->kind == SW_GROUP_PRESENT)
        return true;
    if (group->kind == SW_GROUP_VALUE)
        return slot->first != SW_NONE;
    for (uint32_t i = slot->first; i != SW_NONE; i = m->values[i].next)
        if (sw_value_passes(m, group, &m->values[i]))
            return true;
    return false;
}

bool sw_group_holds(struct sw_matcher *m, uint32_t number)
{
    uint64_t known = m->known[number];
    if (known >> 1 == m->generation)
        return known & 1;
    const struct sw_group *group = &m->program->groups.at[m->plan->groups.first + number];
    if (group->indexed && !m->ask_all)
        return false;
    bool holds = ask_group(m, group);
    m->known[number] = (uint64_t)m->generation << 1 | holds;
    return holds;
}

bool sw_rule_holds(struct sw_matcher *m, const struct sw_plan_rule *rule)
{
    const struct sw_op *ops = m->program->ops.at + rule->ops.first;
    uint32_t at = rule->entry;
    while (at < SW_OP_REJECT) {
        const struct sw_op *op = &ops[at];
        switch ((enum sw_op_kind)op->kind) {
        case SW_OP_TEST:
            at = sw_group_holds(m, op->group) ? op->yes : op->no;
            break;
        case SW_OP_CLEAR:
            m->counters[op->counter] = 0;
            at = op->yes;
            break;
        case SW_OP_COUNT:
            at = ++m->counters[op->counter] == op->need ? op->yes : op->no;
            break;
        }
    }
    return at == SW_OP_ACCEPT;
}
