-- Asks for the URL of the command line with an access token, the script's argument.
require("result")

function init(arguments)
    wrk.headers["Authorization"] = "Bearer " .. arguments[1]
end
