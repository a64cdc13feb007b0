"""The FastAPI peer: one route that returns a constant."""

import json
import os

from fastapi import FastAPI

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
CONSTANT = json.loads(os.environ["BENCHMARK_CONSTANT"])


@app.get("/constant")
async def constant():
    return CONSTANT
