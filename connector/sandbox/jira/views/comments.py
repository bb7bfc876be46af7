"""Comments: the platform's endpoints, and the property that makes one internal."""

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira import changes
from connector.sandbox.jira.issues import Comment, Issue
from connector.sandbox.jira.reading import Context, read_long_text
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.shapes import INTERNAL, comment_properties, show_comment
from connector.sandbox.jira.views.asking import EMPTY, Table, account, find, refuse, version

NO_COMMENT = "Can not find a comment for the id: {}."


def listed(site: JiraSite, call: Call) -> Answer:
    """Give a page of an issue's comments, the oldest first unless `orderBy` is -created."""
    issue = find(site, call)
    start, most = call.number("startAt", 0), call.number("maxResults", 100 if site.site.cloud else 1_000_000)
    comments = issue.comments[::-1] if call.request.query.get("orderBy") == "-created" else issue.comments
    properties = "properties" in call.names("expand")
    page = [
        show_comment(site.site, issue, one, version(call), properties=properties)
        for one in comments[start : start + most]
    ]
    return Answer(body={"startAt": start, "maxResults": most, "total": len(comments), "comments": page})


def _find(call: Call, issue: Issue) -> Comment:
    for comment in issue.comments:
        if comment.id == call.parts["comment"]:
            return comment
    raise refuse(404, NO_COMMENT.format(call.parts["comment"]))


def look(site: JiraSite, call: Call) -> Answer:
    """Give one comment."""
    issue = find(site, call)
    return _shown(site, call, issue, _find(call, issue))


def _shown(site: JiraSite, call: Call, issue: Issue, comment: Comment, status: int = 200) -> Answer:
    properties = "properties" in call.names("expand")
    return Answer(status, show_comment(site.site, issue, comment, version(call), properties=properties))


def _read(site: JiraSite, call: Call) -> tuple[str, bool | None]:
    """Read a comment's text, and whether it is to be internal."""
    field = site.site.fields["description"]
    context = Context(site=site.site, field=field, version=version(call))
    try:
        text = read_long_text(call.json.get("body", ""), context)
    except ValueError as wrong:
        raise refuse(400, errors={"comment": str(wrong)}) from None
    if not text:
        raise refuse(400, errors={"comment": "Comment body can not be empty!"})
    for held in call.json.get("properties", ()):
        if held.get("key") == INTERNAL:
            return text, bool(held["value"].get("internal"))
    return text, None


def add(site: JiraSite, call: Call) -> Answer:
    """Add a comment."""
    issue, (text, internal) = find(site, call), _read(site, call)
    role = (call.json.get("visibility") or {}).get("value")
    comment = new_comment(site, call, text, internal=bool(internal), role=role)
    comment.internal_set = internal is not None
    site.happen(changes.add_comment(issue, comment))
    return _shown(site, call, issue, comment, 201)


def new_comment(site: JiraSite, call: Call, text: str, *, internal: bool, role: str | None = None) -> Comment:
    """Make a comment of the sender, as of now."""
    user, at = account(site, call), site.at(None)
    comment = Comment(
        id=site.site.new_id(), author=user, text=text, created_at=at, updated_at=at, updated_by=user, role=role
    )
    comment.internal, comment.internal_set = internal, internal
    return comment


def edit(site: JiraSite, call: Call) -> Answer:
    """Edit a comment's text, visibility or property."""
    issue = find(site, call)
    comment, (text, internal) = _find(call, issue), _read(site, call)
    if internal is not None:
        comment.internal, comment.internal_set = internal, True
    if "visibility" in call.json:
        comment.role = (call.json["visibility"] or {}).get("value")
    site.happen(changes.edit_comment(issue, comment, account(site, call), site.at(None), text))
    return _shown(site, call, issue, comment)


def delete(site: JiraSite, call: Call) -> Answer:
    """Delete a comment."""
    issue = find(site, call)
    comment = _find(call, issue)
    site.happen(changes.delete_comment(issue, comment, account(site, call), site.at(None)))
    return EMPTY


def _anywhere(site: JiraSite, call: Call) -> Comment:
    for issue in site.site.issues.values():
        for comment in issue.comments:
            if comment.id == call.parts["comment"]:
                return comment
    raise refuse(404, NO_COMMENT.format(call.parts["comment"]))


def look_property(site: JiraSite, call: Call) -> Answer:
    """Give the property that says whether a comment is internal; 404 where it was never set."""
    held = comment_properties(_anywhere(site, call))
    if call.parts["key"] != INTERNAL or not held:
        raise refuse(404, f"The property {call.parts['key']} does not exist.")
    return Answer(body=held[0])


def set_property(site: JiraSite, call: Call) -> Answer:
    """Set that property; the comment's own `updated` stays."""
    comment = _anywhere(site, call)
    known, comment.internal_set = comment.internal_set, True
    comment.internal = bool(call.json.get("internal"))
    return Answer(200 if known else 201)


TABLE: Table = (
    ("GET", "/issue/<issue>/comment", listed),
    ("POST", "/issue/<issue>/comment", add),
    ("GET", "/issue/<issue>/comment/<comment>", look),
    ("PUT", "/issue/<issue>/comment/<comment>", edit),
    ("DELETE", "/issue/<issue>/comment/<comment>", delete),
    ("GET", "/comment/<comment>/properties/<key>", look_property),
    ("PUT", "/comment/<comment>/properties/<key>", set_property),
)
