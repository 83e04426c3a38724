// The library page: what one may read, its states, and why one sees it.

import { get } from "./api.js";
import { byId, icon, language, make, notice, say, sayCount } from "./dom.js";
import { closeMenu, loadHistory } from "./shell.js";
import { watchUploads } from "./uploads.js";

const PAGE_SIZE = 500;
const POLL_MILLISECONDS = 2000;
const QUESTION = "M9.200 9.300a2.900 2.900 0 1 1 4.300 2.600c-.95.55-1.500 1.100-1.500 2.100M12 17.300v.01M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 0 0 0-17";
const LOOK = "M3 12c2.500-4.500 5.500-6.500 9-6.500s6.500 2 9 6.500c-2.500 4.500-5.500 6.500-9 6.500s-6.500-2-9-6.500M12 9.300a2.700 2.700 0 1 1 0 5.400a2.700 2.700 0 0 1 0-5.400";
const DOWNLOAD = "M12 4v11M7.500 11L12 15.500 16.500 11M5 20h14";
const KINDS = [
  [/pdf/, "PDF", ""], [/wordprocessing/, "DOC", ""], [/spreadsheet/, "XLS", "table"],
  [/csv|tab-separated/, "CSV", "table"], [/presentation/, "PPT", ""], [/html/, "WEB", ""],
  [/rfc822/, "MAIL", "mail"], [/image/, "IMG", "picture"], [/markdown/, "MD", ""],
];

const shelf = byId("shelf");
const filter = byId("filter");
const collection = byId("filter-collection");
let documents = [];

async function load() {
  const all = [];
  let states = {};
  for (;;) {
    const page = await get(`/api/documents?limit=${PAGE_SIZE}&offset=${all.length}`);
    all.push(...page.documents);
    states = page.states;
    if (page.documents.length < PAGE_SIZE) break;
  }
  documents = all;
  tally(states);
  draw();
  await showFilling(states);
}

function tally(states) {
  byId("tallies").replaceChildren(...["complete", "searchable", "quarantined"]
    .filter((state) => states[state])
    .map((state) => make("li", { title: say(`state_${state}_hint`) },
      make("strong", {}, String(states[state])), say(`state_${state}`))));
}

async function showFilling(states) {
  const waiting = states.searchable ?? 0;
  byId("filling").hidden = !waiting;
  if (!waiting) return;
  const ready = states.complete ?? 0;
  const total = ready + waiting;
  const { vectors } = await get("/api/progress");
  const parts = [say("vectors_progress", { ready, total })];
  if (vectors?.passages_per_second) parts.push(say("vectors_rate", { rate: Math.round(vectors.passages_per_second) }));
  if (vectors?.seconds_left) parts.push(say("vectors_eta", { time: duration(vectors.seconds_left) }));
  byId("filling-text").textContent = parts.join(language === "zh" ? "，" : ", ");
  byId("filling-bar").value = total ? ready / total : 0;
  setTimeout(() => load().catch(() => undefined), POLL_MILLISECONDS); // shows again when it is back
}

function duration(seconds) {
  return seconds < 90 ? say("seconds", { seconds: Math.ceil(seconds) })
    : say("minutes", { count: Math.ceil(seconds / 60) });
}

function draw() {
  const words = filter.value.trim().toLowerCase();
  const chosen = documents.filter((document) =>
    (!collection.value || document.collection === collection.value)
    && (!words || `${document.title} ${document.source}`.toLowerCase().includes(words)));
  const open = new Set([...shelf.querySelectorAll(".book-more")].map((more) => more.parentElement.dataset.document));
  const kept = new Map([...shelf.children].map((book) => [book.dataset.document, book]));
  shelf.replaceChildren(...chosen.map((document) =>
    open.has(document.document) ? kept.get(document.document) : book(document)));
  byId("nothing").hidden = chosen.length > 0;
  byId("nothing-title").textContent = say(documents.length ? "no_match" : "no_documents");
  byId("nothing-lead").hidden = documents.length > 0;
}

function book(record) {
  const [, label, kind] = KINDS.find(([pattern]) => pattern.test(record.media_type)) ?? [null, "TXT", ""];
  const facts = [record.collection, fileName(record.source), size(record.size_bytes),
    record.passages ? sayCount("passages_count", record.passages) : null,
    record.restricted ? say("restricted") : null].filter(Boolean);
  const original = `/api/documents/${encodeURIComponent(record.document)}/original`;
  return make("li", { class: "book", data: { document: record.document } },
    make("div", { class: "book-row" },
      make("span", { class: `kind ${kind}`, "aria-hidden": "true" }, label),
      make("div", { class: "book-words" },
        make("div", { class: "book-title", title: record.title }, record.title),
        make("div", { class: "book-facts" }, ...facts.map((fact) => make("span", {}, fact)))),
      make("span", { class: `pill ${record.state}`, title: say(`state_${record.state}_hint`) }, say(`state_${record.state}`)),
      make("div", { class: "book-actions" },
        record.state === "quarantined" ? null : make("a", { class: "icon-button", href: `/documents/${encodeURIComponent(record.document)}`,
          title: say("understood"), "aria-label": `${say("understood")} ${record.title}` }, icon(LOOK)),
        make("button", { class: "icon-button", type: "button", title: say("why"), "aria-expanded": "false",
          "aria-label": `${say("why")} ${record.title}`, onclick: toggleWhy }, icon(QUESTION)),
        make("a", { class: "icon-button", href: original, download: "", title: say("download_original"),
          "aria-label": `${say("download_original")} ${record.title}` }, icon(DOWNLOAD)))),
    record.reason ? make("p", { class: "book-reason" }, record.reason) : null);
}

async function toggleWhy(event) {
  const button = event.currentTarget;
  const item = button.closest(".book");
  const open = item.querySelector(".book-more");
  button.setAttribute("aria-expanded", String(!open));
  if (open) return open.remove();
  const more = make("div", { class: "book-more", "aria-live": "polite" }, say("loading"));
  item.append(more);
  try {
    const { reasons } = await get(`/api/documents/${encodeURIComponent(item.dataset.document)}/why`);
    more.replaceChildren(make("h3", {}, say("why")),
      make("ul", {}, ...reasons.map((reason) => make("li", {}, reason[language]))));
  } catch (error) {
    more.replaceChildren(notice(error));
  }
}

function fileName(source) {
  return source.split(/[\\/]/).at(-1);
}

function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  const value = bytes / 1024 ** step;
  return `${value < 10 && step ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}

filter.addEventListener("input", draw);
collection.addEventListener("change", draw);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
loadHistory().catch(() => undefined); // the page is of use without the list
load().catch((error) => shelf.before(notice(error)));
watchUploads(() => load().catch(() => undefined)); // the next change loads again
