/*
 * detect_shell.c - commands of Unix shells: behind a separator, in a substitution, at the start of an argument; also
 * pieced together with quotes, variables and file name patterns (the text is looked at as a shell would see it).
 */
#include "web/commands.h"

#include <stdio.h>

enum { MOST_WORDS = 6, MOST_COMMANDS = 64 };

enum led_by { AT_START, BY_SEPARATOR, BY_AMPERSAND, BY_SUBSTITUTION };

struct shell_look {
    struct sw_web_look *look;
    const struct sw_web_text *text;
    struct sw_str line; /* as a shell sees it */
    bool pieced;        /* words were pieced together */
};

static bool is_command_byte(char c)
{
    return sw_web_is_word(c) || c == '-' || c == '.' || c == '+';
}

/* Does an argument look like one of a program, not like a word of a sentence? */
static bool is_argument(struct sw_str word)
{
    if (word.len == 0)
        return false;
    if (memchr("-/.~$<>*", word.ptr[0], 8) != NULL && word.len > 1)
        return word.ptr[0] != '.' || word.ptr[1] != '.' || word.len > 2;
    for (size_t i = 1; i < word.len; i++)
        if (word.ptr[i] == '/' || word.ptr[i] == '=' || word.ptr[i] == '*' ||
            (word.ptr[i] == '.' && i + 1 < word.len && sw_web_is_word(word.ptr[i + 1])))
            return true;
    return word.len == 1 && word.ptr[0] == '.';
}

static struct sw_str next_word(struct sw_str line, size_t *at)
{
    *at = sw_web_skip_space(line, *at);
    size_t from = *at;
    while (*at < line.len && !sw_is_space(line.ptr[*at]) && memchr(";|&()", line.ptr[*at], 5) == NULL)
        (*at)++;
    return sw_str_slice(line, from, *at);
}

/* `strict`: a user agent has words such as "client/1.0" and "+http://..." too. */
static bool has_arguments(struct sw_str line, size_t at, bool strict)
{
    for (unsigned i = 0; i < MOST_WORDS; i++) {
        struct sw_str word = next_word(line, &at);
        if (word.len == 0)
            return false;
        if (strict ? word.len > 1 && (word.ptr[0] == '-' || word.ptr[0] == '/') : is_argument(word))
            return true;
    }
    return false;
}

/* What may stand behind a command's name. */
static bool is_ended(struct sw_str line, size_t at)
{
    return at >= line.len || sw_is_space(line.ptr[at]) || memchr(";|&<>)(#'\"`}", line.ptr[at], 12) != NULL;
}

/* The last part of a path, and whether its directory is one of programs. */
static struct sw_str base_name(struct sw_str path, bool *programs)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/')
        slash--;
    struct sw_str folder = sw_str_slice(path, 0, slash);
    *programs = sw_str_ends(folder, SW_STR("bin/"));
    return sw_str_from(path, slash);
}

static bool in_header(const struct shell_look *s)
{
    return (s->text->place & (SW_WEB_AGENT | SW_WEB_REFERER)) != 0;
}

static void report(struct shell_look *s, enum sw_web_confidence confidence, const char *what)
{
    struct sw_str text = s->text->text;
    sw_web_report(s->look, SW_WEB_CLASS_SHELL, confidence, s->text, what, 0, text.len);
}

/* Words and nothing that user agents have. */
static bool is_plain(struct sw_str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (!sw_web_is_word(line.ptr[i]) && line.ptr[i] != ' ' && line.ptr[i] != '-')
            return false;
    return true;
}

/* An argument whose name says that it is for commands. */
static bool takes_commands(const struct shell_look *s)
{
    static const char *const names[] = {
        "cli", "cmd", "code", "command", "daemon", "do", "eval", "exec", "execute", "function", "ip", "param", "ping",
        "process", "run", "shell", "system"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sw_str_ieq(s->text->name, sw_str(names[i])))
            return true;
    return false;
}

/* Programs that fetch, and tell their bare name as a user agent. */
static bool is_client(struct sw_str line)
{
    static const char *const clients[] = {"aria2c", "axel", "curl", "elinks", "fetch", "links", "lynx", "w3m", "wget"};
    return SW_WEB_IN(clients, line);
}

