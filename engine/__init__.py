"""What follows for a case: load a region, decide a question, explain the decision.

from engine import load_region
decision = load_region("hangzhou").decide("benefit.settlement", facts)
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from engine.decision import Decision, Status
    from engine.regions import Region, Regions, load_region
    from policy.diagnostics import PolicyError

__all__ = ["Decision", "PolicyError", "Region", "Regions", "Status", "load_region"]

_PLACES = {
    "Decision": "engine.decision",
    "PolicyError": "policy.diagnostics",
    "Region": "engine.regions",
    "Regions": "engine.regions",
    "Status": "engine.decision",
    "load_region": "engine.regions",
}


def __getattr__(name: str) -> "Any":
    """Each name is loaded when it is first asked for: the command line decides from the cache without most of them."""
    if name not in _PLACES:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
