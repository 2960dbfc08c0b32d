// Footnotes: a note stands where it is referred to, as one sign that opens a dialog.

import { Editor, Extension, Node } from "django-prose-editor/editor"
import { ask, element } from "desk/dialog"
import { extensionsOf } from "desk/schema"
import { toolbar } from "desk/toolbar"

export const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  atom: true,
  content: "inline*",
  addOptions: () => ({ texts: {}, config: {} }),
  addAttributes: () => ({
    key: {
      default: null,
      parseHTML: (from) => from.getAttribute("data-note"),
      renderHTML: ({ key }) => (key === null ? {} : { "data-note": key }),
    },
  }),
  parseHTML: () => [{ tag: "span.footnote", priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ["span", { class: "footnote", ...HTMLAttributes }, 0],
  addNodeView() {
    const { texts } = this.options
    return ({ node, editor, getPos }) => {
      const dom = element("span", { class: "desk-note", contenteditable: "false" })
      const show = ({ attrs, textContent }) => {
        dom.textContent = textContent || `${texts.note_again} ${attrs.key ?? ""}`
        dom.title = dom.textContent
      }
      show(node)
      dom.addEventListener("dblclick", () => {
        editor.chain().setNodeSelection(getPos()).editFootnote().run()
      })
      return { dom, update: (fresh) => fresh.type === node.type && (show(fresh), true) }
    }
  },
  addCommands() {
    const { texts, config } = this.options
    return {
      editFootnote:
        () =>
        ({ editor }) => {
          const chosen = editor.state.selection.node
          const note = chosen?.type.name === this.name ? chosen : this.type.create()
          askForNote(note, texts, config).then((given) => {
            if (!given) return editor.commands.focus()
            const { content, key } = given
            if (!content.length && !key) return editor.chain().focus().deleteSelection().run()
            const attrs = { ...note.attrs, key: key || null }
            const json = { type: this.name, attrs, content }
            if (note !== chosen) {
              const { to } = editor.state.selection
              return editor.chain().focus().insertContentAt(to, json).run()
            }
            return editor.chain().focus().insertContent(json).run()
          })
          return true
        },
    }
  },
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => editor.isActive(this.name) && editor.commands.editFootnote(),
      "Mod-Alt-f": ({ editor }) => editor.commands.editFootnote(),
    }
  },
})

/** One line of text with the marks of the schema; Enter and Escape are the dialog's. */
function askForNote(note, texts, config) {
  const build = (labelId) => {
    const dom = element("div", { class: "desk-editor" })
    const editor = new Editor({
      element: dom,
      injectCSS: false,
      extensions: [...extensionsOf([Footnote.configure({ texts, config })]), OneLine],
      content: { type: "doc", content: [{ type: "paragraph", content: note.content.toJSON() ?? [] }] },
      editorProps: {
        attributes: { class: "desk-text", role: "textbox", "aria-labelledby": labelId, "aria-multiline": "false" },
      },
    })
    dom.prepend(toolbar(editor, config, texts, { short: true, label: texts.note }))
    editor.commands.setTextSelection(editor.state.doc.content.size)
    const text = () => editor.getJSON().content[0].content ?? []
    return { dom, value: text, focus: () => editor.view.focus(), close: () => editor.destroy() }
  }
  return ask(
    texts.note,
    [
      { name: "content", label: texts.note_text, build },
      { name: "key", label: texts.note_key, value: note.attrs.key ?? "", help: texts.note_key_help },
    ],
    texts,
  )
}

const OneLine = Extension.create({
  name: "oneLine",
  priority: 2000,
  addKeyboardShortcuts: () => ({
    Enter: ({ editor }) => {
      editor.view.dom.closest("form").querySelector("[value=ok]").click()
      return true
    },
    // ProseMirror keeps this key from the dialog.
    Escape: ({ editor }) => {
      editor.view.dom.closest("dialog").close("")
      return true
    },
  }),
})
