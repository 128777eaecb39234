/* detect_script.c - placeholder of the first build. */
#include "web/web_priv.h"

void sw_web_detect_script(struct sw_web_look *look, const struct sw_web_text *text)
{
    (void)look;
    (void)text;
}
