/* account_forms.c - what records of logins mean, one function a kind of log. References: Microsoft's descriptions of
 * the Security events and of Entra's error codes (AADSTS), Okta's list of event types, Cisco's and Fortinet's message
 * references. */
#include "behaviour/account_priv.h"

#define PART(role) part[SW_ACCOUNT_ROLE_##role]

static const struct sw_str nothing;

static bool is_one_of(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sw_str_ieq(text, sw_str(list[i])))
            return true;
    return false;
}

#define IS_ONE_OF(text, ...) \
    is_one_of((text), (const char *const[]){__VA_ARGS__}, \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static uint64_t number_of(struct sw_str text)
{
    uint64_t value = 0;
    if (sw_str_istarts(text, SW_STR("0x")))
        return sw_str_hex64(text, &value) == 0 ? value : UINT64_MAX;
    return sw_str_u64(text, &value) == 0 ? value : UINT64_MAX;
}

static struct sw_str after(struct sw_str text, const char *mark)
{
    size_t at = sw_str_find(text, sw_str(mark));
    return at == SW_NPOS ? nothing : sw_str_from(text, at + strlen(mark));
}

static struct sw_str word_of(struct sw_str text, char end)
{
    return sw_str_trim(sw_str_slice(text, 0, sw_str_chr(text, end)));
}

static void fail(struct sw_account_saying *say, unsigned flags)
{
    say->outcome = SW_LOGIN_FAILURE;
    say->flags |= (uint16_t)flags;
}

/* --- Windows ------------------------------------------------------------------------------------------------ */

/* Accounts of the system itself, and of computers. */
static bool is_machine(struct sw_str user, struct sw_str domain)
{
    return user.len == 0 || user.ptr[user.len - 1] == '$' || sw_str_find(user, SW_STR("$@")) != SW_NPOS ||
           IS_ONE_OF(user, "-", "ANONYMOUS LOGON", "SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE") ||
           IS_ONE_OF(domain, "NT AUTHORITY", "Window Manager", "Font Driver Host", "NT Service", "IIS APPPOOL",
                     "NT VIRTUAL MACHINE");
}

static unsigned ntstatus_flags(uint64_t status)
{
    switch (status) {
    case 0xc0000064:
        return SW_LOGIN_F_NO_USER;
    case 0xc0000071: /* password expired, must change, account expired, hours, workstation, disabled, not granted */
    case 0xc0000224:
    case 0xc0000193:
    case 0xc000006f:
    case 0xc0000070:
    case 0xc0000072:
    case 0xc000015b:
        return SW_LOGIN_F_EXPIRED;
    case 0xc0000234:
        return SW_LOGIN_F_LOCKED;
    default:
        return 0;
    }
}

/* Kerberos error codes, RFC 4120 section 7.5.9. */
static unsigned kerberos_flags(uint64_t status)
{
    return status == 0x6    ? SW_LOGIN_F_NO_USER
           : status == 0x12 ? SW_LOGIN_F_LOCKED
           : status == 0x17 ? SW_LOGIN_F_EXPIRED
                            : 0u;
}

static bool logon_kind(struct sw_str type, uint8_t *kind)
{
    static const uint8_t kinds[] = {
        [2] = SW_LOGIN_INTERACTIVE, [3] = SW_LOGIN_NETWORK,     [4] = SW_LOGIN_BATCH,
        [5] = SW_LOGIN_SERVICE,     [7] = SW_LOGIN_INTERACTIVE, [8] = SW_LOGIN_NETWORK,
        [9] = SW_LOGIN_EXPLICIT,    [10] = SW_LOGIN_REMOTE,     [11] = SW_LOGIN_INTERACTIVE};
    uint64_t number = number_of(type);
    if (number >= SW_COUNT_OF(kinds) || kinds[number] == 0)
        return false;
    *kind = kinds[number];
    return true;
}

static bool logon(const struct sw_str *part, struct sw_account_saying *say, bool failed)
{
    if (!logon_kind(PART(TYPE), &say->kind))
        return false;
    say->outcome = SW_LOGIN_SUCCESS;
    if (sw_str_istarts(PART(PACKAGE), SW_STR("NTLM")))
        say->flags |= SW_LOGIN_F_NTLM;
    if (failed) {
        uint64_t status = number_of(PART(REASON));
        if (status == 0 || status == UINT64_MAX)
            status = number_of(PART(STATUS));
        fail(say, ntstatus_flags(status));
    }
    if (say->kind == SW_LOGIN_NETWORK || failed)
        say->workstation = PART(WORKSTATION);
    return true;
}

static bool kerberos_login(const struct sw_str *part, struct sw_account_saying *say, bool failed)
{
    say->kind = SW_LOGIN_TGT;
    say->outcome = SW_LOGIN_SUCCESS;
    say->encryption = (uint8_t)number_of(PART(ENCRYPTION));
    uint64_t status = number_of(PART(STATUS));
    if (failed || status != 0)
        fail(say, kerberos_flags(status));
    if (status == 0x19) /* pre-authentication is asked for: each login begins so */
        return false;
    if (sw_str_is(PART(PREAUTH), "0"))
        say->flags |= SW_LOGIN_F_NO_PREAUTH;
    return true;
}

static bool ticket(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str service = PART(SERVICE);
    if (number_of(PART(STATUS)) != 0 || service.len == 0 || sw_str_istarts(service, SW_STR("krbtgt")))
        return false;
    say->kind = SW_LOGIN_TICKET;
    say->outcome = SW_LOGIN_SUCCESS;
    say->encryption = (uint8_t)number_of(PART(ENCRYPTION));
    if (service.ptr[service.len - 1] == '$')
        say->target = service; /* a computer: where the account is going */
    else
        say->service = service;
    return true;
}

/* The domain that a controller serves: 4771 and 4776 don't tell it. */
static struct sw_str domain_of_host(struct sw_str host)
{
    size_t dot = sw_str_chr(host, '.');
    return dot == SW_NPOS ? nothing : sw_str_from(host, dot + 1);
}

static bool explicit_credentials(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str server = PART(SERVER);
    if (server.len == 0 || sw_str_ieq(server, SW_STR("localhost")) || sw_str_is(server, "-"))
        return false;
    say->kind = SW_LOGIN_EXPLICIT;
    say->outcome = SW_LOGIN_SUCCESS;
    say->source = PART(TARGET); /* used on the computer that logs it */
    say->target = server;
    return true;
}

static bool windows_form(const struct sw_str *part, struct sw_account_saying *say)
{
    uint64_t id = number_of(PART(EVENT));
    say->windows = true;
    say->user = PART(USER);
    say->domain = PART(DOMAIN);
    if (id == 4672) {
        say->user = PART(ACTOR);
        say->domain = PART(FACTOR);
    }
    if ((id == 4776 || id == 4771) && say->domain.len == 0 && sw_str_chr(say->user, '@') == SW_NPOS &&
        sw_str_chr(say->user, '\\') == SW_NPOS)
        say->domain = domain_of_host(PART(TARGET));
    if (id < 4624 || id > 4776 || is_machine(say->user, say->domain))
        return false;
    say->source = sw_str_is(PART(SOURCE), "-") ? nothing : PART(SOURCE);
    say->target = PART(TARGET);
    switch (id) {
    case 4624:
        return logon(part, say, false);
    case 4625:
        return logon(part, say, true);
    case 4648:
        return explicit_credentials(part, say);
    case 4672:
        say->kind = SW_LOGIN_PRIVILEGE;
        say->outcome = SW_LOGIN_SUCCESS;
        return true;
    case 4768:
        return kerberos_login(part, say, false);
    case 4769:
        return ticket(part, say);
    case 4771:
        return kerberos_login(part, say, true);
    case 4776:
        say->kind = SW_LOGIN_NTLM;
        say->flags = SW_LOGIN_F_NTLM;
        say->workstation = PART(WORKSTATION);
        say->outcome = SW_LOGIN_SUCCESS;
        if (number_of(PART(STATUS)) != 0)
            fail(say, ntstatus_flags(number_of(PART(STATUS))));
        return true;
    default:
        return false;
    }
}

/* Remote desktop sessions as the terminal service logs them: 21 logon, 25 reconnection. */
static bool session_form(const struct sw_str *part, struct sw_account_saying *say)
{
    uint64_t id = number_of(PART(EVENT));
    if ((id != 21 && id != 25) || sw_str_is(PART(SOURCE), "LOCAL"))
        return false;
    *say = (struct sw_account_saying){.user = PART(USER),
                                      .source = PART(SOURCE),
                                      .target = PART(TARGET),
                                      .kind = SW_LOGIN_REMOTE,
                                      .outcome = SW_LOGIN_SUCCESS,
                                      .windows = true,
                                      .weight = 1};
    return true;
}

/* --- Linux -------------------------------------------------------------------------------------------------- */

static bool linux_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    bool failed = sw_str_is(PART(STATUS), "failure");
    if (PART(STATUS).len == 0)
        return false;
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->target = PART(TARGET);
    say->device = PART(DEVICE);
    say->outcome = failed ? SW_LOGIN_FAILURE : SW_LOGIN_SUCCESS;
    uint64_t repeated = number_of(PART(REPEATED));
    if (repeated > 1 && repeated < 100000)
        say->weight = (uint32_t)repeated;
    if (sw_str_is(event, "sudo") || sw_str_is(event, "su")) {
        say->user = PART(ACTOR);
        say->kind = SW_LOGIN_SUDO;
        say->flags = failed ? 0 : SW_LOGIN_F_PRIVILEGED;
        return true;
    }
    if (sw_str_is(event, "invalid-user"))
        say->flags = SW_LOGIN_F_NO_USER;
    else if (!sw_str_is(event, "login"))
        return false;
    struct sw_str message = PART(MESSAGE);
    if (failed && (sw_str_find(message, SW_STR("invalid user")) != SW_NPOS ||
                   sw_str_find(message, SW_STR("illegal user")) != SW_NPOS))
        say->flags = SW_LOGIN_F_NO_USER;
    say->kind = PART(SOURCE).len > 0 ? SW_LOGIN_SSH : SW_LOGIN_INTERACTIVE;
    return true;
}

