// DBSCAN's grid: a cell is chosen by pointer or keys, eps is a line to drag; nobody is asked to compute.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const SCENE = "#/clusters/2-dbgrid";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

const grid = `[data-section="grid"]`;

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    async function open(viewport) {
      const lab = await LabPage.open(browser, server.url, SCENE, { viewport });
      await lab.badge(/^saved result$/);
      await lab.frame.waitForSelector(id("eps-line"));
      await lab.settled();
      return lab;
    }
    const found = (lab) => lab.frame.$eval(`${grid} ${id("found")}`, (found) => found.textContent);
    const selected = (lab) => lab.frame.$$eval('[aria-selected="true"]', (cells) => cells.map((cell) => cell.getAttribute("aria-label")));
    const cores = (lab) => lab.frame.$$eval(`${id("cores")} tbody tr`, (rows) => rows.map((row) => [row.cells[0], row.cells[1], row.cells[3]].map((cell) => cell.textContent)));

    test("a cell shows what was found there, in both heat maps", async () => {
      const lab = await open();
      assert.match(await found(lab), /^Choose a cell/);
      // Where the picture has the text "83.1", the pointer finds the cell of that setting.
      const box = await lab.frame.$eval(`${grid} canvas`, (canvas) => {
        canvas.scrollIntoView({ block: "center" });
        const { x, y, width, height } = canvas.getBoundingClientRect();
        return { x, y, width, height };
      });
      const rows = await lab.table("grid");
      const row = rows.findIndex(([eps]) => eps === "7");
      await lab.frame.$eval(`${grid} canvas`, (canvas) => canvas.scrollIntoView({ block: "center" }));
      const { x, y } = await lab.frame.$eval(`${grid} canvas`, (canvas) => canvas.getBoundingClientRect().toJSON());
      await lab.page.mouse.click(x + 56 + ((box.width - 64) / 8) * 1.5, y + 8 + ((box.height - 52) / 9) * (row - 0.5));
      await lab.settled();
      assert.deepEqual(await selected(lab), ["eps 7, min_samples 3: 83.1", "eps 7, min_samples 3: 9"]);
      const text = await found(lab);
      assert.match(text, /^eps = 7, min_samples = 3: 9 clusters; noise 169 \(16\.9 %\)/);
      const sizes = text.match(/Sizes: ([\d, ]+)/)[1].split(", ").map(Number);
      assert.equal(sizes.length, 9);
      assert.equal(sizes.reduce((a, b) => a + b, 0), 831);
      assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
      // The line came along.
      assert.equal(await lab.text("eps"), "eps = 7");
      assert.equal(await lab.ask(() => window.seen.workers), 0, "no worker was needed");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a cell of digits against clusters shows the images in it", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans?n_clusters=4&n_init=1&max_iter=3");
      await lab.run();
      const card = '[data-section="confusion"]';
      await lab.frame.waitForSelector(`${card} [data-cell="0,0"]`);
      // Columns are clusters matched to digits: which it is stands in its label.
      const label = (column) => lab.frame.$eval(`${card} [data-cell="1,${column}"]`, (cell) => cell.getAttribute("aria-label"));
      const cells = await Promise.all([0, 1, 2, 3].map(async (column) => (await label(column)).match(/cluster (\d): (\d+)$/).slice(1).map(Number)));
      assert.deepEqual(cells.map(([cluster]) => cluster).toSorted(), [0, 1, 2, 3]);
      const column = cells.findIndex(([, count]) => count === Math.max(...cells.map(([, count]) => count)));
      const [cluster, count] = cells[column];
      await lab.frame.$eval(`${card} [data-cell="1,${column}"]`, (cell) => cell.click());
      await lab.frame.waitForSelector(`${card} .row-of-images, ${card} ${id("load-images")}`);
      if (await lab.frame.$(`${card} ${id("load-images")}`)) await lab.frame.$eval(`${card} ${id("load-images")}`, (button) => button.click());
      await lab.frame.waitForSelector(`${card} .row-of-images`);
      const title = await lab.frame.$eval(`${card} .row-of-images p`, (p) => p.textContent);
      assert.equal(title, `1 in cluster ${cluster}: ${count} images, of which 60 are shown, by number`);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the arrow keys go from cell to cell", async () => {
      const lab = await open();
      await lab.frame.focus(`${grid} [data-cell="0,0"]`);
      for (const key of ["ArrowRight", "PageDown", "End", "ArrowUp", "ArrowRight"]) await lab.page.keyboard.press(key);
      await lab.settled();
      assert.deepEqual((await selected(lab))[0], "eps 8, min_samples 9: 95.4");
      assert.equal(await lab.ask(() => document.activeElement.dataset.cell), "7,7");
      assert.match(await found(lab), /2 clusters; noise 46/);
      await lab.page.keyboard.press("Home");
      await lab.page.keyboard.press("PageUp");
      await lab.settled();
      assert.match(await found(lab), /^eps = 1, min_samples = 2: 41 clusters/);
      const stops = await lab.frame.$$eval(`${grid} [role=gridcell][tabindex="0"]`, (cells) => cells.length);
      assert.equal(stops, 1, "one stop for the tabulator");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("eps is dragged and moved by keys, and the cores are counted", async () => {
      for (const width of [1200, 360]) {
        const lab = await open({ width, height: 900 });
        const line = id("eps-line");
        await lab.frame.focus(line);
        await lab.page.keyboard.press("Home");
        await lab.settled();
        const lowest = await cores(lab);
        assert.equal(lowest.length, 8);
        assert.deepEqual(lowest.slice(2).map(([, count, flag]) => [count, flag]), Array(6).fill(["0", "almost none is a core"]));
        await lab.page.keyboard.press("End");
        await lab.settled();
        assert.ok((await cores(lab)).every(([, count, flag]) => count === "1000" && flag === "almost all are cores"));
        // At a setting of the grid the counts are those of its cell.
        await lab.frame.$eval(`${grid} [data-cell="6,5"]`, (cell) => cell.click());
        await lab.settled();
        const at = (await cores(lab)).find(([k]) => k === "7");
        assert.match(await found(lab), new RegExp(`; ${at[1]} cores`));
        assert.equal(at[2], "one cluster");
        assert.match(await found(lab), /one cluster/);
        // The line stands where its distance is, and follows the pointer.
        await lab.frame.$eval(line, (line) => line.scrollIntoView({ block: "center" }));
        const handle = await lab.frame.$eval(`${line} .cut-handle`, (handle) => {
          const { x, y, width, height } = handle.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2, width, height };
        });
        assert.ok(handle.width >= 24 && handle.height >= 24 && handle.x < width);
        const value = () => lab.frame.$eval(line, (line) => Number(line.getAttribute("aria-valuenow")));
        assert.equal(await value(), 7);
        await lab.page.mouse.move(handle.x, handle.y);
        await lab.page.mouse.down();
        await lab.page.mouse.move(handle.x - 20, handle.y + 40);
        await lab.settled();
        await lab.page.mouse.up();
        const lower = await value();
        assert.ok(lower < 6.5 && lower > 2, `${lower}`);
        const moved = await lab.frame.$eval(`${line} .cut-handle`, (handle) => handle.getBoundingClientRect().y + handle.getBoundingClientRect().height / 2);
        assert.ok(Math.abs(moved - handle.y - 40) < 3, `${moved - handle.y}`);
        assert.match(await lab.frame.$eval(line, (line) => line.getAttribute("aria-valuetext")), /^eps [\d.]+: \d+ cores with min_samples = 2, \d+ cores with min_samples = 9$/);
        assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true);
        assert.equal(await lab.ask(() => window.seen.workers), 0);
        assert.deepEqual(lab.complaints, []);
        await lab.close();
      }
    });

    test("axe finds nothing", async () => {
      const lab = await open({ width: 320, height: 700 });
      await lab.frame.$eval(`${grid} [data-cell="8,5"]`, (cell) => cell.click());
      assert.deepEqual(await lab.violations(), []);
      assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true);
      await lab.close();
    });
  });
}
