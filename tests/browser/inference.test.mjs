// The lab of inference: what is painted before anything is shown, an error rate that is moved, a pixel that is chosen,
// another pair from beginning to end.

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

/** A run of a second. */
const SMALL = "data=mnist1k&n_clusters=30&n_bootstraps=4";
const PHONE = { viewport: { width: 360, height: 740 } };
const narrow = (lab) => lab.ask(() => document.documentElement.scrollWidth <= window.innerWidth);
const counts = (lab) => lab.frame.$$eval(id("mask-counts"), (all) => all.map((one) => one.textContent));
/** Pixels of a line such as `− 4: 40 px in 3 areas · + 7: 35 px in 1 area`. */
const pixels = (line) => [...line.matchAll(/(\d+) px/g)].reduce((sum, [, n]) => sum + Number(n), 0);

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("pixels are painted with the keys, and compared with the mask when the answer is given", async () => {
      const lab = await LabPage.open(browser, server.url, "#/inference/0-samples", PHONE);
      const ask = "[data-question]:has(.paints)";
      await lab.frame.waitForSelector(`${ask} .paints`);
      assert.equal(await lab.has("reveal"), false, "nothing is told before");
      await lab.frame.select(`${ask} ${id("brush")}`, "3");
      await lab.frame.focus(`${ask} .paints`);
      // The middle, then some pixels up and down from there.
      for (const press of [" ", "ArrowUp", "ArrowUp", "ArrowUp", " ", "ArrowLeft", "ArrowLeft", "ArrowLeft", " "]) {
        await lab.page.keyboard.press(press);
      }
      await lab.settled();
      const [, painted] = (await lab.frame.$eval(`${ask} ${id("painted")}`, (said) => said.textContent)).match(/^(\d+) of 784 pixels$/);
      assert.ok(Number(painted) >= 15, painted);
      await lab.frame.$eval(`${ask} ${id("answer")}`, (button) => button.click());
      await lab.frame.waitForFunction((ask) => /IoU/.test(document.querySelector(`${ask} [data-testid="reveal"]`)?.textContent), { polling: 100 }, ask);
      const told = await lab.frame.$eval(`${ask} ${id("reveal")}`, (said) => said.textContent);
      assert.match(told, new RegExp(`^You painted ${painted} pixels; the saved mask .* has \\d+, and \\d+ are in both: [\\d.]+ %`));
      await lab.waitFor("compared");
      assert.ok(await narrow(lab), "nothing sticks out at 360 px");
      assert.deepEqual(await lab.violations("painted"), []);
      // It can be taken back.
      await lab.frame.$eval(`${ask} ${id("undo")}`, (button) => button.click());
      await lab.frame.waitForSelector(`${ask} .paints`);
      assert.equal(await lab.has("reveal"), false);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the error rate moves the masks at once, without a run, and what is no rate is refused", async () => {
      const lab = await LabPage.open(browser, server.url, `#/inference/0-masks?${SMALL}`, PHONE);
      await lab.run();
      const workers = await lab.ask(() => window.seen.workers);
      const at = async (step) => {
        await lab.frame.$eval(id("level"), (slider, step) => {
          slider.value = step;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }, step);
        await lab.settled();
        return (await counts(lab)).map(pixels);
      };
      const [strict, wide] = [await at("-300"), await at("-1")];
      assert.equal(strict.length, 3);
      strict.forEach((few, i) => assert.ok(few <= wide[i], `${few} at 0.001, ${wide[i]} at 0.98`));
      assert.ok(strict.some((few, i) => few < wide[i]));
      assert.equal(await lab.ask(() => window.seen.workers), workers, "nothing is computed");
      for (const wrong of ["0", "1", "2", "-1", "x"]) {
        await lab.frame.$eval(id("level-number"), (field, text) => {
          field.value = text;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }, wrong);
        await lab.settled();
        const refused = await lab.text("level-refused");
        assert.ok(refused.includes("between 0 and 1") && refused.includes(`'${wrong}'`), refused);
      }
      assert.deepEqual((await counts(lab)).map(pixels), wide, "the rate that holds is the last good one");
      await lab.frame.$eval(id("level-number"), (field) => {
        field.value = "0.05";
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await lab.until(() => location.hash.includes("level=0.05"));
      assert.equal(await lab.text("level-refused"), "");
      // The link shows the same.
      const [hash, shown] = [await lab.hash(), await counts(lab)];
      await lab.go("#/inference/0-samples");
      await lab.go(hash);
      await lab.run();
      assert.deepEqual(await counts(lab), shown);
      assert.deepEqual(await lab.violations("masks"), []);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a pixel is chosen by pointer and by keys, and tells what is known of it", async () => {
      const lab = await LabPage.open(browser, server.url, `#/inference/0-masks?${SMALL}`);
      await lab.run();
      const mask = '[data-mask="0"] .pixels';
      const box = await lab.frame.$eval(mask, (mask) => {
        mask.scrollIntoView({ block: "center" });
        const { left, top, width, height } = mask.getBoundingClientRect();
        return { left, top, width, height };
      });
      await lab.page.mouse.click(box.left + (14.5 / 28) * box.width, box.top + (10.5 / 28) * box.height);
      await lab.waitFor("pixel");
      await lab.until(() => location.hash.includes("pixel=0~10~14"));
      assert.equal(await lab.frame.$$eval(`${id("pixel-bootstraps")} li`, (all) => all.length), 4);
      const table = `${id("pixel")} ${id("levels")}`;
      await lab.frame.waitForSelector(`${table}, ${id("pixel")} ${id("load-images")}`);
      await lab.ask((button) => document.querySelector(button)?.click(), `${id("pixel")} ${id("load-images")}`);
      await lab.frame.waitForSelector(table);
      // Shares of the grey levels of both classes are all there is.
      const shares = await lab.frame.$$eval(`${table} tbody tr`, (rows) => rows.map((row) => [row.cells[1], row.cells[3]].map((cell) => parseFloat(cell.textContent))));
      for (const side of [0, 1]) assert.ok(Math.abs(shares.reduce((sum, row) => sum + row[side], 0) - 100) < 0.5, `${shares}`);
      await lab.frame.focus(mask);
      for (const press of ["ArrowDown", "ArrowDown", "Enter"]) await lab.page.keyboard.press(press);
      await lab.until(() => location.hash.includes("pixel=0~12~14"));
      await lab.frame.$eval(id("Row"), (field) => {
        field.value = "28";
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await lab.settled();
      assert.match(await lab.text("pixel-refused"), /^Row: expected a whole number from 0 to 27, but got '28'\.$/);
      assert.equal(await lab.frame.$eval(id("Row"), (field) => field.value), "12");
      await lab.click("pixel-close");
      await lab.until(() => !location.hash.includes("pixel="));
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("another pair keeps the error rate, and has bars and tiles of its own", async () => {
      const lab = await LabPage.open(browser, server.url, `#/inference/0-masks?${SMALL}&level=0.05`);
      await lab.waitFor("other-pair");
      await lab.frame.select(id("other-pair"), "3~8");
      await lab.until(() => location.hash.includes("pairs=3~8"));
      assert.match(await lab.hash(), /level=0\.05/);
      await lab.run();
      assert.deepEqual(await lab.frame.$$eval(".mask-name", (all) => all.map((one) => one.textContent)), ["3 vs 8"]);
      assert.match((await counts(lab))[0], /^− 3: \d+ px in \d+ areas? · \+ 8: \d+ px in \d+ areas?$/);
      await lab.go(`#/inference/0-run?${SMALL}&pairs=3~8`);
      await lab.run();
      for (const bar of ["bootstraps-bar", "importances-bar"]) {
        const bars = await lab.frame.$$eval(id(bar), (all) => all.map((one) => [one.value, one.max, one.getAttribute("aria-label")]));
        assert.equal(bars.length, 1);
        assert.deepEqual(bars[0].slice(0, 2), [4, 4]);
        assert.match(bars[0][2], /: 4 of 4 · /);
      }
      assert.deepEqual(await lab.violations("0-run"), []);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("regions without neighbours lie in pieces", async () => {
      const lab = await LabPage.open(browser, server.url, `#/inference/0-parcels?data=mnist1k&n_clusters=20&connectivity=none`);
      await lab.run();
      const words = await lab.frame.$eval(`[data-section="regions"] ${id("summary")}`, (said) => said.textContent);
      const [, pieces] = words.match(/lie in (\d+) pieces/);
      assert.ok(Number(pieces) > 20, words);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
