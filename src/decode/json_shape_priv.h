/* json_shape_priv.h - the functions that finish a shape; for json_shape.c, json_finish*.c and json_web.c only. */
#ifndef SW_DECODE_JSON_SHAPE_PRIV_H
#define SW_DECODE_JSON_SHAPE_PRIV_H

#include "decode/json_shape.h"

typedef void sw_json_finish_fn(struct sw_json_shapes *shapes, struct sw_json_reader *reader, struct sw_decode *d);

/* json_finish.c */
sw_json_finish_fn sw_json_finish_windows, sw_json_finish_gcp, sw_json_finish_workspace, sw_json_finish_m365,
    sw_json_finish_azure, sw_json_finish_activity, sw_json_finish_risk, sw_json_finish_table;
/* json_finish_host.c */
sw_json_finish_fn sw_json_finish_zeek, sw_json_finish_suricata, sw_json_finish_journal, sw_json_finish_laurel,
    sw_json_finish_syslog_table;

#endif
