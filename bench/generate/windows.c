/*
 * windows.c - Windows events as Winlogbeat 8 writes them, and flat as NXLog does: what Sysmon, the Security log,
 * PowerShell and the System log hold of an office's computers. Every event has its rendered message, which repeats the
 * fields.
 *
 * Letters besides generator.h's. Of the event's program: %I image %C command line %D description %O original name
 * %M company %H hashes %G process GUID %N process id %X the same in hex %E integrity; of its parent: %J image
 * %K command line %P GUID %Q id %V account; of the account: %A domain\name %F name %Z SID %l logon id. Made anew at
 * each: %R registry key %Y file made %B library %b its hashes %T time as Sysmon writes it %a trace of calls (%m a new
 * one) %o image that opens %r image that is opened %s talker %q asker of DNS %y domain %j script.
 */
#include "windows.h"

#define HOSTILE_ONE_IN 600

struct field {
    const char *name, *value;
};

struct event_kind {
    unsigned share; /* of 1000 */
    const char *channel, *provider, *provider_guid, *code, *action, *title;
    const struct field *fields;
    size_t field_count;
    const char *tail; /* what the message says at its end */
};

static const struct program *program;
static uint64_t library;

#define FIELDS(...) (const struct field[]){__VA_ARGS__}, COUNT(((const struct field[]){__VA_ARGS__}))
#define SYSMON_LOG \
    "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
#define SECURITY_LOG "Security", "Microsoft-Windows-Security-Auditing", "{54849625-5478-4994-A5BA-3E3B0328C30D}"
#define POWERSHELL_LOG \
    "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell", "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"
#define SYSMON_HEAD {"RuleName", "-"}, {"UtcTime", "%T"}, {"ProcessGuid", "{%G}"}, {"ProcessId", "%N"}, {"Image", "%I"}
#define SUBJECT \
    {"SubjectUserSid", "%Z"}, {"SubjectUserName", "%F"}, {"SubjectDomainName", "CORP"}, {"SubjectLogonId", "%l"}

