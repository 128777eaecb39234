/*
 * asa.c - texts of Cisco's firewalls (ASA, FTD, PIX) by message number: connections built, torn down and denied,
 * logins, VPN sessions, commands. FTD's 430001-430005 are pairs "Key: value".
 */
#include "decode/carried.h"

/* Connection messages name an endpoint as interface:address/port. */
static const struct sw_form rows[] = {
    {"Inbound {protocol:word} connection denied from {src_ip}/{src_port:num} to {dst_ip}/{dst_port:num} flags "
     "{tcp_flags} on interface {interface_in}", NULL, NULL},
    {"Deny inbound {protocol:word} from {src_ip}/{src_port:num} to {dst_ip}/{dst_port:num} due to {reason}",
     NULL, NULL},
    {"Deny inbound {protocol:word} from {src_ip}/{src_port:num} to {dst_ip}/{dst_port:num} on interface "
     "{interface_in}", NULL, NULL},
    {"Deny inbound {protocol:word} src {interface_in}:{src_ip} dst {interface_out}:{dst_ip} (type {_}", NULL, NULL},
    {"Deny inbound protocol {protocol:word} src {interface_in}:{src_ip:addr} dst {interface_out}:{dst_ip:addr}",
     NULL, NULL},
    {"Deny {protocol:word} (no connection) from {src_ip}/{src_port:num} to {dst_ip}/{dst_port:num} flags "
     "{tcp_flags} on interface {interface_in}", NULL, NULL},
    {"Deny IP spoof from ({src_ip}) to {dst_ip:addr} on interface {interface_in}", NULL, NULL},
    {"Deny {protocol:word} reverse path check from {src_ip:addr} to {dst_ip:addr} on interface {interface_in}",
     NULL, NULL},
    {"Deny {protocol:word} connection spoof from {src_ip:addr} to {dst_ip:addr} on interface {interface_in}",
     NULL, NULL},
    {"Deny IP due to Land Attack from {src_ip:addr} to {dst_ip:addr}", NULL, NULL},
    {"Deny {protocol:word} src {interface_in}:{src_ip}/{src_port:num} dst {interface_out}:{dst_ip}/{dst_port:num} "
     "by access-group \"{rule}\"{_?}", NULL, NULL},
    {"Deny {protocol:word} src {interface_in}:{src_ip}/{src_port:num}({src_user}) dst "
     "{interface_out}:{dst_ip}/{dst_port:num} by access-group \"{rule}\"{_?}", NULL, NULL},
    {"Deny {protocol:word} src {interface_in}:{src_ip}/{src_port:num}({src_user}) dst "
     "{interface_out}:{dst_ip}/{dst_port:num}({dst_user}) by access-group \"{rule}\"{_?}", NULL, NULL},
    {"Deny {protocol:word} src {interface_in}:{src_ip} dst {interface_out}:{dst_ip} (type {_}) by access-group "
     "\"{rule}\"{_?}", NULL, NULL},
    {"Deny protocol {protocol:word} src {interface_in}:{src_ip} dst {interface_out}:{dst_ip} by access-group "
     "\"{rule}\"{_?}", NULL, NULL},
    {"access-list {rule:word} {action:word} {protocol:word} {interface_in}/{src_ip}({src_port:num}) -> "
     "{interface_out}/{dst_ip}({dst_port:num}) hit-cnt {hits:num} {_}", NULL, NULL},
    {"access-list {rule:word} {action:word} {protocol:word} {interface_in}/{src_ip}({src_port:num})({src_user}) "
     "-> {interface_out}/{dst_ip}({dst_port:num}) hit-cnt {hits:num} {_}", NULL, NULL},
    {"Built inbound {protocol:word} connection {connection:num} for {interface_in}:{src_ip}/{src_port:num} ({_}) "
     "to {interface_out}:{dst_ip}/{dst_port:num} ({_}){_?}", NULL, NULL},
    {"Built inbound {protocol:word} connection {connection:num} for {interface_in}:{src_ip}/{src_port:num} "
     "({_})({src_user}) to {interface_out}:{dst_ip}/{dst_port:num} ({_}){_?}", NULL, NULL},
    /* Outbound: the address after "for" is the one connected to. */
    {"Built outbound {protocol:word} connection {connection:num} for {interface_out}:{dst_ip}/{dst_port:num} "
     "({_}) to {interface_in}:{src_ip}/{src_port:num} ({_}){_?}", NULL, NULL},
    {"Built {direction:word} ICMP connection for faddr {src_ip}/{_:num} gaddr {_} laddr {dst_ip}/{_}",
     NULL, NULL},
    {"Teardown {protocol:word} connection {connection:num} for {interface_in}:{src_ip}/{src_port:num} to "
     "{interface_out}:{dst_ip}/{dst_port:num} duration {duration:word} bytes {bytes:num} {reason}", NULL, NULL},
    {"Teardown {protocol:word} connection {connection:num} for {interface_in}:{src_ip}/{src_port:num} to "
     "{interface_out}:{dst_ip}/{dst_port:num} duration {duration:word} bytes {bytes:num}", NULL, NULL},
    {"Teardown {protocol:word} connection {connection:num} for {interface_in}:{src_ip}/{src_port:num}({src_user}) "
     "to {interface_out}:{dst_ip}/{dst_port:num} duration {duration:word} bytes {bytes:num} {_}", NULL, NULL},
    {"Teardown ICMP connection for faddr {src_ip}/{_:num} gaddr {_} laddr {dst_ip}/{_}", NULL, NULL},
    {"Built {_:word} {protocol:word} translation from {interface_in}:{src_ip}/{src_port:num} to "
     "{interface_out}:{nat_src_ip}/{nat_src_port:num}", NULL, NULL},
    {"Teardown {_:word} {protocol:word} translation from {interface_in}:{src_ip}/{src_port:num} to "
     "{interface_out}:{nat_src_ip}/{nat_src_port:num} duration {duration:word}", NULL, NULL},
    {"{protocol:word} access denied by ACL from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{dst_port:num}",
     NULL, NULL},
    {"{protocol:word} access denied by ACL from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{app}", NULL, NULL},
    {"{protocol:word} access permitted from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{dst_port:num}",
     NULL, NULL},
    {"{protocol:word} access permitted from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{app}", NULL, NULL},
    {"{protocol:word} request discarded from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{dst_port:num}",
     NULL, NULL},
    {"Denied ICMP type={icmp_type:num}, code={icmp_code:num} from {src_ip:addr} on interface {interface_in}",
     NULL, NULL},
    {"{src_ip:addr} Accessed URL {dst_ip}:{url}", "url", NULL},
    /* People: commands, logins, VPN. */
    {"User '{user}' executed the '{command}' command.", "command", NULL},
    {"User '{user}' executed cmd: {command}", "command", NULL},
    {"User '{user}', running '{_}' from IP {src_ip:addr}, executed '{command}'", "command", NULL},
    {"User '{user}', running '{_}', executed '{command}'", "command", NULL},
    {"AAA user authentication Successful : local database : user = {user}", "login", "success"},
    {"AAA user authentication Successful : server = {_:word} : user = {user}", "login", "success"},
    {"AAA user authentication Rejected : reason = {reason} : local database : user = {user} : user IP = {src_ip:addr}",
     "login", "failure"},
    {"AAA user authentication Rejected : reason = {reason} : server = {_:word} : user = {user} : user IP = "
     "{src_ip:addr}", "login", "failure"},
    {"AAA user authentication Rejected : reason = {reason} : local database : user = {user}", "login", "failure"},
    {"AAA user authentication Rejected : reason = {reason} : server = {_:word} : user = {user}", "login", "failure"},
    {"Login denied from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{app} for user \"{user?}\"",
     "login", "failure"},
    {"Login permitted from {src_ip}/{src_port:num} to {interface_in}:{dst_ip}/{app} for user \"{user?}\"",
     "login", "success"},
    {"User authentication succeeded: IP address: {src_ip:addr}, Uname: {user}", "login", "success"},
    {"User authentication succeeded: Uname: {user}", "login", "success"},
    {"User authentication failed: IP address: {src_ip:addr}, Uname: {user}", "login", "failure"},
    {"User authentication failed: Uname: {user}", "login", "failure"},
    {"User logged out: Uname: {user}", "logout", NULL},
    {"Group = {group}, Username = {user}, IP = {src_ip:addr}, Session disconnected. Session Type: {session}, "
     "Duration: {duration}, Bytes xmt: {bytes_sent:num}, Bytes rcv: {bytes_received:num}, Reason: {reason}",
     "vpn-close", NULL},
    {"Group <{group}> User <{user}> IP <{src_ip}> {_:word} parent session started.", "vpn-open", "success"},
    {"Group <{group}> User <{user}> IP <{src_ip}> WebVPN session started.", "vpn-open", "success"},
    {"Group <{group}> User <{user}> IP <{src_ip}> WebVPN session terminated: {reason}", "vpn-close", NULL},
    {"Group <{group}> User <{user}> IP <{src_ip}> Authentication: successful{_?}", "login", "success"},
    {"Group <{group}> User <{user}> IP <{src_ip}> Authentication: rejected{_?}", "login", "failure"},
    {"Group <{group}> User <{user}> IP <{src_ip}> IPv4 Address <{nat_src_ip}> {_}", "vpn-address", NULL},
    {"Group <{group}> User <{user}> IP <{src_ip}> {reason}", NULL, NULL},
};
struct sw_forms sw_asa_forms = SW_FORMS(rows);

