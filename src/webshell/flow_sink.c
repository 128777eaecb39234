/*
 * flow_sink.c - what is dangerous, and how much it weighs.
 *
 * The weights were set on the training half of the collections (bench/webshell): a reason of SW_SHELL_THRESHOLD is one
 * that ordinary applications don't give; lesser ones need company.
 */
#include "webshell/flow_priv.h"

#include <stdio.h>

/* Bytes of a text that are searched for signs. */
enum { SEARCHED_MAX = 256 << 10 };

/* What it costs to search a text for the signs of a sink, in steps. */
static uint64_t searching(struct sw_str text)
{
    return (text.len < SEARCHED_MAX ? text.len : SEARCHED_MAX) / 16;
}

/* Where something comes from, in words. */
static const char *source_words(uint32_t origin)
{
    if (origin & SW_FROM_REQUEST)
        return origin & SW_IS_KEYS ? "the names of request variables" : "what a request brings";
    if (origin & SW_FROM_UPLOAD)
        return "an uploaded file";
    if (origin & SW_FROM_REMOTE)
        return "what another machine sends";
    if (origin & SW_FROM_SELF)
        return "text of the script's own file";
    if (origin & SW_FROM_STORED)
        return "what a file or database holds";
    if (origin & SW_WAS_DECODED)
        return "decoded text";
    if (origin & SW_WAS_TRICKED)
        return "text that is computed";
    if (origin & SW_FROM_UNDEFINED)
        return "a variable that the script never sets";
    return "text";
}

/* " (called through $variable)": how a function came to be called, if not by its name. */
static const char *how_words(struct sw_how how)
{
    if (how.through != NULL)
        return " as a callback";
    if (!how.variable)
        return "";
    if (how.origin & SW_WAS_HIDDEN)
        return " under a computed name";
    return how.origin & SW_WAS_JOINED ? " under a name put together" : " through a variable";
}

static uint32_t line_of_source(const struct sw_value *value, uint32_t at)
{
    return value->at > 0 ? value->at : at;
}

/* How a name was hidden, as a weight. */
static unsigned weight_of_hiding(struct sw_how how)
{
    if (!how.variable)
        return 0;
    if (how.origin & SW_WAS_HIDDEN)
        return 70;
    if (how.origin & SW_WAS_JOINED)
        return 65;
    if (how.through == NULL)
        return 25;
    /* Nobody has output or errors handled by system() for a good reason. */
    return strcmp(how.through, "ob_start") == 0 || strncmp(how.through, "set_", 4) == 0 ||
                   strncmp(how.through, "register_", 9) == 0
               ? 70
               : 50;
}

/* --- code ----------------------------------------------------------------------------------------------- */

/* Whether code in a text runs commands: what could stand in the script as it is. */
static bool runs_commands(struct sw_str code)
{
    code = sw_str_slice(code, 0, SEARCHED_MAX);
    static const char *const calls[] = {"system(", "exec(", "passthru(", "popen(", "proc_open("};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (sw_str_ifind(code, sw_str(calls[i])) != SW_NPOS)
            return true;
    return false;
}

/* Code whose text is known: it is read in turn, and that it was hidden counts by itself. */
static void known_code(struct sw_flow *f, const struct sw_value *code, const char *function, struct sw_how how,
                       uint32_t at)
{
    f->steps += searching(code->text) + code->text.len / 1024;
    if (code->origin & SW_WAS_DECODED)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 70, at, "%s()%s runs %zu bytes of decoded code", function,
                            how_words(how), code->text.len);
    else if ((code->origin & SW_WAS_TRICKED) && code->text.len > 16)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 55, at,
                            "%s()%s runs code that is put together letter by letter", function, how_words(how));
    else if (runs_commands(code->text))
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 60, at, "%s()%s runs commands that stand in a text", function,
                            how_words(how));
    sw_flow_add_layer(f, code->text, false, at);
}

