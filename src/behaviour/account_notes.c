/* account_notes.c - from events to notes of logins, on the workers: which fields of which logs say what, and packing
 * them. What a record means is decided in account_forms.c. */
#include "behaviour/account_priv.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdio.h>

static const struct sw_str nothing;

/* --- fields ------------------------------------------------------------------------------------------------- */

#define R(class_name, field, role) {class_name, field, SW_ACCOUNT_ROLE_##role},
#define LINUX(class_name) \
    R(class_name, "event", EVENT) \
    R(class_name, "user", USER) \
    R(class_name, "src_user", ACTOR) \
    R(class_name, "src_ip", SOURCE) \
    R(class_name, "hostname", TARGET) \
    R(class_name, "_HOSTNAME", TARGET) \
    R(class_name, "outcome", STATUS) \
    R(class_name, "key_fingerprint", DEVICE) R(class_name, "repeated", REPEATED) R(class_name, "message", MESSAGE)
#define APPLIANCE(class_name) \
    R(class_name, "event", EVENT) \
    R(class_name, "outcome", STATUS) \
    R(class_name, "user", USER) \
    R(class_name, "src_ip", SOURCE) \
    R(class_name, "hostname", TARGET) R(class_name, "cisco_mnemonic", TYPE) R(class_name, "reason", REASON)
#define FORTI(class_name) \
    R(class_name, "action", EVENT) \
    R(class_name, "status", STATUS) \
    R(class_name, "user", USER) \
    R(class_name, "src_ip", SOURCE) \
    R(class_name, "hostname", TARGET) \
    R(class_name, "subtype", TYPE) R(class_name, "reason", REASON) R(class_name, "srccountry", COUNTRY)
#define ENTRA(before) \
    R("azure/signinlogs", before "userPrincipalName", USER) \
    R("azure/signinlogs", before "ipAddress", SOURCE) \
    R("azure/signinlogs", before "appDisplayName", SERVICE) \
    R("azure/signinlogs", before "status.errorCode", STATUS) \
    R("azure/signinlogs", before "sessionId", SESSION) \
    R("azure/signinlogs", before "authenticationRequirement", FACTOR) \
    R("azure/signinlogs", before "userAgent", AGENT) \
    R("azure/signinlogs", before "deviceDetail.deviceId", DEVICE) \
    R("azure/signinlogs", before "deviceDetail.operatingSystem", SYSTEM) \
    R("azure/signinlogs", before "location.countryOrRegion", COUNTRY) \
    R("azure/signinlogs", before "location.geoCoordinates.latitude", LATITUDE) \
    R("azure/signinlogs", before "location.geoCoordinates.longitude", LONGITUDE)
#define ENTRA_AUDIT(before) \
    R("azure/auditlogs", before "activityDisplayName", EVENT) \
    R("azure/auditlogs", before "result", STATUS) \
    R("azure/auditlogs", before "initiatedBy.user.userPrincipalName", ACTOR) \
    R("azure/auditlogs", before "initiatedBy.user.ipAddress", SOURCE) \
    R("azure/auditlogs", before "targetResources.userPrincipalName", USER)
#define M365(class_name) \
    R(class_name, "Operation", EVENT) \
    R(class_name, "UserId", USER) \
    R(class_name, "ClientIP", SOURCE) \
    R(class_name, "ActorIpAddress", SOURCE) \
    R(class_name, "ClientIPAddress", SOURCE) \
    R(class_name, "Workload", SERVICE) \
    R(class_name, "ErrorNumber", STATUS) \
    R(class_name, "LogonError", REASON) \
    R(class_name, "UserAgent", AGENT) \
    R(class_name, "SessionId", SESSION) R(class_name, "AppAccessContext.AADSessionId", SESSION)

