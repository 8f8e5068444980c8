"""The facts on which equal bytes depend."""

from __future__ import annotations

import json

from fleetsim.results.environment import environment, lock_sha256


def test_the_environment_can_be_written_as_json_and_names_what_shapes_numbers(root):
    facts = environment(root)
    assert json.loads(json.dumps(facts)) == facts
    assert {"numpy", "pyarrow", "simpy"} <= facts["versions"].keys()
    assert facts["cpu_features"]


def test_a_lock_file_is_told_from_another_and_from_none(tmp_path):
    assert lock_sha256(tmp_path) is None
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6")
    first = lock_sha256(tmp_path)
    (tmp_path / "requirements.lock").write_text("numpy==2.4.7")
    assert first != lock_sha256(tmp_path)
