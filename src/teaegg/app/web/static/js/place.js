// The panel that shows where a quote stands: the page as a picture, a row of a table, or the text.

import { get, getPicture } from "./api.js";
import { byId, make, notice, say } from "./dom.js";
import { placeOf, titleOf } from "./locations.js";
import { cells, recordOf, rowsTable } from "./rows.js";
import { versionNote } from "./versions.js";

const WIDE_COLUMNS = 5;

const panel = byId("place");
const body = byId("place-body");
const scrim = byId("place-scrim");
const tabs = { page: byId("tab-page"), text: byId("tab-text") };
let opener = null;
let shown = null;

/** Open the panel on `citation`; focus comes back to `from` when it closes. */
export async function openPlace(citation, number, from) {
  opener?.setAttribute("aria-expanded", "false");
  opener = from;
  opener.setAttribute("aria-expanded", "true");
  shown = citation;
  panel.hidden = scrim.hidden = false;
  byId("place-number").textContent = number;
  byId("place-title").textContent = titleOf(citation);
  byId("place-where").textContent = placeOf(citation.location);
  byId("place-original").href = `/api/documents/${encodeURIComponent(citation.document)}/original`;
  byId("place-version").replaceChildren();
  byId("place-tabs").hidden = true;
  body.replaceChildren(make("p", { class: "muted", role: "status" }, say("loading")));
  byId("place-close").focus({ preventScroll: true });
  try {
    const excerpt = await get(`/api/documents/${encodeURIComponent(citation.document)}/text?${span(citation)}`);
    if (shown === citation) fill(citation, excerpt);
  } catch (error) {
    if (shown === citation) body.replaceChildren(notice(error));
  }
}

export function closePlace() {
  if (panel.hidden) return false;
  panel.hidden = scrim.hidden = true;
  shown = null;
  opener?.setAttribute("aria-expanded", "false");
  opener?.focus({ preventScroll: true });
  opener = null;
  return true;
}

function span({ start, end, version }) {
  return new URLSearchParams({ start, end, version });
}

function fill(citation, excerpt) {
  const page = hasPictures(excerpt.media_type) ? citation.location.page ?? 1 : 0;
  byId("place-version").replaceChildren(versionNote(excerpt.out_of_force) ?? "");
  byId("place-tabs").hidden = !page;
  tabs.page.onclick = () => show("page", () => pagePicture(citation, page));
  tabs.text.onclick = () => show("text", () => textOf(excerpt));
  (page ? tabs.page : tabs.text).click();
}

function hasPictures(mediaType) {
  return mediaType === "application/pdf" || mediaType.startsWith("image/");
}

function show(view, content) {
  for (const [name, tab] of Object.entries(tabs)) tab.setAttribute("aria-selected", String(name === view));
  body.replaceChildren(...content());
  body.scrollTop = 0;
  body.querySelector("tr.cited, mark")?.scrollIntoView({ block: "center", inline: "nearest" });
}

function pagePicture(citation, page) {
  const query = span(citation);
  query.set("quote", citation.quote);
  const status = make("p", { class: "muted", role: "status" }, say("loading"));
  const picture = make("img", { class: "place-page", alt: say("page_alt", { page, title: citation.title }), hidden: true });
  getPicture(`/api/documents/${encodeURIComponent(citation.document)}/pages/${page}.png?${query}`)
    .then(({ blob, firstMark }) => {
      const toMark = () => { body.scrollTop = firstMark * picture.offsetHeight - body.clientHeight / 3; };
      picture.onload = () => {
        status.remove();
        picture.hidden = false;
        URL.revokeObjectURL(picture.src);
        toMark();
      };
      picture.onclick = () => { picture.classList.toggle("large"); toMark(); };
      picture.src = URL.createObjectURL(blob);
    })
    .catch((error) => status.replaceWith(notice(error)));
  return [status, picture];
}

function textOf(excerpt) {
  const cited = excerpt.pieces.filter((piece) => isCited(piece, excerpt));
  const path = cited[0]?.location.path ?? [];
  const crumbs = path.length ? [make("ol", { class: "crumbs" }, ...path.map((step) => make("li", {}, step)))] : [];
  const parts = [];
  let rows = [];
  const flush = () => {
    if (rows.length) parts.push(rowsTable(rows, excerpt));
    rows = [];
  };
  for (const piece of excerpt.pieces) {
    if (piece.kind === "row") rows.push(piece);
    else { flush(); parts.push(paragraph(piece, excerpt)); }
  }
  flush();
  const records = cited.filter((piece) => piece.kind === "row" && cells(piece.text).length > WIDE_COLUMNS).map(recordOf);
  return [...crumbs, ...parts, ...records];
}

export function isCited(piece, { start, end }) {
  return piece.start < end && start < piece.end;
}

function paragraph(piece, excerpt) {
  const classes = ["piece", piece.kind === "heading" ? "heading" : "", isCited(piece, excerpt) ? "cited" : ""];
  return make("p", { class: classes.filter(Boolean).join(" ") }, ...marked(piece, excerpt));
}

/** The text with the quoted part marked. Spans count characters (code points), not UTF-16 units. */
function marked(piece, { start, end }) {
  if (!isCited(piece, { start, end })) return [piece.text];
  const characters = Array.from(piece.text);
  const from = Math.max(0, start - piece.start);
  const to = Math.min(characters.length, end - piece.start);
  return [
    characters.slice(0, from).join(""),
    make("mark", {}, characters.slice(from, to).join("")),
    characters.slice(to).join(""),
  ];
}

byId("place-close").addEventListener("click", closePlace);
scrim.addEventListener("click", closePlace);
