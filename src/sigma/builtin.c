/* builtin.c - hands out the rules that are part of the program, as files.c does with those of paths. */
#include "sigma/builtin_priv.h"

#include "base/buf.h"
#include "base/limits.h"
#include "sigma/loader_priv.h"

int sw_builtin_walk(sw_file_fn *each, void *context)
{
    struct sw_buf path;
    sw_buf_init(&path, SW_MAX_PATH_SHOWN);
    int rc = 0;
    for (size_t i = 0; i < sw_builtin_rule_count && rc == 0; i++) {
        const struct sw_builtin_rule *rule = &sw_builtin_rules[i];
        sw_buf_clear(&path);
        sw_buf_printf(&path, "builtin:%s", rule->path);
        rc = sw_buf_error(&path);
        if (rc == 0)
            rc = each(context, sw_buf_str(&path), sw_strn(rule->text, rule->len), NULL);
    }
    sw_buf_fini(&path);
    return rc;
}
