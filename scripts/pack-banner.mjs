// Writes static/digits.png: six of each of the ten digits, from the built-in images, for the home page.
// Black ink on a transparent ground, so that it suits paper and night alike.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { ROOT, WIDTH as size, sortedImages } from "./mnist.mjs";

const [rows, columns] = [3, 20];
const all = sortedImages();
// As `mnist1k`: every tenth.
const labels = all.labels.filter((_, i) => i % 10 === 0);
const image = (i) => Buffer.from(all.images[10 * i]);

// The next image of each digit in turn, left to right, so that neighbours differ.
const next = Array.from({ length: 10 }, (_, digit) => labels.indexOf(digit));
const width = columns * size;
const height = rows * size;
const bytes = Buffer.alloc(height * (width + 1));
for (let cell = 0; cell < rows * columns; cell++) {
  const digit = (cell * 7 + Math.floor(cell / columns) * 3) % 10;
  const pixels = image(next[digit]);
  next[digit] += 7;
  const [x, y] = [(cell % columns) * size, Math.floor(cell / columns) * size];
  for (let row = 0; row < size; row++) {
    // Each line of a PNG begins with the number of its filter: 0, none.
    pixels.copy(bytes, (y + row) * (width + 1) + 1 + x, row * size, (row + 1) * size);
  }
}

function chunk(type, body) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(type, 4, "latin1");
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), body])), 0);
  return Buffer.concat([head, body, tail]);
}

const header = Buffer.alloc(13);
header.writeUInt32BE(width, 0);
header.writeUInt32BE(height, 4);
header.writeUInt8(8, 8); // bits
header.writeUInt8(0, 9); // grey; used as a mask, so its values become opacity
const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  chunk("IHDR", header),
  chunk("IDAT", deflateSync(bytes, { level: 9 })),
  chunk("IEND", Buffer.alloc(0)),
]);
writeFileSync(join(ROOT, "static/digits.png"), png);
console.log(`static/digits.png: ${width} × ${height}, ${png.length} bytes`);
