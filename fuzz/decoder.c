/*
 * decoder.c - libFuzzer target of one decoder: compiled once for each line of decoders.def, SW_FUZZ_DECODER naming it.
 *
 * The bytes are a source; the last five choose how it is cut (drive.h), whether slack is recovered and whether the workers
 * were used before, so that any file of the format is a seed as it is.
 */
#include "drive.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    extern const struct sw_decoder SW_FUZZ_DECODER;
    if (size < 5)
        return 0;
    size -= 5;
    struct drive_schedule schedule = {.recover = data[size + 4] & 1, .used = data[size + 4] & 2};
    memcpy(schedule.steps, data + size, 4);
    struct sw_sniff sniff = {.head = {(const char *)data, size < SW_SNIFF_SIZE ? size : SW_SNIFF_SIZE},
                             .complete = size <= SW_SNIFF_SIZE,
                             .path = SW_STR("fuzz")};
    int sure = SW_FUZZ_DECODER.sniff(&sniff);
    if (sure < SW_SURE_NO || sure > SW_SURE_MAGIC)
        abort();
    drive_compare(&SW_FUZZ_DECODER, data, size, &schedule);
    return 0;
}
