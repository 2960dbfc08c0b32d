// Between the source HTML that is stored and the document that the editor holds. Nothing may be
// lost on the way: what `keeps` does not confirm is edited as source instead.
//
// The editor's schema wants text in blocks and rows in tables, where source is freer. `spread` makes
// that form and `fold` undoes it:
// - bare text of a list item, cell, caption … stands in `<p data-bare>`;
// - each inline element carries its place in `data-at`, so that neighbours stay apart and the one
//   that was outside stays outside;
// - a row names its section in `data-section`, a table its `<col>`s in `data-columns`;
// - a table with a caption stands in `<div data-table>` after `<div data-caption>`.

import { pm } from "django-prose-editor/editor"

const { DOMParser: DocumentParser, DOMSerializer } = pm.model

const INLINE = new Set(
  "A ABBR B BR CITE CODE DEL EM I IMG INS KBD Q S SMALL SPAN STRONG SUB SUP U WBR".split(" "),
)
const EMPTY = new Set(["BR", "IMG", "WBR"])
const FLOW = "blockquote, caption, dd, div, dt, figcaption, figure, li, td, th"
const TEXT_BLOCKS = "h2, h3, h4, p"
const NOTE = "span.footnote"
const WHITESPACE = /[ \t\n\r\f]+/g

// --- From source ---------------------------------------------------------------------------------

/** A document of the schema; null when the schema cannot hold all of the source. */
export function read(html, schema) {
  const text = DocumentParser.fromSchema(schema).parse(spread(html))
  return keeps(html, write(text)) ? text : null
}

/** Whether two sources say the same, white space that no reader sees aside. */
export function keeps(before, after) {
  return spread(before).innerHTML === spread(after).innerHTML
}

function spread(html) {
  const root = parse(html)
  const comments = document.createNodeIterator(root, NodeFilter.SHOW_COMMENT)
  for (let comment; (comment = comments.nextNode()); ) comment.remove()
  for (const element of root.querySelectorAll("*")) {
    if (saysNothing(element)) element.replaceWith(...element.childNodes)
  }
  for (const element of root.querySelectorAll("*")) sortAttributes(element)
  for (const flow of [root, ...root.querySelectorAll(FLOW)]) wrapBareText(flow)
  dropWhitespaceBetweenBlocks(root)
  for (const block of root.querySelectorAll(TEXT_BLOCKS)) tidy(block)
  dropEmptyInline(root)
  dropEmptyParagraphs(root)
  let place = 0
  for (const element of root.querySelectorAll("*")) {
    if (!INLINE.has(element.tagName) || EMPTY.has(element.tagName)) continue
    if (!element.matches(NOTE)) element.dataset.at = place++
  }
  for (const table of root.querySelectorAll("table")) spreadTable(table)
  return root
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").body
}

/** A span without meaning, or emphasis inside the same emphasis. */
function saysNothing(element) {
  if (element.tagName === "SPAN") return !element.matches(`${NOTE}, [lang], [dir]`)
  if (!INLINE.has(element.tagName) || EMPTY.has(element.tagName)) return false
  if (element.attributes.length || ["Q", "SMALL", "SUB", "SUP"].includes(element.tagName)) return false
  return element.parentElement.closest(`${element.localName}, ${NOTE}`)?.tagName === element.tagName
}

function sortAttributes(element) {
  const attributes = [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name } of attributes) element.removeAttribute(name)
  for (const { name, value } of attributes) element.setAttribute(name, value)
}

function wrapBareText(flow) {
  let run = []
  const wrap = () => {
    if (run.some((node) => node.nodeType === Node.ELEMENT_NODE || node.data.trim())) {
      const line = document.createElement("p")
      if (flow.tagName !== "BODY") line.dataset.bare = ""
      run[0].before(line)
      line.append(...run)
    }
    run = []
  }
  for (const node of [...flow.childNodes]) {
    if (node.nodeType === Node.TEXT_NODE || INLINE.has(node.tagName)) run.push(node)
    else wrap()
  }
  wrap()
}

