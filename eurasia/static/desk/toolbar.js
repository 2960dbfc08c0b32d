// The tools above a text: one stop for Tab, arrow keys within.

import { ask, element } from "desk/dialog"

const mark = (name, icon) => ({
  icon,
  active: (editor) => editor.isActive(name),
  can: (editor) => editor.can().toggleMark(name),
  run: (editor) => editor.chain().focus().toggleMark(name).run(),
})

const block = (icon, command, active) => ({
  icon,
  active,
  can: (editor) => editor.can()[command](),
  run: (editor) => editor.chain().focus()[command]().run(),
})

const inTable = (command) => ({
  hidden: (editor) => !editor.isActive("table") && !editor.isActive("captionedTable"),
  can: (editor) => editor.can()[command](),
  run: (editor) => editor.chain().focus()[command]().run(),
})

const SHORT = {
  bold: mark("bold", "format_bold"),
  italic: mark("italic", "format_italic"),
  superscript: mark("superscript", "superscript"),
  subscript: mark("subscript", "subscript"),
  link: {
    icon: "insert_link",
    active: (editor) => editor.isActive("link"),
    can: (editor) => editor.isActive("link") || !editor.state.selection.empty,
    run: editLink,
  },
}

const FULL = {
  ...SHORT,
  strike: mark("strike", "format_strikethrough"),
  bullet_list: block("format_list_bulleted", "toggleBulletList", (editor) => editor.isActive("bulletList")),
  ordered_list: block("format_list_numbered", "toggleOrderedList", (editor) => editor.isActive("orderedList")),
  quotation: block("format_quote", "toggleBlockquote", (editor) => editor.isActive("blockquote", { pull: false })),
  pull_quote: block("", "togglePullQuote", (editor) => editor.isActive("blockquote", { pull: true })),
  footnote: {
    active: (editor) => editor.isActive("footnote"),
    can: (editor) => editor.state.selection.$to.parent.inlineContent,
    run: (editor) => editor.commands.editFootnote(),
  },
  figure: {
    icon: "image",
    can: (editor) => !editor.isActive("figure") && !editor.isActive("table"),
    run: (editor) => editor.commands.insertFigure(),
  },
  rule: block("horizontal_rule", "setHorizontalRule"),
  table: {
    icon: "grid_on",
    can: (editor) => !editor.isActive("table"),
    run: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
  },
  undo: block("undo", "undo"),
  redo: block("redo", "redo"),
  add_row: inTable("addRowAfter"),
  delete_row: inTable("deleteRow"),
  add_column: inTable("addColumnAfter"),
  delete_column: inTable("deleteColumn"),
  header_cell: inTable("toggleHeaderCell"),
  merge_cells: inTable("mergeOrSplit"),
  table_caption: inTable("toggleTableCaption"),
  delete_table: inTable("deleteWholeTable"),
}

/** `short` is for a single line of text; `more` are further controls at the end. */
export function toolbar(editor, config, texts, { short = false, label, more = [] }) {
  const tools = Object.entries(short ? SHORT : FULL).map(([name, tool]) => button(editor, name, tool, texts, config))
  const selects = [languageSelect(editor, config, texts)]
  if (!short) selects.unshift(styleSelect(editor, texts))
  const [style, ...rest] = selects
  const controls = short ? [...tools, style] : [style, ...tools, ...rest, ...more]
  const bar = element("div", { class: "desk-tools", role: "toolbar", "aria-label": label }, controls)
  let isAsked = false
  const update = () => {
    isAsked = false
    if (editor.isDestroyed) return
    for (const { update } of [...tools, ...selects]) update()
  }
  editor.on("transaction", () => {
    // Once a frame: with each key a dozen tools ask what they could do.
    if (!isAsked) requestAnimationFrame(update)
    isAsked = true
  })
  update()
  oneTabStop(bar)
  return bar
}

