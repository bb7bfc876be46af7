"""Sites as dueby wants them on each flavour, and faults planted into them, with what a person must be told of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from tests.scenarios.flavours import CLOUD, DATACENTER, ZENDESK, Flavour

STATES = ("running", "breached", "met", "paused", "not_filed", "no_promise", "closed", "unmapped")


@dataclass(slots=True)
class World:
    """A sandbox, its site as dueby.yaml writes it, other sites, mappings; `minutes` moves the tracker's time.

    `later` happens once the mappings are in force.
    """

    flavour: Flavour
    box: Any
    site: dict[str, Any]
    document: dict[str, Any]
    ticket: str = ""
    minutes: list[float] = field(default_factory=lambda: [0.0])
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    later: list[Callable[[], object]] = field(default_factory=list)

    @property
    def mapping(self) -> dict[str, Any]:
        """The file's only mapping."""
        found: dict[str, Any] = self.document["mappings"][0]
        return found

    @property
    def fields(self) -> dict[str, Any]:
        """The site's `fields`."""
        found: dict[str, Any] = self.site["fields"]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One fault: how it is put in, where it must be told (project, field, key path), and in which words."""

    what: str
    plant: Callable[[World], object]
    about: tuple[str | None, str | None, str | None] = (None, None, None)
    says: tuple[str, ...]
    warning: bool = False


def right_world(flavour: Flavour, now: Callable[[], Any], url_of: Callable[[Any], str]) -> World:
    """Give a world in which nothing is wrong."""
    box = flavour.open(now)
    auth = {name: value for name in ("user", "token", "bearer", "client_id", "client_secret")
            if (value := getattr(flavour.auth, name))}  # fmt: skip
    site: dict[str, Any] = {"tracker": flavour.tracker, "url": url_of(box), "auth": auth, "webhook_secret": "hush"}
    site["fields"] = dict(flavour.own_fields)
    if flavour.tracker == "jira":
        site["deployment"] = flavour.deployment
        site["fields"]["state"] = "customfield_10104"
    words = flavour.words
    match = {"project": ["SUP"]} if flavour.tracker == "jira" else {"brand": ["Acme Help"], "form": ["Vendor case"]}
    document = {
        "mappings": [
            {
                "name": "okta",
                "site": "acme",
                "match": match,
                "policy": "okta-premier-success",
                "plan": {"field": words["plan"], "values": {"Gold": "gold"}, "default": "basic"},
                "customer": {"timezone": "America/New_York"},
                "levels": {words["urgent"]: 1, words["high"]: 2, words["normal"]: 3},
                "owed_by": "vendor",
                "answered_by": [{"public_comment": {"accounts": ["vendor"]}}, {"status": [words["replied"]]}],
                "paused_by": {"status": [words["waiting"]]},
            }
        ]
    }
    return World(flavour, box, site, document)


def own_comment(world: World, *, public: bool) -> None:
    """Let dueby's account comment on the ticket."""
    world.box.comment(world.ticket, by="bot", public=public)


def jira_of(world: World) -> JiraSandbox:
    """Give the sandbox where it is a Jira."""
    assert isinstance(world.box, JiraSandbox)
    return world.box


def zendesk_of(world: World) -> ZendeskSandbox:
    """Give the sandbox where it is a Zendesk."""
    assert isinstance(world.box, ZendeskSandbox)
    return world.box


def _short_select(world: World) -> None:
    jira_of(world).add_field("customfield_10120", "State", "select", STATES[:3] + STATES[4:])
    world.fields["state"] = "customfield_10120"


def _short_drop_down(world: World) -> None:
    options = tuple((state, f"dueby_{state}") for state in STATES if state != "paused")
    zendesk_of(world).site.fields[360002].options = options


def _second_project(world: World) -> None:
    """Let the mapping look at a software project too, with a ticket in it."""
    box = jira_of(world)
    if "DEV" not in world.mapping["match"]["project"]:
        world.mapping["match"]["project"].append("DEV")
        box.create(project="DEV", by="alice")


def _off_screen_of_second(world: World) -> None:
    _second_project(world)
    jira_of(world).off_screen("customfield_10100", "DEV")


def _internal_note(world: World) -> None:
    """A service desk becomes a software project after the mappings were applied, which would else be refused."""
    _second_project(world)
    project = jira_of(world).site.projects["DEV"]
    project.type = "service_desk"
    world.later.append(lambda: setattr(project, "type", "software"))
    world.mapping["escalation"] = "desk"
    world.document["escalations"] = [{"name": "desk", "steps": [{"at": "breach", "notify": ["note"]}]}]
    world.document["channels"] = [{"name": "note", "internal_comment": True}]


def _both_comments(world: World) -> None:
    own_comment(world, public=False)
    own_comment(world, public=True)


def _behind(world: World) -> None:
    world.minutes[0] = -5


def _ahead(world: World) -> None:
    world.minutes[0] = 125


NO_SECRET = Planted(
    what="no webhook secret",
    plant=lambda world: world.site.pop("webhook_secret"),
    says=("no webhook secret", "sites.acme.webhook_secret"),
)
BEHIND = Planted(
    what="the tracker's time is five minutes behind",
    plant=_behind,
    says=("about 5 min", "ahead of the tracker's", "NTP"),
)

