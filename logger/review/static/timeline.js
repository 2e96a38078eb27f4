// The timeline of a session's page: puts its parts together.

import { Closer, loadOverview } from "./timeline_course.js";
import { bindInput, buttonActions } from "./timeline_input.js";
import { Panels } from "./timeline_panels.js";
import { readout } from "./timeline_readout.js";
import { around, clockFace, within } from "./timeline_view.js";

const card = document.getElementById("course");
const words = JSON.parse(card.dataset.words);
const room = card.querySelector(".timeline-panels");
const status = card.querySelector(".timeline-status");

start();

async function start() {
  tell("busy");
  try {
    const width = Math.max(room.clientWidth - 68, 100);
    const overview = await loadOverview(card.dataset.address, width);
    if (!overview.marks.samples) tell("none");
    else run({ ...overview, width });
  } catch (error) {
    tell(error.message === "signed_out" ? "signed_out" : "failed");
    offerAgain();
  }
}

function tell(what) {
  status.textContent = words[what] || "";
  room.setAttribute("aria-busy", String(what === "busy"));
}

function offerAgain() {
  const again = document.createElement("button");
  again.textContent = words.again;
  again.addEventListener("click", start);
  status.append(" ", again);
}

function run(overview) {
  const { marks } = overview;
  let view = { from: 0, to: marks.duration_s };
  let pointed_s = -1;
  const panels = new Panels(room, overview, words, go, showReadout);
  const closer = new Closer(card.dataset.address, overview, (course) => panels.show(course), tell);

  function go(wanted) {
    view = within(wanted, marks.duration_s);
    panels.look(view);
    card.querySelector(".timeline-range").textContent = rangeText();
    closer.look(view, panels.width);
  }

  function rangeText() {
    const width_s = view.to - view.from;
    return `${clockFace(view.from, width_s)} – ${clockFace(view.to, width_s)}`;
  }

  function showReadout(course, idx, at_s) {
    pointed_s = at_s;
    const told = readout(course, marks, idx, at_s, view.to - view.from, words, document.documentElement.lang);
    card.querySelector(".timeline-readout").replaceChildren(...told.map(pair));
  }

  const at = (clientX) => view.from + ((clientX - panels.left) / panels.width) * (view.to - view.from);
  const whole = () => go({ from: 0, to: marks.duration_s });
  const point = (by) => {
    const step = ((view.to - view.from) / panels.width) * 4 * by;
    const isInSight = view.from <= pointed_s && pointed_s <= view.to;
    const begin_s = isInSight ? pointed_s : (view.from + view.to) / 2;
    panels.point(Math.min(Math.max(begin_s + step, view.from), view.to));
  };
  bindInput(room, { get: () => view, go, at, whole, point });
  bindButtons(buttonActions({ get: () => view, go, whole }));
  bindPlaces(marks, go);
  keepInShape(panels, () => closer.look(view, panels.width));
  go(view);
}

function pair([label, text]) {
  const box = document.createElement("div");
  const [term, value] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = label;
  value.textContent = text;
  box.append(term, value);
  return box;
}

function bindButtons(actions) {
  card.classList.add("running");
  for (const button of card.querySelectorAll("[data-does]")) {
    button.addEventListener("click", actions[button.dataset.does]);
  }
}

// A row of a table, or a zone on the drawing of the legs, leads to its place on the timeline.
function bindPlaces(marks, go) {
  const turns = new Map();
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-goes-to], .leg-view [data-zone]");
    const { goesTo, side, zone } = chosen ? chosen.dataset : {};
    const place = goesTo || `zone:${side}/${zone}`;
    const spans = spansOf(marks, place);
    if (!spans.length) return;
    event.preventDefault();
    // Asked for again, the next stay on the same zone is shown.
    const turn = turns.get(place) || 0;
    turns.set(place, turn + 1);
    go(around(spans[turn % spans.length]));
    card.scrollIntoView({ block: "start" });
    room.focus({ preventScroll: true });
  });
}

function spansOf(marks, place) {
  const [what, which] = place.split(":");
  if (what === "deviation") {
    const found = marks.deviations[Number(which)];
    return found ? [[found.from_s, found.to_s]] : [];
  }
  if (what === "time") return [onAxis(marks, which.split("/").map(Number))];
  const name = what === "zone" ? (one) => `${one.side}/${one.zone}` : (one) => String(one.number);
  return marks.segments.filter((one) => name(one) === which).flatMap((one) => one.spans);
}

// UTC in ms, as seconds on the axis; what lies outside all samples, at the nearest of them.
function onAxis({ clock, duration_s }, times_ms) {
  return times_ms.map((utc_ms) => {
    const [from_s, began_ms] = clock.findLast((piece) => piece[1] <= utc_ms) || clock[0];
    return Math.min(Math.max(from_s + (utc_ms - began_ms) / 1000, 0), duration_s);
  });
}

function keepInShape(panels, changed) {
  new ResizeObserver(() => {
    panels.resize();
    changed();
  }).observe(room);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => panels.build());
}
