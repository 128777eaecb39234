/*
 * cache_file.c - a cache file's bytes: head, table of sections, sections, rules, and the SHA-256 of all before it.
 */
#include "base/mem.h"
#include "sigma/cache_priv.h"

#include <link.h>
#include <openssl/evp.h>

enum {
#define SW_SECTION_COUNT(type, name) SECTION_##name,
    SW_SECTIONS(SW_SECTION_COUNT) SECTIONS
#undef SW_SECTION_COUNT
};

struct place {
    uint64_t at;
    uint64_t count;
    uint64_t size; /* of an element */
};

struct head {
    char magic[8];
    uint32_t version;
    uint32_t rule_count;
    uint8_t key[SW_CACHE_KEY];
    uint64_t size; /* of the file */
    struct place rules;
    struct place sections[SECTIONS];
};

static const char magic[8] = "SEAWALLR";

static bool checksum(const char *bytes, size_t len, uint8_t sum[SW_CACHE_KEY])
{
    unsigned got = 0;
    return EVP_Digest(bytes, len, sum, &got, EVP_sha256(), NULL) == 1 && got == SW_CACHE_KEY;
}

/* --- which build this is ------------------------------------------------------------------------------------ */

/* Looks through the notes of the program itself, which comes first, for the linker's hash of all of it. */
static int look_for_id(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct sw_build_id *id = arg;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE)
            continue;
        const char *at = (const char *)(uintptr_t)(info->dlpi_addr + header->p_vaddr);
        const char *end = at + header->p_memsz;
        while (end - at >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
            ElfW(Nhdr) note;
            memcpy(&note, at, sizeof note);
            size_t name_len = ((size_t)note.n_namesz + 3) & ~(size_t)3;
            size_t text_len = ((size_t)note.n_descsz + 3) & ~(size_t)3;
            at += sizeof note;
            if (name_len + text_len > (size_t)(end - at))
                break;
            if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz > 0 && note.n_descsz <= sizeof id->bytes) {
                memcpy(id->bytes, at + name_len, note.n_descsz);
                id->len = note.n_descsz;
            }
            at += name_len + text_len;
        }
    }
    return 1; /* no other object */
}

bool sw_build_id(struct sw_build_id *id)
{
    memset(id, 0, sizeof *id);
    (void)dl_iterate_phdr(look_for_id, id);
    return id->len > 0;
}

/* --- packing ------------------------------------------------------------------------------------------------ */

static void pad(struct sw_buf *out)
{
    static const char zeros[16];
    sw_buf_add(out, zeros, (16 - out->len % 16) % 16);
}

static struct place add_section(struct sw_buf *out, const void *from, size_t count, size_t size)
{
    pad(out);
    struct place place = {out->len, count, size};
    sw_buf_add(out, from, count * size);
    return place;
}

/* The databases in the form in which they can be written: the program itself has them ready for use only. */
static int add_databases(const struct sw_program *p, struct sw_buf *out, struct head *head)
{
    struct sw_buf blobs;
    int rc = 0;
    sw_buf_init(&blobs, SW_MAX_CACHE_FILE);
    struct sw_database *table = sw_alloc(p->databases.count + 1, sizeof *table);
    if (table == NULL)
        rc = SW_E_NOMEM;
    for (size_t i = 0; i < p->databases.count && rc == 0; i++) {
        char *bytes = NULL;
        size_t len = 0;
        if (hs_serialize_database(p->live[i], &bytes, &len) != HS_SUCCESS) {
            rc = SW_E_NOMEM;
            break;
        }
        table[i].bytes = (struct sw_span){(uint32_t)blobs.len, (uint32_t)len};
        sw_buf_add(&blobs, bytes, len);
        sw_free(bytes); /* from malloc: no other allocator is set */
        rc = sw_buf_error(&blobs);
    }
    if (rc == 0) {
        head->sections[SECTION_databases] = add_section(out, table, p->databases.count, sizeof *table);
        head->sections[SECTION_blobs] = add_section(out, blobs.data, blobs.len, 1);
    }
    sw_free(table);
    sw_buf_fini(&blobs);
    return rc;
}

static void add_rules(const struct sw_rules *rules, struct sw_buf *out, struct head *head)
{
    struct sw_buf bytes;
    sw_buf_init(&bytes, SW_MAX_CACHE_FILE);
    sw_rules_save(rules, &bytes);
    head->rules = add_section(out, bytes.data, bytes.len, 1);
    if (sw_buf_error(&bytes) != 0)
        out->error = sw_buf_error(&bytes);
    sw_buf_fini(&bytes);
}

