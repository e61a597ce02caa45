"""Writes tests/fixtures/reference/random*.json: what NumPy and sklearn.utils.resample draw.

Doubles are written as the hexadecimal of their bits, and long runs as the
SHA-256 of their little-endian bytes, so that equal means every bit.
"""

import glob
import hashlib
import json
import pathlib
import random
import struct
from decimal import Decimal, getcontext

import numpy as np
import sklearn
from sklearn.utils import resample

OUT = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "reference"
SEEDS = [0, 1, 2, 7, 42, 69, 123, 1234, 5489, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
RANGES = [
    (0, 1), (0, 2), (0, 3), (0, 10), (-5, 5), (0, 70000), (0, 2**16), (0, 2**16 + 1),
    (0, 2**31), (-(2**31), 2**31 - 1), (-(2**31), 2**31), (0, 2**32 - 1), (0, 2**32), (0, 2**32 + 1),
    (0, 3 * 2**31), (-(2**40), 2**40 + 12345), (-(2**62), 2**62), (0, 2**63 - 1), (-(2**63), 2**63 - 1),
]


def bits(values):
    return [struct.pack(">d", float(v)).hex() for v in np.ravel(values)]


def sha(array, dtype):
    return hashlib.sha256(np.ascontiguousarray(array, dtype=dtype).tobytes()).hexdigest()


def ints(values):
    return [int(v) for v in np.ravel(values)]


def probabilities(n, dice, zeros):
    """A distribution with `zeros` impossible entries, unequal on purpose."""
    p = np.array([dice.random() ** 3 for _ in range(n)])
    p[dice.sample(range(n), zeros)] = 0.0
    return p / p.sum()


def some_choice_p(dice):
    n = dice.choice([1, 2, 3, 10, 100])
    p = probabilities(n, dice, n // 4)
    replace = dice.random() < 0.5
    size = dice.randrange(0, 30) if replace else dice.randrange(0, n - n // 4 + 1)
    return n, size, replace, p


def legacy_call(rng, dice):
    kind = dice.choice(
        "next random_sample uniform randint randint_many permutation "
        "shuffle choice choice choice_p choice_p skip".split()
    )
    if kind == "next":  # a range of the full 32 bits hands out the raw word
        return [kind, [], int(rng.randint(0, 2**32))]
    if kind == "random_sample":
        return [kind, [], bits(rng.random_sample())]
    if kind == "uniform":
        low, high = dice.uniform(-10, 10), dice.uniform(-10, 10)
        return [kind, bits([low, high]), bits(rng.uniform(low, high))]
    if kind == "randint":
        low, high = dice.choice(RANGES)
        return [kind, [low, high], int(rng.randint(low, high))]
    if kind == "randint_many":
        low, high = dice.choice(RANGES)
        size = dice.randrange(0, 12)
        return [kind, [low, high, size], ints(rng.randint(low, high, size=size))]
    if kind == "permutation":
        n = dice.choice([0, 1, 2, 3, 10, 33])
        return [kind, [n], ints(rng.permutation(n))]
    if kind == "shuffle":
        items = np.arange(100, 100 + dice.choice([0, 1, 2, 5, 17]))
        n = len(items)
        rng.shuffle(items)
        return [kind, [n], ints(items)]
    if kind == "choice":
        n = dice.choice([1, 2, 5, 20])
        replace = dice.random() < 0.5
        size = dice.randrange(0, 25) if replace else dice.randrange(0, n + 1)
        return [kind, [n, size, replace], ints(rng.choice(n, size, replace=replace))]
    if kind == "choice_p":
        n, size, replace, p = some_choice_p(dice)
        return [kind, [n, size, replace, bits(p)], ints(rng.choice(n, size, replace=replace, p=p))]
    n = dice.randrange(0, 700)
    rng.random_sample(n)
    return ["skip", [n], None]


def nearest_logs(dice):
    """Arguments over all of (0, 1) and close to 1, with their logarithms rounded once."""
    getcontext().prec = 50
    arguments = [dice.random() for _ in range(400)] + [dice.random() ** 9 for _ in range(50)]
    arguments += [1.0 - dice.random() * 2.0 ** -dice.randrange(5, 45) for _ in range(100)]
    arguments += [1.0 + dice.random() * 2.0 ** -dice.randrange(0, 45) for _ in range(50)]
    return [bits([x, float(Decimal(x).ln())]) for x in arguments]


def legacy():
    dice = random.Random(20260)
    streams = []
    for seed in SEEDS:
        rng = np.random.RandomState(seed)
        streams.append({"seed": seed, "calls": [legacy_call(rng, dice) for _ in range(40)]})
    long = []
    for seed in SEEDS:
        rng = np.random.RandomState(seed)
        entry = {"seed": seed, "random_sample": sha(rng.random_sample(5000), "<f8")}
        entry["randint"] = [[low, high, sha(rng.randint(low, high, size=700), "<i8")] for low, high in RANGES]
        entry["permutation"] = [[n, sha(rng.permutation(n), "<u4")] for n in [1000, 10000, 70000]]
        rng = np.random.RandomState(seed)
        rng.random_sample(3)
        entry["standard_normal"] = bits(rng.standard_normal(41))
        entry["normal"] = bits(rng.normal(-3.0, 0.25, size=3))
        entry["after"] = bits(rng.random_sample(1))
        long.append(entry)
    normals = np.random.RandomState(42).standard_normal(4000)
    return {"streams": streams, "long": long, "normals": "".join(bits(normals)), "logs": nearest_logs(dice)}


def generator_call(rng, dice):
    kind = dice.choice(
        "random uniform integers integers_many permutation shuffle "
        "choice choice choice_p choice_p standard_normal normal".split()
    )
    if kind == "random":
        return [kind, [], bits(rng.random())]
    if kind == "uniform":
        low = dice.uniform(-10, 10)
        high = low + dice.uniform(0, 10)
        return [kind, bits([low, high]), bits(rng.uniform(low, high))]
    if kind == "integers":
        low, high = dice.choice(RANGES)
        endpoint = dice.random() < 0.5
        return [kind, [low, high, endpoint], int(rng.integers(low, high, endpoint=endpoint))]
    if kind == "integers_many":
        low, high = dice.choice(RANGES)
        endpoint, size = dice.random() < 0.5, dice.randrange(0, 12)
        return [kind, [low, high, size, endpoint], ints(rng.integers(low, high, size=size, endpoint=endpoint))]
    if kind == "permutation":
        n = dice.choice([0, 1, 2, 3, 10, 33])
        return [kind, [n], ints(rng.permutation(n))]
    if kind == "shuffle":
        items = np.arange(100, 100 + dice.choice([0, 1, 2, 5, 17]))
        n = len(items)
        rng.shuffle(items)
        return [kind, [n], ints(items)]
    if kind == "choice":
        n = dice.choice([1, 2, 5, 20, 10000, 20000])
        replace, shuffle = dice.random() < 0.3, dice.random() < 0.5
        size = dice.randrange(0, 25) if replace else dice.randrange(0, min(n, 30) + 1)
        got = rng.choice(n, size, replace=replace, shuffle=shuffle)
        return [kind, [n, size, replace, shuffle], ints(got)]
    if kind == "choice_p":
        n, size, replace, p = some_choice_p(dice)
        return [kind, [n, size, replace, bits(p)], ints(rng.choice(n, size, replace=replace, p=p))]
    if kind == "standard_normal":
        return [kind, [], bits(rng.standard_normal())]
    return ["normal", bits([2.5, 0.5]), bits(rng.normal(2.5, 0.5))]


def ziggurat_tables():
    """The three tables as they lie in NumPy's library, found by their last width."""
    (library,) = glob.glob(str(pathlib.Path(np.__file__).parent / "random" / "_generator*.so"))
    raw = pathlib.Path(library).read_bytes()
    wi_end = raw.find(struct.pack("<d", 3.6541528853610088 / 2.0**52)) + 8
    tables = {"wi": hashlib.sha256(raw[wi_end - 2048 : wi_end]).hexdigest()}
    for start in range(wi_end - 20480, wi_end + 20480, 8):
        block = raw[start : start + 2048]
        heights = struct.unpack("<256d", block)
        limits = struct.unpack("<256Q", block)
        edge = np.exp(-0.5 * 3.6541528853610088**2)
        if heights[0] == 1.0 and abs(heights[255] / edge - 1.0) < 1e-12:
            tables["fi"] = hashlib.sha256(block).hexdigest()
        if limits[1] == 0 and all(2**50 < k < 2**52 for k in limits[3:]) and limits[0] > 2**50:
            tables["ki"] = hashlib.sha256(block).hexdigest()
    assert len(tables) == 3, tables
    return tables


def generator():
    dice = random.Random(20261)
    streams = []
    for seed in SEEDS + [2**64 + 3, 2**127 + 12345]:
        rng = np.random.default_rng(seed)
        streams.append({"seed": str(seed), "calls": [generator_call(rng, dice) for _ in range(40)]})
    long = []
    sizes = [
        (10000, 300), (10000, 9999), (10001, 200), (10001, 201), (10001, 500), (10001, 501),
        (70000, 1400), (70000, 1401), (70000, 3501), (12000, 12000), (50, 50),
    ]
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        entry = {"seed": str(seed), "random": sha(rng.random(5000), "<f8")}
        entry["standard_normal"] = sha(rng.standard_normal(50000), "<f8")
        entry["integers"] = [[low, high, sha(rng.integers(low, high, size=701), "<i8")] for low, high in RANGES]
        entry["choice"] = [
            [n, size, shuffle, sha(rng.choice(n, size, replace=False, shuffle=shuffle), "<u4")]
            for n, size in sizes
            for shuffle in (True, False)
        ]
        entry["permutation"] = [[n, sha(rng.permutation(n), "<u4")] for n in [1000, 70000]]
        entry["after"] = bits(rng.random(1))
        long.append(entry)
    spawned = []
    for seed in [0, 42, 2**32, 2**128 - 1]:
        rng = np.random.default_rng(seed)
        first = rng.random()
        children = rng.spawn(3)
        grandchild = children[1].spawn(2)[1]
        later = rng.spawn(1)[0]
        draws = [first] + [c.random() for c in children] + [grandchild.random(), later.random(), rng.random()]
        spawned.append({"seed": str(seed), "draws": bits(draws)})
    return {"streams": streams, "long": long, "spawned": spawned, "tables": ziggurat_tables()}


def seed_sequences():
    cases = []
    for entropy in [[0], [1], [42], [2**32 - 1], [2**32], [2**64 - 1], [2**96 + 5], [2**128 - 1], [1, 2, 3],
                    [0, 0], [7, 2**40, 2**100], [1, 2, 3, 4, 5, 6], []]:
        for key in [[], [0], [3], [2**32 - 1], [1, 2], [0, 5, 9, 12, 4]]:
            seq = np.random.SeedSequence(entropy if len(entropy) != 1 else entropy[0], spawn_key=key)
            children = seq.spawn(2)
            cases.append({
                "entropy": [str(e) for e in entropy], "spawn_key": key,
                "u32": ints(seq.generate_state(9)), "u64": ints(seq.generate_state(5, np.uint64)),
                "child": ints(children[1].spawn(1)[0].generate_state(3)),
            })
    return cases


def resamples():
    dice = random.Random(20262)
    cases = []
    for seed in SEEDS:
        rng = np.random.RandomState(seed)
        for _ in range(12):
            total = dice.choice([1, 2, 5, 10, 37, 100, 400])
            classes = None
            if dice.random() < 0.6:
                # few and many classes, of equal sizes (ties to break) and of unequal ones
                n_classes = dice.choice([1, 2, 3, 10])
                power = dice.choice([1.0, 3.0])
                classes = [3 * int(n_classes * dice.random() ** power) for _ in range(total)]
                if dice.random() < 0.4:
                    classes = [3 * (i % n_classes) for i in range(total)]
            replace = dice.random() < 0.5
            size = dice.randrange(1, total + 1) if not replace else dice.randrange(1, 2 * total + 1)
            size = dice.choice([size, min(size, 20), total])
            rows = resample(np.arange(total), replace=replace, n_samples=size, random_state=rng, stratify=classes)
            rows = ints(rows)
            if len(rows) > 30:
                rows = sha(rows, "<u4")
            cases.append({"seed": seed, "total": total, "size": size, "replace": replace,
                          "classes": classes, "rows": rows})
    labels = np.random.RandomState(5).randint(0, 10, size=70000)
    big = []
    for seed, size, replace in [(0, 1000, False), (42, 1000, True), (69, 10000, False), (1, 70000, True)]:
        plain = resample(np.arange(70000), replace=replace, n_samples=size, random_state=seed)
        strat = resample(np.arange(70000), replace=replace, n_samples=size, random_state=seed, stratify=labels)
        big.append([seed, size, replace, sha(plain, "<u4"), sha(strat, "<u4")])
    return {"small": cases, "big": big, "sklearn": sklearn.__version__}


def main():
    for name, value in [("random_state", legacy()), ("random_generator", generator()),
                        ("random_seed_sequence", seed_sequences()), ("random_resample", resamples())]:
        text = json.dumps({"numpy": np.__version__, "cases": value}, separators=(",", ":"))
        (OUT / f"{name}.json").write_text(text + "\n")
        print(name, len(text))


if __name__ == "__main__":
    main()
