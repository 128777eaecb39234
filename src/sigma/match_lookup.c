/*
 * match_lookup.c - a value against the index of one field: hash tables for whole values and their ends, gram filters for what
 * may stand anywhere, one automaton for expressions. Says which sets hold; what that means for rules: match.c.
 */
#include "sigma/match_priv.h"

/* The hit's test holds, or may hold: its sets go to the result, each once. */
static void report(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value, uint32_t number)
{
    if (m->hit_seen[number] == m->value_generation)
        return;
    m->hit_seen[number] = m->value_generation;
    const struct sw_program *p = m->program;
    const struct sw_hit *hit = &p->hits.at[lookup->hits.first + number];
    if (hit->verify && !sw_test_holds(m, &p->tests.at[hit->test], value))
        return;
    const uint32_t *locals = p->locals.at + hit->local.first;
    for (uint32_t i = 0; i < hit->local.count; i++) {
        if (m->local_seen[locals[i]] == m->value_generation)
            continue;
        m->local_seen[locals[i]] = m->value_generation;
        m->locals[m->local_count++] = locals[i];
    }
}

static const struct sw_slot64 *find_slot(const struct sw_program *p, struct sw_table table, uint64_t key)
{
    const struct sw_slot64 *slots = p->slots.at + table.first;
    uint32_t mask = (1u << table.bits) - 1;
    for (uint32_t i = sw_table_index(key, table.bits);; i = (i + 1) & mask) {
        if (slots[i].entries.count == 0)
            return NULL;
        if (slots[i].key == key)
            return &slots[i];
    }
}

/* Literals of the key that stand in the text with their first byte at start(entry) = key_at - entry.at. */
static void check_entries(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value,
                          const struct sw_slot64 *slot, size_t key_at)
{
    const struct sw_program *p = m->program;
    struct sw_str text = value->folded;
    const struct sw_entry *entry = p->entries.at + slot->entries.first;
    for (uint32_t i = 0; i < slot->entries.count; i++, entry++) {
        if (key_at < entry->at || text.len - (key_at - entry->at) < entry->len ||
            m->hit_seen[entry->hit] == m->value_generation)
            continue;
        if (memcmp(text.ptr + key_at - entry->at, p->text.at + entry->text, entry->len) == 0)
            report(m, lookup, value, entry->hit);
    }
}

static void look_exact(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    struct sw_str text = value->folded;
    if ((lookup->exact_lengths >> (text.len < 63 ? text.len : 63) & 1) == 0)
        return;
    const struct sw_slot64 *slot = find_slot(m->program, lookup->exact, sw_key_of(text.ptr, text.len));
    if (slot == NULL)
        return;
    const struct sw_entry *entry = m->program->entries.at + slot->entries.first;
    for (uint32_t i = 0; i < slot->entries.count; i++, entry++)
        if (entry->len == text.len && memcmp(text.ptr, m->program->text.at + entry->text, entry->len) == 0)
            report(m, lookup, value, entry->hit);
}

static void look_edges(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    struct sw_str text = value->folded;
    for (uint32_t sizes = lookup->ends_sizes; sizes != 0; sizes &= sizes - 1) {
        size_t size = sw_edge_sizes[__builtin_ctz(sizes)];
        if (size > text.len)
            break;
        size_t at = text.len - size;
        const struct sw_slot64 *slot = find_slot(m->program, lookup->ends, sw_key_of(text.ptr + at, size));
        if (slot != NULL)
            check_entries(m, lookup, value, slot, at);
    }
    for (uint32_t sizes = lookup->starts_sizes; sizes != 0; sizes &= sizes - 1) {
        size_t size = sw_edge_sizes[__builtin_ctz(sizes)];
        if (size > text.len)
            break;
        const struct sw_slot64 *slot = find_slot(m->program, lookup->starts, sw_key_of(text.ptr, size));
        if (slot != NULL)
            check_entries(m, lookup, value, slot, 0);
    }
}

