/*
 * modifier.h - the chain of modifiers after a field's name: `CommandLine|contains|all`.
 *
 * Which modifiers there are, in which order and with which others each may stand: docs/sigma.md has the table that
 * modifier.c decides by.
 */
#ifndef SW_SIGMA_MODIFIER_H
#define SW_SIGMA_MODIFIER_H

#include "sigma/loader_priv.h"

/* name in rules, enum name, class, argument (of a class with several members) */
#define SW_MODIFIERS(X) \
    X("all", SW_MOD_ALL, LINK, 0) \
    X("neq", SW_MOD_NEQ, LINK, 0) \
    X("contains", SW_MOD_CONTAINS, PLACE, SW_FORM_CONTAINS) \
    X("startswith", SW_MOD_STARTSWITH, PLACE, SW_FORM_STARTS) \
    X("endswith", SW_MOD_ENDSWITH, PLACE, SW_FORM_ENDS) \
    X("cased", SW_MOD_CASED, CASE, 0) \
    X("expand", SW_MOD_EXPAND, EXPAND, 0) \
    X("windash", SW_MOD_WINDASH, WINDASH, 0) \
    X("utf16le", SW_MOD_UTF16LE, UTF16, SW_UTF16_LE) \
    X("wide", SW_MOD_WIDE, UTF16, SW_UTF16_LE) \
    X("utf16be", SW_MOD_UTF16BE, UTF16, SW_UTF16_BE) \
    X("utf16", SW_MOD_UTF16, UTF16, SW_UTF16_BOM) \
    X("base64", SW_MOD_BASE64, BASE64, 0) \
    X("base64offset", SW_MOD_BASE64OFFSET, BASE64, 1) \
    X("re", SW_MOD_RE, RE, 0) \
    X("i", SW_MOD_I, FLAG, 'i') \
    X("ignorecase", SW_MOD_IGNORECASE, FLAG, 'i') \
    X("m", SW_MOD_M, FLAG, 'm') \
    X("multiline", SW_MOD_MULTILINE, FLAG, 'm') \
    X("s", SW_MOD_S, FLAG, 's') \
    X("dotall", SW_MOD_DOTALL, FLAG, 's') \
    X("cidr", SW_MOD_CIDR, CIDR, 0) \
    X("exists", SW_MOD_EXISTS, EXISTS, 0) \
    X("fieldref", SW_MOD_FIELDREF, FIELDREF, 0) \
    X("lt", SW_MOD_LT, COMPARE, SW_LT) \
    X("lte", SW_MOD_LTE, COMPARE, SW_LTE) \
    X("gt", SW_MOD_GT, COMPARE, SW_GT) \
    X("gte", SW_MOD_GTE, COMPARE, SW_GTE) \
    X("minute", SW_MOD_MINUTE, TIME, SW_PART_MINUTE) \
    X("hour", SW_MOD_HOUR, TIME, SW_PART_HOUR) \
    X("day", SW_MOD_DAY, TIME, SW_PART_DAY) \
    X("week", SW_MOD_WEEK, TIME, SW_PART_WEEK) \
    X("month", SW_MOD_MONTH, TIME, SW_PART_MONTH) \
    X("year", SW_MOD_YEAR, TIME, SW_PART_YEAR)

enum sw_modifier {
#define SW_MOD_ENUM(text, name, class, argument) name,
    SW_MODIFIERS(SW_MOD_ENUM)
#undef SW_MOD_ENUM
    SW_MODIFIER_COUNT
};

enum sw_modifier_class {
    SW_MODS_LINK,
    SW_MODS_PLACE,
    SW_MODS_CASE,
    SW_MODS_EXPAND,
    SW_MODS_WINDASH,
    SW_MODS_UTF16,
    SW_MODS_BASE64,
    SW_MODS_RE,
    SW_MODS_FLAG,
    SW_MODS_CIDR,
    SW_MODS_EXISTS,
    SW_MODS_FIELDREF,
    SW_MODS_COMPARE,
    SW_MODS_TIME,
    SW_MODS_COUNT
};

enum { SW_MAX_MODIFIERS = 12 };

/* What kind of test the values become. */
enum sw_item_type {
    SW_ITEM_STRING,
    SW_ITEM_REGEX,
    SW_ITEM_CIDR,
    SW_ITEM_EXISTS,
    SW_ITEM_FIELDREF,
    SW_ITEM_COMPARE,
    SW_ITEM_TIME
};

struct sw_step {
    uint8_t modifier; /* enum sw_modifier */
    uint8_t class;    /* enum sw_modifier_class */
    uint8_t argument;
};

/* A key of a detection map, understood. */
struct sw_chain {
    struct sw_str field; /* empty: keywords */
    uint8_t type;        /* enum sw_item_type */
    bool all;
    bool neq;
    bool cased;
    bool expand;
    bool regex_i, regex_m, regex_s;
    bool modified;       /* a string modifier other than all, neq and cased is there */
    uint8_t form;        /* FIELDREF: enum sw_pattern_form */
    uint8_t compare;     /* COMPARE, TIME */
    uint8_t part;        /* TIME */
    struct sw_step steps[SW_MAX_MODIFIERS]; /* in order; all of them */
    size_t step_count;
};

/* Understands a key; a fault names the modifier and its column. NULL key: keywords without modifiers. */
int sw_chain_parse(struct sw_loader *loader, const struct sw_yaml *key, struct sw_chain *chain);

const char *sw_modifier_name(enum sw_modifier modifier);

#endif
