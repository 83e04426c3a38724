// The two questions that the page of sources asks: what to add, and what to remove.

import { get, post, remove } from "./api.js";
import { byId, make, notice, say, sayCount } from "./dom.js";

const addDialog = byId("add-dialog");
const addForm = byId("add-form");
const removeDialog = byId("remove-dialog");
const removeForm = byId("remove-form");
const SECURE = "https:";
let offered = [];
let asked = null;
let changed = async () => undefined;

/** Offer the kinds that can be added here; `onAdded` is called when one was. */
export function offerToAdd(folders, onAdded) {
  offered = folders;
  changed = onAdded;
  addForm.reset();
  byId("folder").replaceChildren(...folders.map((folder) => make("option", { value: folder }, folder)));
  byId("add-problem").replaceChildren();
  arrange();
  addDialog.showModal();
}

/** Ask whether `source` is to go, and what becomes of its documents. */
export async function askToRemove(source, onRemoved) {
  asked = source;
  changed = onRemoved;
  removeForm.reset();
  byId("remove-problem").replaceChildren();
  byId("remove-title").textContent = say("source_remove_title", { name: source.name });
  byId("keep-title").textContent = say("source_keep");
  byId("forget-title").textContent = say("source_forget");
  removeDialog.showModal();
  try {
    const { documents } = await get(address(source));
    byId("keep-title").textContent = sayCount("source_keep_count", documents);
    byId("forget-title").textContent = sayCount("source_forget_count", documents);
  } catch (error) {
    if (asked === source) byId("remove-problem").replaceChildren(notice(error));
  }
}

/** Show the fields of the chosen kind, and demand only what is shown. */
function arrange() {
  const kind = addForm.elements.kind.value;
  const mayAdd = kind === "web" || (kind === "folder" && offered.length > 0);
  for (const part of addForm.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind;
  for (const part of addForm.querySelectorAll("[data-common]")) part.hidden = !mayAdd;
  byId("folder-fields").hidden = kind !== "folder" || !mayAdd;
  byId("folder-none").hidden = kind !== "folder" || mayAdd;
  byId("daily-at").hidden = byId("schedule").value !== "daily";
  byId("add-send").hidden = !mayAdd;
  for (const input of addForm.querySelectorAll("[data-required]")) input.required = !input.closest("[hidden]");
}

function newSource() {
  const kind = addForm.elements.kind.value;
  const below = byId("subfolder").value.trim().replace(/^\/+/, "");
  const folder = [byId("folder").value.replace(/\/+$/, ""), below].filter(Boolean).join("/");
  const schedule = byId("schedule").value;
  return {
    name: byId("source-name").value.trim(),
    address: kind === "folder" ? folder : webAddress(byId("web-address").value.trim()),
    collection: byId("source-collection").value.trim(),
    schedule: schedule === "daily" ? `daily ${byId("time").value}` : schedule,
  };
}

/** People leave out what every address begins with. */
function webAddress(text) {
  return /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]*:\d/.test(text) ? text : `${SECURE}//${text}`;
}

function address({ name }) {
  return `/api/sources/${encodeURIComponent(name)}`;
}

async function send(event, button, problem, work, dialog) {
  event.preventDefault();
  button.disabled = true;
  problem.replaceChildren();
  try {
    await work();
    dialog.close();
    await changed();
  } catch (error) {
    problem.replaceChildren(notice(error));
  } finally {
    button.disabled = false;
  }
}

addForm.addEventListener("change", arrange);
addForm.addEventListener("submit", (event) => send(event, byId("add-send"), byId("add-problem"), async () => {
  const source = newSource();
  await post("/api/sources", source);
  if (byId("run-at-once").checked) await post(`${address(source)}/run`, {});
}, addDialog));
removeForm.addEventListener("submit", (event) => send(event, byId("remove-send"), byId("remove-problem"),
  () => remove(`${address(asked)}?documents=${removeForm.elements.documents.value}`), removeDialog));
for (const dialog of [addDialog, removeDialog]) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
}
