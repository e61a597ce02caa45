// The page under the strictest policy that it can live with: what a careful host may send.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, SCENES } from "./lab_page.mjs";
import { serve } from "./server.mjs";

let server;
let policy;
before(async () => {
  server = await serve(DIST);
  const html = await readFile(join(DIST, "index.html"), "utf8");
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(([, text]) => text);
  const hashes = inline.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  policy = [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${hashes.join(" ")}`,
    "worker-src blob:",
    "connect-src 'self'",
    "style-src 'self'",
    // Leptos writes the sizes of figures into style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const secured = async (_, file) => ({ body: await file(), headers: { "content-security-policy": policy } });
  server.override("/", secured);
});
after(async () => {
  await closeAll();
  await server.close();
});

for (const name of BROWSERS) {
  test(`${name}: every scene opens and a run ends under a strict content security policy`, async () => {
    const browser = await launch(name);
    const lab = await LabPage.open(browser, server.url);
    for (const scene of SCENES) {
      await lab.go(`#/${scene}`);
      await lab.badge(/./);
    }
    await lab.go("#/bench/kmeans?data=mnist1k&n_init=2");
    await lab.run();
    await lab.table("confusion");
    await lab.click("share");
    await lab.waitFor("s-link");
    assert.deepEqual([...new Set((await lab.seen()).violations)], []);
    assert.deepEqual(lab.complaints, []);
    // Grids of images get their columns from a style of their own.
    const columns = await lab.ask(() => getComputedStyle(document.querySelector(".grid")).getPropertyValue("--w"));
    assert.equal(columns.trim(), "28");
    await browser.close();
  });
}
