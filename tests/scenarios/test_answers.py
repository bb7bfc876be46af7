"""Each form of `answered_by` and `not`, and what happens to a comment later."""

from collections.abc import Sequence

import pytest

from tests.scenarios.desk import APPLIED, Desk
from tests.scenarios.flavours import JIRAS
from tests.scenarios.telling import Step, comments, deletes_comment, does, edits, files, looks, plays, sets

DUE = "Okta gold, level 1: 30 min, due 2026-11-20 15:30 UTC"
US = "{owed_by: us, answered_by: null}"
ONLY_WHERE_TOLD = pytest.mark.only("cloud", "zendesk")  # Data Center tells neither customers nor apps


def by(who: str, *, public: bool = True) -> list[Step]:
    return [files("15:00"), comments("15:10", who, public=public)]


ANSWERS = [
    pytest.param("", by("vendor"), id="the vendor by account"),
    pytest.param("answered_by: [{public_comment: {domains: [OKTA.example]}}]", by("vendor"), id="the vendor by domain"),
    pytest.param(US, by("alice"), id="an agent, by default where we owe"),
    pytest.param("{owed_by: us, answered_by: [{public_comment: agents}]}", by("alice"), id="an agent, as written"),
    pytest.param(
        "{owed_by: us, answered_by: [{public_comment: agents, not: {accounts: ['$alice']}}]}",
        by("bob"),
        id="an agent who is not excluded by account",
    ),
    pytest.param(
        "{owed_by: us, answered_by: [{public_comment: agents, not: {domains: [okta.example]}}]}",
        by("alice"),
        id="an agent who is not excluded by domain",
    ),
    pytest.param("answered_by: [{public_comment: {accounts: ['$dave']}}]", by("dave"), id="a customer who is named"),
    pytest.param(
        US,
        [files("15:00", by="alice", reporter="carol"), comments("15:10", "alice")],
        id="an agent who filed the ticket for its reporter",
    ),
]
NO_ANSWERS = [
    pytest.param("", by("vendor", public=False), id="an internal comment"),
    pytest.param("", by("alice"), id="our agent, where the vendor owes"),
    pytest.param("answered_by: [{public_comment: {domains: [other.example]}}]", by("vendor"), id="another domain"),
    pytest.param(US, by("carol"), id="the reporter"),
    pytest.param(US, by("dave"), marks=ONLY_WHERE_TOLD, id="another customer"),
    pytest.param(US, by("robot"), marks=ONLY_WHERE_TOLD, id="an app"),
    pytest.param(US, by("bot"), id="dueby's own account"),
    pytest.param(
        "answered_by: [{public_comment: {domains: [acme.example]}}]", by("bot"), id="dueby's own account, by domain"
    ),
    pytest.param(US, [files("15:00", by="alice"), comments("15:10", "alice")], id="an agent who is the reporter"),
    pytest.param(US, [files("15:00", by="alice", reporter="carol")], id="the description, though an agent wrote it"),
    pytest.param(
        "{owed_by: us, answered_by: [{public_comment: agents, not: {accounts: ['$alice']}}]}",
        by("alice"),
        id="an agent excluded by account",
    ),
    pytest.param(
        "{owed_by: us, answered_by: [{public_comment: agents, not: {accounts: ['$dave']}}]}",
        by("dave"),
        id="a customer excluded by account, for Data Center does not tell customers",
    ),
    pytest.param(
        "{owed_by: us, answered_by: [{public_comment: agents, not: {domains: [okta.example]}}]}",
        by("vendor"),
        id="an agent excluded by domain",
    ),
    pytest.param(
        "answered_by: [{public_comment: {domains: [okta.example]}, not: {accounts: ['$vendor']}}]",
        by("vendor"),
        id="a named domain's account that is excluded",
    ),
]


@pytest.mark.parametrize(("mapping", "steps"), ANSWERS)
def test_it_answers(desk: Desk, mapping: str, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, [*steps, looks("15:12", "met", "15:30", f"{DUE}, answered 2026-11-20 15:10")])


