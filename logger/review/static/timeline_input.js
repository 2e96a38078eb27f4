// Wheel, fingers, keys and buttons: how a timeline is moved and brought closer.

import { moved, scaled } from "./timeline_view.js";

const STEP = 2;

/** Binds `room`. `get` returns the view, `go` takes one, `at` the moment below a pixel. */
export function bindInput(room, { get, go, at, whole, point }) {
  room.addEventListener("wheel", (event) => wheel(event, room, { get, go, at }), { passive: false });
  room.addEventListener("keydown", (event) => key(event, { get, go, whole, point }));
  bindFingers(room, { get, go, at });
}

/** Returns what each button does, by its name. */
export function buttonActions({ get, go, whole }) {
  return {
    closer: () => go(scaled(get(), 1 / STEP)),
    wider: () => go(scaled(get(), STEP)),
    whole,
    left: () => go(moved(get(), -0.5)),
    right: () => go(moved(get(), 0.5)),
  };
}

// A plain wheel goes on scrolling the page until the timeline has been clicked into.
function wheel(event, room, { get, go, at }) {
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!sideways && !event.ctrlKey && !room.contains(document.activeElement)) return;
  event.preventDefault();
  if (sideways) go(moved(get(), event.deltaX / 1000));
  else go(scaled(get(), Math.exp(event.deltaY / 400), at(event.clientX)));
}

function key(event, { get, go, whole, point }) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions = {
    "+": () => go(scaled(get(), 1 / STEP)),
    "=": () => go(scaled(get(), 1 / STEP)),
    "-": () => go(scaled(get(), STEP)),
    0: whole,
    ArrowLeft: () => (event.shiftKey ? go(moved(get(), -0.25)) : point(-1)),
    ArrowRight: () => (event.shiftKey ? go(moved(get(), 0.25)) : point(1)),
    PageUp: () => go(moved(get(), -1)),
    PageDown: () => go(moved(get(), 1)),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

// One finger moves sideways (up and down scrolls the page), two bring closer.
function bindFingers(room, { get, go, at }) {
  const fingers = new Map();
  const positions = () => [...fingers.values()];
  room.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, event.clientX);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    room.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  room.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = positions();
    fingers.set(event.pointerId, event.clientX);
    const now = positions();
    const view = get();
    if (before.length === 1) {
      const by = at(before[0]) - at(now[0]);
      go({ from: view.from + by, to: view.to + by });
    } else if (before.length === 2) {
      const [was, is] = [before, now].map(([one, other]) => Math.max(Math.abs(one - other), 10));
      go(scaled(view, was / is, at((now[0] + now[1]) / 2)));
    }
  });
}
