/* text.c - findings grouped by rule, for a terminal. */
#include "report/text.h"

#include "base/mem.h"
#include "event/entity.h"
#include "report/finding.h"

#include <stdlib.h>

enum { EXAMPLE_MAX = 4096, VALUE_MAX = 400, NAME_WIDTH = 18 };

#define RESET(color) ((color) ? "\033[0m" : "")
#define DIM(color) ((color) ? "\033[2m" : "")
#define BOLD(color) ((color) ? "\033[1m" : "")

const char *sw_level_color(enum sw_level level, bool color)
{
    if (!color)
        return "";
    switch (level) {
    case SW_LEVEL_CRITICAL:
        return "\033[1;37;41m";
    case SW_LEVEL_HIGH:
        return "\033[1;31m";
    case SW_LEVEL_MEDIUM:
        return "\033[33m";
    case SW_LEVEL_LOW:
        return "\033[36m";
    default:
        return "\033[34m";
    }
}

int sw_text_report_init(struct sw_text_report *report, const struct sw_rules *rules, const struct sw_rule_set *extra,
                        unsigned examples, bool color)
{
    *report = (struct sw_text_report){.rules = rules, .examples = examples, .color = color};
    sw_arena_init(&report->arena, 256u << 20);
    for (size_t i = 0; i < SW_TEXT_RULE_SETS; i++) {
        report->extra[i] = extra[i];
        report->extra_count += extra[i].count;
    }
    report->group_of =
        sw_alloc(rules->rule_count + rules->correlation_count + report->extra_count + 1, sizeof *report->group_of);
    return report->group_of != NULL ? 0 : SW_E_NOMEM;
}

void sw_text_report_fini(struct sw_text_report *report)
{
    sw_free(report->group_of);
    sw_free(report->groups);
    sw_arena_fini(&report->arena);
}

static size_t rule_number(const struct sw_text_report *report, const struct sw_rule *rule)
{
    const struct sw_rules *rules = report->rules;
    if (rule >= rules->rules && rule < rules->rules + rules->rule_count)
        return (size_t)(rule - rules->rules);
    for (size_t i = 0; i < rules->correlation_count; i++)
        if (rule == &rules->correlations[i].meta)
            return rules->rule_count + i;
    size_t number = rules->rule_count + rules->correlation_count;
    for (size_t i = 0; i < SW_TEXT_RULE_SETS; i++) {
        const struct sw_rule_set *set = &report->extra[i];
        if (set->count > 0 && rule >= set->rules && rule < set->rules + set->count)
            return number + (size_t)(rule - set->rules);
        number += set->count;
    }
    return number;
}

void sw_text_report_reset(struct sw_text_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        report->group_of[rule_number(report, report->groups[i].rule)] = 0;
    report->count = 0;
    sw_arena_reset(&report->arena);
}

size_t sw_text_report_weight(const struct sw_text_report *report)
{
    return report->count == 0 ? 0 : report->arena.held + report->count * sizeof *report->groups;
}

static int group_for(struct sw_text_report *report, const struct sw_rule *rule, struct sw_text_group **group)
{
    uint32_t *slot = &report->group_of[rule_number(report, rule)];
    if (*slot == 0) {
        int rc = sw_grow(&report->groups, &report->cap, report->count, sizeof *report->groups, UINT32_MAX / 2);
        if (rc != 0)
            return rc;
        report->groups[report->count] = (struct sw_text_group){.rule = rule, .first = SW_TIME_NONE, .last = SW_TIME_NONE};
        *slot = (uint32_t)++report->count;
    }
    *group = &report->groups[*slot - 1];
    return 0;
}

static void widen(struct sw_text_group *group, int64_t first, int64_t last)
{
    if (first != SW_TIME_NONE && (group->first == SW_TIME_NONE || first < group->first))
        group->first = first;
    if (last != SW_TIME_NONE && (group->last == SW_TIME_NONE || last > group->last))
        group->last = last;
}

static int add_host(struct sw_text_report *report, struct sw_text_group *group, struct sw_str host)
{
    for (unsigned i = 0; i < group->host_count; i++)
        if (sw_str_ieq(group->hosts[i], host))
            return 0;
    if (group->host_count == SW_TEXT_HOSTS) {
        group->more_hosts = true;
        return 0;
    }
    struct sw_str copy = sw_arena_dup(&report->arena, host);
    if (copy.ptr == NULL)
        return SW_E_NOMEM;
    group->hosts[group->host_count++] = copy;
    return 0;
}