@pytest.mark.parametrize(("mapping", "steps"), NO_ANSWERS)
def test_it_does_not_answer(desk: Desk, mapping: str, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, [*steps, looks("15:12", "running", "15:30", DUE), looks("15:31", "breached", "15:30")])


def answered(at: str) -> str:
    return f"{DUE}, answered 2026-11-20 {at}"


FIELDS_AND_STATUSES = [
    pytest.param(
        "answered_by: [{field: $answered}]",
        [
            files("15:00"),
            sets("15:40", answered="2026-11-20T15:20:00+00:00"),
            looks("15:41", "met", "15:30", answered("15:20")),
            sets("15:42", answered=None),
            looks("15:43", "breached", "15:30", f"{DUE}, breached"),
        ],
        id="a date-time field answers at its value, until it is emptied",
    ),
    pytest.param(
        "answered_by: [{field: $answered}]",
        [
            files("15:00"),
            sets("16:10", answered="2026-11-20T17:02:00+01:00"),
            looks("16:11", "breached", "15:30", f"{answered('16:02')}, 32 min late"),
            sets("16:12", answered="2026-11-20T16:29:00+01:00"),
            looks("16:13", "met", "15:30", answered("15:29")),
        ],
        id="a date-time field that is corrected is judged anew",
    ),
    pytest.param(
        "answered_by: [{field: $answered}]",
        [files("15:00", answered="2026-11-20T14:00:00+00:00"), looks("15:10", "running", "15:30", DUE)],
        id="a date-time field before the start is no answer",
    ),
    pytest.param(
        "answered_by: [{field: $answered}]",
        [
            files("15:00", answered="2026-11-20T15:20:00+00:00"),
            looks("15:10", "running", "15:30", DUE),
            looks("15:20", "met", "15:30", answered("15:20")),
        ],
        id="a date-time field ahead of now answers when its time has come",
    ),
    pytest.param(
        "answered_by: [{field: $case}]",
        [
            files("15:00"),
            looks("15:05", "running", "15:30", DUE),
            sets("15:20", case="VND-77"),
            looks("15:40", "met", "15:30", answered("15:20")),
            sets("15:41", case="VND-78"),
            looks("15:42", "met", "15:30", answered("15:20")),
            sets("15:43", case=None),
            looks("15:44", "breached", "15:30", f"{DUE}, breached"),
        ],
        id="another field answers when it is first filled, until it is emptied",
    ),
    pytest.param(
        "answered_by: [{field: $case}]",
        [files("15:00", case="VND-77"), looks("15:40", "met", "15:30", answered("15:00"))],
        id="another field that was filled from the beginning",
    ),
    pytest.param(
        "answered_by: [{field: $severity}]",
        [files("15:00"), sets("15:20", severity="2"), looks("15:40", "met", "15:30", answered("15:20"))],
        id="a drop-down answers when it is first chosen",
    ),
    pytest.param(
        "answered_by: [{status: [$replied]}]",
        [
            files("15:00"),
            looks("15:05", "running", "15:30", DUE),
            sets("15:20", status="replied"),
            looks("15:21", "met", "15:30", answered("15:20")),
            sets("15:22", status="open"),
            looks("15:40", "met", "15:30", answered("15:20")),
        ],
        id="a status answers, also when it is left again",
    ),
    pytest.param(
        "answered_by: [{public_comment: {accounts: ['$vendor']}}, {field: $answered}, {status: [$replied]}]",
        [
            files("15:00"),
            sets("15:18", status="replied"),
            comments("15:25"),
            looks("15:26", "met", "15:30", answered("15:18")),
            sets("15:27", answered="2026-11-20T15:10:00+00:00"),
            looks("15:28", "met", "15:30", answered("15:10")),
        ],
        id="of several answers the earliest counts",
    ),
]
COMMENTS_LATER = [
    pytest.param(
        [
            files("15:00"),
            comments("15:05", public=False),
            looks("15:06", "running", "15:30", DUE),
            edits("15:20", public=True),
            looks("15:29", "met", "15:30", answered("15:20")),
            looks("15:35", "met", "15:30", answered("15:20")),
        ],
        marks=pytest.mark.only(*JIRAS),
        id="seen internal and made public later it answers from then on",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:05", public=False),
            edits("15:20", public=True),
            looks("15:29", "met", "15:30", answered("15:05")),
        ],
        marks=pytest.mark.only(*JIRAS),
        id="never seen internal it answers at its creation",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:05"),
            looks("15:06", "met", "15:30", answered("15:05")),
            edits("15:07", public=False),
            looks("15:08", "running", "15:30", DUE),
            edits("15:20", public=True),
            looks("15:21", "met", "15:30", answered("15:20")),
        ],
        marks=pytest.mark.only(*JIRAS),
        id="public, internal and public again it answers from the last time on",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:05"),
            looks("15:06", "met", "15:30", answered("15:05")),
            edits("15:07", public=False),
            looks("15:31", "breached", "15:30", f"{DUE}, breached"),
        ],
        id="made internal later it has never answered",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:05", name="first"),
            comments("15:15", name="second"),
            looks("15:16", "met", "15:30", answered("15:05")),
            deletes_comment("15:17", "first"),
            looks("15:18", "met", "15:30", answered("15:15")),
            deletes_comment("15:19", "second"),
            looks("15:20", "running", "15:30", DUE),
        ],
        marks=pytest.mark.only(*JIRAS),
        id="deleted it has never answered, the next one has",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:05"),
            edits("15:20", text="Another text"),
            looks("15:21", "met", "15:30", answered("15:05")),
            edits("15:40", text="And another"),
            looks("15:41", "met", "15:30", answered("15:05")),
        ],
        id="edited it answers as before",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:05", public=False, name="internal"),
            comments("15:10", "carol", name="question"),
            comments("15:15", name="answer"),
            looks("15:16", "met", "15:30", answered("15:15")),
        ],
        id="the first of many that counts",
    ),
]


