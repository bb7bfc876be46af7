"""A sandbox Jira Cloud, Jira Data Center and Zendesk on loopback, for the demo and the tests."""
