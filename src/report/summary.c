/* summary.c - collecting the account of a run, and writing it as JSON. */
#include "report/summary.h"

#include "base/mem.h"

void sw_summary_init(struct sw_summary *summary)
{
    *summary = (struct sw_summary){.first = SW_TIME_NONE, .last = SW_TIME_NONE};
    sw_arena_init(&summary->arena, 256u << 20);
}

void sw_summary_fini(struct sw_summary *summary)
{
    sw_free(summary->rows);
    sw_free(summary->gave_up);
    sw_arena_fini(&summary->arena);
}

static bool has_trouble(const struct sw_input *input)
{
    return input->state == SW_INPUT_FAILED || input->state == SW_INPUT_UNRECOGNISED || input->stats.rejected > 0;
}

static struct sw_reason *copy_reasons(struct sw_arena *arena, const struct sw_reason *reasons, size_t count)
{
    struct sw_reason *copy = sw_arena_zero(arena, count, sizeof *copy);
    if (copy != NULL && count > 0)
        memcpy(copy, reasons, count * sizeof *copy);
    return copy;
}

static int add_row(struct sw_summary *summary, const struct sw_input *input)
{
    int rc = sw_grow(&summary->rows, &summary->row_cap, summary->row_count, sizeof *summary->rows, SIZE_MAX / 1024);
    if (rc != 0)
        return rc;
    const struct sw_read_stats *stats = &input->stats;
    struct sw_summary_row row = {
        .path = sw_arena_dup(&summary->arena, input->info.path),
        .format = sw_input_format(input),
        .script = input->script != NULL,
        .state = input->state,
        .named = input->named,
        .error = sw_arena_dup(&summary->arena, sw_str(input->error)),
        .bytes = input->bytes,
        .read = stats->read,
        .parsed = stats->parsed,
        .rejected = stats->rejected,
        .first = stats->first,
        .last = stats->last,
        .reasons = copy_reasons(&summary->arena, stats->reasons, stats->reason_count),
        .reason_count = stats->reason_count,
        .notes = copy_reasons(&summary->arena, stats->notes, stats->note_count),
        .note_count = stats->note_count,
    };
    if (row.path.ptr == NULL || row.error.ptr == NULL || row.reasons == NULL || row.notes == NULL)
        return SW_E_NOMEM;
    summary->rows[summary->row_count++] = row;
    return 0;
}

int sw_summary_add(struct sw_summary *summary, const struct sw_input *input)
{
    const struct sw_read_stats *stats = &input->stats;
    summary->inputs++;
    summary->bytes += input->bytes;
    summary->read += stats->read;
    summary->parsed += stats->parsed;
    summary->rejected += stats->rejected;
    summary->failed += input->state == SW_INPUT_FAILED;
    summary->unrecognised += input->state == SW_INPUT_UNRECOGNISED;
    if (stats->first != SW_TIME_NONE && (summary->first == SW_TIME_NONE || stats->first < summary->first))
        summary->first = stats->first;
    if (stats->last != SW_TIME_NONE && (summary->last == SW_TIME_NONE || stats->last > summary->last))
        summary->last = stats->last;
    /* Rows with trouble are kept to five times the limit: a run must not fill memory with its complaints either. */
    size_t limit = has_trouble(input) ? (size_t)5 * SW_SUMMARY_ROWS : SW_SUMMARY_ROWS;
    if (summary->row_count < limit)
        return add_row(summary, input);
    summary->rows_left_out++;
    return 0;
}

int sw_summary_gave_up(struct sw_summary *summary, struct sw_str expression)
{
    size_t at = 0;
    while (at < summary->gave_up_count && sw_str_cmp(summary->gave_up[at], expression) < 0)
        at++;
    if (at < summary->gave_up_count && sw_str_eq(summary->gave_up[at], expression))
        return 0;
    int rc = sw_grow(&summary->gave_up, &summary->gave_up_cap, summary->gave_up_count, sizeof *summary->gave_up,
                     SIZE_MAX / 64);
    struct sw_str copy = sw_arena_dup(&summary->arena, expression);
    if (rc != 0 || copy.ptr == NULL)
        return SW_E_NOMEM;
    memmove(&summary->gave_up[at + 1], &summary->gave_up[at], (summary->gave_up_count - at) * sizeof *summary->gave_up);
    summary->gave_up[at] = copy;
    summary->gave_up_count++;
    return 0;
}

