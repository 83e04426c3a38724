// Calls to the API. Every failure becomes a Failure with a message and a remedy.

import { say } from "./dom.js";

export class Failure extends Error {
  constructor({ message, remedy = "", type = "" }, status = 0) {
    super(message);
    this.remedy = remedy;
    this.type = type;
    this.status = status;
  }
}

async function reach(path, options) {
  try {
    return await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure({ message: say("offline"), remedy: say("offline_remedy") });
  }
}

async function checked(response) {
  if (response.ok) return response;
  if (response.status === 401 && location.pathname !== "/sign-in") {
    location.assign("/sign-in");
    throw new Failure({ message: say("signed_out") }, 401);
  }
  const body = await response.json().catch(() => ({}));
  throw new Failure(body.error ?? { message: response.statusText }, response.status);
}

export async function get(path) {
  return (await checked(await reach(path, {}))).json();
}

/** A page picture and how far down its first mark begins, as a share of its height. */
export async function getPicture(path) {
  const response = await checked(await reach(path, {}));
  return { blob: await response.blob(), firstMark: Number(response.headers.get("X-TeaEgg-First-Mark")) };
}

export async function post(path, body, options = {}) {
  const headers = { "Content-Type": "application/json" };
  return checked(await reach(path, { method: "POST", headers, body: JSON.stringify(body), ...options }));
}

export async function put(path, body) {
  const headers = { "Content-Type": "application/json" };
  return (await checked(await reach(path, { method: "PUT", headers, body: JSON.stringify(body) }))).json();
}

export async function remove(path) {
  return (await checked(await reach(path, { method: "DELETE" }))).json();
}

/** POST whose answer is a stream of server-sent events: calls `onEvent(name, data)` for each. */
export async function postForEvents(path, body, onEvent, signal) {
  const response = await post(path, body, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    waiting += value;
    const frames = waiting.split("\n\n");
    waiting = frames.pop();
    for (const frame of frames) dispatch(frame, onEvent);
  }
}

function dispatch(frame, onEvent) {
  const fields = new Map(frame.split("\n").map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)];
  }));
  const data = JSON.parse(fields.get("data"));
  if (fields.get("event") === "error") throw new Failure(data.error);
  onEvent(fields.get("event"), data);
}

/** POST of one file; `onProgress` gets the share that has been sent, 0 to 1. */
export function postFile(path, file, fields, onProgress) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file);
    const request = new XMLHttpRequest(); // fetch does not tell how much was sent
    request.open("POST", path);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("error", () =>
      reject(new Failure({ message: say("offline"), remedy: say("offline_remedy") })));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(new Failure(request.response?.error ?? { message: request.statusText }, request.status));
    });
    request.send(form);
  });
}
