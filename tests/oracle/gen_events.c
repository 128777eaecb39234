/* gen_events.c - random events around the predicates of a rule. */
#include "gen_priv.h"

#include "base/mem.h"
#include "base/utf.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

/* A text under construction; ends up in the generator's arena. */
struct text {
    struct sw_gen *gen;
    char bytes[4096];
    size_t len;
};

static void put(struct text *t, struct sw_str s)
{
    size_t room = sizeof t->bytes - t->len;
    size_t len = s.len < room ? s.len : room;
    if (len > 0)
        memcpy(t->bytes + t->len, s.ptr, len);
    t->len += len;
}

static void put_word(struct text *t)
{
    put(t, sw_str(gen_words[sw_gen_random(t->gen, gen_word_count)]));
}

static struct sw_str keep(struct text *t)
{
    struct sw_str kept = sw_arena_dup(&t->gen->arena, sw_strn(t->bytes, t->len));
    if (kept.ptr == NULL)
        abort();
    return kept;
}

/* A literal with the case of some ASCII letters, sometimes of all letters, changed. */
static void put_literal(struct text *t, struct sw_str s)
{
    size_t start = t->len;
    put(t, s);
    if (gen_chance(t->gen, 40))
        return;
    unsigned percent = gen_chance(t->gen, 50) ? 100 : 30;
    for (size_t i = start; i < t->len; i++)
        if (sw_is_alpha(t->bytes[i]) && gen_chance(t->gen, percent))
            t->bytes[i] = (char)(t->bytes[i] ^ 0x20);
    if (gen_chance(t->gen, 30)) {
        struct sw_str folded = sw_utf8_fold(&t->gen->arena, sw_strn(t->bytes + start, t->len - start));
        t->len = start;
        put(t, folded);
    }
}

static void put_character(struct text *t)
{
    static const char *const characters[] = {"a", "Z", "0", " ", "\\", "*", "?", "ü", "日", "😀", "\n", "\xff", "\xc3"};
    put(t, sw_str(GEN_PICK(t->gen, characters)));
}

/* Something in the place of a `*`, often nothing. */
static void put_filler(struct text *t)
{
    for (uint64_t n = sw_gen_random(t->gen, 3); n > 0; n--) {
        if (gen_chance(t->gen, 60))
            put_word(t);
        else
            put_character(t);
    }
}

/* Now and then a small change, after which the predicate should rarely hold. */
static void spoil(struct text *t)
{
    struct sw_gen *gen = t->gen;
    if (!gen_chance(gen, 12))
        return;
    size_t at = t->len > 0 ? sw_gen_random(gen, t->len) : 0;
    switch (sw_gen_random(gen, 6)) {
    case 0:
        if (t->len > 0) {
            memmove(t->bytes + at, t->bytes + at + 1, t->len - at - 1);
            t->len--;
        }
        break;
    case 1:
        if (t->len > 0)
            t->bytes[at] = (char)(t->bytes[at] + 1);
        break;
    case 2:
        put_character(t);
        break;
    case 3:
        t->len = at;
        break;
    case 4:
        if (t->len > 0 && t->len < sizeof t->bytes) {
            memmove(t->bytes + 1, t->bytes, t->len);
            t->bytes[0] = ' ';
            t->len++;
        }
        break;
    default:
        put(t, SW_STR("\xff\xfe"));
        break;
    }
}

/* --- a value for each kind of predicate ----------------------------------------------------------------------------
 */

