#!/usr/bin/env python3
"""Runs end-to-end cases: text blocks in *.case files.

    ## a sentence that says what must hold
    $ yagura scan web.yaml --fail-on never
    ? 0                      the exit code (default 0)
    > privileged-container   standard output contains this
    ! host-pid               … does not contain this
    2> web.yaml:3:7          standard error contains this
    = {"a": 1}               standard output is exactly this (several lines: several =)

Files come before the command, each as `@ name` and the lines up to the next marker, indented by two blanks. Commands run in a fresh
folder through `sh -c`, with `yagura` on the PATH; a pipe or a here-document is fine.

usage: run_cases.py YAGURA FILE…   Last line: N passed, N failed, N skipped
"""
import os
import pathlib
import subprocess
import sys
import tempfile


class Case:
    def __init__(self, title, where):
        self.title, self.where = title, where
        self.files, self.steps = {}, []


class Step:
    def __init__(self, command):
        self.command, self.code = command, 0
        self.has, self.lacks, self.err, self.exact = [], [], [], []


def read_cases(path):
    cases, current_file = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("## "):
            cases.append(Case(line[3:], f"{path.name}:{number}"))
            current_file = None
        elif line.startswith("@ "):
            current_file = line[2:]
            cases[-1].files[current_file] = []
        elif current_file is not None and (line.startswith("  ") or not line.strip()):
            cases[-1].files[current_file].append(line[2:])
        elif line.startswith("$ "):
            current_file = None
            cases[-1].steps.append(Step(line[2:]))
        elif line.startswith("  ") and cases and cases[-1].steps:
            cases[-1].steps[-1].command += "\n" + line[2:]
        elif line[:2] in ("? ", "> ", "! ", "= ") or line == "=":
            step, text = cases[-1].steps[-1], line[2:]
            if line[0] == "?":
                step.code = int(text)
            else:
                {">": step.has, "!": step.lacks, "=": step.exact}[line[0]].append(text)
        elif line.startswith("2> "):
            cases[-1].steps[-1].err.append(line[3:])
        elif line.strip() and not line.startswith("#"):
            sys.exit(f"{path}:{number}: not understood: {line}")
    return cases


def check(step, done):
    out, err = done.stdout, done.stderr
    wrong = []
    if done.returncode != step.code:
        wrong.append(f"exit code {done.returncode}, not {step.code}")
    wrong += [f"output lacks: {text}" for text in step.has if text not in out]
    wrong += [f"output has: {text}" for text in step.lacks if text in out]
    wrong += [f"standard error lacks: {text}" for text in step.err if text not in err]
    if step.exact and out.rstrip("\n") != "\n".join(step.exact):
        wrong.append("output is not exactly that")
    return wrong


def run(case, environment):
    with tempfile.TemporaryDirectory(prefix="yagura-e2e-") as folder:
        for name, lines in case.files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n")
        for step in case.steps:
            done = subprocess.run(["sh", "-c", step.command], cwd=folder, env=environment, text=True,
                                  errors="replace", capture_output=True, timeout=120, check=False)
            wrong = check(step, done)
            if wrong:
                print(f"FAILED {case.where}: {case.title}\n  $ {step.command}")
                print("".join(f"  {w}\n" for w in wrong), end="")
                print("  --- output\n" + done.stdout[:4000] + "  --- standard error\n" + done.stderr[:2000])
                return False
    return True


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    environment = dict(os.environ, PATH=f"{binary.parent}:{os.environ['PATH']}", NO_COLOR="1")
    cases = [case for name in sys.argv[2:] for case in read_cases(pathlib.Path(name))]
    if not all(case.steps for case in cases) or not cases:
        sys.exit("a case without a command, or no case")
    passed = sum(run(case, environment) for case in cases)
    print(f"{passed} passed, {len(cases) - passed} failed, 0 skipped")
    sys.exit(0 if passed == len(cases) else 1)


main()
