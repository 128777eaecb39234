/*
 * cisco.c - messages of Cisco devices: "%FACILITY-SEVERITY-MNEMONIC: text", with what a device puts before it (sequence
 * number, clock, host). IOS, IOS-XE, NX-OS and IOS-XR here; the firewalls' messages go on to asa.c.
 */
#include "decode/carried.h"
#include "decode/syslog_header.h"

/* Behind the "%" and matched together with the mnemonic. */
static const struct sw_form rows[] = {
    {"SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: {user?}] [Source: {src_ip:addr}] [localport: "
     "{dst_port:num}]{_?}", "login", "success"},
    {"SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: {user?}] [Source: {src_ip:addr}] [localport: {dst_port:num}] "
     "[Reason: {reason}]{_?}", "login", "failure"},
    {"SEC_LOGIN-5-WEBLOGIN_SUCCESS: Login Success [user: {user?}] [Source: {src_ip:addr}]{_?}", "login", "success"},
    {"SYS-5-CONFIG_I: Configured from {_:word} by {user:word} on {tty:word} ({src_ip})", "configure", NULL},
    {"SYS-5-CONFIG_I: Configured from {_:word} by {tty:word} ({src_ip})", "configure", NULL},
    {"SYS-5-CONFIG_I: Configured from {_:word} by {user:word} on {tty:word}", "configure", NULL},
    {"SYS-5-CONFIG_P: Configured programmatically by process {process} from {_:word} as {user:word} on {tty:word}",
     "configure", NULL},
    {"SYS-6-LOGOUT: User {user:word} has exited tty session {_}({src_ip})", "logout", NULL},
    {"PARSER-5-CFGLOG_LOGGEDCMD: User:{user:word}  logged command:{command}", "command", NULL},
    {"WEBUI-6-INSTALL_OPERATION_INFO: User: {user}, Install Operation: {_}", "install", NULL},
    {"SSH-5-SSH2_SESSION: SSH2 Session request from {src_ip:addr} (tty = {tty:num}) {_}", "connect", NULL},
    {"SSH-5-SSH2_USERAUTH: User '{user}' authentication for SSH2 Session from {src_ip:addr} (tty = {tty:num}) {_} "
     "Succeeded", "login", "success"},
    {"SSH-5-SSH2_USERAUTH: User '{user}' authentication for SSH2 Session from {src_ip:addr} (tty = {tty:num}) {_} "
     "Failed", "login", "failure"},
    {"SEC-6-IPACCESSLOGP: list {rule:word} {action:word} {protocol:word} {src_ip}({src_port:num}) -> "
     "{dst_ip}({dst_port:num}), {_}", NULL, NULL},
    {"SEC-6-IPACCESSLOGP: list {rule:word} {action:word} {protocol:word} {src_ip}({src_port:num}) ({_}) -> "
     "{dst_ip}({dst_port:num}), {_}", NULL, NULL},
    {"SEC-6-IPACCESSLOGDP: list {rule:word} {action:word} {protocol:word} {src_ip:addr} -> {dst_ip} ({_}), {_}",
     NULL, NULL},
    {"SEC-6-IPACCESSLOGS: list {rule:word} {action:word} {src_ip:addr} {_}", NULL, NULL},
    {"TCP-6-BADAUTH: {reason} from {src_ip}({src_port:num}) to {dst_ip}({dst_port:num}){_?}",
     "authenticate", "failure"},
    {"TCP-6-BADAUTH: {reason} from {src_ip}:{src_port:num} to {dst_ip}:{dst_port:num}{_?}", "authenticate", "failure"},
    {"BGP-5-ADJCHANGE: neighbor {dst_ip:addr} {state:word} {_?}", "bgp-state", NULL},
    {"LINEPROTO-5-UPDOWN: Line protocol on Interface {interface_in}, changed state to {state:word}",
     "link-state", NULL},
    {"LINK-3-UPDOWN: Interface {interface_in}, changed state to {state:word}", "link-state", NULL},
};
struct sw_forms sw_cisco_forms = SW_FORMS(rows);

/* Parts of "SEC_LOGIN-5-LOGIN_SUCCESS" and "SPA-SWITCH-2-LINK". */
struct code {
    struct sw_str facility;
    struct sw_str mnemonic;
    char severity;
    size_t end; /* of the code in the text behind "%" */
};

