// What the lab of clusters shows beside its figures: a datapoint with its numbers, clusterings that are kept and
// compared, all images of a branch, components while their clusters are still searched.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LONG, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

const PHONE = { viewport: { width: 360, height: 740 } };
const narrow = (lab) => lab.ask(() => document.documentElement.scrollWidth <= window.innerWidth);
const rows = (lab) => lab.frame.$$eval(`${id("pinned")} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

/** Presses Pin once the page says that it can be done. */
async function pin(lab, n) {
  await lab.frame.waitForSelector(`${id("pin")}:not(:disabled)`);
  await lab.click("pin");
  await lab.until((n) => document.querySelectorAll('[data-testid="pinned"] tbody tr').length === n, { argument: n });
}

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("a pixel lights up in the picture and in the table", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-data", PHONE);
      await lab.waitFor("levels");
      const cells = await lab.frame.$$eval(`${id("levels")} td[data-pixel]`, (cells) => cells.map((cell) => Number(cell.textContent)));
      assert.equal(cells.length, 784);
      const marks = await lab.frame.$$eval(".axis-x span", (marks) => marks.map((mark) => mark.textContent));
      assert.deepEqual(marks, ["0", "5", "10", "15", "20", "25"]);
      // The darkest pixel, from the table.
      const most = cells.indexOf(Math.max(...cells));
      await lab.ask((pixel) => {
        const cell = document.querySelector(`[data-testid="levels"] [data-pixel="${pixel}"]`);
        cell.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
      }, most);
      await lab.settled();
      const at = (pixel) => `Row ${Math.floor(pixel / 28)}, column ${pixel % 28}: ${cells[pixel]}`;
      assert.equal(await lab.text("level"), at(most));
      assert.equal(await lab.frame.$$eval(".datapoint .pixel-at", (marks) => marks.length), 1);
      // The next one to the right, from the picture with the keys.
      await lab.frame.focus(".datapoint .pixels");
      await lab.page.keyboard.press("ArrowRight");
      await lab.settled();
      assert.equal(await lab.text("level"), at(most + 1));
      assert.deepEqual(await lab.frame.$$eval(`${id("levels")} .at`, (cells) => cells.map((cell) => Number(cell.dataset.pixel))), [most + 1]);
      assert.ok(await narrow(lab), "nothing sticks out at 360 px");
      assert.deepEqual(await lab.violations("2-data"), []);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("clusterings are pinned, compared, kept and removed", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans?data=mnist1k&n_init=1");
      await lab.waitFor("pins");
      assert.equal(await lab.has("pin"), false, "what few need is not downloaded by all");
      await lab.click("pins-open");
      await lab.waitFor("pin");
      assert.equal(await lab.frame.$eval(id("pin"), (button) => button.disabled), true, "there is no run yet");
      await lab.run();
      await pin(lab, 1);
      // Alone, it is compared with the digits.
      assert.match(await lab.text("pins-pair"), /digits against 2 .*Adjusted Rand index/s);
      await lab.click("pin");
      await lab.settled();
      assert.match(await lab.text("pins-said"), /pinned already, as number 2/);
      await lab.set("n_clusters", "5");
      assert.equal(await lab.frame.$eval(id("pin"), (button) => button.disabled), true, "what is shown has other settings");
      await lab.run();
      await pin(lab, 2);
      // Another method, on some of the same images.
      await lab.go("#/clusters/2-agg10?data=mnist1k&n_samples=300&n_components=20&n_init=1");
      await lab.run();
      await lab.frame.select(id("pin-which"), "1");
      await pin(lab, 3);
      const pinned = await rows(lab);
      assert.deepEqual(pinned.map((row) => row[0]), ["2", "3", "4"]);
      assert.deepEqual(pinned.slice(0, 2).map((row) => [row[3], row[4]]), [["1000", "10"], ["1000", "5"]]);
      assert.match(pinned[1][2], /n_clusters = 5/);
      assert.match(pinned[2][1], /k-means/);
      // Drawn with replacement: each image counts once.
      assert.ok(Number(pinned[2][3]) < 300);
      const cell = (row, column) => `[data-testid="pins"] [data-cell="${row},${column}"]`;
      const label = await lab.frame.$eval(cell(0, 2), (cell) => cell.getAttribute("aria-label"));
      assert.equal(label.match(/: (\d\.\d\d)$/)[1], Number(pinned[1][6]).toFixed(2), "of the digits, as in the list");
      await lab.frame.$eval(cell(1, 2), (cell) => cell.click());
      await lab.settled();
      assert.match(await lab.text("pins-pair"), /2 .* against 3 /);
      const [, moved] = (await lab.text("pins-moved")).match(/^(\d+) of 1000 images/);
      // Ten clusters cannot all have a partner among five.
      assert.ok(Number(moved) >= 100, moved);
      await lab.frame.$eval(cell(2, 2), (cell) => cell.click());
      await lab.settled();
      assert.match(await lab.text("pins-pair"), /agree with themselves/);
      await lab.frame.$eval(cell(3, 1), (cell) => cell.click());
      await lab.settled();
      assert.match(await lab.text("pins-pair"), /4 .* against 2 /);
      await lab.page.setViewport(PHONE.viewport);
      await lab.settled();
      assert.ok(await narrow(lab), "nothing sticks out at 360 px");
      assert.deepEqual(await lab.violations("pins"), []);
      // They are there after a reload, and gone after they were removed.
      await lab.page.reload();
      await lab.mounted();
      await lab.click("pins-open");
      await lab.waitFor("pinned");
      assert.deepEqual(await rows(lab), pinned);
      await lab.frame.$eval(id("unpin"), (button) => button.click());
      await lab.settled();
      assert.deepEqual((await rows(lab)).map((row) => row[1]), pinned.slice(1).map((row) => row[1]));
      await lab.click("unpin-undo");
      await lab.settled();
      assert.deepEqual(await rows(lab), pinned);
      await lab.click("unpin-all");
      await lab.settled();
      await lab.page.reload();
      await lab.mounted();
      await lab.click("pins-open");
      await lab.waitFor("pin");
      await lab.settled();
      assert.equal(await lab.has("pinned"), false);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("nothing is pinned in a frame", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans?embed=1");
      await lab.badge(/^saved result$/);
      assert.equal(await lab.has("pins"), false, "a frame stores nothing");
      await lab.close();
    });

    test("a run shows all images of a branch that the picture leaves out", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-agg10?data=mnist1k&n_samples=1000&n_components=20&n_init=1&p=3");
      await lab.run();
      const card = '[data-section="tree"]';
      await lab.frame.waitForSelector(`${card} ${id("branch-more")}, ${card} ${id("load-images")}`);
      const count = () => lab.frame.$eval(`${card} .branch [data-n]`, (line) => Number(line.dataset.n));
      const few = await count();
      assert.match(await lab.frame.$eval(`${card} .branch .strips + p, ${card} .branch p.muted`, (p) => p.textContent), /^The first \d+ of 1000/);
      await lab.frame.$eval(`${card} ${id("branch-more")}`, (button) => button.click());
      await lab.settled();
      assert.ok((await count()) > few);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the components are shown while neighbours are searched", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-pca15");
      await lab.badge(/^saved result$/);
      await lab.ask(() => {
        window.early = new Set();
        new MutationObserver(() => {
          if (!document.querySelector('[data-testid="badge"]')?.textContent.startsWith("partial")) return;
          document.querySelectorAll("[data-section]:not(.waiting)").forEach((card) => window.early.add(card.dataset.section));
        }).observe(document, { subtree: true, childList: true, characterData: true });
      });
      await lab.run();
      const early = await lab.ask(() => [...window.early]);
      for (const section of ["components", "variance", "shares"]) assert.ok(early.includes(section), `${section}: ${early}`);
      assert.ok(!early.includes("sizes"), "what is not known yet is not shown");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    }, { timeout: 2 * LONG });
  });
}
