"""The vendors' own HTTP shapes on this machine, checked as the vendors check and scripted over HTTP or in Python.

Adapters reach it by their setting ``endpoint``. Credentials are nobody's and told to whoever asks.
"""

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from providers.base import Capability
from providers.testing import scenarios_alibaba, scenarios_alipay, scenarios_tencent, scripting
from providers.testing.gatekeeping import Gate
from providers.testing.orders import Orders
from providers.testing.printed import reprinted, shown
from providers.testing.scenarios import Received, Scenario, Stage

#: vendor → what it plays, and the settings of an adapter that it takes
SCRIPTS: Mapping[str, Any] = {
    "tencent": scenarios_tencent,
    "alibaba": scenarios_alibaba,
    "alipay": scenarios_alipay,
}

#: a header or the path → whose request it is
SIGNS = (("x-tc-action", "tencent"), ("x-acs-action", "alibaba"))

#: requests remembered for looking at; their bodies are not
REMEMBERED = 1000

#: messages that can be looked at, with all that is in them
MESSAGES = 100

#: seconds; longer than any adapter waits
SILENCE = 20.0

#: seconds until a server that is told to stop does
POLL = 0.02

#: capabilities whose orders are messages
TOLD = frozenset({Capability.SMS, Capability.NOTICE})

#: status, headers, body
Answer = tuple[int, Mapping[str, str], str] | None

LOOPBACK = "http://127.0.0.1:"


@dataclass
class Weather:
    """What befalls the next ``times`` requests to a vendor, or all while it is None."""

    delay: float = 0.0  #: seconds before the answer
    lose: bool = False  #: do all and close the connection instead of answering
    taken: bool = True  #: whether an order is, of which no answer tells
    times: int | None = None
    passes: bool = False  #: the scenario played with it is over when it is


