/*
 * text.h - findings for a person at a terminal: grouped by rule, the gravest first, each with a few examples.
 *
 * A report collects groups; reports of parts of the evidence merge into one, in the order of the evidence, so that the
 * first examples are kept whatever the number of threads.
 * Limits:  per group `examples` examples of at most 4 KiB, and 8 hosts by name; the rest is counted.
 */
#ifndef SW_REPORT_TEXT_H
#define SW_REPORT_TEXT_H

#include "base/buf.h"
#include "engine/finding.h"

#define SW_TEXT_HOSTS 8

struct sw_text_group {
    const struct sw_rule *rule;
    uint64_t count;
    int64_t first;
    int64_t last;
    struct sw_str hosts[SW_TEXT_HOSTS];
    unsigned host_count;
    bool more_hosts;
    struct sw_str *examples; /* formatted */
    unsigned example_count;
};

/* The rules of one engine that is not Sigma's. */
struct sw_rule_set {
    const struct sw_rule *rules;
    size_t count;
};
#define SW_TEXT_RULE_SETS 3

struct sw_text_report {
    struct sw_arena arena;
    const struct sw_rules *rules;
    struct sw_rule_set extra[SW_TEXT_RULE_SETS]; /* of other engines, behind those of `rules` */
    size_t extra_count; /* rules in all of them */
    unsigned examples; /* how many a group keeps */
    bool color;
    uint32_t *group_of; /* by rule number (rules, correlations, extra): index + 1 into groups, or 0 */
    struct sw_text_group *groups;
    size_t count;
    size_t cap;
};

/* `extra`: rules of other engines whose findings come as well, SW_TEXT_RULE_SETS sets. */
int sw_text_report_init(struct sw_text_report *report, const struct sw_rules *rules, const struct sw_rule_set *extra,
                        unsigned examples, bool color);
void sw_text_report_fini(struct sw_text_report *report);
void sw_text_report_reset(struct sw_text_report *report);
size_t sw_text_report_weight(const struct sw_text_report *report);

int sw_text_report_add(struct sw_text_report *report, const struct sw_finding *finding);
int sw_text_report_merge(struct sw_text_report *into, const struct sw_text_report *from);

/* Writes the groups: by level from critical down, then by first time, then by rule id. */
void sw_text_report_write(struct sw_buf *out, struct sw_text_report *report);

/* One finding by itself, as in --all. */
void sw_text_finding(struct sw_buf *out, const struct sw_finding *finding, bool color);

/* The escape sequence that begins a level's colour; "" without colour. Ended by "\033[0m". */
const char *sw_level_color(enum sw_level level, bool color);

#endif
