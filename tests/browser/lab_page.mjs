// The page as a visitor meets it: the tests say what is done and seen, this file knows where.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
/** The repository. */
export const ROOT = join(here, "..", "..");
/** The built page. */
export const DIST = resolve(process.env.DIST ?? join(ROOT, "dist"));

/** Patience for what computes, in ms: the slowest machine is not the point of these tests. */
export const LONG = 120_000;
const SHORT = 30_000;

/** Every scene with an experiment, under its lab. */
export const SCENES = [
  "inference/0-samples",
  "inference/0-parcels",
  "inference/0-run",
  "inference/0-masks",
  "inference/0-stability",
  "inference/0-compare",
  "clusters/2-data",
  "clusters/2-kmeans",
  "clusters/2-centres",
  "clusters/2-ari",
  "clusters/2-elbow",
  "clusters/2-tree500",
  "clusters/2-trees30",
  "clusters/2-dbgrid",
  "clusters/2-pca15",
  "clusters/2-pcasweep",
  "clusters/2-dbgallery",
  "clusters/2-pcakmeans",
  "clusters/2-agg10",
  "clusters/2-agg40",
  "clusters/2-agree",
  "mixture/1-data",
  "mixture/1-binary",
  "mixture/1-model",
  "mixture/1-run",
  "mixture/1-clusters",
  "mixture/1-starts",
  "mixture/1-complete",
  "patches/3-data",
  "patches/3-kmeans10",
  "patches/3-kmeans20",
  "patches/3-purity",
  "patches/3-patches",
  "patches/3-vocab",
  "patches/3-bag",
  "patches/3-bags",
  "logistic/4-one",
  "logistic/4-fifty",
  "logistic/4-ovr",
  "logistic/4-errors",
  "logistic/4-test",
  "logistic/4-coef0",
  "logistic/4-coefall",
  "logistic/4-multi",
  "logistic/4-multicoef",
  "logistic/4-draw",
  "logistic/4-means",
  "logistic/4-three",
  "logistic/4-cv",
  "logistic/4-path",
  "logistic/4-pca",
];
/** Every other address. */
export const OTHERS = [
  "",
  "bench/binary",
  "bench/digits",
  "bench/kmeans",
  "bench/stability",
  "bench/mixture",
  "bench/starts",
  "bench/purity",
  "bench/elbow",
  "bench/tree",
  "bench/trees",
  "bench/pcadbscan",
  "bench/pcakmeans",
  "bench/pcatree",
  "bench/sheet",
  "bench/logistic",
  "bench/schemes",
  "bench/crossval",
  "bench/denoise",
  "bench/patches",
  "bench/vocabulary",
  "bench/bag",
  "bench/bags",
  "bench/samples",
  "bench/parcels",
  "bench/encludl",
  "bench/contrast",
  "bench/repeats",
  "bench/selftest",
  "data",
];
/** Every address of the page, as fragments. */
export const ROUTES = [...OTHERS, ...SCENES].map((route) => `#/${route}`);

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a scene's saved result says of itself in its first line: configuration, engine, digest. */
export function saved(scene) {
  const file = gunzipSync(readFileSync(join(DIST, "saved", `${scene.split("/").at(-1)}.gz`)));
  return JSON.parse(file.subarray(0, file.indexOf("\n")).toString());
}

/** A data-testid as a selector. */
export const id = (name) => `[data-testid="${name}"]`;

