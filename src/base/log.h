/*
 * log.h - messages to a person on standard error. Results never go here.
 * Control characters in arguments are made visible, so that evidence can't drive the terminal.
 * Threads: any (a message is written whole).
 */
#ifndef SW_BASE_LOG_H
#define SW_BASE_LOG_H

enum sw_log_level { SW_LOG_ERROR, SW_LOG_WARN, SW_LOG_INFO, SW_LOG_DEBUG };

void sw_log_set_level(enum sw_log_level most);
void sw_log(enum sw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define sw_error_log(...) sw_log(SW_LOG_ERROR, __VA_ARGS__)
#define sw_warn(...) sw_log(SW_LOG_WARN, __VA_ARGS__)
#define sw_info(...) sw_log(SW_LOG_INFO, __VA_ARGS__)
#define sw_debug(...) sw_log(SW_LOG_DEBUG, __VA_ARGS__)

#endif
