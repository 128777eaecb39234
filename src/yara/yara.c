/* yara.c - reading YARA rule files, what their metadata says, and scanning. */
#include "yara/yara.h"

#include "base/mem.h"
#include "source/stream.h"
#include "source/walk.h"
#include "yara/yara_priv.h"

#include <stdlib.h>

extern const unsigned char sw_embedded_pack_yar[];
extern const size_t sw_embedded_pack_yar_size;

struct sources {
    struct sw_yara_source *items;
    size_t count;
    size_t cap;
};

struct sw_yara_scanner {
    const struct sw_yara *yara;
    YR_SCANNER *scanner;
    struct sw_yara_hit *hits;
    size_t count;
    size_t cap;
    int rc;
};

int sw_yara_reject(struct sw_yara *yara, struct sw_str path, struct sw_str name, uint32_t line, const char *reason)
{
    int rc = sw_grow(&yara->rejects, &yara->reject_cap, yara->reject_count, sizeof *yara->rejects, SW_MAX_RULES);
    if (rc != 0)
        return rc;
    struct sw_reject *reject = &yara->rejects[yara->reject_count];
    *reject = (struct sw_reject){
        .path = sw_arena_dup(&yara->arena, path),
        .title = sw_arena_dup(&yara->arena, name),
        .reason = name.len > 0 ? sw_arena_printf(&yara->arena, "rule %.*s: %s", SW_STR_ARG(name), reason)
                               : sw_arena_dup(&yara->arena, sw_str(reason)),
        .line = line,
        .column = 1};
    if (reject->path.ptr == NULL || reject->reason.ptr == NULL)
        return SW_E_NOMEM;
    yara->reject_count++;
    return 0;
}

/* --- reading -------------------------------------------------------------------------------------------- */

static int add_source(struct sw_yara *yara, struct sources *sources, struct sw_str name, struct sw_str text)
{
    int rc = sw_grow(&sources->items, &sources->cap, sources->count, sizeof *sources->items, SW_MAX_FILES);
    if (rc != 0)
        return rc;
    struct sw_str copy = sw_arena_printf(&yara->arena, "%.*s", SW_STR_ARG(name));
    char *bytes = sw_strndup(text.ptr, text.len);
    if (copy.ptr == NULL || bytes == NULL) {
        sw_free(bytes);
        return SW_E_NOMEM;
    }
    sources->items[sources->count++] = (struct sw_yara_source){copy, bytes, text.len};
    return 0;
}

/* Reads the stream's present member into `bytes`. */
static int read_all(struct sw_stream *stream, struct sw_buf *bytes)
{
    enum { PIECE = 64 * 1024 };
    for (;;) {
        if (sw_buf_reserve(bytes, PIECE) != 0)
            return sw_buf_error(bytes);
        ssize_t n = sw_stream_read(stream, bytes->data + bytes->len, PIECE);
        if (n <= 0)
            return (int)n;
        bytes->len += (size_t)n;
    }
}

static int read_file(struct sw_yara *yara, struct sources *sources, struct sw_stream *stream, const char *path)
{
    struct sw_error err;
    struct sw_member member;
    if (sw_stream_open(stream, path, &err) != 0)
        return sw_yara_reject(yara, sw_str(path), (struct sw_str){NULL, 0}, 0, err.text);
    int rc = 0;
    struct sw_buf bytes;
    sw_buf_init(&bytes, SW_MAX_YARA_FILE);
    while (rc == 0 && (rc = sw_stream_next(stream, &member)) == 1) {
        sw_buf_clear(&bytes);
        int read = member.error != 0 ? SW_E_IO : read_all(stream, &bytes);
        if (read == SW_E_NOMEM)
            rc = read;
        else if (read != 0)
            rc = sw_yara_reject(yara, member.path, (struct sw_str){NULL, 0}, 0,
                                member.error != 0 ? member.reason : sw_strerror(read));
        else
            rc = add_source(yara, sources, member.path, sw_buf_str(&bytes));
    }
    sw_buf_fini(&bytes);
    sw_stream_close(stream);
    return rc;
}

static bool is_rule_file(struct sw_str path)
{
    return sw_str_iends(path, SW_STR(".yar")) || sw_str_iends(path, SW_STR(".yara")) ||
           sw_str_iends(path, SW_STR(".yarac"));
}

