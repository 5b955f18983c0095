"""
Records, as data: what a wire sent into typed shapes, and what a caller writes into checked ones.

Pure; told by metadata alone, so REST and SOAP share it.
"""

from isthmus.autotask.records.compare import same, text_of
from isthmus.autotask.records.outgoing import Outgoing, prepare
from isthmus.autotask.records.typed import record_of

__all__ = ["Outgoing", "prepare", "record_of", "same", "text_of"]
