/*
 * acc_table.c - the subsystems of the accounts part, and its plants.
 */
#include "accounts.h"
#include "plant_acc.h"

const struct subsystem account_subsystems[] = {
    {"computers", PART_ACCOUNTS, true, acc_computers},
    {"passwords", PART_ACCOUNTS, false, acc_passwords},
    {"shop-floor", PART_ACCOUNTS, false, acc_shop_floor},
    {"services", PART_ACCOUNTS, false, acc_services},
    {"administrators", PART_ACCOUNTS, false, acc_administrators},
    {"clouds", PART_ACCOUNTS, true, acc_clouds},
    {"helpdesk", PART_ACCOUNTS, false, acc_helpdesk},
    {"vpn", PART_ACCOUNTS, false, acc_vpn},
    {"internet", PART_ACCOUNTS, false, acc_internet},
    {NULL, PART_ACCOUNTS, false, NULL},
};

const struct plant account_plants[] = {
    {"spray", PART_ACCOUNTS, "few passwords for many accounts, at Entra ID and inside by Kerberos", plant_spray, NULL},
    {"stuffing", PART_ACCOUNTS, "known pairs of names and passwords from many addresses, at Okta", plant_stuffing,
     NULL},
    {"bruteforce", PART_ACCOUNTS, "one account until a password fits, at the VPN and by RDP", plant_bruteforce, NULL},
    {"one-source", PART_ACCOUNTS, "many accounts log on from one computer", plant_one_source, NULL},
    {"kerberoast", PART_ACCOUNTS, "tickets for 25 services, with RC4 in minutes and with AES in an hour",
     plant_kerberoast, NULL},
    {"asrep", PART_ACCOUNTS, "tickets without pre-authentication for eight accounts", plant_asrep, NULL},
    {"fanout", PART_ACCOUNTS, "one account to many hosts: SMB, RDP, WinRM, SSH", plant_fanout, NULL},
    {"dormant", PART_ACCOUNTS, "an account that nobody has used is used", plant_dormant, NULL},
    {"service-interactive", PART_ACCOUNTS, "a service account logs on at a desktop", plant_service_interactive, NULL},
    {"unknown-workstation", PART_ACCOUNTS, "logons from computers that the domain doesn't know",
     plant_unknown_workstation, NULL},
    {"mfa-fatigue", PART_ACCOUNTS, "pushes until somebody accepts, at Entra ID and Okta", plant_mfa_fatigue, NULL},
    {"mfa-method", PART_ACCOUNTS, "a second factor is added from elsewhere, then used", plant_mfa_method, NULL},
    {"stolen-session", PART_ACCOUNTS, "a session goes on from another network", plant_stolen_session, NULL},
    {"impossible-travel", PART_ACCOUNTS, "two continents within an hour", plant_impossible_travel, NULL},
    {"first-seen", PART_ACCOUNTS, "an account from a new country, device and hour", plant_first_seen, NULL},
    {NULL, PART_ACCOUNTS, NULL, NULL, NULL},
};
