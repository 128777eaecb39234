/* coverage_text.c - the coverage of techniques for a person, as JSON, and as a layer of ATT&CK Navigator. */
#include "base/time.h"
#include "report/coverage.h"
#include "report/finding.h"

#include <inttypes.h>

enum { NAMED = 3 /* log sources or classes that a line names */ };

static bool is_meant(const struct sw_coverage *c, uint32_t technique)
{
    return c->actor == NULL || sw_actor_uses(c->actor, technique);
}

static void put_date(struct sw_buf *out, int64_t time)
{
    char text[32];
    size_t len = sw_time_format(time, text);
    sw_buf_add(out, text, len < 10 ? len : 10);
}

/* "windows/process_creation": the parts that are stated. */
static void put_logsource(struct sw_buf *out, const struct sw_logsource *logsource)
{
    const struct sw_str parts[] = {logsource->product, logsource->category, logsource->service};
    bool some = false;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len == 0)
            continue;
        if (some)
            sw_buf_char(out, '/');
        sw_show_value(out, parts[i], 60);
        some = true;
    }
    if (!some)
        sw_buf_text(out, "any log");
}

/* --- text ----------------------------------------------------------------------------------------------- */

struct count {
    uint32_t all, shown, through, unseen;
};

static struct count count_actor(const struct sw_coverage *c, const struct sw_actor *actor)
{
    struct count count = {.all = (uint32_t)actor->technique_count};
    for (size_t i = 0; i < actor->technique_count; i++) {
        uint32_t t = actor->techniques[i];
        bool has = sw_coverage_has(c, t);
        count.shown += has;
        count.through += has && c->tradecraft->techniques[t].indirect.len > 0;
        count.unseen += !has && c->tradecraft->techniques[t].unseen.len > 0;
    }
    return count;
}

static void put_actor(struct sw_buf *out, const struct sw_coverage *c, const struct sw_actor *actor)
{
    struct count count = count_actor(c, actor);
    sw_buf_printf(out, "%.*s %.*s: %u of %u techniques %s", SW_STR_ARG(actor->id), SW_STR_ARG(actor->name), count.shown, count.all,
                  c->seen != NULL ? "could have been seen in this evidence" : "detected");
    if (count.through > 0)
        sw_buf_printf(out, ", %u of them only through others", count.through);
    if (count.unseen > 0)
        sw_buf_printf(out, "; %u leave nothing with a victim", count.unseen);
    sw_buf_char(out, '\n');
    if (actor->alias_count > 0)
        sw_buf_text(out, "    also ");
    for (size_t i = 0; i < actor->alias_count; i++)
        sw_buf_printf(out, "%s%.*s", i > 0 ? ", " : "", SW_STR_ARG(actor->aliases[i]));
    if (actor->alias_count > 0)
        sw_buf_char(out, '\n');
}

static void put_needs(struct sw_buf *out, const struct sw_covered *covered)
{
    for (size_t i = 0; i < covered->need_count && i < NAMED; i++) {
        sw_buf_text(out, i > 0 ? ", " : "");
        put_logsource(out, &covered->needs[i].logsource);
        if (covered->needs[i].rules > 0)
            sw_buf_printf(out, " (%u)", covered->needs[i].rules);
    }
    if (covered->need_count > NAMED)
        sw_buf_printf(out, " and %zu more", covered->need_count - NAMED);
}

static void put_classes(struct sw_buf *out, const struct sw_coverage *c, const struct sw_covered *covered)
{
    for (size_t i = 0; i < covered->class_count && i < NAMED; i++) {
        struct sw_str name = sw_classes_get(c->classes, covered->classes[i])->name;
        sw_buf_text(out, i > 0 ? ", " : "");
        sw_show_value(out, name.len > 0 ? name : SW_STR("unclassified"), 60);
    }
    if (covered->class_count > NAMED)
        sw_buf_printf(out, " and %zu more", covered->class_count - NAMED);
}