bool sw_summary_partial(const struct sw_summary *summary)
{
    if (summary->failed > 0 || summary->rejected > 0)
        return true;
    if (summary->walk != NULL && (summary->walk->problem_count > 0 || summary->walk->skipped[SW_SKIP_LIMIT] > 0))
        return true;
    for (size_t i = 0; i < summary->row_count; i++)
        if (summary->rows[i].state == SW_INPUT_UNRECOGNISED && summary->rows[i].named)
            return true;
    return false;
}

/* --- JSON ----------------------------------------------------------------------------------------------- */

static void json_time(struct sw_buf *out, const char *name, int64_t time)
{
    sw_buf_printf(out, ",\"%s\":", name);
    if (time == SW_TIME_NONE) {
        SW_BUF_LIT(out, "null");
        return;
    }
    sw_buf_char(out, '"');
    sw_buf_time(out, time);
    sw_buf_char(out, '"');
}

static void json_reasons(struct sw_buf *out, const char *name, const struct sw_reason *reasons, size_t count)
{
    sw_buf_printf(out, ",\"%s\":{", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            sw_buf_char(out, ',');
        sw_buf_json(out, sw_str(reasons[i].text));
        sw_buf_char(out, ':');
        sw_buf_u64(out, reasons[i].count);
    }
    sw_buf_char(out, '}');
}

static void json_row(struct sw_buf *out, const struct sw_summary_row *row)
{
    static const char *const states[] = {"read", "unrecognised", "empty", "failed"};
    SW_BUF_LIT(out, "{\"path\":");
    sw_buf_json(out, row->path);
    sw_buf_printf(out, ",\"format\":\"%s\",\"state\":\"%s\"", row->format, states[row->state]);
    if (row->error.len > 0) {
        SW_BUF_LIT(out, ",\"error\":");
        sw_buf_json(out, row->error);
    }
    SW_BUF_LIT(out, ",\"bytes\":");
    sw_buf_u64(out, row->bytes);
    SW_BUF_LIT(out, ",\"read\":");
    sw_buf_u64(out, row->read);
    SW_BUF_LIT(out, ",\"parsed\":");
    sw_buf_u64(out, row->parsed);
    SW_BUF_LIT(out, ",\"rejected\":");
    sw_buf_u64(out, row->rejected);
    json_reasons(out, "reasons", row->reasons, row->reason_count);
    json_reasons(out, "notes", row->notes, row->note_count);
    json_time(out, "first", row->first);
    json_time(out, "last", row->last);
    sw_buf_char(out, '}');
}

static void json_walk(struct sw_buf *out, const struct sw_walk *walk)
{
    SW_BUF_LIT(out, ",\"unreadable\":[");
    for (size_t i = 0; i < walk->problem_count; i++) {
        if (i > 0)
            sw_buf_char(out, ',');
        SW_BUF_LIT(out, "{\"path\":");
        sw_buf_json(out, walk->problems[i].path);
        SW_BUF_LIT(out, ",\"reason\":");
        sw_buf_json(out, sw_str(walk->problems[i].reason));
        sw_buf_char(out, '}');
    }
    SW_BUF_LIT(out, "],\"skipped\":{");
    bool first = true;
    for (unsigned kind = 0; kind < SW_SKIP_KINDS; kind++) {
        if (walk->skipped[kind] == 0)
            continue;
        if (!first)
            sw_buf_char(out, ',');
        first = false;
        sw_buf_json(out, sw_str(sw_walk_skip_text(kind)));
        sw_buf_char(out, ':');
        sw_buf_u64(out, walk->skipped[kind]);
    }
    sw_buf_char(out, '}');
}

static void json_rules(struct sw_buf *out, const struct sw_rules *rules)
{
    SW_BUF_LIT(out, ",\"rules\":{\"loaded\":");
    sw_buf_u64(out, rules->rule_count + rules->correlation_count);
    SW_BUF_LIT(out, ",\"rejected\":[");
    for (size_t i = 0; i < rules->reject_count; i++) {
        const struct sw_reject *reject = &rules->rejects[i];
        if (i > 0)
            sw_buf_char(out, ',');
        SW_BUF_LIT(out, "{\"path\":");
        sw_buf_json(out, reject->path);
        SW_BUF_LIT(out, ",\"line\":");
        sw_buf_u64(out, reject->line);
        SW_BUF_LIT(out, ",\"id\":");
        sw_buf_json(out, reject->id);
        SW_BUF_LIT(out, ",\"title\":");
        sw_buf_json(out, reject->title);
        SW_BUF_LIT(out, ",\"reason\":");
        sw_buf_json(out, reject->reason);
        sw_buf_char(out, '}');
    }
    SW_BUF_LIT(out, "]}");
}

