// The page on which one asks.

import { Failure, get, postForEvents } from "./api.js";
import { byId, make, me, notice, say } from "./dom.js";
import { closePlace } from "./place.js";
import { closeMenu, loadHistory } from "./shell.js";
import { Turn } from "./turn.js";

const page = byId("ask");
const turns = byId("turns");
const field = byId("question");
const send = byId("send");
const scope = byId("scope");
const answerers = byId("answerers"); // only where there are experts to choose from
let conversation = page.dataset.conversation;
let running = null;

async function ask(question) {
  const turn = new Turn(question);
  showEmpty(false);
  turns.append(turn.element);
  turn.element.scrollIntoView({ block: "start", behavior: "smooth" });
  running = new AbortController();
  const expert = chosenExpert()?.value ?? "";
  send.textContent = say("stop");
  try {
    await postForEvents("/api/ask", {
      question,
      conversation: conversation || "new",
      collections: chosenCollections(),
      expert,
      stream: true,
    }, (name, data) => onEvent(turn, name, data, expert ? "expert" : me.mode), running.signal);
    // A stream that ends without its answer was cut off on the way.
    if (!turn.isComplete) throw new Failure({ message: say("offline"), remedy: say("offline_remedy") });
  } catch (error) {
    if (error.name === "AbortError") turn.element.remove();
    else turn.failed(error, () => { turn.element.remove(); ask(question); });
  } finally {
    running = null;
    send.textContent = say("send");
    field.focus({ preventScroll: true });
  }
}

function onEvent(turn, name, data, mode) {
  if (name === "evidence") turn.evidence(data);
  else if (name === "sentence") turn.sentence(data, mode);
  else if (name === "answer") {
    turn.answer(data);
    if (!conversation) history.replaceState(null, "", `/c/${encodeURIComponent(data.conversation)}`);
    conversation = data.conversation;
    loadHistory(conversation).catch(() => undefined); // the answer stands; the list is only a help
  }
}

async function restore() {
  showEmpty(!conversation);
  loadHistory(conversation).catch((error) => turns.append(notice(error)));
  if (!conversation) return;
  try {
    const record = await get(`/api/conversations/${encodeURIComponent(conversation)}`);
    for (const item of record.turns) {
      const turn = new Turn(item.question);
      turn.understood(item.understood);
      if (item.answer) turn.answer(item.answer);
      else turn.withheld();
      turns.append(turn.element);
    }
    turns.lastElementChild?.scrollIntoView({ block: "start" });
  } catch (error) {
    conversation = "";
    turns.append(notice(error, make("a", { href: "/" }, say("new_question"))));
  }
}

function showEmpty(empty) {
  page.classList.toggle("empty", empty);
  byId("hero").hidden = !empty;
  field.placeholder = say(empty ? "question_placeholder" : "followup_placeholder");
}

function chosenCollections() {
  return [...scope.querySelectorAll("input:checked")].map((box) => box.value);
}

function chosenExpert() {
  return answerers?.querySelector("input:checked");
}

function submit() {
  if (running) return running.abort();
  const question = field.value.trim();
  if (!question) return field.focus();
  field.value = "";
  grow();
  return ask(question);
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 220)}px`;
}

byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  // Enter that ends the choice of a Chinese character must not send the question.
  if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
  event.preventDefault();
  if (!running) submit();
});
scope.addEventListener("change", () => {
  const chosen = chosenCollections();
  byId("scope-label").textContent = chosen.length ? chosen.join(" · ") : say("all_collections");
});
answerers?.addEventListener("change", () => {
  byId("answerer-label").textContent = chosenExpert().dataset.label;
  answerers.open = false;
  field.focus({ preventScroll: true });
});
const menus = [scope, answerers].filter(Boolean);
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = menus.find((menu) => menu.open);
  if (open) open.open = false;
  else if (!closePlace() && !closeMenu() && running) running.abort();
});

restore();
page.dataset.ready = "true"; // from here on Enter asks
