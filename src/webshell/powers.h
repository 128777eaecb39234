/*
 * powers.h - what a page can do by the names that its code calls, whether or not a value can be followed there.
 *
 * The flow (flow.h) proves that a request reaches a sink; much code defeats it. But pages of web applications hardly
 * ever start programs, compile code, read the registry or list drives, so that one page that has several of these
 * powers is a tool, and says something by having them. For ASP, ASP.NET and JSP; PHP's applications do too much of it.
 *
 * Owner:   stateless but for tables made by sw_powers_prepare().      Threads: any, after that.
 * Limits:  texts beyond POWER_TEXT_MAX bytes are not searched.         Trust: hostile input.
 */
#ifndef SW_WEBSHELL_POWERS_H
#define SW_WEBSHELL_POWERS_H

#include "webshell/language.h"
#include "webshell/report.h"

enum sw_power {
    SW_POWER_PROGRAMS,
    SW_POWER_SHELL,
    SW_POWER_CODE,
    SW_POWER_LOADER,
    SW_POWER_OBJECTS,
    SW_POWER_NATIVE,
    SW_POWER_MEMORY,
    SW_POWER_REFLECTION,
    SW_POWER_LIST,
    SW_POWER_READ,
    SW_POWER_WRITE,
    SW_POWER_DELETE,
    SW_POWER_MOVE,
    SW_POWER_FOLDERS,
    SW_POWER_TIMES,
    SW_POWER_ATTRIBUTES,
    SW_POWER_ARCHIVE,
    SW_POWER_DRIVES,
    SW_POWER_REGISTRY,
    SW_POWER_PROCESSES,
    SW_POWER_ACCOUNTS,
    SW_POWER_WMI,
    SW_POWER_IDENTITY,
    SW_POWER_CONNECT,
    SW_POWER_FETCH,
    SW_POWER_SQL,
    SW_POWER_SQL_SYSTEM,
    SW_POWER_UPLOAD,
    SW_POWER_MACHINE,
    SW_POWER_SCREEN,
    SW_POWER_DECODE,
    SW_POWER_SECRETS,
    SW_POWERS
};

/* What has been seen: the weight of each power, and by which name it was given away first. */
struct sw_powers {
    uint8_t weight[SW_POWERS];
    const char *name[SW_POWERS];
    uint32_t at[SW_POWERS]; /* offset in the script */
};

/* Builds the look-up tables; once, before threads start. */
int sw_powers_prepare(void);

/* Adds what the code of a unit names. */
void sw_powers_of_unit(struct sw_powers *powers, const struct sw_unit *unit);

/* Adds what a text of the code names: one that the flow put together. */
void sw_powers_of_text(struct sw_powers *powers, const struct sw_language *language, struct sw_str text, uint32_t at);

/* Reports them when they are more than a page needs. `alone`: the page takes in no file of an application. */
void sw_powers_judge(const struct sw_powers *powers, const struct sw_language *language, bool alone,
                     struct sw_shell_report *report);

#endif
