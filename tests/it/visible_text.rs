//! Tests that no text shown by the program can control the terminal, wherever the text comes from. Apart from line
//! breaks and tabs, only the theme's colours may use control characters.

use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::support::program::{folder, redis_tutor, stderr, stdout};
use crate::support::snapshots::STYLES;
use redis_tutor::lesson::format;
use redis_tutor::lesson::library::Library;
use redis_tutor::lesson::progress::Progress;
use redis_tutor::markup::{Role, Style, Text, code, parse};
use redis_tutor::render::Renderer;
use redis_tutor::render::svg::Svg;
use redis_tutor::render::theme::{Background, Depth, Theme};
use redis_tutor::session::dialect::Dialect;
use redis_tutor::session::display::cost_comparison::{CostComparison, Measure, Size};
use redis_tutor::session::display::lesson_status::LessonStatus;
use redis_tutor::session::display::timeline::{Timeline, TimelineEvent, TimelineEventKind};
use redis_tutor::session::display::wire::{Item, Part as WirePart, Traffic, Wire};
use redis_tutor::session::event::{Effect, Event, Heading, Need, Order, Part, Prompt, Show, Turn, TurnOutcome};
use redis_tutor::session::status::Status;
use redis_tutor::session::{Options, Session};

/// Strings that control terminals, and strings that have a meaning in Markdown or tables.
const PIECES: [&str; 14] = [
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[H",
    "\x1b[31m",
    "\u{9b}2J",
    "\u{9d}0;title\u{9c}",
    "\r>>> ",
    "\r\n",
    "\n\n ✓ Done.\n",
    "\u{202e}",
    "\u{2028}",
    "`",
    "**",
    "|",
    "```\n",
];

/// Generates strings in which hidden characters are frequent.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z ]{0,6}".prop_map(String::from),
        2 => any::<char>().prop_map(String::from),
        2 => (0_u32..0x100).prop_filter_map("a character", char::from_u32).prop_map(String::from),
        3 => proptest::sample::select(&PIECES[..]).prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Returns a proptest configuration with a fixed seed, so that each run generates the same inputs.
fn config(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(52);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

/// Returns whether a character would affect a terminal, or could disguise the text around it. The list of such
/// characters is deliberately independent of the program's own list.
fn is_harmful(c: char) -> bool {
    let reorders = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let is_break_or_gap = matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    c.is_control() || reorders || is_break_or_gap
}

/// Returns the harmful characters in an output, except for line breaks and tabs.
fn harmful(output: &str) -> String {
    output.chars().filter(|&c| is_harmful(c) && !matches!(c, '\n' | '\t')).collect()
}

/// Removes the escape sequences for colours from an output.
fn without_colours(output: &str) -> String {
    let mut parts = output.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('m') {
            Some((numbers, text)) if numbers.chars().all(|c| c.is_ascii_digit() || c == ';') => plain.push_str(text),
            _ => plain.push_str(&format!("\x1b[{part}")),
        }
    }
    plain
}

/// Renders `shows` and `status` in every style and in three themes. Returns the outputs without the escape sequences
/// for colours.
fn rendered(shows: &[Show], status: &Status) -> Vec<String> {
    let mut outputs = Vec::new();
    for (_, style) in STYLES {
        for theme in [Theme::Plain, Theme::Colours, Theme::Shades(Background::Dark, Depth::True)] {
            let mut renderer = Renderer::new(style, theme);
            let mut output: String = shows.iter().map(|show| renderer.render(show)).collect();
            output.push_str(&renderer.render_status(status));
            outputs.push(if theme == Theme::Plain { output } else { without_colours(&output) });
        }
    }
    outputs
}

/// Draws `shows` as an SVG picture.
fn drawn(shows: &[Show], title: &str) -> String {
    let style = Style { width: 60, ascii: false, plain: false, quoted: false };
    let mut renderer = Renderer::new(style, Theme::Plain);
    let mut svg = Svg::new(60);
    shows.iter().for_each(|show| svg.add(&renderer.render_spans(show)));
    svg.write(title)
}

/// Returns `Show` values of most kinds, each with `text` wherever it can contain text.
fn every_show(text: &str) -> Vec<Show> {
    let owned = || text.to_owned();
    let turn = |outcome| Turn { who: 0, sent: owned(), outcome };
    let part = WirePart { depth: 1, raw: owned(), meaning: owned() };
    let event = |kind| TimelineEvent { at_us: 1, client: Some(0), kind };
    let status = LessonStatus {
        number: 1,
        id: owned(),
        title: owned(),
        about: owned(),
        minutes: 5,
        steps: 3,
        done: 1,
        finished: false,
        known: false,
        skipped: false,
        last_step: owned(),
        next: true,
    };
    vec![
        Show::Typed { prompt: Prompt::Program { text: owned() }.text(), line: owned() },
        Show::Traceback(owned()),
        Show::Speaker(owned()),
        Show::Heading(Heading { lesson: owned(), title: owned(), part: Part::Step { number: 1, of: 2 } }),
        Show::Text(Text::paragraph(Role::Done, text)),
        Show::Text(Text::from_markdown(Role::Hint, text)),
        Show::Text(parse(&format!("```\n{text}\n```\n| a | {text} |\n|---|---|\n| {text} | b |\n\n- {text}"))),
        Show::Text(Text::from_markdown(Role::Plain, &format!("There is no key {}.", code(text)))),
        Show::Wire(Wire {
            items: vec![
                Item::Out { client: owned(), commands: 1, bytes: 3, parts: vec![part.clone()] },
                Item::In { client: owned(), bytes: 3, parts: vec![part], how: Some(owned()) },
                Item::Unanswered { client: owned(), how: owned() },
                Item::Waits { client: owned(), command: owned() },
            ],
            sum: Traffic::default(),
            so_far: Traffic::default(),
        }),
        Show::Timeline(Timeline {
            clients: vec![owned(), "b".into()],
            events: vec![
                event(TimelineEventKind::Answered { command: owned(), reply: owned() }),
                event(TimelineEventKind::Waits { command: owned() }),
                event(TimelineEventKind::Ended { command: owned(), after: owned(), by: owned(), reply: Some(owned()) }),
                event(TimelineEventKind::Message(owned())),
            ],
            before: 0,
        }),
        Show::CostComparison(CostComparison {
            titles: [owned(), owned()],
            unit: owned(),
            sizes: vec![Size { n: 10, costs: [Measure::default(); 2] }],
        }),
        Show::Lessons(vec![status]),
        Show::Lanes {
            names: vec![owned()],
            order: Order {
                steps: vec![
                    turn(TurnOutcome::Waits),
                    turn(TurnOutcome::Answered(owned())),
                    turn(TurnOutcome::Ended(owned())),
                ],
                ..Order::default()
            },
        },
        Show::Gap,
    ]
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn no_display_passes_on_what_a_terminal_acts_on(text in any_text()) {
        let status = Status { place: Some((text.clone(), 1, 2)), client: Some(text.clone()), ..Status::default() };
        for output in rendered(&every_show(&text), &status) {
            // Treats a Windows line break (`\r\n`) as an ordinary one.
            let output = output.replace("\r\n", "\n");
            prop_assert_eq!(harmful(&output), "", "{:?}", output);
        }
        let file = drawn(&every_show(&text), &text);
        prop_assert!(!file.chars().any(|c| is_harmful(c) && c != '\n'), "{file:?}");
    }

    #[test]
    fn a_program_can_redraw_its_line_and_no_more(text in any_text()) {
        let shows = [Show::Output(text.clone()), Show::Reply(text.clone())];
        for output in rendered(&shows[..1], &Status::default()) {
            prop_assert_eq!(harmful(&output.replace('\r', "")), "", "{:?}", output);
            prop_assert_eq!(output.matches('\r').count(), text.matches('\r').count());
        }
        for output in rendered(&shows[1..], &Status::default()) {
            prop_assert_eq!(harmful(&output.replace("\r\n", "\n")), "", "{:?}", output);
        }
        prop_assert!(!drawn(&shows, "").chars().any(|c| is_harmful(c) && c != '\n'));
    }

    #[test]
    fn a_name_does_not_begin_another_line(text in any_text()) {
        let style = Style { width: 5_000, ascii: false, plain: false, quoted: false };
        let sentence = Text::from_markdown(Role::Plain, &format!("There is no key {}.", code(&text)));
        for show in [Show::Speaker(text), Show::Text(sentence)] {
            let output = Renderer::new(style, Theme::Plain).render(&show);
            prop_assert_eq!(output.matches('\n').count(), 1, "{:?}", output);
        }
    }
}

/// Quotes a string as a single redis-cli argument, with every byte escaped.
fn quoted(text: &str) -> String {
    let escaped: String = text.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("\"{escaped}\"")
}

/// Takes the session's effects. Returns everything that the session shows, including the prompt at which it waits.
fn take_shows(session: &mut Session) -> Vec<Show> {
    if session.need() == Need::Rehearsal {
        session.handle(Event::Rehearsed(Arc::default()));
    }
    let mut shows: Vec<Show> = session
        .take_effects()
        .into_iter()
        .filter_map(|effect| if let Effect::Show(show) = effect { Some(show) } else { None })
        .collect();
    if let Need::Line(prompt) = session.need() {
        shows.push(Show::Typed { prompt: prompt.text(), line: String::new() });
    }
    shows
}

/// Returns a lesson file in which every text contains `text`.
fn lesson(text: &str) -> String {
    let text = serde_json::Value::String(format!("x{text}")).to_string().replace('\u{7f}', "\\u007f");
    format!(
        "format = 1\nid = \"a\"\ntitle = {text}\nabout = {text}\nminutes = 1\nremember = {text}\n[[step]]\nid = \"b\"\n\
         say = {text}\ntask = {text}\nhints = [{text}]\nanswer = \"PING\"\nafter = {text}\nexpect = {{ reply = \"PONG\" }}\n"
    )
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn no_name_or_value_reaches_the_terminal_raw(text in any_text()) {
        let options = Options {
            seed: 1,
            start_us: 1_767_268_800_000_000,
            dialect: Dialect::Cli,
            library: Arc::new(Library::default()),
            progress: Progress::default(),
        };
        let mut session = Session::new(options);
        session.handle(Event::PortOpened(Ok(7000)));
        let mut shows = take_shows(&mut session);
        let mut enter = |session: &mut Session, line: &str| {
            session.handle(Event::Entered(line.to_owned()));
            shows.extend(take_shows(session));
        };
        // A client outside the tutor sets its name and a key, and then blocks.
        let outside = session.with_engine(0, |engine, _| engine.connect()).expect("nothing is tried");
        let bytes = text.as_bytes();
        for argv in [
            &[b"CLIENT".as_slice(), b"SETINFO", b"LIB-NAME", bytes][..],
            &[b"CLIENT", b"SETNAME", bytes],
            &[b"SET", bytes, bytes],
            &[b"BLPOP", b"none", bytes, b"0"],
        ] {
            session.with_engine(0, |engine, now_us| engine.execute(outside, argv, now_us));
        }
        let word = quoted(&text);
        enter(&mut session, ":wire on");
        for line in [
            ":serve".to_owned(),
            ":keys".into(),
            format!("GET {word}"),
            format!("HSET h {word} {word}"),
            format!("RPUSH l {word}"),
            format!("SADD s {word}"),
            format!("ZADD z 1 {word}"),
            format!("ZADD {word} 1 a"),
            ":draw".into(),
            format!(":draw {word}"),
            ":draw h".into(),
            ":draw l".into(),
            ":draw s".into(),
            ":draw z".into(),
            "HGETALL h".into(),
            format!("{word} a b"),
            format!("CONFIG SET {word} 1"),
            format!("SUBSCRIBE {word}"),
            ":timeline".into(),
            format!(":client {text}"),
            format!(":go {text}"),
            format!(":doc {text}"),
            format!(":wait {text}"),
            format!(":serve {text}"),
            format!(":{text}"),
            ":client bob".into(),
            format!("BLPOP {word} 0"),
            String::new(),
            ":undo".into(),
            ":help".into(),
        ] {
            enter(&mut session, &line);
        }
        if let Ok(lesson) = format::parse(&lesson(&text)) {
            session.open(Arc::new(lesson), 0);
            session.rehearsed(Arc::default());
            for line in [":hint", ":expect", ":answer", "GET x", "PING", "", ":lessons"] {
                enter(&mut session, line);
            }
        }
        let waits = session.waits().join("\n");
        prop_assert_eq!(harmful(&waits), "");
        for output in rendered(&shows, &session.status()) {
            let output = output.replace("\r\n", "\n");
            prop_assert_eq!(harmful(&output), "", "{:?}", output);
        }
        prop_assert!(!drawn(&shows, &text).chars().any(|c| is_harmful(c) && c != '\n'));
    }
}

/// A Python script that tries every way of sending escape sequences to the terminal.
const HOSTILE_SCRIPT: &str = r#"print('\x1b]52;c;ZXZpbA==\x07', 'a\tb')
print('50%\r100%')
import sys; print('\x9b2J\u202e', file=sys.stderr)
sys.stdout.buffer.write(b'\x1b[2J\n')
raise ValueError('\x1b[31m')
class A:
    def __repr__(self): return '\x1b]0;title\x07'

A()
input('\x1b[H')
r.execute_command('\x1b[31m')
"#;

#[test]
fn a_program_keeps_its_line_breaks_tabs_and_redrawn_lines() {
    let script = folder("hostile-script").join("hostile\x1b[31m.py");
    fs::write(&script, HOSTILE_SCRIPT).expect("the folder is writable");
    let path = script.display().to_string();
    let output = redis_tutor(&["run", &path], b"");
    let transcript = stdout(&output);
    assert_eq!(harmful(&transcript.replace('\r', "")), "", "{transcript:?}");
    for part in [
        "\\x1b]52;c;ZXZpbA==\\x07 a\tb\n",
        "\n50%\r100%\n",
        "\\x9b2J\\u202e\n",
        "\n\\x1b[2J\n",
        "ValueError: \\x1b[31m\n",
        "\n\\x1b]0;title\\x07\n",
    ] {
        assert!(transcript.contains(part), "{part:?} is not in {transcript}");
    }
    let picture = stdout(&redis_tutor(&["run", "--svg", "-", &path], b""));
    assert!(!picture.chars().any(|c| is_harmful(c) && c != '\n'), "{picture:?}");
    assert!(
        picture.contains("hostile\\x1b[31m.py") && picture.contains(">100%<") && !picture.contains("50%<"),
        "{picture}"
    );
    // The JSON contains exactly what the script printed, with control characters escaped.
    let json = stdout(&redis_tutor(&["run", "--json", &path], b""));
    assert_eq!(harmful(&json), "");
    let first: serde_json::Value = serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["output"], "\x1b]52;c;ZXZpbA==\x07 a\tb\n");
    let in_pipe = redis_tutor(&["--no-progress", "play"], HOSTILE_SCRIPT.as_bytes());
    assert_eq!(harmful(&stdout(&in_pipe).replace('\r', "")), "");
}

