//! Runs the program as a child process, and tests its exit statuses, files and error messages.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::program::{folder, redis_tutor, stderr, stdout};

const LESSON: &str = r#"format = 1
id = "counting"
title = "Counting"
minutes = 1
about = "A counter."
remember = "- INCR counts."

[[step]]
id = "one"
say = "A counter."
task = "Count one view."
answer = "r.incr('views')"
also = ["INCR views"]
hints = ["INCR counts.", "`r.incr('views')`"]
[step.expect]
state = [{ run = "r.get('views')", reply = "b'1'" }]
[[step.mistake]]
try = "r.set('views', 5)"
when = { uses = ["SET"] }
say = "SET replaces."

[[step]]
id = "two"
say = "Once more."
task = "Count another."
answer = "r.incr('views')"
[step.expect]
state = [{ run = "r.get('views')", reply = "b'2'" }]
"#;

/// Runs `check` on a lesson file with the content `text`. Returns whether the lesson passed, and the standard output.
fn check(name: &str, text: &str) -> (bool, String) {
    let file = folder(name).join("counting.toml");
    fs::write(&file, text).expect("the folder is writable");
    let output = redis_tutor(&["check", "--quick", &file.display().to_string()], b"");
    (output.status.success(), stdout(&output))
}

#[test]
fn a_good_lesson_passes_and_each_kind_of_mistake_is_reported_with_its_place() {
    let (passed, output) = check("good", LESSON);
    assert!(passed, "{output}");
    let cases: [(&str, &str, &str, &str); 13] = [
        ("toml", "minutes = 1", "minutes = ", "counting.toml:4:"),
        ("key", "about =", "abuot =", "counting.toml:5:1: unknown field `abuot`"),
        (
            "answer",
            "answer = \"r.incr('views')\"\nalso",
            "answer = \"r.incr('view')\"\nalso",
            "12:10: this answer does not do the step",
        ),
        ("also", "INCR views", "INCR view", "13:9: this answer does not do the step"),
        (
            "mistake",
            "when = { uses = [\"SET\"] }",
            "when = { uses = [\"MSET\"] }",
            "18:7: this mistake is not recognised. `when` does not match: `uses` names `MSET`, but `SET` was sent.",
        ),
        ("unchanged", "[step.expect]", "[step.expect]\nunchanged = [\"views\"]", "16:14: `views` has changed"),
        (
            "redis-cli",
            "also = [\"INCR views\"]\nhints = [\"INCR counts.\", \"`r.incr('views')`\"]\n[step.expect]\nstate = [{ run = \"r.get('views')\", reply = \"b'1'\" }]",
            "[step.expect]\noutput = \"1\"",
            "12:10: typed in redis-cli, this answer does not do the step: \"INCRBY views 1\"",
        ),
        ("actor", "[step.expect]", "[step.expect]\nby = [\"phone\"]", "15:1: `by` is `phone`, but `main` did this"),
        (
            "scolded",
            "answer = \"r.incr('views')\"\nalso",
            "answer = \"r.set('views', 0)\\nr.incr('views')\"\nalso",
            "12:10: \"r.set('views', 0)\" is part of a correct answer, but is taken for a mistake, with the text: SET replaces.",
        ),
        (
            "spoils",
            "try = \"r.set('views', 5)\"\nwhen = { uses = [\"SET\"] }",
            "try = \"r.get('views')\"\nspoils = true\nwhen = { uses = [\"GET\"] }",
            "18:7: `spoils` is true, but this changes nothing",
        ),
        ("drawing", "hints = [", "draw = \"view\"\nhints = [", "14:8: \"view\" does not exist when the step is done"),
        ("passes", "r.set('views', 5)", "r.set('views', 1)", "18:7: this mistake passes as an answer"),
        (
            "raises",
            "answer = \"r.incr('views')\"\nalso",
            "answer = \"r.incr('views'); r.lpush('views', 1)\"\nalso",
            "12:10: this answer raises",
        ),
    ];
    for (name, from, to, message) in cases {
        let broken = LESSON.replacen(from, to, 1);
        assert_ne!(broken, LESSON, "{from:?} is in the lesson");
        let (passed, output) = check(name, &broken);
        assert!(!passed && output.contains(message), "{name}: {output}");
    }
}

#[test]
fn two_lessons_with_one_id_are_reported() {
    let folder = folder("twice");
    fs::write(folder.join("1.toml"), LESSON).unwrap();
    fs::write(folder.join("2.toml"), LESSON).unwrap();
    let output = redis_tutor(&["check", "--quick", &folder.display().to_string()], b"");
    assert!(!output.status.success());
    assert!(stdout(&output).contains("2.toml:2:6: the id \"counting\" is already used by"), "{}", stdout(&output));
}

