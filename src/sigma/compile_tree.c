/*
 * compile_tree.c - a rule's condition in negation normal form. NOT sinks to the leaves, AND in AND and OR in OR are one,
 * and tests of one field that are joined by OR (or, negated, by AND) become one set.
 *
 * Conditions can nest as deep as a stranger likes: the walk keeps its own stack.
 */
#include "base/mem.h"
#include "sigma/compile_priv.h"

int sw_numbers_add(struct sw_numbers *numbers, uint32_t number)
{
    int rc = sw_grow(&numbers->at, &numbers->cap, numbers->count, sizeof *numbers->at, SW_MAX_SECTION);
    if (rc == 0)
        numbers->at[numbers->count++] = number;
    return rc;
}

/* --- lenses ------------------------------------------------------------------------------------------------- */

int sw_build_lens(struct sw_build *b, const struct sw_view *view, uint32_t *lens)
{
    struct sw_span pairs = {.first = (uint32_t)b->lens_pairs.count};
    for (size_t i = 0; i < view->map_count; i++) {
        uint32_t from, to;
        sw_arena_reset(&b->folds);
        int rc = sw_build_field(b, view->maps[i].from, &from);
        if (rc == 0)
            rc = sw_build_field(b, view->maps[i].to, &to);
        if (rc == 0)
            rc = sw_numbers_add(&b->lens_pairs, from);
        if (rc == 0)
            rc = sw_numbers_add(&b->lens_pairs, to);
        if (rc != 0)
            return rc;
    }
    pairs.count = (uint32_t)b->lens_pairs.count - pairs.first;
    bool added;
    struct sw_str key = {"", 0};
    if (pairs.count > 0)
        key = sw_strn((const char *)(b->lens_pairs.at + pairs.first), pairs.count * sizeof *b->lens_pairs.at);
    int rc = sw_map_intern(&b->lens_ids, key, (uint32_t)b->lens_count, lens, &added);
    if (rc != 0)
        return rc;
    if (!added) {
        b->lens_pairs.count = pairs.first;
        return 0;
    }
    rc = sw_grow(&b->lenses, &b->lens_cap, b->lens_count, sizeof *b->lenses, SW_MAX_SECTION);
    uint32_t *tree_of = rc == 0 ? sw_alloc(b->rules->node_count + 1, 2 * sizeof *tree_of) : NULL;
    if (tree_of == NULL)
        return rc != 0 ? rc : SW_E_NOMEM;
    b->lenses[b->lens_count++] = (struct sw_lens){pairs, tree_of};
    return 0;
}

/* The program's field that a rule's field means, seen through the lens. The first map of a name counts. */
static int field_through(struct sw_build *b, uint32_t lens, sw_field_id id, uint32_t *field)
{
    if (id == SW_FIELD_NONE) {
        *field = SW_ANY_FIELD;
        return 0;
    }
    int rc = sw_build_field(b, sw_field_name(id), field);
    if (rc != 0)
        return rc;
    struct sw_span pairs = b->lenses[lens].pairs;
    for (uint32_t i = pairs.first; i < pairs.first + pairs.count; i += 2) {
        if (b->lens_pairs.at[i] == *field) {
            *field = b->lens_pairs.at[i + 1];
            break;
        }
    }
    return 0;
}

/* --- nodes -------------------------------------------------------------------------------------------------- */

static int add_tree(struct sw_build *b, const struct sw_tree *tree, uint32_t *index)
{
    int rc = sw_grow(&b->trees, &b->tree_cap, b->tree_count, sizeof *b->trees, SW_MAX_SECTION);
    if (rc != 0)
        return rc;
    *index = (uint32_t)b->tree_count;
    b->trees[b->tree_count++] = *tree;
    return 0;
}

static int add_constant(struct sw_build *b, bool truth, uint32_t *index)
{
    struct sw_tree tree = {.kind = truth ? SW_TREE_TRUE : SW_TREE_FALSE};
    return add_tree(b, &tree, index);
}

static int add_leaf(struct sw_build *b, const struct sw_pred *pred, bool negated, uint32_t lens, uint32_t *index)
{
    struct sw_tree leaf = {.kind = SW_TREE_TEST, .negated = negated};
    sw_arena_reset(&b->folds);
    int rc = field_through(b, lens, pred->field, &leaf.field);
    uint32_t other = SW_NONE;
    if (rc == 0 && pred->kind == SW_PRED_FIELDREF)
        rc = field_through(b, lens, pred->other, &other);
    if (rc != 0)
        return rc;
    bool named = leaf.field != SW_ANY_FIELD;
    if (pred->kind == SW_PRED_NULL || pred->kind == SW_PRED_EXISTS) {
        if (!named)
            return add_constant(b, negated, index);
        leaf.kind = pred->kind == SW_PRED_NULL ? SW_TREE_VALUE : SW_TREE_PRESENT;
        leaf.negated = negated != (pred->kind == SW_PRED_NULL);
        return add_tree(b, &leaf, index);
    }
    rc = sw_build_test(b, pred, other, &leaf.what);
    if (rc != 0)
        return rc;
    const struct sw_test *test = &b->program->tests.at[leaf.what];
    if (named && test->kind == SW_PRED_PATTERN && test->form == SW_FORM_ANY)
        leaf.kind = SW_TREE_VALUE;
    return add_tree(b, &leaf, index);
}