static unsigned weight_of_code(const struct sw_flow *f, uint32_t origin, enum sw_shell_rule *rule)
{
    *rule = SW_SHELL_HIDDEN_CODE;
    if (origin & SW_FROM_REMOTE) {
        *rule = SW_SHELL_CODE_FROM_REMOTE;
        return 80;
    }
    if (origin & SW_FROM_SELF)
        return 70;
    if (origin & SW_WAS_DECODED)
        return 65;
    if (origin & SW_WAS_TRICKED) /* classes that make formulas into code do it as well */
        return f->standalone ? 60 : 45;
    if (origin & SW_FROM_STORED) {
        *rule = SW_SHELL_CODE_FROM_FILE;
        return 30;
    }
    return (origin & SW_FROM_UNDEFINED) && f->function == NULL ? (f->standalone ? 60 : 40) : 0;
}

void sw_sink_code(struct sw_flow *f, const struct sw_value *code, const char *function, struct sw_how how,
                  uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    uint32_t origin = code->origin;
    if (origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD)) {
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, origin & SW_IS_KEYS && !f->standalone ? 50 : 100, at,
                            "%s()%s runs %s", function, how_words(how), source_words(origin));
        return;
    }
    unsigned hiding = weight_of_hiding(how);
    if (hiding > 0)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, hiding, at, "%s() is called%s", function, how_words(how));
    if (code->kind == SW_VALUE_TEXT) {
        known_code(f, code, function, how, at);
        return;
    }
    if ((origin & SW_FROM_PARAM) && f->function != NULL && f->function->made)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, 62, at, "a function made of a text runs its argument as code");
    if ((origin & SW_FROM_PARAM) && f->language == &sw_language_net && f->standalone && strcmp(function, "eval") == 0)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 60, at, "eval() runs an argument of a function that the page offers");
    enum sw_shell_rule rule;
    unsigned weight = weight_of_code(f, origin, &rule);
    if (weight > 0)
        sw_shell_report_add(f->report, rule, weight, at, "%s()%s runs %s", function, how_words(how),
                            source_words(origin));
}

/* --- commands ------------------------------------------------------------------------------------------- */

/* Commands that tie a shell to a connection. */
static bool is_reverse_shell(struct sw_str command)
{
    static const char *const signs[] = {"/dev/tcp/", "bash -i", "sh -i",   "nc -e",
                                        "nc -l",     "ncat ",   "mkfifo ", "socket.socket("};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (sw_str_ifind(command, sw_str(signs[i])) != SW_NPOS)
            return true;
    return false;
}

/* Commands of someone who looks around. */
static bool is_recon(struct sw_str command)
{
    static const char *const signs[] = {"/etc/passwd", "/etc/shadow", "uname -a",  "whoami",         "ifconfig",
                                        "ipconfig",    "netstat ",    "net user",  "net localgroup", "tasklist",
                                        "systeminfo",  "cat /etc",    "which wget", "/tmp/.",      "curl -s ifconfig", "id\n"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (sw_str_ifind(command, sw_str(signs[i])) != SW_NPOS)
            return true;
    return sw_str_is(command, "id") || sw_str_is(command, "ls -la") || sw_str_is(command, "w") ||
           sw_str_is(command, "ver") || sw_str_is(command, "dir") || sw_str_is(command, "pwd") || sw_str_is(command, "ls");
}

/* A shell without a command: it gets its commands some other way. */
static void start_shell(struct sw_flow *f, const char *function, uint32_t at)
{
    f->shell = true;
    if (!f->language->sigils)
        sw_shell_report_add(f->report, SW_SHELL_REVERSE_SHELL, 60, at, "%s() starts a shell", function);
}

static void known_command(struct sw_flow *f, const struct sw_value *command, const char *function, uint32_t at)
{
    struct sw_str text = command->text;
    if (sw_str_ieq(text, SW_STR("/bin/sh")) || sw_str_ieq(text, SW_STR("/bin/bash")) ||
        sw_str_ieq(text, SW_STR("cmd.exe")) || sw_str_ieq(text, SW_STR("cmd")) || sw_str_istarts(text, SW_STR("/bin/sh ")) ||
        sw_str_ifind(text, SW_STR("sh -i")) != SW_NPOS)
        start_shell(f, function, at);
    if (is_reverse_shell(text))
        sw_shell_report_add(f->report, SW_SHELL_REVERSE_SHELL, 75, at, "%s() runs \"%.*s\"", function,
                            (int)(text.len < 80 ? text.len : 80), text.ptr);
    else if (is_recon(text))
        sw_shell_report_add(f->report, SW_SHELL_SIGNS, 30, at, "%s() runs \"%.*s\"", function,
                            (int)(text.len < 80 ? text.len : 80), text.ptr);
    if (command->origin & SW_WAS_DECODED)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 65, at, "%s() runs a decoded command", function);
}

