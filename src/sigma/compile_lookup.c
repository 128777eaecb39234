/*
 * compile_lookup.c - the index of one field: for each test of its sets an entry where the value will lead to it. An entry is
 * either decisive (the literal stands where the form says) or only necessary, then the hit says `verify`.
 */
#include "base/mem.h"
#include "base/utf.h"
#include "sigma/compile_priv.h"

#include <stdio.h>

enum table { EXACT, STARTS, ENDS, GRAMS, TABLES = GRAMS + SW_GRAM };

/* An entry on its way into a table. */
struct keyed {
    uint64_t key;
    uint32_t table; /* enum table; GRAMS + n: grams of n + 1 bytes */
    struct sw_entry entry;
};

/* A literal that may stand anywhere and has four bytes or more: its grams depend on the shortest one's length. */
struct anywhere {
    uint32_t hit;
    struct sw_span text;
};

/* One of the lookup's indexes in the making. */
struct index_maker {
    struct sw_index index;
    struct keyed *keyed;
    size_t keyed_count, keyed_cap;
    struct anywhere *anywhere;
    size_t anywhere_count, anywhere_cap;
};

enum { PLAIN, WIDE, INDEXES };

struct maker {
    struct sw_build *build;
    struct sw_lookup lookup;
    struct index_maker indexes[INDEXES];
    struct sw_number_entry *numbers;
    size_t number_count, number_cap;
    struct sw_numbers each, expressions; /* hits */
    uint32_t short_count;                /* literals of less than four bytes that may stand anywhere */
};

enum { FEW = 16 };

/* --- keys --------------------------------------------------------------------------------------------------- */

static bool is_wide(const struct sw_program *p, struct sw_span text)
{
    for (uint32_t i = 0; i < text.count; i++)
        if ((unsigned char)p->text.at[text.first + i] >= 0x80)
            return true;
    return false;
}

static struct index_maker *index_for(struct maker *m, struct sw_span text)
{
    bool wide = is_wide(m->build->program, text);
    struct index_maker *index = &m->indexes[wide ? WIDE : PLAIN];
    index->index.used = 1;
    uint32_t shortest = wide && text.count > 1 ? 1 : text.count; /* folding changes lengths */
    if (shortest < m->lookup.shortest)
        m->lookup.shortest = shortest;
    return index;
}

static int add_keyed(struct index_maker *m, enum table table, uint64_t key, uint32_t hit, struct sw_span text, uint32_t at)
{
    int rc = sw_grow(&m->keyed, &m->keyed_cap, m->keyed_count, sizeof *m->keyed, SW_MAX_SECTION);
    if (rc == 0)
        m->keyed[m->keyed_count++] = (struct keyed){key, table, {hit, text.first, text.count, at}};
    return rc;
}

static int add_exact(struct maker *m, uint32_t hit, struct sw_span text)
{
    struct index_maker *index = index_for(m, text);
    struct sw_str literal = sw_program_text(m->build->program, text);
    index->index.exact_lengths |= 1ull << (text.count < 63 ? text.count : 63);
    return add_keyed(index, EXACT, sw_key_of(literal.ptr, literal.len), hit, text, 0);
}

static int add_edge(struct maker *m, enum table table, uint32_t hit, struct sw_span text)
{
    struct index_maker *index = index_for(m, text);
    unsigned edge = sw_edge_size(text.count);
    uint32_t size = sw_edge_sizes[edge];
    uint32_t at = table == ENDS ? text.count - size : 0;
    *(table == ENDS ? &index->index.ends_sizes : &index->index.starts_sizes) |= 1u << edge;
    return add_keyed(index, table, sw_key_of(sw_program_text(m->build->program, text).ptr + at, size), hit, text, at);
}

static bool is_short(const struct sw_program *p, struct sw_span text)
{
    return text.count > 0 && text.count < SW_GRAM && !is_wide(p, text);
}

/* A whole pass over the value for the sake of a few short literals would cost more than to search for each. */
static bool asked_of_each(const struct maker *m, struct sw_span text)
{
    return m->short_count <= FEW && is_short(m->build->program, text);
}

