// What stands above the table: one sentence, six numbers; and the AI providers' breakers.

import { byId, element } from "./element.js";
import { count, milliseconds, percent, rate, seconds, time, words } from "./format.js";
import { Rates } from "./sparkline.js";

const TITLES = {
  up: "All services are up",
  degraded: "Some services are degraded",
  down: "A service is down",
  idle: "Nothing to do right now",
  unknown: "The state is not known",
};
const BREAKERS = { closed: "Closed", open: "Open", half_open: "Trying" };

export class Summary {
  #rates = new Rates();

  show(overview) {
    const platform = overview.platform;
    this.#rates.update(platform.requests_by_minute, Date.parse(overview.as_of));
    headline(overview);
    byId("tiles").replaceChildren(
      tile("Requests", rate(this.#rates.current), "per s"),
      tile("Latency p95", milliseconds(platform.p95_ms)),
      tile("Errors", percent(platform.error_rate), "", platform.error_rate >= 0.01),
      tile("Cache hits", percent(platform.cache_hit_rate)),
      tile("Warehouse lag", seconds(overview.warehouse_lag_seconds)),
      tile("Dead letters", count(overview.dead_letters_open), "", overview.dead_letters_open > 0),
    );
    byId("stale").hidden = !overview.stale;
    byId("stale").textContent = `The metrics cannot be read. These numbers are from ${time(overview.as_of)}.`;
    providers(overview.providers);
  }

  clear() {
    this.#rates = new Rates();
  }
}

function headline(overview) {
  const troubled = overview.services.filter((service) => ["degraded", "down"].includes(service.status));
  const told = troubled.map((service) => `${words(service.name)}: ${service.reason}`);
  const served = `${count(overview.platform.requests)} requests in the last ${Math.round(overview.window_seconds / 60)} minutes`;
  byId("headline").dataset.status = overview.status;
  byId("headline-title").textContent = TITLES[overview.status];
  byId("headline-detail").textContent = told.length ? told.join(" ") : served;
}

function tile(name, value, unit = "", alarm = false) {
  const [number, ...rest] = value.split(" ");
  return element(
    "div", alarm ? { class: "alarm" } : {},
    element("dt", {}, name),
    element("dd", {}, number, element("small", {}, rest.join(" ") || unit)),
  );
}

function providers(found) {
  byId("providers-empty").hidden = found.length > 0;
  byId("providers").replaceChildren(...found.map((provider) => element(
    "li", {},
    element("span", { class: "name" }, words(provider.provider)),
    element("small", {}, detail(provider)),
    element("span", { class: "status", "data-status": provider.state }, BREAKERS[provider.state] ?? words(provider.state)),
  )));
}

function detail(provider) {
  if (provider.state === "open") return `tries again in ${Math.ceil(provider.retry_in_seconds)} s`;
  return provider.failures ? `${provider.failures} failed in a row` : "";
}