static int read_walk(struct sw_yara *yara, struct sources *sources, const struct sw_walk *walk)
{
    struct sw_stream *stream = sw_stream_new();
    struct sw_buf path;
    sw_buf_init(&path, SIZE_MAX / 2);
    int rc = stream != NULL ? 0 : SW_E_NOMEM;
    for (size_t i = 0; i < walk->count && rc == 0; i++) {
        rc = sw_walk_path(walk, i, &path);
        if (rc == 0 && (walk->files[i].named || is_rule_file(sw_str(path.data))))
            rc = read_file(yara, sources, stream, path.data);
    }
    sw_buf_fini(&path);
    sw_stream_free(stream);
    return rc;
}

/* The rule files of one path of the user's. */
static int read_path(struct sw_yara *yara, struct sources *sources, const char *path, struct sw_error *err)
{
    struct sw_walk walk;
    sw_walk_init(&walk);
    int rc = sw_walk_add(&walk, path);
    if (rc == 0)
        rc = sw_walk_finish(&walk);
    size_t before = sources->count + yara->reject_count;
    if (rc == 0 && walk.count == 0 && walk.problem_count > 0)
        rc = sw_error_set(err, SW_E_NOTFOUND, 0, 0, "%s: %s", path, walk.problems[0].reason);
    else if (rc == 0)
        rc = read_walk(yara, sources, &walk);
    if (rc == 0 && sources->count + yara->reject_count == before)
        rc = sw_error_set(err, SW_E_NOTFOUND, 0, 0, "%s: no YARA rules (*.yar, *.yara) there", path);
    sw_walk_fini(&walk);
    return rc;
}

/* --- metadata ------------------------------------------------------------------------------------------- */

static enum sw_level level_of_score(int64_t score)
{
    if (score >= 90)
        return SW_LEVEL_CRITICAL;
    if (score >= 70)
        return SW_LEVEL_HIGH;
    return score >= 50 ? SW_LEVEL_MEDIUM : SW_LEVEL_LOW;
}

/* "T1505.003, T1059" becomes tags. */
static int add_techniques(struct sw_arena *arena, struct sw_rule *rule, struct sw_str text)
{
    struct sw_str *tags = sw_arena_zero(arena, text.len / 5 + 1, sizeof *tags);
    if (tags == NULL)
        return SW_E_NOMEM;
    size_t count = 0;
    for (struct sw_str part; sw_str_next(&text, ',', &part);) {
        part = sw_str_trim(part);
        if (part.len < 5)
            continue;
        tags[count] = sw_arena_printf(arena, "attack.%c%.*s", sw_lower(part.ptr[0]), SW_STR_ARG(sw_str_from(part, 1)));
        if (tags[count++].ptr == NULL)
            return SW_E_NOMEM;
    }
    rule->tags = tags;
    rule->tag_count = count;
    return 0;
}

static int read_meta(struct sw_arena *arena, struct sw_rule *rule, const YR_META *meta)
{
    struct sw_str name = sw_str(meta->identifier);
    if (meta->type == META_TYPE_INTEGER) {
        if (sw_str_is(name, "score"))
            rule->level = level_of_score(meta->integer);
        return 0;
    }
    if (meta->type != META_TYPE_STRING)
        return 0;
    struct sw_str value = sw_arena_dup(arena, sw_str(meta->string));
    if (value.ptr == NULL)
        return SW_E_NOMEM;
    if (sw_str_is(name, "id"))
        rule->id = value;
    else if (sw_str_is(name, "description"))
        rule->title = value;
    else if (sw_str_is(name, "author"))
        rule->author = value;
    else if (sw_str_is(name, "falsepositives"))
        rule->falsepositives = value;
    else if (sw_str_is(name, "level") || sw_str_is(name, "severity"))
        (void)sw_level_parse(value, &rule->level);
    else if (sw_str_is(name, "technique"))
        return add_techniques(arena, rule, value);
    return 0;
}

