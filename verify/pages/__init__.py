"""The hosted page ``/h/{id}``: one shell per verification, static modules, and realname.js for pages of others."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from verify.auth import public, services
from verify.errors import Problem
from verify.flows import device
from verify.flows.case import with_application
from verify.models import Origin, Verification
from verify.pages.apart import device_headers
from verify.pages.assets import Asset, Assets
from verify.pages.guard import hosted_headers
from verify.policies import LOCALES

blueprint = Blueprint("pages", __name__, template_folder="templates")

#: a name that holds a digest of every asset may be kept for good
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"

#: what the first screen needs, asked for at once rather than one import after the other
FIRST = (
    "page.js",
    "realname.js",
    "dom.js",
    "embedded.js",
    "session.js",
    "frame.js",
    "language.js",
    "dates.js",
    "screens.js",
    "messages.js",
)

#: the same of the guardian's page
FIRST_OF_GUARDIAN = (
    "guardian_page.js",
    "guardian_client.js",
    "guardian_screens.js",
    "realname.js",
    "dom.js",
    "embedded.js",
    "session.js",
    "frame.js",
    "language.js",
    "fields.js",
    "checks.js",
    "messages.js",
)

#: what other origins may import, under an address that stays
LIBRARY = {"realname.js", "realname.d.ts"}


def register(app: Flask) -> None:
    """Attach the pages to an application that holds its Services."""
    app.extensions["realname.assets"] = Assets.read()
    app.register_blueprint(blueprint)


def assets() -> Assets:
    found: Assets = current_app.extensions["realname.assets"]
    return found


@blueprint.get("/h/<verification_id>")
@public
def hosted(verification_id: str) -> Response:
    """The shell. It holds nothing of the case: the token in the fragment never comes here."""
    found = _find(verification_id)
    response = _shell(found, "page.js", FIRST)
    response.headers.update(hosted_headers(found[1] if found else [], frames=bool(device.scripts(services()))))
    return response


@blueprint.get("/h/<verification_id>/guardian")
@public
def guardian(verification_id: str) -> Response:
    """The shell of a minor's guardian. Nobody may frame it, so that no other page lays its own words over the yes."""
    response = _shell(_find(verification_id), "guardian_page.js", FIRST_OF_GUARDIAN, "guardian_texts")
    response.headers.update(hosted_headers([]))
    return response


def _shell(found: tuple[Verification, list[str]] | None, script: str, first: Sequence[str], *texts: str) -> Response:
    verification = found[0] if found else None
    chosen = request.args.get("lang") or (verification.locale if verification else None)
    locale = chosen if chosen in LOCALES else request.accept_languages.best_match(LOCALES) or LOCALES[0]
    page = render_template(
        "hosted.html",
        locale=locale,
        id=f"ver_{verification.id}" if verification else "",
        application=verification.application.name if verification else "",
        livemode=verification is None or verification.livemode,
        script=script,
        first=[_address(name) for name in (*first, *(f"{name}.{locale}.js" for name in ("texts", *texts)))],
        address=_address,
    )
    return make_response(page, 200 if verification else 404)


@blueprint.get("/h/<verification_id>/device")
@public
def device_data(verification_id: str) -> Response:
    """For a frame of the hosted page, where the person consented to a vendor whose script wants to see the browser."""
    found = _find(verification_id, joinedload(Verification.consents))
    script = device.script_for(found[0], services()) if found else None
    if found is None or script is None:
        raise Problem("not_found")
    response = make_response(render_template("device.html", script=script, address=_address))
    response.headers.update(device_headers(script, found[1]))
    return response


@blueprint.get("/h/returned")
@public
def returned() -> Response:
    """Where a vendor's own page sends its user back to; the page they came from goes on by itself."""
    locale = request.accept_languages.best_match(LOCALES) or LOCALES[0]
    response = make_response(render_template("returned.html", locale=locale, address=_address))
    response.headers.update(hosted_headers([]))
    return response


@blueprint.get("/h/assets/<version>/<path:name>")
@public
def asset(version: str, name: str) -> Response:
    """A file of this release. Another release's name answers with this one's file, and is not kept."""
    found = assets().get(name)
    return _send(found, FOR_GOOD if version == assets().version else "no-cache")


@blueprint.get("/js/v1/<name>")
@public
def library(name: str) -> Response:
    """realname.js and its types, for pages on any origin."""
    response = _send(assets().get(name if name in LIBRARY else ""), FOR_AN_HOUR)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _address(name: str) -> str:
    return url_for("pages.asset", version=assets().version, name=name)


def _find(text: str, *more: ORMOption) -> tuple[Verification, list[str]] | None:
    """The verification an address names, with the origins that may frame its page."""
    try:
        verification_id = UUID(text.removeprefix("ver_"))
    except ValueError:
        return None
    with services().read() as session:
        query = with_application().where(Verification.id == verification_id).options(*more)
        row = session.scalars(query).unique().one_or_none()
        if row is None:
            return None
        origins = select(Origin.origin).where(Origin.application_id == row.application_id).order_by(Origin.origin)
        return row, list(session.scalars(origins))


def _send(found: Asset, caching: str) -> Response:
    zipped = request.accept_encodings.best_match(["gzip"]) is not None
    response = Response(found.zipped if zipped else found.plain, content_type=found.content_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = caching
    response.set_etag(found.digest + ("-gzip" if zipped else ""))
    response.make_conditional(request)
    return response
