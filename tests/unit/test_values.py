"""Typed values as plain data."""

from decimal import Decimal

import pytest

from policy.types import MONEY, POINTS, RATIO
from policy.values import decimal_text, plain_typed
from policy.vocabulary import Vocabulary


@pytest.mark.parametrize(("kind", "text"), [(MONEY, "0.00"), (RATIO, "0"), (POINTS, 0)])
def test_nothing_has_no_sign(kind: object, text: object) -> None:
    assert plain_typed(Decimal("-0.00"), kind, Vocabulary()) == text  # type: ignore[arg-type]
    assert decimal_text(Decimal("-0")) == "0"
