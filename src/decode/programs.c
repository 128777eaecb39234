/* programs.c - the index over all programs, and the order in which a message is looked at. */
#include "decode/programs.h"

#include "base/error.h"
#include "base/hash.h"
#include "decode/carried.h"

enum { INDEX_SIZE = 512 };

static const struct sw_program_table *const tables[] = {&sw_programs_login, &sw_programs_account, &sw_programs_daemon,
                                                        &sw_programs_mail, &sw_programs_carried};
static const struct sw_program *by_name[INDEX_SIZE];

static size_t slot_of(struct sw_str name)
{
    return (size_t)(sw_hash(name) % INDEX_SIZE);
}

static const struct sw_program *lookup(struct sw_str name)
{
    for (size_t at = slot_of(name); by_name[at] != NULL; at = (at + 1) % INDEX_SIZE)
        if (sw_str_is(name, by_name[at]->name))
            return by_name[at];
    return NULL;
}

int sw_programs_index(void)
{
    size_t used = 0;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct sw_program *program = &tables[t]->programs[i];
            struct sw_str name = sw_str(program->name);
            if (lookup(name) != NULL)
                continue;
            if (++used > INDEX_SIZE / 2)
                return SW_E_LIMIT;
            size_t at = slot_of(name);
            while (by_name[at] != NULL)
                at = (at + 1) % INDEX_SIZE;
            by_name[at] = program;
        }
    }
    return 0;
}

int sw_forms_compile_all(void)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (size_t i = 0; i < tables[t]->form_count; i++) {
            int rc = sw_forms_compile(tables[t]->forms[i]);
            if (rc != 0)
                return rc;
        }
    }
    return sw_programs_index();
}

const struct sw_program *sw_program_find(struct sw_str name)
{
    if (name.len == 0 || name.len > 128)
        return NULL;
    const struct sw_program *program = lookup(name);
    if (program != NULL)
        return program;
    size_t bracket = sw_str_chr(name, '('); /* "sshd(pam_unix)" */
    name = sw_str_slice(name, 0, bracket);
    size_t slash = sw_str_chr(name, '/');
    if (slash != SW_NPOS && slash > 0 && (program = lookup(sw_str_slice(name, 0, slash + 1))) != NULL)
        return program; /* "postfix/smtpd" */
    while (slash != SW_NPOS) { /* "/usr/sbin/cron" */
        name = sw_str_from(name, slash + 1);
        slash = sw_str_chr(name, '/');
    }
    return name.len > 0 ? lookup(name) : NULL;
}

void sw_message_parse(struct sw_decode *d, struct sw_log_state *state, const struct sw_program *known,
                      struct sw_str program, struct sw_str message)
{
    sw_log_class(d, state, known != NULL ? known->cls : SW_LC_SYSLOG);
    if (message.len == 0)
        return;
    /* PAM speaks with the voice of the program that called it. */
    if (message.ptr[0] == 'p' || message.ptr[0] == 'P') {
        if (sw_pam_parse(d, state, message)) {
            if (known == NULL)
                sw_log_class(d, state, SW_LC_PAM);
            return;
        }
    }
    if (known != NULL && known->forms != NULL && sw_forms_apply(known->forms, d, message))
        return;
    if (known != NULL && known->parse != NULL && known->parse(d, state, message))
        return;
    if (known == NULL || message.ptr[0] == '{')
        (void)sw_carried_parse(d, state, program, message);
}
