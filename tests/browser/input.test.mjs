// Bad input: each gets its message, and the page stays usable.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const SHARD = "/data/mnist-v2-0.bin.gz";
const SMALL = "#/bench/kmeans?data=mnist1k&n_init=2";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("a value outside its domain is refused under its control, and reset restores", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans");
      const before = await lab.values();
      for (const [parameter, text, expected] of [
        ["n_clusters", "0", /n_clusters.*1/],
        ["n_clusters", "501", /n_clusters.*500/],
        ["n_clusters", "NaN", /n_clusters.*NaN/],
        ["n_clusters", "ten", /n_clusters.*ten/],
        ["n_clusters", "3.5", /n_clusters.*3\.5/],
        ["random_state", "4294967296", /random_state.*4294967296/],
        ["random_state", "-1", /random_state.*-1/],
        ["tol", "NaN", /tol.*NaN/],
        ["tol", "inf", /tol.*inf/],
        ["tol", "-0.5", /tol.*-0\.5/],
        ["max_iter", "1e9", /max_iter.*1e9/],
      ]) {
        const what = `${parameter}=${text}`;
        await lab.set(parameter, text);
        assert.match(await lab.waitFor(`error-${parameter}`), expected, what);
        const field = await lab.frame.$eval(id(`c-${parameter}`), (field) => ({
          value: field.value,
          invalid: field.getAttribute("aria-invalid"),
          describes: document.getElementById(field.getAttribute("aria-describedby"))?.textContent,
        }));
        assert.equal(field.value, text, "what was typed stays");
        assert.equal(field.invalid, "true", what);
        assert.match(field.describes, expected, what);
        assert.ok(await lab.frame.$(`${id("run")}:disabled`), `${what}: Run is disabled`);
        assert.equal(await lab.hash(), "#/bench/kmeans", what);
        await lab.click(`reset-${parameter}`);
        await lab.settled();
        assert.equal(await lab.has(`error-${parameter}`), false, what);
        assert.deepEqual(await lab.values(), before, what);
        assert.ok(await lab.frame.$(`${id("run")}:not(:disabled)`), what);
      }
      // Ctrl + Enter asks no button.
      await lab.set("n_clusters", "0");
      await lab.page.keyboard.down("Control");
      await lab.page.keyboard.press("Enter");
      await lab.page.keyboard.up("Control");
      await lab.settled();
      assert.equal(await lab.has("cancel"), false);
      await lab.set("n_clusters", "12");
      assert.equal(await lab.has("error-n_clusters"), false, "a good value heals");
      assert.equal(await lab.hash(), "#/bench/kmeans?n_clusters=12");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("what a link says wrongly is noted, and the rest is shown", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?n_clusters=0&n_init=many&tol=NaN&speed=9&data=letters&random_state=7");
      const notes = await lab.waitFor("notes");
      for (const word of ["n_clusters", "n_init", "tol", "speed", "letters"]) assert.ok(notes.includes(word), `${word} in ${notes}`);
      const values = await lab.values();
      assert.deepEqual([values.n_clusters, values.n_init, values.random_state, values.data], ["10", "10", "7", "mnist10k"]);
      for (const [hash, word] of [
        ["#/nowhere", "nowhere"],
        ["#/clusters/2-none", "2-none"],
        ["#/bench/alchemy", "alchemy"],
        ["#/clusters/2-data?index=-4", "index"],
        ["#/%ff%zz/<b>bold</b>?=&&=&%3Cimg%20src=x%3E=1", ""],
        [`#/bench/kmeans?${"a".repeat(5000)}`, "link"],
      ]) {
        await lab.go("#/");
        await lab.ask((hash) => (location.hash = hash), hash);
        assert.ok((await lab.waitFor("notes")).includes(word), hash.slice(0, 60));
        assert.equal(await lab.frame.$("main b, main img[src=x]"), null, hash.slice(0, 60));
        assert.ok(await lab.frame.$("main h1"), hash.slice(0, 60));
      }
      // A value that is one, but fits no image of this data set, is told of at its control.
      await lab.go("#/clusters/2-data?index=1000");
      assert.match(await lab.waitFor("error-index"), /from 0 to 999.*1000/);
      await lab.go(SMALL);
      assert.equal(await lab.has("notes"), false, "notes go with their link");
      await lab.run();
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a damaged, missing or unreachable shard is named, and Try again works", async () => {
      const lab = await LabPage.open(browser, server.url, SMALL);
      const damages = [
        [
          async (_, file) => {
            const body = Buffer.from(await file());
            body[body.length >> 1] ^= 1;
            return { body };
          },
          /checksum|damaged/i,
        ],
        [async (_, file) => ({ body: (await file()).subarray(0, 1000) }), /bytes|length|checksum|damaged/i],
        [{ status: 404, body: "gone" }, /404/],
        [
          (request) => {
            request.socket.destroy();
            return {};
          },
          /reached|connection/,
        ],
      ];
      for (const [damage, expected] of damages) {
        server.override(SHARD, damage);
        await lab.start();
        const words = await lab.waitFor("error-card");
        assert.match(words, expected);
        assert.ok(words.includes("mnist-v2-0.bin.gz"), words);
        // Once more with the same damage: the same card, no crash.
        await lab.click("retry");
        await lab.until(() => !document.querySelector('[data-testid="cancel"]'));
        assert.match(await lab.waitFor("error-card"), expected);
      }
      server.restore();
      await lab.click("retry");
      await lab.finished();
      await lab.badge(/^computed here/);
      const errors = lab.complaints.filter((words) => words.startsWith("error:"));
      assert.deepEqual(errors, []);
      await lab.close();
    });

    test("a worker that panics, refuses or hangs is told of, and the next run works", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/selftest?behaviour=panic&data=mnist1k");
      await lab.start();
      assert.match(await lab.waitFor("error-card"), /worker stopped.*asked to break job/is);
      const link = await lab.frame.$eval(id("error-link"), (link) => link.getAttribute("href"));
      assert.equal(link, "#/bench/selftest?data=mnist1k&behaviour=panic");
      await lab.set("behaviour", "answer");
      await lab.run();
      const answers = await lab.frame.$eval('[data-metric="sum"] td', (cell) => cell.textContent);
      assert.equal(answers.replace(/\D/g, ""), "4006");

      await lab.set("behaviour", "fail");
      await lab.start();
      assert.match(await lab.waitFor("error-card"), /asked to fail job 0/);

      await lab.go("#/bench/selftest?behaviour=hang&patience=2&data=mnist1k");
      await lab.start();
      const began = Date.now();
      assert.match(await lab.waitFor("error-card"), /not answered for 2 s/);
      const seconds = (Date.now() - began) / 1000;
      assert.ok(seconds < 8, `${seconds} s until the message`);

      // Ticks are signs of life: no impatience, but Cancel works.
      await lab.go("#/bench/selftest?behaviour=endless&patience=1&data=mnist1k");
      await lab.start();
      await lab.until(() => document.querySelector('[data-testid="progress"]')?.textContent.includes("3 s"));
      assert.equal(await lab.has("error-card"), false);
      await lab.page.keyboard.press("Escape");
      await lab.waitFor("run");

      await lab.go("#/bench/selftest?data=mnist1k");
      await lab.run();
      assert.deepEqual(lab.complaints.filter((words) => words.startsWith("error:")), []);
      await lab.close();
    });

    test("a device without workers gets a message", async () => {
      const refuse = (page) =>
        page.evaluateOnNewDocument(() => {
          window.Worker = class {
            constructor() {
              throw new DOMException("no workers here", "SecurityError");
            }
          };
        });
      const lab = await LabPage.open(browser, server.url, SMALL, { before: refuse });
      await lab.start();
      assert.match(await lab.waitFor("error-card"), /no worker could be started/);
      await lab.close();
    });
  });
}
