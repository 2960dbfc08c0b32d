// Pictures that are dropped on the library are added without leaving it.

import { element } from "desk/dialog"
import { Uploads } from "desk/uploads"

const link = document.querySelector("[data-library-add]")
const content = document.getElementById("content-main")
const holds = ({ dataTransfer }) => dataTransfer?.types.includes("Files")

async function open(files) {
  const answer = await fetch(link.href).catch(() => null)
  if (!answer) return location.assign(link.href)
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const found = page.querySelector("form#uploads")
  if (!found) return location.assign(link.href) // signed out meanwhile
  const form = document.adoptNode(found)
  const uploads = new Uploads(form)
  const close = element("button", { type: "button", class: "button desk-quiet" }, [uploads.config.texts.close])
  form.querySelector(".submit-row").append(close)
  const dialog = element("dialog", { class: "desk-dialog desk-uploads-dialog", "aria-label": link.textContent.trim() }, [form])
  document.body.append(dialog)
  close.addEventListener("click", () => dialog.close())
  // Escape leaves nothing behind that somebody has described: Close does.
  dialog.addEventListener("cancel", (event) => uploads.waits && event.preventDefault())
  dialog.addEventListener("close", () => {
    dialog.remove()
    if (uploads.added) location.reload()
  })
  dialog.showModal()
  uploads.take(files)
}

if (link && content) {
  content.addEventListener("dragover", (event) => {
    if (!holds(event)) return
    event.preventDefault()
    content.dataset.dropping = link.dataset.libraryAdd
  })
  content.addEventListener("dragleave", (event) => {
    if (!content.contains(event.relatedTarget)) delete content.dataset.dropping
  })
  content.addEventListener("drop", (event) => {
    delete content.dataset.dropping
    if (!holds(event)) return
    event.preventDefault()
    open([...event.dataTransfer.files])
  })
}