/* --- appliances --------------------------------------------------------------------------------------------- */

static bool cisco_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    bool vpn = sw_str_starts(PART(TYPE), SW_STR("113")) || sw_str_starts(PART(TYPE), SW_STR("716")) ||
               sw_str_starts(PART(TYPE), SW_STR("722"));
    if (PART(STATUS).len == 0 || (!sw_str_is(event, "login") && !sw_str_is(event, "vpn-open")))
        return false;
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->target = PART(TARGET);
    say->kind = vpn ? SW_LOGIN_VPN : SW_LOGIN_DEVICE;
    say->outcome = sw_str_is(PART(STATUS), "success") ? SW_LOGIN_SUCCESS : SW_LOGIN_FAILURE;
    return true;
}

static bool fortinet_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str action = PART(EVENT);
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->target = PART(TARGET);
    say->country = PART(COUNTRY);
    say->kind = SW_LOGIN_VPN;
    if (sw_str_is(action, "tunnel-up") || sw_str_is(action, "ssl-new-con-login") ||
        sw_str_is(action, "ssl-web-login")) {
        say->outcome = SW_LOGIN_SUCCESS;
        return !IS_ONE_OF(say->user, "N/A");
    }
    if (sw_str_is(action, "ssl-login-fail")) {
        fail(say, sw_str_find(PART(REASON), SW_STR("unknown_user")) != SW_NPOS ? SW_LOGIN_F_NO_USER : 0);
        return true;
    }
    if (!sw_str_is(action, "login"))
        return false;
    say->kind = SW_LOGIN_DEVICE;
    say->outcome = sw_str_is(PART(STATUS), "success") ? SW_LOGIN_SUCCESS : SW_LOGIN_FAILURE;
    return true;
}