/* Functions that run commands and that one tries after another where some are forbidden. */
static uint32_t runner_bit(const char *function)
{
    static const char *const runners[] = {"system", "exec", "shell_exec", "passthru", "popen", "proc_open"};
    for (size_t i = 0; i < sizeof runners / sizeof runners[0]; i++)
        if (strcmp(function, runners[i]) == 0)
            return 1u << i;
    return 0;
}

void sw_sink_command(struct sw_flow *f, const struct sw_value *command, const char *function, struct sw_how how,
                     uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    uint32_t origin = command->origin;
    unsigned hiding = weight_of_hiding(how);
    if (hiding > 0)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, hiding, at, "%s() is called%s", function, how_words(how));
    if (command->kind == SW_VALUE_TEXT)
        known_command(f, command, function, at);
    /* A text that may be something else instead: the default of a parameter. */
    if (command->kind == SW_VALUE_TEXT && !(origin & (SW_FROM_OUTSIDE | SW_FROM_UNDEFINED)))
        return;
    if (origin & SW_WAS_ESCAPED)
        return;
    bool wrapped = (origin & SW_WAS_WRAPPED) != 0;
    unsigned weight = 0;
    if (origin & SW_FROM_REQUEST)
        weight = !wrapped ? 100 : f->standalone ? 75 : 45;
    else if (origin & SW_FROM_REMOTE)
        weight = 75;
    else if (origin & SW_FROM_UPLOAD)
        weight = wrapped ? 15 : 60;
    else if (origin & SW_WAS_DECODED)
        weight = 55;
    else if ((origin & SW_FROM_UNDEFINED) && f->function == NULL)
        weight = wrapped ? 25 : f->standalone || how.variable ? 60 : 40;
    else if (origin & SW_WAS_TRICKED)
        weight = 25;
    if (weight > 0)
        sw_shell_report_add(f->report, SW_SHELL_COMMAND_FROM_REQUEST, weight, at, "%s()%s runs %s", function,
                            how_words(how), source_words(origin));
}

/* --- calls of unknown functions ------------------------------------------------------------------------- */

void sw_sink_named(struct sw_flow *f, const struct sw_value *name, uint32_t data, const char *through, uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    bool sent = (data & (SW_FROM_REQUEST | SW_FROM_UPLOAD)) != 0;
    const char *by = through != NULL ? through : "a call";
    bool alone = f->standalone && (through == NULL || f->function == NULL);
    if (name->origin & (SW_FROM_REQUEST | SW_FROM_REMOTE)) {
        /* Dispatchers call a function of the application by a name from the request, seldom with more from it. */
        unsigned weight = sent ? 100 : data & SW_WAS_HIDDEN ? 80 : alone && f->language->sigils ? 60 : through != NULL ? 35 : 40;
        if (name->origin & SW_WAS_WRAPPED)
            weight = sent ? (f->standalone && (through != NULL || f->small) ? 60 : through == NULL ? 30 : 45) : 10;
        sw_shell_report_add(f->report, SW_SHELL_CALL_FROM_REQUEST, weight, at, "the function of %s is named by %s%s",
                            by, source_words(name->origin), sent ? ", and so are its arguments" : "");
    } else if (name->origin & SW_WAS_HIDDEN) {
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, sent             ? 85
                            : alone ? 60
                                    : 35,
                            at, "the function of %s has a computed name%s", by,
                            sent ? " and gets what a request brings" : "");
    } else if ((name->origin & SW_FROM_UNDEFINED) && sent && f->function == NULL) {
        sw_shell_report_add(f->report, SW_SHELL_CALL_FROM_REQUEST, 60, line_of_source(name, at),
                            "a function whose name the script never sets gets what a request brings");
    } else if ((name->origin & (SW_IS_SELF_PATH | SW_FROM_SELF)) && (sent || (data & SW_FROM_SELF))) {
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, 85, at, "the function of %s is named by the script's own %s", by,
                            name->origin & SW_FROM_SELF ? "text" : "path");
    } else if ((name->origin & SW_FROM_STORED) && sent) {
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, 40, at, "the function of %s is named by %s", by,
                            source_words(name->origin));
    }
}

