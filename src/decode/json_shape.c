/* json_shape.c - the table of shapes, and finding the one that fits. */
#include "decode/json_shape.h"

#include "base/hash.h"
#include "base/mem.h"
#include "decode/json_shape_priv.h"

#define ALL(...) .all = {__VA_ARGS__}
#define ANY(...) .any = {__VA_ARGS__}
#define TIMES(...) .times = {__VA_ARGS__}

/* Where a record's time stands when nothing more is known. */
#define SOME_TIMES J_AT_TIMESTAMP, J_TIMESTAMP, J_TIME, J_TS, J_TIMESTAMP_UPPER, J_TIME_GENERATED

/* A Windows event that names neither its channel nor its provider: told by an event id together with names that only such
 * events have. Which event it is, the mapping says (windows/unknown). */
#define BARE_TIMES J_TIME_CREATED, J_UTC_TIME, J_AT_TIMESTAMP, J_TIME_GENERATED, J_TIMESTAMP, J_TIME
#define BARE(...) \
    {"windows", __VA_ARGS__, TIMES(BARE_TIMES), JC_WINDOWS, .finish = sw_json_finish_windows}

/* From the most to the least particular: a record that fits two is taken by the first. */
static const struct sw_json_shape shapes[] = {
    {"rpc_firewall", ALL(J_EVENT_LOG, J_INTERFACE_UUID), TIMES(SOME_TIMES), JC_RPC_FIREWALL, .finish = sw_json_finish_windows},
    {"winlogbeat", ALL(J_WINLOG, J_EVENT_ID), TIMES(J_TIME_CREATED, J_AT_TIMESTAMP), JC_WINDOWS,
     .finish = sw_json_finish_windows},
    {"windows", ALL(J_EVENT_ID), ANY(J_CHANNEL, J_PROVIDER_NAME, J_SOURCE_NAME, J_PROVIDER_NAME_PS, J_EVENT_SOURCE_NAME,
     J_EVENT_LOG), TIMES(J_TIME_CREATED, J_UTC_TIME, J_AT_TIMESTAMP, J_TIME_GENERATED, J_EVENT_TIME_NXLOG, J_TIMESTAMP),
     JC_WINDOWS, .finish = sw_json_finish_windows},
    {"windows", ALL(J_EVENT_ID), ANY(J_PROVIDER, J_COMPUTER, J_MACHINE_NAME, J_EVENT_DATA),
     TIMES(J_TIME_CREATED, J_UTC_TIME, J_AT_TIMESTAMP, J_TIME_GENERATED, J_EVENT_TIME_NXLOG, J_TIMESTAMP), JC_WINDOWS,
     .finish = sw_json_finish_windows},
    {"windows", ALL(J_EVENT_ID_LOWER), ANY(J_CHANNEL, J_PROVIDER_NAME, J_PROVIDER_NAME_PS, J_LOG_NAME_PS),
     TIMES(J_TIME_CREATED, J_UTC_TIME, J_AT_TIMESTAMP, J_TIMESTAMP), JC_WINDOWS, .finish = sw_json_finish_windows},
    {"windows", ALL(J_ID, J_PROVIDER_NAME_PS, J_LOG_NAME_PS), TIMES(J_TIME_CREATED), JC_WINDOWS,
     .finish = sw_json_finish_windows},
    {"windows", ALL(J_EVENT_ID_OLD, J_SOURCE_NAME_OLD, J_LOG_NAME_OLD), TIMES(J_AT_TIMESTAMP), JC_WINDOWS,
     .finish = sw_json_finish_windows},
    BARE(ALL(J_EVENT_ID), ANY(J_PROCESS_GUID, J_NEW_PROCESS_NAME, J_SUBJECT_USER_SID, J_SUBJECT_LOGON_ID,
                              J_SCRIPT_BLOCK_TEXT)),
    BARE(ALL(J_EVENT_ID_LOWER), ANY(J_PROCESS_GUID, J_NEW_PROCESS_NAME, J_SUBJECT_USER_SID, J_SUBJECT_LOGON_ID,
                                    J_SCRIPT_BLOCK_TEXT)),
    BARE(ALL(J_EVENT_ID, J_UTC_TIME), ANY(J_IMAGE, J_RULE_NAME)),
    BARE(ALL(J_EVENT_ID, J_IMAGE), ANY(J_PARENT_IMAGE, J_DESTINATION_IP, J_IMAGE_LOADED, J_TARGET_FILENAME,
                                       J_TARGET_OBJECT, J_PIPE_NAME)),
    BARE(ALL(J_EVENT_ID, J_IMAGE, J_QUERY_NAME)),
    BARE(ALL(J_EVENT_ID, J_SOURCE_IMAGE, J_TARGET_IMAGE)),
    BARE(ALL(J_EVENT_ID, J_TARGET_USER_NAME), ANY(J_LOGON_TYPE, J_TARGET_LOGON_ID, J_TICKET_OPTIONS,
                                                  J_SUBJECT_USER_NAME)),
    BARE(ALL(J_EVENT_ID, J_CONTEXT_INFO, J_PAYLOAD)),
    BARE(ALL(J_EVENT_ID, J_SERVICE_NAME, J_IMAGE_PATH), ANY(J_SERVICE_TYPE, J_START_TYPE)),
    {"cloudtrail", ALL(J_AWS_EVENT_SOURCE, J_AWS_EVENT_NAME), ANY(J_AWS_EVENT_VERSION, J_AWS_REGION, J_AWS_RECIPIENT,
     J_AWS_IDENTITY), TIMES(J_EVENT_TIME), JC_CLOUDTRAIL, true},
    {"kubernetes", ALL(J_K8S_AUDIT_ID, J_K8S_VERB), TIMES(J_K8S_RECEIVED, J_K8S_STAGE_TIME), JC_KUBERNETES, true},
    {"gcp", ANY(J_GCP_METHOD, J_GCP_TYPE), TIMES(J_TIMESTAMP, J_GCP_DATA_TIMESTAMP, J_RECEIVE_TIMESTAMP), JC_GCP, true,
     sw_json_finish_gcp},
    {"google_workspace", ALL(J_GWS_APPLICATION, J_GWS_EVENT), TIMES(J_GWS_TIME), JC_GWS_ADMIN, true, sw_json_finish_workspace},
    {"okta", ALL(J_EVENT_TYPE_CAMEL, J_PUBLISHED), ANY(J_OKTA_ACTOR, J_OKTA_DISPLAY, J_OKTA_LEGACY), TIMES(J_PUBLISHED), JC_OKTA,
     true},
    {"m365", ALL(J_OPERATION), ANY(J_WORKLOAD, J_RECORD_TYPE, J_USER_TYPE, J_ORGANIZATION), TIMES(J_CREATION_TIME), JC_M365, true,
     sw_json_finish_m365},
    {"azure", ALL(J_OPERATION_NAME, J_CATEGORY), ANY(J_PROPERTIES, J_TENANT_ID, J_RESOURCE_ID, J_RESULT_TYPE, J_CALLER_IP),
     TIMES(J_TIME, J_AZ_EVENT_TIMESTAMP), JC_AZ_ACTIVITY, true, sw_json_finish_azure},
    {"azure", ALL(J_OPERATION_NAME_VALUE), ANY(J_EVENT_DATA_ID, J_AZ_EVENT_TIMESTAMP, J_CALLER), TIMES(J_AZ_EVENT_TIMESTAMP),
     JC_AZ_ACTIVITY, true, sw_json_finish_activity},
    {"azure", ALL(J_RISK_TYPE), TIMES(J_ACTIVITY_TIME, J_DETECTED, J_CREATED, J_TIME), JC_AZ_RISK, true, sw_json_finish_risk},
    {"azure", ALL(J_UPN, J_CREATED), ANY(J_APP_NAME, J_CLIENT_APP, J_CA_STATUS), TIMES(J_CREATED), JC_AZ_SIGNIN, true},
    {"azure", ALL(J_ACTIVITY_NAME), ANY(J_LOGGED_BY, J_ACTIVITY_TIME), TIMES(J_ACTIVITY_TIME), JC_AZ_AUDIT, true},
    {"syslog_table", ALL(J_SYSLOG_MESSAGE, J_PROCESS_NAME), TIMES(J_EVENT_TIME_NXLOG, J_TIME_GENERATED), JC_SYSLOG, true,
     sw_json_finish_syslog_table},
    {"azure_table", ALL(J_AZ_TYPE, J_TIME_GENERATED), TIMES(J_TIME_GENERATED), JC_JSON, true, sw_json_finish_table},
    {"github", ALL(J_ACTION, J_ACTOR), ANY(J_DOCUMENT_ID, J_OPERATION_TYPE, J_ORG_ID, J_ACTOR_COUNTRY),
     TIMES(J_AT_TIMESTAMP, J_CREATED_AT), JC_GITHUB, true},
    {"bitbucket", ALL(J_AUDIT_ACTION, J_AUDIT_CATEGORY), TIMES(J_TIMESTAMP, J_TIMESTAMP_SECOND), JC_BITBUCKET, true},
    {"opencanary", ALL(J_CANARY_TYPE, J_CANARY_NODE), TIMES(J_CANARY_UTC, J_CANARY_LOCAL), JC_OPENCANARY, true},
    {"duo", ALL(J_EVENT_TYPE, J_REASON), ANY(J_DUO_TXID, J_DUO_DEVICE, J_DUO_FACTOR, J_ISOTIMESTAMP),
     TIMES(J_ISOTIMESTAMP, J_TIMESTAMP), JC_DUO, true},
    {"onelogin", ALL(J_ONELOGIN_EVENT), ANY(J_ONELOGIN_ACCOUNT, J_CREATED_AT, J_EVENT_TIMESTAMP),
     TIMES(J_CREATED_AT, J_EVENT_TIMESTAMP), JC_ONELOGIN, true},
    {"suricata", ALL(J_EVENT_TYPE, J_TIMESTAMP), ANY(J_FLOW_ID, J_SRC_IP, J_IN_IFACE, J_SURICATA_STATS), TIMES(J_TIMESTAMP),
     JC_SURICATA, .finish = sw_json_finish_suricata},
    {"zeek", ANY(J_ZEEK_PATH, J_ZEEK_STREAM), TIMES(J_TS, J_ZEEK_WRITE_TS, J_AT_TIMESTAMP, J_TIMESTAMP), JC_ZEEK, true,
     sw_json_finish_zeek},
    {"zeek", ALL(J_TS), ANY(J_ORIG_H, J_ORIG_H_FLAT, J_FUID, J_ZEEK_CERT, J_ZEEK_NOTE), TIMES(J_TS), JC_ZEEK, true,
     sw_json_finish_zeek},
    {"journald", ALL(J_JOURNAL_TIME), TIMES(J_JOURNAL_SOURCE_TIME, J_JOURNAL_TIME), JC_JOURNALD, true, sw_json_finish_journal},
    {"laurel", ALL(J_LAUREL_ID), ANY(J_LAUREL_SYSCALL, J_LAUREL_EXECVE, J_LAUREL_PATH), .class_id = JC_AUDITD,
     .finish = sw_json_finish_laurel},
};

