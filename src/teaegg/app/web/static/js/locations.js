// Where a quote stands, said as a person would.

import { language, say } from "./dom.js";

export function titleOf(citation) {
  return language === "zh" && /[㐀-鿿]/.test(citation.title)
    ? `《${citation.title.replace(/^《|》$/g, "")}》`
    : citation.title;
}

export function placeOf(location) {
  const parts = [];
  if (location.article) {
    const [number, suffix] = location.article.split("-");
    parts.push(say("place_article", { article: number }) + (suffix ? (language === "zh" ? `之${suffix}` : `-${suffix}`) : ""));
  }
  if (location.page) parts.push(say("place_page", { page: location.page }));
  if (location.sheet) parts.push(location.sheet);
  if (location.row) parts.push(say("place_row", { row: location.row }));
  if (location.part) parts.push(location.part);
  if (!parts.length && location.path?.length) parts.push(location.path.at(-1));
  return parts.join(language === "zh" ? "，" : ", ");
}
