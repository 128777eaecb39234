/* test_json_shapes.c - what the many JSON records of the world become: class, time, and the fields that rules ask for. */
#include "decode_fixture.h"

/* Each record gives one event of the class, whose text has all the parts. */
struct sample {
    const char *name, *json, *class_name, *time;
    const char *parts[8];
};

static void check(const struct sample *s)
{
    const char *out = fixture_run("json", sw_str(s->json), strlen(s->json));
    char head[160];
    (void)snprintf(head, sizeof head, "#1 %s %s", s->class_name, s->time);
    if (strncmp(out, head, strlen(head)) != 0 || strchr(out, '\n') == NULL || strchr(out, '\n')[1] != '\0')
        fail_msg("%s: wanted %s, got %s", s->name, head, out);
    for (size_t i = 0; i < sizeof s->parts / sizeof s->parts[0] && s->parts[i] != NULL; i++) {
        char part[256];
        (void)snprintf(part, sizeof part, " %s", s->parts[i]);
        const char *at = strstr(out, part);
        while (at != NULL && at[strlen(part)] != ' ' && at[strlen(part)] != '\n')
            at = strstr(at + 1, part);
        if (at == NULL)
            fail_msg("%s: no %s in %s", s->name, s->parts[i], out);
    }
}

static void check_all(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&samples[i]);
}

#define CHECK_ALL(samples) check_all((samples), sizeof(samples) / sizeof((samples)[0]))

