"""Runs the Python script of links with scikit-learn, and the links themselves with the
native runner, and compares every printed number.

    .tools/venv/bin/python tests/python/run_twins.py [--whole] [RUNNER [PART…]]

RUNNER is the built program; without it, it is built first. With PARTs only those are
run whose name or link contains one. Scenes on which Python takes long are compared on
fewer images or restarts, unless --whole says otherwise. A script runs in a folder of
its own that holds nothing but itself and the NPZ of the page's images.
"""

import functools
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELATIVE = 1e-9

# Two threads, which sleep while they wait: others may be at work on this machine.
ENV = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}

# Beside the scenes: settings that no scene has.
LINKS = [
    "#/bench/kmeans?n_clusters=7&n_init=2&init=random&scaling=standard&max_iter=5",
    "#/bench/kmeans?data=mnist1k&n_clusters=25",
    "#/bench/kmeans?data=mnist1k&n_clusters=500&n_init=1&tol=0",
    "#/bench/kmeans?data=mnist1k&n_clusters=1&n_init=1",
    "#/bench/kmeans?data=mnist1k&random_state=4294967295&scaling=min-max&n_init=3&max_iter=1",
    "#/bench/digits?index=9999",
    "#/bench/digits?data=mnist1k&index=123",
    "#/bench/stability?data=mnist1k&n_clusters=12&n_init=2&n_runs=5&init=random&scaling=none&random_state=7",
    "#/bench/purity?data=mnist1k&n_clusters=2~30~10&n_init=3&scaling=standard&init=random",
    "#/bench/elbow?data=mnist1k&n_clusters=3~1~500&n_init=2&sample_size=2000&scaling=none",
    "#/bench/pcadbscan?data=mnist1k&n_samples=800&replace=false&n_components=30&svd_solver=full&eps=4~4.75~6&min_samples=4",
    "#/bench/pcakmeans?data=mnist1k&n_samples=900&n_clusters=12&n_init=3&whiten=false&svd_solver=covariance_eigh",
    "#/bench/pcatree?data=mnist1k&n_samples=700&replace=false&n_components=20&linkage=average&n_clusters=7&rows=1~2&n_init=2&p=3",
    "#/bench/agreement?data=mnist1k&n_samples=600&n_components=30&whiten=false&svd_solver=full&n_clusters=7&n_init=3&eps=1300.5"
    "&min_samples=4",
    "#/bench/tree?data=mnist1k&n_samples=1000&replace=false&linkage=average&n_clusters=25&random_state=3",
    "#/bench/tree?n_samples=2&n_clusters=2",
    "#/bench/tree?n_samples=4200&n_clusters=12",
    "#/bench/trees?n_samples=300&random_state=0",
    "#/bench/patches?data=mnist1k&patch_size=12&image_step=7&max_patches=1&scaling=none",
    "#/bench/patches?data=mnist1k&image_step=7&max_patches=40",
    "#/bench/dbgrid?data=mnist1k&n_samples=300&eps=6.1~8~8.5&min_samples=2~5",
    "#/bench/vocabulary?data=mnist1k&n_clusters=20&patch_size=5&image_step=20&scaling=none&random_state=7",
    "#/bench/bag?data=mnist1k&index=999&n_clusters=33&patch_size=8&image_step=20&max_patches=1&n_init=2",
    "#/bench/bags?data=mnist1k&weighting=tf-idf&n_words=20&learn_step=2&cv=3&patch_size=7&scaling=none&image_step=20",
    "#/bench/sheet?data=mnist1k&n_shown=7&random_state=3",
    # Strong penalties, at which scikit-learn's solvers converge and predictions can be compared.
    "#/bench/logistic?data=mnist1k&scheme=multinomial&C=0.01&scaling=min-max&tol=1e-8&max_iter=10000",
    "#/bench/logistic?data=mnist1k&C=0.01&scaling=min-max&tol=1e-8&max_iter=10000&test_size=0.33&random_state=7",
    "#/bench/logistic?data=mnist1k&C=0.1&penalty=l1&scaling=min-max&tol=1e-8&max_iter=10000&class_weight=balanced",
    "#/bench/logistic?data=mnist1k&scheme=multinomial&C=0.001&scaling=standard&fit_intercept=false&tol=1e-8&test_size=0",
    "#/bench/schemes?data=mnist1k&C=0.01&scaling=min-max",
    "#/bench/crossval?data=mnist1k&n_splits=4&random_state=5",
    "#/bench/denoise?data=mnist1k&n_components=3~17&scheme=ovr&C=0.1&random_state=5",
    "#/bench/binary?digits=0~7~1&n_images=500&threshold=127&random_state=5",
    "#/bench/mixture?data=mnist1k&learn_concentration=true&merge=avg&init=nearest&n_groups=20&threshold=100"
    "&hidden=left&n_chains=3&n_iter=8&held_out=true",
    "#/bench/mixture?data=mnist1k&learn=fixed&merge=mode&digits=0~7~1&init=together&hidden=dots&n_chains=1&alpha=0.5"
    "&concentration=10",
    "#/bench/mixture?data=mnist1k&learn=linear-slice&n_iter=1&n_chains=1&hidden=all&merge=avg&n_groups=1000&beta=0.3",
    "#/bench/mixture?data=mnist1k&init=kmeans&n_groups=25&n_chains=2&n_iter=3&random_state=4294967295",
    "#/bench/starts?data=mnist1k&n_groups=3~40&concentrations=2~500&n_iter=3&digits=0~7&threshold=50&random_state=3",
    "#/bench/starts?data=mnist1k&n_groups=1~60~120~1000&concentrations=2~50&n_iter=2&digits=1~8&threshold=100&random_state=7",
    "#/bench/samples?data=mnist1k&pairs=3~8~5~2&n_samples=90&random_state=9",
    "#/bench/parcels?connectivity=none&n_samples=200",
    "#/bench/parcels?pairs=9~4&n_clusters=30&n_clusterings=3&subsample=1&n_samples=300",
    "#/bench/encludl?pairs=3~8&solver=compat&n_samples=800&n_clusters=60&n_bootstraps=3&cluster_bootstrap_size=1"
    "&min_lit=0.05&nodewise_alpha=share&random_state=5",
    "#/bench/encludl?pairs=0~1&solver=compat&n_samples=600&n_clusters=40&n_bootstraps=4&adaptive_aggregation=true"
    "&gamma=0.3&two_tailed=false&max_iter=200",
    "#/bench/contrast?pairs=8~3&n_samples=900&n_clusters=50&n_bootstraps=4&fwer=0.05&C=0.001&random_state=3",
    "#/bench/repeats?pairs=0~1&n_samples=500&n_clusters=40&n_bootstraps=3&n_seeds=3&random_state=5",
    "#/bench/selftest?data=mnist1k&n_jobs=9",
]

