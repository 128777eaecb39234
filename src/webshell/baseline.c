/* baseline.c - manifests of known-good files: reading, writing, asking. See baseline.h. */
#include "webshell/baseline.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "source/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MD5_LEN = 16, SHA256_LEN = 32, PIECE = 64 << 10, LINE_MAX_LEN = 8192 };

struct sw_baseline {
    struct sw_map contents; /* digests */
    struct sw_map paths;    /* value: whether the list that has it is of a whole root */
    bool md5, sha256;       /* there are such digests */
    bool whole;             /* a list of a whole root is among them */
};

int sw_baseline_new(struct sw_baseline **out)
{
    struct sw_baseline *baseline = sw_alloc(1, sizeof *baseline);
    *out = baseline;
    if (baseline == NULL)
        return SW_E_NOMEM;
    sw_map_init(&baseline->contents, 2 * (size_t)SW_MAX_FILES, (size_t)512 << 20);
    sw_map_init(&baseline->paths, 2 * (size_t)SW_MAX_FILES, (size_t)512 << 20);
    return 0;
}

void sw_baseline_free(struct sw_baseline *baseline)
{
    if (baseline == NULL)
        return;
    sw_map_fini(&baseline->contents);
    sw_map_fini(&baseline->paths);
    sw_free(baseline);
}

static int add(struct sw_baseline *baseline, struct sw_str digest, struct sw_str path, bool whole)
{
    baseline->md5 |= digest.len == MD5_LEN;
    baseline->sha256 |= digest.len == SHA256_LEN;
    baseline->whole |= whole;
    int rc = sw_map_put(&baseline->contents, digest, 1);
    return rc == 0 ? sw_map_put(&baseline->paths, path, whole) : rc;
}

/* --- manifests ------------------------------------------------------------------------------------------ */

/* "<hex>  <path>" or "<hex> *<path>"; false: the line is none. */
static bool parse_line(struct sw_str line, unsigned char *digest, size_t *digest_len, struct sw_str *path)
{
    size_t hex = 0;
    while (hex < line.len && sw_hex_digit(line.ptr[hex]) >= 0)
        hex++;
    if ((hex != 2 * MD5_LEN && hex != 2 * SHA256_LEN) || hex + 2 >= line.len || line.ptr[hex] != ' ')
        return false;
    for (size_t i = 0; i < hex / 2; i++)
        digest[i] = (unsigned char)(sw_hex_digit(line.ptr[2 * i]) << 4 | sw_hex_digit(line.ptr[2 * i + 1]));
    *digest_len = hex / 2;
    *path = sw_str_from(line, hex + 2); /* behind a second blank or the * of binary mode */
    if (sw_str_starts(*path, SW_STR("./")))
        *path = sw_str_from(*path, 2);
    return path->len > 0;
}

static int add_manifest(struct sw_baseline *baseline, const char *path, struct sw_error *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return sw_error_set(err, SW_E_IO, 0, 0, "%s: %s", path, strerror(errno));
    char line[LINE_MAX_LEN];
    size_t entries = 0;
    int rc = 0;
    while (rc == 0 && fgets(line, sizeof line, file) != NULL) {
        unsigned char digest[SHA256_LEN];
        size_t digest_len;
        struct sw_str name;
        struct sw_str text = sw_str(line);
        while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
            text.len--;
        if (!parse_line(text, digest, &digest_len, &name))
            continue;
        entries++;
        rc = add(baseline, sw_strn((const char *)digest, digest_len), name, digest_len == SHA256_LEN);
    }
    (void)fclose(file);
    if (rc != 0)
        return sw_error_set(err, rc, 0, 0, "%s: %s", path, sw_strerror(rc));
    if (entries == 0)
        return sw_error_set(err, SW_E_FORMAT, 0, 0, "%s: no checksums there (lines of \"<hex digits>  <path>\")", path);
    return 0;
}

/* --- directories ---------------------------------------------------------------------------------------- */

static bool hash_file(const char *path, unsigned char *digest)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    EVP_MD_CTX *context = fd >= 0 ? EVP_MD_CTX_new() : NULL;
    char *piece = context != NULL ? sw_alloc(PIECE, 1) : NULL;
    bool fine = piece != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    for (ssize_t n = 1; fine && n != 0;) {
        n = read(fd, piece, PIECE);
        fine = n >= 0 && EVP_DigestUpdate(context, piece, (size_t)n) == 1;
    }
    unsigned len = 0;
    fine = fine && EVP_DigestFinal_ex(context, digest, &len) == 1 && len == SHA256_LEN;
    sw_free(piece);
    EVP_MD_CTX_free(context);
    if (fd >= 0)
        (void)close(fd);
    return fine;
}

