"""URL rules whose builders are compiled when a URL is first built: most never are, and every process starts."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """Matches at once. Compiling what builds its URL was half of what starting the application took."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - the library's
        compile_now = super()._compile_builder

        compiled: Builder | None = None

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            if compiled is None:
                compiled = compile_now(append_unknown)
            return compiled(rule, **values)

        return build