/* What is behind a technique's name: in general, or in the evidence. */
static void put_state(struct sw_buf *out, const struct sw_coverage *c, uint32_t index)
{
    const struct sw_technique *technique = &c->tradecraft->techniques[index];
    const struct sw_covered *covered = &c->techniques[index];
    bool shows = c->seen != NULL ? covered->usable > 0 || covered->engine_usable : covered->rules > 0 || covered->engine != NULL;
    if (!shows && sw_coverage_has(c, index)) {
        sw_buf_text(out, "through ");
        for (size_t i = 0; i < technique->through_count; i++)
            sw_buf_printf(out, "%s%.*s", i > 0 ? ", " : "", SW_STR_ARG(c->tradecraft->techniques[technique->through[i]].id));
    } else if (!shows && technique->unseen.len > 0) {
        sw_buf_text(out, "not here: ");
        sw_buf_str_add(out, technique->unseen);
    } else if (!shows && covered->rules == 0 && covered->engine == NULL) {
        sw_buf_text(out, "NO RULE");
    } else if (!shows) {
        sw_buf_text(out, "BLIND, needs ");
        put_needs(out, covered);
    } else {
        if (covered->rules > 0)
            sw_buf_printf(out, "%u rule%s", c->seen != NULL ? covered->usable : covered->rules,
                          (c->seen != NULL ? covered->usable : covered->rules) == 1 ? "" : "s");
        if (covered->engine != NULL && (c->seen == NULL || covered->engine_usable))
            sw_buf_printf(out, "%s%s", covered->rules > 0 ? " and " : "", covered->engine);
        sw_buf_text(out, ": ");
        if (c->seen == NULL) {
            put_needs(out, covered);
        } else {
            put_classes(out, c, covered);
            if (covered->first != SW_TIME_NONE) {
                sw_buf_text(out, ", ");
                put_date(out, covered->first);
                sw_buf_text(out, " to ");
                put_date(out, covered->last);
            }
        }
    }
    sw_buf_char(out, '\n');
}

static void put_seen(struct sw_buf *out, const struct sw_coverage *c)
{
    sw_buf_text(out, "\nLogs in this evidence\n");
    for (uint32_t i = 0; i < sw_classes_count(c->classes); i++) {
        const struct sw_seen *seen = &c->seen[i];
        if (seen->events == 0)
            continue;
        struct sw_buf name;
        sw_buf_init(&name, 1024);
        struct sw_str text = sw_classes_get(c->classes, i)->name;
        sw_show_value(&name, text.len > 0 ? text : SW_STR("unclassified"), 60);
        sw_buf_printf(out, "  %-44.*s %12" PRIu64 " events", (int)name.len, name.data, seen->events);
        sw_buf_fini(&name);
        if (seen->first != SW_TIME_NONE) {
            sw_buf_text(out, "  ");
            put_date(out, seen->first);
            sw_buf_text(out, " to ");
            put_date(out, seen->last);
        }
        sw_buf_char(out, '\n');
    }
}

void sw_coverage_text(const struct sw_coverage *c, struct sw_buf *out)
{
    for (size_t i = 0; i < c->tradecraft->actor_count; i++)
        if (c->actor == NULL || c->actor == &c->tradecraft->actors[i])
            put_actor(out, c, &c->tradecraft->actors[i]);
    if (c->seen != NULL)
        put_seen(out, c);
    struct sw_str tactic = {"", 0};
    for (uint32_t i = 0; i < c->tradecraft->technique_count; i++) {
        const struct sw_technique *technique = &c->tradecraft->techniques[i];
        if (!is_meant(c, i))
            continue;
        if (!sw_str_eq(tactic, technique->tactic)) {
            tactic = technique->tactic;
            sw_buf_printf(out, "\n%.*s\n", SW_STR_ARG(tactic));
        }
        sw_buf_printf(out, "  %-9.*s %-42.*s ", SW_STR_ARG(technique->id), SW_STR_ARG(technique->name));
        put_state(out, c, i);
    }
    if (c->seen != NULL)
        sw_buf_text(out, "\nA log that was there may still lack the events of interest: what a system records is its own "
                         "setting.\n");
}

/* --- JSON ----------------------------------------------------------------------------------------------- */

