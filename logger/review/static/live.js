// The live page goes on by itself: what the console tells is shown, and how old it is.
import { Chart } from "/static/live_chart.js";
import { markSite, takeOrders } from "/static/live_orders.js";
import { morph } from "/static/morph.js";

const STALE_MS = 3000;
const SILENT_MS = 2500;
const TOLD_USE_EVERY_MS = 30000;
const AGAIN_MS = { first: 500, most: 10000 };
const SIGNED_OUT = 4401;
const TICK_MS = 500;

const root = document.getElementById("live");
const pens = document.getElementById("pens");
const stale = document.getElementById("stale");
const language = document.documentElement.lang;
const figures = {
  depth: numbers(2), measured: numbers(2), rate: numbers(1), rpm: numbers(0),
};
const cards = new Map();
let socket = null;
let waitMs = AGAIN_MS.first;
let heardMs = performance.now();
let toldUseMs = 0;
let clock = null;
let skippedCount = 0;
let isRefreshing = false;
let isOver = false;

function numbers(digits) {
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return new Intl.NumberFormat(language, form);
}

function say(key, values = {}) {
  return root.dataset[key].replace(/{(\w+)}/g, (_, name) => values[name]);
}

function adopt(article) {
  const card = { article, newestMs: null, chart: new Chart(article.querySelector(".charts")) };
  cards.set(article.dataset.pen, card);
  takeOrders(article, () => say("unsent"));
}

function cardOf(serial) {
  return [...cards.values()].find((card) => card.article.dataset.serial === serial);
}

