// The samples of a session: an overview, and finer ones of what is looked at closely.

const WAIT_MS = 120;
const BESIDE = 0.25;

/** Says that the answer was no data: signed out meanwhile, or an error. */
export class NoCourse extends Error {}

async function fetched(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
  const isData = (answer.headers.get("content-type") || "").startsWith("application/json");
  if (answer.redirected || !answer.ok || !isData) {
    throw new NoCourse(answer.redirected ? "signed_out" : "failed");
  }
  return answer.json();
}

/** Returns the whole session, with its marks. */
export function loadOverview(address, width) {
  return fetched(`${address}?width=${Math.round(width)}`);
}

/**
 * Gets finer samples once a view has been looked at for a moment; one request at a time.
 * `show` is told each answer, `tell` what goes on: "busy", "done" or why there is none.
 */
export class Closer {
  #address;
  #show;
  #tell;
  #timer = 0;
  #underWay = null;
  #overview;
  #held;

  constructor(address, overview, show, tell) {
    this.#address = address;
    this.#overview = this.#held = overview;
    this.#show = show;
    this.#tell = tell;
  }

  /** Looks at a view that is so many pixels wide. */
  look(view, width) {
    clearTimeout(this.#timer);
    this.#underWay?.abort();
    if (!this.#covers(view)) this.#show((this.#held = this.#overview));
    if (this.#isFineEnough(view, width)) {
      this.#tell("done");
      return;
    }
    this.#tell("busy");
    this.#timer = setTimeout(() => this.#fetch(view, width), WAIT_MS);
  }

  #covers(view) {
    return this.#held.from_s <= view.from + 1e-6 && view.to - 1e-6 <= this.#held.to_s;
  }

  #isFineEnough(view, width) {
    const held = this.#held;
    const pixel_s = (view.to - view.from) / width;
    return held.is_whole || (held.to_s - held.from_s) / held.width <= pixel_s * 1.05;
  }

  async #fetch(view, width) {
    const span = view.to - view.from;
    const pixels = Math.round(width * (1 + 2 * BESIDE));
    const from = Math.max(view.from - span * BESIDE, 0).toFixed(6);
    const to = (view.to + span * BESIDE).toFixed(6);
    this.#underWay = new AbortController();
    try {
      const address = `${this.#address}?from=${from}&to=${to}&width=${pixels}`;
      const course = await fetched(address, this.#underWay.signal);
      this.#held = { ...course, width: pixels };
      this.#show(this.#held);
      this.#tell("done");
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(error instanceof NoCourse ? error.message : "failed");
    }
  }
}
