"""Texts for people, in English and French, made from data."""

from connector.texts.catalogue import LANGUAGES, translate
from connector.texts.sentences import render, tells_instants
from connector.texts.summaries import summary

__all__ = ["LANGUAGES", "render", "summary", "tells_instants", "translate"]
