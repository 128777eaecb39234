/* modifier.c - the table of modifiers, and the check that a chain of them makes sense in its order. What they do to
 * values is value.c's. */
#include "sigma/modifier.h"

#include "sigma/pattern.h"
#include "sigma/suggest.h"

static const struct {
    const char *name;
    uint8_t class;
    uint8_t argument;
} table[] = {
#define SW_MOD_ROW(text, name, class, argument) [name] = {text, SW_MODS_##class, (uint8_t)(argument)},
    SW_MODIFIERS(SW_MOD_ROW)
#undef SW_MOD_ROW
};

/* Words that people write for one of ours, from other tools or by habit. */
static const struct {
    const char *word;
    const char *meant;
} habits[] = {{"equalsfield", "fieldref"}, {"endswithfield", "fieldref|endswith"},
              {"regex", "re"},            {"regexp", "re"},
              {"not", "neq"},             {"ne", "neq"},
              {"ge", "gte"},              {"le", "lte"},
              {"like", "contains"},       {"ip", "cidr"},
              {"case", "cased"},          {"casesensitive", "cased"}};

const char *sw_modifier_name(enum sw_modifier modifier)
{
    return table[modifier].name;
}

/* The chain's key and where in it we are, for faults. */
struct place {
    struct sw_loader *loader;
    const struct sw_yaml *key;
    size_t offset; /* of the modifier in the key's text */
    struct sw_str word;
};

static uint32_t column_of(const struct place *p)
{
    uint32_t quote = p->key->plain ? 0 : 1;
    return p->key->column + quote + (uint32_t)p->offset;
}

static int wrong(const struct place *p, const char *why)
{
    return sw_loader_fail_at(p->loader, p->key->line, column_of(p), SW_NO_SUGGESTION, "the modifier '%.*s' %s",
                             SW_STR_ARG(p->word), why);
}

static int wrong_try(const struct place *p, const char *suggestion, const char *why)
{
    return sw_loader_fail_at(p->loader, p->key->line, column_of(p), sw_str(suggestion), "the modifier '%.*s' %s",
                             SW_STR_ARG(p->word), why);
}

static int unknown(const struct place *p)
{
    if (p->word.len == 0)
        return sw_loader_fail_at(p->loader, p->key->line, column_of(p), SW_NO_SUGGESTION,
                                 "a modifier is missing after '|' in '%.*s'", SW_STR_ARG(p->key->text));
    struct sw_suggest suggest;
    sw_suggest_init(&suggest, p->word);
    for (size_t i = 0; i < SW_MODIFIER_COUNT; i++)
        sw_suggest_offer(&suggest, sw_str(table[i].name));
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (sw_str_ieq(p->word, sw_str(habits[i].word)))
            suggest.best = sw_str(habits[i].meant);
    return sw_loader_fail_at(p->loader, p->key->line, column_of(p), suggest.best, "unknown modifier '%.*s'",
                             SW_STR_ARG(p->word));
}

static bool has_class(const struct sw_chain *chain, enum sw_modifier_class class)
{
    for (size_t i = 0; i < chain->step_count; i++)
        if (chain->steps[i].class == class)
            return true;
    return false;
}

/* Only `all`, `neq` and, where `expand_too`, `expand` may have come before. */
static bool comes_first(const struct sw_chain *chain, bool expand_too)
{
    for (size_t i = 0; i < chain->step_count; i++) {
        uint8_t class = chain->steps[i].class;
        if (class != SW_MODS_LINK && !(expand_too && class == SW_MODS_EXPAND))
            return false;
    }
    return true;
}

/* --- one rule for each class ---------------------------------------------------------------------------- */

static int check_link(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    if (step->modifier == SW_MOD_ALL && chain->type == SW_ITEM_EXISTS)
        return wrong(p, "has no meaning with 'exists'");
    if (step->modifier == SW_MOD_ALL)
        chain->all = true;
    else
        chain->neq = true;
    return 0;
}