static int describe(struct sw_yara *yara, struct sw_rule *rule, const YR_RULE *compiled)
{
    struct sw_arena *arena = &yara->arena;
    *rule = (struct sw_rule){.level = SW_LEVEL_MEDIUM, .status = SW_STR("stable")};
    rule->name = sw_arena_dup(arena, sw_str(compiled->identifier));
    rule->path = sw_arena_dup(arena, sw_str(compiled->ns->name));
    if (rule->name.ptr == NULL || rule->path.ptr == NULL)
        return SW_E_NOMEM;
    const YR_META *meta;
    int rc = 0;
    yr_rule_metas_foreach(compiled, meta)
    {
        rc = read_meta(arena, rule, meta);
        if (rc != 0)
            return rc;
    }
    if (rule->title.len == 0)
        rule->title = rule->name;
    if (rule->id.len == 0)
        rule->id = sw_arena_printf(arena, "yara-%.*s", SW_STR_ARG(rule->name));
    return rule->id.ptr != NULL ? 0 : SW_E_NOMEM;
}

static int describe_all(struct sw_yara *yara)
{
    yara->rule_count = yara->compiled->num_rules;
    yara->rules = sw_alloc(yara->rule_count + 1, sizeof *yara->rules);
    int rc = yara->rules != NULL ? 0 : SW_E_NOMEM;
    for (size_t i = 0; i < yara->rule_count && rc == 0; i++)
        rc = describe(yara, &yara->rules[i], &yara->compiled->rules_table[i]);
    return rc;
}

/* --- loading -------------------------------------------------------------------------------------------- */

int sw_yara_load(struct sw_yara **out, const struct sw_yara_options *options, struct sw_error *err)
{
    *out = NULL;
    struct sw_yara *yara = sw_alloc(1, sizeof *yara);
    if (yara == NULL || yr_initialize() != ERROR_SUCCESS) {
        sw_free(yara);
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    }
    sw_arena_init(&yara->arena, (size_t)1 << 30);
    struct sources sources = {0};
    int rc = 0;
    if (options->builtin)
        rc = add_source(yara, &sources, SW_STR("built in"),
                        sw_strn((const char *)sw_embedded_pack_yar, sw_embedded_pack_yar_size));
    for (size_t i = 0; i < options->path_count && rc == 0; i++)
        rc = read_path(yara, &sources, options->paths[i], err);
    if (rc == 0)
        rc = sw_yara_compile(yara, sources.items, sources.count);
    if (rc == 0)
        rc = describe_all(yara);
    if (rc == SW_E_NOMEM || rc == SW_E_LIMIT)
        (void)sw_error_set(err, rc, 0, 0, "YARA rules: %s", sw_strerror(rc));
    for (size_t i = 0; i < sources.count; i++)
        sw_free(sources.items[i].text);
    sw_free(sources.items);
    if (rc != 0)
        sw_yara_free(yara);
    else
        *out = yara;
    return rc;
}

void sw_yara_free(struct sw_yara *yara)
{
    if (yara == NULL)
        return;
    if (yara->compiled != NULL)
        yr_rules_destroy(yara->compiled);
    yr_finalize();
    sw_free(yara->rules);
    sw_free(yara->rejects);
    sw_arena_fini(&yara->arena);
    sw_free(yara);
}

const struct sw_rule *sw_yara_rules(const struct sw_yara *yara, size_t *count)
{
    *count = yara->rule_count;
    return yara->rules;
}

const struct sw_reject *sw_yara_rejects(const struct sw_yara *yara, size_t *count)
{
    *count = yara->reject_count;
    return yara->rejects;
}

/* --- scanning ------------------------------------------------------------------------------------------- */

/* Keeps the places in order, the first ones of all strings. */
static void add_place(struct sw_yara_hit *hit, const struct sw_yara_place *place)
{
    uint32_t at = hit->place_count;
    if (at == SW_MAX_YARA_HITS && hit->places[at - 1].offset <= place->offset)
        return;
    at = at == SW_MAX_YARA_HITS ? at - 1 : hit->place_count++;
    for (; at > 0 && hit->places[at - 1].offset > place->offset; at--)
        hit->places[at] = hit->places[at - 1];
    hit->places[at] = *place;
}

/* The first places of one string. libyara packs its matches: they aren't aligned, so that each is copied first. */
static void add_places(struct sw_yara_hit *hit, const YR_STRING *string, const YR_SCAN_CONTEXT *context)
{
    YR_MATCH match;
    const void *at = context->matches[string->idx].head;
    for (unsigned told = 0; at != NULL && told < SW_MAX_YARA_HITS; at = match.next) {
        memcpy(&match, at, sizeof match);
        if (match.is_private)
            continue;
        const struct sw_yara_place place = {string->identifier, (uint64_t)(match.base + match.offset),
                                            (uint32_t)match.match_length};
        add_place(hit, &place);
        told++;
    }
}

