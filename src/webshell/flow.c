/* flow.c - the machine: tokens in, operands and operators on stacks. What they mean is said in the other flow_*.c. */
#include "webshell/flow_priv.h"

#include "base/error.h"
#include "base/mem.h"
#include "webshell/lex.h"

/* How tight operators bind. */
enum {
    RANK_NONE,
    RANK_LOW_LOGIC, /* the words or, and, xor */
    RANK_PREFIX,    /* return, echo, include */
    RANK_PAIR,
    RANK_ASSIGN,
    RANK_TERNARY,
    RANK_COALESCE,
    RANK_OR,
    RANK_AND,
    RANK_BITOR,
    RANK_XOR,
    RANK_BITAND,
    RANK_COMPARE,
    RANK_SHIFT,
    RANK_CONCAT,
    RANK_ADD,
    RANK_MUL,
    RANK_UNARY
};

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
}

struct sw_value sw_flow_pop(struct sw_flow *f)
{
    const struct sw_frame *frame = sw_flow_frame(f);
    if (f->operand_count <= frame->operands + frame->args)
        return sw_value_unknown(0, 0);
    return f->operands[--f->operand_count];
}

static void push_operator(struct sw_flow *f, struct sw_operator op)
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
    push_operator(f, (struct sw_operator){(uint8_t)op, (uint8_t)word, (uint8_t)(rank > 0 ? rank : RANK_PREFIX), true, f->pos});
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

/* --- operators ------------------------------------------------------------------------------------------ */

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

/* A comparison: known for the equality of known values, which is how some obfuscators write 0 and 1. */
static struct sw_value compare(const struct sw_flow *f, uint32_t token, const struct sw_value *a, const struct sw_value *b)
{
    struct sw_str sign = sw_tok_text(f->unit, &f->unit->tokens[token]);
    if (!is_known(a) || !is_known(b) || sign.len < 2 || (sign.ptr[0] != '=' && sign.ptr[0] != '!'))
        return sw_value_unknown(0, 0);
    bool equal = same_content(a, b);
    return sw_value_number(sign.ptr[0] == '=' ? equal : !equal);
}

static struct sw_value add(struct sw_flow *f, const struct sw_value *a, const struct sw_value *b)
{
    if (f->language->add_joins && (a->kind != SW_VALUE_NUMBER || b->kind != SW_VALUE_NUMBER))
        return sw_fold_join(f->arena, a, b);
    return sw_fold_arithmetic('+', a, b);
}

