-- One flow after another on each thread's connection, up to a stage: create, consent, card or identity, code.
-- Arguments: secret key, plan, first line of the plan to use, lines for each thread, stages, "limit" or "service",
-- file to write what was reached to, or "-".
-- The plan: the method, the consent to give, then a line for each person.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  secret, stages, is_limit = args[1], tonumber(args[5]), args[6] == "limit"
  local plan, bodies = io.open(args[2]), {}
  method, consent = plan:read("l"), plan:read("l")
  local first, share = tonumber(args[3]) + number * tonumber(args[4]), tonumber(args[4])
  for n = 1, first + share do
    local body = plan:read("l")
    if n > first then table.insert(bodies, body) end
  end
  plan:close() -- wrk watches only sockets whose numbers are small
  people, base = bodies, first
  reached = args[7] ~= "-" and args[7] .. "." .. number or nil
  at, stage, flows, failed, id, token = 1, 1, 0, 0, "", secret
end

local PATHS = {
  face = { "", "/steps/consent", "/steps/identity" },
  bank_card = { "", "/steps/consent", "/steps/bank_card", "/steps/sms_code" },
}

local function body_of(who)
  if stage == 1 then
    return '{"type": "personal", "method": "' .. method .. '", "account_ref": "bench-' .. who .. '"}'
  end
  return stage == 2 and consent or stage == 3 and people[at] or '{"code": "246810"}'
end

function request()
  if at > #people then -- wrk stops a moment later; what it asks meanwhile is no flow
    wrk.thread:stop()
    return wrk.format("GET", "/healthz")
  end
  local who = base + at
  local path = is_limit and "/flow/" .. who .. "/" .. stage
    or "/v1/verifications" .. (stage > 1 and "/" .. id or "") .. PATHS[method][stage]
  local headers = {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = who .. "-" .. stage,
  }
  return wrk.format("POST", path, headers, body_of(who))
end

function response(status, _, body)
  if at > #people then return end
  if status >= 300 then
    failed = failed + 1
    if failed == 1 then print(status, body) end
  end
  if stage == 1 and not is_limit then
    id, token = body:match('"id":"([^"]+)"'), body:match('"client_token":"([^"]+)"')
  end
  stage = stage + 1
  if stage > stages then
    flows = flows + 1
    if reached then
      local file = io.open(reached, "a")
      file:write(id, " ", token, " ", base + at, "\n")
      file:close()
    end
    at, stage, token = at + 1, 1, secret
  end
end

function done(summary)
  local flows, failed = 0, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    flows, failed = flows + thread:get("flows"), failed + thread:get("failed")
  end
  print(string.format("flows %d failed %d seconds %.3f", flows, failed, summary.duration / 1e6))
end
