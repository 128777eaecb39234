/* program_login.c - who came in, and as whom: sshd, sudo, su, login, PAM, polkit, systemd-logind. */
#include "decode/programs.h"

/* --- sshd: OpenSSH's auth.c, auth2.c, monitor.c, packet.c, sshd.c ------------------------------------------- */

static const struct sw_form sshd_rows[] = {
    {"Accepted {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}: "
     "{key_type:word} {key_fingerprint}", "login", "success"},
    {"Accepted {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}: {_}",
     "login", "success"},
    {"Accepted {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}",
     "login", "success"},
    {"Accepted {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num}", "login", "success"},
    {"Failed {auth_method:word} for invalid user {+user?} from {src_ip:addr} port {src_port:num} "
     "{ssh_protocol:word}: {key_type:word} {key_fingerprint}", "login", "failure"},
    {"Failed {auth_method:word} for invalid user {+user?} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}",
     "login", "failure"},
    {"Failed {auth_method:word} for illegal user {+user?} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}",
     "login", "failure"},
    {"Failed {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}: "
     "{key_type:word} {key_fingerprint}", "login", "failure"},
    {"Failed {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}",
     "login", "failure"},
    {"Postponed {auth_method:word} for invalid user {+user?} from {src_ip:addr} port {src_port:num} "
     "{ssh_protocol:word}", NULL, NULL},
    {"Postponed {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}", NULL, NULL},
    {"Partial {auth_method:word} for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}", NULL, NULL},
    {"Invalid user {+user?} from {src_ip:addr} port {src_port:num}", "invalid-user", "failure"},
    {"Invalid user {+user?} from {src_ip:addr}", "invalid-user", "failure"},
    {"Illegal user {+user?} from {src_ip:addr}", "invalid-user", "failure"},
    {"input_userauth_request: invalid user {user?}", "invalid-user", "failure"},
    {"User {+user} from {src_ip:addr} not allowed because {reason}", "login", "failure"},
    {"ROOT LOGIN REFUSED FROM {src_ip:addr} port {src_port:num}", "login", "failure"},
    {"ROOT LOGIN REFUSED FROM {src_ip:addr}", "login", "failure"},
    {"Disconnected from authenticating user {+user?} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Disconnected from invalid user {+user?} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Disconnected from user {+user} {src_ip:addr} port {src_port:num}", "logout", NULL},
    {"Disconnected from {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Disconnected from {user_state:word} user {+user} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Received disconnect from {src_ip:addr} port {src_port:num}:{reason}", "disconnect", NULL},
    {"Received disconnect from {src_ip:addr}: {reason}", "disconnect", NULL},
    {"Disconnecting authenticating user {+user?} {src_ip:addr} port {src_port:num}: {reason}", "disconnect", "failure"},
    {"Disconnecting invalid user {+user?} {src_ip:addr} port {src_port:num}: {reason}", "disconnect", "failure"},
    {"Disconnecting user {+user} {src_ip:addr} port {src_port:num}: {reason}", "disconnect", NULL},
    {"Disconnecting: {reason}", "disconnect", NULL},
    {"Connection closed by authenticating user {+user?} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection closed by invalid user {+user?} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection closed by user {+user} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection closed by {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection closed by {src_ip:addr}", "disconnect", NULL},
    {"Connection reset by authenticating user {+user?} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection reset by invalid user {+user?} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection reset by user {+user} {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection reset by {src_ip:addr} port {src_port:num}", "disconnect", NULL},
    {"Connection from {src_ip:addr} port {src_port:num} on {dst_ip:addr} port {dst_port:num} {_}", "connect", NULL},
    {"Connection from {src_ip:addr} port {src_port:num} on {dst_ip:addr} port {dst_port:num}", "connect", NULL},
    {"Connection from {src_ip:addr} port {src_port:num}", "connect", NULL},
    {"Did not receive identification string from {src_ip:addr} port {src_port:num}", "disconnect", "failure"},
    {"Did not receive identification string from {src_ip:addr}", "disconnect", "failure"},
    {"Bad protocol version identification '{+banner?}' from {src_ip:addr} port {src_port:num}",
     "disconnect", "failure"},
    {"Bad protocol version identification '{+banner?}' from {src_ip:addr}", "disconnect", "failure"},
    {"banner exchange: Connection from {src_ip:addr} port {src_port:num}: {reason}", "disconnect", "failure"},
    {"Unable to negotiate with {src_ip:addr} port {src_port:num}: {reason}", "disconnect", "failure"},
    {"Unable to negotiate with {src_ip:addr}: {reason}", "disconnect", "failure"},
    {"ssh_dispatch_run_fatal: Connection from authenticating user {+user?} {src_ip:addr} port {src_port:num}: "
     "{reason}", "disconnect", "failure"},
    {"ssh_dispatch_run_fatal: Connection from invalid user {+user?} {src_ip:addr} port {src_port:num}: {reason}",
     "disconnect", "failure"},
    {"ssh_dispatch_run_fatal: Connection from user {+user} {src_ip:addr} port {src_port:num}: {reason}",
     "disconnect", NULL},
    {"ssh_dispatch_run_fatal: Connection from {src_ip:addr} port {src_port:num}: {reason}", "disconnect", "failure"},
    {"maximum authentication attempts exceeded for invalid user {+user?} from {src_ip:addr} port {src_port:num} "
     "{ssh_protocol:word}", "login", "failure"},
    {"maximum authentication attempts exceeded for {+user} from {src_ip:addr} port {src_port:num} {ssh_protocol:word}",
     "login", "failure"},
    {"PAM: Authentication failure for illegal user {+user?} from {src_ip:addr}", "login", "failure"},
    {"PAM: User not known to the underlying authentication module for illegal user {+user?} from {src_ip:addr}",
     "login", "failure"},
    {"PAM: {reason} for illegal user {+user?} from {src_ip:addr}", "login", "failure"},
    {"PAM: {reason} for {+user} from {src_ip:addr}", "login", "failure"},
    {"Timeout before authentication for connection from {src_ip:addr} to {dst_ip:addr}, pid = {_}",
     "disconnect", "failure"},
    {"Timeout before authentication for {src_ip:addr} port {src_port:num}", "disconnect", "failure"},
    {"Timeout before authentication for {src_ip:addr}", "disconnect", "failure"},
    {"refused connect from {src_host:word} ({src_ip:addr})", "connect", "failure"},
    {"Magic value check failed ({_}) on obfuscated handshake from {src_ip:addr} port {src_port:num}",
     "disconnect", "failure"},
    {"drop connection #{_} from [{src_ip:addr}]:{src_port:num} on [{dst_ip:addr}]:{dst_port:num} {reason}",
     "connect", "failure"},
    {"Starting session: {session} for {+user} from {src_ip:addr} port {src_port:num} id {_}", "session-open", NULL},
    {"Starting session: {session} for {+user} from {src_ip:addr} port {src_port:num}", "session-open", NULL},
    {"Close session: user {+user} from {src_ip:addr} port {src_port:num} id {_}", "session-close", NULL},
    {"subsystem request for {session} by user {user}", "session-open", NULL},
    {"subsystem request for {session}", "session-open", NULL},
    {"Server listening on {dst_ip:addr} port {dst_port:num}.", "service-start", NULL},
    {"Authentication refused: {reason}", "login", "failure"},
    {"reverse mapping checking getaddrinfo for {src_host:word} [{src_ip:addr}] failed{_?}", NULL, NULL},
    {"reverse mapping checking getaddrinfo for {src_host:word} failed{_?}", NULL, NULL},
    {"Address {src_ip:addr} maps to {src_host:word}, but this does not map back to the address{_?}", NULL, NULL},
    {"Nasty PTR record \"{src_host}\" is set up for {src_ip:addr}, ignoring", NULL, NULL},
};
static struct sw_forms sshd_forms = SW_FORMS(sshd_rows);

