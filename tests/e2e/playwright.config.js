// The configuration of the end-to-end tests: the system's Chromium, the real server, the real bundle. `cargo xtask test
// e2e` passes their paths; without it, the defaults below and in server.js find Debian's browser and the last release
// build.
import { defineConfig } from "@playwright/test";
import { availableParallelism } from "node:os";

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: ".",
  outputDir: "results/traces",
  reporter: [["list"], ["json", { outputFile: "results/report.json" }]],
  workers: Math.min(2, availableParallelism()),
  fullyParallel: false,
  // A test that passes on a second attempt has failed.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  // Long, for slow or busy machines: a test that passes never waits for it.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    actionTimeout: 20_000,
    navigationTimeout: 60_000,
    // Screenshots of each step would take a sixth of the total time; the trace has the DOM of each step.
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: [
        ...(isRoot ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
