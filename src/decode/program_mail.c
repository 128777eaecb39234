/* program_mail.c - mail servers: postfix, dovecot, exim. Logins, rejections, and what goes from whom to whom. */
#include "decode/programs.h"

static const struct sw_form postfix_rows[] = {
    {"warning: {src_host:word}[{src_ip:addr}]: SASL {auth_method:word} authentication failed: {reason?}",
     "login", "failure"},
    {"warning: hostname {src_host:word} does not resolve to address {src_ip}: {_}", NULL, NULL},
    {"warning: hostname {src_host:word} does not resolve to address {src_ip:addr}", NULL, NULL},
    {"warning: {_} from {src_host:word}[{src_ip:addr}]: {reason}", NULL, NULL},
    {"warning: {src_host:word}[{src_ip:addr}]: {reason}", NULL, NULL},
    {"NOQUEUE: reject: {smtp_command:word} from {src_host:word}[{src_ip:addr}]: {status:num} {dsn:word} {reason}; "
     "from=<{mail_from?}> to=<{mail_to?}> proto={_:word} helo=<{helo?}>", "mail-reject", "failure"},
    {"NOQUEUE: reject: {smtp_command:word} from {src_host:word}[{src_ip:addr}]: {status:num} {dsn:word} {reason}; "
     "from=<{mail_from?}> {_}", "mail-reject", "failure"},
    {"NOQUEUE: reject: {smtp_command:word} from {src_host:word}[{src_ip:addr}]: {status:num} {dsn:word} {reason}",
     "mail-reject", "failure"},
    {"NOQUEUE: reject: {smtp_command:word} from {src_host:word}[{src_ip:addr}]: {reason}", "mail-reject", "failure"},
    {"connect from {src_host:word}[{src_ip:addr}]", "connect", NULL},
    {"lost connection after {smtp_command} from {src_host:word}[{src_ip:addr}]", "disconnect", NULL},
    {"disconnect from {src_host:word}[{src_ip:addr}] {_}", "disconnect", NULL},
    {"disconnect from {src_host:word}[{src_ip:addr}]", "disconnect", NULL},
    {"too many errors after {smtp_command} from {src_host:word}[{src_ip:addr}]", "disconnect", "failure"},
    {"{queue_id:word}: client={src_host:word}[{src_ip:addr}], sasl_method={auth_method:word}, sasl_username={user}",
     "login", "success"},
    {"{queue_id:word}: client={src_host:word}[{src_ip:addr}]", "mail-receive", NULL},
    {"{queue_id:word}: from=<{mail_from?}>, size={bytes:num}, nrcpt={_}", "mail-queue", NULL},
    {"{queue_id:word}: to=<{mail_to}>, {_}, status={status:word} ({reason})", "mail-send", NULL},
    {"{queue_id:word}: message-id=<{message_id?}>", NULL, NULL},
    {"{queue_id:word}: removed", NULL, NULL},
};
static struct sw_forms postfix_forms = SW_FORMS(postfix_rows);

/* Behind the names of the processes it went through. */
static const struct sw_form dovecot_rows[] = {
    {"{auth_backend:word}({+user},{src_ip:addr},<{session:word}>): {reason}", "login", "failure"},
    {"{auth_backend:word}({+user},{src_ip:addr}): {reason}", "login", "failure"},
};
static struct sw_forms dovecot_forms = SW_FORMS(dovecot_rows);

/* "auth-worker(863): conn unix:auth-worker (pid=58,uid=10): auth-worker<4>: sql(bob,10.0.0.1): unknown user" */
static bool dovecot_auth(struct sw_decode *d, struct sw_str s)
{
    static const struct {
        struct sw_str start, end;
    } hops[] = {
        {SW_STR_INIT("auth-worker("), SW_STR_INIT("): ")}, {SW_STR_INIT("auth-worker<"), SW_STR_INIT(">: ")},
        {SW_STR_INIT("auth: "), SW_STR_INIT(": ")},        {SW_STR_INIT("Info: "), SW_STR_INIT(": ")},
        {SW_STR_INIT("conn unix:"), SW_STR_INIT("): ")},
    };
    const size_t count = sizeof hops / sizeof hops[0];
    for (unsigned rounds = 0; rounds < 8; rounds++) {
        size_t i = 0;
        size_t end = SW_NPOS;
        while (i < count && (!sw_str_starts(s, hops[i].start) || (end = sw_str_find(s, hops[i].end)) == SW_NPOS))
            i++;
        if (i == count)
            return sw_forms_apply(&dovecot_forms, d, s);
        s = sw_str_from(s, end + hops[i].end.len);
    }
    return false;
}