void sw_sink_strange(struct sw_flow *f, struct sw_str name, struct sw_how how, uint32_t data, uint32_t token)
{
    if (!(how.origin & SW_WAS_HIDDEN) || name.len == 0)
        return;
    bool odd = false; /* a name that no function can have: its computation was beyond this analysis */
    for (size_t i = 0; i < name.len; i++)
        odd |= !sw_is_alpha(name.ptr[i]) && !sw_is_digit(name.ptr[i]) && strchr("_\\:", name.ptr[i]) == NULL;
    if (data & (SW_FROM_REQUEST | SW_FROM_UPLOAD))
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, odd ? 85 : 65, sw_flow_at(f, token),
                            "a function of a computed name gets what a request brings");
    else if (odd || (data & (SW_WAS_HIDDEN | SW_FROM_UNDEFINED)))
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, odd || f->standalone ? 60 : 40, sw_flow_at(f, token),
                            "a function of a computed name is called");
}

/* --- includes ------------------------------------------------------------------------------------------- */

static bool is_no_script(struct sw_str path)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".ico", ".bmp", ".txt",
                                          ".css", ".log",  ".zip", ".mp3", ".pdf", ".svg", ".woff"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (sw_str_iends(path, sw_str(endings[i])))
            return true;
    return false;
}

static bool is_picture(struct sw_str path)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".ico", ".bmp", ".mp3", ".zip"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (sw_str_iends(path, sw_str(endings[i])))
            return true;
    return false;
}

/* include($_GET['x'] . '/y.php'): what comes first decides where the file lies, on which machine even. */
static bool begins_with_request(const struct sw_flow *f, uint32_t token)
{
    const struct sw_tok *tokens = f->unit->tokens;
    uint32_t i = token + 1;
    while (i < f->unit->count && (sw_tok_is(&tokens[i], SW_OP_LPAREN) || sw_tok_is(&tokens[i], SW_OP_SILENCE)))
        i++;
    if (i >= f->unit->count || tokens[i].kind != SW_TOK_VAR)
        return false;
    const struct sw_name *name = sw_language_find(f->language, sw_tok_text(f->unit, &tokens[i]));
    return name != NULL && name->role == SW_ROLE_REQUEST;
}

void sw_sink_include(struct sw_flow *f, const struct sw_value *path, uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    uint32_t origin = path->origin;
    struct sw_str text = path->kind == SW_VALUE_TEXT ? path->text : path->key;
    bool url = sw_str_istarts(text, SW_STR("http://")) || sw_str_istarts(text, SW_STR("ftp://")) ||
               sw_str_istarts(text, SW_STR("https://"));
    for (unsigned i = 0; path->kind == SW_VALUE_TEXT && i < f->written_count; i++) {
        if (sw_str_eq(f->written[i].name, text))
            sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, 95, at, "%s, written to \"%.*s\", is included as code",
                                source_words(f->written[i].value.origin), (int)(text.len < 80 ? text.len : 80), text.ptr);
    }
    if (sw_str_ifind(text, SW_STR("php://input")) != SW_NPOS) {
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, 100, at,
                            "the body of a request is included as code");
    } else if (origin & SW_FROM_UPLOAD) {
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, 85, at, "an uploaded file is included as code");
    } else if (origin & SW_FROM_REQUEST) {
        const unsigned wrapped = begins_with_request(f, token) ? 60 : 20;
        sw_shell_report_add(f->report, SW_SHELL_INCLUDE_FROM_REQUEST, origin & SW_WAS_WRAPPED ? wrapped : 65, at,
                            "the included file is named by %s", source_words(origin));
    } else if (url) {
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REMOTE, 70, at, "code is included from \"%.*s\"",
                            (int)(text.len < 80 ? text.len : 80), text.ptr);
    } else if (path->kind == SW_VALUE_TEXT && is_no_script(text)) {
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_FILE, is_picture(text) ? 60 : 30, at, "\"%.*s\" is included as code",
                            (int)(text.len < 80 ? text.len : 80), text.ptr);
    } else if (origin & SW_WAS_DECODED) {
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_FILE, 50, at, "the included file's name is decoded");
    }
}

