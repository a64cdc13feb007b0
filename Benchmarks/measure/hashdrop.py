"""What a Hashdrop client says: an account with the code of its mail, and uploads at signed URLs."""

import json
import re
from urllib.parse import urlsplit

EMAIL = "bench@example.org"
PASSWORD = "correct horse battery"
CREDENTIALS = json.dumps({"email": EMAIL, "password": PASSWORD})
MANY = str(10**9)

SETTINGS = {
    "COFFER_DIALECTS": "hashdrop",
    "COFFER_HASHDROP_RATE_LIMITS": "off",
    "COFFER_HASHDROP_USER_FILES": MANY,
    "COFFER_HASHDROP_USER_QUOTA_BYTES": str(10**15),
    "COFFER_HASHDROP_TOTAL_QUOTA_BYTES": str(10**15),
    "COFFER_HASHDROP_DOWNLOADS_PER_DAY": MANY,
    "COFFER_HASHDROP_ACCESS_TOKEN_SECONDS": "86400",
}


class Account:
    """A verified account that is logged in."""

    def __init__(self, coffer):
        with coffer.connect() as connection:
            self._json(connection, "POST", "/api/user/register", email=EMAIL, password=PASSWORD)
            (mail,) = (coffer.data / "outbox").glob("*.eml")
            code = re.search(r"^([0-9]{6})$", mail.read_text(), re.M)[1]
            self._json(connection, "PATCH", "/api/user/verify", email=EMAIL, otp=code)
            tokens = self._json(connection, "POST", "/api/user/login", email=EMAIL, password=PASSWORD)
        self.token = tokens["access_token"]

    def upload(self, connection, content):
        """Uploads and returns the path of the public link."""
        file = self._json(connection, "POST", "/api/files/presign", file_name="a.bin", mime_type="text/plain")
        url = urlsplit(file["upload_resource"]["url"])
        connection.send("PUT", f"{url.path}?{url.query}", [content], ["Content-Type: application/octet-stream"])
        facts = {"file_id": file["file_id"], "plaintext_hash": "00", "plaintext_size_bytes": len(content)}
        done = self._json(connection, "POST", "/api/files/complete", **facts)
        return f"/files/download/{done['s3_object_key']}"

    def _json(self, connection, method, path, **members):
        headers = [f"Authorization: Bearer {self.token}"] if hasattr(self, "token") else []
        answer = connection.send(method, path, [json.dumps(members).encode()], headers)
        return json.loads(answer) if answer else None
