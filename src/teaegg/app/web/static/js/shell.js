// The frame: the menu on a phone, the list of recent questions, signing out.

import { get, post } from "./api.js";
import { byId, make } from "./dom.js";

const sidebar = byId("sidebar");
const menuButton = byId("menu-button");
const scrim = byId("scrim");

export function closeMenu() {
  const wasOpen = sidebar.classList.contains("open");
  setMenu(false);
  return wasOpen;
}

function setMenu(open) {
  sidebar.classList.toggle("open", open);
  scrim.hidden = !open;
  menuButton.setAttribute("aria-expanded", String(open));
  if (open) sidebar.querySelector("a").focus();
}

/** The list on the left; `current` is the conversation on show. */
export async function loadHistory(current = "") {
  const { conversations } = await get("/api/conversations");
  byId("history-empty").hidden = conversations.length > 0;
  byId("history").replaceChildren(...conversations.map((item) => {
    const link = make("a", { href: `/c/${encodeURIComponent(item.conversation)}`, title: item.title }, item.title);
    if (item.conversation === current) link.setAttribute("aria-current", "page");
    return make("li", {}, link);
  }));
}

menuButton.addEventListener("click", () => setMenu(!sidebar.classList.contains("open")));
scrim.addEventListener("click", () => setMenu(false));
byId("sign-out").addEventListener("click", async () => {
  const { next } = await (await post("/api/sign-out", {})).json();
  location.assign(next);
});
