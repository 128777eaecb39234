/*
 * acc_cloud.c - Entra ID's sign-in and audit logs as diagnostic settings export them, and Okta's system log.
 */
#include "accounts.h"

#include <stdio.h>

#define TENANT "3f2b6c1e-8a4d-4b0e-9a55-6d1f2c7e9b10"

static void put_guid(struct sw_buf *out, uint64_t hash)
{
    uint64_t more = mix1(hash);
    sw_buf_printf(out, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(hash >> 32), (unsigned)(hash >> 16 & 0xffff),
                  (unsigned)(hash >> 4 & 0xfff), (unsigned)(more >> 52), (unsigned long long)(more & 0xffffffffffff));
}

static const char *agent_of(const struct person *p)
{
    static const char *const agents[] = {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 "
        "Safari/537.36 Edg/139.0.0.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 "
        "Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
        "Safari/605.1.15"};
    return agents[p == NULL ? 1 : p->key % 11 % COUNT(agents)];
}

static const char *reason_of(unsigned error)
{
    switch (error) {
    case 0: return "";
    case 50126: return "Error validating credentials due to invalid username or password.";
    case 50034: return "The user account does not exist in the directory.";
    case 50053: return "The account is locked because of too many sign-in attempts.";
    case 50055: return "The password is expired.";
    case 50074: return "Strong Authentication is required.";
    case 500121: return "Authentication failed during strong authentication request.";
    case 53003: return "Access has been blocked by Conditional Access policies.";
    default: return "Other.";
    }
}

static void put_device(struct sw_buf *out, const struct sign_in *in)
{
    bool known = in->person != NULL && !in->new_device;
    SW_BUF_LIT(out, "\"deviceDetail\":{\"deviceId\":\"");
    if (known)
        put_guid(out, mix2(in->person->key, 80));
    sw_buf_printf(out, "\",\"displayName\":\"");
    if (known)
        sw_buf_printf(out, "PC-%04x", (unsigned)(in->person->key & 0xffff));
    sw_buf_printf(
        out,
        "\",\"operatingSystem\":\"%s\",\"browser\":\"%s\",\"isCompliant\":%s,\"isManaged\":%s,\"trustType\":\"%s\"}",
        known ? "Windows 10" : "Linux", known ? "Edge 139.0.0" : "Chrome 124.0.0", known ? "true" : "false",
        known ? "true" : "false", known ? "Hybrid Azure AD joined" : "");
}

static void put_authentication(struct sw_buf *out, const struct sign_in *in)
{
    bool password = in->error != 50126 && in->error != 50034 && in->error != 50053;
    sw_buf_printf(out,
                  ",\"authenticationRequirement\":\"%s\",\"authenticationDetails\":[{\"authenticationMethod\":"
                  "\"Password\",\"succeeded\":%s,"
                  "\"authenticationStepResultDetail\":\"%s\"}",
                  in->mfa != NULL || in->error == 0 ? "multiFactorAuthentication" : "singleFactorAuthentication",
                  password ? "true" : "false", password ? "Correct password" : "Invalid username or password");
    if (in->mfa != NULL)
        sw_buf_printf(out,
                      ",{\"authenticationMethod\":\"%s\",\"succeeded\":%s,\"authenticationStepResultDetail\":\"%s\"}",
                      in->mfa, in->error == 0 ? "true" : "false",
                      in->error == 0        ? "MFA completed in Azure AD"
                      : in->error == 500121 ? "MFA denied; user declined the authentication"
                                            : "MFA required");
    else if (in->error == 0)
        SW_BUF_LIT(out, ",{\"authenticationMethod\":\"Previously "
                        "satisfied\",\"succeeded\":true,\"authenticationStepResultDetail\":\"MFA requirement satisfied "
                        "by claim in the token\"}");
    SW_BUF_LIT(out, "]");
}

static void put_place(struct sw_buf *out, const struct place *place)
{
    sw_buf_printf(out,
                  "\"location\":{\"city\":\"%s\",\"state\":\"%s\",\"countryOrRegion\":\"%s\",\"geoCoordinates\":{"
                  "\"latitude\":%.4f,\"longitude\":%.4f}}",
                  place->city, place->region, place->code, place->latitude, place->longitude);
}

