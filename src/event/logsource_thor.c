/*
 * logsource_thor.c - a mapping in the form of SigmaHQ's tests/thor.yml into builder classes.
 *
 * Its `logsources` are of two kinds. A target (sources) says which channels or files a product and service are. A
 * rewrite (conditions, rewrite, fieldmappings) says that a rule of some category looks at a target, under conditions. A
 * target becomes classes under "windows" (by Channel) or "text" (by path); a rewrite adds a view to every class that
 * its conditions imply, and new classes where they cut finer than what is there. Lists are expanded to single values
 * first, so that two conditions either imply each other, exclude each other, or speak of different fields.
 */
#include "base/error.h"
#include "event/logsource_priv.h"

struct thor {
    struct sw_classes *t;
    struct sw_error *err;
    const struct ls_node *key; /* the entry at work */
    struct sw_logsource view;
    const struct ls_node *maps;
    sw_class_id made[LS_MAX_EXPAND]; /* classes made for this entry: further alternatives go into them */
    size_t made_count;
};

static int fail_at(const struct thor *th, const struct ls_node *node, const char *text)
{
    return sw_error_set(th->err, SW_E_FORMAT, node->line, node->column, "%.*s: %s", SW_STR_ARG(th->key->text), text);
}

static int no_memory(const struct thor *th)
{
    return sw_error_set(th->err, SW_E_NOMEM, th->key->line, th->key->column, "out of memory");
}

/* --- how conditions stand to each other ------------------------------------------------------------------ */

/* Does the single-valued condition `m` imply `c`, which may have several values? */
static bool implies_cond(const struct ls_cond *m, const struct ls_cond *c)
{
    if (m->op == LS_PATH || c->op == LS_PATH) {
        for (size_t i = 0; m->op == c->op && i < c->value_count; i++)
            if (ls_glob(c->values[i], m->values[0]))
                return true;
        return false;
    }
    if (m->field != c->field)
        return false;
    for (size_t i = 0; c->op == LS_EQUAL && i < c->value_count; i++)
        if (sw_str_ieq(c->values[i], m->values[0]))
            return true;
    return c->op == LS_EXISTS;
}

/* Does every value of `c` imply the single-valued `m`? */
static bool implied_by(const struct ls_cond *m, const struct ls_cond *c)
{
    if (m->op != c->op || m->field != c->field)
        return false;
    for (size_t i = 0; i < c->value_count; i++) {
        bool same = m->op == LS_PATH ? ls_glob(m->values[0], c->values[i]) : sw_str_ieq(m->values[0], c->values[i]);
        if (!same)
            return false;
    }
    return c->value_count > 0;
}

static bool conj_implies(const struct ls_conj *m, const struct ls_conj *c)
{
    for (size_t i = 0; i < c->count; i++) {
        size_t j = 0;
        while (j < m->count && !implies_cond(&m->conds[j], &c->conds[i]))
            j++;
        if (j == m->count)
            return false;
    }
    return true;
}

static bool conj_implied(const struct ls_conj *m, const struct ls_conj *c)
{
    for (size_t i = 0; i < m->count; i++) {
        size_t j = 0;
        while (j < c->count && !implied_by(&m->conds[i], &c->conds[j]))
            j++;
        if (j == c->count)
            return false;
    }
    return true;
}

/* Paths that don't imply each other are taken to exclude each other. */
static bool conds_exclude(const struct ls_cond *m, const struct ls_cond *c)
{
    if (m->op == LS_PATH && c->op == LS_PATH)
        return !implies_cond(m, c) && !implied_by(m, c);
    return m->op == LS_EQUAL && c->field == m->field &&
           ((c->op == LS_EQUAL && !implies_cond(m, c)) || c->op == LS_ABSENT);
}

static bool conj_excludes(const struct ls_conj *m, const struct ls_conj *c)
{
    for (size_t i = 0; i < m->count; i++)
        for (size_t j = 0; j < c->count; j++)
            if (conds_exclude(&m->conds[i], &c->conds[j]))
                return true;
    return false;
}

enum relation { IMPLIES, IMPLIED, EXCLUDES, OVERLAPS };

