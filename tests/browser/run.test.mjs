// Runs: progress, unfinished pictures, the same bits everywhere, and stopping at once.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LONG, LabPage, SCENES, native, saved as savedResult } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const SMALL = "#/bench/kmeans?data=mnist1k&n_init=4";
// Long enough to be stopped on any machine.
const ENDLESS = "#/bench/kmeans?n_clusters=40&n_init=200";

let server;
let expected;
before(async () => {
  server = await serve(DIST);
  expected = await native(SMALL);
}, { timeout: 600_000 });
after(async () => {
  await closeAll();
  await server.close();
});

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("k-means gives the native program's bits with 1, 2 and 4 workers", async () => {
      for (const cores of [1, 2, 4]) {
        const lab = await LabPage.open(browser, server.url, SMALL, { cores });
        assert.equal(await lab.run(), expected.digest, `${cores} workers`);
        // One of them conducts.
        assert.equal((await lab.seen()).workers, cores + 1);
        assert.match(await lab.text("badge"), /^computed here · \d+\.\d s$/);
        assert.equal(await lab.text("configuration"), expected.configuration);
        const shown = await lab.frame.$$eval("[data-metric]", (rows) => rows.map((row) => row.dataset.metric));
        assert.deepEqual(shown, expected.report.metrics.map((metric) => metric.id));
        assert.deepEqual(lab.complaints, []);
        await lab.close();
      }
    });

    test("a run shows how far it is and what it has found so far", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10?n_init=6&random_state=3", { pictures: true });
      await lab.badge(/^out of date$/);
      await lab.start();
      await lab.badge(/^computed here/);
      const { badges, shares, pictures, progress } = await lab.seen();
      const partial = badges.filter((badge) => badge.startsWith("partial"));
      assert.ok(new Set(pictures).size >= 3, `${new Set(pictures).size} different pictures, ${partial}`);
      // First the restarts, then one look at the images of each cluster.
      const counts = partial.map((badge) => /^partial, (\d+) of ([16])$/.exec(badge).slice(1).map(Number));
      const done = counts.map(([done, of]) => (of === 1 ? 6 + done : done));
      assert.deepEqual(done, done.toSorted((a, b) => a - b));
      // The bar is emptied as it is taken away.
      if (shares.at(-1) === 0) shares.pop();
      // The bar begins anew once, when the images are there.
      const falls = shares.filter((share, i) => i > 0 && share < shares[i - 1]);
      assert.ok(falls.length <= 1, shares.join());
      assert.ok(shares.length >= 4 && shares.at(-1) <= 1, shares.join());
      assert.ok(progress.some((words) => /\d of 6/.test(words)), progress.join(" | "));
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the visitor's own run of a scene is identical to the saved result", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10");
      await lab.badge(/^saved result$/);
      const saved = await lab.digest();
      await lab.start();
      assert.match(await lab.badge(/^computed here/), /^computed here, identical/);
      assert.equal(await lab.digest(), saved);
      // It is still there after a look elsewhere.
      await lab.go("#/patches/3-kmeans20");
      await lab.badge(/^saved result$/);
      await lab.go("#/patches/3-kmeans10");
      await lab.badge(/^computed here, identical/);
      await lab.close();
    });

    test("every scene's preset has a saved result of this engine", async () => {
      const lab = await LabPage.open(browser, server.url);
      for (const scene of SCENES) {
        const { configuration } = savedResult(scene);
        await lab.go(`#/${scene}`);
        await lab.badge(/^(saved result|computed here)/);
        assert.equal(await lab.text("configuration"), configuration);
      }
      await lab.close();
    });

    test("cancel and Escape stop at once, keep what was found, and the next run works", { timeout: LONG }, async () => {
      const lab = await LabPage.open(browser, server.url, ENDLESS);
      const took = {};
      for (const how of ["button", "Escape"]) {
        await lab.start();
        await lab.badge(/^partial/);
        // One more second in full work.
        await new Promise((done) => setTimeout(done, 1000));
        // The clock is set up first and starts with the event itself, so that its way to the page counts too.
        await lab.ask(() => {
          window.stopped = new Promise((resolve) => {
            let began;
            const begin = (event) => (began ??= event.timeStamp);
            addEventListener("click", begin, { capture: true, once: true });
            addEventListener("keydown", begin, { capture: true, once: true });
            const watch = new MutationObserver(() => {
              if (!document.querySelector('[data-testid="run"]')) return;
              watch.disconnect();
              resolve(performance.now() - began);
            });
            watch.observe(document.body, { subtree: true, childList: true });
          });
        });
        if (how === "button") await lab.click("cancel");
        else await lab.page.keyboard.press("Escape");
        took[how] = Math.round(await lab.ask(() => window.stopped));
        await lab.badge(/^stopped at \d+ of 200$/);
      }
      console.log(`${name}: stopped after ${took.button} ms by the button, ${took.Escape} ms by Escape`);
      assert.ok(took.button <= 250 && took.Escape <= 250, JSON.stringify(took));
      await lab.go(SMALL);
      await lab.badge(/^out of date$/);
      assert.equal(await lab.run(), expected.digest);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
