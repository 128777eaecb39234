/*
 * w3c_priv.h - between the two parts of the decoder of logs with #Fields: w3c_layout.c reads the directives, w3c.c the
 * records.
 */
#ifndef SW_DECODE_W3C_PRIV_H
#define SW_DECODE_W3C_PRIV_H

#include "decode/directives.h"
#include "decode/web.h"

enum { W3C_COLUMNS = 512 }; /* Exchange's widest log has about 120; further columns are `extra` */

enum w3c_kind {
    W3C_TEXT,
    W3C_NUMBER,
    W3C_DATE,     /* 2024-05-06 */
    W3C_TIME,     /* 07:08:09 */
    W3C_DATETIME, /* both in one column */
    W3C_STEM,     /* path; makes cs-uri together with the query */
    W3C_QUERY,
    W3C_URI, /* a whole target */
    W3C_SCHEME,
    W3C_HOST,
    W3C_PORT, /* of the uri */
    W3C_AGENT /* in which servers write spaces as '+' or %20 */
};

enum w3c_agent { W3C_AGENT_PLAIN, W3C_AGENT_PLUS, W3C_AGENT_PERCENT };

struct w3c_column {
    sw_field_id id;
    sw_field_id also; /* a second name: the canonical one of a product's own; SW_FIELD_NONE if there is none */
    uint8_t kind;     /* enum w3c_kind */
};

struct w3c_layout {
    struct w3c_column columns[W3C_COLUMNS];
    unsigned count;
    char delimiter;
    bool quotes;     /* values may stand in quotes */
    bool skip_empty; /* an empty value says nothing (comma separated logs, mostly empty columns) */
    bool has_uri;    /* a column holds the whole target */
    bool full_url;   /* a proxy: cs-uri has scheme and host */
    bool local_time; /* times are the server's, not UTC */
    bool has_date;
    uint8_t agent;        /* enum w3c_agent */
    int64_t date;         /* of #Date, for records that have a time alone; SW_TIME_NONE if there is none */
    const char *cls;      /* class of the records */
    const char *general;  /* where the table has no such class */
    struct sw_str fields; /* the names, a view of what was given */
};

/* The directives that a record depends on, as they stand in the text that header() passes on. */
enum w3c_directive { W3C_FIELDS, W3C_SOFTWARE, W3C_DATE_LINE, W3C_LOG_TYPE, W3C_TIME_FORMAT, W3C_DIRECTIVES };

extern const struct sw_directives w3c_directives;

/* Makes the layout that the directives tell. `header` must outlive it. */
void w3c_layout_read(struct w3c_layout *layout, struct sw_str header);

#endif
