/*
 * test_logsource.c - event classes: the embedded mapping, deciding, derived fields, views, users' files.
 */
#include "base/error.h"
#include "base/mem.h"
#include "event/logsource.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after the above */
#include <cmocka.h>

/* --- help ------------------------------------------------------------------------------------------------ */

struct fixture {
    struct sw_classes *classes;
    struct sw_arena arena;
    struct sw_event event;
};

static int setup(void **state)
{
    struct fixture *f = sw_alloc(1, sizeof *f);
    struct sw_error err = {0};
    if (f == NULL || sw_classes_load(&f->classes, NULL, 0, &err) != 0) {
        fprintf(stderr, "%s:%u:%u: %s\n", err.source, err.line, err.column, err.text);
        return -1;
    }
    sw_arena_init(&f->arena, 1 << 20);
    sw_event_init(&f->event);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sw_classes_free(f->classes);
    sw_arena_fini(&f->arena);
    sw_event_fini(&f->event);
    sw_free(f);
    return 0;
}

static struct sw_logsource source(const char *product, const char *category, const char *service)
{
    return (struct sw_logsource){sw_str(product), sw_str(category), sw_str(service)};
}

/* Decides an event given as name, value, ..., NULL; returns the class's name. */
static const char *decide(struct fixture *f, const struct sw_classes *classes, const char *base, ...)
{
    sw_event_clear(&f->event);
    f->event.class_id = sw_classes_find(classes, sw_str(base));
    va_list args;
    va_start(args, base);
    const char *name;
    while ((name = va_arg(args, const char *)) != NULL)
        sw_event_add_str(&f->event, sw_field_intern(sw_str(name)), sw_str(va_arg(args, const char *)));
    va_end(args);
    sw_classify(classes, &f->event, &f->arena);
    return sw_classes_get(classes, f->event.class_id)->name.ptr;
}

static const struct sw_view *view_of(struct fixture *f, const struct sw_classes *classes, const char *product,
                                     const char *category, const char *service)
{
    const struct sw_logsource rule = source(product, category, service);
    return sw_class_view(sw_classes_get(classes, f->event.class_id), &rule);
}

/* What a view does with a name; "" when it leaves it alone. */
static const char *mapped(const struct sw_view *view, const char *from)
{
    static char out[128];
    for (size_t i = 0; i < view->map_count; i++)
        if (sw_str_ieq(view->maps[i].from, sw_str(from))) {
            (void)snprintf(out, sizeof out, "%.*s", SW_STR_ARG(view->maps[i].to));
            return out;
        }
    return "";
}

/* The n-th value of a field, "(none)" if there is none. */
static const char *value_of(struct fixture *f, const char *name, unsigned n)
{
    static char out[256];
    sw_field_id id = sw_field_find(sw_str(name));
    for (uint32_t i = 0; i < f->event.count; i++)
        if (f->event.fields[i].id == id && n-- == 0) {
            (void)snprintf(out, sizeof out, "%.*s", SW_STR_ARG(sw_field_value(&f->event.fields[i])));
            return out;
        }
    return "(none)";
}

#define SYSMON "Channel", "Microsoft-Windows-Sysmon/Operational"

/* --- Windows --------------------------------------------------------------------------------------------- */

static void sysmon_by_event_id(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(decide(f, f->classes, "windows", SYSMON, "EventID", "1", NULL),
                        "windows/sysmon/process_creation");
    assert_non_null(view_of(f, f->classes, "windows", "process_creation", ""));
    assert_non_null(view_of(f, f->classes, "windows", "process_creation", "sysmon"));
    assert_non_null(view_of(f, f->classes, "windows", "", "sysmon"));
    assert_non_null(view_of(f, f->classes, "windows", "", ""));
    assert_non_null(view_of(f, f->classes, "Windows", "Process_Creation", ""));
    assert_null(view_of(f, f->classes, "windows", "process_creation", "security"));
    assert_null(view_of(f, f->classes, "linux", "process_creation", ""));
    assert_string_equal(decide(f, f->classes, "windows", SYSMON, "EventID", "99", NULL), "windows/sysmon");
    assert_string_equal(decide(f, f->classes, "windows", SYSMON, NULL), "windows/sysmon");
    assert_string_equal(
        decide(f, f->classes, "windows", "Channel", "microsoft-windows-SYSMON/operational", "eventid", "7", NULL),
        "windows/sysmon/image_load");
    assert_string_equal(decide(f, f->classes, "windows", "Channel", "Nobody/Knows", "EventID", "1", NULL), "windows");
    assert_string_equal(decide(f, f->classes, "windows", "Channel", "", "EventID", "1", NULL), "windows");
    assert_string_equal(decide(f, f->classes, "windows", NULL), "windows");
}

