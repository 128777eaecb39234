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

const struct sw_slot64 *sw_table_find(const struct sw_program *p, struct sw_table table, uint64_t key)
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

/* One value on its way through a lookup. */
struct search {
    struct sw_matcher *matcher;
    const struct sw_lookup *lookup;
    struct sw_value *value;
    const struct sw_index *index;
    struct sw_str text; /* of the value, in the form that the index is for */
};

/* Literals of the slot that stand in the text so that their key is at key_at; `len` SIZE_MAX: of any length. */
static void check_entries(const struct search *s, const struct sw_slot64 *slot, size_t key_at, size_t len)
{
    struct sw_matcher *m = s->matcher;
    const struct sw_program *p = m->program;
    const struct sw_entry *entry = p->entries.at + slot->entries.first;
    for (uint32_t i = 0; i < slot->entries.count; i++, entry++) {
        if (key_at < entry->at || s->text.len - (key_at - entry->at) < entry->len || (len != SIZE_MAX && len != entry->len) ||
            m->hit_seen[entry->hit] == m->value_generation)
            continue;
        if (sw_text_is(s->text.ptr + (key_at - entry->at), p->text.at + entry->text, entry->len))
            report(m, s->lookup, s->value, entry->hit);
    }
}

static void look_exact(const struct search *s)
{
    size_t len = s->text.len;
    if ((s->index->exact_lengths >> (len < 63 ? len : 63) & 1) == 0)
        return;
    const struct sw_slot64 *slot = sw_table_find(s->matcher->program, s->index->exact, sw_key_of(s->text.ptr, len));
    if (slot != NULL)
        check_entries(s, slot, 0, len);
}

static void look_edges(const struct search *s)
{
    const struct sw_index *index = s->index;
    for (uint32_t sizes = index->ends_sizes; sizes != 0; sizes &= sizes - 1) {
        size_t size = sw_edge_sizes[__builtin_ctz(sizes)];
        if (size > s->text.len)
            break;
        size_t at = s->text.len - size;
        const struct sw_slot64 *slot = sw_table_find(s->matcher->program, index->ends, sw_key_of(s->text.ptr + at, size));
        if (slot != NULL)
            check_entries(s, slot, at, SIZE_MAX);
    }
    for (uint32_t sizes = index->starts_sizes; sizes != 0; sizes &= sizes - 1) {
        size_t size = sw_edge_sizes[__builtin_ctz(sizes)];
        if (size > s->text.len)
            break;
        const struct sw_slot64 *slot = sw_table_find(s->matcher->program, index->starts, sw_key_of(s->text.ptr, size));
        if (slot != NULL)
            check_entries(s, slot, 0, SIZE_MAX);
    }
}

static void check_gram(const struct search *s, const struct sw_grams *grams, uint32_t gram, size_t at)
{
    const struct sw_slot64 *slot = sw_table_find(s->matcher->program, grams->table, gram);
    if (slot != NULL)
        check_entries(s, slot, at, SIZE_MAX);
}

/* Every place of the text through the filter that the stride leaves; `size` and `stride` are constants where this is
 * inlined. */
static inline void scan_grams(const struct search *s, unsigned size, size_t stride, size_t from)
{
    const struct sw_grams *grams = &s->index->grams[size - 1];
    const struct sw_gram_filter filter = sw_gram_filter(s->matcher->program, grams);
    const char *text = s->text.ptr;
    size_t places = s->text.len >= size ? s->text.len - size + 1 : 0;
#pragma GCC unroll 4
    for (size_t at = from; at < places; at += stride) {
        uint32_t gram = sw_gram_of(text + at, size);
        if (__builtin_expect(sw_gram_passes(&filter, gram), 0))
            check_gram(s, grams, gram, at);
    }
}

static void look_long(const struct search *s, size_t from)
{
    const struct sw_grams *grams = s->index->grams;
    if (grams[3].table.bits == 0)
        return;
    if (grams[3].stride == 1)
        scan_grams(s, 4, 1, from);
    else if (grams[3].stride == 2)
        scan_grams(s, 4, 2, from);
    else
        scan_grams(s, 4, grams[3].stride, from);
}

static void look_short(const struct search *s)
{
    const struct sw_grams *grams = s->index->grams;
    if (grams[2].table.bits != 0)
        scan_grams(s, 3, 1, 0);
    if (grams[1].table.bits != 0)
        scan_grams(s, 2, 1, 0);
    if (grams[0].table.bits != 0)
        scan_grams(s, 1, 1, 0);
}

/* 4-byte grams are looked for from `from` on; SW_NPOS: not at all. */
static void look_in(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value, const struct sw_index *index,
                    struct sw_str text, size_t from)
{
    struct search search = {m, lookup, value, index, text};
    if (index->exact_lengths != 0)
        look_exact(&search);
    if ((index->ends_sizes | index->starts_sizes) != 0)
        look_edges(&search);
    if (from != SW_NPOS)
        look_long(&search, from);
    look_short(&search);
}

/* Numbers written otherwise than the rule did. The rule's own writing and plain decimals are among the exact literals. */
static void look_numbers(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    struct sw_str text = value->raw;
    double number;
    bool plain = text.len > 0 && text.len < 16 && (text.ptr[0] != '0' || text.len == 1);
    for (size_t i = 0; i < text.len && plain; i++)
        plain = sw_is_digit(text.ptr[i]);
    if (plain || !sw_value_number(text, &number))
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
    if (id < match->lookup->expressions.count) /* as it always is, unless a cache file was tampered with */
        report(m, match->lookup, match->value, m->program->locals.at[match->lookup->expressions.first + id]);
    return 0;
}

/* The automaton reads bytes, the definition code points: it decides ASCII values only. */
static void look_expressions(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    if (sw_value_is_ascii(value)) {
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

static void look(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value, size_t from)
{
    m->local_count = 0;
    if (++m->value_generation == 0) {
        memset(m->hit_seen, 0, m->program->most_hits * sizeof *m->hit_seen);
        memset(m->local_seen, 0, m->program->most_locals * sizeof *m->local_seen);
        m->value_generation = 1;
    }
    if (lookup->plain.used)
        look_in(m, lookup, value, &lookup->plain, value->raw, from);
    if (lookup->wide.used && !sw_value_is_ascii(value) && sw_value_fold(m, value))
        look_in(m, lookup, value, &lookup->wide, value->folded, 0);
    if (lookup->numbers.count > 0)
        look_numbers(m, lookup, value);
    if (lookup->database != SW_NONE)
        look_expressions(m, lookup, value);
    const uint32_t *each = m->program->locals.at + lookup->each.first;
    for (uint32_t i = 0; i < lookup->each.count; i++)
        report(m, lookup, value, each[i]);
}

void sw_lookup_value(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value, size_t from)
{
    look(m, lookup, value, from);
}

void sw_lookup_more(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value)
{
    look(m, lookup, value, SW_NPOS);
}
