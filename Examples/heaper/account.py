"""An account of the Heaper API: a key pair made from a seed phrase, and requests with its tokens."""

import base64
import hashlib
import json
import os
import urllib.error
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def from_base58(text):
    number = 0
    for digit in text:
        number = number * 58 + ALPHABET.index(digit)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


class Refused(Exception):
    """The server's answer to a request that it did not fulfil."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body.get('code', '')}: {body.get('error', '')}")
        self.status = status
        self.body = body


class Account:
    """`phrase`: whoever knows it has the account; the server never sees it.

    `session`: a file in which the tokens are kept, because the server lets nobody log in more than some times a minute.
    """

    def __init__(self, server, phrase, session):
        self.server = server.rstrip("/")
        self._session = session
        # Slow on purpose, because people choose phrases.
        seed = hashlib.scrypt(phrase.encode(), salt=b"coffer example", n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = base58(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        self.access_token = None
        self._refresh_token = None

    def enter(self):
        """Goes on with the session of last time, or logs in; false when an administrator has to approve the account."""
        try:
            with open(self._session, encoding="utf-8") as file:
                kept = json.load(file)
        except (OSError, ValueError):
            kept = {}
        if kept.get("key") == self.public_key and kept.get("server") == self.server:
            self.access_token, self._refresh_token = kept["access"], kept["refresh"]
            try:
                self.post("/api/me")
                return True
            except Refused as refusal:
                if refusal.status != 401:
                    raise
            try:
                self.refresh()
                return True
            except Refused as refusal:
                if refusal.status != 401:
                    raise
        return not self.login().get("approval_required")

    def _keep(self):
        kept = {"server": self.server, "key": self.public_key}
        kept.update(access=self.access_token, refresh=self._refresh_token)
        with os.fdopen(os.open(self._session, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file)

    def login(self, server_challenge="is it you?"):
        """Signs the server's challenge, and has the server sign ours; returns the server's answer.

        An account that an administrator has to approve first gets an answer with `approval_required`.
        """
        challenge = self._send("POST", "/api/auth/create_session", {"public_key": self.public_key})["challenge"]
        answer = self._send(
            "POST",
            "/api/auth/verify_session",
            {
                "public_key": self.public_key,
                "message": challenge,
                "signature": base64.b64encode(self._key.sign(challenge.encode())).decode(),
                "server_challenge": server_challenge,
            },
        )
        self._check_server(answer, server_challenge)
        self.access_token = answer.get("accessToken")
        self._refresh_token = answer.get("refreshToken")
        if self.access_token:
            self._keep()
        return answer

    @staticmethod
    def _check_server(answer, challenge):
        key = Ed25519PublicKey.from_public_bytes(from_base58(answer["server_public_key"]))
        try:
            key.verify(from_base58(answer["server_signature"]), challenge.encode())
        except InvalidSignature:
            raise SystemExit("somebody else answers in the server's name") from None

    def refresh(self):
        """Each refresh token is good once; its answer has the next one."""
        answer = self._send("POST", "/api/auth/refresh_token", token=self._refresh_token)
        self.access_token, self._refresh_token = answer["accessToken"], answer["refreshToken"]
        self._keep()

    def post(self, path, body=None):
        return self._send("POST", path, body or {}, token=self.access_token)

    def get(self, path):
        return self._send("GET", path, token=self.access_token)

    def _send(self, method, path, body=None, token=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            try:
                body = json.load(error)
            except ValueError:
                body = {}
            raise Refused(error.code, body) from None
