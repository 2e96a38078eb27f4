"""Whatever a person gets wrong is one line with place, problem and mend, and an exit code."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.profile import shipped_profiles
from logger.cli.exits import Exit
from tests.support.command_line import Answer, assert_one_line, call

NPT = Path(shipped_profiles()["npt"]).read_text(encoding="utf-8")
PLAN = """\
[[plans]]
name = "standard"
version = "1"
[[plans.zones]]
zone = "anterior-thigh"
depth_max_mm = 1.5
"""


@dataclass(frozen=True)
class Mistake:
    """Files to write, a command line, and what must be answered.

    ``{}`` in a word stands for the directory of the files.
    """

    arguments: str
    place: str
    mend: str
    code: Exit = Exit.USAGE
    settings: str = ""
    profile: str = ""
    plans: str = ""
    environ: tuple[tuple[str, str], ...] = ()


def _table(**mistakes: Mistake) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("mistake", mistakes.values(), ids=mistakes.keys())


def _answer(directory: Path, mistake: Mistake) -> Answer:
    (directory / "needlelog.toml").write_text(mistake.settings, encoding="utf-8")
    (directory / "pen.toml").write_text(mistake.profile, encoding="utf-8")
    (directory / "plans.toml").write_text(mistake.plans, encoding="utf-8")
    words = [word.replace("{}", str(directory)) for word in mistake.arguments.split()]
    return call(*words, **dict(mistake.environ))


def _assert_told(directory: Path, mistake: Mistake) -> None:
    place = mistake.place.replace("{}", str(directory))
    assert_one_line(_answer(directory, mistake), mistake.code, place, mistake.mend)


CHECK = "--config {}/needlelog.toml config check"


@_table(
    unknown_key=Mistake(CHECK, "{}/needlelog.toml: colour", "Remove it", settings="colour = 1"),
    unknown_key_in_table=Mistake(
        CHECK, "{}/needlelog.toml: mqtt.hots", "Remove it", settings='[mqtt]\nhots = "x"\nhost="y"'
    ),
    wrong_type=Mistake(
        CHECK,
        "{}/needlelog.toml: recording.commit_interval_s",
        "`config/needlelog.toml` explains every key",
        settings='[recording]\ncommit_interval_s = "soon"',
    ),
    out_of_bounds=Mistake(
        CHECK,
        "{}/needlelog.toml: recording.commit_interval_s",
        "`config/needlelog.toml` explains every key",
        settings="[recording]\ncommit_interval_s = 5.0",
    ),
    missing_key=Mistake(
        CHECK,
        "{}/needlelog.toml: mqtt.host: Field required",
        "`config/needlelog.toml` explains every key",
        settings="[mqtt]\nport = 1883",
    ),
    no_toml=Mistake(CHECK, "{}/needlelog.toml: no valid TOML", "Mend", settings="site = clinic"),
    no_file=Mistake("--config {}/none.toml config check", "{}/none.toml: No such file", "Name"),
    bad_site=Mistake(CHECK, "{}/needlelog.toml: site", "Correct it", settings='site = "a/b"'),
    two_pens_on_one_port=Mistake(
        CHECK,
        "settings: two pens name the port",
        "give each its own",
        settings='[[pens]]\nport="/dev/a"\n[[pens]]\nport="/dev/a"',
    ),
    unknown_port_kind=Mistake(
        CHECK,
        "{}/needlelog.toml: pens.0.port",
        "socket://HOST:PORT",
        settings='[[pens]]\nport = "usb://1"',
    ),
    missing_secret_file=Mistake(
        CHECK,
        "{}/needlelog.toml: mqtt.password_file",
        "Name a readable text file",
        settings='[mqtt]\nhost="h"\nusername="u"\npassword_file="/nowhere/secret"',
    ),
    unknown_variable=Mistake(
        "config check",
        "environment: NEEDLELOG_COLOUR",
        "`needlelog config show` lists them",
        environ=(("NEEDLELOG_COLOUR", "red"),),
    ),
    bad_variable=Mistake(
        "config check",
        "environment: recording.commit_interval_s",
        "explains every key",
        environ=(("NEEDLELOG_RECORDING__COMMIT_INTERVAL_S", "soon"),),
    ),
    bad_flag=Mistake("--set site config check", "flag --set site: no KEY=VALUE", "Write key=value"),
    flag_through_a_value=Mistake(
        "--set site=a --set site.b=c config check",
        "flag --set site.b: site has a value already",
        "Give one of the two",
    ),
    bad_flag_value=Mistake(
        "--set log.level=loud config check", "flag --set: log.level", "explains every key"
    ),
    bad_flag_json=Mistake(
        "--set pens=[1 config check", "flag --set pens: no valid JSON", "Mend it"
    ),
    nested_too_deep=Mistake(
        CHECK, "{}/needlelog.toml: no valid TOML", "Mend", settings=f"a = {'[' * 5000}"
    ),
    path_with_nul=Mistake(
        CHECK, "{}/needlelog.toml: plans_file", "Correct it", settings='plans_file = "a\\u0000"'
    ),
    unknown_flag_key=Mistake("--set colour=1 config check", "flag --set: colour", "Remove it"),
)
def test_settings_errors_are_one_line(tmp_path: Path, mistake: Mistake) -> None:
    _assert_told(tmp_path, mistake)


@_table(
    no_toml=Mistake("pen check {}/pen.toml", "{}/pen.toml", "", profile="name = npt"),
    unknown_key=Mistake(
        "pen check {}/pen.toml", "{}/pen.toml: colour", "", profile='colour = "red"\n' + NPT
    ),
    no_file=Mistake("pen check {}/none.toml", "{}/none.toml", ""),
    nested_too_deep=Mistake("pen check {}/pen.toml", "{}/pen.toml", "", profile="a=" + "[" * 5000),
    no_directory=Mistake(CHECK, "{}/none: there is no", "make it", settings='profiles_dir="none"'),
    unknown_profile=Mistake(
        CHECK, "profile", "npt-line", settings='[[pens]]\nport="/dev/a"\nprofile="nonesuch"'
    ),
    bad_own_profile=Mistake(
        CHECK,
        "{}/pen.toml: colour",
        "",
        settings='profiles_dir="."\n[[pens]]\nport="/dev/a"\nprofile="pen"',
        profile='colour = "red"\n' + NPT,
    ),
)
def test_profile_errors_are_one_line(tmp_path: Path, mistake: Mistake) -> None:
    _assert_told(tmp_path, mistake)


@_table(
    no_file=Mistake(CHECK, "{}/none.toml", "", settings='plans_file = "none.toml"'),
    no_toml=Mistake(
        CHECK, "{}/plans.toml", "", settings='plans_file = "plans.toml"', plans="plans = ["
    ),
    nested_too_deep=Mistake(
        CHECK,
        "{}/plans.toml: is no TOML",
        "",
        settings='plans_file = "plans.toml"',
        plans="plans = " + "[" * 5000,
    ),
    unknown_zone=Mistake(
        CHECK,
        "{}/plans.toml",
        "anterior-thigh",
        settings='plans_file = "plans.toml"',
        plans=PLAN.replace("anterior-thigh", "nose"),
    ),
    negative_depth=Mistake(
        CHECK,
        "{}/plans.toml",
        "",
        settings='plans_file = "plans.toml"',
        plans=PLAN.replace("1.5", "-1.5"),
    ),
    same_twice=Mistake(
        CHECK, "{}/plans.toml", "", settings='plans_file = "plans.toml"', plans=PLAN + PLAN
    ),
)
def test_plan_errors_are_one_line(tmp_path: Path, mistake: Mistake) -> None:
    _assert_told(tmp_path, mistake)


@_table(
    missing_device=Mistake(
        "pen sniff {}/none", "{}/none: no such device", "needlelog ports", code=Exit.UNAVAILABLE
    ),
    no_terminal=Mistake("pen sniff {}/pen.toml", "{}/pen.toml: is no serial port", "ports"),
    unknown_kind=Mistake("pen sniff usb://1", "usb://1: no kind of port", "socket://HOST:PORT"),
    no_host=Mistake("pen sniff socket://", "socket://: host or port", "socket://HOST:PORT"),
    nobody_there=Mistake(
        "pen sniff socket://127.0.0.1:1",
        "socket://127.0.0.1:1: no connection",
        "Is the serial server on?",
        code=Exit.UNAVAILABLE,
    ),
    bad_fault=Mistake("simulate --link {}/pen --fault fire", "--fault fire", "Choose one of"),
    bad_serial=Mistake("simulate --link {}/pen --serial X", "--serial X", "SIM-X"),
    bad_link=Mistake("simulate --link {}/none/pen", "--link {}/none/pen", "Make it"),
)
def test_port_errors_are_one_line(tmp_path: Path, mistake: Mistake) -> None:
    _assert_told(tmp_path, mistake)


@_table(
    list=Mistake("--data-dir {}/d session list", "{}/d: there is no journal", "needlelog run"),
    show=Mistake("--data-dir {}/d session show X", "{}/d: there is no journal", "needlelog run"),
    verify=Mistake("--data-dir {}/d verify", "{}/d: there is no journal", "needlelog run"),
    start=Mistake(
        "--data-dir {}/d session start --client C --practitioner P --side left --zone calf",
        "no recorder is running in {}/d",
        "Start it with `needlelog run`",
        code=Exit.NOT_RUNNING,
    ),
    status=Mistake(
        "--data-dir {}/d status",
        "no recorder is running in {}/d",
        "Start it with `needlelog run`",
        code=Exit.NOT_RUNNING,
    ),
    replay=Mistake(
        "--data-dir {}/d queue replay mqtt --since 1",
        "no recorder is running in {}/d",
        "Start it with `needlelog run`",
        code=Exit.NOT_RUNNING,
    ),
    bad_digit=Mistake("--data-dir {}/d queue replay mqtt --since ²", "--since ²", "2026-05-04"),
    bad_since=Mistake(
        "--data-dir {}/d queue replay mqtt --since yesterday", "--since yesterday", "2026-05-04"
    ),
)
def test_command_errors_are_one_line(tmp_path: Path, mistake: Mistake) -> None:
    _assert_told(tmp_path, mistake)


@pytest.mark.parametrize(
    "arguments",
    ["frobnicate", "session start", "session show", "status --colour", "queue replay mqtt", "--x"],
)
def test_wrong_usage_is_told_with_exit_code_2_and_no_traceback(arguments: str) -> None:
    answer = call(*arguments.split())
    assert (answer.code, answer.out) == (Exit.USAGE, "")
    assert answer.err.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in answer.err
