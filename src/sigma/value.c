/* value.c - applies a chain of modifiers to the values of one detection item and adds the tests they become to the
 * rule's tree. The chain itself was checked by modifier.c; here the values are. */
#include "sigma/modifier.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>

/* One item on its way: key, chain, and what every one of its predicates starts from. */
struct item {
    struct sw_loader *loader;
    const struct sw_yaml *key; /* NULL: keywords */
    struct sw_chain chain;
    struct sw_pred base;
    bool multiplied; /* a step of the chain makes several variants of a value */
};

/* A value's variants: expand, windash and base64offset make several of one. */
struct variants {
    struct sw_glob *list;
    size_t count, cap;
};

static int add_variant(struct item *item, const struct sw_yaml *value, struct variants *to, const struct sw_glob *glob)
{
    int rc = sw_grow(&to->list, &to->cap, to->count, sizeof *to->list, SW_MAX_VARIANTS);
    if (rc == SW_E_LIMIT)
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION,
                              "the value '%.*s' expands to more than %u variants", SW_STR_ARG(value->text),
                              SW_MAX_VARIANTS);
    if (rc == 0)
        to->list[to->count++] = *glob;
    return rc;
}

/* --- the steps ------------------------------------------------------------------------------------------ */

/* A placeholder's value as the glob that goes into the hole: a pattern, or as it is for what isn't one. */
static int filling(struct item *item, struct sw_str text, struct sw_glob *glob)
{
    if (item->chain.type == SW_ITEM_STRING)
        return sw_glob_parse(&item->loader->scratch, text, SW_GLOB_TEXT, glob);
    glob->count = text.len > 0 ? 1 : 0;
    glob->pieces = sw_arena_raw(&item->loader->scratch, sizeof *glob->pieces, 8);
    if (glob->pieces == NULL)
        return SW_E_NOMEM;
    glob->pieces[0] = (struct sw_piece){SW_PIECE_LITERAL, text};
    return 0;
}

static size_t first_hole(const struct sw_glob *glob)
{
    size_t at = 0;
    while (at < glob->count && glob->pieces[at].kind != SW_PIECE_HOLE)
        at++;
    return at;
}

/* Fills the holes one after the other: what still has one goes round again. Holes without a value are noted and the
 * variant is dropped. */
static int step_expand(struct item *item, const struct sw_yaml *value, const struct sw_glob *glob, struct variants *out)
{
    struct variants work = {0};
    int rc = add_variant(item, value, &work, glob);
    for (size_t i = 0; rc == 0 && i < work.count; i++) {
        struct sw_glob now = work.list[i];
        size_t hole = first_hole(&now);
        if (hole == now.count) {
            rc = add_variant(item, value, out, &now);
            continue;
        }
        struct sw_str name = now.pieces[hole].text;
        const struct sw_placeholder *placeholder = sw_placeholder_find(item->loader, name);
        if (placeholder == NULL)
            rc = sw_placeholder_missing(item->loader, value, name);
        for (size_t j = 0; rc == 0 && placeholder != NULL && j < placeholder->count; j++) {
            struct sw_glob in;
            struct sw_glob filled;
            rc = filling(item, placeholder->values[j], &in);
            if (rc == 0)
                rc = sw_glob_splice(&item->loader->scratch, &now, hole, &in, &filled);
            if (rc == 0)
                rc = add_variant(item, value, &work, &filled);
        }
    }
    sw_free(work.list);
    return rc;
}

static int step_windash(struct item *item, const struct sw_yaml *value, const struct sw_glob *glob,
                        struct variants *out)
{
    size_t dashes = sw_glob_dashes(glob);
    uint32_t total = 1;
    for (size_t i = 0; i < dashes; i++) {
        total *= SW_DASH_KINDS;
        if (total > SW_MAX_VARIANTS)
            return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION,
                                  "the value '%.*s' has too many dashes for 'windash'", SW_STR_ARG(value->text));
    }
    int rc = 0;
    for (uint32_t choice = 0; rc == 0 && choice < total; choice++) {
        struct sw_glob dashed;
        rc = sw_glob_windash(&item->loader->scratch, glob, choice, &dashed);
        if (rc == 0)
            rc = add_variant(item, value, out, &dashed);
    }
    return rc;
}

