/* evaluator.c - one function for each kind of predicate and node; no index, no short cut but folding each text once. */
#include "evaluator.h"

#include "base/mem.h"
#include "base/utf.h"
#include "sigma/regex.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A value of the event: a field's, or the raw record. */
struct value {
    sw_field_id key; /* SW_FIELD_NONE for the raw record */
    uint8_t type;
    struct sw_str text;
    struct sw_str folded;
};

struct sw_oracle {
    const struct sw_rules *rules;
    const struct sw_classes *classes;
    const struct sw_event *event;
    struct sw_arena arena;     /* the event's folded values */
    struct sw_arena literals;
    struct sw_pred *preds;     /* the rules' predicates, what they compare with folded where case doesn't count */
    struct value *values;      /* of the event, in its order, then the raw record if it is one */
    size_t count;
    pcre2_code **regexes;      /* by predicate; NULL until it is needed */
    pcre2_match_data *match;
    pcre2_match_context *context;
};

static void *must(void *memory)
{
    if (memory == NULL) {
        (void)fprintf(stderr, "oracle: no memory\n");
        abort();
    }
    return memory;
}

static struct sw_str fold(struct sw_arena *arena, struct sw_str text)
{
    struct sw_str folded = sw_utf8_fold(arena, text);
    (void)must((void *)(uintptr_t)folded.ptr);
    return folded;
}

static void fold_pred(struct sw_oracle *o, struct sw_pred *pred)
{
    if (pred->kind != SW_PRED_PATTERN || pred->cased)
        return;
    pred->literal = fold(&o->literals, pred->literal);
    struct sw_token *tokens = must(sw_arena_zero(&o->literals, pred->token_count + 1, sizeof *tokens));
    for (size_t i = 0; i < pred->token_count; i++) {
        tokens[i] = pred->tokens[i];
        if (tokens[i].kind == SW_TOKEN_LITERAL)
            tokens[i].text = fold(&o->literals, tokens[i].text);
    }
    pred->tokens = tokens;
}

struct sw_oracle *sw_oracle_new(const struct sw_rules *rules, const struct sw_classes *classes)
{
    struct sw_oracle *o = must(sw_alloc(1, sizeof *o));
    o->rules = rules;
    o->classes = classes;
    sw_arena_init(&o->arena, (size_t)1 << 30);
    sw_arena_init(&o->literals, (size_t)1 << 30);
    o->preds = must(sw_arena_zero(&o->literals, rules->pred_count + 1, sizeof *o->preds));
    for (size_t i = 0; i < rules->pred_count; i++) {
        o->preds[i] = rules->preds[i];
        fold_pred(o, &o->preds[i]);
    }
    o->regexes = must(sw_alloc(rules->pred_count + 1, sizeof(void *)));
    o->match = must(pcre2_match_data_create(1, NULL));
    o->context = must(sw_regex_context());
    return o;
}

void sw_oracle_free(struct sw_oracle *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < o->rules->pred_count; i++)
        pcre2_code_free(o->regexes[i]);
    sw_free(o->regexes);
    pcre2_match_data_free(o->match);
    pcre2_match_context_free(o->context);
    sw_arena_fini(&o->arena);
    sw_arena_fini(&o->literals);
    sw_free(o);
}

void sw_oracle_event(struct sw_oracle *o, const struct sw_event *event)
{
    sw_arena_reset(&o->arena);
    o->event = event;
    o->count = 0;
    o->values = must(sw_arena_zero(&o->arena, event->count + 1u, sizeof *o->values));
    for (uint32_t i = 0; i < event->count; i++) {
        struct sw_str text = sw_field_value(&event->fields[i]);
        o->values[o->count++] =
            (struct value){sw_field_key(event->fields[i].id), event->fields[i].type, text, fold(&o->arena, text)};
    }
    if (event->raw_is_value)
        o->values[o->count++] = (struct value){SW_FIELD_NONE, SW_STRING, event->raw, fold(&o->arena, event->raw)};
}

/* --- strings ------------------------------------------------------------------------------------------------- */

static bool has_at(struct sw_str text, size_t at, struct sw_str literal)
{
    return literal.len <= text.len - at && memcmp(text.ptr + at, literal.ptr, literal.len) == 0;
}

static bool contains(struct sw_str text, struct sw_str literal)
{
    return literal.len == 0 || (text.len > 0 && memmem(text.ptr, text.len, literal.ptr, literal.len) != NULL);
}

