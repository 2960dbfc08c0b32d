// Pictures in a text: chosen from the library or added to it, shown, and described for those who do
// not see them.

import { Node, Plugin } from "django-prose-editor/editor"
import { addPicture, picturesIn } from "desk/adding"
import { libraryField } from "desk/choosing"
import { ask, element } from "desk/dialog"
import { kept } from "desk/schema"

export const Picture = Node.create({
  name: "picture",
  group: "inline",
  inline: true,
  atom: true,
  draggable: true,
  addOptions: () => ({ texts: {}, address: "", adding: {}, isPublic: true, language: () => "" }),
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
          putChosen(editor, this.options)
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
  addProseMirrorPlugins() {
    const { editor, options } = this
    const take = (files, at, event) => {
      event.preventDefault()
      putNew(editor, options, files, at)
      return true
    }
    return [
      new Plugin({
        props: {
          handleDrop: (view, event, slice, isMoved) => {
            const files = isMoved ? [] : picturesIn(event.dataTransfer)
            const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
            return files.length ? take(files, at === undefined ? at : between(view.state.doc.resolve(at)), event) : false
          },
          // What an office has on the clipboard is text, whatever drawing of it comes along.
          handlePaste: (view, event) => {
            const files = event.clipboardData?.getData("text/plain") ? [] : picturesIn(event.clipboardData)
            return files.length ? take(files, undefined, event) : false
          },
        },
      }),
    ]
  },
  addKeyboardShortcuts() {
    return { Enter: ({ editor }) => editor.isActive(this.name) && editor.commands.describePicture() }
  },
})

/** Before or after the outermost block around a place: a drop tears no word apart. */
function between($at) {
  if (!$at.depth) return $at.pos
  const isNearStart = $at.pos - $at.start(1) < $at.node(1).content.size / 2
  return isNearStart ? $at.before(1) : $at.after(1)
}

/** A figure of a picture that the editor chooses, or adds to the library instead. */
async function putChosen(editor, options) {
  const { texts, adding, isPublic, language } = options
  let file = null
  const library = (labelId, named) =>
    libraryField(adding, { isPublic, language: language(), named, take: (taken) => (file = taken) })
  const fields = [
    { name: "picture", label: adding.texts.search, build: library },
    { name: "alt", label: texts.alt, help: texts.alt_help, required: true },
    { name: "caption", label: texts.caption },
  ]
  const given = await ask(texts.figure, fields, texts)
  if (file) return putNew(editor, options, [file])
  if (!given?.picture) return editor.commands.focus()
  return put(editor, given.picture, given)
}

/** A figure of each file, once it is in the library; `at` is a place in the text. */
async function putNew(editor, { texts, adding, isPublic, language }, files, at) {
  const more = [{ name: "caption", label: texts.caption }]
  for (const file of files) {
    const given = await addPicture(file, adding, { isPublic, language: language(), title: texts.figure, more })
    if (!given) return editor.commands.focus()
    const alt = given[`alt_${language()}`] || given.picture.name
    put(editor, given.picture, { alt, caption: given.caption }, at)
    at = undefined // the next one follows where the cursor stands now
  }
}

function put(editor, { id }, { alt, caption }, at) {
  const line = (content) => ({ type: "line", content: [content] })
  const words = caption ? [{ type: "figcaption", content: [line({ type: "text", text: caption })] }] : []
  const content = [line({ type: "picture", attrs: { "data-picture": String(id), alt } }), ...words]
  const chain = editor.chain().focus()
  const figure = { type: "figure", content }
  return (at === undefined ? chain.insertContent(figure) : chain.insertContentAt(at, figure)).run()
}
