/* flow_function.c - the functions of a script: finding them, and entering them with arguments. */
#include "webshell/flow_priv.h"

#include "base/error.h"
#include "base/mem.h"
#include "webshell/lex.h"

/* Times that a short function is entered for the sake of numbers alone, and how many tokens are short. */
enum { NUMBERS_MAX = 64, SHORT_MAX = 120 };

/* Tokens between the name of a function or class and its body, and of an expression. */
enum { HEAD_MAX = 400, EXPRESSION_MAX = 2000 };

/* Where the expression of an arrow function ends: at a bracket, comma or semicolon of outside. */
static uint32_t end_of_expression(const struct sw_unit *unit, uint32_t from)
{
    unsigned depth = 0;
    for (uint32_t i = from; i < unit->count - 1 && i - from < EXPRESSION_MAX; i++) {
        const struct sw_tok *token = &unit->tokens[i];
        if (token->kind != SW_TOK_OP)
            continue;
        if (token->op == SW_OP_LPAREN || token->op == SW_OP_LBRACKET || token->op == SW_OP_LBRACE) {
            depth++;
        } else if (token->op == SW_OP_RPAREN || token->op == SW_OP_RBRACKET || token->op == SW_OP_RBRACE) {
            if (depth-- == 0)
                return i;
        } else if (depth == 0 && (token->op == SW_OP_COMMA || token->op == SW_OP_SEMI)) {
            return i;
        }
    }
    return unit->count - 1;
}

/* Of a function's name, letter case aside. */
static size_t bucket_of(struct sw_str name)
{
    size_t hash = name.len;
    for (size_t i = 0; i < name.len && i < 64; i++)
        hash = hash * 31 + (unsigned char)sw_lower(name.ptr[i]);
    return hash % SW_FUNCTION_BUCKETS;
}

static int add_function(struct sw_flow *f, struct sw_function function)
{
    int rc = sw_grow(&f->functions, &f->function_cap, f->function_count, sizeof *f->functions, SW_MAX_FLOW_FUNCTIONS);
    if (rc == SW_E_LIMIT) {
        f->report->incomplete = true;
        return 0;
    }
    if (rc != 0)
        return rc;
    size_t bucket = bucket_of(function.name);
    function.next_named = f->by_name[bucket];
    f->functions[f->function_count++] = function;
    f->by_name[bucket] = (uint32_t)f->function_count;
    return 0;
}

/* [WebMethod] and its kind, in front of the method at `i`. */
static bool is_offered(const struct sw_unit *unit, uint32_t i)
{
    static const char *const attributes[] = {"WebMethod", "WebMethodAttribute", "OperationContract", "HttpPost", "HttpGet"};
    for (uint32_t back = 1; back <= 16 && back <= i; back++) {
        const struct sw_tok *token = &unit->tokens[i - back];
        if (sw_tok_is(token, SW_OP_SEMI) || sw_tok_is(token, SW_OP_LBRACE) || sw_tok_is(token, SW_OP_RBRACE))
            return false;
        struct sw_str name = token->kind == SW_TOK_NAME ? sw_tok_text(unit, token) : SW_STR("");
        for (size_t k = 0; k < sizeof attributes / sizeof attributes[0]; k++)
            if (sw_str_is(name, attributes[k]))
                return true;
    }
    return false;
}

/* `function` at `i`: what belongs to it. False for a declaration without body. */
static bool describe(struct sw_unit *unit, uint32_t i, struct sw_function *function)
{
    *function = (struct sw_function){.unit = unit, .token = i};
    uint32_t at = i + 1;
    if (sw_tok_is(&unit->tokens[at], SW_OP_BITAND))
        at++;
    if (unit->tokens[at].kind == SW_TOK_NAME || unit->tokens[at].kind == SW_TOK_WORD)
        function->name = sw_tok_text(unit, &unit->tokens[at++]);
    if (!sw_tok_is(&unit->tokens[at], SW_OP_LPAREN))
        return false;
    function->params = at;
    at = sw_tok_behind(unit, at);
    function->arrow = unit->tokens[i].op == SW_WORD_ARROW_FUNCTION;
    /* use (...) and types lie before the body. */
    const uint32_t head = at;
    while (at < unit->count - 1 && at - head < HEAD_MAX && !sw_tok_is(&unit->tokens[at], SW_OP_LBRACE) &&
           !sw_tok_is(&unit->tokens[at], SW_OP_SEMI) && !(function->arrow && sw_tok_is(&unit->tokens[at], SW_OP_PAIR)))
        at++;
    if (function->arrow) {
        function->body = at + 1 < unit->count ? at + 1 : at;
        function->end = end_of_expression(unit, function->body);
        return true;
    }
    if (!sw_tok_is(&unit->tokens[at], SW_OP_LBRACE))
        return false;
    function->offered = !unit->language->sigils && is_offered(unit, i);
    function->body = at + 1;
    function->end = sw_tok_behind(unit, at) - 1;
    if (function->end < function->body)
        function->end = unit->count - 1;
    return true;
}

