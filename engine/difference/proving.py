"""Whether two versions of a rule always decide the same: asked of the solver, where it is installed."""

from __future__ import annotations

import attrs

from engine import program as p
from engine.difference.versions import Asked
from engine.proofs import Proven, Undecided, available
from engine.regions import Regions
from policy.diagnostics import Text


@attrs.frozen(eq=False)
class Proof:
    """The solver's word: `is_equal` is None where it cannot tell, and `reason` says why."""

    is_equal: bool | None
    case: Asked | None = None
    reason: Text | None = None


NO_SOLVER = Text("没有安装求解器", "no solver is installed")


def is_installed() -> bool:
    """Whether rules can be proven to be equal."""
    return available()


def prove_equal(old: p.Program, new: p.Program, regions: Regions, rule: str, seconds: float) -> Proof:
    """Whether no case distinguishes the rule in two programs."""
    if not is_installed():
        return Proof(None, reason=NO_SOLVER)
    from engine.proofs import difference

    answer = difference(old, new, regions, rule, seconds=seconds)
    if isinstance(answer, Proven):
        return Proof(True)
    if isinstance(answer, Undecided):
        return Proof(None, reason=answer.reason)
    case = answer.case
    asked = Asked(
        str(case["region"]), str(case["question"]), case["facts"], case.get("as_of"), case.get("treatment_region")
    )
    return Proof(False, asked)
