/*
 * plant_acc.h - hostile use of accounts. See acc_table.c.
 */
#ifndef SW_SCENARIO_PLANT_ACC_H
#define SW_SCENARIO_PLANT_ACC_H

#include "scenario.h"

void plant_spray(struct scenario *s, struct stream *stream);
void plant_stuffing(struct scenario *s, struct stream *stream);
void plant_bruteforce(struct scenario *s, struct stream *stream);
void plant_one_source(struct scenario *s, struct stream *stream);
void plant_kerberoast(struct scenario *s, struct stream *stream);
void plant_asrep(struct scenario *s, struct stream *stream);
void plant_fanout(struct scenario *s, struct stream *stream);
void plant_dormant(struct scenario *s, struct stream *stream);
void plant_service_interactive(struct scenario *s, struct stream *stream);
void plant_unknown_workstation(struct scenario *s, struct stream *stream);
void plant_mfa_fatigue(struct scenario *s, struct stream *stream);
void plant_mfa_method(struct scenario *s, struct stream *stream);
void plant_stolen_session(struct scenario *s, struct stream *stream);
void plant_impossible_travel(struct scenario *s, struct stream *stream);
void plant_first_seen(struct scenario *s, struct stream *stream);

#endif
