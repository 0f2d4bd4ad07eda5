"""One claim at a time: values and clauses, with reasons, from a Decimal claim; beside twins and peers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from benchmarks import tiaoli_
from benchmarks.claims import claims, facts
from benchmarks.figures import Figure, micro
from benchmarks.peers import datalogic_, openfisca_, zen_
from benchmarks.timing import Race, Run, Spread, race
from benchmarks.twins import decimal_, fen
from engine.regions import Regions

CLAIMS, FEW, SLOW = 2000, 200, 5
ALONE = Spread(1, 1, 1)


def measured(rounds: int) -> list[Figure]:
    """The figures of one claim."""
    return list(_figures(_raced(rounds)))


def _raced(rounds: int) -> Race:
    contenders = {**_ours(), **_twins(), **_peers()}
    units = dict.fromkeys(contenders, CLAIMS)
    units |= dict.fromkeys(("zen", "zen_trace", "datalogic"), FEW)
    units |= dict.fromkeys(("openfisca", "reference"), SLOW)
    return race(contenders, rounds, units, time.process_time)


def _ours() -> Mapping[str, Run]:
    given, regions = claims(CLAIMS), Regions(tiaoli_.RULES)
    values, clauses, reasons = (tiaoli_.compiled(level, regions) for level in ("values", "clauses", "reasons"))
    rows = [tiaoli_.row(clauses, claim) for claim in given]
    case = [facts(claim) for claim in given]
    few = case[:SLOW]

    def read(claim: Mapping[str, Any]) -> object:
        return reasons(claim, tiaoli_.AS_OF).winners

    def reference(claim: Mapping[str, Any]) -> object:
        return regions.decide(tiaoli_.REGION, tiaoli_.QUESTION, claim, as_of=tiaoli_.AS_OF)

    return {
        "values": _each(lambda row: values.decide_row(row, tiaoli_.AS_OF), rows),
        "clauses": _rows(clauses.decide_row, rows),
        "reasons": _rows(reasons.decide_row, rows),
        "clauses_facts": _rows(clauses, case),
        "reasons_json": _rows(reasons, [json.loads(json.dumps(claim, default=str)) for claim in case]),
        "reasons_read": _each(read, case),
        "reference": _each(reference, few),
    }


def _twins() -> Mapping[str, Run]:
    given = claims(CLAIMS)
    case = [facts(claim) for claim in given]
    return {
        "fen": _each(fen.decide, given),
        "fen_reasons": _each(fen.decide_with_reasons, given),
        "fen_facts": _each(fen.decide_facts, case),
        "fen_facts_reasons": _each(lambda claim: fen.decide_with_reasons(fen.from_facts(claim)), case),
        "decimal": _each(decimal_.decide, case),
    }


def _peers() -> Mapping[str, Run]:
    given = claims(FEW)
    zen, logic, system = zen_.Zen(), datalogic_.DataLogic(), openfisca_.system()
    yuan, whole = [zen_.given(claim) for claim in given], [datalogic_.given(claim) for claim in given]
    columns = [openfisca_.columns([claim]) for claim in given[:SLOW]]
    return {
        "zen": _each(zen.decide, yuan),
        "zen_trace": _each(zen.decide_with_trace, yuan),
        "datalogic": _each(logic.decide, whole),
        "openfisca": _each(lambda claim: openfisca_.decide(system, claim), columns),
    }


def _each(decide: Callable[[Any], object], given: Iterable[Any]) -> Run:
    def run() -> None:
        for claim in given:
            decide(claim)

    return run


def _rows(decide: Callable[[Any, Any], object], given: Iterable[Any]) -> Run:
    def run() -> None:
        day = tiaoli_.AS_OF
        for claim in given:
            decide(claim, day)

    return run


def _figures(found: Race) -> Iterator[Figure]:
    def beside(subject: str, ours: str, theirs: str, limit: str = "", **bars: Any) -> Figure:
        ratio = found.ratio(theirs, ours) if bars.get("at_least") else found.ratio(ours, theirs)
        times = f"{micro(found.median(ours))} : {micro(found.median(theirs))}"
        return Figure(subject=subject, measured=ratio, times=times, limit=limit, **bars)

    yield beside("一笔，结果和胜出子句 one claim, values and clauses : 手写整数分 hand-written fen", "clauses", "fen",
                 LIMITS["clauses"], bar=2.0, stretch=1.3)  # fmt: skip
    yield beside("一笔，带理由 with reasons : 手写带理由 hand-written with reasons", "reasons", "fen_reasons",
                 LIMITS["reasons"], bar=2.0, stretch=1.3)  # fmt: skip
    yield beside("一笔，从十进制金额起 from a Decimal claim : 手写换算和判定 hand-written conversion and decision",
                 "clauses_facts", "fen_facts", LIMITS["facts"], bar=1.5)  # fmt: skip
    yield beside("zen-engine，带跟踪 with trace : 带理由 ours with reasons，都从 JSON 的值起 both from JSON's values",
                 "reasons_json", "zen_trace",
                 LIMITS["zen"], bar=10, at_least=True)  # fmt: skip
    yield beside("从事实起，理由逐条读出 reasons read out : 手写带理由 hand-written", "reasons_read", "fen_facts_reasons",
                 LIMITS["read"])  # fmt: skip
    yield beside(
        "手写十进制 hand-written Decimal : 从事实起 ours from facts", "clauses_facts", "decimal", at_least=True
    )
    yield beside("zen-engine，不带跟踪 without trace : 从事实起 ours", "clauses_facts", "zen", at_least=True)
    yield beside(
        "datalogic-py，整数分，不说子句 whole fen : 整数分 ours from whole fen", "clauses", "datalogic", at_least=True
    )
    yield beside("OpenFisca-core，一笔 one claim : 从事实起 ours", "clauses_facts", "openfisca", at_least=True)
    yield beside("参考求值器 reference evaluator : 从事实起 ours", "clauses_facts", "reference", at_least=True)


LIMITS = {
    "clauses": "编成的函数与手写的一样快；多出的约六分之一用在找到这一天的函数和调用它。 The compiled function is as fast as the twin; the sixth on top is finding the function of the day and calling it.",
    "reasons": "每条规则只记下胜出子句的编号和数值，名称和依据到读出时才查；手写的每条理由要造一个元组。 "
    "Only the number of the winning clause and the value are recorded for a rule, names and citations are looked up when "
    "read; the twin makes a tuple for each reason.",
    "facts": "六个金额的换算占约一半；其余认出编号、名称和代码，拒收不认识的字段，造出结果对象。 About half converts six amounts; the rest recognises ids, labels and codes, refuses unknown fields, makes the outcome.",
    "zen": "两边都从 JSON 的值起：zen 用浮点数，本引擎用十进制文本；我们的理由读出之前是紧凑的记录（见下一行）。 "
    "Both start from JSON's values, floats for zen and decimal text for us; our reasons are a compact record until they are "
    "read (next row).",
    "read": "造出每条规则的名称、子句、依据和十进制的数值；只在有人要看时才付这个代价。 "
    "Makes names, clauses, citations and Decimal values of every rule; paid only when somebody looks.",
}
