/*
 * acc_windows.c - events of Windows' Security log as JSON lines: as Winlogbeat 8 ships them, or as NXLog does. Record
 * numbers come from the time, so that planting doesn't change them.
 */
#include "accounts.h"

#include <stdio.h>

#define TEXT(buffer, ...) (void)snprintf(buffer, sizeof buffer, __VA_ARGS__)

static const struct {
    unsigned id;
    const char *message, *task;
} kinds[] = {
    {4624, "An account was successfully logged on.", "Logon"},
    {4625, "An account failed to log on.", "Logon"},
    {4634, "An account was logged off.", "Logoff"},
    {4648, "A logon was attempted using explicit credentials.", "Logon"},
    {4672, "Special privileges assigned to new logon.", "Special Logon"},
    {4723, "An attempt was made to change an account's password.", "User Account Management"},
    {4740, "A user account was locked out.", "User Account Management"},
    {4768, "A Kerberos authentication ticket (TGT) was requested.", "Kerberos Authentication Service"},
    {4769, "A Kerberos service ticket was requested.", "Kerberos Service Ticket Operations"},
    {4771, "Kerberos pre-authentication failed.", "Kerberos Authentication Service"},
    {4776, "The computer attempted to validate the credentials for an account.", "Credential Validation"},
};

static void put_pairs(struct sw_buf *out, const char *pairs[], const char *before)
{
    for (size_t i = 0; pairs[i] != NULL; i += 2) {
        sw_buf_text(out, i == 0 ? before : ",");
        SW_BUF_LIT(out, "\"");
        sw_buf_text(out, pairs[i]);
        SW_BUF_LIT(out, "\":");
        sw_buf_json(out, sw_str(pairs[i + 1] == NULL ? "-" : pairs[i + 1]));
    }
}

static bool is_failure(unsigned id, const char *pairs[])
{
    if (id == 4625 || id == 4771)
        return true;
    for (size_t i = 0; id == 4776 && pairs[i] != NULL; i += 2)
        if (strcmp(pairs[i], "Status") == 0)
            return strcmp(pairs[i + 1], "0x0") != 0;
    return false;
}

static void put_winlogbeat(struct sw_buf *out, int64_t when, const char *computer, size_t kind, uint64_t record,
                           const char *pairs[])
{
    unsigned id = kinds[kind].id;
    SW_BUF_LIT(out, "{\"@timestamp\":\"");
    sw_buf_time(out, when / 1000000 * 1000000);
    sw_buf_printf(out,
                  "\",\"event\":{\"code\":\"%u\",\"kind\":\"event\",\"provider\":\"Microsoft-Windows-Security-"
                  "Auditing\",\"outcome\":\"%s\"},\"host\":{\"name\":\"%s." DOMAIN
                  "\"},\"log\":{\"level\":\"information\"},\"message\":\"%s\",\"winlog\":{\"api\":\"wineventlog\","
                  "\"channel\":\"Security\",\"computer_name\":\"%s." DOMAIN "\",",
                  id, is_failure(id, pairs) ? "failure" : "success", computer, kinds[kind].message, computer);
    put_pairs(out, pairs, "\"event_data\":{");
    sw_buf_printf(out,
                  "},\"event_id\":\"%u\",\"keywords\":[\"Audit "
                  "%s\"],\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"provider_guid\":"
                  "\"{54849625-5478-4994-a5ba-3e3b0328c30d}\",\"record_id\":%llu,\"task\":\"%s\"}}",
                  id, is_failure(id, pairs) ? "Failure" : "Success", (unsigned long long)record, kinds[kind].task);
}

static void put_nxlog(struct sw_buf *out, int64_t when, const char *computer, size_t kind, uint64_t record,
                      const char *pairs[])
{
    bool failure = is_failure(kinds[kind].id, pairs);
    SW_BUF_LIT(out, "{\"EventTime\":\"");
    sw_buf_time(out, when / 1000000 * 1000000);
    sw_buf_printf(out,
                  "\",\"Hostname\":\"%s." DOMAIN "\",\"EventType\":\"AUDIT_%s\",\"SeverityValue\":%u,\"EventID\":%u,"
                  "\"SourceName\":\"Microsoft-Windows-Security-Auditing\","
                  "\"ProviderGuid\":\"{54849625-5478-4994-A5BA-3E3B0328C30D}\",\"RecordNumber\":%llu,\"Channel\":"
                  "\"Security\",\"Category\":\"%s\",\"Message\":\"%s\"",
                  computer, failure ? "FAILURE" : "SUCCESS", failure ? 4u : 2u, kinds[kind].id,
                  (unsigned long long)record, kinds[kind].task, kinds[kind].message);
    put_pairs(out, pairs, ",");
    SW_BUF_LIT(out, ",\"SourceModuleName\":\"eventlog\",\"SourceModuleType\":\"im_msvistalog\"}");
}

