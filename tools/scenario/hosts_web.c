/*
 * hosts_web.c - the logs of the custom application (IIS), of the appliances' login service (Tomcat's access log) and of
 * their gateway (nginx), what people ordinarily do there, and the copy of the application's web root.
 */
#include "hosts.h"

#include <errno.h>
#include <stdio.h>

static void put_plussed(struct sw_buf *out, const char *text)
{
    if (text == NULL)
        text = "-";
    for (; *text != '\0'; text++)
        sw_buf_char(out, *text == ' ' ? '+' : *text);
}

bool application_hit(struct scenario *s, struct stream *stream, const struct hit *h)
{
    if (counted(s))
        return true;
    const struct estate *e = estate_of(s);
    struct sw_buf *out = log_begin(e->iis, stream, h->time);
    if (out == NULL)
        return false;
    char time[32];
    const char *mark = strchr(h->uri, '?');
    (void)sw_time_format(h->time / SW_SECOND * SW_SECOND, time);
    sw_buf_printf(out, "%.10s %.8s W3SVC2 %s ", time, time + 11, e->app2.name);
    put_address(out, e->app2.address);
    sw_buf_printf(out, " %s %.*s %s 443 %s ", h->method, (int)(mark == NULL ? strlen(h->uri) : (size_t)(mark - h->uri)),
                  h->uri, mark == NULL ? "-" : mark + 1, h->user == NULL ? "-" : h->user);
    put_address(out, h->client);
    SW_BUF_LIT(out, " ");
    put_plussed(out, h->agent);
    sw_buf_printf(out, " %s %s %u 0 %u %llu %llu %u\r", h->referrer == NULL ? "-" : h->referrer, e->app_site, h->status,
                  h->status == 404 ? 2u : 0u, (unsigned long long)h->sent, (unsigned long long)h->received,
                  5 + chance_below(&stream->chance, 240));
    log_end(e->iis);
    return true;
}

static void put_combined(struct sw_buf *out, const struct hit *h)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char time[32];
    (void)sw_time_format(h->time / SW_SECOND * SW_SECOND, time);
    unsigned month = (unsigned)((time[5] - '0') * 10 + time[6] - '0') - 1;
    put_address(out, h->client);
    sw_buf_printf(out, " - %s [%.2s/%s/%.4s:%.8s +0000] \"%s %s HTTP/1.1\" %u %llu \"%s\" \"%s\"",
                  h->user == NULL ? "-" : h->user, time + 8, months[month % 12], time, time + 11, h->method, h->uri,
                  h->status, (unsigned long long)h->sent, h->referrer == NULL ? "-" : h->referrer,
                  h->agent == NULL ? "-" : h->agent);
}

bool appliance_hit(struct scenario *s, struct stream *stream, unsigned node, const struct hit *h)
{
    if (counted(s))
        return true;
    const struct estate *e = estate_of(s);
    struct log *log = node < APPLIANCES ? e->access[node] : e->gate;
    struct sw_buf *out = log_begin(log, stream, h->time);
    if (out == NULL)
        return false;
    put_combined(out, h);
    log_end(log);
    return true;
}

const char *ordinary_agent(uint64_t who)
{
    static const char *const agents[] = {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 "
        "Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 "
        "Safari/537.36 "
        "Edg/138.0.0.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
        "Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
        "Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile "
        "Safari/537.36"};
    return agents[mix2(who, 0xa6e) % COUNT(agents)];
}

/* --- ordinary ----------------------------------------------------------------------------------------------------- */

static const char *const pages[] = {
    "/Default.aspx", "/Account/Login.aspx",      "/Cases/List.aspx", "/Cases/View.aspx",      "/Cases/Edit.aspx",
    "/Search.aspx",  "/Documents/Download.aspx", "/Help.aspx",       "/Reports/Monthly.aspx", "/Messages/Inbox.aspx",
    "/Fees/Pay.aspx"};