/* --- joining ------------------------------------------------------------------------------------------------ */

/* Parts of an AND or OR while it is being made. */
struct joint {
    uint8_t kind;             /* SW_TREE_AND or SW_TREE_OR */
    struct sw_numbers parts;  /* trees */
    struct sw_numbers tests;  /* field, test, field, test ...: to be joined to sets */
    bool decided;             /* a part decides the whole: FALSE in AND, TRUE in OR */
};

/* Takes a part in; parts of the same kind are opened, constants drop out or decide. */
static int join_part(struct sw_build *b, struct joint *joint, uint32_t index)
{
    const struct sw_tree *tree = &b->trees[index];
    bool mergeable = tree->negated == (joint->kind == SW_TREE_AND);
    if (tree->kind == (joint->kind == SW_TREE_AND ? SW_TREE_TRUE : SW_TREE_FALSE))
        return 0;
    if (tree->kind == (joint->kind == SW_TREE_AND ? SW_TREE_FALSE : SW_TREE_TRUE)) {
        joint->decided = true;
        return 0;
    }
    int rc = 0;
    if (tree->kind == SW_TREE_TEST && mergeable) {
        rc = sw_numbers_add(&joint->tests, tree->field);
        return rc != 0 ? rc : sw_numbers_add(&joint->tests, tree->what);
    }
    if (tree->kind == SW_TREE_SET && mergeable) {
        struct sw_span set = b->program->sets.at[tree->what];
        for (uint32_t i = 0; i < set.count && rc == 0; i++) {
            rc = sw_numbers_add(&joint->tests, tree->field);
            if (rc == 0)
                rc = sw_numbers_add(&joint->tests, b->program->set_tests.at[set.first + i]);
        }
        return rc;
    }
    return sw_numbers_add(&joint->parts, index);
}

static int by_field_and_test(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;
    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return (x[1] > y[1]) - (x[1] < y[1]);
}

/* The collected tests, field by field, as leaves. */
static int join_tests(struct sw_build *b, struct joint *joint)
{
    size_t pairs = joint->tests.count / 2;
    if (pairs > 1)
        qsort(joint->tests.at, pairs, 2 * sizeof *joint->tests.at, by_field_and_test);
    struct sw_numbers set = {0};
    int rc = 0;
    for (size_t i = 0; i < pairs && rc == 0;) {
        struct sw_tree leaf = {.kind = SW_TREE_TEST, .negated = joint->kind == SW_TREE_AND, .field = joint->tests.at[2 * i]};
        set.count = 0;
        for (; i < pairs && joint->tests.at[2 * i] == leaf.field && rc == 0; i++) {
            uint32_t test = joint->tests.at[2 * i + 1];
            if (set.count == 0 || set.at[set.count - 1] != test)
                rc = sw_numbers_add(&set, test);
        }
        if (rc != 0)
            break;
        leaf.what = set.at[0];
        if (set.count > 1) {
            leaf.kind = SW_TREE_SET;
            rc = sw_build_set(b, set.at, set.count, &leaf.what);
        }
        uint32_t index;
        if (rc == 0)
            rc = add_tree(b, &leaf, &index);
        if (rc == 0)
            rc = sw_numbers_add(&joint->parts, index);
    }
    sw_free(set.at);
    return rc;
}

static int add_inner(struct sw_build *b, uint8_t kind, uint32_t need, const uint32_t *parts, size_t count, uint32_t *index)
{
    struct sw_tree tree = {.kind = kind, .need = need};
    tree.children = (struct sw_span){(uint32_t)b->tree_children.count, (uint32_t)count};
    for (size_t i = 0; i < count; i++) {
        int rc = sw_numbers_add(&b->tree_children, parts[i]);
        if (rc != 0)
            return rc;
    }
    return add_tree(b, &tree, index);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int join(struct sw_build *b, uint8_t kind, uint32_t *parts, size_t count, uint32_t *index)
{
    struct joint joint = {.kind = kind};
    int rc = 0;
    if (count > 1)
        qsort(parts, count, sizeof *parts, ascending);
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (i > 0 && parts[i] == parts[i - 1])
            continue;
        struct sw_tree part = b->trees[parts[i]];
        if (part.kind != kind) {
            rc = join_part(b, &joint, parts[i]);
            continue;
        }
        for (uint32_t j = 0; j < part.children.count && rc == 0; j++)
            rc = join_part(b, &joint, b->tree_children.at[part.children.first + j]);
    }
    if (rc == 0 && !joint.decided)
        rc = join_tests(b, &joint);
    if (rc != 0)
        ;
    else if (joint.decided || joint.parts.count == 0)
        rc = add_constant(b, joint.decided == (kind == SW_TREE_OR), index);
    else if (joint.parts.count == 1)
        *index = joint.parts.at[0];
    else
        rc = add_inner(b, kind, 0, joint.parts.at, joint.parts.count, index);
    sw_free(joint.parts.at);
    sw_free(joint.tests.at);
    return rc;
}

