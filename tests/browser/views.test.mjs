// Ways of looking that compute nothing: colours of centres, agreement of clusterings, images from fewer components, the
// image of a gallery that is pointed at; and trees that fill while they grow.

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

// Of a copy: a canvas that is read often is drawn more slowly, and browsers say so.
const pixels = (lab, selector) =>
  lab.frame.$eval(selector, (canvas) => {
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    return [...context.getImageData(0, 0, copy.width, copy.height).data].join();
  });

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("centres change their colours at once, and the link and Back know it", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-pcakmeans");
      await lab.badge(/^saved result$/);
      await lab.frame.waitForSelector(id("color-scale"));
      await lab.settled();
      const first = `[data-section="centres"] .cell canvas`;
      const colours = async () => new Set((await pixels(lab, first)).match(/(\d+,\d+,\d+),255/g)).size;
      const blob = await colours();
      assert.equal(await lab.text("ends"), "0.0000 to 1.0000");
      await lab.frame.select(id("color-scale"), "levels");
      await lab.settled();
      assert.equal(await lab.text("ends"), "0.0000 to 255.0");
      const digit = await colours();
      assert.ok(digit > blob + 20, `${blob} colours, then ${digit}`);
      assert.equal(await lab.hash(), "#/clusters/2-pcakmeans?color_scale=levels");
      await lab.frame.select(id("color-scale"), "automatic");
      await lab.settled();
      assert.match(await lab.text("ends"), /^-\d+\.\d+ to 2\d\d\.\d$/);
      await lab.page.goBack();
      await lab.until(() => document.querySelector('[data-testid="color-scale"]').value === "levels");
      assert.equal(await colours(), digit);
      assert.match(await lab.badge(/./), /^saved result$/, "nothing is out of date");
      // The claim of the notebook is put to the test without a run.
      await lab.go("#/clusters/2-pcakmeans");
      await lab.until(() => document.querySelector('[data-testid="color-scale"]').value === "notebook");
      assert.equal(await lab.ask(() => window.seen.workers), 0);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a cell of the matrix shows how two clusterings meet; after a run the images have their colours", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-agree");
      await lab.badge(/^saved result$/);
      await lab.waitFor("pair");
      await lab.settled();
      assert.match(await lab.text("pair"), /^k-means against Ward/);
      const cell = (row, column) => `[data-section="matrix"] [data-cell="${row},${column}"]`;
      const matrix = await lab.table("matrix");
      for (const [row, column] of [[0, 2], [2, 0], [7, 3]]) {
        await lab.frame.$eval(cell(row, column), (cell) => cell.click());
        await lab.settled();
        const text = await lab.text("pair");
        const score = Number(text.match(/: (-?\d\.\d{4})\./)[1]);
        assert.ok(Math.abs(Math.max(score, 0) - Number(matrix[row + 1][column + 1])) < 5e-5 + 1e-4, `${score}`);
        const [, , n] = text.match(/(\d+) of (\d+) images \(\d+ %\)/);
        assert.equal(n, "2000");
      }
      // Its table has the same images, each once.
      await lab.frame.$eval(`${id("pair")} summary`, (summary) => summary.click());
      const counts = await lab.frame.$$eval(`${id("pair")} tbody td`, (cells) => cells.map((cell) => Number(cell.textContent)).filter((n) => !Number.isNaN(n)));
      assert.ok(counts.length > 20);
      await lab.frame.focus(cell(7, 3));
      for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"]) await lab.page.keyboard.press(key);
      await lab.settled();
      assert.match(await lab.text("pair"), /A clustering agrees with itself/);
      assert.equal(await lab.frame.$eval(id("colours-of"), (list) => list.disabled), true, "a saved result has no labels");
      assert.equal(await lab.ask(() => window.seen.workers), 0);
      await lab.run();
      assert.match(await lab.text("badge"), /^computed here, identical/);
      await lab.frame.$eval(cell(2, 3), (cell) => cell.click());
      await lab.settled();
      const groups = async () => (await lab.table("plane")).slice(1).map((row) => row[1]);
      const own = await groups();
      await lab.frame.select(id("colours-of"), "second");
      await lab.settled();
      const others = await groups();
      assert.equal(own.length, others.length);
      assert.ok(own.some((group, i) => group !== others[i]), "another clustering, other groups");
      assert.deepEqual(lab.complaints, []);
      assert.deepEqual(await lab.violations(), []);
      await lab.close();
    });

    test("images are put together from as many components as chosen", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/pcadbscan?data=mnist1k&n_samples=500&n_components=40&eps=9&only=reconstructed");
      await lab.run();
      const slider = id("n-components");
      await lab.frame.waitForSelector(`${slider}:not(:disabled)`);
      const last = `[data-section="reconstructed"] .cell:last-child canvas`;
      const words = () => lab.frame.$eval(`[data-section="reconstructed"] ${id("summary")}`, (words) => words.textContent);
      const off = async () => Number((await words()).match(/off by (\d+\.\d)/)[1]);
      const [whole, all] = [await pixels(lab, last), await off()];
      await lab.frame.focus(slider);
      await lab.page.keyboard.press("Home");
      await lab.settled();
      assert.match(await words(), /put together from 0 of 40 components/);
      assert.ok((await off()) > all + 10);
      assert.notEqual(await pixels(lab, last), whole);
      await lab.page.keyboard.press("End");
      await lab.settled();
      assert.equal(await off(), all);
      assert.equal(await pixels(lab, last), whole, "all components give what the run gave");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("an image that is pointed at says what it is", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10");
      await lab.badge(/^saved result$/);
      const button = `[data-section="members"] ${id("load-images")}`;
      await lab.frame.waitForSelector(button);
      await lab.frame.$eval(button, (button) => button.click());
      await lab.until((button) => !document.querySelector(button), { timeout: LONG, argument: button });
      await lab.frame.$eval(id("gallery"), (gallery) => gallery.scrollIntoView({ block: "start" }));
      await lab.frame.waitForSelector(".line-of-images canvas");
      await lab.settled();
      // The third image of the first row, which the table names.
      const rows = (await lab.table("members")).slice(1);
      await lab.frame.$eval(id("gallery"), (gallery) => gallery.scrollIntoView({ block: "start" }));
      await lab.settled();
      const box = await lab.frame.$eval(".line-of-images", (line) => ({ ...line.getBoundingClientRect().toJSON(), step: Number(line.dataset.step) }));
      await lab.page.mouse.move(box.x + 2.5 * box.step, box.y + 20);
      await lab.settled();
      const [, image, digit] = rows[2];
      assert.match(await lab.text("pointed"), new RegExp(`^Image ${image}, a ${digit}; cluster 0.*Run to see how far`));
      await lab.frame.focus(id("gallery"));
      await lab.page.keyboard.press("ArrowRight");
      await lab.settled();
      assert.match(await lab.text("pointed"), new RegExp(`^Image ${rows[3][1]}, a ${rows[3][2]};`));
      const mark = await lab.frame.$eval(".mark", (mark) => mark.getBoundingClientRect().toJSON());
      assert.ok(mark.x >= 0 && mark.width > 20);
      await lab.run();
      await lab.frame.focus(id("gallery"));
      await lab.page.keyboard.press("Home");
      await lab.settled();
      const far = async () => Number((await lab.text("pointed")).match(/cluster 0; ([\d.]+) from its centre/)[1]);
      const nearest = await far();
      await lab.page.keyboard.press("ArrowRight");
      await lab.settled();
      assert.ok((await far()) >= nearest, "rows go from the closest on");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a tree fills from below while it grows", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-tree500?n_samples=4500", { pictures: true, cores: 1 });
      await lab.run();
      const { badges } = await lab.seen();
      assert.ok(badges.some((badge) => badge.startsWith("partial")), `${badges}`);
      const { pictures } = await lab.seen();
      assert.ok(new Set(pictures).size >= 2, `${pictures.length} pictures`);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