static int add_example(struct sw_text_report *report, struct sw_text_group *group, struct sw_str example)
{
    if (group->example_count == report->examples)
        return 0;
    if (group->examples == NULL) {
        group->examples = sw_arena_zero(&report->arena, report->examples, sizeof *group->examples);
        if (group->examples == NULL)
            return SW_E_NOMEM;
    }
    struct sw_str copy = sw_arena_dup(&report->arena, example);
    if (copy.ptr == NULL)
        return SW_E_NOMEM;
    group->examples[group->example_count++] = copy;
    return 0;
}

/* --- one finding ---------------------------------------------------------------------------------------- */

static void put_field(struct sw_buf *out, struct sw_str name, struct sw_str value, bool color)
{
    SW_BUF_LIT(out, "        ");
    sw_buf_text(out, DIM(color));
    size_t from = out->len;
    sw_show_value(out, name, SW_MAX_FIELD_NAME);
    sw_buf_text(out, RESET(color));
    for (size_t width = out->len - from; width < NAME_WIDTH + (color ? 4u : 0u); width++)
        sw_buf_char(out, ' ');
    sw_buf_char(out, ' ');
    sw_show_value(out, value, VALUE_MAX);
    sw_buf_char(out, '\n');
}

static void put_place(struct sw_buf *out, const struct sw_finding *finding, bool color)
{
    const struct sw_event *event = finding->event;
    SW_BUF_LIT(out, "    ");
    sw_buf_text(out, BOLD(color));
    if (finding->time != SW_TIME_NONE)
        sw_buf_time(out, finding->time);
    else
        SW_BUF_LIT(out, "(no time)");
    sw_buf_text(out, RESET(color));
    SW_BUF_LIT(out, "  ");
    sw_show_value(out, finding->input->info.path, 1024);
    sw_buf_printf(out, event->line > 0 ? " line %llu\n" : " record %llu\n",
                  (unsigned long long)(event->line > 0 ? event->line : event->record));
}

/* The fields that made the rule hold; without any (a rule of absences) the first few. */
static void put_fields(struct sw_buf *out, const struct sw_finding *finding, bool color)
{
    const struct sw_event *event = finding->event;
    unsigned shown = 0;
    for (uint32_t i = 0; i < event->count && shown < 12; i++) {
        if (finding->matched == NULL || !(finding->matched[i / 64] >> (i % 64) & 1))
            continue;
        put_field(out, sw_field_name(event->fields[i].id), sw_field_value(&event->fields[i]), color);
        shown++;
    }
    for (uint32_t i = 0; shown == 0 && i < event->count && i < 6; i++)
        put_field(out, sw_field_name(event->fields[i].id), sw_field_value(&event->fields[i]), color);
}

static void put_groups(struct sw_buf *out, const struct sw_finding *finding, bool color)
{
    SW_BUF_LIT(out, "    ");
    sw_buf_text(out, BOLD(color));
    if (finding->time != SW_TIME_NONE)
        sw_buf_time(out, finding->time);
    sw_buf_text(out, RESET(color));
    if (finding->time_last != SW_TIME_NONE && finding->time_last != finding->time) {
        SW_BUF_LIT(out, " to ");
        sw_buf_time(out, finding->time_last);
    }
    sw_buf_printf(out, "  %llu events\n", (unsigned long long)finding->count);
    for (size_t i = 0; i < finding->group_count; i++)
        put_field(out, finding->groups[i].name, finding->groups[i].value, color);
}

static void put_example(struct sw_buf *out, const struct sw_finding *finding, bool color)
{
    if (finding->event == NULL) {
        put_groups(out, finding, color);
    } else {
        put_place(out, finding, color);
        put_fields(out, finding, color);
    }
    if (finding->detail.len > 0)
        put_field(out, SW_STR("why"), finding->detail, color);
}

