/* evtx_build.c - which fields the elements and attributes of an event become, as operations. Knows no BinXML. */
#include "decode/evtx_build.h"

#include "base/error.h"
#include "base/mem.h"

/* More than any chunk can ask for: an operation takes at least three bytes of BinXML. */
enum { MAX_OPS = SW_EVTX_CHUNK, MAX_PIECES = SW_EVTX_CHUNK };

void sw_evtx_build_init(struct sw_evtx_builder *b)
{
    *b = (struct sw_evtx_builder){0};
    sw_map_init(&b->ids, SW_MAX_FIELD_NAMES, (size_t)SW_MAX_FIELD_NAMES * SW_MAX_FIELD_NAME);
}

void sw_evtx_build_fini(struct sw_evtx_builder *b)
{
    sw_map_fini(&b->ids);
    sw_free(b->ops);
    sw_free(b->pieces);
}

void sw_evtx_build_start(struct sw_evtx_builder *b, enum sw_evtx_context context, struct sw_arena *arena)
{
    b->arena = arena;
    b->context = (uint8_t)context;
    b->op_count = 0;
    b->piece_count = 0;
    b->depth = 0;
    b->deepest = 0;
    b->in_tag = false;
    b->in_attribute = false;
}

static struct sw_evtx_element *innermost(struct sw_evtx_builder *b)
{
    return b->depth > 0 ? &b->stack[b->depth - 1] : NULL;
}

/* The pieces from one on; NULL while there never were any. */
static const struct sw_evtx_piece *pieces_from(const struct sw_evtx_builder *b, size_t first)
{
    return b->pieces != NULL ? b->pieces + first : NULL;
}

/* --- operations and names --------------------------------------------------------------------------------- */

static const char *add_op(struct sw_evtx_builder *b, const struct sw_evtx_op *op)
{
    int rc = sw_grow(&b->ops, &b->op_cap, b->op_count, sizeof *b->ops, MAX_OPS);
    if (rc != 0)
        return rc == SW_E_NOMEM ? sw_evtx_no_memory : sw_evtx_broken;
    b->ops[b->op_count++] = *op;
    return NULL;
}

sw_field_id sw_evtx_build_field(struct sw_evtx_builder *b, struct sw_str name)
{
    uint32_t id;
    if (name.len == 0)
        return SW_FIELD_DATA; /* damage: elements have names */
    if (sw_map_get(&b->ids, name, &id))
        return id;
    id = sw_field_intern(name);
    if (id != SW_FIELD_MORE)
        (void)sw_map_put(&b->ids, name, id); /* no room: it is asked for again */
    return id;
}

/* Up to three parts as one text. ptr NULL: no memory. */
static struct sw_str joined(struct sw_evtx_builder *b, struct sw_str first, struct sw_str second, struct sw_str third)
{
    char *text = sw_arena_bytes(b->arena, first.len + second.len + third.len + 1);
    if (text == NULL)
        return (struct sw_str){NULL, 0};
    const struct sw_str parts[] = {first, second, third};
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len > 0)
            memcpy(text + at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return (struct sw_str){text, at};
}

static bool all_text(const struct sw_evtx_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pieces[i].is_value)
            return false;
    return true;
}

/* ptr NULL: no memory. */
static struct sw_str join_text(struct sw_evtx_builder *b, const struct sw_evtx_piece *pieces, size_t count)
{
    if (count == 1)
        return pieces[0].text;
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += pieces[i].text.len;
    char *text = sw_arena_bytes(b->arena, total + 1);
    if (text == NULL)
        return (struct sw_str){NULL, 0};
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].text.len > 0)
            memcpy(text + at, pieces[i].text.ptr, pieces[i].text.len);
        at += pieces[i].text.len;
    }
    return (struct sw_str){text, at};
}