static void registry_events(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "windows", SYSMON, "EventID", "12", "EventType", "CreateKey", NULL);
    assert_non_null(view_of(f, f->classes, "windows", "registry_event", ""));
    assert_non_null(view_of(f, f->classes, "windows", "registry_add", ""));
    assert_null(view_of(f, f->classes, "windows", "registry_delete", ""));
    (void)decide(f, f->classes, "windows", SYSMON, "EventID", "12", "EventType", "DeleteValue", NULL);
    assert_non_null(view_of(f, f->classes, "windows", "registry_delete", ""));
    assert_null(view_of(f, f->classes, "windows", "registry_add", ""));
    (void)decide(f, f->classes, "windows", SYSMON, "EventID", "13", "EventType", "SetValue", NULL);
    assert_non_null(view_of(f, f->classes, "windows", "registry_set", ""));
    assert_non_null(view_of(f, f->classes, "windows", "registry_event", ""));
    (void)decide(f, f->classes, "windows", SYSMON, "EventID", "14", NULL);
    assert_non_null(view_of(f, f->classes, "windows", "registry_rename", ""));
}

static void without_channel_the_provider_decides(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(
        decide(f, f->classes, "windows", "Provider_Name", "Microsoft-Windows-Sysmon", "EventID", "11", NULL),
        "windows/sysmon/file_event");
    assert_string_equal(
        decide(f, f->classes, "windows", "Provider_Name", "Microsoft-Windows-Eventlog", "EventID", "1102", NULL),
        "windows/security");
    /* With a channel the provider says nothing: event id 1 exists in many logs. */
    assert_string_equal(decide(f, f->classes, "windows", "Provider_Name", "Microsoft-Windows-Sysmon", "Channel",
                               "Application", "EventID", "1", NULL),
                        "windows/application");
}

/* Event id and other fields, name and value in turns, of a record that says nothing of its log. */
struct bare {
    const char *expected;
    const char *fields[12];
};

static void check_bare(struct fixture *f, const struct bare *bare)
{
    const char *const *v = bare->fields;
    const char *got = decide(f, f->classes, "windows", v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], NULL);
    if (strcmp(got, bare->expected) != 0)
        fail_msg("event %s with %s, %s: %s, not %s", v[1], v[2] ? v[2] : "nothing", v[4] ? v[4] : "nothing", got,
                 bare->expected);
}

