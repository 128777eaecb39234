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
    return sw_iptables_parse(d, state, s) || sw_forms_apply(&kernel_forms, d, s);
}

bool sw_carried_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str program, struct sw_str message)
{
    (void)program;
    return sw_iptables_parse(d, state, message);
}

static const struct sw_program programs[] = {
    {"kernel", SW_LC_SYSLOG, NULL, kernel_parse},
    {"ulogd", SW_LC_SYSLOG, NULL, kernel_parse},
};
static struct sw_forms *const forms[] = {&kernel_forms};

const struct sw_program_table sw_programs_carried = {programs, sizeof programs / sizeof programs[0], forms,
                                                     sizeof forms / sizeof forms[0]};
