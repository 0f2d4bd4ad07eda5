"""An explanation reads the same wherever the rules lie."""

import shutil

import pytest

from engine import Regions
from tests.support.explained import CLAIM, FORMATS, settle
from tests.support.rulebooks import SHIPPED


@pytest.fixture(scope="module")
def far_away(tmp_path_factory: pytest.TempPathFactory) -> Regions:
    folder = tmp_path_factory.mktemp("a folder with a name that is longer than a line can hold" * 2) / "rules"
    shutil.copytree(SHIPPED, folder)
    return Regions(folder, tries=False)


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_path_of_this_machine_is_told(far_away: Regions, fmt: str) -> None:
    there = far_away.decide("hangzhou", "benefit.settlement", CLAIM, treatment_region="panzhihua")
    assert there.explain("zh", "auditor", fmt) == settle(CLAIM).explain("zh", "auditor", fmt)
