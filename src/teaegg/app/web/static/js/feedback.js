// Was the answer helpful: two thumbs below it, and room to say what should have stood there.

import { put, remove } from "./api.js";
import { icon, make, notice, say } from "./dom.js";

const UP = "M7 20V10l5-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2.300l-1.300 7A2 2 0 0 1 17.700 20zM7 10H3v10h4";
const DOWN = "M7 4v10l5 7a2 2 0 0 0 2-2v-4h5a2 2 0 0 0 2-2.300l-1.300-7A2 2 0 0 0 17.700 4zM7 14H3V4h4";

/** The two buttons and, behind them, the form; `record` is an answer with its `feedback`. */
export function thumbs(record) {
  const path = `/api/traces/${encodeURIComponent(record.trace)}/feedback`;
  const said = { helpful: null, comment: "", corrected: "", ...record.feedback };
  const state = make("span", { class: "feedback-state", role: "status" });
  const up = thumb(UP, "helpful", () => press(true));
  const down = thumb(DOWN, "not_helpful", () => press(false));
  const form = details((comment, corrected) => keep({ ...said, comment, corrected }, true));
  const element = make("div", { class: "feedback" },
    make("div", { class: "thumbs", role: "group", "aria-label": say("was_helpful") }, up, down, state), form.element);

  function show() {
    up.setAttribute("aria-pressed", String(said.helpful === true));
    down.setAttribute("aria-pressed", String(said.helpful === false));
    down.setAttribute("aria-expanded", String(!form.element.hidden));
  }

  // Pressing a pressed thumb takes it back. Only a complaint asks what was wrong.
  async function press(helpful) {
    const isTakenBack = said.helpful === helpful;
    form.open(!helpful && !isTakenBack, said);
    if (isTakenBack) await tried(() => remove(path), { helpful: null, comment: "", corrected: "" }, "");
    else await keep({ ...said, helpful });
  }

  async function keep(next, isWhole = false) {
    const body = { helpful: next.helpful, comment: next.comment, corrected: next.corrected };
    await tried(() => put(path, body), body, say("feedback_kept"));
    if (isWhole && said.comment === next.comment && said.corrected === next.corrected) {
      form.open(false, said);
      show();
      down.focus();
    }
  }

  async function tried(call, next, told) {
    element.querySelector(".notice")?.remove();
    try {
      await call();
      Object.assign(said, next);
      state.textContent = told;
    } catch (error) {
      state.textContent = "";
      element.append(notice(error));
    }
    show();
  }

  show();
  return element;
}

function thumb(path, key, onclick) {
  return make("button", { class: "thumb", type: "button", title: say(key), "aria-label": say(key), onclick }, icon(path));
}

function details(keep) {
  const comment = make("textarea", { rows: 2, maxLength: 2000 });
  const corrected = make("textarea", { rows: 3, maxLength: 20000 });
  const element = make("form", {
    class: "feedback-form", hidden: true,
    onsubmit: (event) => { event.preventDefault(); keep(comment.value.trim(), corrected.value.trim()); },
  },
  make("label", {}, say("what_was_wrong"), comment),
  make("label", {}, say("should_have_said"), corrected),
  make("button", { class: "button quiet", type: "submit" }, say("feedback_send")));
  return {
    element,
    open(isOpen, said) {
      element.hidden = !isOpen;
      if (!isOpen) return;
      comment.value = said.comment;
      corrected.value = said.corrected;
      comment.focus({ preventScroll: true });
    },
  };
}
