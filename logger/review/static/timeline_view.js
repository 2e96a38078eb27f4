// Which part of a session is looked at: from when to when, in seconds of its axis.

export const NARROWEST_S = 0.01;

/** Returns the view nearest to what is asked for that lies within the session. */
export function within(view, duration_s) {
  const span = Math.min(Math.max(view.to - view.from, NARROWEST_S), Math.max(duration_s, NARROWEST_S));
  const from = Math.min(Math.max(view.from, 0), Math.max(duration_s - span, 0));
  return { from, to: from + span };
}

/** Returns a view `factor` times as wide around a moment that stays where it is. */
export function scaled(view, factor, around = (view.from + view.to) / 2) {
  return { from: around - (around - view.from) * factor, to: around + (view.to - around) * factor };
}

/** Returns a view moved by a share of its width. */
export function moved(view, share) {
  const by = (view.to - view.from) * share;
  return { from: view.from + by, to: view.to + by };
}

/** Returns a view of a span with some of what lies around it. */
export function around([from, to]) {
  const margin = Math.max((to - from) * 0.25, 0.5);
  return { from: from - margin, to: to + margin };
}

/** Returns seconds as m:ss or h:mm:ss, with as many decimals as a view of that width needs. */
export function clockFace(seconds, width_s = 600) {
  const digits = width_s < 0.5 ? 4 : width_s < 5 ? 3 : width_s < 60 ? 1 : 0;
  const [whole, decimals] = Math.max(seconds, 0).toFixed(digits).split(".");
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  const face = hours ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
  return decimals ? `${face}.${decimals}` : face;
}
