/*
 * names.c - the world outside: names of sites by popularity, the addresses that serve them, and networks of access
 * providers and of hosters. The names are real where every network has them, invented otherwise; which addresses
 * belong to them is invented throughout.
 */
#include "world.h"

#include <stdio.h>

static const char *const popular[] = {
    "www.google.com",
    "outlook.office365.com",
    "teams.microsoft.com",
    "login.microsoftonline.com",
    "www.bing.com",
    "fonts.gstatic.com",
    "www.youtube.com",
    "www.googletagmanager.com",
    "edge.microsoft.com",
    "www.gstatic.com",
    "apis.google.com",
    "i.ytimg.com",
    "cdn.jsdelivr.net",
    "ajax.googleapis.com",
    "www.linkedin.com",
    "static.licdn.com",
    "px.ads.linkedin.com",
    "www.wikipedia.org",
    "en.wikipedia.org",
    "upload.wikimedia.org",
    "github.com",
    "objects.githubusercontent.com",
    "substrate.office.com",
    "res.cdn.office.net",
    "graph.microsoft.com",
    "sharepoint.com",
    "onedrive.live.com",
    "www.amazon.com",
    "m.media-amazon.com",
    "images-eu.ssl-images-amazon.com",
    "connect.facebook.net",
    "static.xx.fbcdn.net",
    "www.instagram.com",
    "web.whatsapp.com",
    "slack.com",
    "files.slack.com",
    "zoom.us",
    "www.dropbox.com",
    "cdn.cookielaw.org",
    "securepubads.g.doubleclick.net",
    "stackoverflow.com",
    "cdn.sstatic.net",
    "www.reddit.com",
    "www.redditstatic.com",
    "news.ycombinator.com",
    "registry.npmjs.org",
    "pypi.org",
    "files.pythonhosted.org",
    "www.paypal.com",
    "api.stripe.com",
    "www.booking.com",
    "cf.bstatic.com",
    "www.bbc.co.uk",
    "static.files.bbci.co.uk",
    "www.nytimes.com",
    "open.spotify.com",
    "api.spotify.com",
    "www.netflix.com",
    "translate.google.com",
    "maps.googleapis.com",
};
static const char *const first[] = {
    "alpen",  "amber",   "atlas", "baltic", "birch",  "blue",   "bright", "cedar", "clear",  "cloud", "coral",
    "delta",  "east",    "ember", "fair",   "falcon", "forge",  "fox",    "green", "harbor", "hazel", "indigo",
    "iron",   "juniper", "kite",  "lake",   "linden", "lunar",  "maple",  "mint",  "north",  "oak",   "open",
    "orchid", "pine",    "prime", "quartz", "rapid",  "raven",  "river",  "sable", "silver", "solar", "stone",
    "swift",  "tidal",   "umber", "velvet", "vivid",  "willow", "winter", "zephyr"};
static const char *const second[] = {"analytics", "assets", "bank",    "base",  "board",   "bridge", "care",  "craft",
                                     "data",      "desk",   "field",   "foods", "gate",    "grid",   "group", "house",
                                     "labs",      "line",   "market",  "media", "metrics", "motors", "news",  "parts",
                                     "path",      "point",  "post",    "press", "shop",    "soft",   "sport", "store",
                                     "studio",    "supply", "systems", "tech",  "tools",   "travel", "works", "yard"};
static const char *const tops[] = {"com", "com", "com", "com",   "de", "de", "org",
                                   "net", "io",  "eu",  "co.uk", "fr", "app"};
static const char *const labels[] = {"www", "www", "www", "cdn", "api", "static", "img", "t", "app", "shop"};

/* First bytes of networks: of clouds and content networks, of hosters, of access providers. */
static const unsigned char cloud_nets[] = {13, 20, 23, 34, 35, 40, 52, 54, 104, 142, 151, 172, 199, 204};
static const unsigned char hoster_nets[] = {5,   37,  45,  46,  51,  78,  85,  88,  95,  116, 135,
                                            144, 157, 159, 167, 176, 185, 188, 193, 194, 195};
static const unsigned char access_nets[] = {2,  24, 31, 62, 67, 71, 73, 77, 79, 80,  82,  83, 84,
                                            86, 87, 89, 90, 91, 92, 93, 94, 98, 109, 178, 217};

static uint32_t address_in(const unsigned char *nets, size_t count, uint64_t hash)
{
    unsigned top = nets[(hash >> 40) % count];
    unsigned next = (unsigned)(hash >> 32 & 0xff);
    if (top == 172) /* not the private part */
        next = 64 + next % 8;
    if (top == 192 || top == 198)
        next = 1 + next % 17;
    return ADDRESS(top, next, hash >> 24 & 0xff, 1 + (hash >> 16 & 0xff) % 254);
}

uint32_t any_address(uint64_t hash)
{
    uint64_t other = mix1(hash);
    return hash % 3 == 0 ? address_in(access_nets, sizeof access_nets, other)
                         : address_in(hoster_nets, sizeof hoster_nets, other);
}

uint32_t residential_address(uint64_t hash)
{
    return address_in(access_nets, sizeof access_nets, mix1(hash));
}

uint32_t hosting_address(uint64_t hash)
{
    return address_in(hoster_nets, sizeof hoster_nets, mix1(hash));
}

uint32_t address_of_name(const char *name, uint64_t choice)
{
    uint64_t hash = mix_text(0xadd4, name);
    if (hash % 3 == 0) { /* a server of its own */
        return address_in(hoster_nets, sizeof hoster_nets, mix1(hash));
    }
    /* One of six edges of one of twelve content networks, each with 24 front addresses that many names share. */
    uint64_t edge = mix3(0xcd, hash % 12, choice % 6);
    return address_in(cloud_nets, sizeof cloud_nets, mix2(edge, 3)) / 256 * 256 + 1 + (uint32_t)(hash >> 20) % 24;
}

void invented_name(uint64_t hash, char *name, size_t size)
{
    uint64_t more = mix1(hash);
    (void)snprintf(name, size, "%s%s%s.%s", first[hash % COUNT(first)], more % 3 == 0 ? "-" : "",
                   second[hash / 64 % COUNT(second)], tops[more / 8 % COUNT(tops)]);
}

void site_of_rank(unsigned rank, uint64_t choice, struct outside *site)
{
    if (rank < COUNT(popular)) {
        (void)snprintf(site->name, sizeof site->name, "%s", popular[rank]);
    } else {
        uint64_t hash = mix2(0x517e, rank);
        char base[64];
        invented_name(hash, base, sizeof base);
        (void)snprintf(site->name, sizeof site->name, "%s.%s", labels[hash / 4096 % COUNT(labels)], base);
    }
    site->address = address_of_name(site->name, choice);
}

void put_address(struct sw_buf *out, uint32_t address)
{
    char text[16];
    size_t len = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned byte = address >> shift & 0xff;
        if (byte >= 100)
            text[len++] = (char)('0' + byte / 100);
        if (byte >= 10)
            text[len++] = (char)('0' + byte / 10 % 10);
        text[len++] = (char)('0' + byte % 10);
        if (shift != 0)
            text[len++] = '.';
    }
    sw_buf_add(out, text, len);
}

const char *address_text(uint32_t address, char text[16])
{
    (void)snprintf(text, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
    return text;
}