static const char *state_of(const struct sw_coverage *c, uint32_t index)
{
    const struct sw_technique *technique = &c->tradecraft->techniques[index];
    const struct sw_covered *covered = &c->techniques[index];
    bool any = covered->rules > 0 || covered->engine != NULL;
    if (sw_coverage_has(c, index))
        return c->seen != NULL ? "visible" : "detected";
    if (technique->unseen.len > 0)
        return "unseen";
    return any && c->seen != NULL ? "blind" : "missing";
}

static void put_time(struct sw_buf *out, const char *key, int64_t time)
{
    char text[32];
    size_t len = time != SW_TIME_NONE ? sw_time_format(time, text) : 0;
    sw_buf_printf(out, ",\"%s\":", key);
    if (len == 0)
        sw_buf_text(out, "null");
    else
        sw_buf_json(out, sw_strn(text, len));
}

static void put_classes_json(struct sw_buf *out, const struct sw_coverage *c, const struct sw_covered *covered)
{
    sw_buf_printf(out, ",\"usable\":%u,\"classes\":[", covered->usable);
    for (size_t i = 0; i < covered->class_count; i++) {
        sw_buf_text(out, i > 0 ? "," : "");
        sw_buf_json(out, sw_classes_get(c->classes, covered->classes[i])->name);
    }
    sw_buf_char(out, ']');
    put_time(out, "first", covered->first);
    put_time(out, "last", covered->last);
}

static void put_technique_json(struct sw_buf *out, const struct sw_coverage *c, uint32_t index)
{
    const struct sw_technique *technique = &c->tradecraft->techniques[index];
    const struct sw_covered *covered = &c->techniques[index];
    sw_buf_text(out, "{\"id\":");
    sw_buf_json(out, technique->id);
    sw_buf_text(out, ",\"name\":");
    sw_buf_json(out, technique->name);
    sw_buf_text(out, ",\"tactic\":");
    sw_buf_json(out, technique->tactic);
    sw_buf_printf(out, ",\"state\":\"%s\",\"rules\":%u", state_of(c, index), covered->rules);
    if (covered->engine != NULL) {
        sw_buf_text(out, ",\"engine\":");
        sw_buf_json(out, sw_str(covered->engine));
    }
    struct sw_str why = technique->unseen.len > 0 ? technique->unseen : technique->indirect;
    if (why.len > 0) {
        sw_buf_text(out, ",\"why\":");
        sw_buf_json(out, why);
    }
    sw_buf_text(out, ",\"logs\":[");
    for (size_t i = 0; i < covered->need_count; i++) {
        struct sw_buf name;
        sw_buf_init(&name, 4096);
        put_logsource(&name, &covered->needs[i].logsource);
        sw_buf_text(out, i > 0 ? ",{\"log\":" : "{\"log\":");
        sw_buf_json(out, sw_buf_str(&name));
        sw_buf_printf(out, ",\"rules\":%u}", covered->needs[i].rules);
        sw_buf_fini(&name);
    }
    sw_buf_char(out, ']');
    if (c->seen != NULL)
        put_classes_json(out, c, covered);
    sw_buf_char(out, '}');
}

static void put_actor_json(struct sw_buf *out, const struct sw_coverage *c, const struct sw_actor *actor)
{
    struct count count = count_actor(c, actor);
    sw_buf_text(out, "{\"id\":");
    sw_buf_json(out, actor->id);
    sw_buf_text(out, ",\"name\":");
    sw_buf_json(out, actor->name);
    sw_buf_text(out, ",\"aliases\":[");
    for (size_t i = 0; i < actor->alias_count; i++) {
        sw_buf_text(out, i > 0 ? "," : "");
        sw_buf_json(out, actor->aliases[i]);
    }
    sw_buf_printf(out, "],\"techniques\":%u,\"%s\":%u,\"through_others\":%u,\"unseen\":%u}", count.all,
                  c->seen != NULL ? "visible" : "detected", count.shown, count.through, count.unseen);
}

