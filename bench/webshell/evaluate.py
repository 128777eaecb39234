#!/usr/bin/env python3
"""Measures `seawall hunt` on collections of web shells and of ordinary scripts, by language.

    bench/webshell/evaluate.py --data DIR --work DIR [--half fit|held-out] [--compare FILE] [--save FILE] [--missed N] [--alarms] [NAME...]

DIR of --data holds the collections (corpus.py names them) and benign/trees/<package>, Debian packages unpacked with dpkg-deb -x.
--work keeps the split and directories of links to the samples, one for each language, label and half. Samples are halved by
cluster of near duplicates, so that no sample of the held-out half has a near copy in the fit half. Of the held-out half only
counts are shown, never which files: who sees its files fits to them. A sample counts as found when it gives a finding of medium
or above. Nothing of the data is executed.

Copies of one file (by content) count once; clusters are counted as well, since some shells come in hundreds of variants.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import corpus  # noqa: E402
import inert  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NO_RULES = """title: Never
id: 11111111-2222-4333-8444-000000000099
status: test
logsource:
    category: webserver
detection:
    selection:
        cs-method: NEVER
    condition: selection
level: low
"""
HALVES = {"fit": "train", "held-out": "test"}


def link_samples(data, work):
    """work/eval/<language>.<label>.<half>/<cluster>-<number>.<ending>: links, each content once a language."""
    root = work / "eval"
    if (root / ".done").exists():
        return root
    seen = set()
    for number, (path, language, label, _, cluster, md5, half) in enumerate(corpus.split(data, work / "split.pickle")):
        if (language, md5) in seen:
            continue
        seen.add((language, md5))
        name = os.path.basename(path)
        name = name[:-4] if name.endswith(".txt") else name
        folder = root / f"{language}.{label}.{half}"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, folder / f"{cluster}-{number}{os.path.splitext(name)[1]}")
        except FileExistsError:
            pass
    (root / ".done").touch()
    return root


def hunt(seawall, work, folder):
    """{path: finding of the highest level}, seconds"""
    rules = work / "none.yml"
    rules.write_text(NO_RULES)
    began = time.monotonic()
    done = subprocess.run([seawall, "hunt", "-r", rules, "--format", "jsonl", "--no-progress", "--no-web-analysis", "--min-level",
                           "medium", folder], stdout=subprocess.PIPE, check=False)
    seconds = time.monotonic() - began
    found = {}
    for line in done.stdout.splitlines():
        item = json.loads(line)
        if item["type"] == "finding":
            found.setdefault(item["source"]["path"], []).append(item)
    return found, seconds


def percent(part, whole):
    return 100 * part / whole if whole else 0.0


def cluster_of(path):
    return os.path.basename(path).split("-")[0]


def files_below(folder):
    return [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names
            if os.path.isfile(os.path.join(where, name))]


def show_missed(files, found, count, data_label):
    groups = collections.defaultdict(list)
    for path in files:
        if path not in found:
            groups[cluster_of(path)].append(path)
    print(f"    {len(groups)} clusters of {data_label} missed")
    for _, paths in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))[:count]:
        print(f"    [{len(paths)}] {paths[0]} {os.path.getsize(paths[0])} B")


def show_alarms(found):
    for path, findings in sorted(found.items()):
        for item in findings:
            print(f"    {path}:{item['source'].get('line')} {item['rule']['id']}\n        {item['fields'].get('Text', '')[:160]}")
            detail = item["fields"].get("Detail") or []
            for text in detail if isinstance(detail, list) else [detail]:
                print("        - " + text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--seawall", default=str(ROOT / "build" / "seawall"))
    parser.add_argument("--half", choices=HALVES, default="fit")
    parser.add_argument("--save", type=pathlib.Path, help="writes what was found, for --compare of a later run")
    parser.add_argument("--compare", type=pathlib.Path, help="names what an earlier run found and this one doesn't, and the reverse")
    parser.add_argument("--missed", type=int, default=0, metavar="N", help="names N clusters that are missed, the largest first")
    parser.add_argument("--alarms", action="store_true", help="shows the findings in ordinary scripts")
    parser.add_argument("names", nargs="*", help="languages, or packages of benign/trees; all by default")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    shown = options.half == "fit"
    root = link_samples(options.data, options.work)
    before = set(json.loads(options.compare.read_text())) if options.compare else None
    everything = set()
    names = set(options.names)
    folders = sorted(root.glob(f"*.{HALVES[options.half]}"))
    for folder in folders:
        language, label, _ = folder.name.split(".")
        if names and language not in names:
            continue
        files = files_below(folder)
        found, seconds = hunt(options.seawall, options.work, folder)
        everything |= set(found)
        megabytes = sum(map(os.path.getsize, files)) / 1e6
        clusters = {cluster_of(path) for path in files}
        hit = {cluster_of(path) for path in found}
        print(f"{language:5} {'shells' if label == 'black' else 'ordinary':9} {options.half:9} {len(found):6} of {len(files):6} "
              f"{percent(len(found), len(files)):7.2f} %   clusters {len(hit):5} of {len(clusters):5} "
              f"{percent(len(hit), len(clusters)):6.2f} %   {megabytes / seconds:6.1f} MB/s", flush=True)
        if label == "black":
            harmless = {path for path in files if inert.why(language, pathlib.Path(path).read_bytes())}
            print(f"      without {len(harmless):4} that can be no shell {len(set(found) - harmless):6} of {len(files) - len(harmless):6} "
                  f"{percent(len(set(found) - harmless), len(files) - len(harmless)):7.2f} %", flush=True)
        if shown and before is not None:
            here = set(files)
            for sign, paths in (("-", (before & here) - set(found)), ("+", set(found) - before)):
                for path in sorted(paths):
                    print(f"    {sign} {path}")
        if shown and label == "black" and options.missed:
            show_missed(files, found, options.missed, language)
        if shown and label == "white" and options.alarms:
            show_alarms(found)
    trees = options.data / "benign" / "trees"
    packages = [tree for tree in sorted(trees.iterdir()) if not names or tree.name in names] if trees.is_dir() else []
    alarms = {}
    scripts = 0
    for tree in packages:
        found, _ = hunt(options.seawall, options.work, tree)
        scripts += len(files_below(tree))
        alarms.update(found)
    if packages:
        print(f"Debian packages: {len(packages)}, {scripts} files, {len(alarms)} found")
        show_alarms(alarms)
    if options.save:
        options.save.write_text(json.dumps(sorted(everything)))


if __name__ == "__main__":
    main()
