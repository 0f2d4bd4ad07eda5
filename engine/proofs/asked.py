"""Which facts the rules themselves ask 已知 or 为 空 about: only these are ever taken as missing or 空."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import program as p
from engine.inputs import facts_behind

_PASS_ON = frozenset({"first", "last", "smaller", "larger", "earlier", "later"})
_EQUALITY = frozenset({"is", "is_not", "equals", "differs"})


def may_lack(program: p.Program) -> frozenset[str]:
    """The facts behind everything that is asked 已知, or has a 缺省."""
    operands = [part.operand for part in _all_parts(program) if isinstance(part, p.Known | p.Default)]
    return facts_behind(operands, program)


def may_be_null(program: p.Program) -> frozenset[str]:
    """The facts that may be what is asked 为 空, and the upper ends of bands."""
    flow = _Flow(program)
    for part in _all_parts(program):
        if isinstance(part, p.Operation) and part.operator in _EQUALITY:
            one, other = part.operands
            for asked, empty in ((one, other), (other, one)):
                if isinstance(empty, p.Constant) and empty.value is None:
                    flow.follow(asked)
        elif isinstance(part, p.Operation) and part.operator in _PASS_ON:
            for operand in part.operands:
                flow.follow(operand)
    for rule in program.rules.values():
        if rule.scale is not None and rule.scale.table is not None and rule.scale.table.type.element is not None:
            flow.paths.add(f"{rule.scale.table.type.element.name}.{rule.scale.edges[1]}")
        if rule.kind == "collect":
            for clause in rule.clauses:
                flow.follow(clause.value)
    return frozenset(flow.paths)


def _all_parts(program: p.Program) -> Iterator[p.Expression]:
    for rule in program.rules.values():
        yield from p.walk(rule)
    for checks in program.checks.values():
        for check in checks:
            yield from _with_parts((check.condition, check.requirement))
    for bounds in program.bounds.values():
        for bound in bounds:
            yield from _with_parts((bound.limit, bound.condition, bound.unless))


def _with_parts(items: Iterable[p.Expression | None]) -> Iterator[p.Expression]:
    for item in items:
        if item is not None:
            yield item
            yield from p.walk(item)


class _Flow:
    """The facts whose value an expression may simply be."""

    def __init__(self, program: p.Program) -> None:
        self.program = program
        self.paths: set[str] = set()
        self._rules: set[str] = set()

    def follow(self, expression: p.Expression | None) -> None:
        """Take up the facts an expression passes on."""
        match expression:
            case p.Fact(path=path):
                self.paths.add(path)
            case p.ElementField(entity=entity, field=field):
                self.paths.add(f"{entity}.{field}")
            case p.Default(operand=operand, otherwise=otherwise):
                self.follow(operand)
                self.follow(otherwise)
            case p.Each(body=body):
                self.follow(body)
            case p.Record(fields=fields):
                for _, part in fields:
                    self.follow(part)
            case p.Operation(operator=operator, operands=operands) if operator in _PASS_ON:
                for operand in operands:
                    self.follow(operand)
            case p.RuleValue(id=name) if name in self.program.rules and name not in self._rules:
                self._rules.add(name)
                for clause in self.program.rules[name].clauses:
                    self.follow(clause.value)
