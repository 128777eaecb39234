/*
 * split.c - where a rule of a YARA source begins and ends, so that one that doesn't compile can be left out by itself.
 *
 * Reads only as much of the language as it takes to tell braces that are code from those in strings, comments and
 * regular expressions; it doesn't check anything.
 */
#include "yara/yara_priv.h"

struct reader {
    struct sw_str text;
    size_t at;
    char before; /* the last byte of code that was no white space: tells a regular expression from a division */
};

static bool is_word(char c)
{
    return sw_is_alpha(c) || sw_is_digit(c) || c == '_';
}

/* Moves past a quoted text that begins at `at`; one that doesn't end, ends with its line. */
static void skip_quoted(struct reader *r, char quote)
{
    for (r->at++; r->at < r->text.len && r->text.ptr[r->at] != '\n'; r->at++) {
        if (r->text.ptr[r->at] == '\\')
            r->at++;
        else if (r->text.ptr[r->at] == quote)
            break;
    }
    r->at = r->at < r->text.len ? r->at + 1 : r->text.len;
}

static void skip_comment(struct reader *r)
{
    struct sw_str rest = sw_str_from(r->text, r->at);
    bool block = rest.ptr[1] == '*';
    size_t end = sw_str_find(sw_str_from(rest, 2), block ? SW_STR("*/") : SW_STR("\n"));
    r->at = end == SW_NPOS ? r->text.len : r->at + 2 + end + (block ? 2 : 1);
}

/* A slash begins a regular expression behind '=', '(' or ',' and the word `matches`. */
static bool begins_regex(const struct reader *r)
{
    return r->before == '=' || r->before == '(' || r->before == ',' || r->before == 's';
}

/* The next byte of code, which is consumed; 0 at the end. Words come out as their last letter. */
static char next_code(struct reader *r, struct sw_str *word)
{
    while (r->at < r->text.len) {
        char c = r->text.ptr[r->at];
        char after = r->at + 1 < r->text.len ? r->text.ptr[r->at + 1] : '\0';
        *word = (struct sw_str){NULL, 0};
        if (sw_is_space(c)) {
            r->at++;
            continue;
        }
        if (c == '/' && (after == '/' || after == '*')) {
            skip_comment(r);
            continue;
        }
        if (c == '"' || (c == '/' && begins_regex(r))) {
            skip_quoted(r, c);
            r->before = '"';
            return '"';
        }
        size_t from = r->at++;
        while (is_word(c) && r->at < r->text.len && is_word(r->text.ptr[r->at]))
            r->at++;
        if (is_word(c))
            *word = sw_str_slice(r->text, from, r->at);
        r->before = r->text.ptr[r->at - 1];
        return c;
    }
    return '\0';
}

static uint32_t lines_before(struct sw_str text, size_t end)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < end && i < text.len; i++)
        lines += text.ptr[i] == '\n';
    return lines;
}

static size_t line_start(struct sw_str text, uint32_t line)
{
    size_t at = 0;
    while (line > 1 && at < text.len)
        line -= text.ptr[at++] == '\n';
    return at;
}

struct sw_yara_span sw_yara_rule_at(struct sw_str text, uint32_t line)
{
    struct reader r = {.text = text, .before = '\n'};
    struct sw_yara_span span = {.start = SW_NPOS};
    struct sw_str word;
    bool naming = false;
    unsigned depth = 0;
    for (char c = next_code(&r, &word); c != '\0'; c = next_code(&r, &word)) {
        bool opens = depth == 0 && (sw_str_is(word, "rule") || sw_str_is(word, "private") || sw_str_is(word, "global"));
        if (opens && span.start == SW_NPOS)
            span = (struct sw_yara_span){.start = r.at - word.len, .line = lines_before(text, r.at)};
        if (opens)
            naming = sw_str_is(word, "rule");
        else if (naming && word.len > 0) {
            span.name = word;
            naming = false;
        }
        depth += c == '{';
        if (c != '}' || depth == 0 || --depth > 0)
            continue;
        span.end = r.at;
        if (span.start != SW_NPOS && lines_before(text, r.at) >= line)
            return span;
        span.start = SW_NPOS;
    }
    if (span.start == SW_NPOS)
        span = (struct sw_yara_span){.start = line_start(text, line), .line = line};
    span.end = text.len;
    return span;
}
