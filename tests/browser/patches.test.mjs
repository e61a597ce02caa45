// Patches and words: what is seen while they come, what lies near a drawn digit, and figures as notebook 003 draws them.

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

/** Notes every text of a section's summary from now on. */
const listen = (lab, section) =>
  lab.ask((section) => {
    window.said = [];
    const look = () => {
      const text = document.querySelector(`[data-section="${section}"] [data-testid="summary"]`)?.textContent;
      if (text && text !== window.said.at(-1)) window.said.push(text);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, section);
const said = (lab) => lab.ask(() => window.said);

/** Numbers of the images of a list, the nearest first. */
const list = (lab, name) => lab.frame.$$eval(`${id(name)} .cell`, (cells) => cells.map((cell) => Number(cell.dataset.image)));
/** Their distances. */
const distances = (lab, name) => lab.frame.$$eval(`${id(name)} .cell .muted`, (cells) => cells.map((cell) => Number(cell.textContent)));
const columns = (lab, section) => lab.frame.$eval(`[data-section="${section}"] .tiles`, (tiles) => getComputedStyle(tiles).getPropertyValue("--columns").trim());
/** The grey of the upper left pixel of a section's first picture. */
const corner = (lab, section) =>
  lab.frame.$eval(`[data-section="${section}"] .cell canvas`, (canvas) => {
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    return context.getImageData(0, 0, 1, 1).data[0];
  });

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("the images nearest to a drawn digit move with every stroke, by its bag and by its pixels", { timeout: 2 * LONG }, async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-bags");
      await lab.badge(/^saved result$/);
      // Of the image that the sheet begins with the run of another scene has found the nearest, with the same words.
      const known = (await lab.table("near")).slice(1);
      const row = (title) => known.filter((cells) => cells[0].includes(title)).map((cells) => Number(cells.find((cell, i) => i > 0 && /^\d+$/.test(cell))));
      await lab.go("#/patches/3-bag");
      await lab.badge(/^saved result$/);
      await lab.click("draw");
      await lab.waitFor("neighbours");
      await lab.click("load-images");
      await lab.frame.waitForSelector(`${id("near-bag")} .cell:nth-child(10)`, { timeout: LONG });
      await lab.until(() => !document.querySelector('[data-testid="near-reading"]').textContent, { timeout: LONG });
      await lab.settled();
      const first = { bag: await list(lab, "near-bag"), pixels: await list(lab, "near-pixels") };
      assert.deepEqual([first.bag.length, first.pixels.length], [10, 10]);
      assert.deepEqual([first.bag[0], first.pixels[0]], [0, 0], "it is nearest to itself");
      assert.deepEqual([(await distances(lab, "near-bag"))[0], (await distances(lab, "near-pixels"))[0]], [0, 0]);
      assert.deepEqual(first.bag.slice(1), row("by its bag").slice(0, 9));
      assert.deepEqual(first.pixels.slice(1), row("by its pixels").slice(0, 9));
      assert.match(await lab.text("near-words"), /^Of the 10 images nearest by bag \d+ show a \d\. Of the 10 images nearest by pixels \d+ show a \d\.$/);

      await lab.click("pad-clear");
      await lab.settled();
      await lab.frame.$eval(id("pad-sheet"), (sheet) => sheet.scrollIntoView({ block: "center" }));
      const box = await (await lab.frame.$(id("pad-sheet"))).boundingBox();
      const stroke = async (...places) => {
        const before = [await list(lab, "near-bag"), await list(lab, "near-pixels"), await lab.text("pad-mass")].join(" | ");
        const [from, ...rest] = places.map(([x, y]) => [box.x + box.width * x, box.y + box.height * y]);
        await lab.page.mouse.move(...from);
        await lab.page.mouse.down();
        for (const to of rest) await lab.page.mouse.move(...to);
        await lab.page.mouse.up();
        const moved = (before) => {
          const of = (name) => [...document.querySelectorAll(`[data-testid="${name}"] .cell`)].map((cell) => Number(cell.dataset.image));
          const [bag, pixels] = before.split(" | ");
          return of("near-bag").join() !== bag && of("near-pixels").join() !== pixels;
        };
        await lab.until(moved, { argument: before });
        await lab.settled();
        return [await list(lab, "near-bag"), await list(lab, "near-pixels")];
      };
      const one = await stroke([0.5, 0.2], [0.48, 0.5], [0.46, 0.8]);
      const two = await stroke([0.25, 0.2], [0.4, 0.18], [0.5, 0.2]);
      assert.notDeepEqual(one, two);
      for (const name of ["near-bag", "near-pixels"]) {
        const apart = await distances(lab, name);
        assert.deepEqual(apart, apart.toSorted((a, b) => a - b), name);
        assert.ok(apart[0] > 0);
      }
      // A table stands behind the pictures.
      await lab.frame.$eval(`${id("neighbours")} summary`, (summary) => summary.click());
      const cells = await lab.frame.$$eval(`${id("neighbours")} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
      assert.deepEqual(cells.map((cell) => Number(cell[2])), two.flat());
      const labels = await lab.frame.$$eval(`${id("neighbours")} .cell span:not(.muted)`, (spans) => spans.map((span) => span.textContent));
      assert.deepEqual(cells.map((cell) => cell[3]), labels);
      assert.deepEqual(await lab.violations("nearest images"), []);
      // Undone, the lists are those of one stroke again.
      await lab.click("pad-undo");
      await lab.until((one) => [...document.querySelectorAll('[data-testid="near-pixels"] .cell')].map((cell) => Number(cell.dataset.image)).join() === one, { argument: one[1].join() });
      await lab.settled();
      assert.deepEqual([await list(lab, "near-bag"), await list(lab, "near-pixels")], one);
      await lab.page.setViewport({ width: 320, height: 640 });
      await lab.settled();
      assert.ok((await lab.ask(() => document.documentElement.scrollWidth)) <= 320, "nothing scrolls sideways");
      // Put away, nothing goes on.
      await lab.click("draw");
      await lab.settled();
      assert.equal(await lab.has("neighbours"), false);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the number of patches grows while they are taken, and cancel stops at once", { timeout: LONG }, async () => {
      // As many as a worker may keep.
      const lab = await LabPage.open(browser, server.url, "#/patches/3-patches?image_step=3");
      await lab.badge(/^out of date$/);
      await listen(lab, "counts");
      await lab.start();
      await lab.badge(/^computed here/);
      const counted = (texts) => texts.map((text) => /^(\d+) of 1320264 patches so far\.$/.exec(text)?.[1]).filter(Boolean).map(Number);
      const grown = counted(await said(lab));
      console.log(`${name}: patches so far ${grown.join(", ")}`);
      assert.ok(grown.length >= 2, (await said(lab)).join(" | "));
      assert.deepEqual(grown, [...new Set(grown)].toSorted((a, b) => a - b));
      assert.ok(grown[0] < 1_320_264);
      assert.match((await said(lab)).at(-1), /^1320264 patches; /);

      await lab.go("#/patches/3-patches?image_step=3&random_state=1");
      await lab.badge(/^out of date$/);
      await lab.start();
      await lab.until(() => / patches so far/.test(document.querySelector('[data-section="counts"] [data-testid="summary"]')?.textContent));
      const took = await lab.ask(
        () =>
          new Promise((resolve) => {
            const began = performance.now();
            const watch = new MutationObserver(() => {
              if (!document.querySelector('[data-testid="run"]')) return;
              watch.disconnect();
              resolve(performance.now() - began);
            });
            watch.observe(document.body, { subtree: true, childList: true });
            document.querySelector('[data-testid="cancel"]').click();
          }),
      );
      console.log(`${name}: stopped after ${took.toFixed(0)} ms`);
      assert.ok(took <= 100, `${took} ms`);
      await lab.badge(/^stopped at/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("words and the reading of images are seen while bags are learned", { timeout: LONG }, async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-bags?n_words=150&random_state=1");
      await lab.badge(/^out of date$/);
      await listen(lab, "reading");
      // Each is there for a moment: noted by the page itself, since nobody who asks from outside is as quick.
      await lab.ask(() => {
        window.early = {};
        const look = () => {
          for (const card of document.querySelectorAll("[data-section]:not(.waiting)")) {
            if (!card.querySelector('[data-testid="badge"]')?.textContent.startsWith("partial")) continue;
            const cells = card.querySelectorAll(".cell").length;
            window.early[card.dataset.section] = Math.max(window.early[card.dataset.section] ?? 0, cells);
          }
        };
        new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
      });
      await lab.start();
      const early = () => {
        const { words, words_shuffled, ...rest } = window.early;
        return words >= 50 && words_shuffled >= 50 && "reading" in rest && "scores" in rest;
      };
      await lab.until(early, { timeout: LONG });
      assert.equal(await lab.has("error-card"), false);
      const read = (await said(lab)).map((text) => /^(\d+) of 10000 images have been read with the words\.$/.exec(text)).filter(Boolean).map((found) => Number(found[1]));
      console.log(`${name}: images read so far ${read.join(", ")}`);
      assert.ok(read.length >= 2, (await said(lab)).join(" | "));
      assert.deepEqual(read, [...new Set(read)].toSorted((a, b) => a - b));
      await lab.click("cancel");
      await lab.badge(/^stopped at/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("centres, patches and words are white on black in the grids of notebook 003, and those of 002 stay as they are", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10");
      await lab.badge(/^saved result$/);
      await lab.settled();
      assert.deepEqual([await columns(lab, "centres"), await corner(lab, "centres")], ["4", 0]);
      assert.match(await lab.ask(() => document.querySelector('[data-section="centres"] [data-testid="summary"]').textContent), /lighter is more ink/);
      const tops = await lab.frame.$$eval('[data-section="centres"] canvas', (all) => [...new Set(all.map((canvas) => Math.round(canvas.getBoundingClientRect().top)))].length);
      assert.equal(tops, 3, "three rows");
      await lab.go("#/patches/3-kmeans20");
      await lab.until(() => document.querySelectorAll('[data-section="centres"] canvas').length === 20);
      await lab.settled();
      assert.deepEqual([await columns(lab, "centres"), await corner(lab, "centres")], ["6", 0]);
      await lab.go("#/patches/3-patches");
      await lab.until(() => document.querySelectorAll('[data-section="sample"] canvas').length === 99);
      await lab.settled();
      assert.equal(await columns(lab, "sample"), "10");
      await lab.go("#/clusters/2-kmeans");
      await lab.until(() => document.querySelector('[data-section="centres"] .cell:nth-child(10)'));
      await lab.settled();
      assert.deepEqual([await columns(lab, "centres"), await corner(lab, "centres")], ["5", 255]);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("what the notebook gives without a number is not counted as unequal", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-bag");
      const badge = () => lab.ask(() => document.querySelector('[data-testid="notebook"] .badge')?.textContent);
      await lab.badge(/^saved result$/);
      assert.equal(await badge(), "no number to compare");
      assert.match(await lab.ask(() => document.querySelector('[data-testid="notebook"] tr[data-id="3-P7"]').textContent), /529/);
      await lab.go("#/patches/3-patches");
      await lab.until(() => document.querySelector('[data-testid="notebook"] .badge')?.textContent === "1 of 1 equal");
      await lab.go("#/patches/3-purity");
      await lab.until(() => document.querySelector('[data-testid="notebook"] .badge')?.textContent === "0 of 2 equal");
      await lab.close();
    });
  });
}
