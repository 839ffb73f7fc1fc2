//! Tests of the subcommands for lesson authors (`new`, `check`, `transcript`, `learn --watch`) and of `review`,
//! `fast-track` and `sheet`.

use std::fs;

use crate::support::program::{folder, redis_tutor, stderr, stdout};

#[test]
fn a_new_lesson_passes_check_and_is_never_overwritten() {
    let file = folder("new").join("120-time-series.toml");
    let path = file.display().to_string();
    let made = redis_tutor(&["new", &path], b"");
    assert!(made.status.success() && stdout(&made).contains("learn"), "{}", stderr(&made));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("#:schema schema.json\n") && text.contains("id = \"time-series\""), "{text}");
    assert!(file.with_file_name("schema.json").exists());
    let checked = redis_tutor(&["check", "--quick", &path], b"");
    assert_eq!(stdout(&checked), "1 lesson, 11 tries, 0 faults\n");
    fs::write(&file, "mine").unwrap();
    let again = redis_tutor(&["new", &path], b"");
    assert!(!again.status.success() && stderr(&again).contains("stays as it is"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    let nameless = redis_tutor(&["new", "a-lesson"], b"");
    assert!(!nameless.status.success() && stderr(&nameless).contains("a-lesson.toml"), "{}", stderr(&nameless));
}

#[test]
fn a_transcript_shows_mistakes_and_hints_at_the_requested_width() {
    let file = folder("transcript").join("counts.toml").display().to_string();
    redis_tutor(&["new", &file], b"");
    let shown = stdout(&redis_tutor(&["transcript", &file, "--width", "40"], b""));
    for part in ["Counts · 1 of 3", "r.set('page:visits', 1)", "Hint 3 of 3", "6: INCRBY adds", "to remember"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let told = shown.lines().filter(|line| !line.starts_with(">>>"));
    for line in told {
        assert!(line.chars().count() <= 40, "{line:?}");
    }
}

#[test]
fn check_suggests_names_and_gives_advice() {
    let file = folder("advice").join("counts.toml");
    let path = file.display().to_string();
    redis_tutor(&["new", &path], b"");
    let good = fs::read_to_string(&file).unwrap();
    for (from, to, says, passes) in [
        ("hints = [\"One visit", "hnits = [\"One visit", "Did you mean `hints`?", false),
        ("uses = [\"SET\"]", "uses = [\"STE\"]", "Did you mean SET?", false),
        ("INCR page:visits\"", "INCR page:visit\"", "Did you mean `page:visits`?", false),
        (
            "hints = [\"One command reads, adds and writes.\", \"`r.incr(key)`\", \"`r.incr('page:visits')`\"]\n",
            "",
            "has no hints",
            true,
        ),
        (
            "answer = \"r.incr('page:visits')\"",
            "answer = \"r.incr('page:visits')\\nr.get('other')\"",
            "is done before",
            true,
        ),
        (
            "answer = \"r.incr('page:visits')\"",
            "answer = \":client phone\\nr.incr('page:visits')\"",
            "is also done without switching to another client",
            true,
        ),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from:?} is in the lesson");
        fs::write(&file, changed).unwrap();
        let output = redis_tutor(&["check", "--quick", &path], b"");
        let said = stdout(&output);
        let is_placed = said.lines().next().is_some_and(|line| line.contains("counts.toml:"));
        assert!(said.contains(says) && is_placed && output.status.success() == passes, "{to}: {said}");
    }
}

/// A lesson that compares two programs that increment a counter. One of them loses updates. `holds` is the value that
/// the counter must have after two clients have run the program.
const COMPARED: &str = r#"
format = 1
id = "compared"
title = "Compared"
minutes = 1
about = "Counts."
remember = "- INCR counts."
[[step]]
id = "one"
say = "Two ways to count."
[step.compare]
setup = "r.set('n', 5)"
left = { title = "by hand", run = "r.set('n', int(r.get('n')) + 1)", holds = { run = "r.get('n')", reply = "b'7'" } }
right = { title = "INCR", run = "r.incr('n')", holds = { run = "r.get('n')", reply = "b'7'" } }
"#;

#[test]
fn check_races_the_programs_of_a_comparison() {
    let file = folder("compared").join("compared.toml");
    let path = file.display().to_string();
    for (from, to, says) in [
        ("", "", "0 faults"),
        (
            "b'7'\" } }\nright",
            "b'8'\" } }\nright",
            "compared.toml:13:86: it does not return b'8' even if 2 clients run \"by hand\" one after the other",
        ),
        ("int(r.get('n')) + 1", "int(r.get('n')) + m", "13:35: this raises NameError: name 'm'"),
        (
            "\"r.set('n', 5)\"\nleft = { title = \"by hand\", run = \"r.set('n', int(r.get('n')) + 1",
            "\"m = r.set('n', 5)\"\nleft = { title = \"by hand\", run = \"r.set('n', int(r.get('n')) + m",
            "13:35: ann's program raises an error at \"r.set('n', int(r.get('n')) + m)\": NameError",
        ),
        ("setup = \"r.set('n', 5)\"", "setup = \"m = r.set('n', 5)\"\nclients = 9", "two or three clients can race"),
        ("\"r.incr('n')\", holds", "\":wait 1s\", holds", "cannot be part of a race"),
    ] {
        let text = COMPARED.replacen(from, to, 1);
        assert_eq!(text == COMPARED, from == to, "{from:?} is in the lesson");
        fs::write(&file, text).unwrap();
        let said = stdout(&redis_tutor(&["check", "--quick", &path], b""));
        assert!(said.contains(says), "{to}: {said}");
    }
    fs::write(&file, COMPARED).unwrap();
    let shown = stdout(&redis_tutor(&["--no-progress", "learn", &path], b""));
    assert!(shown.contains("lost updates     4 of 6  0 of 2"), "{shown}");
}

#[test]
fn a_lesson_file_opens_at_a_step() {
    let file = folder("step").join("counts.toml").display().to_string();
    redis_tutor(&["new", &file], b"");
    let learn = |place: &str| redis_tutor(&["--no-progress", "learn", place], b"");
    let opened = learn(&format!("{file}/2"));
    assert!(stdout(&opened).contains("Counts · 2 of 3"), "{}{}", stdout(&opened), stderr(&opened));
    let none = learn(&format!("{file}/nowhere"));
    assert!(stderr(&none).contains("has no step 'nowhere'"), "{}", stderr(&none));
}

#[test]
fn a_lesson_that_replaces_a_built_in_one_is_reported() {
    let folder = folder("place");
    let file = folder.join("counts.toml");
    redis_tutor(&["new", &file.display().to_string()], b"");
    let text = fs::read_to_string(&file).unwrap().replace("id = \"counts\"", "id = \"hashes\"");
    fs::write(&file, text).unwrap();
    let listed = redis_tutor(&["--no-progress", "--lessons", &folder.display().to_string(), "lessons"], b"");
    assert!(stdout(&listed).contains("counts.toml, in place of the lesson built in."), "{}", stdout(&listed));
    assert!(!stdout(&redis_tutor(&["--no-progress", "lessons"], b"")).contains("in place of"));
}

#[test]
fn steps_in_the_guide_pass_check() {
    let guide = include_str!("../../lessons/README.md");
    let (_, chapter) = guide.split_once("### A step of each kind").expect("the guide shows steps");
    let (_, steps) = chapter.split_once("```toml\n").expect("as TOML");
    let (steps, _) = steps.split_once("```\n").expect("which has an end");
    let head =
        "format = 1\nid = \"guide\"\ntitle = \"Guide\"\nminutes = 1\nabout = \"Steps.\"\nremember = \"- It holds.\"\n";
    let setup = "setup = \"r.rpush('queue:tasks', 'a', 'b', 'c')\"\n";
    let file = folder("guide").join("guide.toml");
    fs::write(&file, format!("{head}{setup}{steps}")).unwrap();
    let said = stdout(&redis_tutor(&["check", "--quick", &file.display().to_string()], b""));
    assert!(said.starts_with("1 lesson,") && said.ends_with(" 0 faults\n"), "{said}");
}

#[test]
fn watching_needs_a_file() {
    let output = redis_tutor(&["--no-progress", "learn", "hashes", "--watch"], b"");
    assert!(!output.status.success() && stderr(&output).contains("my-lesson.toml"), "{}", stderr(&output));
}

#[test]
fn finished_steps_are_practised_when_they_are_due() {
    let file = folder("review").join("progress.json");
    let progress = file.display().to_string();
    let review = |input: &str| redis_tutor(&["--progress", &progress, "review"], input.as_bytes());
    assert!(stdout(&review("")).contains("nothing to practise yet"));
    // Version 1 of the progress file has no practice cards, so all finished steps are due.
    let older = r#"{"version": 1, "current": "hashes", "lessons":
        {"hashes": {"step": "all-fields", "done": ["one-field", "count-visit"], "finished": false}}}"#;
    fs::write(&file, older).unwrap();
    let shown = stdout(&review("r.hget('user:1000', 'email')\n\n:answer\nr.hincrby('user:1000', 'visits', 1)\n\n"));
    for part in ["practice, 1 of 2", "It comes up again tomorrow.", "practice, 2 of 2", "2 practised, 1 without help."]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let kept: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept["version"], 3);
    assert_eq!(kept["lessons"]["hashes"]["step"], "all-fields", "practice leaves the lessons as they are");
    assert_eq!(kept["practice"]["hashes/count-visit"]["box"], 0);
    assert_eq!(kept["practice"]["hashes/one-field"]["box"], 0);
    let later = review("");
    for part in ["comes up within a day. Here is some practice anyway.", "practice, 1 of 2"] {
        assert!(stdout(&later).contains(part), "{part}: {}", stdout(&later));
    }
    assert!(later.status.success());
}

