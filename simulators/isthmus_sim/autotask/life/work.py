"""What happens out of the office and in projects: service calls and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.autotask.tenant.words_goods import TASK_NAMES

if TYPE_CHECKING:
    from isthmus_sim.autotask.life.step import Happening, Life

OPEN = '"status" IS NOT NULL AND "status" <> 5'


def new_service_call(life: Life) -> Happening | None:
    """A visit is planned for a ticket, or for a task, with a technician."""
    on_task = life.rng.random() < 0.3
    work = life.row("Tasks" if on_task else "Tickets",
                    life.recent("Tasks" if on_task else "Tickets", OPEN))  # fmt: skip
    if work is None:
        return None
    company = work.get("companyID")
    if on_task:
        project = life.row("Projects", int(work["projectID"] or 0))
        company = project["companyID"] if project else 0
    begin = life.rng.randrange(2, 200)
    call = life.add(
        "ServiceCalls", companyID=company, companyLocationID=work["companyLocationID"],
        startDateTime=life.hours_from_now(begin), endDateTime=life.hours_from_now(begin + 2),
        status=1, isComplete=0, description=f"On site: {work['title']}"[:2000], duration=20_000,
    )  # fmt: skip
    kind, field = ("Task", "taskID") if on_task else ("Ticket", "ticketID")
    link = life.add(f"ServiceCall{kind}s", serviceCallID=call.id, **{field: work["id"]})
    owner = {f"serviceCall{kind}ID": link.id}
    life.add(f"ServiceCall{kind}Resources", resourceID=life.actor, **owner)
    return call


def complete_service_call(life: Life) -> Happening | None:
    """A visit took place, or was canceled."""
    call = life.recent("ServiceCalls", '"isComplete" = 0')
    if life.rng.random() < 0.2:
        return life.change("ServiceCalls", call, status=101, canceledByResourceID=life.actor,
                           canceledDateTime=life.state.now_text())  # fmt: skip
    return life.change("ServiceCalls", call, status=2, isComplete=1)


def unlink_service_call(life: Life) -> Happening | None:
    """A ticket, task or technician is taken off a visit."""
    collection = life.rng.choice((
        "ServiceCallTickets", "ServiceCallTasks", "ServiceCallTicketResources",
        "ServiceCallTaskResources",
    ))  # fmt: skip
    return life.remove(collection, life.pick(collection))


def delete_service_call(life: Life) -> Happening | None:
    """A visit is deleted with all its links."""
    return life.remove("ServiceCalls", life.pick("ServiceCalls"))


def new_task(life: Life) -> Happening | None:
    """A project gets one more task."""
    project = life.recent("Projects", OPEN)
    if project is None:
        return None
    return life.add(
        "Tasks", projectID=project, title=life.rng.choice(TASK_NAMES), status=1, taskType=1,
        priority=life.rng.randrange(100), priorityLabel=2, taskCategoryID=2,
        departmentID=29_682_802,
        phaseID=life.pick("Phases", '"projectID" = ?', (project,)), isVisibleInClientPortal=1,
        estimatedHours=life.rng.randrange(5_000, 160_000, 2_500), assignedResourceID=life.actor,
        startDateTime=life.hours_from_now(24), endDateTime=life.hours_from_now(72),
        isTaskBillable=1, remainingHours=0, **life.udf_value("Tasks"),
    )  # fmt: skip


def edit_task(life: Life) -> Happening | None:
    """A task moves on, or is done."""
    task = life.recent("Tasks", OPEN)
    status = life.rng.choice((5, 7, 8, 9, 12))
    return life.change("Tasks", task, status=status, assignedResourceID=life.actor)


def edit_project(life: Life) -> Happening | None:
    """A project's state or leader changes."""
    project = life.pick("Projects")
    status = life.active_code("Projects", "status")
    return life.change("Projects", project, status=status, projectLeadResourceID=life.actor,
                       statusDetail=f"Reviewed, risk {life.rng.randrange(5)}")  # fmt: skip


WORK_ACTIONS = {
    "new_service_call": (4, new_service_call),
    "complete_service_call": (3, complete_service_call),
    "unlink_service_call": (1, unlink_service_call),
    "delete_service_call": (0, delete_service_call),
    "new_task": (2, new_task),
    "edit_task": (3, edit_task),
    "edit_project": (1, edit_project),
}
