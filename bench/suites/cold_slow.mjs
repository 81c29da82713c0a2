// The same cold start on a slow line.
import { SLOW_LINE } from "../harness/browser.mjs";
import { coldStarts } from "./cold.mjs";

export const title = "Cold start at 10 Mbit/s and 40 ms";

export const measure = (section, rounds) => coldStarts(section, rounds, SLOW_LINE);