static bool globalprotect_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    if (!IS_ONE_OF(event, "gateway-auth", "portal-auth", "gateway-connected", "gateway-register"))
        return false;
    bool failed = sw_str_ifind(PART(STATUS), SW_STR("fail")) != SW_NPOS ||
                  (PART(STATUS).len == 0 && sw_str_ifind(PART(REASON), SW_STR("fail")) != SW_NPOS);
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->target = PART(TARGET);
    say->country = PART(COUNTRY);
    say->device = PART(DEVICE);
    say->kind = SW_LOGIN_VPN;
    say->outcome = failed ? SW_LOGIN_FAILURE : SW_LOGIN_SUCCESS;
    return true;
}

/* "... Login from: 198.51.100.23, User name: jo." */
static bool paloalto_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    if (!sw_str_starts(event, SW_STR("globalprotect")) || sw_str_find(event, SW_STR("-auth-")) == SW_NPOS)
        return false;
    say->source = word_of(after(PART(MESSAGE), "Login from: "), ',');
    say->user = word_of(after(PART(MESSAGE), "User name: "), ',');
    if (say->user.len > 0 && say->user.ptr[say->user.len - 1] == '.')
        say->user.len--;
    say->target = PART(TARGET);
    say->kind = SW_LOGIN_VPN;
    say->outcome = sw_str_iends(event, SW_STR("-fail")) ? SW_LOGIN_FAILURE : SW_LOGIN_SUCCESS;
    return true;
}

