// Reachable by everybody: axe, keyboard, tables behind the pictures, narrow screens, fine screens.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, ROUTES, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";


let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

const both = (lab, where) => lab.violations(where);

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("axe finds nothing on any address in either theme", async () => {
      const lab = await LabPage.open(browser, server.url);
      const found = [];
      for (const route of [...ROUTES, "#/bench/kmeans?n_clusters=0&speed=9"]) {
        await lab.go(route);
        if (/\/2-|\/3-/.test(route) && !/3-bag/.test(route)) await lab.badge(/./);
        found.push(...(await both(lab, route)));
      }
      assert.deepEqual(found, []);
      await lab.close();
    });

    test("axe finds nothing in what opens and what goes wrong", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10");
      const found = [];
      await lab.badge(/^saved result$/);
      for (const section of ["confusion", "inertia"]) await lab.table(section);
      await lab.ask(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
        for (const button of document.querySelectorAll('button[aria-label^="Explain"]')) button.click();
      });
      found.push(...(await both(lab, "opened")));
      await lab.set("n_clusters", "nine");
      found.push(...(await both(lab, "bad value")));
      await lab.click("reset-n_clusters");
      await lab.click("share");
      await lab.waitFor("s-python");
      found.push(...(await both(lab, "share")));
      await lab.click("close");
      await lab.go("#/bench/selftest?behaviour=panic&data=mnist1k");
      await lab.start();
      await lab.waitFor("error-card");
      found.push(...(await both(lab, "error card")));
      await lab.go("#/bench/kmeans?data=mnist1k&n_init=2");
      await lab.run();
      found.push(...(await both(lab, "result")));
      await lab.go("#/bench/kmeans?n_clusters=40&n_init=200");
      await lab.start();
      await lab.badge(/^partial/);
      found.push(...(await both(lab, "running")));
      await lab.click("cancel");
      await lab.ask(() => localStorage.clear());
      for (const theme of ["light", "dark"]) {
        await lab.page.goto("about:blank");
        await lab.page.goto(`${server.url}#/clusters/2-kmeans?embed=1&theme=${theme}`);
        await lab.mounted();
        await lab.badge(/^saved result$/);
        found.push(...(await lab.axe(`embed (${theme})`)));
      }
      assert.deepEqual(found, []);
      await lab.close();
    });

    test("everything can be done with the keyboard", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?data=mnist1k&n_init=2");
      const { keyboard } = lab.page;
      const focus = () => lab.ask(() => ({ id: document.activeElement.id, test: document.activeElement.dataset?.testid, text: document.activeElement.textContent.trim() }));
      const tabTo = async (isIt, what) => {
        for (let press = 0; press < 80; press++) {
          await keyboard.press("Tab");
          if (isIt(await focus())) return;
        }
        assert.fail(`Tab never reaches ${what}`);
      };
      await keyboard.press("Tab");
      assert.equal((await focus()).text, "Skip to content");
      // The skip link is seen when it has the focus.
      const skip = await lab.frame.$eval(".skip", (link) => link.getBoundingClientRect().left);
      assert.ok(skip >= 0, `skip link at ${skip}`);
      await keyboard.press("Enter");
      assert.equal((await focus()).id, "main");
      await tabTo(({ id }) => id === "c-n_clusters", "a control");
      const outline = await lab.ask(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.equal(outline, "solid", "the focus is seen");
      await keyboard.press("ArrowUp");
      await lab.until(() => location.hash.includes("n_clusters=11"));
      assert.equal((await focus()).id, "c-n_clusters", "stepping keeps the focus");
      await keyboard.down("Control");
      await keyboard.press("Enter");
      await keyboard.up("Control");
      await lab.finished();
      await lab.badge(/^computed here/);
      await tabTo(({ test }) => test === "table", "Table");
      await keyboard.press("Enter");
      await lab.waitFor("table-view");
      assert.equal(await lab.ask(() => document.activeElement.getAttribute("aria-expanded")), "true");
      await keyboard.press(" ");
      await lab.until(() => !document.querySelector('[data-section] [data-testid="table-view"]'));
      await tabTo(({ test }) => test === "save", "Save");
      await keyboard.press("Enter");
      await lab.until(() => document.querySelector("details.menu[open]"));
      await lab.page.focus(id("share"));
      await keyboard.press("Enter");
      await lab.waitFor("s-link");
      assert.ok(await lab.ask(() => document.querySelector("dialog").contains(document.activeElement)), "the dialog has the focus");
      await keyboard.press("Escape");
      await lab.until(() => !document.querySelector("dialog").open);
      assert.equal((await focus()).test, "share", "the focus returns");
      // It opens again after Escape.
      await keyboard.press("Enter");
      await lab.waitFor("s-link");
      await keyboard.press("Escape");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("tables and summaries say what the pictures show", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10");
      await lab.badge(/^saved result$/);
      const [head, ...rows] = await lab.table("confusion");
      const counts = rows.map((row) => row.slice(1).map((cell) => Number(cell.replace(/\D/g, ""))));
      assert.equal(counts.flat().reduce((a, b) => a + b), 10_000);
      assert.deepEqual([head.length, rows.length], [11, 10]);
      // The sizes under the centres are the sums of the matrix, along one of its sides.
      const captions = await lab.frame.$$eval('[data-section="centres"] .cell span', (cells) => cells.map((cell) => cell.textContent));
      const sizes = captions.map((caption) => Number(/size:? ([\d,\s]+)/.exec(caption)[1].replace(/\D/g, "")));
      const along = [counts.map((row) => row.reduce((a, b) => a + b)), counts[0].map((_, column) => counts.reduce((sum, row) => sum + row[column], 0))];
      assert.ok(along.some((sums) => String(sums) === String(sizes)), `${sizes} against ${along.join(" or ")}`);
      // Images: one row of the table for each row of pixels.
      const images = await lab.table("centres");
      assert.equal(images[0].length, 2 + 28);

      const summaries = () => lab.frame.$$eval(id("summary"), (all) => all.map((summary) => summary.textContent));
      const before = await summaries();
      assert.ok(before.length >= 3 && before.every((text) => text.length > 20), before.join("\n"));
      const labelled = await lab.frame.$$eval("canvas", (all) => all.filter((canvas) => canvas.getAttribute("role") !== "img" || !canvas.getAttribute("aria-label")).length);
      assert.equal(labelled, 0, "canvases without a name");
      await lab.go("#/patches/3-kmeans20");
      await lab.until(() => document.querySelectorAll('[data-section="centres"] canvas').length === 20);
      const after = await summaries();
      assert.notDeepEqual(after, before);
      await lab.close();
    });

    test("what a screen reader hears", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?data=mnist1k&n_init=2");
      await lab.ask(() => {
        window.spoken = [];
        const region = document.querySelector('[data-testid="spoken"]');
        new MutationObserver(() => window.spoken.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
      });
      await lab.run();
      await lab.until(() => window.spoken.at(-1)?.startsWith("Done"));
      const spoken = await lab.ask(() => window.spoken);
      // A beginning, an end, and not every tick between them.
      assert.ok(spoken.length >= 2 && spoken.length <= 5, spoken.join(" | "));
      await lab.close();
    });

    test("at 320 pixels nothing but wide pictures and tables scrolls sideways", async () => {
      const lab = await LabPage.open(browser, server.url, "", { viewport: { width: 320, height: 640 } });
      const wide = [];
      for (const route of ROUTES) {
        await lab.go(route);
        await lab.settled();
        const [width, culprits] = await lab.ask(() => {
          const inside = (element) => element.closest(".scroll, .table, nav, .scenes ol, .sr, .skip");
          const over = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5 && !inside(element));
          return [document.documentElement.scrollWidth, over.slice(0, 3).map((element) => `${element.tagName}.${element.className}`)];
        });
        if (width > 320) wide.push(`${route}: ${width} px, ${culprits}`);
      }
      assert.deepEqual(wide, []);
      await lab.go("#/bench/kmeans?data=mnist1k&n_init=2");
      await lab.run();
      assert.ok((await lab.ask(() => document.documentElement.scrollWidth)) <= 320);
      await lab.close();
    });

    test("charts have a pixel for each pixel of the screen", async () => {
      for (const deviceScaleFactor of [1, 2]) {
        const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10", { viewport: { width: 1000, height: 800, deviceScaleFactor } });
        await lab.badge(/^saved result$/);
        assert.equal(await lab.ask(() => devicePixelRatio), deviceScaleFactor);
        await lab.until(() => document.querySelector(".chart canvas")?.getBoundingClientRect().width > 100);
        await lab.settled();
        const ratios = await lab.frame.$$eval(".chart canvas", (all) => all.map((canvas) => canvas.width / canvas.getBoundingClientRect().width));
        assert.ok(ratios.length >= 2);
        for (const ratio of ratios) assert.ok(Math.abs(ratio - deviceScaleFactor) < 0.02, `${ratio} at ${deviceScaleFactor}`);
        await lab.close();
      }
    });
  });
}
