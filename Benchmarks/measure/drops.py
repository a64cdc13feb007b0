"""Makes Raven drops and Hushfiles to measure with."""

import json
import os

from .client import MultipartForm

CHUNK_BYTES = 8 * 2**20


def random_bytes(count):
    """Incompressible and different every time, so that nobody profits from knowing them."""
    return os.urandom(count)


def raven_form(content, uses=5):
    return MultipartForm(content, expiry=60, uses=uses)


def upload_raven(connection, form):
    """Returns the key."""
    return json.loads(connection.send("POST", "/upload/", form.pieces, form.headers))["key"]


class Hushfile:
    """One Hushfile on its way from initiation to deletion."""

    PASSWORD = "benchmark"

    def __init__(self, connection):
        self._connection = connection
        started = json.loads(self._json("POST", "/api/file", {"deletepassword": self.PASSWORD}))
        self.id = started["id"]
        self._password = started["uploadpassword"]

    def chunk_path(self, index):
        return f"/api/file/{self.id}/{index}"

    def put_path(self, index):
        return f"{self.chunk_path(index)}?uploadpassword={self._password}"

    def put(self, index, chunk):
        headers = ["Content-Type: application/octet-stream"]
        self._connection.send("PUT", self.put_path(index), [chunk], headers)

    def finish(self, chunks):
        body = {"uploadpassword": self._password, "chunks": list(range(chunks))}
        self._json("POST", f"/api/file/{self.id}/finishupload", body)

    def delete(self):
        self._connection.send("DELETE", f"/api/file/{self.id}?deletepassword={self.PASSWORD}")

    def _json(self, method, path, body):
        text = json.dumps(body).encode()
        return self._connection.send(method, path, [text], ["Content-Type: application/json"])
