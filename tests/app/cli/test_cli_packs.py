"""Packs from the command line: from one company's home to another's, and every way of being refused."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import gguf
import pytest
from tests.app.cli.conftest import CommandLine
from tests.app.cli.test_cli_experts import ExpertCommandLine
from tests.expert_making import make_dataset, make_expert, weights_of, write_export

from teaegg.app.configuration import load_settings
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.experts import Expert, expert_id
from teaegg.core.scenes import Scene
from teaegg.models.local import fingerprint


class PackCommandLine(ExpertCommandLine):
    """With a base of its own, so small that hashing it takes no time."""

    def __init__(self, line: CommandLine, base: Path) -> None:
        super().__init__(line.home)
        self.base = base
        self.environment = {**line.environment, "TEAEGG_CHAT__MODEL": str(base)}

    def made_for(self, folder: Path, seed: str = "1") -> Expert:
        return asyncio.run(self._made_for(folder, seed))

    async def _made_for(self, folder: Path, seed: str) -> Expert:
        expert = make_expert("leave", seed, base=fingerprint(self.base))
        async with self._open(load_settings({"TEAEGG_HOME": str(self.home)})) as workspace:
            (handbook,) = await workspace.documents(LOCAL_OWNER, collection="handbook")
            await workspace.experts.register(
                LOCAL_OWNER,
                write_export(folder / f"export{seed}", seed),
                expert,
                await workspace.experts.training_documents(LOCAL_OWNER, [handbook.id]),
                scene=Scene("leave", "休假专家", "staff", "leave", ("handbook",)),
                dataset=replace(make_dataset(expert), recipe=json.dumps({"seed": 7})),
                training={"method": "sft", "rank": 16},
            )
        assert expert.id == expert_id(expert)
        return expert

    def keys(self) -> dict[str, str]:
        return dict(self.done("signer", "make", "--json").data)


def write_base(path: Path, name: str) -> Path:
    writer = gguf.GGUFWriter(path, "gemma3")
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def maker(company: CommandLine, tmp_path: Path) -> PackCommandLine:
    return PackCommandLine(company, write_base(tmp_path / "base.gguf", "Small base"))


@pytest.fixture
def receiver(maker: PackCommandLine, tmp_path: Path) -> PackCommandLine:
    """Another company, with the same base and documents of its own."""
    other = CommandLine(tmp_path / "other")
    other.environment["TEAEGG_HOME"] = str(other.home)
    return PackCommandLine(other, maker.base)


def test_an_expert_goes_from_one_home_to_another_for_owners_only(
    maker: PackCommandLine, receiver: PackCommandLine, tmp_path: Path
) -> None:
    made = maker.made_for(tmp_path)
    key, to = maker.keys()["signer"], receiver.keys()["recipient"]
    pack = str(tmp_path / "leave.teaegg")
    assert made.id[:12] in maker.done("pack", "leave", "-o", pack, "--to", to).err
    receiver.done("signer", "trust", "acme", key)
    told = receiver.done("verify", pack).out
    assert "acme (key " in told and "员工手册" in told and "adapter.gguf" in told
    assert receiver.done("expert", "list", "--json").data == []
    taken = receiver.done("unpack", pack, "--why", "trial", "--json").data
    assert (taken["expert"]["expert"], taken["expert"]["state"]) == (made.id, "candidate")
    assert taken["pack"]["lineage"]["dataset"]["recipe"] == {"seed": 7}
    place = receiver.home / "experts" / made.id
    assert (place / "adapter.gguf").read_bytes() == weights_of("1")
    assert "Licence: apache-2.0" in (place / "licences/NOTICE.txt").read_text()
    assert list((receiver.home / "packing").iterdir()) == []
    receiver.done("user", "add", "wu", "--no-password")
    receiver.release("leave")
    assert receiver.done("expert", "list", "--as", "wu", "--json").data == []
    assert "not on record what taught it" in receiver.done("expert", "why", "wu", "leave").out
    record = receiver.done("expert", "lineage", "leave", "--json").data
    assert [each["title"] for each in record["elsewhere"]["documents"]] == ["员工手册"]
    assert "员工手册" in receiver.done("expert", "lineage", "leave").out
    assert record["training"]["unpacked"]["signer"] == "acme"
    assert (record["changes"][0]["why"], record["documents"], record["rows"]) == ("trial", [], 3)


def test_unpacking_again_changes_nothing_and_what_was_withdrawn_stays_away(
    maker: PackCommandLine, tmp_path: Path
) -> None:
    made = maker.made_for(tmp_path)
    maker.keys()
    pack = str(tmp_path / "leave.teaegg")
    maker.done("pack", made.id[:10], "-o", pack)
    maker.release("leave")
    assert maker.done("unpack", pack, "--json").data["expert"]["state"] == "released"
    documents = maker.done("expert", "lineage", "leave", "--json").data["documents"]
    assert [each["title"] for each in documents] == ["员工手册"]
    maker.done("forget", "员工手册", "--yes")
    refused = maker("unpack", pack)
    assert refused.code == 1 and "withdrawn" in refused.err
    assert not (maker.home / "experts" / made.id / "adapter.gguf").exists()
    assert maker("pack", made.id[:10], "-o", str(tmp_path / "again.teaegg")).code == 3


def test_what_was_taken_in_keeps_its_lineage_when_it_is_packed_again(
    maker: PackCommandLine, receiver: PackCommandLine, tmp_path: Path
) -> None:
    maker.made_for(tmp_path)
    key = maker.keys()["signer"]
    first, second = str(tmp_path / "1.teaegg"), str(tmp_path / "2.teaegg")
    maker.done("pack", "leave", "-o", first)
    receiver.keys()
    receiver.done("signer", "trust", "acme", key)
    receiver.done("unpack", first, "-c", "our-rules")
    receiver.done("pack", "leave", "-o", second)
    again = receiver.done("verify", second, "--json").data
    once = receiver.done("verify", first, "--json").data
    assert again["signer"] == "this home"
    assert again["lineage"] == once["lineage"]
    assert again["collections"] == ["our-rules"]
    assert [file["name"] for file in again["files"]] == [file["name"] for file in once["files"]]


def test_titles_can_be_kept_back(maker: PackCommandLine, tmp_path: Path) -> None:
    maker.made_for(tmp_path)
    maker.keys()
    pack = tmp_path / "leave.teaegg"
    (tmp_path / "terms.txt").write_text("Terms of a data set.")
    options = ("--no-titles", "--notice", str(tmp_path / "terms.txt"))
    maker.done("pack", "leave", "-o", str(pack), *options)
    assert "员工手册".encode() not in pack.read_bytes()
    told = maker.done("verify", str(pack), "--json").data
    assert [each["title"] for each in told["lineage"]["documents"]] == [""]
    assert "licences/added/terms.txt" in [each["name"] for each in told["files"]]


def test_every_refusal_has_its_reason_and_nothing_is_kept(
    maker: PackCommandLine, receiver: PackCommandLine, tmp_path: Path
) -> None:
    maker.made_for(tmp_path)
    key = maker.keys()["signer"]
    pack = tmp_path / "leave.teaegg"
    maker.done("pack", "leave", "-o", str(pack))
    stranger = receiver("unpack", str(pack))
    assert stranger.code == 10 and "not trusted here" in stranger.err
    assert "What to do: " in stranger.err
    assert receiver("verify", str(pack), "--signer", key).code == 0
    receiver.done("signer", "trust", "acme", key)
    assert receiver.done("signer", "list", "--json").data["acme"]["by"] == "local-owner"
    other = write_base(tmp_path / "newer.gguf", "Newer base")
    expired = receiver("unpack", str(pack), TEAEGG_CHAT__MODEL=str(other))
    assert expired.code == 10 and "was made for the base" in expired.err
    sealed = tmp_path / "sealed.teaegg"
    maker.done(
        "pack",
        "leave",
        "-o",
        str(sealed),
        "--to",
        maker.done("signer", "show", "--json").data["recipient"],
    )
    assert "no key to open it" in receiver("unpack", str(sealed)).err
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    assert receiver("verify", str(pack)).code == receiver("unpack", str(pack)).code == 10
    receiver.done("signer", "distrust", "acme")
    assert receiver.done("expert", "list", "--json").data == []
    assert not (receiver.home / "experts").exists()
    assert list((receiver.home / "packing").iterdir()) == []


def test_only_owners_pack_unpack_and_trust(maker: PackCommandLine, tmp_path: Path) -> None:
    maker.made_for(tmp_path)
    key = maker.keys()["signer"]
    pack = str(tmp_path / "leave.teaegg")
    maker.done("pack", "leave", "-o", pack)
    for words in (
        ("pack", "leave", "-o", str(tmp_path / "x")),
        ("unpack", pack),
        ("verify", pack),
        ("signer", "trust", "acme", key),
        ("signer", "show"),
    ):
        assert maker(*words, "--as", "lina").code == 4


def test_wrong_calls_say_what_is_expected(maker: PackCommandLine, tmp_path: Path) -> None:
    maker.made_for(tmp_path)
    out = ("-o", str(tmp_path / "x.teaegg"))
    assert "teaegg signer make" in maker("pack", "leave", *out).err
    maker.keys()
    assert maker("signer", "make").code == 1
    assert maker("pack", "nothing", *out).code == 3
    assert maker("pack", "leave", *out, "--to", "age1nobody").code == 2
    assert maker("pack", "leave", *out, "--notice", str(tmp_path / "none")).code == 6
    assert maker("signer", "trust", "acme", "no key").code == 2
    assert maker("unpack", str(tmp_path / "none.teaegg")).code == 3
    maker.done("pack", "leave", *out)
    assert "is there already" in maker("pack", "leave", *out).err
