"""What a SkySend client says: tokens, headers and the WebSocket's first message."""

import base64
import json
import os
import re

CHUNK_BYTES = 10_488_332
MESSAGE_BYTES = 256 * 1024

SETTINGS = {
    "COFFER_DIALECTS": "skysend",
    "COFFER_SKYSEND_FILE_MAX_SIZE": "4GB",
    "COFFER_SKYSEND_RATE_LIMIT_MAX": "1000000000",
}


class Uploader:
    """The same secrets for every upload, because nobody here tells uploads apart by them."""

    def __init__(self):
        self.auth, self.owner, self.salt = (_base64url(os.urandom(32)) for _ in range(3))

    def headers(self, size):
        return [
            f"X-Auth-Token: {self.auth}",
            f"X-Owner-Token: {self.owner}",
            f"X-Salt: {self.salt}",
            "X-Max-Downloads: 100",
            "X-Expire-Sec: 3600",
            f"X-Content-Length: {size}",
        ]

    def first_message(self, size):
        """What opens an upload over a WebSocket."""
        headers = {"authToken": self.auth, "ownerToken": self.owner, "salt": self.salt}
        headers |= {"maxDownloads": 100, "expireSec": 3600, "contentLength": size}
        return json.dumps({"type": "init", "headers": headers})

    def download_headers(self):
        return [f"X-Auth-Token: {self.auth}"]

    def set_meta(self, connection, identifier):
        meta = {"encryptedMeta": base64.b64encode(os.urandom(120)).decode(), "nonce": _base64url(os.urandom(12))}
        headers = [f"X-Owner-Token: {self.owner}", "Content-Type: application/json"]
        connection.send("POST", f"/api/meta/{identifier}", [json.dumps(meta).encode()], headers)

    def delete(self, connection, identifier):
        connection.send("DELETE", f"/api/upload/{identifier}", headers=[f"X-Owner-Token: {self.owner}"])


def identifier(answer):
    """The id in an answer or message of the server."""
    return re.search(r'"id":"([0-9a-f-]{36})"', answer)[1]


def _base64url(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