static enum relation relate(const struct ls_conj *m, const struct ls_when *when)
{
    bool implied = true;
    bool excludes = true;
    for (size_t i = 0; i < when->count; i++) {
        if (conj_implies(m, &when->alts[i]))
            return IMPLIES;
        implied = implied && conj_implied(m, &when->alts[i]);
        excludes = excludes && conj_excludes(m, &when->alts[i]);
    }
    return implied ? IMPLIED : excludes ? EXCLUDES : OVERLAPS;
}

/* Does whoever fits `when` fit the single condition? */
static bool settles(const struct ls_when *when, const struct ls_cond *cond)
{
    struct ls_cond copy = *cond;
    const struct ls_conj one = {&copy, 1};
    for (size_t i = 0; i < when->count; i++)
        if (!conj_implied(&one, &when->alts[i]))
            return false;
    return when->count > 0;
}

/* --- placing a view -------------------------------------------------------------------------------------- */

/* Adds the entry's view to the class; to a view of the same log source it adds the field mappings. */
static int put_view(const struct thor *th, sw_class_id id)
{
    struct ls_class *cls = &th->t->classes[id];
    struct ls_view *view = NULL;
    for (size_t i = 0; i < cls->view_count && view == NULL; i++)
        if (ls_logsource_equal(&cls->views[i].logsource, &th->view))
            view = &cls->views[i];
    if (view == NULL)
        view = ls_view_put(th->t, cls, &th->view);
    if (view == NULL)
        return no_memory(th);
    const struct ls_node *key = th->maps ? th->maps->first : NULL;
    for (; key != NULL; key = key->next->next) {
        const struct ls_node *to = key->next->kind == LS_LIST && key->next->count > 0 ? key->next->first : key->next;
        if (key->kind != LS_SCALAR || to->kind != LS_SCALAR)
            return fail_at(th, key, "a field mapping is name: name");
        if (ls_view_map(th->t, view, key->text, to->text) != 0)
            return no_memory(th);
    }
    return 0;
}

/* Does the view map all that the entry maps? */
static bool maps_all(const struct thor *th, const struct ls_view *view)
{
    for (const struct ls_node *key = th->maps ? th->maps->first : NULL; key != NULL; key = key->next->next) {
        size_t i = 0;
        while (i < view->map_count &&
               !(sw_str_ieq(view->maps[i].from, key->text) && sw_str_eq(view->maps[i].to, key->next->text)))
            i++;
        if (i == view->map_count)
            return false;
    }
    return true;
}

/* Has the class, or what it is built on, the entry's view already? */
static bool has_view(const struct thor *th, sw_class_id id)
{
    for (;;) {
        const struct ls_class *cls = &th->t->classes[id];
        for (size_t i = 0; i < cls->view_count; i++)
            if (ls_logsource_equal(&cls->views[i].logsource, &th->view))
                return maps_all(th, &cls->views[i]);
        if (cls->base == id)
            return false;
        id = cls->base;
    }
}

/* The name of a new class under `parent` for the entry: after its service or category, or else the entry's own. */
static struct sw_str new_name(const struct thor *th, sw_class_id parent)
{
    const struct ls_class *base = &th->t->classes[parent];
    struct sw_str last = th->view.category.len ? th->view.category : th->view.service;
    struct sw_str name = sw_arena_printf(&th->t->arena, "%.*s/%.*s", SW_STR_ARG(base->name), SW_STR_ARG(last));
    uint32_t taken;
    if (last.len == 0 || name.ptr == NULL || sw_map_get(&th->t->names, name, &taken))
        name = sw_arena_printf(&th->t->arena, "%.*s/%.*s", SW_STR_ARG(base->name), SW_STR_ARG(th->key->text));
    for (unsigned i = 2; name.ptr != NULL && sw_map_get(&th->t->names, name, &taken); i++)
        name = sw_arena_printf(&th->t->arena, "%.*s/%.*s-%u", SW_STR_ARG(base->name), SW_STR_ARG(th->key->text), i);
    return name;
}