# Scenes on which scikit-learn alone takes minutes: of one-vs-rest on grey levels it then reaches its limit of
# iterations, so that nothing but shapes can be compared, which a lower limit gives as well; cross-validations and
# paths are compared on fewer images.
ALWAYS_SHORTER = {
    "4-ovr": "max_iter=3",
    "4-three": "max_iter=3",
    "4-cv": "data=mnist1k",
    "4-path": "data=mnist1k",
    "4-pca": "data=mnist1k",
}

# Scenes on which Python takes a quarter of a minute or more. The same lines of a script compute them, and all of them
# together take a third of an hour: `scripts/test whole`.
SHORTER = {
    "0-run": "n_bootstraps=3",
    "0-stability": "n_bootstraps=3&n_seeds=2",
    "0-compare": "n_bootstraps=3",
    "1-starts": "data=mnist1k",
    "2-kmeans": "n_init=3",
    "2-ari": "n_init=3&n_runs=3",
    "2-elbow": "data=mnist1k",
    "2-agg10": "n_samples=3000",
    "2-agg40": "n_samples=3000",
    "3-kmeans10": "n_init=2",
    "3-kmeans20": "n_init=2",
    "3-purity": "n_init=2",
    "3-vocab": "image_step=50",
    "3-bags": "data=mnist1k",
    "4-path": "data=mnist1k&n_c=3",
    "4-multi": "data=mnist1k&C=1e-7&max_iter=2000",
}

# The same on a visitor's own files.
FILE_LINKS = [
    "#/bench/digits?index=59",
    "#/bench/kmeans?n_clusters=6&n_init=3&random_state=3",
    "#/bench/purity?n_clusters=3~60&n_init=2",
    "#/bench/tree?n_samples=20&n_clusters=19&linkage=single",
    "#/bench/bag?image_step=1&patch_size=3&n_clusters=40&index=7",
    "#/bench/mixture?n_iter=4&hidden=right&n_queries=2&samples_per_chain=3",
]


def own_files(folder):
    """Sixty images of 4 by 7 pixels in IDX files, labels 0 to 6 without 5."""
    images = bytes((i * 2654435761 % 2**32) >> 24 for i in range(60 * 28))
    labels = bytes([0, 1, 2, 3, 4, 6][i % 6] for i in range(60))
    paths = [folder / "own-images", folder / "own-labels"]
    paths[0].write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 60, 4, 7) + images)
    paths[1].write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 60) + labels)
    return ["--images", str(paths[0]), "--labels", str(paths[1])]


