"""A real OpenID provider on loopback for the login tests: glewlwyd, as scripts/glewlwyd unpacked it.

The provider gets a temporary directory, a free port, a fresh database and a fresh RSA key, and is set up over its own
REST API: the OpenID plugin, one user, one confidential client. `Browser` is as much of a browser as a login needs, and
`Front` stands between a relying party and the provider to see and change what the provider says.

Python's standard library only. Run as a program this file proves the provider with a small relying party of its own.
"""

import base64
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import lib_coffer
from lib_coffer import SKIPPED, Checks, free_port, temporary_directory, until, watchdog

ROOT = pathlib.Path(__file__).resolve().parents[2]
GLEWLWYD = pathlib.Path(os.environ.get("COFFER_GLEWLWYD") or ROOT / ".build-tools" / "glewlwyd")
SCHEMA = "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"

# The account that the schema brings; it only ever exists in a temporary directory.
ADMINISTRATOR = {"username": "admin", "password": "password"}


class ProviderFailure(Exception):
    """The provider did not start, or did not do what it was told."""


def why_not_here():
    """What keeps glewlwyd from running on this machine, None when nothing does."""
    program = GLEWLWYD / "usr/bin/glewlwyd"
    if not program.is_file() or not (GLEWLWYD / SCHEMA).is_file():
        return f"{GLEWLWYD} holds no glewlwyd (scripts/bootstrap --test fetches it)"
    if not shutil.which("openssl"):
        return "openssl is not installed"
    try:
        done = subprocess.run([program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{program} does not start: {error}"
    if done.returncode != 0:
        return f"{program} does not start: {done.stderr.decode('utf-8', 'replace').strip()}"
    return None


def require_glewlwyd():
    """Ends the test as skipped where the provider cannot run."""
    reason = why_not_here()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def token_parts(token):
    """The header and the claims of a JWT, its signature not looked at."""
    header, claims, _ = token.split(".")
    return json.loads(from_base64url(header)), json.loads(from_base64url(claims))


def query_of(url):
    """The query's parameters; one that occurs twice is a failure of its own."""
    found = {}
    for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=False).items():
        if len(values) != 1:
            raise ValueError(f"{name} occurs {len(values)} times in {url}")
        found[name] = values[0]
    return found


# ---------------------------------------------------------------------------------------------------------------------
# A browser


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        values = self.all(name)
        return ", ".join(values) if values else None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def location(self):
        return self.header("location")

    @property
    def json(self):
        return json.loads(self.body)

    def cookie(self, name):
        """The Set-Cookie line of this cookie, as its value and its attributes; None when it is not set."""
        for line in self.all("set-cookie"):
            pair, *attributes = [part.strip() for part in line.split(";")]
            if pair.partition("=")[0] == name:
                return pair.partition("=")[2], attributes
        return None

    def __repr__(self):
        return f"<{self.status} {self.location or ''} {self.body[:160]!r}>"


class Browser:
    """Keeps cookies for each origin; follows no redirect by itself, so that a test sees every one of them."""

    def __init__(self, timeout=30):
        self.jars = {}
        self.timeout = timeout

    def jar(self, url):
        return self.jars.setdefault(urlsplit(url).netloc, {})

    def request(self, method, url, body=None, headers=()):
        place = urlsplit(url)
        sent = dict(headers)
        jar = self.jar(url)
        if jar and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if isinstance(body, dict):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        target = place.path or "/"
        if place.query:
            target += f"?{place.query}"
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=self.timeout)
        try:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        for line in answer.all("set-cookie"):
            self._keep(jar, line)
        return answer

    @staticmethod
    def _keep(jar, line):
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        if not value or "max-age=0" in (attribute.lower() for attribute in attributes):
            jar.pop(name, None)
        else:
            jar[name] = value

    def get(self, url, **options):
        return self.request("GET", url, **options)

    def post_form(self, url, fields, headers=()):
        headers = {"Content-Type": "application/x-www-form-urlencoded", **dict(headers)}
        return self.request("POST", url, urlencode(fields), headers)


