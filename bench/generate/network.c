/*
 * network.c - what sensors write of a network: Zeek's conn, http and dns, tab-separated and (conn) as JSON,
 and Suricata's EVE.
 *
 * Letters besides generator.h's: %U id of a connection, %D domain, %S seconds with a fraction, %R request target,
 %A agent,
 * %F fraction of the second of the record's time, %B some bytes, %Z signature, %H hash.
 */
#include "generator.h"

static const char *const domains[] = {
    "www.example.org", "settings-win.data.microsoft.com", "login.microsoftonline.com", "outlook.office365.com",
    "www.bing.com",
    "ctldl.windowsupdate.com", "edge.microsoft.com", "teams.microsoft.com", "v10.events.data.microsoft.com",
    "ocsp.digicert.com",
    "www.google.com", "fonts.gstatic.com", "update.googleapis.com", "clients4.google.com",
    "safebrowsing.googleapis.com",
    "deb.debian.org", "security.debian.org", "github.com", "objects.githubusercontent.com", "registry.npmjs.org",
    "pypi.org",
    "files.pythonhosted.org", "cdn.jsdelivr.net", "ajax.googleapis.com", "s3.eu-west-1.amazonaws.com", "api.stripe.com",
    "slack.com", "wss-primary.slack.com", "zoom.us", "www.youtube.com", "i.ytimg.com", "www.wikipedia.org",
    "en.wikipedia.org",
    "upload.wikimedia.org", "time.windows.com", "ntp.ubuntu.com", "connectivity-check.ubuntu.com",
    "detectportal.firefox.com",
    "push.services.mozilla.com", "static.xx.fbcdn.net", "www.linkedin.com", "px.ads.linkedin.com",
    "dc1.corp.example.org",
    "wpad.corp.example.org", "intranet.corp.example.org", "wiki.corp.example.org", "git.corp.example.org",
    "mail.corp.example.org",
};
static const char *const signatures[] = {
    "ET INFO Observed DNS Query to .cloud TLD",
    "ET POLICY GNU/Linux APT User-Agent Outbound likely related to package management",
    "ET INFO Windows OS Submitting USB Metadata to Microsoft", "ET SCAN Potential SSH Scan",
    "SURICATA STREAM Packet with invalid ack",
    "ET DROP Dshield Block Listed Source group 1", "SURICATA HTTP Response abnormal chunked for transfer-encoding",
    "ET INFO Microsoft Connection Test", "ET CINS Active Threat Intelligence Poor Reputation IP group 41",
};

void put_domain(struct generator *g, struct sw_buf *to)
{
    unsigned rank = zipf(g, 4000);
    if (rank < COUNT(domains)) {
        sw_buf_text(to, domains[rank]);
        return;
    }
    uint64_t seed = fixed_random(rank);
    sw_buf_text(to, seed & 1 ? "www." : "cdn-");
    sw_buf_hex(to, seed >> 8 & 0xffffff, 6);
    sw_buf_text(to, seed & 2 ? ".example.net" : seed & 4 ? ".example.com" : ".static.example.org");
}

static void put_connection(struct generator *g, struct sw_buf *to)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    SW_BUF_LIT(to, "C");
    for (uint64_t n = next_random(g) | 1ull << 63, i = 0; i < 17; i++, n = fixed_random(n))
        sw_buf_char(to, digits[n % 62]);
}

static void special(struct generator *g, struct sw_buf *to, char letter)
{
    switch (letter) {
    case 'U': put_connection(g, to); break;
    case 'D': put_domain(g, to); break;
    case 'S': sw_buf_printf(to, "%u.%06u", zipf(g, 300), below(g, 1000000)); break;
    case 'F': sw_buf_printf(to, "%06u", (unsigned)(g->time % SW_SECOND / 1000)); break;
    case 'R': put_target(g, to); break;
    case 'A': sw_buf_text(to, user_agent(g)); break;
    case 'B': sw_buf_u64(to, zipf(g, 2000000)); break;
    case 'Z': sw_buf_text(to, signatures[zipf(g, COUNT(signatures))]); break;
    case 'H': sw_buf_hex(to, next_random(g), 16); sw_buf_hex(to, next_random(g), 16); break;
    default: break;
    }
}

/* In the tables of JSON ' stands for the quotation mark. */
static void fill_quoted(struct generator *g, const char *template)
{
    size_t from = g->out.len;
    fill(g, &g->out, template);
    for (char *c = g->out.data + from; g->out.error == 0 && c < g->out.data + g->out.len; c++)
        if (*c == '\'')
            *c = '"';
}

#define CONN "{'_path':'conn','ts':%z.%F,'uid':'%U','id.orig_h':'%i','id.orig_p':%p,"
static const struct share conn_json[] = {
    {50, CONN "'id.resp_h':'%e','id.resp_p':443,'proto':'tcp','service':'ssl','duration':%S,'orig_bytes':%B,"
              "'resp_bytes':%B,'conn_state':'SF','local_orig':true,'local_resp':false,'missed_bytes':0,"
              "'history':'ShADadFf','orig_pkts':%d,'orig_ip_bytes':%B,'resp_pkts':%d,'resp_ip_bytes':%B}\n"},
    {30, CONN "'id.resp_h':'%i','id.resp_p':53,'proto':'udp','service':'dns','duration':%S,'orig_bytes':%d,"
              "'resp_bytes':%k,'conn_state':'SF','local_orig':true,'local_resp':true,'missed_bytes':0,'history':'Dd',"
              "'orig_pkts':1,'orig_ip_bytes':%d,'resp_pkts':1,'resp_ip_bytes':%k}\n"},
    {20, CONN "'id.resp_h':'%i','id.resp_p':445,'proto':'tcp','conn_state':'S0','local_orig':true,'local_resp':true,"
              "'missed_bytes':0,'history':'S','orig_pkts':3,'orig_ip_bytes':152,'resp_pkts':0,'resp_ip_bytes':0}\n"},
};