bool windows_event(struct scenario *s, struct stream *stream, int64_t when, const char *computer, unsigned id,
                   const char *pairs[])
{
    if (counted(s))
        return true;
    struct sw_buf *out = log_begin(s->directory->windows, stream, when);
    if (out == NULL)
        return false;
    size_t kind = 0;
    while (kind + 1 < COUNT(kinds) && kinds[kind].id != id)
        kind++;
    uint64_t record = (uint64_t)((when - s->start) / 1000000 + 400000);
    if (s->directory->nxlog)
        put_nxlog(out, when, computer, kind, record, pairs);
    else
        put_winlogbeat(out, when, computer, kind, record, pairs);
    log_end(s->directory->windows);
    truth_count(stream->truth, when, 0);
    return true;
}

/* An account's SID: of the domain, numbered by its name. */
const char *account_sid(const char *user, char text[64])
{
    (void)snprintf(text, 64, "S-1-5-21-1004336348-1177238915-682003330-%u",
                   1100 + (unsigned)(mix_text(1, user) % 60000));
    return text;
}

static const char *logon_id(struct stream *stream, char text[24])
{
    (void)snprintf(text, 24, "0x%x", 0x10000 + chance_below(&stream->chance, 0x7ffffff));
    return text;
}

bool windows_logon(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user,
                   enum logon type, const char *workstation, uint32_t address, const char *failure)
{
    char sid[64];
    char id[24];
    char kind[8];
    char port[8];
    char from[16] = "-";
    bool network = type == LOGON_NETWORK || type == LOGON_REMOTE;
    bool ntlm = type == LOGON_NETWORK && workstation != NULL;
    TEXT(kind, "%d", type);
    TEXT(port, "%u", network ? 49152 + chance_below(&stream->chance, 16000) : 0);
    if (address != 0)
        (void)address_text(address, from);
    const char *success[] = {"SubjectUserSid",
                             network ? "S-1-0-0" : "S-1-5-18",
                             "SubjectUserName",
                             network ? "-" : "SYSTEM",
                             "SubjectDomainName",
                             network ? "-" : "NT AUTHORITY",
                             "SubjectLogonId",
                             network ? "0x0" : "0x3e7",
                             "TargetUserSid",
                             account_sid(user, sid),
                             "TargetUserName",
                             user,
                             "TargetDomainName",
                             "CORP",
                             "TargetLogonId",
                             logon_id(stream, id),
                             "LogonType",
                             kind,
                             "LogonProcessName",
                             ntlm      ? "NtLmSsp "
                             : network ? "Kerberos"
                                       : "User32 ",
                             "AuthenticationPackageName",
                             ntlm      ? "NTLM"
                             : network ? "Kerberos"
                                       : "Negotiate",
                             "WorkstationName",
                             workstation == NULL ? "-" : workstation,
                             "LmPackageName",
                             ntlm ? "NTLM V2" : "-",
                             "KeyLength",
                             ntlm ? "128" : "0",
                             "ProcessName",
                             network ? "-" : "C:\\Windows\\System32\\svchost.exe",
                             "IpAddress",
                             from,
                             "IpPort",
                             port,
                             "ImpersonationLevel",
                             "%%1833",
                             "ElevatedToken",
                             "%%1842",
                             NULL};
    const char *failed[] = {"SubjectUserSid",
                            "S-1-0-0",
                            "SubjectUserName",
                            "-",
                            "SubjectDomainName",
                            "-",
                            "SubjectLogonId",
                            "0x0",
                            "TargetUserSid",
                            "S-1-0-0",
                            "TargetUserName",
                            user,
                            "TargetDomainName",
                            "CORP",
                            "Status",
                            "0xc000006d",
                            "FailureReason",
                            "%%2313",
                            "SubStatus",
                            failure,
                            "LogonType",
                            kind,
                            "LogonProcessName",
                            network ? "NtLmSsp " : "User32 ",
                            "AuthenticationPackageName",
                            network ? "NTLM" : "Negotiate",
                            "WorkstationName",
                            workstation == NULL ? "-" : workstation,
                            "ProcessName",
                            "-",
                            "IpAddress",
                            from,
                            "IpPort",
                            port,
                            NULL};
    return windows_event(s, stream, when, computer, failure == NULL ? 4624 : 4625, failure == NULL ? success : failed);
}

