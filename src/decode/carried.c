/* carried.c - which format a syslog message carries. */
#include "decode/carried.h"

/* "wireguard: wg0: Invalid handshake initiation from 10.0.0.1:51820" */
static const struct sw_form kernel_rows[] = {
    {"wireguard: {interface_in:word}: Invalid handshake initiation from {src_ip}:{src_port:num}", "connect", "failure"},
    {"wireguard: {interface_in:word}: Packet has unallowed src IP ({_}) from peer {_:word} ({src_ip}:{src_port:num})",
     NULL, "failure"},
};
static struct sw_forms kernel_forms = SW_FORMS(kernel_rows);

/* Behind the kernel's clock: "[82508.100168] ". */
static struct sw_str without_uptime(struct sw_str s)
{
    size_t close = s.len > 0 && s.ptr[0] == '[' ? sw_str_chr(s, ']') : SW_NPOS;
    if (close == SW_NPOS || close > 32)
        return s;
    for (size_t i = 1; i < close; i++)
        if (!sw_is_digit(s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != ' ')
            return s;
    return sw_str_from(s, close + 1 + (close + 1 < s.len && s.ptr[close + 1] == ' '));
}

static bool kernel_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct sw_str s = without_uptime(message);
    /* Junos says this with the kernel's voice. */
    if (sw_str_find(s, SW_STR("missing MD5 digest")) != SW_NPOS) {
        sw_log_class(d, state, SW_LC_JUNIPER_BGP);
        return true;
    }
    if (sw_str_starts(s, SW_STR("audit: ")))
        return sw_audit_message_parse(d, state, sw_str_from(s, 7));
    return sw_iptables_parse(d, state, s) || sw_forms_apply(&kernel_forms, d, s);
}

/* "%%01BGP/3/BGP_AUTH_FAILED(l)[0]:BGP session authentication failed. ..." */
static bool huawei_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (!sw_str_starts(message, SW_STR("%%")) || message.len < 8)
        return false;
    size_t slash = sw_str_chr(message, '/');
    if (slash == SW_NPOS || slash < 5 || slash > 32)
        return false;
    struct sw_str module = sw_str_slice(message, 4, slash);
    struct sw_str rest = sw_str_from(message, slash + 1);
    size_t open = sw_str_find(sw_str_slice(rest, 0, 96), SW_STR("("));
    if (rest.len < 3 || rest.ptr[1] != '/' || open == SW_NPOS)
        return false;
    sw_log_add_named(d, state, SW_STR("module"), module);
    sw_log_add_named(d, state, SW_STR("mnemonic"), sw_str_slice(rest, 2, open));
    d->event.class_id = state->class_of[sw_str_is(module, "BGP") ? SW_LC_HUAWEI_BGP : SW_LC_SYSLOG];
    return true;
}

bool sw_carried_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str program, struct sw_str message)
{
    switch (message.ptr[0]) {
    case '{':
    case '@':
        return sw_carried_json(d, state, message);
    case '<':
        return sw_carried_xml(d, state, message);
    case 'C':
        return sw_cef_parse(d, state, message) || (program.len == 0 && sw_cisco_parse(d, state, message));
    case 'L':
        return sw_leef_parse(d, state, message);
    case 'd':
    case 'l':
    case 'e':
        return sw_fortinet_parse(d, state, message);
    case '%':
        return huawei_parse(d, state, message) || sw_cisco_parse(d, state, message);
    case 't':
    case 'n':
        return sw_audit_message_parse(d, state, message);
    case 'I':
    case '[':
        return sw_iptables_parse(d, state, message);
    default:
        break;
    }
    if (sw_is_digit(message.ptr[0])) {
        if (sw_paloalto_parse(d, state, message))
            return true;
        /* Containers and programs of any name write access logs: address, two words, a time in brackets. */
        struct sw_str head = sw_str_slice(message, 0, 160);
        if (sw_str_find(head, SW_STR(" [")) != SW_NPOS && sw_str_find(head, SW_STR("] \"")) != SW_NPOS)
            return sw_carried_web(d, state, message);
    }
    /* named without its clock. */
    if (program.len == 0 && sw_str_find(sw_str_slice(message, 0, 40), SW_STR("client @0x")) != SW_NPOS) {
        const struct sw_program *named = sw_program_find(SW_STR("named"));
        if (!named->parse(d, state, message))
            return false;
        sw_log_add(d, SW_LF_PROGRAM, SW_STR("named"));
        sw_log_class(d, state, named->cls);
        return true;
    }
    /* Without a tag the message may begin with a clock, a sequence number or a rule's prefix. */
    return program.len == 0 && (sw_cisco_parse(d, state, message) || sw_iptables_parse(d, state, message));
}

/* OPNsense and pfSense: "/index.php: Web GUI authentication error for 'toto' from 1.2.3.4". */
static const struct sw_form webgui_rows[] = {
    {"{_:word}: Web GUI authentication error for '{+user}' from {src_ip:addr}", "login", "failure"},
    {"{_:word}: webConfigurator authentication error for user '{+user}' from: {src_ip:addr}", "login", "failure"},
    {"{_:word}: webConfigurator authentication error for '{+user}' from {src_ip:addr}", "login", "failure"},
    {"{_:word}: Successful login for user '{+user}' from: {src_ip:addr} {_?}", "login", "success"},
    {"{_:word}: Successful login for user '{+user}' from: {src_ip:addr}", "login", "success"},
    {"{_:word}: user '{+user}' authenticated successfully {_}", "login", "success"},
};
static struct sw_forms webgui_forms = SW_FORMS(webgui_rows);

static const struct sw_program programs[] = {
    {"kernel", SW_LC_KERNEL, NULL, kernel_parse},
    {"ulogd", SW_LC_SYSLOG, NULL, kernel_parse},
    {"haproxy", SW_LC_SYSLOG, NULL, sw_carried_haproxy},
    {"nginx", SW_LC_SYSLOG, NULL, sw_carried_web},
    {"apache", SW_LC_SYSLOG, NULL, sw_carried_web},
    {"apache2", SW_LC_SYSLOG, NULL, sw_carried_web},
    {"httpd", SW_LC_SYSLOG, NULL, sw_carried_web},
    {"lighttpd", SW_LC_SYSLOG, NULL, sw_carried_web},
    {"squid", SW_LC_SYSLOG, NULL, sw_carried_squid},
    {"(squid-1)", SW_LC_SYSLOG, NULL, sw_carried_squid},
    {"sysmon", SW_LC_SYSLOG, NULL, sw_carried_xml},
    {"audispd", SW_LC_AUDITD, NULL, sw_audit_message_parse},
    {"audisp-syslog", SW_LC_AUDITD, NULL, sw_audit_message_parse},
    {"audit", SW_LC_SYSLOG, &webgui_forms, sw_audit_message_parse},
    {"filterlog", SW_LC_PFSENSE, NULL, sw_pfsense_parse},
    {"php-fpm", SW_LC_SYSLOG, &webgui_forms, NULL},
    {"rpd", SW_LC_JUNIPER_BGP, NULL, NULL},
};
static struct sw_forms *const forms[] = {&kernel_forms, &webgui_forms, &sw_cisco_forms, &sw_asa_forms};

const struct sw_program_table sw_programs_carried = {programs, sizeof programs / sizeof programs[0], forms,
                                                     sizeof forms / sizeof forms[0]};
