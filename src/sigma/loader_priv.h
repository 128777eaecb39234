/*
 * loader_priv.h - what the parts of the Sigma loader share: the rule set being built, where we are in it, and how a
 * fault or a warning is put on record. Only for src/sigma/.
 *
 * Functions return 0 or SW_E_*. SW_E_FORMAT means that sw_loader_fail() has recorded why the present document is
 * rejected, and the loader goes on with the next; any other error ends loading.
 */
#ifndef SW_SIGMA_LOADER_PRIV_H
#define SW_SIGMA_LOADER_PRIV_H

#include "base/map.h"
#include "sigma/ir.h"
#include "sigma/load.h"
#include "sigma/yaml.h"

/* Bounds on what one rule's sugar may expand to: predicates of one document, and variants of one value. */
#define SW_MAX_RULE_PREDS 200000u
#define SW_MAX_VARIANTS 4096u
#define SW_MAX_PLACEHOLDERS 65536u
#define SW_MAX_RULES_ARENA ((size_t)1 << 30)

/* Why the present document is rejected. Text lives in the rules' arena. */
struct sw_fault {
    bool set;
    uint32_t line;
    uint32_t column;
    struct sw_str reason;
    struct sw_str suggestion;
};

struct sw_placeholder {
    struct sw_str name;
    const struct sw_str *values;
    size_t count;
};

/* A reference from a correlation or filter to a rule, by id or name, with its place. */
struct sw_reference {
    struct sw_str text;
    uint32_t line;
    uint32_t column;
};

/* A field that stands for a group-by name in the events of one rule, unresolved. */
struct sw_pending_alias {
    uint32_t group; /* index into the correlation's group_by */
    struct sw_reference rule;
    sw_field_id field;
};

enum sw_pending_state {
    SW_PENDING_WAITING,
    SW_PENDING_OPEN /* its references are being looked at */,
    SW_PENDING_GOOD,
    SW_PENDING_BAD
};

/* A correlation whose references wait until everything is read. */
struct sw_pending_correlation {
    struct sw_correlation correlation;
    struct sw_reference *rules;
    size_t rule_count;
    struct sw_pending_alias *aliases;
    size_t alias_count;
    uint8_t state;                    /* enum sw_pending_state */
    uint32_t final;                   /* index into rules->correlations once good */
};

struct sw_pending_filter {
    struct sw_rule meta; /* title, id, log source, path, line */
    bool any;            /* applies to every rule of its log source */
    struct sw_reference *rules;
    size_t rule_count;
    uint32_t node;       /* what must hold beside the rule's own condition */
};

enum sw_record_kind { SW_RECORD_RULE, SW_RECORD_CORRELATION, SW_RECORD_REJECTED, SW_RECORD_SKIPPED };

/* A document that was read: what references and duplicate ids are looked up in. */
struct sw_record {
    uint8_t kind;        /* enum sw_record_kind */
    uint32_t index;      /* RULE: into rules; CORRELATION: into the loader's correlations */
    uint32_t base;       /* CORRELATION made of a legacy aggregation: its base rule; else UINT32_MAX */
    struct sw_str path;
    uint32_t line;
};

struct sw_loader {
    struct sw_rules *rules;
    const struct sw_load_options *options;
    struct sw_arena scratch; /* trees of the file being read */
    struct sw_arena pending; /* what waits for the end of loading */
    struct sw_str path;      /* of the file being read; in the rules' arena */
    struct sw_fault fault;
    struct sw_str missing;   /* names of placeholders without value in the present document, "a, b" */
    uint32_t missing_line;   /* of the first */
    uint32_t missing_column;
    struct sw_placeholder *placeholders;
    size_t placeholder_count, placeholder_cap;
    struct sw_pending_correlation *correlations;
    size_t correlation_count, correlation_cap;
    struct sw_pending_filter *filters;
    size_t filter_count, filter_cap;
    uint32_t *stack; /* nodes that wait to become children of one */
    size_t stack_count, stack_cap;
    size_t pred_floor; /* preds before the present document */
    struct sw_record *records;
    size_t record_count, record_cap;
    struct sw_map ids;    /* id -> record */
    struct sw_map names;  /* name -> record */
    struct sw_map hashes; /* 16 bytes of a document's hash -> record */
    bool in_builtin;      /* the present file is part of the program */
};

/* --- ir.c: building the tree ---------------------------------------------------------------------------- */

/* A predicate's node. */
int sw_build_pred(struct sw_loader *loader, const struct sw_pred *pred, uint32_t *node);
/* A node of a correlation's expression: its `pred` is an index into refs. */
int sw_build_ref(struct sw_loader *loader, uint32_t ref, uint32_t *node);
int sw_build_constant(struct sw_loader *loader, bool value, uint32_t *node);
int sw_build_not(struct sw_loader *loader, uint32_t child, uint32_t *node);
/* Pushes a node that will be a child of the group that is closed next. */
int sw_build_push(struct sw_loader *loader, uint32_t node);
/* Makes one node of all that was pushed since the stack had `floor` entries: the child itself when there is one. `kind`
 * is AND, OR or AT_LEAST (with `need`). None at all: TRUE for AND, FALSE for the others. */
