/* rules.c - loading rules for the commands, and `seawall rules`. */
#include "cli/rules.h"

#include "base/log.h"
#include "base/mem.h"
#include "behaviour/behaviour.h"
#include "cli/coverage.h"
#include "cli/rules_test.h"
#include "cli/run.h"
#include "report/finding.h"
#include "sigma/cache.h"
#include "web/analysis.h"

#include <stdlib.h>

void sw_loaded_rules_free(struct sw_loaded_rules *loaded)
{
    sw_program_free(loaded->program);
    sw_rules_free(loaded->rules);
    *loaded = (struct sw_loaded_rules){0};
}

int sw_load_rules(struct sw_loaded_rules *loaded, const struct sw_settings *settings, const struct sw_classes *classes,
                  struct sw_error *err)
{
    /* $SEAWALL_RULES stands for the rules that are part of the program; empty: for none. */
    const char *instead = settings->no_builtin_rules ? "" : getenv("SEAWALL_RULES");
    const char **paths = sw_alloc(settings->rules.count + 1, sizeof *paths);
    if (paths == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    size_t count = 0;
    if (instead != NULL && instead[0] != '\0')
        paths[count++] = instead;
    for (size_t i = 0; i < settings->rules.count; i++)
        paths[count++] = settings->rules.items[i];
    const struct sw_load_options options = {
        .paths = paths,
        .path_count = count,
        .builtin = instead == NULL,
        .placeholder_files = settings->placeholders.items,
        .placeholder_count = settings->placeholders.count,
        .include_deprecated = settings->include_deprecated,
    };
    struct sw_buf folder;
    sw_buf_init(&folder, 1u << 16);
    bool cache = !settings->no_cache && sw_cache_folder(&folder);
    int rc;
    /* A hunt has more than rules; whoever switched all of that off as well made a mistake. */
    bool others = settings->no_builtin_rules && settings->command->run == sw_cmd_hunt &&
                  (!settings->no_behaviours || !settings->no_web_analysis || !settings->no_webshell);
    if (count == 0 && !options.builtin && !others)
        rc = sw_error_set(err, SW_E_USAGE, 0, 0, "no rules: give some with --rules PATH");
    else if (classes == NULL)
        rc = sw_rules_load(&loaded->rules, &options, err);
    else
        rc = sw_program_load(&loaded->rules, &loaded->program, &options, classes, settings->threads,
                             cache ? folder.data : NULL, &loaded->cached, err);
    sw_buf_fini(&folder);
    sw_free(paths);
    return rc;
}

/* --- seawall rules -------------------------------------------------------------------------------------- */

static void put_logsource(struct sw_buf *out, const struct sw_logsource *logsource)
{
    const struct sw_str parts[] = {logsource->product, logsource->category, logsource->service};
    for (size_t i = 0; i < 3; i++) {
        if (i > 0)
            sw_buf_char(out, '/');
        sw_show_value(out, parts[i].len > 0 ? parts[i] : SW_STR("*"), 100);
    }
}

/* What a listed rule is. */
enum listed { LISTED_RULE, LISTED_CORRELATION, LISTED_WEB, LISTED_BEHAVIOUR };

static void list_text(struct sw_buf *out, const struct sw_rule *rule, enum listed kind)
{
    sw_buf_printf(out, "%-13.*s ", SW_STR_ARG(sw_level_name(rule->level)));
    sw_show_value(out, rule->id, 100);
    SW_BUF_LIT(out, "  ");
    if (kind == LISTED_CORRELATION)
        SW_BUF_LIT(out, "correlation");
    else if (kind == LISTED_BEHAVIOUR)
        SW_BUF_LIT(out, "behaviour");
    else
        put_logsource(out, &rule->logsource);
    SW_BUF_LIT(out, "  ");
    sw_show_value(out, rule->title, 300);
    sw_buf_char(out, '\n');
}

static void list_json(struct sw_buf *out, const struct sw_rule *rule, enum listed kind)
{
    SW_BUF_LIT(out, "{\"id\":");
    sw_buf_json(out, rule->id);
    SW_BUF_LIT(out, ",\"title\":");
    sw_buf_json(out, rule->title);
    SW_BUF_LIT(out, ",\"level\":");
    sw_buf_json(out, sw_level_name(rule->level));
    SW_BUF_LIT(out, ",\"status\":");
    sw_buf_json(out, rule->status);
    sw_buf_printf(out, ",\"kind\":\"%s\",\"engine\":\"%s\",\"product\":", kind == LISTED_CORRELATION ? "correlation" : "rule",
                  kind == LISTED_WEB ? "web" : kind == LISTED_BEHAVIOUR ? "behaviour" : "sigma");
    sw_buf_json(out, rule->logsource.product);
    SW_BUF_LIT(out, ",\"category\":");
    sw_buf_json(out, rule->logsource.category);
    SW_BUF_LIT(out, ",\"service\":");
    sw_buf_json(out, rule->logsource.service);
    SW_BUF_LIT(out, ",\"tags\":[");
    for (size_t i = 0; i < rule->tag_count; i++) {
        if (i > 0)
            sw_buf_char(out, ',');
        sw_buf_json(out, rule->tags[i]);
    }
    SW_BUF_LIT(out, "],\"path\":");
    sw_buf_json(out, rule->path);
    sw_buf_printf(out, ",\"line\":%u}\n", rule->line);
}

static void list_rule(struct sw_buf *out, const struct sw_settings *settings, const struct sw_rule *rule, enum listed kind)
{
    if ((int)rule->level < settings->min_level)
        return;
    if (settings->format == SW_FORMAT_TEXT)
        list_text(out, rule, kind);
    else
        list_json(out, rule, kind);
}

static int rules_list(struct sw_buf *out, const struct sw_settings *settings, const struct sw_rules *rules)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        list_rule(out, settings, &rules->rules[i], LISTED_RULE);
    for (size_t i = 0; i < rules->correlation_count; i++)
        list_rule(out, settings, &rules->correlations[i].meta, LISTED_CORRELATION);
    size_t web_count;
    const struct sw_rule *web = sw_web_rules(&web_count);
    for (size_t i = 0; i < web_count && !settings->no_web_analysis; i++)
        list_rule(out, settings, &web[i], LISTED_WEB);
    size_t behaviour_count;
    const struct sw_rule *behaviours = sw_behaviour_rules(&behaviour_count);
    for (size_t i = 0; i < behaviour_count && !settings->no_behaviours; i++)
        list_rule(out, settings, &behaviours[i], LISTED_BEHAVIOUR);
    return SW_EXIT_DONE;
}

