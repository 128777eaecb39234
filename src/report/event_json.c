/* event_json.c - events as JSON. */
#include "report/event_json.h"

#include "base/error.h"
#include "base/mem.h"

/* Every name's text has at least this many bytes behind its beginning. */
enum { NAME_COPY = 32 };

/* What a writer remembers of a field id. */
struct name {
    char *text; /* "name": with quotes and colon; NULL until first used */
    uint32_t len;
    uint32_t seen; /* generation of the event that last had this field ... */
    uint32_t last; /* ... and the index of its latest occurrence */
};

struct sw_event_writer {
    const struct sw_classes *classes;
    struct sw_buf prefix;           /* of the source's object: path and format of `prefix_input` */
    const struct sw_input *prefix_input;
    struct sw_buf class_text;       /* ,"class":"..." of class `class_id` */
    sw_class_id class_id;
    struct sw_buf scratch;
    struct name *names; /* by field id */
    size_t cap;
    uint32_t generation;
    uint32_t *next; /* index of the next occurrence of the same field, 0 for none */
    uint8_t *later; /* the field is not the first of its id */
    size_t next_cap;
};

int sw_event_writer_new(struct sw_event_writer **writer, const struct sw_classes *classes)
{
    *writer = sw_alloc(1, sizeof **writer);
    if (*writer == NULL)
        return SW_E_NOMEM;
    (*writer)->classes = classes;
    sw_buf_init(&(*writer)->prefix, 1u << 20);
    sw_buf_init(&(*writer)->class_text, 1u << 20);
    sw_buf_init(&(*writer)->scratch, 1u << 20);
    return 0;
}

void sw_event_writer_free(struct sw_event_writer *writer)
{
    if (writer == NULL)
        return;
    for (size_t i = 0; i < writer->cap; i++)
        sw_free(writer->names[i].text);
    sw_free(writer->names);
    sw_buf_fini(&writer->prefix);
    sw_buf_fini(&writer->class_text);
    sw_buf_fini(&writer->scratch);
    sw_free(writer->next);
    sw_free(writer->later);
    sw_free(writer);
}

struct sw_buf *sw_event_writer_scratch(struct sw_event_writer *writer)
{
    sw_buf_clear(&writer->scratch);
    return &writer->scratch;
}

static int grow_names(struct sw_event_writer *w, sw_field_id id)
{
    if (id < w->cap)
        return 0;
    size_t cap = w->cap ? w->cap : 1024;
    while (cap <= id)
        cap *= 2;
    struct name *names = sw_realloc(w->names, cap, sizeof *names);
    if (names == NULL)
        return SW_E_NOMEM;
    memset(names + w->cap, 0, (cap - w->cap) * sizeof *names);
    w->names = names;
    w->cap = cap;
    return 0;
}

static int learn_name(struct name *name, sw_field_id id)
{
    struct sw_buf text;
    sw_buf_init(&text, 8 * SW_MAX_FIELD_NAME);
    sw_buf_json(&text, sw_field_name(id));
    sw_buf_char(&text, ':');
    size_t length = text.len;
    sw_buf_add(&text, "                                ", NAME_COPY);
    if (sw_buf_error(&text) != 0) {
        sw_buf_fini(&text);
        return SW_E_NOMEM;
    }
    name->text = text.data;
    name->len = (uint32_t)length;
    return 0;
}

static int grow_links(struct sw_event_writer *w, const struct sw_event *event)
{
    if (event->count <= w->next_cap)
        return 0;
    uint32_t *next = sw_realloc(w->next, event->cap, sizeof *next);
    if (next == NULL)
        return SW_E_NOMEM;
    w->next = next;
    uint8_t *later = sw_realloc(w->later, event->cap, sizeof *later);
    if (later == NULL)
        return SW_E_NOMEM;
    w->later = later;
    w->next_cap = event->cap;
    return 0;
}

static void new_generation(struct sw_event_writer *w)
{
    if (++w->generation != 0)
        return;
    for (size_t i = 0; i < w->cap; i++) /* after 2^32 events: no stale mark may look fresh */
        w->names[i].seen = 0;
    w->generation = 1;
}

/* Makes every field's name known. *repeated: some field occurs more than once. *room: the most bytes the object takes. */
static int learn_fields(struct sw_event_writer *w, const struct sw_event *event, bool *repeated, size_t *room)
{
    *repeated = false;
    *room = 64;
    new_generation(w);
    for (uint32_t i = 0; i < event->count; i++) {
        sw_field_id id = event->fields[i].id;
        if (id >= w->cap && grow_names(w, id) != 0)
            return SW_E_NOMEM;
        struct name *name = &w->names[id];
        if (name->text == NULL && learn_name(name, id) != 0)
            return SW_E_NOMEM;
        *repeated |= name->seen == w->generation;
        name->seen = w->generation;
        *room += SW_JSON_ROOM((size_t)event->fields[i].len) + name->len + NAME_COPY;
    }
    return 0;
}

