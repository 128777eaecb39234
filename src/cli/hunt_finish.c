/* hunt_finish.c - what correlations, the web analysis and behaviours say when all evidence is read. */
#include "cli/hunt_priv.h"

#include "base/mem.h"

/* --- correlations --------------------------------------------------------------------------------------- */

static const struct sw_rule *referred_rule(const struct sw_rules *rules, const struct sw_correlation *correlation, uint32_t ref)
{
    const struct sw_ref *to = &correlation->refs[ref];
    return to->is_correlation ? &rules->correlations[to->index].meta : &rules->rules[to->index];
}

/* A finding that joins several events, with room for its groups and members while it is put together. */
struct joined {
    struct sw_group_value *groups;
    struct sw_finding_member *members;
};

static int joined_init(struct joined *joined, size_t groups, size_t members)
{
    joined->groups = sw_alloc(groups + 1, sizeof *joined->groups);
    joined->members = sw_alloc(members + 1, sizeof *joined->members);
    return joined->groups != NULL && joined->members != NULL ? 0 : SW_E_NOMEM;
}

static void joined_fini(struct joined *joined)
{
    sw_free(joined->groups);
    sw_free(joined->members);
}

/* Gives the finding its id, counts it as of that rule, and delivers it at once. */
static int deliver_joined(struct sw_hunt *hunt, struct sw_finding *finding, size_t number)
{
    struct sw_hunt_batch *batch = sw_hunt_batch_new(hunt);
    if (batch == NULL)
        return SW_E_NOMEM;
    finding->id = sw_correlation_finding_id(finding);
    struct sw_hunt_worker here = {.hunt = hunt};
    int rc = sw_hunt_put(&here, batch, finding);
    sw_hunt_count(hunt, number, finding->rule->level);
    if (rc == 0)
        rc = sw_hunt_deliver(hunt, batch, NULL);
    sw_hunt_batch_free(batch);
    return rc;
}

static int on_correlation(void *context, const struct sw_correlation_match *match)
{
    struct sw_hunt *hunt = context;
    const struct sw_rules *rules = hunt->loaded.rules;
    const struct sw_correlation *correlation = &rules->correlations[match->correlation];
    if ((int)correlation->meta.level < hunt->settings->min_level)
        return 0;
    struct joined joined;
    int rc = joined_init(&joined, match->group_count, match->member_count);
    for (size_t i = 0; rc == 0 && i < match->group_count; i++)
        joined.groups[i] = (struct sw_group_value){sw_field_name(correlation->group_by[i]), match->groups[i]};
    for (size_t i = 0; rc == 0 && i < match->member_count; i++) {
        const struct sw_correlation_member *member = &match->members[i];
        joined.members[i] = (struct sw_finding_member){
            .rule = referred_rule(rules, correlation, member->ref),
            .time = member->time,
            .path = sw_hunt_path(hunt, member->origin),
            .offset = member->origin.position & ((1ull << OFFSET_BITS) - 1),
        };
    }
    struct sw_finding finding = {
        .rule = &correlation->meta,
        .kind = "correlation",
        .time = match->first,
        .time_last = match->last,
        .count = match->count,
        .groups = joined.groups,
        .group_count = match->group_count,
        .members = joined.members,
        .member_count = match->member_count,
        .value = match->value,
    };
    if (rc == 0)
        rc = deliver_joined(hunt, &finding, rules->rule_count + match->correlation);
    joined_fini(&joined);
    return rc;
}

int sw_hunt_correlate(struct sw_hunt *hunt)
{
    if (hunt->correlator == NULL)
        return 0;
    int rc = sw_correlator_finish(hunt->correlator, on_correlation, hunt);
    struct sw_correlator_stats stats;
    sw_correlator_stats(hunt->correlator, &stats);
    hunt->run.summary.correlation_evicted = stats.evicted;
    hunt->run.summary.correlation_untimed = stats.untimed;
    hunt->run.summary.correlation_ungrouped = stats.ungrouped;
    hunt->run.summary.correlation_valueless = stats.valueless;
    return rc;
}

/* --- matching ------------------------------------------------------------------------------------------- */

/* What the matchers did, for the summary; all workers have ended. */
int sw_hunt_tell_matching(struct sw_hunt *hunt)
{
    hunt->run.summary.matching = hunt->settings->stats ? &hunt->matching : NULL;
    int rc = 0;
    for (size_t i = 0; i < sw_program_regexes(hunt->loaded.program) && rc == 0; i++)
        if (hunt->gave_up[i])
            rc = sw_summary_gave_up(&hunt->run.summary, sw_program_regex(hunt->loaded.program, i));
    return rc;
}

