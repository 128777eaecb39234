/*
 * programs.h - what is known of the programs that write to syslog and the journal: program -> event class and parser.
 *
 * A new program is a row in one of the program_*.c tables: a name, a class, and the forms of its messages (forms.h) or
 * a function where forms don't do. The message itself always stays in the field `message`; a parser only adds to it.
 * Threads: any, after sw_log_prepare().      Trust: hostile messages.
 */
#ifndef SW_DECODE_PROGRAMS_H
#define SW_DECODE_PROGRAMS_H

#include "decode/forms.h"
#include "decode/logfields.h"

/* Adds the fields that the message holds to d->event, and may refine its class. False: nothing of it was known. */
typedef bool (*sw_message_fn)(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);

struct sw_program {
    const char *name; /* without path; "postfix/" stands for all of postfix's */
    enum sw_log_class cls;
    const struct sw_forms *forms; /* tried first; may be NULL */
    sw_message_fn parse;          /* tried next; may be NULL */
};

struct sw_program_table {
    const struct sw_program *programs;
    size_t count;
    struct sw_forms *const *forms; /* all that the rows use, for compiling */
    size_t form_count;
};

extern const struct sw_program_table sw_programs_login;   /* sshd, sudo, su, PAM, login, polkit, logind */
extern const struct sw_program_table sw_programs_account; /* useradd and its family, passwd */
extern const struct sw_program_table sw_programs_daemon;  /* cron, systemd, named, dhcpd, clamd, guacd, FTP servers */
extern const struct sw_program_table sw_programs_mail;    /* postfix, dovecot, exim */

/* The row of a program as it calls itself ("CRON", "/usr/sbin/sshd", "postfix/smtpd", "sshd(pam_unix)"); NULL if
 * unknown. */
const struct sw_program *sw_program_find(struct sw_str name);

/* Parses a message of a known or unknown (NULL) program: its class, PAM's part, the program's own forms, and
 * messages that carry another format. `program` is the name as written. */
void sw_message_parse(struct sw_decode *d, struct sw_log_state *state, const struct sw_program *known,
                      struct sw_str program, struct sw_str message);

/* "pam_unix(sshd:auth): authentication failure; logname= uid=0 ..."; false when it is no such message. */
bool sw_pam_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);

/* Builds the index over all rows; called by sw_log_prepare(). */
int sw_programs_index(void);

#endif