/* clang-format off */
static const struct sw_role_line lines[] = {
    R("windows/security", "EventID", EVENT)
    R("windows/security", "TargetUserName", USER)
    R("windows/security", "TargetDomainName", DOMAIN)
    R("windows/security", "SubjectUserName", ACTOR)
    R("windows/security", "SubjectDomainName", FACTOR)
    R("windows/security", "IpAddress", SOURCE)
    R("windows/security", "Computer", TARGET)
    R("windows/security", "TargetServerName", SERVER)
    R("windows/security", "WorkstationName", WORKSTATION)
    R("windows/security", "Workstation", WORKSTATION)
    R("windows/security", "ServiceName", SERVICE)
    R("windows/security", "LogonType", TYPE)
    R("windows/security", "Status", STATUS)
    R("windows/security", "SubStatus", REASON)
    R("windows/security", "TicketEncryptionType", ENCRYPTION)
    R("windows/security", "PreAuthType", PREAUTH)
    R("windows/security", "AuthenticationPackageName", PACKAGE)
    R("windows/terminalservices-localsessionmanager", "EventID", EVENT)
    R("windows/terminalservices-localsessionmanager", "User", USER)
    R("windows/terminalservices-localsessionmanager", "Address", SOURCE)
    R("windows/terminalservices-localsessionmanager", "Computer", TARGET)
    LINUX("linux/sshd") LINUX("linux/sudo") LINUX("linux/su") LINUX("linux/auth")
    APPLIANCE("firewall/asa") APPLIANCE("cisco/aaa") APPLIANCE("cisco/syslog")
    FORTI("fortios/sslvpnd") FORTI("fortigate/event")
    R("paloalto/globalprotect", "event_id", EVENT)
    R("paloalto/globalprotect", "status", STATUS)
    R("paloalto/globalprotect", "description", REASON)
    R("paloalto/globalprotect", "user", USER)
    R("paloalto/globalprotect", "src_ip", SOURCE)
    R("paloalto/globalprotect", "hostname", TARGET)
    R("paloalto/globalprotect", "host_id", DEVICE)
    R("paloalto/globalprotect", "src_location", COUNTRY)
    R("paloalto/system", "event_id", EVENT)
    R("paloalto/system", "description", MESSAGE)
    R("paloalto/system", "object", TARGET)
    R("linux/syslog/netscaler", "message", MESSAGE)
    R("linux/syslog/netscaler", "hostname", TARGET)
    R("text/netscaler", "message", MESSAGE)
    R("text/logfile/netscaler", "message", MESSAGE)
    R("linux/syslog/ivanti", "message", MESSAGE)
    R("linux/syslog/ivanti", "hostname", TARGET)
    ENTRA("") ENTRA("properties.")
    R("azure/signinlogs", "resultType", STATUS)
    R("azure/signinlogs", "callerIpAddress", SOURCE)
    R("azure/signinlogs/diagnostic", "properties.userPrincipalName", USER)
    ENTRA_AUDIT("") ENTRA_AUDIT("properties.")
    M365("m365/audit") M365("m365/exchange")
    R("okta/okta", "eventType", EVENT)
    R("okta/okta", "actor.alternateId", USER)
    R("okta/okta", "client.ipAddress", SOURCE)
    R("okta/okta", "outcome.result", STATUS)
    R("okta/okta", "outcome.reason", REASON)
    R("okta/okta", "target.displayName", SERVICE)
    R("okta/okta", "client.userAgent.rawUserAgent", AGENT)
    R("okta/okta", "client.userAgent.os", SYSTEM)
    R("okta/okta", "authenticationContext.externalSessionId", SESSION)
    R("okta/okta", "client.geographicalContext.country", COUNTRY)
    R("okta/okta", "client.geographicalContext.geolocation.lat", LATITUDE)
    R("okta/okta", "client.geographicalContext.geolocation.lon", LONGITUDE)
    R("okta/okta", "debugContext.debugData.factor", FACTOR)
    R("cisco/duo", "event_type", EVENT)
    R("cisco/duo", "result", STATUS)
    R("cisco/duo", "reason", REASON)
    R("cisco/duo", "factor", FACTOR)
    R("cisco/duo", "user.name", USER)
    R("cisco/duo", "application.name", SERVICE)
    R("cisco/duo", "access_device.ip", SOURCE)
    R("cisco/duo", "access_device.location.country", COUNTRY)
    R("aws/cloudtrail", "eventName", EVENT)
    R("aws/cloudtrail", "responseElements.ConsoleLogin", STATUS)
    R("aws/cloudtrail", "errorMessage", REASON)
    R("aws/cloudtrail", "additionalEventData.MFAUsed", FACTOR)
    R("aws/cloudtrail", "userIdentity.type", TYPE)
    R("aws/cloudtrail", "userIdentity.userName", USER)
    R("aws/cloudtrail", "userIdentity.accountId", DOMAIN)
    R("aws/cloudtrail", "recipientAccountId", DOMAIN)
    R("aws/cloudtrail", "sourceIPAddress", SOURCE)
    R("aws/cloudtrail", "userAgent", AGENT)
};
/* clang-format on */
#undef R

