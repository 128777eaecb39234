/*
 * evtx_run.c - runs programs over the values of a record, and so fills the event.
 *
 * Values may hold BinXML themselves: each such piece, and each template instance, is a frame on a stack of bounded
 * height. What a record may cost is bounded in steps and in text, because templates can multiply.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/evtx_priv.h"

static const char too_large[] = "record expands beyond the limit";
static const struct sw_evtx_text any_text = {NULL, SW_STRING, 0};
static const struct sw_evtx_text plain_text = {NULL, SW_STRING, SW_FIELD_PLAIN};
static const char too_deep[] = "BinXML nested too deeply";

struct frame {
    const struct sw_evtx_op *at;
    const struct sw_evtx_op *end;
    const struct sw_evtx_value *values;
    uint32_t count; /* of values */
    uint32_t depth; /* elements around it */
};

/* A field name that a value gave. */
struct name {
    sw_field_id id;
    struct sw_str more; /* when there was no id left: the name */
};

struct sw_evtx_runner {
    struct sw_evtx_compiler *compiler;
    struct sw_evtx_cache *cache;
    const uint8_t *chunk;
    size_t chunk_len;
    struct frame frames[SW_MAX_XML_DEPTH];
    uint32_t frame_count;
    struct name names[SW_MAX_XML_DEPTH + 1];
    uint32_t steps;
    char *out; /* room for texts: out..limit, taken from the record's arena in pieces */
    char *limit;
    size_t text_left; /* bytes that may yet be taken */
};

enum { TEXT_PIECE = 32768 };

struct sw_evtx_runner *sw_evtx_runner_new(void)
{
    struct sw_evtx_runner *r = sw_alloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->compiler = sw_evtx_compiler_new();
    r->cache = sw_evtx_cache_new();
    if (r->compiler == NULL || r->cache == NULL) {
        sw_evtx_runner_free(r);
        return NULL;
    }
    return r;
}

void sw_evtx_runner_free(struct sw_evtx_runner *r)
{
    if (r == NULL)
        return;
    sw_evtx_compiler_free(r->compiler);
    sw_evtx_cache_free(r->cache);
    sw_free(r);
}

void sw_evtx_runner_chunk(struct sw_evtx_runner *r, const uint8_t *chunk, size_t len)
{
    r->chunk = chunk;
    r->chunk_len = len;
    sw_evtx_cache_chunk(r->cache);
}

/* --- frames ----------------------------------------------------------------------------------------------- */

static const struct sw_evtx_value null_value = {0};

/* Room for `count` values, counted as steps. */
static const char *value_room(struct sw_evtx_runner *r, struct sw_arena *arena, size_t count,
                              struct sw_evtx_value **values)
{
    r->steps += (uint32_t)count;
    if (r->steps > SW_MAX_EVTX_STEPS)
        return too_large;
    *values = sw_arena_raw(arena, count * sizeof **values, _Alignof(struct sw_evtx_value));
    return *values == NULL ? sw_evtx_no_memory : NULL;
}

/* There are at least program->values of the values: what a record lacks is null. */
static const char *push(struct sw_evtx_runner *r, const struct sw_evtx_program *program,
                        const struct sw_evtx_value *values, uint32_t count, uint32_t depth)
{
    if (r->frame_count == SW_MAX_XML_DEPTH || depth + program->depth > SW_MAX_XML_DEPTH)
        return too_deep;
    r->steps += program->count;
    if (r->steps > SW_MAX_EVTX_STEPS)
        return too_large;
    r->frames[r->frame_count++] = (struct frame){program->ops, program->ops + program->count, values, count, depth};
    return NULL;
}

/* Reads the values whose descriptors (a size and a type each) begin at chunk[at] and whose bytes follow; `room` of them
 * are made. There are as many descriptors; *after is where the values' bytes end, which may be beyond anything. */
