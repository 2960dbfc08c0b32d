// Choosing from the library: a search over it, its results as one choice of pictures.

import { element } from "desk/dialog"

/**
 * A field of a dialog. What is chosen proposes its alternative text in `language` to the field "alt"
 * among `named`; `take` is given a file that shall be added instead, once the dialog is closed.
 */
export function libraryField({ found, accepted, texts }, { isPublic, language, named, take }) {
  const search = element("input", { type: "search", "aria-label": texts.search })
  const results = element("fieldset", { class: "desk-pictures" }, [])
  const none = element("p", { role: "status" })
  const file = element("input", { type: "file", accept: accepted, class: "visually-hidden" })
  const instead = element("label", { class: "button desk-quiet desk-instead" }, [texts.add_instead, file])
  let pictures = []
  let last = null
  let proposed = ""
  const look = async () => {
    const query = new URLSearchParams({ q: search.value.trim(), ...(isPublic ? { public: "1" } : {}) })
    const asked = (last = fetch(`${found}?${query}`).then((answer) => (answer.ok ? answer.json() : { pictures: [] })))
    const answer = await asked.catch(() => ({ pictures: [] }))
    if (asked !== last) return // a later search has been asked for
    none.textContent = answer.pictures.length ? "" : texts.found_none
    const ids = answer.pictures.map(({ id }) => id).join()
    if (ids === results.dataset.ids) return // whoever has gone on to them stays there
    results.dataset.ids = ids
    pictures = answer.pictures
    results.replaceChildren(
      element("legend", {}, [answer.more ? texts.found_more : texts.found]),
      ...pictures.map((picture) =>
        element("label", {}, [
          element("input", { type: "radio", name: "picture", value: picture.id, required: "" }),
          element("img", { src: picture.file, alt: "", loading: "lazy" }),
          element("span", {}, [picture.name || texts.no_alt]),
          element("span", { class: "desk-credit" }, [picture.credit]),
        ]),
      ),
    )
  }
  const chosen = () => pictures.find(({ id }) => String(id) === results.querySelector(":checked")?.value)
  results.addEventListener("change", () => {
    const alt = named("alt")
    if (!alt || (alt.value() && alt.value() !== proposed)) return // the editor has words of their own
    proposed = chosen()?.alt[language] ?? ""
    alt.put(proposed)
  })
  file.addEventListener("change", () => {
    take(file.files[0])
    file.closest("dialog").close("")
  })
  let timer = null
  search.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(look, 250)
  })
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault() // searches instead of closing
    clearTimeout(timer)
    look()
  })
  look()
  return {
    dom: element("div", {}, [search, none, results, instead]),
    value: chosen,
    focus: () => search.focus(),
  }
}