/* User agents hold "(X11; Linux; id)": there a separator needs more behind it. */
static void judge(struct shell_look *s, enum sw_web_command command, enum led_by led, size_t at, bool prefixed)
{
    struct sw_str line = s->line;
    bool ended = is_ended(line, at);
    bool arguments = ended && has_arguments(line, at, s->text->place == SW_WEB_AGENT);
    bool alone = at >= line.len;
    if (!ended || command == SW_WEB_NO_COMMAND)
        return;
    if (prefixed && (command >= SW_WEB_PROGRAM || arguments || alone)) {
        report(s, SW_WEB_ATTEMPT, "a command run by another");
        return;
    }
    if (s->pieced && (command >= SW_WEB_PROGRAM || arguments) &&
        (arguments || led != AT_START || s->text->place != SW_WEB_REFERER)) {
        report(s, command == SW_WEB_COMMON && !arguments ? SW_WEB_HINT : SW_WEB_ATTEMPT, "a command pieced together");
        return;
    }
    if (led == BY_SUBSTITUTION) {
        report(s, SW_WEB_ATTEMPT, "a command in a substitution");
    } else if (led != AT_START) {
        bool first = s->line.ptr[0] == ';'; /* a text that begins with the separator */
        bool sure = command >= SW_WEB_PROGRAM ? !in_header(s) || arguments || first : arguments || (first && alone);
        if (led == BY_AMPERSAND && command == SW_WEB_PROGRAM && !arguments)
            sure = sure && alone;
        if (sure)
            report(s, SW_WEB_ATTEMPT, "a command behind a separator");
    } else if (command == SW_WEB_TELLING) {
        if (!alone || s->text->place != SW_WEB_AGENT || !is_client(line))
            report(s, SW_WEB_ATTEMPT, "a command");
    } else if (arguments) {
        report(s, command == SW_WEB_PROGRAM || in_header(s) ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a command with arguments");
    } else if (command == SW_WEB_PROGRAM && memchr(";|", at < line.len ? line.ptr[at] : 0, 2) != NULL &&
               !in_header(s)) {
        report(s, SW_WEB_ATTEMPT, "a command before a separator");
    } else if (command == SW_WEB_PROGRAM && !alone && s->text->place == SW_WEB_AGENT && is_plain(line)) {
        report(s, SW_WEB_ATTEMPT, "a command for a user agent");
    } else if (command == SW_WEB_PROGRAM && !alone && takes_commands(s)) {
        report(s, SW_WEB_ATTEMPT, "a program in an argument for commands");
    } else if (command == SW_WEB_PROGRAM && !alone && !in_header(s)) {
        report(s, SW_WEB_HINT, "the name of a program");
    }
}

/* A command that begins at `at`. */
static void command_at(struct shell_look *s, size_t at, enum led_by led)
{
    bool prefixed = false;
    for (unsigned i = 0; i < 4; i++) {
        while (at < s->line.len && (sw_is_space(s->line.ptr[at]) || s->line.ptr[at] == '('))
            at++;
        size_t from = at;
        while (at < s->line.len && (is_command_byte(s->line.ptr[at]) || s->line.ptr[at] == '/'))
            at++;
        bool programs = false;
        struct sw_str word = base_name(sw_str_slice(s->line, from, at), &programs);
        enum sw_web_command command = sw_web_unix_command(word);
        if (programs && word.len > 0 && is_ended(s->line, at))
            report(s, SW_WEB_ATTEMPT, "a program by its path");
        judge(s, command, led, at, prefixed);
        if (sw_web_is_prefix_command(word)) {
            prefixed = true;
        } else if (!(at < s->line.len && s->line.ptr[at] == '=' && word.len > 0)) { /* a=1 command */
            return;
        } else {
            while (at < s->line.len && !sw_is_space(s->line.ptr[at]))
                at++;
            if (at >= s->line.len)
                return;
        }
    }
}

static void separators(struct shell_look *s)
{
    unsigned seen = 0;
    command_at(s, 0, AT_START);
    size_t equals = in_header(s) ? sw_str_chr(s->line, '=') : SW_NPOS;
    if (equals != SW_NPOS)
        command_at(s, equals + 1, AT_START);
    for (size_t at = 0; at < s->line.len && seen < MOST_COMMANDS; at++) {
        char c = s->line.ptr[at];
        if (c == ';' || c == '|' || c == '&' || c == '{') {
            command_at(s, at + 1, c == '&' && (at == 0 || s->line.ptr[at - 1] != '&') ? BY_AMPERSAND : BY_SEPARATOR);
            seen++;
        }
    }
    for (size_t at = 0; at < s->text->low.len && seen < MOST_COMMANDS; at++) { /* line ends became spaces */
        if (s->text->low.ptr[at] != '\n' || at + 1 >= s->text->low.len)
            continue;
        struct shell_look rest = *s;
        uint32_t layers = 0;
        rest.line = sw_web_unquote(s->look->arena, sw_str_from(s->text->low, at + 1), &layers);
        if (rest.line.ptr != NULL)
            command_at(&rest, 0, BY_SEPARATOR);
        seen++;
    }
}

/* --- substitutions ------------------------------------------------------------------------------------------ */

static bool is_browser_code(struct sw_str rest)
{
    static const char *const names[] = {"document", "this", "window", "function", "'", "\"", ".", "#"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sw_str_starts(rest, sw_str(names[i])))
            return true;
    return false;
}

/* {a,b} next to a word, {,a} and {a,}: no JSON, and no set in mathematics. */
static bool is_brace_expansion(struct sw_str text, size_t at)
{
    struct sw_str rest = sw_str_slice(text, at + 1, at + 200);
    size_t close = sw_str_chr(rest, '}');
    struct sw_str inside = sw_str_slice(rest, 0, close);
    if (close == SW_NPOS || sw_str_chr(inside, ',') == SW_NPOS)
        return sw_str_starts(rest, SW_STR(",")) && close != SW_NPOS;
    for (size_t i = 0; i < inside.len; i++)
        if (memchr("\":{ =[", inside.ptr[i], 6) != NULL)
            return inside.ptr[0] == ',' && inside.len > 1;
    bool joined =
        (at > 0 && sw_web_is_word(text.ptr[at - 1])) || (close + 1 < rest.len && sw_web_is_word(rest.ptr[close + 1]));
    return inside.len > 1 && (joined || inside.ptr[0] == ',' || inside.ptr[inside.len - 1] == ',');
}

/* ${name#...}, ${name%...}, ${name/...}, ${name:...}: what only a shell does with a variable. */
static bool is_parameter_expansion(struct sw_str rest)
{
    size_t at = 0;
    while (at < rest.len && sw_web_is_word(rest.ptr[at]))
        at++;
    return at > 0 && at + 1 < rest.len && (rest.ptr[at] == '#' || rest.ptr[at] == '^' || rest.ptr[at] == '/') &&
           sw_str_chr(rest, '}') != SW_NPOS;
}

static void substitution_at(struct shell_look *s, size_t at)
{
    struct sw_str low = s->text->low;
    struct sw_str rest = sw_str_slice(low, at + 2, at + 512);
    char c = low.ptr[at];
    char next = low.ptr[at + 1];
    if (c == '$' && next == '(') {
        bool arithmetic = rest.len > 0 && rest.ptr[0] == '(';
        if (rest.len > 0 && !is_browser_code(rest) && (arithmetic || sw_str_chr(rest, ')') != SW_NPOS || rest.len > 2))
            report(s, SW_WEB_ATTEMPT, "a command substitution");
    } else if (c == '$' && next == '[' && rest.len > 0 &&
               (sw_is_digit(rest.ptr[0]) || rest.ptr[0] == ']' || rest.ptr[0] == '$')) {
        report(s, SW_WEB_ATTEMPT, "arithmetic of a shell");
    } else if ((c == '<' || c == '>') && next == '(' && rest.len > 1 && sw_web_is_word(rest.ptr[0])) {
        report(s, SW_WEB_ATTEMPT, "a process substitution");
    } else if (c == '{' && is_brace_expansion(low, at)) {
        report(s, SW_WEB_ATTEMPT, "a brace expansion");
    } else if (c == '$' && next == '{' && is_parameter_expansion(rest)) {
        report(s, SW_WEB_ATTEMPT, "an expansion of a variable");
    }
}

static void backticks(struct shell_look *s)
{
    struct sw_str low = s->text->low;
    size_t open = sw_str_chr(low, '`');
    while (open != SW_NPOS) {
        struct sw_str rest = sw_str_from(low, open + 1);
        size_t close = sw_str_chr(rest, '`');
        if (close == SW_NPOS)
            return;
        struct shell_look inner = *s;
        inner.line = sw_str_slice(rest, 0, close);
        if (close > 0)
            command_at(&inner, 0, BY_SUBSTITUTION);
        open = sw_str_chr(sw_str_from(rest, close + 1), '`');
        if (open != SW_NPOS)
            open += (size_t)(rest.ptr - low.ptr) + close + 1;
    }
}

/* --- file name patterns ------------------------------------------------------------------------------------- */

/* /???/??t, /bin/ca?, /et*'/passwd: patterns where a file's name should be. */
static void patterns(struct shell_look *s)
{
    struct sw_str line = s->line;
    for (size_t at = 0; at < line.len; at++) {
        if (line.ptr[at] != '/' || (at > 0 && memchr(":/=", line.ptr[at - 1], 3) != NULL && line.ptr[at - 1] == ':'))
            continue;
        size_t marks = 0;
        size_t stars = 0;
        size_t slashes = 0;
        size_t end = at;
        for (; end < line.len && (is_command_byte(line.ptr[end]) || memchr("/?*", line.ptr[end], 3) != NULL); end++) {
            marks += line.ptr[end] == '?';
            stars += line.ptr[end] == '*';
            slashes += line.ptr[end] == '/';
        }
        struct sw_str word = sw_str_slice(line, at, end);
        bool system = sw_str_starts(word, SW_STR("/bin/")) || sw_str_starts(word, SW_STR("/usr/")) ||
                      sw_str_starts(word, SW_STR("/et")) || sw_str_starts(word, SW_STR("/bi"));
        if (slashes >= 2 && (marks >= 2 || (system && marks + stars > 0) || (s->pieced && marks > 0)) && stars < 4 &&
            sw_str_find(word, SW_STR("/*")) == SW_NPOS)
            report(s, SW_WEB_ATTEMPT, "a file name pattern");
        at = end;
    }
}

/* ~+, ~-1 and !-1!-2 as a whole value: a shell's directories and history. */
static void whole_words(struct shell_look *s)
{
    struct sw_str low = s->text->low;
    char sign = low.ptr[0];
    if ((sign != '~' && sign != '!') || low.len > 12)
        return;
    bool telling = sign == '~' && (low.ptr[1] == '+' || low.ptr[1] == '-');
    bool again = false;
    for (size_t i = 1; i < low.len; i++) {
        char c = low.ptr[i];
        again |= c == '!' && i > 1;
        if (!sw_is_digit(c) && !(i == 1 && (c == '+' || c == '-')) && !(sign == '!' && (c == '!' || c == '-')))
            return;
    }
    report(s, telling || again ? SW_WEB_ATTEMPT : SW_WEB_HINT,
           sign == '~' ? "a shell's directory name" : "a shell's history");
}

static bool starts_system_path(struct sw_str line)
{
    static const char *const folders[] = {"/bin",  "/dev",  "/etc", "/lib", "/opt",
                                          "/proc", "/root", "/tmp", "/usr", "/var"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (sw_str_starts(line, sw_str(folders[i])))
            return true;
    return false;
}

/* "a=nc&&$a -l": a variable set and then run. */
static void variable_run(struct shell_look *s)
{
    struct sw_str low = s->text->low;
    for (size_t at = 1; at + 2 < low.len; at++) {
        if (low.ptr[at] != '$' || !sw_is_alpha(low.ptr[at + 1]))
            continue;
        size_t before = at;
        while (before > 0 && sw_is_space(low.ptr[before - 1]))
            before--;
        if (before == 0 || memchr(";&|", low.ptr[before - 1], 3) == NULL)
            continue;
        size_t end = at + 1;
        while (end < low.len && sw_web_is_word(low.ptr[end]))
            end++;
        char name[24];
        int len = snprintf(name, sizeof name, "%.*s=", (int)(end - at - 1 > 20 ? 20 : end - at - 1), low.ptr + at + 1);
        if (len > 0 && sw_str_find(sw_str_slice(low, 0, at > 256 ? 256 : at), sw_strn(name, (size_t)len)) != SW_NPOS) {
            report(s, SW_WEB_ATTEMPT, "a variable run as a command");
            return;
        }
    }
}

void sw_web_detect_shell(struct sw_web_look *look, const struct sw_web_text *text)
{
    uint32_t layers = 0;
    struct shell_look s = {.look = look, .text = text};
    s.line = sw_web_unquote(look->arena, text->low, &layers);
    if (s.line.ptr == NULL || text->low.len < 2)
        return;
    s.pieced = (layers & SW_WEB_QUOTING) != 0;
    bool named = text->place == SW_WEB_PATH || text->place == SW_WEB_NAME;
    if (!named || (text->traits & (SW_WEB_HAS_SEPARATOR | SW_WEB_HAS_SPACE)) != 0)
        separators(&s);
    for (size_t at = 0; at + 1 < text->low.len; at++)
        if (memchr("$<>{", text->low.ptr[at], 4) != NULL)
            substitution_at(&s, at);
    backticks(&s);
    if ((text->traits & SW_WEB_HAS_DOLLAR) != 0)
        variable_run(&s);
    if (text->place != SW_WEB_REFERER || (text->traits & SW_WEB_HAS_SEPARATOR) != 0)
        patterns(&s);
    whole_words(&s);
    if (s.pieced && starts_system_path(s.line))
        report(&s, SW_WEB_ATTEMPT, "a path pieced together");
}
