/* correlation_refs.c - when everything is read: what correlations refer to, by id or name, in any file. Those that
 * refer to each other come out with what they refer to first; a circle, or a reference to what isn't there, is a
 * reject. */
#include "sigma/loader_priv.h"

#include "base/mem.h"

/* A correlation on the way: its refs before `next` are good. */
struct visit {
    uint32_t pending;
    size_t next;
};

struct resolver {
    struct sw_loader *loader;
    struct visit *path; /* from the one where we began to the present one */
    size_t depth, cap;
};

static int reject(struct sw_loader *loader, struct sw_pending_correlation *p, const struct sw_reference *at,
                  struct sw_str suggestion, struct sw_str reason)
{
    p->state = SW_PENDING_BAD;
    if (reason.ptr == NULL)
        return SW_E_NOMEM;
    const struct sw_rule *meta = &p->correlation.meta;
    struct sw_reject entry = {.path = meta->path,
                              .id = meta->id,
                              .title = meta->title,
                              .reason = reason,
                              .line = at->line,
                              .column = at->column};
    int rc = suggestion.len > 0 ? sw_loader_keep(loader, suggestion, &entry.suggestion) : 0;
    return rc != 0 ? rc : sw_loader_reject(loader, &entry);
}

static int reject_missing(struct sw_loader *loader, struct sw_pending_correlation *p, const struct sw_reference *ref,
                          const struct sw_record *record)
{
    struct sw_arena *arena = &loader->rules->arena;
    struct sw_str reason;
    if (record == NULL)
        reason =
            sw_arena_printf(arena, "the correlation refers to '%.*s', which is no loaded rule", SW_STR_ARG(ref->text));
    else if (record->kind == SW_RECORD_SKIPPED)
        reason =
            sw_arena_printf(arena, "the correlation refers to '%.*s', which is not loaded for its status (%.*s:%u)",
                            SW_STR_ARG(ref->text), SW_STR_ARG(record->path), record->line);
    else
        reason = sw_arena_printf(arena, "the correlation refers to '%.*s', which was rejected (%.*s:%u)",
                                 SW_STR_ARG(ref->text), SW_STR_ARG(record->path), record->line);
    return reject(loader, p, ref, record ? SW_NO_SUGGESTION : sw_loader_nearest(loader, ref->text), reason);
}

/* --- aliases ----------------------------------------------------------------------------------------------------- */

static int resolve_aliases(struct sw_loader *loader, struct sw_pending_correlation *p)
{
    struct sw_correlation *c = &p->correlation;
    struct sw_alias *aliases = sw_arena_raw(&loader->rules->arena, p->alias_count * sizeof *aliases, 8);
    if (aliases == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < p->alias_count; i++) {
        const struct sw_pending_alias *alias = &p->aliases[i];
        const struct sw_record *meant = sw_loader_find(loader, alias->rule.text);
        size_t ref = 0;
        while (ref < p->rule_count && !sw_str_eq(p->rules[ref].text, alias->rule.text) &&
               (meant == NULL || sw_loader_find(loader, p->rules[ref].text) != meant))
            ref++;
        if (ref == p->rule_count)
            return reject(loader, p, &alias->rule, SW_NO_SUGGESTION,
                          sw_arena_printf(&loader->rules->arena,
                                          "the alias names '%.*s', which is none of the correlation's rules",
                                          SW_STR_ARG(alias->rule.text)));
        aliases[i] = (struct sw_alias){alias->group, (uint32_t)ref, alias->field};
    }
    c->aliases = aliases;
    c->alias_count = p->alias_count;
    return 0;
}

/* --- one after the other ------------------------------------------------------------------------------------------ */