/* In languages without a word for it: name ( ... ) [throws ...] { behind a type or modifier. */
static bool describe_plain(struct sw_unit *unit, uint32_t i, struct sw_function *function)
{
    const struct sw_tok *before = i > 0 ? &unit->tokens[i - 1] : NULL;
    if (before == NULL || !sw_tok_is(&unit->tokens[i + 1], SW_OP_LPAREN))
        return false;
    bool typed = before->kind == SW_TOK_NAME || sw_tok_is(before, SW_OP_RBRACKET) || sw_tok_is(before, SW_OP_COMPARE) ||
                 (before->kind == SW_TOK_WORD && before->op == SW_WORD_MODIFIER);
    if (!typed)
        return false;
    uint32_t at = sw_tok_behind(unit, i + 1);
    while (at < unit->count && (unit->tokens[at].kind == SW_TOK_NAME || sw_tok_is(&unit->tokens[at], SW_OP_COMMA) ||
                                sw_tok_is(&unit->tokens[at], SW_OP_MEMBER)))
        at++;
    if (at >= unit->count || !sw_tok_is(&unit->tokens[at], SW_OP_LBRACE))
        return false;
    *function = (struct sw_function){
        .name = sw_tok_text(unit, &unit->tokens[i]), .unit = unit, .token = i, .params = i + 1, .body = at + 1};
    function->offered = is_offered(unit, i);
    function->end = sw_tok_behind(unit, at) - 1;
    if (function->end < function->body)
        function->end = unit->count - 1;
    return true;
}

int sw_flow_collect(struct sw_flow *f, struct sw_unit *unit)
{
    unit->first_function = (uint32_t)f->function_count;
    int rc = sw_unit_match(unit);
    struct sw_str class_name = {NULL, 0};
    uint32_t class_end = 0;
    for (uint32_t i = 0; i + 1 < unit->count && rc == 0; i++) {
        const struct sw_tok *token = &unit->tokens[i];
        if (i >= class_end)
            class_name = (struct sw_str){NULL, 0};
        if (token->kind == SW_TOK_WORD && token->op == SW_WORD_CLASS && unit->tokens[i + 1].kind == SW_TOK_NAME) {
            class_name = sw_tok_text(unit, &unit->tokens[i + 1]);
            uint32_t open = i + 2;
            while (open < unit->count - 1 && open - i < HEAD_MAX && !sw_tok_is(&unit->tokens[open], SW_OP_LBRACE))
                open++;
            class_end = sw_tok_is(&unit->tokens[open], SW_OP_LBRACE) ? sw_tok_behind(unit, open) : i + 1;
            continue;
        }
        struct sw_function function;
        bool word =
            token->kind == SW_TOK_WORD && (token->op == SW_WORD_FUNCTION || token->op == SW_WORD_ARROW_FUNCTION);
        bool found = word ? describe(unit, i, &function)
                          : token->kind == SW_TOK_NAME && !f->language->sigils && describe_plain(unit, i, &function);
        if (!found)
            continue;
        function.class_name = class_name;
        rc = add_function(f, function);
    }
    unit->function_count = (uint32_t)f->function_count - unit->first_function;
    return rc;
}

struct sw_function *sw_flow_function_at(struct sw_flow *f, uint32_t token)
{
    size_t low = f->unit->first_function;
    size_t end = low + f->unit->function_count;
    size_t high = end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->functions[middle].token < token)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && f->functions[low].token == token ? &f->functions[low] : NULL;
}

static bool same_name(const struct sw_flow *f, struct sw_str a, struct sw_str b)
{
    return f->language->folds_case ? sw_str_ieq(a, b) : sw_str_eq(a, b);
}

struct sw_function *sw_flow_function_named(struct sw_flow *f, struct sw_str name, struct sw_str class_name)
{
    if (name.len == 0)
        return NULL;
    struct sw_function *first = NULL;
    for (uint32_t i = f->by_name[bucket_of(name)]; i > 0; i = f->functions[i - 1].next_named) {
        struct sw_function *function = &f->functions[i - 1];
        if (same_name(f, function->name, name) &&
            (class_name.len == 0 || same_name(f, function->class_name, class_name)) && (first == NULL || function < first))
            first = function;
        f->steps++;
    }
    return first;
}

