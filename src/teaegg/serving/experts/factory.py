"""The one place that knows where experts can run. Each is imported only when it is chosen."""

from __future__ import annotations

from teaegg.core.settings import ChatModelSettings
from teaegg.serving.experts.host import ExpertHost


def make_expert_host(settings: ChatModelSettings) -> ExpertHost:
    """Beside the settings' model: a llama.cpp of our own, or the same endpoint.

    Nothing is loaded before an expert is.
    """
    if settings.engine == "openai":
        from teaegg.serving.experts.remote import RemoteExperts

        return RemoteExperts(settings)
    from teaegg.models.adapters.server import AdapterServer
    from teaegg.serving.experts.local import LocalExperts

    server = AdapterServer(
        settings.local_file,
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        slots=settings.expert_slots,
    )
    return LocalExperts(server)
