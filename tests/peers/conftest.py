from pathlib import Path

import pytest

from tests.peers.nodes import Cluster
from tests.postgresql import PostgresqlServer


@pytest.fixture
def cluster(tmp_path: Path, postgresql: PostgresqlServer) -> Cluster:
    return Cluster(tmp_path, postgresql.new_database())
