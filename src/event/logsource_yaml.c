/*
 * logsource_yaml.c - a YAML document as a tree of nodes, through libyaml's events.
 *
 * Depth and number of nodes are bounded; anchors and aliases are refused, since nothing here needs them and they can
 * blow a document up. Tags are ignored: every scalar is text.
 */
#include "event/logsource_priv.h"

#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    struct sw_arena *arena;
    struct ls_node *root;
    struct ls_node *open[SW_MAX_YAML_DEPTH]; /* collections that have not ended */
    struct ls_node *last[SW_MAX_YAML_DEPTH]; /* their latest child */
    size_t depth;
    size_t nodes;
    struct sw_error *err;
};

static int fail(const struct reader *r, yaml_mark_t mark, int code, const char *text)
{
    return sw_error_set(r->err, code, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1, "%s", text);
}

/* A new node, hung under the innermost open collection. */
static int add_node(struct reader *r, const yaml_event_t *event, enum ls_node_kind kind, struct ls_node **out)
{
    if (++r->nodes > LS_MAX_NODES)
        return fail(r, event->start_mark, SW_E_LIMIT, "too many values in one file");
    struct ls_node *node = sw_arena_zero(r->arena, 1, sizeof *node);
    if (node == NULL)
        return fail(r, event->start_mark, SW_E_NOMEM, "out of memory");
    node->kind = kind;
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    *out = node;
    if (r->depth == 0) {
        r->root = node;
        return 0;
    }
    struct ls_node *parent = r->open[r->depth - 1];
    if (r->last[r->depth - 1] == NULL)
        parent->first = node;
    else
        r->last[r->depth - 1]->next = node;
    r->last[r->depth - 1] = node;
    parent->count++;
    return 0;
}

static int add_scalar(struct reader *r, const yaml_event_t *event)
{
    struct ls_node *node = NULL;
    int rc = add_node(r, event, LS_SCALAR, &node);
    if (rc != 0)
        return rc;
    struct sw_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    node->text = text.len ? sw_arena_dup(r->arena, text) : SW_STR("");
    return node->text.ptr == NULL ? fail(r, event->start_mark, SW_E_NOMEM, "out of memory") : 0;
}

static int open_collection(struct reader *r, const yaml_event_t *event, enum ls_node_kind kind)
{
    struct ls_node *node = NULL;
    if (r->depth == SW_MAX_YAML_DEPTH)
        return fail(r, event->start_mark, SW_E_LIMIT, "nested too deeply");
    int rc = add_node(r, event, kind, &node);
    if (rc != 0)
        return rc;
    r->open[r->depth] = node;
    r->last[r->depth] = NULL;
    r->depth++;
    return 0;
}

static bool anchored(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL;
    default:
        return false;
    }
}

static int take(struct reader *r, const yaml_event_t *event)
{
    if (anchored(event))
        return fail(r, event->start_mark, SW_E_UNSUPPORTED, "anchors and aliases are not supported here");
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return add_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(r, event, LS_LIST);
    case YAML_MAPPING_START_EVENT:
        return open_collection(r, event, LS_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return 0;
    default:
        return 0;
    }
}

static int read_document(struct reader *r)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            const char *problem = r->parser.problem ? r->parser.problem : "not YAML";
            int code = r->parser.error == YAML_MEMORY_ERROR ? SW_E_NOMEM : SW_E_FORMAT;
            return fail(r, r->parser.problem_mark, code, problem);
        }
        bool end = event.type == YAML_DOCUMENT_END_EVENT || event.type == YAML_STREAM_END_EVENT;
        int rc = take(r, &event);
        yaml_event_delete(&event);
        if (rc != 0 || end)
            return rc;
    }
}

int ls_yaml_read(struct sw_arena *arena, struct sw_str text, struct ls_node **root, struct sw_error *err)
{
    struct reader r = {.arena = arena, .err = err};
    if (!yaml_parser_initialize(&r.parser))
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.len ? text.ptr : ""), text.len);
    int rc = read_document(&r);
    yaml_parser_delete(&r.parser);
    *root = r.root;
    return rc;
}

struct ls_node *ls_yaml_get(const struct ls_node *map, const char *key)
{
    if (map == NULL || map->kind != LS_MAP)
        return NULL;
    for (struct ls_node *k = map->first; k != NULL && k->next != NULL; k = k->next->next)
        if (k->kind == LS_SCALAR && sw_str_is(k->text, key))
            return k->next;
    return NULL;
}
