/* report.c - reasons, their weights, and the rules that they stand for. */
#include "webshell/report.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

/* Reasons of one kind that are kept. */
enum { SAME_MAX = 3 };

void sw_shell_report_init(struct sw_shell_report *report, struct sw_arena *arena)
{
    *report = (struct sw_shell_report){.arena = arena};
}

void sw_shell_report_add(struct sw_shell_report *report, enum sw_shell_rule rule, unsigned weight, uint32_t at,
                         const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    unsigned same = 0;
    unsigned to = report->count;
    for (unsigned i = 0; i < report->count; i++) {
        const struct sw_shell_reason *have = &report->reasons[i];
        same += have->rule == rule && have->weight >= weight;
        if (have->rule == rule && have->at == at && have->weight >= weight)
            return;
    }
    if (same >= SAME_MAX) /* the first few show the kind; others need the room */
        return;
    while (to > 0 && (report->reasons[to - 1].weight < weight ||
                      (report->reasons[to - 1].weight == weight && report->reasons[to - 1].rule > rule)))
        to--;
    if (to == SW_MAX_SHELL_REASONS)
        return;
    struct sw_str sentence = sw_arena_dup(report->arena, sw_strn(text, len));
    if (sentence.ptr == NULL)
        sentence = sw_shell_rules()[rule].title; /* no room for words of its own */
    unsigned last = report->count < SW_MAX_SHELL_REASONS ? report->count++ : report->count - 1;
    for (unsigned i = last; i > to; i--)
        report->reasons[i] = report->reasons[i - 1];
    report->reasons[to] = (struct sw_shell_reason){rule, weight, at, sentence};
}

const struct sw_shell_reason *sw_shell_report_verdict(struct sw_shell_report *report)
{
    bool seen[SW_SHELL_RULES] = {false};
    const struct sw_shell_reason *first = NULL;
    report->score = 0;
    for (unsigned i = 0; i < report->count; i++) {
        const struct sw_shell_reason *reason = &report->reasons[i];
        if (first == NULL)
            first = reason;
        if (seen[reason->rule])
            continue;
        seen[reason->rule] = true;
        report->score += i == 0 ? reason->weight : reason->weight >= 30 ? reason->weight / 2 : 0;
    }
    report->score = report->score > 100 ? 100 : report->score;
    if (first == NULL || report->score < SW_SHELL_THRESHOLD)
        return NULL;
    /* Of the weighty reasons the gravest names the finding. */
    for (unsigned i = 1; i < report->count; i++)
        if (report->reasons[i].weight >= SW_SHELL_THRESHOLD && report->reasons[i].rule < first->rule)
            first = &report->reasons[i];
    return first;
}

/* --- rules ---------------------------------------------------------------------------------------------- */

enum { TAGS_MAX = 4, TAG_LEN = 24 };

static struct sw_rule rules[SW_SHELL_RULES];
static struct sw_str tags[SW_SHELL_RULES][TAGS_MAX];
static char tag_texts[SW_SHELL_RULES][TAGS_MAX][TAG_LEN];

static const struct {
    const char *id;
    enum sw_level level;
    const char *title;
    const char *techniques;
} table[] = {
#define X(name, id, level, title, techniques) {id, SW_LEVEL_##level, title, techniques},
#include "webshell/rules.def"
#undef X
};

int sw_shell_rules_prepare(void)
{
    for (size_t i = 0; i < SW_SHELL_RULES; i++) {
        struct sw_str rest = sw_str(table[i].techniques);
        size_t count = 0;
        for (struct sw_str part; sw_str_next(&rest, ',', &part); count++) {
            if (count == TAGS_MAX)
                return SW_E_LIMIT;
            int n = snprintf(tag_texts[i][count], TAG_LEN, "attack.t%.*s", SW_STR_ARG(sw_str_from(part, 1)));
            tags[i][count] = sw_strn(tag_texts[i][count], (size_t)n);
        }
        rules[i] = (struct sw_rule){
            .id = sw_str(table[i].id),
            .title = sw_str(table[i].title),
            .level = table[i].level,
            .status = SW_STR("stable"),
            .author = SW_STR("Seawall"),
            .path = SW_STR("built in"),
            .tags = tags[i],
            .tag_count = count,
        };
    }
    return 0;
}

const struct sw_rule *sw_shell_rules(void)
{
    return rules;
}