/* Adds `op` and the pieces behind it. */
static const char *add_join(struct sw_evtx_builder *b, const struct sw_evtx_op *op, const struct sw_evtx_piece *pieces,
                            size_t count)
{
    struct sw_evtx_op head = *op;
    head.count = (uint32_t)count;
    const char *why = add_op(b, &head);
    for (size_t i = 0; i < count && why == NULL; i++)
        why = add_op(b, &(struct sw_evtx_op){.code = pieces[i].is_value ? SW_EVTX_PIECE_VALUE : SW_EVTX_PIECE_TEXT,
                                             .index = pieces[i].index,
                                             .text = pieces[i].text});
    return why;
}

/* Adds `op` with a copy of its text that can be read in blocks. */
static const char *add_text_op(struct sw_evtx_builder *b, struct sw_evtx_op *op, struct sw_str text)
{
    char *copy = sw_arena_bytes(b->arena, text.len + SW_FIELD_BLOCK);
    if (copy == NULL)
        return sw_evtx_no_memory;
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    memset(copy + text.len, 0, SW_FIELD_BLOCK);
    op->text = (struct sw_str){copy, text.len};
    op->flags |= sw_evtx_is_plain(copy, text.len) ? SW_EVTX_IS_PLAIN : 0;
    return add_op(b, op);
}

/* The operations that give `op`'s field the text of the pieces. `op` has its field, flags, context and depth; `name`
 * is what the field is called. */
static const char *add_field(struct sw_evtx_builder *b, struct sw_evtx_op *op, struct sw_str name,
                             const struct sw_evtx_piece *pieces, size_t count)
{
    if ((op->flags & SW_EVTX_NAMED) == 0) {
        op->field = sw_evtx_build_field(b, name);
        if (op->field == SW_FIELD_MORE && !sw_str_is(name, "_more")) {
            op->flags |= SW_EVTX_IS_MORE;
            op->text = name;
        }
    }
    if (all_text(pieces, count)) {
        struct sw_str text = join_text(b, pieces, count);
        if (text.ptr == NULL)
            return sw_evtx_no_memory;
        if ((op->flags & SW_EVTX_OMIT_EMPTY) && text.len == 0)
            return NULL;
        if (op->flags & SW_EVTX_IS_MORE) {
            text = joined(b, name, SW_STR("="), text);
            if (text.ptr == NULL)
                return sw_evtx_no_memory;
        }
        op->code = SW_EVTX_OP_TEXT;
        return add_text_op(b, op, text);
    }
    if (count == 1) {
        op->code = SW_EVTX_OP_FIELD;
        op->index = pieces[0].index;
        if (pieces[0].is_optional)
            op->flags |= SW_EVTX_OMIT_NULL;
        return add_op(b, op);
    }
    op->code = SW_EVTX_OP_JOIN;
    return add_join(b, op, pieces, count);
}

/* Puts a guard before operation `at`: the ones from there on are skipped when the value is null. */
static const char *insert_guard(struct sw_evtx_builder *b, size_t at, uint16_t index)
{
    const char *why = add_op(b, &(struct sw_evtx_op){.code = SW_EVTX_OP_GUARD});
    if (why != NULL)
        return why;
    memmove(&b->ops[at + 1], &b->ops[at], (b->op_count - 1 - at) * sizeof *b->ops);
    b->ops[at] =
        (struct sw_evtx_op){.code = SW_EVTX_OP_GUARD, .index = index, .count = (uint32_t)(b->op_count - 1 - at)};
    return NULL;
}

/* --- what elements mean ----------------------------------------------------------------------------------- */

static bool is_structural(uint8_t context, struct sw_str name)
{
    static const char *const parts[] = {"System",        "EventData",           "UserData",
                                        "RenderingInfo", "ProcessingErrorData", "DebugData"};
    if (context == SW_EVTX_IN_DOCUMENT)
        return sw_str_is(name, "Event");
    if (context != SW_EVTX_IN_EVENT)
        return false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (sw_str_is(name, parts[i]))
            return true;
    return false;
}