#[test]
fn messages_about_files_and_arguments_are_harmless() {
    let folder = folder("hostile-names");
    let name = |end: &str| folder.join(format!("\x1b]0;x\x07\u{202e}{end}")).display().to_string();
    fs::write(name("broken.toml"), "title = \"\x1b[2J\"\nfoo\u{202e} = 1").expect("the folder is writable");
    fs::write(name("unknown.toml"), "\"\\u001b[2J\" = 1").expect("the folder is writable");
    for arguments in [
        &["check", &name("broken.toml")][..],
        &["check", &name("unknown.toml")],
        &["check", &folder.display().to_string()],
        &["learn", &name("unknown.toml")],
        &["learn", &name("missing.toml")],
        &["learn", "\x1b[31m"],
        &["run", &name("missing.py")],
        &["new", &name("lesson")],
        &["new", &name("lesson.toml")],
        &["--lessons", &name("none"), "lessons"],
        &["\x1b[31mcommand"],
        &["learn", "--\x1b[31m"],
        &["man", "\x1b[31m"],
    ] {
        let output = redis_tutor(&[&["--no-progress"][..], arguments].concat(), b"");
        let shown = stdout(&output) + &stderr(&output);
        assert!(!shown.is_empty(), "{arguments:?}");
        assert_eq!(harmful(&shown), "", "{arguments:?}: {shown:?}");
    }
}

#[test]
fn check_refuses_hidden_characters_in_lessons() {
    let path = folder("hidden").join("lesson.toml");
    let file = path.display().to_string();
    redis_tutor(&["new", &file], b"");
    let good = fs::read_to_string(&path).expect("the lesson was written");
    for (from, to, says) in [
        ("title = \"", "title = \"\\u001b]52;c;ZXZpbA==\\u0007", "lesson.toml:4:9: an escape of TOML in this text"),
        ("title = \"", "title = \"\u{202e}", "lesson.toml:4:10: the file contains the character \\u202e"),
        ("title = \"", "title = \"\x1b", "lesson.toml:4:10: the file contains the character \\x1b"),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from:?} is in the lesson");
        fs::write(&path, changed).expect("the folder is writable");
        let output = redis_tutor(&["check", &file], b"");
        let said = stdout(&output);
        assert!(said.contains(says) && !output.status.success(), "{to:?}: {said}");
    }
}
