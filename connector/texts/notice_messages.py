"""Every sentence of a notice, in English: what the catalogues translate."""

TITLES = {
    "title": "{key}: {what} ({promised})",
    "title.bare": "{key}: {what}",
    "title.repeat": "{title} (possibly a repeat)",
    "promised": "{vendor} {plan}, level {level}",
    "due": "{metric} due in {left}",
    "due.again": "{metric} due in {left}, reminder {number} of {times}",
    "breached": "{metric} breached",
    "late": "{metric} breached, {late} late",
    "late.again": "{metric} breached, still no answer, {late} late, reminder {number} of {times}",
    "over": "over, {how}",
}

OVER = {
    "answered": "{metric} answered in time",
    "answered_late": "{metric} answered {late} late",
    "solved": "the ticket ended, the {metric} in time",
    "solved_late": "the ticket ended, the {metric} {late} late",
    "closed": "closed without an answer",
    "deleted": "the ticket was deleted",
    "paused": "the {metric} is paused",
    "moved": "the {metric} is now due {due_at}",
    "unmapped": "no mapping fits the ticket any more",
    "not_filed": "the case is not filed with the vendor any more",
    "no_promise": "nothing is promised any more",
    "other": "the {metric} is not awaited any more",
}

LINES = {
    "due": "{metric}: due {due_at}",
    "was_due": "{metric}: was due {due_at}",
    "due.customer": "{due} (for the customer {due_at})",
    "left": "{left} left",
    "late": "{late} late, no answer yet",
    "held": "Held by {who}",
    "held.nobody": "Nobody holds it",
    "why": "Why: {reasons}",
    "now": "Now: {summary}",
    "receipt": "Receipt",
    "to_vendor": "To send to {vendor}: {sentence}",
    "to_vendor.before": (
        "For our case {key} we expect the {metric} by {due_at}. "
        "{policy}, {section}, promises it within {target} at level {level} in the plan {plan}."
    ),
    "to_vendor.after": (
        "For our case {key} the {metric} was due {due_at} and has not come. "
        "{policy}, {section}, promises it within {target} at level {level} in the plan {plan}."
    ),
    "step": "Step {step}: {when}",
    "step.again": "Step {step}: {when}, reminder {number} of {times}",
    "as_of": "State as of {at}; the ticket could not be looked at since.",
    "doubtful": "Possibly a repeat: dueby does not know whether it has arrived before.",
}

STEPS = {
    "share": "{share}% of the time is used up",
    "before": "{span} of business time before it is due",
    "breach": "the due time has passed",
    "after": "{span} after it was due",
    "over": "what was told before holds no more",
}

DIGESTS = {
    "title": "{count} notices: {late} breached, {due} to come, {over} over",
    "line": "{key}: {what} ({promised}), {due_at}, step {step}: {title}",
    "line.bare": "{key}: {what}, {due_at}, step {step}: {title}",
    "intro": "So many came due within one minute that they are one message.",
}

ALERTS = {
    "credentials_refused": "{site} refuses dueby's credentials",
    "site_paused": "{site} has been paused for more than 10 minutes",
    "webhooks_missing": "webhooks of {site} don't arrive",
    "timekeeper_silent": "no timekeeper has been heard of for a minute",
    "notifier_silent": "no notifier has been heard of for a minute",
    "policy_broken": "a policy file is broken",
    "holidays_end": "holiday data ends before the latest open due time",
    "agenda_behind": "tickets wait more than 5 minutes for their sync",
    "channel_failing": "notices of the channel {channel} do not go out",
    "other": "{kind}",
}

ALERT_ADVICE = {
    "credentials_refused": "Renew them where dueby.yaml takes them from, restart dueby, then run "
    "`dueby sites check {site}`. Nothing is lost meanwhile.",
    "site_paused": "`dueby failures list` says why. Its tickets wait, planned notices still go out.",
    "webhooks_missing": "Compare the tracker's webhook with the address and the secret in dueby.yaml, then run "
    "`dueby sites check {site}`. Meanwhile changes are found every 10 minutes.",
    "timekeeper_silent": "Start `dueby run` again on one machine. Until then no due time is looked at again.",
    "notifier_silent": "Start `dueby run` again on one machine. Until then no notice goes out.",
    "policy_broken": "Run `dueby policies lint` and mend the file. Until then the last good policies hold.",
    "holidays_end": "Update the package `holidays`. Until then such tickets are not mapped.",
    "agenda_behind": "See that workers run (`rq info`), or raise DUEBY_WORKERS.",
    "channel_failing": "Check it by `dueby channels test {channel}`, then run `dueby failures retry all`.",
    "other": "See `dueby failures list` and the logs.",
}

ALERT_LINES = {
    "title": "dueby: {what}",
    "title.over": "dueby: resolved: {what}",
    "since": "Since {at}",
    "over": "From {since} to {over}",
    "detail": "Cause: {detail}",
}

TESTS = {
    "title": "dueby: test of the channel {channel}",
    "text": "This is a test. Notices of this channel come in this language, with times in the zone {timezone}.",
    "at": "Sent {at}",
}

NOTICE_TABLES = (TITLES, OVER, LINES, STEPS, DIGESTS, ALERTS, ALERT_ADVICE, ALERT_LINES, TESTS)
