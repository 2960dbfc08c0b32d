// A field that holds a picture of the library: shown, chosen, or dropped on it. Without scripts it
// is the picture's number.

import { addPicture, picturesIn } from "desk/adding"
import { libraryField } from "desk/choosing"
import { ask, element } from "desk/dialog"

const language = () => document.getElementById("id_language")?.value ?? document.documentElement.lang.slice(0, 2)
const holds = ({ dataTransfer }) => dataTransfer?.types.includes("Files")

class PictureField {
  constructor(frame) {
    this.input = frame.querySelector("input")
    this.shown = frame.querySelector("[data-picture-shown]")
    this.config = JSON.parse(frame.dataset.pictureField)
    this.alt = document.getElementById(this.config.alt)
    this.proposed = ""
    const { texts } = this.config
    const button = (words, act) => {
      const made = element("button", { type: "button", class: "button desk-quiet" }, [words])
      made.addEventListener("click", act)
      return made
    }
    const file = element("input", { type: "file", accept: this.config.accepted, class: "visually-hidden" })
    file.addEventListener("change", () => {
      this.add(file.files[0])
      file.value = ""
    })
    this.empty = button(texts.no_picture, () => this.put(null))
    const label = this.input.labels[0]
    label.id ||= `${this.input.id}_label`
    frame.setAttribute("role", "group")
    frame.setAttribute("aria-labelledby", label.id)
    label.addEventListener("click", () => frame.querySelector("button").focus())
    this.input.type = "hidden"
    frame.querySelector("[data-picture-plain]").remove()
    frame.append(
      element("div", { class: "desk-picture-acts" }, [
        button(texts.choose, () => this.choose()),
        element("label", { class: "button desk-quiet" }, [texts.upload, file]),
        this.empty,
      ]),
      element("p", { class: "help" }, [texts.drop_here]),
    )
    this.empty.hidden = !this.input.value
    const row = frame.closest(".form-row") ?? frame
    row.addEventListener("dragover", (event) => {
      if (!holds(event)) return
      row.dataset.dropping = texts.drop_here
    })
    row.addEventListener("dragleave", ({ relatedTarget }) => row.contains(relatedTarget) || delete row.dataset.dropping)
    row.addEventListener("drop", (event) => {
      delete row.dataset.dropping
      const [first] = picturesIn(event.dataTransfer)
      if (first) this.add(first)
    })
  }

  async choose() {
    const { texts } = this.config
    let file = null
    const build = (labelId, named) =>
      libraryField(this.config, { isPublic: true, language: language(), named, take: (taken) => (file = taken) })
    const given = await ask(texts.choose_title, [{ name: "picture", label: texts.search, build }], { ...texts, ok: texts.choose_this })
    if (file) await this.add(file)
    else if (given?.picture) this.put(given.picture)
  }

  async add(file) {
    const given = await addPicture(file, this.config, { isPublic: true, language: language() })
    if (given) this.put(given.picture)
  }

  /** The form has changed, as if somebody had typed. */
  put(picture) {
    this.input.value = picture?.id ?? ""
    this.empty.hidden = !picture
    this.shown.replaceChildren(
      ...(picture
        ? [element("img", { src: picture.file, alt: "" }), element("span", {}, [picture.name || this.config.texts.no_alt]), element("span", { class: "desk-credit" }, [picture.credit])]
        : []),
    )
    if (this.alt && (!this.alt.value || this.alt.value === this.proposed)) {
      this.proposed = picture?.alt[language()] ?? ""
      this.alt.value = this.proposed
    }
    this.input.dispatchEvent(new Event("change", { bubbles: true }))
  }
}

for (const frame of document.querySelectorAll("[data-picture-field]")) new PictureField(frame)

// A file that misses its place would else be opened instead of this page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => holds(event) && event.preventDefault())
}
