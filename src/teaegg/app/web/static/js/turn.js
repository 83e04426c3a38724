// One question and its answer, drawn while it comes in.

import { icon, make, me, notice, say, sayCount } from "./dom.js";
import { thumbs } from "./feedback.js";
import { placeOf, titleOf } from "./locations.js";
import { openPlace } from "./place.js";
import { promotion } from "./promote.js";
import { cells } from "./rows.js";
import { versionLines, versionMark } from "./versions.js";

const CHECK = "M5 12.500l4.500 4.500L19 7.500";

export class Turn {
  constructor(question) {
    this.count = 0;
    this.sources = [];
    this.isComplete = false;
    this.status = make("p", { class: "turn-status", role: "status" }, say("searching"));
    this.sentences = make("div", { class: "sentences" });
    this.body = make("div", { class: "turn-body" }, this.sentences);
    this.element = make("article", { class: "turn" },
      make("h2", { class: "turn-question" }, question), this.status, this.body);
    this.question = question;
  }

  /** How the question was understood, where that differs from what was written. */
  understood(text) {
    if (text.trim() === this.question.trim()) return;
    this.element.querySelector("h2").after(
      make("p", { class: "turn-understood faint" }, say("understood_as", { question: text })));
  }

  evidence(found) {
    this.understood(found.understood);
    this.status.textContent = say("reading_evidence", { count: found.evidence.length });
  }

  sentence(record, mode) {
    this.body.classList.add(`${mode}-mode`);
    const chips = record.citations.map((citation) => chip(++this.count, citation));
    const sources = record.citations.map((citation, i) => ({ citation, line: sourceLine(citation, chips[i]) }));
    this.sources.push(...sources);
    this.sentences.append(make("div", { class: "sentence" },
      make("p", { class: "sentence-text" }, ...wording(record), ...chips),
      make("p", { class: "sentence-source" }, ...sources.map(({ line }) => line))));
  }

  /** The whole answer: adds what was not streamed; a refusal takes back every sentence. */
  answer(record) {
    this.isComplete = true;
    this.status.remove();
    if (record.verdict === "answered") {
      const streamed = this.sentences.childElementCount;
      for (const sentence of record.sentences.slice(streamed)) this.sentence(sentence, record.mode);
      this.versions(record.versions);
      this.body.append(foot(record, this.count), thumbs(record));
    } else {
      this.sentences.replaceChildren();
      this.body.append(verdict(record), foot(record, 0), thumbs(record));
    }
  }

  /** What is not in force is known with the whole answer: said beside its citations and below. */
  versions(versions) {
    for (const { citation, line } of this.sources) line.after(versionMark(citation, versions) ?? "");
    this.body.append(versionLines(this.sources.map(({ citation }) => citation), versions) ?? "");
  }

  withheld() {
    this.status.remove();
    this.body.append(make("div", { class: "verdict" }, make("p", {}, say("withheld"))));
  }

  failed(error, again) {
    this.status.remove();
    this.body.append(notice(error,
      make("button", { class: "button quiet", type: "button", onclick: again }, say("try_again"))));
  }
}

/** The sentence; a quoted row of a table field by field, with the same words. */
function wording({ text, citations }) {
  const fields = citations[0]?.location.row ? cells(text) : [];
  if (fields.length < 2) return [text];
  return fields.map(([header, value]) => make("span", { class: "field-pair" },
    header ? make("span", { class: "field-name" }, `${header}: `) : null, value.replace(/；$/, "")));
}

function chip(number, citation) {
  return make("button", {
    class: "chip", type: "button", "aria-expanded": "false", "aria-controls": "place",
    "aria-label": say("citation", { number, title: titleOf(citation) }),
    onclick: (event) => openPlace(citation, number, event.currentTarget),
  }, String(number));
}

function sourceLine(citation, opener) {
  return make("button", { type: "button", onclick: () => opener.click(), tabIndex: -1 },
    [titleOf(citation), placeOf(citation.location)].filter(Boolean).join(" · "));
}

function foot(record, sources) {
  const total = record.timings?.total;
  return make("footer", { class: "turn-foot" },
    sources ? make("span", { class: "badge" }, icon(CHECK), say("answered")) : null,
    sources ? make("span", {}, sayCount("sources_count", sources)) : null,
    make("span", {}, say(`mode_${record.mode}`)),
    total ? make("span", {}, say("seconds", { seconds: (total / 1000).toFixed(1) })) : null,
    make("button", { class: "link", type: "button", title: `${say("record_hint")} ${record.trace}`, onclick: copyTrace(record.trace) },
      `${say("record")} ${record.trace.slice(0, 7)}`),
    me.manages ? promotion(record) : null);
}

function copyTrace(trace) {
  return async (event) => {
    const button = event.currentTarget;
    const before = button.textContent;
    await navigator.clipboard?.writeText(trace);
    button.textContent = say("copied");
    setTimeout(() => { button.textContent = before; }, 1500);
  };
}

function verdict(record) {
  const lead = record.verdict === "refused" ? "refused_lead"
    : record.nearest.length ? "abstained_lead" : "abstained_empty";
  return make("div", { class: "verdict" },
    make("h3", {}, say(record.verdict)),
    make("p", {}, say(lead)),
    make("div", { class: "nearest" }, ...record.nearest.map((citation, i) => nearest(citation, i + 1, record.versions))));
}

function nearest(citation, number, versions) {
  return make("button", {
    type: "button", "aria-controls": "place",
    onclick: (event) => openPlace(citation, number, event.currentTarget),
  },
  make("span", { class: "chip" }, String(number)),
  make("span", { class: "nearest-quote" }, citation.quote),
  make("span", { class: "nearest-source" }, [titleOf(citation), placeOf(citation.location)].filter(Boolean).join(" · "),
    versionMark(citation, versions)));
}
