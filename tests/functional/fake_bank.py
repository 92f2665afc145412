"""A bank over real HTTP that loses, delays, repeats and reorders whatever can be, and keeps books of its own."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

#: what happens to a request → weight
MISCHIEF = {
    "none": 10,
    "request lost": 2,
    "answer lost": 3,
    "late": 2,  # executed after the caller has given up
    "refused": 1,  # says that it is closed, and does nothing
}

#: seconds: longer than an adapter waits
LATE = (1.2, 2.5)

#: of an order that was taken: it is still worked on when it is answered
SLOW = 0.3


@dataclass
class Order:
    content: dict[str, Any]
    status: str = "requested"


@dataclass
class Bank:
    """``paid`` counts payments by reference, ``paid_to`` by account number; ``altered`` are references that came
    with other content."""

    seed: int
    orders: dict[str, Order] = field(default_factory=dict)
    paid: Counter[str] = field(default_factory=Counter)
    paid_to: Counter[str] = field(default_factory=Counter)
    altered: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    mischievous: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)
    luck: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)  # noqa: S311 - repeatable mischief

    def fate(self) -> str:
        with self.lock:
            drawn = (
                self.luck.choices(list(MISCHIEF), weights=list(MISCHIEF.values()))[0] if self.mischievous else "none"
            )
            self.seen[drawn] += 1
            return drawn

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        reference = question["reference"]
        if question["op"] == "pay":
            self._take(reference, question["order"])
        order = self.orders.get(reference)
        if order is None:
            return {"error": "not_received"}
        return {"status": order.status, "amount_fen": order.content["amount_fen"]}

    def _take(self, reference: str, content: dict[str, Any]) -> None:
        with self.lock:
            known = self.orders.get(reference)
            if known is not None:
                if known.content != content:
                    self.altered.add(reference)
                return
            self.orders[reference] = order = Order(content)
            slow = self.luck.random() < SLOW
        if slow:
            threading.Thread(target=self._later, args=(reference, order), daemon=True).start()
        else:
            self._execute(reference, order)

    def _later(self, reference: str, order: Order) -> None:
        time.sleep(self.luck.uniform(0.5, 3))
        self._execute(reference, order)

    def _execute(self, reference: str, order: Order) -> None:
        number = order.content["account_number"]
        with self.lock:
            if number.endswith("0002"):
                order.status = "failed"
            else:
                order.status = "sent"
                self.paid[reference] += 1
                self.paid_to[number] += 1
        self._report(reference, order, "first")
        if number.endswith("0004"):
            threading.Thread(target=self._send_back, args=(reference, order), daemon=True).start()

    def _send_back(self, reference: str, order: Order) -> None:
        time.sleep(self.luck.uniform(0.5, 4))
        order.status = "returned"
        self._report(reference, order, "second")

    def _report(self, reference: str, order: Order, event: str) -> None:
        """Some callbacks never come, some come twice, and none in its order."""
        for _ in range(self.luck.choice((0, 1, 1, 2))):
            args = (order.content["notify_url"], {"reference": reference, "event": f"{reference} {event}"})
            threading.Timer(self.luck.uniform(0.05, 3), _call_back, args).start()


def _call_back(url: str, told: dict[str, str]) -> None:
    with suppress(requests.RequestException):
        requests.post(url, json=told, timeout=5)


class Handler(BaseHTTPRequestHandler):
    bank: Bank

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fate = self.bank.fate()
        if fate == "request lost":
            self.close_connection = True
            return
        if fate == "refused":
            self._send(503, {})
            return
        if fate == "late":
            time.sleep(self.bank.luck.uniform(*LATE))
        told = self.bank.answer(question)
        if fate == "answer lost":
            self.close_connection = True
            return
        with suppress(OSError):
            self._send(200, told)

    def _send(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silence."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Callers that are killed leave broken pipes."""


@contextmanager
def open_bank(seed: int) -> Iterator[tuple[Bank, str]]:
    """A bank and its endpoint."""
    bank = Bank(seed)
    server = Server(("127.0.0.1", 0), type("Counter", (Handler,), {"bank": bank}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield bank, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
