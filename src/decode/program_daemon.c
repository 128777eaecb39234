/* program_daemon.c - services: cron, systemd, name servers, DHCP, clamd, guacd, FTP servers, WireGuard. */
#include "decode/programs.h"

/* --- cron: Vixie's, cronie's, anacron, crontab ----------------------------------------------------------------- */

static const struct sw_form cron_rows[] = {
    {"({user}) CMD ({CommandLine})", "cron-run", NULL},
    {"({user}) CMD {CommandLine}", "cron-run", NULL},
    {"({user}) CMDEND ({CommandLine})", "cron-end", NULL},
    {"({user}) CMDOUT ({_?})", "cron-output", NULL},
    {"({user}) REPLACE ({target_user})", "crontab-replace", NULL},
    {"({user}) DELETE ({target_user})", "crontab-delete", NULL},
    {"({user}) LIST ({target_user})", "crontab-list", NULL},
    {"({user}) BEGIN EDIT ({target_user})", "crontab-edit", NULL},
    {"({user}) END EDIT ({target_user})", "crontab-edit", NULL},
    {"({user}) RELOAD ({path})", "crontab-reload", NULL},
    {"({user}) AUTH (crontab command not allowed)", "crontab-edit", "failure"},
    {"({user}) {reason}", NULL, NULL},
    {"Job `{job}' started", "cron-run", NULL},
    {"Job `{job}' terminated{_?}", "cron-end", NULL},
};
static struct sw_forms cron_forms = SW_FORMS(cron_rows);

/* The command is all up to the closing bracket of the message, whatever brackets it has inside. */
static bool cron_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    (void)state;
    struct sw_str s = sw_str_trim(message);
    size_t command = sw_str_find(s, SW_STR(") CMD ("));
    if (command == SW_NPOS || command < 1 || s.ptr[0] != '(' || s.ptr[s.len - 1] != ')')
        return sw_forms_apply(&cron_forms, d, s);
    sw_log_add(d, SW_LF_EVENT, SW_STR("cron-run"));
    sw_log_add(d, SW_LF_USER, sw_str_slice(s, 1, command));
    sw_event_add_str(&d->event, SW_FIELD_COMMAND_LINE, sw_str_slice(s, command + 7, s.len - 1));
    return true;
}

/* --- systemd ----------------------------------------------------------------------------------------------------- */

static const struct sw_form systemd_rows[] = {
    {"Started {unit} - {description}.", "service-start", "success"},
    {"Started {unit}.", "service-start", "success"},
    {"Starting {unit}...", "service-start", NULL},
    {"Stopped {unit} - {description}.", "service-stop", "success"},
    {"Stopped {unit}.", "service-stop", "success"},
    {"Stopping {unit}...", "service-stop", NULL},
    {"Reloading {unit}...", "service-reload", NULL},
    {"Reloaded {unit}.", "service-reload", "success"},
    {"Failed to start {unit}.", "service-start", "failure"},
    {"{unit:word}: Main process exited, code={_}, status={status}", "service-exit", NULL},
    {"{unit:word}: Failed with result '{reason}'.", "service-exit", "failure"},
    {"{unit:word}: Succeeded.", "service-exit", "success"},
    {"{unit:word}: Deactivated successfully.", "service-exit", "success"},
};
static struct sw_forms systemd_forms = SW_FORMS(systemd_rows);

/* --- name servers ------------------------------------------------------------------------------------------------ */

