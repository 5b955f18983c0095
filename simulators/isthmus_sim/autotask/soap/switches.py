"""The switches of the SOAP wire; see `docs/simulator-soap.md`."""

from isthmus_sim.base.switches import Switch

SWITCHES = (
    Switch(
        "soap_times",
        "eastern",
        "Times in SOAP: US Eastern or UTC, both without an offset (pages contradict).",
        ("eastern", "utc"),
    ),
    Switch(
        "soap_offsets",
        "honoured",
        "An offset on a time sent over SOAP: counted, or cut off (not known).",
        ("honoured", "ignored"),
    ),
    Switch(
        "soap_wsdl_of",
        "2023",
        "The edition of 1.6: 167 entities of 2023, or 139 of August 2019.",
        ("2023", "2019"),
    ),
    Switch(
        "soap_code_required",
        "1.6",
        "Where an integration code must be sent; a wrong one is always refused.",
        ("1.6", "always", "never"),
    ),
    Switch(
        "soap_limit_answer",
        "return code",
        "A call over a limit: ReturnCode -1, a fault, or the REST status (not known).",
        ("return code", "fault", "status"),
    ),
    Switch(
        "soap_empty_untyped",
        "refuse",
        "A field sent as an empty element without a type: refused (observed), or null.",
        ("refuse", "null"),
    ),
    Switch(
        "soap_untyped_attachment",
        "accept",
        "Untyped fields in a new attachment's Info: read, or a fault (seen by one client).",
        ("accept", "fault"),
    ),
    Switch(
        "soap_update_clears_udfs",
        True,
        "An update empties the user-defined fields it leaves out (not known).",
    ),
    Switch(
        "soap_strict_types",
        False,
        "An xsi:type must name the version's namespace, as the framework does (assumed).",
    ),
    Switch(
        "soap_control_characters",
        "drop",
        "Characters XML cannot carry: left out, or as references no XML 1.0 parser takes.",
        ("drop", "references"),
    ),
    Switch(
        "soap_carriage_returns",
        "raw",
        "CR in texts: raw, which parsers read as LF (assumed), or as a reference.",
        ("raw", "references"),
    ),
    Switch(
        "soap_database_action",
        "None",
        "DatabaseAction after a write: always None (recorded), or what was done.",
        ("None", "actual"),
    ),
    Switch("soap_data_base_type", "", "DataBaseType in getZoneInfo; `Pro` was seen too."),
    Switch("soap_fault_status", 500, "HTTP status of SOAP faults.", (500, 200)),
)
