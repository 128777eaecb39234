/*
 * w3c_layout.c - the directives of logs with #Fields: which product wrote them, and what its columns are.
 *
 * The form is the W3C's working draft WD-logfile-960323; products differ in separators, quotes, the names of columns
 * and in how they keep spaces out of values.
 */
#include "decode/w3c_priv.h"

#include "base/limits.h"

/* --- directives ----------------------------------------------------------------------------------------- */

static const struct sw_str directive_names[W3C_DIRECTIVES] = {
    SW_STR_INIT("#Fields:"),   SW_STR_INIT("#Software:"),    SW_STR_INIT("#Date:"),
    SW_STR_INIT("#Log-type:"), SW_STR_INIT("#Time Format:"),
};

const struct sw_directives w3c_directives = {directive_names, W3C_DIRECTIVES};

static struct sw_str directive(struct sw_str header, enum w3c_directive which)
{
    return sw_str_trim(sw_directive_get(&w3c_directives, header, which));
}

/* --- columns -------------------------------------------------------------------------------------------- */

struct column_name {
    const char *text; /* as logged, in lower case */
    const char *name; /* Sigma's, NULL: as logged */
    uint8_t kind;
};

/* Names in logs of web servers and proxies. */
static const struct column_name web_columns[] = {
    {"date", NULL, W3C_DATE},
    {"time", NULL, W3C_TIME},
    {"date-local", NULL, W3C_DATE},
    {"time-local", NULL, W3C_TIME},
    {"cs-uri-stem", NULL, W3C_STEM},
    {"cs-uri-path", "cs-uri-stem", W3C_STEM},
    {"cs-uri-query", "cs-query", W3C_QUERY},
    {"cs-uri", NULL, W3C_URI},
    {"c-uri", "cs-uri", W3C_URI},
    {"cs-uri-scheme", NULL, W3C_SCHEME},
    {"cs-uri-port", NULL, W3C_PORT},
    {"cs-host", NULL, W3C_HOST},
    {"cs(host)", "cs-host", W3C_HOST},
    {"x-host-header", "cs-host", W3C_HOST},
    {"r-host", "cs-host", W3C_HOST},
    {"cs(user-agent)", "cs-user-agent", W3C_AGENT},
    {"c-agent", "cs-user-agent", W3C_AGENT},
    {"cs-referred", "cs-referer", W3C_TEXT},
    {"s-operation", "cs-method", W3C_TEXT},
    {"cs-protocol-version", "cs-version", W3C_TEXT},
};

/* Exchange's own names (HttpProxy, OWA, EWS and so on): kept, with Sigma's beside them. */
static const struct column_name exchange_columns[] = {
    {"datetime", NULL, W3C_DATETIME},
    {"date-time", NULL, W3C_DATETIME},
    {"urlhost", "cs-host", W3C_TEXT},
    {"urlstem", "cs-uri-stem", W3C_STEM},
    {"urlquery", "cs-query", W3C_QUERY},
    {"useragent", "cs-user-agent", W3C_TEXT},
    {"clientipaddress", "c-ip", W3C_TEXT},
    {"httpstatus", "sc-status", W3C_NUMBER},
    {"method", "cs-method", W3C_TEXT},
    {"authenticateduser", "cs-username", W3C_TEXT},
    {"serverhostname", "s-computername", W3C_TEXT},
    {"requestbytes", "cs-bytes", W3C_NUMBER},
    {"responsebytes", "sc-bytes", W3C_NUMBER},
    {"totalrequesttime", "time-taken", W3C_NUMBER},
};

/* Windows' firewall, in the names of firewall logs. */
static const struct column_name firewall_columns[] = {
    {"date", NULL, W3C_DATE},
    {"time", NULL, W3C_TIME},
    {"src-ip", "src_ip", W3C_TEXT},
    {"dst-ip", "dst_ip", W3C_TEXT},
    {"src-port", "src_port", W3C_NUMBER},
    {"dst-port", "dst_port", W3C_NUMBER},
    {"size", NULL, W3C_NUMBER},
};

static const struct column_name *column_find(const struct column_name *names, size_t count, struct sw_str lower)
{
    for (size_t i = 0; i < count; i++)
        if (sw_str_is(lower, names[i].text))
            return &names[i];
    return NULL;
}

