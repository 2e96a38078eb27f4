// The panels of a timeline: depth, rate and current, above one another, with one cursor.

import uPlot from "./uPlot.esm.js";
import { drawDeviations, drawEnvelope, drawHoles, drawNotes, drawSegments, drawTurns } from "./timeline_layers.js";
import { clockFace } from "./timeline_view.js";

const AXIS = 56;
const PANELS = [
  { of: "depth", height: 240, series: ["depth_set_mm", "depth_measured_mm"], low: null, high: "depth_max_mm", turns: "turns", dial: "set" },
  { of: "rate", height: 150, series: ["rate_hz"], low: "rate_min_hz", high: "rate_max_hz", turns: "rate_turns", dial: "rate" },
  { of: "current", height: 140, series: ["motor_current_ma"], low: null, high: null },
];
const LINES = {
  depth_set_mm: { ink: "set", width: 2, dash: [] },
  depth_measured_mm: { ink: "measured", width: 1.25, dash: [5, 3] },
  rate_hz: { ink: "rate", width: 1.25, dash: [] },
  motor_current_ma: { ink: "current", width: 1.25, dash: [] },
};
const INKS = ["set", "measured", "rate", "current", "limit", "envelope", "band", "band-other", "pause", "hole", "deviation", "deviation-soft", "note", "text", "grid", "ground"];

function inksOf(element) {
  const style = getComputedStyle(element);
  const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(INKS.map((name) => [camel(name), style.getPropertyValue(`--course-${name}`).trim()]));
}

/** Three plots within `room`; `selected` is told the span that was drawn over with the mouse. */
export class Panels {
  #room;
  #marks;
  #words;
  #plots = [];
  #shown;
  #view;
  #selected;
  #pointed;

  constructor(room, course, words, selected, pointed) {
    this.#room = room;
    this.#marks = course.marks;
    this.#words = words;
    this.#shown = course;
    this.#view = { from: course.from_s, to: course.to_s };
    this.#selected = selected;
    this.#pointed = pointed;
    this.build();
  }

  /** Makes all plots anew, in the colours that are in force now. */
  build() {
    for (const plot of this.#plots) plot.destroy();
    const ink = inksOf(this.#room);
    const present = PANELS.filter(({ series }) => series.some((name) => this.#shown[name].some((value) => value !== null)));
    this.#plots = present.map((panel, at) => this.#plot(panel, ink, at === 0, at === present.length - 1));
  }

  /** How many pixels wide the lines may be. */
  get width() {
    return Math.max(this.#room.clientWidth - AXIS - 12, 100);
  }

  /** Where the lines begin, in pixels of the window. */
  get left() {
    return this.#room.getBoundingClientRect().left + AXIS;
  }

  show(course) {
    this.#shown = course;
    for (const [at, plot] of this.#plots.entries()) plot.setData(this.#data(this.#panelAt(at)), false);
    this.look(this.#view);
  }

  look(view) {
    this.#view = view;
    for (const plot of this.#plots) plot.setScale("x", { min: view.from, max: view.to });
  }

  resize() {
    for (const [at, plot] of this.#plots.entries()) {
      const size = this.#size(this.#panelAt(at), at === this.#plots.length - 1);
      if (plot.width !== size.width) plot.setSize(size);
    }
  }

  /** Puts the cursor to a moment. */
  point(at_s) {
    const [plot] = this.#plots;
    plot?.setCursor({ left: plot.valToPos(at_s, "x"), top: 20 }, true, true);
  }

  #panelAt(at) {
    return PANELS.find(({ of }) => of === this.#plots[at].of);
  }

  #data({ series }) {
    return [this.#shown.elapsed_s, ...series.map((name) => this.#shown[name])];
  }

  #size({ height }, isLast) {
    return { width: this.#room.clientWidth, height: height + (isLast ? 34 : 0) };
  }

  #plot(panel, ink, isFirst, isLast) {
    const lines = panel.series.map((name) => {
      const line = LINES[name];
      const points = { show: (plot, _, first, last) => last - first < plot.bbox.width / 8 / devicePixelRatio, size: 5 };
      return { label: this.#words[name], stroke: ink[line.ink], width: line.width, dash: line.dash, spanGaps: false, points };
    });
    const plot = new uPlot(
      {
        ...this.#size(panel, isLast),
        legend: { show: false },
        padding: [4, 12, 4, 0],
        cursor: { y: false, sync: { key: "course", setSeries: false }, drag: { x: true, y: false, setScale: false } },
        scales: { x: { time: false, range: () => [this.#view.from, this.#view.to] }, y: { range: (_, low, high) => [0, this.#top(panel, high)] } },
        axes: [this.#timeAxis(ink, isLast), this.#valueAxis(panel, ink)],
        series: [{}, ...lines],
        hooks: this.#hooks(panel, ink, isFirst),
      },
      this.#data(panel),
      this.#room,
    );
    plot.of = panel.of;
    return plot;
  }

  #top({ high }, highest) {
    const limits = high ? this.#marks.limits.map((limit) => limit[high] || 0) : [];
    const depthRoom = high === "depth_max_mm" ? 1.25 : 1.1;
    return Math.max(highest || 0, ...limits, 0.1) * depthRoom;
  }

  #timeAxis(ink, isLast) {
    const values = (_, splits) => splits.map((at_s) => clockFace(at_s, this.#view.to - this.#view.from));
    const grid = { stroke: ink.grid, width: 1 };
    return { show: true, size: isLast ? 34 : 0, stroke: ink.text, grid, ticks: { show: isLast }, values: isLast ? values : () => [], space: 90, incrs: STEPS_S };
  }

  #valueAxis({ of }, ink) {
    return { size: AXIS, stroke: ink.text, grid: { stroke: ink.grid, width: 1 }, label: this.#words[`axis_${of}`], labelSize: 18, space: 30 };
  }

  #hooks({ of, low, high, turns, dial }, ink, isFirst) {
    const behind = (plot) => {
      drawSegments(plot, this.#marks, ink, isFirst);
      drawEnvelope(plot, this.#marks, ink, low, high);
    };
    const above = (plot) => {
      drawHoles(plot, this.#shown.holes, ink);
      drawDeviations(plot, this.#marks, ink, of);
      if (turns) drawTurns(plot, this.#shown[turns], ink[dial]);
      drawNotes(plot, this.#marks, ink, isFirst);
    };
    return {
      drawClear: [behind],
      draw: [above],
      setSelect: [(plot) => this.#select(plot)],
      setCursor: isFirst ? [(plot) => this.#point(plot)] : [],
    };
  }

  #select(plot) {
    const { left, width } = plot.select;
    if (width < 3) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#selected({ from: plot.posToVal(left, "x"), to: plot.posToVal(left + width, "x") });
  }

  #point(plot) {
    const { idx, left } = plot.cursor;
    if (idx == null || left < 0) return;
    this.#pointed(this.#shown, idx, plot.posToVal(left, "x"));
  }
}

const STEPS_S = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400],
];
