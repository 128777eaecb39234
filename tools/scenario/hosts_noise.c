/*
 * hosts_noise.c - what ordinarily happens on Windows computers: programs of people, services and their helpers, updates
 * that bring tasks, services and firewall rules, administrators at work, shares. Ugly on purpose: much of it is what
 * rules of medium level look for.
 */
#include "hosts.h"

#include <stdio.h>

#define OFFICE "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
#define POWERSHELL SYSTEM32 "WindowsPowerShell\\v1.0\\powershell.exe"

static struct process of_services(const struct machine *on, int64_t when)
{
    return process_resident(on, SYSTEM32 "services.exe", SYSTEM32 "services.exe", LOCAL_SYSTEM, when);
}

static struct process of_scheduler(const struct machine *on, int64_t when)
{
    return process_resident(on, SYSTEM32 "svchost.exe", SYSTEM32 "svchost.exe -k netsvcs -p -s Schedule", LOCAL_SYSTEM,
                            when);
}

static struct process of_desktop(const struct machine *on, const char *user, int64_t when)
{
    return process_resident(on, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE", user, when);
}

/* --- people ------------------------------------------------------------------------------------------------------- */

static void open_program(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                         const char *user)
{
    static const char *const names[] = {"minutes", "budget", "tides", "offer", "roster", "berths", "letter", "survey"};
    struct chance *c = &stream->chance;
    struct process desktop = of_desktop(on, user, when);
    const char *name = CHANCE_OF(c, names);
    unsigned number = chance_from(c, 1, 400);
    struct process p;
    switch (chance_below(c, 14)) {
    case 0:
    case 1:
        p = process_start(s, stream, when, on, &desktop, OFFICE "WINWORD.EXE", user,
                          "\"" OFFICE "WINWORD.EXE\" /n \"H:\\%s\\%s-%u.docx\"", name, name, number);
        if (chance_is(c, 0.1)) /* prints */
            process_start(s, stream, when + 40 * SW_SECOND, on, &p, "C:\\Windows\\splwow64.exe", user,
                          "C:\\Windows\\splwow64.exe 12288");
        break;
    case 2:
        process_start(s, stream, when, on, &desktop, OFFICE "EXCEL.EXE", user,
                      "\"" OFFICE "EXCEL.EXE\" \"H:\\%s\\%s-%u.xlsx\"", name, name, number);
        break;
    case 3:
        process_start(s, stream, when, on, &desktop, OFFICE "OUTLOOK.EXE", user, "\"" OFFICE "OUTLOOK.EXE\"");
        break;
    case 4:
        process_start(s, stream, when, on, &desktop, SYSTEM32 "notepad.exe", user, "notepad.exe H:\\%s.txt", name);
        break;
    case 5:
        p = process_start(s, stream, when, on, &desktop, "C:\\Program Files\\7-Zip\\7zG.exe", user,
                          "\"C:\\Program Files\\7-Zip\\7zG.exe\" a -i#7zMap%u#7zEvent -tzip H:\\%s-%u.zip", number,
                          name, number);
        process_writes(s, stream, when + 3 * SW_SECOND, on, &p, "H:\\%s-%u.zip", name, number);
        break;
    case 6:
        if (chance_is(c, 0.04)) /* an old macro for the tide tables */
            p = process_start(s, stream, when, on, &desktop, SYSTEM32 "wscript.exe", user,
                              "wscript.exe \\\\files1\\tools\\tide-table.vbs %u", number);
        else
            p = process_start(s, stream, when, on, &desktop, SYSTEM32 "calc.exe", user, "calc.exe");
        break;
    default:
        p = process_start(s, stream, when, on, &desktop, "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
                          user,
                          "\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" --type=renderer "
                          "--renderer-client-id=%u --lang=de",
                          number);
        if (chance_is(c, 0.3))
            process_connects(s, stream, when + SW_SECOND, on, &p, true, any_address(chance_next(c)), 443);
    }
}

void hosts_people(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    for (unsigned i = w->clients_from; i < w->clients_to; i++) {
        const struct host *host = &w->hosts[i];
        if (host->person == UINT32_MAX || !is_running(w, host, hour) || !is_present(w, host, hour))
            continue;
        stream_at(stream, i, hour);
        struct machine on = machine_of(s, host, hour);
        char user[64];
        (void)snprintf(user, sizeof user, "CORP\\%s", w->people[host->person].login);
        double rate = 3.5 * busyness(host->zone, hour + HOUR / 2) * s->activity[3];
        for (unsigned n = chance_poisson(&stream->chance, rate); n > 0; n--)
            open_program(s, stream, within_hour(stream, hour), &on, user);
    }
}

/* --- services ----------------------------------------------------------------------------------------------------- */

/* All Windows computers: the world's servers and clients, then those of the two services in the DMZ. */
static bool windows_machine(const struct scenario *s, unsigned index, int64_t time, struct machine *on, bool *server)
{
    const struct estate *e = estate_of(s);
    const struct machine *const more[] = {&e->app1, &e->app2, &e->files, &e->building, &e->database};
    const struct world *w = s->world;
    *server = true;
    if (index < COUNT(more)) {
        *on = *more[index];
        return true;
    }
    index -= (unsigned)COUNT(more);
    if (index >= w->clients_to)
        return false;
    const struct host *host = &w->hosts[index];
    bool is_client = index >= w->clients_from;
    *server = !is_client;
    if ((!is_client && (host->role >= ROLE_WEB1 || host->role == ROLE_PROXY || host->role == ROLE_MONITOR ||
                        host->role == ROLE_SCANNER || host->role == ROLE_PBX)) ||
        !is_running(w, host, time)) {
        on->name[0] = '\0';
        return true;
    }
    *on = machine_of(s, host, time);
    return true;
}

static void by_system(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, bool server)
{
    static const char *const hosts[] = {"netsvcs -p -s wuauserv", "LocalService -p -s WinHttpAutoProxySvc", "wsappx -p",
                                        "netsvcs -p -s gpsvc", "UnistackSvcGroup"};
    struct chance *c = &stream->chance;
    struct process services = of_services(on, when);
    struct process scheduler = of_scheduler(on, when);
    struct process p;
    switch (chance_below(c, server ? 9 : 6)) {
    case 0:
    case 1:
        process_start(s, stream, when, on, &services, SYSTEM32 "svchost.exe", LOCAL_SYSTEM,
                      SYSTEM32 "svchost.exe -k %s", CHANCE_OF(c, hosts));
        break;
    case 2:
        process_start(s, stream, when, on, &scheduler, SYSTEM32 "taskhostw.exe", LOCAL_SYSTEM, "taskhostw.exe %s",
                      chance_is(c, 0.5) ? "SYSTEM" : "Install $(Arg0)");
        break;
    case 3:
        process_start(s, stream, when, on, &services, SYSTEM32 "wbem\\WmiPrvSE.exe", "NT AUTHORITY\\NETWORK SERVICE",
                      SYSTEM32 "wbem\\wmiprvse.exe -secured -Embedding");
        break;
    case 4: /* the inventory, once a day or so */
        p = process_start(s, stream, when, on, &scheduler, POWERSHELL, LOCAL_SYSTEM,
                          "powershell.exe -NoProfile -ExecutionPolicy Bypass -File "
                          "\"C:\\Program Files\\Inventory\\collect.ps1\"");
        if (chance_is(c, 0.3)) {
            process_start(s, stream, when + 2 * SW_SECOND, on, &p, SYSTEM32 "systeminfo.exe", LOCAL_SYSTEM,
                          "systeminfo.exe /fo csv");
            process_start(s, stream, when + 5 * SW_SECOND, on, &p, SYSTEM32 "net.exe", LOCAL_SYSTEM,
                          "net localgroup administrators");
        }
        break;
    case 5:
        process_start(
            s, stream, when, on, &services, "C:\\Program Files\\Windows Defender\\MpCmdRun.exe", LOCAL_SYSTEM,
            "\"C:\\Program Files\\Windows Defender\\MpCmdRun.exe\" SignatureUpdate -ScheduleJob -RestrictPrivileges");
        break;
    case 6: /* the monitoring agent */
        p = process_start(s, stream, when, on, &services, "C:\\Program Files\\NSClient++\\nscp.exe", LOCAL_SYSTEM,
                          "\"C:\\Program Files\\NSClient++\\nscp.exe\" service --run");
        process_start(s, stream, when + SW_SECOND, on, &p, SYSTEM32 "cmd.exe", LOCAL_SYSTEM,
                      "cmd.exe /c scripts\\check_%s.bat", chance_is(c, 0.5) ? "updates" : "disk");
        break;
    default:
        process_start(s, stream, when, on, &scheduler, SYSTEM32 "conhost.exe", LOCAL_SYSTEM,
                      "\\??\\" SYSTEM32 "conhost.exe 0xffffffff -ForceV1");
    }
}

/* The compiler of ASP.NET, when a page is asked for the first time after the pool was recycled. */
static void by_web_server(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct estate *e = estate_of(s);
    char user[48];
    if (hour % SW_DAY / HOUR != 3 && hour % SW_DAY / HOUR != 8)
        return;
    stream_at(stream, 99000, hour);
    int64_t when = hour + chance_from(&stream->chance, 30, 900) * SW_SECOND;
    (void)snprintf(user, sizeof user, "IIS APPPOOL\\%s", e->app);
    struct process pool = process_resident(&e->app2, SYSTEM32 "inetsrv\\w3wp.exe", "w3wp.exe", user, when);
    (void)snprintf(pool.command, sizeof pool.command, SYSTEM32 "inetsrv\\w3wp.exe -ap \"%s\" -v \"v4.0\"", e->app);
    struct process csc = process_start(
        s, stream, when, &e->app2, &pool, "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe", user,
        "\"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe\" /t:library /utf8output @\"C:\\Windows\\"
        "Microsoft.NET\\Framework64\\v4.0.30319\\Temporary ASP.NET Files\\%s\\%08x\\%08x.cmdline\"",
        e->app, (unsigned)e->seed, (unsigned)mix2(e->seed, (uint64_t)when));
    process_start(s, stream, when + SW_SECOND, &e->app2, &csc,
                  "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\cvtres.exe", user,
                  "cvtres.exe /NOLOGO /READONLY /MACHINE:IX86 \"/OUT:C:\\Windows\\TEMP\\RES%04X.tmp\"",
                  (unsigned)(when / SW_SECOND & 0xffff));
    process_writes(s, stream, when + 2 * SW_SECOND, &e->app2, &csc,
                   "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\Temporary ASP.NET Files\\%s\\App_Web_%08x.dll",
                   e->app, (unsigned)mix2(e->seed, (uint64_t)when));
    /* People put documents into the application. */
    process_writes(s, stream, when + 700 * SW_SECOND, &e->app2, &pool, "%s\\App_Data\\documents\\%u.pdf", e->app_root,
                   (unsigned)(when / SW_SECOND % 100000));
}

void hosts_services(struct scenario *s, struct stream *stream, int64_t hour)
{
    struct machine on;
    bool server;
    for (unsigned i = 0; windows_machine(s, i, hour, &on, &server); i++) {
        if (on.name[0] == '\0')
            continue;
        stream_at(stream, i, hour);
        double rate = (server ? 0.7 : 0.45) * (s->coverage[3] < 1 ? s->coverage[3] : 1);
        for (unsigned n = chance_poisson(&stream->chance, rate); n > 0; n--)
            by_system(s, stream, within_hour(stream, hour), &on, server);
    }
    by_web_server(s, stream, hour);
}

/* --- updates: now and then a program brings a service, a task, a rule of the firewall -------------------------------
 */

static void update_one(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on)
{
    struct chance *c = &stream->chance;
    struct process services = of_services(on, when);
    struct process scheduler = of_scheduler(on, when);
    unsigned v = chance_from(c, 100, 160);
    struct process p;
    char path[200];
    switch (chance_below(c, 5)) {
    case 0:
        p = process_start(s, stream, when, on, &scheduler, "C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe",
                          LOCAL_SYSTEM,
                          "\"C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe\" /ua /installsource scheduler");
        (void)snprintf(path, sizeof path,
                       "\"C:\\Program Files\\Google\\Chrome\\Application\\%u.0.0.0\\elevation_service.exe\"", v);
        service_installed(s, stream, when + 20 * SW_SECOND, on, "Google Chrome Elevation Service", path, "LocalSystem");
        task_registered(s, stream, when + 22 * SW_SECOND, on, on->name, "\\GoogleUpdateTaskMachineUA",
                        "C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe", "/ua /installsource scheduler");
        break;
    case 1:
        p = process_start(s, stream, when, on, &services, SYSTEM32 "msiexec.exe", LOCAL_SYSTEM,
                          SYSTEM32 "msiexec.exe /V");
        process_start(s, stream, when + 4 * SW_SECOND, on, &p, SYSTEM32 "msiexec.exe", LOCAL_SYSTEM,
                      SYSTEM32 "MsiExec.exe -Embedding %08X%08X E Global\\MSI0000", v * 7919, v * 104729);
        process_writes(s, stream, when + 9 * SW_SECOND, on, &p, "C:\\Windows\\Installer\\%x.msi", v * 7919);
        service_installed(s, stream, when + 12 * SW_SECOND, on, "EDR Sensor Update",
                          "\"C:\\Program Files\\Sensor\\updater.exe\" /service", "LocalSystem");
        break;
    case 2:
        p = process_start(s, stream, when, on, &services, "C:\\Program Files\\Teams Installer\\Teams.exe", LOCAL_SYSTEM,
                          "\"C:\\Program Files\\Teams Installer\\Teams.exe\" --checkInstall --source=PROGRAMFILES");
        process_start(s, stream, when + 3 * SW_SECOND, on, &p, SYSTEM32 "netsh.exe", LOCAL_SYSTEM,
                      "netsh advfirewall firewall add rule name=\"Teams\" dir=in action=allow protocol=UDP "
                      "program=\"C:\\Program Files\\Teams\\Teams.exe\"");
        firewall_opened(s, stream, when + 3 * SW_SECOND, on, "Teams", "C:\\Program Files\\Teams\\Teams.exe", "*",
                        "S-1-5-18");
        break;
    case 3: /* a setup program that unpacks itself where rules don't like it */
        (void)snprintf(path, sizeof path, "C:\\Windows\\Temp\\{%08X-51D2-4A0B-8F0A-6C1D2E3F4A5B}\\.be\\vcredist.exe",
                       v * 2654435u);
        process_start(s, stream, when, on, &services, path, LOCAL_SYSTEM, "\"%s\" -q -burn.elevated BurnPipe.{%u}",
                      path, v);
        break;
    default:
        process_start(s, stream, when, on, &scheduler, SYSTEM32 "schtasks.exe", LOCAL_SYSTEM,
                      "schtasks /create /tn \"\\Vendor\\HealthCheck\" /tr \"C:\\Program Files\\Vendor\\health.exe\" "
                      "/sc daily /f");
        task_registered(s, stream, when + SW_SECOND, on, on->name, "\\Vendor\\HealthCheck",
                        "C:\\Program Files\\Vendor\\health.exe", "--quiet");
    }
}

void hosts_updates(struct scenario *s, struct stream *stream, int64_t hour)
{
    struct machine on;
    bool server;
    for (unsigned i = 0; windows_machine(s, i, hour, &on, &server); i++) {
        if (on.name[0] == '\0')
            continue;
        stream_at(stream, i, hour);
        if (chance_is(&stream->chance, server ? 0.004 : 0.012))
            update_one(s, stream, within_hour(stream, hour), &on);
    }
}

/* --- administrators ------------------------------------------------------------------------------------------------
 */

static void administrate(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                         const char *login)
{
    static const char *const commands[][2] = {
        {"gpupdate.exe", "gpupdate /force"},
        {"ipconfig.exe", "ipconfig /all"},
        {"nslookup.exe", "nslookup %s"},
        {"PING.EXE", "ping -n 2 %s"},
        {"sc.exe", "sc query state= all"},
        {"tasklist.exe", "tasklist /svc"},
        {"net.exe", "net use Z: \\\\files1\\install"},
        {"NETSTAT.EXE", "netstat -ano"},
        {"net.exe", "net user \"%s\" /domain"},
        {"gpresult.exe", "gpresult /r"},
        {"systeminfo.exe", "systeminfo"},
        {"whoami.exe", "whoami /groups"},
        {"net.exe", "net group \"Domain Users\" /domain"},
        {"nltest.exe", "nltest /dsgetdc:corp.example.org"},
    };
    struct chance *c = &stream->chance;
    char user[80];
    char line[128];
    char image[120];
    (void)snprintf(user, sizeof user, "CORP\\%s", login);
    struct process desktop = of_desktop(on, user, when);
    struct process shell = process_start(
        s, stream, when, on, &desktop, chance_is(c, 0.5) ? SYSTEM32 "cmd.exe" : POWERSHELL, user, "%s", "\"cmd.exe\"");
    for (unsigned n = chance_from(c, 1, 4); n > 0; n--) {
        unsigned k = chance_zipf(c, COUNT(commands));
        const char *victim = s->world->people[chance_below(c, s->world->person_count)].login;
        const char *mark = strstr(commands[k][1], "%s");
        if (mark == NULL)
            (void)snprintf(line, sizeof line, "%s", commands[k][1]);
        else
            (void)snprintf(line, sizeof line, "%.*s%s%s", (int)(mark - commands[k][1]), commands[k][1], victim,
                           mark + 2);
        (void)snprintf(image, sizeof image, SYSTEM32 "%s", commands[k][0]);
        when += chance_from(c, 5, 90) * SW_SECOND;
        process_start(s, stream, when, on, &shell, image, user, "%s", line);
    }
    if (chance_is(c, 0.06)) {
        process_start(s, stream, when + 70 * SW_SECOND, on, &shell, SYSTEM32 "Robocopy.exe", user,
                      "robocopy D:\\Shares \\\\backup1\\migration /MIR /R:1 /LOG:C:\\Temp\\copy.log");
        process_start(s, stream, when + 90 * SW_SECOND, on, &shell, "C:\\Program Files\\7-Zip\\7z.exe", user,
                      "7z.exe a D:\\archive\\logs-%u.7z C:\\inetpub\\logs", chance_from(c, 1, 400));
    }
    if (chance_is(c, 0.03))
        firewall_opened(s, stream, when + 100 * SW_SECOND, on, "Backup agent", "C:\\Program Files\\Backup\\agent.exe",
                        "10000", "S-1-5-18");
    if (chance_is(c, 0.02))
        local_account(s, stream, when + 120 * SW_SECOND, on, login, "svc-installer", "Users");
}

void hosts_administrators(struct scenario *s, struct stream *stream, int64_t hour)
{
    const struct world *w = s->world;
    const struct estate *e = estate_of(s);
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        if (!p->admin || is_away(p, hour))
            continue;
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        char login[64];
        (void)snprintf(login, sizeof login, "adm-%s", p->given);
        for (unsigned n = chance_poisson(c, 0.7 * busyness(p->zone, hour + HOUR / 2) + 0.01); n > 0; n--) {
            const struct machine dmz[] = {e->app1, e->app2, e->files, e->building, e->database};
            unsigned which = chance_below(c, ROLE_BACKUP + COUNT(dmz));
            struct machine on = which < ROLE_BACKUP ? machine_of(s, &w->hosts[which], hour) : dmz[which - ROLE_BACKUP];
            int64_t when = within_hour(stream, hour);
            if (which >= ROLE_BACKUP)
                windows_logon(s, stream, when - 9 * SW_SECOND, on.name, login, LOGON_REMOTE, "JUMP1",
                              the(w, ROLE_JUMP)->address, NULL);
            administrate(s, stream, when, &on, login);
        }
    }
}

