/* behaviour.c - shows events to the watches, runs the behaviours at the end, and gives out what they found. The work
 * itself is the watches' and the behaviours'. */
#include "behaviour/behaviour_priv.h"
#include "behaviour/budget.h"
#include "behaviour/series.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

#define SW_WATCH(name) extern const struct sw_watch sw_watch_##name;
#define SW_BEHAVIOUR(name) extern const struct sw_behaviour sw_behaviour_##name;
#include "behaviour/behaviours.def"

static const struct sw_watch *const watches[] = {
#define SW_WATCH(name) &sw_watch_##name,
#include "behaviour/behaviours.def"
};

static const struct sw_behaviour *const table[] = {
#define SW_BEHAVIOUR(name) &sw_behaviour_##name,
#include "behaviour/behaviours.def"
};

enum { WATCHES = SW_COUNT_OF(watches), BEHAVIOURS = SW_COUNT_OF(table), MAX_PARAMETERS = 32, MAX_GROUPS = 16 };

/* Bytes of one piece's notes of one watch. */
#define MAX_NOTES ((size_t)256 << 20)

/* Findings of one run, and their bytes. */
#define MAX_FINDINGS 1000000u
#define MAX_FOUND ((size_t)256 << 20)

struct input_number {
    uint32_t file;
    uint32_t ordinal;
};

struct sw_behaviours {
    void *watch[WATCHES];
    uint8_t *wanted_by; /* by class: bit i for watches[i] */
    uint32_t class_count;
    enum sw_level min_level;
    struct sw_behaviour_run runs[BEHAVIOURS];
    double values[BEHAVIOURS][MAX_PARAMETERS];
    bool off[BEHAVIOURS];
    size_t run_count;
    struct input_number *inputs; /* in the order of the evidence */
    size_t input_count;
    size_t input_cap;
    struct sw_behaviour_match *found;
    size_t found_count;
    size_t found_cap;
    uint64_t found_dropped;
    struct sw_arena found_texts;
    struct sw_budget budget;
    struct sw_series_store store;
    size_t held_most;
    uint64_t notes;
    uint64_t untimed;
};

_Static_assert(WATCHES <= 8, "wanted_by has eight bits");

/* --- rules -------------------------------------------------------------------------------------------------- */

enum { MAX_RULES = 256 };

static struct sw_rule all_rules[MAX_RULES];
static uint32_t all_first[BEHAVIOURS];
static size_t all_count;
static pthread_once_t all_made = PTHREAD_ONCE_INIT;

static void gather_rules(void)
{
    for (size_t i = 0; i < BEHAVIOURS; i++) {
        all_first[i] = (uint32_t)all_count;
        for (size_t k = 0; k < table[i]->rule_count && all_count < MAX_RULES; k++)
            all_rules[all_count++] = table[i]->rules[k];
    }
}

const struct sw_rule *sw_behaviour_rules(size_t *count)
{
    (void)pthread_once(&all_made, gather_rules);
    *count = all_count;
    return all_rules;
}

bool sw_behaviour_at(size_t index, struct sw_behaviour_info *info)
{
    if (index >= BEHAVIOURS)
        return false;
    const struct sw_behaviour *b = table[index];
    *info = (struct sw_behaviour_info){b->name, b->summary, b->rules, b->rule_count, b->parameters, b->parameter_count};
    return true;
}

/* --- settings ----------------------------------------------------------------------------------------------- */

static int set_parameter(struct sw_behaviours *all, size_t index, struct sw_str name, struct sw_str value,
                         const char *whole, struct sw_error *err)
{
    const struct sw_behaviour *b = table[index];
    for (size_t i = 0; i < b->parameter_count; i++) {
        const struct sw_behaviour_parameter *p = &b->parameters[i];
        if (!sw_str_is(name, p->name))
            continue;
        double number;
        if (sw_str_double(value, &number) != 0 || !(number >= p->least && number <= p->most))
            return sw_error_set(err, SW_E_USAGE, 0, 0, "behaviour setting '%s': %s is a number from %g to %g", whole,
                                p->name, p->least, p->most);
        all->values[index][i] = number;
        return 0;
    }
    return sw_error_set(err, SW_E_USAGE, 0, 0, "behaviour setting '%s': %s has no parameter '%.*s'", whole, b->name,
                        (int)name.len, name.ptr);
}