/* A finer class takes the lines of the one that it refines. */
static struct sw_str base_of(struct sw_str name)
{
    static const char *const refined[] = {"azure/signinlogs", "azure/auditlogs"};
    for (size_t i = 0; i < SW_COUNT_OF(refined); i++)
        if (sw_str_starts(name, sw_str(refined[i])))
            return sw_str(refined[i]);
    return name;
}

int sw_account_notes_open(struct sw_accounts *accounts, const struct sw_classes *classes)
{
    /* The lines of "azure/signinlogs" are wanted for "azure/signinlogs/diagnostic" as well. */
    struct sw_role_line *all = sw_alloc(2 * SW_COUNT_OF(lines), sizeof *all);
    if (all == NULL)
        return SW_E_NOMEM;
    size_t count = 0;
    for (size_t i = 0; i < SW_COUNT_OF(lines); i++) {
        all[count++] = lines[i];
        const char *finer = strcmp(lines[i].class_name, "azure/signinlogs") == 0  ? "azure/signinlogs/diagnostic"
                            : strcmp(lines[i].class_name, "azure/auditlogs") == 0 ? "azure/auditlogs/diagnostic"
                                                                                  : NULL;
        if (finer != NULL)
            all[count++] = (struct sw_role_line){finer, lines[i].field, lines[i].role};
    }
    int rc = sw_roles_init(&accounts->roles, classes, all, count);
    sw_free(all);
    if (rc != 0)
        return rc;
    uint32_t class_count = sw_classes_count(classes);
    accounts->form_of = sw_alloc((size_t)class_count + 1, sizeof(sw_account_form));
    if (accounts->form_of == NULL)
        return SW_E_NOMEM;
    for (sw_class_id id = 0; id < class_count; id++)
        accounts->form_of[id] = sw_account_form_of(base_of(sw_classes_get(classes, id)->name));
    return 0;
}

/* --- packing ------------------------------------------------------------------------------------------------ */

struct packed {
    uint8_t text[SW_ACCOUNT_TEXTS][SW_ACCOUNT_TEXT_MAX];
    uint8_t len[SW_ACCOUNT_TEXTS];
};

static void put_lower(struct packed *packed, enum sw_account_text which, char kind, struct sw_str text)
{
    size_t len = text.len < SW_ACCOUNT_TEXT_MAX - 1 ? text.len : SW_ACCOUNT_TEXT_MAX - 1;
    packed->text[which][0] = (uint8_t)kind;
    for (size_t i = 0; i < len; i++)
        packed->text[which][1 + i] = (uint8_t)sw_lower(text.ptr[i]);
    packed->len[which] = (uint8_t)(len > 0 ? 1 + len : 0);
}

/* "\\HOST", "host.example" as "host". */
static void put_host(struct packed *packed, enum sw_account_text which, struct sw_str text)
{
    while (text.len > 0 && text.ptr[0] == '\\')
        text = sw_str_from(text, 1);
    text = sw_str_slice(text, 0, sw_str_chr(text, '.'));
    if (text.len > 1 && text.ptr[text.len - 1] == '$')
        text.len--;
    put_lower(packed, which, SW_NAME_HOST, sw_str_is(text, "-") ? nothing : text);
}

