/*
 * acc_unix.c - syslog lines of sshd, sudo and cron (RSYSLOG_FileFormat), and FortiGate's VPN events.
 */
#include "accounts.h"

#include <stdarg.h>
#include <stdio.h>

bool syslog_line(struct scenario *s, struct stream *stream, int64_t when, const char *host, const char *program,
                 unsigned pid, const char *format, ...)
{
    if (counted(s))
        return true;
    /* One server's clock is seven seconds ahead. */
    int64_t written = when + (strcmp(host, "lnx2") == 0 ? 7 * SW_SECOND : 0);
    struct sw_buf *out = log_begin(s->directory->syslog, stream, written);
    if (out == NULL)
        return false;
    char text[512];
    char time[32];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)sw_time_format(written / SW_SECOND * SW_SECOND, time);
    sw_buf_printf(out, "%.19s.%06u+00:00 %s %s", time, (unsigned)(written % SW_SECOND / 1000), host, program);
    if (pid != 0)
        sw_buf_printf(out, "[%u]", pid);
    SW_BUF_LIT(out, ": ");
    sw_buf_text(out, text);
    log_end(s->directory->syslog);
    return true;
}

bool ssh_login(struct scenario *s, struct stream *stream, int64_t when, const char *host, const char *user,
               uint32_t from, const char *method, bool success)
{
    char address[16];
    unsigned pid = chance_from(&stream->chance, 900, 400000);
    unsigned port = chance_from(&stream->chance, 32768, 60999);
    bool invalid = user[0] == '?'; /* an account that isn't there */
    (void)address_text(from, address);
    bool written;
    if (success) {
        written = syslog_line(
            s, stream, when, host, "sshd", pid, "Accepted %s for %s from %s port %u ssh2%s", method, user, address,
            port,
            strcmp(method, "publickey") == 0 ? ": ED25519 SHA256:Vn0H9uT2mC3qXw5cPz1LrY7sDk8jGa4bEf6iQoWtRxM" : "");
        syslog_line(s, stream, when + 20000000, host, "sshd", pid,
                    "pam_unix(sshd:session): session opened for user %s(uid=%u) by (uid=0)", user,
                    1000 + (unsigned)(mix_text(3, user) % 400));
    } else {
        if (invalid)
            syslog_line(s, stream, when - 900000000, host, "sshd", pid, "Invalid user %s from %s port %u", user + 1,
                        address, port);
        written = syslog_line(s, stream, when, host, "sshd", pid, "Failed %s for %s%s from %s port %u ssh2", method,
                              invalid ? "invalid user " : "", user + invalid, address, port);
    }
    if (written && !s->counting)
        truth_count(stream->truth, when, 0);
    return written;
}

static struct sw_buf *begin_vpn(struct scenario *s, struct stream *stream, int64_t when, const char *id,
                                const char *what)
{
    struct sw_buf *out = log_begin(s->directory->vpn, stream, when);
    if (out == NULL)
        return NULL;
    char time[32];
    int64_t offset = zone_offset(ZONE_HEADQUARTERS, when);
    (void)sw_time_format((when + offset) / SW_SECOND * SW_SECOND, time);
    sw_buf_printf(out,
                  "date=%.10s time=%.8s devname=\"vpn1\" devid=\"FG100FTK20012345\" eventtime=%lld tz=\"+%02u00\" "
                  "logid=\"%s\" type=\"event\" subtype=\"vpn\" "
                  "level=\"information\" vd=\"root\" %s",
                  time, time + 11, (long long)when, (unsigned)(offset / HOUR) % 24, id, what);
    return out;
}

bool vpn_login(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t from,
               const struct place *place, bool success)
{
    if (counted(s))
        return true;
    char address[16];
    struct sw_buf *out =
        success ? begin_vpn(s, stream, when, "0101039424",
                            "logdesc=\"SSL VPN tunnel up\" action=\"tunnel-up\" tunneltype=\"ssl-tunnel\" ")
                : begin_vpn(s, stream, when, "0101039426",
                            "logdesc=\"SSL VPN login fail\" action=\"ssl-login-fail\" tunneltype=\"ssl-web\" ");
    if (out == NULL)
        return false;
    sw_buf_printf(out, "remip=%s srccountry=\"%s\" user=\"%s\" group=\"vpn-users\" dst_host=\"N/A\" %s",
                  address_text(from, address), place->country, user,
                  success ? "reason=\"login successfully\" msg=\"SSL tunnel established\""
                          : "reason=\"sslvpn_login_permission_denied\" msg=\"SSL user failed to logged in\"");
    log_end(s->directory->vpn);
    truth_count(stream->truth, when, 0);
    return true;
}

void vpn_down(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t from, int64_t lasted,
              uint64_t sent, uint64_t received)
{
    if (counted(s))
        return;
    char address[16];
    struct sw_buf *out = begin_vpn(s, stream, when, "0101039425",
                                   "logdesc=\"SSL VPN tunnel down\" action=\"tunnel-down\" tunneltype=\"ssl-tunnel\" ");
    if (out == NULL)
        return;
    sw_buf_printf(out,
                  "remip=%s user=\"%s\" group=\"vpn-users\" duration=%lld sentbyte=%llu rcvdbyte=%llu reason=\"User "
                  "Disconnected\"",
                  address_text(from, address), user, (long long)(lasted / SW_SECOND), (unsigned long long)sent,
                  (unsigned long long)received);
    log_end(s->directory->vpn);
}
