// A static server for dist/ that behaves like a plain web host, says what it sent,
// and answers otherwise where a test asks it to (a damaged shard, a host page for iframes).

import { createHash } from "node:crypto";
import { promises as fs } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { gzipSync } from "node:zlib";

const MIME = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".gz": "application/gzip",
};
// What hosts compress underway. A .gz file is content, not an encoding: it is sent as it is.
const COMPRESSED = new Set([".html", ".css", ".js", ".mjs", ".json", ".svg", ".wasm", ".md", ".txt"]);

// Names that carry a hash of their content may be kept; others are asked for again (and answered 304).
const HASHED = /-[0-9a-f]{8,}(_bg)?\.(js|wasm|css)$/;

/**
 * Serves `root` on 127.0.0.1. `port` 0 takes a free one.
 *
 * Returns `{ url, override, restore, sent, requests, reset, close }`:
 *   - `override(path, response)`: from now on, `path` ("/data/x.bin.gz") is answered with `response`:
 *     `{ status, headers, body, delay }` (all optional; `delay` in ms), or a function
 *     `(request, file) => response`, where `await file()` is the true body (null if there is none).
 *   - `restore(path)`: undoes it; without a path, undoes all.
 *   - `sent`: Map from path to bytes of body sent, as compressed; `requests`: list of
 *     `{ method, path, status, bytes }`; `reset()` empties both.
 *   - `close()`: ends the server and its open connections.
 */
export async function serve(root, { port = 0, host = "127.0.0.1" } = {}) {
  const overrides = new Map();
  const compressed = new Map();
  const sent = new Map();
  const requests = [];

  async function readIn(path) {
    const file = normalize(join(root, path.endsWith("/") ? `${path}index.html` : path));
    if (!file.startsWith(normalize(root + sep))) return null;
    try {
      const { mtimeMs, size } = await fs.stat(file);
      return { file, key: `${file} ${mtimeMs} ${size}`, body: await fs.readFile(file) };
    } catch {
      return null;
    }
  }

  async function answer(request) {
    let path;
    try {
      path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    } catch {
      return { path: request.url, status: 400, headers: {}, body: Buffer.from("bad request\n") };
    }
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const type = extname(name).toLowerCase();
    const headers = { "content-type": MIME[type] ?? "application/octet-stream" };
    let response = overrides.get(path);
    if (typeof response === "function") response = await response(request, async () => (await readIn(path))?.body ?? null);
    if (response) {
      if (response.delay) await new Promise((done) => setTimeout(done, response.delay));
      const body = response.body ?? (await readIn(path))?.body ?? "";
      return { path, status: response.status ?? 200, headers: { ...headers, ...response.headers }, body: Buffer.from(body) };
    }
    const found = await readIn(path);
    if (!found) return { path, status: 404, headers: { "content-type": MIME[".txt"] }, body: Buffer.from("not found\n") };
    let { body } = found;
    headers.etag = `"${createHash("sha256").update(found.key).digest("hex").slice(0, 16)}"`;
    headers["cache-control"] = HASHED.test(path) ? "max-age=600" : "no-cache";
    if (request.headers["if-none-match"] === headers.etag) return { path, status: 304, headers, body: Buffer.alloc(0) };
    if (COMPRESSED.has(type)) {
      headers.vary = "Accept-Encoding";
      if (/\bgzip\b/.test(request.headers["accept-encoding"] ?? "")) {
        headers["content-encoding"] = "gzip";
        if (!compressed.has(found.key)) compressed.set(found.key, gzipSync(body));
        body = compressed.get(found.key);
      }
    }
    return { path, status: 200, headers, body };
  }

  const server = createServer(async (request, reply) => {
    let answered;
    try {
      answered = await answer(request);
    } catch (error) {
      answered = { path: request.url, status: 500, headers: {}, body: Buffer.from(`${error}\n`) };
    }
    const { path, status, headers, body } = answered;
    reply.writeHead(status, {
      "access-control-allow-origin": "*",
      "cache-control": "no-store",
      ...headers,
      ...(status === 304 ? {} : { "content-length": body.length }),
    });
    const bytes = request.method === "HEAD" ? 0 : body.length;
    reply.end(bytes ? body : undefined);
    requests.push({ method: request.method, path, status, bytes });
    sent.set(path, (sent.get(path) ?? 0) + bytes);
  });
  await new Promise((ready, failed) => server.once("error", failed).listen(port, host, ready));

  return {
    url: `http://${host}:${server.address().port}/`,
    override: (path, response) => void overrides.set(path, response),
    restore: (path) => void (path === undefined ? overrides.clear() : overrides.delete(path)),
    sent,
    requests,
    reset: () => {
      sent.clear();
      requests.length = 0;
    },
    close: () =>
      new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
}
