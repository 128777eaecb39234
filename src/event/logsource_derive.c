/*
 * logsource_derive.c - fields that an event gains by its class: texts put together from other fields, converted.
 *
 * A piece that can't be made (its field is absent, its conversion doesn't apply) means that the field is not made by
 * this entry; the next entry for the same field may then make it. The text is in the event's arena.
 */
#include "base/error.h"
#include "event/logsource_priv.h"

#include <stdio.h>

/* Longer values are not put together: nothing that rules look at here is that long. */
enum { DERIVED_MAX = 65536 };

/* --- conversions ----------------------------------------------------------------------------------------- */

static bool read_number(struct sw_str s, uint64_t *number)
{
    if (s.len > 2 && s.ptr[0] == '0' && (s.ptr[1] | 32) == 'x')
        return sw_str_hex64(s, number) == 0;
    int64_t negative;
    if (s.len > 1 && s.ptr[0] == '-' && sw_str_i64(s, &negative) == 0) {
        *number = (uint64_t)negative;
        return true;
    }
    return sw_str_u64(s, number) == 0;
}

static struct sw_str put_decimal(uint64_t n, struct sw_arena *arena)
{
    enum { DIGITS = 20 };
    char *out = sw_arena_bytes(arena, DIGITS);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t at = DIGITS;
    do {
        out[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return (struct sw_str){out + at, DIGITS - at};
}

static struct sw_str convert_number(enum ls_conv conv, struct sw_str s, struct sw_arena *arena)
{
    uint64_t n;
    if (!read_number(s, &n))
        return (struct sw_str){NULL, 0};
    switch (conv) {
    case LS_DECIMAL:
        return put_decimal(n, arena);
    case LS_HEX:
        return sw_arena_printf(arena, "0x%llx", (unsigned long long)n);
    case LS_DWORD:
        return sw_arena_printf(arena, "0x%08x", (unsigned)n);
    default: /* LS_QWORD */
        return sw_arena_printf(arena, "0x%08x-0x%08x", (unsigned)(n >> 32), (unsigned)n);
    }
}

/* Joins two strings in the arena. */
static struct sw_str concat(struct sw_arena *arena, struct sw_str a, struct sw_str b)
{
    char *out = sw_arena_bytes(arena, a.len + b.len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    if (a.len > 0)
        memcpy(out, a.ptr, a.len);
    if (b.len > 0)
        memcpy(out + a.len, b.ptr, b.len);
    return (struct sw_str){out, a.len + b.len};
}

/* The kernel's name of a registry key in Sysmon's way of writing: \REGISTRY\MACHINE is HKLM, \REGISTRY\USER is HKU,
 * and a numbered control set is the current one. */
static struct sw_str convert_registry(struct sw_str s, struct sw_arena *arena)
{
    static const struct {
        struct sw_str kernel;
        struct sw_str sysmon;
    } prefixes[] = {
        {SW_STR_INIT("\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\"), SW_STR_INIT("HKLM\\System\\CurrentControlSet\\")},
        {SW_STR_INIT("\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet002\\"), SW_STR_INIT("HKLM\\System\\CurrentControlSet\\")},
        {SW_STR_INIT("\\REGISTRY\\MACHINE\\SYSTEM\\"), SW_STR_INIT("HKLM\\System\\")},
        {SW_STR_INIT("\\REGISTRY\\MACHINE"), SW_STR_INIT("HKLM")},
        {SW_STR_INIT("\\REGISTRY\\USER"), SW_STR_INIT("HKU")},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (sw_str_istarts(s, prefixes[i].kernel))
            return concat(arena, prefixes[i].sysmon, sw_str_from(s, prefixes[i].kernel.len));
    return s;
}

/* What follows scheme and authority of an absolute URL: "http://host/a?b" gives "/a?b". None for anything else. */
static struct sw_str convert_target(struct sw_str s)
{
    const struct sw_str none = {NULL, 0};
    size_t scheme = sw_str_find(s, SW_STR("://"));
    if (scheme == SW_NPOS || scheme == 0)
        return none;
    for (size_t i = 0; i < scheme; i++)
        if (!sw_is_alpha(s.ptr[i]) && !sw_is_digit(s.ptr[i]) && memchr("+-.", s.ptr[i], 3) == NULL)
            return none;
    struct sw_str rest = sw_str_from(s, scheme + 3);
    size_t slash = sw_str_chr(rest, '/');
    return slash == SW_NPOS ? none : sw_str_from(rest, slash);
}

/* The extension of the last path segment of a URL or request target, without the dot and without the query. */
static struct sw_str convert_extension(struct sw_str s)
{
    size_t end = 0;
    while (end < s.len && s.ptr[end] != '?' && s.ptr[end] != '#' && s.ptr[end] != ';')
        end++;
    for (size_t i = end; i > 0 && s.ptr[i - 1] != '/'; i--)
        if (s.ptr[i - 1] == '.')
            return i < end ? sw_str_slice(s, i, end) : (struct sw_str){NULL, 0};
    return (struct sw_str){NULL, 0};
}

static struct sw_str convert_lower(struct sw_str s, struct sw_arena *arena)
{
    char *out = sw_arena_bytes(arena, s.len + 1);
    for (size_t i = 0; out != NULL && i < s.len; i++)
        out[i] = sw_lower(s.ptr[i]);
    return (struct sw_str){out, out ? s.len : 0};
}

/* All values of the field, in order, a space between. */
static struct sw_str convert_join(const struct sw_event *event, sw_field_id id, struct sw_arena *arena)
{
    const struct sw_str none = {NULL, 0};
    size_t len = 0;
    for (uint32_t i = 0; i < event->count; i++)
        if (event->fields[i].id == id && event->fields[i].type != SW_NULL)
            len += event->fields[i].len + (size_t)1;
    char *out = len > 0 && len <= DERIVED_MAX ? sw_arena_bytes(arena, len) : NULL;
    if (out == NULL)
        return none;
    char *at = out;
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        if (field->id != id || field->type == SW_NULL)
            continue;
        if (at != out)
            *at++ = ' ';
        if (field->len > 0)
            memcpy(at, field->ptr, field->len);
        at += field->len;
    }
    return (struct sw_str){out, (size_t)(at - out)};
}

/* The text of a piece; ptr NULL when it can't be made. */
static struct sw_str piece_text(const struct ls_piece *piece, const struct ls_look *look, struct sw_arena *arena)
{
    if (piece->field == SW_FIELD_NONE)
        return piece->literal;
    const struct sw_field *field = ls_look_get(look, piece->field, piece->slot);
    if (field == NULL)
        return (struct sw_str){NULL, 0};
    struct sw_str value = {field->len > 0 ? field->ptr : "", field->len};
    switch (piece->conv) {
    case LS_AS_IS:
        return value;
    case LS_REGISTRY:
        return convert_registry(value, arena);
    case LS_TARGET:
        return convert_target(value);
    case LS_EXTENSION:
        return convert_extension(value);
    case LS_LOWER:
        return convert_lower(value, arena);
    case LS_JOIN:
        return convert_join(look->event, field->id, arena);
    default:
        return convert_number(piece->conv, value, arena);
    }
}

/* --- running --------------------------------------------------------------------------------------------- */

static struct sw_str make_text(const struct ls_derive *d, const struct ls_look *look, struct sw_arena *arena)
{
    enum { PIECES = 8 }; /* ls_derive_parse() lets no more through */
    struct sw_str parts[PIECES];
    size_t len = 0;
    for (size_t i = 0; i < d->piece_count; i++) {
        parts[i] = piece_text(&d->pieces[i], look, arena);
        if (parts[i].ptr == NULL || parts[i].len > DERIVED_MAX)
            return (struct sw_str){NULL, 0};
        len += parts[i].len;
    }
    if (d->piece_count == 1)
        return parts[0];
    char *out = sw_arena_bytes(arena, len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    char *at = out;
    for (size_t i = 0; i < d->piece_count; i++) {
        if (parts[i].len > 0)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return (struct sw_str){out, len};
}

/* Whether the event has the field, be it null. */
static bool has_field(const struct ls_look *look, const struct ls_derive *d)
{
    if (look->taken)
        return look->first[d->slot] != 0;
    for (uint32_t i = 0; i < look->event->count; i++)
        if (look->event->fields[i].id == d->field)
            return true;
    return false;
}

/* A field made here is known to the entries that follow. */
void ls_derive_run(const struct ls_derive *derives, size_t count, struct ls_look *look, struct sw_event *event,
                   struct sw_arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        const struct ls_derive *d = &derives[i];
        if ((!d->also && has_field(look, d)) || !ls_when_holds(&d->when, look))
            continue;
        struct sw_str text = make_text(d, look, arena);
        if (text.ptr == NULL)
            continue;
        uint32_t before = event->count;
        sw_event_add_str(event, d->field, text);
        if (look->taken && look->first[d->slot] == 0 && event->count > before)
            look->first[d->slot] = (uint16_t)event->count;
    }
}

/* --- parsing --------------------------------------------------------------------------------------------- */

static int parse_conv(struct sw_str name, enum ls_conv *conv)
{
    static const struct {
        const char *name;
        enum ls_conv conv;
    } table[] = {
        {"decimal", LS_DECIMAL},     {"hex", LS_HEX},           {"dword", LS_DWORD},
        {"qword", LS_QWORD},         {"registry", LS_REGISTRY}, {"target", LS_TARGET},
        {"extension", LS_EXTENSION}, {"lower", LS_LOWER},       {"join", LS_JOIN},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (sw_str_is(name, table[i].name)) {
            *conv = table[i].conv;
            return 0;
        }
    return SW_E_NOTFOUND;
}

/* "Field" or "Field:conv", as it stands between the braces. */
static int parse_field(struct sw_str inside, const struct ls_node *text, struct ls_piece *piece, struct sw_error *err)
{
    size_t colon = sw_str_chr(inside, ':');
    struct sw_str name = sw_str_slice(inside, 0, colon);
    *piece = (struct ls_piece){.field = sw_field_intern(name), .conv = LS_AS_IS};
    if (name.len == 0)
        return sw_error_set(err, SW_E_FORMAT, text->line, text->column, "an empty field name between braces");
    if (colon == SW_NPOS || parse_conv(sw_str_from(inside, colon + 1), &piece->conv) == 0)
        return 0;
    return sw_error_set(err, SW_E_FORMAT, text->line, text->column, "no such conversion: %.*s",
                        SW_STR_ARG(sw_str_from(inside, colon + 1)));
}

int ls_derive_parse(struct sw_arena *arena, const struct ls_node *text, struct ls_derive *derive, struct sw_error *err)
{
    enum { PIECES = 8 };
    struct ls_piece *pieces = sw_arena_zero(arena, PIECES, sizeof *pieces);
    if (pieces == NULL)
        return sw_error_set(err, SW_E_NOMEM, text->line, text->column, "out of memory");
    size_t used = 0;
    struct sw_str rest = text->text;
    do {
        if (used == PIECES)
            return sw_error_set(err, SW_E_LIMIT, text->line, text->column, "a derived field has too many parts");
        size_t open = sw_str_chr(rest, '{');
        if (open != 0) {
            pieces[used++].literal = sw_str_slice(rest, 0, open);
            rest = open == SW_NPOS ? (struct sw_str){NULL, 0} : sw_str_from(rest, open);
            continue;
        }
        size_t close = sw_str_chr(rest, '}');
        if (close == SW_NPOS)
            return sw_error_set(err, SW_E_FORMAT, text->line, text->column, "a brace that is not closed");
        int rc = parse_field(sw_str_slice(rest, 1, close), text, &pieces[used++], err);
        if (rc != 0)
            return rc;
        rest = sw_str_from(rest, close + 1);
    } while (rest.len > 0);
    derive->pieces = pieces;
    derive->piece_count = used;
    return 0;
}