static int add_anywhere(struct maker *m, uint32_t hit, struct sw_span text)
{
    if (asked_of_each(m, text)) {
        m->build->program->hits.at[m->lookup.hits.first + hit].verify = 1;
        return sw_numbers_add(&m->each, hit);
    }
    struct index_maker *index = index_for(m, text);
    struct sw_str literal = sw_program_text(m->build->program, text);
    if (text.count < SW_GRAM)
        return add_keyed(index, GRAMS + text.count - 1, sw_gram_of(literal.ptr, text.count), hit, text, 0);
    int rc = sw_grow(&index->anywhere, &index->anywhere_cap, index->anywhere_count, sizeof *index->anywhere, SW_MAX_SECTION);
    if (rc == 0)
        index->anywhere[index->anywhere_count++] = (struct anywhere){hit, text};
    return rc;
}

/* The literals' grams, for the widest stride that the shortest of them allows. */
static int add_grams(struct maker *m, struct index_maker *index)
{
    uint32_t shortest = UINT32_MAX;
    for (size_t i = 0; i < index->anywhere_count; i++)
        if (index->anywhere[i].text.count < shortest)
            shortest = index->anywhere[i].text.count;
    uint32_t stride = 1;
    while (stride < 8 && 2 * stride + SW_GRAM - 1 <= shortest)
        stride *= 2;
    index->index.grams[SW_GRAM - 1].stride = stride;
    int rc = 0;
    for (size_t i = 0; i < index->anywhere_count && rc == 0; i++) {
        const struct anywhere *from = &index->anywhere[i];
        struct sw_str literal = sw_program_text(m->build->program, from->text);
        uint32_t at;
        (void)sw_build_rarest_grams(m->build, literal, stride, &at);
        for (uint32_t j = at; j < at + stride && rc == 0; j++)
            rc = add_keyed(index, GRAMS + SW_GRAM - 1, sw_gram_of(literal.ptr + j, SW_GRAM), from->hit, from->text, j);
    }
    return rc;
}

/* --- tests -------------------------------------------------------------------------------------------------- */

/* The literal as it stands in folded values. */
static int folded_text(struct maker *m, const struct sw_test *test, struct sw_span from, struct sw_span *text)
{
    *text = from;
    if (!test->cased)
        return 0;
    sw_arena_reset(&m->build->folds);
    struct sw_str folded = sw_utf8_fold(&m->build->folds, sw_program_text(m->build->program, from));
    if (folded.ptr == NULL)
        return SW_E_NOMEM;
    text->count = (uint32_t)folded.len;
    return SW_SECTION_ADD(&m->build->program->text, folded.ptr, folded.len, &text->first);
}

/* A number of the rule: by value, and as plain decimals, in which values mostly are. */
static int add_number(struct maker *m, uint32_t hit, const struct sw_test *test)
{
    int rc = sw_grow(&m->numbers, &m->number_cap, m->number_count, sizeof *m->numbers, SW_MAX_SECTION);
    if (rc != 0)
        return rc;
    m->numbers[m->number_count++] = (struct sw_number_entry){.number = test->number, .hit = hit};
    if (!(test->number >= 0 && test->number < 1e15))
        return 0;
    char plain[32];
    int len = snprintf(plain, sizeof plain, "%.0f", test->number == 0 ? 0 : test->number);
    double back;
    struct sw_str text = sw_strn(plain, len > 0 ? (size_t)len : 0);
    if (sw_str_double(text, &back) != 0 || back != test->number ||
        sw_str_eq(text, sw_program_text(m->build->program, test->text)))
        return 0;
    struct sw_span span = {.count = (uint32_t)text.len};
    rc = SW_SECTION_ADD(&m->build->program->text, text.ptr, text.len, &span.first);
    return rc != 0 ? rc : add_exact(m, hit, span);
}

/* The literal of a wildcard pattern to look for; empty if it has none. */
static struct sw_span rarest_token(const struct sw_build *b, const struct sw_test *test)
{
    double least = 2;
    struct sw_span rarest = {0, 0};
    for (uint32_t i = 0; i < test->tokens.count; i++) {
        struct sw_program_token token = b->program->tokens.at[test->tokens.first + i];
        if (token.kind != SW_TOKEN_LITERAL || token.text.count == 0)
            continue;
        double rarity = sw_build_literal_rarity(b, sw_program_text(b->program, token.text));
        if (rarity < least) {
            least = rarity;
            rarest = token.text;
        }
    }
    return rarest;
}

static int add_wild(struct maker *m, uint32_t hit, const struct sw_test *test)
{
    struct sw_span rarest = rarest_token(m->build, test);
    if (rarest.count == 0)
        return sw_numbers_add(&m->each, hit);
    struct sw_span text;
    int rc = folded_text(m, test, rarest, &text);
    return rc != 0 ? rc : add_anywhere(m, hit, text);
}