static void test_windows(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"evtx_dump", "{\"Event\":{\"#attributes\":{\"xmlns\":\"http://x\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":"
         "\"Microsoft-Windows-Sysmon\",\"Guid\":\"{G}\"}},\"EventID\":{\"#attributes\":{\"Qualifiers\":0},\"#text\":1},\"TimeCreated\":"
         "{\"#attributes\":{\"SystemTime\":\"2024-05-06T07:08:09.123456Z\"}},\"EventRecordID\":7,\"Correlation\":null,\"Execution\":"
         "{\"#attributes\":{\"ProcessID\":11,\"ThreadID\":12}},\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Computer\":\"PC\","
         "\"Security\":{\"#attributes\":{\"UserID\":\"S-1-5-18\"}}},\"EventData\":{\"Image\":\"C:\\\\a.exe\",\"Param 1\":\"p\"}}}",
         "windows/sysmon/process_creation", "2024-05-06T07:08:09.123456Z",
         {"Provider_Name=Microsoft-Windows-Sysmon", "Provider_Guid={G}", "EventID=1", "EventID_Qualifiers=0", "Execution_ProcessID=11",
          "Security_UserID=S-1-5-18", "Image=C:\\a.exe", "Param1=p"}},
        {"evtx_dump, attributes apart", "{\"Event\":{\"System\":{\"Provider_attributes\":{\"Name\":\"P\"},\"EventID\":4104,\"TimeCreated_attributes\":"
         "{\"SystemTime\":\"2024-05-06T07:08:09Z\"},\"Channel\":\"Microsoft-Windows-PowerShell/Operational\"},\"EventData\":"
         "{\"ScriptBlockText\":\"x\"}},\"Event_attributes\":{\"xmlns\":\"y\"}}",
         "windows/powershell/script", "2024-05-06T07:08:09Z", {"Provider_Name=P", "ScriptBlockText=x", "EventID=4104"}},
        {"user data", "{\"Event\":{\"System\":{\"EventID\":1102,\"Channel\":\"Security\",\"Provider\":{\"#attributes\":{\"Name\":\"E\"}}},\"UserData\":"
         "{\"LogFileCleared\":{\"#attributes\":{\"xmlns\":\"z\"},\"SubjectUserName\":\"bob\"}}}}",
         "windows/security", " ", {"SubjectUserName=bob"}},
        {"unnamed data", "{\"Event\":{\"System\":{\"EventID\":400,\"Channel\":\"Windows PowerShell\",\"Provider\":{\"#attributes\":{\"Name\":\"E\"}}},"
         "\"EventData\":{\"Data\":[\"one\",\"two\"],\"Binary\":null}}}",
         "windows/powershell-classic/start", " ", {"Data=one", "Data=two"}},
        {"pairs", "{\"Event\":{\"@xmlns\":\"q\",\"System\":{\"EventID\":\"3\",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Provider\":"
         "{\"@Name\":\"P\"},\"TimeCreated\":{\"@SystemTime\":\"2024-05-06T07:08:09Z\"}},\"EventData\":{\"Data\":[{\"@Name\":\"Image\",\"#text\":\"i\"},"
         "{\"@Name\":\"DestinationPort\",\"#text\":\"443\"}]}}}",
         "windows/sysmon/network_connection", "2024-05-06T07:08:09Z", {"Provider_Name=P", "Image=i", "DestinationPort=443"}},
        {"velociraptor", "{\"System\":{\"Provider\":{\"Name\":\"P\",\"Guid\":\"G\"},\"EventID\":{\"Value\":4624},\"TimeCreated\":{\"SystemTime\":1714979289.5},"
         "\"Channel\":\"Security\",\"Computer\":\"PC\",\"Security\":{\"UserID\":\"S-1\"}},\"EventData\":{\"LogonType\":3},\"Message\":\"m\"}",
         "windows/security", "2024-05-06T07:08:09.500Z", {"EventID=4624", "LogonType=3", "Security_UserID=S-1", "Provider_Name=P"}},
        {"winlogbeat", "{\"@timestamp\":\"2024-05-06T07:08:09.123Z\",\"winlog\":{\"channel\":\"Security\",\"event_id\":\"4624\",\"provider_name\":\"P\","
         "\"computer_name\":\"PC\",\"record_id\":5,\"process\":{\"pid\":1,\"thread\":{\"id\":2}},\"user\":{\"identifier\":\"S-1\",\"name\":\"n\"},"
         "\"event_data\":{\"TargetUserName\":\"bob\"}},\"event\":{\"code\":\"4624\"},\"host\":{\"name\":\"PC\"}}",
         "windows/security", "2024-05-06T07:08:09.123Z",
         {"Channel=Security", "EventID=4624", "Provider_Name=P", "Computer=PC", "EventRecordID=5", "Security_UserID=S-1",
          "TargetUserName=bob", "event.code=4624"}},
        {"winlogbeat, flattened", "{\"_source\":{\"@timestamp\":\"2024-05-06T07:08:09Z\",\"winlog.channel\":\"Security\",\"winlog.event_id\":4625,"
         "\"winlog.event_data.Logon Type\":3}}",
         "windows/security", "2024-05-06T07:08:09Z", {"Channel=Security", "EventID=4625", "LogonType=3"}},
        {"winlogbeat 6", "{\"@timestamp\":\"2024-05-06T07:08:09Z\",\"log_name\":\"Security\",\"event_id\":4624,\"source_name\":\"S\",\"computer_name\":"
         "\"PC\",\"event_data\":{\"TargetUserName\":\"bob\"}}",
         "windows/security", "2024-05-06T07:08:09Z", {"Channel=Security", "EventID=4624", "Provider_Name=S", "Computer=PC", "TargetUserName=bob"}},
        {"nxlog", "{\"EventTime\":\"2024-05-06 07:08:09\",\"Hostname\":\"PC\",\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"RecordNumber\":9,"
         "\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"UtcTime\":\"2024-05-06 05:08:09.250\",\"Image\":\"i\"}",
         "windows/sysmon/process_creation", "2024-05-06T05:08:09.250Z", {"Provider_Name=Microsoft-Windows-Sysmon", "Computer=PC", "EventRecordID=9"}},
        {"ConvertTo-Json", "{\"Id\":4625,\"ProviderName\":\"P\",\"LogName\":\"Security\",\"MachineName\":\"PC\",\"RecordId\":3,\"TimeCreated\":"
         "\"\\/Date(1714979289500)\\/\",\"Message\":\"An account failed\"}",
         "windows/security", "2024-05-06T07:08:09.500Z", {"EventID=4625", "Channel=Security", "Computer=PC", "EventRecordID=3"}},
        {"fluent bit", "{\"ProviderName\":\"P\",\"EventID\":4624,\"Channel\":\"Security\",\"TimeCreated\":\"2024-05-06 09:08:09 +0200\",\"Computer\":\"PC\"}",
         "windows/security", "2024-05-06T07:08:09Z", {"Provider_Name=P"}},
        {"console", "{\"EventID\":1,\"Channel\":\"Security\",\"TimeCreated\":\"2024-05-06 07:08:09.5 UTC\"}", "windows/security", "2024-05-06T07:08:09.500Z",
         {"EventID=1"}},
        {"log analytics", "{\"TimeGenerated\":\"2024-05-06T07:08:09Z\",\"Computer\":\"PC\",\"Provider\":\"Microsoft-Windows-Sysmon\",\"Channel\":"
         "\"Microsoft-Windows-Sysmon/Operational\",\"EventData\":\"{\\\"Image\\\":\\\"C:\\\\\\\\a.exe\\\"}\",\"EventID\":1,\"Type\":\"WindowsEvent\"}",
         "windows/sysmon/process_creation", "2024-05-06T07:08:09Z", {"Image=C:\\a.exe", "Provider_Name=Microsoft-Windows-Sysmon"}},
        {"log analytics, XML", "{\"TimeGenerated\":\"2024-05-06T07:08:09Z\",\"Computer\":\"PC\",\"EventSourceName\":\"Microsoft-Windows-Security-Auditing\","
         "\"Channel\":\"Security\",\"EventData\":\"\\u003cEventData xmlns=\\\"x\\\"\\u003e\\r\\n \\u003cData Name=\\\"NewProcessName\\\"\\u003ea&amp;b"
         "\\u003c/Data\\u003e\\u003c/EventData\\u003e\",\"EventID\":4688}",
         "windows/security/process_creation", "2024-05-06T07:08:09Z", {"NewProcessName=a&b"}},
        {"sysmon for linux", "{\"message\":\"<Event><System><Provider Name=\\\"Linux-Sysmon\\\"/><EventID>1</EventID><TimeCreated SystemTime=\\\""
         "2024-05-06T07:08:09.5Z\\\"/><Channel>Linux-Sysmon/Operational</Channel></System><EventData><Data Name=\\\"CommandLine\\\">id -a</Data>"
         "</EventData></Event>\",\"host\":\"h\"}",
         "linux/sysmon/process_creation", "2024-05-06T07:08:09.500Z", {"CommandLine=id -a", "EventID=1", "host=h"}},
        {"splunk", "{\"preview\":false,\"offset\":0,\"result\":{\"_time\":\"x\",\"EventID\":\"4624\",\"Channel\":\"Security\",\"TargetUserName\":\"bob\"}}",
         "windows/security", " ", {"TargetUserName=bob", "EventID=4624"}},
        {"chainsaw", "{\"group\":\"Sigma\",\"document\":{\"kind\":\"evtx\",\"data\":{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"Security\",\"Provider\":"
         "{\"#attributes\":{\"Name\":\"P\"}}},\"EventData\":{\"A\":\"b\"}}}}}",
         "windows/security", " ", {"A=b", "document.kind=evtx"}},
        {"rpc firewall", "{\"EventLog\":\"RPCFW\",\"EventID\":3,\"InterfaceUuid\":\"u\",\"OpNum\":1}", "rpc_firewall", " ", {"OpNum=1"}},
    };
    CHECK_ALL(samples);
}