/* FTD's keys that have a canonical name. */
static const struct {
    struct sw_str key;
    enum sw_log_field field;
    bool address;
} keys[] = {
    {SW_STR_INIT("SrcIP"), SW_LF_SRC_IP, true},
    {SW_STR_INIT("DstIP"), SW_LF_DST_IP, true},
    {SW_STR_INIT("SrcPort"), SW_LF_SRC_PORT, false},
    {SW_STR_INIT("DstPort"), SW_LF_DST_PORT, false},
    {SW_STR_INIT("IngressInterface"), SW_LF_INTERFACE_IN, false},
    {SW_STR_INIT("EgressInterface"), SW_LF_INTERFACE_OUT, false},
    {SW_STR_INIT("AccessControlRuleName"), SW_LF_RULE, false},
    {SW_STR_INIT("User"), SW_LF_USER, false},
    {SW_STR_INIT("InitiatorBytes"), SW_LF_BYTES_SENT, false},
    {SW_STR_INIT("ResponderBytes"), SW_LF_BYTES_RECEIVED, false},
};

static void add_pair(struct sw_decode *d, struct sw_log_state *state, struct sw_str key, struct sw_str value)
{
    if (sw_str_is(key, "Protocol")) {
        sw_log_add_protocol(d, value);
        return;
    }
    if (sw_str_is(key, "AccessControlRuleAction")) {
        sw_log_add_action(d, value);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!sw_str_eq(key, keys[i].key))
            continue;
        if (keys[i].address)
            sw_log_add_address(d, keys[i].field, value);
        else
            sw_log_add_number(d, keys[i].field, value);
        return;
    }
    sw_log_add_named(d, state, key, value);
}

