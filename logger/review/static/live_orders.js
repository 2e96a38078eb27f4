// Orders by touch: the drawing of the legs kept in step with its fields, forms sent in place.

export function takeOrders(article, sayUnsent) {
  for (const form of article.querySelectorAll("form[data-order]")) {
    if (form.querySelector("svg.legs")) bindLegs(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(article, form, sayUnsent);
    });
  }
}

// Shows where the session is; what somebody is just choosing is left alone until it moves.
export function markSite(article, site) {
  const form = article.querySelector("form[data-at-once]");
  if (!form || !site || form.dataset.site === site.join(" ")) return;
  form.dataset.site = site.join(" ");
  choose(form, ...site);
}

async function send(article, form, sayUnsent) {
  if (form.hasAttribute("aria-busy")) return;
  const problem = article.querySelector(".orders .problem");
  // A disabled button would lose the focus, and whoever has no mouse their place with it.
  form.setAttribute("aria-busy", true);
  problem.hidden = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
      redirect: "manual",
    });
    const isTold = answer.headers.get("content-type") === "application/json";
    if (!isTold) return location.reload(); // signed out, or a form of an older sign-in
    const told = await answer.json();
    if (answer.ok) return finish(form);
    problem.textContent = [told.reason, told.mend].filter(Boolean).join(". ");
  } catch {
    problem.textContent = sayUnsent();
  } finally {
    form.removeAttribute("aria-busy");
  }
  problem.hidden = false;
  if (form.dataset.site) choose(form, ...form.dataset.site.split(" "));
}

function finish(form) {
  if (form.elements.text) form.reset();
}

function bindLegs(form) {
  const svg = form.querySelector("svg.legs");
  svg.setAttribute("role", "group");
  for (const zone of zonesOf(form)) {
    zone.setAttribute("role", "button");
    zone.setAttribute("aria-label", nameOf(form, zone.dataset.side, zone.dataset.zone));
    zone.addEventListener("click", () => touch(form, zone));
    zone.addEventListener("keydown", (event) => press(form, zone, event));
  }
  form.addEventListener("change", () => show(form));
  show(form);
}

function zonesOf(form) {
  return [...form.querySelectorAll("svg.legs .zone")];
}

function nameOf(form, side, zone) {
  const radio = form.querySelector(`input[name="side"][value="${side}"]`);
  const option = form.querySelector(`select[name="zone"] option[value="${zone}"]`);
  return `${radio.parentElement.textContent.trim()} ${option.textContent.trim()}`;
}

function touch(form, zone) {
  const isHere = form.dataset.site === `${zone.dataset.side} ${zone.dataset.zone}`;
  choose(form, zone.dataset.side, zone.dataset.zone);
  if ("atOnce" in form.dataset && !isHere) form.requestSubmit();
}

function press(form, zone, event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (by) {
    const zones = zonesOf(form);
    zones.at((zones.indexOf(zone) + by) % zones.length).focus();
  } else if (event.key === "Enter" || event.key === " ") {
    touch(form, zone);
  } else {
    return;
  }
  event.preventDefault();
}

function choose(form, side, zone) {
  form.elements.side.value = side;
  form.elements.zone.value = zone;
  show(form);
}

// Of the many zones one can be reached by Tab, the others from it by the arrows.
function show(form) {
  const { side, zone } = form.elements;
  let reached = null;
  for (const one of zonesOf(form)) {
    const isChosen = one.dataset.side === side.value && one.dataset.zone === zone.value;
    one.setAttribute("aria-pressed", isChosen);
    one.setAttribute("tabindex", -1);
    if (isChosen) reached ??= one;
  }
  (reached ?? zonesOf(form)[0]).setAttribute("tabindex", 0);
}
