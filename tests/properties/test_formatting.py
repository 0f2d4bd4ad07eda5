import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.dsl import tree as t
from policy.dsl.formatter import format_expression, format_program, format_source
from policy.dsl.parser import parse
from policy.dsl.source import Source
from tests.support.damaged import SAMPLE, damaged_samples
from tests.support.programs import DECLARATIONS, SPAN, expressions, programs

LANGUAGES = ("zh", "en")
quick = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


def read(text: str) -> t.Program:
    program, problems = parse(Source("test", text))
    assert not problems, (problems, text)
    return program


def in_rule(expression: t.Expr) -> t.Program:
    """A program that says just this."""
    terms = t.Terms(span=SPAN)
    clause = t.Clause(span=SPAN, kind="general", names=None, value=expression, terms=terms)
    kind = t.TypeRef(span=SPAN, name=t.Name(span=SPAN, text="x"))
    names = t.Names(span=SPAN, id="x", label="x")
    rule = t.Rule(span=SPAN, names=names, type=kind, terms=terms, clauses=(clause,))
    return t.Program(span=SPAN, declarations=(rule,))


@pytest.mark.parametrize("kind", DECLARATIONS)
def test_formatted_text_reads_back_as_the_same_tree(kind: str) -> None:
    @quick
    @given(programs(DECLARATIONS[kind]), st.sampled_from(LANGUAGES))
    def check(program: t.Program, lang: str) -> None:
        text = format_program(program, lang)
        again = read(text)
        assert t.same_shape(program, again), text
        assert format_program(again, lang) == text

    check()


@settings(quick, max_examples=250)
@given(expressions, st.sampled_from(LANGUAGES))
def test_formatted_expressions_read_back_as_the_same_tree(expression: t.Expr, lang: str) -> None:
    program = in_rule(expression)
    text = format_program(program, lang)
    assert t.same_shape(program, read(text)), text
    assert "\n" not in format_expression(expression, lang)


@quick
@given(programs())
def test_keywords_survive_the_way_through_the_other_language(program: t.Program) -> None:
    chinese = format_program(program, "zh")
    english = format_program(read(chinese), "en")
    assert format_program(read(english), "zh") == chinese


@quick
@given(programs(), st.sampled_from(LANGUAGES))
def test_files_are_formatted_with_all_their_comments(program: t.Program, lang: str) -> None:
    text, problems = format_source(Source("test", format_program(program, "zh")), lang)
    assert not problems
    assert text == format_program(program, lang)


def check_problems_of(text: str) -> None:
    source = Source("test", text)
    program, problems = parse(source)
    for problem in problems:
        assert problem.span is not None
        assert problem.span.source is source
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
    for node in t.walk(program):
        assert 0 <= node.span.start <= node.span.end <= len(text)


@settings(quick, max_examples=200)
@given(st.text())
def test_any_text_gives_diagnostics_in_place(text: str) -> None:
    check_problems_of(text)


@settings(quick, max_examples=150)
@given(damaged_samples())
def test_damaged_programs_give_diagnostics_in_place(text: str) -> None:
    check_problems_of(text)


@settings(quick, max_examples=60)
@given(damaged_samples(), st.sampled_from(LANGUAGES))
def test_what_is_read_without_diagnostics_can_be_formatted(text: str, lang: str) -> None:
    formatted, problems = format_source(Source("test", text), lang)
    assert "E0111" not in {problem.code for problem in problems}
    assert (formatted is None) == bool(problems)


def kinds_of(parent: type[t.Node]) -> set[type[t.Node]]:
    kinds = set(parent.__subclasses__())
    return kinds.union(*map(kinds_of, kinds))


def test_the_sample_has_every_kind_of_node() -> None:
    found = {type(node) for node in t.walk(read(SAMPLE))}
    assert kinds_of(t.Node) - found == {t.Declaration}