/* "Some JSON": fits everything. */
static const struct sw_json_shape fallback = {.name = "json", TIMES(SOME_TIMES), JC_JSON};

/* --- finding it ----------------------------------------------------------------------------------------- */

static bool fits(const struct sw_json_shape *shape, const struct sw_json_reader *reader)
{
    for (size_t i = 0; i < SW_JSON_SHAPE_ALL && shape->all[i] != SW_JSON_MARK_NONE; i++)
        if (!sw_json_has(reader, shape->all[i]))
            return false;
    bool wanted = shape->any[0] != SW_JSON_MARK_NONE;
    for (size_t i = 0; i < SW_JSON_SHAPE_ANY && shape->any[i] != SW_JSON_MARK_NONE; i++)
        if (sw_json_has(reader, shape->any[i]))
            return true;
    return !wanted;
}

static const struct sw_json_shape *find(const struct sw_json_reader *reader)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (fits(&shapes[i], reader))
            return &shapes[i];
    for (const struct sw_json_shape *shape = sw_json_web_shapes; shape->name != NULL; shape++)
        if (fits(shape, reader))
            return shape;
    return &fallback;
}

static const struct sw_json_shape *recall(struct sw_json_shapes *s, const struct sw_json_reader *reader)
{
    uint64_t mixed = 0;
    for (size_t i = 0; i < SW_JSON_MARKS / 64; i++)
        mixed = (mixed ^ reader->marks[i]) * 0x9e3779b97f4a7c15u;
    size_t slot = mixed >> 58;
    if (s->known[slot].shape == NULL || memcmp(s->known[slot].marks, reader->marks, sizeof reader->marks) != 0) {
        memcpy(s->known[slot].marks, reader->marks, sizeof reader->marks);
        s->known[slot].shape = find(reader);
    }
    return s->known[slot].shape;
}

