// Small questions, each in a <dialog>: Tab, Enter and Escape work as everywhere.

let asked = 0

export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}

/**
 * Ask for values. `fields` are {name, label, value, help, required, choices: a promise of pairs}, or {name, label, build} where
 * `build(labelId, named)` makes the field and answers {dom, value(), focus(), close()}; `named` finds another by its name. Answers the values by name,
 * or null if the editor cancelled. With `send(values, tell)` it stays open until that is done: what it
 * throws with `errors`, sentences by the name of a field, is said; `tell(part, words)` says how far it has come, and
 * the third argument is a signal that the editor has cancelled.
 */
export function ask(title, fields, texts, send) {
  const id = `desk-dialog-${++asked}`
  const named = (name) => built.find((each) => each.name === name)
  const built = fields.map((field, index) => buildField(field, `${id}-${index}`, named))
  const cancel = element("button", { type: "button", class: "button desk-quiet" }, [texts.cancel])
  const confirm = element("button", { class: "button", value: "ok" }, [texts.ok])
  const state = element("p", { role: "status", class: "desk-dialog-state" })
  const form = element("form", { method: "dialog" }, [
    element("h2", { id: `${id}-title` }, [title]),
    ...built.map(({ dom }) => dom),
    state,
    element("div", { class: "desk-dialog-buttons" }, [confirm, cancel]),
  ])
  const dialog = element("dialog", { class: "desk-dialog", "aria-labelledby": `${id}-title` }, [form])
  document.body.append(dialog)
  cancel.addEventListener("click", () => dialog.close(""))
  if (send) form.addEventListener("submit", (event) => sendFirst(event, { dialog, confirm, state, built, send }))
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = valuesOf(built)
      const confirmed = dialog.returnValue === "ok"
      for (const { close } of built) close?.()
      dialog.remove()
      resolve(confirmed ? given : null)
    })
    dialog.showModal()
    built.find(({ focus }) => focus).focus()
  })
}

const valuesOf = (built) => Object.fromEntries(built.map(({ name, value }) => [name, value()]))

async function sendFirst(event, { dialog, confirm, state, built, send }) {
  event.preventDefault()
  if (confirm.disabled) return
  confirm.disabled = true
  for (const { refuse } of built) refuse?.([])
  const progress = element("progress", { value: "0", max: "1", "aria-hidden": "true" })
  state.replaceChildren()
  state.before(progress)
  const tell = (part, words) => {
    progress.value = part
    if (state.textContent !== words) state.textContent = words
  }
  const leaving = new AbortController()
  dialog.addEventListener("close", () => leaving.abort())
  try {
    await send(valuesOf(built), tell, leaving.signal)
    dialog.close("ok")
  } catch (error) {
    if (!error.errors) throw error
    const unplaced = Object.entries(error.errors).flatMap(([name, sentences]) => {
      const field = built.find((each) => each.name === name && each.refuse)
      field?.refuse(sentences)
      return field ? [] : sentences
    })
    state.replaceChildren(...unplaced.map((sentence) => element("span", { class: "desk-error" }, [sentence])))
    dialog.querySelector("[aria-invalid]")?.focus()
  } finally {
    progress.remove()
    confirm.disabled = false
  }
}

function buildField({ name, label, value = "", help, required, choices, build, most }, id, named) {
  const words = element("label", { for: id, id: `${id}-label` }, [label])
  const about = help ? element("p", { id: `${id}-help`, class: "help" }, [help]) : ""
  if (build) {
    const field = build(words.id, named)
    if (field.focus) words.addEventListener("click", field.focus)
    return { name, ...field, dom: element("div", {}, [words, field.dom, about]) }
  }
  const refusal = element("p", { id: `${id}-error`, class: "desk-error", hidden: "" })
  const described = [help && `${id}-help`, `${id}-error`].filter(Boolean).join(" ")
  const input = element("input", { id, value, maxlength: most, "aria-describedby": described })
  input.required = Boolean(required)
  const list = choices ? element("datalist", { id: `${id}-choices` }) : ""
  if (choices) {
    input.setAttribute("list", list.id)
    choices.then((found) => list.append(...found.map(([value, words]) => element("option", { value }, [words]))))
  }
  return {
    name,
    dom: element("div", {}, [words, input, refusal, list, about]),
    value: () => input.value.trim(),
    focus: () => input.focus(),
    put: (text) => (input.value = text),
    refuse: (sentences) => {
      refusal.textContent = sentences.join(" ")
      refusal.hidden = !sentences.length
      if (sentences.length) input.setAttribute("aria-invalid", "true")
      else input.removeAttribute("aria-invalid")
    },
  }
}
