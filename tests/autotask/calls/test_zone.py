import pytest
from aiohttp import web

from isthmus.autotask import AuthFailed, AutotaskClient, Credentials, WrongAddress, ZoneUnknown
from isthmus.autotask.calls.zone import VENDOR_URL, lookup_url, parse_zone, start_url
from isthmus.transport import Answer
from tests.autotask.fake_vendor import FakeVendor, errors, page

FIVE = "https://webservices5.autotask.net/ATServicesRest/"


@pytest.mark.parametrize(
    ("base_url", "zone", "expected"),
    [
        (None, None, VENDOR_URL),
        (None, 5, FIVE),
        (None, " 5 ", FIVE),
        (None, "prde", "https://webservicesprde.autotask.net/ATServicesRest/"),
        ("https://ww5.autotask.net/Mvc/Framework/Navigation.mvc", None, FIVE),
        ("webservices5.autotask.net", 3, FIVE),
        (f"{FIVE}v1.0/Tickets", None, FIVE),
        ("http://127.0.0.1:8080", None, "http://127.0.0.1:8080/ATServicesRest/"),
        ("http://sim:1/ATServices/1.6/atws.asmx", None, "http://sim:1/ATServicesRest/"),
        ("http://sim:1/atservicesrest", None, "http://sim:1/atservicesrest/"),
        ("http://sim:1/zone-3/ATServicesRest/", None, "http://sim:1/zone-3/ATServicesRest/"),
    ],
)
def test_a_zone_is_found_by_look_up_by_number_or_by_url(
    base_url: str | None, zone: int | str | None, expected: str
) -> None:
    assert start_url(base_url, zone) == expected


def test_what_is_no_zone_or_no_url_is_refused() -> None:
    with pytest.raises(ZoneUnknown):
        start_url(None, "America East")
    for url in ("ftp://x/", "http://", "https://user:pass@host/", "http://[half", "http://x:port/"):
        with pytest.raises(WrongAddress):
            start_url(url, None)


def test_the_user_name_is_encoded_in_the_look_up() -> None:
    assert lookup_url(FIVE, "a+b@c.d").endswith("?user=a%2Bb%40c.d")


def test_an_answer_that_leads_from_https_to_http_is_not_followed() -> None:
    body = b'{"zoneName":"x","url":"http://evil.example/","webUrl":"","ci":1}'
    with pytest.raises(WrongAddress, match="unencrypted"):
        parse_zone(Answer(200, {}, body), FIVE)


def test_an_unknown_user_and_a_wrong_host_are_told_apart() -> None:
    body = b'{"errors":["Zone information could not be determined"]}'
    with pytest.raises(ZoneUnknown):
        parse_zone(Answer(500, {}, body), FIVE)
    with pytest.raises(WrongAddress, match="No Autotask"):
        parse_zone(Answer(404, {}, b"not here"), FIVE)


async def test_the_zone_is_looked_up_once_and_its_own_url_used(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.zone_url = vendor.url.replace("/ATServicesRest/", "/zone-9/ATServicesRest/")
    vendor.then(page([1]))
    await client.query_page("Tickets")
    await client.query_page("Companies")
    assert (await client.zone()).url == vendor.zone_url
    assert vendor.lookups == 1
    assert set(vendor.paths) == {
        "/zone-9/ATServicesRest/V1.0/Tickets/query",
        "/zone-9/ATServicesRest/V1.0/Companies/query",
    }


async def test_a_moved_zone_is_found_again_on_401_and_the_call_repeated(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    await client.zone()
    vendor.zone_url = vendor.url.replace("/ATServicesRest/", "/zone-9/ATServicesRest/")
    vendor.then(web.Response(status=401), page([1]))
    assert (await client.query_page("Tickets")).ids == (1,)
    assert vendor.lookups == 2
    assert vendor.paths[-1] == "/zone-9/ATServicesRest/V1.0/Tickets/query"


async def test_a_401_of_a_zone_that_did_not_move_is_not_repeated(
    vendor: FakeVendor, client: AutotaskClient
) -> None:
    vendor.then(web.Response(status=401))
    with pytest.raises(AuthFailed):
        await client.query_page("Tickets")
    assert vendor.lookups == 2
    assert len(vendor.paths) == 1


async def test_every_call_but_the_look_up_carries_the_three_headers(
    vendor: FakeVendor, client: AutotaskClient, credentials: Credentials
) -> None:
    vendor.then(errors(500, "IntegrationCode is invalid."), page([1]))
    with pytest.raises(Exception, match="integration code"):
        await client.query_page("Tickets")
    sent = vendor.headers[0]
    assert sent["UserName"] == credentials.username
    assert sent["Secret"] == credentials.secret
    assert sent["ApiIntegrationCode"] == credentials.integration_code
    assert sent["Content-Type"] == "application/json"