static int check_place(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    if (chain->type == SW_ITEM_REGEX)
        return wrong(p, "can't follow 're': an expression is found anywhere; anchor it with '^' and '$'");
    if (chain->type != SW_ITEM_STRING && chain->type != SW_ITEM_FIELDREF)
        return wrong(p, "works on text only, not on what the modifier before it makes");
    if (has_class(chain, SW_MODS_PLACE))
        return wrong(p, "can't stand beside another of contains, startswith and endswith");
    chain->form = step->argument;
    return 0;
}

static int check_case(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (chain->type == SW_ITEM_REGEX)
        return wrong(p, "isn't needed with 're': expressions are case-sensitive unless 'i' follows");
    if (chain->type != SW_ITEM_STRING && chain->type != SW_ITEM_FIELDREF)
        return wrong(p, "works on text only, not on what the modifier before it makes");
    chain->cased = true;
    return 0;
}

static int check_expand(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (has_class(chain, SW_MODS_UTF16) || has_class(chain, SW_MODS_BASE64))
        return wrong_try(p, "put expand first", "must come before the encoding");
    if (chain->type != SW_ITEM_STRING && chain->type != SW_ITEM_REGEX && chain->type != SW_ITEM_CIDR)
        return wrong(p, "works on text only, not on what the modifier before it makes");
    chain->expand = true;
    return 0;
}

static int check_windash(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (chain->type != SW_ITEM_STRING)
        return wrong(p, "works on text only, not on what the modifier before it makes");
    if (has_class(chain, SW_MODS_UTF16) || has_class(chain, SW_MODS_BASE64))
        return wrong_try(p, "put windash first", "must come before the encoding");
    return 0;
}

static int check_utf16(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (chain->type != SW_ITEM_STRING)
        return wrong(p, "works on text only, not on what the modifier before it makes");
    if (has_class(chain, SW_MODS_BASE64))
        return wrong_try(p, "put it before base64 or base64offset", "must come before base64");
    if (has_class(chain, SW_MODS_UTF16))
        return wrong(p, "can't follow another UTF-16 modifier");
    return 0;
}

static int check_base64(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    if (chain->type != SW_ITEM_STRING)
        return wrong(p, "works on text only, not on what the modifier before it makes");
    if (has_class(chain, SW_MODS_PLACE))
        return wrong_try(p, step->argument ? "base64offset|contains" : "base64|contains",
                         "must come before contains, startswith and endswith: wildcards can't be encoded");
    if (has_class(chain, SW_MODS_BASE64))
        return wrong(p, "can't follow another base64 modifier");
    return 0;
}

static int check_re(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (!comes_first(chain, true))
        return wrong_try(p, "put re first", "must be the first one: it takes the value as it is written");
    chain->type = SW_ITEM_REGEX;
    return 0;
}

static int check_flag(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    if (chain->type != SW_ITEM_REGEX)
        return wrong_try(p, "re|i, re|m or re|s", "is a flag of 're' and must follow it");
    chain->regex_i = chain->regex_i || step->argument == 'i';
    chain->regex_m = chain->regex_m || step->argument == 'm';
    chain->regex_s = chain->regex_s || step->argument == 's';
    return 0;
}

static int check_cidr(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (!comes_first(chain, true))
        return wrong_try(p, "put cidr first", "must be the first one: it takes the value as it is written");
    chain->type = SW_ITEM_CIDR;
    return 0;
}

static int check_exists(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (!comes_first(chain, false) || chain->all)
        return wrong(p, "stands alone");
    if (chain->field.len == 0)
        return wrong(p, "needs a field");
    chain->type = SW_ITEM_EXISTS;
    return 0;
}

