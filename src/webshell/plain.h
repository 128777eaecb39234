/*
 * plain.h - a script's text as its compiler sees it, where letters may be written in other ways: \u0065 in Java and C#, &#101; in
 * JSP documents.
 */
#ifndef SW_WEBSHELL_PLAIN_H
#define SW_WEBSHELL_PLAIN_H

#include "base/arena.h"
#include "base/str.h"

/* The text with such letters replaced, in the arena; the text itself when there are none. Lines stay lines. */
struct sw_str sw_plain_text(struct sw_arena *arena, const char *kind, struct sw_str text);

/* A part of a script that Microsoft's Script Encoder has encoded: decoded, and from where to where it lies. */
struct sw_plain_part {
    struct sw_str text;
    uint32_t start;
    uint32_t end;
};

/* Finds and decodes such parts, at most `most`; how many. */
size_t sw_plain_encoded(struct sw_arena *arena, struct sw_str text, struct sw_plain_part *parts, size_t most);

#endif
