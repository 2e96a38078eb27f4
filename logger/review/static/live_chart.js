// The last minutes of a pen: depth and rate, the plan's envelope behind, gaps as holes.
import uPlot from "/static/uPlot.esm.js";

const SPAN_S = 180;
const TICKS_S = [-180, -120, -60, 0];
const HEIGHT = 130;
// Figures change at once; a line moves some three pixels a second.
const DRAW_EVERY_MS = 400;
const CALM_MS = 1000;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Chart {
  constructor(place) {
    this.place = place;
    this.edgeS = 0;
    this.limits = null;
    this.isDue = false;
    this.drawnMs = -Infinity;
    this.clear();
    place.hidden = false;
    const { depth, rate, set, measured } = place.dataset;
    this.plots = [
      this.plot(depth, [set, measured], 3, (limit) => [null, limit.depth_max_mm]),
      this.plot(rate, [measured], 150, (limit) => [limit.rate_min_hz, limit.rate_max_hz]),
    ];
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(place);
  }

  plot(title, lines, high, bounds) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = lines.length > 1 ? `${title} (┄ ${lines[0]}, ─ ${lines[1]})` : title;
    figure.append(caption);
    this.place.append(figure);
    const stroke = () => colour(this.place, "--main");
    const axis = { stroke: () => colour(this.place, "--soft"), grid: { stroke: () => colour(this.place, "--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const series = lines.map((_, at) => ({ stroke, width: 1.5, points: { show: false }, dash: at === 0 && lines.length > 1 ? [5, 4] : [] }));
    const options = {
      width: this.width(), height: HEIGHT, legend: { show: false }, cursor: { show: false },
      scales: {
        x: { range: () => [this.edgeS - SPAN_S, this.edgeS] },
        y: { range: (_, low, top) => [0, Math.max(high, top ?? 0)] },
      },
      axes: [
        { ...axis, size: 24, splits: () => TICKS_S.map((s) => this.edgeS + s), values: () => TICKS_S.map(minutes) },
        { ...axis, size: 40 },
      ],
      series: [{}, ...series],
      hooks: { drawClear: [(u) => this.envelope(u, bounds)] },
    };
    return new uPlot(options, [[], ...lines.map(() => [])], figure);
  }

  envelope(u, bounds) {
    if (!this.limits) return;
    const [low, high] = bounds(this.limits);
    if (low == null && high == null) return;
    const { left, top, width, height } = u.bbox;
    const y = (value, otherwise) => (value == null ? otherwise : u.valToPos(value, "y", true));
    const from = Math.max(top, y(high, top));
    const to = Math.min(top + height, y(low, top + height));
    u.ctx.fillStyle = colour(this.place, "--main-soft");
    u.ctx.fillRect(left, from, width, to - from);
    u.ctx.strokeStyle = colour(this.place, "--warn");
    u.ctx.setLineDash([2, 3]);
    for (const [value, at] of [[low, to], [high, from]]) {
      if (value == null) continue;
      u.ctx.beginPath();
      u.ctx.moveTo(left, at);
      u.ctx.lineTo(left + width, at);
      u.ctx.stroke();
    }
    u.ctx.setLineDash([]);
  }

  add(strip) {
    const times = strip.time_ms.map((ms) => (strip.from_ms + ms) / 1000);
    this.times = this.times.concat(times);
    this.set = this.set.concat(strip.depth_set_mm);
    this.measured = this.measured.concat(strip.depth_measured_mm);
    this.rate = this.rate.concat(strip.rate_hz);
    this.edgeS = Math.max(this.edgeS, times.at(-1));
    if (this.edgeS - this.times[0] > SPAN_S * 1.2) this.forget();
    this.draw();
  }

  forget() {
    const first = this.times.findIndex((s) => this.edgeS - s <= SPAN_S);
    for (const column of [this.times, this.set, this.measured, this.rate]) column.splice(0, first);
  }

  breakOff() {
    if (!this.times.length) return;
    this.times.push(this.times.at(-1) + 0.0001);
    for (const column of [this.set, this.measured, this.rate]) column.push(null);
  }

  clear() {
    this.times = [];
    this.set = [];
    this.measured = [];
    this.rate = [];
  }

  limit(limits) {
    this.limits = limits;
  }

  moveTo(nowMs) {
    this.edgeS = Math.max(this.times.at(-1) ?? 0, nowMs / 1000);
    this.draw();
  }

  draw() {
    if (this.isDue) return;
    this.isDue = true;
    const everyMs = calm.matches ? CALM_MS : DRAW_EVERY_MS;
    const waitMs = everyMs - (performance.now() - this.drawnMs);
    setTimeout(() => requestAnimationFrame(() => this.drawNow()), Math.max(0, waitMs));
  }

  drawNow() {
    this.isDue = false;
    this.drawnMs = performance.now();
    this.plots[0].setData([this.times, this.set, this.measured]);
    this.plots[1].setData([this.times, this.rate]);
  }

  width() {
    return Math.max(200, this.place.clientWidth);
  }

  fit() {
    for (const plot of this.plots) plot.setSize({ width: this.width(), height: HEIGHT });
  }

  close() {
    this.watcher.disconnect();
    for (const plot of this.plots) plot.destroy();
  }
}

function colour(place, name) {
  return getComputedStyle(place).getPropertyValue(name);
}

function minutes(s) {
  return s === 0 ? "0:00" : `−${Math.floor(-s / 60)}:${String(-s % 60).padStart(2, "0")}`;
}