static struct sw_value assign(struct sw_flow *f, const struct sw_operator *op, const struct sw_value *to, struct sw_value value)
{
    switch (op->op) {
    case SW_OP_ASSIGN_CONCAT:
        value = sw_fold_join(f->arena, to, &value);
        break;
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

static struct sw_value unary(struct sw_flow *f, const struct sw_operator *op, struct sw_value value)
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
    case SW_OP_ADD:
        return sw_value_content(value);
    case SW_OP_CAST_NUMBER:
        return sw_value_as_number(&value, &number) ? sw_value_number(number) : sw_value_unknown(0, 0);
    case SW_OP_CAST_TEXT: {
        struct sw_str text;
        return sw_value_as_text(f->arena, &value, &text) ? sw_value_text(text, value.origin) : sw_value_content(value);
    }
    case SW_OP_INCREMENT:
    case SW_OP_DECREMENT: {
        struct sw_value one = sw_value_number(1);
        struct sw_value next = op->op == SW_OP_INCREMENT ? sw_fold_increment(f->arena, &value)
                                                         : sw_fold_arithmetic('-', &value, &one);
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

/* Applies the operator on top of the stack. */
static void reduce_one(struct sw_flow *f)
{
    struct sw_operator op = f->operators[--f->operator_count];
    struct sw_value right = sw_flow_pop(f);
    f->have = false;
    if (op.word != 0) {
        prefix_word(f, &op, right);
        return;
    }
    if (op.unary) {
        sw_flow_push(f, unary(f, &op, right));
        return;
    }
    struct sw_value left = sw_flow_pop(f);
    sw_flow_push(f, binary(f, &op, left, right));
}

void sw_flow_reduce(struct sw_flow *f, unsigned rank)
{
    while (f->operator_count > sw_flow_frame(f)->operators && f->operators[f->operator_count - 1].rank >= rank)
        reduce_one(f);
}

static unsigned rank_of(const struct sw_flow *f, const struct sw_tok *token)
{
    switch (token->op) {
    case SW_OP_OR:
        return sw_is_alpha(f->unit->text.ptr[token->at]) && f->language->sigils ? RANK_LOW_LOGIC : RANK_OR;
    case SW_OP_AND:
        return sw_is_alpha(f->unit->text.ptr[token->at]) && f->language->sigils ? RANK_LOW_LOGIC : RANK_AND;
    case SW_OP_COALESCE:
        return RANK_COALESCE;
    case SW_OP_BITOR:
        return RANK_BITOR;
    case SW_OP_XOR:
        return RANK_XOR;
    case SW_OP_BITAND:
        return RANK_BITAND;
    case SW_OP_COMPARE:
        return RANK_COMPARE;
    case SW_OP_SHIFT:
        return RANK_SHIFT;
    case SW_OP_CONCAT:
        return RANK_CONCAT;
    case SW_OP_ADD:
    case SW_OP_SUB:
        return RANK_ADD;
    default:
        return RANK_MUL;
    }
}

static void binary_operator(struct sw_flow *f, const struct sw_tok *token)
{
    unsigned rank = rank_of(f, token);
    sw_flow_reduce(f, rank);
    push_operator(f, (struct sw_operator){token->op, 0, (uint8_t)rank, false, f->pos});
}

static void assignment(struct sw_flow *f, const struct sw_tok *token)
{
    /* From the right: what is assigned to is the operand at hand; prefixes such as ! and @ in front of it wait. */
    while (f->operator_count > sw_flow_frame(f)->operators && f->operators[f->operator_count - 1].rank > RANK_ASSIGN &&
           !f->operators[f->operator_count - 1].unary && f->operators[f->operator_count - 1].op != SW_OP_AND &&
           f->operators[f->operator_count - 1].op != SW_OP_OR && f->operators[f->operator_count - 1].op != SW_OP_COLON)
        reduce_one(f);
    push_operator(f, (struct sw_operator){token->op, 0, RANK_ASSIGN, false, f->pos});
}

static void question(struct sw_flow *f)
{
    sw_flow_reduce(f, RANK_COALESCE);
    if (sw_tok_is(sw_flow_token(f, 1), SW_OP_COLON)) { /* a ?: b */
        f->pos++;
        push_operator(f, (struct sw_operator){SW_OP_COLON, 0, RANK_TERNARY, false, f->pos});
        return;
    }
    (void)sw_flow_pop(f);
    push_operator(f, (struct sw_operator){SW_OP_QUESTION, 0, RANK_TERNARY, true, f->pos});
}

/* The colon of a ?:, or the end of a label. */
static void colon(struct sw_flow *f)
{
    size_t base = sw_flow_frame(f)->operators;
    for (size_t i = f->operator_count; i > base; i--) {
        if (f->operators[i - 1].op != SW_OP_QUESTION)
            continue;
        while (f->operator_count > i)
            reduce_one(f);
        f->operators[i - 1].op = SW_OP_COLON;
        f->operators[i - 1].unary = false;
        f->have = false;
        return;
    }
    if (sw_flow_frame(f)->kind == SW_FRAME_BLOCK)
        sw_flow_end_statement(f);
    else if (sw_flow_frame(f)->kind == SW_FRAME_FOR) /* for (T x : list) */
        assignment(f, sw_flow_token(f, 0));
    else
        f->have = false; /* a named argument, an array in another language's form */
}

/* --- brackets ------------------------------------------------------------------------------------------- */

/* Ends the argument, element or expression at hand: exactly one operand of it remains, if there was any. */
static bool end_operand(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    sw_flow_reduce(f, RANK_NONE);
    size_t base = frame->operands + frame->args;
    if (f->operand_count <= base)
        return false;
    if (f->operand_count > base + 1) {
        f->operands[base] = f->operands[f->operand_count - 1];
        f->operand_count = base + 1;
    }
    return true;
}

/* Puts the element at hand into the array literal. */
static void end_element(struct sw_flow *f, bool more)
{
    struct sw_frame *frame = sw_flow_frame(f);
    bool any = end_operand(f);
    if (!any && !more)
        return;
    struct sw_value element = any ? f->operands[--f->operand_count] : sw_value_unknown(0, 0);
    struct sw_value *array = &f->operands[frame->operands - 1];
    array->origin |= element.origin & ~(uint32_t)SW_FROM_UNDEFINED;
    if (array->at == 0)
        array->at = element.at;
    if (array->array == NULL)
        return;
    uint32_t before = array->array->count;
    bool kept = element.has_key ? sw_array_set(f->arena, array->array, element.key, element)
                                : sw_array_push(f->arena, array->array, element);
    if (!kept || array->array->count == before)
        return;
    /* list($a, $b) and [$a, $b] = ...: where they lie is needed. */
    struct sw_value *entry = &array->array->entries[before].value;
    entry->place = element.has_key ? SW_PLACE_NONE : element.place;
    entry->slot = element.slot;
    entry->deep = element.deep;
    if (!element.has_key)
        entry->key = element.key;
}

static void open_array(struct sw_flow *f, enum sw_frame_kind kind, bool parens)
{
    struct sw_array *array = sw_array_new(f->arena);
    sw_flow_push(f, (struct sw_value){.kind = array != NULL ? SW_VALUE_ARRAY : SW_VALUE_UNKNOWN, .array = array});
    sw_flow_open(f, kind);
    sw_flow_frame(f)->parens = parens;
}

static void open_bracket(struct sw_flow *f)
{
    if (f->have)
        sw_flow_open(f, SW_FRAME_INDEX);
    else
        open_array(f, SW_FRAME_ARRAY, false);
}

static void open_parens(struct sw_flow *f)
{
    static const uint8_t kinds[] = {
        [SW_WORD_IF] = SW_FRAME_CONDITION,  [SW_WORD_FOR] = SW_FRAME_FOR,       [SW_WORD_FOREACH] = SW_FRAME_FOREACH,
        [SW_WORD_CATCH] = SW_FRAME_CONDITION, [SW_WORD_ASK] = SW_FRAME_ASK,     [SW_WORD_UNSET] = SW_FRAME_ASK,
        [SW_WORD_HALT] = 0,
    };
    uint8_t word = f->expects;
    f->expects = 0;
    if (word == SW_WORD_ARRAY || word == SW_WORD_LIST) {
        open_array(f, word == SW_WORD_LIST ? SW_FRAME_LIST : SW_FRAME_ARRAY, true);
    } else if (word != 0 && word < sizeof kinds && kinds[word] != 0) {
        sw_flow_open(f, kinds[word]);
    } else if (f->have && word == 0) {
        bool makes = f->makes;
        f->makes = false;
        sw_flow_open(f, SW_FRAME_CALL);
        sw_flow_frame(f)->makes = makes;
    } else {
        sw_flow_open(f, SW_FRAME_GROUP);
    }
}

/* Takes the frame away, with whatever is left of it on the stacks. */
static void drop_frame(struct sw_flow *f)
{
    const struct sw_frame *frame = sw_flow_frame(f);
    f->operand_count = frame->operands;
    f->operator_count = frame->operators;
    f->frame_count--;
}

static void close_call(struct sw_flow *f)
{
    struct sw_frame frame = *sw_flow_frame(f);
    if (end_operand(f) && frame.args < SW_MAX_FLOW_ARGS)
        frame.args++;
    struct sw_value args[SW_MAX_FLOW_ARGS];
    if (frame.args > 0)
        memcpy(args, f->operands + frame.operands, frame.args * sizeof *args);
    drop_frame(f);
    struct sw_value callee = f->operand_count > 0 ? f->operands[--f->operand_count] : sw_value_unknown(0, 0);
    f->have = false;
    sw_flow_push(f, sw_flow_call(f, callee, args, frame.args, frame.makes, frame.token));
}

static void close_index(struct sw_flow *f)
{
    bool any = end_operand(f);
    struct sw_value index = any ? sw_flow_pop(f) : sw_value_unknown(SW_WAS_NOTHING, 0);
    drop_frame(f);
    f->have = true;
    struct sw_value object = f->operand_count > 0 ? f->operands[--f->operand_count] : sw_value_unknown(0, 0);
    f->have = false;
    sw_flow_push(f, sw_flow_index(f, &object, &index));
}

static void close_array(struct sw_flow *f)
{
    end_element(f, false);
    drop_frame(f);
    f->have = true;
}

/* A statement that depends on what was just read in brackets: with a block, up to `endif`, or alone. */
static void condition_done(struct sw_flow *f)
{
    const struct sw_tok *next = sw_flow_token(f, 1);
    if (sw_tok_is(next, SW_OP_COLON)) {
        sw_flow_frame(f)->colons++;
        f->pos++;
    } else if (!sw_tok_is(next, SW_OP_LBRACE)) {
        sw_flow_frame(f)->loose++;
    }
    f->have = false;
}

static void close_foreach(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    sw_flow_reduce(f, RANK_NONE);
    if (f->operand_count >= frame->operands + 2) {
        struct sw_value to = f->operands[f->operand_count - 1];
        struct sw_value list = f->operands[frame->operands];
        struct sw_value element = sw_value_unknown(list.origin & ~(uint32_t)SW_WAS_JOINED, list.at);
        if (list.kind == SW_VALUE_ARRAY && list.array->count == 1)
            element = sw_value_content(list.array->entries[0].value);
        else if (list.kind == SW_VALUE_ARRAY)
            element.origin |= SW_WAS_TRICKED & (list.origin | (list.array->count > 1 ? ~0u : 0));
        struct sw_value key = sw_value_unknown(list.origin & SW_FROM_OUTSIDE ? SW_FROM_REQUEST | SW_IS_KEYS : 0, list.at);
        if (f->operand_count >= frame->operands + 3)
            sw_flow_assign(f, &f->operands[f->operand_count - 2], key);
        sw_flow_assign(f, &to, element);
    }
    drop_frame(f);
    condition_done(f);
}

static void close_parens(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    switch (frame->kind) {
    case SW_FRAME_CALL:
        close_call(f);
        return;
    case SW_FRAME_ARRAY:
    case SW_FRAME_LIST:
        close_array(f);
        return;
    case SW_FRAME_INDEX:
        close_index(f);
        return;
    case SW_FRAME_FOREACH:
        close_foreach(f);
        return;
    case SW_FRAME_FOR:
    case SW_FRAME_CONDITION:
        (void)end_operand(f);
        drop_frame(f);
        condition_done(f);
        return;
    case SW_FRAME_ASK:
        (void)end_operand(f);
        drop_frame(f);
        f->have = false;
        sw_flow_push(f, sw_value_unknown(0, 0));
        return;
    case SW_FRAME_GROUP: {
        bool any = end_operand(f);
        struct sw_value value = any ? sw_flow_pop(f) : sw_value_unknown(0, 0);
        drop_frame(f);
        f->have = false;
        sw_flow_push(f, value);
        return;
    }
    default: /* a bracket that nothing opened */
        f->have = f->operand_count > frame->operands;
        return;
    }
}

/* Goes back to the innermost block: brackets left open end with it. */
static void close_to_block(struct sw_flow *f)
{
    while (f->frame_count > 1 && sw_flow_frame(f)->kind != SW_FRAME_BLOCK)
        drop_frame(f);
}

void sw_flow_end_statement(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    if (frame->kind == SW_FRAME_FOR) {
        (void)end_operand(f);
        f->operand_count = frame->operands;
        f->have = false;
        return;
    }
    close_to_block(f);
    frame = sw_flow_frame(f);
    sw_flow_reduce(f, RANK_NONE);
    f->operand_count = frame->operands;
    f->operator_count = frame->operators;
    frame->loose = 0;
    f->have = f->makes = false;
    f->expects = 0;
}

static void open_brace(struct sw_flow *f)
{
    const struct sw_tok *token = sw_flow_token(f, 0);
    /* $text{0} of old PHP: directly behind a variable. */
    const struct sw_tok *before = f->pos > 0 ? &f->unit->tokens[f->pos - 1] : token;
    if (f->have && f->language->sigils && before->kind == SW_TOK_VAR && before->at + before->len == token->at) {
        sw_flow_open(f, SW_FRAME_INDEX);
        return;
    }
    if (sw_tok_is(before, SW_OP_DOLLAR)) {
        sw_flow_open(f, SW_FRAME_GROUP);
        return;
    }
    sw_flow_open(f, SW_FRAME_BLOCK);
    sw_flow_frame(f)->depth++;
}

static void close_brace(struct sw_flow *f)
{
    const struct sw_frame *frame = sw_flow_frame(f);
    if (frame->kind != SW_FRAME_BLOCK && frame->token < f->unit->count && sw_tok_is(&f->unit->tokens[frame->token], SW_OP_LBRACE)) {
        close_parens(f);
        return;
    }
    close_to_block(f);
    sw_flow_end_statement(f);
    if (f->frame_count > 1 && sw_flow_frame(f)->token != UINT32_MAX) { /* the frame that sw_flow_read() made stays */
        drop_frame(f);
        if (sw_flow_frame(f)->kind == SW_FRAME_BLOCK) {
            sw_flow_frame(f)->loose = 0;
            f->have = false;
        } else {
            f->have = f->operand_count > sw_flow_frame(f)->operands;
        }
    }
}

static void comma(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    switch (frame->kind) {
    case SW_FRAME_CALL:
        if (!end_operand(f)) {
            f->have = false;
            sw_flow_push(f, sw_value_unknown(0, 0));
        }
        frame = sw_flow_frame(f);
        if (frame->args < SW_MAX_FLOW_ARGS - 1)
            frame->args++;
        break;
    case SW_FRAME_ARRAY:
    case SW_FRAME_LIST:
        end_element(f, true);
        break;
    case SW_FRAME_BLOCK: {
        /* echo a, b; and int a = 1, b = 2: what was begun with goes on. */
        uint8_t word = f->operator_count > frame->operators ? f->operators[frame->operators].word : 0;
        sw_flow_reduce(f, RANK_NONE);
        f->operand_count = frame->operands;
        f->have = false;
        if (word == SW_WORD_ECHO)
            sw_flow_prefix(f, SW_WORD_ECHO, SW_OP_NONE, 0);
        break;
    }
    default:
        (void)end_operand(f);
        if (frame->kind != SW_FRAME_FOREACH)
            f->operand_count = sw_flow_frame(f)->operands;
        break;
    }
    f->have = false;
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
        sw_flow_push(f, sw_flow_member(f, &object, sw_tok_text(f->unit, next)));
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
    (void)unary(f, &step, value);
    sw_flow_push(f, sw_value_content(value));
}

static void take_op(struct sw_flow *f, const struct sw_tok *token)
{
    switch (token->op) {
    case SW_OP_SEMI:
        sw_flow_end_statement(f);
        break;
    case SW_OP_COMMA:
        comma(f);
        break;
    case SW_OP_LPAREN:
        open_parens(f);
        break;
    case SW_OP_RPAREN:
    case SW_OP_RBRACKET:
        close_parens(f);
        break;
    case SW_OP_LBRACKET:
        open_bracket(f);
        break;
    case SW_OP_LBRACE:
        open_brace(f);
        break;
    case SW_OP_RBRACE:
        close_brace(f);
        break;
    case SW_OP_ASSIGN:
    case SW_OP_ASSIGN_CONCAT:
    case SW_OP_ASSIGN_XOR:
    case SW_OP_ASSIGN_OTHER:
    case SW_OP_ASSIGN_REF:
        assignment(f, token);
        break;
    case SW_OP_PAIR:
        sw_flow_reduce(f, RANK_ASSIGN);
        if (sw_flow_frame(f)->kind == SW_FRAME_FOREACH)
            f->have = false; /* $key => $value: both stay on the stack */
        else
            push_operator(f, (struct sw_operator){SW_OP_PAIR, 0, RANK_PAIR, false, f->pos});
        break;
    case SW_OP_QUESTION:
        question(f);
        break;
    case SW_OP_COLON:
        colon(f);
        break;
    case SW_OP_MEMBER:
        member(f);
        break;
    case SW_OP_STATIC:
        static_member(f);
        break;
    case SW_OP_INCREMENT:
    case SW_OP_DECREMENT:
        if (f->have)
            postfix_step(f, token->op);
        else
            sw_flow_prefix(f, 0, token->op, RANK_UNARY);
        break;
    case SW_OP_NOT:
    case SW_OP_INVERT:
    case SW_OP_SILENCE:
    case SW_OP_CAST_NUMBER:
    case SW_OP_CAST_TEXT:
    case SW_OP_CAST_OTHER:
    case SW_OP_DOLLAR:
        sw_flow_prefix(f, 0, token->op, RANK_UNARY);
        break;
    case SW_OP_SPREAD:
        f->have = false;
        break;
    default:
        if (f->have)
            binary_operator(f, token);
        else if (token->op == SW_OP_SUB || token->op == SW_OP_ADD)
            sw_flow_prefix(f, 0, token->op, RANK_UNARY);
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
    bool octal = !hex && text.len > 1 && text.ptr[0] == '0';
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
    struct sw_function *function = f->function_count > 0 && !f->language->sigils ? sw_flow_function_at(f, f->pos) : NULL;
    if (function != NULL) { /* a definition of a language without a word for it */
        f->pos = function->end;
        sw_flow_end_statement(f);
        return;
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
            drop_frame(f);
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
    f->layers_at[f->layer_count] = at;
    f->layers_html[f->layer_count] = html;
    f->layers[f->layer_count++] = unit;
}

/* Reads a unit in the global scope, then its functions that nothing entered. */
static void read_unit(struct sw_flow *f, struct sw_unit *unit)
{
    f->unit = unit;
    size_t first = f->function_count;
    int rc = sw_flow_collect(f, unit);
    if (rc != 0) {
        f->rc = rc;
        return;
    }
    f->budget = f->steps + (uint64_t)unit->count * SW_FLOW_STEPS_A_TOKEN + SW_FLOW_STEPS_AT_LEAST;
    f->scope = &f->globals;
    sw_flow_read(f, 0, unit->count - 1, false);
    for (size_t i = first; i < f->function_count && f->rc == 0; i++)
        if (!f->functions[i].alone && f->functions[i].unit == unit)
            sw_flow_read_alone(f, &f->functions[i], false);
}

static void read_layers(struct sw_flow *f)
{
    while (f->layers_read < f->layer_count && f->rc == 0) {
        unsigned i = f->layers_read++;
        f->rc = sw_lex_php(f->layers[i], !f->layers_html[i]);
        if (f->rc != 0)
            return;
        f->layer = i + 1;
        f->layer_at = f->layers_at[i];
        read_unit(f, f->layers[i]);
    }
}

/* Whether the script stands by itself. */
static bool stands_alone(const struct sw_unit *unit)
{
    for (uint32_t i = 0; i < unit->count; i++) {
        const struct sw_tok *token = &unit->tokens[i];
        if (token->kind == SW_TOK_WORD && (token->op == SW_WORD_INCLUDE || token->op == SW_WORD_CLASS ||
                                           token->op == SW_WORD_NAMESPACE || token->op == SW_WORD_USE))
            return false;
    }
    return true;
}

int sw_flow_run(struct sw_unit *unit, struct sw_shell_report *report)
{
    struct sw_flow *f = sw_alloc(1, sizeof *f);
    if (f == NULL)
        return SW_E_NOMEM;
    f->arena = report->arena;
    f->report = report;
    f->language = unit->language;
    f->standalone = stands_alone(unit);
    report->incomplete |= unit->cut;
    read_unit(f, unit);
    read_layers(f);
    if (f->rc == 0)
        sw_sink_sums(f);
    int rc = f->rc;
    for (unsigned i = 0; i < f->layer_count; i++) {
        sw_unit_fini(f->layers[i]);
        sw_free(f->layers[i]);
    }
    sw_free(f->operands);
    sw_free(f->operators);
    sw_free(f->frames);
    sw_free(f->functions);
    sw_free(f);
    return rc;
}
