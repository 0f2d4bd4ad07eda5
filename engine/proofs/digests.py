"""What an expression says, as something to tell expressions by: of one program or of two versions of it."""

from __future__ import annotations

from typing import Any

import attrs

from engine import program as p


class Digests:
    """The digests of one program's expressions and rules."""

    def __init__(self, program: p.Program) -> None:
        self.program = program
        self._known: dict[int, Any] = {}
        self._rules: dict[str, int] = {}
        self._open: set[str] = set()

    def of(self, item: Any) -> int:
        """A number that expressions share only if they say the same."""
        if isinstance(item, p.Expression | p.Clause | p.Scale | p.Rule):
            if id(item) not in self._known:
                self._known[id(item)] = hash(self._parts(item))
            return int(self._known[id(item)])
        if isinstance(item, tuple | list):
            return hash(tuple(map(self.of, item)))
        return hash(repr(item))

    def _parts(self, item: Any) -> tuple[Any, ...]:
        fields = [field.name for field in attrs.fields(type(item))
                  if field.name not in ("origin", "type", "remark", "label", "citations")]  # fmt: skip
        parts = tuple(self.of(getattr(item, name)) for name in fields)
        return (type(item).__name__, parts, self._behind(item))

    def _behind(self, item: Any) -> Any:
        """What a name stands for."""
        if isinstance(item, p.RuleValue):
            return self.rule(item.id)
        if isinstance(item, p.ParameterValue):
            shipped = self.program.parameters.get(item.id, ())
            return hash(
                repr([(v.period, v.value, [(r.keys, r.value) for r in v.rows]) for s in shipped for v in s.values])
            )
        return None

    def rule(self, name: str) -> int:
        """The digest of a rule and all behind it."""
        if name in self._open or name not in self.program.rules:
            return hash(name)
        if name not in self._rules:
            self._open.add(name)
            self._rules[name] = self.of(self.program.rules[name])
            self._open.discard(name)
        return self._rules[name]