static const char *read_values(const uint8_t *chunk, size_t at, uint32_t count, uint32_t room,
                               struct sw_evtx_value *values, size_t *after)
{
    const uint8_t *descriptor = chunk + at;
    uint32_t data = (uint32_t)at + count * 4;
    bool known = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bits = sw_evtx_u32(descriptor + (size_t)i * 4);
        values[i] = sw_evtx_described(data, bits);
        known &= sw_evtx_type_known[(uint8_t)(bits >> 16)];
        data += (uint16_t)bits;
    }
    for (uint32_t i = count; i < room; i++)
        values[i] = null_value;
    *after = data;
    return known ? NULL : "value of unknown type";
}

/* Runs the template instance at chunk[at..end), behind its token. If `alone` is given it is set to whether nothing
 * follows but the end; if something does, nothing is pushed. */
static const char *push_instance(struct sw_evtx_runner *r, struct sw_arena *arena, size_t at, size_t end,
                                 uint8_t context, uint32_t depth, bool *alone)
{
    uint32_t definition;
    const struct sw_evtx_program *program;
    const char *why = sw_evtx_instance(r->chunk, r->chunk_len, at, end, &definition, &at);
    if (why == NULL && (end - at < 4 || sw_evtx_u32(r->chunk + at) > (end - at - 4) / 4))
        why = sw_evtx_broken;
    if (why == NULL)
        why = sw_evtx_cache_get(r->cache, r->compiler, r->chunk, r->chunk_len, definition, context, arena, &program);
    if (why != NULL)
        return why;
    uint32_t count = sw_evtx_u32(r->chunk + at);
    uint32_t room = count > program->values ? count : program->values;
    struct sw_evtx_value *values;
    size_t after;
    why = value_room(r, arena, room, &values);
    if (why == NULL)
        why = read_values(r->chunk, at + 4, count, room, values, &after);
    if (why != NULL)
        return why;
    if (after > end)
        return "values longer than the record";
    if (alone != NULL) {
        *alone = after == end || r->chunk[after] == 0;
        if (!*alone)
            return NULL;
    }
    return push(r, program, values, room, depth);
}

/* Runs elements that are no template, with the outer frame's values within their reach. */
static const char *push_elements(struct sw_evtx_runner *r, struct sw_arena *arena, const struct sw_evtx_source *source,
                                 uint32_t depth)
{
    struct sw_evtx_program program;
    const char *why = sw_evtx_compile(r->compiler, source, arena, &program);
    if (why != NULL)
        return why;
    const struct frame *outer = r->frame_count > 0 ? &r->frames[r->frame_count - 1] : NULL;
    if (outer != NULL && outer->count >= program.values)
        return push(r, &program, outer->values, outer->count, depth);
    struct sw_evtx_value *values;
    why = value_room(r, arena, program.values, &values);
    for (uint32_t i = 0; i < program.values && why == NULL; i++)
        values[i] = outer != NULL && i < outer->count ? outer->values[i] : null_value;
    return why != NULL ? why : push(r, &program, values, program.values, depth);
}

/* Runs a stretch of BinXML. Nearly all are a single template instance, which needs no program of its own. */
static const char *push_stream(struct sw_evtx_runner *r, struct sw_arena *arena, size_t at, size_t end, uint8_t context,
                               uint32_t depth)
{
    enum { FRAGMENT = 0x0f, INSTANCE = 0x0c, FRAGMENT_SIZE = 4 };
    if (at == end || r->chunk[at] == 0)
        return NULL;
    size_t first = r->chunk[at] == FRAGMENT && end - at > FRAGMENT_SIZE ? at + FRAGMENT_SIZE : at;
    if (r->chunk[first] == INSTANCE) {
        bool alone;
        const char *why = push_instance(r, arena, first + 1, end, context, depth, &alone);
        if (why != NULL || alone)
            return why;
    }
    struct sw_evtx_source source = {.chunk = r->chunk,
                                    .chunk_len = r->chunk_len,
                                    .start = at,
                                    .end = end,
                                    .context = (enum sw_evtx_context)context};
    return push_elements(r, arena, &source, depth);
}

static const char *push_value(struct sw_evtx_runner *r, struct sw_arena *arena, const struct sw_evtx_op *op,
                              struct sw_evtx_value value, uint32_t depth)
{
    return push_stream(r, arena, sw_evtx_at(value), (size_t)sw_evtx_at(value) + sw_evtx_len(value), op->context,
                       depth + op->depth);
}

