-- Prints what wrk counted as one line that a program can read. Times are in microseconds.
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        "RESULT requests=%d duration=%d p50=%d p99=%d failed=%d refused=%d\n",
        summary.requests,
        summary.duration,
        latency:percentile(50),
        latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.timeout,
        errors.status
    ))
end
