/* flow_word.c - what the machine does at keywords. */
#include "webshell/flow_priv.h"

/* Goes on to the token before `op` of this nesting, or to the end of the statement. */
static void skip_to(struct sw_flow *f, enum sw_op op)
{
    unsigned depth = 0;
    for (; sw_flow_token(f, 1)->kind != SW_TOK_END; f->pos++) {
        const struct sw_tok *next = sw_flow_token(f, 1);
        if (next->kind != SW_TOK_OP)
            continue;
        if (depth == 0 && (next->op == op || next->op == SW_OP_SEMI || next->op == SW_OP_RBRACE))
            return;
        if (next->op == SW_OP_LPAREN || next->op == SW_OP_LBRACE || next->op == SW_OP_LBRACKET)
            depth++;
        else if (next->op == SW_OP_RPAREN || next->op == SW_OP_RBRACE || next->op == SW_OP_RBRACKET)
            depth -= depth > 0;
    }
}

/* `function`: a named one is passed over, since it is read when it is called or at the end; a closure is a value. */
static void take_function(struct sw_flow *f)
{
    struct sw_function *function = sw_flow_function_at(f, f->pos);
    if (function == NULL)
        return;
    uint32_t end = function->end;
    if (function->name.len > 0) {
        f->pos = end;
        sw_flow_end_statement(f);
        return;
    }
    struct sw_value value = {.kind = SW_VALUE_FUNCTION, .number = function - f->functions};
    sw_flow_read_alone(f, function, true);
    f->pos = function->arrow ? end - 1 : end;
    sw_flow_push(f, value);
}

/* `class Name ... {`: its body is a block; what is assigned in it are properties. */
static void take_class(struct sw_flow *f)
{
    bool makes = f->makes; /* new class(...) { } */
    f->makes = false;
    if (makes)
        sw_flow_push(f, sw_value_unknown(0, 0));
    skip_to(f, SW_OP_LBRACE);
    if (!sw_tok_is(sw_flow_token(f, 1), SW_OP_LBRACE))
        return;
    f->pos++;
    sw_flow_open(f, SW_FRAME_BLOCK);
    sw_flow_frame(f)->class_body = true;
}

/* `global $a, $b;` */
static void take_global(struct sw_flow *f)
{
    for (; sw_flow_token(f, 1)->kind == SW_TOK_VAR || sw_tok_is(sw_flow_token(f, 1), SW_OP_COMMA); f->pos++) {
        const struct sw_tok *next = sw_flow_token(f, 1);
        if (next->kind != SW_TOK_VAR || f->scope == &f->globals)
            continue;
        struct sw_slot *slot = sw_scope_slot(f, f->scope, sw_tok_text(f->unit, next));
        if (slot != NULL)
            slot->alias = sw_scope_slot(f, &f->globals, slot->name);
    }
}

/* `const NAME = value;` */
static void take_const(struct sw_flow *f)
{
    const struct sw_tok *name = sw_flow_token(f, 1);
    const struct sw_tok *value = sw_flow_token(f, 3);
    if (name->kind != SW_TOK_NAME || !sw_tok_is(sw_flow_token(f, 2), SW_OP_ASSIGN))
        return;
    struct sw_slot *slot = sw_scope_slot(f, &f->constants, sw_tok_text(f->unit, name));
    if (slot != NULL && value->kind == SW_TOK_TEXT && sw_tok_is(sw_flow_token(f, 4), SW_OP_SEMI)) {
        slot->value = sw_value_text(sw_fold_literal(f->arena, sw_tok_text(f->unit, value), value->op), 0);
        slot->set = true;
    }
    f->pos += 2;
}

static void take_else(struct sw_flow *f)
{
    const struct sw_tok *next = sw_flow_token(f, 1);
    sw_flow_end_statement(f);
    if (sw_tok_is(next, SW_OP_COLON))
        f->pos++;
    else if (!sw_tok_is(next, SW_OP_LBRACE) && !(next->kind == SW_TOK_WORD && next->op == SW_WORD_IF))
        sw_flow_frame(f)->loose++;
}

static void take_end_block(struct sw_flow *f)
{
    sw_flow_end_statement(f);
    if (sw_flow_frame(f)->colons > 0)
        sw_flow_frame(f)->colons--;
}

/* Words in front of brackets. */
static void take_bracketed(struct sw_flow *f, enum sw_word word)
{
    f->expects = sw_tok_is(sw_flow_token(f, 1), SW_OP_LPAREN) ? (uint8_t)word : 0;
    f->have = false;
}

static void take_literal(struct sw_flow *f, enum sw_word word)
{
    sw_flow_push(f, word == SW_WORD_NULL ? sw_value_text(SW_STR(""), 0) : sw_value_number(word == SW_WORD_TRUE));
}

void sw_flow_word(struct sw_flow *f, enum sw_word word)
{
    switch (word) {
    case SW_WORD_IF:
    case SW_WORD_FOR:
    case SW_WORD_FOREACH:
    case SW_WORD_CATCH:
    case SW_WORD_ASK:
    case SW_WORD_UNSET:
    case SW_WORD_LIST:
    case SW_WORD_ARRAY:
        take_bracketed(f, word);
        break;
    case SW_WORD_ELSE:
        take_else(f);
        break;
    case SW_WORD_AS:
        sw_flow_reduce(f, 0);
        f->have = false;
        break;
    case SW_WORD_END_BLOCK:
        take_end_block(f);
        break;
    case SW_WORD_FUNCTION:
    case SW_WORD_ARROW_FUNCTION:
        take_function(f);
        break;
    case SW_WORD_CLASS:
        take_class(f);
        break;
    case SW_WORD_NEW:
        f->makes = true;
        f->have = false;
        break;
    case SW_WORD_RETURN:
    case SW_WORD_ECHO:
    case SW_WORD_INCLUDE:
    case SW_WORD_THROW:
    case SW_WORD_PREFIX:
        f->have = false;
        sw_flow_prefix(f, word, SW_OP_NONE, 0);
        break;
    case SW_WORD_EXIT:
        sw_flow_push(f, (struct sw_value){.kind = SW_VALUE_NAME, .text = SW_STR("exit")});
        break;
    case SW_WORD_GLOBAL:
        take_global(f);
        break;
    case SW_WORD_CONST:
        take_const(f);
        break;
    case SW_WORD_USE:
        skip_to(f, SW_OP_SEMI);
        break;
    case SW_WORD_NAMESPACE:
        skip_to(f, SW_OP_LBRACE);
        break;
    case SW_WORD_JUMP:
        skip_to(f, SW_OP_SEMI);
        break;
    case SW_WORD_USING:
        if (sw_tok_is(sw_flow_token(f, 1), SW_OP_LPAREN))
            take_bracketed(f, SW_WORD_FOR);
        else
            skip_to(f, SW_OP_SEMI);
        break;
    case SW_WORD_CAST: /* x as Type */
        while (sw_flow_token(f, 1)->kind == SW_TOK_NAME || sw_tok_is(sw_flow_token(f, 1), SW_OP_MEMBER))
            f->pos++;
        break;
    case SW_WORD_INSTANCEOF:
        (void)sw_flow_pop(f);
        f->have = false;
        break;
    case SW_WORD_TRUE:
    case SW_WORD_FALSE:
    case SW_WORD_NULL:
        take_literal(f, word);
        break;
    default: /* case, static, modifiers: say nothing here */
        f->have = false;
        break;
    }
}
