import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // The package finds its module beside itself; bundled anew for development it would look elsewhere.
  optimizeDeps: { exclude: ["@sidenote/inbox"] },
});
