"""Options and fixtures that all tests share."""

import gc
import os

import pytest

from engine.cache import VARIABLE

os.environ[VARIABLE] = "off"  # a test that speaks of the cache has one of its own
gc.set_threshold(50_000, 20, 50)  # the law that all tests share stays: it need not be looked through again and again


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--many", type=int, default=1, help="draw so many times as many generated rule sets")
    parser.addoption("--update", action="store_true", help="rewrite the rendered texts that are kept beside tests")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether kept texts are to be rewritten."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session")
def many(request: pytest.FixtureRequest) -> int:
    """How many times as many generated rule sets a large run draws."""
    return int(request.config.getoption("--many"))
