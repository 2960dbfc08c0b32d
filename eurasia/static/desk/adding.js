// A picture on its way into the library: sent with its words, shown before it has an address.

import { ask, element } from "desk/dialog"

const WIDTH = 320 // of what is shown of a file, in pixels

export class Refused extends Error {
  /** `errors`: sentences by the name of a field; "" is for all of it. */
  constructor(errors) {
    super(Object.values(errors).flat().join(" "))
    this.errors = errors
  }
}

/** The pictures among what was dropped or pasted; a page's own text and links are none. */
export const picturesIn = (data) => [...(data?.files ?? [])].filter(({ type }) => type.startsWith("image/"))

/**
 * Send one picture; answers what the library says of it, with `twins` that it had of the same file. `said`: alt_en, alt_fr, credit, is_public.
 * `tell` is called with the part that has been sent, from 0 to 1.
 */
export function send(file, said, { address, most_bytes, texts }, tell = () => {}, signal = null) {
  if (file.size > most_bytes) return Promise.reject(new Refused({ file: [texts.too_heavy] }))
  const data = new FormData()
  data.set("csrfmiddlewaretoken", document.querySelector("#content [name=csrfmiddlewaretoken], [name=csrfmiddlewaretoken]").value)
  data.set("is_public", said.is_public ? "on" : "")
  data.set("0-file", file, file.name)
  for (const name of ["alt_en", "alt_fr", "credit"]) data.set(`0-${name}`, said[name] ?? "")
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest() // fetch does not tell how far it has come
    const failed = (why) => reject(new Refused({ "": [why] }))
    request.open("POST", address)
    request.setRequestHeader("Accept", "application/json")
    request.responseType = "json"
    request.upload.addEventListener("progress", ({ loaded, total }) => tell(total ? loaded / total : 0))
    request.addEventListener("error", () => failed(texts.failed))
    request.addEventListener("load", () => {
      const { status, response } = request
      if (response?.picture) resolve({ ...response.picture, twins: response.twins })
      else if (response?.errors) reject(new Refused(response.errors))
      else if (status === 413) reject(new Refused({ file: [texts.too_heavy] }))
      else failed(status === 403 || status === 200 ? texts.forbidden : texts.failed)
    })
    signal?.addEventListener("abort", () => request.abort())
    request.send(data)
  })
}

/** A small drawing of a file: the page's policy lets no picture in that has no address of ours. */
export function preview(file) {
  const canvas = element("canvas", { class: "desk-preview", width: "0", height: "0", "aria-hidden": "true" })
  createImageBitmap(file, { resizeWidth: WIDTH })
    .then((bitmap) => {
      canvas.width = bitmap.width
      canvas.height = bitmap.height
      canvas.getContext("2d").drawImage(bitmap, 0, 0)
      bitmap.close()
    })
    .catch(() => canvas.remove()) // the server says what is wrong with it
  return canvas
}

let lastCredit = "" // the next picture is often by the same

/**
 * Ask for what is to be said of a picture, and add it. Answers {picture, ...more} or null if the
 * editor cancelled. `language` is that of the text: its alternative text is asked for first, and must be given.
 */
export async function addPicture(file, config, { isPublic, language, title, more = [] }) {
  const { texts, languages } = config
  const codes = [...languages].sort((code) => (code === language ? -1 : 1))
  let picture = null
  const fields = [
    { name: "file", label: file.name || texts.add_title, build: () => shown(file, isPublic ? texts.for_all : texts.for_subscribers) },
    ...codes.map((code, index) => ({
      name: `alt_${code}`,
      label: texts[`alt_${code}`],
      help: index ? "" : texts.alt_help,
      required: !index,
      most: 300,
    })),
    { name: "credit", label: texts.credit, required: true, most: 200, value: lastCredit },
    ...more,
  ]
  const given = await ask(title ?? texts.add_title, fields, { ...texts, ok: texts.add }, async (said, tell, signal) => {
    const far = (part) => tell(part, part < 1 ? texts.adding : texts.waiting)
    picture = await send(file, { ...said, is_public: isPublic }, config, far, signal)
  })
  lastCredit = given?.credit ?? lastCredit
  return given && { ...given, picture }
}

const shown = (file, why) => ({
  dom: element("div", { class: "desk-shown" }, [preview(file), element("p", { class: "help" }, [why])]),
  value: () => null,
})
