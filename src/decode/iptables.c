/*
 * iptables.c - lines that Linux's netfilter logs (LOG target of iptables and nftables, ULOG): KEY=VALUE pairs behind a
 * prefix that the administrator chose. What became of the packet is not in the line: it is taken from the prefix where
 * that says so.
 */
#include "decode/carried.h"

/* Words of prefixes in use (UFW, firewalld, Shorewall, CSF, home-made) and what they say. */
static const struct {
    struct sw_str word;
    const char *action;
    bool blocked;
} verdicts[] = {
    {SW_STR_INIT("block"), "block", true},     {SW_STR_INIT("drop"), "drop", true},
    {SW_STR_INIT("reject"), "reject", true},   {SW_STR_INIT("deny"), "deny", true},
    {SW_STR_INIT("denied"), "deny", true},     {SW_STR_INIT("accept"), "accept", false},
    {SW_STR_INIT("allow"), "accept", false},   {SW_STR_INIT("permit"), "accept", false},
    {SW_STR_INIT("forward"), "forward", false},
};

/* netfilter's keys that have a canonical name; the others keep theirs. */
static const struct {
    struct sw_str key;
    enum sw_log_field field;
} keys[] = {
    {SW_STR_INIT("IN"), SW_LF_INTERFACE_IN}, {SW_STR_INIT("OUT"), SW_LF_INTERFACE_OUT},
    {SW_STR_INIT("SRC"), SW_LF_SRC_IP},      {SW_STR_INIT("DST"), SW_LF_DST_IP},
    {SW_STR_INIT("PROTO"), SW_LF_PROTOCOL},  {SW_STR_INIT("SPT"), SW_LF_SRC_PORT},
    {SW_STR_INIT("DPT"), SW_LF_DST_PORT},    {SW_STR_INIT("LEN"), SW_LF_BYTES},
};
enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static void add_verdict(struct sw_decode *d, struct sw_str prefix)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        if (sw_str_ifind(prefix, verdicts[i].word) != SW_NPOS) {
            sw_log_add(d, SW_LF_ACTION, sw_str(verdicts[i].action));
            sw_log_add_blocked(d, verdicts[i].blocked);
            return;
        }
}

/* A pair; `seen` has a bit for each canonical key. What repeats one of those describes the packet inside an ICMP
 * error. */
static void add_pair(struct sw_decode *d, struct sw_log_state *state, struct sw_str key, struct sw_str value,
                     unsigned *seen)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (!sw_str_eq(key, keys[i].key))
            continue;
        if ((*seen & 1u << i) == 0 && value.len > 0) {
            if (keys[i].field == SW_LF_SRC_IP || keys[i].field == SW_LF_DST_IP)
                sw_log_add_address(d, keys[i].field, value);
            else
                sw_log_add_number(d, keys[i].field, value);
        }
        *seen |= 1u << i;
        return;
    }
    if (value.len > 0)
        sw_log_add_named(d, state, key, value);
}

/* Where the pairs begin; SW_NPOS when the message is no such line. */
static size_t find_pairs(struct sw_str message)
{
    size_t in = sw_str_find(message, SW_STR("IN="));
    if (in == SW_NPOS || (in > 0 && memchr(" :]", message.ptr[in - 1], 3) == NULL))
        return SW_NPOS;
    struct sw_str rest = sw_str_from(message, in);
    if (sw_str_find(rest, SW_STR(" SRC=")) == SW_NPOS || sw_str_find(rest, SW_STR(" PROTO=")) == SW_NPOS)
        return SW_NPOS;
    return in;
}

/* "SYN", "ACK PSH": words without a value, side by side behind PROTO. */
static bool is_flag(struct sw_str word, unsigned seen)
{
    return (seen & 1u << 4) != 0 && word.len == 3 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z';
}

bool sw_iptables_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    size_t in = find_pairs(message);
    if (in == SW_NPOS)
        return false;
    sw_log_class(d, state, SW_LC_IPTABLES);
    struct sw_str prefix = sw_str_trim(sw_str_slice(message, 0, in));
    if (prefix.len > 0) {
        sw_log_add(d, SW_LF_RULE, prefix);
        add_verdict(d, prefix);
    }
    struct sw_str rest = sw_str_from(message, in);
    struct sw_str word;
    struct sw_str flags = {NULL, 0};
    unsigned seen = 0;
    while (sw_str_next(&rest, ' ', &word)) {
        size_t equal = sw_str_chr(word, '=');
        if (equal != SW_NPOS && equal > 0 && equal <= 32)
            add_pair(d, state, sw_str_slice(word, 0, equal), sw_str_from(word, equal + 1), &seen);
        else if (is_flag(word, seen))
            flags = flags.ptr == NULL ? word : sw_strn(flags.ptr, (size_t)(word.ptr + word.len - flags.ptr));
    }
    if (flags.len > 0)
        sw_log_add_named(d, state, SW_STR("tcp_flags"), flags);
    return true;
}
