/* flow_bracket.c - brackets, commas and the ends of statements. */
#include "webshell/flow_priv.h"

#include "base/mem.h"

/* Ends the argument, element or expression at hand: exactly one operand of it remains, if there was any. */
static bool end_operand(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    sw_flow_reduce(f, SW_RANK_NONE);
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

void sw_flow_open_bracket(struct sw_flow *f)
{
    if (f->have)
        sw_flow_open(f, SW_FRAME_INDEX);
    else
        open_array(f, SW_FRAME_ARRAY, false);
}

void sw_flow_open_parens(struct sw_flow *f)
{
    static const uint8_t kinds[] = {
        [SW_WORD_IF] = SW_FRAME_CONDITION,
        [SW_WORD_FOR] = SW_FRAME_FOR,
        [SW_WORD_FOREACH] = SW_FRAME_FOREACH,
        [SW_WORD_CATCH] = SW_FRAME_CONDITION,
        [SW_WORD_ASK] = SW_FRAME_ASK,
        [SW_WORD_UNSET] = SW_FRAME_ASK,
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

void sw_flow_drop_frame(struct sw_flow *f)
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
    sw_flow_drop_frame(f);
    struct sw_value callee = f->operand_count > 0 ? f->operands[--f->operand_count] : sw_value_unknown(0, 0);
    f->have = false;
    sw_flow_push(f, sw_flow_call(f, callee, args, frame.args, frame.makes, frame.token));
}

static void close_index(struct sw_flow *f)
{
    bool any = end_operand(f);
    struct sw_value index = any ? sw_flow_pop(f) : sw_value_unknown(SW_WAS_NOTHING, 0);
    sw_flow_drop_frame(f);
    f->have = true;
    struct sw_value object = f->operand_count > 0 ? f->operands[--f->operand_count] : sw_value_unknown(0, 0);
    f->have = false;
    sw_flow_push(f, sw_flow_index(f, &object, &index));
}

static void close_array(struct sw_flow *f)
{
    end_element(f, false);
    sw_flow_drop_frame(f);
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

/* Of a list of texts that a loop goes through: the name of something to run, or of what the client sent. */
static const struct sw_value *most_telling(const struct sw_flow *f, const struct sw_array *list)
{
    for (uint32_t i = 0; i < list->count && i < 32; i++) {
        const struct sw_value *value = &list->entries[i].value;
        const struct sw_name *name = value->kind == SW_VALUE_TEXT ? sw_language_find(f->language, value->text) : NULL;
        if (name != NULL && (name->role == SW_ROLE_CODE || name->role == SW_ROLE_COMMAND ||
                             (name->role == SW_ROLE_REQUEST && name->name[0] == '_')))
            return value;
    }
    return NULL;
}

static void close_foreach(struct sw_flow *f)
{
    struct sw_frame *frame = sw_flow_frame(f);
    sw_flow_reduce(f, SW_RANK_NONE);
    if (f->operand_count >= frame->operands + 2) {
        /* PHP says list as variable, others variable in list. */
        bool first = f->language->sigils;
        struct sw_value to = f->operands[first ? f->operand_count - 1 : frame->operands];
        struct sw_value list = f->operands[first ? frame->operands : f->operand_count - 1];
        struct sw_value element = sw_value_unknown(list.origin & ~(uint32_t)SW_WAS_JOINED, list.at);
        const struct sw_value *known = list.kind == SW_VALUE_ARRAY ? most_telling(f, list.array) : NULL;
        if (known != NULL)
            element = *known;
        else if (list.kind == SW_VALUE_ARRAY && list.array->count == 1)
            element = sw_value_content(list.array->entries[0].value);
        else if (list.kind == SW_VALUE_ARRAY)
            element.origin |= SW_WAS_TRICKED & (list.origin | (list.array->count > 1 ? ~0u : 0));
        struct sw_value key =
            sw_value_unknown(list.origin & SW_FROM_OUTSIDE ? SW_FROM_REQUEST | SW_IS_KEYS : 0, list.at);
        if (f->operand_count >= frame->operands + 3)
            sw_flow_assign(f, &f->operands[f->operand_count - 2], key);
        sw_flow_assign(f, &to, element);
    }
    sw_flow_drop_frame(f);
    condition_done(f);
}

void sw_flow_close_parens(struct sw_flow *f)
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
        sw_flow_drop_frame(f);
        condition_done(f);
        return;
    case SW_FRAME_ASK:
        (void)end_operand(f);
        sw_flow_drop_frame(f);
        f->have = false;
        sw_flow_push(f, sw_value_unknown(0, 0));
        return;
    case SW_FRAME_GROUP: {
        bool any = end_operand(f);
        struct sw_value value = any ? sw_flow_pop(f) : sw_value_unknown(0, 0);
        sw_flow_drop_frame(f);
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
        sw_flow_drop_frame(f);
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
    sw_flow_reduce(f, SW_RANK_NONE);
    f->operand_count = frame->operands;
    f->operator_count = frame->operators;
    frame->loose = 0;
    f->have = f->makes = false;
    f->expects = 0;
}

void sw_flow_open_brace(struct sw_flow *f)
{
    const struct sw_tok *token = sw_flow_token(f, 0);
    /* $text{0} of old PHP: directly behind a variable. */
    const struct sw_tok *before = f->pos > 0 ? &f->unit->tokens[f->pos - 1] : token;
    bool indexed = before->kind == SW_TOK_VAR || sw_tok_is(before, SW_OP_RBRACKET);
    if (f->have && f->language->sigils && indexed && before->at + before->len == token->at) {
        sw_flow_open(f, SW_FRAME_INDEX);
        return;
    }
    /* new String[] {"a", "b"} and = {"a", "b"} of Java and C#. */
    if (!f->language->sigils && f->have && sw_tok_is(before, SW_OP_RBRACKET)) {
        (void)sw_flow_pop(f);
        f->have = false;
        open_array(f, SW_FRAME_ARRAY, false);
        return;
    }
    if (!f->language->sigils && !f->have && (sw_tok_is(before, SW_OP_ASSIGN) || sw_flow_frame(f)->kind == SW_FRAME_ARRAY)) {
        open_array(f, SW_FRAME_ARRAY, false);
        return;
    }
    if (sw_tok_is(before, SW_OP_DOLLAR)) {
        sw_flow_open(f, SW_FRAME_GROUP);
        return;
    }
    sw_flow_open(f, SW_FRAME_BLOCK);
    sw_flow_frame(f)->depth++;
}

void sw_flow_close_brace(struct sw_flow *f)
{
    const struct sw_frame *frame = sw_flow_frame(f);
    if (frame->kind != SW_FRAME_BLOCK && frame->token < f->unit->count &&
        sw_tok_is(&f->unit->tokens[frame->token], SW_OP_LBRACE)) {
        sw_flow_close_parens(f);
        return;
    }
    close_to_block(f);
    sw_flow_end_statement(f);
    if (f->frame_count > 1 && sw_flow_frame(f)->token != UINT32_MAX) { /* the frame that sw_flow_read() made stays */
        sw_flow_drop_frame(f);
        if (sw_flow_frame(f)->kind == SW_FRAME_BLOCK) {
            sw_flow_frame(f)->loose = 0;
            f->have = false;
        } else {
            f->have = f->operand_count > sw_flow_frame(f)->operands;
        }
    }
}

void sw_flow_comma(struct sw_flow *f)
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
        sw_flow_reduce(f, SW_RANK_NONE);
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