/* "error: ", "fatal: " in front and " [preauth]" behind belong to the logging, not to the form. */
static struct sw_str sshd_core(struct sw_str message)
{
    struct sw_str s = sw_str_trim(message);
    static const struct sw_str heads[] = {SW_STR_INIT("error: "), SW_STR_INIT("fatal: "), SW_STR_INIT("warning: ")};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (sw_str_starts(s, heads[i]))
            s = sw_str_from(s, heads[i].len);
    if (sw_str_ends(s, SW_STR(" [preauth]")))
        s.len -= 10;
    return s;
}

static bool sshd_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    (void)state;
    return sw_forms_apply(&sshd_forms, d, sshd_core(message));
}

/* --- sudo --------------------------------------------------------------------------------------------------- */

/* The value of "NAME=value" as one of " ; "-separated parts. */
static void sudo_part(struct sw_decode *d, struct sw_log_state *state, struct sw_str part)
{
    size_t equal = sw_str_chr(part, '=');
    if (equal == SW_NPOS || equal == 0 || equal > 16) {
        sw_log_add(d, SW_LF_REASON, part);
        return;
    }
    struct sw_str name = sw_str_slice(part, 0, equal);
    struct sw_str value = sw_str_from(part, equal + 1);
    for (size_t i = 0; i < name.len; i++)
        if (!sw_is_alpha(name.ptr[i]) && name.ptr[i] != '_') {
            sw_log_add(d, SW_LF_REASON, part);
            return;
        }
    sw_log_add_named(d, state, name, value);
}