static int add_pattern(struct maker *m, uint32_t hit, const struct sw_test *test)
{
    struct sw_span text;
    int rc = folded_text(m, test, test->text, &text);
    if (rc != 0)
        return rc;
    switch ((enum sw_pattern_form)test->form) {
    case SW_FORM_EXACT:
        rc = add_exact(m, hit, text);
        return rc == 0 && test->is_number ? add_number(m, hit, test) : rc;
    case SW_FORM_CONTAINS:
        return add_anywhere(m, hit, text);
    case SW_FORM_STARTS:
        return add_edge(m, STARTS, hit, text);
    case SW_FORM_ENDS:
        return add_edge(m, ENDS, hit, text);
    case SW_FORM_WILD:
        return add_wild(m, hit, test);
    case SW_FORM_ANY:
        break;
    }
    return sw_numbers_add(&m->each, hit);
}

static int add_regex(struct maker *m, uint32_t hit, uint32_t number, const struct sw_test *test)
{
    struct sw_build *b = m->build;
    struct sw_span needs = b->notes[number].needs;
    if (needs.count == 0)
        return sw_numbers_add(b->program->regexes.at[test->regex].pcre_only ? &m->each : &m->expressions, hit);
    for (uint32_t i = 0; i < needs.count; i++) {
        struct sw_str need = b->needs[needs.first + i];
        struct sw_span text = {.count = (uint32_t)need.len};
        int rc = SW_SECTION_ADD(&b->program->text, need.ptr, need.len, &text.first);
        if (rc == 0)
            rc = add_anywhere(m, hit, text);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Whether reaching the test through the index says only that it may hold. */
static bool must_verify(const struct sw_build *b, uint32_t number)
{
    const struct sw_test *test = &b->program->tests.at[number];
    if (test->kind == SW_PRED_PATTERN)
        return test->cased || test->form == SW_FORM_WILD;
    if (test->kind == SW_PRED_REGEX)
        return b->notes[number].needs.count > 0 || b->program->regexes.at[test->regex].pcre_only;
    return true;
}

static int add_test(struct maker *m, uint32_t hit, uint32_t number)
{
    const struct sw_test test = m->build->program->tests.at[number];
    if (test.kind == SW_PRED_PATTERN)
        return add_pattern(m, hit, &test);
    if (test.kind == SW_PRED_REGEX)
        return add_regex(m, hit, number, &test);
    return sw_numbers_add(&m->each, hit);
}

/* --- tables ------------------------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a;
    const struct keyed *y = b;
    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->entry.hit != y->entry.hit)
        return x->entry.hit < y->entry.hit ? -1 : 1;
    if (x->entry.text != y->entry.text)
        return x->entry.text < y->entry.text ? -1 : 1;
    return (x->entry.at > y->entry.at) - (x->entry.at < y->entry.at);
}

static unsigned bits_for(size_t count)
{
    unsigned bits = 1;
    while (((size_t)1 << bits) < count && bits < 31)
        bits++;
    return bits;
}

/* One hash table of the entries given, which are in order of their keys. */
static int make_table(struct maker *m, const struct keyed *keyed, size_t count, struct sw_table *table)
{
    struct sw_program *p = m->build->program;
    table->bits = bits_for(2 * count);
    int rc = SW_SECTION_ADD(&p->slots, NULL, (size_t)1 << table->bits, &table->first);
    uint32_t mask = (1u << table->bits) - 1;
    for (size_t i = 0; i < count && rc == 0;) {
        struct sw_slot64 slot = {.key = keyed[i].key, .entries = {(uint32_t)p->entries.count, 0}};
        for (; i < count && keyed[i].key == slot.key && rc == 0; i++, slot.entries.count++) {
            uint32_t index;
            rc = SW_SECTION_ADD(&p->entries, &keyed[i].entry, 1, &index);
        }
        uint32_t at = sw_table_index(slot.key, table->bits);
        while (p->slots.at[table->first + at].entries.count != 0)
            at = (at + 1) & mask;
        p->slots.at[table->first + at] = slot;
    }
    return rc;
}

/* The bitmap that most places of a value are turned away by: about one bit in sixty-four is set. */
static int make_filter(struct maker *m, const struct keyed *keyed, size_t count, struct sw_grams *grams)
{
    struct sw_program *p = m->build->program;
    unsigned bits = bits_for(64 * count);
    grams->filter_bits = bits < 9 ? 9 : bits > 22 ? 22 : bits;
    int rc = SW_SECTION_ADD(&p->words, NULL, ((size_t)1 << grams->filter_bits) / 64, &grams->filter);
    for (size_t i = 0; i < count && rc == 0; i++) {
        uint32_t bit = sw_gram_hash((uint32_t)keyed[i].key) & ((1u << grams->filter_bits) - 1);
        p->words.at[grams->filter + bit / 64] |= 1ull << bit % 64;
    }
    return rc;
}

static int make_tables(struct maker *m, struct index_maker *index)
{
    int rc = add_grams(m, index);
    if (index->keyed_count > 1)
        qsort(index->keyed, index->keyed_count, sizeof *index->keyed, by_key);
    for (size_t i = 0; i < index->keyed_count && rc == 0;) {
        size_t first = i;
        uint32_t table = index->keyed[i].table;
        while (i < index->keyed_count && index->keyed[i].table == table)
            i++;
        const struct keyed *keyed = index->keyed + first;
        struct sw_grams *grams = table >= GRAMS ? &index->index.grams[table - GRAMS] : NULL;
        struct sw_table *to = grams ? &grams->table : table == EXACT ? &index->index.exact :
                              table == STARTS ? &index->index.starts : &index->index.ends;
        rc = make_table(m, keyed, i - first, to);
        if (rc == 0 && grams != NULL)
            rc = make_filter(m, keyed, i - first, grams);
    }
    return rc;
}

/* --- hits --------------------------------------------------------------------------------------------------- */

struct membership {
    uint32_t test;
    uint32_t local;
};

static int by_test(const void *a, const void *b)
{
    const struct membership *x = a;
    const struct membership *y = b;
    if (x->test != y->test)
        return x->test < y->test ? -1 : 1;
    return (x->local > y->local) - (x->local < y->local);
}

static int list_members(const struct sw_build *b, const uint32_t *sets, size_t count, struct membership **members, size_t *sum)
{
    const struct sw_program *p = b->program;
    *sum = 0;
    for (size_t i = 0; i < count; i++)
        *sum += p->sets.at[sets[i]].count;
    *members = sw_alloc(*sum + 1, sizeof **members);
    if (*members == NULL)
        return SW_E_NOMEM;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        struct sw_span set = p->sets.at[sets[i]];
        for (uint32_t j = 0; j < set.count; j++)
            (*members)[at++] = (struct membership){p->set_tests.at[set.first + j], (uint32_t)i};
    }
    if (*sum > 1)
        qsort(*members, *sum, sizeof **members, by_test);
    return 0;
}

static uint32_t short_literals(const struct sw_build *b, uint32_t number)
{
    const struct sw_test *test = &b->program->tests.at[number];
    if (test->kind == SW_PRED_PATTERN && test->form == SW_FORM_CONTAINS)
        return is_short(b->program, test->text);
    if (test->kind == SW_PRED_PATTERN && test->form == SW_FORM_WILD)
        return is_short(b->program, rarest_token(b, test));
    return 0; /* what expressions need is longer */
}

/* A hit for each distinct test, with the sets that have it. */
static int make_hits(struct maker *m, const uint32_t *sets, size_t count)
{
    struct sw_program *p = m->build->program;
    struct membership *members;
    size_t sum;
    int rc = list_members(m->build, sets, count, &members, &sum);
    for (size_t i = 0; i < sum && rc == 0; i++)
        if (i == 0 || members[i].test != members[i - 1].test)
            m->short_count += short_literals(m->build, members[i].test);
    m->lookup.hits.first = (uint32_t)p->hits.count;
    for (size_t i = 0; i < sum && rc == 0;) {
        struct sw_hit hit = {.test = members[i].test, .verify = must_verify(m->build, members[i].test)};
        hit.local.first = (uint32_t)p->locals.count;
        uint32_t index;
        for (; i < sum && members[i].test == hit.test && rc == 0; i++, hit.local.count++)
            rc = SW_SECTION_ADD(&p->locals, &members[i].local, 1, &index);
        if (rc == 0)
            rc = SW_SECTION_ADD(&p->hits, &hit, 1, &index);
        if (rc == 0)
            rc = add_test(m, m->lookup.hits.count++, hit.test);
    }
    sw_free(members);
    return rc;
}

static int by_number(const void *a, const void *b)
{
    const struct sw_number_entry *x = a;
    const struct sw_number_entry *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->hit > y->hit) - (x->hit < y->hit);
}

