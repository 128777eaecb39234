/* detect_markup.c - tags, event handlers and script addresses, also spaced out or commented; whole words are phrases. */
#include "web/web_priv.h"

enum { TAG_MAX = 24, COMPACT_MAX = 2048, NEAR = 512 /* what belongs together lies so near: no search is longer */ };

static const char *const tags[] = {
    "a", "animate", "applet", "area", "audio", "b", "base", "bgsound", "blink", "body", "button", "details", "dialog",
    "discard", "div", "embed", "form", "frame", "frameset", "head", "html", "iframe", "image", "img", "import",
    "input", "isindex", "keygen", "layer", "link", "listing", "marquee", "math", "meta", "noscript", "object", "onx",
    "p", "script", "select", "set", "slot", "span", "style", "svg", "table", "template", "textarea", "title", "track",
    "video", "vmlframe", "x", "xml", "xmp", "xss"};
/* Short ones stand in prose and in formulas; they need something after them. */
static const char *const weak_tags[] = {"a", "b", "p", "set", "x"};
static const char *const no_events[] = {
    "onboard", "once", "one", "ongoing", "online", "only", "onset", "onto", "onward"};

static void report(struct sw_web_look *look, const struct sw_web_text *text, enum sw_web_confidence confidence,
                   const char *what, size_t at, size_t len)
{
    sw_web_report(look, SW_WEB_CLASS_XSS, confidence, text, what, at, len);
}

/* The name behind '<', with what browsers and filters pass over left out: "< s\tcript", "<x:script". */
static size_t tag_name(struct sw_str text, size_t at, char name[TAG_MAX], bool *spaced)
{
    size_t len = 0;
    *spaced = false;
    for (; at < text.len && len < TAG_MAX; at++) {
        char c = text.ptr[at];
        if (sw_is_alpha(c) || (len > 0 && sw_is_digit(c))) {
            name[len++] = c;
        } else if (c == ':' && len <= 6) {
            len = 0; /* a prefix of a namespace */
        } else if (sw_is_space(c) || c == '\0' || (c == '/' && len == 0)) {
            bool one =
                at + 2 < text.len && sw_is_alpha(text.ptr[at + 1]) && (sw_is_space(text.ptr[at + 2]) || len == 0);
            if (len > 0 && !one && !(at + 2 == text.len && sw_is_alpha(text.ptr[at + 1])))
                break;
            *spaced |= len > 0;
        } else {
            break;
        }
    }
    return len;
}

static void tag_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str low = text->low;
    char name[TAG_MAX];
    bool spaced;
    size_t len = tag_name(low, at + 1, name, &spaced);
    struct sw_str tag = {name, len};
    if (len == 0)
        return;
    size_t end = at + 1 + len;
    bool more = end < low.len && (sw_is_space(low.ptr[end]) || memchr(">/", low.ptr[end], 2) != NULL);
    if (SW_WEB_IN(tags, tag) && !SW_WEB_IN(weak_tags, tag))
        report(look, text, SW_WEB_ATTEMPT, "a tag", at, len + 2);
    else if (more && (sw_str_chr(sw_str_slice(low, end, end + NEAR), '=') != SW_NPOS ||
                      sw_str_chr(sw_str_slice(low, end, end + NEAR), '>') != SW_NPOS))
        report(look, text, SW_WEB_IN(weak_tags, tag) || spaced ? SW_WEB_ATTEMPT : SW_WEB_HINT, "a tag", at, len + 2);
}

/* onevent= behind something that separates attributes. */
static void event_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str low = text->low;
    size_t end = at;
    while (end < low.len && sw_is_alpha(low.ptr[end]))
        end++;
    struct sw_str name = sw_str_slice(low, at, end);
    size_t sign = sw_web_skip_space(low, end);
    bool assigned = sign < low.len && low.ptr[sign] == '=';
    if (name.len < 5 || name.len > 48 || SW_WEB_IN(no_events, name) || sw_str_starts(name, SW_STR("online")))
        return;
    char before = at > 0 ? low.ptr[at - 1] : 0;
    bool led = before != 0 && memchr(" \t\r\n\"'`/;,<>\f\v", before, 13) != NULL;
    if (before == '/' && sw_str_chr(sw_str_slice(low, 0, at), '<') == SW_NPOS)
        return; /* part of a path or of Base64, not of a tag */
    if (led && assigned)
        report(look, text, SW_WEB_ATTEMPT, "an event handler", at, name.len + 1);
}

/* The text without white space and comments, against words that are written apart to hide them. */
static void compacted(struct sw_web_look *look, const struct sw_web_text *text)
{
    static const char *const words[] = {
        "javascript:", "vbscript:", "[].sort.call", "[].map.call", "[].filter.call", "url(javascript",
        "-moz-binding:", "expression(", "style=", "<script", "<iframe", "<form", "<svg"};
    char compact[COMPACT_MAX];
    size_t len = 0;
    for (size_t at = 0; at < text->low.len && len < COMPACT_MAX; at++) {
        struct sw_str rest = sw_str_from(text->low, at);
        if (sw_str_starts(rest, SW_STR("/*"))) {
            size_t end = sw_str_find(sw_str_slice(rest, 2, NEAR), SW_STR("*/"));
            at += end == SW_NPOS ? 1 : end + 3;
        } else if (!sw_is_space(rest.ptr[0]) && (unsigned char)rest.ptr[0] >= 0x20) {
            compact[len++] = rest.ptr[0];
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = sw_str_find(sw_strn(compact, len), sw_str(words[i]));
        bool style = strcmp(words[i], "style=") == 0;
        if (at == SW_NPOS || (style && sw_str_find(sw_strn(compact, len), SW_STR("url(")) == SW_NPOS))
            continue;
        report(look, text, SW_WEB_ATTEMPT, words[i], 0, text->text.len);
        return;
    }
}

/* Scripts made of brackets and signs alone. */
static void signs_only(struct sw_web_look *look, const struct sw_web_text *text)
{
    size_t run = 0;
    size_t squares = 0;
    for (size_t at = 0; at < text->low.len; at++) {
        bool sign = memchr("[]()!+", text->low.ptr[at], 6) != NULL;
        run = sign ? run + 1 : 0;
        squares = !sign ? 0 : squares + (text->low.ptr[at] == '[' || text->low.ptr[at] == '!');
        if (run >= 8 && squares >= 3) {
            report(look, text, SW_WEB_ATTEMPT, "a script of signs", at - run + 1, run);
            return;
        }
    }
}

void sw_web_detect_markup(struct sw_web_look *look, const struct sw_web_text *text)
{
    for (size_t at = 0; at + 1 < text->low.len; at++) {
        if (text->low.ptr[at] == '<')
            tag_at(look, text, at);
        else if (text->low.ptr[at] == 'o' && text->low.ptr[at + 1] == 'n' && at > 0)
            event_at(look, text, at);
    }
    if ((text->traits & SW_WEB_HAS_BRACE) != 0)
        signs_only(look, text);
    if ((text->traits & (SW_WEB_HAS_SPACE | SW_WEB_HAS_CONTROL)) != 0 || (text->traits & SW_WEB_HAS_COLON) != 0)
        compacted(look, text);
}
