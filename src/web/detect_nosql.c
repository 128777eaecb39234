/* detect_nosql.c - filters of LDAP and XPath; operators of MongoDB and object mappers are phrases. */
#include "web/web_priv.h"

static void report(struct sw_web_look *look, const struct sw_web_text *text, enum sw_web_confidence confidence,
                   const char *what, size_t at)
{
    sw_web_report(look, SW_WEB_CLASS_NOSQL, confidence, text, what, at, 40);
}

/* RFC 4515: a filter closed and another begun, "*)(", ")(|(", "(&(". */
static void ldap_at(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str rest = sw_str_slice(text->low, at, at + 256);
    static const char *const shapes[] = {"*)(", ")(|", ")(&", ")(!", "(|(", "(&(", "*))%00", "*)(|(", "*)(&"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (sw_str_starts(rest, sw_str(shapes[i])) && sw_str_chr(rest, '=') != SW_NPOS)
            report(look, text, SW_WEB_ATTEMPT, "an LDAP filter", at);
}

static void xpath(struct sw_web_look *look, const struct sw_web_text *text)
{
    static const char *const words[] = {
        "count(/", "/child::", "/parent::", "ancestor::", "descendant::", "following-sibling::",
        "string-length(name(", "name(/", "substring(name(", "position()=", "/text()", "doc(concat(", "'] | //",
        "\"] | //"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = sw_str_find(text->low, sw_str(words[i]));
        if (at != SW_NPOS)
            report(look, text, SW_WEB_ATTEMPT, "XPath", at);
    }
}

/* field__lookup of Django's object mapper: also what its own pages of lists send. */
static void lookup_suffix(struct sw_web_look *look, const struct sw_web_text *text)
{
    static const char *const lookups[] = {"contains",     "endswith", "exact",    "gt",        "gte",
                                          "has_any_keys", "has_key",  "has_keys", "icontains", "iendswith",
                                          "iexact",       "in",       "iregex",   "isnull",    "istartswith",
                                          "lt",           "lte",      "range",    "regex",     "startswith"};
    size_t end = text->low.len;
    while (end >= 2 && !(text->low.ptr[end - 1] == '_' && text->low.ptr[end - 2] == '_'))
        end--;
    if (end >= 3 && SW_WEB_IN(lookups, sw_str_from(text->low, end)))
        report(look, text, SW_WEB_HINT, "a lookup of an object mapper", 0);
}

void sw_web_detect_nosql(struct sw_web_look *look, const struct sw_web_text *text)
{
    if (text->place == SW_WEB_PATH)
        return;
    if ((text->traits & SW_WEB_HAS_PAREN) != 0) {
        for (size_t at = 0; at < text->low.len; at++)
            if (memchr("*)(", text->low.ptr[at], 3) != NULL)
                ldap_at(look, text, at);
        xpath(look, text);
    } else if ((text->traits & SW_WEB_HAS_COLON) != 0) {
        xpath(look, text);
    }
    if (text->place == SW_WEB_NAME)
        lookup_suffix(look, text);
    /* name[$operator] and {"$operator": as values of other programs; an operator as a whole value. */
    if (text->place == SW_WEB_NAME && sw_str_find(text->low, SW_STR("[$")) != SW_NPOS)
        report(look, text, SW_WEB_ATTEMPT, "an operator of MongoDB", 0);
}
