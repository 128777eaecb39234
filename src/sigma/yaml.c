/* yaml.c - cuts a text into documents and builds each one's tree from libyaml's events with an explicit stack. */
#include "sigma/yaml.h"

#include "base/limits.h"
#include "base/mem.h"

#include <stdlib.h>
#include <yaml.h>

/* --- documents of a text -------------------------------------------------------------------------------- */

void sw_yaml_open(struct sw_yaml_stream *stream, struct sw_str text)
{
    if (sw_str_starts(text, SW_STR("\xef\xbb\xbf")))
        text = sw_str_from(text, 3);
    *stream = (struct sw_yaml_stream){text, 1};
}

static bool is_marker(struct sw_str line, const char *three)
{
    return line.len >= 3 && memcmp(line.ptr, three, 3) == 0 && (line.len == 3 || sw_is_space(line.ptr[3]));
}

/* Takes the next document's bytes off the stream: up to the next line that begins with `---`, or through one that
 * begins with `...`. (YAML forbids both at the start of a line inside any scalar.) */
static struct sw_str cut(struct sw_yaml_stream *stream, uint32_t *first_line)
{
    const struct sw_str rest = stream->rest;
    bool begun = false;
    size_t at = 0;
    uint32_t lines = 0;
    *first_line = stream->line;
    while (at < rest.len) {
        const char *end = memchr(rest.ptr + at, '\n', rest.len - at);
        size_t next = end ? (size_t)(end - rest.ptr) + 1 : rest.len;
        struct sw_str line = sw_str_slice(rest, at, next);
        if (is_marker(line, "---")) {
            if (begun)
                break;
            begun = true;
        } else if (is_marker(line, "...")) {
            at = next;
            lines++;
            break;
        } else if (!begun) {
            struct sw_str body = sw_str_trim(line);
            begun = body.len > 0 && body.ptr[0] != '#' && body.ptr[0] != '%';
            if (begun)
                *first_line = stream->line + lines;
        }
        at = next;
        lines++;
    }
    stream->rest = sw_str_from(rest, at);
    stream->line += lines;
    return sw_str_slice(rest, 0, at);
}

/* --- building ------------------------------------------------------------------------------------------- */

struct anchor {
    struct sw_str name;
    const struct sw_yaml *node;
};

/* An open list or map: its children so far are the builder's from `first` on. */
struct frame {
    struct sw_yaml *node;
    size_t first;
    struct sw_str anchor;
};

struct builder {
    struct sw_arena *arena;
    struct sw_error *err;
    uint32_t base; /* line of the document's first byte */
    struct frame frames[SW_MAX_YAML_DEPTH];
    size_t depth;
    const struct sw_yaml **children; /* heap; of all open containers */
    size_t child_count, child_cap;
    struct anchor *anchors; /* heap */
    size_t anchor_count, anchor_cap;
    uint64_t nodes;
};

static uint32_t line_of(const struct builder *b, yaml_mark_t mark)
{
    return b->base + (uint32_t)mark.line;
}

static int fail(const struct builder *b, int code, yaml_mark_t mark, const char *text)
{
    return sw_error_set(b->err, code, line_of(b, mark), (uint32_t)mark.column + 1, "%s", text);
}

static int no_memory(const struct builder *b)
{
    return sw_error_set(b->err, SW_E_NOMEM, b->base, 1, "no memory for the document's tree");
}

static struct sw_str span(const yaml_char_t *text)
{
    return text ? sw_str((const char *)text) : (struct sw_str){NULL, 0};
}

static int remember_anchor(struct builder *b, struct sw_str name, const struct sw_yaml *node)
{
    if (name.ptr == NULL)
        return 0;
    int rc = sw_grow(&b->anchors, &b->anchor_cap, b->anchor_count, sizeof *b->anchors, SW_MAX_RULE_ANCHORS);
    if (rc != 0)
        return sw_error_set(b->err, rc, node->line, node->column, "more than %u anchors", SW_MAX_RULE_ANCHORS);
    b->anchors[b->anchor_count++] = (struct anchor){name, node};
    return 0;
}

static struct sw_yaml *new_node(struct builder *b, yaml_mark_t mark)
{
    struct sw_yaml *node = sw_arena_raw(b->arena, sizeof *node, 8);
    if (node == NULL) {
        (void)no_memory(b);
        return NULL;
    }
    *node = (struct sw_yaml){.line = line_of(b, mark), .column = (uint32_t)mark.column + 1, .weight = 1};
    return node;
}

