// The focal point of a picture, by pointer and by arrow keys; the fields hold what counts.

const STEP = 0.01
const LARGE_STEP = 0.1
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

class FocalPoint {
  constructor(root, fields) {
    this.root = root
    this.fields = fields
    this.picture = root.querySelector(".desk-focal-picture")
    this.point = root.querySelector(".desk-focal-point")
    this.point.tabIndex = 0
    this.point.setAttribute("role", "slider")
    this.point.setAttribute("aria-label", root.dataset.label)
    this.picture.addEventListener("pointerdown", (event) => this.take(event))
    this.picture.addEventListener("pointermove", (event) => {
      if (this.picture.hasPointerCapture(event.pointerId)) this.follow(event)
    })
    this.picture.addEventListener("click", (event) => this.follow(event))
    this.point.addEventListener("keydown", (event) => this.step(event))
    for (const field of fields) field.addEventListener("input", () => this.show())
    this.show()
  }

  take(event) {
    // A finger beside the point may want to scroll.
    if (event.button || (event.pointerType === "touch" && event.target !== this.point)) return
    event.preventDefault() // the browser would drag the picture away
    this.picture.setPointerCapture(event.pointerId)
    this.follow(event)
    this.point.focus({ focusVisible: false })
  }

  follow(event) {
    const { left, top, width, height } = this.picture.getBoundingClientRect()
    this.set((event.clientX - left) / width, (event.clientY - top) / height)
  }

  step(event) {
    const direction = STEPS[event.key]
    if (!direction || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault() // the page would scroll
    const size = event.shiftKey ? LARGE_STEP : STEP
    this.set(...this.at().map((part, axis) => part + size * direction[axis]))
  }

  /** Where the point is, in parts of the picture. */
  at() {
    return this.fields.map((field) => within(field.valueAsNumber, 0.5))
  }

  set(...parts) {
    for (const [axis, field] of this.fields.entries()) field.value = within(parts[axis]).toFixed(2)
    this.show()
  }

  show() {
    const [across, down] = this.at().map((part) => Math.round(part * 100))
    this.root.style.setProperty("--across", `${across}%`)
    this.root.style.setProperty("--down", `${down}%`)
    const said = this.root.dataset.said.replace("{across}", across).replace("{down}", down)
    this.point.setAttribute("aria-valuenow", across)
    this.point.setAttribute("aria-valuetext", said)
  }
}

function within(part, otherwise = 0) {
  return Number.isNaN(part) ? otherwise : Math.min(1, Math.max(0, part))
}

const fields = ["id_focal_x", "id_focal_y"].map((id) => document.getElementById(id))
const root = document.querySelector(".desk-focal")
if (root && fields.every(Boolean)) new FocalPoint(root, fields)
