"""Who files the demo's tickets, and when: over weekends, holidays and clock changes, each flavour on its own days."""

CENTRAL_EUROPE = (
    "Europe/Bratislava"  # whose clock the two policies' filing times below are told by, that ask for no zone
)
WHO: dict[tuple[str, str], dict[str, str]] = {
    ("jira-cloud", "auth0-self-service"): {"timezone": "America/New_York"},
    ("jira-cloud", "okta-premier-success"): {"timezone": "America/New_York"},
    ("jira-cloud", "credenti"): {"timezone": "America/Chicago", "region": "north-america", "holidays": "US"},
    ("jira-datacenter", "auth0-self-service"): {"timezone": "Europe/Paris"},
    ("jira-datacenter", "okta-premier-success"): {"timezone": "Australia/Lord_Howe"},
    ("jira-datacenter", "credenti"): {"timezone": "Europe/Paris", "region": "worldwide", "holidays": "FR"},
    ("zendesk", "auth0-self-service"): {"timezone": "America/St_Johns"},
    ("zendesk", "okta-premier-success"): {"timezone": "Africa/Cairo"},
    ("zendesk", "credenti"): {"timezone": "Asia/Tokyo", "region": "worldwide", "holidays": "JP"},
}

# Local time of filing, plan after plan, level after level.
FILED: dict[tuple[str, str], str] = {
    ("jira-cloud", "auth0-self-service"): "2026-03-06T17:00 2026-10-30T16:00 2026-07-30T17:00 2026-11-20T10:00",
    ("jira-cloud", "okta-premier-success"): """
        2026-07-31T23:00 2026-07-31T18:00 2026-03-06T12:00 2026-10-30T18:30
        2026-03-08T01:45 2026-11-01T00:30 2026-12-24T20:00 2026-10-31T12:00
        2026-11-01T01:45 2026-07-04T12:00 2026-03-07T23:30 2026-03-07T16:00""",
    ("jira-cloud", "credenti"): """
        2026-07-02T16:30 2026-11-25T15:00 2026-12-24T12:00 2026-03-06T16:59
        2026-12-25T09:00 2026-07-03T23:40 2026-10-30T16:00 2026-01-16T14:00""",
    ("jira-cloud", "cloudtalk"): """
        2026-03-27T09:00 2026-04-02T12:00 2026-12-24T16:00
        2026-10-23T16:00 2026-12-24T14:00 2026-03-27T16:30
        2026-12-25T12:00 2026-04-02T15:00 2026-04-30T16:00""",
    ("jira-cloud", "hosteur-ragnarokkr"): "2026-03-29T01:30 2026-10-24T22:00 2026-10-24T18:00 2026-12-31T18:00",
    ("jira-datacenter", "auth0-self-service"): "2026-03-27T17:30 2026-10-23T10:00 2026-10-24T12:00 2027-03-26T12:00",
    ("jira-datacenter", "okta-premier-success"): """
        2026-04-03T22:30 2026-10-02T20:00 2026-04-02T18:00 2026-12-31T23:59
        2026-10-04T01:30 2026-04-05T00:45 2026-04-04T22:15 2026-10-03T12:00
        2026-04-05T01:40 2026-10-04T01:10 2026-11-01T14:30 2026-12-24T12:00""",
    ("jira-datacenter", "credenti"): """
        2026-07-13T16:30 2026-12-24T15:00 2026-03-27T16:00 2026-10-23T12:00
        2026-03-29T01:45 2026-12-25T10:00 2026-11-20T16:00 2027-03-26T11:00""",
    ("jira-datacenter", "cloudtalk"): """
        2026-07-31T16:30 2026-11-20T16:00 2027-03-26T09:00
        2026-08-01T10:00 2026-12-31T16:00 2027-03-25T12:00
        2026-10-25T02:30 2026-10-23T15:30 2026-12-23T15:15""",
    ("jira-datacenter", "hosteur-ragnarokkr"): "2026-12-25T12:00 2026-03-28T22:00 2027-03-27T20:00 2026-10-24T12:00",
    ("zendesk", "auth0-self-service"): "2026-03-06T16:15 2026-10-30T17:59 2026-11-22T08:00 2026-12-24T18:00",
    ("zendesk", "okta-premier-success"): """
        2026-04-23T23:00 2026-04-24T16:00 2026-10-29T18:00 2026-11-20T23:58
        2026-10-29T23:30 2026-04-23T22:45 2026-10-29T20:00 2026-04-23T12:00
        2026-04-24T01:05 2026-12-25T23:59 2026-10-29T22:30 2026-07-02T09:00""",
    ("zendesk", "credenti"): """
        2026-04-28T16:00 2026-05-01T15:00 2026-12-31T12:00 2026-09-18T10:30
        2026-05-03T23:45 2026-11-22T09:30 2026-11-02T16:00 2026-09-18T17:00""",
    ("zendesk", "cloudtalk"): """
        2026-07-02T10:00 2026-12-25T10:00 2026-03-28T23:00
        2026-04-03T10:00 2026-11-20T12:00 2026-10-22T16:59
        2026-03-29T01:30 2026-05-01T09:00 2026-12-24T09:00""",
    ("zendesk", "hosteur-ragnarokkr"): "2026-10-25T01:30 2027-03-27T23:00 2026-03-28T18:00 2026-07-02T09:17",
}