/* The text stands in the relation of `form` to the literal; both are folded already where they have to be. */
static bool relation(enum sw_pattern_form form, struct sw_str text, struct sw_str literal)
{
    switch (form) {
    case SW_FORM_EXACT:
        return sw_str_eq(text, literal);
    case SW_FORM_CONTAINS:
        return contains(text, literal);
    case SW_FORM_STARTS:
        return sw_str_starts(text, literal);
    case SW_FORM_ENDS:
        return sw_str_ends(text, literal);
    case SW_FORM_ANY:
        return true;
    case SW_FORM_WILD:
        break;
    }
    return false;
}

/* Tokens against the text from both beginnings; at a mismatch the last `*` takes one byte more. */
static bool wild(const struct sw_token *tokens, size_t count, struct sw_str text)
{
    size_t t = 0;
    size_t at = 0;
    size_t star = SIZE_MAX;
    size_t star_at = 0;
    for (;;) {
        if (t < count && tokens[t].kind == SW_TOKEN_MANY) {
            star = t++;
            star_at = at;
        } else if (t == count && at == text.len) {
            return true;
        } else if (t < count && tokens[t].kind == SW_TOKEN_ONE && at < text.len) {
            (void)sw_utf8_next(text, &at);
            t++;
        } else if (t < count && tokens[t].kind == SW_TOKEN_LITERAL && has_at(text, at, tokens[t].text)) {
            at += tokens[t++].text.len;
        } else {
            if (star == SIZE_MAX || star_at == text.len)
                return false;
            at = ++star_at;
            t = star + 1;
        }
    }
}

static bool same_number(const struct sw_pred *pred, struct sw_str text)
{
    double number;
    return pred->is_number && sw_str_double(text, &number) == 0 && number >= pred->number && number <= pred->number;
}

static bool pattern(const struct sw_pred *pred, const struct value *value)
{
    struct sw_str text = pred->cased ? value->text : value->folded;
    if (pred->form == SW_FORM_WILD)
        return wild(pred->tokens, pred->token_count, text);
    return relation((enum sw_pattern_form)pred->form, text, pred->literal) || same_number(pred, value->text);
}

static bool regex(struct sw_oracle *o, uint32_t index, const struct sw_pred *pred, const struct value *value)
{
    if (o->regexes[index] == NULL && sw_regex_compile(&o->regexes[index], pred, NULL) != 0)
        abort(); /* the loader has compiled it before */
    return sw_regex_match(o->regexes[index], value->text, o->match, o->context) == 1;
}

/* --- addresses, numbers, times -------------------------------------------------------------------------------- */

