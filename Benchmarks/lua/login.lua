-- Logs in to Hashdrop again and again; the argument is the JSON body.
require("result")

function init(arguments)
    wrk.method = "POST"
    wrk.body = arguments[1]
end
