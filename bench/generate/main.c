/*
 * main.c - bench-generate: log records that look like real ones, hundreds of megabytes a second, the same for the same
 * arguments.
 *
 *     bench-generate KIND MEGABYTES [SEED] > FILE
 *
 * What is ordinary in a log makes up nearly all of it, as in real ones, with a small fixed share of hostile records;
 * docs/benchmarks.md gives the shares and what they were compared with. Values repeat as they do in real logs (few
 * images and libraries, many command lines, one hash a file, agents and paths by Zipf's law): a matcher's speed depends
 * on that.
 */
#include "generator.h"

#include <stdio.h>
#include <unistd.h>

#define OUT_SIZE ((size_t)1 << 20)
#define RECORD_MAX ((size_t)1 << 16)
#define START (1777593600ll * SW_SECOND) /* 2026-05-01T00:00:00Z */
#define HOSTS 300

#define ZEEK_HEAD(path) \
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" path \
    "\n#open\t2026-05-01-00-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p"
#define ZEEK_TYPES "\n#types\ttime\tstring\taddr\tport\taddr\tport"

static const struct kind {
    const char *name;
    void (*make)(struct generator *);
    const char *head; /* the file's first lines */
} kinds[] = {
    {"winlogbeat", make_winlogbeat, ""},
    {"flat", make_flat, ""},
    {"access", make_access, ""},
    {"iis", make_iis,
     "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2026-05-01 00:00:00\r\n"
     "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
     "sc-status sc-substatus sc-win32-status time-taken\r\n"},
    {"syslog", make_syslog, ""},
    {"auditd", make_auditd, ""},
    {"zeek", make_zeek, ""},
    {"zeek-conn", make_zeek_conn,
     ZEEK_HEAD("conn") "\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp"
     "\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents"
     ZEEK_TYPES "\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount"
     "\tset[string]\n"},
    {"zeek-http", make_zeek_http,
     ZEEK_HEAD("http") "\ttrans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin\trequest_body_len"
     "\tresponse_body_len\tstatus_code\tstatus_msg\tresp_fuids\tresp_mime_types"
     ZEEK_TYPES "\tcount\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tcount\tcount\tcount\tstring"
     "\tvector[string]\tvector[string]\n"},
    {"zeek-dns", make_zeek_dns,
     ZEEK_HEAD("dns") "\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC"
     "\tRD\tRA\tZ\tanswers\tTTLs\trejected"
     ZEEK_TYPES "\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool"
     "\tcount\tvector[string]\tvector[interval]\tbool\n"},
    {"eve", make_eve, ""},
};

static bool write_out(struct sw_buf *out)
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

static const struct kind *kind_of(const char *name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return &kinds[i];
    return NULL;
}

static int usage(void)
{
    (void)fprintf(stderr, "usage: bench-generate ");
    for (size_t i = 0; i < COUNT(kinds); i++)
        (void)fprintf(stderr, "%s%s", i == 0 ? "" : "|", kinds[i].name);
    (void)fprintf(stderr, " MEGABYTES [SEED] > FILE\n");
    return 2;
}

int main(int argc, char **argv)
{
    uint64_t megabytes = 0;
    uint64_t seed = 1;
    const struct kind *kind = argc == 3 || argc == 4 ? kind_of(argv[1]) : NULL;
    if (kind == NULL || sw_str_u64(sw_str(argv[2]), &megabytes) != 0 ||
        (argc == 4 && sw_str_u64(sw_str(argv[3]), &seed) != 0))
        return usage();
    struct generator g = {.random = seed, .time = START};
    sw_buf_init(&g.out, OUT_SIZE + RECORD_MAX);
    sw_buf_init(&g.value, RECORD_MAX);
    sw_buf_init(&g.message, RECORD_MAX);
    sw_buf_text(&g.out, kind->head);
    bool sound = true;
    for (uint64_t left = megabytes * 1000000; sound && left > 0;) {
        size_t before = g.out.len;
        g.number++;
        g.time += (int64_t)below(&g, 40) * 1000000;
        g.host = zipf(&g, HOSTS);
        g.user = one_in(&g, 8) ? below(&g, 400) : g.host;
        kind->make(&g);
        size_t made = g.out.len - before;
        left -= made < left ? made : left;
        if (g.out.len >= OUT_SIZE || left == 0)
            sound = sw_buf_error(&g.out) == 0 && write_out(&g.out);
    }
    if (!sound)
        perror("bench-generate");
    sw_buf_fini(&g.out);
    sw_buf_fini(&g.value);
    sw_buf_fini(&g.message);
    return sound ? 0 : 1;
}
