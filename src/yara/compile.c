/*
 * compile.c - YARA sources into compiled rules. All go into one compiler; only when that fails, each file is tried by
 * itself and the rules that fail are blanked out, one after the other.
 */
#include "yara/yara_priv.h"

#include "base/mem.h"

/* Rules of one file that may fail before the whole file is given up. */
enum { FAILURES_MAX = 500 };

/* The first error of a compilation. */
struct failure {
    bool set;
    uint32_t line;
    char text[256];
};

static void on_message(int level, const char *file, int line, const YR_RULE *rule, const char *message, void *arg)
{
    (void)file;
    (void)rule;
    struct failure *failure = arg;
    if (level != YARA_ERROR_LEVEL_ERROR || failure->set)
        return;
    failure->set = true;
    failure->line = line > 0 ? (uint32_t)line : 1;
    (void)snprintf(failure->text, sizeof failure->text, "%s", message);
}

static YR_COMPILER *compiler_new(struct failure *failure)
{
    static const char *const texts[] = {"filename", "filepath", "extension", "filetype", "owner", "md5"};
    YR_COMPILER *compiler = NULL;
    if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
        return NULL;
    yr_compiler_set_callback(compiler, on_message, failure);
    /* Includes would open files by names that rules choose; a directory given with all its files needs none. */
    yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        (void)yr_compiler_define_string_variable(compiler, texts[i], "");
    return compiler;
}

/* Compiles one file by itself and blanks out its rules that fail. SW_E_FORMAT: nothing of it can be used. */
static int sift(struct sw_yara *yara, struct sw_yara_source *source)
{
    for (unsigned round = 0; round < FAILURES_MAX; round++) {
        struct failure failure = {0};
        YR_COMPILER *compiler = compiler_new(&failure);
        if (compiler == NULL)
            return SW_E_NOMEM;
        int errors = yr_compiler_add_string(compiler, source->text, source->name.ptr);
        yr_compiler_destroy(compiler);
        if (errors == 0)
            return 0;
        struct sw_yara_span span = sw_yara_rule_at(sw_strn(source->text, source->len), failure.line);
        int rc = sw_yara_reject(yara, source->name, span.name, failure.line, failure.text);
        if (rc != 0)
            return rc;
        bool blanked = false;
        for (size_t i = span.start; i < span.end; i++) {
            blanked |= !sw_is_space(source->text[i]);
            if (source->text[i] != '\n')
                source->text[i] = ' ';
        }
        if (!blanked)
            return SW_E_FORMAT;
    }
    return SW_E_FORMAT;
}

/* All sources into one compiler. SW_E_FORMAT when one of them has an error. */
static int compile_all(struct sw_yara *yara, const struct sw_yara_source *sources, size_t count)
{
    struct failure failure = {0};
    YR_COMPILER *compiler = compiler_new(&failure);
    if (compiler == NULL)
        return SW_E_NOMEM;
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        if (sources[i].text != NULL && yr_compiler_add_string(compiler, sources[i].text, sources[i].name.ptr) > 0)
            rc = SW_E_FORMAT;
    if (rc == 0 && yr_compiler_get_rules(compiler, &yara->compiled) != ERROR_SUCCESS)
        rc = SW_E_NOMEM;
    yr_compiler_destroy(compiler);
    return rc;
}

int sw_yara_compile(struct sw_yara *yara, struct sw_yara_source *sources, size_t count)
{
    int rc = compile_all(yara, sources, count);
    if (rc != SW_E_FORMAT)
        return rc;
    for (size_t i = 0; i < count; i++) {
        rc = sift(yara, &sources[i]);
        if (rc == SW_E_FORMAT) {
            sw_free(sources[i].text);
            sources[i].text = NULL;
            rc = sw_yara_reject(yara, sources[i].name, (struct sw_str){NULL, 0}, 1,
                                "too many of its rules don't compile");
        }
        if (rc != 0)
            return rc;
    }
    /* What compiles by itself compiles with the others: each file has a namespace of its own. */
    return compile_all(yara, sources, count) == 0 ? 0 : SW_E_NOMEM;
}
