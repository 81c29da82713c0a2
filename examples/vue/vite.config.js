import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const isCustomElement = (tag) => tag === "sidenote-inbox";

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
  // The package finds its module beside itself; bundled anew for development it would look elsewhere.
  optimizeDeps: { exclude: ["@sidenote/inbox"] },
});