static void with_neither_the_fields_decide(void **state)
{
    static const struct bare records[] = {
        {"windows/sysmon/process_creation", {"EventID", "1", "Image", "C:\\a.exe", "CommandLine", "a", "ProcessGuid", "{1}"}},
        {"windows/sysmon/process_creation", {"EventID", "1", "Image", "a.exe", "ParentImage", "C:\\b.exe"}},
        {"windows/sysmon/file_change", {"EventID", "2", "Image", "C:\\a.exe", "TargetFilename", "C:\\b"}},
        {"windows/sysmon/network_connection", {"EventID", "3", "Image", "System", "DestinationIp", "192.0.2.1"}},
        {"windows/sysmon/process_termination", {"EventID", "5", "Image", "C:\\a.exe", "ProcessGuid", "{1}"}},
        {"windows/sysmon/driver_load", {"EventID", "6", "ImageLoaded", "C:\\a.sys"}},
        {"windows/sysmon/image_load", {"EventID", "7", "Image", "C:\\a.exe", "ImageLoaded", "C:\\a.dll"}},
        {"windows/sysmon/create_remote_thread", {"EventID", "8", "SourceImage", "C:\\a.exe", "TargetImage", "C:\\b.exe"}},
        {"windows/sysmon/raw_access_thread", {"EventID", "9", "Image", "C:\\a.exe", "Device", "\\Device\\H"}},
        {"windows/sysmon/process_access", {"EventID", "10", "SourceImage", "C:\\a.exe", "TargetImage", "C:\\b.exe"}},
        {"windows/sysmon/file_event", {"EventID", "11", "Image", "C:\\a.exe", "TargetFilename", "C:\\b"}},
        {"windows/sysmon/registry/delete",
         {"EventID", "12", "Image", "C:\\a.exe", "TargetObject", "HKLM\\x", "EventType", "DeleteKey"}},
        {"windows/sysmon/registry_set", {"EventID", "13", "Image", "C:\\a.exe", "TargetObject", "HKLM\\x"}},
        {"windows/sysmon/registry_rename", {"EventID", "14", "Image", "C:\\a.exe", "TargetObject", "HKLM\\x"}},
        {"windows/sysmon/create_stream_hash", {"EventID", "15", "Image", "C:\\a.exe", "TargetFilename", "C:\\b:c"}},
        {"windows/sysmon/sysmon_status", {"EventID", "16", "ConfigurationFileHash", "SHA256=0"}},
        {"windows/sysmon/pipe_created", {"EventID", "18", "Image", "C:\\a.exe", "PipeName", "\\p"}},
        {"windows/sysmon/wmi_event", {"EventID", "20", "UtcTime", "2024-05-06 07:08:09.123", "Operation", "Created"}},
        {"windows/sysmon/dns_query", {"EventID", "22", "Image", "C:\\a.exe", "QueryName", "a.example"}},
        {"windows/sysmon/clipboard_change", {"EventID", "24", "Image", "C:\\a.exe", "ClientInfo", "user: a"}},
        {"windows/sysmon/process_tampering", {"EventID", "25", "Image", "C:\\a.exe", "ProcessGuid", "{1}"}},
        {"windows/sysmon/file_executable_detected", {"EventID", "29", "Image", "C:\\a.exe", "TargetFilename", "C:\\b"}},
        {"linux/sysmon/process_creation", {"EventID", "1", "Image", "/bin/a", "CommandLine", "a", "ProcessGuid", "{1}"}},
        {"linux/sysmon/network_connection", {"EventID", "3", "Image", "/bin/a", "DestinationIp", "192.0.2.1"}},
        {"linux/sysmon/file_event", {"EventID", "11", "Image", "/bin/a", "TargetFilename", "/tmp/b"}},
        {"windows/security/process_creation", {"EventID", "4688", "NewProcessName", "C:\\a.exe"}},
        {"windows/security", {"EventID", "4624", "LogonType", "3", "TargetUserName", "bob"}},
        {"windows/security", {"EventID", "4647", "TargetLogonId", "0x1", "TargetUserName", "bob"}},
        {"windows/security", {"EventID", "4769", "TicketOptions", "0x1", "TargetUserName", "bob"}},
        {"windows/security", {"EventID", "4776", "PackageName", "NTLM", "TargetUserName", "bob"}},
        {"windows/security/network_connection", {"EventID", "5156", "Application", "\\a", "SourceAddress", "::1"}},
        {"windows/security", {"EventID", "4720", "SubjectUserSid", "S-1-5-18"}},
        {"windows/security/registry_set", {"EventID", "4657", "SubjectLogonId", "0x3e7", "ObjectName", "\\REGISTRY\\A"}},
        {"windows/security", {"EventID", "1102", "SubjectUserName", "bob"}},
        {"windows/powershell/script", {"EventID", "4104", "ScriptBlockText", "x"}},
        {"windows/powershell/module", {"EventID", "4103", "Payload", "x"}},
        {"windows/system", {"EventID", "7045", "ServiceName", "a", "ImagePath", "C:\\a.exe"}},
        {"windows/windefend/antivirus", {"EventID", "1116", "ThreatName", "Test"}},
        {"windows/taskscheduler", {"EventID", "106", "TaskName", "\\a"}},
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        check_bare(*state, &records[i]);
}

static void an_event_id_alone_decides_nothing(void **state)
{
    static const struct bare records[] = {
        {"windows/unknown", {"EventID", "1"}},
        {"windows/unknown", {"EventID", "1", "Image", "C:\\a.exe"}},
        {"windows/unknown", {"EventID", "1", "CommandLine", "a", "ProcessGuid", "{1}"}},
        {"windows/unknown", {"EventID", "2", "Image", "C:\\a.exe", "ParentImage", "C:\\b.exe"}},
        {"windows/unknown", {"EventID", "11", "TargetFilename", "C:\\b"}},
        {"windows/unknown", {"EventID", "12", "TargetObject", "x"}},
        {"windows/unknown", {"EventID", "20", "Operation", "Created"}},
        {"windows/unknown", {"EventID", "22", "QueryName", "a.example"}},
        {"windows/unknown", {"EventID", "22", "Image", "a.png", "UtcTime", "now"}},
        {"windows/unknown", {"EventID", "4688", "CommandLine", "a"}},
        {"windows/unknown", {"EventID", "4624", "TargetUserName", "bob"}},
        {"windows/unknown", {"EventID", "104", "SubjectUserName", "bob"}},
        {"windows/unknown", {"EventID", "7045", "ServiceName", "a"}},
        {"windows/unknown", {"EventID", "201", "ActionName", "a"}},
        {"windows/unknown", {"EventID", "1", "Image", "null.png", "TargetFilename", "b"}},
        /* What names its log or its provider is never guessed at. */
        {"windows", {"EventID", "1", "Image", "C:\\a.exe", "ParentImage", "C:\\b.exe", "Channel", "Other/Log"}},
        {"windows/by-provider", {"EventID", "4688", "NewProcessName", "C:\\a.exe", "Provider_Name", "Other"}},
        {"windows", {"Image", "C:\\a.exe", "ParentImage", "C:\\b.exe"}},
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        check_bare(*state, &records[i]);
}

static void a_null_channel_is_no_channel(void **state)
{
    struct fixture *f = *state;
    sw_event_clear(&f->event);
    f->event.class_id = sw_classes_find(f->classes, SW_STR("windows"));
    sw_event_add(&f->event, SW_FIELD_CHANNEL, SW_NULL, "null", 4);
    sw_event_add_str(&f->event, SW_FIELD_PROVIDER, SW_STR("Microsoft-Windows-Sysmon"));
    sw_event_add_str(&f->event, SW_FIELD_EVENT_ID, SW_STR("3"));
    sw_classify(f->classes, &f->event, &f->arena);
    assert_string_equal(sw_classes_get(f->classes, f->event.class_id)->name.ptr, "windows/sysmon/network_connection");
}

#define SECURITY "Channel", "Security"

static void security_4688_is_a_process_creation(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(decide(f, f->classes, "windows", SECURITY, "EventID", "4688", "SubjectUserSid",
                               "S-1-5-21-1-2-3-500", "SubjectUserName", "eve", "SubjectDomainName", "CORP",
                               "SubjectLogonId", "0x3e7", "NewProcessId", "0x1a2c", "NewProcessName", "C:\\a.exe",
                               "ProcessId", "0x4", "TargetUserName", "-", "TargetDomainName", "-", "MandatoryLabel",
                               "S-1-16-12288", NULL),
                        "windows/security/process_creation");
    assert_string_equal(value_of(f, "User", 0), "CORP\\eve");
    assert_string_equal(value_of(f, "User", 1), "(none)");
    assert_string_equal(value_of(f, "IntegrityLevel", 0), "High");
    assert_string_equal(value_of(f, "NewProcessIdDecimal", 0), "6700");
    assert_string_equal(value_of(f, "ProcessIdDecimal", 0), "4");
    const struct sw_view *view = view_of(f, f->classes, "windows", "process_creation", "");
    assert_non_null(view);
    assert_string_equal(mapped(view, "Image"), "NewProcessName");
    assert_string_equal(mapped(view, "parentimage"), "ParentProcessName");
    assert_string_equal(mapped(view, "ProcessId"), "NewProcessIdDecimal");
    assert_string_equal(mapped(view, "CommandLine"), "");
    /* Rules for the service see the record's own names. */
    assert_int_equal(view_of(f, f->classes, "windows", "", "security")->map_count, 0);
}

static void the_user_of_a_4688(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4688", "SubjectUserSid", "S-1-5-18", "SubjectUserName",
                 "HOST$", "SubjectDomainName", "CORP", NULL);
    assert_string_equal(value_of(f, "User", 0), "NT AUTHORITY\\SYSTEM");
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4688", "SubjectUserSid", "S-1-5-18", "SubjectUserName",
                 "HOST$", "SubjectDomainName", "CORP", "TargetUserName", "bob", "TargetDomainName", "CORP", NULL);
    assert_string_equal(value_of(f, "User", 0), "CORP\\bob");
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4688", "SubjectUserName", "only", NULL);
    assert_string_equal(value_of(f, "User", 0), "(none)");
}