class SandboxServer:
    """``with SandboxServer() as server:`` serves on 127.0.0.1; port 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        self.stages = {name: Stage(module.SCRIPT) for name, module in SCRIPTS.items()}
        self.log: deque[tuple[str, str, str]] = deque(maxlen=REMEMBERED)  #: vendor, ask, capability
        self.sent: deque[Mapping[str, Any]] = deque(maxlen=MESSAGES)  #: what was asked to be sent to mobiles
        self._weather: dict[tuple[str, Capability | None], Weather] = {}
        self.orders = Orders()  #: given to Alipay
        self._gate = Gate()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True)

    @property
    def endpoint(self) -> str:
        return f"{LOOPBACK}{self._server.server_port}"

    def settings(self, vendor: str) -> dict[str, Any]:
        """Of an adapter that is to ask this server."""
        return {**SCRIPTS[vendor].SETTINGS, "endpoint": self.endpoint}

    def play(self, vendor: str, scenario: str, *capabilities: Capability) -> None:
        with self._lock:
            self.stages[vendor].play(scenario, *capabilities)

    def trouble(
        self,
        vendor: str,
        *capabilities: Capability,
        delay: float = 0.0,
        lose: bool = False,
        taken: bool = True,
        times: int | None = None,
        passes: bool = False,
    ) -> None:
        """From now on, in these capabilities or in all; of a vendor alone: no more. ``times`` requests long, and with
        ``passes`` the scenario that was played too."""
        self.stages[vendor].require(None, *capabilities)
        with self._lock:
            if not capabilities:
                self._weather = {key: weather for key, weather in self._weather.items() if key[0] != vendor}
            for capability in capabilities or (None,):
                self._weather[vendor, capability] = Weather(delay, lose, taken, times, passes)

    def notify(self, vendor: str, capability: Capability, ours: str, theirs: str, url: str, times: int = 1) -> None:
        """Deliver a callback, ``times`` over as vendors do, to a URL of this machine.

        Raises ValueError where the vendor has none, and what requests raises where nobody takes it.
        """
        if not url.startswith(LOOPBACK):
            msg = "callbacks are delivered on this machine only"
            raise ValueError(msg)
        known = self.stages[vendor].script.notices
        if capability not in known:
            msg = f"there is no callback of {capability}; possible are {', '.join(known) or 'none'}"
            raise ValueError(msg)
        headers, body = self.told(vendor, capability, ours, theirs)
        for _ in range(times):
            if headers:
                requests.post(url, data=body, headers=dict(headers), timeout=10)
            else:  # a vendor that puts everything in the query
                requests.get(f"{url}?{body.decode()}", timeout=10)

    def told(self, vendor: str, capability: Capability, ours: str, theirs: str) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of the callback that tells of the end; reading back finds it from now on."""
        with self._lock:
            if vendor == "alipay":
                self.orders.settle(ours)
            return self.stages[vendor].notify(capability, ours, theirs)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Until interrupted."""
        with suppress(KeyboardInterrupt):
            self._server.serve_forever(POLL)

    def answer(self, received: Received) -> Answer:
        """Of a vendor; None: the connection is to be broken."""
        vendor = next((name for sign, name in SIGNS if sign in received.headers), "alipay")
        refusal = self._gate.refusal(vendor, received)
        with self._lock:
            ask, capability = SCRIPTS[vendor].channel_of(received)
            weather = self._felt(vendor, capability)
            self.log.append((vendor, ask, capability))
            status, headers, body = refusal.to(received) if refusal else self._reply(vendor, received, weather)
        time.sleep(weather.delay)
        if isinstance(body, requests.ConnectTimeout):  # an outage, as far as a server can show one
            return HTTPStatus.SERVICE_UNAVAILABLE, {}, ""
        if isinstance(body, requests.RequestException):
            time.sleep(SILENCE)
        if weather.lose or isinstance(body, requests.RequestException):
            return None
        return status, headers, body

    def control(self, path: str, body: bytes) -> Answer:
        """What is scripted over HTTP; what cannot be is answered with a problem that says why."""
        try:
            return self._controlled(path, scripting.read_object(body))
        except ValueError as error:
            return scripting.problem(str(error))
        except requests.RequestException as error:
            return scripting.undelivered(type(error).__name__)

    def _controlled(self, path: str, asked: Mapping[str, Any]) -> Answer:
        act = {"/_sandbox/play": self._play, "/_sandbox/notify": self._notify}.get(path)
        if act is not None:
            act(asked)
            return HTTPStatus.NO_CONTENT, {}, ""
        shows = {
            "/_sandbox/log": lambda _: list(self.log),
            "/_sandbox/sent": lambda _: list(self.sent),
            "/_sandbox/papers": self._print,
            "/_sandbox/orders": self._ordered,
            **{f"/_sandbox/settings/{vendor}": self._settings(vendor) for vendor in self.stages},
        }
        if path.startswith("/_sandbox/settings/"):
            scripting.read_vendor(path.rpartition("/")[2], self.stages)
        if path not in shows:
            return HTTPStatus.NOT_FOUND, {}, ""
        return HTTPStatus.OK, {}, json.dumps(shows[path](asked), ensure_ascii=False)

    def _settings(self, vendor: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda _: self.settings(vendor)

    def _notify(self, asked: Mapping[str, Any]) -> None:
        self.notify(**scripting.read_notify(asked, self.stages))

    def _play(self, asked: Mapping[str, Any]) -> None:
        played = scripting.read_play(asked, self.stages)
        if played.scenario is not None:
            self.play(played.vendor, played.scenario, *played.capabilities)
        self.trouble(played.vendor, *played.capabilities, **played.weather, passes=played.scenario is not None)

    def _print(self, asked: Mapping[str, Any]) -> Mapping[str, str]:
        """What all vendors read of papers from now on."""
        with self._lock:
            for stage in self.stages.values():
                stage.printed = reprinted(stage.printed, asked)
            return shown(stage.printed)

    def _ordered(self, asked: Mapping[str, Any]) -> Any:
        with self._lock:
            if asked:
                self.orders.end(asked)
            return self.orders.listed()

    def _reply(self, vendor: str, received: Received, weather: Weather) -> Any:
        stage = self.stages[vendor]
        channel = stage.script.channel_of(received)
        if channel[1] in TOLD and stage.script.message is not None and stage.has_sent(channel):
            self.sent.append({"vendor": vendor, "capability": channel[1], **stage.script.message(received)})
        remembered = self.orders.reply(stage, received, taken=weather.taken)
        found = remembered.to(received) if remembered else stage.reply(received)
        stage.received.clear()  # personal data, in a server that lives long
        return found

    def _felt(self, vendor: str, capability: Capability) -> Weather:
        key = next((key for key in ((vendor, capability), (vendor, None)) if key in self._weather), None)
        if key is None:
            return Weather()
        weather = self._weather[key]
        if weather.times is None:
            return weather
        weather.times -= 1
        if weather.times >= 0:
            return weather
        del self._weather[key]
        if weather.passes:
            self.stages[vendor].play(Scenario.MATCH, *(() if key[1] is None else (key[1],)))
        return self._felt(vendor, capability)


class _Server(ThreadingHTTPServer):
    #: callers that come at once; of five, as is the default, others were cut off after they had sent
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked and went away is nobody's trouble."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(server: SandboxServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Keeps connections open, as vendors do, and says nothing: URLs hold names and numbers."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)  # a proxy's form, with scheme and host, is taken too
            try:
                if parts.path.startswith("/_sandbox/"):
                    answer = server.control(parts.path, body)
                else:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    answer = server.answer(Received(f"{server.endpoint}{parts.path}?{parts.query}", headers, body))
            except (KeyError, TypeError, ValueError):
                answer = HTTPStatus.BAD_REQUEST, {}, ""
            if answer is None:
                self.close_connection = True
                return
            self._send(*answer)

        do_GET = do_POST  # noqa: N815 - as above

        def _send(self, status: int, headers: Mapping[str, str], body: str) -> None:
            sent = body.encode()
            self.send_response_only(status)
            for name, value in {"Content-Type": "application/json", **headers, "Content-Length": len(sent)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler
