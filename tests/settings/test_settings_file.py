"""`settings.yaml`: where it is looked for, and the one that is shipped."""

import re

import pytest

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import CONFIG_VARIABLE, config_folder, load_notify_settings, load_settings
from smrt_startdeliver.yaml_model import parse_model


def test_a_missing_file_means_the_defaults(tmp_path):
    assert load_settings(tmp_path) == Settings()


def test_a_file_sets_what_it_names(tmp_path):
    (tmp_path / "settings.yaml").write_text("timezone: America/Los_Angeles\nevents: [Customer Lost]\n")
    settings = load_settings(tmp_path)
    assert settings == Settings(timezone="America/Los_Angeles", events=("Customer Lost",))
    assert settings.timezone_is_set


def test_a_mistake_is_refused_with_file_line_and_what_was_meant(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("# ours\ntimezone: UTC\ncycle_dayz: 5\n")
    with pytest.raises(ConfigurationError) as refused:
        load_settings(tmp_path)
    assert str(refused.value) == f"{path}, line 3: cycle_dayz is not a known key, did you mean cycle_days?"


def test_whom_to_tell_is_read_although_another_key_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path))
    (tmp_path / "settings.yaml").write_text("cycle_days: -1\nnotify_no_success_hours: 12\n")
    with pytest.raises(ConfigurationError, match="cycle_days"):
        load_settings()
    assert load_notify_settings().notify_no_success_hours == 12


def test_a_disagreement_between_keys_is_refused_at_one_of_them(tmp_path):
    (tmp_path / "settings.yaml").write_text("timezone: UTC\nlost_min_days: 90\nlost_max_days: 60\n")
    with pytest.raises(ConfigurationError, match=r"line 2: lost_min_days must not be greater than lost_max_days$"):
        load_settings(tmp_path)


def test_the_folder_is_the_repositorys_unless_the_environment_names_one(monkeypatch, tmp_path):
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    assert config_folder() == CONFIG
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path))
    assert config_folder() == tmp_path
    (tmp_path / "settings.yaml").write_text("cycle_days: 6\n")
    assert load_settings().cycle_days == 6


def test_the_shipped_file_changes_nothing_and_is_complete():
    shipped = (CONFIG / "settings.yaml").read_text(encoding="utf-8")
    assert parse_model(shipped, "settings.yaml", Settings) == Settings()
    uncommented = "\n".join(re.findall(r"^# (\w+: .*)$", shipped, flags=re.MULTILINE))
    settings = parse_model(uncommented, "settings.yaml", Settings)
    assert settings == Settings()
    assert settings.model_fields_set == set(Settings.model_fields)
