// Makes WebAssembly modules as small as wasm-opt -Oz --converge --reorder-functions does, each in its place:
//
//   node scripts/smaller.mjs <module>…
//
// The page is in two hundred pieces, most of a few kilobytes: one process reads its own program once, where a command
// for each piece spends minutes on that alone.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// wasm-bindgen names things that binaryen does not know, and it would say so for each piece.
const error = console.error;
console.error = (...words) => /unknown name subsection/.test(words[0]) || error(...words);

const require = createRequire(new URL("../tests/browser/package.json", import.meta.url));
const { default: binaryen } = await import(pathToFileURL(require.resolve("binaryen")).href);

// What rustc's code uses by now; the pieces do not say so themselves, and not every browser has all that there is.
const { Features } = binaryen;
const FEATURES =
  Features.SIMD128 | Features.BulkMemory | Features.BulkMemoryOpt | Features.ReferenceTypes | Features.Multivalue |
  Features.MutableGlobals | Features.NontrappingFPToInt | Features.SignExt | Features.CallIndirectOverlong;

binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);

function smaller(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(FEATURES);
  let best;
  // Each round finds what the one before laid bare.
  for (;;) {
    module.optimize();
    module.runPasses(["reorder-functions", "strip-producers", "strip-target-features"]);
    const next = module.emitBinary();
    if (best && next.length >= best.length) break;
    best = next;
  }
  module.dispose();
  return best;
}

for (const path of process.argv.slice(2)) writeFileSync(path, smaller(readFileSync(path)));
