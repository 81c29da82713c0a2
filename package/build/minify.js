// `node minify.js DIRECTORY SHEET FILE…`: minifies the directory's scripts, and writes the sheet as a script,
// `style.js`, so that any bundler includes it with the others.
import { build, transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const [directory, sheet, ...entryPoints] = process.argv.slice(2);
const { code } = await transform(await readFile(sheet, "utf8"), { loader: "css", minify: true, charset: "utf8" });
await writeFile(join(directory, "style.js"), `export default ${JSON.stringify(code)};\n`);
await build({
  entryPoints,
  outdir: directory,
  outbase: directory,
  allowOverwrite: true,
  minify: true,
  format: "esm",
  charset: "utf8",
  // wasm-bindgen imports a script once for each function that it uses of it.
  logLevel: "error",
});
