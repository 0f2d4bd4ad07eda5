"""The command `tiaoli`: its subcommands, each loaded only when it is called, and how failure ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NoReturn

import click

from engine.cli.language import from_environment
from engine.cli.printing import RefusedError, print_diagnostics
from engine.version import VERSION
from policy.diagnostics import PolicyError

COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "explain": ("explain", "判定一个案例并逐条说明理由", "decide a case and explain it clause by clause"),
    "decide": ("decide", "判定一个案例，只给结果", "decide a case, results only"),
    "batch": ("batch", "逐行判定整份文件", "decide every row of a file"),
    "check": ("check", "检查规则，指出错误所在", "check the rules and point at what is wrong"),
    "test": ("test", "运行用例文件", "run case files"),
    "cases": ("cases", "为一条规则提出边界用例", "suggest boundary cases for a rule"),
    "fmt": ("fmt", "排版规则文件，或译成另一种语言", "format rule files, or put them into the other language"),
    "new": ("new", "新建一个地区的规则文件夹", "start a region's folder of rules"),
    "ask": ("ask", "逐项询问所需事实，得出结论", "interview a person, then decide"),
    "due": ("due", "看一件事还差什么、是否逾期", "what a request still requires, and whether it is late"),
    "calendar": ("calendar", "列出谁该在哪天前做什么", "who must do what by when"),
    "coverage": ("coverage", "清点条款、规则和用例", "the account of provisions, rules and cases"),
    "diff": ("diff", "比较两版规则的含义和对费用的影响", "what changed between two versions, and for which claims"),
    "impact": ("impact", "条款、参数改了影响什么；什么快到期", "what a change bears on, and what ends soon"),
    "graph": ("graph", "画一条规则的例外，或一个问题的依赖", "draw a rule's exceptions or a question's dependencies"),
    "questions": ("questions", "列出可以问的问题和所需事实", "list the questions and the facts they need"),
    "export": ("export", "把一个地区的规则写成 JSON", "write a region's policy as JSON data"),
    "mutate": ("mutate", "逐处改动规则，看用例能否发现", "change the rules one place at a time: do the cases notice?"),
    "replay": ("replay", "按回执重新判定，逐字节核对", "decide again from a receipt and compare byte for byte"),
}
"""Command → its module in this package, and what it does, in Chinese and in English."""


class _Commands(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"engine.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lang = from_environment()
        with formatter.section("命令" if lang == "zh" else "Commands"):
            formatter.write_dl([(name, zh if lang == "zh" else en) for name, (_, zh, en) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="tiaoli")
def application() -> None:
    """条理：把医保政策写成看得懂、可检查的规则，每个判定都说明依据。

    Rules with reasons: medical insurance policy as rules that are read, checked, and decided with reasons.

    \b
    示例 Example:
      tiaoli explain examples/hangzhou-cross-province.yaml
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 fine, 1 the policy or the case is at fault, 2 the call is."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = application.main(args=arguments, prog_name="tiaoli", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except BrokenPipeError:
        # The reader has gone; nothing more can be said, not even when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except RefusedError as error:
        print_diagnostics(error.diagnostics, error.lang)
        code = error.exit_code
    except PolicyError as error:
        print_diagnostics(error.diagnostics, from_environment())
        code = 1
    except OSError as error:
        click.echo(f"{error.filename or ''}: {error.strerror}", err=True)
        code = 2
    except Exception as error:
        if os.environ.get("TIAOLI_TRACEBACK"):
            raise
        _report_defect(error)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _report_defect(error: Exception) -> None:
    what = f"{type(error).__name__}: {error}"
    click.echo(f"程序内部错误（tiaoli {VERSION}），请连同输入报告：{what}", err=True)
    click.echo(f"internal error (tiaoli {VERSION}), please report it with the input: {what}", err=True)