/* "user=<toto>, method=PLAIN, rip=1.1.1.1, lip=7.7.7.7, TLS, session=<x>" */
static void dovecot_pairs(struct sw_decode *d, struct sw_log_state *state, struct sw_str s)
{
    struct sw_str part;
    while (sw_str_next(&s, ',', &part)) {
        part = sw_str_trim(part);
        size_t equal = sw_str_chr(part, '=');
        if (equal == SW_NPOS || equal == 0 || equal > 32)
            continue;
        struct sw_str name = sw_str_slice(part, 0, equal);
        struct sw_str value = sw_str_from(part, equal + 1);
        if (value.len >= 2 && value.ptr[0] == '<' && value.ptr[value.len - 1] == '>')
            value = sw_str_slice(value, 1, value.len - 1);
        if (value.len == 0)
            continue;
        if (sw_str_is(name, "rip"))
            sw_log_add_address(d, SW_LF_SRC_IP, value);
        else if (sw_str_is(name, "lip"))
            sw_log_add_address(d, SW_LF_DST_IP, value);
        else if (sw_str_is(name, "method"))
            sw_log_add_named(d, state, SW_STR("auth_method"), value);
        else
            sw_log_add_named(d, state, name, value);
    }
}

/* "imap-login: Disconnected (auth failed, 1 attempts in 6 secs): user=<..>, ..." and "imap-login: Login: user=<..>,
 * ..." */
static bool dovecot_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    if (sw_str_starts(message, SW_STR("auth")))
        return dovecot_auth(d, message);
    size_t login = sw_str_find(sw_str_slice(message, 0, 32), SW_STR("-login: "));
    size_t user = sw_str_find(message, SW_STR(": user=<"));
    if (login == SW_NPOS || user == SW_NPOS || user < login + 8)
        return false;
    struct sw_str text = sw_str_slice(message, login + 8, user);
    if (sw_str_starts(text, SW_STR("Info: ")))
        text = sw_str_from(text, 6);
    sw_log_add_named(d, state, SW_STR("app_proto"), sw_str_slice(message, 0, login));
    bool in = sw_str_starts(text, SW_STR("Login"));
    bool failed = sw_str_find(text, SW_STR("auth failed")) != SW_NPOS;
    sw_log_add(d, SW_LF_EVENT, in || failed ? SW_STR("login") : SW_STR("disconnect"));
    if (in || failed)
        sw_log_add(d, SW_LF_OUTCOME, in ? SW_STR("success") : SW_STR("failure"));
    if (!in)
        sw_log_add(d, SW_LF_REASON, text);
    dovecot_pairs(d, state, sw_str_from(message, user + 2));
    return true;
}

static const struct sw_form exim_rows[] = {
    {"{auth_method:word} authenticator failed for {src_host} ({helo}) [{src_ip:addr}]:{src_port:num}: {reason} "
     "(set_id={user})", "login", "failure"},
    {"{auth_method:word} authenticator failed for ({helo}) [{src_ip:addr}]:{src_port:num}: {reason} (set_id={user})",
     "login", "failure"},
    {"{auth_method:word} authenticator failed for ({helo}) [{src_ip:addr}]: {reason} (set_id={user})",
     "login", "failure"},
    {"{auth_method:word} authenticator failed for {src_host} [{src_ip:addr}]:{src_port:num}: {reason} (set_id={user})",
     "login", "failure"},
    {"{auth_method:word} authenticator failed for {src_host} [{src_ip:addr}]: {reason} (set_id={user})",
     "login", "failure"},
    {"{auth_method:word} authenticator failed for {_}[{src_ip:addr}]{_?}: {reason}", "login", "failure"},
    {"H=({helo}) [{src_ip:addr}]:{src_port:num} {_?}F=<{mail_from?}> rejected RCPT <{mail_to}>: {reason}",
     "mail-reject", "failure"},
    {"H={src_host:word} ({helo}) [{src_ip:addr}]:{src_port:num} {_?}F=<{mail_from?}> rejected RCPT <{mail_to}>: "
     "{reason}", "mail-reject", "failure"},
    {"H={src_host:word} [{src_ip:addr}]:{src_port:num} {_?}F=<{mail_from?}> rejected RCPT <{mail_to}>: {reason}",
     "mail-reject", "failure"},
    {"H={src_host:word} [{src_ip:addr}]:{src_port:num} {reason}", NULL, NULL},
};
static struct sw_forms exim_forms = SW_FORMS(exim_rows);

static const struct sw_program programs[] = {
    {"postfix/", SW_LC_SYSLOG, &postfix_forms, NULL},
    {"dovecot", SW_LC_SYSLOG, NULL, dovecot_parse},
    {"exim", SW_LC_SYSLOG, &exim_forms, NULL},
    {"exim4", SW_LC_SYSLOG, &exim_forms, NULL},
};
static struct sw_forms *const forms[] = {&postfix_forms, &dovecot_forms, &exim_forms};

const struct sw_program_table sw_programs_mail = {programs, sizeof programs / sizeof programs[0], forms,
                                                  sizeof forms / sizeof forms[0]};