static int add_encoded(struct item *item, const struct sw_yaml *value, struct sw_str text, struct variants *out)
{
    struct sw_piece *piece = sw_arena_raw(&item->loader->scratch, sizeof *piece, 8);
    if (piece == NULL)
        return SW_E_NOMEM;
    *piece = (struct sw_piece){SW_PIECE_LITERAL, text};
    struct sw_glob glob = {piece, 1};
    return add_variant(item, value, out, &glob);
}

static int step_base64(struct item *item, const struct sw_yaml *value, const struct sw_step *step,
                       const struct sw_glob *glob, struct variants *out)
{
    struct sw_arena *arena = &item->loader->scratch;
    if (sw_glob_has(glob, SW_PIECE_MANY) || sw_glob_has(glob, SW_PIECE_ONE))
        return sw_loader_fail(item->loader, value, SW_STR("escape it as \\* or \\?"),
                              "the value '%.*s' has a wildcard, which can't be encoded in base64",
                              SW_STR_ARG(value->text));
    if (sw_glob_has(glob, SW_PIECE_HOLE))
        return sw_loader_fail(item->loader, value, SW_STR("put expand first"),
                              "a placeholder can't be encoded in base64");
    struct sw_str bytes = sw_glob_text(arena, glob);
    if (bytes.ptr == NULL)
        return SW_E_NOMEM;
    if (bytes.len < (step->argument ? 2 : 1))
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "the value '%.*s' is too short for '%s'",
                              SW_STR_ARG(value->text), sw_modifier_name((enum sw_modifier)step->modifier));
    int rc = 0;
    for (unsigned shift = 0; rc == 0 && shift < (step->argument ? 3u : 1u); shift++) {
        struct sw_str text;
        rc = sw_base64(arena, bytes, shift, step->argument == 0, &text);
        if (rc == 0)
            rc = add_encoded(item, value, text, out);
    }
    return rc;
}

/* A step that makes one variant of one. */
static int step_simple(struct item *item, const struct sw_step *step, struct sw_glob *glob)
{
    struct sw_arena *arena = &item->loader->scratch;
    if (step->class == SW_MODS_PLACE)
        return sw_glob_surround(arena, glob, step->argument != SW_FORM_STARTS, step->argument != SW_FORM_ENDS);
    if (step->class == SW_MODS_UTF16)
        return sw_glob_utf16(arena, glob, (enum sw_utf16)step->argument, glob);
    return 0;
}

static bool multiplies(const struct sw_step *step)
{
    return step->class == SW_MODS_EXPAND || step->class == SW_MODS_WINDASH || step->class == SW_MODS_BASE64;
}

/* One step on one variant; results are added to `out`. */
static int step_one(struct item *item, const struct sw_yaml *value, const struct sw_step *step,
                    const struct sw_glob *glob, struct variants *out)
{
    if (step->class == SW_MODS_EXPAND)
        return step_expand(item, value, glob, out);
    if (step->class == SW_MODS_WINDASH)
        return step_windash(item, value, glob, out);
    if (step->class == SW_MODS_BASE64)
        return step_base64(item, value, step, glob, out);
    struct sw_glob changed = *glob;
    int rc = step_simple(item, step, &changed);
    return rc != 0 ? rc : add_variant(item, value, out, &changed);
}

/* All steps on a value's glob; *variants is the caller's to free, also on failure. */
static int run_steps(struct item *item, const struct sw_yaml *value, enum sw_glob_mode mode, struct variants *variants)
{
    *variants = (struct variants){0};
    struct sw_glob glob;
    int rc = sw_glob_parse(&item->loader->scratch, value->text, mode, &glob);
    if (rc == 0)
        rc = add_variant(item, value, variants, &glob);
    for (size_t i = 0; rc == 0 && i < item->chain.step_count; i++) {
        struct variants next = {0};
        for (size_t j = 0; rc == 0 && j < variants->count; j++)
            rc = step_one(item, value, &item->chain.steps[i], &variants->list[j], &next);
        sw_free(variants->list);
        *variants = next;
    }
    return rc;
}

