/* winxml_read.c - the reader of Windows event XML: tokens, a stack of open elements, and what each one's text is called. */
#include "decode/winxml.h"

#include "base/error.h"
#include "base/utf.h"

/* Where an element stands. */
enum { IN_DOCUMENT, IN_EVENT, IN_SYSTEM, IN_DATA, IN_USER, IN_RENDERING };

static bool fail(struct sw_winxml *x, const char *reason)
{
    x->reason = reason;
    return false;
}

static bool fail_cut(struct sw_winxml *x)
{
    x->cut = true;
    return fail(x, "ends too early");
}

static bool fail_memory(struct sw_winxml *x)
{
    return fail(x, NULL);
}

/* --- names ---------------------------------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
    return sw_is_alpha(c) || sw_is_digit(c) || c == '_' || c == '-' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

static struct sw_str take_name(struct sw_winxml *x)
{
    const char *start = x->at;
    while (x->at < x->end && is_name_byte(*x->at))
        x->at++;
    return sw_strn(start, (size_t)(x->at - start));
}

static void pass_space(struct sw_winxml *x)
{
    while (x->at < x->end && sw_is_space(*x->at))
        x->at++;
}

static size_t name_slot(struct sw_str name)
{
    uint32_t hash = (uint32_t)name.len;
    for (size_t i = 0; i < name.len; i++)
        hash = hash * 31 + (unsigned char)name.ptr[i];
    return (hash ^ hash >> 11) % SW_WINXML_NAMES;
}

static sw_field_id field_id(struct sw_winxml *x, struct sw_str name)
{
    if (name.len > SW_WINXML_NAME)
        return sw_field_intern(name);
    size_t slot = name_slot(name);
    if (x->names[slot].id == SW_FIELD_NONE || !sw_str_eq(sw_strn(x->names[slot].name, x->names[slot].len), name)) {
        x->names[slot].id = sw_field_intern(name);
        x->names[slot].len = (uint32_t)name.len;
        if (name.len > 0)
            memcpy(x->names[slot].name, name.ptr, name.len);
    }
    return x->names[slot].id;
}

/* a, b and c one after the other; in `room` when they fit, else in the arena. ptr NULL: no memory. */
static struct sw_str joined(struct sw_winxml *x, char room[SW_WINXML_NAME], struct sw_str a, struct sw_str b, struct sw_str c)
{
    size_t len = a.len + b.len + c.len;
    char *out = len <= SW_WINXML_NAME ? room : sw_arena_bytes(x->arena, len);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    char *to = mempcpy(out, a.len ? a.ptr : "", a.len);
    to = mempcpy(to, b.len ? b.ptr : "", b.len);
    memcpy(to, c.len ? c.ptr : "", c.len);
    return sw_strn(out, len);
}

static bool all_digits(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!sw_is_digit(text.ptr[i]))
            return false;
    return text.len > 0 && text.len < 20;
}

static bool add(struct sw_winxml *x, struct sw_str name, struct sw_str value, bool may_be_number)
{
    if (name.ptr == NULL)
        return fail_memory(x);
    sw_field_id id = field_id(x, name);
    if (id == SW_FIELD_MORE) {
        value = sw_arena_printf(x->arena, "%.*s=%.*s", SW_STR_ARG(sw_str_slice(name, 0, SW_MAX_FIELD_NAME)), SW_STR_ARG(value));
        if (value.ptr == NULL)
            return fail_memory(x);
        may_be_number = false;
    }
    sw_event_add(x->event, id, may_be_number && all_digits(value) ? SW_INT : SW_STRING, value.ptr ? value.ptr : "", value.len);
    return true;
}

/* --- text ----------------------------------------------------------------------------------------------- */

/* The character that an entity stands for, written to `out`; 0 when it is none. text is what is between & and ;. */
static unsigned entity(struct sw_str text, char out[4])
{
    static const struct {
        struct sw_str name;
        char c;
    } named[] = {{SW_STR_INIT("lt"), '<'}, {SW_STR_INIT("gt"), '>'}, {SW_STR_INIT("amp"), '&'}, {SW_STR_INIT("quot"), '"'},
                 {SW_STR_INIT("apos"), '\''}};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (sw_str_eq(text, named[i].name)) {
            out[0] = named[i].c;
            return 1;
        }
    }
    uint64_t code;
    if (text.len < 2 || text.ptr[0] != '#')
        return 0;
    bool hex = text.ptr[1] == 'x' || text.ptr[1] == 'X';
    struct sw_str digits = sw_str_from(text, hex ? 2 : 1);
    int rc = hex ? sw_str_hex64(digits, &code) : sw_str_u64(digits, &code);
    if (rc != 0 || digits.len == 0 || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    return sw_utf8_put((uint32_t)code, out);
}