static void put_reject(struct sw_buf *out, const struct sw_reject *reject, const char *kind)
{
    sw_show_value(out, reject->path, 1024);
    sw_buf_printf(out, ":%u:%u: %s: ", reject->line, reject->column, kind);
    sw_show_value(out, reject->reason, 1024);
    if (reject->suggestion.len > 0) {
        SW_BUF_LIT(out, " (");
        sw_show_value(out, reject->suggestion, 512);
        SW_BUF_LIT(out, ")");
    }
    if (reject->id.len > 0) {
        SW_BUF_LIT(out, " [");
        sw_show_value(out, reject->id, 100);
        SW_BUF_LIT(out, "]");
    }
    sw_buf_char(out, '\n');
}

/* Runs the tests; false when one failed. */
static int check_tests(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                       struct sw_loaded_rules *loaded, bool *passed, struct sw_error *err)
{
    struct sw_rules_test_result result;
    int rc = sw_rules_test(out, settings, classes, loaded, &result, err);
    if (rc != 0)
        return rc;
    sw_buf_printf(out, "%llu tests passed, %llu failed, %llu rules without tests\n", (unsigned long long)result.passed,
                  (unsigned long long)result.failed, (unsigned long long)result.untested);
    *passed = result.failed == 0;
    return 0;
}