void windows_logoff(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user,
                    enum logon type)
{
    char sid[64];
    char id[24];
    char kind[8];
    TEXT(kind, "%d", type);
    const char *pairs[] = {"TargetUserSid",
                           account_sid(user, sid),
                           "TargetUserName",
                           user,
                           "TargetDomainName",
                           "CORP",
                           "TargetLogonId",
                           logon_id(stream, id),
                           "LogonType",
                           kind,
                           NULL};
    windows_event(s, stream, when, computer, 4634, pairs);
}

void windows_privileges(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user)
{
    char sid[64];
    char id[24];
    const char *pairs[] = {"SubjectUserSid",
                           account_sid(user, sid),
                           "SubjectUserName",
                           user,
                           "SubjectDomainName",
                           "CORP",
                           "SubjectLogonId",
                           logon_id(stream, id),
                           "PrivilegeList",
                           "SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\tSeDebugPrivil"
                           "ege\n\t\t\tSeImpersonatePrivilege",
                           NULL};
    windows_event(s, stream, when, computer, 4672, pairs);
}

void windows_explicit(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user,
                      const char *other, const char *target)
{
    char sid[64];
    char id[24];
    const char *pairs[] = {"SubjectUserSid",
                           account_sid(user, sid),
                           "SubjectUserName",
                           user,
                           "SubjectDomainName",
                           "CORP",
                           "SubjectLogonId",
                           logon_id(stream, id),
                           "TargetUserName",
                           other,
                           "TargetDomainName",
                           "CORP",
                           "TargetServerName",
                           target,
                           "TargetInfo",
                           target,
                           "ProcessName",
                           "C:\\Windows\\System32\\lsass.exe",
                           "IpAddress",
                           "-",
                           "IpPort",
                           "-",
                           NULL};
    windows_event(s, stream, when, computer, 4648, pairs);
}

static void mapped(uint32_t address, char text[32])
{
    char plain[16];
    (void)snprintf(text, 32, "::ffff:%s", address_text(address, plain));
}

static const char *dc_of(const char *user)
{
    return mix_text(2, user) % 2 == 0 ? "dc1" : "dc2";
}

bool kerberos_ticket(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t address,
                     const char *encryption, bool preauthentication, const char *failure)
{
    char sid[64];
    char from[32];
    char port[8];
    mapped(address, from);
    TEXT(port, "%u", 49152 + chance_below(&stream->chance, 16000));
    const char *granted[] = {"TargetUserName",
                             user,
                             "TargetDomainName",
                             "CORP",
                             "TargetSid",
                             account_sid(user, sid),
                             "ServiceName",
                             "krbtgt",
                             "ServiceSid",
                             "S-1-5-21-1004336348-1177238915-682003330-502",
                             "TicketOptions",
                             "0x40810010",
                             "Status",
                             "0x0",
                             "TicketEncryptionType",
                             encryption,
                             "PreAuthType",
                             preauthentication ? "2" : "0",
                             "IpAddress",
                             from,
                             "IpPort",
                             port,
                             NULL};
    const char *refused[] = {
        "TargetUserName", user,     "TargetSid", account_sid(user, sid), "ServiceName", "krbtgt/CORP", "TicketOptions",
        "0x40810010",     "Status", failure,     "PreAuthType",     "2",           "IpAddress",   from,
        "IpPort",         port,     NULL};
    return windows_event(s, stream, when, dc_of(user), failure == NULL ? 4768 : 4771,
                         failure == NULL ? granted : refused);
}

bool kerberos_service(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t address,
                      const char *service, const char *encryption)
{
    char name[80];
    char from[32];
    char port[8];
    char sid[64];
    mapped(address, from);
    TEXT(name, "%s@CORP.EXAMPLE.ORG", user);
    TEXT(port, "%u", 49152 + chance_below(&stream->chance, 16000));
    const char *pairs[] = {"TargetUserName",
                           name,
                           "TargetDomainName",
                           "CORP.EXAMPLE.ORG",
                           "ServiceName",
                           service,
                           "ServiceSid",
                           account_sid(service, sid),
                           "TicketOptions",
                           "0x40810000",
                           "TicketEncryptionType",
                           encryption,
                           "IpAddress",
                           from,
                           "IpPort",
                           port,
                           "Status",
                           "0x0",
                           NULL};
    return windows_event(s, stream, when, dc_of(user), 4769, pairs);
}

bool ntlm_check(struct scenario *s, struct stream *stream, int64_t when, const char *user, const char *workstation,
                const char *status)
{
    const char *pairs[] = {"PackageName",
                           "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
                           "TargetUserName",
                           user,
                           "Workstation",
                           workstation,
                           "Status",
                           status,
                           NULL};
    return windows_event(s, stream, when, dc_of(user), 4776, pairs);
}