function dropWhitespaceBetweenBlocks(root) {
  const found = document.createNodeIterator(root, NodeFilter.SHOW_TEXT)
  for (let text; (text = found.nextNode()); ) {
    if (!/[^ \t\n\r\f]/.test(text.data) && !text.parentElement.closest(`${TEXT_BLOCKS}, pre`)) {
      text.remove()
    }
  }
}

/** White space as a browser would show it: runs are one space, none at either end of a line. */
function tidy(block) {
  let atSpace = true // what stands before is white space or nothing
  let ending = null // the text node whose last space goes if the line ends here
  const endLine = () => {
    if (ending) ending.data = ending.data.slice(0, -1)
    ending = null
    atSpace = true
  }
  const walk = (parent) => {
    for (const node of [...parent.childNodes]) {
      if (node.nodeType === Node.TEXT_NODE) {
        node.data = node.data.replace(WHITESPACE, " ")
        if (atSpace) node.data = node.data.replace(/^ /, "")
        if (!node.data) continue
        atSpace = node.data.endsWith(" ")
        ending = atSpace ? node : null
      } else if (node.tagName === "BR") {
        endLine()
      } else if (EMPTY.has(node.tagName) || node.matches(NOTE)) {
        if (node.matches(NOTE)) tidy(node)
        atSpace = false
        ending = null
      } else {
        walk(node)
      }
    }
  }
  walk(block)
  endLine()
  block.normalize()
}

function dropEmptyInline(root) {
  for (const element of [...root.querySelectorAll("*")].reverse()) {
    if (!INLINE.has(element.tagName) || EMPTY.has(element.tagName)) continue
    if (!element.hasChildNodes() && !element.matches(NOTE)) element.remove()
  }
}

function dropEmptyParagraphs(root) {
  for (const paragraph of root.querySelectorAll("p")) {
    if (!paragraph.hasChildNodes()) paragraph.remove()
  }
}

function spreadTable(table) {
  const columns = [...table.querySelectorAll(":scope > colgroup")]
  if (columns.length) table.dataset.columns = columns.map((group) => group.outerHTML).join("")
  for (const group of columns) group.remove()
  for (const [index, section] of [...table.children].entries()) {
    for (const row of section.rows ?? []) row.dataset.section = `${section.localName} ${index}`
  }
  const caption = table.querySelector(":scope > caption")
  if (!caption) return
  const frame = document.createElement("div")
  frame.dataset.table = ""
  table.before(frame)
  const words = document.createElement("div")
  words.dataset.caption = ""
  for (const { name, value } of caption.attributes) words.setAttribute(name, value)
  words.append(...caption.childNodes)
  caption.remove()
  frame.append(words, table)
}

// --- To source -----------------------------------------------------------------------------------

/** Of blocks, which never change: an edit makes new ones of those that it touches, and no others. */
const sources = new WeakMap()

/** The source of a document; empty for a document without content. */
export function write(text) {
  const blocks = []
  text.forEach((block) => {
    if (!sources.has(block)) sources.set(block, writeBlock(block))
    blocks.push(sources.get(block))
  })
  return blocks.join("").trim()
}

function writeBlock(block) {
  const page = document.implementation.createHTMLDocument("")
  appendNode(block, page.body, DOMSerializer.fromSchema(block.type.schema))
  return fold(page.body)
}

function appendBlocks(content, parent, serializer) {
  if (content.firstChild?.isInline) return appendInline(content.content, parent, serializer, [])
  content.forEach((node) => appendNode(node, parent, serializer))
}

