"""What follows for a case: load a region, decide a question, explain the decision.

from engine import load_region
decision = load_region("hangzhou").decide("benefit.settlement", facts)
"""

from engine.decision import Decision, Status
from engine.regions import Region, Regions, load_region
from policy.diagnostics import PolicyError

__all__ = ["Decision", "PolicyError", "Region", "Regions", "Status", "load_region"]
