"""What the corpora suites share: where the corpora are, running seawall, and counting."""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPORA = os.environ.get("SEAWALL_CORPORA", os.path.join(ROOT, "..", "shared", "corpora"))
SEAWALL = os.environ.get("SEAWALL", os.path.join(ROOT, "build", "seawall"))
SIGMA_RULES = [os.path.join(CORPORA, "sigma", d)
               for d in ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance")]


def need(*parts):
    """The path of a corpus; ends the suite as skipped, by name, when it is absent."""
    path = os.path.join(CORPORA, *parts)
    if not os.path.exists(path):
        print("skipped: %s: no corpora at %s" % (os.path.basename(sys.argv[0]), os.path.join(*parts)))
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(0)
    return path


class Suite:
    """Counts checks; `done` prints the closing line and exits."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, ok, text):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED: " + text)

    def equal(self, got, want, text):
        self.check(got == want, "%s: got %r, want %r" % (text, got, want))

    def done(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        sys.exit(1 if self.failed else 0)


def run(*args, stdin=None):
    """Runs seawall without its own rules; returns (status, stdout bytes, stderr bytes)."""
    environment = dict(os.environ, SEAWALL_RULES="")
    done = subprocess.run([SEAWALL, *args], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    return done.returncode, done.stdout, done.stderr


def hunt(rules, paths, *args):
    """Findings and the summary of a hunt."""
    options = [x for r in rules for x in ("-r", r)]
    status, out, err = run("hunt", "--format", "jsonl", "--no-progress", *options, *args, *paths)
    lines = [json.loads(line) for line in out.splitlines()]
    if not lines or lines[-1].get("type") != "summary":
        sys.exit("hunt gave no summary (status %d): %s" % (status, err.decode(errors="replace")))
    return lines[:-1], lines[-1]
