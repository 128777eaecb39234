/*
 * evtx_compile.c - reads BinXML ([MS-EVEN6] 2.2.12, with the name offsets that EVTX adds) and gives its items to the
 * builder. Runs nothing, and follows no offset but those of names.
 */
#include "base/error.h"
#include "base/mem.h"
#include "base/utf.h"
#include "decode/evtx_build.h"

const char sw_evtx_no_memory[] = "out of memory";
const char sw_evtx_broken[] = "broken BinXML";

enum token {
    TOKEN_END = 0x00,
    TOKEN_OPEN = 0x01,
    TOKEN_CONTENT = 0x02,
    TOKEN_CLOSE_EMPTY = 0x03,
    TOKEN_CLOSE = 0x04,
    TOKEN_VALUE = 0x05,
    TOKEN_ATTRIBUTE = 0x06,
    TOKEN_CDATA = 0x07,
    TOKEN_CHARACTER = 0x08,
    TOKEN_ENTITY = 0x09,
    TOKEN_PI_TARGET = 0x0a,
    TOKEN_PI_DATA = 0x0b,
    TOKEN_INSTANCE = 0x0c,
    TOKEN_SUBSTITUTION = 0x0d,
    TOKEN_OPTIONAL = 0x0e,
    TOKEN_FRAGMENT = 0x0f,
    TOKEN_MORE = 0x40 /* flag: of OPEN, that attributes follow; of others, that more of their kind do */
};

/* Every name takes five bytes at least. */
enum { MAX_REFS = SW_EVTX_CHUNK / 5 };

struct sw_evtx_compiler {
    struct sw_evtx_builder builder;
    struct sw_evtx_ref *refs;
    size_t ref_cap;
    size_t ref_count;
    /* of the run in progress */
    struct sw_evtx_source in;
    size_t at;
    struct sw_arena *arena;
};

struct sw_evtx_compiler *sw_evtx_compiler_new(void)
{
    struct sw_evtx_compiler *c = sw_alloc(1, sizeof *c);
    if (c != NULL)
        sw_evtx_build_init(&c->builder);
    return c;
}

void sw_evtx_compiler_free(struct sw_evtx_compiler *c)
{
    if (c == NULL)
        return;
    sw_evtx_build_fini(&c->builder);
    sw_free(c->refs);
    sw_free(c);
}

const struct sw_evtx_ref *sw_evtx_compiler_refs(const struct sw_evtx_compiler *c, uint32_t *count)
{
    *count = (uint32_t)c->ref_count;
    return c->refs;
}

