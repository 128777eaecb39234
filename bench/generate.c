/*
 * generate.c - log records that look like real ones, at a gigabyte a second, the same for the same arguments.
 *
 *     bench-generate KIND MEGABYTES [SEED] > FILE
 *
 * KIND: winlogbeat (Sysmon and Security events of 2 KB, as Winlogbeat writes them), access (combined log format),
 * zeek (conn, JSON), eve (Suricata: http and alert), auditd (execve as four records of an event).
 * For volumes that bench/generate-json is too slow for. Values vary as they do in real logs (few images, many command
 * lines, hashes never twice), since a matcher's speed depends on that.
 */
#include "base/buf.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OUT_SIZE ((size_t)1 << 20)
#define RECORD_MAX ((size_t)1 << 16)
#define START (1714521600ll * SW_SECOND) /* 2024-05-01T00:00:00Z */

struct generator {
    struct sw_buf out;
    uint64_t random;
    uint64_t number; /* of the record */
    int64_t time;
};

static const char *const images[] = {
    "svchost.exe", "cmd.exe", "conhost.exe", "powershell.exe", "rundll32.exe", "lsass.exe", "taskhostw.exe", "explorer.exe",
    "wmiprvse.exe", "msiexec.exe", "net.exe", "reg.exe", "schtasks.exe", "wevtutil.exe", "dllhost.exe", "services.exe",
};
static const char *const words[] = {
    "alpha", "bravo", "charlie", "delta",   "echo",  "foxtrot", "golf",  "hotel",  "india",  "juliett", "kilo",
    "lima",  "mike",  "november", "oscar",  "papa",  "quebec",  "romeo", "sierra", "tango",  "uniform", "victor",
    "get",   "set",   "update",  "install", "query", "service", "temp",  "config", "report", "backup",  "index",
};
static const char *const agents[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1",
    "curl/8.5.0",
    "python-requests/2.31.0",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* SplitMix64 (Steele, Lea, Flood 2014): one state word, good enough to vary text. */
static uint64_t next(struct generator *g)
{
    uint64_t z = g->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static unsigned below(struct generator *g, unsigned n)
{
    return (unsigned)((next(g) >> 32) * n >> 32);
}

static void text(struct generator *g, const char *s)
{
    sw_buf_text(&g->out, s);
}

static void number(struct generator *g, uint64_t n)
{
    sw_buf_u64(&g->out, n);
}

static void word(struct generator *g)
{
    text(g, words[below(g, COUNT(words))]);
}

static void hex(struct generator *g, unsigned digits)
{
    for (; digits >= 16; digits -= 16)
        sw_buf_hex(&g->out, next(g), 16);
    if (digits > 0)
        sw_buf_hex(&g->out, next(g) >> (64 - 4 * digits), digits);
}

static void guid(struct generator *g)
{
    text(g, "{");
    hex(g, 8);
    for (int i = 0; i < 3; i++) {
        text(g, "-");
        hex(g, 4);
    }
    text(g, "-");
    hex(g, 12);
    text(g, "}");
}

static void address(struct generator *g)
{
    text(g, "10.");
    number(g, below(g, 4));
    text(g, ".");
    number(g, below(g, 256));
    text(g, ".");
    number(g, 1 + below(g, 254));
}

static void host(struct generator *g)
{
    text(g, "WS");
    number(g, 1000 + below(g, 300));
    text(g, ".corp.example.test");
}

static void when(struct generator *g)
{
    sw_buf_time(&g->out, g->time);
}

/* A path in the form that JSON needs. */
static void image(struct generator *g)
{
    text(g, "C:\\\\Windows\\\\System32\\\\");
    text(g, images[below(g, COUNT(images))]);
}

static void command(struct generator *g)
{
    text(g, "\\\"");
    image(g);
    text(g, "\\\"");
    for (unsigned n = 1 + below(g, 12); n > 0; n--) {
        text(g, below(g, 2) ? " /" : " --");
        word(g);
        text(g, " ");
        word(g);
    }
    text(g, " C:\\\\Users\\\\");
    word(g);
    text(g, "\\\\AppData\\\\Local\\\\Temp\\\\");
    hex(g, 8);
    text(g, ".tmp");
}

static void process_created(struct generator *g)
{
    text(g, "\"RuleName\":\"-\",\"UtcTime\":\"");
    when(g);
    text(g, "\",\"ProcessGuid\":\"");
    guid(g);
    text(g, "\",\"ProcessId\":\"");
    number(g, below(g, 30000));
    text(g, "\",\"Image\":\"");
    image(g);
    text(g, "\",\"FileVersion\":\"10.0.19041.1 (WinBuild.160101.0800)\",\"Description\":\"Host Process for Windows Services\","
            "\"Product\":\"Microsoft\xc2\xae Windows\xc2\xae Operating System\",\"Company\":\"Microsoft Corporation\","
            "\"OriginalFileName\":\"SVCHOST.EXE\",\"CommandLine\":\"");
    command(g);
    text(g, "\",\"CurrentDirectory\":\"C:\\\\Windows\\\\system32\\\\\",\"User\":\"CORP\\\\user");
    number(g, below(g, 200));
    text(g, "\",\"LogonGuid\":\"");
    guid(g);
    text(g, "\",\"LogonId\":\"0x3e7\",\"TerminalSessionId\":\"0\",\"IntegrityLevel\":\"System\",\"Hashes\":\"SHA1=");
    hex(g, 40);
    text(g, ",MD5=");
    hex(g, 32);
    text(g, ",SHA256=");
    hex(g, 64);
    text(g, ",IMPHASH=");
    hex(g, 32);
    text(g, "\",\"ParentProcessGuid\":\"");
    guid(g);
    text(g, "\",\"ParentProcessId\":\"");
    number(g, below(g, 30000));
    text(g, "\",\"ParentImage\":\"");
    image(g);
    text(g, "\",\"ParentCommandLine\":\"");
    command(g);
    text(g, "\",\"ParentUser\":\"NT AUTHORITY\\\\SYSTEM\"");
}

static void network_connection(struct generator *g)
{
    text(g, "\"RuleName\":\"-\",\"UtcTime\":\"");
    when(g);
    text(g, "\",\"ProcessGuid\":\"");
    guid(g);
    text(g, "\",\"ProcessId\":\"");
    number(g, below(g, 30000));
    text(g, "\",\"Image\":\"");
    image(g);
    text(g, "\",\"User\":\"CORP\\\\user");
    number(g, below(g, 200));
    text(g, "\",\"Protocol\":\"tcp\",\"Initiated\":\"true\",\"SourceIsIpv6\":\"false\",\"SourceIp\":\"");
    address(g);
    text(g, "\",\"SourceHostname\":\"");
    host(g);
    text(g, "\",\"SourcePort\":\"");
    number(g, 1024 + below(g, 64000));
    text(g, "\",\"DestinationIsIpv6\":\"false\",\"DestinationIp\":\"");
    address(g);
    text(g, "\",\"DestinationHostname\":\"-\",\"DestinationPort\":\"443\",\"DestinationPortName\":\"https\"");
}

static void logon(struct generator *g)
{
    text(g, "\"SubjectUserSid\":\"S-1-5-18\",\"SubjectUserName\":\"WS1000$\",\"SubjectDomainName\":\"CORP\","
            "\"SubjectLogonId\":\"0x3e7\",\"TargetUserSid\":\"S-1-5-21-");
    number(g, next(g) >> 34);
    text(g, "\",\"TargetUserName\":\"user");
    number(g, below(g, 200));
    text(g, "\",\"TargetDomainName\":\"CORP\",\"TargetLogonId\":\"0x");
    hex(g, 6);
    text(g, "\",\"LogonType\":\"");
    number(g, 2 + below(g, 4));
    text(g, "\",\"LogonProcessName\":\"Advapi  \",\"AuthenticationPackageName\":\"Negotiate\",\"WorkstationName\":\"-\","
            "\"LogonGuid\":\"");
    guid(g);
    text(g, "\",\"ProcessName\":\"");
    image(g);
    text(g, "\",\"IpAddress\":\"");
    address(g);
    text(g, "\",\"IpPort\":\"0\",\"ImpersonationLevel\":\"%%1833\",\"ElevatedToken\":\"%%1842\"");
}

/* The rendered message: words, as long as real ones are. */
static void message(struct generator *g, const char *title)
{
    text(g, title);
    for (unsigned n = 10 + below(g, 40); n > 0; n--) {
        text(g, "\\n");
        word(g);
        text(g, ": ");
        word(g);
    }
}

static void winlogbeat(struct generator *g)
{
    static const struct {
        unsigned share; /* of 100, summed up */
        const char *channel, *provider, *code, *action;
        void (*data)(struct generator *);
    } kinds[] = {
        {55, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "1", "Process Create", process_created},
        {75, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "3", "Network connection detected",
         network_connection},
        {100, "Security", "Microsoft-Windows-Security-Auditing", "4624", "logged-in", logon},
    };
    unsigned dice = below(g, 100);
    size_t k = 0;
    while (dice >= kinds[k].share)
        k++;
    text(g, "{\"@timestamp\":\"");
    when(g);
    text(g, "\",\"@metadata\":{\"beat\":\"winlogbeat\",\"type\":\"_doc\",\"version\":\"8.12.0\"},\"winlog\":{\"channel\":\"");
    text(g, kinds[k].channel);
    text(g, "\",\"provider_name\":\"");
    text(g, kinds[k].provider);
    text(g, "\",\"event_id\":\"");
    text(g, kinds[k].code);
    text(g, "\",\"computer_name\":\"");
    host(g);
    text(g, "\",\"record_id\":");
    number(g, g->number);
    text(g, ",\"opcode\":\"Info\",\"api\":\"wineventlog\",\"process\":{\"pid\":2412,\"thread\":{\"id\":3884}},\"user\":{"
            "\"identifier\":\"S-1-5-18\",\"name\":\"SYSTEM\",\"domain\":\"NT AUTHORITY\"},\"event_data\":{");
    kinds[k].data(g);
    text(g, "}},\"event\":{\"code\":\"");
    text(g, kinds[k].code);
    text(g, "\",\"kind\":\"event\",\"provider\":\"");
    text(g, kinds[k].provider);
    text(g, "\",\"action\":\"");
    text(g, kinds[k].action);
    text(g, "\"},\"log\":{\"level\":\"information\"},\"message\":\"");
    message(g, kinds[k].action);
    text(g, "\",\"agent\":{\"type\":\"winlogbeat\",\"version\":\"8.12.0\"},\"ecs\":{\"version\":\"8.0.0\"}}\n");
}

static void target(struct generator *g)
{
    for (unsigned n = 1 + below(g, 5); n > 0; n--) {
        text(g, "/");
        word(g);
    }
    if (below(g, 3) == 0) {
        text(g, "?id=");
        number(g, below(g, 100000));
        text(g, "&q=");
        word(g);
    }
}

static void access_log(struct generator *g)
{
    static const char *const months[] = {"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t second = (g->time - START) / SW_SECOND;
    address(g);
    sw_buf_printf(&g->out, " - - [%02d/%s/2024:%02d:%02d:%02d +0000] \"", (int)(second / 86400 % 28) + 1,
                  months[second / 86400 / 28 % 8], (int)(second / 3600 % 24), (int)(second / 60 % 60), (int)(second % 60));
    text(g, below(g, 5) == 0 ? "POST " : "GET ");
    target(g);
    text(g, " HTTP/1.1\" ");
    text(g, below(g, 12) == 0 ? "404 " : "200 ");
    number(g, below(g, 100000));
    text(g, " \"https://www.example.org/");
    word(g);
    text(g, "\" \"");
    text(g, agents[below(g, COUNT(agents))]);
    text(g, "\"\n");
}

static void zeek(struct generator *g)
{
    text(g, "{\"_path\":\"conn\",\"ts\":");
    number(g, (uint64_t)(g->time / SW_SECOND));
    text(g, ".");
    number(g, 100000 + below(g, 899999));
    text(g, ",\"uid\":\"C");
    hex(g, 17);
    text(g, "\",\"id.orig_h\":\"");
    address(g);
    text(g, "\",\"id.orig_p\":");
    number(g, 1024 + below(g, 64000));
    text(g, ",\"id.resp_h\":\"");
    address(g);
    text(g, "\",\"id.resp_p\":443,\"proto\":\"tcp\",\"service\":\"ssl\",\"duration\":");
    number(g, below(g, 100));
    text(g, ".25,\"orig_bytes\":");
    number(g, below(g, 10000));
    text(g, ",\"resp_bytes\":");
    number(g, below(g, 100000));
    text(g, ",\"conn_state\":\"SF\",\"local_orig\":true,\"local_resp\":false,\"missed_bytes\":0,\"history\":\"ShADadFf\","
            "\"orig_pkts\":12,\"orig_ip_bytes\":1400,\"resp_pkts\":17,\"resp_ip_bytes\":20000}\n");
}

static void eve(struct generator *g)
{
    bool alert = below(g, 2) == 0;
    text(g, "{\"timestamp\":\"");
    when(g);
    text(g, "\",\"flow_id\":");
    number(g, next(g) >> 14);
    text(g, ",\"in_iface\":\"eth0\",\"event_type\":\"");
    text(g, alert ? "alert" : "http");
    text(g, "\",\"src_ip\":\"");
    address(g);
    text(g, "\",\"src_port\":");
    number(g, 1024 + below(g, 64000));
    text(g, ",\"dest_ip\":\"");
    address(g);
    text(g, "\",\"dest_port\":80,\"proto\":\"TCP\",\"tx_id\":0,");
    if (alert) {
        text(g, "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":");
        number(g, 2000000 + below(g, 99999));
        text(g, ",\"rev\":3,\"signature\":\"ET SCAN ");
        word(g);
        text(g, " ");
        word(g);
        text(g, "\",\"category\":\"Attempted Information Leak\",\"severity\":2},");
    } else {
        text(g, "\"http\":{\"hostname\":\"");
        host(g);
        text(g, "\",\"url\":\"");
        target(g);
        text(g, "\",\"http_method\":\"GET\",\"http_user_agent\":\"");
        text(g, agents[below(g, COUNT(agents))]);
        text(g, "\",\"http_content_type\":\"text/html\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"length\":");
        number(g, below(g, 10000));
        text(g, "},");
    }
    text(g, "\"flow\":{\"pkts_toserver\":5,\"pkts_toclient\":4,\"bytes_toserver\":700,\"bytes_toclient\":900}}\n");
}

static void audit_head(struct generator *g, const char *type)
{
    text(g, "type=");
    text(g, type);
    text(g, " msg=audit(");
    number(g, (uint64_t)(g->time / SW_SECOND));
    text(g, ".123:");
    number(g, g->number);
    text(g, "): ");
}

static void auditd(struct generator *g)
{
    unsigned pid = 1000 + below(g, 60000);
    audit_head(g, "SYSCALL");
    text(g, "arch=c000003e syscall=59 success=yes exit=0 a0=55d1 a1=55d2 a2=55d3 a3=8 items=2 ppid=1 pid=");
    number(g, pid);
    text(g, " auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"");
    word(g);
    text(g, "\" exe=\"/usr/bin/");
    word(g);
    text(g, "\" key=\"exec\"\n");
    audit_head(g, "EXECVE");
    text(g, "argc=3 a0=\"");
    word(g);
    text(g, "\" a1=\"--");
    word(g);
    text(g, "\" a2=\"/var/");
    word(g);
    text(g, "\"\n");
    audit_head(g, "CWD");
    text(g, "cwd=\"/root\"\n");
    audit_head(g, "PROCTITLE");
    text(g, "proctitle=");
    hex(g, 2 * (8 + below(g, 40)));
    text(g, "\n");
}

static const struct {
    const char *name;
    void (*make)(struct generator *);
} kinds[] = {{"winlogbeat", winlogbeat}, {"access", access_log}, {"zeek", zeek}, {"eve", eve}, {"auditd", auditd}};

static bool put_out(struct sw_buf *out)
{
    for (size_t at = 0; at < out->len;) {
        ssize_t n = write(STDOUT_FILENO, out->data + at, out->len - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    sw_buf_clear(out);
    return true;
}

int main(int argc, char **argv)
{
    uint64_t megabytes = 0;
    uint64_t seed = 1;
    size_t kind = 0;
    while (argc >= 3 && kind < COUNT(kinds) && strcmp(argv[1], kinds[kind].name) != 0)
        kind++;
    if (argc < 3 || argc > 4 || kind == COUNT(kinds) || sw_str_u64(sw_str(argv[2]), &megabytes) != 0 ||
        (argc == 4 && sw_str_u64(sw_str(argv[3]), &seed) != 0)) {
        (void)fprintf(stderr, "usage: bench-generate winlogbeat|access|zeek|eve|auditd MEGABYTES [SEED] > FILE\n");
        return 2;
    }
    struct generator g = {.random = seed, .time = START};
    sw_buf_init(&g.out, OUT_SIZE + RECORD_MAX);
    uint64_t left = megabytes * 1000000;
    while (left > 0) {
        size_t before = g.out.len;
        g.number++;
        g.time += (int64_t)below(&g, 40) * 1000000;
        kinds[kind].make(&g);
        size_t made = g.out.len - before;
        left -= made < left ? made : left;
        if ((g.out.len >= OUT_SIZE || left == 0) && (sw_buf_error(&g.out) != 0 || !put_out(&g.out))) {
            perror("bench-generate");
            return 1;
        }
    }
    sw_buf_fini(&g.out);
    return 0;
}
