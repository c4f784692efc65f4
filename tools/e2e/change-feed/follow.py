"""Follows changes over WebSocket with Python's standard library alone: RFC 6455 and the protocol
graphql-transport-ws, written from their texts. It shares no line with the gateway or with the
clients that the other tests use.

Reads one JSON object from stdin: host, port, token, query, variables, changes.
Prints each change as a line of JSON until there were so many that tell of a record.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys

ACCEPT_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
OF_THE_FEED_ITSELF = ("GAP", "OVERFLOW", "CAUGHT_UP")


class WebSocket:
    def __init__(self, host, port, path, subprotocol):
        self.connection = socket.create_connection((host, port), timeout=30)
        self.stream = self.connection.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall(
            (
                f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {subprotocol}\r\n\r\n"
            ).encode()
        )
        status, headers = self.read_head()
        expected = base64.b64encode(hashlib.sha1((key + ACCEPT_KEY).encode()).digest()).decode()
        assert status == "101", f"status {status}"
        assert headers["sec-websocket-accept"] == expected
        assert headers["sec-websocket-protocol"] == subprotocol

    def read_head(self):
        status = self.stream.readline().split()[1].decode()
        headers = {}
        for line in iter(self.stream.readline, b"\r\n"):
            name, value = line.decode().split(":", 1)
            headers[name.strip().lower()] = value.strip()
        return status, headers

    def send(self, opcode, payload):
        """A client masks what it sends."""
        mask = os.urandom(4)
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.connection.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def read_frame(self):
        first, second = self.stream.read(2)
        size = second & 0x7F
        if size >= 126:
            width, form = (2, "!H") if size == 126 else (8, "!Q")
            (size,) = struct.unpack(form, self.stream.read(width))
        return first & 0x80, first & 0x0F, self.stream.read(size)

    def read_text(self):
        """The next message, whole. Answers pings on the way."""
        message = b""
        while True:
            is_last, opcode, payload = self.read_frame()
            if opcode == CLOSE:
                raise SystemExit(f"closed: {payload[2:].decode()}")
            if opcode == PING:
                self.send(PONG, payload)
            elif opcode != PONG:
                message += payload
                if is_last:
                    return message.decode()


def follow(order):
    web_socket = WebSocket(order["host"], order["port"], "/graphql", "graphql-transport-ws")

    def say(message):
        web_socket.send(TEXT, json.dumps(message).encode())

    say({"type": "connection_init", "payload": {"authorization": "Bearer " + order["token"]}})
    assert json.loads(web_socket.read_text())["type"] == "connection_ack"
    asked = {"query": order["query"], "variables": order["variables"]}
    say({"id": "python", "type": "subscribe", "payload": asked})

    changes = 0
    while changes < order["changes"]:
        message = json.loads(web_socket.read_text())
        assert (message["type"], message["id"]) == ("next", "python"), message
        change = message["payload"]["data"]["changes"]
        changes += change["kind"] not in OF_THE_FEED_ITSELF
        print(json.dumps(change))

    say({"id": "python", "type": "complete"})
    web_socket.send(CLOSE, struct.pack("!H", 1000))


follow(json.load(sys.stdin))
