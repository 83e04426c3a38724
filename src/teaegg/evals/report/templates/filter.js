"use strict";
// Every figure links to "#items?…": which items it stands for. The form shows the same choice.
const form = document.getElementById("filter");
const items = [...document.querySelectorAll(".item")];
const scores = new Map(items.map((item) => [item, item.dataset.scores.split(",").map((score) => (score === "" ? null : Number(score)))]));
const texts = new Map();
const NAMES = ["x", "v", "o", "k", "a", "s", "q"];

const marks = (score) => (score === null ? "unanswered" : score >= 1 ? "full" : score > 0 ? "part" : "none");

function pairOutcome(ours, theirs) {
  if (ours === null || theirs === null) return "";
  if (ours === theirs) return ours >= 0.5 ? "both" : "neither";
  return ours > theirs ? "won" : "lost";
}

function textOf(item) {
  if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
  return texts.get(item);
}

function fits(item, want) {
  if (want.k && item.dataset.k !== want.k) return false;
  if (want.a && item.dataset.a !== want.a) return false;
  if (want.s && item.dataset.s !== want.s) return false;
  if (want.q && !textOf(item).includes(want.q.toLowerCase())) return false;
  const all = scores.get(item);
  if (want.x && want.v) {
    const outcome = pairOutcome(all[want.x], all[want.v]);
    return want.o ? outcome === want.o : outcome !== "";
  }
  const of = want.x ? [all[want.x]] : all;
  if (want.o) return of.some((score) => marks(score) === want.o);
  return true;
}

// Outcomes of one examinee mean nothing for two, and the other way round.
function offerOutcomes() {
  const of = form.elements.x.value && form.elements.v.value ? "two" : "one";
  for (const option of form.elements.o.options) {
    option.hidden = option.disabled = Boolean(option.dataset.of) && option.dataset.of !== of;
    if (option.selected && option.disabled) form.elements.o.value = "";
  }
}

function wanted() {
  return Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value.trim()]));
}

function apply() {
  offerOutcomes();
  const want = wanted();
  let shown = 0;
  for (const item of items) {
    item.hidden = !fits(item, want);
    if (!item.hidden) shown += 1;
  }
  document.getElementById("none-left").hidden = shown > 0;
  document.getElementById("shown").textContent = form.dataset.shown
    .replace("{shown}", shown)
    .replace("{total}", items.length);
}

function remember() {
  const chosen = new URLSearchParams(Object.entries(wanted()).filter(([, value]) => value));
  history.replaceState(null, "", "#items?" + chosen);
}

function follow() {
  if (location.hash.startsWith("#items")) {
    const chosen = new URLSearchParams(location.hash.split("?")[1] || "");
    form.reset();
    for (const name of ["x", "v", "k", "a", "s", "q"]) form.elements[name].value = chosen.get(name) || "";
    offerOutcomes();
    form.elements.o.value = chosen.get("o") || "";
    apply();
    document.getElementById("items").scrollIntoView();
  } else if (location.hash.startsWith("#item-")) {
    const item = document.getElementById(location.hash.slice(1));
    if (item) {
      item.hidden = false;
      item.open = true;
      item.scrollIntoView();
    }
  }
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => { apply(); remember(); });
form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
document.getElementById("open-all").addEventListener("click", () => items.forEach((item) => { if (!item.hidden) item.open = true; }));
document.getElementById("close-all").addEventListener("click", () => items.forEach((item) => { item.open = false; }));
window.addEventListener("hashchange", follow);
apply();
follow();
