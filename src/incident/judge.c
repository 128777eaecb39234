/* judge.c - phases and the score. A stage counts as much as the rules that show it, each rule for one stage only, so
 * that one rule with many tags is no chain. docs/incidents.md explains the weights. */
#include "incident/incident_priv.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

/* Stages of an intrusion that the score adds up. */
static const struct stage {
    const char *name;
    double weight; /* of 100 */
    uint32_t tactics;
} stages[] = {
#define BIT(tactic) (1u << SW_TACTIC_##tactic)
    {"entry", 20, BIT(INITIAL_ACCESS) | BIT(RECONNAISSANCE)},
    {"foothold", 25, BIT(EXECUTION) | BIT(PERSISTENCE) | BIT(PRIVILEGE_ESCALATION)},
    {"work inside", 15, BIT(CREDENTIAL_ACCESS) | BIT(DISCOVERY) | BIT(DEFENSE_EVASION)},
    {"spreading", 12, BIT(LATERAL_MOVEMENT)},
    {"control", 10, BIT(COMMAND_AND_CONTROL)},
    {"data", 15, BIT(COLLECTION) | BIT(EXFILTRATION)},
    {"damage", 3, BIT(IMPACT)},
#undef BIT
};
enum { STAGES = SW_COUNT_OF(stages), RULES_A_STAGE = 4 };

/* What a stage has: the rules that show it best. */
struct shown {
    struct sw_str rules[RULES_A_STAGE];
    double weights[RULES_A_STAGE];
    uint32_t count;
};

static unsigned stages_of(uint32_t tactics)
{
    unsigned count = 0;
    for (size_t s = 0; s < STAGES; s++)
        count += (tactics & stages[s].tactics) != 0;
    return count;
}

/* Keeps the strongest rules, each once. */
static void show(struct shown *shown, struct sw_str rule, double weight)
{
    uint32_t at = 0;
    while (at < shown->count && !sw_str_eq(shown->rules[at], rule))
        at++;
    if (at < shown->count) {
        if (weight > shown->weights[at])
            shown->weights[at] = weight;
    } else if (shown->count < RULES_A_STAGE) {
        shown->rules[shown->count] = rule;
        shown->weights[shown->count++] = weight;
    } else {
        uint32_t least = 0;
        for (uint32_t i = 1; i < RULES_A_STAGE; i++)
            if (shown->weights[i] < shown->weights[least])
                least = i;
        if (weight > shown->weights[least]) {
            shown->rules[least] = rule;
            shown->weights[least] = weight;
        }
    }
}

static double strength_of(const struct shown *shown)
{
    double not_shown = 1.0;
    for (uint32_t i = 0; i < shown->count; i++)
        not_shown *= 1.0 - 0.8 * shown->weights[i];
    return 1.0 - not_shown;
}

/* Gives each rule to the stage where it counts most: takes it from the others. */
static void share_rules(struct shown *shown)
{
    bool settled[STAGES] = {false};
    for (size_t round = 0; round < STAGES; round++) {
        size_t best = STAGES;
        for (size_t s = 0; s < STAGES; s++)
            if (!settled[s] && shown[s].count > 0 &&
                (best == STAGES ||
                 stages[s].weight * strength_of(&shown[s]) > stages[best].weight * strength_of(&shown[best])))
                best = s;
        if (best == STAGES)
            return;
        settled[best] = true;
        uint32_t top = 0;
        for (uint32_t i = 1; i < shown[best].count; i++)
            if (shown[best].weights[i] > shown[best].weights[top])
                top = i;
        for (size_t s = 0; s < STAGES; s++) {
            if (settled[s])
                continue;
            for (uint32_t i = 0; i < shown[s].count; i++)
                if (sw_str_eq(shown[s].rules[i], shown[best].rules[top]))
                    shown[s].weights[i] = 0.0;
        }
    }
}