/* --- files ---------------------------------------------------------------------------------------------- */

/* Whether a text that is written to a file is a script that does something grave. */
static bool holds_code(struct sw_str text)
{
    text = sw_str_slice(text, 0, SEARCHED_MAX);
    static const char *const opens[] = {"<?", "<%", "<script"};
    static const char *const signs[] = {
        "eval",      "$_GET",   "$_POST",        "$_REQUEST",          "$_COOKIE", "system(",     "exec(",
        "passthru(", "assert(", "base64_decode", "move_uploaded_file", "Runtime",  "CreateObject",
        "getParameter", "Request[",  "execute",       "request(",           "Request.",  "ProcessBuilder"};
    bool open = false;
    for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++)
        open |= sw_str_ifind(text, sw_str(opens[i])) != SW_NPOS;
    for (size_t i = 0; open && i < sizeof signs / sizeof signs[0]; i++)
        if (sw_str_ifind(text, sw_str(signs[i])) != SW_NPOS)
            return true;
    return false;
}

/* Whether a text that is written to a file is a program that ties a shell to a connection. */
static bool holds_connector(struct sw_str text)
{
    text = sw_str_slice(text, 0, SEARCHED_MAX);
    static const char *const signs[] = {"use Socket", "IO::Socket", "sys/socket.h", "import socket"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (sw_str_find(text, sw_str(signs[i])) != SW_NPOS)
            return true;
    return false;
}

/* What goes into a file that may be included afterwards. */
static void note_written(struct sw_flow *f, struct sw_str path, const struct sw_value *data)
{
    if (path.len == 0 || !(data->origin & SW_FROM_OUTSIDE) || f->written_count == SW_MAX_FLOW_WRITTEN)
        return;
    f->written[f->written_count++] = (struct sw_slot){.name = path, .value = sw_value_unknown(data->origin, data->at)};
}

/* Server configuration that has other files run as scripts. */
static bool makes_scripts(struct sw_str text)
{
    text = sw_str_slice(text, 0, SEARCHED_MAX);
    static const char *const signs[] = {"AddHandler", "AddType application/x-httpd-php", "SetHandler application/x-httpd",
                                        "auto_prepend_file", "auto_append_file", "Options +ExecCGI"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (sw_str_ifind(text, sw_str(signs[i])) != SW_NPOS)
            return true;
    return false;
}

void sw_sink_write(struct sw_flow *f, const struct sw_value *path, const struct sw_value *data, const char *function,
                   uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    bool script = (path->origin & SW_IS_SCRIPT_PATH) || (path->kind == SW_VALUE_TEXT && sw_path_is_script(path->text));
    bool chosen = (path->origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD)) != 0 && !(path->origin & SW_IS_PLAIN_PATH);
    bool self = (path->origin & SW_IS_SELF_PATH) != 0;
    bool sent = (data->origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD)) != 0;
    bool alone = f->standalone;
    f->steps += searching(data->text);
    if (path->origin & SW_IS_SOCKET)
        return;
    note_written(f, path->text, data);
    if (data->kind == SW_VALUE_TEXT && makes_scripts(data->text))
        sw_shell_report_add(f->report, SW_SHELL_CONFIGURATION, 65, at,
                            "%s() writes a configuration that makes other files scripts", function);
    if (data->kind == SW_VALUE_TEXT && (data->origin & SW_WAS_HIDDEN) && holds_connector(data->text))
        sw_shell_report_add(f->report, SW_SHELL_REVERSE_SHELL, 70, at, "%s() writes a decoded program that opens connections",
                            function);
    if (data->kind == SW_VALUE_TEXT && holds_code(data->text)) {
        sw_shell_report_add(f->report, SW_SHELL_DROPPER,
                            data->origin & SW_WAS_HIDDEN ? 80
                            : script || chosen           ? 65
                                                         : 45,
                            at, "%s() writes a script of %zu bytes", function, data->text.len);
        sw_flow_add_layer(f, data->text, true, at);
        return;
    }
    unsigned weight = 0;
    if (sent && (sw_str_find(data->key, SW_STR("<?")) != SW_NPOS || sw_str_find(data->key, SW_STR("<%")) != SW_NPOS))
        weight = 75;
    else if (sent && script)
        weight = alone ? 75 : 50;
    else if (sent && chosen)
        weight = !alone ? 35 : f->language == &sw_language_asp && (path->origin & SW_WAS_WRAPPED) ? 55 : 70;
    else if (sent && self)
        weight = 50;
    else if ((data->origin & SW_FROM_REMOTE) && (script || chosen))
        weight = alone ? 75 : 40;
    else if ((data->origin & SW_WAS_DECODED) && script)
        weight = alone ? 70 : 40;
    if (weight > 0)
        sw_shell_report_add(f->report, SW_SHELL_DROPPER, weight, at, "%s() writes %s into %s", function,
                            source_words(data->origin),
                            chosen   ? "a file that the request names"
                            : script ? "a script"
                                     : "the script itself");
    if (chosen)
        sw_sink_files(f, path, 9, token);
}