/* "... SSLVPN LOGIN 1234 0 : Context jo@203.0.113.5 - SessionId: 12 - User jo - Client_ip 203.0.113.5 - ...", "AAA
 * LOGIN_FAILED". */
static bool netscaler_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str message = PART(MESSAGE);
    bool failed = sw_str_find(message, SW_STR(" LOGIN_FAILED ")) != SW_NPOS;
    if (!failed && sw_str_find(message, SW_STR("SSLVPN LOGIN ")) == SW_NPOS)
        return false;
    say->user = word_of(after(message, " User "), ' ');
    say->source = word_of(after(message, "Client_ip "), ' ');
    say->target = PART(TARGET);
    say->kind = SW_LOGIN_VPN;
    say->outcome = failed ? SW_LOGIN_FAILURE : SW_LOGIN_SUCCESS;
    return true;
}

/* "... - ive - [203.0.113.5] jo(Users)[] - Login failed using auth server ...". */
static bool ivanti_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str rest = after(PART(MESSAGE), " - [");
    struct sw_str said = after(rest, "] - ");
    bool failed =
        sw_str_starts(said, SW_STR("Login failed")) || sw_str_starts(said, SW_STR("Primary authentication failed"));
    if (!failed && !sw_str_starts(said, SW_STR("Login succeeded")) &&
        !sw_str_starts(said, SW_STR("VPN Tunneling: Session started")))
        return false;
    say->source = word_of(rest, ']');
    rest = after(rest, "] ");
    say->user = word_of(rest, '(');
    say->target = PART(TARGET);
    say->kind = sw_str_starts(after(rest, "("), SW_STR("Admin")) ? SW_LOGIN_DEVICE : SW_LOGIN_VPN;
    say->outcome = failed ? SW_LOGIN_FAILURE : SW_LOGIN_SUCCESS;
    return true;
}

/* --- clouds ------------------------------------------------------------------------------------------------- */

/* Entra's error codes (AADSTS); false: an interruption that tells nothing. */
static bool entra_code(uint64_t code, struct sw_account_saying *say)
{
    switch (code) {
    case 0:
        say->outcome = SW_LOGIN_SUCCESS;
        return true;
    case 50126: /* wrong name or password */
        fail(say, 0);
        return true;
    case 50034:
    case 51004:
        fail(say, SW_LOGIN_F_NO_USER);
        return true;
    case 50053:
        fail(say, SW_LOGIN_F_LOCKED);
        return true;
    case 50055: /* expired, disabled, refused by a policy */
    case 50144:
    case 50057:
    case 53003:
    case 53000:
    case 50105:
        fail(say, SW_LOGIN_F_EXPIRED);
        return true;
    case 50074: /* a second factor is asked for */
    case 50076:
    case 50158:
        say->kind = SW_LOGIN_MFA;
        say->outcome = SW_LOGIN_UNKNOWN;
        return true;
    case 500121: /* ... and was not given */
        say->kind = SW_LOGIN_MFA;
        fail(say, 0);
        return true;
    default:
        return false;
    }
}

