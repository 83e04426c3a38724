// The form at the gate.

import { post } from "./api.js";
import { byId, say } from "./dom.js";

const form = byId("sign-in");
const problem = byId("sign-in-error");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await post("/api/sign-in", { name: form.elements.name.value.trim(), password: form.elements.password.value });
    location.assign("/");
  } catch (error) {
    problem.textContent = error.status === 401 && error.message.startsWith("Name and password")
      ? say("sign_in_failed") : [error.message, error.remedy].filter(Boolean).join(" ");
    problem.hidden = false;
    button.disabled = false;
    form.elements.password.select();
  }
});