/* "alice : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id". COMMAND
 * is last and may hold anything. */
static bool sudo_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct sw_str s = sw_str_trim(message);
    size_t colon = sw_str_find(s, SW_STR(" : "));
    size_t command = sw_str_find(s, SW_STR("COMMAND="));
    if (colon == SW_NPOS || colon == 0 || (command != SW_NPOS && command < colon))
        return false;
    struct sw_str who = sw_str_slice(s, 0, colon);
    if (sw_str_chr(who, ' ') != SW_NPOS && sw_str_find(s, SW_STR("TTY=")) == SW_NPOS)
        return false;
    sw_log_add(d, SW_LF_EVENT, SW_STR("sudo"));
    sw_log_add(d, SW_LF_SRC_USER, who);
    uint32_t before = d->event.count;
    struct sw_str rest = sw_str_from(s, colon + 3);
    while (rest.len > 0) {
        size_t end = sw_str_starts(rest, SW_STR("COMMAND=")) ? SW_NPOS : sw_str_find(rest, SW_STR(" ; "));
        sudo_part(d, state, sw_str_slice(rest, 0, end));
        rest = end == SW_NPOS ? (struct sw_str){NULL, 0} : sw_str_from(rest, end + 3);
    }
    bool refused = d->event.count > before && d->event.fields[before].id == sw_log_ids[SW_LF_REASON];
    sw_log_add(d, SW_LF_OUTCOME, refused ? SW_STR("failure") : SW_STR("success"));
    return true;
}

/* --- su, login, polkit, logind -------------------------------------------------------------------------------- */

static const struct sw_form su_rows[] = {
    {"Successful su for {user} by {src_user}", "su", "success"},
    {"FAILED su for {user} by {src_user}", "su", "failure"},
    {"FAILED SU (to {user}) {src_user:word} on {tty:word}", "su", "failure"},
    {"(to {user}) {src_user:word} on {tty:word}", "su", "success"},
    {"BAD SU {src_user:word} to {user:word} on {tty:word}", "su", "failure"},
    {"'su {user:word}' failed for {src_user:word} on {tty:word}", "su", "failure"},
    {"'su {user:word}' succeeded for {src_user:word} on {tty:word}", "su", "success"},
    {"+ {tty:word} {src_user:word}:{user:word}", "su", "success"},
    {"- {tty:word} {src_user:word}:{user:word}", "su", "failure"},
    {"{src_user:word} to {user:word} on {tty:word}", "su", "success"},
};
static struct sw_forms su_forms = SW_FORMS(su_rows);

static const struct sw_form login_rows[] = {
    {"FAILED LOGIN ({_}) on '{tty}' FOR '{+user}', {reason}", "login", "failure"},
    {"FAILED LOGIN SESSION FROM {src_ip:addr} FOR {user}, {reason}", "login", "failure"},
    {"FAILED LOGIN {_:word} FROM {src_ip:addr} FOR {user}, {reason}", "login", "failure"},
    {"ROOT LOGIN  on '{tty}' from '{src_ip:addr}'", "login", "success"},
    {"ROOT LOGIN  on '{tty}'", "login", "success"},
    {"LOGIN ON {tty:word} BY {user:word} FROM {src_ip:addr}", "login", "success"},
    {"LOGIN ON {tty:word} BY {user:word}", "login", "success"},
    {"ROOT LOGIN ON {tty:word} FROM {src_ip:addr}", "login", "success"},
    {"ROOT LOGIN ON {tty:word}", "login", "success"},
};
static struct sw_forms login_forms = SW_FORMS(login_rows);

static const struct sw_form logind_rows[] = {
    {"New session {session:word} of user {user}.", "session-open", NULL},
    {"New session '{session}' of user '{user}' with {_}.", "session-open", NULL},
    {"Removed session {session:word}.", "session-close", NULL},
    {"Session {session:word} logged out.{_?}", "session-close", NULL},
    {"Power key pressed{_?}", "power", NULL},
    {"System is {reason}.", "power", NULL},
};
static struct sw_forms logind_forms = SW_FORMS(logind_rows);