static void security_4657_is_a_registry_event(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4657", "ObjectName",
                 "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x", "ObjectValueName", "Start", "NewValueType",
                 "%%1876", "NewValue", "4", "OperationType", "%%1905", NULL);
    assert_string_equal(value_of(f, "TargetObject", 0), "HKLM\\System\\CurrentControlSet\\Services\\x\\Start");
    assert_string_equal(value_of(f, "Details", 0), "DWORD (0x00000004)");
    assert_string_equal(value_of(f, "EventType", 0), "SetValue");
    assert_non_null(view_of(f, f->classes, "windows", "registry_set", ""));
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4657", "ObjectName",
                 "\\REGISTRY\\USER\\S-1-5-21-1\\Run", "ObjectValueName", "q", "NewValueType", "%%1883", "NewValue",
                 "0x100000002", NULL);
    assert_string_equal(value_of(f, "TargetObject", 0), "HKU\\S-1-5-21-1\\Run\\q");
    assert_string_equal(value_of(f, "Details", 0), "QWORD (0x00000001-0x00000002)");
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4657", "ObjectName",
                 "\\REGISTRY\\MACHINE\\SOFTWARE\\y", "ObjectValueName", "v", "NewValueType", "%%1873", "NewValue",
                 "text", NULL);
    assert_string_equal(value_of(f, "TargetObject", 0), "HKLM\\SOFTWARE\\y\\v");
    assert_string_equal(value_of(f, "Details", 0), "text");
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "4657", "OperationType", "%%1906", NULL);
    assert_non_null(view_of(f, f->classes, "windows", "registry_delete", ""));
    assert_null(view_of(f, f->classes, "windows", "registry_set", ""));
}

