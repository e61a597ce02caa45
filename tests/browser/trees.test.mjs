// Trees: the cut moves by keys, by typing and by dragging; everything follows, and nobody is asked to compute.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const SCENE = "#/clusters/2-tree500";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

// Runs in the page before its own code: counts what is said to workers.
function countMessages() {
  window.messages = 0;
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...args) {
    window.messages += 1;
    return post.apply(this, args);
  };
}

/** What the page says of the cut, in all the places where it does. */
function cutOf(lab) {
  return lab.ask(() => {
    const text = (name) => document.querySelector(`[data-testid="${name}"]`)?.textContent;
    const line = document.querySelector('[data-testid="cut"]');
    return {
      k: Number(document.querySelector('[data-testid="cut-k"]').value),
      height: Number(line.getAttribute("aria-valuenow")),
      words: line.getAttribute("aria-valuetext"),
      top: line.getBoundingClientRect().top,
      score: text("cut-score"),
      sizes: [...document.querySelectorAll('[data-testid="clusters"] tbody tr')].map((row) => Number(row.cells[1].textContent)),
      summary: text("summary"),
    };
  });
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const pixels = (lab) => lab.frame.$eval(id("tree"), (canvas) => canvas.toDataURL());

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    const open = (hash, more = {}) => LabPage.open(browser, server.url, hash, { before: (page) => page.evaluateOnNewDocument(countMessages), ...more });

    test("keys move the cut from merge to merge, and everything follows", async () => {
      const lab = await open(SCENE);
      await lab.badge(/^saved result$/);
      await lab.settled();
      const first = await cutOf(lab);
      assert.equal(first.k, 5);
      assert.equal(first.sizes.length, 5);
      assert.equal(sum(first.sizes), 500);
      const drawn = await pixels(lab);
      await lab.frame.focus(id("cut"));
      await lab.page.keyboard.press("ArrowDown");
      await lab.settled();
      const lower = await cutOf(lab);
      assert.equal(lower.k, 6);
      assert.ok(lower.height < first.height && lower.top > first.top);
      assert.equal(lower.sizes.length, 6);
      assert.equal(sum(lower.sizes), 500);
      assert.notEqual(lower.score, first.score);
      assert.match(lower.words, /^6 clusters/);
      assert.match(lower.summary, /it has 6 clusters/);
      assert.notEqual(await pixels(lab), drawn, "the colours follow");
      await lab.page.keyboard.press("ArrowUp");
      await lab.page.keyboard.press("ArrowUp");
      await lab.settled();
      assert.equal((await cutOf(lab)).k, 4);
      await lab.page.keyboard.press("End");
      await lab.settled();
      const top = await cutOf(lab);
      assert.deepEqual([top.k, top.sizes, top.score], [1, [500], "ARI 0.0000"]);
      await lab.page.keyboard.press("ArrowUp");
      await lab.page.keyboard.press("Home");
      await lab.settled();
      // Images that were drawn twice cannot be told apart.
      assert.equal((await cutOf(lab)).k, 489);
      await lab.click("cut-scipy");
      await lab.settled();
      assert.equal((await cutOf(lab)).k, 5);
      assert.equal(await lab.ask(() => window.messages), 0, "no worker was asked");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("numbers set the cut, and what is no number leaves it", async () => {
      const lab = await open(SCENE);
      await lab.badge(/^saved result$/);
      const type = async (field, text) => {
        await lab.frame.$eval(id(field), (field) => field.select());
        await lab.page.keyboard.type(text);
        await lab.page.keyboard.press("Tab");
        await lab.settled();
        return cutOf(lab);
      };
      assert.equal((await type("cut-k", "12")).k, 12);
      const high = await type("cut-height", "9500");
      assert.deepEqual([high.k, high.height], [5, 9500]);
      assert.equal((await type("cut-k", "0")).k, 1);
      assert.equal((await type("cut-k", "99999")).k, 489);
      assert.equal((await type("cut-height", "1e")).k, 489);
      assert.equal((await type("cut-height", "-3")).height, 0);
      assert.equal(await lab.ask(() => window.messages), 0);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a drag moves the cut within a frame, also on a narrow screen", async () => {
      for (const width of [1200, 360]) {
        const lab = await open(SCENE, { viewport: { width, height: 900 } });
        await lab.badge(/^saved result$/);
        await lab.settled();
        await lab.frame.$eval(id("cut"), (line) => line.scrollIntoView({ block: "center" }));
        const handle = await lab.frame.$eval(".cut-handle", (handle) => {
          const { x, y, width, height } = handle.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2, width, height };
        });
        assert.ok(handle.width >= 24 && handle.height >= 24, "large enough for a thumb");
        assert.ok(handle.x > 0 && handle.x < width, "inside the screen");
        const before = await cutOf(lab);
        await lab.page.mouse.move(handle.x, handle.y);
        await lab.page.mouse.down();
        const seen = [];
        for (const step of [20, 40, 60, 80]) {
          await lab.page.mouse.move(handle.x - step, handle.y + step);
          await lab.ask(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
          const now = await cutOf(lab);
          assert.ok(Math.abs(now.top - before.top - step) < 2, `the line is under the pointer: ${now.top - before.top} for ${step}`);
          assert.equal(now.sizes.length, Math.min(now.k, 12));
          seen.push(now.k);
        }
        await lab.page.mouse.up();
        assert.ok(seen.at(-1) > before.k, seen.join());
        assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
        await lab.page.mouse.move(handle.x, handle.y - 30);
        await lab.settled();
        assert.equal((await cutOf(lab)).k, seen.at(-1), "let go is let go");
        assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing sticks out");
        assert.equal(await lab.ask(() => window.messages), 0);
        assert.deepEqual(lab.complaints, []);
        await lab.close();
      }
    });

    test("the cut is in the link, while it is dragged and when it is typed", async () => {
      const lab = await open(SCENE);
      await lab.badge(/^saved result$/);
      const steps = await lab.ask(() => history.length);
      await lab.frame.focus(id("cut"));
      for (let i = 0; i < 7; i++) await lab.page.keyboard.press("ArrowDown");
      await lab.until(() => /height=[\d.]+$/.test(location.hash));
      const left = await cutOf(lab);
      assert.equal(left.k, 12);
      assert.equal(await lab.ask(() => history.length), steps, "a drag is no step in the history");
      const hash = await lab.hash();
      const shared = await open(hash);
      await shared.badge(/^saved result$/);
      await shared.settled();
      assert.deepEqual(await cutOf(shared), left, hash);
      assert.equal(await shared.hash(), hash);
      // The link decides, also for a page that is open already.
      await shared.go(`${SCENE}?height=9500`);
      assert.deepEqual([(await cutOf(shared)).k, (await cutOf(shared)).height], [5, 9500]);
      await shared.go(SCENE);
      assert.equal((await cutOf(shared)).words, "5 clusters at distance 9065.0");
      // Of several trees, each has its own.
      await shared.go("#/clusters/2-trees30?height.single=2000");
      await shared.badge(/^saved result$/);
      await shared.until(() => document.querySelectorAll('[data-testid="cut"]').length === 4);
      await shared.settled();
      const heights = () => shared.frame.$$eval(id("cut"), (lines) => lines.map((line) => Math.round(Number(line.getAttribute("aria-valuenow")))));
      const first = await heights();
      assert.equal(first[1], 2000);
      await shared.frame.focus(id("cut"));
      await shared.page.keyboard.press("End");
      await shared.until(() => /\?height\.single=2000&height\.ward=[\d.]+$/.test(location.hash));
      assert.deepEqual((await heights()).slice(1), first.slice(1));
      assert.deepEqual([...lab.complaints, ...shared.complaints], []);
      await lab.close();
      await shared.close();
    });

    test("branches left out are counted, and a new run begins with its own cut", async () => {
      const lab = await open("#/bench/tree?data=mnist1k&n_samples=80");
      await lab.run();
      await lab.settled();
      const whole = await pixels(lab);
      await lab.frame.select(id("truncate"), "lastp");
      await lab.settled();
      assert.notEqual(await pixels(lab), whole);
      assert.equal(await lab.frame.$eval(id("truncate-p"), (field) => field.value), "30");
      await lab.frame.$eval(id("truncate-p"), (field) => field.select());
      await lab.page.keyboard.type("3\t");
      await lab.settled();
      const three = await cutOf(lab);
      assert.equal(three.sizes.length, 5, "the clusters are those of the whole tree");
      await lab.frame.select(id("truncate"), "none");
      await lab.settled();
      assert.equal(await pixels(lab), whole);
      await lab.frame.focus(id("cut"));
      await lab.page.keyboard.press("PageDown");
      await lab.settled();
      assert.equal((await cutOf(lab)).k, 15);
      await lab.set("linkage", "average");
      await lab.run();
      await lab.settled();
      assert.equal((await cutOf(lab)).k, 5);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a branch shows its images, by pointer and by buttons", async () => {
      const lab = await open("#/clusters/2-trees30");
      await lab.badge(/^saved result$/);
      assert.match(await lab.text("branch"), /^Whole tree of 30 images/);
      await lab.click("load-images");
      await lab.frame.waitForSelector(".leaves canvas");
      await lab.settled();
      assert.equal(await lab.frame.$$eval(".leaves", (rows) => rows.length), 4, "every tree has its leaves");
      const counts = [];
      for (let depth = 0; depth < 30 && (await lab.frame.$(`${id("branch-left")}:not(:disabled)`)); depth++) {
        await lab.click("branch-left");
        await lab.settled();
        counts.push(await lab.text("branch"));
      }
      assert.match(counts.at(-1), /^Sample \d+: image \d+, a \d$/);
      assert.match(counts[0], /^Branch of \d+ images, merged at [\d.]+; mostly \d \(\d+ %\)$/);
      for (let i = 0; i < counts.length; i++) await lab.click("branch-up");
      await lab.settled();
      assert.match(await lab.text("branch"), /^Whole tree/);
      // The pointer just above the axis, over the first leaf.
      const box = await lab.frame.$eval(id("tree"), (canvas) => {
        canvas.scrollIntoView({ block: "center" });
        const { x, y, width, height } = canvas.getBoundingClientRect();
        return { x, y, width, height };
      });
      const lit = () => lab.frame.$eval(".lit", (canvas) => canvas.toDataURL());
      await lab.page.mouse.move(box.x + 90, box.y + box.height - 60);
      await lab.settled();
      assert.match(await lab.text("branch"), /^Branch of \d+ images/);
      const over = await lit();
      await lab.page.mouse.move(box.x + box.width / 2, box.y - 60);
      await lab.settled();
      assert.match(await lab.text("branch"), /^Whole tree/);
      assert.notEqual(await lit(), over);
      assert.equal(await lab.ask(() => window.messages), 0);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("axe finds nothing, whatever is shown", async () => {
      const lab = await open(SCENE);
      await lab.badge(/^saved result$/);
      await lab.click("load-images");
      await lab.frame.waitForSelector(".strips canvas");
      await lab.frame.select(id("truncate"), "level");
      assert.deepEqual(await lab.violations(), []);
      await lab.close();
    });
  });
}
