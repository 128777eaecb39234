/*
 * logfields.h - what the decoders of textual logs share: canonical field names, event classes, and adding fields.
 *
 * Field names are resolved once for the process, class names once for a worker; no name is looked up per line. Names
 * that come from a log itself (key=value formats) go through a small cache. docs/formats/syslog.md says what each
 * canonical field means.
 * Owner:   struct sw_log_state is a worker's; values stay views of the line or of the decoder's arena.
 * Threads: a state is used by one worker.      Errors: NULL or SW_E_NOMEM.      Trust: hostile input.
 */
#ifndef SW_DECODE_LOGFIELDS_H
#define SW_DECODE_LOGFIELDS_H

#include "decode/decode.h"

#include <stdbool.h>

/* id, name. Fields that more than one parser sets; a message form may name further ones (forms.h). */
#define SW_LOG_FIELDS(X) \
    X(SW_LF_HOSTNAME, "hostname") \
    X(SW_LF_PROGRAM, "program") \
    X(SW_LF_PID, "pid") \
    X(SW_LF_FACILITY, "facility") \
    X(SW_LF_SEVERITY, "severity") \
    X(SW_LF_MSGID, "msgid") \
    X(SW_LF_REPEATED, "repeated") \
    X(SW_LF_EVENT, "event") \
    X(SW_LF_OUTCOME, "outcome") \
    X(SW_LF_REASON, "reason") \
    X(SW_LF_USER, "user") \
    X(SW_LF_SRC_USER, "src_user") \
    X(SW_LF_SRC_IP, "src_ip") \
    X(SW_LF_SRC_HOST, "src_host") \
    X(SW_LF_SRC_PORT, "src_port") \
    X(SW_LF_DST_IP, "dst_ip") \
    X(SW_LF_DST_HOST, "dst_host") \
    X(SW_LF_DST_PORT, "dst_port") \
    X(SW_LF_NAT_SRC_IP, "nat_src_ip") \
    X(SW_LF_NAT_SRC_PORT, "nat_src_port") \
    X(SW_LF_NAT_DST_IP, "nat_dst_ip") \
    X(SW_LF_NAT_DST_PORT, "nat_dst_port") \
    X(SW_LF_PROTOCOL, "protocol") \
    X(SW_LF_ACTION, "action") \
    X(SW_LF_BLOCKED, "blocked") \
    X(SW_LF_INTERFACE_IN, "interface_in") \
    X(SW_LF_INTERFACE_OUT, "interface_out") \
    X(SW_LF_DIRECTION, "direction") \
    X(SW_LF_RULE, "rule") \
    X(SW_LF_BYTES, "bytes") \
    X(SW_LF_BYTES_SENT, "bytes_sent") \
    X(SW_LF_BYTES_RECEIVED, "bytes_received") \
    X(SW_LF_DURATION, "duration") \
    X(SW_LF_CISCO_FACILITY, "cisco_facility") \
    X(SW_LF_CISCO_MNEMONIC, "cisco_mnemonic") \
    X(SW_LF_TTY, "TTY") \
    X(SW_LF_PWD, "PWD") \
    X(SW_LF_SUDO_USER, "USER") \
    X(SW_LF_COMMAND, "COMMAND") \
    X(SW_LF_PAM_MODULE, "pam_module") \
    X(SW_LF_PAM_SERVICE, "pam_service") \
    X(SW_LF_PAM_TYPE, "pam_type") \
    X(SW_LF_PROCESS_ID, "ProcessId") \
    X(SW_LF_PARENT_PROCESS_ID, "ParentProcessId") \
    X(SW_LF_CURRENT_DIRECTORY, "CurrentDirectory") \
    X(SW_LF_PARENT_COMMAND_LINE, "ParentCommandLine") \
    X(SW_LF_TARGET_FILENAME, "TargetFilename") \
    X(SW_LF_DESTINATION_IP, "DestinationIp") \
    X(SW_LF_DESTINATION_PORT, "DestinationPort") \
    X(SW_LF_INITIATED, "Initiated")

