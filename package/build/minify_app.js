// `node minify_app.js FILE…`: minifies each script and sheet in its place. A file that is as small already is not written.
import { transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";

for (const file of process.argv.slice(2)) {
  const text = await readFile(file, "utf8");
  const loader = file.endsWith(".css") ? "css" : "js";
  const { code } = await transform(text, { loader, minify: true, charset: "utf8", ...(loader === "js" && { format: "esm" }) });
  if (code !== text) await writeFile(file, code);
}