/* "NAME=off", "NAME=on", "NAME.PARAMETER=VALUE"; NAME "all" switches every one. */
static int apply_setting(struct sw_behaviours *all, const char *whole, struct sw_error *err)
{
    struct sw_str text = sw_str(whole);
    size_t equals = sw_str_chr(text, '=');
    if (equals == SW_NPOS)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "behaviour setting '%s' is not NAME=off or NAME.PARAMETER=VALUE",
                            whole);
    struct sw_str name = sw_str_slice(text, 0, equals);
    struct sw_str value = sw_str_from(text, equals + 1);
    size_t dot = sw_str_chr(name, '.');
    struct sw_str parameter = dot != SW_NPOS ? sw_str_from(name, dot + 1) : (struct sw_str){0};
    name = sw_str_slice(name, 0, dot);
    bool every = sw_str_is(name, "all");
    bool switches = sw_str_is(value, "off") || sw_str_is(value, "on");
    bool any = false;
    for (size_t i = 0; i < BEHAVIOURS; i++) {
        if (!every && !sw_str_is(name, table[i]->name))
            continue;
        any = true;
        if (dot == SW_NPOS && switches)
            all->off[i] = sw_str_is(value, "off");
        else if (dot != SW_NPOS && !every)
            return set_parameter(all, i, parameter, value, whole, err);
        else
            return sw_error_set(err, SW_E_USAGE, 0, 0, "behaviour setting '%s' is not NAME=off or NAME.PARAMETER=VALUE",
                                whole);
    }
    if (!any)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "there is no behaviour '%.*s' (see `seawall rules list`)",
                            (int)name.len, name.ptr);
    return 0;
}

static int make_runs(struct sw_behaviours *all, const struct sw_behaviour_options *options, struct sw_error *err)
{
    size_t rules;
    (void)sw_behaviour_rules(&rules);
    for (size_t i = 0; i < BEHAVIOURS; i++)
        all->off[i] = table[i]->optional;
    for (size_t i = 0; i < BEHAVIOURS; i++)
        for (size_t k = 0; k < table[i]->parameter_count && k < MAX_PARAMETERS; k++)
            all->values[i][k] = table[i]->parameters[k].value;
    for (size_t i = 0; i < options->setting_count; i++) {
        int rc = apply_setting(all, options->settings[i], err);
        if (rc != 0)
            return rc;
    }
    for (size_t i = 0; i < BEHAVIOURS; i++)
        if (!all->off[i])
            all->runs[all->run_count++] = (struct sw_behaviour_run){
                .behaviour = table[i], .value = all->values[i], .all = all, .first_rule = all_first[i]};
    return 0;
}

struct sw_behaviour_run *sw_behaviour_runs(struct sw_behaviours *all, size_t *count)
{
    *count = all->run_count;
    return all->runs;
}

/* --- life --------------------------------------------------------------------------------------------------- */

static int open_watches(struct sw_behaviours *all, const struct sw_behaviour_options *options, struct sw_error *err)
{
    size_t memory = options->memory > 0 ? options->memory : SW_BEHAVIOUR_MEMORY;
    unsigned weights[WATCHES];
    for (size_t i = 0; i < WATCHES; i++)
        weights[i] = watches[i]->share;
    sw_budget_init(&all->budget, memory, weights, WATCHES);
    sw_series_store_init(&all->store, memory);
    int rc = 0;
    for (size_t i = 0; i < WATCHES && rc == 0; i++) {
        const struct sw_watch_setup setup = {.classes = options->classes,
                                             .memory = sw_budget_allowance(&all->budget, i),
                                             .ceiling = memory,
                                             .share = all->budget.share[i],
                                             .store = &all->store,
                                             .options = options};
        rc = watches[i]->open(&all->watch[i], &setup, err);
        for (sw_class_id id = 0; id < all->class_count && rc == 0; id++)
            if (watches[i]->wants(all->watch[i], id))
                all->wanted_by[id] |= (uint8_t)(1u << i);
    }
    return rc;
}