/* Columns that hold numbers: by their names' ends. */
static bool is_number_name(struct sw_str name)
{
    static const struct sw_str ends[] = {
        SW_STR_INIT("status"),      SW_STR_INIT("bytes"),     SW_STR_INIT("port"),   SW_STR_INIT("time-taken"),
        SW_STR_INIT("substatus"),   SW_STR_INIT("latency"),   SW_STR_INIT("siteid"), SW_STR_INIT("-count"),
        SW_STR_INIT("range-start"), SW_STR_INIT("range-end"),
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (sw_str_iends(name, ends[i]))
            return true;
    return false;
}

/* The field's name of a header's column: cs(Content-Type) becomes cs-content-type. */
static sw_field_id header_column(struct sw_str name, struct sw_str lower)
{
    size_t open = sw_str_chr(lower, '(');
    if (open == SW_NPOS || open == 0 || open > 3 || lower.ptr[lower.len - 1] != ')')
        return sw_field_intern(name);
    char text[SW_MAX_FIELD_NAME];
    size_t len = lower.len - 1;
    memcpy(text, lower.ptr, len);
    text[open] = '-';
    return sw_field_intern(sw_strn(text, len));
}

struct product {
    const char *software; /* part of #Software or of #Log-type */
    const char *cls;
    const char *general;
    const struct column_name *names;
    size_t name_count;
};

#define NAMES(table) table, sizeof(table) / sizeof((table)[0])

static const struct product products[] = {
    {"IIS Advanced Logging", "webserver/iis", "webserver", NAMES(web_columns)},
    {"Internet Information", "webserver/iis", "webserver", NAMES(web_columns)},
    {"Microsoft HTTP Server API", "webserver/iis", "webserver", NAMES(web_columns)},
    {"HttpProxy", "exchange/httpproxy", "webserver", NAMES(exchange_columns)},
    {"Microsoft Exchange", "exchange", "none", NAMES(exchange_columns)},
    {"Windows Firewall", "firewall/windows", "firewall", NAMES(firewall_columns)},
    {"SGOS", "proxy/bluecoat", "proxy", NAMES(web_columns)},
    {"Zscaler", "proxy/zscaler", "proxy", NAMES(web_columns)},
    {"Internet Security and Acceleration", "proxy", "proxy", NAMES(web_columns)},
    {"Threat Management Gateway", "proxy", "proxy", NAMES(web_columns)},
};

static const struct product other_server = {"", "webserver", "webserver", NAMES(web_columns)};
static const struct product other_proxy = {"", "proxy", "proxy", NAMES(web_columns)};
static const struct product cloudfront = {"", "webserver/cloudfront", "webserver", NAMES(web_columns)};

static const struct product *product_of(struct sw_str header, struct sw_str fields)
{
    struct sw_str software = directive(header, W3C_SOFTWARE);
    struct sw_str type = directive(header, W3C_LOG_TYPE);
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
        struct sw_str part = sw_str(products[i].software);
        if (sw_str_ifind(software, part) != SW_NPOS || sw_str_ifind(type, part) != SW_NPOS)
            return &products[i];
    }
    if (sw_str_ifind(fields, SW_STR("x-edge-")) != SW_NPOS)
        return &cloudfront;
    if (sw_str_ifind(fields, SW_STR("UrlStem")) != SW_NPOS)
        return &products[3];
    return sw_str_ifind(fields, SW_STR("cs-uri-scheme")) != SW_NPOS || sw_str_ifind(fields, SW_STR("r-ip")) != SW_NPOS
               ? &other_proxy
               : &other_server;
}

static void add_column(struct w3c_layout *layout, const struct product *product, struct sw_str name)
{
    if (layout->count == W3C_COLUMNS)
        return;
    char buffer[SW_MAX_FIELD_NAME];
    struct sw_str lower = {buffer, name.len < sizeof buffer ? name.len : sizeof buffer};
    for (size_t i = 0; i < lower.len; i++)
        buffer[i] = sw_lower(name.ptr[i]);
    struct w3c_column *column = &layout->columns[layout->count++];
    *column = (struct w3c_column){.kind = is_number_name(lower) ? W3C_NUMBER : W3C_TEXT};
    const struct column_name *known = column_find(product->names, product->name_count, lower);
    bool own_names = product->names == exchange_columns;
    if (known == NULL) {
        column->id = name.len < sizeof buffer ? header_column(name, lower) : sw_field_intern(name);
        return;
    }
    column->kind = known->kind;
    column->id = known->name != NULL && !own_names ? sw_field_intern(sw_str(known->name)) : sw_field_intern(name);
    if (known->name != NULL && own_names)
        column->also = sw_field_intern(sw_str(known->name));
    layout->has_uri = layout->has_uri || known->kind == W3C_URI;
    layout->full_url = layout->full_url || known->kind == W3C_SCHEME;
    layout->has_date = layout->has_date || known->kind == W3C_DATE || known->kind == W3C_DATETIME;
}

void w3c_layout_read(struct w3c_layout *layout, struct sw_str header)
{
    struct sw_str fields = directive(header, W3C_FIELDS);
    const struct product *product = product_of(header, fields);
    *layout =
        (struct w3c_layout){.cls = product->cls, .general = product->general, .fields = fields, .date = SW_TIME_NONE};
    bool zoned;
    if (sw_time_iso(directive(header, W3C_DATE_LINE), &layout->date, &zoned) != 0)
        layout->date = SW_TIME_NONE;
    layout->local_time = sw_str_ieq(directive(header, W3C_TIME_FORMAT), SW_STR("Local"));
    bool tabs = sw_str_chr(fields, '\t') != SW_NPOS;
    bool commas = !tabs && sw_str_chr(fields, ',') != SW_NPOS;
    layout->delimiter = commas ? ',' : tabs || product == &cloudfront ? '\t' : ' ';
    layout->skip_empty = commas;
    /* IIS puts no value in quotes, and lets a client's quotes through. */
    layout->quotes = product != &products[1] && product != &cloudfront;
    if (product == &cloudfront)
        layout->agent = W3C_AGENT_PERCENT;
    else if (product == &products[1] || product == &other_server)
        layout->agent = W3C_AGENT_PLUS;
    struct sw_str rest = fields;
    struct sw_str name;
    char separator = commas ? ',' : tabs ? '\t' : ' ';
    while (sw_str_next(&rest, separator, &name)) {
        name = sw_str_trim(name);
        if (name.len > 0 || commas)
            add_column(layout, product, name.len > 0 ? name : SW_STR("extra"));
    }
}
