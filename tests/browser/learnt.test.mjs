// The labs of models as they are read: rows that keep their columns, scales beside colours, numerals of another script,
// questions with an answer to unfold, and no control that does nothing.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
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

const PHONE = { width: 360, height: 740, hasTouch: true, isMobile: true };
const KANNADA = ["X_kannada_MNIST_test-idx3-ubyte.gz", "y_kannada_MNIST_test-idx1-ubyte.gz"].map((name) =>
  path.join(process.env.DIGITOSCOPE_DATA ?? "../shared/data", "kannada_mnist", name),
);

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("three rows of ten stay rows of ten on a phone, each named once", async () => {
      for (const viewport of [undefined, PHONE]) {
        const lab = await LabPage.open(browser, server.url, "#/logistic/4-three", { viewport });
        const rows = `[data-section="three"] .rows`;
        await lab.until((rows) => document.querySelectorAll(`${rows} .cell canvas`).length === 30, { argument: rows });
        await lab.settled();
        const seen = await lab.ask((rows) => {
          const all = [...document.querySelectorAll(`${rows} .cell`)].map((cell) => {
            const { left, top } = cell.getBoundingClientRect();
            return [Math.round(left), Math.round(top), cell.textContent.trim()];
          });
          const names = [...document.querySelectorAll(`${rows} .row-name`)].map((name) => name.textContent);
          const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
          return { all, names, wide };
        }, rows);
        assert.deepEqual(seen.names, ["mean", "one-vs-rest", "multinomial"]);
        assert.equal(new Set(seen.all.map(([, top]) => top)).size, 3, "three rows");
        assert.equal(new Set(seen.all.map(([left]) => left)).size, 10, "ten columns");
        assert.ok(seen.all.every(([, , text]) => /^\d$/.test(text)), "a label is a digit alone");
        assert.ok(!seen.wide, "the page itself does not scroll sideways");
        assert.equal(await lab.ask(() => document.querySelector('[data-testid="c-scheme"]')), null, "it fits both schemes");
        const questions = await lab.frame.$$(`${id("open-questions")} details`);
        assert.equal(questions.length, 3);
        await (await questions[0].$("summary")).click();
        assert.ok(await questions[0].evaluate((asked) => asked.open && asked.querySelector("p").textContent.length > 40));
        assert.deepEqual(await lab.violations(), []);
        assert.deepEqual(lab.complaints, []);
        await lab.close();
      }
    });

    test("while models are fitted their maps, the objective and the gradients are seen, and then they go", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-multi?tol=1e-10&max_iter=400");
      await lab.start();
      await lab.until(() => ["coefs", "descent", "convergence"].every((id) => document.querySelector(`[data-section="${id}"]`)));
      await lab.finished();
      assert.equal(await lab.ask(() => document.querySelector('[data-section="descent"]')), null);
      assert.ok(await lab.ask(() => document.querySelector('[data-section="confusion_test"]') !== null));
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("no pixel is asked for where no model can answer, and models that stop early are named", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-pca?data=mnist1k&max_iter=3");
      await lab.run();
      assert.equal(await lab.ask(() => document.querySelectorAll('[data-testid="map-label"], [data-testid="map-pixel"], [data-testid="pixel-users"]').length), 0);
      assert.match(await lab.ask(() => document.querySelector('[data-testid="metrics"] .warn')?.textContent ?? ""), /6 of 6 models stopped at max_iter = 3/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a matrix has a scale, and no empty room below it", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-test");
      await lab.waitFor("colour-bar");
      const bar = () => lab.ask(() => document.querySelector('[data-section="confusion_test"] [data-testid="colour-bar"]').getAttribute("aria-label"));
      assert.match(await bar(), /^Colours from 0 to \d+(\.\d)? to \d+$/);
      await lab.frame.click(`[data-section="confusion_test"] ${id("cells-row")}`);
      await lab.until(() => /to 100$/.test(document.querySelector('[data-testid="colour-bar"]').getAttribute("aria-label")));
      const room = await lab.ask(() => document.querySelector('[data-testid="cell-images"]').getBoundingClientRect().height);
      assert.ok(room < 50, `${room} px`);
      const last = await lab.ask(() => {
        const table = document.querySelector('[data-section="report"] .table');
        return table.scrollHeight - table.clientHeight;
      });
      assert.ok(last <= 1, "the report is seen whole");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("masks that are no masks have a scale", async () => {
      const lab = await LabPage.open(browser, server.url, "#/inference/0-masks?look=z");
      await lab.waitFor("colour-bar", 60_000);
      const label = await lab.ask(() => document.querySelector('[data-testid="colour-bar"]').getAttribute("aria-label"));
      const [, low, middle, high] = label.match(/^Colours from (\S+) to (\S+) to (\S+)$/);
      assert.equal(Number(middle), 0);
      assert.equal(Number(low), -Number(high));
      await lab.close();
    });

    test("Kannada digits come with their numerals", async (t) => {
      if (!KANNADA.every((file) => existsSync(file))) return t.skip("the files are not here");
      const lab = await LabPage.open(browser, server.url, "#/data");
      const input = await lab.frame.waitForSelector('input[type="file"]');
      await input.uploadFile(...KANNADA);
      await lab.waitFor("accept", 60_000);
      await lab.click("accept");
      await lab.go("#/logistic/4-fifty?data=kannada10k");
      await lab.run();
      await lab.waitFor("numerals");
      const names = await lab.ask(() => [...document.querySelectorAll('[data-testid="numerals"] svg')].map((svg) => svg.getAttribute("aria-label")));
      assert.deepEqual(names, [...Array(10).keys()].map((digit) => `Kannada numeral ${digit}`));
      assert.deepEqual(await lab.violations(), []);
      await lab.go("#/logistic/4-fifty");
      await lab.until(() => !document.querySelector('[data-testid="numerals"]'));
      await lab.close();
    });
  });
}
