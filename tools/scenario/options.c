/*
 * options.c - reads the command line; tables of formats and parts are the help as well.
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    unsigned value;
    bool standard;
    const char *what;
} formats[] = {
    {"zeek", FORMAT_ZEEK, true, "Zeek's conn, dns, http, ssl, ssh of two sensors, tab-separated"},
    {"eve", FORMAT_EVE, false, "Suricata's EVE of the two sensors: flow, dns, tls, http"},
    {"asa", FORMAT_ASA, false, "Cisco ASA, between internet and DMZ"},
    {"fortinet", FORMAT_FORTINET, false, "FortiGate's traffic log, between inside and internet"},
    {"vpcflow", FORMAT_VPCFLOW, false, "AWS VPC flow logs, of the Linux servers"},
    {"squid", FORMAT_SQUID, false, "Squid, of a quarter of the clients"},
    {"nginx", FORMAT_NGINX, true, "access log of the public site, combined"},
    {"iis", FORMAT_IIS, true, "W3C log of the customers' portal"},
    {"winlogbeat", FORMAT_WINDOWS, true, "Windows' Security log, JSON of Winlogbeat"},
    {"nxlog", FORMAT_NXLOG, false, "the same, JSON of NXLog (instead)"},
    {"syslog", FORMAT_SYSLOG, true, "sshd, sudo, cron"},
    {"entra", FORMAT_ENTRA, true, "sign-ins and audit records of Entra ID, diagnostic settings"},
    {"okta", FORMAT_OKTA, true, "Okta's system log"},
    {"vpn", FORMAT_VPN, true, "FortiGate's VPN events"},
    {"zeek-json", FORMAT_ZEEK_JSON, false, "the same as JSON (instead)"},
};
static const struct {
    const char *name;
    unsigned value;
} parts[] = {{"network", PART_NETWORK}, {"web", PART_WEB}, {"accounts", PART_ACCOUNTS}};

static const struct plant *const plant_tables[] = {network_plants, web_plants, account_plants};

static void usage(FILE *out)
{
    (void)fprintf(
        out,
        "usage: scenario --out DIR [options]\n\n"
        "Makes the logs of an organisation: ordinary activity, and what is planted in it. The same options give the\n"
        "same bytes; planting changes no ordinary record.\n\n"
        "  --seed N          1 by default\n"
        "  --start DATE      2026-09-01 by default, midnight UTC\n"
        "  --days D          7 by default\n"
        "  --hosts H         computers of people, 200 by default; servers, devices and guests come on top\n"
        "  --accounts A      people, 200 by default\n"
        "  --records N       about so many in each part's main log, over all days\n"
        "  --only PARTS      network, web, accounts; all by default\n"
        "  --format LIST     all, or of those below (a star: by default)\n"
        "  --plant LIST      all, none (by default), or of those below\n"
        "  --story NAME      webapp, appliance: an intrusion of weeks, in all parts' logs and those of hosts; none: the same\n"
        "                    logs without it. With it 21 days, 24 hosts, 30 accounts and few records are the defaults\n"
        "  --truth FILE      DIR.truth.json by default, beside the evidence\n\nformats:\n");
    for (size_t i = 0; i < COUNT(formats); i++)
        (void)fprintf(out, "  %c %-21s %s\n", formats[i].standard ? '*' : ' ', formats[i].name, formats[i].what);
    (void)fprintf(out, "\nplants:\n");
    for (size_t t = 0; t < COUNT(plant_tables); t++)
        for (const struct plant *p = plant_tables[t]; p->name != NULL; p++)
            (void)fprintf(out, "    %-21s %s\n", p->name, p->what);
}

static void wrong(const char *what, const char *value)
{
    (void)fprintf(stderr, "scenario: %s: %s (--help tells more)\n", what, value);
    exit(2);
}

static unsigned number_of(const char *name, const char *text, unsigned least, unsigned most)
{
    uint64_t n;
    if (sw_str_u64(sw_str(text), &n) != 0 || n < least || n > most) {
        (void)fprintf(stderr, "scenario: --%s takes a number from %u to %u\n", name, least, most);
        exit(2);
    }
    return (unsigned)n;
}

static unsigned formats_of(const char *list)
{
    unsigned set = 0;
    struct sw_str rest = sw_str(list);
    struct sw_str name;
    if (strcmp(list, "all") == 0) {
        for (size_t i = 0; i < COUNT(formats); i++)
            set |= formats[i].value;
        return set & ~(unsigned)(FORMAT_ZEEK_JSON | FORMAT_NXLOG);
    }
    while (rest.len > 0 && sw_str_next(&rest, ',', &name)) {
        size_t i = 0;
        while (i < COUNT(formats) && !sw_str_is(name, formats[i].name))
            i++;
        if (i == COUNT(formats))
            wrong("unknown format", list);
        set |= formats[i].value;
    }
    return set;
}

static unsigned parts_of(const char *list)
{
    unsigned set = 0;
    struct sw_str rest = sw_str(list);
    struct sw_str name;
    while (rest.len > 0 && sw_str_next(&rest, ',', &name)) {
        size_t i = 0;
        while (i < COUNT(parts) && !sw_str_is(name, parts[i].name))
            i++;
        if (i == COUNT(parts))
            wrong("unknown part", list);
        set |= parts[i].value;
    }
    return set;
}

static bool is_listed(const char *list, const char *name)
{
    struct sw_str rest = sw_str(list);
    struct sw_str word;
    while (rest.len > 0 && sw_str_next(&rest, ',', &word))
        if (sw_str_is(word, name))
            return true;
    return false;
}

bool plant_is_wanted(const struct options *o, const struct plant *plant)
{
    return (o->parts & plant->part) != 0 &&
           ((plant->hour == NULL && is_listed(o->plants, "all")) || is_listed(o->plants, plant->name));
}

static void check_plants(const char *list)
{
    struct sw_str rest = sw_str(list);
    struct sw_str word;
    while (rest.len > 0 && sw_str_next(&rest, ',', &word)) {
        bool known = sw_str_is(word, "all") || sw_str_is(word, "none");
        for (size_t t = 0; t < COUNT(plant_tables); t++)
            for (const struct plant *p = plant_tables[t]; p->name != NULL; p++)
                known |= sw_str_is(word, p->name);
        if (!known)
            wrong("unknown plant", list);
    }
}

static int64_t start_of(const char *text)
{
    int64_t time = 0;
    bool zoned;
    char whole[40];
    (void)snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    if (strlen(text) != 10 || sw_time_iso(sw_str(whole), &time, &zoned) != 0)
        wrong("no date", text);
    return time;
}

static const struct option long_options[] = {
    {"seed", required_argument, NULL, 's'},     {"start", required_argument, NULL, 'b'},
    {"days", required_argument, NULL, 'd'},     {"hosts", required_argument, NULL, 'h'},
    {"accounts", required_argument, NULL, 'a'}, {"records", required_argument, NULL, 'r'},
    {"only", required_argument, NULL, 'o'},     {"format", required_argument, NULL, 'f'},
    {"plant", required_argument, NULL, 'p'},    {"truth", required_argument, NULL, 't'},
    {"story", required_argument, NULL, 'y'},    {"out", required_argument, NULL, 'O'},
    {"help", no_argument, NULL, '?' + 256},     {NULL, 0, NULL, 0},
};

static void read_one(struct options *o, int letter)
{
    switch (letter) {
    case 's':
        if (sw_str_u64(sw_str(optarg), &o->seed) != 0)
            wrong("no number", optarg);
        break;
    case 'b':
        o->start = start_of(optarg);
        break;
    case 'd':
        o->days = number_of("days", optarg, 1, 3660);
        break;
    case 'h':
        o->hosts = number_of("hosts", optarg, 0, 50000);
        break;
    case 'a':
        o->accounts = number_of("accounts", optarg, 1, 1000000);
        break;
    case 'r':
        if (sw_str_u64(sw_str(optarg), &o->records) != 0)
            wrong("no number", optarg);
        break;
    case 'o':
        o->parts = parts_of(optarg);
        break;
    case 'f':
        o->formats = formats_of(optarg);
        break;
    case 'p':
        o->plants = optarg;
        break;
    case 't':
        o->truth = optarg;
        break;
    case 'y':
        o->story = optarg;
        break;
    case 'O':
        o->out = optarg;
        break;
    case '?' + 256:
        usage(stdout);
        exit(0);
    default:
        exit(2);
    }
}

/* With a story other sizes are usual; what is asked for on the command line overrides them. */
static void story_defaults(struct options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--story", 7) == 0) {
            o->days = 21;
            o->hosts = 24;
            o->accounts = 30;
            o->formats |= FORMAT_ASA;
        }
}