static int enter(struct resolver *r, uint32_t pending)
{
    int rc = sw_grow(&r->path, &r->cap, r->depth, sizeof *r->path, SW_MAX_RULES);
    if (rc != 0)
        return rc;
    struct sw_pending_correlation *p = &r->loader->correlations[pending];
    p->state = SW_PENDING_OPEN;
    r->path[r->depth++] = (struct visit){pending, 0};
    if (p->rule_count == 0)
        return 0; /* from a legacy aggregation: refs are known */
    struct sw_ref *refs = sw_arena_zero(&r->loader->rules->arena, p->rule_count, sizeof *refs);
    p->correlation.refs = refs;
    p->correlation.ref_count = p->rule_count;
    return refs == NULL ? SW_E_NOMEM : 0;
}

/* All refs are good: the correlation is one. */
static int complete(struct resolver *r, struct sw_pending_correlation *p)
{
    struct sw_rules *rules = r->loader->rules;
    int rc = resolve_aliases(r->loader, p);
    if (rc != 0 || p->state == SW_PENDING_BAD)
        return rc;
    rc = sw_grow(&rules->correlations, &rules->correlation_cap, rules->correlation_count, sizeof *rules->correlations,
                 SW_MAX_RULES);
    if (rc != 0)
        return rc;
    p->state = SW_PENDING_GOOD;
    p->final = (uint32_t)rules->correlation_count;
    rules->correlations[rules->correlation_count++] = p->correlation;
    return 0;
}

/* Looks at the next ref of the innermost correlation: takes it, goes into it, or gives the correlation up. */
static int step(struct resolver *r)
{
    struct visit *visit = &r->path[r->depth - 1];
    struct sw_pending_correlation *p = &r->loader->correlations[visit->pending];
    if (visit->next == p->rule_count) {
        r->depth--;
        return complete(r, p);
    }
    const struct sw_reference *ref = &p->rules[visit->next];
    const struct sw_record *record = sw_loader_find(r->loader, ref->text);
    /* complete() and reject() hand the array out as const; it is ours until then. */
    struct sw_ref *out = &((struct sw_ref *)(uintptr_t)p->correlation.refs)[visit->next];
    if (record != NULL && record->kind == SW_RECORD_RULE) {
        *out = (struct sw_ref){false, record->index};
        visit->next++;
        return 0;
    }
    if (record == NULL || record->kind != SW_RECORD_CORRELATION) {
        r->depth--;
        return reject_missing(r->loader, p, ref, record);
    }
    struct sw_pending_correlation *other = &r->loader->correlations[record->index];
    if (other->state == SW_PENDING_GOOD) {
        *out = (struct sw_ref){true, other->final};
        visit->next++;
        return 0;
    }
    if (other->state == SW_PENDING_WAITING)
        return enter(r, record->index);
    r->depth--;
    if (other->state == SW_PENDING_BAD)
        return reject_missing(r->loader, p, ref, record);
    return reject(r->loader, p, ref, SW_NO_SUGGESTION,
                  sw_arena_printf(&r->loader->rules->arena, "the correlation refers to itself through '%.*s'",
                                  SW_STR_ARG(ref->text)));
}

/* --- what gives findings of its own ----------------------------------------------------------------------------------
 */

static struct sw_rule *target(struct sw_rules *rules, const struct sw_ref *ref)
{
    return ref->is_correlation ? &rules->correlations[ref->index].meta : &rules->rules[ref->index];
}

/* What is referred to is silent, unless one of those that refer to it says `generate`. */
static void set_silent(struct sw_rules *rules)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < rules->correlation_count; i++) {
            const struct sw_correlation *c = &rules->correlations[i];
            for (size_t j = 0; j < c->ref_count; j++) {
                struct sw_rule *rule = target(rules, &c->refs[j]);
                if (pass == 0)
                    rule->silent = true;
                else if (c->generate)
                    rule->silent = false;
            }
        }
    }
}

int sw_correlations_resolve(struct sw_loader *loader)
{
    struct resolver r = {.loader = loader};
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < loader->correlation_count; i++) {
        if (loader->correlations[i].state != SW_PENDING_WAITING)
            continue;
        rc = enter(&r, i);
        while (rc == 0 && r.depth > 0)
            rc = step(&r);
    }
    sw_free(r.path);
    if (rc == 0)
        set_silent(loader->rules);
    return rc;
}
