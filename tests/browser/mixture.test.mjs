// The mixture looked into: a brush over any image, templates with their members, chains that go on from a file.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LONG, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

// A small run: what is tested is what is done with it.
const SMALL = "data=mnist1k&n_chains=3&n_iter=3&n_groups=30";

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

/** How many pixels are hidden, and how far they are off. */
async function said(lab) {
  const words = await lab.text("brush-words");
  if (/^Nothing is hidden/.test(words)) return { hidden: 0 };
  const [, hidden, of, off, apart] = words.match(/^(\d+) of (\d+) pixels are hidden\. .* off by ([\d.]+) .* differ by ([\d.]+), draws of one chain by [\d.]+\.$/);
  return { hidden: Number(hidden), of: Number(of), off: Number(off), apart: Number(apart) };
}
const pictures = (lab) => lab.ask(() => [...document.querySelectorAll(".brush-pictures canvas")].map((canvas) => canvas.toDataURL()));
const part = (lab, part) => lab.frame.$eval(`[data-part="${part}"]`, (button) => button.click());
const hidden = (lab, n) => lab.until((n) => document.querySelector('[data-testid="brush-words"]')?.textContent.startsWith(`${n} of`), { argument: n });

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("a brush hides any part, and the completion follows at once", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-complete?${SMALL}`);
      await lab.waitFor("brush-needs-run");
      await lab.run();
      await lab.frame.waitForSelector(id("brushing"));
      await hidden(lab, 392);
      const half = await said(lab);
      assert.ok(half.off > 0 && half.off < 0.5 && half.apart >= 0, JSON.stringify(half));
      const before = await pictures(lab);

      // With the pointer: a stroke of a brush three wide over twenty pixels of the seen half.
      await part(lab, 8);
      await lab.until(() => document.querySelector('[data-testid="brush-words"]').textContent.startsWith("Nothing"));
      await lab.frame.$eval(id("brush-canvas"), (canvas) => canvas.scrollIntoView({ block: "center" }));
      const box = await (await lab.frame.$(id("brush-canvas"))).boundingBox();
      const at = (row, column) => [box.x + ((column + 0.5) * box.width) / 28, box.y + ((row + 0.5) * box.height) / 28];
      await lab.page.mouse.move(...at(10, 4));
      await lab.page.mouse.down();
      await lab.page.mouse.move(...at(10, 23), { steps: 4 });
      await lab.page.mouse.up();
      const stroke = await said(lab);
      assert.ok(stroke.hidden >= 58 && stroke.hidden <= 66, `${stroke.hidden} pixels of a stroke`);
      await lab.settled();
      assert.notDeepEqual(await pictures(lab), before);

      // Undo goes back to nothing, then to the half.
      await lab.click("brush-undo");
      await lab.until(() => document.querySelector('[data-testid="brush-words"]').textContent.startsWith("Nothing"));
      await lab.click("brush-undo");
      await hidden(lab, 392);
      await lab.settled();
      assert.deepEqual(await pictures(lab), before);

      // With the keys.
      await part(lab, 8);
      await lab.frame.focus(id("brush-canvas"));
      for (const key of ["ArrowUp", "ArrowLeft", " "]) await lab.page.keyboard.press(key);
      await hidden(lab, 9);
      await lab.close();
    });

    test("the brush begins with what the run has hidden", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-complete?${SMALL}&hidden=all`);
      await lab.run();
      await lab.frame.waitForSelector(id("brushing"));
      await hidden(lab, 784);
      await lab.close();
    });

    test("other images, single draws, and everything hidden", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-complete?${SMALL}`);
      await lab.run();
      await lab.frame.waitForSelector(id("brushing"));
      const image = () => lab.frame.$eval(id("brush-image"), (field) => field.value);
      const first = await image();
      const [mean, spread, draw] = await pictures(lab);
      await lab.click("brush-next");
      await lab.settled();
      assert.notEqual(await image(), first);
      assert.notEqual((await pictures(lab))[0], mean);
      await lab.frame.$eval(id("brush-image"), (field, value) => {
        field.value = value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }, first);
      await lab.settled();
      assert.deepEqual((await pictures(lab)).slice(0, 3), [mean, spread, draw]);
      await lab.frame.$eval(id("brush-draw"), (slider) => {
        slider.value = "1";
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      });
      await lab.settled();
      const after = await pictures(lab);
      assert.deepEqual(after.slice(0, 2), [mean, spread]);
      assert.notEqual(after[2], draw);
      assert.match(await lab.text("brush-drawn"), /^draw 1: chain 1, group \d+$/);
      await part(lab, 7);
      await hidden(lab, 784);
      assert.match(await lab.text("brush-opinions"), /^chain 0: group 0 \(\d+ %\) · chain 1: group 0 /);
      assert.deepEqual(await lab.violations("brush"), []);
      await lab.close();
    });

    test("a stroke is answered within 100 ms", async () => {
      const lab = await LabPage.open(browser, server.url, "#/mixture/1-complete");
      await lab.run();
      await lab.frame.waitForSelector(id("brushing"));
      const took = await lab.ask(async () => {
        const times = [];
        for (let i = 0; i < 12; i++) {
          const began = performance.now();
          document.querySelector(`[data-part="${i % 6}"]`).click();
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
          times.push(performance.now() - began);
        }
        return times.sort((a, b) => a - b)[6];
      });
      console.log(`a stroke: ${took.toFixed(0)} ms`);
      assert.ok(took <= 100, `${took} ms`);
      await lab.close();
    });

    test("a template opens to its members, by pointer and by keys, in every chain", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-clusters?${SMALL}`);
      await lab.run();
      const pick = '[data-section="mosaic"] .pick';
      await lab.frame.waitForSelector(pick);
      const sizes = () => lab.frame.$$eval(`${pick} .cell span`, (all) => all.map((size) => Number(size.textContent)));
      const zero = await sizes();
      assert.equal(zero.reduce((a, b) => a + b, 0), Number((await lab.table("composition")).slice(1).reduce((sum, row) => sum + Number(row[1]), 0)));
      await lab.frame.focus(pick);
      await lab.page.keyboard.press("ArrowRight");
      assert.match(await lab.text("mosaic-words"), new RegExp(`^Group 1 of chain 0: ${zero[1]} images?, [\\d.]+ % are \\d \\(\\d+\\)\\. Nearest other template: group \\d+, `));
      await lab.page.keyboard.press("Enter");
      const words = await lab.waitFor("inside-words");
      const [, share, digit, count] = words.match(new RegExp(`^Group 1 of chain 0: ${zero[1]} images?\\. ([\\d.]+) % are (\\d) \\((\\d+)\\)`));
      assert.ok(["2", "3"].includes(digit));
      assert.ok(Math.abs((100 * Number(count)) / zero[1] - Number(share)) < 0.06);
      assert.equal((await lab.frame.$$(`${id("inside")} canvas.strip`)).length, zero[1] > 12 ? 2 : 1);
      await lab.click("inside-nearest");
      await lab.until(() => !document.querySelector('[data-testid="inside-words"]').textContent.startsWith("Group 1 "));
      assert.deepEqual(await lab.axe("inside"), []);
      await lab.frame.select(id("mosaic-chain"), "2");
      await lab.settled();
      const two = await sizes();
      assert.notDeepEqual(two, zero);
      assert.equal(two.reduce((a, b) => a + b, 0), zero.reduce((a, b) => a + b, 0));
      assert.equal(await lab.has("inside"), false);
      // The last group of the chain that has most, and then the chain that has fewest.
      const chains = [zero];
      for (const chain of ["1", "2"]) {
        await lab.frame.select(id("mosaic-chain"), chain);
        await lab.settled();
        chains.push(await sizes());
      }
      const order = [0, 1, 2].toSorted((a, b) => chains[b].length - chains[a].length);
      await lab.frame.select(id("mosaic-chain"), String(order[0]));
      await lab.settled();
      await lab.frame.focus(pick);
      await lab.page.keyboard.press("End");
      await lab.page.keyboard.press("Enter");
      await lab.waitFor("inside-words");
      await lab.frame.select(id("mosaic-chain"), String(order[2]));
      await lab.settled();
      assert.equal(await lab.has("inside"), false);
      const caption = await lab.frame.$eval(`[data-section="mosaic"] ${id("summary")}`, (said) => said.textContent);
      assert.ok(caption.startsWith(`${chains[order[2]].length} groups of chain ${order[2]}, `), caption);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a drawing is made black and white, hidden in part and completed, with what the chains think of it", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-complete?${SMALL}`);
      await lab.run();
      await lab.frame.waitForSelector(id("brushing"));
      const before = await pictures(lab);
      await lab.click("brush-own");
      assert.match(await lab.waitFor("brush-sheet"), /^Nothing is drawn yet/);
      // A vertical stroke with the keys, far to the right: what the model sees is in the middle.
      await lab.frame.focus(id("pad-sheet"));
      const press = async (key, n = 1) => {
        for (let i = 0; i < n; i++) await lab.page.keyboard.press(key);
      };
      await press("ArrowUp", 12);
      await press("ArrowRight", 9);
      await press(" ");
      await press("ArrowDown", 18);
      await press(" ");
      await lab.settled();
      const drawn = Number((await lab.text("brush-sheet")).match(/(\d+) pixels with a grey level above 0 are on/)[1]);
      assert.ok(drawn >= 40 && drawn <= 140, `${drawn} pixels`);
      await hidden(lab, 392);
      const half = await pictures(lab);
      assert.notDeepEqual(half, before);
      // Nothing hidden: the completion is the drawing, in the middle.
      await part(lab, 8);
      await lab.until(() => document.querySelector('[data-testid="brush-words"]').textContent.startsWith("Nothing"));
      await lab.settled();
      const middle = await lab.ask(() => {
        const canvas = document.querySelector(".brush-pictures canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
        const ink = [...Array(784).keys()].filter((at) => data[4 * at] < 128);
        return [ink.length, ink.reduce((sum, at) => sum + (at % 28), 0) / ink.length];
      });
      assert.equal(middle[0], drawn);
      assert.ok(Math.abs(middle[1] - 13.5) < 1.5, `at column ${middle[1]}`);
      // Every group and a new one: together they are certain.
      const rows = () => lab.frame.$$eval(`${id("opinions")} tbody tr`, (rows) => rows.map((row) => [row.dataset.group, parseFloat(row.cells[2].textContent)]));
      const one = await rows();
      assert.equal(one.length, 7);
      assert.deepEqual(one.slice(5).map(([group]) => group), ["others", "new"]);
      assert.ok(Math.abs(one.reduce((sum, [, share]) => sum + share, 0) - 100) < 0.1, JSON.stringify(one));
      assert.ok(one[0][1] >= one[1][1]);
      await lab.frame.select(id("opinions-chain"), "2");
      await lab.settled();
      assert.notDeepEqual(await rows(), one);
      // A stroke is taken back, a mask is taken back, and the image is there again.
      await lab.click("pad-undo");
      await lab.until(() => document.querySelector('[data-testid="brush-sheet"]').textContent.startsWith("Nothing"));
      assert.deepEqual(await lab.violations("drawing"), []);
      await lab.click("brush-undo");
      await lab.click("brush-own");
      await hidden(lab, 392);
      await lab.settled();
      assert.deepEqual(await pictures(lab), before);
      await lab.close();
    });

    test("the visitor goes on with an image before the chains are seen, and other chains begin anew", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-complete?${SMALL}`);
      await lab.run();
      await lab.click("brush-guess");
      await lab.waitFor("guessing");
      const caption = () => lab.frame.$eval(`[data-section="brush"] ${id("summary")}`, (said) => said.textContent);
      assert.equal(await caption(), "Go on with the image, then compare.");
      await lab.frame.focus(id("guess-canvas"));
      for (const press of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", " ", "ArrowRight", " "]) await lab.page.keyboard.press(press);
      await lab.settled();
      assert.equal(await lab.has("guess-table"), false, "not before it is asked for");
      await lab.click("guess-compare");
      await lab.waitFor("guess-table");
      const rows = await lab.frame.$$eval(`${id("guess-table")} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
      assert.equal(rows.length, 3);
      assert.ok(Number(rows[0][1]) > 0, "there is ink of one's own");
      assert.equal(rows[2][2], "100.0 %", "the image is as the image");
      assert.ok(rows.every((row) => Number(row[4]) <= 0));
      assert.deepEqual(await lab.axe("guess"), []);
      await lab.go(`#/mixture/1-complete?${SMALL}&digits=7~8`);
      await lab.run();
      await lab.waitFor("brushing");
      assert.equal(await lab.has("guessing"), false);
      assert.match(await caption(), /^Image \d+ with a part hidden, completed by what 3 chains expect/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("groups of two chains stand side by side", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-run?${SMALL}`);
      await lab.run();
      await lab.waitFor("matched-table");
      const words = await lab.text("matched-words");
      const [, n, both, of] = words.match(/^In chain 0 (\d+) groups? ha(?:s|ve) a partner in chain 1; (\d+) of (\d+) images/);
      assert.ok(Number(n) > 0 && Number(both) > 0 && Number(both) <= Number(of), words);
      await lab.frame.select(id("matched-1"), "2");
      await lab.settled();
      assert.notEqual(await lab.text("matched-words"), words);
      assert.deepEqual(await lab.axe("matched"), []);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a number that is no image is refused, with what is allowed", async () => {
      const lab = await LabPage.open(browser, server.url, `#/mixture/1-complete?${SMALL}`);
      await lab.run();
      await lab.frame.waitForSelector(id("brushing"));
      const before = await pictures(lab);
      for (const wrong of ["-5", "abc", "1000", ""]) {
        await lab.frame.$eval(id("brush-image"), (field, value) => {
          field.value = value;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }, wrong);
        await lab.settled();
        assert.equal(await lab.text("brush-refused"), `Image: expected a whole number from 0 to 999, but got '${wrong}'.`);
        assert.deepEqual(await pictures(lab), before);
      }
      await lab.frame.$eval(id("brush-image"), (field) => {
        field.value = "7";
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await lab.settled();
      assert.equal(await lab.text("brush-refused"), "");
      assert.notDeepEqual(await pictures(lab), before);
      await lab.close();
    });

    test("chains are paused after a sweep and go on to the same result; a wrong file is refused in a sentence", async () => {
      const lab = await LabPage.open(browser, server.url, "#/mixture/1-run?n_chains=3&n_iter=90&n_groups=60");
      await lab.start();
      await lab.badge(/^partial/);
      await lab.waitFor("keep-go");
      await lab.until(() => document.querySelector('[data-testid="keep-go"]').textContent === "Pause");
      await lab.click("keep-go");
      await lab.until(() => document.querySelector('[data-testid="run"]'));
      const [, done] = (await lab.text("badge")).match(/^stopped at ([1-9]|[1-8]\d) of 90$/);
      assert.match(await lab.text("keep-words"), new RegExp(`^The chains have done ${done} of 90 sweeps`));
      assert.equal(await lab.text("keep-go"), "Go on");
      assert.equal(await lab.frame.$eval(id("keep-save"), (button) => button.disabled), false);
      // Who leaves and comes back finds them as they were.
      await lab.go("#/mixture/1-clusters");
      await lab.badge(/^saved result$/);
      await lab.page.goBack();
      await lab.badge(/^stopped at/);
      assert.equal(await lab.text("keep-go"), "Go on");
      await lab.click("keep-go");
      await lab.finished();
      const whole = await lab.digest();
      assert.equal(await lab.run(), whole);
      // The first sweep can be watched again: from many groups to few.
      await lab.frame.$eval(id("melt"), (melt) => (melt.open = true));
      const frame = (to) =>
        lab.frame.$eval(`${id("melt")} ${id("player-scrub")}`, (slider, to) => {
          slider.value = to;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }, to);
      await frame("0");
      await lab.settled();
      assert.match(await lab.text("melt-words"), /^Chain \d, sweep 1: \d+ of 2023 images have chosen; \d+ groups in use/);
      const pictured = () => lab.ask(() => [...document.querySelectorAll('[data-testid="melt"] .cell span')].map((size) => Number(size.textContent)));
      const begun = await pictured();
      assert.ok(begun.reduce((sum, n) => sum + n, 0) <= 2023);
      await frame("1");
      await lab.settled();
      assert.notDeepEqual(await pictured(), begun);

      const folder = await mkdtemp(join(tmpdir(), "digitoscope-chains-"));
      for (const [name, text] of [["words.json", "no chains"], ["other.json", '{"format": 7}']]) {
        await writeFile(join(folder, name), text);
        const input = await lab.frame.$(id("keep-load"));
        await input.uploadFile(join(folder, name));
        await lab.until(() => document.querySelector('[data-testid="keep-refused"]').textContent && document.querySelector('[data-testid="run"]'), { timeout: LONG });
        // Said where the file was chosen; what is shown is still what it was.
        assert.equal(await lab.text("error-card"), null);
        assert.equal(await lab.digest(), whole);
        assert.equal(await lab.text("keep-refused"), 'These saved chains cannot go on here: the file is not whole or no file of chains. Choose one that "Save the chains" wrote.');
      }
      await rm(folder, { recursive: true });
      await lab.close();
    });

    test("symbols of the formulas lead to their controls, on a phone too", async () => {
      for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
        const lab = await LabPage.open(browser, server.url, "#/mixture/1-model", { viewport });
        await lab.waitFor("formulas");
        for (const name of ["alpha", "beta", "concentration"]) {
          await lab.frame.$eval(`[data-symbol="${name}"]`, (symbol) => symbol.click());
          await lab.until((name) => document.activeElement?.id === `c-${name}`, { argument: name });
        }
        await lab.set("concentration", "2.5");
        await lab.until(() => document.querySelector('[data-testid="formulas-now"]').textContent.includes("γ = 2.5"));
        assert.deepEqual(await lab.axe("formulas"), []);
        await lab.close();
      }
    });

    test("mosaics have twelve in a row on every screen, and their captions keep to themselves", async () => {
      for (const width of [1280, 360, 320]) {
        const lab = await LabPage.open(browser, server.url, "#/mixture/1-clusters?n_chains=1&n_iter=1", { viewport: { width, height: 900 } });
        const rows = (selector) =>
          lab.frame.$$eval(selector, (cells) => {
            const tops = cells.map((cell) => Math.round(cell.getBoundingClientRect().top));
            return [tops.filter((top) => top === tops[0]).length, cells.length, cells.every((cell) => cell.scrollWidth <= cell.clientWidth + 1)];
          });
        await lab.frame.waitForSelector('[data-section="mosaic"] .cell');
        const [first, all, fits] = await rows('[data-section="mosaic"] .cell');
        assert.deepEqual([first, fits], [12, true], `saved, ${width}`);
        assert.ok(all > 12);
        await lab.run();
        await lab.frame.waitForSelector('[data-section="mosaic"] .pick');
        const live = await rows('[data-section="mosaic"] .pick');
        assert.deepEqual([live[0], live[2]], [12, true], `live, ${width}`);
        // Where the row is wider than the screen it says so, and the keys reach its end.
        const hint = await lab.frame.$eval('[data-section="mosaic"] .sideways', (hint) => hint.getBoundingClientRect().height > 4);
        assert.equal(hint, width < 520);
        await lab.frame.focus('[data-section="mosaic"] .pick');
        await lab.page.keyboard.press("End");
        await lab.settled();
        const seen = await lab.ask(() => {
          const box = document.activeElement.getBoundingClientRect();
          return document.activeElement.className === "pick" && box.left >= 0 && box.right <= innerWidth;
        });
        assert.equal(seen, true);
        assert.equal(await lab.ask(() => document.documentElement.scrollWidth <= innerWidth), true, "the page itself does not scroll");
        await lab.close();
      }
    });

    test("Run is in sight however many controls there are, and hides none that has the focus", async () => {
      for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
        const lab = await LabPage.open(browser, server.url, "#/mixture/1-run", { viewport });
        await lab.badge(/^(saved|out)/);
        const opener = await lab.frame.$(".bar .btn");
        if (viewport.width < 860) await opener.click();
        const run = () => lab.frame.$eval(id("run"), (button) => {
          const box = button.getBoundingClientRect();
          return [box.top, box.bottom, innerHeight];
        });
        const [, bottom, height] = await run();
        assert.ok(bottom <= height, `${bottom} of ${height}`);
        const fields = await lab.frame.$$eval('.controls [id^="c-"]', (fields) => fields.map((field) => field.id));
        assert.ok(fields.length > 12);
        for (const order of [fields, fields.toReversed()]) {
          for (const field of order) {
            await lab.frame.focus(`#${field}`);
            await lab.settled();
            const under = await lab.frame.$eval(`#${field}`, (field) => field.getBoundingClientRect().bottom);
            const row = await lab.frame.$eval(".rail .run", (row) => row.getBoundingClientRect().top);
            assert.ok(under <= row + 1, `${field}: ${under} under ${row}`);
          }
        }
        await lab.close();
      }
    });

    test("a heat map has a colour bar with its ends", async () => {
      const lab = await LabPage.open(browser, server.url, "#/mixture/1-data");
      await lab.waitFor("scale-strip");
      const ends = await lab.frame.$$eval(`${id("scale-strip")} span`, (ends) => ends.map((end) => end.textContent));
      assert.deepEqual(ends, ["255", "0"]);
      const equal = await lab.frame.$$eval(`${id("notebook")} tbody tr`, (rows) => rows.filter((row) => row.textContent.includes("✓")).map((row) => row.cells[3].textContent));
      assert.deepEqual(equal, [""], "what is equal has no reason to differ");
      await lab.close();
    });
  });
}