static int make_lists(struct maker *m)
{
    struct sw_program *p = m->build->program;
    struct sw_lookup *lookup = &m->lookup;
    if (m->number_count > 1)
        qsort(m->numbers, m->number_count, sizeof *m->numbers, by_number);
    lookup->numbers.count = (uint32_t)m->number_count;
    lookup->each.count = (uint32_t)m->each.count;
    lookup->expressions.count = (uint32_t)m->expressions.count;
    int rc = SW_SECTION_ADD(&p->numbers, m->numbers, m->number_count, &lookup->numbers.first);
    /* Expressions come right after `each`, so that they can fall back to it (compile_regex.c). */
    if (rc == 0)
        rc = SW_SECTION_ADD(&p->locals, m->each.at, m->each.count, &lookup->each.first);
    return rc != 0 ? rc : SW_SECTION_ADD(&p->locals, m->expressions.at, m->expressions.count, &lookup->expressions.first);
}

/* Scanning costs by the byte; hash tables cost no more than remembering. */
static bool worth_remembering(const struct sw_lookup *lookup)
{
    bool scans = lookup->plain.grams[3].stride < 4 && lookup->plain.grams[3].table.bits != 0;
    for (unsigned i = 0; i < SW_GRAM - 1; i++)
        scans |= lookup->plain.grams[i].table.bits != 0;
    return scans || lookup->each.count > 0 || lookup->expressions.count > 0;
}

