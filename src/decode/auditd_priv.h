/*
 * auditd_priv.h - the parts of the audit decoder: reading a record's text (auditd_record.c), what its values mean
 * (auditd_value.c, auditd_syscalls.c), and making events of one record or of an event's records (auditd_event.c).
 * auditd.c holds records until their event is complete.
 *
 * Threads: none is kept in these parts.      Trust: hostile input.
 */
#ifndef SW_DECODE_AUDITD_PRIV_H
#define SW_DECODE_AUDITD_PRIV_H

#include "base/buf.h"
#include "decode/logfields.h"

/* Numbers to names; "" where there is none. */
struct sw_str sw_audit_arch(uint32_t arch);
struct sw_str sw_audit_syscall(uint32_t arch, uint64_t number);
struct sw_str sw_audit_type(uint64_t number);

/* --- reading (auditd_record.c) ---------------------------------------------------------------------------------- */

/* A record's head; all strings are views of the line. */
struct sw_audit_record {
    struct sw_str node; /* empty if not given */
    struct sw_str type; /* "SYSCALL", "UNKNOWN[1340]" */
    int64_t time;
    struct sw_str serial;
    struct sw_str text; /* what follows the head */
};

/* "node=h type=SYSCALL msg=audit(1684329817.579:2995): ...", or the kernel's own "type=1300 audit(...): ...", or
 * with the times that ausearch -i shows (in the zone given). */
bool sw_audit_head(struct sw_str line, int32_t zone_offset, struct sw_audit_record *record);

/* A pair of a record's text. */
struct sw_audit_pair {
    struct sw_str name;
    struct sw_str value; /* without quotes */
    char quote;          /* '"', '\'' or '{'; 0 if the value is bare */
};

/* Takes the next pair off *rest (words that are none are passed over); false at the end. */
bool sw_audit_next(struct sw_str *rest, struct sw_audit_pair *pair);

/* Bytes of a hex string with capital letters, as the kernel encodes text that it can't quote; false if it is none. */
bool sw_audit_unhex(struct sw_arena *arena, struct sw_str hex, struct sw_str *bytes);

/* Whether a bare value of this name may be hex-encoded text. */
bool sw_audit_encoded(struct sw_str type, struct sw_str name);

/* --- values (auditd_value.c) ------------------------------------------------------------------------------------ */

/* A decoded sockaddr. */
struct sw_audit_address {
    struct sw_str family; /* "inet", "inet6", "local", "netlink", "alg", ... or the number */
    struct sw_str ip;     /* text, empty unless inet or inet6 */
    struct sw_str port;
    struct sw_str path;   /* local */
};
bool sw_audit_address(struct sw_arena *arena, struct sw_str hex, struct sw_audit_address *address);

/* --- events (auditd_event.c) ------------------------------------------------------------------------------------ */

/* What the records of one event say together. */
struct sw_audit_context {
    struct sw_str exe, cwd, title, command_line;
    struct sw_str pid, ppid, user, syscall;
    struct sw_str parent_image, parent_command_line;
    bool has_syscall; /* there is a SYSCALL record */
    bool success;
    bool in_progress; /* exit=-115: a connect that does not wait */
    bool has_argv;    /* there is an EXECVE record */
};

/* The arguments of an EXECVE, joined from its pieces. */
struct sw_audit_argv {
    struct sw_buf bytes; /* of all arguments, one behind the other */
    struct sw_audit_arg {
        uint32_t number;
        size_t at, len;
    } *args;
    size_t count, cap;
    bool cut; /* more than the limits hold */
};
void sw_audit_argv_init(struct sw_audit_argv *argv);
void sw_audit_argv_fini(struct sw_audit_argv *argv);
void sw_audit_argv_clear(struct sw_audit_argv *argv);
/* Adds the arguments of an EXECVE record's text. */
void sw_audit_argv_add(struct sw_audit_argv *argv, struct sw_arena *arena, struct sw_str text);
/* The arguments with a space between them. */
struct sw_str sw_audit_argv_line(const struct sw_audit_argv *argv, struct sw_arena *arena);

/* Takes from a record what concerns its whole event. */
void sw_audit_context_add(struct sw_audit_context *context, struct sw_arena *arena,
                          const struct sw_audit_record *record);

/* Adds a record's type, node and serial, then its pairs, to d->event. */
void sw_audit_add_head(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record);
void sw_audit_add_pairs(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record);
void sw_audit_add_argv(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record,
                       const struct sw_audit_argv *argv);

/* Sets the class and the derived fields of the event that a record became. `address` may be NULL. */
void sw_audit_derive(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record,
                     const struct sw_audit_context *context, const struct sw_audit_address *address);

/* The address in a SOCKADDR record; false if it is none. */
bool sw_audit_find_address(struct sw_arena *arena, const struct sw_audit_record *record,
                           struct sw_audit_address *address);
void sw_audit_add_address(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_address *address);

/* All of the above for a record that stands alone, as in syslog and the journal. */
void sw_audit_single(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record);

#endif
