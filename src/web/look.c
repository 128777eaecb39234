/* look.c - a closer look: a request taken apart into texts, each undone, and the detectors run over them. */
#include "web/web_priv.h"

enum { MOST_ARGUMENTS = 256, BASE64_DEPTH = 2, BASE64_LEAST = 8 };

/* --- reports ------------------------------------------------------------------------------------------------ */

void sw_web_report(struct sw_web_look *look, enum sw_web_class_id class_id, enum sw_web_confidence confidence,
                   const struct sw_web_text *text, const char *what, size_t at, size_t len)
{
    struct sw_web_report *report = &look->reports[class_id];
    /* No ordinary client hides what it sends. */
    if (confidence == SW_WEB_HINT && (text->layers & (SW_WEB_EVASIVE & ~(unsigned)SW_WEB_TWICE)) != 0)
        confidence = SW_WEB_ATTEMPT;
    if (report->confidence >= confidence)
        return;
    *report = (struct sw_web_report){
        .confidence = (uint8_t)confidence,
        .place = text->place,
        .layers = text->layers,
        .what = what,
        .shown = sw_str_slice(text->text, at > 24 ? at - 24 : 0, at + len + 40),
    };
}

/* --- texts -------------------------------------------------------------------------------------------------- */

static uint16_t trait_of(unsigned char c)
{
    switch (c) {
    case '\'': case '"': case '`':
        return SW_WEB_HAS_QUOTE;
    case '<': case '>':
        return SW_WEB_HAS_ANGLE;
    case '(': case ')':
        return SW_WEB_HAS_PAREN;
    case '{': case '}': case '[': case ']':
        return SW_WEB_HAS_BRACE;
    case '$': case '#': case '@': case '%':
        return SW_WEB_HAS_DOLLAR;
    case ';': case '|': case '&':
        return SW_WEB_HAS_SEPARATOR;
    case '\n': case '\r':
        return SW_WEB_HAS_SEPARATOR | SW_WEB_HAS_SPACE;
    case ' ': case '\t':
        return SW_WEB_HAS_SPACE;
    case '/': case '\\':
        return SW_WEB_HAS_SLASH;
    case ':':
        return SW_WEB_HAS_COLON;
    case '=': case '!': case '*': case '^': case '~': case '-': case '?':
        return SW_WEB_HAS_OPERATOR;
    case '.':
        return SW_WEB_HAS_DOT;
    default:
        return c < 0x20 ? SW_WEB_HAS_CONTROL : c >= 0x80 ? SW_WEB_HAS_HIGH : 0;
    }
}

bool sw_web_text_make(struct sw_web_look *look, struct sw_web_text *text, struct sw_str raw, bool plus)
{
    text->raw = raw;
    text->text = sw_web_undo(look->arena, raw, plus, &text->layers);
    text->text = sw_web_resolve_lookups(look->arena, text->text, &text->layers);
    if (text->text.ptr == NULL && raw.len > 0)
        return false;
    text->low = sw_web_low(look->arena, text->text);
    if (text->low.ptr == NULL)
        return false;
    text->traits = 0;
    for (size_t i = 0; i < text->text.len; i++)
        text->traits |= trait_of((unsigned char)text->text.ptr[i]);
    return true;
}

struct detector {
    void (*detect)(struct sw_web_look *look, const struct sw_web_text *text);
    uint16_t places;
    uint16_t needs; /* one of these traits; 0: none */
};

static const struct detector detectors[] = {
    {sw_web_detect_phrases, 0xffff & ~SW_WEB_WHOLE, 0},
    {sw_web_detect_expression, 0xffff & ~SW_WEB_WHOLE, SW_WEB_HAS_BRACE | SW_WEB_HAS_DOLLAR},
    {sw_web_detect_path, 0xffff & ~SW_WEB_WHOLE, SW_WEB_HAS_DOT | SW_WEB_HAS_SLASH},
    {sw_web_detect_url, SW_WEB_PATH | SW_WEB_NAME | SW_WEB_VALUE | SW_WEB_COOKIE,
     SW_WEB_HAS_COLON | SW_WEB_HAS_SLASH | SW_WEB_HAS_OPERATOR},
    {sw_web_detect_shell, 0xffff & ~SW_WEB_WHOLE, 0},
    {sw_web_detect_windows, 0xffff & ~SW_WEB_WHOLE, SW_WEB_HAS_SPACE | SW_WEB_HAS_SEPARATOR | SW_WEB_HAS_OPERATOR},
    {sw_web_detect_sql, 0xffff & ~SW_WEB_WHOLE,
     SW_WEB_HAS_QUOTE | SW_WEB_HAS_SPACE | SW_WEB_HAS_PAREN | SW_WEB_HAS_OPERATOR | SW_WEB_HAS_SEPARATOR |
         SW_WEB_HAS_COLON | SW_WEB_HAS_ANGLE},
    {sw_web_detect_nosql, SW_WEB_NAME | SW_WEB_VALUE | SW_WEB_COOKIE | SW_WEB_PATH, 0},
    {sw_web_detect_markup, 0xffff & ~SW_WEB_WHOLE,
     SW_WEB_HAS_ANGLE | SW_WEB_HAS_BRACE | SW_WEB_HAS_OPERATOR | SW_WEB_HAS_COLON},
    {sw_web_detect_php, 0xffff & ~SW_WEB_WHOLE,
     SW_WEB_HAS_ANGLE | SW_WEB_HAS_PAREN | SW_WEB_HAS_BRACE | SW_WEB_HAS_COLON | SW_WEB_HAS_DOLLAR},
    {sw_web_detect_script, 0xffff & ~SW_WEB_WHOLE, SW_WEB_HAS_PAREN | SW_WEB_HAS_BRACE | SW_WEB_HAS_DOLLAR},
    {sw_web_detect_header, 0xffff & ~SW_WEB_WHOLE, SW_WEB_HAS_SEPARATOR},
};

