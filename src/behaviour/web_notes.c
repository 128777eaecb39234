/* web_notes.c - from events of web servers to notes of requests, on the workers: folding paths, and what their names
 * say. */
#include "behaviour/web_access_priv.h"

#include "base/mem.h"

#include <pthread.h>

/* --- names of paths ----------------------------------------------------------------------------------------- */

/* Extensions that servers run. */
static const char *const script_extensions[] = {
    "php",  "php3",  "php4", "php5", "php7", "php8", "pht",   "phtml", "phar", "phps", "asp",  "aspx",
    "ashx", "asmx",  "asa",  "cer",  "cdx",  "soap", "svc",   "axd",   "jsp",  "jspx", "jspf", "jsw",
    "jsv",  "jhtml", "cfm",  "cfml", "cfc",  "cgi",  "fcgi",  "pl",    "py",   "rb",   "lua",  "sh",
    "bash", "bat",   "ps1",  "cmd",  "dll",  "exe",  "shtml", "stm",   "war"};

static const char *const document_extensions[] = {
    "html", "htm", "xhtml", "xml", "json", "txt",  "csv", "pdf",  "zip",  "gz",   "tgz", "bz2",
    "xz",   "7z",  "rar",   "tar", "doc",  "docx", "xls", "xlsx", "ppt",  "pptx", "msi", "dmg",
    "iso",  "deb", "rpm",   "apk", "rss",  "atom", "md",  "log",  "bin",  "img",  "cab", "crl",
    "crt",  "mp4", "mp3",   "avi", "mov",  "ogg",  "wav", "mkv",  "webm", "m3u8", "ts",  "flv"};

static const char *const asset_extensions[] = {"css", "js",  "mjs",  "map",  "png", "jpg",  "jpeg",  "gif",
                                               "ico", "svg", "webp", "avif", "bmp", "woff", "woff2", "ttf",
                                               "eot", "otf", "less", "scss", "cur", "swf",  "tif",   "tiff"};

/* Folders that hold data, where scripts have no place. */
static const char *const data_folders[] = {
    "upload", "uploads", "uploaded", "files",   "file",   "images",        "image",      "img",
    "imgs",   "pics",    "photos",   "avatars", "avatar", "media",         "tmp",        "temp",
    "cache",  "css",     "fonts",    "font",    "icons",  "attachments",   "attachment", "userfiles",
    "backup", "backups", "logs",     "log",     "docs",   "aspnet_client", ".well-known"};

static const char *const login_words[] = {"login",   "logon",    "signin",       "sign-in", "sign_in",
                                          "log-in",  "log_in",   "xmlrpc.php",   "auth",    "j_security_check",
                                          "session", "sessions", "authenticate", "sso"};

enum { WORD = 8 };

/* The first eight bytes of a short word in lower case, as a number; 0 for longer ones. */
static uint64_t packed(struct sw_str word)
{
    uint64_t number = 0;
    if (word.len > WORD)
        return 0;
    for (size_t i = 0; i < word.len; i++)
        number = number << 8 | (unsigned char)sw_lower(word.ptr[i]);
    return number;
}

/* Extensions by their packed form, made once: open addressing. */
enum { EXTENSION_SLOTS = 512 };
static struct {
    uint64_t word;
    uint8_t kind;
} extensions[EXTENSION_SLOTS];
static pthread_once_t extensions_made = PTHREAD_ONCE_INIT;

static size_t extension_slot(uint64_t word)
{
    size_t at = (size_t)(word * 0x9e3779b97f4a7c15ull >> 50) % EXTENSION_SLOTS;
    while (extensions[at].word != 0 && extensions[at].word != word)
        at = (at + 1) % EXTENSION_SLOTS;
    return at;
}

static void add_extensions(const char *const *names, size_t count, enum sw_access_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t word = packed(sw_str(names[i]));
        size_t at = extension_slot(word);
        extensions[at].word = word;
        extensions[at].kind = (uint8_t)kind;
    }
}