static int on_rule(struct sw_yara_scanner *scanner, YR_SCAN_CONTEXT *context, const YR_RULE *rule)
{
    scanner->rc = sw_grow(&scanner->hits, &scanner->cap, scanner->count, sizeof *scanner->hits, SW_MAX_RULES);
    if (scanner->rc != 0)
        return CALLBACK_ERROR;
    struct sw_yara_hit *hit = &scanner->hits[scanner->count++];
    *hit = (struct sw_yara_hit){.rule = (uint32_t)(rule - scanner->yara->compiled->rules_table)};
    const YR_STRING *string;
    yr_rule_strings_foreach(rule, string)
    {
        add_places(hit, string, context);
    }
    return CALLBACK_CONTINUE;
}

static int on_scan(YR_SCAN_CONTEXT *context, int message, void *data, void *arg)
{
    return message == CALLBACK_MSG_RULE_MATCHING ? on_rule(arg, context, data) : CALLBACK_CONTINUE;
}

int sw_yara_scanner_new(struct sw_yara_scanner **out, const struct sw_yara *yara)
{
    struct sw_yara_scanner *scanner = sw_alloc(1, sizeof *scanner);
    *out = scanner;
    if (scanner == NULL)
        return SW_E_NOMEM;
    scanner->yara = yara;
    if (yr_scanner_create(yara->compiled, &scanner->scanner) != ERROR_SUCCESS) {
        sw_free(scanner);
        *out = NULL;
        return SW_E_NOMEM;
    }
    yr_scanner_set_callback(scanner->scanner, on_scan, scanner);
    yr_scanner_set_timeout(scanner->scanner, SW_YARA_SECONDS);
    /* The bytes are in memory of our own: no handler of signals is needed for files that shrink while mapped. */
    yr_scanner_set_flags(scanner->scanner,
                         SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
    return 0;
}

void sw_yara_scanner_free(struct sw_yara_scanner *scanner)
{
    if (scanner == NULL)
        return;
    yr_scanner_destroy(scanner->scanner);
    sw_free(scanner->hits);
    sw_free(scanner);
}

static int by_rule(const void *left, const void *right)
{
    const struct sw_yara_hit *a = left;
    const struct sw_yara_hit *b = right;
    return (a->rule > b->rule) - (a->rule < b->rule);
}

/* The variables that rules may ask about the file's name. */
static void set_names(YR_SCANNER *scanner, struct sw_str path)
{
    char text[SW_MAX_PATH_SHOWN + 1];
    struct sw_str shown = path.len > SW_MAX_PATH_SHOWN ? sw_str_from(path, path.len - SW_MAX_PATH_SHOWN) : path;
    if (shown.len > 0)
        memcpy(text, shown.ptr, shown.len);
    text[shown.len] = '\0';
    const char *name = strrchr(text, '/');
    name = name != NULL ? name + 1 : text;
    const char *dot = strrchr(name, '.');
    (void)yr_scanner_define_string_variable(scanner, "filepath", text);
    (void)yr_scanner_define_string_variable(scanner, "filename", name);
    (void)yr_scanner_define_string_variable(scanner, "extension", dot != NULL ? dot : "");
}

int sw_yara_scan(struct sw_yara_scanner *scanner, struct sw_str bytes, struct sw_str path,
                 const struct sw_yara_hit **hits, size_t *hit_count)
{
    scanner->count = 0;
    scanner->rc = 0;
    set_names(scanner->scanner, path);
    int error =
        bytes.len > 0 ? yr_scanner_scan_mem(scanner->scanner, (const uint8_t *)bytes.ptr, bytes.len) : ERROR_SUCCESS;
    if (scanner->count > 1)
        qsort(scanner->hits, scanner->count, sizeof *scanner->hits, by_rule);
    *hits = scanner->hits;
    *hit_count = scanner->count;
    if (error == ERROR_SUCCESS)
        return 0;
    if (error == ERROR_SCAN_TIMEOUT || error == ERROR_TOO_MANY_MATCHES)
        return SW_E_LIMIT;
    return scanner->rc != 0 ? scanner->rc : SW_E_NOMEM;
}