/* An address, with a port or in brackets as some services write it. False when it is none. */
static bool read_address(struct sw_str text, struct sw_address *address)
{
    if (sw_address_parse(text, address) == 0)
        return true;
    if (text.len > 0 && text.ptr[0] == '[')
        return sw_address_parse(sw_str_slice(text, 1, sw_str_chr(text, ']')), address) == 0;
    size_t colon = sw_str_chr(text, ':');
    return colon != SW_NPOS && sw_address_parse(sw_str_slice(text, 0, colon), address) == 0;
}

static bool is_loopback(const struct sw_address *address)
{
    static const uint8_t one[16] = {[15] = 1};
    return sw_address_is_v4(address) ? address->bytes[12] == 127 : memcmp(address->bytes, one, sizeof one) == 0;
}

/* An end: an address, or a host's name. Loopback and nothing are no source. */
static void put_end(struct packed *packed, enum sw_account_text which, struct sw_str text)
{
    struct sw_address address = {{0}};
    if (!read_address(text, &address)) {
        if (!sw_str_ieq(text, SW_STR("LOCAL")) && !sw_str_ieq(text, SW_STR("localhost")))
            put_host(packed, which, text);
        return;
    }
    if (is_loopback(&address) || sw_address_is_group(&address))
        return;
    packed->text[which][0] = SW_NAME_ADDRESS;
    memcpy(packed->text[which] + 1, address.bytes, sizeof address.bytes);
    packed->len[which] = 1 + sizeof address.bytes;
}

/* "DE", "DE|52.5|13.4": coordinates to a tenth of a degree. */
static void put_location(struct packed *packed, const struct sw_account_saying *say)
{
    char text[96];
    double latitude;
    double longitude;
    struct sw_str country = sw_str_trim(sw_str_slice(say->country, 0, 48));
    if (sw_str_is(country, "Reserved") || sw_str_is(country, "N/A") || sw_str_istarts(country, SW_STR("10.")))
        return; /* what firewalls call private addresses */
    int len;
    if (sw_str_double(say->latitude, &latitude) == 0 && sw_str_double(say->longitude, &longitude) == 0 &&
        latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180)
        len = snprintf(text, sizeof text, "%.*s|%.1f|%.1f", SW_STR_ARG(country), latitude, longitude);
    else if (country.len > 0)
        len = snprintf(text, sizeof text, "%.*s", SW_STR_ARG(country));
    else
        return;
    packed->text[SW_ACCOUNT_T_LOCATION][0] = SW_NAME_LOCATION; /* codes and names of countries as they are written */
    memcpy(packed->text[SW_ACCOUNT_T_LOCATION] + 1, text, (size_t)len);
    packed->len[SW_ACCOUNT_T_LOCATION] = (uint8_t)(1 + len);
}

static uint32_t hash_of(struct sw_str text)
{
    return text.len == 0 || sw_str_is(text, "-") || sw_str_is(text, "unknown") ? 0 : (uint32_t)sw_hash(text) | 1;
}

/* Of an agent the letters alone: its numbers change with each update. */
static uint32_t agent_hash(struct sw_str agent, struct sw_str system)
{
    char letters[512];
    size_t len = 0;
    for (size_t i = 0; i < agent.len && len < sizeof letters; i++)
        if (sw_is_alpha(agent.ptr[i]))
            letters[len++] = sw_lower(agent.ptr[i]);
    for (size_t i = 0; i < system.len && len < sizeof letters; i++)
        if (sw_is_alpha(system.ptr[i]))
            letters[len++] = sw_lower(system.ptr[i]);
    return len < 3 ? 0 : hash_of(sw_strn(letters, len));
}

