/* detect_header.c - line ends followed by a header of HTTP or mail, or by a command of SMTP, IMAP or POP3. */
#include "web/web_priv.h"

static const char *const commands[] = {
    "apop", "append", "auth", "authenticate", "bdat", "capa", "capability", "check", "close", "copy", "create",
    "data", "dele", "delete", "ehlo", "etrn", "examine", "expn", "expunge", "fetch", "helo", "help", "idle", "list",
    "login", "logout", "lsub", "mail", "noop", "pass", "quit", "rcpt", "rename", "retr", "rset", "search", "select",
    "send", "size", "soml", "starttls", "stat", "status", "stls", "store", "subscribe", "top", "turn", "uid", "uidl",
    "unsubscribe", "user", "vrfy"};

static const char *const headers[] = {
    "access-control-allow-origin", "bcc", "cc", "connection", "content-length", "content-security-policy",
    "content-type", "cookie", "from", "host", "link", "location", "mime-version", "refresh", "reply-to", "set-cookie",
    "subject", "to", "transfer-encoding", "x-forwarded-for", "x-forwarded-host", "x-xss-protection"};

static struct sw_str word_at(struct sw_str text, size_t at)
{
    size_t end = at;
    while (end < text.len && (sw_web_is_word(text.ptr[end]) || text.ptr[end] == '-'))
        end++;
    return sw_str_slice(text, at, end);
}

/* A line of prose may begin with such a word; a command is written in capitals, or has a tag before it. */
static bool is_command(const struct sw_web_text *text, size_t at, struct sw_str word)
{
    struct sw_str line = sw_str_from(text->text, at);
    line = sw_str_slice(line, 0, sw_str_chr(line, '\n'));
    struct sw_str written = sw_str_slice(line, 0, word.len);
    unsigned capitals = 0;
    for (size_t i = 0; i < written.len; i++)
        capitals += written.ptr[i] >= 'A' && written.ptr[i] <= 'Z';
    if (capitals == written.len)
        return true;
    size_t words = 0;
    for (size_t i = 0; i < line.len; i++)
        words += line.ptr[i] == ' ';
    return capitals == 0 && words <= 2 &&
           (line.len == word.len || line.ptr[word.len] == ' ' || line.ptr[word.len] == '\r');
}

/* .shell, .system ...: commands of SQLite's shell. */
static bool is_sqlite(struct sw_str text, size_t at)
{
    static const char *const words[] = {"archive", "backup", "clone",  "databases", "dump", "import",
                                        "load",    "log",    "open",   "output",    "read", "restore",
                                        "schema",  "shell",  "system", "tables"};
    at = sw_web_skip_space(text, at);
    if (at >= text.len || text.ptr[at] != '.')
        return false;
    struct sw_str word = word_at(text, sw_web_skip_space(text, at + 1));
    return SW_WEB_IN(words, word);
}

static void sqlite_behind(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    at = sw_web_skip_space(text->low, at);
    size_t slash = at; /* "\n" in the log's own spelling, or in the attacker's */
    while (slash < text->low.len && slash < at + 2 && text->low.ptr[slash] == '\\')
        slash++;
    if (slash > at && slash < text->low.len && text->low.ptr[slash] == 'n')
        at = sw_web_skip_space(text->low, slash + 1);
    if (is_sqlite(text->low, at))
        sw_web_report(look, SW_WEB_CLASS_SQL, SW_WEB_ATTEMPT, text, "a command of SQLite's shell", at, 20);
}

static void line_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str word = word_at(text->low, at);
    size_t end = at + word.len;
    if (word.len > 0 && end < text->low.len && text->low.ptr[end] == ':' && SW_WEB_IN(headers, word)) {
        sw_web_report(look, SW_WEB_CLASS_HEADER, SW_WEB_ATTEMPT, text, "a header behind a line end", at, word.len + 20);
        return;
    }
    bool tagged = word.len >= 2 && word.len <= 6 && sw_is_digit(word.ptr[word.len - 1]) && end < text->low.len;
    size_t from = tagged ? sw_web_skip_space(text->low, end) : at;
    word = word_at(text->low, from);
    if (word.len > 0 && SW_WEB_IN(commands, word) && (tagged || is_command(text, from, word)))
        sw_web_report(look, SW_WEB_CLASS_HEADER, SW_WEB_ATTEMPT, text, "a mail command behind a line end", at,
                      word.len + 20);
}

void sw_web_detect_header(struct sw_web_look *look, const struct sw_web_text *text)
{
    for (size_t at = 0; at + 1 < text->low.len; at++)
        if (text->low.ptr[at] == ';')
            sqlite_behind(look, text, at + 1);
    for (size_t at = 0; at + 1 < text->low.len; at++)
        if (text->low.ptr[at] == '\n' || (text->low.ptr[at] == '\r' && text->low.ptr[at + 1] != '\n'))
            line_at(look, text, at + 1);
}