static void check_story(struct options *o)
{
    if (o->story == NULL)
        return;
    if (!story_is_known(o->story))
        wrong("unknown story", o->story);
    if (o->parts != (PART_NETWORK | PART_WEB | PART_ACCOUNTS))
        wrong("needs all parts", "--story");
    if (o->days < 14 || o->hosts < 12 || o->accounts < 12)
        wrong("needs 14 days, 12 hosts and 12 accounts", "--story");
    o->parts |= PART_HOSTS;
    if (o->records == 0)
        o->records = o->days * (uint64_t)(400 + 12 * o->hosts);
}

void options_read(struct options *o, int argc, char **argv)
{
    static char truth[4096];
    *o = (struct options){.seed = 1,
                          .days = 7,
                          .hosts = 200,
                          .accounts = 200,
                          .plants = "none",
                          .start = start_of("2026-09-01"),
                          .parts = PART_NETWORK | PART_WEB | PART_ACCOUNTS};
    for (size_t i = 0; i < COUNT(formats); i++)
        o->formats |= formats[i].standard ? formats[i].value : 0;
    story_defaults(o, argc, argv);
    for (int letter; (letter = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        read_one(o, letter);
    check_plants(o->plants);
    check_story(o);
    if (optind < argc)
        wrong("not an option", argv[optind]);
    if (o->out == NULL)
        wrong("missing", "--out DIR");
    if (o->truth == NULL) {
        struct sw_str folder = sw_str(o->out);
        while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
            folder.len--;
        (void)snprintf(truth, sizeof truth, "%.*s.truth.json", SW_STR_ARG(folder));
        o->truth = truth;
    }
}
