/* rules.c - the analysis's rules as other parts know rules: ids, titles, levels, techniques. Tables only. */
#include "web/exploits_priv.h"

#define SW_WEB_TAG(text) SW_STR_INIT(text)

/* --- classes ------------------------------------------------------------------------------------------------ */

const struct sw_web_class sw_web_classes[SW_WEB_CLASS_COUNT] = {
#define SW_WEB_CLASS(id, name, level, ...) {name, level},
#include "web/classes.def"
#undef SW_WEB_CLASS
};

#define SW_WEB_CLASS(id, name, level, title, text, hint, attempt, success, vain, ...) \
    static const struct sw_str tags_of_##id[] = {__VA_ARGS__};
#include "web/classes.def"
#undef SW_WEB_CLASS

#define SW_WEB_EXPLOIT(id, level, ...) SW_WEB_EXPLOIT_TAGS(id, __VA_ARGS__)
#define SW_WEB_EXPLOIT_TAGS(id, name, product, title, statuses, attempt, success, vain, source, ...) \
    static const struct sw_str tags_of_##id[] = {__VA_ARGS__}; \
    static const struct sw_str source_of_##id[] = {SW_STR_INIT(source)};
#include "web/exploits.def"
#undef SW_WEB_EXPLOIT

#define WEB_LOG {.category = SW_STR_INIT("webserver")}
#define PATH SW_STR_INIT("(web analysis)")

#define RULE(rule_id, rule_title, rule_text, rule_level, tag_list, ...) \
    { \
        .id = SW_STR_INIT(rule_id), .title = SW_STR_INIT(rule_title), .description = SW_STR_INIT(rule_text), \
        .status = SW_STR_INIT("stable"), .author = SW_STR_INIT("Seawall"), .level = (rule_level), .tags = (tag_list), \
        .tag_count = sizeof(tag_list) / sizeof *(tag_list), .logsource = WEB_LOG, .path = PATH, __VA_ARGS__ \
    },

static const struct sw_rule rules[] = {
#define SW_WEB_CLASS(id, name, level, title, text, hint, attempt, success, vain, ...) \
    RULE(hint, "Hint: " title, text, SW_LEVEL_INFORMATIONAL, tags_of_##id) \
    RULE(attempt, title, text, level, tags_of_##id) \
    RULE(success, title ", Likely Succeeded", text, SW_LEVEL_HIGH, tags_of_##id) \
    RULE(vain, title ", Without Success", text, SW_LEVEL_LOW, tags_of_##id)
#include "web/classes.def"
#undef SW_WEB_CLASS
#define SW_WEB_EXPLOIT(id, level, name, product, title, statuses, attempt, success, vain, source, ...) \
    RULE(attempt, name " (" product "): " title, "The request has the shape of a known exploit.", SW_LEVEL_MEDIUM, \
         tags_of_##id, .references = source_of_##id, .reference_count = 1) \
    RULE(success, name " (" product "): " title ", Likely Succeeded", \
         "The request has the shape of a known exploit, and the answer or what followed says that it worked.", \
         level, tags_of_##id, .references = source_of_##id, .reference_count = 1) \
    RULE(vain, name " (" product "): " title ", Without Success", \
         "The request has the shape of a known exploit, and the server refused it or has nothing of that name.", \
         SW_LEVEL_LOW, tags_of_##id, .references = source_of_##id, .reference_count = 1)
#include "web/exploits.def"
#undef SW_WEB_EXPLOIT
};

const struct sw_rule *sw_web_rules(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}

uint32_t sw_web_class_rule(enum sw_web_class_id class_id, enum sw_web_outcome outcome)
{
    return (uint32_t)class_id * SW_WEB_RULES_A_CLASS + (uint32_t)outcome;
}

uint32_t sw_web_exploit_rule(uint32_t exploit, enum sw_web_outcome outcome)
{
    uint32_t place = outcome == SW_WEB_RULE_SUCCESS ? 1 : outcome == SW_WEB_RULE_VAIN ? 2 : 0;
    return SW_WEB_CLASS_COUNT * SW_WEB_RULES_A_CLASS + exploit * SW_WEB_RULES_AN_EXPLOIT + place;
}