/* Links the occurrences of each field; its names are known. */
static int link_fields(struct sw_event_writer *w, const struct sw_event *event)
{
    int rc = grow_links(w, event);
    if (rc != 0)
        return rc;
    new_generation(w);
    for (uint32_t i = 0; i < event->count; i++) {
        struct name *name = &w->names[event->fields[i].id];
        w->next[i] = 0;
        w->later[i] = name->seen == w->generation;
        if (w->later[i])
            w->next[name->last] = i;
        name->seen = w->generation;
        name->last = i;
    }
    return 0;
}

/* Whether the text is a JSON number (RFC 8259): only then may it stand without quotes. */
static bool is_number(struct sw_str s)
{
    size_t at = s.len > 0 && s.ptr[0] == '-';
    size_t from = at;
    while (at < s.len && sw_is_digit(s.ptr[at]))
        at++;
    if (at == from || (s.ptr[from] == '0' && at - from > 1))
        return false;
    if (at == s.len)
        return true;
    if (s.ptr[at] == '.') {
        from = ++at;
        while (at < s.len && sw_is_digit(s.ptr[at]))
            at++;
        if (at == from)
            return false;
    }
    if (at < s.len && (s.ptr[at] | 32) == 'e') {
        at++;
        if (at < s.len && (s.ptr[at] == '+' || s.ptr[at] == '-'))
            at++;
        from = at;
        while (at < s.len && sw_is_digit(s.ptr[at]))
            at++;
        if (at == from)
            return false;
    }
    return at == s.len;
}

/* Writes a decimal number without sign or leading zeros; NULL when the text is anything else. */
static char *put_digits(char *to, struct sw_str s)
{
    unsigned odd = s.len == 0 || (s.ptr[0] == '0' && s.len > 1);
    for (size_t i = 0; i < s.len; i++) {
        odd |= (unsigned)(unsigned char)(s.ptr[i] - '0') > 9;
        to[i] = s.ptr[i];
    }
    return odd ? NULL : to + s.len;
}

/* A value that needs no escaping, in blocks. */
static inline char *put_plain(char *to, const struct sw_field *field)
{
    bool quoted = field->type == SW_STRING;
    const char *from = field->ptr;
    size_t len = field->len;
    *to = '"';
    to += quoted;
    for (size_t at = 0; at < len; at += SW_FIELD_BLOCK)
        memcpy(to + at, from + at, SW_FIELD_BLOCK);
    to += len;
    *to = '"';
    return to + quoted;
}

/* Writes a value of which nothing is known but its type. */
static char *put_any(char *to, const struct sw_field *field)
{
    struct sw_str value = sw_field_value(field);
    bool bare = false;
    char *end;
    if (field->type == SW_STRING)
        return sw_json_put(to, value);
    switch (field->type) {
    case SW_NULL:
        memcpy(to, "null", 4);
        return to + 4;
    case SW_INT:
        if (value.len <= 20 && (end = put_digits(to, value)) != NULL)
            return end;
        bare = is_number(value);
        break;
    case SW_FLOAT:
        bare = is_number(value);
        break;
    case SW_BOOL:
        bare = sw_str_is(value, "true") || sw_str_is(value, "false");
        break;
    default:
        break;
    }
    if (!bare)
        return sw_json_put(to, value);
    memcpy(to, value.ptr, value.len);
    return to + value.len;
}

/* Writes a value where there is room for it. */
static inline char *put_value(char *to, const struct sw_field *field)
{
    return field->flags & SW_FIELD_PLAIN ? put_plain(to, field) : put_any(to, field);
}

/* Names are short: a copy of constant size is cheaper than one of the exact size. learn_name() made the room. */
static char *put_name(char *to, const struct name *name)
{
    memcpy(to, name->text, NAME_COPY);
    if (name->len > NAME_COPY)
        memcpy(to + NAME_COPY, name->text + NAME_COPY, name->len - NAME_COPY);
    return to + name->len;
}

/* Writes all fields in one pass. That is possible if none occurs twice, all names are known and there is room, as is
 * nearly always so; else false, and nothing is written. */
