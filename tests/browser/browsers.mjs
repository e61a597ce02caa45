// Starts Debian's Chromium and Firefox ESR, each with a fresh profile, and ends what it started.
//
//   for (const name of BROWSERS) {
//     const browser = await launch(name);
//     …
//     await browser.close();
//   }

import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

const COMMANDS = { chromium: ["chromium", "chromium-browser"], firefox: ["firefox-esr", "firefox"] };

const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--disable-dev-shm-usage",
  // A page in the background of a headless window would get its timers once a second.
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

// Without these Firefox looks for updates, experiments and captive portals while tests run.
const FIREFOX_PREFS = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.ipc.processPriorityManager.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.dns.disablePrefetch": true,
  "network.prefetch-next": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.enabled": false,
};

/** Names of the browsers to test in; the environment variable BROWSERS ("firefox") may narrow them. */
export const BROWSERS = (process.env.BROWSERS ?? "chromium,firefox").split(/[\s,]+/).filter(Boolean);

function executable(name) {
  const commands = COMMANDS[name];
  if (!commands) throw new Error(`no browser '${name}': choose from ${Object.keys(COMMANDS).join(", ")}`);
  for (const command of commands) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      const path = join(folder, command);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(`${commands.join(" or ")} is not installed: run scripts/setup test`);
}

const started = new Set();

/**
 * Starts `name` ("chromium" or "firefox") and returns a puppeteer Browser. `args` and `prefs` are added to ours;
 * other options are puppeteer's. Its `close()` also removes the profile.
 */
export async function launch(name, { args = [], prefs = {}, ...options } = {}) {
  const userDataDir = await mkdtemp(join(tmpdir(), `digitoscope-${name}-`));
  const common = { executablePath: executable(name), userDataDir, headless: true, defaultViewport: { width: 1280, height: 900 }, protocolTimeout: 300_000 };
  const own =
    name === "firefox"
      ? { browser: "firefox", protocol: "webDriverBiDi", args, extraPrefsFirefox: { ...FIREFOX_PREFS, ...prefs } }
      : { browser: "chrome", args: [...CHROMIUM_ARGS, ...args] };
  const removeProfile = () => rm(userDataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  let browser;
  try {
    browser = await puppeteer.launch({ ...common, ...own, ...options });
  } catch (error) {
    await removeProfile();
    throw error;
  }
  const close = browser.close.bind(browser);
  browser.close = async () => {
    if (!started.delete(browser)) return;
    const child = browser.process();
    // A browser that does not answer any more is ended the hard way; only the child we started.
    let timer;
    await Promise.race([close().catch(() => {}), new Promise((done) => (timer = setTimeout(done, 15_000)))]);
    clearTimeout(timer);
    if (child && child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await removeProfile();
  };
  started.add(browser);
  return browser;
}

/** Ends every browser that `launch` started and that is still open. */
export async function closeAll() {
  await Promise.all([...started].map((browser) => browser.close()));
}

// puppeteer itself ends its children when this process exits or is interrupted.