static const struct sw_form polkit_rows[] = {
    {"Operator of {_} successfully authenticated as unix-user:{user:word} to gain {_} authorization for action "
     "{action:word} {_}", "authorize", "success"},
    {"Operator of {_} FAILED to authenticate to gain authorization for action {action:word} {_}",
     "authorize", "failure"},
    {"Registered Authentication Agent for {_}", NULL, NULL},
};
static struct sw_forms polkit_forms = SW_FORMS(polkit_rows);

/* pkexec: "alice: The value for ... [USER=root] [TTY=/dev/pts/3] [CWD=/tmp] [COMMAND=...]". */
static bool pkexec_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    size_t colon = sw_str_find(message, SW_STR(": "));
    size_t open = sw_str_find(message, SW_STR(" [USER="));
    if (colon == SW_NPOS || open == SW_NPOS || open < colon + 2)
        return false;
    struct sw_str reason = sw_str_slice(message, colon + 2, open);
    sw_log_add(d, SW_LF_EVENT, SW_STR("pkexec"));
    sw_log_add(d, SW_LF_SRC_USER, sw_str_slice(message, 0, colon));
    sw_log_add(d, SW_LF_OUTCOME, sw_str_starts(reason, SW_STR("Executing")) ? SW_STR("success") : SW_STR("failure"));
    sw_log_add(d, SW_LF_REASON, reason);
    struct sw_str rest = sw_str_from(message, open + 1);
    while (rest.len > 2 && rest.ptr[0] == '[') {
        size_t equal = sw_str_chr(rest, '=');
        /* The command is last and may hold brackets of its own. */
        bool last = sw_str_starts(rest, SW_STR("[COMMAND="));
        size_t end = last ? rest.len - 1 : sw_str_find(rest, SW_STR("] ["));
        if (end == SW_NPOS)
            end = rest.len - 1;
        if (equal == SW_NPOS || equal >= end || equal > 32)
            break;
        sw_log_add_named(d, state, sw_str_slice(rest, 1, equal), sw_str_slice(rest, equal + 1, end));
        rest = sw_str_from(rest, end + 2);
    }
    return true;
}

/* --- PAM ------------------------------------------------------------------------------------------------------ */

static const struct sw_form pam_rows[] = {
    {"session opened for user {user:word}(uid={uid:num}) by {src_user:word}(uid={_})", "session-open", NULL},
    {"session opened for user {user:word}(uid={uid:num}) by (uid={_})", "session-open", NULL},
    {"session opened for user {user:word} by {src_user:word}(uid={_})", "session-open", NULL},
    {"session opened for user {user:word} by (uid={_})", "session-open", NULL},
    {"session opened for user {user}", "session-open", NULL},
    {"session closed for user {user}", "session-close", NULL},
    {"check pass; user unknown", "login", "failure"},
    {"password changed for {user}", "password-change", "success"},
    {"user {user:word} ({uid:num}) tally {tally:num}, deny {_}", "lockout", "failure"},
    {"Consecutive login failures for user {user:word} account temporarily locked{_?}", "lockout", "failure"},
    {"User unknown", "login", "failure"},
    {"bad username [{user?}]", "login", "failure"},
    {"could not identify user (from getpwnam({user}))", "login", "failure"},
    {"account {user:word} has expired {_}", "login", "failure"},
    {"requirement \"{reason}\" not met by user \"{user}\"", "login", "failure"},
    {"conversation failed", "login", "failure"},
    {"auth could not identify password for [{user}]", "login", "failure"},
};
static struct sw_forms pam_forms = SW_FORMS(pam_rows);

/* "logname=zoe uid=0 euid=0 tty=ssh ruser= rhost=5.33.63.160  user=workshop": values have no spaces but the last. */
static void pam_pairs(struct sw_decode *d, struct sw_log_state *state, struct sw_str s)
{
    while (s.len > 0) {
        s = sw_str_trim(s);
        size_t equal = sw_str_chr(s, '=');
        if (equal == SW_NPOS || equal == 0 || equal > 32)
            return;
        struct sw_str name = sw_str_slice(s, 0, equal);
        bool rest_of_line = sw_str_is(name, "user") || sw_str_is(name, "msg");
        size_t end = sw_str_chr(sw_str_from(s, equal + 1), ' ');
        /* "user=toor@pam msg=no such user": what follows user= is its end only when it is another pair. */
        if (end != SW_NPOS && rest_of_line && sw_str_find(sw_str_from(s, equal + 1 + end), SW_STR(" msg=")) != 0)
            end = SW_NPOS;
        struct sw_str value = sw_str_slice(sw_str_from(s, equal + 1), 0, end);
        s = end == SW_NPOS ? (struct sw_str){NULL, 0} : sw_str_from(s, equal + 1 + end);
        if (value.len == 0)
            continue;
        if (sw_str_is(name, "rhost")) {
            sw_log_add_address(d, SW_LF_SRC_IP, value);
            sw_log_add_named(d, state, name, value);
        } else {
            sw_log_add_named(d, state, name, value);
        }
    }
}

