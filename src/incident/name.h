/*
 * name.h - names of hosts, accounts and files in the one form that they are compared in.
 *
 * Threads: any.    Errors: none; what is no name gives an empty one.    Trust: hostile input.
 */
#ifndef SW_INCIDENT_NAME_H
#define SW_INCIDENT_NAME_H

#include "base/arena.h"

#include <stdbool.h>

enum { SW_NAME_MAX = 512 };

/* "\\WEB01.corp.example.", "WEB01$" as "web01": the first label, in small letters. Empty for addresses and "-". */
struct sw_str sw_name_host(struct sw_str text, char out[SW_NAME_MAX]);

/* "CORP\jdoe", "jdoe@corp.example" as "jdoe", "WEB01$" as it is. *domain: what stood beside it ("corp",
 * "corp.example"), a view of `text`; empty: nothing. Values of Linux' audit such as "0" or "unset" give an empty name.
 */
struct sw_str sw_name_account(struct sw_str text, char out[SW_NAME_MAX], struct sw_str *domain);

/* Accounts that every machine has (SYSTEM, NETWORK SERVICE, root ...): nothing joins by them alone. */
bool sw_name_is_common_account(struct sw_str name);

/* A path in small letters with forward slashes. */
struct sw_str sw_name_path(struct sw_str text, char out[SW_NAME_MAX]);

/* The last part of a path if it is a script's name ("cmd.aspx"), else empty; `path` as sw_name_path() gives it, and of
 * a web path without its query. */
struct sw_str sw_name_script(struct sw_str path);

#endif