/* The conditions of `m` that the way to the class has not settled already. */
static int rest_of(const struct thor *th, const struct ls_conj *m, sw_class_id parent, sw_class_id top,
                   struct ls_conj *rest)
{
    struct ls_cond *conds = sw_arena_zero(&th->t->arena, m->count ? m->count : 1, sizeof *conds);
    if (conds == NULL)
        return no_memory(th);
    size_t used = 0;
    for (size_t i = 0; i < m->count; i++) {
        sw_class_id cls = parent;
        while (cls != top && !settles(&th->t->classes[cls].when, &m->conds[i]))
            cls = th->t->classes[cls].base;
        if (cls == top)
            conds[used++] = m->conds[i];
    }
    *rest = (struct ls_conj){conds, used};
    return 0;
}

/* A class under `parent` for what `m` asks beyond it, or one more alternative of the class that the entry made. */
static int add_class(struct thor *th, sw_class_id parent, struct ls_conj conj)
{
    struct sw_classes *t = th->t;
    for (size_t i = 0; i < th->made_count; i++)
        if (t->classes[th->made[i]].base == parent)
            return ls_when_add(t, &t->classes[th->made[i]].when, conj) == 0 ? 0 : no_memory(th);
    struct sw_str name = new_name(th, parent);
    struct ls_class *cls = name.ptr ? ls_class_new(t, name, th->err) : NULL;
    if (cls == NULL || th->made_count == LS_MAX_EXPAND)
        return no_memory(th);
    cls->base = parent;
    cls->refines = true;
    cls->rank = 0;
    th->made[th->made_count++] = (sw_class_id)(t->count - 1);
    if (ls_when_add(t, &cls->when, conj) != 0)
        return no_memory(th);
    return put_view(th, (sw_class_id)(t->count - 1));
}

/*
 * Gives the view to all events under class `top` for which `m` holds. Classes are visited with a list of work, not by
 * recursion. Under each class on the way: a child that m implies takes all of it; a child that implies m has the view
 * put on it; a child that overlaps is looked into as well; then what is left goes to a new class.
 */
