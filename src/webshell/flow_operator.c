/* flow_operator.c - operators of the machine: what waits on the stack, and what it makes of its operands. */
#include "webshell/flow_priv.h"

static bool same_content(const struct sw_value *a, const struct sw_value *b)
{
    if (a->kind == SW_VALUE_NUMBER && b->kind == SW_VALUE_NUMBER)
        return a->number == b->number;
    return a->kind == SW_VALUE_TEXT && b->kind == SW_VALUE_TEXT && sw_str_eq(a->text, b->text);
}

static bool is_known(const struct sw_value *value)
{
    return value->kind == SW_VALUE_TEXT || value->kind == SW_VALUE_NUMBER;
}

/* How two known values stand to each other: texts byte by byte, else as numbers. */
static int order_of(const struct sw_value *a, const struct sw_value *b)
{
    if (a->kind == SW_VALUE_TEXT && b->kind == SW_VALUE_TEXT)
        return sw_str_cmp(a->text, b->text);
    int64_t left = 0;
    int64_t right = 0;
    (void)sw_value_as_number(a, &left);
    (void)sw_value_as_number(b, &right);
    return left < right ? -1 : left > right;
}

/* A comparison of known values: some obfuscators write 0 and 1 like this. */
static struct sw_value compare(const struct sw_flow *f, uint32_t token, const struct sw_value *a,
                               const struct sw_value *b)
{
    struct sw_str sign = sw_tok_text(f->unit, &f->unit->tokens[token]);
    bool arrays = a->kind == SW_VALUE_ARRAY && b->kind == SW_VALUE_ARRAY && a->array->count + b->array->count == 0;
    if (sign.len == 0 || (!arrays && (!is_known(a) || !is_known(b))))
        return sw_value_unknown(0, 0);
    bool equal = arrays || same_content(a, b);
    int order = arrays ? 0 : order_of(a, b);
    switch (sign.ptr[0]) {
    case '=':
        return sw_value_number(equal);
    case '!':
        return sw_value_number(!equal);
    case '<':
        return sw_value_number(sign.len > 1 && sign.ptr[1] == '>' ? !equal : order < 0 || (sign.len > 1 && order == 0));
    default:
        return sw_value_number(order > 0 || (sign.len > 1 && order == 0));
    }
}

static struct sw_value add(struct sw_flow *f, const struct sw_value *a, const struct sw_value *b)
{
    if (f->language->add_joins && (a->kind != SW_VALUE_NUMBER || b->kind != SW_VALUE_NUMBER))
        return sw_fold_join(f->arena, a, b);
    return sw_fold_arithmetic('+', a, b);
}

static struct sw_value assign(struct sw_flow *f, const struct sw_operator *op, const struct sw_value *to,
                              struct sw_value value)
{
    switch (op->op) {
    case SW_OP_ASSIGN_CONCAT: {
        struct sw_value before = *to; /* what was never set is empty */
        if (before.kind == SW_VALUE_UNKNOWN && (before.origin & ~(uint32_t)SW_WAS_NOTHING) == SW_FROM_UNDEFINED)
            before = sw_value_text(SW_STR(""), 0);
        value = sw_fold_join(f->arena, &before, &value);
        break;
    }
    case SW_OP_ASSIGN_XOR:
        value = sw_fold_bits(f->arena, '^', to, &value);
        break;
    case SW_OP_ASSIGN_OTHER:
        value = f->language->add_joins ? add(f, to, &value) : sw_value_unknown(0, 0);
        break;
    default:
        break;
    }
    sw_flow_assign(f, to, value);
    struct sw_value result = sw_value_content(value);
    result.place = to->place;
    result.slot = to->slot;
    result.key = to->key;
    return result;
}

static struct sw_value pair(struct sw_flow *f, const struct sw_value *key, struct sw_value value)
{
    value.has_key = sw_value_as_text(f->arena, key, &value.key);
    value.origin |= key->origin & SW_FROM_OUTSIDE;
    if (value.at == 0)
        value.at = key->at;
    return value;
}

