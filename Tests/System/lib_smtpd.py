"""A real mail server (aiosmtpd) on a free port of 127.0.0.1; run by the Python that has it, see lib_mail.py.

Its only argument is JSON: `tls` (null, "starttls" or "implicit"), `certificate`, `key`, `users` (name to password; null
wants no login), `mechanisms` (those left out), `utf8`, `delay` (seconds before each answer to RCPT), `port` (0 chooses).
It prints its port, then a JSON line for each mail it took and each command it saw that tells something.
Recipients whose name begins with `nobody` are refused for good, those with `later` for now, `lost` mails at the end.
"""

import asyncio
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

options = json.loads(sys.argv[1])
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def tell(**event):
    print(json.dumps(event), flush=True)


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        tell(event="hello", name=hostname, secure=session.ssl is not None or options["tls"] == "implicit")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        tell(event="sender", address=address, options=mail_options)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        await asyncio.sleep(options["delay"])
        if address.startswith("nobody"):
            return f"550 5.1.1 <{address}> is unknown here"
        if address.startswith("later"):
            return f"450 4.2.0 <{address}> come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("lost"):
            return "554 5.6.0 not in this house"
        tell(
            event="mail",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            content=envelope.original_content.decode("utf-8", "replace"),
            login=session.auth_data if session.authenticated else None,
        )
        return "250 2.0.0 taken"


def authenticator(server, session, envelope, mechanism, data):
    name, password = data.login.decode(), data.password.decode()
    good = options["users"].get(name) == password
    tell(event="login", mechanism=mechanism, name=name, good=good)
    return AuthResult(success=good, handled=False, auth_data=name)


async def main():
    context = None
    if options["tls"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["certificate"], options["key"])
    loop = asyncio.get_running_loop()

    def session():
        return SMTP(
            Handler(),
            hostname="mail.example.org",
            enable_SMTPUTF8=options["utf8"],
            tls_context=context if options["tls"] == "starttls" else None,
            require_starttls=options["tls"] == "starttls",
            authenticator=authenticator if options["users"] is not None else None,
            auth_required=options["users"] is not None,
            auth_require_tls=options["tls"] == "starttls",
            auth_exclude_mechanism=options["mechanisms"],
            loop=loop,
        )

    server = await loop.create_server(
        session, "127.0.0.1", options["port"], ssl=context if options["tls"] == "implicit" else None
    )
    tell(event="port", port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
