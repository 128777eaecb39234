/* finding.c - ids of findings. */
#include "engine/finding.h"

/* The path without the endings that compression adds. */
static struct sw_str unpacked_path(struct sw_str path)
{
    static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (sw_str_iends(path, sw_str(endings[i])))
            return sw_str_slice(path, 0, path.len - strlen(endings[i]));
    return path;
}

struct sw_hash128 sw_finding_id(const struct sw_rule *rule, const struct sw_input *input, const struct sw_event *event)
{
    struct {
        struct sw_hash128 path, raw;
        uint64_t offset, record;
    } parts = {
        .path = sw_hash128(unpacked_path(input->info.path), 0),
        .raw = sw_hash128(event->raw, 0),
        .offset = event->offset,
        .record = event->record,
    };
    return sw_hash128(sw_strn((const char *)&parts, sizeof parts), sw_hash(rule->id));
}

struct sw_hash128 sw_correlation_finding_id(const struct sw_finding *finding)
{
    struct sw_hash128 id = sw_hash128(finding->rule->id, 0);
    for (size_t i = 0; i < finding->group_count; i++) {
        struct sw_hash128 name = sw_hash128(finding->groups[i].name, id.low);
        id = sw_hash128(finding->groups[i].value, name.low ^ id.high);
    }
    const int64_t times[] = {finding->time, finding->time_last};
    return sw_hash128(sw_strn((const char *)times, sizeof times), id.low ^ id.high);
}
