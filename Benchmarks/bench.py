"""Times PriorLab's training steps and PyTorch's in alternating pairs, on one core each.

Both programs start from the same parameters, batch and noise, and their losses must agree to 1e-5; else
the row is void. `graph` is the graph of interpolations, beside scikit-learn's and SciPy's, from the same points.
`make bench` calls this with everything that it needs.

    bench.py [--pairs N] [--seconds S] [--shares] [model ...]
"""

import argparse
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE / "peers"
TOLERANCE = 1e-5
GRAPH = "graph"
# Kinds of work by the library and symbol that a sample falls into; the first that fits counts.
KINDS = [
    ("products and convolutions", r"\[JIT\]|dnnl|mkldnn|mkl_|sgemm|winograd"),
    ("optimiser", r"adam"),
    ("random numbers", r"normal_fill|mt19937|random|philox"),
    ("memory", r"malloc|free|unlink_chunk|memmove|memcpy|memset|\[k\]"),
    ("elementwise, sums, norms", r"libtorch|libc10|libm\."),
    ("all else", r""),
]


class Server:
    """A process that answers each line on its standard input with numbers."""

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

    def ask(self, question):
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()

    def steps(self, count):
        """Seconds of each of so many steps."""
        self.ask(count)
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
    if not difference <= TOLERANCE:
        ours.close()
        theirs.close()
        print(f"{name}: void, because the losses differ by {difference:.1e} (relative)")
        return {"model": name, "study": about["STUDY"], "void": True, "difference": difference}
    count = max(3, round(arguments.seconds / max(statistics.median(ours.steps(5)), 1e-4)))
    theirs.steps(3)
    pairs = []
    for _ in range(arguments.pairs):
        pairs.append([statistics.median(server.steps(count)) for server in (ours, theirs)])
    memory = [server.peak_memory() for server in (ours, theirs)]
    theirs.close()
    ours.ask("products")
    products = ours.line()
    kinds = shares(ours, count, folder) if arguments.shares else None
    together = throughput(ours, command, core, count, arguments.pairs)
    ours.close()
    ratios = [b / a for a, b in pairs]
    median = [statistics.median(column) for column in zip(*pairs)]
    return {
        "model": name, "study": about["STUDY"], "cell": about.get("CELL"), "void": False,
        "pairs": arguments.pairs, "difference": difference, "first-ms": 1e3 * first, "steps-a-pair": count,
        "ms": 1e3 * median[0], "peer-ms": 1e3 * median[1],
        "ratio": statistics.median(ratios), "ratio-range": [min(ratios), max(ratios)],
        "gigaflops-a-step": gigaflops, "gflop/s": gigaflops / median[0],
        "peer-gflop/s": gigaflops / median[1],
        "peak-memory": memory[0], "peer-peak-memory": memory[1],
        "forward-products-gflop/s": products[0] if products else None,
        "two-processes": together, "shares": kinds,
    }


def measure_graph(arguments, core, folder):
    file = f"{folder}/{GRAPH}.h5"
    ours = Server([arguments.command, "bench-graph", "--export", file], core, HERE.parent)
    ours.steps(1)
    theirs = Server([sys.executable, f"{GRAPH}.py", file], core, PEERS)
    difference = theirs.line()[0]
    pairs = []
    if difference <= TOLERANCE:
        theirs.steps(1)
        pairs = [[server.steps(1) for server in (ours, theirs)] for _ in range(arguments.pairs)]
    memory = [server.peak_memory() for server in (ours, theirs)]
    for server in (ours, theirs):
        server.close()
    if not pairs:
        print(f"{GRAPH}: void, because the paths' lengths differ by {difference:.1e} (relative)")
        return {"model": GRAPH, "void": True, "difference": difference}
    ratios = [sum(b) / sum(a) for a, b in pairs]
    graph, paths = (
        [1e3 * statistics.median(pair[side][part] for pair in pairs) for side in (0, 1)]
        for part in (0, 1))
    print(
        f"{GRAPH:24} {graph[0]:.0f} ms and {paths[0]:.0f} ms for the paths; scikit-learn and SciPy "
        f"{graph[1]:.0f} and {paths[1]:.0f}; ratio {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f})", flush=True)
    return {
        "model": GRAPH, "void": False, "pairs": arguments.pairs, "difference": difference,
        "graph-ms": graph[0], "peer-graph-ms": graph[1], "paths-ms": paths[0], "peer-paths-ms": paths[1],
        "ratio": statistics.median(ratios), "ratio-range": [min(ratios), max(ratios)],
        "peak-memory": memory[0], "peer-peak-memory": memory[1],
        **{name: importlib.metadata.version(name) for name in ("scikit-learn", "scipy")},
    }


