// Pictures of the library: searched, shown, and described for those who do not see them.

import { Node } from "django-prose-editor/editor"
import { ask, element } from "desk/dialog"
import { kept } from "desk/schema"

export const Picture = Node.create({
  name: "picture",
  group: "inline",
  inline: true,
  atom: true,
  draggable: true,
  addOptions: () => ({ texts: {}, address: "", found: "", isPublic: true }),
  addAttributes: () => kept("data-picture", "alt"),
  parseHTML: () => [{ tag: "img[data-picture]" }],
  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
  addNodeView() {
    const { texts, address } = this.options
    return ({ node, editor, getPos }) => {
      const image = element("img")
      const words = element("span", { class: "desk-picture-alt" })
      const dom = element("span", { class: "desk-picture", contenteditable: "false" }, [image, words])
      const show = ({ attrs }) => {
        image.src = address.replace("/0/", `/${attrs["data-picture"]}/`)
        image.alt = attrs.alt ?? ""
        words.textContent = `${texts.alt}: ${attrs.alt || "–"}`
      }
      show(node)
      dom.addEventListener("dblclick", () => {
        editor.chain().setNodeSelection(getPos()).describePicture().run()
      })
      return { dom, update: (fresh) => fresh.type === node.type && (show(fresh), true) }
    }
  },
  addCommands() {
    const { texts } = this.options
    return {
      insertFigure:
        () =>
        ({ editor }) => {
          const fields = [
            { name: "id", label: texts.figure_search, build: () => chooser(this.options) },
            { name: "alt", label: texts.alt, help: texts.alt_help, required: true },
            { name: "caption", label: texts.caption },
          ]
          ask(texts.figure, fields, texts).then((given) => {
            if (!given?.id) return editor.commands.focus()
            const picture = { type: this.name, attrs: { "data-picture": given.id, alt: given.alt } }
            const line = (text) => ({ type: "line", content: [text] })
            const caption = given.caption && {
              type: "figcaption",
              content: [line({ type: "text", text: given.caption })],
            }
            const content = [line(picture), ...(caption ? [caption] : [])]
            return editor.chain().focus().insertContent({ type: "figure", content }).run()
          })
          return true
        },
      describePicture:
        () =>
        ({ editor }) => {
          const { alt } = editor.getAttributes(this.name)
          ask(texts.picture, [{ name: "alt", label: texts.alt, value: alt ?? "", help: texts.alt_help }], texts).then(
            (given) => {
              const chain = editor.chain().focus()
              return (given ? chain.updateAttributes(this.name, given) : chain).run()
            },
          )
          return true
        },
    }
  },
  addKeyboardShortcuts() {
    return { Enter: ({ editor }) => editor.isActive(this.name) && editor.commands.describePicture() }
  },
})

/** A search over the library, its results as one choice of pictures. */
function chooser({ texts, address, found, isPublic }) {
  const search = element("input", { type: "search", "aria-label": texts.figure_search })
  const results = element("fieldset", { class: "desk-pictures" }, [])
  const none = element("p", { role: "status" })
  let last = null
  const look = async () => {
    const query = new URLSearchParams({ q: search.value.trim(), ...(isPublic ? { public: "1" } : {}) })
    const asked = (last = fetch(`${found}?${query}`).then((answer) => (answer.ok ? answer.json() : { pictures: [] })))
    const { pictures } = await asked.catch(() => ({ pictures: [] }))
    if (asked !== last) return // a later search has been asked for
    none.textContent = pictures.length ? "" : texts.figure_none
    const ids = pictures.map(({ id }) => id).join()
    if (ids === results.dataset.ids) return // whoever has gone on to them stays there
    results.dataset.ids = ids
    results.replaceChildren(
      element("legend", {}, [texts.figure_choice]),
      ...pictures.map(({ id, name }) =>
        element("label", {}, [
          element("input", { type: "radio", name: "picture", value: id, required: "" }),
          element("img", { src: `${address.replace("/0/", `/${id}/`)}?small`, alt: "", loading: "lazy" }),
          element("span", {}, [name]),
        ]),
      ),
    )
  }
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
    dom: element("div", {}, [search, none, results]),
    value: () => results.querySelector(":checked")?.value,
    focus: () => search.focus(),
  }
}