static void make_extensions(void)
{
    add_extensions(script_extensions, SW_COUNT_OF(script_extensions), SW_ACCESS_SCRIPT);
    add_extensions(document_extensions, SW_COUNT_OF(document_extensions), SW_ACCESS_DOCUMENT);
    add_extensions(asset_extensions, SW_COUNT_OF(asset_extensions), SW_ACCESS_ASSET);
}

static enum sw_access_kind kind_of_name(struct sw_str name)
{
    for (size_t i = name.len; i > 0 && name.len - i <= WORD; i--)
        if (name.ptr[i - 1] == '.') {
            uint64_t word = packed(sw_str_from(name, i));
            return word != 0 ? (enum sw_access_kind)extensions[extension_slot(word)].kind : SW_ACCESS_ROUTE;
        }
    return SW_ACCESS_ROUTE;
}

static bool is_one_of(struct sw_str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sw_str_ieq(word, sw_str(words[i])))
            return true;
    return false;
}

/* Names of folders and files are compared with or without an extension: "login", "login.aspx", "wp-login.php". */
bool sw_access_is_login(struct sw_str path)
{
    struct sw_str part;
    struct sw_str rest = path;
    while (sw_str_next(&rest, '/', &part)) {
        struct sw_str stem = sw_str_slice(part, 0, sw_str_chr(part, '.'));
        if (is_one_of(part, login_words, SW_COUNT_OF(login_words)) ||
            is_one_of(stem, login_words, SW_COUNT_OF(login_words)))
            return true;
    }
    size_t last = path.len;
    while (last > 0 && path.ptr[last - 1] != '/')
        last--;
    struct sw_str name = sw_str_from(path, last);
    return sw_str_ifind(name, SW_STR("login")) != SW_NPOS || sw_str_ifind(name, SW_STR("logon")) != SW_NPOS ||
           sw_str_ifind(name, SW_STR("signin")) != SW_NPOS;
}

/* --- folding ------------------------------------------------------------------------------------------------ */

/* One byte of a target, with a %XX undone; moves *at. */
static char next_byte(struct sw_str target, size_t *at)
{
    char c = target.ptr[(*at)++];
    if (c != '%' || target.len - *at < 2)
        return c;
    int high = sw_hex_digit(target.ptr[*at]);
    int low = sw_hex_digit(target.ptr[*at + 1]);
    if (high < 0 || low < 0)
        return c;
    *at += 2;
    return (char)(high << 4 | low);
}

/* Ends a segment that begins at `from`: "." and ".." go; gives the new length. */
static size_t end_segment(char *out, size_t from, size_t len)
{
    if (len - from == 1 && out[from] == '.')
        return from;
    if (len - from != 2 || out[from] != '.' || out[from + 1] != '.')
        return len;
    if (from < 2)
        return from;
    size_t up = from - 1; /* of the '/' before ".." */
    while (up > 0 && out[up - 1] != '/')
        up--;
    return up;
}

static void lower_all(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        text[i] = sw_lower(text[i]);
}

/* Servers of these know no difference of case in names. */
static bool is_of_windows(struct sw_str name)
{
    return sw_str_ifind(name, SW_STR(".as")) != SW_NPOS || sw_str_iends(name, SW_STR(".svc")) ||
           sw_str_iends(name, SW_STR(".axd"));
}

struct fold {
    char *out;
    size_t len;
    size_t from; /* of the segment */
    bool cgi;    /* below /cgi-bin/ */
    enum sw_access_kind kind;
};

/* True when the segment is a script: what follows it is an argument. */
static bool close_segment(struct fold *fold)
{
    fold->len = end_segment(fold->out, fold->from, fold->len);
    if (fold->len <= fold->from)
        return false;
    struct sw_str name = {fold->out + fold->from, fold->len - fold->from};
    fold->kind = kind_of_name(name);
    if (fold->kind == SW_ACCESS_SCRIPT && is_of_windows(name))
        lower_all(fold->out, fold->len);
    return fold->kind == SW_ACCESS_SCRIPT;
}

