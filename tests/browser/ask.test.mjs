// Questions before the run and claims to check: what is said depends on the answer and on the numbers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LONG, LabPage, ROOT, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";


let server;
let hosts;
before(async () => {
  server = await serve(DIST);
  hosts = await serve(join(ROOT, "tests/browser/pages"));
});
after(async () => {
  await closeAll();
  await server.close();
  await hosts.close();
});

/** The card of a claim, opened. */
async function claim(lab, name) {
  const card = `[data-claim="${name}"]`;
  await lab.frame.waitForSelector(card);
  await lab.frame.$eval(`${card} details`, (details) => (details.open = true));
  await lab.settled();
  return {
    verdict: () => lab.ask((card) => document.querySelector(`${card} [data-testid="verdict"]`)?.textContent ?? null, card),
    text: () => lab.frame.$eval(`${card} .finding`, (finding) => finding.textContent),
    test: () => lab.frame.$eval(`${card} [data-testid="test"]`, (link) => link.click()),
  };
}

/** Types a number as the answer, and gives it. */
async function guess(lab, number) {
  await lab.frame.waitForSelector(id("guess"));
  await lab.frame.$eval(id("guess"), (field) => field.select());
  await lab.page.keyboard.type(number);
  await lab.settled();
  await lab.click("answer");
  await lab.settled();
}

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("every claim of every scene has a verdict from the saved result", async () => {
      const labs = JSON.parse(readFileSync(join(ROOT, "src/labs/labs.json"), "utf8"));
      const lab = await LabPage.open(browser, server.url);
      for (const { id: place, scenes = [] } of labs) {
        for (const { id: scene, claims = [] } of scenes.filter(({ claims }) => claims)) {
          await lab.go(`#/${place}/${scene}`);
          // What is quick has computed by itself by then, and found the same.
          await lab.badge(/^(saved result$|computed here, identical)/);
          await lab.until((n) => document.querySelectorAll("[data-claim]").length === n, { argument: claims.length });
          for (const { id: name } of claims) {
            const card = await claim(lab, name);
            assert.match(await card.verdict(), /^(Holds|Holds in part|Does not hold)$/, `${scene} ${name}`);
          }
        }
      }
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a claim is put to the test, and the verdict is the new run's", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-tree500");
      await lab.badge(/^saved result$/);
      const card = await claim(lab, "replacement");
      assert.equal(await card.verdict(), "Does not hold");
      assert.match(await card.text(), /only 489 of 500 are different/);
      await card.test();
      await lab.settled();
      assert.equal(await lab.hash(), "#/clusters/2-tree500?replace=false");
      assert.equal(await card.verdict(), null, "the old result says nothing of these settings");
      await lab.run();
      await lab.settled();
      assert.equal(await card.verdict(), "Holds");
      assert.match(await card.text(), /all 500 images are different/);
      await card.test();
      await lab.badge(/^saved result$/);
      assert.equal(await lab.hash(), "#/clusters/2-tree500");
      assert.equal(await card.verdict(), "Does not hold");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("what is said depends on the answer, which is kept and can be taken back", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-dbgrid");
      await lab.badge(/^saved result$/);
      const answered = async (number) => {
        await guess(lab, number);
        return lab.text("reveal");
      };
      const low = await answered("5");
      assert.match(low, /^Later: at eps = 8/);
      await lab.page.reload();
      await lab.mounted();
      await lab.badge(/^saved result$/);
      assert.equal(await lab.text("given"), "5", "kept over a reload");
      assert.equal(await lab.text("reveal"), low);
      await lab.click("undo");
      assert.match(await answered("8"), /^Yes, at eps = 8/);
      await lab.click("undo");
      assert.match(await answered("9"), /^Sooner/);
      // No number of this question: it cannot be given.
      await lab.click("undo");
      await lab.frame.$eval(id("guess"), (field) => field.select());
      await lab.page.keyboard.type("99");
      await lab.settled();
      assert.equal(await lab.frame.$eval(id("answer"), (button) => button.disabled), true);
      await lab.click("skip");
      await lab.settled();
      assert.deepEqual([await lab.has("guess"), await lab.has("reveal")], [false, false]);
      await lab.click("unskip");
      await lab.waitFor("guess");
      // Other settings have not been run: nothing is revealed of them.
      await answered("8");
      await lab.set("n_samples", "100");
      assert.equal(await lab.text("reveal"), "Run it, and see.");
      // What was stored by somebody else does no harm.
      await lab.ask(() => localStorage.setItem("digitoscope-answers", '{"2-dbgrid/noise": "<b>", "x": 3}'));
      await lab.page.reload();
      await lab.mounted();
      await lab.waitFor("guess");
      assert.deepEqual(lab.complaints, []);
      await lab.ask(() => localStorage.clear());
      await lab.close();
    });

    test("an order is made with buttons, by keys too", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-trees30");
      await lab.badge(/^saved result$/);
      const order = () => lab.frame.$$eval(`${id("order")} span`, (items) => items.map((item) => item.textContent));
      assert.deepEqual(await order(), ["Ward", "Single", "Average"]);
      await lab.frame.focus('[aria-label="Ward down"]');
      await lab.page.keyboard.press("Enter");
      await lab.settled();
      await lab.page.keyboard.press("Enter");
      await lab.settled();
      assert.deepEqual(await order(), ["Single", "Average", "Ward"], "the button kept the focus while it moved");
      await lab.click("answer");
      await lab.settled();
      assert.match(await lab.text("reveal"), /^That is the order: single 21, average 10, ward 7/);
      await lab.click("undo");
      await lab.frame.waitForSelector('[aria-label="Ward up"]');
      await lab.frame.$eval('[aria-label="Ward up"]', (button) => button.click());
      await lab.settled();
      await lab.click("answer");
      await lab.settled();
      assert.match(await lab.text("reveal"), /^The largest clusters hold/);
      assert.deepEqual(lab.complaints, []);
      await lab.ask(() => localStorage.clear());
      await lab.close();
    });

    test("a frame tells its host the answer and stores nothing; ask=0 asks nothing", async () => {
      const page = await browser.newPage();
      const scene = "#/clusters/2-dbgrid?embed=1";
      await page.goto(`${hosts.url}host.html?${new URLSearchParams({ src: server.url + scene, fit: 1 })}`);
      const lab = new LabPage(page, await (await page.waitForSelector("iframe")).contentFrame());
      await lab.mounted();
      await guess(lab, "7");
      await page.waitForFunction(() => heard.some(({ type }) => type === "answer"), { timeout: LONG });
      const told = await page.evaluate(() => heard.find(({ type }) => type === "answer"));
      assert.deepEqual([told.question, told.answer], ["2-dbgrid/noise", "7"]);
      assert.equal(await lab.ask(() => localStorage.getItem("digitoscope-answers")), null);
      await lab.go(`${scene}&ask=0&notes=0`);
      await lab.until(() => !document.querySelector("[data-question]"));
      assert.equal(await lab.has("claims"), false);
      await page.close();
    });

    test("axe finds nothing in questions and claims, and nothing sticks out", async () => {
      for (const scene of ["2-kmeans", "2-centres", "2-trees30", "2-tree500"]) {
        const lab = await LabPage.open(browser, server.url, `#/clusters/${scene}`, { viewport: { width: 320, height: 700 } });
        await lab.badge(/^saved result$/);
        await lab.frame.$$eval(".claim details", (all) => all.forEach((details) => (details.open = true)));
        assert.deepEqual(await lab.violations(), []);
        assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true, scene);
        await lab.ask(() => localStorage.clear());
        await lab.close();
      }
    });
  });
}
