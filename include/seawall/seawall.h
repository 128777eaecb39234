/*
 * seawall.h - libseawall: load Sigma rules, give it evidence or events, get findings.
 *
 *     struct seawall_rules *rules;
 *     struct seawall_scanner *scanner;
 *     char error[256];
 *     const char *paths[] = {"rules"};
 *     struct seawall_options options = SEAWALL_OPTIONS_INIT;
 *     options.rule_paths = paths;
 *     options.rule_path_count = 1;
 *     if (seawall_rules_load(&rules, &options, error, sizeof error) != SEAWALL_OK) ...
 *     seawall_scanner_new(&scanner, rules);
 *     seawall_scan_buffer(scanner, bytes, len, NULL, on_finding, NULL);
 *     seawall_scanner_free(scanner);
 *     seawall_rules_free(rules);
 *
 * Owner:   what a function makes, its _free() frees; a scanner must be freed before its rules.
 * Threads: rules are immutable and may be shared; a scanner belongs to one thread at a time.
 * Errors:  0 or a negative SEAWALL_E_*; where there is an `error` buffer it gets one line that explains.
 * Strings: UTF-8 unless they hold evidence, which may be any bytes; spans are not terminated.
 * Times:   nanoseconds since 1970-01-01T00:00:00Z; SEAWALL_NO_TIME when the record has none.
 */
#ifndef SEAWALL_SEAWALL_H
#define SEAWALL_SEAWALL_H

#include "seawall/version.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SEAWALL_API __attribute__((visibility("default")))
#else
#define SEAWALL_API
#endif

enum seawall_error {
    SEAWALL_OK = 0,
    SEAWALL_E_NOMEM = -1,
    SEAWALL_E_LIMIT = -2,
    SEAWALL_E_IO = -3,
    SEAWALL_E_FORMAT = -4,
    SEAWALL_E_NOTFOUND = -7,
    SEAWALL_E_USAGE = -9,
    SEAWALL_E_STOP = -13 /* a callback asked to stop */
};

#define SEAWALL_NO_TIME INT64_MIN

struct seawall_rules;
struct seawall_scanner;

struct seawall_span {
    const char *ptr;
    size_t len;
};

/* How rules are loaded. Set it to SEAWALL_OPTIONS_INIT first: fields may be added in later versions. */
struct seawall_options {
    size_t size;                        /* sizeof of the caller's struct */
    const char *const *rule_paths;      /* files, directories, archives of Sigma rules */
    size_t rule_path_count;
    const char *const *mapping_paths;   /* further log-source mappings; may be NULL */
    size_t mapping_path_count;
    const char *const *placeholder_paths; /* values for placeholders; may be NULL */
    size_t placeholder_path_count;
    unsigned threads;                   /* for compiling; 0 is one */
    int builtin_rules;                  /* not 0: also the rules that come with Seawall */
};
#define SEAWALL_OPTIONS_INIT {sizeof(struct seawall_options), NULL, 0, NULL, 0, NULL, 0, 0, 0}

struct seawall_field {
    struct seawall_span name;
    struct seawall_span value;
};

/* A rule that matched a record. Everything in it dies when the callback returns. */
struct seawall_finding {
    struct seawall_span rule_id;
    struct seawall_span title;
    struct seawall_span level;     /* "informational" to "critical", or empty */
    const struct seawall_span *tags;
    size_t tag_count;
    int64_t time;
    uint64_t record;               /* number of the record in what was scanned, from 1 */
    uint64_t offset;               /* of the record's bytes */
    struct seawall_span raw;       /* the record's bytes */
    const struct seawall_field *fields;
    size_t field_count;
};

/* Return non-zero to stop scanning. */
typedef int (*seawall_callback)(void *arg, const struct seawall_finding *finding);

/* Loads and compiles rules. Rules that can't be loaded are no error: see seawall_rules_rejected(). */
SEAWALL_API int seawall_rules_load(struct seawall_rules **rules, const struct seawall_options *options, char *error,
                                   size_t error_len);
SEAWALL_API void seawall_rules_free(struct seawall_rules *rules);
SEAWALL_API size_t seawall_rules_count(const struct seawall_rules *rules);
SEAWALL_API size_t seawall_rules_rejected(const struct seawall_rules *rules);

/* Why the rule with this index (below seawall_rules_rejected()) was rejected. */
SEAWALL_API struct seawall_span seawall_rules_reason(const struct seawall_rules *rules, size_t index);

SEAWALL_API int seawall_scanner_new(struct seawall_scanner **scanner, const struct seawall_rules *rules);
SEAWALL_API void seawall_scanner_free(struct seawall_scanner *scanner);

/* Scans a log held in memory. `format` is a name of `seawall formats`, or NULL to recognise it by content. Containers
 * (gzip, zip ...) are not opened here: use seawall_scan_path(). */
SEAWALL_API int seawall_scan_buffer(struct seawall_scanner *scanner, const void *bytes, size_t len, const char *format,
                                    seawall_callback callback, void *arg);

/* Scans a file, plain, compressed or an archive, on the calling thread. */
SEAWALL_API int seawall_scan_path(struct seawall_scanner *scanner, const char *path, seawall_callback callback, void *arg);

/* Scans one event made of names and values. product, category and service are its log source in Sigma's terms; any of
 * them may be NULL. */
SEAWALL_API int seawall_scan_event(struct seawall_scanner *scanner, const char *product, const char *category,
                                   const char *service, const struct seawall_field *fields, size_t field_count,
                                   seawall_callback callback, void *arg);

#ifdef __cplusplus
}
#endif

#endif