static bool code_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || sw_is_digit(c) || c == '_' || c == '-';
}

/* s begins behind the "%". */
static bool read_code(struct sw_str s, struct code *code)
{
    size_t end = 0;
    while (end < s.len && end < 96 && code_char(s.ptr[end]))
        end++;
    if (end < 5 || end == s.len || s.ptr[end] != ':')
        return false;
    struct sw_str all = sw_str_slice(s, 0, end);
    for (size_t i = 1; i + 2 < all.len; i++) {
        if (all.ptr[i] != '-' || all.ptr[i + 1] < '0' || all.ptr[i + 1] > '7' || all.ptr[i + 2] != '-')
            continue;
        *code = (struct code){sw_str_slice(all, 0, i), sw_str_from(all, i + 3), all.ptr[i + 1], end};
        return code->mnemonic.len > 0;
    }
    return false;
}

/* The "%" of a code within the first bytes: what stands before is the device's prefix. */
static size_t find_code(struct sw_str message, struct code *code)
{
    struct sw_str head = sw_str_slice(message, 0, 160);
    for (size_t at = 0; at < head.len; at++) {
        size_t next = sw_str_chr(sw_str_from(head, at), '%');
        if (next == SW_NPOS)
            return SW_NPOS;
        at += next;
        bool border = at == 0 || head.ptr[at - 1] == ' ' || head.ptr[at - 1] == ':';
        if (border && read_code(sw_str_from(message, at + 1), code))
            return at;
    }
    return SW_NPOS;
}

static bool is_firewall(struct sw_str facility)
{
    static const char *const names[] = {"ASA", "FTD", "PIX", "FWSM"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sw_str name = sw_str(names[i]);
        /* "ASA-session" in some versions */
        if (sw_str_starts(facility, name) && (facility.len == name.len || facility.ptr[name.len] == '-'))
            return true;
    }
    return false;
}

static enum sw_log_class class_of(const struct code *code, struct sw_str text)
{
    static const struct {
        const char *facility; /* how it begins */
        enum sw_log_class cls;
    } table[] = {{"AAA", SW_LC_CISCO_AAA},   {"PARSER", SW_LC_CISCO_AAA}, {"TPLUS", SW_LC_CISCO_AAA},
                 {"TAC", SW_LC_CISCO_AAA},   {"HA_EM", SW_LC_CISCO_AAA},  {"RADIUS", SW_LC_CISCO_AAA},
                 {"BGP", SW_LC_CISCO_BGP},   {"LDP", SW_LC_CISCO_LDP},    {"MPLS_LDP", SW_LC_CISCO_LDP}};
    if (sw_str_find(text, SW_STR("LDP")) != SW_NPOS && sw_str_find(code->mnemonic, SW_STR("MD5")) != SW_NPOS)
        return SW_LC_CISCO_LDP;
    if (sw_str_is(code->mnemonic, "BADAUTH"))
        return SW_LC_CISCO_BGP;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (sw_str_starts(code->facility, sw_str(table[i].facility)))
            return table[i].cls;
    return SW_LC_CISCO_SYSLOG;
}

/* Access lists: "denied" and "permitted" say what became of the packet. */
static void add_blocked(struct sw_decode *d)
{
    struct sw_str action = sw_event_get(&d->event, sw_log_ids[SW_LF_ACTION]);
    if (action.len > 0)
        sw_log_add_blocked(d, sw_str_starts(action, SW_STR("den")));
}

bool sw_cisco_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct code code;
    size_t at = find_code(message, &code);
    if (at == SW_NPOS)
        return false;
    struct sw_str behind = sw_str_from(message, at + 1);
    struct sw_str text = sw_str_trim(sw_str_from(behind, code.end + 1));
    sw_log_add(d, SW_LF_CISCO_FACILITY, code.facility);
    sw_log_add(d, SW_LF_CISCO_MNEMONIC, code.mnemonic);
    if (sw_event_find(&d->event, sw_log_ids[SW_LF_SEVERITY]) == NULL)
        sw_log_add(d, SW_LF_SEVERITY, sw_syslog_severity(code.severity - '0'));
    if (is_firewall(code.facility))
        return sw_asa_parse(d, state, code.mnemonic, text);
    sw_log_class(d, state, class_of(&code, message));
    if (sw_forms_apply(&sw_cisco_forms, d, behind))
        add_blocked(d);
    return true;
}