# ---------------------------------------------------------------------------------------------------------------------
# The provider


class Provider:
    """glewlwyd as a child process. `public_port` is the port in its issuer, when a `Front` stands before it."""

    PLUGIN = "oidc"
    SCOPES = "openid profile email"

    def __init__(self, redirect_uris=(), public_port=None, start=True):
        self.directory = temporary_directory()
        self.port = free_port()
        self.public_port = public_port or self.port
        self.client_id = "coffer-under-test"
        self.client_secret = secrets.token_urlsafe(24)
        self.username = "ada"
        self.password = secrets.token_urlsafe(18)
        self.name = "Ada Lovelace"
        self.email = "ada@example.org"
        self.redirect_uris = list(redirect_uris)
        self.private_key = None
        self.public_key = None
        self.process = None
        self.seconds_to_start = None
        self._is_set_up = False
        self._make_database()
        if start:
            self.start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.public_port}"

    @property
    def issuer(self):
        return f"{self.origin}/api/{self.PLUGIN}"

    @property
    def discovery_url(self):
        return f"{self.issuer}/.well-known/openid-configuration"

    # Its own address, which works without the front.

    def _own(self, path):
        return f"http://127.0.0.1:{self.port}/api/{path}"

    # Starting and stopping

    def _make_database(self):
        with sqlite3.connect(os.path.join(self.directory, "glewlwyd.db")) as connection:
            connection.executescript((GLEWLWYD / SCHEMA).read_text())
        connection.close()

    def _write_settings(self):
        modules = GLEWLWYD / "usr/lib/glewlwyd"
        nothing = os.path.join(self.directory, "nothing")
        os.makedirs(nothing, exist_ok=True)
        path = os.path.join(self.directory, "glewlwyd.conf")
        settings = {
            "port": self.port,
            "bind_address": "127.0.0.1",
            # Redirects to the login page join this and "login.html" with a slash.
            "external_url": self.origin,
            "login_url": "login.html",
            "api_prefix": "api",
            "static_files_path": nothing,
            "log_mode": "file",
            "log_level": "INFO",
            "log_file": os.path.join(self.directory, "glewlwyd.log"),
            "cookie_domain": "127.0.0.1",
            "session_key": "GLEWLWYD2_SESSION_ID",
            "session_expiration": 3600,
            "admin_scope": "g_admin",
            "profile_scope": "g_profile",
            "user_module_path": f"{modules}/user",
            "user_middleware_module_path": nothing,
            "client_module_path": f"{modules}/client",
            "user_auth_scheme_module_path": f"{modules}/scheme",
            "plugin_module_path": f"{modules}/plugin",
            "hash_algorithm": "SHA512",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        lines.append(f'database = {{ type = "sqlite3"; path = {json.dumps(os.path.join(self.directory, "glewlwyd.db"))} }};')
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def start(self, timeout=30):
        """Starts, or starts again on the same port with the same database, and waits for the discovery document."""
        began = time.monotonic()
        with open(os.path.join(self.directory, "output"), "ab") as output:
            self.process = subprocess.Popen(
                [GLEWLWYD / "usr/bin/glewlwyd", "--config-file", self._write_settings()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
            )
        lib_coffer._processes.append(self.process)
        if not until(timeout, lambda: self.process.poll() is not None or self._answers("config"), 0.02):
            self.stop()
        if self.process is None or self.process.poll() is not None:
            raise ProviderFailure(f"glewlwyd did not start: {self.log()[-600:]}")
        if not self._is_set_up:
            self._set_up()
            self._is_set_up = True
        if not until(timeout, lambda: self._answers(f"api/{self.PLUGIN}/.well-known/openid-configuration"), 0.02):
            raise ProviderFailure(f"no discovery document: {self.log()[-600:]}")
        self.seconds_to_start = time.monotonic() - began

    def _answers(self, path):
        try:
            return Browser(timeout=5).get(f"http://127.0.0.1:{self.port}/{path}").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None

    def log(self):
        text = ""
        for name in ("output", "glewlwyd.log"):
            try:
                with open(os.path.join(self.directory, name), encoding="utf-8", errors="replace") as file:
                    text += file.read()
            except OSError:
                pass
        return text

    # Setting it up

    def _administrator(self):
        browser = Browser()
        self._expect(browser.request("POST", self._own("auth"), ADMINISTRATOR), "log in as administrator")
        return browser

    @staticmethod
    def _expect(answer, what):
        if answer.status != 200:
            raise ProviderFailure(f"{what}: {answer}")
        return answer

    @staticmethod
    def new_key():
        """A private RSA key and its public half, both PEM."""
        made = subprocess.run(
            ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True,
        )  # fmt: skip
        public = subprocess.run(["openssl", "pkey", "-pubout"], input=made.stdout, capture_output=True, timeout=20, check=True)
        return made.stdout.decode(), public.stdout.decode()

    def _plugin(self):
        self.private_key, self.public_key = self.new_key()
        return {
            "module": "oidc",
            "name": self.PLUGIN,
            "display_name": "OpenID Connect",
            "enabled": True,
            "parameters": {
                "iss": self.issuer,
                "jwt-type": "rsa",
                "jwt-key-size": "256",
                "key": self.private_key,
                "cert": self.public_key,
                "jwks-show": True,
                "access-token-duration": 600,
                "refresh-token-duration": 600,
                "code-duration": 60,
                "refresh-token-rolling": False,
                "allow-non-oidc": False,
                "auth-type-code-enabled": True,
                "auth-type-code-revoke-replayed": True,
                "auth-type-token-enabled": False,
                "auth-type-id-token-enabled": True,
                "auth-type-password-enabled": False,
                "auth-type-client-enabled": False,
                "auth-type-refresh-enabled": False,
                "pkce-allowed": True,
                "pkce-method-plain-allowed": False,
                "session-management-allowed": True,
                "session-cookie-name": "GLEWLWYD2_OIDC_SID",
                "session-cookie-expiration": 600,
                "name-claim": "mandatory",
                "email-claim": "mandatory",
                "subject-type": "public",
            },
        }

    def _client(self):
        return {
            "client_id": self.client_id,
            "name": "coffer",
            "client_secret": self.client_secret,
            "confidential": True,
            "enabled": True,
            "redirect_uri": self.redirect_uris,
            "authorization_type": ["code"],
            "token_endpoint_auth_method": ["client_secret_post", "client_secret_basic"],
            "scope": [],
        }

    def _set_up(self):
        browser = self._administrator()

        def add(kind, value):
            self._expect(browser.request("POST", self._own(f"{kind}/"), value), f"add to {kind}")

        for scope in self.SCOPES.split():
            if browser.get(self._own(f"scope/{scope}")).status == 404:
                add("scope", {"name": scope, "display_name": scope, "password_required": True})
        add("mod/plugin", self._plugin())
        user = {"username": self.username, "password": self.password, "name": self.name, "email": self.email}
        add("user", {**user, "scope": ["g_profile", *self.SCOPES.split()], "enabled": True})
        add("client", self._client())

    def allow_redirects(self, *uris):
        """Replaces the redirect URIs that the client may use."""
        self.redirect_uris = list(uris)
        self._expect(
            self._administrator().request("PUT", self._own(f"client/{self.client_id}"), self._client()), "change the client"
        )

    def rotate_key(self):
        """Signs with another key from now on; the old one disappears from the JWKS."""
        browser = self._administrator()
        address = self._own(f"mod/plugin/{self.PLUGIN}")
        self._expect(browser.request("PUT", address, self._plugin()), "change the plugin")
        self._expect(browser.request("PUT", f"{address}/reset"), "load the plugin again")

    def key_ids(self):
        keys = self._expect(Browser().get(self._own(f"{self.PLUGIN}/jwks")), "read the JWKS").json["keys"]
        return [key.get("kid") for key in keys]

    # The browser's part of a login

    def log_in(self, authorization_url, browser=None):
        """What a person does at the provider: log in, agree, be sent back; the address they are sent back to.

        The provider's login page is a script that talks to its REST API; this does what the script does.
        """
        browser = browser or Browser()
        answer = browser.get(authorization_url)
        if answer.status != 302 or not (answer.location or "").startswith(f"{self.origin}/login.html?"):
            raise ProviderFailure(f"no way to the login page: {answer}")
        back = query_of(urljoin(authorization_url, answer.location))["callback_url"]
        who = {"username": self.username, "password": self.password}
        self._expect(browser.request("POST", f"{self.origin}/api/auth/", who), "log in")
        scopes = query_of(authorization_url).get("scope", "")
        self._expect(browser.request("PUT", f"{self.origin}/api/auth/grant/{self.client_id}", {"scope": scopes}), "grant")
        answer = browser.get(f"{back}&g_continue")
        if answer.status != 302 or answer.location.startswith(self.origin):
            raise ProviderFailure(f"no way back: {answer}")
        return answer.location

    @staticmethod
    def be_refused(authorization_url):
        """The address with `error` that the provider sends a browser back to when nobody has logged in or agreed."""
        answer = Browser().get(f"{authorization_url}&prompt=none")
        if answer.status != 302 or "error" not in query_of(answer.location):
            raise ProviderFailure(f"not refused: {answer}")
        return answer.location

    def sign(self, header, claims, key=None):
        """A token of our own making: with the provider's key it is as good as the provider's."""
        signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        path = os.path.join(self.directory, "sign.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write(key or self.private_key)
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", path], input=signed.encode(), capture_output=True, timeout=20, check=True
        )
        return f"{signed}.{base64url(done.stdout)}"


# ---------------------------------------------------------------------------------------------------------------------
# A place between


class Front:
    """Passes everything on to a provider, keeps what was asked, and can change what is answered.

    `alter` is called with path, status and body of each answer of the provider and returns status and body.
    """

    def __init__(self):
        self.target = None
        self.alter = None
        self.seen = []
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                front._pass_on(self, self.rfile.read(length) if length else None)

            do_GET = do_POST = do_PUT = pass_on

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _pass_on(self, handler, body):
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in ("connection", "content-length")}
        self.seen.append((handler.command, handler.path, headers, body))
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=30)
        try:
            connection.request(handler.command, handler.path, body, headers)
            response = connection.getresponse()
            status, told, answer = response.status, response.getheaders(), response.read()
        except (OSError, http.client.HTTPException):
            status, told, answer = 502, [], b""
        finally:
            connection.close()
        if self.alter:
            status, answer = self.alter(urlsplit(handler.path).path, status, answer)
        handler.send_response_only(status)
        for name, value in told:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def requests_to(self, ending):
        return [entry for entry in self.seen if urlsplit(entry[1]).path.endswith(ending)]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


