-- Asks for the URL of the command line again and again.
require("result")
