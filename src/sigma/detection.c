/* detection.c - search identifiers (maps, lists, keywords) and the condition over them. */
#include "sigma/condition.h"
#include "sigma/suggest.h"

/* --- search identifiers ----------------------------------------------------------------------------------- */

static int map_node(struct sw_loader *loader, const struct sw_yaml *map, uint32_t *node)
{
    if (map->count == 0)
        return sw_loader_fail(loader, map, SW_NO_SUGGESTION, "an empty map matches nothing");
    size_t floor = loader->stack_count;
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t item;
        int rc = sw_item_parse(loader, map->pairs[i].key, map->pairs[i].value, &item);
        if (rc == 0)
            rc = sw_build_push(loader, item);
        if (rc != 0)
            return rc;
    }
    return sw_build_close(loader, floor, SW_NODE_AND, 0, node);
}

static int member_node(struct sw_loader *loader, const struct sw_yaml *member, uint32_t *node)
{
    if (member->kind == SW_YAML_MAP)
        return map_node(loader, member, node);
    if (member->kind == SW_YAML_LIST)
        return sw_loader_fail(loader, member, SW_NO_SUGGESTION, "a list can't be a member of a selection's list");
    return sw_item_parse(loader, NULL, member, node);
}

static int list_node(struct sw_loader *loader, const struct sw_yaml *list, uint32_t *node)
{
    if (list->count == 0)
        return sw_loader_fail(loader, list, SW_NO_SUGGESTION, "an empty list matches nothing");
    size_t floor = loader->stack_count;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t member = 0;
        int rc = member_node(loader, list->items[i], &member);
        if (rc == 0)
            rc = sw_build_push(loader, member);
        if (rc != 0)
            return rc;
    }
    return sw_build_close(loader, floor, SW_NODE_OR, 0, node);
}

static bool skipped(struct sw_str key, const char *const *skip)
{
    for (; *skip != NULL; skip++)
        if (sw_str_is(key, *skip))
            return true;
    return false;
}

int sw_selections_parse(struct sw_loader *loader, const struct sw_yaml *map, const char *const *skip,
                        struct sw_selections *selections)
{
    *selections = (struct sw_selections){0};
    selections->list = sw_arena_zero(&loader->scratch, map->count + 1u, sizeof *selections->list);
    if (selections->list == NULL)
        return SW_E_NOMEM;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sw_yaml *key = map->pairs[i].key;
        const struct sw_yaml *value = map->pairs[i].value;
        if (skipped(key->text, skip))
            continue;
        if (value->kind == SW_YAML_NULL)
            return sw_loader_fail(loader, key, SW_NO_SUGGESTION, "the selection '%.*s' is empty",
                                  SW_STR_ARG(key->text));
        uint32_t node;
        int rc = value->kind == SW_YAML_LIST ? list_node(loader, value, &node) : member_node(loader, value, &node);
        if (rc != 0)
            return rc;
        selections->list[selections->count++] = (struct sw_selection){key->text, key, node, false};
    }
    return 0;
}

/* --- conditions ------------------------------------------------------------------------------------------- */

struct names {
    struct sw_loader *loader;
    const struct sw_yaml *at;
    struct sw_selections *selections;
};

static struct sw_str nearest(const struct names *names, struct sw_str word)
{
    struct sw_suggest suggest;
    sw_suggest_init(&suggest, word);
    for (size_t i = 0; i < names->selections->count; i++)
        sw_suggest_offer(&suggest, names->selections->list[i].name);
    return suggest.best;
}

static int name_node(void *context, struct sw_str name, uint32_t column, uint32_t *node)
{
    struct names *names = context;
    for (size_t i = 0; i < names->selections->count; i++) {
        struct sw_selection *selection = &names->selections->list[i];
        if (!sw_str_eq(selection->name, name))
            continue;
        selection->used = true;
        *node = selection->node;
        return 0;
    }
    return sw_loader_fail_at(names->loader, names->at->line, column, nearest(names, name),
                             "the condition names '%.*s', which is no selection of the rule", SW_STR_ARG(name));
}

/* `*` is any number of characters, at any place. */
static bool fits(struct sw_str name, struct sw_str pattern)
{
    size_t n = 0;
    size_t p = 0;
    size_t star = SW_NPOS;
    size_t resume = 0;
    while (n < name.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.len && pattern.ptr[p] == name.ptr[n]) {
            n++;
            p++;
        } else if (star != SW_NPOS) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool selected(struct sw_str name, struct sw_str pattern)
{
    bool hidden = name.len > 0 && name.ptr[0] == '_';
    if (sw_str_ieq(pattern, SW_STR("them")))
        return !hidden;
    return fits(name, pattern) && (!hidden || pattern.ptr[0] == '_');
}

static int select_nodes(void *context, struct sw_str pattern, uint32_t need, uint32_t column, uint32_t *node)
{
    struct names *names = context;
    struct sw_loader *loader = names->loader;
    size_t floor = loader->stack_count;
    for (size_t i = 0; i < names->selections->count; i++) {
        struct sw_selection *selection = &names->selections->list[i];
        if (!selected(selection->name, pattern))
            continue;
        selection->used = true;
        int rc = sw_build_push(loader, selection->node);
        if (rc != 0)
            return rc;
    }
    size_t count = loader->stack_count - floor;
    if (count == 0)
        return sw_loader_fail_at(loader, names->at->line, column, nearest(names, pattern),
                                 "no selection of the rule fits '%.*s'", SW_STR_ARG(pattern));
    if (need > count)
        return sw_loader_fail_at(loader, names->at->line, column, SW_NO_SUGGESTION,
                                 "the condition wants %u of '%.*s', but only %zu selections fit", need,
                                 SW_STR_ARG(pattern), count);
    enum sw_node_kind kind = need == 0 ? SW_NODE_AND : need == 1 ? SW_NODE_OR : SW_NODE_AT_LEAST;
    return sw_build_close(loader, floor, kind, need, node);
}

int sw_selections_condition_text(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str text, size_t offset,
                                 struct sw_selections *selections, uint32_t *root)
{
    struct names names = {loader, at, selections};
    const struct sw_condition_names table = {&names, name_node, select_nodes};
    return sw_condition_parse(loader, at, text, offset, &table, root);
}

int sw_selections_condition(struct sw_loader *loader, const struct sw_yaml *condition, struct sw_selections *selections,
                            uint32_t *root)
{
    const struct sw_yaml *const *list = &condition;
    uint32_t count = 1;
    if (condition->kind == SW_YAML_LIST) {
        list = (const struct sw_yaml *const *)condition->items;
        count = condition->count;
    }
    if (count == 0)
        return sw_loader_fail(loader, condition, SW_NO_SUGGESTION, "the condition is an empty list");
    size_t floor = loader->stack_count;
    for (uint32_t i = 0; i < count; i++) {
        if (!sw_yaml_is_scalar(list[i]) || list[i]->kind == SW_YAML_NULL)
            return sw_loader_fail(loader, list[i], SW_NO_SUGGESTION, "the condition must be text, not %s",
                                  sw_yaml_kind_name(list[i]));
        uint32_t node;
        int rc = sw_selections_condition_text(loader, list[i], list[i]->text, 0, selections, &node);
        if (rc == 0)
            rc = sw_build_push(loader, node);
        if (rc != 0)
            return rc;
    }
    return sw_build_close(loader, floor, SW_NODE_OR, 0, root);
}
