// What an article's page gains from a script: notes shown where they are referred to, a way back to
// every reference, citations that copy themselves. Without it the page reads in full.

const SHOW_AFTER = 80; // milliseconds: a pointer that passes by opens nothing
const HIDE_AFTER = 250; // long enough to move from the reference onto the note

// --- Notes, shown on hover and focus ---------------------------------------------------------------

function noteOf(reference) {
  return document.getElementById(reference.hash.slice(1));
}

const card = document.createElement("div");
card.id = "note-card";
card.className = "note-card";
card.setAttribute("role", "tooltip");
card.hidden = true;

let shown = null; // the reference whose note the card shows
let timer = 0;

function after(delay, act) {
  clearTimeout(timer);
  timer = setTimeout(act, delay);
}

function show(reference) {
  clearTimeout(timer);
  const note = noteOf(reference);
  if (!note || shown === reference) return;
  hide();
  card.replaceChildren(...note.cloneNode(true).childNodes);
  card.querySelectorAll(".fn-back").forEach((back) => back.remove());
  card.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  // The keyboard reaches these links in the note itself.
  card.querySelectorAll("a").forEach((link) => link.setAttribute("tabindex", "-1"));
  for (const name of ["lang", "dir"]) {
    const from = note.getAttribute(name);
    if (from) card.setAttribute(name, from);
    else card.removeAttribute(name);
  }
  card.hidden = false;
  place(reference);
  reference.setAttribute("aria-describedby", card.id);
  shown = reference;
}

function hide() {
  clearTimeout(timer);
  if (!shown) return;
  shown.removeAttribute("aria-describedby");
  shown = null;
  card.hidden = true;
}

// Under the reference, or above it where there is more room; never beyond the window's sides.
function place(reference) {
  const margin = 8;
  const at = reference.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const above = at.bottom + margin + card.offsetHeight > clientHeight && at.top > clientHeight - at.bottom;
  const top = above ? at.top - margin - card.offsetHeight : at.bottom + margin;
  const middle = at.left + at.width / 2 - card.offsetWidth / 2;
  const left = Math.max(margin, Math.min(middle, clientWidth - card.offsetWidth - margin));
  const origin = card.offsetParent.getBoundingClientRect();
  card.style.top = `${top - origin.top}px`;
  card.style.left = `${left - origin.left}px`;
}

function previewNotes(references) {
  document.querySelector("main").append(card);
  for (const reference of references) {
    // A finger follows the link: it has nothing to hover with.
    reference.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") after(SHOW_AFTER, () => show(reference));
    });
    reference.addEventListener("pointerleave", () => after(HIDE_AFTER, hide));
    reference.addEventListener("focus", () => {
      if (reference.matches(":focus-visible")) show(reference);
    });
    reference.addEventListener("blur", hide);
    reference.addEventListener("click", hide);
  }
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => after(HIDE_AFTER, hide));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  window.addEventListener("resize", hide);
}

// --- A way back to every reference ------------------------------------------------------------------

// A note of the teaser does not list what refers to it in the full text.
function completeWaysBack(references) {
  const count = new Map();
  for (const reference of references) {
    const note = noteOf(reference);
    const first = note?.querySelector(".fn-back");
    if (!first || !reference.id) continue;
    const number = (count.get(note) ?? 0) + 1;
    count.set(note, number);
    if (note.querySelector(`.fn-back[href="#${reference.id}"]`)) continue;
    const back = first.cloneNode(true);
    back.href = `#${reference.id}`;
    back.setAttribute("aria-label", `${first.getAttribute("aria-label")} (${number})`);
    const sup = document.createElement("sup");
    sup.textContent = number;
    back.append(sup);
    note.append(" ", back);
  }
}

// --- Citations ---------------------------------------------------------------------------------------

async function copy(element) {
  const text = element.textContent.trim();
  if (window.ClipboardItem && element.querySelector("i")) {
    const parts = { "text/plain": text, "text/html": element.innerHTML.trim() };
    const blobs = Object.entries(parts).map(([type, part]) => [type, new Blob([part], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  } else {
    await navigator.clipboard.writeText(text);
  }
}

function offerCopies(citations) {
  if (!citations || !navigator.clipboard) return; // only where the connection is secure
  const status = citations.querySelector("[role=status]");
  for (const button of citations.querySelectorAll("button[data-copied]")) {
    const label = button.firstChild;
    const words = label.textContent;
    let reset = 0;
    button.hidden = false;
    button.addEventListener("click", async () => {
      clearTimeout(reset);
      try {
        await copy(button.closest("dd").querySelector("p, pre"));
      } catch {
        return; // the browser refused; the text stands there to be selected
      }
      label.textContent = status.textContent = button.dataset.copied;
      reset = setTimeout(() => {
        label.textContent = words;
        status.textContent = "";
      }, 2500);
    });
  }
}

// --- Tables: a stop for the keyboard only where there is something to scroll ----------------------------

function watchTables(frames) {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  frames.forEach((frame) => observer.observe(frame));
}

const references = [...document.querySelectorAll("a.fn-ref")];
if (references.length) {
  completeWaysBack(references);
  previewNotes(references);
}
offerCopies(document.querySelector(".citations"));
watchTables(document.querySelectorAll(".prose .table"));