void make_zeek(struct generator *g)
{
    g->special = special;
    fill_quoted(g, choose(g, conn_json, COUNT(conn_json)));
}

static const struct share conn_lines[] = {
    {560, "%e\t443\ttcp\tssl\t%S\t%B\t%B\tSF\tT\tF\t0\tShADadFf\t%d\t%B\t%d\t%B\t-\n"},
    {337, "%i\t53\tudp\tdns\t%S\t%d\t%k\tSF\tT\tT\t0\tDd\t1\t%d\t1\t%k\t-\n"},
    {3, "%e\t80\ttcp\thttp\t%S\t%B\t%B\tSF\tT\tF\t0\tShADadfF\t%d\t%B\t%d\t%B\t-\n"},
    {100, "%i\t445\ttcp\t-\t-\t-\t-\tS0\tT\tT\t0\tS\t3\t152\t0\t0\t-\n"},
};

void make_zeek_conn(struct generator *g)
{
    g->special = special;
    fill(g, &g->out, "%z.%F\t%U\t%i\t%p\t");
    fill(g, &g->out, choose(g, conn_lines, COUNT(conn_lines)));
}

#define HTTP_HEAD "%z.%F\t%U\t%i\t%p\t%e\t80\t1\t"
static const struct share http_lines[] = {
    {7, HTTP_HEAD "GET\t%D\t%R\thttp://%D/\t1.1\t%A\t-\t0\t%B\t200\tOK\t-\ttext/html\n"},
    {1, HTTP_HEAD "POST\t%D\t%R\thttp://%D/\t1.1\t%A\t-\t%B\t%k\t200\tOK\t-\t-\n"},
};

void make_zeek_http(struct generator *g)
{
    g->special = special;
    fill(g, &g->out, choose(g, http_lines, COUNT(http_lines)));
}

#define DNS_HEAD "%z.%F\t%U\t%i\t%p\t10.0.0.53\t53\tudp\t%k\t"
static const struct share dns_lines[] = {
    {11, DNS_HEAD "0.0%k\t%D\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t%e,%e\t%d.000000,%d.000000\tF\n"},
    {1, DNS_HEAD "-\t%D\t1\tC_INTERNET\t28\tAAAA\t3\tNXDOMAIN\tF\tF\tT\tT\t0\t-\t-\tF\n"},
};

void make_zeek_dns(struct generator *g)
{
    g->special = special;
    fill(g, &g->out, choose(g, dns_lines, COUNT(dns_lines)));
}

#define EVE(type, port, proto) \
    "{'timestamp':'%t','flow_id':1%n%n%n,'in_iface':'eth0','event_type':'" type "','src_ip':'%i','src_port':%p," \
    "'dest_ip':'%e','dest_port':" port ",'proto':'" proto "',"
static const struct share eve_kinds[] = {
    {340, EVE("flow", "443", "TCP") "'app_proto':'tls','flow':{'pkts_toserver':%d,'pkts_toclient':%d,"
          "'bytes_toserver':%B,'bytes_toclient':%B,'start':'%t','end':'%t','age':%d,'state':'closed',"
          "'reason':'timeout','alerted':false},'tcp':{'tcp_flags':'1b','tcp_flags_ts':'1b','tcp_flags_tc':'1b',"
          "'syn':true,'fin':true,'psh':true,'ack':true,'state':'closed'}}\n"},
    {150, EVE("dns", "53", "UDP") "'dns':{'type':'query','id':%k,'rrname':'%D','rrtype':'A','tx_id':0,'opcode':0}}\n"},
    {150, EVE("dns", "53", "UDP") "'dns':{'version':2,'type':'answer','id':%k,'flags':'8180','qr':true,'rd':true,"
          "'ra':true,'rrname':'%D','rrtype':'A','rcode':'NOERROR','answers':[{'rrname':'%D','rrtype':'A','ttl':%k,"
          "'rdata':'%e'}],'grouped':{'A':['%e']}}}\n"},
    {190, EVE("tls", "443", "TCP") "'tls':{'subject':'CN=%D','issuerdn':'C=US, O=Lets Encrypt, CN=R3',"
          "'serial':'03:%x:%x:%x','fingerprint':'%x:%x:%x:%x','sni':'%D','version':'TLS 1.3',"
          "'notbefore':'2026-04-01T00:00:00','notafter':'2026-06-30T00:00:00','ja3':{'hash':'%H'}}}\n"},
    {80, EVE("http", "80", "TCP") "'tx_id':0,'http':{'hostname':'%D','url':'%R','http_user_agent':'%A',"
         "'http_content_type':'text/html','http_method':'GET','protocol':'HTTP/1.1','status':200,'length':%B}}\n"},
    {60, EVE("fileinfo", "80", "TCP") "'http':{'hostname':'%D','url':'%R','http_method':'GET','status':200,"
         "'length':%B},'app_proto':'http','fileinfo':{'filename':'%R','magic':'HTML document','state':'CLOSED',"
         "'md5':'%H','stored':false,'size':%B,'tx_id':0}}\n"},
    {30, EVE("alert", "80", "TCP") "'alert':{'action':'allowed','gid':1,'signature_id':20%n,'rev':3,"
         "'signature':'%Z','category':'Misc activity','severity':3},'app_proto':'http','flow':{'pkts_toserver':%d,"
         "'pkts_toclient':%d,'bytes_toserver':%B,'bytes_toclient':%B,'start':'%t'}}\n"},
};

void make_eve(struct generator *g)
{
    g->special = special;
    fill_quoted(g, choose(g, eve_kinds, COUNT(eve_kinds)));
}