/* --- shares ---------------------------------------------------------------------------------------------------------
 */

void hosts_shares(struct scenario *s, struct stream *stream, int64_t hour)
{
    static const char *const shares[] = {"users", "projects", "finance", "tools"};
    static const char *const names[] = {"plan.xlsx", "minutes.docx",     "2026\\budget.xlsx",
                                        "tides.csv", "photos\\quay.jpg", "contracts\\pilot.pdf"};
    const struct world *w = s->world;
    const struct estate *e = estate_of(s);
    struct machine files = machine_of(s, the(w, ROLE_FILE), hour);
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[i];
        const struct host *host = &w->hosts[p->host];
        stream_at(stream, i, hour);
        struct chance *c = &stream->chance;
        if (is_away(p, hour) || !is_running(w, host, hour))
            continue;
        double rate = 0.8 * busyness(p->zone, hour + HOUR / 2) * (s->activity[3] < 1 ? s->activity[3] : 1);
        for (unsigned n = chance_poisson(c, rate); n > 0; n--) {
            int64_t when = within_hour(stream, hour);
            share_access(s, stream, when, chance_is(c, 0.05) ? &e->files : &files, p->login, address_at(w, host, when),
                         CHANCE_OF(c, shares), CHANCE_OF(c, names));
        }
    }
    stream_at(stream, 90000, hour);
    if (hour % SW_DAY / HOUR == 22) { /* the backup opens administrative shares, one server after the other */
        const struct machine *const to[] = {&e->app1, &e->app2, &e->files, &e->building, &e->database};
        for (unsigned i = 0; i < COUNT(to); i++)
            share_access(s, stream, hour + i * 19 * MINUTE, to[i], "svc-backup", the(w, ROLE_BACKUP)->address, "D$",
                         NULL);
    }
}