/* The text with its entities resolved: itself when it has none. What only looks like an entity stays. */
static bool resolve(struct sw_winxml *x, struct sw_str *text)
{
    const char *at = text->len ? memchr(text->ptr, '&', text->len) : NULL;
    if (at == NULL)
        return true;
    const char *end = text->ptr + text->len;
    char *out = sw_arena_bytes(x->arena, text->len);
    if (out == NULL)
        return fail_memory(x);
    char *to = mempcpy(out, text->ptr, (size_t)(at - text->ptr));
    while (at < end) {
        size_t most = (size_t)(end - at) < 12 ? (size_t)(end - at) : 12;
        const char *stop = *at == '&' ? memchr(at, ';', most) : NULL;
        unsigned len = stop != NULL ? entity(sw_strn(at + 1, (size_t)(stop - at - 1)), to) : 0;
        if (len > 0) {
            to += len;
            at = stop + 1;
            continue;
        }
        const char *next = memchr(at + 1, '&', (size_t)(end - at - 1));
        size_t plain = (size_t)((next != NULL ? next : end) - at);
        to = mempcpy(to, at, plain);
        at += plain;
    }
    sw_arena_trim(x->arena, to);
    *text = sw_strn(out, (size_t)(to - out));
    return true;
}

/* More text of the innermost element. */
static bool append(struct sw_winxml *x, struct sw_str text)
{
    struct sw_winxml_element *e = &x->stack[x->depth - 1];
    if (e->text.len == 0) {
        e->text = text;
        return true;
    }
    if (text.len == 0)
        return true;
    char *out = sw_arena_bytes(x->arena, e->text.len + text.len);
    if (out == NULL)
        return fail_memory(x);
    memcpy(mempcpy(out, e->text.ptr, e->text.len), text.ptr, text.len);
    e->text = sw_strn(out, e->text.len + text.len);
    return true;
}

/* --- what elements mean ----------------------------------------------------------------------------------- */

static uint8_t inner_context(const struct sw_winxml_element *e)
{
    switch (e->context) {
    case IN_DOCUMENT:
        return sw_str_is(e->name, "Event")       ? IN_EVENT
               : sw_str_is(e->name, "EventData") ? IN_DATA
               : sw_str_is(e->name, "UserData")  ? IN_USER
                                                 : IN_DOCUMENT;
    case IN_EVENT:
        return sw_str_is(e->name, "System")          ? IN_SYSTEM
               : sw_str_is(e->name, "EventData")     ? IN_DATA
               : sw_str_is(e->name, "RenderingInfo") ? IN_RENDERING
                                                     : IN_USER;
    case IN_RENDERING:
        return IN_RENDERING;
    default:
        return IN_USER;
    }
}

/* Elements that never are fields: the event and its parts. */
static bool is_structural(const struct sw_winxml_element *e)
{
    static const char *const parts[] = {"System", "EventData", "UserData", "RenderingInfo", "ProcessingErrorData", "DebugData"};
    if (e->context == IN_DOCUMENT)
        return true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && e->context == IN_EVENT; i++)
        if (sw_str_is(e->name, parts[i]))
            return true;
    return false;
}

static bool element_field(struct sw_winxml *x, const struct sw_winxml_element *e)
{
    bool is_data = e->label.ptr != NULL || sw_str_is(e->name, "Data");
    if (is_structural(e) || (e->is_parent && sw_str_trim(e->text).len < 2))
        return true;
    if (e->text.len == 0 && (e->context == IN_SYSTEM || (e->has_attributes && !is_data)))
        return true;
    struct sw_str text = e->text;
    if (e->context == IN_SYSTEM)
        text = sw_str_trim(text);
    struct sw_str name = e->label.ptr != NULL ? e->label : e->name;
    char room[SW_WINXML_NAME];
    if (e->context == IN_RENDERING)
        name = joined(x, room, SW_STR("Rendering_"), name, SW_STR(""));
    return add(x, name, text, e->context == IN_SYSTEM);
}