static const struct event_kind event_kinds[] = {
    {110, SYSMON_LOG, "1", "Process Create (rule: ProcessCreate)", "Process Create:",
     FIELDS(SYSMON_HEAD, {"FileVersion", "10.0.19041.3636 (WinBuild.160101.0800)"}, {"Description", "%D"},
            {"Product", "Microsoft\xc2\xae Windows\xc2\xae Operating System"}, {"Company", "%M"},
            {"OriginalFileName", "%O"}, {"CommandLine", "%C"}, {"CurrentDirectory", "C:\\Windows\\system32\\"},
            {"User", "%A"}, {"LogonGuid", "{%g}"}, {"LogonId", "%l"}, {"TerminalSessionId", "1"},
            {"IntegrityLevel", "%E"}, {"Hashes", "%H"}, {"ParentProcessGuid", "{%P}"}, {"ParentProcessId", "%Q"},
            {"ParentImage", "%J"}, {"ParentCommandLine", "%K"}, {"ParentUser", "%V"}),
     ""},
    {60, SYSMON_LOG, "5", "Process terminated (rule: ProcessTerminate)",
     "Process terminated:", FIELDS(SYSMON_HEAD, {"User", "%A"}), ""},
    {90, SYSMON_LOG, "3", "Network connection detected (rule: NetworkConnect)", "Network connection detected:",
     FIELDS({"RuleName", "-"}, {"UtcTime", "%T"}, {"ProcessGuid", "{%G}"}, {"ProcessId", "%N"}, {"Image", "%s"},
            {"User", "%A"}, {"Protocol", "tcp"}, {"Initiated", "true"}, {"SourceIsIpv6", "false"}, {"SourceIp", "%i"},
            {"SourceHostname", "%c"}, {"SourcePort", "%p"}, {"SourcePortName", "-"}, {"DestinationIsIpv6", "false"},
            {"DestinationIp", "%e"}, {"DestinationHostname", "-"}, {"DestinationPort", "443"},
            {"DestinationPortName", "https"}),
     ""},
    {130, SYSMON_LOG, "7", "Image loaded (rule: ImageLoad)", "Image loaded:",
     FIELDS(SYSMON_HEAD, {"ImageLoaded", "C:\\Windows\\System32\\%B.dll"},
            {"FileVersion", "10.0.19041.3636 (WinBuild.160101.0800)"}, {"Description", "%B DLL"},
            {"Product", "Microsoft\xc2\xae Windows\xc2\xae Operating System"}, {"Company", "Microsoft Corporation"},
            {"OriginalFileName", "%B"}, {"Hashes", "%b"}, {"Signed", "true"}, {"Signature", "Microsoft Windows"},
            {"SignatureStatus", "Valid"}, {"User", "%A"}),
     ""},
    {130, SYSMON_LOG, "10", "Process accessed (rule: ProcessAccess)", "Process accessed:",
     FIELDS({"RuleName", "-"}, {"UtcTime", "%T"}, {"SourceProcessGUID", "{%P}"}, {"SourceProcessId", "%Q"},
            {"SourceThreadId", "%k"}, {"SourceImage", "%o"}, {"TargetProcessGUID", "{%G}"}, {"TargetProcessId", "%N"},
            {"TargetImage", "%r"}, {"GrantedAccess", "0x1400"}, {"CallTrace", "%a"},
            {"SourceUser", "NT AUTHORITY\\SYSTEM"}, {"TargetUser", "%A"}),
     ""},
    {60, SYSMON_LOG, "11", "File created (rule: FileCreate)",
     "File created:", FIELDS(SYSMON_HEAD, {"TargetFilename", "%Y"}, {"CreationUtcTime", "%T"}, {"User", "%A"}), ""},
    {60, SYSMON_LOG, "12", "Registry object added or deleted (rule: RegistryEvent)",
     "Registry object added or deleted:",
     FIELDS({"RuleName", "-"}, {"EventType", "CreateKey"}, {"UtcTime", "%T"}, {"ProcessGuid", "{%G}"},
            {"ProcessId", "%N"}, {"Image", "%I"}, {"TargetObject", "%R"}, {"User", "%A"}),
     ""},
    {100, SYSMON_LOG, "13", "Registry value set (rule: RegistryEvent)", "Registry value set:",
     FIELDS({"RuleName", "-"}, {"EventType", "SetValue"}, {"UtcTime", "%T"}, {"ProcessGuid", "{%G}"},
            {"ProcessId", "%N"}, {"Image", "%I"}, {"TargetObject", "%R"}, {"Details", "DWORD (0x%h)"}, {"User", "%A"}),
     ""},
    {60, SYSMON_LOG, "22", "Dns query (rule: DnsQuery)", "Dns query:",
     FIELDS({"RuleName", "-"}, {"UtcTime", "%T"}, {"ProcessGuid", "{%G}"}, {"ProcessId", "%N"}, {"QueryName", "%y"},
            {"QueryStatus", "0"}, {"QueryResults", "::ffff:%e;::ffff:%e;"}, {"Image", "%q"}, {"User", "%A"}),
     ""},
    {38, SECURITY_LOG, "4624", "Logon", "An account was successfully logged on.",
     FIELDS({"SubjectUserSid", "S-1-0-0"}, {"SubjectUserName", "-"}, {"SubjectDomainName", "-"},
            {"SubjectLogonId", "0x0"}, {"TargetUserSid", "%Z"}, {"TargetUserName", "%F"},
            {"TargetDomainName", "CORP.EXAMPLE.ORG"}, {"TargetLogonId", "%l"}, {"LogonType", "3"},
            {"LogonProcessName", "Kerberos"}, {"AuthenticationPackageName", "Kerberos"}, {"WorkstationName", "-"},
            {"LogonGuid", "{%g}"}, {"TransmittedServices", "-"}, {"LmPackageName", "-"}, {"KeyLength", "0"},
            {"ProcessId", "0x0"}, {"ProcessName", "-"}, {"IpAddress", "%i"}, {"IpPort", "%p"},
            {"ImpersonationLevel", "%%%%1833"}, {"RestrictedAdminMode", "-"}, {"TargetOutboundUserName", "-"},
            {"TargetOutboundDomainName", "-"}, {"VirtualAccount", "%%%%1843"}, {"TargetLinkedLogonId", "0x0"},
            {"ElevatedToken", "%%%%1842"}),
     "This event comes with each new session, on the computer that was reached. The subject is the account of this "
     "computer that asked for the logon, mostly a service. The type tells how: 2 at the keyboard, 3 over the network. "
     "The new logon is the account that got the session. The network fields say from where, and may be empty. The "
     "level of impersonation tells how far a process of the session may act for the account. The GUID joins this event "
     "with one of the KDC."},
    {2, SECURITY_LOG, "4634", "Logoff", "An account was logged off.",
     FIELDS({"TargetUserSid", "%Z"}, {"TargetUserName", "%F"}, {"TargetDomainName", "CORP"}, {"TargetLogonId", "%l"},
            {"LogonType", "3"}),
     "This event comes when a session ends. Its logon id joins it with that of the session's begin; ids are unique "
     "between two starts of the computer."},
    {15, SECURITY_LOG, "4672", "Special Logon", "Special privileges assigned to new logon.",
     FIELDS({"SubjectUserSid", "S-1-5-18"}, {"SubjectUserName", "SYSTEM"}, {"SubjectDomainName", "NT AUTHORITY"},
            {"SubjectLogonId", "0x3e7"},
            {"PrivilegeList", "SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSeRestorePrivilege\r\n\t\t\tSeTa"
                              "keOwnershipPrivilege\r\n\t\t\tSeDebugPrivilege\r\n\t\t\tSeSystemEnvironmentPrivilege\r\n"
                              "\t\t\tSeLoadDriverPrivilege\r\n\t\t\tSeImpersonatePrivilege"}),
     ""},
    {30, SECURITY_LOG, "4688", "Process Creation", "A new process has been created.",
     FIELDS(SUBJECT, {"NewProcessId", "%X"}, {"NewProcessName", "%I"}, {"TokenElevationType", "%%%%1936"},
            {"ProcessId", "0x3b4"}, {"CommandLine", "%C"}, {"TargetUserSid", "S-1-0-0"}, {"TargetUserName", "-"},
            {"TargetDomainName", "-"}, {"TargetLogonId", "0x0"}, {"ParentProcessName", "%J"},
            {"MandatoryLabel", "S-1-16-8192"}),
     "The type of elevation tells which token the new process got under User Account Control. Type 1 is a full token "
     "with no privilege removed, used where it is off or for the built-in administrator; type 2 is a full token after "
     "the user agreed; type 3 is a limited token with administrative privileges removed."},
    {10, SECURITY_LOG, "4689", "Process Termination", "A process has exited.",
     FIELDS(SUBJECT, {"Status", "0x0"}, {"ProcessId", "%X"}, {"ProcessName", "%I"}), ""},
    {15, SECURITY_LOG, "4656", "Registry", "A handle to an object was requested.",
     FIELDS(SUBJECT, {"ObjectServer", "Security"}, {"ObjectType", "Key"},
            {"ObjectName", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control\\Session Manager\\Environment"},
            {"HandleId", "0x%x"}, {"TransactionId", "{00000000-0000-0000-0000-000000000000}"},
            {"AccessList", "%%%%1538\r\n\t\t\t\t%%%%4432\r\n\t\t\t\t"}, {"AccessReason", "-"},
            {"AccessMask", "0x20019"}, {"PrivilegeList", "-"}, {"RestrictedSidCount", "0"}, {"ProcessId", "%X"},
            {"ProcessName", "%I"}, {"ResourceAttributes", "-"}),
     ""},
    {20, SECURITY_LOG, "4658", "Registry", "The handle to an object was closed.",
     FIELDS(SUBJECT, {"ObjectServer", "Security"}, {"HandleId", "0x%x"}, {"ProcessId", "%X"}, {"ProcessName", "%I"}),
     ""},
    {10, SECURITY_LOG, "4703", "Token Right Adjusted Events", "A token right was adjusted.",
     FIELDS({"SubjectUserSid", "S-1-5-18"}, {"SubjectUserName", "SYSTEM"}, {"SubjectDomainName", "NT AUTHORITY"},
            {"SubjectLogonId", "0x3e7"}, {"TargetUserSid", "S-1-0-0"}, {"TargetUserName", "SYSTEM"},
            {"TargetDomainName", "NT AUTHORITY"}, {"TargetLogonId", "0x3e7"},
            {"ProcessName", "C:\\Windows\\System32\\svchost.exe"}, {"ProcessId", "%X"},
            {"EnabledPrivilegeList", "SeAssignPrimaryTokenPrivilege\r\n\t\t\tSeIncreaseQuotaPrivilege\r\n\t\t\tSeSecuri"
                                     "tyPrivilege\r\n\t\t\tSeSystemtimePrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSe"
                                     "RestorePrivilege"},
            {"DisabledPrivilegeList", "-"}),
     ""},
    {40, SECURITY_LOG, "5156", "Filtering Platform Connection",
     "The Windows Filtering Platform has permitted a connection.",
     FIELDS({"ProcessID", "%N"}, {"Application", "\\device\\harddiskvolume3\\windows\\system32\\svchost.exe"},
            {"Direction", "%%%%14593"}, {"SourceAddress", "%i"}, {"SourcePort", "%p"}, {"DestAddress", "%e"},
            {"DestPort", "443"}, {"Protocol", "6"}, {"FilterRTID", "%n"}, {"LayerName", "%%%%14611"},
            {"LayerRTID", "48"}, {"RemoteUserID", "S-1-0-0"}, {"RemoteMachineID", "S-1-0-0"}),
     ""},
    {12, POWERSHELL_LOG, "4104", "Execute a Remote Command", "Creating Scriptblock text (1 of 1):",
     FIELDS({"MessageNumber", "1"}, {"MessageTotal", "1"}, {"ScriptBlockText", "%j"}, {"ScriptBlockId", "%g"},
            {"Path", ""}),
     ""},
    {8, "System", "Service Control Manager", "{555908d1-a6d7-4695-8e1e-26931d2012f4}", "7036", "None",
     "The Windows Update service entered the running state.",
     FIELDS({"param1", "Windows Update"}, {"param2", "running"}, {"Binary", "77007500610075007300650072007600"}), ""},
};

static const struct {
    char letter;
    const char *name, *sid, *integrity;
} account_kinds[] = {
    {'S', "NT AUTHORITY\\SYSTEM", "S-1-5-18", "System"},
    {'N', "NT AUTHORITY\\NETWORK SERVICE", "S-1-5-20", "System"},
    {'L', "NT AUTHORITY\\LOCAL SERVICE", "S-1-5-19", "System"},
    {'U', "CORP\\%u", "S-1-5-21-1004336348-1177238915-682003330-", "Medium"},
    {'E', "CORP\\%u", "S-1-5-21-1004336348-1177238915-682003330-", "High"},
};

static size_t account_of(char letter)
{
    size_t i = 0;
    while (account_kinds[i].letter != letter)
        i++;
    return i;
}

static void put_process_guid(struct generator *g, struct sw_buf *to, uint64_t slot)
{
    uint64_t id = fixed_random((uint64_t)g->host << 40 ^ g->number / 4096 << 8 ^ slot);
    put_guid(to, ((uint64_t)g->host * 0x9e3779b9u) << 32 | (id & 0xffffffff), id >> 32 << 16);
}

static void put_hashes(struct sw_buf *to, uint64_t seed)
{
    static const struct {
        const char *name;
        unsigned words;
    } kinds[] = {{"SHA1=", 2}, {",MD5=", 2}, {",SHA256=", 4}, {",IMPHASH=", 2}};
    size_t from = to->len;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        sw_buf_text(to, kinds[i].name);
        if (i == 0)
            sw_buf_hex(to, seed & 0xffffffff, 8);
        for (unsigned n = 0; n < kinds[i].words; n++)
            sw_buf_hex(to, seed = fixed_random(seed), 16);
    }
    for (char *c = to->data + from; to->error == 0 && c < to->data + to->len; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 'a' + 'A');
}

