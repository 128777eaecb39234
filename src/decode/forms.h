/*
 * forms.h - known forms of a program's messages, as patterns in a table.
 *
 * "Failed {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} ssh2"
 *
 * Text outside braces must be there as written, from the start to the end of the message. {name} takes the text up to
 * the first place where the text after it fits; {+name} (one a pattern) up to the last, so that what an attacker may
 * write (a user name with " from 10.0.0.1 port 22" in it) can't pass for what the program wrote behind it. Kinds: word
 * (no white space), num (decimal digits), addr (an address, or a host name: it goes to src_host or dst_host then), and
 * text (default); a num may have another placeholder right behind it. {name?} may be empty: then no field is added. {_}
 * is not kept.
 *
 * Forms are tried in order; the first that fits gives its fields, and its `event` and `outcome`.
 * Threads: any, after compiling.      Errors: SW_E_NOMEM, SW_E_FORMAT (a wrong table).      Trust: hostile messages.
 */
#ifndef SW_DECODE_FORMS_H
#define SW_DECODE_FORMS_H

#include "decode/decode.h"

#include <stdbool.h>
#include <stddef.h>

struct sw_form {
    const char *pattern;
    const char *event;   /* value of the field event, or NULL */
    const char *outcome; /* value of the field outcome, or NULL */
};

struct sw_form_ready;

struct sw_forms {
    const struct sw_form *forms;
    size_t count;
    struct sw_form_ready *ready; /* compiled; never freed: one set for the process */
};

#define SW_FORMS(table) {.forms = (table), .count = sizeof(table) / sizeof *(table)}

/* Compiles one table (sw_log_prepare() does it for all tables that programs.c knows). */
int sw_forms_compile(struct sw_forms *forms);
int sw_forms_compile_all(void);

/* Adds the fields of the first form that fits; false, and nothing added, when none does. */
bool sw_forms_apply(const struct sw_forms *forms, struct sw_decode *d, struct sw_str message);

#endif
