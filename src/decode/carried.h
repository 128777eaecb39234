/*
 * carried.h - messages of syslog and the journal that are records of another format: firewall lines of the kernel,
 * Cisco's %FAC-SEV-MNEMONIC, CEF, LEEF, key=value of FortiGate, CSV of PAN-OS and pfSense, audit records.
 *
 * Each parser adds its fields to d->event and sets its class; false: the message is not of its format, nothing was
 * added.
 * Trust: hostile messages.
 */
#ifndef SW_DECODE_CARRIED_H
#define SW_DECODE_CARRIED_H

#include "decode/programs.h"

/* Programs whose messages are always of one of these formats: kernel, filterlog, audispd. */
extern const struct sw_program_table sw_programs_carried;

/* Tells the format by the message's first bytes. `program` is the syslog tag, empty if there was none. */
bool sw_carried_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str program, struct sw_str message);

bool sw_iptables_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_pfsense_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_cisco_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_asa_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str id, struct sw_str text);
bool sw_fortinet_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_paloalto_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_cef_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_audit_message_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_leef_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);

/* --- formats that have decoders of their own (carried_other.c) ---------------------------------------------------- */

/* What a worker needs for them; made by decoders whose messages may be of such a format. */
struct sw_carried *sw_carried_new(const struct sw_classes *classes); /* NULL: no memory */
void sw_carried_free(struct sw_carried *carried);

bool sw_carried_haproxy(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_carried_web(struct sw_decode *d, struct sw_log_state *state, struct sw_str message); /* access and error logs */
bool sw_carried_squid(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);
bool sw_carried_json(struct sw_decode *d, struct sw_log_state *state, struct sw_str message); /* also behind "@cee:" */
bool sw_carried_xml(struct sw_decode *d, struct sw_log_state *state, struct sw_str message);  /* Sysmon for Linux */

/* Pairs "key=value key2=value with spaces" as CEF writes them; values come unescaped. */
void sw_cef_extensions(struct sw_decode *d, struct sw_log_state *state, struct sw_str pairs,
                       void (*add)(struct sw_decode *d, struct sw_log_state *state, struct sw_str key,
                                   struct sw_str value));

extern struct sw_forms sw_cisco_forms;
extern struct sw_forms sw_asa_forms;

#endif
