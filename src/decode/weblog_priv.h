/*
 * weblog_priv.h - between the parts of the access log decoder: weblog_line.c cuts a line into tokens, weblog_forms.c
 * tells what the tokens mean, weblog.c makes events of them.
 *
 * A token is a word, a quoted text, or a text in brackets. The kinds of a line's tokens after its request (or, where
 * the time comes first, after the time) are its shape, one number. What to do with each token is a plan. A plan depends
 * on the shape alone, so that a plan that is kept from line to line can't change what a line gives.
 */
#ifndef SW_DECODE_WEBLOG_PRIV_H
#define SW_DECODE_WEBLOG_PRIV_H

#include "decode/web.h"

enum weblog_kind { WEBLOG_END, WEBLOG_WORD, WEBLOG_QUOTE, WEBLOG_BRACKET };

enum {
    WEBLOG_PREFIX = 12, /* tokens before the time; more is no access log */
    WEBLOG_TOKENS = 31  /* tokens after the request; the rest of a longer line is one token */
};

struct weblog_line {
    struct sw_str prefix[WEBLOG_PREFIX];
    bool prefix_quoted[WEBLOG_PREFIX];
    unsigned prefix_count;
    struct sw_str time;
    struct sw_str request;
    bool request_cut; /* the line ends inside the request */
    struct sw_str tokens[WEBLOG_TOKENS + 1];
    unsigned count;
    uint64_t shape;  /* two bits a token (enum weblog_kind), the first token in the lowest; at most 31 */
    const char *end; /* of the line */
};

/* Cuts a line up. With the time first (prefix_count 0) the tokens begin after the time and hold the request; else they
 * begin after the request. NULL, or the reason why it is no access log line. */
const char *weblog_cut(struct weblog_line *line, struct sw_str text);

enum weblog_slot_kind {
    WEBLOG_TEXT,
    WEBLOG_NUMBER,
    WEBLOG_REQUEST,   /* the request line */
    WEBLOG_TARGET,    /* a request target alone */
    WEBLOG_ADDRESS,   /* client's address */
    WEBLOG_FORWARDED, /* addresses passed on; the first is the client where the log tells none */
    WEBLOG_REST,      /* from here to the end of the line */
    WEBLOG_SKIP,
    WEBLOG_GUESS /* by its value */
};

struct weblog_slot {
    sw_field_id id;
    uint8_t kind;        /* enum weblog_slot_kind */
    struct sw_str label; /* in brackets: a word before the value, "Client " */
};

struct weblog_plan {
    uint64_t shape;
    uint64_t mask;   /* the bits of shape that count; all but for plans that end in WEBLOG_REST */
    const char *cls; /* class of lines with this shape; NULL: any access log */
    unsigned count;
    struct weblog_slot slots[WEBLOG_TOKENS + 1];
};

/* Plan for what follows the request. The known forms, else a guess: status, bytes, then the first two quoted texts are
 * referer and user agent. */
void weblog_plan_tail(struct weblog_plan *plan, uint64_t shape);

/* Plan for what follows a time that begins the line. False: no known form. */
bool weblog_plan_line(struct weblog_plan *plan, uint64_t shape);

/* Confluence's access log: [time] (forwarded) user thread address METHOD target HTTP/1.1 status time bytes referer
 * agent, nothing quoted. Adds its fields and returns true, or returns false and has added nothing. */
bool weblog_confluence(struct sw_event *event, const struct weblog_line *line);

#endif