static bool in_network(const struct sw_pred *pred, struct sw_str text)
{
    char name[64];
    uint8_t address[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (text.len >= sizeof name || memchr(text.ptr ? text.ptr : "", '\0', text.len) != NULL)
        return false;
    if (text.len > 0)
        memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    bool dotted = inet_pton(AF_INET, name, address + 12) == 1;
    if (!dotted && inet_pton(AF_INET6, name, address) != 1)
        return false;
    if (dotted && pred->prefix < 96)
        return false;
    for (unsigned bit = 0; bit < pred->prefix; bit++)
        if (((address[bit / 8] ^ pred->address[bit / 8]) & 0x80 >> bit % 8) != 0)
            return false;
    return true;
}

static bool compares(uint8_t op, double value, double with)
{
    switch ((enum sw_compare)op) {
    case SW_LT:
        return value < with;
    case SW_LTE:
        return value <= with;
    case SW_GT:
        return value > with;
    case SW_GTE:
        return value >= with;
    case SW_EQ:
        return value >= with && value <= with;
    case SW_NEQ:
        return value < with || value > with;
    }
    return false;
}

static bool time_part(const struct sw_pred *pred, struct sw_str text)
{
    int64_t when;
    bool zoned;
    if (sw_time_iso(text, &when, &zoned) != 0 && sw_time_clf(text, &when, &zoned) != 0 &&
        sw_time_epoch(text, &when) != 0)
        return false;
    time_t seconds = (time_t)(when >= 0 ? when / SW_SECOND : -((SW_SECOND - 1 - when) / SW_SECOND));
    struct tm tm;
    char week[8];
    if (gmtime_r(&seconds, &tm) == NULL || strftime(week, sizeof week, "%V", &tm) == 0)
        return false;
    const int parts[] = {
        [SW_PART_MINUTE] = tm.tm_min, [SW_PART_HOUR] = tm.tm_hour,     [SW_PART_DAY] = tm.tm_mday,
        [SW_PART_WEEK] = atoi(week),  [SW_PART_MONTH] = tm.tm_mon + 1, [SW_PART_YEAR] = tm.tm_year + 1900};
    return compares(pred->compare, parts[pred->part], pred->number);
}

/* --- predicates ------------------------------------------------------------------------------------------------ */

/* The key of the event's field that a rule's field means under a view; UINT32_MAX when no event can have it. */
static sw_field_id mapped(sw_field_id field, const struct sw_view *view)
{
    struct sw_str name = sw_field_name(field);
    for (size_t i = 0; view != NULL && i < view->map_count; i++) {
        if (!sw_str_ieq(view->maps[i].from, name))
            continue;
        sw_field_id id = sw_field_find(view->maps[i].to);
        return id == SW_FIELD_NONE ? UINT32_MAX : sw_field_key(id);
    }
    return sw_field_key(field);
}

static bool passes(struct sw_oracle *o, uint32_t index, const struct sw_pred *pred, const struct value *value)
{
    double number;
    switch ((enum sw_pred_kind)pred->kind) {
    case SW_PRED_PATTERN:
        return pattern(pred, value);
    case SW_PRED_REGEX:
        return regex(o, index, pred, value);
    case SW_PRED_CIDR:
        return in_network(pred, value->text);
    case SW_PRED_COMPARE:
        return sw_str_double(value->text, &number) == 0 && compares(pred->compare, number, pred->number);
    case SW_PRED_TIMEPART:
        return time_part(pred, value->text);
    default:
        abort();
    }
}

static bool field_reference(struct sw_oracle *o, const struct sw_pred *pred, const struct sw_view *view)
{
    sw_field_id one = mapped(pred->field, view);
    sw_field_id two = mapped(pred->other, view);
    for (size_t i = 0; i < o->count; i++) {
        for (size_t j = 0; j < o->count; j++) {
            const struct value *a = &o->values[i];
            const struct value *b = &o->values[j];
            if (a->key != one || b->key != two || a->type == SW_NULL || b->type == SW_NULL)
                continue;
            if (relation((enum sw_pattern_form)pred->form, pred->cased ? a->text : a->folded,
                         pred->cased ? b->text : b->folded))
                return true;
        }
    }
    return false;
}

bool sw_oracle_pred(struct sw_oracle *o, uint32_t index, const struct sw_view *view)
{
    const struct sw_pred *pred = &o->preds[index];
    if (pred->kind == SW_PRED_FIELDREF)
        return field_reference(o, pred, view);
    bool keyword = pred->field == SW_FIELD_NONE;
    sw_field_id key = keyword ? SW_FIELD_NONE : mapped(pred->field, view);
    bool present = false;
    bool valued = false;
    for (size_t i = 0; i < o->count; i++) {
        const struct value *value = &o->values[i];
        if (!keyword && value->key != key)
            continue;
        present = true;
        if (value->type == SW_NULL)
            continue;
        valued = true;
        if (pred->kind != SW_PRED_EXISTS && pred->kind != SW_PRED_NULL && passes(o, index, pred, value))
            return true;
    }
    return (pred->kind == SW_PRED_EXISTS && present) || (pred->kind == SW_PRED_NULL && !valued);
}

static bool holds(struct sw_oracle *o, uint32_t index, const struct sw_view *view)
{
    const struct sw_node *node = &o->rules->nodes[index];
    uint32_t yes = 0;
    if (node->kind == SW_NODE_PRED)
        return sw_oracle_pred(o, node->pred, view);
    for (uint32_t i = 0; i < node->count; i++)
        yes += holds(o, o->rules->children[node->first + i], view);
    switch ((enum sw_node_kind)node->kind) {
    case SW_NODE_AND:
        return yes == node->count;
    case SW_NODE_OR:
        return yes > 0;
    case SW_NODE_NOT:
        return yes == 0;
    case SW_NODE_AT_LEAST:
        return yes >= node->need;
    default:
        return node->kind == SW_NODE_TRUE;
    }
}

bool sw_oracle_holds(struct sw_oracle *o, uint32_t rule)
{
    const struct sw_rule *r = &o->rules->rules[rule];
    const struct sw_class *cls = sw_classes_get(o->classes, o->event->class_id);
    const struct sw_view *view = sw_class_view(cls, &r->logsource);
    return view != NULL && holds(o, r->root, view);
}

bool sw_oracle_match(const struct sw_rules *rules, uint32_t rule, const struct sw_classes *classes,
                     const struct sw_event *event)
{
    struct sw_oracle *o = sw_oracle_new(rules, classes);
    sw_oracle_event(o, event);
    bool match = sw_oracle_holds(o, rule);
    sw_oracle_free(o);
    return match;
}
