"""The errors of the core: each with a stable machine word and a sentence for a person."""


class CaseError(Exception):
    """A case that cannot be computed.

    `reason` is a stable machine word (`unknown_plan`, `no_timezone`, ...); `sentence` says what is wrong and what was
    expected.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        self.reason = reason
        self.sentence = sentence
        super().__init__(sentence)


class CalendarError(CaseError):
    """Business time cannot be counted: a naive or distant instant, an unknown zone, a year without holiday data."""
