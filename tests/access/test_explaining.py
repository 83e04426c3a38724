"""`why`: the reasons a person reads, and what a refusal must not give away."""

import pytest

from teaegg.access.service import Access
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import NotAllowedError, NotFoundError


async def test_a_group_grant_is_told_as_membership_and_grant(company: Access) -> None:
    explanation = await company.why("li", "list", asked_by=LOCAL_OWNER)
    assert (explanation.verdict, explanation.title) == ("allowed", "Title of list")
    assert explanation.lines("en") == (
        "li is a member of group finance.",
        "Group finance may read collection prices, granted by chen on 2026-03-02 (price list 2026).",
    )
    assert explanation.lines("zh") == (
        "li 是 finance 组的成员。",
        "finance 组可以阅读资料库 prices，由 chen 于 2026-03-02 授权（price list 2026）。",
    )


async def test_the_group_of_everyone_and_a_personal_grant_are_told(company: Access) -> None:
    await company.grant(LOCAL_OWNER, "user", "li", "document", "rules")
    explanation = await company.why("li", "rules", asked_by=LOCAL_OWNER)
    assert explanation.lines("en") == (
        "Every account belongs to the group everyone.",
        "Group everyone may read collection handbook, granted by chen on 2026-03-02.",
        "User li may read document rules, granted by local-owner on 2026-03-02.",
    )


async def test_an_owner_is_allowed_by_role(company: Access) -> None:
    for name in ("chen", "local-owner"):
        explanation = await company.why(name, "merger", asked_by=LOCAL_OWNER)
        assert explanation.verdict == "allowed"
        assert explanation.lines("en") == (f"{name} is an owner; owners read everything.",)


async def test_a_denial_says_what_is_missing_and_who_reads_it(company: Access) -> None:
    explanation = await company.why("王芳", "list", asked_by=LOCAL_OWNER)
    assert explanation.verdict == "denied"
    assert explanation.lines("en") == (
        "No grant that opens it names 王芳 or a group of theirs (everyone).",
        "For others: Group finance may read collection prices, "
        "granted by chen on 2026-03-02 (price list 2026).",
    )
    assert explanation.lines("zh")[0] == "没有任何有效授权给予 王芳 或其所在的组（everyone）。"


async def test_a_collection_grant_does_not_open_a_restricted_document(company: Access) -> None:
    explanation = await company.why("li", "salaries", asked_by=LOCAL_OWNER)
    assert explanation.verdict == "denied"
    assert explanation.lines("en")[0] == (
        "The document is restricted: grants on collection prices do not open it."
    )
    await company.grant(LOCAL_OWNER, "user", "li", "document", "salaries")
    assert (await company.why("li", "salaries", asked_by=LOCAL_OWNER)).verdict == "allowed"


async def test_a_closed_account_is_denied_whatever_it_was_granted(company: Access) -> None:
    await company.deactivate(LOCAL_OWNER, "li")
    explanation = await company.why("li", "list", asked_by=LOCAL_OWNER)
    assert (explanation.verdict, explanation.lines("zh")) == ("denied", ("账号 li 已停用。",))


async def test_people_may_ask_about_what_they_read_themselves(company: Access) -> None:
    li = await company.actor("li")
    assert (await company.why("li", "list", asked_by=li)).verdict == "allowed"


async def test_a_hidden_document_looks_like_one_that_is_not_there(company: Access) -> None:
    li = await company.actor("li")
    for hidden in ("merger", "salaries"):
        messages = []
        for document in (hidden, "absent"):
            with pytest.raises(NotFoundError) as refused:
                await company.why("li", document, asked_by=li)
            messages.append(str(refused.value).replace(document, "…"))
        assert messages[0] == messages[1]


async def test_asking_about_others_is_for_owners_and_the_refusal_looks_at_nothing(
    company: Access,
) -> None:
    li = await company.actor("li")
    messages = set()
    for user, document in (("王芳", "list"), ("nobody", "list"), ("王芳", "absent")):
        with pytest.raises(NotAllowedError) as refused:
            await company.why(user, document, asked_by=li)
        messages.add(str(refused.value))
    assert len(messages) == 1


async def test_owners_are_told_when_user_or_document_is_unknown(company: Access) -> None:
    with pytest.raises(NotFoundError, match="no user 'nobody'"):
        await company.why("nobody", "list", asked_by=LOCAL_OWNER)
    with pytest.raises(NotFoundError, match="no document 'absent'"):
        await company.why("li", "absent", asked_by=LOCAL_OWNER)