void sw_sink_copy(struct sw_flow *f, const struct sw_value *from, const struct sw_value *to, const char *function,
                  bool moves, uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    struct sw_str path = to->kind == SW_VALUE_TEXT ? to->text : (struct sw_str){NULL, 0};
    if (from->origin & SW_FROM_UPLOAD) {
        bool chosen = (to->origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD)) != 0;
        /* Applications store uploads in a folder of theirs; the bare name is a page's that has no such thing. */
        unsigned weight = sw_path_is_script(path) ? 70 : !chosen ? 0 : to->origin & SW_WAS_WRAPPED ? (f->standalone ? 60 : 20) : 65;
        if (weight > 0)
            sw_shell_report_add(f->report, SW_SHELL_UPLOADER, weight, at, "%s() stores an upload under %s", function,
                                chosen ? "a name that the client chooses" : "a script's name");
        return;
    }
    bool url = from->kind == SW_VALUE_TEXT && sw_str_istarts(from->text, SW_STR("http"));
    bool fetches = f->language->sigils || strcmp(function, ".DownloadFile") == 0;
    if ((url || (fetches && (from->origin & SW_FROM_REQUEST))) && !moves &&
        (sw_path_is_script(path) || (to->origin & SW_FROM_REQUEST)))
        sw_shell_report_add(f->report, SW_SHELL_DROPPER, f->standalone ? 65 : 30, at,
                            "%s() makes a file of what %s names", function, url ? "an address" : "a request");
    sw_sink_files(f, from, 10, token);
}

void sw_sink_files(struct sw_flow *f, const struct sw_value *path, unsigned kind, uint32_t token)
{
    if (!(path->origin & SW_FROM_REQUEST) || (path->origin & SW_IS_KEYS))
        return;
    if (f->files == 0)
        f->files_at = sw_flow_at(f, token);
    f->files |= 1u << kind;
    if (!(path->origin & (SW_WAS_WRAPPED | SW_WAS_JOINED)))
        f->bare_files |= 1u << kind;
}