/* --- times ---------------------------------------------------------------------------------------------- */

/* PowerShell's ConvertTo-Json: /Date(1714550000123)/, milliseconds. */
static struct sw_str dotnet_date(struct sw_str text)
{
    static const struct sw_str prefix = SW_STR_INIT("/Date(");
    if (!sw_str_starts(text, prefix))
        return text;
    text = sw_str_from(text, prefix.len);
    size_t end = 0;
    while (end < text.len && sw_is_digit(text.ptr[end]))
        end++;
    return sw_str_slice(text, 0, end);
}

/* "2024-05-06 07:08:09 +0000" and "... UTC", which Fluent Bit and cloud consoles write. */
static int spaced_zone(struct sw_str text, int64_t *time, bool *zoned)
{
    char joined[48];
    size_t space = text.len;
    while (space > 16 && text.ptr[space - 1] != ' ')
        space--;
    if (space <= 16 || text.len > sizeof joined)
        return SW_E_FORMAT;
    struct sw_str zone = sw_str_from(text, space);
    if (sw_str_is(zone, "UTC") || sw_str_is(zone, "GMT") || sw_str_is(zone, "Z")) {
        int rc = sw_time_iso(sw_str_slice(text, 0, space - 1), time, zoned);
        *zoned = true;
        return rc;
    }
    memcpy(joined, text.ptr, space - 1);
    memcpy(joined + space - 1, zone.ptr, zone.len);
    return sw_time_iso(sw_strn(joined, text.len - 1), time, zoned);
}

