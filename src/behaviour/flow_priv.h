/*
 * flow_priv.h - between noting flows (flow_notes.c), keeping them (flow_store.c) and deciding (flow_finish.c).
 */
#ifndef SW_BEHAVIOUR_FLOW_PRIV_H
#define SW_BEHAVIOUR_FLOW_PRIV_H

#include "base/map.h"
#include "behaviour/evict.h"
#include "behaviour/flow.h"
#include "behaviour/roles.h"
#include "behaviour/series.h"

#define SW_FLOW_ROLES(X) \
    X(SOURCE) \
    X(DESTINATION) \
    X(SOURCE_PORT) \
    X(PORT) X(PROTOCOL) X(SERVICE) X(DURATION) X(OUT) X(IN) X(OUT_IP) X(BYTES) X(STATE) X(UID) X(NAME) X(URL) \
        X(METHOD) X(LOCAL_SOURCE) X(LOCAL_DESTINATION) X(KIND) X(START) X(END)

enum sw_flow_role {
    SW_FLOW_ROLE_NONE,
#define SW_FLOW_ROLE(name) SW_FLOW_ROLE_##name,
    SW_FLOW_ROLES(SW_FLOW_ROLE)
#undef SW_FLOW_ROLE
        SW_FLOW_ROLE_COUNT
};

/* What kind of record a class of events holds. */
enum sw_flow_form {
    SW_FLOW_FORM_CONNECTION, /* both directions in one record */
    SW_FLOW_FORM_HALF,       /* one direction a record */
    SW_FLOW_FORM_NAME,       /* no flow of its own: gives the name of a connection with the same UID */
    SW_FLOW_FORM_PROXY       /* a request through a proxy: a connection to a name */
};

enum sw_flow_flag {
    SW_FLOW_F_REPLY = 1,
    SW_FLOW_F_OPEN = 2,
    SW_FLOW_F_LOCAL_SOURCE = 4,  /* the sensor says that the source is its network's own */
    SW_FLOW_F_REMOTE_SOURCE = 8, /* ... that it isn't */
    SW_FLOW_F_LOCAL_DESTINATION = 16
};

/* As it goes through a batch: this, then the source's key, the destination's key and the name. */
struct sw_flow_note {
    int64_t time_ms;
    uint64_t offset;
    uint64_t uid; /* SW_FLOW_UID_BITS of a hash; 0: none */
    uint64_t out;
    uint64_t in;
    uint64_t out_ip;
    uint32_t duration_ms;
    uint16_t port;
    uint8_t protocol;
    uint8_t service;
    uint8_t outcome;
    uint8_t flags;
    uint8_t is_name; /* gives a name alone */
    uint8_t source_len;
    uint8_t destination_len;
    uint8_t name_len;
    uint8_t unused[2];
};

/* A key is 17 bytes 'a' and the address, or 'n' and a name in lower case. */
#define SW_FLOW_KEY_MAX 255u

/* So many that none of a hundred million connections is taken for one of ten million named ones. */
#define SW_FLOW_UID_BITS 56

/* Numbers that a series keeps of a sample. */
enum {
    SW_FLOW_V_DURATION,
    SW_FLOW_V_OUT,
    SW_FLOW_V_IN,
    SW_FLOW_V_HEADERS,
    SW_FLOW_V_FLAGS,
    SW_FLOW_V_UID,
    SW_FLOW_VALUES
};

/* Flags from this bit on: connections that the sample stands for beside one. Below it are 5 bits of the service. */
#define SW_FLOW_MERGED_SHIFT 9

struct sw_flow_pair {
    uint32_t source; /* peers */
    uint32_t destination;
    uint32_t hash;
    uint16_t port;
    uint8_t protocol;
    bool incomplete;
    struct sw_series series;
    uint64_t out;
    uint64_t in;
    uint32_t merged; /* connections that were added up with others */
};

/* The name of a connection. */
struct sw_flow_name {
    uint32_t uid[2];
    uint32_t peer : 24; /* + 1; 0: free */
    uint32_t old : 8;   /* times that it was looked at, and nothing referred to it */
};

struct sw_flow {
    struct sw_roles roles;
    uint8_t *form_of; /* by class */
    struct sw_networks internal;
    bool internal_given;
    struct sw_str internal_text;
    char internal_room[512];
    size_t memory;         /* allowed now */
    size_t ceiling;        /* ... ever */
    size_t scratch;        /* for what lies unpacked while channels are put together */
    struct sw_map peer_of; /* key -> index of peers */
    struct sw_peer *peers;
    uint8_t *peer_flags; /* what sensors said of it: SW_FLOW_F_LOCAL_... */
    uint64_t *peer_flows;
    size_t peer_count;
    size_t peer_cap;
    size_t peer_flag_cap;
    size_t peer_flow_cap;
    struct sw_flow_pair *pairs;
    size_t pair_count;
    size_t pair_cap;
    uint32_t *table; /* of pairs, index + 1 */
    size_t table_cap;
    struct sw_series_pool pool;
    struct sw_flow_name *names; /* by UID */
    size_t name_count;
    size_t name_cap;
    uint64_t names_refused;      /* for want of room */
    struct sw_given_up given_up; /* pairs */
    uint64_t flows;
    unsigned thinned; /* level of flow_thin.c */
    uint64_t evicted;
    uint64_t evicted_keys;
    uint64_t cut;
    int64_t first_ms;
    int64_t last_ms;
};

int sw_flow_note(const struct sw_flow *flow, struct sw_buf *notes, const struct sw_event *event);
int sw_flow_notes_open(struct sw_flow *flow, const struct sw_classes *classes);

int sw_flow_take(struct sw_flow *flow, struct sw_str notes, uint32_t input);
uint32_t sw_flow_name_of(const struct sw_flow *flow, uint64_t uid); /* a peer, or UINT32_MAX */

/* Thins pairs with many connections; levels from 1 on, each keeps less. */
int sw_flow_thin(struct sw_flow *flow, unsigned level);
unsigned sw_flow_thin_levels(void);

int sw_flow_decide(struct sw_flow *flow, struct sw_behaviours *all);

#endif