static bool put_distinct(struct sw_event_writer *w, struct sw_buf *out, const struct sw_event *event)
{
    new_generation(w);
    /* In locals, for every byte written might change them in the compiler's eyes. */
    struct name *names = w->names;
    const struct sw_field *fields = event->fields;
    size_t cap = w->cap;
    uint32_t generation = w->generation;
    uint32_t count = event->count;
    char *to = out->data + out->len;
    const char *end = out->data + out->cap;
    for (uint32_t i = 0; i < count; i++) {
        const struct sw_field *field = &fields[i];
        if (field->id >= cap)
            return false;
        struct name *name = &names[field->id];
        if (name->text == NULL || name->seen == generation)
            return false;
        name->seen = generation;
        if ((size_t)(end - to) < SW_JSON_ROOM((size_t)field->len) + name->len + 2 * NAME_COPY)
            return false;
        *to = i == 0 ? '{' : ',';
        to = put_value(put_name(to + 1, name), field);
    }
    *to++ = '}';
    out->len = (size_t)(to - out->data);
    return true;
}

void sw_event_json_fields(struct sw_event_writer *w, struct sw_buf *out, const struct sw_event *event, const uint64_t *only)
{
    bool repeated;
    size_t room;
    if (only == NULL && event->count > 0 && put_distinct(w, out, event))
        return;
    if (learn_fields(w, event, &repeated, &room) != 0 || (repeated && link_fields(w, event) != 0)) {
        out->error = SW_E_NOMEM;
        return;
    }
    if (sw_buf_reserve(out, room) != 0)
        return;
    char *to = out->data + out->len;
    char *start = to;
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        if ((repeated && w->later[i]) || (only != NULL && !(only[i / 64] >> (i % 64) & 1)))
            continue;
        *to = to == start ? '{' : ',';
        to++;
        to = put_name(to, &w->names[field->id]);
        if (!repeated || w->next[i] == 0) {
            to = put_value(to, field);
            continue;
        }
        *to++ = '[';
        to = put_value(to, field);
        for (uint32_t j = w->next[i]; j != 0; j = w->next[j]) {
            *to++ = ',';
            to = put_value(to, &event->fields[j]);
        }
        *to++ = ']';
    }
    if (to == start)
        *to++ = '{';
    *to++ = '}';
    out->len = (size_t)(to - out->data);
}

static void put_source_prefix(struct sw_buf *out, const struct sw_input *input)
{
    SW_BUF_LIT(out, "{\"path\":");
    sw_buf_json(out, input->info.path);
    SW_BUF_LIT(out, ",\"format\":\"");
    sw_buf_text(out, input->decoder != NULL || input->script != NULL ? sw_input_format(input) : "unknown");
    SW_BUF_LIT(out, "\",\"record\":");
}

static void put_source_rest(struct sw_buf *out, const struct sw_event *event)
{
    sw_buf_u64(out, event->record);
    SW_BUF_LIT(out, ",\"offset\":");
    sw_buf_u64(out, event->offset);
    if (event->line > 0) {
        SW_BUF_LIT(out, ",\"line\":");
        sw_buf_u64(out, event->line);
    }
    sw_buf_char(out, '}');
}

void sw_event_json_source(struct sw_buf *out, const struct sw_input *input, const struct sw_event *event)
{
    put_source_prefix(out, input);
    put_source_rest(out, event);
}

/* The class's text, kept from event to event since most have the class of the one before. */
static struct sw_str class_text(struct sw_event_writer *w, sw_class_id id)
{
    if (w->class_text.len == 0 || w->class_id != id) {
        sw_buf_clear(&w->class_text);
        SW_BUF_LIT(&w->class_text, "\"class\":");
        sw_buf_json(&w->class_text, sw_classes_get(w->classes, id)->name);
        w->class_id = id;
    }
    return sw_buf_str(&w->class_text);
}

void sw_event_json_begin(struct sw_event_writer *w)
{
    w->prefix_input = NULL;
}

void sw_event_json_line(struct sw_event_writer *w, struct sw_buf *out, const struct sw_input *input,
                        const struct sw_event *event)
{
    if (w->prefix_input != input) {
        sw_buf_clear(&w->prefix);
        SW_BUF_LIT(&w->prefix, ",\"source\":");
        put_source_prefix(&w->prefix, input);
        w->prefix_input = input;
    }
    if (event->time != SW_TIME_NONE) {
        SW_BUF_LIT(out, "{\"time\":\"");
        sw_buf_time(out, event->time);
        SW_BUF_LIT(out, "\",");
    } else {
        SW_BUF_LIT(out, "{\"time\":null,");
    }
    sw_buf_str_add(out, class_text(w, event->class_id));
    sw_buf_str_add(out, sw_buf_str(&w->prefix));
    put_source_rest(out, event);
    SW_BUF_LIT(out, ",\"fields\":");
    sw_event_json_fields(w, out, event, NULL);
    SW_BUF_LIT(out, "}\n");
}