/* A finished node becomes a child of the innermost open container, or the root. */
static int attach(struct builder *b, const struct sw_yaml *node, const struct sw_yaml **root)
{
    b->nodes += node->weight;
    if (b->nodes > SW_MAX_RULE_NODES)
        return sw_error_set(b->err, SW_E_LIMIT, node->line, node->column, "more than %u nodes in one document",
                            SW_MAX_RULE_NODES);
    if (b->depth == 0) {
        *root = node;
        return 0;
    }
    if (sw_grow(&b->children, &b->child_cap, b->child_count, sizeof(void *), (size_t)2 * SW_MAX_RULE_NODES) != 0)
        return no_memory(b);
    b->children[b->child_count++] = node;
    return 0;
}

static int scalar_kind(struct builder *b, struct sw_yaml *node, struct sw_str tag, yaml_mark_t mark)
{
    static const struct {
        const char *tag;
        uint8_t kind;
    } core[] = {{YAML_NULL_TAG, SW_YAML_NULL},
                {YAML_BOOL_TAG, SW_YAML_BOOL},
                {YAML_INT_TAG, SW_YAML_INT},
                {YAML_FLOAT_TAG, SW_YAML_FLOAT}};
    if (tag.ptr == NULL) {
        if (node->plain)
            sw_yaml_resolve(node);
        return 0;
    }
    if (sw_str_is(tag, "!") || sw_str_is(tag, YAML_STR_TAG))
        return 0;
    for (size_t i = 0; i < sizeof core / sizeof *core; i++) {
        if (!sw_str_is(tag, core[i].tag))
            continue;
        sw_yaml_resolve(node);
        if (node->kind == SW_YAML_INT && core[i].kind == SW_YAML_FLOAT) {
            node->kind = SW_YAML_FLOAT;
            node->real = (double)node->integer;
        }
        if (node->kind != core[i].kind)
            return fail(b, SW_E_FORMAT, mark, "the value does not fit its tag");
        return 0;
    }
    return fail(b, SW_E_FORMAT, mark, "an unknown tag");
}

static int add_scalar(struct builder *b, const yaml_event_t *event, const struct sw_yaml **root)
{
    struct sw_yaml *node = new_node(b, event->start_mark);
    if (node == NULL)
        return SW_E_NOMEM;
    node->kind = SW_YAML_STRING;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = sw_arena_dup(b->arena, sw_strn((const char *)event->data.scalar.value, event->data.scalar.length));
    if (node->text.ptr == NULL)
        return no_memory(b);
    int rc = scalar_kind(b, node, span(event->data.scalar.tag), event->start_mark);
    if (rc == 0 && event->data.scalar.anchor != NULL)
        rc = remember_anchor(b, sw_arena_dup(b->arena, span(event->data.scalar.anchor)), node);
    return rc != 0 ? rc : attach(b, node, root);
}

static int add_alias(struct builder *b, const yaml_event_t *event, const struct sw_yaml **root)
{
    struct sw_str name = span(event->data.alias.anchor);
    for (size_t i = b->anchor_count; i > 0; i--)
        if (sw_str_eq(b->anchors[i - 1].name, name))
            return attach(b, b->anchors[i - 1].node, root);
    return fail(b, SW_E_FORMAT, event->start_mark, "an alias to an anchor that is not defined before it");
}

static int open_container(struct builder *b, enum sw_yaml_kind kind, const yaml_event_t *event,
                          const yaml_char_t *anchor)
{
    if (b->depth == SW_MAX_YAML_DEPTH)
        return fail(b, SW_E_LIMIT, event->start_mark, "lists and maps are nested too deeply");
    struct sw_yaml *node = new_node(b, event->start_mark);
    if (node == NULL)
        return SW_E_NOMEM;
    node->kind = (uint8_t)kind;
    struct sw_str name = {NULL, 0};
    if (anchor != NULL)
        name = sw_arena_dup(b->arena, span(anchor));
    b->frames[b->depth++] = (struct frame){node, b->child_count, name};
    return 0;
}

