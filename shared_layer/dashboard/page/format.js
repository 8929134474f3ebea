// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const NONE = "–";

export function count(value) {
  return value === null ? NONE : whole.format(value);
}

export function milliseconds(value) {
  if (value === null) return NONE;
  if (value >= 10000) return `${(value / 1000).toFixed(0)} s`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(2)} ms`;
}

export function seconds(value) {
  return value === null ? NONE : milliseconds(value * 1000);
}

export function percent(value) {
  if (value === null) return NONE;
  const points = value * 100;
  return `${points === 0 || points >= 10 ? points.toFixed(0) : points.toFixed(points < 1 ? 2 : 1)} %`;
}

export function rate(value) {
  return value >= 10 ? whole.format(value) : value.toFixed(1);
}

export function time(moment) {
  return clock.format(new Date(moment));
}

const NAMES = new Map([["ai", "AI"], ["api", "API"], ["aso", "ASO"], ["crm", "CRM"], ["openai", "OpenAI"]]);

export function words(name) {
  const text = name.split(/[_-]/).map((word) => NAMES.get(word) ?? word).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
