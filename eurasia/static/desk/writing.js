// While an article is written: unsaved work is kept on the server, and in this browser as long as
// the server does not answer; the page shows who else is here and what outsiders will see.
// Only the form's own buttons save.

const PAUSE = 1_000 // after the last key
const LONGEST = 5_000 // while keys go on
const POLL = 15_000
const PATIENCE = 10_000 // with an answer
const LAST_PATIENCE = 4_000 // with the one that a save waits for
const FIRST_RETRY = 2_000
const SLOWEST_RETRY = 60_000

const form = document.getElementById("article_form")
const config = JSON.parse(document.getElementById("writing").textContent)
const say = config.texts
const here = `eurasia:${config.editor}:${config.article}`

const status = document.querySelector("[data-writing-status]")
const others = document.querySelector("[data-writing-others]")
const seen = document.querySelector("[data-writing-seen]")
const found = document.querySelector("[data-writing-found]")

// --- What the form holds -------------------------------------------------------------------------

const NOT_WRITTEN = new Set(["csrfmiddlewaretoken", "lock", "seen_lock", "tab"])

/** As JSON, so that two states can be compared. What the page says of itself is no part of it. */
function written() {
  const fields = {}
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || NOT_WRITTEN.has(name)) continue
    ;(fields[name] ??= []).push(value)
  }
  return JSON.stringify(fields)
}

const initial = config.unsaved ? null : written()
let acknowledged = initial // by the server, as unsaved work
let kept = config.unsaved // whether the server holds anything of this tab
let leaving = false

/** What this work goes on from: where it began, or a newer version that the editor has seen. */
function seenLock() {
  const { lock, seen_lock: seen } = form.elements
  return (seen?.checked && seen.value) || lock.value
}

const isUnsaved = () => written() !== initial

// --- This tab ------------------------------------------------------------------------------------

/** A token that no other open tab has: a tab that was duplicated has a copy of its twin's. */
async function tabToken() {
  const made = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  const remembered = form.elements.tab.value || sessionStorage.getItem(`${here}:tab`)
  const token = remembered && (await claim(remembered)) ? remembered : made()
  if (token !== remembered) claim(token)
  sessionStorage.setItem(`${here}:tab`, token)
  form.elements.tab.value = token
  return token
}

