/*
 * zeek.c - Zeek's logs in their tab separated form (JSON ones are JSON's).
 *
 * Form: Zeek's documentation, "Zeek Log Formats and Inspection". Columns have names and types; a field that is unset
 * ("-") is left out, as it is in Zeek's JSON; elements of sets and vectors repeat the field; booleans are true and
 * false.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/directives.h"
#include "decode/scan.h"
#include "decode/web.h"

enum { COLUMNS = 512 }; /* Zeek's widest log has about 60; further ones are `extra` */

enum directive { SEPARATOR, SET_SEPARATOR, EMPTY_FIELD, UNSET_FIELD, PATH, FIELDS, TYPES, DIRECTIVES };
static const struct sw_str directive_names[DIRECTIVES] = {
    SW_STR_INIT("#separator"), SW_STR_INIT("#set_separator"), SW_STR_INIT("#empty_field"), SW_STR_INIT("#unset_field"),
    SW_STR_INIT("#path"),      SW_STR_INIT("#fields"),        SW_STR_INIT("#types"),
};
static const struct sw_directives directives = {directive_names, DIRECTIVES};

enum kind { TEXT, NUMBER, BOOLEAN, TIME };

struct column {
    sw_field_id id;
    uint8_t kind; /* enum kind, of the elements if it is a list */
    bool list;
};

struct layout {
    struct column columns[COLUMNS];
    unsigned count;
    char separator;
    char set_separator;
    struct sw_str empty;
    struct sw_str unset;
    sw_class_id class_id;
};

struct state {
    struct layout layout;
    struct sw_buf header; /* the directives that the layout was made of */
    sw_field_id ts;
};

/* --- the layout ----------------------------------------------------------------------------------------- */

/* A separator is written as itself or as \xNN. */
static char separator_of(struct sw_str text, char otherwise)
{
    uint64_t code;
    if (text.len > 2 && text.ptr[0] == '\\' && text.ptr[1] == 'x' && sw_str_hex64(sw_str_from(text, 2), &code) == 0 &&
        code > 0 && code < 128)
        return (char)code;
    return text.len == 1 ? text.ptr[0] : otherwise;
}

/* A directive's value: what stands behind its separator. */
static struct sw_str value_of(struct sw_str header, enum directive which)
{
    return sw_str_from(sw_directive_get(&directives, header, which), 1);
}

static uint8_t kind_of(struct sw_str type)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } kinds[] = {{"count", NUMBER}, {"int", NUMBER},   {"port", NUMBER},    {"double", NUMBER},
                 {"time", TIME},    {"bool", BOOLEAN}, {"interval", NUMBER}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (sw_str_is(type, kinds[i].name))
            return kinds[i].kind;
    return TEXT;
}

static void set_type(struct column *column, struct sw_str type)
{
    size_t open = sw_str_chr(type, '[');
    column->list = open != SW_NPOS && type.ptr[type.len - 1] == ']';
    column->kind = kind_of(column->list ? sw_str_slice(type, open + 1, type.len - 1) : type);
}

/* "zeek/conn", or the general class of Zeek's logs. */
static sw_class_id class_of(const struct sw_classes *classes, struct sw_str path)
{
    char name[64] = "zeek/";
    if (path.len == 0 || path.len > sizeof name - 6)
        return sw_classes_find(classes, SW_STR("zeek"));
    memcpy(name + 5, path.ptr, path.len);
    name[5 + path.len] = '\0';
    return sw_web_class(classes, name, "zeek");
}

static void use_header(struct sw_decode *d, struct state *state)
{
    struct sw_str header = sw_buf_str(&state->header);
    struct layout *layout = &state->layout;
    layout->count = 0;
    layout->separator = separator_of(value_of(header, SEPARATOR), '\t');
    layout->set_separator = separator_of(value_of(header, SET_SEPARATOR), ',');
    layout->empty = value_of(header, EMPTY_FIELD);
    layout->unset = value_of(header, UNSET_FIELD);
    if (layout->empty.len == 0)
        layout->empty = SW_STR("(empty)");
    if (layout->unset.len == 0)
        layout->unset = SW_STR("-");
    layout->class_id = class_of(d->classes, value_of(header, PATH));
    struct sw_str names = value_of(header, FIELDS);
    struct sw_str types = value_of(header, TYPES);
    struct sw_str name;
    struct sw_str type;
    while (names.len > 0 && layout->count < COLUMNS && sw_str_next(&names, layout->separator, &name)) {
        struct column *column = &layout->columns[layout->count++];
        *column = (struct column){.id = name.len > 0 ? sw_field_intern(name) : sw_web_ids()->extra};
        if (types.ptr != NULL && sw_str_next(&types, layout->separator, &type) && type.len > 0)
            set_type(column, type);
        else if (column->id == state->ts)
            column->kind = TIME;
    }
}

/* --- values --------------------------------------------------------------------------------------------- */

/* \xNN and \\ undone; text itself where there is none, or no room. */
static struct sw_str unescape(struct sw_arena *arena, struct sw_str text)
{
    if (sw_scan_chr(text.ptr, text.ptr + text.len, '\\') == text.ptr + text.len)
        return text;
    char *copy = sw_arena_bytes(arena, text.len);
    if (copy == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        size_t left = text.len - i;
        if (c == '\\' && left > 3 && text.ptr[i + 1] == 'x' && sw_hex_digit(text.ptr[i + 2]) >= 0 &&
            sw_hex_digit(text.ptr[i + 3]) >= 0) {
            c = (char)(sw_hex_digit(text.ptr[i + 2]) * 16 + sw_hex_digit(text.ptr[i + 3]));
            i += 3;
        } else if (c == '\\' && left > 1 && text.ptr[i + 1] == '\\') {
            i++;
        }
        copy[len++] = c;
    }
    return sw_strn(copy, len);
}