/* The Name of a Data element, without spaces. */
static bool set_label(struct sw_winxml *x, struct sw_winxml_element *e, struct sw_str value)
{
    if (value.len > 0 && memchr(value.ptr, ' ', value.len) != NULL) {
        char *out = sw_arena_bytes(x->arena, value.len);
        if (out == NULL)
            return fail_memory(x);
        size_t len = 0;
        for (size_t i = 0; i < value.len; i++)
            if (value.ptr[i] != ' ')
                out[len++] = value.ptr[i];
        value = sw_strn(out, len);
    }
    if (value.len > 0)
        e->label = value;
    return true;
}

static bool attribute_field(struct sw_winxml *x, struct sw_winxml_element *e, struct sw_str name, struct sw_str value)
{
    if (sw_str_is(name, "xmlns") || sw_str_starts(name, SW_STR("xmlns:")) || e->context == IN_DOCUMENT)
        return true;
    if (sw_str_is(name, "Name") && (e->context == IN_DATA || sw_str_is(e->name, "Data")))
        return set_label(x, e, value);
    e->has_attributes = true;
    if (e->context == IN_SYSTEM && sw_str_is(e->name, "TimeCreated") && sw_str_is(name, "SystemTime")) {
        bool zoned;
        if (sw_time_iso(value, &x->event->time, &zoned) != 0)
            x->event->time = SW_TIME_NONE;
        return add(x, e->name, value, false);
    }
    char room[SW_WINXML_NAME];
    struct sw_str element = e->label.ptr != NULL ? e->label : e->name;
    if (e->context == IN_EVENT && sw_str_is(e->name, "RenderingInfo"))
        return add(x, joined(x, room, SW_STR("Rendering_"), name, SW_STR("")), value, false);
    return add(x, joined(x, room, element, SW_STR("_"), name), value, e->context == IN_SYSTEM);
}

/* --- tokens --------------------------------------------------------------------------------------------- */

static bool close_element(struct sw_winxml *x)
{
    x->depth--;
    return element_field(x, &x->stack[x->depth]);
}

/* name="value" pairs up to the end of a start tag; *closed tells whether the tag ends the element, too. */
static bool attributes(struct sw_winxml *x, struct sw_winxml_element *e, bool *closed)
{
    for (;;) {
        pass_space(x);
        if (x->at == x->end)
            return fail_cut(x);
        *closed = *x->at == '/';
        if (*x->at == '/' || *x->at == '>') {
            x->at += *closed;
            if (x->at == x->end || *x->at != '>')
                return fail(x, "bad tag");
            x->at++;
            return true;
        }
        struct sw_str name = take_name(x);
        pass_space(x);
        if (name.len == 0 || x->at == x->end || *x->at != '=')
            return fail(x, "bad attribute");
        x->at++;
        pass_space(x);
        char quote = x->at < x->end ? *x->at : 0;
        const char *stop = quote == '"' || quote == '\'' ? memchr(x->at + 1, quote, (size_t)(x->end - x->at - 1)) : NULL;
        if (stop == NULL)
            return fail(x, "bad attribute");
        struct sw_str value = sw_strn(x->at + 1, (size_t)(stop - x->at - 1));
        x->at = stop + 1;
        if (!resolve(x, &value) || !attribute_field(x, e, name, value))
            return false;
    }
}

static bool start_tag(struct sw_winxml *x)
{
    if (x->depth == SW_MAX_XML_DEPTH)
        return fail(x, "nested too deep");
    x->at++;
    uint8_t context = IN_DOCUMENT;
    if (x->depth > 0) {
        context = inner_context(&x->stack[x->depth - 1]);
        x->stack[x->depth - 1].is_parent = true;
    }
    struct sw_winxml_element *e = &x->stack[x->depth];
    *e = (struct sw_winxml_element){.name = take_name(x), .context = context};
    if (e->name.len == 0)
        return fail(x, "bad tag");
    x->depth++;
    bool closed;
    if (!attributes(x, e, &closed))
        return false;
    return !closed || close_element(x);
}

static bool end_tag(struct sw_winxml *x)
{
    x->at += 2;
    struct sw_str name = take_name(x);
    pass_space(x);
    if (x->at == x->end)
        return fail_cut(x);
    if (*x->at != '>')
        return fail(x, "bad tag");
    if (x->depth == 0 || !sw_str_eq(name, x->stack[x->depth - 1].name))
        return fail(x, "tags do not match");
    x->at++;
    return close_element(x);
}

