/* json_finish.c - what the shapes of Windows events and of cloud services need beyond their line in the table. */
#include "decode/json_shape_priv.h"

#include <pthread.h>

/* --- Windows -------------------------------------------------------------------------------------------- */

/* Names that forwarders give to what the event itself calls otherwise. A copy is added when the real name is not there. */
static const struct {
    uint16_t from, to; /* marks */
    const char *name;
} windows_names[] = {
    {J_EVENT_ID_OLD, J_EVENT_ID, "EventID"},
    {J_ID, J_EVENT_ID, "EventID"},
    {J_LOG_NAME_PS, J_CHANNEL, "Channel"},
    {J_LOG_NAME_OLD, J_CHANNEL, "Channel"},
    {J_EVENT_LOG, J_CHANNEL, "Channel"},
    {J_SOURCE_NAME, J_PROVIDER_NAME, "Provider_Name"},
    {J_PROVIDER_NAME_PS, J_PROVIDER_NAME, "Provider_Name"},
    {J_EVENT_SOURCE_NAME, J_PROVIDER_NAME, "Provider_Name"},
    {J_SOURCE_NAME_OLD, J_PROVIDER_NAME, "Provider_Name"},
    {J_PROVIDER, J_PROVIDER_NAME, "Provider_Name"},
    {J_HOSTNAME, J_COMPUTER, "Computer"},
    {J_MACHINE_NAME, J_COMPUTER, "Computer"},
    {J_COMPUTER_NAME_OLD, J_COMPUTER, "Computer"},
    {J_RECORD_NUMBER, J_EVENT_RECORD_ID, "EventRecordID"},
    {J_RECORD_NUMBER_OLD, J_EVENT_RECORD_ID, "EventRecordID"},
    {J_RECORD_ID, J_EVENT_RECORD_ID, "EventRecordID"},
    {J_EXECUTION_PROCESS_ID_NXLOG, J_EXECUTION_PROCESS_ID, "Execution_ProcessID"},
    {J_USER_ID_NXLOG, J_SECURITY_USER_ID, "Security_UserID"},
};

enum { WINDOWS_NAMES = sizeof windows_names / sizeof windows_names[0] };

enum { ID_OPERATION_NAME, ID_CATEGORY, ID_WORKSPACE_EVENT, ID_SERVICE, ID_COUNT };

static sw_field_id windows_ids[WINDOWS_NAMES];
static sw_field_id cloud_ids[ID_COUNT];
static pthread_once_t ids_once = PTHREAD_ONCE_INIT;

static void make_ids(void)
{
    for (size_t i = 0; i < WINDOWS_NAMES; i++)
        windows_ids[i] = sw_field_intern(sw_str(windows_names[i].name));
    cloud_ids[ID_OPERATION_NAME] = sw_field_intern(SW_STR("operationName"));
    cloud_ids[ID_CATEGORY] = sw_field_intern(SW_STR("category"));
    cloud_ids[ID_WORKSPACE_EVENT] = sw_field_intern(SW_STR("protoPayload.metadata.event.eventName"));
    cloud_ids[ID_SERVICE] = sw_field_intern(SW_STR("protoPayload.serviceName"));
}

void sw_json_finish_windows(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    (void)pthread_once(&ids_once, make_ids);
    for (size_t i = 0; i < WINDOWS_NAMES; i++) {
        unsigned to = windows_names[i].to;
        if (!sw_json_has(reader, windows_names[i].from) || sw_json_has(reader, to))
            continue;
        uint32_t slot = d->event.count;
        sw_json_copy(reader, d, windows_names[i].from, windows_ids[i]);
        if (d->event.count > slot) {
            reader->marks[to / 64] |= 1ull << (to % 64);
            reader->slot[to] = slot;
        }
    }
}

/* --- Google --------------------------------------------------------------------------------------------- */

