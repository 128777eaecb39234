/* entity.c - the table of field names that name entities, kept by field key. */
#include "event/entity.h"

#include <pthread.h>
#include <stdatomic.h>

static const char *const kind_names[SW_ENTITY_KINDS] = {"",        "host",   "account",  "address",    "process",   "file", "hash",
                                                        "domain",  "service", "session", "web_path",  "process_id", "account_id"};
static const char *const role_names[SW_ENTITY_ROLES] = {"", "at", "source", "destination", "actor", "target", "parent"};

#define E(field, kind, role) {field, SW_ENTITY_##kind, SW_ROLE_##role},
/* clang-format off */
static const struct {
    const char *field;
    enum sw_entity_kind kind;
    enum sw_entity_role role;
} table[] = {
    E("Computer", HOST, AT)
    E("Hostname", HOST, AT)
    E("host", HOST, AT)
    E("_HOSTNAME", HOST, AT)
    E("node", HOST, AT)
    E("WorkstationName", HOST, SOURCE)
    E("s-computername", HOST, AT)
    E("TargetServerName", HOST, DESTINATION)
    E("src_host", HOST, SOURCE)
    E("User", ACCOUNT, ACTOR)
    E("user", ACCOUNT, TARGET)
    E("src_user", ACCOUNT, ACTOR)
    E("TargetUserName", ACCOUNT, TARGET)
    E("SubjectUserName", ACCOUNT, ACTOR)
    E("SourceUser", ACCOUNT, ACTOR)
    E("TargetUser", ACCOUNT, TARGET)
    E("AccountName", ACCOUNT, TARGET)
    E("ParentUser", ACCOUNT, NONE)
    E("cs-username", ACCOUNT, ACTOR)
    E("userPrincipalName", ACCOUNT, ACTOR)
    E("properties.userPrincipalName", ACCOUNT, ACTOR)
    E("UserId", ACCOUNT, ACTOR)
    E("userIdentity.arn", ACCOUNT, ACTOR)
    E("actor.alternateId", ACCOUNT, ACTOR)
    E("actor_email", ACCOUNT, ACTOR)
    E("user.username", ACCOUNT, ACTOR)
    E("acct", ACCOUNT, TARGET)
    E("AUID", ACCOUNT, ACTOR)
    E("c-ip", ADDRESS, SOURCE)
    E("src_ip", ADDRESS, SOURCE)
    E("dst_ip", ADDRESS, DESTINATION)
    E("dest_ip", ADDRESS, DESTINATION)
    E("s-ip", ADDRESS, AT)
    E("SourceIp", ADDRESS, SOURCE)
    E("DestinationIp", ADDRESS, DESTINATION)
    E("SourceAddress", ADDRESS, SOURCE)
    E("DestAddress", ADDRESS, DESTINATION)
    E("IpAddress", ADDRESS, SOURCE)
    E("ClientAddress", ADDRESS, SOURCE)
    E("ClientIP", ADDRESS, SOURCE)
    E("id.orig_h", ADDRESS, SOURCE)
    E("id.resp_h", ADDRESS, DESTINATION)
    E("sourceIPAddress", ADDRESS, SOURCE)
    E("properties.ipAddress", ADDRESS, SOURCE)
    E("client.ipAddress", ADDRESS, SOURCE)
    E("x-forwarded-for", ADDRESS, SOURCE)
    E("rhost", ADDRESS, SOURCE)
    E("Image", PROCESS, TARGET)
    E("NewProcessName", PROCESS, TARGET)
    E("ProcessName", PROCESS, TARGET)
    E("ParentImage", PROCESS, PARENT)
    E("ParentProcessName", PROCESS, PARENT)
    E("SourceImage", PROCESS, PARENT)
    E("TargetImage", PROCESS, TARGET)
    E("exe", PROCESS, TARGET)
    E("TargetFilename", FILE, TARGET)
    E("ImageLoaded", FILE, TARGET)
    E("FileName", FILE, TARGET)
    E("Hashes", HASH, TARGET)
    E("QueryName", DOMAIN, DESTINATION)
    E("DestinationHostname", DOMAIN, DESTINATION)
    E("query", DOMAIN, DESTINATION)
    E("cs-host", DOMAIN, AT)
    E("dst_host", DOMAIN, DESTINATION)
    E("server_name", DOMAIN, DESTINATION)
    E("ServiceName", SERVICE, TARGET)
    E("TaskName", SERVICE, TARGET)
    E("TargetLogonId", SESSION, TARGET)
    E("SubjectLogonId", SESSION, ACTOR)
    E("LogonId", SESSION, ACTOR)
    E("LogonGuid", SESSION, ACTOR)
    E("cs-uri-stem", WEB_PATH, TARGET)
    E("ProcessGuid", PROCESS_ID, TARGET)
    E("SourceProcessGUID", PROCESS_ID, PARENT)
    E("TargetProcessGUID", PROCESS_ID, TARGET)
    E("ParentProcessGuid", PROCESS_ID, PARENT)
    E("TargetUserSid", ACCOUNT_ID, TARGET)
    E("SubjectUserSid", ACCOUNT_ID, ACTOR)
    E("TargetSid", ACCOUNT_ID, TARGET)
};
/* clang-format on */
#undef E

/* Kinds and roles by field key. Keys of the table are interned at first use, hence low. */
enum { KEYS = SW_FIELD_FIXED_COUNT + sizeof table / sizeof table[0] + 4096 };
static unsigned char kinds[KEYS];
static unsigned char roles[KEYS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        sw_field_id key = sw_field_key(sw_field_intern(sw_str(table[i].field)));
        if (key < KEYS) {
            kinds[key] = (unsigned char)table[i].kind;
            roles[key] = (unsigned char)table[i].role;
        }
    }
}

struct sw_str sw_entity_name(enum sw_entity_kind kind)
{
    return sw_str(kind_names[kind]);
}

struct sw_str sw_entity_role_name(enum sw_entity_role role)
{
    return sw_str(role_names[role]);
}

enum sw_entity_kind sw_entity_part_of(sw_field_id field, enum sw_entity_role *role)
{
    static atomic_bool started;
    if (!atomic_load_explicit(&started, memory_order_acquire)) {
        (void)pthread_once(&once, start);
        atomic_store_explicit(&started, true, memory_order_release);
    }
    sw_field_id key = sw_field_key(field);
    *role = key < KEYS ? (enum sw_entity_role)roles[key] : SW_ROLE_NONE;
    return key < KEYS ? (enum sw_entity_kind)kinds[key] : SW_ENTITY_NONE;
}

enum sw_entity_kind sw_entity_of(sw_field_id field)
{
    enum sw_entity_role role;
    return sw_entity_part_of(field, &role);
}