static void for_pattern(struct text *t, const struct sw_pred *pred)
{
    bool before = pred->form == SW_FORM_CONTAINS || pred->form == SW_FORM_ENDS || pred->form == SW_FORM_ANY;
    bool after = pred->form == SW_FORM_CONTAINS || pred->form == SW_FORM_STARTS || pred->form == SW_FORM_ANY;
    if (pred->is_number && gen_chance(t->gen, 40)) {
        char number[64];
        static const char *const forms[] = {"%.0f", "%.1f", "%.2f", "%g", "0%.0f", "%+.0f", "%e"};
        /* The formats are ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int n = snprintf(number, sizeof number, GEN_PICK(t->gen, forms), pred->number);
#pragma GCC diagnostic pop
        put(t, sw_strn(number, n > 0 && n < (int)sizeof number ? (size_t)n : 0));
        return;
    }
    if (before)
        put_filler(t);
    if (pred->form != SW_FORM_WILD)
        put_literal(t, pred->literal);
    for (size_t i = 0; pred->form == SW_FORM_WILD && i < pred->token_count; i++) {
        if (pred->tokens[i].kind == SW_TOKEN_LITERAL)
            put_literal(t, pred->tokens[i].text);
        else if (pred->tokens[i].kind == SW_TOKEN_ONE)
            put_character(t);
        else
            put_filler(t);
    }
    if (after)
        put_filler(t);
}

static void for_regex(struct text *t, const struct sw_pred *pred)
{
    for (size_t i = 0; i < gen_regex_count; i++)
        if (sw_str_is(pred->literal, gen_regexes[i].pattern) && gen_chance(t->gen, 85)) {
            put(t, sw_str(GEN_PICK(t->gen, gen_regexes[i].texts)));
            return;
        }
    /* An unknown expression: its own letters are better than nothing. */
    put_filler(t);
    put_literal(t, pred->literal);
    put_filler(t);
}

static void for_network(struct text *t, const struct sw_pred *pred)
{
    uint8_t address[16];
    char name[INET6_ADDRSTRLEN];
    memcpy(address, pred->address, sizeof address);
    unsigned flip = 128;
    if (gen_chance(t->gen, 30) && pred->prefix > 0)
        flip = pred->prefix - 1; /* just outside */
    else if (pred->prefix < 128)
        flip = pred->prefix + (unsigned)sw_gen_random(t->gen, 128u - pred->prefix);
    if (flip < 128)
        address[flip / 8] = (uint8_t)(address[flip / 8] ^ 0x80u >> flip % 8);
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool v4 = memcmp(address, mapped, sizeof mapped) == 0 && !gen_chance(t->gen, 15);
    if (inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address + 12 : address, name, sizeof name) != NULL)
        put(t, sw_str(name));
    if (gen_chance(t->gen, 5))
        put(t, SW_STR(":80"));
}

static void for_compare(struct text *t, const struct sw_pred *pred)
{
    static const double offsets[] = {0, 1, -1, 0.5, -0.5, 100, -1000};
    static const char *const odd[] = {"", "abc", "0x10", "1e400", " 5", "5 ", "nan", "-"};
    char number[64];
    if (gen_chance(t->gen, 10)) {
        put(t, sw_str(GEN_PICK(t->gen, odd)));
        return;
    }
    int n =
        snprintf(number, sizeof number, gen_chance(t->gen, 20) ? "%e" : "%g", pred->number + GEN_PICK(t->gen, offsets));
    put(t, sw_strn(number, n > 0 && n < (int)sizeof number ? (size_t)n : 0));
}

static void for_time(struct text *t, const struct sw_pred *pred)
{
    char text[64];
    unsigned value = pred->number >= 0 && pred->number < 60 ? (unsigned)pred->number : 5;
    value = (value + (unsigned)sw_gen_random(t->gen, 3)) % 60;
    unsigned month = pred->part == SW_PART_MONTH ? 1 + value % 12 : 1 + (unsigned)sw_gen_random(t->gen, 12);
    unsigned day = pred->part == SW_PART_DAY ? 1 + value % 28 : 1 + (unsigned)sw_gen_random(t->gen, 28);
    unsigned hour = value % 24;
    static const char *const zones[] = {"Z", "", "+02:00", "-11:30", ".123456Z"};
    int n = gen_chance(t->gen, 80)
                ? snprintf(text, sizeof text, "2024-%02u-%02uT%02u:%02u:09%s", month, day, hour, value,
                           GEN_PICK(t->gen, zones))
                : snprintf(text, sizeof text, "%llu", 1700000000ull + sw_gen_random(t->gen, 1 << 26));
    put(t, sw_strn(text, n > 0 && n < (int)sizeof text ? (size_t)n : 0));
}

