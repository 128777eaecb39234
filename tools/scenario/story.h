/*
 * story.h - a whole intrusion: what its steps share, and what the truth says of it.
 *
 * A story is written ahead of the ordinary hours, like a plant. Each step has a tally that counts its lines by file;
 * entries, ways back, accounts and hosts are told to the truth as they come into being.
 *
 * Owner:   story_make(), story_free().      Threads: one.
 */
#ifndef SW_SCENARIO_STORY_H
#define SW_SCENARIO_STORY_H

#include "hosts.h"

enum tactic {
    TACTIC_RECONNAISSANCE,
    TACTIC_INITIAL_ACCESS,
    TACTIC_EXECUTION,
    TACTIC_PERSISTENCE,
    TACTIC_PRIVILEGE_ESCALATION,
    TACTIC_DEFENSE_EVASION,
    TACTIC_CREDENTIAL_ACCESS,
    TACTIC_DISCOVERY,
    TACTIC_LATERAL_MOVEMENT,
    TACTIC_COLLECTION,
    TACTIC_COMMAND_AND_CONTROL,
    TACTIC_EXFILTRATION,
    TACTIC_COUNT
};

#define STEPS_MAX 64
#define FILES_MAX 96

struct file_count {
    const char *path; /* holds DAY */
    int64_t day;
    unsigned lines;
};

struct tally {
    const char *name, *what;
    enum tactic tactic;
    int64_t first, last;
    unsigned lines;
    struct file_count files[FILES_MAX];
    unsigned file_count;
};

enum fact { FACT_ENTRY, FACT_REENTRY, FACT_ACCOUNT, FACT_HOST, FACT_EXTERNAL, FACT_DATA, FACT_COUNT };

struct story {
    const char *name;
    struct scenario *s;
    struct stream *stream;
    const struct estate *estate;
    struct tally steps[STEPS_MAX];
    unsigned step_count;
    struct sw_buf facts[FACT_COUNT]; /* JSON objects with commas */
    char hosts[64][24];              /* touched */
    unsigned host_count;
};

void story_webapp(struct story *t);
void story_appliance(struct story *t);

/* --- for the stories (story.c) --- */

/* A moment near a share of the time without any sensor's gap for four hours, plus so many minutes. */
int64_t story_time(const struct story *t, double share, unsigned minutes);
/* What is written from now on belongs to this step. `what`: one sentence. */
void story_step(struct story *t, const char *name, enum tactic tactic, const char *what);

/* --- for the truth (story_truth.c); strings are copied --- */

void story_entry(struct story *t, const char *host, const char *kind, int64_t when, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* state: active, removed, unknown */
void story_way_back(struct story *t, const char *kind, const char *host, const char *state, int64_t first, int64_t last,
                    const char *format, ...) __attribute__((format(printf, 7, 8)));
/* `how`: stolen, service, created, used. A login of the domain has all its names. */
void story_account(struct story *t, const char *login, bool domain, const char *host, const char *how);
/* role: compromised; accessed (logged on to, files read); target (tried); witness (its log tells of it). */
void story_host(struct story *t, const struct machine *host, const char *role);
void story_external(struct story *t, uint32_t address, const char *what);
void story_data_out(struct story *t, const char *destination, uint64_t bytes, int64_t first, int64_t last);

#endif
