"""A policy as plain data says everything its files say, with what each name means."""

from __future__ import annotations

import json

from policy.export import to_data
from tests.support.shipped import shipped_regions


def test_every_declaration_is_exported_with_what_its_names_mean() -> None:
    policy = shipped_regions().policy("hangzhou")
    data = json.loads(json.dumps(to_data(policy), ensure_ascii=False))
    declared = sum(len(program.declarations) for pack in policy.packs for program in pack.programs)
    assert sum(len(pack["declarations"]) for pack in data["packs"]) == declared
    bounds = [d for pack in data["packs"] for d in pack["declarations"] if d["node"] == "Bound"]
    targets = {bound["comparison"]["left"]["means"]["id"] for bound in bounds}
    assert {"reduction_referral", "reduction_other"} <= targets


def test_what_cannot_occur_together_is_exported_with_its_reason() -> None:
    data = to_data(shipped_regions().policy("hangzhou"))
    exclusions = {item["id"]: item for pack in data["packs"] for item in pack["exclusions"]}
    found = exclusions["discharged_before_admitted"]
    assert found["condition"]["left"]["means"]["id"] == "visit.discharged_on"
    assert set(found["reason"]) == {"zh", "en"}


def test_figures_are_exact_text() -> None:
    data = to_data(shipped_regions().policy("hangzhou"))
    [bound, *_] = [d for pack in data["packs"] for d in pack["declarations"] if d["node"] == "Bound"]
    assert isinstance(bound["comparison"]["right"]["operand"]["value"], str)
