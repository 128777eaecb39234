/*
 * flow.h - what network behaviours see: channels and hosts.
 *
 * A channel is everything that one source did towards one destination: a name (from SNI, HTTP Host, CONNECT) whatever
 * its addresses, or, for connections that no name is known of, an address, protocol and port. Samples are in order of
 * time. Sources of records: flow_notes.c lists classes of events and their fields.
 */
#ifndef SW_BEHAVIOUR_FLOW_H
#define SW_BEHAVIOUR_FLOW_H

#include "behaviour/address.h"
#include "behaviour/behaviour_priv.h"
#include "behaviour/tell.h"

enum sw_flow_outcome { SW_FLOW_UNKNOWN, SW_FLOW_ESTABLISHED, SW_FLOW_FAILED /* refused, timed out, blocked */ };

/* Protocols that a sensor recognised. */
#define SW_FLOW_SERVICES(X) \
    X(NONE, "") \
    X(OTHER, "other") X(HTTP, "http") X(TLS, "tls") X(QUIC, "quic") X(DNS, "dns") X(SSH, "ssh") X(SMB, "smb") \
        X(RDP, "rdp") X(KERBEROS, "kerberos") X(LDAP, "ldap") X(SMTP, "smtp") X(FTP, "ftp") X(NTP, "ntp") \
            X(DHCP, "dhcp") X(RPC, "dce_rpc") X(MYSQL, "mysql") X(SNMP, "snmp") X(SYSLOG, "syslog") X(IRC, "irc") \
                X(SOCKS, "socks") X(SIP, "sip") X(RADIUS, "radius") X(IMAP, "imap") X(POP3, "pop3") X(RFB, "rfb") \
                    X(TELNET, "telnet") X(WINRM, "winrm")

enum sw_flow_service {
#define SW_FLOW_SERVICE(name, text) SW_FLOW_##name,
    SW_FLOW_SERVICES(SW_FLOW_SERVICE)
#undef SW_FLOW_SERVICE
        SW_FLOW_SERVICE_COUNT
};

const char *sw_flow_service_name(enum sw_flow_service service);

struct sw_flow_sample {
    int64_t time_ms;
    uint64_t out; /* bytes from the source; payload, or with headers where only that is known */
    uint64_t in;
    uint64_t out_ip; /* bytes with headers, as RITA scores them; 0: not known */
    struct sw_place place;
    uint32_t duration_ms; /* UINT32_MAX: that or more */
    uint32_t merged; /* further connections that were added up in this sample, for want of memory */
    uint16_t port;        /* of the destination */
    uint8_t protocol;     /* IP protocol number; 0 unknown */
    uint8_t service;      /* enum sw_flow_service */
    uint8_t outcome;      /* enum sw_flow_outcome */
    bool reply; /* the other half of a connection, from a log of single directions: no connection of its own */
    bool open;  /* a record of a session that was still open */
};

/* One end. */
struct sw_peer {
    struct sw_address address; /* where `is_address` */
    struct sw_str name;        /* else: a host's or a service's name */
    bool is_address;
    bool internal;
    bool group;       /* multicast, broadcast */
    bool observer;    /* the evidence was taken at this very host */
    uint32_t sources; /* internal hosts that began something with it */
    int64_t first_ms; /* first and last time that it was talked to, by anyone */
    int64_t last_ms;
    uint64_t bytes; /* both ways, as destination */
};

struct sw_channel {
    const struct sw_peer *source;
    const struct sw_peer *destination; /* a name, or an address */
    const struct sw_peer *address; /* the address (or the last one) behind a name; the destination itself without one */
    uint16_t port;                 /* the most frequent one */
    uint8_t protocol;
    uint8_t service;
    const struct sw_flow_sample *samples; /* in order of time */
    size_t count;
    uint64_t merged; /* connections that samples stand for beyond their number */
    uint64_t out; /* of all samples */
    uint64_t in;
    int64_t first_ms;
    int64_t last_ms;
    uint64_t cut;    /* samples that were left out for want of memory */
    bool incomplete; /* something of it was given up for the budget before */
    const struct sw_flow_network *network;
};

/* A source with all its channels. */
struct sw_flow_host {
    const struct sw_peer *peer;
    const struct sw_channel *channels; /* in an order that the evidence decides; samples are not kept: NULL */
    size_t channel_count;
    const struct sw_flow_network *network;
};

/* A port on which a host was reached. */
struct sw_flow_served {
    uint32_t peer; /* index of network's peers */
    uint16_t port;
    uint8_t protocol;
    bool external;    /* by hosts outside as well */
    uint32_t sources; /* different ones that got an answer */
    int64_t first_ms;
};

/* All of it. */
struct sw_flow_network {
    const struct sw_peer *peers;
    size_t peer_count;
    uint32_t internal_hosts; /* that began something */
    const struct sw_flow_served *served; /* by peer, then port */
    size_t served_count;
    bool services_seen; /* the sensor names protocols */
    int64_t first_ms;        /* of all flows */
    int64_t last_ms;
};

/* --- judgements that behaviours share --- */

/* From inside to outside. A name is where its address is. */
bool sw_channel_is_outbound(const struct sw_channel *channel);
/* At most this share of the internal hosts use it, or a single one; false when there are too few hosts to tell. */
bool sw_flow_is_rare(const struct sw_flow_network *network, const struct sw_peer *peer, double share);
/* First seen more than a day and a tenth of the evidence after its beginning. */
bool sw_flow_is_fresh(const struct sw_flow_network *network, int64_t first_ms);
/* The ports that a host serves. */
const struct sw_flow_served *sw_flow_served_by(const struct sw_flow_network *network, const struct sw_peer *peer, size_t *count);
/* Names, clocks, leases, echo requests: traffic of every host. */
bool sw_flow_is_housekeeping(uint8_t protocol, uint16_t port);

/* "10.0.0.5", "host.example"; appends. */
void sw_buf_peer(struct sw_buf *out, const struct sw_peer *peer);

/* Reports a channel that stands for `count` records: groups src_ip, dst_host, dst_ip, dst_port; members from its
 * samples. */
int sw_channel_report(struct sw_behaviour_run *run, const struct sw_channel *channel, unsigned rule, uint64_t count,
                      double value, struct sw_str explanation);

#endif