/* Windows events that name neither channel nor provider, and what only looks like them. */
static void test_bare_windows(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"process", "{\"EventID\":1,\"Image\":\"C:\\\\a.exe\",\"CommandLine\":\"a\",\"ProcessGuid\":\"{1}\","
         "\"UtcTime\":\"2024-05-06 07:08:09.123\",\"Hostname\":\"PC\"}",
         "windows/sysmon/process_creation", "2024-05-06T07:08:09.123Z", {"CommandLine=a", "Computer=PC"}},
        {"process, id as text", "{\"EventID\":\"1\",\"Image\":\"C:\\\\a.exe\",\"ParentImage\":\"C:\\\\b.exe\"}",
         "windows/sysmon/process_creation", " ", {"EventID=1"}},
        {"process of linux", "{\"EventID\":1,\"Image\":\"/bin/a\",\"ParentImage\":\"/bin/b\"}",
         "linux/sysmon/process_creation", " ", {"Image=/bin/a"}},
        {"4688", "{\"EventId\":4688,\"NewProcessName\":\"C:\\\\a.exe\",\"@timestamp\":\"2024-05-06T07:08:09Z\"}",
         "windows/security/process_creation", "2024-05-06T07:08:09Z", {"NewProcessName=C:\\a.exe"}},
        {"logon", "{\"EventID\":4624,\"LogonType\":3,\"TargetUserName\":\"bob\"}", "windows/security", " ", {"LogonType=3"}},
        {"account", "{\"EventID\":4720,\"TargetUserName\":\"a\",\"SubjectUserName\":\"b\",\"SubjectUserSid\":\"S-1-5\"}",
         "windows/security", " ", {"TargetUserName=a"}},
        {"script", "{\"EventID\":4104,\"ScriptBlockText\":\"x\"}", "windows/powershell/script", " ", {"ScriptBlockText=x"}},
        {"service", "{\"EventID\":7045,\"ServiceName\":\"a\",\"ImagePath\":\"b\",\"StartType\":\"auto start\"}",
         "windows/system", " ", {"ImagePath=b"}},
        {"wmi", "{\"EventID\":20,\"RuleName\":\"-\",\"UtcTime\":\"2024-05-06 07:08:09.123\",\"Operation\":\"Created\"}",
         "windows/sysmon/wmi_event", "2024-05-06T07:08:09.123Z", {"Operation=Created"}},
        {"another event of that name", "{\"EventID\":1,\"name\":\"started\",\"ts\":1714979289}", "json",
         "2024-05-06T07:08:09Z", {"name=started"}},
        {"a camera's picture", "{\"EventID\":7,\"Image\":\"front.jpg\",\"time\":\"2024-05-06T07:08:09Z\"}", "json",
         "2024-05-06T07:08:09Z", {"Image=front.jpg"}},
        {"another product's user", "{\"EventID\":4624,\"TargetUserName\":\"bob\"}", "json", " ", {"EventID=4624"}},
        {"another product's time", "{\"EventID\":3,\"UtcTime\":\"2024-05-06 07:08:09\",\"Status\":\"ok\"}", "json", " ",
         {"Status=ok"}},
        {"no event id", "{\"Image\":\"C:\\\\a.exe\",\"ParentImage\":\"C:\\\\b.exe\",\"CommandLine\":\"a\"}", "json", " ",
         {"CommandLine=a"}},
        {"cloudtrail has an eventID, too", "{\"eventID\":\"e\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\","
         "\"awsRegion\":\"r\"}",
         "aws/cloudtrail", " ", {"eventID=e"}},
    };
    CHECK_ALL(samples);
}

