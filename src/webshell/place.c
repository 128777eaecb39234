/*
 * place.c - places and names that speak against a script. See place.h.
 *
 * Sources: NSA/ASD, Detect and Prevent Web Shell Malware (2020); Microsoft, HAFNIUM targeting Exchange Servers (2021), for the
 * folders of Exchange; Apache Tomcat's Jasper (JspUtil.makeJavaIdentifier) for the names of compiled pages.
 */
#include "webshell/place.h"

#include <stdio.h>
#include <string.h>

static char folded(char c)
{
    return c == '\\' ? '/' : sw_lower(c);
}

/* Whether the path has these folders, letter case and the kind of slash aside. */
static bool lies_in(struct sw_str path, const char *folders)
{
    size_t n = strlen(folders);
    for (size_t at = 0; at + n <= path.len; at++) {
        if (at > 0 && folded(path.ptr[at - 1]) != '/' && path.ptr[at - 1] != '!')
            continue;
        size_t i = 0;
        while (i < n && folded(path.ptr[at + i]) == folders[i])
            i++;
        if (i == n)
            return true;
    }
    return false;
}

static struct sw_str name_of(struct sw_str path)
{
    size_t from = path.len;
    while (from > 0 && folded(path.ptr[from - 1]) != '/' && path.ptr[from - 1] != '!')
        from--;
    return sw_str_from(path, from);
}

/* The pages that Exchange itself has in owa/auth and ecp/auth. */
static bool is_exchanges(struct sw_str name)
{
    static const char *const names[] = {"logon.aspx",       "logoff.aspx",         "errorFE.aspx",   "expiredpassword.aspx",
                                        "signout.aspx",     "frowny.aspx",         "OutlookCN.aspx", "RedirSuiteServiceProxy.aspx",
                                        "SvmFeedback.aspx", "TimeoutLogout.aspx",  "genericerror.aspx", "getidtoken.aspx",
                                        "exppw.aspx",       "casredirect.aspx",    "error.aspx",     "preload.aspx"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sw_str_ieq(name, sw_str(names[i])))
            return true;
    return false;
}

static void judge_exchange(const char *kind, struct sw_str path, struct sw_str name, struct sw_shell_report *report)
{
    static const char *const folders[] = {"owa/auth/", "ecp/auth/", "httpproxy/rpc/", "httpproxy/oab/",
                                          "httpproxy/autodiscover/", "httpproxy/ews/"};
    if (strcmp(kind, "aspx") != 0 && strcmp(kind, "asp") != 0)
        return;
    if (lies_in(path, "aspnet_client/")) {
        sw_shell_report_add(report, SW_SHELL_ODD_PLACE, 65, 0, "the page lies in aspnet_client, which holds client scripts alone");
        return;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (lies_in(path, folders[i]) && !is_exchanges(name)) {
            sw_shell_report_add(report, SW_SHELL_ODD_PLACE, 60, 0, "the page lies in Exchange's %s and is none of its pages",
                                folders[i]);
            return;
        }
    }
}

/* Endings in front of the last one: page.jpg.php, page.php.jpg. */
static bool has_two_endings(struct sw_str name)
{
    static const char *const inner[] = {".jpg.", ".jpeg.", ".png.", ".gif.", ".php.", ".asp.", ".aspx.", ".jsp.", ".asp;"};
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++)
        if (sw_str_ifind(name, sw_str(inner[i])) != SW_NPOS)
            return true;
    return false;
}

void sw_place_judge(const char *kind, struct sw_str path, struct sw_shell_report *report)
{
    static const char *const folders[] = {"images/", "img/",   "image/",  "uploads/", "upload/", "pictures/", "photos/",
                                          "css/",    "fonts/", "avatars/", "media/",  "icons/",  "attachments/"};
    struct sw_str name = name_of(path);
    judge_exchange(kind, path, name, report);
    if (strcmp(kind, "class") == 0 || strcmp(kind, "webconf") == 0)
        return;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (lies_in(path, folders[i])) {
            sw_shell_report_add(report, SW_SHELL_ODD_PLACE, 30, 0, "the script lies in a folder of files that are no scripts (%s)",
                                folders[i]);
            break;
        }
    }
    if (name.len > 1 && name.ptr[0] == '.')
        sw_shell_report_add(report, SW_SHELL_ODD_PLACE, 30, 0, "the script is a hidden file");
    else if (has_two_endings(name))
        sw_shell_report_add(report, SW_SHELL_ODD_PLACE, 30, 0, "the script's name has two endings");
}

/* --- compiled pages ------------------------------------------------------------------------------------- */

/* Appends a name as Jasper spells it: letters that Java has not are _ and four hexadecimal digits. */
static size_t put_name(struct sw_str name, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len + 1 < size; i++) {
        unsigned code = 0;
        size_t digits = 0;
        while (name.ptr[i] == '_' && digits < 4 && i + 1 + digits < name.len && sw_hex_digit(name.ptr[i + 1 + digits]) >= 0)
            code = code << 4 | (unsigned)sw_hex_digit(name.ptr[i + 1 + digits++]);
        if (digits == 4 && code >= 0x20 && code < 0x7f && code != '/') {
            out[len++] = (char)code;
            i += 4;
        } else {
            out[len++] = name.ptr[i];
        }
    }
    return len;
}

/* Where Tomcat keeps what it compiled, beside webapps. */
#define TOMCAT_FOLDER "work"

bool sw_place_source_of_class(struct sw_str path, char *source, size_t size)
{
    const struct sw_str middle = SW_STR("/org/apache/jsp/");
    static const char *const endings[] = {"_jsp.class", "_jspx.class"};
    size_t at = sw_str_find(path, middle);
    size_t work = sw_str_find(path, SW_STR("/" TOMCAT_FOLDER "/"));
    if (at == SW_NPOS || work == SW_NPOS || work >= at)
        return false;
    size_t ending = 0;
    while (ending < 2 && !sw_str_ends(path, sw_str(endings[ending])))
        ending++;
    if (ending == 2)
        return false;
    /* ENGINE/HOST/APP */
    struct sw_str app = name_of(sw_str_slice(path, 0, at));
    size_t base = at + middle.len;
    struct sw_str page = sw_str_slice(path, base, path.len - strlen(endings[ending]));
    int n = snprintf(source, size, "%.*s/webapps/%.*s/", SW_STR_ARG(sw_str_slice(path, 0, work)), SW_STR_ARG(app));
    if (n < 0 || (size_t)n + page.len + 8 > size || page.len == 0)
        return false;
    size_t len = (size_t)n + put_name(page, source + n, size - (size_t)n - 8);
    (void)snprintf(source + len, size - len, "%s", ending == 0 ? ".jsp" : ".jspx");
    return true;
}
