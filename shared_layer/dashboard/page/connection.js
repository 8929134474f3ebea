// Stays connected: overview first, then the stream, again with growing pauses when it breaks, until the key is refused.

import { messages } from "./sse.js";

const OVERVIEW = "/api/v1/dashboard/overview";
const EVENTS = "/api/v1/events?limit=20";
const PAUSE = { first: 500, longest: 15000 };
const SILENCE = 20000; // the stream speaks at least every five seconds
const FIRST_WORD = 6000; // a gateway that holds streams back until they end never says one
const POLL = 5000;

export class Refused extends Error {}

export class Connection {
  #key;
  #screen; // state(name, text), overview(document), event(document), and latest: the last event's id
  #ended = new AbortController();
  #failures = 0;

  constructor(key, screen) {
    this.#key = key;
    this.#screen = screen;
  }

  close() {
    this.#ended.abort();
  }

  // Returns when closed; throws Refused when the key does not open the dashboard.
  async run() {
    while (!this.#ended.signal.aborted) {
      try {
        this.#screen.state("waiting", "Connecting…");
        const overview = await this.#read(OVERVIEW);
        this.#screen.overview(overview);
        await this.#follow(overview.stream_url);
        await this.#sleep(PAUSE.first);
      } catch (error) {
        if (error instanceof Refused || this.#ended.signal.aborted) throw error;
        await this.#wait(error.seconds);
      }
    }
  }

  async #follow(address) {
    const silence = new AbortController();
    let watch = setTimeout(() => silence.abort(), FIRST_WORD);
    let spoke = false;
    try {
      const since = this.#screen.latest ? `?since=${encodeURIComponent(this.#screen.latest)}` : "";
      const response = await this.#fetch(address + since, silence.signal);
      for await (const message of messages(response)) {
        clearTimeout(watch);
        watch = setTimeout(() => silence.abort(), SILENCE);
        if (!spoke) this.#screen.state("live", "Live");
        [spoke, this.#failures] = [true, 0];
        if (message.type === "overview") this.#screen.overview(message.data);
        if (message.type === "event") this.#screen.event(message.data);
      }
    } catch (error) {
      if (spoke || !silence.signal.aborted || this.#ended.signal.aborted) throw error;
      await this.#poll();
    } finally {
      clearTimeout(watch);
      silence.abort();
    }
  }

  async #poll() {
    this.#screen.state("live", `Updated every ${POLL / 1000} s`);
    for (;;) {
      this.#screen.overview(await this.#read(OVERVIEW));
      const events = await this.#read(EVENTS);
      events.items.reverse().forEach((event) => this.#screen.event(event));
      await this.#sleep(POLL);
    }
  }

  async #read(address) {
    return (await this.#fetch(address)).json();
  }

  async #fetch(address, signal = this.#ended.signal) {
    const response = await fetch(address, {
      headers: { "X-API-Key": this.#key },
      signal: AbortSignal.any([signal, this.#ended.signal]),
      credentials: "omit",
      cache: "no-store",
    });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    if ([401, 403].includes(response.status)) throw new Refused(reason(response.status, problem));
    const error = new Error(problem.detail ?? `The platform answered ${response.status}.`);
    error.seconds = Number(response.headers.get("Retry-After")) || 0;
    throw error;
  }

  async #wait(atLeast = 0) {
    const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    const milliseconds = Math.max(pause, atLeast * 1000);
    const text = navigator.onLine ? `Reconnecting in ${Math.ceil(milliseconds / 1000)} s` : "Offline";
    this.#screen.state(this.#failures > 3 ? "lost" : "waiting", text);
    await this.#sleep(milliseconds);
  }

  #sleep(milliseconds) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        removeEventListener("online", wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      addEventListener("online", wake);
      this.#ended.signal.addEventListener("abort", wake, { once: true });
    });
  }
}

function reason(status, problem) {
  if (status === 401) return "This key is not valid. It may be mistyped, revoked or expired.";
  if (problem.code === "scope_missing") return `This key may not see this: it lacks the scope ${problem.scope}.`;
  return problem.detail ?? "This key may not see the dashboard.";
}
