/* fact.c - facts of findings, and the store that keeps them. */
#include "incident/fact.h"

#include "base/mem.h"
#include "base/order.h"

#include <stdlib.h>

enum { TEXTS_MAX = 4000000, TECHNIQUES_MAX = 256 };
#define FACTS_MEMORY ((size_t)512 << 20)

/* --- tactics ------------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    const char *title;
} tactics[SW_TACTICS] = {
    {"reconnaissance", "Reconnaissance"},
    {"resource-development", "Resource Development"},
    {"initial-access", "Initial Access"},
    {"execution", "Execution"},
    {"persistence", "Persistence"},
    {"privilege-escalation", "Privilege Escalation"},
    {"defense-evasion", "Defense Evasion"},
    {"credential-access", "Credential Access"},
    {"discovery", "Discovery"},
    {"lateral-movement", "Lateral Movement"},
    {"collection", "Collection"},
    {"command-and-control", "Command and Control"},
    {"exfiltration", "Exfiltration"},
    {"impact", "Impact"},
};

struct sw_str sw_tactic_name(enum sw_tactic tactic)
{
    return sw_str(tactics[tactic].name);
}

struct sw_str sw_tactic_title(enum sw_tactic tactic)
{
    return sw_str(tactics[tactic].title);
}

/* Letters alike, with '_' and '-' the same. */
static bool is_tactic(struct sw_str word, const char *name)
{
    if (word.len != strlen(name))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if ((word.ptr[i] == '_' ? '-' : sw_lower(word.ptr[i])) != name[i])
            return false;
    return true;
}

uint32_t sw_tactics_of(const struct sw_rule *rule)
{
    uint32_t found = 0;
    for (size_t i = 0; i < rule->tag_count; i++) {
        if (!sw_str_istarts(rule->tags[i], SW_STR("attack.")))
            continue;
        struct sw_str word = sw_str_from(rule->tags[i], 7);
        for (unsigned t = 0; t < SW_TACTICS; t++)
            if (is_tactic(word, tactics[t].name))
                found |= 1u << t;
        if (is_tactic(word, "stealth")) /* what later versions of ATT&CK call a part of it */
            found |= 1u << SW_TACTIC_DEFENSE_EVASION;
    }
    return found;
}

/* "T1190 T1505.003" of a rule's tags. */
static struct sw_str techniques_of(const struct sw_rule *rule, struct sw_arena *arena)
{
    char text[TECHNIQUES_MAX];
    size_t len = 0;
    for (size_t i = 0; i < rule->tag_count; i++) {
        struct sw_str tag = rule->tags[i];
        if (!sw_str_istarts(tag, SW_STR("attack.t")) || tag.len < 12 || tag.len > 16 || !sw_is_digit(tag.ptr[8]))
            continue;
        if (len + tag.len - 6 > sizeof text)
            break;
        if (len > 0)
            text[len++] = ' ';
        text[len++] = 'T';
        memcpy(text + len, tag.ptr + 8, tag.len - 8);
        len += tag.len - 8;
    }
    return len > 0 ? sw_arena_dup(arena, (struct sw_str){text, len}) : (struct sw_str){"", 0};
}

/* --- from a finding ----------------------------------------------------------------------------------------- */

static bool means_nothing(struct sw_str value)
{
    return value.len == 0 || sw_str_is(value, "-") || sw_str_is(value, "0x0") || sw_str_is(value, "::1") ||
           sw_str_is(value, "127.0.0.1") || sw_str_is(value, "{00000000-0000-0000-0000-000000000000}") ||
           sw_str_is(value, "S-1-0-0");
}

static void mention(struct sw_fact *fact, struct sw_mention *list, enum sw_entity_kind kind, enum sw_entity_role role,
                    struct sw_str value)
{
    value = sw_str_slice(value, 0, SW_FACT_VALUE);
    if (means_nothing(value))
        return;
    for (size_t i = 0; i < fact->mention_count; i++)
        if (list[i].kind == kind && sw_str_eq(list[i].value, value))
            return;
    if (fact->mention_count == SW_FACT_MENTIONS) {
        fact->cut++;
        return;
    }
    list[fact->mention_count++] = (struct sw_mention){kind, role, value};
}

/* What a field's value names in this log: an HTTP record of Zeek has the site under "host". */
static enum sw_entity_kind part_of(sw_field_id field, struct sw_str class_name, enum sw_entity_role *role)
{
    enum sw_entity_kind kind = sw_entity_part_of(field, role);
    if (kind == SW_ENTITY_HOST && *role == SW_ROLE_AT && sw_str_starts(class_name, SW_STR("zeek/")) &&
        sw_str_ieq(sw_field_name(field), SW_STR("host"))) {
        *role = SW_ROLE_DESTINATION;
        return SW_ENTITY_DOMAIN;
    }
    return kind;
}

static void mentions_of_event(struct sw_fact *fact, struct sw_mention *list, const struct sw_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        enum sw_entity_role role;
        enum sw_entity_kind kind = part_of(event->fields[i].id, fact->class_name, &role);
        if (kind != SW_ENTITY_NONE)
            mention(fact, list, kind, role, sw_field_value(&event->fields[i]));
    }
}

static void mentions_of_groups(struct sw_fact *fact, struct sw_mention *list, const struct sw_finding *finding)
{
    for (size_t i = 0; i < finding->group_count; i++) {
        enum sw_entity_role role;
        enum sw_entity_kind kind = sw_entity_part_of(sw_field_find(finding->groups[i].name), &role);
        if (kind != SW_ENTITY_NONE)
            mention(fact, list, kind, role, finding->groups[i].value);
    }
}

