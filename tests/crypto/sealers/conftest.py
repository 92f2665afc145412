"""Doubles of the services that seal, over real HTTP, written to their documented answers."""

import base64
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Answer = Callable[[str, dict[str, str], bytes], tuple[int, Any]]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Address of a server that answers each POST with status and JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, found = answer(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            content = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Vault:
    """Transit's encrypt and decrypt of one key, for one token."""

    def __init__(self) -> None:
        self.aead = AESGCM(os.urandom(32))
        self.asked: list[str] = []
        self.down = False

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        self.asked.append(path)
        if self.down:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("x-vault-token") != "s.token":
            return 403, {"errors": ["permission denied"]}
        wanted = json.loads(body)
        associated = base64.b64decode(wanted["associated_data"])
        if path == "/v1/transit/encrypt/realname":
            nonce = os.urandom(12)
            sealed = nonce + self.aead.encrypt(nonce, base64.b64decode(wanted["plaintext"]), associated)
            return 200, {"data": {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode(), "key_version": 1}}
        if path == "/v1/transit/decrypt/realname":
            sealed = base64.b64decode(wanted["ciphertext"].removeprefix("vault:v1:"))
            try:
                plaintext = self.aead.decrypt(sealed[:12], sealed[12:], associated)
            except InvalidTag:
                return 400, {"errors": ["cipher: message authentication failed"]}
            return 200, {"data": {"plaintext": base64.b64encode(plaintext).decode()}}
        return 404, {"errors": []}


class Kms:
    """Encrypt and Decrypt of API 2016-01-20."""

    def __init__(self) -> None:
        self.aead = AESGCM(os.urandom(32))
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.down = False

    def __call__(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        self.requests.append((path, headers, body))
        if self.down:
            return 503, {"Code": "ServiceUnavailableTemporary", "Message": "busy"}
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        context = given["EncryptionContext"].encode()
        if headers["x-acs-action"] == "Encrypt":
            nonce = os.urandom(12)
            sealed = nonce + self.aead.encrypt(nonce, base64.b64decode(given["Plaintext"]), context)
            return 200, {"KeyId": given["KeyId"], "CiphertextBlob": base64.b64encode(sealed).decode(), "RequestId": "r"}
        sealed = base64.b64decode(given["CiphertextBlob"])
        try:
            plaintext = self.aead.decrypt(sealed[:12], sealed[12:], context)
        except InvalidTag:
            return 400, {"Code": "InvalidParameter", "Message": "The specified parameter is not valid."}
        return 200, {"Plaintext": base64.b64encode(plaintext).decode(), "KeyId": "key", "RequestId": "r"}


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def kms() -> Kms:
    return Kms()
