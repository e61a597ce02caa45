// What is there before anything is computed: the five labs, every address, nothing from elsewhere.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, ROUTES, SCENES, id, saved } from "./lab_page.mjs";
import { serve } from "./server.mjs";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

const LABS = ["inference", "mixture", "clusters", "patches", "logistic"];

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("home shows five labs, all of them finished", async () => {
      const lab = await LabPage.open(browser, server.url);
      const cards = await lab.frame.$$eval(".cards .card", (cards) =>
        cards.map((card) => [card.querySelector("a").getAttribute("href").slice(2), card.querySelector(".badge")?.textContent ?? ""]),
      );
      assert.deepEqual(cards, LABS.map((name) => [name, ""]));
      await lab.close();
    });

    test("every address opens without errors, notes or requests elsewhere", async () => {
      server.reset();
      const lab = await LabPage.open(browser, server.url);
      const titles = new Set();
      for (const route of ROUTES) {
        await lab.go(route);
        await lab.frame.waitForSelector("main h1");
        titles.add(await lab.page.title());
        assert.equal(await lab.has("notes"), false, route);
        assert.equal(await lab.has("error-card"), false, route);
      }
      assert.ok(titles.size > SCENES.length, [...titles].join());
      // Each address as the first one, too.
      for (const route of ["#/clusters/2-kmeans", "#/bench/selftest", "#/mixture"]) {
        // Who leaves while a view is on its way ends its download, and the console says so.
        await lab.whole();
        await lab.page.goto("about:blank");
        await lab.page.goto(server.url + route);
        await lab.mounted();
        assert.equal(await lab.hash(), route);
      }
      assert.deepEqual(lab.complaints, []);
      const elsewhere = lab.asked.filter((url) => !url.startsWith(server.url) && !/^(blob|data|about):/.test(url));
      assert.deepEqual(elsewhere, []);
      assert.deepEqual(server.requests.filter(({ status }) => status >= 400), []);
      await lab.close();
    });

    test("each scene shows its saved result before anything is computed", async () => {
      server.reset();
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-data?start=click");
      for (const scene of SCENES) {
        // The scenes that only look at images compute at once unless told to wait.
        await lab.go(`#/${scene}${/-(data|binary)$/.test(scene) ? "?start=click" : ""}`);
        assert.equal(await lab.badge(/./), "saved result", scene);
        const { digest } = saved(scene);
        await lab.until((digest) => document.querySelector('[data-testid="digest"]')?.textContent === digest, { argument: digest });
        assert.ok((await lab.frame.$$("[data-section] canvas")).length > 0, scene);
        assert.ok((await lab.frame.$$(`${id("notebook")} tbody tr`)).length > 0, scene);
      }
      assert.deepEqual(server.requests.filter(({ path }) => path.startsWith("/data/")), []);
      assert.equal((await lab.seen()).workers, 0);
      await lab.close();
    });
  });
}

if (BROWSERS.includes("chromium")) {
  test("the first paint needs no JavaScript", async () => {
    const browser = await launch("chromium");
    const page = await browser.newPage();
    await page.setJavaScriptEnabled(false);
    await page.goto(server.url);
    const text = await page.$eval("body", (body) => body.innerText);
    assert.match(text, /Look inside handwritten digits/);
    assert.match(text, /needs JavaScript/);
    const links = await page.$$eval(".cards a", (links) => links.map((link) => link.getAttribute("href").slice(2)));
    assert.deepEqual(links, LABS);
    await browser.close();
  });

  test("the static page has the words of the one that takes its place", async () => {
    const browser = await launch("chromium");
    const words = async (page) => page.$$eval(".hero, .cards, header.top nav", (parts) => parts.map((part) => part.textContent.replace(/\s+/g, "")));
    const fixed = await browser.newPage();
    await fixed.setJavaScriptEnabled(false);
    await fixed.goto(server.url);
    const lab = await LabPage.open(browser, server.url);
    assert.deepEqual(await words(fixed), await words(lab.page));
    await browser.close();
  });
}
