/*
 * cache_rules.c - a rule set to bytes and back. Arrays are written as they are, without their pointers; what these pointed to
 * follows in the order in which a walk over the fields comes to it. Reading takes the same walk, so that no offset has to
 * be trusted. Every index is checked.
 */
#include "base/mem.h"
#include "sigma/cache_priv.h"

enum mode {
    BLANK, /* clears pointers and turns field ids into numbers of names, in a copy that is to be written */
    SAVE,  /* writes what the pointers lead to */
    LOAD   /* sets the pointers, turns numbers of names into field ids */
};

struct walker {
    enum mode mode;
    struct sw_buf *out;     /* SAVE */
    char *image;            /* LOAD */
    size_t size;
    size_t at;
    bool bad;               /* LOAD: the bytes make no sense */
    struct sw_map numbers;  /* SAVE: field id -> number of its name */
    sw_field_id *ids;       /* LOAD: number -> field id */
    size_t id_count;
};

/* --- bytes -------------------------------------------------------------------------------------------------- */

static void pad(struct sw_buf *out)
{
    static const char zeros[8];
    sw_buf_add(out, zeros, (8 - out->len % 8) % 8);
}

/* The next `count` elements of the image, aligned; NULL when it has none so many. */
static void *take(struct walker *w, size_t count, size_t size)
{
    size_t total;
    if (w->at % 8 != 0)
        w->at += 8 - w->at % 8;
    if (w->bad || __builtin_mul_overflow(count, size, &total) || w->at > w->size || total > w->size - w->at) {
        w->bad = true;
        return NULL;
    }
    char *start = w->image + w->at;
    w->at += total;
    return start;
}

static void walk_str(struct walker *w, struct sw_str *s)
{
    if (w->mode == BLANK) {
        s->ptr = NULL;
    } else if (w->mode == SAVE) {
        sw_buf_str_add(w->out, *s);
        pad(w->out);
    } else {
        s->ptr = take(w, s->len, 1);
        s->len = s->ptr != NULL ? s->len : 0;
    }
}

/* A list of plain elements. `list` is the address of the pointer to it. */
static void walk_list(struct walker *w, void *list, size_t *count, size_t size)
{
    const void **at = list;
    if (w->mode == BLANK) {
        *at = NULL;
    } else if (w->mode == SAVE) {
        sw_buf_add(w->out, *at, *count * size);
        pad(w->out);
    } else {
        *at = take(w, *count, size);
        *count = *at != NULL ? *count : 0;
    }
}

static void walk_strs(struct walker *w, const struct sw_str **list, size_t *count)
{
    if (w->mode == SAVE) {
        /* The array itself says only how long they are. */
        for (size_t i = 0; i < *count; i++) {
            struct sw_str blank = {NULL, (*list)[i].len};
            sw_buf_add(w->out, (const char *)&blank, sizeof blank);
        }
        for (size_t i = 0; i < *count; i++) {
            struct sw_str s = (*list)[i];
            walk_str(w, &s);
        }
        return;
    }
    walk_list(w, list, count, sizeof **list);
    struct sw_str *loaded = (struct sw_str *)(uintptr_t)*list;
    for (size_t i = 0; i < *count && w->mode == LOAD; i++)
        walk_str(w, &loaded[i]);
}

/* A bool from a file may hold any byte. */
static void walk_bool(struct walker *w, bool *flag)
{
    unsigned char byte;
    memcpy(&byte, flag, 1);
    if (w->mode == LOAD && byte > 1) {
        w->bad = true;
        memset(flag, 0, 1);
    }
}

static void check(struct walker *w, bool fine)
{
    if (w->mode == LOAD && !fine)
        w->bad = true;
}

/* --- field ids ---------------------------------------------------------------------------------------------- */

static sw_field_id map_field(struct walker *w, sw_field_id field)
{
    uint32_t number = 0;
    if (w->mode == LOAD) {
        check(w, field < w->id_count);
        return field < w->id_count ? w->ids[field] : SW_FIELD_NONE;
    }
    (void)sw_map_get(&w->numbers, sw_strn((const char *)&field, sizeof field), &number);
    return number;
}

static void walk_field(struct walker *w, sw_field_id *field)
{
    if (w->mode != SAVE)
        *field = map_field(w, *field);
}

static void walk_fields(struct walker *w, const sw_field_id **list, size_t *count)
{
    if (w->mode == SAVE) {
        for (size_t i = 0; i < *count; i++) {
            sw_field_id number = map_field(w, (*list)[i]);
            sw_buf_add(w->out, (const char *)&number, sizeof number);
        }
        pad(w->out);
        return;
    }
    walk_list(w, list, count, sizeof **list);
    sw_field_id *loaded = (sw_field_id *)(uintptr_t)*list;
    for (size_t i = 0; i < *count && w->mode == LOAD; i++)
        loaded[i] = map_field(w, loaded[i]);
}

