// The window over an image: it is stepped, scrubbed and played, and everything shows the same windows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCENE = "#/patches/3-bag";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

/** The counts under the words. */
const counts = (lab) => lab.ask(() => [...document.querySelectorAll(".word .num")].map((count) => Number(count.textContent)));
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const done = (lab) => lab.ask(() => Number.parseInt(document.querySelector('[data-testid="window-done"]').textContent, 10));
const until = (lab, n) =>
  lab.until((n) => document.querySelector('[data-testid="window-done"]')?.textContent.startsWith(`${n} of `), { argument: n });

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("the bag grows with the window", async () => {
      const lab = await LabPage.open(browser, server.url, SCENE);
      await lab.badge(/^saved result$/);
      await until(lab, 529);
      const all = await counts(lab);
      assert.equal(all.length, 50);
      assert.equal(sum(all), 529);
      const bag = (await lab.ask(() => document.querySelector('[data-metric="bag"] .num').textContent)).split(" ").map(Number);
      assert.deepEqual(all, bag);
      await lab.frame.$eval(id("window-scrub"), (slider) => {
        slider.value = "100";
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await until(lab, 100);
      assert.equal(sum(await counts(lab)), 100);
      await lab.frame.click(id("window-step"));
      await until(lab, 101);
      await lab.frame.click(id("window-back"));
      await lab.frame.click(id("window-back"));
      await until(lab, 99);
      assert.equal(sum(await counts(lab)), 99);
      await lab.close();
    });

    test("play goes on by itself, pauses, and jumps to the end where motion is unwanted", async () => {
      const lab = await LabPage.open(browser, server.url, SCENE);
      await until(lab, 529);
      await lab.frame.click(id("window-play"));
      await lab.until(() => {
        const n = Number.parseInt(document.querySelector('[data-testid="window-done"]').textContent, 10);
        return n > 5 && n < 529;
      });
      await lab.frame.click(id("window-play"));
      const paused = await done(lab);
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(await done(lab), paused);
      assert.equal(sum(await counts(lab)), paused);
      await lab.close();

      const still = await LabPage.open(browser, server.url, SCENE, {
        before: (page) => page.evaluateOnNewDocument(() => {
          const media = window.matchMedia.bind(window);
          window.matchMedia = (query) => (query.includes("reduced-motion") ? { matches: true, media: query } : media(query));
        }),
      });
      await until(still, 529);
      await still.frame.click(id("window-back"));
      await until(still, 528);
      await still.frame.click(id("window-play"));
      await until(still, 529);
      await still.close();
    });

    test("a word shows where it is, a pixel which words cover it, and both by keys", async () => {
      const lab = await LabPage.open(browser, server.url, SCENE);
      await until(lab, 529);
      await lab.frame.focus('.word[data-word="7"]');
      await lab.page.keyboard.press("Enter");
      await lab.frame.waitForSelector(id("chosen"));
      assert.match(await lab.ask(() => document.querySelector('[data-testid="chosen"] p').textContent), /^Word 7: \d+ windows of this image, \d+ of all images\.$/);
      assert.equal((await lab.frame.$$(".near-tiles canvas")).length, 6);
      await lab.page.keyboard.press("Enter");
      await lab.until(() => !document.querySelector('[data-testid="chosen"]'));

      await lab.frame.focus(id("window-image"));
      for (let i = 0; i < 30; i++) {
        await lab.page.keyboard.press("ArrowUp");
        await lab.page.keyboard.press("ArrowLeft");
      }
      const covering = () => lab.ask(() => document.querySelector('[data-testid="window-covering"]').textContent);
      assert.match(await covering(), /^Row 0, column 0: 1 window covers it; words \d+ \(1×\)\.$/);
      for (let i = 0; i < 10; i++) {
        await lab.page.keyboard.press("ArrowDown");
        await lab.page.keyboard.press("ArrowRight");
      }
      assert.match(await covering(), /^Row 10, column 10: 36 windows cover it; words /);
      assert.ok((await lab.frame.$$(".word.covers")).length > 0);
      await lab.ask(AXE);
      const broken = await lab.ask(async () => (await axe.run('[data-section="bag"]')).violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`));
      assert.deepEqual(broken, []);
      await lab.close();
    });
  });
}
