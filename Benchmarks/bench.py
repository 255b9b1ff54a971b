"""Times PriorLab's training steps and PyTorch's in alternating pairs, on one core each.

Both programs start from the same parameters, batch and noise, and their losses must agree to 1e-5; else
the row is void. `make bench` calls this with everything that it needs.

    bench.py [--pairs N] [--seconds S] [model ...]
"""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
TOLERANCE = 1e-5


class Server:
    """A process that answers each number of steps with the seconds of each."""

    def __init__(self, arguments, core, directory):
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        pin = ["taskset", "-c", str(core)] if hasattr(os, "sched_setaffinity") else []
        self.process = subprocess.Popen(
            pin + arguments, cwd=directory, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"error: a program ended early (code {self.process.wait()})")
        return [float(word) for word in line.split()]

    def steps(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return self.line()

    def peak_memory(self):
        """Bytes of memory that it has held at most."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def peer(name):
    """The constants of a peer module, without loading PyTorch in this process."""
    values = {}
    for line in (PEERS / f"{name}.py").read_text().splitlines():
        if match := re.match(r"(STUDY|CELL|SETTINGS|NOISE) = (.+)", line):
            values[match[1]] = eval(match[2])
    return values


def measure(name, arguments, core, folder):
    about = peer(name)
    file = f"{folder}/{name}.h5"
    command = [arguments.command, "bench", about["STUDY"], "--serve", "--export", file]
    if about.get("CELL"):
        command += ["--cell", about["CELL"]]
    for setting in about.get("SETTINGS", []):
        command += ["--set", setting]
    for purpose, shapes in about["NOISE"].items():
        command += ["--noise", f"{purpose}=" + ",".join("x".join(map(str, s)) for s in shapes)]
    ours = Server(command, core, HERE.parent)
    first = ours.steps(1)[0]
    theirs = Server([sys.executable, "common.py", name, file], core, PEERS)
    difference, gigaflops = theirs.line()
    if difference > TOLERANCE:
        print(f"{name}: void, because the losses differ by {difference:.1e} (relative)")
        return {"model": name, "study": about["STUDY"], "void": True, "difference": difference}
    count = max(3, round(arguments.seconds / max(statistics.median(ours.steps(5)), 1e-4)))
    theirs.steps(3)
    pairs = []
    for _ in range(arguments.pairs):
        pairs.append([statistics.median(server.steps(count)) for server in (ours, theirs)])
    memory = [server.peak_memory() for server in (ours, theirs)]
    ours.close()
    theirs.close()
    ratios = [b / a for a, b in pairs]
    median = [statistics.median(column) for column in zip(*pairs)]
    return {
        "model": name, "study": about["STUDY"], "cell": about.get("CELL"), "void": False,
        "difference": difference, "first-ms": 1e3 * first, "steps-a-pair": count,
        "ms": 1e3 * median[0], "peer-ms": 1e3 * median[1],
        "ratio": statistics.median(ratios), "ratio-range": [min(ratios), max(ratios)],
        "gigaflops-a-step": gigaflops, "gflop/s": gigaflops / median[0],
        "peer-gflop/s": gigaflops / median[1],
        "peak-memory": memory[0], "peer-peak-memory": memory[1],
    }


def peak(core, folder):
    """GFLOP/s in single precision that one core reaches."""
    program = f"{folder}/peak"
    subprocess.run(
        ["clang", "-O3", "-march=native", "-ffp-contract=fast", "-o", program, HERE / "peak.c"],
        check=True)
    return float(subprocess.run(
        ["taskset", "-c", str(core), program], check=True, capture_output=True, text=True).stdout)


def machine():
    """The processor's name and its number of cores."""
    name = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    return f"{name}, {os.cpu_count()} cores"


def main():
    names = sorted(p.stem for p in PEERS.glob("*.py") if p.stem != "common")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", metavar="model", help=", ".join(names))
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2, help="of each half of a pair")
    parser.add_argument("--command", default=str(HERE.parent / ".build/release/priorlab"))
    arguments = parser.parse_args()
    for name in arguments.models:
        if name not in names:
            parser.error(f"there is no model '{name}': there are {', '.join(names)}")
    core = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        limit = peak(core, folder)
        print(f"{machine()}; {limit:.0f} GFLOP/s a core in single precision")
        print(f"{'model':24} {'ours':>9} {'PyTorch':>9}   ratio (range)        "
              "GFLOP/s, of peak   memory, PyTorch's")
        rows = []
        for name in arguments.models or names:
            row = measure(name, arguments, core, folder)
            rows.append(row)
            if row["void"]:
                continue
            low, high = row["ratio-range"]
            print(
                f"{name:24} {row['ms']:6.1f} ms {row['peer-ms']:6.1f} ms   "
                f"{row['ratio']:.2f} ({low:.2f} to {high:.2f})   "
                f"{row['gflop/s']:7.0f}, {row['gflop/s'] / limit:5.0%}      "
                f"{row['peak-memory'] / 1e6:.0f} MB, {row['peer-peak-memory'] / 1e6:.0f} MB",
                flush=True)
    slug = re.sub(r"[^a-z0-9]+", "-", machine().lower()).strip("-")
    path = HERE / "results" / f"{slug}.json"
    path.parent.mkdir(exist_ok=True)
    old = json.loads(path.read_text())["rows"] if path.exists() else []
    done = {row["model"] for row in rows}
    kept = [row for row in old if row["model"] not in done]
    result = {
        "machine": machine(), "peak-gflop/s": limit, "threads": 1, "pytorch": "2.11.0",
        "rows": sorted(kept + rows, key=lambda row: row["model"]),
    }
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\n  {os.path.relpath(path)}")
    if any(row["void"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
