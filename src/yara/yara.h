/*
 * yara.h - YARA rules behind one interface: those built into the program (rules/yara) and the user's own.
 *
 * A rule that doesn't compile is left out by itself, named and counted; the rest of its file is used. The external
 * variables that public rule sets expect are there: filename, filepath, extension, filetype, owner, md5 (the first
 * three are set for each scan).
 *
 * Owner:   sw_yara_free() frees the compiled rules, after all scanners. Hits live until the scanner's next scan.
 * Limits:  SW_MAX_YARA_FILE a rule file, SW_MAX_YARA_HITS places told of a rule, SW_YARA_SECONDS a scan. libyara's own:
 * 1,000,000 places a string, 10,000 strings a rule. Threads: one loads, before others start; then any number of
 * scanners, each on one thread at a time. Errors:  of rules: rejects. Of a scan: SW_E_LIMIT when it took too long (what
 * was found until then stays), SW_E_NOMEM. Trust:   rules are the user's own, bytes scanned are hostile.
 */
#ifndef SW_YARA_YARA_H
#define SW_YARA_YARA_H

#include "base/error.h"
#include "sigma/ir.h"

/* Places that are told of one rule's strings, the first ones of each string; where a condition only asks whether a string is there
 * (libyara's fast mode), one. */
#define SW_MAX_YARA_HITS 8

struct sw_yara;

struct sw_yara_options {
    const char *const *paths; /* rule files, or directories in which all *.yar and *.yara are taken */
    size_t path_count;
    bool builtin; /* the rules of the program, too */
};

/* Loads and compiles. SW_E_NOMEM, SW_E_NOTFOUND or SW_E_IO (a path can't be read) with err filled. */
int sw_yara_load(struct sw_yara **yara, const struct sw_yara_options *options, struct sw_error *err);
void sw_yara_free(struct sw_yara *yara);

/* What is known of each rule: id (its meta `id`, else its file and name), title (meta `description`), level (meta
 * `level` or `severity`, or `score` as THOR has it; medium otherwise), ATT&CK techniques as tags (meta `technique`). */
const struct sw_rule *sw_yara_rules(const struct sw_yara *yara, size_t *count);

/* Rules and files that were left out, each with its reason. */
const struct sw_reject *sw_yara_rejects(const struct sw_yara *yara, size_t *count);

/* A place where a string of a rule was found. */
struct sw_yara_place {
    const char *string; /* "$a1" */
    uint64_t offset;
    uint32_t len;
};

struct sw_yara_hit {
    uint32_t rule; /* index into sw_yara_rules() */
    uint32_t place_count;
    struct sw_yara_place places[SW_MAX_YARA_HITS]; /* by offset */
};

struct sw_yara_scanner;

int sw_yara_scanner_new(struct sw_yara_scanner **scanner, const struct sw_yara *yara);
void sw_yara_scanner_free(struct sw_yara_scanner *scanner);

/* Holds the bytes against all rules. *hits are those that match, in the order of the rules. */
int sw_yara_scan(struct sw_yara_scanner *scanner, struct sw_str bytes, struct sw_str path,
                 const struct sw_yara_hit **hits, size_t *hit_count);

#endif
