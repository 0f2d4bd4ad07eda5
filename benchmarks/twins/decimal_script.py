"""The reference task by hand as a whole process: a claim's JSON file in, its decision as JSON out."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path

from decimal_ import decide_with_reasons

AMOUNTS = ("claim", "accumulator")


def main(path: str) -> None:
    """Print the decision of the claim in a file."""
    facts = json.loads(Path(path).read_text("utf-8"))["facts"]
    for entity in AMOUNTS:
        facts[entity] = {field: Decimal(value) for field, value in facts[entity].items()}
    result, reasons = decide_with_reasons(facts)
    outputs = {name: str(value) for name, value in result._asdict().items()}
    told = [
        {"rule": rule, "clause": clause, "cites": cites, "value": str(value)} for rule, clause, cites, value in reasons
    ]
    print(json.dumps({"outputs": outputs, "reasons": told}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