/* Names of classes that nobody has a reason to write in Base64. */
static void classes_in_base64(struct sw_web_look *look, const struct sw_web_text *text)
{
    static const char *const names[] = {"runtime", "processbuilder", "classloader", "templates"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t at = sw_str_find(text->low, sw_str(names[i]));
        if (at != SW_NPOS)
            sw_web_report(look, SW_WEB_CLASS_DESERIAL, SW_WEB_ATTEMPT, text, "a class's name in Base64", at, 20);
    }
}

/* Runs of Base64 characters are looked into: an argument, a cookie, a gadget's name in another alphabet. */
static void detect_inside(struct sw_web_look *look, const struct sw_web_text *text)
{
    if (look->base64_depth == BASE64_DEPTH || text->raw.len < BASE64_LEAST)
        return;
    for (unsigned phase = 0; phase < 3; phase++) {
        struct sw_web_text inner = {.place = text->place, .layers = text->layers | SW_WEB_BASE64, .name = text->name};
        struct sw_str plain = sw_web_base64(look->arena, text->text, phase);
        if (plain.ptr == NULL)
            continue;
        look->base64_depth++;
        if (sw_web_text_make(look, &inner, plain, false)) {
            sw_web_text_detect(look, &inner);
            classes_in_base64(look, &inner);
        }
        look->base64_depth--;
    }
}

void sw_web_text_detect(struct sw_web_look *look, const struct sw_web_text *text)
{
    for (size_t i = 0; i < sizeof detectors / sizeof *detectors; i++) {
        const struct detector *detector = &detectors[i];
        if ((detector->places & text->place) != 0 && (detector->needs == 0 || (detector->needs & text->traits) != 0))
            detector->detect(look, text);
    }
    if ((text->place & (SW_WEB_NAME | SW_WEB_VALUE | SW_WEB_COOKIE)) != 0)
        detect_inside(look, text);
}

/* Whether nothing was reported in between: a report's text is the only thing that may point into the arena. */
static bool same_reports(const struct sw_web_report *a, const struct sw_web_report *b)
{
    for (size_t i = 0; i < SW_WEB_CLASS_COUNT; i++)
        if (a[i].what != b[i].what || a[i].shown.ptr != b[i].shown.ptr || a[i].shown.len != b[i].shown.len)
            return false;
    return true;
}

/* --- the request taken apart -------------------------------------------------------------------------------- */

static void detect_part(struct sw_web_look *look, enum sw_web_place place, struct sw_str raw, bool plus,
                        struct sw_str name)
{
    if (raw.len == 0)
        return;
    struct sw_arena_mark mark = sw_arena_mark(look->arena);
    struct sw_web_text text = {.place = (uint16_t)place, .name = name};
    struct sw_web_report before[SW_WEB_CLASS_COUNT];
    memcpy(before, look->reports, sizeof before);
    if (sw_web_text_make(look, &text, raw, plus))
        sw_web_text_detect(look, &text);
    if (same_reports(before, look->reports))
        sw_arena_rewind(look->arena, mark); /* nothing points into it */
}

/* name=value pairs between separators. */
static void detect_pairs(struct sw_web_look *look, struct sw_str text, char separator, enum sw_web_place name_place,
                         enum sw_web_place value_place, bool plus)
{
    struct sw_str pair;
    for (unsigned i = 0; i < MOST_ARGUMENTS && sw_str_next(&text, separator, &pair); i++) {
        if (i + 1 == MOST_ARGUMENTS && text.ptr != NULL)
            pair.len = (size_t)(text.ptr + text.len - pair.ptr); /* what is left as one */
        size_t equals = sw_str_chr(pair, '=');
        struct sw_str name =
            separator == ';' ? sw_str_trim(sw_str_slice(pair, 0, equals)) : sw_str_slice(pair, 0, equals);
        detect_part(look, name_place, name, plus, (struct sw_str){NULL, 0});
        if (equals != SW_NPOS)
            detect_part(look, value_place, sw_str_from(pair, equals + 1), plus, name);
    }
}

