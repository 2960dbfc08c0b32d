// The prose editor of the desk. The text area that the form sends stays the truth: what the editor
// has changed is written into it when somebody asks for the form's data, and it is shown itself when
// its source holds what the editor cannot.

import { Editor, Extension, getSchema } from "django-prose-editor/editor"
import { element } from "desk/dialog"
import { Footnote } from "desk/notes"
import { Picture } from "desk/pictures"
import { extensionsOf } from "desk/schema"
import { read, write } from "desk/source"
import { editLink, toolbar } from "desk/toolbar"

const LinkShortcut = Extension.create({
  name: "linkShortcut",
  addOptions: () => ({ texts: {}, config: {} }),
  addKeyboardShortcuts() {
    return {
      "Mod-k": ({ editor }) => {
        if (editor.isActive("link") || !editor.state.selection.empty) editLink(editor, this.options.texts, this.options.config)
        return true
      },
    }
  },
})

const languageOfArticle = document.getElementById("id_language")

export class Desk {
  constructor(area) {
    this.area = area
    this.config = JSON.parse(area.dataset.prose)
    this.texts = this.config.texts
    this.frame = element("div", { class: "desk-editor" })
    area.before(this.frame)
    this.label = area.labels[0]
    this.label.id ||= `${area.id}_label`
    this.label.addEventListener("click", () => this.editor?.commands.focus())
    this.hasChanged = false
    area.form.addEventListener("formdata", ({ formData }) => {
      this.write()
      formData.set(area.name, area.value)
    })
    languageOfArticle?.addEventListener("change", () => {
      this.editor?.setOptions({ editorProps: { attributes: this.attributes() } })
    })
    this.edit()
  }

  /** Answers whether the editor could open: it opens nothing that it would not give back whole. */
  edit() {
    const { area, config, texts } = this
    const extensions = [
      ...extensionsOf([
        Footnote.configure({ texts, config }),
        Picture.configure({
          texts,
          address: config.pictures,
          adding: config.adding,
          isPublic: config.public || "free" in area.dataset,
          language: () => this.language,
        }),
      ]),
      LinkShortcut.configure({ texts, config }),
    ]
    const text = read(area.value, getSchema(extensions))
    if (!text) {
      this.showSource(texts.kept_as_source)
      return false
    }
    const holder = element("div")
    this.editor = new Editor({
      element: holder,
      injectCSS: false, // desk/editor.css has it: the content security policy allows no other
      extensions,
      content: text.toJSON(),
      editorProps: { attributes: this.attributes() },
      onUpdate: () => {
        this.hasChanged = true
        area.dispatchEvent(new Event("input", { bubbles: true }))
      },
    })
    const source = element("button", { type: "button" }, [texts.source])
    source.addEventListener("click", () => {
      this.showSource("")
      area.focus()
    })
    const label = texts.tools.replace("{field}", this.label.textContent.replace(/[\s:]+$/, ""))
    area.hidden = true
    const tools = toolbar(this.editor, config, texts, { label, more: [source] })
    // Within a table or a list Tab has its own meaning, so that there is another way to the tools.
    holder.addEventListener("keydown", ({ altKey, key }) => altKey && key === "F10" && tools.querySelector("[tabindex='0']").focus())
    tools.addEventListener("keydown", ({ key }) => key === "Escape" && this.editor.commands.focus())
    this.frame.replaceChildren(tools, holder, area)
    return true
  }

  write() {
    if (this.hasChanged) this.area.value = write(this.editor.state.doc)
    this.hasChanged = false
  }

  get language() {
    const named = /_([a-z]{2})$/.exec(this.area.name)?.[1]
    return this.area.lang || (named ?? languageOfArticle?.value)
  }

  attributes() {
    const { area, label } = this
    const attributes = {
      class: "desk-text",
      role: "textbox",
      "aria-multiline": "true",
      "aria-labelledby": label.id,
      "aria-describedby": area.getAttribute("aria-describedby"),
      "aria-invalid": area.getAttribute("aria-invalid"),
      lang: this.language,
    }
    return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value))
  }

  /** Put another source in the place of the text; undo brings it back. */
  replace(source) {
    const text = this.editor && read(source, this.editor.schema)
    if (text) {
      this.editor.chain().focus().setContent(text.toJSON(), { emitUpdate: true }).run()
    } else {
      this.area.value = source
      this.area.dispatchEvent(new Event("input", { bubbles: true }))
    }
  }

  showSource(why) {
    const { area, texts } = this
    const back = element("button", { type: "button" }, [texts.back])
    back.addEventListener("click", () => {
      if (this.edit()) this.editor.commands.focus()
    })
    this.write()
    this.editor?.destroy()
    this.editor = null
    area.hidden = false
    const status = element("p", { role: "status" }, [why])
    this.frame.replaceChildren(element("div", { class: "desk-tools" }, [back, status]), area)
  }
}

for (const area of document.querySelectorAll("textarea[data-prose]")) new Desk(area)
