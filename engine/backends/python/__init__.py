"""Program → generated Python over scaled whole numbers; what is unusual is left to the reference evaluator."""

TYPE_CHECKING = False  # nothing is loaded that the command line does not need to decide from the cache
if TYPE_CHECKING:
    from engine.backends.python.compiled import Compiled
    from engine.backends.python.outcome import Outcome, Winner

    __all__ = ["Compiled", "Outcome", "Winner"]
