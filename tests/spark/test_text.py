"""The text of queries for Spark: read back by its own grammar, it holds no word that only DuckDB has. Needs no Spark."""

import os
import re
from pathlib import Path
from random import Random

import pytest
import sqlglot

from engine import Regions
from engine.backends.sql.dialects import SPARK
from engine.backends.sql.questions import Query, compile_question
from engine.backends.sql.stages import stages
from engine.batch.flat import Flattener
from engine.facts import read_facts
from tests.support.claims import claim
from tests.support.rulesets import random_ruleset
from tests.support.shipped import shipped_regions

ROOT = Path(__file__).parents[2]

GRAMMAR = """
    AND ARRAY AS BIGINT BOOLEAN BY CASE CAST DATE DAY DECIMAL DISTINCT ELSE END EXTRACT FALSE FIRST FROM GROUP IN INNER INT
    INTERVAL IS JOIN LAST LEFT MONTH NOT NULL NULLS ON OR ORDER OVER SELECT STRING STRUCT THEN TIMESTAMP_NTZ TRUE TRY_CAST
    WHEN WHERE WITH YEAR
"""
FUNCTIONS = """
    ABS ADD_MONTHS ARRAY_CONTAINS ARRAY_DISTINCT COALESCE COLLECT_LIST CONCAT COUNT DATEDIFF DATE_ADD DATE_FORMAT EXPLODE
    FILTER GREATEST LAST_DAY LEAST LENGTH MAKE_DATE MAX MAX_BY MIN MIN_BY POSEXPLODE ROUND SEQUENCE SIZE SORT_ARRAY SUM
    TIMESTAMPADD TRANSFORM TRUNC
"""
OWN = "a b calendar_dates calendar_days calendar_works e p v x"
KNOWN = frozenset(f"{GRAMMAR} {FUNCTIONS} {OWN}".split())
"""The words that queries may hold: those of Spark's grammar, its functions, and names that need no quotes."""

QUOTED = re.compile(r"`[^`]*`|'(?:\\.|[^'\\])*'")
WORD = re.compile(r"[A-Za-z_]\w*")


def words(text: str) -> set[str]:
    """The words of a query outside its names and texts."""
    return set(WORD.findall(QUOTED.sub(" ", text)))


def compiled(regions: Regions, region: str, question: str) -> Query:
    """A question for Spark, over columns for all facts that it reads."""
    laws = regions.laws(region, None)
    asked = regions._question(laws.insured, question)
    vocabulary = laws.insured.policy.vocabulary
    flat = Flattener(vocabulary, sorted(regions._accepted(asked, laws)))
    return compile_question(laws, asked, flat.tables([], [], [])[0].tables(), dialect="spark")


def check(query: Query) -> None:
    cut = stages(query.tree, 500)  # type: ignore[arg-type]
    texts = [query.sql, *(SPARK.text(stage.select) for stage in cut.kept), SPARK.text(cut.last)]
    for text in texts:
        assert words(text) <= KNOWN
        assert sqlglot.parse_one(text, dialect="spark").sql(dialect="spark") == text


@pytest.mark.parametrize("question", ["coding.billing", "collaboration.reply", "filing.validity", "checklist.missing"])
def test_shipped_questions(question: str) -> None:
    check(compiled(shipped_regions(), "hangzhou", question))


def test_the_reference_task() -> None:
    check(compiled(Regions(ROOT / "benchmarks"), "reference", "reference.benefit"))


@pytest.mark.parametrize("seed", range(3))
def test_generated_rules(seed: int, tmp_path: Path) -> None:
    ruleset = random_ruleset(Random(seed), 4)
    regions = ruleset.regions(tmp_path)
    for question in ruleset.questions:
        check(compiled(regions, "trial", question))


@pytest.mark.skipif(not os.environ.get("TIAOLI_SPARK"), reason="takes seconds; done by `make spark`")
def test_settlements() -> None:
    random = Random(4)
    regions = shipped_regions()
    laws = regions.laws("hangzhou", None)
    question = regions._question(laws.insured, "benefit.settlement")
    vocabulary = laws.insured.policy.vocabulary
    accepted = regions._accepted(question, laws)
    claims = [read_facts(claim(random), vocabulary, accepted)[0].values for _ in range(20)]
    shape, _ = Flattener(vocabulary).tables(claims, range(20), [None] * 20)
    query = compile_question(laws, question, shape.tables(), dialect="spark")
    assert words(query.sql) <= KNOWN


def test_a_name_or_a_text_stays_what_it_is() -> None:
    from sqlglot import exp

    from engine.backends.sql import builders as b

    nasty = "'; DROP TABLE claims; -- `\\ ${env:HOME} \n\t\" 元"
    tree = exp.Select(expressions=[exp.Alias(this=b.text(nasty), alias=exp.to_identifier(nasty, quoted=True))])
    found = sqlglot.parse_one(SPARK.text(SPARK.put(tree)), dialect="spark").expressions[0]
    assert (found.this.this, found.alias) == (nasty, nasty)
