"""One request, seen from a page: who asks, what was filled in, and how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from isthmus.base.errors import IsthmusError
from isthmus.console.rendering import Look, render
from isthmus.console.site import Site
from isthmus.console.typed import LARGEST, whole
from isthmus.wiring.people import Role, Session

SAID = "isthmus_said"
"""The cookie that carries one sentence over a redirect to the page that shows it."""


@dataclass(slots=True)
class Ask:
    """
    A request to a page.

    `session` is None only where a page is open to everybody. `about` and `detail` are what the
    audit trail says of a deed beside its name; `detail` must hold no secret. `is_done` False: the
    deed did not come about, or only showed what it would do, and the trail has no line of it.
    `error` is why a deed was refused, for the page that is shown again with its form. `maker` is
    the login of an account that the deed itself made, and with it the first session.
    """

    request: Request
    site: Site
    look: Look
    session: Session | None
    form: FormData = field(default_factory=FormData)
    about: str = ""
    detail: dict[str, object] = field(default_factory=dict)
    is_done: bool = True
    error: IsthmusError | None = None
    maker: str = ""
    turn: int = field(default_factory=count(1).__next__)
    """Rises with each request that comes in."""
    stamp: str = ""
    """From when what is shown is, for the page to be told of what moves after it."""

    def __post_init__(self) -> None:
        self.stamp = self.site.live.stamp

    @property
    def path(self) -> Mapping[str, Any]:
        """Return what stands in the address in the place of {names}."""
        return self.request.path_params

    @property
    def who(self) -> str:
        """Return the login of who asks, in whose name commands are given."""
        return self.maker if self.session is None else self.session.account.login

    @property
    def source(self) -> str:
        """Return the address of the asking machine."""
        return self.request.client.host if self.request.client else ""

    @property
    def is_fragment(self) -> bool:
        """Tell whether a part of a page is asked for, to be put into the page that shows."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, role: Role) -> bool:
        """Tell whether who asks has at least this role."""
        return self.session is not None and self.session.account.role.covers(role)

    def query(self, name: str, default: str = "") -> str:
        """Return a value of the address's query, without blanks around it."""
        return self.request.query_params.get(name, default).strip()

    def number(self, name: str, least: int = 0, most: int = LARGEST) -> int | None:
        """Return a whole number of the address's query; None where it is none in these bounds."""
        return whole(self.query(name), least, most)

    def text(self, name: str, default: str = "") -> str:
        """Return a field of the form, without blanks around it."""
        given = self.form.get(name, default)
        return default if isinstance(given, UploadFile) else given.strip()

    def secret(self, name: str) -> str:
        """Return a field of the form as it was typed."""
        given = self.form.get(name, "")
        return "" if isinstance(given, UploadFile) else given

    def many(self, name: str) -> tuple[str, ...]:
        """Return every value of a field that may come several times."""
        return tuple(v for v in self.form.getlist(name) if not isinstance(v, UploadFile))

    def show(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Answer with a page, or a part of one."""
        said = self.request.cookies.get(SAID, "")
        csrf = "" if self.session is None else self.session.csrf
        shown = render(template, self.look, said=said, ask=self, csrf=csrf, **values)
        answer = HTMLResponse(shown, status_code=status)
        if said and not self.is_fragment:
            answer.delete_cookie(SAID, path="/")
        return answer

    def part(self, template: str, **values: Any) -> str:
        """Draw a part of a page, for a deed that tells how it goes."""
        return bytes(self.show(template, **values).body).decode()

    def problem(self, error: IsthmusError, status: int) -> HTMLResponse:
        """Answer with what happened, why, and what to do next."""
        template = "problem_part.html" if self.is_fragment else "problem.html"
        return self.show(template, status, error=error)

    def to(self, path: str, said: str = "", tone: str = "good") -> Response:
        """
        Send the browser on to a page of ours, which shows the sentence `said` once.

        Args: tone: good; or warn, of a deed that did not come about.
        """
        self.is_done = self.is_done and tone != "warn"
        if self.is_fragment:
            answer = Response(status_code=204, headers={"HX-Redirect": path})
        else:
            answer = RedirectResponse(path, status_code=303)
        if said:
            answer.set_cookie(
                SAID,
                quote(f"{tone}:{said}"),
                max_age=60,
                path="/",
                secure=self.site.address.startswith("https://"),
                httponly=True,
                samesite="lax",
            )
        return answer
