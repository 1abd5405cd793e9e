"""What tests ask of REST answers."""

import httpx2

from backend.http.framework.problem import Problem, ProblemDetail


def problem(response: httpx2.Response, status: int) -> ProblemDetail:
    """Returns the error of an answer that has this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    return Problem.model_validate_json(response.content).error
