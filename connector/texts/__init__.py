"""Texts for people, in English and French, made from data."""
