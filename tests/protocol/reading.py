"""How hard a text is to read: the Flesch-Kincaid grade, syllables counted by the groups of vowels."""

import re

SENTENCES = re.compile(r"[^.?!:]+[.?!:]?")
WORDS = re.compile("[A-Za-z\u2019'-]*[A-Za-z][A-Za-z\u2019'-]*|\\d+")
PLACEHOLDER = re.compile(r"\{\w+\}")


def sentences(text: str) -> list[str]:
    """The sentences of a text; a colon ends one, as it ends a line that leads to a list."""
    plain = PLACEHOLDER.sub("999", text)
    return [found.strip() for found in SENTENCES.findall(plain) if WORDS.search(found)]


def words(sentence: str) -> list[str]:
    """The words of a sentence."""
    return WORDS.findall(sentence)


def syllables(word: str) -> int:
    """An estimate, at least one: groups of vowels, without a silent e at the end."""
    letters = word.lower().removesuffix("\u2019s")
    silent = letters.endswith("e") and not letters.endswith(("le", "ee", "ie", "ye"))
    silent = silent or (letters.endswith("ed") and not letters.endswith(("ted", "ded")))
    return max(1, len(re.findall(r"[aeiouy]+", letters)) - silent)


def grade(texts: list[str]) -> float:
    """The grade over all of them together."""
    said = [sentence for text in texts for sentence in sentences(text)]
    counted = [word for sentence in said for word in words(sentence)]
    per_sentence = len(counted) / len(said)
    per_word = sum(syllables(word) for word in counted) / len(counted)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59
