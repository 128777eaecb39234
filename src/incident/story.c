/* story.c - an incident told in plain sentences, each with the facts that show it, and what the evidence does not tell.
 */
#include "incident/incident_priv.h"

#include "base/mem.h"

#include <stdlib.h>

#define DAY (86400 * SW_SECOND)

enum { STORY_MAX = 40, PARTS_MAX = 12, TOLD_A_PHASE = 3, LISTED = 6, EXPLAINED = 400, UNKNOWNS_MAX = 12 };

struct teller {
    struct sw_incidents *all;
    struct sw_incident *incident;
    struct sw_buf text;
    uint32_t parts[PARTS_MAX];
    uint32_t part_count;
    int rc;
};

static const struct sw_fact *fact_of(const struct teller *t, uint32_t part)
{
    return &t->all->facts->items[t->incident->parts[part].fact];
}

static void cite(struct teller *t, uint32_t part)
{
    if (part == SW_NONE || t->part_count == PARTS_MAX)
        return;
    for (uint32_t i = 0; i < t->part_count; i++)
        if (t->parts[i] == part)
            return;
    t->parts[t->part_count++] = part;
}

/* Ends a sentence: it goes into the story with what was cited. */
static void end_sentence(struct teller *t)
{
    struct sw_incident *incident = t->incident;
    if (t->rc == 0)
        t->rc = sw_buf_error(&t->text);
    if (t->rc != 0 || t->text.len == 0 || incident->story_count == STORY_MAX)
        return;
    struct sw_sentence *sentence = &incident->story[incident->story_count++];
    sentence->text = sw_arena_dup(&t->all->memory, sw_buf_str(&t->text));
    sentence->parts = sw_arena_zero(&t->all->memory, t->part_count + 1, sizeof *sentence->parts);
    if (sentence->text.ptr == NULL || sentence->parts == NULL)
        t->rc = SW_E_NOMEM;
    else
        memcpy(sentence->parts, t->parts, t->part_count * sizeof *t->parts);
    sentence->part_count = t->part_count;
    t->part_count = 0;
    sw_buf_clear(&t->text);
}

/* "2026-09-03 14:05 UTC" */
static void put_time(struct sw_buf *out, int64_t time)
{
    char text[64];
    if (time == SW_TIME_NONE) {
        sw_buf_text(out, "an unknown time");
        return;
    }
    struct sw_buf whole;
    sw_buf_init(&whole, sizeof text);
    sw_buf_time(&whole, time);
    struct sw_str iso = sw_buf_str(&whole);
    if (iso.len >= 16) {
        sw_buf_add(out, iso.ptr, 10);
        sw_buf_char(out, ' ');
        sw_buf_add(out, iso.ptr + 11, 5);
        sw_buf_text(out, " UTC");
    }
    sw_buf_fini(&whole);
}

