// Rows in an order of the editor's: moved by button, by Alt and arrow keys, and by dragging.
//
// - `[data-ordered]`: a list whose items each hold one field of the same name (desk/ordered.py); it
//   can be added to and taken from. The order is that of the document.
// - `[data-order-rows]`: on or around a table (list or inline) whose rows each hold an input named
//   "…position"; this writes the positions.
//
// Both carry their words in `data-order-texts`: ordered.texts().

class Ordered {
  constructor(root) {
    this.root = root
    this.words = JSON.parse(root.dataset.orderTexts)
    this.said = make("span", { class: "desk-ordered-said", role: "status" })
    this.dragged = null
    root.addEventListener("keydown", (event) => this.moveByKey(event))
    root.addEventListener("dragstart", (event) => this.take(event))
    root.addEventListener("dragover", (event) => this.carry(event))
    root.addEventListener("dragend", () => this.drop())
  }

  rowOf(target) {
    return this.rows().find((row) => row.contains(target))
  }

  /** Where the controls of a row stand, and the row's place among the others. */
  dress(row, ...more) {
    const handle = make("span", { class: "desk-handle", draggable: "true", "aria-hidden": "true" }, "⠿")
    const up = this.button(row, "up", "↑", () => this.move(row, -1))
    const down = this.button(row, "down", "↓", () => this.move(row, 1))
    const controls = make("span", { class: "desk-ordered-controls" })
    controls.append(handle, up, down, ...more)
    return controls
  }

  button(row, name, sign, act) {
    const made = make("button", { type: "button", "data-order": name }, sign)
    made.addEventListener("click", () => made.getAttribute("aria-disabled") !== "true" && act())
    return made
  }

  /** What each button says and whether it does anything; it keeps the focus when it does not. */
  refresh() {
    const rows = this.rows()
    for (const [index, row] of rows.entries()) {
      const name = this.nameOf(row) || String(index + 1)
      for (const button of row.querySelectorAll("[data-order]")) {
        const label = put(this.words[button.dataset.order], { row: name })
        button.title = label
        button.setAttribute("aria-label", label)
      }
      row.querySelector("[data-order=up]")?.setAttribute("aria-disabled", index === 0)
      row.querySelector("[data-order=down]")?.setAttribute("aria-disabled", index === rows.length - 1)
    }
  }

  move(row, step) {
    const rows = this.rows()
    const place = rows.indexOf(row) + step
    if (!rows[place]) return
    const focused = document.activeElement
    rows[place][step < 0 ? "before" : "after"](row)
    if (row.contains(focused)) focused.focus() // moving an element takes the focus from it
    this.changed(row)
  }

  moveByKey(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const row = step && event.altKey && this.rowOf(event.target)
    if (!row) return
    event.preventDefault()
    this.move(row, step)
  }

  take(event) {
    if (!event.target.matches?.(".desk-handle")) return
    this.dragged = this.rowOf(event.target)
    this.placeBefore = this.rows().indexOf(this.dragged)
    this.dragged.classList.add("desk-dragged")
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setDragImage(this.dragged, 0, 0)
  }

  carry(event) {
    if (!this.dragged) return
    event.preventDefault()
    const over = this.rowOf(event.target)
    if (!over || over === this.dragged) return
    const { top, height } = over.getBoundingClientRect()
    over[event.clientY < top + height / 2 ? "before" : "after"](this.dragged)
  }

  drop() {
    if (!this.dragged) return
    this.dragged.classList.remove("desk-dragged")
    if (this.rows().indexOf(this.dragged) !== this.placeBefore) this.changed(this.dragged)
    this.dragged = null
  }

  changed(row) {
    this.refresh()
    const rows = this.rows()
    const place = rows.indexOf(row) + 1
    if (place) {
      const names = { row: this.nameOf(row) || place, place, count: rows.length }
      this.said.textContent = put(this.words.moved, names)
    }
    this.root.dispatchEvent(new Event("change", { bubbles: true }))
  }
}

class List extends Ordered {
  constructor(root) {
    super(root)
    this.blank = this.rows()[0].cloneNode(true)
    for (const option of this.blank.querySelectorAll("[selected]")) option.removeAttribute("selected")
    const add = make("button", { type: "button", class: "desk-ordered-add" }, this.words.add)
    add.addEventListener("click", () => this.add("").querySelector("select").focus())
    root.after(add, this.said)
    root.addEventListener("change", () => this.refresh())
    this.fill(this.rows().map((row) => row.querySelector("select").value))
  }

  rows() {
    return [...this.root.children]
  }

  nameOf(row) {
    const { value, selectedOptions } = row.querySelector("select")
    return value && selectedOptions[0].text
  }

  /** The rows that were rendered give way: one a value, and never none. */
  fill(values) {
    this.root.replaceChildren()
    const given = values.filter(Boolean)
    for (const value of given.length ? given : [""]) this.add(value)
  }

  add(value) {
    const row = this.blank.cloneNode(true)
    row.querySelector("select").value = value
    row.append(this.dress(row, this.button(row, "remove", "×", () => this.remove(row))))
    this.root.append(row)
    this.refresh()
    return row
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling ?? this.add("")
    row.remove()
    next.querySelector("select").focus()
    this.changed(row)
  }

  refresh() {
    super.refresh()
    for (const [index, row] of this.rows().entries()) {
      const label = put(this.words.choice, { place: index + 1 })
      row.querySelector("select").setAttribute("aria-label", label)
    }
  }
}

class Rows extends Ordered {
  constructor(root) {
    super(root)
    root.append(this.said)
    this.dressAll()
    document.addEventListener("formset:added", () => this.dressAll())
    document.addEventListener("formset:removed", () => this.refresh())
    // New rows have no place yet: they get one when it is known which of them are filled.
    root.closest("form")?.addEventListener("submit", () => this.moved && this.number())
  }

  rows() {
    return [...this.root.querySelectorAll("tbody tr:not(.empty-form)")].filter(positionIn)
  }

  nameOf(row) {
    const named = row.querySelector("th a, th, select, td.original p")
    return (named?.selectedOptions?.[0]?.text ?? named?.textContent ?? "").trim()
  }

  dressAll() {
    for (const row of this.rows()) {
      if (row.querySelector(".desk-ordered-controls")) continue
      const input = positionIn(row)
      input.hidden = true
      input.after(this.dress(row))
      if (this.dressed) this.moved = true
    }
    this.dressed = true
    this.refresh()
  }

  changed(row) {
    this.moved = true
    this.number()
    super.changed(row)
  }

  /** The same positions in the new order; where two were alike, the later one goes up. */
  number() {
    const inputs = this.rows().filter(isFilled).map(positionIn)
    const positions = inputs.map(({ value }) => Number(value)).sort((a, b) => a - b)
    let last = -1
    for (const [index, input] of inputs.entries()) {
      last = Math.max(positions[index], last + 1)
      input.value = last
    }
  }
}

const positionIn = (row) => row.querySelector('input[name$="position"]')

/** A row of a form that was added and left empty must stay as if untouched. */
function isFilled(row) {
  if (row.closest("#result_list") || row.classList.contains("has_original")) return true
  const fields = row.querySelectorAll("input:not([type=hidden], [name$=position]), select, textarea")
  return [...fields].some(({ value }) => value)
}

const put = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name])

function make(name, attributes, text = "") {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(text)
  return made
}

for (const root of document.querySelectorAll("[data-ordered]")) new List(root)
for (const root of document.querySelectorAll("[data-order-rows]")) new Rows(root)