typedef int each_file(void *arg, struct sw_str digest, struct sw_str path);

/* Hashes every regular file beneath a folder, in the order of their paths. */
static int hash_folder(const char *folder, each_file *each, void *arg, size_t *unread, struct sw_error *err)
{
    struct sw_walk walk;
    sw_walk_init(&walk);
    int rc = sw_walk_add(&walk, folder);
    if (rc == 0)
        rc = sw_walk_finish(&walk);
    struct sw_buf path;
    sw_buf_init(&path, SIZE_MAX / 2);
    size_t prefix = strlen(folder);
    while (prefix > 0 && folder[prefix - 1] == '/')
        prefix--;
    *unread = walk.problem_count;
    for (size_t i = 0; i < walk.count && rc == 0; i++) {
        unsigned char digest[SHA256_LEN];
        rc = sw_walk_path(&walk, i, &path);
        if (rc != 0)
            break;
        struct sw_str inside = sw_str_from(sw_str(path.data), prefix);
        while (inside.len > 0 && inside.ptr[0] == '/')
            inside = sw_str_from(inside, 1);
        if (sw_str_chr(inside, '\n') != SW_NPOS || !hash_file(path.data, digest))
            (*unread)++;
        else
            rc = each(arg, sw_strn((const char *)digest, SHA256_LEN), inside);
    }
    if (rc == 0 && walk.count == 0)
        rc = sw_error_set(err, SW_E_NOTFOUND, 0, 0, "%s: no files there", folder);
    else if (rc != 0)
        (void)sw_error_set(err, rc, 0, 0, "%s: %s", folder, sw_strerror(rc));
    sw_buf_fini(&path);
    sw_walk_fini(&walk);
    return rc;
}

static int add_hashed(void *arg, struct sw_str digest, struct sw_str path)
{
    return add(arg, digest, path, true);
}

int sw_baseline_add(struct sw_baseline *baseline, const char *path, struct sw_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return sw_error_set(err, SW_E_NOTFOUND, 0, 0, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return add_manifest(baseline, path, err);
    size_t unread;
    int rc = hash_folder(path, add_hashed, baseline, &unread, err);
    if (rc == 0 && unread > 0)
        sw_log(SW_LOG_WARN, "%s: %zu files could not be read", path, unread);
    return rc;
}

static int write_hashed(void *arg, struct sw_str digest, struct sw_str path)
{
    FILE *out = arg;
    for (size_t i = 0; i < digest.len; i++)
        (void)fprintf(out, "%02x", (unsigned char)digest.ptr[i]);
    (void)fprintf(out, "  %.*s\n", SW_STR_ARG(path));
    return ferror(out) ? SW_E_IO : 0;
}

int sw_baseline_write(const char *folder, FILE *out, size_t *unread, struct sw_error *err)
{
    (void)fputs("# seawall baseline 1: SHA-256 and path of each file\n", out);
    return hash_folder(folder, write_hashed, out, unread, err);
}

/* --- asking --------------------------------------------------------------------------------------------- */

static bool is_known(const struct sw_baseline *baseline, struct sw_str bytes, const EVP_MD *kind, size_t want)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    uint32_t value;
    return EVP_Digest(bytes.ptr != NULL ? bytes.ptr : "", bytes.len, digest, &len, kind, NULL) == 1 && len == want &&
           sw_map_get(&baseline->contents, sw_strn((const char *)digest, want), &value);
}

/* Whether a list has the file: under its path in the root, or one of at least three parts at the end of the whole path, as
 * packages' lists have them from the file system's root. */
static bool is_listed(const struct sw_baseline *baseline, struct sw_str inside, struct sw_str path)
{
    uint32_t value;
    if (sw_map_get(&baseline->paths, inside, &value))
        return true;
    unsigned parts = 0;
    for (size_t at = path.len; at > 0; at--) {
        if (path.ptr[at - 1] != '/' && path.ptr[at - 1] != '!')
            continue;
        if (++parts >= 3 && sw_map_get(&baseline->paths, sw_str_from(path, at), &value))
            return true;
    }
    return false;
}

enum sw_baseline_answer sw_baseline_ask(const struct sw_baseline *baseline, struct sw_str inside, struct sw_str path,
                                        struct sw_str bytes)
{
    if ((baseline->sha256 && is_known(baseline, bytes, EVP_sha256(), SHA256_LEN)) ||
        (baseline->md5 && is_known(baseline, bytes, EVP_md5(), MD5_LEN)))
        return SW_BASELINE_SAME;
    if (is_listed(baseline, inside, path))
        return SW_BASELINE_CHANGED;
    return baseline->whole ? SW_BASELINE_NEW : SW_BASELINE_SILENT;
}