static const struct sw_form named_rows[] = {
    {"client @{_:word} {src_ip:addr}#{src_port:num} ({_}): query: {query:word} {_:word} {record_type:word} {_}",
     "dns-query", NULL},
    {"client {src_ip:addr}#{src_port:num} ({_}): query: {query:word} {_:word} {record_type:word} {_}",
     "dns-query", NULL},
    {"client {src_ip:addr}#{src_port:num}: query: {query:word} {_:word} {record_type:word} {_}", "dns-query", NULL},
    {"client @{_:word} {src_ip:addr}#{src_port:num} ({_}): query (cache) '{query}/{record_type:word}/{_:word}' "
     "denied{_?}", "dns-query", "failure"},
    {"client @{_:word} {src_ip:addr}#{src_port:num} ({_}): query '{query}/{record_type:word}/{_:word}' denied{_?}",
     "dns-query", "failure"},
    {"client @{_:word} {src_ip:addr}#{src_port:num} ({_}): zone transfer '{query}/{record_type:word}/{_:word}' "
     "denied{_?}", "dns-transfer", "failure"},
    {"client @{_:word} {src_ip:addr}#{src_port:num}: {reason}", NULL, NULL},
    {"client @{_:word} {src_ip:addr}#{src_port:num} ({query}): {reason}", NULL, NULL},
    {"client {src_ip:addr}#{src_port:num} ({_}): query (cache) '{query}/{record_type:word}/{_:word}' denied{_?}",
     "dns-query", "failure"},
    {"client {src_ip:addr}#{src_port:num} ({_}): query '{query}/{record_type:word}/{_:word}' denied{_?}",
     "dns-query", "failure"},
    {"client {src_ip:addr}#{src_port:num} ({_}): zone transfer '{query}/{record_type:word}/{_:word}' denied{_?}",
     "dns-transfer", "failure"},
    {"client {src_ip:addr}#{src_port:num}: query (cache) '{query}/{record_type:word}/{_:word}' denied",
     "dns-query", "failure"},
    {"client {src_ip:addr}#{src_port:num} ({query}): {reason}", NULL, NULL},
    {"client {src_ip:addr}#{src_port:num}: {reason}", NULL, NULL},
};
static struct sw_forms named_forms = SW_FORMS(named_rows);

/* named's own time, category and severity may stand before the text: "03-Nov-2022 13:34:52.235 security: error:
 * client ...". */
static bool named_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    (void)state;
    size_t client = sw_str_find(sw_str_slice(message, 0, 96), SW_STR("client "));
    return client != SW_NPOS && sw_forms_apply(&named_forms, d, sw_str_from(message, client));
}

static const struct sw_form dnsmasq_rows[] = {
    {"query[{record_type:word}] {query:word} from {src_ip:addr}", "dns-query", NULL},
    {"reply {query:word} is {answer}", "dns-answer", NULL},
    {"cached {query:word} is {answer}", "dns-answer", NULL},
    {"forwarded {query:word} to {dst_ip:addr}", "dns-forward", NULL},
    {"DHCPACK({interface_in:word}) {dst_ip:addr} {mac:word} {dst_host:word}", "dhcp-ack", "success"},
    {"DHCPACK({interface_in:word}) {dst_ip:addr} {mac:word}", "dhcp-ack", "success"},
    {"DHCPREQUEST({interface_in:word}) {dst_ip:addr} {mac:word}", "dhcp-request", NULL},
    {"DHCPDISCOVER({interface_in:word}) {mac:word}", "dhcp-discover", NULL},
    {"DHCPOFFER({interface_in:word}) {dst_ip:addr} {mac:word}", "dhcp-offer", NULL},
};
static struct sw_forms dnsmasq_forms = SW_FORMS(dnsmasq_rows);

