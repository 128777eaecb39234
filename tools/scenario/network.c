/*
 * network.c - the sensors: one at the edge, which sees what enters and leaves, one inside with a clock that is wrong.
 * Decides who sees a flow; zeek.c and its siblings write it down.
 */
#include "firewall.h"
#include "flow.h"

#include "base/mem.h"

struct sensors {
    struct sensor_logs edge, core, edge_eve, core_eve;
    struct firewalls firewalls;
};

void network_open(struct scenario *s)
{
    struct sensors *n = sw_alloc(1, sizeof *n);
    if (n == NULL)
        die("out of memory");
    s->sensors = n;
    if ((s->options.formats & (FORMAT_ZEEK | FORMAT_ZEEK_JSON)) != 0) {
        zeek_open(s, &n->edge, "edge", 1);
        zeek_open(s, &n->core, "core", 2);
    }
    if ((s->options.formats & FORMAT_EVE) != 0) {
        eve_open(s, &n->edge_eve, "edge", 3);
        eve_open(s, &n->core_eve, "core", 4);
    }
    firewalls_open(s, &n->firewalls);
}

void network_close(struct scenario *s)
{
    sw_free(s->sensors);
    s->sensors = NULL;
}

/* The inner sensor drifts 80 ms a day behind and is set right every eleventh; and once it is an hour off for a day. */
static int64_t skew_of(const struct scenario *s, unsigned sensor, int64_t time)
{
    if (sensor != 2 && sensor != 4)
        return 0;
    int64_t day = (time - s->start) / SW_DAY;
    return 310 * 1000000 - (time - s->start) % (11 * SW_DAY) / 1080 / 1000 * 1000 +
           (day % 23 == 16 ? 90 * SW_SECOND : 0);
}

static uint64_t make_id(struct stream *stream, char id[20])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint64_t a = chance_next(&stream->chance);
    uint64_t b = mix1(a);
    uint64_t number = mix1(b);
    id[0] = 'C';
    for (int i = 1; i <= 9; i++, a /= 62)
        id[i] = digits[a % 62];
    for (int i = 10; i <= 17; i++, b /= 62)
        id[i] = digits[b % 62];
    id[18] = '\0';
    return number;
}

static void look(struct stream *stream, const struct flow *flow, struct seen *seen)
{
    seen->number = make_id(stream, seen->id);
    seen->client_inside = is_inside(flow->client);
    seen->server_inside = is_inside(flow->server);
    uint64_t both = 2 + flow->sent / 1380 + flow->received / 1380;
    seen->packets_sent = flow->protocol == PROTOCOL_TCP ? 3 + flow->sent / 1380 + both / 3 : 1 + flow->sent / 1200;
    seen->packets_received = flow->received == 0 && flow->state != NULL ? 0
                             : flow->protocol == PROTOCOL_TCP           ? 2 + flow->received / 1380 + both / 3
                             : flow->received == 0                      ? 0
                                                                        : 1 + flow->received / 1200;
    if (flow->state != NULL && (strcmp(flow->state, "S0") == 0 || strcmp(flow->state, "REJ") == 0)) {
        seen->packets_sent = flow->protocol == PROTOCOL_TCP && flow->duration > SW_SECOND ? 3 : 1;
        seen->packets_received = flow->state[0] == 'R';
    }
}

static bool tell(struct scenario *s, struct sensor_logs *zeek, struct sensor_logs *eve, struct stream *stream,
                 const struct flow *flow, struct seen *seen)
{
    bool written = false;
    if (zeek->conn != NULL) {
        seen->skew = skew_of(s, zeek->number, flow->start);
        written |= zeek_write(zeek, stream, flow, seen);
    }
    if (eve->eve != NULL) {
        seen->skew = skew_of(s, eve->number, flow->start);
        written |= eve_write(eve, stream, flow, seen);
    }
    return written;
}

bool flow_emit(struct scenario *s, struct stream *stream, struct flow *flow)
{
    if (counted(s))
        return true;
    if (flow->client_port == 0)
        flow->client_port = (uint16_t)chance_from(&stream->chance, flow->protocol == PROTOCOL_ICMP ? 8 : 32768,
                                                  flow->protocol == PROTOCOL_ICMP ? 8 : 60999);
    struct sensors *n = s->sensors;
    struct seen seen;
    look(stream, flow, &seen);
    bool inner = seen.client_inside && seen.server_inside;
    bool written = inner ? tell(s, &n->core, &n->core_eve, stream, flow, &seen)
                         : tell(s, &n->edge, &n->edge_eve, stream, flow, &seen);
    written |= firewalls_write(s, &n->firewalls, stream, flow, &seen);
    if (written)
        truth_count(stream->truth, flow->start, flow->sent + flow->received);
    return written;
}