/** Whether nobody else holds the token; held as long as the page is open. */
function claim(token) {
  return new Promise((resolve) => {
    if (!navigator.locks) return resolve(true)
    navigator.locks.request(`eurasia-tab-${token}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock))
      return lock && new Promise(() => {})
    })
  })
}

const tab = tabToken()

// --- Asking the server ---------------------------------------------------------------------------

class NoAnswer extends Error {}
class SignedOut extends Error {}

async function ask(question, patience = PATIENCE) {
  let answer = await post(question, patience)
  if (answer.status === 403 && (await takeNewToken())) answer = await post(question, patience)
  if (answer.type === "opaqueredirect") throw new SignedOut()
  if (answer.status === 403 || answer.status === 404) return { error: say.gone }
  if (answer.status >= 500) throw new NoAnswer()
  return answer.json().catch(() => {
    throw new NoAnswer()
  })
}

async function post(question, patience) {
  try {
    return await fetch(config.address, {
      ...message(question),
      redirect: "manual",
      signal: AbortSignal.timeout(patience),
    })
  } catch {
    throw new NoAnswer()
  }
}

const message = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  body,
})

/** `fields` are JSON already: a long text is not taken apart and put together again. */
const work = (tab, lock, fields) =>
  `{"tab": ${JSON.stringify(tab)}, "lock": ${JSON.stringify(lock)}, "fields": ${fields}}`

/** Whoever signed out and in again in another tab has another one; the form needs it as well. */
async function takeNewToken() {
  const answer = await fetch(config.address, { redirect: "manual" }).catch(() => null)
  if (!answer?.ok) return false
  form.elements.csrfmiddlewaretoken.value = (await answer.json()).token
  return true
}

// --- Unsaved work --------------------------------------------------------------------------------

const whenIdle = window.requestIdleCallback ?? ((act) => setTimeout(act)) // Safari has none
let timer = null
let firstTouch = 0
let retry = FIRST_RETRY
let sending = null

function touched() {
  firstTouch ||= Date.now()
  const wait = Math.max(0, Math.min(PAUSE, firstTouch + LONGEST - Date.now()))
  if (retry === FIRST_RETRY) sendIn(wait)
  else keepHere(written()) // the next attempt has its time
}

function sendIn(wait) {
  clearTimeout(timer)
  timer = setTimeout(() => whenIdle(() => send(), { timeout: 500 }), wait)
}

/** Answers once the server has the newest state, or is known not to have it. One at a time. */
async function send(patience) {
  while (sending) await sending
  clearTimeout(timer)
  firstTouch = 0
  const fields = written()
  if (fields === acknowledged) return true
  sending = deliver(fields, patience)
  const arrived = await sending
  sending = null
  return arrived
}

async function deliver(fields, patience) {
  const token = await tab
  const lock = seenLock()
  const isBack = fields === initial
  const question = isBack ? JSON.stringify({ tab: token, lock, forget: true }) : work(token, lock, fields)
  try {
    const answer = isBack && !kept ? {} : await ask(question, patience)
    retry = FIRST_RETRY
    if (answer.error) {
      keepHere(fields)
      show(status, answer.error)
      return true // it would be refused again; the form may fare better
    }
    acknowledged = fields
    kept = !isBack
    localStorage.removeItem(`${here}:${token}`)
    show(status, isBack ? "" : say.saved.replace("{time}", answer.saved))
    tell(answer)
    return true
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof SignedOut)) throw error
    const isKept = keepHere(fields)
    show(status, error instanceof SignedOut ? say.signed_out : isKept ? say.offline : say.offline_only)
    sendIn(retry)
    retry = Math.min(2 * retry, SLOWEST_RETRY)
    return false
  }
}

/** The newest state that the server has not; on a browser that has no room left, nowhere. */
function keepHere(fields) {
  const state = { lock: seenLock(), fields: JSON.parse(fields) }
  try {
    localStorage.setItem(`${here}:${form.elements.tab.value}`, JSON.stringify(state))
    return true
  } catch {
    return false
  }
}

/** What a crash left in this browser goes to the server, where it can be taken up. */
async function bringHome() {
  const own = await tab
  const left = Object.keys(localStorage).filter((key) => key.startsWith(`${here}:`))
  for (const key of left) {
    const token = key.slice(here.length + 1)
    const { lock, fields } = JSON.parse(localStorage.getItem(key))
    const isOpenElsewhere = token !== own && !(await isFree(token))
    if (isOpenElsewhere || (token === own && acknowledged !== initial)) continue
    const answer = await ask(work(token, lock, JSON.stringify(fields))).catch(() => null)
    if (!answer?.address) continue
    localStorage.removeItem(key)
    document.querySelector(`[data-writing-tab="${token}"]`)?.remove()
    found.querySelector("a").href = answer.address
    found.hidden = false
  }
}

async function isFree(token) {
  const { held } = (await navigator.locks?.query()) ?? { held: [] }
  return !held.some(({ name }) => name === `eurasia-tab-${token}`)
}

// --- What the page says --------------------------------------------------------------------------

function show(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function tell(answer) {
  if (answer.seen !== undefined) showSeen(answer.seen)
  const notices = []
  const names = answer.colleagues ?? []
  if (names.length) {
    const listed = names.length > 1 ? `${names.slice(0, -1).join(", ")} ${say.and} ${names.at(-1)}` : names[0]
    notices.push((names.length > 1 ? say.open_several : say.open_one).replace("{names}", listed))
  }
  if (answer.newer) notices.push(say.newer)
  if (answer.colleagues) show(others, notices.join(" "))
}

/** Made by the server's rendering. Links would lead away from what is written. */
function showSeen(html) {
  seen.innerHTML = html
  for (const link of seen.querySelectorAll("a:not([href^='#'])")) {
    link.target = "_blank"
    link.rel = "noopener"
  }
}

async function poll() {
  if (config.article === "new") return
  const answer = await ask(JSON.stringify({ lock: seenLock() })).catch(() => null)
  if (answer && !answer.error) tell(answer)
}

function leave() {
  if (config.article === "new") return
  fetch(config.address, { ...message('{"leave": true}'), keepalive: true }).catch(() => {})
}

// --- Events --------------------------------------------------------------------------------------

form.addEventListener("input", touched)
form.addEventListener("change", touched)
// Select2 and the admin's calendar speak to jQuery alone.
window.django?.jQuery(form).on("change", touched)
document.addEventListener("focusin", () => written() !== acknowledged && touched())

form.addEventListener("submit", async (event) => {
  if (leaving) return
  if (!sending && written() === acknowledged) {
    leaving = true
    return
  }
  // What is not acknowledged yet goes first: a server that is down would lose it with the page.
  event.preventDefault()
  leaving = await send(LAST_PATIENCE)
  if (leaving) form.requestSubmit(event.submitter)
  else show(status, say.not_sent)
})

window.addEventListener("beforeunload", (event) => {
  if (!leaving && isUnsaved()) event.preventDefault()
})
window.addEventListener("pagehide", leave)
window.addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return
  leaving = false
  poll()
})
window.addEventListener("online", () => retry !== FIRST_RETRY && sendIn(0))
document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
  event.preventDefault()
  form.requestSubmit(form.querySelector("[name=_continue]"))
})

setInterval(poll, POLL)
poll()
showSeen(seen.innerHTML)
bringHome().then(() => config.unsaved && send())