/* The parts of a target that shapes of exploits ask for. */
static bool prepare_target(struct sw_web_look *look)
{
    struct sw_str raw = sw_str_slice(look->request->part[SW_WEB_ROLE_TARGET], 0, SW_WEB_TEXT_MAX);
    look->target.place = SW_WEB_WHOLE;
    if (!sw_web_text_make(look, &look->target, raw, false))
        return false;
    look->raw_low = sw_web_low(look->arena, raw);
    size_t mark = sw_str_chr(look->target.low, '?');
    look->path_low = sw_str_slice(look->target.low, 0, mark);
    look->query_low = mark == SW_NPOS ? (struct sw_str){NULL, 0} : sw_str_from(look->target.low, mark + 1);
    uint32_t layers = 0;
    bool above;
    look->path = sw_web_fold_path(look->arena, look->path_low, &layers, &above);
    return look->raw_low.ptr != NULL && look->path.ptr != NULL;
}

static void find_shapes(struct sw_web_look *look)
{
    struct sw_web_text text = look->target;
    sw_web_detect_phrases(look, &text);
    if (!sw_str_eq(look->path, look->path_low)) {
        text.text = text.low = look->path;
        sw_web_detect_phrases(look, &text);
    }
    if (!sw_str_eq(look->raw_low, look->target.low)) {
        text.text = text.low = look->raw_low;
        sw_web_detect_phrases(look, &text);
    }
}

/* Path and arguments of a target or a referer. */
static void detect_target(struct sw_web_look *look, struct sw_str raw)
{
    size_t mark = sw_str_chr(raw, '?');
    /* A target of which even the '?' is encoded is taken apart after one round. */
    detect_part(look, SW_WEB_PATH, sw_str_slice(raw, 0, mark), false, (struct sw_str){NULL, 0});
    if (mark != SW_NPOS) {
        struct sw_str query = sw_str_from(raw, mark + 1);
        detect_pairs(look, query, '&', SW_WEB_NAME, SW_WEB_VALUE, true);
    } else if (sw_str_find(look->target.low, SW_STR("?")) != SW_NPOS) {
        detect_pairs(look, sw_str_from(look->target.text, sw_str_chr(look->target.text, '?') + 1), '&', SW_WEB_NAME,
                     SW_WEB_VALUE, true);
    }
}

static void detect_referer(struct sw_web_look *look, struct sw_str raw)
{
    size_t mark = sw_str_chr(raw, '?');
    size_t hash = sw_str_chr(raw, '#');
    bool query = mark != SW_NPOS && (hash == SW_NPOS || mark < hash);
    detect_part(look, SW_WEB_REFERER, sw_str_slice(raw, 0, query ? mark : hash), false, (struct sw_str){NULL, 0});
    if (query)
        detect_pairs(look, sw_str_slice(raw, mark + 1, hash), '&', SW_WEB_REFERER, SW_WEB_REFERER, true);
    if (hash != SW_NPOS)
        detect_part(look, SW_WEB_REFERER, sw_str_from(raw, hash + 1), true, (struct sw_str){NULL, 0});
}

void sw_web_request_detect(struct sw_web_look *look, uint32_t parts)
{
    struct sw_str part[SW_WEB_ROLE_COUNT];
    for (unsigned i = 0; i < SW_WEB_ROLE_COUNT; i++)
        part[i] = sw_str_slice(look->request->part[i], 0, SW_WEB_TEXT_MAX);
    if (!prepare_target(look))
        return;
    find_shapes(look);
    if ((parts & 1u << SW_WEB_ROLE_TARGET) != 0)
        detect_target(look, part[SW_WEB_ROLE_TARGET]);
    if ((parts & 1u << SW_WEB_ROLE_AGENT) != 0)
        detect_part(look, SW_WEB_AGENT, part[SW_WEB_ROLE_AGENT], false, (struct sw_str){NULL, 0});
    if ((parts & 1u << SW_WEB_ROLE_REFERER) != 0)
        detect_referer(look, part[SW_WEB_ROLE_REFERER]);
    if ((parts & 1u << SW_WEB_ROLE_COOKIE) != 0)
        detect_pairs(look, part[SW_WEB_ROLE_COOKIE], ';', SW_WEB_COOKIE, SW_WEB_COOKIE, false);
    static const enum sw_web_role headers[] = {SW_WEB_ROLE_FORWARDED, SW_WEB_ROLE_EXTRA, SW_WEB_ROLE_MAILBOX,
                                               SW_WEB_ROLE_HOST};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if ((parts & 1u << headers[i]) != 0)
            detect_part(look, SW_WEB_HEADER, part[headers[i]], false, (struct sw_str){NULL, 0});
    sw_web_detect_request(look);
}
