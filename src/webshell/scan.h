/*
 * scan.h - one script held against all that is known of web shells: YARA rules and the structural analysis of its
 * language.
 *
 * Owner:   a scanner owns what a scan gives, until the next one.
 * Limits:  SW_MAX_SCRIPT_ARENA for values of one script.      Threads: one at a time for each scanner.
 * Errors:  SW_E_NOMEM. What a script does to be looked at in part only is told in the result.      Trust: hostile
 * input.
 */
#ifndef SW_WEBSHELL_SCAN_H
#define SW_WEBSHELL_SCAN_H

#include "webshell/report.h"
#include "yara/yara.h"

/* Values that are computed while one script is followed; decoded layers make the most of it. */
#define SW_MAX_SCRIPT_ARENA ((size_t)96 << 20)

/* Something found in a script. */
struct sw_script_find {
    const struct sw_rule *rule;
    const char *engine; /* "yara" or "webshell" */
    unsigned score; /* 1 to 100; 0 for YARA */
    uint64_t offset;
    uint64_t line; /* from 1 */
    struct sw_str text; /* the line there, at most SW_MAX_SCRIPT_LINE bytes of it */
    struct sw_str sentence; /* why, in one sentence */
    const struct sw_str *more; /* further reasons or places: "line 12: ..." */
    size_t more_count;
};
#define SW_MAX_SCRIPT_LINE 240u

struct sw_script_result {
    const struct sw_script_find *finds;
    size_t count;
    bool yara_stopped; /* the YARA scan took too long */
    bool incomplete; /* the structural analysis reached a limit */
};

struct sw_script_scanner;

/* Once, before scanners are made and threads start. */
int sw_script_prepare(void);

/* `yara` may be NULL: the structural analysis alone. */
int sw_script_scanner_new(struct sw_script_scanner **scanner, const struct sw_yara *yara);
void sw_script_scanner_free(struct sw_script_scanner *scanner);

/* `kind` as sw_script_kind() gives it. */
int sw_script_scan(struct sw_script_scanner *scanner, const char *kind, struct sw_str path, struct sw_str text,
                   struct sw_script_result *result);

/* The structural analysis by itself, of a text without escapes (webshell/plain.h); the report's texts live until the scanner's next
 * scan. */
int sw_script_analyse(struct sw_script_scanner *scanner, const char *kind, struct sw_str text,
                      struct sw_shell_report *report);

#endif