/* At least `need` of the parts. Constants are counted now. */
static int join_at_least(struct sw_build *b, uint32_t need, uint32_t *parts, size_t count, uint32_t *index)
{
    size_t kept = 0;
    uint32_t held = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = b->trees[parts[i]].kind;
        held += kind == SW_TREE_TRUE;
        if (kind != SW_TREE_TRUE && kind != SW_TREE_FALSE)
            parts[kept++] = parts[i];
    }
    if (need <= held)
        return add_constant(b, true, index);
    need -= held;
    if (need > kept)
        return add_constant(b, false, index);
    if (need == 1 || need == kept)
        return join(b, need == 1 ? SW_TREE_OR : SW_TREE_AND, parts, kept, index);
    return add_inner(b, SW_TREE_AT_LEAST, need, parts, kept, index);
}

/* --- the walk ----------------------------------------------------------------------------------------------- */

struct frame {
    uint32_t node;
    uint32_t next;  /* child to visit */
    size_t base;    /* its children's results start here */
    bool negated;
};

struct walk {
    struct sw_build *build;
    uint32_t lens;
    struct frame *frames;
    size_t frame_count, frame_cap;
    struct sw_numbers results;
};

/* Where the tree of a node is kept, as its index + 1: nodes are shared, by conditions and by rules. */
static uint32_t *tree_of(const struct walk *w, uint32_t node, bool negated)
{
    return &w->build->lenses[w->lens].tree_of[2 * (size_t)node + negated];
}

/* Puts a node's tree among the results, or the node on the stack to have it made. */
static int visit(struct walk *w, uint32_t node, bool negated)
{
    uint32_t known = *tree_of(w, node, negated);
    if (known != 0)
        return sw_numbers_add(&w->results, known - 1);
    int rc = sw_grow(&w->frames, &w->frame_cap, w->frame_count, sizeof *w->frames, SW_MAX_SECTION);
    if (rc == 0)
        w->frames[w->frame_count++] = (struct frame){node, 0, w->results.count, negated};
    return rc;
}

/* The tree of a node whose children are done. */
static int finish(struct walk *w, const struct frame *frame, uint32_t *index)
{
    struct sw_build *b = w->build;
    const struct sw_node *node = &b->rules->nodes[frame->node];
    size_t count = w->results.count - frame->base;
    uint32_t *parts = count > 0 ? w->results.at + frame->base : NULL;
    bool negated = frame->negated;
    switch ((enum sw_node_kind)node->kind) {
    case SW_NODE_TRUE:
    case SW_NODE_FALSE:
        return add_constant(b, negated != (node->kind == SW_NODE_TRUE), index);
    case SW_NODE_PRED:
        return add_leaf(b, &b->rules->preds[node->pred], negated, w->lens, index);
    case SW_NODE_NOT:
        *index = parts[0];
        return 0;
    case SW_NODE_AND:
        return join(b, negated ? SW_TREE_OR : SW_TREE_AND, parts, count, index);
    case SW_NODE_OR:
        return join(b, negated ? SW_TREE_AND : SW_TREE_OR, parts, count, index);
    case SW_NODE_AT_LEAST:
        break;
    }
    /* Not at least n of k is: at least k - n + 1 don't hold. */
    if (negated && node->need > count)
        return add_constant(b, true, index);
    return join_at_least(b, negated ? (uint32_t)count - node->need + 1 : node->need, parts, count, index);
}

static int step(struct walk *w)
{
    struct frame *frame = &w->frames[w->frame_count - 1];
    const struct sw_node *node = &w->build->rules->nodes[frame->node];
    uint32_t children = node->kind <= SW_NODE_AT_LEAST ? node->count : 0;
    if (frame->next < children) {
        uint32_t child = w->build->rules->children[node->first + frame->next++];
        return visit(w, child, frame->negated != (node->kind == SW_NODE_NOT));
    }
    struct frame done = *frame;
    uint32_t index;
    int rc = finish(w, &done, &index);
    w->results.count = done.base;
    w->frame_count--;
    if (rc != 0)
        return rc;
    *tree_of(w, done.node, done.negated) = index + 1;
    return sw_numbers_add(&w->results, index);
}

int sw_build_tree(struct sw_build *b, uint32_t rule, uint32_t lens, uint32_t *tree)
{
    struct walk walk = {.build = b, .lens = lens};
    int rc = visit(&walk, b->rules->rules[rule].root, false);
    while (rc == 0 && walk.frame_count > 0)
        rc = step(&walk);
    if (rc == 0)
        *tree = walk.results.at[0];
    sw_free(walk.frames);
    sw_free(walk.results.at);
    return rc;
}
