/* hunt_deliver.c - findings and observations of pieces, in the order of the evidence. */
#include "cli/hunt_priv.h"

#include "base/mem.h"

size_t sw_hunt_first_rule(const struct sw_hunt *hunt, unsigned set)
{
    size_t first = hunt->loaded.rules->rule_count + hunt->loaded.rules->correlation_count;
    for (unsigned i = 0; i < set; i++)
        first += hunt->sets[i].count;
    return first;
}

void sw_hunt_count(struct sw_hunt *hunt, size_t number, enum sw_level level)
{
    hunt->run.summary.findings++;
    hunt->run.summary.by_level[level]++;
    hunt->run.summary.rules_matched += hunt->counts[number]++ == 0;
    if (hunt->settings->fail_on != SW_LEVEL_NONE && (int)level >= hunt->settings->fail_on)
        hunt->grave = true;
}

/* The level of a rule that findings of pieces name: Sigma's or a script's. */
static enum sw_level level_of(const struct sw_hunt *hunt, size_t number)
{
    if (number < hunt->loaded.rules->rule_count)
        return hunt->loaded.rules->rules[number].level;
    return hunt->sets[SW_HUNT_SCRIPTS].rules[number - sw_hunt_first_rule(hunt, SW_HUNT_SCRIPTS)].level;
}

/* Remembers the path of an input that observations came from. */
static int note_observed(struct sw_hunt *hunt, const struct sw_input *input)
{
    if (hunt->observed_count > 0) {
        const struct sw_hunt_observed *last = &hunt->observed[hunt->observed_count - 1];
        if (last->file == input->file && last->ordinal == input->ordinal)
            return 0;
    }
    int rc = sw_grow(&hunt->observed, &hunt->observed_cap, hunt->observed_count, sizeof *hunt->observed, SIZE_MAX / 64);
    if (rc != 0)
        return rc;
    struct sw_str path = sw_arena_dup(&hunt->observed_paths, input->info.path);
    if (path.ptr == NULL)
        return SW_E_NOMEM;
    hunt->observed[hunt->observed_count++] = (struct sw_hunt_observed){input->file, input->ordinal, path, input->decoder};
    return 0;
}

const struct sw_hunt_observed *sw_hunt_input(const struct sw_hunt *hunt, uint32_t file, uint32_t ordinal)
{
    size_t low = 0;
    size_t high = hunt->observed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct sw_hunt_observed *at = &hunt->observed[middle];
        if (at->file < file || (at->file == file && at->ordinal < ordinal))
            low = middle + 1;
        else
            high = middle;
    }
    return low < hunt->observed_count ? &hunt->observed[low] : NULL;
}

struct sw_str sw_hunt_path(const struct sw_hunt *hunt, struct sw_origin origin)
{
    const struct sw_hunt_observed *input = sw_hunt_input(hunt, origin.source, (uint32_t)(origin.position >> OFFSET_BITS));
    return input != NULL ? input->path : SW_STR("");
}

int sw_hunt_deliver(void *arg, void *batch_arg, const struct sw_input *input)
{
    struct sw_hunt *hunt = arg;
    struct sw_hunt_batch *batch = batch_arg;
    for (size_t i = 0; i < batch->hit_count; i++)
        sw_hunt_count(hunt, batch->hits[i], level_of(hunt, batch->hits[i]));
    struct sw_str out = sw_buf_str(&batch->out);
    if (out.len > 0 && hunt->settings->format == SW_FORMAT_JSON && !hunt->any)
        out = sw_str_from(out, 1); /* the comma in front of the first one */
    if (out.len > 0)
        hunt->any = true;
    int rc = sw_run_write(&hunt->run, out);
    if (rc == 0)
        rc = sw_text_report_merge(&hunt->report, &batch->report);
    bool web = hunt->web != NULL && !sw_web_batch_is_empty(batch->web);
    bool noted = hunt->behaviours != NULL && !sw_behaviour_batch_is_empty(batch->behaviours);
    if (rc == 0 && input != NULL && (batch->observed || web || noted))
        rc = note_observed(hunt, input);
    if (rc == 0 && hunt->behaviours != NULL && input != NULL)
        rc = sw_behaviour_deliver(hunt->behaviours, batch->behaviours, input->file, input->ordinal);
    if (rc == 0 && hunt->web != NULL && input != NULL)
        rc = sw_web_deliver(hunt->web, batch->web, sw_hunt_web, hunt);
    if (rc == 0 && hunt->web != NULL && input != NULL)
        rc = sw_hunt_flush_web(hunt);
    return rc;
}

int sw_hunt_input_done(void *arg, const struct sw_input *input)
{
    struct sw_hunt *hunt = arg;
    return sw_summary_add(&hunt->run.summary, input);
}
