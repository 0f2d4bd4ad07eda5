"""`tiaoli fmt`."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from engine.cli.language import LANGUAGES, from_environment
from engine.cli.printing import RefusedError, print_diagnostics
from engine.regions import rules_folder
from policy.diagnostics import Diagnostic, Text
from policy.dsl.formatter import Speller, as_written, format_source
from policy.dsl.lexer import lex
from policy.dsl.lexicon import SPELLING
from policy.dsl.source import Source
from policy.files import decoded, read_file
from policy.loader import Rulebook
from policy.translation import translator


@click.command()
@click.argument("files", nargs=-1)
@click.option("--lang", type=click.Choice(LANGUAGES), help="译成中文或英文 Put keywords and names into this language")
@click.option(
    "--check", is_flag=True, help="只检查，有不同时退出码为 1 Only compare; exit code 1 if a file would change"
)
@click.option("--write", is_flag=True, help="写回文件 Write the files")
@click.option("--diff", is_flag=True, help="显示差异 Show what would change")
@click.option(
    "--rules", type=click.Path(path_type=Path, file_okay=False, exists=True), help="规则文件夹 Folder of the rules"
)
def command(files: tuple[str, ...], lang: str | None, check: bool, write: bool, diff: bool, rules: Path | None) -> None:
    """排版规则文件 FILES（缺省为全部 .policy 文件；“-”为标准输入）。会改变原意时拒绝写出。

    Format the rule FILES (all .policy files by default, `-` for standard input); with --lang, put them into the
    other language. What would change the meaning is refused.

    \b
    示例 Example:
      tiaoli fmt rules/hangzhou/编码与收费.policy --lang en
      tiaoli fmt --check
    """
    speak = lang or from_environment()
    paths = _files(files) or tuple(map(str, sorted(rules_folder(rules).glob("*/*.policy"))))
    if not (check or write or diff) and len(paths) != 1:
        message = Text(f"有 {len(paths)} 个文件", f"there are {len(paths)} files")
        hint = Text("加上 --check、--diff 或 --write", "add --check, --diff or --write")
        raise RefusedError([Diagnostic(code="E0404", message=message, place="FILES", hint=hint)], speak, 2)
    changed = failed = 0
    for path in paths:
        source, text, problems = _formatted(path, lang)
        print_diagnostics(problems, speak)
        failed += text is None
        if source is None or text is None:
            continue
        is_same = text == source.text
        changed += not is_same
        if write and not is_same:
            Path(path).write_text(text, "utf-8")
        if diff:
            click.echo("".join(_difference(source, text)), nl=False)
        if (check or write) and not is_same:
            click.echo(path)
        if not (check or write or diff):
            click.echo(text, nl=False)
    if check or write:
        click.echo(_summary(len(paths), changed, failed, speak, is_written=write))
    raise SystemExit(1 if failed or (check and changed) else 0)


def _files(named: tuple[str, ...]) -> tuple[str, ...]:
    """The files named, and the rule files of the folders named."""
    found: list[str] = []
    for name in named:
        folder = Path(name)
        found += map(str, sorted(folder.rglob("*.policy"))) if folder.is_dir() else (name,)
    return tuple(found)


def _formatted(path: str, lang: str | None) -> tuple[Source | None, str | None, list[Diagnostic]]:
    problems: list[Diagnostic] = []
    is_stream = path == "-"
    source = decoded("<stdin>", sys.stdin.buffer.read(), problems) if is_stream else read_file(Path(path), problems)
    if source is None:
        return None, None, problems
    speller: Speller | None = _speller(Path(path), problems) if lang else as_written
    if speller is None:
        return source, None, problems
    text, found = format_source(source, lang or _language_of(source), speller)
    return source, text, [*problems, *found]


def _language_of(source: Source) -> str:
    """The language of the first keyword."""
    first = next(iter(lex(source).words), "")
    return "en" if str(first) in SPELLING["en"].values() else "zh"


def _speller(path: Path, problems: list[Diagnostic]) -> Speller | None:
    """Names can be translated only where it is known what they mean: in a region whose files are sound."""
    folder = path.parent if path.parent.name else path.resolve().parent
    if not (folder / "region.yaml").is_file():
        message = Text("要翻译名称，文件须在地区文件夹中", "names are translated only inside a region's folder")
        problems.append(Diagnostic(code="E0408", message=message, place=str(path)))
        return None
    loaded = Rulebook(folder.parent).load(folder.name)
    problems.extend(item for item in loaded.diagnostics if item.is_error)
    return translator(loaded.policy) if loaded.policy and not problems else None


def _difference(source: Source, text: str) -> list[str]:
    lines = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    return list(difflib.unified_diff(*lines, fromfile=source.name, tofile=source.name))


def _summary(count: int, changed: int, failed: int, lang: str, *, is_written: bool) -> str:
    if lang == "zh":
        verb = "已改写" if is_written else "待改写"
        return f"{count} 个文件：{verb} {changed} 个，失败 {failed} 个"
    verb = "written" if is_written else "to be changed"
    return f"{count} files: {changed} {verb}, {failed} failed"
