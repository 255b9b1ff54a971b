"""What 'datasets/cmu-mocap.yaml' should make of its second form, computed with NumPy from the same files.

Prints the literals of Tests/LabTests/DatasetTests/RealDatasetTests.swift.

    python3 Scripts/reference/motion_capture.py ../shared/datasets/cmu_mocap
"""

import sys
import tarfile

import numpy as np

DIRECTORY = sys.argv[1]

# Motion: recordings with their first frame, end and step.
MOTIONS = [
    [("02/02_01", 0, 343, 4), ("02/02_02", 0, 298, 4), ("07/07_05", 0, 517, 4), ("35/35_01", 0, 358, 4),
     ("86/86_01", 1150, 1774, 4)],
    [("02/02_03", 0, 173, 4), ("09/09_06", 0, 141, 4)] + [(17, 0, None, 1), (18, 0, None, 1)]
    # Of two frames a hand is turned.
    + [(19, 0, 26, 1), (19, 28, None, 1)] + [(number, 0, None, 1) for number in range(20, 27)],
    [("49/49_18", 192, 916, 4), ("49/49_19", 120, 836, 4), ("49/49_20", 88, 804, 4)],
    [("02/02_05", 0, 1112, 4), ("86/86_01", 1980, 2500, 4), ("86/86_01", 4065, 4579, 4)],
    [("86/86_01", 3200, 4065, 2)],
]


def freedoms(text):
    """Degrees of freedom by bone, of an ASF file."""
    found, name = {}, None
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["order"]:
            found["root"] = [word.lower() for word in words[1:]]
        elif words[:1] == ["name"]:
            name = words[1]
        elif words[:1] == ["dof"]:
            found[name] = words[1:]
    return found


def frames(text):
    """Bones and values of an AMC file."""
    bones, rows = [], []
    for words in map(str.split, text.splitlines()):
        if not words or words[0][0] in "#:":
            continue
        if len(words) == 1:
            rows.append([])
            bones.append([])
        else:
            bones[-1].append(words[0])
            rows[-1] += [float(word) for word in words[1:]]
    assert all(names == bones[0] for names in bones)
    return bones[0], np.array(rows)


with tarfile.open(f"{DIRECTORY}/cmu_mocap_asf_amc.tar.xz") as archive:
    wanted = {r[0] for motion in MOTIONS for r in motion if isinstance(r[0], str)}
    wanted = {name + ".amc" for name in wanted} | {f"{name[:2]}/{name[:2]}.asf" for name in wanted}
    texts = {
        member.name.removeprefix("./"): archive.extractfile(member).read().decode()
        for member in archive if member.name.removeprefix("./") in wanted
    }
with np.load(f"{DIRECTORY}/cmu35_walkjog_30hz.npz") as stored:
    jogging = {n: stored["data"][stored["recording"] == n] for n in range(17, 27)}

channels, parts, labels, recordings, places = None, [], [], [], []
for label, motion in enumerate(MOTIONS):
    for name, first, end, step in motion:
        if isinstance(name, int):
            values = jogging[name]
        else:
            bones, values = frames(texts[name + ".amc"])
            skeleton = freedoms(texts[f"{name[:2]}/{name[:2]}.asf"])
            names = [f"{bone}.{freedom}" for bone in bones for freedom in skeleton[bone]]
            channels = channels or names
            assert names == channels
        values = values[first:end:step]
        labels += [label] * len(values)
        recordings += [max(recordings, default=-1) + 1] * len(values)
        places += range(len(values))
        parts.append(values)

table = np.concatenate(parts)[:, 6:]
names = channels[6:]
table = table - 360 * np.round(table / 360)
kept = np.sort(np.argsort(-table.var(axis=0), kind="stable")[:50])
image = table[:, kept]
low, high = image.min(axis=0), image.max(axis=0)
image = (image - low) / (high - low).max()

print("motions", np.bincount(labels).tolist())
print("recordings", np.bincount(recordings).tolist())
print("names", [names[k] for k in kept[[0, 1, 24, 48, 49]]])
print("left out", [names[k] for k in range(len(names)) if k not in kept])
print("ranges", [[float(low[c]), float(high[c])] for c in (0, 21, 30)], [names[kept[c]] for c in (0, 21, 30)])
for row in (0, 536, 537, 1000, 1100, 2000, 2529):
    print(row, labels[row], recordings[row], places[row], [float(np.float32(v)) for v in image[row, [0, 21, 30, 49]]])
print("widest", [names[kept[c]] for c in np.flatnonzero(image.max(axis=0) == 1)])
print("mean", float(image.mean()), "mean square", float((image**2).mean()))
