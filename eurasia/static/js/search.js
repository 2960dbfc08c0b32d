// Suggestions under a search box while one types. Without them the box leads to the search page, as
// it does on Enter. After https://www.w3.org/WAI/ARIA/apg/patterns/combobox/examples/combobox-autocomplete-list/.

const WAIT = 150; // milliseconds after the last key
const SHORTEST = 2;

function suggestIn(field) {
  const input = field.querySelector("input");
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.label);
  field.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let timer = 0;
  let asking = new AbortController();
  let active = -1;

  function choose(at) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = at;
    const option = list.children[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function close() {
    clearTimeout(timer);
    asking.abort();
    choose(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function show(suggestions) {
    choose(-1);
    list.replaceChildren(
      ...suggestions.map(({ kind, text, url }, number) => {
        const option = document.createElement("li");
        option.className = "suggestion";
        option.id = `suggestion-${number}`;
        option.dataset.url = url;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        for (const [name, words] of [["suggestion-text", text], ["suggestion-kind", kind]]) {
          const part = document.createElement("span");
          part.className = name;
          part.dir = "auto";
          part.textContent = words;
          option.append(part, " ");
        }
        return option;
      }),
    );
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const query = new URLSearchParams({ q: input.value });
      // Without the cookies: what is suggested is the same for everybody.
      const answer = await fetch(`${field.dataset.suggest}?${query}`, { signal, credentials: "omit" });
      const { suggestions } = await answer.json();
      if (!signal.aborted && document.activeElement === input) show(suggestions);
    } catch {
      if (!signal.aborted) close(); // the connection is gone
    }
  }

  input.addEventListener("input", () => {
    if (input.value.trim().length < SHORTEST) {
      close();
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") choose(active + 1 < count ? active + 1 : -1);
    else if (event.key === "ArrowUp") choose(active < 0 ? count - 1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(list.children[active].dataset.url);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
}

document.querySelectorAll("[data-suggest]").forEach(suggestIn);
