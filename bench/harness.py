"""What bench/run measures with: commands that are run in turns, and the table of what they took."""
import json
import os
import shutil
import signal
import statistics
import subprocess
import threading
import time


class Tool:
    """A command to time.

    idle     the same command with nothing to read: what rates are net of
    stdin    a file, or a command whose output is read (its own time doesn't count)
    slow     is run once and not warmed up: peers that take minutes
    limit    seconds after which it is killed
    results  the file it writes its matches to, when that isn't standard output
    """

    def __init__(self, name, command, idle=None, stdin=None, slow=False, limit=600, results=None):
        self.name, self.command, self.idle, self.stdin = name, [str(part) for part in command], idle, stdin
        self.slow, self.limit, self.results = slow, limit, results
        self.wall, self.cpu, self.net = [], [], []
        self.memory = self.status = self.lines = 0
        self.summary, self.expired = {}, False

    def available(self):
        return shutil.which(self.command[0]) is not None

    def run(self, scratch=os.devnull, keep=True):
        """One run, its output in the file `scratch`: wall and processor time from start to exit as wait4 tells them."""
        producer = subprocess.Popen(self.stdin, stdout=subprocess.PIPE) if isinstance(self.stdin, list) else None
        source = producer.stdout if producer else open(self.stdin or os.devnull, "rb")
        with source, open(scratch, "wb") as out:
            begin = time.perf_counter()
            child = subprocess.Popen(self.command, stdin=source, stdout=out, stderr=subprocess.DEVNULL,
                                     start_new_session=True)
            timer = threading.Timer(self.limit, self.expire, [child.pid])
            timer.start()
            try:
                _, status, usage = os.wait4(child.pid, 0)
            except BaseException:  # interrupted: the child has a session of its own, and wouldn't hear of it
                os.killpg(child.pid, signal.SIGKILL)
                raise
            finally:
                timer.cancel()
            took = time.perf_counter() - begin
        if producer:
            producer.wait()
        child.returncode = self.status = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        if keep:
            self.wall.append(took)
            self.cpu.append(cpu)
            self.memory = max(self.memory, usage.ru_maxrss)
        return cpu

    def expire(self, pid):
        self.expired = True
        os.killpg(pid, signal.SIGKILL)  # the session that this run began

    def count(self, scratch):
        """Lines written, and what a summary at the end says."""
        path = self.results or scratch
        last = b""
        self.lines = 0
        with open(path, "rb") as file:
            for last in file:
                self.lines += 1
        if last.startswith(b'{"type":"summary"'):
            self.summary, self.lines = json.loads(last), self.lines - 1


def run_in_turns(tools, runs, scratch):
    """Runs each `runs` times, A B, B A, ..., its output thrown away; a tool's idle run stands right before it. What is
    written is counted in a run before, which warms the caches; a slow tool's only run writes to the file `scratch`."""
    for tool in tools:
        if tool.slow:
            continue
        for one in filter(None, (tool.idle, tool)):
            one.run(scratch, keep=False)
        tool.count(scratch)
    for turn in range(runs):
        idle = {}
        for tool in tools if turn % 2 == 0 else list(reversed(tools)):
            if tool.slow and turn > 0:
                continue
            if tool.idle and id(tool.idle) not in idle:
                idle[id(tool.idle)] = tool.idle.run()
            cpu = tool.run(scratch if tool.slow else os.devnull)
            tool.net.append(cpu - idle[id(tool.idle)] if tool.idle else cpu)
            if tool.slow:
                tool.count(scratch)


def rate(amount, seconds, unit=1.0):
    return f"{amount / seconds / unit:,.0f}" if amount and seconds > 0 else ""


def ratio(ours, first):
    """The median of the ratios turn by turn; a tool that ran fewer turns is compared by medians."""
    if len(ours) == len(first):
        return statistics.median(a / b for a, b in zip(ours, first)) if min(first) > 0 else 0
    return statistics.median(ours) / statistics.median(first)


HEAD = (f"    {'':36} {'wall':>9} {'spread':>6} {'cpu':>9} {'net cpu':>9} {'MB/s':>6} {'events/s':>9} {'peak MiB':>8} "
        f"{'matches':>8} {'/1000 ev':>8} {'wall x':>7} {'net x':>7}")


def table(tools, size, events):
    """A row each; the factors are those of the wall time and of the net processor time, against the first row."""
    print(HEAD)
    rows = []
    for tool in tools:
        wall, cpu, net = (statistics.median(times) for times in (tool.wall, tool.cpu, tool.net))
        quartiles = statistics.quantiles(tool.wall, n=4) if len(tool.wall) > 1 else [0, 0, 0]
        idle = statistics.median(tool.idle.cpu) if tool.idle else 0
        told = net > idle / 5  # less above the idle run can't be told from noise: no rate
        rows.append({"tool": tool.name, "wall": wall, "cpu": cpu, "net": net, "runs": len(tool.wall), "bytes": size,
                     "events": events, "matches": tool.lines, "peak_mib": tool.memory / 1024, "status": tool.status,
                     "expired": tool.expired, "all_wall": tool.wall, "all_net": tool.net})
        if tool.expired:
            print(f"    {tool.name:36} >{tool.limit:7}s {'':6} {cpu:8.3f}s  stopped at the limit")
            continue
        print(f"    {tool.name:36} {wall:8.3f}s {(quartiles[2] - quartiles[0]) / wall:5.0%}  {cpu:8.3f}s {net:8.3f}s "
              f"{rate(size if told else 0, net, 1e6):>6} {rate(events if told else 0, net):>9} "
              f"{tool.memory / 1024:8.1f} {tool.lines:8,} {tool.lines * 1000 / events if events else 0:8.2f} "
              f"{ratio(tool.wall, tools[0].wall):7.2f} {ratio(tool.net, tools[0].net):7.2f}"
              + (f"  exit status {tool.status}" if tool.status not in (0, 3) else ""))
    return rows
