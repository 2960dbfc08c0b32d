// From the clipboards of Word, Google Docs and LibreOffice to what the editor's schema holds. They
// say in styles what HTML says in elements; all else that they say goes. Other pages are pasted as
// they are, without their styles.
//
// Styles and handlers go before any parser sees them: each would be a report against the page's policy.

const OFFICE = /\bmso-|class="?Mso|docs-internal-guid|LibreOffice|sdfootnote|id="ftnt/i
const STYLE = /\sstyle\s*=/gi
const STYLE_OR_HANDLER = /\s(?:style|on[a-z]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi

const KEPT = new Set(
  ("a blockquote br em h2 h3 h4 hr li ol p s span strong sub sup table tbody td tfoot th thead tr u ul").split(" "),
)
const BLOCKS = "blockquote, div, h1, h2, h3, h4, h5, h6, hr, li, ol, p, pre, table, td, th, ul"
const RENAMED = { b: "strong", i: "em", strike: "s", h1: "h2", h5: "h4", h6: "h4" }
const ATTRIBUTES = {
  a: ["href"],
  ol: ["start"],
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan"],
}
/** What is not the text: comments, what Word hides, drawings, breaks of pages. */
const NO_TEXT = [
  "style, script, meta, link, title, xml, img, object, del",
  "[data-style*='mso-element:comment'], .msocomanchor, .msocomtxt, .MsoCommentReference",
  "[data-style*='mso-hide:all'], [data-style*='display:none']",
  "br[clear], br.Apple-interchange-newline",
].join(", ")

export function cleanPasted(html) {
  const source = html.replace(/<style\b.*?<\/style>/gis, "").replace(/<!--.*?-->|<!\[.*?\]>/gs, "")
  const inTags = (change) => source.replace(/<[a-z][^>]*>/gi, change)
  if (!OFFICE.test(source)) return inTags((tag) => tag.replace(STYLE_OR_HANDLER, ""))
  const plain = inTags((tag) => tag.replace(STYLE, " data-style=").replace(STYLE_OR_HANDLER, ""))
  const root = new DOMParser().parseFromString(plain, "text/html").body
  for (const element of root.querySelectorAll("[data-style]")) {
    element.dataset.style = element.dataset.style.replace(/\s*([:;])\s*/g, "$1").toLowerCase()
  }
  takeNotesIn(root)
  gatherLists(root)
  for (const element of root.querySelectorAll(NO_TEXT)) element.remove()
  for (const space of root.querySelectorAll("[data-style*='mso-spacerun'], .Apple-converted-space")) space.replaceWith(" ")
  gatherQuotations(root)
  putMarks(root)
  mendLinks(root)
  mendTables(root)
  nestLists(root)
  keepOnlySchema(root)
  dropEmpty(root)
  return root.innerHTML
}

const styleOf = (element, name) => new RegExp(`(?:^|;)${name}:([^;]*)`).exec(element.dataset.style ?? "")?.[1] ?? ""

// --- Notes ---------------------------------------------------------------------------------------

/** A reference and the note that it leads to, as each of the three names them. */
const REFERENCE = /^#(_ftn|_edn|ftnt|sdfootnote|sdendnote)(\d+)(?:sym)?$/
const WAY_BACK = "a[href^='#_ftnref'], a[href^='#_ednref'], a[href^='#ftnt_ref'], a[href^='#sdfootnote'][href$='anc'], a[href^='#sdendnote'][href$='anc']"

function takeNotesIn(root) {
  const notes = new Map()
  for (const back of root.querySelectorAll(WAY_BACK)) {
    const [, kind, number] = /^#(\D+?)_?(?:ref)?(\d+)/.exec(back.getAttribute("href"))
    const note = back.closest("[data-style*='mso-element:footnote'], [data-style*='mso-element:endnote'], [id^='sdfootnote'], [id^='sdendnote']") ?? back.closest("p, div")
    if (!note) continue
    whole(back).remove()
    notes.set(`${kind}${number}`, note)
  }
  for (const reference of root.querySelectorAll("a[href^='#']")) {
    const [, kind, number] = REFERENCE.exec(reference.getAttribute("href")) ?? []
    if (!kind) continue
    const note = notes.get(`${kind}${number}`)
    const put = document.createElement(note ? "span" : "sup")
    if (note) {
      put.className = "footnote"
      const lines = note.matches("p") ? [note] : note.querySelectorAll("p")
      for (const line of lines) put.append(put.hasChildNodes() ? " " : "", ...line.childNodes)
    } else {
      put.append(reference.textContent.replace(/[[\]\s]/g, "")) // the note was not copied along
    }
    whole(reference).replaceWith(put)
  }
  for (const note of notes.values()) note.remove()
  for (const list of root.querySelectorAll("[data-style*='mso-element:footnote-list'], [data-style*='mso-element:endnote-list']")) list.remove()
}

/** The outermost inline element that holds nothing else. */
function whole(element) {
  const { parentElement } = element
  const isAll = parentElement.matches("a, font, span, sup") && parentElement.textContent.trim() === element.textContent.trim()
  return isAll ? whole(parentElement) : element
}

// --- Lists ---------------------------------------------------------------------------------------

/** Word's lists are paragraphs that name their list and level, with the sign before the text. */
function gatherLists(root) {
  let open = []
  for (const paragraph of root.querySelectorAll("[data-style*='mso-list:l']")) {
    const [, id, depth] = /(l\d+) level(\d+)/.exec(styleOf(paragraph, "mso-list")) ?? []
    if (!id || !paragraph.matches("p")) continue
    const signs = [...paragraph.querySelectorAll("[data-style*='mso-list:ignore']")]
    const sign = signs.map(({ textContent }) => textContent.trim()).join("")
    for (const each of signs) each.remove()
    const tag = /^\(?(\d+|[a-z]|[ivxlcdm]+)[.)]/i.test(sign) ? "ol" : "ul"
    const level = Number(depth)
    if (paragraph.previousElementSibling !== open[0]?.list) open = []
    while (open.length && open.at(-1).level > level) open.pop()
    const top = open.at(-1)
    if (top?.level === level && (top.id !== id || top.list.localName !== tag)) open.pop()
    if (open.at(-1)?.level !== level) {
      const list = document.createElement(tag)
      const first = Number(/\d+/.exec(sign)?.[0] ?? 1)
      if (first !== 1) list.setAttribute("start", first)
      if (open.length) open.at(-1).list.lastElementChild.append(list)
      else paragraph.before(list)
      open.push({ list, level, id })
    }
    const item = document.createElement("li")
    item.append(...paragraph.childNodes)
    open.at(-1).list.append(item)
    paragraph.remove()
  }
}

/** Google Docs puts an inner list beside the item that it belongs to. */
function nestLists(root) {
  for (const list of root.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")) {
    const item = list.previousElementSibling
    if (item) item.append(list)
  }
}

// --- Blocks --------------------------------------------------------------------------------------

function gatherQuotations(root) {
  for (const paragraph of root.querySelectorAll("p.MsoQuote, p.MsoIntenseQuote, p.MsoBlockText")) {
    const before = paragraph.previousElementSibling
    const quotation = before?.dataset.made ? before : document.createElement("blockquote")
    quotation.dataset.made = "quotation"
    if (quotation !== before) paragraph.before(quotation)
    quotation.append(paragraph)
  }
  for (const title of root.querySelectorAll("p.MsoTitle, p.title")) rename(title, "h2")
}

/** A first row that is bold, or that Word repeats on each page, is one of headers. */
function mendTables(root) {
  for (const table of root.querySelectorAll("table")) {
    for (const columns of table.querySelectorAll("colgroup")) columns.remove()
    const cells = [...(table.rows[0]?.cells ?? [])]
    const isBold = (cell) => {
      const strong = [...cell.querySelectorAll("strong")].map(({ textContent }) => textContent).join("")
      return strong.trim() && strong.trim() === cell.textContent.trim()
    }
    const isHead = table.tHead || (table.rows.length > 1 && cells.every(isBold))
    for (const cell of isHead ? cells : []) rename(cell, "th")
    for (const idle of table.querySelectorAll("th strong")) idle.replaceWith(...idle.childNodes)
    for (const head of table.querySelectorAll("thead")) head.replaceWith(...head.childNodes)
  }
}

// --- Inline --------------------------------------------------------------------------------------

const MARKS = {
  strong: (element) => styleOf(element, "font-weight") === "bold" || Number(styleOf(element, "font-weight")) >= 600,
  em: (element) => styleOf(element, "font-style") === "italic",
  s: (element) => styleOf(element, "text-decoration").includes("line-through"),
  sup: (element) => styleOf(element, "vertical-align") === "super",
  sub: (element) => styleOf(element, "vertical-align") === "sub",
}

function putMarks(root) {
  for (const [old, tag] of Object.entries(RENAMED)) {
    for (const element of root.querySelectorAll(old)) {
      const isNone = /^(normal|400)$/.test(styleOf(element, old === "b" ? "font-weight" : "font-style"))
      if (isNone && (old === "b" || old === "i")) element.replaceWith(...element.childNodes)
      else rename(element, tag)
    }
  }
  for (const element of root.querySelectorAll("span[data-style], font[data-style]")) {
    if (element.matches(".footnote")) continue
    for (const [tag, says] of Object.entries(MARKS)) {
      if (!says(element)) continue
      const mark = document.createElement(tag)
      mark.append(...element.childNodes)
      element.append(mark)
    }
  }
  // A heading is bold by itself, a link underlined.
  for (const idle of root.querySelectorAll(":is(h2, h3, h4) strong, a u, u:has(a)")) idle.replaceWith(...idle.childNodes)
}

function mendLinks(root) {
  for (const link of root.querySelectorAll("a")) {
    const href = link.getAttribute("href") ?? ""
    const address = URL.canParse(href) ? new URL(href) : null
    const isDetour = address?.hostname === "www.google.com" && address.pathname === "/url"
    const target = isDetour ? address.searchParams.get("q") ?? "" : href
    if (/^(https?:|mailto:)/i.test(target)) link.setAttribute("href", target)
    else link.replaceWith(...link.childNodes)
  }
}

// --- The rest ------------------------------------------------------------------------------------

const SCRIPTS = {
  ar: "Arabic", ckb: "Arabic", fa: "Arabic", ota: "Arabic", ps: "Arabic", ur: "Arabic",
  he: "Hebrew", hy: "Armenian", ka: "Georgian", ru: "Cyrillic", zh: "Han",
}

/** Word gives every word a language, often a wrong one: it is believed where the script agrees. */
function languageOf(element) {
  const language = element.getAttribute("lang")?.toLowerCase().split("-")[0]
  const script = SCRIPTS[language]
  return script && new RegExp(`\\p{Script=${script}}`, "u").test(element.textContent) ? language : null
}

function keepOnlySchema(root) {
  for (const element of [...root.querySelectorAll("*")].reverse()) {
    const language = languageOf(element)
    const isRtl = element.getAttribute("dir")?.toLowerCase() === "rtl"
    const isNote = element.matches("span.footnote")
    const isPassage = element.localName === "span" && (language || isRtl)
    if (element.localName === "div" && !element.querySelector(BLOCKS) && element.textContent.trim()) {
      rename(element, "p")
    } else if (!KEPT.has(element.localName) || (element.localName === "span" && !isNote && !isPassage)) {
      element.replaceWith(...element.childNodes)
      continue
    }
    const kept = ATTRIBUTES[element.localName] ?? []
    for (const { name, value } of [...element.attributes]) {
      const isOne = /^(col|row)span$/.test(name) && value === "1"
      if (!kept.includes(name) || isOne) element.removeAttribute(name)
    }
    if (isNote) element.className = "footnote"
    if (language) element.lang = language
    if (isRtl) element.dir = "rtl"
  }
  // A paragraph that is all there is of an item or cell says no more than its text.
  for (const paragraph of root.querySelectorAll(":is(li, td, th) > p:only-of-type")) {
    const { dir, lang, parentElement } = paragraph
    if (dir || lang || [...parentElement.children].some((each) => each !== paragraph && !each.matches("ol, ul"))) continue
    paragraph.replaceWith(...paragraph.childNodes)
  }
}

function dropEmpty(root) {
  for (const gap of root.querySelectorAll(":scope > br, ul > br, ol > br")) gap.remove()
  for (const element of [...root.querySelectorAll("blockquote, em, h2, h3, h4, li, p, s, span, strong, sub, sup, u")].reverse()) {
    if (element.textContent.trim() || element.querySelector("table")) continue
    if (element.matches("em, s, span, strong, sub, sup, u")) element.replaceWith(...element.childNodes)
    else element.remove()
  }
  for (const note of root.querySelectorAll("span.footnote")) {
    note.innerHTML = note.innerHTML.replace(/^(\s|&nbsp;)+|(\s|&nbsp;)+$/g, "")
  }
}

function rename(element, tag) {
  const renamed = document.createElement(tag)
  for (const { name, value } of element.attributes) if (/^[a-z-]+$/.test(name)) renamed.setAttribute(name, value)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
  return renamed
}
