"""CallReport -> files: evidence.json, the call's page, the folder's index."""

from pipeline.evidence.document import read_evidence, to_json, write_evidence
from pipeline.evidence.files import call_folder, folder_names
from pipeline.evidence.index import write_index
from pipeline.evidence.page import write_call_page
from pipeline.evidence.schema import make_schema

__all__ = [
    "call_folder",
    "folder_names",
    "make_schema",
    "read_evidence",
    "to_json",
    "write_call_page",
    "write_evidence",
    "write_index",
]
