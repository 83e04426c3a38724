// The original as it can be shown: a page's picture with the passages' places, or the text as parsed.

import { make, notice, say } from "./dom.js";
import { getPicture } from "./api.js";
import { cells } from "./rows.js";

const LONG_CHARACTERS = 28;
const MARGIN_PIXELS = 3;

/** The elements of one part of a document; `onPlaced` is told when a picture and its marks are there. */
export function originalOf(record, address, onPlaced) {
  return record.view === "pages" ? [pictureOf(record, address, onPlaced)] : textOf(record.pieces);
}

function pictureOf(record, address, onPlaced) {
  const status = make("p", { class: "muted", role: "status" }, say("loading"));
  const sheet = make("div", { class: "sheet" }, status);
  getPicture(`${address}/pages/${record.part}.png`).then(async ({ blob }) => {
    const picture = make("img", { alt: say("understood_picture", { title: record.title, page: record.part }) });
    picture.src = URL.createObjectURL(blob);
    await picture.decode(); // marks are placed on its height
    URL.revokeObjectURL(picture.src);
    sheet.replaceChildren(picture, ...record.passages.flatMap(marksOf));
    onPlaced();
  }).catch((error) => status.replaceWith(notice(error)));
  return sheet;
}

/** A passage's places on the page; only the first can be reached by Tab, the others by pointer. */
function marksOf({ passage, number, boxes }) {
  return boxes.map(([left, top, right, bottom], index) => {
    const mark = make("button", { class: "mark-box", type: "button", "aria-pressed": "false", tabIndex: index ? -1 : 0,
      title: say("passage_number", { number }), "aria-label": say("passage_number", { number }), data: { passage } },
    index ? null : make("span", { class: "mark-number", "aria-hidden": "true" }, String(number)));
    // A little air around: what was read is often measured from baseline to capital height.
    Object.assign(mark.style, { left: around(left, -1), top: around(top, -1), width: around(right - left, 2), height: around(bottom - top, 2) });
    return mark;
  });
}

function around(share, margins) {
  return `calc(${(share * 100).toFixed(3)}% + ${margins * MARGIN_PIXELS}px)`;
}

function textOf(pieces) {
  const parts = [];
  let rows = [];
  const flush = () => {
    if (rows.length) parts.push(tableOf(rows));
    rows = [];
  };
  for (const piece of pieces) {
    if (piece.kind === "row" && sameTable(rows.at(-1), piece)) rows.push(piece);
    else {
      flush();
      if (piece.kind === "row") rows.push(piece);
      else parts.push(paragraphOf(piece));
    }
  }
  flush();
  return parts.length ? parts : [make("p", { class: "muted" }, say("understood_none"))];
}

function sameTable(before, piece) {
  return !before || before.location.sheet === piece.location.sheet;
}

function paragraphOf(piece) {
  const heading = piece.kind === "heading" ? ` heading level-${Math.min(piece.level, 3)}` : "";
  return make("p", { class: `piece${heading}` }, ...piece.segments.map(segmentOf));
}

function segmentOf({ passage, text }) {
  return passage ? make("span", { class: "segment", tabIndex: 0, data: { passage } }, text) : text;
}

function tableOf(pieces) {
  const rows = pieces.map((piece) => ({
    number: piece.location.row ?? "",
    passage: piece.segments.find((segment) => segment.passage)?.passage,
    values: new Map(cells(piece.segments.map((segment) => segment.text).join(""))),
  }));
  const headers = [...new Set(rows.flatMap((row) => [...row.values.keys()]))];
  const head = make("tr", {}, make("th", { class: "row-number" }, "#"),
    ...headers.map((header) => make("th", { scope: "col" }, header)));
  return make("figure", { class: "sheet-table" },
    pieces[0].location.sheet ? make("figcaption", {}, pieces[0].location.sheet) : null,
    make("div", { class: "table-frame" },
      make("table", { class: "rows" }, make("thead", {}, head), make("tbody", {}, ...rows.map((row) => lineOf(row, headers))))));
}

function lineOf(row, headers) {
  const properties = row.passage ? { tabIndex: 0, data: { passage: row.passage } } : {};
  return make("tr", properties, make("td", { class: "row-number" }, String(row.number)),
    ...headers.map((header) => {
      const value = row.values.get(header) ?? "";
      return make("td", { class: value.length > LONG_CHARACTERS ? "long" : "" }, value);
    }));
}
