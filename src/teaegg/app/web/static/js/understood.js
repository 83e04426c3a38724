// The original of a document beside the passages that were read from it; each side finds the other.

import { get } from "./api.js";
import { byId, make, notice, say, sayCount } from "./dom.js";
import { placeOf, titleOf } from "./locations.js";
import { originalOf } from "./original.js";
import { closeMenu, loadHistory } from "./shell.js";
import { versionNote } from "./versions.js";

const page = byId("understood");
const original = byId("original");
const list = byId("passages");
const address = `/api/documents/${encodeURIComponent(page.dataset.document)}`;
let part = Math.max(1, Number(new URLSearchParams(location.search).get("part")) || 1);
let parts = 1;
let chosen = "";

async function load() {
  const wanted = part;
  original.setAttribute("aria-busy", "true");
  try {
    const record = await get(`${address}/understood?part=${wanted}`);
    if (wanted !== part) return; // turned on meanwhile: another load draws that part
    parts = record.parts;
    byId("problem").replaceChildren();
    byId("bench").hidden = false;
    head(record);
    doubt(record);
    pager(record);
    list.replaceChildren(...record.passages.map(card));
    byId("count").textContent = sayCount("passages_count", record.passages.length);
    chosen = "";
    // A passage may have been chosen before the picture came.
    original.replaceChildren(...originalOf(record, address, () => chosen && select(chosen, "list")));
    original.scrollTop = list.scrollTop = 0;
  } catch (error) {
    byId("bench").hidden = true;
    byId("problem").replaceChildren(notice(error, make("a", { href: "/documents" }, say("documents"))));
  } finally {
    original.removeAttribute("aria-busy");
    page.dataset.ready = "true";
  }
}

function head(record) {
  document.title = `${record.title} · ${say("product")}`;
  byId("title").textContent = titleOf(record);
  byId("facts").replaceChildren(...[record.collection, say(`state_${record.state}`),
    record.passages.length ? null : say("understood_none")].filter(Boolean).map((fact) => make("span", {}, fact)));
  byId("original-file").href = `${address}/original`;
  byId("version").replaceChildren(versionNote(record.out_of_force) ?? "");
  byId("notes").hidden = !record.notes.length;
  byId("notes-list").replaceChildren(...record.notes.map((note) => make("li", {}, note)));
}

/** OCR that was not sure of this page is said on it, since its passages may be wrong in a letter. */
function doubt({ unsure }) {
  byId("unsure").hidden = unsure === null;
  byId("unsure").querySelector("span").textContent = say("understood_unsure", { percent: unsure });
}

function pager({ view }) {
  byId("pager").hidden = parts < 2;
  byId("where").textContent = say(view === "pages" ? "understood_page_of" : "understood_part_of", { part, parts });
  byId("previous").disabled = part <= 1;
  byId("next").disabled = part >= parts;
}

function card(passage) {
  const vector = passage.vector ? "vector_ready" : "vector_waiting";
  const place = placeOf(passage.location);
  const path = (passage.location.path ?? []).filter((step, index, all) => all.length > 1 || !place.includes(step));
  return make("li", {},
    make("button", { class: "passage", type: "button", "aria-pressed": "false", data: { passage: passage.passage },
      onclick: () => select(passage.passage, "list") },
    make("span", { class: "passage-head" },
      make("span", { class: "passage-number", "aria-label": say("passage_number", { number: passage.number }) }, String(passage.number)),
      make("span", { class: "passage-place" }, place),
      make("span", { class: `vector ${passage.vector ? "ready" : ""}`, title: say(vector) }, say(vector))),
    path.length ? make("span", { class: "passage-path" }, path.join(" › ")) : null,
    make("span", { class: "passage-text" }, passage.text),
    make("span", { class: "passage-span" }, say("passage_span", passage))));
}

/** Mark a passage on both sides and bring it into sight on the side that was not touched. */
function select(passage, from) {
  chosen = passage;
  for (const place of page.querySelectorAll("[data-passage]")) {
    const isIt = place.dataset.passage === passage;
    place.classList.toggle("selected", isIt);
    if (place.hasAttribute("aria-pressed")) place.setAttribute("aria-pressed", String(isIt));
  }
  const other = from === "list" ? original : list;
  const place = other.querySelector(`[data-passage="${CSS.escape(passage)}"]`);
  if (place) bring(place, other);
}

function bring(place, side) {
  const inside = place.getBoundingClientRect();
  const frame = side.getBoundingClientRect();
  const fits = inside.top >= frame.top && inside.bottom <= frame.bottom;
  if (!fits) side.scrollBy({ top: inside.top - frame.top - Math.max(12, (frame.height - inside.height) / 3), behavior: "smooth" });
}

function turn(step) {
  const wanted = part + step;
  if (wanted < 1 || wanted > parts) return;
  part = wanted;
  history.replaceState(null, "", `?part=${part}`);
  load();
}

/** Arrow keys walk through the passages: each is marked in the original as it is reached. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const cards = [...list.querySelectorAll(".passage")];
  const next = cards[cards.indexOf(document.activeElement) + step];
  if (!step || !next) return;
  event.preventDefault();
  next.focus();
  select(next.dataset.passage, "list");
}

original.addEventListener("click", (event) => {
  const place = event.target.closest("[data-passage]");
  if (place && !String(getSelection())) select(place.dataset.passage, "original");
});
original.addEventListener("keydown", (event) => {
  const place = event.target.closest("tr[data-passage], .segment[data-passage]");
  if (!place || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  select(place.dataset.passage, "original");
});
list.addEventListener("keydown", walk);
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenu();
  if (event.key === "PageDown" && event.altKey) turn(1);
  if (event.key === "PageUp" && event.altKey) turn(-1);
});
loadHistory().catch(() => undefined); // the page is of use without the list
load();
