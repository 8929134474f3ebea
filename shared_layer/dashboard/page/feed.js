// The tenant's events, newest first.

import { byId, element } from "./element.js";
import { time, words } from "./format.js";

const SHOWN = 50;
const TOLD = ["status", "name", "campaign_id", "key_id", "provider", "model", "component", "reason", "plan"];

export class Feed {
  #seen = new Map();
  latest = "";

  add(event) {
    if (this.#seen.has(event.event_id)) return;
    const moment = Date.parse(event.timestamp);
    const row = element(
      "li", { title: `Request ${event.metadata.correlation_id}` },
      element("time", { datetime: event.timestamp }, time(event.timestamp)),
      element("span", { class: "type" }, words(event.event_type)),
      element("span", { class: "detail" }, detail(event.payload)),
    );
    if (Date.now() - moment < 10000) row.classList.add("new");
    this.#seen.set(event.event_id, moment);
    this.latest = event.event_id;
    this.#place(row, moment);
    byId("feed-empty").hidden = true;
  }

  // An event may arrive after one that was stamped later.
  #place(row, moment) {
    const list = byId("feed");
    const older = [...list.children].find((other) => Date.parse(other.firstChild.dateTime) <= moment);
    list.insertBefore(row, older ?? null);
    while (list.children.length > SHOWN) list.lastChild.remove();
    if (this.#seen.size > 20 * SHOWN) this.#seen.delete(this.#seen.keys().next().value);
  }

  clear() {
    this.#seen.clear();
    this.latest = "";
    byId("feed").replaceChildren();
    byId("feed-empty").hidden = false;
  }
}

function detail(payload) {
  const fields = { ...(payload.data ?? {}), ...payload };
  return TOLD.filter((name) => typeof fields[name] === "string" && fields[name]).map((name) => fields[name]).join(" · ");
}
