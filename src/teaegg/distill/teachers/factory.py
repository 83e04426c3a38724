"""The closed list of teachers: a setting names one, and only its own file is imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from teaegg.core.clock import Clock
from teaegg.core.settings import TeacherSettings
from teaegg.distill.teachers.base import Teacher
from teaegg.distill.teachers.replies import Usage


def make_teacher(
    settings: TeacherSettings,
    recording: Path,
    clock: Clock,
    *,
    tell: Callable[[Usage], None] = lambda _: None,
) -> Teacher:
    """The teacher of the settings. What an endpoint answers is kept in the file `recording`, and what
    stands there already is not asked again; it counts in the budget. Nothing is sent yet.

    Raises InvalidRequestError for a file that is no recording.
    """
    match settings.engine:
        case "structure":
            from teaegg.distill.teachers.structure.teacher import StructureTeacher

            return StructureTeacher()
        case "endpoint":
            from teaegg.distill.teachers.endpoint import Before, EndpointTeacher, fingerprint_of
            from teaegg.distill.teachers.recorded import RecordedTeacher
            from teaegg.distill.teachers.recording import Recording

            kept = Recording(recording)
            name = fingerprint_of(settings)
            before = Before(kept.spent(name), kept.served(name))
            teacher = EndpointTeacher(settings, clock, before=before, tell=tell)
            return RecordedTeacher(kept, clock, teacher)
        case "recorded":
            from teaegg.distill.teachers.recorded import RecordedTeacher
            from teaegg.distill.teachers.recording import Recording

            return RecordedTeacher(Recording(recording), clock)
        case unreachable:
            assert_never(unreachable)
