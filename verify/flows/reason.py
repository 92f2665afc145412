"""One reason code: what it means to the user and what it costs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """``step`` is the step to be done again (None: whichever was submitted, or the whole verification).

    ``retryable``: the same step may succeed with a further try. The texts say what happened and what the
    user can do next; they never hold a value. ``enterprise_`` are those of an enterprise, where it
    reads something else.
    """

    code: str
    step: str | None
    retryable: bool
    costs_try: bool
    zh: str
    en: str
    enterprise_zh: str = ""
    enterprise_en: str = ""

    def text(self, type_: str = "personal") -> dict[str, str]:
        if type_ == "enterprise" and self.enterprise_zh:
            return {"zh-CN": self.enterprise_zh, "en": self.enterprise_en}
        return {"zh-CN": self.zh, "en": self.en}
