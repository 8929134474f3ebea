"""The rule of breaker_rule.py as one atomic script on Redis.

KEYS: a hash per provider. ARGV: operation, milliseconds open, permit, milliseconds of a permit, failures that open,
milliseconds of rest, and a moment in milliseconds (left out: Redis's own clock, so that instances need not agree on
theirs).

`look` answers `{state, failures, milliseconds until a probe, admits}` for each key; `admit` answers
`{index of the first key that admits, permit, change}`, or `{0, milliseconds for which surely none admits, ''}`;
`succeeded`, `failed`, `released` and `rested` answer `{0, '', change}`.
`change` is the new state where it changed.
"""

from __future__ import annotations

from typing import Final

from shared_layer.storage.redis import Script

SCRIPT: Final = Script("""
local op, open_ms, permit, permit_ms, threshold =
  ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local rest_ms = tonumber(ARGV[6])
local now = tonumber(ARGV[7]) or (tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local function read(key)
  local h = redis.call('HMGET', key, 'state', 'failures', 'changed_at', 'permit', 'permit_until', 'rest_until')
  return h[1] or 'closed', tonumber(h[2] or '0'), tonumber(h[3] or '0'), h[4] or '', tonumber(h[5] or '0'),
    tonumber(h[6] or '0')
end
local function write(key, state, failures, changed_at, holder, permit_until)
  redis.call('HSET', key, 'state', state, 'failures', failures, 'changed_at', string.format('%.0f', changed_at),
    'permit', holder, 'permit_until', string.format('%.0f', permit_until))
  redis.call('PEXPIRE', key, 86400000)
end
local function admits(state, changed_at, holder, permit_until, rest_until)
  if now < rest_until then return false end
  if state == 'open' then return now >= changed_at + open_ms end
  return state == 'closed' or holder == '' or now >= permit_until
end
if op == 'look' then
  local seen = {}
  for i, key in ipairs(KEYS) do
    local state, failures, changed_at, holder, permit_until, rest_until = read(key)
    local free = admits(state, changed_at, holder, permit_until, rest_until) and 1 or 0
    local wait = state == 'open' and changed_at + open_ms - now or 0
    seen[i] = {state, failures, math.max(0, wait, rest_until - now), free}
  end
  return seen
end
if op == 'admit' then
  local surely
  for i, key in ipairs(KEYS) do
    local state, failures, changed_at, holder, permit_until, rest_until = read(key)
    if admits(state, changed_at, holder, permit_until, rest_until) then
      if state == 'closed' then return {i, '', ''} end
      local change = state == 'open' and 'half_open' or ''
      if state == 'open' then changed_at = now end
      write(key, 'half_open', failures, changed_at, permit, now + permit_ms)
      return {i, permit, change}
    end
    local wait = math.max(0, rest_until - now, state == 'open' and changed_at + open_ms - now or 0)
    surely = math.min(surely or wait, wait)
  end
  return {0, string.format('%.0f', surely), ''}
end
local key = KEYS[1]
local state, failures, changed_at, holder, permit_until, rest_until = read(key)
local probe = state == 'half_open' and permit ~= '' and permit == holder
if op == 'rested' then
  redis.call('HSET', key, 'rest_until', string.format('%.0f', math.max(rest_until, now + rest_ms)))
  redis.call('PEXPIRE', key, 86400000)
end
if (op == 'released' or op == 'rested') and permit ~= '' and permit == holder then
  write(key, state, failures, changed_at, '', 0)
elseif op == 'succeeded' and state == 'closed' and failures > 0 then
  write(key, 'closed', 0, changed_at, '', 0)
elseif op == 'succeeded' and probe then
  write(key, 'closed', 0, now, '', 0)
  return {0, '', 'closed'}
elseif op == 'failed' and state == 'closed' and permit == '' and failures + 1 < threshold then
  write(key, state, failures + 1, changed_at, '', 0)
elseif op == 'failed' and ((state == 'closed' and permit == '') or probe) then
  write(key, 'open', probe and failures or failures + 1, now, '', 0)
  return {0, '', 'open'}
end
return {0, '', ''}
""")
