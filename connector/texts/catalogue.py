"""The gettext catalogues: English is the source, French is read from its .po file when first needed."""

from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("en", "fr")


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the translations of a language; one without a catalogue stays English."""
    path = LOCALES / language / "LC_MESSAGES" / "dueby.po"
    if language not in LANGUAGES or not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # English needs no Babel
    from babel.messages.pofile import read_po  # noqa: PLC0415  # the same

    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache(maxsize=4096)  # tickets' own texts come here too: a status, a value that is no instant
def translate(text: str, language: str) -> str:
    """Translate one text, or return it as it is."""
    return catalogue(language).gettext(text) if text else ""


def fill(text: str, language: str, /, **values: object) -> str:
    """Translate a text and put its values in."""
    return translate(text, language).format(**values)
