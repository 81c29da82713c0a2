// The page loads, under its policy, and only the right people can sign in.
import { accessible, expect, fillSignIn, gia, maya, sam, test } from "./harness.js";

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test("the page starts under its content security policy", async ({ page }) => {
  const answer = await page.goto("/");
  const policy = answer.headers()["content-security-policy"];
  expect(policy, "its own styles are allowed by their hash alone").toMatch(/style-src 'self' 'sha256-[\w+/]{43}=';/);
  expect(policy.replace(/ 'sha256-[^']*'/, "")).toBe(POLICY);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await accessible(page);
});

test("a first load takes at most fourteen requests, compressed", async ({ page }) => {
  const answers = [];
  page.on("response", (response) => answers.push(response));
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  const addresses = answers.map((answer) => answer.url());
  expect(addresses.length).toBeLessThanOrEqual(14);
  // Before and after the module: only the module says why somebody is not signed in.
  const files = addresses.filter((address) => !address.endsWith("/api/v1/me"));
  expect(files, "nothing is fetched twice: each preload is the fetch").toEqual([...new Set(files)]);
  const wasm = answers.find((answer) => answer.url().endsWith(".wasm"));
  expect(await wasm.headerValue("content-type")).toBe("application/wasm");
  expect(await wasm.headerValue("content-encoding")).toBe("br");
});

for (const path of ["/boot.js", "/favicon.svg", "/api/v1/me", "/api/v1/nothing-here", "/nothing-here.js"]) {
  test(`${path} is answered with every security header`, async ({ request }) => {
    const headers = (await request.get(path)).headers();
    expect.soft(headers["content-security-policy"]).toBe(POLICY);
    expect.soft(headers["x-content-type-options"]).toBe("nosniff");
    expect.soft(headers["referrer-policy"]).toBe("no-referrer");
    expect.soft(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect.soft(headers["cross-origin-resource-policy"]).toBe("same-origin");
    for (const power of ["camera", "microphone", "geolocation", "payment", "usb"]) {
      expect.soft(headers["permissions-policy"]).toContain(`${power}=()`);
    }
  });
}

test("a wrong password is refused with a sentence, and the form stays filled", async ({ page }) => {
  await page.goto("/");
  await fillSignIn(page, { ...maya, password: "not it" });
  await expect(page.getByRole("alert").filter({ hasText: /\w+ \w+/ })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "E-mail", exact: true })).toHaveValue(maya.email);
  await accessible(page);
});

test("who has tried too often is told how long to wait", async ({ startServer, page }) => {
  const server = await startServer();
  await page.goto(server.url);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const answer = page.waitForResponse((response) => response.url().endsWith("/api/v1/session"));
    await fillSignIn(page, { ...maya, password: "not it" });
    expect((await answer).status()).toBe(401);
  }
  await fillSignIn(page, maya);
  await expect(page.getByRole("alert")).toHaveText(/^Too many attempts\. Try again in \d+ seconds\.$/);
});

test("three agents of two organizations are in at the same time", async ({ signIn, api }) => {
  await Promise.all([maya, sam, gia].map((agent) => signIn(agent, { byForm: true })));
  const organizationOf = async (agent) => (await (await api(agent)).get("/me")).organization.id;
  expect(await organizationOf(sam)).toBe(await organizationOf(maya));
  expect(await organizationOf(gia)).not.toBe(await organizationOf(maya));
});

test("a killed server comes back on the same address with what it had", async ({ startServer, api }) => {
  const server = await startServer();
  const before = await (await api(maya, { server })).conversations();
  expect(before.length).toBeGreaterThan(0);
  await server.kill();
  await server.restart();
  expect(await (await api(maya, { server })).conversations()).toEqual(before);
});
