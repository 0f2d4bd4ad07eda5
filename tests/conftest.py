"""Options and fixtures that all tests share."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the rendered texts that are kept beside tests")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether kept texts are to be rewritten."""
    return bool(request.config.getoption("--update"))