static struct sw_value binary(struct sw_flow *f, const struct sw_operator *op, struct sw_value a, struct sw_value b)
{
    if (op->op == SW_OP_COMPARE)
        f->steps += (a.text.len + b.text.len) / 256;
    switch (op->op) {
    case SW_OP_ASSIGN:
    case SW_OP_ASSIGN_REF:
    case SW_OP_ASSIGN_CONCAT:
    case SW_OP_ASSIGN_XOR:
    case SW_OP_ASSIGN_OTHER:
        return assign(f, op, &a, b);
    case SW_OP_PAIR:
        return pair(f, &a, b);
    case SW_OP_CONCAT:
        return sw_fold_join(f->arena, &a, &b);
    case SW_OP_ADD:
        return add(f, &a, &b);
    case SW_OP_SUB:
        return sw_fold_arithmetic('-', &a, &b);
    case SW_OP_MUL:
        return sw_fold_arithmetic('*', &a, &b);
    case SW_OP_DIV:
        return sw_fold_arithmetic('/', &a, &b);
    case SW_OP_MOD:
        return sw_fold_arithmetic('%', &a, &b);
    case SW_OP_XOR:
        return sw_fold_bits(f->arena, '^', &a, &b);
    case SW_OP_BITAND:
        return sw_fold_bits(f->arena, '&', &a, &b);
    case SW_OP_BITOR:
        return sw_fold_bits(f->arena, '|', &a, &b);
    case SW_OP_COMPARE:
        return compare(f, op->token, &a, &b);
    case SW_OP_COALESCE:
    case SW_OP_COLON: /* the two values of a ?: */
        return sw_flow_either(&a, &b);
    case SW_OP_QUESTION: /* without its colon */
        return a;
    default:
        return sw_value_unknown(0, 0);
    }
}

struct sw_value sw_flow_unary(struct sw_flow *f, const struct sw_operator *op, struct sw_value value)
{
    int64_t number;
    switch (op->op) {
    case SW_OP_INVERT:
        return sw_fold_invert(f->arena, &value);
    case SW_OP_NOT:
        if (sw_value_as_number(&value, &number))
            return sw_value_number(value.kind == SW_VALUE_TEXT ? value.text.len == 0 : number == 0);
        return sw_value_unknown(0, 0);
    case SW_OP_SUB:
        if (value.kind == SW_VALUE_NUMBER && value.number != INT64_MIN)
            return sw_value_number(-value.number);
        return sw_value_unknown(0, 0);
    case SW_OP_SPREAD:
        value = sw_value_content(value);
        value.origin |= SW_WAS_SPREAD;
        return value;
    case SW_OP_ADD:
    case SW_OP_CAST_NUMBER:
        return sw_value_as_number(&value, &number)
                   ? sw_value_number(number)
                   : sw_value_unknown(value.origin & (SW_FROM_REQUEST | SW_FROM_NUMBER) ? SW_FROM_NUMBER : 0, value.at);
    case SW_OP_CAST_TEXT: {
        struct sw_str text;
        return sw_value_as_text(f->arena, &value, &text) ? sw_value_text(text, value.origin) : sw_value_content(value);
    }
    case SW_OP_INCREMENT:
    case SW_OP_DECREMENT: {
        struct sw_value one = sw_value_number(1);
        struct sw_value next =
            op->op == SW_OP_INCREMENT ? sw_fold_increment(f->arena, &value) : sw_fold_arithmetic('-', &value, &one);
        sw_flow_assign(f, &value, next);
        return next;
    }
    case SW_OP_DOLLAR: {
        struct sw_str name;
        if (sw_value_as_text(f->arena, &value, &name))
            return sw_flow_variable(f, name, op->token);
        return sw_value_unknown(value.origin, value.at);
    }
    default:
        return value;
    }
}

/* return, echo, include and their kind, once their operand is complete. */
static void prefix_word(struct sw_flow *f, const struct sw_operator *op, struct sw_value value)
{
    switch (op->word) {
    case SW_WORD_RETURN:
        f->returned = sw_flow_either(&f->returned, &value);
        break;
    case SW_WORD_ECHO:
        sw_flow_echo(f, &value, op->token);
        break;
    case SW_WORD_INCLUDE:
        sw_flow_include(f, value, op->token);
        value = sw_value_unknown(0, 0);
        break;
    default:
        break;
    }
    sw_flow_push(f, value);
}

void sw_flow_reduce_one(struct sw_flow *f)
{
    struct sw_operator op = f->operators[--f->operator_count];
    struct sw_value right = sw_flow_pop(f);
    f->have = false;
    if (op.word != 0) {
        prefix_word(f, &op, right);
        return;
    }
    if (op.unary) {
        sw_flow_push(f, sw_flow_unary(f, &op, right));
        return;
    }
    struct sw_value left = sw_flow_pop(f);
    sw_flow_push(f, binary(f, &op, left, right));
}

void sw_flow_reduce(struct sw_flow *f, unsigned rank)
{
    while (f->operator_count > sw_flow_frame(f)->operators && f->operators[f->operator_count - 1].rank >= rank)
        sw_flow_reduce_one(f);
}

