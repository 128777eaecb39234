/* detect_windows.c - cmd.exe: FOR and IF, commands behind separators, switches. PowerShell's words are phrases. */
#include "web/commands.h"

static void report(struct sw_web_look *look, const struct sw_web_text *text, enum sw_web_confidence confidence,
                   const char *what, size_t at)
{
    sw_web_report(look, SW_WEB_CLASS_SHELL, confidence, text, what, at, 60);
}

static bool word_at(struct sw_str text, size_t at, const char *word)
{
    struct sw_str rest = sw_str_from(text, at);
    size_t len = strlen(word);
    return sw_str_starts(rest, sw_str(word)) && (at == 0 || !sw_web_is_word(text.ptr[at - 1])) &&
           (rest.len == len || !sw_web_is_word(rest.ptr[len]));
}

/* for [/x ["options"]] %a in (...) do */
static bool is_for(struct sw_str text, size_t at)
{
    size_t percent = sw_str_chr(sw_str_slice(text, at, at + 120), '%');
    if (percent == SW_NPOS)
        return false;
    struct sw_str rest = sw_str_from(text, at + percent);
    size_t in = sw_str_find(rest, SW_STR(" in "));
    if (in == SW_NPOS || in > 24)
        return false;
    size_t open = sw_web_skip_space(rest, in + 4);
    bool does = sw_str_find(sw_str_slice(rest, open, open + 400), SW_STR("do")) != SW_NPOS;
    bool has_switch = sw_str_find(sw_str_slice(text, at + 3, at + percent), SW_STR("/")) != SW_NPOS;
    return open < rest.len && rest.ptr[open] == '(' && (does || has_switch);
}

/* Whether a command or a block follows. */
static bool is_done(struct sw_str text, size_t at)
{
    at = sw_web_skip_space(text, at);
    size_t end = at;
    while (end < text.len && sw_web_is_word(text.ptr[end]))
        end++;
    struct sw_str word = sw_str_slice(text, at, end);
    return (at < text.len && (text.ptr[at] == '(' || text.ptr[at] == '@')) || sw_web_windows_command(word) ||
           sw_str_is(word, "goto") || sw_str_is(word, "call") || sw_str_is(word, "exit");
}

/* if [/i] [not] exist|defined|errorlevel|a==b|a equ b, and something that is done */
static bool is_if(struct sw_str text, size_t at)
{
    struct sw_str rest = sw_str_slice(text, at + 2, at + 200);
    size_t i = sw_web_skip_space(rest, 0);
    if (i == 0 && (rest.len == 0 || rest.ptr[0] != '/'))
        return false;
    while (sw_str_starts(sw_str_from(rest, i), SW_STR("/i")) || word_at(rest, i, "not")) {
        i += rest.ptr[i] == '/' ? 2 : 3;
        i = sw_web_skip_space(rest, i);
    }
    static const char *const tests[] = {"exist", "defined", "errorlevel", "cmdextversion"};
    for (size_t t = 0; t < sizeof tests / sizeof *tests; t++) {
        if (!word_at(rest, i, tests[t]))
            continue;
        size_t name = sw_web_skip_space(rest, i + strlen(tests[t]));
        size_t end = name;
        while (end < rest.len && !sw_is_space(rest.ptr[end]))
            end++;
        bool file = sw_str_chr(sw_str_slice(rest, name, end), '.') != SW_NPOS ||
                    sw_str_chr(sw_str_slice(rest, name, end), '\\') != SW_NPOS;
        return end < rest.len && (t > 0 || file || is_done(rest, end));
    }
    static const char *const signs[] = {"==", " equ ", " neq ", " lss ", " leq ", " gtr ", " geq ", "equ ", "leq "};
    for (size_t t = 0; t < sizeof signs / sizeof *signs; t++) {
        size_t sign = sw_str_find(sw_str_from(rest, i), sw_str(signs[t]));
        if (sign == SW_NPOS || sign > 60)
            continue;
        struct sw_str behind = sw_str_from(rest, i + sign + strlen(signs[t]));
        size_t operand = sw_web_skip_space(behind, 0);
        while (operand < behind.len && !sw_is_space(behind.ptr[operand]))
            operand++;
        /* something follows the comparison, or it is one of variables */
        return operand < behind.len || sw_str_chr(sw_str_slice(rest, i, i + sign), '%') != SW_NPOS;
    }
    return false;
}

/* What a command of Windows may have behind it and a sentence has not. */
static bool is_windows_argument(struct sw_str low, size_t at)
{
    size_t end = at;
    while (end < low.len && !sw_is_space(low.ptr[end]))
        end++;
    struct sw_str word = sw_str_slice(low, at, end);
    return sw_str_is(word, "<") || sw_str_is(word, ">") ||
           (word.len > 1 && (memchr("-%<>", word.ptr[0], 4) != NULL || word.ptr[1] == ':' ||
                            sw_str_find(word, SW_STR("://")) != SW_NPOS || sw_str_chr(word, '\\') != SW_NPOS));
}

