/*
 * compile_rarity.c - how often will a test hold? Nobody knows before the events are there, but the rules are a sample of what
 * they talk about: a piece of text that many rules name ("\windows\", ".exe", "powershell") is common in events as well.
 * Wrong guesses cost time, never a match.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"
#include "sigma/regex_need.h"

enum { GRAM_BITS = 18, USES_OF_A_COMMON_TEST = 400 };

static uint32_t gram_number(const char *at)
{
    return sw_gram_hash(sw_gram_of(at, SW_GRAM)) & ((1u << GRAM_BITS) - 1);
}

static uint32_t *gram_counter(const struct sw_build *b, const char *at)
{
    return &b->gram_counts[gram_number(at)];
}

static void count_grams(struct sw_build *b, struct sw_str text)
{
    for (size_t i = 0; i + SW_GRAM <= text.len; i++)
        ++*gram_counter(b, text.ptr + i);
}

uint32_t sw_build_rarest_grams(const struct sw_build *b, struct sw_str literal, uint32_t run, uint32_t *at)
{
    *at = 0;
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i + run - 1 + SW_GRAM <= literal.len; i++) {
        uint32_t sum = 0;
        for (uint32_t j = 0; j < run; j++)
            sum += *gram_counter(b, literal.ptr + i + j);
        if (sum < least) {
            least = sum;
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
    double shared = sw_build_rarest_grams(b, literal, 1, &at);
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
        note->rarity = sw_build_literal_rarity(b, literal) / 4; /* see least_for_value() */
        break;
    case SW_FORM_CONTAINS:
        note->rarity = sw_build_literal_rarity(b, literal);
        note->burden = literal.len < SW_GRAM ? 1 : 0;
        break;
    case SW_FORM_STARTS:
    case SW_FORM_ENDS:
        note->rarity = sw_build_literal_rarity(b, literal) / 2;
        break;
    case SW_FORM_WILD:
        note->rarity = rarest_token(b, test);
        note->has_key = note->rarity < 1;
        note->burden = note->rarity > 0.1 ? 1 : 0;
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
    note->burden = need.count > 0 ? 0.01 : 1;
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
        note->burden = 0.1;
        break;
    case SW_PRED_NULL:
    case SW_PRED_EXISTS:
        break;
    }
    return 0;
}

static void count_all_grams(struct sw_build *b)
{
    const struct sw_program *p = b->program;
    for (size_t i = 0; i < p->tests.count; i++) {
        const struct sw_test *test = &p->tests.at[i];
        if (test->kind == SW_PRED_PATTERN)
            count_grams(b, sw_program_text(p, test->text));
        for (uint32_t j = 0; j < test->tokens.count; j++)
            count_grams(b, sw_program_text(p, p->tokens.at[test->tokens.first + j].text));
    }
}

static bool is_whole_value(const struct sw_test *test)
{
    return test->kind == SW_PRED_PATTERN && test->form == SW_FORM_EXACT;
}

static int count_value(struct sw_build *b, struct sw_map *seen, uint32_t field, uint32_t test)
{
    if (!is_whole_value(&b->program->tests.at[test]))
        return 0;
    uint32_t key[2] = {field, test};
    uint32_t ignored;
    bool added = false;
    int rc = sw_map_intern(seen, sw_strn((const char *)key, sizeof key), 0, &ignored, &added);
    b->field_values[field] += added;
    return rc;
}

static int count_values(struct sw_build *b)
{
    const struct sw_program *p = b->program;
    struct sw_map seen;
    sw_map_init(&seen, SW_MAX_SECTION, SIZE_MAX);
    int rc = 0;
    for (size_t i = 0; i < b->tree_count && rc == 0; i++) {
        const struct sw_tree *tree = &b->trees[i];
        if (tree->kind == SW_TREE_TEST)
            rc = count_value(b, &seen, tree->field, tree->what);
        if (tree->kind != SW_TREE_SET)
            continue;
        struct sw_span set = p->sets.at[tree->what];
        for (uint32_t j = 0; j < set.count && rc == 0; j++)
            rc = count_value(b, &seen, tree->field, p->set_tests.at[set.first + j]);
    }
    sw_map_fini(&seen);
    return rc;
}

/* --- how often rules themselves say it ------------------------------------------------------------------------ */

/* Finds which tests' literals stand in a text: chains of tests by their literal's rarest gram. */
struct finder {
    struct sw_build *build;
    uint32_t *heads; /* by hash of a gram: test + 1 */
    uint32_t *next;  /* by test */
    uint32_t *at;    /* by test: where in its literal the gram is */
    double *said;    /* by test: uses of the texts that it stands in */
};

static void chain_test(struct finder *f, uint32_t number)
{
    const struct sw_program *p = f->build->program;
    const struct sw_test *test = &p->tests.at[number];
    struct sw_str literal = sw_program_text(p, test->text);
    if (test->kind != SW_PRED_PATTERN || literal.len < SW_GRAM)
        return;
    (void)sw_build_rarest_grams(f->build, literal, 1, &f->at[number]);
    uint32_t *head = &f->heads[gram_number(literal.ptr + f->at[number])];
    f->next[number] = *head;
    *head = number + 1;
}

