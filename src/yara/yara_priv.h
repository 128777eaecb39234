/*
 * yara_priv.h - what loading and cutting rule files share. Only for src/yara/.
 */
#ifndef SW_YARA_YARA_PRIV_H
#define SW_YARA_YARA_PRIV_H

#include "base/arena.h"
#include "yara/yara.h"

#include <yara.h>

/* A rule file; the longest of public sets has 1.5 MB. */
#define SW_MAX_YARA_FILE (64u << 20)

/* Seconds that one scan may take. Of 8 MiB that match nothing, a set of 700 files takes two. */
#define SW_YARA_SECONDS 60

struct sw_yara {
    struct sw_arena arena;
    YR_RULES *compiled;
    struct sw_rule *rules; /* by the index that libyara has for them */
    size_t rule_count;
    struct sw_reject *rejects;
    size_t reject_count;
    size_t reject_cap;
};

/* A rule file being compiled. */
struct sw_yara_source {
    struct sw_str name; /* shown, and the namespace of its rules; terminated */
    char *text; /* terminated; rules that don't compile are blanked out in it */
    size_t len;
};

/* The rule of a YARA source that covers a line (counted from 1): from its first word to behind its closing brace.
 * Without one, the whole text from that line's start on. `name` is the rule's identifier, or empty. */
struct sw_yara_span {
    size_t start;
    size_t end;
    struct sw_str name;
    uint32_t line;
};
struct sw_yara_span sw_yara_rule_at(struct sw_str text, uint32_t line);

/* Compiles the sources into yara->compiled, leaving out what doesn't compile. */
int sw_yara_compile(struct sw_yara *yara, struct sw_yara_source *sources, size_t count);

/* Puts on record that a rule or file (name empty) is left out. */
int sw_yara_reject(struct sw_yara *yara, struct sw_str path, struct sw_str name, uint32_t line, const char *reason);

#endif
