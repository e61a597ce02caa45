// What can be taken away: link, embed snippet, Python script, files.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LabPage, ROOT, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const PYTHON = join(ROOT, ".tools/venv/bin/python");

let server;
before(async () => (server = await serve(DIST)));
after(async () => {
  await closeAll();
  await server.close();
});

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    let folder;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "digitoscope-saved-"));
      const prefs = {
        "browser.download.folderList": 2,
        "browser.download.dir": folder,
        "browser.download.useDownloadDir": true,
        "browser.download.alwaysOpenPanel": false,
        "browser.download.always_ask_before_handling_new_types": false,
        "pdfjs.disabled": true,
      };
      browser = await launch(name, { prefs });
      if (name === "chromium") {
        const session = await browser.target().createCDPSession();
        await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
      }
    });
    after(async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    });

    /** Waits for the one new file of that name's pattern and returns its path. */
    async function saved(pattern) {
      for (let patience = 0; patience < 300; patience++) {
        const files = (await readdir(folder)).filter((file) => !/\.(part|crdownload|tmp)$/.test(file));
        const file = files.find((file) => pattern.test(file));
        // Firefox makes the file at once, empty, and fills it when it has come.
        if (file && (await readFile(join(folder, file))).length > 0) return join(folder, file);
        await new Promise((done) => setTimeout(done, 100));
      }
      assert.fail(`no file ${pattern} among ${await readdir(folder)}`);
    }

    test("the dialog's link, snippet and script are those of the controls", async () => {
      const lab = await LabPage.open(browser, server.url, "#/clusters/2-kmeans?n_clusters=12&init=random");
      await lab.set("n_init", "7");
      const values = await lab.values();
      await lab.click("share");
      await lab.waitFor("s-link");
      const texts = await lab.ask(() => Object.fromEntries(["link", "embed", "python"].map((id) => [id, document.getElementById(`s-${id}`).value])));
      assert.equal(texts.link, `${server.url}#/clusters/2-kmeans?n_clusters=12&n_init=7&init=random`);
      for (const part of ["n_clusters=12", "n_init=7", "random_state=69", 'init="random"', "MinMaxScaler()", "digitoscope-mnist10k.npz"]) {
        assert.ok(texts.python.includes(part), `${part} in\n${texts.python}`);
      }
      // Escape closes the dialog, and the focus is back where it was.
      await lab.page.keyboard.press("Escape");
      await lab.until(() => !document.querySelector("dialog").open);
      await lab.settled();
      await lab.click("share");
      await lab.waitFor("s-link");
      await lab.click("close");
      await lab.until(() => !document.querySelector("dialog").open);

      const other = await LabPage.open(browser, texts.link);
      assert.deepEqual(await other.values(), values);
      await other.close();

      const framed = await browser.newPage();
      await framed.setContent(texts.embed);
      const frame = await (await framed.waitForSelector("iframe")).contentFrame();
      const embedded = new LabPage(framed, frame);
      await embedded.mounted();
      assert.deepEqual(await embedded.values(), values);
      assert.ok(await embedded.ask(() => document.body.classList.contains("embed")));
      assert.ok(await framed.$eval("iframe", (frame) => frame.title.length > 0));
      await framed.close();
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("the save buttons save what is shown", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?data=mnist1k&n_init=2");
      const digest = await lab.run();
      const card = '[data-section="confusion"]';
      const rows = await lab.table("confusion");
      await lab.frame.$eval(`${card} ${id("save-csv")}`, (button) => button.click());
      const csv = await readFile(await saved(/^kmeans-confusion.*\.csv$/), "utf8");
      assert.deepEqual(csv.trim().split(/\r?\n/).map((line) => line.split(",")), rows);
      for (const [label, ending, begins] of [
        ["PNG", "png", "\x89PNG"],
        ["SVG", "svg", "<"],
      ]) {
        await lab.frame.$eval(
          card,
          (card, label) => [...card.querySelectorAll("button")].find((button) => button.textContent.startsWith(label)).click(),
          label,
        );
        const bytes = await readFile(await saved(new RegExp(`^kmeans-confusion.*\\.${ending}$`)));
        assert.equal(bytes.toString("latin1", 0, begins.length), begins);
      }

      await lab.click("share");
      for (const button of ["save-images", "save-npz", "save-json"]) {
        await lab.frame.waitForSelector(`${id(button)}:not(:disabled)`);
        await lab.click(button);
      }
      const report = JSON.parse(await readFile(await saved(/report.*\.json$/), "utf8"));
      assert.equal(report.digest, digest);
      const [images, arrays] = [await saved(/^digitoscope-mnist1k\.npz$/), await saved(/^kmeans-result.*\.npz$/)];
      if (existsSync(PYTHON)) {
        const script =
          "import sys, json, numpy as np\n" +
          "a, b = np.load(sys.argv[1]), np.load(sys.argv[2])\n" +
          "print(json.dumps([list(a['images'].shape), int(a['images'].sum(dtype=np.int64)), np.bincount(a['labels']).tolist(), {k: list(b[k].shape) for k in b}]))";
        const { stdout } = await promisify(execFile)(PYTHON, ["-c", script, images, arrays]);
        const [shape, sum, counts, found] = JSON.parse(stdout);
        assert.deepEqual(shape, [1000, 28, 28]);
        assert.ok(sum > 20_000_000 && sum < 33_000_000, `grey levels sum to ${sum}`);
        assert.equal(counts.reduce((a, b) => a + b), 1000);
        assert.deepEqual(found.cluster_centers_, [10, 784], JSON.stringify(found));
      } else {
        assert.equal((await readFile(images)).toString("latin1", 0, 2), "PK");
      }
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });
  });
}
