-- Asks for /status/{key} with keys drawn at random from a file, one key a line.
require("result")

local requests = {}

function init(arguments)
    math.randomseed(20240229)
    for key in io.lines(arguments[1]) do
        requests[#requests + 1] = wrk.format("GET", "/status/" .. key)
    end
end

function request()
    return requests[math.random(#requests)]
end