void sw_sink_sql(struct sw_flow *f, const struct sw_value *statement, const char *function, uint32_t token)
{
    struct sw_str text = statement->kind == SW_VALUE_TEXT ? statement->text : statement->key;
    if (sw_str_ifind(text, SW_STR("into dumpfile")) != SW_NPOS)
        sw_shell_report_add(f->report, SW_SHELL_DROPPER, f->standalone ? 60 : 40, sw_flow_at(f, token),
                            "%s() has the database write a file", function);
    if (!(statement->origin & SW_FROM_REQUEST) || (statement->origin & SW_WAS_WRAPPED))
        return;
    sw_shell_report_add(f->report, SW_SHELL_SQL_CONSOLE, f->standalone ? 60 : 25, sw_flow_at(f, token),
                        "%s() runs a statement that a request brings", function);
}

void sw_sink_mail(struct sw_flow *f, const struct sw_value *args, size_t count, uint32_t token)
{
    uint32_t all = SW_FROM_REQUEST;
    for (size_t i = 0; i < 3; i++)
        all &= i < count ? args[i].origin : 0;
    if (all == 0 || (args[0].origin & SW_WAS_WRAPPED))
        return;
    sw_shell_report_add(f->report, SW_SHELL_MAILER, f->standalone ? 65 : 20, sw_flow_at(f, token),
                        "mail() sends to whom, and with what subject and text, a request says");
}

void sw_sink_hidden(struct sw_flow *f, const char *function, struct sw_how how, uint32_t token)
{
    unsigned weight = weight_of_hiding(how);
    if (weight > 0)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, weight, sw_flow_at(f, token), "%s() is called%s", function,
                            how_words(how));
}

void sw_sink_load(struct sw_flow *f, const struct sw_value *what, const char *function, uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    bool finds = strcmp(function, "Class.forName") == 0 || strcmp(function, "loadClass") == 0;
    if (what->kind == SW_VALUE_TEXT && sw_str_istarts(what->text, SW_STR("$$BCEL$$")))
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 90, at, "%s() loads code that the script carries encoded", function);
    else if (what->origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD))
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, finds ? 45 : 80, at,
                            "%s() loads what a request names", function);
    else if (what->kind == SW_VALUE_TEXT &&
             (sw_str_istarts(what->text, SW_STR("script:")) || sw_str_istarts(what->text, SW_STR("http"))))
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REMOTE, 60, at, "%s() loads code from \"%.*s\"", function,
                            (int)(what->text.len < 80 ? what->text.len : 80), what->text.ptr);
    else if (what->origin & SW_FROM_REMOTE)
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REMOTE, 65, at, "%s() loads code from another machine", function);
    else if (what->origin & (SW_WAS_HIDDEN | SW_WAS_JOINED))
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CALL, what->origin & SW_WAS_HIDDEN ? 60 : 45, at,
                            "%s() loads what has a computed name", function);
    else if (strncmp(function, "FFI::", 5) == 0 || (strcmp(function, "dl") == 0 && what->kind != SW_VALUE_TEXT))
        sw_shell_report_add(f->report, SW_SHELL_SIGNS, f->standalone ? 60 : 20, at, "%s() loads native code", function);
}

void sw_sink_deserialise(struct sw_flow *f, const struct sw_value *what, const char *function, uint32_t token)
{
    if (what->origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD))
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, 75, sw_flow_at(f, token),
                            "%s() makes objects of what a request brings", function);
}

/* --- sums ----------------------------------------------------------------------------------------------- */

static unsigned bits(uint32_t set)
{
    return (unsigned)__builtin_popcount(set);
}

/* Tokens of such a function that are looked at. */
enum { RUNNER_MAX = 1500 };