def scenes(shorter):
    """Name and link of every scene that computes something, and the link that stands for it."""
    labs = json.loads((ROOT / "src/labs/labs.json").read_text())
    for lab in labs:
        for scene in lab.get("scenes", []):
            if scene.get("experiment"):
                link = f"#/{lab['id']}/{scene['id']}"
                yield scene["id"], link, f"{link}?{shorter[scene['id']]}" if scene["id"] in shorter else link


def build():
    command = ["cargo", "build", "--release", "--locked", "--bin=digitoscope", "--message-format=json-render-diagnostics"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    made = [json.loads(line) for line in lines if line.startswith("{")]
    return next(message["executable"] for message in made if message.get("executable"))


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stderr}")
    return done.stdout, done.stderr


def differences(printed, metrics):
    """One sentence for each printed value that is not the metric of its name."""
    for name, text in printed:
        if name not in metrics:
            yield f"{name} is printed, but the report has no such number"
            continue
        ours = metrics[name]
        try:
            if isinstance(ours, float):
                theirs = float(text)
                equal = abs(theirs - ours) <= RELATIVE * max(abs(theirs), abs(ours))
            elif isinstance(ours, int):
                equal = int(text) == ours
            else:
                equal = text == ours
        except ValueError:
            equal = False
        if not equal:
            yield f"{name}: {ours} here, {text} there"


def compare(runner, link, own):
    """What differs for one link, and how many numbers were compared."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        more = own_files(folder) if own else []
        script, _ = run([runner, link, *more, "--python"], folder)
        found = re.search(r'^IMAGES = "(digitoscope-[\w-]+\.npz)"$', script, re.MULTILINE)
        if not found:
            return ["the script does not say which images it loads"], 0, {}
        output, notes = run([runner, link, *more, "--images-npz", found[1]], folder)
        outcome = json.loads(output)
        (folder / "twin.py").write_text(script)
        output, warnings = run([sys.executable, "twin.py"], folder)
        # "name = value"; a script may print other lines, such as the pixels of an image.
        printed = re.findall(r"^([\w.]+) = (.*)$", output, re.MULTILINE)
        metrics = {metric["id"]: metric["value"] for metric in outcome["report"]["metrics"]}
        bad = list(differences(printed, metrics))
        if notes:
            bad.append(f"the runner noted: {notes.strip()}")
        if not printed:
            bad.append("the script printed no number")
        return bad, len(printed), {"warnings": warnings.strip(), "key": outcome["configuration"]}


@functools.cache
def body(runner, case):
    """What a case's script is but for its link; the case itself where there is no script."""
    name, link, _, own = case
    try:
        return own, run([runner, link, "--python"], ROOT)[0].split("\n", 1)[1]
    except (RuntimeError, IndexError):
        return name


def check(runner, case):
    """Whether all numbers of a case are equal, and what to say of it."""
    name, _, link, own = case
    began = time.monotonic()
    try:
        bad, n_numbers, about = compare(runner, link, own)
    except (RuntimeError, ValueError, KeyError) as error:
        bad, n_numbers, about = [str(error)], 0, {}
    lines = [f"{'FAIL ' if bad else 'ok   '} {name}: {n_numbers} numbers, {time.monotonic() - began:.1f} s"]
    lines += [f"      {sentence}" for sentence in bad]
    if about.get("warnings"):
        # Each kind once: a solver may warn of every fit.
        kinds = Counter(re.findall(r"\b(\w*Warning): (.{0,60})", about["warnings"]))
        lines += [f"      Python warned {n} times: {kind}: {words}…" for (kind, words), n in kinds.items()]
    return not bad, "\n".join(lines)


def main():
    whole = sys.argv[1:2] == ["--whole"]
    arguments = sys.argv[1 + whole :]
    runner = str(Path(arguments[0]).resolve()) if arguments else build()
    cases = [(*scene, False) for scene in scenes(ALWAYS_SHORTER if whole else ALWAYS_SHORTER | SHORTER)]
    cases += [(link, link, link, False) for link in LINKS]
    cases += [(f"own files, {link}", link, link, True) for link in FILE_LINKS]
    parts = arguments[1:]
    if parts:
        cases = [case for case in cases if any(part in case[0] for part in parts)]
    # Two scenes may show one run; their scripts differ in the link alone.
    first = {}
    for case in cases:
        first.setdefault(body(runner, case), case)
    twins = {case[0]: other[0] for case in cases if (other := first[body(runner, case)]) is not case}
    # A script and the program keep one processor busy most of the time.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = {case[0]: pool.submit(check, runner, case) for case in cases if case[0] not in twins}
        for job in as_completed(jobs.values()):
            print(job.result()[1], flush=True)
    ended = {name: job.result()[0] for name, job in jobs.items()}
    for name, other in twins.items():
        print(f"{'ok   ' if ended[other] else 'FAIL '} {name}: the script of {other}", flush=True)
    passed = sum(ended[twins.get(case[0], case[0])] for case in cases)
    failed = len(cases) - passed
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