static void put_bytes(struct sw_buf *out, double bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (bytes >= 1024.0 && unit + 1 < SW_COUNT_OF(units)) {
        bytes /= 1024.0;
        unit++;
    }
    sw_buf_printf(out, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

static void put_str(struct sw_buf *out, struct sw_str text)
{
    sw_buf_add(out, text.ptr, text.len);
}

static void put_entity(struct teller *t, uint32_t entity)
{
    put_str(&t->text, entity == SW_NONE ? SW_STR("an unknown place") : t->all->entities[entity].value);
}

/* Names of the incident's entities of some things, the most named first. */
static uint32_t put_list(struct teller *t, const enum sw_thing *things, size_t count)
{
    uint32_t listed = 0;
    for (uint32_t i = 0; i < t->incident->entity_count; i++) {
        const struct sw_entity *entity = &t->all->entities[t->incident->entities[i]];
        bool wanted = false;
        for (size_t k = 0; k < count; k++)
            wanted |= entity->thing == things[k];
        if (!wanted || (entity->thing == SW_THING_ACCOUNT && !entity->joins))
            continue;
        if (listed < LISTED) {
            sw_buf_text(&t->text, listed > 0 ? ", " : "");
            put_str(&t->text, entity->value);
        }
        listed++;
    }
    if (listed > LISTED)
        sw_buf_printf(&t->text, " and %u more", listed - LISTED);
    return listed;
}

static void tell_summary(struct teller *t)
{
    static const enum sw_thing hosts[] = {SW_THING_HOST, SW_THING_INSIDE};
    static const enum sw_thing accounts[] = {SW_THING_ACCOUNT};
    const struct sw_incident *incident = t->incident;
    sw_buf_text(&t->text, "From ");
    put_time(&t->text, incident->first);
    sw_buf_text(&t->text, " to ");
    put_time(&t->text, incident->last);
    if (incident->first != SW_TIME_NONE) {
        double days = (double)(incident->last - incident->first) / (double)DAY;
        sw_buf_printf(&t->text, days >= 1.0 ? " (%.0f days)" : " (less than a day)", days);
    }
    sw_buf_printf(&t->text, ", %u findings belong together", incident->joining);
    sw_buf_text(&t->text, "; hosts touched: ");
    if (put_list(t, hosts, SW_COUNT_OF(hosts)) == 0)
        sw_buf_text(&t->text, "none named");
    size_t before = t->text.len;
    sw_buf_text(&t->text, "; accounts: ");
    if (put_list(t, accounts, SW_COUNT_OF(accounts)) == 0)
        t->text.len = before;
    sw_buf_text(&t->text, ".");
    end_sentence(t);
}

static void tell_entries(struct teller *t)
{
    for (uint32_t i = 0; i < t->incident->entry_count && i < TOLD_A_PHASE; i++) {
        const struct sw_entry_point *entry = &t->incident->entries[i];
        put_time(&t->text, entry->time);
        sw_buf_text(&t->text, entry->succeeded ? ": a way in that worked, from " : ": a try to get in, from ");
        put_entity(t, entry->from);
        sw_buf_text(&t->text, " to ");
        put_entity(t, entry->host);
        sw_buf_text(&t->text, " by ");
        put_str(&t->text, entry->what);
        sw_buf_text(&t->text, " (");
        put_str(&t->text, fact_of(t, entry->part)->title);
        sw_buf_text(&t->text, ").");
        cite(t, entry->part);
        end_sentence(t);
    }
    if (t->incident->entry_count > TOLD_A_PHASE) {
        sw_buf_printf(&t->text, "%u further ways in were tried or used; they are listed with the entry points.",
                      t->incident->entry_count - TOLD_A_PHASE);
        end_sentence(t);
    }
}

/* The strongest facts of a phase, each rule once, in order of time. */
static uint32_t best_parts(const struct teller *t, enum sw_tactic tactic, const bool *told, uint32_t best[TOLD_A_PHASE])
{
    uint32_t count = 0;
    for (uint32_t p = 0; p < t->incident->part_count; p++) {
        const struct sw_part *part = &t->incident->parts[p];
        if (told[p] || part->weight < 0.09f || (fact_of(t, p)->tactics >> tactic & 1) == 0)
            continue;
        uint32_t at = 0;
        while (at < count && !sw_str_eq(fact_of(t, best[at])->rule_id, fact_of(t, p)->rule_id))
            at++;
        if (at < count)
            continue; /* its first time is the one that is told */
        if (count < TOLD_A_PHASE) {
            best[count++] = p;
            continue;
        }
        uint32_t least = 0;
        for (uint32_t i = 1; i < count; i++)
            if (t->incident->parts[best[i]].weight < t->incident->parts[best[least]].weight)
                least = i;
        if (part->weight > t->incident->parts[best[least]].weight) {
            for (uint32_t i = least; i + 1 < count; i++)
                best[i] = best[i + 1];
            best[count - 1] = p;
        }
    }
    return count;
}

static void tell_phase(struct teller *t, enum sw_tactic tactic, bool *told)
{
    uint32_t best[TOLD_A_PHASE];
    uint32_t count = best_parts(t, tactic, told, best);
    for (uint32_t i = 0; i < count; i++) {
        const struct sw_fact *fact = fact_of(t, best[i]);
        put_str(&t->text, sw_tactic_title(tactic));
        sw_buf_text(&t->text, ", ");
        put_time(&t->text, fact->time);
        sw_buf_text(&t->text, ": ");
        struct sw_str said = fact->explanation.len > 0 ? fact->explanation : fact->title;
        put_str(&t->text, sw_str_slice(said, 0, EXPLAINED));
        if (said.len > EXPLAINED)
            sw_buf_text(&t->text, "...");
        else if (said.len > 0 && said.ptr[said.len - 1] != '.')
            sw_buf_text(&t->text, ".");
        cite(t, best[i]);
        end_sentence(t);
        told[best[i]] = true;
        for (uint32_t p = 0; p < t->incident->part_count; p++)
            told[p] |= sw_str_eq(fact_of(t, p)->rule_id, fact->rule_id);
    }
}

static void tell_data(struct teller *t)
{
    const struct sw_incident *incident = t->incident;
    for (uint32_t i = 0; i < incident->data_out_count && i < LISTED; i++) {
        const struct sw_data_out *out = &incident->data_out[i];
        put_bytes(&t->text, out->bytes);
        sw_buf_text(&t->text, " left for ");
        put_str(&t->text, out->destination);
        if (out->source.len > 0) {
            sw_buf_text(&t->text, " from ");
            put_str(&t->text, out->source);
        }
        sw_buf_text(&t->text, ", ");
        put_time(&t->text, out->first);
        sw_buf_text(&t->text, " to ");
        put_time(&t->text, out->last);
        sw_buf_text(&t->text, ".");
        cite(t, out->part);
        end_sentence(t);
    }
}

static void tell_ways_back(struct teller *t)
{
    const struct sw_incident *incident = t->incident;
    if (incident->reentry_count == 0)
        return;
    sw_buf_printf(&t->text, "%u way%s back %s known: ", incident->reentry_count,
                  incident->reentry_count == 1 ? "" : "s", incident->reentry_count == 1 ? "is" : "are");
    for (uint32_t i = 0; i < incident->reentry_count && i < PARTS_MAX; i++) {
        const struct sw_reentry_point *point = &incident->reentries[i];
        sw_buf_text(&t->text, i > 0 ? "; " : "");
        put_str(&t->text, sw_reentry_name(point->kind));
        sw_buf_char(&t->text, ' ');
        put_str(&t->text, point->value);
        if (point->host != SW_NONE) {
            sw_buf_text(&t->text, " on ");
            put_entity(t, point->host);
        }
        sw_buf_text(&t->text, " (");
        put_str(&t->text, sw_reentry_state_name(point->state));
        sw_buf_text(&t->text, ")");
        cite(t, point->best);
    }
    if (incident->reentry_count > PARTS_MAX)
        sw_buf_printf(&t->text, " and %u more, listed below", incident->reentry_count - PARTS_MAX);
    sw_buf_text(&t->text, ".");
    end_sentence(t);
}

/* "Intrusion at www1 by way of /upload.php, 3 ways back" */
static void name_incident(struct teller *t)
{
    struct sw_incident *incident = t->incident;
    static const enum sw_thing hosts[] = {SW_THING_HOST, SW_THING_INSIDE, SW_THING_DOMAIN, SW_THING_OUTSIDE};
    const struct sw_fact *best = NULL;
    float most = -1.0f;
    for (uint32_t p = 0; p < incident->part_count; p++) {
        if (incident->parts[p].weight <= most)
            continue;
        most = incident->parts[p].weight;
        best = fact_of(t, p);
    }
    uint32_t rules = 0;
    for (uint32_t p = 1; p < incident->part_count && rules == 0; p++)
        rules = !sw_str_eq(fact_of(t, p)->rule_id, fact_of(t, 0)->rule_id);
    if (incident->level >= SW_LEVEL_HIGH)
        sw_buf_text(&t->text, "Intrusion");
    else if (best != NULL)
        put_str(&t->text, best->title);
    uint32_t shown = 0;
    for (uint32_t i = 0; i < incident->entity_count && shown == 0; i++) {
        const struct sw_entity *entity = &t->all->entities[incident->entities[i]];
        for (size_t k = 0; k < SW_COUNT_OF(hosts) && shown == 0; k++) {
            if (entity->thing != hosts[k])
                continue;
            sw_buf_text(&t->text, " at ");
            put_str(&t->text, entity->value);
            shown = 1;
        }
    }
    for (uint32_t i = 0; i < incident->entry_count && incident->level >= SW_LEVEL_HIGH; i++) {
        if (!incident->entries[i].succeeded)
            continue;
        sw_buf_text(&t->text, " by way of ");
        put_str(&t->text, incident->entries[i].what);
        break;
    }
    if (incident->data_out_bytes > 0 && incident->level >= SW_LEVEL_HIGH) {
        sw_buf_text(&t->text, ", ");
        put_bytes(&t->text, incident->data_out_bytes);
        sw_buf_text(&t->text, " out");
    }
    if (incident->reentry_count > 0 && incident->level >= SW_LEVEL_HIGH)
        sw_buf_printf(&t->text, ", %u way%s back", incident->reentry_count, incident->reentry_count == 1 ? "" : "s");
    incident->title = sw_arena_dup(&t->all->memory, sw_buf_str(&t->text));
    if (incident->title.ptr == NULL)
        t->rc = SW_E_NOMEM;
    sw_buf_clear(&t->text);
}

int sw_incident_tell(struct sw_incidents *all, struct sw_incident *incident)
{
    struct teller t = {.all = all, .incident = incident};
    sw_buf_init(&t.text, 1u << 20);
    incident->story = sw_arena_zero(&all->memory, STORY_MAX, sizeof *incident->story);
    bool *told = sw_alloc(incident->part_count + 1, sizeof *told);
    t.rc = incident->story == NULL || told == NULL ? SW_E_NOMEM : 0;
    if (t.rc == 0) {
        name_incident(&t);
        tell_summary(&t);
        tell_entries(&t);
        for (unsigned tactic = SW_TACTIC_EXECUTION; tactic < SW_TACTICS; tactic++)
            if (tactic != SW_TACTIC_EXFILTRATION || incident->data_out_count == 0)
                tell_phase(&t, (enum sw_tactic)tactic, told);
        tell_data(&t);
        tell_ways_back(&t);
    }
    sw_free(told);
    sw_buf_fini(&t.text);
    return t.rc;
}

/* --- what remains unknown ----------------------------------------------------------------------------------- */

static void note_unknown(struct teller *t)
{
    struct sw_incident *incident = t->incident;
    if (t->rc == 0)
        t->rc = sw_buf_error(&t->text);
    if (t->rc != 0 || incident->unknown_count == UNKNOWNS_MAX)
        return;
    struct sw_str kept = sw_arena_dup(&t->all->memory, sw_buf_str(&t->text));
    if (kept.ptr == NULL)
        t->rc = SW_E_NOMEM;
    else
        incident->unknown[incident->unknown_count++] = kept;
    sw_buf_clear(&t->text);
}

static bool has_phase(const struct sw_incident *incident, enum sw_tactic tactic)
{
    for (uint32_t i = 0; i < incident->phase_count; i++)
        if (incident->phases[i].tactic == tactic && incident->phases[i].strength >= 0.25)
            return true;
    return false;
}

static void note_missing_phases(struct teller *t)
{
    static const struct {
        enum sw_tactic tactic;
        const char *text;
    } missing[] = {
        {SW_TACTIC_INITIAL_ACCESS, "How they got in: no finding of this incident shows it. Look at internet-facing "
                                   "logs before the first finding."},
        {SW_TACTIC_CREDENTIAL_ACCESS,
         "Which credentials were taken: no finding shows it, which does not mean that none were."},
        {SW_TACTIC_LATERAL_MOVEMENT, "Where they went from here: no finding shows movement to other machines."},
        {SW_TACTIC_EXFILTRATION, "Whether data left: no flow in this evidence shows a volume that stands out."},
    };
    for (size_t i = 0; i < SW_COUNT_OF(missing); i++) {
        if (has_phase(t->incident, missing[i].tactic) ||
            (missing[i].tactic == SW_TACTIC_EXFILTRATION && t->incident->data_out_count > 0))
            continue;
        sw_buf_text(&t->text, missing[i].text);
        note_unknown(t);
    }
}

/* Logs that begin when the intrusion is under way already. */
static void note_late_logs(struct teller *t, const struct sw_incident_options *options)
{
    uint32_t late = 0;
    int64_t latest = SW_TIME_NONE;
    int64_t earliest = SW_TIME_NONE;
    struct sw_str which = {"", 0};
    for (size_t i = 0; i < options->span_count; i++) {
        const struct sw_evidence_span *span = &options->spans[i];
        if (span->first == SW_TIME_NONE)
            continue;
        if (earliest == SW_TIME_NONE || span->first < earliest)
            earliest = span->first;
        if (t->incident->first == SW_TIME_NONE || span->first <= t->incident->first)
            continue;
        late++;
        if (span->first > latest) {
            latest = span->first;
            which = span->path;
        }
    }
    if (late > 0) {
        sw_buf_printf(&t->text, "%u source%s begin only after the first finding, the last of them on ", late,
                      late == 1 ? "" : "s");
        put_time(&t->text, latest);
        sw_buf_text(&t->text, " (");
        put_str(&t->text, which);
        sw_buf_text(&t->text, "): what they could have shown of the time before is missing.");
        note_unknown(t);
    }
    if (earliest != SW_TIME_NONE && t->incident->first != SW_TIME_NONE && t->incident->first - earliest < 2 * DAY) {
        sw_buf_text(&t->text, "When it began: the evidence starts on ");
        put_time(&t->text, earliest);
        sw_buf_text(&t->text, ", hardly before the first finding; it may have begun earlier.");
        note_unknown(t);
    }
}

int sw_incident_unknowns(struct sw_incidents *all, struct sw_incident *incident,
                         const struct sw_incident_options *options)
{
    struct teller t = {.all = all, .incident = incident};
    sw_buf_init(&t.text, 1u << 16);
    incident->unknown = sw_arena_zero(&all->memory, UNKNOWNS_MAX, sizeof *incident->unknown);
    if (incident->unknown == NULL)
        t.rc = SW_E_NOMEM;
    if (t.rc == 0) {
        note_missing_phases(&t);
        note_late_logs(&t, options);
    }
    sw_buf_fini(&t.text);
    return t.rc;
}
