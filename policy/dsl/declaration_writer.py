"""Declarations → lines: one keyword a line, broken further where a line would be too long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from policy.dsl import tree as t
from policy.dsl.expression_writer import (
    ExpressionWriter,
    FormatError,
    quoted,
    quoted_name,
    quoted_path,
    spaced,
    written_moment,
)
from policy.dsl.source import display_width

LINE_WIDTH = 88
"""Columns of a line, a Chinese character taking two."""


def comment_lines(comments: Iterable[str], indent: int = 0) -> list[str]:
    """Comments, one a line; an empty one is a blank line."""
    return [f"{' ' * indent}# {comment}" if comment else "" for comment in comments]


def _fits(line: str) -> bool:
    return display_width(line) <= LINE_WIDTH


@attrs.frozen
class DeclarationWriter:
    """Writes declarations in the language of its expressions."""

    write: ExpressionWriter

    def lines(self, declarations: Iterable[t.Declaration]) -> list[str]:
        """The declarations with the comments before them, and blank lines between them."""
        lines: list[str] = []
        row: type[t.Declaration] | None = None
        for node in declarations:
            written = self._declaration(node)
            # Bounds and delegations of one line each stand together like the rows of a table.
            if lines and (type(node) is not row or node.comments or len(written) > 1):
                lines.append("")
            lines += [*comment_lines(node.comments), *written]
            row = type(node) if isinstance(node, t.Bound | t.Delegate) and len(written) == 1 else None
        return lines

    def _declaration(self, node: t.Declaration) -> list[str]:
        match node:
            case t.Rule():
                return self._rule("RULE", node)
            case t.Collect():
                return self._rule("COLLECT", node)
            case t.Brackets():
                return self._brackets(node)
            case t.Bound():
                return self._bound(node)
            case t.Delegate():
                return self._delegate(node)
            case t.Amend(target=target):
                head = f"{self.write.word('AMEND')} {self.write.name(target)}"
                return [head, *self._terms(node.terms, 2), *self._clauses(node.clauses)]
            case t.Deadline():
                return self._deadline(node)
            case t.Register():
                return self._register(node)
            case t.Checklist():
                return self._checklist(node)
            case t.OpenNorm():
                head = self._head("OPEN_NORM", node.names) + self._typed(node.type)
                return [head, *self._optional("ACTOR", node.actor, 2), *self._terms(node.terms, 2)]
            case t.Question():
                return self._question(node)
            case t.ChoiceOfLaw():
                return self._choice_of_law(node)
            case t.Check():
                return self._check(node)
        raise FormatError(f"no spelling for {type(node).__name__}")

    # ── rules ───────────────────────────────────────────────────────────────────────────────────
    def _rule(self, token: str, node: t.Rule | t.Collect) -> list[str]:
        element = f" {self.write.word('OVER')} {self.write.name(node.element)}" if node.element else ""
        head = f"{self._head(token, node.names)}{element}{self._typed(node.type)}"
        return [head, *self._terms(node.terms, 2), *self._clauses(node.clauses)]

    def _brackets(self, node: t.Brackets) -> list[str]:
        return [
            self._head("BRACKETS", node.names) + self._typed(node.type),
            *self._terms(node.terms, 2),
            *self._optional("SCALE", node.scale, 2),
            *self._optional("LOWER", node.lower, 2),
            *self._keyed("UPPER", node.upper, 2),
            *(line for band in node.bands for line in self._band(band)),
            *self._keyed("EACH_BAND", node.portion, 2),
        ]

    def _band(self, node: t.Band) -> list[str]:
        word, text = self.write.word, self.write.text
        reach = [word("UNTIL"), text(node.up_to)] if node.up_to is not None else [word("REST")]
        line = spaced(word("BAND"), *reach, word("AT_RATE"), text(node.rate))
        return [*_comments_inside(node.comments, 2), f"  {line}"]

    # ── clauses ─────────────────────────────────────────────────────────────────────────────────
    def _clauses(self, clauses: Iterable[t.Clause], general: str = "GENERAL") -> list[str]:
        return [line for clause in clauses for line in self._clause(clause, general)]

    def _clause(self, node: t.Clause, general: str) -> list[str]:
        """The clause on one line if it fits, else one line for each of its parts."""
        comments = _comments_inside(node.comments, 2)
        if node.kind == "general":
            parts = self._keyed(general, node.value, 2)
        else:
            condition = self._optional("WHEN", node.condition, 4)
            parts = [f"  {self._clause_head(node)}", *condition, *self._keyed("THEN", node.value, 4)]
        parts += self._terms(node.terms, 4, remark_first=False)
        whole = "  " + spaced(*(part.strip() for part in parts))
        is_whole = len(parts) == self._part_count(node) and _fits(whole)
        return [*comments, whole] if is_whole else [*comments, *parts]

    def _part_count(self, node: t.Clause) -> int:
        """Lines of a clause with none of its parts broken."""
        clause = 1 if node.kind == "general" else 2 + (node.condition is not None)
        terms = node.terms
        return clause + bool(terms.citations) + bool(terms.since or terms.until) + bool(terms.remark)

    def _clause_head(self, node: t.Clause) -> str:
        word = self.write.word
        head = word(node.kind.upper())
        if node.names:
            head += f" {self._names(node.names)}"
        if node.kind == "case" and node.over:
            head += f" {word('BEFORE_CASE')} {self.write.names(node.over)}"
        if node.kind == "proviso":
            over = (word("GENERAL") if name.text == "general" else self.write.name(name) for name in node.over)
            head += f" {word('OVER')} {self.write.sign('list').join(over)}"
        return head

    # ── hierarchy ───────────────────────────────────────────────────────────────────────────────
    def _bound(self, node: t.Bound) -> list[str]:
        return _whole_if_fitting(
            [
                *self._keyed("BOUND", node.comparison, 0),
                *self._optional("WHEN", node.condition, 2),
                *self._optional("UNLESS", node.unless, 2),
                *self._terms(node.terms, 2, remark_first=False),
            ]
        )

    def _delegate(self, node: t.Delegate) -> list[str]:
        head = f"{self.write.word('DELEGATE')} {self.write.path(node.parameter)}"
        if node.default is not None:
            head = spaced(head, self.write.word("DEFAULT"), self.write.text(node.default))
        return _whole_if_fitting([head, *self._terms(node.terms, 2, remark_first=False)])

    def _choice_of_law(self, node: t.ChoiceOfLaw) -> list[str]:
        return [
            self._head("CHOICE", node.names),
            *self._terms(node.terms, 2),
            *self._filled(self.write.word("GOVERNS"), map(self.write.name, node.governs), 2),
            *self._optional("WHEN", node.condition, 2),
            *self._keyed("FOLLOWS", node.place, 2),
        ]

    # ── deadlines and registers ─────────────────────────────────────────────────────────────────
    def _deadline(self, node: t.Deadline) -> list[str]:
        return [
            self._head("DEADLINE", node.names),
            *self._terms(node.terms, 2),
            *self._optional("ACTOR", node.actor, 2),
            *self._keyed("START", node.start, 2),
            *self._clauses(node.clauses, general="TERM"),
            *self._quoted("LAPSE", node.lapse, 2),
        ]

    def _register(self, node: t.Register) -> list[str]:
        return [
            self._head(node.kind.upper(), node.names) + self._typed(node.type),
            *self._terms(node.terms, 2),
            *self._attribute_lines(node, 2),
            *(line for entry in node.entries for line in self._entry(entry)),
        ]

    def _entry(self, node: t.Entry) -> list[str]:
        return [
            *_comments_inside(node.comments, 2),
            f"  {self.write.word(node.kind.upper())} {self.write.name(node.name)}",
            *self._terms(node.terms, 4),
            *self._attribute_lines(node, 4),
        ]

    def _attribute_lines(self, node: t.Register | t.Entry, indent: int) -> list[str]:
        values = {field.name.text: field.value for field in node.attributes}
        each, after = (node.each, node.after) if isinstance(node, t.Entry) else (None, ())
        names = map(self.write.name, after)
        return [
            *self._optional("ACTOR", values.get("actor"), indent),
            *([f"{' ' * indent}{self.write.source(each)}"] if each is not None else []),
            *self._optional("WHEN", node.condition, indent),
            *(self._filled(self.write.word("AFTER_STEP"), names, indent) if after else []),
            *self._window(values.get("since"), values.get("until")),
            *self._optional("MODALITY", values.get("modality"), indent),
            *self._optional("FULFILLED", values.get("fulfilled"), indent),
            *self._optional("BREACH", values.get("breach"), indent),
        ]

    def _window(self, since: t.Expr | None, until: t.Expr | None) -> list[str]:
        if since is not None and until is not None and t.same_shape(since, until):
            return [f"    {spaced(self.write.word('WINDOW'), self.write.text(since))}"]
        ends = (("SINCE", since), ("UNTIL", until))
        written = [f"{self.write.word(token)} {self.write.text(end)}" for token, end in ends if end is not None]
        return [f"    {spaced(self.write.word('WINDOW'), *written)}"] if written else []

    def _checklist(self, node: t.Checklist) -> list[str]:
        is_open = f" {self.write.word('OPEN')}" if node.is_open else ""
        return [
            self._head("CHECKLIST", node.names) + is_open,
            *self._terms(node.terms, 2),
            *(line for item in node.items for line in self._keyed("ITEM", item, 2)),
        ]

    # ── questions and checks ────────────────────────────────────────────────────────────────────
    def _question(self, node: t.Question) -> list[str]:
        return [
            f"{self.write.word('QUESTION')} {self._names(node.names, quoted_path)}",
            *self._terms(node.terms, 2),
            *self._quoted("ASK", node.ask, 2),
            *(
                self._filled(self.write.word("GOVERNING"), map(self.write.text, node.governing), 2)
                if node.governing
                else []
            ),
            *(line for answer in node.answers for line in self._answer(answer)),
            *self._paths("ACCEPTS", node.accepts),
        ]

    def _paths(self, token: str, paths: tuple[t.Path, ...]) -> list[str]:
        return self._filled(self.write.word(token), map(self.write.path, paths), 2) if paths else []

    def _answer(self, node: t.Answer) -> list[str]:
        lines = self._hanging(f"{self.write.word('ANSWER')} {self._names(node.names)} =", node.value, 2)
        field = [f"{self.write.word('FIELD')} {quoted(node.field, self.write.lang)}"] if node.field else []
        marks = " ".join([*field, *([self.write.word("ORDERED")] if node.is_ordered else [])])
        if not marks:
            return lines
        beside = spaced(lines[-1], marks)
        return [*lines[:-1], beside] if _fits(beside) else [*lines, f"    {marks}"]

    def _check(self, node: t.Check) -> list[str]:
        over = f"{self._head('CHECK', node.names)} {self.write.word('OVER')}"
        return [
            *self._filled(over, map(self.write.name, node.over), 0),
            *self._terms(node.terms, 2),
            *self._optional("WHEN", node.condition, 2),
            *self._keyed("REQUIRE", node.requirement, 2),
            f"  {self.write.word('ELSE')} {quoted(node.message, self.write.lang)}",
        ]

    # ── names, types and terms ──────────────────────────────────────────────────────────────────
    def _head(self, token: str, names: t.Names) -> str:
        return f"{self.write.word(token)} {self._names(names)}"

    def _names(self, names: t.Names, spell: Callable[[str], str] = quoted_name) -> str:
        if names.id == names.label:
            return spell(names.id)
        # Where both are ASCII, or neither is, only their order tells which is the id.
        label_first = self.write.lang == "zh" and names.id.isascii() and not names.label.isascii()
        pair = (names.label, names.id) if label_first else (names.id, names.label)
        return " ".join(map(spell, pair))

    def _typed(self, node: t.TypeRef) -> str:
        name = self.write.spelling.name(node.name, self.write.lang)
        # `points` is a unit too, and the one keyword that may stand for a type.
        written = name if name == "points" else quoted_name(name)
        prefix = f"{self.write.word('LIST')} " if node.is_list else ""
        return f"{self.write.sign(':')}{prefix}{written}"

    def _terms(self, terms: t.Terms, indent: int, remark_first: bool = True) -> list[str]:
        """Remark, citations and period, one a line; a remark that explains a single clause comes last."""
        lang, margin = self.write.lang, " " * indent
        remark = self._quoted("REMARK", terms.remark, indent)
        citations = [self.write.spelling.citation(item, lang) for item in terms.citations]
        cited = self._filled(self.write.word("CITE"), citations, indent) if citations else []
        period = [margin + self._period(terms.since, terms.until)] if terms.since or terms.until else []
        return [*remark, *cited, *period] if remark_first else [*cited, *period, *remark]

    def _period(self, since: t.Moment | None, until: t.Moment | None) -> str:
        """自 2022年2月6日起 至 2022年12月31日止."""
        word, lang = self.write.word, self.write.lang
        start = f"{word('SINCE')} {written_moment(since, lang)}" if since else ""
        end = f"{word('UNTIL')} {written_moment(until, lang)}" if until else ""
        if lang == "zh":
            start, end = start and start + word("SINCE_END"), end and end + word("UNTIL_END")
        else:
            end = end and f"{end} {word('UNTIL_END')}"
        return f"{start} {end}".strip()

    # ── lines ───────────────────────────────────────────────────────────────────────────────────
    def _quoted(self, token: str, text: str, indent: int) -> list[str]:
        return [f"{' ' * indent}{self.write.word(token)} {quoted(text, self.write.lang)}"] if text else []

    def _optional(self, token: str, node: t.Expr | None, indent: int) -> list[str]:
        return self._keyed(token, node, indent) if node is not None else []

    def _keyed(self, token: str, node: t.Expr, indent: int) -> list[str]:
        return self._hanging(self.write.word(token), node, indent)

    def _hanging(self, head: str, node: t.Expr, indent: int) -> list[str]:
        """The head, a space and the expression, broken if they do not fit."""
        return self._broken(f"{head} ", node, indent)

    def _broken(self, before: str, node: t.Node, indent: int) -> list[str]:
        """What stands before and the node; conditions, arguments and lists are broken if they do not fit."""
        whole = f"{' ' * indent}{before}{self.write.text(node)}"
        if _fits(whole):
            return [whole]
        match node:
            case t.Logic():
                return self._broken_logic(before, node, indent)
            case t.Call(function=function, arguments=arguments) if arguments:
                opening = f"{before}{self.write.name(function)}{self.write.sign('(')}"
                return self._broken_call(opening, arguments, indent)
            case t.ListOf(items=items) if items:
                return self._broken_list(f"{before}{{", items, indent)
            case t.Member(collection=t.ListOf(items=items)) if items:
                return self._broken_list(f"{before}{spaced(self.write.membership(node), '{')}", items, indent)
            case t.Field(name=name, value=value):
                return self._broken(f"{before}{self.write.name(name)}{self.write.sign(':')}", value, indent)
            case t.Each(body=body) if body is not None:
                return self._broken_each(before, node, body, indent)
        return [whole]

    def _broken_logic(self, before: str, node: t.Logic, indent: int) -> list[str]:
        """One line for each condition, 且 or 或 below the first condition."""
        hang = indent + display_width(before.split()[0]) + 1 if before else indent
        joined = f"{self.write.word(node.operator.upper())} "
        lines: list[str] = []
        for operand, text in zip(node.operands, self.write.operands(node), strict=True):
            prefix, column = (joined, hang) if lines else (before, indent)
            if self.write.is_bracketed(operand, node):
                lines.append(f"{' ' * column}{prefix}{text}")
            else:
                lines.extend(self._broken(prefix, operand, column))
        return lines

    def _broken_call(self, opening: str, arguments: Sequence[t.Node], indent: int) -> list[str]:
        comma = self.write.sign(",").rstrip()
        *others, last = (self._broken("", argument, indent + 2) for argument in arguments)
        inner = [line for lines in others for line in (*lines[:-1], lines[-1] + comma)]
        closing = f"{' ' * indent}{self.write.sign(')')}"
        return [f"{' ' * indent}{opening}", *inner, *last, closing]

    def _broken_each(self, before: str, node: t.Each, body: t.Expr, indent: int) -> list[str]:
        *lines, last = self._broken(before, body, indent)
        source = self.write.source(node)
        beside = spaced(last, source)
        return [*lines, beside] if _fits(beside) else [*lines, last, f"{' ' * (indent + 2)}{source}"]

    def _broken_list(self, opening: str, items: Sequence[t.Node], indent: int) -> list[str]:
        inner = _filled("", map(self.write.text, items), self.write.sign("list"), indent + 2, indent + 2)
        return [f"{' ' * indent}{opening}", *inner, f"{' ' * indent}}}"]

    def _filled(self, head: str, items: Iterable[str], indent: int) -> list[str]:
        hang = indent + display_width(head.split()[0]) + 1
        return _filled(f"{head} ", items, self.write.sign("list"), indent, hang)


def _comments_inside(comments: Iterable[str], indent: int) -> list[str]:
    """Comments inside a declaration, where no blank lines are kept."""
    return comment_lines(filter(None, comments), indent)


def _whole_if_fitting(lines: list[str]) -> list[str]:
    """Two lines as one if that fits: a figure and its provision."""
    whole = spaced(*(line.strip() for line in lines))
    return [whole] if len(lines) == 2 and _fits(whole) else lines


def _filled(head: str, items: Iterable[str], separator: str, indent: int, hang: int) -> list[str]:
    """The head and the items with separators, a new line begun at `hang` where one is full."""
    first, *others = items
    lines = [f"{' ' * indent}{head}{first}"]
    for item in others:
        longer = f"{lines[-1]}{separator}{item}"
        if _fits(longer):
            lines[-1] = longer
        else:
            lines[-1] += separator.rstrip()
            lines.append(f"{' ' * hang}{item}")
    return lines
