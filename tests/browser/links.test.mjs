// Links both ways: what is set is in the address, and the address sets it.

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

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("the address holds what differs from the scene, and Back and Forward restore it", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans");
      await lab.badge(/^saved result$/);
      const preset = await lab.values();
      assert.deepEqual([preset.n_init, preset.random_state, preset.scaling], ["15", "69", "min-max"]);
      const steps = [
        ["n_clusters", "12", "#/clusters/2-kmeans?n_clusters=12"],
        ["scaling", "none", "#/clusters/2-kmeans?n_clusters=12&scaling=none"],
        ["data", "mnist1k", "#/clusters/2-kmeans?data=mnist1k&n_clusters=12&scaling=none"],
        ["tol", "0.001", /n_clusters=12&scaling=none&tol=(1e-3|0\.001)$/],
      ];
      const visited = [[await lab.hash(), preset]];
      for (const [parameter, value, expected] of steps) {
        await lab.set(parameter, value);
        const hash = await lab.hash();
        assert.match(hash, expected instanceof RegExp ? expected : new RegExp(`^${expected.replace(/[?]/g, "\\?")}$`));
        visited.push([hash, await lab.values()]);
        assert.equal(await lab.badge(/./), "out of date");
      }
      // The same value again is no step.
      await lab.set("tol", visited.at(-1)[1].tol);
      const back = async (by, [hash, values], badge) => {
        await lab.ask((by) => history.go(by), by);
        await lab.until((hash) => location.hash === hash, { argument: hash });
        await lab.settled();
        assert.deepEqual(await lab.values(), values);
        assert.equal(await lab.text("badge"), badge);
      };
      await back(-1, visited[3], "out of date");
      await back(-1, visited[2], "out of date");
      await back(-2, visited[0], "saved result");
      await back(+4, visited[4], "out of date");

      // The link opens the same experiment elsewhere.
      const other = await LabPage.open(browser, server.url, visited[4][0]);
      assert.deepEqual(await other.values(), visited[4][1]);
      assert.equal(await other.hash(), visited[4][0]);
      assert.equal(await other.has("notes"), false);
      await other.close();

      await lab.page.bringToFront();
      await lab.click("reset-scaling");
      await lab.settled();
      assert.equal((await lab.values()).scaling, "min-max");
      assert.ok(!(await lab.hash()).includes("scaling"));
      assert.equal(await lab.has("reset-scaling"), false);
      await lab.click("reset-all");
      await lab.settled();
      assert.equal(await lab.hash(), "#/clusters/2-kmeans");
      assert.deepEqual(await lab.values(), preset);
      assert.equal(await lab.badge(/./), "saved result");
      // Reset is a step too.
      await lab.ask(() => history.back());
      await lab.until(() => location.hash.includes("n_clusters=12"));
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("k-means++ goes through a link and back", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?init=random");
      await lab.set("init", "k-means++");
      assert.equal(await lab.hash(), "#/bench/kmeans");
      for (const written of ["k-means-plus-plus", "k-means++", "k-means%2B%2B"]) {
        await lab.go("#/");
        await lab.go(`#/bench/kmeans?init=${written}`);
        assert.equal((await lab.values()).init, "k-means++", written);
        assert.equal(await lab.has("notes"), false, written);
      }
      await lab.close();
    });

    test("Back brings a finished run back, and leaving the place ends a running one", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?data=mnist1k&n_init=2");
      const digest = await lab.run();
      await lab.set("n_clusters", "11");
      await lab.badge(/^out of date$/);
      await lab.ask(() => history.back());
      await lab.badge(/^computed here/);
      assert.equal(await lab.digest(), digest);
      await lab.go("#/bench/kmeans?n_init=200&n_clusters=40");
      await lab.start();
      await lab.badge(/^partial/);
      await lab.go("#/clusters/2-kmeans");
      await lab.badge(/^saved result$/);
      assert.equal(await lab.has("cancel"), false);
      await lab.close();
    });

    test("the skip link and a click on the current scene do no harm to the settings", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans?n_clusters=7");
      await lab.frame.$eval(".skip", (link) => link.click());
      await lab.settled();
      assert.equal(await lab.hash(), "#/clusters/2-kmeans?n_clusters=7");
      assert.equal(await lab.ask(() => document.activeElement.id), "main");
      assert.equal((await lab.values()).n_clusters, "7");
      assert.ok(await lab.frame.$(id("run")));
      await lab.close();
    });
  });
}