/* Functions of which each way to run a command is tried in turn, whichever is allowed. */
static void note_runners(struct sw_flow *f, const struct sw_function *function)
{
    uint32_t runners = 0;
    unsigned asked = 0;
    const struct sw_unit *unit = function->unit;
    for (uint32_t i = function->body; i < function->end && i + 1 < unit->count && i - function->body < RUNNER_MAX; i++) {
        const struct sw_tok *token = &unit->tokens[i];
        if (token->kind != SW_TOK_NAME || token->name == 0 || !sw_tok_is(&unit->tokens[i + 1], SW_OP_LPAREN))
            continue;
        const char *name = unit->language->names[token->name - 1].name;
        runners |= runner_bit(name);
        asked += strcmp(name, "function_exists") == 0 || strcmp(name, "is_callable") == 0;
    }
    if (bits(runners) >= 4 || (bits(runners) >= 3 && asked >= 2))
        sw_shell_report_add(f->report, SW_SHELL_PANEL, f->standalone ? 65 : 50,
                            unit->inner ? unit->inner_at : unit->tokens[function->token].at,
                            "a function runs commands by whichever of %u functions is allowed", bits(runners));
}

void sw_sink_sums(struct sw_flow *f)
{
    sw_powers_judge(&f->powers, f->language, f->standalone, f->report);
    for (size_t i = 0; i < f->function_count && f->language->sigils; i++)
        note_runners(f, &f->functions[i]);
    unsigned files = bits(f->files);
    if (files >= 2) {
        static const unsigned weights[] = {0, 0, 40, 60, 72, 82, 90};
        /* Pages of other languages than PHP that do two things with any file are few but shells. */
        unsigned all = files == 2 && (!f->language->sigils || f->small) ? 60 : weights[files < 6 ? files : 6];
        sw_shell_report_add(f->report, SW_SHELL_FILE_MANAGER, f->standalone ? all : all < 90 ? all / 3 : 40, f->files_at,
                            "%u kinds of operations on files that a request names", files);
    }
    if (files == 1 && f->bare_files != 0 && f->standalone && !f->language->sigils && f->language != &sw_language_java)
        sw_shell_report_add(f->report, SW_SHELL_FILE_MANAGER, f->language == &sw_language_net && !f->small ? 30 : 60,
                            f->files_at, "handles whatever file of the machine a request names");
    if (f->connects && f->shell)
        sw_shell_report_add(f->report, SW_SHELL_REVERSE_SHELL, 75, f->connects_at,
                            "a connection is opened and a shell started");
    /* Objects of ASP are often made under names put together, against careless scanners. */
    const unsigned few = f->language->sigils && f->standalone ? 60 : 50;
    const unsigned weight = f->hidden_names >= 12 && f->language->sigils ? 65 : f->hidden_names >= 4 ? few : 35;
    if (f->hidden_names >= 2)
        sw_shell_report_add(f->report, SW_SHELL_OBFUSCATED, weight, 0,
                            "%u calls of functions under computed names", f->hidden_names);
    if (f->memory != 0) {
        bool inner = (f->memory & 2) != 0;
        bool both = (f->memory & 1) && (f->memory & 4);
        unsigned grave = inner ? (f->memory & 5 ? 75 : 60) : both ? 60 : 20;
        sw_shell_report_add(f->report, SW_SHELL_MEMORY_SHELL, grave, f->memory_at,
                            "a filter, servlet, listener or valve is registered%s",
                            inner ? " through the server's inner classes" : "");
    }
    if (f->restores)
        sw_shell_report_add(f->report, SW_SHELL_SIGNS, 60, f->restores_at,
                            "asks for what the configuration forbids: ini_restore()");
    if (bits(f->shellcode) >= 2)
        sw_shell_report_add(f->report, SW_SHELL_HIDDEN_CODE, 75, 0, "memory is filled and run as native code");
    if (bits(f->spies) >= 4 && !f->language->sigils && f->standalone)
        sw_shell_report_add(f->report, SW_SHELL_PANEL, 60, 0, "asks about the machine in %u ways", bits(f->spies));
    if (bits(f->spies) >= 3 && bits(f->quiet) >= 2 && f->standalone)
        sw_shell_report_add(f->report, SW_SHELL_SIGNS, 35, 0, "asks about the machine in %u ways and keeps errors away",
                            bits(f->spies));
}