/* Passes over something that begins at x->at and ends with `stop`; *inner is what is between, from `skip` bytes on. */
static bool up_to(struct sw_winxml *x, size_t skip, struct sw_str stop, struct sw_str *inner)
{
    struct sw_str rest = sw_str_from(sw_strn(x->at, (size_t)(x->end - x->at)), skip);
    size_t at = sw_str_find(rest, stop);
    if (at == SW_NPOS)
        return fail_cut(x);
    *inner = sw_str_slice(rest, 0, at);
    x->at = rest.ptr + at + stop.len;
    return true;
}

/* A tag, comment, CDATA section, declaration or instruction at x->at, which is '<'. */
static bool markup(struct sw_winxml *x)
{
    struct sw_str rest = {x->at, (size_t)(x->end - x->at)};
    struct sw_str inner;
    if (sw_str_starts(rest, SW_STR("</")))
        return end_tag(x);
    if (sw_str_starts(rest, SW_STR("<?")))
        return up_to(x, 2, SW_STR("?>"), &inner);
    if (sw_str_starts(rest, SW_STR("<!--")))
        return up_to(x, 4, SW_STR("-->"), &inner);
    if (sw_str_starts(rest, SW_STR("<![CDATA[")))
        return up_to(x, 9, SW_STR("]]>"), &inner) && (x->depth == 0 || append(x, inner));
    if (sw_str_starts(rest, SW_STR("<!")))
        return fail(x, "document type declaration");
    return start_tag(x);
}

static bool text(struct sw_winxml *x)
{
    const char *stop = memchr(x->at, '<', (size_t)(x->end - x->at));
    bool cut = stop == NULL;
    if (cut)
        stop = x->end;
    struct sw_str piece = {x->at, (size_t)(stop - x->at)};
    x->at = stop;
    if (x->depth > 0 && (!resolve(x, &piece) || !append(x, piece)))
        return false;
    return !cut || fail_cut(x);
}

/* The element that ends the reading: Event, or a part of one on its own. */
static bool is_goal(const struct sw_winxml_element *e)
{
    return e->context == IN_DOCUMENT &&
           (sw_str_is(e->name, "Event") || sw_str_is(e->name, "EventData") || sw_str_is(e->name, "UserData"));
}

int sw_winxml_read(struct sw_winxml *x, struct sw_str source, struct sw_event *event, struct sw_arena *arena, size_t *used)
{
    x->event = event;
    x->arena = arena;
    x->at = source.ptr;
    x->end = source.ptr + source.len;
    x->depth = 0;
    x->reason = "ends too early";
    x->cut = false;
    bool good = true;
    bool done = false;
    while (good && !done && x->at < x->end) {
        uint32_t before = x->depth;
        good = *x->at == '<' ? markup(x) : text(x);
        done = good && x->depth < before && is_goal(&x->stack[x->depth]);
    }
    *used = (size_t)(x->at - source.ptr);
    if (done)
        return 0;
    if (x->depth > 0 && (good || x->cut))
        return element_field(x, &x->stack[x->depth - 1]) ? SW_E_TRUNCATED : SW_E_NOMEM;
    return x->reason == NULL ? SW_E_NOMEM : SW_E_FORMAT;
}

bool sw_winxml_begins(struct sw_str s)
{
    static const char *const starts[] = {"<Event>", "<Event ", "<Events>", "<Events ", "<EventData>", "<EventData ", "<UserData>",
                                         "<UserData ", "<DataItem "};
    s = sw_str_trim(s);
    if (sw_str_starts(s, SW_STR("\xef\xbb\xbf")))
        s = sw_str_trim(sw_str_from(s, 3));
    if (sw_str_starts(s, SW_STR("<?xml"))) {
        size_t end = sw_str_find(sw_str_slice(s, 0, 256), SW_STR("?>"));
        s = end == SW_NPOS ? s : sw_str_trim(sw_str_from(s, end + 2));
    }
    if (sw_str_starts(s, SW_STR("- "))) /* copied from a browser's view of it */
        s = sw_str_from(s, 2);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (sw_str_starts(s, sw_str(starts[i])))
            return true;
    return false;
}
