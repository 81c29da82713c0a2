// `node minify.js DIRECTORY FILE…`: the directory's scripts in fewer letters, and otherwise the same.
import { build } from "esbuild";

const [directory, ...entryPoints] = process.argv.slice(2);
await build({
  entryPoints,
  outdir: directory,
  outbase: directory,
  allowOverwrite: true,
  minify: true,
  format: "esm",
  charset: "utf8",
  // wasm-bindgen names a script once for each function that it takes from it.
  logLevel: "error",
});
