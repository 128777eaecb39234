/*
 * program_check.c - whether the sections of a program read from a file refer only to what is there, and can't send the
 * matcher round in circles. A checksum finds accidents; this is for files that somebody made.
 */
#include "sigma/cache_priv.h"

static bool in(struct sw_span span, size_t count)
{
    return span.first <= count && span.count <= count - span.first;
}

static bool all_below(const uint32_t *numbers, struct sw_span span, size_t limit)
{
    for (uint32_t i = 0; i < span.count; i++)
        if (numbers[span.first + i] >= limit)
            return false;
    return true;
}

static bool index_or_none(uint32_t index, size_t count)
{
    return index == SW_NONE || index < count;
}

/* --- tests -------------------------------------------------------------------------------------------------- */

static bool test_is_sound(const struct sw_program *p, const struct sw_test *test)
{
    if (test->kind > SW_PRED_TIMEPART || test->form > SW_FORM_ANY + 2 || test->compare > SW_NEQ || test->part > SW_PART_YEAR ||
        test->prefix > 128 || !in(test->text, p->text.count) || !in(test->tokens, p->tokens.count))
        return false;
    if (test->kind == SW_PRED_REGEX && test->regex >= p->regexes.count)
        return false;
    if (test->kind == SW_PRED_FIELDREF ? test->other >= p->fields.count : test->other != SW_NONE)
        return false;
    /* An empty literal has a form of its own (ANY), but for whole values. */
    return test->kind != SW_PRED_PATTERN || test->text.count > 0 || test->form == SW_FORM_EXACT || test->form >= SW_FORM_WILD;
}

static bool tests_are_sound(const struct sw_program *p)
{
    for (size_t i = 0; i < p->tests.count; i++)
        if (!test_is_sound(p, &p->tests.at[i]))
            return false;
    for (size_t i = 0; i < p->tokens.count; i++)
        if (p->tokens.at[i].kind > SW_TOKEN_ONE || !in(p->tokens.at[i].text, p->text.count) ||
            (p->tokens.at[i].kind == SW_TOKEN_LITERAL) != (p->tokens.at[i].text.count > 0))
            return false;
    for (size_t i = 0; i < p->regexes.count; i++)
        if (!in(p->regexes.at[i].text, p->text.count) || !index_or_none(p->regexes.at[i].database, p->databases.count))
            return false;
    for (size_t i = 0; i < p->sets.count; i++)
        if (!in(p->sets.at[i], p->set_tests.count) || !all_below(p->set_tests.at, p->sets.at[i], p->tests.count))
            return false;
    for (size_t i = 0; i < p->fields.count; i++)
        if (!in(p->fields.at[i], p->text.count) || p->fields.at[i].count > SW_MAX_FIELD_NAME)
            return false;
    for (size_t i = 0; i < p->databases.count; i++)
        if (!in(p->databases.at[i].bytes, p->blobs.count))
            return false;
    return p->fields.count > 0 && p->fields.count <= SW_MAX_PROGRAM_FIELDS;
}

/* --- lookups ------------------------------------------------------------------------------------------------ */

/* A table's entries, and that a search in it comes to an end at a free slot. */
static bool table_is_sound(const struct sw_program *p, const struct sw_lookup *lookup, struct sw_table table)
{
    if (table.bits == 0)
        return true;
    if (table.bits > 31 || !in((struct sw_span){table.first, 1u << table.bits}, p->slots.count))
        return false;
    uint32_t free = 0;
    for (uint32_t i = 0; i < 1u << table.bits; i++) {
        struct sw_span entries = p->slots.at[table.first + i].entries;
        free += entries.count == 0;
        if (!in(entries, p->entries.count))
            return false;
        for (uint32_t j = 0; j < entries.count; j++) {
            const struct sw_entry *entry = &p->entries.at[entries.first + j];
            if (entry->hit >= lookup->hits.count || !in((struct sw_span){entry->text, entry->len}, p->text.count))
                return false;
        }
    }
    return free > 0;
}

