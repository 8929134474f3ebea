// The table of services: one row each, made once and then kept up to date.

import { byId, element } from "./element.js";
import { NONE, count, milliseconds, percent, rate, words } from "./format.js";
import { Rates, draw, sparkline } from "./sparkline.js";

const NUMBERS = [
  ["Requests", (service) => count(service.requests)],
  ["p50", (service) => milliseconds(service.p50_ms)],
  ["p95", (service) => milliseconds(service.p95_ms)],
  ["p99", (service) => milliseconds(service.p99_ms)],
  ["Errors", (service) => percent(service.error_rate)],
  ["Cache hits", (service) => percent(service.cache_hit_rate)],
];
const ERRORS = 4;

class Row {
  #rates = new Rates();
  #drawing = sparkline();
  #rate = element("span");
  #status = element("span", { class: "status" });
  #numbers = NUMBERS.map(([label]) => element("td", { class: "number", "data-label": label }));

  constructor(service) {
    this.element = element(
      "tr", {},
      element("th", { scope: "row" }, words(service.name), element("small", {}, service.summary)),
      element("td", { class: "state" }, this.#status),
      element("td", { class: "flow" }, element("div", { class: "rate" }, this.#drawing, this.#rate)),
      ...this.#numbers,
    );
  }

  show(service, moment) {
    this.#status.textContent = words(service.status);
    this.#status.dataset.status = service.status;
    this.#status.title = service.reason;
    this.#rates.update(service.requests_by_minute, moment);
    this.#rate.textContent = rate(this.#rates.current);
    draw(this.#drawing, this.#rates.smooth);
    NUMBERS.forEach(([, text], index) => {
      const cell = this.#numbers[index];
      cell.textContent = text(service);
      cell.classList.toggle("none", cell.textContent === NONE);
      cell.classList.toggle("alarm", index === ERRORS && service.error_rate >= 0.01);
    });
  }
}

export class Services {
  #rows = new Map();

  show(overview) {
    const moment = Date.parse(overview.as_of);
    for (const service of overview.services) {
      if (!this.#rows.has(service.name)) {
        const row = new Row(service);
        this.#rows.set(service.name, row);
        byId("services").append(row.element);
      }
      this.#rows.get(service.name).show(service, moment);
    }
    byId("window").textContent = `Last ${Math.round(overview.window_seconds / 60)} minutes`;
  }

  clear() {
    this.#rows.clear();
    byId("services").replaceChildren();
  }
}
