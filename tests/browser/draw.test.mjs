// The pad, what each pixel adds, matrices and maps: what is drawn or chosen changes what is read, with no run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, LONG, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

/** Scores by class, as the table says. */
const scores = (lab) =>
  lab.ask(() => [...document.querySelectorAll('[data-testid="scores"] tbody tr')].map((row) => Number(row.cells[1].textContent)));
const predicted = (lab) =>
  lab.ask(() => [...document.querySelectorAll('[data-testid="scores"] tbody tr')].findIndex((row) => row.cells[4].textContent === "predicted"));
/** The numbers of "Pixels a, intercept b: together c". */
const sum = async (lab) => (await lab.text("sum")).match(/[+-][\d.]+/g).slice(0, 3).map(Number);
const near = (a, b, by) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
const choose = (lab, name, value) =>
  lab.frame.$eval(id(name), (select, value) => {
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }, value);
const axe = async (lab, where) => {
  await lab.ask(AXE);
  const broken = await lab.ask(async (where) => (await axe.run(where)).violations.map((one) => `${one.id}: ${one.nodes[0].html}`), where);
  assert.deepEqual(broken, []);
};

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("what pixels add is the score, whatever is drawn, rubbed out or taken back", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-draw");
      await lab.waitFor("contributions");
      await lab.settled();
      const first = await scores(lab);
      assert.equal(first.length, 10);
      const check = async () => {
        const [pixels, intercept, together] = await sum(lab);
        near(pixels + intercept, together, 0.002);
        const all = await scores(lab);
        const at = await lab.ask(() => [document.querySelector('[data-testid="for-class"]'), document.querySelector('[data-testid="over-class"]')].map((one) => one.value));
        near(together, all[at[0]] - (at[1] === "" ? 0 : all[at[1]]), 0.02);
      };
      await check();
      for (const [one, other] of [["3", "7"], ["0", ""]]) {
        await choose(lab, "for-class", one);
        await choose(lab, "over-class", other);
        await lab.settled();
        await check();
      }
      // Occluding with the eraser, by hand.
      await lab.click("pad-erase");
      const box = await (await lab.frame.$(id("pad-sheet"))).boundingBox();
      const move = (x, y) => lab.page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      await lab.frame.$eval(id("pad-sheet"), (sheet) => sheet.scrollIntoView({ block: "center" }));
      Object.assign(box, await (await lab.frame.$(id("pad-sheet"))).boundingBox());
      await move(0.3, 0.4);
      await lab.page.mouse.down();
      await move(0.5, 0.5);
      await move(0.7, 0.55);
      await lab.page.mouse.up();
      await lab.settled();
      assert.notDeepEqual(await scores(lab), first);
      await check();
      await lab.click("pad-undo");
      await lab.settled();
      assert.deepEqual(await scores(lab), first);
      // A blank sheet leaves the intercepts.
      await lab.click("pad-clear");
      await lab.settled();
      assert.equal((await sum(lab))[0], 0);
      assert.match(await lab.text("pad-mass"), /^No ink/);
      assert.deepEqual((await lab.seen()).workers, 0);
      await axe(lab, '[data-section="contributions"]');
      await lab.close();
    });

    test("a one drawn with the keys is centred, and is a one", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-draw");
      await lab.waitFor("contributions");
      await lab.click("pad-clear");
      await lab.frame.focus(id("pad-sheet"));
      const press = async (key, n = 1) => {
        for (let i = 0; i < n; i++) await lab.page.keyboard.press(key);
      };
      await press("ArrowUp", 12);
      await press("ArrowRight", 9);
      await press(" ");
      assert.match(await lab.text("pad-words"), /^Row 2, column 23, pen down\.$/);
      await press("ArrowDown", 18);
      await press(" ");
      await lab.settled();
      assert.equal(await predicted(lab), 1);
      const [down, across] = (await lab.text("pad-mass")).match(/[\d.]+(?= down| across)/g).map(Number);
      near(down, 14.5, 0.55);
      near(across, 14.5, 0.55);
      // Where it was drawn, and not where it was put: far to the right.
      await lab.click("pad-centre");
      await lab.settled();
      near(Number((await lab.text("pad-mass")).match(/([\d.]+) across/)[1]), 23.5, 0.3);
      await lab.close();
    });

    // Touch is emulated in Chromium alone.
    if (name === "chromium") test("a finger draws, and the page stays where it is", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-draw", { viewport: { width: 360, height: 740, hasTouch: true, isMobile: true } });
      await lab.waitFor("contributions");
      await lab.click("pad-clear");
      await lab.frame.$eval(id("pad-sheet"), (sheet) => sheet.scrollIntoView({ block: "center" }));
      const box = await (await lab.frame.$(id("pad-sheet"))).boundingBox();
      const scrolled = await lab.ask(() => scrollY);
      const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
      const touch = await lab.page.touchscreen.touchStart(...at(0.5, 0.15));
      for (let y = 0.2; y < 0.9; y += 0.05) await touch.move(...at(0.5, y));
      await touch.end();
      await lab.settled();
      assert.equal(await lab.ask(() => scrollY), scrolled);
      assert.equal(await predicted(lab), 1);
      assert.ok((await lab.ask(() => document.documentElement.scrollWidth)) <= 360);
      await lab.close();
    });

    test("an image of the data set can be taken, and a wrong number is refused by name", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-draw");
      await lab.waitFor("contributions");
      const type = (text) => lab.frame.$eval(id("pad-number"), (input, text) => {
        input.value = text;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }, text);
      await type("12");
      await lab.click("pad-take");
      await lab.until(() => [...document.querySelectorAll('[data-testid="scores"] tbody tr')][0].cells[4].textContent === "predicted", { timeout: LONG });
      await type("10000");
      await lab.click("pad-take");
      await lab.until(() => document.querySelector('[data-testid="pad"] .error').textContent.includes("from 0 to 9999, but got '10000'"));
      assert.equal(await predicted(lab), 0);
      await lab.close();
    });

    test("a matrix says counts and shares, and a saved one that it does not know its images", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-test");
      await lab.waitFor("cells");
      const cell = (row, column) => lab.ask((at) => document.querySelector(`[data-section="confusion_test"] [data-cell="${at}"]`).getAttribute("aria-label"), `${row},${column}`);
      const counts = await Promise.all([...Array(10).keys()].map(async (column) => Number((await cell(3, column)).match(/: (\d+)$/)[1])));
      await lab.click("cells-row");
      await lab.settled();
      const share = Number((await cell(3, 3)).match(/: ([\d.]+)$/)[1]);
      near(share, (100 * counts[3]) / counts.reduce((a, b) => a + b), 0.051);
      // The table is of what is seen.
      await lab.frame.click('[data-section="confusion_test"] [data-testid="table"]');
      const listed = () => lab.ask(() => {
        const table = document.querySelector('[data-section="confusion_test"] .table');
        return [table.querySelector("th").textContent, table.querySelectorAll("tbody tr")[3].cells[4].textContent];
      });
      const [head, shown] = await listed();
      assert.match(head, /\(% of the row\)$/);
      near(Number(shown), share, 0.051);
      await lab.click("cells-counts");
      await lab.until((n) => document.querySelector('[data-section="confusion_test"] .table tbody').rows[3].cells[4].textContent === n, { argument: String(counts[3]) });
      await lab.click("cells-row");
      await lab.settled();
      await lab.frame.$eval('[data-section="confusion_test"] [data-cell="3,5"]', (cell) => cell.click());
      await lab.until(() => document.querySelector('[data-testid="cell-images"]').textContent.includes("Press Run"));
      await axe(lab, '[data-section="confusion_test"]');
      await lab.close();
    });

    test("after a run a cell shows its images, the surest first", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-test?data=mnist1k&max_iter=30&C=1e-4");
      await lab.run();
      await lab.badge(/^computed here/, LONG);
      await lab.frame.$eval('[data-section="confusion_test"] [data-cell="1,1"]', (cell) => cell.click());
      await lab.frame.waitForSelector(`${id("cell-images")} canvas`, { timeout: LONG });
      const sure = await lab.ask(() => [...document.querySelectorAll('[data-testid="cell-images"] .captions span')].map((one) => Number.parseInt(one.textContent, 10)));
      const count = await lab.ask(() => Number(document.querySelector('[data-section="confusion_test"] [data-cell="1,1"]').getAttribute("aria-label").match(/: (\d+)$/)[1]));
      assert.equal(sure.length, Math.min(count, 60));
      assert.deepEqual(sure, sure.toSorted((a, b) => b - a));
      await lab.close();
    });

    test("maps change colours and ends without a run, and a pixel shows who uses it", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-coefall");
      await lab.waitFor("safe-colors");
      await lab.settled();
      const picture = () => lab.ask(() => document.querySelector('[data-section="coefs"] .grid canvas').toDataURL());
      const colors = [await picture()];
      await lab.click("safe-colors");
      await lab.settled();
      colors.push(await picture());
      await choose(lab, "ends", "shared");
      await lab.settled();
      colors.push(await picture());
      assert.equal(new Set(colors).size, 3);
      // Zero has the middle colour: the corner has no ink in any image.
      const corner = await lab.ask(() => [...document.querySelector('[data-section="coefs"] .grid canvas').getContext("2d").getImageData(0, 0, 1, 1).data]);
      assert.deepEqual(corner, [0xf7, 0xf7, 0xf7, 255]);
      await choose(lab, "map-label", "3");
      await lab.frame.focus(`[data-section="coefs"] ${id("pixels")}`);
      for (let i = 0; i < 4; i++) await lab.page.keyboard.press("ArrowUp");
      assert.match(await lab.text("map-pixel"), /^Row 10, column 14: coefficient -?[\d.]+(e-?\d+)?\.$/);
      await lab.click("load-images");
      await lab.frame.waitForSelector(`${id("pixel-users")} canvas`, { timeout: LONG });
      assert.match(await lab.text("pixel-users"), /Images that use it most, at first [\d.]+ %/);
      assert.equal(await lab.ask(() => document.querySelectorAll('[data-testid="pixel-users"] .captions span').length), 30);
      await axe(lab, '[data-section="coefs"]');
      await lab.close();
    });

    test("the slider along the path changes the maps, the line and the words", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-path");
      await lab.waitFor("path-c");
      await lab.settled();
      const look = () => lab.ask(() => ["path-at", "path-words"].map((name) => document.querySelector(`[data-testid="${name}"]`).textContent).concat([...document.querySelectorAll('[data-section="maps"] canvas')].map((canvas) => canvas.toDataURL())));
      const slide = async (value) => {
        await lab.frame.$eval(id("path-c"), (slider, value) => {
          slider.value = value;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }, value);
        await lab.settled();
        await lab.settled();
        return look();
      };
      const [low, between, high] = [await slide("0"), await slide("5"), await slide("50")];
      assert.equal(low[0], "C = 1.00e-5");
      assert.equal(high[0], "C = 1.00e0");
      assert.equal(low.length, 2 + 1 + 10);
      for (let i = 2; i < low.length; i++) assert.ok(low[i] !== high[i] && low[i] !== between[i], `picture ${i} stays`);
      assert.notEqual(low[1], high[1]);
      assert.equal((await lab.seen()).workers, 0);
      await axe(lab, '[data-section="maps"]');
      await lab.close();
    });
  });
}