void sw_cache_pack(const struct sw_rules *rules, const struct sw_program *p, const uint8_t key[SW_CACHE_KEY], struct sw_buf *out)
{
    struct head head;
    memset(&head, 0, sizeof head);
    memcpy(head.magic, magic, sizeof head.magic);
    memcpy(head.key, key, SW_CACHE_KEY);
    head.version = SW_PROGRAM_VERSION;
    head.rule_count = p->rule_count;
    sw_buf_add(out, (const char *)&head, sizeof head);
#define SW_SECTION_PACK(type, name) \
    if (SECTION_##name != SECTION_databases && SECTION_##name != SECTION_blobs) \
        head.sections[SECTION_##name] = add_section(out, p->name.at, p->name.count, sizeof(type));
    SW_SECTIONS(SW_SECTION_PACK)
#undef SW_SECTION_PACK
    if (add_databases(p, out, &head) != 0)
        out->error = SW_E_NOMEM;
    add_rules(rules, out, &head);
    pad(out);
    head.size = out->len + SW_CACHE_KEY;
    uint8_t sum[SW_CACHE_KEY];
    if (sw_buf_error(out) == 0)
        memcpy(out->data, &head, sizeof head);
    if (sw_buf_error(out) != 0 || !checksum(out->data, out->len, sum))
        out->error = SW_E_NOMEM;
    sw_buf_add(out, (const char *)sum, sizeof sum);
}

/* --- unpacking ---------------------------------------------------------------------------------------------- */

/* The section's elements, or NULL if the place isn't within the file. */
static char *find(char *image, size_t size, const struct place *place, size_t element)
{
    size_t total;
    if (place->size != element || place->at % 16 != 0 || place->count >= SW_MAX_SECTION ||
        __builtin_mul_overflow(place->count, element, &total) || place->at > size || total > size - place->at)
        return NULL;
    return image + place->at;
}

static bool take_sections(struct sw_program *p, char *image, size_t size, const struct head *head)
{
    bool whole = true;
    void *at;
#define SW_SECTION_TAKE(type, name) \
    at = find(image, size, &head->sections[SECTION_##name], sizeof(type)); \
    whole = whole && at != NULL; \
    p->name.at = at; \
    p->name.count = at != NULL ? head->sections[SECTION_##name].count : 0;
    SW_SECTIONS(SW_SECTION_TAKE)
#undef SW_SECTION_TAKE
    return whole;
}

static const char *take_databases(struct sw_program *p)
{
    p->live = sw_alloc(p->databases.count + 1, sizeof *p->live);
    if (p->live == NULL)
        return "out of memory";
    for (size_t i = 0; i < p->databases.count; i++) {
        struct sw_span bytes = p->databases.at[i].bytes;
        if (hs_deserialize_database(p->blobs.at + bytes.first, bytes.count, &p->live[i]) != HS_SUCCESS)
            return "Vectorscan doesn't take its databases";
    }
    return NULL;
}

const char *sw_cache_unpack(char *image, size_t size, const uint8_t key[SW_CACHE_KEY], struct sw_rules *rules,
                            struct sw_program **program)
{
    struct head head;
    uint8_t sum[SW_CACHE_KEY];
    if (size < sizeof head + SW_CACHE_KEY)
        return "it is too short";
    memcpy(&head, image, sizeof head);
    size_t body = size - SW_CACHE_KEY;
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.version != SW_PROGRAM_VERSION || head.size != size ||
        memcmp(head.key, key, SW_CACHE_KEY) != 0)
        return "it is not what its name says";
    if (!checksum(image, body, sum) || memcmp(sum, image + body, SW_CACHE_KEY) != 0)
        return "its checksum is wrong";
    struct sw_program *p = sw_alloc(1, sizeof *p);
    *program = p;
    if (p == NULL)
        return "out of memory";
    p->rule_count = head.rule_count;
    char *rules_at = find(image, body, &head.rules, 1);
    if (rules_at == NULL || !take_sections(p, image, body, &head) || !sw_program_is_sound(p) ||
        sw_rules_restore(rules, rules_at, head.rules.count) != 0 || rules->rule_count != p->rule_count)
        return "it refers to what isn't there";
    const char *why = take_databases(p);
    struct sw_error err;
    if (why == NULL && sw_program_start(p, &err) != 0)
        why = "its program doesn't start";
    return why;
}