static bool has_only_grams(const struct sw_lookup *lookup)
{
    const struct sw_index *plain = &lookup->plain;
    bool others = lookup->wide.used || plain->exact_lengths != 0 || plain->starts_sizes != 0 || plain->ends_sizes != 0 ||
                  lookup->each.count + lookup->expressions.count + lookup->numbers.count > 0;
    for (unsigned i = 0; i < SW_GRAM - 1; i++)
        others |= plain->grams[i].table.bits != 0;
    return !others && plain->grams[SW_GRAM - 1].table.bits != 0;
}

static int fill_lookup(struct maker *m, const uint32_t *sets, size_t count)
{
    struct sw_program *p = m->build->program;
    m->lookup.database = SW_NONE;
    m->lookup.shortest = UINT32_MAX;
    m->lookup.sets.count = (uint32_t)count;
    int rc = SW_SECTION_ADD(&p->lookup_sets, sets, count, &m->lookup.sets.first);
    if (rc == 0)
        rc = make_hits(m, sets, count);
    for (unsigned i = 0; i < INDEXES && rc == 0; i++)
        rc = make_tables(m, &m->indexes[i]);
    m->lookup.plain = m->indexes[PLAIN].index;
    m->lookup.wide = m->indexes[WIDE].index;
    if (rc == 0)
        rc = make_lists(m);
    if (m->each.count + m->expressions.count + m->number_count > 0)
        m->lookup.shortest = 0;
    m->lookup.memo = worth_remembering(&m->lookup);
    m->lookup.only_grams = has_only_grams(&m->lookup);
    m->lookup.anywhere = 1;
    for (size_t i = 0; i < count; i++)
        m->lookup.anywhere &= sw_set_is_anywhere(p, sets[i]);
    return rc;
}

int sw_build_lookup(struct sw_build *b, const uint32_t *sets, size_t count, uint32_t *lookup)
{
    bool added;
    struct sw_str key = {(const char *)sets, count * sizeof *sets};
    int rc = sw_map_intern(&b->lookup_ids, key, (uint32_t)b->program->lookups.count, lookup, &added);
    if (rc != 0 || !added)
        return rc;
    struct maker maker = {.build = b};
    rc = fill_lookup(&maker, sets, count);
    uint32_t index;
    if (rc == 0)
        rc = SW_SECTION_ADD(&b->program->lookups, &maker.lookup, 1, &index);
    for (unsigned i = 0; i < INDEXES; i++) {
        sw_free(maker.indexes[i].keyed);
        sw_free(maker.indexes[i].anywhere);
    }
    sw_free(maker.numbers);
    sw_free(maker.each.at);
    sw_free(maker.expressions.at);
    return rc;
}

/* --- whole lines -------------------------------------------------------------------------------------------- */

bool sw_lookup_has_more(const struct sw_lookup *lookup)
{
    return !has_only_grams(lookup);
}

