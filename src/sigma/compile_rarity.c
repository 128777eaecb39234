/*
 * compile_rarity.c - how often will a test hold? Nobody knows before the events are there, but the rules are a sample of what
 * they talk about: a piece of text that many rules name ("\windows\", ".exe", "powershell") is common in events as well.
 * Wrong guesses cost time, never a match.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"
#include "sigma/regex_need.h"

enum { GRAM_BITS = 18 };

static uint32_t *gram_counter(const struct sw_build *b, const char *at)
{
    return &b->gram_counts[sw_gram_bit(sw_gram_of(at, SW_GRAM), GRAM_BITS)];
}

static void count_grams(struct sw_build *b, struct sw_str text)
{
    for (size_t i = 0; i + SW_GRAM <= text.len; i++)
        ++*gram_counter(b, text.ptr + i);
}

uint32_t sw_build_rarest_gram(const struct sw_build *b, struct sw_str literal, uint32_t *at)
{
    *at = 0;
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i + SW_GRAM <= literal.len; i++) {
        uint32_t count = *gram_counter(b, literal.ptr + i);
        if (count < least) {
            least = count;
            *at = (uint32_t)i;
        }
    }
    return least;
}

double sw_build_literal_rarity(const struct sw_build *b, struct sw_str literal)
{
    static const double by_len[SW_GRAM] = {0.9, 0.5, 0.3, 0.1};
    if (literal.len < SW_GRAM)
        return by_len[literal.len];
    uint32_t at;
    double shared = sw_build_rarest_gram(b, literal, &at);
    double rarity = shared / ((double)b->program->tests.count + 100);
    /* Longer ones are rarer than their rarest gram. */
    double extra = (double)(literal.len - SW_GRAM);
    rarity = rarity * 8 / (8 + extra);
    return rarity < 0.1 ? rarity : 0.1;
}

static double literal_cost(void *arg, struct sw_str literal)
{
    return sw_build_literal_rarity(arg, literal);
}

/* --- tests -------------------------------------------------------------------------------------------------- */

/* The token of a wildcard pattern to look for; its rarity is 1 when there is none. */
static double rarest_token(const struct sw_build *b, const struct sw_test *test)
{
    double least = 1;
    for (uint32_t i = 0; i < test->tokens.count; i++) {
        const struct sw_program_token *token = &b->program->tokens.at[test->tokens.first + i];
        if (token->kind != SW_TOKEN_LITERAL)
            continue;
        double rarity = sw_build_literal_rarity(b, sw_program_text(b->program, token->text));
        least = rarity < least ? rarity : least;
    }
    return least;
}

static void note_pattern(struct sw_build *b, const struct sw_test *test, struct sw_test_note *note)
{
    struct sw_str literal = sw_program_text(b->program, test->text);
    note->has_key = true;
    switch ((enum sw_pattern_form)test->form) {
    case SW_FORM_EXACT:
        /* Short values are codes and states: few of them, each common. */
        note->rarity = literal.len < 6 ? 0.05 : sw_build_literal_rarity(b, literal) / 4;
        break;
    case SW_FORM_CONTAINS:
        note->rarity = sw_build_literal_rarity(b, literal);
        break;
    case SW_FORM_STARTS:
    case SW_FORM_ENDS:
        note->rarity = sw_build_literal_rarity(b, literal) / 2;
        break;
    case SW_FORM_WILD:
        note->rarity = rarest_token(b, test);
        note->has_key = note->rarity < 1;
        break;
    case SW_FORM_ANY:
        note->rarity = 1;
        note->has_key = false;
        break;
    }
}

static int note_regex(struct sw_build *b, const struct sw_test *test, struct sw_test_note *note)
{
    const struct sw_program_regex *regex = &b->program->regexes.at[test->regex];
    struct sw_regex_need need;
    sw_regex_needs(&b->arena, sw_program_text(b->program, regex->text), regex->caseless, literal_cost, b, &need);
    note->needs = (struct sw_span){(uint32_t)b->need_count, need.count};
    note->has_key = need.count > 0;
    note->rarity = need.count > 0 ? 0 : 0.3;
    for (uint32_t i = 0; i < need.count; i++) {
        int rc = sw_grow(&b->needs, &b->need_cap, b->need_count, sizeof *b->needs, SW_MAX_SECTION);
        if (rc != 0)
            return rc;
        b->needs[b->need_count++] = need.literals[i];
        note->rarity += sw_build_literal_rarity(b, need.literals[i]);
    }
    return 0;
}

static int note_test(struct sw_build *b, uint32_t index)
{
    const struct sw_test *test = &b->program->tests.at[index];
    struct sw_test_note *note = &b->notes[index];
    *note = (struct sw_test_note){.indexable = true, .rarity = 0.3};
    switch ((enum sw_pred_kind)test->kind) {
    case SW_PRED_PATTERN:
        note_pattern(b, test, note);
        break;
    case SW_PRED_REGEX:
        return note_regex(b, test, note);
    case SW_PRED_FIELDREF:
        note->indexable = false; /* depends on the event's other values */
        break;
    case SW_PRED_CIDR:
    case SW_PRED_COMPARE:
    case SW_PRED_TIMEPART:
    case SW_PRED_NULL:
    case SW_PRED_EXISTS:
        break;
    }
    return 0;
}

int sw_build_notes(struct sw_build *b)
{
    struct sw_program *p = b->program;
    b->gram_counts = sw_alloc((size_t)1 << GRAM_BITS, sizeof *b->gram_counts);
    b->notes = sw_alloc(p->tests.count + 1, sizeof *b->notes);
    if (b->gram_counts == NULL || b->notes == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < p->tests.count; i++) {
        const struct sw_test *test = &p->tests.at[i];
        if (test->kind == SW_PRED_PATTERN)
            count_grams(b, sw_program_text(p, test->text));
        for (uint32_t j = 0; j < test->tokens.count; j++)
            count_grams(b, sw_program_text(p, p->tokens.at[test->tokens.first + j].text));
    }
    int rc = 0;
    for (uint32_t i = 0; i < p->tests.count && rc == 0; i++)
        rc = note_test(b, i);
    return rc;
}

double sw_build_set_rarity(const struct sw_build *b, uint32_t set)
{
    const struct sw_program *p = b->program;
    struct sw_span span = p->sets.at[set];
    double sum = 0;
    for (uint32_t i = 0; i < span.count; i++)
        sum += b->notes[p->set_tests.at[span.first + i]].rarity;
    return sum < 1 ? sum : 1;
}