function button(editor, name, { icon, active, can, hidden, run }, texts, config) {
  const made = element("button", { type: "button", title: texts[name], "data-tool": name })
  if (icon) {
    made.setAttribute("aria-label", texts[name])
    made.append(element("span", { class: "material-icons", "aria-hidden": "true" }, [icon]))
  } else {
    made.append(texts[name])
  }
  made.addEventListener("mousedown", (event) => event.preventDefault()) // keeps the selection shown
  made.addEventListener("click", () => can(editor) && run(editor, texts, config))
  made.update = () => {
    if (active) made.setAttribute("aria-pressed", active(editor))
    if (hidden) made.hidden = hidden(editor)
    made.setAttribute("aria-disabled", !can(editor))
  }
  return made
}

function select(label, options, choose) {
  const made = element(
    "select",
    { "aria-label": label, title: label },
    options.map(([value, words]) => element("option", { value }, [words])),
  )
  made.addEventListener("change", () => choose(made.value))
  return made
}

// --- Style of a block ----------------------------------------------------------------------------

function styleSelect(editor, texts) {
  const options = [
    ["paragraph", texts.paragraph],
    ["2", texts.heading_2],
    ["3", texts.heading_3],
    ["4", texts.heading_4],
    ["pre", texts.preformatted],
  ]
  const made = select(texts.style, options, (value) => {
    if (Number(value)) editor.commands.setNode("heading", { level: Number(value) })
    else editor.commands.setNode(value)
  })
  made.update = () => {
    const { type, attrs } = editor.state.selection.$from.parent
    made.value = type.name === "heading" ? String(attrs.level) : type.name === "pre" ? "pre" : "paragraph"
  }
  return made
}

// --- Language of a passage -----------------------------------------------------------------------

/** Of the words chosen; without a choice, of the passage or paragraph that the cursor stands in. */
function languageSelect(editor, { languages }, texts) {
  const options = [["", texts.no_language], ...languages.map(({ code, name }) => [code, name])]
  const made = select(texts.language, options, (code) => setLanguage(editor, languages, code))
  made.update = () => {
    const lang = editor.getAttributes("span").lang ?? editor.state.selection.$from.parent.attrs.lang ?? ""
    if (lang && ![...made.options].some(({ value }) => value === lang)) {
      made.append(element("option", { value: lang }, [lang]))
    }
    made.value = lang
  }
  return made
}

function setLanguage(editor, languages, code) {
  const { empty, $from } = editor.state.selection
  const dir = languages.find((language) => language.code === code)?.dir
  const attrs = { lang: code || null, dir: dir === "rtl" ? "rtl" : null }
  const inPassage = editor.isActive("span")
  if (empty && !inPassage) return editor.commands.updateAttributes($from.parent.type.name, attrs)
  const chain = editor.chain()
  if (empty) chain.extendMarkRange("span")
  chain.unsetMark("span")
  if (code) chain.setMark("span", attrs)
  return chain.run()
}

// --- Links ---------------------------------------------------------------------------------------

export function editLink(editor, texts, { documents }) {
  const now = editor.getAttributes("link")
  const field = (name, label, help) => ({ name, label, help, value: now[name] ?? "" })
  const help = documents ? `${texts.address_help} ${texts.address_of_document}` : texts.address_help
  const fields = [
    { ...field("href", texts.address, help), choices: documents && findDocuments(documents) },
    field("title", texts.link_title),
    field("hreflang", texts.link_language, texts.link_language_help),
  ]
  ask(texts.link, fields, texts).then((given) => {
    const chain = editor.chain().focus()
    if (!given) return chain.run()
    chain.extendMarkRange("link")
    if (!given.href) return chain.unsetLink().run()
    const attrs = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value || null]))
    return chain.setMark("link", attrs).run()
  })
}

async function findDocuments(address) {
  const answer = await fetch(address).catch(() => null)
  const found = answer?.ok ? (await answer.json()).documents : []
  return found.map(({ address, name }) => [address, name])
}

// --- Keyboard ------------------------------------------------------------------------------------

function oneTabStop(bar) {
  const controls = () => [...bar.children].filter((control) => !control.hidden)
  const stopAt = (chosen) => {
    for (const control of bar.children) control.tabIndex = control === chosen ? 0 : -1
  }
  stopAt(bar.firstElementChild)
  bar.addEventListener("focusin", (event) => stopAt(event.target))
  bar.addEventListener("keydown", (event) => {
    const all = controls()
    const here = all.indexOf(event.target)
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    all.at(next % all.length).focus()
  })
}
