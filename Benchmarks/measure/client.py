"""A keep-alive HTTP client that costs little, because it shares the cores with the server."""

import socket

TIMEOUT_SECONDS = 120


class HTTPFailure(Exception):
    """An answer that a benchmark cannot go on with."""


class Connection:
    """One connection; request bodies leave from prepared buffers, response bodies are read into one buffer."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = f"127.0.0.1:{port}"
        self._buffer = bytearray(1 << 20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, method, path, pieces=(), headers=()):
        """Sends a request whose body is the pieces one after the other, and returns the answer's body."""
        self.start(method, path, sum(len(piece) for piece in pieces), headers)
        for piece in pieces:
            self._socket.sendall(piece)
        return self.finish(method, path)

    def start(self, method, path, length, headers=()):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", *headers]
        if length or method != "GET":
            lines.append(f"Content-Length: {length}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def send_piece(self, piece):
        self._socket.sendall(piece)

    def finish(self, method, path):
        kept = bytearray()
        self._receive(method, path, kept.extend)
        return bytes(kept)

    def drain(self, path):
        """Fetches a path, throws the body away and returns its length."""
        self.start("GET", path, 0)
        return self._receive("GET", path, lambda piece: None)

    def _receive(self, method, path, take):
        buffer, filled = self._buffer, 0
        view = memoryview(buffer)
        while (end := buffer.find(b"\r\n\r\n", 0, filled)) < 0:
            filled += self._read(view[filled:], method, path)
        status, length = self._head(bytes(view[:end]))
        if length is None or status >= 300:
            text = bytes(view[end + 4 : filled])[:300].decode(errors="replace")
            raise HTTPFailure(f"{method} {path} answered {status}: {text}")
        body = filled - end - 4
        take(view[end + 4 : filled])
        while body < length:
            count = self._read(view, method, path)
            take(view[:count])
            body += count
        return length

    def _read(self, view, method, path):
        count = self._socket.recv_into(view)
        if count == 0:
            raise HTTPFailure(f"{method} {path}: the server closed the connection")
        return count

    @staticmethod
    def _head(head):
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        fields = dict(line.lower().split(":", 1) for line in lines)
        if status == 204:
            return status, 0
        length = fields.get("content-length")
        return status, None if length is None else int(length)


class MultipartForm:
    """A form with one file, ready to be sent often: what comes before the file, the file, what comes after."""

    BOUNDARY = "----coffer-benchmark-boundary"

    def __init__(self, content, filename="bench.bin", **fields):
        parts = [
            f'--{self.BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f'--{self.BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self.pieces = ["".join(parts).encode(), memoryview(content), f"\r\n--{self.BOUNDARY}--\r\n".encode()]
        self.length = sum(len(piece) for piece in self.pieces)
        self.headers = [f"Content-Type: multipart/form-data; boundary={self.BOUNDARY}"]