static enum sw_evtx_context inner_context(uint8_t context, struct sw_str name)
{
    switch (context) {
    case SW_EVTX_IN_DOCUMENT:
        return sw_str_is(name, "Event") ? SW_EVTX_IN_EVENT : SW_EVTX_IN_USER;
    case SW_EVTX_IN_EVENT:
        return sw_str_is(name, "System")          ? SW_EVTX_IN_SYSTEM
               : sw_str_is(name, "EventData")     ? SW_EVTX_IN_DATA
               : sw_str_is(name, "RenderingInfo") ? SW_EVTX_IN_RENDERING
                                                  : SW_EVTX_IN_USER;
    case SW_EVTX_IN_RENDERING:
        return SW_EVTX_IN_RENDERING;
    default:
        return SW_EVTX_IN_USER;
    }
}

static bool is_blank(const struct sw_evtx_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pieces[i].is_value || sw_str_trim(pieces[i].text).len > 0)
            return false;
    return true;
}

static const char *add_element_field(struct sw_evtx_builder *b, const struct sw_evtx_element *e)
{
    const struct sw_evtx_piece *pieces = pieces_from(b, e->first_piece);
    size_t count = b->piece_count - e->first_piece;
    bool holder = e->structural || e->is_parent;
    if (holder && is_blank(pieces, count))
        return NULL;
    bool is_data = e->label.ptr != NULL || e->named_by_value || sw_str_is(e->name, "Data");
    if (count == 0 && (e->context == SW_EVTX_IN_SYSTEM || (e->has_attributes && !is_data)))
        return NULL;
    struct sw_evtx_op op = {.context = e->inner, .depth = (uint8_t)b->depth};
    if (holder)
        op.flags |= SW_EVTX_OMIT_NULL | SW_EVTX_OMIT_EMPTY;
    if (e->context == SW_EVTX_IN_SYSTEM)
        op.flags |= SW_EVTX_OMIT_NULL;
    if (e->context == SW_EVTX_IN_SYSTEM && sw_str_is(e->name, "EventRecordID"))
        op.flags |= SW_EVTX_IS_RECORD;
    if (e->named_by_value)
        op.flags |= SW_EVTX_NAMED;
    struct sw_str name = e->label.ptr != NULL ? e->label : e->name;
    if (e->context == SW_EVTX_IN_RENDERING) {
        name = joined(b, SW_STR("Rendering_"), name, SW_STR(""));
        if (name.ptr == NULL)
            return sw_evtx_no_memory;
    }
    for (size_t i = 0; i < count && count > 1; i++) {
        if (!pieces[i].is_value)
            continue;
        const char *why = add_op(
            b, &(struct sw_evtx_op){
                   .code = SW_EVTX_OP_NEST, .context = e->inner, .depth = (uint8_t)b->depth, .index = pieces[i].index});
        if (why != NULL)
            return why;
    }
    return add_field(b, &op, name, pieces, count);
}

/* An element is left out when a value it depends on, or an optional one of its own content, is null. Elements that
 * hold others are kept: an event without EventData has a null value there. */
static const char *add_guards(struct sw_evtx_builder *b, const struct sw_evtx_element *e)
{
    const struct sw_evtx_piece *pieces = pieces_from(b, e->first_piece);
    size_t count = b->piece_count - e->first_piece;
    bool depends = e->dependency != SW_EVTX_NO_DEPENDENCY;
    const struct sw_evtx_op *only = b->op_count == e->first_op + 1 ? &b->ops[e->first_op] : NULL;
    if (only != NULL && only->code == SW_EVTX_OP_FIELD && (only->flags & SW_EVTX_OMIT_NULL)) {
        count = 0; /* that operation heeds its value itself */
        depends = depends && only->index != e->dependency;
    }
    const char *why = NULL;
    for (size_t i = 0; i < count && !e->structural && !e->is_parent && why == NULL; i++)
        if (pieces[i].is_optional && !(depends && pieces[i].index == e->dependency))
            why = insert_guard(b, e->first_op, pieces[i].index);
    return why == NULL && depends ? insert_guard(b, e->first_op, e->dependency) : why;
}

