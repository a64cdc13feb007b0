"""What a Heaper client says: a key pair that logs in, heaps, and uploads in chunks."""

import hashlib
import json
import os
import subprocess
import tempfile
from pathlib import Path

CHUNK_BYTES = 4 * 2**20
SENDERS = 4
BODY_BYTES = 256 * 1024

SETTINGS = {
    "COFFER_DIALECTS": "heaper",
    "COFFER_HEAPER_RATE_LIMITS": "off",
    "COFFER_HEAPER_REGISTRATION": "open",
    "COFFER_HEAPER_ACCESS_TOKEN_SECONDS": "86400",
}

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Account:
    """Somebody with a new key and one heap."""

    def __init__(self, coffer):
        with tempfile.TemporaryDirectory() as folder:
            key = Path(folder) / "key.pem"
            _openssl("genpkey", "-algorithm", "ed25519", "-out", key)
            # The last 32 bytes of the encoded public key are the key itself.
            public = _base58(_openssl("pkey", "-in", key, "-pubout", "-outform", "DER")[-32:])
            with coffer.connect() as connection:
                challenge = _json(connection, "/api/auth/create_session", public_key=public)["challenge"]
                message = Path(folder) / "message"
                message.write_text(challenge)
                signature = _openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", message).hex()
                words = dict(public_key=public, message=challenge, signature=signature)
                self.token = _json(connection, "/api/auth/verify_session", **words)["accessToken"]
                self.heap = _json(connection, "/api/heap/add", self.headers, name="Benchmark")["id"]

    @property
    def headers(self):
        return [f"Authorization: Bearer {self.token}"]

    def begin(self, connection, block, body, size):
        """Begins an upload of a body that is repeated; returns path prefixes of its chunks and of its end."""
        digest = hashlib.sha256()
        for _ in range(size // len(body)):
            digest.update(body)
        digest.update(body[: size % len(body)])
        place, name = f"{self.heap}/{block}", digest.hexdigest()
        wish = dict(hash=name, file_size=size, chunk_size=CHUNK_BYTES, mime_type="application/x-benchmark")
        _json(connection, f"/api/upload/init/{place}", self.headers, **wish)
        return f"/api/upload/chunk/{place}/{name}", f"/api/upload/complete/{place}/{name}"

    def purge(self, connection, block):
        """Takes a block away with its bytes, so that the next upload finds the disk as this one did."""
        _json(connection, "/api/delete_block", self.headers, id=block)
        connection.send("DELETE", f"/api/trash/{self.heap}", headers=self.headers)


def make_body(folder):
    """A file with the bytes that uploads repeat; never the same, so nothing is known of them."""
    path = folder / "body"
    path.write_bytes(os.urandom(BODY_BYTES))
    return path


def _json(connection, path, headers=(), **members):
    return json.loads(connection.send("POST", path, [json.dumps(members).encode()], headers))


def _openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, timeout=30)
    if done.returncode:
        raise RuntimeError(f"openssl failed: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def _base58(raw):
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text