/* --- strings -------------------------------------------------------------------------------------------- */

static int push_pred(struct item *item, const struct sw_pred *pred)
{
    uint32_t node;
    int rc = sw_build_pred(item->loader, pred, &node);
    return rc != 0 ? rc : sw_build_push(item->loader, node);
}

static bool has_place(const struct sw_chain *chain)
{
    for (size_t i = 0; i < chain->step_count; i++)
        if (chain->steps[i].class == SW_MODS_PLACE)
            return true;
    return false;
}

static int push_glob(struct item *item, const struct sw_glob *glob)
{
    struct sw_glob whole = *glob;
    struct sw_pred pred = item->base;
    bool anywhere = item->chain.field.len == 0 && !has_place(&item->chain); /* a keyword is looked for anywhere */
    int rc = anywhere ? sw_glob_surround(&item->loader->scratch, &whole, true, true) : 0;
    if (rc == 0)
        rc = sw_glob_finish(&item->loader->rules->arena, &whole, &pred);
    return rc != 0 ? rc : push_pred(item, &pred);
}

/* The common case: no step makes several variants. */
static int single_string(struct item *item, const struct sw_yaml *value)
{
    struct sw_glob glob;
    int rc = sw_glob_parse(&item->loader->scratch, value->text, SW_GLOB_TEXT, &glob);
    for (size_t i = 0; rc == 0 && i < item->chain.step_count; i++)
        rc = step_simple(item, &item->chain.steps[i], &glob);
    return rc != 0 ? rc : push_glob(item, &glob);
}

static int string_value(struct item *item, const struct sw_yaml *value)
{
    if (item->chain.field.len == 0 && value->text.len == 0)
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "an empty keyword is in every event");
    if (!item->multiplied)
        return single_string(item, value);
    struct variants variants;
    int rc = run_steps(item, value, item->chain.expand ? SW_GLOB_EXPAND : SW_GLOB_TEXT, &variants);
    size_t floor = item->loader->stack_count;
    for (size_t i = 0; rc == 0 && i < variants.count; i++)
        rc = push_glob(item, &variants.list[i]);
    sw_free(variants.list);
    uint32_t node;
    if (rc == 0)
        rc = sw_build_close(item->loader, floor, SW_NODE_OR, 0, &node);
    return rc != 0 ? rc : sw_build_push(item->loader, node);
}

/* --- numbers, booleans, null ------------------------------------------------------------------------------ */

/* The shortest decimal text that reads back as the same number. */
static struct sw_str number_text(struct sw_arena *arena, const struct sw_yaml *value)
{
    if (value->kind == SW_YAML_INT)
        return sw_arena_printf(arena, "%lld", (long long)value->integer);
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(text, sizeof text, "%.*g", precision, value->real);
        double back;
        if (sw_str_double(sw_str(text), &back) == 0 && back >= value->real && back <= value->real)
            break;
    }
    return sw_arena_dup(arena, sw_str(text));
}

static double number_of(const struct sw_yaml *value)
{
    return value->kind == SW_YAML_INT ? (double)value->integer : value->real;
}

static int warn_number(struct item *item, const struct sw_yaml *value, struct sw_str text)
{
    if (value->kind != SW_YAML_INT || sw_str_eq(text, value->text))
        return 0;
    return sw_loader_warn(item->loader, NULL, value->line, value->column,
                          "'%.*s' without quotes is the number %.*s; put it in quotes to mean the text",
                          SW_STR_ARG(value->text), SW_STR_ARG(text));
}

