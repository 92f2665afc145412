-- Each request once, over all connections. Arguments: a file of lines "path<TAB>token<TAB>body", the threads.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  lines, at, failed, answered = {}, 0, 0, 0
  local n = 0
  for line in io.lines(args[1]) do
    if n % tonumber(args[2]) == number then table.insert(lines, line) end
    n = n + 1
  end
end

function request()
  at = at + 1
  if at > #lines then
    failed, at = failed + 1, #lines -- too few were prepared
  end
  local path, token, body = lines[at]:match("([^\t]*)\t([^\t]*)\t(.*)")
  local headers = {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = path,
  }
  return wrk.format("POST", path, headers, body)
end

function response(status, _, body)
  answered = answered + 1
  if status ~= 200 then
    failed = failed + 1
    if failed == 1 then print(status, body) end
  end
end

function done(summary, latency)
  local errors, answers = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, 0
  for _, thread in ipairs(threads) do
    errors, answers = errors + thread:get("failed"), answers + thread:get("answered")
  end
  print(string.format("answered %d errors %d seconds %.3f p99 %.3f", answers, errors, summary.duration / 1e6, latency:percentile(99) / 1e6))
end