static int read_time(struct sw_str text, int64_t *time, bool *zoned)
{
    *zoned = true;
    text = dotnet_date(text);
    if (text.len == 0)
        return SW_E_FORMAT;
    if (text.len < 16 || sw_is_digit(text.ptr[4]))
        return sw_time_epoch(text, time);
    if (text.ptr[2] == '/')
        return sw_time_clf(text, time, zoned);
    int rc = sw_time_iso(text, time, zoned);
    return rc == 0 ? 0 : spaced_zone(text, time, zoned);
}

static void set_time(const struct sw_json_shape *shape, const struct sw_json_reader *reader, struct sw_decode *d)
{
    bool found = false;
    for (size_t i = 0; i < SW_JSON_SHAPE_TIMES && shape->times[i] != SW_JSON_MARK_NONE; i++) {
        struct sw_str text = sw_json_value(reader, shape->times[i]);
        if (text.ptr == NULL)
            continue;
        found = true;
        bool zoned;
        int64_t time;
        if (read_time(text, &time, &zoned) != 0)
            continue;
        d->event.time = time;
        bool is_utc = zoned || shape->is_utc || shape->times[i] == J_UTC_TIME || shape->times[i] == J_TIME_CREATED;
        if (!is_utc) {
            d->event.time -= (int64_t)d->source->zone_offset * SW_SECOND;
            sw_decode_note(d, "time without zone");
        }
        return;
    }
    if (found)
        sw_decode_note(d, "time not understood");
}

/* --- the interface -------------------------------------------------------------------------------------- */

struct sw_str sw_json_value(const struct sw_json_reader *reader, unsigned mark)
{
    const struct sw_field *field = sw_json_marked(reader, mark);
    return field != NULL && field->type != SW_NULL ? sw_field_value(field) : (struct sw_str){NULL, 0};
}

void sw_json_copy(struct sw_json_reader *reader, struct sw_decode *d, unsigned mark, sw_field_id id)
{
    const struct sw_field *field = sw_json_marked(reader, mark);
    if (field != NULL)
        sw_event_add(&d->event, id, (enum sw_type)field->type, field->ptr, field->len);
}

sw_class_id sw_json_class_named(const struct sw_json_shapes *s, const char *prefix, struct sw_str name, sw_class_id otherwise)
{
    char text[96];
    size_t len = strlen(prefix);
    if (name.len == 0 || name.len > sizeof text - len - 1)
        return otherwise;
    memcpy(text, prefix, len);
    text[len++] = '/';
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!sw_is_alpha(c) && !sw_is_digit(c) && c != '_' && c != '-' && c != '.')
            return otherwise;
        text[len++] = c;
    }
    sw_class_id id = sw_classes_find(s->classes, sw_strn(text, len));
    return id != SW_CLASS_NONE ? id : otherwise;
}

bool sw_json_shape_apply(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    const struct sw_json_shape *shape = recall(s, reader);
    d->event.class_id = s->class_of[shape->class_id];
    set_time(shape, reader, d);
    if (shape->finish != NULL)
        shape->finish(s, reader, d);
    return shape != &fallback;
}

void sw_json_shapes_fini(struct sw_json_shapes *s)
{
    sw_free(s->log);
}

void sw_json_shapes_init(struct sw_json_shapes *s, const struct sw_classes *classes)
{
    static const struct {
        const char *name;
        enum sw_json_class otherwise;
    } table[JC_COUNT] = {
#define SW_JSON_CLASS_ROW(id, text, instead) [id] = {text, instead},
        SW_JSON_CLASSES(SW_JSON_CLASS_ROW)
#undef SW_JSON_CLASS_ROW
    };
    *s = (struct sw_json_shapes){.classes = classes};
    for (size_t i = 0; i < JC_COUNT; i++) {
        s->class_of[i] = sw_classes_find(classes, sw_str(table[i].name));
        if (s->class_of[i] == SW_CLASS_NONE && table[i].otherwise < i)
            s->class_of[i] = s->class_of[table[i].otherwise];
    }
}
