// Where a reader is in a full text: told to the server when they leave, shown when they come back.

const form = document.querySelector("form[data-place]");
const text = document.getElementById("full-text");

if (form && text) {
  const blocks = [...text.children];
  const link = form.querySelector("[data-block]");
  if (link && blocks[link.dataset.block]) {
    const there = blocks[link.dataset.block];
    there.id ||= "where-you-were";
    link.hash = there.id;
  }

  let told = null;
  const here = () => blocks.findIndex((block) => block.getBoundingClientRect().bottom > 0);
  const tell = () => {
    const begun = text.getBoundingClientRect().top < 0;
    const ended = blocks.at(-1).getBoundingClientRect().bottom <= innerHeight;
    const place = begun ? here() : 0;
    const said = `${place} ${ended}`;
    // Whoever only looked in keeps the place of last time.
    if (said === told || (told === null && !begun && link)) return;
    told = said;
    const data = new FormData(form);
    data.set("block", Math.max(place, 0));
    if (ended || place === -1) data.set("last", "on");
    navigator.sendBeacon(form.dataset.place, data);
  };
  // The only moment that every browser tells of when a page is left (Page Visibility, W3C).
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
}
