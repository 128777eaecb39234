/*
 * net_table.c - the subsystems of the ordinary network, in one table.
 */
#include "net.h"

const struct subsystem network_subsystems[] = {
    {"browsing", PART_NETWORK, true, net_browsing},
    {"calls", PART_NETWORK, true, net_calls},
    {"mail", PART_NETWORK, true, net_mail},
    {"sync", PART_NETWORK, true, net_sync},
    {"downloads", PART_NETWORK, true, net_downloads},
    {"polls", PART_NETWORK, false, net_polls},
    {"singles", PART_NETWORK, false, net_singles},
    {"directory", PART_NETWORK, false, net_directory},
    {"files", PART_NETWORK, true, net_files},
    {"tiers", PART_NETWORK, false, net_tiers},
    {"backups", PART_NETWORK, false, net_backups},
    {"monitoring", PART_NETWORK, false, net_monitoring},
    {"own-scan", PART_NETWORK, false, net_own_scan},
    {"administration", PART_NETWORK, false, net_administration},
    {"visitors", PART_NETWORK, true, net_visitors},
    {"uptime", PART_NETWORK, false, net_uptime},
    {"scanners", PART_NETWORK, false, net_scanners},
    {"internet-mail", PART_NETWORK, true, net_internet_mail},
    {"remote-workers", PART_NETWORK, false, net_remote_workers},
    {"things", PART_NETWORK, false, net_things},
    {"guests", PART_NETWORK, true, net_guests},
    {"failed-lookups", PART_NETWORK, false, net_failed_lookups},
    {NULL, PART_NETWORK, false, NULL},
};
