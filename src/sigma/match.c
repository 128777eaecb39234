/*
 * match.c - one event through its plan: values to their lookups, hits to candidate rules, candidates to matches.
 * What a lookup does: match_lookup.c; how a rule is decided: match_evaluate.c; lines turned away as a whole: match_line.c.
 */
#include "base/mem.h"
#include "sigma/match_priv.h"

/* Folded values of one event: its fields and its raw text, each half as long again at most. */
#define MOST_FOLDED ((size_t)4 * SW_MAX_RECORD)

enum { SHORT_VALUE = 20 /* below this a lookup is as fast as remembering it */ };

static int alloc_scratch(struct sw_matcher *m)
{
    const struct sw_program *p = m->program;
    m->slots = sw_alloc(p->most_slots + 1, sizeof *m->slots);
    m->known = sw_alloc(p->most_groups + 1, sizeof *m->known);
    m->rule_seen = sw_alloc(p->most_rules + 1, sizeof *m->rule_seen);
    m->candidates = sw_alloc(p->most_rules + 1, sizeof *m->candidates);
    m->matches = sw_alloc(p->most_rules + 1, sizeof *m->matches);
    m->counters = sw_alloc(p->most_counters + 1, sizeof *m->counters);
    m->hit_seen = sw_alloc(p->most_hits + 1, sizeof *m->hit_seen);
    m->local_seen = sw_alloc(p->most_locals + 1, sizeof *m->local_seen);
    m->locals = sw_alloc(p->most_locals + 1, sizeof *m->locals);
    m->gave_up = sw_alloc(p->regexes.count + 1, sizeof *m->gave_up);
    m->memo = sw_memo_new();
    m->match_data = pcre2_match_data_create(1, NULL);
    m->match_context = sw_regex_context();
    if (!m->slots || !m->known || !m->rule_seen || !m->candidates || !m->matches || !m->counters || !m->hit_seen ||
        !m->local_seen || !m->locals || !m->gave_up || !m->memo || !m->match_data || !m->match_context)
        return SW_E_NOMEM;
    if (p->scratch != NULL && hs_clone_scratch(p->scratch, &m->scratch) != HS_SUCCESS)
        return SW_E_NOMEM;
    return 0;
}

int sw_matcher_new(struct sw_matcher **matcher, const struct sw_program *program)
{
    struct sw_matcher *m = sw_alloc(1, sizeof *m);
    *matcher = m;
    if (m == NULL)
        return SW_E_NOMEM;
    m->program = program;
    sw_arena_init(&m->folds, MOST_FOLDED);
    int rc = alloc_scratch(m);
    if (rc != 0) {
        sw_matcher_free(m);
        *matcher = NULL;
    }
    return rc;
}

void sw_matcher_free(struct sw_matcher *m)
{
    if (m == NULL)
        return;
    sw_arena_fini(&m->folds);
    sw_memo_free(m->memo);
    pcre2_match_data_free(m->match_data);
    pcre2_match_context_free(m->match_context);
    (void)hs_free_scratch(m->scratch);
    void *const owned[] = {m->field_of, m->values, m->slots, m->known, m->rule_seen, m->candidates, m->matches, m->counters,
                           m->hit_seen, m->local_seen, m->locals, m->gave_up};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        sw_free(owned[i]);
    sw_free(m);
}

void sw_matcher_stats(const struct sw_matcher *m, struct sw_matcher_stats *sum)
{
    sum->events += m->stats.events;
    sum->values += m->stats.values;
    sum->remembered += m->stats.remembered;
    sum->lines += m->stats.lines;
    sum->candidates += m->stats.candidates;
    sum->matches += m->stats.matches;
    sum->regex_limit += m->stats.regex_limit;
}

bool sw_matcher_gave_up(const struct sw_matcher *m, size_t number)
{
    return m->gave_up[number];
}

/* --- fields ------------------------------------------------------------------------------------------------- */

