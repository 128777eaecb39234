/*
 * plant_net_table.c - the plants of the network, in one table.
 */
#include "plant.h"

const struct plant network_plants[] = {
    {"beacons", PART_NETWORK, "32 channels: periods from 60 s to 24 h, jitter from 0 to 50 %, by SNI and by address",
     plant_beacons, NULL},
    {"beacon-working-hours", PART_NETWORK, "three that call only while people work", plant_beacon_working_hours, NULL},
    {"beacon-gaps", PART_NETWORK, "three that stay away for half days", plant_beacon_gaps, NULL},
    {"beacon-inbound", PART_NETWORK, "an address outside polls a web shell", plant_beacon_inbound, NULL},
    {"beacon-internal", PART_NETWORK, "one computer polls another by SMB", plant_beacon_internal, NULL},
    {"poisson", PART_NETWORK, "five channels without any period: must NOT be found periodic", plant_poisson, NULL},
    {"long-session", PART_NETWORK, "one session of three days", plant_long_session, NULL},
    {"reopening", PART_NETWORK, "sessions of hours that open again and again", plant_reopening, NULL},
    {"dns-tunnel", PART_NETWORK, "three hours of an iodine-like tunnel, NULL and TXT", plant_dns_tunnel, NULL},
    {"dns-slow", PART_NETWORK, "commands in A records, one in a minute and a half", plant_dns_slow, NULL},
    {"ssh-443", PART_NETWORK, "SSH on port 443", plant_ssh_443, NULL},
    {"http-53", PART_NETWORK, "HTTP on port 53", plant_http_53, NULL},
    {"exfil-night", PART_NETWORK, "1 GiB in one night to a new destination", plant_exfil_night, NULL},
    {"exfil-slow", PART_NETWORK, "50 MB a day for up to 30 days", plant_exfil_slow, NULL},
    {"staging", PART_NETWORK, "much taken from the file server, then sent out", plant_staging, NULL},
    {"web-outbound", PART_NETWORK, "a web server that opens connections", plant_web_outbound, NULL},
    {"db-outbound", PART_NETWORK, "a database server that opens connections", plant_db_outbound, NULL},
    {"new-listener", PART_NETWORK, "a web server answers on a port that was closed", plant_new_listener, NULL},
    {"relay", PART_NETWORK, "what comes in at the VPN appliance goes on to the file server", plant_relay, NULL},
    {"residential", PART_NETWORK, "a home router as last hop", plant_residential, NULL},
    {"heavy-pair", PART_NETWORK, "two hosts that make half of all conn records; only when named", plant_heavy_pair,
     plant_heavy_pair_hour},
    {NULL, PART_NETWORK, NULL, NULL, NULL},
};
