// The door for a visitor's own images: files chosen, dropped, fetched; previewed, accepted, kept, forgotten.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BROWSERS, closeAll, launch } from "./browsers.mjs";
import { DIST, LONG, LabPage, id } from "./lab_page.mjs";
import { serve } from "./server.mjs";

const DATA = "#/data";

function idx(dims, values) {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.set([0, 0, 8, dims.length]);
  dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
  return Buffer.concat([header, Buffer.from(values)]);
}

/** `n` images of `height` by `width` pixels: label `l` has a bright row `l`, and a little noise. */
function digits(n, { height = 10, width = 9, classes = 4, seed = 1 } = {}) {
  let state = seed;
  const noise = () => (state = (state * 1103515245 + 12345) % 2147483648) % 40;
  const labels = Array.from({ length: n }, (_, i) => (i * 7 + (i >> 2)) % classes);
  const values = labels.flatMap((label) =>
    Array.from({ length: height * width }, (_, at) => (Math.floor(at / width) === label * 2 ? 200 : 0) + noise()),
  );
  return { images: idx([n, height, width], values), labels: idx([n], labels), of: labels };
}

const counted = (labels, classes) => Array.from({ length: classes }, (_, c) => String(labels.filter((l) => l === c).length));

let server;
let folder;
before(async () => {
  server = await serve(DIST);
  folder = await mkdtemp(join(tmpdir(), "digitoscope-idx-"));
});
after(async () => {
  await closeAll();
  await server.close();
  await rm(folder, { recursive: true });
});

/** Chooses files `{ name: bytes }` in the picker, as a visitor does. */
async function choose(lab, files) {
  const paths = [];
  for (const [name, bytes] of Object.entries(files)) {
    paths.push(join(folder, name));
    await writeFile(paths.at(-1), bytes);
  }
  const input = await lab.frame.waitForSelector(id("files"));
  await input.uploadFile(...paths);
}

/** Drops files on the page. The browser's own drag cannot be played, but the events it ends with can. */
async function drop(lab, files) {
  const list = Object.entries(files).map(([name, bytes]) => [name, bytes.toString("base64")]);
  await lab.ask((list) => {
    const data = new DataTransfer();
    for (const [name, base64] of list) {
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    }
    const send = (type) => {
      const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data });
      document.querySelector("main").dispatchEvent(event);
      return event.defaultPrevented;
    };
    window.prevented = [send("dragover")];
    return new Promise((done) => requestAnimationFrame(done)).then(() => {
      window.veiled = document.querySelector('[data-testid="veil"]') !== null;
      window.prevented.push(send("drop"));
    });
  }, list);
}

const here = (lab) => lab.frame.$$eval(`${id("here")} li`, (rows) => rows.map((row) => row.dataset.set));
const previewed = async (lab) => {
  await lab.waitFor("preview", LONG);
  return lab.frame.$eval(id("preview"), (card) => ({
    title: card.querySelector("h2").textContent,
    text: card.textContent,
    id: card.querySelector('[data-testid="preview-id"]').textContent,
    counts: [...card.querySelectorAll('[data-testid="counts"] tbody tr')].map((row) => row.cells[1].textContent),
    labels: [...card.querySelectorAll(".samples .cell span")].map((label) => label.textContent),
    pictures: new Set([...card.querySelectorAll(".samples canvas")].map((canvas) => canvas.toDataURL())).size,
  }));
};
const errors = (lab) => lab.complaints.filter((words) => words.startsWith("error:"));

