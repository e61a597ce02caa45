// The ground the other tests stand on: both browsers start, the server answers as
// hosts do, and a classic worker made from a blob can import a module.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { serve } from "./server.mjs";

let root;
let server;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "digitoscope-root-"));
  await writeFile(join(root, "index.html"), "<!doctype html><title>ground</title>");
  await writeFile(join(root, "answer.js"), "export const answer = 42;\n");
  await writeFile(join(root, "x.bin.gz"), Buffer.from([0x1f, 0x8b, 1, 2, 3]));
  await writeFile(join(root, "empty.wasm"), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  server = await serve(root);
});

after(async () => {
  await closeAll();
  await server.close();
  await rm(root, { recursive: true });
});

test("the server sends the types, encodings and headers of a plain host", async () => {
  server.reset();
  const get = (path) => fetch(new URL(path, server.url));
  const page = await get("");
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(page.headers.get("content-encoding"), "gzip");
  assert.equal(page.headers.get("access-control-allow-origin"), "*");
  const wasm = await get("empty.wasm");
  assert.equal(wasm.headers.get("content-type"), "application/wasm");
  const data = await get("x.bin.gz");
  assert.equal(data.headers.get("content-encoding"), null);
  assert.deepEqual([...new Uint8Array(await data.arrayBuffer())], [0x1f, 0x8b, 1, 2, 3]);
  assert.equal(server.sent.get("/x.bin.gz"), 5);
  assert.equal((await get("none")).status, 404);
  assert.equal((await get("..%2f..%2fetc%2fpasswd")).status, 404);
  server.override("/x.bin.gz", { body: "damaged" });
  assert.equal(await (await get("x.bin.gz")).text(), "damaged");
  server.override("/x.bin.gz", async (_, file) => ({ body: (await file()).subarray(0, 2) }));
  assert.equal((await (await get("x.bin.gz")).arrayBuffer()).byteLength, 2);
  server.restore();
  assert.equal((await (await get("x.bin.gz")).arrayBuffer()).byteLength, 5);
});

for (const name of BROWSERS) {
  describe(name, () => {
    test("starts, opens a page, and runs a classic blob worker that imports a module", async () => {
      const browser = await launch(name);
      const page = await browser.newPage();
      await page.goto(server.url);
      assert.equal(await page.title(), "ground");
      const answer = await page.evaluate(
        (url) =>
          new Promise((resolve, reject) => {
            const source = `import(${JSON.stringify(url)}).then((m) => postMessage(m.answer));`;
            const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
            worker.onmessage = (event) => resolve(event.data);
            worker.onerror = (event) => reject(new Error(event.message));
          }),
        `${server.url}answer.js`,
      );
      assert.equal(answer, 42);
      await browser.close();
    });
  });
}