static void test_clouds(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"cloudtrail", "{\"Records\":[{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"Root\",\"arn\":\"a\"},\"eventTime\":\"2024-05-06T07:08:09Z\","
         "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"PutBucketVersioning\",\"awsRegion\":\"x\",\"requestParameters\":"
         "{\"Versioning\":{\"Status\":\"Suspended\"}},\"responseElements\":null}]}",
         "aws/cloudtrail", "2024-05-06T07:08:09Z",
         {"userIdentity.type=Root", "requestParameters={\"Versioning\":{\"Status\":\"Suspended\"}}", "requestParameters.Versioning.Status=Suspended",
          "responseElements=null:null"}},
        {"lookup-events", "{\"Events\":[{\"EventId\":\"1\",\"EventName\":\"x\",\"CloudTrailEvent\":\"{\\\"eventSource\\\":\\\"iam.amazonaws.com\\\",\\\"eventName\\\":"
         "\\\"CreateUser\\\",\\\"awsRegion\\\":\\\"r\\\",\\\"eventTime\\\":\\\"2024-05-06T07:08:09Z\\\"}\"}]}",
         "aws/cloudtrail", "2024-05-06T07:08:09Z", {"eventName=CreateUser"}},
        {"entra sign-in", "{\"records\":[{\"time\":\"2024-05-06T07:08:09.1Z\",\"resourceId\":\"/t\",\"operationName\":\"Sign-in activity\",\"category\":"
         "\"SignInLogs\",\"resultType\":\"50126\",\"callerIpAddress\":\"192.0.2.1\",\"properties\":{\"userPrincipalName\":\"u\",\"status\":{\"errorCode\":50126}}}]}",
         "azure/signinlogs/diagnostic", "2024-05-06T07:08:09.100Z", {"resultType=50126", "properties.status.errorCode=50126"}},
        {"entra audit", "{\"time\":\"2024-05-06T07:08:09Z\",\"operationName\":\"Add user\",\"category\":\"AuditLogs\",\"properties\":{\"activityDisplayName\":"
         "\"Add user\",\"targetResources\":[{\"displayName\":\"d\"}]}}",
         "azure/auditlogs/diagnostic", "2024-05-06T07:08:09Z", {"properties.targetResources=[{\"displayName\":\"d\"}]", "properties.targetResources.displayName=d"}},
        {"azure activity", "{\"time\":\"2024-05-06T07:08:09Z\",\"resourceId\":\"/S\",\"operationName\":\"MICROSOFT.COMPUTE/X\",\"category\":\"Administrative\","
         "\"properties\":\"{\\\"message\\\":\\\"m\\\"}\"}",
         "azure/activitylogs", "2024-05-06T07:08:09Z", {"properties.message=m"}},
        {"azure activity, API", "[{\"caller\":\"c\",\"eventTimestamp\":\"2024-05-06T07:08:09Z\",\"operationName\":{\"value\":\"V\",\"localizedValue\":\"L\"}}]",
         "azure/activitylogs", "2024-05-06T07:08:09Z", {"operationName=V"}},
        {"graph sign-in", "{\"@odata.context\":\"c\",\"value\":[{\"id\":\"1\",\"createdDateTime\":\"2024-05-06T07:08:09Z\",\"userPrincipalName\":\"u\","
         "\"appDisplayName\":\"a\",\"status\":{\"errorCode\":0}}]}",
         "azure/signinlogs", "2024-05-06T07:08:09Z", {"status.errorCode=0"}},
        {"graph audit", "{\"activityDateTime\":\"2024-05-06T07:08:09Z\",\"activityDisplayName\":\"Add member to role\",\"loggedByService\":\"Core Directory\"}",
         "azure/auditlogs", "2024-05-06T07:08:09Z", {"loggedByService=Core Directory"}},
        {"risk", "{\"riskEventType\":\"unfamiliarFeatures\",\"activityDateTime\":\"2024-05-06T07:08:09Z\"}", "azure/riskdetection", "2024-05-06T07:08:09Z", {0}},
        {"pim", "{\"riskEventType\":\"tooManyGlobalAdminsAssignedToTenantAlertIncident\",\"createdDateTime\":\"2024-05-06T07:08:09Z\"}", "azure/pim",
         "2024-05-06T07:08:09Z", {0}},
        {"table", "{\"TimeGenerated\":\"2024-05-06T07:08:09Z\",\"OperationName\":\"x\",\"ResultType\":\"0\",\"Type\":\"SigninLogs\"}", "azure/signinlogs/diagnostic",
         "2024-05-06T07:08:09Z", {"OperationName=x"}},
        {"okta", "[{\"actor\":{\"alternateId\":\"a@b\"},\"eventType\":\"user.session.start\",\"published\":\"2024-05-06T07:08:09.123Z\",\"displayMessage\":\"d\","
         "\"target\":[{\"displayName\":\"x\"},{\"displayName\":\"y\"}]}]",
         "okta/okta", "2024-05-06T07:08:09.123Z", {"actor.alternateId=a@b", "target.displayName=y"}},
        {"m365", "{\"CreationTime\":\"2024-05-06T07:08:09\",\"Operation\":\"New-InboxRule\",\"Workload\":\"Exchange\",\"RecordType\":1,\"Parameters\":"
         "[{\"Name\":\"ForwardTo\",\"Value\":\"x\"}],\"ExtendedProperties\":[{\"Name\":\"RequestType\",\"Value\":\"Cmsi:Cmsi\"}]}",
         "m365/exchange", "2024-05-06T07:08:09Z",
         {"Parameters=[{\"Name\":\"ForwardTo\",\"Value\":\"x\"}]", "Parameters.Name=ForwardTo", "RequestType=Cmsi:Cmsi"}},
        {"m365 export", "{\"RecordType\":\"15\",\"UserIds\":\"u\",\"AuditData\":\"{\\\"CreationTime\\\":\\\"2024-05-06T07:08:09\\\",\\\"Operation\\\":"
         "\\\"UserLoggedIn\\\",\\\"Workload\\\":\\\"AzureActiveDirectory\\\"}\"}",
         "m365/audit", "2024-05-06T07:08:09Z", {"Operation=UserLoggedIn"}},
        {"gcp", "{\"insertId\":\"i\",\"logName\":\"l\",\"protoPayload\":{\"@type\":\"t\",\"methodName\":\"m\",\"serviceName\":\"s\"},\"timestamp\":"
         "\"2024-05-06T07:08:09.5Z\"}",
         "gcp/audit", "2024-05-06T07:08:09.500Z", {"protoPayload.methodName=m"}},
        {"gcp, wrapped", "{\"data\":{\"protoPayload\":{\"methodName\":\"m\"},\"timestamp\":\"2024-05-06T07:08:09Z\",\"x\":1}}", "gcp/audit",
         "2024-05-06T07:08:09Z", {"protoPayload.methodName=m", "data.x=1"}},
        {"workspace", "{\"protoPayload\":{\"serviceName\":\"admin.googleapis.com\",\"methodName\":\"m\",\"metadata\":{\"event\":[{\"eventName\":\"E\"}]}},"
         "\"timestamp\":\"2024-05-06T07:08:09Z\"}",
         "google_workspace/admin", "2024-05-06T07:08:09Z", {"protoPayload.metadata.event.eventName=E"}},
        {"workspace activity", "{\"items\":[{\"kind\":\"admin#reports#activity\",\"id\":{\"time\":\"2024-05-06T07:08:09Z\",\"applicationName\":\"login\"},\"events\":"
         "[{\"type\":\"login\",\"name\":\"login_failure\"}]}]}",
         "google_workspace/login", "2024-05-06T07:08:09Z", {"protoPayload.metadata.event.eventName=login_failure"}},
        {"github", "{\"@timestamp\":1714979289500,\"_document_id\":\"d\",\"action\":\"repo.destroy\",\"actor\":\"a\"}", "github/audit",
         "2024-05-06T07:08:09.500Z", {"action=repo.destroy"}},
        {"bitbucket", "{\"auditType\":{\"category\":\"Projects\",\"action\":\"x\"},\"timestamp\":{\"epochSecond\":1714979289,\"nano\":5}}", "bitbucket/audit",
         "2024-05-06T07:08:09Z", {"auditType.category=Projects"}},
        {"kubernetes", "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{\"level\":\"Metadata\",\"auditID\":\"x\",\"stage\":\"ResponseComplete\","
         "\"verb\":\"create\",\"objectRef\":{\"resource\":\"pods\"},\"requestReceivedTimestamp\":\"2024-05-06T07:08:09.5Z\"}]}",
         "kubernetes/audit", "2024-05-06T07:08:09.500Z", {"objectRef.resource=pods"}},
        {"duo", "{\"event_type\":\"authentication\",\"reason\":\"bypass_user\",\"result\":\"success\",\"isotimestamp\":\"2024-05-06T07:08:09.5+00:00\",\"txid\":\"t\"}",
         "cisco/duo", "2024-05-06T07:08:09.500Z", {"reason=bypass_user"}},
        {"onelogin", "{\"id\":1,\"created_at\":\"2024-05-06T07:08:09.000Z\",\"account_id\":3,\"event_type_id\":532}", "onelogin/events", "2024-05-06T07:08:09Z",
         {"event_type_id=532"}},
    };
    CHECK_ALL(samples);
}