/* --- fields ----------------------------------------------------------------------------------------------- */

static inline struct sw_evtx_value value_of(const struct frame *f, uint16_t index)
{
    return f->values[index];
}

static const char *more_room(struct sw_evtx_runner *r, struct sw_arena *arena, size_t size)
{
    size_t piece = size > TEXT_PIECE ? size : TEXT_PIECE;
    if (piece > r->text_left)
        return too_large;
    r->out = sw_arena_bytes(arena, piece);
    if (r->out == NULL) {
        r->limit = NULL;
        return sw_evtx_no_memory;
    }
    r->text_left -= piece;
    r->limit = r->out + piece;
    return NULL;
}

/* Makes room for `size` bytes at r->out. */
static inline const char *text_room(struct sw_evtx_runner *r, struct sw_arena *arena, size_t size)
{
    return (size_t)(r->limit - r->out) >= size ? NULL : more_room(r, arena, size);
}

/* The text from r->out to `end`, whose room is used up by it. */
static inline struct sw_str text_done(struct sw_evtx_runner *r, char *end)
{
    struct sw_str text = {r->out, (size_t)(end - r->out)};
    r->out = end;
    return text;
}

/* "name=value", for a field whose name has no id. */
static const char *add_more(struct sw_evtx_runner *r, struct sw_decode *d, struct sw_str name, struct sw_str value)
{
    const char *why = text_room(r, d->arena, name.len + 1 + value.len);
    if (why != NULL)
        return why;
    char *end = r->out;
    memcpy(end, name.ptr, name.len);
    end += name.len;
    *end++ = '=';
    if (value.len > 0)
        memcpy(end, value.ptr, value.len);
    sw_event_add_str(&d->event, SW_FIELD_MORE, text_done(r, end + value.len));
    return NULL;
}

/* What an operation with flags does with its field's text. */
static const char *add_flagged(struct sw_evtx_runner *r, struct sw_decode *d, const struct sw_evtx_op *op,
                               uint32_t depth, struct sw_evtx_text kind, struct sw_str text)
{
    bool zoned;
    uint64_t number;
    int64_t time;
    if ((op->flags & SW_EVTX_OMIT_EMPTY) && text.len == 0)
        return NULL;
    if ((op->flags & SW_EVTX_IS_TIME) && sw_time_iso(text, &time, &zoned) == 0)
        d->event.time = time;
    if ((op->flags & SW_EVTX_IS_RECORD) && sw_str_u64(text, &number) == 0 && number != 0)
        d->event.record = number;
    sw_field_id id = op->field;
    struct sw_str more = op->text;
    bool is_more = op->code != SW_EVTX_OP_TEXT && (op->flags & SW_EVTX_IS_MORE);
    if (op->flags & SW_EVTX_NAMED) {
        id = r->names[depth + op->depth].id;
        more = r->names[depth + op->depth].more;
        is_more = more.ptr != NULL;
    }
    if (is_more)
        return add_more(r, d, more, text);
    sw_event_add_known(&d->event, id, (enum sw_type)kind.type, kind.flags, text.ptr, text.len);
    return NULL;
}

static inline const char *add(struct sw_evtx_runner *r, struct sw_decode *d, const struct sw_evtx_op *op,
                              uint32_t depth, struct sw_evtx_text kind, struct sw_str text)
{
    if ((op->flags & SW_EVTX_SPECIAL) != 0)
        return add_flagged(r, d, op, depth, kind, text);
    sw_event_add_known(&d->event, op->field, (enum sw_type)kind.type, kind.flags, text.ptr, text.len);
    return NULL;
}

/* One field of one value that is no array. */
static inline const char *add_scalar(struct sw_evtx_runner *r, struct sw_decode *d, const struct sw_evtx_op *op,
                                     uint32_t depth, struct sw_evtx_value value)
{
    const char *why = text_room(r, d->arena, sw_evtx_value_room(value));
    if (why != NULL)
        return why;
    struct sw_evtx_text kind = sw_evtx_value_put(r->out, r->chunk, r->chunk_len, value);
    return add(r, d, op, depth, kind, text_done(r, kind.end));
}

