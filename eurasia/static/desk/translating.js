// Many short texts on one page: an editor opens where one is looked at or written, and the rest
// stay text areas.

import { Desk } from "desk/editor"

const form = document.querySelector(".desk-translating")
const SCREENS_AHEAD = "100% 0px"

const dressed = new WeakMap()

function dress(area) {
  seen.unobserve(area)
  if (dressed.has(area)) return dressed.get(area)
  area.dataset.prose = form.dataset.proseConfig
  const desk = new Desk(area)
  dressed.set(area, desk)
  return desk
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) dress(target)
  },
  { rootMargin: SCREENS_AHEAD },
)

for (const area of form.querySelectorAll("textarea.desk-lazy")) {
  seen.observe(area)
  // Its own command would focus a frame later, and lose the key that is pressed by then.
  area.addEventListener("focus", () => !dressed.has(area) && dress(area).editor?.view.focus())
}

for (const button of form.querySelectorAll(".desk-copy")) {
  button.hidden = false
  button.addEventListener("click", () => {
    const area = button.parentElement.querySelector("textarea")
    dress(area).replace(button.dataset.source)
  })
}

let changed = false
form.addEventListener("input", () => (changed = true))
form.addEventListener("submit", () => (changed = false))
window.addEventListener("beforeunload", (event) => changed && event.preventDefault())
document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
  event.preventDefault()
  form.requestSubmit()
})