static const struct sw_form dhcpd_rows[] = {
    {"DHCPACK on {dst_ip:addr} to {mac:word} ({dst_host}) via {interface_in}", "dhcp-ack", "success"},
    {"DHCPACK on {dst_ip:addr} to {mac:word} via {interface_in}", "dhcp-ack", "success"},
    {"DHCPOFFER on {dst_ip:addr} to {mac:word} ({dst_host}) via {interface_in}", "dhcp-offer", NULL},
    {"DHCPOFFER on {dst_ip:addr} to {mac:word} via {interface_in}", "dhcp-offer", NULL},
    {"DHCPREQUEST for {dst_ip:addr} ({_}) from {mac:word} ({dst_host}) via {interface_in}", "dhcp-request", NULL},
    {"DHCPREQUEST for {dst_ip:addr} from {mac:word} ({dst_host}) via {interface_in}", "dhcp-request", NULL},
    {"DHCPREQUEST for {dst_ip:addr} from {mac:word} via {interface_in}", "dhcp-request", NULL},
    {"DHCPDISCOVER from {mac:word} ({dst_host}) via {interface_in}", "dhcp-discover", NULL},
    {"DHCPDISCOVER from {mac:word} via {interface_in}", "dhcp-discover", NULL},
    {"DHCPRELEASE of {dst_ip:addr} from {mac:word} ({dst_host}) via {interface_in}", "dhcp-release", NULL},
    {"DHCPRELEASE of {dst_ip:addr} from {mac:word} via {interface_in}", "dhcp-release", NULL},
};
static struct sw_forms dhcpd_forms = SW_FORMS(dhcpd_rows);

/* --- clamd, FTP, WireGuard --------------------------------------------------------------------------------------- */

static const struct sw_form clamav_rows[] = {
    {"{+path}: {signature:word} FOUND", "malware-found", NULL},
    {"{+path}: {signature:word}({_}) FOUND", "malware-found", NULL},
    {"{+path}: OK", "scan", NULL},
};
static struct sw_forms clamav_forms = SW_FORMS(clamav_rows);

static const struct sw_form vsftpd_rows[] = {
    {"[{+user}] FAIL LOGIN: Client \"{src_ip:addr}\"", "login", "failure"},
    {"[{+user}] OK LOGIN: Client \"{src_ip:addr}\", anon password \"{_?}\"", "login", "success"},
    {"[{+user}] OK LOGIN: Client \"{src_ip:addr}\"", "login", "success"},
    {"[{user}] OK UPLOAD: Client \"{src_ip:addr}\", \"{path}\", {bytes:num} bytes, {_}", "file-upload", "success"},
    {"[{user}] OK DOWNLOAD: Client \"{src_ip:addr}\", \"{path}\", {bytes:num} bytes, {_}", "file-download", "success"},
    {"[{user}] FAIL UPLOAD: Client \"{src_ip:addr}\", \"{path}\", {_}", "file-upload", "failure"},
    {"[{user}] FAIL DOWNLOAD: Client \"{src_ip:addr}\", \"{path}\", {_}", "file-download", "failure"},
    {"[{user}] OK DELETE: Client \"{src_ip:addr}\", \"{path}\"", "file-delete", "success"},
    {"[{user}] OK MKDIR: Client \"{src_ip:addr}\", \"{path}\"", "directory-create", "success"},
    {"[{user}] OK RENAME: Client \"{src_ip:addr}\", \"{path}\"", "file-rename", "success"},
    {"[{user}] OK {command:word}: Client \"{src_ip:addr}\"{_?}", NULL, "success"},
    {"[{user}] FAIL {command:word}: Client \"{src_ip:addr}\"{_?}", NULL, "failure"},
    {"[{user}] FTP command: Client \"{src_ip:addr}\", \"{command}\"", "ftp-command", NULL},
    {"[{user}] FTP response: Client \"{src_ip:addr}\", \"{response}\"", "ftp-response", NULL},
    {"CONNECT: Client \"{src_ip:addr}\"{_?}", "connect", NULL},
    {"CONNECT: Client \"{src_ip:addr}\"", "connect", NULL},
    {"FTP command: Client \"{src_ip:addr}\", \"{command}\"", "ftp-command", NULL},
    {"FTP response: Client \"{src_ip:addr}\", \"{response}\"", "ftp-response", NULL},
};
static struct sw_forms vsftpd_forms = SW_FORMS(vsftpd_rows);