static int place(struct thor *th, sw_class_id top, const struct ls_conj *m)
{
    struct sw_classes *t = th->t;
    size_t before = t->count;
    sw_class_id *work = sw_arena_zero(&t->arena, before + 1, sizeof *work);
    if (work == NULL)
        return no_memory(th);
    size_t count = 0;
    work[count++] = top;
    for (size_t at = 0; at < count; at++) {
        sw_class_id parent = work[at];
        if (has_view(th, parent))
            continue;
        struct ls_conj rest = {NULL, 0};
        int rc = rest_of(th, m, parent, top, &rest);
        bool taken = rc == 0 && rest.count == 0;
        if (taken)
            rc = put_view(th, parent);
        for (size_t i = 0; i < before && rc == 0 && !taken; i++) {
            const struct ls_class *child = &t->classes[i];
            if (child->base != parent || !child->refines || i == parent || child->link)
                continue;
            enum relation how = relate(&rest, &child->when);
            if (how == IMPLIED)
                rc = put_view(th, (sw_class_id)i);
            if (how == IMPLIES || how == OVERLAPS)
                work[count++] = (sw_class_id)i;
            /* A child with the very same conditions, or wider ones, leaves nothing over. */
            taken = how == IMPLIES;
        }
        if (rc == 0 && !taken)
            rc = add_class(th, parent, rest);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- entries --------------------------------------------------------------------------------------------- */

static int text_of(const struct thor *th, const struct ls_node *map, const char *key, struct sw_str *text)
{
    const struct ls_node *value = ls_yaml_get(map, key);
    *text = (struct sw_str){NULL, 0};
    if (value == NULL)
        return 0;
    if (value->kind != LS_SCALAR)
        return fail_at(th, value, "a name is needed");
    char *lower = sw_arena_bytes(&th->t->arena, value->text.len + 1);
    if (lower == NULL)
        return no_memory(th);
    for (size_t i = 0; i < value->text.len; i++)
        lower[i] = sw_lower(value->text.ptr[i]);
    *text = (struct sw_str){lower, value->text.len};
    return 0;
}

static int logsource_of(const struct thor *th, const struct ls_node *map, struct sw_logsource *ls)
{
    int rc = text_of(th, map, "product", &ls->product);
    if (rc == 0)
        rc = text_of(th, map, "category", &ls->category);
    if (rc == 0)
        rc = text_of(th, map, "service", &ls->service);
    return rc;
}

static int root_class(const struct thor *th, struct sw_str name, struct sw_str product, sw_class_id *id)
{
    if (sw_map_get(&th->t->names, name, id))
        return 0;
    struct ls_class *cls = ls_class_new(th->t, name, th->err);
    if (cls == NULL)
        return no_memory(th);
    *id = (sw_class_id)(th->t->count - 1);
    const struct sw_logsource ls = {product, {NULL, 0}, {NULL, 0}};
    return ls_view_put(th->t, cls, &ls) ? 0 : no_memory(th);
}

/* One source of a target: "WinEventLog:" and a channel, or "File:" and a path with wildcards. */
static int add_source(struct thor *th, const struct ls_node *source)
{
    const struct sw_str channel = SW_STR("WinEventLog:");
    const struct sw_str file = SW_STR("File:");
    struct ls_cond *cond = sw_arena_zero(&th->t->arena, 1, sizeof *cond);
    struct sw_str *value = sw_arena_zero(&th->t->arena, 1, sizeof *value);
    if (cond == NULL || value == NULL)
        return no_memory(th);
    *cond = (struct ls_cond){.op = LS_EQUAL, .field = SW_FIELD_CHANNEL, .values = value, .value_count = 1};
    sw_class_id top;
    int rc;
    if (sw_str_istarts(source->text, channel)) {
        *value = sw_str_from(source->text, channel.len);
        rc = root_class(th, SW_STR("windows"), SW_STR("windows"), &top);
    } else if (sw_str_istarts(source->text, file)) {
        struct sw_str path = sw_str_from(source->text, file.len);
        bool rooted = path.len > 0 && path.ptr[0] == '/';
        *value = sw_arena_printf(&th->t->arena, "%s%.*s", rooted ? "*" : "", SW_STR_ARG(path));
        cond->op = LS_PATH;
        cond->field = SW_FIELD_NONE;
        if (value->ptr == NULL || ls_path_bit(th->t, *value, &cond->path_bits) != 0)
            return no_memory(th);
        rc = root_class(th, SW_STR("text"), SW_STR(""), &top);
    } else {
        return fail_at(th, source, "a source begins with WinEventLog: or File:");
    }
    const struct ls_conj conj = {cond, 1};
    return rc == 0 ? place(th, top, &conj) : rc;
}

static int add_target(struct thor *th, const struct ls_node *body)
{
    const struct ls_node *sources = ls_yaml_get(body, "sources");
    const struct ls_node *source = sources->kind == LS_LIST ? sources->first : sources;
    for (; source != NULL; source = sources->kind == LS_LIST ? source->next : NULL) {
        if (source->kind != LS_SCALAR)
            return fail_at(th, source, "a source is a text");
        int rc = add_source(th, source);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* The n-th combination of the conditions' single values; *exists tells whether there is one. */
static int combination(const struct thor *th, const struct ls_node *conditions, size_t n, struct ls_conj *conj,
                       bool *exists)
{
    struct ls_cond *conds = sw_arena_zero(&th->t->arena, conditions->count / 2, sizeof *conds);
    if (conds == NULL)
        return no_memory(th);
    size_t used = 0;
    size_t left = n;
    for (const struct ls_node *key = conditions->first; key != NULL; key = key->next->next, used++) {
        const struct ls_node *value = key->next->kind == LS_LIST ? key->next->first : key->next;
        size_t choices = key->next->kind == LS_LIST ? key->next->count : 1;
        if (key->kind != LS_SCALAR || choices == 0)
            return fail_at(th, key, "a condition is field: value, or a list of values");
        for (size_t i = left % choices; i > 0 && value != NULL; i--)
            value = value->next;
        struct sw_str *text = sw_arena_zero(&th->t->arena, 1, sizeof *text);
        if (text == NULL)
            return no_memory(th);
        if (value == NULL || value->kind != LS_SCALAR)
            return fail_at(th, key, "the value of a condition is a text or a number");
        left /= choices;
        *text = value->text;
        conds[used] =
            (struct ls_cond){.op = LS_EQUAL, .field = sw_field_intern(key->text), .values = text, .value_count = 1};
    }
    *exists = left == 0;
    *conj = (struct ls_conj){conds, used};
    return 0;
}

/* Is the class one that a rewrite to this product and service means: the class of that service as a whole? */
static bool is_target(const struct ls_class *cls, const struct sw_logsource *rewrite)
{
    for (size_t i = 0; i < cls->view_count; i++) {
        const struct sw_logsource *have = &cls->views[i].logsource;
        if (have->category.len == 0 && sw_str_ieq(have->product, rewrite->product) &&
            sw_str_ieq(have->service, rewrite->service))
            return true;
    }
    return false;
}

/* Is it a target, and not a part of one? */
static bool is_whole_target(const struct sw_classes *t, sw_class_id id, const struct sw_logsource *rewrite)
{
    if (!is_target(&t->classes[id], rewrite))
        return false;
    while (t->classes[id].base != id) {
        id = t->classes[id].base;
        if (is_target(&t->classes[id], rewrite))
            return false;
    }
    return true;
}

static int add_rewrite_to(struct thor *th, sw_class_id target, const struct ls_node *conditions)
{
    static const struct ls_conj always = {NULL, 0};
    if (conditions == NULL)
        return place(th, target, &always);
    if (conditions->kind != LS_MAP || conditions->count == 0)
        return fail_at(th, conditions, "conditions are a map");
    for (size_t n = 0;; n++) {
        struct ls_conj conj;
        bool exists = false;
        int rc = combination(th, conditions, n, &conj, &exists);
        if (rc != 0 || !exists)
            return rc;
        if (n == LS_MAX_EXPAND)
            return fail_at(th, conditions, "too many combinations of values");
        rc = place(th, target, &conj);
        if (rc != 0)
            return rc;
    }
}

static int add_rewrite(struct thor *th, const struct ls_node *body)
{
    struct sw_logsource rewrite;
    int rc = logsource_of(th, ls_yaml_get(body, "rewrite"), &rewrite);
    if (rc != 0)
        return rc;
    if (th->view.product.len == 0)
        th->view.product = rewrite.product;
    if (th->view.service.len == 0)
        th->view.service = rewrite.service;
    bool found = false;
    for (size_t i = 0, before = th->t->count; i < before && rc == 0; i++)
        if (is_whole_target(th->t, (sw_class_id)i, &rewrite)) {
            found = true;
            rc = add_rewrite_to(th, (sw_class_id)i, ls_yaml_get(body, "conditions"));
        }
    return found || rc != 0 ? rc : fail_at(th, body, "nothing has the product and service of the rewrite");
}

int ls_thor_add(struct sw_classes *t, const struct ls_node *root, struct sw_error *err)
{
    struct thor *th = sw_arena_zero(&t->arena, 1, sizeof *th);
    const struct ls_node *entries = ls_yaml_get(root, "logsources");
    if (th == NULL)
        return sw_error_set(err, SW_E_NOMEM, 0, 0, "out of memory");
    *th = (struct thor){.t = t, .err = err};
    if (entries->kind != LS_MAP)
        return sw_error_set(err, SW_E_FORMAT, entries->line, entries->column, "logsources is a map");
    /* Targets first: rewrites, which come before them in thor.yml, refer to them. */
    for (int rewrites = 0; rewrites < 2; rewrites++)
        for (const struct ls_node *key = entries->first; key != NULL; key = key->next->next) {
            const struct ls_node *body = key->next;
            th->key = key;
            th->made_count = 0;
            th->maps = ls_yaml_get(body, "fieldmappings");
            bool target = ls_yaml_get(body, "sources") != NULL;
            bool rewrite = ls_yaml_get(body, "rewrite") != NULL;
            if (key->kind != LS_SCALAR || target == rewrite)
                return fail_at(th, key, "an entry has either sources or rewrite");
            if (rewrite != (rewrites == 1))
                continue;
            int rc = logsource_of(th, body, &th->view);
            if (rc == 0)
                rc = target ? add_target(th, body) : add_rewrite(th, body);
            if (rc != 0)
                return rc;
        }
    return 0;
}
