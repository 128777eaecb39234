/*
 * hosts_windows.c - events of Windows computers beyond logons, as JSON lines of Winlogbeat 8: Sysmon's processes, files
 * and connections, shares, services, tasks, local accounts and firewall rules. Which of them happen is decided
 * elsewhere.
 */
#include "hosts.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *channel, *provider, *guid;
} channels[CHANNEL_COUNT] = {
    [CHANNEL_SYSMON] = {"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon",
                        "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"},
    [CHANNEL_SECURITY] = {"Security", "Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-a5ba-3e3b0328c30d}"},
    [CHANNEL_SYSTEM] = {"System", "Service Control Manager", "{555908d1-a6d7-4695-8e1e-26931d2012f4}"},
    [CHANNEL_FIREWALL] = {"Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
                          "Microsoft-Windows-Windows Firewall With Advanced Security",
                          "{d1bc9aff-2abf-4d71-9146-ecb2a986eb85}"},
};

bool host_event(struct scenario *s, struct stream *stream, int64_t when, const char *computer, enum channel channel,
                unsigned id, const char *pairs[])
{
    if (s->counting)
        return true;
    struct log *log = estate_of(s)->events;
    struct sw_buf *out = log_begin(log, stream, when);
    if (out == NULL)
        return false;
    SW_BUF_LIT(out, "{\"@timestamp\":\"");
    sw_buf_time(out, when / 1000000 * 1000000);
    sw_buf_printf(
        out,
        "\",\"event\":{\"code\":\"%u\",\"kind\":\"event\",\"provider\":\"%s\"},\"host\":{\"name\":\"%s." DOMAIN
        "\"},\"log\":{\"level\":\"information\"},\"winlog\":{\"channel\":\"%s\",\"computer_name\":\"%s." DOMAIN
        "\",\"event_data\":{",
        id, channels[channel].provider, computer, channels[channel].channel, computer);
    for (size_t i = 0; pairs[i] != NULL; i += 2) {
        sw_buf_printf(out, "%s\"%s\":", i == 0 ? "" : ",", pairs[i]);
        sw_buf_json(out, sw_str(pairs[i + 1] == NULL ? "-" : pairs[i + 1]));
    }
    sw_buf_printf(out, "},\"event_id\":\"%u\",\"provider_name\":\"%s\",\"provider_guid\":\"%s\",\"record_id\":%llu}}",
                  id, channels[channel].provider, channels[channel].guid,
                  (unsigned long long)((when - s->start) / 1000000 + 90000));
    log_end(log);
    return true;
}

static void guid_of(uint64_t key, int64_t when, unsigned pid, char guid[40])
{
    uint64_t a = mix3(key, 0x901d, 0);
    (void)snprintf(guid, 40, "{%08x-%04x-%04x-%04x-%012llx}", (unsigned)(a & 0xffffffff), (unsigned)(a >> 32 & 0xffff),
                   (unsigned)(when / SW_SECOND & 0xffff), (unsigned)(when / SW_SECOND >> 16 & 0xffff),
                   (unsigned long long)((uint64_t)pid << 24 | (mix2(key, (uint64_t)when) & 0xffffff)) &
                       0xffffffffffffu);
}

struct process process_resident(const struct machine *on, const char *image, const char *command, const char *user,
                                int64_t when)
{
    struct process p = {.image = image, .user = user};
    int64_t since = when / SW_DAY * SW_DAY + 3 * HOUR; /* pools are recycled, computers started */
    if (since > when)
        since -= SW_DAY;
    p.pid = 600 + (unsigned)(mix3(on->key, mix_text(1, command), (uint64_t)since) % 9000) / 4 * 4;
    (void)snprintf(p.command, sizeof p.command, "%s", command);
    guid_of(on->key, since, p.pid, p.guid);
    return p;
}

static const char *base_of(const char *image)
{
    const char *slash = strrchr(image, '\\');
    return slash == NULL ? image : slash + 1;
}

