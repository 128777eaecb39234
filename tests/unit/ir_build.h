/* ir_build.h - rules made by hand, for tests of the matcher that need no YAML. */
#ifndef SW_TESTS_IR_BUILD_H
#define SW_TESTS_IR_BUILD_H

#include "base/mem.h"
#include "sigma/ir.h"

#include <stdlib.h>

/* Dies when memory ends: tests have enough. */
static inline uint32_t ir_pred(struct sw_rules *rules, struct sw_pred pred)
{
    if (sw_grow(&rules->preds, &rules->pred_cap, rules->pred_count, sizeof *rules->preds, 1u << 24) != 0)
        abort();
    rules->preds[rules->pred_count] = pred;
    return (uint32_t)rules->pred_count++;
}

static inline uint32_t ir_node(struct sw_rules *rules, enum sw_node_kind kind, uint32_t need, const uint32_t *children, size_t count)
{
    if (sw_grow(&rules->nodes, &rules->node_cap, rules->node_count, sizeof *rules->nodes, 1u << 24) != 0)
        abort();
    struct sw_node node = {.kind = (uint8_t)kind, .first = (uint32_t)rules->child_count, .count = (uint32_t)count, .need = need};
    for (size_t i = 0; i < count; i++) {
        if (sw_grow(&rules->children, &rules->child_cap, rules->child_count, sizeof *rules->children, 1u << 24) != 0)
            abort();
        rules->children[rules->child_count++] = children[i];
    }
    rules->nodes[rules->node_count] = node;
    return (uint32_t)rules->node_count++;
}

static inline uint32_t ir_leaf(struct sw_rules *rules, struct sw_pred pred)
{
    uint32_t number = ir_pred(rules, pred);
    uint32_t node = ir_node(rules, SW_NODE_PRED, 0, NULL, 0);
    rules->nodes[node].pred = number;
    return node;
}

static inline struct sw_pred ir_pattern(const char *field, enum sw_pattern_form form, const char *literal)
{
    return (struct sw_pred){.kind = SW_PRED_PATTERN, .form = (uint8_t)form, .literal = sw_str(literal),
                            .field = sw_field_intern(sw_str(field))};
}

static inline struct sw_pred ir_regex(const char *field, const char *source)
{
    return (struct sw_pred){.kind = SW_PRED_REGEX, .literal = sw_str(source), .field = sw_field_intern(sw_str(field))};
}

static inline uint32_t ir_not(struct sw_rules *rules, uint32_t node)
{
    return ir_node(rules, SW_NODE_NOT, 0, &node, 1);
}

static inline uint32_t ir_two(struct sw_rules *rules, enum sw_node_kind kind, uint32_t a, uint32_t b)
{
    return ir_node(rules, kind, 0, (uint32_t[]){a, b}, 2);
}

static inline uint32_t ir_rule(struct sw_rules *rules, uint32_t root)
{
    if (sw_grow(&rules->rules, &rules->rule_cap, rules->rule_count, sizeof *rules->rules, 1u << 24) != 0)
        abort();
    rules->rules[rules->rule_count] = (struct sw_rule){.root = root, .title = SW_STR("made by hand")};
    return (uint32_t)rules->rule_count++;
}

static inline void ir_free(struct sw_rules *rules)
{
    sw_free(rules->preds);
    sw_free(rules->nodes);
    sw_free(rules->children);
    sw_free(rules->rules);
    *rules = (struct sw_rules){0};
}

#endif
