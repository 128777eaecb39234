/* name.c - the forms of names.h. */
#include "incident/name.h"

#include "base/mem.h"
#include "behaviour/address.h"

static const struct sw_str nothing = {"", 0};

static struct sw_str lower_into(struct sw_str text, char out[SW_NAME_MAX])
{
    size_t len = text.len < SW_NAME_MAX ? text.len : SW_NAME_MAX;
    for (size_t i = 0; i < len; i++)
        out[i] = sw_lower(text.ptr[i]);
    return (struct sw_str){out, len};
}

struct sw_str sw_name_host(struct sw_str text, char out[SW_NAME_MAX])
{
    struct sw_address address = {{0}};
    text = sw_str_trim(text);
    while (text.len > 0 && text.ptr[0] == '\\')
        text = sw_str_from(text, 1);
    if (text.len == 0 || sw_str_is(text, "-") || sw_str_ieq(text, SW_STR("localhost")) ||
        sw_address_parse(text, &address) == 0)
        return nothing;
    text = sw_str_slice(text, 0, sw_str_chr(text, '.'));
    if (text.len > 1 && text.ptr[text.len - 1] == '$')
        text.len--;
    return lower_into(text, out);
}

struct sw_str sw_name_account(struct sw_str text, char out[SW_NAME_MAX], struct sw_str *domain)
{
    *domain = nothing;
    text = sw_str_trim(text);
    size_t slash = sw_str_chr(text, '\\');
    size_t at = sw_str_chr(text, '@');
    if (slash != SW_NPOS) {
        *domain = sw_str_slice(text, 0, slash);
        text = sw_str_from(text, slash + 1);
    } else if (at != SW_NPOS && at > 0) {
        *domain = sw_str_from(text, at + 1);
        text = sw_str_slice(text, 0, at);
    }
    bool number = text.len > 0;
    for (size_t i = 0; i < text.len && number; i++)
        number = sw_is_digit(text.ptr[i]);
    if (number || sw_str_is(text, "-") || sw_str_ieq(text, SW_STR("unset")) || sw_str_is(text, "(unknown)"))
        return nothing;
    return lower_into(text, out);
}

bool sw_name_is_common_account(struct sw_str name)
{
    static const char *const common[] = {
        "system",         "local service",  "network service", "anonymous logon", "lokaler dienst", "netzwerkdienst",
        "root",           "nobody",         "daemon",          "www-data",        "apache",         "nginx",
        "defaultapppool", "administrator",  "admin",           "guest",           "everyone",       "iusr",
        "autorité nt",    "window manager", "dwm-1",           "umfd-0",          "umfd-1",         "sysadmin",
    };
    for (size_t i = 0; i < SW_COUNT_OF(common); i++)
        if (sw_str_is(name, common[i]))
            return true;
    return sw_str_starts(name, SW_STR("dwm-")) || sw_str_starts(name, SW_STR("umfd-")) ||
           sw_str_starts(name, SW_STR("iis apppool"));
}

struct sw_str sw_name_path(struct sw_str text, char out[SW_NAME_MAX])
{
    struct sw_str low = lower_into(text, out);
    for (size_t i = 0; i < low.len; i++)
        if (out[i] == '\\')
            out[i] = '/';
    return low;
}

struct sw_str sw_name_script(struct sw_str path)
{
    static const char *const endings[] = {".php",  ".php5", ".php7", ".phtml", ".phar", ".asp",
                                          ".aspx", ".ashx", ".asmx", ".asax",  ".cer",  ".jsp",
                                          ".jspx", ".jspf", ".cfm",  ".cfml",  ".cgi",  ".war"};
    path = sw_str_slice(path, 0, sw_str_chr(path, '?'));
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/') {
            path = sw_str_from(path, i);
            break;
        }
    }
    for (size_t i = 0; i < SW_COUNT_OF(endings); i++)
        if (path.len > strlen(endings[i]) && sw_str_ends(path, sw_str(endings[i])))
            return path;
    return nothing;
}
