-- Posts one file as multipart/form-data again and again.
require("result")

local boundary = "----coffer-benchmark-boundary"

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    local content = file:read("*a")
    file:close()
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. boundary
    wrk.body = table.concat({
        "--" .. boundary,
        'Content-Disposition: form-data; name="expiry"',
        "",
        "60",
        "--" .. boundary,
        'Content-Disposition: form-data; name="file"; filename="small.bin"',
        "Content-Type: application/octet-stream",
        "",
        content,
        "--" .. boundary .. "--",
        "",
    }, "\r\n")
end
