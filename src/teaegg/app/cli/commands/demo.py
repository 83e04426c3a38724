"""The demo: a company's documents are learned, its people ask, the page is served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from teaegg.app.cli.commands.ask import answer_question
from teaegg.app.cli.errors import EXIT_FAILED
from teaegg.app.cli.learning import LearningScreen
from teaegg.app.cli.output import note, say, write_table
from teaegg.app.cli.session import run, settings_of

if TYPE_CHECKING:
    from teaegg.app.demo import Company, CompanyQuestion
    from teaegg.app.workspace import Workspace

HOME = Path(".teaegg-demo")
COMPANY = Path("demo/company")


def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Stop after the questions.")] = False,
    company: Annotated[Path, typer.Option(help="Folder of the demo company.")] = COMPANY,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; else what server.port says.")
    ] = None,
) -> None:
    """Load the demo company, ask some of its questions, then serve the page.

    Its data lies in ./.teaegg-demo unless TEAEGG_HOME says otherwise.
    """

    async def work(workspace: Workspace) -> bool:
        from teaegg.app.demo import read_company

        read = read_company(company)
        await _load(workspace, read)
        all_right = await _ask_all(workspace, read)
        if not once:
            await _serve(workspace, read, port)
        return all_right

    try:
        all_right = run(context, work, settings=settings_of(default_home=HOME))
    except KeyboardInterrupt:
        note("Stopped. The same command goes on where it was. 已停止；再次运行同一命令即可继续。")
        return
    if not all_right:
        raise typer.Exit(EXIT_FAILED)


async def _load(workspace: Workspace, company: Company) -> None:
    from teaegg.app.demo import set_up

    say(Text(f"{company.name}  {company.name_en}", style="bold"))
    await set_up(workspace, company)
    with LearningScreen() as screen:
        for collection in company.collections:
            await screen.learn(workspace, [company.folder / collection.path], collection.name)


async def _ask_all(workspace: Workspace, company: Company) -> bool:
    """Whether every shown question got what the company expects; then its expert is heard."""
    right = [await _ask(workspace, company, question) for question in company.shown]
    await _ask_expert(workspace, company)
    return all(right)


async def _ask_expert(workspace: Workspace, company: Company) -> None:
    """The first shown question once more, to whichever expert its asker may use; else how to make one.

    What an expert says is shown and not judged: it is as good as its exam says.
    """
    question = company.shown[0]
    asker = await workspace.access.actor(question.user)
    experts = await workspace.experts.access.released(asker)
    say()
    if not experts:
        note(
            "An expert of its own: teaegg gate policy --first, then teaegg distill "
            "demo/scenes/staff-adviser.yaml, then teaegg release staff-adviser --why REASON "
            f"(TEAEGG_HOME={HOME})  训练自己的专家模型并批准上线，请依次运行以上命令。"
        )
        return
    expert = experts[0]
    say(Text.assemble((f"{expert.title} {expert.expert.scene}: ", "cyan"), (question.text, "bold")))
    await answer_question(workspace, asker, question.text, expert=expert.expert.scene)


async def _ask(workspace: Workspace, company: Company, question: CompanyQuestion) -> bool:
    from teaegg.app.demo import is_right

    people = {user.name: user for user in company.users}
    asker = people[question.user]
    say()
    say(Text.assemble((f"{asker.display_zh} {asker.name}: ", "magenta"), (question.text, "bold")))
    answer = await answer_question(
        workspace, await workspace.access.actor(question.user), question.text
    )
    right = is_right(question, answer)
    if not right:
        note(
            f"Expected {', '.join(question.expect)!r} here. 此处应答：{'、'.join(question.expect)}"
        )
    return right


async def _serve(workspace: Workspace, company: Company, port: int | None) -> None:
    from teaegg.app.api.serve import serve

    server = workspace.settings.server

    def tell(address: str) -> None:
        say()
        say(Text(f"请在浏览器中打开  Open in a browser:  {address}", style="bold green"))
        say()
        write_table(
            ("用户 user", "密码 password", "姓名 name", "", "组 groups"),
            (
                (u.name, u.password, u.display_zh, u.display_en, ", ".join(u.groups) or "–")
                for u in company.users
            ),
            empty="",
        )
        say()
        note(
            "Ctrl-C 停止。 Ctrl-C stops it. 向量在后台生成，问答不受影响。 Vectors are made meanwhile."
        )

    await serve(workspace, server.host, server.port if port is None else port, tell)