static void put_trace(struct generator *g, struct sw_buf *to)
{
    SW_BUF_LIT(to, "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4");
    sw_buf_hex(to, below(g, 16) * 16 + 4, 2);
    for (unsigned n = 3 + below(g, 17); n > 0; n--) {
        SW_BUF_LIT(to, "|C:\\Windows\\System32\\");
        sw_buf_text(to, libraries[zipf(g, (unsigned)library_count)]);
        SW_BUF_LIT(to, ".dll+");
        sw_buf_hex(to, fixed_random(zipf(g, 400)) & 0xfffff, 5);
    }
}

/* The time as Sysmon has it: a blank for the T, three digits, no Z. */
static void put_sysmon_time(struct generator *g, struct sw_buf *to)
{
    char text[32];
    size_t len = sw_time_format(g->time - g->time % 1000000 + 1000000, text);
    text[10] = ' ';
    sw_buf_add(to, text, len > 23 ? 23 : len - 1);
}

static void put_sid(struct generator *g, struct sw_buf *to, size_t account)
{
    sw_buf_text(to, account_kinds[account].sid);
    if (account >= account_of('U'))
        sw_buf_u64(to, 1100 + g->user);
}

static void fill_program(struct generator *g, struct sw_buf *to, char letter)
{
    const struct parent_program *parent = &parents[program->parent];
    size_t account = account_of(program->account);
    switch (letter) {
    case 'I': fill(g, to, program->image); break;
    case 'C': fill(g, to, program->command); break;
    case 'D': sw_buf_text(to, program->description); break;
    case 'O': sw_buf_text(to, program->original); break;
    case 'M': sw_buf_text(to, program->company); break;
    case 'H': put_hashes(to, (uint64_t)(program->image[12] * 7 + program->image[20]) << 20 ^ g->host % 4); break;
    case 'E': sw_buf_text(to, account_kinds[account].integrity); break;
    case 'A': fill(g, to, account_kinds[account].name); break;
    case 'Z': put_sid(g, to, account); break;
    case 'l':
        SW_BUF_LIT(to, "0x");
        sw_buf_hex(to, account < account_of('U') ? 0x3e7 : fixed_random(g->user) & 0xffffff, 3);
        break;
    case 'J': sw_buf_text(to, parent->image); break;
    case 'K': sw_buf_text(to, parent->command); break;
    case 'V': fill(g, to, account_kinds[account_of(parent->account)].name); break;
    default: break;
    }
}

