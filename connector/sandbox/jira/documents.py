"""Atlassian Documents: the rich form in which version 3 carries long texts; the sandbox keeps plain text."""

from typing import Any


def document(text: str) -> dict[str, Any]:
    """Wrap plain text, one paragraph a line."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def is_document(raw: Any) -> bool:
    """Say whether a value has the outer shape of a document."""
    return isinstance(raw, dict) and raw.get("type") == "doc" and isinstance(raw.get("content"), list)


def plain(node: Any) -> str:
    """Give the text of a document, one line a paragraph."""
    if node.get("type") == "text":
        return str(node.get("text", ""))
    parts = [plain(child) for child in node.get("content", ())]
    return ("\n" if node.get("type") == "doc" else "").join(parts)