static void utc_text(int64_t when, char text[40])
{
    char time[32];
    (void)sw_time_format(when / SW_SECOND * SW_SECOND, time);
    (void)snprintf(text, 40, "%.10s %.8s.%03u", time, time + 11, (unsigned)(when % SW_SECOND / 1000000));
}

/* Programs of the system have one hash for all; others one for each image. */
static void hashes_of(const char *image, char text[128])
{
    uint64_t h = mix_text(0x4a54, image);
    (void)snprintf(text, 128, "SHA256=%016llX%016llX%016llX%016llX", (unsigned long long)mix2(h, 1),
                   (unsigned long long)mix2(h, 2), (unsigned long long)mix2(h, 3), (unsigned long long)mix2(h, 4));
}

static const char *folder_of(const char *user)
{
    return strncmp(user, "CORP\\", 5) == 0 ? "C:\\Users\\" : SYSTEM32;
}

struct process process_start(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                             const struct process *parent, const char *image, const char *user, const char *format, ...)
{
    struct process p = {.image = image, .user = user};
    char pid[16];
    char parent_pid[16];
    char time[40];
    char hashes[128];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(p.command, sizeof p.command, format, args);
    va_end(args);
    p.pid = chance_from(&stream->chance, 250, 3500) * 4;
    guid_of(on->key, when, p.pid, p.guid);
    if (counted(s))
        return p;
    (void)snprintf(pid, sizeof pid, "%u", p.pid);
    (void)snprintf(parent_pid, sizeof parent_pid, "%u", parent->pid);
    utc_text(when, time);
    hashes_of(image, hashes);
    bool corporate = strncmp(image, "C:\\Windows\\", 11) == 0;
    const char *pairs[] = {"RuleName",
                           "-",
                           "UtcTime",
                           time,
                           "ProcessGuid",
                           p.guid,
                           "ProcessId",
                           pid,
                           "Image",
                           image,
                           "Company",
                           corporate ? "Microsoft Corporation" : "-",
                           "OriginalFileName",
                           base_of(image),
                           "CommandLine",
                           p.command,
                           "CurrentDirectory",
                           folder_of(user),
                           "User",
                           user,
                           "IntegrityLevel",
                           strcmp(user, LOCAL_SYSTEM) == 0 ? "System" : "Medium",
                           "Hashes",
                           hashes,
                           "ParentProcessGuid",
                           parent->guid,
                           "ParentProcessId",
                           parent_pid,
                           "ParentImage",
                           parent->image,
                           "ParentCommandLine",
                           parent->command,
                           "ParentUser",
                           parent->user,
                           NULL};
    host_event(s, stream, when, on->name, CHANNEL_SYSMON, 1, pairs);
    return p;
}

void process_writes(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                    const struct process *process, const char *format, ...)
{
    char path[512];
    char pid[16];
    char time[40];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(path, sizeof path, format, args);
    va_end(args);
    (void)snprintf(pid, sizeof pid, "%u", process->pid);
    utc_text(when, time);
    const char *pairs[] = {"RuleName",
                           "-",
                           "UtcTime",
                           time,
                           "ProcessGuid",
                           process->guid,
                           "ProcessId",
                           pid,
                           "Image",
                           process->image,
                           "TargetFilename",
                           path,
                           "CreationUtcTime",
                           time,
                           "User",
                           process->user,
                           NULL};
    host_event(s, stream, when, on->name, CHANNEL_SYSMON, 11, pairs);
}

