// Weighs dist/ (or the folder given) against budget.json: bytes after gzip, as a plain host sends them.
// "First live result" is all a visitor fetches before it: page, the module of k-means and the first shard of the images.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.argv[2] ?? join(here, "..", "..", "dist");
const budget = JSON.parse(readFileSync(join(here, "budget.json"), "utf8"));

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

// The page, the compute modules and those of views by name, and what else counts.
const size = { styles: 0, page: 0, shard: 0 };
const modules = {};
const views = {};
for (const path of files(dist)) {
  const name = relative(dist, path);
  const ending = extname(path);
  const shard = /^data\/mnist-v\d+-0\.bin\.gz$/.test(name);
  if (!shard && ![".html", ".css", ".js", ".wasm"].includes(ending)) continue;
  const bytes = readFileSync(path);
  const packed = shard ? bytes.length : gzipSync(bytes).length;
  const module = /^engine-(\w+)-[0-9a-f]+(_bg)?\.(js|wasm)$/.exec(name)?.[1];
  const view = /^digitoscope-[0-9a-f]+-(\w+)\.wasm$/.exec(name)?.[1];
  if (view) views[view] = packed;
  else if (module) modules[module] = (modules[module] ?? 0) + packed;
  else size[shard ? "shard" : ending === ".html" || ending === ".css" ? "styles" : "page"] += packed;
  console.log(`${String(packed).padStart(8)}  ${name}`);
}
// Files are read and written long after the first result.
const { files: reader = NaN, ...compute } = modules;
const sum = (sizes) => sizes.reduce((sum, size) => sum + size, 0);
// What the views of a lab bring: their module, and the chunks that they share with others. Who shares what stands in
// the script that loads them.
const loader = [...files(dist)].find((path) => /digitoscope-[0-9a-f]+-views\.js$/.test(path));
const shares = [...readFileSync(loader, "utf8").matchAll(/\/\* ([\w, ]+) \*\/\s*const __(chunk_\d+) =/g)];
const shared = (lab) => shares.filter(([, labs]) => labs.split(", ").includes(lab)).map(([, , chunk]) => views[chunk]);
const labs = Object.keys(views).filter((name) => name.startsWith("split_"));
const ofLab = labs.map((name) => views[name] + sum(shared(name.slice("split_".length))));
if (shares.length !== Object.keys(views).length - labs.length) throw new Error("a chunk that nobody loads");
const heaviest = Math.max(...Object.values(compute));

const measured = {
  "index.html and stylesheets": size.styles,
  "the page's module": size.page,
  "the heaviest views of a lab": Math.max(...ofLab),
  "the heaviest compute module": heaviest,
  "the module for files": reader,
  "first live result": size.styles + size.page + compute.pixels + size.shard,
};
let failed = 0;
for (const [what, limit] of Object.entries(budget)) {
  const bytes = measured[what] ?? NaN;
  // No file at all is no success: the build then puts them elsewhere.
  const kept = bytes > 0 && bytes <= limit;
  if (!kept) failed++;
  console.log(`${kept ? "ok  " : "OVER"}  ${what}: ${bytes} of ${limit} bytes`);
}
console.log(`${Object.keys(budget).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
