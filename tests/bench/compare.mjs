// The page against native scikit-learn on the same machine, in one run.
//
//   scripts/build && cargo build --release && node tests/bench/compare.mjs
//
// k-means on the built-in 10,000 × 784 images, 10 restarts, k = 10 and 20, in Chromium with one worker
// for each core and in scikit-learn with its own threads; then the page's cold start. Both sides see the
// same images and the same seed, so their inertias must agree. Prints a table in Markdown.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../browser/browsers.mjs";
import { serve } from "../browser/server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const dist = process.env.DIST ?? join(root, "dist");
const python = process.env.PYTHON ?? join(root, ".tools/venv/bin/python");
const runner = process.env.RUNNER ?? join(root, "target/release/digitoscope");
const repeats = Number(process.env.REPEATS ?? 3);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const folder = mkdtempSync(join(tmpdir(), "digitoscope-bench-"));
const npz = join(folder, "images.npz");
execFileSync(runner, ["#/bench/kmeans", "--images-npz", npz, "--python"], { cwd: root });

const SKLEARN = `
import json, sys, time
import numpy as np
from sklearn.cluster import KMeans
X = np.load(sys.argv[1])["images"].reshape(10000, -1).astype(float)
k, repeats = int(sys.argv[2]), int(sys.argv[3])
seconds = []
for _ in range(repeats):
    began = time.perf_counter()
    model = KMeans(n_clusters=k, n_init=10, random_state=0).fit(X)
    seconds.append(time.perf_counter() - began)
print(json.dumps({"seconds": seconds, "inertia": model.inertia_}))
`;

const server = await serve(dist);
const browser = await launch("chromium");
const rows = [];
try {
  for (const k of [10, 20]) {
    const ours = { seconds: [], inertia: 0 };
    for (let i = 0; i < repeats; i++) {
      const page = await browser.newPage();
      await page.goto(`${server.url}#/bench/kmeans?n_clusters=${k}`);
      await page.waitForSelector("[data-testid=run]");
      await page.click("[data-testid=run]");
      await page.waitForSelector("[data-testid=metrics]", { timeout: 600_000 });
      const read = (selector) => page.$eval(selector, (element) => element.textContent);
      // What the visitor waits for, the start of the workers included, the download of the images not.
      ours.seconds.push(Number(/· ([\d.]+) s/.exec(await read("[data-testid=badge]"))[1]));
      ours.inertia = Number(await read('[data-metric="inertia"] .num'));
      await page.close();
    }
    const theirs = JSON.parse(execFileSync(python, ["-c", SKLEARN, npz, String(k), String(repeats)], { encoding: "utf8" }));
    const [a, b] = [median(ours.seconds), median(theirs.seconds)];
    rows.push({ job: `k-means k=${k}, 10 restarts, 10,000 × 784`, page: a, native: b, ratio: a / b });
    if (Math.abs(ours.inertia / theirs.inertia - 1) > 1e-9) {
      throw new Error(`k=${k}: inertia ${ours.inertia} here, ${theirs.inertia} in scikit-learn`);
    }
  }
  console.log(`| job | page, s | scikit-learn, s | ratio |\n|---|---|---|---|`);
  for (const { job, page, native, ratio } of rows) {
    console.log(`| ${job} | ${page.toFixed(2)} | ${native.toFixed(2)} | ${ratio.toFixed(2)} |`);
  }
  console.log(`\nMedians of ${repeats}; ${await browser.version()}; inertias equal to 1e-9.\n`);

  for (const route of ["#/clusters/2-data", "#/bench/kmeans?data=mnist1k&n_init=2"]) {
    const cold = await launch("chromium");
    server.reset();
    const page = await cold.newPage();
    await page.goto(server.url + route);
    if (route.includes("bench")) {
      await page.waitForSelector("[data-testid=run]");
      await page.click("[data-testid=run]");
    }
    await page.waitForFunction(() => performance.getEntriesByName("result:live").length > 0, { timeout: 120_000 });
    const bytes = [...server.sent.values()].reduce((sum, n) => sum + n, 0);
    const times = await page.evaluate(() => ({
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      live: performance.getEntriesByName("result:live")[0].startTime,
    }));
    console.log(
      `${route}: ${Math.round(bytes / 1000)} KB until the first live result, first paint ${Math.round(times.paint)} ms, ` +
        `first live result ${Math.round(times.live)} ms`,
    );
    await cold.close();
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
}