/* "& word /x": a switch behind a name behind a separator. */
static void command_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str low = text->low;
    size_t from = sw_web_skip_space(low, at);
    size_t end = from;
    while (end < low.len && (sw_web_is_word(low.ptr[end]) || low.ptr[end] == '.'))
        end++;
    struct sw_str word = sw_str_slice(low, from, end);
    if (word.len < 2)
        return;
    size_t next = sw_web_skip_space(low, end);
    bool known = sw_web_windows_command(word);
    size_t behind = next + 1;
    while (behind < low.len && sw_is_alpha(low.ptr[behind]))
        behind++;
    bool has_switch = next < low.len && low.ptr[next] == '/' && behind > next + 1 && (known || behind == next + 2) &&
                      (behind == low.len || low.ptr[behind] == ' ' || low.ptr[behind] == ':');
    if (has_switch && text->place != SW_WEB_AGENT && text->place != SW_WEB_REFERER)
        report(look, text, SW_WEB_ATTEMPT, "a command with a switch", from);
    else if (known && next > end && is_windows_argument(low, next))
        report(look, text, SW_WEB_ATTEMPT, "a command of Windows", from);
}

/* Verb-Noun of PowerShell, both from lists: "get-started" is a page. */
static void cmdlet_at(struct sw_web_look *look, const struct sw_web_text *text, size_t dash)
{
    static const char *const verbs[] = {
        "add", "clear", "compare", "compress", "connect", "convertfrom", "convertto", "copy", "debug", "disable",
        "enable", "enter", "expand", "export", "find", "foreach", "format", "get", "import", "install", "invoke",
        "join", "measure", "move", "new", "out", "read", "receive", "register", "remove", "rename", "resolve",
        "restart", "save", "select", "send", "set", "sort", "split", "start", "stop", "suspend", "tee", "test",
        "trace", "unblock", "unregister", "update", "wait", "where", "write"};
    static const char *const nouns[] = {
        "acl", "adcomputer", "addomain", "adgroup", "aduser", "alias", "archive", "base64", "childitem",
        "ciminstance", "clixml", "command", "computer", "computerinfo", "connection", "content", "counter",
        "credential", "csv", "culture", "date", "default", "dscresource", "event", "eventlog", "eventsubscriber",
        "executionpolicy", "expression", "file", "filehash", "help", "history", "host", "hotfix", "html", "item",
        "itemproperty", "job", "json", "localgroup", "localuser", "location", "mailmessage", "member", "module",
        "modulemember", "mppreference", "netadapter", "netfirewallrule", "netipaddress", "nettcpconnection", "null",
        "object", "output", "package", "packagesource", "parallel", "path", "printer", "process", "property",
        "psdrive", "psprovider", "psrepository", "pssession", "random", "restmethod", "scheduledjob", "scheduledtask",
        "script", "securestring", "service", "sleep", "smbshare", "string", "table", "tracesource", "transcript",
        "type", "typedata", "uiculture", "unique", "variable", "verb", "volume", "warning", "webrequest", "winevent",
        "wmievent", "wmimethod", "wmiobject", "wsmaninstance", "xml"};
    struct sw_str low = text->low;
    size_t from = dash;
    while (from > 0 && sw_is_alpha(low.ptr[from - 1]))
        from--;
    size_t end = dash + 1;
    while (end < low.len && (sw_web_is_word(low.ptr[end])))
        end++;
    bool ended = end == low.len || sw_is_space(low.ptr[end]) || memchr(";|)(\"'&.", low.ptr[end], 8) != NULL;
    if (ended && SW_WEB_IN(verbs, sw_str_slice(low, from, dash)) && SW_WEB_IN(nouns, sw_str_slice(low, dash + 1, end)))
        report(look, text, SW_WEB_ATTEMPT, "a command of PowerShell", from);
}

void sw_web_detect_windows(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct sw_str low = text->low;
    if ((text->place & (SW_WEB_VALUE | SW_WEB_COOKIE)) != 0)
        command_at(look, text, 0);
    for (size_t at = 0; at < low.len; at++) {
        char c = low.ptr[at];
        if (c == 'f' && word_at(low, at, "for") && is_for(low, at))
            report(look, text, SW_WEB_ATTEMPT, "a loop of cmd", at);
        else if (c == 'i' && word_at(low, at, "if") && text->place != SW_WEB_REFERER && is_if(low, at))
            report(look, text, SW_WEB_ATTEMPT, "a condition of cmd", at);
        else if (c == '-' && (text->place & (SW_WEB_VALUE | SW_WEB_COOKIE | SW_WEB_AGENT | SW_WEB_NAME)) != 0)
            cmdlet_at(look, text, at);
        else if (c == '&' || c == '|' || c == ';')
            command_at(look, text, at + 1);
    }
}