/* --- attributes ------------------------------------------------------------------------------------------- */

/* The text without its spaces; ptr NULL: no memory. */
static struct sw_str without_spaces(struct sw_evtx_builder *b, struct sw_str text)
{
    char *out = sw_arena_bytes(b->arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len && out != NULL; i++)
        if (text.ptr[i] != ' ')
            out[len++] = text.ptr[i];
    return (struct sw_str){out, len};
}

/* The Name of a Data element: what its field is called. */
static const char *name_element(struct sw_evtx_builder *b, struct sw_evtx_element *e,
                                const struct sw_evtx_piece *pieces, size_t count)
{
    if (!all_text(pieces, count)) {
        e->named_by_value = true;
        return add_join(b, &(struct sw_evtx_op){.code = SW_EVTX_OP_NAME, .depth = (uint8_t)b->depth}, pieces, count);
    }
    struct sw_str text = join_text(b, pieces, count);
    struct sw_str label = text.ptr != NULL ? without_spaces(b, text) : text;
    if (label.ptr == NULL)
        return sw_evtx_no_memory;
    if (label.len > 0)
        e->label = label;
    return NULL;
}

static const char *add_attribute_field(struct sw_evtx_builder *b, const struct sw_evtx_element *e,
                                       const struct sw_evtx_piece *pieces, size_t count)
{
    struct sw_evtx_op op = {.flags = SW_EVTX_OMIT_NULL, .context = SW_EVTX_IN_USER, .depth = (uint8_t)b->depth};
    struct sw_str element = e->label.ptr != NULL ? e->label : e->name;
    struct sw_str name;
    if (e->context == SW_EVTX_IN_SYSTEM && sw_str_is(e->name, "TimeCreated") && sw_str_is(b->attribute, "SystemTime")) {
        op.flags |= SW_EVTX_IS_TIME;
        name = e->name;
    } else if (e->inner == SW_EVTX_IN_RENDERING && e->context == SW_EVTX_IN_EVENT) {
        name = joined(b, SW_STR("Rendering_"), b->attribute, SW_STR(""));
    } else {
        name = joined(b, element, SW_STR("_"), b->attribute);
        if (e->context == SW_EVTX_IN_RENDERING && name.ptr != NULL)
            name = joined(b, SW_STR("Rendering_"), name, SW_STR(""));
    }
    if (name.ptr == NULL)
        return sw_evtx_no_memory;
    size_t first = b->op_count;
    const char *why = add_field(b, &op, name, pieces, count);
    for (size_t i = 0; i < count && count > 1 && why == NULL; i++)
        if (pieces[i].is_optional)
            why = insert_guard(b, first, pieces[i].index);
    return why;
}

static const char *end_attribute(struct sw_evtx_builder *b)
{
    if (!b->in_attribute)
        return NULL;
    b->in_attribute = false;
    struct sw_evtx_element *e = innermost(b);
    const struct sw_evtx_piece *pieces = pieces_from(b, b->attribute_piece);
    size_t count = b->piece_count - b->attribute_piece;
    b->piece_count = b->attribute_piece;
    if (sw_str_is(b->attribute, "xmlns") || sw_str_starts(b->attribute, SW_STR("xmlns:")))
        return NULL;
    if (sw_str_is(b->attribute, "Name") && (e->context == SW_EVTX_IN_DATA || sw_str_is(e->name, "Data")))
        return name_element(b, e, pieces, count);
    e->has_attributes = true;
    return add_attribute_field(b, e, pieces, count);
}

/* --- the items of the stream ------------------------------------------------------------------------------ */

