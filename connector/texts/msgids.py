"""Everything the catalogues translate: the sentences here, and all texts of the shipped policies."""

from collections.abc import Iterator

from connector.texts.messages import FACTS, NONE, SOMEONE, SUMMARIES, UNMAPPED, WHY_NOT
from connector.texts.notice_messages import NOTICE_TABLES
from connector.texts.words import COUNTED, UNDER_A_SECOND
from policies.schema import Policy


def sentence_ids() -> Iterator[str]:
    """Give the sentences, words and reasons that are no plurals."""
    for table in (FACTS, WHY_NOT, SUMMARIES, UNMAPPED, *NOTICE_TABLES):
        yield from table.values()
    yield from (NONE, SOMEONE, UNDER_A_SECOND)


def plural_ids() -> Iterator[tuple[str, str]]:
    """Give the counted words, one and many."""
    yield from COUNTED.values()


def policy_ids(policy: Policy) -> Iterator[str]:
    """Give every text for people in a policy."""
    yield policy.name
    yield policy.strength.text
    yield from (clause.says for clause in policy.sources.values())
    yield from _names(policy)
    for level in policy.levels.values():
        yield from (level.means, *level.solution)
    for metric in policy.metrics.values():
        yield from (metric.starts, metric.ends)
    yield from (duty.text for duty in policy.duties)
    yield from (note.text for note in policy.notes)
    for reading in policy.readings:
        yield reading.about
        yield from (choice.title for choice in reading.choices)


def _names(policy: Policy) -> Iterator[str]:
    yield from (plan.name for plan in policy.plans.values())
    yield from (level.name for level in policy.levels.values() if level.name)
    yield from (region.name for region in policy.places.values())
    yield from (metric.name for metric in policy.metrics.values())
