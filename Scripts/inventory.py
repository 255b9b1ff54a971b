#!/usr/bin/env python3
"""List the experiment inventories of the papers' specifications, or check a mapping against them.

    python3 Scripts/inventory.py SPECS             the inventory rows: paper, tab, row label as printed
    python3 Scripts/inventory.py SPECS MAPPING     does MAPPING name exactly these rows, in this order?

SPECS is the folder of the specifications (<paper>.md; not part of this repository). MAPPING is a table with tabs
and the header `paper row id reason`: which entry of the catalogue each row became, or `-` and why it is not one.
Which rows are left out is said there and nowhere else. A check prints `ok: N rows`, or one line per difference
and exits with status 1.
"""
import sys
from pathlib import Path

PAPERS = ["gmvae", "mfcvae", "isa-vae", "vhp", "fmp"]
HEADER = ["paper", "row", "id", "reason"]


def first_cell(line):
    """`| Fig 2a | synthetic | …` gives `Fig 2a`; a line that is no table row gives None."""
    return line.split("|")[1].strip() if line.startswith("|") and line.count("|") > 1 else None


def inventory(text):
    """The first cells of the table headed `id` in the section on experiments."""
    labels, in_section, in_table = [], False, False
    for line in text.splitlines():
        if line.startswith("## "):
            in_section = "Experiment" in line
        cell = first_cell(line) if in_section else None
        if cell is None:
            if in_table:
                break
        elif cell == "id":
            in_table = True
        elif in_table and set(cell) - set("-:"):
            labels.append(cell)
    return labels


def read_specifications(folder):
    rows = []
    for paper in PAPERS:
        labels = inventory((Path(folder) / f"{paper}.md").read_text(encoding="utf-8"))
        if not labels:
            sys.exit(f"{paper}.md: no table headed `id` in a section on experiments")
        rows += [(paper, label) for label in labels]
    return rows


def read_mapping(path):
    """The rows of a mapping, and what is wrong with the file itself."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows, problems = [], []
    if not lines or lines[0].split("\t") != HEADER:
        problems.append(f"line 1: expected the header {' '.join(HEADER)}, with tabs")
    for number, line in enumerate(lines[1:], start=2):
        fields = line.split("\t")
        if len(fields) != len(HEADER) or not all(fields):
            problems.append(f"line {number}: expected {len(HEADER)} filled columns, with tabs: {line}")
            continue
        paper, label, entry, reason = fields
        if (entry == "-") == (reason == "-"):
            problems.append(f"line {number}: expected either an id or a reason, and `-` for the other: {line}")
        if entry != "-" and not entry.startswith(paper + "/"):
            problems.append(f"line {number}: {entry} is not an entry of {paper}")
        rows.append((paper, label))
    return rows, problems


def differences(expected, found):
    problems = [f"missing from the mapping: {paper}: {label}" for paper, label in expected if (paper, label) not in found]
    problems += [f"not in the specifications: {paper}: {label}" for paper, label in found if (paper, label) not in expected]
    problems += [f"named twice: {paper}: {label}" for paper, label in sorted(set(found)) if found.count((paper, label)) > 1]
    if not problems and found != expected:
        problems.append("the rows are not in the order of the specifications")
    return problems


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__.strip())
    rows = read_specifications(arguments[0])
    if len(arguments) == 1:
        print("\n".join("\t".join(row) for row in rows))
        return 0
    found, problems = read_mapping(arguments[1])
    problems += differences(rows, found)
    print("\n".join(problems) if problems else f"ok: {len(rows)} rows")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