static bool grams_are_sound(const struct sw_program *p, const struct sw_lookup *lookup, const struct sw_grams *grams)
{
    if (grams->table.bits == 0)
        return true;
    if (grams->filter_bits < 6 || grams->filter_bits > 31 ||
        !in((struct sw_span){grams->filter, (1u << grams->filter_bits) / 64}, p->words.count))
        return false;
    bool stride = grams->stride == 1 || grams->stride == 2 || grams->stride == 4 || grams->stride == 8;
    return (stride || grams != &lookup->plain.grams[SW_GRAM - 1]) && table_is_sound(p, lookup, grams->table);
}

static bool index_is_sound(const struct sw_program *p, const struct sw_lookup *lookup, const struct sw_index *index)
{
    if ((index->exact_lengths != 0 && index->exact.bits == 0) || (index->starts_sizes != 0 && index->starts.bits == 0) ||
        (index->ends_sizes != 0 && index->ends.bits == 0) || index->starts_sizes >> SW_EDGE_SIZES != 0 ||
        index->ends_sizes >> SW_EDGE_SIZES != 0)
        return false;
    for (unsigned i = 0; i < SW_GRAM; i++)
        if (!grams_are_sound(p, lookup, &index->grams[i]))
            return false;
    uint32_t stride = index->grams[SW_GRAM - 1].stride;
    return (index->grams[SW_GRAM - 1].table.bits == 0 || (stride >= 1 && stride <= 8)) &&
           table_is_sound(p, lookup, index->exact) && table_is_sound(p, lookup, index->starts) &&
           table_is_sound(p, lookup, index->ends);
}

static bool lists_are_sound(const struct sw_program *p, const struct sw_lookup *lookup)
{
    if (!in(lookup->hits, p->hits.count) || !in(lookup->sets, p->lookup_sets.count) || !in(lookup->numbers, p->numbers.count) ||
        !in(lookup->each, p->locals.count) || !in(lookup->expressions, p->locals.count) ||
        !all_below(p->lookup_sets.at, lookup->sets, p->sets.count) ||
        !all_below(p->locals.at, lookup->each, lookup->hits.count) ||
        !all_below(p->locals.at, lookup->expressions, lookup->hits.count))
        return false;
    for (uint32_t i = 0; i < lookup->hits.count; i++) {
        const struct sw_hit *hit = &p->hits.at[lookup->hits.first + i];
        if (hit->test >= p->tests.count || !in(hit->local, p->locals.count) ||
            !all_below(p->locals.at, hit->local, lookup->sets.count))
            return false;
    }
    for (uint32_t i = 0; i < lookup->numbers.count; i++)
        if (p->numbers.at[lookup->numbers.first + i].hit >= lookup->hits.count)
            return false;
    return true;
}

static bool lookups_are_sound(const struct sw_program *p)
{
    for (size_t i = 0; i < p->lookups.count; i++) {
        const struct sw_lookup *lookup = &p->lookups.at[i];
        if (!lists_are_sound(p, lookup) || !index_is_sound(p, lookup, &lookup->plain) ||
            !index_is_sound(p, lookup, &lookup->wide) || !index_or_none(lookup->database, p->databases.count) ||
            (lookup->only_grams && lookup->plain.grams[SW_GRAM - 1].table.bits == 0))
            return false;
    }
    return true;
}

/* --- plans -------------------------------------------------------------------------------------------------- */