/* Which regular expressions were given up is told always, what matching took only when asked for. */
static void json_matching(struct sw_buf *out, const struct sw_summary *summary)
{
    SW_BUF_LIT(out, ",\"regex_limit\":[");
    for (size_t i = 0; i < summary->gave_up_count; i++) {
        if (i > 0)
            sw_buf_char(out, ',');
        sw_buf_json(out, summary->gave_up[i]);
    }
    sw_buf_char(out, ']');
    const struct sw_matcher_stats *m = summary->matching;
    if (m == NULL)
        return;
    const struct {
        const char *name;
        uint64_t count;
    } figures[] = {{"events", m->events},         {"lines_turned_away", m->lines}, {"values", m->values},
                   {"remembered", m->remembered}, {"candidates", m->candidates},   {"matches", m->matches},
                   {"regex_limit", m->regex_limit}};
    SW_BUF_LIT(out, ",\"matching\":{");
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        sw_buf_printf(out, "%s\"%s\":", i > 0 ? "," : "", figures[i].name);
        sw_buf_u64(out, figures[i].count);
    }
    sw_buf_char(out, '}');
}

static void json_behaviours(struct sw_buf *out, const struct sw_behaviour_stats *stats)
{
    sw_buf_printf(out, ",\"behaviours\":{\"notes\":%llu,\"untimed\":%llu,\"evicted\":%llu,\"evicted_keys\":%llu,"
                  "\"findings_dropped\":%llu,\"memory\":%llu,\"internal\":",
                  (unsigned long long)stats->notes, (unsigned long long)stats->untimed, (unsigned long long)stats->evicted,
                  (unsigned long long)stats->evicted_keys, (unsigned long long)stats->findings_dropped,
                  (unsigned long long)stats->held);
    sw_buf_json(out, stats->internal);
    sw_buf_char(out, '}');
}

void sw_summary_json(struct sw_buf *out, const struct sw_summary *summary)
{
    SW_BUF_LIT(out, "{\"type\":\"summary\",\"inputs\":[");
    for (size_t i = 0; i < summary->row_count; i++) {
        if (i > 0)
            sw_buf_char(out, ',');
        json_row(out, &summary->rows[i]);
    }
    SW_BUF_LIT(out, "],\"inputs_not_listed\":");
    sw_buf_u64(out, summary->rows_left_out);
    if (summary->walk != NULL)
        json_walk(out, summary->walk);
    if (summary->rules != NULL)
        json_rules(out, summary->rules);
    SW_BUF_LIT(out, ",\"events\":");
    sw_buf_u64(out, summary->parsed);
    SW_BUF_LIT(out, ",\"rejected\":");
    sw_buf_u64(out, summary->rejected);
    SW_BUF_LIT(out, ",\"findings\":");
    sw_buf_u64(out, summary->findings);
    SW_BUF_LIT(out, ",\"incidents\":0,\"correlation_evicted\":");
    sw_buf_u64(out, summary->correlation_evicted);
    sw_buf_printf(out, ",\"correlation_untimed\":%llu,\"correlation_ungrouped\":%llu,\"correlation_valueless\":%llu",
                  (unsigned long long)summary->correlation_untimed, (unsigned long long)summary->correlation_ungrouped,
                  (unsigned long long)summary->correlation_valueless);
    sw_buf_printf(out, ",\"web\":{\"looked_into\":%llu,\"judged_early\":%llu,\"paths_dropped\":%llu,\"texts_cut\":%llu}",
                  (unsigned long long)summary->web_looked, (unsigned long long)summary->web_judged_early,
                  (unsigned long long)summary->web_paths_dropped, (unsigned long long)summary->web_texts_cut);
    json_behaviours(out, &summary->behaviours);
    SW_BUF_LIT(out, ",\"field_names_refused\":");
    sw_buf_u64(out, summary->field_names_refused);
    if (summary->rules != NULL)
        json_matching(out, summary);
    SW_BUF_LIT(out, ",\"sandbox\":");
    sw_buf_json(out, sw_str(summary->sandbox != NULL ? summary->sandbox : "none"));
    json_time(out, "first", summary->first);
    json_time(out, "last", summary->last);
    sw_buf_printf(out, ",\"elapsed\":%.3f,\"peak_memory\":%llu}", summary->elapsed,
                  (unsigned long long)summary->peak_memory);
}