static int number_value(struct item *item, const struct sw_yaml *value)
{
    double number = number_of(value);
    if (item->chain.modified || item->chain.field.len == 0 || !isfinite(number))
        return string_value(item, value);
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_PATTERN;
    pred.form = SW_FORM_EXACT;
    pred.literal = number_text(&item->loader->rules->arena, value);
    pred.is_number = fabs(number) < 9007199254740992.0;
    pred.number = number;
    if (pred.literal.ptr == NULL)
        return SW_E_NOMEM;
    int rc = warn_number(item, value, pred.literal);
    return rc != 0 ? rc : push_pred(item, &pred);
}

static int bool_value(struct item *item, const struct sw_yaml *value)
{
    if (item->chain.modified || item->chain.field.len == 0)
        return string_value(item, value);
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_PATTERN;
    pred.form = SW_FORM_EXACT;
    pred.literal = value->truth ? SW_STR("true") : SW_STR("false");
    return push_pred(item, &pred);
}

static int null_value(struct item *item, const struct sw_yaml *value, bool in_list)
{
    if (item->chain.field.len == 0)
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "a keyword can't be null");
    if (in_list)
        return sw_loader_fail(item->loader, value, SW_STR("put null into a selection of its own"),
                              "null can't be one of several values");
    if (item->chain.modified || item->chain.cased)
        return sw_loader_fail(item->loader, value, SW_STR("exists: false tests that a field is absent"),
                              "null can't be modified");
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_NULL;
    pred.cased = false;
    return push_pred(item, &pred);
}

/* --- the other types -------------------------------------------------------------------------------------- */

static int push_regex(struct item *item, const struct sw_yaml *value, struct sw_str text)
{
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_REGEX;
    pred.regex_i = item->chain.regex_i;
    pred.regex_m = item->chain.regex_m;
    pred.regex_s = item->chain.regex_s;
    int rc = sw_loader_keep(item->loader, text, &pred.literal);
    if (rc != 0)
        return rc;
    pcre2_code *code;
    struct sw_error err;
    rc = sw_regex_compile(&code, &pred, &err);
    if (rc != 0)
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION,
                              "the regular expression '%.*s' is wrong at its character %u: %s", SW_STR_ARG(text),
                              err.column, err.text);
    pcre2_code_free(code);
    return push_pred(item, &pred);
}

static void mask_address(uint8_t address[16], unsigned prefix)
{
    for (unsigned bit = prefix; bit < 128; bit++)
        address[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
}

/* "10.0.0.0/8", "fd00::/8", or an address alone. False when it is neither. */
static bool read_network(struct sw_str text, struct sw_pred *pred)
{
    char name[INET6_ADDRSTRLEN];
    size_t slash = sw_str_chr(text, '/');
    struct sw_str host = slash == SW_NPOS ? text : sw_str_slice(text, 0, slash);
    if (host.len >= sizeof name)
        return false;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool v4 = inet_pton(AF_INET, name, pred->address + 12) == 1;
    if (v4)
        memcpy(pred->address, mapped, sizeof mapped);
    else if (inet_pton(AF_INET6, name, pred->address) != 1)
        return false;
    uint64_t bits = v4 ? 32 : 128;
    if (slash != SW_NPOS && (sw_str_u64(sw_str_from(text, slash + 1), &bits) != 0 || bits > (v4 ? 32 : 128)))
        return false;
    pred->prefix = (uint8_t)(bits + (v4 ? 96 : 0));
    return true;
}

static int push_network(struct item *item, const struct sw_yaml *value, struct sw_str text)
{
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_CIDR;
    if (!read_network(text, &pred))
        return sw_loader_fail(item->loader, value, SW_STR("10.0.0.0/8 or fd00::/8"), "'%.*s' is no network",
                              SW_STR_ARG(text));
    uint8_t masked[16];
    memcpy(masked, pred.address, sizeof masked);
    mask_address(masked, pred.prefix);
    if (memcmp(masked, pred.address, sizeof masked) != 0) {
        char name[INET6_ADDRSTRLEN] = "";
        bool v4 = sw_str_chr(text, ':') == SW_NPOS;
        (void)inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? masked + 12 : masked, name, sizeof name);
        struct sw_str suggestion = sw_arena_printf(&item->loader->rules->arena, "%s/%u", name,
                                                   pred.prefix - (v4 ? 96u : 0u));
        return sw_loader_fail(item->loader, value, suggestion, "the network '%.*s' has bits set beyond its prefix",
                              SW_STR_ARG(text));
    }
    int rc = sw_loader_keep(item->loader, text, &pred.literal); /* for explaining */
    return rc != 0 ? rc : push_pred(item, &pred);
}

