/* compile_tests.c - fields, tests and sets of a program: each distinct one is there once, in canonical form. */
#include "base/utf.h"
#include "sigma/compile_priv.h"
#include "sigma/regex_need.h"

int sw_build_field(struct sw_build *b, struct sw_str name, uint32_t *field)
{
    struct sw_str lower = {sw_arena_bytes(&b->folds, name.len + 1), name.len};
    if (lower.ptr == NULL)
        return SW_E_NOMEM;
    char *to = sw_arena_bytes(&b->folds, name.len + 1);
    if (to == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < name.len; i++)
        to[i] = sw_lower(name.ptr[i]);
    bool added;
    int rc = sw_map_intern(&b->fields, sw_strn(to, name.len), (uint32_t)b->program->fields.count, field, &added);
    if (rc != 0 || !added)
        return rc;
    if (b->program->fields.count >= SW_MAX_PROGRAM_FIELDS)
        return SW_E_LIMIT;
    struct sw_span span = {.count = (uint32_t)name.len};
    uint32_t index;
    rc = SW_SECTION_ADD(&b->program->text, name.ptr, name.len, &span.first);
    return rc != 0 ? rc : SW_SECTION_ADD(&b->program->fields, &span, 1, &index);
}

/* --- canonical form ----------------------------------------------------------------------------------------- */

static bool has_case(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (sw_is_alpha(text.ptr[i]) || (unsigned char)text.ptr[i] >= 0x80)
            return true;
    return false;
}

static bool is_ascii(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    return true;
}

/* A predicate with its texts as they are compared: folded unless case counts. */
struct canon {
    struct sw_test test;
    struct sw_str text;
    struct sw_token *tokens;
    size_t token_count;
};

static int fold_text(struct sw_build *b, bool cased, struct sw_str *text)
{
    if (cased || text->len == 0)
        return 0;
    *text = sw_utf8_fold(&b->folds, *text);
    return text->ptr != NULL ? 0 : SW_E_NOMEM;
}

static int canon_tokens(struct sw_build *b, const struct sw_pred *pred, struct canon *c)
{
    c->tokens = sw_arena_zero(&b->folds, pred->token_count + 1, sizeof *c->tokens);
    if (c->tokens == NULL)
        return SW_E_NOMEM;
    bool cased = false;
    for (size_t i = 0; i < pred->token_count; i++)
        cased |= pred->tokens[i].kind == SW_TOKEN_LITERAL && has_case(pred->tokens[i].text);
    c->test.cased = pred->cased && cased;
    for (size_t i = 0; i < pred->token_count; i++) {
        struct sw_token token = {pred->tokens[i].kind, {NULL, 0}};
        if (token.kind == SW_TOKEN_LITERAL)
            token.text = pred->tokens[i].text;
        else if (token.kind == SW_TOKEN_MANY && c->token_count > 0 && c->tokens[c->token_count - 1].kind == SW_TOKEN_MANY)
            continue; /* ** is * */
        int rc = fold_text(b, c->test.cased, &token.text);
        if (rc != 0)
            return rc;
        c->tokens[c->token_count++] = token;
    }
    return 0;
}

static int canon_pattern(struct sw_build *b, const struct sw_pred *pred, struct canon *c)
{
    c->test.form = pred->form;
    if (pred->form == SW_FORM_WILD)
        return canon_tokens(b, pred, c);
    bool anywhere = pred->form == SW_FORM_CONTAINS || pred->form == SW_FORM_STARTS || pred->form == SW_FORM_ENDS;
    if (pred->form == SW_FORM_ANY || (anywhere && pred->literal.len == 0)) {
        c->test.form = SW_FORM_ANY;
        return 0;
    }
    c->text = pred->literal;
    c->test.cased = pred->cased && has_case(pred->literal);
    c->test.is_number = pred->is_number && pred->form == SW_FORM_EXACT;
    c->test.number = c->test.is_number ? pred->number : 0;
    c->test.ascii = !c->test.cased && is_ascii(pred->literal);
    return fold_text(b, c->test.cased, &c->text);
}

static int canonical(struct sw_build *b, const struct sw_pred *pred, uint32_t other, struct canon *c)
{
    *c = (struct canon){.test = {.kind = pred->kind, .other = SW_NONE, .regex = SW_NONE}};
    switch ((enum sw_pred_kind)pred->kind) {
    case SW_PRED_PATTERN:
        return canon_pattern(b, pred, c);
    case SW_PRED_REGEX:
        c->text = pred->literal;
        c->test.form = (uint8_t)(pred->regex_i | pred->regex_m << 1 | pred->regex_s << 2);
        return 0;
    case SW_PRED_CIDR:
        c->test.prefix = pred->prefix;
        memcpy(c->test.address, pred->address, sizeof c->test.address);
        return pred->prefix <= 128 ? 0 : SW_E_FORMAT;
    case SW_PRED_TIMEPART:
        c->test.part = pred->part;
        c->test.compare = pred->compare;
        c->test.number = pred->number;
        return 0;
    case SW_PRED_COMPARE:
        c->test.compare = pred->compare;
        c->test.number = pred->number;
        return 0;
    case SW_PRED_FIELDREF:
        c->test.form = pred->form;
        c->test.cased = pred->cased;
        c->test.other = other;
        return 0;
    case SW_PRED_NULL:
    case SW_PRED_EXISTS:
        break;
    }
    return SW_E_STATE; /* not questions to a value */
}

/* The bytes by which equal tests are found. */
static int make_key(struct sw_build *b, const struct canon *c)
{
    struct sw_buf *key = &b->key;
    sw_buf_clear(key);
    sw_buf_add(key, (const char *)&c->test, sizeof c->test);
    for (size_t i = 0; i < c->token_count; i++) {
        uint64_t head[2] = {c->tokens[i].kind, c->tokens[i].text.len};
        sw_buf_add(key, (const char *)head, sizeof head);
        sw_buf_str_add(key, c->tokens[i].text);
    }
    sw_buf_str_add(key, c->text);
    return sw_buf_error(key);
}

/* --- adding ------------------------------------------------------------------------------------------------- */

static int add_text(struct sw_program *p, struct sw_str text, struct sw_span *span)
{
    span->count = (uint32_t)text.len;
    return SW_SECTION_ADD(&p->text, text.ptr, text.len, &span->first);
}

static int add_regex(struct sw_program *p, const struct canon *c, struct sw_test *test)
{
    struct sw_program_regex regex = {
        .text = test->text,
        .caseless = c->test.form & 1,
        .multiline = c->test.form >> 1 & 1,
        .dotall = c->test.form >> 2 & 1,
        .pcre_only = !sw_regex_is_plain(c->text, c->test.form & 1),
        .database = SW_NONE,
    };
    return SW_SECTION_ADD(&p->regexes, &regex, 1, &test->regex);
}

static int add_tokens(struct sw_program *p, const struct canon *c, struct sw_test *test)
{
    test->tokens = (struct sw_span){(uint32_t)p->tokens.count, (uint32_t)c->token_count};
    for (size_t i = 0; i < c->token_count; i++) {
        struct sw_program_token token = {.kind = c->tokens[i].kind};
        uint32_t index;
        int rc = add_text(p, c->tokens[i].text, &token.text);
        if (rc == 0)
            rc = SW_SECTION_ADD(&p->tokens, &token, 1, &index);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int add_test(struct sw_build *b, const struct canon *c)
{
    struct sw_program *p = b->program;
    struct sw_test test = c->test;
    int rc = add_text(p, c->text, &test.text);
    if (rc == 0 && test.kind == SW_PRED_REGEX)
        rc = add_regex(p, c, &test);
    if (rc == 0)
        rc = add_tokens(p, c, &test);
    uint32_t index;
    return rc != 0 ? rc : SW_SECTION_ADD(&p->tests, &test, 1, &index);
}

int sw_build_test(struct sw_build *b, const struct sw_pred *pred, uint32_t other, uint32_t *test)
{
    struct canon c;
    sw_arena_reset(&b->folds);
    int rc = canonical(b, pred, other, &c);
    if (rc == 0)
        rc = make_key(b, &c);
    bool added = false;
    if (rc == 0)
        rc = sw_map_intern(&b->test_ids, sw_buf_str(&b->key), (uint32_t)b->program->tests.count, test, &added);
    if (rc == 0 && added)
        rc = add_test(b, &c);
    return rc;
}

int sw_build_set(struct sw_build *b, const uint32_t *tests, size_t count, uint32_t *set)
{
    struct sw_program *p = b->program;
    bool added;
    struct sw_str key = {(const char *)tests, count * sizeof *tests};
    int rc = sw_map_intern(&b->set_ids, key, (uint32_t)p->sets.count, set, &added);
    if (rc != 0 || !added)
        return rc;
    struct sw_span span = {.count = (uint32_t)count};
    uint32_t index;
    rc = SW_SECTION_ADD(&p->set_tests, tests, count, &span.first);
    return rc != 0 ? rc : SW_SECTION_ADD(&p->sets, &span, 1, &index);
}

/* `*literal*`, or any other pattern that is open at both ends. */
static bool is_anywhere(const struct sw_program *p, const struct sw_test *test)
{
    if (test->kind != SW_PRED_PATTERN)
        return false;
    if (test->form != SW_FORM_WILD)
        return test->form == SW_FORM_CONTAINS;
    const struct sw_program_token *tokens = p->tokens.at + test->tokens.first;
    return tokens[0].kind == SW_TOKEN_MANY && tokens[test->tokens.count - 1].kind == SW_TOKEN_MANY;
}

bool sw_set_is_anywhere(const struct sw_program *p, uint32_t set)
{
    struct sw_span span = p->sets.at[set];
    for (uint32_t i = 0; i < span.count; i++)
        if (!is_anywhere(p, &p->tests.at[p->set_tests.at[span.first + i]]))
            return false;
    return true;
}
