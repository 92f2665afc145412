"""One reason code: what it means to the user and what it costs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """``step`` is the step to be done again (None: whichever was submitted, or the whole verification).

    ``retryable``: the same step may succeed with a further try. The texts say what happened and what the
    user can do next; they never hold a value.
    """

    code: str
    step: str | None
    retryable: bool
    costs_try: bool
    zh: str
    en: str

    def text(self) -> dict[str, str]:
        return {"zh-CN": self.zh, "en": self.en}