/* Learns what the ids minted since the last event stand for; false when memory ends. */
static bool learn_fields(struct sw_matcher *m, uint32_t count)
{
    if (count > m->field_of_cap) {
        size_t cap = (size_t)count * 2;
        uint16_t *grown = sw_realloc(m->field_of, cap, sizeof *grown);
        if (grown == NULL) {
            m->error = SW_E_NOMEM;
            return false;
        }
        m->field_of = grown;
        m->field_of_cap = cap;
    }
    uint16_t none = (uint16_t)m->program->fields.count;
    for (uint32_t id = m->field_of_count; id < count; id++) {
        sw_field_id key = sw_field_key(id);
        m->field_of[id] = key < m->program->field_of_key_count ? m->program->field_of_key[key] : none;
    }
    m->field_of_count = count;
    return true;
}


/* --- hits --------------------------------------------------------------------------------------------------- */

static void add_candidates(struct sw_matcher *m, struct sw_span rules)
{
    const uint32_t *rule = m->program->candidates.at + rules.first;
    for (uint32_t i = 0; i < rules.count; i++) {
        if (m->rule_seen[rule[i]] == m->generation)
            continue;
        m->rule_seen[rule[i]] = m->generation;
        m->candidates[m->candidate_count++] = rule[i];
    }
}

static void group_hit(struct sw_matcher *m, uint32_t number)
{
    uint64_t holds = (uint64_t)m->generation << 1 | 1;
    if (m->known[number] == holds)
        return;
    m->known[number] = holds;
    add_candidates(m, m->program->groups.at[m->plan->groups.first + number].rules);
}

/* Before `from` 4-byte grams have been looked for already. */
static void look_closer(struct sw_matcher *m, const struct sw_plan_slot *slot, struct sw_value *value, size_t from)
{
    const struct sw_lookup *lookup = &m->program->lookups.at[slot->lookup];
    bool remember = lookup->memo && value->raw.len >= SHORT_VALUE;
    const uint32_t *locals;
    uint32_t count;
    m->stats.values++;
    if (remember && sw_memo_get(m->memo, slot->lookup, value->raw, &locals, &count)) {
        m->stats.remembered++;
    } else {
        sw_lookup_value(m, lookup, value, from);
        if (m->error != 0)
            return;
        locals = m->locals;
        count = m->local_count;
        if (remember)
            sw_memo_put(m->memo, slot->lookup, value->raw, locals, count);
    }
    for (uint32_t i = 0; i < count; i++)
        group_hit(m, slot->first_group + locals[i]);
}

static inline void look_up(struct sw_matcher *m, const struct sw_plan_slot *slot, struct sw_value *value)
{
    if (slot->lookup == SW_NONE)
        return;
    const struct sw_lookup *lookup = &m->program->lookups.at[slot->lookup];
    if (value->raw.len < lookup->shortest)
        return;
    size_t from = lookup->only_grams ? sw_lookup_first_place(m->program, lookup, value->raw) : 0;
    if (from != SW_NPOS)
        look_closer(m, slot, value, from);
}

/* --- the event ---------------------------------------------------------------------------------------------- */

static bool room_for_values(struct sw_matcher *m)
{
    size_t want = (size_t)m->event->count + 1;
    if (want <= m->value_cap)
        return true;
    struct sw_value *grown = sw_realloc(m->values, want * 2, sizeof *grown);
    if (grown == NULL) {
        m->error = SW_E_NOMEM;
        return false;
    }
    m->values = grown;
    m->value_cap = want * 2;
    return true;
}

/* Links the value to its slot's others; true if it is the first. */
static inline bool add_to_slot(struct sw_matcher *m, uint32_t number, uint32_t index)
{
    struct sw_slot_state *state = &m->slots[number];
    bool first = state->generation != m->generation || state->first == SW_NONE;
    if (first)
        *state = (struct sw_slot_state){m->generation, index, index};
    else
        m->values[state->last].next = index;
    state->last = index;
    return first;
}