static uint64_t session_of(const struct sign_in *in)
{
    if (in->session != 0 || in->person == NULL)
        return in->session;
    return mix3(in->person->key, (uint64_t)(in->time / SW_DAY), in->address);
}

static void put_user(struct sw_buf *out, const struct sign_in *in)
{
    if (in->person == NULL)
        sw_buf_text(out, in->unknown);
    else
        sw_buf_text(out, in->person->login);
    SW_BUF_LIT(out, "@example.org");
}

bool entra_sign_in(struct scenario *s, struct stream *stream, const struct sign_in *in)
{
    if (counted(s))
        return true;
    struct sw_buf *out = log_begin(s->directory->entra, stream, in->time);
    if (out == NULL)
        return false;
    char address[16];
    uint64_t id = chance_next(&stream->chance);
    (void)address_text(in->address, address);
    SW_BUF_LIT(out, "{\"time\":\"");
    sw_buf_time(out, in->time / 1000000 * 1000000);
    sw_buf_printf(out,
                  "\",\"resourceId\":\"/tenants/" TENANT "/providers/Microsoft.aadiam\",\"operationName\":\"Sign-in "
                  "activity\",\"operationVersion\":\"1.0\",\"category\":\"SignInLogs\","
                  "\"tenantId\":\"" TENANT
                  "\",\"resultType\":\"%u\",\"resultSignature\":\"None\",\"resultDescription\":\"%s\","
                  "\"durationMs\":0,\"callerIpAddress\":\"%s\",\"correlationId\":\"",
                  in->error, reason_of(in->error), address);
    put_guid(out, mix1(id));
    sw_buf_printf(out, "\",\"Level\":4,\"location\":\"%s\",\"properties\":{\"id\":\"", in->place->code);
    put_guid(out, id);
    SW_BUF_LIT(out, "\",\"createdDateTime\":\"");
    sw_buf_time(out, in->time / 1000000 * 1000000);
    SW_BUF_LIT(out, "\",\"userPrincipalName\":\"");
    put_user(out, in);
    SW_BUF_LIT(out, "\",\"userId\":\"");
    put_guid(out, in->person == NULL ? mix_text(4, in->unknown) : in->person->key);
    sw_buf_printf(out,
                  "\",\"appDisplayName\":\"%s\",\"clientAppUsed\":\"Browser\",\"ipAddress\":\"%s\",\"userAgent\":\"%"
                  "s\",\"isInteractive\":true,\"sessionId\":\"",
                  in->application, address, in->agent != NULL ? in->agent : agent_of(in->person));
    put_guid(out, session_of(in));
    sw_buf_printf(out,
                  "\",\"conditionalAccessStatus\":\"%s\",\"riskLevelDuringSignIn\":\"none\",\"status\":{\"errorCode\":%"
                  "u,\"failureReason\":\"%s\"},",
                  in->error == 0 ? "success" : "notApplied", in->error, reason_of(in->error));
    put_device(out, in);
    SW_BUF_LIT(out, ",");
    put_place(out, in->place);
    put_authentication(out, in);
    SW_BUF_LIT(out, "}}");
    log_end(s->directory->entra);
    truth_count(stream->truth, in->time, 0);
    return true;
}