@pytest.mark.parametrize(("mapping", "steps"), FIELDS_AND_STATUSES)
def test_fields_and_statuses(desk: Desk, mapping: str, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, steps)


@pytest.mark.parametrize("steps", COMMENTS_LATER)
def test_what_happens_to_a_comment_later(desk: Desk, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED)
    plays(desk, steps)


@pytest.mark.only(*JIRAS)
def test_a_comment_for_a_role_alone_is_internal(desk: Desk) -> None:
    desk.apply(APPLIED)
    plays(
        desk,
        [
            files("15:00"),
            does(lambda at_desk: at_desk.jira().comment(at_desk.ticket, by="vendor", role="Administrators")),
            looks("15:12", "running", "15:30", DUE),
        ],
    )


@pytest.mark.only(*JIRAS)
def test_made_public_by_its_property_alone_it_answers_at_the_tickets_updated(desk: Desk) -> None:
    def publish(at_desk: Desk) -> None:
        box = at_desk.jira()
        box.find_comment(box.site.issue(at_desk.ticket), at_desk.comments["it"]).internal = False

    desk.apply(APPLIED)
    plays(
        desk,
        [
            files("15:00"),
            comments("15:05", public=False),
            looks("15:06", "running", "15:30", DUE),
            does(publish),
            sets("15:18", case="VND-77"),
            looks("15:29", "met", "15:30", answered("15:18")),
        ],
    )


@pytest.mark.only("zendesk")
def test_a_private_description_is_no_comment_either(desk: Desk) -> None:
    def file(at_desk: Desk) -> None:
        at_desk.now = at_desk.now.replace(month=11, day=20, hour=15, minute=0)
        box = at_desk.zendesk()
        at_desk.ticket = box.create(by="alice", requester="carol", public=False, fields={"priority": "urgent"})

    desk.apply(APPLIED, US)
    plays(
        desk,
        [
            does(file),
            looks("15:05", "running", "15:30", DUE),
            comments("15:10", "alice"),
            looks("15:12", "met", "15:30", answered("15:10")),
        ],
    )