static struct sw_str value_for(struct sw_gen *gen, const struct sw_pred *pred)
{
    struct text t = {.gen = gen};
    switch ((enum sw_pred_kind)pred->kind) {
    case SW_PRED_PATTERN:
        for_pattern(&t, pred);
        break;
    case SW_PRED_REGEX:
        for_regex(&t, pred);
        break;
    case SW_PRED_CIDR:
        for_network(&t, pred);
        break;
    case SW_PRED_COMPARE:
        for_compare(&t, pred);
        break;
    case SW_PRED_TIMEPART:
        for_time(&t, pred);
        break;
    default:
        put_filler(&t);
        break;
    }
    spoil(&t);
    return keep(&t);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static void push(uint32_t **array, size_t *count, size_t *cap, uint32_t value)
{
    if (sw_grow(array, cap, *count, sizeof **array, (size_t)1 << 24) != 0)
        abort();
    (*array)[(*count)++] = value;
}

static void push_child(struct sw_gen *gen, const struct sw_node *node, uint32_t which)
{
    push(&gen->todo, &gen->todo_count, &gen->todo_cap, gen->rules->children[node->first + which]);
}

/* The predicates below a rule's root: all of them, or, when the rule shall hold, those of one way to make it hold. */
static void collect(struct sw_gen *gen, uint32_t root, bool all)
{
    gen->pred_count = 0;
    gen->todo_count = 0;
    push(&gen->todo, &gen->todo_count, &gen->todo_cap, root);
    while (gen->todo_count > 0) {
        const struct sw_node *node = &gen->rules->nodes[gen->todo[--gen->todo_count]];
        if (node->kind == SW_NODE_PRED)
            push(&gen->preds, &gen->pred_count, &gen->pred_cap, node->pred);
        bool one = !all && (node->kind == SW_NODE_OR || node->kind == SW_NODE_AT_LEAST);
        if (one && node->count > 0)
            push_child(gen, node, (uint32_t)sw_gen_random(gen, node->count));
        if (node->kind == SW_NODE_NOT && !all && !gen_chance(gen, 10))
            continue;
        for (uint32_t i = 0; i < node->count && (!one || gen_chance(gen, 15)); i++)
            push_child(gen, node, i);
    }
}

/* The name that a rule's field has in the event; now and then another spelling or the rule's own name. */
static sw_field_id event_field(struct sw_gen *gen, sw_field_id field, const struct sw_view *view)
{
    struct sw_str name = sw_field_name(field);
    for (size_t i = 0; view != NULL && i < view->map_count && !gen_chance(gen, 4); i++)
        if (sw_str_ieq(view->maps[i].from, name)) {
            name = view->maps[i].to;
            break;
        }
    if (!gen_chance(gen, 8) || name.len == 0)
        return sw_field_intern(name);
    struct text t = {.gen = gen};
    put(&t, name);
    for (size_t i = 0; i < t.len; i++)
        t.bytes[i] = sw_lower(t.bytes[i]);
    return sw_field_intern(keep(&t));
}

static sw_field_id random_field(struct sw_gen *gen, const struct sw_view *view)
{
    return event_field(gen, sw_field_intern(sw_str(gen_fields[sw_gen_random(gen, gen_field_count)])), view);
}

static enum sw_type type_of(struct sw_gen *gen, struct sw_str value)
{
    int64_t number;
    if (sw_str_i64(value, &number) == 0)
        return gen_chance(gen, 50) ? SW_INT : SW_STRING;
    if (sw_str_is(value, "true") || sw_str_is(value, "false"))
        return gen_chance(gen, 50) ? SW_BOOL : SW_STRING;
    return SW_STRING;
}

static void add(struct sw_gen *gen, struct sw_event *event, sw_field_id field, struct sw_str value)
{
    if (gen_chance(gen, 3))
        sw_event_add(event, field, SW_NULL, "", 0);
    else
        sw_event_add(event, field, type_of(gen, value), value.ptr, value.len);
}

static void add_for(struct sw_gen *gen, struct sw_event *event, const struct sw_pred *pred, const struct sw_view *view)
{
    sw_field_id field = pred->field == SW_FIELD_NONE ? random_field(gen, view) : event_field(gen, pred->field, view);
    if (pred->kind == SW_PRED_NULL) {
        if (gen_chance(gen, 30))
            sw_event_add(event, field, SW_NULL, "", 0);
        return;
    }
    struct sw_str value = value_for(gen, pred);
    if (gen_chance(gen, 8))
        add(gen, event, field, keep(&(struct text){.gen = gen, .bytes = "other", .len = 5}));
    add(gen, event, field, value);
    if (pred->kind != SW_PRED_FIELDREF)
        return;
    /* The other field: the same text, a part of it, or with other letter case. */
    struct text t = {.gen = gen};
    size_t from = gen_chance(gen, 50) || value.len == 0 ? 0 : sw_gen_random(gen, value.len);
    size_t to = gen_chance(gen, 50) ? value.len : from + sw_gen_random(gen, value.len - from + 1);
    put_literal(&t, sw_str_slice(value, from, to));
    spoil(&t);
    add(gen, event, event_field(gen, pred->other, view), keep(&t));
}

/* A class whose views the rule's log source applies to; any class when there is none. */
static sw_class_id pick_class(struct sw_gen *gen, const struct sw_rule *rule)
{
    uint32_t count = sw_classes_count(gen->classes);
    uint32_t start = (uint32_t)sw_gen_random(gen, count);
    for (uint32_t i = 0; i < count && !gen_chance(gen, 2); i++) {
        sw_class_id id = (start + i) % count;
        if (sw_class_view(sw_classes_get(gen->classes, id), &rule->logsource) != NULL)
            return id;
    }
    return start;
}

/* The whole record as a text format would have it: the values with their names. */
static void set_raw(struct sw_gen *gen, struct sw_event *event)
{
    struct text t = {.gen = gen};
    for (uint32_t i = 0; i < event->count; i++) {
        put(&t, sw_field_name(event->fields[i].id));
        put(&t, SW_STR("="));
        put(&t, sw_field_value(&event->fields[i]));
        put(&t, SW_STR(" "));
    }
    event->raw = keep(&t);
    event->raw_is_value = gen_chance(gen, 40);
}

void sw_gen_use(struct sw_gen *gen, const struct sw_rules *rules, const struct sw_classes *classes)
{
    gen->rules = rules;
    gen->classes = classes;
}

uint32_t sw_gen_event(struct sw_gen *gen, struct sw_event *event)
{
    sw_arena_reset(&gen->arena);
    sw_event_clear(event);
    uint32_t aim = (uint32_t)sw_gen_random(gen, gen->rules->rule_count);
    uint32_t rule = aim;
    event->class_id = pick_class(gen, &gen->rules->rules[rule]);
    const struct sw_class *cls = sw_classes_get(gen->classes, event->class_id);
    for (unsigned round = 0; round < 2; round++) {
        const struct sw_view *view = sw_class_view(cls, &gen->rules->rules[rule].logsource);
        bool all = gen_chance(gen, 25);
        collect(gen, gen->rules->rules[rule].root, all);
        /* Of long lists of values one or two are enough. */
        unsigned percent = !all ? 97 : gen->pred_count > 24 ? (unsigned)(2000 / gen->pred_count) + 1 : 60;
        for (size_t i = 0; i < gen->pred_count && event->count < 40; i++)
            if (gen_chance(gen, percent))
                add_for(gen, event, &gen->rules->preds[gen->preds[i]], view);
        if (!gen_chance(gen, 30))
            break;
        rule = (uint32_t)sw_gen_random(gen, gen->rules->rule_count);
    }
    while (gen_chance(gen, 30)) {
        struct text t = {.gen = gen};
        put_filler(&t);
        add(gen, event, random_field(gen, NULL), keep(&t));
    }
    set_raw(gen, event);
    return aim;
}
