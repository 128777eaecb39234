/* flow.c - the machine: tokens in, operands and operators on stacks. What they mean is said in the other flow_*.c. */
#include "webshell/flow_priv.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf.h"
#include "webshell/lex.h"

/* --- stacks --------------------------------------------------------------------------------------------- */

void sw_flow_push(struct sw_flow *f, struct sw_value value)
{
    const struct sw_frame *frame = sw_flow_frame(f);
    if (f->have && f->operand_count > frame->operands + frame->args)
        f->operand_count--; /* two operands side by side: a type in front of a name, a cast; the latter is meant */
    int rc = sw_grow(&f->operands, &f->operand_cap, f->operand_count, sizeof *f->operands, SW_MAX_FLOW_OPERANDS);
    if (rc == SW_E_NOMEM)
        f->rc = rc;
    if (rc == 0)
        f->operands[f->operand_count++] = value;
    else
        f->report->incomplete = true;
    f->have = true;
    /* $$name and ${'name'}: the name of a variable, before anything else is done with it. */
    if (f->operator_count > frame->operators && f->operators[f->operator_count - 1].op == SW_OP_DOLLAR)
        sw_flow_reduce_one(f);
}

struct sw_value sw_flow_pop(struct sw_flow *f)
{
    const struct sw_frame *frame = sw_flow_frame(f);
    if (f->operand_count <= frame->operands + frame->args)
        return sw_value_unknown(0, 0);
    return f->operands[--f->operand_count];
}

void sw_flow_push_operator(struct sw_flow *f, struct sw_operator op)
{
    int rc = sw_grow(&f->operators, &f->operator_cap, f->operator_count, sizeof *f->operators, SW_MAX_FLOW_OPERANDS);
    if (rc == SW_E_NOMEM)
        f->rc = rc;
    if (rc == 0)
        f->operators[f->operator_count++] = op;
    else
        f->report->incomplete = true;
    f->have = false;
}

void sw_flow_prefix(struct sw_flow *f, enum sw_word word, enum sw_op op, unsigned rank)
{
    sw_flow_push_operator(
        f, (struct sw_operator){(uint8_t)op, (uint8_t)word, (uint8_t)(rank > 0 ? rank : SW_RANK_PREFIX), true, f->pos});
}

void sw_flow_open(struct sw_flow *f, enum sw_frame_kind kind)
{
    int rc = sw_grow(&f->frames, &f->frame_cap, f->frame_count, sizeof *f->frames, SW_MAX_FLOW_FRAMES);
    if (rc != 0) {
        f->rc = rc == SW_E_NOMEM ? rc : f->rc;
        f->report->incomplete = true;
        f->steps = f->budget; /* what is nested so deep is not followed further */
        return;
    }
    uint16_t depth = (uint16_t)(f->frame_count > 0 ? sw_flow_depth(f) : 0);
    f->frames[f->frame_count++] = (struct sw_frame){.kind = (uint8_t)kind,
                                                    .depth = depth,
                                                    .operands = (uint32_t)f->operand_count,
                                                    .operators = (uint32_t)f->operator_count,
                                                    .token = f->pos};
    f->have = false;
}

unsigned sw_flow_depth(const struct sw_flow *f)
{
    for (size_t i = f->frame_count; i > 0; i--) {
        const struct sw_frame *frame = &f->frames[i - 1];
        if (frame->kind == SW_FRAME_BLOCK)
            return (unsigned)frame->depth + frame->loose + frame->colons;
    }
    return 0;
}

/* --- tokens --------------------------------------------------------------------------------------------- */

