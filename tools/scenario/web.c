/*
 * web.c - makes the sites' pages, files and visitors' programs from the seed, and writes requests as nginx's combined
 * log and as IIS's W3C log do.
 */
#include "web.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_SIZE ((size_t)2 << 20)

static const char *keep(struct site *site, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const char *keep(struct site *site, const char *format, ...)
{
    char *at = site->text + site->used;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(at, TEXT_SIZE - site->used, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= TEXT_SIZE - site->used)
        die("the site is too large");
    site->used += (size_t)n + 1;
    return at;
}

static const char *const words[] = {"harbour", "tide",   "ferry",  "pilot",  "crane",  "storm",  "buoy",   "anchor",
                                    "cargo",   "signal", "museum", "boat",   "rescue", "winter", "summer", "open",
                                    "report",  "survey", "island", "bridge", "market", "fish",   "coast",  "chart",
                                    "rope",    "sail",   "engine", "deck",   "light",  "north"};

static const char *word(struct chance *c)
{
    return CHANCE_OF(c, words);
}

/* In the order of popularity: the home page, the sections, then articles, items and categories mixed. */
static void make_pages(struct site *site, struct chance *c)
{
    static const char *const first[] = {
        "/",      "/news/",         "/shop/",  "/search.php", "/account/login.php", "/contact.php", "/about/",
        "/jobs/", "/shop/cart.php", "/tides/", "/account/",   "/imprint.php",       "/privacy.php", "/newsletter.php"};
    for (unsigned i = 0; i < SITE_PAGES; i++) {
        struct target *page = &site->pages[i];
        unsigned kind = chance_below(c, 10);
        uint64_t hash = chance_next(c);
        page->size = (unsigned)chance_scaled(c, 24000, 0.8);
        if (i < COUNT(first))
            page->uri = first[i];
        else if (kind < 5)
            page->uri = keep(site, "/news/%u/%02u/%s-%s-%s", 2019 + (unsigned)(hash % 8), 1 + (unsigned)(hash / 8 % 9),
                             words[hash / 100 % COUNT(words)], words[hash / 10000 % COUNT(words)],
                             words[hash / 1000000 % COUNT(words)]);
        else if (kind < 8)
            page->uri = keep(site, "/shop/item.php?id=%u", 1000 + i);
        else if (kind < 9)
            page->uri =
                keep(site, "/search.php?q=%s+%s", words[hash / 100 % COUNT(words)], words[hash / 10000 % COUNT(words)]);
        else
            page->uri = keep(site, "/%s/%s-%s.html", hash % 2 == 0 ? "guide" : "archive",
                             words[hash / 100 % COUNT(words)], words[hash / 10000 % COUNT(words)]);
    }
}

static void make_assets(struct site *site, struct chance *c)
{
    for (unsigned i = 0; i < SITE_ASSETS; i++) {
        struct target *asset = &site->assets[i];
        uint64_t hash = chance_next(c);
        if (i < 14) {
            asset->uri =
                keep(site, "/assets/%s-%08x.%s", i == 0 ? "site" : word(c), (unsigned)hash, i % 3 == 0 ? "css" : "js");
            asset->size = (unsigned)chance_scaled(c, 40000, 1.5);
        } else if (i < 20) {
            asset->uri = keep(site, "/assets/fonts/%s-%u.woff2", word(c), i);
            asset->size = (unsigned)chance_scaled(c, 28000, 0.4);
        } else if (i < 2500) {
            asset->uri = keep(site, "/media/%u/%02u/%s-%s-%ux%u.%s", 2019 + (unsigned)(hash % 8),
                              1 + (unsigned)(hash / 8 % 12), words[hash / 100 % COUNT(words)],
                              words[hash / 10000 % COUNT(words)], 320 + 160 * (unsigned)(hash / 1000000 % 6),
                              240 + 120 * (unsigned)(hash / 6000000 % 6), hash / 40000000 % 3 == 0 ? "webp" : "jpg");
            asset->size = (unsigned)chance_scaled(c, 60000, 1.3);
        } else {
            asset->uri = keep(site, "/downloads/%s-%s-%u.pdf", words[hash / 100 % COUNT(words)],
                              words[hash / 10000 % COUNT(words)], i);
            asset->size = (unsigned)chance_scaled(c, 900000, 1.5);
        }
    }
}

static void make_portal(struct site *site, struct chance *c)
{
    static const char *const areas[] = {"Orders",   "Invoices", "Berths",  "Contracts",
                                        "Messages", "Reports",  "Profile", "Documents"};
    static const char *const actions[] = {"List", "View", "Edit", "Print", "Export", "Search"};
    for (unsigned i = 0; i < PORTAL_PAGES; i++) {
        unsigned area = chance_below(c, COUNT(areas));
        uint64_t hash = chance_next(c);
        site->portal[i].size = (unsigned)chance_scaled(c, 18000, 0.8);
        if (i < 3)
            site->portal[i].uri = i == 0 ? "/Default.aspx" : i == 1 ? "/Login.aspx" : "/Home.aspx";
        else
            site->portal[i].uri = keep(site, "/%s/%s.aspx?id=%u", areas[area], actions[hash % COUNT(actions)],
                                       100 + (unsigned)(hash / 6 % 900));
    }
}

static void make_agents(struct site *site, struct chance *c)
{
    for (unsigned i = 0; i < SITE_AGENTS; i++) {
        unsigned kind = chance_below(c, 20);
        unsigned v = 118 + chance_zipf(c, 24);
        unsigned major = chance_below(c, 6);
        unsigned minor = chance_below(c, 7);
        const char *os = kind % 3 == 0   ? "Windows NT 10.0; Win64; x64"
                         : kind % 3 == 1 ? "Macintosh; Intel Mac OS X 10_15_7"
                                         : "X11; Linux x86_64";
        if (kind < 8)
            site->agents[i] =
                keep(site, "Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%u.0.0.0 Safari/537.36%s",
                     os, v, kind == 0 ? " Edg/138.0.0.0" : "");
        else if (kind < 11)
            site->agents[i] = keep(site, "Mozilla/5.0 (%s; rv:%u.0) Gecko/20100101 Firefox/%u.0", os, v, v);
        else if (kind < 15)
            site->agents[i] =
                keep(site,
                     "Mozilla/5.0 (iPhone; CPU iPhone OS %u_%u like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                     "Version/%u.%u Mobile/15E148 Safari/604.1",
                     15 + major % 4, minor, 15 + major % 4, minor);
        else
            site->agents[i] =
                keep(site,
                     "Mozilla/5.0 (Linux; Android %u; %s%u) AppleWebKit/537.36 (KHTML, like Gecko) "
                     "Chrome/%u.0.0.0 Mobile Safari/537.36",
                     10 + major, kind % 2 == 0 ? "SM-G9" : "Pixel ", kind % 2 == 0 ? 70 + 4 * minor : 4 + minor, v);
    }
}

static void head_iis(struct sw_buf *out, const char *name, int64_t time)
{
    char date[32];
    (void)name;
    (void)sw_time_format(time, date);
    sw_buf_printf(out,
                  "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: %.10s "
                  "%.8s\r\n#Fields: date time s-ip cs-method cs-uri-stem "
                  "cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus "
                  "sc-win32-status sc-bytes time-taken\r\n",
                  date, date + 11);
}

void web_open(struct scenario *s)
{
    struct site *site = sw_alloc(1, sizeof *site);
    struct chance c = {mix2(s->options.seed, 0x517e)};
    if (site == NULL || (site->text = sw_alloc(TEXT_SIZE, 1)) == NULL)
        die("out of memory");
    s->site = site;
    site->second = INT64_MIN;
    make_pages(site, &c);
    make_assets(site, &c);
    make_portal(site, &c);
    make_agents(site, &c);
    if ((s->options.formats & FORMAT_NGINX) != 0)
        site->nginx = log_open(s, "nginx/www-access.DAY.log", 10, NULL);
    if ((s->options.formats & FORMAT_IIS) != 0)
        site->iis = log_open(s, "iis/portal-u_ex.DAY.log", 11, head_iis);
}

void web_close(struct scenario *s)
{
    sw_free(s->site->text);
    sw_free(s->site);
    s->site = NULL;
}

uint64_t page_size(struct chance *c, unsigned about)
{
    uint64_t size = about + chance_below(c, about / 12 + 40);
    if (chance_is(c, 0.1))
        size += chance_below(c, about / 2 + 1);
    return size;
}

const char *browser_agent(const struct site *site, uint64_t who)
{
    struct chance c = {mix2(who, 0xa9e47)};
    return site->agents[chance_zipf(&c, SITE_AGENTS)];
}

/* Dates change once a second; lines come many a second, though not in order. */
static void set_second(struct site *site, int64_t time)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t second = time / SW_SECOND;
    if (second == site->second)
        return;
    char text[32];
    int64_t offset = zone_offset(ZONE_HEADQUARTERS, time);
    site->second = second;
    (void)sw_time_format(second * SW_SECOND, text);
    (void)snprintf(site->w3c, sizeof site->w3c, "%.10s %.8s", text, text + 11);
    (void)sw_time_format(second * SW_SECOND + offset, text);
    unsigned month = (unsigned)((text[5] - '0') * 10 + text[6] - '0') - 1;
    (void)snprintf(site->clf, sizeof site->clf, "%.2s/%s/%.4s:%.8s +%02u00", text + 8, months[month % 12], text,
                   text + 11, (unsigned)(offset / HOUR) % 24);
}