static int number_field(struct walker *w, sw_field_id field, struct sw_buf *names)
{
    uint32_t number;
    bool added;
    int rc = sw_map_intern(&w->numbers, sw_strn((const char *)&field, sizeof field), (uint32_t)w->numbers.used, &number, &added);
    if (rc != 0 || !added)
        return rc;
    struct sw_str name = sw_field_name(field);
    uint64_t len = name.len;
    sw_buf_add(names, (const char *)&len, sizeof len);
    sw_buf_str_add(names, name);
    pad(names);
    return 0;
}

static int number_fields(struct walker *w, const struct sw_rules *rules, struct sw_buf *names)
{
    int rc = number_field(w, SW_FIELD_NONE, names);
    for (size_t i = 0; i < rules->pred_count && rc == 0; i++) {
        rc = number_field(w, rules->preds[i].field, names);
        if (rc == 0)
            rc = number_field(w, rules->preds[i].other, names);
    }
    for (size_t i = 0; i < rules->correlation_count && rc == 0; i++) {
        const struct sw_correlation *c = &rules->correlations[i];
        for (size_t j = 0; j < c->group_count && rc == 0; j++)
            rc = number_field(w, c->group_by[j], names);
        for (size_t j = 0; j < c->value_field_count && rc == 0; j++)
            rc = number_field(w, c->value_fields[j], names);
        for (size_t j = 0; j < c->alias_count && rc == 0; j++)
            rc = number_field(w, c->aliases[j].field, names);
    }
    return rc;
}

static int load_names(struct walker *w)
{
    const uint64_t *count = take(w, 1, sizeof *count);
    if (count == NULL || *count > SW_MAX_FIELD_NAMES || *count == 0)
        return SW_E_FORMAT;
    w->ids = sw_alloc(*count, sizeof *w->ids);
    if (w->ids == NULL)
        return SW_E_NOMEM;
    for (w->id_count = 0; w->id_count < *count; w->id_count++) {
        const uint64_t *len = take(w, 1, sizeof *len);
        const char *name = len != NULL ? take(w, *len, 1) : NULL;
        if (name == NULL || *len > SW_MAX_FIELD_NAME)
            return SW_E_FORMAT;
        w->ids[w->id_count] = *len > 0 ? sw_field_intern(sw_strn(name, *len)) : SW_FIELD_NONE;
    }
    return 0;
}

/* --- elements ----------------------------------------------------------------------------------------------- */

static void walk_rule(struct walker *w, struct sw_rule *rule)
{
    struct sw_str *const texts[] = {&rule->id, &rule->name, &rule->title, &rule->description, &rule->status, &rule->author,
                                    &rule->falsepositives, &rule->logsource.product, &rule->logsource.category,
                                    &rule->logsource.service, &rule->condition, &rule->path, &rule->definition, &rule->date,
                                    &rule->modified};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        walk_str(w, texts[i]);
    walk_strs(w, &rule->tags, &rule->tag_count);
    walk_strs(w, &rule->references, &rule->reference_count);
    walk_strs(w, &rule->show_fields, &rule->show_field_count);
    walk_bool(w, &rule->silent);
    walk_bool(w, &rule->derived);
    check(w, (unsigned)rule->level <= SW_LEVEL_CRITICAL);
}

static void walk_correlation(struct walker *w, struct sw_correlation *c)
{
    walk_rule(w, &c->meta);
    walk_list(w, &c->refs, &c->ref_count, sizeof *c->refs);
    walk_fields(w, &c->group_by, &c->group_count);
    walk_list(w, &c->bounds, &c->bound_count, sizeof *c->bounds);
    walk_fields(w, &c->value_fields, &c->value_field_count);
    walk_bool(w, &c->generate);
    check(w, (unsigned)c->type <= SW_VALUE_MEDIAN);
    if (w->mode == SAVE) {
        for (size_t i = 0; i < c->alias_count; i++) {
            struct sw_alias alias = c->aliases[i];
            alias.field = map_field(w, alias.field);
            sw_buf_add(w->out, (const char *)&alias, sizeof alias);
        }
        pad(w->out);
        return;
    }
    walk_list(w, &c->aliases, &c->alias_count, sizeof *c->aliases);
    struct sw_alias *aliases = (struct sw_alias *)(uintptr_t)c->aliases;
    for (size_t i = 0; i < c->alias_count && w->mode == LOAD; i++) {
        walk_field(w, &aliases[i].field);
        check(w, aliases[i].group < c->group_count && aliases[i].rule_ref < c->ref_count);
    }
}

