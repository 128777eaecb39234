/*
 * plant_net_table.c - the plants of the network, in one table.
 */
#include "plant.h"

const struct plant network_plants[] = {
    {"beacons", PART_NETWORK, "32 channels: periods from 60 s to 24 h, jitter from 0 to 50 %, by SNI and by address",
     plant_beacons},
    {"beacon-working-hours", PART_NETWORK, "three that call only while people work", plant_beacon_working_hours},
    {"beacon-gaps", PART_NETWORK, "three that stay away for half days", plant_beacon_gaps},
    {"beacon-inbound", PART_NETWORK, "an address outside polls a web shell", plant_beacon_inbound},
    {"beacon-internal", PART_NETWORK, "one computer polls another by SMB", plant_beacon_internal},
    {"poisson", PART_NETWORK, "five channels without any period: must NOT be found periodic", plant_poisson},
    {"long-session", PART_NETWORK, "one session of three days", plant_long_session},
    {"reopening", PART_NETWORK, "sessions of hours that open again and again", plant_reopening},
    {"dns-tunnel", PART_NETWORK, "three hours of an iodine-like tunnel, NULL and TXT", plant_dns_tunnel},
    {"dns-slow", PART_NETWORK, "commands in A records, one in a minute and a half", plant_dns_slow},
    {"ssh-443", PART_NETWORK, "SSH on port 443", plant_ssh_443},
    {"http-53", PART_NETWORK, "HTTP on port 53", plant_http_53},
    {"exfil-night", PART_NETWORK, "1 GiB in one night to a new destination", plant_exfil_night},
    {"exfil-slow", PART_NETWORK, "50 MB a day for up to 30 days", plant_exfil_slow},
    {"staging", PART_NETWORK, "much taken from the file server, then sent out", plant_staging},
    {"web-outbound", PART_NETWORK, "a web server that opens connections", plant_web_outbound},
    {"db-outbound", PART_NETWORK, "a database server that opens connections", plant_db_outbound},
    {"new-listener", PART_NETWORK, "a web server answers on a port that was closed", plant_new_listener},
    {"relay", PART_NETWORK, "what comes in at the VPN appliance goes on to the file server", plant_relay},
    {"residential", PART_NETWORK, "a home router as last hop", plant_residential},
    {NULL, PART_NETWORK, NULL, NULL},
};
