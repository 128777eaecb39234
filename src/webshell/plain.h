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

#endif