static void test_hosts_and_networks(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"zeek", "{\"_path\":\"http\",\"ts\":1714979289.5,\"uid\":\"C\",\"id.orig_h\":\"192.0.2.1\",\"method\":\"GET\",\"uri\":\"/\"}", "zeek/http",
         "2024-05-06T07:08:09.500Z", {"id.orig_h=192.0.2.1"}},
        {"zeek, no path", "{\"ts\":\"2024-05-06T07:08:09.500000Z\",\"uid\":\"C\",\"id.orig_h\":\"1.1.1.1\",\"conn_state\":\"SF\"}", "zeek/conn",
         "2024-05-06T07:08:09.500Z", {0}},
        {"zeek, shipped", "{\"@stream\":\"dns\",\"ts\":1714979289.5,\"uid\":\"C\",\"id_orig_h\":\"1.1.1.1\",\"query\":\"q\"}", "zeek/dns",
         "2024-05-06T07:08:09.500Z", {"id.orig_h=1.1.1.1", "id_orig_h=1.1.1.1"}},
        {"suricata", "{\"timestamp\":\"2024-05-06T07:08:09.500000+0000\",\"flow_id\":1,\"event_type\":\"alert\",\"alert\":{\"signature\":\"s\"}}", "suricata/alert",
         "2024-05-06T07:08:09.500Z", {"alert.signature=s"}},
        {"suricata, other", "{\"timestamp\":\"2024-05-06T07:08:09Z\",\"flow_id\":1,\"event_type\":\"new/kind\"}", "suricata", "2024-05-06T07:08:09Z", {0}},
        {"journald", "{\"__REALTIME_TIMESTAMP\":\"1714979289500000\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"MESSAGE\":[27,65,66],\"_PID\":\"5\"}", "linux/sshd",
         "2024-05-06T07:08:09.500Z", {"MESSAGE=\x1b"
                                      "AB", "_PID=5"}},
        {"laurel", "{\"ID\":\"1714979289.500:9\",\"SYSCALL\":{\"exe\":\"/bin/id\",\"comm\":\"id\",\"syscall\":59,\"SYSCALL\":\"execve\",\"pid\":3,\"key\":\"k\"},"
         "\"EXECVE\":{\"argc\":2,\"ARGV\":[\"id\",\"-a\"]},\"PATH\":[{\"name\":\"/bin/id\",\"nametype\":\"NORMAL\"}]}",
         "linux/auditd/execve", "2024-05-06T07:08:09.500Z",
         {"exe=/bin/id", "SYSCALL=execve", "type=EXECVE", "a1=-a", "CommandLine=id -a", "Image=/bin/id", "name=/bin/id", "key=k"}},
        {"opencanary", "{\"dst_host\":\"h\",\"logtype\":4002,\"node_id\":\"n\",\"utc_time\":\"2024-05-06 07:08:09.500000\"}", "opencanary",
         "2024-05-06T07:08:09.500Z", {"logtype=4002"}},
        {"docker", "{\"log\":\"192.0.2.1 - - [06/May/2024:07:08:09 +0000] \\\"GET /a?b HTTP/1.1\\\" 200 5\\n\",\"stream\":\"stdout\",\"time\":"
         "\"2024-05-06T07:08:10Z\"}",
         "webserver", "2024-05-06T07:08:09Z", {"cs-uri=/a?b", "c-ip=192.0.2.1", "stream=stdout"}},
        {"docker, text", "{\"log\":\"java.lang.Error: x\\n\",\"stream\":\"stderr\",\"time\":\"2024-05-06T07:08:09.5Z\"}", "text",
         "2024-05-06T07:08:09.500Z", {"stream=stderr"}},
        {"docker, JSON inside", "{\"log\":\"{\\\"event_type\\\":\\\"dns\\\",\\\"timestamp\\\":\\\"2024-05-06T07:08:09Z\\\",\\\"flow_id\\\":3}\\n\",\"stream\":\"stdout\"}",
         "suricata/dns", "2024-05-06T07:08:09Z", {"flow_id=3", "stream=stdout"}},
        {"anything", "{\"timestamp\":\"2024-05-06 07:08:09\",\"level\":\"info\",\"message\":\"hello\"}", "json", "2024-05-06T07:08:09Z", {"message=hello"}},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i].name, "anything") != 0) {
            check(&samples[i]);
            continue;
        }
        const char *out = fixture_run("json", sw_str(samples[i].json), 1000);
        assert_non_null(strstr(out, "#1 json 2024-05-06T07:08:09Z "));
        assert_non_null(strstr(out, "note 1: time without zone\n"));
    }
}

