/* scan.c - the engines for one script, and their findings with lines and sentences. */
#include "webshell/scan.h"

#include "base/mem.h"
#include "webshell/flow.h"
#include "webshell/language.h"
#include "webshell/lex.h"
#include "webshell/place.h"
#include "webshell/plain.h"
#include "webshell/powers.h"

/* Encoded parts of one script that are looked at. */
enum { ENCODED_PARTS = 16 };

struct sw_script_scanner {
    const struct sw_yara *yara;
    struct sw_yara_scanner *yara_scanner;
    struct sw_arena arena; /* of one script */
    struct sw_arena plain; /* its text without escapes */
    struct sw_script_find *finds;
    size_t count;
    size_t cap;
};

int sw_script_prepare(void)
{
    int rc = sw_languages_prepare();
    if (rc == 0)
        rc = sw_powers_prepare();
    return rc == 0 ? sw_shell_rules_prepare() : rc;
}

int sw_script_scanner_new(struct sw_script_scanner **out, const struct sw_yara *yara)
{
    struct sw_script_scanner *scanner = sw_alloc(1, sizeof *scanner);
    *out = scanner;
    if (scanner == NULL)
        return SW_E_NOMEM;
    scanner->yara = yara;
    sw_arena_init(&scanner->arena, SW_MAX_SCRIPT_ARENA);
    sw_arena_init(&scanner->plain, 2 * SW_MAX_SCRIPT);
    if (yara != NULL && sw_yara_scanner_new(&scanner->yara_scanner, yara) != 0) {
        sw_script_scanner_free(scanner);
        *out = NULL;
        return SW_E_NOMEM;
    }
    return 0;
}

void sw_script_scanner_free(struct sw_script_scanner *scanner)
{
    if (scanner == NULL)
        return;
    sw_yara_scanner_free(scanner->yara_scanner);
    sw_arena_fini(&scanner->arena);
    sw_arena_fini(&scanner->plain);
    sw_free(scanner->finds);
    sw_free(scanner);
}

/* --- places --------------------------------------------------------------------------------------------- */

static uint64_t line_of(struct sw_str text, uint64_t offset)
{
    uint64_t line = 1;
    const char *at = text.ptr;
    const char *end = text.ptr + (offset < text.len ? offset : text.len);
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        line++;
        at++;
    }
    return line;
}

/* The line around an offset; of a long one the part that the offset lies in. */
static struct sw_str line_text(struct sw_str text, uint64_t offset)
{
    size_t at = offset < text.len ? (size_t)offset : text.len;
    size_t from = at;
    while (from > 0 && text.ptr[from - 1] != '\n' && at - from < SW_MAX_SCRIPT_LINE / 4)
        from--;
    size_t end = at;
    while (end < text.len && text.ptr[end] != '\n' && end - from < SW_MAX_SCRIPT_LINE)
        end++;
    return sw_str_trim(sw_str_slice(text, from, end));
}

static int add_find(struct sw_script_scanner *scanner, struct sw_script_find find, struct sw_str text)
{
    int rc = sw_grow(&scanner->finds, &scanner->cap, scanner->count, sizeof *scanner->finds, SW_MAX_RULES);
    if (rc != 0)
        return rc;
    find.line = line_of(text, find.offset);
    find.text = line_text(text, find.offset);
    scanner->finds[scanner->count++] = find;
    return 0;
}

/* --- engines -------------------------------------------------------------------------------------------- */

static int add_yara_find(struct sw_script_scanner *scanner, const struct sw_yara_hit *hit, struct sw_str text)
{
    size_t count;
    const struct sw_rule *rule = &sw_yara_rules(scanner->yara, &count)[hit->rule];
    struct sw_script_find find = {.rule = rule, .engine = "yara"};
    struct sw_str *more = sw_arena_zero(&scanner->arena, hit->place_count + 1, sizeof *more);
    if (more == NULL)
        return 0;
    for (uint32_t i = 0; i < hit->place_count; i++) {
        const struct sw_yara_place *place = &hit->places[i];
        more[i] = sw_arena_printf(&scanner->arena, "line %llu, byte %llu: %s, %u bytes",
                                  (unsigned long long)line_of(text, place->offset), (unsigned long long)place->offset,
                                  place->string, place->len);
    }
    find.offset = hit->place_count > 0 ? hit->places[0].offset : 0;
    find.more = more;
    find.more_count = hit->place_count;
    find.sentence =
        sw_arena_printf(&scanner->arena, "YARA rule %.*s%s%s", SW_STR_ARG(rule->name),
                        hit->place_count > 0 ? ", string " : "", hit->place_count > 0 ? hit->places[0].string : "");
    return add_find(scanner, find, text);
}