static void security_5156_is_a_connection(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "windows", SECURITY, "EventID", "5156", "Direction", "%%14593", "SourceAddress",
                 "10.0.0.1", "DestAddress", "fe80::1", "DestPort", "445", "Application",
                 "\\device\\harddiskvolume2\\a.exe", NULL);
    const struct sw_view *view = view_of(f, f->classes, "windows", "network_connection", "");
    assert_string_equal(mapped(view, "DestinationIp"), "DestAddress");
    assert_string_equal(mapped(view, "Image"), "Application");
    assert_string_equal(value_of(f, "Initiated", 0), "true");
    assert_string_equal(value_of(f, "SourceIsIpv6", 0), "false");
    assert_string_equal(value_of(f, "DestinationIsIpv6", 0), "true");
}

static void defender_is_an_antivirus(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "windows", "Channel", "Microsoft-Windows-Windows Defender/Operational", "EventID",
                 "1116", NULL);
    const struct sw_view *view = view_of(f, f->classes, "", "antivirus", "");
    assert_string_equal(mapped(view, "Signature"), "ThreatName");
    assert_string_equal(mapped(view, "Filename"), "Path");
    (void)decide(f, f->classes, "windows", "Channel", "Microsoft-Windows-Windows Defender/Operational", "EventID",
                 "5001", NULL);
    assert_null(view_of(f, f->classes, "", "antivirus", ""));
    assert_non_null(view_of(f, f->classes, "windows", "", "windefend"));
}

static void sysmon_for_linux(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(decide(f, f->classes, "windows", "Channel", "Linux-Sysmon/Operational", "EventID", "1", NULL),
                        "linux/sysmon/process_creation");
    assert_non_null(view_of(f, f->classes, "linux", "process_creation", ""));
    assert_null(view_of(f, f->classes, "windows", "process_creation", ""));
}

/* --- others ---------------------------------------------------------------------------------------------- */

static void syslog_programs(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(decide(f, f->classes, "linux/sshd", NULL), "linux/sshd");
    assert_non_null(view_of(f, f->classes, "linux", "", "sshd"));
    assert_non_null(view_of(f, f->classes, "linux", "", "auth"));
    assert_non_null(view_of(f, f->classes, "linux", "", "syslog"));
    assert_non_null(view_of(f, f->classes, "linux", "", ""));
    assert_null(view_of(f, f->classes, "linux", "", "cron"));
}

static void plain_text_and_its_path(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(decide(f, f->classes, "text", NULL), "text");
    assert_non_null(view_of(f, f->classes, "jvm", "application", ""));
    assert_non_null(view_of(f, f->classes, "", "database", ""));
    assert_null(view_of(f, f->classes, "", "logfile", ""));
    f->event.path_bits = sw_classes_path(f->classes, SW_STR("case1.tar.gz!host/var/log/auth.log"));
    assert_string_equal(decide(f, f->classes, "text", NULL), "text/logfile/auth");
    assert_non_null(view_of(f, f->classes, "linux", "", "auth"));
    assert_non_null(view_of(f, f->classes, "", "logfile", ""));
    assert_non_null(view_of(f, f->classes, "python", "application", ""));
    f->event.path_bits = sw_classes_path(f->classes, SW_STR("x/app.LOG"));
    assert_string_equal(decide(f, f->classes, "text", NULL), "text/logfile");
    f->event.path_bits = 0;
}

static void web_names(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "webserver/nginx", "cs-uri-stem", "/a.b/c.PHP;x=1", NULL);
    assert_string_equal(value_of(f, "c-uri-extension", 0), "PHP");
    assert_string_equal(mapped(view_of(f, f->classes, "", "webserver", ""), "cs-uri-query"), "cs-uri");
    assert_string_equal(mapped(view_of(f, f->classes, "", "", "nginx"), "c-useragent"), "cs-user-agent");
    assert_non_null(view_of(f, f->classes, "nginx", "webserver", ""));
    assert_null(view_of(f, f->classes, "apache", "webserver", ""));
    assert_null(view_of(f, f->classes, "", "proxy", ""));
    (void)decide(f, f->classes, "webserver/nginx", "cs-uri-stem", "/a.b/c", NULL);
    assert_string_equal(value_of(f, "c-uri-extension", 0), "(none)");
    (void)decide(f, f->classes, "webserver/nginx", "cs-uri-stem", "/a.", NULL);
    assert_string_equal(value_of(f, "c-uri-extension", 0), "(none)");
}

