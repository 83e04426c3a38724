// Rows of a table, which were learned as "header: value；header: value".

import { make, say } from "./dom.js";

const LONG_CHARACTERS = 28;

/** [[header, value], …]; what has no header belongs to the value before it. */
export function cells(text) {
  const found = [];
  for (const pair of text.split("；")) {
    const colon = pair.indexOf(": ");
    if (colon > 0) found.push([pair.slice(0, colon), pair.slice(colon + 2)]);
    else if (found.length && found.at(-1)[0]) found.at(-1)[1] += `；${pair}`;
    else found.push(["", pair]);
  }
  return found;
}

/** Neighbouring rows as one table under their headers, the quoted ones marked. */
export function rowsTable(pieces, { start, end }) {
  const rows = pieces.map((piece) => ({
    number: piece.location.row ?? "",
    isCited: piece.start < end && start < piece.end,
    values: new Map(cells(piece.text)),
  }));
  const headers = [...new Set(rows.flatMap((row) => [...row.values.keys()]))];
  const head = make("tr", {}, make("th", { class: "row-number" }, "#"),
    ...headers.map((header) => make("th", { scope: "col" }, header)));
  const lines = rows.map((row) => make("tr", { class: row.isCited ? "cited" : "" },
    make("td", { class: "row-number" }, String(row.number)),
    ...headers.map((header) => cell(row.values.get(header) ?? ""))));
  return make("div", { class: "table-frame", tabIndex: 0 },
    make("table", { class: "rows" }, make("thead", {}, head), make("tbody", {}, ...lines)));
}

function cell(value) {
  return make("td", { class: value.length > LONG_CHARACTERS ? "long" : "" }, value);
}

/** One row upright, field by field, so that it can be read on a phone. */
export function recordOf(piece) {
  const fields = cells(piece.text).flatMap(([header, value]) => [
    make("dt", {}, header), make("dd", {}, value)]);
  return make("section", { class: "record" },
    make("h3", {}, [say("quoted_row"), piece.location.sheet, piece.location.row && say("place_row", { row: piece.location.row })]
      .filter(Boolean).join(" · ")),
    make("dl", {}, ...fields));
}
