// The page of another product, with the real npm package in it: the host of the end-to-end tests, with a page of our own.
import { resolve } from "node:path";
import { named } from "./process.mjs";
import { AGENT } from "./seed.mjs";

const root = resolve(import.meta.dirname, "../..");
const { Host } = await import(resolve(root, "tests/e2e/host.js"));

/** Starts the host beside a server; its pages show the contact of conversation 1. */
export async function widgetHost(sidenote) {
  const host = await Host.beside(sidenote);
  const { id, contact_id } = sidenote.conversations.get(1);
  host.agent = AGENT.email;
  host.customers = [{ name: "Customer", contact: contact_id, conversation: id }];
  host.pages = resolve(root, "bench/host");
  host.widget = named("SIDENOTE_PACKAGE");
  return host;
}