static int rules_check(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                       struct sw_loaded_rules *loaded, struct sw_error *err)
{
    const struct sw_rules *rules = loaded->rules;
    bool passed = true;
    for (size_t i = 0; i < rules->reject_count; i++)
        put_reject(out, &rules->rejects[i], "rejected");
    for (size_t i = 0; i < rules->warning_count; i++)
        put_reject(out, &rules->warnings[i], "warning");
    if (settings->tests && check_tests(out, settings, classes, loaded, &passed, err) != 0)
        return SW_EXIT_PARTIAL;
    sw_buf_printf(out, "%zu rules loaded, %zu rejected\n", rules->rule_count + rules->correlation_count,
                  rules->reject_count);
    for (size_t i = 0; i < rules->reject_count; i++)
        if (!rules->rejects[i].placeholder)
            return SW_EXIT_PARTIAL;
    return passed ? SW_EXIT_DONE : SW_EXIT_FOUND;
}

/* By id, by the beginning of an id, or by exact title. */
static bool is_meant(const struct sw_rule *rule, struct sw_str word)
{
    return sw_str_istarts(rule->id, word) || sw_str_ieq(rule->title, word) || (word.len > 0 && sw_str_eq(rule->name, word));
}

/* Rules of the web analysis have no conditions to show. */
static bool explain_web(struct sw_buf *out, struct sw_str word)
{
    size_t count;
    const struct sw_rule *rules = sw_web_rules(&count);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (!is_meant(&rules[i], word))
            continue;
        sw_buf_printf(out, "%s%.*s\n    id       %.*s\n    level    %.*s\n", found ? "\n" : "", SW_STR_ARG(rules[i].title),
                      SW_STR_ARG(rules[i].id), SW_STR_ARG(sw_level_name(rules[i].level)));
        sw_buf_printf(out, "    engine   web (docs/web-attacks.md), no Sigma rule\n    %.*s\n", SW_STR_ARG(rules[i].description));
        for (size_t r = 0; r < rules[i].reference_count; r++)
            sw_buf_printf(out, "    see      %.*s\n", SW_STR_ARG(rules[i].references[r]));
        found = true;
    }
    return found;
}

static void explain_parameters(struct sw_buf *out, const struct sw_behaviour_info *info)
{
    for (size_t i = 0; i < info->parameter_count; i++) {
        const struct sw_behaviour_parameter *p = &info->parameters[i];
        sw_buf_printf(out, "    --behaviour %s.%s=%g%s%s    %s (%g to %g)\n", info->name, p->name, p->value,
                      p->unit[0] != '\0' ? " " : "", p->unit, p->meaning, p->least, p->most);
    }
}

/* A behaviour by its name, or by one of its rules. */
static bool explain_behaviour(struct sw_buf *out, struct sw_str word)
{
    bool found = false;
    struct sw_behaviour_info info;
    for (size_t b = 0; sw_behaviour_at(b, &info); b++) {
        bool named = sw_str_is(word, info.name);
        for (size_t i = 0; i < info.rule_count; i++) {
            const struct sw_rule *rule = &info.rules[i];
            if (!named && !is_meant(rule, word))
                continue;
            sw_buf_printf(out, "%s%.*s\n    id       %.*s\n    level    %.*s\n", found ? "\n" : "", SW_STR_ARG(rule->title),
                          SW_STR_ARG(rule->id), SW_STR_ARG(sw_level_name(rule->level)));
            sw_buf_printf(out, "    engine   behaviour %s: %s (docs/behaviours/%s.md)\n    %.*s\n    false positives: %.*s\n",
                          info.name, info.summary, info.name, SW_STR_ARG(rule->description), SW_STR_ARG(rule->falsepositives));
            explain_parameters(out, &info);
            found = true;
        }
    }
    return found;
}

static int rules_explain(struct sw_buf *out, const struct sw_settings *settings, const struct sw_classes *classes,
                         const struct sw_loaded_rules *loaded)
{
    if (settings->paths.count < 2) {
        sw_error_log("rules explain needs the id of a rule");
        return SW_EXIT_USAGE;
    }
    int status = SW_EXIT_DONE;
    for (size_t w = 1; w < settings->paths.count; w++) {
        struct sw_str word = sw_str(settings->paths.items[w]);
        bool found = false;
        for (size_t i = 0; i < loaded->rules->rule_count; i++) {
            if (!is_meant(&loaded->rules->rules[i], word))
                continue;
            if (found)
                sw_buf_char(out, '\n');
            found = true;
            sw_program_explain(loaded->program, classes, (uint32_t)i, out);
        }
        found |= !settings->no_web_analysis && explain_web(out, word);
        found |= !settings->no_behaviours && explain_behaviour(out, word);
        if (!found) {
            sw_error_log("no loaded rule has the id, name or title '%s'", settings->paths.items[w]);
            status = SW_EXIT_USAGE;
        }
    }
    return status;
}

