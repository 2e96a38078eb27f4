// What the cursor points at, as text.

import { clockFace } from "./timeline_view.js";

const CHANNELS = { depth_set_mm: [3, "mm"], depth_measured_mm: [3, "mm"], rate_hz: [1, "Hz"], motor_current_ma: [0, "mA"] };
const NOTE_NEAR = 0.01;

function localTime(clock, at_s, language) {
  const piece = clock.findLast(([from_s]) => from_s <= at_s) || clock[0];
  const [from_s, utc_ms, away_s] = piece;
  const at = new Date(utc_ms + (at_s - from_s) * 1000 + away_s * 1000);
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false, timeZone: "UTC" };
  return at.toLocaleTimeString(language, options);
}

function holds(spans, at_s) {
  return spans.some(([from_s, to_s]) => from_s <= at_s && at_s <= to_s);
}

/** Returns label and text of all that is known at a moment; `idx` is the nearest sample shown. */
export function readout(course, marks, idx, at_s, width_s, words, language) {
  const hole = course.holes.find(([from_s, to_s]) => from_s < at_s && at_s < to_s);
  const sample_s = hole ? at_s : course.elapsed_s[idx];
  const told = [[words.time, `${clockFace(sample_s, width_s)} · ${localTime(marks.clock, sample_s, language)}`]];
  const segment = marks.segments.find(({ spans }) => holds(spans, sample_s));
  if (segment) told.push([words.segment, `${segment.number} ${segment.name}`]);
  if (hole) told.push([words.gap, hole[2] ? words.missing.replace("{count}", hole[2]) : words.uncounted]);
  for (const [name, [digits, unit]] of hole ? [] : Object.entries(CHANNELS)) {
    const value = course[name][idx];
    if (value != null) told.push([words[name], `${value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`]);
  }
  for (const one of marks.deviations) {
    if (one && one.from_s <= sample_s && sample_s <= one.to_s) told.push([words.deviation, one.text]);
  }
  for (const note of marks.notes) {
    if (Math.abs(note.at_s - at_s) < width_s * NOTE_NEAR) told.push([words[note.kind], `${note.text} (${note.time})`]);
  }
  return told;
}
