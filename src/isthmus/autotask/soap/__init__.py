"""
The Autotask SOAP API 1.6, behind the same port as REST; its vendor has frozen it.

`SoapRecords` is the port. Importing this room loads zeep and lxml, so it is imported where a
connection says `soap`, and nowhere else.
"""

from isthmus.autotask.soap.errors import BatchRefused, HalfKnown, Refusal
from isthmus.autotask.soap.records import SoapRecords
from isthmus.autotask.soap.settings import SoapSettings
from isthmus.autotask.soap.writing import Change, New

__all__ = [
    "BatchRefused",
    "Change",
    "HalfKnown",
    "New",
    "Refusal",
    "SoapRecords",
    "SoapSettings",
]