static void proxies_mean_both_forms_of_a_target(void **state)
{
    struct fixture *f = *state;
    (void)decide(f, f->classes, "proxy/squid", "cs-uri", "http://www.example.org/a/b.exe?x", NULL);
    assert_string_equal(value_of(f, "cs-uri", 1), "/a/b.exe?x");
    assert_string_equal(value_of(f, "c-uri-extension", 0), "exe");
    assert_string_equal(mapped(view_of(f, f->classes, "", "proxy", ""), "c-uri"), "cs-uri");
    (void)decide(f, f->classes, "proxy/squid", "cs-uri", "/a", NULL);
    assert_string_equal(value_of(f, "cs-uri", 1), "(none)");
    (void)decide(f, f->classes, "proxy/squid", "cs-uri", "http://host", NULL);
    assert_string_equal(value_of(f, "cs-uri", 1), "(none)");
    (void)decide(f, f->classes, "zeek/http", "uri", "/a", "host", "h.example", NULL);
    assert_string_equal(value_of(f, "url", 0), "/a");
    assert_string_equal(value_of(f, "url", 1), "http://h.example/a");
    assert_string_equal(mapped(view_of(f, f->classes, "", "proxy", ""), "c-uri"), "url");
    assert_string_equal(mapped(view_of(f, f->classes, "", "webserver", ""), "cs-uri-query"), "uri");
}

static void containers_of_windows_records(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(decide(f, f->classes, "json", SYSMON, "EventID", "1", NULL), "windows/sysmon/process_creation");
    assert_string_equal(decide(f, f->classes, "csv", SECURITY, "EventID", "1", NULL), "windows/security");
    assert_string_equal(decide(f, f->classes, "json", "a", "b", NULL), "json");
    (void)decide(f, f->classes, "json", "event.exec.target.executable.path", "/bin/ls", "event.exec.args", "ls",
                 "event.exec.args", "-l", NULL);
    assert_non_null(view_of(f, f->classes, "macos", "process_creation", ""));
    assert_string_equal(value_of(f, "CommandLine", 0), "ls -l");
}

static void names_that_decoders_rely_on(void **state)
{
    static const char *const names[] = {
        "text",
        "json",
        "csv",
        "cef",
        "leef",
        "windows",
        "linux/syslog",
        "linux/sshd",
        "linux/sudo",
        "linux/su",
        "linux/cron",
        "linux/pam",
        "linux/vsftpd",
        "linux/clamav",
        "linux/guacamole",
        "linux/named",
        "linux/auditd",
        "linux/auditd/execve",
        "linux/auditd/file",
        "linux/auditd/network",
        "linux/journald",
        "linux/sysmon",
        "webserver/apache",
        "webserver/nginx",
        "webserver/iis",
        "webserver/haproxy",
        "webserver/tomcat",
        "webserver/caddy",
        "webserver/traefik",
        "webserver/envoy",
        "webserver/alb",
        "apache/error",
        "nginx/error",
        "proxy",
        "proxy/squid",
        "proxy/bluecoat",
        "proxy/zscaler",
        "exchange/httpproxy",
        "zeek/http",
        "zeek/dns",
        "zeek/conn",
        "zeek/x509",
        "suricata/alert",
        "suricata/http",
        "suricata/dns",
        "suricata/flow",
        "firewall/iptables",
        "firewall/nftables",
        "firewall/asa",
        "firewall/fortigate",
        "firewall/paloalto",
        "firewall/pfsense",
        "fortigate/event",
        "fortios/sslvpnd",
        "paloalto/globalprotect",
        "cisco/aaa",
        "cisco/bgp",
        "cisco/ldp",
        "cisco/syslog",
        "cisco/duo",
        "huawei/bgp",
        "juniper/bgp",
        "aws/vpcflow",
        "aws/cloudtrail",
        "aws/alb",
        "azure/signinlogs",
        "azure/auditlogs",
        "azure/activitylogs",
        "azure/riskdetection",
        "azure/pim",
        "okta/okta",
        "m365/audit",
        "m365/exchange",
        "m365/threat_management",
        "m365/threat_detection",
        "gcp/audit",
        "google_workspace/admin",
        "google_workspace/login",
        "github/audit",
        "bitbucket/audit",
        "kubernetes/audit",
        "onelogin/events",
        "opencanary",
        "rpc_firewall",
        "qualys",
        "antivirus",
        "dns",
        "netflow",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sw_classes_find(f->classes, sw_str(names[i])) == SW_CLASS_NONE)
            fail_msg("no class %s", names[i]);
    assert_int_equal(sw_classes_find(f->classes, SW_STR("no such")), SW_CLASS_NONE);
}

/* --- users' files ---------------------------------------------------------------------------------------- */

static struct sw_classes *parse(const char *text, bool builtin)
{
    struct sw_classes *classes = NULL;
    struct sw_error err = {0};
    if (sw_classes_parse(&classes, sw_str(text), "user.yml", builtin, &err) != 0)
        fail_msg("%s:%u:%u: %s", err.source, err.line, err.column, err.text);
    return classes;
}

