from teaegg.core.answers import Evidence
from teaegg.core.documents import Passage
from teaegg.retrieval.ranking.exact import exact_first, telling

CODE = frozenset({"QH20015"})


def passage(name: str, text: str) -> Passage:
    return Passage(name, name, "v", "c", "", 0, text, 0, len(text))


def test_a_code_in_a_few_places_singles_them_out_the_fused_search_deciding() -> None:
    foot = passage("foot", "产品编码: QH-PS-15；规格: QH-200-1.5；成本价: 29")
    pump = passage("pump", "产品编码: QH-200-1.5；成本价: 968")
    fused = [Evidence(pump, 0.9), Evidence(foot, 0.8)]
    assert telling([foot, pump], CODE, fused) == [pump, foot]


def test_a_code_that_many_rows_share_means_those_that_begin_with_it() -> None:
    shared = [passage(f"s{i}", f"产品编码: A{i}；规格: QH-200-1.5") for i in range(30)]
    own = passage("own", "型号: QH-200-1.5；扬程: 25")
    assert telling([*shared, own], CODE, []) == [own]


def test_a_code_that_stands_everywhere_tells_nothing() -> None:
    rows = [passage(f"s{i}", f"QH-200-1.5 第{i}条") for i in range(30)]
    assert telling(rows, CODE, []) == []


def test_who_holds_more_of_the_codes_comes_first() -> None:
    codes = frozenset({"A1B2", "C3D4"})
    one, both = passage("one", "A1B2 替代"), passage("both", "原件 A1B2，替代件 C3D4")
    assert telling([one, both], codes, [Evidence(one, 1.0)]) == [both, one]


def test_what_two_look_ups_found_is_named_once_with_the_score_of_its_place() -> None:
    one, two = passage("one", "A1B2"), passage("two", "A1B2 C3D4")
    ordered = exact_first([one, two, one, two], [Evidence(two, 0.4)])
    assert [(item.passage, item.score) for item in ordered] == [(one, 1.0), (two, 0.9)]
