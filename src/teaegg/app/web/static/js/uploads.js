// Files dropped or chosen, sent one after the other, and what becomes of them.

import { get, postFile } from "./api.js";
import { byId, make, say } from "./dom.js";

const POLL_MILLISECONDS = 700;
const OVER = ["waiting", "reading"];

const form = byId("upload");
const list = byId("jobs");
const drawn = new Map();
let onLearned = () => undefined;
let polling = false;
let again = false;

/** Start listening; `learned` is called whenever a document has become searchable. */
export function watchUploads(learned) {
  if (!form) return; // whoever may not upload has no form
  onLearned = learned;
  byId("files").addEventListener("change", (event) => { sendAll([...event.target.files]); event.target.value = ""; });
  for (const name of ["dragenter", "dragover"]) form.addEventListener(name, (event) => hover(event, true));
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, (event) => hover(event, false));
  form.addEventListener("drop", (event) => sendAll([...event.dataTransfer.files]));
  form.addEventListener("submit", (event) => event.preventDefault());
  poll();
}

function hover(event, over) {
  event.preventDefault();
  form.classList.toggle("over", over);
}

async function sendAll(files) {
  const collection = byId("collection").value;
  for (const file of files) {
    const local = { job: `local-${crypto.randomUUID()}`, name: file.name, collection, state: "sending", share: 0 };
    draw(local);
    try {
      const job = await postFile("/api/documents", file, { collection }, (share) => draw({ ...local, share }));
      rename(local.job, job.job);
      draw(job);
    } catch (error) {
      draw({ ...local, state: "failed", failures: [`${error.message} ${error.remedy ?? ""}`.trim()] });
    }
    poll();
  }
}

async function poll() {
  // A job begun while the last answer was on its way must be asked for once more.
  again = true;
  if (polling) return;
  polling = true;
  try {
    for (let busy = true; busy;) {
      again = false;
      const { jobs } = await get("/api/jobs");
      for (const job of [...jobs].reverse()) draw(job);
      busy = again || jobs.some((job) => OVER.includes(job.state));
      if (busy) await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
    }
  } finally {
    polling = false;
  }
}

function rename(from, to) {
  const known = drawn.get(from);
  drawn.delete(from);
  drawn.get(to)?.element.remove();
  drawn.set(to, known);
}

function draw(job) {
  const known = drawn.get(job.job);
  if (job.state === "done" && known && known.state !== "done") onLearned();
  if (job.state === "failed" && known && known.state !== "failed") onLearned();
  if (known?.state === job.state && job.state !== "sending" && job.state !== "reading") return;
  const element = make("li", { class: `job ${job.state}`, data: { job: job.job, state: job.state } },
    make("div", { class: "job-head" },
      make("span", { class: "job-name" }, job.name),
      make("span", { class: "muted" }, say(`job_${job.state}`))),
    bar(job),
    ...(job.failures ?? []).map((failure) => make("p", { class: "job-reason" }, failure)));
  if (known) known.element.replaceWith(element);
  else list.prepend(element);
  drawn.set(job.job, { element, state: job.state });
}

function bar(job) {
  if (job.state === "sending") return make("progress", { max: 1, value: job.share, "aria-label": say("job_sending") });
  if (OVER.includes(job.state)) return make("progress", { "aria-label": say(`job_${job.state}`) });
  return null;
}
