// Requests per second over the last minute: a series derived from counts by minute, and its drawing.

const SAMPLES = 60;
const WIDTH = 110;
const HEIGHT = 26;
const SVG = "http://www.w3.org/2000/svg";

export class Rates {
  #samples = null;
  #minute = 0;
  #counted = 0;
  #second = 0;

  // `byMinute` counts requests, the current minute last; `moment` is the server's time of counting.
  update(byMinute, moment) {
    const second = Math.floor(moment / 1000);
    const minute = Math.floor(second / 60);
    const now = byMinute.at(-1);
    if (this.#samples === null) {
      this.#samples = this.#before(byMinute, second);
    } else if (second > this.#second) {
      const ended = minute > this.#minute ? Math.max(0, (byMinute.at(-2) ?? 0) - this.#counted) : 0;
      const arrived = minute > this.#minute ? ended + now : Math.max(0, now - this.#counted);
      const passed = Math.min(SAMPLES, second - this.#second);
      this.#samples.push(...Array(passed).fill(arrived / passed));
      this.#samples.splice(0, this.#samples.length - SAMPLES);
    } else {
      return;
    }
    [this.#minute, this.#counted, this.#second] = [minute, now, second];
  }

  // Before the first update only whole minutes are known: each second gets its minute's mean.
  #before(byMinute, second) {
    const into = second % 60;
    const current = byMinute.at(-1) / Math.max(1, into);
    const former = (byMinute.at(-2) ?? 0) / 60;
    return Array.from({ length: SAMPLES }, (_, index) => (SAMPLES - index <= into ? current : former));
  }

  // The mean of the last ten seconds.
  get current() {
    const last = this.#samples.slice(-10);
    return last.reduce((sum, value) => sum + value, 0) / last.length;
  }

  // A moving mean over three seconds: counts arrive once a second, give or take.
  get smooth() {
    return this.#samples.map((_, index, all) => {
      const near = all.slice(Math.max(0, index - 1), index + 2);
      return near.reduce((sum, value) => sum + value, 0) / near.length;
    });
  }
}

export function sparkline() {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "spark");
  drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(document.createElementNS(SVG, "polygon"), document.createElementNS(SVG, "polyline"));
  return drawing;
}

export function draw(drawing, values) {
  const top = Math.max(1, ...values);
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * WIDTH;
    const y = HEIGHT - 1 - (value / top) * (HEIGHT - 3);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  drawing.lastChild.setAttribute("points", points.join(" "));
  drawing.firstChild.setAttribute("points", `0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`);
}
