/*
 * sql.h - a text read as a piece of SQL: tokens reduced to one letter each, so that shapes can be looked for.
 *
 * No dialect and no grammar: what several databases would take for a token is one. A text may begin inside a string that the
 * program opened; the caller says so.
 * Limits:  SW_SQL_TOKENS; the rest is not read.      Trust: hostile input.
 */
#ifndef SW_WEB_SQL_H
#define SW_WEB_SQL_H

#include "base/str.h"

#define SW_SQL_TOKENS 256u

enum sw_sql_kind {
    SW_SQL_NUMBER = 'n',
    SW_SQL_STRING = 's',
    SW_SQL_NAME = 'v',      /* any word that is none of those below, and @variables */
    SW_SQL_CALL = 'f',      /* a word before an opening bracket */
    SW_SQL_OPERATOR = 'o',  /* = < + || like between ... */
    SW_SQL_LOGIC = 'l',     /* and or xor not && */
    SW_SQL_UNION = 'u',     /* union intersect except */
    SW_SQL_STATEMENT = 't', /* select insert drop exec ... */
    SW_SQL_KEYWORD = 'k',   /* from where order by ... */
    SW_SQL_COMMENT = 'c',   /* to the end, or between */
    SW_SQL_CAST = ':',      /* :: */
    SW_SQL_OPEN = '(',
    SW_SQL_CLOSE = ')',
    SW_SQL_COMMA = ',',
    SW_SQL_END = ';',
    SW_SQL_OTHER = '?'
};

struct sw_sql_token {
    char kind;
    bool open; /* a string or comment without its end */
    struct sw_str text;
};

struct sw_sql {
    struct sw_sql_token tokens[SW_SQL_TOKENS];
    char shape[SW_SQL_TOKENS + 1]; /* the kinds, terminated */
    unsigned count;
};

/* Reads text, which is in lower case; `quote`: the text begins inside a string of this quote, 0: it doesn't. */
void sw_sql_read(struct sw_sql *sql, struct sw_str text, char quote);

#endif