for (const name of BROWSERS) {
  describe(name, () => {
    let browser;
    before(async () => (browser = await launch(name)));
    after(() => browser.close());

    test("chosen files are previewed, accepted, used, kept over a reload, and forgotten", async () => {
      const lab = await LabPage.open(browser, server.url, DATA);
      assert.deepEqual(await here(lab), ["mnist10k", "mnist1k"]);
      const set = digits(120);
      // The names say nothing, and one file is packed.
      await choose(lab, { "first.bin": set.labels, "second.bin": gzipSync(set.images) });
      const preview = await previewed(lab);
      assert.match(preview.text, /120 images of 10 × 9 pixels/);
      assert.deepEqual(preview.counts, counted(set.of, 4));
      assert.equal(preview.labels.length, 20);
      assert.deepEqual([...preview.labels].sort(), preview.labels, "sorted by label to begin with");
      assert.equal(preview.pictures, 20, "every image is drawn, and none twice");
      assert.match(preview.id, /^own-[0-9a-f]{6}$/);
      assert.deepEqual(await here(lab), ["mnist10k", "mnist1k"], "nothing is taken over yet");

      await lab.click("order-published");
      await lab.settled();
      const published = await previewed(lab);
      assert.notEqual(published.id, preview.id);
      assert.deepEqual(published.labels, Array.from({ length: 20 }, (_, k) => String(set.of[k * 6])));
      await lab.click("order-sorted");
      await lab.settled();
      assert.equal((await previewed(lab)).id, preview.id);
      await lab.click("accept");
      await lab.waitFor("accepted");
      assert.deepEqual(await here(lab), ["mnist10k", "mnist1k", preview.id]);
      await lab.until((own) => document.querySelector(`[data-set="${own}"]`)?.textContent.includes("kept in this browser"), { argument: preview.id });

      const link = `#/bench/kmeans?data=${preview.id}&n_clusters=4&n_init=2`;
      await lab.go(link);
      assert.equal((await lab.values()).data, preview.id);
      const digest = await lab.run();
      const score = await lab.frame.$$eval("[data-metric]", (rows) => Object.fromEntries(rows.map((row) => [row.dataset.metric, row.cells[1].textContent])));
      assert.equal(score.n_samples, "120");
      assert.equal(score.adjusted_rand_score, "1.0", `clusters are the labels: ${JSON.stringify(score)}`);

      // As if the page were closed and opened again.
      await lab.page.reload();
      await lab.mounted();
      assert.equal((await lab.values()).data, preview.id);
      assert.equal(await lab.has("missing-data"), false);
      assert.equal(await lab.run(), digest);

      await lab.go(DATA);
      await lab.frame.waitForSelector(`[data-set="${preview.id}"]`);
      await lab.click("forget");
      await lab.until((own) => !document.querySelector(`[data-set="${own}"]`), { argument: preview.id });
      await lab.settled();
      await lab.go(link);
      assert.match(await lab.waitFor("missing-data"), new RegExp(preview.id));
      assert.ok(await lab.frame.$(`${id("run")}:disabled`));
      await new Promise((done) => setTimeout(done, 500));
      await lab.page.reload();
      await lab.mounted();
      assert.match(await lab.waitFor("missing-data"), new RegExp(preview.id));
      assert.deepEqual(lab.complaints, []);
      assert.ok(lab.asked.every((url) => url.startsWith(server.url) || url.startsWith("blob:") || url.startsWith("data:")), lab.asked.join(" "));
      await lab.close();
    });

    test("a link to images that are not here leads to the door and back", async () => {
      const set = digits(60, { seed: 5 });
      const files = { images: set.images, labels: set.labels };
      const lab = await LabPage.open(browser, server.url, DATA);
      await choose(lab, files);
      const asked = (await previewed(lab)).id;
      await lab.click("discard");
      await lab.until(() => !document.querySelector('[data-testid="preview"]'));

      const link = `#/clusters/2-kmeans?data=${asked}&n_clusters=3`;
      await lab.go(link);
      await lab.waitFor("missing-data");
      await lab.click("open-missing");
      assert.match(await lab.waitFor("wanted"), new RegExp(asked));
      const other = digits(50, { seed: 9 });
      await choose(lab, { images: other.images, labels: other.labels });
      await previewed(lab);
      assert.match(await lab.waitFor("misfit"), new RegExp(asked));
      assert.equal(await lab.text("accept"), "Use it anyway");
      await choose(lab, files);
      await lab.until((asked) => document.querySelector('[data-testid="preview-id"]')?.textContent === asked, { argument: asked, timeout: LONG });
      assert.equal(await lab.has("misfit"), false);
      assert.equal(await lab.text("accept"), "Accept");
      await lab.click("accept");
      await lab.until((link) => location.hash === link, { argument: link });
      assert.equal((await lab.values()).data, asked);
      assert.equal(await lab.has("missing-data"), false);
      await lab.run();

      // Other images for the same link, on purpose.
      await lab.click("more-data");
      await lab.waitFor("wanted");
      await choose(lab, { images: other.images, labels: other.labels });
      const { id: instead } = await previewed(lab);
      await lab.click("accept");
      await lab.until((own) => location.hash.includes(own), { argument: instead });
      assert.equal(await lab.hash(), `#/clusters/2-kmeans?data=${instead}&n_clusters=3`);
      await lab.go(DATA);
      await lab.click("forget-all");
      await lab.until(() => document.querySelectorAll('[data-testid="here"] li').length === 2);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("four files become one data set, whatever order they come in", async () => {
      const lab = await LabPage.open(browser, server.url, DATA);
      const [train, rest] = [digits(80), digits(20, { seed: 3 })];
      await choose(lab, {
        "t10k-labels": gzipSync(rest.labels),
        "train-images": train.images,
        "t10k-images": gzipSync(rest.images),
        "train-labels": train.labels,
      });
      const preview = await previewed(lab);
      assert.match(preview.text, /100 images/);
      assert.match(preview.text, /train-images with train-labels: 80 images.*t10k-images with t10k-labels: 20 images/);
      assert.deepEqual(preview.counts, counted([...train.of, ...rest.of], 4));
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("hostile files get their message, and the page stays usable", async () => {
      const lab = await LabPage.open(browser, server.url, DATA);
      const { images, labels } = digits(40);
      const lying = Buffer.from(images);
      lying.writeUInt32BE(4_000_000_000, 8);
      const bomb = gzipSync(Buffer.concat([idx([40, 10, 9], []), Buffer.alloc(200_000_000)]));
      const packed = gzipSync(images);
      const bad = Buffer.from(labels);
      bad[20] = 200;
      for (const [files, ...words] of [
        [{ images: images.subarray(0, 1000), labels }, "images, byte 1000", "ends after 984 of the 3600 bytes"],
        [{ images: packed.subarray(0, packed.length - 20), labels }, "images: the gzip stream breaks off at byte"],
        [{ images: lying, labels }, "images, byte 4", "more than the"],
        [{ bomb, labels }, "bomb, byte 3616: more bytes than the header promises"],
        [{ "photo.png": Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1"), labels }, "photo.png is a PNG picture"],
        [{ "page.gz": Buffer.from("<!doctype html><title>403"), labels }, "page.gz is a web page"],
        [{ empty: Buffer.alloc(0), labels }, "empty is empty"],
        [{ images }, "images holds images; the labels are missing"],
        [{ images, labels: bad }, "labels, byte 20: label 200 is not a digit"],
        [{ images, labels: idx([3], [1, 2, 3]) }, "labels, bytes 4 to 7: 3 labels for the 40 images"],
        [{ images: idx([40, 0, 0], []), labels }, "images, byte 8: images of 0 rows"],
        [{ a: images, b: labels, c: images, d: labels, e: images }, "5 files are more than make one data set"],
        [{ "<img src=x onerror=alert(1)>": Buffer.from("x"), labels }, "<img src=x onerror=alert(1)> is a text file"],
      ]) {
        await choose(lab, files);
        await lab.until((word) => document.querySelector('[data-testid="door-error"]')?.textContent.includes(word), { argument: words[0], timeout: LONG }).catch(async () => assert.fail(`no '${words[0]}' in ${await lab.text("door-error")}`));
        const said = await lab.text("door-error");
        for (const word of words) assert.ok(said.includes(word), `'${word}' in ${said}`);
        assert.match(said, /[Cc]hoose|fetch/, "what to do");
        assert.equal(await lab.frame.$("main img"), null);
        assert.deepEqual(await here(lab), ["mnist10k", "mnist1k"]);
      }
      await choose(lab, { images, labels });
      await previewed(lab);
      assert.equal(await lab.has("door-error"), false);
      await lab.go("#/bench/kmeans?data=mnist1k&n_init=2");
      await lab.run();
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("files dropped on any page are read", async () => {
      const lab = await LabPage.open(browser, server.url, "#/bench/kmeans?n_clusters=4");
      const { images, labels } = digits(40, { seed: 8 });
      await drop(lab, { images: gzipSync(images), labels });
      const preview = await previewed(lab);
      assert.equal(await lab.hash(), DATA);
      assert.deepEqual(await lab.ask(() => [window.veiled, window.prevented]), [true, [true, true]]);
      assert.equal(await lab.has("veil"), false);
      await lab.click("accept");
      await lab.until(() => location.hash.startsWith("#/bench/kmeans"));
      assert.equal(await lab.hash(), `#/bench/kmeans?data=${preview.id}&n_clusters=4`);
      await lab.run();
      await lab.go(DATA);
      await lab.click("forget-all");
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a published data set is fetched only when asked for; what is blocked is told of", async () => {
      const { images, labels } = digits(30, { seed: 4 });
      // Other hosts are played in the page: the network of a test has none, and puppeteer's interception
      // loses requests of workers.
      const play = (page) =>
        page.evaluateOnNewDocument(
          (images, labels) => {
            window.others = { answer: "block", asked: [] };
            const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
            const own = window.fetch.bind(window);
            window.fetch = (url, options) => {
              if (!String(url).startsWith("https:")) return own(url, options);
              const { answer, asked } = window.others;
              asked.push({ url, credentials: options.credentials, referrer: options.referrerPolicy });
              if (answer === "block") return Promise.reject(new TypeError("Failed to fetch"));
              if (answer === "gone") return Promise.resolve(new Response("", { status: 404 }));
              if (answer === "never") {
                const body = new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(500_000)) });
                options.signal.addEventListener("abort", () => (window.others.aborted = true));
                return Promise.resolve(new Response(body));
              }
              return Promise.resolve(new Response(bytes(url.includes("idx3") ? images : labels)));
            };
          },
          gzipSync(images).toString("base64"),
          labels.toString("base64"),
        );
      const lab = await LabPage.open(browser, server.url, DATA, { before: play });
      const answer = (word) => lab.ask((word) => (window.others.answer = word), word);
      await lab.settled();
      assert.deepEqual(await lab.ask(() => window.others.asked), [], "nothing is asked of others by itself");
      await lab.click("fetch-mnist70k");
      const said = await lab.waitFor("door-error");
      for (const word of ["ossci-datasets.s3.amazonaws.com", "storage.googleapis.com", "Download its 4 files yourself"]) {
        assert.ok(said.includes(word), `${word} in ${said}`);
      }
      const asked = await lab.ask(() => window.others.asked);
      assert.equal(asked.length, 2, "one file of each host");
      assert.ok(asked.every((one) => one.credentials === "omit" && one.referrer === "no-referrer"));
      await answer("gone");
      await lab.click("fetch-kannada10k");
      await lab.until(() => document.querySelector('[data-testid="door-error"]')?.textContent.includes("answered 404"));
      await answer("never");
      await lab.click("fetch-kannada10k");
      await lab.until(() => document.querySelector('[data-testid="door-progress"]')?.textContent.includes("0.5 of 1.1 MB"));
      await lab.click("door-cancel");
      await lab.until(() => window.others.aborted && !document.querySelector('[data-testid="door-progress"]'));
      // Files that are not the published ones are shown as what they are, under another name.
      await answer("other");
      await lab.click("fetch-kannada10k");
      const preview = await previewed(lab);
      assert.match(preview.title, /not the published files/);
      assert.match(preview.id, /^own-/);
      assert.deepEqual(lab.complaints, []);
      await lab.close();
    });

    test("a frame without storage keeps nothing and works", async () => {
      const page = await browser.newPage();
      const lab = new LabPage(page);
      lab.listen();
      await page.goto(server.url);
      await page.setContent(`<iframe sandbox="allow-scripts" src="${server.url}${DATA}" width="1000" height="800"></iframe>`);
      const frame = await (await page.waitForSelector("iframe")).contentFrame();
      const framed = new LabPage(page, frame);
      await framed.mounted();
      const set = digits(40, { seed: 6 });
      await drop(framed, { images: set.images, labels: set.labels });
      const preview = await previewed(framed);
      await framed.click("accept");
      await framed.until((own) => document.querySelector(`[data-set="${own}"]`)?.textContent.includes("for this visit only"), { argument: preview.id });
      await framed.go(`#/bench/kmeans?data=${preview.id}&n_clusters=4&n_init=2`);
      await framed.run();
      assert.deepEqual(errors(lab), []);
      await page.close();
    });

    test("70,000 images of a visitor's own are offered where the notebook used all of MNIST", { timeout: LONG }, async () => {
      const lab = await LabPage.open(browser, server.url, DATA);
      // Not the published bytes, but their form.
      const n = 70_000;
      const pixels = Buffer.alloc(n * 784);
      const labels = Buffer.alloc(n);
      for (let i = 0; i < n; i++) {
        labels[i] = i % 10;
        pixels.fill(200, i * 784 + 28 * labels[i], i * 784 + 28 * labels[i] + 9);
      }
      const image = idx([n, 28, 28], []);
      await choose(lab, { "images.gz": gzipSync(Buffer.concat([image, pixels])), "labels.gz": gzipSync(idx([n], labels)) });
      const preview = await previewed(lab);
      assert.match(preview.id, /^own-/);
      await lab.click("accept");
      await lab.waitFor("accepted", LONG);
      for (const link of ["#/mixture/1-data", "#/mixture/1-run", "#/clusters/2-data"]) {
        await lab.go(link);
        assert.match(await lab.waitFor("all-images"), /Run this on your 70,000 images$/);
      }
      await lab.frame.$eval(`${id("all-images")} button`, (button) => button.click());
      await lab.until(() => !document.querySelector('[data-testid="all-images"]'));
      assert.equal((await lab.values()).data, preview.id);
      await lab.go("#/mixture/1-data");
      await lab.frame.$eval(`${id("all-images")} button`, (button) => button.click());
      await lab.until(() => document.querySelector('[data-metric="n_of_2"]')?.cells[1].textContent === "7000", { timeout: LONG });
      await lab.close();
    });
  });
}