static void test_web_servers(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"caddy", "{\"level\":\"info\",\"ts\":1714979289.5,\"logger\":\"http.log.access\",\"request\":{\"remote_ip\":\"192.0.2.1\",\"client_ip\":\"192.0.2.9\","
         "\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"host\":\"h:8443\",\"uri\":\"/a?x=%27\",\"headers\":{\"User-Agent\":[\"curl/7\"]}},\"size\":7,\"status\":404}",
         "webserver/caddy", "2024-05-06T07:08:09.500Z",
         {"c-ip=192.0.2.9", "cs-method=GET", "cs-uri=/a?x=%27", "cs-uri-stem=/a", "cs-query=x=%27", "cs-host=h", "sc-status=404", "cs-user-agent=curl/7"}},
        {"traefik", "{\"ClientHost\":\"192.0.2.1\",\"ClientUsername\":\"-\",\"RequestMethod\":\"GET\",\"RequestPath\":\"/a\",\"RequestHost\":\"h\",\"DownstreamStatus\":"
         "200,\"StartUTC\":\"2024-05-06T07:08:09.5Z\",\"request_User-Agent\":\"ua\"}",
         "webserver/traefik", "2024-05-06T07:08:09.500Z", {"cs-uri=/a", "sc-status=200", "cs-user-agent=ua", "cs-username=null:-"}},
        {"envoy", "{\":authority\":\"h\",\"bytes_sent\":9,\"downstream_remote_address\":\"192.0.2.1:59292\",\"method\":\"GET\",\"response_code\":200,\"response_flags\":\"-\","
         "\"start_time\":\"2024-05-06T07:08:09.5Z\",\"user-agent\":\"ua\",\"x-envoy-origin-path\":\"/i\"}",
         "webserver/envoy", "2024-05-06T07:08:09.500Z", {"c-ip=192.0.2.1", "c-port=59292", "cs-uri=/i", "cs-host=h", "sc-bytes=9"}},
        {"nginx", "{\"time_iso8601\":\"2024-05-06T07:08:09+00:00\",\"remote_addr\":\"192.0.2.1\",\"request\":\"POST /x?y HTTP/1.1\",\"status\":\"200\",\"body_bytes_sent\":"
         "\"3\",\"http_user_agent\":\"\\x22\",\"http_referer\":\"-\"}",
         "webserver/nginx", "2024-05-06T07:08:09Z", {"cs-method=POST", "cs-uri=/x?y", "sc-status=200", "cs-user-agent=\""}},
        {"nginx, apart", "{\"time_local\":\"06/May/2024:07:08:09 +0000\",\"remote_addr\":\"192.0.2.1\",\"request_method\":\"GET\",\"uri\":\"/x\",\"args\":\"y=1\",\"status\":200}",
         "webserver/nginx", "2024-05-06T07:08:09Z", {"cs-uri=/x?y=1", "cs-uri-stem=/x", "cs-query=y=1"}},
        {"load balancer", "{\"httpRequest\":{\"requestMethod\":\"GET\",\"requestUrl\":\"http://h/a?b\",\"status\":200,\"remoteIp\":\"192.0.2.1\"},\"timestamp\":"
         "\"2024-05-06T07:08:09Z\"}",
         "webserver", "2024-05-06T07:08:09Z", {"cs-uri=http://h/a?b", "cs-uri-stem=/a"}},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i].name, "nginx") == 0) { /* also says what it thinks of \x22 */
            const char *out = fixture_run("json", sw_str(samples[i].json), 1000);
            assert_non_null(strstr(out, "note 1: escape \\xHH\n"));
            assert_non_null(strstr(out, " cs-user-agent=\""));
            assert_non_null(strstr(out, " cs-uri=/x?y "));
            continue;
        }
        check(&samples[i]);
    }
}