static void put_level(struct sw_buf *out, enum sw_level level, bool color)
{
    static const char *const names[] = {"(none)", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
    sw_buf_text(out, sw_level_color(level, color));
    sw_buf_text(out, names[level]);
    sw_buf_text(out, RESET(color));
}

static void put_techniques(struct sw_buf *out, const struct sw_rule *rule)
{
    for (size_t i = 0; i < rule->tag_count; i++) {
        char technique[16];
        if (!sw_technique_of(rule->tags[i], technique))
            continue;
        sw_buf_char(out, ' ');
        sw_buf_text(out, technique);
    }
}

static void put_title(struct sw_buf *out, const struct sw_rule *rule, bool color)
{
    put_level(out, rule->level, color);
    SW_BUF_LIT(out, "  ");
    sw_buf_text(out, BOLD(color));
    sw_show_value(out, rule->title, 300);
    sw_buf_text(out, RESET(color));
    sw_buf_char(out, '\n');
}

void sw_text_finding(struct sw_buf *out, const struct sw_finding *finding, bool color)
{
    put_title(out, finding->rule, color);
    put_example(out, finding, color);
    sw_buf_char(out, '\n');
}

/* --- groups --------------------------------------------------------------------------------------------- */

int sw_text_report_add(struct sw_text_report *report, const struct sw_finding *finding)
{
    struct sw_text_group *group;
    int rc = group_for(report, finding->rule, &group);
    if (rc != 0)
        return rc;
    group->count++;
    widen(group, finding->time, finding->time_last);
    for (uint32_t i = 0; finding->event != NULL && i < finding->event->count; i++) {
        const struct sw_field *field = &finding->event->fields[i];
        if (field->len == 0 || sw_entity_of(field->id) != SW_ENTITY_HOST)
            continue;
        rc = add_host(report, group, sw_field_value(field));
        if (rc != 0)
            return rc;
        break;
    }
    if (group->example_count == report->examples)
        return 0;
    struct sw_buf text;
    sw_buf_init(&text, 1u << 20);
    put_example(&text, finding, report->color);
    struct sw_str example = sw_buf_str(&text);
    if (example.len > EXAMPLE_MAX)
        example.len = EXAMPLE_MAX;
    rc = sw_buf_error(&text) != 0 ? sw_buf_error(&text) : add_example(report, group, example);
    sw_buf_fini(&text);
    return rc;
}

int sw_text_report_merge(struct sw_text_report *into, const struct sw_text_report *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct sw_text_group *source = &from->groups[i];
        struct sw_text_group *group;
        int rc = group_for(into, source->rule, &group);
        if (rc != 0)
            return rc;
        group->count += source->count;
        widen(group, source->first, source->last);
        group->more_hosts |= source->more_hosts;
        for (unsigned h = 0; h < source->host_count && rc == 0; h++)
            rc = add_host(into, group, source->hosts[h]);
        for (unsigned e = 0; e < source->example_count && rc == 0; e++)
            rc = add_example(into, group, source->examples[e]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int by_gravity(const void *left, const void *right)
{
    const struct sw_text_group *a = left;
    const struct sw_text_group *b = right;
    if (a->rule->level != b->rule->level)
        return a->rule->level > b->rule->level ? -1 : 1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return sw_str_cmp(a->rule->id, b->rule->id);
}

static void put_group(struct sw_buf *out, const struct sw_text_group *group, bool color)
{
    put_title(out, group->rule, color);
    sw_buf_printf(out, "    %llu %s", (unsigned long long)group->count, group->count == 1 ? "record" : "records");
    if (group->first != SW_TIME_NONE) {
        SW_BUF_LIT(out, ", ");
        sw_buf_time(out, group->first);
        if (group->last != group->first) {
            SW_BUF_LIT(out, " to ");
            sw_buf_time(out, group->last);
        }
    }
    for (unsigned i = 0; i < group->host_count; i++) {
        sw_buf_text(out, i == 0 ? ", on " : ", ");
        sw_show_value(out, group->hosts[i], 200);
    }
    if (group->more_hosts)
        SW_BUF_LIT(out, " and more");
    sw_buf_char(out, '\n');
    sw_buf_text(out, DIM(color));
    SW_BUF_LIT(out, "    rule ");
    sw_show_value(out, group->rule->id, 100);
    put_techniques(out, group->rule);
    sw_buf_text(out, RESET(color));
    sw_buf_char(out, '\n');
    for (unsigned i = 0; i < group->example_count; i++)
        sw_buf_str_add(out, group->examples[i]);
    if (group->example_count > 0 && group->count > group->example_count)
        sw_buf_printf(out, "    %s... and %llu more (--all shows each)%s\n", DIM(color),
                      (unsigned long long)(group->count - group->example_count), RESET(color));
    sw_buf_char(out, '\n');
}

void sw_text_report_write(struct sw_buf *out, struct sw_text_report *report)
{
    if (report->count == 0)
        return;
    qsort(report->groups, report->count, sizeof *report->groups, by_gravity);
    for (size_t i = 0; i < report->count; i++)
        put_group(out, &report->groups[i], report->color);
}
