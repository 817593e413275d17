"""HTTP over a bare socket: what comes back is kept as it is on the wire."""

import socket
from dataclasses import dataclass

WAIT_S = 20


@dataclass
class Response:
    head: str  # status line and header lines, without the blank line
    body: bytes
    complete: bool  # False: the connection closed before the end of the body

    def header(self, name):
        for line in self.head.split("\r\n")[1:]:
            if line.lower().startswith(name.lower() + ":"):
                return line.partition(":")[2].strip()
        return None

    @property
    def status(self):
        return int(self.head.split(" ")[1])

    def closes(self):
        """True when the daemon says, or HTTP/1.0 implies, that the connection ends."""
        connection = (self.header("Connection") or "").lower()
        old = self.head.startswith("HTTP/1.0")
        return connection == "close" or (old and connection != "keep-alive")


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the daemon may refuse before it has read all; the response says why

    def finish(self):
        """Closes the sending side."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def more(self):
        """False at the end of the connection. A reset is an end, too."""
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            data = b""
        self.received += data
        return bool(data)

    def take(self, size):
        """So many bytes, or what comes before the end of the connection."""
        pieces, missing = [], size
        while True:
            pieces.append(self.received[:missing])
            self.received = self.received[missing:]
            missing -= len(pieces[-1])
            if not missing or not self.more():
                return b"".join(pieces)

    def take_line(self):
        while b"\r\n" not in self.received and self.more():
            pass
        line, end, self.received = self.received.partition(b"\r\n")
        return line if end else None

    def take_rest(self):
        while self.more():
            pass
        rest, self.received = self.received, b""
        return rest

    def take_chunks(self):
        pieces = []
        while True:
            line = self.take_line()
            if line is None:
                return b"".join(pieces), False
            size = int(line.split(b";")[0], 16)
            if size == 0:
                while line:
                    line = self.take_line()
                return b"".join(pieces), line is not None
            pieces.append(self.take(size))
            if len(pieces[-1]) < size or self.take_line() is None:
                return b"".join(pieces), False

    def read(self, of_head=False):
        """The next response, or None when the connection ends, or what comes is no HTTP."""
        while b"\r\n\r\n" not in self.received:
            if not self.more():
                return None
        head, _, rest = self.received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1."):
            return None
        self.received = rest
        response = Response(head.decode("latin-1"), b"", True)
        length = response.header("Content-Length")
        if of_head or response.status < 200 or response.status in (204, 304):
            return response
        if (response.header("Transfer-Encoding") or "").lower() == "chunked":
            response.body, response.complete = self.take_chunks()
        elif length is not None:
            response.body = self.take(int(length))
            response.complete = len(response.body) == int(length)
        else:
            response.body = self.take_rest()
        return response
