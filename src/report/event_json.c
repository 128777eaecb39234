/* event_json.c - events as JSON. */
#include "report/event_json.h"

#include "base/error.h"
#include "base/mem.h"

/* What a writer remembers of a field id. */
struct name {
    char *text; /* "name": with quotes and colon; NULL until first used */
    uint32_t len;
    uint32_t seen; /* generation of the event that last had this field ... */
    uint32_t last; /* ... and the index of its latest occurrence */
};

struct sw_event_writer {
    const struct sw_classes *classes;
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
    return 0;
}

void sw_event_writer_free(struct sw_event_writer *writer)
{
    if (writer == NULL)
        return;
    for (size_t i = 0; i < writer->cap; i++)
        sw_free(writer->names[i].text);
    sw_free(writer->names);
    sw_free(writer->next);
    sw_free(writer->later);
    sw_free(writer);
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
    if (sw_buf_error(&text) != 0) {
        sw_buf_fini(&text);
        return SW_E_NOMEM;
    }
    name->text = text.data;
    name->len = (uint32_t)text.len;
    return 0;
}

/* Links the occurrences of each field. False when there is no memory. *repeated: some field occurs more than once. */
static bool link_fields(struct sw_event_writer *w, const struct sw_event *event, bool *repeated)
{
    if (event->count > w->next_cap) {
        uint32_t *next = sw_realloc(w->next, event->cap, sizeof *next);
        if (next == NULL)
            return false;
        w->next = next;
        uint8_t *later = sw_realloc(w->later, event->cap, sizeof *later);
        if (later == NULL)
            return false;
        w->later = later;
        w->next_cap = event->cap;
    }
    if (++w->generation == 0) { /* after 2^32 events: no stale mark may look fresh */
        for (size_t i = 0; i < w->cap; i++)
            w->names[i].seen = 0;
        w->generation = 1;
    }
    *repeated = false;
    for (uint32_t i = 0; i < event->count; i++) {
        sw_field_id id = event->fields[i].id;
        if (id >= w->cap && grow_names(w, id) != 0)
            return false;
        struct name *name = &w->names[id];
        if (name->text == NULL && learn_name(name, id) != 0)
            return false;
        w->next[i] = 0;
        w->later[i] = name->seen == w->generation;
        if (w->later[i]) {
            w->next[name->last] = i;
            *repeated = true;
        }
        name->seen = w->generation;
        name->last = i;
    }
    return true;
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

static void put_value(struct sw_buf *out, const struct sw_field *field)
{
    struct sw_str value = sw_field_value(field);
    switch (field->type) {
    case SW_NULL:
        SW_BUF_LIT(out, "null");
        return;
    case SW_INT:
    case SW_FLOAT:
        if (is_number(value)) {
            sw_buf_str_add(out, value);
            return;
        }
        break;
    case SW_BOOL:
        if (sw_str_is(value, "true") || sw_str_is(value, "false")) {
            sw_buf_str_add(out, value);
            return;
        }
        break;
    default:
        break;
    }
    sw_buf_json(out, value);
}

void sw_event_json_fields(struct sw_event_writer *w, struct sw_buf *out, const struct sw_event *event, const uint64_t *only)
{
    bool repeated;
    sw_buf_char(out, '{');
    if (event->count > 0 && !link_fields(w, event, &repeated)) {
        out->error = SW_E_NOMEM;
        return;
    }
    bool first = true;
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        if (w->later[i] || (only != NULL && !(only[i / 64] >> (i % 64) & 1)))
            continue;
        const struct name *name = &w->names[field->id];
        if (!first)
            sw_buf_char(out, ',');
        first = false;
        sw_buf_add(out, name->text, name->len);
        if (w->next[i] == 0) {
            put_value(out, field);
            continue;
        }
        sw_buf_char(out, '[');
        put_value(out, field);
        for (uint32_t j = w->next[i]; j != 0; j = w->next[j]) {
            sw_buf_char(out, ',');
            put_value(out, &event->fields[j]);
        }
        sw_buf_char(out, ']');
    }
    sw_buf_char(out, '}');
}

void sw_event_json_source(struct sw_buf *out, const struct sw_input *input, const struct sw_event *event)
{
    SW_BUF_LIT(out, "{\"path\":");
    sw_buf_json(out, input->info.path);
    SW_BUF_LIT(out, ",\"format\":\"");
    sw_buf_text(out, input->decoder ? input->decoder->name : "unknown");
    SW_BUF_LIT(out, "\",\"record\":");
    sw_buf_u64(out, event->record);
    SW_BUF_LIT(out, ",\"offset\":");
    sw_buf_u64(out, event->offset);
    if (event->line > 0) {
        SW_BUF_LIT(out, ",\"line\":");
        sw_buf_u64(out, event->line);
    }
    sw_buf_char(out, '}');
}

void sw_event_json_line(struct sw_event_writer *w, struct sw_buf *out, const struct sw_input *input,
                        const struct sw_event *event)
{
    if (event->time != SW_TIME_NONE) {
        SW_BUF_LIT(out, "{\"time\":\"");
        sw_buf_time(out, event->time);
        SW_BUF_LIT(out, "\",\"class\":");
    } else {
        SW_BUF_LIT(out, "{\"time\":null,\"class\":");
    }
    sw_buf_json(out, sw_classes_get(w->classes, event->class_id)->name);
    SW_BUF_LIT(out, ",\"source\":");
    sw_event_json_source(out, input, event);
    SW_BUF_LIT(out, ",\"fields\":");
    sw_event_json_fields(w, out, event, NULL);
    SW_BUF_LIT(out, "}\n");
}
