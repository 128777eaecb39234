/*
 * compile_plan.c - the rules of one class of events: which questions they ask (groups), which of these are answered by the
 * index, and which groups bring a rule up for evaluation (witnesses).
 *
 * A witness set is sound by construction: for AND any part's set will do, for OR every part's is needed, for "n of k" those of any
 * k - n + 1 parts, and a part that must NOT hold has none. Rarity only chooses between sound sets.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"

enum { HEAVY = 16 /* asking one by one costs more than having the set in the index */ };

/* What an easy comparison costs, in units of bringing a rule up. */
#define COMPARISON 0.15

/* --- groups ------------------------------------------------------------------------------------------------- */

static double test_cost(const struct sw_test *test)
{
    static const uint8_t by_form[] = {
        [SW_FORM_EXACT] = 1, [SW_FORM_CONTAINS] = 2, [SW_FORM_STARTS] = 1, [SW_FORM_ENDS] = 1, [SW_FORM_WILD] = 4,
        [SW_FORM_ANY] = 1};
    static const uint8_t by_kind[] = {
        [SW_PRED_REGEX] = 20, [SW_PRED_CIDR] = 8, [SW_PRED_COMPARE] = 5, [SW_PRED_TIMEPART] = 15, [SW_PRED_FIELDREF] = 6};
    return test->kind == SW_PRED_PATTERN ? by_form[test->form] : by_kind[test->kind];
}

/* Tests that make the index hardly slower: literals for which no further place of a value must be looked at. */
static bool is_cheap(const struct sw_build *b, uint32_t number)
{
    const struct sw_test *test = &b->program->tests.at[number];
    if (test->kind != SW_PRED_PATTERN || !b->notes[number].has_key)
        return false;
    return test->form != SW_FORM_CONTAINS || test->text.count > SW_GRAM;
}

/* Fills in what the set says about cost, rarity, and whether it can be indexed at all and cheaply. */
static void note_set(const struct sw_build *b, struct sw_group_note *group, bool *indexable, bool *cheap)
{
    const struct sw_program *p = b->program;
    struct sw_span set = p->sets.at[group->set];
    group->rarity = sw_build_set_rarity(b, group->field, group->set);
    group->burden = sw_build_set_burden(b, group->set);
    group->cost = 0;
    *indexable = true;
    *cheap = true;
    for (uint32_t i = 0; i < set.count; i++) {
        uint32_t test = p->set_tests.at[set.first + i];
        group->cost += test_cost(&p->tests.at[test]);
        *indexable &= b->notes[test].indexable;
        *cheap &= is_cheap(b, test);
    }
    if (group->field == SW_ANY_FIELD)
        group->cost *= 20; /* asked of every value */
}

static int add_group(struct sw_draft *d, const struct sw_tree *leaf, uint32_t *index)
{
    struct sw_build *b = d->build;
    struct sw_group_note group = {.field = leaf->field, .set = SW_NONE, .kind = SW_GROUP_SET, .rarity = 0.9, .cost = 0.3};
    int rc = 0;
    if (leaf->kind == SW_TREE_TEST)
        rc = sw_build_set(b, &leaf->what, 1, &group.set);
    else if (leaf->kind == SW_TREE_SET)
        group.set = leaf->what;
    else
        group.kind = leaf->kind == SW_TREE_VALUE ? SW_GROUP_VALUE : SW_GROUP_PRESENT;
    uint32_t key[3] = {group.kind, group.field, group.set};
    bool added = false;
    if (rc == 0)
        rc = sw_map_intern(&d->group_ids, sw_strn((const char *)key, sizeof key), (uint32_t)d->group_count, index, &added);
    if (rc != 0 || !added)
        return rc;
    rc = sw_grow(&d->groups, &d->group_cap, d->group_count, sizeof *d->groups, SW_MAX_SECTION);
    if (rc != 0)
        return rc;
    if (group.kind == SW_GROUP_SET) {
        bool indexable, cheap;
        note_set(b, &group, &indexable, &cheap);
        group.indexable = indexable;
        group.indexed = indexable && cheap && group.cost >= HEAVY;
    } else {
        group.indexable = group.kind == SW_GROUP_VALUE;
    }
    d->groups[d->group_count++] = group;
    return 0;
}

/* --- witnesses ---------------------------------------------------------------------------------------------- */

static bool is_leaf(const struct sw_tree *tree)
{
    return tree->kind >= SW_TREE_TEST;
}

