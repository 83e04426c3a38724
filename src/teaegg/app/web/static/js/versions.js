// What is said of a cited document that is not in force today.

import { icon, language, make, say } from "./dom.js";
import { titleOf } from "./locations.js";

const CLOCK = "M12 7v5l3.500 2M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0z";

/** A small mark to stand beside a citation; null where its document is in force. */
export function versionMark(citation, versions) {
  const version = versions[citation.document];
  return version ? make("span", { class: `version ${version.status}` }, version.mark[language]) : null;
}

/** One quiet line for each of `citations`' documents that is not in force; null without any. */
export function versionLines(citations, versions) {
  const titles = new Map(citations.map((citation) => [citation.document, citation]));
  const lines = [...titles].filter(([document]) => versions[document]);
  if (!lines.length) return null;
  return make("ul", { class: "version-lines" }, ...lines.map(([document, citation]) =>
    make("li", {}, icon(CLOCK), make("span", {}, say("version_line",
      { title: titleOf(citation), said: versions[document].said[language] })))));
}

/** The whole of it for one document, as its panel shows it; null where it is in force. */
export function versionNote(version) {
  return version ? make("span", {}, icon(CLOCK), version.said[language]) : null;
}