static void add_null(struct sw_matcher *m, uint32_t number)
{
    if (m->slots[number].generation != m->generation)
        m->slots[number] = (struct sw_slot_state){m->generation, SW_NONE, SW_NONE};
}

void sw_match_values(struct sw_matcher *m, bool look)
{
    const struct sw_event *event = m->event;
    const struct sw_plan_slot *plan_slots = m->program->plan_slots.at + m->plan->slots.first;
    const struct sw_plan_slot *any = m->plan->any_slot != SW_NONE ? &plan_slots[m->plan->any_slot] : NULL;
    bool any_anywhere = any != NULL && any->lookup != SW_NONE && m->program->lookups.at[any->lookup].anywhere;
    const uint16_t *numbers = sw_slot_numbers(m);
    if (!room_for_values(m))
        return;
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        struct sw_value *value = &m->values[i];
        uint32_t number = sw_slot_in(m, numbers, field->id);
        if (number == UINT16_MAX && any == NULL)
            continue;
        sw_value_set(value, field->ptr, field->len);
        if (field->type == SW_NULL) {
            if (number != UINT16_MAX)
                add_null(m, number);
            continue;
        }
        if (number != UINT16_MAX) {
            const struct sw_plan_slot *slot = &plan_slots[number];
            if (add_to_slot(m, number, i) && slot->present != SW_NONE && look)
                group_hit(m, slot->present);
            if (look)
                look_up(m, slot, value);
        }
        if (any != NULL && look && !(any_anywhere && sw_in_raw(event, field->ptr)))
            look_up(m, any, value);
    }
    if (any == NULL || !event->raw_is_value)
        return;
    sw_value_set(&m->values[event->count], event->raw.ptr, event->raw.len);
    if (look)
        look_up(m, any, &m->values[event->count]);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void next_generation(struct sw_matcher *m)
{
    if (++m->generation != 0)
        return;
    memset(m->slots, 0, (m->program->most_slots + 1) * sizeof *m->slots);
    memset(m->known, 0, (m->program->most_groups + 1) * sizeof *m->known);
    memset(m->rule_seen, 0, (m->program->most_rules + 1) * sizeof *m->rule_seen);
    m->generation = 1;
}

/* The plan for the event; false if no rule applies to its class. */
bool sw_matcher_begin(struct sw_matcher *m, const struct sw_event *event)
{
    const struct sw_program *p = m->program;
    sw_class_id class_id = event->class_id < p->class_plans.count ? event->class_id : SW_CLASS_NONE;
    uint32_t plan = class_id < p->class_plans.count ? p->class_plans.at[class_id] : SW_NONE;
    if (plan == SW_NONE)
        return false;
    next_generation(m);
    m->plan = &p->plans.at[plan];
    m->event = event;
    m->error = 0;
    m->candidate_count = 0;
    sw_arena_reset(&m->folds);
    uint32_t fields = sw_field_count();
    if (fields != m->field_of_count)
        (void)learn_fields(m, fields);
    return true;
}

int sw_matcher_run(struct sw_matcher *m, const struct sw_event *event, const uint32_t **rules)
{
    *rules = m->matches;
    m->stats.events++;
    if (!sw_matcher_begin(m, event))
        return 0;
    if (sw_line_holds_nothing(m)) {
        m->stats.lines++;
        return m->error;
    }
    sw_match_values(m, true);
    add_candidates(m, m->plan->always);
    const struct sw_plan_rule *plan_rules = m->program->plan_rules.at + m->plan->rules.first;
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->candidate_count; i++) {
        const struct sw_plan_rule *rule = &plan_rules[m->candidates[i]];
        if (sw_rule_holds(m, rule))
            m->matches[count++] = rule->rule;
    }
    if (m->error != 0)
        return m->error;
    m->stats.candidates += m->candidate_count;
    m->stats.matches += count;
    if (count > 1)
        qsort(m->matches, count, sizeof *m->matches, ascending);
    return (int)count;
}
