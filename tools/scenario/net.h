/*
 * net.h - the subsystems of the ordinary network: each makes one hour. See net_table.c.
 */
#ifndef SW_SCENARIO_NET_H
#define SW_SCENARIO_NET_H

#include "scenario.h"

void net_browsing(struct scenario *s, struct stream *stream, int64_t hour);
void net_calls(struct scenario *s, struct stream *stream, int64_t hour);
void net_mail(struct scenario *s, struct stream *stream, int64_t hour);
void net_sync(struct scenario *s, struct stream *stream, int64_t hour);
void net_downloads(struct scenario *s, struct stream *stream, int64_t hour);
void net_polls(struct scenario *s, struct stream *stream, int64_t hour);
void net_singles(struct scenario *s, struct stream *stream, int64_t hour);
void net_directory(struct scenario *s, struct stream *stream, int64_t hour);
void net_files(struct scenario *s, struct stream *stream, int64_t hour);
void net_tiers(struct scenario *s, struct stream *stream, int64_t hour);
void net_backups(struct scenario *s, struct stream *stream, int64_t hour);
void net_monitoring(struct scenario *s, struct stream *stream, int64_t hour);
void net_own_scan(struct scenario *s, struct stream *stream, int64_t hour);
void net_administration(struct scenario *s, struct stream *stream, int64_t hour);
void net_visitors(struct scenario *s, struct stream *stream, int64_t hour);
void net_uptime(struct scenario *s, struct stream *stream, int64_t hour);
void net_scanners(struct scenario *s, struct stream *stream, int64_t hour);
void net_internet_mail(struct scenario *s, struct stream *stream, int64_t hour);
void net_remote_workers(struct scenario *s, struct stream *stream, int64_t hour);
void net_things(struct scenario *s, struct stream *stream, int64_t hour);
void net_guests(struct scenario *s, struct stream *stream, int64_t hour);
void net_failed_lookups(struct scenario *s, struct stream *stream, int64_t hour);

#endif
