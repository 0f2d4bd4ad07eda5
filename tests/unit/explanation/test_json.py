import json
from typing import Any

import pytest

from tests.support.explained import DECISIONS, LANGUAGES, READERS, settlement, undetermined

KEYS = {
    "": "version lang question status receipt outputs needs human what_if notices diagnostics facts reasons provisions",
    "receipt": "region treatment_region as_of revision facts_hash",
    "output": "label type field is_known value text reason",
    "reason": "number kind id label element type value text region provisions law clauses conditions formula"
    " parameter remark note inputs",
    "clause": "id label kind outcome why displaced_by provisions from until place",
    "parameter": "given shipped_value from until provision is_unverified place",
    "need": "path label rule provisions",
    "what_if": "path label before after effects provisions",
    "provision": "document document_label clause cited_as gist standing place",
}
"""The keys readers of the JSON rely on: a change of meaning raises the version."""


def told(name: str, lang: str = "zh", reader: str = "clerk") -> Any:
    return json.loads(DECISIONS[name]().explain(lang, reader, "json"))


def assert_keys(kind: str, items: list[dict[str, Any]]) -> None:
    assert items
    assert all(list(item) == KEYS[kind].split() for item in items)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_keys_are_stable(lang: str) -> None:
    data = told("settlement", lang)
    assert_keys("", [data])
    assert_keys("receipt", [data["receipt"]])
    assert_keys("output", list(data["outputs"].values()))
    assert_keys("reason", data["reasons"])
    assert_keys("clause", [clause for reason in data["reasons"] for clause in reason["clauses"]])
    assert_keys("parameter", [reason["parameter"] for reason in data["reasons"] if reason["parameter"]])
    assert_keys("what_if", data["what_if"])
    assert_keys("provision", list(data["provisions"].values()))
    assert_keys("need", told("undetermined", lang)["needs"])


@pytest.mark.parametrize("name", DECISIONS)
def test_it_is_the_same_for_every_reader(name: str) -> None:
    assert len({DECISIONS[name]().explain("zh", reader, "json") for reader in READERS}) == 1


@pytest.mark.parametrize("name", DECISIONS)
def test_languages_differ_in_words_only(name: str) -> None:
    words = {"label", "text", "why", "symbolic", "numbers", "conditions", "lang", "gist", "cited_as", "note"}

    def bare(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: bare(value) for key, value in data.items() if key not in words}
        return [bare(item) for item in data] if isinstance(data, list) else data

    zh, en = told(name, "zh"), told(name, "en")
    assert bare(zh) == bare(en)


@pytest.mark.parametrize("name", DECISIONS)
def test_every_number_names_a_reason_and_every_provision_is_told(name: str) -> None:
    data = told(name)
    numbers = {reason["number"] for reason in data["reasons"]}
    named = {number for reason in data["reasons"] for number in reason["inputs"]}
    named |= {output["reason"] for output in data["outputs"].values() if output["reason"]}
    assert named <= numbers
    cited = {name for reason in data["reasons"] for name in reason["provisions"]}
    cited |= {name for reason in data["reasons"] for clause in reason["clauses"] for name in clause["provisions"]}
    assert cited <= data["provisions"].keys()


def test_values_are_exact_text() -> None:
    data = told("settlement")
    decided = settlement().outputs
    assert data["outputs"]["cash_pay"]["value"] == f"{decided['cash_pay']:.2f}"
    assert isinstance(data["facts"]["claim.items"][0]["amount"], str)


def test_an_output_not_decided_has_no_value() -> None:
    outputs = told("undetermined")["outputs"]
    assert outputs["cash_pay"]["value"] is None
    assert not outputs["cash_pay"]["is_known"]
    assert undetermined().needs[0].path in {need["path"] for need in told("undetermined")["needs"]}
