// What the audit pages can do where scripts run: follow a long piece of work, copy, print.

const AGAIN_MS = 1000;

async function follow(shown) {
  while (shown.hasAttribute("data-running")) {
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) continue;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    if (!fresh) return;
    update(shown, fresh);
  }
}

// Bars are moved rather than exchanged, so that nobody is told of the same bar anew.
function update(shown, fresh) {
  const bar = shown.querySelector("progress");
  const freshBar = fresh.querySelector("progress");
  if (bar && freshBar && fresh.hasAttribute("data-running") && !fresh.querySelector("table")) {
    bar.max = freshBar.max;
    bar.value = freshBar.value;
    bar.previousElementSibling.textContent = freshBar.previousElementSibling.textContent;
    return;
  }
  shown.replaceChildren(...fresh.childNodes);
  shown.toggleAttribute("data-running", fresh.hasAttribute("data-running"));
  offerPrinting(shown);
}

function offerPrinting(within) {
  for (const button of within.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

function offerCopying(within) {
  if (!navigator.clipboard) return; // there is none without TLS, but on loopback
  for (const button of within.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.copied;
    });
  }
}

offerPrinting(document);
offerCopying(document);
for (const shown of document.querySelectorAll("[data-live][data-running]")) follow(shown);
