"""What a person has to tell, and how they tell it: by a flag, by the environment, when asked."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.cli.screen import err, is_person_asked
from isthmus.wiring.environment.settings import SettingWrong


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person has to tell: by a flag, by the environment, or when asked."""

    label: str
    flag: str
    variable: str
    is_secret: bool = False


def ask(question: Question, command: str) -> str:
    """Ask on the terminal. Raises: SettingWrong: nobody is there, or nothing was answered."""
    if is_person_asked():
        answer = err().input(f"{question.label}: ", password=question.is_secret).strip()
        if answer:
            return answer
    raise SettingWrong(
        f"{question.label} is missing.",
        where=command,
        remedy=f"Give {question.flag} or set {question.variable}.",
    )


def agrees(question: str, command: str) -> bool:
    """Ask for a yes; anything else is a no. Raises: SettingWrong: nobody is there to answer."""
    if not is_person_asked():
        raise SettingWrong(
            f"There is nobody to answer: {question}",
            where=command,
            remedy="Give --yes to have it done without a question.",
        )
    return err().input(f"{question} [y/N] ").strip().casefold() in {"y", "yes"}


def read_secrets(questions: Sequence[Question], command: str) -> tuple[str, ...]:
    """Read one secret a line from standard input. Raises: SettingWrong: one is not there."""
    return tuple(_read(question, command) for question in questions)


def _read(question: Question, command: str) -> str:
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise SettingWrong(
            f"No {question.label[0].lower()}{question.label[1:]} came on standard input.",
            where=question.flag,
            remedy=f"Pipe it in: {command} {question.flag} < file",
        )
    return secret