static void walk_reject(struct walker *w, struct sw_reject *reject)
{
    walk_str(w, &reject->path);
    walk_str(w, &reject->id);
    walk_str(w, &reject->title);
    walk_str(w, &reject->reason);
    walk_str(w, &reject->suggestion);
    walk_bool(w, &reject->placeholder);
}

static void walk_pred(struct walker *w, struct sw_pred *pred)
{
    walk_str(w, &pred->literal);
    walk_field(w, &pred->field);
    walk_field(w, &pred->other);
    bool *const flags[] = {&pred->cased, &pred->is_number, &pred->regex_i, &pred->regex_m, &pred->regex_s};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        walk_bool(w, flags[i]);
    check(w, pred->kind <= SW_PRED_TIMEPART && pred->form <= SW_FORM_ANY && pred->compare <= SW_NEQ &&
                 pred->part <= SW_PART_YEAR && pred->prefix <= 128);
    if (w->mode == SAVE) {
        for (size_t i = 0; i < pred->token_count; i++) {
            struct sw_token token = {pred->tokens[i].kind, {NULL, pred->tokens[i].text.len}};
            sw_buf_add(w->out, (const char *)&token, sizeof token);
        }
    } else {
        walk_list(w, &pred->tokens, &pred->token_count, sizeof *pred->tokens);
    }
    struct sw_token *tokens = (struct sw_token *)(uintptr_t)pred->tokens;
    for (size_t i = 0; i < pred->token_count && w->mode != BLANK; i++) {
        struct sw_token token = tokens[i];
        walk_str(w, &token.text);
        check(w, (unsigned)token.kind <= SW_TOKEN_ONE);
        if (w->mode == LOAD)
            tokens[i] = token;
    }
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

struct array {
    void **at;
    size_t *count;
    size_t *cap;
    size_t size;
    void (*walk)(struct walker *w, void *element);
};

#define WALK_ANY(name, type) \
    static void name##_any(struct walker *w, void *element) \
    { \
        name(w, (type *)element); \
    }
WALK_ANY(walk_rule, struct sw_rule)
WALK_ANY(walk_correlation, struct sw_correlation)
WALK_ANY(walk_reject, struct sw_reject)
WALK_ANY(walk_pred, struct sw_pred)

enum { ARRAYS = 7 };

static void list_arrays(struct sw_rules *r, struct array arrays[ARRAYS])
{
    const struct array all[ARRAYS] = {
        {(void **)&r->rules, &r->rule_count, &r->rule_cap, sizeof *r->rules, walk_rule_any},
        {(void **)&r->correlations, &r->correlation_count, &r->correlation_cap, sizeof *r->correlations, walk_correlation_any},
        {(void **)&r->rejects, &r->reject_count, &r->reject_cap, sizeof *r->rejects, walk_reject_any},
        {(void **)&r->warnings, &r->warning_count, &r->warning_cap, sizeof *r->warnings, walk_reject_any},
        {(void **)&r->preds, &r->pred_count, &r->pred_cap, sizeof *r->preds, walk_pred_any},
        {(void **)&r->nodes, &r->node_count, &r->node_cap, sizeof *r->nodes, NULL},
        {(void **)&r->children, &r->child_count, &r->child_cap, sizeof *r->children, NULL},
    };
    memcpy(arrays, all, sizeof all);
}

static void save_array(struct walker *w, const struct array *array)
{
    uint64_t count = *array->count;
    sw_buf_add(w->out, (const char *)&count, sizeof count);
    size_t start = w->out->len;
    sw_buf_add(w->out, *array->at, count * array->size);
    pad(w->out);
    if (array->walk == NULL || sw_buf_error(w->out) != 0)
        return;
    w->mode = BLANK;
    for (size_t i = 0; i < count; i++)
        array->walk(w, w->out->data + start + i * array->size);
    w->mode = SAVE;
    for (size_t i = 0; i < count; i++)
        array->walk(w, (char *)*array->at + i * array->size);
}

void sw_rules_save(const struct sw_rules *rules, struct sw_buf *out)
{
    struct walker w = {.mode = SAVE, .out = out};
    struct sw_buf names;
    sw_buf_init(&names, SW_MAX_CACHE_FILE);
    sw_map_init(&w.numbers, SW_MAX_FIELD_NAMES, SW_MAX_CACHE_FILE);
    int rc = number_fields(&w, rules, &names);
    uint64_t head[] = {w.numbers.used};
    pad(out);
    sw_buf_add(out, (const char *)head, sizeof head);
    sw_buf_str_add(out, sw_buf_str(&names));
    uint64_t plain[] = {rules->filter_count, rules->content.high, rules->content.low};
    sw_buf_add(out, (const char *)plain, sizeof plain);
    struct sw_rules copy = *rules;
    struct array arrays[ARRAYS];
    list_arrays(&copy, arrays);
    for (size_t i = 0; i < ARRAYS; i++)
        save_array(&w, &arrays[i]);
    if (rc != 0 || sw_buf_error(&names) != 0)
        out->error = SW_E_NOMEM;
    sw_map_fini(&w.numbers);
    sw_buf_fini(&names);
}

static int load_array(struct walker *w, const struct array *array)
{
    const uint64_t *count = take(w, 1, sizeof *count);
    const char *from = count != NULL ? take(w, *count, array->size) : NULL;
    if (from == NULL)
        return SW_E_FORMAT;
    if (*count == 0)
        return 0;
    *array->at = sw_alloc(*count, array->size);
    if (*array->at == NULL)
        return SW_E_NOMEM;
    memcpy(*array->at, from, *count * array->size);
    *array->count = *count;
    *array->cap = *count;
    for (size_t i = 0; i < *count && array->walk != NULL && !w->bad; i++)
        array->walk(w, (char *)*array->at + i * array->size);
    return w->bad ? SW_E_FORMAT : 0;
}

/* Nodes lead to nodes before them, which ends every walk; the nodes of rules ask predicates that exist. */
static bool nodes_are_sound(const struct sw_rules *r, bool *of_rules)
{
    for (size_t i = 0; i < r->rule_count; i++) {
        if (r->rules[i].root >= r->node_count)
            return false;
        of_rules[r->rules[i].root] = true;
    }
    for (size_t i = r->node_count; i-- > 0;) {
        const struct sw_node *node = &r->nodes[i];
        if (node->kind > SW_NODE_FALSE || node->first > r->child_count || node->count > r->child_count - node->first ||
            (node->kind == SW_NODE_NOT && node->count != 1) ||
            (of_rules[i] && node->kind == SW_NODE_PRED && node->pred >= r->pred_count))
            return false;
        for (uint32_t j = 0; j < node->count; j++) {
            uint32_t child = r->children[node->first + j];
            if (child >= i)
                return false;
            of_rules[child] |= of_rules[i];
        }
    }
    return true;
}

/* The nodes of a correlation's own condition ask about its refs. */
static bool condition_is_sound(const struct sw_rules *r, const struct sw_correlation *c, bool *marks)
{
    if (c->condition_root == SW_NO_NODE)
        return true;
    if (c->condition_root >= r->node_count)
        return false;
    memset(marks, 0, r->node_count * sizeof *marks);
    marks[c->condition_root] = true;
    for (size_t i = (size_t)c->condition_root + 1; i-- > 0;) {
        const struct sw_node *node = &r->nodes[i];
        if (marks[i] && node->kind == SW_NODE_PRED && node->pred >= c->ref_count)
            return false;
        for (uint32_t j = 0; j < node->count && marks[i]; j++)
            marks[r->children[node->first + j]] = true;
    }
    return true;
}

static bool correlations_are_sound(const struct sw_rules *r, bool *marks)
{
    if (r->correlation_count > 0 && r->node_count > ((size_t)1 << 32) / r->correlation_count)
        return false; /* more than anyone has; it would take too long to look */
    for (size_t i = 0; i < r->correlation_count; i++) {
        const struct sw_correlation *c = &r->correlations[i];
        for (size_t j = 0; j < c->ref_count; j++) {
            unsigned char flag;
            memcpy(&flag, &c->refs[j].is_correlation, 1);
            if (flag > 1 || c->refs[j].index >= (flag ? i : r->rule_count))
                return false;
        }
        if (!condition_is_sound(r, c, marks))
            return false;
    }
    return true;
}

int sw_rules_restore(struct sw_rules *rules, char *image, size_t size)
{
    struct walker w = {.mode = LOAD, .image = image, .size = size};
    int rc = load_names(&w);
    const uint64_t *plain = rc == 0 ? take(&w, 3, sizeof *plain) : NULL;
    if (rc == 0 && plain == NULL)
        rc = SW_E_FORMAT;
    struct array arrays[ARRAYS];
    list_arrays(rules, arrays);
    for (size_t i = 0; i < ARRAYS && rc == 0; i++)
        rc = load_array(&w, &arrays[i]);
    sw_free(w.ids);
    if (rc != 0)
        return rc;
    rules->filter_count = plain[0];
    rules->content = (struct sw_hash_of_rules){plain[1], plain[2]};
    bool *marks = sw_alloc(rules->node_count + 1, sizeof *marks);
    if (marks == NULL)
        return SW_E_NOMEM;
    bool sound = nodes_are_sound(rules, marks) && correlations_are_sound(rules, marks);
    sw_free(marks);
    return sound ? 0 : SW_E_FORMAT;
}