static const char *add_array(struct sw_evtx_runner *r, struct sw_decode *d, const struct sw_evtx_op *op, uint32_t depth,
                             struct sw_evtx_value array)
{
    const char *why = NULL;
    struct sw_evtx_value item;
    for (size_t done = 0; why == NULL && sw_evtx_array_next(r->chunk, array, &done, &item);) {
        if (++r->steps > SW_MAX_EVTX_STEPS)
            return too_large;
        why = add_scalar(r, d, op, depth, item);
    }
    return why;
}

/* --- texts of several pieces ------------------------------------------------------------------------------ */

/* Room for a value within a joined text. */
static size_t piece_room(const struct sw_evtx_runner *r, struct sw_evtx_value value)
{
    if ((sw_evtx_type(value) & SW_EVTX_ARRAY) == 0)
        return sw_evtx_value_room(value);
    size_t room = 0;
    struct sw_evtx_value item;
    for (size_t done = 0; sw_evtx_array_next(r->chunk, value, &done, &item);)
        room += sw_evtx_value_room(item) + 2;
    return room;
}

/* A value within a joined text; BinXML gives none, an array its items with commas. */
static char *put_piece(const struct sw_evtx_runner *r, char *out, struct sw_evtx_value value)
{
    if (sw_evtx_type(value) == SW_EVTX_BINXML || sw_evtx_type(value) == SW_EVTX_NULL)
        return out;
    if ((sw_evtx_type(value) & SW_EVTX_ARRAY) == 0)
        return sw_evtx_value_put(out, r->chunk, r->chunk_len, value).end;
    struct sw_evtx_value item;
    for (size_t done = 0, n = 0; sw_evtx_array_next(r->chunk, value, &done, &item); n++) {
        if (n > 0) {
            memcpy(out, ", ", 2);
            out += 2;
        }
        out = sw_evtx_value_put(out, r->chunk, r->chunk_len, item).end;
    }
    return out;
}

/* The text of the `op->count` pieces behind op; the piece `array` stands for `item` if it isn't NULL. */
static const char *join(struct sw_evtx_runner *r, struct sw_arena *arena, const struct frame *f,
                        const struct sw_evtx_op *op, const struct sw_evtx_op *array, struct sw_evtx_value item,
                        struct sw_str *text)
{
    const struct sw_evtx_op *end = op + 1 + op->count;
    r->steps += op->count;
    size_t room = 1;
    for (const struct sw_evtx_op *piece = op + 1; piece < end; piece++)
        room += piece->code == SW_EVTX_PIECE_TEXT ? piece->text.len
                                                  : piece_room(r, piece == array ? item : value_of(f, piece->index));
    const char *why = text_room(r, arena, room);
    if (why != NULL)
        return why;
    char *at = r->out;
    for (const struct sw_evtx_op *piece = op + 1; piece < end; piece++) {
        if (piece->code == SW_EVTX_PIECE_VALUE) {
            at = put_piece(r, at, piece == array ? item : value_of(f, piece->index));
        } else if (piece->text.len > 0) {
            memcpy(at, piece->text.ptr, piece->text.len);
            at += piece->text.len;
        }
    }
    *text = text_done(r, at);
    return NULL;
}

static const char *run_join(struct sw_evtx_runner *r, struct sw_decode *d, const struct frame *f,
                            const struct sw_evtx_op *op)
{
    const struct sw_evtx_op *array = NULL;
    bool holds_elements = false;
    for (uint32_t i = 0; i < op->count; i++) {
        uint8_t type =
            op[1 + i].code == SW_EVTX_PIECE_VALUE ? sw_evtx_type(value_of(f, op[1 + i].index)) : SW_EVTX_NULL;
        holds_elements = holds_elements || type == SW_EVTX_BINXML;
        if (array == NULL && (type & SW_EVTX_ARRAY))
            array = &op[1 + i];
    }
    struct sw_str text;
    const char *why = NULL;
    if (array == NULL) {
        why = join(r, d->arena, f, op, NULL, null_value, &text);
        if (why != NULL || (holds_elements && text.len == 0))
            return why;
        return add(r, d, op, f->depth, any_text, text);
    }
    struct sw_evtx_value item;
    for (size_t done = 0; why == NULL && sw_evtx_array_next(r->chunk, value_of(f, array->index), &done, &item);) {
        if (r->steps > SW_MAX_EVTX_STEPS)
            return too_large;
        why = join(r, d->arena, f, op, array, item, &text);
        if (why == NULL)
            why = add(r, d, op, f->depth, any_text, text);
    }
    return why;
}