static int check_fieldref(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    (void)step;
    if (chain->type != SW_ITEM_STRING || has_class(chain, SW_MODS_EXPAND) || has_class(chain, SW_MODS_WINDASH) ||
        has_class(chain, SW_MODS_UTF16) || has_class(chain, SW_MODS_BASE64))
        return wrong(p, "goes only with contains, startswith, endswith, cased, neq and all");
    if (chain->field.len == 0)
        return wrong(p, "needs a field");
    chain->type = SW_ITEM_FIELDREF;
    return 0;
}

static bool only_links(const struct sw_chain *chain)
{
    return comes_first(chain, false);
}

static int check_compare(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    if (chain->type == SW_ITEM_COMPARE || (chain->type == SW_ITEM_TIME && has_class(chain, SW_MODS_COMPARE)))
        return wrong(p, "can't follow another comparison; write a second line for the other bound");
    if (chain->type != SW_ITEM_TIME && !only_links(chain))
        return wrong(p, "works on numbers, not on what the modifier before it makes");
    if (chain->field.len == 0)
        return wrong(p, "needs a field");
    chain->compare = step->argument;
    if (chain->type != SW_ITEM_TIME)
        chain->type = SW_ITEM_COMPARE;
    return 0;
}

static int check_time(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    if (!only_links(chain))
        return wrong(p, "works on a time's value as it is, not on what the modifier before it makes");
    if (chain->field.len == 0)
        return wrong(p, "needs a field");
    chain->type = SW_ITEM_TIME;
    chain->part = step->argument;
    chain->compare = SW_EQ;
    return 0;
}

static int check(const struct place *p, struct sw_chain *chain, const struct sw_step *step)
{
    static int (*const checks[SW_MODS_COUNT])(const struct place *, struct sw_chain *, const struct sw_step *) = {
        [SW_MODS_LINK] = check_link,       [SW_MODS_PLACE] = check_place,       [SW_MODS_CASE] = check_case,
        [SW_MODS_EXPAND] = check_expand,   [SW_MODS_WINDASH] = check_windash,   [SW_MODS_UTF16] = check_utf16,
        [SW_MODS_BASE64] = check_base64,   [SW_MODS_RE] = check_re,             [SW_MODS_FLAG] = check_flag,
        [SW_MODS_CIDR] = check_cidr,       [SW_MODS_EXISTS] = check_exists,     [SW_MODS_FIELDREF] = check_fieldref,
        [SW_MODS_COMPARE] = check_compare, [SW_MODS_TIME] = check_time};
    for (size_t i = 0; i < chain->step_count; i++)
        if (chain->steps[i].modifier == step->modifier)
            return wrong(p, "is there twice");
    if (chain->step_count == SW_MAX_MODIFIERS)
        return wrong(p, "is one too many");
    return checks[step->class](p, chain, step);
}

static int add_modifier(const struct place *p, struct sw_chain *chain)
{
    size_t found = 0;
    while (found < SW_MODIFIER_COUNT && !sw_str_is(p->word, table[found].name))
        found++;
    if (found == SW_MODIFIER_COUNT)
        return unknown(p);
    struct sw_step step = {(uint8_t)found, table[found].class, table[found].argument};
    int rc = check(p, chain, &step);
    if (rc != 0)
        return rc;
    if (step.class != SW_MODS_LINK && step.class != SW_MODS_CASE)
        chain->modified = true;
    chain->steps[chain->step_count++] = step;
    return 0;
}

int sw_chain_parse(struct sw_loader *loader, const struct sw_yaml *key, struct sw_chain *chain)
{
    *chain = (struct sw_chain){.form = SW_FORM_EXACT};
    if (key == NULL)
        return 0;
    struct sw_str rest = key->text;
    if (rest.len == 0)
        return 0;
    (void)sw_str_next(&rest, '|', &chain->field);
    struct place p = {loader, key, chain->field.len + 1, {NULL, 0}};
    while (sw_str_next(&rest, '|', &p.word)) {
        int rc = add_modifier(&p, chain);
        if (rc != 0)
            return rc;
        p.offset += p.word.len + 1;
    }
    return 0;
}
