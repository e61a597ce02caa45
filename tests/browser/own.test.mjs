// What is done by hand in the lab of clusters: digits that are sorted before k-means does it, and a digit of one's own
// among those of a run. Both with the keyboard alone, and on a phone.

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

const KMEANS = "#/clusters/2-kmeans";
const SORT = '[data-question="sort"]';

/** Brings the images of a card, if they are not here. */
async function images(lab, card, wanted) {
  // A gallery draws only what is near the screen.
  await lab.frame.waitForSelector(card);
  await lab.frame.$eval(card, (card) => card.scrollIntoView());
  await lab.frame.waitForSelector(`${card} ${wanted}, ${card} ${id("load-images")}`);
  await lab.ask((button) => document.querySelector(button)?.click(), `${card} ${id("load-images")}`);
  await lab.frame.waitForSelector(`${card} ${wanted}`);
}

/** Opens the sheet of a card, and puts an image of the data on it. */
async function take(lab, card, image) {
  await lab.frame.waitForSelector(`${card} ${id("mine")}`);
  await lab.frame.$eval(`${card} ${id("mine")}`, (button) => button.click());
  await lab.frame.waitForSelector(`${card} ${id("mine-sheet")}`);
  await lab.frame.$eval(`${card} ${id("pad-number")}`, (field, image) => {
    field.value = image;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(image));
  await lab.frame.$eval(`${card} ${id("pad-take")}`, (button) => button.click());
  await lab.frame.waitForFunction((words) => document.querySelector(words)?.textContent.length > 5, { polling: 100 }, id("mine-words"));
  await lab.settled();
  return lab.text("mine-words");
}

const narrow = (lab) => lab.ask(() => document.documentElement.scrollWidth <= window.innerWidth);

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("twelve digits are sorted with the keys, and compared before and after the run", async () => {
      const lab = await LabPage.open(browser, server.url, KMEANS, { viewport: { width: 360, height: 740 } });
      await images(lab, SORT, ".sort-image");
      assert.equal(await lab.ask((button) => document.querySelector(button).disabled, `${SORT} ${id("answer")}`), true, "not all are sorted");
      for (const [i, letter] of [..."abcdccdbbdaa"].entries()) {
        await lab.frame.focus(`${SORT} [data-image="${i}"]`);
        await lab.page.keyboard.press(letter);
        await lab.frame.waitForSelector(`${SORT} [data-group="${letter}"] [data-image="${i}"]`);
      }
      await lab.settled();
      assert.ok(await narrow(lab), "nothing sticks out at 360 px");
      assert.deepEqual(await lab.violations(SORT), []);
      // The first image goes to another group and back, by pressing.
      for (const group of ["e", "a"]) {
        await lab.frame.$eval(`${SORT} [data-group="${group}"] > button`, (button) => button.click());
        await lab.frame.$eval(`${SORT} [data-image="0"]`, (image) => image.click());
        await lab.frame.waitForSelector(`${SORT} [data-group="${group}"] [data-image="0"]`);
      }
      await lab.frame.$eval(`${SORT} ${id("answer")}`, (button) => button.click());
      await lab.settled();
      const said = () => lab.frame.$eval(`${SORT} [role=status]`, (said) => said.textContent);
      assert.match(await lab.frame.$eval(SORT, (card) => card.textContent), /7 7 7 \| 3 3 3 \| 4 4 4 \| 9 9 9/);
      assert.match(await said(), /index of 1\.00 .* Run k-means/, "a saved result does not say where the twelve are");
      await lab.set("n_init", "2");
      assert.match(await said(), /index of 1\.00 .* Run k-means/, "nor does one that is out of date");
      await lab.run();
      await lab.settled();
      const [, theirs, both] = (await said()).match(/index of 1\.00; .* have (-?[\d.]+) .* agree at (-?[\d.]+)\.$/);
      // Who sorts as the digits are agrees with k-means as much as the digits do.
      assert.equal(theirs, both);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("an own digit is in the cluster of the nearest centre", async () => {
      const lab = await LabPage.open(browser, server.url, KMEANS, { viewport: { width: 360, height: 740 } });
      const card = '[data-section="centres"]';
      await lab.badge(/^saved result$/);
      await lab.frame.waitForSelector(`${card} ${id("mine")}`);
      await lab.frame.$eval(`${card} ${id("mine")}`, (button) => button.click());
      assert.match(await lab.frame.waitForSelector(id("mine-wants")).then((p) => p.evaluate((p) => p.textContent)), /Press Run first/);
      await lab.frame.$eval(`${card} ${id("mine")}`, (button) => button.click());
      await lab.set("n_init", "2");
      await lab.run();
      // An image of the data is where the run has put it.
      await images(lab, '[data-section="members"]', ".line-of-images");
      await lab.frame.focus(id("gallery"));
      await lab.page.keyboard.press("Home");
      await lab.settled();
      await lab.frame.waitForFunction((words) => /Nearest to it is image \d+/.test(document.querySelector(words).textContent), { polling: 100 }, id("pointed"));
      const [, image, cluster, far] = (await lab.text("pointed")).match(/^Image (\d+), a \d; cluster (\d+); ([\d.]+) from its centre, [\d.]+ from that of cluster \d+\./);
      const words = await take(lab, card, image);
      assert.ok(words.startsWith(`Your digit is in cluster ${cluster}, ${far} from its centre.`), words);
      const rows = await lab.frame.$$eval(`${id("mine-centres")} tbody tr`, (rows) => rows.map((row) => Number(row.cells[1].textContent)));
      assert.equal(rows.length, 5);
      assert.deepEqual(rows, rows.toSorted((a, b) => a - b));
      assert.ok(await narrow(lab), "nothing sticks out at 360 px");
      assert.deepEqual(await lab.violations(card), []);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("an own digit is core, border or noise of the chosen setting", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-dbgrid?n_samples=300&eps=1~9~50&min_samples=2~9");
      await lab.run();
      const words = await take(lab, '[data-section="grid"]', 4100);
      assert.match(words, /^At eps = 1, min_samples = 2 your digit would be noise: \d+ images? of the sample within eps/);
      await lab.frame.$eval('[data-section="grid"] [data-cell="2,1"]', (cell) => cell.click());
      await lab.settled();
      assert.match(await lab.text("mine-words"), /^At eps = 50, min_samples = 9 your digit would be a core of cluster 0: 300 images of the sample within eps, 300 of them cores\.$/);
      const near = await lab.frame.$$eval(`${id("mine-near")} tbody tr`, (rows) => rows.map((row) => [Number(row.cells[2].textContent), row.cells[3].textContent]));
      assert.equal(near.length, 10);
      assert.ok(near.every(([distance, kind], i) => kind === "core of cluster 0" && (i === 0 || distance >= near[i - 1][0])));
      // An image of the sample is at no distance from itself.
      await lab.frame.$eval(id("pad-number"), (field, image) => {
        field.value = image;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }, await lab.frame.$eval(`${id("mine-near")} tbody th`, (cell) => cell.textContent));
      await lab.frame.$eval(id("pad-take"), (button) => button.click());
      await lab.frame.waitForFunction((cell) => Number(document.querySelector(cell)?.textContent) === 0, { polling: 100 }, `${id("mine-near")} tbody tr td:nth-of-type(2)`);
      assert.deepEqual(await lab.violations('[data-section="grid"]'), []);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("an own digit is placed on principal components", async () => {
      const few = "data=mnist1k&n_samples=300&n_components=20";
      const lab = await LabPage.open(browser, server.url, `#/clusters/2-pcakmeans?${few}&n_init=1`);
      await lab.run();
      const nearest = await take(lab, '[data-section="centres"]', 410);
      assert.match(nearest, /^Your digit is in cluster \d+, \d+\.\d+ from its centre\./);
      const far = await lab.frame.$$eval(`${id("mine-centres")} tbody tr`, (rows) => rows.map((row) => Number(row.cells[1].textContent)));
      assert.equal(far.length, 5);
      assert.deepEqual(far, far.toSorted((a, b) => a - b));
      await lab.go(`#/clusters/2-pcasweep?${few}&eps=0.01~100`);
      await lab.run();
      const words = await take(lab, '[data-section="shares"]', 410);
      assert.match(words, /would be noise|would be a core/);
      // Within a hundred standard deviations lies everything.
      await lab.frame.select(`${id("mine-sheet")} select${id("mine-eps")}`, "1");
      await lab.settled();
      assert.match(await lab.text("mine-words"), /would be a core of cluster 0: 300 images of the sample within eps/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