static struct sw_witness leaf_witness(struct sw_draft *d, uint32_t node, int *rc)
{
    const struct sw_tree *leaf = &d->build->trees[node];
    uint32_t number = d->leaf_groups[node];
    const struct sw_group_note *group = &d->groups[number];
    if (leaf->negated || !group->indexable)
        return (struct sw_witness){.ask = group->cost, .none = true};
    struct sw_witness witness = {
        .groups = {(uint32_t)d->witnesses.count, 1}, .rarity = group->rarity, .burden = group->burden, .ask = group->cost};
    *rc = sw_numbers_add(&d->witnesses, number);
    return witness;
}

/* A part of a condition to choose from. */
struct choice {
    struct sw_witness part;
    double cost; /* of bringing up the whole condition by it */
};

static int by_cost(const void *a, const void *b)
{
    const struct choice *x = a;
    const struct choice *y = b;
    if (x->part.none != y->part.none)
        return x->part.none ? 1 : -1;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return (x->part.groups.first > y->part.groups.first) - (x->part.groups.first < y->part.groups.first);
}

/* The children, cheapest first: an event that brings the condition up has the other parts asked as well if all must hold.
 * *ask is the cost of asking all. */
static struct choice *rank_parts(const struct sw_draft *d, const struct sw_tree *tree, bool all_must_hold, double *ask)
{
    struct choice *choices = sw_alloc(tree->children.count, sizeof *choices);
    *ask = 0;
    for (uint32_t i = 0; i < tree->children.count && choices != NULL; i++) {
        choices[i].part = d->witness_of[d->build->tree_children.at[tree->children.first + i]];
        *ask += choices[i].part.ask;
    }
    for (uint32_t i = 0; i < tree->children.count && choices != NULL; i++) {
        const struct sw_witness *part = &choices[i].part;
        double others = all_must_hold ? COMPARISON * (*ask - part->ask) : 0;
        choices[i].cost = part->rarity * (1 + others) + part->burden;
    }
    if (choices != NULL)
        qsort(choices, tree->children.count, sizeof *choices, by_cost);
    return choices;
}

/* The cheapest `take` of the children's sets together; none if one of them is missing. */
static struct sw_witness joined_witness(struct sw_draft *d, const struct sw_tree *tree, uint32_t take, int *rc)
{
    struct sw_witness sum = {.none = true};
    struct choice *choices = rank_parts(d, tree, take == 1, &sum.ask);
    if (choices == NULL) {
        *rc = SW_E_NOMEM;
        return sum;
    }
    if (!choices[take - 1].part.none) {
        sum.none = false;
        sum.groups.first = (uint32_t)d->witnesses.count;
        for (uint32_t i = 0; i < take; i++) {
            const struct sw_witness *part = &choices[i].part;
            sum.rarity += part->rarity;
            sum.burden += part->burden;
            for (uint32_t j = 0; j < part->groups.count && *rc == 0; j++)
                *rc = sw_numbers_add(&d->witnesses, d->witnesses.at[part->groups.first + j]);
        }
        sum.groups.count = (uint32_t)d->witnesses.count - sum.groups.first;
    }
    sw_free(choices);
    return sum;
}

