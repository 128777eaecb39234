/* entity.c - the table of field names that name entities, kept by field key. */
#include "event/entity.h"

#include <pthread.h>
#include <stdatomic.h>

static const char *const kind_names[SW_ENTITY_KINDS] = {"",     "host",   "account", "address", "process", "file",
                                                        "hash", "domain", "service", "session", "web_path"};

static const struct {
    const char *field;
    enum sw_entity_kind kind;
} table[] = {
    {"Computer", SW_ENTITY_HOST},
    {"Hostname", SW_ENTITY_HOST},
    {"host", SW_ENTITY_HOST},
    {"WorkstationName", SW_ENTITY_HOST},
    {"s-computername", SW_ENTITY_HOST},
    {"User", SW_ENTITY_ACCOUNT},
    {"user", SW_ENTITY_ACCOUNT},
    {"TargetUserName", SW_ENTITY_ACCOUNT},
    {"SubjectUserName", SW_ENTITY_ACCOUNT},
    {"SourceUser", SW_ENTITY_ACCOUNT},
    {"TargetUser", SW_ENTITY_ACCOUNT},
    {"AccountName", SW_ENTITY_ACCOUNT},
    {"ParentUser", SW_ENTITY_ACCOUNT},
    {"cs-username", SW_ENTITY_ACCOUNT},
    {"userPrincipalName", SW_ENTITY_ACCOUNT},
    {"UserId", SW_ENTITY_ACCOUNT},
    {"userIdentity.arn", SW_ENTITY_ACCOUNT},
    {"actor.alternateId", SW_ENTITY_ACCOUNT},
    {"actor_email", SW_ENTITY_ACCOUNT},
    {"user.username", SW_ENTITY_ACCOUNT},
    {"acct", SW_ENTITY_ACCOUNT},
    {"c-ip", SW_ENTITY_ADDRESS},
    {"src_ip", SW_ENTITY_ADDRESS},
    {"dst_ip", SW_ENTITY_ADDRESS},
    {"dest_ip", SW_ENTITY_ADDRESS},
    {"s-ip", SW_ENTITY_ADDRESS},
    {"SourceIp", SW_ENTITY_ADDRESS},
    {"DestinationIp", SW_ENTITY_ADDRESS},
    {"SourceAddress", SW_ENTITY_ADDRESS},
    {"DestAddress", SW_ENTITY_ADDRESS},
    {"IpAddress", SW_ENTITY_ADDRESS},
    {"ClientAddress", SW_ENTITY_ADDRESS},
    {"ClientIP", SW_ENTITY_ADDRESS},
    {"id.orig_h", SW_ENTITY_ADDRESS},
    {"id.resp_h", SW_ENTITY_ADDRESS},
    {"sourceIPAddress", SW_ENTITY_ADDRESS},
    {"client.ipAddress", SW_ENTITY_ADDRESS},
    {"x-forwarded-for", SW_ENTITY_ADDRESS},
    {"rhost", SW_ENTITY_ADDRESS},
    {"Image", SW_ENTITY_PROCESS},
    {"NewProcessName", SW_ENTITY_PROCESS},
    {"ProcessName", SW_ENTITY_PROCESS},
    {"ParentImage", SW_ENTITY_PROCESS},
    {"SourceImage", SW_ENTITY_PROCESS},
    {"TargetImage", SW_ENTITY_PROCESS},
    {"exe", SW_ENTITY_PROCESS},
    {"TargetFilename", SW_ENTITY_FILE},
    {"ImageLoaded", SW_ENTITY_FILE},
    {"FileName", SW_ENTITY_FILE},
    {"Hashes", SW_ENTITY_HASH},
    {"QueryName", SW_ENTITY_DOMAIN},
    {"DestinationHostname", SW_ENTITY_DOMAIN},
    {"query", SW_ENTITY_DOMAIN},
    {"cs-host", SW_ENTITY_DOMAIN},
    {"dst_host", SW_ENTITY_DOMAIN},
    {"ServiceName", SW_ENTITY_SERVICE},
    {"TargetLogonId", SW_ENTITY_SESSION},
    {"SubjectLogonId", SW_ENTITY_SESSION},
    {"LogonId", SW_ENTITY_SESSION},
    {"LogonGuid", SW_ENTITY_SESSION},
    {"cs-uri-stem", SW_ENTITY_WEB_PATH},
};

/* Kinds by field key. Keys of the table are interned at first use, hence low. */
static unsigned char kinds[SW_FIELD_FIXED_COUNT + sizeof table / sizeof table[0] + 4096];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        sw_field_id key = sw_field_key(sw_field_intern(sw_str(table[i].field)));
        if (key < sizeof kinds)
            kinds[key] = (unsigned char)table[i].kind;
    }
}

struct sw_str sw_entity_name(enum sw_entity_kind kind)
{
    return sw_str(kind_names[kind]);
}

enum sw_entity_kind sw_entity_of(sw_field_id field)
{
    static atomic_bool started;
    if (!atomic_load_explicit(&started, memory_order_acquire)) {
        (void)pthread_once(&once, start);
        atomic_store_explicit(&started, true, memory_order_release);
    }
    sw_field_id key = sw_field_key(field);
    return key < sizeof kinds ? (enum sw_entity_kind)kinds[key] : SW_ENTITY_NONE;
}
