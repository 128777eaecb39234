#!/usr/bin/env python3
"""Counts cmocka's test functions in Meson's testlog.json: shows what failed, closes with the line "PASSED FAILED"."""
import json
import re
import sys

passed = failed = 0
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    test = json.loads(line)
    output = test.get("stdout", "") + test.get("stderr", "")
    good = re.findall(r"^\[  PASSED  \] (\d+) test", output, re.M)
    bad = set(re.findall(r"^\[  FAILED  \] (\w+)", output, re.M)) - {"test"}
    passed += sum(map(int, good))
    failed += len(bad)
    broken = test["result"] not in ("OK", "SKIP") and not bad
    failed += broken
    if bad or broken:
        print(f"{test['name']}: {test['result']}: {' '.join(sorted(bad)) or 'ended without a verdict'}")
        print("    " + "\n    ".join(l for l in output.splitlines()[-60:] if not re.match(r"\[ +(RUN|OK) +\]", l)))
print(passed, failed)