static const char *run_name(struct sw_evtx_runner *r, struct sw_decode *d, const struct frame *f,
                            const struct sw_evtx_op *op)
{
    struct sw_str text;
    const char *why = join(r, d->arena, f, op, NULL, null_value, &text);
    if (why != NULL)
        return why;
    char *plain = sw_arena_bytes(d->arena, text.len + 1);
    if (plain == NULL)
        return sw_evtx_no_memory;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ')
            plain[len++] = text.ptr[i];
    struct sw_str stripped = {plain, len};
    struct name *name = &r->names[f->depth + op->depth];
    *name = (struct name){len > 0 ? sw_evtx_field_id(r->compiler, stripped) : SW_FIELD_DATA, {NULL, 0}};
    if (name->id == SW_FIELD_MORE && !sw_str_is(stripped, "_more"))
        name->more = stripped;
    return NULL;
}

/* --- the loop --------------------------------------------------------------------------------------------- */

/* The time or the number of the record, when its value has the usual type: what is left is an ordinary field. */
static uint8_t take_special(const struct sw_evtx_runner *r, struct sw_decode *d, const struct sw_evtx_op *op,
                            struct sw_evtx_value value)
{
    if (sw_evtx_len(value) != 8)
        return op->flags;
    uint64_t number = sw_evtx_u64(r->chunk + sw_evtx_at(value));
    if ((op->flags & SW_EVTX_IS_TIME) && sw_evtx_type(value) == SW_EVTX_FILETIME) {
        if (number != 0)
            d->event.time = sw_time_filetime(number);
        return op->flags & (uint8_t)~SW_EVTX_IS_TIME;
    }
    if ((op->flags & SW_EVTX_IS_RECORD) && sw_evtx_type(value) == SW_EVTX_UINT64) {
        if (number != 0)
            d->event.record = number;
        return op->flags & (uint8_t)~SW_EVTX_IS_RECORD;
    }
    return op->flags;
}

/* A value in an element or attribute of its own. Sets *pushed when it was BinXML. */
static const char *run_value(struct sw_evtx_runner *r, struct sw_decode *d, const struct frame *f,
                             const struct sw_evtx_op *op, bool *pushed)
{
    struct sw_evtx_value value = value_of(f, op->index);
    if (sw_evtx_type(value) == SW_EVTX_NULL) {
        if (op->flags & SW_EVTX_OMIT_NULL)
            return NULL;
        return add(r, d, op, f->depth, any_text, SW_STR(""));
    }
    if (sw_evtx_type(value) == SW_EVTX_BINXML) {
        *pushed = true;
        return push_value(r, d->arena, op, value, f->depth);
    }
    if (sw_evtx_type(value) & SW_EVTX_ARRAY)
        return add_array(r, d, op, f->depth, value);
    if (op->code == SW_EVTX_OP_FIELD)
        return add_scalar(r, d, op, f->depth, value);
    struct sw_evtx_op plain = *op;
    plain.flags = take_special(r, d, op, value);
    return add_scalar(r, d, &plain, f->depth, value);
}

/* Any operation, in full. */
static const char *run_op(struct sw_evtx_runner *r, struct sw_decode *d, struct frame *f, const struct sw_evtx_op *op,
                          bool *pushed)
{
    switch (op->code) {
    case SW_EVTX_OP_TEXT:
        return add(r, d, op, f->depth, op->flags & SW_EVTX_IS_PLAIN ? plain_text : any_text, op->text);
    case SW_EVTX_OP_FIELD:
    case SW_EVTX_OP_VALUE:
        return run_value(r, d, f, op, pushed);
    case SW_EVTX_OP_NEST:
        if (sw_evtx_type(value_of(f, op->index)) != SW_EVTX_BINXML)
            return NULL;
        *pushed = true;
        return push_value(r, d->arena, op, value_of(f, op->index), f->depth);
    case SW_EVTX_OP_GUARD:
        f->at += sw_evtx_type(value_of(f, op->index)) == SW_EVTX_NULL ? op->count : 0;
        return NULL;
    case SW_EVTX_OP_JOIN:
        f->at += op->count;
        return run_join(r, d, f, op);
    case SW_EVTX_OP_NAME:
        f->at += op->count;
        return run_name(r, d, f, op);
    case SW_EVTX_OP_INSTANCE:
        *pushed = true;
        return push_instance(r, d->arena, op->count, op->end, op->context, f->depth + op->depth, NULL);
    default:
        return NULL;
    }
}