int sw_build_close(struct sw_loader *loader, size_t floor, enum sw_node_kind kind, uint32_t need, uint32_t *node);

/* --- faults and warnings (load.c) ------------------------------------------------------------------------ */

/* Records why the document is rejected, at a place in it; returns SW_E_FORMAT. Only the first one is kept. */
int sw_loader_fail(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str suggestion, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));
int sw_loader_fail_at(struct sw_loader *loader, uint32_t line, uint32_t column, struct sw_str suggestion,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
int sw_loader_warn(struct sw_loader *loader, const struct sw_rule *rule, uint32_t line, uint32_t column,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
#define SW_NO_SUGGESTION ((struct sw_str){NULL, 0})

/* A copy in the rules' arena; SW_E_NOMEM. */
int sw_loader_keep(struct sw_loader *loader, struct sw_str text, struct sw_str *kept);

/* Puts a document on record under its id and name; warns of a duplicate. */
int sw_loader_record(struct sw_loader *loader, const struct sw_rule *meta, const struct sw_record *record);
/* The record that a reference means: by id first, then by name; NULL if there is none. */
const struct sw_record *sw_loader_find(const struct sw_loader *loader, struct sw_str reference);
/* Puts a document that isn't the present one on the reject list. */
int sw_loader_reject(struct sw_loader *loader, const struct sw_reject *reject);
/* The nearest id or name of a loaded document. */
struct sw_str sw_loader_nearest(const struct sw_loader *loader, struct sw_str reference);

/* --- the parts -------------------------------------------------------------------------------------------- */

/* action.c: what `action: global` and `action: repeat` build on; trees in the scratch arena. */
struct sw_actions {
    const struct sw_yaml *global;
    const struct sw_yaml *previous;
    bool used;
};
/* Applies the document's `action`, or the global document. *ready tells whether there is a rule to parse. */
int sw_actions_apply(struct sw_loader *loader, struct sw_actions *actions, struct sw_yaml_document *document,
                     bool *ready);

/* placeholder.c */
int sw_placeholders_load(struct sw_loader *loader, struct sw_error *err);
const struct sw_placeholder *sw_placeholder_find(const struct sw_loader *loader, struct sw_str name);
int sw_placeholder_missing(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str name);

/* value.c: one `field|modifiers: values` item, or keywords (key NULL), as a node. */
int sw_item_parse(struct sw_loader *loader, const struct sw_yaml *key, const struct sw_yaml *value, uint32_t *node);

/* detection.c */
struct sw_selection {
    struct sw_str name;
    const struct sw_yaml *key;
    uint32_t node;
    bool used;
};
struct sw_selections {
    struct sw_selection *list; /* in the scratch arena */
    size_t count;
};
/* All search identifiers of a detection or filter map but the keys in `skip` (NULL-ended). */
int sw_selections_parse(struct sw_loader *loader, const struct sw_yaml *map, const char *const *skip,
                        struct sw_selections *selections);
/* A condition (text, or a list of texts: OR) over the selections. */
int sw_selections_condition(struct sw_loader *loader, const struct sw_yaml *condition, struct sw_selections *selections,
                            uint32_t *root);
int sw_selections_condition_text(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str text, size_t offset,
                                 struct sw_selections *selections, uint32_t *root);

/* rule.c: a document with `detection:`, and what all documents have in common. */
int sw_rule_meta(struct sw_loader *loader, const struct sw_yaml_document *document, struct sw_rule *rule);
int sw_rule_logsource(struct sw_loader *loader, const struct sw_yaml *root, struct sw_rule *rule);
int sw_rule_parse(struct sw_loader *loader, const struct sw_yaml_document *document);
int sw_rule_add(struct sw_loader *loader, const struct sw_rule *rule, uint32_t *index);

/* aggregate.c: `condition | count() by x > n` and `| near`: the rule becomes a silent base and a correlation. */
int sw_aggregate_parse(struct sw_loader *loader, const struct sw_yaml *detection, const struct sw_yaml *condition,
                       struct sw_selections *selections, struct sw_rule *meta);

/* correlation.c */
int sw_correlation_parse(struct sw_loader *loader, const struct sw_yaml_document *document);
int sw_correlation_pend(struct sw_loader *loader, const struct sw_pending_correlation *pending);
/* correlation_refs.c */
int sw_correlations_resolve(struct sw_loader *loader);

/* filter.c */
int sw_filter_parse(struct sw_loader *loader, const struct sw_yaml_document *document);
int sw_filters_apply(struct sw_loader *loader);

/* files.c: calls `each` for every rule file under the paths, in byte order of their names. */
typedef int sw_file_fn(void *context, struct sw_str path, struct sw_str bytes, const char *error);
int sw_files_walk(const char *const *paths, size_t count, sw_file_fn *each, void *context, struct sw_error *err);

/* builtin.c: the same for the rules that are part of the program. */
int sw_builtin_walk(sw_file_fn *each, void *context);

#endif