/* Every place of the text through the filter; `size` is a constant where this is inlined. */
static inline void scan_grams(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value, unsigned size)
{
    const struct sw_grams *grams = &lookup->grams[size - 1];
    struct sw_str text = value->folded;
    if (grams->table.bits == 0 || text.len < size)
        return;
    const uint64_t *filter = m->program->words.at + grams->filter;
    uint32_t bits = grams->filter_bits;
    size_t places = text.len - size + 1;
    for (size_t at = 0; at < places; at++) {
        uint32_t gram = sw_gram_of(text.ptr + at, size);
        uint32_t bit = sw_gram_bit(gram, bits);
        if ((filter[bit / 64] >> bit % 64 & 1) == 0)
            continue;
        const struct sw_slot64 *slot = find_slot(m->program, grams->table, gram);
        if (slot != NULL)
            check_entries(m, lookup, value, slot, at);
    }
}

static void look_anywhere(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    scan_grams(m, lookup, value, 4);
    if (lookup->grams[2].table.bits != 0)
        scan_grams(m, lookup, value, 3);
    if (lookup->grams[1].table.bits != 0)
        scan_grams(m, lookup, value, 2);
    if (lookup->grams[0].table.bits != 0)
        scan_grams(m, lookup, value, 1);
}

/* Numbers written otherwise than the rule did. The rule's own writing and plain decimals are among the exact literals. */
static void look_numbers(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    struct sw_str text = value->raw;
    if (text.len == 0 || (!sw_is_digit(text.ptr[0]) && memchr("+-.", text.ptr[0], 3) == NULL))
        return;
    size_t digits = 0;
    while (digits < text.len && sw_is_digit(text.ptr[digits]))
        digits++;
    double number;
    if ((digits == text.len && (text.ptr[0] != '0' || digits == 1) && digits < 16) || sw_str_double(text, &number) != 0)
        return;
    const struct sw_number_entry *at = m->program->numbers.at + lookup->numbers.first;
    uint32_t low = 0;
    uint32_t high = lookup->numbers.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (at[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < lookup->numbers.count && at[low].number == number; low++)
        report(m, lookup, value, at[low].hit);
}

struct expression_match {
    struct sw_matcher *matcher;
    const struct sw_lookup *lookup;
    struct sw_value *value;
};

static int on_expression(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
    (void)from;
    (void)to;
    (void)flags;
    const struct expression_match *match = arg;
    struct sw_matcher *m = match->matcher;
    report(m, match->lookup, match->value, m->program->locals.at[match->lookup->expressions.first + id]);
    return 0;
}

/* The automaton reads bytes, the definition code points: it decides ASCII values only. */
static void look_expressions(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    if (value->ascii) {
        struct expression_match match = {m, lookup, value};
        if (hs_scan(m->program->live[lookup->database], value->raw.len ? value->raw.ptr : "", (unsigned)value->raw.len, 0,
                    m->scratch, on_expression, &match) == HS_SUCCESS)
            return;
    }
    const uint32_t *hits = m->program->locals.at + lookup->expressions.first;
    for (uint32_t i = 0; i < lookup->expressions.count; i++) {
        const struct sw_hit *hit = &m->program->hits.at[lookup->hits.first + hits[i]];
        if (sw_test_holds(m, &m->program->tests.at[hit->test], value))
            report(m, lookup, value, hits[i]);
    }
}

void sw_lookup_value(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    m->local_count = 0;
    if (++m->value_generation == 0) {
        memset(m->hit_seen, 0, m->program->most_hits * sizeof *m->hit_seen);
        memset(m->local_seen, 0, m->program->most_locals * sizeof *m->local_seen);
        m->value_generation = 1;
    }
    if (!sw_value_fold(m, value))
        return;
    if (lookup->exact.bits != 0)
        look_exact(m, lookup, value);
    if ((lookup->ends_sizes | lookup->starts_sizes) != 0)
        look_edges(m, lookup, value);
    look_anywhere(m, lookup, value);
    if (lookup->numbers.count > 0)
        look_numbers(m, lookup, value);
    if (lookup->database != SW_NONE)
        look_expressions(m, lookup, value);
    const uint32_t *each = m->program->locals.at + lookup->each.first;
    for (uint32_t i = 0; i < lookup->each.count; i++)
        report(m, lookup, value, each[i]);
}