static const struct sw_form pureftpd_rows[] = {
    {"({_}@{src_ip:addr}) [WARNING] Authentication failed for user [{+user?}]", "login", "failure"},
    {"({_}@{src_ip:addr}) [INFO] {+user} is now logged in", "login", "success"},
    {"({_}@{src_ip:addr}) [INFO] New connection from {_}", "connect", NULL},
    {"({user}@{src_ip:addr}) [NOTICE] {path:word} uploaded  ({bytes:num} bytes, {_})", "file-upload", "success"},
    {"({user}@{src_ip:addr}) [NOTICE] {path:word} downloaded  ({bytes:num} bytes, {_})", "file-download", "success"},
    {"({user}@{src_ip:addr}) [{_}] {reason}", NULL, NULL},
};
static struct sw_forms pureftpd_forms = SW_FORMS(pureftpd_rows);

static const struct sw_form proftpd_rows[] = {
    {"{_:word} ({_}[{src_ip:addr}]): USER {+user} (Login failed): {reason}", "login", "failure"},
    {"{_:word} ({_}[{src_ip:addr}]): USER {+user}: no such user found from {_}", "login", "failure"},
    {"{_:word} ({_}[{src_ip:addr}]): USER {+user}: Login successful.", "login", "success"},
    {"{_:word} ({_}[{src_ip:addr}]): {reason}", NULL, NULL},
};
static struct sw_forms proftpd_forms = SW_FORMS(proftpd_rows);

static const struct sw_program programs[] = {
    {"cron", SW_LC_CRON, NULL, cron_parse},
    {"CRON", SW_LC_CRON, NULL, cron_parse},
    {"crond", SW_LC_CRON, NULL, cron_parse},
    {"CROND", SW_LC_CRON, NULL, cron_parse},
    {"crontab", SW_LC_CRON, NULL, cron_parse},
    {"anacron", SW_LC_CRON, NULL, cron_parse},
    {"atd", SW_LC_CRON, NULL, NULL},
    {"systemd", SW_LC_SYSLOG, &systemd_forms, NULL},
    {"named", SW_LC_NAMED, NULL, named_parse},
    {"dnsmasq", SW_LC_SYSLOG, &dnsmasq_forms, NULL},
    {"dnsmasq-dhcp", SW_LC_SYSLOG, &dnsmasq_forms, NULL},
    {"dhcpd", SW_LC_SYSLOG, &dhcpd_forms, NULL},
    {"dhclient", SW_LC_SYSLOG, &dhcpd_forms, NULL},
    {"clamd", SW_LC_CLAMAV, &clamav_forms, NULL},
    {"clamav", SW_LC_CLAMAV, &clamav_forms, NULL},
    {"clamscan", SW_LC_CLAMAV, &clamav_forms, NULL},
    {"clamonacc", SW_LC_CLAMAV, &clamav_forms, NULL},
    {"clamav-milter", SW_LC_CLAMAV, &clamav_forms, NULL},
    {"freshclam", SW_LC_CLAMAV, NULL, NULL},
    {"guacd", SW_LC_GUACAMOLE, NULL, NULL},
    {"guacamole", SW_LC_GUACAMOLE, NULL, NULL},
    {"vsftpd", SW_LC_VSFTPD, &vsftpd_forms, NULL},
    {"pure-ftpd", SW_LC_SYSLOG, &pureftpd_forms, NULL},
    {"proftpd", SW_LC_SYSLOG, &proftpd_forms, NULL},
};
static struct sw_forms *const forms[] = {&cron_forms,    &systemd_forms,  &named_forms,   &dnsmasq_forms, &dhcpd_forms,
                                         &clamav_forms,  &vsftpd_forms,   &pureftpd_forms, &proftpd_forms};

const struct sw_program_table sw_programs_daemon = {programs, sizeof programs / sizeof programs[0], forms,
                                                    sizeof forms / sizeof forms[0]};
