// The run once more: after k-means has run, its restarts can be stepped, played and scrubbed through.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

const centre = (lab) => lab.frame.$eval('[data-section="centres"] .cell canvas', (canvas) => canvas.toDataURL());
const words = (lab) => lab.text("player-words");
const place = (lab) => lab.frame.$eval(id("player-scrub"), (slider) => [Number(slider.value), Number(slider.max)]);

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("the restarts come one by one, in both directions", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans");
      await lab.badge(/^saved result$/);
      assert.match(await words(lab), /^Run it/);
      assert.equal(await lab.frame.$eval(id("player-play"), (button) => button.disabled), true);
      await lab.run();
      await lab.settled();
      const [at, n] = await place(lab);
      assert.ok(n >= 15 && at === n, `${at} of ${n} frames`);
      assert.equal(await words(lab), "The result");
      const result = await centre(lab);
      // Frame after frame to the beginning; restarts and iterations only go down.
      const seen = [];
      await lab.frame.focus(id("player-scrub"));
      await lab.page.keyboard.press("Home");
      for (let i = 0; i < n; i++) {
        await lab.settled();
        seen.push([...(await words(lab)).match(/^Restart (\d+), iteration (\d+): inertia/)].slice(1).map(Number));
        if (i === 0) assert.notEqual(await centre(lab), result, "another state than the result");
        await lab.click("player-on");
      }
      await lab.settled();
      assert.equal(await words(lab), "The result");
      assert.equal(await centre(lab), result, "the same picture again");
      assert.deepEqual(seen, seen.toSorted(([a, i], [b, j]) => a - b || i - j));
      const restarts = new Set(seen.map(([restart]) => restart));
      assert.equal(restarts.size, 15, "every restart is there");
      await lab.click("player-back");
      await lab.settled();
      assert.deepEqual((await place(lab))[0], n - 1);
      await lab.frame.select(id("player-restart"), "7");
      await lab.settled();
      assert.match(await words(lab), /^Restart 7, iteration 1:/);
      // Other settings: the old frames are not of them.
      await lab.click("player-play");
      await lab.until((n) => Number(document.querySelector('[data-testid="player-scrub"]').value) === n, { argument: n });
      assert.equal(await lab.frame.$eval(id("player-play"), (button) => button.getAttribute("aria-label")), "Play", "it stops at the end");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("nothing plays by itself, and pressing again pauses", async () => {
      const before = (page) => page.emulateMediaFeatures?.([{ name: "prefers-reduced-motion", value: "reduce" }]).catch(() => {});
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?data=mnist1k&n_init=4", { before });
      await lab.run();
      await lab.settled();
      const [, n] = await place(lab);
      assert.ok(n >= 4);
      await new Promise((done) => setTimeout(done, 400));
      assert.deepEqual(await place(lab), [n, n]);
      await lab.click("player-play");
      await lab.until(() => Number(document.querySelector('[data-testid="player-scrub"]').value) > 0);
      await lab.click("player-play");
      const [paused] = await place(lab);
      await new Promise((done) => setTimeout(done, 1000));
      assert.equal((await place(lab))[0], paused);
      await lab.set("n_clusters", "5");
      await lab.run();
      await lab.settled();
      assert.equal(await lab.text("player-words"), "The result");
      assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
