"""The REST API of the doctor."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response, StreamingResponse

from backend.doctor.doctor import Doctor
from backend.http.framework.api import endpoint

LINES = "application/x-ndjson"


class DoctorApi:
    """A POST, since it asks servers and costs tokens: no page of another site can send it."""

    def __init__(self, doctor: Doctor) -> None:
        self._doctor = doctor

    @endpoint("POST", "/api/setup/doctor", "Try what server and model can do", media_type=LINES)
    async def examine(self) -> Response:
        """Answers a `Finding` per line, as soon as it is found. Closing the connection ends it."""
        return StreamingResponse(self._lines(), media_type=LINES)

    async def _lines(self) -> AsyncGenerator[str]:
        async with aclosing(self._doctor.examine()) as findings:
            async for finding in findings:
                yield finding.model_dump_json() + "\n"