/* Regular expressions and networks: text as it is written, with placeholders filled in. */
static int raw_value(struct item *item, const struct sw_yaml *value)
{
    if (value->kind == SW_YAML_NULL)
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "null can't be modified");
    if (!item->chain.expand)
        return item->chain.type == SW_ITEM_REGEX ? push_regex(item, value, value->text)
                                                 : push_network(item, value, value->text);
    struct variants variants;
    int rc = run_steps(item, value, SW_GLOB_RAW, &variants);
    size_t floor = item->loader->stack_count;
    for (size_t i = 0; rc == 0 && i < variants.count; i++) {
        struct sw_str text = sw_glob_text(&item->loader->scratch, &variants.list[i]);
        rc = text.ptr == NULL ? SW_E_NOMEM : 0;
        if (rc == 0)
            rc = item->chain.type == SW_ITEM_REGEX ? push_regex(item, value, text) : push_network(item, value, text);
    }
    sw_free(variants.list);
    uint32_t node;
    if (rc == 0)
        rc = sw_build_close(item->loader, floor, SW_NODE_OR, 0, &node);
    return rc != 0 ? rc : sw_build_push(item->loader, node);
}

static int exists_value(struct item *item, const struct sw_yaml *value)
{
    if (value->kind != SW_YAML_BOOL)
        return sw_loader_fail(item->loader, value, SW_STR("true or false, without quotes"),
                              "'exists' takes true or false, not '%.*s'", SW_STR_ARG(value->text));
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_EXISTS;
    uint32_t node;
    int rc = sw_build_pred(item->loader, &pred, &node);
    if (rc == 0 && !value->truth)
        rc = sw_build_not(item->loader, node, &node);
    return rc != 0 ? rc : sw_build_push(item->loader, node);
}

static int fieldref_value(struct item *item, const struct sw_yaml *value)
{
    struct sw_glob glob;
    int rc = sw_glob_parse(&item->loader->scratch, value->text, SW_GLOB_TEXT, &glob);
    if (rc != 0)
        return rc;
    if (value->kind == SW_YAML_NULL || glob.count != 1 || glob.pieces[0].kind != SW_PIECE_LITERAL ||
        value->text.len > SW_MAX_FIELD_NAME)
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "'fieldref' takes the name of a field, not '%.*s'",
                              SW_STR_ARG(value->text));
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_FIELDREF;
    pred.form = item->chain.form;
    pred.other = sw_field_intern(glob.pieces[0].text);
    return push_pred(item, &pred);
}

/* The number that a comparison or time part takes; text in quotes that reads as one is fine. */
static int take_number(struct item *item, const struct sw_yaml *value, double *number)
{
    if (value->kind == SW_YAML_INT || value->kind == SW_YAML_FLOAT)
        *number = number_of(value);
    if ((value->kind == SW_YAML_INT || value->kind == SW_YAML_FLOAT) && isfinite(*number))
        return 0;
    if (value->kind == SW_YAML_STRING && sw_str_double(value->text, number) == 0 && isfinite(*number))
        return 0;
    const struct sw_step *last = &item->chain.steps[item->chain.step_count - 1];
    return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "'%s' takes a number, not '%.*s'",
                          sw_modifier_name((enum sw_modifier)last->modifier), SW_STR_ARG(value->text));
}

static int compare_value(struct item *item, const struct sw_yaml *value)
{
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_COMPARE;
    pred.compare = item->chain.compare;
    int rc = take_number(item, value, &pred.number);
    return rc != 0 ? rc : push_pred(item, &pred);
}

