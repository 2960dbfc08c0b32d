// Pictures of the library: shown, and described for those who do not see them.

import { Node } from "django-prose-editor/editor"
import { ask, element } from "desk/dialog"
import { kept } from "desk/schema"

export const Picture = Node.create({
  name: "picture",
  group: "inline",
  inline: true,
  atom: true,
  draggable: true,
  addOptions: () => ({ texts: {}, address: "" }),
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
