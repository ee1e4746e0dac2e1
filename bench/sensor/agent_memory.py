#!/usr/bin/env python3
"""What `yagura sensor run`, with all published rules and the analyses, keeps in memory when real short-lived processes
in cgroups with the names of containers have come and gone. It watches a cgroup that is made here, and nothing else.
Needs root, cgroup2, BTF and the published rules. Prints a line of JSON a figure, as the other benchmarks.

  bench/sensor/agent_memory.py BUILD_FOLDER [--processes 1000000] [--containers 1000] [--rules FOLDER]
"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid


def figure(name, unit, ours):
    print(json.dumps({"name": name, "unit": unit, "ours": ours, "peer": None, "ratio": None}), flush=True)


def cgroup2():
    for place in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
        if os.path.exists(place + "/cgroup.controllers"):
            return pathlib.Path(place)
    sys.exit("skipped: no cgroup2")


def memory_of(pid):
    """Resident, the most that ever was resident, and of the first what is not of files or shared; MiB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return [int(re.search(key + r":\s+(\d+)", text).group(1)) / 1024 for key in ("VmRSS", "VmHWM", "RssAnon")]


class Metrics:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/metrics"

    def read(self):
        """Sums by name, whatever the labels; and the same with labels."""
        found = {}
        text = urllib.request.urlopen(self.url, timeout=20).read().decode()
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found

    def sum(self, name):
        return sum(v for k, v in self.read().items() if k.split("{")[0] == "yagura_sensor_" + name)


def start_agent(program, folder, scope, rules):
    lines = ["rules_files:"] + [f"  - {rules}/{name}.yaml" for name in
                                ("falco_rules", "falco-incubating_rules", "falco-sandbox_rules")]
    lines += ["rules: [{enable: {rule: '*'}}]", "json_output: true", "stdout_output: {enabled: false}",
              f"file_output: {{enabled: true, filename: {folder}/alerts.jsonl}}", "webserver: {listen_port: 0}",
              "yagura:", "  node_name: bench", "  kubernetes: false", f"  state_directory: {folder}/state",
              f"  scope: [{scope}]"]
    (folder / "sensor.yaml").write_text("\n".join(lines) + "\n")
    log = folder / "log"
    agent = subprocess.Popen([program, "sensor", "run", "--config", folder / "sensor.yaml"], stdin=subprocess.DEVNULL,
                             stdout=log.open("w"), stderr=subprocess.STDOUT)
    for _ in range(600):
        said = log.read_text()
        if "watching, with" in said or agent.poll() is not None:
            break
        time.sleep(0.05)
    port = re.search(r"pages on port (\d+)", said)
    if agent.poll() is not None or not port:
        sys.exit(f"skipped: the agent does not watch: {said}")
    return agent, Metrics(int(port.group(1)))


def run_container(scope, number, processes, program):
    """A pod's cgroup with a container's in it, processes there, and all of it gone."""
    pod = scope / "kubepods" / "besteffort" / f"pod{uuid.uuid4()}"
    container = pod / (f"{number:08x}" + os.urandom(28).hex())
    container.mkdir(parents=True)
    procs = os.open(container / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)
    subprocess.run([program, str(processes)], check=True, preexec_fn=lambda: os.write(procs, b"0"))
    os.close(procs)
    container.rmdir()
    pod.rmdir()


def wait_until_read(metrics):
    """Until the agent has nothing left to do: its number of events does not grow any more."""
    last = -1
    while (now := metrics.sum("events_total")) != last:
        last = now
        time.sleep(2.5)


def remove(scope):
    for folder, _, _ in os.walk(scope, topdown=False):
        os.rmdir(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--processes", type=int, default=1_000_000)
    parser.add_argument("--containers", type=int, default=1_000)
    parser.add_argument("--rules", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("YAGURA_CORPORA", "../shared/corpora")) / "falco-rules")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("skipped: not root")
    if not options.rules.is_dir():
        sys.exit("skipped: no corpora")
    scope = cgroup2() / f"yagura-memory-{os.getpid()}"
    scope.mkdir()
    agent = None
    try:
        with tempfile.TemporaryDirectory() as name:
            agent, metrics = start_agent((options.build / "yagura").resolve(), pathlib.Path(name), scope.name, options.rules.resolve())
            figure("resident before", "MiB", memory_of(agent.pid)[0])
            begin = time.monotonic()
            for number in range(options.containers):
                run_container(scope, number, options.processes // options.containers,
                              (options.build / "bench/yagura_short_lived").resolve())
                if number % 100 == 99:
                    print(f"{number + 1} containers: {memory_of(agent.pid)[0]:.1f} MiB", file=sys.stderr, flush=True)
            figure("processes a second", "1/s", options.processes / (time.monotonic() - begin))
            wait_until_read(metrics)
            resident, peak, anonymous = memory_of(agent.pid)
            figure(f"resident after {options.processes} processes of {options.containers} containers", "MiB", resident)
            figure("the most that ever was resident", "MiB", peak)
            figure("of the resident: anonymous", "MiB", anonymous)
            for what in ("lost_total", "incomplete_total", "malformed_total", "events_total", "processes", "containers",
                         "rules", "judged_total", "firings_total"):
                figure(what, "count", metrics.sum(what))
            stat = pathlib.Path(f"/proc/{agent.pid}/stat").read_text().rsplit(")", 1)[1].split()
            figure("CPU of the agent", "s", (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"))
            agent.send_signal(signal.SIGTERM)
            agent.wait(30)
    finally:
        if agent is not None and agent.poll() is None:
            agent.kill()
            agent.wait()
        remove(scope)


if __name__ == "__main__":
    main()