static bool is_cgi_folder(const struct fold *fold)
{
    return fold->len - fold->from == 7 && sw_str_ieq((struct sw_str){fold->out + fold->from, 7}, SW_STR("cgi-bin"));
}

/* Whether a script's path leads through a folder for data. */
static bool lies_among_data(struct sw_str path)
{
    struct sw_str part;
    while (sw_str_next(&path, '/', &part))
        if (path.ptr != NULL && part.len > 0 && is_one_of(part, data_folders, SW_COUNT_OF(data_folders)))
            return true;
    return false;
}

/* Without scheme and host, query, fragment, and what ';' adds. */
static struct sw_str path_part(struct sw_str target)
{
    if (target.len > 0 && target.ptr[0] != '/') {
        size_t scheme = sw_str_find(sw_str_slice(target, 0, 16), SW_STR("://"));
        if (scheme != SW_NPOS) {
            target = sw_str_from(target, scheme + 3);
            size_t slash = sw_str_chr(target, '/');
            target = slash != SW_NPOS ? sw_str_from(target, slash) : (struct sw_str){0};
        }
    }
    size_t end = 0;
    while (end < target.len && target.ptr[end] != '?' && target.ptr[end] != '#' && target.ptr[end] != ';')
        end++;
    return sw_str_slice(target, 0, end);
}

size_t sw_access_fold_path(struct sw_str target, char *out, enum sw_access_kind *kind, bool *data_dir)
{
    (void)pthread_once(&extensions_made, make_extensions);
    struct fold fold = {.out = out, .kind = SW_ACCESS_ROUTE};
    target = path_part(target);
    bool script = false;
    out[fold.len++] = '/';
    fold.from = 1;
    for (size_t at = 0; at < target.len && fold.len < SW_ACCESS_PATH_MAX && !script;) {
        char c = next_byte(target, &at);
        if (c != '/' && c != '\\') {
            if (c == '?' || c == ';' || c == '\0') /* encoded ones end the name of a script just so */
                break;
            out[fold.len++] = c;
            continue;
        }
        if (fold.len == fold.from)
            continue;
        script = close_segment(&fold);
        if (script || fold.len == fold.from || out[fold.len - 1] == '/') {
            fold.from = fold.len;
            continue;
        }
        fold.cgi |= is_cgi_folder(&fold);
        out[fold.len++] = '/';
        fold.from = fold.len;
        fold.kind = SW_ACCESS_ROUTE;
    }
    if (!script && fold.len > fold.from)
        script = close_segment(&fold);
    if (fold.kind == SW_ACCESS_ROUTE && fold.cgi)
        fold.kind = SW_ACCESS_SCRIPT;
    *kind = fold.kind;
    if (data_dir != NULL)
        *data_dir = script && lies_among_data((struct sw_str){out, fold.len});
    return fold.len;
}

/* --- an event ----------------------------------------------------------------------------------------------- */

enum sw_access_outcome sw_access_outcome_of(unsigned status)
{
    if (status < 300 || status == 304) /* 0: not known */
        return SW_ACCESS_OK;
    if (status < 400)
        return SW_ACCESS_REDIRECT;
    if (status == 401 || status == 403 || status == 407)
        return SW_ACCESS_REFUSED;
    return status < 500 ? SW_ACCESS_MISSING : SW_ACCESS_ERROR;
}

