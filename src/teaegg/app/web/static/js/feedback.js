// Was the answer helpful: two thumbs below it, and room to say what should have stood there.

import { put, remove } from "./api.js";
import { icon, make, notice, say } from "./dom.js";

const UP = "M7 20V10l5-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2.300l-1.300 7A2 2 0 0 1 17.700 20zM7 10H3v10h4";
const DOWN = "M7 4v10l5 7a2 2 0 0 0 2-2v-4h5a2 2 0 0 0 2-2.300l-1.300-7A2 2 0 0 0 17.700 4zM7 14H3V4h4";

const NOTHING = { helpful: null, comment: "", corrected: "" };

/** The two buttons and, behind them, the form; `record` is an answer with its `feedback`. */
export function thumbs(record) {
  const path = `/api/traces/${encodeURIComponent(record.trace)}/feedback`;
  const kept = { ...NOTHING, ...record.feedback };
  // What the person last wanted: the server may still be at work on what was wanted before it.
  let wanted = kept.helpful;
  let before = Promise.resolve();
  const state = make("span", { class: "feedback-state", role: "status" });
  const up = thumb(UP, "helpful", () => press(true));
  const down = thumb(DOWN, "not_helpful", () => press(false));
  const form = details(complain);
  const element = make("div", { class: "feedback" },
    make("div", { class: "thumbs", role: "group", "aria-label": say("was_helpful") }, up, down, state), form.element);

  function show() {
    up.setAttribute("aria-pressed", String(kept.helpful === true));
    down.setAttribute("aria-pressed", String(kept.helpful === false));
    down.setAttribute("aria-expanded", String(!form.element.hidden));
  }

  // Pressing a pressed thumb takes it back. Only a complaint asks what was wrong.
  function press(helpful) {
    const isTakenBack = wanted === helpful;
    wanted = isTakenBack ? null : helpful;
    form.open(!helpful && !isTakenBack, kept);
    return tell(isTakenBack ? NOTHING : { helpful });
  }

  async function complain(comment, corrected) {
    wanted = false;
    if (!await tell({ helpful: false, comment, corrected })) return;
    form.open(false, kept);
    show();
    down.focus();
  }

  // One after the other: two that ran side by side could be kept in the wrong order.
  function tell(change) {
    before = before.then(() => send({ ...kept, ...change }));
    return before;
  }

  async function send({ helpful, comment, corrected }) {
    const next = { helpful, comment, corrected };
    element.querySelector(".notice")?.remove();
    try {
      await (helpful === null ? remove(path) : put(path, next));
      Object.assign(kept, next);
      state.textContent = helpful === null ? "" : say("feedback_kept");
      return true;
    } catch (error) {
      wanted = kept.helpful;
      state.textContent = "";
      element.append(notice(error));
      return false;
    } finally {
      show();
    }
  }

  show();
  return element;
}

function thumb(path, key, onclick) {
  return make("button", { class: "thumb", type: "button", title: say(key), "aria-label": say(key), onclick }, icon(path));
}

function details(send) {
  const comment = make("textarea", { rows: 2, maxLength: 2000 });
  const corrected = make("textarea", { rows: 3, maxLength: 20000 });
  const element = make("form", {
    class: "feedback-form", hidden: true,
    onsubmit: (event) => { event.preventDefault(); send(comment.value.trim(), corrected.value.trim()); },
  },
  make("label", {}, say("what_was_wrong"), comment),
  make("label", {}, say("should_have_said"), corrected),
  make("button", { class: "button quiet", type: "submit" }, say("feedback_send")));
  return {
    element,
    open(isOpen, kept) {
      element.hidden = !isOpen;
      if (!isOpen) return;
      comment.value = kept.comment;
      corrected.value = kept.corrected;
      comment.focus({ preventScroll: true });
    },
  };
}