static int note_node(struct sw_draft *d, uint32_t node)
{
    const struct sw_tree *tree = &d->build->trees[node];
    struct sw_witness *witness = &d->witness_of[node];
    int rc = 0;
    if (is_leaf(tree))
        rc = add_group(d, tree, &d->leaf_groups[node]);
    if (rc != 0)
        return rc;
    switch ((enum sw_tree_kind)tree->kind) {
    case SW_TREE_TRUE:
        *witness = (struct sw_witness){.none = true};
        break;
    case SW_TREE_FALSE:
        *witness = (struct sw_witness){.rarity = 0};
        break;
    case SW_TREE_AND:
        *witness = joined_witness(d, tree, 1, &rc);
        break;
    case SW_TREE_OR:
        *witness = joined_witness(d, tree, tree->children.count, &rc);
        break;
    case SW_TREE_AT_LEAST:
        *witness = joined_witness(d, tree, tree->children.count - tree->need + 1, &rc);
        break;
    case SW_TREE_TEST:
    case SW_TREE_SET:
    case SW_TREE_VALUE:
    case SW_TREE_PRESENT:
        *witness = leaf_witness(d, node, &rc);
        break;
    }
    return rc;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int descending(const void *a, const void *b)
{
    return ascending(b, a);
}

static int list_node(struct sw_build *b, uint32_t node, struct sw_numbers *order)
{
    if (b->trees[node].listed)
        return 0;
    b->trees[node].listed = true;
    return sw_numbers_add(order, node);
}

int sw_build_list_nodes(struct sw_build *b, uint32_t root, struct sw_numbers *order)
{
    order->count = 0;
    int rc = list_node(b, root, order);
    for (size_t i = 0; i < order->count && rc == 0; i++) {
        struct sw_span children = b->trees[order->at[i]].children;
        for (uint32_t j = 0; j < children.count && rc == 0; j++)
            rc = list_node(b, b->tree_children.at[children.first + j], order);
    }
    for (size_t i = 0; i < order->count; i++)
        b->trees[order->at[i]].listed = false;
    if (order->count > 1)
        qsort(order->at, order->count, sizeof *order->at, descending);
    return rc;
}

static int note_rules(struct sw_draft *d)
{
    struct sw_numbers order = {0};
    int rc = 0;
    for (size_t i = 0; i < d->rule_count && rc == 0; i++) {
        rc = sw_build_list_nodes(d->build, d->rules[i].tree, &order);
        for (size_t j = order.count; j-- > 0 && rc == 0;)
            rc = note_node(d, order.at[j]);
        if (rc != 0)
            break;
        d->rule_witness[i] = d->witness_of[d->rules[i].tree];
        struct sw_span groups = d->rule_witness[i].groups;
        for (uint32_t j = 0; j < groups.count && !d->rule_witness[i].none; j++)
            d->groups[d->witnesses.at[groups.first + j]].indexed = true;
    }
    sw_free(order.at);
    return rc;
}

/* --- slots -------------------------------------------------------------------------------------------------- */

/* Marks the fields that groups ask about, those that FIELDREF compares with as well. */
static void mark_fields(const struct sw_draft *d, uint16_t *numbers)
{
    const struct sw_program *p = d->build->program;
    for (size_t i = 0; i < d->group_count; i++) {
        const struct sw_group_note *group = &d->groups[i];
        numbers[group->field] = 0;
        if (group->kind != SW_GROUP_SET)
            continue;
        struct sw_span set = p->sets.at[group->set];
        for (uint32_t j = 0; j < set.count; j++) {
            uint32_t other = p->tests.at[p->set_tests.at[set.first + j]].other;
            if (other != SW_NONE)
                numbers[other] = 0;
        }
    }
}

/* Groups of each slot: indices into draft->groups, slot after slot. */
struct by_slot {
    struct sw_span *slots;
    uint32_t *groups;
    size_t slot_count;
};

static int group_by_slot(const struct sw_draft *d, const uint16_t *numbers, size_t slot_count, struct by_slot *by)
{
    by->slot_count = slot_count;
    by->slots = sw_alloc(slot_count + 1, sizeof *by->slots);
    by->groups = sw_alloc(d->group_count + 1, sizeof *by->groups);
    if (by->slots == NULL || by->groups == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < d->group_count; i++)
        by->slots[numbers[d->groups[i].field]].count++;
    uint32_t first = 0;
    for (size_t i = 0; i < slot_count; i++) {
        by->slots[i].first = first;
        first += by->slots[i].count;
        by->slots[i].count = 0;
    }
    for (size_t i = 0; i < d->group_count; i++) {
        struct sw_span *slot = &by->slots[numbers[d->groups[i].field]];
        by->groups[slot->first + slot->count++] = (uint32_t)i;
    }
    return 0;
}

/* Numbers the slot's groups from *next on: first those of its lookup, in the lookup's order. */
static int number_groups(struct sw_draft *d, const uint32_t *groups, size_t count, struct sw_plan_slot *slot, uint32_t *next)
{
    uint32_t *sets = sw_alloc(count + 1, sizeof *sets);
    if (sets == NULL)
        return SW_E_NOMEM;
    size_t set_count = 0;
    for (size_t i = 0; i < count; i++)
        if (d->groups[groups[i]].kind == SW_GROUP_SET && d->groups[groups[i]].indexed)
            sets[set_count++] = d->groups[groups[i]].set;
    if (set_count > 1)
        qsort(sets, set_count, sizeof *sets, ascending);
    slot->first_group = *next;
    slot->lookup = SW_NONE;
    slot->present = SW_NONE;
    int rc = set_count > 0 ? sw_build_lookup(d->build, sets, set_count, &slot->lookup) : 0;
    uint32_t other = *next + (uint32_t)set_count;
    for (size_t i = 0; i < count; i++) {
        struct sw_group_note *group = &d->groups[groups[i]];
        const uint32_t *local = NULL;
        if (group->kind == SW_GROUP_SET && group->indexed)
            local = bsearch(&group->set, sets, set_count, sizeof *sets, ascending);
        group->number = local != NULL ? *next + (uint32_t)(local - sets) : other++;
        if (group->kind == SW_GROUP_VALUE && group->indexed)
            slot->present = group->number;
    }
    *next = other;
    sw_free(sets);
    return rc;
}

static int add_slots(struct sw_draft *d, struct sw_plan *plan)
{
    struct sw_program *p = d->build->program;
    int rc = SW_SECTION_ADD(&p->slot_numbers, NULL, p->fields.count + 1, &plan->slot_of);
    if (rc != 0)
        return rc;
    uint16_t *numbers = p->slot_numbers.at + plan->slot_of;
    memset(numbers, 0xff, (p->fields.count + 1) * sizeof *numbers);
    mark_fields(d, numbers);
    plan->any_slot = SW_NONE;
    plan->slots = (struct sw_span){(uint32_t)p->plan_slots.count, 0};
    for (uint32_t field = 0; field < p->fields.count && rc == 0; field++) {
        if (numbers[field] == UINT16_MAX)
            continue;
        struct sw_plan_slot slot = {.field = field, .lookup = SW_NONE, .present = SW_NONE};
        uint32_t index;
        numbers[field] = (uint16_t)plan->slots.count++;
        if (field == SW_ANY_FIELD)
            plan->any_slot = numbers[field];
        rc = SW_SECTION_ADD(&p->plan_slots, &slot, 1, &index);
    }
    struct by_slot by = {0};
    if (rc == 0)
        rc = group_by_slot(d, numbers, plan->slots.count, &by);
    uint32_t next = 0;
    for (size_t i = 0; i < by.slot_count && rc == 0; i++)
        rc = number_groups(d, by.groups + by.slots[i].first, by.slots[i].count, &p->plan_slots.at[plan->slots.first + i], &next);
    sw_free(by.slots);
    sw_free(by.groups);
    return rc;
}

/* --- into the program --------------------------------------------------------------------------------------- */

static int add_groups(struct sw_draft *d, struct sw_plan *plan)
{
    struct sw_program *p = d->build->program;
    plan->groups.count = (uint32_t)d->group_count;
    int rc = SW_SECTION_ADD(&p->groups, NULL, d->group_count, &plan->groups.first);
    if (rc != 0)
        return rc;
    struct sw_group *groups = p->groups.at + plan->groups.first;
    for (size_t i = 0; i < d->group_count; i++) {
        const struct sw_group_note *note = &d->groups[i];
        groups[note->number] = (struct sw_group){
            .slot = p->slot_numbers.at[plan->slot_of + note->field],
            .set = note->set,
            .kind = note->kind,
            .indexed = note->indexed,
            .anywhere = note->kind == SW_GROUP_SET && sw_set_is_anywhere(p, note->set),
        };
    }
    return 0;
}

/* The witness's groups into the program, each once: `turn` is another number for each call, above 0. */
static int add_witness(struct sw_draft *d, const struct sw_witness *witness, uint32_t turn, struct sw_plan_rule *rule)
{
    struct sw_program *p = d->build->program;
    rule->always = witness->none;
    rule->witness = (struct sw_span){(uint32_t)p->witnesses.count, 0};
    if (witness->none)
        return 0;
    for (uint32_t i = 0; i < witness->groups.count; i++) {
        struct sw_group_note *group = &d->groups[d->witnesses.at[witness->groups.first + i]];
        if (group->turn == turn)
            continue;
        group->turn = turn;
        rule->witness.count++;
        uint32_t index;
        int rc = SW_SECTION_ADD(&p->witnesses, &group->number, 1, &index);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int add_rules(struct sw_draft *d, struct sw_plan *plan)
{
    struct sw_program *p = d->build->program;
    plan->rules = (struct sw_span){(uint32_t)p->plan_rules.count, (uint32_t)d->rule_count};
    int rc = 0;
    for (size_t i = 0; i < d->rule_count && rc == 0; i++) {
        struct sw_plan_rule rule = {.rule = d->rules[i].rule};
        uint32_t index;
        rc = sw_build_code(d, d->rules[i].tree, &rule.ops, &rule.entry);
        if (rc == 0)
            rc = add_witness(d, &d->rule_witness[i], (uint32_t)i + 1, &rule);
        if (rc == 0)
            rc = SW_SECTION_ADD(&p->plan_rules, &rule, 1, &index);
    }
    return rc;
}

/* For each group the rules it is a witness of, and the rules without one. */
static int add_candidates(struct sw_draft *d, struct sw_plan *plan)
{
    struct sw_program *p = d->build->program;
    struct sw_group *groups = p->groups.at + plan->groups.first;
    const struct sw_plan_rule *rules = p->plan_rules.at + plan->rules.first;
    for (uint32_t i = 0; i < plan->rules.count; i++)
        for (uint32_t j = 0; j < rules[i].witness.count; j++)
            groups[p->witnesses.at[rules[i].witness.first + j]].rules.count++;
    for (uint32_t i = 0; i < plan->groups.count; i++) {
        int rc = SW_SECTION_ADD(&p->candidates, NULL, groups[i].rules.count, &groups[i].rules.first);
        if (rc != 0)
            return rc;
        groups[i].rules.count = 0;
    }
    plan->always = (struct sw_span){(uint32_t)p->candidates.count, 0};
    for (uint32_t i = 0; i < plan->rules.count; i++) {
        for (uint32_t j = 0; j < rules[i].witness.count; j++) {
            struct sw_span *span = &groups[p->witnesses.at[rules[i].witness.first + j]].rules;
            p->candidates.at[span->first + span->count++] = i;
        }
        uint32_t index;
        int rc = rules[i].always ? SW_SECTION_ADD(&p->candidates, &i, 1, &index) : 0;
        if (rc != 0)
            return rc;
        plan->always.count += rules[i].always;
    }
    return 0;
}

/* What lets most lines of text be turned away as a whole. */
static int add_line(struct sw_draft *d, struct sw_plan *plan)
{
    struct sw_program *p = d->build->program;
    struct sw_plan_slot *slots = p->plan_slots.at + plan->slots.first;
    for (uint32_t i = 0; i < plan->slots.count; i++)
        slots[i].more = slots[i].present != SW_NONE ||
                        (slots[i].lookup != SW_NONE && sw_lookup_has_more(&p->lookups.at[slots[i].lookup]));
    uint32_t any = plan->any_slot != SW_NONE ? slots[plan->any_slot].lookup : SW_NONE;
    if (plan->always.count > 0 || (any != SW_NONE && !p->lookups.at[any].anywhere))
        return 0;
    return sw_build_line(d->build, slots, plan->slots.count, plan);
}

static int fill_plan(struct sw_draft *d, struct sw_plan *plan)
{
    size_t trees = d->build->tree_count;
    d->leaf_groups = sw_alloc(trees + 1, sizeof *d->leaf_groups);
    d->witness_of = sw_alloc(trees + 1, sizeof *d->witness_of);
    d->guesses = sw_alloc(trees + 1, sizeof *d->guesses);
    d->rule_witness = sw_alloc(d->rule_count + 1, sizeof *d->rule_witness);
    if (d->leaf_groups == NULL || d->witness_of == NULL || d->guesses == NULL || d->rule_witness == NULL)
        return SW_E_NOMEM;
    int rc = note_rules(d);
    if (rc == 0)
        rc = add_slots(d, plan);
    if (rc == 0)
        rc = add_groups(d, plan);
    if (rc == 0)
        rc = add_rules(d, plan);
    if (rc == 0)
        rc = add_candidates(d, plan);
    return rc != 0 ? rc : add_line(d, plan);
}

int sw_build_plan(struct sw_build *b, const struct sw_planned *rules, size_t count, uint32_t *plan)
{
    struct sw_draft draft = {.build = b, .rules = rules, .rule_count = count};
    sw_map_init(&draft.group_ids, SW_MAX_SECTION, SIZE_MAX);
    struct sw_plan made = {0};
    int rc = fill_plan(&draft, &made);
    if (rc == 0)
        rc = SW_SECTION_ADD(&b->program->plans, &made, 1, plan);
    sw_map_fini(&draft.group_ids);
    sw_free(draft.groups);
    sw_free(draft.leaf_groups);
    sw_free(draft.witness_of);
    sw_free(draft.guesses);
    sw_free(draft.rule_witness);
    sw_free(draft.witnesses.at);
    return rc;
}