/* With tests the rules are those that the tests are of, and no others: paths given behind --tests count as rules. */
static int prepare_tests(struct sw_settings *settings, struct sw_error *err)
{
    settings->no_builtin_rules = true;
    settings->no_cache = true;
    for (size_t i = 1; i < settings->paths.count; i++) {
        const char *path = settings->paths.items[i];
        struct sw_str name = sw_str(path);
        if (sw_str_iends(name, SW_STR(".tests.yml")))
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--tests takes rules (%s is tests: name the rules' file)", path);
        if (sw_settings_add(&settings->rules, path) != 0)
            return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    }
    return settings->rules.count > 0 ? 0 : sw_error_set(err, SW_E_USAGE, 0, 0, "check --tests needs the path of rules");
}

static int run_verb(struct sw_buf *out, struct sw_settings *settings, struct sw_error *err)
{
    const char *verb = settings->paths.count > 0 ? settings->paths.items[0] : "";
    bool explain = strcmp(verb, "explain") == 0;
    bool check = strcmp(verb, "check") == 0;
    bool coverage = strcmp(verb, "coverage") == 0;
    if (strcmp(verb, "list") != 0 && !check && !explain && !coverage) {
        (void)sw_error_set(err, SW_E_USAGE, 0, 0, "rules takes list, check, explain or coverage");
        return SW_EXIT_USAGE;
    }
    if (settings->format == SW_FORMAT_NAVIGATOR && !coverage) {
        (void)sw_error_set(err, SW_E_USAGE, 0, 0, "--format navigator is a form of coverage");
        return SW_EXIT_USAGE;
    }
    if (settings->tests && !check) {
        (void)sw_error_set(err, SW_E_USAGE, 0, 0, "--tests goes with rules check alone");
        return SW_EXIT_USAGE;
    }
    bool tests = settings->tests;
    if (tests && prepare_tests(settings, err) != 0)
        return SW_EXIT_USAGE;
    struct sw_loaded_rules loaded = {0};
    struct sw_classes *classes = NULL;
    int status = SW_EXIT_USAGE;
    int rc = sw_classes_load(&classes, settings->mappings.items, settings->mappings.count, err);
    if (rc == 0)
        rc = sw_load_rules(&loaded, settings, explain || tests ? classes : NULL, err);
    if (rc == 0 && explain)
        status = rules_explain(out, settings, classes, &loaded);
    else if (rc == 0 && check)
        status = rules_check(out, settings, classes, &loaded, err);
    else if (rc == 0 && coverage)
        status = sw_coverage_report(out, settings, classes, loaded.rules, NULL, settings->actor, err) == 0 ? SW_EXIT_DONE
                                                                                                          : SW_EXIT_USAGE;
    else if (rc == 0)
        status = rules_list(out, settings, loaded.rules);
    sw_loaded_rules_free(&loaded);
    sw_classes_free(classes);
    return status;
}

int sw_cmd_rules(struct sw_settings *settings)
{
    struct sw_error err = {0};
    struct sw_buf out;
    sw_buf_init(&out, 1u << 30);
    int status = run_verb(&out, settings, &err);
    if (err.code != 0)
        sw_run_complain(&err);
    FILE *file = settings->output != NULL ? fopen(settings->output, "we") : stdout;
    if (file == NULL || fwrite(out.data, 1, out.len, file) != out.len || fflush(file) != 0)
        status = status == SW_EXIT_DONE ? SW_EXIT_PARTIAL : status;
    if (file != NULL && file != stdout)
        (void)fclose(file);
    sw_buf_fini(&out);
    return status;
}
