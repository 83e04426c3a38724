// For whoever manages: a real question becomes an item of the exam of real questions.

import { post } from "./api.js";
import { make, notice, say } from "./dom.js";

const EXAM = "real-questions";

/** Two ways in, beside an answer: it is right as it stands, or this would have been right. */
export function promotion(record) {
  const form = correction();
  const wrong = make("button", { class: "link", type: "button", "aria-expanded": "false", onclick: () => toggle(form, wrong) },
    say("promote_wrong"));
  const add = make("button", { class: "link", type: "button", title: say("promote_hint"), onclick: () => send(box, record, {}) },
    say(record.verdict === "answered" ? "promote" : "promote_declined"));
  const box = make("div", { class: "promotion" }, add, wrong, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const right = form.elements.right.value.trim();
    send(box, record, { right, nothing: !right, complaint: form.elements.complaint.value.trim() || say("promote_wrong") });
  });
  return box;
}

function correction() {
  return make("form", { class: "correction", hidden: true },
    make("label", {}, say("promote_right"), make("textarea", { name: "right", rows: 2, maxLength: 4000 })),
    make("span", { class: "faint" }, say("promote_right_hint")),
    make("label", {}, say("promote_complaint"), make("input", { name: "complaint", maxLength: 1000 })),
    make("button", { class: "button quiet", type: "submit" }, say("promote_send")));
}

function toggle(form, button) {
  form.hidden = !form.hidden;
  button.setAttribute("aria-expanded", String(!form.hidden));
  if (form.hidden) return;
  form.elements.right.focus();
  form.scrollIntoView({ block: "center" }); // from behind the field in which one asks
}

async function send(box, record, said) {
  box.querySelector(".notice")?.remove();
  try {
    await post(`/api/exams/${EXAM}/items`, { trace: record.trace, ...said });
    box.replaceChildren(make("span", { role: "status" }, say("promoted")));
  } catch (error) {
    box.append(notice(error));
  }
}
