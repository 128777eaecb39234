"""The web-shell collections as one list of samples, and the split of it by near-duplicate cluster.

A sample is (path, language, label, source). Two samples are in one cluster when their text is the same once identifiers,
strings, numbers, comments and white space are taken out, or when their sets of five-token shingles resemble each other (bottom-k
sketches, Broder 1997). Clusters, never files, go to the training or to the test half: what was seen while the analyser was
written has no near copy in the half that is measured.

Nothing here is executed or changed; files are read as bytes.
"""
import csv
import hashlib
import os
import pathlib
import pickle
import re
import zlib

SKETCH = 48          # smallest shingle hashes kept of a sample
RESEMBLANCE = 0.75   # share of common hashes from which samples are near duplicates
SEED = b"seawall web shells 1"

LANGUAGES = {".php": "php", ".phtml": "php", ".php3": "php", ".php5": "php", ".inc": "php", ".asp": "asp", ".asa": "asp",
             ".cer": "asp", ".cdx": "asp", ".aspx": "aspx", ".ashx": "aspx", ".asmx": "aspx", ".ascx": "aspx", ".asax": "aspx",
             ".soap": "aspx", ".master": "aspx", ".jsp": "jsp", ".jspx": "jsp", ".jspf": "jsp", ".tag": "jsp", ".cfm": "cfm",
             ".cfc": "cfm", ".cfml": "cfm"}
# Collections of shells beside the labelled data set, and ordinary web applications in the languages that Debian has little of.
SHELL_COLLECTIONS = ["BlackArch+webshells", "tanjiti+webshellSample", "tdifg+WebShell", "tennc+webshell", "xl7dev+WebShell",
                     "oneoneplus+webshell", "ysrc+webshell-sample"]
APPLICATIONS = ["BlogEngine+BlogEngine.NET", "DevExpress+webforms-training-samples", "TakeTopITS+TakeTopPMPWebFormSource",
                "episerver+commerce-webforms-sample", "i7MEDIA+mojoportal", "mohammedkamranazam+OFrameCMS-WebForms", "n2cms+n2cms",
                "apache+jspwiki", "tnessy+1000ad-coldfusion"]

TOKEN = re.compile(rb"""
    (?P<comment> /\*.*?\*/ | //[^\n]* | <!--.*?--> | \#[^\n\[]* )
  | (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
  | (?P<number> 0[xX][0-9a-fA-F]+ | [0-9]+(?:\.[0-9]+)? )
  | (?P<word> \$*[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]* )
  | (?P<sign> [^\s] )
""", re.X | re.S)
# Words that say what a program does stay as they are; all others become one and the same.
KEPT = set(b"""eval assert system exec shell_exec passthru popen proc_open create_function preg_replace include require include_once
    require_once function class if else for foreach while return echo print new try catch switch case base64_decode gzinflate
    gzuncompress str_rot13 chr ord pack unpack strrev str_replace explode implode array_map usort uasort uksort call_user_func
    call_user_func_array ob_start array_filter array_walk $_get $_post $_request $_cookie $_files $_server $globals file_put_contents
    fopen fwrite fputs move_uploaded_file copy execute executeglobal createobject server request response session dim set sub end
    then process start runtime getruntime getparameter processbuilder classloader defineclass page import language""".split())


def tokens(text):
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "comment":
            continue
        if kind == "word":
            word = match.group().lower()
            yield word if word in KEPT else b"I"
        elif kind == "sign":
            yield match.group()
        else:
            yield b"S" if kind == "string" else b"N"


def sketch(data):
    """(hash of the normalised text, smallest shingle hashes)"""
    seen = [zlib.crc32(token) for token in tokens(data[:1 << 20])]
    shape = hashlib.md5(repr(seen).encode()).hexdigest()
    shingles = {hash(tuple(seen[i:i + 5])) & 0xffffffffffffffff for i in range(max(1, len(seen) - 4))}
    return shape, sorted(shingles)[:SKETCH]


def labelled(root):
    for language, name in (("php", "train_label.csv"), ("asp", "train_label_asp.csv"), ("jsp", "train_label_jsp.csv")):
        folder = root / language
        with open(folder / name, newline="", encoding="utf-8") as file:
            sources = {row["target_file_name"]: row["source_id"] for row in csv.DictReader(file)}
        for label in ("black", "white"):
            for path in sorted((folder / label).iterdir()):
                yield str(path), language, label, "hzieec/" + (sources.get(path.name) or "?")


def collection(root, label, languages=None):
    for folder, dirs, names in os.walk(root):
        dirs.sort()
        for name in sorted(names):
            language = LANGUAGES.get(os.path.splitext(name)[1].lower())
            if language and (languages is None or language in languages):
                yield os.path.join(folder, name), language, label, root.name


def samples(data):
    """All samples below `data`: webshell/ (HzieeC), repos/OWNER+NAME of the lists above."""
    data = pathlib.Path(data)
    yield from labelled(data / "webshell")
    for name in SHELL_COLLECTIONS:
        yield from collection(data / "repos" / name, "black", {"aspx", "cfm", "jsp", "asp", "php"})
    for name in APPLICATIONS:
        yield from collection(data / "repos" / name, "white")


class Union:
    def __init__(self, count):
        self.parent = list(range(count))

    def find(self, item):
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, a, b):
        a, b = self.find(a), self.find(b)
        if a != b:
            self.parent[max(a, b)] = min(a, b)


def alike(a, b):
    """Estimated resemblance of the sets behind two sketches."""
    least = sorted(set(a) | set(b))[:SKETCH]
    both = set(a) & set(b)
    return sum(1 for value in least if value in both) / len(least)


def cluster(rows):
    """The cluster number of each sample; copies of one file (by content) come out together, too."""
    sketches = []
    for row in rows:
        with open(row[0], "rb") as file:
            data = file.read()
        sketches.append((hashlib.md5(data).hexdigest(),) + sketch(data))
    union = Union(len(rows))
    first = {}
    for number, (md5, shape, _) in enumerate(sketches):
        union.join(first.setdefault(md5, number), number)
        union.join(first.setdefault(shape, number), number)
    buckets = {}
    for number, (_, shape, values) in enumerate(sketches):
        if first[shape] != number or len(values) < 8:
            continue
        for value in values[:12]:
            buckets.setdefault(value, []).append(number)
    for members in buckets.values():
        for i, a in enumerate(members[:200]):
            for b in members[i + 1:200]:
                if union.find(a) != union.find(b) and alike(sketches[a][2], sketches[b][2]) >= RESEMBLANCE:
                    union.join(a, b)
    return [union.find(i) for i in range(len(rows))], [s[0] for s in sketches]


def split(data, cache):
    """[(path, language, label, source, cluster, md5, half)] with half "train" or "test"; kept in the file `cache`."""
    cache = pathlib.Path(cache)
    if cache.exists():
        return pickle.loads(cache.read_bytes())
    rows = list(samples(data))
    clusters, md5 = cluster(rows)
    least = {}
    for number, digest in zip(clusters, md5):
        least[number] = min(least.get(number, digest), digest)
    halves = {number: "train" if hashlib.sha256(SEED + digest.encode()).digest()[0] & 1 else "test"
              for number, digest in least.items()}
    result = [row + (number, digest, halves[number]) for row, number, digest in zip(rows, clusters, md5)]
    cache.write_bytes(pickle.dumps(result))
    return result