# ---------------------------------------------------------------------------------------------------------------------
# The self-check: a relying party in a few lines


class RelyingParty:
    def __init__(self, provider, redirect_uri):
        self.provider = provider
        self.redirect_uri = redirect_uri
        self.known = Browser().get(provider.discovery_url).json

    def begin(self):
        """A new login: the address to send the browser to, and what must be remembered."""
        kept = {name: base64url(os.urandom(32)) for name in ("state", "nonce", "verifier")}
        fields = {
            "client_id": self.provider.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": self.provider.SCOPES,
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": base64url(hashlib.sha256(kept["verifier"].encode()).digest()),
            "code_challenge_method": "S256",
        }
        return f"{self.known['authorization_endpoint']}?{urlencode(fields)}", kept

    def exchange(self, code, verifier, secret=None):
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
            "client_id": self.provider.client_id,
            "client_secret": secret or self.provider.client_secret,
        }
        return Browser().post_form(self.known["token_endpoint"], fields)

    def is_signed(self, token):
        """Whether a key of the JWKS with the token's kid made this RS256 signature."""
        signed, _, signature = token.rpartition(".")
        header, _ = token_parts(token)
        keys = [key for key in Browser().get(self.known["jwks_uri"]).json["keys"] if key["kid"] == header["kid"]]
        if header["alg"] != "RS256" or len(keys) != 1:
            return False
        modulus, exponent = (int.from_bytes(from_base64url(keys[0][part]), "big") for part in "ne")
        length = (modulus.bit_length() + 7) // 8
        digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed.encode()).digest()
        expected = b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest
        found = pow(int.from_bytes(from_base64url(signature), "big"), exponent, modulus)
        return found.to_bytes(length, "big") == expected


