/* action.c - documents of the old Sigma format that build on each other: `action: global` is laid over the documents
 * that follow, `action: repeat` over the one before, `action: reset` forgets both. */
#include "sigma/loader_priv.h"

#include "base/limits.h"

enum { MERGE_MAX = 20000 }; /* nodes; legacy documents are small, and merging compares all keys with all */

static const struct sw_yaml *value_of(const struct sw_yaml *map, struct sw_str key)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (sw_str_eq(map->pairs[i].key->text, key))
            return map->pairs[i].value;
    return NULL;
}

/* Fills `into` with base's pairs, replaced and completed by over's. Pairs that are maps in both are put on `work` to be
 * filled later: no recursion. */
struct merge_job {
    struct sw_yaml *into;
    const struct sw_yaml *base;
    const struct sw_yaml *over;
};

static int merge_one(struct sw_arena *arena, const struct merge_job *job, struct merge_job *work, size_t *left)
{
    struct sw_yaml_pair *pairs = sw_arena_raw(arena, (job->base->count + job->over->count) * sizeof *pairs, 8);
    if (pairs == NULL)
        return SW_E_NOMEM;
    uint32_t used = 0;
    for (uint32_t i = 0; i < job->base->count; i++) {
        pairs[used] = job->base->pairs[i];
        const struct sw_yaml *over = value_of(job->over, pairs[used].key->text);
        if (over != NULL && over->kind == SW_YAML_MAP && pairs[used].value->kind == SW_YAML_MAP) {
            struct sw_yaml *both = sw_arena_raw(arena, sizeof *both, 8);
            if (both == NULL)
                return SW_E_NOMEM;
            *both = *over;
            if (*left == SW_MAX_YAML_DEPTH * 16)
                return SW_E_LIMIT;
            work[(*left)++] = (struct merge_job){both, pairs[used].value, over};
            over = both;
        }
        if (over != NULL)
            pairs[used].value = over;
        used++;
    }
    for (uint32_t i = 0; i < job->over->count; i++)
        if (value_of(job->base, job->over->pairs[i].key->text) == NULL)
            pairs[used++] = job->over->pairs[i];
    job->into->pairs = pairs;
    job->into->count = used;
    return 0;
}

static int merge_maps(struct sw_loader *loader, const struct sw_yaml *base, const struct sw_yaml *over,
                      const struct sw_yaml **merged)
{
    struct sw_arena *arena = &loader->scratch;
    struct sw_yaml *root = sw_arena_raw(arena, sizeof *root, 8);
    struct merge_job *work = sw_arena_raw(arena, SW_MAX_YAML_DEPTH * 16 * sizeof *work, 8);
    if (root == NULL || work == NULL)
        return SW_E_NOMEM;
    if ((uint64_t)base->weight + over->weight > MERGE_MAX)
        return sw_loader_fail(loader, over, SW_NO_SUGGESTION, "the documents of an action are too large to be merged");
    *root = *over;
    root->weight = base->weight + over->weight;
    size_t left = 1;
    work[0] = (struct merge_job){root, base, over};
    while (left > 0) {
        struct merge_job job = work[--left];
        int rc = merge_one(arena, &job, work, &left);
        if (rc == SW_E_LIMIT)
            return sw_loader_fail(loader, over, SW_NO_SUGGESTION,
                                  "the documents of an action are too large to be merged");
        if (rc != 0)
            return rc;
    }
    *merged = root;
    return 0;
}

int sw_actions_apply(struct sw_loader *loader, struct sw_actions *actions, struct sw_yaml_document *document,
                     bool *ready)
{
    const struct sw_yaml *root = document->root;
    const struct sw_yaml *action = sw_yaml_get(root, "action");
    struct sw_str word = action != NULL && sw_yaml_is_scalar(action) ? action->text : (struct sw_str){NULL, 0};
    int rc = 0;
    *ready = true;
    if (sw_str_is(word, "global") || sw_str_is(word, "reset")) {
        actions->used = true;
        actions->global = sw_str_is(word, "global") ? root : NULL;
        actions->previous = actions->global;
        *ready = false;
    } else if (sw_str_is(word, "repeat")) {
        actions->used = true;
        if (actions->previous == NULL)
            return sw_loader_fail(loader, action, SW_NO_SUGGESTION, "there is no document before this one to repeat");
        rc = merge_maps(loader, actions->previous, root, &document->root);
        actions->previous = document->root;
    } else if (action != NULL && sw_yaml_get(root, "detection") != NULL) {
        return sw_loader_fail(loader, action, SW_STR("global, reset or repeat"), "unknown action '%.*s'",
                              SW_STR_ARG(word));
    } else if (sw_yaml_get(root, "correlation") == NULL && sw_yaml_get(root, "filter") == NULL) {
        if (actions->global != NULL && root->kind == SW_YAML_MAP)
            rc = merge_maps(loader, root, actions->global, &document->root);
        actions->previous = document->root;
    }
    return rc;
}