void sw_coverage_json(const struct sw_coverage *c, struct sw_buf *out)
{
    bool some = false;
    sw_buf_text(out, "{\"actors\":[");
    for (size_t i = 0; i < c->tradecraft->actor_count; i++) {
        if (c->actor != NULL && c->actor != &c->tradecraft->actors[i])
            continue;
        sw_buf_text(out, some ? "," : "");
        put_actor_json(out, c, &c->tradecraft->actors[i]);
        some = true;
    }
    sw_buf_text(out, "],\"techniques\":[");
    some = false;
    for (uint32_t i = 0; i < c->tradecraft->technique_count; i++) {
        if (!is_meant(c, i))
            continue;
        sw_buf_text(out, some ? ",\n" : "");
        put_technique_json(out, c, i);
        some = true;
    }
    sw_buf_text(out, "]}\n");
}

/* --- ATT&CK Navigator ----------------------------------------------------------------------------------- */

static void put_layer_technique(struct sw_buf *out, const struct sw_coverage *c, uint32_t index)
{
    static const struct {
        const char *state;
        const char *color;
        unsigned score;
    } looks[] = {{"detected", "#4f9e58", 100}, {"visible", "#4f9e58", 100}, {"unseen", "#b8b8b8", 0}, {"blind", "#d1603d", 0},
                 {"missing", "#d1603d", 0}};
    const struct sw_technique *technique = &c->tradecraft->techniques[index];
    const char *state = state_of(c, index);
    size_t look = 0;
    while (look + 1 < sizeof looks / sizeof looks[0] && strcmp(looks[look].state, state) != 0)
        look++;
    struct sw_buf comment;
    sw_buf_init(&comment, 1u << 16);
    put_state(&comment, c, index);
    sw_buf_text(out, "{\"techniqueID\":");
    sw_buf_json(out, technique->id);
    sw_buf_text(out, ",\"tactic\":");
    sw_buf_json(out, technique->tactic);
    sw_buf_printf(out, ",\"score\":%u,\"color\":\"%s\",\"comment\":", looks[look].score, looks[look].color);
    sw_buf_json(out, sw_strn(comment.data, comment.len > 0 ? comment.len - 1 : 0));
    sw_buf_printf(out, ",\"enabled\":true,\"metadata\":[{\"name\":\"state\",\"value\":\"%s\"},"
                       "{\"name\":\"rules\",\"value\":\"%u\"}],"
                       "\"links\":[],\"showSubtechniques\":true}",
                  state, c->techniques[index].rules);
    sw_buf_fini(&comment);
}

void sw_coverage_navigator(const struct sw_coverage *c, struct sw_buf *out)
{
    const struct sw_actor *actor = c->actor != NULL ? c->actor : &c->tradecraft->actors[c->tradecraft->actor_count - 1];
    sw_buf_text(out, "{\"name\":");
    struct sw_buf name;
    sw_buf_init(&name, 4096);
    sw_buf_printf(&name, "Seawall: %s %.*s", c->seen != NULL ? "what this evidence could show of" : "detection of",
                  SW_STR_ARG(actor->name));
    sw_buf_json(out, sw_buf_str(&name));
    sw_buf_fini(&name);
    sw_buf_text(out, ",\"versions\":{\"attack\":\"18\",\"navigator\":\"5.1.0\",\"layer\":\"4.5\"},"
                     "\"domain\":\"enterprise-attack\",\"description\":\"Made by seawall. Green: detected by a loaded rule or "
                     "engine. Red: not. Grey: leaves nothing "
                     "with a victim.\",\"sorting\":0,\"hideDisabled\":false,\"techniques\":[");
    bool some = false;
    for (uint32_t i = 0; i < c->tradecraft->technique_count; i++) {
        if (!is_meant(c, i))
            continue;
        sw_buf_text(out, some ? ",\n" : "\n");
        put_layer_technique(out, c, i);
        some = true;
    }
    sw_buf_text(out, "],\n\"gradient\":{\"colors\":[\"#d1603d\",\"#4f9e58\"],\"minValue\":0,\"maxValue\":100},"
                     "\"legendItems\":[{\"label\":\"detected\",\"color\":\"#4f9e58\"},{\"label\":\"not detected or blind\","
                     "\"color\":\"#d1603d\"},{\"label\":\"leaves nothing with a victim\",\"color\":\"#b8b8b8\"}],"
                     "\"showTacticRowBackground\":false,\"selectTechniquesAcrossTactics\":false,"
                     "\"selectSubtechniquesWithParent\":false}\n");
}
