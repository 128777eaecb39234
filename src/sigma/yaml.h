/*
 * yaml.h - YAML text as a document tree with positions, read through libyaml's events.
 *
 * Scalars are resolved by YAML 1.1's core types as PyYAML resolves them, since that is what Sigma rules are written
 * against: `0x1F` and `017` are integers, `yes` is a boolean, `1e5` is a string; what is quoted is always a string.
 * Anchors, aliases and merge keys (`<<`) work; the same key twice in a map is an error.
 *
 * Owner:   nodes and text live in the arena given to sw_yaml_next().
 * Limits:  SW_MAX_YAML_DEPTH levels, SW_MAX_RULE_NODES nodes a document with every alias counted as what it stands for.
 * Errors:  SW_E_FORMAT, SW_E_LIMIT, SW_E_NOMEM, with line and column; the next call goes on with the next document.
 * Trust:   hostile input.
 */
#ifndef SW_SIGMA_YAML_H
#define SW_SIGMA_YAML_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum sw_yaml_kind { SW_YAML_NULL, SW_YAML_BOOL, SW_YAML_INT, SW_YAML_FLOAT, SW_YAML_STRING, SW_YAML_LIST, SW_YAML_MAP };

struct sw_yaml;

struct sw_yaml_pair {
    const struct sw_yaml *key; /* a scalar; its text is what counts */
    const struct sw_yaml *value;
};

struct sw_yaml {
    uint8_t kind;       /* enum sw_yaml_kind */
    bool plain;         /* a scalar without quotes and not a block */
    uint32_t line;      /* from 1, in the whole text */
    uint32_t column;    /* from 1, in code points */
    uint32_t count;     /* items of a list, pairs of a map */
    uint32_t weight;    /* nodes below and including this one, aliases expanded */
    struct sw_str text; /* a scalar as written, quotes and escapes resolved; terminated */
    union {
        bool truth;
        int64_t integer;
        double real;
        const struct sw_yaml **items;
        struct sw_yaml_pair *pairs;
    };
};

/* A text cut into documents. Each is parsed by itself, so that a broken one costs no other. */
struct sw_yaml_stream {
    struct sw_str rest;
    uint32_t line; /* of the first byte of rest */
};

struct sw_yaml_document {
    const struct sw_yaml *root; /* NULL: nothing but comments */
    struct sw_str source;       /* the document's own bytes */
    uint32_t line;              /* of its first content, or of its first byte */
};

/* `text` is UTF-8, a byte order mark is skipped; it must stay until the last document was taken. */
void sw_yaml_open(struct sw_yaml_stream *stream, struct sw_str text);

/* 1: a document; 0: the text is finished; SW_E_*: a document that can't be read (source and line are set). */
int sw_yaml_next(struct sw_yaml_stream *stream, struct sw_arena *arena, struct sw_yaml_document *document,
                 struct sw_error *err);

/* The value of a key, or NULL; also NULL when `map` is no map or NULL. */
const struct sw_yaml *sw_yaml_get(const struct sw_yaml *map, const char *key);

static inline bool sw_yaml_is_scalar(const struct sw_yaml *node)
{
    return node->kind < SW_YAML_LIST;
}

/* Gives a plain scalar with the given text its kind and value (SW_YAML_STRING when it is nothing else). */
void sw_yaml_resolve(struct sw_yaml *node);

/* "a list", "a map", "text", "a number", "true or false", "nothing": for messages. */
const char *sw_yaml_kind_name(const struct sw_yaml *node);

#endif