/* -> and . : the member that follows. */
static void member(struct sw_flow *f)
{
    const struct sw_tok *next = sw_flow_token(f, 1);
    struct sw_value object = sw_flow_pop(f);
    f->have = false;
    if (next->kind == SW_TOK_NAME || next->kind == SW_TOK_WORD) {
        f->pos++;
        struct sw_str name = sw_tok_text(f->unit, next);
        bool called = sw_tok_is(sw_flow_token(f, 1), SW_OP_LPAREN);
        sw_flow_push(f, called ? sw_flow_method(f, &object, name) : sw_flow_property(f, &object, name));
        return;
    }
    /* $object->$name, ->{expression}: by a value. The object's origin is what remains of it. */
    if (next->kind == SW_TOK_VAR) {
        f->pos++;
        struct sw_value name = sw_flow_variable(f, sw_tok_text(f->unit, next), f->pos);
        struct sw_str text;
        if (sw_value_as_text(f->arena, &name, &text)) {
            sw_flow_push(f, sw_flow_member(f, &object, text));
            return;
        }
    } else if (sw_tok_is(next, SW_OP_LBRACE)) {
        f->pos++;
        sw_flow_open(f, SW_FRAME_GROUP);
        return;
    }
    struct sw_value value = sw_value_unknown(object.origin, object.at);
    value.place = SW_PLACE_MEMBER;
    sw_flow_push(f, value);
}

/* Class::member, Class::$variable. */
static void static_member(struct sw_flow *f)
{
    const struct sw_tok *next = sw_flow_token(f, 1);
    struct sw_value object = sw_flow_pop(f);
    f->have = false;
    if (next->kind == SW_TOK_END || next->kind == SW_TOK_OP) {
        sw_flow_push(f, sw_value_unknown(object.origin, object.at));
        return;
    }
    f->pos++;
    sw_flow_push(f, sw_flow_member(f, &object, sw_tok_text(f->unit, next)));
}

static void postfix_step(struct sw_flow *f, enum sw_op op)
{
    struct sw_value value = sw_flow_pop(f);
    struct sw_operator step = {.op = (uint8_t)op, .unary = true, .token = f->pos};
    f->have = false;
    (void)sw_flow_unary(f, &step, value);
    sw_flow_push(f, sw_value_content(value));
}

static void take_op(struct sw_flow *f, const struct sw_tok *token)
{
    switch (token->op) {
    case SW_OP_SEMI:
        sw_flow_end_statement(f);
        break;
    case SW_OP_COMMA:
        sw_flow_comma(f);
        break;
    case SW_OP_LPAREN:
        sw_flow_open_parens(f);
        break;
    case SW_OP_RPAREN:
    case SW_OP_RBRACKET:
        sw_flow_close_parens(f);
        break;
    case SW_OP_LBRACKET:
        sw_flow_open_bracket(f);
        break;
    case SW_OP_LBRACE:
        sw_flow_open_brace(f);
        break;
    case SW_OP_RBRACE:
        sw_flow_close_brace(f);
        break;
    case SW_OP_ASSIGN:
    case SW_OP_ASSIGN_CONCAT:
    case SW_OP_ASSIGN_XOR:
    case SW_OP_ASSIGN_OTHER:
    case SW_OP_ASSIGN_REF:
        sw_flow_assignment(f, token);
        break;
    case SW_OP_PAIR:
        sw_flow_reduce(f, SW_RANK_ASSIGN);
        if (sw_flow_frame(f)->kind == SW_FRAME_FOREACH)
            f->have = false; /* $key => $value: both stay on the stack */
        else
            sw_flow_push_operator(f, (struct sw_operator){SW_OP_PAIR, 0, SW_RANK_PAIR, false, f->pos});
        break;
    case SW_OP_QUESTION:
        sw_flow_question(f);
        break;
    case SW_OP_COLON:
        sw_flow_colon(f);
        break;
    case SW_OP_MEMBER:
        member(f);
        break;
    case SW_OP_ARROW: /* a lambda: its parameters are unknown, its body is read where it stands */
        (void)sw_flow_pop(f);
        f->have = false;
        break;
    case SW_OP_STATIC:
        static_member(f);
        break;
    case SW_OP_INCREMENT:
    case SW_OP_DECREMENT:
        if (f->have)
            postfix_step(f, token->op);
        else
            sw_flow_prefix(f, 0, token->op, SW_RANK_UNARY);
        break;
    case SW_OP_NOT:
    case SW_OP_INVERT:
    case SW_OP_SILENCE:
    case SW_OP_CAST_NUMBER:
    case SW_OP_CAST_TEXT:
    case SW_OP_CAST_OTHER:
    case SW_OP_SPREAD:
    case SW_OP_DOLLAR:
        sw_flow_prefix(f, 0, token->op, SW_RANK_UNARY);
        break;
    default:
        if (f->have)
            sw_flow_binary_operator(f, token);
        else if (token->op == SW_OP_SUB || token->op == SW_OP_ADD)
            sw_flow_prefix(f, 0, token->op, SW_RANK_UNARY);
        /* & without a left operand is a reference: what it refers to is what follows */
        break;
    }
}