// Runs in the page before its own code: notes what comes and goes, so that nothing short-lived is missed.
function record(cores) {
  const seen = { badges: [], progress: [], shares: [], pictures: [], violations: [], workers: 0 };
  window.seen = seen;
  if (cores) Object.defineProperty(navigator, "hardwareConcurrency", { get: () => cores });
  document.addEventListener("securitypolicyviolation", (event) => {
    seen.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
  const TrueWorker = window.Worker;
  window.Worker = class extends TrueWorker {
    constructor(...args) {
      super(...args);
      seen.workers += 1;
    }
  };
  const push = (list, value) => value !== undefined && value !== list.at(-1) && list.push(value);
  const look = () => {
    const badge = document.querySelector('[data-testid="badge"]')?.textContent;
    push(seen.badges, badge);
    push(seen.progress, document.querySelector('[data-testid="progress"]')?.textContent);
    const bar = document.querySelector(".run progress");
    if (bar && bar.position >= 0) push(seen.shares, bar.value);
    if (window.watchPictures && badge?.startsWith("partial")) {
      const canvas = document.querySelector("[data-section] canvas");
      if (canvas) push(seen.pictures, canvas.toDataURL());
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["value", "width"],
  });
}

/** One tab with the page, or a frame in which it lives. */
export class LabPage {
  constructor(page, frame = page) {
    this.page = page;
    this.frame = frame;
    this.complaints = [];
    this.asked = [];
  }

  /**
   * Opens `hash` of the page at `url` in a new tab. Options: `cores` as `navigator.hardwareConcurrency`,
   * `viewport`, `before(page)` to prepare the tab, `pictures` to note each unfinished picture.
   */
  static async open(browser, url, hash = "", { cores, viewport, before, pictures } = {}) {
    const page = await browser.newPage();
    const lab = new LabPage(page);
    lab.listen();
    if (viewport) await page.setViewport(viewport);
    await page.evaluateOnNewDocument(record, cores ?? 0);
    if (pictures) await page.evaluateOnNewDocument(() => (window.watchPictures = true));
    if (before) await before(page);
    await page.goto(url + hash);
    await lab.mounted();
    return lab;
  }

  listen() {
    const { page, complaints, asked } = this;
    page.on("console", (message) => {
      if (["error", "warn", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
    page.on("request", (request) => asked.push(request.url()));
  }

  close() {
    return this.page.close();
  }

  /** Waits until `what(argument)` is true in the page. */
  until(what, { timeout = SHORT, argument } = {}) {
    return this.frame.waitForFunction(what, { timeout, polling: 30 }, argument);
  }

  mounted() {
    return this.until(() => document.querySelector("#app > .skip"), { timeout: LONG });
  }

  /** Goes to another fragment in the same tab, as a click on a link does. */
  async go(hash) {
    await this.frame.evaluate((hash) => (location.hash = hash), hash);
    await this.until((hash) => location.hash === hash, { argument: hash });
    // One more turn, so that the page has seen it.
    await this.settled();
  }

  /** Two drawn frames later. */
  settled() {
    return this.frame.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))),
    );
  }

  /** An evaluation in the page, for what has no name here. */
  ask(what, ...rest) {
    return this.frame.evaluate(what, ...rest);
  }

  has(name) {
    return this.frame.$(id(name)).then((found) => found !== null);
  }

  /** Text of the first element of that data-testid; null without one. */
  text(name) {
    return this.frame.evaluate((selector) => document.querySelector(selector)?.textContent ?? null, id(name));
  }

  async waitFor(name, timeout = SHORT) {
    await this.frame.waitForSelector(id(name), { timeout });
    return this.text(name);
  }

  async click(name) {
    await this.frame.waitForSelector(id(name), { timeout: SHORT });
    // The element may be drawn anew between finding and clicking it; a click in the page cannot miss.
    await this.frame.$eval(id(name), (element) => element.click());
  }

  hash() {
    return this.frame.evaluate(() => location.hash);
  }

  /** Text of the first badge once it matches. */
  async badge(pattern, timeout = LONG) {
    const matches = (source) => {
      const badge = document.querySelector('[data-testid="badge"]');
      return badge && new RegExp(source).test(badge.textContent);
    };
    try {
      await this.until(matches, { timeout, argument: pattern.source });
    } catch (error) {
      const shown = [await this.text("badge"), await this.text("error-card"), await this.text("progress")];
      throw new Error(`no badge ${pattern} but ${JSON.stringify(shown)}`, { cause: error });
    }
    const text = await this.text("badge");
    // An unfinished result does not wait for anybody.
    if (!text?.startsWith("partial")) await this.whole();
    return text;
  }

  /** Waits for the cards and views of a result: they come after its badge, some in modules of their own. */
  whole() {
    return this.until(() => !document.querySelector(".figures.growing, .later"));
  }

  /** Presses Run. */
  async start() {
    await this.frame.waitForSelector(`${id("run")}:not(:disabled)`, { timeout: SHORT });
    await this.click("run");
  }

  /** Presses Run and waits for the result; returns its digest. */
  async run() {
    await this.start();
    await this.finished();
    return this.digest();
  }

  /** Waits until nothing computes, and insists that it ended well. */
  async finished() {
    await this.until(
      () => document.querySelector('[data-testid="error-card"]') || (document.querySelector('[data-testid="run"]') && document.querySelector('[data-testid="digest"]')),
      { timeout: LONG },
    );
    assert.equal(await this.text("error-card"), null);
    await this.whole();
  }

  digest() {
    return this.text("digest");
  }

  /** Values of the controls, by parameter. */
  values() {
    return this.frame.evaluate(() =>
      Object.fromEntries([...document.querySelectorAll('[data-testid^="c-"]')].map((field) => [field.dataset.testid.slice(2), field.value])),
    );
  }

  /** Enters a value as a visitor does, and leaves the field. */
  async set(name, value) {
    const field = await this.frame.waitForSelector(id(`c-${name}`), { timeout: SHORT });
    if ((await field.evaluate((field) => field.tagName)) === "SELECT") {
      await this.frame.select(id(`c-${name}`), value);
    } else {
      await field.evaluate((field) => {
        field.focus();
        field.select();
      });
      await this.page.keyboard.type(value);
      await this.page.keyboard.press("Tab");
    }
    await this.settled();
  }

  /** What `record` noted. */
  seen() {
    return this.frame.evaluate(() => window.seen);
  }

  /** The rows of a section's table, opened if it is not. */
  async table(section) {
    const card = `[data-section="${section}"]`;
    // Views have tables of their own.
    const own = `${card} > div[id^="t-"] ${id("table-view")}`;
    await this.frame.waitForSelector(card, { timeout: SHORT });
    await this.frame.$eval(card, (card) => {
      const button = card.querySelector('[data-testid="table"]');
      if (button?.getAttribute("aria-expanded") === "false") button.click();
    });
    await this.frame.waitForSelector(`${own} tbody tr`, { timeout: SHORT });
    return this.frame.$$eval(`${own} tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  }

  /** What axe finds now, in a line each, `where` first. */
  async axe(where = "") {
    await this.settled();
    if (!(await this.ask(() => "axe" in window))) await this.ask(AXE);
    const found = await this.ask(async () => {
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} (${node.failureSummary})`).join("; ")}`);
    });
    return found.map((line) => `${where} ${line}`);
  }

  /** What axe finds in both themes. */
  async violations(where = "") {
    const found = [];
    for (const theme of ["light", "dark"]) {
      await this.theme(theme);
      found.push(...(await this.axe(`${where} (${theme})`)));
    }
    return found;
  }

  /** Presses the theme button until the page is `light` or `dark`. */
  async theme(name) {
    for (let press = 0; press < 3; press++) {
      if ((await this.ask(() => document.documentElement.getAttribute("data-theme"))) === name) return;
      await this.click("theme");
    }
    assert.fail(`no theme ${name}`);
  }
}

/** What the native program prints for a link; the program is RUNNER, or built by cargo where it is not up to date. */
export async function native(link) {
  const [command, ...args] = process.env.RUNNER ? [process.env.RUNNER] : ["cargo", "run", "--quiet", "--release", "--locked", "--"];
  const { stdout } = await promisify(execFile)(command, [...args, link], { cwd: ROOT, maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}
