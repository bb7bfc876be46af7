"""The worked examples, typed literally: what is filed, and when its answer is due."""

from typing import Any

AUTH0 = {"policy": "auth0-self-service", "plan": "self-service", "timezone": "America/New_York"}
OKTA = {"policy": "okta-premier-success", "timezone": "America/New_York"}
CREDENTI = {"policy": "credenti", "timezone": "Europe/Paris", "region": "worldwide", "holidays": "FR"}
CHICAGO = {"policy": "credenti", "timezone": "America/Chicago", "region": "north-america", "holidays": "US"}
CLOUDTALK = {"policy": "cloudtalk"}
HOSTEUR = {"policy": "hosteur-ragnarokkr", "plan": "standard"}

# case without its start | start | due
EXAMPLES: dict[str, tuple[dict[str, Any], str, str]] = {
    "cloudtalk professional 3 runs over the spring change": (
        {**CLOUDTALK, "plan": "professional", "level": 3},
        "2026-03-27T16:30+01:00",
        "2026-03-31T09:30+02:00",
    ),
    "cloudtalk advanced 2 waits for Good Friday and Easter Monday": (
        {**CLOUDTALK, "plan": "advanced", "level": 2},
        "2026-04-02T15:00+02:00",
        "2026-04-07T10:00+02:00",
    ),
    "cloudtalk advanced 2 without holidays goes on on Good Friday": (
        {**CLOUDTALK, "plan": "advanced", "level": 2, "readings": ["no-holidays"]},
        "2026-04-02T15:00+02:00",
        "2026-04-03T10:00+02:00",
    ),
    "cloudtalk professional 1 runs over the autumn change": (
        {**CLOUDTALK, "plan": "professional", "level": 1},
        "2026-10-23T16:00+02:00",
        "2026-10-26T11:00+01:00",
    ),
    "cloudtalk professional 1 filed on a Saturday begins on Monday": (
        {**CLOUDTALK, "plan": "professional", "level": 1},
        "2026-08-01T10:00+02:00",
        "2026-08-03T12:00+02:00",
    ),
    "okta basic 1 leaves out Friday's last and Monday's first minute": (
        {**OKTA, "plan": "basic", "level": 1},
        "2026-07-31T23:00-04:00",
        "2026-08-03T01:02-04:00",
    ),
    "okta basic 2 leaves out the weekend": (
        {**OKTA, "plan": "basic", "level": 2},
        "2026-07-31T18:00-04:00",
        "2026-08-03T06:02-04:00",
    ),
    "okta gold 3 counts real hours over the spring change": (
        {**OKTA, "plan": "gold", "level": 3},
        "2026-03-07T23:30-05:00",
        "2026-03-08T04:30-04:00",
    ),
    "okta gold 3 counts real hours over the autumn change": (
        {**OKTA, "plan": "gold", "level": 3},
        "2026-10-31T23:30-04:00",
        "2026-11-01T02:30-05:00",
    ),
    "auth0 3 by the English edition is one business day": (
        {**AUTH0, "level": 3, "readings": ["english-edition"]},
        "2026-07-30T17:00-04:00",
        "2026-07-31T17:00-04:00",
    ),
    "credenti basic 1 in Chicago keeps the observed third of July": (
        {**CHICAGO, "plan": "basic", "level": 1},
        "2026-07-02T16:30-05:00",
        "2026-07-06T09:30-05:00",
    ),
    "credenti basic 2 in Paris keeps Christmas": (
        {**CREDENTI, "plan": "basic", "level": 2},
        "2026-12-24T15:00+01:00",
        "2026-12-29T11:00+01:00",
    ),
    "credenti premium 3 runs in the hours of contact": (
        {**CREDENTI, "plan": "premium", "level": 3},
        "2026-11-20T16:00+01:00",
        "2026-11-23T12:00+01:00",
    ),
    "credenti premium 3 read round the clock": (
        {**CREDENTI, "plan": "premium", "level": 3, "readings": ["round-the-clock"]},
        "2026-11-20T16:00+01:00",
        "2026-11-20T20:00+01:00",
    ),
    "hosteur 2 counts real hours over the autumn change": (
        {**HOSTEUR, "level": 2},
        "2026-10-24T22:00+02:00",
        "2026-10-25T03:00+01:00",
    ),
    "auth0 4 is two business days": (
        {**AUTH0, "level": 4},
        "2026-11-20T10:00-05:00",
        "2026-11-24T10:00-05:00",
    ),
    "cloudtalk advanced 1 in staging counts as 3": (
        {**CLOUDTALK, "plan": "advanced", "level": 1, "attributes": {"environment": "staging"}},
        "2026-11-20T16:00+01:00",
        "2026-11-23T14:00+01:00",
    ),
    "cloudtalk advanced 1 runs on Christmas Day": (
        {**CLOUDTALK, "plan": "advanced", "level": 1},
        "2026-12-25T12:00+01:00",
        "2026-12-25T13:00+01:00",
    ),
    "cloudtalk professional 3 with CET taken literally": (
        {**CLOUDTALK, "plan": "professional", "level": 3, "readings": ["fixed-utc+1"]},
        "2026-07-31T16:30+02:00",
        "2026-08-03T17:30+02:00",
    ),
    "okta basic 2 in hours round the clock": (
        {**OKTA, "plan": "basic", "level": 2, "readings": ["clock-hours"]},
        "2026-07-31T18:00-04:00",
        "2026-08-01T06:00-04:00",
    ),
}
