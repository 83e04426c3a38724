"""A release policy is a file that people review: what it says is what holds, and mistakes have a line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Language
from teaegg.evals.gate.example import example_policy
from teaegg.evals.gate.first import first_policy
from teaegg.evals.gate.policy import Planning, Policy
from teaegg.evals.gate.reading import parse_policy, read_policy
from teaegg.evals.gate.schema import SCHEMA


def refused(text: str) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        parse_policy(text.encode(), "上线.yaml")
    return str(caught.value)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_is_the_usual_policy_and_explains_every_key(language: Language) -> None:
    text = example_policy(language)
    assert parse_policy(text.encode(), "x.yaml") == Policy()
    for key in (*SCHEMA["properties"], *SCHEMA["properties"]["planning"]["properties"]):
        assert f"{key}:" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_policy_of_a_first_expert_demands_its_own_exam_and_counts_what_nobody_signed(
    language: Language,
) -> None:
    policy = parse_policy(first_policy(language).encode(), "x.yaml")
    assert policy == replace(Policy(), criteria=(replace(Policy().criteria[0]),), unsigned="count")


def test_what_a_file_does_not_name_stays_demanded() -> None:
    policy = parse_policy(b"criteria: {exam: {margin: 0.05, pass_mark: 0.7}}", "x.yaml")
    usual = Policy()
    exam = replace(usual.criteria[0], margin=0.05, pass_mark=0.7)
    assert policy == replace(usual, criteria=(exam, *usual.criteria[1:]))


def test_only_what_says_none_is_no_longer_demanded() -> None:
    policy = parse_policy(b"criteria: {general: {claim: none}, speed: {claim: better}}", "x.yaml")
    claims = {criterion.subject: criterion.claim for criterion in policy.criteria}
    assert "general" not in claims
    assert claims["speed"] == "better"
    assert claims["safety"] == "not_worse"


def test_everything_else_that_may_be_written_is_read() -> None:
    text = (
        "confidence: 0.9\npower: 0.9\nunsigned: refuse\ncontaminated: refuse\nleast_items: 50\n"
        "least_documents: 20\nplanning: {likeness: 0.1, items_per_document: 2}\nseed: 7\ndraws: 2000\n"
    )
    policy = parse_policy(text.encode(), "x.yaml")
    assert policy == Policy(
        confidence=0.9,
        power=0.9,
        unsigned="refuse",
        contaminated="refuse",
        least_items=50,
        least_documents=20,
        planning=Planning(0.1, 2.0),
        seed=7,
        draws=2000,
    )
    assert policy.error == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("", "line 1, column 1", "expected a release policy: keys such as criteria"),
        ("{}", "line 1, column 1", "expected at least one entry"),
        ("criteria: {}\n", "line 1, column 11", "expected at least one entry"),
        ("power: 0.8\ncriteria:\n  safty: {}\n", "line 3, column 3", "Did you mean safety?"),
        ("criteria:\n  exam: {claim: best}\n", "line 2, column 17", "better, not_worse, none"),
        ("criteria:\n  exam:\n    margin: .nan\n", "line 3, column 13", "expected a number"),
        ("criteria:\n  exam:\n    margin: 5\n", "line 3, column 13", "expected 0.001 to 0.5"),
        ("criteria:\n  speed: {pass_mark: 1}\n", "line 2, column 11", "has no key 'pass_mark'"),
        ("contaminated: count\n", "line 1, column 15", "one of leave_out, refuse"),
        ("seed: 1\nseed: 2\n", "line 2, column 1", "Name every key once."),
        ("draws: ten\n", "line 1, column 8", "expected a whole number"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(text: str, place: str, told: str) -> None:
    message = refused(text)
    assert message.startswith(f"上线.yaml, {place}")
    assert told in message


def test_a_policy_without_any_demand_is_refused() -> None:
    subjects = SCHEMA["properties"]["criteria"]["properties"]
    message = refused("criteria:\n" + "".join(f"  {one}: {{claim: none}}\n" for one in subjects))
    assert message.startswith("上线.yaml: ")
    assert "demands nothing" in message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"none\.yaml cannot be read"):
        read_policy(tmp_path / "none.yaml")
    path = tmp_path / "policy.yaml"
    path.write_text(example_policy("zh"), encoding="utf-8")
    assert read_policy(path) == Policy()


def test_the_schema_is_one_and_knows_every_subject() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    subjects = [criterion.subject for criterion in Policy().criteria]
    assert list(SCHEMA["properties"]["criteria"]["properties"]) == subjects


@given(st.text(max_size=200))
def test_no_text_gets_anything_but_a_policy_or_a_refusal(text: str) -> None:
    for tried in (text, f"seed: 1\n{text}", f"criteria:\n  exam:\n    margin: {text}\n"):
        try:
            parse_policy(tried.encode("utf-8", "surrogatepass"), "x.yaml")
        except InvalidRequestError as error:
            assert str(error).startswith("x.yaml")
