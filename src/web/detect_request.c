/* detect_request.c - what takes more than one part of a request to see: uploads by method, session fixation, web shells. */
#include "web/commands.h"
#include "web/store.h"

static const char *const session_names[] = {"__session",
                                            "_session_id",
                                            "asp.net_sessionid",
                                            "aspsessionid",
                                            "beaker.session.id",
                                            "cakephp",
                                            "cfglobals",
                                            "cfid",
                                            "cfsid",
                                            "cftoken",
                                            "ci_session",
                                            "connect.sid",
                                            "express.sid",
                                            "gitlab_session",
                                            "jservsession",
                                            "jsessionid",
                                            "jsessionidsso",
                                            "jwsession",
                                            "koa.sess",
                                            "koa:sess",
                                            "koa:sess.sig",
                                            "laravel_session",
                                            "meteor_login_token",
                                            "next-auth.session-token",
                                            "ocsessid",
                                            "phpsessid",
                                            "phpsession",
                                            "rack.session",
                                            "sails.sid",
                                            "session-id",
                                            "session_id",
                                            "sessionid",
                                            "shiny-token",
                                            "sid",
                                            "symfony",
                                            "viewstate",
                                            "weblogicsession",
                                            "zend_session_namespace",
                                            "zenid"};

/* Arguments in which web shells take commands. */
static const char *const shell_names[] = {
    "c", "cmd", "cmdline", "comand", "command", "exec", "execute", "pass", "payload", "run", "shell", "x"};

static struct sw_web_text whole(const struct sw_web_look *look)
{
    struct sw_web_text text = look->target;
    text.place = SW_WEB_PATH;
    return text;
}

/* PUT and MOVE of what servers run. */
static void upload(struct sw_web_look *look)
{
    static const char *const writing[] = {"COPY", "MKCOL", "MOVE", "PATCH", "PUT"};
    struct sw_str method = look->request->part[SW_WEB_ROLE_METHOD];
    struct sw_web_text text = whole(look);
    bool writes = SW_WEB_IN(writing, method);
    if (writes && sw_web_is_script(look->path))
        sw_web_report(look, SW_WEB_CLASS_UPLOAD, SW_WEB_ATTEMPT, &text, "a script written by method", 0, text.text.len);
    /* "x.jsp/" and "x.jsp%20" get past the check of some servers. */
    struct sw_str path = look->path_low;
    while (writes && path.len > 1 && (path.ptr[path.len - 1] == '/' || path.ptr[path.len - 1] == ' '))
        path.len--;
    if (writes && path.len < look->path_low.len && sw_web_is_script(path))
        sw_web_report(look, SW_WEB_CLASS_UPLOAD, SW_WEB_ATTEMPT, &text, "a script written by method", 0, text.text.len);
}

static struct sw_str host_of(struct sw_str address)
{
    size_t at = sw_str_find(address, SW_STR("://"));
    if (at == SW_NPOS)
        return (struct sw_str){NULL, 0};
    struct sw_str rest = sw_str_from(address, at + 3);
    size_t end = 0;
    while (end < rest.len && memchr("/?#:", rest.ptr[end], 4) == NULL)
        end++;
    return sw_str_slice(rest, 0, end);
}

static bool is_session(struct sw_str name)
{
    if (sw_str_starts(name, SW_STR("__secure-")))
        name = sw_str_from(name, 9);
    else if (sw_str_starts(name, SW_STR("__host-")))
        name = sw_str_from(name, 7);
    return SW_WEB_IN(session_names, name) || sw_str_find(name, SW_STR("session")) != SW_NPOS ||
           sw_str_find(name, SW_STR("sessid")) != SW_NPOS || sw_str_ends(name, SW_STR(".sid")) ||
           sw_str_find(name, SW_STR(":sess")) != SW_NPOS || sw_str_find(name, SW_STR(".sess")) != SW_NPOS;
}

static bool may_name_session(struct sw_str target)
{
    static const char *const words[] = {"sess", "zenid", "cakephp", "symfony", "sid=", "token=", "cfid="};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sw_str_ifind(target, sw_str(words[i])) != SW_NPOS)
            return true;
    return false;
}

bool sw_web_may_fix_session(const struct sw_web_request *request)
{
    struct sw_str own = request->part[SW_WEB_ROLE_HOST];
    struct sw_str target = request->part[SW_WEB_ROLE_TARGET];
    if (own.len == 0 || request->part[SW_WEB_ROLE_REFERER].len < 8 || sw_str_chr(target, '?') == SW_NPOS)
        return false;
    struct sw_str host = host_of(request->part[SW_WEB_ROLE_REFERER]);
    own = sw_str_slice(own, 0, sw_str_chr(own, ':'));
    return host.len > 0 && !sw_str_iends(host, own) && !sw_str_iends(own, host) &&
           may_name_session(target);
}

/* A session's id in a link from elsewhere. Only where the log tells the own host. */
static void session(struct sw_web_look *look)
{
    if (!sw_web_may_fix_session(look->request))
        return;
    struct sw_str query = look->query_low;
    struct sw_str pair;
    while (sw_str_next(&query, '&', &pair)) {
        if (!is_session(sw_str_slice(pair, 0, sw_str_chr(pair, '='))) || sw_str_chr(pair, '=') == SW_NPOS)
            continue;
        struct sw_web_text text = whole(look);
        sw_web_report(look, SW_WEB_CLASS_SESSION, SW_WEB_ATTEMPT, &text, "a session set from another site", 0,
                      text.text.len);
    }
}

/* x.php?cmd=whoami: a command, and nothing else, for a script. */
static void shell_argument(struct sw_web_look *look)
{
    if (!sw_web_is_script(look->path))
        return;
    struct sw_str query = look->query_low;
    struct sw_str pair;
    while (sw_str_next(&query, '&', &pair)) {
        size_t equals = sw_str_chr(pair, '=');
        if (equals == SW_NPOS || !SW_WEB_IN(shell_names, sw_str_slice(pair, 0, equals)))
            continue;
        struct sw_str value = sw_str_from(pair, equals + 1);
        size_t end = 0;
        while (end < value.len && (sw_web_is_word(value.ptr[end]) || value.ptr[end] == '-'))
            end++;
        struct sw_str word = sw_str_slice(value, 0, end);
        bool command =
            sw_web_unix_command(word) >= SW_WEB_PROGRAM || (equals > 1 && sw_web_windows_command(word) && word.len > 3);
        struct sw_web_text text = whole(look);
        if (command && (end == value.len || value.ptr[end] == ' ' || value.ptr[end] == '+'))
            sw_web_report(look, SW_WEB_CLASS_WEBSHELL, SW_WEB_ATTEMPT, &text, "a command for a script", 0,
                          text.text.len);
    }
}

void sw_web_detect_request(struct sw_web_look *look)
{
    upload(look);
    session(look);
    shell_argument(look);
}