static uint32_t small_number(struct sw_str text)
{
    uint64_t value;
    return sw_str_u64(text, &value) != 0 ? 0 : value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static struct sw_str given(struct sw_str text)
{
    if (text.len == 1 && text.ptr[0] == '-')
        text.len = 0;
    return text;
}

static bool has_body(struct sw_str method)
{
    return sw_str_ieq(method, SW_STR("POST")) || sw_str_ieq(method, SW_STR("PUT")) ||
           sw_str_ieq(method, SW_STR("PATCH"));
}

/* The name in a Host header, or of a virtual host: without a port, in lower case. */
static size_t host_of(struct sw_str host, char *out)
{
    host = given(host);
    if (host.len > 0 && host.ptr[0] != '[')
        host = sw_str_slice(host, 0, sw_str_chr(host, ':'));
    size_t len = host.len < SW_ACCESS_HOST_MAX ? host.len : SW_ACCESS_HOST_MAX;
    for (size_t i = 0; i < len; i++)
        out[i] = sw_lower(host.ptr[i]);
    return len;
}

/* Behind a proxy the client is the last address that it forwards for: those before it are the client's own claims. */
static struct sw_str client_of(const struct sw_web_request *request, struct sw_address *address, bool *is_address)
{
    struct sw_str client = given(request->part[SW_WEB_ROLE_CLIENT]);
    struct sw_str forwarded = given(request->part[SW_WEB_ROLE_FORWARDED]);
    *is_address = sw_address_parse(client, address) == 0;
    if (forwarded.len == 0 || (*is_address && !sw_address_is_private(address)))
        return client;
    size_t last = forwarded.len;
    while (last > 0 && forwarded.ptr[last - 1] != ',')
        last--;
    struct sw_str text = sw_str_trim(sw_str_from(forwarded, last));
    struct sw_address behind = {{0}};
    if (sw_address_parse(text, &behind) != 0)
        return client;
    *address = behind;
    *is_address = true;
    return text;
}

/* The path of a referer, folded, is compared with the request's own. */
static uint8_t referer_flag(struct sw_str referer, const char *path, size_t path_len)
{
    referer = given(referer);
    if (referer.len == 0)
        return 0;
    char folded[SW_ACCESS_PATH_MAX];
    enum sw_access_kind kind;
    size_t len = sw_access_fold_path(referer, folded, &kind, NULL);
    return len == path_len && memcmp(folded, path, len) == 0 ? SW_ACCESS_SELF : SW_ACCESS_REFERRED;
}

/* Whether a path is worth its name: the store keeps those that servers run, and what was sent to. */
static bool needs_path(const struct sw_access_note *note)
{
    enum sw_access_outcome outcome = sw_access_outcome_of(note->status);
    if ((note->flags & SW_ACCESS_LOGIN) != 0)
        return true;
    if (outcome == SW_ACCESS_ERROR) /* what breaks on input is there */
        return note->kind == SW_ACCESS_SCRIPT;
    if (outcome != SW_ACCESS_OK)
        return false;
    return note->kind == SW_ACCESS_SCRIPT || note->kind == SW_ACCESS_ROUTE || (note->flags & SW_ACCESS_POST) != 0;
}

static void put(struct sw_buf *notes, struct sw_access_note *note, struct sw_str client, bool is_address,
                struct sw_str host, struct sw_str path)
{
    if (!is_address) {
        struct sw_hash128 hash = sw_hash128(client, 0);
        memcpy(note->client.bytes, &hash.high, 8);
        memcpy(note->client.bytes + 8, &hash.low, 8);
        client = sw_str_slice(client, 0, SW_ACCESS_NAME_MAX);
        note->name_len = (uint8_t)client.len;
    }
    note->client_hash = (uint32_t)sw_hash((struct sw_str){(const char *)note->client.bytes, sizeof note->client});
    note->site_hash = (uint32_t)sw_hash(host);
    note->path_hash = sw_hash_seed(path, note->site_hash);
    note->host_len = (uint8_t)host.len;
    bool named = needs_path(note);
    note->path_len = named ? (uint16_t)path.len : 0;
    sw_buf_add(notes, (const char *)note, sizeof *note);
    if (note->name_len > 0)
        sw_buf_str_add(notes, client);
    sw_buf_str_add(notes, host);
    if (named)
        sw_buf_str_add(notes, path);
}

static uint16_t query_of(struct sw_str target)
{
    size_t mark = sw_str_chr(target, '?');
    if (mark == SW_NPOS || mark + 1 == target.len)
        return 0;
    return (uint16_t)(sw_hash(sw_str_from(target, mark + 1)) | 1);
}

/* The parts of a request; the first field of a role that has a value counts. False when the event is none. */
static bool request_of(const struct sw_web_roles *roles, const struct sw_event *event, struct sw_web_request *request)
{
    uint16_t number = event->class_id < roles->class_count ? roles->layout_of[event->class_id] : 0;
    if (number == 0)
        return false;
    const struct sw_web_layout *layout = &roles->layouts[number - 1];
    memset(request, 0, sizeof *request);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        uint8_t role = field->id < layout->count ? layout->role_of[field->id] : SW_WEB_NO_ROLE;
        if (role != SW_WEB_NO_ROLE && field->type != SW_NULL && request->part[role].len == 0)
            request->part[role] = sw_field_value(field);
    }
    return request->part[SW_WEB_ROLE_TARGET].len > 0;
}

