/*
 * flow.h - one connection as the sensors see it, and what they decode of it.
 *
 * Owner:   the caller; nothing is kept.      Threads: one.
 */
#ifndef SW_SCENARIO_FLOW_H
#define SW_SCENARIO_FLOW_H

#include "world.h"

enum protocol { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

struct dns_detail {
    const char *query, *type; /* "A" */
    unsigned type_number;
    const char *code; /* "NOERROR" */
    unsigned code_number;
    const char *answers; /* with commas; NULL: none */
    unsigned ttl;
};

struct tls_detail {
    const char *name; /* SNI; NULL: none */
    unsigned client;  /* kind of TLS client: its JA3 */
    bool self_signed, http2;
};

struct http_detail {
    const char *method, *host, *uri, *referrer, *agent, *mime;
    uint64_t request_length, response_length;
    unsigned status;
};

struct ssh_detail {
    const char *client, *server;
    bool success;
    unsigned attempts;
};

struct flow {
    int64_t start, duration; /* ns; a negative duration is unknown */
    uint32_t client, server;
    uint16_t client_port, server_port; /* client_port 0: some */
    enum protocol protocol;
    const char *service; /* as Zeek names it; NULL: none recognised */
    const char *state;   /* as Zeek names it; NULL: SF */
    uint64_t sent, received;
    const struct dns_detail *dns;
    const struct tls_detail *tls;
    const struct http_detail *http;
    const struct ssh_detail *ssh;
};

/* What writers need beside the flow. */
struct seen {
    char id[20];     /* Zeek's uid */
    uint64_t number; /* any, the same for all sensors */
    uint64_t packets_sent, packets_received;
    bool client_inside, server_inside;
    int64_t skew; /* of the sensor's clock */
};

struct sensor_logs {
    struct log *conn, *dns, *http, *ssl, *ssh; /* Zeek */
    struct log *eve;
    bool json;
    unsigned number;
};

/* Tells every sensor that sees the flow. True when at least one has written it. */
bool flow_emit(struct scenario *s, struct stream *stream, struct flow *flow);

/* zeek.c, zeek_json.c, eve.c, firewall.c */
void zeek_open(struct scenario *s, struct sensor_logs *to, const char *place, unsigned sensor);
/* How a sensor writes each of its logs: tab-separated, or as JSON. */
struct zeek_form {
    bool (*conn)(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);
    void (*dns)(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);
    void (*http)(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);
    void (*ssl)(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);
    void (*ssh)(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);
};
extern const struct zeek_form zeek_tabs;
extern const struct zeek_form zeek_json;
bool zeek_write(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);
void eve_open(struct scenario *s, struct sensor_logs *to, const char *place, unsigned sensor);
bool eve_write(struct sensor_logs *to, struct stream *stream, const struct flow *flow, const struct seen *seen);

const char *ja3_of(unsigned client);
const char *history_of(const struct flow *flow);

/* --- shapes that many subsystems share (shapes.c). They leave the flow to the caller where it may want to change it.
 */

/* HTTPS: name may be NULL. */
void flow_https(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
                const char *name, unsigned tls_client, uint64_t sent, uint64_t received, int64_t duration);
void flow_http(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
               const struct http_detail *http);
void flow_tcp(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server, uint16_t port,
              const char *service, const char *state, uint64_t sent, uint64_t received, int64_t duration);
void flow_udp(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server, uint16_t port,
              const char *service, uint64_t sent, uint64_t received, int64_t duration);
void flow_ping(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
               bool answered);
/* An inside host asks its domain controller, which now and then has to ask outside. */
void flow_lookup(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, const char *name,
                 uint32_t address);
void flow_dns(struct scenario *s, struct stream *stream, int64_t start, uint32_t client, uint32_t server,
              const struct dns_detail *dns);

/* Their arguments draw from one chance: evaluated from left to right, so that every compiler makes the same bytes. */
#define flow_https(s, stream, start, client, server, name, kind, sent, received, duration)                             \
    do {                                                                                                               \
        int64_t start_ = (start);                                                                                      \
        uint32_t client_ = (client);                                                                                   \
        uint32_t server_ = (server);                                                                                   \
        const char *name_ = (name);                                                                                    \
        unsigned kind_ = (kind);                                                                                       \
        uint64_t sent_ = (sent);                                                                                       \
        uint64_t received_ = (received);                                                                               \
        int64_t duration_ = (duration);                                                                                \
        (flow_https)(s, stream, start_, client_, server_, name_, kind_, sent_, received_, duration_);                  \
    } while (0)
#define flow_tcp(s, stream, start, client, server, port, service, state, sent, received, duration)                     \
    do {                                                                                                               \
        int64_t start_ = (start);                                                                                      \
        uint32_t client_ = (client);                                                                                   \
        uint32_t server_ = (server);                                                                                   \
        uint16_t port_ = (port);                                                                                       \
        const char *service_ = (service);                                                                              \
        const char *state_ = (state);                                                                                  \
        uint64_t sent_ = (sent);                                                                                       \
        uint64_t received_ = (received);                                                                               \
        int64_t duration_ = (duration);                                                                                \
        (flow_tcp)(s, stream, start_, client_, server_, port_, service_, state_, sent_, received_, duration_);         \
    } while (0)
#define flow_udp(s, stream, start, client, server, port, service, sent, received, duration)                            \
    do {                                                                                                               \
        int64_t start_ = (start);                                                                                      \
        uint32_t client_ = (client);                                                                                   \
        uint32_t server_ = (server);                                                                                   \
        uint16_t port_ = (port);                                                                                       \
        const char *service_ = (service);                                                                              \
        uint64_t sent_ = (sent);                                                                                       \
        uint64_t received_ = (received);                                                                               \
        int64_t duration_ = (duration);                                                                                \
        (flow_udp)(s, stream, start_, client_, server_, port_, service_, sent_, received_, duration_);                 \
    } while (0)

#endif
