"""Names, types and units: whether a pack's rules make sense, before anything is decided with them."""

from policy.checking.declarations import check_pack

__all__ = ["check_pack"]
