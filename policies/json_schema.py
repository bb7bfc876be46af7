"""The schema of policy files as JSON Schema, so that editors complete keys: `python -m policies.json_schema`."""

import json
import sys

from policies.schema import Policy


def json_schema() -> str:
    """Return the JSON Schema of a policy file, as docs/policy.schema.json holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Policy.model_json_schema(by_alias=True)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
