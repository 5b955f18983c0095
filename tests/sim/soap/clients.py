"""Ways to speak SOAP to a simulator: zeep, suds and envelopes written by hand."""

import base64
import urllib.error
import urllib.request
from dataclasses import dataclass
from html import escape
from typing import Any

import zeep
from lxml import etree
from requests import Session
from requests.auth import HTTPBasicAuth
from suds.client import Client  # type: ignore[import-untyped]
from suds.transport.https import HttpAuthenticated  # type: ignore[import-untyped]

from isthmus_sim.in_thread import Answer, AutotaskSim

SPACE = {"1.5": "http://autotask.net/ATWS/v1_5/", "1.6": "http://autotask.net/ATWS/v1_6/"}
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


def zeep_of(sim: AutotaskSim, version: str = "1.6", **settings: Any) -> zeep.Client:
    """Make zeep's client of a simulator, signed in."""
    session = Session()
    session.auth = HTTPBasicAuth(sim.username, sim.secret)
    url = sim.soap_url.replace("1.6", version).replace(".asmx", ".wsdl")
    untyped: Any = zeep  # its constructors carry no types
    transport = untyped.transports.Transport(session=session)
    client: zeep.Client = untyped.Client(
        url, transport=transport, settings=zeep.Settings(**settings)
    )
    header = {"AutotaskIntegrations": {"IntegrationCode": sim.integration_code}}
    untyped.Client.set_default_soapheaders(client, header)
    return client


def suds_of(sim: AutotaskSim, version: str = "1.6") -> Any:
    """Make the client of suds, signed in; it knows nothing but the description."""
    url = sim.soap_url.replace("1.6", version).replace(".asmx", ".wsdl")
    transport = HttpAuthenticated(username=sim.username, password=sim.secret)
    client = Client(url, transport=transport, cache=None)
    header = client.factory.create("AutotaskIntegrations")
    header.IntegrationCode = sim.integration_code
    client.set_options(soapheaders=header)
    return client


@dataclass
class Wire:
    """Sends envelopes written by hand."""

    sim: AutotaskSim
    version: str = "1.6"

    @property
    def url(self) -> str:
        """Give the address of the version."""
        return self.sim.soap_url.replace("1.6", self.version)

    def send(
        self,
        body: str,
        *,
        action: str | None = None,
        header: str | None = None,
        login: tuple[str, str] | None = None,
        url: str | None = None,
        content_type: str = "text/xml; charset=utf-8",
    ) -> Answer:
        """Send the content of a Body. login: the account's if None. header: the code's if None."""
        code = f"<IntegrationCode>{self.sim.integration_code}</IntegrationCode>"
        inner = code if header is None else header
        text = (
            f'<soap:Envelope xmlns:soap="{ENVELOPE}" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Header>'
            f'<AutotaskIntegrations xmlns="{SPACE[self.version]}">{inner}'
            f"</AutotaskIntegrations></soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
        )
        return self.raw(
            text.encode(), action=action, login=login, url=url, content_type=content_type
        )

    def raw(
        self,
        body: bytes,
        *,
        action: str | None = None,
        login: tuple[str, str] | None = None,
        url: str | None = None,
        content_type: str = "text/xml; charset=utf-8",
    ) -> Answer:
        """Send bytes. login: the account's if None; nobody's for two empty texts."""
        name, password = (self.sim.username, self.sim.secret) if login is None else login
        headers = {"Content-Type": content_type}
        if name or password:
            coded = base64.b64encode(f"{name}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {coded}"
        if action is not None:
            headers["SOAPAction"] = action
        return post(url or self.url, body, headers)

    def call(self, operation: str, content: str = "", **more: Any) -> Any:
        """Call an operation; give the parsed envelope."""
        space = SPACE[self.version]
        body = f'<{operation} xmlns="{space}">{content}</{operation}>'
        more.setdefault("action", f'"{space}{operation}"')
        return etree.fromstring(self.send(body, **more).body)

    def query(self, sxml: str) -> Any:
        """Query; give the parsed envelope."""
        return self.call("query", f"<sXML>{escape(sxml)}</sXML>")


def texts(envelope: Any, name: str) -> list[str]:
    """Give the texts of all elements of a name in an answer."""
    return [found.text or "" for found in envelope.iter() if etree.QName(found).localname == name]


def xml_query(entity: str, *conditions: str) -> str:
    """Write a query of ready-made field and condition elements."""
    return f"<queryxml><entity>{entity}</entity><query>{''.join(conditions)}</query></queryxml>"


def where(field: str, op: str, value: object = "") -> str:
    """Write one field with one expression."""
    told = escape(str(value))
    return f'<field>{field}<expression op="{op}">{told}</expression></field>'


def post(url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    """POST bytes, or GET without any; an error status is an answer too."""
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return Answer(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())