static void find_phases(struct sw_incidents *all, struct sw_incident *incident)
{
    struct shown shown[SW_TACTICS] = {{.count = 0}};
    struct sw_phase phases[SW_TACTICS] = {{0}};
    for (uint32_t p = 0; p < incident->part_count; p++) {
        const struct sw_part *part = &incident->parts[p];
        const struct sw_fact *fact = &all->facts->items[part->fact];
        for (unsigned t = 0; t < SW_TACTICS; t++) {
            if ((fact->tactics >> t & 1) == 0)
                continue;
            struct sw_phase *phase = &phases[t];
            if (phase->facts == 0 || part->weight > incident->parts[phase->best].weight)
                phase->best = p;
            if (phase->facts++ == 0)
                phase->first = fact->time;
            phase->last = fact->time_last;
            show(&shown[t], fact->rule_id, part->weight);
        }
    }
    for (unsigned t = 0; t < SW_TACTICS; t++) {
        if (phases[t].facts == 0)
            continue;
        phases[t].tactic = (enum sw_tactic)t;
        phases[t].strength = strength_of(&shown[t]);
        incident->phases[incident->phase_count++] = phases[t];
    }
}

static enum sw_level level_of(double score, unsigned clear, unsigned grave, float most)
{
    if (score >= 50.0 && clear >= 4 && grave >= 2)
        return SW_LEVEL_CRITICAL;
    if ((score >= 32.0 && clear >= 3 && grave >= 1) || (grave >= 2 && clear >= 2 && score >= 28.0))
        return SW_LEVEL_HIGH;
    return clear >= 2 || most >= 0.7f ? SW_LEVEL_MEDIUM : SW_LEVEL_LOW;
}

/* "entry 0.62, foothold 0.90 ...: 5 of 7 stages are shown; 4 rules at high or critical" */
static int give_reason(struct sw_incidents *all, struct sw_incident *incident, const double *strengths, unsigned clear,
                       unsigned grave)
{
    struct sw_buf text;
    sw_buf_init(&text, 4096);
    for (size_t s = 0; s < STAGES; s++)
        if (strengths[s] > 0.05)
            sw_buf_printf(&text, "%s%s %.0f of %.0f", text.len > 0 ? ", " : "", stages[s].name,
                          stages[s].weight * strengths[s], stages[s].weight);
    sw_buf_printf(&text, "%s%u of %u stages clearly shown, %u rule%s that alone would be grave",
                  text.len > 0 ? ": " : "", clear, (unsigned)STAGES, grave, grave == 1 ? "" : "s");
    incident->reason = sw_arena_dup(&all->memory, sw_buf_str(&text));
    sw_buf_fini(&text);
    return incident->reason.ptr == NULL ? SW_E_NOMEM : 0;
}

int sw_incident_judge(struct sw_incidents *all, struct sw_incident *incident)
{
    struct shown shown[STAGES] = {{.count = 0}};
    struct shown graves = {.count = 0};
    float most = 0.0f;
    find_phases(all, incident);
    for (uint32_t p = 0; p < incident->part_count; p++) {
        const struct sw_part *part = &incident->parts[p];
        const struct sw_fact *fact = &all->facts->items[part->fact];
        unsigned claims = stages_of(fact->tactics);
        if (part->weight >= 0.7f && !part->context)
            show(&graves, fact->rule_id, 1.0);
        if (part->weight > most)
            most = part->weight;
        for (size_t s = 0; s < STAGES && claims > 0; s++)
            if (fact->tactics & stages[s].tactics)
                show(&shown[s], fact->rule_id, part->weight / sqrt((double)claims));
    }
    share_rules(shown);
    double strengths[STAGES];
    unsigned clear = 0;
    for (size_t s = 0; s < STAGES; s++) {
        strengths[s] = strength_of(&shown[s]);
        clear += strengths[s] >= 0.25;
        incident->score += stages[s].weight * strengths[s];
    }
    incident->level = level_of(incident->score, clear, graves.count, most);
    return give_reason(all, incident, strengths, clear, graves.count);
}