static void put_nginx(struct site *site, struct sw_buf *out, const struct request *r)
{
    put_address(out, r->client);
    SW_BUF_LIT(out, " - ");
    sw_buf_text(out, r->user == NULL ? "-" : r->user);
    SW_BUF_LIT(out, " [");
    sw_buf_text(out, site->clf);
    SW_BUF_LIT(out, "] \"");
    sw_buf_text(out, r->method);
    SW_BUF_LIT(out, " ");
    sw_buf_text(out, r->uri);
    sw_buf_text(out, r->client & 3 ? " HTTP/2.0\" " : " HTTP/1.1\" ");
    sw_buf_u64(out, r->status);
    SW_BUF_LIT(out, " ");
    sw_buf_u64(out, r->bytes);
    SW_BUF_LIT(out, " \"");
    sw_buf_text(out, r->referrer == NULL ? "-" : r->referrer);
    SW_BUF_LIT(out, "\" \"");
    sw_buf_text(out, r->agent == NULL ? "-" : r->agent);
    SW_BUF_LIT(out, "\"");
}

static void put_plussed(struct sw_buf *out, const char *text)
{
    if (text == NULL)
        text = "-";
    for (; *text != '\0'; text++)
        sw_buf_char(out, *text == ' ' ? '+' : *text);
}

