/*
 * commands_priv.h - the lists themselves, for the test that they are sorted.
 */
#ifndef SW_WEB_COMMANDS_PRIV_H
#define SW_WEB_COMMANDS_PRIV_H

#include <stddef.h>

extern const char *const sw_web_telling_commands[];
extern const size_t sw_web_telling_count;
extern const char *const sw_web_program_commands[];
extern const size_t sw_web_program_count;
extern const char *const sw_web_common_commands[];
extern const size_t sw_web_common_count;
extern const char *const sw_web_prefix_commands[];
extern const size_t sw_web_prefix_count;
extern const char *const sw_web_windows_commands[];
extern const size_t sw_web_windows_count;

#endif
