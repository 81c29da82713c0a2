// Medians and percentiles of measured samples, and how a figure is written.

const sorted = (samples) => samples.toSorted((a, b) => a - b);

/** The value below which this part of the samples lies, by nearest rank. */
export function percentile(samples, part) {
  const list = sorted(samples);
  return list[Math.max(0, Math.ceil(part * list.length) - 1)];
}

export function median(samples) {
  const list = sorted(samples);
  const middle = Math.floor(list.length / 2);
  return list.length % 2 === 1 ? list[middle] : (list[middle - 1] + list[middle]) / 2;
}

export function summary(samples) {
  return { count: samples.length, min: Math.min(...samples), median: median(samples), p95: percentile(samples, 0.95) };
}

/** A number with as many digits as its size deserves: 0.034, 4.62, 38.5, 1,480. */
export function rounded(value) {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The median, and the spread in parentheses if there is one. */
export function spread(samples) {
  if (samples.length === 0) return "–";
  const { count, min, median: middle, p95 } = summary(samples);
  return count === 1 || min === p95 ? rounded(middle) : `${rounded(middle)} (${rounded(min)} – ${rounded(p95)})`;
}

/** How many times as much one is as the other, by their medians; `null` if one of them has no samples or is zero. */
export function ratio(samples, baseline) {
  if (samples.length === 0 || baseline.length === 0) return null;
  const [over, under] = [median(samples), median(baseline)];
  return under > 0 && over > 0 ? over / under : null;
}

/** How many frames took longer than 33 ms: at 60 refreshes a second, each of them missed at least one. */
export const longFrames = (frames) => frames.filter((frame) => frame > 33).length;
