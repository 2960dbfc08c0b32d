// What the editor can hold: everything that rendering.clean lets through. An element that the
// desk has no button for is kept, shown, and written as it was.

import {
  Blockquote, Bold, BulletList, Code, Document, Dropcursor, Extension, Gapcursor, HardBreak, Heading,
  History, HorizontalRule, Italic, Link, ListItem, Mark, Node, OrderedList, Paragraph, Plugin,
  Strike, Subscript, Superscript, Table, TableCell, TableHeader, TableRow, Text,
} from "django-prose-editor/editor"
import { cleanPasted } from "desk/paste"

/** Attributes that are kept as they are written; TipTap would make a number of "007". */
export const kept = (...names) =>
  Object.fromEntries(
    names.map((name) => [name, { default: null, parseHTML: (from) => from.getAttribute(name) }]),
  )

const data = (name, attribute = name) => ({
  [name]: {
    default: null,
    parseHTML: (from) => from.getAttribute(`data-${attribute}`),
    renderHTML: ({ [name]: value }) => (value === null ? {} : { [`data-${attribute}`]: value }),
  },
})

// --- Inline --------------------------------------------------------------------------------------

/** Two tags that say the same: which of them it was is kept. */
const withTag = (extension, tags) =>
  extension.extend({
    addAttributes: () => ({
      tag: {
        default: tags[0],
        parseHTML: (from) => (tags.includes(from.localName) ? from.localName : tags[0]),
        rendered: false,
      },
    }),
    renderHTML: ({ mark, HTMLAttributes }) => [mark.attrs.tag, HTMLAttributes, 0],
  })

const plain = (name, { attributes = [], tag = name, ...more } = {}) =>
  Mark.create({
    name,
    addAttributes: () => kept(...attributes),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [name, HTMLAttributes, 0],
    ...more,
  })

// Wide ones first, so that the editor shows them whole around the narrow ones.
const WIDE = { excludes: "", priority: 1100 }
const Passage = plain("span", { tag: "span[lang]:not(.footnote), span[dir]:not(.footnote)", ...WIDE })

const OurLink = Link.extend({
  addAttributes: () => kept("href", "title", "hreflang"),
  parseHTML() {
    return [...this.parent(), { tag: "a:not([href])" }]
  },
  addMenuItems: null,
  addKeyboardShortcuts: () => ({}),
  addPasteRules: () => [], // it takes "aloud.By" for an address, across a note
})

const WordBreak = Node.create({
  name: "wbr",
  group: "inline",
  inline: true,
  selectable: false,
  parseHTML: () => [{ tag: "wbr" }],
  renderHTML: ({ HTMLAttributes }) => ["wbr", HTMLAttributes],
})

export const MARKS = [
  OurLink.configure({ autolink: false }),
  Passage,
  plain("q", { attributes: ["cite"], ...WIDE }),
  plain("cite"),
  plain("abbr", { attributes: ["title"] }),
  plain("ins"),
  plain("del"),
  withTag(Bold, ["strong", "b"]),
  withTag(Italic, ["em", "i"]),
  plain("u"),
  plain("small"),
  Strike.extend({ parseHTML: () => [{ tag: "s" }] }),
  Subscript,
  Superscript,
  plain("kbd"),
  Code.extend({ excludes: "", addMenuItems: null }),
]

// --- Blocks --------------------------------------------------------------------------------------