static bool pam_text(struct sw_decode *d, struct sw_log_state *state, struct sw_str text)
{
    static const struct sw_str failure = SW_STR_INIT("authentication failure; ");
    if (sw_str_istarts(text, failure)) {
        sw_log_add(d, SW_LF_EVENT, SW_STR("login"));
        sw_log_add(d, SW_LF_OUTCOME, SW_STR("failure"));
        pam_pairs(d, state, sw_str_from(text, failure.len));
        return true;
    }
    return sw_forms_apply(&pam_forms, d, text);
}

/* "PAM 2 more authentication failures; logname= ..." */
static bool pam_more(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    size_t pairs = sw_str_find(message, SW_STR("; "));
    size_t number = sw_str_chr(sw_str_from(message, 4), ' ');
    if (pairs == SW_NPOS || number == SW_NPOS ||
        sw_str_find(message, SW_STR(" more authentication failure")) != 4 + number)
        return false;
    sw_log_add(d, SW_LF_EVENT, SW_STR("login"));
    sw_log_add(d, SW_LF_OUTCOME, SW_STR("failure"));
    sw_log_add_number(d, SW_LF_REPEATED, sw_str_slice(message, 4, 4 + number));
    pam_pairs(d, state, sw_str_from(message, pairs + 2));
    return true;
}

bool sw_pam_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (sw_str_starts(message, SW_STR("PAM ")))
        return pam_more(d, state, message);
    if (!sw_str_starts(message, SW_STR("pam_")))
        return false;
    size_t close = sw_str_find(message, SW_STR("): "));
    size_t open = sw_str_chr(message, '(');
    if (close == SW_NPOS || open == SW_NPOS || open > close || open > 32)
        return false;
    struct sw_str inside = sw_str_slice(message, open + 1, close);
    size_t colon = sw_str_chr(inside, ':');
    sw_log_add(d, SW_LF_PAM_MODULE, sw_str_slice(message, 0, open));
    sw_log_add(d, SW_LF_PAM_SERVICE, sw_str_slice(inside, 0, colon));
    if (colon != SW_NPOS)
        sw_log_add(d, SW_LF_PAM_TYPE, sw_str_from(inside, colon + 1));
    (void)pam_text(d, state, sw_str_from(message, close + 3));
    return true;
}

/* Programs that write PAM's texts without its head: "sshd(pam_unix)[12]: session opened ...", Proxmox's daemons. */
static bool bare_pam_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    return pam_text(d, state, message);
}

static const struct sw_program programs[] = {
    {"sshd", SW_LC_SSHD, NULL, sshd_parse},
    {"sshd-session", SW_LC_SSHD, NULL, sshd_parse},
    {"sshd-auth", SW_LC_SSHD, NULL, sshd_parse},
    {"dropbear", SW_LC_SSHD, NULL, NULL},
    {"sudo", SW_LC_SUDO, NULL, sudo_parse},
    {"su", SW_LC_SU, &su_forms, bare_pam_parse},
    {"login", SW_LC_AUTH, &login_forms, bare_pam_parse},
    {"systemd-logind", SW_LC_AUTH, &logind_forms, NULL},
    {"polkitd", SW_LC_AUTH, &polkit_forms, NULL},
    {"pkexec", SW_LC_AUTH, NULL, pkexec_parse},
    {"gdm-password]", SW_LC_AUTH, NULL, NULL},
    {"lightdm", SW_LC_AUTH, NULL, NULL},
    {"pvedaemon", SW_LC_AUTH, NULL, bare_pam_parse},
    {"pvestatd", SW_LC_AUTH, NULL, bare_pam_parse},
};
static struct sw_forms *const forms[] = {&sshd_forms,   &su_forms,  &login_forms, &logind_forms,
                                         &polkit_forms, &pam_forms};

const struct sw_program_table sw_programs_login = {programs, sizeof programs / sizeof programs[0], forms,
                                                   sizeof forms / sizeof forms[0]};