enum sw_log_field {
#define SW_LOG_FIELD_ENUM(id, name) id,
    SW_LOG_FIELDS(SW_LOG_FIELD_ENUM)
#undef SW_LOG_FIELD_ENUM
    SW_LOG_FIELD_COUNT
};

/* id, name, the class to use when the mapping has no such name. Defined in knowledge/logsources.yml. */
#define SW_LOG_CLASSES(X) \
    X(SW_LC_SYSLOG, "linux/syslog", SW_LC_SYSLOG) \
    X(SW_LC_AUTH, "linux/auth", SW_LC_PAM) \
    X(SW_LC_PAM, "linux/pam", SW_LC_SYSLOG) \
    X(SW_LC_SSHD, "linux/sshd", SW_LC_SYSLOG) \
    X(SW_LC_SUDO, "linux/sudo", SW_LC_SYSLOG) \
    X(SW_LC_SU, "linux/su", SW_LC_AUTH) \
    X(SW_LC_CRON, "linux/cron", SW_LC_SYSLOG) \
    X(SW_LC_VSFTPD, "linux/vsftpd", SW_LC_SYSLOG) \
    X(SW_LC_NAMED, "linux/named", SW_LC_SYSLOG) \
    X(SW_LC_CLAMAV, "linux/clamav", SW_LC_SYSLOG) \
    X(SW_LC_GUACAMOLE, "linux/guacamole", SW_LC_SYSLOG) \
    X(SW_LC_KERNEL, "linux/kernel", SW_LC_SYSLOG) \
    X(SW_LC_AUDITD, "linux/auditd", SW_LC_SYSLOG) \
    X(SW_LC_AUDITD_EXECVE, "linux/auditd/execve", SW_LC_AUDITD) \
    X(SW_LC_AUDITD_FILE, "linux/auditd/file", SW_LC_AUDITD) \
    X(SW_LC_AUDITD_FILE_DELETE, "linux/auditd/file_delete", SW_LC_AUDITD) \
    X(SW_LC_AUDITD_NETWORK, "linux/auditd/network", SW_LC_AUDITD) \
    X(SW_LC_FIREWALL, "firewall", SW_LC_FIREWALL) \
    X(SW_LC_IPTABLES, "firewall/iptables", SW_LC_FIREWALL) \
    X(SW_LC_PFSENSE, "firewall/pfsense", SW_LC_FIREWALL) \
    X(SW_LC_ASA, "firewall/asa", SW_LC_FIREWALL) \
    X(SW_LC_FORTIGATE, "firewall/fortigate", SW_LC_FIREWALL) \
    X(SW_LC_FORTIGATE_EVENT, "fortigate/event", SW_LC_FORTIGATE_EVENT) \
    X(SW_LC_FORTIGATE_UTM, "fortigate/utm", SW_LC_FORTIGATE_EVENT) \
    X(SW_LC_FORTIOS_SSLVPND, "fortios/sslvpnd", SW_LC_FORTIGATE_EVENT) \
    X(SW_LC_PALOALTO, "firewall/paloalto", SW_LC_FIREWALL) \
    X(SW_LC_PALOALTO_THREAT, "paloalto/threat", SW_LC_PALOALTO) \
    X(SW_LC_PALOALTO_SYSTEM, "paloalto/system", SW_LC_PALOALTO) \
    X(SW_LC_PALOALTO_CONFIG, "paloalto/config", SW_LC_PALOALTO) \
    X(SW_LC_GLOBALPROTECT, "paloalto/globalprotect", SW_LC_PALOALTO) \
    X(SW_LC_CISCO_SYSLOG, "cisco/syslog", SW_LC_CISCO_SYSLOG) \
    X(SW_LC_CISCO_AAA, "cisco/aaa", SW_LC_CISCO_SYSLOG) \
    X(SW_LC_CISCO_BGP, "cisco/bgp", SW_LC_CISCO_SYSLOG) \
    X(SW_LC_CISCO_LDP, "cisco/ldp", SW_LC_CISCO_SYSLOG) \
    X(SW_LC_HUAWEI_BGP, "huawei/bgp", SW_LC_HUAWEI_BGP) \
    X(SW_LC_JUNIPER_BGP, "juniper/bgp", SW_LC_JUNIPER_BGP) \
    X(SW_LC_CEF, "cef", SW_LC_CEF) \
    X(SW_LC_LEEF, "leef", SW_LC_LEEF)

