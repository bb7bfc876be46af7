"""The rows of `dueby failures list`: sites that fail as a whole, syncs that gave up, notices that gave up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from shlex import quote

from sqlalchemy import Connection

from connector.store.failures import Failure, list_failures
from connector.store.notice_failures import NoticeFailure, list_notice_failures
from connector.store.site_failures import SiteFailure, list_site_failures
from connector.store.walk_states import WalkState, failed_walks


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One failure as people read it; `as_json` is the same for scripts."""

    id: str
    site: str
    what: str
    field: str
    reason: str
    since: datetime
    attempts: int
    sentence: str
    as_json: Mapping[str, object]


def rows_of(conn: Connection, now: datetime) -> tuple[Row, ...]:
    """Return all there is, whole sites first, then walks, syncs and notices, each from the oldest on."""
    return (
        *map(_site, list_site_failures(conn, now)),
        *map(_walk, failed_walks(conn)),
        *map(_sync, list_failures(conn)),
        *map(_notice, list_notice_failures(conn)),
    )


def _site(failure: SiteFailure) -> Row:
    return Row(
        id=f"site:{failure.site}",
        site=failure.site,
        what=f"the whole site, {_counted(failure.waiting, 'ticket waits', 'tickets wait')}",
        field="",
        reason=failure.reason,
        since=failure.since,
        attempts=failure.attempts,
        sentence=failure.sentence or "It is tried again by itself; `dueby sites check` says what is wrong.",
        as_json={
            "id": f"site:{failure.site}",
            "kind": "site",
            "site": failure.site,
            "waiting": failure.waiting,
            "reason": failure.reason,
            "error": failure.sentence,
            "since": failure.since.isoformat(),
            "paused_until": failure.paused_until.isoformat(),
            "attempts": failure.attempts,
        },
    )


def _walk(state: WalkState) -> Row:
    since = state.failing_since or state.next_at
    return Row(
        id=f"walk:{state.site}",
        site=state.site,
        what="the walk over changed tickets",
        field="",
        reason=state.reason or "",
        since=since,
        attempts=state.attempts,
        sentence=state.sentence or "",
        as_json={
            "id": f"walk:{state.site}",
            "kind": "walk",
            "site": state.site,
            "reason": state.reason,
            "error": state.sentence,
            "since": since.isoformat(),
            "attempts": state.attempts,
        },
    )


def _sync(failure: Failure) -> Row:
    ref = failure.ref
    named = f"{failure.key} ({ref.id})" if failure.key not in {None, ref.id} else ref.id
    return Row(
        id=str(failure.id),
        site=ref.site,
        what=f"{named}{_more(len(failure.others), failure.project)}",
        field=failure.field or "",
        reason=failure.reason,
        since=failure.since,
        attempts=failure.attempts,
        sentence=failure.sentence,
        as_json={
            "id": failure.id,
            "kind": "sync",
            "site": ref.site,
            "ticket": ref.id,
            "key": failure.key,
            "others": [other.id for other in failure.others],
            "field": failure.field,
            "reason": failure.reason,
            "error": failure.sentence,
            "since": failure.since.isoformat(),
            "failed_at": failure.failed_at.isoformat(),
            "attempts": failure.attempts,
        },
    )


def _notice(failure: NoticeFailure) -> Row:
    count = len(failure.ids)
    told = "the notice of" if count == 1 else f"{count} notices, the first of"
    return Row(
        id=f"n{failure.id}",
        site=failure.ref.site,
        what=f"channel {failure.channel}: {told} {failure.key}",
        field="",
        reason="not_sent",
        since=failure.since,
        attempts=failure.attempts,
        sentence=f"{failure.error or 'It was not taken.'} Try it by `dueby channels test {quote(failure.channel)}`.",
        as_json={
            "id": f"n{failure.id}",
            "kind": "notice",
            "channel": failure.channel,
            "site": failure.ref.site,
            "ticket": failure.ref.id,
            "key": failure.key,
            "notices": count,
            "reason": "not_sent",
            "error": failure.error,
            "since": failure.since.isoformat(),
            "attempts": failure.attempts,
        },
    )


def _more(count: int, project: str) -> str:
    return f" and {count} more{f' of {project}' if project else ''}" if count else ""


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