/* --- web requests --------------------------------------------------------------------------------------- */

/* Writes out what the analysis's findings have gathered. */
int sw_hunt_flush_web(struct sw_hunt *hunt)
{
    int rc = hunt->web_batch != NULL ? sw_hunt_deliver(hunt, hunt->web_batch, NULL) : 0;
    if (hunt->web_batch != NULL)
        sw_hunt_batch_reset(hunt->web_batch);
    return rc;
}

/* A finding of the web analysis, at the end of the evidence or when too many wait for it. */
int sw_hunt_web(void *arg, const struct sw_web_match *match)
{
    struct sw_hunt *hunt = arg;
    const struct sw_hunt_observed *observed = sw_hunt_input(hunt, match->origin.file, match->origin.ordinal);
    if (hunt->web_batch == NULL)
        hunt->web_batch = sw_hunt_batch_new(hunt);
    if (hunt->web_worker == NULL)
        hunt->web_worker = sw_hunt_worker_new(hunt);
    if (hunt->web_batch == NULL || hunt->web_worker == NULL || observed == NULL)
        return SW_E_NOMEM;
    const struct sw_input input = {.info.path = observed->path, .decoder = observed->decoder, .file = observed->file};
    const struct sw_finding finding = {
        .id = sw_finding_id(match->rule, &input, match->event),
        .rule = match->rule,
        .kind = "finding",
        .engine = "web",
        .time = match->event->time,
        .time_last = match->event->time,
        .count = 1,
        .input = &input,
        .event = match->event,
        .event_class = sw_classes_get(hunt->run.classes, match->event->class_id),
        .matched = match->matched, /* words for all of the event's fields */
        .verdict = sw_web_verdict_name(match->verdict),
        .detail = match->explanation,
    };
    const struct sw_rules *rules = hunt->loaded.rules;
    sw_hunt_count(hunt, rules->rule_count + rules->correlation_count + match->rule_index, match->rule->level); /* the first set */
    int rc = sw_hunt_put(hunt->web_worker, hunt->web_batch, &finding);
    return rc == 0 && hunt->web_batch->out.len > WEB_FLUSH ? sw_hunt_flush_web(hunt) : rc;
}

int sw_hunt_finish_web(struct sw_hunt *hunt)
{
    if (hunt->web == NULL)
        return 0;
    int rc = sw_web_finish(hunt->web, sw_hunt_web, hunt);
    if (rc == 0)
        rc = sw_hunt_flush_web(hunt);
    struct sw_web_stats stats;
    sw_web_stats(hunt->web, &stats);
    hunt->run.summary.web_looked = stats.looked;
    hunt->run.summary.web_judged_early = stats.judged_early;
    hunt->run.summary.web_paths_dropped = stats.paths_dropped;
    hunt->run.summary.web_texts_cut = stats.texts_cut;
    return rc;
}

/* --- behaviours ----------------------------------------------------------------------------------------- */

static int on_behaviour(void *arg, const struct sw_behaviour_match *match)
{
    struct sw_hunt *hunt = arg;
    struct joined joined;
    int rc = joined_init(&joined, match->group_count, match->member_count);
    for (size_t i = 0; rc == 0 && i < match->group_count; i++)
        joined.groups[i] = (struct sw_group_value){match->groups[i].name, match->groups[i].value};
    for (size_t i = 0; rc == 0 && i < match->member_count; i++) {
        const struct sw_behaviour_member *member = &match->members[i];
        const struct sw_hunt_observed *input = sw_hunt_input(hunt, member->origin.file, member->origin.ordinal);
        joined.members[i] = (struct sw_finding_member){
            .time = member->time, .path = input != NULL ? input->path : SW_STR(""), .offset = member->origin.offset};
    }
    struct sw_finding finding = {
        .rule = match->rule,
        .kind = "behaviour",
        .engine = "behaviour",
        .time = match->first,
        .time_last = match->last,
        .count = match->count,
        .groups = joined.groups,
        .group_count = match->group_count,
        .members = joined.members,
        .member_count = match->member_count,
        .value = match->value,
        .detail = match->explanation,
    };
    if (rc == 0)
        rc = deliver_joined(hunt, &finding, sw_hunt_first_rule(hunt, SW_HUNT_BEHAVIOURS) + match->rule_index);
    joined_fini(&joined);
    return rc;
}

int sw_hunt_finish_behaviours(struct sw_hunt *hunt)
{
    if (hunt->behaviours == NULL)
        return 0;
    int rc = sw_behaviour_finish(hunt->behaviours, on_behaviour, hunt);
    sw_behaviours_stats(hunt->behaviours, &hunt->run.summary.behaviours);
    return rc;
}