function open() {
  if (isOver) return;
  let wasOpen = false;
  const address = new URL("/live/feed", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.onopen = () => {
    wasOpen = true;
    for (const card of cards.values()) card.chart.clear();
  };
  socket.onmessage = (event) => {
    waitMs = AGAIN_MS.first;
    heardMs = performance.now();
    told(JSON.parse(event.data));
  };
  socket.onclose = async (event) => {
    if (event.code === SIGNED_OUT || (!wasOpen && (await isSignedOut()))) return end();
    // Spread out, so that not all tablets come back to a console in the same moment.
    setTimeout(open, waitMs * (0.75 + Math.random() / 2));
    waitMs = Math.min(waitMs * 2, AGAIN_MS.most);
  };
}

async function isSignedOut() {
  try {
    const answer = await fetch("/live", { method: "HEAD", redirect: "manual" });
    return answer.type === "opaqueredirect";
  } catch {
    return false;
  }
}

function end() {
  isOver = true;
  document.getElementById("signed-out").hidden = false;
  pens.classList.add("old");
}

function told(message) {
  if (message.kind === "samples") message.strips.forEach(draw);
  else if (message.kind === "now") showNow(message);
  else if (message.kind === "skipped") skip(message.count);
}

function draw(strip) {
  const card = cardOf(strip.pen);
  if (!card) return;
  card.chart.add(strip);
  card.newestMs = strip.from_ms + strip.time_ms.at(-1);
  const last = (column) => column.findLast((value) => value !== null) ?? null;
  const rate = last(strip.rate_hz);
  put(card, "depth", last(strip.depth_set_mm));
  put(card, "measured", last(strip.depth_measured_mm));
  put(card, "rate", rate);
  put(card, "rpm", rate === null ? null : rate * 60);
  card.article.querySelector("[data-motor]").hidden = !strip.motor_on;
  card.article.querySelector("[data-contact]").hidden = !strip.contact;
  card.article.dataset.newest = strip.sequence;
}

function put(card, figure, value) {
  const text = value === null ? "–" : figures[figure].format(value);
  card.article.querySelector(`[data-figure="${figure}"]`).textContent = text;
}

function skip(count) {
  skippedCount += count;
  stale.textContent = say("skipped", { n: skippedCount });
  stale.hidden = false;
  for (const card of cards.values()) card.chart.breakOff();
}

function showNow(message) {
  clock = { ms: message.time_ms, at: performance.now() };
  pens.classList.toggle("away", !message.answers);
  replace(document.getElementById("line"), message.line);
  replace(document.getElementById("conditions"), message.conditions);
  let isOther = message.pens.length !== cards.size;
  for (const pen of message.pens) {
    const card = cards.get(pen.key);
    if (!card || card.article.dataset.shape !== pen.shape) {
      isOther = true;
      continue;
    }
    replace(card.article.querySelector(".standing"), pen.standing);
    replace(card.article.querySelector(".facts"), pen.facts);
    card.chart.limit(pen.limit);
    markSite(card.article, pen.site);
  }
  if (isOther) refresh();
}

function replace(place, html) {
  const next = place.cloneNode(false);
  next.innerHTML = html;
  morph(place, next);
}

// Other pens, or other orders: the page is asked for anew, and its cards are taken over.
async function refresh() {
  if (isRefreshing) return;
  isRefreshing = true;
  try {
    const answer = await fetch("/live", { redirect: "manual" });
    if (answer.type === "opaqueredirect") return end();
    if (answer.ok) takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    return; // the next message asks again
  } finally {
    setTimeout(() => (isRefreshing = false), TICK_MS);
  }
}

function takeOver(page) {
  const coming = [...page.querySelectorAll("[data-pen]")];
  const keys = new Set(coming.map((article) => article.dataset.pen));
  for (const [key, card] of cards) {
    if (keys.has(key)) continue;
    card.chart.close();
    card.article.remove();
    cards.delete(key);
  }
  for (const article of coming) {
    const card = cards.get(article.dataset.pen);
    if (!card) {
      pens.append(article);
      adopt(article);
    } else if (card.article.dataset.shape !== article.dataset.shape) {
      reshape(card.article, article);
    }
  }
  pens.querySelector(".empty")?.remove();
  if (!coming.length) pens.append(page.querySelector("#pens .empty"));
}

function reshape(article, coming) {
  const orders = article.querySelector(".orders");
  const hadFocus = orders.contains(document.activeElement);
  orders.replaceWith(coming.querySelector(".orders"));
  for (const part of [".standing", ".facts"]) {
    morph(article.querySelector(part), coming.querySelector(part));
  }
  article.dataset.shape = coming.dataset.shape;
  article.dataset.serial = coming.dataset.serial;
  takeOrders(article, () => say("unsent"));
  if (hadFocus) article.querySelector("h2").focus();
}

function tick() {
  const now = performance.now();
  const ageMs = now - heardMs;
  if (!isOver && ageMs > STALE_MS) {
    stale.textContent = say("noFeed", { s: steps(ageMs) });
    stale.hidden = false;
    skippedCount = 0;
  } else if (!skippedCount) {
    stale.hidden = true;
  }
  pens.classList.toggle("old", isOver || ageMs > STALE_MS);
  if (clock === null) return;
  const nowMs = clock.ms + now - clock.at;
  for (const card of cards.values()) age(card, nowMs);
}

function age(card, nowMs) {
  const ageMs = card.newestMs === null ? 0 : nowMs - card.newestMs;
  const note = card.article.querySelector(".silent");
  note.hidden = ageMs <= SILENT_MS;
  if (!note.hidden) note.textContent = say("silent", { s: steps(ageMs) });
  card.article.classList.toggle("old", !note.hidden);
  card.chart.moveTo(nowMs);
}

// In steps of five seconds, for those to whom each change is read out.
function steps(ms) {
  const seconds = Math.floor(ms / 1000);
  return seconds < 5 ? seconds : seconds - (seconds % 5);
}

function noteUse() {
  const now = performance.now();
  if (now - toldUseMs < TOLD_USE_EVERY_MS || socket?.readyState !== WebSocket.OPEN) return;
  toldUseMs = now;
  socket.send("used");
}

for (const article of pens.querySelectorAll("[data-pen]")) adopt(article);
root.classList.add("alive");
addEventListener("pointerdown", noteUse);
addEventListener("keydown", noteUse);
setInterval(tick, TICK_MS);
open();
