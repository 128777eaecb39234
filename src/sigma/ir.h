/*
 * ir.h - Sigma rules as parsed: the intermediate form between YAML and the compiled matcher.
 *
 * A rule's detection becomes one boolean tree over predicates. All of Sigma's sugar is gone: modifiers, wildcards,
 * escapes, windash, base64 variants and `1 of x*` are resolved here, so that the matcher and the plain evaluator in the
 * tests read the same, small language. Semantics: docs/sigma.md.
 *
 * Owner: a struct sw_rules owns everything through one arena.      Trust: hostile input (rules come from strangers).
 */
#ifndef SW_SIGMA_IR_H
#define SW_SIGMA_IR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"
#include "event/logsource.h"

#include <stdint.h>

/* --- predicates --------------------------------------------------------------------------------------- */

/*
 * How a predicate is decided, once and for all (the matcher and the oracle both follow this):
 *  - A field's values are all of the event's fields with the same key (sw_field_key), after the view's field map.
 *    A predicate holds when one of the values passes; a value of type SW_NULL passes nothing but EXISTS.
 *  - Patterns compare bytes: both sides folded by sw_utf8_fold() unless `cased`; bytes that are not UTF-8 stay as they
 * are.
 *    `?` takes one code point (or one byte that is not UTF-8) of the folded value, `*` any bytes, line ends included.
 *  - A literal may hold any byte (base64 and UTF-16 variants of text).
 *  - COMPARE: sw_str_double() must read the whole value, else it doesn't hold, whatever the operator.
 *  - REGEX: as compiled by sigma/regex.h, on the value's bytes as they are.
 *  - TIMEPART: the value is read by sw_time_iso(), else sw_time_clf(), else sw_time_epoch(); the part is taken in UTC;
 *    the week is ISO 8601's. What can't be read doesn't hold.
 *  - CIDR: the whole value is an address as inet_pton() takes it.
 *  - FIELDREF: holds when a value of `field` and a value of `other` stand in the relation of `form` (EXACT, CONTAINS,
 *    STARTS, ENDS: the value of `other` is in, at the start of, at the end of the value of `field`).
 */

enum sw_pred_kind {
    SW_PRED_PATTERN,   /* string match: see `form` */
    SW_PRED_REGEX,     /* PCRE search in the value (unanchored) */
    SW_PRED_CIDR,      /* value is an address inside the network */
    SW_PRED_COMPARE,   /* value, read as a number, compared with `number` */
    SW_PRED_NULL,      /* field absent or null */
    SW_PRED_EXISTS,    /* field present, be it empty or null (exists: true; `exists: false` is its NOT) */
    SW_PRED_FIELDREF,  /* value compared, as string, with the value of field `other`, in the way of `form` */
    SW_PRED_TIMEPART   /* a part of a time value, compared with `number`: see `part` */
};

/* Form of a pattern; `literal` has wildcards and escapes resolved. Every string predicate has one canonical form. */
enum sw_pattern_form {
    SW_FORM_EXACT,    /* value equals literal ("" matches the empty value) */
    SW_FORM_CONTAINS, /* also `*lit*` */
    SW_FORM_STARTS,   /* also `lit*` */
    SW_FORM_ENDS,     /* also `*lit` */
    SW_FORM_WILD,     /* anything else: tokens, anchored at both ends */
    SW_FORM_ANY       /* `*`: field present and not null, any value */
};

enum sw_token_kind {
    SW_TOKEN_LITERAL,
    SW_TOKEN_MANY /* `*` */,
    SW_TOKEN_ONE /* `?`: exactly one character (code point) */
};

struct sw_token {
    enum sw_token_kind kind;
    struct sw_str text; /* literals only; never empty */
};

enum sw_compare { SW_LT, SW_LTE, SW_GT, SW_GTE, SW_EQ, SW_NEQ };
enum sw_time_part { SW_PART_MINUTE, SW_PART_HOUR, SW_PART_DAY, SW_PART_WEEK, SW_PART_MONTH, SW_PART_YEAR };

struct sw_pred {
    uint8_t kind;      /* enum sw_pred_kind */
    uint8_t form;      /* PATTERN and FIELDREF: enum sw_pattern_form */
    bool cased;        /* PATTERN, FIELDREF: letter case counts. Else simple Unicode lower case on both sides, with
                          ASCII letters equal to ASCII letters only (sw_fold_code) */
    bool is_number;    /* PATTERN/EXACT from a YAML number below 2^53: also holds for a value that sw_str_double() reads
                          as `number` (4688 and 4688.0), whatever the value's type */
    bool regex_i;      /* REGEX flags */
    bool regex_m;
    bool regex_s;
    uint8_t compare;   /* COMPARE, TIMEPART: enum sw_compare (TIMEPART: SW_EQ unless lt, gte and so on follow) */
    uint8_t part;      /* TIMEPART: enum sw_time_part */
    sw_field_id field; /* SW_FIELD_NONE: a keyword: holds when the value of any field passes (never NULL or EXISTS);
                          for text formats the whole raw line is one of the values */
    sw_field_id other; /* FIELDREF */
    struct sw_str literal;  /* PATTERN except WILD and ANY; REGEX: the pattern's source */
    const struct sw_token *tokens; /* WILD */
    size_t token_count;
    double number;     /* COMPARE, TIMEPART, PATTERN with is_number */
    uint8_t address[16]; /* CIDR: network order; IPv4 as ::ffff:a.b.c.d */
    uint8_t prefix; /* CIDR: bits of `address` that count, 0-128. A value in dotted form never lies in a network with
                       a prefix below 96 (an IPv6 network); ::ffff:a.b.c.d lies in IPv4 networks as well */
};

/* --- conditions --------------------------------------------------------------------------------------- */

