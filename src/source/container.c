/* container.c - which container a file or member is, told by its first bytes alone. One row a format. */
#include "source/stream_priv.h"

#include <archive.h>

static bool is_gzip(const uint8_t *head, size_t len)
{
    /* method deflate, reserved flags clear (RFC 1952, 2.3.1) */
    return len >= 4 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 && (head[3] & 0xe0) == 0;
}

static bool is_bzip2(const uint8_t *head, size_t len)
{
    static const uint8_t block[] = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
    static const uint8_t finish[] = {0x17, 0x72, 0x45, 0x38, 0x50, 0x90};
    return len >= 10 && memcmp(head, "BZh", 3) == 0 && head[3] >= '1' && head[3] <= '9' &&
           (memcmp(head + 4, block, sizeof block) == 0 || memcmp(head + 4, finish, sizeof finish) == 0);
}

static bool is_xz(const uint8_t *head, size_t len)
{
    static const uint8_t magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
    return len >= sizeof magic && memcmp(head, magic, sizeof magic) == 0;
}

static bool is_lzip(const uint8_t *head, size_t len)
{
    return len >= 6 && memcmp(head, "LZIP", 4) == 0 && head[4] <= 1;
}

static bool is_zip(const uint8_t *head, size_t len)
{
    /* a local header, the end record of an empty archive, or the mark of a spanned one */
    return len >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0 || memcmp(head, "PK\7\10", 4) == 0);
}

static bool is_7z(const uint8_t *head, size_t len)
{
    static const uint8_t magic[] = {'7', 'z', 0xbc, 0xaf, 0x27, 0x1c};
    return len >= sizeof magic && memcmp(head, magic, sizeof magic) == 0;
}

static bool is_rar(const uint8_t *head, size_t len)
{
    return len >= 7 && memcmp(head, "Rar!\x1a\x07", 6) == 0 && head[6] == 0;
}

static bool is_rar5(const uint8_t *head, size_t len)
{
    return len >= 8 && memcmp(head, "Rar!\x1a\x07\x01", 7) == 0 && head[7] == 0;
}

static bool is_cab(const uint8_t *head, size_t len)
{
    return len >= 8 && memcmp(head, "MSCF\0\0\0", 8) == 0;
}

static bool is_ar(const uint8_t *head, size_t len)
{
    return len >= 8 && memcmp(head, "!<arch>\n", 8) == 0;
}

static bool is_iso(const uint8_t *head, size_t len)
{
    return len >= 0x8006 && memcmp(head + 0x8001, "CD001", 5) == 0;
}

/* cpio's magic is six digits, with which a line of a log may begin as well (070701 is a date): all of the header must be
 * digits. */
static bool is_cpio(const uint8_t *head, size_t len)
{
    if (len < 76 || memcmp(head, "07070", 5) != 0)
        return false;
    bool octal = head[5] == '7';
    size_t size = octal ? 76 : 110;
    if ((!octal && head[5] != '1' && head[5] != '2') || len < size)
        return false;
    for (size_t i = 6; i < size; i++)
        if (octal ? head[i] < '0' || head[i] > '7' : sw_hex_digit((char)head[i]) < 0)
            return false;
    return true;
}

/* tar has no magic in its oldest form: the header's checksum decides. Signed sums occur too (old Suns). */
static bool is_tar(const uint8_t *head, size_t len)
{
    if (len < 512 || head[0] == 0)
        return false;
    unsigned want = 0;
    bool digits = false;
    for (size_t i = 148; i < 156; i++) {
        if (head[i] >= '0' && head[i] <= '7') {
            want = want * 8 + (unsigned)(head[i] - '0');
            digits = true;
        } else if (head[i] != ' ' && head[i] != 0) {
            return false;
        }
    }
    unsigned sum = 0;
    int signed_sum = 0;
    for (size_t i = 0; i < 512; i++) {
        uint8_t byte = i >= 148 && i < 156 ? ' ' : head[i];
        sum += byte;
        signed_sum += (int8_t)byte;
    }
    return digits && (want == sum || (signed_sum >= 0 && want == (unsigned)signed_sum));
}

static bool is_zstd(const uint8_t *head, size_t len)
{
    return len >= 4 && sw_codec_zstd.follows(head, len);
}

static bool is_lz4(const uint8_t *head, size_t len)
{
    return len >= 4 && (head[0] & 0xf0) != 0x50 && sw_codec_lz4.follows(head, len);
}

/* Skippable frames are of zstd and lz4 alike; zstd's reader passes over them, and lz4 frames don't begin with them. */
static const struct sw_container containers[] = {
    {.name = "gzip", .fits = is_gzip, .codec = &sw_codec_gzip},
    {.name = "zstd", .fits = is_zstd, .codec = &sw_codec_zstd},
    {.name = "xz", .fits = is_xz, .codec = &sw_codec_xz},
    {.name = "bzip2", .fits = is_bzip2, .codec = &sw_codec_bzip2},
    {.name = "lz4", .fits = is_lz4, .codec = &sw_codec_lz4},
    {.name = "lzip", .fits = is_lzip, .codec = &sw_codec_lzip},
    {.name = "zip", .fits = is_zip, .support = archive_read_support_format_zip, .wants_seek = true, .restarts = true},
    {.name = "7z", .fits = is_7z, .support = archive_read_support_format_7zip, .wants_seek = true, .needs_seek = true},
    {.name = "rar", .fits = is_rar, .support = archive_read_support_format_rar, .wants_seek = true},
    {.name = "rar5", .fits = is_rar5, .support = archive_read_support_format_rar5, .wants_seek = true},
    {.name = "cab", .fits = is_cab, .support = archive_read_support_format_cab},
    {.name = "ar", .fits = is_ar, .support = archive_read_support_format_ar},
    {.name = "cpio", .fits = is_cpio, .support = archive_read_support_format_cpio},
    {.name = "tar", .fits = is_tar, .support = archive_read_support_format_tar},
    {.name = "iso9660", .fits = is_iso, .support = archive_read_support_format_iso9660, .wants_seek = true},
};

const struct sw_container *sw_container_recognise(const uint8_t *head, size_t len)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++)
        if (containers[i].fits(head, len))
            return &containers[i];
    return NULL;
}
