/*
 * regex.h - what a Sigma `re` value means: PCRE2 in UTF mode, on values that may hold any byte.
 *
 * `.` is one code point, `\w \d \s` and `\b` are ASCII, case folding by `(?i)` is Unicode's, `$` also matches before a
 * final line end. Whoever decides a regex by another engine must agree with this one.
 * Limits:  SW_MAX_REGEX bytes of pattern; sw_regex_match() gives up after SW_REGEX_MATCH_LIMIT steps.
 * Threads: a compiled regex may be shared; match data may not.      Trust: hostile patterns and values.
 */
#ifndef SW_SIGMA_REGEX_H
#define SW_SIGMA_REGEX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/error.h"
#include "sigma/ir.h"

#include <pcre2.h>

#define SW_MAX_REGEX 65536u
#define SW_REGEX_MATCH_LIMIT 1000000u

/* Compiles the pattern of a REGEX predicate. On failure err->text is one clause about the pattern, err->column the
 * offset (from 1) in it. Free with pcre2_code_free(). */
int sw_regex_compile(pcre2_code **code, const struct sw_pred *pred, struct sw_error *err);

/* 1: found; 0: not found; SW_E_LIMIT: gave up (counts as not found). `match` may be of size 1; `context` comes from
 * sw_regex_context(). */
int sw_regex_match(const pcre2_code *code, struct sw_str value, pcre2_match_data *match, pcre2_match_context *context);

/* A match context with the step limit set; NULL when memory ends. */
pcre2_match_context *sw_regex_context(void);

#endif