static void special(struct generator *g, struct sw_buf *to, char letter)
{
    switch (letter) {
    case 'G': put_process_guid(g, to, g->number % 61); break;
    case 'P': put_process_guid(g, to, program->parent); break;
    case 'N': sw_buf_u64(to, 4 * (256 + fixed_random(g->number) % 4000)); break;
    case 'X':
        SW_BUF_LIT(to, "0x");
        sw_buf_hex(to, 4 * (256 + fixed_random(g->number) % 4000), 3);
        break;
    case 'Q': sw_buf_u64(to, 4 * (100 + g->host + program->parent)); break;
    case 'F': fill(g, to, "%u"); break;
    case 'R': fill_again(g, to, choose(g, registry_keys, registry_key_count), 200); break;
    case 'Y': fill_again(g, to, choose(g, files_made, file_made_count), 1000); break;
    case 's': fill(g, to, choose(g, talkers, talker_count)); break;
    case 'q': fill(g, to, choose(g, dns_askers, dns_asker_count)); break;
    case 'o': sw_buf_text(to, choose(g, accessors, accessor_count)); break;
    case 'j': fill(g, to, choose(g, scripts, script_count)); break;
    case 'r': fill(g, to, programs[zipf(g, (unsigned)program_count)].image); break;
    case 'B': sw_buf_text(to, libraries[library]); break;
    case 'b': put_hashes(to, library << 8 ^ g->host % 4); break;
    case 'T': put_sysmon_time(g, to); break;
    case 'a': fill_again(g, to, "%m", 800); break;
    case 'm': put_trace(g, to); break;
    case 'y': put_domain(g, to); break;
    default: fill_program(g, to, letter);
    }
}

