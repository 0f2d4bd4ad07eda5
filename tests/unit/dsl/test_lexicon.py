import re
from collections import Counter
from importlib.resources import files

import pytest

from policy.dsl.grammar import declaration_parser
from policy.dsl.lexicon import (
    COMPARISONS,
    DECLARATION_TOKENS,
    EQUALITY,
    FULL_WIDTH,
    KEYWORDS,
    ROUNDINGS,
    SPELLING,
    SYMBOLS,
    TOKENS,
    UNITS,
    Keyword,
)

GRAMMAR = files("policy.dsl").joinpath("grammar.lark").read_text("utf-8")


def test_no_word_is_two_keywords() -> None:
    words = Counter(word for keyword in KEYWORDS for word in (*keyword.zh, *keyword.en))
    assert [word for word, count in words.items() if count > 1] == []


def test_no_token_is_listed_twice() -> None:
    assert len({keyword.token for keyword in KEYWORDS}) == len(KEYWORDS)


@pytest.mark.parametrize("keyword", KEYWORDS, ids=lambda keyword: keyword.token)
def test_every_keyword_is_used_in_the_grammar(keyword: Keyword) -> None:
    assert any(keyword.token in {symbol.name for symbol in rule.expansion} for rule in declaration_parser().rules)


@pytest.mark.parametrize("keyword", KEYWORDS, ids=lambda keyword: keyword.token)
def test_every_keyword_can_be_read_as_one_word(keyword: Keyword) -> None:
    for word in (*keyword.zh, *keyword.en):
        assert re.fullmatch(r"[^\W\d]\w*", word)


def test_english_keywords_are_plain_ascii_and_chinese_ones_are_not() -> None:
    assert all(word.isascii() and word.islower() for keyword in KEYWORDS for word in keyword.en)
    assert not any(word.isascii() for keyword in KEYWORDS for word in keyword.zh)


def test_declarations_begin_with_the_words_of_the_grammar() -> None:
    alternatives = re.search(r"\?declaration:((?:.|\n)*?)\n\n", GRAMMAR)
    assert alternatives
    rules = set(re.findall(r"\w+", alternatives[1]))
    first = {re.search(rf"^{rule}: (\w+)", GRAMMAR, re.MULTILINE) for rule in rules}
    assert {match[1] for match in first if match} == DECLARATION_TOKENS


def test_tables_name_known_tokens() -> None:
    tokens = {keyword.token for keyword in KEYWORDS}
    assert {*UNITS.values(), *COMPARISONS.values(), *ROUNDINGS.values(), *DECLARATION_TOKENS} <= tokens
    assert set(SYMBOLS.values()) <= {*COMPARISONS, *EQUALITY}
    assert all(TOKENS[SPELLING[lang][token]] == token for lang in SPELLING for token in tokens)


def test_full_width_signs_keep_their_places() -> None:
    text = "　！＂＃％（）＊＋，－．／０９：；＜＝＞？Ａｚ［］｛｝×÷−【】"
    assert text.translate(FULL_WIDTH) == ' !"#%()*+,-./09:;<=>?Az[]{}*/-[]'
