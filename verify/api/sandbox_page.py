"""The page that plays a vendor's hosted liveness for test keys: whoever tests says how the visit ends."""

import json
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template_string, request

from verify.api.body import bounded
from verify.auth import public, services
from verify.errors import Problem
from verify.flows import liveness_links

#: the provider that gives this page's address
PROVIDER = "sandbox"

#: where the browser may be sent on to: our own links back
BACK = f"/v1/callbacks/{PROVIDER}/"

#: what the visitor may choose, as the sandbox knows it → zh-CN, en
CHOICES = {
    "as_named": ("按姓名中的标记", "as the name asks for"),
    "match": ("本人通过", "the person, alive"),
    "face_mismatch": ("人脸不符", "another face"),
    "liveness_failed": ("活体失败", "not alive"),
    "abandoned": ("未完成就离开", "leave without a verdict"),
}

PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>刷脸模拟器 · Face sandbox</title>
<h1>刷脸模拟器</h1>
<p>测试密钥不会打开摄像头，也不向任何人发送数据。请选择这次刷脸的结果。</p>
<p lang="en">Face sandbox: no camera, nothing is sent to anyone. Choose how this visit ends.</p>
<form method="post">
{% for value, (zh, en) in choices.items() %}
<p><button name="outcome" value="{{ value }}">{{ zh }} · {{ en }}</button></p>
{% endfor %}</form>
</html>"""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

blueprint = Blueprint("sandbox_page", __name__, url_prefix="/sandbox/face")

#: bytes of the form
FORM_LIMIT = 1024


@blueprint.get("/<token>")
@public
def show(token: str) -> Response:
    """Show what can be chosen."""
    liveness_links.session_of(PROVIDER, token, services())
    return _page(render_template_string(PAGE, choices=CHOICES))


@blueprint.post("/<token>")
@public
def end(token: str) -> Response:
    """End the visit as it was chosen, then go back the way a vendor's page does."""
    outcome = parse_qs(bounded(FORM_LIMIT).decode("utf-8", "replace")).get("outcome", [""])[0]
    if outcome not in CHOICES:
        raise Problem("not_found")
    reference = str(liveness_links.session_of(PROVIDER, token, services()))
    told = json.dumps({"reference": reference, "outcome": outcome}).encode()
    liveness_links.notified(PROVIDER, token, {}, told, services())
    return _page(redirect(_back(), 303))


def _back() -> str:
    """Nowhere but to our own link, which sends the browser on. Raises Problem not_found."""
    link = request.args.get("back", "")
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not link.startswith(BACK):
        raise Problem("not_found")
    return link


def _page(content: object) -> Response:
    response = make_response(content)
    response.headers.update(HEADERS)
    return response