static struct sw_value literal(struct sw_flow *f, const struct sw_tok *token)
{
    struct sw_str text = sw_fold_literal(f->arena, sw_tok_text(f->unit, token), token->op);
    struct sw_value value = sw_value_text(text, 0);
    /* A word whose letters are written as numbers has something to hide. */
    if (text.ptr != f->unit->text.ptr + token->at && text.len * 3 <= token->len && text.len >= 3)
        value.origin |= SW_WAS_TRICKED;
    value.at = 0;
    return value;
}

static struct sw_value number(const struct sw_flow *f, const struct sw_tok *token)
{
    struct sw_str text = sw_tok_text(f->unit, token);
    bool hex = text.len > 2 && text.ptr[0] == '0' && (text.ptr[1] | 32) == 'x';
    if (text.len > 2 && text.ptr[0] == '&') /* VBScript: &H41 */
        hex = true;
    bool octal = !hex && text.len > 1 && text.ptr[0] == '0' && f->language->sigils;
    int64_t value = 0;
    for (size_t i = hex ? 2 : 0; i < text.len; i++) {
        int digit = sw_hex_digit(text.ptr[i]);
        if (text.ptr[i] == '_')
            continue;
        if (text.ptr[i] == '.')
            return sw_value_unknown(0, 0);
        if (digit < 0 || (!hex && digit > 9) || value > INT64_MAX / 32)
            break;
        value = value * (hex ? 16 : octal ? 8 : 10) + digit;
    }
    return sw_value_number(value);
}

/* A name that is no keyword: of a function when a bracket follows, else a constant, variable or class. */
static void take_name(struct sw_flow *f, const struct sw_tok *token)
{
    const struct sw_tok *next = sw_flow_token(f, 1);
    struct sw_str text = sw_tok_text(f->unit, token);
    if (text.len == 0 && token->name > 0)
        text = sw_str(f->language->names[token->name - 1].name);
    struct sw_function *function =
        f->function_count > 0 && !f->language->sigils ? sw_flow_function_at(f, f->pos) : NULL;
    if (function != NULL) { /* a definition of a language without a word for it */
        f->pos = function->end;
        sw_flow_end_statement(f);
        return;
    }
    /* new java.io.File(...): the class is what stands last. */
    while (f->makes && !f->language->sigils && sw_tok_is(next, SW_OP_MEMBER) && sw_flow_token(f, 2)->kind == SW_TOK_NAME) {
        f->pos += 2;
        text = sw_tok_text(f->unit, sw_flow_token(f, 0));
        next = sw_flow_token(f, 1);
    }
    if (sw_tok_is(next, SW_OP_LPAREN) || sw_tok_is(next, SW_OP_STATIC) || f->makes) {
        struct sw_value value = {.kind = SW_VALUE_NAME, .text = text};
        sw_flow_push(f, value);
        if (f->makes && !sw_tok_is(next, SW_OP_LPAREN)) {
            f->makes = false;
            struct sw_value callee = sw_flow_pop(f);
            f->have = false;
            sw_flow_push(f, sw_flow_call(f, callee, NULL, 0, true, f->pos));
        }
        return;
    }
    sw_flow_push(f, sw_flow_variable(f, text, f->pos));
    if (!f->language->sigils)
        sw_flow_mention(f, token);
}

static void step(struct sw_flow *f)
{
    const struct sw_tok *token = sw_flow_token(f, 0);
    switch (token->kind) {
    case SW_TOK_VAR:
        sw_flow_push(f, sw_flow_variable(f, sw_tok_text(f->unit, token), f->pos));
        break;
    case SW_TOK_TEXT:
        sw_flow_push(f, literal(f, token));
        break;
    case SW_TOK_NUMBER:
        sw_flow_push(f, number(f, token));
        break;
    case SW_TOK_NAME:
        take_name(f, token);
        break;
    case SW_TOK_WORD:
        sw_flow_word(f, token->op);
        break;
    case SW_TOK_OP:
        take_op(f, token);
        break;
    default:
        sw_flow_end_statement(f);
        break;
    }
    f->pos++;
}

void sw_flow_read(struct sw_flow *f, uint32_t from, uint32_t to, bool gives)
{
    bool have = f->have;
    bool makes = f->makes;
    uint8_t expects = f->expects;
    size_t frames = f->frame_count;
    f->have = f->makes = false;
    f->expects = 0;
    f->pos = from;
    sw_flow_open(f, SW_FRAME_BLOCK);
    if (f->frame_count > frames) {
        sw_flow_frame(f)->depth = 0;
        sw_flow_frame(f)->token = UINT32_MAX;
        if (gives)
            sw_flow_prefix(f, SW_WORD_RETURN, SW_OP_NONE, 0);
        while (f->pos < to && f->rc == 0 && f->frame_count > frames) {
            if (f->steps++ >= f->budget) {
                f->report->incomplete = true;
                break;
            }
            step(f);
        }
        sw_flow_end_statement(f);
        while (f->frame_count > frames)
            sw_flow_drop_frame(f);
    }
    f->have = have;
    f->makes = makes;
    f->expects = expects;
}

/* --- the whole ------------------------------------------------------------------------------------------ */

void sw_flow_add_layer(struct sw_flow *f, struct sw_str code, bool html, uint32_t at)
{
    if (code.len < 8)
        return;
    for (unsigned i = 0; i < f->layer_count; i++)
        if (sw_str_eq(f->layers[i]->text, code))
            return;
    if (f->layer_count == SW_MAX_FLOW_LAYERS) {
        f->report->incomplete = true;
        return;
    }
    struct sw_unit *unit = sw_alloc(1, sizeof *unit);
    if (unit == NULL) {
        f->rc = SW_E_NOMEM;
        return;
    }
    sw_unit_init(unit, f->language, code);
    unit->inner = true;
    unit->inner_at = at;
    f->layers_html[f->layer_count] = html;
    f->layers[f->layer_count++] = unit;
}

/* Reads a unit in the global scope, then its functions that nothing entered. */
static void read_unit(struct sw_flow *f, struct sw_unit *unit)
{
    f->unit = unit;
    sw_powers_of_unit(&f->powers, unit);
    size_t first = f->function_count;
    int rc = sw_flow_collect(f, unit);
    if (rc != 0) {
        f->rc = rc;
        return;
    }
    uint64_t more = (uint64_t)unit->count * SW_FLOW_STEPS_A_TOKEN;
    more = more < SW_FLOW_STEPS_MORE ? more : SW_FLOW_STEPS_MORE + unit->count;
    f->budget = f->steps + more + SW_FLOW_STEPS_AT_LEAST;
    f->scope = &f->globals;
    f->kept_sent = false;
    sw_flow_read(f, 0, unit->count - 1, false);
    if (f->kept_sent) /* what one request puts into the session, the next finds there */
        sw_flow_read(f, 0, unit->count - 1, false);
    for (size_t i = first; i < f->function_count && f->rc == 0; i++)
        if (!f->functions[i].alone)
            sw_flow_read_alone(f, &f->functions[i], false);
}

static void read_layers(struct sw_flow *f)
{
    while (f->layers_read < f->layer_count && f->rc == 0) {
        unsigned i = f->layers_read++;
        f->rc = sw_lex(f->layers[i], !f->layers_html[i]);
        if (f->rc != 0)
            return;
        read_unit(f, f->layers[i]);
    }
}

/* Tokens of a script that does little else than what is found in it. */
enum { SMALL_TOKENS = 2000, TINY_TOKENS = 1000 };

/* Tokens between `class` and its brace. */
enum { CLASS_HEAD_MAX = 200 };