static void a_user_can_extend(void **state)
{
    struct fixture *f = *state;
    struct sw_classes *own = parse("classes:\n"
                                   "  windows/security/process_creation:\n"
                                   "    views: {category: exec, fields: {Program: NewProcessName}}\n"
                                   "  windows/mine: {when: {Channel: Mine}, views: {service: mine}}\n"
                                   "  windows/sysmon/special:\n"
                                   "    when: {EventID: 1, Image|endswith: [x.exe, y.exe]}\n"
                                   "    views: {category: special}\n",
                                   true);
    assert_true(sw_classes_hash(own) != sw_classes_hash(f->classes));
    (void)decide(f, own, "windows", SECURITY, "EventID", "4688", NULL);
    assert_string_equal(mapped(view_of(f, own, "windows", "exec", ""), "Program"), "NewProcessName");
    assert_non_null(view_of(f, own, "windows", "process_creation", ""));
    assert_string_equal(decide(f, own, "windows", "Channel", "mine", NULL), "windows/mine");
    assert_string_equal(decide(f, own, "windows", SYSMON, "EventID", "1", "Image", "C:\\Y.EXE", NULL),
                        "windows/sysmon/special");
    assert_string_equal(decide(f, own, "windows", SYSMON, "EventID", "1", "Image", "C:\\z.exe", NULL),
                        "windows/sysmon/process_creation");
    sw_classes_free(own);
}

static void a_user_can_replace(void **state)
{
    struct fixture *f = *state;
    struct sw_classes *own = parse("classes:\n"
                                   "  windows/security/process_creation:\n"
                                   "    replace: true\n"
                                   "    views: {category: process_creation, fields: {Image: X}}\n"
                                   "    derive: [{field: User, text: 'u:{SubjectUserName}'}]\n",
                                   true);
    (void)decide(f, own, "windows", SECURITY, "EventID", "4688", "SubjectUserName", "eve", NULL);
    assert_string_equal(mapped(view_of(f, own, "windows", "process_creation", ""), "Image"), "X");
    assert_string_equal(mapped(view_of(f, own, "windows", "process_creation", ""), "ParentImage"), "");
    assert_string_equal(value_of(f, "User", 0), "u:eve");
    sw_classes_free(own);
}

static void tests_of_conditions(void **state)
{
    struct fixture *f = *state;
    struct sw_classes *own = parse("classes:\n"
                                   "  b: {views: {}}\n"
                                   "  b/starts: {when: {F|startswith: Ab}}\n"
                                   "  b/contains: {when: {F|contains: mid}}\n"
                                   "  b/not: {when: {F|not: [x, y], G: '1'}}\n"
                                   "  b/absent: {when: {F|exists: false, G: '2'}}\n"
                                   "  b/or: {when: [{F: x, G: '3'}, {H|exists: true}]}\n",
                                   false);
    assert_string_equal(decide(f, own, "b", "F", "aBc", NULL), "b/starts");
    assert_string_equal(decide(f, own, "b", "F", "aMIDa", "G", "1", NULL), "b/contains");
    assert_string_equal(decide(f, own, "b", "F", "z", "G", "1", NULL), "b/not");
    assert_string_equal(decide(f, own, "b", "F", "X", "G", "1", NULL), "b");
    assert_string_equal(decide(f, own, "b", "G", "1", NULL), "b");
    assert_string_equal(decide(f, own, "b", "G", "2", NULL), "b/absent");
    assert_string_equal(decide(f, own, "b", "F", "x", "G", "3", NULL), "b/or");
    assert_string_equal(decide(f, own, "b", "H", "", NULL), "b/or");
    assert_string_equal(decide(f, own, "b", "F", "x", NULL), "b");
    sw_classes_free(own);
}

static void mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *says;
    } cases[] = {
        {"", 1, "no mapping"},
        {"a: b\n", 1, "no mapping"},
        {"classes: [a]\n", 1, "map"},
        {"classes:\n  a: {veiws: {}}\n", 2, "unknown key"},
        {"classes:\n  a: {views: {}, views: {}}\n", 2, "twice"},
        {"classes:\n  a/b: {when: {X: y}}\n", 2, "no such base class"},
        {"classes:\n  a: {base: a}\n", 2, "no such base class"},
        {"classes:\n  a: {views: {fields: nothere}}\n", 2, "no such field map"},
        {"classes:\n  a: {views: {}}\n  a/b: {when: {X|like: y}}\n", 3, "no such test"},
        {"classes:\n  a: {views: {}}\n  a/b: {when: {X|exists: maybe}}\n", 3, "true or false"},
        {"classes:\n  a: {views: {}}\n  a/b: {when: {}}\n", 3, "map"},
        {"classes:\n  a: {views: {}}\n  a/b: {when: {X: 1}, to: c}\n", 3, "no such class"},
        {"classes:\n  a: {derive: [{field: x, text: 'a{b'}]}\n", 2, "not closed"},
        {"classes:\n  a: {derive: [{field: x, text: '{b:rot13}'}]}\n", 2, "no such conversion"},
        {"classes:\n  a: {derive: [{field: x}]}\n", 2, "needs field and text"},
        {"classes:\n  a: &x {views: {}}\n", 2, "anchors"},
        {"classes:\n  a: {views: {}\n", 3, ""},
        {"logsources:\n  a: {product: x}\n", 2, "either"},
        {"logsources:\n  a: {product: x, sources: ['Nothing:x']}\n", 2, "begins with"},
        {"logsources:\n  a: {category: x, rewrite: {product: p, service: s}}\n", 2, "nothing has"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sw_classes *classes;
        struct sw_error err = {0};
        int rc = sw_classes_parse(&classes, sw_str(cases[i].text), "user.yml", false, &err);
        if (rc == 0 || err.line != cases[i].line || strstr(err.text, cases[i].says) == NULL)
            fail_msg("case %zu: %d, line %u: %s", i, rc, err.line, err.text);
        assert_null(classes);
        assert_string_equal(err.source, "user.yml");
    }
}