static const char *const files[] = {"/Content/site.css", "/Scripts/app.js", "/Content/images/logo.png", "/favicon.ico",
                                    "/Content/images/harbour.jpg"};

static void visit_application(struct scenario *s, struct stream *stream, int64_t when)
{
    const struct estate *e = estate_of(s);
    struct chance *c = &stream->chance;
    uint64_t who = mix2(e->seed, chance_zipf(c, 900));
    bool own = chance_is(c, 0.35); /* people of the organisation handle the cases */
    const struct person *p = &s->world->people[who % s->world->person_count];
    char user[64];
    char uri[96];
    char referrer[160];
    if (own)
        (void)snprintf(user, sizeof user, "CORP\\%s", p->login);
    else
        (void)snprintf(user, sizeof user, "client%04u@example.net", (unsigned)(who % 10000));
    struct hit h = {.time = when,
                    .client = own ? address_at(s->world, &s->world->hosts[p->host], when) : any_address(who),
                    .method = "GET",
                    .uri = pages[0],
                    .agent = ordinary_agent(who),
                    .status = 200,
                    .sent = 5000 + who % 700,
                    .received = 600};
    uint64_t sent = 0;
    application_hit(s, stream, &h);
    for (unsigned n = 2 + chance_zipf(c, 14); n > 0; n--) {
        h.time += chance_from(c, 2, 70) * SW_SECOND;
        unsigned page = chance_below(c, COUNT(pages));
        (void)snprintf(uri, sizeof uri, page > 2 ? "%s?id=%u" : "%s", pages[page], 1000 + chance_zipf(c, 900));
        h.method = chance_is(c, 0.25) ? "POST" : "GET", h.uri = uri, h.user = n > 4 ? NULL : user;
        h.status = chance_is(c, 0.015) ? 500 : chance_is(c, 0.02) ? 404 : 200;
        h.sent = (uint64_t)chance_scaled(c, 14000, 0.8), h.received = chance_from(c, 400, 3000), sent += h.sent;
        h.referrer = n > 1 ? referrer : NULL;
        (void)snprintf(referrer, sizeof referrer, "https://%s/Default.aspx", e->app_site);
        application_hit(s, stream, &h);
        if (chance_is(c, 0.4)) {
            h.method = "GET", h.uri = CHANCE_OF(c, files), h.status = 200, h.sent = 9000 + strlen(h.uri) * 97;
            application_hit(s, stream, &h);
        }
    }
    if (!own)
        flow_https(s, stream, when - SW_SECOND, h.client, e->app2.address, e->app_site, (unsigned)(who % 40), 4000,
                   sent + 9000, h.time - when + 4 * SW_SECOND);
}

static void scan_application(struct scenario *s, struct stream *stream, int64_t when)
{
    static const char *const paths[] = {
        "/.env",  "/wp-login.php", "/.git/config", "/phpmyadmin/",
        "/admin", "/robots.txt",   "/owa/",        "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
        "/login"};
    static const char *const agents[] = {"Mozilla/5.0 zgrab/0.x", "python-requests/2.31.0", "Go-http-client/1.1",
                                         "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
                                         NULL};
    struct chance *c = &stream->chance;
    struct hit h = {
        .client = hosting_address(chance_next(c)), .method = "GET", .agent = CHANCE_OF(c, agents), .received = 180};
    for (unsigned n = 1 + chance_zipf(c, 12); n > 0; n--) {
        h.time = when += chance_from(c, 1, 5) * SW_SECOND;
        h.uri = CHANCE_OF(c, paths), h.status = 404, h.sent = 1245;
        application_hit(s, stream, &h);
    }
}

static double curve_of(int64_t hour)
{
    return 0.08 + busyness(ZONE_HEADQUARTERS, hour + HOUR / 2);
}

