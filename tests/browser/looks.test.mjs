// What follows the visitor without a run: colours of signed maps, the end of purity, what is drawn in the bag of patches,
// controls that count for nothing, results that are covered until a question is answered.

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

const summary = (lab, section) => lab.frame.$eval(`[data-section="${section}"] ${id("summary")}`, (words) => words.textContent);
const pictures = (lab, section) =>
  lab.frame.$$eval(`[data-section="${section}"] canvas`, (all) => all.map((canvas) => canvas.toDataURL()));

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("colours of maps and where they end are part of the link, change the words and make nothing out of date", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-coef0");
      await lab.badge(/^saved result$/);
      await lab.waitFor("safe-colors");
      assert.match(await summary(lab, "coef_label"), /positive \(green, \d+ pixels\).*negative \(red, \d+\)/);
      await lab.click("safe-colors");
      await lab.frame.select(id("ends"), "size");
      await lab.settled();
      assert.match(await summary(lab, "coef_label"), /positive \(violet, \d+ pixels\).*negative \(brown, \d+\)/);
      assert.equal(await lab.badge(/./), "saved result");
      await lab.until(() => location.hash === "#/logistic/4-coef0?colors=PuOr&ends=size");
      // The same link shows the same, in a scene of other maps too; a value that is none is noted.
      await lab.go("#/logistic/4-three?colors=PuOr");
      await lab.badge(/^saved result$/);
      await lab.waitFor("safe-colors");
      assert.match(await summary(lab, "difference"), /: violet where the first gives a label more for ink, brown where/);
      await lab.go("#/logistic/4-three?ends=nowhere");
      await lab.waitFor("notes");
      assert.match(await lab.text("notes"), /ends.*max, size or shared.*nowhere/);
      assert.equal(await lab.ask(() => window.seen.workers), 0);
      await lab.close();
    });

    test("dragged to the end, purity is 1 and the adjusted Rand index nothing", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-purity");
      await lab.badge(/^saved result$/);
      await lab.waitFor("ending");
      const drag = (to) =>
        lab.frame.$eval(id("ending"), (slider, to) => {
          slider.value = to === "end" ? slider.max : to;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }, to);
      const before = await pictures(lab, "end");
      await drag("end");
      await lab.settled();
      const [, k, purity, ari] = (await lab.text("ending-words")).match(/^number of clusters (\d+): purity ([\d.]+), adjusted Rand index (-?[\d.]+),/);
      assert.deepEqual([k, Number(purity)], ["1000", 1]);
      assert.ok(Math.abs(Number(ari)) < 0.01, ari);
      assert.notDeepEqual(await pictures(lab, "end"), before);
      await drag(0);
      await lab.settled();
      assert.match(await lab.text("ending-words"), /^number of clusters 1: purity 0\.1\d+, adjusted Rand index 0\.0000,/);
      await lab.close();
    });

    test("what is on the sheet goes through every figure of the bag, and back", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-bag");
      await lab.badge(/^saved result$/);
      await lab.waitFor("draw");
      await lab.settled();
      const run = [await pictures(lab, "positions"), await pictures(lab, "rebuilt")];
      await lab.click("draw");
      await lab.waitFor("pad-clear");
      await lab.click("pad-clear");
      await lab.settled();
      const blank = [await pictures(lab, "positions"), await pictures(lab, "rebuilt")];
      assert.notDeepEqual(blank[0], run[0]);
      assert.notDeepEqual(blank[1], run[1]);
      // A sheet without ink is one word throughout.
      const rows = await lab.table("positions");
      assert.equal(new Set(rows.slice(1).flatMap((row) => row.slice(2))).size, 1, JSON.stringify(rows.slice(0, 3)));
      await lab.click("draw");
      await lab.settled();
      assert.deepEqual([await pictures(lab, "positions"), await pictures(lab, "rebuilt")], run);
      await lab.close();
    });

    test("a chosen word is a part of the link", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-bag?word=7");
      await lab.badge(/^saved result$/);
      await lab.waitFor("chosen");
      const words = () => lab.frame.$eval(`${id("chosen")} p`, (words) => words.textContent);
      assert.match(await words(), /^Word 7: /);
      await lab.frame.$eval('[data-word="12"]', (word) => word.click());
      await lab.settled();
      assert.match(await words(), /^Word 12: /);
      await lab.until(() => location.hash === "#/patches/3-bag?word=12");
      await lab.frame.$eval('[data-word="12"]', (word) => word.click());
      await lab.until(() => location.hash === "#/patches/3-bag" && !document.querySelector('[data-testid="chosen"]'));
      assert.equal(await lab.has("no-word"), false);
      await lab.go("#/patches/3-bag?word=700");
      assert.match(await lab.waitFor("no-word"), /asks for word 700; the words of this vocabulary are 0 to 49\.$/);
      await lab.close();
    });

    test("the group that is looked into is a part of the link, in whichever chain", async () => {
      const lab = await LabPage.open(browser, server.url, "#/mixture/1-clusters?data=mnist1k&n_chains=2&n_iter=2&template=1~2");
      await lab.run();
      const words = () => lab.waitFor("inside-words");
      assert.match(await words(), /^Group 2 of chain 1: /);
      assert.match(await lab.hash(), /&template=1~2$/);
      await lab.frame.$eval('[data-section="mosaic"] [data-group="0"]', (button) => button.click());
      await lab.until(() => /&template=1~0$/.test(location.hash));
      assert.match(await words(), /^Group 0 of chain 1: /);
      await lab.frame.$eval('[data-section="mosaic"] [data-group="0"]', (button) => button.click());
      await lab.until(() => !location.hash.includes("template") && !document.querySelector('[data-testid="inside"]'));
      assert.equal(await lab.frame.$eval('[data-testid="mosaic-chain"]', (select) => select.value), "1", "the chain stays");
      await lab.frame.select('[data-testid="mosaic-chain"]', "0");
      await lab.frame.$eval('[data-section="mosaic"] [data-group="1"]', (button) => button.click());
      await lab.until(() => /&template=0~1$/.test(location.hash));
      assert.match(await words(), /^Group 1 of chain 0: /);
      assert.equal(await lab.has("no-template"), false);
      await lab.go("#/mixture/1-clusters?data=mnist1k&n_chains=2&n_iter=2&template=7~1");
      assert.match(await lab.waitFor("no-template"), /asks for group 1 of chain 7, which there is not\.$/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("while a path is walked its objective and its maps are shown; of several penalties each has its maps", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-path?data=mnist1k&penalty=l2~l1&n_c=4&n_splits=2&c_min=1e-3");
      await lab.ask(() => {
        window.live = new Set();
        new MutationObserver(() => {
          for (const card of document.querySelectorAll("[data-section]:not(.waiting)")) {
            if (card.querySelector('[data-testid="badge"]')?.textContent.startsWith("partial")) window.live.add(card.dataset.section);
          }
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      await lab.run();
      const live = await lab.ask(() => [...window.live]);
      for (const section of ["accuracy", "convergence", "descent"]) assert.ok(live.includes(section), `${section}: ${live}`);
      const maps = await lab.ask(() => [...document.querySelectorAll('[data-section^="maps"]')].map((card) => [card.dataset.section, card.querySelector("h3").textContent]));
      const [best, other] = maps.map(([, title]) => title.split(", ")[1]);
      assert.deepEqual(maps.map(([section]) => section), ["maps", `maps_${other}`]);
      assert.deepEqual([best, other].sort(), ["l1", "l2"]);
      await lab.close();
    });

    test("undo brings back whether a drawing was centred, and Enter takes an image", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-bag");
      await lab.waitFor("draw");
      await lab.click("draw");
      await lab.waitFor("pad-clear");
      await lab.click("pad-clear");
      const centred = () => lab.frame.$eval(id("pad-centre"), (box) => box.checked);
      assert.equal(await centred(), true);
      await lab.frame.focus(id("pad-sheet"));
      for (const key of [" ", "ArrowUp", "ArrowUp", "ArrowLeft", " "]) await lab.page.keyboard.press(key);
      await lab.settled();
      const drawn = await lab.text("pad-mass");
      await lab.frame.focus(id("pad-number"));
      await lab.page.keyboard.press("Enter");
      await lab.until((drawn) => document.querySelector('[data-testid="pad-mass"]').textContent !== drawn, { argument: drawn, timeout: LONG });
      assert.equal(await centred(), false);
      await lab.click("pad-undo");
      await lab.settled();
      assert.deepEqual([await centred(), await lab.text("pad-mass")], [true, drawn]);
      await lab.close();
    });

    test("a control that counts for nothing says what it would count with", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-ovr");
      await lab.waitFor("c-l1_ratio");
      const off = () => lab.frame.$eval(id("c-l1_ratio"), (field) => field.disabled);
      assert.equal(await off(), true);
      assert.equal(await lab.text("unmet-l1_ratio"), "Counts only with Penalty elasticnet.");
      await lab.set("penalty", "elasticnet");
      assert.deepEqual([await off(), await lab.text("unmet-l1_ratio")], [false, null]);
      // Of several penalties one is enough.
      await lab.go("#/logistic/4-cv?penalty=l2~elasticnet");
      await lab.waitFor("c-l1_ratio");
      assert.equal(await off(), false);
      assert.equal(await lab.frame.$eval(id("c-n_train"), (field) => field.disabled), true);
      await lab.close();
    });

    test("results can be covered until the question is answered", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-purity");
      await lab.badge(/^saved result$/);
      const hidden = () => lab.frame.$eval('[data-section="confusion_10"]', (card) => getComputedStyle(card).visibility === "hidden");
      assert.equal(await hidden(), false);
      await lab.click("cover");
      assert.equal(await hidden(), true);
      assert.deepEqual(await lab.axe("covered"), []);
      await lab.frame.$eval('[data-question="twenty"] input[value="higher"]', (radio) => radio.click());
      await lab.click("answer");
      await lab.settled();
      assert.deepEqual([await hidden(), await lab.text("cover")], [false, null]);
      // Taken back, the question is open again, and the results covered as they were.
      await lab.click("undo");
      await lab.settled();
      assert.equal(await hidden(), true);
      await lab.click("cover");
      assert.equal(await hidden(), false);
      await lab.close();
    });

    test("numbers of other settings than the controls show are out of date", async () => {
      const lab = await LabPage.open(browser, server.url, "#/logistic/4-ovr");
      await lab.badge(/^saved result$/);
      const badges = () => lab.ask(() => ["notebook", "metrics"].map((card) => document.querySelector(`[data-testid="${card}"] .badge`)?.textContent ?? ""));
      assert.ok((await badges()).every((badge) => badge !== "out of date"), await badges());
      await lab.go("#/logistic/4-ovr?C=0.5");
      await lab.badge(/^out of date$/);
      assert.deepEqual(await badges(), ["out of date", "out of date"]);
      await lab.close();
    });

    test("of other settings than the scene's the table says which, not what is untrue of them", async () => {
      const lab = await LabPage.open(browser, server.url, "#/patches/3-kmeans10?data=mnist1k&n_clusters=3&n_init=1");
      await lab.run();
      const why = await lab.frame.$$eval(`${id("notebook")} td.muted`, (cells) => cells.map((cell) => cell.textContent));
      assert.ok(why.every((text) => text === "" || text === "Not this scene's settings: Clusters, Restarts."), JSON.stringify(why));
      assert.ok(why.some((text) => text !== ""));
      await lab.close();
    });
  });
}
