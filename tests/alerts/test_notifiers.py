"""Airflow's own notifiers, for real: what arrives, with and without arguments; and what is refused."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import BaseNotifier

from smrt_startdeliver.alerts import notifiers
from smrt_startdeliver.alerts.notifiers import NamedNotifier, check_notifiers, usable_notifiers
from smrt_startdeliver.alerts.words import Message
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import NotifySettings
from smrt_startdeliver.settings_file import CONFIG_VARIABLE, load_notify_settings
from tests.alerts.servers import mail_server, serving, web_server
from tests.repository import ROOT

MESSAGE = Message("run failing", "problem", "runs fail", "Run 12 failed: {{ 1 + 1 }} < 3\nTo do: mend it")
SMTP = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
HTTP = "airflow.providers.http.notifications.HttpNotifier"
SLACK = "airflow.providers.slack.notifications.slack_webhook.SlackWebhookNotifier"


def notifier(name: str, **arguments: Any) -> NamedNotifier:
    settings = NotifySettings.model_validate({"notifiers": [{"class": name, "arguments": arguments}]})
    (named,) = usable_notifiers(settings)
    return named


def connect(monkeypatch: pytest.MonkeyPatch, connection: str, **fields: Any) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{connection.upper()}", json.dumps(fields))


def test_an_email_has_our_subject_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    mails: list = []
    with serving(mail_server(mails)) as port:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@example.com"}
        connect(monkeypatch, "smtp_default", conn_type="smtp", host="127.0.0.1", port=port, extra=extra)
        assert notifier(SMTP, to="ops@example.com").tell(MESSAGE, {}) is None
        assert notifier(SMTP, to="ops@example.com", subject="{{ startdeliver.alert }}!").tell(MESSAGE, {}) is None
    first, second = mails
    assert (first["To"], first["From"], first["Subject"]) == ("ops@example.com", "airflow@example.com", "runs fail")
    assert first.get_body().get_content().strip() == "Run 12 failed: {{ 1 + 1 }} &lt; 3<br>\nTo do: mend it"
    assert second["Subject"] == "run failing!"


def test_a_webhook_gets_json_ours_or_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list = []
    with serving(web_server(posts)) as port:
        connect(monkeypatch, "http_default", conn_type="http", host=f"http://127.0.0.1:{port}")
        assert notifier(HTTP, endpoint="hook").tell(MESSAGE, {}) is None
        own = {"event_action": "{{ 'trigger' if startdeliver.state == 'problem' else 'resolve' }}"}
        assert notifier(HTTP, endpoint="hook", json=own).tell(MESSAGE, {}) is None
    ours = {"alert": "run failing", "state": "problem", "subject": "runs fail", "text": MESSAGE.text}
    assert posts == [("/hook", ours), ("/hook", {"event_action": "trigger"})]


def test_slack_gets_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list = []
    with serving(web_server(posts)) as port:
        host = f"http://127.0.0.1:{port}/services"
        connect(monkeypatch, "slackwebhook", conn_type="slackwebhook", host=host, password="T0/B0/secret")
        assert notifier(SLACK, slack_webhook_conn_id="slackwebhook").tell(MESSAGE, {}) is None
    ((path, body),) = posts
    assert path == "/services/T0/B0/secret"
    assert body["text"] == f"runs fail\n{MESSAGE.text}"


def test_a_failure_comes_back_as_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list = []
    with serving(web_server(posts, status=500)) as port:
        connect(monkeypatch, "http_default", conn_type="http", host=f"http://127.0.0.1:{port}")
        failure = notifier(HTTP, endpoint="hook").tell(MESSAGE, {})
    assert failure is not None
    assert "500" in failure
    assert "\n" not in failure


def test_who_says_the_same_by_another_argument_does_without_ours(tmp_path: Path) -> None:
    (tmp_path / "mail.html").write_text("{{ startdeliver.alert }} it is")
    mail = notifier(SMTP, to="ops@example.com", template=str(tmp_path / "mail.html"))
    assert notifiers.make(mail.kind, mail.setting).html_content == "{{ startdeliver.alert }} it is"
    form = notifier(HTTP, data="said={{ startdeliver.alert }}")
    assert notifiers.make(form.kind, form.setting).json is None


class Hanging(BaseNotifier):
    released = threading.Event()

    def notify(self, context: Any) -> None:
        self.released.wait()


def test_one_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifiers, "PATIENCE_SECONDS", 0.01)
    try:
        assert notifier(f"{__name__}.Hanging").tell(MESSAGE, {}) == "no answer within 0.01 seconds"
    finally:
        Hanging.released.set()


def test_the_same_notifier_has_the_same_name_and_another_one_another() -> None:
    names = {notifier(SMTP, to=to).name for to in ("a@example.com", "b@example.com", "a@example.com")}
    assert len(names) == 2


@pytest.mark.parametrize(("document", "examples"), [("README.md", 1), ("docs/operations.md", 3)])
def test_the_documents_examples_can_be_made(document: str, examples: int, config: Path) -> None:
    (block,) = re.findall(r"```yaml\n(notifiers:.*?)```", (ROOT / document).read_text(), re.DOTALL)
    config.write_text(block)
    check_notifiers(load_notify_settings())
    assert len(usable_notifiers(load_notify_settings())) == examples


def test_what_templates_know_is_what_the_documents_list() -> None:
    listed = re.findall(r"^\| `startdeliver\.(\w+)`", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted([*Message.__dataclass_fields__, "html"])


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path))
    return tmp_path / "settings.yaml"


@pytest.mark.parametrize(
    ("named", "refused"),
    [
        ("class: no.such.Notifier", r"line 3: notifiers\.1\.class cannot be imported \(No module named 'no'\)"),
        ("class: smtplib.NoSuch", r"line 3: notifiers\.1\.class cannot be imported"),
        ("class: pathlib.Path", r"line 3: notifiers\.1\.class must be a notifier, .* pathlib\.Path is none$"),
        (f"class: {SMTP}\n    arguments: {{to: x, too: x}}", r"line 4: notifiers\.1\.arguments does not fit: .*too"),
        (f"class: {SMTP}", r"line 3: notifiers\.1\.arguments does not fit: .*'to'"),
    ],
)
def test_what_is_no_notifier_is_refused_with_its_line_and_the_others_can_tell_of_it(
    named: str, refused: str, config: Path
) -> None:
    config.write_text(f"notifiers:\n  - {{class: {SMTP}, arguments: {{to: x}}}}\n  - {named}\n")
    settings = load_notify_settings()
    with pytest.raises(ConfigurationError, match=refused):
        check_notifiers(settings)
    assert [one.setting.arguments for one in usable_notifiers(settings)] == [{"to": "x"}]