void hosts_application(struct scenario *s, struct stream *stream, int64_t hour)
{
    stream_at(stream, 0, hour);
    unsigned visits = chance_poisson(&stream->chance, 7 * curve_of(hour) * s->activity[3]);
    for (unsigned i = 0; i < visits; i++) {
        stream_at(stream, 1 + i, hour);
        visit_application(s, stream, within_hour(stream, hour));
    }
    stream_at(stream, 90000, hour);
    if (chance_is(&stream->chance, 0.25))
        scan_application(s, stream, within_hour(stream, hour));
    for (unsigned q = 0; q < 4; q++) { /* the monitoring system */
        struct hit h = {.time = hour + q * 15 * MINUTE + 11 * SW_SECOND,
                        .client = the(s->world, ROLE_MONITOR)->address,
                        .method = "GET",
                        .uri = "/Health.ashx",
                        .agent = "check_http/v2.3.1 (monitoring-plugins 2.3.1)",
                        .status = 200,
                        .sent = 312,
                        .received = 140};
        application_hit(s, stream, &h);
    }
}

static void log_in(struct scenario *s, struct stream *stream, int64_t when, const struct person *p)
{
    const struct estate *e = estate_of(s);
    struct chance *c = &stream->chance;
    unsigned node = (unsigned)((p->key + (uint64_t)(when / SW_DAY)) % APPLIANCES);
    char uri[96];
    uint32_t from;
    const struct place *place;
    if (where_is(p, when, &from, &place) == WHERE_OFFICE)
        from = p->home;
    struct hit h = {
        .time = when, .client = from, .method = "GET", .agent = ordinary_agent(p->key), .status = 200, .sent = 8123};
    static const char *const after[] = {"launcher", "api/entitlements", "api/session", "static/app.js"};
    (void)snprintf(uri, sizeof uri, "/%s/login", e->access_app);
    h.uri = uri;
    appliance_hit(s, stream, node, &h);
    bool wrong = chance_is(c, 0.08);
    for (unsigned tries = wrong ? 2 : 1; tries > 0; tries--) {
        h.method = "POST", h.time += chance_from(c, 6, 20) * SW_SECOND, h.status = tries > 1 ? 401 : 302, h.sent = 0;
        appliance_hit(s, stream, node, &h);
    }
    for (unsigned n = chance_from(c, 3, 9); n > 0; n--) {
        h.method = "GET", h.time += chance_from(c, 1, 400) * SW_SECOND, h.status = chance_is(c, 0.2) ? 304 : 200;
        (void)snprintf(uri, sizeof uri, "/%s/%s", e->access_app, after[n % COUNT(after)]);
        h.user = p->login, h.sent = (uint64_t)chance_scaled(c, 6000, 1);
        appliance_hit(s, stream, chance_is(c, 0.3) ? APPLIANCES : node, &h);
    }
    flow_https(s, stream, when - SW_SECOND, from, e->appliance[node].address, e->access_site, (unsigned)(p->key % 40),
               5000, 60000, h.time - when + 3 * SW_SECOND);
    syslog_line(s, stream, when + 30 * SW_SECOND, e->appliance[node].name, "sso", 1201,
                "login user=%s client=%u.%u.%u.%u mfa=push result=success", p->login, from >> 24, from >> 16 & 255,
                from >> 8 & 255, from & 255);
}

void hosts_appliances(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        stream_at(stream, i, hour);
        if (is_away(p, hour) || is_under_way(p, hour))
            continue;
        if (chance_is(&stream->chance, 0.06 * (0.1 + busyness(p->zone, hour + HOUR / 2))))
            log_in(s, stream, within_hour(stream, hour), p);
    }
    for (unsigned node = 0; node < APPLIANCES; node++) {
        stream_at(stream, 50000 + node, hour);
        struct hit h = {.client = ADDRESS(10, 20, 5, 5),
                        .method = "GET",
                        .uri = "/health",
                        .agent = "HealthChecker/1.0",
                        .status = 200,
                        .sent = 15};
        for (unsigned q = 0; q < 4; q++) { /* the load balancer */
            h.time = hour + q * 15 * MINUTE + node * SW_SECOND;
            appliance_hit(s, stream, node, &h);
        }
        if (chance_is(&stream->chance, 0.1)) {
            h.time = within_hour(stream, hour), h.client = hosting_address(chance_next(&stream->chance));
            h.uri = "/.env", h.status = 404, h.sent = 682, h.agent = "Mozilla/5.0 zgrab/0.x";
            appliance_hit(s, stream, node, &h);
        }
    }
}