static const struct program *pick_program(struct generator *g, const struct program *table, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += table[i].share;
    unsigned dice = below(g, sum);
    while (dice >= table->share)
        dice -= (table++)->share;
    return table;
}

static const struct event_kind *pick_kind(struct generator *g)
{
    unsigned dice = below(g, 1000);
    const struct event_kind *kind = event_kinds;
    while (dice >= kind->share)
        dice -= (kind++)->share;
    return kind;
}

/* The fields of event_data, and the message that tells them once more. */
static void put_fields(struct generator *g, const struct event_kind *kind)
{
    sw_buf_clear(&g->message);
    sw_buf_text(&g->message, kind->title);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        sw_buf_text(&g->out, i == 0 ? "\"" : ",\"");
        sw_buf_text(&g->out, field->name);
        SW_BUF_LIT(&g->out, "\":");
        fill_json(g, field->value);
        SW_BUF_LIT(&g->message, "\n");
        sw_buf_text(&g->message, field->name);
        SW_BUF_LIT(&g->message, ": ");
        sw_buf_str_add(&g->message, sw_buf_str(&g->value));
    }
    SW_BUF_LIT(&g->message, "\n");
    sw_buf_text(&g->message, kind->tail);
}

/* What the next record is about. */
static const struct event_kind *begin(struct generator *g)
{
    g->special = special;
    bool hostile = one_in(g, HOSTILE_ONE_IN);
    program =
        hostile ? pick_program(g, hostile_programs, hostile_program_count) : pick_program(g, programs, program_count);
    library = zipf(g, (unsigned)library_count);
    return hostile ? &event_kinds[0] : pick_kind(g);
}