static int run_yara(struct sw_script_scanner *scanner, struct sw_str path, struct sw_str text,
                    struct sw_script_result *result)
{
    const struct sw_yara_hit *hits;
    size_t count;
    int rc = sw_yara_scan(scanner->yara_scanner, text, path, &hits, &count);
    if (rc == SW_E_LIMIT) {
        result->yara_stopped = true;
        rc = 0;
    }
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_yara_find(scanner, &hits[i], text);
    return rc;
}

static int add_shell_find(struct sw_script_scanner *scanner, struct sw_shell_report *report, struct sw_str text)
{
    const struct sw_shell_reason *gravest = sw_shell_report_verdict(report);
    if (gravest == NULL)
        return 0;
    struct sw_str *more = sw_arena_zero(&scanner->arena, report->count, sizeof *more);
    if (more == NULL)
        return 0;
    for (unsigned i = 0; i < report->count; i++)
        more[i] = sw_arena_printf(&scanner->arena, "line %llu: %.*s",
                                  (unsigned long long)line_of(text, report->reasons[i].at),
                                  SW_STR_ARG(report->reasons[i].sentence));
    struct sw_script_find find = {
        .rule = &sw_shell_rules()[gravest->rule],
        .engine = "webshell",
        .score = report->score,
        .offset = gravest->at,
        .sentence = gravest->sentence,
        .more = more,
        .more_count = report->count,
    };
    return add_find(scanner, find, text);
}

/* The text with its encoded parts blanked out: they are read decoded. */
static struct sw_str without_parts(struct sw_arena *arena, struct sw_str text, const struct sw_plain_part *parts, size_t count)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return text;
    memcpy(out, text.ptr, text.len);
    for (size_t i = 0; i < count; i++)
        for (uint32_t at = parts[i].start; at < parts[i].end && at < text.len; at++)
            out[at] = out[at] == '\n' ? '\n' : ' ';
    return sw_strn(out, text.len);
}

int sw_script_analyse(struct sw_script_scanner *scanner, const char *kind, struct sw_str text,
                      struct sw_shell_report *report)
{
    struct sw_arena *arena = &scanner->arena;
    /* Afresh: blocks of scripts before would decide how much of the largest scripts there is room for. */
    sw_arena_fini(arena);
    sw_arena_init(arena, SW_MAX_SCRIPT_ARENA);
    sw_shell_report_init(report, arena);
    const struct sw_language *language = sw_language_of(kind);
    if (language == NULL)
        return 0;
    struct sw_plain_part parts[ENCODED_PARTS];
    size_t count = language == &sw_language_asp ? sw_plain_encoded(arena, text, parts, ENCODED_PARTS) : 0;
    struct sw_unit unit;
    sw_unit_init(&unit, language, count > 0 ? without_parts(arena, text, parts, count) : text);
    if (count > 0)
        sw_shell_report_add(report, SW_SHELL_OBFUSCATED, 40, parts[0].start, "%zu parts of the script are encoded", count);
    /* A file without any tag runs only when another includes it as text for eval(): it is read as code all the same. */
    bool bare = sw_str_ifind(text, SW_STR("<script")) == SW_NPOS;
    if (language == &sw_language_php)
        bare = bare && sw_str_find(text, SW_STR("<?")) == SW_NPOS && sw_str_chr(text, '$') != SW_NPOS;
    else
        bare = bare && language == &sw_language_asp && sw_str_find(text, SW_STR("<%")) == SW_NPOS;
    int rc = sw_lex(&unit, bare);
    if (unit.utf7)
        sw_shell_report_add(report, SW_SHELL_OBFUSCATED, 65, 0, "the page says that it is written in UTF-7");
    if (rc == 0)
        rc = sw_flow_run(&unit, parts, count, report);
    sw_unit_fini(&unit);
    return rc;
}

int sw_script_scan(struct sw_script_scanner *scanner, const char *kind, struct sw_str path, struct sw_str text,
                   struct sw_script_result *result)
{
    scanner->count = 0;
    *result = (struct sw_script_result){0};
    sw_arena_reset(&scanner->plain);
    struct sw_shell_report report;
    struct sw_str plain = sw_plain_text(&scanner->plain, kind, text);
    int rc = sw_script_analyse(scanner, kind, plain, &report);
    result->incomplete = report.incomplete;
    sw_place_judge(kind, path, &report);
    if (rc == 0)
        rc = add_shell_find(scanner, &report, plain);
    if (rc == 0 && scanner->yara != NULL)
        rc = run_yara(scanner, path, text, result);
    result->finds = scanner->finds;
    result->count = scanner->count;
    return rc;
}
