// `node brotli.mjs write FILE…` writes FILE.br beside each file that has none, or an older one.
// `node brotli.mjs size FILE…` prints the compressed size of each file, in bytes, one a line.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

// The highest quality, and the widest window that every browser accepts.
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
const packed = (file) => brotliCompressSync(readFileSync(file), { params });
const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const [what, ...files] = process.argv.slice(2);
for (const file of files) {
  if (what === "size") console.log(packed(file).length);
  else if (modified(`${file}.br`) < modified(file)) writeFileSync(`${file}.br`, packed(file));
}