static unsigned rank_of(const struct sw_flow *f, const struct sw_tok *token)
{
    switch (token->op) {
    case SW_OP_OR:
        return sw_is_alpha(f->unit->text.ptr[token->at]) && f->language->sigils ? SW_RANK_LOW_LOGIC : SW_RANK_OR;
    case SW_OP_AND:
        return sw_is_alpha(f->unit->text.ptr[token->at]) && f->language->sigils ? SW_RANK_LOW_LOGIC : SW_RANK_AND;
    case SW_OP_COALESCE:
        return SW_RANK_COALESCE;
    case SW_OP_BITOR:
        return SW_RANK_BITOR;
    case SW_OP_XOR:
        return SW_RANK_XOR;
    case SW_OP_BITAND:
        return SW_RANK_BITAND;
    case SW_OP_COMPARE:
        return SW_RANK_COMPARE;
    case SW_OP_SHIFT:
        return SW_RANK_SHIFT;
    case SW_OP_CONCAT:
        return SW_RANK_CONCAT;
    case SW_OP_ADD:
    case SW_OP_SUB:
        return SW_RANK_ADD;
    default:
        return SW_RANK_MUL;
    }
}

void sw_flow_binary_operator(struct sw_flow *f, const struct sw_tok *token)
{
    unsigned rank = rank_of(f, token);
    sw_flow_reduce(f, rank);
    sw_flow_push_operator(f, (struct sw_operator){token->op, 0, (uint8_t)rank, false, f->pos});
}

void sw_flow_assignment(struct sw_flow *f, const struct sw_tok *token)
{
    /* From the right: what is assigned to is the operand at hand; prefixes such as ! and @ in front of it wait. */
    while (f->operator_count > sw_flow_frame(f)->operators &&
           f->operators[f->operator_count - 1].rank > SW_RANK_ASSIGN && !f->operators[f->operator_count - 1].unary &&
           (f->language->sigils || f->operators[f->operator_count - 1].op != SW_OP_COMPARE) &&
           f->operators[f->operator_count - 1].op != SW_OP_AND && f->operators[f->operator_count - 1].op != SW_OP_OR &&
           f->operators[f->operator_count - 1].op != SW_OP_COLON)
        sw_flow_reduce_one(f);
    /* List<String> x = ...: what looks like a comparison is a type. */
    struct sw_operator *top = f->operator_count > sw_flow_frame(f)->operators ? &f->operators[f->operator_count - 1] : NULL;
    if (!f->language->sigils && top != NULL && top->op == SW_OP_COMPARE) {
        struct sw_value name = sw_flow_pop(f);
        f->have = false;
        f->operator_count--;
        (void)sw_flow_pop(f);
        sw_flow_push(f, name);
    }
    sw_flow_push_operator(f, (struct sw_operator){token->op, 0, SW_RANK_ASSIGN, false, f->pos});
}

void sw_flow_question(struct sw_flow *f)
{
    sw_flow_reduce(f, SW_RANK_COALESCE);
    if (sw_tok_is(sw_flow_token(f, 1), SW_OP_COLON)) { /* a ?: b */
        f->pos++;
        sw_flow_push_operator(f, (struct sw_operator){SW_OP_COLON, 0, SW_RANK_TERNARY, false, f->pos});
        return;
    }
    (void)sw_flow_pop(f);
    sw_flow_push_operator(f, (struct sw_operator){SW_OP_QUESTION, 0, SW_RANK_TERNARY, true, f->pos});
}

/* The colon of a ?:, or the end of a label. */
void sw_flow_colon(struct sw_flow *f)
{
    size_t base = sw_flow_frame(f)->operators;
    for (size_t i = f->operator_count; i > base; i--) {
        if (f->operators[i - 1].op != SW_OP_QUESTION)
            continue;
        while (f->operator_count > i)
            sw_flow_reduce_one(f);
        f->operators[i - 1].op = SW_OP_COLON;
        f->operators[i - 1].unary = false;
        f->have = false;
        return;
    }
    /* var name : Type = value of JScript.NET */
    if (sw_flow_frame(f)->kind == SW_FRAME_BLOCK && !f->language->sigils && f->have &&
        sw_flow_token(f, 1)->kind == SW_TOK_NAME && sw_tok_is(sw_flow_token(f, 2), SW_OP_ASSIGN))
        f->pos++;
    else if (sw_flow_frame(f)->kind == SW_FRAME_BLOCK)
        sw_flow_end_statement(f);
    else if (sw_flow_frame(f)->kind == SW_FRAME_FOR) /* for (T x : list) */
        sw_flow_push_operator(f, (struct sw_operator){SW_OP_ASSIGN, 0, SW_RANK_ASSIGN, false, f->pos});
    else
        f->have = false; /* a named argument, an array in another language's form */
}