enum sw_log_class {
#define SW_LOG_CLASS_ENUM(id, name, otherwise) id,
    SW_LOG_CLASSES(SW_LOG_CLASS_ENUM)
#undef SW_LOG_CLASS_ENUM
    SW_LOG_CLASS_COUNT
};

struct sw_carried; /* carried.h */

/* Names that a log brings along, remembered: a slot a hash, no chains. A miss costs one look into the global table. */
struct sw_names {
    struct {
        struct sw_str name; /* the global table's copy */
        sw_field_id id;
    } slots[1024];
};

/* What a worker needs to parse lines of any of these formats. */
struct sw_log_state {
    sw_class_id class_of[SW_LOG_CLASS_COUNT];
    struct sw_carried *carried; /* for formats of other decoders; the owner makes and frees it; NULL: not wanted */
    struct sw_names names;
};

/* Resolves fields and compiles message forms, once for the process. SW_E_NOMEM; may be called again then. */
int sw_log_prepare(void);

/* Makes a state's class table; the state is all zero before. */
int sw_log_state_init(struct sw_log_state *state, const struct sw_classes *classes);

/* state_new() and state_free() of decoders whose state is a bare struct sw_log_state. */
void *sw_log_state_new(const struct sw_classes *classes);

extern sw_field_id sw_log_ids[SW_LOG_FIELD_COUNT]; /* set by sw_log_prepare() */

/* The id of a name from the log; SW_FIELD_MORE when it finds no room. */
sw_field_id sw_names_id(struct sw_names *names, struct sw_str name);

/* --- adding fields to d->event -------------------------------------------------------------------------- */

static inline void sw_log_add(struct sw_decode *d, enum sw_log_field field, struct sw_str value)
{
    sw_event_add_str(&d->event, sw_log_ids[field], value);
}

static inline void sw_log_class(struct sw_decode *d, const struct sw_log_state *state, enum sw_log_class id)
{
    d->event.class_id = state->class_of[id];
}

/* A decimal number becomes SW_INT, anything else stays a string. */
void sw_add_number(struct sw_decode *d, sw_field_id id, struct sw_str value);
static inline void sw_log_add_number(struct sw_decode *d, enum sw_log_field field, struct sw_str value)
{
    sw_add_number(d, sw_log_ids[field], value);
}

/* An address: brackets and an IPv4-mapped prefix (::ffff:) are taken off. A value that is no address is a host name and
 * goes to src_host or dst_host when the field is src_ip or dst_ip. "" and "-" add nothing. */
void sw_add_address(struct sw_decode *d, sw_field_id id, struct sw_str value);
static inline void sw_log_add_address(struct sw_decode *d, enum sw_log_field field, struct sw_str value)
{
    sw_add_address(d, sw_log_ids[field], value);
}

/* Notes that a time was given without its zone, and which was taken. */
void sw_log_note_zone(struct sw_decode *d);

/* A field whose name comes from the log. */
void sw_log_add_named(struct sw_decode *d, struct sw_log_state *state, struct sw_str name, struct sw_str value);

/* What a firewall did: `action` as given, and `blocked` ("true" or "false") where the verb tells ("allow", "Deny",
 * "drop", "reset-both", "pass", ...). */
void sw_log_add_action(struct sw_decode *d, struct sw_str action);

/* A number of an IP protocol to its name ("6" to "tcp"); what has no name here stays as it is. Field: protocol. */
void sw_log_add_protocol(struct sw_decode *d, struct sw_str protocol);

static inline void sw_log_add_blocked(struct sw_decode *d, bool blocked)
{
    sw_event_add_str(&d->event, sw_log_ids[SW_LF_BLOCKED], blocked ? SW_STR("true") : SW_STR("false"));
}

/* Whether the text is an IPv4 or IPv6 address (a zone %eth0 is fine). Strict for IPv4; IPv6 by its alphabet and
 * colons. */
bool sw_is_address(struct sw_str s);

#endif