/* --- the web root ------------------------------------------------------------------------------------------------- */

void webroot_bytes(struct scenario *s, const struct machine *on, const char *path, const void *data, size_t len)
{
    char whole[4096];
    int n = snprintf(whole, sizeof whole, "%s/files/%s/%s", s->options.out, on->name, path);
    if (n < 0 || (size_t)n >= sizeof whole)
        die("%s: too long", path);
    folders_make(whole);
    FILE *file = fopen(whole, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0)
        die("%s: %s", whole, strerror(errno));
}

void webroot_file(struct scenario *s, const struct machine *on, const char *path, const char *text)
{
    webroot_bytes(s, on, path, text, strlen(text));
}

static void ordinary_page(struct scenario *s, const char *path, unsigned number)
{
    const struct estate *e = estate_of(s);
    char whole[256];
    char text[1024];
    (void)snprintf(whole, sizeof whole, "inetpub/%s%s", e->app, path);
    (void)snprintf(
        text, sizeof text,
        "<%%@ Page Language=\"C#\" MasterPageFile=\"~/Site.master\" AutoEventWireup=\"true\" "
        "CodeBehind=\"Page%u.aspx.cs\" Inherits=\"Harbour.Page%u\" %%>\r\n<asp:Content ContentPlaceHolderID=\"Main\" "
        "runat=\"server\">\r\n  <h1><%%: Title %%></h1>\r\n  <asp:GridView ID=\"Rows%u\" runat=\"server\" "
        "AllowPaging=\"true\" PageSize=\"%u\" />\r\n  <p><%%= Server.HtmlEncode(Request.QueryString[\"id\"]) "
        "%%></p>\r\n"
        "</asp:Content>\r\n",
        number, number, number, 20 + number);
    webroot_file(s, &e->app2, whole, text);
}

void webroot_ordinary(struct scenario *s)
{
    const struct estate *e = estate_of(s);
    char path[128];
    for (unsigned i = 0; i < COUNT(pages); i++)
        ordinary_page(s, pages[i], i + 1);
    (void)snprintf(path, sizeof path, "inetpub/%s/Health.ashx", e->app);
    webroot_file(s, &e->app2, path,
                 "<%@ WebHandler Language=\"C#\" Class=\"Health\" %>\r\nusing System.Web;\r\npublic class Health : "
                 "IHttpHandler {\r\n  public bool IsReusable { get { return true; } }\r\n  public void "
                 "ProcessRequest(HttpContext c) { c.Response.ContentType = \"text/plain\"; c.Response.Write(\"ok\"); "
                 "}\r\n}\r\n");
    for (unsigned i = 0; i < APPLIANCES; i++) {
        (void)snprintf(path, sizeof path, "%s/webapps/%s/index.jsp", e->access_root + 1, e->access_app);
        webroot_file(s, &e->appliance[i], path,
                     "<%@ page contentType=\"text/html;charset=UTF-8\" %>\n<html><body><h1>Sign in</h1>\n"
                     "<form method=\"post\" action=\"login\"><input name=\"user\"><input name=\"password\" "
                     "type=\"password\"></form></body></html>\n");
        (void)snprintf(path, sizeof path, "%s/webapps/%s/WEB-INF/web.xml", e->access_root + 1, e->access_app);
        webroot_file(
            s, &e->appliance[i], path,
            "<?xml version=\"1.0\"?>\n<web-app version=\"3.1\"><display-name>sign on</display-name></web-app>\n");
    }
}