/* The token behind the body of a class at `i`, so that one looks at what lies outside; `i` + 1 when there is none. */
static uint32_t behind_class(const struct sw_unit *unit, uint32_t i)
{
    for (uint32_t at = i + 1; at < unit->count && at <= i + CLASS_HEAD_MAX; at++) {
        if (sw_tok_is(&unit->tokens[at], SW_OP_LBRACE))
            return sw_tok_behind(unit, at);
        if (sw_tok_is(&unit->tokens[at], SW_OP_SEMI))
            break;
    }
    return i + 1;
}

static bool is_request_variable(const struct sw_unit *unit, const struct sw_tok *token)
{
    if (token->kind != SW_TOK_VAR)
        return false;
    struct sw_str text = sw_tok_text(unit, token);
    if (text.len < 4 || (text.ptr[0] != '_' && text.ptr[0] != 'H'))
        return false;
    const struct sw_name *name = sw_language_find(unit->language, text);
    return name != NULL && (name->role == SW_ROLE_REQUEST || name->role == SW_ROLE_UPLOAD || name->role == SW_ROLE_SERVER);
}

/* Whether the script stands by itself: it takes in no other file, and if it has classes, it isn't just them. */
static bool stands_alone(const struct sw_unit *unit)
{
    if (!unit->language->sigils)
        return !unit->includes;
    bool classes = false;
    bool asks = false;
    for (uint32_t i = 0; i < unit->count;) {
        const struct sw_tok *token = &unit->tokens[i];
        bool word = token->kind == SW_TOK_WORD;
        if (word && (token->op == SW_WORD_INCLUDE || token->op == SW_WORD_NAMESPACE || token->op == SW_WORD_USE))
            return false;
        bool is_class = word && token->op == SW_WORD_CLASS;
        classes |= is_class;
        asks |= is_request_variable(unit, token);
        i = is_class ? behind_class(unit, i) : i + 1;
    }
    return !classes || asks;
}

/* Variables whose names nobody could read: bytes beyond ASCII that are no text. */
static void note_unreadable(const struct sw_unit *unit, struct sw_shell_report *report)
{
    uint32_t names = 0;
    uint32_t unreadable = 0;
    for (uint32_t i = 0; i < unit->count; i++) {
        if (unit->tokens[i].kind != SW_TOK_VAR)
            continue;
        struct sw_str name = sw_tok_text(unit, &unit->tokens[i]);
        names++;
        unreadable += sw_utf8_valid(name) != name.len;
    }
    if (unreadable >= 20 && unreadable * 2 > names)
        sw_shell_report_add(report, SW_SHELL_OBFUSCATED, 60, 0,
                            "%u of %u variables have names that are no text", unreadable, names);
}

int sw_flow_run(struct sw_unit *unit, const struct sw_plain_part *parts, size_t part_count, struct sw_shell_report *report)
{
    struct sw_flow *f = sw_alloc(1, sizeof *f);
    if (f == NULL)
        return SW_E_NOMEM;
    f->arena = report->arena;
    f->report = report;
    f->language = unit->language;
    int rc = sw_unit_match(unit);
    if (rc != 0) {
        sw_free(f);
        return rc;
    }
    for (size_t i = 0; i < SW_MAX_FLOW_ARGS; i++)
        f->unknown_args[i] = sw_value_unknown(SW_FROM_PARAM, 0);
    f->standalone = stands_alone(unit);
    f->small = unit->count < SMALL_TOKENS;
    f->tiny = unit->count < TINY_TOKENS;
    report->incomplete |= unit->cut;
    note_unreadable(unit, report);
    read_unit(f, unit);
    for (size_t i = 0; i < part_count; i++)
        sw_flow_add_layer(f, parts[i].text, false, parts[i].start);
    read_layers(f);
    if (f->rc == 0)
        sw_sink_sums(f);
    rc = f->rc;
    for (unsigned i = 0; i < f->layer_count; i++)
        sw_unit_free(f->layers[i]);
    for (unsigned i = 0; i < f->made_count; i++)
        sw_unit_free(f->made[i]);
    sw_free(f->operands);
    sw_free(f->operators);
    sw_free(f->frames);
    sw_free(f->functions);
    sw_free(f);
    return rc;
}
