"""What a stranger's test holds in its hands."""

import pytest

from isthmus_sim.in_thread import AutotaskSim, FieldNationSim


def test_the_description_is_where_the_object_says(autotask_sim: AutotaskSim) -> None:
    answer = autotask_sim.ask("GET", autotask_sim.wsdl_url)
    assert answer.status == 200
    assert autotask_sim.soap_url.encode() in answer.body


def test_a_refusal_raises_its_text_alone(
    autotask_sim: AutotaskSim, fieldnation_sim: FieldNationSim
) -> None:
    for sim in (autotask_sim, fieldnation_sim):
        with pytest.raises(ValueError, match=r"^there is no /_sim/nothing"):
            sim.admin("GET", "nothing")
    with pytest.raises(ValueError, match=r"^Work order 1 was not found\.$"):
        fieldnation_sim.provider("POST", "api/62000/orders/1/accept")


def test_a_page_for_people_is_told_from_an_answer(fieldnation_sim: FieldNationSim) -> None:
    with pytest.raises(ValueError, match="page for a browser"):
        fieldnation_sim.provider("GET", "")
