/* sigma.c - libFuzzer target of the Sigma front end: the bytes are a rule file. */
#include "sigma/load.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_load_options options = {.path_count = 0};
    struct sw_rules *rules = NULL;
    struct sw_error err = {.code = 0};
    int rc = sw_rules_parse(&rules, sw_strn((const char *)data, size), "fuzz.yml", &options, &err);
    if (rc != 0 && err.text[0] == '\0')
        abort(); /* a refusal has a reason */
    sw_rules_free(rules);
    return 0;
}