static bool slots_are_sound(const struct sw_program *p, const struct sw_plan *plan)
{
    if (!in(plan->slots, p->plan_slots.count) || !in(plan->groups, p->groups.count) || plan->slots.count >= UINT16_MAX ||
        !in((struct sw_span){plan->slot_of, (uint32_t)p->fields.count + 1}, p->slot_numbers.count) ||
        !index_or_none(plan->any_slot, plan->slots.count) || p->slot_numbers.at[plan->slot_of + p->fields.count] != UINT16_MAX)
        return false;
    for (size_t i = 0; i < p->fields.count; i++) {
        uint16_t number = p->slot_numbers.at[plan->slot_of + i];
        if (number != UINT16_MAX && number >= plan->slots.count)
            return false;
    }
    for (uint32_t i = 0; i < plan->slots.count; i++) {
        const struct sw_plan_slot *slot = &p->plan_slots.at[plan->slots.first + i];
        if (slot->field >= p->fields.count || !index_or_none(slot->lookup, p->lookups.count) ||
            !index_or_none(slot->present, plan->groups.count))
            return false;
        if (slot->lookup != SW_NONE &&
            !in((struct sw_span){slot->first_group, p->lookups.at[slot->lookup].sets.count}, plan->groups.count))
            return false;
    }
    return true;
}

static bool groups_are_sound(const struct sw_program *p, const struct sw_plan *plan)
{
    for (uint32_t i = 0; i < plan->groups.count; i++) {
        const struct sw_group *group = &p->groups.at[plan->groups.first + i];
        if (group->slot >= plan->slots.count || group->kind > SW_GROUP_PRESENT || !in(group->rules, p->candidates.count) ||
            !all_below(p->candidates.at, group->rules, plan->rules.count) ||
            (group->kind == SW_GROUP_SET && group->set >= p->sets.count))
            return false;
    }
    return true;
}

/* Ops lead only to ops before them, so that every rule comes to an end. */
static bool ops_are_sound(const struct sw_program *p, const struct sw_plan *plan, const struct sw_plan_rule *rule)
{
    if (!in(rule->ops, p->ops.count) || (rule->entry < SW_OP_REJECT && rule->entry >= rule->ops.count))
        return false;
    for (uint32_t i = 0; i < rule->ops.count; i++) {
        const struct sw_op *op = &p->ops.at[rule->ops.first + i];
        if (op->kind > SW_OP_COUNT || (op->yes < SW_OP_REJECT && op->yes >= i) || (op->no < SW_OP_REJECT && op->no >= i) ||
            (op->kind == SW_OP_TEST && op->group >= plan->groups.count))
            return false;
    }
    return true;
}

static bool plan_is_sound(const struct sw_program *p, const struct sw_plan *plan)
{
    const struct sw_lookup line = {.hits = {0, plan->slots.count}}; /* the hits of the line's entries are slots */
    if (!table_is_sound(p, &line, plan->line) || !slots_are_sound(p, plan) ||
        !in(plan->rules, p->plan_rules.count) || !groups_are_sound(p, plan) || !in(plan->always, p->candidates.count) ||
        !all_below(p->candidates.at, plan->always, plan->rules.count))
        return false;
    if (plan->seldom_count > 3)
        return false;
    if (plan->line.bits != 0 &&
        (plan->line_bits < 3 || plan->line_bits > 20 ||
         !in((struct sw_span){plan->line_filter, 1u << plan->line_bits >> 3}, p->line_filters.count)))
        return false;
    for (uint32_t i = 0; i < plan->rules.count; i++) {
        const struct sw_plan_rule *rule = &p->plan_rules.at[plan->rules.first + i];
        if (rule->rule >= p->rule_count || !ops_are_sound(p, plan, rule) || !in(rule->witness, p->witnesses.count) ||
            !all_below(p->witnesses.at, rule->witness, plan->groups.count))
            return false;
    }
    return true;
}

bool sw_program_is_sound(const struct sw_program *p)
{
    if (!tests_are_sound(p) || !lookups_are_sound(p))
        return false;
    for (size_t i = 0; i < p->plans.count; i++)
        if (!plan_is_sound(p, &p->plans.at[i]))
            return false;
    for (size_t i = 0; i < p->class_plans.count; i++)
        if (!index_or_none(p->class_plans.at[i], p->plans.count))
            return false;
    return true;
}
