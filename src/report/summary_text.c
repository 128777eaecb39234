/* summary_text.c - the account of a run, for a person. */
#include "report/finding.h"
#include "report/summary.h"
#include "report/text.h"

#include <stdio.h>

static void put_count(struct sw_buf *out, uint64_t number)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            sw_buf_char(out, ',');
        sw_buf_char(out, digits[i]);
    }
}

static void put_bytes(struct sw_buf *out, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    unsigned unit = 0;
    while (size >= 1024 && unit < 4) {
        size /= 1024;
        unit++;
    }
    sw_buf_printf(out, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

static void put_span(struct sw_buf *out, int64_t first, int64_t last)
{
    if (first == SW_TIME_NONE)
        return;
    sw_buf_time(out, first);
    SW_BUF_LIT(out, " to ");
    sw_buf_time(out, last);
}

static bool row_has_trouble(const struct sw_summary_row *row)
{
    return row->state == SW_INPUT_FAILED || row->state == SW_INPUT_UNRECOGNISED || row->rejected > 0;
}

static void put_row(struct sw_buf *out, const struct sw_summary_row *row)
{
    SW_BUF_LIT(out, "    ");
    sw_show_value(out, row->path, 1024);
    SW_BUF_LIT(out, ": ");
    if (row->state == SW_INPUT_UNRECOGNISED) {
        SW_BUF_LIT(out, "not read, no known format\n");
        return;
    }
    if (row->state == SW_INPUT_EMPTY) {
        SW_BUF_LIT(out, "empty\n");
        return;
    }
    if (row->error.len > 0) {
        sw_show_value(out, row->error, 300);
        sw_buf_text(out, row->read > 0 ? "; before that: " : "\n");
        if (row->read == 0)
            return;
    }
    if (row->script) {
        sw_buf_printf(out, "a script (%s)", row->format);
    } else {
        put_count(out, row->parsed);
        sw_buf_printf(out, " events (%s)", row->format);
    }
    if (row->first != SW_TIME_NONE) {
        SW_BUF_LIT(out, ", ");
        put_span(out, row->first, row->last);
    }
    if (row->rejected > 0) {
        SW_BUF_LIT(out, ", ");
        put_count(out, row->rejected);
        SW_BUF_LIT(out, " not parsed:");
        for (size_t i = 0; i < row->reason_count; i++)
            sw_buf_printf(out, "%s %s (%llu, first at byte %llu)", i > 0 ? "," : "", row->reasons[i].text,
                          (unsigned long long)row->reasons[i].count, (unsigned long long)row->reasons[i].first_offset);
    }
    for (size_t i = 0; i < row->note_count; i++)
        sw_buf_printf(out, "; %s (%llu)", row->notes[i].text, (unsigned long long)row->notes[i].count);
    sw_buf_char(out, '\n');
}

/* Notes such as "year inferred" concern whole files: said once each, with the number of files. */
static void put_notes(struct sw_buf *out, const struct sw_summary *summary)
{
    struct sw_read_stats sum;
    sw_read_stats_init(&sum);
    for (size_t i = 0; i < summary->row_count; i++)
        for (size_t n = 0; n < summary->rows[i].note_count; n++)
            sw_read_stats_note(&sum, summary->rows[i].notes[n].text);
    for (size_t i = 0; i < sum.note_count; i++)
        sw_buf_printf(out, "    note: %s, in %llu %s\n", sum.notes[i].text, (unsigned long long)sum.notes[i].count,
                      sum.notes[i].count == 1 ? "input" : "inputs");
}

static void put_walk(struct sw_buf *out, const struct sw_walk *walk)
{
    for (size_t i = 0; i < walk->problem_count; i++) {
        SW_BUF_LIT(out, "    ");
        sw_show_value(out, walk->problems[i].path, 1024);
        sw_buf_printf(out, ": %s\n", walk->problems[i].reason);
    }
    for (unsigned kind = 0; kind < SW_SKIP_KINDS; kind++)
        if (walk->skipped[kind] > 0)
            sw_buf_printf(out, "    %llu %s skipped\n", (unsigned long long)walk->skipped[kind], sw_walk_skip_text(kind));
}

static void put_inputs(struct sw_buf *out, const struct sw_summary *summary, bool wide)
{
    SW_BUF_LIT(out, "Inputs: ");
    put_count(out, summary->inputs);
    SW_BUF_LIT(out, ", ");
    put_bytes(out, summary->bytes);
    SW_BUF_LIT(out, ", ");
    put_count(out, summary->parsed);
    SW_BUF_LIT(out, " events");
    if (summary->first != SW_TIME_NONE) {
        SW_BUF_LIT(out, " from ");
        put_span(out, summary->first, summary->last);
    }
    if (summary->rejected > 0) {
        SW_BUF_LIT(out, "; ");
        put_count(out, summary->rejected);
        SW_BUF_LIT(out, " records not parsed");
    }
    if (summary->failed > 0)
        sw_buf_printf(out, "; %llu not read, or only in part", (unsigned long long)summary->failed);
    if (summary->unrecognised > 0)
        sw_buf_printf(out, "; %llu of no known format", (unsigned long long)summary->unrecognised);
    sw_buf_char(out, '\n');
    enum { SOME = 20 };
    uint64_t more = 0;
    unsigned shown = 0;
    for (size_t i = 0; i < summary->row_count; i++) {
        if (!wide && !row_has_trouble(&summary->rows[i]))
            continue;
        if (!wide && shown == SOME) {
            more++;
            continue;
        }
        put_row(out, &summary->rows[i]);
        shown++;
    }
    if (more > 0)
        sw_buf_printf(out, "    ... and %llu more (--verbose or --format jsonl names all)\n", (unsigned long long)more);
    if (!wide)
        put_notes(out, summary);
    if (summary->walk != NULL)
        put_walk(out, summary->walk);
}

static void put_rules(struct sw_buf *out, const struct sw_summary *summary, bool wide)
{
    const struct sw_rules *rules = summary->rules;
    SW_BUF_LIT(out, "Rules: ");
    put_count(out, rules->rule_count + rules->correlation_count);
    SW_BUF_LIT(out, " loaded, ");
    put_count(out, rules->reject_count);
    SW_BUF_LIT(out, " rejected");
    sw_buf_printf(out, ", ready after %.2f s%s", summary->rules_ready, summary->rules_cached ? " from the cache" : "");
    size_t placeholders = 0;
    for (size_t i = 0; i < rules->reject_count; i++)
        placeholders += rules->rejects[i].placeholder;
    if (placeholders > 0)
        sw_buf_printf(out, " (%zu for placeholders without values: --placeholders FILE gives them)", placeholders);
    sw_buf_char(out, '\n');
    size_t shown = 0;
    for (size_t i = 0; i < rules->reject_count; i++) {
        const struct sw_reject *reject = &rules->rejects[i];
        if (!wide && (reject->placeholder || shown == 5))
            continue;
        shown++;
        SW_BUF_LIT(out, "    ");
        sw_show_value(out, reject->path, 512);
        sw_buf_printf(out, ":%u: ", reject->line);
        sw_show_value(out, reject->reason, 512);
        sw_buf_char(out, '\n');
    }
    if (!wide && shown < rules->reject_count)
        sw_buf_printf(out, "    %s`seawall rules check` names each\n", "");
}

/* Scripts of web roots, and YARA rules that could not be used. */
static void put_scripts(struct sw_buf *out, const struct sw_script_account *scripts, bool wide)
{
    if (scripts == NULL || (scripts->files == 0 && scripts->reject_count == 0))
        return;
    SW_BUF_LIT(out, "Scripts: ");
    put_count(out, scripts->files);
    SW_BUF_LIT(out, " looked at, ");
    put_bytes(out, scripts->bytes);
    sw_buf_printf(out, ", by %zu YARA rules and the analysis of their structure\n", scripts->yara_rules);
    const struct {
        uint64_t count;
        const char *text;
    } notes[] = {{scripts->known, "are as the baseline has them and were not looked into"},
                 {scripts->cut, "longer than what is looked at: the first part was"},
                 {scripts->stopped, "took YARA too long: some of its rules may have missed them"},
                 {scripts->incomplete, "reached a limit of the analysis and were not followed to the end"}};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (notes[i].count > 0)
            sw_buf_printf(out, "    %llu %s\n", (unsigned long long)notes[i].count, notes[i].text);
    for (size_t i = 0; i < scripts->reject_count; i++) {
        if (i == 5 && !wide) {
            sw_buf_printf(out, "    ... and %zu more YARA rules left out\n", scripts->reject_count - i);
            break;
        }
        SW_BUF_LIT(out, "    ");
        sw_show_value(out, scripts->rejects[i].path, 512);
        sw_buf_printf(out, ":%u: ", scripts->rejects[i].line);
        sw_show_value(out, scripts->rejects[i].reason, 512);
        SW_BUF_LIT(out, ": left out\n");
    }
}

/* Regular expressions that were given up, and what matching took if that was asked for. */
static void put_matching(struct sw_buf *out, const struct sw_summary *summary)
{
    if (summary->gave_up_count > 0)
        sw_buf_printf(out, "    %zu regular %s given up on some values, as taking too many steps; there %s as not found:\n",
                      summary->gave_up_count, summary->gave_up_count == 1 ? "expression was" : "expressions were",
                      summary->gave_up_count == 1 ? "it counts" : "they count");
    for (size_t i = 0; i < summary->gave_up_count; i++) {
        SW_BUF_LIT(out, "        ");
        sw_show_value(out, summary->gave_up[i], 200);
        sw_buf_char(out, '\n');
    }
    const struct sw_matcher_stats *m = summary->matching;
    if (m == NULL)
        return;
    const struct {
        const char *before;
        uint64_t count;
        const char *after;
    } figures[] = {{"Matching: ", m->events, " events"},
                   {", ", m->lines, " lines of text turned away as a whole"},
                   {", ", m->values, " values looked up"},
                   {" (", m->remembered, " remembered)"},
                   {", ", m->candidates, " rules evaluated"},
                   {", ", m->matches, " matches"},
                   {", ", m->regex_limit, " searches by a regular expression given up\n"}};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        sw_buf_text(out, figures[i].before);
        put_count(out, figures[i].count);
        sw_buf_text(out, figures[i].after);
    }
}

static void tell_behaviours(struct sw_buf *out, const struct sw_behaviour_stats *stats)
{
    if (stats->internal.len > 0)
        sw_buf_printf(out, "    own networks: %.*s\n", SW_STR_ARG(stats->internal));
    if (stats->evicted > 0)
        sw_buf_printf(out, "    behaviours gave up %llu records of %llu keys for want of memory (--behaviour-memory): those "
                      "with the least in them\n",
                      (unsigned long long)stats->evicted, (unsigned long long)stats->evicted_keys);
    if (stats->untimed > 0)
        sw_buf_printf(out, "    %llu records without a time could not be used by behaviours\n",
                      (unsigned long long)stats->untimed);
    if (stats->findings_dropped > 0)
        sw_buf_printf(out, "    %llu findings of behaviours were dropped: too many\n", (unsigned long long)stats->findings_dropped);
}

void sw_summary_text(struct sw_buf *out, const struct sw_summary *summary, bool color, bool wide)
{
    put_inputs(out, summary, wide);
    if (summary->rules != NULL) {
        put_rules(out, summary, wide);
        SW_BUF_LIT(out, "Found: ");
        put_count(out, summary->findings);
        sw_buf_text(out, summary->findings == 1 ? " finding" : " findings");
        sw_buf_printf(out, " by %llu %s", (unsigned long long)summary->rules_matched,
                      summary->rules_matched == 1 ? "rule" : "rules");
        for (unsigned i = SW_LEVEL_CRITICAL + 1; i > 0; i--) {
            enum sw_level level = i - 1;
            if (summary->by_level[level] == 0)
                continue;
            SW_BUF_LIT(out, ", ");
            sw_buf_text(out, sw_level_color(level, color));
            put_count(out, summary->by_level[level]);
            sw_buf_char(out, ' ');
            if (level == SW_LEVEL_NONE)
                SW_BUF_LIT(out, "without level");
            else
                sw_buf_str_add(out, sw_level_name(level));
            sw_buf_text(out, color ? "\033[0m" : "");
        }
        sw_buf_char(out, '\n');
    }
    if (summary->correlation_evicted > 0)
        sw_buf_printf(out, "    %llu correlation observations were dropped for want of memory: results may be incomplete\n",
                      (unsigned long long)summary->correlation_evicted);
    if (summary->correlation_untimed + summary->correlation_ungrouped + summary->correlation_valueless > 0)
        sw_buf_printf(out, "    matches that correlations could not use: %llu without a time, %llu without the fields to group by, "
                      "%llu without the value to count\n",
                      (unsigned long long)summary->correlation_untimed, (unsigned long long)summary->correlation_ungrouped,
                      (unsigned long long)summary->correlation_valueless);
    tell_behaviours(out, &summary->behaviours);
    if (summary->web_judged_early > 0)
        sw_buf_printf(out, "    %llu web findings were judged before the end of the evidence for want of memory\n",
                      (unsigned long long)summary->web_judged_early);
    if (summary->web_paths_dropped > 0)
        sw_buf_printf(out, "    %llu answers were of more web paths than are remembered: not compared with others\n",
                      (unsigned long long)summary->web_paths_dropped);
    if (summary->web_texts_cut > 0)
        sw_buf_printf(out, "    %llu request targets were longer than the web analysis looks at\n",
                      (unsigned long long)summary->web_texts_cut);
    if (summary->field_names_refused > 0)
        sw_buf_printf(out, "    %llu fields had names beyond the limit and are shown as _more\n",
                      (unsigned long long)summary->field_names_refused);
    put_scripts(out, summary->scripts, wide);
    put_matching(out, summary);
    if (summary->sandbox != NULL)
        sw_buf_printf(out, "Sandbox: %s\n", summary->sandbox);
    sw_buf_printf(out, "Time: %.2f s", summary->elapsed);
    if (summary->elapsed > 0.05 && summary->parsed > 0) {
        SW_BUF_LIT(out, " (");
        put_count(out, (uint64_t)((double)summary->parsed / summary->elapsed));
        SW_BUF_LIT(out, " events/s)");
    }
    SW_BUF_LIT(out, ", memory: ");
    put_bytes(out, summary->peak_memory);
    sw_buf_char(out, '\n');
}
