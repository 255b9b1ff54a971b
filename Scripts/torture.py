#!/usr/bin/env python3
"""Kills a command again and again, and compares what it comes to with an undisturbed one.

A table is reproduced undisturbed. Then the same command is started elsewhere and killed (SIGKILL) after
a random time, as often as is asked for: the command alone, one of its runs, or all together. In the end
it is left alone, and must finish, with the same files to the last byte, the same records but for their
times, and nothing left over.

    Scripts/torture.py                      50 kills of the release build
    Scripts/torture.py --kills 3 --seed 7 --command .build/debug/priorlab
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NETWORK = "{mlp: {hidden: [32, 32]}}"
ARGUMENTS = ["reproduce", "vhp/table-1", "--profile", "smoke", "--checkpoint-seconds", "0"]
for setting in (
    "dataset.pendulum.images=64",
    "phases.train.until={steps: 60}",
    *(f"model.vhp.{part}={NETWORK}" for part in ("encoder", "decoder", "prior-encoder", "prior-decoder")),
):
    ARGUMENTS += ["--set", setting]
# What differs between two runs of the same numbers.
TIMES = ("seconds", "finished")


class Failure(Exception):
    """What is wrong with the command that is tested."""


def children(process):
    """Processes that a process has started and that are still there."""
    found = []
    for task in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            pass
    return found


def kill(process):
    try:
        os.kill(process, 9)
    except ProcessLookupError:
        pass


def is_running(process):
    try:
        return "State:\tZ" not in pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


class Command:
    def __init__(self, options, results):
        self.log = tempfile.TemporaryFile()
        self.line = [options.command, *ARGUMENTS, "--only", options.only, "--seeds", options.seeds]
        self.line += ["--jobs", "2", "--results", results.name]
        # In a place of its own: in a checkout, a commit in between would change the records.
        self.process = subprocess.Popen(
            self.line, cwd=results.parent, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log)

    def wait(self, seconds):
        """The exit code, or None where it is still running after so many seconds."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def finish(self):
        if (code := self.wait(600)) != 0:
            self.process.kill()
            self.log.seek(0)
            raise Failure(f"{' '.join(self.line)} ended with {code}:\n{self.log.read().decode()}")


def records(path):
    """The records of a file by identity, without what depends on the time; torn lines do not count."""
    found = {}
    for line in path.read_text(errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if record["identity"] in found:
            raise Failure(f"{path}: two records of {record['identity']}")
        found[record["identity"]] = {key: record[key] for key in record if key not in TIMES}
    return found


def compare(expected, found):
    def files(root):
        return {path.relative_to(root) for path in root.rglob("*")}

    names, others = files(expected), files(found)
    if names != others:
        missing, left = sorted(map(str, names - others)), sorted(map(str, others - names))
        raise Failure(f"missing: {missing}; left over: {left}")
    for name in sorted(names):
        if (expected / name).is_dir():
            continue
        if name.name == "runs.jsonl":
            if records(expected / name) != records(found / name):
                raise Failure(f"{name}: other records than undisturbed")
        elif (expected / name).read_bytes() != (found / name).read_bytes():
            raise Failure(f"{name}: other bytes than undisturbed")
    return sum(name.name == "weights.h5" for name in names)


def torture(options, place):
    draw = random.Random(options.seed)
    expected, found = place / "undisturbed", place / "killed"
    shutil.copytree(ROOT / "experiments", place / "experiments")
    start = time.monotonic()
    Command(options, expected).finish()
    duration = time.monotonic() - start
    print(f"undisturbed in {duration:.1f} s", flush=True)
    kills = collections.Counter()
    rounds = 0
    orphans = set()

    def settle():
        """Waits for the runs of killed commands, which may go on for a step."""
        end = time.monotonic() + 60
        while any(map(is_running, orphans)):
            if time.monotonic() > end:
                raise Failure("runs of a killed command do not end")
            time.sleep(0.05)

    while kills.total() < options.kills:
        command = Command(options, found)
        if (code := command.wait(draw.uniform(0, duration))) is not None:
            if code != 0:
                command.finish()
            settle()
            compare(expected, found)
            shutil.rmtree(found)
            rounds += 1
            continue
        runs = children(command.process.pid)
        orphans.update(runs)
        what = draw.choice(("all", "command", "run"))
        if what == "run" and not runs:
            what = "command"
        if what != "run":
            command.process.kill()
        for run in runs if what == "all" else [draw.choice(runs)] if what == "run" else []:
            kill(run)
        kills[what] += 1
        if kills.total() % 10 == 0:
            print(f"{kills.total()} kills, {rounds} times to the end", flush=True)
        # A command that has lost a run counts it, does the others, and ends with 1; unless it was no run
        # that was killed, but its drawing, or a question to git.
        if command.wait(600) is None:
            raise Failure("the command does not end")
        if what == "run" and command.process.returncode not in (0, 1):
            raise Failure(f"after a killed run the command ended with {command.process.returncode}")
    Command(options, found).finish()
    settle()
    runs = compare(expected, found)
    words = ", ".join(f"{count} of {what}" for what, count in sorted(kills.items()))
    print(f"{kills.total()} kills ({words}), {rounds + 1} times to the end: {runs} runs and the table equal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the times and kinds of the kills")
    parser.add_argument("--command", default=str(ROOT / ".build/release/priorlab"))
    parser.add_argument("--only", default="method in rewo, geco")
    parser.add_argument("--seeds", default="2")
    options = parser.parse_args()
    options.command = str(pathlib.Path(options.command).resolve())
    place = pathlib.Path(tempfile.mkdtemp(prefix="priorlab-torture-"))
    try:
        torture(options, place)
    except Failure as failure:
        print(f"error: {failure}\nwhat it left is in {place}", file=sys.stderr)
        return 1
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