/* The example of the documentation is one that works. */
static void the_documented_example_loads(void **state)
{
    struct fixture *f = *state;
    static char page[65536];
    FILE *file = fopen("docs/log-sources.md", "rb"); /* tests run at the root of the source tree */
    assert_non_null(file);
    size_t len = fread(page, 1, sizeof page - 1, file);
    (void)fclose(file);
    page[len] = '\0';
    char *example = strstr(page, "```yaml\n");
    char *end = example ? strstr(example + 8, "```") : NULL;
    assert_non_null(end);
    *end = '\0';
    struct sw_classes *own = parse(example + 8, true);
    assert_string_equal(decide(f, own, "json", "agent.type", "my-agent", "event.kind", "exec", "uid", "7", NULL),
                        "json/my-agent");
    assert_string_equal(value_of(f, "User", 0), "uid 7");
    assert_string_equal(mapped(view_of(f, own, "linux", "process_creation", ""), "image"), "program_path");
    assert_string_equal(decide(f, own, "json", "winlog_channel", "x", SYSMON, "EventID", "1", NULL),
                        "windows/sysmon/process_creation");
    assert_non_null(view_of(f, own, "windows", "process_creation", "sysmon"));
    sw_classes_free(own);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    char text[1024] = "classes: ";
    memset(text + 9, '[', 1000);
    text[1009] = '\0';
    struct sw_classes *classes;
    struct sw_error err = {0};
    assert_int_equal(sw_classes_parse(&classes, sw_str(text), "x", false, &err), SW_E_LIMIT);
}

static void missing_file(void **state)
{
    (void)state;
    static const char *const paths[] = {"/no/such/file.yml"};
    struct sw_classes *classes;
    struct sw_error err = {0};
    assert_int_equal(sw_classes_load(&classes, paths, 1, &err), SW_E_IO);
    assert_string_equal(err.source, "/no/such/file.yml");
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    static const char text[] =
        "classes:\n  a: {views: {product: x, fields: {b: c}}}\n  a/b: {when: {X: [1, 2]}, views: "
        "{category: q}, derive: [{field: Z, text: '{X}!'}]}\n";
    for (unsigned n = 1; n < 64; n++) {
        struct sw_classes *classes;
        sw_mem_fail_after(n);
        int rc = sw_classes_parse(&classes, sw_str(text), "x", false, NULL);
        sw_mem_fail_after(0);
        if (rc == 0)
            sw_classes_free(classes);
        else
            assert_null(classes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sysmon_by_event_id),
        cmocka_unit_test(registry_events),
        cmocka_unit_test(without_channel_the_provider_decides),
        cmocka_unit_test(with_neither_the_fields_decide),
        cmocka_unit_test(an_event_id_alone_decides_nothing),
        cmocka_unit_test(a_null_channel_is_no_channel),
        cmocka_unit_test(security_4688_is_a_process_creation),
        cmocka_unit_test(the_user_of_a_4688),
        cmocka_unit_test(security_4657_is_a_registry_event),
        cmocka_unit_test(security_5156_is_a_connection),
        cmocka_unit_test(defender_is_an_antivirus),
        cmocka_unit_test(sysmon_for_linux),
        cmocka_unit_test(syslog_programs),
        cmocka_unit_test(plain_text_and_its_path),
        cmocka_unit_test(web_names),
        cmocka_unit_test(proxies_mean_both_forms_of_a_target),
        cmocka_unit_test(containers_of_windows_records),
        cmocka_unit_test(names_that_decoders_rely_on),
        cmocka_unit_test(a_user_can_extend),
        cmocka_unit_test(a_user_can_replace),
        cmocka_unit_test(tests_of_conditions),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(the_documented_example_loads),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(missing_file),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
