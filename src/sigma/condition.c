/* condition.c - parses boolean expressions with an explicit stack of brackets. */
#include "sigma/condition.h"

#include "base/limits.h"

/* An open bracket (the whole expression is the first). Its terms lie on the loader's stack: finished members of its
 * `or` from or_floor on, members of the present `and` from and_floor on. */
struct level {
    size_t or_floor;
    size_t and_floor;
    bool negated; /* an odd number of `not` stands before the next operand */
    uint32_t column; /* of the bracket */
};

struct parser {
    struct sw_loader *loader;
    const struct sw_yaml *at;
    struct sw_str text;
    size_t offset; /* of text in the scalar */
    size_t pos;
    const struct sw_condition_names *names;
    struct level levels[SW_MAX_CONDITION_DEPTH];
    size_t depth; /* of the innermost level, from 0 */
    bool operand; /* an operand is expected, not an operator */
};

static uint32_t column_of(const struct parser *p, size_t pos)
{
    /* Good for one-line scalars; further down a block the position counts on from its start. */
    return p->at->column + (p->at->plain ? 0 : 1) + (uint32_t)(p->offset + pos);
}

static int fail(const struct parser *p, size_t pos, const char *why)
{
    return sw_loader_fail_at(p->loader, p->at->line, column_of(p, pos), SW_NO_SUGGESTION, "the condition %s", why);
}

static bool is_name(char c)
{
    return sw_is_alpha(c) || sw_is_digit(c) || c == '_' || c == '-' || c == '*' || c == '.' || (unsigned char)c >= 0x80;
}

/* The next word at or after *pos: a name, or one other character; empty at the end. */
static struct sw_str word_at(const struct parser *p, size_t *pos)
{
    while (*pos < p->text.len && sw_is_space(p->text.ptr[*pos]))
        (*pos)++;
    size_t end = *pos;
    while (end < p->text.len && is_name(p->text.ptr[end]))
        end++;
    if (end == *pos && end < p->text.len)
        end++;
    return sw_str_slice(p->text, *pos, end);
}

static bool is_word(struct sw_str word, const char *keyword)
{
    return sw_str_ieq(word, sw_str(keyword));
}

/* The members since floor become one node on the stack. */
static int reduce(struct parser *p, size_t floor, enum sw_node_kind kind)
{
    uint32_t node;
    int rc = sw_build_close(p->loader, floor, kind, 0, &node);
    return rc != 0 ? rc : sw_build_push(p->loader, node);
}

/* An operand is complete: the pending `not` applies, and it joins the present `and`. */
static int operand(struct parser *p, uint32_t node)
{
    struct level *level = &p->levels[p->depth];
    int rc = level->negated ? sw_build_not(p->loader, node, &node) : 0;
    level->negated = false;
    p->operand = false;
    return rc != 0 ? rc : sw_build_push(p->loader, node);
}

static int open_bracket(struct parser *p, size_t pos)
{
    if (p->depth + 1 == SW_MAX_CONDITION_DEPTH)
        return fail(p, pos, "is nested too deeply");
    size_t floor = p->loader->stack_count;
    p->levels[++p->depth] = (struct level){floor, floor, false, column_of(p, pos)};
    return 0;
}

static int close_bracket(struct parser *p, size_t pos)
{
    if (p->depth == 0)
        return fail(p, pos, "closes a bracket that was not opened");
    struct level level = p->levels[p->depth--];
    int rc = reduce(p, level.and_floor, SW_NODE_AND);
    uint32_t node;
    if (rc == 0)
        rc = sw_build_close(p->loader, level.or_floor, SW_NODE_OR, 0, &node);
    return rc != 0 ? rc : operand(p, node);
}

/* "1 of x*", after its number or word; *pos stands after it. False in *is when no `of` follows: an ordinary name. */
static int selector(struct parser *p, struct sw_str word, size_t start, size_t *pos, bool *is)
{
    *is = false;
    size_t next = *pos;
    uint64_t need = 0;
    bool all = is_word(word, "all");
    bool any = is_word(word, "any");
    if (!is_word(word_at(p, &next), "of") || (!all && !any && sw_str_u64(word, &need) != 0))
        return 0;
    *is = true;
    next += 2;
    struct sw_str pattern = word_at(p, &next);
    if (pattern.len == 0 || !is_name(pattern.ptr[0]))
        return fail(p, next, "has no name or pattern after 'of'");
    if (p->names->select == NULL)
        return fail(p, start, "of a correlation can't have 'of'");
    if (!all && !any && (need == 0 || need > UINT16_MAX))
        return fail(p, start, "asks for an impossible number of selections");
    *pos = next + pattern.len;
    uint32_t node;
    if (any)
        need = 1;
    int rc = p->names->select(p->names->context, pattern, all ? 0 : (uint32_t)need, column_of(p, next), &node);
    return rc != 0 ? rc : operand(p, node);
}

static int take_operand(struct parser *p, struct sw_str word, size_t start)
{
    p->pos = start + word.len;
    if (is_word(word, "not")) {
        p->levels[p->depth].negated = !p->levels[p->depth].negated;
        return 0;
    }
    if (sw_str_is(word, "("))
        return open_bracket(p, start);
    bool is_selector;
    int rc = selector(p, word, start, &p->pos, &is_selector);
    if (rc != 0 || is_selector)
        return rc;
    if (!is_name(word.ptr[0]) || is_word(word, "and") || is_word(word, "or"))
        return fail(p, start, "misses a name before this place");
    uint32_t node;
    rc = p->names->name(p->names->context, word, column_of(p, start), &node);
    return rc != 0 ? rc : operand(p, node);
}

static int take_operator(struct parser *p, struct sw_str word, size_t start)
{
    p->pos = start + word.len;
    struct level *level = &p->levels[p->depth];
    if (sw_str_is(word, ")"))
        return close_bracket(p, start);
    if (is_word(word, "and")) {
        p->operand = true;
        return 0;
    }
    if (!is_word(word, "or"))
        return fail(p, start, "misses 'and' or 'or' before this place");
    p->operand = true;
    int rc = reduce(p, level->and_floor, SW_NODE_AND);
    level->and_floor = p->loader->stack_count;
    return rc;
}

int sw_condition_parse(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str text, size_t offset,
                       const struct sw_condition_names *names, uint32_t *root)
{
    size_t floor = loader->stack_count;
    struct parser p = {.loader = loader, .at = at, .text = text, .offset = offset, .names = names, .operand = true};
    p.levels[0] = (struct level){floor, floor, false, 0};
    for (;;) {
        size_t start = p.pos;
        struct sw_str word = word_at(&p, &start);
        if (word.len == 0)
            break;
        int rc = p.operand ? take_operand(&p, word, start) : take_operator(&p, word, start);
        if (rc != 0)
            return rc;
    }
    if (p.operand)
        return fail(&p, text.len,
                    loader->stack_count == floor && p.depth == 0 ? "is empty" : "ends where a name must follow");
    if (p.depth > 0)
        return sw_loader_fail_at(loader, at->line, p.levels[p.depth].column, SW_NO_SUGGESTION,
                                 "the condition has a bracket that is not closed");
    int rc = reduce(&p, p.levels[0].and_floor, SW_NODE_AND);
    return rc != 0 ? rc : sw_build_close(loader, floor, SW_NODE_OR, 0, root);
}
