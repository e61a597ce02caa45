// Images as points of a plane, and galleries: a selection is linked to images, counts and table; only what is near is drawn.

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

/** Presses "Show the images" of a section and waits for them. */
async function load(lab, section) {
  const button = `[data-section="${section}"] ${id("load-images")}`;
  await lab.frame.waitForSelector(button);
  await lab.frame.$eval(button, (button) => button.click());
  await lab.until((button) => !document.querySelector(button), { timeout: LONG, argument: button });
  await lab.settled();
}

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    const said = (lab) => lab.frame.$eval(`${id("selection")} [role=status]`, (said) => said.textContent);

    test("points are selected by rectangle, click and list, and the table follows", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-pcakmeans");
      await lab.badge(/^saved result$/);
      await lab.frame.waitForSelector(id("points"));
      await lab.settled();
      assert.match(await said(lab), /^Nothing is selected of 2000 images/);
      const all = (await lab.table("plane")).length;
      // By the list: every point of a group.
      const group = await lab.frame.$eval(id("choose"), (list) => [...list.options].find((option) => /cluster 2/.test(option.textContent)).value);
      await lab.frame.select(id("choose"), group);
      await lab.settled();
      const [, n] = (await said(lab)).match(/^(\d+) of 2000 images selected. cluster 2: (\d+)\./);
      assert.ok(n > 100 && n < 1000);
      const rows = await lab.table("plane");
      assert.ok(rows.slice(1).every(([, name]) => name === "cluster 2"), "the table is of the selection");
      await lab.click("clear");
      await lab.settled();
      assert.equal((await lab.table("plane")).length, all);
      // By a rectangle around everything, then by one click in the middle of nothing.
      const box = await lab.frame.$eval(id("points"), (points) => {
        points.scrollIntoView({ block: "center" });
        return points.getBoundingClientRect().toJSON();
      });
      await lab.page.mouse.move(box.x + 2, box.y + 2);
      await lab.page.mouse.down();
      await lab.page.mouse.move(box.x + box.width - 2, box.y + box.height - 2);
      await lab.settled();
      assert.ok(await lab.frame.$(".rubber"));
      await lab.page.mouse.up();
      await lab.settled();
      assert.match(await said(lab), /^2000 of 2000 images selected/);
      await lab.page.mouse.click(box.x + 70, box.y + box.height - 50);
      await lab.settled();
      assert.match(await said(lab), /^(Nothing is|1 of 2000 images) selected/);
      // With the images, digits are counted too.
      await load(lab, "plane");
      await lab.frame.select(id("choose"), group);
      await lab.settled();
      assert.match(await said(lab), /Digits: \d: \d+/);
      await lab.frame.select(id("choose"), "digit 0");
      await lab.settled();
      assert.match(await said(lab), /Digits: 0: \d+\.$/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the image under the pointer is named", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-dbgallery");
      await lab.badge(/^saved result$/);
      await lab.frame.waitForSelector(id("points"));
      await lab.settled();
      const box = await lab.frame.$eval(id("points"), (points) => {
        points.scrollIntoView({ block: "center" });
        return points.getBoundingClientRect().toJSON();
      });
      const words = new Set();
      for (let i = 1; i < 12; i++) {
        await lab.page.mouse.move(box.x + 62 + (box.width - 76) * (i / 12), box.y + box.height / 2);
        await lab.settled();
        words.add(await lab.text("hovered"));
      }
      assert.ok([...words].filter((text) => /^Image \d+; digit \d$/.test(text)).length >= 2, [...words].join(" | "));
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a gallery draws what is near and nothing else, and says what its images are", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans?n_clusters=40&data=mnist1k&n_init=1", { viewport: { width: 360, height: 700 } });
      await lab.run();
      await lab.until(() => document.querySelectorAll(".row-of-images").length >= 60, { timeout: LONG });
      await lab.settled();
      const drawn = () => lab.frame.$$eval(".row-of-images canvas", (all) => all.length);
      const height = () => lab.ask(() => document.documentElement.scrollHeight);
      const before = [await drawn(), await height()];
      const rows = await lab.frame.$$eval(".row-of-images", (rows) => rows.length);
      await lab.frame.$$eval(".row-of-images", (rows) => rows[40].scrollIntoView({ block: "center" }));
      await lab.until(() => document.querySelectorAll(".row-of-images")[40].querySelector("canvas"));
      await lab.settled();
      assert.ok((await drawn()) < rows, `${await drawn()} of ${rows}`);
      assert.ok(before[0] < rows / 2);
      assert.ok(Math.abs((await height()) - before[1]) <= 2, "nothing jumps while rows come and go");
      const label = await lab.frame.$$eval(".row-of-images", (rows) => rows[40].querySelector("canvas").getAttribute("aria-label"));
      assert.match(label, /^image \d+: \d/);
      assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("axe finds nothing on a plane of points", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-dbgallery", { viewport: { width: 320, height: 700 } });
      await lab.badge(/^saved result$/);
      await lab.frame.waitForSelector(id("points"));
      await load(lab, "plane");
      assert.deepEqual(await lab.violations(), []);
      assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true);
      await lab.close();
    });

    test("where the notebook used all 70,000 images, the way to them is offered", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans");
      await lab.badge(/^saved result$/);
      assert.match(await lab.text("all-images"), /Open them \(\d+ MB\)/);
      await lab.go("#/clusters/2-kmeans?embed=1&controls=n_clusters");
      await lab.until(() => !document.querySelector('[data-testid="all-images"]'));
      await lab.go("#/patches/3-kmeans10");
      await lab.badge(/^saved result$/);
      assert.equal(await lab.has("all-images"), false);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
