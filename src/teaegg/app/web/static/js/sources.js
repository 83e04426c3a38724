// The sources of the company: how each stands, and what can be done with it.

import { get, post } from "./api.js";
import { byId, icon, language, make, notice, say, sayCount } from "./dom.js";
import { closeMenu, loadHistory } from "./shell.js";
import { askToRemove, offerToAdd } from "./source-dialogs.js";

const QUICK_MILLISECONDS = 1200;
const SLOW_MILLISECONDS = 15_000;
const KINDS = {
  folder: "M3.500 6.500h6l2 2.500h9v10h-17z",
  web: "M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 0 0 0-17M3.700 12h16.600M12 3.500c5 5.500 5 11.500 0 17M12 3.500c-5 5.500-5 11.500 0 17",
  mail: "M3.500 6h17v12.500h-17zM4 6.500l8 6.500 8-6.500",
  database: "M5 6.500c0-1.700 3.100-3 7-3s7 1.300 7 3-3.100 3-7 3-7-1.300-7-3M5 6.500v11c0 1.700 3.100 3 7 3s7-1.300 7-3v-11M5 12c0 1.700 3.100 3 7 3s7-1.300 7-3",
  store: "M4.500 7.500L12 3.500l7.500 4v9L12 20.500l-7.500-4zM4.500 7.500L12 11.500l7.500-4M12 11.500v9",
};
const AGAIN = "M19.500 12a7.500 7.500 0 1 1-2.200-5.300M19.500 4v4h-4";
const PAUSE = "M9 6v12M15 6v12";
const GO_ON = "M8 5.500l10 6.500-10 6.500z";
const REMOVE = "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5";
const OUTCOMES = ["learned", "updated", "moved", "unchanged", "kept", "quarantined", "forgotten"];
const STEPS = [["day", 86_400], ["hour", 3600], ["minute", 60]];

const list = byId("origins");
const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
let timer = 0;

async function load() {
  clearTimeout(timer);
  const { sources, folders } = await get("/api/sources");
  byId("problem").replaceChildren();
  byId("nothing").hidden = sources.length > 0;
  draw(sources);
  byId("add").onclick = () => offerToAdd(folders, load);
  byId("sources").dataset.ready = "true";
  const busy = sources.some(({ status }) => status === "running");
  timer = setTimeout(again, busy ? QUICK_MILLISECONDS : SLOW_MILLISECONDS);
}

function again() {
  // A dialog stays as it is while somebody reads it.
  if (document.querySelector("dialog[open]")) timer = setTimeout(again, SLOW_MILLISECONDS);
  else load().catch(told);
}

/** What has not changed keeps its element, so that focus stays where it is. */
function draw(sources) {
  const kept = new Map([...list.children].map((card) => [card.dataset.record, card]));
  list.replaceChildren(...sources.map((source) => {
    const record = JSON.stringify([source, ...moments(source)]);
    return kept.get(record) ?? make("li", { class: "origin", data: { source: source.name, record } }, ...card(source));
  }));
}

function card(source) {
  return [
    make("div", { class: "origin-head" },
      make("span", { class: `kind ${source.kind}`, title: say(`source_kind_${source.kind}`) }, icon(KINDS[source.kind])),
      make("div", { class: "book-words" },
        make("h2", { class: "origin-name" }, source.name,
          make("span", { class: `pill ${source.status}` }, say(`source_status_${source.status}`))),
        make("p", { class: "origin-address", title: source.address }, source.address)),
      actions(source)),
    progress(source),
    facts(source),
    counts(source),
    problem(source),
  ].filter(Boolean);
}

function actions(source) {
  const paused = source.paused;
  const busy = source.status === "running";
  return make("div", { class: "origin-actions" },
    make("button", { class: "button quiet", type: "button", disabled: busy, onclick: () => act(source, "run") },
      icon(AGAIN), make("span", {}, say("source_run"))),
    // What runs only when asked has nothing to pause.
    source.schedule || paused ? iconButton(paused ? GO_ON : PAUSE, say(paused ? "source_resume" : "source_pause"), source, {
      onclick: () => act(source, paused ? "resume" : "pause") }) : null,
    iconButton(REMOVE, say("source_remove"), source, { disabled: busy, onclick: () => askToRemove(source, load) }));
}

function iconButton(path, words, source, properties) {
  return make("button", { class: "icon-button", type: "button", title: words,
    "aria-label": `${words} ${source.name}`, ...properties }, icon(path));
}

function progress({ status, progress: run }) {
  if (status !== "running") return null;
  const bar = run ? { max: run.total || 1, value: run.done } : {};
  const words = run ? say("source_progress", run) : say("source_looking");
  return make("div", { class: "origin-progress" },
    make("progress", { ...bar, "aria-label": words }), make("span", { class: "faint" }, words));
}

function facts(source) {
  const [last, next] = moments(source);
  return make("dl", { class: "origin-facts" },
    ...fact("source_collection", source.collection),
    ...fact("source_schedule", scheduleSaid(source.schedule)),
    ...fact("source_last", last, exact(source.succeeded_at)),
    ...fact("source_next", next, exact(source.next_run)));
}

function fact(key, value, title = "") {
  return [make("div", {}, make("dt", {}, say(key)), make("dd", { title }, value))];
}

function moments({ status, paused, schedule, succeeded_at: last, next_run: next }) {
  const nextSaid = status === "running" ? say("source_status_running")
    : paused ? say("source_status_paused") : !schedule ? say("schedule_never") : next ? relative(next) : "";
  return [last ? relative(last) : say("source_never"), nextSaid];
}

function counts(source) {
  const known = OUTCOMES.filter((outcome) => source.counts[outcome]);
  if (!known.length) return null;
  return make("ul", { class: "origin-counts" }, ...known.map((outcome) =>
    make("li", { class: outcome }, make("strong", {}, source.counts[outcome].toLocaleString(language)), say(`outcome_${outcome}`))));
}

function problem({ status, error, remedy }) {
  if (status === "unfinished") return make("p", { class: "origin-note" }, say("source_unfinished_hint"));
  if (!error || status === "running") return null;
  return make("div", { class: "origin-problem", role: "note" },
    make("strong", {}, say("source_problem")), make("span", {}, error),
    remedy ? make("span", { class: "muted" }, remedy) : null);
}

/** `every 2h` and `daily 03:30` in the words of the page. */
function scheduleSaid(schedule) {
  const every = /^every\s+(\d+)\s*([mhd])/i.exec(schedule);
  if (every) return sayCount(`schedule_every_${every[2].toLowerCase()}`, Number(every[1]));
  const daily = /^daily\s+(?:at\s+)?(.+)$/i.exec(schedule);
  return daily ? say("schedule_daily_at", { time: daily[1] }) : say("schedule_never");
}

function relative(moment) {
  const seconds = (new Date(moment) - Date.now()) / 1000;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ["minute", 60];
  const count = Math.round(seconds / size);
  if (!count) return say(seconds < 0 ? "just_now" : "in_a_moment");
  return near.format(count, unit);
}

function exact(moment) {
  return moment ? new Date(moment).toLocaleString(language, { dateStyle: "long", timeStyle: "short" }) : "";
}

async function act(source, what) {
  try {
    await post(`/api/sources/${encodeURIComponent(source.name)}/${what}`, {});
    await load();
  } catch (error) {
    told(error);
  }
}

function told(error) {
  byId("problem").replaceChildren(notice(error));
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
loadHistory().catch(() => undefined); // the page is of use without the list
load().catch(told);
