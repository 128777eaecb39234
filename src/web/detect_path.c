/* detect_path.c - paths that climb, and absolute names of files. Well-known files are phrases. */
#include "web/web_priv.h"

enum { DEEP = 3 };

struct climbing {
    unsigned count;   /* of ".." between slashes */
    size_t first;
    bool odd;         /* written as only someone does who wants to pass a filter: "..;/", "...//", "..\" */
};

/* "..", "...", "....": dots up to a slash or the end; other bytes that filters strip count as dots' company. */
static size_t dots_at(struct sw_str text, size_t at, bool *odd)
{
    size_t end = at;
    unsigned dots = 0;
    while (end < text.len && (text.ptr[end] == '.' || (dots > 0 && (unsigned char)text.ptr[end] < 0x20))) {
        dots += text.ptr[end] == '.';
        end++;
    }
    if (dots < 2 || dots > 5)
        return 0;
    *odd = dots > 2;
    if (end < text.len && (text.ptr[end] == ';' || text.ptr[end] == '%')) {
        *odd = true;
        end++;
    }
    return end - at;
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static void count_climbs(struct sw_str text, struct climbing *climbing)
{
    for (size_t at = 0; at < text.len; at++) {
        bool begins = at == 0 || is_slash(text.ptr[at - 1]) || memchr("=:;, \"'", text.ptr[at - 1], 7) != NULL;
        if (text.ptr[at] != '.' || !begins)
            continue;
        bool odd = false;
        size_t len = dots_at(text, at, &odd);
        if (len == 0)
            continue;
        size_t end = at + len;
        bool followed = end < text.len && is_slash(text.ptr[end]);
        bool led = at > 0 && is_slash(text.ptr[at - 1]);
        if (!followed && !(led && (end == text.len || odd)) && !(odd && end < text.len))
            continue;
        if (climbing->count++ == 0)
            climbing->first = at;
        climbing->odd |= (odd && followed) || (followed && text.ptr[end] == '\\') || (led && text.ptr[at - 1] == '\\');
        at = end;
    }
}

/* A path that climbs in a link of a page is resolved by the browser: it never reaches a log as it was. */
static void judge_climbs(struct sw_web_look *look, const struct sw_web_text *text, const struct climbing *climbing)
{
    bool hidden = (text->layers & (SW_WEB_PERCENT | SW_WEB_EVASIVE)) != 0;
    bool sure = climbing->count >= 2 || climbing->odd || (hidden && (text->layers & SW_WEB_EVASIVE) != 0);
    if (text->place == SW_WEB_PATH) {
        uint32_t layers = 0;
        bool above = false;
        struct sw_arena_mark mark = sw_arena_mark(look->arena);
        (void)sw_web_fold_path(look->arena, text->low, &layers, &above);
        sw_arena_rewind(look->arena, mark);
        sure |= above || hidden;
    }
    if (text->place == SW_WEB_REFERER)
        sure = climbing->count >= DEEP;
    sw_web_report(look, SW_WEB_CLASS_FILE, sure ? SW_WEB_ATTEMPT : SW_WEB_HINT, text, "path climbing", climbing->first,
                  12);
}

/* "c:\..." and "\\host\share" as a value. */
static void windows_names(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct sw_str low = text->low;
    if ((text->place & (SW_WEB_VALUE | SW_WEB_COOKIE)) == 0 || low.len < 4)
        return;
    if (low.ptr[0] == '\\' && low.ptr[1] == '\\' && sw_is_alpha(low.ptr[2]) &&
        sw_str_chr(sw_str_from(low, 3), '\\') != SW_NPOS)
        sw_web_report(look, SW_WEB_CLASS_FILE, SW_WEB_HINT, text, "a network share", 0, low.len);
}

/* "/.name": files that programs keep to themselves. Known ones are phrases. */
static void hidden_names(struct sw_web_look *look, const struct sw_web_text *text)
{
    static const char *const usual[] = {"well-known", "auth", "netlify", "rest", "cdn", "dav"};
    static const char *const telling[] = {
        "rc", "conf", "secret", "hist", "ignore", "env", "key", "token", "cred", "settings", "pass", "log", "cfg",
        "yml", "yaml", "json", "toml", "ini", "lock", "bak", "old", "swp", "sql", "db", "cert", "pem", "mcp", "rules"};
    struct sw_str low = text->low;
    for (size_t at = 0; at + 2 < low.len; at++) {
        if (low.ptr[at] != '/' || low.ptr[at + 1] != '.' || !sw_web_is_word(low.ptr[at + 2]))
            continue;
        struct sw_str name = sw_str_slice(low, at + 2, at + 64);
        struct sw_str behind = name;
        name = sw_str_slice(name, 0, sw_str_chr(name, '/'));
        bool ordinary = false;
        bool tells = false;
        for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
            ordinary |= sw_str_starts(name, sw_str(usual[i]));
        for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
            tells |= sw_str_find(behind, sw_str(telling[i])) != SW_NPOS;
        if (!ordinary)
            sw_web_report(look, SW_WEB_CLASS_PROBE, tells ? SW_WEB_ATTEMPT : SW_WEB_HINT, text, "a hidden name", at,
                          name.len + 2);
    }
}

void sw_web_detect_path(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct climbing climbing = {0};
    count_climbs(text->low, &climbing);
    if (climbing.count > 0)
        judge_climbs(look, text, &climbing);
    windows_names(look, text);
    if (text->place == SW_WEB_PATH)
        hidden_names(look, text);
    /* A name cut off by a null byte: include("$x.php") with x = /etc/passwd%00. */
    if ((text->layers & SW_WEB_NUL) != 0 && (text->traits & SW_WEB_HAS_SLASH) != 0)
        sw_web_report(look, SW_WEB_CLASS_FILE, SW_WEB_ATTEMPT, text, "a null byte in a path", 0, text->low.len);
}