def throughput(ours, command, core, count, rounds):
    """Steps a second of two processes, one a core, over those of one; None where there is one core."""
    others = sorted(os.sched_getaffinity(0) - {core})
    if not others:
        return None
    command = [word for word in command]
    at = command.index("--export")
    del command[at:at + 2]
    second = Server(command, others[-1], HERE.parent)
    second.steps(3)
    ratios = []
    for _ in range(rounds):
        alone = statistics.median(ours.steps(count))
        for server in (ours, second):
            server.ask(count)
        both = [statistics.median(server.line()) for server in (ours, second)]
        ratios.append(alone * sum(1 / seconds for seconds in both))
    second.close()
    return statistics.median(ratios)


def shares(ours, count, folder):
    """Share of the time of our steps by kind of work, by samples of Linux's perf."""
    record = subprocess.Popen(
        ["perf", "record", "-q", "-F", "997", "-p", str(ours.process.pid), "-o", f"{folder}/perf"],
        stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    ours.steps(count)
    record.send_signal(signal.SIGINT)
    record.wait()
    lines = subprocess.run(
        ["perf", "report", "-i", f"{folder}/perf", "--no-children", "-g", "none", "-t", "|",
         "--sort", "dso,symbol", "--percent-limit", "0"],
        capture_output=True, text=True).stdout.splitlines()
    found = {}
    for line in lines:
        if match := re.match(r"\s*([\d.]+)%\s*\|([^|]*)\|(.*)", line):
            kind = next(
                kind for kind, pattern in KINDS if re.search(pattern, match[2] + match[3]))
            found[kind] = found.get(kind, 0) + float(match[1]) / 100
    # Each of many addresses is rounded in the report, so that they add up to a little more or less.
    whole = sum(found.values())
    return {kind: round(share / whole, 4) for kind, share in found.items()}


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
    parser.add_argument(
        "--shares", action="store_true", help="add the time's shares by kind of work, with Linux's perf")
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
              "GFLOP/s, of peak   products   two   memory, PyTorch's")
        rows = []
        for name in arguments.models or names:
            if name == GRAPH:
                rows.append(measure_graph(arguments, core, folder))
                continue
            row = measure(name, arguments, core, folder)
            row["peak-gflop/s"] = limit
            rows.append(row)
            if row["void"]:
                continue
            low, high = row["ratio-range"]
            print(
                f"{name:24} {row['ms']:6.1f} ms {row['peer-ms']:6.1f} ms   "
                f"{row['ratio']:.2f} ({low:.2f} to {high:.2f})   "
                f"{row['gflop/s']:7.0f}, {row['gflop/s'] / limit:5.0%}      "
                f"{(row['forward-products-gflop/s'] or math.nan) / limit:5.0%}     "
                f"{row['two-processes'] or math.nan:.2f}   "
                f"{row['peak-memory'] / 1e6:.0f} MB, {row['peer-peak-memory'] / 1e6:.0f} MB",
                flush=True)
    slug = re.sub(r"[^a-z0-9]+", "-", machine().lower()).strip("-")
    path = HERE / "results" / f"{slug}.json"
    path.parent.mkdir(exist_ok=True)
    old = json.loads(path.read_text())["rows"] if path.exists() else []
    done = {row["model"] for row in rows}
    kept = [row for row in old if row["model"] not in done]
    result = {
        "machine": machine(), "threads": 1, "pytorch": importlib.metadata.version("torch"),
        "rows": sorted(kept + rows, key=lambda row: row["model"]),
    }
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\n  {os.path.relpath(path)}")
    if any(row["void"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