/* --- maps: keys twice, merge keys ------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const struct sw_yaml_pair *x = a;
    const struct sw_yaml_pair *y = b;
    int order = sw_str_cmp(x->key->text, y->key->text);
    if (order != 0)
        return order;
    if (x->key->line != y->key->line)
        return x->key->line < y->key->line ? -1 : 1;
    return (x->key->column > y->key->column) - (x->key->column < y->key->column);
}

static int twice(const struct builder *b, const struct sw_yaml *first, const struct sw_yaml *second)
{
    return sw_error_set(b->err, SW_E_FORMAT, second->line, second->column,
                        "the key '%.*s' is in this map twice (first in line %u)", SW_STR_ARG(second->text),
                        first->line);
}

static int check_keys(struct builder *b, const struct sw_yaml *map)
{
    enum { FEW = 24 };
    if (map->count <= FEW) {
        for (uint32_t i = 1; i < map->count; i++)
            for (uint32_t j = 0; j < i; j++)
                if (sw_str_eq(map->pairs[i].key->text, map->pairs[j].key->text))
                    return twice(b, map->pairs[j].key, map->pairs[i].key);
        return 0;
    }
    struct sw_yaml_pair *sorted = sw_alloc(map->count, sizeof *sorted);
    if (sorted == NULL)
        return no_memory(b);
    memcpy(sorted, map->pairs, map->count * sizeof *sorted);
    qsort(sorted, map->count, sizeof *sorted, by_key);
    int rc = 0;
    for (uint32_t i = 1; rc == 0 && i < map->count; i++)
        if (sw_str_eq(sorted[i].key->text, sorted[i - 1].key->text))
            rc = twice(b, sorted[i - 1].key, sorted[i].key);
    sw_free(sorted);
    return rc;
}

static bool is_merge(const struct sw_yaml_pair *pair)
{
    return pair->key->plain && sw_str_is(pair->key->text, "<<");
}

/* The sources of a merge key: one map, or a list of maps. */
static int merge_sources(const struct builder *b, const struct sw_yaml *value, const struct sw_yaml *const **maps,
                         uint32_t *count, const struct sw_yaml *const *self)
{
    *maps = value->kind == SW_YAML_LIST ? (const struct sw_yaml *const *)value->items : self;
    *count = value->kind == SW_YAML_LIST ? value->count : 1;
    for (uint32_t i = 0; i < *count; i++)
        if ((*maps)[i]->kind != SW_YAML_MAP)
            return sw_error_set(b->err, SW_E_FORMAT, value->line, value->column, "the merge key '<<' needs a map");
    return 0;
}

/* Adds the pairs of the merge key's maps that the map itself doesn't have; earlier maps win. */
static int merge(struct builder *b, struct sw_yaml *map, uint32_t at)
{
    const struct sw_yaml *value = map->pairs[at].value;
    const struct sw_yaml *const *maps;
    uint32_t map_count;
    int rc = merge_sources(b, value, &maps, &map_count, &value);
    if (rc != 0)
        return rc;
    size_t most = map->count;
    for (uint32_t i = 0; i < map_count; i++)
        most += maps[i]->count;
    struct sw_yaml_pair *pairs = sw_arena_raw(b->arena, most * sizeof *pairs, 8);
    if (pairs == NULL)
        return no_memory(b);
    uint32_t used = 0;
    for (uint32_t i = 0; i < map->count; i++)
        if (i != at)
            pairs[used++] = map->pairs[i];
    for (uint32_t i = 0; i < map_count; i++) {
        for (uint32_t j = 0; j < maps[i]->count; j++) {
            bool there = false;
            for (uint32_t k = 0; k < used && !there; k++)
                there = sw_str_eq(pairs[k].key->text, maps[i]->pairs[j].key->text);
            if (!there)
                pairs[used++] = maps[i]->pairs[j];
            b->nodes += used / 64; /* the search above is work as well */
        }
    }
    map->pairs = pairs;
    map->count = used;
    return b->nodes > SW_MAX_RULE_NODES
               ? sw_error_set(b->err, SW_E_LIMIT, map->line, map->column, "the merged maps are too large")
               : 0;
}

static int finish_map(struct builder *b, struct sw_yaml *node, const struct sw_yaml **children, size_t count)
{
    node->count = (uint32_t)(count / 2);
    node->pairs = sw_arena_raw(b->arena, node->count * sizeof *node->pairs, 8);
    if (node->pairs == NULL)
        return no_memory(b);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sw_yaml *key = children[(size_t)2 * i];
        if (!sw_yaml_is_scalar(key))
            return sw_error_set(b->err, SW_E_FORMAT, key->line, key->column, "a key must be a single word or text");
        node->pairs[i] = (struct sw_yaml_pair){key, children[(size_t)2 * i + 1]};
    }
    int rc = check_keys(b, node);
    for (uint32_t i = 0; rc == 0 && i < node->count; i++)
        if (is_merge(&node->pairs[i]))
            return merge(b, node, i);
    return rc;
}

