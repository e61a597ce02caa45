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

    test("a drawn digit is read at every stroke, taken back and put away", async () => {
      const lab = await LabPage.open(browser, server.url, SCENE);
      await until(lab, 529);
      const first = await counts(lab);
      const summary = () => lab.ask(() => document.querySelector('[data-section="bag"] [data-testid="summary"]').textContent);
      const said = await summary();
      await lab.click("draw");
      await lab.waitFor("pad");
      await lab.settled();
      assert.deepEqual(await counts(lab), first, "the sheet begins with the image of the run");
      await lab.click("pad-clear");
      await lab.settled();
      const blank = await counts(lab);
      assert.equal(Math.max(...blank), 529, "paper is one word");
      await lab.frame.$eval(id("pad-sheet"), (sheet) => sheet.scrollIntoView({ block: "center" }));
      const box = await (await lab.frame.$(id("pad-sheet"))).boundingBox();
      const move = (x, y) => lab.page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      await move(0.5, 0.2);
      await lab.page.mouse.down();
      await move(0.45, 0.5);
      await move(0.4, 0.8);
      await lab.page.mouse.up();
      await lab.settled();
      const drawn = await counts(lab);
      assert.equal(sum(drawn), 529);
      assert.ok(drawn.filter((count) => count > 0).length > 3, `${drawn}`);
      assert.match(await summary(), /^What is on the sheet: its 529 windows of 6 by 6 pixels are \d+ of 50 words; word \d+ stands for \d+ of them\.$/);
      const listed = (await lab.table("bag")).slice(1).map((row) => Number(row[1]));
      assert.ok(listed.length >= 40);
      assert.deepEqual(listed, drawn.slice(0, listed.length), "the table follows");
      // The window slides over what is drawn.
      await lab.click("window-back");
      await until(lab, 528);
      assert.equal(sum(await counts(lab)), 528);
      // By keys: back to paper, then a line.
      await lab.frame.focus(id("pad-sheet"));
      await lab.page.keyboard.down("Control");
      await lab.page.keyboard.press("z");
      await lab.page.keyboard.up("Control");
      await lab.settled();
      assert.deepEqual(await counts(lab), blank);
      for (const key of [" ", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", " "]) await lab.page.keyboard.press(key);
      await lab.settled();
      assert.equal(sum(await counts(lab)), 529);
      assert.ok(Math.max(...(await counts(lab))) < 529);
      await lab.ask(AXE);
      const broken = await lab.ask(async () => (await axe.run('[data-section="bag"]')).violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`));
      assert.deepEqual(broken, []);
      await lab.click("draw");
      await lab.settled();
      assert.deepEqual(await counts(lab), first);
      assert.equal(await summary(), said);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
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