static void count_in(struct finder *f, struct sw_str text, double uses)
{
    const struct sw_program *p = f->build->program;
    for (size_t i = 0; i + SW_GRAM <= text.len; i++) {
        uint32_t link = f->heads[gram_number(text.ptr + i)];
        for (; link != 0; link = f->next[link - 1]) {
            struct sw_span literal = p->tests.at[link - 1].text;
            uint32_t at = f->at[link - 1];
            if (at <= i && literal.count <= text.len - (i - at) &&
                memcmp(text.ptr + i - at, p->text.at + literal.first, literal.count) == 0)
                f->said[link - 1] += uses;
        }
    }
}

static void count_uses(struct sw_build *b)
{
    const struct sw_program *p = b->program;
    for (size_t i = 0; i < p->set_tests.count; i++)
        b->notes[p->set_tests.at[i]].uses++;
    for (size_t i = 0; i < b->tree_count; i++)
        if (b->trees[i].kind == SW_TREE_TEST)
            b->notes[b->trees[i].what].uses++;
}

/* What many rules say is common, be it as part of something longer: "\appdata\local\temp\", "\cmd.exe". */
static int note_sayings(struct sw_build *b)
{
    const struct sw_program *p = b->program;
    size_t count = p->tests.count + 1;
    struct finder f = {b, sw_alloc((size_t)1 << GRAM_BITS, sizeof *f.heads), sw_alloc(count, sizeof *f.next),
                       sw_alloc(count, sizeof *f.at), sw_alloc(count, sizeof *f.said)};
    bool ready = f.heads != NULL && f.next != NULL && f.at != NULL && f.said != NULL;
    for (uint32_t i = 0; i < p->tests.count && ready; i++)
        chain_test(&f, i);
    for (uint32_t i = 0; i < p->tests.count && ready; i++)
        if (p->tests.at[i].kind == SW_PRED_PATTERN)
            count_in(&f, sw_program_text(p, p->tests.at[i].text), b->notes[i].uses);
    for (uint32_t i = 0; i < p->tests.count && ready; i++) {
        struct sw_test_note *note = &b->notes[i];
        uint8_t form = p->tests.at[i].form;
        double said = form == SW_FORM_EXACT ? note->uses : form == SW_FORM_CONTAINS ? f.said[i] : f.said[i] / 2;
        double shared = (said - 1) / USES_OF_A_COMMON_TEST;
        if (note->rarity < shared)
            note->rarity = shared < 1 ? shared : 1;
    }
    sw_free(f.heads);
    sw_free(f.next);
    sw_free(f.at);
    sw_free(f.said);
    return ready ? 0 : SW_E_NOMEM;
}

int sw_build_notes(struct sw_build *b)
{
    struct sw_program *p = b->program;
    b->gram_counts = sw_alloc((size_t)1 << GRAM_BITS, sizeof *b->gram_counts);
    b->field_values = sw_alloc(p->fields.count, sizeof *b->field_values);
    b->notes = sw_alloc(p->tests.count + 1, sizeof *b->notes);
    if (b->gram_counts == NULL || b->field_values == NULL || b->notes == NULL)
        return SW_E_NOMEM;
    count_all_grams(b);
    int rc = count_values(b);
    for (uint32_t i = 0; i < p->tests.count && rc == 0; i++)
        rc = note_test(b, i);
    count_uses(b);
    return rc != 0 ? rc : note_sayings(b);
}

enum { SHORT_VALUE = 8 };

/* Values that most records have in the fields where rules ask for them: successes, usual methods, yes and no. */
static bool is_ordinary(struct sw_str value)
{
    static const char *const values[] = {"200", "get", "post", "true", "false", "success", "tcp", "0", "1", "0x0"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (sw_str_is(value, values[i]))
            return true;
    return false;
}

/* A field for which rules name few whole values seems to have few, each common: a method, a state, a level. A longer text
 * may still be a name that is seldom seen. */
static double least_for_value(const struct sw_build *b, uint32_t field, const struct sw_test *test)
{
    double share = 1.0 / (2 + (double)b->field_values[field]);
    if (is_ordinary(sw_program_text(b->program, test->text)))
        return 0.5;
    return test->text.count < SHORT_VALUE || share < 0.1 ? share : 0.1;
}

double sw_build_set_burden(const struct sw_build *b, uint32_t set)
{
    struct sw_span span = b->program->sets.at[set];
    double sum = 0;
    for (uint32_t i = 0; i < span.count; i++)
        sum += b->notes[b->program->set_tests.at[span.first + i]].burden;
    return sum;
}

double sw_build_set_rarity(const struct sw_build *b, uint32_t field, uint32_t set)
{
    const struct sw_program *p = b->program;
    struct sw_span span = p->sets.at[set];
    double sum = 0;
    for (uint32_t i = 0; i < span.count; i++) {
        uint32_t test = p->set_tests.at[span.first + i];
        double rarity = b->notes[test].rarity;
        double least = is_whole_value(&p->tests.at[test]) ? least_for_value(b, field, &p->tests.at[test]) : 0;
        sum += rarity < least ? least : rarity;
    }
    return sum < 1 ? sum : 1;
}