/* --- entering ------------------------------------------------------------------------------------------- */

/* A parameter whose type is that of a request is one. */
static void bind_type(const struct sw_flow *f, struct sw_str type, struct sw_value *value)
{
    const struct sw_name *known = sw_language_find(f->language, type);
    if (known != NULL && known->role == SW_ROLE_REQUEST_OBJECT)
        *value = (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("request"), .at = value->at};
}

/* The variables of the parameters, with the arguments or what stands behind their `=`. By reference: where it lies. */
static void bind(struct sw_flow *f, const struct sw_function *function, struct sw_value *args, size_t count,
                 struct sw_slot **references)
{
    const struct sw_unit *unit = function->unit;
    uint32_t end = sw_tok_behind(unit, function->params);
    size_t n = 0;
    bool named = false;
    struct sw_str last = {NULL, 0};
    unsigned depth = 0;
    bool typed = false; /* behind the colon of `name : Type` */
    for (uint32_t i = function->params + 1; i < end; i++) {
        const struct sw_tok *token = &unit->tokens[i];
        typed |= !f->language->sigils && sw_tok_is(token, SW_OP_COLON);
        depth += sw_tok_is(token, SW_OP_LPAREN) || sw_tok_is(token, SW_OP_LBRACKET);
        if (token->kind == SW_TOK_VAR || (token->kind == SW_TOK_NAME && !f->language->sigils && !typed))
            last = sw_tok_text(unit, token);
        bool over = depth == 0 && (sw_tok_is(token, SW_OP_COMMA) || sw_tok_is(token, SW_OP_RPAREN));
        bool preset = depth == 0 && sw_tok_is(token, SW_OP_ASSIGN);
        if (depth > 0 && (sw_tok_is(token, SW_OP_RPAREN) || sw_tok_is(token, SW_OP_RBRACKET)))
            depth--;
        if ((over || preset) && !named && last.len > 0) {
            struct sw_slot *slot = sw_scope_slot(f, f->scope, sw_flow_fold_name(f, last));
            struct sw_value value = n < count ? sw_value_content(args[n]) : sw_value_unknown(0, 0);
            if (!f->language->sigils && i >= function->params + 3)
                bind_type(f, sw_tok_text(unit, &unit->tokens[typed ? i - 1 : i - 2]), &value);
            if (n >= count && preset && unit->tokens[i + 1].kind == SW_TOK_TEXT)
                value = sw_value_text(
                    sw_fold_literal(f->arena, sw_tok_text(unit, &unit->tokens[i + 1]), unit->tokens[i + 1].op), 0);
            /* What handles messages of a client gets them as its argument. */
            if (!f->language->sigils && (function->offered || sw_str_is(function->name, "onMessage")))
                value = sw_value_unknown(SW_FROM_REQUEST, unit->inner ? unit->inner_at : unit->tokens[function->token].at);
            if (slot != NULL) {
                slot->value = value;
                slot->set = true;
            }
            if (n < SW_MAX_FLOW_ARGS && i > 1 && sw_tok_is(&unit->tokens[i - 2], SW_OP_BITAND))
                references[n] = slot;
            n++;
            named = true;
        }
        if (over) {
            named = typed = false;
            last = (struct sw_str){NULL, 0};
        }
    }
}

/* What the machine sets aside while it reads another function. */
struct aside {
    struct sw_unit *unit;
    struct sw_scope *scope;
    struct sw_function *function;
    struct sw_value returned;
    const struct sw_value *args;
    size_t arg_count;
    uint32_t pos;
    bool have;
};

static struct aside set_aside(struct sw_flow *f)
{
    return (struct aside){f->unit, f->scope, f->function, f->returned, f->args, f->arg_count, f->pos, f->have};
}

static void take_back(struct sw_flow *f, const struct aside *aside)
{
    f->unit = aside->unit;
    f->scope = aside->scope;
    f->function = aside->function;
    f->returned = aside->returned;
    f->args = aside->args;
    f->arg_count = aside->arg_count;
    f->pos = aside->pos;
    f->have = aside->have;
}