/* What does not fit its own form stays a record of its own. */
static void test_inner_edges(void **state)
{
    (void)state;
    const char *out = fixture_run("json", SW_STR("{\"log\":\"{broken\",\"stream\":\"x\"}"), 100);
    assert_string_equal(out, "#1 text  log={broken stream=x\nnote 1: text that begins like JSON but is none\n");
    out = fixture_run("json", SW_STR("{\"message\":\"<Event></System>\"}"), 100);
    assert_string_equal(out, "#1 json  message=<Event></System>\nnote 1: text that begins like event XML but is none\n");
    out = fixture_run("json", SW_STR("{\"message\":\"<Event><System><Channel>Security</Channel><EventID>1</EventID></System><EventData>"
                                     "<Data Name=\\\"CommandLine\\\">cmd /c whoa\"}"), 1000);
    assert_non_null(strstr(out, " EventID=1 CommandLine=cmd /c whoa\nnote 1: event XML cut short\n"));
    out = fixture_run("json", SW_STR("{\"message\":\"{\\\"message\\\":\\\"{\\\\\\\"message\\\\\\\":1}\\\"}\"}"), 100);
    assert_non_null(strstr(out, "#1 json "));
    out = fixture_run("json", SW_STR("{\"EventData\":{\"a\":1},\"result\":{\"b\":2}}"), 100);
    assert_string_equal(out, "#1 json  a=1 result.b=2\n");
}

