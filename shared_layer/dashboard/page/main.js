// The page: asks for a key where there is none, and shows what the connection brings.

import { Connection, Refused } from "./connection.js";
import { byId } from "./element.js";
import { Feed } from "./feed.js";
import { forgetKey, keepKey, takeKey } from "./key.js";
import { Services } from "./services.js";
import { Summary } from "./summary.js";

const [summary, services, feed] = [new Summary(), new Services(), new Feed()];
let connection = null;

const screen = {
  state(name, text) {
    const place = byId("connection");
    place.dataset.state = name;
    if (place.textContent !== text) place.textContent = text;
  },
  overview(overview) {
    byId("gate").hidden = true;
    byId("board").hidden = byId("forget").hidden = false;
    summary.show(overview);
    services.show(overview);
  },
  event(event) {
    feed.add(event);
  },
  get latest() {
    return feed.latest;
  },
};

function ask(reason = "") {
  connection?.close();
  forgetKey();
  [summary, services, feed].forEach((part) => part.clear());
  byId("board").hidden = byId("forget").hidden = true;
  byId("gate").hidden = false;
  byId("gate-error").textContent = reason;
  byId("gate-key").setAttribute("aria-invalid", String(reason !== ""));
  byId("gate-key").focus();
  screen.state("idle", "Not connected");
}

async function connect(key) {
  connection?.close();
  const opened = (connection = new Connection(key, screen));
  try {
    await opened.run();
  } catch (error) {
    if (opened !== connection) return;
    if (error instanceof Refused) ask(error.message);
    else if (error.name !== "AbortError") throw error;
  }
}

byId("gate-form").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const key = byId("gate-key").value.trim();
  if (!key) return ask("Enter an API key first.");
  keepKey(key);
  byId("gate-key").value = "";
  return connect(key);
});
byId("forget").addEventListener("click", () => ask());
addEventListener("hashchange", () => location.hash.includes("key=") && connect(takeKey()));

const key = takeKey();
if (key) connect(key);
else ask();