#[test]
fn the_fast_track_asks_one_task_of_each_lesson_that_is_not_finished() {
    let place = folder("fast-track");
    let lessons = place.join("lessons");
    fs::create_dir_all(&lessons).unwrap();
    for (id, asked) in [("ant", "fast_track = \"first\"\n"), ("bee", ""), ("cat", "")] {
        let head = format!("format = 1\nid = \"{id}\"\ntitle = \"Lesson {id}\"\nminutes = 1\nabout = \"It counts.\"\n");
        let step = |step: &str| {
            format!(
                "[[step]]\nid = \"{step}\"\nsay = \"A counter.\"\ntask = \"Count under `{id}-{step}`.\"\n\
                 answer = \"r.incr('{id}-{step}')\"\nhints = [\"INCR.\"]\n\
                 [step.expect]\nstate = [{{ run = \"r.get('{id}-{step}')\", reply = \"b'1'\" }}]\n"
            )
        };
        let text = format!("{head}{asked}remember = \"- It counts.\"\n{}{}", step("first"), step("last"));
        fs::write(lessons.join(format!("{id}.toml")), text).unwrap();
    }
    let file = place.join("progress.json");
    fs::write(&file, finished_lessons()).unwrap();
    let (progress, lessons) = (file.display().to_string(), lessons.display().to_string());
    let fast_track = |input: &str| {
        let output = redis_tutor(&["--progress", &progress, "--lessons", &lessons, "fast-track"], input.as_bytes());
        stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let shown = fast_track("r.incr('ant-first')\n\n:hint\nr.incr('bee-last')\n\n:skip\n\n");
    for part in [
        "The fast track asks one task of each lesson that is open: 3.",
        "Lesson ant · fast track, 1 of 3",
        "You know this lesson, and it counts as done.",
        "Lesson bee · fast track, 2 of 3",
        "This lesson has something for you, so it stays open.",
        "Lesson cat · fast track, 3 of 3",
        "Enter shows the result.",
        "Lessons that you know: 1 of 3. `redis-tutor learn` opens the first of the others: Lesson bee.",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let listed = stdout(&redis_tutor(&["--progress", &progress, "--lessons", &lessons, "lessons"], b""));
    let row = |id: &str| listed.lines().find(|line| line.contains(&format!(". {id} "))).unwrap_or_default().to_owned();
    assert!(row("ant").contains(" known ") && row("bee").contains("1 min") && row("bee").contains('→'), "{listed}");
    let kept: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept["current"], "bee");
    assert!(kept["practice"]["ant/first"].is_object() && kept["practice"]["bee/last"].is_null(), "{kept}");
    let again = fast_track("r.incr('bee-last')\n\nr.incr('cat-last')\n\n");
    assert!(
        again.contains("Lesson bee · fast track, 1 of 2") && again.contains("You know all these lessons."),
        "{again}"
    );
    assert!(fast_track("").contains("All lessons are done."));
}

/// Returns the text of a progress file in which all built-in lessons are finished.
fn finished_lessons() -> String {
    let listed = stdout(&redis_tutor(&["--no-progress", "lessons"], b""));
    let ids =
        listed.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with(char::is_alphabetic)));
    let lessons: Vec<_> = ids.map(|id| format!("\"{id}\": {{\"finished\": true}}")).collect();
    format!("{{\"version\": 2, \"lessons\": {{{}}}}}", lessons.join(", "))
}

#[test]
fn a_finished_lesson_has_a_sheet() {
    let file = folder("sheet").join("progress.json");
    let progress = file.display().to_string();
    let none = redis_tutor(&["--progress", &progress, "sheet"], b"");
    assert!(!none.status.success() && stderr(&none).contains("no lesson is finished yet"), "{}", stderr(&none));
    fs::write(&file, r#"{"version": 2, "lessons": {"hashes": {"finished": true}, "lists": {}}}"#).unwrap();
    let unfinished = redis_tutor(&["--progress", &progress, "sheet", "lists"], b"");
    assert!(stderr(&unfinished).contains("not finished yet"), "{}", stderr(&unfinished));
    let sheet = stdout(&redis_tutor(&["--progress", &progress, "sheet"], b""));
    assert!(sheet.starts_with("# Hashes: a dictionary under one key\n"), "{sheet}");
    for part in ["**HINCRBY**: ", ">>> r.hincrby('user:1000', 'visits', 1)\n11\n", "**To remember**\n\n- "] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let shown = stdout(&redis_tutor(&["--no-progress", "learn", "hashes"], b":sheet\n"));
    assert!(shown.contains(">>> r.hincrby('user:1000', 'visits', 1)"), "{shown}");
}