static void test_cri(void **state)
{
    (void)state;
    const char *out = fixture_run("cri", SW_STR("2024-05-06T07:08:09.5Z stdout F 192.0.2.1 - - [06/May/2024:07:08:10 +0000] \"GET /a HTTP/1.1\" 200 5\n"
                                                "2024-05-06T09:08:09.5+02:00 stderr F {\"event_type\":\"dns\",\"timestamp\":\"x\",\"flow_id\":3}\n"
                                                "2024-05-06T07:08:09.5Z stderr P java.lang.Error\n"
                                                "2024-05-06T07:08:09.5Z stdout F {no\n"
                                                "2024-05-06T07:08:09.5Z stdout F \n"
                                                "2024-05-06T07:08:09.5Z stdout X y\n"), 4096);
    assert_non_null(strstr(out, "#1 webserver 2024-05-06T07:08:10Z c-ip=192.0.2.1 "));
    assert_non_null(strstr(out, "#2 suricata/dns 2024-05-06T07:08:09.500Z stream=stderr event_type=dns "));
    assert_non_null(strstr(out, "#3 text 2024-05-06T07:08:09.500Z stream=stderr message=java.lang.Error\n"));
    assert_non_null(strstr(out, "#4 text 2024-05-06T07:08:09.500Z stream=stdout message={no\n"));
    assert_non_null(strstr(out, "#5 text 2024-05-06T07:08:09.500Z stream=stdout message=\n"));
    assert_non_null(strstr(out, "rejected 1: no container log line\n"));
    assert_non_null(strstr(out, "note 1: parts of lines, not joined\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),     cmocka_unit_test(test_bare_windows),
        cmocka_unit_test(test_clouds),      cmocka_unit_test(test_hosts_and_networks),
        cmocka_unit_test(test_web_servers), cmocka_unit_test(test_inner_edges),
        cmocka_unit_test(test_cri),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