int sw_behaviours_new(struct sw_behaviours **out, const struct sw_behaviour_options *options, struct sw_error *err)
{
    struct sw_behaviours *all = sw_alloc(1, sizeof *all);
    if (all == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    *out = all;
    sw_arena_init(&all->found_texts, MAX_FOUND);
    all->min_level = options->min_level;
    all->class_count = sw_classes_count(options->classes);
    all->wanted_by = sw_alloc((size_t)all->class_count + 1, 1);
    if (all->wanted_by == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    int rc = make_runs(all, options, err);
    if (rc == 0)
        rc = open_watches(all, options, err);
    if (rc != 0 && err != NULL && err->text[0] == '\0')
        (void)sw_error_set(err, rc, 0, 0, "%s", sw_strerror(rc));
    return rc;
}

void sw_behaviours_free(struct sw_behaviours *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; i < WATCHES; i++)
        if (all->watch[i] != NULL)
            watches[i]->close(all->watch[i]);
    sw_series_store_fini(&all->store);
    sw_free(all->wanted_by);
    sw_free(all->inputs);
    sw_free(all->found);
    sw_arena_fini(&all->found_texts);
    sw_free(all);
}

/* --- batches ------------------------------------------------------------------------------------------------ */

struct sw_behaviour_batch {
    struct sw_buf notes[WATCHES];
    uint64_t count;
    uint64_t untimed;
};

int sw_behaviour_batch_new(struct sw_behaviour_batch **out)
{
    struct sw_behaviour_batch *batch = sw_alloc(1, sizeof *batch);
    if (batch == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < WATCHES; i++)
        sw_buf_init(&batch->notes[i], MAX_NOTES);
    *out = batch;
    return 0;
}

void sw_behaviour_batch_reset(struct sw_behaviour_batch *batch)
{
    for (size_t i = 0; i < WATCHES; i++)
        sw_buf_clear(&batch->notes[i]);
    batch->count = 0;
    batch->untimed = 0;
}

size_t sw_behaviour_batch_weight(const struct sw_behaviour_batch *batch)
{
    size_t weight = 0;
    for (size_t i = 0; i < WATCHES; i++)
        weight += batch->notes[i].cap;
    return weight;
}

bool sw_behaviour_batch_is_empty(const struct sw_behaviour_batch *batch)
{
    return batch->count == 0 && batch->untimed == 0;
}

void sw_behaviour_batch_free(struct sw_behaviour_batch *batch)
{
    if (batch == NULL)
        return;
    for (size_t i = 0; i < WATCHES; i++)
        sw_buf_fini(&batch->notes[i]);
    sw_free(batch);
}

int sw_behaviour_look(const struct sw_behaviours *all, struct sw_behaviour_batch *batch, const struct sw_event *event)
{
    uint8_t wanted = event->class_id < all->class_count ? all->wanted_by[event->class_id] : 0;
    if (wanted == 0)
        return 0;
    if (event->time == SW_TIME_NONE) {
        batch->untimed++;
        return 0;
    }
    batch->count++;
    for (size_t i = 0; i < WATCHES; i++) {
        if ((wanted >> i & 1) == 0)
            continue;
        int rc = watches[i]->look(all->watch[i], &batch->notes[i], event);
        if (rc == 0)
            rc = sw_buf_error(&batch->notes[i]);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The number of an input in the order of the evidence. */
static int number_of(struct sw_behaviours *all, uint32_t file, uint32_t ordinal, uint32_t *number)
{
    if (all->input_count > 0) {
        const struct input_number *last = &all->inputs[all->input_count - 1];
        if (last->file == file && last->ordinal == ordinal) {
            *number = (uint32_t)all->input_count - 1;
            return 0;
        }
    }
    int rc = sw_grow(&all->inputs, &all->input_cap, all->input_count, sizeof *all->inputs, UINT32_MAX);
    if (rc != 0)
        return rc;
    *number = (uint32_t)all->input_count;
    all->inputs[all->input_count++] = (struct input_number){file, ordinal};
    return 0;
}

/* Before a watch takes more: what it may hold, and what others have to give back for it. */
static int make_room(struct sw_behaviours *all, size_t who)
{
    struct sw_budget *budget = &all->budget;
    int rc = 0;
    for (size_t i = 0; i < WATCHES; i++)
        budget->held[i] = watches[i]->held(all->watch[i]);
    for (unsigned round = 0; round < 2 * WATCHES && rc == 0; round++) {
        size_t debtor = sw_budget_debtor(budget, who);
        if (debtor == SW_BUDGET_NOBODY)
            break;
        rc = watches[debtor]->allow(all->watch[debtor], sw_budget_reduced(budget, debtor));
        budget->held[debtor] = watches[debtor]->held(all->watch[debtor]);
    }
    return rc != 0 ? rc : watches[who]->allow(all->watch[who], sw_budget_allowance(budget, who));
}

static void note_held(struct sw_behaviours *all)
{
    size_t now = sw_series_store_held(&all->store) - sw_series_store_used(&all->store);
    for (size_t i = 0; i < WATCHES; i++)
        now += watches[i]->held(all->watch[i]);
    if (now > all->held_most)
        all->held_most = now;
}

int sw_behaviour_deliver(struct sw_behaviours *all, struct sw_behaviour_batch *batch, uint32_t file, uint32_t ordinal)
{
    all->untimed += batch->untimed;
    all->notes += batch->count;
    if (batch->count == 0)
        return 0;
    uint32_t input;
    int rc = number_of(all, file, ordinal, &input);
    for (size_t i = 0; i < WATCHES && rc == 0; i++) {
        if (batch->notes[i].len == 0)
            continue;
        rc = make_room(all, i);
        if (rc == 0)
            rc = watches[i]->take(all->watch[i], sw_buf_str(&batch->notes[i]), input);
    }
    note_held(all);
    return rc;
}

/* --- findings ----------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct sw_place_at *x = a;
    const struct sw_place_at *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    if (x->place.input != y->place.input)
        return x->place.input < y->place.input ? -1 : 1;
    return (x->place.offset > y->place.offset) - (x->place.offset < y->place.offset);
}

/* Members in order of time; of many the first, the last, and some evenly between. */
static int copy_members(struct sw_behaviours *all, struct sw_behaviour_match *match,
                        const struct sw_behaviour_report *report)
{
    if (report->member_count == 0)
        return 0;
    struct sw_place_at *sorted = sw_alloc(report->member_count, sizeof *sorted);
    if (sorted == NULL)
        return SW_E_NOMEM;
    memcpy(sorted, report->members, report->member_count * sizeof *sorted);
    qsort(sorted, report->member_count, sizeof *sorted, by_time);
    size_t kept = report->member_count < SW_BEHAVIOUR_MEMBERS ? report->member_count : SW_BEHAVIOUR_MEMBERS;
    struct sw_behaviour_member *members = sw_arena_zero(&all->found_texts, kept, sizeof *members);
    for (size_t i = 0; members != NULL && i < kept; i++) {
        size_t from = kept < 2 ? 0 : i * (report->member_count - 1) / (kept - 1);
        const struct sw_place *place = &sorted[from].place;
        if (place->input < all->input_count)
            members[i] = (struct sw_behaviour_member){
                sorted[from].time, {all->inputs[place->input].file, all->inputs[place->input].ordinal, place->offset}};
    }
    sw_free(sorted);
    match->members = members;
    match->member_count = kept;
    return members != NULL ? 0 : SW_E_LIMIT;
}

static int copy_groups(struct sw_behaviours *all, struct sw_behaviour_match *match,
                       const struct sw_behaviour_report *report)
{
    size_t count = report->group_count < MAX_GROUPS ? report->group_count : MAX_GROUPS;
    if (count == 0)
        return 0;
    struct sw_behaviour_group *groups = sw_arena_zero(&all->found_texts, count, sizeof *groups);
    if (groups == NULL)
        return SW_E_LIMIT;
    for (size_t i = 0; i < count; i++) {
        groups[i].name = sw_arena_dup(&all->found_texts, report->groups[i].name);
        groups[i].value = sw_arena_dup(&all->found_texts, report->groups[i].value);
        if (groups[i].name.ptr == NULL || groups[i].value.ptr == NULL)
            return SW_E_LIMIT;
    }
    match->groups = groups;
    match->group_count = count;
    return 0;
}

int sw_behaviour_report(struct sw_behaviour_run *run, const struct sw_behaviour_report *report)
{
    struct sw_behaviours *all = run->all;
    const struct sw_rule *rule = &run->behaviour->rules[report->rule];
    if (rule->level < all->min_level)
        return 0;
    if (all->found_count == MAX_FINDINGS) {
        all->found_dropped++;
        return 0;
    }
    int rc = sw_grow(&all->found, &all->found_cap, all->found_count, sizeof *all->found, MAX_FINDINGS);
    if (rc != 0)
        return rc;
    struct sw_behaviour_match *match = &all->found[all->found_count];
    *match = (struct sw_behaviour_match){.rule = &all_rules[run->first_rule + report->rule],
                                         .rule_index = run->first_rule + report->rule,
                                         .first = report->first,
                                         .last = report->last,
                                         .count = report->count,
                                         .value = report->value};
    match->explanation =
        sw_arena_dup(&all->found_texts, sw_str_slice(report->explanation, 0, SW_BEHAVIOUR_EXPLANATION));
    rc = match->explanation.ptr != NULL ? 0 : SW_E_LIMIT;
    if (rc == 0)
        rc = copy_groups(all, match, report);
    if (rc == 0)
        rc = copy_members(all, match, report);
    if (rc == SW_E_LIMIT) { /* no room for more texts: told, and the rest of the run goes on */
        all->found_dropped++;
        return 0;
    }
    if (rc == 0)
        all->found_count++;
    return rc;
}

static int by_first(const void *a, const void *b)
{
    const struct sw_behaviour_match *x = a;
    const struct sw_behaviour_match *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->rule_index != y->rule_index)
        return x->rule_index < y->rule_index ? -1 : 1;
    for (size_t i = 0; i < x->group_count && i < y->group_count; i++) {
        int order = sw_str_cmp(x->groups[i].value, y->groups[i].value);
        if (order != 0)
            return order;
    }
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return sw_str_cmp(x->explanation, y->explanation);
}

static int make_states(struct sw_behaviours *all)
{
    for (size_t i = 0; i < all->run_count; i++) {
        struct sw_behaviour_run *run = &all->runs[i];
        if (run->behaviour->state_size == 0)
            continue;
        run->state = sw_alloc(1, run->behaviour->state_size);
        if (run->state == NULL)
            return SW_E_NOMEM;
    }
    return 0;
}

static void free_states(struct sw_behaviours *all)
{
    for (size_t i = 0; i < all->run_count; i++) {
        struct sw_behaviour_run *run = &all->runs[i];
        if (run->state != NULL && run->behaviour->end != NULL)
            run->behaviour->end(run);
        sw_free(run->state);
        run->state = NULL;
    }
}

int sw_behaviour_finish(struct sw_behaviours *all, sw_behaviour_emit_fn emit, void *arg)
{
    int rc = make_states(all);
    for (size_t i = 0; i < WATCHES && rc == 0; i++)
        rc = watches[i]->finish(all->watch[i], all);
    free_states(all);
    if (all->found_count > 1)
        qsort(all->found, all->found_count, sizeof *all->found, by_first);
    for (size_t i = 0; i < all->found_count && rc == 0; i++)
        rc = emit(arg, &all->found[i]);
    return rc;
}

void sw_behaviours_stats(const struct sw_behaviours *all, struct sw_behaviour_stats *stats)
{
    *stats = (struct sw_behaviour_stats){
        .notes = all->notes, .untimed = all->untimed, .findings_dropped = all->found_dropped, .held = all->held_most};
    for (size_t i = 0; i < WATCHES; i++)
        if (watches[i]->stats != NULL && all->watch[i] != NULL) /* one may be missing after a new() that failed */
            watches[i]->stats(all->watch[i], stats);
}