#[test]
fn an_invalid_lesson_cannot_be_opened() {
    let folder = folder("broken");
    fs::write(folder.join("1.toml"), LESSON.replace("minutes = 1", "minutes = many")).unwrap();
    let output = redis_tutor(&["--no-progress", "--lessons", &folder.display().to_string(), "learn", "counting"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("1.toml:4:"), "{}", stderr(&output));
}

#[test]
fn progress_is_saved_and_a_lesson_resumes_at_its_step() {
    let folder = folder("progress");
    fs::write(folder.join("1.toml"), LESSON).unwrap();
    let file = folder.join("state/progress.json");
    let (lessons, progress) = (folder.display().to_string(), file.display().to_string());
    let learn = |input: &str| {
        let arguments = ["--progress", &progress, "--lessons", &lessons, "learn", "counting"];
        stdout(&redis_tutor(&arguments, input.as_bytes()))
    };
    let first = learn("r.incr('views')\n");
    assert!(first.contains("Counting · 1 of 2") && first.contains("✓"), "{first}");
    let second = learn("r.get('views')\nINCR views\n\n");
    assert!(second.contains("Counting · 2 of 2") && !second.contains("1 of 2"), "{second}");
    // The second process has rebuilt the data that was stored in the first step.
    assert!(second.contains("b'1'") && second.contains("✓") && second.contains("to remember"), "{second}");
    let list = stdout(&redis_tutor(&["--progress", &progress, "--lessons", &lessons, "lessons"], b""));
    assert!(list.lines().any(|line| line.contains("counting") && line.contains("done")), "{list}");
}

#[test]
fn a_damaged_progress_file_is_renamed_and_a_newer_one_is_left_alone() {
    let folder = folder("damaged");
    let file = folder.join("progress.json");
    let progress = file.display().to_string();
    let damaged = "{\n  \"version\": 2,\n  \"curr";
    fs::write(&file, damaged).unwrap();
    let output = redis_tutor(&["--progress", &progress, "lessons"], b"");
    assert!(stderr(&output).contains("is damaged"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), damaged, "`lessons` only reads");
    let output = redis_tutor(&["--progress", &progress, "learn", "1"], b"");
    assert!(stderr(&output).contains("progress.damaged.json"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(folder.join("progress.damaged.json")).unwrap(), damaged);
    let newer = r#"{"version": 99, "lessons": {}}"#;
    fs::write(&file, newer).unwrap();
    let output = redis_tutor(&["--progress", &progress, "learn", "1"], b":skip\n\n");
    assert!(stderr(&output).contains("newer redis-tutor"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), newer);
}

#[test]
fn a_file_that_is_not_progress_is_neither_renamed_nor_written() {
    let folder = folder("foreign");
    for (name, text) in [
        ("notes.txt", "my notes"),
        ("package.json", r#"{"name": "x", "version": 1}"#),
        ("lock.json", r#"{"version": 1, "lessons": {}, "packages": {}}"#),
        ("text-version.json", "{\n  \"version\": \"1.0\",\n  \"curr"),
        ("list.json", "[]"),
        ("zeros.bin", "\0\0\0\0"),
    ] {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        for command in [&["lessons"][..], &["sheet"], &["learn", "first-contact"], &["play"]] {
            let mut arguments = vec!["--progress", file.to_str().unwrap()];
            arguments.extend(command);
            let output = redis_tutor(&arguments, b"r.ping()\n");
            assert_eq!(output.status.code(), Some(1), "{name}, {command:?}");
            assert!(stderr(&output).contains("it is not a progress file"), "{name}: {}", stderr(&output));
            assert_eq!(fs::read_to_string(&file).unwrap(), text, "{name}, {command:?}");
        }
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 6, "nothing was renamed, and there is no lock");
    let empty = folder.join("empty.json");
    fs::write(&empty, "").unwrap();
    let output = redis_tutor(&["--progress", empty.to_str().unwrap(), "learn", "1"], b":skip\n\n");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    assert!(fs::read_to_string(&empty).unwrap().contains("first-contact"));
}

/// The operating system sends SIGXFSZ when a write would exceed the file size limit. By default, this signal ends the
/// process.
#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_like_a_full_disk() {
    let folder = folder("file-size");
    let command = format!(
        "ulimit -f 0; exec '{}' --progress progress.json learn first-contact",
        env!("CARGO_BIN_EXE_redis-tutor")
    );
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &command])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = shell.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{:?}", output.status);
    assert!(stderr(&output).contains("the system does not allow a file of that size"), "{}", stderr(&output));
    assert!(stdout(&output).contains("You can go on"), "{}", stdout(&output));
}

#[test]
fn the_exit_status_tells_how_the_program_ended() {
    for (arguments, input, status) in [
        (&["run", "-"][..], "r.set('a', 1)\n", 0),
        (&["run", "-"], "1/0\nprint('goes on')\n", 1),
        (&["run", "-"], "import sys\nsys.exit(7)\n", 7),
        (&["run", "-"], "x = = 1\n", 1),
        (&["run", "-"], "import os\nos._exit(0)\nprint('goes on')\n", 1),
        (&["run", "--cli", "-"], "SET a 1\n", 0),
        (&["run", "no-such-file.py"], "", 1),
        (&["learn", "no-such-lesson"], "", 1),
        (&["run", "--json", "--cli", "-"], "", 2),
        (&["no-such-command"], "", 2),
        (&["play"], "r.get('a')\nfoo\n", 0),
    ] {
        let mut all = vec!["--no-progress"];
        all.extend(arguments);
        let output = redis_tutor(&all, input.as_bytes());
        assert_eq!(output.status.code(), Some(status), "{arguments:?} {input:?}: {}", stderr(&output));
    }
}

#[test]
fn a_script_continues_after_a_statement_that_raises() {
    let output = redis_tutor(&["run", "-"], b"1/0\nprint('goes on')\n");
    let transcript = stdout(&output);
    assert!(transcript.contains("ZeroDivisionError: division by zero"), "{transcript}");
    assert!(transcript.ends_with(">>> print('goes on')\ngoes on\n"), "{transcript}");
}

#[test]
fn a_statement_that_ends_python_has_an_error() {
    for (statement, class, reason) in [
        ("os._exit(0)", "SystemExit", "Python has ended: the program ended it."),
        ("y = [bytes(400 * 10**6) for _ in range(4)]", "MemoryError", "Python has ended: it needed more memory"),
    ] {
        let json = stdout(&redis_tutor(&["run", "--json"], format!("import os\n{statement}\nx\n").as_bytes()));
        let lines: Vec<serde_json::Value> =
            json.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let error = &lines[1]["error"];
        assert_eq!(error["type"], class, "{json}");
        assert!(error["message"].as_str().is_some_and(|message| message.starts_with(reason)), "{json}");
        assert_eq!((&lines[0]["error"], &lines[2]["error"]["type"]), (&serde_json::Value::Null, &"NameError".into()));
    }
}

#[test]
fn the_transcript_of_a_script_has_no_tips() {
    let output = redis_tutor(&["run"], b"PIING");
    let transcript = stdout(&output);
    assert!(transcript.ends_with("NameError: name 'PIING' is not defined\n"), "{transcript}");
    let output = redis_tutor(&["--no-progress", "play"], b"PIING\nr.ping\n");
    let transcript = stdout(&output);
    let has_tips =
        transcript.contains("Did you mean `PING`?") && transcript.contains("Parentheses call it: `r.ping()`.");
    assert!(has_tips, "{transcript}");
}

#[test]
fn bytes_that_are_not_utf8_are_reported_with_their_place() {
    let output = redis_tutor(&["run", "-"], b"r.get('a')\nx = '\xff'\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("standard input, line 2, byte 6: 0xff is not UTF-8"), "{}", stderr(&output));
    let output = redis_tutor(&["--no-progress", "play"], b"r.set('a', 1)\nx = '\xff'\nr.get('a')\n");
    let transcript = stdout(&output);
    assert!(transcript.contains("not UTF-8") && transcript.contains("b'1'"), "{transcript}");
}

#[test]
fn a_closed_standard_output_ends_the_program_without_a_message() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_redis-tutor"))
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"print('x' * 100000)\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
}

/// A command whose output can no longer be read must not report success. In particular, `check` must not appear to
/// pass.
#[cfg(unix)]
#[test]
fn a_closed_standard_output_is_no_success() {
    let folder = folder("closed-output");
    fs::write(folder.join("faulty.toml"), "[[step]]\n").unwrap();
    fs::write(folder.join("script.py"), "1 + 1\n").unwrap();
    let (lessons, script) = (folder.display().to_string(), folder.join("script.py").display().to_string());
    for arguments in [
        &["check", &lessons][..],
        &["run", &script],
        &["run", "--svg", "-", &script],
        &["run", "--svg", "/dev/stdout", &script],
        &["--no-progress", "lessons"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_redis-tutor"));
        let output = command.args(arguments).stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output();
        let output = output.unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(128 + 13), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_reported() {
    for arguments in [&["man"][..], &["--help"], &["--version"], &["help", "run"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_redis-tutor"));
        let output = command.args(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let sentence = "redis-tutor: standard output cannot be written: the disk is full\n";
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(1), sentence), "{arguments:?}");
    }
}

#[test]
fn a_picture_replaces_nothing_but_a_picture() {
    let folder = folder("svg-overwrites");
    let path = |name: &str| folder.join(name).display().to_string();
    for (name, text) in [("s.py", "print('important')\n"), ("notes.txt", "my notes"), ("s.svg", "print('important')\n")]
    {
        fs::write(folder.join(name), text).unwrap();
        for arguments in [&["run", "--svg", &path(name)][..], &["run", "--svg", &path(name), &path("s.py")]] {
            let output = redis_tutor(arguments, b"1 + 1\n");
            assert_eq!(output.status.code(), Some(1), "{arguments:?}");
            assert!(stderr(&output).contains("is not a picture, and stays as it is"), "{}", stderr(&output));
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), text, "{arguments:?}");
        }
    }
    for name in ["new.svg", "new.svg", "empty.tmp"] {
        fs::write(folder.join("empty.tmp"), "").unwrap();
        let output = redis_tutor(&["run", &path("s.py"), "--svg", &path(name)], b"");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{name}");
        assert!(fs::read_to_string(folder.join(name)).unwrap().contains("</svg>"), "{name}");
    }
}

#[test]
fn a_misspelt_name_gets_a_suggestion() {
    let output = redis_tutor(&["--no-progress", "learn", "hashs"], b"");
    assert!(stderr(&output).contains("Did you mean 'hashes'?"), "{}", stderr(&output));
    let transcript = stdout(&redis_tutor(&["--no-progress", "learn", "1"], b":hnit\n:go hashs\n:doc HGETAL\n"));
    // Joins all lines, because the expected messages may be wrapped.
    let transcript = transcript.split_whitespace().collect::<Vec<_>>().join(" ");
    for meant in ["Did you mean `:hint`?", "Did you mean `hashes`?", "Did you mean `HGETALL`?"] {
        assert!(transcript.contains(meant), "{meant}: {transcript}");
    }
}

#[test]
fn completions_and_manual_pages_contain_every_command() {
    let output_of = |arguments: &[&str]| {
        let output = redis_tutor(arguments, b"");
        assert!(output.status.success(), "{arguments:?}");
        stdout(&output)
    };
    let names = ["learn", "play", "run", "lessons", "serve", "check", "licenses", "completions", "man"];
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let text = output_of(&["completions", shell]);
        for name in names.iter().chain(&["no-progress"]) {
            assert!(text.contains(name), "the completions for {shell} lack {name}");
        }
    }
    let page = output_of(&["man"]);
    for name in names {
        assert!(page.contains(&format!("redis\\-tutor\\-{name}(1)")), "{name} is not in the page");
        assert!(output_of(&["man", name]).contains(&format!(".TH redis-tutor-{name} 1")), "{name} has no page");
    }
    let unknown = redis_tutor(&["man", "lern"], b"");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("The commands are: learn, play"));
}