static bool entra_form(const struct sw_str *part, struct sw_account_saying *say)
{
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->service = PART(SERVICE);
    say->session = PART(SESSION);
    say->device = PART(DEVICE);
    say->country = PART(COUNTRY);
    say->latitude = PART(LATITUDE);
    say->longitude = PART(LONGITUDE);
    say->kind = SW_LOGIN_WEB;
    if (sw_str_ieq(PART(FACTOR), SW_STR("multiFactorAuthentication")))
        say->flags = SW_LOGIN_F_MFA;
    return entra_code(number_of(PART(STATUS)), say);
}

static bool entra_audit_form(const struct sw_str *part, struct sw_account_saying *say)
{
    if (!IS_ONE_OF(PART(EVENT), "User registered security info", "User registered all required security info",
                   "Admin registered security info", "User changed default security info") ||
        !IS_ONE_OF(PART(STATUS), "success", ""))
        return false;
    bool by_admin = sw_str_starts(PART(EVENT), SW_STR("Admin"));
    say->user = PART(USER).len > 0 ? PART(USER) : PART(ACTOR);
    say->source = by_admin ? nothing : PART(SOURCE);
    say->kind = SW_LOGIN_MFA_CHANGE;
    say->outcome = SW_LOGIN_SUCCESS;
    return true;
}

static bool m365_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->service = PART(SERVICE);
    say->session = PART(SESSION);
    if (sw_str_chr(say->user, '@') == SW_NPOS || say->source.len == 0)
        return false; /* the service itself */
    if (sw_str_is(event, "UserLoggedIn")) {
        say->kind = SW_LOGIN_WEB;
        say->outcome = SW_LOGIN_SUCCESS;
        return true;
    }
    if (sw_str_is(event, "UserLoginFailed")) {
        say->kind = SW_LOGIN_WEB;
        uint64_t code = number_of(PART(STATUS));
        return code != 0 && code != UINT64_MAX ? entra_code(code, say) : (fail(say, 0), true);
    }
    say->kind = SW_LOGIN_USE;
    say->outcome = SW_LOGIN_SUCCESS;
    return say->session.len > 0;
}

static bool okta_mfa(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    say->kind = SW_LOGIN_MFA;
    if (sw_str_istarts(event, SW_STR("user.mfa.okta_verify.deny_push")) ||
        sw_str_is(event, "user.account.report_suspicious_activity_by_enduser")) {
        fail(say, sw_str_starts(event, SW_STR("user.account")) ? SW_LOGIN_F_FRAUD : 0);
        return true;
    }
    if (sw_str_is(event, "system.push.send_factor_verify_push")) {
        say->outcome = SW_LOGIN_UNKNOWN;
        return true;
    }
    if (!sw_str_is(event, "user.authentication.auth_via_mfa"))
        return false;
    say->outcome = sw_str_is(PART(STATUS), "SUCCESS") ? SW_LOGIN_SUCCESS : SW_LOGIN_FAILURE;
    return IS_ONE_OF(PART(STATUS), "SUCCESS", "FAILURE", "DENY");
}

static bool okta_form(const struct sw_str *part, struct sw_account_saying *say)
{
    struct sw_str event = PART(EVENT);
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->session = PART(SESSION);
    say->country = PART(COUNTRY);
    say->latitude = PART(LATITUDE);
    say->longitude = PART(LONGITUDE);
    if (sw_str_chr(say->user, '@') == SW_NPOS)
        return false; /* the system */
    if (sw_str_is(event, "user.mfa.factor.activate") || sw_str_is(event, "user.mfa.factor.update")) {
        say->kind = SW_LOGIN_MFA_CHANGE;
        say->outcome = SW_LOGIN_SUCCESS;
        return !IS_ONE_OF(PART(STATUS), "FAILURE");
    }
    if (okta_mfa(part, say))
        return true;
    bool sso = sw_str_is(event, "user.authentication.sso");
    if (!sso && !sw_str_is(event, "user.session.start"))
        return false;
    say->service = sso ? PART(SERVICE) : nothing;
    say->kind = SW_LOGIN_WEB;
    say->outcome = SW_LOGIN_SUCCESS;
    if (!sw_str_is(PART(STATUS), "SUCCESS") && PART(STATUS).len > 0)
        fail(say, sw_str_is(PART(REASON), "LOCKED_OUT")         ? SW_LOGIN_F_LOCKED
                  : sw_str_is(PART(REASON), "PASSWORD_EXPIRED") ? SW_LOGIN_F_EXPIRED
                  : sw_str_is(PART(REASON), "VERIFICATION_ERROR") || sw_str_is(PART(REASON), "UNKNOWN_USER")
                      ? SW_LOGIN_F_NO_USER
                      : 0u);
    return true;
}