static int close_container(struct builder *b, const struct sw_yaml **root)
{
    struct frame frame = b->frames[--b->depth];
    struct sw_yaml *node = frame.node;
    size_t count = b->child_count - frame.first;
    const struct sw_yaml **children = count > 0 ? b->children + frame.first : NULL;
    uint64_t weight = 1;
    for (size_t i = 0; i < count; i++)
        weight += children[i]->weight;
    node->weight = weight > SW_MAX_RULE_NODES ? SW_MAX_RULE_NODES + 1 : (uint32_t)weight;
    int rc = 0;
    if (node->kind == SW_YAML_MAP) {
        rc = finish_map(b, node, children, count);
    } else {
        node->count = (uint32_t)count;
        node->items = sw_arena_raw(b->arena, count * sizeof *node->items, 8);
        if (node->items == NULL)
            return no_memory(b);
        if (count > 0)
            memcpy(node->items, children, count * sizeof *node->items);
    }
    b->child_count = frame.first;
    if (rc == 0)
        rc = remember_anchor(b, frame.anchor, node);
    /* Its children were counted when they were attached. */
    b->nodes -= weight - 1 > b->nodes ? b->nodes : weight - 1;
    return rc != 0 ? rc : attach(b, node, root);
}

/* --- events --------------------------------------------------------------------------------------------- */

static int take(struct builder *b, const yaml_event_t *event, const struct sw_yaml **root)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event, root);
    case YAML_ALIAS_EVENT:
        return add_alias(b, event, root);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(b, SW_YAML_LIST, event, event->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return open_container(b, SW_YAML_MAP, event, event->data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_container(b, root);
    case YAML_DOCUMENT_START_EVENT:
        return *root == NULL ? 0 : fail(b, SW_E_FORMAT, event->start_mark, "text after the document's end");
    default:
        return 0;
    }
}

/* libyaml's complaint as ours. An encoding error has no line of its own, but an offset. */
static int complain(const struct builder *b, const yaml_parser_t *parser, struct sw_str text)
{
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_MEMORY_ERROR)
        return no_memory(b);
    if (parser->error == YAML_READER_ERROR) {
        uint32_t line = b->base;
        for (size_t i = 0; i < text.len && i < parser->problem_offset; i++)
            line += text.ptr[i] == '\n';
        return sw_error_set(b->err, SW_E_FORMAT, line, 0, "not YAML: %s", problem);
    }
    return sw_error_set(b->err, SW_E_FORMAT, line_of(b, parser->problem_mark),
                        (uint32_t)parser->problem_mark.column + 1, "not YAML: %s%s%s", problem,
                        parser->context ? ", " : "", parser->context ? parser->context : "");
}

static int build(struct builder *b, struct sw_str text, const struct sw_yaml **root)
{
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0)
        return no_memory(b);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    int rc = 0;
    bool done = false;
    while (rc == 0 && !done) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            rc = complain(b, &parser, text);
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        rc = take(b, &event, root);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return rc;
}

int sw_yaml_next(struct sw_yaml_stream *stream, struct sw_arena *arena, struct sw_yaml_document *document,
                 struct sw_error *err)
{
    if (stream->rest.len == 0)
        return 0;
    struct builder b = {.arena = arena, .err = err, .base = stream->line};
    *document = (struct sw_yaml_document){0};
    document->source = cut(stream, &document->line);
    int rc = build(&b, document->source, &document->root);
    sw_free(b.children);
    sw_free(b.anchors);
    const struct sw_yaml *root = document->root;
    if (rc != 0 || (root != NULL && root->kind == SW_YAML_NULL))
        document->root = NULL;
    return rc != 0 ? rc : 1;
}

const struct sw_yaml *sw_yaml_get(const struct sw_yaml *map, const char *key)
{
    if (map == NULL || map->kind != SW_YAML_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (sw_str_is(map->pairs[i].key->text, key))
            return map->pairs[i].value;
    return NULL;
}