/* "EventPriority: Low, SrcIP: 10.0.0.1, ..." */
static void add_pairs(struct sw_decode *d, struct sw_log_state *state, struct sw_str text)
{
    while (text.len > 0) {
        size_t end = sw_str_find(text, SW_STR(", "));
        struct sw_str part = sw_str_slice(text, 0, end);
        size_t colon = sw_str_find(part, SW_STR(": "));
        if (colon != SW_NPOS && colon > 0 && colon + 2 < part.len)
            add_pair(d, state, sw_str_slice(part, 0, colon), sw_str_from(part, colon + 2));
        text = end == SW_NPOS ? (struct sw_str){NULL, 0} : sw_str_from(text, end + 2);
    }
}

/* What the text says became of the traffic; access-list and FTD lines have said so themselves. */
static void add_action(struct sw_decode *d, struct sw_str text)
{
    static const struct {
        struct sw_str words;
        const char *action;
    } verdicts[] = {
        {SW_STR_INIT("Built "), "accept"},          {SW_STR_INIT("Teardown "), "teardown"},
        {SW_STR_INIT("Deny "), "deny"},             {SW_STR_INIT("Denied "), "deny"},
        {SW_STR_INIT("connection denied "), "deny"}, {SW_STR_INIT("access denied "), "deny"},
        {SW_STR_INIT("access permitted "), "accept"}, {SW_STR_INIT("request discarded "), "deny"},
    };
    struct sw_str head = sw_str_slice(text, 0, 48);
    if (sw_event_find(&d->event, sw_log_ids[SW_LF_ACTION]) != NULL) {
        struct sw_str action = sw_event_get(&d->event, sw_log_ids[SW_LF_ACTION]);
        if (sw_event_find(&d->event, sw_log_ids[SW_LF_BLOCKED]) == NULL)
            sw_log_add_blocked(d, sw_str_istarts(action, SW_STR("den")));
        return;
    }
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        if (sw_str_find(head, verdicts[i].words) != SW_NPOS) {
            sw_log_add_action(d, sw_str(verdicts[i].action));
            return;
        }
}

bool sw_asa_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str id, struct sw_str text)
{
    sw_log_class(d, state, SW_LC_ASA);
    if (sw_str_starts(id, SW_STR("43000")))
        add_pairs(d, state, text);
    else if (!sw_forms_apply(&sw_asa_forms, d, text))
        return true;
    add_action(d, text);
    return true;
}
