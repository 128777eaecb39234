/*
 * compile_code.c - a condition as ops: each asks one group and says where to go on. Cheap and telling questions come first.
 *
 * Ops are made from the last to the first, since each needs to know where those after it begin.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"

/* --- the order of questions --------------------------------------------------------------------------------- */

struct ranked {
    double rank; /* least first */
    uint32_t node;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* Puts children in order: what decides the whole soonest for its cost is asked first. */
static int order_children(struct sw_draft *d, const struct sw_tree *tree)
{
    uint32_t *children = d->build->tree_children.at + tree->children.first;
    struct ranked *ranked = sw_alloc(tree->children.count, sizeof *ranked);
    if (ranked == NULL)
        return SW_E_NOMEM;
    for (uint32_t i = 0; i < tree->children.count; i++) {
        const struct sw_guess *guess = &d->guesses[children[i]];
        double decides = tree->kind == SW_TREE_AND ? 1 - guess->holds : guess->holds;
        ranked[i] = (struct ranked){guess->cost / (decides + 0.001), children[i]};
    }
    qsort(ranked, tree->children.count, sizeof *ranked, by_rank);
    for (uint32_t i = 0; i < tree->children.count; i++)
        children[i] = ranked[i].node;
    sw_free(ranked);
    return 0;
}

static struct sw_guess guess_leaf(const struct sw_draft *d, uint32_t node)
{
    const struct sw_group_note *group = &d->groups[d->leaf_groups[node]];
    double cost = group->indexed ? 0.3 : group->cost;
    bool negated = d->build->trees[node].negated;
    return (struct sw_guess){cost, negated ? 1 - group->rarity : group->rarity};
}

static int guess_inner(struct sw_draft *d, uint32_t node)
{
    const struct sw_tree *tree = &d->build->trees[node];
    int rc = order_children(d, tree);
    if (rc != 0)
        return rc;
    double reached = 1;
    double cost = 0;
    for (uint32_t i = 0; i < tree->children.count; i++) {
        const struct sw_guess *guess = &d->guesses[d->build->tree_children.at[tree->children.first + i]];
        cost += reached * guess->cost;
        reached *= tree->kind == SW_TREE_AND ? guess->holds : 1 - guess->holds;
    }
    d->guesses[node] = (struct sw_guess){cost, tree->kind == SW_TREE_AND ? reached : 1 - reached};
    return 0;
}

static int guess_tree(struct sw_draft *d, uint32_t root)
{
    struct sw_numbers order = {0};
    int rc = sw_build_list_nodes(d->build, root, &order);
    for (size_t i = order.count; i-- > 0 && rc == 0;) {
        uint32_t node = order.at[i];
        uint8_t kind = d->build->trees[node].kind;
        if (kind >= SW_TREE_TEST)
            d->guesses[node] = guess_leaf(d, node);
        else if (kind >= SW_TREE_AND)
            rc = guess_inner(d, node);
    }
    sw_free(order.at);
    return rc;
}

/* --- ops ---------------------------------------------------------------------------------------------------- */

struct frame {
    uint32_t node;
    uint32_t left;  /* children still to be made */
    uint32_t yes;
    uint32_t no;
    uint32_t entry; /* of what is made of it so far */
    uint16_t counter;
};

struct coder {
    struct sw_draft *draft;
    uint32_t first; /* op of the program that is the rule's first */
    struct frame *frames;
    size_t frame_count, frame_cap;
    uint32_t counters;
    uint32_t made;  /* entry of the node that was finished last */
};

static int emit(struct coder *c, struct sw_op op, uint32_t *index)
{
    uint32_t at;
    if (c->draft->build->program->ops.count - c->first >= SW_MAX_RULE_OPS)
        return SW_E_LIMIT;
    int rc = SW_SECTION_ADD(&c->draft->build->program->ops, &op, 1, &at);
    *index = at - c->first;
    return rc;
}

static int push(struct coder *c, uint32_t node, uint32_t yes, uint32_t no)
{
    const struct sw_tree *tree = &c->draft->build->trees[node];
    struct frame frame = {node, tree->children.count, yes, no, tree->kind == SW_TREE_AND ? yes : no, 0};
    if (tree->kind == SW_TREE_AT_LEAST) {
        if (c->counters == UINT16_MAX)
            return SW_E_LIMIT;
        frame.counter = (uint16_t)c->counters++;
    }
    int rc = sw_grow(&c->frames, &c->frame_cap, c->frame_count, sizeof *c->frames, SW_MAX_SECTION);
    if (rc == 0)
        c->frames[c->frame_count++] = frame;
    return rc;
}

/* Makes the node's next child, from the last to the first. */
static int next_child(struct coder *c, struct frame *frame, const struct sw_tree *tree)
{
    uint32_t child = c->draft->build->tree_children.at[tree->children.first + --frame->left];
    if (tree->kind == SW_TREE_AND)
        return push(c, child, frame->entry, frame->no);
    if (tree->kind == SW_TREE_OR)
        return push(c, child, frame->yes, frame->entry);
    struct sw_op op = {.kind = SW_OP_COUNT, .counter = frame->counter, .need = tree->need, .yes = frame->yes, .no = frame->entry};
    uint32_t no = frame->entry;
    uint32_t count;
    int rc = emit(c, op, &count);
    return rc != 0 ? rc : push(c, child, count, no);
}

static int finish(struct coder *c, const struct frame *frame, const struct sw_tree *tree)
{
    switch ((enum sw_tree_kind)tree->kind) {
    case SW_TREE_FALSE:
        c->made = frame->no;
        return 0;
    case SW_TREE_TRUE:
        c->made = frame->yes;
        return 0;
    case SW_TREE_AND:
    case SW_TREE_OR:
        c->made = frame->entry;
        return 0;
    case SW_TREE_AT_LEAST:
        return emit(c, (struct sw_op){.kind = SW_OP_CLEAR, .counter = frame->counter, .yes = frame->entry, .no = frame->entry},
                    &c->made);
    case SW_TREE_TEST:
    case SW_TREE_SET:
    case SW_TREE_VALUE:
    case SW_TREE_PRESENT:
        break;
    }
    uint32_t group = c->draft->groups[c->draft->leaf_groups[frame->node]].number;
    struct sw_op op = {.kind = SW_OP_TEST, .negated = tree->negated, .group = group};
    op.yes = tree->negated ? frame->no : frame->yes;
    op.no = tree->negated ? frame->yes : frame->no;
    return emit(c, op, &c->made);
}

static int step(struct coder *c)
{
    struct frame *frame = &c->frames[c->frame_count - 1];
    const struct sw_tree *tree = &c->draft->build->trees[frame->node];
    if (frame->left > 0)
        return next_child(c, frame, tree);
    int rc = finish(c, frame, tree);
    if (--c->frame_count > 0)
        c->frames[c->frame_count - 1].entry = c->made;
    return rc;
}

int sw_build_code(struct sw_draft *draft, uint32_t tree, struct sw_span *ops, uint32_t *entry)
{
    struct sw_program *p = draft->build->program;
    struct coder coder = {.draft = draft, .first = (uint32_t)p->ops.count};
    int rc = guess_tree(draft, tree);
    if (rc == 0)
        rc = push(&coder, tree, SW_OP_ACCEPT, SW_OP_REJECT);
    while (rc == 0 && coder.frame_count > 0)
        rc = step(&coder);
    sw_free(coder.frames);
    *ops = (struct sw_span){coder.first, (uint32_t)p->ops.count - coder.first};
    *entry = coder.made;
    return rc;
}
