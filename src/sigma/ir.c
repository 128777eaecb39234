/* ir.c - the loader's way of adding predicates and nodes to a rule set. */
#include "sigma/loader_priv.h"

#include "base/mem.h"

static int add_node(struct sw_loader *loader, const struct sw_node *node, uint32_t *index)
{
    struct sw_rules *rules = loader->rules;
    int rc = sw_grow(&rules->nodes, &rules->node_cap, rules->node_count, sizeof *rules->nodes, SW_NO_NODE);
    if (rc != 0)
        return rc;
    *index = (uint32_t)rules->node_count;
    rules->nodes[rules->node_count++] = *node;
    return 0;
}

int sw_build_pred(struct sw_loader *loader, const struct sw_pred *pred, uint32_t *node)
{
    struct sw_rules *rules = loader->rules;
    if (rules->pred_count - loader->pred_floor >= SW_MAX_RULE_PREDS)
        return sw_loader_fail_at(loader, 0, 0, SW_NO_SUGGESTION, "the rule's values expand to more than %u tests",
                                 SW_MAX_RULE_PREDS);
    int rc = sw_grow(&rules->preds, &rules->pred_cap, rules->pred_count, sizeof *rules->preds, UINT32_MAX);
    if (rc != 0)
        return rc;
    rules->preds[rules->pred_count] = *pred;
    return add_node(loader, &(struct sw_node){.kind = SW_NODE_PRED, .pred = (uint32_t)rules->pred_count++}, node);
}

int sw_build_ref(struct sw_loader *loader, uint32_t ref, uint32_t *node)
{
    return add_node(loader, &(struct sw_node){.kind = SW_NODE_PRED, .pred = ref}, node);
}

int sw_build_constant(struct sw_loader *loader, bool value, uint32_t *node)
{
    return add_node(loader, &(struct sw_node){.kind = value ? SW_NODE_TRUE : SW_NODE_FALSE}, node);
}

static int add_children(struct sw_loader *loader, const uint32_t *nodes, size_t count, uint32_t *first)
{
    struct sw_rules *rules = loader->rules;
    *first = (uint32_t)rules->child_count;
    for (size_t i = 0; i < count; i++) {
        int rc = sw_grow(&rules->children, &rules->child_cap, rules->child_count, sizeof *rules->children, UINT32_MAX);
        if (rc != 0)
            return rc;
        rules->children[rules->child_count++] = nodes[i];
    }
    return 0;
}

int sw_build_not(struct sw_loader *loader, uint32_t child, uint32_t *node)
{
    const struct sw_node *below = &loader->rules->nodes[child];
    if (below->kind == SW_NODE_NOT) {
        *node = loader->rules->children[below->first];
        return 0;
    }
    struct sw_node not = {.kind = SW_NODE_NOT, .count = 1};
    int rc = add_children(loader, &child, 1, &not.first);
    return rc != 0 ? rc : add_node(loader, &not, node);
}

int sw_build_push(struct sw_loader *loader, uint32_t node)
{
    int rc = sw_grow(&loader->stack, &loader->stack_cap, loader->stack_count, sizeof *loader->stack, UINT32_MAX);
    if (rc == 0)
        loader->stack[loader->stack_count++] = node;
    return rc;
}

int sw_build_close(struct sw_loader *loader, size_t floor, enum sw_node_kind kind, uint32_t need, uint32_t *node)
{
    size_t count = loader->stack_count - floor;
    const uint32_t *nodes = count > 0 ? loader->stack + floor : NULL;
    loader->stack_count = floor;
    if (kind == SW_NODE_AT_LEAST && (need <= 1 || need == count))
        kind = need <= 1 ? SW_NODE_OR : SW_NODE_AND;
    if (count == 0)
        return sw_build_constant(loader, kind == SW_NODE_AND, node);
    if (count == 1 && kind != SW_NODE_AT_LEAST) {
        *node = nodes[0];
        return 0;
    }
    if (kind == SW_NODE_AT_LEAST && need > count)
        return sw_build_constant(loader, false, node);
    struct sw_node group = {.kind = (uint8_t)kind, .count = (uint32_t)count, .need = need};
    int rc = add_children(loader, nodes, count, &group.first);
    return rc != 0 ? rc : add_node(loader, &group, node);
}