def prove_provider(checks, public=None):
    redirect_uri = f"http://127.0.0.1:{free_port()}/auth/callback"
    provider = Provider([redirect_uri], public_port=public and public.port)
    if public:
        public.target = provider.port
    checks.note(f"up and set up after {provider.seconds_to_start:.2f} s, issuer {provider.issuer}")
    party = RelyingParty(provider, redirect_uri)
    checks.equal("the discovery document names the issuer", party.known["issuer"], provider.issuer)
    checks.check("it offers an end of the session", party.known.get("end_session_endpoint"), party.known)

    address, kept = party.begin()
    browser = Browser()
    back = provider.log_in(address, browser)
    checks.check("the browser is sent back", back.startswith(f"{redirect_uri}?"), back)
    checks.equal("with its state", query_of(back).get("state"), kept["state"])
    code = query_of(back)["code"]
    checks.check("a wrong verifier is refused", party.exchange(code, base64url(os.urandom(32))).status >= 400)
    checks.check("a wrong client secret is refused", party.exchange(code, kept["verifier"], "wrong").status >= 400)
    answer = party.exchange(code, kept["verifier"])
    if checks.equal("the code is exchanged", answer.status, 200):
        token = answer.json["id_token"]
        header, claims = token_parts(token)
        checks.equal("the token has the nonce", claims.get("nonce"), kept["nonce"])
        told = tuple(claims.get(name) for name in ("iss", "aud", "name", "email"))
        checks.equal("and the claims", told, (provider.issuer, provider.client_id, provider.name, provider.email))
        checks.check("the JWKS has its kid", header.get("kid") in provider.key_ids(), header)
        checks.check("the signature is right", party.is_signed(token))
        checks.check("a signature of our own is as right", party.is_signed(provider.sign(header, claims)))
        checks.check("another key's is not", not party.is_signed(provider.sign(header, claims, provider.new_key()[0])))
    checks.check("a code works once", party.exchange(code, kept["verifier"]).status >= 400)
    refused = query_of(provider.be_refused(party.begin()[0]))
    checks.check("who has not logged in is sent back with an error", refused["error"] and "code" not in refused, refused)

    before = provider.key_ids()
    provider.rotate_key()
    checks.check("the key is another after rotation", provider.key_ids() and not set(before) & set(provider.key_ids()))
    address, kept = party.begin()
    answer = party.exchange(query_of(provider.log_in(address, browser))["code"], kept["verifier"])
    good = answer.status == 200 and party.is_signed(answer.json["id_token"])
    checks.check("and signs the next token", good, answer)

    provider.stop()
    checks.check("a stopped provider does not answer", not provider._answers("config"))
    provider.start()
    address, kept = party.begin()
    answer = party.exchange(query_of(provider.log_in(address))["code"], kept["verifier"])
    checks.equal("started again it knows its client and user", answer.status, 200)
    provider.stop()


def main():
    watchdog(120)
    require_glewlwyd()
    checks = Checks()
    checks.attempt("provider", lambda: prove_provider(checks))
    checks.attempt("provider behind a front", lambda: prove_provider(checks, Front()))
    checks.finish()


if __name__ == "__main__":
    main()
