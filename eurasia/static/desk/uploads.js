// The form that adds pictures: with a script each is sent by itself, as soon as its words are there.

import { picturesIn, preview, Refused, send } from "desk/adding"
import { element } from "desk/dialog"

export class Uploads {
  constructor(form) {
    const part = (name) => form.querySelector(`[data-uploads-${name}]`)
    this.form = form
    this.config = JSON.parse(form.querySelector("#adding").textContent)
    this.rows = part("rows")
    this.blank = part("blank")
    this.status = part("status")
    this.button = part("send")
    this.added = 0
    this.made = 0
    part("plain").hidden = true
    part("drop").hidden = false
    this.rows.replaceChildren()
    const choose = part("choose")
    choose.addEventListener("change", () => {
      this.take([...choose.files])
      choose.value = ""
    })
    // Anywhere: a file that misses its place would else be opened instead of this page.
    const drop = part("drop")
    window.addEventListener("dragover", (event) => {
      if (!form.isConnected || !event.dataTransfer?.types.includes("Files")) return
      event.preventDefault()
      drop.dataset.over = ""
    })
    window.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || delete drop.dataset.over)
    window.addEventListener("drop", (event) => {
      delete drop.dataset.over
      if (!form.isConnected || !event.dataTransfer?.files.length) return
      event.preventDefault()
      this.take([...event.dataTransfer.files])
    })
    window.addEventListener("paste", ({ clipboardData }) => form.isConnected && this.take(picturesIn(clipboardData)))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.sendAll()
    })
    this.button.hidden = true
    window.addEventListener("beforeunload", (event) => this.waits && form.isConnected && event.preventDefault())
  }

  /** Whether some picture is here that the library has not. */
  get waits() {
    return Boolean(this.rows.querySelector("li:not([data-added])"))
  }

  take(files) {
    const rows = files.map((file) => this.row(file))
    this.rows.append(...rows)
    this.button.hidden = !this.waits
    rows[0]?.querySelector("[data-field^=alt] input").focus()
  }

  row(file) {
    const row = this.blank.content.firstElementChild.cloneNode(true)
    const number = ++this.made
    row.querySelector("legend").textContent = file.name
    for (const made of row.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for", "aria-describedby"]) {
        if (made.hasAttribute(name)) made.setAttribute(name, made.getAttribute(name).replace("id_0-", `id_${number}-`))
      }
    }
    const remove = element("button", { type: "button", class: "desk-leave-out" }, [
      this.config.texts.remove,
      element("span", { class: "visually-hidden" }, [`: ${file.name}`]),
    ])
    remove.addEventListener("click", () => {
      row.remove()
      this.button.hidden = !this.waits
    })
    const said = element("p", { class: "desk-upload-state", role: "status" })
    row.querySelector("[data-field=file]").replaceChildren(preview(file), element("p", { class: "desk-upload-name" }, [file.name]), said, remove)
    row.file = file
    return row
  }

  async sendAll() {
    if (this.isSending) return
    const { texts } = this.config
    const rows = [...this.rows.querySelectorAll("li:not([data-added])")]
    this.isSending = this.button.disabled = true
    let refused = 0
    for (const [index, row] of rows.entries()) {
      this.status.textContent = texts.of.replace("{done}", index + 1).replace("{all}", rows.length)
      if (!(await this.sendOne(row))) refused += 1
    }
    this.isSending = this.button.disabled = false
    this.button.hidden = !refused
    this.status.textContent = refused
      ? texts.some_refused.replace("{refused}", refused).replace("{all}", rows.length)
      : texts.all_added
    this.rows.querySelector("[aria-invalid], .desk-error")?.closest("li").querySelector("input")?.focus()
  }

  /** Answers whether the library has it now. */
  async sendOne(row) {
    const { texts } = this.config
    const fields = Object.fromEntries(
      [...row.querySelectorAll("[data-field] input:not([type=file])")].map((input) => [input.closest("[data-field]").dataset.field, input]),
    )
    const state = row.querySelector(".desk-upload-state")
    const progress = element("progress", { value: "0", max: "1", "aria-hidden": "true" })
    for (const error of row.querySelectorAll(".desk-error")) error.remove()
    for (const input of Object.values(fields)) input.removeAttribute("aria-invalid")
    state.replaceChildren(progress, " ", texts.adding)
    const said = {
      ...Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])),
      is_public: new FormData(this.form).get("is_public") === "on",
    }
    said.credit ||= this.form.elements.credit.value
    try {
      const picture = await send(row.file, said, this.config, (part) => {
        progress.value = part
        if (part === 1) state.lastChild.textContent = texts.waiting
      })
      this.finish(row, picture)
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      state.replaceChildren()
      for (const [name, sentences] of Object.entries(error.errors)) this.refuse(row, fields[name], sentences)
      return false
    }
  }

  refuse(row, input, sentences) {
    const error = element("p", { class: "desk-error" }, [sentences.join(" ")])
    if (!input) return row.querySelector(".desk-upload-state").append(error)
    error.id = `${input.id}_error`
    input.setAttribute("aria-invalid", "true")
    input.setAttribute("aria-describedby", error.id)
    return input.before(error)
  }

  finish(row, picture) {
    this.added += 1
    row.dataset.added = ""
    row.replaceChildren(
      element("a", { href: picture.address }, [
        element("img", { src: picture.file, alt: "" }),
        element("span", {}, [picture.name]),
      ]),
      element("p", { class: "desk-upload-done" }, [this.config.texts.added]),
      ...picture.twins.map((twin) =>
        element("p", { class: "desk-twin" }, [`${this.config.texts.twin} `, element("a", { href: twin.address }, [twin.name || twin.credit])]),
      ),
    )
  }
}

const form = document.querySelector("form#uploads")
if (form) new Uploads(form)