bool entra_audit(struct scenario *s, struct stream *stream, int64_t when, const struct person *actor,
                 const struct person *target, uint32_t address, const char *activity, const char *reason)
{
    if (counted(s))
        return true;
    struct sw_buf *out = log_begin(s->directory->entra, stream, when);
    if (out == NULL)
        return false;
    char text[16];
    (void)address_text(address, text);
    SW_BUF_LIT(out, "{\"time\":\"");
    sw_buf_time(out, when / 1000000 * 1000000);
    sw_buf_printf(
        out,
        "\",\"resourceId\":\"/tenants/" TENANT "/providers/"
        "Microsoft.aadiam\",\"operationName\":\"%s\",\"operationVersion\":\"1."
        "0\",\"category\":\"AuditLogs\",\"tenantId\":\"" TENANT
        "\",\"resultSignature\":\"None\",\"durationMs\":0,\"callerIpAddress\":\"%s\",\"Level\":4,\"properties\":{"
        "\"id\":\"Authentication Methods_%08x\",\"category\":\"UserManagement\","
        "\"result\":\"success\",\"resultReason\":\"%s\",\"activityDisplayName\":\"%s\",\"activityDateTime\":\"",
        activity, text, (unsigned)chance_next(&stream->chance), reason, activity);
    sw_buf_time(out, when / 1000000 * 1000000);
    sw_buf_printf(out,
                  "\",\"loggedByService\":\"Authentication "
                  "Methods\",\"operationType\":\"Add\",\"initiatedBy\":{\"user\":{\"userPrincipalName\":\"%s@example."
                  "org\",\"ipAddress\":\"%s\"}},"
                  "\"targetResources\":[{\"type\":\"User\",\"userPrincipalName\":\"%s@example.org\","
                  "\"modifiedProperties\":[]}]}}",
                  actor->login, text, target->login);
    log_end(s->directory->entra);
    truth_count(stream->truth, when, 0);
    return true;
}

bool okta_event(struct scenario *s, struct stream *stream, const char *type, const char *message,
                const struct sign_in *in, const char *reason)
{
    if (counted(s))
        return true;
    struct sw_buf *out = log_begin(s->directory->okta, stream, in->time);
    if (out == NULL)
        return false;
    char address[16];
    uint64_t id = chance_next(&stream->chance);
    SW_BUF_LIT(out, "{\"uuid\":\"");
    put_guid(out, id);
    SW_BUF_LIT(out, "\",\"published\":\"");
    sw_buf_time(out, in->time / 1000000 * 1000000);
    sw_buf_printf(out,
                  "\",\"eventType\":\"%s\",\"version\":\"0\",\"severity\":\"%s\",\"displayMessage\":\"%s\",\"actor\":{"
                  "\"id\":\"00u%09x\",\"type\":\"User\",\"alternateId\":\"",
                  type, in->error == 0 ? "INFO" : "WARN", message,
                  (unsigned)(in->person == NULL ? mix_text(5, in->unknown) : in->person->key));
    put_user(out, in);
    sw_buf_printf(out,
                  "\"},\"client\":{\"userAgent\":{\"rawUserAgent\":\"%s\",\"os\":\"%s\",\"browser\":\"%s\"},\"zone\":"
                  "\"null\",\"device\":\"Computer\",\"ipAddress\":\"%s\","
                  "\"geographicalContext\":{\"city\":\"%s\",\"state\":\"%s\",\"country\":\"%s\",\"geolocation\":{"
                  "\"lat\":%.4f,\"lon\":%.4f}}},",
                  in->agent != NULL ? in->agent : agent_of(in->person), in->new_device ? "Linux" : "Windows 10",
                  in->new_device ? "UNKNOWN" : "CHROME", address_text(in->address, address), in->place->city,
                  in->place->region, in->place->country, in->place->latitude, in->place->longitude);
    sw_buf_printf(out, "\"outcome\":{\"result\":\"%s\"", in->error == 0 ? "SUCCESS" : "FAILURE");
    if (reason != NULL)
        sw_buf_printf(out, ",\"reason\":\"%s\"", reason);
    sw_buf_printf(out,
                  "},\"target\":[{\"type\":\"AppInstance\",\"displayName\":\"%s\"}],\"transaction\":{\"type\":\"WEB\","
                  "\"id\":\"%016llx\"},\"authenticationContext\":{\"authenticationStep\":0,"
                  "\"externalSessionId\":\"102%012llx\"},\"securityContext\":{\"isProxy\":false}}",
                  in->application, (unsigned long long)mix1(id), (unsigned long long)(session_of(in) & 0xffffffffffff));
    log_end(s->directory->okta);
    truth_count(stream->truth, in->time, 0);
    return true;
}