enum sw_node_kind { SW_NODE_AND, SW_NODE_OR, SW_NODE_NOT, SW_NODE_AT_LEAST, SW_NODE_PRED, SW_NODE_TRUE, SW_NODE_FALSE };

/* A node of a rule's condition. Nodes are shared: a selection that the condition uses twice, or a filter that many
 * rules have, is there once. A node's children have lower indices than the node. Children are `count` indices from
 * rules->children[first]; a predicate node has `pred`. */
struct sw_node {
    uint8_t kind;
    uint32_t first;
    uint32_t count;
    uint32_t need; /* AT_LEAST: how many children must hold */
    uint32_t pred; /* PRED: index into rules->preds */
};

/* --- rules -------------------------------------------------------------------------------------------- */

enum sw_level {
    SW_LEVEL_NONE,
    SW_LEVEL_INFORMATIONAL,
    SW_LEVEL_LOW,
    SW_LEVEL_MEDIUM,
    SW_LEVEL_HIGH,
    SW_LEVEL_CRITICAL
};
struct sw_str sw_level_name(enum sw_level level); /* "informational"; "" for none */
int sw_level_parse(struct sw_str name, enum sw_level *level);

struct sw_rule {
    struct sw_str id;    /* UUID as written; if the rule has none: "unnamed-" and a hash of its file's bytes */
    struct sw_str name;  /* `name:`, for correlations; may be empty */
    struct sw_str title;
    struct sw_str description;
    struct sw_str status;
    struct sw_str author;
    struct sw_str falsepositives; /* joined by "; " */
    const struct sw_str *tags; /* as written: "attack.t1059.001" */
    size_t tag_count;
    const struct sw_str *references;
    size_t reference_count;
    const struct sw_str *show_fields; /* `fields:` */
    size_t show_field_count;
    struct sw_logsource logsource;
    struct sw_str condition; /* as written, for explain */
    struct sw_str path;   /* file, or "archive!member" */
    uint32_t root;        /* node index of the condition */
    uint32_t line;        /* of the document's start */
    enum sw_level level;
    bool silent;          /* only feeds correlations that don't say `generate`: gives no finding itself */
    bool derived; /* made by the loader for a legacy `| count()` or `| near`: part of a correlation, not a document
                     of its own (not counted among the loaded rules) */
    struct sw_str definition; /* logsource.definition: what has to be switched on */
    struct sw_str date;
    struct sw_str modified;
};

enum sw_correlation_type {
    SW_EVENT_COUNT, SW_VALUE_COUNT, SW_TEMPORAL, SW_TEMPORAL_ORDERED, SW_VALUE_SUM, SW_VALUE_AVG, SW_VALUE_PERCENTILE,
    SW_VALUE_MEDIAN
};

#define SW_NO_NODE UINT32_MAX
#define SW_TIMESPAN_ALL INT64_MAX /* a legacy aggregation without timeframe: all evidence */

struct sw_str sw_correlation_type_name(enum sw_correlation_type type); /* "event_count" */

/* One term of the correlation's condition: op value. All terms must hold (gt and lt make a range). TEMPORAL types: the
 * number of different refs seen; `gte ref_count` when the rule gives no condition. */
struct sw_bound {
    uint8_t op; /* enum sw_compare */
    double value;
};

/* A field that stands for a group-by name in one of the referred rules. */
struct sw_alias {
    uint32_t group;    /* index into group_by */
    uint32_t rule_ref; /* index into refs */
    sw_field_id field;
};

/* What a correlation refers to: a rule or another correlation. */
struct sw_ref {
    bool is_correlation;
    uint32_t index; /* into rules or correlations */
};

/* What it refers to has a lower index. */
struct sw_correlation {
    struct sw_rule meta;  /* id, title, level, tags, path, line, silent; no log source, no root */
    enum sw_correlation_type type;
    const struct sw_ref *refs;
    size_t ref_count;
    const sw_field_id *group_by;
    size_t group_count;
    const struct sw_alias *aliases;
    size_t alias_count;
    int64_t timespan;     /* ns */
    const struct sw_bound *bounds;
    size_t bound_count;
    const sw_field_id *value_fields; /* value_count may count distinct tuples; others have one */
    size_t value_field_count;
    double percentile;    /* VALUE_PERCENTILE: 0 (the least value) to 100 (the greatest) */
    uint32_t condition_root; /* TEMPORAL, TEMPORAL_ORDERED with an expression over rule names (extended): a node whose
                                PRED nodes' `pred` is an index into refs; SW_NO_NODE: bounds decide */
    bool generate;        /* the referred rules give their own findings as well */
};

struct sw_reject {
    struct sw_str path;
    struct sw_str id;     /* may be empty */
    struct sw_str title;  /* may be empty */
    struct sw_str reason; /* one sentence */
    struct sw_str suggestion; /* may be empty */
    uint32_t line;
    uint32_t column;
    bool placeholder;     /* rejected only because a placeholder has no value */
};

struct sw_rules {
    struct sw_arena arena;
    struct sw_rule *rules;
    size_t rule_count;
    struct sw_correlation *correlations;
    size_t correlation_count;
    struct sw_reject *rejects;
    size_t reject_count;
    struct sw_reject *warnings; /* loaded, but worth a word: duplicate ids, unknown fields of the document, ... */
    size_t warning_count;
    struct sw_pred *preds;
    size_t pred_count;
    struct sw_node *nodes;
    size_t node_count;
    uint32_t *children;
    size_t child_count;
    size_t rule_cap, correlation_cap, reject_cap, warning_cap, pred_cap, node_cap, child_cap; /* loader's bookkeeping */
    size_t filter_count;  /* filter documents applied */
    struct sw_hash_of_rules { uint64_t high, low; } content; /* hash of all rule bytes and options, in load order */
};

#endif