static bool duo_form(const struct sw_str *part, struct sw_account_saying *say)
{
    say->user = PART(USER);
    say->source = PART(SOURCE);
    say->service = PART(SERVICE);
    say->country = PART(COUNTRY);
    if (sw_str_is(PART(EVENT), "enrollment")) {
        say->kind = SW_LOGIN_MFA_CHANGE;
        say->outcome = SW_LOGIN_SUCCESS;
        return true;
    }
    if (!sw_str_is(PART(EVENT), "authentication") || IS_ONE_OF(PART(FACTOR), "remembered_device", "not_available"))
        return false;
    say->kind = SW_LOGIN_MFA;
    if (IS_ONE_OF(PART(STATUS), "success", "allow"))
        say->outcome = SW_LOGIN_SUCCESS;
    else
        fail(say, IS_ONE_OF(PART(STATUS), "fraud") ? SW_LOGIN_F_FRAUD : 0);
    return true;
}

static bool aws_form(const struct sw_str *part, struct sw_account_saying *say)
{
    if (!sw_str_is(PART(EVENT), "ConsoleLogin"))
        return false;
    bool root = sw_str_is(PART(TYPE), "Root");
    say->user = root ? SW_STR("root") : PART(USER);
    say->domain = PART(DOMAIN);
    say->source = PART(SOURCE);
    say->service = SW_STR("AWS console");
    say->kind = SW_LOGIN_WEB;
    say->flags = root ? SW_LOGIN_F_PRIVILEGED : 0;
    if (sw_str_is(PART(FACTOR), "Yes"))
        say->flags |= SW_LOGIN_F_MFA;
    say->outcome = SW_LOGIN_SUCCESS;
    if (!sw_str_is(PART(STATUS), "Success"))
        fail(say, sw_str_find(PART(REASON), SW_STR("No username found")) != SW_NPOS ? SW_LOGIN_F_NO_USER : 0);
    return !sw_str_is(say->user, "HIDDEN_DUE_TO_SECURITY_REASONS");
}

/* --- table -------------------------------------------------------------------------------------------------- */

sw_account_form sw_account_form_of(struct sw_str class_name)
{
    static const struct {
        const char *class_name;
        sw_account_form form;
    } forms[] = {
        {"windows/security", windows_form},
        {"windows/terminalservices-localsessionmanager", session_form},
        {"linux/sshd", linux_form},
        {"linux/sudo", linux_form},
        {"linux/su", linux_form},
        {"linux/auth", linux_form},
        {"firewall/asa", cisco_form},
        {"cisco/aaa", cisco_form},
        {"cisco/syslog", cisco_form},
        {"fortios/sslvpnd", fortinet_form},
        {"fortigate/event", fortinet_form},
        {"paloalto/globalprotect", globalprotect_form},
        {"paloalto/system", paloalto_form},
        {"linux/syslog/netscaler", netscaler_form},
        {"text/netscaler", netscaler_form},
        {"text/logfile/netscaler", netscaler_form},
        {"linux/syslog/ivanti", ivanti_form},
        {"azure/signinlogs", entra_form},
        {"azure/auditlogs", entra_audit_form},
        {"m365/audit", m365_form},
        {"m365/exchange", m365_form},
        {"okta/okta", okta_form},
        {"cisco/duo", duo_form},
        {"aws/cloudtrail", aws_form},
    };
    for (size_t i = 0; i < SW_COUNT_OF(forms); i++)
        if (sw_str_is(class_name, forms[i].class_name))
            return forms[i].form;
    return NULL;
}
