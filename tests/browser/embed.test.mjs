// The page in somebody else's page: another origin, with and without a sandbox.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LONG, LabPage, ROOT, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

let server;
let hosts;
before(async () => {
  server = await serve(DIST);
  hosts = await serve(join(ROOT, "tests/browser/pages"));
});
after(async () => {
  await closeAll();
  await server.close();
  await hosts.close();
});

/** A host page with the lab in its frame; `query` goes to the host page. */
async function embed(browser, hash, query = {}) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const search = new URLSearchParams({ src: server.url + hash, ...query });
  await page.goto(`${hosts.url}host.html?${search}`);
  const element = await page.waitForSelector("iframe");
  const frame = await element.contentFrame();
  const lab = new LabPage(page, frame);
  await lab.mounted();
  const host = {
    page,
    lab,
    errors,
    say: (message) => page.evaluate((message) => say(message), message),
    heard: (type) => page.evaluate((type) => heard.filter((message) => message.type === type), type),
    /** The next message of that type that satisfies `test(message, argument)`, also among those already heard. */
    async hears(type, test = () => true, argument) {
      const found = (type, test, argument) =>
        heard.findLast((message) => message.type === type && new Function(`return (${test})(...arguments)`)(message, argument));
      await page.waitForFunction(found, { timeout: LONG, polling: 30 }, type, String(test), argument);
      return page.evaluate(found, type, String(test), argument);
    },
    forget: () => page.evaluate(() => void (heard.length = 0)),
  };
  return host;
}

const SMALL = "#/bench/kmeans?data=mnist1k&n_init=2&embed=1";

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    for (const [what, query] of [
      ["a plain frame", { fit: 1 }],
      ["a sandboxed frame", { fit: 1, sandbox: "allow-scripts" }],
    ]) {
      test(`${what} computes, obeys and tells`, async () => {
        const { page, lab, errors, say, heard, hears, forget } = await embed(browser, SMALL, query);
        await hears("ready");
        assert.equal(await lab.ask(() => getComputedStyle(document.querySelector("header.top")).display), "none");
        assert.ok(await lab.frame.$(".foot a[target=_blank]"), "the way to the full page");

        // The height is right, before and after a result.
        const fits = async () => {
          await page.waitForFunction(
            () => {
              const told = heard.findLast((message) => message.type === "height")?.height;
              return told && Math.abs(document.querySelector("iframe").clientHeight - told) <= 1;
            },
            { timeout: LONG, polling: 30 },
          );
          await lab.until(() => Math.abs(document.getElementById("app").getBoundingClientRect().height - innerHeight) <= 1);
        };
        await fits();
        await lab.start();
        const result = await hears("result");
        assert.equal(result.digest, await lab.digest());
        assert.equal(result.link, await lab.text("configuration"));
        assert.ok((await heard("progress")).every(({ share }) => share >= 0 && share <= 1));
        await fits();
        const canvas = await page.evaluate(() => heard.filter((message) => message.subject === "lti.frameResize").length);
        assert.ok(canvas > 0);

        // What the host says.
        await forget();
        await say({ type: "set", link: "#/bench/kmeans?data=mnist1k&n_init=3&n_clusters=7&embed=1" });
        assert.match((await hears("state")).link, /n_clusters=7&n_init=3/);
        assert.equal((await lab.values()).n_clusters, "7");
        await say({ type: "run" });
        assert.match((await hears("result")).link, /n_clusters=7/);
        await say({ type: "theme", theme: "dark" });
        await lab.until(() => document.documentElement.dataset.theme === "dark");
        await say({ type: "theme", theme: "auto" });
        await lab.until(() => !document.documentElement.hasAttribute("data-theme"));
        await say({ type: "set", link: "#/bench/kmeans?n_clusters=40&n_init=200&embed=1" });
        await forget();
        await say({ type: "run" });
        await hears("progress", ({ share }) => share > 0);
        await say({ type: "cancel" });
        await lab.waitFor("run");
        await lab.badge(/^stopped/);
        await say({ type: "set", link: "#/bench/kmeans?n_clusters=none&embed=1" });
        await lab.until(() => document.querySelector('[data-testid="notes"]'));
        // Not ours, not understood: ignored.
        await say({ type: "run", digitoscope: 2 });
        await say({ type: "explode" });
        await page.evaluate(() => document.querySelector("iframe").contentWindow.postMessage("text", "*"));
        await lab.settled();
        assert.equal(await lab.has("cancel"), false);
        assert.deepEqual(errors, []);
        await page.close();
      });
    }

    test("a frame takes neither focus nor scrolling nor the Back button", async () => {
      const { page, lab, hears } = await embed(browser, SMALL, { above: 2000 });
      await hears("ready");
      const host = () => page.evaluate(() => ({ focus: document.activeElement.tagName, y: scrollY, steps: history.length }));
      const before = await host();
      assert.deepEqual([before.focus, before.y], ["BODY", 0]);
      // No focus moves into the frame by this, as none does when a host page drives it.
      await lab.frame.$eval(id("c-n_clusters"), (field) => {
        field.value = "6";
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await lab.until(() => location.hash.includes("n_clusters=6"));
      await lab.start();
      await hears("result");
      assert.deepEqual(await host(), before);
      await page.close();
    });

    test("with start=click nothing but the page and the saved result is fetched", async () => {
      server.reset();
      const { page, lab } = await embed(browser, "#/clusters/2-data?embed=1&start=click");
      assert.equal(await lab.badge(/./), "saved result");
      await lab.settled();
      const fetched = [...server.sent.keys()].filter((path) => /^\/(data|saved)\//.test(path));
      assert.deepEqual(fetched, ["/saved/2-data.gz"]);
      await lab.start();
      await lab.badge(/^computed here, identical/);
      await page.close();
    });

    test("only, controls, lock, theme, credit and never are obeyed", async () => {
      const { page, lab } = await embed(browser, "#/clusters/2-kmeans?embed=1&only=confusion&controls=n_clusters~n_init&lock=n_init&theme=dark&credit=0");
      await lab.badge(/^saved result$/);
      const sections = await lab.frame.$$eval("[data-section]", (cards) => cards.map((card) => card.dataset.section));
      assert.deepEqual(sections, ["confusion"]);
      assert.deepEqual(Object.keys(await lab.values()), ["n_clusters", "n_init"]);
      assert.ok(await lab.frame.$(`${id("c-n_init")}:disabled`));
      assert.ok(await lab.frame.$(`${id("c-n_clusters")}:not(:disabled)`));
      assert.equal(await lab.ask(() => document.documentElement.dataset.theme), "dark");
      assert.equal(await lab.frame.$(".foot a[target=_blank]"), null);
      await page.close();
      const quiet = await embed(browser, "#/clusters/2-kmeans?embed=1&controls=none&start=never");
      await quiet.lab.badge(/^saved result$/);
      assert.deepEqual(await quiet.lab.values(), {});
      assert.equal(await quiet.lab.has("run"), false);
      await quiet.page.close();
    });

    test("eight frames on one page", async () => {
      const page = await browser.newPage();
      await page.goto(`${hosts.url}host.html`);
      await page.evaluate((src) => {
        document.querySelector("iframe").remove();
        for (let i = 0; i < 8; i++) {
          const frame = document.createElement("iframe");
          frame.src = src;
          document.body.append(frame);
        }
      }, `${server.url}#/clusters/2-kmeans?embed=1&start=click`);
      for (const element of await page.$$("iframe")) {
        const lab = new LabPage(page, await element.contentFrame());
        await lab.mounted();
        await lab.badge(/^saved result$/);
      }
      await page.close();
    });
  });
}