/** Bare text of a list item, cell or caption: source.js wraps and unwraps it. */
const Line = Node.create({
  name: "line",
  content: "inline*",
  parseHTML: () => [{ tag: "p[data-bare]", priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ["p", { ...HTMLAttributes, "data-bare": "" }, 0],
})

// Of two alternatives the first is what Enter makes.
const LINES = "(line | block)+"
const PARAGRAPHS = "(block | line)+"

const container = (name, tag, { content = LINES, render = tag, attributes = {}, ...more } = {}) =>
  Node.create({
    name,
    content,
    defining: true,
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [render, { ...HTMLAttributes, ...attributes }, 0],
    ...more,
  })

const OurBlockquote = Blockquote.extend({
  content: PARAGRAPHS,
  addAttributes: () => ({
    ...kept("cite"),
    pull: {
      default: false,
      parseHTML: (from) => from.classList.contains("pull"),
      renderHTML: ({ pull }) => (pull ? { class: "pull" } : {}),
    },
  }),
  addCommands() {
    return {
      ...this.parent(),
      togglePullQuote:
        () =>
        ({ editor, commands }) =>
          editor.isActive("blockquote")
            ? commands.updateAttributes("blockquote", { pull: !editor.getAttributes("blockquote").pull })
            : commands.wrapIn("blockquote", { pull: true }),
    }
  },
})

const OurOrderedList = OrderedList.extend({
  addAttributes: () => kept("start"),
  addNodeView: null,
  renderHTML: ({ HTMLAttributes }) => ["ol", HTMLAttributes, 0],
})

const Preformatted = Node.create({
  name: "pre",
  group: "block",
  content: "inline*",
  code: true,
  defining: true,
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full" }],
  renderHTML: ({ HTMLAttributes }) => ["pre", HTMLAttributes, 0],
})

// --- Tables --------------------------------------------------------------------------------------

const cell = (extension, attributes) =>
  extension.extend({
    content: LINES,
    addAttributes() {
      return { ...this.parent(), ...kept(...attributes) }
    },
  })

const OurTable = Table.extend({
  addAttributes: () => data("columns"),
  addMenuItems: null,
  addCommands() {
    return {
      ...this.parent(),
      toggleTableCaption:
        () =>
        ({ state, dispatch, commands }) => {
          const { $from } = state.selection
          for (let depth = $from.depth; depth > 0; depth--) {
            const node = $from.node(depth)
            if (node.type.name === "captionedTable") return takeCaption(node, $from.before(depth), state, dispatch)
            if (node.type.name === "table" && $from.node(depth - 1).type.name !== "captionedTable") {
              return giveCaption(node, $from.before(depth), state, dispatch, commands)
            }
          }
          return false
        },
      deleteWholeTable:
        () =>
        ({ commands, editor }) =>
          commands.deleteNode(editor.isActive("captionedTable") ? "captionedTable" : "table"),
    }
  },
})

function giveCaption(table, at, state, dispatch, commands) {
  const { captionedTable, tableCaption } = state.schema.nodes
  if (!dispatch) return true
  dispatch(
    state.tr.replaceWith(at, at + table.nodeSize, captionedTable.create(null, [tableCaption.createAndFill(), table])),
  )
  return commands.focus(at + 3)
}

function takeCaption(frame, at, state, dispatch) {
  dispatch?.(state.tr.replaceWith(at, at + frame.nodeSize, frame.lastChild))
  return true
}

const TABLES = [
  OurTable,
  TableRow.extend({ addAttributes: () => data("section") }),
  cell(TableCell, []),
  cell(TableHeader, ["scope"]),
  container("tableCaption", "div[data-caption]", { render: "div", attributes: { "data-caption": "" }, isolating: true }),
  container("captionedTable", "div[data-table]", {
    group: "block",
    content: "tableCaption table",
    render: "div",
    attributes: { "data-table": "" },
    isolating: true,
  }),
]

// --- All of it -----------------------------------------------------------------------------------

/** Language and direction stand on anything, a place in the source on every mark. */
const everywhere = (extensions) =>
  Extension.create({
    name: "everywhere",
    addGlobalAttributes: () => [
      {
        types: extensions
          .filter(({ type, name }) => type === "mark" || (type === "node" && name !== "doc" && name !== "text"))
          .map(({ name }) => name),
        attributes: kept("lang", "dir"),
      },
      {
        types: extensions.filter(({ type }) => type === "mark").map(({ name }) => name),
        attributes: data("at"),
      },
    ],
  })

const CleanPaste = Extension.create({
  name: "cleanPaste",
  addProseMirrorPlugins: () => [new Plugin({ props: { transformPastedHTML: cleanPasted } })],
})

/** The extensions of one editor; `more` are nodes with dialogs of their own: notes, pictures. */
export function extensionsOf(more) {
  const all = [
    Document.extend({ content: PARAGRAPHS }),
    Paragraph,
    Text,
    Line,
    Heading.configure({ levels: [2, 3, 4] }),
    OurBlockquote,
    BulletList,
    OurOrderedList,
    ListItem.extend({ content: LINES }),
    HorizontalRule,
    HardBreak,
    WordBreak,
    Preformatted,
    container("division", "div:not([data-table], [data-caption])", { render: "div", group: "block" }),
    container("definitions", "dl", { content: "(term | definition)+", group: "block" }),
    container("term", "dt"),
    container("definition", "dd"),
    container("figure", "figure", {
      content: "(line | block | figcaption)+",
      group: "block",
      isolating: true,
      draggable: true,
    }),
    container("figcaption", "figcaption", { isolating: true }),
    ...TABLES,
    ...MARKS,
    ...more,
  ]
  return [...all, everywhere(all), CleanPaste, Dropcursor, Gapcursor, History]
}
