"""Requests with a truth for the web analysis: OWASP CRS regression tests, and ordinary traffic. Read where they lie, never copied here.

SEAWALL_CRS names a checkout of the OWASP Core Rule Set, SEAWALL_WEB_BENIGN a folder with what is there of: apache_logs (the sample of
Elastic's examples), payload_full.csv (HttpParamsDataset)."""
import csv
import glob
import hashlib
import json
import os
import re
import urllib.parse

FAMILIES = ("930", "931", "932", "933", "934", "941", "942", "943", "944")
STANDARD = {"host", "user-agent", "accept", "content-type", "accept-encoding", "accept-language", "cookie", "referer", "content-length",
            "connection", "keep-alive", "proxy-connection", "cache-control", "accept-charset"}
INERT_BODIES = {"test=value"}
INERT_PATHS = {"", "/", "/get", "/post", "/anything"}
TOOL = "OWASP CRS"


class Request:
    """One request: `name`, whether it is an attack, where it shows, and the line of a log that it leaves."""

    def __init__(self, name, attack, target, agent="Mozilla/5.0", referer="-", cookie=None, method="GET", family="", level=0, host="localhost"):
        self.name, self.attack, self.family, self.level = name, attack, family, level
        self.target, self.agent, self.referer, self.cookie, self.method, self.host = target, agent, referer, cookie, method, host

    def half(self):
        """0: to look at while developing, 1: held out."""
        return hashlib.sha256(self.name.encode()).digest()[0] & 1

    def line(self, number):
        """As Apache writes it, with the virtual host; with a cookie as Zeek's JSON, since access logs rarely have one."""
        if self.cookie is not None:
            return json.dumps({"ts": 1700000000.0 + number, "uid": "C%d" % number, "id.orig_h": "192.0.2.7", "id.orig_p": 4000,
                               "id.resp_h": "198.51.100.1", "id.resp_p": 80, "trans_depth": 1, "method": self.method, "host": self.host,
                               "uri": self.target, "referrer": self.referer, "user_agent": self.agent, "cookie": self.cookie,
                               "request_body_len": 0, "response_body_len": 1200, "status_code": 404})
        return '%s:80 192.0.2.7 - - [24/Nov/2026:12:%02d:%02d +0000] "%s %s HTTP/1.1" 404 1200 "%s" "%s"' % (
            self.host, number // 60 % 60, number % 60, self.method, escaped(self.target), escaped(self.referer), escaped(self.agent))


def escaped(text):
    """What Apache's log writes for a request's bytes."""
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        out.append("\\" + char if char in '"\\' else char if 0x20 <= byte < 0x7f else "\\x%02x" % byte)
    return "".join(out)


def paranoia_levels(crs):
    """The paranoia level of each rule, from the rules' tags."""
    levels = {}
    for path in glob.glob(os.path.join(crs, "rules", "*.conf")):
        for rule in open(path, encoding="utf-8").read().split("SecRule ")[1:]:
            found = re.search(r'"id:(\d+)', rule)
            level = re.search(r"paranoia-level/(\d)", rule)
            if found and level:
                levels[found.group(1)] = int(level.group(1))
    return levels


def crs(folder):
    """Requests of the attack families whose attack an access log with user agent, referer and cookie can show, and negatives."""
    import yaml
    levels = paranoia_levels(folder)
    requests = []
    for path in sorted(glob.glob(os.path.join(folder, "tests", "regression", "tests", "*", "*.yaml"))):
        family = os.path.basename(os.path.dirname(path)).split("-")[1]
        if family not in FAMILIES:
            continue
        document = yaml.load(open(path, encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        rule = str(document.get("rule_id") or os.path.basename(path)[:-5])
        for test in document["tests"]:
            for number, stage in enumerate(test["stages"]):
                request = crs_request("%s-%s%s" % (rule, test["test_id"], "-%d" % number if number else ""), stage)
                if request:
                    request.family, request.level = family, levels.get(rule, 0)
                    requests.append(request)
    return requests


# Of the silent ones: what an attacker sends all the same, in a place or form that CRS leaves out or misses.
ATTACKS_ALL_THE_SAME = {
    "932207-4": "a shell's command behind a separator, in the referer ('obvious payload', its description says)",
    "933100-24": "PHP's opening tag, in a cookie", "933100-25": "PHP's opening tag, as an argument's name",
    "934110-6": "a cloud's metadata service and its path", "934120-52": "an address in hexadecimal that isn't finished",
    "942101-10": "a quote and UNION ALL, in the path", "942160-12": "BENCHMARK() with comments within, in the path"}


def silent():
    """Names of the negatives that are ordinary by CRS's own judgement: web_crs_silent.txt says how they were found."""
    names = set()
    for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "web_crs_silent.txt"), encoding="utf-8"):
        if not line.startswith("#"):
            rule, tests = line.split(":")
            names |= {"%s-%s" % (rule, test) for test in tests.split()}
    return names - set(ATTACKS_ALL_THE_SAME)


def crs_request(name, stage):
    sent, log = stage["input"], stage["output"].get("log") or {}
    attack = bool(log.get("expect_ids"))
    headers = {key.lower(): str(value) for key, value in (sent.get("headers") or {}).items()}
    target, agent = str(sent.get("uri", "")), headers.get("user-agent", "")
    body = sent.get("data") and str(sent["data"]).strip() not in INERT_BODIES
    if body or sent.get("encoded_request") or set(headers) - STANDARD or not (attack or log.get("no_expect_ids")):
        return None
    if target in INERT_PATHS and TOOL in agent and "referer" not in headers and "cookie" not in headers:
        return None
    return Request(name, attack, target or "/", "Mozilla/5.0" if TOOL in agent else agent, headers.get("referer", "-"),
                   headers.get("cookie"), str(sent.get("method", "GET")), host=headers.get("host", "localhost").split(":")[0])


def parameters(path):
    """HttpParamsDataset: each payload as the value of an argument."""
    for number, row in enumerate(csv.DictReader(open(path, encoding="utf-8", errors="replace"))):
        yield Request("params-%d" % number, row["label"] != "norm", "/search?q=" + urllib.parse.quote_plus(row["payload"]),
                      family=row["attack_type"])


def write(requests, folder):
    """Two files of lines (plain and with cookies); returns {(path, line number): request}."""
    where = {}
    files = {False: open(os.path.join(folder, "access.log"), "w"), True: open(os.path.join(folder, "http.log"), "w")}
    lines = {False: 0, True: 0}
    for number, request in enumerate(requests):
        kind = request.cookie is not None
        files[kind].write(request.line(number) + "\n")
        lines[kind] += 1
        where[(files[kind].name, lines[kind])] = request
    for file in files.values():
        file.close()
    return where


LEVELS = ["informational", "low", "medium", "high", "critical"]


def alerts(lib, paths):
    """{(path, line): (level, title)} of the web analysis's findings, the gravest each, and the summary."""
    findings, summary = lib.hunt([EMPTY], paths)
    found = {}
    for finding in findings:
        if finding["rule"]["engine"] != "web":
            continue
        key = (finding["source"]["path"], finding["source"]["line"])
        entry = (LEVELS.index(finding["rule"]["level"]), finding["rule"]["title"], finding["explanation"])
        found[key] = max(found.get(key, entry), entry)
    return found, summary


EMPTY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "rules", "impact")
