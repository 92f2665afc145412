"""The OpenAPI document, written when it is first asked for: most processes never are, and all of them start."""

from threading import Lock
from typing import Any

from flask import Flask, Response
from flask_smorest import Api, Blueprint

from verify.api.documentation import describe_defaults, describe_security
from verify.api.told import tell


class Document(Api):  # type: ignore[misc]
    """flask-smorest without its default error, which no operation here answers with."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        self._owed: list[Blueprint] = []
        self._options: dict[str, Any] = {}
        self._lock = Lock()
        super().__init__(app)

    def _init_spec(self, **options: Any) -> None:
        """Not yet: three score of responses wait for who asks."""
        self._options = options

    def register_blueprint(self, blp: Blueprint) -> None:
        """Serve it at once, describe it later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._owed.append(blp)

    def written(self) -> dict[str, Any]:
        with self._lock:
            if self._owed:
                super()._init_spec(**self._options)
                for blueprint in self._owed:
                    blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                    self.spec.tag({"name": blueprint.name, "description": blueprint.description})
                self._owed.clear()
                describe_security(self._app, self)
                describe_defaults(self)
                tell(self)
        found: dict[str, Any] = self.spec.to_dict()
        return found

    def _openapi_json(self) -> Response:
        self.written()
        answer: Response = super()._openapi_json()
        return answer
