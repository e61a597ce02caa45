// Weighs dist/ (or the folder given) against budget.json: bytes after gzip, as a plain host sends them.
// "First live result" is all a visitor fetches before it: page, program and the first shard of the images.

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

const KINDS = { ".html": "page", ".css": "page", ".js": "program", ".wasm": "program" };
const sum = { page: 0, program: 0, shard: 0 };
const found = { page: 0, program: 0, shard: 0 };
for (const path of files(dist)) {
  const name = relative(dist, path);
  const bytes = readFileSync(path);
  const kind = /^data\/mnist-v\d+-0\.bin\.gz$/.test(name) ? "shard" : KINDS[extname(path)];
  const size = extname(path) === ".gz" ? bytes.length : gzipSync(bytes).length;
  if (!kind) continue;
  sum[kind] += size;
  found[kind]++;
  console.log(`${String(size).padStart(8)}  ${name}`);
}

const measured = {
  "index.html and stylesheets": [sum.page, found.page],
  "wasm and scripts": [sum.program, found.program],
  "first live result": [sum.page + sum.program + sum.shard, Math.min(found.page, found.program, found.shard)],
};
let failed = 0;
for (const [what, limit] of Object.entries(budget)) {
  const [size, count] = measured[what] ?? [NaN, 0];
  // No file at all is no success: the build then puts them elsewhere.
  const kept = count > 0 && size <= limit;
  if (!kept) failed++;
  console.log(`${kept ? "ok  " : "OVER"}  ${what}: ${size} of ${limit} bytes${count ? "" : " (files missing)"}`);
}
console.log(`${Object.keys(budget).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