/* Google Workspace writes its own audit logs through Google Cloud's. */
void sw_json_finish_gcp(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    struct sw_str service = sw_json_value(reader, J_GCP_SERVICE);
    if (sw_str_is(service, "admin.googleapis.com"))
        d->event.class_id = s->class_of[JC_GWS_ADMIN];
    else if (sw_str_is(service, "login.googleapis.com"))
        d->event.class_id = s->class_of[JC_GWS_LOGIN];
}

/* An activity of the Reports API: the same facts under other names. */
void sw_json_finish_workspace(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)pthread_once(&ids_once, make_ids);
    struct sw_str application = sw_json_value(reader, J_GWS_APPLICATION);
    if (sw_str_is(application, "login"))
        d->event.class_id = s->class_of[JC_GWS_LOGIN];
    struct sw_str service = sw_arena_printf(d->arena, "%.*s.googleapis.com", SW_STR_ARG(application));
    if (service.ptr != NULL)
        sw_event_add_str(&d->event, cloud_ids[ID_SERVICE], service);
    const struct sw_field *first = sw_json_marked(reader, J_GWS_EVENT);
    if (first == NULL)
        return;
    sw_field_id name = first->id;
    uint32_t count = d->event.count;
    for (uint32_t i = 0; i < count; i++) {
        struct sw_field field = d->event.fields[i];
        if (field.id == name)
            sw_event_add(&d->event, cloud_ids[ID_WORKSPACE_EVENT], (enum sw_type)field.type, field.ptr, field.len);
    }
}

/* --- Microsoft ------------------------------------------------------------------------------------------ */

void sw_json_finish_m365(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    struct sw_str workload = sw_json_value(reader, J_WORKLOAD);
    if (sw_str_is(workload, "Exchange"))
        d->event.class_id = s->class_of[JC_M365_EXCHANGE];
    else if (sw_str_is(workload, "SecurityComplianceCenter"))
        d->event.class_id = s->class_of[JC_M365_THREAT];
}

/* Alerts of Privileged Identity Management are risk events of their own kinds. */
static enum sw_json_class risk_class(struct sw_str type)
{
    return sw_str_iends(type, SW_STR("AlertIncident")) ? JC_AZ_PIM : JC_AZ_RISK;
}

void sw_json_finish_risk(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    d->event.class_id = s->class_of[risk_class(sw_json_value(reader, J_RISK_TYPE))];
}

/* A log's name, as category of a diagnostic setting or as table of a workspace. */
static enum sw_json_class azure_class(struct sw_str name, enum sw_json_class otherwise)
{
    if (sw_str_iends(name, SW_STR("SignInLogs")))
        return JC_AZ_SIGNIN;
    if (sw_str_ieq(name, SW_STR("AuditLogs")))
        return JC_AZ_AUDIT;
    if (sw_str_iends(name, SW_STR("RiskEvents")) || sw_str_ifind(name, SW_STR("Risky")) != SW_NPOS)
        return JC_AZ_RISK;
    if (sw_str_ieq(name, SW_STR("AzureActivity")))
        return JC_AZ_ACTIVITY;
    if (sw_str_ieq(name, SW_STR("OfficeActivity")))
        return JC_M365;
    if (sw_str_ieq(name, SW_STR("AWSCloudTrail")))
        return JC_CLOUDTRAIL;
    return otherwise;
}

void sw_json_finish_azure(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    enum sw_json_class class = azure_class(sw_json_value(reader, J_CATEGORY), JC_AZ_ACTIVITY);
    if (class == JC_AZ_RISK)
        class = risk_class(sw_json_value(reader, J_RISK_TYPE_PROPERTY));
    d->event.class_id = s->class_of[class];
}

void sw_json_finish_table(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    d->event.class_id = s->class_of[azure_class(sw_json_value(reader, J_AZ_TYPE), JC_JSON)];
}

/* The activity log's own API has an object where the diagnostic setting has its value. */
void sw_json_finish_activity(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)s;
    (void)pthread_once(&ids_once, make_ids);
    sw_json_copy(reader, d, J_OPERATION_NAME_VALUE, cloud_ids[ID_OPERATION_NAME]);
    sw_json_copy(reader, d, J_CATEGORY_VALUE, cloud_ids[ID_CATEGORY]);
}