static int time_value(struct item *item, const struct sw_yaml *value)
{
    static const struct {
        const char *name;
        double least, most;
    } ranges[] = {[SW_PART_MINUTE] = {"minute", 0, 59}, [SW_PART_HOUR] = {"hour", 0, 23},
                  [SW_PART_DAY] = {"day", 1, 31},       [SW_PART_WEEK] = {"week", 1, 53},
                  [SW_PART_MONTH] = {"month", 1, 12},   [SW_PART_YEAR] = {"year", 0, 9999}};
    struct sw_pred pred = item->base;
    pred.kind = SW_PRED_TIMEPART;
    pred.compare = item->chain.compare;
    pred.part = item->chain.part;
    int rc = take_number(item, value, &pred.number);
    if (rc != 0)
        return rc;
    if (pred.compare == SW_EQ && (pred.number < ranges[pred.part].least || pred.number > ranges[pred.part].most))
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION, "'%s' is between %.0f and %.0f, never %.*s",
                              ranges[pred.part].name, ranges[pred.part].least, ranges[pred.part].most,
                              SW_STR_ARG(value->text));
    return push_pred(item, &pred);
}

/* --- items ------------------------------------------------------------------------------------------------ */

/* Pushes the node of one value. */
static int one_value(struct item *item, const struct sw_yaml *value, bool in_list)
{
    if (!sw_yaml_is_scalar(value))
        return sw_loader_fail(item->loader, value, SW_NO_SUGGESTION,
                              "a value must be text, a number, true, false or null, not %s", sw_yaml_kind_name(value));
    switch ((enum sw_item_type)item->chain.type) {
    case SW_ITEM_REGEX:
    case SW_ITEM_CIDR:
        return raw_value(item, value);
    case SW_ITEM_EXISTS:
        return exists_value(item, value);
    case SW_ITEM_FIELDREF:
        return fieldref_value(item, value);
    case SW_ITEM_COMPARE:
        return compare_value(item, value);
    case SW_ITEM_TIME:
        return time_value(item, value);
    case SW_ITEM_STRING:
        break;
    }
    if (value->kind == SW_YAML_NULL)
        return null_value(item, value, in_list);
    if (value->kind == SW_YAML_BOOL)
        return bool_value(item, value);
    return value->kind == SW_YAML_STRING ? string_value(item, value) : number_value(item, value);
}

static int all_values(struct item *item, const struct sw_yaml *value)
{
    if (value->kind != SW_YAML_LIST)
        return one_value(item, value, false);
    if (value->count == 0)
        return sw_loader_fail(item->loader, value, SW_STR("write null if the field shall be absent"),
                              "the list of values is empty");
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < value->count; i++)
        rc = one_value(item, value->items[i], value->count > 1);
    return rc;
}

int sw_item_parse(struct sw_loader *loader, const struct sw_yaml *key, const struct sw_yaml *value, uint32_t *node)
{
    struct item item = {.loader = loader, .key = key};
    int rc = sw_chain_parse(loader, key, &item.chain);
    if (rc != 0)
        return rc;
    if (item.chain.field.len > SW_MAX_FIELD_NAME)
        return sw_loader_fail(loader, key, SW_NO_SUGGESTION, "the field's name is longer than %u bytes",
                              SW_MAX_FIELD_NAME);
    item.base.cased = item.chain.cased;
    item.base.field = item.chain.field.len > 0 ? sw_field_intern(item.chain.field) : SW_FIELD_NONE;
    for (size_t i = 0; i < item.chain.step_count; i++)
        item.multiplied = item.multiplied || multiplies(&item.chain.steps[i]);
    size_t floor = loader->stack_count;
    rc = all_values(&item, value);
    if (rc == 0)
        rc = sw_build_close(loader, floor, item.chain.all ? SW_NODE_AND : SW_NODE_OR, 0, node);
    if (rc == 0 && item.chain.neq)
        rc = sw_build_not(loader, *node, node);
    return rc;
}