static void put_pair(struct generator *g, const char *before, const char *value)
{
    sw_buf_text(&g->out, before);
    sw_buf_text(&g->out, value);
}

void make_winlogbeat(struct generator *g)
{
    const struct event_kind *kind = begin(g);
    fill(g, &g->out,
         "{\"@timestamp\":\"%t\",\"@metadata\":{\"beat\":\"winlogbeat\",\"type\":\"_doc\",\"version\":\"8.13.2\"}");
    put_pair(g, ",\"winlog\":{\"channel\":\"", kind->channel);
    put_pair(g, "\",\"provider_name\":\"", kind->provider);
    put_pair(g, "\",\"provider_guid\":\"", kind->provider_guid);
    put_pair(g, "\",\"event_id\":\"", kind->code);
    put_pair(g, "\",\"task\":\"", kind->action);
    fill(g, &g->out, "\",\"computer_name\":\"%c\",\"record_id\":");
    sw_buf_u64(&g->out, g->number);
    SW_BUF_LIT(&g->out, ",\"version\":5,\"opcode\":\"Info\",\"api\":\"wineventlog\",\"process\":{\"pid\":3412,"
                        "\"thread\":{\"id\":4884}},\"user\":{\"identifier\":\"S-1-5-18\",\"name\":\"SYSTEM\","
                        "\"domain\":\"NT AUTHORITY\",\"type\":\"User\"},\"event_data\":{");
    put_fields(g, kind);
    put_pair(g, "}},\"event\":{\"code\":\"", kind->code);
    put_pair(g, "\",\"kind\":\"event\",\"provider\":\"", kind->provider);
    put_pair(g, "\",\"action\":\"", kind->action);
    fill(g, &g->out,
         "\"},\"log\":{\"level\":\"information\"},\"host\":{\"name\":\"%c\"},\"message\":");
    sw_buf_json(&g->out, sw_buf_str(&g->message));
    fill(g, &g->out,
         ",\"agent\":{\"name\":\"%c\",\"type\":\"winlogbeat\",\"version\":\"8.13.2\"},\"ecs\":{\"version\":\"8.0.0\"}}"
         "\n");
}

/* The log source in the event's own words, for peers that look for it there. */
static const char *source_of(const struct event_kind *kind)
{
    static const struct {
        const char *code, *source;
    } sources[] = {
        {"1", "category\":\"process_creation"},
        {"3", "category\":\"network_connection"},
        {"5", "category\":\"process_termination"},
        {"7", "category\":\"image_load"},
        {"10", "category\":\"process_access"},
        {"11", "category\":\"file_event"},
        {"12", "category\":\"registry_add"},
        {"13", "category\":\"registry_set"},
        {"22", "category\":\"dns_query"},
        {"4104", "category\":\"ps_script"},
        {"7036", "service\":\"system"},
    };
    for (size_t i = 0; i < COUNT(sources); i++)
        if (strcmp(sources[i].code, kind->code) == 0)
            return sources[i].source;
    return "service\":\"security";
}

void make_flat(struct generator *g)
{
    const struct event_kind *kind = begin(g);
    fill(g, &g->out,
         "{\"@timestamp\":\"%t\",\"Hostname\":\"%c\",\"Keywords\":-9223372036854775808,\"SeverityValue\":2,"
         "\"Severity\":\"INFO\",\"RecordNumber\":");
    sw_buf_u64(&g->out, g->number);
    put_pair(g, ",\"EventID\":", kind->code);
    put_pair(g, ",\"Channel\":\"", kind->channel);
    put_pair(g, "\",\"SourceName\":\"", kind->provider);
    put_pair(g, "\",\"ProviderGuid\":\"", kind->provider_guid);
    put_pair(g, "\",\"product\":\"windows\",\"", source_of(kind));
    SW_BUF_LIT(&g->out, "\",");
    put_fields(g, kind);
    SW_BUF_LIT(&g->out, ",\"Message\":");
    sw_buf_json(&g->out, sw_buf_str(&g->message));
    SW_BUF_LIT(&g->out, "}\n");
}
