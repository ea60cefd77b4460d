-- Shows the keys of a file in turn. Arguments: the path that is asked for, the file.
local requests, next = {}, 0

function init(arguments)
  for key in io.lines(arguments[2]) do
    requests[#requests + 1] = wrk.format("GET", arguments[1], { ["Host"] = "api.example", ["X-API-Key"] = key })
  end
end

function request()
  next = next % #requests + 1
  return requests[next]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