/** The mark that reaches farthest stands outside; of two that reach as far, the one that was there. */
function appendInline(nodes, parent, serializer, open) {
  for (let index = 0; index < nodes.length; ) {
    const marks = nodes[index].marks.filter((mark) => !mark.isInSet(open))
    if (!marks.length) {
      appendNode(nodes[index++], parent, serializer)
      continue
    }
    const end = (mark) => {
      let last = index
      while (last < nodes.length && mark.isInSet(nodes[last].marks)) last++
      return last
    }
    const place = (mark) => Number(mark.attrs.at ?? Number.MAX_SAFE_INTEGER)
    const [outer] = marks.sort((a, b) => end(b) - end(a) || place(a) - place(b))
    const { dom, contentDOM } = render(serializer.marks[outer.type.name](outer, true), parent)
    appendInline(nodes.slice(index, end(outer)), contentDOM ?? dom, serializer, [...open, outer])
    index = end(outer)
  }
}

function appendNode(node, parent, serializer) {
  if (node.isText) return parent.append(node.text)
  const { dom, contentDOM } = render(serializer.nodes[node.type.name](node), parent)
  if (contentDOM) appendBlocks(node.content, contentDOM, serializer)
}

function render(spec, parent) {
  const rendered = DOMSerializer.renderSpec(parent.ownerDocument, spec)
  parent.append(rendered.dom)
  return rendered
}

function fold(root) {
  for (const table of root.querySelectorAll("table")) foldTable(table)
  for (const frame of root.querySelectorAll("[data-table]")) foldCaption(frame)
  for (const line of root.querySelectorAll("[data-bare]")) foldLine(line, root)
  for (const element of root.querySelectorAll("[data-at]")) delete element.dataset.at
  for (const element of root.querySelectorAll("[data-bare]")) delete element.dataset.bare
  dropEmptyParagraphs(root)
  for (const pre of root.querySelectorAll("pre")) {
    if (pre.textContent.startsWith("\n")) pre.prepend("\n") // parsers drop the first
  }
  breakLines(root)
  return root.innerHTML
}

/** Bare text again, unless that would run it into its neighbour or lose its language. */
function foldLine(line, root) {
  const isBare = (node) => node?.dataset?.bare !== undefined
  const parted = isBare(line.previousElementSibling) || isBare(line.nextElementSibling)
  if (line.parentElement === root || parted || line.lang || line.dir) return
  line.before(...line.childNodes)
  line.remove()
}

function foldTable(table) {
  const rows = [...table.rows]
  for (const [index, row] of rows.entries()) row.dataset.section ||= sectionOf(row, index, rows)
  table.replaceChildren()
  for (const row of rows) {
    const name = row.dataset.section
    if (table.lastElementChild?.dataset.section !== name) {
      const section = table.ownerDocument.createElement(name.split(" ")[0])
      section.dataset.section = name
      table.append(section)
    }
    table.lastElementChild.append(row)
  }
  for (const element of [...table.children, ...rows]) delete element.dataset.section
  if (table.dataset.columns) table.insertAdjacentHTML("afterbegin", table.dataset.columns)
  delete table.dataset.columns
}

/** Where a row belongs that was made in the editor: rows of headers first, the rest is the body. */
function sectionOf(row, index, rows) {
  const isHead = (row) => row.cells.length && [...row.cells].every((cell) => cell.tagName === "TH")
  const kind = index < rows.length - 1 && rows.slice(0, index + 1).every(isHead) ? "thead" : "tbody"
  const neighbours = [rows[index - 1], rows[index + 1]].map((row) => row?.dataset.section ?? "")
  return neighbours.find((section) => section.startsWith(kind)) ?? kind
}

function foldCaption(frame) {
  const [words, table] = frame.children
  const caption = table.createCaption()
  for (const { name, value } of words.attributes) {
    if (name !== "data-caption") caption.setAttribute(name, value)
  }
  caption.append(...words.childNodes)
  frame.replaceWith(table)
}

/** One block a line, as the importer writes it, so that histories compare line by line. */
function breakLines(root) {
  for (const block of root.querySelectorAll("*")) {
    if (INLINE.has(block.tagName) || block.parentElement.closest("pre")) continue
    const previous = block.previousSibling
    const startsLine = previous ? previous.data?.endsWith("\n") : block.parentElement === root
    if (!startsLine) block.before("\n")
    block.after("\n")
  }
}
