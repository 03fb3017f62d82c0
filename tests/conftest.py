"""No test sees, or leaves behind, a database of published flaws of the person who runs it."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Point the folder for user data elsewhere, for this process and all that it starts."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
