"""Any bytes as a file of a region: diagnostics with a place, never a traceback, and never a policy that then breaks."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.lowering import lower
from policy.diagnostics import has_errors
from policy.loader import Rulebook
from tests.support.rulebooks import SHIPPED, Workshop, write_region
from tests.support.told import assert_well_told

FILES = ("trial.policy", "region.yaml", "vocabulary.yaml", "sources.yaml", "parameters.yaml", "calendar.yaml")
SAMPLES = {
    "trial.policy": SHIPPED / "zhejiang" / "待遇.policy",
    "vocabulary.yaml": SHIPPED / "national" / "vocabulary-enums.yaml",
    "sources.yaml": SHIPPED / "zhejiang_provincial" / "sources.yaml",
    "parameters.yaml": SHIPPED / "hangzhou" / "parameters.yaml",
    "calendar.yaml": SHIPPED / "national" / "calendar.yaml",
    "region.yaml": SHIPPED / "hangzhou" / "region.yaml",
}
INSERTED = ["：", "\n", "  ", "「", "“", "”", "-", "- ", "[", "]", "{", "}", ":", ": ", "&a", "*a", "!!python/object:x", "null", "~",
            "1e999999999", ".inf", ".nan", "2023-13-45", "99999-01-01", "%", "100%", "当", "则", "一般", "空", "0x1F", "\ufeff", "\u202e", "\u2028",
            "\x85", "\x00", "😀", "<<", "? ", "|", ">", "#", "'", '"', "\t", "...", "---", "是", "参数.", "÷", "逐", "自", "依据"]  # fmt: skip

EXAMPLES = int(os.environ.get("TIAOLI_EXAMPLES", "25"))
quick = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


def loads_or_tells(workshop: Workshop, files: dict[str, str | bytes]) -> None:
    loaded = workshop.load(files, extends="zhejiang")
    assert_well_told(loaded.diagnostics)
    if loaded.policy is not None and not has_errors(loaded.diagnostics):
        lower(loaded.policy)


@pytest.mark.parametrize("name", FILES)
def test_any_bytes(workshop: Workshop, name: str) -> None:
    @quick
    @given(st.binary(max_size=200))
    def check(content: bytes) -> None:
        loads_or_tells(workshop, {name: content})

    check()


@pytest.mark.parametrize("name", FILES)
def test_any_text(workshop: Workshop, name: str) -> None:
    @quick
    @given(st.lists(st.one_of(st.sampled_from(INSERTED), st.text(max_size=8)), max_size=20).map("".join))
    def check(content: str) -> None:
        loads_or_tells(workshop, {name: content.encode("utf-8", "surrogatepass")})

    check()


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_with_a_few_damages(workshop: Workshop, name: str) -> None:
    sample = SAMPLES[name].read_text("utf-8")[:6000]
    damage = st.tuples(st.integers(0, len(sample)), st.integers(0, 12), st.sampled_from(["", *INSERTED]))

    @quick
    @given(st.lists(damage, min_size=1, max_size=4))
    def check(damages: list[tuple[int, int, str]]) -> None:
        text = sample
        for place, length, instead in damages:
            text = text[:place] + instead + text[place + length :]
        loads_or_tells(workshop, {name: text.encode("utf-8", "surrogatepass")})

    check()


YAML_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from(INSERTED),
        st.sampled_from(["money", "2023-01-01", "enum:Place"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "label", "values", "type", "from"]), inner, max_size=3),
    ),
    max_leaves=6,
)
SHAPES = {
    "region.yaml": ("id", "label", "extends", "division"),
    "vocabulary.yaml": ("enums", "entities", "label", "values", "fields", "type", "record", "roles", "id", "role", "derived_by", "national"),
    "sources.yaml": ("sources", "id", "label", "title", "issuer", "provisions", "clause", "gist", "standing", "from", "until", "zh", "en"),
    "parameters.yaml": ("parameters", "values", "from", "until", "cite", "value", "table", "by", "label", "type", "hit", "annual_cap"),
    "calendar.yaml": ("calendar", "years", "year", "source", "holidays", "workdays"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_known_keys_over_any_values(workshop: Workshop, name: str) -> None:
    """Data of nearly the right shape gets further in than noise."""
    keys = st.sampled_from(SHAPES[name])
    shaped = st.recursive(
        YAML_VALUES,
        lambda inner: st.one_of(st.dictionaries(keys, inner, max_size=5), st.lists(inner, max_size=2)),
        max_leaves=12,
    )

    @quick
    @given(st.dictionaries(keys, shaped, max_size=4))
    def check(content: object) -> None:
        loads_or_tells(workshop, {name: flow(content)})

    check()


def flow(value: object) -> str:
    """The value in YAML's flow style, quoted nowhere: whatever it then means."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return "null" if value is None else str(value)


def test_a_region_that_is_no_folder_of_files(tmp_path: Path) -> None:
    (tmp_path / "broken" / "region.yaml").mkdir(parents=True)
    write_region(tmp_path, "also", {}, extends="")
    (tmp_path / "also" / "x.policy").mkdir()
    (tmp_path / "also" / "sources.yaml").symlink_to(tmp_path / "nowhere")
    rulebook = Rulebook(tmp_path)
    for name in ("broken", "also", "missing", "", "..", "a/b", "\x00", "长" * 5000):
        loaded = rulebook.load(name)
        assert has_errors(loaded.diagnostics), name
        assert_well_told(loaded.diagnostics)
