/*
 * limits.h - every bound that Seawall puts on what it reads, in one place.
 *
 * Each has a reason, and each is counted where it bites: a record, field or member that a limit cuts or
 * refuses shows in the summary of the run. Sizes are bytes unless the name says otherwise.
 */
#ifndef SW_BASE_LIMITS_H
#define SW_BASE_LIMITS_H

/* One record (a line, a JSON object, an EVTX record). Longer text lines are cut to this and counted as
 * "record too long"; the rest of the file goes on. Real records stay below 64 KiB but for script blocks. */
#define SW_MAX_RECORD (1u << 20)

/* Bytes handed to a decoder at once. Large enough to amortise a hand-over; small enough that what is read is still in the
 * processor's second cache when it is decoded. A record that does not fit makes a larger piece (engine/feed.c). */
#define SW_SLICE_SIZE (256u << 10)

/* Fields of one event; further ones are dropped and counted. Sysmon events have about 25. */
#define SW_MAX_FIELDS 4096u

/* Distinct field names of a run. Hostile logs can mint names; beyond this a field is kept as the text
 * "name=value" under the name SW_FIELD_MORE. Rules' own names are interned first and are never lost. */
#define SW_MAX_FIELD_NAMES 65536u
#define SW_MAX_FIELD_NAME 512u

/* Nesting of JSON objects and arrays, of BinXML elements, of YAML nodes, and of brackets in conditions. */
#define SW_MAX_JSON_DEPTH 64u
#define SW_MAX_XML_DEPTH 64u
#define SW_MAX_YAML_DEPTH 64u
#define SW_MAX_CONDITION_DEPTH 64u

/* EVTX: what one worker keeps of compiled templates (a machine's whole log set has about 2 MB of them), and the steps that
 * one record may take: a template can ask for a value many times, and a value can hold templates. Real records
 * take below 200 steps. */
#define SW_MAX_EVTX_TEMPLATES (8u << 20)
#define SW_MAX_EVTX_STEPS 65536u

/* One arena: values made for one event (unescaped strings, UTF-16 turned into UTF-8). */
#define SW_MAX_ARENA (64u << 20)

/* Archives: how deep they may nest, what one member may unpack to, and how far a member may exceed its
 * packed size once it is past SW_ARCHIVE_RATIO_FLOOR (a zip bomb reaches 1000:1 a level; logs reach 60:1). */
#define SW_MAX_ARCHIVE_DEPTH 8u
#define SW_MAX_ARCHIVE_MEMBERS 1000000u
#define SW_MAX_MEMBER (1ull << 40)
#define SW_MAX_ARCHIVE_RATIO 1000u
#define SW_ARCHIVE_RATIO_FLOOR (256ull << 20)
/* A member that needs seeking (7z or zip64 inside another archive) is held in memory up to this. */
#define SW_MAX_SPOOL (128u << 20)
/* What may be read of an archive to find one member's header: the directory of a 7z or zip of a million members fits. */
#define SW_MAX_ARCHIVE_HEADER (128u << 20)
/* Window and tables of one decompressor. xz -9 takes 65 MiB, zstd --ultra -22 takes 128 MiB; more is refused by name. */
#define SW_MAX_CODEC_MEMORY (144u << 20)

/* Files of one run, and a file's or archive member's name as shown (the middle of a longer one is replaced by its hash). */
#define SW_MAX_FILES 5000000u
#define SW_MAX_PATH_SHOWN 1024u

/* Scripts of a web root, which are looked at whole: what is read of one at first and at most. The longest of fifty web
 * applications has 3.4 MB; what lies beyond is counted as not looked at. */
#define SW_SCRIPT_BLOCK (64u << 10)
#define SW_MAX_SCRIPT (8u << 20)

/* Rules: one file, one document's nodes, one list's values, and the patterns of one field. */
#define SW_MAX_RULE_FILE (16u << 20)
#define SW_MAX_RULE_NODES 1000000u
#define SW_MAX_RULES 1000000u
#define SW_MAX_RULE_ANCHORS 1024u
#define SW_MAX_RULE_ARCHIVE (256u << 20) /* all rule files of one archive together */

#endif
