"""The three flavours: what each calls the fields, people, priorities and statuses that stories speak of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.sites import Auth

Box = JiraSandbox | ZendeskSandbox
Now = Callable[[], datetime]
Native = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """`words` are what stories write with a dollar sign; `after_due` ends a due time, `before_state` begins a state."""

    name: str
    tracker: Literal["jira", "zendesk"]
    deployment: Literal["cloud", "datacenter"] = "cloud"
    auth: Auth
    open: Callable[[Now], Box]
    words: Mapping[str, str]
    own_fields: Mapping[str, str]
    priorities: Mapping[str, str]
    statuses: Mapping[str, str]
    after_due: str
    before_state: str = ""
    carried: str = "labels"


JIRA_WORDS = {
    "filed": "customfield_10090",
    "plan": "customfield_10091",
    "answered": "customfield_10092",
    "severity": "customfield_10093",
    "environment": "customfield_10071",
    "region": "customfield_10072",
    "timezone": "customfield_10074",
    "technology": "customfield_10073",
    "case": "customfield_10094",
    "organization": "customfield_10002",
    "match": "project: [SUP]",
    "elsewhere": "project: [NONE]",
    "carried": "labels",
    "urgent": "Highest",
    "high": "High",
    "normal": "Medium",
    "low": "Low",
    "waiting": "Waiting for customer",
    "replied": "Vendor replied",
}
JIRA_FIELDS = {
    "due_at": "customfield_10100",
    "due_on": "customfield_10103",
    "state": "customfield_10101",
    "summary": "customfield_10102",
}
JIRA_PRIORITIES = {"urgent": "Highest", "high": "High", "normal": "Medium", "low": "Low"}
JIRA_STATUSES = {
    "open": "In Progress",
    "waiting": "Waiting for customer",
    "replied": "Vendor replied",
    "solved": "Done",
}

ZENDESK_WORDS = {
    "filed": "360010",
    "plan": "360011",
    "answered": "360012",
    "severity": "360013",
    "environment": "360014",
    "region": "360017",
    "timezone": "360018",
    "technology": "360019",
    "case": "360020",
    "organization": "organization",
    "match": "brand: [Acme Help]",
    "elsewhere": "brand: [None]",
    "carried": "tags",
    "urgent": "urgent",
    "high": "high",
    "normal": "normal",
    "low": "low",
    "waiting": "Pending",
    "replied": "Vendor replied",
    "alice": "8447388090491",
    "vendor": "8447388090493",
    "dave": "8447388090601",
}
ZENDESK_FIELDS = {"due_at": "360001", "due_on": "360004", "state": "360002", "summary": "360003"}


def _jira(flavour: Literal["cloud", "datacenter"]) -> Callable[[Now], JiraSandbox]:
    def opened(now: Now) -> JiraSandbox:
        box = JiraSandbox(flavour, now=now)
        box.add_user("dave", account_type="customer", email="dave@customer.example")
        box.add_user("erin", account_type="customer", timezone="")
        for handle in ("vendor", "carol"):  # domains match only where Cloud lets the address be seen
            box.site.users[handle].email_visible = True
        box.site.users["alice"].token = box.site.users["alice"].bearer = "alice-token"
        return box

    return opened


def _zendesk(now: Now) -> ZendeskSandbox:
    box = ZendeskSandbox(now=now)
    box.add_user("dave", id=8447388090601, role="end-user", email="dave@customer.example")
    box.add_user("erin", role="end-user", timezone="")
    box.add_user("robot", id=-1, name="Zendesk")
    box.site.users["alice"].token = "alice-token"
    return box


CLOUD = Flavour(
    name="cloud",
    tracker="jira",
    auth=Auth(user="bot@acme.example", token="sandbox-token"),
    open=_jira("cloud"),
    words=JIRA_WORDS | {"alice": "712020:alice", "vendor": "712020:vendor", "dave": "712020:dave"},
    own_fields=JIRA_FIELDS,
    priorities=JIRA_PRIORITIES,
    statuses=JIRA_STATUSES,
    after_due=".000+0000",
)
DATACENTER = Flavour(
    name="datacenter",
    tracker="jira",
    deployment="datacenter",
    auth=Auth(bearer="sandbox-pat"),
    open=_jira("datacenter"),
    words=JIRA_WORDS | {"alice": "alice", "vendor": "vendor", "dave": "dave"},
    own_fields=JIRA_FIELDS,
    priorities=JIRA_PRIORITIES,
    statuses=JIRA_STATUSES,
    after_due=".000+0000",
)
ZENDESK = Flavour(
    name="zendesk",
    tracker="zendesk",
    auth=Auth(client_id="dueby", client_secret="sandbox-secret"),
    open=_zendesk,
    words=ZENDESK_WORDS,
    own_fields=ZENDESK_FIELDS,
    priorities={name: name for name in ("urgent", "high", "normal", "low")},
    statuses={"open": "open", "waiting": "pending", "replied": "Vendor replied", "solved": "solved"},
    after_due="Z",
    before_state="dueby_",
    carried="tags",
)
FLAVOURS = (CLOUD, DATACENTER, ZENDESK)
EVERY = frozenset(flavour.name for flavour in FLAVOURS)
JIRAS = frozenset({"cloud", "datacenter"})