const char *sw_evtx_build_open(struct sw_evtx_builder *b, struct sw_str name, uint16_t dependency)
{
    if (b->in_tag)
        return sw_evtx_broken;
    if (b->depth == SW_MAX_XML_DEPTH)
        return "BinXML nested too deeply";
    struct sw_evtx_element *parent = innermost(b);
    uint8_t context = parent != NULL ? parent->inner : b->context;
    if (parent != NULL)
        parent->is_parent = true;
    b->stack[b->depth++] = (struct sw_evtx_element){.name = name,
                                                    .first_op = (uint32_t)b->op_count,
                                                    .first_piece = (uint32_t)b->piece_count,
                                                    .dependency = dependency,
                                                    .context = context,
                                                    .inner = (uint8_t)inner_context(context, name),
                                                    .structural = is_structural(context, name)};
    if (b->depth > b->deepest)
        b->deepest = b->depth;
    b->in_tag = true;
    return NULL;
}

const char *sw_evtx_build_attribute(struct sw_evtx_builder *b, struct sw_str name)
{
    if (!b->in_tag)
        return sw_evtx_broken;
    const char *why = end_attribute(b);
    b->in_attribute = true;
    b->attribute = name;
    b->attribute_piece = b->piece_count;
    return why;
}

const char *sw_evtx_build_piece(struct sw_evtx_builder *b, const struct sw_evtx_piece *piece)
{
    if (b->in_tag && !b->in_attribute)
        return sw_evtx_broken;
    if (b->depth == 0)
        return NULL; /* white space between elements */
    int rc = sw_grow(&b->pieces, &b->piece_cap, b->piece_count, sizeof *b->pieces, MAX_PIECES);
    if (rc != 0)
        return rc == SW_E_NOMEM ? sw_evtx_no_memory : sw_evtx_broken;
    b->pieces[b->piece_count++] = *piece;
    return NULL;
}

const char *sw_evtx_build_instance(struct sw_evtx_builder *b, size_t start, size_t end)
{
    if (b->in_tag)
        return sw_evtx_broken;
    struct sw_evtx_element *e = innermost(b);
    if (e != NULL)
        e->is_parent = true;
    return add_op(b, &(struct sw_evtx_op){.code = SW_EVTX_OP_INSTANCE,
                                          .context = e != NULL ? e->inner : b->context,
                                          .depth = (uint8_t)b->depth,
                                          .count = (uint32_t)start,
                                          .end = (uint32_t)end});
}

const char *sw_evtx_build_content(struct sw_evtx_builder *b)
{
    if (!b->in_tag)
        return sw_evtx_broken;
    const char *why = end_attribute(b);
    b->in_tag = false;
    return why;
}

const char *sw_evtx_build_close(struct sw_evtx_builder *b)
{
    if (b->in_tag || b->depth == 0)
        return sw_evtx_broken;
    const struct sw_evtx_element *e = innermost(b);
    const char *why = add_element_field(b, e);
    if (why == NULL)
        why = add_guards(b, e);
    b->piece_count = e->first_piece;
    b->depth--;
    return why;
}

const char *sw_evtx_build_finish(struct sw_evtx_builder *b, struct sw_evtx_program *program)
{
    if (b->in_tag || b->depth > 0)
        return sw_evtx_broken;
    struct sw_evtx_op *ops = sw_arena_raw(b->arena, b->op_count * sizeof *ops, _Alignof(struct sw_evtx_op));
    if (ops == NULL)
        return sw_evtx_no_memory;
    uint32_t values = 0;
    for (size_t i = 0; i < b->op_count; i++) {
        ops[i] = b->ops[i];
        if (ops[i].code == SW_EVTX_OP_FIELD && (ops[i].flags & SW_EVTX_SPECIAL))
            ops[i].code = SW_EVTX_OP_VALUE;
        if (ops[i].index >= values)
            values = ops[i].index + 1u;
    }
    *program = (struct sw_evtx_program){ops, (uint32_t)b->op_count, b->deepest, values};
    return NULL;
}
