"""A report says what the records say, leads to every item, and never obeys what it shows."""

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from tests.evals.exam_reports import ATTACK, NAMES, a_report

from teaegg.core.errors import InvalidRequestError
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.policy import Policy
from teaegg.evals.records import ScoredItem
from teaegg.evals.report.base import Compared, ExamReport
from teaegg.evals.report.figures import apart, groups, pair_counts, results
from teaegg.evals.report.page import html
from teaegg.evals.report.plots import Scale, curves, plane, score_scale
from teaegg.evals.report.tables import markdown
from teaegg.evals.report.wording import WORDING


class Tags(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def with_verdict(report: ExamReport) -> ExamReport:
    def records(place: int) -> list[ScoredItem]:
        answered = report.examinees[place].answered
        return [
            ScoredItem(
                item.hash, item.area, item.form, item.document, answered[item.hash].score.value
            )
            for item in report.exam.items
        ]

    return replace(report, verdict=gate(records(2), Policy(), records(1)))


def test_only_signed_items_that_nobody_was_taught_count() -> None:
    report = a_report(30, signed=24)
    assert [result.score.items for result in results(report) if result.score] == [23, 23, 23]
    assert {how: group.items for how, group in apart(report).items()} == {
        "signed": 23,
        "contaminated": 1,
        "unsigned": 6,
    }


def test_where_nobody_has_signed_unsigned_items_are_shown_with_a_warning() -> None:
    report = a_report(30, signed=0)
    assert [result.score.items for result in results(report) if result.score] == [29, 29, 29]
    assert "Nobody has reviewed and signed" in html(report, "en")
    assert "Nobody has reviewed and signed" in markdown(report, "en")
    assert "Nobody has reviewed and signed" not in html(a_report(30, signed=24), "en")


def test_items_that_were_not_answered_count_nowhere_and_are_told() -> None:
    report = a_report(30, signed=30, unanswered=6)
    found = results(report)[1]
    assert found.unanswered == 6
    assert found.score
    assert found.score.items == 23
    assert sum(pair_counts(report, report.compared[0]).values()) == 23
    assert "did not answer 6 items" in html(report, "en")


def test_groups_hold_every_counted_item_once() -> None:
    report = a_report()
    found = groups(report, lambda item: item.form)
    assert sum(group.items for group in found) == 23
    means = [sum(group.items * group.scores[0].mean for group in found if group.scores[0])]
    overall = results(report)[0].score
    assert overall
    assert means[0] / 23 == pytest.approx(overall.mean)


def test_a_comparison_counts_as_the_scores_do() -> None:
    report = a_report()
    pair, (_, base, expert) = report.compared[0], results(report)
    assert base.score
    assert expert.score
    assert pair.difference.mean == pytest.approx(expert.score.mean - base.score.mean)
    counted = pair_counts(report, pair)
    assert sum(counted.values()) == 23
    assert counted["won"] > counted["lost"]
    assert pair.p_exact is None  # some answers are partly right


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_documents_and_examinees_say_is_shown_and_never_obeyed(language: str) -> None:
    page = html(with_verdict(a_report()), language)  # type: ignore[arg-type]
    assert ATTACK not in page
    tags = Tags(page).found
    scripts = [attributes for tag, attributes in tags if tag == "script"]
    assert scripts == [{}]
    assert not [tag for tag, _ in tags if tag in ("img", "iframe", "object", "link", "base")]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    rendered = Tags(MarkdownIt("commonmark").enable("table").render(markdown(a_report(), language)))  # type: ignore[arg-type]
    assert {tag for tag, _ in rendered.found} & {"script", "img"} == set()


def test_the_page_needs_nothing_from_anywhere() -> None:
    page = html(a_report(), "zh")
    links = [
        value
        for _, attributes in Tags(page).found
        for name, value in attributes.items()
        if name in ("href", "src", "action", "srcset", "data")
    ]
    assert links
    assert all(link and link.startswith("#items") for link in links)
    assert "default-src 'none'" in page
    assert "url(" not in page.partition("</style>")[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_and_tables_hold_the_same_figures(language: str) -> None:
    report = a_report()
    page, tables = html(report, language), markdown(report, language)  # type: ignore[arg-type]
    for result in results(report):
        assert result.score
        shown = f"{100 * result.score.mean:.1f}"
        assert f"<b>{shown}</b>" in page
        assert f"| {shown} |" in tables
    assert "46.9" in page
    assert "| GPT-4 |  | 46.9 |" in tables
    for said in ("won", "lost", "both", "neither"):
        count = pair_counts(report, report.compared[0]).get(said, 0)  # type: ignore[call-overload]
        assert f"{WORDING[language][said]} <b>{count}</b>" in page  # type: ignore[index]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_item_stands_in_page_and_tables_with_all_that_was_said(language: str) -> None:
    report = a_report()
    page, tables = html(report, language), markdown(report, language)  # type: ignore[arg-type]
    assert page.count('class="item"') == 30
    assert page.count('class="reply"') == 90
    for number in range(1, 31):
        assert f'id="item-{number}"' in page
        assert f'id="item-{number}"' in tables
        assert f"(#item-{number})" in tables
    assert "500 小时" in page
    assert "500 小时" in tables


def test_the_gates_verdict_stands_in_both() -> None:
    report = with_verdict(a_report())
    page = html(report, "zh")
    assert "<h2>上线评审：不通过</h2>" in page
    assert "<strong>考题：" in page
    assert "**" not in page.partition('id="gate"')[2].partition("</section>")[0]
    assert "\n## 上线评审：不通过\n" in markdown(report, "zh")


def test_both_languages_say_the_same_things() -> None:
    assert WORDING["en"].keys() == WORDING["zh"].keys()
    for key, sentence in WORDING["en"].items():
        figures = [set(re.findall(r"{(\w+)}", text)) for text in (sentence, WORDING["zh"][key])]
        assert figures[0] - {"points", "signed"} == figures[1] - {"points", "signed"}, key


def test_a_report_of_nobody_and_of_two_with_one_name_are_refused() -> None:
    report = a_report()
    with pytest.raises(InvalidRequestError, match="Nobody has sat"):
        replace(report, examinees=(), compared=())
    with pytest.raises(InvalidRequestError, match="same name"):
        replace(report, examinees=(report.examinees[0], report.examinees[0]), compared=())
    stranger = Compared("somebody", NAMES[0], report.compared[0].difference, 1.0)
    with pytest.raises(InvalidRequestError, match="somebody"):
        replace(report, compared=(stranger,))


def test_the_axis_of_scores_cuts_nothing_off() -> None:
    report = a_report()
    scale = score_scale(report, results(report))
    for result in results(report):
        assert result.score
        assert 0 <= scale.at(100 * result.score.low) <= scale.at(100 * result.score.high) <= 100
    assert scale.low <= 46.93 <= scale.high


@pytest.mark.parametrize(
    ("scale", "labels"),
    [
        (Scale(0, 100), ["0", "20", "40", "60", "80", "100"]),
        (Scale(-30, 30), ["−30", "−20", "−10", "0", "10", "20", "30"]),
        (Scale(0.3, 40, logarithmic=True), ["0.5", "1", "2", "5", "10", "20"]),
    ],
)
def test_axes_are_labelled_with_round_numbers(scale: Scale, labels: list[str]) -> None:
    assert [label for _, label in scale.ticks()] == labels


def test_labels_of_a_plot_do_not_touch() -> None:
    report = a_report()
    alike = replace(
        report,
        examinees=(
            report.examinees[0],
            *(replace(report.examinees[0], name=f"twin {number}") for number in range(6)),
        ),
        compared=(),
    )
    found, _ = curves(alike)
    tops = sorted(curve.label_top for curve in found)
    assert min(b - a for a, b in itertools.pairwise(tops)) >= 7.9
    assert tops[0] >= 0
    assert tops[-1] <= 100


def test_times_far_apart_are_shown_by_their_logarithm() -> None:
    report = a_report()
    scores = score_scale(report, results(report))
    found = plane(results(report), [0.1, 1.0, 100.0], scores)
    assert found
    assert found.across.logarithmic
    near = plane(results(report), [0.1, 0.2, 0.3], scores)
    assert near
    assert not near.across.logarithmic
    assert plane(results(report), [None, 1.0, None], scores) is None


def test_a_report_without_its_items_shows_the_figures_and_says_so() -> None:
    whole = with_verdict(a_report())
    report = replace(whole, withheld=True)
    for write in (html, markdown):
        shown = write(report, "en")
        assert WORDING["en"]["items withheld"] in shown
        assert WORDING["en"]["items withheld"] not in write(whole, "en")
        assert "Which one, 3?" in write(whole, "en")
        for item in report.exam.items:
            assert f"{item.id}," not in shown and item.questions[-1][:11] not in shown
    page = Tags(html(report, "zh")).found
    assert not [tag for tag, _ in page if tag in ("script", "form", "details")]
    assert ("section", {"id": "items"}) in page
    links = {attributes["href"] for tag, attributes in page if tag == "a"}
    assert links == {"#items"}
