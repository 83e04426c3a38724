"""A scene written as a file is read back as the same scene."""

from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.scenes import KindShare, Scene, SceneData, SceneExam
from teaegg.scenes.reading import parse_scene
from teaegg.scenes.writing import scene_text

_WORDS = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=60)
    .map(str.strip)
    .filter(bool)
)
_KINDS = st.lists(
    st.builds(
        KindShare,
        kind=st.sampled_from(("lookup", "table", "replay", "unanswerable")),
        weight=st.floats(0, 1000),
    ),
    max_size=3,
    unique_by=lambda share: share.kind,
).map(tuple)
_SCENES = st.builds(
    Scene,
    name=st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True),
    title=_WORDS,
    asks=_WORDS,
    problem=st.lists(_WORDS, min_size=1, max_size=3).map("\n".join),
    collections=st.lists(_WORDS, min_size=1, max_size=3, unique=True).map(tuple),
    language=st.sampled_from(("zh", "en")),
    style=st.just("") | _WORDS,
    rows=st.integers(1, 10**6),
    exam=st.builds(SceneExam, share=st.floats(0, 0.9), items=st.integers(1, 10**4)),
    data=st.builds(SceneData, kinds=_KINDS, distractors=st.integers(0, 8)),
    owner=st.just("") | _WORDS,
)


@given(_SCENES)
def test_a_scene_is_read_back_as_it_was_written(scene: Scene) -> None:
    assert parse_scene(scene_text(scene).encode(), "scene.yaml") == scene


def test_a_written_scene_reads_like_one_that_people_wrote() -> None:
    scene = Scene("leave", "休假：专家", "全体员工", "年假怎么算？", ("员工手册",))
    text = scene_text(scene)
    assert text.startswith("name: leave\ntitle: 休假：专家\nasks: 全体员工\n")
    assert "  pass_mark: 0.7\n" in text and "kinds" not in text