static void put_iis(struct site *site, struct sw_buf *out, const struct request *r)
{
    const char *mark = strchr(r->uri, '?');
    sw_buf_text(out, site->w3c);
    SW_BUF_LIT(out, " 10.20.5.11 ");
    sw_buf_text(out, r->method);
    SW_BUF_LIT(out, " ");
    sw_buf_add(out, r->uri, mark == NULL ? strlen(r->uri) : (size_t)(mark - r->uri));
    SW_BUF_LIT(out, " ");
    sw_buf_text(out, mark == NULL ? "-" : mark + 1);
    SW_BUF_LIT(out, " 443 ");
    sw_buf_text(out, r->user == NULL ? "-" : r->user);
    SW_BUF_LIT(out, " ");
    put_address(out, r->client);
    SW_BUF_LIT(out, " ");
    put_plussed(out, r->agent);
    SW_BUF_LIT(out, " ");
    sw_buf_text(out, r->referrer == NULL ? "-" : r->referrer);
    sw_buf_printf(out, " %u 0 %u %llu %u\r", r->status, r->status == 404 ? 2u : 0u, (unsigned long long)r->bytes,
                  r->taken);
}

bool web_emit(struct scenario *s, struct stream *stream, const struct request *request)
{
    if (counted(s))
        return true;
    struct site *site = s->site;
    struct request r = *request;
    struct log *log = r.server == SERVER_IIS ? site->iis : site->nginx;
    struct sw_buf *out = log_begin(log, stream, r.time);
    if (out == NULL)
        return false;
    if (r.taken == 0)
        r.taken = (unsigned)(3 + mix2(stream->chance.state, r.client) % 180);
    set_second(site, r.time);
    if (r.server == SERVER_IIS)
        put_iis(site, out, &r);
    else
        put_nginx(site, out, &r);
    log_end(log);
    truth_count(stream->truth, r.time, r.bytes);
    return true;
}