/* Reads the body in `scope`, with parameters bound. */
static struct sw_value read_body(struct sw_flow *f, struct sw_function *function, struct sw_scope *scope,
                                 struct sw_value *args, size_t count, struct sw_slot **references)
{
    struct aside aside = set_aside(f);
    size_t index = (size_t)(function - f->functions);
    f->unit = function->unit;
    f->scope = scope;
    f->function = function;
    f->returned = (struct sw_value){0};
    f->args = args;
    f->arg_count = count;
    f->calls++;
    function->active = true;
    bind(f, function, args, count, references);
    sw_flow_read(f, function->body, function->end, function->arrow);
    struct sw_value returned = f->returned;
    f->functions[index].active = false;
    f->calls--;
    take_back(f, &aside);
    return returned;
}

/* Whether there is more to learn from a function by entering it with these arguments again. With numbers only so often: a
 * decoder gives another letter for each, other functions are just called a lot. */
static bool is_of_interest(const struct sw_function *function, const struct sw_value *args, size_t count)
{
    bool decodes = function->entered < NUMBERS_MAX && function->end - function->body <= SHORT_MAX;
    for (size_t i = 0; i < count; i++)
        if ((args[i].origin & ~(uint32_t)(SW_FROM_PARAM | SW_WAS_JOINED | SW_WAS_WRAPPED | SW_FROM_UNDEFINED)) != 0 ||
            args[i].kind == SW_VALUE_TEXT || (args[i].kind == SW_VALUE_NUMBER && decodes) ||
            args[i].kind == SW_VALUE_FUNCTION || args[i].kind == SW_VALUE_ARRAY)
            return true;
    return false;
}

static uint32_t all_origins(const struct sw_value *args, size_t count)
{
    uint32_t origin = 0;
    for (size_t i = 0; i < count; i++)
        origin |= args[i].origin;
    return origin;
}

struct sw_value sw_flow_enter(struct sw_flow *f, struct sw_function *function, struct sw_value *args, size_t count)
{
    if (function->active || f->calls >= SW_MAX_FLOW_CALLS || f->steps >= f->budget)
        return sw_value_unknown(all_origins(args, count), count > 0 ? args[0].at : 0);
    if (function->entered > 0 && !is_of_interest(function, args, count))
        return sw_value_unknown(function->gives, 0);
    struct sw_scope *scope = sw_arena_zero(f->arena, 1, sizeof *scope);
    if (scope == NULL)
        return sw_value_unknown(0, 0);
    struct sw_slot *references[SW_MAX_FLOW_ARGS] = {NULL};
    size_t index = (size_t)(function - f->functions);
    struct sw_value returned = read_body(f, function, scope, args, count, references);
    function = &f->functions[index];
    for (size_t i = 0; i < count && i < SW_MAX_FLOW_ARGS; i++)
        if (references[i] != NULL && args[i].place != SW_PLACE_NONE)
            sw_flow_assign(f, &args[i], references[i]->value);
    function->alone = true;
    if (function->entered == 0)
        function->gives = returned.origin & ~all_origins(args, count);
    if (function->entered < UINT16_MAX)
        function->entered++;
    return returned;
}

void sw_flow_read_alone(struct sw_flow *f, struct sw_function *function, bool here)
{
    if (function->active || f->calls >= SW_MAX_FLOW_CALLS)
        return;
    struct sw_scope *scope = sw_arena_zero(f->arena, 1, sizeof *scope);
    struct sw_slot *references[SW_MAX_FLOW_ARGS] = {NULL};
    function->alone = true;
    if (scope != NULL && here)
        scope->outer = f->scope;
    if (scope != NULL)
        (void)read_body(f, function, scope, f->unknown_args, SW_MAX_FLOW_ARGS, references);
}

struct sw_value sw_flow_make_function(struct sw_flow *f, struct sw_str params, struct sw_str code, uint32_t token)
{
    struct sw_value nothing = {0};
    if (f->made_count == SW_MAX_FLOW_MADE)
        return nothing;
    struct sw_str text =
        sw_arena_printf(f->arena, "function (%.*s) {%.*s\n}", SW_STR_ARG(params), SW_STR_ARG(code));
    struct sw_unit *unit = text.ptr != NULL ? sw_alloc(1, sizeof *unit) : NULL;
    if (unit == NULL)
        return nothing;
    sw_unit_init(unit, f->language, text);
    unit->inner = true;
    unit->inner_at = sw_flow_at(f, token);
    f->made[f->made_count++] = unit;
    int rc = sw_lex(unit, true);
    if (rc == 0)
        rc = sw_flow_collect(f, unit);
    if (rc != 0) {
        f->rc = rc;
        return nothing;
    }
    if (unit->function_count == 0)
        return nothing;
    f->functions[unit->first_function].made = true;
    return (struct sw_value){.kind = SW_VALUE_FUNCTION, .number = unit->first_function};
}