PLANTED: Mapping[str, tuple[Planted, ...]] = {
    CLOUD.name: (
        NO_SECRET,
        BEHIND,
        Planted(
            what="due_at names a field that is not there",
            plant=lambda world: world.fields.update(due_at="customfield_99999"),
            about=(None, "due_at", None),
            says=("customfield_99999 does not exist", "dueby sites create-fields acme"),
        ),
        Planted(
            what="summary is a number field",
            plant=lambda world: world.fields.update(summary="customfield_10105"),
            about=(None, "summary", None),
            says=("customfield_10105 is of type float", "type text"),
        ),
        Planted(
            what="the select of states lacks one",
            plant=_short_select,
            about=("SUP", "state", None),
            says=("lacks the options paused",),
        ),
        Planted(
            what="due_on is off the edit screen",
            plant=lambda world: jira_of(world).off_screen("customfield_10103", "SUP"),
            about=("SUP", "due_on", None),
            says=("customfield_10103 is not on the edit screen of Service Request", "Add to screen"),
        ),
        Planted(
            what="the account may not silence mails",
            plant=lambda world: jira_of(world).set_rights("bot", ("browse", "edit")),
            about=("SUP", None, None),
            says=("mails", "Administer Projects"),
            warning=True,
        ),
        Planted(
            what="the account has commented publicly",
            plant=_both_comments,
            says=("SUP-1", "account of its own"),
            warning=True,
        ),
        Planted(
            what="a misspelt priority",
            plant=lambda world: world.mapping["levels"].update(Hihg=2),
            about=(None, None, "mappings.0.levels.Hihg"),
            says=("okta names 'Hihg'", "the nearest is High"),
        ),
        Planted(
            what="a field of another site",
            plant=lambda world: world.mapping.update(starts={"field": "360010"}),
            about=(None, None, "mappings.0.starts.field"),
            says=("'360010'", "a field of other, and not of this site"),
        ),
    ),
    DATACENTER.name: (
        Planted(
            what="the tracker's time is two hours and five minutes ahead",
            plant=_ahead,
            says=("about 125 min", "behind the tracker's"),
        ),
        Planted(
            what="due_at is off the edit screen of the second project",
            plant=_off_screen_of_second,
            about=("DEV", "due_at", None),
            says=("customfield_10100 is not on the edit screen of Service Request", "the edit screen of DEV"),
        ),
        Planted(
            what="summary has the field of the state",
            plant=lambda world: world.fields.update(state="customfield_10101", summary="customfield_10101"),
            about=(None, "summary", None),
            says=("customfield_10101 is configured for state already",),
        ),
        Planted(
            what="due_on is a text field",
            plant=lambda world: world.fields.update(due_on="customfield_10094"),
            about=(None, "due_on", None),
            says=("customfield_10094 is of type text", "type date"),
        ),
        Planted(
            what="a misspelt project",
            plant=lambda world: world.mapping["match"]["project"].append("SPU"),
            about=(None, None, "mappings.0.match.project"),
            says=("there is no such project", "the nearest is SUP", "let dueby's account see it"),
        ),
        Planted(
            what="a misspelt issue type",
            plant=lambda world: world.mapping["match"].update(issue_type=["Servce Request"]),
            about=(None, None, "mappings.0.match.issue_type"),
            says=("there is no such issue type", "the nearest is Service Request"),
        ),
        Planted(
            what="a misspelt request type",
            plant=lambda world: world.mapping["match"].update(request_type=["Get halp"]),
            about=(None, None, "mappings.0.match.request_type"),
            says=("there is no such request type", "the nearest is Get help"),
        ),
        Planted(
            what="a misspelt status",
            plant=lambda world: world.mapping.update(paused_by={"status": ["Waiting for custmer"]}),
            about=(None, None, "mappings.0.paused_by.status"),
            says=("there is no such status", "the nearest is Waiting for customer"),
        ),
        Planted(
            what="internal notes where there is no service desk",
            plant=_internal_note,
            about=("DEV", None, "mappings.0.escalation"),
            says=("'note'", "DEV is no service project"),
        ),
        Planted(
            what="the account has commented publicly",
            plant=_both_comments,
            says=("SUP-1", "account of its own"),
            warning=True,
        ),
    ),
    ZENDESK.name: (
        BEHIND,
        Planted(
            what="the pattern of due_at refuses instants",
            plant=lambda world: setattr(zendesk_of(world).site.fields[360001], "pattern", r"\A\d+\z"),
            about=(None, "due_at", None),
            says=("the pattern of 360001 refuses", "ISO 8601"),
        ),
        Planted(
            what="the drop-down of states lacks a tag",
            plant=_short_drop_down,
            about=(None, "state", None),
            says=("lacks the tags dueby_paused",),
        ),
        Planted(
            what="summary is deactivated",
            plant=lambda world: zendesk_of(world).deactivate_field(360003),
            about=(None, "summary", None),
            says=("360003 is deactivated",),
        ),
        Planted(
            what="due_on is not on the mapping's form",
            plant=lambda world: zendesk_of(world).off_form(360004, "Vendor case"),
            about=(None, "due_on", None),
            says=("360004 is not on the form Vendor case",),
        ),
        Planted(
            what="the account is no administrator",
            plant=lambda world: zendesk_of(world).set_role("bot", "agent"),
            says=("no webhook told of", "administrator"),
        ),
        Planted(
            what="the account has commented publicly",
            plant=_both_comments,
            says=("1001", "account of its own"),
            warning=True,
        ),
        Planted(
            what="a misspelt brand",
            plant=lambda world: world.mapping["match"].update(brand=["Acme Hlep"]),
            about=(None, None, "mappings.0.match.brand"),
            says=("there is no such brand", "the nearest is Acme Help"),
        ),
        Planted(
            what="a misspelt status",
            plant=lambda world: world.mapping.update(paused_by={"status": ["pneding"]}),
            about=(None, None, "mappings.0.paused_by.status"),
            says=("there is no such status", "the nearest is pending"),
        ),
        Planted(
            what="a field of another site",
            plant=lambda world: world.mapping.update(level_field="customfield_10093"),
            about=(None, None, "mappings.0.level_field"),
            says=("'customfield_10093'", "a field of other, and not of this site"),
        ),
    ),
}