static void add_value(struct sw_decode *d, const struct layout *layout, const struct column *column, struct sw_str text)
{
    struct sw_event *event = &d->event;
    if (sw_str_eq(text, layout->unset))
        return;
    switch ((enum kind)column->kind) {
    case NUMBER:
    case TIME:
        sw_web_add_number(event, column->id, text);
        break;
    case BOOLEAN:
        if (text.len == 1 && (text.ptr[0] == 'T' || text.ptr[0] == 'F')) {
            struct sw_str word = text.ptr[0] == 'T' ? SW_STR("true") : SW_STR("false");
            sw_event_add(event, column->id, SW_BOOL, word.ptr, word.len);
            break;
        }
        sw_event_add_str(event, column->id, text);
        break;
    case TEXT:
        if (sw_str_eq(text, layout->empty))
            text.len = 0;
        sw_event_add_str(event, column->id, unescape(d->arena, text));
        break;
    }
}

static void add_list(struct sw_decode *d, const struct layout *layout, const struct column *column, struct sw_str text)
{
    if (sw_str_eq(text, layout->empty) || sw_str_eq(text, layout->unset))
        return;
    struct sw_str element;
    while (sw_str_next(&text, layout->set_separator, &element))
        add_value(d, layout, column, element);
}

/* --- records -------------------------------------------------------------------------------------------- */

static int decode_record(struct sw_decode *d, struct state *state, struct sw_str line)
{
    const struct layout *layout = &state->layout;
    const char *at = line.ptr;
    const char *end = at + line.len;
    unsigned column = 0;
    if (layout->count == 0) {
        sw_decode_reject(d, "no #fields before the record");
        return 0;
    }
    for (;;) {
        const char *stop = sw_scan_chr(at, end, layout->separator);
        struct sw_str text = sw_strn(at, (size_t)(stop - at));
        const struct column *c = &layout->columns[column];
        if (column >= layout->count) {
            sw_event_add_str(&d->event, sw_web_ids()->extra, text);
        } else if (c->list) {
            add_list(d, layout, c, text);
        } else {
            add_value(d, layout, c, text);
            if (c->id == state->ts && c->kind == TIME && sw_time_epoch(text, &d->event.time) != 0) {
                d->event.time = SW_TIME_NONE;
                sw_decode_reject(d, "time of no known form");
                return 0;
            }
        }
        column++;
        if (stop == end)
            break;
        at = stop + 1;
    }
    if (column == 1 && layout->count > 1) {
        sw_decode_reject(d, "one column only");
        return 0;
    }
    if (column != layout->count)
        sw_decode_note(d, column < layout->count ? "fewer columns than #fields" : "more columns than #fields");
    d->event.class_id = layout->class_id;
    return sw_decode_emit(d);
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct state *state = d->state;
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = sw_directives_start(slice);
    uint64_t number = slice->line;
    struct sw_str line;
    if (!sw_str_eq(sw_buf_str(&state->header), slice->header)) {
        sw_buf_clear(&state->header);
        sw_buf_str_add(&state->header, slice->header);
        if (sw_buf_error(&state->header) != 0)
            return SW_E_NOMEM;
        use_header(d, state);
    }
    for (size_t from = at; sw_next_line(data, &at, &line); from = at, number++) {
        d->record = number;
        if (line.len == 0)
            continue;
        if (line.ptr[0] == '#') {
            if (sw_directive_of(&directives, line) != DIRECTIVES) {
                sw_directive_set(&directives, &state->header, line);
                use_header(d, state);
            } else if (line.len > SW_MAX_DIRECTIVE) {
                sw_decode_note(d, "line with # longer than the limit left out");
            }
            continue;
        }
        sw_decode_begin(d, line, slice->offset + from, number);
        if (line.len > SW_MAX_RECORD) {
            sw_decode_reject(d, "line longer than the limit");
            continue;
        }
        int rc = decode_record(d, state, line);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

static void header(struct sw_buf *header, const struct sw_slice *slice)
{
    sw_directives_of_slice(&directives, header, slice);
}

static void *state_new(const struct sw_classes *classes)
{
    (void)classes;
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    (void)sw_web_ids();
    state->ts = sw_field_intern(SW_STR("ts"));
    sw_buf_init(&state->header, SW_MAX_RECORD);
    return state;
}

static void state_free(void *arg)
{
    struct state *state = arg;
    sw_buf_fini(&state->header);
    sw_free(state);
}

static int sniff(const struct sw_sniff *s)
{
    size_t at = sw_str_starts(s->head, SW_STR("\xef\xbb\xbf")) ? 3 : 0;
    struct sw_str line;
    for (unsigned seen = 0; seen < 16 && sw_next_line(s->head, &at, &line); seen++) {
        if (sw_str_starts(line, SW_STR("#separator \\x")))
            return SW_SURE_YES + 5;
        if (sw_str_starts(line, SW_STR("#fields\t")))
            return SW_SURE_YES;
    }
    return SW_SURE_NO;
}

const struct sw_decoder sw_decoder_zeek = {
    .name = "zeek",
    .title = "Zeek logs (tab separated)",
    .flags = SW_DECODER_HEADER,
    .sniff = sniff,
    .header = header,
    .state_new = state_new,
    .state_free = state_free,
    .decode = decode,
};