int sw_access_note_event(const struct sw_access *access, struct sw_buf *notes, const struct sw_event *event)
{
    struct sw_web_request request;
    if (!request_of(&access->roles, event, &request))
        return 0;
    struct sw_address address = {{0}};
    bool is_address;
    struct sw_str client = client_of(&request, &address, &is_address);
    if (client.len == 0)
        return 0;
    struct sw_str target = request.part[SW_WEB_ROLE_TARGET];
    char path[SW_ACCESS_PATH_MAX];
    char host[SW_ACCESS_HOST_MAX];
    enum sw_access_kind kind;
    bool data_dir;
    size_t path_len = sw_access_fold_path(target, path, &kind, &data_dir);
    size_t host_len = host_of(request.part[SW_WEB_ROLE_HOST], host);
    struct sw_str agent = given(request.part[SW_WEB_ROLE_AGENT]);
    uint32_t status = small_number(request.part[SW_WEB_ROLE_STATUS]);
    struct sw_access_note note = {.time_ms = event->time / 1000000,
                                  .offset = event->offset,
                                  .agent = agent.len > 0 ? (uint32_t)sw_hash(agent) | 1 : 0,
                                  .bytes = small_number(request.part[SW_WEB_ROLE_BYTES]),
                                  .status = status < 1000 ? (uint16_t)status : 0,
                                  .query = query_of(target),
                                  .kind = (uint8_t)kind};
    if (is_address)
        note.client = address;
    bool post = has_body(request.part[SW_WEB_ROLE_METHOD]);
    note.flags = referer_flag(request.part[SW_WEB_ROLE_REFERER], path, path_len);
    note.flags |= post ? SW_ACCESS_POST : 0;
    note.flags |= given(request.part[SW_WEB_ROLE_USER]).len > 0 ? SW_ACCESS_USER : 0;
    note.flags |= data_dir ? SW_ACCESS_DATA_DIR : 0;
    note.flags |= post && sw_access_is_login((struct sw_str){path, path_len}) ? SW_ACCESS_LOGIN : 0;
    put(notes, &note, client, is_address, (struct sw_str){host, host_len}, (struct sw_str){path, path_len});
    return 0;
}

/* --- life --------------------------------------------------------------------------------------------------- */

int sw_access_notes_open(struct sw_access *access, const struct sw_classes *classes)
{
    const struct sw_logsource web = {.category = SW_STR("webserver")};
    access->class_count = sw_classes_count(classes);
    access->is_access = sw_alloc((size_t)access->class_count + 1, 1);
    if (access->is_access == NULL)
        return SW_E_NOMEM;
    /* Error logs quote requests that the access log has too. */
    for (sw_class_id id = 0; id < access->class_count; id++)
        access->is_access[id] = id != SW_CLASS_NONE && sw_class_view(sw_classes_get(classes, id), &web) != NULL;
    return sw_web_roles_init(&access->roles, classes);
}
