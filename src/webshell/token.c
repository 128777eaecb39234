/* token.c - collecting a unit's tokens. */
#include "webshell/token.h"

#include "base/error.h"
#include "base/mem.h"
#include "webshell/language.h"

void sw_unit_init(struct sw_unit *unit, const struct sw_language *language, struct sw_str text)
{
    *unit = (struct sw_unit){.text = text, .language = language};
}

void sw_unit_fini(struct sw_unit *unit)
{
    sw_free(unit->tokens);
    sw_free(unit->behind);
    *unit = (struct sw_unit){0};
}

void sw_unit_free(struct sw_unit *unit)
{
    sw_unit_fini(unit);
    sw_free(unit);
}

static int add(struct sw_unit *unit, struct sw_tok token)
{
    int rc = sw_grow(&unit->tokens, &unit->cap, unit->count, sizeof *unit->tokens, SW_MAX_TOKENS + 1);
    if (rc == 0)
        unit->tokens[unit->count++] = token;
    return rc;
}

int sw_unit_add(struct sw_unit *unit, enum sw_tok_kind kind, unsigned op, size_t at, size_t len)
{
    if (unit->count == SW_MAX_TOKENS) {
        unit->cut = true;
        return SW_E_LIMIT;
    }
    return add(unit, (struct sw_tok){(uint32_t)at, (uint32_t)len, (uint8_t)kind, (uint8_t)op, 0});
}

int sw_unit_add_name(struct sw_unit *unit, size_t at, size_t len, bool plain)
{
    if (unit->count == SW_MAX_TOKENS) {
        unit->cut = true;
        return SW_E_LIMIT;
    }
    struct sw_tok token = {(uint32_t)at, (uint32_t)len, SW_TOK_NAME, 0, 0};
    const struct sw_name *name =
        plain ? NULL : sw_language_find(unit->language, sw_str_slice(unit->text, at, at + len));
    if (name != NULL && name->role == SW_ROLE_WORD) {
        token.kind = SW_TOK_WORD;
        token.op = name->arg;
    } else if (name != NULL) {
        token.name = (uint16_t)(name - unit->language->names + 1);
    }
    return add(unit, token);
}

int sw_unit_end(struct sw_unit *unit)
{
    return add(unit, (struct sw_tok){.at = (uint32_t)unit->text.len, .kind = SW_TOK_END});
}

/* Which kind of bracket an operator is: 0 ( ) 1 [ ] 2 { }; -1: none. */
static int bracket_of(const struct sw_tok *token, bool *opens)
{
    if (token->kind != SW_TOK_OP)
        return -1;
    *opens = token->op == SW_OP_LPAREN || token->op == SW_OP_LBRACKET || token->op == SW_OP_LBRACE;
    switch (token->op) {
    case SW_OP_LPAREN:
    case SW_OP_RPAREN:
        return 0;
    case SW_OP_LBRACKET:
    case SW_OP_RBRACKET:
        return 1;
    case SW_OP_LBRACE:
    case SW_OP_RBRACE:
        return 2;
    default:
        return -1;
    }
}

int sw_unit_match(struct sw_unit *unit)
{
    if (unit->behind != NULL || unit->count == 0)
        return 0;
    unit->behind = sw_alloc(unit->count, sizeof *unit->behind);
    if (unit->behind == NULL)
        return SW_E_NOMEM;
    uint32_t open[3] = {UINT32_MAX, UINT32_MAX, UINT32_MAX}; /* the innermost; `behind` holds the next one out meanwhile */
    bool opens = false;
    for (uint32_t i = 0; i < unit->count; i++) {
        int kind = bracket_of(&unit->tokens[i], &opens);
        if (kind < 0)
            continue;
        if (opens) {
            unit->behind[i] = open[kind];
            open[kind] = i;
        } else if (open[kind] != UINT32_MAX) {
            uint32_t outer = unit->behind[open[kind]];
            unit->behind[open[kind]] = i + 1;
            open[kind] = outer;
        }
    }
    for (int kind = 0; kind < 3; kind++) {
        while (open[kind] != UINT32_MAX) {
            uint32_t outer = unit->behind[open[kind]];
            unit->behind[open[kind]] = unit->count - 1;
            open[kind] = outer;
        }
    }
    return 0;
}
