-- Uploads to Hashdrop again and again: presign, PUT at the signed URL, complete. The argument is the access token.
--
-- Each connection has a thread of its own, because a script is not told which connection an answer came from.
-- CYCLES counts the uploads that were completed, FAULTS the answers that were none of those expected.
local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

local content = string.rep("0123456789", 1000)
local presign, put, complete
local step = "presign"
cycles, faults = 0, 0

function init(arguments)
    local headers = { Authorization = "Bearer " .. arguments[1] }
    presign = wrk.format("POST", "/api/files/presign", headers, '{"file_name":"a.bin","mime_type":"text/plain"}')
    function put(target)
        return wrk.format("PUT", target, { ["Content-Type"] = "application/octet-stream" }, content)
    end
    function complete(id)
        local facts = '{"file_id":"' .. id .. '","plaintext_hash":"00","plaintext_size_bytes":9968}'
        return wrk.format("POST", "/api/files/complete", headers, facts)
    end
end

local id, target

function request()
    if step == "put" then
        return put(target)
    elseif step == "complete" then
        return complete(id)
    end
    return presign
end

function response(status, headers, body)
    if status ~= 200 then
        faults, step = faults + 1, "presign"
    elseif step == "presign" then
        id = body:match('"file_id":"([^"]+)"')
        target = body:match('"url":"https?://[^/]+([^"]+)"')
        step = "put"
    elseif step == "put" then
        step = "complete"
    else
        cycles, step = cycles + 1, "presign"
    end
end

function done(summary, latency, requests)
    local total, failed = 0, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    for _, thread in ipairs(threads) do
        total, failed = total + thread:get("cycles"), failed + thread:get("faults")
    end
    io.write(string.format("RESULT requests=%d duration=%d p50=%d p99=%d failed=%d refused=0\n",
        total, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