void process_connects(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                      const struct process *process, bool initiated, uint32_t other, uint16_t port)
{
    char pid[16];
    char time[40];
    char own[16];
    char peer[16];
    char high[8];
    char low[8];
    (void)snprintf(pid, sizeof pid, "%u", process->pid);
    (void)snprintf(high, sizeof high, "%u", 49152 + chance_below(&stream->chance, 16000));
    (void)snprintf(low, sizeof low, "%u", port);
    utc_text(when, time);
    (void)address_text(on->address, own);
    (void)address_text(other, peer);
    const char *pairs[] = {"RuleName",
                           "-",
                           "UtcTime",
                           time,
                           "ProcessGuid",
                           process->guid,
                           "ProcessId",
                           pid,
                           "Image",
                           process->image,
                           "User",
                           process->user,
                           "Protocol",
                           "tcp",
                           "Initiated",
                           initiated ? "true" : "false",
                           "SourceIsIpv6",
                           "false",
                           "SourceIp",
                           initiated ? own : peer,
                           "SourcePort",
                           high,
                           "DestinationIsIpv6",
                           "false",
                           "DestinationIp",
                           initiated ? peer : own,
                           "DestinationPort",
                           low,
                           NULL};
    host_event(s, stream, when, on->name, CHANNEL_SYSMON, 3, pairs);
}

void share_access(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *user,
                  uint32_t from, const char *share, const char *path)
{
    char sid[64];
    char name[64];
    char address[16];
    char port[8];
    char id[24];
    (void)snprintf(name, sizeof name, "\\\\*\\%s", share);
    (void)snprintf(port, sizeof port, "%u", 49152 + chance_below(&stream->chance, 16000));
    (void)snprintf(id, sizeof id, "0x%x", 0x10000 + chance_below(&stream->chance, 0x7ffffff));
    (void)address_text(from, address);
    const char *opened[] = {"SubjectUserSid",
                            account_sid(user, sid),
                            "SubjectUserName",
                            user,
                            "SubjectDomainName",
                            "CORP",
                            "SubjectLogonId",
                            id,
                            "ObjectType",
                            "File",
                            "IpAddress",
                            address,
                            "IpPort",
                            port,
                            "ShareName",
                            name,
                            "ShareLocalPath",
                            "\\??\\D:\\Shares",
                            "AccessMask",
                            "0x1",
                            NULL};
    const char *file[] = {"SubjectUserSid",
                          sid,
                          "SubjectUserName",
                          user,
                          "SubjectDomainName",
                          "CORP",
                          "SubjectLogonId",
                          id,
                          "ObjectType",
                          "File",
                          "IpAddress",
                          address,
                          "IpPort",
                          port,
                          "ShareName",
                          name,
                          "ShareLocalPath",
                          "\\??\\D:\\Shares",
                          "RelativeTargetName",
                          path,
                          "AccessMask",
                          "0x120089",
                          NULL};
    host_event(s, stream, when, on->name, CHANNEL_SECURITY, 5140, opened);
    if (path != NULL)
        host_event(s, stream, when + 40000000, on->name, CHANNEL_SECURITY, 5145, file);
}

void service_installed(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                       const char *name, const char *path, const char *account)
{
    const char *pairs[] = {"ServiceName", name,         "ImagePath",   path,    "ServiceType", "user mode service",
                           "StartType",   "auto start", "AccountName", account, NULL};
    host_event(s, stream, when, on->name, CHANNEL_SYSTEM, 7045, pairs);
}

void task_registered(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                     const char *user, const char *name, const char *command, const char *arguments)
{
    char sid[64];
    char content[1024];
    (void)snprintf(
        content, sizeof content,
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" "
        "xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\r\n  <Triggers>\r\n    "
        "<CalendarTrigger><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger>\r\n"
        "  </Triggers>\r\n  <Actions Context=\"Author\">\r\n    <Exec>\r\n      <Command>%s</Command>\r\n      "
        "<Arguments>%s</Arguments>\r\n    </Exec>\r\n  </Actions>\r\n</Task>",
        command, arguments);
    const char *pairs[] = {"SubjectUserSid",
                           account_sid(user, sid),
                           "SubjectUserName",
                           user,
                           "SubjectDomainName",
                           "CORP",
                           "SubjectLogonId",
                           "0x3e7",
                           "TaskName",
                           name,
                           "TaskContent",
                           content,
                           NULL};
    host_event(s, stream, when, on->name, CHANNEL_SECURITY, 4698, pairs);
}