/* Whether a value is one text, of a type that needs no second look. */
static inline bool is_usual(struct sw_evtx_value value)
{
    return (uint8_t)(sw_evtx_type(value) - 1) < SW_EVTX_BINXML - 1;
}

/* Runs the operations from f->at on as far as they are of the frequent kinds: a value or a constant text becomes a
 * plain field, a null value none or takes others with it. Stops as well where room has to be made. The frame's, event's
 * and runner's state is held in locals, for every byte written might change it in the compiler's eyes. */
static void run_frequent(struct sw_evtx_runner *r, struct sw_event *event, struct frame *f)
{
    const struct sw_evtx_op *op = f->at;
    const struct sw_evtx_op *end = f->end;
    const struct sw_evtx_value *values = f->values;
    const uint8_t *chunk = r->chunk;
    size_t chunk_len = r->chunk_len;
    char *out = r->out;
    const char *limit = r->limit;
    struct sw_field *fields = event->fields;
    uint32_t count = event->count;
    uint32_t cap = event->cap;
    for (; op < end && count < cap; op++) {
        struct sw_evtx_value value = values[op->index];
        if (op->code == SW_EVTX_OP_FIELD && is_usual(value)) {
            if ((size_t)(limit - out) < sw_evtx_value_room(value))
                break;
            struct sw_evtx_text text = sw_evtx_value_put(out, chunk, chunk_len, value);
            fields[count++] = (struct sw_field){op->field, (uint32_t)(text.end - out), out, text.type, text.flags};
            out = text.end;
        } else if (op->code == SW_EVTX_OP_TEXT && (op->flags & SW_EVTX_SPECIAL) == 0) {
            uint8_t flags = op->flags & SW_EVTX_IS_PLAIN ? SW_FIELD_PLAIN : 0;
            fields[count++] = (struct sw_field){op->field, (uint32_t)op->text.len, op->text.ptr, SW_STRING, flags};
        } else if (op->code == SW_EVTX_OP_GUARD) {
            op += sw_evtx_type(value) == SW_EVTX_NULL ? op->count : 0;
        } else if (op->code != SW_EVTX_OP_FIELD || sw_evtx_type(value) != SW_EVTX_NULL ||
                   !(op->flags & SW_EVTX_OMIT_NULL)) {
            break;
        }
    }
    f->at = op;
    r->out = out;
    event->count = count;
}

/* Runs the topmost frame until it ends or another one comes on top. */
static const char *run_frame(struct sw_evtx_runner *r, struct sw_decode *d)
{
    struct frame *f = &r->frames[r->frame_count - 1];
    while (f->at < f->end) {
        run_frequent(r, &d->event, f);
        if (f->at == f->end)
            break;
        bool pushed = false;
        const struct sw_evtx_op *op = f->at++;
        const char *why = run_op(r, d, f, op, &pushed);
        if (why != NULL || pushed)
            return why;
    }
    r->frame_count--;
    return NULL;
}

const char *sw_evtx_run(struct sw_evtx_runner *r, struct sw_decode *d, size_t start, size_t end)
{
    sw_evtx_cache_tidy(r->cache);
    r->steps = 0;
    r->text_left = SW_MAX_RECORD;
    r->out = NULL;
    r->limit = NULL;
    r->frame_count = 0;
    const char *why = push_stream(r, d->arena, start, end, SW_EVTX_IN_DOCUMENT, 0);
    while (why == NULL && r->frame_count > 0)
        why = run_frame(r, d);
    return why;
}
