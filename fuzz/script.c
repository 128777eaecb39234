/*
 * script.c - libFuzzer target of the web shell engine: the bytes but the first are a script, analysed in the language that the
 * first byte says (0 to 4, modulo five; a letter of "pajnc" would do as well) and told by their beginning.
 *
 * Promised whatever the bytes are: it ends, findings name rules and lie in the text, sentences are there.
 */
#include "webshell/kind.h"
#include "webshell/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

static void check(const struct sw_script_result *result, size_t len)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct sw_script_find *find = &result->finds[i];
        require(find->rule != NULL && find->rule->id.len > 0 && find->score >= SW_SHELL_THRESHOLD && find->score <= 100);
        require(find->offset <= len && find->line >= 1 && find->line <= len + 1);
        require(find->text.len <= SW_MAX_SCRIPT_LINE && find->more_count <= SW_MAX_SHELL_REASONS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"php", "asp", "jsp", "aspx", "cfm"};
    static struct sw_script_scanner *scanner;
    if (scanner == NULL)
        require(sw_script_prepare() == 0 && sw_script_scanner_new(&scanner, NULL) == 0);
    if (size == 0)
        return 0;
    struct sw_str text = sw_strn((const char *)data + 1, size - 1);
    struct sw_sniff sniff = {.head = text, .path = SW_STR("fuzz")};
    (void)sw_script_kind(&sniff, 0);
    struct sw_script_result result;
    require(sw_script_scan(scanner, kinds[data[0] % 5], sniff.path, text, &result) == 0);
    check(&result, text.len);
    return 0;
}