#[test]
fn long_output_is_folded_and_more_shows_the_rest() {
    let output = redis_tutor(&["play", "--no-progress"], b"for i in range(450): print(i)\n\n:more\n:more\n:more\n");
    let text = stdout(&output);
    for part in [
        "\n199\n 250 more lines: `:more` shows them.\n>>> :more\n200\n",
        "\n399\n 50 more lines",
        "\n449\n>>> :more\n Nothing is folded.",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn doctor_describes_the_computer_for_a_bug_report() {
    let folder = folder("doctor");
    let state = folder.join("redis-tutor");
    let report = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redis-tutor"));
        command.arg("doctor").env("XDG_STATE_HOME", &folder).env("TERM", "xterm").env("NO_COLOR", "1");
        command.env("LC_ALL", "de_DE.ISO-8859-1").stdin(Stdio::null());
        stdout(&command.output().unwrap())
    };
    let first = report();
    assert!(
        first.contains(&format!("State folder: {}, which the first session creates\n", state.display())),
        "{first}"
    );
    for part in [
        &format!("redis-tutor {} on ", env!("CARGO_PKG_VERSION")),
        "Terminal: standard input or output is not a terminal\n",
        "Colours: none (TERM=xterm",
        "NO_COLOR=1",
        "Characters: not UTF-8 (LC_ALL=de_DE.ISO-8859-1)",
        "\nPort",
        "Python: answers after ",
        "The sandbox around Python:\n",
    ] {
        assert!(first.contains(part), "{part:?} is not in {first}");
    }
    fs::create_dir(&state).unwrap();
    let second = report();
    assert!(second.contains(&format!("State folder: {}, can be written\n", state.display())), "{second}");
    assert_eq!(fs::read_dir(&state).unwrap().count(), 0, "the examination leaves a file behind");
    fs::remove_dir(&state).unwrap();
    fs::write(&state, "").unwrap();
    let third = report();
    assert!(third.contains(&format!("State folder: {} CANNOT be written: ", state.display())), "{third}");
}