sw_field_id sw_evtx_field_id(struct sw_evtx_compiler *c, struct sw_str name)
{
    return sw_evtx_build_field(&c->builder, name);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

/* The next `size` bytes, or NULL when the stretch ends before. */
static const uint8_t *take(struct sw_evtx_compiler *c, size_t size)
{
    if (c->in.end - c->at < size)
        return NULL;
    const uint8_t *p = c->in.chunk + c->at;
    c->at += size;
    return p;
}

static const char *utf16_text(struct sw_evtx_compiler *c, const uint8_t *p, size_t units, struct sw_str *text)
{
    char *out = sw_arena_bytes(c->arena, units * 3 + 1);
    if (out == NULL)
        return sw_evtx_no_memory;
    size_t len = sw_utf16le_to_utf8(p, units, out);
    sw_arena_trim(c->arena, out + len);
    *text = (struct sw_str){out, len};
    return NULL;
}

/* A text with its length before it. */
static const char *read_text(struct sw_evtx_compiler *c, struct sw_str *text)
{
    const uint8_t *p = take(c, 2);
    size_t units = p != NULL ? sw_evtx_u16(p) : 0;
    const uint8_t *start = p != NULL ? take(c, units * 2) : NULL;
    if (start == NULL)
        return sw_evtx_broken;
    return utf16_text(c, start, units, text);
}

/* The offset of a name, and the name itself where it stands right behind (its first use in the chunk). */
static const char *read_name(struct sw_evtx_compiler *c, struct sw_str *name)
{
    struct sw_evtx_ref ref = {.at = (uint32_t)(c->at - c->in.start)};
    const uint8_t *p = take(c, 4);
    if (p == NULL)
        return sw_evtx_broken;
    size_t offset = sw_evtx_u32(p);
    if (offset > c->in.chunk_len || c->in.chunk_len - offset < SW_EVTX_NAME_HEADER)
        return "name out of bounds";
    ref.units = sw_evtx_u16(c->in.chunk + offset + 6);
    ref.name = c->in.chunk + offset + SW_EVTX_NAME_HEADER;
    ref.in_place = offset == c->at;
    size_t size = ((size_t)ref.units + 1) * 2; /* with its terminator */
    if (c->in.chunk_len - offset - SW_EVTX_NAME_HEADER < size)
        return "name out of bounds";
    if (ref.in_place && take(c, SW_EVTX_NAME_HEADER + size) == NULL)
        return "name out of bounds";
    int rc = sw_grow(&c->refs, &c->ref_cap, c->ref_count, sizeof *c->refs, MAX_REFS);
    if (rc != 0)
        return rc == SW_E_NOMEM ? sw_evtx_no_memory : sw_evtx_broken;
    c->refs[c->ref_count++] = ref;
    return utf16_text(c, ref.name, ref.units, name);
}

/* --- items ------------------------------------------------------------------------------------------------ */

static const char *add_text(struct sw_evtx_compiler *c, struct sw_str text)
{
    return sw_evtx_build_piece(&c->builder, &(struct sw_evtx_piece){.text = text});
}

/* Elements of a template definition begin with the number of the value they depend on; those that stand in a record
 * or a value don't. Some writers differ: then the size that follows tells, for it fits only when read at its place. */
static const char *read_open(struct sw_evtx_compiler *c, bool attributes)
{
    size_t left = c->in.end - c->at;
    if (left < 4)
        return sw_evtx_broken;
    const uint8_t *p = c->in.chunk + c->at;
    bool fits_without = sw_evtx_u32(p) <= left - 4;
    bool fits_with = left >= 6 && sw_evtx_u32(p + 2) <= left - 6;
    bool with = c->in.is_template ? fits_with || !fits_without : fits_with && !fits_without;
    if (take(c, with ? 6 : 4) == NULL)
        return sw_evtx_broken;
    struct sw_str name;
    const char *why = read_name(c, &name);
    if (why == NULL && attributes && take(c, 4) == NULL)
        return sw_evtx_broken;
    return why != NULL ? why : sw_evtx_build_open(&c->builder, name, with ? sw_evtx_u16(p) : SW_EVTX_NO_DEPENDENCY);
}

static const char *read_attribute(struct sw_evtx_compiler *c)
{
    struct sw_str name;
    const char *why = read_name(c, &name);
    return why != NULL ? why : sw_evtx_build_attribute(&c->builder, name);
}

/* A literal. The format allows texts only; numbers of a fixed size are taken too. */
static const char *read_value(struct sw_evtx_compiler *c)
{
    const uint8_t *p = take(c, 1);
    if (p == NULL)
        return sw_evtx_broken;
    struct sw_str text = {NULL, 0};
    if (*p == SW_EVTX_STRING) {
        const char *why = read_text(c, &text);
        return why != NULL ? why : add_text(c, text);
    }
    size_t size = sw_evtx_type_size(*p);
    struct sw_evtx_value value = sw_evtx_value((uint32_t)c->at, (uint16_t)size, *p);
    if (size == 0 || take(c, size) == NULL)
        return sw_evtx_broken;
    char *out = sw_arena_bytes(c->arena, sw_evtx_value_room(value));
    if (out == NULL)
        return sw_evtx_no_memory;
    char *end = sw_evtx_value_put(out, c->in.chunk, c->in.chunk_len, value).end;
    return add_text(c, (struct sw_str){out, (size_t)(end - out)});
}

static const char *read_cdata(struct sw_evtx_compiler *c)
{
    struct sw_str text;
    const char *why = read_text(c, &text);
    return why != NULL ? why : add_text(c, text);
}

static const char *read_character(struct sw_evtx_compiler *c)
{
    const uint8_t *p = take(c, 2);
    if (p == NULL)
        return sw_evtx_broken;
    struct sw_str text;
    const char *why = utf16_text(c, p, 1, &text);
    return why != NULL ? why : add_text(c, text);
}

static const char *read_entity(struct sw_evtx_compiler *c)
{
    static const struct {
        const char *name;
        struct sw_str text;
    } entities[] = {{"amp", SW_STR_INIT("&")},
                    {"lt", SW_STR_INIT("<")},
                    {"gt", SW_STR_INIT(">")},
                    {"quot", SW_STR_INIT("\"")},
                    {"apos", SW_STR_INIT("'")}};
    struct sw_str name;
    const char *why = read_name(c, &name);
    if (why != NULL)
        return why;
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        if (sw_str_is(name, entities[i].name))
            return add_text(c, entities[i].text);
    struct sw_str shown = sw_arena_printf(c->arena, "&%.*s;", SW_STR_ARG(name));
    return shown.ptr == NULL ? sw_evtx_no_memory : add_text(c, shown);
}

static const char *read_substitution(struct sw_evtx_compiler *c, bool optional)
{
    const uint8_t *p = take(c, 3);
    if (p == NULL)
        return sw_evtx_broken;
    return sw_evtx_build_piece(
        &c->builder, &(struct sw_evtx_piece){
                         .text = SW_STR_INIT(""), .index = sw_evtx_u16(p), .is_value = true, .is_optional = optional});
}

const char *sw_evtx_instance(const uint8_t *chunk, size_t chunk_len, size_t at, size_t end, uint32_t *definition,
                             size_t *values)
{
    const size_t head = 9; /* a version, the template's number, the definition's offset */
    if (end > chunk_len || at > end || end - at < head)
        return sw_evtx_broken;
    *definition = sw_evtx_u32(chunk + at + 5);
    at += head;
    if (*definition == at) {
        if (end - at < SW_EVTX_TEMPLATE_HEADER)
            return "template out of bounds";
        size_t size = sw_evtx_u32(chunk + at + 20);
        at += SW_EVTX_TEMPLATE_HEADER;
        if (end - at < size)
            return "template out of bounds";
        at += size;
    }
    *values = at;
    return NULL;
}

const char *sw_evtx_values_end(const uint8_t *chunk, size_t at, size_t end, size_t *values_end)
{
    if (end - at < 4)
        return sw_evtx_broken;
    size_t count = sw_evtx_u32(chunk + at);
    at += 4;
    if (count > (end - at) / 4)
        return sw_evtx_broken;
    size_t total = count * 4;
    for (size_t i = 0; i < count; i++)
        total += sw_evtx_u16(chunk + at + 4 * i);
    if (total > end - at)
        return "values longer than the record";
    *values_end = at + total;
    return NULL;
}

static const char *read_instance(struct sw_evtx_compiler *c)
{
    if (c->in.is_template)
        return sw_evtx_broken;
    size_t start = c->at;
    uint32_t definition;
    size_t values;
    const char *why = sw_evtx_instance(c->in.chunk, c->in.chunk_len, start, c->in.end, &definition, &values);
    if (why == NULL)
        why = sw_evtx_values_end(c->in.chunk, values, c->in.end, &c->at);
    return why != NULL ? why : sw_evtx_build_instance(&c->builder, start, c->at);
}

static const char *skip_instruction(struct sw_evtx_compiler *c, bool target)
{
    struct sw_str ignored;
    return target ? read_name(c, &ignored) : read_text(c, &ignored);
}

static const char *read_item(struct sw_evtx_compiler *c, uint8_t token)
{
    switch (token & (uint8_t)~TOKEN_MORE) {
    case TOKEN_OPEN:
        return read_open(c, token & TOKEN_MORE);
    case TOKEN_VALUE:
        return read_value(c);
    case TOKEN_ATTRIBUTE:
        return read_attribute(c);
    case TOKEN_CDATA:
        return read_cdata(c);
    case TOKEN_CHARACTER:
        return read_character(c);
    case TOKEN_ENTITY:
        return read_entity(c);
    default:
        break;
    }
    switch (token) {
    case TOKEN_CONTENT:
        return sw_evtx_build_content(&c->builder);
    case TOKEN_CLOSE_EMPTY: {
        const char *why = sw_evtx_build_content(&c->builder);
        return why != NULL ? why : sw_evtx_build_close(&c->builder);
    }
    case TOKEN_CLOSE:
        return sw_evtx_build_close(&c->builder);
    case TOKEN_PI_TARGET:
    case TOKEN_PI_DATA:
        return skip_instruction(c, token == TOKEN_PI_TARGET);
    case TOKEN_INSTANCE:
        return read_instance(c);
    case TOKEN_SUBSTITUTION:
    case TOKEN_OPTIONAL:
        return read_substitution(c, token == TOKEN_OPTIONAL);
    case TOKEN_FRAGMENT:
        return take(c, 3) == NULL ? sw_evtx_broken : NULL;
    default:
        return sw_evtx_broken;
    }
}

const char *sw_evtx_compile(struct sw_evtx_compiler *c, const struct sw_evtx_source *source, struct sw_arena *arena,
                            struct sw_evtx_program *program)
{
    c->in = *source;
    c->at = source->start;
    c->arena = arena;
    c->ref_count = 0;
    sw_evtx_build_start(&c->builder, source->context, arena);
    const uint8_t *token;
    while ((token = take(c, 1)) != NULL && *token != TOKEN_END) {
        const char *why = read_item(c, *token);
        if (why != NULL)
            return why;
    }
    return sw_evtx_build_finish(&c->builder, program);
}
