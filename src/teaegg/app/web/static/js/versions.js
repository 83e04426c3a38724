// What is said of a cited document that is not in force today.

import { icon, language, make, say } from "./dom.js";
import { titleOf } from "./locations.js";

const CLOCK = "M12 7v5l3.500 2M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0z";

/** A small mark to stand beside a citation; null where its document is in force. */
export function versionMark(citation, versions) {
  const version = versions[citation.document];
  return version ? make("span", { class: `version ${version.status}` }, said(version)) : null;
}

/** One quiet line for each of `citations`' documents that is not in force; null without any. */
export function versionLines(citations, versions) {
  const titles = new Map(citations.map((citation) => [citation.document, citation]));
  const lines = [...titles].filter(([document]) => versions[document]);
  if (!lines.length) return null;
  return make("ul", { class: "version-lines" }, ...lines.map(([document, citation]) =>
    make("li", {}, icon(CLOCK), make("span", {}, line(citation, versions[document])))));
}

function line(citation, version) {
  const words = { title: titleOf(citation), said: said(version), instead: titleOf(version) };
  if (version.status !== "older" && !version.title) return say("version_line", words);
  return say(`version_line_${version.status}`, words);
}

function said({ status, day }) {
  return day ? say(`version_${status}_day`, { day: spelled(day) }) : say(`version_${status}`);
}

/** The day in the words of the page; noon, so that no time zone makes another day of it. */
function spelled(day) {
  return new Date(`${day}T12:00`).toLocaleDateString(language, { dateStyle: "long" });
}