/* The name as it was written, in the form of its log. */
static void put_shown(struct packed *packed, const struct sw_account_saying *say)
{
    uint8_t *to = packed->text[SW_ACCOUNT_T_SHOWN];
    size_t len = 0;
    bool joined = sw_str_chr(say->user, '@') != SW_NPOS || sw_str_chr(say->user, '\\') != SW_NPOS;
    if (say->domain.len > 0 && !joined && say->domain.len < 100) {
        memcpy(to, say->domain.ptr, say->domain.len);
        len = say->domain.len;
        to[len++] = '\\';
    }
    size_t user = say->user.len < SW_ACCOUNT_TEXT_MAX - len ? say->user.len : SW_ACCOUNT_TEXT_MAX - len;
    memcpy(to + len, say->user.ptr, user);
    packed->len[SW_ACCOUNT_T_SHOWN] = (uint8_t)(len + user);
}

static void pack_names(struct packed *packed, struct sw_account_note *note, const struct sw_account_saying *say)
{
    memset(packed->len, 0, sizeof packed->len);
    put_end(packed, SW_ACCOUNT_T_SOURCE, say->source);
    put_end(packed, SW_ACCOUNT_T_TARGET, say->target);
    put_location(packed, say);
    if (say->service.len > 0) {
        put_lower(packed, SW_ACCOUNT_T_SERVICE, SW_NAME_SERVICE, say->service);
    } else if (say->workstation.len > 0) {
        put_host(packed, SW_ACCOUNT_T_SERVICE, say->workstation);
        if (packed->len[SW_ACCOUNT_T_SERVICE] > 0)
            note->flags |= SW_LOGIN_F_WORKSTATION;
    }
    enum sw_account_text stands_in =
        packed->len[SW_ACCOUNT_T_SERVICE] > 0 && say->service.len == 0 ? SW_ACCOUNT_T_SERVICE : SW_ACCOUNT_T_TARGET;
    if (packed->len[SW_ACCOUNT_T_SOURCE] == 0 && say->kind != SW_LOGIN_MFA_CHANGE) {
        memcpy(packed->text[SW_ACCOUNT_T_SOURCE], packed->text[stands_in], packed->len[stands_in]);
        packed->len[SW_ACCOUNT_T_SOURCE] = packed->len[stands_in];
    }
}

int sw_account_note(const struct sw_accounts *accounts, struct sw_buf *notes, const struct sw_event *event)
{
    struct sw_str part[SW_ACCOUNT_ROLE_COUNT];
    if (!sw_roles_get(&accounts->roles, event, part, SW_ACCOUNT_ROLE_COUNT) ||
        accounts->form_of[event->class_id] == NULL)
        return 0;
    struct sw_account_saying say = {.weight = 1};
    if (!accounts->form_of[event->class_id](part, &say) || say.user.len == 0)
        return 0;
    struct packed packed;
    struct sw_account_note note = {.time_ms = event->time / 1000000,
                                   .offset = event->offset,
                                   .device = hash_of(say.device),
                                   .session = hash_of(say.session),
                                   .weight = say.weight,
                                   .flags = say.flags,
                                   .kind = say.kind,
                                   .outcome = say.outcome,
                                   .encryption = say.encryption};
    if (note.device == 0)
        note.device = agent_hash(part[SW_ACCOUNT_ROLE_AGENT], part[SW_ACCOUNT_ROLE_SYSTEM]);
    pack_names(&packed, &note, &say);
    packed.len[SW_ACCOUNT_T_KEY] = (uint8_t)sw_account_key(say.user, say.domain, say.windows,
                                                           (char *)packed.text[SW_ACCOUNT_T_KEY], SW_ACCOUNT_TEXT_MAX);
    put_shown(&packed, &say);
    memcpy(note.len, packed.len, sizeof note.len);
    sw_buf_add(notes, (const char *)&note, sizeof note);
    for (size_t i = 0; i < SW_ACCOUNT_TEXTS; i++)
        sw_buf_add(notes, (const char *)packed.text[i], packed.len[i]);
    return 0;
}