/* The rarest gram of each literal that the lookup finds by 4-byte grams. */
static int add_line_grams(struct maker *m, struct index_maker *index, const struct sw_lookup *lookup, uint32_t slot)
{
    const struct sw_program *p = m->build->program;
    struct sw_table table = lookup->plain.grams[SW_GRAM - 1].table;
    int rc = 0;
    for (uint32_t i = 0; table.bits != 0 && i < 1u << table.bits; i++) {
        struct sw_span entries = p->slots.at[table.first + i].entries;
        for (uint32_t j = 0; j < entries.count && rc == 0; j++) {
            const struct sw_entry *entry = &p->entries.at[entries.first + j];
            struct sw_span text = {entry->text, entry->len};
            uint32_t at;
            (void)sw_build_rarest_grams(m->build, sw_program_text(p, text), 1, &at);
            rc = add_keyed(index, GRAMS + SW_GRAM - 1, sw_gram_of(p->text.at + text.first + at, SW_GRAM), slot, text, at);
        }
    }
    return rc;
}

/* They are in order: what is repeated comes one after the other. */
static size_t drop_repeated(struct keyed *keyed, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_key(&keyed[i], &keyed[kept - 1]) != 0)
            keyed[kept++] = keyed[i];
    return kept;
}

/* The bitmap that most places of a line are turned away by. A place that passes in vain costs more than the whole pass over ten
 * others, so only about one bit in 256 is set. */
static int make_line_filter(struct sw_program *p, const struct keyed *keyed, size_t count, struct sw_plan *plan)
{
    size_t grams = 0;
    for (size_t i = 0; i < count; i++)
        grams += i == 0 || keyed[i].key != keyed[i - 1].key;
    unsigned bits = bits_for(256 * grams);
    plan->line_bits = bits < 13 ? 13 : bits > 20 ? 20 : bits;
    int rc = SW_SECTION_ADD(&p->line_filters, NULL, (size_t)1 << plan->line_bits >> 3, &plan->line_filter);
    for (size_t i = 0; i < count && rc == 0; i++) {
        uint32_t bit = sw_gram_hash20((uint32_t)keyed[i].key) & ((1u << plan->line_bits) - 1);
        unsigned char *byte = &p->line_filters.at[plan->line_filter + bit / 8];
        *byte = (unsigned char)(*byte | 1 << bit % 8);
    }
    return rc;
}

/* The bytes one of which each test needs that keywords are asked beyond grams; none if a test needs none, or they are many. */
static void find_seldom(const struct sw_program *p, const struct sw_lookup *lookup, struct sw_plan *plan)
{
    struct sw_lookup others = *lookup;
    others.each.count = 0;
    if (!has_only_grams(&others))
        return;
    const uint32_t *each = p->locals.at + lookup->each.first;
    for (uint32_t i = 0; i < lookup->each.count; i++) {
        const struct sw_test *test = &p->tests.at[p->hits.at[lookup->hits.first + each[i]].test];
        bool plain = test->kind == SW_PRED_PATTERN && test->form == SW_FORM_CONTAINS && test->ascii;
        char byte = plain ? sw_seldom_byte(sw_program_text(p, test->text)) : 0;
        bool known = byte != 0 && memchr(plan->seldom, byte, plan->seldom_count) != NULL;
        if (byte == 0 || (!known && plan->seldom_count == 3)) {
            plan->seldom_count = 0;
            return;
        }
        if (!known)
            plan->seldom[plan->seldom_count++] = byte;
    }
    for (uint32_t i = plan->seldom_count; i > 0 && i < sizeof plan->seldom; i++)
        plan->seldom[i] = plan->seldom[0]; /* as sw_scan_any() wants it */
}

int sw_build_line(struct sw_build *b, const struct sw_plan_slot *slots, size_t count, struct sw_plan *plan)
{
    struct maker maker = {.build = b};
    struct index_maker *index = &maker.indexes[PLAIN];
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        if (slots[i].lookup != SW_NONE)
            rc = add_line_grams(&maker, index, &b->program->lookups.at[slots[i].lookup], (uint32_t)i);
    if (index->keyed_count > 1)
        qsort(index->keyed, index->keyed_count, sizeof *index->keyed, by_key);
    index->keyed_count = drop_repeated(index->keyed, index->keyed_count);
    if (rc == 0 && index->keyed_count > 0) {
        rc = make_table(&maker, index->keyed, index->keyed_count, &plan->line);
        if (rc == 0)
            rc = make_line_filter(b->program, index->keyed, index->keyed_count, plan);
        if (rc == 0 && plan->any_slot != SW_NONE && slots[plan->any_slot].lookup != SW_NONE)
            find_seldom(b->program, &b->program->lookups.at[slots[plan->any_slot].lookup], plan);
    }
    sw_free(index->keyed);
    return rc;
}
