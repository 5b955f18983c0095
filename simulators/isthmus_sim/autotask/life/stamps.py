"""Which fields a creation, a change or a child sets, and what goes with its owner."""

# collection -> fields set to now by a creation, and by a change
CREATED: dict[str, tuple[str, ...]] = {
    "Tickets": ("createDate", "lastActivityDate", "lastTrackedModificationDateTime"),
    "Companies": ("createDate", "lastActivityDate", "lastTrackedModifiedDateTime"),
    "Contacts": ("createDate", "lastModifiedDate", "lastActivityDate"),
    "Contracts": ("lastModifiedDateTime",),
    "ConfigurationItems": ("createDate", "lastModifiedTime"),
    "TimeEntries": ("createDateTime", "lastModifiedDateTime"),
    "Projects": ("createDateTime", "lastActivityDateTime"),
    "Tasks": ("createDateTime", "lastActivityDateTime"),
    "Phases": ("createDate", "lastActivityDateTime"),
    # a new service call has no change date yet (observed: the field is nullable)
    "ServiceCalls": ("createDateTime",),
    "Services": ("createDate", "lastModifiedDate"),
    "ServiceBundles": ("createDate", "lastModifiedDate"),
    "TicketNotes": ("createDateTime", "lastActivityDate"),
    "TaskNotes": ("createDateTime", "lastActivityDate"),
    "ProjectNotes": ("createDateTime", "lastActivityDate"),
    "Invoices": ("createDateTime",),
    "Products": ("createdTime",),
    "ContractMilestones": ("createDate",),
    "Opportunities": ("createDate", "lastActivity"),
}
CHANGED: dict[str, tuple[str, ...]] = {
    "Tickets": ("lastActivityDate", "lastTrackedModificationDateTime"),
    "Companies": ("lastActivityDate", "lastTrackedModifiedDateTime"),
    "Contacts": ("lastModifiedDate", "lastActivityDate"),
    "Contracts": ("lastModifiedDateTime",),
    "ConfigurationItems": ("lastModifiedTime",),
    "TimeEntries": ("lastModifiedDateTime",),
    "Projects": ("lastActivityDateTime",),
    "Tasks": ("lastActivityDateTime",),
    "Phases": ("lastActivityDateTime",),
    "ServiceCalls": ("lastModifiedDateTime",),
    "Services": ("lastModifiedDate",),
    "ServiceBundles": ("lastModifiedDate",),
    "TicketNotes": ("lastActivityDate",),
    "TaskNotes": ("lastActivityDate",),
    "ProjectNotes": ("lastActivityDate",),
    "Opportunities": ("lastActivity",),
}
# fields that name who made, and who last touched, a row
CREATORS = {
    "Companies": ("createdByResourceID",),
    "ConfigurationItems": ("createdByPersonID", "lastActivityPersonID"),
    "TimeEntries": ("creatorUserID", "lastModifiedUserID"),
    "Products": ("createdByResourceID",),
    "Tickets": ("lastActivityResourceID",),
    "Tasks": ("creatorResourceID", "lastActivityResourceID"),
    "Projects": ("creatorResourceID", "lastActivityResourceID"),
    "Services": ("creatorResourceID", "updateResourceID"),
    "ServiceBundles": ("creatorResourceID", "updateResourceID"),
}
TOUCHERS = {
    "ConfigurationItems": "lastActivityPersonID",
    "TimeEntries": "lastModifiedUserID",
    "Tickets": "lastActivityResourceID",
    "Tasks": "lastActivityResourceID",
    "Projects": "lastActivityResourceID",
    "Services": "updateResourceID",
    "ServiceBundles": "updateResourceID",
}
# child collection -> (field naming the parent, parent, the parent's activity field)
PARENT_ACTIVITY = {
    "TicketNotes": (("ticketID", "Tickets", "lastActivityDate"),),
    "TaskNotes": (("taskID", "Tasks", "lastActivityDateTime"),),
    "TicketAttachments": (("ticketID", "Tickets", "lastActivityDate"),),
    "TimeEntries": (
        ("ticketID", "Tickets", "lastActivityDate"),
        ("taskID", "Tasks", "lastActivityDateTime"),
    ),
    "Tasks": (("projectID", "Projects", "lastActivityDateTime"),),
}
# what goes when its owner goes: owner -> (collection, field naming the owner)
OWNED = {
    "Tickets": (
        ("TicketNotes", "ticketID"),
        ("ServiceCallTickets", "ticketID"),
        ("TicketSecondaryResources", "ticketID"),
        ("TicketAdditionalContacts", "ticketID"),
        ("TicketChecklistItems", "ticketID"),
        ("TicketAttachments", "ticketID"),
    ),
    "ServiceCalls": (
        ("ServiceCallTickets", "serviceCallID"),
        ("ServiceCallTasks", "serviceCallID"),
    ),
    "ServiceCallTickets": (("ServiceCallTicketResources", "serviceCallTicketID"),),
    "ServiceCallTasks": (("ServiceCallTaskResources", "serviceCallTaskID"),),
    **{
        f"{name}Webhooks": tuple(
            (f"{name}Webhook{part}", "webhookID")
            for part in ("Fields", "UdfFields", "ExcludedResources")
            if (name, part) != ("TicketNote", "UdfFields")
        )
        for name in ("Company", "Contact", "ConfigurationItem", "Ticket", "TicketNote")
    },
}
NOTE, TIME_ENTRY, ATTACHMENT = 1, 2, 3
ACTIVITY_KINDS = {
    "TicketNotes": NOTE,
    "TaskNotes": NOTE,
    "TimeEntries": TIME_ENTRY,
    "TicketAttachments": ATTACHMENT,
    "TaskAttachments": ATTACHMENT,
}
