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
 * `build(labelId)` makes the field and answers {dom, value(), focus(), close()}. Answers the values by name,
 * or null if the editor cancelled.
 */
export function ask(title, fields, texts) {
  const id = `desk-dialog-${++asked}`
  const built = fields.map((field, index) => buildField(field, `${id}-${index}`))
  const cancel = element("button", { type: "button", class: "button desk-quiet" }, [texts.cancel])
  const dialog = element("dialog", { class: "desk-dialog", "aria-labelledby": `${id}-title` }, [
    element("form", { method: "dialog" }, [
      element("h2", { id: `${id}-title` }, [title]),
      ...built.map(({ dom }) => dom),
      element("div", { class: "desk-dialog-buttons" }, [
        element("button", { class: "button", value: "ok" }, [texts.ok]),
        cancel,
      ]),
    ]),
  ])
  document.body.append(dialog)
  cancel.addEventListener("click", () => dialog.close(""))
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = Object.fromEntries(built.map(({ name, value }) => [name, value()]))
      const confirmed = dialog.returnValue === "ok"
      for (const { close } of built) close?.()
      dialog.remove()
      resolve(confirmed ? given : null)
    })
    dialog.showModal()
    built[0].focus()
  })
}

function buildField({ name, label, value = "", help, required, choices, build }, id) {
  const words = element("label", { for: id, id: `${id}-label` }, [label])
  const about = help ? element("p", { id: `${id}-help`, class: "help" }, [help]) : ""
  if (build) {
    const field = build(words.id)
    words.addEventListener("click", field.focus)
    return { name, ...field, dom: element("div", {}, [words, field.dom, about]) }
  }
  const input = element("input", { id, value, "aria-describedby": help ? `${id}-help` : null })
  input.required = Boolean(required)
  const list = choices ? element("datalist", { id: `${id}-choices` }) : ""
  if (choices) {
    input.setAttribute("list", list.id)
    choices.then((found) => list.append(...found.map(([value, words]) => element("option", { value }, [words]))))
  }
  return {
    name,
    dom: element("div", {}, [words, input, list, about]),
    value: () => input.value.trim(),
    focus: () => input.focus(),
  }
}