int sw_fact_of_finding(struct sw_fact *fact, const struct sw_finding *finding, struct sw_str explanation,
                       struct sw_arena *arena)
{
    const struct sw_rule *rule = finding->rule;
    *fact = (struct sw_fact){
        .id = finding->id,
        .rule_id = rule->id,
        .title = rule->title,
        .kind = sw_str(finding->kind),
        .engine = sw_str(finding->engine != NULL ? finding->engine : "sigma"),
        .level = rule->level,
        .tactics = sw_tactics_of(rule),
        .techniques = techniques_of(rule, arena),
        .verdict = sw_str(finding->verdict != NULL ? finding->verdict : ""),
        .time = finding->time,
        .time_last = finding->time_last,
        .count = finding->count,
        .value = finding->value,
        .explanation = explanation,
    };
    struct sw_mention *list = sw_arena_zero(arena, SW_FACT_MENTIONS, sizeof *list);
    if (list == NULL || fact->techniques.ptr == NULL)
        return SW_E_NOMEM;
    fact->mentions = list;
    if (finding->event == NULL) {
        mentions_of_groups(fact, list, finding);
        if (finding->member_count > 0) {
            fact->path = finding->members[0].path;
            fact->offset = finding->members[0].offset;
        }
        return 0;
    }
    fact->class_name = finding->event_class->name;
    fact->path = finding->input->info.path;
    fact->format = sw_str(finding->input->decoder != NULL ? finding->input->decoder->name : "script");
    fact->offset = finding->event->offset;
    fact->record = finding->event->record;
    fact->line = finding->event->line;
    mentions_of_event(fact, list, finding->event);
    return 0;
}

/* --- the store ---------------------------------------------------------------------------------------------- */

void sw_facts_init(struct sw_facts *facts, size_t max)
{
    *facts = (struct sw_facts){.max = max > 0 ? max : FACTS_MEMORY};
    sw_arena_init(&facts->memory, facts->max);
    sw_map_init(&facts->texts, TEXTS_MAX, facts->max);
}

void sw_facts_fini(struct sw_facts *facts)
{
    sw_free(facts->items);
    sw_arena_fini(&facts->memory);
    sw_map_fini(&facts->texts);
    *facts = (struct sw_facts){0};
}

static size_t held(const struct sw_facts *facts)
{
    return facts->cap * sizeof *facts->items + facts->memory.held + facts->texts.cap * sizeof *facts->texts.slots +
           facts->texts.keys.held;
}

/* The store's one copy of a text. */
static int keep(struct sw_facts *facts, struct sw_str *text)
{
    if (text->len == 0) {
        *text = (struct sw_str){"", 0};
        return 0;
    }
    int rc = sw_map_put(&facts->texts, *text, 0);
    if (rc == 0)
        *text = sw_map_key(&facts->texts, *text);
    return rc;
}

static int keep_all(struct sw_facts *facts, struct sw_fact *fact)
{
    struct sw_str *const shared[] = {&fact->rule_id, &fact->title,      &fact->kind, &fact->engine, &fact->techniques,
                                     &fact->verdict, &fact->class_name, &fact->path, &fact->format};
    for (size_t i = 0; i < SW_COUNT_OF(shared); i++) {
        int rc = keep(facts, shared[i]);
        if (rc != 0)
            return rc;
    }
    if (fact->explanation.len > 0)
        fact->explanation = sw_arena_dup(&facts->memory, fact->explanation);
    struct sw_mention *list =
        sw_arena_raw(&facts->memory, (fact->mention_count + 1) * sizeof *list, _Alignof(struct sw_mention));
    if (list == NULL || (fact->explanation.len > 0 && fact->explanation.ptr == NULL))
        return SW_E_NOMEM;
    for (size_t i = 0; i < fact->mention_count; i++) {
        list[i] = fact->mentions[i];
        int rc = keep(facts, &list[i].value);
        if (rc != 0)
            return rc;
    }
    fact->mentions = list;
    return 0;
}

int sw_facts_add(struct sw_facts *facts, const struct sw_fact *fact)
{
    size_t now = held(facts);
    if (now >= facts->max || (fact->level < SW_LEVEL_MEDIUM && now >= facts->max / 8 * 7)) {
        facts->refused[fact->level]++;
        return 0;
    }
    int rc = sw_grow(&facts->items, &facts->cap, facts->count, sizeof *facts->items, SIZE_MAX / 512);
    if (rc != 0)
        return rc;
    struct sw_fact copy = *fact;
    rc = keep_all(facts, &copy);
    if (rc == SW_E_LIMIT || (rc == SW_E_NOMEM && held(facts) >= facts->max / 2)) {
        facts->refused[fact->level]++;
        return 0;
    }
    if (rc == 0)
        facts->items[facts->count++] = copy;
    return rc;
}

static int compare_facts(const void *a, const void *b)
{
    const struct sw_fact *left = a;
    const struct sw_fact *right = b;
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    int high = sw_order_u64(&left->id.high, &right->id.high);
    return high != 0 ? high : sw_order_u64(&left->id.low, &right->id.low);
}

void sw_facts_sort(struct sw_facts *facts)
{
    if (facts->count == 0)
        return;
    qsort(facts->items, facts->count, sizeof *facts->items, compare_facts);
    size_t kept = 1;
    for (size_t i = 1; i < facts->count; i++)
        if (compare_facts(&facts->items[kept - 1], &facts->items[i]) != 0)
            facts->items[kept++] = facts->items[i];
    facts->count = kept;
}
