/* program_account.c - accounts and groups that come, change and go: shadow's tools, passwd, gpasswd, chage. */
#include "decode/programs.h"

static const struct sw_form account_rows[] = {
    {"new user: name={user:word}, UID={uid:num}, GID={gid:num}, home={home}, shell={shell}, from={tty}",
     "user-add", "success"},
    {"new user: name={user:word}, UID={uid:num}, GID={gid:num}, home={home}, shell={shell}", "user-add", "success"},
    {"new account added - account={user:word}, uid={uid:num}, gid={gid:num}, home={home}, shell={shell}, by={_}",
     "user-add", "success"},
    {"new group: name={group:word}, GID={gid:num}", "group-add", "success"},
    {"group added to {_:word}: name={group:word}, GID={gid:num}", "group-add", "success"},
    {"group added to {_:word}: name={group:word}", "group-add", "success"},
    {"add '{user}' to group '{group}'", "group-member-add", "success"},
    {"add '{user}' to shadow group '{group}'", "group-member-add", "success"},
    {"user {user:word} added by {src_user:word} to group {group:word}", "group-member-add", "success"},
    {"members of group {group:word} set by {src_user:word} to {members}", "group-member-set", "success"},
    {"user {user:word} removed by {src_user:word} from group {group:word}", "group-member-remove", "success"},
    {"delete '{user}' from group '{group}'", "group-member-remove", "success"},
    {"delete '{user}' from shadow group '{group}'", "group-member-remove", "success"},
    {"delete user '{user}'", "user-delete", "success"},
    {"removed group '{group}' owned by '{user}'", "group-delete", "success"},
    {"removed shadow group '{group}' owned by '{user}'", "group-delete", "success"},
    {"group '{group}' removed{_?}", "group-delete", "success"},
    {"group '{group}' removed", "group-delete", "success"},
    {"change user '{user}' password", "password-change", "success"},
    {"changed password expiry for {user:word}", "user-change", "success"},
    {"change user '{user}' {attribute:word} from '{old_value?}' to '{new_value?}'", "user-change", "success"},
    {"change user name '{user}' to '{new_value}'", "user-change", "success"},
    {"lock user '{user}' password", "user-lock", "success"},
    {"unlock user '{user}' password", "user-unlock", "success"},
    {"failed adding user '{user}', {reason}", "user-add", "failure"},
    {"failed adding user '{user}'", "user-add", "failure"},
    {"password for '{user}' changed by '{src_user}'", "password-change", "success"},
    {"password for {user:word} changed by {src_user:word}", "password-change", "success"},
    {"password changed for {user}", "password-change", "success"},
    {"changed user '{user}' shell to '{new_value}'", "user-change", "success"},
    {"changed user '{user}' information", "user-change", "success"},
};
static struct sw_forms account_forms = SW_FORMS(account_rows);

static const struct sw_program programs[] = {
    {"useradd", SW_LC_AUTH, &account_forms, NULL},  {"userdel", SW_LC_AUTH, &account_forms, NULL},
    {"usermod", SW_LC_AUTH, &account_forms, NULL},  {"groupadd", SW_LC_AUTH, &account_forms, NULL},
    {"groupdel", SW_LC_AUTH, &account_forms, NULL}, {"groupmod", SW_LC_AUTH, &account_forms, NULL},
    {"gpasswd", SW_LC_AUTH, &account_forms, NULL},  {"passwd", SW_LC_AUTH, &account_forms, NULL},
    {"chage", SW_LC_AUTH, &account_forms, NULL},    {"chsh", SW_LC_AUTH, &account_forms, NULL},
    {"chfn", SW_LC_AUTH, &account_forms, NULL},     {"chpasswd", SW_LC_AUTH, &account_forms, NULL},
    {"newusers", SW_LC_AUTH, &account_forms, NULL}, {"adduser", SW_LC_AUTH, &account_forms, NULL},
};
static struct sw_forms *const forms[] = {&account_forms};

const struct sw_program_table sw_programs_account = {programs, sizeof programs / sizeof programs[0], forms,
                                                     sizeof forms / sizeof forms[0]};