void local_account(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *by,
                   const char *name, const char *group)
{
    char sid[64];
    char local[72];
    (void)snprintf(local, sizeof local, "S-1-5-21-%u-%u-%u-1005", (unsigned)on->key, (unsigned)(on->key >> 32),
                   (unsigned)mix1(on->key));
    const char *made[] = {"TargetUserName",
                          name,
                          "TargetDomainName",
                          on->name,
                          "TargetSid",
                          local,
                          "SubjectUserSid",
                          account_sid(by, sid),
                          "SubjectUserName",
                          by,
                          "SubjectDomainName",
                          "CORP",
                          "SubjectLogonId",
                          "0x3e7",
                          "PrivilegeList",
                          "-",
                          "SamAccountName",
                          name,
                          NULL};
    const char *joined[] = {"MemberName",
                            "-",
                            "MemberSid",
                            local,
                            "TargetUserName",
                            group,
                            "TargetDomainName",
                            "Builtin",
                            "TargetSid",
                            "S-1-5-32-544",
                            "SubjectUserSid",
                            sid,
                            "SubjectUserName",
                            by,
                            "SubjectDomainName",
                            "CORP",
                            "SubjectLogonId",
                            "0x3e7",
                            "PrivilegeList",
                            "-",
                            NULL};
    host_event(s, stream, when, on->name, CHANNEL_SECURITY, 4720, made);
    host_event(s, stream, when + 3 * SW_SECOND, on->name, CHANNEL_SECURITY, 4732, joined);
}

void firewall_opened(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                     const char *rule, const char *program, const char *ports, const char *by)
{
    static const char netsh[] = SYSTEM32 "netsh.exe";
    char id[48];
    (void)snprintf(id, sizeof id, "{%08X-6F1B-4C7A-9A51-%012llX}", (unsigned)mix_text(7, rule),
                   (unsigned long long)(mix_text(8, rule) & 0xffffffffffffu));
    const char *pairs[] = {"RuleId",
                           id,
                           "RuleName",
                           rule,
                           "Origin",
                           "1",
                           "ApplicationPath",
                           program,
                           "ServiceName",
                           "",
                           "Direction",
                           "1",
                           "Protocol",
                           "6",
                           "LocalPorts",
                           ports,
                           "RemotePorts",
                           "*",
                           "Action",
                           "3",
                           "Profiles",
                           "2147483647",
                           "LocalAddresses",
                           "*",
                           "RemoteAddresses",
                           "*",
                           "ModifyingUser",
                           by,
                           "ModifyingApplication",
                           netsh,
                           NULL};
    host_event(s, stream, when, on->name, CHANNEL_FIREWALL, 2004, pairs);
}

void local_logon(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *user,
                 enum logon type, const char *workstation, const char *from)
{
    char kind[8];
    char id[24];
    (void)snprintf(kind, sizeof kind, "%d", type);
    (void)snprintf(id, sizeof id, "0x%x", 0x10000 + chance_below(&stream->chance, 0x7ffffff));
    const char *pairs[] = {"SubjectUserSid",
                           "S-1-0-0",
                           "SubjectUserName",
                           "-",
                           "SubjectDomainName",
                           "-",
                           "TargetUserName",
                           user,
                           "TargetDomainName",
                           on->name,
                           "TargetLogonId",
                           id,
                           "LogonType",
                           kind,
                           "LogonProcessName",
                           "User32 ",
                           "AuthenticationPackageName",
                           "Negotiate",
                           "WorkstationName",
                           workstation,
                           "IpAddress",
                           from,
                           "IpPort",
                           "0",
                           NULL};
    host_event(s, stream, when, on->name, CHANNEL_SECURITY, 4624, pairs);
}
